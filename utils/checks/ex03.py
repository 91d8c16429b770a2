"""Checks of assignment 03: the multi-layer perceptron."""

import numpy as np

from utils.checks import exercise
from utils.checks.compare import NotYet, array, call, close, kind, number, require

BITS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
XOR = np.array([0.0, 1.0, 1.0, 0.0])


def _same(a, b, rtol=1e-6):
    return bool(np.allclose(a, b, rtol=rtol, atol=1e-9))


def _value_and_slope(function, z, *more, name):
    """Return the pair of arrays that a student's activation gives for z."""
    with np.errstate(all="ignore"):
        pair = call(function, z, *more, name=name)
    right = isinstance(pair, tuple | list) and len(pair) == 2
    require(right, f"{name} must return the pair (value, slope), and it returns {kind(pair)}")
    return tuple(
        array(part, z.shape, f"the {what} that {name} returns")
        for part, what in zip(pair, ("value", "slope"))
    )


@exercise(
    "03.1",
    "Write each slope with the value that you already have: that of the sigmoid is a product of "
    "the value and one minus the value.",
    "For large z the exponential overflows before the logarithm can help: `np.logaddexp` adds "
    "in the logarithm.",
)
def activations(sigmoid, leaky_relu, softplus):
    z = np.array([[-2.5, -1.0, -0.2], [0.3, 1.5, 4.0]])
    s = 1 / (1 + np.exp(-z))
    value, slope = _value_and_slope(sigmoid, z, name="sigmoid")
    require(not _same(value, 1 - s), "the sigmoid falls: the sign in the exponent is wrong")
    require(not _same(value, np.tanh(z)), "sigmoid returns the hyperbolic tangent")
    close(value, s, "the value of sigmoid is wrong: at 0 it is one half, far to the right 1")
    require(not _same(slope, value), "the slope of sigmoid is its value: it is not differentiated")
    require(not _same(slope, -s * (1 - s)), "the slope of sigmoid has the wrong sign: it rises")
    require(not _same(slope, s * (1 + s)), "a sign inside the slope of sigmoid is wrong")
    require(not _same(slope, z * (1 - z)), "the slope of sigmoid takes its value, not z itself")
    close(slope, s * (1 - s), "the slope of sigmoid is wrong: at 0 it is one quarter")

    for a in (0.1, 0.3):
        value, slope = _value_and_slope(leaky_relu, z, a, name="leaky_relu")
        require(not _same(value, np.maximum(0, z)), "leaky_relu does not leak: a has no effect")
        low = _same(value, np.minimum(z, a * z))
        require(not low, "leaky_relu takes the smaller of z and a z, not the larger")
        close(value, np.maximum(z, a * z), f"the value of leaky_relu is wrong for a = {a}")
        step = _same(slope, z > 0)
        require(not step, "the slope of leaky_relu is zero on the left: there it leaks, too")
        swapped = _same(slope, np.where(z < 0, 1, a))
        require(not swapped, "the two sides of the slope of leaky_relu are exchanged")
        close(slope, np.where(z > 0, 1, a), f"the slope of leaky_relu is wrong for a = {a}")
    _, slope = _value_and_slope(leaky_relu, np.zeros(2), 0.1, name="leaky_relu")
    close(slope, 0.1, "at the kink the slope of leaky_relu is not a, as the exercise asks")

    plus = np.log1p(np.exp(z))
    value, slope = _value_and_slope(softplus, z, name="softplus")
    for base in (2, 10):
        other = _same(value, plus / np.log(base))
        require(not other, f"softplus uses the logarithm to base {base}: it is the natural one")
    require(not _same(value, plus - z), "softplus falls: the sign in the exponent is wrong")
    close(value, plus, "the value of softplus is wrong: at 0 it is ln 2")
    require(not _same(slope, z > 0), "softplus has no kink, so its slope has no step")
    require(not _same(slope, s * (1 - s)), "the slope of softplus is differentiated once too often")
    close(slope, s, "the slope of softplus is wrong: at 0 it is one half")
    far = np.array([-1000.0, 1000.0])
    try:
        value, slope = _value_and_slope(softplus, far, name="softplus")
    except NotYet as reason:
        if "NaN or infinity" not in str(reason):
            raise
        require(False, "softplus overflows at z = 1000: there it equals z to machine precision")
    close(value, [0, 1000], "softplus is wrong at z = -1000 or 1000: it tends to 0 and to z")
    close(slope, [0, 1], "the slope of softplus is wrong at z = -1000 or 1000")


