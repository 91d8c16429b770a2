"""Checks of assignment 02: steps downhill."""

import numpy as np

from utils.checks import exercise
from utils.checks.compare import array, call, kind, number, require


def _same(a, b, rtol=1e-6):
    return bool(np.allclose(a, b, rtol=rtol, atol=1e-13))


def _parts(result, names, shapes, function):
    """Return the parts of a student's tuple, after their number and shapes are checked."""
    several = isinstance(result, tuple | list) and len(result) == len(names)
    what = f"{len(result)} things" if isinstance(result, tuple | list) else f"one, {kind(result)}"
    require(several, f"{function} must return {len(names)} things, {', '.join(names)}, not {what}")
    named = [array(r, s, f"{n} of {function}") for r, s, n in zip(result, shapes, names)]
    return named + list(result[len(named) :])  # without a shape: read later


def _scaled(found, right, name, n):
    """Name the usual factors by which a change differs from the right one."""
    if _same(found, right):
        return
    require(not _same(found, 0), f"{name} does not change")
    require(not _same(found, -right), f"{name} goes uphill: the sign of the step is wrong")
    require(not _same(found, right / 2), f"the change of {name} lacks the factor 2 of the square")
    summed = _same(found, n * right) or _same(found, n * right / 2)
    require(not summed, f"the change of {name} uses a sum over the examples, not their mean")


@exercise(
    "02.1",
    "Forward first: the error of all examples is one array (n,). Both slopes are means of it.",
    "For one example (w.x + b - y)**2 has the slope 2 (w.x + b - y) x with respect to w. What is "
    "it with respect to b?",
)
def gradient_step(function):
    name = "gradient_step"
    rng = np.random.default_rng(21)
    for n, k, rate in ((7, 3, 0.1), (5, 1, 0.03)):
        x, y, w, b = rng.normal(size=(n, k)), rng.normal(size=n), rng.normal(size=k), 0.7
        error = x @ w + b - y
        slope_w, slope_b = 2 * x.T @ error / n, 2 * error.mean()
        result = call(function, w, b, x, y, rate, name=name)
        new_w, new_b = _parts(result, ("w", "b"), ((k,), ()), name)
        slopes = _same(new_w, slope_w) and _same(new_b, slope_b)
        require(not slopes, f"{name} returns the slopes: it must return the weights after the step")
        changes = _same(new_w, -rate * slope_w) and _same(new_b, -rate * slope_b)
        require(not changes, f"{name} returns the change: it must return the weights after it")
        no_rate = _same(new_w, w - slope_w) and _same(new_b, b - slope_b)
        require(not no_rate, "the learning rate has no effect")
        _scaled(new_w - w, -rate * slope_w, "w", n)
        later = b - rate * 2 * np.mean(x @ new_w + b - y)
        require(
            _same(new_b, b - rate * slope_b) or not _same(new_b, later),
            "the slope of b is taken at the new w: both slopes belong to the old weights",
        )
        _scaled(new_b - b, -rate * slope_b, "b", n)
        no_bias = _same(new_w, w - rate * 2 * x.T @ (x @ w - y) / n)
        require(not no_bias, "the bias is missing in the forward pass")
        require(_same(new_w, w - rate * slope_w), f"w after the step is wrong (n = {n}, k = {k})")
        require(_same(new_b, b - rate * slope_b), f"b after the step is wrong (n = {n}, k = {k})")


@exercise(
    "02.2",
    "First the slope with respect to z = x W + b: upstream times the derivative of tanh, element "
    "by element.",
    "Then the three results are a matrix product with x, a sum over the examples, and a matrix "
    "product with W; the shapes say which one is transposed.",
)
def layer_backward(function):
    name = "layer_backward"
    rng = np.random.default_rng(22)
    for n, k, m in ((3, 3, 3), (5, 2, 4)):
        x, W, b = rng.normal(size=(n, k)), rng.normal(size=(k, m)), rng.normal(size=m)
        upstream = rng.normal(size=(n, m))
        z = x @ W + b
        h = np.tanh(z)
        result = call(function, x, W, b, upstream, name=name)
        given = _parts(result, ("dW", "db", "dx"), ((k, m), (m,), (n, k)), name)
        right = _slopes(x, W, upstream * (1 - h**2))
        if all(_same(g, r) for g, r in zip(given, right)):
            continue
        for slope, why in (
            (upstream, "the derivative of tanh is missing"),
            (upstream * (1 - z**2), "the derivative of tanh is 1 - h**2 with h = tanh(z), not z"),
            (upstream * (1 - h), "the derivative of tanh is not 1 - h: compare it at z = 0 and 1"),
            (upstream * h * (1 - h), "that is the derivative of the sigmoid, with h = tanh(z)"),
            (upstream * h, "upstream is multiplied by tanh itself, not by its derivative"),
            (upstream * (1 - np.tanh(x @ W) ** 2), "the bias is missing in the forward pass"),
            (-upstream * (1 - h**2), "the sign of all slopes is wrong: no step is taken here"),
        ):
            require(not _same(given[0], _slopes(x, W, slope)[0]), why)
        require(not _same(given[0], right[0].T), "dW is transposed")
        require(
            not _same(given[0], right[0] / n),
            "dW is a mean over the examples: upstream already holds what each contributes",
        )
        require(_same(given[0], right[0]), f"dW is wrong (n = {n}, k = {k}, m = {m})")
        require(
            not _same(given[1], right[1] / n),
            "db is a mean over the examples: upstream already holds what each contributes",
        )
        across = n == m and _same(given[1], (upstream * (1 - h**2)).sum(axis=1))
        require(not across, "db is summed along the wrong axis")
        require(not _same(given[1], upstream.sum(axis=0)), "db lacks the derivative of tanh")
        require(_same(given[1], right[1]), f"db is wrong (n = {n}, k = {k}, m = {m})")
        untransposed = k == m and _same(given[2], upstream * (1 - h**2) @ W)
        require(not untransposed, "dx uses W where it needs its transpose")
        require(not _same(given[2], upstream @ W.T), "dx lacks the derivative of tanh")
        require(_same(given[2], right[2]), f"dx is wrong (n = {n}, k = {k}, m = {m})")


