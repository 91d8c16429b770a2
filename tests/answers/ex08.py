"""Wrong and right answers of assignment 08, with the message that each wrong one must get."""

import sys
import types

import numpy as np

# 08.1


def targets(y, k, eps, *, own=True, share=None, floor=None):
    """The right answer, with handles for typical mistakes."""
    one = np.eye(k)[y]
    t = (1 - eps) * one + (eps / k if share is None else share(k, eps)) * (1 if own else 1 - one)
    p = (1 - eps) * np.eye(k) + eps / k
    entropy = -np.sum(p[0] * np.log(np.where(p[0] > 0, p[0], 1)))
    return t, entropy if floor is None else floor(entropy, p[0], len(y))


def targets_with(**mistake):
    return lambda y, k, eps: targets(y, k, eps, **mistake)


def targets_hard(y, k, eps):
    return np.eye(k)[y], targets(y, k, eps)[1]


def targets_transposed(y, k, eps):
    t, floor = targets(y, k, eps)
    return t.T, floor


def targets_from_largest(y, k, eps):
    return targets(y, y.max() + 1, eps)


def targets_from_one(y, k, eps):
    t, floor = targets(y, k, eps)
    return np.roll(t, -1, axis=1), floor


def targets_shuffled(y, k, eps):
    return targets(np.sort(y), k, eps)


def targets_nan(y, k, eps):
    t, _ = targets(y, k, eps)
    with np.errstate(all="ignore"):
        return t, -np.mean(np.sum(t * np.log(t), axis=1))


def targets_lists(y, k, eps):
    rows = [[(1 - eps) * (label == j) + eps / k for j in range(k)] for label in y.tolist()]
    return rows, -sum(p * np.log(p) for p in rows[0] if p > 0)


def targets_tensor(y, k, eps):
    import tensorflow as tf

    t = (1 - eps) * tf.one_hot(y, k) + eps / k
    return t, tf.reduce_mean(tf.keras.losses.categorical_crossentropy(t, t))


# 08.2


