"""Typical wrong answers of assignment 02 with the message each must get, and right ones."""

from fractions import Fraction

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


def backward(x, W, b, upstream, slope=lambda z: 1 - np.tanh(z) ** 2, mean=False, W_too=False):
    s = upstream * slope(x @ W + b)
    count = len(x) if mean else 1
    return x.T @ s / count, s.sum(axis=0) / count, s @ (W if W_too else W.T)


def backward_by_example(x, W, b, upstream):
    dW, db, dx = np.zeros_like(W), np.zeros_like(b), np.zeros_like(x)
    for i in range(len(x)):
        s = upstream[i] / np.cosh(x[i] @ W + b) ** 2
        dW += np.outer(x[i], s)
        db += s
        dx[i] = W @ s
    return dW, db, dx


def backward_by_einsum(x, W, b, upstream):
    h = np.tanh(np.einsum("nk,km->nm", x, W) + b)
    s = upstream - upstream * h * h
    return [np.einsum("nk,nm->km", x, s), np.ones(len(x)) @ s, np.einsum("nm,km->nk", s, W)]


def backward_no_sum(x, W, b, upstream):
    dW, _, dx = backward(x, W, b, upstream)
    return dW, upstream * (1 - np.tanh(x @ W + b) ** 2), dx


def backward_other_axis(x, W, b, upstream):
    dW, _, dx = backward(x, W, b, upstream)
    return dW, (upstream * (1 - np.tanh(x @ W + b) ** 2)).sum(axis=1), dx


def backward_mean_bias(x, W, b, upstream):
    dW, db, dx = backward(x, W, b, upstream)
    return dW, db / len(x), dx


def heavy(w, v, g, rate, beta, force=-1.0, nesterov=False):
    v = beta * v + force * rate * g
    return (w + beta * v - rate * g if nesterov else w + v), v


def heavy_other_form(w, v, g, rate, beta):
    v = beta * v + g
    return w - rate * v, v


def heavy_running_mean(w, v, g, rate, beta):
    v = beta * v - (1 - beta) * rate * g
    return w + v, v


def heavy_old(w, v, g, rate, beta):
    return w + v, beta * v - rate * g


def heavy_twice(w, v, g, rate, beta):
    v = beta * v - rate * g
    return w + rate * v, v


def heavy_complement(w, v, g, rate, beta):
    v = beta * v - (1 - beta) * g  # in the lecture 1 - beta and the learning rate are both 0.1
    return w + v, v


def heavy_in_steps(w, v, g, rate, beta):
    drag, force = -(1 - beta) * v, -np.multiply(rate, g)
    new = v + drag + force
    return [np.add(w, new), new]


def heavy_by_position(w, v, g, rate, beta):
    before = w - v
    after = w + beta * (w - before) - rate * g
    return after, after - w


def adam(w, m, v, g, t, rate=0.001, b1=0.9, b2=0.999, eps=1e-7, form="keras", square=True):
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
    return w - rate * change(), m, v


def adam_by_scaled_epsilon(w, m, v, g, t, rate=0.001, b1=0.9, b2=0.999, eps=1e-7):
    m, v = m + (1 - b1) * (g - m), v + (1 - b2) * (g * g - v)
    m_hat, v_hat = m / (1 - b1**t), v / (1 - b2**t)
    return w - rate * m_hat / (v_hat**0.5 + eps / (1 - b2**t) ** 0.5), m, v


def adam_in_loops(w, m, v, g, t, rate=0.001, b1=0.9, b2=0.999, eps=1e-7):
    parts = [adam(*four, t, rate, b1, b2, eps) for four in zip(w, m, v, g)]
    return [list(column) for column in zip(*parts)]


def adam_but(part, change):
    """Return Adam with one of its results replaced; `change` is given the new m and v."""

    def step(w, m, v, g, t, *rates):
        parts = list(adam(w, m, v, g, t, *rates))
        new = parts[1:] if part == 0 else (m, v)
        parts[part] = change(w, *new, g, t, *rates)
        return parts

    return step


