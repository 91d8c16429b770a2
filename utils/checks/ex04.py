"""Checks of assignment 04: entropy and divergence, softmax, its loss, posteriors, which loss."""

import numpy as np

from utils.checks import exercise
from utils.checks.compare import array, call, close, kind, number, require

BITS = 1 / np.log(2)


def _same(value, target, rtol=1e-6, atol=1e-9):
    return bool(np.allclose(value, target, rtol=rtol, atol=atol))


def _call(function, *args, name):
    """Call a student's function without the warnings that a logarithm of zero gives."""
    with np.errstate(all="ignore"):
        return call(function, *args, name=name)


def _number_or_nan(value, name):
    """Return a float that may be NaN or infinite, for messages of their own."""
    try:
        single = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return number(value, name)
    require(
        single.size == 1,
        f"{name} has {single.size} elements: it must be one number, the sum over all outcomes",
    )
    return single.item()


def _array_or_nan(value, shape, name):
    """Return an array that may hold NaN or infinity, for messages of their own."""
    try:
        result = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return array(value, shape, name)
    require(result.shape == shape, f"{name} has shape {result.shape}: it must have {shape}")
    return result


@exercise(
    "04.1",
    "Both are sums over the outcomes j: of p_j times a surprise, -ln p_j, or a difference of two.",
    "Select the outcomes with p > 0 first: p[p > 0]; the others contribute nothing.",
)
def _entropy(entropy, divergence):
    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.2, 0.6])
    H = -np.sum(p * np.log(p))
    h = _number_or_nan(_call(entropy, p, name="entropy"), "entropy(p)")
    _entropy_value(h, H)
    h = _number_or_nan(_call(entropy, np.array([0.0, 0.25, 0.75]), name="entropy"), "entropy(p)")
    require(
        np.isfinite(h),
        "entropy(p) is not finite where an outcome has p = 0: 0 · ln 0 must count as 0",
    )
    close(h, 0.5623351446, "entropy(p) is off where an outcome has p = 0: it must count as 0")
    name = "divergence(p, q)"
    d = _number_or_nan(_call(divergence, p, q, name="divergence"), name)
    _divergence_value(d, p, q)
    with_zero = np.array([0.0, 0.4, 0.6])
    d = _number_or_nan(_call(divergence, with_zero, q, name="divergence"), name)
    require(
        np.isfinite(d), f"{name} is not finite where p = 0 and q > 0: such an outcome costs nothing"
    )
    close(d, 0.4 * np.log(2), f"{name} is off where p = 0: such an outcome must count as 0")
    d = _number_or_nan(_call(divergence, p, with_zero, name="divergence"), name)
    require(
        d == np.inf,
        f"{name} must be infinite where q = 0 and p > 0: q excludes something that happens",
    )


def _entropy_value(h, H):
    name = "entropy(p)"
    require(not _same(h, -H), f"{name} has the wrong sign: surprises are positive")
    require(not _same(h, H * BITS), f"{name} is in bits: take the natural logarithm")
    require(not _same(h, -H * BITS), f"{name} has the wrong sign and is in bits, not in nats")
    require(not _same(h, H / np.log(10)), f"{name} uses the logarithm of base 10, not the natural")
    require(not _same(h, H / 3), f"{name} is a third of it for three outcomes: sum, not mean")
    close(h, H, f"{name} is not -Σ p ln p for a distribution of three outcomes")


def _divergence_value(d, p, q):
    name = "divergence(p, q)"
    D, back = np.sum(p * np.log(p / q)), np.sum(q * np.log(q / p))
    require(not _same(d, -D), f"{name} has the wrong sign: it is never negative")
    require(not _same(d, back), f"{name} has its arguments swapped: the mean is over p")
    require(not _same(d, -np.sum(p * np.log(q))), f"{name} is the cross-entropy: subtract H(p)")
    require(not _same(d, -np.sum(q * np.log(p))), f"{name} is a cross-entropy, and swapped")
    require(not _same(d, D * BITS), f"{name} is in bits: take the natural logarithm")
    require(not _same(d, D / 3), f"{name} is a third of it for three outcomes: sum, not mean")
    close(d, D, f"{name} is not Σ p ln(p/q) for two distributions of three outcomes")