def _slopes(x, W, slope):
    return x.T @ slope, slope.sum(axis=0), slope @ W.T


@exercise(
    "02.3",
    "The new velocity first; the weights then move by the new velocity.",
    "The gradient, times the learning rate, is a force: it points downhill.",
)
def momentum_step(function):
    name = "momentum_step"
    rng = np.random.default_rng(23)
    for shape, rate, beta in (((4,), 0.1, 0.9), ((2, 3), 0.02, 0.6)):
        w, velocity, g = (rng.normal(size=shape) for _ in range(3))
        result = call(function, w, velocity, g, rate, beta, name=name)
        new_w, new_v = _parts(result, ("w", "velocity"), (shape, shape), name)
        right = beta * velocity - rate * g
        swapped = _same(new_v, w + right) and _same(new_w, right)
        require(not swapped, "w and velocity are exchanged")
        for wrong, why in (
            (beta * velocity + rate * g, "the gradient enters the velocity with the wrong sign"),
            (beta * velocity + g, "the learning rate belongs into the velocity, with a minus sign"),
            (beta * velocity - g, "the learning rate has no effect on the velocity"),
            (beta * velocity - (1 - beta) * rate * g, "no factor 1 - beta belongs to the gradient"),
            (
                beta * velocity + (1 - beta) * g,
                "that is a running mean, not a velocity",
            ),
            (velocity - rate * g, "beta has no effect on the velocity"),
            (-rate * g, "the old velocity has no effect"),
            (velocity, "the velocity does not change"),
        ):
            require(not _same(new_v, wrong), why)
        require(_same(new_v, right), "the new velocity is wrong")
        require(not _same(new_w, w), "w does not change")
        require(not _same(new_w, w + velocity), "w moves by the old velocity, not by the new one")
        require(not _same(new_w, w - right), "w moves against its velocity")
        nesterov = _same(new_w, w + beta * right - rate * g)
        require(not nesterov, "that is Nesterov's variant: w moves by the new velocity")
        twice = _same(new_w, w + right - rate * g) or _same(new_w, w + rate * right)
        require(not twice, "the learning rate is applied once more when w moves")
        require(_same(new_w, w + right), "w after the step is wrong")


@exercise(
    "02.4",
    "Both running means first, then the step with the new ones; t counts from 1.",
    "In the form of Keras the two corrections stand together in front, "
    "sqrt(1 - beta_2**t) / (1 - beta_1**t), and epsilon is added to sqrt(v) as it is.",
)
def adam_step(function):
    name = "adam_step"
    rng = np.random.default_rng(24)
    w, rate, b1, b2, eps = np.array([0.5, -1.0, 2.0]), 0.01, 0.8, 0.99, 1e-4
    for t in (3, 10, 1):
        scale = np.array([1e-4, 1.0, -3.0])
        g = scale * rng.uniform(0.5, 2, 3)
        m, v = (t > 1) * scale * rng.uniform(0.1, 1, 3), (t > 1) * scale**2 * rng.uniform(0.1, 1, 3)
        result = call(function, w, m, v, g, t, rate, b1, b2, eps, name=name)
        _parts(result, ("w", "m", "v"), (), name)
        new_w, new_m, new_v = result
        new_m, new_v = array(new_m, (3,), f"m of {name}"), array(new_v, (3,), f"v of {name}")
        right_m, right_v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
        for found, right, wrongs in (
            (
                new_m,
                right_m,
                (
                    (b1 * m + g, "m lacks the factor 1 - beta_1"),
                    ((1 - b1) * m + b1 * g, "beta_1 and 1 - beta_1 are exchanged in m"),
                    (b2 * m + (1 - b2) * g, "m uses beta_2"),
                    (right_m / (1 - b1**t), "m is returned corrected: keep it uncorrected"),
                ),
            ),
            (
                new_v,
                right_v,
                (
                    (b2 * v + (1 - b2) * g, "v averages the gradient, not its square"),
                    (b2 * v + (1 - b2) * np.abs(g), "v averages the gradient, not its square"),
                    (b2 * v + g**2, "v lacks the factor 1 - beta_2"),
                    ((1 - b2) * v + b2 * g**2, "beta_2 and 1 - beta_2 are exchanged in v"),
                    (b1 * v + (1 - b1) * g**2, "v uses beta_1"),
                    (right_v / (1 - b2**t), "v is returned corrected: keep it uncorrected"),
                ),
            ),
        ):
            if _same(found, right):
                continue
            for wrong, why in wrongs:
                require(not _same(found, wrong), why)
            require(False, f"{why[0]} is wrong at t = {t}")
        new_w = array(new_w, (3,), f"w of {name}")
        step = _adam_change(right_m, right_v, t, rate, b1, b2, eps)
        if not _same(new_w - w, step, rtol=1e-7):
            _name_adam_mistake(new_w - w, step, (right_m, right_v, t, rate, b1, b2, eps), g)


