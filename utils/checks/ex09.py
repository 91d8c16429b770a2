"""Checks of assignment 09: autoencoders."""

import numpy as np

from utils.checks import exercise
from utils.checks.attempt import call, inputs_of, note, require
from utils.checks.compare import Shape, array, compare, compare_function, number, same, things
from utils.checks.models import answers, is_keras


@exercise(
    "09.1",
    "Subtract the mean image first; np.linalg.svd(..., full_matrices=False) then returns U, S, Vh.",
    "The rows of Vh are directions in the space of the pixels, in falling order of S.",
)
def pca(function):
    rng, cases = np.random.default_rng(91), []
    for n, k in ((40, 2), (4, 3)):
        turn = np.linalg.qr(rng.normal(size=(6, 6)))[0]
        x = rng.normal(size=(n, 6)) * [3.0, 2.0, 1.2, 0.6, 0.3, 0.1] @ turn
        cases.append((x + 4 * turn[-1] + turn[0], k))
    for x, k in inputs_of("pca", cases):
        (n, pixels), centre = x.shape, x.mean(axis=0)
        pair = call(function, x, k, name="pca")
        mean, found = things(pair, ("mean", "v"), "pca", "return", depth=2)
        compare("the mean of pca", mean, centre, [
            (Shape((n,)), f"the mean has {n} numbers, one per image: average over the images"),
            (0 * centre, "the mean is zero: return the mean image of x"),
            (None, "the mean is not that of the images"),
        ])  # fmt: skip
        every = np.linalg.svd(x - centre, full_matrices=False)[2]
        right, uncentred = every[:k], np.linalg.svd(x, full_matrices=False)[2][:k]

        def spans(rows):
            return lambda v: same(v.T @ v, rows.T @ rows, rtol=1e-3)

        def along(v, rows=right):
            return np.abs(np.sum(v * rows, axis=1))

        found = array(found, name="the v of pca")
        if found.shape == right.shape:  # a direction has no sign
            found = found * np.where(np.sum(found * right, axis=1) < 0, -1, 1)[:, None]
        compare("the v of pca", found, right, [
            (Shape((pixels, k)), "v is transposed: each direction is a row"),
            (Shape((n, k)), "v has one row per image: these are not directions of pixels"),
            (spans(uncentred), "v belongs to uncentred images: subtract the mean before the SVD"),
            (lambda v: np.abs(np.linalg.norm(v, axis=1) - 1).max() > 1e-3, lambda v: "the first "
             f"direction has length {np.linalg.norm(v[0]):.3g}: each must have length one"),
            (lambda v, back=right[::-1]: along(v, back).min() > 0.999,
             "the directions come in rising order: the largest spread first"),
            (spans(every[-k:]) if n > pixels else False,
             "these have the smallest spread: take the largest"),
            (lambda v: same(np.abs(v), np.eye(*v.shape)),
             "v are single pixels, not the directions of largest spread"),
            (None, lambda v: f"direction {np.argmin(along(v)) + 1} is not a principal component"),
        ], rtol=1e-3)  # fmt: skip


@exercise(
    "09.2",
    "Three strides of two lead from 28 to 14 to 7 to 4; the number of filters of the last layer is "
    "the number of maps.",
    "On the way back 4 must become 7, not 8: look at output_padding of Conv2DTranspose, or cut the "
    "map with Cropping2D. The code must be able to take any value, the image lies in [0, 1].",
)
def conv_autoencoder(function):
    import keras

    rng = np.random.default_rng(92)
    for (maps,) in inputs_of("conv_autoencoder", [(8,), (2,)]):
        made, names = call(function, maps, name="conv_autoencoder"), ("encoder", "decoder")
        pair = encoder, decoder = things(made, names, "conv_autoencoder", "return")
        is_keras(encoder, f"the encoder for {maps} maps", (28, 28, 1), (4, 4, maps))
        is_keras(decoder, f"the decoder for {maps} maps", (4, 4, maps), (28, 28, 1))
        kinds = [[type(layer) for layer in model.layers] for model in pair]
        require(keras.layers.Conv2D in kinds[0], "the encoder has no Conv2D layer")
        dense = keras.layers.Dense in kinds[0] + kinds[1]
        require(not dense, "the autoencoder has a Dense layer: it must be convolutional throughout")
        weights = encoder.count_params() + decoder.count_params()
        require(weights < 100_000, f"{weights} parameters are too many: stay below 100,000")
        images = rng.uniform(size=(64, 28, 28, 1)).astype("float32")
        codes, loud = np.asarray(encoder(images)), np.asarray(encoder(1e4 * images))
        require(codes.std(axis=0).max() > 0, "the code is the same for all images")
        require(codes.min() < 0, "the code is never negative: its layer must have no activation")
        bounded = np.abs(codes).max() <= 1 and np.abs(loud).max() <= 1.001
        require(not bounded, "the code is bounded: its layer has an activation")
        back = np.asarray(decoder(50 * rng.normal(size=(64, 4, 4, maps)).astype("float32")))
        low, high = back.min(), back.max()
        reach = f"the decoder's pixels reach from {low:.2g} to {high:.2g}: they must stay in [0, 1]"
        require(low >= 0 and high <= 1, reach)
        require(back.std(axis=0).max() > 0, "the decoder ignores the code")


