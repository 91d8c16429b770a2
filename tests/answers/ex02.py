"""Typical wrong answers of assignment 02 with the message each must get, and right ones."""

import numpy as np


def step(w, b, x, y, rate, sign=-1, two=2, mean=True, bias=True, move_b=True):
    error = x @ w + b * bias - y
    count = len(y) if mean else 1
    new_w = w + sign * rate * two * x.T @ error / count
    return new_w, b + move_b * sign * rate * two * error.sum() / count


def step_in_loops(w, b, x, y, rate):
    slope_w, slope_b = [0.0] * len(w), 0.0
    for x_i, y_i in zip(x, y):
        error = sum(w_k * x_k for w_k, x_k in zip(w, x_i)) + b - y_i
        slope_b += 2 * error / len(y)
        for k in range(len(w)):
            slope_w[k] += 2 * error * x_i[k] / len(y)
    return [w_k - rate * s for w_k, s in zip(w, slope_w)], b - rate * slope_b


def step_as_one_matrix(w, b, x, y, rate):
    X = np.hstack([x, np.ones((len(x), 1))])
    theta = np.append(w, b)
    theta = theta - rate * np.mean(2 * (X @ theta - y)[:, None] * X, axis=0)
    return theta[:-1], theta[-1:].reshape(())


def step_one_after_the_other(w, b, x, y, rate):
    w = w - rate * 2 * x.T @ (x @ w + b - y) / len(y)
    return w, b - rate * 2 * np.mean(x @ w + b - y)


def step_slopes(w, b, x, y, rate):
    error = x @ w + b - y
    return 2 * x.T @ error / len(y), 2 * error.mean()


def step_column(w, b, x, y, rate):
    w, b = step(w, b, x, y, rate)
    return w[:, None], b


def backward(x, w, b, upstream, slope=lambda z: 1 - np.tanh(z) ** 2, mean=False, w_too=False):
    s = upstream * slope(x @ w + b)
    count = len(x) if mean else 1
    return x.T @ s / count, s.sum(axis=0) / count, upstream + s @ (w if w_too else w.T)


def backward_by_example(x, w, b, upstream):
    dw, db, dx = np.zeros_like(w), np.zeros_like(b), np.zeros_like(x)
    for i in range(len(x)):
        s = upstream[i] / np.cosh(x[i] @ w + b) ** 2
        dw += np.outer(x[i], s)
        db += s
        dx[i] = w @ s + upstream[i]
    return dw, db, dx


def backward_by_einsum(x, w, b, upstream):
    h = np.tanh(np.einsum("nk,km->nm", x, w) + b)
    s = upstream - upstream * h * h
    dx = np.einsum("nm,km->nk", s, w) + upstream
    return [np.einsum("nk,nm->km", x, s), np.ones(len(x)) @ s, dx]


def backward_no_sum(x, w, b, upstream):
    dw, _, dx = backward(x, w, b, upstream)
    return dw, upstream * (1 - np.tanh(x @ w + b) ** 2), dx


def backward_other_axis(x, w, b, upstream):
    dw, _, dx = backward(x, w, b, upstream)
    return dw, (upstream * (1 - np.tanh(x @ w + b) ** 2)).sum(axis=1), dx


def backward_mean_bias(x, w, b, upstream):
    dw, db, dx = backward(x, w, b, upstream)
    return dw, db / len(x), dx


def backward_through_output(x, w, b, upstream):
    h = x + np.tanh(x @ w + b)
    s = upstream * (1 - h**2)
    return x.T @ s, s.sum(axis=0), upstream + s @ w.T


def no_shortcut(x, w, b, upstream):
    dw, db, dx = backward(x, w, b, upstream)
    return dw, db, dx - upstream


# 02.3


def roots(rate, beta, h):
    return np.linalg.eigvals([[1 - rate * h, beta], [-rate * h, beta]])


def shrink(rate, beta, H, worst=max, larger=max, size=abs):
    return worst(larger(size(root) for root in roots(rate, beta, h)) for h in H)


