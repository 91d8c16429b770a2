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


MAJORITY = (np.ones(3), 1.5)


def counting(k, signs=(1, -1), theta=0.5, last=0.5):
    """Hidden unit l asks for more than l + theta ones; their answers count in turn + and -."""
    asked = np.arange(k)
    return np.ones((k, k)), asked + theta, np.resize(signs, k), last


def listing(k):
    """A hidden unit for each input with an odd number of ones, which knows no other."""
    odd = np.array([row for row in np.ndindex(*(2,) * k) if sum(row) % 2])
    return (2 * odd - 1).T.tolist(), (odd.sum(axis=1) - 1).tolist(), [1] * len(odd), 0


def xor_for_all(k):
    W = np.zeros((k, 2))
    W[:2] = 1
    return W, [0.5, 1.5], [1, -1], 0.5


def forgets_return(k):
    counting(k)


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


def methods(a, b, sign=1, ddof=1, errors=3, rounding=np.ceil):
    d, n = sign * (a - b), len(a)
    mean, scatter = d.mean(), d.std(ddof=ddof)
    unpaired = np.hypot(a.std(ddof=1), b.std(ddof=1)) / n**0.5
    return mean, scatter / n**0.5, unpaired, rounding((errors * scatter / mean) ** 2)


def methods_in_loops(a, b):
    n = len(a)
    d = [x - y for x, y in zip(a.tolist(), b.tolist())]

    def mean_error(values):
        mean = sum(values) / n
        return mean, (sum((v - mean) ** 2 for v in values) / (n - 1) / n) ** 0.5

    mean, paired = mean_error(d)
    unpaired = (mean_error(a.tolist())[1] ** 2 + mean_error(b.tolist())[1] ** 2) ** 0.5
    needed = 1
    while abs(mean) < 3 * paired * (n / needed) ** 0.5:
        needed += 1
    return [mean, paired, unpaired, needed]


