"""Checks of assignment 07: sorting galaxies."""

import numpy as np

from utils.checks import exercise
from utils.checks.compare import (
    Shape,
    array,
    call,
    compare,
    compare_function,
    inputs_of,
    kind,
    not_finite,
    number,
    require,
    same,
    things,
)


@exercise(
    "07.1",
    "One filter reaches over kernel x kernel pixels of every map that it looks at, and has one "
    "bias. How many maps does the second convolution look at?",
    "The dense layer sees all pixels of all last maps. Follow the size: the convolution keeps it, "
    "each pooling halves it and rounds down. A mean over a map leaves a single number of it.",
)
def parameters(function, total_with_means):
    def table(size, channels, filters, kernel, classes):
        maps, depths = np.array(filters), np.array([channels, *filters[:-1]])
        pools, depth, area = len(filters), filters[-1], kernel**2
        edge = up = valid = size
        for _ in filters:
            edge, up, valid = edge // 2, -(-up // 2), (valid - kernel + 1) // 2
        right = np.append(maps * (area * depths + 1), classes * (edge**2 * depth + 1))
        odd = "pooling drops an odd row or column: "
        layers = f"the list must hold {pools} convolutions and a dense layer"

        def first(wrong):
            return lambda c: same(c[:-1], wrong) and not same(wrong, right[:-1])

        def last(inputs, biases=classes):
            wrong = classes * inputs + biases
            return lambda c: same(c[-1], wrong) and not same(wrong, right[-1])

        return right, [
            (Shape(()), "count_parameters returns a single number: a list with one number for each "
             "layer is wanted"),
            (lambda c: same(c, right), None),
            (first(maps * depths * area), "the biases are missing in the convolutions"),
            (first(maps * depths * (area + 1)), "a filter has one bias, not one for each map that "
             "it looks at"),
            (first(maps * (area + 1)), "a filter has weights for every map that it looks at, not "
             "one set for all"),
            (first(maps * (area * channels + 1)), "later convolutions look at the maps of the one "
             "before, not at the colours"),
            (first(maps * (kernel * depths + 1)), "a filter covers kernel x kernel pixels: the "
             "square is missing"),
            (lambda c: not same(c[:-1], right[:-1]), lambda c: "the number of convolution "
             f"{np.argmax(c[:-1] != right[:-1]) + 1} is wrong for filters {filters}"),
            (last(edge**2 * depth, 0), "the biases are missing in the dense layer"),
            (last(size**2 * depth), "the dense layer sees the maps after pooling, which makes them "
             "smaller"),
            (last((2 * edge) ** 2 * depth), "each convolution is followed by a pooling: there is "
             "one more"),
            (last((edge // 2) ** 2 * depth), "the number of the dense layer is too small: one "
             "pooling too many?"),
            (last(depth), "the dense layer sees all pixels of the maps, and not only their means"),
            (last(edge**2), "the dense layer sees all maps, not one"),
            (last(edge * depth), "the maps are squares: the dense layer sees size x size pixels"),
            (last(valid**2 * depth), "the convolutions keep the size of the image (padding "
             "'same')"),
            (last(up**2 * depth), odd + "halves are rounded down"),
            (last((size / 2**pools) ** 2 * depth), odd + "the size stays a whole number"),
            (last(edge**2 * depth, 1), "the dense layer has one bias for each output"),
            (Shape(right.shape), f"the number of the dense layer is wrong for images of size "
             f"{size}"),
            (Shape((...,)), lambda c: f"{layers}, and its shape is {c.shape}"),
        ]  # fmt: skip

    cases = [(48, 2, (3, 5), 5, 4), (50, 3, (4, 6, 8), 3, 7), (22, 1, (5,), 3, 2)]
    what = "the list of count_parameters"
    compare_function("count_parameters", function, table, cases, what=what)
    filters = np.array([4, 6, 9, 13])
    convolutions = np.sum(filters * (9 * np.array([3, *filters[:-1]]) + 1))
    name = "total_with_means"
    compare(name, number(total_with_means, name), convolutions + 7 * 14, [
        (convolutions + 7 * (36 * 13 + 1), f"{name} is the number with flattening: a mean is one "
         "number a map"),
        (convolutions, f"{name} lacks the dense layer, which is still there"),
        (convolutions + 7 * 13, f"{name} lacks the biases of the dense layer"),
        (7 * 14, f"{name} counts the dense layer only: add the convolutions"),
        (convolutions + 7 * 37, f"{name} takes the mean over the maps, not within each"),
        (convolutions + 7 * 10, "the dense layer looks at the maps of the last convolution"),
        (None, f"{name} is wrong: write down all five layers"),
    ], rtol=0, atol=0.01)  # fmt: skip


@exercise(
    "07.2",
    "np.rot90(images, k, axes=(1, 2)) turns the pixels of all images k times by 90°: axis 0 counts "
    "the images and axis 3 the colours.",
    "images[:, ::-1] reflects. Four rotations, each with and without this reflection, are eight "
    "different views. For the average, call the classifier once for each view and take the mean "
    "of what it returns.",
)
def symmetry(eight, average):
    def group(images):
        """The eight symmetries of images, by name: rotations, and each with its reflection."""
        turns = {f"by {90 * k}°": np.rot90(images, k, axes=(1, 2)) for k in range(4)}
        return turns | {f"{name}, reflected": view[:, ::-1] for name, view in turns.items()}

    def judge(view, images, where):
        """Return which of the eight a view is, or say what it is instead."""
        members = list(group(images).values())
        for k, member in enumerate(members):
            if np.array_equal(view, member):
                return k
        colours = any(np.array_equal(view[..., ::-1], member) for member in members)
        require(not colours, f"{where} exchanges the colours: they are the last axis")
        mixed = [np.rot90(images, k) for k in (1, 2, 3) if images.shape[0] == images.shape[1]]
        mixed += [images[::-1]] + [member[::-1] for member in members]
        mixed += [m[:, ::-1] for m in mixed] + [m[:, :, ::-1] for m in mixed]
        other = any(np.array_equal(view, m) for m in mixed)
        require(not other, f"{where} mixes the images: axis 0 counts them, turn axes 1 and 2")
        pixels = np.array_equal(np.sort(view, axis=None), np.sort(images, axis=None))
        what = "moves pixels in another way" if pixels else "changes the pixels themselves"
        require(False, f"{where} is none of the eight symmetries of the square: it {what}")

    rng = np.random.default_rng(72)
    cases = [(rng.integers(0, 256, s, dtype=np.uint8),) for s in ((4, 4, 4, 3), (2, 5, 5, 3))]
    for (images,) in inputs_of("eight", cases):
        shape, name = images.shape, "the result of eight"
        result = array(call(eight, images, name="eight"), name=name)
        turned = result.shape == (shape[0], 8, *shape[1:]) and shape[0] != 8
        require(not turned, f"{name} has its first two axes exchanged: views first, then images")
        views = result.ndim > 0 and len(result) == 8
        require(views, f"eight returns shape {result.shape}: its first axis must count eight views")
        result = array(result, (8, *shape), name)
        which = [
            judge(v, images, f"view number {j} (counted from 0)") for j, v in enumerate(result)
        ]
        different = len(set(which))
        turns = different == 4 and max(which) < 4
        require(not turns, "only the four rotations are there: each needs its reflection, too")
        require(different == 8, f"only {different} of the eight views are different: reflecting "
                "along both axes, for example, is a rotation by 180°")  # fmt: skip
        first = which[0] == 0
        require(first, "the first of the eight views must leave the images as they are")

    def table(classifier, images):
        views, times = group(images), "average multiplies probabilities: "
        each = np.array([classifier(view) for view in views.values()])  # (8, n, classes)
        right, geometric = each.mean(axis=0), np.exp(np.log(each).mean(axis=0))
        axis = "average takes the mean over the wrong axis: over the views"

        def moves(found):
            """Return the name of a symmetry that changes what the average says, if there is one."""
            for turn, view in views.items():
                again = array(call(average, classifier, view, name="average"), name=name)
                if not same(again, found):
                    return turn

        return right, [
            (Shape(each.shape), "average returns all eight answers: their mean is asked for"),
            (Shape(each.mean(axis=1).shape), axis),
            (Shape(each.mean(axis=2).shape), axis),
            (each[0], "average returns what the classifier says about the images as they are"),
            (8 * right, "average returns the sum of the eight answers: divide by their number"),
            (classifier(np.mean(list(views.values()), axis=0)), "average averages the images: it "
             "must average the classifier's answers"),
            (each[:4].mean(axis=0), "average takes the mean over the rotations only"),
            (each[1:].mean(axis=0), "average leaves out the view that is not turned"),
            (np.median(each, axis=0), "average takes the median: the mean is asked for"),
            (each.max(axis=0), "average takes the largest answer: the mean is asked for"),
            (geometric, times + "their arithmetic mean is asked for"),
            (geometric / geometric.sum(axis=1, keepdims=True), times + "take their arithmetic "
             "mean"),
            (moves, lambda found: "average is not invariant: it changes when the images are turned "
             + moves(found)),
            (None, "average is invariant, but it is not the mean over the eight views"),
        ]  # fmt: skip

    weights, name = rng.normal(size=(6 * 6 * 3, 4)) / 300, "the result of average"

    def classifier(x):
        x = np.asarray(x)
        if x.ndim != 4 or x.shape[1:] != (6, 6, 3):
            raise ValueError(f"the classifier takes images (n, size, size, 3), not {x.shape}")
        e = np.exp(x.reshape(len(x), -1) @ weights)
        return e / e.sum(axis=1, keepdims=True)

    cases = [(classifier, rng.integers(0, 256, (5, 6, 6, 3), dtype=np.uint8))]
    compare_function("average", average, table, cases)


@exercise(
    "07.3",
    "Divide each row by its sum first: these are the shares of a true class that get each answer. "
    "A column of the matrix of counts is no sky.",
    "Multiply row c of the shares by fractions[c]; the purity is diagonal over sum of the column "
    "of this matrix. For the pair, add the shares to their transpose.",
)
def confusion(function):
    def worst(matrix):
        upper = np.triu(matrix, 1)
        return np.array(np.unravel_index(upper.argmax(), upper.shape))

    def table(counts, fractions):
        share = counts / counts.sum(axis=1, keepdims=True)
        sky, weighted, across = (f * m for f, m in (
            (fractions[:, None], share), (fractions[:, None], counts), (fractions, share),
        ))  # fmt: skip
        efficiency, purity = np.diag(share), np.diag(sky) / sky.sum(axis=0)
        in_test, pair = np.diag(counts) / counts.sum(axis=0), worst(share + share.T)
        columns = counts / counts.sum(axis=0)
        e, p = "the efficiency ", "the purity "

        return (efficiency, purity, pair), [
            ((purity, efficiency, None), "efficiency and purity are interchanged: efficiency comes "
             "first"),
            ((100 * efficiency, None, None), e + "is in per cent: use shares of 1"),
            ((None, 100 * purity, None), p + "is in per cent: use shares of 1"),
            ((1 - efficiency, None, None), e + "counts the wrong answers"),
            ((None, 1 - purity, None), p + "counts the wrong answers"),
            ((in_test, None, None), e + "is divided by the sums of the columns: rows are the true "
             "classes"),
            ((np.diag(counts) / counts.sum(), None, None), e + "is divided by all galaxies: divide "
             "by those of its own class"),
            ((np.diag(sky), None, None), e + "does not depend on how frequent a class is on the "
             "sky"),
            ((True, None, None), e + "is not diagonal over sum of the row"),
            ((None, in_test, None), p + "is that of the test set: weight the classes by "
             "`fractions`"),
            ((None, efficiency / share.sum(axis=0), None), p + "takes all classes as equally "
             "frequent: where do `fractions` enter?"),
            ((None, np.diag(weighted) / weighted.sum(axis=0), None), p + "weights counts: divide "
             "each row by its sum before you weight it"),
            ((None, np.diag(across) / across.sum(axis=1), None), "the fractions belong to the true "
             "classes, the rows, not to the answers"),
            ((None, np.diag(sky) / fractions, None), p + "is divided by the share of the true "
             "class, not by that of the answer"),
            ((None, np.diag(sky), None), p + "is not divided by the share of galaxies that get "
             "this answer"),
            ((None, True, None), p + "is wrong: diagonal over sum of the column of the sky"),
            ((None, None, lambda found: found[0] == found[1]), "the pair lies on the diagonal, "
             "where the right answers are"),
            ((None, None, pair[::-1]), "the pair is in the wrong order: a < b"),
            *(((None, None, worst(way(share, share.T))), "the pair has the largest product of both "
               "shares, or the largest smaller one: add them") for way in (np.fmin, np.multiply)),
            ((None, None, worst(counts + counts.T)), "the pair is found from counts: a class with "
             "many galaxies then looks confused"),
            ((None, None, worst(columns + columns.T)), "the pair is found from shares of the "
             "answers, the columns: divide each row by its sum"),
            ((None, None, worst(sky + sky.T)), "the pair is weighted by `fractions`: take the "
             "shares of each true class"),
            ((None, None, worst(np.maximum(share, share.T))), "the pair has the largest share in "
             "one direction: add both directions"),
            ((None, None, True), "other classes are taken for each other more often than your "
             "pair"),
        ]  # fmt: skip

    counts = [[36, 31, 5, 4, 29], [5, 152, 10, 13, 30], [12, 29, 85, 22, 38], [10, 8, 31, 76, 30]]
    counts = np.array([*counts, [20, 26, 22, 30, 145]])  # each mistake has another pair
    fractions, order = np.array([0.13, 0.35, 0.23, 0.1, 0.19]), [3, 1, 4, 0, 2]
    cases = [(counts, fractions), (counts[np.ix_(order, order)], fractions[order])]
    parts = ("the efficiency", "the purity", "the pair")
    compare_function("read_confusion", function, table, cases, parts)


@exercise(
    "07.4",
    "The bin of galaxy i is the whole part of c_i * bins, but at most bins - 1.",
    "In each bin, n_m |a_m - c_m| is the absolute value of (sum of confidences - number of right "
    "answers): no division, so that empty bins do no harm. Add these over bins, divide by n.",
)
def calibration(function):
    def table(p, y, bins):
        total, answers, sure = len(y), p.argmax(axis=1) == y, p.max(axis=1)
        own = p[np.arange(total), y]

        def surplus(place, confidence=sure):
            return np.bincount(place, confidence - answers, bins + 1)

        def place(confidence, bins=bins):
            return np.minimum((confidence * bins).astype(int), bins - 1)

        def error(bins):
            return np.abs(np.bincount(place(sure, bins), sure - answers)).sum() / total

        n, off = np.bincount(place(sure), minlength=bins + 1), surplus(place(sure))
        gap, weights = np.abs(off)[n > 0] / n[n > 0], n[n > 0] / total
        beyond, inside = surplus((sure * bins).astype(int)), (sure * bins).astype(int) < bins
        edges = np.quantile(sure, np.arange(1, bins) / bins)
        middle = (place(sure) + 0.5) / bins
        signs, top = off.sum() / total, "a confidence of exactly 1 belongs to the last bin"
        right, it = error(bins), "the result "
        return right, [
            (not_finite, "the calibration error is NaN: an empty bin has no mean, and it "
             "contributes nothing"),
            (Shape((...,)), "the calibration error is one number: add up the bins"),
            (np.abs(beyond).sum() / total, top),
            (np.abs(beyond[:bins]).sum() / total, top),
            (np.abs(beyond[:bins]).sum() / inside.sum(), top),
            (100 * right, it + "is in per cent: a share of 1 is asked for"),
            (total * right, it + "is a sum over galaxies: divide by their number"),
            (gap.mean(), it + "does not weight the bins: a bin with few galaxies must count "
             "little"),
            (gap.sum() / bins, it + "divides by all bins and does not weight them by n_m / n"),
            (gap.sum(), it + "adds the bins without their weights n_m / n"),
            (gap.max(), it + "is the largest gap: the weighted mean of all bins is asked for"),
            (signs, it + "lacks the absolute value in each bin: gaps of both signs cancel"),
            (abs(signs), it + "takes the absolute value too late: in each bin, not of the sum"),
            (-signs, it + "has gaps of both signs that cancel: absolute value in each bin"),
            (weights @ gap**2, it + "squares the gaps: their absolute value is asked for"),
            (np.sqrt(weights @ gap**2), it + "is a root mean square: the mean of absolute values "
             "is asked for"),
            (np.abs(sure - answers).mean(), it + "compares galaxy by galaxy: compare means of "
             "bins"),
            (np.abs(surplus(place(own), own)).sum() / total, it + "takes the probability of the "
             "label: the confidence is the largest one"),
            (np.abs(surplus(place(sure), middle)).sum() / total, it + "takes the middle of a bin: "
             "the mean of its confidences is asked for"),
            (np.abs(surplus(np.searchsorted(edges, sure))).sum() / total, it + "has bins with "
             "equal numbers of galaxies: they must have equal widths"),
            (1 - answers.mean(), it + "is the share of wrong answers"),
            (error(10), it + "is that of 10 bins, whatever `bins` says"),
            (error(15), it + "is that of 15 bins, whatever `bins` says"),
            (lambda e: e < 0, "the calibration error cannot be negative"),
            (None, lambda e: f"the result is too {'large' if e > right else 'small'} for {bins} "
             "bins"),
        ]  # fmt: skip

    rng = np.random.default_rng(7)
    z = rng.normal(0, 2, (400, 5))
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    truth = 0.25 * p + 0.75 * p.mean(axis=0) * (p.max(axis=1, keepdims=True) > 0.6)
    truth += (1 - truth.sum(axis=1, keepdims=True)) * np.eye(5)[p.argmax(axis=1)]
    y = (rng.random((400, 1)) > truth.cumsum(axis=1)).sum(axis=1).clip(max=4)
    sure = [[0.7, 0.2, 0.1], [0.35, 0.55, 0.1], [0.45, 0.25, 0.3], [0.72, 0.18, 0.1]]
    sure = np.vstack([sure, np.eye(3)])
    cases = [(p, y, 10), (p, y, 4), (sure, np.array([0, 0, 2, 0, 1, 1, 2]), 5)]
    compare_function("calibration_error", function, table, cases)


@exercise(
    "07.5",
    "original[test] names the originals of the test rows, original[train] those of the training "
    "rows. np.isin tells which of the first occur among the second.",
    "Split the originals, not the rows: shuffle np.unique(original) with "
    "np.random.default_rng(seed), take the first ones, and collect all rows of these.",
)
def leak(leaking, split):
    def rows_of(value, n, name):
        rows, flags = array(value, name=name), np.asarray(value).dtype == bool
        require(not flags, f"{name} is True and False: row numbers are wanted")
        require(rows.ndim == 1, f"{name} has shape {rows.shape}: a list of row numbers is wanted")
        whole = ((rows >= 0) & (rows < n) & (rows == np.floor(rows))).all()
        require(whole, f"{name} holds numbers that are not rows: rows count from 0 to n - 1")
        return rows.astype(int)

    original = np.array([30, 4, 4, 17, 30, 8, 17, 4, 55, 8, 61, 55])
    sides = ([11, 2, 4, 6], [10, 1, 8, 9, 0, 3, 5, 7]), ([5, 9, 3], [8, 1, 10])
    cases = [(original, np.array(train), np.array(test)) for train, test in sides]
    for original, train, test in inputs_of("leaking", cases):
        inside = np.isin(original[test], original[train])
        back = np.isin(original[train], original[test])
        leaks, word = test[inside], "leaking returns "
        numbers = "the numbers of originals: it must "
        result = call(leaking, original, train, test, name="leaking")
        rows = array(result, name="the result of leaking")
        flags = np.asarray(result).dtype == bool
        require(not flags, word + "True and False: it must return row numbers")
        require(rows.ndim == 1, word + f"shape {rows.shape}: a list of row numbers is wanted")
        found = sorted(rows.tolist())
        require(len(leaks) or not found, "leaking finds leaks in a split that has none")
        for wrong, message in (
            (np.flatnonzero(inside), word + "positions within `test`: it must return the row "
             "numbers there"),
            (original[leaks], word + numbers + "return rows"),
            (np.unique(original[leaks]), word + numbers + "return the rows"),
            (test[~inside], word + "the test rows that do not leak"),
            (train[back], word + "training rows: it must return rows of the test set"),
            (np.union1d(leaks, train[back]), word + "training rows as well: rows of the test set "
             "are asked for"),
            (np.intersect1d(train, test), "leaking finds no leak: the same original is enough, not "
             "only the same row"),
        ):  # fmt: skip
            require(found == sorted(leaks) or found != sorted(wrong), message)
        missed = len(set(leaks) - set(found))
        require(len(set(found)) == len(found), word + "some rows more than once")
        require(not missed, f"leaking misses {missed} of the test rows that leak")
        require(len(found) == len(leaks), "leaking also returns rows that do not leak")

    def sides_of(original, share, seed):
        pair = call(split, original, share, seed, name="split")
        train, test = things(pair, ("train", "test"), "split", "return", depth=1)
        return rows_of(train, len(original), "train"), rows_of(test, len(original), "test")

    rng = np.random.default_rng(5)
    sky = rng.permutation(np.repeat(rng.choice(1000, 40, replace=False), rng.integers(1, 7, 40)))
    cases = [(sky, 0.25, 0), (sky, 0.25, 1), (sky, 0.42, 2), (sky, 0.61, 3)]
    for original, share, seed in inputs_of("split", cases):
        n, known = len(original), len(np.unique(original))
        train, test = sides_of(original, share, seed)
        both, lost = len(np.intersect1d(train, test)), n - len(train) - len(test)
        require(not both, f"{both} rows are in train and in test")
        repeated = len(set(train)) < len(train) or len(set(test)) < len(test)
        require(not repeated, "some rows occur more than once on the same side of the split")
        require(not lost, f"{lost} of {n} rows are in neither train nor test")
        leaks = len(np.intersect1d(original[train], original[test]))
        require(not leaks, f"split leaks: {leaks} of {known} originals have rows in train and in "
                "test")  # fmt: skip
        chosen, wanted = len(np.unique(original[test])), round(share * known)
        counts = f"the test set has {chosen} of {known} originals for share = {share:g}"
        if chosen != wanted:
            swapped = chosen == known - wanted
            require(not swapped, "train and test are exchanged: `share` is that of the test set")
            cut = chosen in (np.floor(share * known), np.ceil(share * known))
            require(not cut, counts + ": round to the nearest whole number, do not cut off")
            dense = np.unique(original, return_inverse=True)[1]
            gaps = len(np.unique(dense[sides_of(dense, share, seed)[1]])) == wanted
            require(not gaps, counts + ": their numbers have gaps, choose among those that occur")
            by_rows = abs(len(test) - share * n) <= max(np.unique(original, return_counts=True)[1])
            more = ", not of the rows" if by_rows else ""
            require(False, f"{counts}: the share is that of the originals{more}")
    once, again, *others = [set(sides_of(sky, 0.25, s)[1]) for s in (0, 0, 1, 2)]
    require(once == again, "the same seed must give the same split: use `seed`")
    require(others != [once, once], "another seed must give another split: choose at random")


@exercise(
    "07.6",
    "Fill a symmetric 2 x 2 matrix with the three moments; np.linalg.eigvalsh returns its "
    "eigenvalues, the smaller one first. They are squares of lengths.",
    "For the prediction: smearing adds the same area s**2 to both eigenvalues, a**2 and b**2. "
    "For which shape does (b**2 + s**2) / (a**2 + s**2) differ most from b**2 / a**2?",
)
def seeing(axis_ratio, prediction):
    from utils.simulate.galaxies import CLASS_NAMES

    def moments(light, about=None):
        x = np.indices(light.shape).reshape(2, -1)
        weights = light.ravel() / light.sum()
        x = x - (x @ weights if about is None else np.array(about))[:, None]
        return (weights * x) @ x.T

    def root(matrix):
        small, large = np.linalg.eigvalsh(matrix)
        return np.sqrt(max(small, 0) / large)

    def table(light):
        Q, it = moments(light), "the axis ratio "
        right, on_axes = root(Q), np.sqrt(min(Q[0, 0], Q[1, 1]) / max(Q[0, 0], Q[1, 1]))
        middle = (np.array(light.shape) - 1) / 2
        brightest = np.unravel_index(light.argmax(), light.shape)
        turned = "" if abs(Q[0, 1]) < 1e-6 * Q[0, 0] else " that is turned"
        return right, [
            (1 / right, it + "is upside down: minor through major axis"),
            (1 / right**2, it + "is upside down, and the square root is missing"),
            (right**2, it + "lacks the square root: eigenvalues are squares of lengths"),
            (on_axes, it + "is measured along rows and columns: it must also hold for a turned "
             "galaxy"),
            (on_axes**2, it + "is measured along rows and columns, and without a square root"),
            (root(moments(light, (0, 0))), it + "depends on where the galaxy is: measure from the "
             "centroid"),
            (root(moments(light, middle)), it + "depends on the place of the galaxy: measure from "
             "the centroid"),
            (root(moments(light, brightest)), it + "is measured about the brightest pixel: measure "
             "from the centroid"),
            (root(moments((light > 0) * 1.0)), it + "does not weight the pixels by their light"),
            (1 - right, "this is the ellipticity: the ratio of minor to major axis is asked for"),
            (lambda v: not 0 <= v <= 1, lambda v: it + f"is {v:.3g}: minor through major axis is "
             "at most 1"),
            (bool(light.max() > 10), it + "changes with the brightness: divide the moments by the "
             "light"),
            (None, lambda v: it + f"is too {'large' if v > right else 'small'} for a galaxy"
             f"{turned}: check the three moments"),
        ]  # fmt: skip

    def gaussian(along, across, angle, centre=(30, 30)):
        c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        u, v = (i - at for i, at in zip(np.indices((61, 61)), centre))
        return np.exp(-0.5 * (((c * u + s * v) / along) ** 2 + ((c * v - s * u) / across) ** 2))

    shapes = (6, 3, 0), (6, 2.4, 30), (5, 5, 0), (6, 2.4, 75, (24, 37)), (2, 6, 45)
    cases = [(gaussian(*shape),) for shape in shapes]
    cases += [(50 * cases[-1][0],), (cases[0][0] + 1.5 * gaussian(2, 2, 0, (38, 33)),)]
    compare_function("axis_ratio", axis_ratio, table, cases, what="the axis ratio")
    what = "the prediction must hold two words, the name of a class and a direction"
    require(isinstance(prediction, tuple | list), f"{what}, and it is {kind(prediction)}")
    require(len(prediction) == 2, f"{what}, and it holds {len(prediction)}")
    name, direction = prediction
    known = isinstance(name, str) and name in CLASS_NAMES
    require(known, "the first word of the prediction must be a name of CLASS_NAMES, in quotes")
    either = isinstance(direction, str) and direction in ("up", "down")
    require(either, 'the second word of the prediction must be "up" or "down", in quotes')
    again = "measure the medians of the seven classes in both sets"
    require(name != CLASS_NAMES[1], "equal eigenvalues stay equal when both grow "
            f"alike: {again}")  # fmt: skip
    require(name == CLASS_NAMES[-1], f"another class changes more than {name!r}: {again}")
    require(direction == "up", f"the median of {name!r} goes the other way: {again}")