def log_softmax(z, axis=2):
    z = z - z.max(axis=axis, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


def looks(z):
    return np.logaddexp.reduce(log_softmax(z), axis=0) - np.log(len(z))


def looks_overflow(z):
    p = np.exp(z) / np.exp(z).sum(axis=2, keepdims=True)
    return np.log(p.mean(axis=0))


def looks_common_shift(z):
    return looks_overflow(z - z.max())


def looks_underflow(z):
    return np.log(np.exp(log_softmax(z)).mean(axis=0))


def looks_average_scores(z):
    return log_softmax(z.mean(axis=0), 1)


def looks_loop(z):
    rows = []
    for i in range(z.shape[1]):
        row = []
        for c in range(z.shape[2]):
            a = [look[i, c] - max(look[i]) - np.log(np.sum(np.exp(look[i] - max(look[i]))))
                 for look in z]  # fmt: skip
            row.append(max(a) + np.log(np.mean([np.exp(v - max(a)) for v in a])))
        rows.append(row)
    return rows


def looks_by_tensorflow(z):
    import tensorflow as tf

    return tf.reduce_logsumexp(tf.nn.log_softmax(z), axis=0) - np.log(len(z))


# 08.3


def hinge(
    w, x, y, delta, penalty, *, own=0, mean=True, lam=2.0, half=1.0, sign=1, pull=1, worst=False,
    power=2, force=None,
):  # fmt: skip
    """The right answer, with handles for typical mistakes."""
    rows, n = np.arange(len(y)), len(y) if mean else 1
    excess = x @ w - (x @ w)[rows, y][:, None] + delta
    excess[rows, y] = own * delta
    each = np.maximum(0, excess)
    loss = (each.max(axis=1) ** power if worst else (each**power).sum(axis=1)).sum() / n
    each[rows, y] = 0
    slope = 2 * each if force is None else force(each)
    slope[rows, y] = -pull * slope.sum(axis=1)
    gradient = x.T @ slope / n + lam * penalty * w
    return loss + half * penalty * (w**2).sum(), sign * gradient


def hinge_with(**mistake):
    return lambda w, x, y, delta, penalty: hinge(w, x, y, delta, penalty, **mistake)


def hinge_transposed(*inputs):
    loss, gradient = hinge(*inputs)
    return loss, gradient.T


def hinge_loss_only(*inputs):
    return hinge(*inputs)[0]


def hinge_ignores_delta(w, x, y, delta, penalty):
    return hinge(w, x, y, 1, penalty)


def hinge_sums_gradient(w, x, y, delta, penalty):
    return hinge(w, x, y, delta, penalty)[0], hinge(w, x, y, delta, penalty, mean=False)[1]


def hinge_squares_the_sum(w, x, y, delta, penalty):
    excess = np.maximum(0, x @ w - (x @ w)[np.arange(len(y)), y][:, None] + delta)
    each = (excess.sum(axis=1) - delta) ** 2
    return each.mean() + penalty * (w**2).sum(), hinge(w, x, y, delta, penalty)[1]


def hinge_loops(w, x, y, delta, penalty):
    loss, gradient = penalty * np.sum(w * w), 2 * penalty * w
    for image, label in zip(x, y):
        z = image @ w
        for j in range(len(z)):
            excess = z[j] - z[label] + delta
            if j != label and excess > 0:
                loss += excess**2 / len(y)
                gradient[:, j] += 2 * excess * image / len(y)
                gradient[:, label] -= 2 * excess * image / len(y)
    return [float(loss), gradient]


def hinge_by_tape(w, x, y, delta, penalty, numpy=True):
    import tensorflow as tf

    v = tf.Variable(w)
    with tf.GradientTape() as tape:
        z = tf.matmul(tf.constant(x), v)
        correct = tf.gather(z, y, batch_dims=1)[:, None]
        each = tf.reduce_sum(tf.nn.relu(z - correct + delta) ** 2, axis=1) - delta**2
        loss = tf.reduce_mean(each) + penalty * tf.reduce_sum(v * v)
    gradient = tape.gradient(loss, v)
    return (loss.numpy(), gradient.numpy()) if numpy else (loss, gradient)


# 08.4


def accuracy_with(error=None, share=None, clustered=None):
    """Return an answer with the right share or errors, unless a mistake is given."""

    def answer(scores, y, writer):
        right = scores.argmax(axis=1) == y
        p, n = np.mean(right), len(y)
        d = np.array([np.sum(right[writer == w] - p) for w in np.unique(writer)])
        one = error(p, n) if error else np.sqrt(p * (1 - p) / n)
        two = clustered(d, n) if clustered else np.sqrt(len(d) * d.var(ddof=1)) / n
        return share(p, n) if share else p, one, two

    return answer


def accuracy_along_images(scores, y, writer):
    p = np.mean(scores.argmax(axis=0) == y[: scores.shape[1]])
    return p, np.sqrt(p * (1 - p) / len(y)), 0.1


def accuracy_by_writers(of_writers, mean=False):
    """Return an answer whose last error, or accuracy, is made of the writers' own accuracies."""

    def answer(scores, y, writer):
        right = scores.argmax(axis=1) == y
        shares = np.array([np.mean(right[writer == w]) for w in np.unique(writer)])
        p, one, two = accuracy_with()(scores, y, writer)
        return (of_writers(shares), one, two) if mean else (p, one, of_writers(shares))

    return answer


def accuracy_with_gaps(scores, y, writer):
    right = scores.argmax(axis=1) == y
    d = np.bincount(writer, right - right.mean())
    return accuracy_with(clustered=lambda _, n: np.sqrt(len(d)) * d.std(ddof=1) / n)(
        scores, y, writer
    )


def accuracy_in_runs(scores, y, writer):
    right, d = scores.argmax(axis=1) == y, []
    for k, w in enumerate(writer):
        if k == 0 or w != writer[k - 1]:
            d.append(0)
        d[-1] += right[k] - right.mean()
    return accuracy_with(clustered=lambda _, n: np.sqrt(len(d)) * np.std(d, ddof=1) / n)(
        scores, y, writer
    )


def accuracy_sample_deviation(scores, y, writer):
    right = scores.argmax(axis=1) == y
    return right.mean(), right.std(ddof=1) / np.sqrt(len(y)), accuracy_with()(scores, y, writer)[2]


def accuracy_counts(scores, y, writer):
    hits, total = {}, {}
    for row, label, w in zip(scores, y, writer.tolist()):
        total[w] = total.get(w, 0) + 1
        hits[w] = hits.get(w, 0) + int(np.argmax(row) == label)
    n, g, right = len(y), len(total), sum(hits.values())
    away = sum((hits[w] - right / n * total[w]) ** 2 for w in total)
    return right / n, (right * (n - right) / n**3) ** 0.5, (g / (g - 1) * away) ** 0.5 / n


def accuracy_matrix(scores, y, writer):
    hand = np.unique(writer)[:, None] == writer
    right = 1.0 * (np.argmax(scores, axis=1) == y)
    p, one, _ = accuracy_with()(scores, y, writer)
    d = hand @ right - p * hand.sum(axis=1)
    return [p, one, np.linalg.norm(d) * np.sqrt(len(d) / (len(d) - 1)) / len(y)]


# 08.5: networks whose weights are found by linear algebra, in seconds


def _build():
    """Return Keras models: random hidden units with a last layer from least squares."""
    import keras
    from keras import layers

    from utils.simulate.digits import stand_in

    (x, y), _ = stand_in()
    x, targets = np.float32(x.reshape(-1, 784) / 255), np.eye(10)[y]

    def solve(features):
        a = np.hstack([features, np.ones((len(features), 1))]).astype(float)
        w = np.linalg.solve(a.T @ a + 1e-3 * len(a) * np.eye(a.shape[1]), a.T @ targets)
        return w[:-1], w[-1]

    keras.utils.set_random_seed(0)

    def model(shape, *more, hidden=True, activation=None, scale=1.0):
        made = keras.Sequential([keras.Input(shape), layers.Flatten(), *more])
        if hidden:
            first = layers.Dense(3000, activation="relu")
            made.add(first)
            first.set_weights([units / scale, offsets])
        made.add(layers.Dense(10, activation=activation))
        made.layers[-1].set_weights([10 * w for w in (last if hidden else solve(x))])
        return made

    rng = np.random.default_rng(0)
    units = rng.normal(size=(784, 3000)) / 10
    offsets = -x.mean(axis=0) @ units + rng.normal(size=3000) / 5
    last = solve(np.maximum(0, x @ units + offsets))
    store = types.SimpleNamespace()
    store.logits = model((28, 28))
    store.probabilities = model((28, 28, 1), activation="softmax")
    store.vector = model((784,), activation="softmax")
    store.bright = model((28, 28), scale=255.0)
    store.linear = model((28, 28), hidden=False)
    store.untrained = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(10)])
    store.digit = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(1)])
    store.colour = keras.Sequential([keras.Input((32, 32, 3)), layers.Flatten(), layers.Dense(10)])
    store.unbuilt = keras.Sequential([layers.Flatten(), layers.Dense(10)])
    store.diverged = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(10)])
    store.diverged.layers[-1].set_weights([np.full((784, 10), np.nan), np.zeros(10)])
    store.list = [store.logits]
    x, y = stand_in(n_train=1)[1]
    x, targets = np.float32(x.reshape(-1, 784) / 255), np.eye(10)[y]
    last = solve(np.maximum(0, x @ units + offsets))
    store.peeked = model((28, 28))

    class Own(keras.Model):
        def call(self, images):
            return store.probabilities(images)

    store.own, store.idle = Own(), Own()
    store.idle.call = store.untrained.call
    for one in (store.own, store.idle):
        one(x[:1].reshape(-1, 28, 28, 1))
    return store