def methods_by_covariance(a, b):
    (aa, ab), (_, bb) = np.cov(a, b) / len(a)
    mean, square = a.mean() - b.mean(), aa + bb - 2 * ab
    needed = -(-9 * len(a) * square // mean**2)
    return np.array([mean, square**0.5, (aa + bb) ** 0.5, needed])


def but(part, change):
    """Return `methods` with one of its four numbers changed."""

    def answer(a, b):
        found = list(methods(a, b))
        found[part] = change(found, a, b)
        return found

    return answer


WAYS = ("same", "up", "same", "up")


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
        ((MAJORITY, 8, counting), "it would do XOR"),
        ((MAJORITY, 7, counting), "the one wrong corner"),
        ((MAJORITY, 5, counting), "ask a unit with a negative weight"),
        ((MAJORITY, 2, counting), "not of wrong ones"),
        ((MAJORITY, "six", counting), "is text"),
        (((np.ones(3), 0.5), 6, counting), "that is OR"),
        (((np.ones(3), 2.5), 6, counting), "that is AND"),
        (((-np.ones(3), -1.5), 6, counting), "the wrong way round"),
        (((np.ones(3), 2), 6, counting), "exactly at its threshold"),
        ((([1, 1, 0], 1.5), 6, counting), "errs at 2 of 8 inputs, as at [0 1 1]"),
        (((np.ones(2), 1.5), 6, counting), "has shape (2,)"),
        ((1.5, 6, counting), "must be a pair"),
        ((MAJORITY, 6, lambda k: counting(k, last=-0.5)), "answers are wrong"),
        ((MAJORITY, 6, lambda k: counting(k, signs=[1])), "that is OR"),
        ((MAJORITY, 6, lambda k: counting(k, signs=[1, -1, -1])), "1 is not the only one"),
        ((MAJORITY, 6, lambda k: counting(k, signs=(-1, 1), last=-0.5)), "ones is even"),
        ((MAJORITY, 6, lambda k: counting(k, theta=1)), "for k = 2 3 of 4 answers are wrong"),
        ((MAJORITY, 6, xor_for_all), "for k = 3 4 of 8 answers are wrong"),
        ((MAJORITY, 6, lambda k: counting(2)), "for k = 3 the W has shape (2, 2): not (3, m)"),
        ((MAJORITY, 6, lambda k: (np.ones(k), 0.5, 1, 0.5)), "the W has shape (2,)"),
        ((MAJORITY, 6, lambda k: counting(k)[:3]), "must return 4 things"),
        ((MAJORITY, 6, lambda k: (*counting(k)[:2], [1], 0.5)), "v has shape (1,)"),
        ((MAJORITY, 6, forgets_return), "returns None"),
        ((MAJORITY, 6, counting(3)), "must be a function"),
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
        ((lambda a, b: methods(a, b, sign=-1), WAYS), "wrong sign: a minus b"),
        ((but(0, lambda f, a, b: abs(f[0])), WAYS), "has lost its sign"),
        ((but(0, lambda f, a, b: sum(a - b)), WAYS), "is a sum"),
        (
            (lambda a, b: methods(a, b, ddof=0), WAYS),
            "needs the scatter with n - 1",
        ),
        ((but(1, lambda f, a, b: f[1] * len(a) ** 0.5), WAYS), "not the error of the mean"),
        ((but(1, lambda f, a, b: f[1] / len(a) ** 0.5), WAYS), "like one over the root of n"),
        ((but(1, lambda f, a, b: f[2]), WAYS), "does not use that a[i] and b[i]"),
        ((but(2, lambda f, a, b: f[1]), WAYS), "must not use that a[i] and b[i]"),
        ((lambda a, b: [methods(a, b)[i] for i in (0, 2, 1, 3)], WAYS), "are exchanged"),
        ((but(2, lambda f, a, b: f[2] * len(a) ** 0.5), WAYS), "is a scatter"),
        (
            (but(2, lambda f, a, b: (a.std(ddof=1) + b.std(ddof=1)) / len(a) ** 0.5), WAYS),
            "lacks the squares",
        ),
        (
            (but(2, lambda f, a, b: 2 * f[2]), WAYS),
            "the unpaired error of compare_methods is too large",
        ),
        ((lambda a, b: methods(a, b, rounding=float), WAYS), "must be rounded up"),
        ((lambda a, b: methods(a, b, rounding=np.floor), WAYS), "must be rounded up"),
        ((lambda a, b: methods(a, b, errors=1), WAYS), "one error, not three"),
        ((but(3, lambda f, a, b: np.ceil((3 * f[1] / f[0]) ** 2)), WAYS), "multiples of n"),
        ((but(3, lambda f, a, b: np.ceil(len(a) * (3 * f[2] / f[0]) ** 2)), WAYS), "takes the unp"),
        (
            (but(3, lambda f, a, b: np.ceil(3 * f[1] / abs(f[0]) * len(a) ** 0.5)), WAYS),
            "lacks a square",
        ),
        ((lambda a, b: methods(a, b)[:2], WAYS), "must return 4 things"),
        ((lambda a: a, WAYS), "raises TypeError"),
        ((methods, ("up", "up", "same", "up")), "know the order of its numbers"),
        ((methods, ("same", "same", "same", "up")), "cancels in a - b only if"),
        ((methods, ("same", "up", "up", "up")), "the scatter of b"),
        ((methods, ("same", "up", "same", "down")), "which of the two errors decides"),
        ((methods, ("same", "up", "same", "larger")), "must be one of up, same, down"),
        ((methods, "same"), "shuffled must be 4 things"),
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
        (MAJORITY, 6, counting),
        (([2, 2, 2], 2.0), np.array([6.0]), listing),
        (([3, 2, 2], 3.5), 6.0, lambda k: [np.float32(part) for part in counting(k)]),
        ((np.ones(3), 1), 6, lambda k: counting(k, theta=0)),
    ],
    "01.4": [(learn,), (learn_with_branches,), (single(learn),)],
    "01.5": [
        (bound,),
        (bound_in_loops,),
        (single(bound),),
        (lambda *arguments: np.array([[bound(*arguments)]]),),
    ],
    "01.6": [
        (methods, WAYS),
        (methods_in_loops, list(WAYS)),
        (methods_by_covariance, ("Same", " UP", "same", "up")),
        (single(methods), np.array(WAYS)),
    ],
}
