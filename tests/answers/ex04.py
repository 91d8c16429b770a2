"""Answers to assignment 04: typical wrong ones with their message, right ones in other forms."""

import numpy as np
from scipy.special import log_softmax, rel_entr, xlogy
from scipy.special import softmax as scipy_softmax
from scipy.stats import norm


def entropy(p):
    p = p[p > 0]
    return -np.sum(p * np.log(p))


def divergence(p, q):
    with np.errstate(divide="ignore"):
        return np.sum(p[p > 0] * (np.log(p[p > 0]) - np.log(q[p > 0])))


def loop_divergence(p, q):
    total = 0.0
    for a, b in zip(p, q):
        if a > 0:
            total += a * np.log(a / b) if b > 0 else np.inf
    return total


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def loss_and_gradient(z, y):
    rows = np.arange(len(y))
    top = z.max(axis=1)
    loss = (top + np.log(np.exp(z - top[:, None]).sum(axis=1)) - z[rows, y]).mean()
    gradient = softmax(z)
    gradient[rows, y] -= 1
    return loss, gradient / len(y)


def naive_loss(z, y):
    f = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return -np.log(f[np.arange(len(y)), y]).mean(), loss_and_gradient(z, y)[1]


def one_hot_loss(z, y):
    y = np.eye(z.shape[1])[y]
    return -(y * log_softmax(z, axis=1)).sum() / len(z), (scipy_softmax(z, axis=1) - y) / len(z)


def changed(loss=lambda v: v, gradient=lambda g: g):
    """Return the right function with its results spoilt."""

    def spoilt(z, y):
        value, slope = loss_and_gradient(z, y)
        return loss(value), gradient(slope)

    return spoilt


def posterior(x, means, sigmas, priors):
    log = [np.log(p) - np.log(s) - ((x - m) / s) ** 2 / 2 for m, s, p in zip(means, sigmas, priors)]
    return 1 / (1 + np.exp(np.minimum(log[0] - log[1], 700)))


def softmax_posterior(x, means, sigmas, priors):
    return scipy_softmax(norm.logpdf(x[:, None], means, sigmas) + np.log(priors), axis=1)[:, 1]


def naive_posterior(x, means, sigmas, priors):
    joint = norm.pdf(x[:, None], means, sigmas) * priors
    return joint[:, 1] / joint.sum(axis=1)


def loss_by_tape(z, y):
    import tensorflow as tf

    z = tf.constant(z, "float32")
    with tf.GradientTape() as tape:
        tape.watch(z)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, z)
        loss = tf.reduce_mean(losses)
    return loss, tape.gradient(loss, z)


def single(function):
    """Return a function that computes in float32."""

    def rounded(*arguments):
        floats = (isinstance(a, np.ndarray) and a.dtype.kind == "f" for a in arguments)
        return function(
            *(np.float32(a) if is_float else a for a, is_float in zip(arguments, floats))
        )

    return rounded


