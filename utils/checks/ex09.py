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
    "Strides of two with padding 'same' lead from 22 to 11 to 6 to 3. The number of filters of the "
    "last layer is the number of maps.",
    "Conv2DTranspose doubles a side unless you say otherwise. In which step is that one too many? "
    "Look at output_padding there, or cut the map with Cropping2D.",
)
def conv_autoencoder(function):
    import keras

    def sides_of(model):  # of the maps within, those of models within it, too
        inner = [side for v in model.layers if hasattr(v, "layers") for side in sides_of(v)]
        shapes = [getattr(getattr(v, "output", None), "shape", ()) for v in model.layers]
        return inner + [shape[1] for shape in shapes if len(shape) == 4]

    rng = np.random.default_rng(92)
    for (maps,) in inputs_of("conv_autoencoder", [(8,), (2,)]):
        made, names = call(function, maps, name="conv_autoencoder"), ("encoder", "decoder")
        pair = encoder, decoder = things(made, names, "conv_autoencoder", "return")
        is_keras(encoder, f"the encoder for {maps} maps", (22, 22, 1), (3, 3, maps))
        is_keras(decoder, f"the decoder for {maps} maps", (3, 3, maps), (22, 22, 1))
        kinds = [[type(layer) for layer in model.layers] for model in pair]
        require(keras.layers.Conv2D in kinds[0], "the encoder has no Conv2D layer")
        dense = keras.layers.Dense in kinds[0] + kinds[1]
        require(not dense, "the autoencoder has a Dense layer: it must be convolutional throughout")
        for model, name in zip(pair, names):
            for side in {11, 6} - {*sides_of(model)}:
                require(False, f"the {name} has no maps of {side} x {side} on its way")
        weights = encoder.count_params() + decoder.count_params()
        require(weights < 100_000, f"{weights} parameters are too many: stay below 100,000")
        images = rng.uniform(size=(64, 22, 22, 1)).astype("float32")
        codes, loud = np.asarray(encoder(images)), np.asarray(encoder(1e4 * images))
        require(codes.std(axis=0).max() > 0, "the code is the same for all images")
        require(codes.min() < 0, "the code is never negative: its layer must have no activation")
        bounded = np.abs(codes).max() <= 1 and np.abs(loud).max() <= 1.001
        require(not bounded, "the code is bounded: its layer has an activation")
        back = np.asarray(decoder(50 * rng.normal(size=(64, 3, 3, maps)).astype("float32")))
        low, high = back.min(), back.max()
        reach = f"the decoder's pixels reach from {low:.2g} to {high:.2g}: they must stay in [0, 1]"
        require(low >= 0 and high <= 1, reach)
        require(back.std(axis=0).max() > 0, "the decoder ignores the code")


@exercise(
    "09.3",
    "np.polyfit(x, y, 1) returns slope and offset of the line for y. Which images are known to be "
    "normal?",
    "Fit S_spare against ink_spare, then take the line at `ink` away from S.",
)
def fair_score(function):
    def table(S_spare, ink_spare, S, ink):
        def above(x, y, at=ink, score=S):
            slope, offset = np.polyfit(x, y, 1)
            return score - offset - slope * at

        right, ratio = above(ink_spare, S_spare), np.sum(S_spare * ink_spare) / np.sum(ink_spare**2)
        slope, offset = np.polyfit(ink_spare, S_spare, 1)
        turned, centre = np.polyfit(S_spare, ink_spare, 1)
        spread = above(ink_spare, S_spare, ink_spare, S_spare).std(ddof=2)
        return right, [
            (Shape(S_spare.shape), "one score for each spare image: the test images need one"),
            (Shape(()), "fair_score returns one number for all images: one per image is needed"),
            (above(ink, S), "the line is fitted to the test, anomalies and all"),
            (above(np.append(ink_spare, ink), np.append(S_spare, S)),
             "the line is fitted to all images: only spare ones are known to be normal"),
            ([S - (ink - centre) / turned, S - centre - turned * ink],
             "ink and error are exchanged in the fit: the line predicts S"),
            (S - ratio * ink, "the line is forced through zero: fit the offset, too"),
            (S - slope * ink, "the offset is left in the score"),
            (S - offset, "the line has no slope: it is the same for all inks"),
            (S - S_spare.mean(), "this is above the mean error: it knows nothing of the ink"),
            (S - slope - offset * ink, "slope and offset are exchanged"),
            (S / (S - right), "S is divided by the line: take the difference"),
            (S / ink, "this is the lecture's score: it supposes an error proportional to the ink"),
            (S - right, "this is the line itself: return how far S lies above it"),
            (np.abs(right), "an error below the line is a negative score: no absolute value"),
            (right / spread, "the score is divided by the scatter: it keeps the unit of S"),
            (None, "the scores are not the distances above a line fitted to the spare images"),
        ]  # fmt: skip

    rng, cases = np.random.default_rng(93), []
    for n, m in ((40, 6), (12, 9)):
        ink_spare, ink = rng.uniform(1, 4, n), rng.uniform(0.3, 5, m)
        S_spare = 2 + 0.7 * ink_spare + 0.4 * rng.normal(size=n)
        cases.append((S_spare, ink_spare, 1 + ink + rng.normal(size=m) ** 2, ink))
    compare_function("fair_score", function, table, cases, what="the scores of fair_score")