def shrink_by_formula(rate, beta, H):
    half = (1 + beta - rate * np.asarray(H)) / 2
    inside = half**2 - beta
    real = np.abs(half) + np.sqrt(np.maximum(inside, 0))
    return np.where(inside < 0, np.sqrt(beta), real).max()


def shrink_by_polynomial(rate, beta, H):
    found = [np.roots([1, -(1 + beta - rate * h), beta]) for h in H]
    return np.array([np.abs(found).max()])


def shrink_old_velocity(rate, beta, H):
    return max(np.abs(np.linalg.eigvals([[1, 1], [-rate * h, beta]])).max() for h in H)


def shrink_norm(rate, beta, H):
    return max(np.linalg.norm([[1 - rate * h, beta], [-rate * h, beta]], 2) for h in H)


def adam(w, m, v, g, t, rate=0.001, b1=0.9, b2=0.999, eps=1e-7, decay=0.004, form="keras",
         square=True):  # fmt: skip
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * (g**2 if square else g)
    c1, c2 = 1 - b1**t, 1 - b2**t
    change = {
        "keras": lambda: np.sqrt(c2) / c1 * m / (np.sqrt(v) + eps),
        "paper": lambda: m / c1 / (np.sqrt(v / c2) + eps),
        "none": lambda: m / (np.sqrt(v) + eps),
        "only m": lambda: m / c1 / (np.sqrt(v) + eps),
        "inside": lambda: np.sqrt(c2) / c1 * m / np.sqrt(v + eps),
        "no root": lambda: c2 / c1 * m / (np.sqrt(v) + eps),
        "up": lambda: -np.sqrt(c2) / c1 * m / (np.sqrt(v) + eps),
    }[form]
    return w - rate * decay * w - rate * change(), m, v


def adam_by_scaled_epsilon(w, m, v, g, t, rate, b1, b2, eps, decay):
    m, v = m + (1 - b1) * (g - m), v + (1 - b2) * (g * g - v)
    m_hat, v_hat = m / (1 - b1**t), v / (1 - b2**t)
    w = w * (1 - rate * decay)
    return w - rate * m_hat / (v_hat**0.5 + eps / (1 - b2**t) ** 0.5), m, v


def adam_in_loops(w, m, v, g, t, *rates):
    parts = [adam(*four, t, *rates) for four in zip(w, m, v, g)]
    return [list(column) for column in zip(*parts)]


def adam_but(part, change):
    """Return Adam with one of its means replaced."""

    def step(w, m, v, g, t, *rates):
        parts = list(adam(w, m, v, g, t, *rates))
        parts[part] = change(w, m, v, g, t, *rates)
        return parts

    return step


def adam_by(ratio):
    """Return Adam with another step; `ratio` is given the new m and v and both corrections."""

    def step(w, m, v, g, t, rate, b1, b2, eps, decay):
        _, m, v = adam(w, m, v, g, t, rate, b1, b2, eps, decay)
        change = ratio(m, v, g, 1 - b1**t, 1 - b2**t, eps)
        return w - rate * decay * w - rate * change, m, v

    return step


def adam_of_keras(w, m, v, g, t, rate, b1, b2, eps, decay):
    """Take a step with Keras's own optimiser, in float32 as it does."""
    import keras

    weights = keras.Variable(np.float32(w))
    adam = keras.optimizers.AdamW(rate, decay, b1, b2, eps)
    adam.build([weights])
    adam.iterations.assign(t - 1)
    moments = {part.name.rsplit("_", 1)[-1]: part for part in adam.variables[2:]}
    moments["momentum"].assign(m), moments["velocity"].assign(v)
    adam.apply([np.float32(g)], [weights])
    return weights, moments["momentum"], moments["velocity"]


def adam_counts_from_zero(w, m, v, g, t, *rest):
    return adam(w, m, v, g, t + 1, *rest)


def adam_keeps_corrected(w, m, v, g, t, rate, b1, b2, *rest):
    w, m, v = adam(w, m, v, g, t, rate, b1, b2, *rest)
    return w, m / (1 - b1**t), v


