"""Checks of assignment 03: the multi-layer perceptron."""

import numpy as np

from utils.checks import exercise
from utils.checks.attempt import call, inputs_of, require
from utils.checks.compare import array, compare, compare_function, not_finite, number, read, word


@exercise(
    "03.1",
    "SiLU is a product of z and the sigmoid: differentiate it as a product. The parametric ReLU "
    "depends on a only where it leaks.",
    "The sigmoid s has the slope s (1 - s). For large z the exponential in softplus overflows "
    "before the logarithm can help: `np.logaddexp` adds in the logarithm.",
)
def activations(silu, parametric_relu, softplus):
    def table(z):
        s = (1 + np.tanh(z / 2)) / 2
        return (z * s, s + z * s * (1 - s)), [
            ("value", s, "silu returns the sigmoid: the factor z is missing"),
            ("value", z * (1 - s), "silu dies to the right: the sign in the exponent is wrong"),
            ("value", z * np.tanh(z), "silu multiplies z with the hyperbolic tangent"),
            ("value", None, "silu is wrong: far to the right it is z, far to the left 0"),
            ("slope", s * (1 - s), "the slope of silu is that of the sigmoid alone"),
            ("slope", z * s * (1 - s), "the slope of silu lacks a term: z has a slope, too"),
            ("slope", s, "the slope of silu lacks a term: the sigmoid has a slope, too"),
            ("slope", s + s * (1 - s), "in the slope of silu a factor z is missing"),
            ("slope", s - z * s * (1 - s), "a sign in the slope of silu is wrong"),
            ("slope", z * s, "the slope of silu is its value: it is not differentiated"),
            ("slope", None, "the slope of silu is wrong: at 0 it is one half"),
        ]

    def leaky_table(z, a):
        left, name = z <= 0, "parametric_relu"
        return (np.maximum(z, a * z), np.where(left, a, 1), np.where(left, z, 0)), [
            ("value", np.maximum(0, z), f"{name} does not leak: a has no effect"),
            ("value", np.minimum(z, a * z), f"{name} takes the smaller of z and a z"),
            ("value", None, f"... is wrong for a = {a}"),
            ("slope by z", ~left, "... is zero on the left: there it leaks, too"),
            ("slope by z", np.where(z < 0, 1, a), "... has its two sides exchanged"),
            ("slope by z", not z.any(), "... is not a at the kink, as the exercise asks"),
            ("slope by z", None, f"... is wrong for a = {a}"),
            ("slope by a", left, "... is z on the left, and not 1"),
            ("slope by a", np.where(left, a, 1), "... is that by z"),
            ("slope by a", z, f"on the right {name} does not depend on a"),
            ("slope by a", np.where(left, 0, z), "... has its two sides exchanged"),
            ("slope by a", None, f"... is wrong for a = {a}"),
        ]

    def soft_table(z):
        value, s, far = np.logaddexp(0, z), (1 + np.tanh(z / 2)) / 2, z.max() > 100
        return (value, s), [
            ("value", far and not_finite, "softplus overflows at z = 1000: there it equals z"),
            ("value", far, "softplus is wrong at z = -1000 or 1000: it tends to 0 and to z"),
            ("value", value / np.log(2), "softplus uses the logarithm to base 2, not e"),
            ("value", value / np.log(10), "softplus uses the logarithm to base 10, not e"),
            ("value", value - z, "softplus falls: the sign in the exponent is wrong"),
            ("value", lambda v: (v == z)[z > 0].any(),
             "softplus is larger than z, also at z = 6: do not replace it by z too early"),
            ("value", None, "the value of softplus is wrong: at 0 it is ln 2"),
            ("slope", far and not_finite, "the slope of softplus overflows at z = 1000"),
            ("slope", far, "the slope of softplus is wrong at z = -1000 or 1000"),
            ("slope", z > 0, "softplus has no kink, so its slope has no step"),
            ("slope", s * (1 - s), "the slope of softplus is differentiated once too often"),
            ("slope", None, "the slope of softplus is wrong: at 0 it is one half"),
        ]  # fmt: skip

    z, parts = np.array([[-2.5, -1.0], [-0.2, 0.3], [1.5, 4.0]]), ("value", "slope")
    leaks, three = [(z, 0.1), (z, 0.3), (np.zeros(3), 0.1)], ("value", "slope by z", "slope by a")
    compare_function("silu", silu, table, [(z,)], parts)
    compare_function("parametric_relu", parametric_relu, leaky_table, leaks, three)
    far = [(z,), (np.array([-6.0, 5.2, 6.0]),), (np.array([-1000.0, 1000.0]),)]
    compare_function("softplus", softplus, soft_table, far, parts)


