"""Typical wrong answers of assignment 09 with the message each must get, and right ones."""

import numpy as np


def svd(x, k, centre=True, rows=True):
    mean = x.mean(axis=0)
    v = np.linalg.svd(x - mean if centre else x, full_matrices=False)[2][:k]
    return mean, v if rows else v.T


def by_covariance(x, k):
    values, vectors = np.linalg.eigh(np.cov(x, rowvar=False))
    order = np.argsort(values)[::-1][:k]
    return list(x.mean(axis=0)), [-vectors[:, i] for i in order]


def by_gram(x, k):
    mean = np.mean(x, axis=0, keepdims=True)
    values, u = np.linalg.eigh((x - mean) @ (x - mean).T)
    v = u[:, ::-1][:, :k].T @ (x - mean)
    return mean[0], v / np.linalg.norm(v, axis=1, keepdims=True)


def by_float32(x, k):
    mean, v = svd(np.float32(x), k)
    return mean.tolist(), -v


def smallest(x, k):
    return x.mean(axis=0), np.linalg.eigh(np.cov(x.T))[1][:, :k].T


def rising(x, k):
    mean, v = svd(x, k)
    return mean, v[::-1]


def scaled(x, k):
    mean = x.mean(axis=0)
    _, s, v = np.linalg.svd(x - mean, full_matrices=False)
    return mean, s[:k, None] * v[:k]


def samples_as_columns(x, k):
    mean = x.mean(axis=1)
    return mean, np.linalg.svd(x.T - mean, full_matrices=False)[2][:k]


def left_vectors(x, k):
    mean = x.mean(axis=0)
    return mean, np.linalg.svd(x - mean, full_matrices=False)[0][:, :k]


def models(
    maps, filters=(16, 32), activation=None, end="sigmoid", padding=0, last=8, dense=False, up=False
):
    import keras
    from keras import layers

    how = {"strides": 2, "padding": "same"}
    there = [layers.Conv2D(n, 3, activation="relu", **how) for n in filters]
    last = maps if last is None else last
    code = layers.Conv2D(last, 3, activation=activation, **how)
    if dense:
        there, code = [layers.Flatten(), layers.Dense(16 * maps)], layers.Reshape((4, 4, maps))
    back = [
        layers.Conv2DTranspose(filters[1], 3, activation="relu", output_padding=padding, **how),
        layers.Conv2DTranspose(filters[0], 3, activation="relu", **how),
        layers.Conv2DTranspose(1, 5, activation=end, **how),
    ]
    if up:
        back = [
            *(layers.UpSampling2D(2), layers.Cropping2D(((1, 0), (0, 1)))),
            *(layers.Conv2D(8, 3, padding="same", activation="gelu"), layers.UpSampling2D(4)),
            layers.Conv2D(1, 3, padding="same", activation="sigmoid"),
        ]
    encoder = keras.Sequential([keras.Input((28, 28, 1)), *there, code])
    return encoder, keras.Sequential([keras.Input((4, 4, maps)), *back])


def good(maps):
    return models(maps, last=None)


def upsampling(maps):
    return list(models(maps, last=None, filters=(8, 8), up=True))


def square(x, x_hat):
    return ((x - x_hat) ** 2).sum(axis=(1, 2, 3))


def ink(x):
    return x.sum(axis=(1, 2, 3))


def score_in_loops(x, x_hat):
    return [np.sum((a - b) ** 2) / np.sum(a) for a, b in zip(x, x_hat)]


def score_tensor(x, x_hat):
    import tensorflow as tf

    x, x_hat = tf.cast(x, "float32"), tf.cast(x_hat, "float32")
    return tf.reduce_sum((x - x_hat) ** 2, [1, 2, 3]) / tf.reduce_sum(x, [1, 2, 3])


def alarm(spare, normal, anomalous, rate, source=0, side=1, factor=1):
    scores = (spare, normal, anomalous)[source]
    theta = np.quantile(scores, 1 - rate if side > 0 else rate)
    return theta, factor * np.mean(normal > theta), factor * np.mean(anomalous > theta)