def adam_coupled(w, m, v, g, t, *rates, two=1):
    return adam(w, m, v, g + two * rates[4] * w, t, *rates[:4], 0)


def decays(change):
    """Return Adam with another decay; `change` gives what becomes of w, without Adam's step."""

    def step(w, m, v, g, t, rate, b1, b2, eps, decay):
        after, m, v = adam(0 * w, m, v, g, t, rate, b1, b2, eps, 0)
        return change(w, rate, decay, after) + after, m, v

    return step


def single(function):
    """Return a function that computes in float32."""

    def rounded(*arguments):
        return function(*(np.float32(a) if isinstance(a, np.ndarray) else a for a in arguments))

    return rounded


def tensors(*arguments):
    """Return the slopes of 02.2 by GradientTape, dx as a list of rows."""
    import tensorflow as tf

    x, w, b, upstream = map(tf.constant, arguments)
    with tf.GradientTape() as tape:
        tape.watch([x, w, b])
        total = tf.reduce_sum(upstream * (x + tf.tanh(x @ w + b)))
    dw, db, dx = tape.gradient(total, [w, b, x])
    return dw, db, list(dx)


def curvatures(x):
    return np.linalg.eigvalsh(2 / len(x) * x.T @ x)


def limit(x):
    return 2 / curvatures(x)[-1]


def limit_by_singular_values(x):
    return len(x) / np.linalg.norm(x, ord=2) ** 2


def limit_by_power_iteration(x):
    v = np.ones(x.shape[1])
    v[0] = 2
    for _ in range(2000):
        v = x.T @ (x @ v)
        v = v / np.linalg.norm(v)
    return np.array([1 / np.mean((x @ v) ** 2)])


def in_units(rate, scale):
    return rate / scale**2


# 02.6


def pulses(n, seed):
    rng = np.random.default_rng(seed)
    arrival, height = rng.uniform(1, 5, (n, 1)), rng.uniform(0.5, 2.5, (n, 1))
    u = np.clip((np.arange(16) - arrival) / 1.5, 0, None)
    x = height * (u / 2) ** 2 * np.exp(2 - u) + rng.normal(0, 0.02, (n, 16))
    return np.minimum(x, 1), height[:, 0]


def features(x, degree):
    x = np.asarray(x, float)
    pairs = np.einsum("ni,nj->nij", x, x)[:, *np.triu_indices(16)]
    return np.column_stack([np.ones(len(x)), x] + [pairs] * (degree == 2))


def fitted(degree, column=False):
    """Return a polynomial of the samples, fitted by least squares, in place of a network."""
    x, y = pulses(2000, 26)
    w = np.linalg.lstsq(features(x, degree), y, rcond=1e-6)[0]
    return lambda x: (features(x, degree) @ w)[:, None] if column else features(x, degree) @ w


class Net:
    """Something with the method of a Keras model, and its shape of answers."""

    def __init__(self):
        self.fit = fitted(2, column=True)

    def predict(self, x, verbose=0):
        return self.fit(np.float32(x)).astype("float32")


FLAT = np.full(16, 0.45)  # a low pulse that does not end