def shifted_by(pick):
    def softmax(z):
        e = np.exp(z - pick(z, axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    return softmax


RIGHT_CHOICES = ("squared", "absolute", "cross-entropy", "hinge embedding", "margin ranking")
HALF = np.array([0.5, 0.5])

WRONG = {
    "04.1": [
        ((lambda p: np.sum(p * np.log(p)), divergence), "wrong sign"),
        ((lambda p: -np.sum(p * np.log2(p)), divergence), "in bits"),
        ((lambda p: np.sum(p * np.log2(p)), divergence), "wrong sign and is in bits"),
        ((lambda p: -np.sum(p * np.log10(p)), divergence), "base 10"),
        ((lambda p: -np.mean(p * np.log(p)), divergence), "sum, not mean"),
        ((lambda p: -p * np.log(p), divergence), "3 elements"),
        ((lambda p: -np.sum(p * np.log(p)), divergence), "p = 0: 0 · ln 0"),
        ((lambda p: -np.sum(p * np.log(p + 0.01)), divergence), "three outcomes"),
        ((entropy, lambda p, q: -divergence(p, q)), "wrong sign: it is never negative"),
        ((entropy, lambda p, q: divergence(q, p)), "arguments swapped"),
        ((entropy, lambda p, q: -np.sum(p * np.log(q))), "subtract H(p)"),
        ((entropy, lambda p, q: -np.sum(q * np.log(p))), "and swapped"),
        ((entropy, lambda p, q: divergence(p, q) / np.log(2)), "in bits"),
        ((entropy, lambda p, q: np.sum(p * np.log(p / q))), "where p = 0 and q > 0"),
        ((entropy, lambda p, q: np.sum(rel_entr(p, np.maximum(q, 1e-12)))), "must be infinite"),
        ((entropy, lambda p: 0.5), "raises TypeError"),
        ((lambda p: entropy(p) + 0.1 * np.sum(p == 0), divergence), "it must count as 0"),
        ((entropy, lambda p, q: divergence(p, q) + 0.1 * np.sum(p == 0)), "must count as 0"),
        ((entropy, lambda p, q: np.inf if (q == 0).any() else divergence(p, q)), "never happens"),
        ((entropy, lambda p, q: divergence(p, q) / len(p)), "sum, not mean"),
        ((entropy, lambda p, q: divergence(p, q) + 1), "is not Σ p ln(p/q)"),
        ((entropy, lambda p, q: np.nan), "nan: it must be finite"),
        ((entropy, 0.0588), "must be a function"),
    ],
    "04.2": [
        ((lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),), "overflows"),
        ((lambda z: np.exp(z) / np.exp(z).sum(axis=0),), "wrong axis"),
        ((lambda z: np.exp(z) / np.exp(z).sum(),), "over all rows together"),
        ((lambda z: 1 / (1 + np.exp(-z)),), "the sigmoid"),
        ((lambda z: softmax(-z),), "wrong sign"),
        ((lambda z: softmax(z).T,), "the transpose"),
        ((lambda z: log_softmax(z, axis=1),), "returns the logarithm"),
        ((lambda z: np.exp(z),), "do not add up to 1"),
        ((lambda z: z / z.sum(axis=1, keepdims=True),), "negative entries"),
        ((lambda z: softmax(z * np.log(2)),), "the ratio of two probabilities"),
        ((lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(axis=1)[:, None],), "its own"),
        ((lambda z: softmax(np.clip(z, -500, 500)),), "is off for scores near"),
        ((lambda z: softmax(z)[0],), "has shape (3,)"),
        ((shifted_by(np.mean),), "holds both 1000 and -1000"),
        ((shifted_by(np.min),), "holds both 1000 and -1000"),
        ((lambda z: shifted_by(np.max)(np.maximum(z, -500)),), "scores near -1000: only diff"),
        ((lambda z: z / 0,), "NaN or infinity"),
    ],
    "04.3": [
        ((changed(loss=lambda v: -v),), "the loss has the wrong sign"),
        ((lambda z, y: (4 * loss_and_gradient(z, y)[0], 0 * z),), "the sum over the rows"),
        ((changed(loss=lambda v: v / np.log(2)),), "the loss is in bits"),
        ((changed(loss=lambda v: v / 3),), "the number of classes"),
        ((lambda z, y: (-log_softmax(z, axis=1)[range(len(y)), y], z),), "one value for each row"),
        ((changed(loss=lambda v: v + 1),), "is not the mean of -ln f_y"),
        ((changed(gradient=lambda g: -g),), "the gradient has the wrong sign"),
        ((changed(gradient=lambda g: len(g) * g),), "the gradient is that of the sum"),
        ((lambda z, y: (loss_and_gradient(z, y)[0], softmax(z)),), "does not know the labels"),
        ((changed(gradient=lambda g: g.T),), "has shape (3, 4)"),
        ((changed(gradient=lambda g: g[:-1].tolist() + [[1.0]]),), "in rows of equal length"),
        ((lambda z, y: (loss_and_gradient(z, y)[0], softmax(z) / len(z)),), "not know the labels"),
        ((changed(gradient=lambda g: np.where(abs(g) > 0.49, np.nan, g)),), "never take the"),
        ((changed(gradient=lambda g: g + 0.1),), "differs from the slope"),
        ((lambda z, y: loss_and_gradient(z, y)[::-1],), "wrong order"),
        ((lambda z, y: loss_and_gradient(z, y)[0],), "must return the pair"),
        ((naive_loss,), "not finite for scores of 1000"),
        ((lambda z, y: loss_and_gradient(np.clip(z, -99, 99), y),), "must grow with them"),
    ],
    "04.4": [
        ((lambda x, m, s, p: posterior(x, m, s, HALF),), "forgets the priors"),
        ((lambda x, m, s, p: posterior(x, m, s, p[::-1]),), "prior of the other class"),
        ((lambda x, m, s, p: 1 - posterior(x, m, s, p),), "that of class 0"),
        ((lambda x, m, s, p: posterior(x, m, s, p * s),), "the factor 1/σ"),
        ((lambda x, m, s, p: posterior(x, m, np.sqrt(s), p),), "as a variance"),
        ((lambda x, m, s, p: posterior(x, m, s / np.sqrt(2), p),), "factor ½"),
        ((lambda x, m, s, p: p[1] * norm.pdf(x, m[1], s[1]),), "not divided by the sum"),
        ((lambda x, m, s, p: norm.pdf(x, m[1], s[1]) / norm.pdf(x, m[0], s[0]),), "leaves the"),
        ((lambda x, m, s, p: norm.cdf(x, m[1], s[1]),), "differs from Bayes"),
        ((naive_posterior,), "not finite far from both means"),
        ((lambda x, m, s, p: np.nan_to_num(naive_posterior(x, m, s, p)),), "is off far from"),
        ((lambda x, m, s, p: np.stack([posterior(x, m, s, p)] * 2, axis=1),), "both classes"),
        ((lambda x, m, s, p: posterior(x, m, s, p)[0],), "has shape ()"),
    ],
    "04.5": [
        ((("absolute", *RIGHT_CHOICES[1:]),), "does not answer (a)"),
        ((("squared", "squared", *RIGHT_CHOICES[2:]),), "does not answer (b)"),
        (((*RIGHT_CHOICES[:2], "squared", *RIGHT_CHOICES[3:]),), "does not answer (c)"),
        (((*RIGHT_CHOICES[:3], "margin ranking", "hinge embedding"),), "does not answer (d)"),
        (((*RIGHT_CHOICES[:4], "cross-entropy"),), "does not answer (e)"),
        (((*RIGHT_CHOICES[:4], "hinge"),), "is none of the names"),
        (((*RIGHT_CHOICES[:4], ...),), "has no answer yet"),
        (((*RIGHT_CHOICES[:4], 5),), "write a name in quotes"),
        ((RIGHT_CHOICES[:4],), "has 4 entries"),
        (("squared",), "a tuple of five names"),
        (([["squared"], ["absolute", "hinge"], "a", "b", "c"],), "the answer to (a) is a list"),
    ],
    "04.6": [
        ((0.9, 0.056, 0.988), "the priors have"),
        ((0.009, 0.056, 0.988), "not normalised"),
        ((0.9989, 0.056, 0.988), "has grown"),
        ((8.33, 0.056, 0.988), "between 0 and 1"),
        ((0.0917, 0.056, 0.988), "p_rare is off"),
        ((1 / 12, 0.0808, 0.988), "in bits"),
        ((1 / 12, 0.693, 0.988), "equal priors"),
        ((1 / 12, 0, 0.988), "labels that are certain"),
        ((1 / 12, -0.056, 0.988), "is negative"),
        ((1 / 12, 0.99, 0.988), "loss_shuffled is off"),
        ((1 / 12, 0.056, 0.9), "p_doubled has not changed"),
        ((1 / 12, 0.056, 1.8), "not probabilities"),
        ((1 / 12, 0.056, 0.81), "squared but not normalised"),
        ((1 / 12, 0.056, 0.95), "p_doubled is off"),
        (("1/12", 0.056, 0.988), "is text"),
        ((1 / 12, 0.056, -0.1), "not probabilities"),
        ((-0.1, 0.056, 0.988), "between 0 and 1"),
    ],
}

RIGHT = {
    "04.1": [
        (entropy, divergence),
        (lambda p: -xlogy(p, p).sum(), lambda p, q: rel_entr(p, q).sum()),
        (lambda p: -sum(a * np.log(a) for a in p if a > 0), loop_divergence),
        (single(entropy), single(divergence)),
    ],
    "04.2": [
        (softmax,),
        (lambda z: scipy_softmax(z, axis=1),),
        (lambda z: np.exp(log_softmax(z, axis=-1)).tolist(),),
        (single(softmax),),
        (lambda z: 1 / np.exp(np.minimum(z[:, None, :] - z[:, :, None], 700)).sum(axis=2),),
    ],
    "04.3": [
        (loss_and_gradient,),
        (one_hot_loss,),
        (lambda z, y: list(loss_and_gradient(z, y)),),
        (loss_by_tape,),
        (changed(lambda v: [v], lambda g: [list(row) for row in np.float32(g)]),),
    ],
    "04.4": [
        (posterior,),
        (softmax_posterior,),
        (single(posterior),),
        (lambda x, m, s, p: np.array([softmax_posterior(v[None], m, s, p)[0] for v in x]),),
    ],
    "04.5": [
        (RIGHT_CHOICES,),
        (list(RIGHT_CHOICES),),
        ([" Squared", *(c.upper() for c in RIGHT_CHOICES[1:])],),
    ],
    "04.6": [
        (0.083, 0.056, 0.99),
        (1 / 12, -0.01 * np.log(0.01) - 0.99 * np.log(0.99), 81 / 82),
        (np.float32(0.0833), [0.0560], 0.9878),
    ],
}
