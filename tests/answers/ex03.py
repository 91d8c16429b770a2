"""Typical wrong and right answers to assignment 03."""

from fractions import Fraction

import numpy as np

# 03.1


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def silu(z):
    s = sigmoid(z)
    return z * s, s * (1 + z * (1 - s))


def silu_by_tanh(z):
    t = np.tanh(z / 2)
    return z * (1 + t) / 2, (1 + t) / 2 + z * (1 - t**2) / 4


def silu_by_differences(z):
    z = np.asarray(z, float)
    return silu(z)[0], (silu(z + 1e-5)[0] - silu(z - 1e-5)[0]) / 2e-5


def silu_falling(z):
    s = 1 / (1 + np.exp(z))
    return z * s, s


def silu_slope(slope):
    """Return a silu whose slope is another function of z and its sigmoid."""
    return lambda z: (silu(z)[0], slope(z, sigmoid(z)))


def prelu(z, a):
    return np.maximum(z, a * z), np.where(z > 0, 1.0, a), np.minimum(z, 0)


def prelu_by_cases(z, a):
    value, by_z, by_a = z.copy(), np.ones(z.shape), np.zeros(z.shape)
    value[z <= 0] *= a
    by_z[z <= 0] = a
    by_a[z <= 0] = z[z <= 0]
    return [value, by_z, by_a]


def prelu_by_tape(z, a):
    import tensorflow as tf

    z, a = tf.constant(z), tf.fill(z.shape, tf.cast(a, tf.float64))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([z, a])
        value = tf.where(z > 0, z, a * z)
    return value, tape.gradient(value, z), tape.gradient(value, a)


def prelu_min(z, a):
    return np.minimum(z, a * z), *prelu(z, a)[1:]


def prelu_in_place(z, a):
    z[z < 0] *= a
    return z, np.where(z > 0, 1.0, a), np.minimum(z, 0)


def prelu_with(k, part):
    """Return a parametric ReLU whose k-th result is another one."""

    def wrong(z, a):
        results = list(prelu(z, a))
        results[k] = part(z, a)
        return tuple(results)

    return wrong


def softplus(z):
    return np.logaddexp(0, z), 0.5 * (1 + np.tanh(z / 2))


def softplus_by_hand(z):
    value = np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))
    return [value, np.where(z > 0, 1 / (1 + np.exp(-np.abs(z))), 1 - 1 / (1 + np.exp(-np.abs(z))))]


def softplus_overflows(z):
    return np.log(1 + np.exp(z)), 1 / (1 + np.exp(-z))


def softplus_base_2(z):
    return np.log2(1 + np.exp(z)), 1 / (1 + np.exp(-z))


def softplus_falling(z):
    return np.log(1 + np.exp(-z)), 1 / (1 + np.exp(-z))


def softplus_too_early(z):
    return np.where(z > 5, z, np.logaddexp(0, np.minimum(z, 5))), softplus(z)[1]


def softplus_slope_overflows(z):
    return np.logaddexp(0, z), np.exp(z) / (1 + np.exp(z))


def softplus_clipped(z):
    return np.logaddexp(0, np.clip(z, -50, 50)), softplus(z)[1]


def softplus_slope_clipped(z):
    return np.logaddexp(0, z), np.clip(softplus(z)[1], 0, 0.999)


def single(function):
    """Return a function that computes in float32."""

    def rounded(*arguments):
        return function(*(np.float32(a) if isinstance(a, np.ndarray) else a for a in arguments))

    return rounded


def softplus_by_tape(z):
    import tensorflow as tf

    z = tf.constant(z)
    with tf.GradientTape() as tape:
        tape.watch(z)
        value = tf.math.softplus(z)
    return value, tape.gradient(value, z)


def softplus_step(z):
    return np.logaddexp(0, z), np.where(z > 0, 1.0, 0.0)


# 03.2

ONES = np.ones((2, 2))
GOOD = (ONES, [0, -1], [1, -2], 0)
HALF = np.array([0.125, -0.125])

# 03.3


def period(x):
    return 2 * np.pi * np.sqrt(x[:, 0] / x[:, 1])


def period_by_powers(x):
    return np.exp(np.log(2 * np.pi) + np.log(x) @ [0.5, -0.5])


