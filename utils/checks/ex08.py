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
    "np.eye(k) holds every possible one-hot row; each class, the right one too, gets eps / k.",
    "The cross-entropy of targets t with probabilities p is lowest at p = t. What is left there? "
    "A class whose target is 0 contributes nothing.",
)
def targets(function):
    def table(y, k, eps):
        n, seen, one = len(y), y.max() + 1, np.eye(k)[y]
        right, top = (1 - eps) * one + eps / k, 1 - eps + eps / k
        entropy = -np.log(top) * top - (k - 1) * (eps / k) * np.log(max(eps, 1e-300) / k)
        off = "the largest target stands one place off: label 0 belongs to column 0"
        rows = (
            (Shape((k, n)) if k != n else False, "the targets are transposed: one row per label, "
             "please"),
            (Shape((n, seen)) if k != seen else False, "there are as many columns as labels occur "
             "in y: it must be k, also if some do not occur"),
            (one, "the targets are not smoothed"),
            (one * (1 - eps) + (1 - one) * eps / (k - 1), "all k classes share eps, the right one "
             "too"),
            (one * (1 - eps) + (1 - one) * eps / k, "the right class gets its own eps / k, too"),
            (one * (1 - eps) + eps, "each class gets eps / k, not eps"),
            (np.roll(right, -1, axis=1), off),
            (np.roll(right, 1, axis=1), off),
            (lambda t: np.abs(t.sum(axis=1) - 1).max() > 1e-3, "the targets of a label must add "
             "up to 1"),
            (True, "the largest target of a row does not stand in the column of its label"),
        )  # fmt: skip
        return (right, entropy), [
            *((((wrong, None)), message) for wrong, message in rows),
            ((None, not_finite), "the floor is not finite: a target of 0 contributes nothing"),
            ((None, 0), "a floor of 0 belongs to targets of 0 and 1: the others have an entropy"),
            ((None, -entropy), "the floor has the opposite sign"),
            ((None, n * entropy), "the floor is a sum over labels: it is a mean"),
            ((None, entropy / np.log(2)), "the floor is in bits: take natural logarithms"),
            ((None, np.log(k)), "that is the loss of a network that says 1 / k to everything"),
            ((None, -np.log(top)), "the other classes have targets, too, and contribute"),
            ((None, True), "the floor is not the cross-entropy of the targets with themselves"),
        ]

    cases = [(np.array([3, 0, 2, 3, 1, 0]), 5, 0.1), (np.array([1, 1, 0]), 4, 0.4)]
    cases += [(np.array([2, 0, 1]), 4, 0.0)]  # no label is k - 1
    # Keras clips probabilities at 1e-7, also where eps is 0
    compare_function("targets", function, table, cases, ("targets", "floor"), atol=1e-6)


@exercise(
    "08.2",
    "Work with logarithms of probabilities: ln p = z - ln(sum of e^z), after each row's own "
    "maximum has been subtracted.",
    "ln of a mean of e^a is again a 'log-sum-exp', now over the looks: subtract the largest a of "
    "each image and class before you take exp, and add it afterwards.",
)
def looks(function):
    def log_sum(z, axis):
        top = z.max(axis=axis, keepdims=True)
        return top + np.log(np.exp(z - top).sum(axis=axis, keepdims=True))

    def together(log_p):
        return log_sum(log_p, 0)[0] - np.log(len(log_p))

    def table(z):
        (m, n, k), log_p = z.shape, z - log_sum(z, 2)
        right, mean = together(log_p), z.mean(axis=0)
        return right, [
            (Shape((m, k)) if m != n else False, "average over the looks, which is the first axis"),
            (Shape((m, n, k)), "all looks are still there: average over them"),
            (np.exp(right), "these are probabilities: their logarithms are asked for"),
            (log_p.mean(axis=0), "the logarithms are averaged: average the probabilities"),
            (mean - log_sum(mean, 1), "the scores are averaged: average the probabilities"),
            (right + np.log(m), "the probabilities are added up: take their mean"),
            (log_p.max(axis=0), "only the look with the largest probability counts"),
            (log_p[0], "only the first look counts"),
            (right / np.log(2), "these are logarithms of another base than e"),
            (right / np.log(10), "these are logarithms of another base than e"),
            (together(z - log_sum(z, 1)), "the images share one probability: each image's own must "
             "add up to 1 over its classes (check the axis)"),
            (together(z - log_sum(z, 0)), "the looks share one probability: each look's own must "
             "add up to 1 over the classes (check the axis)"),
            (lambda r: (r > 1e-6).any(), "a logarithm of a probability cannot be positive"),
            (lambda r: np.abs(np.exp(r).sum(axis=1) - 1).max() > 1e-3, "the probabilities of an "
             "image must add up to 1"),
            (None, "the probabilities are not the mean of those of all looks"),
        ]  # fmt: skip

    rng = np.random.default_rng(82)
    z = rng.normal(size=(3, 4, 5)) * 2
    compare_function("looks", function, table, [(z,), (z[:2, :3, :4],)])
    one = np.where(np.arange(5) == 0, 2000, z)  # in all looks: the others' ln p is about -2000
    for scores, what in (
        (z + 1000, "very large scores: exp overflows, so subtract something first"),
        (z - 1000, "very negative scores: all exponentials vanish, so subtract something first"),
        (z + [[0], [1500], [-1500], [0]], "images whose scores lie far apart: what you subtract "
         "must be each row's own"),
        (one, "classes that every look excludes: ln p is large, not infinite"),
    ):  # fmt: skip

        def far(z, what=what):
            lost, wrong = "the result is not finite for ", "the result is wrong for "
            right = together(z - log_sum(z, 2))
            return right, [(not_finite, lost + what), (None, wrong + what)]

        # in float32 a score of 1500 is good to 1e-4
        compare_function("looks", function, far, [(scores,)], rtol=2e-4, atol=5e-4)


