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
            (first(maps * depths * (area + 1)), "a filter has one bias, not one for each map"),
            (first(maps * (area + 1)), "a filter has weights for every map below it"),
            (first(maps * (area * channels + 1)), "later ones look at the maps of the one before"),
            (first(maps * (kernel * depths + 1)), "kernel x kernel pixels: the square is missing"),
            (lambda c: not same(c[:-1], right[:-1]), lambda c: "the number of convolution "
             f"{np.argmax(c[:-1] != right[:-1]) + 1} is wrong for filters {filters}"),
            (last(edge**2 * depth, 0), "the biases are missing in the dense layer"),
            (last(size**2 * depth), "the dense layer sees the maps after pooling: smaller ones"),
            (last((2 * edge) ** 2 * depth), "each convolution has its pooling: there is one more"),
            (last(depth), "the dense layer sees all pixels of the maps, and not only their means"),
            (last(edge**2), "the dense layer sees all maps, not one"),
            (last(valid**2 * depth), "the convolutions keep the size (padding 'same')"),
            (last(up**2 * depth), "pooling drops an odd row or column: halves are rounded down"),
            (last((size / 2**pools) ** 2 * depth), "pooling: the size stays a whole number"),
            (Shape(right.shape), f"the number of the dense layer is wrong for images of size "
             f"{size}"),
            (Shape((...,)), lambda c: f"{layers}, and its shape is {c.shape}"),
        ]  # fmt: skip

    cases = [(48, 2, (3, 5), 5, 4), (50, 3, (4, 6, 8), 3, 7), (22, 1, (5,), 3, 2)]
    what = "the list of count_parameters"
    compare_function("count_parameters", function, table, cases, what=what)
    filters, name = np.array([4, 6, 9, 13]), "total_with_means"
    convolutions = np.sum(filters * (9 * np.array([3, *filters[:-1]]) + 1))
    compare(name, number(total_with_means, name), convolutions + 7 * 14, [
        (convolutions + 7 * (36 * 13 + 1), f"{name} is the number with flattening: a mean is one "
         "number a map"),
        (convolutions, f"{name} lacks the dense layer, which is still there"),
        (convolutions + 7 * 13, f"{name} lacks the biases of the dense layer"),
        (7 * 14, f"{name} counts the dense layer only: add the convolutions"),
        (None, f"{name} is wrong: write down all five layers"),
    ], rtol=0, atol=0.01)  # fmt: skip