def adam_of_keras(w, m, v, g, t, rate=0.001, b1=0.9, b2=0.999, eps=1e-7):
    """Take a step with Keras's own optimiser, in float32 as it does."""
    import keras

    weights = keras.Variable(np.float32(w))
    adam = keras.optimizers.Adam(rate, b1, b2, eps)
    adam.build([weights])
    adam.iterations.assign(t - 1)
    moments = {part.name.rsplit("_", 1)[-1]: part for part in adam.variables[2:]}
    moments["momentum"].assign(m), moments["velocity"].assign(v)
    adam.apply([np.float32(g)], [weights])
    return weights, moments["momentum"], moments["velocity"]


def adam_counts_from_zero(w, m, v, g, t, *rest):
    return adam(w, m, v, g, t + 1, *rest)


def adam_keeps_corrected(w, m, v, g, t, rate, b1, b2, eps):
    w, m, v = adam(w, m, v, g, t, rate, b1, b2, eps)
    return w, m / (1 - b1**t), v


def single(function):
    """Return a function that computes in float32."""

    def rounded(*arguments):
        return function(*(np.float32(a) if isinstance(a, np.ndarray) else a for a in arguments))

    return rounded


def tensors(*arguments):
    """Return the slopes of 02.2 by GradientTape, dx as a list of rows."""
    import tensorflow as tf

    x, W, b, upstream = map(tf.constant, arguments)
    with tf.GradientTape() as tape:
        tape.watch([x, W, b])
        total = tf.reduce_sum(upstream * tf.tanh(x @ W + b))
    dW, db, dx = tape.gradient(total, [W, b, x])
    return dW, db, list(dx)


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


