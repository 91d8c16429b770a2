"""Checks of assignment 08: reading handwritten digits."""

import numpy as np

from utils.checks import exercise
from utils.checks.compare import (
    NotYet,
    Shape,
    compare_function,
    inputs_of,
    kind,
    not_finite,
    read,
    require,
    said,
    things,
)

REQUIRED = 0.96  # share of the stand-in's test digits that the network of 08.5 must read


@exercise(
    "08.1",
    "np.zeros((n, k)) has room for all rows; which element of row i becomes 1?",
    "np.eye(k) holds every possible row, and an integer array as index picks rows.",
)
def one_hot(function):
    def table(y, k):
        right, largest = np.eye(k)[y], y.max() + 1
        return right, [
            (right.T, "the result is transposed: one row per label, please"),
            (Shape((len(y), largest)) if largest < k else False, "there are as many columns as "
             "labels occur in y: it must be k, also if some do not occur"),
            (lambda r: not np.isin(r, (0, 1)).all(), "the result must consist of 0 and 1 only"),
            (lambda r: (r.sum(axis=1) != 1).any(), "each row must contain exactly one 1"),
            *((np.roll(right, step, axis=1), "the 1 stands one place off: label 0 belongs to "
               "column 0") for step in (-1, 1)),
            (None, "the 1 of a row does not stand in the column of its label"),
        ]  # fmt: skip

    y = np.array([3, 0, 2, 3, 1, 0])  # no label is k - 1
    compare_function("one_hot", function, table, [(y, 5)], what="the result")


@exercise(
    "08.2",
    "np.exp(1000) is infinite. Which number can you subtract from all scores of an image "
    "without changing its probabilities?",
    "Subtract each row's own maximum; keepdims=True keeps the shape (n, 1), which broadcasts.",
)
def softmax(function):
    def table(z):
        def soft(z, axis=1):
            e = np.exp(z - z.max(axis=axis, keepdims=True))
            return e / e.sum(axis=axis, keepdims=True)

        right, middle = soft(z), z.mean()
        apart, single = np.ptp(z.mean(axis=1)) > 1000, np.ptp(z, axis=1).max() > 1000
        shifted = z - z.max(axis=1, keepdims=True)
        base = "the probabilities follow powers of another base than e"
        return right, [
            (soft(z, 0), "the columns add up to 1, but the rows must: each row is an image (check "
             "the axis)"),
            (soft(z, None), "all elements together add up to 1, but each row must: sum over one "
             "axis only"),
            (np.exp(z), "the exponentials are not divided by their sum"),
            (shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)), "all results are "
             "negative or zero: these look like logarithms of probabilities"),
            (soft(-z), "the largest score gets the smallest probability: a sign?"),
            (soft(z * np.log(2)), base),
            (soft(z * np.log(10)), base),
            *((case and wrong, f"the result is {word} for {why}")
              for wrong, word in ((not_finite, "not finite"), (True, "wrong")) for case, why in (
                (apart, "images whose scores lie far apart: what you subtract must be each row's "
                 "own"),
                (single, "one score far above the others, which must get the probability 1"),
                (middle > 500, "very large scores: exp overflows, so subtract something first"),
                (middle < -500, "very negative scores: all exponentials vanish, so subtract "
                 "something first"),
            )),
            (lambda p: (p < 0).any(), "probabilities cannot be negative"),
            (lambda p: np.abs(p.sum(axis=1) - 1).max() > 1e-4, "the probabilities of an image must "
             "add up to 1"),
            (None, "the ratio of two probabilities must be the exponential of the difference of "
             "their scores"),
        ]  # fmt: skip

    z = np.array([[0, 1, -1, 2], [3, 0.5, 0.5, -2], [0.25, 0, 0.125, -0.25]])  # exact in float32
    large = z.copy()
    large[0, 0] = 2000
    far = np.array([[0], [1500], [-1500]])
    cases = [(case,) for case in (z, z + 1000, z - 1000, z + far, large)]
    compare_function("softmax", function, table, cases, what="the result")