@exercise(
    "07.2",
    "Write down what happens to a position (row, column) when the image is turned by 90° or "
    "mirrored. For the answer about that view do the opposite, in the opposite order.",
    "np.rot90(images, 1, axes=(1, 2)) moves (row, column), from the centre, to (-column, row); "
    "images[:, :, ::-1] moves it to (row, -column). Try it with a single bright pixel.",
)
def equivariance(point):
    turn, mirror = np.array([[0, 1], [-1, 0]]), np.diag([1, -1])  # (row, column) @ these

    def views(images):
        """Return the eight views of images, each with its turn and its reflection of positions."""
        for k in range(4):
            move, turned = np.linalg.matrix_power(turn, k), np.rot90(images, k, axes=(1, 2))
            yield turned, move, np.eye(2)
            yield turned[:, :, ::-1], move, mirror

    def table(model, images):
        asked = [(np.asarray(model(x), float), t, m) for x, t, m in views(images)]
        plain = np.array([a for a, _, _ in asked])  # (8, n, 2)
        each = np.array([a @ m @ t.T for a, t, m in asked])
        right, it = each.mean(axis=0), "the result of point "

        def stays(found):
            """Whether the answer does not follow when the images are turned or mirrored."""
            again = [(call(point, model, x, name="point"), found @ t @ m)
                     for x, t, m in views(images)]  # fmt: skip
            return not all(same(array(a, name=it), wanted) for a, wanted in again)

        return right, [
            (Shape(each.shape), "point returns all eight answers: their mean is asked for"),
            (each[0], "point returns what the model says about the images as they are"),
            (plain.mean(axis=0), "turn each answer back: the position was turned, too"),
            (np.mean([a @ t @ m for a, t, m in asked], axis=0), "answers are turned on, not back"),
            (np.mean([a @ t.T @ m for a, t, m in asked], axis=0), "undo the two operations in the "
             "opposite order: what came last is undone first"),
            (np.mean([a @ t.T for a, t, m in asked], axis=0), "the answers about mirrored images "
             "are turned back, but not mirrored"),
            (8 * right, it + "is a sum: divide by the number of views"),
            (each[::2].mean(axis=0), it + "is the mean over the four rotations only"),
            (each[1:].mean(axis=0), it + "leaves out the view that is not turned"),
            (np.median(each, axis=0), it + "is a median: the mean is asked for"),
            (right[:, ::-1], "rows and columns are exchanged: the row comes first"),
            (stays, it + "does not follow when the images are turned or mirrored"),
            (None, it + "follows every turn, but it is not the mean over the eight views"),
        ]  # fmt: skip

    rng = np.random.default_rng(72)
    weights = rng.normal(size=(25, 2))

    def model(x):
        x = np.asarray(x, float)
        if x.ndim != 3 or x.shape[1:] != (5, 5):
            raise ValueError(f"the model takes images (n, size, size), not {x.shape}")
        return np.tanh(x.reshape(len(x), -1) @ weights)

    compare_function("point", point, table, [(model, rng.normal(size=(6, 5, 5)))])


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
        sky, weighted = fractions[:, None] * share, fractions[:, None] * counts
        efficiency, purity = np.diag(share), np.diag(sky) / sky.sum(axis=0)
        in_test, pair = np.diag(counts) / counts.sum(axis=0), worst(share + share.T)
        columns = counts / counts.sum(axis=0)
        e, p = "the efficiency ", "the purity "
        return (efficiency, purity, pair), [
            ((purity, efficiency, None), "interchanged: efficiency comes first, then purity"),
            ((100 * efficiency, None, None), e + "is in per cent: use shares of 1"),
            ((None, 100 * purity, None), p + "is in per cent: use shares of 1"),
            ((1 - efficiency, None, None), e + "counts the wrong answers"),
            ((in_test, None, None), e + "is divided by sums of the columns: rows are true classes"),
            ((np.diag(counts) / counts.sum(), None, None), e + "is divided by all galaxies: divide "
             "by those of its own class"),
            ((np.diag(sky), None, None), e + "does not depend on how frequent the class is"),
            ((True, None, None), e + "is not diagonal over sum of the row"),
            ((None, in_test, None), p + "is that of the test set: weight by `fractions`"),
            ((None, efficiency / share.sum(axis=0), None), p + "takes all classes as equally "
             "frequent: where do `fractions` enter?"),
            ((None, np.diag(weighted) / weighted.sum(axis=0), None), p + "weights counts: divide "
             "each row by its sum before you weight it"),
            ((None, np.diag(sky) / fractions, None), p + "is divided by the share of the true "
             "class, not by that of the answer"),
            ((None, np.diag(sky), None), p + "is not divided by the share that gets this answer"),
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
            ((None, None, worst(sky + sky.T)), "the pair is weighted by `fractions`: no sky here"),
            ((None, None, worst(np.maximum(share, share.T))), "the pair has the largest share in "
             "one direction: add both directions"),
            ((None, None, True), "others are taken for each other more often than your pair"),
        ]  # fmt: skip

    counts = [[36, 31, 5, 4, 29], [5, 152, 10, 13, 30], [12, 29, 85, 22, 38], [10, 8, 31, 76, 30]]
    counts = np.array([*counts, [20, 26, 22, 30, 145]])  # each mistake has another pair
    fractions, order = np.array([0.13, 0.35, 0.23, 0.1, 0.19]), [3, 1, 4, 0, 2]
    cases = [(counts, fractions), (counts[np.ix_(order, order)], fractions[order])]
    parts = ("the efficiency", "the purity", "the pair")
    compare_function("read_confusion", function, table, cases, parts)