WRONG = {
    "02.1": [
        ((lambda *a: step(*a, sign=1),), "uphill"),
        ((lambda *a: step(*a, two=1),), "lacks the factor 2"),
        ((lambda *a: step(*a, mean=False),), "the change of w uses a sum over the examples"),
        ((lambda *a: step(*a, mean=False, two=1),), "the change of w uses a sum over the examples"),
        ((lambda *a: step(*a, bias=False),), "bias is missing"),
        ((lambda *a: step(*a, move_b=False),), "b does not change"),
        ((step_one_after_the_other,), "old weights"),
        ((step_slopes,), "returns the slopes"),
        ((step_column,), "has shape (3, 1): it must have (3,)"),
        ((lambda *a: step(*a)[0],), "must return the pair (w, "),
        ((lambda w, b, *a: [n - o for n, o in zip(step(w, b, *a), (w, b))],), "returns the change"),
        ((lambda w, b, *a: (w, step(w, b, *a)[1]),), "w does not change"),
        ((lambda *a: (step(*a)[0], step(*a, sign=1)[1]),), "b goes uphill"),
        ((lambda *a: (step(*a)[0], step(*a, two=1)[1]),), "the change of b lacks the factor 2"),
        ((lambda *a: (step(*a)[0], step(*a, mean=False)[1]),), "the change of b uses a sum"),
        ((lambda *a: (step(*a)[0], step(*a, mean=False, two=1)[1]),), "change of b uses a sum"),
        ((lambda *a: (step(*a)[0], 0),), "b of gradient_step is too small"),
        ((lambda *a: (1.1 * step(*a)[0], 0),), "w of gradient_step is wrong"),
        ((lambda w, b, x, y, rate: step(w, b, x, y, 1.0),), "learning rate has no effect"),
    ],
    "02.2": [
        ((lambda *a: backward(*a, slope=np.ones_like),), "derivative of tanh is missing"),
        ((lambda *a: backward(*a, slope=lambda z: 1 - z**2),), "not z"),
        ((lambda *a: backward(*a, slope=lambda z: 1 - np.tanh(z)),), "is not 1 - h"),
        ((lambda *a: backward(*a, slope=np.tanh),), "tanh itself"),
        ((lambda *a: backward(*a, mean=True),), "dW is a mean"),
        ((lambda *a: backward(*a, W_too=True),), "needs its transpose"),
        ((lambda x, W, b, up: backward(x, W, 0, up),), "bias is missing"),
        ((lambda *a: (backward(*a)[0].T, *backward(*a)[1:]),), "dW is transposed"),
        ((backward_no_sum,), "it must have (3,)"),
        ((backward_other_axis,), "wrong axis"),
        ((backward_mean_bias,), "db is a mean"),
        ((lambda *a: backward(*a)[:2],), "must return 3 things"),
        ((lambda *a: backward(*a, slope=lambda z: np.tanh(z) * (1 - np.tanh(z))),), "the sigmoid"),
        ((lambda *a: backward(*a, slope=lambda z: np.tanh(z) ** 2 - 1),), "no step is taken here"),
        ((lambda *a: (backward(*a)[0], a[3].sum(axis=0), 0 * a[0]),), "db lacks the derivative"),
        ((lambda *a: (*backward(*a)[:2], a[3] @ a[1].T),), "dx lacks the derivative"),
        ((lambda *a: (*backward(*a)[:2], 0 * a[0]),), "dx of layer_backward is wrong"),
    ],
    "02.3": [
        ((lambda *a: heavy(*a, force=1.0),), "wrong sign"),
        ((lambda *a: heavy(*a, nesterov=True),), "Nesterov"),
        ((heavy_other_form,), "learning rate belongs into the velocity"),
        ((heavy_running_mean,), "no factor 1 - beta"),
        ((lambda w, v, g, rate, beta: heavy(w, v, g, 1.0, beta),), "no effect on the velocity"),
        ((lambda w, v, g, rate, beta: (w, beta * v + (1 - beta) * g),), "that is a running mean"),
        ((lambda w, v, g, rate, beta: heavy(w, 0 * v, g, rate, beta),), "old velocity has no eff"),
        ((lambda w, v, *a: (heavy(w, v, *a)[0], v),), "the velocity does not change"),
        ((lambda w, *a: (w, heavy(w, *a)[1]),), "w does not change"),
        ((lambda w, *a: (w - heavy(w, *a)[1], heavy(w, *a)[1]),), "against its velocity"),
        ((lambda w, v, g, *a: (heavy(w, v, g, *a)[0] - a[0] * g, heavy(w, v, g, *a)[1]),), "once"),
        ((lambda w, v, *a: (heavy(w, v, *a)[0] + 1, heavy(w, v, *a)[1]),), "w of momentum_step is"),
        ((heavy_complement,), "1 - beta stands where the learning rate belongs"),
        (
            (lambda w, v, g, rate, beta: heavy(w, v, g, 0.1, 0.5),),
            "the new velocity is wrong",
        ),
        ((heavy_old,), "old velocity, not by the new one"),
        ((heavy_twice,), "once more"),
        ((lambda *a: heavy(*a)[::-1],), "exchanged"),
        ((lambda *a: heavy(*a)[0],), "must return the pair (w, "),
        ((lambda w, v, g, rate, beta: heavy(w, v, g, rate, 1.0),), "beta has no effect"),
    ],
    "02.4": [
        ((lambda *a: adam(*a, form="paper"),), "as in the paper"),
        ((lambda *a: adam(*a, form="none"),), "corrections for the start at zero are missing"),
        ((lambda *a: adam(*a, form="only m"),), "correction of v is missing"),
        ((lambda *a: adam(*a, form="inside"),), "outside the square root"),
        ((lambda *a: adam(*a, form="no root"),), "lacks its square root"),
        ((lambda *a: adam(*a, form="up"),), "uphill"),
        ((lambda *a: adam(*a, square=False),), "not its square"),
        ((adam_but(1, lambda w, m, v, g, t, r, b1, b2, e: b1 * m + g),), "m lacks the factor"),
        ((adam_but(1, lambda w, m, v, g, t, r, b1, *_: (1 - b1) * m + b1 * g),), "exchanged in m"),
        ((adam_but(2, lambda w, m, v, g, t, r, b1, b2, e: b2 * v + g**2),), "v lacks the factor"),
        (
            (adam_but(2, lambda w, m, v, g, t, r, b1, b2, e: (1 - b2) * v + b2 * g**2),),
            "exchanged in v",
        ),
        (
            (adam_but(2, lambda w, m, v, g, t, r, b1, b2, e: b2 * v + (1 - b2) * abs(g)),),
            "not its square",
        ),
        (
            (adam_but(2, lambda w, m, v, g, t, r, b1, b2, e: b1 * v + (1 - b1) * g**2),),
            "v uses beta_1",
        ),
        (
            (lambda *a: (*adam(*a)[:2], adam(*a)[2] / (1 - a[7] ** a[4])),),
            "v is returned corrected",
        ),
        ((adam_but(0, lambda w, *_: w),), "w does not change"),
        (
            (
                adam_but(
                    0,
                    lambda w, m, v, g, t, r, b1, b2, e: (
                        w - r * (1 - b2**t) ** 0.5 * m / (v**0.5 + e)
                    ),
                ),
            ),
            "the correction of m is missing",
        ),
        ((lambda *a: (adam(*a[:8], 0.0)[0], *adam(*a)[1:]),), "epsilon has no effect"),
        (
            (
                adam_but(
                    0,
                    lambda w, m, v, g, t, r, b1, b2, e: (
                        w - r * (1 - b2**t) ** 0.5 / (1 - b1**t) * m / (v + e)
                    ),
                ),
            ),
            "the square root of v is missing",
        ),
        (
            (
                adam_but(
                    0,
                    lambda w, m, v, g, t, r, b1, b2, e: (
                        w - r * (1 - b2**t) ** 0.5 / (1 - b1**t) * g / (v**0.5 + e)
                    ),
                ),
            ),
            "the gradient where m belongs",
        ),
        ((lambda *a: adam(*a[:5], 1.0, *a[6:]),), "the learning rate has no effect"),
        ((adam_counts_from_zero,), "one too high"),
        ((adam_keeps_corrected,), "keep it uncorrected"),
        ((lambda *a: adam(*a[:6], a[7], a[6], a[8]),), "m uses beta_2"),
        ((lambda *a: adam(*a)[0],), "must return 3 things"),
        ((lambda w, m, *a: (w, m, adam(w, m, *a)[2]),), "m is wrong at t = 3"),
        ((lambda *a: (*adam(*a)[:2], a[2]),), "v is wrong at t = 3"),
        ((lambda *a: (adam(*a)[0] + 0.1, *adam(*a)[1:]),), "although m and v are right"),
    ],
    "02.5": [
        ((lambda x: limit(x) / 2, 0.01), "still safe"),
        ((lambda x: 2 * limit(x), 0.01), "a factor 2 is missing"),
        ((lambda x: limit(x) / len(x), 0.01), "not a sum"),
        ((lambda x: 2 / curvatures(x)[0], 0.01), "flattest direction"),
        ((lambda x: 2 / np.linalg.eigvals(2 / len(x) * x.T @ x)[0], 0.01), "in no order"),
        ((lambda x: 2 / np.linalg.eig(2 / len(x) * x.T @ x)[0][-1], 0.01), "in no order"),
        ((lambda x: 1 / limit(x), 0.01), "upside down"),
        ((lambda x: curvatures(x)[-1], 0.01), "not the learning rate"),
        ((lambda x: 2 * limit(x) / len(x), 0.01), "not a sum"),
        ((lambda x: limit(x) / len(x) / 2, 0.01), "not a sum"),
        ((lambda x: 1.2 * limit(x), 0.01), "diverges"),
        ((lambda x: 0.9 * limit(x), 0.01), "a larger one does, too"),
        ((limit, 0.02), "that largest_rate finds"),
        ((limit, -0.01), "a ratio of two learning rates"),
        ((lambda x: 2 / (curvatures(x)[0] + curvatures(x)[-1]), 0.01), "fastest rate"),
        ((lambda x: len(x) / np.sum(x**2, axis=0).max(), 0.01), "diagonal is not enough"),
        ((lambda x: len(x) / np.sum(x**2), 0.01), "trace"),
        ((lambda x: -limit(x), 0.01), "positive"),
        ((limit, 0.1), "quadratic in x"),
        ((limit, 100), "steeper loss"),
        ((limit, 1), "unit of x matters"),
        ((limit, "1/100"), "without quotes"),
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
        (heavy,),
        (heavy_in_steps,),
        (heavy_by_position,),
        (single(heavy),),
        (lambda *a: np.array(heavy(*a)),),
    ],
    "02.4": [
        (adam,),
        (adam_by_scaled_epsilon,),
        (adam_in_loops,),
        (single(adam),),
        (adam_of_keras,),
    ],
    "02.5": [
        (limit, 0.01),
        (limit_by_singular_values, 1 / 100),
        (limit_by_power_iteration, [1e-2]),
        (single(limit), np.float32(0.01)),
        (lambda x: 2 / np.linalg.eigvals(2 / len(x) * x.T @ x).max(), Fraction(1, 100)),
    ],
}