@exercise(
    "08.3",
    "Compute all scores z (n, k), subtract each row's correct score, add delta, and set the "
    "correct class's own term to zero before you sum.",
    "The slope by z is 1 for each positive term, and for the correct class minus their number. "
    "Divide by n, multiply by x transposed, and add the derivative of the penalty.",
)
def hinge(function):
    def table(w, x, y, delta, penalty):
        n, k, rows, z = len(y), w.shape[1], np.arange(len(y)), x @ w

        def excess(delta):
            over = z - z[rows, y][:, None] + delta
            over[rows, y] = 0
            return np.maximum(0, over)

        mean, square = excess(delta).sum(axis=1).mean(), penalty * (w**2).sum()
        offenders = (excess(delta) > 0).astype(float)
        own = np.eye(k)[y] * offenders.sum(axis=1, keepdims=True)

        def gradient(slope, factor=2):
            return x.T @ slope / n + factor * penalty * w

        slope = offenders - own
        right = gradient(slope)
        several = "the gradient is a sum over images, but the loss is their mean"
        force = "the gradient lacks the force on the correct class: each offender pulls it up"
        averaged = "the loss is averaged over the classes: sum over them, average over images only"
        return (mean + square, right), [
            *(((square + data, None), why) for data, why in (
                (mean + delta, "the loss is too large by delta: the correct class itself must not "
                 "count"),
                (mean * n, "the loss is the sum over images, not their mean"),
                (mean / k, averaged),
                (mean / (k - 1), averaged),
                (excess(delta).max(axis=1).mean(), "only the worst offender of each image counts: "
                 "sum over all classes"),
                (excess(1).sum(axis=1).mean(), "the loss takes delta = 1 whatever delta is"),
            )),
            ((mean, None), "the loss lacks the penalty"),
            ((mean + square / 2, None), "the penalty is half of what it must be: it is penalty * "
             "sum of w squared, without 1/2"),
            ((mean + np.sqrt(penalty * square), None), "the penalty takes the length of w: it must "
             "be the sum of its squares"),
            ((True, None), "the loss is not the one of the formula"),
            *(((None, wrong), why) for wrong, why in (
                (right.T, "the gradient is transposed: it has the shape of w"),
                (-right, "the gradient has the opposite sign"),
                (gradient(n * slope), several),
                (gradient(n * slope, 0), several),
                (gradient(offenders), force),
                (gradient(offenders, 0), force),
                (gradient(offenders - np.minimum(own, 1)), "each offender pulls the correct class "
                 "up, so several of them pull several times"),
                (gradient(slope, 0), "the gradient lacks the penalty's part"),
                (gradient(slope, 1), "the penalty's part of the gradient is wrong by a factor of "
                 "2"),
                (True, "the gradient does not agree with finite differences of the loss"),
            )),
        ]  # fmt: skip

    rng = np.random.default_rng(8)
    case = rng.normal(size=(6, 4)), rng.normal(size=(9, 6)), rng.integers(0, 4, 9)
    cases = [(*case, *more) for more in ((1.0, 0.0), (2.5, 0.0), (1.0, 0.3))]
    compare_function("hinge", function, table, cases, parts=("loss", "gradient"))


@exercise(
    "08.4",
    "np.argmax(scores, axis=1) is the classifier's answer for each image.",
    "The number of right answers is binomial: its variance is n p (1 - p). What is the variance "
    "of this number divided by n?",
)
def accuracy(function):
    def table(scores, y):
        n, p = len(y), np.mean(scores.argmax(axis=1) == y)
        one = np.sqrt(p * (1 - p))  # the standard deviation of a single digit
        right = one / np.sqrt(n)
        poisson = "this is the error of a Poisson count: the number of right answers cannot exceed "
        return (p, right), [
            ((p, one / np.sqrt(n - 1)), None),  # estimates the same without bias
            ((100 * p, None), "the accuracy is in per cent: a share of 1 is asked for"),
            ((n * p, None), "the accuracy is a number of digits: divide by their number"),
            ((1 - p, None), "this is the share of wrong answers"),
            ((True, None), "the accuracy is not the share of images whose largest score is at the "
             "label"),
            *(((None, wrong), why) for wrong, why in (
                (lambda e: e < 0, "an error cannot be negative"),
                (right**2, "this is the variance: take the square root"),
                (one, "this is the error for a single digit: n of them average out"),
                (n * right, "this is the error of the number of right answers, not of their share"),
                (one / n, "the error falls with the square root of n, not with n"),
                (100 * right, "the error is in per cent"),
                (np.sqrt(p / n), poisson + "n"),
                (1 / np.sqrt(n), poisson + "n"),
                (True, "the error is not that of a binomial share"),
            )),
        ]  # fmt: skip

    rng, cases = np.random.default_rng(84), []
    for n, k in [(400, 10), (50, 3)]:
        y = rng.integers(0, k, n)
        cases.append((rng.normal(size=(n, k)) + 2.0 * np.eye(k)[y], y))
    compare_function("accuracy", function, table, cases, parts=("accuracy", "error"))


