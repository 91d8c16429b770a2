"""Checks of assignment 05: spins, their charge, and networks that name a phase."""

import numpy as np

from utils.checks import exercise
from utils.checks.compare import (
    Shape,
    array,
    call,
    compare,
    compare_function,
    number,
    require,
)
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
    x = np.array([1.0, 0, 0])

    def field(s, d, b):
        right, left = np.roll(s, -1, axis=0), np.roll(s, 1, axis=0)
        turn = d * np.cross(right - left, x)
        up = np.array([0, 0, b])
        return right + left + turn + up, [
            (right + turn + up, "local_field leaves out the exchange with the left neighbour"),
            (right + d * np.cross(right, x) + up,
             "each spin has two neighbours: the left one is missing"),
            (right + left - turn + up, "the Dzyaloshinskii-Moriya field has the wrong sign"),
            (right + left + d * np.cross(right + left, x) + up,
             "for the left neighbour the order of the cross product changes, and the sign"),
            (right + left + up, "d has no effect on local_field"),
            (right + left + turn, "b has no effect on local_field"),
            (right + left + turn - up, "the field b has the wrong sign: it pulls spins up"),
            ((right + left + turn) / 2 + up, "no half: both bonds belong to the spin's energy"),
        ]  # fmt: skip

    def turned(s, h):
        along, size = (s * h).sum(axis=1, keepdims=True), (h * h).sum(axis=1, keepdims=True)
        part = along / size * h  # of s, along h
        return 2 * part - s, [
            (s - 2 * part, "that is the mirror image: s.h changes its sign, and the energy too"),
            (part - s, "over_relax goes only half the way: twice the part along h, minus s"),
            (part, "over_relax returns the part of s along h alone"),
            (h / np.sqrt(size), "that puts the spin along h: the energy must stay"),
            (2 * along * h - s, "h is not of length one: divide by h.h"),
            (2 * along / np.sqrt(size) * h - s, "divide by h.h, the square of the length"),
            (s, "the spins have not moved"),
            (2 * (s * h).sum() / (h * h).sum() * h - s,
             "each spin has its own h: sum over the three components, axis=1, and keep the axis"),
            (lambda r: not np.allclose((r * r).sum(axis=1), 1),
             "over_relax changes the spins' length"),
            (lambda r: not np.allclose((r * h).sum(axis=1), along[:, 0]),
             "over_relax changes the energy"),
        ]  # fmt: skip

    rng, cases = np.random.default_rng(51), []
    for n, d, b in ((7, 0.8, 0.5), (5, 1.5, -0.25)):
        s = rng.normal(size=(n, 3))
        cases.append((s / np.linalg.norm(s, axis=1, keepdims=True), d, b))
    compare_function("local_field", local_field, field, cases)
    pairs = [(s, 2 * rng.normal(size=s.shape)) for s, *_ in cases]
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
        free = length * np.arctan(d) / (2 * np.pi)
        small = length * d / (2 * np.pi)
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
        a, b, c, e = s[:-1, :-1], s[:-1, 1:], s[1:, 1:], s[1:, :-1]
        first, second = (2 * np.arctan2(*parts(*t)).sum() for t in ((a, b, c), (a, c, e)))
        right = (first + second) / (4 * np.pi)
        rolled = [np.roll(s, k, (0, 1)) for k in ((0, -1), (-1, -1), (-1, 0))]
        around = [(s, rolled[0], rolled[1]), (s, rolled[1], rolled[2])]
        periodic = sum(2 * np.arctan2(*parts(*t)).sum() for t in around) / (4 * np.pi)
        return right, [
            (periodic,
             "the patch has open edges: no np.roll, no rounding, the charge is no integer"),
            (first / (4 * np.pi), "each plaquette has two triangles: the second is missing"),
            (second / (4 * np.pi), "each plaquette has two triangles: the first is missing"),
            ((first - second) / (4 * np.pi), "the two triangles must run round in the same sense"),
            (first + second, "divide by the solid angle of the whole sphere, 4 pi"),
            ((first + second) / (2 * np.pi), "the whole sphere has 4 pi, not 2 pi"),
        ]  # fmt: skip

    rng = np.random.default_rng(53)
    a, b, c = rng.normal(size=(3, 40, 3))
    a, b, c = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in (a, b, c))
    compare_function("solid_angle", solid_angle, angle, [(a, b, c)])
    cases = []
    for size, shift, core in (((9, 9), 0.3, (4.2, 4.4)), ((8, 11), -0.6, (0.5, 4.0))):
        y, x = np.mgrid[: size[0], : size[1]] - np.reshape(core, (2, 1, 1))
        polar, turn = np.pi * np.exp(-((np.hypot(x, y) / 3) ** 2)), np.arctan2(y, x) + shift
        cases.append((np.stack([np.sin(polar) * np.cos(turn), np.sin(polar) * np.sin(turn),
                                np.cos(polar)], axis=-1),))  # fmt: skip
    compare_function("charge", charge, patch, cases)