@exercise(
    "03.2",
    "XOR depends on the sum of the bits only: 0, 1, 2 must become 0, 1, 0. Which line with one "
    "bend does that?",
    "Let both hidden units see the sum of the bits, and let the second one wake up later than the "
    "first. For the product, expand both squares and compare the terms.",
)
def weights(W1, b1, w2, b2, product_w2):
    bits, xor = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0.0, 1.0, 1.0, 0.0])
    W1, b1 = array(W1, (2, 2), "W1"), array(b1, (2,), "b1")
    w2, b2 = array(w2, (2,), "w2"), number(b2, "b2")
    product_w2 = array(product_w2, (2,), "product_w2")

    def network(W1, b1):
        return b2 + np.maximum(0, bits @ W1 + b1) @ w2

    output, z = network(W1, b1), bits @ W1 + b1
    bends = ((z > 0).any(axis=0) & (z < 0).any(axis=0)).any()
    wrong = np.abs(output - xor).argmax()
    x = tuple(bits[wrong].tolist())
    others = (network(W1.T, b1), network(W1, -b1), (output - output[0]) / (output[1] - output[0]))
    turned, minus, scaled = (np.allclose(other, xor, atol=2e-5) for other in others)
    compare("the output", output, xor, [
        (np.full(4, output[0]), "the ReLU network says the same for all four inputs"),
        (1 - xor, "the ReLU network gives 1, 0, 0, 1: that is not XOR"),
        (-xor, "the output of the ReLU network has the wrong sign"),
        (turned, "W1 is transposed: each hidden unit is a column of W1"),
        (minus, "the biases b1 have the wrong sign: they are added"),
        (not bends, "no hidden unit bends among the four inputs: is a bias missing?"),
        (scaled, "the ReLU network has the shape of XOR, but not the values 0 and 1"),
        (None, f"the ReLU network is wrong at {x}: it returns {output[wrong]:.4g}"),
    ])  # fmt: skip

    x = np.array([[1.0, 2.0], [3.0, -1.0], [-2.0, 0.5], [0.5, 0.5]])
    product, output = x.prod(axis=1), (x @ [[2.0, 2.0], [1.0, -1.0]]) ** 2 @ product_w2
    left = abs(product_w2.sum()) > 1e-4 * np.abs(product_w2).max()
    factor = max(abs(output[0] / product[0]), 1e-300)
    text = f"{factor:.3g} times too large" if factor > 1 else f"{1 / factor:.3g} times too small"
    compare("the product", output, product, [
        (not product_w2.any(), "product_w2 is zero: so is the product"),
        (-product, "the product has the wrong sign"),
        (left, "the squares of x_1 and x_2 do not cancel in the product"),
        (None, f"the product is {text}: count the mixed terms of both squares"),
    ])  # fmt: skip


@exercise(
    "03.3",
    "A ReLU network is a straight line outside its data. In which variables is a power law a "
    "straight line?",
    "Train one linear unit from the logarithms of m and k to the logarithm of T, and undo the "
    "logarithm in `predict`. A small loss in the logarithm is a small relative error.",
)
def regression(predict):
    rng = np.random.default_rng(3)
    ranges = ((0.5, 2), (5, 20)), ((4, 8), (40, 80)), ((0.5, 2), (40, 80))
    cases = [[np.column_stack([rng.uniform(*side, 400) for side in both])] for both in ranges]
    for (x,) in inputs_of("predict", cases):
        n, y = len(x), read(call(predict, x, name="predict"), "what predict returns")
        column = f"predict returns a column of shape {y.shape}: return its only column"
        require(y.shape != (n, 1), column)
        y, (m, k) = array(y, (n,), f"what predict returns for {n} rows"), x.T
        true = 2 * np.pi * np.sqrt(m / k)

        def error(other, y=y):
            return np.sqrt(np.mean((y / other - 1) ** 2))

        inside, off, ratio = m.max() <= 2 and k.max() <= 20, error(true), np.median(y / true)
        mixed = min(error(np.exp(np.log10(true))), error(10 ** np.log(true))) < 0.03
        factor = np.std(y / true) < 0.03 * abs(ratio)
        undo = "predict returns the {} logarithm of the period: undo it"
        for applies, message in (
            (np.ptp(y) < 1e-6, "predict says the same for every mass and stiffness"),
            (np.std(y - np.log(true)) < 0.02, undo.format("natural")),
            (np.std(y - np.log10(true)) < 0.02, undo.format("base-10")),
            (mixed, "predict mixes logarithms to base 10 and to base e"),
            (error(1 / true) < 0.03, "predict returns the frequency, not the period"),
            (error((2 * np.pi) ** 2 / true) < 0.03, "m and k are exchanged: column 0 is the mass"),
            (factor, f"all periods are wrong by the same factor of about {ratio:.2g}"),
        ):  # below 0.03 it is trained too little, rather than mistaken
            require(not applies or off < 0.03 or not inside, message)
        limit, where = (0.01, "inside") if inside else (0.05, "outside")
        text = f"the relative error is {off:.1%} {where} the range of the data"
        require(off < limit, f"{text}: it must be below {limit:.0%}")


