"""Answers to assignment 04: typical wrong ones with their message, right ones in other forms."""

import sys
import types

import numpy as np
from scipy.special import expit, log_softmax, logsumexp, rel_entr, xlogy
from scipy.special import softmax as scipy_softmax
from scipy.stats import entropy as scipy_entropy
from scipy.stats import norm

BIT = np.log(2)


def price(p, q):
    with np.errstate(divide="ignore"):
        return np.sum(p[p > 0] * (np.log2(p[p > 0]) - np.log2(q[p > 0])))


def loop_price(p, q):
    total = 0.0
    for a, b in zip(p, q):
        if a > 0:
            total += a * np.log2(a / b) if b > 0 else np.inf
    return total


def mean_surprise(p):
    return -xlogy(p, p).sum() / BIT


def information(table):
    remains = mean_surprise(table) - mean_surprise(table.sum(axis=1))
    return mean_surprise(table.sum(axis=0)) - remains


def loop_information(table):
    known = 0.0
    for row in table:
        if row.any():
            known += row.sum() * scipy_entropy(row / row.sum(), base=2)
    return scipy_entropy(table.sum(axis=0), base=2) - known


def blind_information(table):
    with np.errstate(divide="ignore", invalid="ignore"):
        product = table.sum(axis=1, keepdims=True) * table.sum(axis=0)
        return np.sum(table * np.log2(table / product))


def unweighted(table):
    rows = [row / row.sum() for row in table if row.any()]
    return mean_surprise(table.sum(axis=0)) - np.mean([mean_surprise(row) for row in rows])


def boltzmann(E, T):
    z = -E / T[:, None]
    return scipy_softmax(z, axis=1), -T * logsumexp(z, axis=1)


def naive_boltzmann(E, T):
    weight = np.exp(-E / T[:, None])
    total = weight.sum(axis=1)
    return weight / total[:, None], -T * np.log(total)


def half_naive(E, T):
    return boltzmann(E, T)[0], naive_boltzmann(E, T)[1]


def loop_boltzmann(E, T):
    p, F = [], []
    for levels, t in zip(E, T):
        lowest = min(levels)
        weights = [np.exp(-(e - lowest) / t) for e in levels]
        p.append([w / sum(weights) for w in weights])
        F.append(lowest - t * np.log(sum(weights)))
    return p, F


def boltzmann_by_keras(E, T):
    import keras

    z = keras.ops.convert_to_tensor(-E / T[:, None])
    return keras.ops.softmax(z, axis=1), -T * keras.ops.logsumexp(z, axis=1).numpy()


def spoilt(right, first=lambda v, *inputs: v, second=lambda v, *inputs: v):
    """Return a function of a pair with its results spoilt."""

    def wrong(*inputs):
        one, other = right(*inputs)
        return first(one, *inputs), second(other, *inputs)

    return wrong


def without_lowest(F, E, T):
    return F - E.min(axis=1)


def mean_energy(F, E, T):
    return (boltzmann(E, T)[0] * E).sum(axis=1)


def loss_and_gradient(z, y, w):
    rows, share = np.arange(len(y)), w / w.sum()
    gradient = scipy_softmax(z, axis=1)
    gradient[rows, y] -= 1
    return -(share * log_softmax(z, axis=1)[rows, y]).sum(), share[:, None] * gradient


def naive_loss(z, y, w):
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    lost = -np.log(p[np.arange(len(y)), y])
    return np.average(lost, weights=w), loss_and_gradient(z, y, w)[1]


def one_hot_loss(z, y, w):
    true = np.eye(z.shape[1])[y]
    lost = -(true * log_softmax(z, axis=1)).sum(axis=1)
    slopes = scipy_softmax(z, axis=1) - true
    return np.average(lost, weights=w), (w * slopes.T).T / w.sum()


def losses(z, y):
    return -log_softmax(z, axis=1)[np.arange(len(y)), y]


def of_loss(wrong):
    return spoilt(loss_and_gradient, first=wrong)


def of_gradient(wrong):
    return spoilt(loss_and_gradient, second=wrong)


def loss_by_tape(z, y, w):
    import tensorflow as tf

    z, w = tf.constant(z, "float32"), tf.constant(w, "float32")
    with tf.GradientTape() as tape:
        tape.watch(z)
        lost = tf.nn.sparse_softmax_cross_entropy_with_logits(y, z)
        loss = tf.reduce_sum(w * lost) / tf.reduce_sum(w)
    return loss, tape.gradient(loss, z)


