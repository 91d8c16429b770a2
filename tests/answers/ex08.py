"""Wrong and right answers of assignment 08, with the message that each wrong one must get."""

import sys
import types

import numpy as np

# 08.1


def one_hot_transposed(y, k):
    return np.eye(k)[:, y]


def one_hot_from_largest(y, k):
    return np.eye(y.max() + 1)[y]


def one_hot_from_one(y, k):
    return np.roll(np.eye(k), -1, axis=1)[y]


def one_hot_signs(y, k):
    return 2 * np.eye(k)[y] - 1


def one_hot_shuffled(y, k):
    return np.eye(k)[np.sort(y)]


def one_hot_lists(y, k):
    return [[float(label == column) for column in range(k)] for label in y]


def one_hot_compares(y, k):
    return y[:, None] == np.arange(k)


def one_hot_tensor(y, k):
    import tensorflow as tf

    return tf.one_hot(y, k)


# 08.2


def softmax_overflows(z):
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


def softmax_columns(z):
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


def softmax_everything(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def softmax_common_shift(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=1, keepdims=True)


def softmax_sign(z):
    e = np.exp(-z)
    return e / e.sum(axis=1, keepdims=True)


def softmax_base_two(z):
    e = 2.0**z
    return e / e.sum(axis=1, keepdims=True)


def softmax_log(z):
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def softmax_not_divided(z):
    return np.exp(z)


def softmax_loop(z):
    return np.array([np.exp(row - row.max()) / np.exp(row - row.max()).sum() for row in z])


def softmax_differences(z):
    with np.errstate(over="ignore"):
        return 1 / np.exp(z[:, None, :] - z[:, :, None]).sum(axis=2)


def softmax_logged(z):
    return np.log(softmax_loop(z))


def softmax_by_tensorflow(z):
    import tensorflow as tf

    return tf.nn.softmax(z)


# 08.3


def hinge(
    w, x, y, delta, penalty, *, own=0, mean=True, lam=2.0, half=1.0, sign=1, pull=None, worst=False
):
    """The right answer, with handles for typical mistakes."""
    rows, n = np.arange(len(y)), len(y) if mean else 1
    excess = x @ w - (x @ w)[rows, y][:, None] + delta
    excess[rows, y] = own * delta
    each = np.maximum(0, excess)
    loss = (each.max(axis=1) if worst else each.sum(axis=1)).sum() / n
    slope = (excess > 0).astype(float)
    slope[rows, y] = 0
    slope[rows, y] = -slope.sum(axis=1) if pull is None else pull(slope)
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


def hinge_loops(w, x, y, delta, penalty):
    loss, gradient = penalty * np.sum(w * w), 2 * penalty * w
    for image, label in zip(x, y):
        z = image @ w
        for j in range(len(z)):
            if j != label and z[j] - z[label] + delta > 0:
                loss += (z[j] - z[label] + delta) / len(y)
                gradient[:, j] += image / len(y)
                gradient[:, label] -= image / len(y)
    return [float(loss), gradient]


def hinge_by_tape(w, x, y, delta, penalty, numpy=True):
    import tensorflow as tf

    v = tf.Variable(w)
    with tf.GradientTape() as tape:
        z = tf.matmul(tf.constant(x), v)
        correct = tf.gather(z, y, batch_dims=1)[:, None]
        each = tf.reduce_sum(tf.nn.relu(z - correct + delta), axis=1) - delta
        loss = tf.reduce_mean(each) + penalty * tf.reduce_sum(v * v)
    gradient = tape.gradient(loss, v)
    return (loss.numpy(), gradient.numpy()) if numpy else (loss, gradient)


# 08.4


def accuracy_with(error=None, share=None):
    """Return an answer with the right share or error, unless a mistake is given."""

    def answer(scores, y):
        p, n = np.mean(scores.argmax(axis=1) == y), len(y)
        right = np.sqrt(p * (1 - p) / n)
        return share(p, n) if share else p, error(p, n) if error else right

    return answer


def accuracy_along_images(scores, y):
    p = np.mean(scores.argmax(axis=0) == y[: scores.shape[1]])
    return p, np.sqrt(p * (1 - p) / len(y))


def accuracy_sample_deviation(scores, y):
    right = scores.argmax(axis=1) == y
    return right.mean(), right.std(ddof=1) / np.sqrt(len(y))


def accuracy_counts(scores, y):
    hits = sum(int(np.argmax(row) == label) for row, label in zip(scores, y))
    return hits / len(y), (hits * (len(y) - hits) / len(y) ** 3) ** 0.5


# 08.5: networks whose weights are found by linear algebra, in seconds


def _build():
    """Return Keras models: random hidden units with a last layer from least squares."""
    import keras
    from keras import layers

    from utils.data.mnist import stand_in

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


def read(confusion):
    rows, columns = confusion.sum(axis=1), confusion.sum(axis=0)
    wrong = confusion * (1 - np.eye(len(confusion), dtype=int))
    pair = np.unravel_index(np.argmax(wrong), wrong.shape)
    return np.diag(confusion) / rows, np.diag(confusion) / columns, pair


def read_transposed(confusion):
    return read(confusion.T)


def read_interchanged(confusion):
    efficiency, purity, pair = read(confusion)
    return purity, efficiency, pair


def read_diagonal(confusion):
    pair = np.unravel_index(np.argmax(confusion), confusion.shape)
    return *read(confusion)[:2], pair


def read_backwards(confusion):
    return *read(confusion)[:2], read(confusion)[2][::-1]


def read_per_cent(confusion):
    efficiency, purity, pair = read(confusion)
    return 100 * efficiency, 100 * purity, pair


def read_by_all(confusion):
    share = np.diag(confusion) / confusion.sum()
    return share, share, read(confusion)[2]


def read_flat(confusion):
    wrong = confusion - np.diag(np.diag(confusion))
    return *read(confusion)[:2], wrong.argmax()


def read_by_rates(confusion):
    return *read(confusion)[:2], read(confusion / confusion.sum(axis=1, keepdims=True))[2]


def read_by_product(confusion):
    return *read(confusion)[:2], read(confusion * confusion.T)[2]


def read_largest_row(confusion):
    wrong = confusion - np.diag(np.diag(confusion))
    row = wrong.sum(axis=1).argmax()
    return *read(confusion)[:2], (row, wrong[row].argmax())


def read_pair(matrix):
    """Return a reading whose pair is the largest element of `matrix`, given counts of mistakes."""

    def reading(confusion):
        mistakes = confusion - np.diag(np.diag(confusion))
        found = matrix(mistakes, confusion)
        return *read(confusion)[:2], np.unravel_index(found.argmax(), found.shape)

    return reading


def read_column(confusion):
    mistakes = confusion - np.diag(np.diag(confusion))
    column = mistakes.sum(axis=0).argmax()
    return *read(confusion)[:2], (mistakes[:, column].argmax(), column)


def read_fullest(confusion):
    row = confusion.sum(axis=1).argmax()
    return *read(confusion)[:2], (row, (confusion - np.diag(np.diag(confusion)))[row].argmax())


def read_float32(confusion):
    efficiency, purity, pair = read(np.float32(confusion))
    return np.float32(efficiency), np.float32(purity), np.array(pair, float)


def read_in_loops(confusion):
    k = len(confusion)
    efficiency = [confusion[i][i] / sum(confusion[i]) for i in range(k)]
    purity = [confusion[i][i] / sum(row[i] for row in confusion) for i in range(k)]
    pair = max((confusion[i][j], i, j) for i in range(k) for j in range(k) if i != j)[1:]
    return efficiency, purity, list(pair)


PREDICTION = ("same", "down")

WRONG = {
    "08.1": [
        ((one_hot_transposed,), "transposed"),
        ((one_hot_from_largest,), "as many columns as labels occur"),
        ((one_hot_from_one,), "one place off"),
        ((one_hot_signs,), "0 and 1 only"),
        ((one_hot_shuffled,), "not stand in the column of its label"),
        ((lambda y, k: y,), "shape (6,)"),
        ((lambda y, k: np.ones((len(y), k)),), "exactly one 1"),
        ((lambda y: np.eye(10)[y],), "raises TypeError"),
        ((np.eye(5)[[3, 0, 2, 3, 1, 0]],), "must be a function"),
    ],
    "08.2": [
        ((softmax_overflows,), "exp overflows"),
        ((softmax_columns,), "check the axis"),
        ((softmax_everything,), "sum over one axis only"),
        ((softmax_common_shift,), "each row's own"),
        ((softmax_sign,), "a sign?"),
        ((softmax_base_two,), "another base"),
        ((softmax_log,), "logarithms"),
        ((softmax_logged,), "logarithms"),
        ((lambda z: 2 * softmax_loop(z),), "must add up to 1"),
        ((lambda z: z / z.sum(axis=1, keepdims=True),), "cannot be negative"),
        ((lambda z: softmax_loop(z / 2),), "of the difference of their scores"),
        ((lambda z: softmax_loop(np.clip(z, -700, 700)),), "result is wrong for very large scores"),
        ((softmax_not_divided,), "not divided by their sum"),
        ((lambda z: softmax_loop(z)[0],), "has shape (4,)"),
    ],
    "08.3": [
        ((hinge_with(own=1),), "too large by delta"),
        ((hinge_with(mean=False),), "not their mean"),
        ((hinge_with(worst=True),), "only the worst offender"),
        ((hinge_with(half=0.0),), "lacks the penalty"),
        ((hinge_with(half=0.5),), "without 1/2"),
        ((hinge_ignores_delta,), "whatever delta is"),
        ((hinge_with(sign=-1),), "opposite sign"),
        ((hinge_with(lam=1.0),), "factor of 2"),
        ((hinge_with(lam=0.0),), "lacks the penalty's part"),
        ((hinge_with(pull=lambda s: 0),), "force on the correct class"),
        ((hinge_with(pull=lambda s: -np.minimum(s.sum(axis=1), 1)),), "several times"),
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
        (
            (lambda scores, y: np.mean(scores.argmax(axis=1) == y),),
            "must return the pair (accuracy, error)",
        ),
    ],
    "08.5": [
        ((models.linear,), "are asked for"),
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
        ((read_transposed, PREDICTION), "interchanged"),
        ((read_interchanged, PREDICTION), "interchanged"),
        ((read_diagonal, PREDICTION), "diagonal"),
        ((read_backwards, PREDICTION), "wrong order"),
        ((read_per_cent, PREDICTION), "per cent"),
        ((read_by_all, PREDICTION), "its own class only"),
        ((read_flat, PREDICTION), "shape ()"),
        ((read_by_rates, PREDICTION), "share of its row"),
        ((read_by_product, PREDICTION), "both directions"),
        ((read_largest_row, PREDICTION), "row with most mistakes"),
        ((read_fullest, PREDICTION), "row with most mistakes"),
        ((read_column, PREDICTION), "column with most mistakes"),
        ((read_pair(lambda wrong, c: wrong + wrong.T), PREDICTION), "both directions"),
        ((read_pair(lambda wrong, c: wrong / c.sum(axis=0)), PREDICTION), "share of its column"),
        ((lambda c: (*read(c)[:2], (0, 1)), PREDICTION), "more often than your pair"),
        ((lambda c: (*read(c)[:2], [[0], [1, 2]]), PREDICTION), "in rows of equal length"),
        ((read, ("up", "down")), "efficiency of the 4s"),
        ((read, ("same", "same")), "purity of the 9s"),
        ((read, ("same", "lower")), '"up", "same" or "down"'),
        ((read, "down"), "two words"),
    ],
}

RIGHT = {
    "08.1": [
        (one_hot_lists,),
        (one_hot_compares,),
        (lambda y, k: np.eye(k, dtype="int8")[y],),
        (one_hot_tensor,),
    ],
    "08.2": [
        (softmax_loop,),
        (softmax_differences,),
        (lambda z: softmax_loop(np.float32(z)),),
        (softmax_by_tensorflow,),
    ],
    "08.3": [
        (hinge_with(),),
        (hinge_loops,),
        (hinge_by_tape,),
        (lambda *inputs: hinge_by_tape(*inputs, numpy=False),),
        (lambda w, x, *rest: hinge(np.float32(w), np.float32(x), *rest),),
    ],
    "08.4": [(accuracy_with(),), (accuracy_sample_deviation,), (accuracy_counts,)],
    "08.5": [(models.logits,), (models.probabilities,), (models.vector,), (models.own,)],
    "08.6": [(read, PREDICTION), (read_in_loops, list(PREDICTION)), (read_float32, PREDICTION)],
}
