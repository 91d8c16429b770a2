"""Checks of assignment 02: steps downhill."""

import numpy as np

from utils.checks import exercise
from utils.checks.compare import compare, compare_function


@exercise(
    "02.1",
    "Forward first: the error of all examples is one array (n,). Both slopes are means of it.",
    "For one example (w.x + b - y)**2 has the slope 2 (w.x + b - y) x with respect to w. What is "
    "it with respect to b?",
)
def gradient_step(function):
    def table(w, b, x, y, rate):
        n, error = len(y), x @ w + b - y
        dw, db = -rate * 2 * x.T @ error / n, -rate * 2 * error.mean()
        later = -rate * 2 * np.mean(x @ (w + dw) + b - y)
        uphill = "goes uphill: the sign of the step is wrong"
        square = "lacks the factor 2 of the square"
        mean = "uses a sum over the examples, not their mean"
        return (w + dw, b + db), [
            ((-dw / rate, -db / rate), "gradient_step returns the slopes: it must return the "
             "weights after the step"),
            ((dw, db), "gradient_step returns the change: it must return the weights after it"),
            ((w + dw / rate, b + db / rate), "the learning rate has no effect"),
            ((w, None), "w does not change"),
            ((w - dw, None), f"w {uphill}"),
            ((w + dw / 2, None), f"the change of w {square}"),
            ((w + n * dw, None), f"the change of w {mean}"),
            ((w + n * dw / 2, None), f"the change of w {mean}"),
            ((w - rate * 2 * x.T @ (x @ w - y) / n, None), "the bias is missing in the forward "
             "pass"),
            ((w + dw, b + later), "the slope of b is taken at the new w: both slopes belong to "
             "the old weights"),
            ((None, b), "b does not change"),
            ((None, b - db), f"b {uphill}"),
            ((None, b + db / 2), f"the change of b {square}"),
            ((None, b + n * db), f"the change of b {mean}"),
            ((None, b + n * db / 2), f"the change of b {mean}"),
        ]  # fmt: skip

    rng, cases = np.random.default_rng(21), []
    for n, k, rate in ((7, 3, 0.1), (5, 1, 0.03)):
        x, y = rng.normal(size=(n, k)), rng.normal(size=n)
        cases.append((rng.normal(size=k), 0.7, x, y, rate))
    compare_function("gradient_step", function, table, cases, parts=("w", "b"))


@exercise(
    "02.2",
    "First the slope with respect to z = x W + b: upstream times the derivative of tanh, element "
    "by element.",
    "Then the three results are a matrix product with x, a sum over the examples, and a matrix "
    "product with W; the shapes say which one is transposed.",
)
def layer_backward(function):
    def table(x, W, b, upstream):
        z = x @ W + b
        h, n = np.tanh(z), len(x)
        s = upstream * (1 - h**2)
        dW, db, dx = x.T @ s, s.sum(axis=0), s @ W.T
        mean = "is a mean over the examples: upstream already holds what each contributes"
        lacks = "lacks the derivative of tanh"
        return (dW, db, dx), [
            *(((x.T @ (upstream * slope), None, None), why) for slope, why in (
                (1, "the derivative of tanh is missing"),
                (1 - z**2, "the derivative of tanh is 1 - h**2 with h = tanh(z), not z"),
                (1 - h, "the derivative of tanh is not 1 - h: compare it at z = 0 and 1"),
                (h * (1 - h), "that is the derivative of the sigmoid, with h = tanh(z)"),
                (h, "upstream is multiplied by tanh itself, not by its derivative"),
                (1 - np.tanh(x @ W) ** 2, "the bias is missing in the forward pass"),
                (h**2 - 1, "the sign of all slopes is wrong: no step is taken here"),
            )),
            ((dW.T, None, None), "dW is transposed"),
            ((dW / n, None, None), f"dW {mean}"),
            ((None, db / n, None), f"db {mean}"),
            ((None, s.sum(axis=1), None), "db is summed along the wrong axis"),
            ((None, upstream.sum(axis=0), None), f"db {lacks}"),
            ((None, None, upstream @ W.T), f"dx {lacks}"),
            ((None, None, s @ W if W.shape[0] == W.shape[1] else dx), "dx uses W where it needs "
             "its transpose"),
        ]  # fmt: skip

    rng, cases = np.random.default_rng(22), []
    for n, k, m in ((3, 3, 3), (5, 2, 4)):
        shapes = (n, k), (k, m), (m,), (n, m)
        cases.append(tuple(rng.normal(size=shape) for shape in shapes))
    compare_function("layer_backward", function, table, cases, parts=("dW", "db", "dx"))


