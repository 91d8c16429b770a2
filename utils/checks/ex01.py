"""Checks of assignment 01: one neuron draws a line."""

import numpy as np

from utils.checks import array, call, close, exercise, kind, number, require

BITS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
TABLES = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "XOR": [0, 1, 1, 0]}


def _same(a, b):
    a, b = np.asarray(a, float), np.asarray(b, float)
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-6, atol=1e-9))


@exercise(
    "01.1",
    "The potential of all rows at once is one matrix product and one subtraction.",
    "Compare the potential with zero; what does the step function say at zero itself?",
)
def threshold_unit(function):
    name = "threshold_unit"
    x = np.array([[0, 0, 6], [0, -1, 0], [0, 0, 1], [1, 2, -1], [-1, -1, 0], [-1, 0, -2]], float)
    w = np.array([2.0, -1.0, 0.5])
    for theta in (1.25, -0.75):
        xi = x @ w - theta
        right = (xi > 0).astype(int)
        y = array(call(function, x, w, theta, name=name), (6,), f"the answer of {name} for 6 rows")
        require(not _same(y, xi), f"{name} returns the potential xi: the step is missing")
        other = [v for v in y if v not in (0, 1)]
        require(not other, f"{name} must answer 0 or 1, and it also answers {(other or [0])[0]:g}")
        if _same(y, right):
            continue
        require(not _same(y, 1 - right), "0 and 1 are exchanged: a positive potential means 1")
        require(not _same(y, x @ w + theta > 0), "the sign of theta is wrong: it is subtracted")
        require(not _same(y, x @ w > 0), "theta has no effect on the answers")
        require(not _same(y, x.sum(axis=1) > theta), "w has no effect on the answers")
        require(False, f"{int(np.sum(y != right))} of 6 answers are wrong (theta = {theta:g})")
    y = array(call(function, BITS, np.array([1, 1]), 1, name=name), (4,), f"the answer of {name}")
    close(y, [0, 0, 0, 1], "at a potential of exactly zero the unit must be silent")


def _unit(value, name):
    """Return weights and threshold of a student's unit with two inputs."""
    pair = isinstance(value, tuple | list) and len(value) == 2
    require(pair, f"{name} must be a pair (w, theta), and it is {kind(value)}")
    w = array(value[0], (2,), f"w of {name}")
    return w, number(value[1], f"theta of {name}")


@exercise(
    "01.2",
    "Draw the four corners of the unit square and the line that separates them as wanted.",
    "Choose two equal, positive weights. Compute w.x at the corners, and put theta between the "
    "corners that want a 0 and those that want a 1.",
)
def logic(and_unit, or_unit):
    units = {"AND": _unit(and_unit, "and_unit"), "OR": _unit(or_unit, "or_unit")}
    answers = {task: (BITS @ w - theta > 0).astype(int) for task, (w, theta) in units.items()}
    swapped = _same(answers["AND"], TABLES["OR"]) and _same(answers["OR"], TABLES["AND"])
    require(not swapped, "the two units are exchanged")
    for task, (w, theta) in units.items():
        wrong = answers[task] != TABLES[task]
        if not wrong.any():
            continue
        require(np.any(w != 0), f"both weights of the {task} unit are zero: it ignores its inputs")
        turned = _same(BITS @ w + theta > 0, TABLES[task])
        require(
            not turned, f"the threshold of the {task} unit has the wrong sign: xi = w.x - theta"
        )
        opposite = _same(1 - answers[task], TABLES[task])
        require(not opposite, f"the {task} unit gives all four answers the wrong way round")
        x = tuple(int(v) for v in BITS[np.argmax(wrong)])
        edge = wrong & (np.abs(BITS @ w - theta) < 1e-12)
        if edge.any():
            x = tuple(int(v) for v in BITS[np.argmax(edge)])
            require(False, f"the {task} unit sits exactly at its threshold for x = {x}: xi = 0")
        require(False, f"the {task} unit is wrong at {int(wrong.sum())} of 4 corners, as at {x}")


@exercise(
    "01.3",
    "Try many units, all combinations of w1, w2 and theta on a grid; count what each gets right.",
    "The grid must contain negative weights and thresholds, and thresholds between the weights.",
)
def best_score(function):
    targets = {
        "AND": [0, 0, 0, 1],
        "OR": [0, 1, 1, 1],
        "NOT AND": [1, 1, 1, 0],
        "NOT OR": [1, 0, 0, 0],
        "always 0": [0, 0, 0, 0],
        "x1 and not x2": [0, 0, 1, 0],
        "XOR": [0, 1, 1, 0],
        "NOT XOR": [1, 0, 0, 1],
    }
    for task, target in targets.items():
        score = number(call(function, np.array(target), name="best_score"), "best_score's result")
        fraction = 0 < score < 1 or (score == 1 and "XOR" not in task)
        require(not fraction, "best_score must return a number of answers (0 to 4), not a fraction")
        require(score in range(5), f"best_score returns {score:g}: it must be a count from 0 to 4")
        if "XOR" in task:
            require(score < 4, f"best_score says that one unit computes {task}: that is impossible")
            require(score > 2, f"for {task} some unit does better: is your grid fine enough?")
            continue
        require(
            score == 4,
            f"for {task} some unit does better: does your scan contain negative weights, negative "
            "thresholds, and thresholds between the weights?",
        )