def _adam_change(m, v, t, rate, b1, b2, eps):
    return -rate * np.sqrt(1 - b2**t) / (1 - b1**t) * m / (np.sqrt(v) + eps)


def _name_adam_mistake(found, right, quantities, g):
    m, v, t, rate, b1, b2, eps = quantities
    c1, c2 = 1 - b1**t, 1 - b2**t
    for wrong, why in (
        (-right, "w goes uphill: the sign of the step is wrong"),
        (0 * right, "w does not change"),
        (-rate * m / c1 / (np.sqrt(v / c2) + eps), "that is epsilon as in the paper, not in Keras"),
        (-rate * m / (np.sqrt(v) + eps), "the corrections for the start at zero are missing"),
        (-rate * m / c1 / (np.sqrt(v) + eps), "the correction of v is missing"),
        (-rate * np.sqrt(c2) * m / (np.sqrt(v) + eps), "the correction of m is missing"),
        (-rate * c2 / c1 * m / (np.sqrt(v) + eps), "the correction of v lacks its square root"),
        (right * (np.sqrt(v) + eps) / np.sqrt(v), "epsilon has no effect"),
        (right * (np.sqrt(v) + eps) / np.sqrt(v + eps), "epsilon stands outside the square root"),
        (right * (np.sqrt(v) + eps) / (v + eps), "the square root of v is missing"),
        (right * g / m, "the step uses the gradient where m belongs"),
        (_adam_change(m, v, t + 1, rate, b1, b2, eps), "t is counted one too high"),
        (right / rate, "the learning rate has no effect"),
    ):
        require(not _same(found, wrong, rtol=1e-7), why)
    require(False, f"w after the step is wrong at t = {t}, although m and v are right")


@exercise(
    "02.5",
    "The loss is quadratic in w: its matrix of second derivatives is made of x alone.",
    "The matrix is 2/n times x.T @ x. Its largest eigenvalue sets the limit; how does that "
    "eigenvalue change when x becomes ten times larger?",
)
def largest_rate(function, factor):
    name = "largest_rate"
    rng = np.random.default_rng(25)
    crossed = np.array([[3.0, 1.0], [1.0, 3.0], [3.0, 1.0], [1.0, 3.0]])
    for x in (rng.normal(size=(30, 3)) @ rng.normal(size=(3, 3)), crossed):
        n = len(x)
        H = 2 / n * x.T @ x
        curvatures = np.linalg.eigvalsh(H)
        rate = number(call(function, x, name=name), f"the answer of {name}")
        right = 2 / curvatures[-1]
        if _same(rate, right):
            continue
        require(rate > 0, f"a learning rate is positive, and {name} returns {rate:.3g}")
        for wrong, why in (
            (right / 2, "that rate is still safe: up to it the approach is monotone, or the factor "
             "2 of the squared error is counted twice"),
            (2 * right, "a factor 2 is missing: the second derivative of a square is 2"),
            (right / n, "the loss is a mean over the examples, not a sum"),
            (right / n / 2, "the loss is a mean over the examples, not a sum"),
            (2 * right / n, "the loss is a mean over the examples, not a sum"),
            (2 / curvatures[0], "the flattest direction does not set the limit"),
            (2 / (curvatures[0] + curvatures[-1]), "that is the fastest rate, not the largest"),
            (2 / np.diag(H).max(), "the diagonal is not enough: the columns of x are correlated"),
            (2 / np.trace(H), "the trace adds all curvatures: only the largest one counts"),
            (1 / right, "that is the curvature's side of the fraction: it is upside down"),
            (curvatures[-1], "that is the largest curvature, not the learning rate"),
        ):  # fmt: skip
            require(not _same(rate, wrong), why)
        says = "converges: a larger one does, too" if rate < right else "diverges"
        require(False, f"gradient descent with the rate of {name} {says}")
    factor = number(factor, "factor")
    require(factor > 0, "factor is a ratio of two learning rates: it is positive")
    require(factor != 1, "factor: the unit of x matters, since the curvature contains x")
    require(not factor > 1, "factor: larger inputs make a steeper loss, not a flatter one")
    require(not _same(factor, 0.1), "factor: the curvature is quadratic in x, not linear")
    require(_same(factor, 0.1**2, rtol=1e-3), "factor is not the one that largest_rate finds")