@exercise(
    "04.2",
    "Softmax does not change when the same number is subtracted from all scores of a row.",
    "Reduce along the last axis with keepdims=True, so that the result still broadcasts.",
)
def _softmax(softmax):
    z = np.array([[0.3, -1.2, 2.0], [1.0, 1.5, -0.5], [0.0, 0.0, 0.7], [-2.0, 0.1, 0.4]])
    e = np.exp(z)
    f = array(_call(softmax, z, name="softmax"), name="softmax(z)")
    require(
        f.shape != z.T.shape,
        f"softmax(z) has shape {f.shape}, the transpose of z: one row for each example",
    )
    f = array(f, z.shape, name="softmax(z)")
    require(not _same(f, np.log(e / e.sum(1, keepdims=True))), "softmax(z) returns the logarithm")
    require(
        not _same(f, e / e.sum(0)),
        "softmax(z) is normalised over the wrong axis: its columns add up to 1, not its rows",
    )
    require(not _same(f, e / e.sum()), "softmax(z) is normalised over all rows together")
    require(not _same(f, 1 / (1 + 1 / e)), "softmax(z) is the sigmoid of each score by itself")
    require(
        not _same(f, np.exp(-z) / np.exp(-z).sum(1, keepdims=True)),
        "softmax(z) has the wrong sign: the largest score gets the smallest probability",
    )
    require(bool((f >= 0).all()), "softmax(z) has negative entries: they must be probabilities")
    close(f.sum(axis=1), 1, "the rows of softmax(z) do not add up to 1")
    close(f, e / e.sum(1, keepdims=True), "the ratio of two probabilities is not e^(z_i - z_j)")
    _softmax_far(softmax)


def _softmax_far(softmax):
    near = np.array([[0.0, 1.0, 3.0]])
    expected = np.exp(near) / np.exp(near).sum()
    for shift, trouble in ((1000.0, "overflows"), (-1000.0, "divides 0 by 0")):
        f = _call(softmax, near + shift, name="softmax")
        f = _array_or_nan(f, near.shape, "softmax(z)")
        require(
            bool(np.isfinite(f).all()),
            f"softmax(z) {trouble} for scores near {shift:.0f}: only differences may count",
        )
        close(f, expected, f"softmax(z) is off for scores near {shift:.0f}: differences count")
    f = _call(softmax, np.vstack([near + 1000, near - 1000]), name="softmax")
    f = _array_or_nan(f, (2, 3), "softmax(z)")
    require(
        _same(f, np.vstack([expected, expected])),
        "softmax(z) fails for rows of very different size: subtract from each row its own maximum",
    )


@exercise(
    "04.3",
    "The loss of a row is ln Σ exp(z_j) - z_y; the gradient in one row is f minus a one-hot row.",
    "f[np.arange(n), y] picks one entry of each row; a mean over n rows has 1/n in its gradient.",
)
def _loss(loss_and_gradient):
    z = np.array([[0.5, -1.0, 2.0], [1.5, 0.2, -0.3], [0.1, 0.4, 0.2], [-1.0, 0.0, 2.5]])
    y = np.array([0, 0, 1, 2])
    loss, gradient = _pair(_call(loss_and_gradient, z, y, name="loss_and_gradient"), z.shape)
    expected, slope = _reference(z, y)
    n = len(z)
    require(not _same(loss, -expected), "the loss has the wrong sign: -ln f is positive")
    require(not _same(loss, n * expected), "the loss is the sum over the rows: take their mean")
    require(not _same(loss, expected * BITS), "the loss is in bits: take the natural logarithm")
    require(
        not _same(loss, expected / z.shape[1]),
        "the loss is divided by the number of classes too: one entry of each row counts",
    )
    close(loss, expected, "the loss is not the mean of -ln f_y over the rows")
    require(not _same(gradient, -slope), "the gradient has the wrong sign")
    require(
        not _same(gradient, n * slope),
        "the gradient is that of the sum over the rows: the loss is their mean",
    )
    require(
        not _same(gradient, _probabilities(z) / n) and not _same(gradient, _probabilities(z)),
        "the gradient does not know the labels: only the probabilities are in it",
    )
    close(gradient, slope, "the gradient differs from the slope of the mean loss")
    far = np.array([[1000.0, 0.0], [0.0, 2000.0]])
    loss, gradient = _pair(
        _call(loss_and_gradient, far, np.array([1, 1]), name="loss_and_gradient"), far.shape, True
    )
    require(
        np.isfinite(loss) and bool(np.isfinite(gradient).all()),
        "loss or gradient is not finite for scores of 1000: never take the logarithm of a softmax",
    )
    close(loss, 500, "the loss is off for scores of 1000: it must grow with them")


