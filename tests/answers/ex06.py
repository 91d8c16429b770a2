"""Typical wrong answers of assignment 06 with the message each must get, and right ones."""

import sys
import types

import numpy as np
from scipy.signal import correlate2d

# 06.1


def convolve(x, w, padding, stride, pad="constant", before=(1, 1), after=(1, 1)):
    widths = [(p * b, p * a) for p, b, a in zip(padding, before, after)]
    z = correlate2d(np.pad(x, widths, pad), w, mode="valid")
    return z[:: stride[0], :: stride[1]]


def by_loops(x, w, padding, stride):
    (p_h, p_w), (s_h, s_w) = padding, stride
    rows = (len(x) + 2 * p_h - len(w)) // s_h + 1
    columns = (x.shape[1] + 2 * p_w - w.shape[1]) // s_w + 1
    z = [[0.0] * columns for _ in range(rows)]
    for i, j, u, v in np.ndindex(rows, columns, *w.shape):
        row, column = i * s_h + u - p_h, j * s_w + v - p_w
        if 0 <= row < len(x) and 0 <= column < x.shape[1]:
            z[i][j] += x[row, column] * w[u, v]
    return z


def by_keras(x, w, padding, stride):
    import keras

    (p_h, p_w), stride = padding, tuple(stride)
    image = np.pad(x, ((p_h, p_h), (p_w, p_w)))[None, :, :, None].astype("float32")
    return keras.ops.conv(image, w[..., None, None].astype("float32"), stride, "valid")[0, ..., 0]


# 06.4


def mismatch(f, x, rows, columns):
    before = np.roll(f(x), (rows, columns), axis=(0, 1))
    return np.abs(f(np.roll(x, (rows, columns), axis=(0, 1))) - before).max()


def by_indices(f, x, rows, columns):
    n, m = x.shape
    there = np.ix_((np.arange(n) - rows) % n, (np.arange(m) - columns) % m)
    return [float(max(map(abs, np.ravel(f(x[there]) - f(x)[there]))))]


def spoilt(value):
    """Return a mismatch that takes another number from the difference of the maps."""

    def of(f, x, rows, columns):
        before = np.roll(f(x), (rows, columns), axis=(0, 1))
        return value(f(np.roll(x, (rows, columns), axis=(0, 1))) - before)

    return of


def forgets_to_shift(f, x, rows, columns):
    return np.abs(f(np.roll(x, (rows, columns), axis=(0, 1))) - f(x)).max()


def compares_images(f, x, rows, columns):
    shifted = np.roll(x, (rows, columns), axis=(0, 1))
    return np.abs(shifted - np.roll(f(x), (rows, columns), axis=(0, 1))).max()


FOLLOW = ("blur", "square")


# 06.5


def corners(s):
    return s[::2, ::2], s[::2, 1::2], s[1::2, ::2], s[1::2, 1::2]


def block(s):
    a, b, c, d = corners(s)
    return np.sign(2 * (a + b + c + d) + a)


