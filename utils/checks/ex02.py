"""Checks of assignment 02: steps downhill."""

import numpy as np

from utils.checks import exercise
from utils.checks.attempt import require
from utils.checks.compare import array, compare_function, number, things
from utils.checks.models import answers


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
        wrong = {-1: "goes uphill: the sign of the step is wrong", 0: "does not change",
                 1 / 2: "changes without the factor 2 of the square"}  # fmt: skip
        wrong |= dict.fromkeys((n, n / 2), "changes by a sum over the examples, not their mean")
        return (w + dw, b + db), [
            ((-dw / rate, -db / rate), "these are the slopes: return the weights after the step"),
            ((dw, db), "gradient_step returns the change: it must return the weights after it"),
            ((w + dw / rate, b + db / rate), "the learning rate has no effect"),
            *(("w", w + size * dw, f"w {why}") for size, why in wrong.items()),
            ("w", w - rate * 2 * x.T @ (x @ w - y) / n, "the bias is missing in the forward pass"),
            ((w + dw, b + later), "the slope of b is taken at the new w: both belong to the old"),
            *(("b", b + size * db, f"b {why}") for size, why in wrong.items()),
        ]  # fmt: skip

    rng, cases = np.random.default_rng(21), []
    for n, k, rate in ((7, 3, 0.1), (5, 1, 0.03)):
        x, y, w = (rng.normal(size=size) for size in ((n, k), n, k))
        cases.append((w, 0.7, x, y, rate))
    compare_function("gradient_step", function, table, cases, parts=("w", "b"))


@exercise(
    "02.2",
    "Draw the graph first: x is used twice, in the matrix product and in the sum. Then the slope "
    "with respect to z = x @ w + b: upstream times the derivative of tanh, element by element.",
    "A matrix product with x, a sum over the examples, and a matrix product with w (the shapes "
    "say which one is transposed); dx adds what comes back along both of its paths.",
)
def layer_backward(function):
    def table(x, w, b, upstream):
        z = x @ w + b
        h, n = np.tanh(z), len(x)
        s = upstream * (1 - h**2)
        dw, db, dx = x.T @ s, s.sum(axis=0), upstream + s @ w.T
        mean = "is a mean over the examples: upstream already holds what each contributes"
        lacks = "lacks the derivative of tanh"
        return (dw, db, dx), [
            *(((x.T @ (upstream * slope), None, None), why) for slope, why in (
                (1, "the derivative of tanh is missing"),
                (1 - z**2, "the derivative of tanh is 1 - h**2 with h = tanh(z), not z"),
                (1 - h, "the derivative of tanh is not 1 - h: compare it at z = 0 and 1"),
                (h * (1 - h), "that is the derivative of the sigmoid, with h = tanh(z)"),
                (h, "upstream is multiplied by tanh itself, not by its derivative"),
                (1 - np.tanh(x @ w) ** 2, "the bias is missing in the forward pass"),
                (1 - (x + h) ** 2, "the derivative of tanh is 1 - tanh(z)**2, without the "
                 "shortcut's x"),
                (h**2 - 1, "the sign of all slopes is wrong: no step is taken here"),
            )),
            ("dw", dw / n, f"dw {mean}"),
            ("db", db / n, f"db {mean}"),
            ("db", s.sum(axis=1), "db is summed along the wrong axis"),
            ("db", upstream.sum(axis=0), f"db {lacks}"),
            ("dx", s @ w.T, "x is used twice, its slopes add: dx lacks the shortcut"),
            ("dx", 1 + s @ w.T, "along the shortcut comes upstream, not 1"),
            ("dx", upstream + upstream @ w.T, f"dx {lacks}"),
            ("dx", upstream + s @ w, "dx uses w where it needs its transpose"),
        ]  # fmt: skip

    rng, cases = np.random.default_rng(22), []
    for n, k in ((3, 3), (5, 2)):
        cases.append(tuple(rng.normal(size=shape) for shape in ((n, k), (k, k), (k,), (n, k))))
    compare_function("layer_backward", function, table, cases, parts=("dw", "db", "dx"))


