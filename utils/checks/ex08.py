"""Checks of assignment 08: reading handwritten digits."""

import functools

import numpy as np

from utils.checks import exercise
from utils.checks.compare import array, call, close, kind, number, require

REQUIRED = 0.96  # share of the stand-in's test digits that the network of 08.5 must read


@exercise(
    "08.1",
    "np.zeros((n, k)) has room for all rows; which element of row i becomes 1?",
    "np.eye(k) holds every possible row, and an integer array as index picks rows.",
)
def one_hot(function):
    y, k = np.array([3, 0, 2, 3, 1, 0]), 5  # no label is k - 1
    rows = call(function, y, k, name="one_hot")
    rows = array(rows, name="the result")
    require(rows.shape != (k, len(y)), "the result is transposed: one row per label, please")
    require(
        rows.shape != (len(y), y.max() + 1),
        "there are as many columns as labels occur in y: it must be k, also if some do not occur",
    )
    rows = array(rows, (len(y), k), name="the result")
    require(bool(np.isin(rows, (0, 1)).all()), "the result must consist of 0 and 1 only")
    require(bool((rows.sum(axis=1) == 1).all()), "each row must contain exactly one 1")
    place = rows.argmax(axis=1)
    require(
        not np.array_equal(place, (y - 1) % k) and not np.array_equal(place, (y + 1) % k),
        "the 1 stands one place off: label 0 belongs to column 0",
    )
    require(np.array_equal(place, y), "the 1 of a row does not stand in the column of its label")


@exercise(
    "08.2",
    "np.exp(1000) is infinite. Which number can you subtract from all scores of an image "
    "without changing its probabilities?",
    "Subtract each row's own maximum; keepdims=True keeps the shape (n, 1), which broadcasts.",
)
def softmax(function):
    z = np.array([[0.0, 1.0, -1.0, 2.0], [3.0, 0.5, 0.5, -2.0], [0.2, 0.1, 0.0, -0.3]])
    with np.errstate(all="ignore"):
        p = array(call(function, z, name="softmax"), z.shape, name="the result")
        _diagnose_softmax(p, z)
        for shifted, what in [
            (z + 1000, "very large scores: exp overflows, so subtract something first"),
            (
                z - 1000,
                "very negative scores: all exponentials vanish, so subtract something first",
            ),
            (
                z + np.array([[0.0], [1500.0], [-1500.0]]),
                "images whose scores lie far apart: what you subtract must be each row's own",
            ),
        ]:
            q = _any_array(call(function, shifted, name="softmax"), z.shape)
            require(bool(np.isfinite(q).all()), f"the result is not finite for {what}")
            close(q, p, f"the result is wrong for {what}", atol=1e-9)
        large = z.copy()
        large[0, 0] = 2000.0
        q = _any_array(call(function, large, name="softmax"), z.shape)
        require(
            bool(np.isfinite(q).all()) and np.isclose(q[0, 0], 1),
            "one score far above the others must get the probability 1",
        )


def _any_array(value, shape):
    """Return a student's array, in which NaN and infinity are allowed for the moment."""
    finite = array(np.nan_to_num(np.asarray(value, dtype=float)), shape, name="the result")
    return np.where(np.isfinite(np.asarray(value, dtype=float)), finite, np.nan)


def _diagnose_softmax(p, z):
    require(
        not (p <= 0).all(),
        "all results are negative or zero: these look like logarithms of probabilities",
    )
    require(bool((p >= 0).all()), "probabilities cannot be negative")
    if not np.allclose(p.sum(axis=1), 1):
        require(
            not np.allclose(p.sum(axis=0), 1),
            "the columns add up to 1, but the rows must: each row is an image (check the axis)",
        )
        require(
            not np.isclose(p.sum(), 1),
            "all elements together add up to 1, but each row must: sum over one axis only",
        )
        require(not np.allclose(p, np.exp(z)), "the exponentials are not divided by their sum")
        require(False, "the probabilities of an image must add up to 1")
    ratio = np.log(p[:, :-1] / p[:, 1:])
    steps = z[:, :-1] - z[:, 1:]
    require(
        not np.allclose(ratio, -steps), "the largest score gets the smallest probability: a sign?"
    )
    require(
        not np.allclose(ratio, np.log(2) * steps) and not np.allclose(ratio, np.log(10) * steps),
        "the probabilities follow powers of another base than e",
    )
    require(
        np.allclose(ratio, steps),
        "the ratio of two probabilities must be the exponential of the difference of their scores",
    )