@exercise(
    "02.3",
    "The new velocity first; the weights then move by the new velocity.",
    "The gradient, times the learning rate, is a force: it points downhill.",
)
def momentum_step(function):
    def table(w, velocity, g, rate, beta):
        kept, force = beta * velocity, -rate * g
        v = kept + force
        return (w + v, v), [
            ((v, w + v), "w and velocity are exchanged"),
            *(((None, wrong), why) for wrong, why in (
                (kept - force, "the gradient enters the velocity with the wrong sign"),
                (kept + g, "the learning rate belongs into the velocity, with a minus sign"),
                (kept - g, "the learning rate has no effect on the velocity"),
                (kept + (1 - beta) * force, "no factor 1 - beta belongs to the gradient"),
                (kept - (1 - beta) * g, "1 - beta stands where the learning rate belongs"),
                (kept + (1 - beta) * g, "that is a running mean, not a velocity"),
                (velocity + force, "beta has no effect on the velocity"),
                (force, "the old velocity has no effect"),
                (velocity, "the velocity does not change"),
                (True, "the new velocity is wrong"),
            )),
            ((w, None), "w does not change"),
            ((w + velocity, None), "w moves by the old velocity, not by the new one"),
            ((w - v, None), "w moves against its velocity"),
            ((w + beta * v + force, None), "that is Nesterov's variant: w moves by the new "
             "velocity"),
            ((w + v + force, None), "the learning rate is applied once more when w moves"),
            ((w + rate * v, None), "the learning rate is applied once more when w moves"),
        ]  # fmt: skip

    rng, cases = np.random.default_rng(23), []
    for shape, rate, beta in (((4,), 0.1, 0.9), ((2, 3), 0.02, 0.6)):
        cases.append((*(rng.normal(size=shape) for _ in range(3)), rate, beta))
    compare_function("momentum_step", function, table, cases, parts=("w", "velocity"))


@exercise(
    "02.4",
    "Both running means first, then the step with the new ones; t counts from 1.",
    "In the form of Keras the two corrections stand together in front, "
    "sqrt(1 - beta_2**t) / (1 - beta_1**t), and epsilon is added to sqrt(v) as it is.",
)
def adam_step(function):
    def table(w, m, v, g, t, rate, b1, b2, eps):
        new_m, new_v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
        c1, c2, root = 1 - b1**t, 1 - b2**t, np.sqrt(new_v)
        late = np.sqrt(1 - b2 ** (t + 1)) / (1 - b1 ** (t + 1))
        plain = rate * new_m / (root + eps)
        step = np.sqrt(c2) / c1 * plain
        return (w - step, new_m, new_v), [
            *(((None, wrong, None), why) for wrong, why in (
                (b1 * m + g, "m lacks the factor 1 - beta_1"),
                ((1 - b1) * m + b1 * g, "beta_1 and 1 - beta_1 are exchanged in m"),
                (b2 * m + (1 - b2) * g, "m uses beta_2"),
                (new_m / c1, "m is returned corrected: keep it uncorrected"),
                (True, f"m is wrong at t = {t}"),
            )),
            *(((None, None, wrong), why) for wrong, why in (
                (b2 * v + (1 - b2) * g, "v averages the gradient, not its square"),
                (b2 * v + (1 - b2) * np.abs(g), "v averages the gradient, not its square"),
                (b2 * v + g**2, "v lacks the factor 1 - beta_2"),
                ((1 - b2) * v + b2 * g**2, "beta_2 and 1 - beta_2 are exchanged in v"),
                (b1 * v + (1 - b1) * g**2, "v uses beta_1"),
                (new_v / c2, "v is returned corrected: keep it uncorrected"),
                (True, f"v is wrong at t = {t}"),
            )),
            *(((w - wrong, None, None), why) for wrong, why in (
                (-step, "w goes uphill: the sign of the step is wrong"),
                (0 * step, "w does not change"),
                (rate * new_m / c1 / (np.sqrt(new_v / c2) + eps), "that is epsilon as in the "
                 "paper, not in Keras"),
                (plain, "the corrections for the start at zero are missing"),
                (plain / c1, "the correction of v is missing"),
                (plain * np.sqrt(c2), "the correction of m is missing"),
                (plain * c2 / c1, "the correction of v lacks its square root"),
                (step * (root + eps) / root, "epsilon has no effect"),
                (step * (root + eps) / np.sqrt(new_v + eps), "epsilon stands outside the square "
                 "root"),
                (step * (root + eps) / (new_v + eps), "the square root of v is missing"),
                (step * g / new_m, "the step uses the gradient where m belongs"),
                (late * plain, "t is counted one too high"),
                (step / rate, "the learning rate has no effect"),
            )),
            ((True, None, None), f"w after the step is wrong at t = {t}, although m and v are "
             "right"),
        ]  # fmt: skip

    rng, w, cases = np.random.default_rng(24), np.array([0.5, -1.0, 2.0]), []
    scale = np.array([1e-4, 1.0, -3.0])  # the first is as small as epsilon
    for t in (3, 10, 1):
        g, m, v = (
            scale * rng.uniform(low, high, 3) for low, high in ((0.5, 2), (0.1, 1), (0.1, 1))
        )
        before = t > 1
        cases.append((w, before * m, before * scale * v, g, t, 0.1, 0.8, 0.99, 1e-4))
    compare_function("adam_step", function, table, cases, parts=("w", "m", "v"))


