"""Checks of assignment 01: one neuron draws a line."""

import numpy as np

from utils.checks import exercise
from utils.checks.attempt import call, require
from utils.checks.compare import Shape, array, compare, compare_function, number, same, things

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
    "Try many units, all combinations of w1, w2 and theta on a grid; count what each gets right.",
    "The grid must contain negative weights and thresholds, and thresholds between the weights.",
)
def best_score(function):
    def table(target):
        xor = target[0] == target[3] != target[1] == target[2]
        right = 3 if xor else 4
        better = f"for the targets {target.tolist()} some unit does better: "
        return right, [
            (right / 4, "best_score must return a number of answers (0 to 4), not a fraction"),
            (4 - right, "that is the lowest number of right answers: the highest is asked for"),
            (lambda n: n not in range(5), lambda n: f"best_score returns {n:g}: it must be a count "
             "from 0 to 4, of the answers that the best unit gets right"),
            (lambda n: n > right,
             f"best_score says that one unit computes {target.tolist()}: that is impossible"),
            (xor, better + "is your grid fine enough?"),
            (None, better + "does your scan contain negative weights, negative thresholds, and "
             "thresholds between the weights?"),
        ]  # fmt: skip

    first = [8, 14, 7, 1, 0, 4, 6, 9]  # AND, OR, their opposites, never, x1 and not x2, XOR twice
    order = [*first, *sorted(set(range(16)) - set(first))]
    cases = [(np.array([k >> bit & 1 for bit in range(4)]),) for k in order]
    compare_function("best_score", function, table, cases)


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
    "Put a column of ones in front of x, then solve the normal equations or call np.linalg.lstsq.",
    "For the prediction: put t, expressed by the absolute temperature, into R = w0 + w1 t.",
)
def least_squares(function, w_kelvin):
    def table(x, y):
        right = np.linalg.lstsq(np.column_stack([np.ones(len(x)), x]), y)[0]
        return right, [
            (Shape((x.shape[1],)), "w lacks the weight w0 of the constant input x0 = 1"),
            (np.roll(right, -1), "w0 must come first in w"),
            (None, "a smaller sum of squares exists: residuals are not orthogonal to the inputs"),
        ]  # fmt: skip

    rng, cases = np.random.default_rng(16), []
    for inputs in (1, 3):
        x = rng.uniform(-2, 2, (9, inputs))
        cases += [(x, 3 + x @ np.arange(1, inputs + 1) + 0.3 * rng.normal(size=9))]
    compare_function("least_squares", function, table, cases, what="the w of least_squares")
    (w0, w1), shift = array(w_kelvin, (2,), "w_kelvin"), 0.385 * 273.15
    order = abs(w0 - 0.385) < 1e-3 < abs(w1 - 0.385)
    require(not order, "w_kelvin has its components in the wrong order: w0 comes first")
    step = "w1 of w_kelvin is wrong: how large is a step of 1 K compared with one of 1 °C?"
    compare("w1", w1, 0.385, [(None, step)], rtol=0, atol=1e-3)
    compare("w0", w0, 100 - shift, [
        (100, "w0 of w_kelvin is the resistance at 0 K, not that at 0 °C"),
        (100 + shift, "the shift of w0 in w_kelvin has the wrong sign"),
        (None, "w0 of w_kelvin is wrong: go down from 0 °C to 0 K"),
    ], rtol=0, atol=0.1)  # fmt: skip
