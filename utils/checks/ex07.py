"""Checks of assignment 07: sorting galaxies."""

import numpy as np

from utils.checks import exercise
from utils.checks.attempt import call, inputs_of, require
from utils.checks.compare import Shape, array, compare, compare_function, not_finite, same, things


@exercise(
    "07.1",
    "One filter reaches over kernel x kernel pixels of every map that it looks at, and has one "
    "bias. How many maps does the second convolution look at?",
    "The dense layer sees all pixels of all last maps. Follow the size: the convolution keeps it, "
    "each pooling halves it and rounds down. A mean over a map leaves a single number of it.",
)
def parameters(function, total_with_means):
    def counted(*net):
        counts, filters = call(function, *net, name="count_parameters"), net[2]
        counts = array(counts, name="the list of count_parameters")
        wanted = f"the list must hold {len(filters)} convolutions and a dense layer"
        require(counts.shape == (len(filters) + 1,), f"{wanted}, and its shape is {counts.shape}")
        return counts[:-1], counts[-1]

    def table(size, channels, filters, kernel, classes):
        maps, depths = np.array(filters), np.array([channels, *filters[:-1]])
        depth, area, edge, up, valid = filters[-1], kernel**2, size, size, size
        for _ in filters:
            edge, up, valid = edge // 2, -(-up // 2), (valid - kernel + 1) // 2
        right = maps * (area * depths + 1)

        def dense(inputs, message, biases=classes):
            return "dense layer", classes * inputs + biases, message

        return (right, classes * (edge**2 * depth + 1)), [
            ("convolutions", right - maps, "the biases are missing in the convolutions"),
            ("convolutions", right + maps * (depths - 1), "a filter has one bias, not one a map"),
            ("convolutions", maps * (area + 1), "a filter has weights for every map below it"),
            ("convolutions", maps * (area * channels + 1), "later ones see maps of the one before"),
            ("convolutions", maps * (kernel * depths + 1), "the square is missing: kernel²"),
            ("convolutions", None, lambda c, _: f"convolution {(c == right).argmin() + 1} is off"),
            dense(edge**2 * depth, "the biases are missing in the dense layer", 0),
            dense(size**2 * depth, "the dense layer sees the maps after pooling: smaller ones"),
            dense((2 * edge) ** 2 * depth, "each convolution has its pooling: there is one more"),
            dense(depth, "the dense layer sees all pixels of the maps, not only their means"),
            dense(edge**2, "the dense layer sees all maps, not one"),
            dense(valid**2 * depth, "the convolutions keep the size (padding 'same')"),
            dense(up**2 * depth, "pooling drops an odd row or column: halves are rounded down"),
            dense(size**2 / 4 ** len(filters) * depth, "pooling: the size stays a whole number"),
        ]  # fmt: skip

    cases = [(48, 2, (3, 5), 5, 4), (50, 3, (4, 6, 8), 3, 7), (22, 1, (5,), 3, 2)]
    compare_function("count_parameters", counted, table, cases, ("convolutions", "dense layer"))
    convolutions = sum(n * (9 * below + 1) for n, below in ((4, 3), (6, 4), (9, 6), (13, 9)))
    compare("total_with_means", total_with_means, convolutions + 7 * 14, [
        (convolutions + 7 * (36 * 13 + 1), "... is that with flattening: a mean is one a map"),
        (convolutions, "... lacks the dense layer, which is still there"),
        (convolutions + 7 * 13, "... lacks the biases of the dense layer"),
        (7 * 14, "... counts the dense layer only: add the convolutions"),
        (None, "... is wrong: write down all five layers"),
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
        each = np.array([a @ m @ t.T for a, t, m in asked])  # (8, n, 2)
        right = each.mean(axis=0)

        def mean(undone):
            return np.mean([undone(*view) for view in asked], axis=0)

        def stays(found):
            """Whether the answer does not follow when the images are turned or mirrored."""
            again = ((call(point, model, x, name="point"), found @ t @ m)
                     for x, t, m in views(images))  # fmt: skip
            return not all(same(array(a, name="the result of point"), b) for a, b in again)

        return right, [
            (Shape(each.shape), "point returns all eight answers: their mean is asked for"),
            (each[0], "point returns what the model says about the images as they are"),
            (mean(lambda a, t, m: a), "turn each answer back: the position was turned, too"),
            (mean(lambda a, t, m: a @ t @ m), "answers are turned on, not back"),
            (mean(lambda a, t, m: a @ t.T @ m),
             "undo the two operations in the opposite order: what came last is undone first"),
            (mean(lambda a, t, m: a @ t.T), "mirrored answers are turned back, but not mirrored"),
            (8 * right, "... is a sum: divide by the number of views"),
            (each[::2].mean(axis=0), "... is the mean over the four rotations only"),
            (each[1:].mean(axis=0), "... leaves out the view that is not turned"),
            (np.median(each, axis=0), "... is a median: the mean is asked for"),
            (right[:, ::-1], "rows and columns are exchanged: the row comes first"),
            (stays, "... does not follow when the images are turned or mirrored"),
            (None, "... follows every turn, but it is not the mean over the eight views"),
        ]  # fmt: skip

    rng = np.random.default_rng(72)
    weights = rng.normal(size=(25, 2))

    def model(x):
        return np.tanh(np.reshape(array(x, (len(x), 5, 5), "an image set"), (-1, 25)) @ weights)

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
        right, in_test = np.diag(share), np.diag(counts) / counts.sum(axis=0)
        pure, columns = np.diag(sky) / sky.sum(axis=0), counts / counts.sum(axis=0)
        return (right, pure, worst(share + share.T)), [
            ((pure, right, None), "interchanged: efficiency comes first, then purity"),
            ("efficiency", 1 - right, "... counts the wrong answers"),
            ("efficiency", in_test, "... is divided by sums of the columns: rows are true classes"),
            ("efficiency", np.diag(counts) / counts.sum(),
             "... is divided by all galaxies: divide by those of its own class"),
            ("efficiency", np.diag(sky), "... does not depend on how frequent the class is"),
            ("efficiency", None, "... is not diagonal over sum of the row"),
            ("purity", in_test, "... is that of the test set: weight by `fractions`"),
            ("purity", right / share.sum(axis=0),
             "... takes all classes as equally frequent: where do `fractions` enter?"),
            ("purity", np.diag(weighted) / weighted.sum(axis=0),
             "... weights counts: divide each row by its sum before you weight it"),
            ("purity", right, "... is divided by the share of the true class, not of the answer"),
            ("purity", np.diag(sky), "... is not divided by the share that gets this answer"),
            ("purity", None, "... is wrong: diagonal over sum of the column of the sky"),
            ("pair", lambda p: p[0] == p[1], "the pair is on the diagonal, the right answers"),
            ("pair", worst(share + share.T)[::-1], "the pair is in the wrong order: a < b"),
            ("pair", [worst(np.fmin(share, share.T)), worst(share * share.T)],
             "the pair has the largest product of both shares, or the largest smaller one: add"),
            ("pair", worst(counts + counts.T),
             "the pair is found from counts: a class with many galaxies then looks confused"),
            ("pair", worst(columns + columns.T),
             "the pair is found from shares of the answers, the columns: divide rows by their sum"),
            ("pair", worst(sky + sky.T), "the pair is weighted by `fractions`: no sky here"),
            ("pair", worst(np.maximum(share, share.T)), "largest in one direction: add both"),
            ("pair", None, "others are taken for each other more often than your pair"),
        ]  # fmt: skip

    counts = [[36, 31, 5, 4, 29], [5, 152, 10, 13, 30], [12, 29, 85, 22, 38], [10, 8, 31, 76, 30]]
    counts = np.array([*counts, [20, 26, 22, 30, 145]])  # each mistake has another pair
    fractions, order = np.array([0.13, 0.35, 0.23, 0.1, 0.19]), [3, 1, 4, 0, 2]
    cases = [(counts, fractions), (counts[np.ix_(order, order)], fractions[order])]
    compare_function("read_confusion", function, table, cases, ("efficiency", "purity", "pair"))


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
        off, count, n = found - mean, np.sum(V > 0), np.maximum(n, 1)
        right, size = chi_square(off, V), np.abs(off[V > 0]) / np.sqrt(V[V > 0])
        open_end = chi_square(added((hit - p) * (p < 1)), V)  # what is exactly 1 falls out
        ten = chi_square(added(hit - p, 10), added(p * (1 - p), 10))
        return (right, count), [
            ("chi2", not_finite, "... is NaN or infinite: a bin without variance does not count"),
            ((count, right), "chi2 and the number of bins are interchanged"),
            ("chi2", chi_square(off, mean),
             "... has the variance of Poisson: a galaxy is one coin, with the variance p (1 - p)"),
            ("chi2", chi_square(off, mean * (1 - mean / n)),
             "... takes the variance at the mean of a bin: add up p (1 - p)"),
            ("chi2", chi_square(off, found * (1 - found / n)),
             "... takes the variance of the share observed: the hypothesis is that p is right"),
            ("chi2", size.sum(), "... lacks the square"),
            ("chi2", chi_square(off, np.sqrt(V)),
             "... is divided by standard deviations: the squares must be divided by variances"),
            ("chi2", right / count, "... is divided by the number of bins: return the sum"),
            ("chi2", np.sqrt(right), "... is the root of a sum of squares: return the sum"),
            ("chi2", chi_square(hit - p, p * (1 - p)),
             "... adds galaxy by galaxy: add hits, p and variances in each bin first"),
            ("chi2", off.sum() ** 2 / V.sum(), "... has a single bin: use `bins`"),
            ("chi2", open_end, "exactly 1 belongs to the last bin"),
            ("chi2", ten, "... is that of 10 bins, whatever `bins` says"),
            ("number", bins, "the number counts bins without variance, too"),
            ("number", count - 1, "the number is one too small: nothing was fitted"),
        ]  # fmt: skip

    rng = np.random.default_rng(7)
    p = rng.beta(0.6, 1.5, 500)
    hit = (rng.random(500) < 0.2 + 0.7 * p) * 1
    edge = np.array([1, 1, 0.9, 0.85, 0.3, 0.35, 0.38, 0.6, 0])
    cases = [(p, hit, 10), (p, hit, 4), (edge, np.array([1, 0, 1, 0, 0, 1, 1, 0, 0]), 5)]
    compare_function("calibration_test", function, table, cases, ("chi2", "number"))


@exercise(
    "07.5",
    "original[test] names the originals of the test rows, original[train] those of the training "
    "rows. np.isin tells which of the first occur among the second.",
    "Split the originals, not the rows: shuffle np.unique(original) with "
    "np.random.default_rng(seed), take the first ones, and collect all rows of these.",
)
def leak(leaking, split):
    def flat(value, name):
        rows, flags = array(value, name=name), np.asarray(value).dtype == bool
        require(not flags, f"{name} is True and False: row numbers are wanted")
        require(rows.ndim == 1, f"{name} has shape {rows.shape}: a list of row numbers is wanted")
        return rows.tolist()

    original = np.array([30, 4, 4, 17, 30, 8, 17, 4, 55, 8, 61, 55])
    sides = ([11, 2, 4, 6], [10, 1, 8, 9, 0, 3, 5, 7]), ([5, 9, 3], [8, 1, 10])
    cases = [(original, *map(np.array, both)) for both in sides]
    for original, train, test in inputs_of("leaking", cases):
        result, it = call(leaking, original, train, test, name="leaking"), "the result of leaking"
        found, inside = sorted(flat(result, it)), np.isin(original[test], original[train])
        leaks, back = sorted(test[inside]), train[np.isin(original[train], original[test])]
        for wrong, message in (
            (np.flatnonzero(inside), "positions within `test`: the row numbers are wanted"),
            (original[leaks], "the numbers of originals: it must return rows"),
            (test[~inside], "the test rows that do not leak"),
            (back, "training rows: it must return rows of the test set"),
            ([*leaks, *back], "training rows as well: only test rows are asked for"),
            (np.intersect1d(train, test), "no leak: the same original is enough"),
        ):  # fmt: skip
            require(found == leaks or set(found) != set(wrong), f"leaking returns {message}")
        missed, more = len({*leaks} - {*found}), len({*found} - {*leaks})
        require(not missed, f"leaking misses {missed} of the test rows that leak")
        require(not more, f"leaking also returns {more} rows that do not leak")
        require(len(found) == len(leaks), "leaking returns some rows more than once")

    def sides_of(original, share, seed):
        pair = call(split, original, share, seed, name="split")
        pair = things(pair, ("train", "test"), "split", "return", depth=1)
        return [flat(side, name) for side, name in zip(pair, ("train", "test"))]

    rng = np.random.default_rng(5)
    sky = rng.permutation(np.repeat(rng.choice(1000, 40, replace=False), rng.integers(1, 7, 40)))
    cases = [(sky, 0.25, 0), (sky, 0.25, 1), (sky, 0.42, 2), (sky, 0.61, 3)]
    for original, share, seed in inputs_of("split", cases):
        n, known = len(original), len(np.unique(original))
        train, test = sides_of(original, share, seed)
        both, rows = len(set(train) & set(test)), set(train) | set(test)
        require(rows <= set(range(n)), "train or test hold numbers that are not rows, 0 to n - 1")
        require(not both, f"{both} rows are in train and in test")
        require(len(rows) == len(train + test), "some rows occur twice on one side of the split")
        require(len(rows) == n, f"{n - len(rows)} of {n} rows are in neither train nor test")
        train, test = ({original[int(row)] for row in side} for side in (train, test))
        leaks, chosen, exact = len(train & test), len(test), share * known
        require(not leaks, f"split leaks: {leaks} of {known} originals are in train and in test")
        counts = f"the test set has {chosen} of {known} originals for {share:g}"
        compare("the test set", chosen, round(exact), [
            (known - round(exact), "train and test are exchanged"),
            (abs(chosen - exact) < 1, f"{counts}: round to the nearest, do not cut off"),
            (None, f"{counts}: take a share of the originals, not of the rows; numbers have gaps"),
        ])  # fmt: skip
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
        x = x - np.reshape(x @ weights if about is None else about, (2, 1))
        matrix = (weights * x) @ x.T
        small, large = np.linalg.eigvalsh(matrix)
        return np.sqrt(max(small, 0) / large), np.diag(matrix)

    def table(light):
        (right, spread), middle = root(light), (np.array(light.shape) - 1) / 2
        brightest = np.unravel_index(light.argmax(), light.shape)
        return right, [
            (1 / right**2, "... is upside down, and the square root is missing"),
            (right**2, "... lacks the square root: eigenvalues are squares of lengths"),
            (np.sqrt(min(spread) / max(spread)), "galaxies are turned: not along rows and columns"),
            ([root(light, (0, 0))[0], root(light, middle)[0]],
             "... depends on the place: measure from the centroid"),
            (root(light, brightest)[0], "... is about the brightest pixel: take the centroid"),
            (root(light > 0)[0], "... does not weight the pixels by their light"),
            (1 - right, "this is the ellipticity: the ratio of minor to major axis is asked for"),
            (None, lambda v: f"... is too {'large' if v > right else 'small'}: check the moments"),
        ]  # fmt: skip

    def after(q, a, s):
        small, large = (q * a) ** 2 + s**2, a**2 + s**2
        return np.sqrt(small / large), [
            (small / large, "... lacks the square root"),
            ((q * a + s) / (a + s), "... adds widths: their squares add"),
            (np.sqrt(small) / a, "... smears the minor axis only"),
            (q * a / np.sqrt(large), "... smears the major axis only"),
            (np.sqrt((q**2 + s**2) / (1 + s**2)), "... does not depend on the width a"),
            (np.sqrt((q * a**2 + s**2) / large), "... takes q * a**2 for the square of q * a"),
            (q, "... is the axis ratio before"),
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