@exercise(
    "02.3",
    "For one curvature H a step is a matrix: (theta, v) becomes [[1 - rate H, beta], [-rate H, "
    "beta]] @ (theta, v). What do many steps do?",
    "np.linalg.eigvals gives both eigenvalues, complex ones where the motion oscillates; the "
    "larger modulus counts, and among the curvatures the slowest. For the prediction: the product "
    "of both eigenvalues is beta.",
)
def shrink_factor(function, prediction):
    def table(rate, beta, H):
        steps = np.array([[[1 - rate * h, beta], [-rate * h, beta]] for h in H])
        old = np.array([[[1, 1], [-rate * h, beta]] for h in H])
        roots, norms = np.linalg.eigvals(steps), np.linalg.norm(steps, 2, axis=(1, 2))
        sizes = np.abs(roots)
        slow = sizes.max(axis=1)
        return slow.max(), [
            (np.abs(1 - rate * H).max(), "that is plain descent: beta has no effect"),
            (slow, "one number is asked for: the slowest direction rules in the long run"),
            (slow.min(), "that is the fastest of the directions: the slowest rules"),
            (slow.mean(), "no mean over the directions: the slowest one rules"),
            ([sizes.min(), sizes.min(axis=1).max()],
             "the larger eigenvalue counts: the other part dies first"),
            (roots.real.max(), "the modulus counts, also of a complex or a negative root"),
            (np.abs(roots.real).max(), "the modulus of a complex root counts, not its real part"),
            (np.sqrt(beta), "sqrt(beta) holds only where all directions oscillate"),
            (np.abs(np.linalg.eigvals(old)).max(), "theta moves by the new velocity, not the old"),
            (norms.max(), "that norm bounds one step: eigenvalues rule in the long run"),
            (slow.max() ** 2, "the distance is asked for, not the loss, which is its square"),
        ]  # fmt: skip

    ravine, three = np.array([1.0, 25.0]), np.array([2.0, 7.0, 30.0])
    cases = [(0.05, 0.2, ravine), (0.005, 0.3, three), (1 / 25, 0.9, ravine), (0.1, 0.5, 1 + three)]
    compare_function("shrink", function, table, cases)
    letter, factor = things(prediction, ("letter", "factor"), "prediction")
    require(isinstance(letter, str), "the first part of prediction must be a letter in quotes")
    near = abs(number(factor, "the factor of prediction") - np.sqrt(0.99)) < 6e-4
    right = letter.strip().lower() == "b" and near
    require(right, "the letter, the factor, or both are wrong: compare with shrink, and look at "
            "the signs along a path of descend")  # fmt: skip


@exercise(
    "02.4",
    "Both running means first, then Adam's step with the new ones; t counts from 1. The penalty "
    "enters neither of them.",
    "In the form of Keras the two corrections stand together in front, sqrt(1 - beta_2**t) / "
    "(1 - beta_1**t), and delta is added to the root as it is. The decay takes learning_rate * "
    "decay * w from w, with the w before the step.",
)
def adam_decay(function):
    def table(w, m, v, g, t, rate, b1, b2, eps, decay):
        new_m, new_v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
        c1, s2, root, kept = 1 - b1**t, np.sqrt(1 - b2**t), np.sqrt(new_v), w - rate * decay * w
        late, bare = np.sqrt(1 - b2 ** (t + 1)) / (1 - b1 ** (t + 1)), w - decay * w
        plain = rate * new_m / (root + eps)
        step = s2 / c1 * plain
        again = step * (root + eps)
        both = ("mean", 1, b1, b2, m, g, new_m / c1), ("square", 2, b2, b1, v, g**2, new_v / s2**2)
        return (kept - step, new_m, new_v), [
            ("mean", [new_m + (1 - b1) * k * decay * w for k in (1, 2)],
             "the penalty enters through the gradient: decoupled decay acts on w alone"),
            ("square", b2 * v + (1 - b2) * g, "square averages the gradient, not its square"),
            ("square", b2 * v + (1 - b2) * np.abs(g), "square averages |gradient|, not its square"),
            *(row for it, k, b, other, old, new, corrected in both for row in (
                (it, b * old + new, f"{it} lacks the factor 1 - beta_{k}"),
                (it, (1 - b) * old + b * new, f"beta_{k} and 1 - beta_{k} are exchanged in {it}"),
                (it, other * old + (1 - other) * new, f"{it} uses beta_{3 - k}"),
                (it, corrected, f"{it} is returned corrected: keep it uncorrected"),
                (it, None, f"{it} is wrong at t = {t}"),
            )),
            ("w", w - step, "the weight decay is missing"),
            ("w", bare - step, "the decay lacks the learning rate"),
            ("w", kept - rate * decay * w - step, "no factor 2: learning_rate * decay * w"),
            ("w", w + rate * decay * w - step, "the decay makes weights grow: its sign is wrong"),
            ("w", kept - step + rate * decay * step, "the decay must take the w before the step"),
            ("w", kept + step, "w goes uphill: the sign of the step is wrong"),
            ("w", kept, "Adam's step is missing: w only decays"),
            ("w", kept - again / (root + eps * s2), "that is delta as in the paper, not in Keras"),
            ("w", kept - plain, "the corrections for the start at zero are missing"),
            ("w", kept - plain / c1, "the correction of square is missing"),
            ("w", kept - plain * s2, "the correction of mean is missing"),
            ("w", kept - plain * s2**2 / c1, "the correction of square lacks its root"),
            ("w", kept - again / root, "delta has no effect"),
            ("w", kept - again / np.sqrt(new_v + eps), "delta stands outside the square root"),
            ("w", kept - again / (new_v + eps), "the root of square is missing"),
            ("w", kept - step * g / new_m, "the step uses the gradient where mean belongs"),
            ("w", kept - late * plain, "t is counted one too high"),
            ("w", [k - step / rate for k in (kept, bare)], "the learning rate has no effect"),
            ("w", None, f"w is wrong at t = {t}, although mean and square are right"),
        ]  # fmt: skip

    rng, w, cases = np.random.default_rng(24), np.array([0.5, -1.0, 2.0]), []
    scale = np.array([1e-4, 1.0, -3.0])  # the first is as small as delta
    for t in (3, 10, 1):
        g, m, v = scale * rng.uniform([[0.5], [0.1], [0.1]], [[2], [1], [1]], (3, 3))
        cases.append((w, (t > 1) * m, (t > 1) * scale * v, g, t, 0.1, 0.8, 0.99, 1e-4, 0.3))
    compare_function("adamw_step", function, table, cases, parts=("w", "mean", "square"))