def _learn(x, target, epochs, tie=0, sign=1, at_once=True):
    """Return weights and mistakes per epoch; the last three arguments make typical mistakes."""
    w, mistakes = np.zeros(x.shape[1]), []
    for _ in range(epochs):
        start, wrong = w.copy(), 0
        for x_k, target_k in zip(x, target):
            xi = (w if at_once else start) @ x_k
            error = target_k - (tie if xi == 0 else int(xi > 0))
            w, wrong = w + sign * error * x_k, wrong + abs(error)
        mistakes.append(int(wrong))
        if wrong == 0:
            break
    return w, mistakes


def _perceptron_answer(function, x, target, epochs):
    result = call(function, x, target, epochs, name="perceptron")
    pair = isinstance(result, tuple | list) and len(result) == 2
    require(pair, f"perceptron must return the pair w, mistakes, and it returns {kind(result)}")
    w = array(result[0], name="the w that perceptron returns")
    require(
        w.shape != (x.shape[1] + 1,),
        "w has one component too many: x already contains the constant input x0 = 1",
    )
    w = array(w, (x.shape[1],), "the w that perceptron returns")
    mistakes = array(result[1], name="the list of mistakes")
    require(mistakes.ndim == 1, "mistakes must be a list with one number for each epoch")
    return w, mistakes


@exercise(
    "01.4",
    "Two loops: one over the epochs, inside it one over the examples in their order.",
    "The correction (t - y) x is zero where the answer is right, so that no `if` is needed for it.",
)
def perceptron(function):
    x = np.column_stack([np.ones(4, int), BITS])
    slanted = np.array([[1, 2, 1], [1, -1, 3], [1, -2, -1], [1, 1, -2], [1, 3, 3], [1, -3, 0]])
    cases = [(slanted, [1, 0, 0, 1, 1, 0], 20), (x, TABLES["OR"], 20), (x, TABLES["AND"], 20)]
    for x_case, target, epochs in [*cases, (x, TABLES["XOR"], 3)]:
        x_case, target = x_case.astype(float), np.array(target)
        w, mistakes = _perceptron_answer(function, x_case, target, epochs)
        w_right, right = _learn(x_case, target, epochs)
        if _same(w, w_right) and _same(mistakes, right):
            continue
        stopped = len(mistakes) > len(right) and not mistakes[len(right) - 1 :].any()
        require(not stopped, "perceptron goes on after an epoch without a mistake: it must stop")
        w_sign, _ = _learn(x_case, target, epochs, sign=-1)
        require(not _same(w, w_sign), "the corrections have the wrong sign: a missed 1 adds x")
        require(np.any(w != 0) or not w_right.any(), "w is still zero: are the corrections kept?")
        w_tie, _ = _learn(x_case, target, epochs, tie=1)
        require(not _same(w, w_tie), "at a potential of exactly zero the unit must answer 0")
        w_batch, _ = _learn(x_case, target, epochs, at_once=False)
        require(
            not _same(w, w_batch),
            "each correction must act at once: the next example sees the new w",
        )
        size = np.linalg.norm(w_right)
        if size > 0 and _same(w / np.linalg.norm(w), w_right / size):
            factor = np.linalg.norm(w) / size
            require(
                np.isclose(factor, 1),
                f"w is {factor:.3g} times too long: the rule has no learning rate, and t - y is "
                "-1, 0 or 1",
            )
        require(
            not _same(w, w_right),
            f"w is right, and the list of mistakes is not: {len(right)} epochs are wanted here, "
            "each with the number of corrections in it",
        )
        require(False, "w is not what the rule gives, started from zero, examples in order")


def _is_infinite(value):
    try:
        return np.size(value) == 1 and np.asarray(value, float).item() == np.inf
    except (TypeError, ValueError):
        return False


