"""Typical wrong answers of assignment 01 with the message each must get, and right ones."""

from fractions import Fraction

import numpy as np

BITS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
ONE = np.ones(2)
AND, OR = (ONE, 1.5), (ONE, 0.5)


def menu(x, W, theta):
    return (x @ W > theta).astype(int)


def menu_in_loops(x, W, theta):
    answers = []
    for row in x:
        answers.append([])
        for w, t in zip(np.transpose(W), theta):
            z = sum(w_j * x_j for w_j, x_j in zip(w, row)) - t
            answers[-1].append(1 if z > 0 else 0)
    return answers


def scan(target, low=-2.0, step=0.5, score=lambda right: int(right.sum())):
    values = np.arange(low, 2.25, step)
    return max(
        score((BITS @ [w1, w2] > theta) == target)
        for w1 in values
        for w2 in values
        for theta in values
    )


def random_scan(target):
    rng = np.random.default_rng(2)
    units = rng.normal(size=(5000, 3))
    answers = units[:, :2] @ BITS.T > units[:, 2:]
    return (answers == target).sum(axis=1).max()


def forgets_return(target):
    scan(target, step=1.0)


def learn(x, target, c, epochs, sign=1, factor=1, tie=True, batch=False, stop=True):
    w, corrections = np.zeros(x.shape[1]), []
    for _ in range(epochs):
        made, change = 0, np.zeros(x.shape[1])
        for x_i, side in zip(x, 2 * target - 1):
            z = side * (w @ x_i)
            if z > c or (z == c and not tie):
                continue
            made += 1
            if batch:
                change += side * x_i
            else:
                w = w + sign * factor * side * x_i
        w = w + change
        corrections.append(made)
        if stop and made == 0:
            break
    return w, corrections


def learn_with_branches(x, target, c, epochs):
    w, corrections, epoch = [0.0] * x.shape[1], [], 0
    while epoch < epochs and (not corrections or corrections[-1] > 0):
        corrections.append(0)
        for x_i, t_i in zip(x, target):
            z = np.dot(w, x_i)
            if t_i == 1 and z <= c:
                w = [a + b for a, b in zip(w, x_i)]
                corrections[-1] += 1
            elif t_i == 0 and -z <= c:
                w = [a - b for a, b in zip(w, x_i)]
                corrections[-1] += 1
        epoch += 1
    return [w, corrections]


def two_columns_more(x, target, c, epochs):
    return learn(np.column_stack([np.ones(len(x)), x]), target, c, epochs)


def zero_sides(x, target, c, epochs):
    w, corrections = np.zeros(x.shape[1]), []
    for _ in range(epochs):
        corrections.append(0)
        for x_i, t_i in zip(x, target):
            if t_i * (w @ x_i) <= c:
                w = w + t_i * x_i
                corrections[-1] += 1
        if corrections[-1] == 0:
            break
    return w, corrections


def bound(x, target, u):
    s = np.where(target == 1, 1, -1)
    margins = s * (x @ u) / np.sqrt(u @ u)
    if margins.min() <= 0:
        return np.inf
    return (x**2).sum(axis=1).max() / margins.min() ** 2


def bound_in_loops(x, target, u):
    length = sum(v**2 for v in u) ** 0.5
    gamma = min((1 if t else -1) * sum(a * b for a, b in zip(r, u)) for r, t in zip(x, target))
    radius = max(sum(v**2 for v in r) ** 0.5 for r in x)
    return float("inf") if gamma <= 0 else (radius * length / gamma) ** 2


def margins(x, target, u):
    return (2 * target - 1) * (x @ u) / np.linalg.norm(u)


def lengths(x):
    return np.linalg.norm(x, axis=1)


def radius(x):
    return lengths(x).max()


def zero_one_margin(x, target, u):
    gamma = (target * (x @ u)).min() / np.linalg.norm(u)
    return (radius(x) / gamma) ** 2 if gamma > 0 else np.inf


