"""Maps of simulated magnets, kept in the cache folder so that no lecture pays for them twice.

The maps are the course's own (`utils.simulate.spins`); no measured ones are involved. A map holds
s_z of 48 x 48 spins, as in I. A. Iakovlev, O. M. Sotnikov, V. V. Mazurenko 2018, Phys. Rev. B 98,
174411, https://doi.org/10.1103/PhysRevB.98.174411.
"""

import hashlib

import numpy as np

from utils.arguments import integer, real
from utils.data.cache import Dataset, computed

PHASES = ("spiral", "skyrmion lattice", "ferromagnet")
FIELDS = ((0.0, 0.1), (0.4, 0.6), (1.0, 1.25))  # b / d^2 deep inside each phase
STEPS = 127  # s_z is kept in so many steps from 0 to 1: one byte a spin


def magnet_maps(d, b, seed=0):
    """Cool magnets down, or take them out of the cache, and return what a microscope would see.

    Parameters
    ----------
    d, b, seed
        As for `utils.simulate.spins.anneal`.

    Returns
    -------
    maps : array (R, 48, 48), float32
        s_z, rounded to multiples of 1/127.
    charge : array (R,), int64
        Topological charge of all three components: minus the number of skyrmions.
    """
    from utils.simulate import spins

    rows = np.broadcast_arrays(np.atleast_1d(d), b)
    numbers = [np.asarray(row, float).tobytes() for row in (*rows, np.atleast_1d(seed))]
    name = hashlib.sha256(b"1|100|%d|" % np.ndim(seed) + b"|".join(numbers)).hexdigest()

    def make():
        found = spins.anneal(d, b, seed=seed)
        maps = np.rint(STEPS * found[2]).astype(np.int8)
        return {"maps": maps, "charge": np.rint(spins.charge(found)).astype(np.int64)}

    kept = computed(f"magnets-{name[:16]}", make)
    return kept["maps"] / np.float32(STEPS), kept["charge"]


def load_magnets(n_per_class=200, d=(0.7, 1.0), seed=0):
    """Return maps deep inside the three phases, with their labels.

    Prints one line that says what was made. About 12 ms of CPU time a map, once.

    Parameters
    ----------
    n_per_class : int
        Maps of each phase.
    d : (float, float)
        Range of the Dzyaloshinskii-Moriya interaction, in units of the exchange J.
    seed : int
        Seed of d, b and the spins; with the same seed a smaller set is contained in a larger one.

    Returns
    -------
    Dataset
        ``maps, labels, conditions``: maps (3 n, 48, 48) float32 of s_z, the phases taking turns;
        labels (3 n,) int64, 0 to 2 as in `PHASES`; conditions (3 n, 3) float64 with d, b and the
        topological charge of each.

    Raises
    ------
    ValueError
        If an argument is none of the above; WrongKind if it is no number.
    """
    n, seed = integer("n_per_class", n_per_class, 1), integer("seed", seed)
    low, high = (real("d", limit, above=0) for limit in d)
    if low > high:
        raise ValueError(f"d must be a range (low, high), not {d!r}")
    strength, field = np.empty((2, n, 3))
    seeds = np.empty((n, 3), np.int64)
    for phase, (least, most) in enumerate(FIELDS):
        draws = np.random.default_rng([seed, phase]).random((n, 3))
        strength[:, phase] = low + (high - low) * draws[:, 0]
        field[:, phase] = (least + (most - least) * draws[:, 1]) * strength[:, phase] ** 2
        seeds[:, phase] = draws[:, 2] * 2**31
    strength, field = strength.ravel(), field.ravel()
    maps, charge = magnet_maps(strength, field, seeds.ravel())
    print(f"Magnets: simulated, 3 x {n} maps of 48 x 48 spins")
    labels = np.tile(np.arange(3), n)
    return Dataset((maps, labels, np.column_stack([strength, field, charge])), "simulated")
