"""Typical wrong answers of assignment 01 with the message each must get, and right ones."""

from fractions import Fraction

import numpy as np

BITS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
ONE = np.ones(2)
AND, OR = (ONE, 1.5), (ONE, 0.5)


def unit(x, w, theta):
    return (x @ w > theta).astype(int)


def unit_in_loops(x, w, theta):
    answers = []
    for row in x:
        xi = sum(w_i * x_i for w_i, x_i in zip(w, row)) - theta
        answers.append(1 if xi > 0 else 0)
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


def learn(x, target, epochs, sign=1, factor=1, tie=0, batch=False, stop=True):
    w, mistakes = np.zeros(x.shape[1]), []
    for _ in range(epochs):
        wrong, change = 0, np.zeros(x.shape[1])
        for x_k, t_k in zip(x, target):
            xi = w @ x_k
            error = t_k - (tie if xi == 0 else int(xi > 0))
            wrong += abs(error)
            if batch:
                change += error * x_k
            else:
                w = w + sign * factor * error * x_k
        w = w + change
        mistakes.append(wrong)
        if stop and wrong == 0:
            break
    return w, mistakes


def learn_with_branches(x, target, epochs):
    w, mistakes, epoch = [0.0] * x.shape[1], [], 0
    while epoch < epochs and (not mistakes or mistakes[-1] > 0):
        mistakes.append(0)
        for x_k, t_k in zip(x, target):
            y = 1 if np.dot(w, x_k) > 0 else 0
            if y != t_k:
                sign = 1 if t_k == 1 else -1
                w = [a + sign * b for a, b in zip(w, x_k)]
                mistakes[-1] += 1
        epoch += 1
    return [w, mistakes]


def two_columns_more(x, target, epochs):
    return learn(np.column_stack([np.ones(len(x)), x]), target, epochs)


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


def three_weights(x, target, epochs):
    w = np.zeros(3)
    for x_k, t_k in zip(x, target):
        w = w + (t_k - int(w[0] * x_k[0] + w[1] * x_k[1] + w[2] * x_k[2] > 0)) * x_k
    return learn(x, target, epochs)


def cut(x, target, epochs):
    w, mistakes = learn(x, target, epochs)
    return w.astype(int), mistakes


WRONG = {
    "01.1": [
        ((lambda x, w, theta: (x @ w - theta).astype(int) > 0,), "do not cut it"),
        ((lambda x, w, theta: x @ w <= theta,), "exchanged"),
        ((lambda x, w, theta: x @ w - theta,), "the step is missing"),
        ((lambda x, w, theta: (x @ w >= theta).astype(int),), "exactly zero"),
        ((lambda x, w, theta: (x @ w + theta > 0).astype(int),), "sign of theta"),
        ((lambda x, w, theta: (x @ w > 0).astype(int),), "theta has no effect"),
        ((lambda x, w, theta: (x @ w < theta).astype(int),), "exchanged"),
        (
            (lambda x, w, theta: np.sign(x @ w - theta),),
            "must answer 0 or 1, and it also answers -1",
        ),
        ((lambda x, w, theta: (x.sum(axis=1) > theta).astype(int),), "w has no effect"),
        ((lambda x, w, theta: int((x @ w).sum() > theta),), "shape ()"),
        ((lambda x, w, theta: (x * w > theta).astype(int),), "shape (6, 3)"),
        ((lambda x, w, theta: unit(x, w, theta)[:, None],), "shape (6, 1)"),
        ((lambda x, w, theta: (x[:, 0] * w[0] + x[:, 1] * w[1] > theta) * 1,), "answers are wrong"),
        ((lambda x, w, theta: 1 if x @ w > theta else 0,), "raises ValueError"),
        ((lambda x, w: 1,), "raises TypeError"),
        ((lambda x, w, theta: print(end=""),), "returns None"),
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
        ((lambda x, t, n: learn(x, t, n, sign=-1),), "wrong sign"),
        ((lambda x, t, n: learn(x, t, n, factor=0.1),), "0.1 times too long"),
        ((lambda x, t, n: learn(x, t, n, factor=2),), "2 times too long"),
        ((lambda x, t, n: learn(x, t, n, tie=1),), "exactly zero"),
        ((lambda x, t, n: learn(x, t, n, batch=True),), "must act at once"),
        ((lambda x, t, n: learn(x, t, n, stop=False),), "it must stop"),
        ((two_columns_more,), "x already contains"),
        ((lambda x, t, n: learn(x, t, n)[0],), "must return the pair"),
        ((lambda x, t, n: (learn(x, t, n)[0], sum(learn(x, t, n)[1])),), "for each epoch"),
        ((lambda x, t, n: (learn(x, t, n)[0], learn(x, t, n)[1][:-1]),), "list of mistakes is not"),
        ((lambda x, t, n: (np.zeros(x.shape[1]), [0]),), "still zero"),
        ((lambda x, t, n: learn(x[::-1], t[::-1], n),), "not what the rule gives"),
        ((lambda x, t, n: 1 / 0,), "raises ZeroDivisionError"),
        ((three_weights,), "raises ValueError"),
        ((cut,), "not what the rule gives"),
        ((lambda x, t, n: learn(x, t, n)[0].tolist(),), "must return the pair (w, mistakes)"),
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
        ((zero_one_margin,), "did you turn the targets"),
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
        (unit,),
        (unit_in_loops,),
        (lambda x, w, theta: np.heaviside(x @ w - theta, 0),),
        (lambda x, w, theta: x @ w > theta,),
        (single(unit),),
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
