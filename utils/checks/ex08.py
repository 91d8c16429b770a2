"""Checks of assignment 08: reading handwritten digits."""

import numpy as np

from utils.checks import exercise
from utils.checks.compare import (
    Shape,
    compare_function,
    inputs_of,
    kind,
    not_finite,
    read,
    require,
    said,
)


@exercise(
    "08.1",
    "np.zeros((n, k)) has room for all rows; which element of row i becomes 1?",
    "np.eye(k) holds every possible row, and an integer array as index picks rows.",
)
def one_hot(function):
    def table(y, k):
        n, right = len(y), np.eye(k)[y]
        off = "the 1 stands one place off: label 0 belongs to column 0"
        seen = y.max() + 1
        return right, [
            (Shape((k, n)) if k != n else False, "the result is transposed: one row per label, "
             "please"),
            (Shape((n, seen)) if k != seen else False, "there are as many columns as labels occur "
             "in y: it must be k, also if some do not occur"),
            (lambda r: not np.isin(r, (0, 1)).all(), "the result must consist of 0 and 1 only"),
            (lambda r: (r.sum(axis=1) != 1).any(), "each row must contain exactly one 1"),
            (np.roll(right, -1, axis=1), off),
            (np.roll(right, 1, axis=1), off),
            (None, "the 1 of a row does not stand in the column of its label"),
        ]  # fmt: skip

    cases = [(np.array([3, 0, 2, 3, 1, 0]), 5), (np.array([1, 1, 0]), 4)]  # no label is k - 1
    compare_function("one_hot", function, table, cases)