def _hinge(w, x, y, delta, penalty):
    """Return mean loss, penalty term and excess (n, k) of a linear classifier."""
    rows = np.arange(len(y))
    z = x @ w
    excess = z - z[rows, y][:, None] + delta
    excess[rows, y] = 0
    return np.maximum(0, excess).sum(axis=1).mean(), penalty * (w**2).sum(), excess


@exercise(
    "08.3",
    "Compute all scores z (n, k), subtract each row's correct score, add delta, and set the "
    "correct class's own term to zero before you sum.",
    "The slope by z is 1 for each positive term, and for the correct class minus their number. "
    "Divide by n, multiply by x transposed, and add the derivative of the penalty.",
)
def hinge(function):
    rng = np.random.default_rng(8)
    w, x, y = rng.normal(size=(6, 4)), rng.normal(size=(9, 6)), rng.integers(0, 4, 9)
    for delta, penalty in [(1.0, 0.0), (2.5, 0.0), (1.0, 0.3)]:
        result = call(function, w, x, y, delta, penalty, name="hinge")
        require(
            isinstance(result, tuple | list) and len(result) == 2,
            f"hinge must return two things, loss and gradient, and it returns {kind(result)}",
        )
        loss, gradient = number(result[0], "the loss"), result[1]
        _diagnose_hinge_loss(loss, w, x, y, delta, penalty)
        gradient = array(gradient, name="the gradient")
        require(gradient.shape != w.T.shape, "the gradient is transposed: it has the shape of w")
        _diagnose_hinge_gradient(
            array(gradient, w.shape, name="the gradient"), w, x, y, delta, penalty
        )


def _diagnose_hinge_loss(loss, w, x, y, delta, penalty):
    mean, square, excess = _hinge(w, x, y, delta, penalty)
    data = loss - square
    require(
        not np.isclose(data, mean + delta),
        "the loss is too large by delta: the correct class itself must not count",
    )
    require(not np.isclose(data, mean * len(y)), "the loss is the sum over images, not their mean")
    require(
        not np.isclose(data, mean / w.shape[1]) and not np.isclose(data, mean / (w.shape[1] - 1)),
        "the loss is averaged over the classes: sum over them, and average over images only",
    )
    require(
        not np.isclose(data, np.maximum(0, excess).max(axis=1).mean()),
        "only the worst offender of each image counts: sum over all classes",
    )
    require(
        delta == 1 or not np.isclose(data, _hinge(w, x, y, 1.0, 0)[0]),
        "the loss takes delta = 1 whatever delta is",
    )
    if penalty:
        require(not np.isclose(loss, mean), "the loss lacks the penalty")
        require(
            not np.isclose(loss, mean + square / 2),
            "the penalty is half of what it must be: it is penalty * sum of w squared, without 1/2",
        )
        require(
            not np.isclose(loss, mean + penalty * np.sqrt((w**2).sum())),
            "the penalty takes the length of w: it must be the sum of its squares",
        )
    close(loss, mean + square, "the loss is not the one of the formula", rtol=1e-7)


def _diagnose_hinge_gradient(gradient, w, x, y, delta, penalty):
    rows = np.arange(len(y))
    offenders = (_hinge(w, x, y, delta, penalty)[2] > 0).astype(float)
    slope = offenders.copy()
    slope[rows, y] = -offenders.sum(axis=1)
    data, square = x.T @ slope / len(y), 2 * penalty * w
    right = data + square
    require(not np.allclose(gradient, -right), "the gradient has the opposite sign")
    for part in (square, 0 * square):
        require(
            not np.allclose(gradient, data * len(y) + part),
            "the gradient is a sum over images, but the loss is their mean",
        )
        require(
            not np.allclose(gradient, x.T @ offenders / len(y) + part),
            "the gradient lacks the force on the correct class: each offender pulls it up",
        )
    slope[rows, y] = -np.minimum(offenders.sum(axis=1), 1)
    require(
        not np.allclose(gradient, x.T @ slope / len(y) + square),
        "each offender pulls the correct class up, so several of them pull several times",
    )
    if penalty:
        require(not np.allclose(gradient, data), "the gradient lacks the penalty's part")
        require(
            not np.allclose(gradient, data + square / 2),
            "the penalty's part of the gradient is wrong by a factor of 2",
        )
    close(
        gradient,
        right,
        "the gradient does not agree with finite differences of the loss",
        rtol=1e-7,
    )