@exercise(
    "01.5",
    "Turn the targets 0 and 1 into s = -1 and +1, and u into a vector of length one.",
    "gamma is the smallest of s_k u.x_k over all examples; R is the largest length of an x_k, with "
    "its component x0.",
)
def mistake_bound(function):
    name = "the bound"
    x = np.array([[1, 2.0, 0.5], [1, 1.0, 2.0], [1, -1.5, -0.5], [1, -0.5, -3.0]])
    target, u = np.array([1, 1, 0, 0]), np.array([0.5, 2.0, 1.0])
    s = 2 * target - 1
    unit = u / np.linalg.norm(u)
    margins, lengths = s * (x @ unit), np.linalg.norm(x, axis=1)
    R, gamma = lengths.max(), margins.min()
    value = call(function, x, target, u, name="mistake_bound")
    require(
        not _is_infinite(value),
        "the bound is infinite although u separates the examples: did you turn the targets 0 and "
        "1 into -1 and +1?",
    )
    value = number(value, name)
    raw = (s * (x @ u)).min()
    typical = {
        (R / raw) ** 2: "u is not of length one: gamma is measured along a unit vector",
        R / gamma: "the square is missing",
        (gamma / R) ** 2: "the ratio is upside down",
        R**2 / gamma: "only R is squared",
        R / gamma**2: "only gamma is squared",
        (R / margins.max()) ** 2: "gamma is the smallest margin, not the largest",
        (R / margins.mean()) ** 2: "gamma is the smallest margin, not the mean",
        (lengths.mean() / gamma) ** 2: "R is the largest length, not the mean",
        (lengths.min() / gamma) ** 2: "R is the largest length, not the smallest",
        (np.linalg.norm(x[:, 1:], axis=1).max() / gamma) ** 2: "R leaves out the component x0",
        (R / (x @ unit)[s > 0].min()) ** 2: "examples with target 0 have a margin, too",
        (R / (x @ unit).min()) ** 2: "the margin needs the sign s = -1 for target 0",
    }
    right = (R / gamma) ** 2
    if not _same(value, right):
        for wrong, message in typical.items():
            require(not _same(value, wrong), message)
        require(False, f"the bound is too {'large' if value > right else 'small'}")
    again = number(call(function, x, target, 10 * u, name="mistake_bound"), name)
    close(again, right, "the bound changes with the length of u: only its direction may matter")
    near = np.array([[1, 0.25, 1.0], [1, -3.0, 0.5]])
    value = number(call(function, near, np.array([1, 0]), np.array([0, 1.0, 0]), name=name), name)
    close(
        value, (9.25 + 1) / 0.0625, "the bound is wrong where gamma and R come from other examples"
    )
    for wrong_u, why in ((-u, "lies on the wrong side"), (np.array([0, 0, 1.0]), "has no margin")):
        x_case = x.copy()
        x_case[1, 2] = 0 if why == "has no margin" else 2
        result = call(function, x_case, target, wrong_u, name="mistake_bound")
        require(_is_infinite(result), f"where an example {why}, u separates nothing: return np.inf")


@exercise(
    "01.6",
    "Put a column of ones in front of x, then solve the normal equations or call np.linalg.lstsq.",
    "For the prediction: put t, expressed by the absolute temperature, into R = w0 + w1 t.",
)
def least_squares(function, w_kelvin):
    rng = np.random.default_rng(16)
    for inputs in (1, 3):
        x = rng.uniform(-2, 2, (9, inputs))
        y = 3 + x @ np.arange(1, inputs + 1) + 0.3 * rng.normal(size=9)
        ones = np.column_stack([np.ones(9), x])
        right = np.linalg.lstsq(ones, y)[0]
        name = f"the w of least_squares for x of shape {x.shape}"
        w = array(call(function, x, y, name="least_squares"), name=name)
        require(w.size != inputs, f"{name} lacks the weight w0 of the constant input x0 = 1")
        w = array(w, (inputs + 1,), name)
        require(not _same(w, [*right[1:], right[0]]), "w0 must come first in w")
        require(not _same(w, -right), "w has the wrong sign")
        close(
            (y - ones @ w) @ ones,
            0,
            "other weights give a smaller sum of squares: the residuals are not orthogonal to the "
            "inputs",
            atol=1e-5,
        )
    w0, w1 = array(w_kelvin, (2,), "w_kelvin")
    shift = 0.385 * 273.15
    order = abs(w0 - 0.385) < 1e-3 and abs(w1 - 0.385) > 1e-3
    require(not order, "w_kelvin has its components in the wrong order: w0 comes first")
    require(
        abs(w1 - 0.385) < 1e-3,
        "w1 of w_kelvin is wrong: how large is a step of 1 K compared with one of 1 °C?",
    )
    require(abs(w0 - 100) > 0.1, "w0 of w_kelvin is the resistance at 0 K, not that at 0 °C")
    require(abs(w0 - 100 - shift) > 0.5, "the shift of w0 in w_kelvin has the wrong sign")
    require(abs(w0 - 100 + shift) < 0.1, "w0 of w_kelvin is wrong: go down from 0 °C to 0 K")
