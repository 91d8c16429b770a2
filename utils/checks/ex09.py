"""Checks of assignment 09: autoencoders."""

import numpy as np

from utils.checks import exercise
from utils.checks.compare import array, call, close, kind, number, require


def _same(a, b, rtol=1e-5):
    a, b = np.asarray(a, float), np.asarray(b, float)
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=rtol, atol=1e-8))


def _projector(rows):
    return rows.T @ rows


def _data(rng, n=40, pixels=6):
    spread = np.array([3.0, 2.0, 1.2, 0.6, 0.3, 0.1])[:pixels]
    turn = np.linalg.qr(rng.normal(size=(pixels, pixels)))[0]
    return rng.normal(size=(n, pixels)) * spread @ turn + 4 * turn[-1] + turn[0]


@exercise(
    "09.1",
    "Subtract the mean image first; np.linalg.svd(..., full_matrices=False) then returns U, S, Vh.",
    "The rows of Vh are directions in the space of the pixels, in falling order of S.",
)
def pca(function):
    rng = np.random.default_rng(91)
    for n, k in ((40, 2), (4, 3)):
        x = _data(rng, n)
        pair = call(function, x, k, name="pca")
        require(
            isinstance(pair, tuple | list) and len(pair) == 2,
            f"pca must return the pair mean, v, and it returns {kind(pair)}",
        )
        mean = array(pair[0], name="the mean that pca returns")
        require(mean.size != n, f"the mean has {n} numbers, one per image: average over the images")
        mean = array(mean, (6,), "the mean that pca returns")
        v = array(pair[1], name="the v that pca returns")
        require(v.shape != (6, k), "v is transposed: each direction is a row")
        require(v.shape != (n, k), "v has one row per image: these are not directions of pixels")
        v = array(v, (k, 6), "the v that pca returns")
        centred = x - x.mean(axis=0)
        right = np.linalg.svd(centred, full_matrices=False)[2]
        uncentred = np.linalg.svd(x, full_matrices=False)[2][:k]
        require(
            not _same(_projector(v), _projector(uncentred)),
            "v belongs to images that were not centred: subtract the mean before the SVD",
        )
        require(not np.allclose(mean, 0), "the mean is zero: return the mean image of x")
        close(mean, x.mean(axis=0), "the mean is not that of the images")
        lengths = np.linalg.norm(v, axis=1)
        require(
            np.allclose(lengths, 1, rtol=1e-5),
            f"the first direction has length {lengths[0]:.3g}: each must have length one",
        )
        flipped = [abs(v[i] @ right[k - 1 - i]) > 1 - 1e-6 for i in range(k)]
        require(not all(flipped), "the directions come in rising order: the largest spread first")
        last = right[-k:]
        require(
            n < 10 or not _same(_projector(v), _projector(last)),
            "these are the directions with the smallest spread: take the largest",
        )
        require(
            not _same(v, np.eye(6)[:k]), "v are single pixels, not the directions of largest spread"
        )
        found = np.abs(np.sum(v * right[:k], axis=1))
        require(
            bool((found > 1 - 1e-6).all()),
            f"direction {int(np.argmin(found)) + 1} is not a principal component",
        )


def _model(value, name, shape_in, shape_out):
    import keras

    require(
        isinstance(value, keras.Model), f"{name} must be a Keras model, and it is {kind(value)}"
    )
    require(value.built and value.inputs, f"{name} has no input shape: begin with keras.Input")
    for word, wanted, found in (
        ("takes", shape_in, tuple(value.inputs[0].shape[1:])),
        ("returns", shape_out, tuple(value.outputs[0].shape[1:])),
    ):
        require(found == wanted, f"{name} {word} {found} for each image: it must be {wanted}")