def posterior(x, means, widths, priors):
    log = [np.log(p) - np.log(s) - ((x - m) / s) ** 2 / 2 for m, s, p in zip(means, widths, priors)]
    return 1 / (1 + np.exp(np.minimum(log[0] - log[1], 700)))


def log_odds(x, means, widths, priors):
    log = norm.logpdf(x[:, None], means, widths) + np.log(priors)
    return log[:, 1] - log[:, 0]


def softmax_posterior(x, means, widths, priors):
    return scipy_softmax(norm.logpdf(x[:, None], means, widths) + np.log(priors), axis=1)[:, 1]


def naive_posterior(x, means, widths, priors):
    joint = norm.pdf(x[:, None], means, widths) * priors
    return joint[:, 1] / joint.sum(axis=1)


def quantile_loss(y, guess, a=0.9):
    import keras

    return keras.ops.maximum(a * (y - guess), (a - 1) * (y - guess))


def where_loss(y, guess, a=0.9):
    import keras

    r = guess - y
    return keras.ops.mean(keras.ops.where(r > 0, (1 - a) * r, -a * r))


def tilted_loss(y, guess, a=0.9):
    return abs(y - guess) + (2 * a - 1) * (y - guess)


def _build():
    import keras

    def line(slope, bias=0.0, units=1):
        made = keras.Sequential([keras.Input((1,)), keras.layers.Dense(units)])
        weights = made.get_weights()
        made.set_weights([np.full_like(weights[0], slope), np.full_like(weights[1], bias)])
        return made

    store, at_rest = types.SimpleNamespace(), 2.2
    store.right = line(at_rest * np.log(10))
    store.near = line(at_rest * np.log(10) * 1.03, 0.1)
    store.mean, store.median = line(at_rest), line(at_rest * np.log(2) * 1.02)
    store.early = line(-at_rest * np.log(0.9))
    store.untrained, store.level = line(0.01), line(0.0, 12.0)
    store.off, store.wide = line(at_rest * np.log(10), 1.5), line(at_rest, units=2)
    store.diverged = line(np.nan)
    return store


models = sys.modules.get("answers_04_models")
if models is None:
    models = sys.modules["answers_04_models"] = _build()


def share_needed(stated, wanted):
    odds = wanted / (1 - wanted) / (stated / (1 - stated))
    return odds / (1 + odds)


def share_by_logs(stated, wanted):
    return expit(np.log(wanted / (1 - wanted)) - np.log(stated / (1 - stated)))


def forward(stated, wanted):
    return stated * wanted / (stated * wanted + (1 - stated) * (1 - wanted))


def sharpen(p, factor):
    return scipy_softmax(factor * np.log(p), axis=1)


def powers(p, factor):
    return p**factor / (p**factor).sum(axis=1, keepdims=True)


def scaled_powers(p, factor):
    ratio = (p / p.max(axis=1, keepdims=True)) ** factor
    return (ratio / ratio.sum(axis=1, keepdims=True)).tolist()


def single(function):
    """Return a function that computes in float32."""

    def rounded(*arguments):
        floats = (isinstance(a, np.ndarray) and a.dtype.kind == "f" for a in arguments)
        return function(
            *(np.float32(a) if is_float else a for a, is_float in zip(arguments, floats))
        )

    return rounded


STAYS = ("accuracy", "order of classes", "sum over classes")
HALF = np.array([0.5, 0.5])

