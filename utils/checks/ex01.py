"""Checks of assignment 01: one neuron draws a line."""

import numpy as np

from utils.checks import exercise
from utils.checks.attempt import call, require
from utils.checks.compare import Shape, array, compare, compare_function, number, same, things, word

BITS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])


@exercise(
    "01.1",
    "The potentials of all events in all units are one matrix product and one subtraction.",
    "Compare the potentials with zero; what does the step function say at zero itself?",
)
def trigger_menu(function):
    def table(x, W, theta):
        z = x @ W - theta
        right = (z > 0).astype(float)
        turned = right.T if len(x) != len(theta) else False
        return right, [
            (turned, "the answers have shape (n, m): events in rows, units in columns"),
            (z, "trigger_menu returns the potentials z: the step is missing"),
            (lambda y: set(y.ravel()) - {0, 1}, lambda y: "trigger_menu must answer 0 or 1, and it "
             f"also answers {next(v for v in y.ravel() if v not in (0, 1)):g}"),
            ([z < 0, z <= 0], "0 and 1 are exchanged: a positive potential means 1"),
            (x @ W + theta > 0, "the sign of theta is wrong: it is subtracted"),
            (x @ W > 0, "theta has no effect on the answers"),
            (x @ W > theta[0], "each unit has a threshold of its own"),
            (x.sum(axis=1, keepdims=True) > theta, "W has no effect on the answers"),
            (z >= 0, "at a potential of exactly zero a unit must be silent"),
            (np.trunc(z) > 0, "a potential between 0 and 1 is positive, too: do not cut it"),
            (None, lambda y: f"{np.sum(y != right)} of {right.size} answers are wrong"),
        ]  # fmt: skip

    x = np.array([[0, 0, 6], [0, -1, 0], [0, 0, 1], [1, 2, -1], [-1, -1, 0], [-1, 0, -2]], float)
    W = np.array([[2.0, 2.0, -1.0], [-1.0, -1.0, 2.0], [0.5, 0.5, 0.25]])
    thresholds = np.array([1.25, -0.75, 0.25])
    cases = [(x, W, thresholds), (x, W[:, :2], thresholds[1:])]
    cases += [(BITS, np.array([[1, 2], [1, 1]]), np.array([1, 2]))]
    compare_function("trigger_menu", function, table, cases)


@exercise(
    "01.2",
    "Draw the four corners of the unit square and the line that separates them as wanted.",
    "Choose two equal, positive weights. Compute w.x at the corners, and put theta between the "
    "corners that want a 0 and those that want a 1.",
)
def logic(and_unit, or_unit):
    units = {}
    for name, unit in (("and_unit", and_unit), ("or_unit", or_unit)):
        w, theta = things(unit, ("w", "theta"), name)
        units[name] = BITS @ array(w, (2,), f"w of {name}"), number(theta, f"theta of {name}")
    wanted = {"AND": BITS.all(axis=1), "OR": BITS.any(axis=1)}
    said = [total > theta for total, theta in units.values()]
    require(not same(said[::-1], [*wanted.values()]), "the two units are exchanged")
    for answer, (total, theta), (task, right) in zip(said, units.values(), wanted.items()):
        unit, wrong = f"the {task} unit", answer != right
        edge = wrong & (np.abs(total - theta) < 1e-12)
        x = tuple(BITS[np.argmax(edge if edge.any() else wrong)].tolist())
        compare(unit, answer, right, [
            (not total.any(), f"both weights of {unit} are zero: it ignores its inputs"),
            (same(total + theta > 0, right),
             f"the threshold of {unit} has the wrong sign: xi = w.x - theta"),
            (~right, f"{unit} gives all four answers the wrong way round"),
            (edge.any(), f"{unit} sits exactly at its threshold for x = {x}: xi = 0"),
            (None, f"{unit} is wrong at {wrong.sum()} of 4 corners, as at {x}"),
        ])  # fmt: skip