def _pair(result, shape, may_overflow=False):
    pair = isinstance(result, tuple | list) and len(result) == 2
    require(
        pair, f"loss_and_gradient must return the pair loss, gradient; it returns {kind(result)}"
    )
    loss, gradient = result
    swapped = np.shape(loss) == shape and np.ndim(gradient) == 0
    require(not swapped, "the pair is in the wrong order: first the loss, then the gradient")
    try:
        loss, gradient = np.asarray(loss, dtype=float), np.asarray(gradient, dtype=float)
    except (TypeError, ValueError):
        number(loss, "the loss")
        array(gradient, shape, "the gradient")
        raise
    rows = loss.shape in ((shape[0],), (shape[0], 1))
    require(not rows, "the loss has one value for each row: return their mean")
    if may_overflow and loss.size == 1 and gradient.shape == shape:
        return loss.item(), gradient
    return number(loss, "the loss"), array(gradient, shape, "the gradient")


def _probabilities(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _reference(z, y):
    f, rows = _probabilities(z), np.arange(len(z))
    loss = -np.log(f[rows, y]).mean()
    f[rows, y] -= 1
    return loss, f / len(z)


@exercise(
    "04.4",
    "Bayes: the posterior odds are the ratio of the densities times the ratio of the priors.",
    "The logarithm of the odds is a sum of three differences; its sigmoid is the answer.",
)
def _posterior(posterior):
    x = np.array([-1.0, 0.0, 0.7, 1.5, 3.0])
    means, sigmas, priors = np.array([0.0, 1.5]), np.array([0.8, 1.3]), np.array([0.9, 0.1])
    f = _call(posterior, x, means, sigmas, priors, name="posterior")
    f = array(f, name="posterior(x, ...)")
    both = f.shape in ((5, 2), (2, 5))
    require(not both, "posterior(x, ...) returns both classes: return that of class 1, shape (n,)")
    f = array(f, x.shape, name="posterior(x, ...)")
    right = _bayes(x, means, sigmas, priors)
    joint = priors[1] * np.exp(-(((x - means[1]) / sigmas[1]) ** 2) / 2) / sigmas[1]
    require(not _same(f, 1 - right), "posterior(x, ...) is that of class 0, not of class 1")
    require(
        not _same(f, _bayes(x, means, sigmas, [0.5, 0.5])),
        "posterior(x, ...) forgets the priors: it is right for equal ones only",
    )
    require(
        not _same(f, _bayes(x, means, sigmas, priors[::-1])),
        "posterior(x, ...) takes the prior of the other class",
    )
    require(
        not _same(f, _bayes(x, means, sigmas, priors * sigmas)),
        "posterior(x, ...) forgets the factor 1/σ of a normal density",
    )
    require(
        not _same(f, _bayes(x, means, np.sqrt(sigmas), priors)),
        "posterior(x, ...) takes sigma as a variance: it is the standard deviation",
    )
    require(
        not _same(f, _bayes(x, means, sigmas / np.sqrt(2), priors)),
        "posterior(x, ...) lacks the factor ½ in the exponent of the normal density",
    )
    unnormalised = _same(f, joint) or _same(f, joint / np.sqrt(2 * np.pi))
    require(not unnormalised, "posterior(x, ...) is not divided by the sum over both classes")
    require(bool(((f >= 0) & (f <= 1)).all()), "posterior(x, ...) leaves the interval from 0 to 1")
    close(f, right, "posterior(x, ...) differs from Bayes' theorem with normal densities")
    far = np.array([-400.0, 400.0])
    f = _call(posterior, far, means, sigmas, priors, name="posterior")
    f = _array_or_nan(f, far.shape, "posterior(x, ...)")
    require(
        bool(np.isfinite(f).all()),
        "posterior(x, ...) is not finite far from both means, where both densities are 0 for the "
        "computer: work with their logarithms",
    )
    close(f, _bayes(far, means, sigmas, priors), "posterior(x, ...) is off far from both means")


def _bayes(x, means, sigmas, priors):
    log = [np.log(p) - np.log(s) - ((x - m) / s) ** 2 / 2 for m, s, p in zip(means, sigmas, priors)]
    return np.exp(log[1] - np.logaddexp(*log))


LOSSES = ("squared", "absolute", "cross-entropy", "hinge embedding", "margin ranking")
QUESTIONS = (
    ({"squared"}, "sums of many events need an estimate without bias: which loss gives the mean?"),
    ({"absolute"}, "a few wild values must not count by their size: which estimate ignores it?"),
    ({"cross-entropy"}, "a probability is asked for: which loss is lowest at the posterior?"),
    ({"hinge embedding"}, "the label says only whether two things are alike or different"),
    ({"margin ranking"}, "the label says only which of two comes first, not by how much"),
)


@exercise(
    "04.5",
    "Ask for each: what is the label, and which property of p(y|x) is wanted?",
    "Each of the five losses is used once.",
)
def _which(choices):
    require(
        isinstance(choices, tuple | list | np.ndarray) and np.ndim(choices) == 1,
        f"choices must be a tuple of five names, and it is {kind(choices)}",
    )
    require(len(choices) == 5, f"choices has {len(choices)} entries: there are five questions")
    for letter, choice, (right, reason) in zip("abcde", choices, QUESTIONS):
        require(choice is not Ellipsis, f"question ({letter}) has no answer yet")
        require(
            isinstance(choice, str),
            f"the answer to ({letter}) is {kind(choice)}: write a name in quotes",
        )
        name = choice.strip().lower()
        require(
            name in LOSSES,
            f"{choice!r} in answer ({letter}) is none of the names {', '.join(LOSSES)}",
        )
        require(name in right, f"{name!r} does not answer ({letter}): {reason}")


@exercise(
    "04.6",
    "The odds of the posterior are the odds of the scores times the odds of the priors.",
    "0.9 are odds of 9 to 1, a score of ln 9; shuffled labels leave the entropy of the priors.",
)
def _predict(p_rare, loss_shuffled, p_doubled):
    p = number(p_rare, "p_rare")
    require(0 <= p <= 1, "p_rare is a probability: it lies between 0 and 1")
    require(not _same(p, 0.9, 1e-3), "p_rare has not changed, but the priors have")
    require(not _same(p, 0.009, 1e-2), "p_rare is not normalised: background is rescaled too")
    require(not _same(p, 0.9989, 2e-4), "p_rare has grown, although signal has become rare")
    close(p, 1 / 12, "p_rare is off: what do 9 to 1 become when signal is 99 times rarer?", 0.02)
    h = number(loss_shuffled, "loss_shuffled")
    nats = -0.01 * np.log(0.01) - 0.99 * np.log(0.99)
    require(h >= 0, "loss_shuffled is negative: -ln f of a probability is not")
    require(not _same(h, nats * BITS, 1e-2), "loss_shuffled is in bits: it must be in nats")
    require(not _same(h, np.log(2), 2e-2), "loss_shuffled is that of equal priors; here 1 : 99")
    require(
        not _same(h, 0, atol=1e-3),
        "loss_shuffled vanishes only for labels that are certain, and these are not",
    )
    close(h, nats, "loss_shuffled is off: what can be learned when x is no help?", 0.02)
    p = number(p_doubled, "p_doubled")
    require(0 <= p <= 1, "p_doubled is a probability: scores are doubled, not probabilities")
    require(not _same(p, 0.9, 1e-3), "p_doubled has not changed: a decision does not, this does")
    require(not _same(p, 0.81, 1e-3), "p_doubled is squared but not normalised")
    close(p, 81 / 82, "p_doubled is off: what happens to the odds when a score is doubled?", 0.004)