WRONG = {
    "04.1": [
        ((lambda p, q: -price(p, q), information), "has the wrong sign"),
        ((lambda p, q: price(q, p), information), "arguments swapped"),
        ((lambda p, q: -np.sum(p * np.log2(q)), information), "subtract H(p)"),
        ((lambda p, q: -np.sum(q * np.log2(p)), information), "and swapped"),
        ((lambda p, q: BIT * price(p, q), information), "in nats: in bits it is larger"),
        ((lambda p, q: BIT**2 * price(p, q), information), "one bit is ln 2 nats, so divide"),
        ((lambda p, q: np.log10(2) * price(p, q), information), "base 10"),
        ((lambda p, q: np.sum(p * np.log2(p / q)), information), "not finite where p = 0"),
        ((lambda p, q: price(p, np.maximum(q, 1e-12)), information), "must be infinite"),
        ((lambda p, q: price(p, q) + 0.1 * np.sum(p == 0), information), "must count as 0"),
        ((lambda p, q: np.inf if (q == 0).any() else price(p, q), information), "where p = q = 0"),
        ((lambda p, q: price(p, q) / len(p), information), "sum, not mean"),
        ((lambda p, q: price(p, q) + 1, information), "is not Σ p log2(p/q)"),
        ((lambda p, q: np.nan, information), "nan: it must be finite"),
        ((lambda p, q: p * np.log2(p / q), information), "3 elements"),
        ((lambda p: 0.5, information), "raises TypeError"),
        ((0.0588, information), "must be a function"),
        ((price, blind_information), "not finite where a bin is empty"),
        ((price, lambda t: -information(t)), "has the wrong sign"),
        ((price, lambda t: BIT * information(t)), "information(table) is in nats"),
        ((price, lambda t: mean_surprise(t.sum(axis=0))), "subtract what remains"),
        ((price, lambda t: mean_surprise(t.sum(axis=0)) - information(t)), "unknown before?"),
        ((price, lambda t: mean_surprise(t.sum(axis=1))), "the entropy of x"),
        ((price, mean_surprise), "the entropy of the whole table"),
        ((price, unweighted), "each counts by its probability"),
        ((price, lambda t: information(t) + 0.1 * (t == 0).any()), "it must count as 0"),
        ((price, lambda t: information(t) + 0.1), "minus the mean entropy"),
    ],
    "04.2": [
        ((naive_boltzmann,), "p is not finite where |E|/T is large"),
        ((half_naive,), "F is not finite where |E|/T is large"),
        ((lambda E, T: boltzmann(E, T)[::-1],), "wrong order"),
        ((lambda E, T: boltzmann(E, T)[0],), "must return the pair"),
        ((spoilt(boltzmann, lambda p, *_: p.T),), "p of boltzmann is transposed"),
        ((spoilt(boltzmann, lambda p, E, T: scipy_softmax(E / T[:, None], axis=1)),), "lowest"),
        ((spoilt(boltzmann, lambda p, E, T: scipy_softmax(-E, axis=1)),), "the temperature"),
        ((spoilt(boltzmann, lambda p, E, T: boltzmann(E, 1 / T)[0]),), "multiplies"),
        (
            (spoilt(boltzmann, lambda p, E, T: scipy_softmax(-E / T[:, None], axis=0)),),
            "rows must add up to 1",
        ),
        ((spoilt(boltzmann, lambda p, E, T: scipy_softmax(-E / T[:, None])),), "all rows together"),
        ((spoilt(boltzmann, lambda p, E, T: log_softmax(-E / T[:, None], axis=1)),), "logarithm"),
        ((spoilt(boltzmann, lambda p, E, T: -E / T[:, None]),), "negative entries"),
        ((spoilt(boltzmann, lambda p, *_: 2 * p),), "do not add up to 1"),
        ((spoilt(boltzmann, lambda p, E, T: scipy_softmax(-E / 2, axis=1)),), "the ratio of two"),
        ((lambda E, T: boltzmann(np.clip(E, -99, 99), T),), "p is off where |E|/T is large"),
        ((spoilt(boltzmann, second=lambda F, *_: F[:, None]),), "F is a column"),
        ((spoilt(boltzmann, second=lambda F, *_: F.sum()),), "F is one number"),
        ((spoilt(boltzmann, second=lambda F, *_: -F),), "F of boltzmann has the wrong sign"),
        ((spoilt(boltzmann, second=lambda F, E, T: F / T),), "F forgets the factor T"),
        ((spoilt(boltzmann, second=lambda F, E, T: -F / T),), "F is ln Z"),
        ((spoilt(boltzmann, second=without_lowest),), "add it again"),
        ((spoilt(boltzmann, second=lambda F, E, T: 2 * E.min(axis=1) - F),), "above the lowest"),
        ((spoilt(boltzmann, second=mean_energy),), "F is the mean energy"),
        ((spoilt(boltzmann, second=lambda F, E, T: 2 * mean_energy(F, E, T) - F),), "F = U - TS"),
        ((spoilt(boltzmann, second=lambda F, *_: np.maximum(F, -999)),), "F is off where |E|/T"),
        ((spoilt(boltzmann, second=lambda F, *_: F + 1),), "F is not -T ln"),
    ],
    "04.3": [
        ((of_loss(lambda v, *_: -v),), "the loss of loss_and_gradient has the wrong sign"),
        ((of_loss(lambda v, z, y, w: losses(z, y).mean()),), "does not know the weights"),
        ((of_loss(lambda v, z, y, w: v * w.sum()),), "the loss is the weighted sum"),
        ((of_loss(lambda v, z, y, w: v * w.sum() / len(w)),), "not the number of rows"),
        ((of_loss(lambda v, *_: v / BIT),), "the loss is in bits"),
        ((of_loss(lambda v, z, y, w: losses(z, y)),), "one loss for each row"),
        ((of_loss(lambda v, *_: v + 1),), "is not the weighted mean of -ln p_y"),
        ((of_gradient(lambda g, *_: -g),), "gradient of loss_and_gradient has the wrong sign"),
        ((of_gradient(lambda g, z, y, w: w.sum() * g),), "that of the weighted sum"),
        ((of_gradient(lambda g, z, y, w: g * w.sum() / w[:, None]),), "must have its weight"),
        ((of_gradient(lambda g, z, y, w: g * w.mean() / w[:, None]),), "not know the weights"),
        (
            (of_gradient(lambda g, z, y, w: g * w.mean()),),
            "divide the gradient by the sum of the weights",
        ),
        ((of_gradient(lambda g, z, *_: scipy_softmax(z, axis=1)),), "does not know the labels"),
        ((of_gradient(lambda g, *_: g.T),), "is transposed: its shape must be (4, 3)"),
        ((of_gradient(lambda g, *_: g[:-1].tolist() + [[1.0]]),), "in rows of equal length"),
        ((of_gradient(lambda g, *_: np.where(abs(g) > 0.7, np.nan, g)),), "never take the"),
        ((of_gradient(lambda g, *_: g + 0.1),), "differs from the slope"),
        ((lambda z, y, w: loss_and_gradient(z, y, w)[::-1],), "wrong order"),
        ((lambda z, y, w: loss_and_gradient(z, y, w)[0],), "must return the pair"),
        ((naive_loss,), "not finite for scores of 1000"),
        ((lambda z, y, w: loss_and_gradient(np.clip(z, -99, 99), y, w),), "must grow with them"),
    ],
    "04.4": [
        ((lambda x, m, s, p: posterior(x, m, s, HALF),), "forgets the priors"),
        ((lambda x, m, s, p: posterior(x, m, s, p[::-1]),), "prior of the other class"),
        ((lambda x, m, s, p: 1 - posterior(x, m, s, p),), "that of class 0"),
        ((log_odds,), "returns the log-odds"),
        ((lambda x, m, s, p: posterior(x, m, s, p * s),), "the factor 1/s"),
        ((lambda x, m, s, p: posterior(x, m, np.sqrt(s), p),), "as variances"),
        ((lambda x, m, s, p: posterior(x, m, s / np.sqrt(2), p),), "factor ½"),
        ((lambda x, m, s, p: p[1] * norm.pdf(x, m[1], s[1]),), "not divided by the sum"),
        ((lambda x, m, s, p: norm.pdf(x, m[1], s[1]) / norm.pdf(x, m[0], s[0]),), "leaves the"),
        ((lambda x, m, s, p: norm.cdf(x, m[1], s[1]),), "differs from Bayes"),
        ((naive_posterior,), "where both densities are 0"),
        ((lambda x, m, s, p: np.nan_to_num(naive_posterior(x, m, s, p)),), "is off far from"),
        ((lambda x, m, s, p: np.stack([posterior(x, m, s, p)] * 2, axis=1),), "both classes"),
        ((lambda x, m, s, p: posterior(x, m, s, p)[0],), "has shape ()"),
    ],
    "04.5": [
        ((lambda y, guess, a=0.9: quantile_loss(y, guess, 1 - a), models.right), "are exchanged"),
        ((lambda y, guess, a=0.9: abs(y - guess), models.right), "that is the median"),
        ((lambda y, guess, a=0.9: (y - guess) ** 2, models.right), "that is the mean"),
        ((lambda y, guess, a=0.9: -quantile_loss(y, guess, a), models.right), "rise to both sides"),
        ((lambda y, guess, a=0.9: a * (y - guess), models.right), "rise to both sides"),
        ((lambda y, guess, a=0.9: quantile_loss(y, guess, 0.9), models.right), "for a = 0.25"),
        ((lambda y, guess, a=0.9: quantile_loss(y, guess, a**2), models.right), "lowest where 81"),
        ((lambda y, guess, a=0.9: 0 * y, models.right), "does not depend on the guess"),
        ((lambda y, guess, a=0.9: y / 0, models.right), "NaN or infinity"),
        ((lambda y, guess, a=0.9: y[:3], models.right), "has shape (3, 1)"),
        ((lambda y, guess: abs(y - guess), models.right), "raises TypeError"),
        ((quantile_loss, 5.06), "must be a Keras model"),
        ((quantile_loss, models.wide), "has shape (14, 2)"),
        ((quantile_loss, models.diverged), "contains NaN"),
        ((quantile_loss, models.mean), "returns the mean"),
        ((quantile_loss, models.median), "returns the median"),
        ((quantile_loss, models.early), "90 % exceed"),
        ((quantile_loss, models.level), "nearly the same for every gamma"),
        ((quantile_loss, models.off), "off by more than 10 %"),
        ((quantile_loss, models.untrained), "off by more than 10 %"),
    ],
    "04.6": [
        ((forward, sharpen, STAYS), "goes forward"),
        ((lambda s, w: 1 - share_needed(s, w), sharpen, STAYS), "the share of background"),
        ((lambda s, w: w / (1 - w) * (1 - s) / s, sharpen, STAYS), "returns odds: a share"),
        ((lambda s, w: w / (1 - w) * s / (1 - s), sharpen, STAYS), "they grow with"),
        ((lambda s, w: w / s / 2, sharpen, STAYS), "only odds are proportional"),
        ((lambda s, w: share_needed(s, w) + 1, sharpen, STAYS), "from 0 to 1"),
        ((lambda s, w: share_needed(s, w) ** 2, sharpen, STAYS), "share_needed is off"),
        ((share_needed, powers, STAYS), "divides 0 by 0"),
        ((share_needed, lambda p, a: p, STAYS), "has no effect"),
        ((share_needed, lambda p, a: a * p, STAYS), "multiplies the probabilities"),
        ((share_needed, lambda p, a: p**a, STAYS), "do not add up to 1"),
        ((share_needed, lambda p, a: 0.3 * p**a, STAYS), "do not add up to 1"),
        ((share_needed, lambda p, a: scipy_softmax(a * p, axis=1), STAYS), "takes p as scores"),
        ((share_needed, lambda p, a: sharpen(p, 1 / a), STAYS), "is not the softmax of factor"),
        ((share_needed, sharpen, STAYS[:2]), "not exactly what stays"),
        ((share_needed, sharpen, (*STAYS, "calibration")), "not exactly what stays"),
        ((share_needed, sharpen, ("mean loss",)), "not exactly what stays"),
        ((share_needed, sharpen, (*STAYS, "loss")), "must be one of accuracy"),
        ((share_needed, sharpen, "accuracy"), "must be a tuple"),
        ((share_needed, sharpen, (1, 2)), "must be text in quotes"),
    ],
}