@exercise(
    "09.2",
    "Three strides of two lead from 28 to 14 to 7 to 4; the number of filters of the last layer is "
    "the number of maps.",
    "On the way back 4 must become 7, not 8: look at output_padding of Conv2DTranspose, or cut the "
    "map with Cropping2D. The code must be able to take any value, the image lies in [0, 1].",
)
def conv_autoencoder(function):
    import keras

    for maps in (8, 2):
        pair = call(function, maps, name="conv_autoencoder")
        require(
            isinstance(pair, tuple | list) and len(pair) == 2,
            f"conv_autoencoder must return the pair encoder, decoder, and it returns {kind(pair)}",
        )
        encoder, decoder = pair
        _model(encoder, f"the encoder for {maps} maps", (28, 28, 1), (4, 4, maps))
        _model(decoder, f"the decoder for {maps} maps", (4, 4, maps), (28, 28, 1))
        kinds = [layer for layer in encoder.layers if isinstance(layer, keras.layers.Conv2D)]
        require(bool(kinds), "the encoder has no Conv2D layer")
        dense = [m for m in pair for q in m.layers if isinstance(q, keras.layers.Dense)]
        require(not dense, "the autoencoder has a Dense layer: it must be convolutional throughout")
        weights = encoder.count_params() + decoder.count_params()
        require(weights < 100_000, f"{weights} parameters are too many: stay below 100,000")
        rng = np.random.default_rng(92)
        images = rng.uniform(size=(64, 28, 28, 1)).astype("float32")
        codes = np.asarray(encoder(images))
        require(codes.std(axis=0).max() > 0, "the code is the same for all images")
        require(codes.min() < 0, "the code is never negative: its layer must have no activation")
        if np.abs(codes).max() <= 1:
            last = np.asarray(encoder(1e4 * images))
            require(np.abs(last).max() > 1.001, "the code is bounded: its layer has an activation")
        back = np.asarray(decoder(50 * rng.normal(size=(64, 4, 4, maps)).astype("float32")))
        require(
            back.min() >= 0 and back.max() <= 1,
            f"the decoder's pixels reach from {back.min():.2g} to {back.max():.2g}: they must stay "
            "in [0, 1]",
        )
        require(back.std(axis=0).max() > 0, "the decoder ignores the code")


@exercise(
    "09.3",
    "Sum over the pixels of each image, not over the images.",
    "Divide the squared error of an image by the ink of this image: the sum of its pixels.",
)
def fair_score(function):
    rng = np.random.default_rng(93)
    x = rng.uniform(size=(5, 7, 4, 1)) * np.array([0.1, 0.5, 1, 1, 0.3])[:, None, None, None]
    x_hat = np.clip(x + 0.2 * rng.normal(size=x.shape), 0, 1)
    name = "the scores of fair_score"
    s = array(call(function, x, x_hat, name="fair_score"), name=name)
    require(s.size != 1, "fair_score returns one number for all images: one per image is needed")
    s = array(s, (5,), name)
    axes = (1, 2, 3)
    square, ink = ((x - x_hat) ** 2).sum(axis=axes), x.sum(axis=axes)
    right = square / ink
    if not _same(s, right):
        typical = [
            (square, "the score is the raw error: it does not know how much ink there is"),
            (square / 28, "the score is the raw error: it does not know how much ink there is"),
            (right / 28, "the error is a mean and the ink a sum: take both in the same way"),
            (right * 28, "the error is a sum and the ink a mean: take both in the same way"),
            (np.sqrt(right), "there is a root too many: the squared error is wanted"),
            (np.sqrt(square) / ink, "there is a root too many: the squared error is wanted"),
            (1 / right, "the ratio is upside down"),
            (-right, "the sign is wrong: an anomaly has a large score"),
            (square / x_hat.sum(axis=axes), "the ink is that of x, not of the reconstruction"),
            (square * ink, "the error must be divided by the ink, not multiplied"),
            (square / (x**2).sum(axis=axes), "the ink is the sum of the pixels, without a square"),
            (np.abs(x - x_hat).sum(axis=axes) / ink, "the error is not squared"),
            ((x - x_hat).sum(axis=axes) ** 2 / ink, "square first, then sum over the pixels"),
            (square / ink.sum(), "each image is divided by its own ink, not by that of all"),
            (square / ink.mean(), "each image is divided by its own ink, not by that of all"),
        ]
        for wrong, message in typical:
            require(not _same(s, wrong), message)
        require(False, "the scores are not squared error per ink")


def _rates(theta, normal, anomalous):
    return float(np.mean(normal > theta)), float(np.mean(anomalous > theta))