WRONG = {
    "02.1": [
        ((lambda *a: step(*a, sign=1),), "uphill"),
        ((lambda *a: step(*a, two=1),), "w changes without the factor 2"),
        ((lambda *a: step(*a, mean=False),), "w changes by a sum over the examples"),
        ((lambda *a: step(*a, mean=False, two=1),), "w changes by a sum over the examples"),
        ((lambda *a: step(*a, bias=False),), "bias is missing"),
        ((lambda *a: step(*a, move_b=False),), "b does not change"),
        ((step_one_after_the_other,), "both belong to the old"),
        ((step_slopes,), "these are the slopes"),
        ((step_column,), "has shape (3, 1): it must have (3,)"),
        ((lambda *a: step(*a)[0],), "must return the pair (w, "),
        ((lambda w, b, *a: [n - o for n, o in zip(step(w, b, *a), (w, b))],), "returns the change"),
        ((lambda w, b, *a: (w, step(w, b, *a)[1]),), "w does not change"),
        ((lambda *a: (step(*a)[0], step(*a, sign=1)[1]),), "b goes uphill"),
        ((lambda *a: (step(*a)[0], step(*a, two=1)[1]),), "b changes without the factor 2"),
        ((lambda *a: (step(*a)[0], step(*a, mean=False)[1]),), "b changes by a sum"),
        ((lambda *a: (step(*a)[0], step(*a, mean=False, two=1)[1]),), "b changes by a sum"),
        ((lambda *a: (step(*a)[0], 0),), "b of gradient_step is too small"),
        ((lambda *a: (1.1 * step(*a)[0], 0),), "w of gradient_step is wrong"),
        ((lambda w, b, x, y, rate: step(w, b, x, y, 1.0),), "learning rate has no effect"),
    ],
    "02.2": [
        ((lambda *a: backward(*a, slope=np.ones_like),), "derivative of tanh is missing"),
        ((lambda *a: backward(*a, slope=lambda z: 1 - z**2),), "not z"),
        ((lambda *a: backward(*a, slope=lambda z: 1 - np.tanh(z)),), "is not 1 - h"),
        ((lambda *a: backward(*a, slope=np.tanh),), "tanh itself"),
        ((lambda *a: backward(*a, mean=True),), "dw is a mean"),
        ((lambda *a: backward(*a, w_too=True),), "needs its transpose"),
        ((lambda x, w, b, up: backward(x, w, 0, up),), "bias is missing"),
        ((lambda *a: (backward(*a)[0].T, *backward(*a)[1:]),), "is transposed"),
        ((backward_no_sum,), "it must have (3,)"),
        ((backward_other_axis,), "wrong axis"),
        ((backward_mean_bias,), "db is a mean"),
        ((lambda *a: backward(*a)[:2],), "must return 3 things"),
        ((lambda *a: backward(*a, slope=lambda z: np.tanh(z) * (1 - np.tanh(z))),), "the sigmoid"),
        ((lambda *a: backward(*a, slope=lambda z: np.tanh(z) ** 2 - 1),), "no step is taken here"),
        ((lambda *a: (backward(*a)[0], a[3].sum(axis=0), 0 * a[0]),), "db lacks the derivative"),
        ((lambda *a: (*backward(*a)[:2], a[3] + a[3] @ a[1].T),), "dx lacks the derivative"),
        ((lambda *a: (*backward(*a)[:2], 0 * a[0]),), "dx of layer_backward is wrong"),
        ((no_shortcut,), "dx lacks the shortcut"),
        ((lambda *a: (*backward(*a)[:2], no_shortcut(*a)[2] + 1),), "comes upstream, not 1"),
        ((backward_through_output,), "without the shortcut's x"),
    ],
    "02.3": [
        ((lambda r, b, H: np.abs(1 - r * H).max(), ("b", 0.995)), "beta has no effect"),
        ((lambda r, b, H: [shrink(r, b, [h]) for h in H], ("b", 0.995)), "one number is asked"),
        ((lambda *a: shrink(*a, worst=min), ("b", 0.995)), "the slowest rules"),
        ((lambda r, b, H: np.mean([shrink(r, b, [h]) for h in H]), ("b", 0.995)), "no mean"),
        ((lambda *a: shrink(*a, larger=min), ("b", 0.995)), "the other part dies first"),
        ((lambda *a: shrink(*a, larger=min, worst=min), ("b", 0.995)), "the other part dies"),
        ((lambda *a: shrink(*a, size=np.real), ("b", 0.995)), "also of a complex or a negative"),
        ((lambda *a: shrink(*a, size=lambda z: abs(z.real)), ("b", 0.995)), "not its real part"),
        ((lambda r, b, H: b**0.5, ("b", 0.995)), "where all directions oscillate"),
        ((shrink_old_velocity, ("b", 0.995)), "not the old"),
        ((shrink_norm, ("b", 0.995)), "bounds one step"),
        ((lambda *a: shrink(*a) ** 2, ("b", 0.995)), "not the loss"),
        ((lambda *a: shrink(*a) + 0.01, ("b", 0.995)), "too large"),
        ((shrink, ("a", 0.995)), "the letter, the factor, or both"),
        ((shrink, ("b", 0.9)), "the letter, the factor, or both"),
        ((shrink, (2, 0.995)), "a letter in quotes"),
        ((shrink, ("b", "0.995")), "is text"),
        ((shrink, "b"), "must be a pair (letter, factor)"),
    ],
    "02.4": [
        ((lambda *a: adam(*a, form="paper"),), "as in the paper"),
        ((lambda *a: adam(*a, form="none"),), "corrections for the start at zero are missing"),
        ((lambda *a: adam(*a, form="only m"),), "correction of square is missing"),
        ((lambda *a: adam(*a, form="inside"),), "outside the square root"),
        ((lambda *a: adam(*a, form="no root"),), "lacks its root"),
        ((lambda *a: adam(*a, form="up"),), "uphill"),
        ((lambda *a: adam(*a, square=False),), "not its square"),
        ((adam_but(1, lambda w, m, v, g, t, r, b1, *_: b1 * m + g),), "mean lacks the factor"),
        (
            (adam_but(1, lambda w, m, v, g, t, r, b1, *_: (1 - b1) * m + b1 * g),),
            "exchanged in mean",
        ),
        (
            (adam_but(2, lambda w, m, v, g, t, r, b1, b2, *_: b2 * v + g**2),),
            "square lacks the factor",
        ),
        (
            (adam_but(2, lambda w, m, v, g, t, r, b1, b2, *_: (1 - b2) * v + b2 * g**2),),
            "exchanged in square",
        ),
        (
            (adam_but(2, lambda w, m, v, g, t, r, b1, b2, *_: b2 * v + (1 - b2) * abs(g)),),
            "not its square",
        ),
        (
            (adam_but(2, lambda w, m, v, g, t, r, b1, b2, *_: b1 * v + (1 - b1) * g**2),),
            "square uses beta_1",
        ),
        (
            (lambda *a: (*adam(*a)[:2], adam(*a)[2] / (1 - a[7] ** a[4])),),
            "square is returned corrected",
        ),
        ((adam_by(lambda m, *_: 0 * m),), "w only decays"),
        ((adam_by(lambda m, v, g, c1, c2, e: c2**0.5 * m / (v**0.5 + e)),), "of mean is missing"),
        ((adam_by(lambda m, v, g, c1, c2, e: c2**0.5 / c1 * m / v**0.5),), "delta has no effect"),
        ((adam_by(lambda m, v, g, c1, c2, e: c2**0.5 / c1 * m / (v + e)),), "the root of square"),
        ((adam_by(lambda m, v, g, c1, c2, e: c2**0.5 / c1 * g / (v**0.5 + e)),), "where mean bel"),
        ((lambda *a: adam(*a[:5], 1.0, *a[6:]),), "the learning rate has no effect"),
        ((adam_coupled,), "decoupled decay acts on w alone"),
        ((lambda *a: adam_coupled(*a, two=2),), "decoupled decay acts on w alone"),
        ((decays(lambda w, rate, decay, after: w),), "the weight decay is missing"),
        ((decays(lambda w, rate, decay, after: w - decay * w),), "decay lacks the learning rate"),
        ((decays(lambda w, rate, decay, after: w - 2 * rate * decay * w),), "no factor 2"),
        ((decays(lambda w, rate, decay, after: w + rate * decay * w),), "makes weights grow"),
        ((decays(lambda w, r, decay, after: w - r * decay * (w + after)),), "before the step"),
        ((adam_counts_from_zero,), "one too high"),
        ((adam_keeps_corrected,), "keep it uncorrected"),
        ((lambda *a: adam(*a[:6], a[7], a[6], *a[8:]),), "mean uses beta_2"),
        ((lambda *a: adam(*a)[0],), "must return 3 things"),
        ((lambda w, m, *a: (w, m, adam(w, m, *a)[2]),), "mean is wrong at t = 3"),
        ((lambda *a: (*adam(*a)[:2], a[2]),), "square is wrong at t = 3"),
        ((lambda *a: (adam(*a)[0] + 0.1, *adam(*a)[1:]),), "although mean and square are right"),
    ],
    "02.5": [
        ((lambda x: limit(x) / 2, in_units), "so far the approach is monotone"),
        ((lambda x: 2 * limit(x), in_units), "a factor 2 is missing"),
        ((lambda x: limit(x) / len(x), in_units), "not a sum"),
        ((lambda x: 2 / curvatures(x)[0], in_units), "flattest direction"),
        ((lambda x: 2 / np.linalg.eigvals(2 / len(x) * x.T @ x)[0], in_units), "in no order"),
        ((lambda x: 2 / np.linalg.eig(2 / len(x) * x.T @ x)[0][-1], in_units), "in no order"),
        ((lambda x: 1 / limit(x), in_units), "upside down"),
        ((lambda x: curvatures(x)[-1], in_units), "not the learning rate"),
        ((lambda x: 2 * limit(x) / len(x), in_units), "not a sum"),
        ((lambda x: limit(x) / len(x) / 2, in_units), "not a sum"),
        ((lambda x: 1.2 * limit(x), in_units), "diverges"),
        ((lambda x: 0.9 * limit(x), in_units), "a larger one does, too"),
        ((limit, lambda r, s: r / s**3), "that largest_rate finds"),
        ((limit, lambda r, s: 1 / s**2), "returns the ratio"),
        ((lambda x: 2 / (curvatures(x)[0] + curvatures(x)[-1]), in_units), "fastest rate"),
        ((lambda x: len(x) / np.sum(x**2, axis=0).max(), in_units), "diagonal is not enough"),
        ((lambda x: len(x) / np.sum(x**2), in_units), "trace"),
        ((lambda x: -limit(x), in_units), "positive"),
        ((limit, lambda r, s: r / s), "quadratic in x"),
        ((limit, lambda r, s: r * s**2), "steeper loss"),
        ((limit, lambda r, s: r * s), "steeper loss"),
        ((limit, lambda r, s: r), "unit of x matters"),
        ((limit, 0.01), "must be a function"),
    ],
    "02.6": [
        ((fitted(1), FLAT), "a linear fit does as well"),
        ((lambda x: 0 * x[:, 0], FLAT), "net errs by"),
        ((lambda x: x, FLAT), "must return 1000 heights"),
        ((lambda x: "high", FLAT), "is text"),
        ((3, FLAT), "must be a Keras model"),
        ((fitted(2), np.full(16, 0.6)), "between 0 and 0.5"),
        ((fitted(2), np.full(16, -0.1)), "between 0 and 0.5"),
        ((fitted(2), np.zeros(16)), "not fooled"),
        ((fitted(2), FLAT[None]), "shape"),
        ((fitted(2), None), "None"),
    ],
}