@exercise(
    "09.4",
    "A false alarm is a normal image above the threshold: which quantile has `rate` above it?",
    "np.quantile(spare, 1 - rate). Variances add: what is that of a share `rate` of n images?",
)
def alarm(function):
    def table(spare, normal, anomalous, rate):
        made = call(function, spare, normal, anomalous, rate, name="alarm")
        theta = number(things(made, names, "alarm", "return")[0], "the theta of alarm")

        def has(share, *sets):  # above theta, whichever definition of a quantile is taken
            scores = np.concatenate(sets or [spare])
            return abs(np.mean(scores > theta) - share) < 2.5 / len(scores)

        own, false, found = (np.mean(s > theta) for s in (spare, normal, anomalous))
        n, m, one, other = len(spare), len(normal), rate * (1 - rate), anomalous
        both, parts = 1 / n + 1 / m, (("false_alarms", false, m), ("found", found, len(other)))
        return (theta if has(rate) else np.nan, false, found, np.sqrt(one * both)), [
            *(("theta", wrong, message) for wrong, message in (
                (has(0.05) or has(0.1), "... is the same for every rate: `rate` lies above it"),
                (has(1 - rate), "... is on the wrong side: nearly all are alarms"),
                (has(rate, other) or has(1 - rate, other), "... is taken from the anomalies"),
                (has(rate, normal), "... is taken from the test set: use the spare images"),
                (has(rate, spare, normal, other), "... is taken from all images"),
                (has(rate / 2), "half of the rate is above theta: one side only"),
                (has(0.99 + rate / 100), "np.percentile counts in per cent"),
                (None, f"a share of {own:.3f} of the spare images lies above theta"),
            )),
            ((None, found, false, None), "false_alarms and found are exchanged"),
            ("false_alarms", own, "... is counted in spare images: count in the test set"),
            *((part, wrong, message) for part, share, size in parts for wrong, message in (
                (size * share, "... is a number of images: a fraction is wanted"),
                (1 - share, "... counts what lies below theta: an alarm lies above"),
                (None, "... is not the share of its test images above theta"),
            )),
            ("error", [np.sqrt(one / m), np.sqrt(one / n)], "... lacks the other set's images"),
            ("error", np.sqrt(one / n) + np.sqrt(one / m), "variances add, not errors"),
            ("error", one * both, "... is a variance: take the square root"),
            ("error", np.sqrt(rate * both), "... lacks 1 - rate: a share is binomial"),
            ("error", np.sqrt(false * (1 - false) * both), "... uses the share counted"),
        ]  # fmt: skip

    names, rng = ("theta", "false_alarms", "found", "error"), np.random.default_rng(94)
    sets = rng.gamma(4, 1, 1000), rng.gamma(4, 1.1, 700), rng.gamma(6, 1.5, 500)
    compare_function("alarm", function, table, [(*sets, 0.12), (*sets, 0.03)], names)


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