def period_nearly(x):
    return 1.003 * period(x)


def straight(x):  # good inside, a plane fitted to the data, and so wrong outside
    return np.where(x[:, 0] > 3, 1.6 + 0.8 * x[:, 0] - 0.01 * x[:, 1], period(x))


def period_unscaled(x):  # a network on raw inputs saturates at a stiffness that it never saw
    k = np.where(x[:, 0] < 3, np.minimum(x[:, 1], 20), x[:, 1])
    return period(np.column_stack([x[:, 0], k]))


# 03.4


def needed(curvature, length, tolerance):
    return int(np.ceil(length * np.sqrt(curvature / (8 * tolerance))))


def needed_by_trying(curvature, length, tolerance):
    N = 1
    while curvature * (length / N) ** 2 / 8 > tolerance:
        N += 1
    return N


# 03.5


def crescents(x, sharpness=6.0):
    """Return a probability from the distances to the two noise-free crescents."""
    x = np.asarray(x, float)
    angle = np.linspace(0, np.pi, 100)
    upper = np.column_stack([np.cos(angle), np.sin(angle)])
    lower = np.column_stack([1 - np.cos(angle), 0.5 - np.sin(angle)])
    near = [
        np.min(np.hypot(*(x[:, None] - arc).transpose(2, 0, 1)), axis=1) for arc in (upper, lower)
    ]
    return 1 / (1 + np.exp(-sharpness * (near[0] - near[1])))


def a_line(x):
    x = np.asarray(x, float)
    return 1 / (1 + np.exp(-(0.3 + 1.0 * x[:, 0] - 3.0 * x[:, 1])))


def weak(x):
    x = np.asarray(x, float)
    return 1 / (1 + np.exp(-np.sin(3 * x[:, 0]) + 2 * x[:, 1]))


