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
    maps, filters=(16, 32), activation=None, end="sigmoid", padding=(None, 0, None), last=8,
    dense=False, back=None,
):  # fmt: skip
    import keras
    from keras import layers

    how = {"strides": 2, "padding": "same"}
    there = [layers.Conv2D(n, 3, activation="relu", **how) for n in filters]
    last = maps if last is None else last
    code = layers.Conv2D(last, 3, activation=activation, **how)
    if dense:
        there, code = [layers.Flatten(), layers.Dense(9 * maps)], layers.Reshape((3, 3, maps))
    ways = [(filters[1], 3, "relu"), (filters[0], 3, "relu"), (1, 5, end)]
    up = [layers.Conv2DTranspose(*way[:2], activation=way[2], output_padding=p, **how)
          for way, p in zip(ways, padding)]  # fmt: skip
    encoder = keras.Sequential([keras.Input((22, 22, 1)), *there, code])
    return encoder, keras.Sequential([keras.Input((3, 3, maps)), *(back or up)])


def good(maps):
    return models(maps, last=None)


def padded(*padding):
    return lambda maps: models(maps, last=None, padding=padding)


def upsampling(maps):
    from keras import layers

    back = [
        *(layers.UpSampling2D(2), layers.Conv2D(8, 3, padding="same", activation="gelu")),
        *(layers.UpSampling2D(2), layers.Cropping2D(((1, 0), (0, 1)))),
        *(layers.UpSampling2D(2), layers.Conv2D(1, 3, padding="same", activation="sigmoid")),
    ]
    return list(models(maps, last=None, filters=(8, 8), back=back))


def pooling(maps):
    """Functional models, one with a model inside; a valid convolution in place of padding."""
    import keras
    from keras import layers

    image, code = keras.Input((22, 22, 1)), keras.Input((3, 3, maps))
    inside = keras.Sequential([layers.Conv2D(8, 3, padding="same"), layers.MaxPooling2D()])
    inside.build((None, 22, 22, 1))
    z = layers.Conv2D(8, 3, strides=2, padding="same", activation="elu")(inside(image))
    z = layers.Conv2D(maps, 2, strides=2)(z)
    up = {"strides": 2, "activation": "elu"}
    x = layers.Conv2DTranspose(8, 2, **up)(code)
    x = layers.Conv2DTranspose(8, 3, padding="same", output_padding=0, **up)(x)
    x = layers.Conv2DTranspose(1, 2, strides=2)(x)
    return keras.Model(image, z), keras.Model(code, keras.ops.sigmoid(x))


def in_one_step(maps):
    from keras import layers

    back = [layers.UpSampling2D(8), layers.Cropping2D(1), layers.Conv2D(1, 1, activation="sigmoid")]
    return models(maps, last=None, back=back)


def above_line(S_spare, ink_spare, S, ink):
    a = np.cov(ink_spare, S_spare)
    slope = a[0, 1] / a[0, 0]
    return S - S_spare.mean() - slope * (ink - ink_spare.mean())


def above_in_loops(S_spare, ink_spare, S, ink):
    columns = np.column_stack([np.ones_like(ink_spare), ink_spare])
    offset, slope = np.linalg.lstsq(columns, S_spare, rcond=None)[0]
    return [one - (offset + slope * its) for one, its in zip(S, ink)]


def above_tensor(S_spare, ink_spare, S, ink):
    import tensorflow as tf

    slope, offset = np.polyfit(ink_spare, S_spare, 1)
    return tf.cast(S, "float32") - tf.cast(offset + slope * ink, "float32")


def line_with(made):
    """Return an answer made of slope, offset, S and ink."""
    return lambda S_spare, ink_spare, S, ink: made(*np.polyfit(ink_spare, S_spare, 1), S, ink)


def above_through_zero(S_spare, ink_spare, S, ink):
    return S - ink * (S_spare @ ink_spare) / (ink_spare @ ink_spare)


def above_all(S_spare, ink_spare, S, ink):
    return above_line(np.hstack([S_spare, S]), np.hstack([ink_spare, ink]), S, ink)


