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
    not_finite,
    read,
    require,
    same,
    things,
)

CLASSES = (
    "Merging",
    "Round Smooth",
    "In-between Round Smooth",
    "Barred Spiral",
    "Unbarred Tight Spiral",
    "Unbarred Loose Spiral",
    "Edge-on with Bulge",
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
        maps, area, pools = np.array(filters), kernel**2, len(filters)
        depths, depth = np.array([channels, *filters[:-1]]), filters[-1]
        edge = up = valid = size
        for _ in filters:
            edge, up, valid = edge // 2, -(-up // 2), (valid - kernel + 1) // 2
        first, last = maps * (area * depths + 1), classes * (edge**2 * depth + 1)

        def layers(wrong):  # the convolutions, whatever the dense layer is
            return lambda found: same(found[:-1], wrong) and not same(found[:-1], first)

        def dense(inputs, biases=classes):
            return lambda found: same(found[-1], classes * inputs + biases)

        def off(found):
            return np.flatnonzero(np.abs(found[:-1] - first) > 1e-3)

        def otherwise(found):
            many = f"the list must hold {pools} convolutions and a dense layer"
            size_wrong = f"the number of the dense layer is wrong for images of size {size}"
            return size_wrong if len(found) == pools + 1 else many

        odd = "pooling drops an odd row or column: "
        return np.append(first, last), [
            (Shape(()), "count_parameters returns a single number: a list with one number for each "
             "layer is wanted"),
            (layers(maps * depths * area), "the biases are missing in the convolutions"),
            (layers(maps * depths * (area + 1)), "a filter has one bias, not one for each map that "
             "it looks at"),
            (layers(maps * (area + 1)), "a filter has weights for every map that it looks at, not "
             "one set for all"),
            (layers(maps * (area * channels + 1)), "later convolutions look at the maps of the one "
             "before, not at the colours"),
            (layers(maps * (kernel * depths + 1)), "a filter covers kernel x kernel pixels: the "
             "square is missing"),
            (lambda f: off(f).size, lambda f: f"the number of convolution {off(f)[0] + 1} is wrong "
             f"for filters {filters}"),
            (dense(edge**2 * depth, 0), "the biases are missing in the dense layer"),
            (dense(edge**2 * depth, 1), "the dense layer has one bias for each output"),
            (dense(size**2 * depth), "the dense layer sees the maps after pooling, which "
             "makes them smaller"),
            (dense((2 * edge) ** 2 * depth), "each convolution is followed by a pooling: "
             "there is one more"),
            (dense((edge // 2) ** 2 * depth), "the number of the dense layer is too "
             "small: one pooling too many?"),
            (dense(depth), "the dense layer sees all pixels of the maps, and not only "
             "their means"),
            (dense(edge**2), "the dense layer sees all maps, not one"),
            (dense(edge * depth), "the maps are squares: the dense layer sees size x size "
             "pixels"),
            (dense(valid**2 * depth), "the convolutions keep the size of the image "
             "(padding 'same')"),
            (dense(up**2 * depth), odd + "halves are rounded down"),
            (dense((size / 2**pools) ** 2 * depth), odd + "the size stays a whole number"),
            (Shape((...,)), otherwise),
        ]  # fmt: skip

    nets = [(48, 2, (3, 5), 5, 4), (50, 3, (4, 6, 8), 3, 7), (22, 1, (5,), 3, 2)]
    what = "the list of count_parameters"
    compare_function("count_parameters", function, table, nets, what=what, rtol=0, atol=1e-3)
    convolutions = 4 * 28 + 6 * 37 + 9 * 55 + 13 * 82
    compare("total_with_means", total_with_means, convolutions + 7 * (13 + 1), [
        (convolutions + 7 * (36 * 13 + 1), "total_with_means is the number with flattening: a mean "
         "is one number a map"),
        (convolutions, "total_with_means lacks the dense layer, which is still there"),
        (convolutions + 7 * 13, "total_with_means lacks the biases of the dense layer"),
        (7 * 14, "total_with_means counts the dense layer only: add the convolutions"),
        (convolutions + 7 * 37, "total_with_means takes the mean over the maps, not within each"),
        (convolutions + 7 * 10, "the dense layer looks at the maps of the last convolution"),
        (None, "total_with_means is wrong: write down all five layers"),
    ], rtol=0, atol=1e-3)  # fmt: skip


@exercise(
    "07.2",
    "np.rot90(images, k, axes=(1, 2)) turns the pixels of all images k times by 90°: axis 0 counts "
    "the images and axis 3 the colours.",
    "images[:, ::-1] reflects. Four rotations, each with and without this reflection, are eight "
    "different views. For the average, call the classifier once for each view and take the mean "
    "of what it returns.",
)
def symmetry(eight, average):
    def symmetries(images):
        """Return the eight views; those of odd number are reflected."""
        turned = [np.rot90(images, k, axes=(1, 2)) for k in range(4)]
        return [view for t in turned for view in (t, t[:, ::-1])]

    def among(view, others):
        return next((k for k, other in enumerate(others) if np.array_equal(view, other)), None)

    def judge(views, images):
        group, found = symmetries(images), []
        mixed = [np.rot90(images, k) for k in (1, 2, 3)] + [images[::-1], *(g[::-1] for g in group)]
        mixed += [m[:, ::-1] for m in mixed] + [m[:, :, ::-1] for m in mixed]
        for j, view in enumerate(views):
            found.append(among(view, group))
            if found[-1] is not None:
                continue
            where = f"view number {j} (counted from 0)"
            colours = among(view[..., ::-1], group) is not None
            require(not colours, f"{where} exchanges the colours: they are the last axis")
            batch = among(view, mixed) is not None
            require(not batch, f"{where} mixes the images: axis 0 counts them, turn axes 1 and 2")
            pixels = np.array_equal(np.sort(view, axis=None), np.sort(images, axis=None))
            what = "moves pixels in another way" if pixels else "changes the pixels themselves"
            require(False, f"{where} is none of the eight symmetries of the square: it {what}")
        rotations = set(found) == {0, 2, 4, 6}
        require(not rotations, "only the four rotations are there: each needs its reflection, too")
        different = len(set(found))
        text = "reflecting along both axes, for example, is a rotation by 180°"
        require(different == 8, f"only {different} of the eight views are different: {text}")
        require(found[0] == 0, "the first of the eight views must leave the images as they are")

    def table(classifier, images):
        views = symmetries(images)
        each = np.array([classifier(view) for view in views])  # (8, n, classes)
        right, geometric = each.mean(axis=0), np.exp(np.log(each).mean(axis=0))

        def turned(found):
            for k, view in enumerate(views):
                again = read(call(average, classifier, view, name="average"))
                if not same(again, found):
                    return f"by {k // 2 * 90}°" + ", reflected" * (k % 2)

        return right, [
            (Shape(each.shape), "average returns all eight answers: their mean is asked for"),
            *((Shape(each.mean(axis=axis).shape), "average takes the mean over the wrong axis: "
               "over the views") for axis in (1, 2)),
            (each[0], "average returns what the classifier says about the images as they are"),
            (8 * right, "average returns the sum of the eight answers: divide by their number"),
            (classifier(np.mean(views, axis=0)), "average averages the images: it must average the "
             "classifier's answers"),
            (each[::2].mean(axis=0), "average takes the mean over the rotations only"),
            (each[1:].mean(axis=0), "average leaves out the view that is not turned"),
            (np.median(each, axis=0), "average takes the median: the mean is asked for"),
            (each.max(axis=0), "average takes the largest answer: the mean is asked for"),
            (geometric, "average multiplies probabilities: their arithmetic mean is asked for"),
            (geometric / geometric.sum(axis=1, keepdims=True), "average multiplies probabilities: "
             "take their arithmetic mean"),
            (turned, lambda f: "average is not invariant: it changes when the images are turned "
             + turned(f)),
            (None, "average is invariant, but it is not the mean over the eight views"),
        ]  # fmt: skip

    rng = np.random.default_rng(72)
    sets = [(rng.integers(0, 256, shape, "uint8"),) for shape in ((4, 4, 4, 3), (2, 5, 5, 3))]
    for (images,) in inputs_of("eight", sets):
        wanted, name = (8, *images.shape), "the result of eight"
        views = read(call(eight, images, name="eight"), name)
        swapped = views.shape == (len(images), 8, *images.shape[1:]) != wanted
        require(not swapped, f"{name} has its first two axes exchanged: views first, then images")
        count = f"eight returns shape {views.shape}: its first axis must count eight views"
        require(views.ndim and len(views) == 8, count)
        judge(array(views, wanted, name), images)

    weights = rng.normal(size=(6 * 6 * 3, 4)) / 300

    def classifier(x):
        x = np.asarray(x)
        if x.ndim != 4 or x.shape[1:] != (6, 6, 3):
            raise ValueError(f"the classifier takes images (n, size, size, 3), not {x.shape}")
        e = np.exp(x.reshape(len(x), -1) @ weights)
        return e / e.sum(axis=1, keepdims=True)

    cases = [(classifier, rng.integers(0, 256, (5, 6, 6, 3), dtype="uint8"))]
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
        """Return the pair a < b of the largest element beside the diagonal."""
        upper = np.triu(matrix, 1)
        return [int(i) for i in np.unravel_index(upper.argmax(), upper.shape)]

    def table(counts, fractions):
        def split(matrix, axis):
            return np.diag(matrix) / matrix.sum(axis=axis)

        share = counts / counts.sum(axis=1, keepdims=True)
        sky, across = fractions[:, None] * share, share * fractions
        weighted, tested = fractions[:, None] * counts, counts / counts.sum(axis=0)
        efficiency, purity, pair = np.diag(share), split(sky, 0), worst(share + share.T)
        product, smaller = (worst(f(share, share.T)) for f in (np.multiply, np.minimum))
        return (efficiency, purity, pair), [
            ((purity, efficiency, None), "efficiency and purity are interchanged: efficiency comes "
             "first"),
            ((100 * efficiency, None, None), "the efficiency is in per cent: use shares of 1"),
            ((1 - efficiency, None, None), "the efficiency counts the wrong answers"),
            ((split(counts, 0), None, None), "the efficiency is divided by the sums of the "
             "columns: rows are the true classes"),
            ((np.diag(counts) / counts.sum(), None, None), "the efficiency is divided by all "
             "galaxies: divide by those of its own class"),
            ((np.diag(sky), None, None), "the efficiency does not depend on how frequent a class "
             "is on the sky"),
            ((True, None, None), "the efficiency is not diagonal over sum of the row"),
            ((None, 100 * purity, None), "the purity is in per cent: use shares of 1"),
            ((None, 1 - purity, None), "the purity counts the wrong answers"),
            ((None, split(counts, 0), None), "the purity is that of the test set: weight the "
             "classes by `fractions`"),
            ((None, split(share, 0), None), "the purity takes all classes as equally frequent: "
             "where do `fractions` enter?"),
            ((None, split(weighted, 0), None), "the purity weights counts: divide each row by its "
             "sum before you weight it"),
            ((None, split(across, 1), None), "the fractions belong to the true classes, the rows, "
             "not to the answers"),
            ((None, efficiency, None), "the purity is divided by the share of the true class, not "
             "by that of the answer"),
            ((None, np.diag(sky), None), "the purity is not divided by the share of galaxies that "
             "get this answer"),
            ((None, True, None), "the purity is wrong: diagonal over sum of the column of the sky"),
            ((None, None, lambda p: p[0] == p[1]), "the pair lies on the diagonal, where the right "
             "answers are"),
            ((None, None, pair[::-1]), "the pair is in the wrong order: a < b"),
            ((None, None, worst(counts + counts.T)), "the pair is found from counts: a class with "
             "many galaxies then looks confused"),
            ((None, None, worst(sky + sky.T)), "the pair is weighted by `fractions`: take the "
             "shares of each true class"),
            ((None, None, worst(tested + tested.T)), "the pair is found from shares of the "
             "answers, the columns: divide each row by its sum"),
            ((None, None, worst(np.maximum(share, share.T))), "the pair has the largest share in "
             "one direction: add both directions"),
            *(((None, None, wrong), "the pair has both directions multiplied, or the smaller one "
               "taken: add them") for wrong in (product, smaller)),
            ((None, None, True), "other classes are taken for each other more often than your "
             "pair"),
        ]  # fmt: skip

    counts = np.array(
        [
            [36, 31, 5, 4, 29],
            [5, 152, 10, 13, 30],
            [12, 29, 85, 22, 38],
            [10, 8, 31, 76, 30],
            [20, 26, 22, 30, 145],
        ]
    )
    fractions, cases = np.array([0.13, 0.35, 0.23, 0.1, 0.19]), []
    for order in ([0, 1, 2, 3, 4], [3, 1, 4, 0, 2]):
        cases.append((counts[np.ix_(order, order)], fractions[order]))
    parts = ("efficiency", "purity", "pair")
    compare_function("read_confusion", function, table, cases, parts)


@exercise(
    "07.4",
    "The bin of galaxy i is the whole part of c_i * bins, but at most bins - 1.",
    "In each bin, n_m |a_m - c_m| is the absolute value of (sum of confidences - number of right "
    "answers): no division, so that empty bins do no harm. Add these over bins, divide by n.",
)
def calibration(function):
    def table(p, y, bins):
        sure, right, total = p.max(axis=1), p.argmax(axis=1) == y, len(y)

        def gaps(bins, beyond=0, sure=sure, centred=False):
            """Return n_m, and in each bin the sum of confidences minus right answers."""
            m = np.minimum(np.floor(sure * bins).astype(int), bins - 1 + beyond)
            confidence = (m + 0.5) / bins if centred else sure
            return np.bincount(m), np.bincount(m, confidence - right)

        def error(*which, **more):
            return np.abs(gaps(*which, **more)[1]).sum() / total

        n, gap = gaps(bins)
        n, gap = n[n > 0], gap[n > 0]
        wanted, mean = np.abs(gap).sum() / total, np.abs(gap / n)
        inside = sure < 1
        lost = np.abs(gaps(bins, 1)[1][:bins]).sum()
        edges = np.quantile(sure, np.arange(1, bins) / bins)
        equal = np.abs(np.bincount(np.searchsorted(edges, sure), sure - right)).sum() / total
        last = "a confidence of exactly 1 belongs to the last bin"
        return wanted, [
            (not_finite, "the calibration error is NaN: an empty bin has no mean, and it "
             "contributes nothing"),
            (100 * wanted, "the result is in per cent: a share of 1 is asked for"),
            (total * wanted, "the result is a sum over galaxies: divide by their number"),
            (mean.mean(), "the result does not weight the bins: a bin with few galaxies must count "
             "little"),
            (mean.sum() / bins, "the result divides by all bins and does not weight them by n_m / "
             "n"),
            (mean.sum(), "the result adds the bins without their weights n_m / n"),
            (mean.max(), "the result is the largest gap: the weighted mean of all bins is asked "
             "for"),
            (gap.sum() / total, "the result lacks the absolute value in each bin: gaps of both "
             "signs cancel"),
            (abs(gap.sum()) / total, "the result takes the absolute value too late: in each bin, "
             "not of the sum"),
            (-gap.sum() / total, "the result has gaps of both signs that cancel: absolute value in "
             "each bin"),
            ((n * mean**2).sum() / total, "the result squares the gaps: their absolute value is "
             "asked for"),
            (np.sqrt((n * mean**2).sum() / total), "the result is a root mean square: the mean of "
             "absolute values is asked for"),
            (np.abs(sure - right).mean(), "the result compares galaxy by galaxy: compare means of "
             "bins"),
            (error(bins, sure=p[np.arange(total), y]), "the result takes the probability of the "
             "label: the confidence is the largest one"),
            (error(bins, centred=True), "the result takes the middle of a bin: the mean of its "
             "confidences is asked for"),
            (equal if inside.all() else True, "the result has bins with equal numbers of galaxies: "
             "they must have equal widths"),
            (1 - right.mean(), "the result is the share of wrong answers"),
            *((error(other), f"the result is that of {other} bins, whatever `bins` says")
              for other in (10, 15)),
            *((wrong, last) for wrong in (error(bins, 1), lost / total, lost / inside.sum())),
            (lambda v: v < 0, "the calibration error cannot be negative"),
            (not inside.all(), "the result is wrong where some confidences are exactly 1"),
            (None, lambda v: f"the result is too {'large' if v > wanted else 'small'} for {bins} "
             "bins"),
        ]  # fmt: skip

    rng = np.random.default_rng(7)
    z = rng.normal(0, 2, (400, 5))
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    truth = 0.25 * p + 0.75 * p.mean(axis=0) * (p.max(axis=1, keepdims=True) > 0.6)
    truth += (1 - truth.sum(axis=1, keepdims=True)) * np.eye(5)[p.argmax(axis=1)]
    y = (rng.random((400, 1)) > truth.cumsum(axis=1)).sum(axis=1).clip(max=4)
    sure = [[0.7, 0.2, 0.1], [0.35, 0.55, 0.1], [0.3, 0.25, 0.45], [0.72, 0.18, 0.1]]
    sure, labels = np.vstack([sure, np.eye(3)]), np.array([0, 0, 2, 0, 1, 1, 2])
    cases = [(p, y, 10), (p, y, 4), (sure, labels, 5)]
    what = "the calibration error"
    compare_function("calibration_error", function, table, cases, what=what)


@exercise(
    "07.5",
    "original[test] names the originals of the test rows, original[train] those of the training "
    "rows. np.isin tells which of the first occur among the second.",
    "Split the originals, not the rows: shuffle np.unique(original) with "
    "np.random.default_rng(seed), take the first ones, and collect all rows of these.",
)
def leak(leaking, split):
    def rows_of(value, n, name):
        rows = array(value, name=name)
        flags = np.asarray(value).dtype == bool and rows.size
        require(not flags, f"{name} is True and False: row numbers are wanted")
        require(rows.ndim == 1, f"{name} has shape {rows.shape}: a list of row numbers is wanted")
        whole = ((rows >= 0) & (rows < n) & (rows == np.floor(rows))).all()
        require(whole, f"{name} holds numbers that are not rows: rows count from 0 to {n - 1}")
        return np.sort(rows.astype(int))

    first = np.array([30, 4, 4, 17, 30, 8, 17, 4, 55, 8, 61, 55])
    cases = [(first, np.array([11, 2, 4, 6]), np.array([10, 1, 8, 9, 0, 3, 5, 7]))]
    cases += [(first, np.array([5, 9, 3]), np.array([8, 1, 10]))]
    for original, train, test in inputs_of("leaking", cases):
        value = call(leaking, original, train, test, name="leaking")
        inside = np.isin(original[test], original[train])
        leaks, taught = test[inside], train[np.isin(original[train], original[test])]
        found = rows_of(value, np.inf, "the result of leaking")
        require(len(leaks) or not len(found), "leaking finds leaks in a split that has none")
        for wrong, message in (
            (np.flatnonzero(inside), "positions within `test`: it must return the row numbers "
             "there"),
            (original[leaks], "the numbers of originals: it must return rows"),
            (np.unique(original[leaks]), "the numbers of originals: it must return the rows"),
            (test[~inside], "the test rows that do not leak"),
            (taught, "training rows: it must return rows of the test set"),
            (np.union1d(leaks, taught), "training rows as well: rows of the test set are asked "
             "for"),
            (np.intersect1d(train, test), "only rows that are on both sides: the same original is "
             "enough, not only the same row"),
        ):  # fmt: skip
            is_right = np.array_equal(np.sort(wrong), np.sort(leaks))
            named = np.array_equal(np.sort(wrong), found) and not is_right
            require(not named, f"leaking returns {message}")
        require(len(set(found)) == len(found), "leaking returns some rows more than once")
        missed = len(set(leaks) - set(found))
        require(not missed, f"leaking misses {missed} of the test rows that leak")
        require(len(found) == len(leaks), "leaking also returns rows that do not leak")

    def sides(original, share, seed):
        pair = call(split, original, share, seed, name="split")
        pair = things(pair, ("train", "test"), "split", "return", depth=1)
        return [rows_of(rows, len(original), name) for rows, name in zip(pair, ("train", "test"))]

    def judge(original, share, seed):
        train, test = sides(original, share, seed)
        (known, size), n = np.unique(original, return_counts=True), len(original)
        both, lost = len(np.intersect1d(train, test)), n - len(train) - len(test)
        require(not both, f"{both} rows are in train and in test")
        repeated = any((np.diff(rows) == 0).any() for rows in (train, test))
        require(not repeated, "some rows occur more than once on the same side of the split")
        require(not lost, f"{lost} of {n} rows are in neither train nor test")
        leaks = len(np.intersect1d(original[train], original[test]))
        text = f"{leaks} of {len(known)} originals have rows in train and in test"
        require(not leaks, f"split leaks: {text}")
        chosen, exact = len(np.unique(original[test])), share * len(known)
        if chosen == round(exact):
            return test
        counts = f"the test set has {chosen} of {len(known)} originals for share = {share:g}"
        close_up = np.searchsorted(known, original)  # the same originals, numbered without gaps
        gaps = len(np.unique(close_up[sides(close_up, share, seed)[1]])) == round(exact)
        require(not gaps, f"{counts}, though not where their numbers have no gaps: choose among "
                "those that occur")  # fmt: skip
        swapped = chosen == len(known) - round(exact)
        require(not swapped, "train and test are exchanged: `share` is that of the test set")
        cut = chosen in (np.floor(exact), np.ceil(exact))
        require(not cut, f"{counts}: {exact:.4g} is rounded to the nearest whole number")
        by_rows = abs(len(test) - share * n) <= size.max()
        rows = ", not of the rows" if by_rows else ", rounded to a whole number"
        require(False, f"{counts}: the share is that of the originals{rows}")

    rng = np.random.default_rng(5)
    names = rng.choice(1000, 41, replace=False)
    many = rng.permutation(np.repeat(names, rng.integers(1, 7, 41)))
    cases = inputs_of("split", [(many, 0.25, 0), (many, 0.25, 1), (many, 0.6, 2)])
    tests = [judge(*case) for case in cases]
    for case, test in zip(cases[:1], tests):
        again = np.array_equal(sides(*case)[1], test)
        require(again, "the same seed must give the same split: use `seed`")
    if len(tests) > 1 and cases[0][0] is cases[1][0]:
        other = not np.array_equal(tests[0], tests[1])
        require(other, "another seed must give another split: choose at random")


@exercise(
    "07.6",
    "Fill a symmetric 2 x 2 matrix with the three moments; np.linalg.eigvalsh returns its "
    "eigenvalues, the smaller one first. They are squares of lengths.",
    "For the prediction: smearing adds the same area s**2 to both eigenvalues, a**2 and b**2. "
    "For which shape does (b**2 + s**2) / (a**2 + s**2) differ most from b**2 / a**2?",
)
def seeing(axis_ratio, prediction):
    name = "the axis ratio"

    def moments(light, about=None):
        x = np.indices(light.shape).reshape(2, -1)
        weights = light.ravel() / light.sum()
        x = x - (x @ weights if about is None else np.asarray(about))[:, None]
        return (weights * x) @ x.T

    def ratio(matrix):
        small, large = np.linalg.eigvalsh(matrix)
        return np.sqrt(max(small, 0) / large)

    def table(light):
        Q, bright = moments(light), light.max() > 10
        right, along = ratio(Q), ratio(np.diag(np.diag(Q)))
        peak = np.unravel_index(light.argmax(), light.shape)
        middle = [(n - 1) / 2 for n in light.shape]
        return right, [
            (bright, f"{name} changes with the brightness: divide the moments by the light"),
            (1 / right, f"{name} is upside down: minor through major axis"),
            (right**-2, f"{name} is upside down, and the square root is missing"),
            (right**2, f"{name} lacks the square root: eigenvalues are squares of lengths"),
            (along, f"{name} is measured along rows and columns: it must also hold for a turned "
             "galaxy"),
            (along**2, f"{name} is measured along rows and columns, and without a square root"),
            (ratio(moments(light, peak)), f"{name} is measured from the brightest pixel: measure "
             "from the centroid"),
            *((ratio(moments(light, place)), f"{name} depends on where the galaxy is: measure from "
               "the centroid") for place in ((0, 0), middle, np.array(light.shape) // 2)),
            (ratio(moments(light > 0)), f"{name} does not weight the pixels by their light"),
            (1 - right, "this is the ellipticity: the ratio of minor to major axis is asked for"),
            (lambda v: not 0 <= v <= 1, lambda v: f"{name} is {v:.3g}: minor through major axis is "
             "at most 1"),
            (None, lambda v: f"{name} is too {'large' if v > right else 'small'} for a galaxy"
             f"{' that is turned' if abs(Q[0, 1]) > 0.1 else ''}: check the three moments"),
        ]  # fmt: skip

    def galaxy(along, across, angle, centre=(30, 30), companion=0.0):
        i, j = np.indices((61, 61))
        u, v = i - centre[0], j - centre[1]
        c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        light = np.exp(-(((c * u + s * v) / along) ** 2 + ((c * v - s * u) / across) ** 2) / 2)
        return light + companion * np.exp(-((u - 8) ** 2 + (v + 3) ** 2) / 18)

    shapes = [(6, 3, 0), (6, 2.4, 30), (5, 5, 0), (6, 2.4, 75, (24, 37)), (2, 6, 45)]
    cases = [(galaxy(*shape),) for shape in [*shapes, (5, 3, 20, (28, 31), 0.6)]]
    compare_function("axis_ratio", axis_ratio, table, [*cases, (50 * cases[3][0],)], what=name)
    words = ("the name of a class", '"up" or "down"')
    word, direction = things(prediction, words, "the prediction, two words,")
    require(
        isinstance(word, str) and word in CLASSES,
        "the first word of the prediction must be a name of CLASS_NAMES, in quotes",
    )
    require(
        isinstance(direction, str) and direction in ("up", "down"),
        'the second word of the prediction must be "up" or "down", in quotes',
    )
    again = "measure the medians of the seven classes in both sets"
    equal = "two eigenvalues that are nearly equal stay so when both grow alike"
    require(word != "Round Smooth", f"{equal}: {again}")
    require(word == CLASSES[-1], f"another class changes more than {word!r}: {again}")
    require(direction == "up", f"the median of {word!r} goes the other way: {again}")