@exercise(
    "08.5",
    "A linear classifier reads about 94 % of these digits. Hidden units or convolutions read more.",
    "Two convolutions with max-pooling, or 512 hidden units trained for more than five epochs, "
    "are enough. Look at the accuracy on the training digits first: is it near 1 already?",
)
def network(model):
    import keras

    from utils.data.mnist import stand_in

    fresh, test = stand_in(n_train=1000, seed=85)
    wanted = f"model must be a Keras model, trained, and it is {kind(model)}"
    require(isinstance(model, keras.Model), wanted)
    require(model.built, "the model is not built: give it an Input layer, and train it")
    shape, forms = getattr(model, "input_shape", None), [(28, 28), (28, 28, 1), (784,)]
    if shape is not None:  # a subclass of keras.Model need not tell

        def fits(form):
            sides = shape[1:] if isinstance(shape, tuple) else ()
            return len(form) == len(sides) and all(a in (b, None) for a, b in zip(sides, form))

        forms = [form for form in forms if fits(form)]
    images = "it must take images of shape (28, 28), (28, 28, 1) or (784,)"
    require(forms, f"the model takes inputs of shape {shape}: {images}")

    def outputs(x, form):
        z = model.predict(np.float32(x.reshape(-1, *form)), batch_size=1000, verbose=0)
        z = read(z, "what the model returns")
        text = f"the model returns shape {z.shape} for {len(x)} images"
        require(z.shape == (len(x), 10), f"{text}: it must return ten outputs each")
        return z

    def share(x, y):
        for form in forms:
            try:
                outputs(x[:2], form)
            except NotYet as text:
                reason = str(text)
            except Exception as error:
                reason = f"the model cannot predict: {said(error)}"
            else:
                break
        else:
            raise NotYet(reason)
        z = outputs(x, form)
        require(np.isfinite(z).all(), "the model returns NaN or infinity: has training diverged?")
        return np.mean(z.argmax(axis=1) == y)

    for x, y in inputs_of("model", [(test[0] / 255, test[1])]):
        right = share(x, y)
        bright = right < REQUIRED <= share(255 * x, y)
        require(not bright, "the network expects pixels from 0 to 255, and the check gives it 0 to "
                "1, as your x_train has them")  # fmt: skip
        text = f"the network reads {100 * right:.1f} % of {len(y)} digits"
        blind = "hardly more than a blind guess: has it been trained?"
        require(right > 0.3, f"{text}, {blind}")
        require(right >= REQUIRED, f"{text}, and {100 * REQUIRED:.0f} % are asked for")
        known = share(fresh[0] / 255, fresh[1])  # honest training: at most 0.04 below
        require(known > right - 0.1, f"{text}, but only {100 * known:.0f} % of new copies of the "
                "training digits: was it trained on the test digits?")  # fmt: skip


@exercise(
    "08.6",
    "A row holds all images of one true class, a column all images that got one answer.",
    "Set the diagonal of a copy to zero; np.unravel_index(np.argmax(m), m.shape) gives row and "
    "column of the largest element. For the prediction: which sums does the fourth row enter?",
)
def confusion(function, prediction):
    def place(matrix):
        return np.unravel_index(matrix.argmax(), matrix.shape)

    def table(counts):
        right, sums = np.diag(counts), counts.sum(axis=1)
        rows, columns, wrong = right / sums, right / counts.sum(axis=0), counts - np.diag(right)
        pair, whole = place(wrong), right / counts.sum()
        row, column = wrong.sum(axis=1).argmax(), wrong.sum(axis=0).argmax()
        fullest, weakest = sums.argmax(), rows.argmin()
        shares = "the worst pair is found from shares: which two are confused most often is a count"
        errors = "the worst pair is the largest mistake of one row or column: look at all of them"
        both = "the worst pair counts both directions: the true class and the answer are asked for"
        return (rows, columns, pair), [
            ((columns, rows, None), "efficiency and purity are interchanged: rows are the true "
             "classes"),
            *(((wrong, None, None), f"the efficiency {why}") for wrong, why in (
                (100 * rows, "is in per cent: use shares of 1"),
                (whole, "is divided by all images: divide by those of its own class only"),
                (1 - rows, "counts the wrong answers"),
                (True, "is not diagonal over sum of the row"),
            )),
            *(((None, wrong, None), f"the purity {why}") for wrong, why in (
                (100 * columns, "is in per cent: use shares of 1"),
                (whole, "is divided by all images: divide by those of its own class only"),
                (1 - columns, "counts the wrong answers"),
                (True, "is not diagonal over sum of the column"),
            )),
            *(((None, None, wrong), why) for wrong, why in (
                (lambda p: p[0] == p[1], "the worst pair lies on the diagonal, where the right "
                 "answers are"),
                (pair[::-1], "the worst pair is in the wrong order: true class first"),
                (place(wrong / sums[:, None]), shares),
                (place(wrong / counts.sum(axis=0)), shares),
                *((place(both_ways), both) for both_ways in (wrong + wrong.T, wrong * wrong.T)),
                *((place(np.where(np.arange(len(counts))[:, None] == r, wrong, -1)), errors)
                  for r in (row, fullest, weakest)),
                (place(np.where(np.arange(len(counts)) == column, wrong, -1)), errors),
                (True, "another pair of classes is confused more often than your pair"),
            )),
        ]  # fmt: skip

    counts = np.array(
        [
            [94, 17, 28, 8, 9],
            [18, 109, 25, 20, 21],
            [16, 15, 143, 19, 12],
            [13, 23, 3, 79, 8],
            [24, 25, 18, 8, 128],
        ]
    )
    cases = [(counts[np.ix_(order, order)],) for order in ([0, 1, 2, 3, 4], [3, 2, 4, 0, 1])]
    parts = ("efficiency", "purity", "worst pair")
    compare_function("read_confusion", function, table, cases, parts)
    names = ("efficiency of the 4s", "purity of the 9s")
    words = things(prediction, names, "the prediction, two words,")
    for word in words:
        known = isinstance(word, str) and word in ("up", "same", "down")
        require(known, 'each prediction must be "up", "same" or "down", in quotes')
    for word, change, name in zip(words, ("same", "down"), names):
        text = "goes another way than predicted: double row 4 of the matrix and read it again"
        require(word == change, f"the {name} {text}")