@exercise(
    "02.5",
    "The loss is quadratic in w: its matrix of second derivatives is made of x alone.",
    "The matrix is 2/n times x.T @ x. Its largest eigenvalue sets the limit; how does that "
    "eigenvalue change when x becomes ten times larger?",
)
def largest_rate(function, in_other_units):
    def table(x):
        H, n = 2 / len(x) * x.T @ x, len(x)
        flat, *_, steep = np.linalg.eigvalsh(H)
        first, *_, last = np.linalg.eigvals(H)
        right = 2 / steep
        return right, [
            (lambda rate: rate <= 0,
             lambda rate: f"a learning rate is positive, and largest_rate returns {rate:.3g}"),
            (right / 2,
             "half the limit: so far the approach is monotone, or the 2 is counted twice"),
            (2 * right, "a factor 2 is missing: the second derivative of a square is 2"),
            ([k * right / n for k in (1, 1 / 2, 2)],
             "the loss is a mean over the examples, not a sum"),
            (2 / flat, "the flattest direction does not set the limit"),
            ([2 / first, 2 / last],
             "np.linalg.eig returns the eigenvalues in no order: the largest one counts"),
            (2 / (flat + steep), "that is the fastest rate, not the largest"),
            (2 / np.diag(H).max(), "the diagonal is not enough: the columns of x are correlated"),
            (2 / np.trace(H), "the trace adds all curvatures: only the largest one counts"),
            (steep, "that is the largest curvature, not the learning rate"),
            (None, lambda rate: "gradient descent with the rate of largest_rate "
             + ("converges: a larger one does, too" if rate < right else "diverges")),
        ]  # fmt: skip

    rng = np.random.default_rng(25)
    mixed = rng.normal(size=(30, 3)) @ rng.normal(size=(3, 3))
    crossed, rising = np.tile([[3.0, 1.0], [1.0, 3.0]], (2, 1)), np.diag([1.0, 2.0, 3.0])
    cases = [(x,) for x in (mixed, crossed, rising, rising[:, ::-1], rising[:, [0, 2, 1]])]
    compare_function("largest_rate", function, table, cases)

    def other_unit(rate, scale):
        return rate / scale**2, [
            (rate, "the unit of x matters, since the curvature contains x"),
            (rate / scale, "the curvature is quadratic in x, not linear"),
            (rate * scale, "larger inputs make a steeper loss, not a flatter one"),
            (rate * scale**2, "larger inputs make a steeper loss, not a flatter one"),
            (1 / scale**2, "in_other_units returns the ratio: the new rate is asked for"),
            (None, "that is not the rate that largest_rate finds for scale * x"),
        ]

    compare_function("in_other_units", in_other_units, other_unit, [(0.3, 10.0), (2.0, 0.4)])


@exercise(
    "02.6",
    "keras.Sequential with one hidden layer of 32 tanh units and a linear output, Adam with a "
    "learning rate of 0.01, loss mse, some 30 epochs of batches of 50.",
    "What grows with the height once the top is cut off? Give the network that, without height: "
    "what does it make of a low pulse that does not end?",
)
def broken(net, odd):
    def heights(x):
        found = answers(net, x, name="net")
        require(found.size == len(x), f"net must return {len(x)} heights, not shape {found.shape}")
        return found.ravel()

    rng = np.random.default_rng(126)
    arrival, height = rng.uniform(1, 5, (1000, 1)), rng.uniform(0.5, 2.5, (1000, 1))
    u = np.clip((np.arange(16) - arrival) / 1.5, 0, None)
    x = height * (u / 2) ** 2 * np.exp(2 - u) + rng.normal(0, 0.02, (1000, 16))
    error = np.sqrt(np.mean((heights(np.minimum(x, 1)) - height[:, 0]) ** 2))
    linear = ": a linear fit does as well" if error < 0.125 else ""
    require(error < 0.09, f"net errs by {error:.2g} on new pulses, and 0.09 is wanted{linear}")
    odd = array(odd, (16,), "odd")
    low, high = odd.min(), odd.max()
    inside = low >= 0 and high <= 0.5
    require(inside, f"odd reaches from {low:.2g} to {high:.2g}, and not between 0 and 0.5")
    says = heights(odd[None])[0]
    require(says > 2, f"net says {says:.2f} to odd: it is not fooled unless it says more than 2")
