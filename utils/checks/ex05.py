"""Checks of assignment 05: spins, their charge, and networks that name a phase."""

import numpy as np

from utils.checks import exercise
from utils.checks.attempt import call, require
from utils.checks.compare import Shape, array, compare, compare_function
from utils.checks.models import answers
from utils.simulate import spins

FRESH = {}  # maps that no student has seen, made once


@exercise(
    "05.1",
    "np.roll(s, -1, axis=0) puts the right neighbour of every spin in its row.",
    "-d x.(s_i x s_j) = -s_i.(s_j x d x): the right neighbour adds s_j x d x, and for the left one "
    "you exchange the factors. np.cross works on rows.",
)
def chain(local_field, over_relax):
    def field(s, d, b):
        right, left = np.roll(s, -1, axis=0), np.roll(s, 1, axis=0)
        from_right, from_left = (d * np.cross(side, [1.0, 0, 0]) for side in (right, left))
        both, turn, up = right + left, from_right - from_left, np.array([0, 0, b])
        return both + turn + up, [
            (right + turn + up, "local_field leaves out the exchange with the left neighbour"),
            (right + from_right + up, "each spin has two neighbours: the left one is missing"),
            (both - turn + up, "the Dzyaloshinskii-Moriya field has the wrong sign"),
            (both + from_right + from_left + up,
             "for the left neighbour the order of the cross product changes, and the sign"),
            (both + up, "d has no effect on local_field"),
            (both + turn, "b has no effect on local_field"),
            (both + turn - up, "the field b has the wrong sign: it pulls spins up"),
            ((both + turn) / 2 + up, "no half: both bonds belong to the spin's energy"),
        ]  # fmt: skip

    def turned(s, h):
        along, size = (np.sum(h * v, axis=1, keepdims=True) for v in (s, h))
        part = along / size * h  # of s, along h
        return 2 * part - s, [
            (s - 2 * part, "that is the mirror image: s.h changes its sign, and the energy too"),
            (part - s, "over_relax goes only half the way: twice the part along h, minus s"),
            (part, "over_relax returns the part of s along h alone"),
            (h / np.sqrt(size), "that puts the spin along h: the energy must stay"),
            (2 * along * h - s, "h is not of length one: divide by h.h"),
            (2 * along / np.sqrt(size) * h - s, "divide by h.h, the square of the length"),
            (s, "the spins have not moved"),
            (2 * along.sum() / size.sum() * h - s,
             "each spin has its own h: sum over the three components, axis=1, and keep the axis"),
            (lambda r: not np.allclose((r * r).sum(1), 1), "over_relax changes the spins' length"),
            (lambda r: not np.allclose((r * h).sum(axis=1), along[:, 0]),
             "over_relax changes the energy"),
        ]  # fmt: skip

    rng = np.random.default_rng(51)
    long, short = (rng.normal(size=(n, 3)) for n in (7, 5))
    long, short = (s / np.linalg.norm(s, axis=1, keepdims=True) for s in (long, short))
    compare_function("local_field", local_field, field, [(long, 0.8, 0.5), (short, 1.5, -0.25)])
    pairs = [(s, 2 * rng.normal(size=s.shape)) for s in (long, short)]
    compare_function("over_relax", over_relax, turned, pairs)


