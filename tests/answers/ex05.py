"""Typical wrong answers of assignment 05 with the message each must get, and right ones."""

import numpy as np

X = np.array([1.0, 0, 0])
UP = np.array([0, 0, 1.0])


def sides(s):
    return np.roll(s, -1, axis=0), np.roll(s, 1, axis=0)


def field(s, d, b, left=1, dm=1, cross=-1, up=1, size=1):
    """Return the local field; the keywords make typical mistakes."""
    after, before = sides(s)
    turn = d * (np.cross(after, X) + left * cross * np.cross(before, X))
    return size * (after + left * before + dm * turn + up * b * UP)


def one_sided_exchange(s, d, b):
    after, before = sides(s)
    return after + d * np.cross(after - before, X) + b * UP


def half(s, d, b):
    return field(s, d, 0) / 2 + b * UP


def field_in_loops(s, d, b):
    n, h = len(s), []
    for i in range(n):
        (ax, ay, az), (cx, cy, cz) = s[(i + 1) % n], s[i - 1]
        h.append([ax + cx, ay + cy + d * (az - cz), az + cz - d * (ay - cy) + b])
    return h


def along(s, h):
    return (s * h).sum(axis=1, keepdims=True) / (h * h).sum(axis=1, keepdims=True) * h


def relax(s, h):
    return 2 * along(s, h) - s


def relax_in_loops(s, h):
    return [2 * np.dot(a, f) / np.dot(f, f) * f - a for a, f in zip(s, h)]


def relax_by_unit(s, h):
    e = h / np.sqrt((h**2).sum(axis=1))[:, None]
    return 2 * (s * e).sum(axis=1)[:, None] * e - s


def no_division(s, h):
    return 2 * (s * h).sum(axis=1, keepdims=True) * h - s


def by_length(s, h):
    return no_division(s, h / np.sqrt(np.linalg.norm(h, axis=1, keepdims=True)))


