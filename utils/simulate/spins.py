"""Magnets on a square lattice: spirals, skyrmions and ferromagnets by Monte Carlo.

Classical spins s of length one, periodic boundaries, exchange J = 1 as the unit of energy:

    H = - sum s_i . s_j - sum D_ij . (s_i x s_j) - b sum s_z,    D_ij = d r [1]

over all bonds from a site i to its neighbour j one step r = +x or +y away (Bloch type). Turning
all spins by 90 degrees about z gives D_ij = d (r x z) (Neel type) with the same s_z and charge.
The field b is in units of J, not of d^2 / J. Arrays of spins are (3, R, L, L), R lattices
(replicas) at once: component x, y, z; replica; row y; column x: draw them with origin="lower".

Sources
-------
.. [1] Bogdanov & Yablonskii 1989, Sov. Phys. JETP 68, 101: skyrmions from this energy.
.. [2] Miyatake et al. 1986, J. Phys. C 19, 2539, doi:10.1088/0022-3719/19/14/020: heat bath.
.. [3] Creutz 1987, Phys. Rev. D 36, 515, doi:10.1103/PhysRevD.36.515: over-relaxation.
.. [4] Berg & Luescher 1981, Nucl. Phys. B 190, 412, doi:10.1016/0550-3213(81)90568-X: charge.
"""

import numpy as np

from utils.arguments import integer, real

TOGETHER = 32  # replicas annealed at once: many for NumPy's calls, few for the cache