@exercise(
    "09.3",
    "Sum over the pixels of each image, not over the images.",
    "Divide the squared error of an image by the ink of this image: the sum of its pixels.",
)
def fair_score(function):
    def table(x, x_hat):
        def added(values):
            return values.reshape(len(x), -1).sum(axis=1)

        square, ink, pixels = added((x - x_hat) ** 2), added(x), x[0].size
        right = square / ink
        return right, [
            (Shape(()), "fair_score returns one number for all images: one per image is needed"),
            ([square, square / pixels],
             "the score is the raw error: it does not know how much ink there is"),
            (right / pixels, "the error is a mean and the ink a sum: take both in the same way"),
            (right * pixels, "the error is a sum and the ink a mean: take both in the same way"),
            ([np.sqrt(right), np.sqrt(square) / ink],
             "there is a root too many: the squared error is wanted"),
            (square / added(x_hat), "the ink is that of x, not of the reconstruction"),
            (square * ink, "the error must be divided by the ink, not multiplied"),
            (square / added(x**2), "the ink is the sum of the pixels, without a square"),
            (added(np.abs(x - x_hat)) / ink, "the error is not squared"),
            (added(x - x_hat) ** 2 / ink, "square first, then sum over the pixels"),
            ([square / ink.sum(), square / ink.mean()],
             "each image is divided by its own ink, not by that of all"),
            (None, "the scores are not squared error per ink"),
        ]  # fmt: skip

    rng, cases = np.random.default_rng(93), []
    for shape in ((5, 7, 4, 1), (3, 6, 6, 1)):
        x = rng.uniform(size=shape) * np.resize([0.1, 0.5, 1, 1, 0.3], (shape[0], 1, 1, 1))
        cases.append((x, np.clip(x + 0.2 * rng.normal(size=shape), 0, 1)))
    compare_function("fair_score", function, table, cases, what="the scores of fair_score")


@exercise(
    "09.4",
    "A false alarm is a normal image above the threshold: which quantile has the share `rate` "
    "above it?",
    "np.quantile(spare, 1 - rate). Then count, in the two test sets, what lies above it.",
)
def alarm(function):
    names, rng, trials = ("theta", "false_alarms", "found"), np.random.default_rng(94), []
    sets = rng.gamma(4, 1, 1000), rng.gamma(4, 1.1, 700), rng.gamma(6, 1.5, 500)
    for inputs in inputs_of("alarm", [(*sets, 0.1), (*sets, 0.03)]):
        result = things(call(function, *inputs, name="alarm"), names, "alarm", "return")
        trials.append((inputs, *(number(v, f"{n} of alarm") for v, n in zip(result, names))))

    def near(inputs, theta, *of, share=lambda rate: rate):
        """Whether about this share of these sets, one or some together, lies above theta."""
        values = np.concatenate([inputs[k] for k in of])
        q, few = 1 - share(inputs[3]), 2.5 / len(values)  # the quantile may be defined otherwise
        low, high = np.quantile(values, np.clip([q - few, q + few], 0, 1))
        return low - 1e-6 * abs(low) <= theta <= high + 1e-6 * abs(high)

    def always(*of, **share):
        return all(near(inputs, theta, *of, **share) for inputs, theta, *_ in trials)

    inputs, theta, *_ = next((t for t in trials if not near(*t[:2], 0)), trials[-1])
    note(inputs)
    top = all(abs(theta / spare.max() - 1) < 1e-6 for (spare, *_), theta, *_ in trials)
    fixed = len(trials) > 1 and any(always(0, share=lambda _, s=s: s) for s in (0.1, 0.05, 0.01))
    compare("theta", not always(0), False, [
        (top, "theta is the largest of the spare scores: a share `rate` must lie above it"),
        (fixed, "theta is the same for every rate: the share above it is given by `rate`"),
        (always(0, share=lambda r: 1 - r), "theta is on the wrong side: nearly all are alarms"),
        (always(2) or always(2, share=lambda r: 1 - r),
         "theta is taken from the anomalies, unknown when it is set"),
        (always(1), "theta is taken from the test set: use the spare images"),
        (always(0, 1, 2), "theta is taken from all images: only spare ones may set it"),
        (always(0, share=lambda r: r / 2), "half of the rate is above theta: one side only"),
        (always(0, share=lambda r: 1 - (1 - r) / 100), "np.percentile counts in per cent"),
        (always(0, share=lambda r: r / 100), "rate is a fraction, no per cent"),
        (None, f"a share of {np.mean(inputs[0] > theta):.3f} of the spare images lies above theta"),
    ])  # fmt: skip
    for inputs, theta, *found in trials:
        spare, *scores, _ = inputs
        note(inputs)
        right = [np.mean(some > theta) for some in scores]
        for k, images in enumerate(("normal", "anomalous")):
            compare(names[k + 1], found[k], right[k], [
                (right[k] * len(scores[k]), "... is a number of images: a fraction is wanted"),
                (1 - right[k], "... counts what lies below theta: an alarm lies above"),
                (same(found, right[::-1]), "false_alarms and found are exchanged"),
                (np.mean(spare > theta), "... is counted in spare images: count in the test set"),
                (None, f"... is not the share of the {images} test images above theta"),
            ])  # fmt: skip


