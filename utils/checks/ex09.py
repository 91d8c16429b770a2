"""Checks of assignment 09: autoencoders."""

import numpy as np

from utils.checks import exercise
from utils.checks.compare import (
    Shape,
    call,
    compare,
    compare_function,
    inputs_of,
    kind,
    number,
    require,
    same,
    things,
)


@exercise(
    "09.1",
    "Subtract the mean image first; np.linalg.svd(..., full_matrices=False) then returns U, S, Vh.",
    "The rows of Vh are directions in the space of the pixels, in falling order of S.",
)
def pca(function):
    def upright(rows):
        """Turn the signs of rows so that the largest element of each is positive."""
        rows = np.atleast_2d(rows)
        largest = np.take_along_axis(rows, np.abs(rows).argmax(axis=1)[:, None], 1)
        return np.where(largest < 0, -rows, rows)

    def form(mean, v):
        return mean, upright(v) if v.ndim == 2 and v.size and np.isfinite(v).all() else v

    def table(x, k):
        n, pixels = x.shape
        mean = x.mean(axis=0)
        right = np.linalg.svd(x - mean, full_matrices=False)[2]
        v, last = upright(right[:k]), upright(right[-k:])

        def wrong_row(found):
            return int(np.argmax(np.abs(found - v).max(axis=1))) + 1

        return (mean, v), [
            ((Shape((n,)), None), f"the mean has {n} numbers, one per image: average over the "
             "images"),
            ((None, Shape((pixels, k))), "v is transposed: each direction is a row"),
            ((None, Shape((n, k))), "v has one row per image: these are not directions of pixels"),
            ((None, upright(np.linalg.svd(x, full_matrices=False)[2][:k])), "v belongs to images "
             "that were not centred: subtract the mean before the SVD"),
            ((0 * mean, None), "the mean is zero: return the mean image of x"),
            ((True, None), "the mean is not that of the images"),
            ((None, lambda f: not same(np.linalg.norm(f, axis=1), np.ones(k))), lambda _, f: "the "
             f"first direction has length {np.linalg.norm(f[0]):.3g}: each must have length one"),
            ((None, v[::-1]), "the directions come in rising order: the largest spread first"),
            *(((None, rows if n > pixels else True), "these are the directions with the smallest "
               "spread: take the largest") for rows in (last, last[::-1])),
            ((None, np.eye(pixels)[:k]), "v are single pixels, not the directions of largest "
             "spread"),
            ((None, True), lambda _, f: f"direction {wrong_row(f)} is not a principal component"),
        ]  # fmt: skip

    rng, cases = np.random.default_rng(91), []
    for n, k in ((40, 2), (4, 3)):
        turn = np.linalg.qr(rng.normal(size=(6, 6)))[0]
        x = rng.normal(size=(n, 6)) * [3, 2, 1.2, 0.6, 0.3, 0.1] @ turn + 4 * turn[-1] + turn[0]
        cases.append((x, k))
    compare_function("pca", function, table, cases, parts=("mean", "v"), form=form)