def alarm_by_sorting(spare, normal, anomalous, rate):
    theta = sorted(spare)[len(spare) - int(round(rate * len(spare))) - 1]
    return [theta, sum(normal > theta) / len(normal), sum(anomalous > theta) / len(anomalous)]


def alarm_at(theta):
    def answer(spare, normal, anomalous, rate):
        t = theta(spare, rate)
        return t, np.mean(normal > t), np.mean(anomalous > t)

    return answer


def alarm_counts(s, n, a, rate):
    theta = np.quantile(s, 1 - rate)
    return theta, np.sum(n > theta), np.sum(a > theta)


def alarm_below(s, n, a, rate):
    theta = np.quantile(s, 1 - rate)
    return theta, np.mean(n <= theta), np.mean(a <= theta)


def alarm_exchanged(s, n, a, rate):
    theta, false_alarms, found = alarm(s, n, a, rate)
    return theta, found, false_alarms


def alarm_on_spare(s, n, a, rate):
    theta, _, found = alarm(s, n, a, rate)
    return theta, np.mean(s > theta), found


def alarm_all(s, n, a, rate):
    return alarm(np.concatenate([s, n, a]), n, a, rate)


def alarm_two_sigma(s, n, a, rate):
    theta = s.mean() + 2 * s.std()
    return theta, np.mean(n > theta), np.mean(a > theta)


def by_images(error, a, b, f):
    """Change images of 2 x 2 pixels whose PCA with no direction has this error."""
    x = np.sqrt(error) * np.array([[1, -1, 1, -1], [-1, 1, -1, 1]])
    x = np.pad(a * x + b, ((0, 0), (0, 4 * f * f - 4)))
    return np.mean((x - x.mean(axis=0)) ** 2)


def pulse_net(x, k, epochs=20, activation="relu", code=None):
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)
    there = [layers.Dense(n, activation) for n in (64, 32)]
    back = [layers.Dense(n, activation) for n in (32, 64)]
    middle = [layers.Dense(n) for n in code or (k,)]
    ends = keras.Input(x.shape[1:]), layers.Dense(x.shape[1])
    model = keras.Sequential([ends[0], *there, *middle, *back, ends[1]])
    model.compile(keras.optimizers.Adam(3e-3), "mse")
    if epochs:
        model.fit(x, x, batch_size=32, epochs=epochs, verbose=0)
    return model