@exercise(
    "03.2",
    "XOR depends on the sum of the bits only: 0, 1, 2 must become 0, 1, 0. Which line with one "
    "bend does that?",
    "Let both hidden units see the sum of the bits, and let the second one wake up later than the "
    "first. For the product, expand both squares and compare the terms.",
)
def weights(W, b, beta, beta_0, product_beta):
    W, b = array(W, (2, 2), "W"), array(b, (2,), "b")
    beta, beta_0 = array(beta, (2,), "beta"), number(beta_0, "beta_0")
    product_beta = array(product_beta, (2,), "product_beta")

    def network(W, b):
        return beta_0 + np.maximum(0, BITS @ W + b) @ beta

    output = network(W, b)
    if not _same(output, XOR):
        require(not _same(output, output[0]), "the ReLU network says the same for all four inputs")
        require(not _same(output, 1 - XOR), "the ReLU network gives 1, 0, 0, 1: that is not XOR")
        require(not _same(output, -XOR), "the output of the ReLU network has the wrong sign")
        turned = _same(network(W.T, b), XOR)
        require(not turned, "W is transposed: each hidden unit is a column of W")
        require(not _same(network(W, -b), XOR), "the biases b have the wrong sign: they are added")
        z = BITS @ W + b
        bends = ((z > 0).any(axis=0) & (z < 0).any(axis=0)).any()
        require(bends, "no hidden unit bends among the four inputs: is a bias missing?")
        scaled = np.ptp(output) > 0 and _same(output - output[0], XOR * (output[1] - output[0]))
        require(not scaled, "the ReLU network has the shape of XOR, but not the values 0 and 1")
        wrong = int(np.argmax(np.abs(output - XOR)))
        x = tuple(int(v) for v in BITS[wrong])
        require(False, f"the ReLU network is wrong at {x}: it returns {output[wrong]:.4g}")

    x = np.array([[1.0, 2.0], [3.0, -1.0], [-2.0, 0.5], [0.5, 0.5]])
    target = x.prod(axis=1)
    output = (x @ np.array([[2.0, 2.0], [1.0, -1.0]])) ** 2 @ product_beta
    if _same(output, target):
        return
    require(np.any(product_beta != 0), "product_beta is zero: so is the product")
    require(not _same(output, -target), "the product has the wrong sign")
    left = abs(product_beta.sum()) > 1e-9 * np.abs(product_beta).max()
    require(not left, "the squares of X_1 and X_2 do not cancel in the product")
    factor = abs(output[0] / target[0])
    text = f"{factor:.3g} times too large" if factor > 1 else f"{1 / factor:.3g} times too small"
    require(False, f"the product is {text}: count the mixed terms of both squares")


@exercise(
    "03.3",
    "A ReLU network is a straight line outside its data. In which variables is a power law a "
    "straight line?",
    "Train one linear unit from the logarithms of m and k to the logarithm of T, and undo the "
    "logarithm in `predict`. A small loss in the logarithm is a small relative error.",
)
def regression(predict):
    rng = np.random.default_rng(3)
    inside = np.column_stack([rng.uniform(0.5, 2, 400), rng.uniform(5, 20, 400)])
    outside = np.column_stack([rng.uniform(4, 8, 400), rng.uniform(40, 80, 400)])
    for x, limit, where in ((inside, 0.01, "inside"), (outside, 0.05, "outside")):
        true = 2 * np.pi * np.sqrt(x[:, 0] / x[:, 1])
        y = call(predict, x, name="predict")
        if np.shape(y) == (400, 1):
            raise NotYet("predict returns a column of shape (400, 1): return its only column")
        y = array(y, (400,), "what predict returns for 400 rows")

        def error(y, true=true):
            return np.sqrt(np.mean((y / true - 1) ** 2))

        if error(y) < limit:
            continue
        if where == "inside":
            near = 0.03
            require(np.ptp(y) > 1e-6, "predict says the same for every mass and stiffness")
            logs = {"natural": np.log(true), "base-10": np.log10(true)}
            for name, log in logs.items():
                require(
                    np.sqrt(np.mean((y - log) ** 2)) > 0.02,
                    f"predict returns the {name} logarithm of the period: undo it",
                )
            mixed = error(np.abs(y), np.exp(np.log10(true))) < near
            mixed = mixed or error(np.abs(y), 10 ** np.log(true)) < near
            require(not mixed, "predict mixes logarithms to base 10 and to base e")
            require(error(y, 1 / true) > near, "predict returns the frequency, not the period")
            swapped = 2 * np.pi * np.sqrt(x[:, 1] / x[:, 0])
            require(error(y, swapped) > near, "m and k are exchanged: column 0 is the mass")
            ratio = np.median(y / true)
            alike = np.std(y / true) < near * abs(ratio)
            require(not alike, f"all periods are wrong by the same factor of about {ratio:.2g}")
        require(
            False,
            f"the relative error is {error(y):.1%} {where} the range of the data: "
            f"it must be below {limit:.0%}",
        )