def anneal(d, b, seed=0, size=48, sweeps=100, t_start=1.0, t_end=0.02):
    """Cool random spins slowly, one lattice (replica) for each d, b and seed.

    One sweep draws every spin once from its heat bath and over-relaxes it three times. The
    temperature falls by the same factor from sweep to sweep. A replica depends on its own
    arguments alone, not on those beside it; one machine repeats it to the last bit.

    Parameters
    ----------
    d, b : float or array (R,)
        Dzyaloshinskii-Moriya interaction and field along z, in units of J; broadcast.
    seed : int or array (R,) of int
        With an int, replica r draws from the stream (seed, r): few replicas are the first of
        many. With an array, broadcast like d and b, replica r draws from (seed[r], 0).
    size, sweeps : int
        Side L of the lattice, even, at least 4; number of sweeps, 0 for random spins, those of
        an infinite temperature.
    t_start, t_end : float
        Temperatures k_B T / J of the first and the last sweep, t_start >= t_end > 0. From below
        t_start = 0.6 the spins would freeze as they stand.

    Returns
    -------
    array (3, R, L, L), float32
        Spins of length one.

    Raises
    ------
    ValueError
        If an argument is none of the above.
    """
    alike = np.ndim(seed) == 0
    d, b, seed = _rows(d=d, b=b, seed=seed)
    if integer("size", size, 4) % 2:
        raise ValueError(f"size must be even, for four sublattices, not {size!r}")
    sweeps = integer("sweeps", sweeps)
    t_start, t_end = real("t_start", t_start, least=0.6), real("t_end", t_end, above=0)
    if t_end > t_start:
        raise ValueError(f"t_end must be at most t_start = {t_start!r}, not {t_end!r}")
    streams = np.stack([seed, np.arange(len(d)) if alike else 0 * seed], axis=1)
    fall = np.arange(sweeps) / max(sweeps - 1, 1)
    temperatures = (t_start * (t_end / t_start) ** fall).tolist()  # Python floats: float32 stays
    spins = np.empty((3, len(d), size, size), np.float32)
    for part in np.array_split(np.arange(len(d)), -(-len(d) // TOGETHER)):
        lattices = _Sublattices(d[part], b[part], streams[part], size)
        for temperature in temperatures:
            lattices.sweep(temperature)
            for _ in range(3):
                lattices.sweep()
        spins[:, part] = lattices.spins()
    return spins / np.sqrt((spins**2).sum(axis=0))  # rounding has changed lengths by 1e-6


class _Sublattices:
    """R lattices as four sublattices (a, c): rows a, a + 2, ... and columns c, c + 2, ...

    Spins of one sublattice do not interact and are updated at once. It is kept as m x m cells,
    m = L/2 + 1: one row and one column repeat the opposite edge, in front of the others where a
    or c is 1, behind them where it is 0. A component of all replicas is one row of memory; the
    neighbours are such a row moved by a few cells (m spare ones at both ends), and all operations
    run over unbroken memory. What they write into the repeated edges is wrong, and overwritten.
    """

    def __init__(self, d, b, streams, size):
        self.m, self.length = size // 2 + 1, len(d) * (size // 2 + 1) ** 2
        self.shape = (len(d), self.m, self.m)
        self.d, self.b = (np.repeat(np.float32(x), self.m**2) for x in (d, b))
        self.generators = [np.random.default_rng(stream) for stream in streams]
        self.memory = np.zeros((2, 2, 3, self.length + 2 * self.m), np.float32)
        self.h, self.work = np.empty((2, 3, self.length), np.float32)
        self.f, self.g = np.empty((2, self.length), np.float32)
        self.draws = np.empty((3, 2, 2, self.length), np.float32)
        self.draw()
        for a, c in np.ndindex(2, 2):  # cos theta uniform in [-1, 1]: infinite temperature
            np.minimum(2 * np.exp(self.draws[0, a, c]), 2, out=self.g)
            self.place(a, c, 1)
            self.close(a, c)

    def cells(self, a, c, shift=0):
        """Return a sublattice's spins (3, R m m), each replaced by the one `shift` cells on."""
        return self.memory[a, c, :, self.m + shift : self.m + shift + self.length]

    def close(self, a, c):
        """Repeat the edges: periodic boundaries."""
        s = self.cells(a, c).reshape(3, *self.shape)
        s[:, :, a - 1] = s[:, :, -a]
        s[..., c - 1] = s[..., -c]

    def draw(self):
        """Draw log u, cos phi and sin phi, u uniform in (0, 1], phi in [0, 2 pi)."""
        uniform = np.empty((2, 2, 2, self.m**2), np.float32)
        for r, generator in enumerate(self.generators):  # the same calls however many replicas
            log_u, cos, sin = self.draws.reshape(3, 2, 2, len(self.generators), -1)[:, :, :, r]
            generator.random(out=uniform, dtype=np.float32)
            np.log(1 - uniform[0], out=log_u)
            phi = np.float32(2 * np.pi) * uniform[1]
            np.cos(phi, out=cos)
            np.sin(phi, out=sin)

    def place(self, a, c, sign):
        """Put a sublattice's spins around the z axis, with 1 - s_z sign in g."""
        s = self.cells(a, c)
        sine = np.sqrt(self.g * (2 - self.g), out=self.work[0])
        np.multiply(sine, self.draws[1:, a, c], out=s[:2])
        np.multiply(1 - self.g, sign, out=s[2])

    def sweep(self, temperature=None):
        """Draw all spins from the heat bath of a temperature, or without one over-relax them.

        Over-relaxation [3] turns a spin half round its field h, as far as its energy allows. The
        heat bath [2] draws it anew, with density exp(cos theta |h| / T): 1 - cos theta is
        exponential with mean T / |h|, cut off at 2. As an exponential forgets its past, what
        is left of an uncut one after its last whole multiple of 2 has just this distribution.
        """
        if temperature:
            self.draw()
        f, g, h = self.f, self.g, self.h
        for a, c in np.ndindex(2, 2):
            left, right = self.cells(a, 1 - c, -c), self.cells(a, 1 - c, 1 - c)
            down, up = self.cells(1 - a, c, -a * self.m), self.cells(1 - a, c, (1 - a) * self.m)
            _bonds(left, right, down, up, self.d, h, self.work)
            h[2] += self.b
            if temperature:
                np.sqrt(self.dot(h, h, out=f), out=f)
                np.divide(self.draws[0, a, c], f, out=g)
                g *= -temperature
                g -= 2 * np.floor(g / 2)
                # Drawn around that end of the z axis which is nearer to h; half a turn about the
                # bisector of both carries this end to h, and nothing small is divided by.
                np.copysign(f, h[2], out=f)
                self.place(a, c, np.sign(f))
                h[2] += f
            s = self.cells(a, c)
            self.dot(s, h, out=f)
            f /= self.dot(h, h, out=g)
            f *= 2
            h *= f
            np.subtract(h, s, out=s)  # half a turn: s becomes 2 h (s.h) / (h.h) - s
            self.close(a, c)

    def dot(self, u, v, out):
        np.multiply(u, v, out=self.work)
        np.add(self.work[0], self.work[1], out=out)
        return np.add(out, self.work[2], out=out)

    def spins(self):
        """Return the spins as (3, R, L, L)."""
        n = self.m - 1
        spins = np.empty((3, self.shape[0], 2 * n, 2 * n), np.float32)
        for a, c in np.ndindex(2, 2):
            s = self.cells(a, c).reshape(3, *self.shape)
            spins[:, :, a::2, c::2] = s[:, :, a : a + n, c : c + n]
        return spins


def _bonds(left, right, down, up, d, field, work):
    """Put the field of spins' neighbours into `field`.

    -d r.(s_i x s_j) = -s_i.(s_j x d r): a neighbour ahead adds s_j x d r, one behind subtracts
    it. For r = x this is d (0, s_z, -s_y), for r = y it is d (-s_z, 0, s_x).
    """
    np.add(left, right, out=field)
    field += down
    field += up
    v = np.subtract(right[1:], left[1:], out=work[:2])  # components y, z
    v *= d
    field[1] += v[1]
    field[2] -= v[0]
    np.subtract(up[::2], down[::2], out=v)  # components x, z
    v *= d
    field[0] -= v[1]
    field[2] += v[0]


def local_field(spins, d, b):
    """Return each spin's field h in units of J, float64 (3, R, L, L): its energy is -s.h.

    `spins` is an array (3, R, L, L); d and b are as for `anneal`.
    """
    spins = _spins(spins)
    _, d, b = _rows(spins=np.zeros(spins.shape[1], int), d=d, b=b)
    sides = [np.roll(spins, step, axis) for axis in (3, 2) for step in (1, -1)]
    field = np.empty_like(spins)
    _bonds(*sides, d[:, None, None], field, np.empty_like(spins))
    field[2] += b[:, None, None]
    return field


def energy(spins, d, b):
    """Return the energy per spin of each replica, (R,), in units of J; as `local_field`."""
    twice = (spins * local_field(spins, d, b)).sum(axis=0).mean(axis=(1, 2))  # each bond, not b
    return -(twice + np.asarray(b) * magnetisation(spins)) / 2


def magnetisation(spins):
    """Return the mean of s_z of each replica, (R,), of spins (3, R, L, L)."""
    return _spins(spins)[2].mean(axis=(1, 2))


def charge(spins):
    """Return how often each replica's spins (3, R, L, L) wrap the sphere, (R,) [4].

    The spins at the corners of a triangle, two of which make a plaquette, span a solid angle;
    the sum over all triangles is 4 pi times an integer. A skyrmion with its core down counts -1.
    Random spins may count otherwise when cut along the other diagonal, smooth ones do not.
    """
    spins = _spins(spins)
    s = spins / np.sqrt((spins**2).sum(axis=0))
    right, up = np.roll(s, -1, axis=3), np.roll(s, -1, axis=2)
    across = np.roll(up, -1, axis=3)
    total = 0
    for u, v in ((right, across), (across, up)):
        volume = (s * np.cross(u, v, axis=0)).sum(axis=0)
        cosines = (s * u + u * v + v * s).sum(axis=0)
        total += 2 * np.arctan2(volume, 1 + cosines).sum(axis=(1, 2))
    return total / (4 * np.pi)


def helix(n1, n2, size=48):
    """Return spirals that turn n1 times along x and n2 times along y, (3, R, size, size) float32.

    n1 and n2 are integers or arrays (R,) of them, not negative. With q = 2 pi (n1, n2) / size the
    spins turn about the axis along (sin q_x, sin q_y, 0), the best one for d > 0.
    """
    q = 2 * np.pi / integer("size", size, 2) * np.array(_rows(n1=n1, n2=n2))[:, :, None, None]
    y, x = np.mgrid[:size, :size]
    phase, axis = q[0] * x + q[1] * y, np.arctan2(np.sin(q[1]), np.sin(q[0]))
    along = np.sin(axis) * np.sin(phase), -np.cos(axis) * np.sin(phase), np.cos(phase)
    return np.array(along, np.float32)


def _rows(**values):
    """Return rows of one length; `real` judges each d and b, `integer` each other number."""
    judges = {"d": real, "b": real}
    rows = [
        [judges.get(name, integer)(name, x) for x in np.atleast_1d(value)]
        for name, value in values.items()
    ]
    lengths = dict(zip(values, map(len, rows)))
    longest = max(lengths.values())
    if longest == 0 or not set(lengths.values()) <= {1, longest}:
        raise ValueError(f"each of these must have one value or the same number, not {lengths}")
    return [np.resize(row, longest) for row in rows]


def _spins(spins):
    """Return spins as float64, or complain."""
    spins = np.asarray(spins)
    if spins.ndim != 4 or len(spins) != 3 or not np.all(np.isfinite(spins)):
        raise ValueError(f"spins must be finite numbers (3, R, L, L), not {spins.shape}")
    return spins.astype(float)