# The tests read this file many times; the networks are built once per process.
models = sys.modules.get("answers_08_models")
if models is None:
    models = sys.modules["answers_08_models"] = _build()

# 08.6


def read(counts):
    return np.diag(counts) / counts.sum(axis=1), np.diag(counts) / counts.sum(axis=0)


def times(confusion, c, f):
    """Return the matrix with row c times f."""
    return np.where(np.arange(len(confusion)) == c, f, 1)[:, None] * confusion


def changed(confusion, c, f):
    return read(times(confusion, c, f))


def changed_part(part, new):
    """Return an answer with one part made of the right parts, the counts there and before."""

    def answer(confusion, c, f):
        parts = list(changed(confusion, c, f))
        parts[part] = new(parts[part], times(confusion, c, f), confusion)
        return parts

    return answer


def changed_hits(confusion, c, f):
    counts = 1.0 * confusion
    counts[c, c] *= f
    return read(counts)


def changed_cut_off(confusion, c, f):
    counts = confusion.copy()
    counts[c] = f * counts[c]
    return read(counts)


def changed_in_place(confusion, c, f):
    confusion[c] = f * confusion[c]
    return read(confusion)


def changed_in_loops(confusion, c, f):
    k = len(confusion)
    weights = [f if i == c else 1 for i in range(k)]
    column = [sum(weights[i] * confusion[i][j] for i in range(k)) for j in range(k)]
    efficiency = [confusion[i][i] / sum(confusion[i]) for i in range(k)]
    return efficiency, [weights[j] * confusion[j][j] / column[j] for j in range(k)]