@exercise(
    "09.2",
    "Three strides of two lead from 28 to 14 to 7 to 4; the number of filters of the last layer is "
    "the number of maps.",
    "On the way back 4 must become 7, not 8: look at output_padding of Conv2DTranspose, or cut the "
    "map with Cropping2D. The code must be able to take any value, the image lies in [0, 1].",
)
def conv_autoencoder(function):
    import keras

    def shapes(model, name, *wanted):
        is_model = isinstance(model, keras.Model)
        require(is_model, f"{name} must be a Keras model, and it is {kind(model)}")
        known = model.built and getattr(model, "inputs", None)
        require(known, f"{name} has no input shape: begin with keras.Input")
        sides = ("takes", model.inputs[0]), ("returns", model.outputs[0])
        for (verb, tensor), shape in zip(sides, wanted):
            found = tuple(tensor.shape[1:])
            require(found == shape, f"{name} {verb} {found} for each image: it must be {shape}")

    for (maps,) in inputs_of("conv_autoencoder", [(8,), (2,)]):
        pair = call(function, maps, name="conv_autoencoder")
        encoder, decoder = things(pair, ("encoder", "decoder"), "conv_autoencoder", "return")
        image, code = (28, 28, 1), (4, 4, maps)
        shapes(encoder, f"the encoder for {maps} maps", image, code)
        shapes(decoder, f"the decoder for {maps} maps", code, image)
        convolutions = [q for q in encoder.layers if isinstance(q, keras.layers.Conv2D)]
        require(convolutions, "the encoder has no Conv2D layer")
        dense = [m for m in pair for q in m.layers if isinstance(q, keras.layers.Dense)]
        require(not dense, "the autoencoder has a Dense layer: it must be convolutional throughout")
        weights = encoder.count_params() + decoder.count_params()
        require(weights < 100_000, f"{weights} parameters are too many: stay below 100,000")
        rng = np.random.default_rng(92)
        images = rng.uniform(size=(64, *image)).astype("float32")
        codes, last = (np.asarray(encoder(factor * images)) for factor in (1, 1e4))
        back = np.asarray(decoder(50 * rng.normal(size=(64, *code)).astype("float32")))
        low, high = back.min(), back.max()
        for good, message in (
            (codes.std(axis=0).max() > 0, "the code is the same for all images"),
            (codes.min() < 0, "the code is never negative: its layer must have no activation"),
            (max(np.abs(codes).max(), np.abs(last).max()) > 1.001, "the code is bounded: its layer "
             "has an activation"),
            (low >= 0 and high <= 1, f"the decoder's pixels reach from {low:.2g} to {high:.2g}: "
             "they must stay in [0, 1]"),
            (back.std(axis=0).max() > 0, "the decoder ignores the code"),
        ):  # fmt: skip
            require(good, message)


@exercise(
    "09.3",
    "Sum over the pixels of each image, not over the images.",
    "Divide the squared error of an image by the ink of this image: the sum of its pixels.",
)
def fair_score(function):
    def table(x, x_hat):
        def total(images):
            return images.sum(axis=(1, 2, 3))

        square, ink = total((x - x_hat) ** 2), total(x)
        right, pixels = square / ink, x[0].size
        raw = "the score is the raw error: it does not know how much ink there is"
        root = "there is a root too many: the squared error is wanted"
        own = "each image is divided by its own ink, not by that of all"
        return right, [
            (Shape(()), "fair_score returns one number for all images: one per image is needed"),
            (square, raw),
            (square / pixels, raw),
            (right / pixels, "the error is a mean and the ink a sum: take both in the same way"),
            (right * pixels, "the error is a sum and the ink a mean: take both in the same way"),
            (np.sqrt(right), root),
            (np.sqrt(square) / ink, root),
            (1 / right, "the ratio is upside down"),
            (-right, "the sign is wrong: an anomaly has a large score"),
            (square / total(x_hat), "the ink is that of x, not of the reconstruction"),
            (square * ink, "the error must be divided by the ink, not multiplied"),
            (square / total(x**2), "the ink is the sum of the pixels, without a square"),
            (total(np.abs(x - x_hat)) / ink, "the error is not squared"),
            (total(x - x_hat) ** 2 / ink, "square first, then sum over the pixels"),
            (square / ink.sum(), own),
            (square / ink.mean(), own),
            (None, "the scores are not squared error per ink"),
        ]  # fmt: skip

    rng = np.random.default_rng(93)
    x = rng.uniform(size=(5, 7, 4, 1)) * np.array([0.1, 0.5, 1, 1, 0.3])[:, None, None, None]
    cases = [(x, np.clip(x + 0.2 * rng.normal(size=x.shape), 0, 1))]
    compare_function("fair_score", function, table, cases, what="the scores of fair_score")