@exercise(
    "09.5",
    "How do the mean, and the deviations from it, change in each step?",
    "The error is a mean of squared deviations from a plane. Which steps stretch these deviations, "
    "which only move or relabel them, and over how many pixels is the mean taken afterwards?",
)
def changed_error(function):
    def table(error, a, b, f):
        return error * a**2 / f**2, [
            ([error * a / f**2, error * abs(a) / f**2],
             "each deviation is stretched by a: what does the square say?"),
            (error * a**2,
             "the frame is missing: over how many pixels is the sum of squares averaged?"),
            (error / f**2, "the factor a is missing: the deviations do change"),
            (error * a**2 / f, "f times the side is not f times the pixels"),
            (error * a**2 * f**2, "the frame brings pixels without error: the mean goes down"),
            (error * a**2 / f**4, "the frame is counted twice: the error is a mean already"),
            ([(error * a**2 + b**2) / f**2, error * (a + b) ** 2 / f**2],
             "b moves the mean, too: look at the deviations from it"),
            ((a * error + b) / f**2,
             "a x + b is what happens to the pixels: the error is made of squared deviations"),
            (a**2 / f**2, "this is the factor: multiply the old error by it"),
            (error, "nothing has changed: PCA is blind to some of the steps, not to all"),
            (None, "the new error is another: go through the steps one by one, with pca_mse"),
        ]  # fmt: skip

    cases = [(0.02, -3.0, 1.5, 2), (0.5, 0.25, -2.0, 3), (0.1, 2.0, 0.7, 1)]
    compare_function("changed_error", function, table, cases, rtol=1e-3, atol=0)


@exercise(
    "09.6",
    "keras.Sequential: dense layers that get narrower, Dense(k) without activation, dense layers "
    "that get wider, Dense(30) without activation; loss mse; fit with x as its own target.",
    "64 and 32 units with relu on either side of the bottleneck, Adam, 20 epochs or more. "
    "`model.evaluate(x, x)` divided by s squared tells how far you are.",
)
def pulse_net(function):
    s, place = 0.05, np.arange(30)

    def pulses(seed, n):
        rng = np.random.default_rng(seed)
        a, t = rng.uniform(0.5, 1.5, (n, 1)), rng.uniform(8, 22, (n, 1))
        clean = a * np.exp(-((place - t) ** 2) / 18)
        return np.float32(clean + s * rng.normal(size=clean.shape))

    def widths_of(model):  # of all layers with weights, those of models within it, too
        inner = [layer for layer in model.layers if hasattr(layer, "layers")]
        own = [int(v.weights[0].shape[-1]) for v in model.layers if v not in inner and v.weights]
        return own + [width for layer in inner for width in widths_of(layer)]

    for x, k in inputs_of("pulse_net", [(pulses(96, 2000), 2)]):
        model, new = call(function, x, k, name="pulse_net"), pulses(97, 1000)
        is_keras(model, "what pulse_net returns")
        made = answers(model, new, new.shape)
        note((x, k))
        widths = widths_of(model)
        narrow = f"no layer has {k} outputs, the narrowest has {min(widths, default='none')}: "
        require(k in widths, narrow + "the pulse must pass k numbers")
        slim = min(widths) >= k
        require(slim, f"a layer has {min(widths)} outputs: the bottleneck is narrower than k = {k}")
        error, mean = np.mean((made - new) ** 2) / s**2, new - new.mean(axis=0)
        spread = np.linalg.svd(mean, compute_uv=False) ** 2 / new.size / s**2
        share = f"the error on new pulses is {error:.2f} s²"
        trained, bends = error < 0.9 * spread.sum(), error < 0.9 * spread[k:].sum()
        require(trained, f"{share}, no better than the mean pulse: trained with x as its target?")
        require(bends, f"{share}, that of PCA with {k} numbers: are there activations, to bend?")
        copies = error < 0.85 * (1 - k / 30)
        require(not copies, f"{share}: it copies noise, so more than {k} numbers pass")
        require(error <= 1.2, f"{share}, not at most 1.2 s²: train for longer, or with more units")
