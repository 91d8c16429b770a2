"""Checks of assignment 07: sorting galaxies."""

import numpy as np

from utils.checks import exercise
from utils.checks.compare import array, call, close, kind, number, require

CLASSES = (
    "Merging",
    "Round Smooth",
    "In-between Round Smooth",
    "Barred Spiral",
    "Unbarred Tight Spiral",
    "Unbarred Loose Spiral",
    "Edge-on with Bulge",
)


def _things(value, count, what):
    """Return a student's tuple or list of `count` things."""
    require(isinstance(value, tuple | list), f"{what}; what it returns is {kind(value)}")
    require(len(value) == count, f"{what}, and it returns {len(value)} things")
    return value


def _counts(size, channels, filters, kernel, classes):
    """Return parameter numbers by layer."""
    convolutions = [new * (kernel**2 * old + 1) for old, new in zip([channels, *filters], filters)]
    edge = size // 2 ** len(filters)
    return np.array([*convolutions, classes * (edge**2 * filters[-1] + 1)])


@exercise(
    "07.1",
    "One filter reaches over kernel x kernel pixels of every map that it looks at, and has one "
    "bias. How many maps does the second convolution look at?",
    "The dense layer sees all pixels of all last maps. Follow the size: the convolution keeps it, "
    "each pooling halves it and rounds down. A mean over a map leaves a single number of it.",
)
def parameters(function, total_with_means):
    name = "count_parameters"
    for net in [(48, 2, (3, 5), 5, 4), (50, 3, (4, 6, 8), 3, 7), (22, 1, (5,), 3, 2)]:
        size, channels, filters, kernel, classes = net
        right = _counts(*net)
        counts = array(call(function, *net, name=name), name=f"the list of {name}")
        total = f"{name} returns a single number: a list with one number for each layer is wanted"
        require(counts.ndim > 0, total)
        layers = f"the list must hold {len(filters)} convolutions and a dense layer"
        require(counts.shape == (len(right),), f"{layers}, and its shape is {counts.shape}")
        _diagnose_counts(counts, right, net)
    total = number(total_with_means, "total_with_means")
    lecture = (96, 3, (4, 6, 9, 13), 3, 7)
    right = _counts(*lecture)
    convolutions = right[:-1].sum()
    typical = {
        right.sum(): "total_with_means is the number with flattening: a mean is one number a map",
        convolutions: "total_with_means lacks the dense layer, which is still there",
        convolutions + 7 * 13: "total_with_means lacks the biases of the dense layer",
        7 * 13 + 7: "total_with_means counts the dense layer only: add the convolutions",
        convolutions + 7 * 36 + 7: "total_with_means takes the mean over the maps, not within each",
        convolutions + 7 * 9 + 7: "the dense layer looks at the maps of the last convolution",
    }
    for wrong, message in typical.items():
        require(total != wrong, message)
    close(total, convolutions + 7 * 14, "total_with_means is wrong: write down all five layers")