@exercise(
    "09.4",
    "A false alarm is a normal image above the threshold: which quantile has the share `rate` "
    "above it?",
    "np.quantile(spare, 1 - rate). Then count, in the two test sets, what lies above it.",
)
def alarm(function):
    rng = np.random.default_rng(94)
    spare, normal = rng.gamma(4, 1, 1000), rng.gamma(4, 1.1, 700)
    anomalous = rng.gamma(6, 1.5, 500)
    for rate in (0.1, 0.03):
        result = call(function, spare, normal, anomalous, rate, name="alarm")
        require(
            isinstance(result, tuple | list | np.ndarray) and np.size(result) == 3,
            f"alarm must return theta, false_alarms, found, and it returns {kind(result)}",
        )
        names = ("theta", "false_alarms", "found")
        theta, false_alarms, found = (number(v, n) for v, n in zip(result, names))

        def near(q, of, theta=theta):
            few = 2.5 / len(of)
            low, high = np.quantile(of, [max(q - few, 0), min(q + few, 1)])
            return low <= theta <= high

        if not near(1 - rate, spare):
            require(
                not near(rate, spare),
                "theta lies on the wrong side: nearly all normal images would raise an alarm",
            )
            require(
                not near(rate, anomalous) and not near(1 - rate, anomalous),
                "theta is taken from the anomalies: they are unknown when it is set",
            )
            require(
                not near(1 - rate, normal),
                "theta is taken from the test set: the spare images are there for it",
            )
            everything = np.concatenate([spare, normal, anomalous])
            require(
                not near(1 - rate, everything),
                "theta is taken from all images: only the spare normal ones may set it",
            )
            require(
                not near(1 - rate / 2, spare),
                "half of the rate is above theta: alarms are raised on one side only",
            )
            require(not near(1 - rate / 100, spare), "rate is a fraction, not a number of per cent")
            share = np.mean(spare > theta)
            require(False, f"a share of {share:.3f} of the spare images lies above theta")
        right = _rates(theta, normal, anomalous)
        for value, wanted, set_name, other in (
            (false_alarms, right[0], "normal", normal),
            (found, right[1], "anomalous", anomalous),
        ):
            name = "false_alarms" if set_name == "normal" else "found"
            if abs(value - wanted) < 1e-9:
                continue
            require(
                abs(value - wanted * len(other)) > 0.5,
                f"{name} is a number of images: a fraction is wanted",
            )
            require(
                abs(value - 100 * wanted) > 1e-6, f"{name} is in per cent: a fraction is wanted"
            )
            require(
                abs(value - (1 - wanted)) > 1e-9,
                f"{name} counts what lies below theta: an alarm lies above",
            )
            require(
                not (_same([false_alarms, found], right[::-1])),
                "false_alarms and found are exchanged",
            )
            require(
                name == "found" or abs(value - np.mean(spare > theta)) > 1e-9,
                "false_alarms is counted in the images that set theta: count in the test set",
            )
            require(False, f"{name} is not the share of the {set_name} test images above theta")


@exercise(
    "09.5",
    "How do the mean, and the deviations from it, change in each case?",
    "The error is a mean of squared deviations from a plane. Which of the changes stretches these "
    "deviations, and which only moves or relabels them?",
)
def predict(*factors):
    names = ("inverted", "doubled", "shuffled", "framed")
    require(len(factors) == 4, f"{len(factors)} answers instead of 4")
    inverted, doubled, shuffled, framed = (number(v, n) for v, n in zip(factors, names))
    for name, value in zip(names, (inverted, doubled, shuffled, framed)):
        require(value > 0, f"{name} is {value:g}: a ratio of two squared errors is positive")
    require(
        abs(inverted - 1) < 0.01,
        "inverted is wrong: 1 - x moves the mean and turns the deviations from it round; what "
        "does the square say?",
    )
    require(abs(doubled - 2) > 0.01, "doubled forgets the square")
    require(abs(doubled - 1) > 0.01, "doubled is wrong: the deviations do change")
    require(abs(doubled - 4) < 0.01, "doubled is wrong: by how much is each deviation stretched?")
    require(
        abs(shuffled - 1) < 0.01,
        "shuffled is wrong: does PCA know which pixels are neighbours?",
    )
    require(
        abs(framed - 1) > 0.01,
        "framed is wrong: the sum of the squares stays, over how many pixels is it averaged?",
    )
    require(abs(framed - 0.5) > 0.01, "framed is wrong: twice the side is not twice the pixels")
    require(abs(framed - 4) > 0.01, "framed is upside down: the new error over the old one")
    require(abs(framed - 0.25) < 0.001, "framed is wrong: count the pixels before and after")