@exercise(
    "01.3",
    "`most`: on each face of the cube of inputs one bit is fixed. What is then the parity of all "
    "three, and how many corners of a face are wrong at least?",
    "The network: let hidden unit l ask whether at least l bits are 1. How many units say yes? "
    "Which v turns these numbers, 0, 1, 2, 3, ..., into 0, 1, 0, 1, ...?",
)
def parity(majority, most, parity_weights):
    def inputs(k):
        return np.indices((2,) * k).reshape(k, -1).T

    def answers(k):
        found = call(parity_weights, k, name="parity_weights")
        found = things(found, ("W", "theta", "v", "theta_out"), "parity_weights", "return", 2)
        W, last = array(found[0], name="W"), number(found[3], "theta_out")
        require(W.shape[:-1] == (k,), f"for k = {k} the W has shape {W.shape}: not ({k}, m)")
        theta, v = array(found[1], W.shape[1:], "theta"), array(found[2], W.shape[1:], "v")
        return (inputs(k) @ W > theta) @ v > last

    def table(k):
        ones = inputs(k).sum(axis=1)
        return ones % 2, [
            (ones % 2 == 0, "the network says 1 where the number of ones is even"),
            (ones > 0, "the network says 1 wherever a bit is 1: that is OR"),
            (ones == 1, "the network misses the other odd numbers of ones: 1 is not the only one"),
            (None, lambda y: f"for k = {k} {np.sum(y != ones % 2)} of {2**k} answers are wrong"),
        ]  # fmt: skip

    w, theta = things(majority, ("w", "theta"), "majority")
    z = inputs(3) @ array(w, (3,), "w of majority") - number(theta, "theta of majority")
    ones = inputs(3).sum(axis=1)
    wrong = (z > 0) != (ones > 1)
    compare("majority", z > 0, ones > 1, [
        ((wrong & (z == 0)).any(), "majority sits exactly at its threshold, z = 0, where it errs"),
        (ones > 0, "majority says 1 where a single bit is 1: that is OR"),
        (ones > 2, "majority wants all three bits: that is AND"),
        (ones < 2, "majority gives all answers the wrong way round"),
        (None, f"majority errs at {wrong.sum()} of 8 inputs, as at {inputs(3)[np.argmax(wrong)]}"),
    ])  # fmt: skip
    compare("most", most, 6, [
        (8, "no unit does parity: with the third bit fixed it would do XOR, or its opposite"),
        (7, "most is too large: three faces of the cube do not touch the one wrong corner"),
        (2, "most is a number of right answers, not of wrong ones"),
        (None, "most is not the highest number: ask a unit with a negative weight, too"),
    ])  # fmt: skip
    compare_function("parity_weights", answers, table, [(2,), (3,), (1,)])


@exercise(
    "01.4",
    "Two loops: one over the epochs, inside it one over the examples in their order.",
    "`2 * target - 1` turns 0 and 1 into -1 and +1. Correct where y' w.x is at most c, not only "
    "where the answer is wrong.",
)
def margin_rule(function):
    def table(x, target, c, epochs):
        def learn(c=c, epochs=epochs, sides=2 * target - 1, sign=1, now=True, stop=True, tie=True):
            w, corrections = np.zeros(x.shape[1]), []
            for _ in range(epochs):
                start, made = w.copy(), 0
                for x_i, side in zip(x, sides):
                    z = side * ((w if now else start) @ x_i)
                    if z < c or (tie and z == c):
                        w, made = w + sign * side * x_i, made + 1
                corrections.append(made)
                if stop and made == 0:
                    break
            return w, corrections

        right, corrections = learn()
        size, few = np.linalg.norm(right), min(epochs, 60)
        return (right, corrections), [
            ("w", Shape((x.shape[1] + 1,)), "w is too long: x already contains x0 = 1"),
            ("corrections", Shape(()), "corrections must be a list with one number for each epoch"),
            (learn(stop=False),
             "margin_rule goes on after an epoch without a correction: it must stop"),
            ("w", [-right, learn(epochs=few, sign=-1)[0]],
             "the corrections have the wrong sign: target 1 adds x"),
            ("w", 0 * right, "w is still zero: are the corrections kept?"),
            ("w", learn(c=0)[0],
             "c has no effect: correct also where the answer is right by too little"),
            ("w", learn(tie=False)[0],
             "an example with y' w.x = c is corrected, too: at most c, not less than c"),
            ("w", learn(epochs=few, sides=target)[0],
             "target 0 means y' = -1: with y' = 0 nothing is subtracted"),
            ("w", learn(now=False)[0],
             "each correction must act at once: the next example sees the new w"),
            ("w", lambda w: w.any() and same(w / np.linalg.norm(w), right / size), lambda w, _:
             f"w is {np.linalg.norm(w) / size:.3g} times too long: the rule has no learning rate"),
            ("w", None, "w is not what the rule gives, started from zero, examples in order"),
            ("corrections", Shape((...,)), "the list of corrections is not right: "
             f"{len(corrections)} epochs are wanted, each with its number of corrections"),
        ]  # fmt: skip

    x = np.column_stack([np.ones(4), BITS])
    slanted = [[1, 2, 1], [1, -1, 3], [1, -2, -1], [1, 1, -2], [1, 3, 3], [1, -3, 0]]
    slanted, target = np.array(slanted, float), np.array([1, 0, 0, 1, 1, 0])
    cases = [(slanted, target, 2, 20), (slanted * [1, 0.25, 0.75], target, 0, 20)]
    cases += [(x, np.array(t), c, 20) for t, c in (([0, 1, 1, 1], 0), ([0, 0, 0, 1], 1))]
    cases += [(x, np.array([0, 1, 1, 0]), 0, 3)]
    compare_function("margin_rule", function, table, cases, parts=("w", "corrections"))