def above_turned(S_spare, ink_spare, S, ink):
    slope, offset = np.polyfit(S_spare, ink_spare, 1)
    return S - (offset + slope * ink)


def above_inverted(S_spare, ink_spare, S, ink):
    slope, offset = np.polyfit(S_spare, ink_spare, 1)
    return S - (ink - offset) / slope


def above_in_sigma(S_spare, ink_spare, S, ink):
    left = above_line(S_spare, ink_spare, S_spare, ink_spare)
    return above_line(S_spare, ink_spare, S, ink) / np.std(left, ddof=2)


def alarm(spare, normal, anomalous, rate, source=0, side=1, factor=1, error=None):
    scores = (spare, normal, anomalous)[source]
    theta = np.quantile(scores, 1 - rate if side > 0 else rate)
    false_alarms, found = factor * np.mean(normal > theta), factor * np.mean(anomalous > theta)
    n, m = len(spare), len(normal)
    right = (rate * (1 - rate) * (1 / n + 1 / m)) ** 0.5
    return theta, false_alarms, found, error(rate, n, m, false_alarms) if error else right


def alarm_error(error):
    return lambda *inputs: alarm(*inputs, error=error)


def alarm_by_sorting(spare, normal, anomalous, rate):
    theta = sorted(spare)[len(spare) - int(round(rate * len(spare))) - 1]
    each = [np.sqrt(rate - rate**2) / np.sqrt(len(s)) for s in (spare, normal)]
    shares = [sum(s > theta) / len(s) for s in (normal, anomalous)]
    return [theta, *shares, np.hypot(*each)]


def alarm_at(theta):
    def answer(spare, normal, anomalous, rate):
        t = theta(spare, rate)
        return (
            t,
            np.mean(normal > t),
            np.mean(anomalous > t),
            alarm(spare, normal, anomalous, rate)[3],
        )

    return answer


def alarm_made(made):
    """Return an answer that changes the right one."""
    return lambda *inputs: made(*alarm(*inputs), *inputs)