def energies(d, length):
    q = 2 * np.pi * np.arange(length // 2 + 1) / length
    return -np.cos(q) - d * np.sin(q)


def helix(d, length):
    e = energies(d, length)
    return int(np.argmin(e)), e.min()


def helix_in_loops(d, length):
    best = (0, -1.0)
    for n in range(1, length // 2 + 1):
        q = 2 * np.pi * n / length
        if -np.cos(q) - d * np.sin(q) < best[1]:
            best = (n, -np.cos(q) - d * np.sin(q))
    return list(best)


def helix_nearest(d, length):
    free = length * np.arctan(d) / 2 / np.pi
    return min((energies(d, length)[int(n)], int(n)) for n in (free, free + 1))[::-1]


def free_helix(d, length):
    return length * np.arctan(d) / (2 * np.pi), -np.sqrt(1 + d**2)


def unbound(d, length):
    return helix(d, length)[0], -np.sqrt(1 + d**2)


def floor_helix(d, length):
    n = int(length * np.arctan(d) / (2 * np.pi))
    return n, energies(d, length)[n]


def total_helix(d, length):
    n, e = helix(d, length)
    return n, e * length


def wrong_sign(d, length):
    n, e = helix(d, length)
    return n, -e


def highest(d, length):
    e = energies(d, length)
    return int(np.argmax(e)), e.max()


def small_angle(d, length):
    n = round(length * d / (2 * np.pi))
    return n, -np.cos(2 * np.pi * n / length) - d * np.sin(2 * np.pi * n / length)


PERIOD = 5.7


def halves(a, b, c):
    volume = (a * np.cross(b, c)).sum(axis=-1)
    return volume, 1 + (a * b).sum(-1) + (b * c).sum(-1) + (c * a).sum(-1)


def solid(a, b, c):
    return 2 * np.arctan2(*halves(a, b, c))


def solid_by_angle(a, b, c):
    volume, rest = halves(a, b, c)
    return 2 * np.angle(rest + 1j * volume)


def solid_by_arctan(a, b, c):
    volume, rest = halves(a, b, c)
    return 2 * np.arctan(volume / rest)


def corners(s):
    return s[:-1, :-1], s[:-1, 1:], s[1:, 1:], s[1:, :-1]


def charge(s, first=1, second=1, whole=4 * np.pi):
    a, b, c, e = corners(s)
    return (first * solid(a, b, c).sum() + second * solid(a, c, e).sum()) / whole


def charge_in_loops(s):
    total = 0.0
    for r in range(s.shape[0] - 1):
        for k in range(s.shape[1] - 1):
            total += solid(s[r, k], s[r, k + 1], s[r + 1, k + 1])
            total += solid(s[r, k], s[r + 1, k + 1], s[r + 1, k])
    return total / 4 / np.pi


def periodic(s):
    b, c, e = (np.roll(s, k, (0, 1)) for k in ((0, -1), (-1, -1), (-1, 0)))
    return (solid(s, b, c).sum() + solid(s, c, e).sum()) / (4 * np.pi)


def name_phase(maps, swap=False):
    neighbours = (maps * np.roll(maps, 1, axis=2)).mean(axis=(1, 2))
    third = (maps**3).mean(axis=(1, 2))
    dots = np.where(third < -0.6, 1, 0)
    return np.where(neighbours < 0.3, 2, 1 - dots if swap else dots)


def name_by_blue(maps):
    """Ferromagnets by the smoothness across rows, lattices by the share of negative pixels."""
    rough = ((maps - np.roll(maps, 1, axis=1)) ** 2).mean(axis=(1, 2))
    blue = (maps < 0).mean(axis=(1, 2))
    return [2 if r > 1.4 else 1 if share < 0.46 else 0 for r, share in zip(rough, blue)]


def by_mean(maps):
    return np.digitize(maps.mean(axis=(1, 2)), [0.29, 0.76])


def by_rank(maps):
    neighbours = (maps * np.roll(maps, 1, axis=2)).mean(axis=(1, 2))
    order = neighbours.argsort().argsort()
    return np.where(order < len(maps) / 3, 2, name_phase(maps))


def by_pixel(maps):
    return np.where(maps[:, 3, 5] > 0, name_phase(maps), 0)


class Net:
    """A stand-in for a trained network that reads the mean and nothing else."""

    def __init__(self, places=(0.0, 0.55, 1.0), sharp=60.0):
        self.places, self.sharp = np.array(places), sharp

    def predict(self, maps, verbose=0):
        z = -self.sharp * (np.mean(maps, axis=(1, 2))[:, None] - self.places) ** 2
        return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


class NoSoftmax(Net):
    def predict(self, maps, verbose=0):
        return 3 * super().predict(maps)


class Strict(Net):
    """It sees texture: a map without any is a ferromagnet."""

    def predict(self, maps, verbose=0):
        flat = np.std(maps, axis=(1, 2)) < 0.1
        return np.where(flat[:, None], [0, 0, 1.0], super().predict(maps))


PLAIN = np.full((48, 48), 0.55)
NOISE = np.random.default_rng(0).uniform(0.5, 0.6, (48, 48))
STRIPES = np.resize([0.1, 1.0], (48, 48))


def falls(b, row):
    k = [j for j in range(len(b) - 1) if row[j] > 0.5 >= row[j + 1]][-1]
    return b[k], b[k + 1], (row[k] - 0.5) / (row[k] - row[k + 1])


def places(b, p):
    return [low + part * (high - low) for low, high, part in (falls(b, row) for row in p)]


def boundary(b, p):
    return np.mean(places(b, p)), np.std(places(b, p), ddof=1) / np.sqrt(len(p))


def by_interp(b, p):
    found = []
    for row in p:
        top = row.argmax()
        found.append(np.interp(-0.5, -row[top:], b[top:]))
    return [np.mean(found), np.sqrt(np.var(found, ddof=1) / len(found))]


def spread(b, p):
    return np.mean(places(b, p)), np.std(places(b, p), ddof=1)


def biased(b, p):
    return np.mean(places(b, p)), np.std(places(b, p)) / np.sqrt(len(p))


def rises(b, p):
    ends = [np.interp(0.5, row[: row.argmax() + 1], b[: row.argmax() + 1]) for row in p]
    return np.mean(ends), np.std(ends, ddof=1) / np.sqrt(len(p))


def on_the_grid(b, p):
    ends = [falls(b, row)[0] for row in p]
    return np.mean(ends), np.std(ends, ddof=1) / np.sqrt(len(p))


def beyond(b, p):
    ends = [falls(b, row)[1] for row in p]
    return np.mean(ends), np.std(ends, ddof=1) / np.sqrt(len(p))


def middle(b, p):
    return (on_the_grid(b, p)[0] + beyond(b, p)[0]) / 2, 0.01


def of_the_mean(b, p):
    return places(b, p.mean(axis=0)[None])[0], boundary(b, p)[1]


WRONG = {
    "05.1": [
        ((lambda s, d, b: field(s, d, b, left=0), relax), "left one is missing"),
        ((one_sided_exchange, relax), "leaves out the exchange with the left"),
        ((lambda s, d, b: field(s, d, b, dm=-1), relax), "wrong sign"),
        ((lambda s, d, b: field(s, d, b, cross=1), relax), "order of the cross product"),
        ((lambda s, d, b: field(s, 0, b), relax), "d has no effect"),
        ((lambda s, d, b: field(s, d, 0), relax), "b has no effect"),
        ((lambda s, d, b: field(s, d, b, up=-1), relax), "it pulls spins up"),
        ((lambda s, d, b: field(s, d, b, size=-1), relax), "local_field has the wrong sign"),
        ((half, relax), "no half"),
        ((lambda s, d, b: field(s, d, b).T, relax), "is transposed"),
        ((field, lambda s, h: -relax(s, h)), "mirror image"),
        ((field, lambda s, h: along(s, h) - s), "half the way"),
        ((field, along), "the part of s along h alone"),
        ((field, lambda s, h: h / np.linalg.norm(h, axis=1)[:, None]), "the energy must stay"),
        ((field, no_division), "divide by h.h"),
        ((field, by_length), "the square of the length"),
        ((field, lambda s, h: s.copy()), "have not moved"),
        ((field, lambda s, h: 2 * (s * h).sum() / (h * h).sum() * h - s), "its own h"),
        ((field, lambda s, h: 1.5 * relax(s, h)), "changes the spins' length"),
        ((field, lambda s, h: relax(s, h)[:, ::-1]), "changes the energy"),
    ],
    "05.2": [
        ((free_helix, PERIOD), "must be an integer"),
        ((unbound, PERIOD), "does not fit"),
        ((floor_helix, PERIOD), "next smaller integer"),
        ((small_angle, PERIOD), "is d only for small d"),
        ((highest, PERIOD), "highest energy"),
        ((total_helix, PERIOD), "per spin"),
        ((wrong_sign, PERIOD), "wrong sign"),
        ((lambda d, n: (helix(d, n)[0], 2 * helix(d, n)[1]), PERIOD), "counts once"),
        ((lambda d, n: (n / max(helix(d, n)[0], 1), helix(d, n)[1]), PERIOD), "not the period"),
        ((lambda d, n: helix(d, n)[0], PERIOD), "pair"),
        ((helix, 4), "half of 8"),
        ((helix, 8), "that of d = 1"),
        ((helix, 3.14), "small d only"),
        ((helix, 1.107), "make a full turn"),
        ((helix, 325.2), "2 pi of them"),
    ],
    "05.3": [
        ((lambda a, b, c: solid(a, b, c) / 2, charge), "half the solid angle"),
        ((lambda a, b, c: -solid(a, b, c), charge), "solid_angle has the wrong sign"),
        ((solid_by_arctan, charge), "np.arctan2"),
        ((lambda a, b, c: np.divide(*halves(a, b, c)), charge), "the tangent"),
        ((lambda a, b, c: abs(solid(a, b, c)), charge), "carries a sign"),
        ((lambda a, b, c: solid(a, b, c).sum(), charge), "one solid angle for each"),
        ((solid, lambda s: -charge(s)), "wrong sign"),
        ((solid, periodic), "no np.roll"),
        ((solid, lambda s: charge(s, second=0)), "the second is missing"),
        ((solid, lambda s: charge(s, first=0)), "the first is missing"),
        ((solid, lambda s: charge(s, second=-1)), "same sense"),
        ((solid, lambda s: charge(s, whole=1)), "4 pi"),
        ((solid, lambda s: charge(s, whole=2 * np.pi)), "not 2 pi"),
        ((solid, lambda s: np.round(charge(s))), "no rounding"),
    ],
    "05.4": [
        ((by_mean,), "every map the same name"),
        ((lambda maps: name_phase(maps) + 1,), "0, 1 or 2"),
        ((lambda maps: name_phase(maps, swap=True),), "get a wrong name"),
        ((by_rank,), "depend on the other maps"),
        ((by_pixel,), "a shifted map"),
        ((lambda maps: name_phase(maps)[0],), "shape"),
    ],
    "05.5": [
        ((3, PLAIN), "a Keras model"),
        ((NoSoftmax(), PLAIN), "need a softmax"),
        ((Net((0, 2, 4)), PLAIN), "wrongly"),
        ((Net(), STRIPES), "has a texture"),
        ((Net(), 0.03 * NOISE), "calls your stranger a spiral"),
        ((Net(), 2 * PLAIN), "beyond -1 or 1"),
        ((Net(), PLAIN[None]), "shape"),
        ((Strict(), PLAIN), "calls your stranger a ferromagnet"),
        ((Net(), None), "None"),
    ],
    "05.6": [
        ((spread, 0.175), "the error of their mean"),
        ((biased, 0.175), "ddof=1"),
        ((rises, 0.175), "where it falls"),
        ((on_the_grid, 0.175), "take no point above 1/2"),
        ((beyond, 0.175), "first point below"),
        ((middle, 0.175), "not the middle"),
        ((of_the_mean, 0.175), "each seed first"),
        ((lambda b, p: (boundary(b, p)[0] + 0.1, 0.1), 0.175), "is wrong: one crossing"),
        ((lambda b, p: boundary(b, p)[0], 0.175), "pair"),
        ((boundary, 0.7), "stays the same"),
        ((boundary, 0.35), "faster than D"),
        ((boundary, 2.8), "instead of falling"),
        ((boundary, 0.0875), "square of D"),
    ],
}
RIGHT = {
    "05.1": [(field, relax), (field_in_loops, relax_in_loops), (field, relax_by_unit)],
    "05.2": [(helix, PERIOD), (helix_in_loops, 5.675), (helix_nearest, 5.7)],
    "05.3": [(solid, charge), (solid_by_angle, charge_in_loops)],
    "05.4": [(name_phase,), (name_by_blue,)],
    "05.5": [(Net(), PLAIN), (Net(sharp=90), NOISE)],
    "05.6": [(boundary, 0.175), (by_interp, 0.18)],
}