def pulse_pair(x, k):
    """The encoder and the decoder as models of their own, and a functional model of both."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(1)
    image = keras.Input((30,))
    there = [image, layers.Dense(64, "gelu"), layers.Dense(32, "gelu"), layers.Dense(k)]
    back = [layers.Dense(32, "gelu"), layers.Dense(64, "gelu"), layers.Dense(30)]
    encoder = keras.Sequential(there)
    decoder = keras.Sequential([keras.Input((k,)), *back])
    model = keras.Model(image, decoder(encoder(image)))
    model.compile(keras.optimizers.Adam(3e-3), "mse")
    model.fit(x, x, batch_size=32, epochs=20, verbose=0)
    return model


def copying(x, k):
    """k maps of 30 numbers each are no bottleneck."""
    import keras
    from keras import layers

    maps = [layers.Reshape((30, 1)), layers.Conv1D(k, 1), layers.Flatten(), layers.Dense(30)]
    model = keras.Sequential([keras.Input((30,)), *maps])
    maps[1].set_weights([np.ones((1, 1, k)), np.zeros(k)])
    maps[3].set_weights([np.repeat(np.eye(30), k, axis=0) / k, np.zeros(30)])
    return model


def encoder_alone(x, k):
    import keras

    return keras.Sequential([keras.Input((30,)), keras.layers.Dense(k)])


WRONG = {
    "09.1": [
        ((lambda x, k: svd(x, k, centre=False),), "subtract the mean"),
        ((lambda x, k: svd(x, k, rows=False),), "transposed"),
        ((smallest,), "smallest spread"),
        ((rising,), "rising order"),
        ((scaled,), "length one"),
        ((samples_as_columns,), "one per image"),
        ((left_vectors,), "one row per image"),
        ((lambda x, k: (0 * x[0], svd(x, k)[1]),), "mean is zero"),
        ((lambda x, k: (x.mean(), svd(x, k)[1]),), "shape ()"),
        ((lambda x, k: svd(x, k)[1],), "must return the pair"),
        ((lambda x, k: svd(x, k + 1),), "it must have"),
        ((lambda x, k: (x.mean(axis=0), np.eye(6)[:k]),), "single pixels"),
        ((lambda x, k: (x.mean(axis=0), np.roll(svd(x, 6)[1], 1, axis=0)[:k]),), "not a principal"),
        ((lambda x, k: (x.mean(axis=0), "v"),), "array of numbers"),
        ((lambda x, k: x.mean(axis=2),), "raises AxisError"),
        ((None,), "must be a function"),
    ],
    "09.2": [
        ((lambda maps: models(maps, activation="relu", last=None),), "never negative"),
        ((lambda maps: models(maps, activation="tanh", last=None),), "bounded"),
        ((lambda maps: models(maps, end=None, last=None),), "must stay in [0, 1]"),
        ((lambda maps: models(maps, padding=None, last=None),), "(32, 32, 1)"),
        ((models,), "it must be (4, 4, 2)"),
        ((lambda maps: models(maps, dense=True),), "no Conv2D"),
        ((lambda maps: models(maps, filters=(64, 256), last=None),), "too many"),
        ((lambda maps: good(maps)[::-1],), "the encoder for 8 maps takes"),
        ((lambda maps: good(maps)[0],), "must return the pair"),
        ((lambda maps: (good(maps)[0], "decoder"),), "must be a Keras model"),
        ((lambda maps: maps / 0,), "raises ZeroDivisionError"),
        ((8,), "must be a function"),
    ],
    "09.3": [
        ((square,), "raw error"),
        ((lambda x, y: ((x - y) ** 2).mean(axis=(1, 2, 3)),), "raw error"),
        ((lambda x, y: ((x - y) ** 2).mean(axis=(1, 2, 3)) / ink(x),), "a mean and the ink a sum"),
        ((lambda x, y: square(x, y) / x.mean(axis=(1, 2, 3)),), "a sum and the ink a mean"),
        ((lambda x, y: np.sqrt(square(x, y)) / ink(x),), "root too many"),
        ((lambda x, y: ink(x) / square(x, y),), "upside down"),
        ((lambda x, y: square(x, y) / ink(y),), "not of the reconstruction"),
        ((lambda x, y: square(x, y) / ink(x**2),), "without a square"),
        ((lambda x, y: ink(np.abs(x - y)) / ink(x),), "not squared"),
        ((lambda x, y: ink(x - y) ** 2 / ink(x),), "square first"),
        ((lambda x, y: square(x, y) * ink(x),), "not multiplied"),
        ((lambda x, y: square(x, y) / x.sum(),), "its own ink"),
        ((lambda x, y: ((x - y) ** 2).sum() / x.sum(),), "one number for all"),
        ((lambda x, y: ((x - y) ** 2).sum(axis=(1, 2)) / x.sum(axis=(1, 2)),), "shape (5, 1)"),
        ((lambda x, y: square(x, y) * np.nan,), "NaN"),
    ],
    "09.4": [
        ((lambda s, n, a, r: alarm(s, n, a, r, side=-1),), "wrong side"),
        ((lambda s, n, a, r: alarm(s, n, a, r, source=2, side=-1),), "from the anomalies"),
        ((lambda s, n, a, r: alarm(s, n, a, r, source=1),), "from the test set"),
        ((alarm_all,), "from all images"),
        ((lambda s, n, a, r: alarm(s, n, a, r / 2),), "one side only"),
        ((lambda s, n, a, r: alarm(s, n, a, r / 100),), "no per cent"),
        ((alarm_two_sigma,), "of the spare images lies above"),
        ((alarm_counts,), "number of images"),
        ((lambda s, n, a, r: alarm(s, n, a, r, factor=100),), "in per cent"),
        ((alarm_below,), "lies below theta"),
        ((alarm_exchanged,), "exchanged"),
        ((alarm_on_spare,), "count in the test set"),
        (
            (lambda s, n, a, r: alarm(s, n, a, r)[0],),
            "must return 3 things (theta, false_alarms, found)",
        ),
        ((lambda s, n, a, r: (np.nan, 0.1, 0.2),), "finite"),
        ((lambda s, n, a, r: alarm(s, n, a, 0.05),), "the same for every rate"),
        ((alarm_at(lambda s, r: np.percentile(s, 1 - r)),), "np.percentile counts in per cent"),
        ((alarm_at(lambda s, r: s.mean() - np.log(r) * s.std()),), "of the spare images lies"),
        ((lambda s, n, a, r: (*alarm(s, n, a, r)[:2], 0.5),), "found is not the share"),
        ((lambda s, n, a, r: (max(s), 0, np.mean(a > max(s))),), "the largest of the spare"),
        ((lambda s, n, a, r: ([0.1, [0.2]], 0.1, 0.2),), "theta of alarm is a list"),
    ],
    "09.5": [
        ((lambda e, a, b, f: e * a / f**2,), "what does the square say"),
        ((lambda e, a, b, f: abs(a) * e / f**2,), "what does the square say"),
        ((lambda e, a, b, f: e * a**2,), "over how many pixels"),
        ((lambda e, a, b, f: e / f**2,), "the deviations do change"),
        ((lambda e, a, b, f: e * a**2 / f,), "not f times the pixels"),
        ((lambda e, a, b, f: e * a**2 * f**2,), "the mean goes down"),
        ((lambda e, a, b, f: e * a**2 / f**4,), "counted twice"),
        ((lambda e, a, b, f: (e * a**2 + b**2) / f**2,), "b moves the mean"),
        ((lambda e, a, b, f: e * (a + b) ** 2 / f**2,), "b moves the mean"),
        ((lambda e, a, b, f: (a * e + b) / f**2,), "happens to the pixels"),
        ((lambda e, a, b, f: a**2 / f**2,), "this is the factor"),
        ((lambda e, a, b, f: e,), "nothing has changed"),
        ((lambda e, a, b, f: -e * (a / f) ** 2,), "has the wrong sign"),
        ((lambda e, a, b, f: e + 1,), "go through the steps"),
        ((lambda e, a, b, f: "e",), "is text"),
        ((0.25,), "must be a function"),
    ],
    "09.6": [
        ((lambda x, k: pulse_net(x, k, epochs=0),), "trained with x as its target"),
        ((lambda x, k: pulse_net(x, k, activation=None),), "are there activations"),
        ((lambda x, k: pulse_net(x, 5),), "no layer has 2 outputs"),
        ((lambda x, k: pulse_net(x, 1, code=(k, 1)),), "narrower than k"),
        ((lambda x, k: pulse_net(x, k).layers[0],), "must be a Keras model"),
        ((lambda x, k: encoder_alone(x, k),), "it must have (1000, 30)"),
        ((lambda x, k: pulse_net(x[:, :20], k),), "raises ValueError"),
        ((copying,), "copies noise"),
        ((lambda x, k: x / "2",), "raises"),
    ],
}

RIGHT = {
    "09.1": [(svd,), (by_covariance,), (by_gram,), (by_float32,)],
    "09.2": [(good,), (upsampling,)],
    "09.3": [
        (lambda x, y: square(x, y) / ink(x),),
        (score_in_loops,),
        (score_tensor,),
        (lambda x, y: ((x - y) ** 2).mean(axis=(1, 2, 3)) / x.mean(axis=(1, 2, 3)),),
    ],
    "09.4": [
        (alarm,),
        (alarm_by_sorting,),
        (lambda s, n, a, r: np.float32(alarm(s, n, a, r)),),
    ],
    "09.5": [
        (lambda e, a, b, f: e * a**2 / f**2,),
        (lambda e, a, b, f: np.float32([e * (a / f) ** 2]),),
        (by_images,),
    ],
    "09.6": [(pulse_net,), (pulse_pair,)],
}