@exercise(
    "03.4",
    "(a) Which derivative stands in the bound? (b) The factor per layer is s times the root of n "
    "times the mean squared slope.",
    "(a) How often does the chain rule bring out the 3? (b) Half of the slopes are 1, the other "
    "half are a: take the mean of their squares.",
)
def change(factor, s):
    factor, s = number(factor, "factor"), number(s, "s")
    right = 3.0**2
    require(factor > 0, "factor must be positive: it is a ratio of two errors")
    require(not _same(factor, 1 / right, 0.02), "factor is upside down: the error grows")
    require(not _same(factor, 3, 0.02), "the bound holds the second derivative, not the first")
    require(not _same(factor, 3**4, 0.02), "the knots stay where they are: only f'' changes")
    close(factor, right, "factor is wrong: compare max |f''| of the two curves", rtol=0.02)

    n, slopes = 100, np.array([1.0, 0.2])
    squared = np.mean(slopes**2)
    right = 1 / np.sqrt(n * squared)
    require(s > 0, "s must be positive: it is a standard deviation")
    require(not _same(s, right**2, 0.005), "s is the standard deviation, and this is the variance")
    require(not _same(s, np.sqrt(2 / n), 0.005), "this s is that of ReLU: the leak has no effect")
    mean = 1 / np.sqrt(n * np.mean(slopes) ** 2)
    require(not _same(s, mean, 0.005), "the squares of the slopes are averaged, not the slopes")
    whole = _same(s, 1 / np.sqrt(n * np.sum(slopes**2)), 0.005)
    require(not whole, "only half of the potentials lie on each side: a factor 2 is missing")
    close(s, right, "s is wrong: the mean squared slope times n s² must be 1", rtol=0.005)


def _crescents(n, seed):
    """Return points of two crescents and their labels, as scikit-learn's make_moons does."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 2
    angle = rng.uniform(0, np.pi, n)
    x = np.where(labels == 0, np.cos(angle), 1 - np.cos(angle))
    y = np.where(labels == 0, np.sin(angle), 0.5 - np.sin(angle))
    return np.column_stack([x, y]) + rng.normal(0, 0.25, (n, 2)), labels


@exercise(
    "03.5",
    "Print the output of `broken(x_moons, y_moons)` for a few points. What can a network do whose "
    "weights all start at zero? And one without activations?",
    "Ask of each line: initialisation, activation of the hidden layers, activation of the output, "
    "learning rate, number of steps.",
)
def repaired(model):
    points, labels = _crescents(4000, 7)
    output = call(model, points.astype("f4"), name="model")
    require(not isinstance(output, str | dict), f"model returns {kind(output)}, not an array")
    try:
        p = np.asarray(output, dtype=float)
    except (TypeError, ValueError) as error:
        raise NotYet(f"model returns {kind(output)}, not an array of numbers") from error
    fits = p.shape in ((4000,), (4000, 1))
    require(fits, f"model returns shape {p.shape} for 4000 points: one number each is asked for")
    p = p.reshape(-1)
    finite = bool(np.isfinite(p).all())
    require(finite, "model returns NaN or infinity: its training diverged, with too large steps")
    same = np.ptp(p) < 1e-3
    require(not same, "model says the same for every point: do its weights still start at zero?")
    bounded = p.min() >= 0 and p.max() <= 1
    require(bounded, "model leaves the range from 0 to 1: which activation has its last layer?")
    accuracy = np.mean((p > 0.5) == labels)
    require(accuracy > 0.2, "model exchanges the two classes")
    if accuracy > 0.9:
        return
    clear = (p > 1e-4) & (p < 1 - 1e-4)
    if clear.sum() > 100:
        logit = np.log(p[clear] / (1 - p[clear]))
        design = np.column_stack([points[clear], np.ones(clear.sum())])
        rest = logit - design @ np.linalg.lstsq(design, logit)[0]
        straight = rest.std() < 1e-2 * max(logit.std(), 1e-9)
        require(not straight, "its separation line is straight: no hidden layer bends it")
    require(
        False, f"model is right for {accuracy:.0%} of new points only: does it learn long enough?"
    )