def loop(s):
    rows, columns = len(s) // 2, s.shape[1] // 2
    new = [[0] * columns for _ in range(rows)]
    for i, j in np.ndindex(rows, columns):
        four = s[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        ups = np.sum(four == 1)
        new[i][j] = int(four[0, 0]) if ups == 2 else 1 if ups > 2 else -1
    return new


def ties(take):
    """Return a majority rule with another rule for ties."""

    def rule(s):
        total = sum(corners(s))
        return np.where(total == 0, take(s), np.sign(total))

    return rule


def far_apart(s):
    n, m = s.shape
    total = s.reshape(2, n // 2, 2, m // 2).sum(axis=(0, 2))
    return np.where(total == 0, s[: n // 2, : m // 2], np.sign(total))


# 06.6: networks, trained once per process


def _textures(n, seed):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 3
    angle = np.radians(60 * y + rng.uniform(-15, 15, n))[:, None, None]
    period, phase = rng.uniform(4, 7, (n, 1, 1)), rng.uniform(0, 2 * np.pi, (n, 1, 1))
    row, column = np.mgrid[:24, :24]
    along = row * np.sin(angle) + column * np.cos(angle)
    x = np.sin(2 * np.pi * along / period + phase) + rng.normal(0, 0.5, (n, 24, 24))
    return x[..., None].astype("float32"), y


def _build():
    import keras
    from keras import layers

    x, y = _textures(300, 0)

    def model(*body, shape=(24, 24, 1), classes=3, trained=True, rate=3e-3):
        keras.utils.set_random_seed(0)
        end = layers.Dense(classes, activation="softmax")
        made = keras.Sequential([keras.Input(shape), *body, end])
        if trained:
            adam, loss = keras.optimizers.Adam(rate), "sparse_categorical_crossentropy"
            made.compile(adam, loss, steps_per_execution=10)
            made.fit(x, y, batch_size=30, epochs=20, verbose=0)
        return made

    def convolution(n=4):
        return layers.Conv2D(n, 5, activation="relu")

    pool, flat, listed = layers.MaxPooling2D, layers.Flatten, [layers.Reshape((-1, 1))]
    listed += [layers.MaxPooling1D(4), layers.Flatten()]
    store = types.SimpleNamespace()
    store.repaired = model(convolution(), pool(2), flat())
    store.mean = model(convolution(), layers.GlobalAveragePooling2D(), rate=1e-2)
    store.broken = model(convolution(), flat(), *listed, trained=False)
    store.untrained = model(convolution(), pool(2), flat(), trained=False)
    end = [layers.Reshape((20, 20, 4)), pool(2), flat()]
    store.late = model(convolution(), flat(), *end, trained=False)
    store.large = model(convolution(8), pool(2), flat(), trained=False)
    store.larger = model(convolution(5), pool(2), flat(), trained=False)
    store.dense = model(pool(2), flat(), trained=False)
    store.flat = model(convolution(), pool(2), flat(), shape=(24, 20, 1), trained=False)
    store.two = model(convolution(), pool(2), flat(), classes=2, trained=False)
    store.unbuilt = keras.Sequential([convolution(), pool(2), flat(), layers.Dense(3)])
    return store


models = sys.modules.get("answers_06_models")
if models is None:
    models = sys.modules["answers_06_models"] = _build()

SIZES = (30, 23, 6), (15, 11, 6), (15, 11, 4), (5, 3, 4)
COUNTS = 186, 220, 183


def size(k, wrong):
    return (*SIZES[:k], wrong, *SIZES[k + 1 :]), COUNTS, 769


def count(k, wrong):
    return SIZES, (*COUNTS[:k], wrong, *COUNTS[k + 1 :]), 769


RISING = np.eye(5)[::-1]

WRONG = {
    "06.1": [
        ((lambda x, w, p, s: convolve(x, w[::-1, ::-1], p, s),), "flipped kernel"),
        ((lambda x, w, p, s: convolve(x, w[::-1], p, s),), "upside down"),
        ((lambda x, w, p, s: convolve(x, w, (0, 0), s),), "lacks the padding"),
        ((lambda x, w, p, s: convolve(x, w, p[::-1], s),), "pads rows by p_w"),
        ((lambda x, w, p, s: convolve(x, w, p, s, before=(1, 1), after=(0, 0)),), "one side"),
        ((lambda x, w, p, s: convolve(x, w, p, s, before=(2, 2), after=(0, 0)),), "one side"),
        ((lambda x, w, p, s: convolve(x, w, p, s, pad="wrap"),), "padded periodically"),
        ((lambda x, w, p, s: convolve(x, w, p, s, pad="edge"),), "repeats the edge"),
        ((lambda x, w, p, s: convolve(x, w, p, (1, 1)),), "ignores the stride"),
        ((lambda x, w, p, s: convolve(x, w, p, s[::-1]),), "takes s_w down"),
        ((lambda x, w, p, s: convolve(x, w, p, s) / w.size,), "means over the field"),
        ((lambda x, w, p, s: convolve(x, w, p, s)[:-1, :-1],), "+ 1"),
        ((lambda x, w, p, s: convolve(x, w, p, s).T,), "exchanged"),
        ((lambda x, w, p, s: convolve(x, w, p, s) + 1,), "not the weighted sums"),
    ],
    "06.2": [
        (size(0, (60, 46, 6)), "the stride is missing"),
        (size(0, (32, 24, 6)), "without padding"),
        (size(0, (29, 22, 6)), "+ 1"),
        (size(0, (23, 30, 6)), "rows come first"),
        (size(0, (30, 23, 2)), "as many maps as filters"),
        (size(1, (15, 12, 6)), "round down"),
        (size(2, (13, 9, 4)), "'same' keeps"),
        (size(3, (5, 4, 4)), "round down"),
        (size(3, (7, 5, 4)), "write down"),
        (count(0, 96), "both maps"),
        (count(0, 192), "one bias"),
        (count(1, 40), "all six maps"),
        (count(1, 216), "biases are missing"),
        (count(2, 15), "not the means"),
        (count(2, 1983), "after the last pooling"),
        ((SIZES, COUNTS, 589), "has not changed"),
        ((SIZES, COUNTS, 1178), "doubled as a whole"),
        ((SIZES, COUNTS, 363), "the dense layer's number alone"),
        ((SIZES[:3], COUNTS, 769), "4 things"),
        ((SIZES, 589, 769), "3 things"),
    ],
    "06.3": [
        ((np.eye(5) - 0.2,), "row 0 of the array is the top"),
        ((RISING,), "uniform image"),
        ((np.repeat([[0, 0, 1, 0, 0]], 5, axis=0).T - 0.2,), "0° than to one at 45°"),
        ((np.repeat([[0, 0, 1, 0, 0]], 5, axis=0) - 0.2,), "90° than to one at 45°"),
        ((0.2 - RISING,), "than to one at 45°"),
        ((np.zeros((5, 5)),), "sees nothing"),
        ((np.eye(3)[::-1] - 1 / 3,), "shape (3, 3)"),
        ((RISING - 0.2 + 0.9 * (np.eye(5) - 0.2),), "times as much"),
        ((np.full((5, 5), np.nan),), "NaN"),
        (("RISING",), "text"),
    ],
    "06.4": [
        ((forgets_to_shift, FOLLOW), "shift that map, too"),
        ((compares_images, FOLLOW), "compares images"),
        ((spoilt(lambda d: np.abs(d).mean()), FOLLOW), "is a mean"),
        ((spoilt(lambda d: np.sqrt((d**2).mean())), FOLLOW), "root mean square"),
        ((spoilt(lambda d: np.abs(d).sum()), FOLLOW), "is a sum"),
        ((spoilt(lambda d: d.max()), FOLLOW), "may be negative"),
        ((spoilt(lambda d: -d.min()), FOLLOW), "may be positive"),
        ((lambda f, x, r, c: mismatch(f, x, r, 0), FOLLOW), "does not shift the columns"),
        ((lambda f, x, r, c: mismatch(f, x, 0, c), FOLLOW), "does not shift the rows"),
        ((lambda f, x, r, c: mismatch(f, x, c, r), FOLLOW), "exchanges rows and columns"),
        ((lambda f, x, r, c: mismatch(f, x, -r, -c), FOLLOW), "the other way"),
        ((spoilt(lambda d: 7.0), FOLLOW), "is not max"),
        ((mismatch, ("blur",)), "'square' follows"),
        ((mismatch, ("square",)), "'blur' follows"),
        ((mismatch, ("blur", "square", "edges")), "'edges' does not"),
        ((mismatch, ("blur", "square", "spotlight")), "'spotlight' does not"),
        ((mismatch, ("blur", "square", "sorted")), "'sorted' does not"),
        ((mismatch, ("blur", "round")), "must be one of blur"),
        ((mismatch, "blur"), "tuple of words"),
        ((mismatch, (1, 2)), "in quotes"),
    ],
    "06.5": [
        ((lambda s: np.sign(sum(corners(s))),), "is 0 where two are up"),
        ((ties(lambda s: 1),), "turns ties up"),
        ((ties(lambda s: -1),), "turns ties down"),
        ((ties(lambda s: corners(s)[1]),), "top right"),
        ((ties(lambda s: corners(s)[2]),), "bottom left"),
        ((ties(lambda s: corners(s)[3]),), "bottom right"),
        ((lambda s: s[::2, ::2],), "top left spin only"),
        ((lambda s: np.max(corners(s), axis=0),), "max-pooling"),
        ((lambda s: sum(corners(s)) / 4,), "holds means"),
        ((lambda s: sum(corners(s)),), "holds sums"),
        ((far_apart,), "far apart"),
        ((lambda s: np.kron(block(s), np.ones((2, 2))),), "as large as the lattice"),
        ((lambda s: 0.5 * block(s),), "more than +1 and -1"),
        ((lambda s: -block(s),), "has the wrong sign"),
    ],
    "06.6": [
        (("rows", models.repaired), "different rows"),
        (("columns", models.repaired), "different columns"),
        (("pixels", models.repaired), "must be one of rows"),
        ((3, models.repaired), "must be text in quotes"),
        (("maps", models.broken), "no pooling over rows and columns"),
        (("maps", models.late), "before the pooling"),
        (("maps", models.untrained), "is it trained?"),
        (("maps", models.large), "parameters"),
        (("maps", models.larger), "1633 parameters"),
        (("maps", models.dense), "no convolution"),
        (("maps", models.flat), "model takes (24, 20, 1)"),
        (("maps", models.two), "model returns (2,)"),
        (("maps", models.unbuilt), "begin with keras.Input"),
        (("maps", "model"), "must be a Keras model"),
    ],
}

RIGHT = {
    "06.1": [(convolve,), (by_loops,), (by_keras,)],
    "06.2": [
        (SIZES, COUNTS, 769),
        (np.array(SIZES), [186.0, 220.0, 183.0], np.int64(769)),
        ([list(s) for s in SIZES], np.array(COUNTS), 769.0),
    ],
    "06.3": [
        (RISING - 0.2,),
        ((2.5 * RISING - 0.5).tolist(),),
        (np.float32(3 * RISING - 0.6),),
    ],
    "06.4": [(mismatch, FOLLOW), (by_indices, ["square", "blur"])],
    "06.5": [(block,), (loop,), (lambda s: np.float32(block(s)),)],
    "06.6": [("maps", models.repaired), ("maps", models.mean)],
}