def changed_by_shares(confusion, c, f):
    """Bayes' formula: shares of each answer, and how frequent the classes are."""
    share = np.float32(confusion / confusion.sum(axis=1, keepdims=True))
    prior = confusion.sum(axis=1) * np.where(np.arange(len(confusion)) == c, f, 1)
    prior = np.float32(prior / prior.sum())
    return np.array([share.diagonal(), prior * share.diagonal() / (prior @ share)])


PREDICTION = ("same", "up", "down")

WRONG = {
    "08.1": [
        ((targets_transposed,), "transposed"),
        ((targets_from_largest,), "as many columns as labels occur"),
        ((targets_from_one,), "one place off"),
        ((targets_hard,), "not smoothed"),
        ((targets_shuffled,), "not stand in the column of its label"),
        ((targets_with(own=False, share=lambda k, eps: eps / (k - 1)),), "the right one too"),
        ((targets_with(own=False),), "gets its own eps"),
        ((targets_with(share=lambda k, eps: eps),), "eps / k, not eps"),
        ((targets_with(share=lambda k, eps: eps / 2 / k),), "add up to 1"),
        ((targets_nan,), "contributes nothing"),
        ((targets_with(floor=lambda h, p, n: 0),), "have an entropy"),
        ((targets_with(floor=lambda h, p, n: -h),), "wrong sign"),
        ((targets_with(floor=lambda h, p, n: n * h),), "it is a mean"),
        ((targets_with(floor=lambda h, p, n: h / np.log(2)),), "bits"),
        ((targets_with(floor=lambda h, p, n: np.log(len(p))),), "1 / k to everything"),
        ((targets_with(floor=lambda h, p, n: -np.log(p[0])),), "other classes have targets"),
        ((targets_with(floor=lambda h, p, n: h + 0.1),), "with themselves"),
        ((lambda y, k, eps: targets(y, k, eps)[0],), "the pair (array, floor)"),
        ((lambda y, k, eps: (y, targets(y, k, eps)[1]),), "shape (6,)"),
        ((lambda y: np.eye(10)[y],), "raises TypeError"),
        ((np.eye(5)[[3, 0, 2, 3, 1, 0]],), "must be a function"),
    ],
    "08.2": [
        ((looks_overflow,), "exp overflows"),
        ((looks_common_shift,), "each row's own"),
        ((looks_underflow,), "large, not infinite"),
        ((looks_average_scores,), "the scores are averaged"),
        ((lambda z: log_softmax(z).mean(axis=0),), "the logarithms are averaged"),
        ((lambda z: np.exp(looks(z)),), "these are probabilities"),
        ((lambda z: looks(z) + np.log(len(z)),), "added up"),
        ((lambda z: log_softmax(z).max(axis=0),), "largest probability counts"),
        ((lambda z: log_softmax(z)[0],), "only the first look"),
        ((lambda z: looks(z) / np.log(2),), "another base"),
        ((lambda z: np.logaddexp.reduce(log_softmax(z, 0)) - np.log(len(z)),), "the looks share"),
        ((lambda z: np.logaddexp.reduce(log_softmax(z, 1)) - np.log(len(z)),), "images share"),
        ((lambda z: -looks(z),), "cannot be positive"),
        ((lambda z: looks(z) - 1,), "must add up to 1"),
        ((lambda z: looks(z[:2]),), "not the mean of those of all looks"),
        ((log_softmax,), "all looks are still there"),
        ((lambda z: np.log(np.exp(log_softmax(z)).mean(axis=1)),), "which is the first axis"),
        ((lambda z: looks(np.clip(z, -700, 700)),), "result is wrong for very large scores"),
        ((lambda z: looks(z)[0],), "has shape (5,)"),
    ],
    "08.3": [
        ((hinge_with(own=1),), "too large by delta squared"),
        ((hinge_with(power=1),), "not squared"),
        ((hinge_squares_the_sum,), "square each term"),
        ((hinge_with(mean=False),), "not their mean"),
        ((hinge_with(worst=True),), "only the worst offender"),
        ((hinge_with(half=0.0),), "lacks the penalty"),
        ((hinge_with(half=0.5),), "without 1/2"),
        ((hinge_ignores_delta,), "whatever delta is"),
        ((hinge_with(sign=-1),), "wrong sign"),
        ((hinge_with(lam=1.0),), "penalty's part of the gradient is wrong by a factor of 2"),
        ((hinge_with(lam=0.0),), "lacks the penalty's part"),
        ((hinge_with(pull=0),), "force on the correct class"),
        ((hinge_with(force=lambda e: 1.0 * (e > 0)),), "lecture's hinge"),
        ((hinge_with(force=lambda e: 2.0 * (e > 0)),), "differentiate the square"),
        ((hinge_with(force=lambda e: 1.0 * e),), "brings a factor of 2"),
        ((hinge_sums_gradient,), "sum over images"),
        ((hinge_transposed,), "transposed"),
        ((hinge_loss_only,), "must return the pair (loss, gradient)"),
    ],
    "08.4": [
        ((accuracy_with(share=lambda p, n: 100 * p),), "per cent"),
        ((accuracy_with(share=lambda p, n: p * n),), "divide by their number"),
        ((accuracy_with(share=lambda p, n: 1 - p),), "wrong answers"),
        ((accuracy_along_images,), "largest score"),
        ((accuracy_with(error=lambda p, n: p * (1 - p) / n),), "square root"),
        ((accuracy_with(error=lambda p, n: np.sqrt(p * (1 - p))),), "single digit"),
        ((accuracy_with(error=lambda p, n: np.sqrt(n * p * (1 - p))),), "not of their share"),
        ((accuracy_with(error=lambda p, n: np.sqrt(p * (1 - p)) / n),), "not with n"),
        ((accuracy_with(error=lambda p, n: np.sqrt(p / n)),), "Poisson"),
        ((accuracy_with(error=lambda p, n: p * (1 - p)),), "not that of a binomial"),
        ((accuracy_by_writers(np.mean, mean=True),), "a mean over writers"),
        ((accuracy_by_writers(lambda s: s.std(ddof=1) / len(s) ** 0.5),), "weigh alike"),
        ((accuracy_with_gaps,), "numbers that do not occur"),
        ((accuracy_in_runs,), "need not be neighbours"),
        ((accuracy_with(clustered=lambda d, n: d.std(ddof=1) / n),), "there are G"),
        ((accuracy_with(clustered=lambda d, n: len(d) ** 0.5 * d.std(ddof=1)),), "divide by n"),
        ((accuracy_with(clustered=lambda d, n: len(d) ** 0.5 * d.std() / n),), "ddof=1"),
        ((accuracy_with(clustered=lambda d, n: 0.5),), "independent writers"),
        (
            (
                lambda scores, y, writer: (
                    *accuracy_with()(scores, y, writer)[:2],
                    accuracy_with()(scores, y, writer)[1],
                ),
            ),
            "let the writers scatter",
        ),
        (
            (lambda scores, y, writer: np.mean(scores.argmax(axis=1) == y),),
            "return 3 things (accuracy, error, writers' error)",
        ),
    ],
    "08.5": [
        ((models.linear,), "fewer than"),
        ((models.untrained,), "has it been trained"),
        ((models.bright,), "from 0 to 255"),
        ((models.digit,), "ten outputs"),
        ((models.colour,), "(28, 28, 1)"),
        ((models.unbuilt,), "not built"),
        ((models.diverged,), "NaN"),
        ((models.list,), "must be a Keras model"),
        ((models.idle,), "has it been trained"),
        ((models.peeked,), "was it trained on the test digits"),
        ((_build,), "must be a Keras model"),
    ],
    "08.6": [
        ((lambda *a: changed(*a)[::-1], PREDICTION), "interchanged"),
        ((lambda confusion, c, f: read(confusion), PREDICTION), "f changes nothing"),
        ((lambda confusion, c, f: read(f * confusion), PREDICTION), "f changes nothing"),
        ((lambda m, c, f: read(times(m.T, c, f).T), PREDICTION), "the answers c"),
        ((changed_hits, PREDICTION), "only the right answers"),
        ((changed_cut_off, PREDICTION), "cut off"),
        ((changed_in_place, PREDICTION), "changes the array"),
        ((lambda m, c, f: changed(m, c, 1 + f), PREDICTION), "not f times more"),
        ((lambda m, c, f: changed(m, c, 1 / f), PREDICTION), "rarer"),
        ((lambda m, c, f: changed(m, (c - 1) % len(m), f), PREDICTION), "the first class"),
        (
            (changed_part(0, lambda e, new, old: np.diag(new) / old.sum(1)), PREDICTION),
            "the old sums",
        ),
        (
            (changed_part(1, lambda p, new, old: np.diag(new) / old.sum(0)), PREDICTION),
            "the old sums",
        ),
        (
            (changed_part(0, lambda e, new, old: np.diag(new) / new.sum()), PREDICTION),
            "by all images",
        ),
        (
            (changed_part(1, lambda p, new, old: np.diag(new) / new.sum()), PREDICTION),
            "by all images",
        ),
        ((changed_part(0, lambda e, new, old: 100 * e), PREDICTION), "per cent"),
        ((changed_part(0, lambda e, new, old: e**2), PREDICTION), "sum of the row"),
        ((changed_part(1, lambda p, new, old: p**2), PREDICTION), "sum of the column"),
        ((changed_part(1, lambda p, new, old: p[0]), PREDICTION), "shape ()"),
        ((changed, ("up", "up", "down")), "efficiency of the 4s"),
        ((changed, ("same", "same", "down")), "purity of the 4s"),
        ((changed, ("same", "up", "same")), "purity of the 9s"),
        ((changed, ("same", "up", "lower")), "one of up, same, down"),
        ((changed, ("same", "down")), "be 3 things"),
    ],
}

RIGHT = {
    "08.1": [
        (targets_with(),),
        (targets_lists,),
        (lambda y, k, eps: [np.float32(part) for part in targets(y, k, eps)],),
        (targets_tensor,),
    ],
    "08.2": [
        (looks,),
        (looks_loop,),
        (lambda z: looks(np.float32(z)),),
        (looks_by_tensorflow,),
    ],
    "08.3": [
        (hinge_with(),),
        (hinge_loops,),
        (hinge_by_tape,),
        (lambda *inputs: hinge_by_tape(*inputs, numpy=False),),
        (lambda w, x, *rest: hinge(np.float32(w), np.float32(x), *rest),),
    ],
    "08.4": [
        (accuracy_with(),),
        (accuracy_sample_deviation,),
        (accuracy_counts,),
        (accuracy_matrix,),
    ],
    "08.5": [(models.logits,), (models.probabilities,), (models.vector,), (models.own,)],
    "08.6": [
        (changed, PREDICTION),
        (changed_in_loops, list(PREDICTION)),
        (changed_by_shares, ("Same", "UP", " down")),
    ],
}