def alarm_all(s, n, a, rate):
    return alarm(np.concatenate([s, n, a]), n, a, rate)


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
        ((padded(None, None, None),), "(24, 24, 1)"),
        ((padded(0, None, None),), "(20, 20, 1)"),
        ((padded(None, None, 0),), "(23, 23, 1)"),
        ((in_one_step,), "the decoder has no maps of"),
        ((models,), "it must be (3, 3, 2)"),
        ((lambda maps: models(maps, dense=True),), "no Conv2D"),
        ((lambda maps: models(maps, filters=(64, 256), last=None),), "too many"),
        ((lambda maps: models(maps, filters=(64, 80), last=None),), "too many"),
        ((lambda maps: good(maps)[::-1],), "the encoder for 8 maps takes"),
        ((lambda maps: good(maps)[0],), "must return the pair"),
        ((lambda maps: (good(maps)[0], "decoder"),), "must be a Keras model"),
        ((lambda maps: maps / 0,), "raises ZeroDivisionError"),
        ((8,), "must be a function"),
    ],
    "09.3": [
        ((lambda S_spare, ink_spare, S, ink: S / ink,), "the lecture's score"),
        ((lambda S_spare, ink_spare, S, ink: above_line(S, ink, S, ink),), "fitted to the test"),
        ((above_all,), "fitted to all images"),
        ((lambda s, i, S, ink: above_line(s, i, s, i),), "the test images need one"),
        ((above_turned,), "exchanged in the fit"),
        ((above_inverted,), "exchanged in the fit"),
        ((above_through_zero,), "through zero"),
        ((lambda s, i, S, ink: S - s.mean(),), "nothing of the ink"),
        ((line_with(lambda a, b, S, ink: S - a * ink),), "offset is left"),
        ((line_with(lambda a, b, S, ink: S - b),), "no slope"),
        ((line_with(lambda a, b, S, ink: S - a - b * ink),), "slope and offset are exchanged"),
        ((line_with(lambda a, b, S, ink: S / (a * ink + b)),), "take the difference"),
        ((line_with(lambda a, b, S, ink: a * ink + b),), "the line itself"),
        ((line_with(lambda a, b, S, ink: a * ink + b - S),), "wrong sign"),
        ((line_with(lambda a, b, S, ink: abs(S - a * ink - b)),), "no absolute value"),
        ((above_in_sigma,), "divided by the scatter"),
        ((line_with(lambda a, b, S, ink: np.mean(S - a * ink - b)),), "one number for all"),
        ((line_with(lambda a, b, S, ink: (S - a * ink - b) * np.nan),), "NaN"),
        ((line_with(lambda a, b, S, ink: S**2 - a * ink - b),), "not the distances"),
    ],
    "09.4": [
        ((lambda s, n, a, r: alarm(s, n, a, r, side=-1),), "wrong side"),
        ((lambda s, n, a, r: alarm(s, n, a, r, source=2, side=-1),), "from the anomalies"),
        ((lambda s, n, a, r: alarm(s, n, a, r, source=1),), "from the test set"),
        ((alarm_all,), "from all images"),
        ((lambda s, n, a, r: alarm(s, n, a, r / 2),), "one side only"),
        ((lambda s, n, a, r: alarm(s, n, a, r / 100),), "lies above theta"),
        ((alarm_at(lambda s, r: s.mean() + 2 * s.std()),), "of the spare images lies above"),
        ((alarm_made(lambda t, f, d, e, s, n, a, r: (t, f * len(n), d, e)),), "number of images"),
        ((lambda s, n, a, r: alarm(s, n, a, r, factor=100),), "in per cent"),
        ((alarm_made(lambda t, f, d, e, *_: (t, 1 - f, 1 - d, e)),), "lies below theta"),
        ((alarm_made(lambda t, f, d, e, *_: (t, d, f, e)),), "exchanged"),
        ((alarm_made(lambda t, f, d, e, s, *_: (t, np.mean(s > t), d, e)),), "in the test set"),
        (
            (alarm_made(lambda t, f, d, *_: (t, f, d)),),
            "must return 4 things (theta, false_alarms, found, error)",
        ),
        ((lambda s, n, a, r: (np.nan, 0.1, 0.2, 0.01),), "finite"),
        ((lambda s, n, a, r: alarm(s, n, a, 0.05),), "the same for every rate"),
        ((alarm_at(lambda s, r: np.percentile(s, 1 - r)),), "np.percentile counts in per cent"),
        ((alarm_at(lambda s, r: s.mean() - np.log(r) * s.std()),), "of the spare images lies"),
        (
            (alarm_made(lambda t, f, d, e, *_: (t, f, 0.5, e)),),
            "found of alarm is not the share of its",
        ),
        ((alarm_at(lambda s, r: max(s)),), "a share of 0.000"),
        ((lambda s, n, a, r: ([0.1, [0.2]], 0.1, 0.2, 0.01),), "theta of alarm is a list"),
        (
            (alarm_error(lambda r, n, m, f: (r * (1 - r) / m) ** 0.5),),
            "lacks the other set",
        ),
        (
            (alarm_error(lambda r, n, m, f: (r * (1 - r) / n) ** 0.5),),
            "lacks the other set",
        ),
        (
            (alarm_error(lambda r, n, m, f: (r - r * r) ** 0.5 * (n**-0.5 + m**-0.5)),),
            "variances add",
        ),
        ((alarm_error(lambda r, n, m, f: r * (1 - r) * (1 / n + 1 / m)),), "is a variance"),
        ((alarm_error(lambda r, n, m, f: (r / n + r / m) ** 0.5),), "lacks 1 - rate"),
        ((alarm_error(lambda r, n, m, f: ((f - f * f) * (1 / n + 1 / m)) ** 0.5),), "counted"),
        ((alarm_error(lambda r, n, m, f: 0.1),), "error of alarm is too large"),
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
    "09.2": [(good,), (upsampling,), (pooling,)],
    "09.3": [(above_line,), (above_in_loops,), (above_tensor,)],
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