def with_ones(x):
    return np.column_stack([np.ones(len(x)), x])


def fit(x, y):
    return np.linalg.lstsq(with_ones(x), y)[0]


def fit_normal(x, y):
    X = with_ones(x)
    return list(np.linalg.inv(X.T @ X) @ X.T @ y)


KELVIN = (-5.16, 0.385)


def single(function):
    """Return a function that computes in float32."""

    def rounded(*arguments):
        return function(*(np.float32(a) if isinstance(a, np.ndarray) else a for a in arguments))

    return rounded


def three_weights(x, target, c, epochs):
    for x_i in x:
        x_i[0] + x_i[1] + x_i[2]
    x_i[5]


def cut(x, target, c, epochs):
    w, corrections = learn(x, target, c, epochs)
    return w.astype(int), corrections


WRONG = {
    "01.1": [
        ((lambda x, W, theta: (x @ W - theta).astype(int) > 0,), "do not cut it"),
        ((lambda x, W, theta: x @ W <= theta,), "exchanged"),
        ((lambda x, W, theta: x @ W - theta,), "the step is missing"),
        ((lambda x, W, theta: (x @ W >= theta).astype(int),), "exactly zero"),
        ((lambda x, W, theta: (x @ W + theta > 0).astype(int),), "sign of theta"),
        ((lambda x, W, theta: (x @ W > 0).astype(int),), "theta has no effect"),
        ((lambda x, W, theta: (x @ W < theta).astype(int),), "exchanged"),
        (
            (lambda x, W, theta: np.sign(x @ W - theta),),
            "must answer 0 or 1, and it also answers -1",
        ),
        ((lambda x, W, theta: (x.sum(axis=1)[:, None] > theta).astype(int),), "W has no effect"),
        ((lambda x, W, theta: (x @ W > theta[0]).astype(int),), "a threshold of its own"),
        ((lambda x, W, theta: menu(x, W, theta).T,), "events in rows, units in columns"),
        ((lambda x, W, theta: int((x @ W).sum() > theta[0]),), "shape ()"),
        ((lambda x, W, theta: menu(x, W, theta)[:, 0],), "shape (6,)"),
        ((lambda x, W, theta: (x[:, :2] @ W[:2] > theta) * 1,), "answers are wrong"),
        ((lambda x, W, theta: 1 if x @ W > theta else 0,), "raises ValueError"),
        ((lambda x, W: 1,), "raises TypeError"),
        ((lambda x, W, theta: print(end=""),), "returns None"),
        ((1.0,), "must be a function"),
    ],
    "01.2": [
        ((OR, AND), "exchanged"),
        (((ONE, -1.5), OR), "wrong sign"),
        (((-ONE, -1.5), OR), "wrong way round"),
        (((ONE, 2.0), OR), "exactly at its threshold for x = (1, 1)"),
        ((AND, (ONE, 1.0)), "exactly at its threshold for x = (0, 1)"),
        ((AND, (ONE, -0.5)), "wrong sign"),
        (((ONE, 0.0), OR), "wrong at 2 of 4 corners"),
        (((0 * ONE, 1.5), OR), "ignores its inputs"),
        (((np.ones(3), 1.5), OR), "shape (3,)"),
        (([1, 1, 1.5], OR), "must be a pair"),
        ((AND, ("1, 1", 0.5)), "must be an array of numbers"),
        ((AND, (ONE, np.nan)), "finite"),
        ((AND, None), "must be a pair"),
        (((1.0, 1.0, 1.5), OR), "a tuple of 3 things"),
        ((AND, (0 * ONE, 0.5)), "both weights of the OR unit are zero"),
        ((AND, (-ONE, -0.5)), "the OR unit gives all four answers the wrong way round"),
        ((AND, ([1, 0], 0.5)), "the OR unit is wrong at 1 of 4 corners, as at (0, 1)"),
        (((ONE, 1.0 + 1e-6), ([1, 0.5], 0.7)), "wrong at 1 of 4 corners, as at (0, 1)"),
    ],
    "01.3": [
        ((lambda target: 4,), "that is impossible"),
        ((lambda target: 2,), "some unit does better"),
        ((lambda target: 3,), "some unit does better"),
        ((lambda target: scan(target, low=0.0),), "negative weights"),
        ((lambda target: scan(target, step=2.0),), "some unit does better"),
        ((lambda target: scan(target, score=lambda right: right.mean()),), "not a fraction"),
        ((lambda target: scan(target) * 100,), "count from 0 to 4"),
        ((lambda target: (BITS @ [1, 1] > 1.5) == target,), "4 elements"),
        ((forgets_return,), "returns None"),
        ((4,), "must be a function"),
        ((lambda target: 0 if scan(target) == 4 else 1,), "the lowest number"),
        ((lambda target: scan(target) + 1,), "returns 5: it must be a count from 0 to 4"),
        ((lambda target: scan(target) + 40,), "returns 44: it must be a count from 0 to 4"),
        ((lambda target: 3 if target.sum() == 2 else 4,), "some unit does better"),
        ((lambda target: 4 if target.sum() in (0, 1, 3) else 3,), "some unit does better"),
        ((lambda target: scan(target) if target.sum() != 4 else 3,), "targets [1, 1, 1, 1]"),
    ],
    "01.4": [
        ((lambda x, t, c, n: learn(x, t, c, n, sign=-1),), "wrong sign"),
        ((lambda x, t, c, n: learn(x, t, c, n, factor=0.1),), "is not what the rule gives"),
        ((lambda x, t, c, n: (3 * learn(x, t, c, n)[0], [1]),), "3 times too long"),
        ((lambda x, t, c, n: learn(x, t, c, n, tie=False),), "at most c, not less than c"),
        ((lambda x, t, c, n: learn(x, t, c, n, batch=True),), "must act at once"),
        ((lambda x, t, c, n: learn(x, t, c, n, stop=False),), "it must stop"),
        ((lambda x, t, c, n: learn(x, t, 0, n),), "c has no effect"),
        ((zero_sides,), "nothing is subtracted"),
        ((two_columns_more,), "x already contains"),
        ((lambda x, t, c, n: learn(x, t, c, n)[0],), "must return the pair"),
        ((lambda x, t, c, n: (learn(x, t, c, n)[0], 7),), "for each epoch"),
        (
            (lambda x, t, c, n: (learn(x, t, c, n)[0], learn(x, t, c, n)[1][:-1]),),
            "list of corrections is not",
        ),
        ((lambda x, t, c, n: (np.zeros(x.shape[1]), [0]),), "still zero"),
        ((lambda x, t, c, n: learn(x[::-1], t[::-1], c, n),), "not what the rule gives"),
        ((lambda x, t, c, n: 1 / 0,), "raises ZeroDivisionError"),
        ((three_weights,), "raises IndexError"),
        ((cut,), "not what the rule gives"),
        ((lambda x, t, c, n: learn(x, t, c, n)[0].tolist(),), "must return the pair (w, correc"),
    ],
    "01.5": [
        ((lambda x, t, u: (radius(x) / ((2 * t - 1) * (x @ u)).min()) ** 2,), "not of length one"),
        ((lambda x, t, u: radius(x) / margins(x, t, u).min(),), "square is missing"),
        ((lambda x, t, u: (margins(x, t, u).min() / radius(x)) ** 2,), "upside down"),
        ((lambda x, t, u: radius(x) ** 2 / margins(x, t, u).min(),), "only R is squared"),
        ((lambda x, t, u: (radius(x) / margins(x, t, u).max()) ** 2,), "not the largest"),
        ((lambda x, t, u: (radius(x[:, 1:]) / margins(x, t, u).min()) ** 2,), "leaves out"),
        ((lambda x, t, u: (radius(x) / margins(x, t, u).min()) ** 2,), "return np.inf"),
        ((lambda x, t, u: (radius(x) / (x @ u / np.linalg.norm(u)).min()) ** 2,), "sign s = -1"),
        ((zero_one_margin,), "did you turn targets"),
        ((lambda x, t, u: radius(x) / margins(x, t, u).min() ** 2,), "only gamma is squared"),
        ((lambda x, t, u: (radius(x) / margins(x, t, u).mean()) ** 2,), "not the mean"),
        ((lambda x, t, u: (lengths(x).mean() / margins(x, t, u).min()) ** 2,), "length, not the m"),
        ((lambda x, t, u: (lengths(x).min() / margins(x, t, u).min()) ** 2,), "not the smallest"),
        ((lambda x, t, u: (radius(x) / margins(x, t, u)[t > 0].min()) ** 2,), "a margin, too"),
        ((lambda x, t, u: bound(x, t, u) if margins(x, t, u).min() else 0,), "has no margin, u"),
        ((lambda x, t, u: 1.5 * bound(x, t, u),), "the bound is too large"),
        ((lambda x, t, u: 0.9 * bound(x, t, u),), "the bound is too small"),
        ((lambda x, t, u: "26",), "is text"),
        ((lambda x, t, u: margins(x, t, u),), "4 elements"),
        ((lambda x, t, u: np.nan,), "must be finite"),
    ],
    "01.6": [
        ((lambda x, y: np.linalg.lstsq(x, y)[0], KELVIN), "lacks the weight w0"),
        ((lambda x, y: np.roll(fit(x, y), -1), KELVIN), "w0 must come first"),
        ((lambda x, y: -fit(x, y), KELVIN), "wrong sign"),
        ((lambda x, y: fit(x, y) * 1.01, KELVIN), "smaller sum of squares"),
        ((lambda x, y: fit(x, y)[:, None], KELVIN), "has shape (2, 1)"),
        ((lambda x, y: np.linalg.lstsq(with_ones(x), y), KELVIN), "must be an array of numbers"),
        ((fit, (100.0, 0.385)), "at 0 K"),
        ((fit, (205.16, 0.385)), "wrong sign"),
        ((fit, (0.385, 0.385)), "w0 of w_kelvin is wrong"),
        ((fit, (0.385, -5.16)), "wrong order"),
        ((fit, (-5.16, 0.385 / 273.15)), "step of 1 K"),
        ((lambda x, y: with_ones(x) @ fit(x, y), KELVIN), "has shape (9,)"),
        ((fit, (-27.0, 0.385)), "go down from 0 °C"),
        ((fit, -5.16), "has shape ()"),
        ((fit, None), "is None"),
    ],
}

RIGHT = {
    "01.1": [
        (menu,),
        (menu_in_loops,),
        (lambda x, W, theta: np.heaviside(x @ W - theta, 0),),
        (lambda x, W, theta: x @ W > theta,),
        (single(menu),),
    ],
    "01.2": [
        (AND, OR),
        ([[2, 3], 3], [[5, 4], 0]),
        ((0.3 * ONE, 0.3), ((1, 1), 0.9)),
        ((np.float32(ONE), np.array([1.5])), ((Fraction(1), 1), Fraction(1, 2))),
    ],
    "01.3": [
        (scan,),
        (random_scan,),
        (lambda target: scan(target, step=0.25),),
        (lambda target: np.array([float(scan(target))]),),
    ],
    "01.4": [(learn,), (learn_with_branches,), (single(learn),)],
    "01.5": [
        (bound,),
        (bound_in_loops,),
        (single(bound),),
        (lambda *arguments: np.array([[bound(*arguments)]]),),
    ],
    "01.6": [
        (fit, KELVIN),
        (fit_normal, np.array([100 - 0.385 * 273.15, 0.385])),
        (fit, (-5.1, 0.385)),
        (single(fit), np.float32(KELVIN)),
    ],
}