@exercise(
    "01.5",
    "Turn the targets 0 and 1 into s = -1 and +1, and u into a vector of length one.",
    "gamma is the smallest of s_k u.x_k over all examples; R is the largest length of an x_k, with "
    "its component x0.",
)
def mistake_bound(function):
    def table(x, target, u):
        s, size = 2 * target - 1, np.linalg.norm(u)
        z, lengths = x @ u / size, np.linalg.norm(x, axis=1)
        margins, R = s * z, lengths.max()
        gamma = margins.min()
        return (R / gamma) ** 2 if gamma > 0 else np.inf, [
            (np.inf, "u separates these: did you turn targets 0 and 1 into -1 and +1?"),
            ((R / gamma / size) ** 2, "u is not of length one: gamma belongs to a unit vector"),
            (R / gamma, "the square is missing"),
            (R**2 / gamma, "only R is squared"),
            (R / gamma**2, "only gamma is squared"),
            ((R / margins.max()) ** 2, "gamma is the smallest margin, not the largest"),
            ((R / margins.mean()) ** 2, "gamma is the smallest margin, not the mean"),
            ((lengths.mean() / gamma) ** 2, "R is the largest length, not the mean"),
            ((lengths.min() / gamma) ** 2, "R is the largest length, not the smallest"),
            ((np.linalg.norm(x[:, 1:], axis=1).max() / gamma) ** 2, "R leaves out component x0"),
            ((R / z[s > 0].min()) ** 2, "examples with target 0 have a margin, too"),
            ((R / z.min()) ** 2, "the margin needs the sign s = -1 for target 0"),
        ]  # fmt: skip

    x = np.array([[1, 2.0, 0.5], [1, 1.0, 2.0], [1, -1.5, -0.5], [1, -0.5, -3.0]])
    target, u = np.array([1, 1, 0, 0]), np.array([0.5, 2.0, 1.0])
    near = np.array([[1, 0.25, 1.0], [1, -3.0, 0.5]])  # gamma and R come from different examples
    cases = [(x, target, u), (x, target, 10 * u), (near, np.array([1, 0]), np.array([0, 1.0, 0]))]
    compare_function("mistake_bound", function, table, cases, what="the bound")
    level = x * [1, 1, 0] + [0, 0, 1] * target[:, None]
    for why, *case in (
        ("lies on the wrong side", x, target, -u),
        ("has no margin", level, target, np.array([0, 0, 1.0])),
    ):
        found = call(function, *case, name="mistake_bound")
        message = f"where an example {why}, u separates nothing: return np.inf"
        compare("the result of mistake_bound", found, np.inf, [(None, message)])


@exercise(
    "01.6",
    "The paired error is that of the mean of a - b, sample by sample. Unpaired, the squares of the "
    "errors of the two means add.",
    "`needed`: an error falls like one over the root of the number of samples; when is it a third "
    "of the difference? `shuffled`: what do a[i] and b[i] have in common, before and after?",
)
def compare_methods(function, shuffled):
    def table(a, b):
        n, d, variance = len(a), a - b, (a.var(ddof=1) + b.var(ddof=1)) / len(a)
        mean, s, unpaired = d.mean(), d.std(ddof=1), np.sqrt(variance)
        paired, exact = s / np.sqrt(n), (3 * s / mean) ** 2
        return (mean, paired, unpaired, np.ceil(exact)), [
            ("difference", -mean, "... has the wrong sign: a minus b"),
            ("difference", abs(mean), "... has lost its sign"),
            ("difference", d.sum(), "... is a sum: divide it by the number of samples"),
            ((None, unpaired, paired, None), "the paired and the unpaired error are exchanged"),
            ("paired error", unpaired, "... does not use that a[i] and b[i] come from one sample"),
            ("paired error", s, "... is the scatter of differences, not the error of the mean"),
            ("paired error", s / n, "... is too small: errors fall like one over the root of n"),
            ("paired error", d.std() / np.sqrt(n), "... needs the scatter with n - 1, ddof=1"),
            ("unpaired error", paired, "... must not use that a[i] and b[i] come from one sample"),
            ("unpaired error", unpaired * np.sqrt(n), "... is a scatter, not the error of a mean"),
            ("unpaired error", (a.std(ddof=1) + b.std(ddof=1)) / n**0.5, "... lacks the squares"),
            ("number needed", [exact, np.floor(exact)], "... must be rounded up"),
            ("number needed", np.ceil(exact / 9), "... makes the difference one error, not three"),
            ("number needed", np.ceil(np.sqrt(exact)), "... lacks a square: errors fall as a root"),
            ("number needed", np.ceil(exact / n), "... does not count samples but multiples of n"),
            ("number needed", np.ceil(9 * n * variance / mean**2), "... takes the unpaired error"),
        ]  # fmt: skip

    names = ("difference", "paired error", "unpaired error", "number needed")
    rng = np.random.default_rng(16)
    a, luck = rng.normal(0.2, 0.02, 30), rng.normal(0, 0.01, 30)
    cases = [(a, a + luck + 0.002), (a[:9], 0.9 * a[:9] + luck[:9] + 0.013)]
    compare_function("compare_methods", function, table, cases, parts=names)
    why = (
        "does a mean know the order of its numbers?",
        "what a[i] and b[i] share cancels in a - b only if i is one sample",
        "does the scatter of b know the order of its numbers?",
        "which of the two errors decides how many samples are needed?",
    )
    given, ways = things(shuffled, names, "shuffled"), ("same", "up", "same", "up")
    for name, way, right, reason in zip(names, given, ways, why):
        way = word(way, ("up", "same", "down"), f"{name} in shuffled")
        require(way == right, f"{name} in shuffled is wrong: {reason}")
