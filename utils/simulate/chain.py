"""An anharmonic chain of atoms: displacements, forces, and all force constants they could have.

Neighbours are joined by springs of energy phi(d) = k2 d^2/2 + k3 d^3/6 + k4 d^4/24, where d is
the change of their distance; a spring knows nothing of further atoms. The force on the middle
one of seven atoms is thus a polynomial of third order in their displacements: of its 119 possible
monomials 14 have a force constant that is not zero. Masses and k2 are 1, so all numbers are
without units.

Sources
-------
.. [1] Born & Huang 1954, Dynamical Theory of Crystal Lattices (Oxford), ch. 5: force constants
   and their acoustic sum rules.
.. [2] Zhou, Nielson, Xia & Ozolins 2014, https://doi.org/10.1103/PhysRevLett.113.185501: force
   constants found by compressive sensing from the forces on random displacements.
"""

from itertools import combinations_with_replacement
from math import comb

import numpy as np

from utils.arguments import integer, real

ATOMS, ORDER = 7, 3
SPRING = (1.0, -2.0, 6.0)  # k2, k3, k4: phi'' = 1 - 2 d + 3 d^2 > 0, so the chain is stable
AMPLITUDE, NOISE = 0.3, 0.01


def energy(u, spring=SPRING):
    """Return the energy of an open chain.

    Parameters
    ----------
    u : array (..., n)
        Displacements of n >= 2 atoms.
    spring : (float, float, float)
        k2, k3, k4.

    Returns
    -------
    array (...)
    """
    k2, k3, k4 = _spring(spring)
    d = np.diff(_displacements(u), axis=-1)
    return (k2 * d**2 / 2 + k3 * d**3 / 6 + k4 * d**4 / 24).sum(axis=-1)


def forces(u, spring=SPRING):
    """Return minus the gradient of `energy`, which takes the same: the forces, array (..., n)."""
    k2, k3, k4 = _spring(spring)
    d = np.diff(_displacements(u), axis=-1)
    pull = k2 * d + k3 * d**2 / 2 + k4 * d**3 / 6
    ends = [(0, 0)] * (pull.ndim - 1)  # a spring pulls its left atom right, its right one left
    return np.pad(pull, [*ends, (0, 1)]) - np.pad(pull, [*ends, (1, 0)])


def snapshots(n, amplitude=AMPLITUDE, noise=NOISE, seed=0, spring=SPRING):
    """Return random displacements and the force measured on the middle atom.

    Parameters
    ----------
    n : int
        Number of snapshots, at least 1.
    amplitude, noise : float
        Standard deviations of the displacements (> 0) and of the error of a force (>= 0).
    seed : int
        More snapshots of the same seed include the fewer ones.
    spring : (float, float, float)
        k2, k3, k4.

    Returns
    -------
    u : array (n, 7)
    f : array (n,)
    """
    n = integer("n", n, least=1)
    amplitude, noise = real("amplitude", amplitude, above=0), real("noise", noise, least=0)
    place, meter = (np.random.default_rng([seed, stream]) for stream in range(2))
    u = amplitude * place.standard_normal((n, ATOMS))
    return u, forces(u, spring)[:, ATOMS // 2] + noise * meter.standard_normal(n)


def monomials():
    """Return the 119 products of displacements, each as a tuple of atoms, first order first.

    Atoms are numbered -3 to 3 from the middle one: (-1, 0, 0) stands for u_-1 u_0^2.
    """
    atoms = range(-(ATOMS // 2), ATOMS // 2 + 1)
    return [m for order in range(1, ORDER + 1) for m in combinations_with_replacement(atoms, order)]


def features(u):
    """Return the values of all monomials (n, 119) for displacements u (n, 7).

    Their product with the force constants is the force on the middle atom.
    """
    u = _displacements(u)
    if u.ndim != 2 or u.shape[1] != ATOMS:
        raise ValueError(f"u must have shape (n, {ATOMS}), not {u.shape}")
    return np.stack([u[:, np.add(m, ATOMS // 2)].prod(axis=1) for m in monomials()], axis=1)


def force_constants(spring=SPRING):
    """Return the true force constants (119,), one for each monomial; 14 are not zero."""
    found = dict.fromkeys(monomials(), 0.0)
    k2, k3, k4 = _spring(spring)
    for order, k in ((1, k2), (2, k3 / 2), (3, k4 / 6)):
        for m in range(order + 1):  # k (x - y)^order of both springs, by the binomial theorem
            term = k * comb(order, m) * (-1) ** m
            found[(0,) * m + (1,) * (order - m)] += term  # right: x = u_1, y = u_0
            found[(-1,) * m + (0,) * (order - m)] -= term  # left: x = u_0, y = u_-1
    return np.array(list(found.values()))


def sum_rules(constants):
    """Return what must vanish because a shift of the whole chain changes no force.

    If all atoms move by s, the force changes by s times the sum of its derivatives: a polynomial
    of second order, whose 36 coefficients are the acoustic sum rules [1].

    Parameters
    ----------
    constants : array (119,)

    Returns
    -------
    array (36,)
        The sum of the first-order constants, then 7 sums of second- and 28 of third-order ones.
    """
    constants = np.asarray(constants, float)
    products = monomials()
    if constants.shape != (len(products),):
        raise ValueError(f"constants must have shape ({len(products)},), not {constants.shape}")
    rules = dict.fromkeys([(), *(m for m in products if len(m) < ORDER)], 0.0)
    for m, constant in zip(products, constants):
        for k in range(len(m)):
            rules[m[:k] + m[k + 1 :]] += constant
    return np.array(list(rules.values()))


def _spring(spring):
    if np.ndim(spring) != 1 or len(spring) != 3:
        raise ValueError(f"spring must be three numbers (k2, k3, k4), not {spring!r}")
    return (real(f"spring[{k}]", value) for k, value in enumerate(spring))


def _displacements(u):
    u = np.asarray(u, float)
    if u.ndim == 0 or u.shape[-1] < 2:
        raise ValueError(f"u must have shape (..., n) with n >= 2 atoms, not {u.shape}")
    if not np.isfinite(u).all():
        raise ValueError("u must be finite, and it contains NaN or infinity")
    return u