@exercise(
    "05.4",
    "Print a few numbers of each class on the maps that are given: the correlation of neighbours, "
    "the mean of the third power, the share of negative pixels.",
    "In a ferromagnet neighbouring pixels are noise: they are hardly correlated. Dots are few and "
    "deep, so that the third moment of their map is negative; stripes have about none.",
)
def texture(function):
    if not FRESH:
        d = np.resize([0.75, 0.85, 0.95], 24)
        b = np.repeat([0.05, 0.5, 1.1], 8) * d**2
        FRESH["maps"], FRESH["labels"] = spins.anneal(d, b, seed=54)[2], np.repeat([0, 1, 2], 8)
    labels = FRESH["labels"]
    mean, sd = (f(FRESH["maps"], axis=(1, 2), keepdims=True) for f in (np.mean, np.std))
    maps = (FRESH["maps"] - mean) / sd
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
    d = np.resize([0.75, 0.9], 12)
    if "raw" not in FRESH:
        b = np.repeat([0.05, 0.5, 1.1], 4) * d**2
        FRESH["raw"] = spins.anneal(d, b, seed=55)[2]
    found = answers(net, FRESH["raw"], (12, 3), "net")
    sums = np.allclose(found.sum(axis=1), 1, atol=1e-3) and found.min() >= 0
    require(sums, "the three outputs must be probabilities: they need a softmax")
    wrong = np.sum(found.argmax(axis=1) != np.repeat([0, 1, 2], 4))
    require(wrong <= 1, f"net names {wrong} of 12 new maps wrongly: train it on the moved maps")
    stranger = array(stranger, (48, 48), "stranger")
    require(np.abs(stranger).max() <= 1, "no component of a spin is beyond -1 or 1")
    spread = stranger.std()
    require(
        spread <= 0.05, f"stranger has a texture: its standard deviation is {spread:.2g} > 0.05"
    )
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
        k = [np.flatnonzero((row[:-1] > 0.5) & (row[1:] <= 0.5))[-1] for row in p]
        rows = list(zip(k, p))
        found = np.array([b[i] + (r[i] - 0.5) / (r[i] - r[i + 1]) * (b[i + 1] - b[i])
                          for i, r in rows])  # fmt: skip
        up = [np.flatnonzero((row[:-1] <= 0.5) & (row[1:] > 0.5)) for row in p]
        rises = np.array([b[i[0]] + (0.5 - r[i[0]]) / (r[i[0] + 1] - r[i[0]])
                          * (b[i[0] + 1] - b[i[0]]) for i, r in zip(up, p)])  # fmt: skip
        n, right = len(p), found.mean()
        error = found.std(ddof=1) / np.sqrt(n)
        average = p.mean(axis=0)
        i = np.flatnonzero((average[:-1] > 0.5) & (average[1:] <= 0.5))[-1]
        first = b[i] + (average[i] - 0.5) / (average[i] - average[i + 1]) * (b[i + 1] - b[i])
        return (right, error), [
            ("mean", rises.mean(), "where it falls is asked for, not where p rises"),
            ("mean", first, "find the crossing of each seed first, then average the crossings"),
            ("mean", np.mean([b[i] for i, _ in rows]),
             "take no point above 1/2: draw a straight line to the next one"),
            ("mean", np.mean([b[i + 1] for i, _ in rows]),
             "that is the first point below 1/2: draw a straight line from the one before"),
            ("mean", np.mean([(b[i] + b[i + 1]) / 2 for i, _ in rows]),
             "not the middle of the two points: the straight line between them crosses elsewhere"),
            ((right, found.std(ddof=1)),
             "that is the spread of the seeds, not the error of their mean"),
            ((right, found.std() / np.sqrt(n)), "with few seeds use ddof=1"),
            ((right, found.std()), "that is the spread of the seeds, not the error of their mean"),
            ("mean", None, "... is wrong: one crossing for each row of p"),
        ]  # fmt: skip

    rng, cases = np.random.default_rng(56), []
    for n, points in ((5, 12), (3, 23)):
        b = np.linspace(0, 1.1, points)
        low, high = rng.normal(0.2, 0.02, (n, 1)), rng.normal(0.71, 0.02, (n, 1))
        p = 1 / (1 + np.exp((low - b) / 0.04)) - 1 / (1 + np.exp((high - b) / 0.05))
        cases.append((b, p))
    compare_function("boundary", function, table, cases, parts=("mean", "error"))
    found = number(b_half, "b_half")
    compare("b_half", found, 0.175, [
        (0.7, "b_half is that of D = 1: which combination of b and D stays the same?"),
        (0.35, "the field of the boundary falls faster than D"),
        (1.4, "b_half grows instead of falling"),
        (2.8, "b_half grows instead of falling"),
        (0.0875, "the field falls with the square of D, not with the cube"),
    ], rtol=0, atol=0.011)  # fmt: skip