@exercise(
    "08.4",
    "np.argmax(scores, axis=1) is the classifier's answer for each image.",
    "The number of right answers is binomial: its variance is n p (1 - p). What is the variance "
    "of this number divided by n?",
)
def accuracy(function):
    rng = np.random.default_rng(84)
    for n, k in [(400, 10), (50, 3)]:
        y = rng.integers(0, k, n)
        scores = rng.normal(size=(n, k)) + 2.0 * np.eye(k)[y]
        result = call(function, scores, y, name="accuracy")
        require(
            isinstance(result, tuple | list) and len(result) == 2,
            f"accuracy must return two numbers, a and its error, and it returns {kind(result)}",
        )
        a, error = number(result[0], "the accuracy"), number(result[1], "the error")
        p = float(np.mean(scores.argmax(axis=1) == y))
        require(
            not np.isclose(a, 100 * p), "the accuracy is in per cent: a share of 1 is asked for"
        )
        require(
            not np.isclose(a, n * p), "the accuracy is a number of digits: divide by their number"
        )
        require(not np.isclose(a, 1 - p), "this is the share of wrong answers")
        close(a, p, "the accuracy is not the share of images whose largest score is at the label")
        _diagnose_error(error, p, n)


def _diagnose_error(error, p, n):
    variance = p * (1 - p) / n
    require(error >= 0, "an error cannot be negative")
    require(not np.isclose(error, variance), "this is the variance: take the square root")
    require(
        not np.isclose(error, np.sqrt(p * (1 - p))),
        "this is the error for a single digit: n of them average out",
    )
    require(
        not np.isclose(error, np.sqrt(n * p * (1 - p))),
        "this is the error of the number of right answers, not of their share",
    )
    require(
        not np.isclose(error, np.sqrt(p * (1 - p)) / n),
        "the error falls with the square root of n, not with n",
    )
    require(not np.isclose(error, 100 * np.sqrt(variance)), "the error is in per cent")
    require(
        not np.isclose(error, np.sqrt(p / n)) and not np.isclose(error, 1 / np.sqrt(n)),
        "this is the error of a Poisson count: the number of right answers cannot exceed n",
    )
    # n - 1 in place of n estimates the same thing without bias
    if not np.isclose(error, np.sqrt(p * (1 - p) / (n - 1))):
        close(error, np.sqrt(variance), "the error is not that of a binomial share")


@functools.cache
def _test_digits():
    """Return the stand-in's test set, images with ink 1 on 0."""
    from utils.data.mnist import stand_in

    x, y = stand_in(n_train=1)[1]
    return np.float32(x / 255), y


@exercise(
    "08.5",
    "A linear classifier reads about 94 % of these digits. Hidden units or convolutions read more.",
    "Two convolutions with max-pooling, or 512 hidden units trained for more than five epochs, "
    "are enough. Look at the accuracy on the training digits first: is it near 1 already?",
)
def network(model):
    x, y = _test_digits()
    right = np.mean(_outputs(model, x).argmax(axis=1) == y)
    if right < REQUIRED:
        bright = np.mean(_outputs(model, 255 * x).argmax(axis=1) == y)
        require(
            bright < REQUIRED,
            "the network expects pixels from 0 to 255, and the check gives it 0 to 1, as your "
            "x_train has them",
        )
    require(
        right > 0.3,
        f"the network reads {100 * right:.0f} % of the test digits, hardly more than a blind "
        "guess: has it been trained?",
    )
    require(
        right >= REQUIRED,
        f"the network reads {100 * right:.1f} % of the {len(y)} test digits, and "
        f"{100 * REQUIRED:.0f} % are asked for",
    )