WRONG = {
    "03.1": [
        ((silu_falling, prelu, softplus), "sign in the exponent"),
        ((lambda z: silu(z)[0], prelu, softplus), "pair (value, slope)"),
        ((lambda z: (sigmoid(z), sigmoid(z)), prelu, softplus), "the factor z is missing"),
        ((lambda z: (z * np.tanh(z), z), prelu, softplus), "hyperbolic tangent"),
        ((lambda z: (silu(z)[0] + 0.1, 0 * z), prelu, softplus), "far to the left 0"),
        ((silu_slope(lambda z, s: s * (1 - s)), prelu, softplus), "of the sigmoid alone"),
        ((silu_slope(lambda z, s: z * s * (1 - s)), prelu, softplus), "z has a slope, too"),
        ((silu_slope(lambda z, s: s), prelu, softplus), "the sigmoid has a slope, too"),
        ((silu_slope(lambda z, s: s + s * (1 - s)), prelu, softplus), "a factor z is missing"),
        ((silu_slope(lambda z, s: s - z * s * (1 - s)), prelu, softplus), "a sign in the slope"),
        ((silu_slope(lambda z, s: z * s), prelu, softplus), "not differentiated"),
        ((silu_slope(lambda z, s: 0 * z), prelu, softplus), "at 0 it is one half"),
        ((silu, prelu_with(0, lambda z, a: np.maximum(0, z)), softplus), "does not leak"),
        ((silu, prelu_min, softplus), "the smaller"),
        ((silu, prelu_with(0, lambda z, a: z), softplus), "value of parametric_relu is wrong"),
        ((silu, prelu_with(1, lambda z, a: z > 0), softplus), "zero on the left"),
        (
            (silu, prelu_with(1, lambda z, a: np.where(z < 0, 1, a)), softplus),
            "slope by z of parametric_relu has its two sides",
        ),
        ((silu, prelu_with(1, lambda z, a: np.where(z < 0, a, 1)), softplus), "at the kink"),
        ((silu, prelu_with(1, lambda z, a: 0 * z), softplus), "by z of parametric_relu is wrong"),
        ((silu, prelu_with(2, lambda z, a: z <= 0), softplus), "and not 1"),
        ((silu, prelu_with(2, lambda z, a: np.where(z > 0, 1, a)), softplus), "is that by z"),
        ((silu, prelu_with(2, lambda z, a: z), softplus), "does not depend on a"),
        ((silu, prelu_with(2, lambda z, a: np.maximum(z, 0)), softplus), "slope by a of parametri"),
        (
            (silu, prelu_with(2, lambda z, a: -np.minimum(z, 0)), softplus),
            "slope by a of parametric_relu has the wrong sign",
        ),
        ((silu, prelu_with(2, lambda z, a: 0 * z), softplus), "by a of parametric_relu is wrong"),
        ((silu, lambda z, a: prelu(z, a)[:2], softplus), "return 3 things"),
        ((silu, prelu_in_place, softplus), "work on a copy"),
        ((silu, prelu, softplus_overflows), "overflows"),
        ((silu, prelu, softplus_base_2), "base 2"),
        ((silu, prelu, softplus_falling), "softplus falls"),
        ((silu, prelu, softplus_step), "no step"),
        ((silu, prelu, lambda z: (softplus(z)[0], 0 * z)), "at 0 it is one half"),
        ((silu, prelu, softplus_too_early), "too early"),
        ((silu, prelu, softplus_slope_overflows), "slope of softplus overflows"),
        ((silu, prelu, softplus_clipped), "it tends to 0 and to z"),
        ((silu, prelu, softplus_slope_clipped), "slope of softplus is wrong"),
        ((silu, prelu, lambda z: (softplus(z)[0] + 1, z)), "at 0 it is ln 2"),
        ((silu, prelu, lambda z: (softplus(z)[0], softplus(z)[1] * (1 - softplus(z)[1]))), "once"),
        ((silu, prelu, lambda z: (np.log10(1 + np.exp(z)), z)), "base 10"),
        ((lambda z: (silu(z)[0].sum(), 0), prelu, softplus), "has shape ()"),
        ((0.5, prelu, softplus), "must be a function"),
    ],
    "03.2": [
        ((ONES, [0, 0], [1, -2], 0, HALF), "is a bias missing"),
        ((ONES, [0, 1], [1, -2], 0, HALF), "wrong sign: they are added"),
        ((ONES, [0, -1], [-1, 2], 1, HALF), "1, 0, 0, 1"),
        ((ONES, [0, -1], [-1, 2], 0, HALF), "wrong sign"),
        (([[1, -1], [1, -1]], [0, 1], [-1, -1], 1, HALF), "the ReLU network"),
        (([[1, -1], [1, 1]], [-1, 0], [0.0, 0.0], 0.5, HALF), "says the same"),
        (([[1, 1], [1, 1]], [0, -1], [2, -4], 0, HALF), "shape of XOR"),
        (([1, 1], [0, -1], [1, -2], 0, HALF), "W1 has shape (2,)"),
        ((*GOOD, [0.25, -0.25]), "2 times too large"),
        ((*GOOD, [-0.125, 0.125]), "wrong sign"),
        ((*GOOD, [0.125, 0.125]), "do not cancel"),
        ((*GOOD, [0, 0]), "product_w2 is zero"),
        (([[1, 1], [-1, -1]], [-1, 1], [-1, -1], 1, HALF), "W1 is transposed"),
        (([[1, -1], [-2, 2]], [0, 0], [0.5, 1], 0, HALF), "wrong at (0, 1): it returns 2"),
        ((*GOOD, [0.0625, -0.0625]), "2 times too small"),
        (([[1, 2], [1, -3]], [0, -1], [1, -2], 0, HALF), "wrong at (1, 0)"),
        (([[1, 0], [-1, 0]], [0.5, 1], [1, 1], 0, HALF), "wrong at (0, 0): it returns 1.5"),
    ],
    "03.3": [
        ((lambda x: np.log(period(x)),), "natural logarithm"),
        ((lambda x: np.log10(period(x)),), "base-10 logarithm"),
        ((lambda x: np.exp(np.log10(period(x))),), "mixes logarithms"),
        ((lambda x: 1 / period(x),), "the frequency"),
        ((lambda x: 2 * np.pi * np.sqrt(x[:, 1] / x[:, 0]),), "exchanged"),
        ((lambda x: np.sqrt(x[:, 0] / x[:, 1]),), "same factor"),
        ((lambda x: period(x)[:, None],), "column of shape (400, 1)"),
        ((straight,), "outside the range"),
        ((lambda x: np.full(len(x), 1.8),), "the same for every mass"),
        ((lambda x: period(x) * (1 + 0.1 * np.sin(9 * x[:, 0])),), "inside the range"),
        ((lambda x: period(x).mean(),), "shape ()"),
        ((lambda x: 1.02 * period(x),), "the relative error is 2.0% inside"),
        ((lambda x: np.sqrt(x[:, 0] / x[:, 1]) * 2,), "factor of about 0.32"),
        ((lambda x: 10 ** np.log(period(x)),), "mixes logarithms"),
        ((lambda x: [[1.0], [1.0, 2.0]],), "in rows of equal length"),
        ((period_unscaled,), "outside the range of the data: it must be below 5%"),
    ],
    "03.4": [
        ((lambda c, L, tol: needed(c, L, tol) + 1, 9, "C"), "one unit fewer is enough"),
        ((lambda c, L, tol: needed(c, L, tol) - 1, 9, "C"), "one unit is missing"),
        ((lambda c, L, tol: int(L * np.sqrt(c / tol / 8)), 9, "C"), "rounded down"),
        ((lambda c, L, tol: L * np.sqrt(c / tol / 8), 9, "C"), "a whole number"),
        ((lambda c, L, tol: np.ceil(L**2 * c / tol / 8), 9, "C"), "square of the distance"),
        ((lambda c, L, tol: np.ceil(L * np.sqrt(c / tol)), 9, "C"), "the 8 in the bound"),
        ((lambda c, L, tol: np.ceil(L * c / np.sqrt(8 * tol)), 9, "C"), "under the root"),
        ((lambda c, L, tol: np.ceil(np.sqrt(c / tol / 8)), 9, "C"), "the length has no effect"),
        ((lambda c, L, tol: 1000, 9, "C"), "1000 units are too many"),
        ((lambda c, L, tol: 3, 9, "C"), "3 units are too few"),
        ((needed, 3, "C"), "do not both hold"),
        ((needed, 9, "A"), "do not both hold"),
        ((needed, 9, "E"), "must be one of A, B, C, D"),
        ((needed, 9, 3), "must be text in quotes"),
        ((needed, None, "C"), "must be a number"),
    ],
    "03.5": [
        ((lambda x: np.zeros((len(x), 1)),), "the same for every point"),
        ((a_line,), "straight"),
        ((lambda x: 4 * crescents(x) - 2,), "leaves the range"),
        ((lambda x: np.full(len(x), np.nan),), "diverged"),
        ((lambda x: 1 - crescents(x),), "exchanges the two classes"),
        ((weak,), "of new points only"),
        ((lambda x: np.column_stack([crescents(x)] * 2),), "shape (4000, 2)"),
        ((3.0,), "must be a function"),
    ],
}