@exercise(
    "07.4",
    "Galaxy i is a coin that shows its head with probability p[i]: its hit has the mean p[i] and "
    "the variance p[i] (1 - p[i]). Means and variances of independent coins add.",
    "np.bincount(place, weights, bins) adds weights in each bin; use it for the hits, for p and "
    "for p (1 - p). Leave out the bins whose variance is zero before you divide.",
)
def calibration(function):
    def table(p, hit, bins):
        def added(weights, bins=bins):
            return np.bincount(np.minimum((p * bins).astype(int), bins - 1), weights, bins)

        def chi_square(off, variance):
            return np.sum(off[variance > 0] ** 2 / variance[variance > 0])

        n, found, mean, V = (added(weights) for weights in (p**0, hit, p, p * (1 - p)))
        off, count = found - mean, np.sum(V > 0)
        right, pull, it = chi_square(off, V), off[V > 0] / np.sqrt(V[V > 0]), "chi2 "
        n, inside = np.maximum(n, 1), p < 1
        last = np.where(inside, p, 0), np.where(inside, hit, 0)  # what is exactly 1 falls out
        return (right, count), [
            ((not_finite, None), "chi2 is NaN or infinite: a bin without variance does not count"),
            ((count, right), "chi2 and the number of bins are interchanged"),
            ((chi_square(off, mean), None), it + "has the variance of Poisson: a galaxy is one "
             "coin, with the variance p (1 - p)"),
            ((chi_square(off, mean * (1 - mean / n)), None), it + "takes the variance at the mean "
             "of a bin: add up p (1 - p)"),
            ((chi_square(off, found * (1 - found / n)), None), it + "takes the variance from the "
             "share observed: the hypothesis is that p is right"),
            ((np.abs(pull).sum(), None), it + "lacks the square"),
            ((chi_square(off, np.sqrt(V)), None), it + "is divided by standard deviations: the "
             "squares must be divided by variances"),
            ((right / count, None), it + "is divided by the number of bins: return the sum"),
            ((np.sqrt(right), None), it + "is the root of a sum of squares: return the sum"),
            ((chi_square(hit - p, p * (1 - p)), None), it + "adds galaxy by galaxy: add hits, p "
             "and variances in each bin first"),
            ((off.sum() ** 2 / V.sum(), None), it + "has a single bin: use `bins`"),
            ((chi_square(added(last[1] - last[0]), V), None), "exactly 1 belongs to the last bin"),
            ((chi_square(added(hit - p, 10), added(p * (1 - p), 10)), None), it + "is that of 10 "
             "bins, whatever `bins` says"),
            ((None, bins), "the number counts bins without variance, too"),
            ((None, count - 1), "the number is one too small: nothing was fitted, all bins count"),
        ]  # fmt: skip

    rng = np.random.default_rng(7)
    p = rng.beta(0.6, 1.5, 500)
    hit = (rng.random(500) < 0.2 + 0.7 * p) * 1
    edge = np.array([1, 1, 0.9, 0.85, 0.3, 0.35, 0.38, 0.6, 0])
    cases = [(p, hit, 10), (p, hit, 4), (edge, np.array([1, 0, 1, 0, 0, 1, 1, 0, 0]), 5)]
    compare_function("calibration_test", function, table, cases, ("chi2", "the number of bins"))


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
        leaks, word = test[inside], "leaking returns "
        result = call(leaking, original, train, test, name="leaking")
        rows = array(result, name="the result of leaking")
        flags = np.asarray(result).dtype == bool
        require(not flags, word + "True and False: it must return row numbers")
        require(rows.ndim == 1, word + f"shape {rows.shape}: a list of row numbers is wanted")
        found = sorted(rows.tolist())
        require(len(leaks) or not found, "leaking finds leaks in a split that has none")
        back, numbers = train[np.isin(original[train], original[test])], original[leaks]
        originals = word + "the numbers of originals: it must return rows"
        for wrong, message in (
            (np.flatnonzero(inside), word + "positions within `test`: the row numbers are wanted"),
            (numbers, originals),
            (np.unique(numbers), originals),
            (test[~inside], word + "the test rows that do not leak"),
            (back, word + "training rows: it must return rows of the test set"),
            (np.union1d(leaks, back), word + "training rows as well: only test rows are asked for"),
            (np.intersect1d(train, test), "no leak found: the same original is enough"),
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
        if chosen == wanted:
            continue
        counts = f"the test set has {chosen} of {known} originals for share = {share:g}"
        swapped = chosen == known - wanted
        require(not swapped, "train and test are exchanged: `share` is that of the test set")
        cut = chosen in (np.floor(share * known), np.ceil(share * known))
        require(not cut, counts + ": round to the nearest whole number, do not cut off")
        dense = np.unique(original, return_inverse=True)[1]
        gaps = len(np.unique(dense[sides_of(dense, share, seed)[1]])) == wanted
        require(not gaps, counts + ": their numbers have gaps, choose among those that occur")
        require(False, counts + ": the share is that of the originals, not of the rows")
    once, again, *others = [set(sides_of(sky, 0.25, s)[1]) for s in (0, 0, 1, 2)]
    require(once == again, "the same seed must give the same split: use `seed`")
    require(others != [once, once], "another seed must give another split: choose at random")


@exercise(
    "07.6",
    "Fill a symmetric 2 x 2 matrix with the three moments; np.linalg.eigvalsh returns its "
    "eigenvalues, the smaller one first. They are squares of lengths.",
    "Smearing adds the same s**2 to both eigenvalues, a**2 and (q * a)**2: mean squares of "
    "independent displacements add.",
)
def seeing(axis_ratio, smeared):
    def root(light, about=None):
        x = np.indices(light.shape).reshape(2, -1)
        weights = light.ravel() / light.sum()
        x = x - (x @ weights if about is None else np.array(about))[:, None]
        small, large = np.linalg.eigvalsh((weights * x) @ x.T)
        return np.sqrt(max(small, 0) / large)

    def table(light):
        right, it = root(light), "the axis ratio "
        i, j = (np.average(k, weights=light) for k in np.indices(light.shape))
        down, across = (np.average((k - at) ** 2, weights=light)
                        for k, at in zip(np.indices(light.shape), (i, j)))  # fmt: skip
        on_axes = np.sqrt(min(down, across) / max(down, across))
        middle = (np.array(light.shape) - 1) / 2
        brightest = np.unravel_index(light.argmax(), light.shape)
        return right, [
            (1 / right, it + "is upside down: minor through major axis"),
            (1 / right**2, it + "is upside down, and the square root is missing"),
            (right**2, it + "lacks the square root: eigenvalues are squares of lengths"),
            (on_axes, it + "is measured along rows and columns: galaxies are turned"),
            (root(light, (0, 0)), it + "depends on where the galaxy is: measure from the centroid"),
            (root(light, middle), it + "depends on the place: measure from the centroid"),
            (root(light, brightest), it + "is about the brightest pixel: take the centroid"),
            (root(light > 0), it + "does not weight the pixels by their light"),
            (1 - right, "this is the ellipticity: the ratio of minor to major axis is asked for"),
            (lambda v: not 0 <= v <= 1, lambda v: it + f"is {v:.3g}: minor through major axis is "
             "at most 1"),
            (bool(light.max() > 10), it + "changes with the brightness: divide by the light"),
            (None, lambda v: it + f"is too {'large' if v > right else 'small'}: check the moments"),
        ]  # fmt: skip

    def after(q, a, s):
        small, large, it = (q * a) ** 2 + s**2, a**2 + s**2, "the result of smeared "
        return np.sqrt(small / large), [
            (np.sqrt(large / small), it + "is upside down: minor through major axis"),
            (small / large, it + "lacks the square root"),
            ((q * a + s) / (a + s), it + "adds widths: their squares add"),
            (np.sqrt(small) / a, it + "smears the minor axis only"),
            (q * a / np.sqrt(large), it + "smears the major axis only"),
            (np.sqrt((q**2 + s**2) / (1 + s**2)), it + "does not depend on the width a"),
            (np.sqrt((q * a**2 + s**2) / large), it + "takes q * a**2 for the square of q * a"),
            (q, it + "is the axis ratio before"),
        ]  # fmt: skip

    def gaussian(along, across, angle, centre=(30, 30)):
        c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        u, v = (i - at for i, at in zip(np.indices((61, 61)), centre))
        return np.exp(-0.5 * (((c * u + s * v) / along) ** 2 + ((c * v - s * u) / across) ** 2))

    shapes = (6, 3, 0), (6, 2.4, 30), (5, 5, 0), (6, 2.4, 75, (24, 37)), (2, 6, 45)
    cases = [(gaussian(*shape),) for shape in shapes]
    cases += [(50 * cases[-1][0],), (cases[0][0] + 1.5 * gaussian(2, 2, 0, (38, 33)),)]
    compare_function("axis_ratio", axis_ratio, table, cases, what="the axis ratio")
    compare_function("smeared", smeared, after, [(0.25, 8.0, 3.0), (0.7, 2.5, 2.0), (0.4, 5.0, 0)])