def _diagnose_counts(counts, right, net):
    size, channels, filters, kernel, classes = net
    depths = np.array([channels, *filters[:-1]])
    maps = np.array(filters)
    first, last = counts[:-1], counts[-1]
    typical = {
        "the biases are missing in the convolutions": maps * depths * kernel**2,
        "a filter has one bias, not one for each map that it looks at": maps
        * depths
        * (kernel**2 + 1),
        "a filter has weights for every map that it looks at, not one set for all": maps
        * (kernel**2 + 1),
        "later convolutions look at the maps of the one before, not at the colours": maps
        * (kernel**2 * channels + 1),
        "a filter covers kernel x kernel pixels: the square is missing": maps
        * (kernel * depths + 1),
    }
    for message, wrong in typical.items():
        same = np.array_equal(first, wrong) and not np.array_equal(first, right[:-1])
        require(not same, message)
    for i in np.flatnonzero(first != right[:-1]):
        require(False, f"the number of convolution {i + 1} is wrong for filters {filters}")
    depth, pools = filters[-1], len(filters)
    edge, edge_up, edge_valid = size // 2**pools, size, size
    for _ in range(pools):
        edge_up, edge_valid = -(-edge_up // 2), (edge_valid - kernel + 1) // 2
    typical = {
        "the biases are missing in the dense layer": edge**2 * depth,
        "the dense layer sees the maps after pooling, which makes them smaller": size**2 * depth
        + 1,
        "each convolution is followed by a pooling: there is one more": (2 * edge) ** 2 * depth + 1,
        "the number of the dense layer is too small: one pooling too many?": (edge // 2) ** 2
        * depth
        + 1,
        "the dense layer sees all pixels of the maps, and not only their means": depth + 1,
        "the dense layer sees all maps, not one": edge**2 + 1,
        "the maps are squares: the dense layer sees size x size pixels": edge * depth + 1,
        "the convolutions keep the size of the image (padding 'same')": edge_valid**2 * depth + 1,
        "pooling drops an odd row or column: halves are rounded down": edge_up**2 * depth + 1,
        "pooling drops an odd row or column: the size stays a whole number": (size / 2**pools) ** 2
        * depth
        + 1,
    }
    for message, inputs in typical.items():
        same = np.isclose(last, classes * inputs) and last != right[-1]
        require(not same, message)
    require(
        not np.isclose(last, classes * edge**2 * depth + 1),
        "the dense layer has one bias for each output",
    )
    close(last, right[-1], f"the number of the dense layer is wrong for images of size {size}")


def _eight(images):
    """Return the eight symmetries of images (n, size, size, 3), with names."""
    views = {}
    for k, turn in enumerate(("as it is", "by 90°", "by 180°", "by 270°")):
        views[turn] = np.rot90(images, k, axes=(1, 2))
        views[f"{turn}, reflected"] = np.rot90(images, k, axes=(1, 2))[:, ::-1]
    return views


@exercise(
    "07.2",
    "np.rot90(images, k, axes=(1, 2)) turns the pixels of all images k times by 90°: axis 0 counts "
    "the images and axis 3 the colours.",
    "images[:, ::-1] reflects. Four rotations, each with and without this reflection, are eight "
    "different views. For the average, call the classifier once for each view and take the mean "
    "of what it returns.",
)
def symmetry(eight, average):
    rng = np.random.default_rng(72)
    for shape in [(4, 4, 4, 3), (2, 5, 5, 3)]:
        images = rng.integers(0, 256, shape, dtype=np.uint8)
        result = array(call(eight, images, name="eight"), name="the result of eight")
        require(
            result.shape != (shape[0], 8, *shape[1:]),
            "the result of eight has its first two axes exchanged: views first, then images",
        )
        require(
            len(result) == 8 if result.ndim else False,
            f"eight returns shape {result.shape}: its first axis must count eight views",
        )
        _diagnose_views(array(result, (8, *shape), "the result of eight"), images)
    images = rng.integers(0, 256, (5, 6, 6, 3), dtype=np.uint8)
    weights = rng.normal(size=(6 * 6 * 3, 4)) / 300

    def classifier(x):
        x = np.asarray(x)
        if x.ndim != 4 or x.shape[1:] != (6, 6, 3):
            raise ValueError(f"the classifier takes images (n, size, size, 3), not {x.shape}")
        e = np.exp(x.reshape(len(x), -1) @ weights)
        return e / e.sum(axis=1, keepdims=True)

    _diagnose_average(average, classifier, images)


def _diagnose_views(views, images):
    group = list(_eight(images).values())
    names = list(_eight(images))
    found = []
    for j, view in enumerate(views):
        same = [k for k, member in enumerate(group) if np.array_equal(view, member)]
        if not same:
            where = f"view number {j} (counted from 0)"
            colours = any(np.array_equal(view[..., ::-1], m) for m in group)
            require(not colours, f"{where} exchanges the colours: they are the last axis")
            mixed = [np.rot90(images, k) for k in (1, 2, 3) if images.shape[0] == images.shape[1]]
            mixed += [images[::-1]] + [member[::-1] for member in group]
            mixed += [m[:, ::-1] for m in mixed] + [m[:, :, ::-1] for m in mixed]
            other = any(np.array_equal(view, m) for m in mixed)
            require(not other, f"{where} mixes the images: axis 0 counts them, turn axes 1 and 2")
            pixels = np.array_equal(np.sort(view, axis=None), np.sort(images, axis=None))
            what = "moves pixels in another way" if pixels else "changes the pixels themselves"
            require(False, f"{where} is none of the eight symmetries of the square: it {what}")
        found.append(same[0])
    different = len(set(found))
    if different == 4 and all("reflected" not in names[k] for k in found):
        require(False, "only the four rotations are there: each needs its reflection, too")
    require(
        different == 8,
        f"only {different} of the eight views are different: reflecting along both axes, for "
        "example, is a rotation by 180°",
    )
    require(found[0] == 0, "the first of the eight views must leave the images as they are")


def _diagnose_average(average, classifier, images):
    name = "the result of average"
    views = list(_eight(images).values())
    each = np.array([classifier(view) for view in views])  # (8, n, classes)
    right = each.mean(axis=0)
    result = array(call(average, classifier, images, name="average"), name=name)
    require(
        result.shape != each.shape, "average returns all eight answers: their mean is asked for"
    )
    for axis in (1, 2):
        same = result.shape == each.mean(axis=axis).shape != right.shape
        require(not same, "average takes the mean over the wrong axis: over the views")
    result = array(result, right.shape, name)
    require(
        not np.allclose(result, each[0]),
        "average returns what the classifier says about the images as they are",
    )
    geometric = np.exp(np.log(each).mean(axis=0))
    typical = {
        "average returns the sum of the eight answers: divide by their number": 8 * right,
        "average averages the images: it must average the classifier's answers": classifier(
            np.mean(views, axis=0)
        ),
        "average takes the mean over the rotations only": each[::2].mean(axis=0),
        "average leaves out the view that is not turned": each[1:].mean(axis=0),
        "average takes the median: the mean is asked for": np.median(each, axis=0),
        "average takes the largest answer: the mean is asked for": each.max(axis=0),
        "average multiplies probabilities: their arithmetic mean is asked for": geometric,
        "average multiplies probabilities: take their arithmetic mean": geometric
        / geometric.sum(axis=1, keepdims=True),
    }
    for message, wrong in typical.items():
        require(not np.allclose(result, wrong), message)
    for turn, view in _eight(images).items():
        again = array(call(average, classifier, view, name="average"), right.shape, name)
        require(
            np.allclose(again, result, atol=1e-9),
            f"average is not invariant: it changes when the images are turned {turn}",
        )
    close(result, right, "average is invariant, but it is not the mean over the eight views")


@exercise(
    "07.3",
    "Divide each row by its sum first: these are the shares of a true class that get each answer. "
    "A column of the matrix of counts is no sky.",
    "Multiply row c of the shares by fractions[c]; the purity is diagonal over sum of the column "
    "of this matrix. For the pair, add the shares to their transpose.",
)
def confusion(function):
    counts = np.array([[23, 10, 6, 2], [11, 237, 24, 29], [6, 6, 15, 3], [23, 8, 22, 146]])
    fractions = np.array([0.05, 0.5, 0.15, 0.3])
    name = "read_confusion"
    for order in ([0, 1, 2, 3], [3, 1, 0, 2]):
        c, f = counts[np.ix_(order, order)], fractions[order]
        what = f"{name} must return three things: efficiency, purity and the pair"
        result = _things(call(function, c, f, name=name), 3, what)
        _diagnose_confusion(result, c, f)


def _diagnose_confusion(result, counts, fractions):
    k = len(counts)
    share = counts / counts.sum(axis=1, keepdims=True)
    sky = fractions[:, None] * share
    efficiency = array(result[0], (k,), "the efficiency")
    purity = array(result[1], (k,), "the purity")
    right = np.diag(share), np.diag(sky) / sky.sum(axis=0)
    in_test = np.diag(counts) / counts.sum(axis=0)
    swapped = np.allclose(efficiency, right[1]) and np.allclose(purity, right[0])
    require(not swapped, "efficiency and purity are interchanged: efficiency comes first")
    for found, wanted, name in zip((efficiency, purity), right, ("efficiency", "purity")):
        require(not np.allclose(found, 100 * wanted), f"the {name} is in per cent: use shares of 1")
        require(not np.allclose(found, 1 - wanted), f"the {name} counts the wrong answers")
    require(
        not np.allclose(efficiency, in_test),
        "the efficiency is divided by the sums of the columns: rows are the true classes",
    )
    require(
        not np.allclose(efficiency, np.diag(counts) / counts.sum()),
        "the efficiency is divided by all galaxies: divide by those of its own class",
    )
    require(
        not np.allclose(efficiency, np.diag(sky)),
        "the efficiency does not depend on how frequent a class is on the sky",
    )
    close(efficiency, right[0], "the efficiency is not diagonal over sum of the row")
    weighted = fractions[:, None] * counts
    across = share * fractions
    typical = {
        "the purity is that of the test set: weight the classes by `fractions`": in_test,
        "the purity takes all classes as equally frequent: where do `fractions` enter?": right[0]
        / share.sum(axis=0),
        "the purity weights counts: divide each row by its sum before you weight it": np.diag(
            weighted
        )
        / weighted.sum(axis=0),
        "the fractions belong to the true classes, the rows, not to the answers": np.diag(across)
        / across.sum(axis=1),
        "the purity is divided by the share of the true class, not by that of the answer": np.diag(
            sky
        )
        / fractions,
        "the purity is not divided by the share of galaxies that get this answer": np.diag(sky),
    }
    for message, wrong in typical.items():
        require(not np.allclose(purity, wrong), message)
    close(purity, right[1], "the purity is wrong: diagonal over sum of the column of the sky")
    pair = array(result[2], (2,), "the pair").tolist()
    require(pair[0] != pair[1], "the pair lies on the diagonal, where the right answers are")
    best = _worst(share + share.T)
    require(pair != best[::-1], "the pair is in the wrong order: a < b")
    if pair == best:
        return
    require(
        sorted(pair) != _worst(counts + counts.T),
        "the pair is found from counts: a class with many galaxies then looks confused",
    )
    require(
        sorted(pair) != _worst(sky + sky.T),
        "the pair is weighted by `fractions`: take the shares of each true class",
    )
    require(
        sorted(pair) != _worst(np.maximum(share, share.T)),
        "the pair has the largest share in one direction: add both directions",
    )
    require(False, "other classes are taken for each other more often than your pair")


def _worst(matrix):
    """Return the pair a < b of the largest element beside the diagonal."""
    upper = np.triu(matrix, 1)
    return [int(i) for i in np.unravel_index(upper.argmax(), upper.shape)]


def _calibration(p, y, bins, ones="last"):
    """Return n_m, summed confidence and number of right answers of each bin."""
    confidence, right = p.max(axis=1), p.argmax(axis=1) == y
    m = np.floor(confidence * bins).astype(int)
    m = np.minimum(m, bins - 1) if ones == "last" else m
    length = bins + 1 if ones != "last" else bins
    n = np.bincount(m, minlength=length)
    return n, np.bincount(m, confidence, length), np.bincount(m, right, length)


@exercise(
    "07.4",
    "The bin of galaxy i is the whole part of c_i * bins, but at most bins - 1.",
    "In each bin, n_m |a_m - c_m| is the absolute value of (sum of confidences - number of right "
    "answers): no division, so that empty bins do no harm. Add these over bins, divide by n.",
)
def calibration(function):
    name = "calibration_error"
    rng = np.random.default_rng(7)
    z = rng.normal(0, 2, (400, 5))
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    truth = 0.25 * p + 0.75 * p.mean(axis=0) * (p.max(axis=1, keepdims=True) > 0.6)
    truth += (1 - truth.sum(axis=1, keepdims=True)) * np.eye(5)[p.argmax(axis=1)]
    y = (rng.random((400, 1)) > truth.cumsum(axis=1)).sum(axis=1).clip(max=4)
    for bins in (10, 4):
        value = _share(call(function, p, y, bins, name=name))
        _diagnose_calibration(value, p, y, bins)
    sure = np.eye(3)[[0, 1, 2, 0]] * 0.3 + np.array([0.4, 0.2, 0.1])
    sure = np.vstack([sure / sure.sum(axis=1, keepdims=True), np.eye(3)])
    y = np.array([0, 0, 2, 0, 1, 1, 2])
    value = _share(call(function, sure, y, 5, name=name))
    n, confidence, right = _calibration(sure, y, 5, ones="beyond")
    alone, lost = np.abs(confidence - right), np.abs(confidence - right)[:5]
    merged = _calibration(sure, y, 5)
    wanted = np.abs(merged[1] - merged[2]).sum() / 7
    message = "a confidence of exactly 1 belongs to the last bin"
    for wrong in (alone.sum() / 7, lost.sum() / 7, lost.sum() / n[:5].sum()):
        require(np.isclose(wrong, wanted) or not np.isclose(value, wrong), message)
    close(value, wanted, "the result is wrong where some confidences are exactly 1")


def _share(value):
    name = "the calibration error"
    try:
        plain = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return number(value, name)
    empty = plain.size == 1 and np.isnan(plain).all()
    require(not empty, f"{name} is NaN: an empty bin has no mean, and it contributes nothing")
    require(plain.size <= 1, f"{name} is one number: add up the bins")
    return number(value, name)


def _diagnose_calibration(value, p, y, bins):
    n, confidence, right = _calibration(p, y, bins)
    total, full = len(y), n > 0
    wanted = np.abs(confidence - right).sum() / total
    gap = np.abs(confidence - right)[full] / n[full]
    answers, sure = p.argmax(axis=1) == y, p.max(axis=1)
    own = p[np.arange(total), y]
    m_own = np.minimum((own * bins).astype(int), bins - 1)
    by_own = np.bincount(m_own, own - answers, bins)
    centre = (np.arange(bins) + 0.5) / bins
    edges = np.quantile(sure, np.arange(1, bins) / bins)
    equal = np.bincount(np.searchsorted(edges, sure), sure - answers, bins)
    raw = (confidence - right).sum() / total
    typical = {
        "is in per cent: a share of 1 is asked for": 100 * wanted,
        "is a sum over galaxies: divide by their number": total * wanted,
        "does not weight the bins: a bin with few galaxies must count little": gap.mean(),
        "divides by all bins and does not weight them by n_m / n": gap.sum() / bins,
        "adds the bins without their weights n_m / n": gap.sum(),
        "is the largest gap: the weighted mean of all bins is asked for": gap.max(),
        "lacks the absolute value in each bin: gaps of both signs cancel": raw,
        "takes the absolute value too late: in each bin, not of the sum": abs(raw),
        "has gaps of both signs that cancel: absolute value in each bin": -raw,
        "squares the gaps: their absolute value is asked for": (n[full] * gap**2).sum() / total,
        "is a root mean square: the mean of absolute values is asked for": np.sqrt(
            (n[full] * gap**2).sum() / total
        ),
        "compares galaxy by galaxy: compare means of bins": np.abs(sure - answers).mean(),
        "takes the probability of the label: the confidence is the largest one": np.abs(
            by_own
        ).sum()
        / total,
        "takes the middle of a bin: the mean of its confidences is asked for": np.abs(
            n * centre - right
        ).sum()
        / total,
        "has bins with equal numbers of galaxies: they must have equal widths": np.abs(equal).sum()
        / total,
        "is the share of wrong answers": 1 - answers.mean(),
    }
    if np.isclose(value, wanted):
        return
    for message, wrong in typical.items():
        require(not np.isclose(value, wrong), f"the result {message}")
    for other in (10, 15):
        fixed = _calibration(p, y, other)
        same = other != bins and np.isclose(value, np.abs(fixed[1] - fixed[2]).sum() / total)
        require(not same, f"the result is that of {other} bins, whatever `bins` says")
    require(value >= 0, "the calibration error cannot be negative")
    require(False, f"the result is too {'large' if value > wanted else 'small'} for {bins} bins")


@exercise(
    "07.5",
    "original[test] names the originals of the test rows, original[train] those of the training "
    "rows. np.isin tells which of the first occur among the second.",
    "Split the originals, not the rows: shuffle np.unique(original) with "
    "np.random.default_rng(seed), take the first ones, and collect all rows of these.",
)
def leak(leaking, split):
    original = np.array([30, 4, 4, 17, 30, 8, 17, 4, 55, 8, 61, 55])
    train, test = np.array([11, 2, 4, 6]), np.array([10, 1, 8, 9, 0, 3, 5, 7])
    _diagnose_leak(call(leaking, original, train, test, name="leaking"), original, train, test)
    train, test = np.array([5, 9, 3]), np.array([8, 1, 10])
    clean = array(call(leaking, original, train, test, name="leaking"), name="the result")
    require(clean.size == 0, "leaking finds leaks in a split that has none")
    _diagnose_split(split)


def _diagnose_leak(result, original, train, test):
    rows = array(result, name="the result of leaking")
    inside = np.isin(original[test], original[train])
    leaks = test[inside]
    flags = np.asarray(result).dtype == bool
    require(not flags, "leaking returns True and False: it must return row numbers")
    require(rows.ndim == 1, f"leaking returns shape {rows.shape}: a list of row numbers is wanted")
    found = sorted(rows.tolist())
    typical = {
        "leaking returns positions within `test`: it must return the row numbers there": (
            np.flatnonzero(inside)
        ),
        "leaking returns the numbers of originals: it must return rows": original[leaks],
        "leaking returns the numbers of originals: it must return the rows": np.unique(
            original[leaks]
        ),
        "leaking returns the test rows that do not leak": test[~inside],
        "leaking returns training rows: it must return rows of the test set": train[
            np.isin(original[train], original[test])
        ],
        "leaking returns training rows as well: rows of the test set are asked for": np.union1d(
            leaks, train[np.isin(original[train], original[test])]
        ),
        "leaking finds no leak: the same original is enough, not only the same row": (
            np.intersect1d(train, test)
        ),
    }
    for message, wrong in typical.items():
        require(found != sorted(wrong.tolist()), message)
    require(len(set(found)) == len(found), "leaking returns some rows more than once")
    missed = set(leaks.tolist()) - set(found)
    require(not missed, f"leaking misses {len(missed)} of the test rows that leak")
    require(len(found) == len(leaks), "leaking also returns rows that do not leak")


def _rows(value, n, name):
    rows = array(value, name=name)
    require(np.asarray(value).dtype != bool, f"{name} is True and False: row numbers are wanted")
    require(rows.ndim == 1, f"{name} has shape {rows.shape}: a list of row numbers is wanted")
    whole = bool(((rows >= 0) & (rows < n) & (rows == np.floor(rows))).all())
    require(whole, f"{name} holds numbers that are not rows: rows count from 0 to n - 1")
    return rows.astype(int)


def _diagnose_split(split):
    rng = np.random.default_rng(5)
    names = rng.choice(1000, 40, replace=False)
    original = rng.permutation(np.repeat(names, rng.integers(1, 7, 40)))
    tests = []
    for share, seed in [(0.25, 0), (0.25, 1), (0.6, 2)]:
        what = "split must return two things, train and test"
        pair = _things(call(split, original, share, seed, name="split"), 2, what)
        n = len(original)
        train, test = _rows(pair[0], n, "train"), _rows(pair[1], n, "test")
        both = np.intersect1d(train, test)
        require(not both.size, f"{len(both)} rows are in train and in test")
        repeated = len(set(train.tolist())) < len(train) or len(set(test.tolist())) < len(test)
        require(not repeated, "some rows occur more than once on the same side of the split")
        lost = n - len(train) - len(test)
        require(not lost, f"{lost} of {n} rows are in neither train nor test")
        leaks = len(np.intersect1d(original[train], original[test]))
        require(not leaks, f"split leaks: {leaks} of 40 originals have rows in train and in test")
        chosen, wanted = len(np.unique(original[test])), round(share * 40)
        swapped = chosen == 40 - wanted != wanted
        require(not swapped, "train and test are exchanged: `share` is that of the test set")
        counts = f"the test set has {chosen} of 40 originals for share = {share:g}"
        require(chosen == wanted, f"{counts}: the share is that of the originals, not of the rows")
        tests.append(set(test.tolist()))
    again = _things(call(split, original, 0.25, 0, name="split"), 2, what)[1]
    again = set(_rows(again, len(original), "test").tolist())
    require(again == tests[0], "the same seed must give the same split: use `seed`")
    require(tests[0] != tests[1], "another seed must give another split: choose at random")


def _moments(light):
    i, j = np.indices(light.shape)
    weights = light.ravel() / light.sum()
    x = np.stack([i.ravel(), j.ravel()])
    x = x - (x @ weights)[:, None]
    return (weights * x) @ x.T


def _gaussian(along, across, angle, centre=(30, 30), size=61):
    i, j = np.indices((size, size))
    u, v = i - centre[0], j - centre[1]
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return np.exp(-0.5 * (((c * u + s * v) / along) ** 2 + ((c * v - s * u) / across) ** 2))


@exercise(
    "07.6",
    "Fill a symmetric 2 x 2 matrix with the three moments; np.linalg.eigvalsh returns its "
    "eigenvalues, the smaller one first. They are squares of lengths.",
    "For the prediction: smearing adds the same area s**2 to both eigenvalues, a**2 and b**2. "
    "For which shape does (b**2 + s**2) / (a**2 + s**2) differ most from b**2 / a**2?",
)
def seeing(axis_ratio, prediction):
    name = "the axis ratio"
    for shape in [(6, 3, 0), (6, 2.4, 30), (5, 5, 0), (6, 2.4, 75, (24, 37)), (2, 6, 45)]:
        light = _gaussian(*shape)
        value = number(call(axis_ratio, light, name="axis_ratio"), name)
        _diagnose_axis_ratio(value, light, shape)
    value = number(call(axis_ratio, 50 * light, name="axis_ratio"), name)
    ratio = np.sqrt(np.divide(*np.linalg.eigvalsh(_moments(light))))
    close(value, ratio, f"{name} changes with the brightness: divide the moments by the light")
    what = "the prediction must hold two words, the name of a class and a direction"
    require(isinstance(prediction, tuple | list), f"{what}, and it is {kind(prediction)}")
    require(len(prediction) == 2, f"{what}, and it holds {len(prediction)}")
    name, direction = prediction
    require(
        isinstance(name, str) and name in CLASSES,
        "the first word of the prediction must be a name of CLASS_NAMES, in quotes",
    )
    require(
        isinstance(direction, str) and direction in ("up", "down"),
        'the second word of the prediction must be "up" or "down", in quotes',
    )
    again = "measure the medians of the seven classes in both sets"
    round_one = name == CLASSES[1]
    require(not round_one, f"equal eigenvalues stay equal when both grow alike: {again}")
    require(name == CLASSES[-1], f"another class changes more than {name!r}: {again}")
    require(direction == "up", f"the median of {name!r} goes the other way: {again}")


def _diagnose_axis_ratio(value, light, shape):
    name = "the axis ratio"
    Q = _moments(light)
    small, large = np.linalg.eigvalsh(Q)
    right = np.sqrt(small / large)
    along_axes = np.sqrt(min(Q[0, 0], Q[1, 1]) / max(Q[0, 0], Q[1, 1]))
    i, j = np.indices(light.shape)
    middle = (light.shape[0] - 1) / 2
    at_corner, at_middle = (
        [[(light * a * b).sum() for b in axes] for a in axes]
        for axes in ((i, j), (i - middle, j - middle))
    )
    flat = light > 0
    if np.isclose(value, right, rtol=1e-6):
        return
    typical = {
        f"{name} is upside down: minor through major axis": 1 / right,
        f"{name} is upside down, and the square root is missing": large / small,
        f"{name} lacks the square root: eigenvalues are squares of lengths": small / large,
        f"{name} is measured along rows and columns: it must also hold for a turned galaxy": (
            along_axes
        ),
        f"{name} is measured along rows and columns, and without a square root": along_axes**2,
        f"{name} depends on where the galaxy is: measure from the centroid": _root(at_corner),
        f"{name} depends on the place of the galaxy: measure from the centroid": _root(at_middle),
        f"{name} does not weight the pixels by their light": _root(_moments(flat)),
        "this is the ellipticity: the ratio of minor to major axis is asked for": 1 - right,
    }
    for message, wrong in typical.items():
        require(not np.isclose(value, wrong, rtol=1e-6), message)
    require(0 <= value <= 1, f"{name} is {value:.3g}: minor through major axis is at most 1")
    turned = " that is turned" if shape[2] else ""
    size = "large" if value > right else "small"
    require(False, f"{name} is too {size} for a galaxy{turned}: check the three moments")


def _root(matrix):
    small, large = np.linalg.eigvalsh(np.asarray(matrix, float))
    return np.sqrt(max(small, 0) / large)
