"""Typical wrong and right answers to assignment 03."""

from fractions import Fraction

import numpy as np

# 03.1


def sigmoid(z):
    value = 1 / (1 + np.exp(-z))
    return value, value * (1 - value)


def sigmoid_by_tanh(z):
    t = np.tanh(z / 2)
    return (1 + t) / 2, (1 - t**2) / 4


def sigmoid_falling(z):
    value = 1 / (1 + np.exp(z))
    return value, value * (1 - value)


def sigmoid_without_slope(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_slope_of_z(z):
    return 1 / (1 + np.exp(-z)), z * (1 - z)


def sigmoid_slope_plus(z):
    value = 1 / (1 + np.exp(-z))
    return value, value * (1 + value)


def sigmoid_is_tanh(z):
    return np.tanh(z), 1 - np.tanh(z) ** 2


def leaky_relu(z, a):
    return np.maximum(z, a * z), np.where(z > 0, 1.0, a)


def leaky_relu_by_cases(z, a):
    value, slope = z.copy(), np.ones(z.shape)
    value[z <= 0] *= a
    slope[z <= 0] = a
    return value, slope


def leaky_relu_dry(z, a):
    return np.maximum(0, z), np.where(z > 0, 1.0, 0.0)


def leaky_relu_min(z, a):
    return np.minimum(z, a * z), np.where(z > 0, a, 1.0)


def leaky_relu_dry_slope(z, a):
    return np.maximum(z, a * z), (z > 0).astype(float)


def leaky_relu_one_at_kink(z, a):
    return np.maximum(z, a * z), np.where(z >= 0, 1.0, a)


def leaky_relu_in_place(z, a):
    z[z < 0] *= a
    return z, np.where(z > 0, 1.0, a)


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
        ((sigmoid_falling, leaky_relu, softplus), "sign in the exponent"),
        ((sigmoid_without_slope, leaky_relu, softplus), "pair (value, slope)"),
        ((sigmoid_slope_of_z, leaky_relu, softplus), "not z itself"),
        ((sigmoid_slope_plus, leaky_relu, softplus), "a sign inside the slope"),
        ((sigmoid_is_tanh, leaky_relu, softplus), "hyperbolic tangent"),
        ((sigmoid, leaky_relu_dry, softplus), "does not leak"),
        ((sigmoid, leaky_relu_min, softplus), "the smaller"),
        ((sigmoid, leaky_relu_dry_slope, softplus), "zero on the left"),
        ((sigmoid, leaky_relu_one_at_kink, softplus), "at the kink"),
        ((sigmoid, leaky_relu_in_place, softplus), "work on a copy"),
        ((sigmoid, leaky_relu, softplus_overflows), "overflows"),
        ((sigmoid, leaky_relu, softplus_base_2), "base 2"),
        ((sigmoid, leaky_relu, softplus_falling), "softplus falls"),
        ((sigmoid, leaky_relu, softplus_step), "no step"),
        ((sigmoid, leaky_relu, lambda z: (softplus(z)[0], 0 * z)), "at 0 it is one half"),
        ((sigmoid, leaky_relu, softplus_too_early), "too early"),
        ((sigmoid, leaky_relu, softplus_slope_overflows), "slope of softplus overflows"),
        ((sigmoid, leaky_relu, softplus_clipped), "it tends to 0 and to z"),
        ((sigmoid, leaky_relu, softplus_slope_clipped), "slope of softplus is wrong"),
        ((lambda z: (sigmoid(z)[0] + 0.1, 0 * z), leaky_relu, softplus), "at 0 it is one half"),
        ((lambda z: (sigmoid(z)[0], 0 * z), leaky_relu, softplus), "at 0 it is one quarter"),
        ((lambda z: (sigmoid(z)[0], -sigmoid(z)[1]), leaky_relu, softplus), "it rises"),
        ((lambda z: (sigmoid(z)[0],) * 2, leaky_relu, softplus), "not differentiated"),
        ((sigmoid, lambda z, a: (np.maximum(z, a * z), 0 * z), softplus), "wrong for a = 0.1"),
        ((sigmoid, lambda z, a: (z, leaky_relu(z, a)[1]), softplus), "value of leaky_relu is wron"),
        ((sigmoid, lambda z, a: (leaky_relu(z, a)[0], np.where(z < 0, 1, a)), softplus), "two sid"),
        ((sigmoid, leaky_relu, lambda z: (softplus(z)[0] + 1, z)), "at 0 it is ln 2"),
        ((sigmoid, leaky_relu, lambda z: (softplus(z)[0], sigmoid(z)[1])), "once too often"),
        ((sigmoid, leaky_relu, lambda z: (np.log10(1 + np.exp(z)), z)), "base 10"),
        ((lambda z: (sigmoid(z)[0].sum(), 0), leaky_relu, softplus), "has shape ()"),
        ((0.5, leaky_relu, softplus), "must be a function"),
    ],
    "03.2": [
        ((ONES, [0, 0], [1, -2], 0, HALF), "is a bias missing"),
        ((ONES, [0, 1], [1, -2], 0, HALF), "wrong sign: they are added"),
        ((ONES, [0, -1], [-1, 2], 1, HALF), "1, 0, 0, 1"),
        ((ONES, [0, -1], [-1, 2], 0, HALF), "wrong sign"),
        (([[1, -1], [1, -1]], [0, 1], [-1, -1], 1, HALF), "the ReLU network"),
        (([[1, -1], [1, 1]], [-1, 0], [0.0, 0.0], 0.5, HALF), "says the same"),
        (([[1, 1], [1, 1]], [0, -1], [2, -4], 0, HALF), "shape of XOR"),
        (([1, 1], [0, -1], [1, -2], 0, HALF), "W has shape (2,)"),
        ((*GOOD, [0.25, -0.25]), "2 times too large"),
        ((*GOOD, [-0.125, 0.125]), "wrong sign"),
        ((*GOOD, [0.125, 0.125]), "do not cancel"),
        ((*GOOD, [0, 0]), "product_beta is zero"),
        (([[1, 1], [-1, -1]], [-1, 1], [-1, -1], 1, HALF), "W is transposed"),
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
        ((3, 0.138675), "second derivative"),
        ((1 / 9, 0.138675), "upside down"),
        ((81, 0.138675), "only f'' changes"),
        ((6, 0.138675), "compare max"),
        ((9, 0.141421), "that of ReLU"),
        ((9, 0.0192308), "the variance"),
        ((9, 1 / 6), "not the slopes"),
        ((9, 0.098058), "a factor 2"),
        ((9, -0.138675), "positive"),
        ((-9, 0.138675), "a ratio of two errors"),
        ((9, 0.2), "s is wrong"),
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
        (sigmoid, leaky_relu, softplus),
        (sigmoid_by_tanh, leaky_relu_by_cases, softplus_by_hand),
        (single(sigmoid), single(leaky_relu), single(softplus)),
        (lambda z: np.array(sigmoid(z)), leaky_relu, softplus_by_tape),
    ],
    "03.2": [
        (*GOOD, HALF),
        ([[1, -1], [-1, 1]], np.zeros(2), np.ones(2), 0.0, [1 / 8, -1 / 8]),
        (np.array([[1, -1], [1, -1]]), [-1, 1], [-1, -1], 1, HALF.tolist()),
        (np.float32(ONES), [0, -1], [1, -2], np.zeros((1, 1)), [Fraction(1, 8), Fraction(-1, 8)]),
    ],
    "03.3": [(period,), (period_by_powers,), (period_nearly,), (lambda x: period(x).tolist(),)],
    "03.4": [(9, np.sqrt(2 / (1.04 * 100))), (9.05, 0.1387), (np.float32([9]), [0.1384])],
    "03.5": [
        (crescents,),
        (lambda x: crescents(x, 2.0)[:, None],),
        (lambda x: np.float32(crescents(x)).tolist(),),
    ],
}