RIGHT = {
    "04.1": [
        (price, information),
        (lambda p, q: rel_entr(p, q).sum() / BIT, loop_information),
        (loop_price, lambda t: [float(information(t))]),
        (single(price), single(information)),
        (lambda p, q: scipy_entropy(p, q, base=2), information),
    ],
    "04.2": [
        (boltzmann,),
        (loop_boltzmann,),
        (boltzmann_by_keras,),
        (single(boltzmann),),
        (lambda E, T: list(boltzmann(E, T)),),
    ],
    "04.3": [
        (loss_and_gradient,),
        (one_hot_loss,),
        (lambda z, y, w: list(loss_and_gradient(z, y, w)),),
        (loss_by_tape,),
        (spoilt(loss_and_gradient, lambda v, *_: [v], lambda g, *_: np.float32(g).tolist()),),
    ],
    "04.4": [
        (posterior,),
        (softmax_posterior,),
        (single(posterior),),
        (lambda *inputs: expit(log_odds(*inputs)),),
        (lambda x, m, s, p: np.array([softmax_posterior(v[None], m, s, p)[0] for v in x]),),
    ],
    "04.5": [
        (quantile_loss, models.right),
        (where_loss, models.near),
        (tilted_loss, models.right),
        (lambda y, guess, a=0.9: np.where(guess > y, (1 - a) * (guess - y), a * (y - guess)),
         models.right),
    ],
    "04.6": [
        (share_needed, sharpen, STAYS),
        (share_by_logs, scaled_powers, list(STAYS[::-1])),
        (lambda s, w: [share_needed(s, w)], single(sharpen), set(STAYS)),
    ],
}  # fmt: skip