@exercise(
    "05.2",
    "With n turns on a ring of L spins, neighbours differ by the angle q = 2 pi n / L.",
    "Compute the energy for n = 0, 1, ..., L/2 and take the lowest; the best angle atan(d) need "
    "not be among them. For the prediction: what is atan(2), and how many of those make a turn?",
)
def best_helix(function, period):
    def table(d, length):
        n = np.arange(length // 2 + 1)
        q = 2 * np.pi * n / length
        energies = -np.cos(q) - d * np.sin(q)
        best = energies.argmin()
        free, small = (length * angle / (2 * np.pi) for angle in (np.arctan(d), d))
        return (best, energies[best]), [
            ("turns", free, "the number of turns must be an integer: the ring closes"),
            ("energy", -np.sqrt(1 + d**2), "that angle's energy does not fit on this ring"),
            ("turns", np.floor(free), "not the next smaller integer: compare the energies"),
            ("turns", round(small), "the best angle is atan(d), which is d only for small d"),
            ("turns", energies.argmax(), "that is the highest energy"),
            ("turns", length / best if best else -1, "the turns are asked for, not the period"),
            ((best, length * energies[best]), "the energy per spin is asked for"),
            ((best, -2 * np.cos(q[best]) - 2 * d * np.sin(q[best])), "every bond counts once"),
        ]  # fmt: skip

    cases = [(1.0, 20), (0.45, 33), (1.0, 48), (2.0, 24), (0.9, 31)]
    compare_function("best_helix", function, table, cases, parts=("turns", "energy"))
    compare("period", period, 2 * np.pi / np.arctan(2), [
        (4, "period is half of 8: the angle atan(d) does not double with d"),
        (8, "period is that of d = 1: it is asked for d = 2"),
        (np.pi, "period is 2 pi / d, which holds for small d only"),
        (np.arctan(2), "that is the angle from spin to spin: how many make a full turn?"),
        (360 / np.arctan(2), "an angle in radians: a full turn has 2 pi of them"),
    ], rtol=0, atol=0.05)  # fmt: skip


@exercise(
    "05.3",
    "np.arctan2(numerator, denominator) knows all four quadrants; np.arctan of the ratio does not.",
    "Slices s[:-1, :-1], s[:-1, 1:], s[1:, 1:] and s[1:, :-1] are the four corners of every "
    "plaquette. Both triangles must run round in the same sense.",
)
def wrapped(solid_angle, charge):
    def parts(a, b, c):
        volume = (a * np.cross(b, c)).sum(axis=-1)
        return volume, 1 + (a * b + b * c + c * a).sum(axis=-1)

    def angle(a, b, c):
        volume, rest = parts(a, b, c)
        right = 2 * np.arctan2(volume, rest)
        return right, [
            (right / 2, "that is half the solid angle: the formula gives tan(Omega / 2)"),
            (2 * np.arctan(volume / rest),
             "where 1 + a.b + b.c + c.a < 0, arctan takes the wrong branch: use np.arctan2"),
            (volume / rest, "solid_angle returns the tangent, not the angle"),
            (np.abs(right), "the solid angle carries a sign: it tells the sense of turning"),
            (Shape(()), "one solid angle for each triangle: sum over the last axis only"),
        ]  # fmt: skip

    def patch(s):
        def triangles(a, b, c, e):
            """Return the sums over both triangles of all plaquettes, in units of the sphere."""
            return [np.arctan2(*parts(*t)).sum() / (2 * np.pi) for t in ((a, b, c), (a, c, e))]

        first, second = triangles(s[:-1, :-1], s[:-1, 1:], s[1:, 1:], s[1:, :-1])
        around = (np.roll(s, shift, (0, 1)) for shift in ((0, -1), (-1, -1), (-1, 0)))
        return first + second, [
            (sum(triangles(s, *around)),
             "the patch has open edges: no np.roll, no rounding, the charge is no integer"),
            (first, "each plaquette has two triangles: the second is missing"),
            (second, "each plaquette has two triangles: the first is missing"),
            (first - second, "the two triangles must run round in the same sense"),
            (4 * np.pi * (first + second), "divide by the solid angle of the whole sphere, 4 pi"),
            (2 * (first + second), "the whole sphere has 4 pi, not 2 pi"),
        ]  # fmt: skip

    corners, cases = np.random.default_rng(53).normal(size=(3, 40, 3)), []
    corners /= np.linalg.norm(corners, axis=-1, keepdims=True)
    compare_function("solid_angle", solid_angle, angle, [tuple(corners)])
    for size, shift, core in (((9, 9), 0.3, (4.2, 4.4)), ((8, 11), -0.6, (0.5, 4.0))):
        y, x = np.mgrid[: size[0], : size[1]] - np.reshape(core, (2, 1, 1))
        polar, turn = np.pi * np.exp(-((np.hypot(x, y) / 3) ** 2)), np.arctan2(y, x) + shift
        across = np.sin(polar)
        s = np.stack([across * np.cos(turn), across * np.sin(turn), np.cos(polar)], axis=-1)
        cases.append((s,))
    compare_function("charge", charge, patch, cases)


@exercise(
    "05.4",
    "Print a few numbers of each class on the maps that are given: the correlation of neighbours, "
    "the mean of the third power, the share of negative pixels.",
    "In a ferromagnet neighbouring pixels are noise: they are hardly correlated. Dots are few and "
    "deep, so that the third moment of their map is negative; stripes have about none.",
)
def texture(function):
    if "maps" not in FRESH:
        d = np.resize([0.75, 0.85, 0.95], 24)
        b = np.repeat([0.05, 0.5, 1.1], 8) * d**2
        raw = spins.anneal(d, b, seed=54)[2]
        mean, sd = (f(raw, axis=(1, 2), keepdims=True) for f in (np.mean, np.std))
        FRESH["maps"] = (raw - mean) / sd
    maps, labels = FRESH["maps"], np.repeat([0, 1, 2], 8)
    found = array(call(function, maps, name="name_phase"), (24,), "the result of name_phase")
    require(set(found) <= {0, 1, 2}, "name_phase must answer 0, 1 or 2")
    require(len(set(found)) > 1, "name_phase gives every map the same name: the maps have mean "
            "zero and standard deviation one, so that these numbers tell nothing")  # fmt: skip
    alone = call(function, maps[:1], name="name_phase")
    require(array(alone, (1,), "the result for one map")[0] == found[0], "the name of a map must "
            "not depend on the other maps")  # fmt: skip
    moved = array(call(function, np.roll(maps, 11, 2), name="name_phase"), (24,), "the result")
    require(np.mean(moved == found) > 0.9, "a shifted map gets another name")
    wrong = found != labels
    worst = max(range(3), key=lambda k: wrong[labels == k].sum())
    names = ("spirals", "skyrmion lattices", "ferromagnets")
    require(wrong.sum() <= 1, f"{wrong.sum()} of 24 new maps get a wrong name, above all "
            f"{names[worst]}")  # fmt: skip


@exercise(
    "05.5",
    "Flatten, Dense(64, sigmoid), Dense(3, softmax); `sparse_categorical_crossentropy` for labels "
    "0, 1, 2; one passage through the moved maps is enough.",
    "The moved maps have taught the network little more than a sum over all pixels. Which map "
    "without any texture has the sum of a skyrmion lattice?",
)
def fooled(net, stranger):
    if "raw" not in FRESH:
        d = np.resize([0.75, 0.9], 12)
        FRESH["raw"] = spins.anneal(d, np.repeat([0.05, 0.5, 1.1], 4) * d**2, seed=55)[2]
    found = answers(net, FRESH["raw"], (12, 3), "net")
    sums = np.allclose(found.sum(axis=1), 1, atol=1e-3) and found.min() >= 0
    require(sums, "the three outputs must be probabilities: they need a softmax")
    wrong = np.sum(found.argmax(axis=1) != np.repeat([0, 1, 2], 4))
    require(wrong <= 1, f"net names {wrong} of 12 new maps wrongly: train it on the moved maps")
    stranger = array(stranger, (48, 48), "stranger")
    require(np.abs(stranger).max() <= 1, "no component of a spin is beyond -1 or 1")
    sd = stranger.std()
    require(sd <= 0.05, f"stranger has a texture: its standard deviation is {sd:.2g} > 0.05")
    p = answers(net, stranger[None], (1, 3), "net")[0]
    says = ("spiral", "skyrmion lattice", "ferromagnet")[p.argmax()]
    require(p[1] >= 0.8, f"the network calls your stranger a {says}, and a skyrmion lattice with "
            f"p = {p[1]:.2f} only: 0.8 is wanted")  # fmt: skip


@exercise(
    "05.6",
    "Find the pair of points between which p passes 1/2; the straight line between them crosses "
    "there at b1 + (p1 - 1/2) / (p1 - p2) times their distance.",
    "The mean and the standard deviation are those of the crossings of all seeds, with ddof=1; "
    "the error of a mean is smaller by the root of their number. For the prediction: the boundary "
    "lies at a fixed b / D^2.",
)
def boundary(function, b_half):
    def table(b, p):
        def crossing(row, falls=True):
            """Return the points of b before and after the crossing, and where it lies between."""
            above = (row > 0.5) == falls
            steps = np.flatnonzero(above[:-1] & ~above[1:])
            i = steps[-1] if falls else steps[0]
            return b[i], b[i + 1], b[i] + (row[i] - 0.5) / (row[i] - row[i + 1]) * (b[i + 1] - b[i])

        above, below, found = np.transpose([crossing(row) for row in p])
        rises, together = [crossing(row, falls=False)[2] for row in p], crossing(p.mean(axis=0))[2]
        right, spread, root = found.mean(), found.std(ddof=1), np.sqrt(len(p))
        return (right, spread / root), [
            ("mean", np.mean(rises), "where it falls is asked for, not where p rises"),
            ("mean", together, "find the crossing of each seed first, then average the crossings"),
            ("mean", above.mean(), "take no point above 1/2: draw a straight line to the next one"),
            ("mean", below.mean(),
             "that is the first point below 1/2: draw a straight line from the one before"),
            ("mean", (above + below).mean() / 2,
             "not the middle of the two points: the straight line between them crosses elsewhere"),
            ((right, found.std() / root), "with few seeds use ddof=1"),
            ([(right, spread), (right, found.std())],
             "that is the spread of the seeds, not the error of their mean"),
            ("mean", None, "... is wrong: one crossing for each row of p"),
        ]  # fmt: skip

    rng, cases = np.random.default_rng(56), []
    for n, points in ((5, 12), (3, 23)):
        b = np.linspace(0, 1.1, points)
        low, high = (rng.normal(middle, 0.02, (n, 1)) for middle in (0.2, 0.71))
        cases.append((b, 1 / (1 + np.exp((low - b) / 0.04)) - 1 / (1 + np.exp((high - b) / 0.05))))
    compare_function("boundary", function, table, cases, parts=("mean", "error"))
    compare("b_half", b_half, 0.175, [
        (0.7, "b_half is that of D = 1: which combination of b and D stays the same?"),
        (0.35, "the field of the boundary falls faster than D"),
        ([1.4, 2.8], "b_half grows instead of falling"),
        (0.0875, "the field falls with the square of D, not with the cube"),
    ], rtol=0, atol=0.011)  # fmt: skip