@exercise(
    "09.4",
    "A false alarm is a normal image above the threshold: which quantile has the share `rate` "
    "above it?",
    "np.quantile(spare, 1 - rate). Then count, in the two test sets, what lies above it.",
)
def alarm(function):
    names = ("theta", "false_alarms", "found")

    def answer(*inputs):
        result = call(function, *inputs, name="alarm")
        found = zip(things(result, names, "alarm", "return"), names)
        return [number(value, name) for value, name in found]

    def judge(theta, spare, normal, anomalous, rate, fixed):
        def near(share, scores):
            few = 2.5 / len(scores)
            low, high = np.quantile(scores, np.clip([share - few, share + few], 0, 1))
            return low <= theta <= high

        above = np.mean(spare > theta)
        everything = np.concatenate([spare, normal, anomalous])
        for applies, message in (
            (near(1 - rate, spare), None),
            (near(rate, spare), "theta lies on the wrong side: nearly all normal images would "
             "raise an alarm"),
            (near(rate, anomalous) or near(1 - rate, anomalous), "theta is taken from the "
             "anomalies: they are unknown when it is set"),
            (near(1 - rate, normal), "theta is taken from the test set: the spare images are there "
             "for it"),
            (near(1 - rate, everything), "theta is taken from all images: only the spare normal "
             "ones may set it"),
            (above == 0, "theta is the largest spare score or beyond: no spare image lies above "
             "it"),
            (fixed, "theta does not depend on rate: at each rate the same share of "
             f"{above:.3f} of the spare images lies above it"),
            (near(1 - rate / 2, spare), "half of the rate is above theta: alarms are raised on one "
             "side only"),
            (near((1 - rate) / 100, spare), "np.percentile counts in per cent, and 1 - rate is a "
             "fraction"),
            (near(1 - rate / 100, spare), "rate is a fraction, not a number of per cent"),
            (True, f"a share of {above:.3f} of the spare images lies above theta"),
        ):  # fmt: skip
            if applies:
                return require(message is None, message)

    rng = np.random.default_rng(94)
    sets = rng.gamma(4, 1, 1000), rng.gamma(4, 1.1, 700), rng.gamma(6, 1.5, 500)
    for spare, normal, anomalous, rate in inputs_of("alarm", [(*sets, 0.1), (*sets, 0.03)]):
        inputs = (spare, normal, anomalous)
        other = answer(*inputs, rate / 3)[0]
        theta, *shares = answer(*inputs, rate)
        judge(theta, *inputs, rate, fixed=same(other, theta))
        right = [np.mean(scores > theta) for scores in inputs[1:]]
        exchanged, counted = same(shares, right[::-1]), np.mean(spare > theta)
        zipped = zip(names[1:], shares, right, inputs[1:], ("normal", "anomalous"))
        for name, value, share, scores, which in zipped:
            compare(name, value, share, [
                (share * len(scores), f"{name} is a number of images: a fraction is wanted"),
                (100 * share, f"{name} is in per cent: a fraction is wanted"),
                (1 - share, f"{name} counts what lies below theta: an alarm lies above"),
                (exchanged, "false_alarms and found are exchanged"),
                (counted if which == "normal" else False, "false_alarms is counted in the images "
                 "that set theta: count in the test set"),
                (None, f"{name} is not the share of the {which} test images above theta"),
            ])  # fmt: skip


@exercise(
    "09.5",
    "How do the mean, and the deviations from it, change in each case?",
    "The error is a mean of squared deviations from a plane. Which of the changes stretches these "
    "deviations, and which only moves or relabels them?",
)
def predict(inverted, doubled, shuffled, framed):
    table = [
        ("inverted", inverted, 1, [
            (None, "is wrong: 1 - x moves the mean and turns the deviations from it round; what "
             "does the square say?"),
        ]),
        ("doubled", doubled, 4, [
            (2, "forgets the square"),
            (1, "is wrong: the deviations do change"),
            (None, "is wrong: by how much is each deviation stretched?"),
        ]),
        ("shuffled", shuffled, 1, [
            (None, "is wrong: does PCA know which pixels are neighbours?"),
        ]),
        ("framed", framed, 0.25, [
            (1, "is wrong: the sum of the squares stays, over how many pixels is it averaged?"),
            (0.5, "is wrong: twice the side is not twice the pixels"),
            (4, "is upside down: the new error over the old one"),
            (None, "is wrong: count the pixels before and after"),
        ]),
    ]  # fmt: skip
    for name, value, right, rows in table:
        rows = [
            (lambda v: v <= 0, f"{name} is wrong: a ratio of squared errors is positive"),
            *((wrong, f"{name} {why}") for wrong, why in rows),
        ]
        compare(name, value, right, rows, rtol=0, atol=0.004 if right < 1 else 0.01)