@exercise(
    "03.4",
    "(a) Solve the bound for the distance of the knots. (b) Which derivative stands in the bound?",
    "(a) N knots at equal distances over a length L are L / N apart, and N is a whole number that "
    "must not be too small. (b) How often does the chain rule bring out the 3?",
)
def change(units_needed, factor, reason):
    def table(curvature, length, tolerance):
        root = np.sqrt(curvature / (8 * tolerance))
        exact = length * root
        return np.ceil(exact), [
            (exact, "a network has a whole number of units"),
            (np.floor(exact), "rounded down, the bound is above the tolerance"),
            (np.ceil(exact) + 1, "one unit fewer is enough: N units make N chords"),
            (np.ceil(exact) - 1, "one unit is missing: N units make N chords, not N + 1"),
            (np.ceil(exact**2), "the bound holds the square of the distance"),
            (np.ceil(length * np.sqrt(curvature / tolerance)), "the 8 in the bound is missing"),
            (np.ceil(length * curvature / np.sqrt(8 * tolerance)),
             "the curvature is under the root, too"),
            (np.ceil(root), "the length has no effect"),
            (None, lambda N: f"{N.item():g} units are too " + ("many" if N > exact else "few")),
        ]  # fmt: skip

    cases = [(1.0, 2 * np.pi, 1e-3), (4.0, 1.5, 2e-4), (0.3, 10.0, 1e-2), (7.0, 2.0, 0.05)]
    what = "the number of units"
    compare_function("units_needed", units_needed, table, cases, what=what, rtol=1e-9)
    right = word(reason, "ABCD", "reason") == "C" and abs(number(factor, "factor") - 9) <= 0.18
    require(right, "factor and reason do not both hold: look at the bound, and count what changes "
            "in it")  # fmt: skip


@exercise(
    "03.5",
    "Print the output of `broken(x_moons, y_moons)` for a few points. What can a network do whose "
    "weights all start at zero? And one without activations?",
    "Ask of each line: initialisation, activation of the hidden layers, activation of the output, "
    "learning rate, number of steps.",
)
def repaired(model):
    rng, n = np.random.default_rng(7), 4000
    labels, angle = np.arange(n) % 2, rng.uniform(0, np.pi, n)  # two crescents, as make_moons does
    points = np.column_stack([np.cos(angle), np.sin(angle)])
    points[labels == 1] = (1, 0.5) - points[labels == 1]
    points += rng.normal(0, 0.25, (n, 2))
    p = read(call(model, points.astype("f4"), name="model"), "what model returns")
    alone = p.shape in ((n,), (n, 1))
    require(alone, f"model returns shape {p.shape} for {n} points: one number each is asked for")
    p = p.reshape(-1)
    accuracy, clear = np.mean((p > 0.5) == labels), (p > 1e-4) & (p < 1 - 1e-4)
    logit = np.log(p[clear] / (1 - p[clear]))
    design = np.column_stack([points[clear], np.ones(clear.sum())])
    rest = logit - design @ np.linalg.lstsq(design, logit)[0]
    straight = clear.sum() > 100 and rest.std() < 1e-2 * max(logit.std(), 1e-9)
    for applies, message in (
        (not np.isfinite(p).all(), "model returns NaN or infinity: its training diverged, with too "
         "large steps"),
        (np.ptp(p) < 1e-3, "model says the same for every point: do its weights still start at "
         "zero?"),
        (p.min() < 0 or p.max() > 1, "model leaves the range from 0 to 1: which activation has its "
         "last layer?"),
        (accuracy <= 0.2, "model exchanges the two classes"),
        (accuracy <= 0.9 and straight, "its separation line is straight: no hidden layer bends it"),
        (accuracy <= 0.9, f"model is right for {accuracy:.0%} of new points only: does it learn "
         "long enough?"),
    ):  # fmt: skip
        require(not applies, message)