@exercise(
    "08.3",
    "Compute all scores z (n, k), subtract each row's correct score, add delta, and set the "
    "correct class's own term to zero before you square and sum.",
    "The slope by z_j is twice the excess, and for the correct class minus the sum of these. "
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

        def pulled(force, pull=1):
            slope = force.copy()
            slope[rows, y] = -pull * force.sum(axis=1)
            return x.T @ slope / n

        each, square = (excess**2).sum(axis=1), penalty * (w**2).sum()
        data, decay, mean = pulled(2 * excess), 2 * penalty * w, each.mean()
        loss, gradient = mean + square, data + decay
        averaged = "the loss is averaged over the classes: sum over them, and average over images "
        loss_rows = (
            (loss + delta**2, "the loss is too large by delta squared: the correct class itself "
             "must not count"),
            (excess.sum(axis=1).mean() + square, "the terms are not squared"),
            ((excess.sum(axis=1) ** 2).mean() + square, "square each term, then sum"),
            (n * mean + square, "the loss is the sum over images, not their mean"),
            (mean / k + square, averaged + "only"),
            (mean / (k - 1) + square, averaged + "only"),
            ((excess.max(axis=1) ** 2).mean() + square, "only the worst offender of each image "
             "counts: sum over all classes"),
            ((excess_of(w, x, y, 1) ** 2).sum(axis=1).mean() + square, "the loss takes delta = 1 "
             "whatever delta is"),
            (mean, "the loss lacks the penalty"),
            (mean + square / 2, "the penalty is half of what it must be: it is penalty * sum of w "
             "squared, without 1/2"),
            (mean + penalty * np.linalg.norm(w), "the penalty takes the length of w: it must be "
             "the sum of its squares"),
            (True, "the loss is not the one of the formula"),
        )  # fmt: skip
        gradient_rows = (
            (Shape((k, d)) if k != d else False, "the gradient is transposed: it has the shape of "
             "w"),
            (-gradient, "the gradient has the opposite sign"),
            (n * data + decay, "the gradient is a sum over images, but the loss is their mean"),
            (pulled(2.0 * (excess > 0)) + decay, "an offender pushes by its excess, not by 0 or "
             "1: differentiate the square"),
            (pulled(1.0 * (excess > 0)) + decay, "this is the slope of the lecture's hinge: here "
             "an offender pushes by its excess"),
            (data / 2 + decay, "the square brings a factor of 2"),
            (pulled(2 * excess, 0) + decay, "the gradient lacks the force on the correct class: "
             "each offender pulls it up"),
            (data, "the gradient lacks the penalty's part"),
            (data + decay / 2, "the penalty's part of the gradient is wrong by a factor of 2"),
            (True, "the gradient does not agree with finite differences of the loss"),
        )  # fmt: skip
        rows = [((wrong, None), message) for wrong, message in loss_rows]
        return (loss, gradient), rows + [((None, wrong), m) for wrong, m in gradient_rows]

    rng = np.random.default_rng(8)
    inputs = rng.normal(size=(6, 4)), rng.normal(size=(9, 6)), rng.integers(0, 4, 9)
    cases = [(*inputs, 1.0, 0.0), (*inputs, 2.5, 0.0), (*inputs, 1.0, 0.3)]
    compare_function("hinge", function, table, cases, ("loss", "gradient"))


@exercise(
    "08.4",
    "The number of right answers would be binomial, with variance n p (1 - p). What is the "
    "variance of this number divided by n? And how far do the means of the blocks scatter?",
    "reshape(-1, size) puts a block into each row. The error of a mean of G blocks is their "
    "standard deviation (ddof=1) over the root of G.",
)
def accuracy(function):
    def table(scores, y, size):
        right = 1.0 * (scores.argmax(axis=1) == y)
        n, p = len(y), right.mean()
        blocks, one = right.reshape(-1, size).mean(axis=1), np.sqrt(p * (1 - p))
        g, spread = len(blocks), blocks.std(ddof=1)
        clustered, others = spread / np.sqrt(g), right.reshape(size, -1).mean(axis=0)
        poisson = "this is the error of a Poisson count: the number of right answers cannot exceed "
        rows = {0: (
            (100 * p, "the accuracy is in per cent: a share of 1 is asked for"),
            (n * p, "the accuracy is a number of digits: divide by their number"),
            (1 - p, "this is the share of wrong answers"),
            (True, "the accuracy is not the share of images whose largest score is at the label"),
        ), 1: (
            (one / np.sqrt(n - 1), None),  # estimates the same thing without bias
            (lambda e: e < 0, "an error cannot be negative"),
            (one**2 / n, "this is the variance: take the square root"),
            (one, "this is the error for a single digit: n of them average out"),
            (one * np.sqrt(n), "this is the error of the number of right answers, not of their "
             "share"),
            (one / n, "the error falls with the square root of n, not with n"),
            (100 * one / np.sqrt(n), "the error is in per cent"),
            (np.sqrt(p / n), poisson + "n"),
            (1 / np.sqrt(n), poisson + "n"),
            (True, "the first error is not that of a binomial share"),
        ), 2: (
            (one / np.sqrt(n), "the second error is binomial again: let the blocks scatter"),
            (spread, "this is the spread of the blocks: the error of their mean is smaller"),
            (spread / np.sqrt(n), "the blocks count, not the digits: divide by the root of their "
             "number"),
            (spread / g, "the error falls with the root of the number of blocks"),
            (blocks.std() / np.sqrt(g), "with few blocks use ddof=1"),
            (others.std(ddof=1) / np.sqrt(len(others)), "a block is `size` digits in a row: these "
             "are digits far apart"),
            (True, "the second error is not that of the mean of the blocks"),
        )}  # fmt: skip
        return (p, one / np.sqrt(n), clustered), [
            (tuple(wrong if k == part else None for k in range(3)), message)
            for part, several in rows.items()
            for wrong, message in several
        ]

    rng, cases = np.random.default_rng(84), []
    for n, k, size in ((400, 10, 20), (60, 3, 5)):
        y, skill = rng.integers(0, k, n), rng.uniform(0, 4, n // size).repeat(size)
        cases.append((rng.normal(size=(n, k)) + skill[:, None] * np.eye(k)[y], y, size))
    compare_function("accuracy", function, table, cases, ("accuracy", "binomial", "clustered"))


@exercise(
    "08.5",
    "A linear classifier reads about 9 of 10 of these digits. Hidden units or convolutions read "
    "more; the digits of the validation set tell how many.",
    "Two convolutions with max-pooling, trained for five epochs, are enough. Look at the accuracy "
    "on the training digits first: is it near 1 already?",
)
def network(model):
    import keras

    from utils.simulate.digits import stand_in

    required = 0.96  # the solution reads 98.1 to 98.6 % (4 seeds), least squares 87 %
    is_model = isinstance(model, keras.Model)
    require(is_model, f"model must be a Keras model, trained, and it is {kind(model)}")
    require(model.built, "the model is not built: give it an Input layer, and train it")
    copies, test = stand_in(n_train=1000)

    def outputs(x):
        """Return a Keras model's ten outputs for images (n, 28, 28), whichever shape it takes."""
        forms = {(28, 28): x, (28, 28, 1): x[..., None], (784,): x.reshape(-1, 784)}
        shape = getattr(model, "input_shape", None)  # a subclass of keras.Model may have none
        if isinstance(shape, tuple):
            alike = [f for f in forms if len(f) == len(shape) - 1
                     and all(a in (b, None) for a, b in zip(shape[1:], f))]  # fmt: skip
            forms = {form: forms[form] for form in alike}
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
        require(z.shape == (len(x), 10), f"the model returns shape {z.shape} for {len(x)} images: "
                "it must return ten outputs each")  # fmt: skip
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
        require(right > 0.3, "the network reads hardly more than a blind guess: has it been "
                "trained?")  # fmt: skip
        # The number stays untold, lest it be improved by asking often.
        require(right >= required, f"the network reads fewer than {100 * required:.0f} % of the "
                "test digits: improve it on x_val")  # fmt: skip


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