def _outputs(model, x):
    """Return a Keras model's ten outputs for images (n, 28, 28), whichever shape it takes."""
    import keras

    require(
        isinstance(model, keras.Model),
        f"model must be a Keras model, trained, and it is {kind(model)}",
    )
    require(model.built, "the model is not built: give it an Input layer, and train it")
    shape = getattr(model, "input_shape", None)
    forms = {(28, 28): x, (28, 28, 1): x[..., None], (784,): x.reshape(-1, 784)}
    fitting = [
        form
        for name, form in forms.items()
        if isinstance(shape, tuple)
        and len(shape) == len(name) + 1
        and all(a in (b, None) for a, b in zip(shape[1:], name))
    ]
    require(
        bool(fitting),
        f"the model takes inputs of shape {shape}: it must take images of shape (28, 28), "
        "(28, 28, 1) or (784,)",
    )
    try:
        z = np.asarray(model.predict(fitting[0], batch_size=len(x), verbose=0), dtype=float)
    except Exception as error:
        text = str(error).splitlines()[0] if str(error) else "no message"
        require(False, f"the model cannot predict: {type(error).__name__}: {text}")
    require(
        z.shape == (len(x), 10),
        f"the model returns shape {z.shape} for {len(x)} images: it must return ten outputs each",
    )
    require(bool(np.isfinite(z).all()), "the model returns NaN or infinity: has training diverged?")
    return z


@exercise(
    "08.6",
    "A row holds all images of one true class, a column all images that got one answer.",
    "Set the diagonal of a copy to zero; np.unravel_index(np.argmax(m), m.shape) gives row and "
    "column of the largest element. For the prediction: which sums does the fourth row enter?",
)
def confusion(function, prediction):
    rng = np.random.default_rng(86)
    for k, pair in [(4, (2, 0)), (10, (4, 9))]:
        counts = rng.integers(1, 6, (k, k)) + np.diag(rng.integers(40, 90, k))
        counts[pair] = 17
        counts[pair[1], pair[1]] += 25
        _read(call(function, counts, name="read_confusion"), counts, pair)
    names = ("efficiency of the 4s", "purity of the 9s")
    require(
        isinstance(prediction, tuple | list) and len(prediction) == 2,
        f"the prediction must be two words, and it is {kind(prediction)}",
    )
    for word in prediction:
        require(
            isinstance(word, str) and word in ("up", "same", "down"),
            'each prediction must be "up", "same" or "down", in quotes',
        )
    counts = np.full((10, 10), 2) + np.diag(np.full(10, 80))
    twice = counts.copy()
    twice[4] *= 2
    for word, name, which in zip(prediction, names, ((1, 4), (0, 9))):
        axis, digit = which
        before, after = (m[digit, digit] / m.sum(axis=axis)[digit] for m in (counts, twice))
        change = "same" if np.isclose(before, after) else ("up" if after > before else "down")
        require(
            word == change,
            f"the {name} goes another way than predicted: double row 4 of the matrix and read "
            "it again",
        )


def _read(result, counts, pair):
    """Check what a student's function reads from a confusion matrix."""
    require(
        isinstance(result, tuple | list) and len(result) == 3,
        "read_confusion must return three things: efficiency, purity and the worst pair",
    )
    k = len(counts)
    rows, columns = np.diag(counts) / counts.sum(axis=1), np.diag(counts) / counts.sum(axis=0)
    efficiency = array(result[0], (k,), name="the efficiency")
    purity = array(result[1], (k,), name="the purity")
    require(
        not (np.allclose(efficiency, columns) and np.allclose(purity, rows)),
        "efficiency and purity are interchanged: rows are the true classes",
    )
    for found, right, name in [(efficiency, rows, "efficiency"), (purity, columns, "purity")]:
        require(not np.allclose(found, 100 * right), f"the {name} is in per cent: use shares of 1")
        require(
            not np.allclose(found, np.diag(counts) / counts.sum()),
            f"the {name} is divided by all images: divide by those of its own class only",
        )
        require(not np.allclose(found, 1 - right), f"the {name} counts the wrong answers")
    close(efficiency, rows, "the efficiency is not diagonal over sum of the row")
    close(purity, columns, "the purity is not diagonal over sum of the column")
    worst = array(result[2], (2,), name="the worst pair").tolist()
    require(
        worst[0] != worst[1],
        "the worst pair lies on the diagonal, where the right answers are",
    )
    require(worst != list(pair[::-1]), "the worst pair is in the wrong order: true class first")
    require(worst == list(pair), "another pair of classes is confused more often than your pair")