RIGHT = {
    "02.1": [(step,), (step_in_loops,), (step_as_one_matrix,), (single(step),)],
    "02.2": [
        (backward,),
        (backward_by_example,),
        (backward_by_einsum,),
        (single(backward),),
        (tensors,),
    ],
    "02.3": [
        (shrink, ("b", 0.995)),
        (shrink_by_formula, ["B", np.float32(0.995)]),
        (shrink_by_polynomial, ("b ", 0.99**0.5)),
        (single(shrink_by_formula), ("b", np.array([0.9950]))),
    ],
    "02.4": [
        (adam,),
        (adam_by_scaled_epsilon,),
        (adam_in_loops,),
        (single(adam),),
        (adam_of_keras,),
    ],
    "02.5": [
        (limit, in_units),
        (limit_by_singular_values, lambda rate, scale: np.array([rate / scale / scale])),
        (limit_by_power_iteration, lambda rate, scale: np.float32(rate) * scale**-2),
        (single(limit), lambda rate, scale: [rate * (1 / scale) ** 2]),
        (lambda x: 2 / np.linalg.eigvals(2 / len(x) * x.T @ x).max(), in_units),
    ],
    "02.6": [(fitted(2), FLAT), (Net(), FLAT.tolist()), (fitted(2, column=True), FLAT)],
}