@exercise(
    "02.5",
    "The loss is quadratic in w: its matrix of second derivatives is made of x alone.",
    "The matrix is 2/n times x.T @ x. Its largest eigenvalue sets the limit; how does that "
    "eigenvalue change when x becomes ten times larger?",
)
def largest_rate(function, factor):
    def table(x):
        n = len(x)
        H = 2 / n * x.T @ x
        flat, *_, steep = np.linalg.eigvalsh(H)
        unsorted = np.linalg.eigvals(H)
        right = 2 / steep
        mean = "the loss is a mean over the examples, not a sum"
        order = "np.linalg.eig returns the eigenvalues in no order: the largest one counts"
        return right, [
            (lambda rate: rate <= 0, lambda rate: f"a learning rate is positive, and largest_rate "
             f"returns {rate:.3g}"),
            (right / 2, "that rate is still safe: up to it the approach is monotone, or the factor "
             "2 of the squared error is counted twice"),
            (2 * right, "a factor 2 is missing: the second derivative of a square is 2"),
            (right / n, mean),
            (right / n / 2, mean),
            (2 * right / n, mean),
            (2 / flat, "the flattest direction does not set the limit"),
            (2 / unsorted[0], order),
            (2 / unsorted[-1], order),
            (2 / (flat + steep), "that is the fastest rate, not the largest"),
            (2 / np.diag(H).max(), "the diagonal is not enough: the columns of x are correlated"),
            (2 / np.trace(H), "the trace adds all curvatures: only the largest one counts"),
            (1 / right, "that is the curvature's side of the fraction: it is upside down"),
            (steep, "that is the largest curvature, not the learning rate"),
            (None, lambda rate: "gradient descent with the rate of largest_rate "
             + ("converges: a larger one does, too" if rate < right else "diverges")),
        ]  # fmt: skip

    rng = np.random.default_rng(25)
    mixed = rng.normal(size=(30, 3)) @ rng.normal(size=(3, 3))
    crossed = np.array([[3.0, 1.0], [1.0, 3.0], [3.0, 1.0], [1.0, 3.0]])
    rising = np.diag([1.0, 2.0, 3.0])
    cases = [(x,) for x in (mixed, crossed, rising, rising[:, ::-1], rising[:, [0, 2, 1]])]
    compare_function("largest_rate", function, table, cases)
    compare("factor", factor, 0.1**2, [
        (lambda f: f <= 0, "factor is a ratio of two learning rates: it is positive"),
        (1, "factor: the unit of x matters, since the curvature contains x"),
        (lambda f: f > 1, "factor: larger inputs make a steeper loss, not a flatter one"),
        (0.1, "factor: the curvature is quadratic in x, not linear"),
        (None, "factor is not the one that largest_rate finds"),
    ], rtol=1e-3)  # fmt: skip