@exercise(
    "08.2",
    "np.exp(1000) is infinite. Which number can you subtract from all scores of an image "
    "without changing its probabilities?",
    "Subtract each row's own maximum; keepdims=True keeps the shape (n, 1), which broadcasts.",
)
def softmax(function):
    def probabilities(z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def table(z):
        other = "the probabilities follow powers of another base than e"
        return probabilities(z), [
            (lambda p: (p <= 0).all(), "all results are negative or zero: these look like "
             "logarithms of probabilities"),
            (lambda p: (p < 0).any(), "probabilities cannot be negative"),
            (probabilities(z.T).T, "the columns add up to 1, but the rows must: each row is an "
             "image (check the axis)"),
            (np.exp(z) / np.exp(z).sum(), "all elements together add up to 1, but each row must: "
             "sum over one axis only"),
            (np.exp(z), "the exponentials are not divided by their sum"),
            (lambda p: np.abs(p.sum(axis=1) - 1).max() > 1e-3, "the probabilities of an image "
             "must add up to 1"),
            (probabilities(-z), "the largest score gets the smallest probability: a sign?"),
            (probabilities(z * np.log(2)), other),
            (probabilities(z * np.log(10)), other),
            (None, "the ratio of two probabilities must be the exponential of the difference of "
             "their scores"),
        ]  # fmt: skip

    z = np.array([[0.0, 1.0, -1.0, 2.0], [3.0, 0.5, 0.5, -2.0], [0.2, 0.1, 0.0, -0.3]])
    alone = np.where(np.arange(12).reshape(3, 4) == 0, 2000, z)
    compare_function("softmax", function, table, [(z,), (z[:2, :3],)])
    for scores, what in (
        (z + 1000, "very large scores: exp overflows, so subtract something first"),
        (z - 1000, "very negative scores: all exponentials vanish, so subtract something first"),
        (z + [[0], [1500], [-1500]], "images whose scores lie far apart: what you subtract must be "
         "each row's own"),
        (alone, "one score far above the others: it must get the probability 1"),
    ):  # fmt: skip

        def far(z, what=what):
            lost, wrong = "the result is not finite for ", "the result is wrong for "
            return probabilities(z), [(not_finite, lost + what), (None, wrong + what)]

        # in float32 a score of 1500 is good to 1e-4
        compare_function("softmax", function, far, [(scores,)], rtol=2e-4)


@exercise(
    "08.3",
    "Compute all scores z (n, k), subtract each row's correct score, add delta, and set the "
    "correct class's own term to zero before you sum.",
    "The slope by z is 1 for each positive term, and for the correct class minus their number. "
    "Divide by n, multiply by x transposed, and add the derivative of the penalty.",
)
def hinge(function):
    def excess_of(w, x, y, delta):
        rows, z = np.arange(len(y)), x @ w
        excess = z - z[rows, y][:, None] + delta
        excess[rows, y] = 0
        return np.maximum(0, excess)

    def table(w, x, y, delta, penalty):
        n, (d, k), rows = len(y), w.shape, np.arange(len(y))
        excess = excess_of(w, x, y, delta)
        offenders = (excess > 0).astype(float)
        each, slope, once = excess.sum(axis=1), offenders.copy(), offenders.copy()
        slope[rows, y] = -offenders.sum(axis=1)
        once[rows, y] = -np.minimum(offenders.sum(axis=1), 1)
        mean, square = each.mean(), penalty * (w**2).sum()
        data, decay = x.T @ slope / n, 2 * penalty * w
        loss, gradient = mean + square, data + decay
        averaged = "the loss is averaged over the classes: sum over them, and average over images "
        return (loss, gradient), [
            ((loss + delta, None), "the loss is too large by delta: the correct class itself must "
             "not count"),
            ((n * mean + square, None), "the loss is the sum over images, not their mean"),
            ((mean / k + square, None), averaged + "only"),
            ((mean / (k - 1) + square, None), averaged + "only"),
            ((excess.max(axis=1).mean() + square, None), "only the worst offender of each image "
             "counts: sum over all classes"),
            ((excess_of(w, x, y, 1).sum(axis=1).mean() + square, None), "the loss takes delta = 1 "
             "whatever delta is"),
            ((mean, None), "the loss lacks the penalty"),
            ((mean + square / 2, None), "the penalty is half of what it must be: it is penalty * "
             "sum of w squared, without 1/2"),
            ((mean + penalty * np.linalg.norm(w), None), "the penalty takes the length of w: it "
             "must be the sum of its squares"),
            ((True, None), "the loss is not the one of the formula"),
            ((None, Shape((k, d)) if k != d else False), "the gradient is transposed: it has the "
             "shape of w"),
            ((None, -gradient), "the gradient has the opposite sign"),
            ((None, n * data + decay), "the gradient is a sum over images, but the loss is their "
             "mean"),
            ((None, x.T @ offenders / n + decay), "the gradient lacks the force on the correct "
             "class: each offender pulls it up"),
            ((None, x.T @ once / n + decay), "each offender pulls the correct class up, so "
             "several of them pull several times"),
            ((None, data), "the gradient lacks the penalty's part"),
            ((None, data + decay / 2), "the penalty's part of the gradient is wrong by a factor "
             "of 2"),
            ((None, True), "the gradient does not agree with finite differences of the loss"),
        ]  # fmt: skip

    rng = np.random.default_rng(8)
    inputs = rng.normal(size=(6, 4)), rng.normal(size=(9, 6)), rng.integers(0, 4, 9)
    cases = [(*inputs, 1.0, 0.0), (*inputs, 2.5, 0.0), (*inputs, 1.0, 0.3)]
    compare_function("hinge", function, table, cases, ("loss", "gradient"))


@exercise(
    "08.4",
    "np.argmax(scores, axis=1) is the classifier's answer for each image.",
    "The number of right answers is binomial: its variance is n p (1 - p). What is the variance "
    "of this number divided by n?",
)
def accuracy(function):
    def table(scores, y):
        n, p = len(y), np.mean(scores.argmax(axis=1) == y)
        one = np.sqrt(p * (1 - p))
        poisson = "this is the error of a Poisson count: the number of right answers cannot "
        return (p, one / np.sqrt(n)), [
            ((100 * p, None), "the accuracy is in per cent: a share of 1 is asked for"),
            ((n * p, None), "the accuracy is a number of digits: divide by their number"),
            ((1 - p, None), "this is the share of wrong answers"),
            ((True, None), "the accuracy is not the share of images whose largest score is at the "
             "label"),
            ((p, one / np.sqrt(n - 1)), None),  # estimates the same thing without bias
            ((None, lambda e: e < 0), "an error cannot be negative"),
            ((None, one**2 / n), "this is the variance: take the square root"),
            ((None, one), "this is the error for a single digit: n of them average out"),
            ((None, one * np.sqrt(n)), "this is the error of the number of right answers, not of "
             "their share"),
            ((None, one / n), "the error falls with the square root of n, not with n"),
            ((None, 100 * one / np.sqrt(n)), "the error is in per cent"),
            ((None, np.sqrt(p / n)), poisson + "exceed n"),
            ((None, 1 / np.sqrt(n)), poisson + "exceed n"),
            ((None, True), "the error is not that of a binomial share"),
        ]  # fmt: skip

    rng, cases = np.random.default_rng(84), []
    for n, k in ((400, 10), (50, 3)):
        y = rng.integers(0, k, n)
        cases.append((rng.normal(size=(n, k)) + 2.0 * np.eye(k)[y], y))
    compare_function("accuracy", function, table, cases, ("accuracy", "error"))


@exercise(
    "08.5",
    "A linear classifier reads about 94 % of these digits. Hidden units or convolutions read more.",
    "Two convolutions with max-pooling, or 512 hidden units trained for more than five epochs, "
    "are enough. Look at the accuracy on the training digits first: is it near 1 already?",
)
def network(model):
    import keras

    from utils.data.mnist import stand_in

    required = 0.96
    is_model = isinstance(model, keras.Model)
    require(is_model, f"model must be a Keras model, trained, and it is {kind(model)}")
    require(model.built, "the model is not built: give it an Input layer, and train it")
    copies, test = stand_in(n_train=1000)

    def outputs(x):
        """Return a Keras model's ten outputs for images (n, 28, 28), whichever shape it takes."""
        forms = {(28, 28): x, (28, 28, 1): x[..., None], (784,): x.reshape(-1, 784)}
        shape = getattr(model, "input_shape", None)  # a subclass of keras.Model may have none
        if isinstance(shape, tuple):
            sizes = shape[1:]
            forms = {
                name: form
                for name, form in forms.items()
                if len(sizes) == len(name) and all(a in (b, None) for a, b in zip(sizes, name))
            }
        require(bool(forms), f"the model takes inputs of shape {shape}: it must take images of "
                "shape (28, 28), (28, 28, 1) or (784,)")  # fmt: skip
        for form in forms.values():
            try:
                found = model.predict(form, batch_size=len(x), verbose=0)
                break
            except Exception as error:
                reason = said(error)
        else:
            require(False, f"the model cannot predict: {reason}")
        z = read(found, "what the model returns")
        ten = z.shape == (len(x), 10)
        require(ten, f"the model returns shape {z.shape} for {len(x)} images: it must return ten "
                "outputs each")  # fmt: skip
        require(np.isfinite(z).all(), "the model returns NaN or infinity: has training diverged?")
        return z

    def share(images, labels, ink=1):
        return np.mean(outputs(np.float32(images * (ink / 255))).argmax(axis=1) == labels)

    trained = share(*copies)
    for images, labels in inputs_of("model", [test]):
        right = share(images, labels)
        bright = right < required <= share(images, labels, ink=255)
        require(not bright, "the network expects pixels from 0 to 255, and the check gives it 0 to "
                "1, as your x_train has them")  # fmt: skip
        # Honest networks read new copies of the training digits up to 0.04 worse than the test
        # digits, which nobody turned or bent; those that saw nothing but these 0.18 and more.
        peeked = right > required and (right > trained + 0.1 or right == 1)
        require(not peeked, f"the network reads {right:.1%} of the test digits and {trained:.1%} "
                "of new training digits: was it trained on the test digits?")  # fmt: skip
        require(right > 0.3, f"the network reads {100 * right:.0f} % of the test digits, hardly "
                "more than a blind guess: has it been trained?")  # fmt: skip
        require(right >= required, f"the network reads {100 * right:.1f} % of the {len(labels)} "
                f"test digits, and {100 * required:.0f} % are asked for")  # fmt: skip


@exercise(
    "08.6",
    "A row holds all images of one true class, a column all images that got one answer.",
    "Set the diagonal of a copy to zero; np.unravel_index(np.argmax(m), m.shape) gives row and "
    "column of the largest element. For the prediction: which sums does the fourth row enter?",
)
def confusion(function, prediction):
    def largest(values):
        values = np.where(np.eye(len(values)) > 0, -1, values)
        return np.array(np.unravel_index(np.argmax(values), values.shape))

    def table(confusion):
        true, answers = confusion.sum(axis=1), confusion.sum(axis=0)
        right, mistakes = np.diag(confusion), confusion - np.diag(np.diag(confusion))
        pair, (column, row) = largest(confusion), (mistakes.sum(axis=k).argmax() for k in (0, 1))
        rates, turned = "the worst pair has the largest share of its {}: count, do not divide", []
        for way in (confusion + confusion.T, confusion * confusion.T):
            turned += [largest(way), largest(way)[::-1]]
        rows = [((right / answers, right / true, None), "efficiency and purity are interchanged: "
                 "rows are the true classes")]  # fmt: skip
        for name, sums, at in (("efficiency", true, 0), ("purity", answers, 1)):
            for wrong, message in (
                (100 * right / sums, f"the {name} is in per cent: use shares of 1"),
                (right / confusion.sum(), f"the {name} is divided by all images: divide by those "
                 "of its own class only"),
                (1 - right / sums, f"the {name} counts the wrong answers"),
                (True, f"the {name} is not diagonal over sum of the {('row', 'column')[at]}"),
            ):  # fmt: skip
                rows.append((tuple(wrong if k == at else None for k in range(3)), message))
        return (right / true, right / answers, pair), [
            *rows,
            ((None, None, lambda p: p[0] == p[1]), "the worst pair lies on the diagonal, where the "
             "right answers are"),
            ((None, None, pair[::-1]), "the worst pair is in the wrong order: true class first"),
            ((None, None, largest(confusion / true[:, None])), rates.format("row")),
            ((None, None, largest(confusion / answers)), rates.format("column")),
            *(((None, None, (r, mistakes[r].argmax())), "the row with most mistakes need not hold "
               "the most frequent one: look at single elements") for r in (row, true.argmax())),
            ((None, None, (mistakes[:, column].argmax(), column)), "the column with most mistakes "
             "need not hold the most frequent one: look at single elements"),
            *(((None, None, way), "the worst pair counts both directions together: 4 read as 9 "
               "and 9 read as 4 are two pairs") for way in turned),
            ((None, None, True), "another pair of classes is confused more often than your pair"),
        ]  # fmt: skip

    counts = [[94, 17, 28, 8, 9], [18, 109, 25, 20, 21], [16, 15, 143, 19, 12], [13, 23, 3, 79, 8]]
    counts, order = np.array([*counts, [24, 25, 18, 8, 128]]), [3, 2, 4, 0, 1]
    cases = [(counts,), (counts[np.ix_(order, order)],)]  # each mistake has another pair
    parts = ("efficiency", "purity", "worst pair")
    compare_function("read_confusion", function, table, cases, parts)
    two = isinstance(prediction, tuple | list) and len(prediction) == 2
    require(two, f"the prediction must be two words, and it is {kind(prediction)}")
    for word in prediction:
        known = isinstance(word, str) and word in ("up", "same", "down")
        require(known, 'each prediction must be "up", "same" or "down", in quotes')
    row, column = np.full((2, 10), 2) + 78 * (np.arange(10) == [[4], [9]])
    doubled = 2 * row, column + row[9] * (np.arange(10) == 4)
    moves = (
        ("efficiency of the 4s", row, doubled[0], 4),
        ("purity of the 9s", column, doubled[1], 9),
    )
    for word, (name, before, after, k) in zip(prediction, moves):
        change = np.sign(np.round(after[k] / after.sum() - before[k] / before.sum(), 9))
        wanted = ("same", "up", "down")[int(change)]
        require(word == wanted, f"the {name} goes another way than predicted: double row 4 of the "
                "matrix and read it again")  # fmt: skip