RIGHT = {
    "03.1": [
        (silu, prelu, softplus),
        (silu_by_tanh, prelu_by_cases, softplus_by_hand),
        (single(silu), single(prelu), single(softplus)),
        (silu_by_differences, prelu, softplus),
        (lambda z: np.array(silu(z)), prelu_by_tape, softplus_by_tape),
    ],
    "03.2": [
        (*GOOD, HALF),
        ([[1, -1], [-1, 1]], np.zeros(2), np.ones(2), 0.0, [1 / 8, -1 / 8]),
        (np.array([[1, -1], [1, -1]]), [-1, 1], [-1, -1], 1, HALF.tolist()),
        (np.float32(ONES), [0, -1], [1, -2], np.zeros((1, 1)), [Fraction(1, 8), Fraction(-1, 8)]),
    ],
    "03.3": [(period,), (period_by_powers,), (period_nearly,), (lambda x: period(x).tolist(),)],
    "03.4": [
        (needed, 9, "C"),
        (needed_by_trying, 9.05, "c"),
        (lambda c, L, tol: np.array([needed(c, L, tol)]), np.float32([9]), " C "),
    ],
    "03.5": [
        (crescents,),
        (lambda x: crescents(x, 2.0)[:, None],),
        (lambda x: np.float32(crescents(x)).tolist(),),
    ],
}
