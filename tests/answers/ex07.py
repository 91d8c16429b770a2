"""Typical wrong answers of assignment 07 with the message each must get, and right ones."""

import numpy as np

# 07.1


def count(size, channels, filters, kernel, classes, bias=1, pool=lambda s: s // 2, area=2):
    counts = []
    for new in filters:
        counts.append(new * (kernel**area * channels + bias))
        size, channels = pool(size), new
    return [*counts, classes * (size**2 * channels + bias)]


def count_arrays(size, channels, filters, kernel, classes):
    inputs = np.array([channels, *filters[:-1]]) * kernel * kernel
    outputs = np.array(filters)
    for _ in filters:
        size = int(np.floor(size / 2))
    weights = np.append(inputs * outputs, size * size * filters[-1] * classes)
    return weights + np.append(outputs, classes)


def count_with_keras(size, channels, filters, kernel, classes):
    import keras

    layers = [keras.Input((size, size, channels))]
    for n in filters:
        layers += [keras.layers.Conv2D(n, kernel, padding="same"), keras.layers.MaxPooling2D()]
    model = keras.Sequential([*layers, keras.layers.Flatten(), keras.layers.Dense(classes)])
    return tuple(n for n in (layer.count_params() for layer in model.layers) if n)


def dense(change):
    """Return a count whose dense layer has the inputs change(edge, size, maps)."""

    def counted(size, channels, filters, kernel, classes):
        edge = size // 2 ** len(filters)
        right = count(size, channels, filters, kernel, classes)
        return [*right[:-1], classes * (change(edge, size, filters[-1]) + 1)]

    return counted


def convolutions(change):
    """Return a count whose convolutions have the numbers change(maps, depth, kernel, channels)."""

    def counted(size, channels, filters, kernel, classes):
        old = [channels, *filters[:-1]]
        first = [change(f, d, kernel, channels) for f, d in zip(filters, old)]
        return [*first, count(size, channels, filters, kernel, classes)[-1]]

    return counted


MEANS = 1993

# 07.2


def eight(images):
    turned = [np.rot90(images, k, axes=(1, 2)) for k in range(4)]
    return np.stack(turned + [np.flip(t, axis=1) for t in turned])


def eight_by_transposing(images):
    views = []
    for view in (images, images.swapaxes(1, 2)):
        for up in (1, -1):
            for left in (1, -1):
                views.append(view[:, ::up, ::left].tolist())
    return views


def eight_by_tensorflow(images):
    import tensorflow as tf

    turned = [tf.image.rot90(images, k) for k in range(4)]
    return tf.stack(turned + [tf.image.flip_left_right(t) for t in turned])


def rotations_twice(images):
    turned = [np.rot90(images, k, axes=(1, 2)) for k in range(4)]
    return np.stack(turned * 2)


def flips_only(images):
    views = [images, images[:, ::-1], images[:, :, ::-1], images[:, ::-1, ::-1]]
    return np.stack(views + [view[:, ::-1] for view in views])


def rotates_batch(images):
    turned = [np.rot90(images, k) for k in range(4)]
    return np.stack(turned + [t[:, :, ::-1] for t in turned])


def flips_colours(images):
    turned = [np.rot90(images, k, axes=(1, 2)) for k in range(4)]
    return np.stack(turned + [t[..., ::-1] for t in turned])


def rolls(images):
    return np.stack([np.roll(images, k, axis=1) for k in range(8)])


def average(classifier, images):
    return np.mean([classifier(view) for view in eight(images)], axis=0)


def average_at_once(classifier, images):
    views = eight(images)
    answers = np.asarray(classifier(views.reshape(-1, *images.shape[1:])))
    return answers.reshape(8, len(images), -1).mean(axis=0)


def average_tensors(classifier, images):
    import tensorflow as tf

    return tf.reduce_mean(tf.stack([classifier(v) for v in eight_by_tensorflow(images)]), axis=0)


def average_with(reduce, views=eight):
    return lambda classifier, images: reduce(np.array([classifier(v) for v in views(images)]))


def average_rotations(classifier, images):
    return np.mean([classifier(view) for view in eight(images)[:4]], axis=0)


def constant(classifier, images):
    return np.full_like(classifier(images), 0.25)


# 07.3


def read(confusion, fractions):
    rates = (confusion.T / confusion.sum(axis=1)).T
    efficiency = np.diag(rates)
    purity = fractions * efficiency / (fractions @ rates)
    pairs = [(a, b) for a in range(len(rates)) for b in range(a + 1, len(rates))]
    return efficiency, purity, max(pairs, key=lambda p: rates[p] + rates[p[::-1]])


def read_in_loops(confusion, fractions):
    k = len(confusion)
    m = [[float(v) / sum(row) for v in row] for row in confusion.tolist()]
    purity = []
    for a in range(k):
        purity.append(fractions[a] * m[a][a] / sum(fractions[c] * m[c][a] for c in range(k)))
    both = {(a, b): m[a][b] + m[b][a] for b in range(k) for a in range(b)}
    return [[m[c][c] for c in range(k)], purity, list(max(both, key=both.get))]


def read_with(efficiency=None, purity=None, pair=None):
    """Return a reading in which some of the three are replaced; each is given (counts, f)."""

    def reading(confusion, fractions):
        changes = (efficiency, purity, pair)
        right = read(confusion, fractions)
        return tuple(c(confusion, fractions) if c else r for c, r in zip(changes, right))

    return reading


def rates(c):
    return c / c.sum(axis=1, keepdims=True)


def pair_of(matrix):
    both = np.triu(matrix + matrix.T, 1)
    return np.unravel_index(both.argmax(), both.shape)


def pair_one_way(c, f):
    off = rates(c) - np.diag(np.diag(rates(c)))
    return sorted(np.unravel_index(off.argmax(), off.shape))


def read_float32(confusion, fractions):
    efficiency, purity, pair = read(np.float32(confusion), np.float32(fractions))
    return np.float32(efficiency), list(np.float32(purity)), np.array(pair)


# 07.4


def calibrate(reduce=lambda n, gap, total: (n * np.abs(gap)).sum() / total, sure=None, step=0):
    """Return a calibration error by a loop over bins; `reduce` is given n_m, a_m - c_m and n."""

    def error(p, y, bins):
        confidence = p.max(axis=1) if sure is None else sure(p, y)
        right = p.argmax(axis=1) == y
        n, gap = [], []
        for m in range(bins):
            low, high = m / bins, (m + 1) / bins
            inside = (confidence >= low) & (confidence < high)
            if step == 0 and m == bins - 1:
                inside |= confidence == 1
            if inside.any():
                n.append(inside.sum())
                gap.append(right[inside].mean() - confidence[inside].mean())
        return reduce(np.array(n), np.array(gap), len(y))

    return error


def calibrate_digitize(p, y, bins):
    confidence = np.max(p, axis=1)
    m = np.clip(np.digitize(confidence, np.linspace(0, 1, bins + 1)) - 1, 0, bins - 1)
    total = 0.0
    for k in set(m.tolist()):
        a = np.mean(np.argmax(p[m == k], axis=1) == y[m == k])
        total += np.mean(m == k) * abs(a - confidence[m == k].mean())
    return total


def calibrate_float32(p, y, bins):
    return calibrate()(np.float32(p), y, bins)


def calibrate_half_open_below(p, y, bins):
    confidence, right = p.max(axis=1), p.argmax(axis=1) == y
    edges = np.linspace(0, 1, bins + 1)
    masks = [(confidence > low) & (confidence <= high) for low, high in zip(edges, edges[1:])]
    return sum(abs((right[m] - confidence[m]).sum()) for m in masks) / len(y)


def calibrate_nan(p, y, bins):
    confidence, right = p.max(axis=1), p.argmax(axis=1) == y
    m = np.minimum((confidence * bins).astype(int), bins - 1)
    n = np.bincount(m, minlength=bins)
    with np.errstate(all="ignore"):
        gap = (np.bincount(m, right, bins) - np.bincount(m, confidence, bins)) / n
    return (n * np.abs(gap)).sum() / len(y)


def calibrate_ten(p, y, bins):
    return calibrate()(p, y, 10)


def gap_of_every_galaxy(p, y, bins):
    return np.mean(np.abs((p.argmax(axis=1) == y) - p.max(axis=1)))


# 07.5


def leaking(original, train, test):
    known = {original[i] for i in train}
    return [i for i in test if original[i] in known]


def leaking_compared(original, train, test):
    same = original[test][:, None] == original[train][None, :]
    return np.sort(test[same.any(axis=1)])


def split(original, share, seed):
    rng = np.random.default_rng(seed)
    names = np.unique(original)
    chosen = rng.choice(names, size=int(round(share * len(names))), replace=False)
    inside = np.isin(original, chosen)
    rows = np.arange(len(original))
    return rows[~inside], rows[inside]


def split_lists(original, share, seed):
    rng = np.random.RandomState(seed)
    names = sorted(set(original.tolist()))
    rng.shuffle(names)
    chosen = set(names[: round(len(names) * share)])
    train = [i for i, name in enumerate(original) if name not in chosen]
    test = [i for i, name in enumerate(original) if name in chosen]
    return [train, test]


def split_rows(original, share, seed):
    mixed = np.random.default_rng(seed).permutation(len(original))
    cut = round(share * len(original))
    return mixed[cut:], mixed[:cut]


def split_masks(original, share, seed):
    inside = np.isin(np.arange(len(original)), split(original, share, seed)[1])
    return ~inside, inside


def split_first(original, share, seed):
    names = np.unique(original)
    inside = np.isin(original, names[: round(share * len(names))])
    return np.flatnonzero(~inside), np.flatnonzero(inside)


def split_without_seed(original, share, seed):
    return split(original, share, None)


def split_cut(original, share, seed):
    names = np.unique(original)
    return split(original, int(share * len(names)) / len(names), seed)


def split_range(original, share, seed):
    names = np.random.default_rng(seed).permutation(original.max() + 1)
    inside = np.isin(original, names[: round(share * len(names))])
    return np.flatnonzero(~inside), np.flatnonzero(inside)


def split_up(original, share, seed):
    names = np.random.default_rng(seed).permutation(np.unique(original))
    inside = np.isin(original, names[: int(np.ceil(share * len(names)))])
    return np.flatnonzero(~inside), np.flatnonzero(inside)


def split_by_place(original, share, seed):
    n = len(np.unique(original))
    inside = np.isin(original, np.random.default_rng(seed).permutation(n)[: round(share * n)])
    return np.flatnonzero(~inside), np.flatnonzero(inside)


def split_by_rows(original, share, seed):
    names, chosen = np.random.default_rng(seed).permutation(np.unique(original)), []
    while np.isin(original, chosen).sum() < share * len(original):
        chosen.append(names[len(chosen)])
    inside = np.isin(original, chosen)
    return np.flatnonzero(~inside), np.flatnonzero(inside)


def split_originals(original, share, seed):
    train, test = split(original, share, seed)
    return np.unique(original[train]), np.unique(original[test])


def split_one_row_each(original, share, seed):
    train, test = split(original, share, seed)
    return train, test[np.unique(original[test], return_index=True)[1]]


def split_sizes_by_rows(original, share, seed):
    names = np.random.default_rng(seed).permutation(np.unique(original))
    chosen = []
    while np.isin(original, chosen).sum() < 0.1 * share * len(original):
        chosen.append(names[len(chosen)])
    inside = np.isin(original, chosen)
    return np.flatnonzero(~inside), np.flatnonzero(inside)


# 07.6


def moments(light, about=None):
    x, y = np.meshgrid(np.arange(light.shape[1]), np.arange(light.shape[0]))
    total = light.sum()
    cx, cy = ((light * x).sum() / total, (light * y).sum() / total) if about is None else about
    x, y = x - cx, y - cy
    return [(light * a).sum() / total for a in (x * x, y * y, x * y)]


def ratio_closed_form(light, about=None):
    xx, yy, xy = moments(light, about)
    mean, half = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)
    return np.sqrt((mean - half) / (mean + half))


def ratio_svd(light):
    xx, yy, xy = moments(light)
    values = np.linalg.svd(np.array([[xx, xy], [xy, yy]]))[1]
    return float(np.sqrt(values.min() / values.max()))


def ratio_on_axes(light):
    xx, yy, _ = moments(light)
    return np.sqrt(min(xx, yy) / max(xx, yy))


def ratio_not_divided(light):
    light = light / 3.0
    x, y = np.indices(light.shape)
    x, y = x - (light * x).sum(), y - (light * y).sum()
    Q = [[(light * a * b).sum() for b in (x, y)] for a in (x, y)]
    low, high = np.linalg.eigvalsh(Q)
    return np.sqrt(low / high)


def ratio_float32(light):
    return np.float32(ratio_closed_form(np.float32(light)))


def ratio_about_brightest(light):
    row, column = np.unravel_index(light.argmax(), light.shape)
    return ratio_closed_form(light, (column, row))


PREDICTION = ("Edge-on with Bulge", "up")

WRONG = {
    "07.1": [
        ((lambda *net: count(*net, bias=0), MEANS), "biases are missing in the convolutions"),
        ((lambda *net: count(*net, area=1), MEANS), "square is missing"),
        ((convolutions(lambda f, d, k, c: f * (k * k + 1)), MEANS), "for every map"),
        ((convolutions(lambda f, d, k, c: f * d * (k * k + 1)), MEANS), "one bias"),
        ((convolutions(lambda f, d, k, c: f * (k * k * c + 1)), MEANS), "maps of the one before"),
        ((convolutions(lambda f, d, k, c: f * k * k * d + 2), MEANS), "convolution 1"),
        ((dense(lambda edge, size, f: size**2 * f), MEANS), "after pooling"),
        ((dense(lambda edge, size, f: f), MEANS), "not only their means"),
        ((dense(lambda edge, size, f: edge**2), MEANS), "all maps, not one"),
        ((dense(lambda edge, size, f: edge**2 * f - 1), MEANS), "biases are missing in the dense"),
        ((dense(lambda edge, size, f: (2 * edge) ** 2 * f), MEANS), "there is one more"),
        ((lambda *net: count(*net, pool=lambda s: -(-s // 2)), MEANS), "rounded down"),
        ((lambda *net: count(*net, pool=lambda s: s / 2), MEANS), "whole number"),
        ((lambda *net: count(*net, pool=lambda s: (s - net[3] + 1) // 2), MEANS), "keep the size"),
        ((lambda *net: sum(count(*net)), MEANS), "single number"),
        ((lambda *net: count(*net)[:-1], MEANS), "and a dense layer"),
        ((lambda *net: "112, 222", MEANS), "must be an array of numbers"),
        ((count, 5178), "with flattening"),
        ((count, 1895), "lacks the dense layer"),
        ((count, 1986), "lacks the biases"),
        ((count, 98), "add the convolutions"),
        ((count, 2000), "all five layers"),
        ((count, "1993"), "is text"),
    ],
    "07.2": [
        ((rotations_twice, average), "only the four rotations"),
        ((flips_only, average), "only 4 of the eight"),
        ((rotates_batch, average), "mixes the images"),
        ((flips_colours, average), "exchanges the colours"),
        ((rolls, average), "moves pixels in another way"),
        ((lambda x: eight(x) / 255, average), "changes the pixels themselves"),
        ((lambda x: eight(x)[::-1], average), "the first of the eight"),
        ((lambda x: eight(x)[:4], average), "must count eight views"),
        ((lambda x: eight(x).swapaxes(0, 1), average), "first two axes exchanged"),
        ((lambda x: np.concatenate(eight(x)), average), "must count eight views"),
        ((lambda x: [np.rot90(v) for v in x], average), "must count eight views"),
        ((lambda x: eight(x)[..., 0], average), "has shape (8, 4, 4, 4)"),
        ((eight, lambda f, x: f(x)), "as they are"),
        ((eight, lambda f, x: f(eight(x).mean(axis=0))), "averages the images"),
        ((eight, average_rotations), "rotations only"),
        ((eight, average_with(lambda a: a.sum(axis=0))), "returns the sum"),
        ((eight, average_with(lambda a: a)), "all eight answers"),
        ((eight, average_with(lambda a: a.mean(axis=1))), "over the wrong axis"),
        ((eight, average_with(lambda a: a.max(axis=0))), "largest answer"),
        ((eight, average_with(lambda a: np.median(a, axis=0))), "median"),
        ((eight, average_with(lambda a: np.exp(np.log(a).mean(axis=0)))), "multiplies"),
        ((eight, average_with(lambda a: a[:6].mean(axis=0))), "not invariant"),
        ((eight, average_with(lambda a: a.mean(axis=0).argmax(axis=1))), "has shape (5,)"),
        ((eight, constant), "not the mean"),
        ((eight, lambda f, x: f(eight(x))), "raises ValueError"),
    ],
    "07.3": [
        ((lambda c, f: read(c.T, f),), "sums of the columns"),
        ((lambda c, f: tuple(np.array(read(c, f), object)[[1, 0, 2]]),), "interchanged"),
        ((read_with(efficiency=lambda c, f: 100 * np.diag(rates(c))),), "per cent"),
        ((read_with(efficiency=lambda c, f: 1 - np.diag(rates(c))),), "counts the wrong answers"),
        ((read_with(efficiency=lambda c, f: np.diag(c) / c.sum()),), "divided by all galaxies"),
        ((read_with(efficiency=lambda c, f: f * np.diag(rates(c))),), "does not depend"),
        ((read_with(purity=lambda c, f: np.diag(c) / c.sum(axis=0)),), "that of the test set"),
        ((lambda c, f: read(c, np.full(len(f), 1 / len(f))),), "equally frequent"),
        (
            (read_with(purity=lambda c, f: f * np.diag(c) / (f @ c)),),
            "divide each row by its sum before",
        ),
        ((read_with(purity=lambda c, f: f * np.diag(rates(c))),), "is not divided"),
        ((read_with(purity=lambda c, f: np.diag(rates(c))),), "share of the true class"),
        ((read_with(pair=lambda c, f: pair_of(c)),), "from counts"),
        ((read_with(pair=lambda c, f: pair_of(f[:, None] * rates(c))),), "weighted by `fractions`"),
        ((read_with(pair=pair_one_way),), "in one direction"),
        ((read_with(pair=lambda c, f: read(c, f)[2][::-1]),), "a < b"),
        ((read_with(pair=lambda c, f: (1, 1)),), "on the diagonal"),
        ((read_with(pair=lambda c, f: 7),), "shape ()"),
        ((lambda c, f: read(c, f)[:2],), "must return 3 things"),
        ((lambda c, f: np.diag(rates(c)),), "must return 3 things"),
        ((read_with(pair=lambda c, f: pair_of(rates(c) * rates(c).T)),), "largest product"),
        ((read_with(pair=lambda c, f: pair_of(np.minimum(rates(c), rates(c).T))),), "smaller one"),
        ((read_with(pair=lambda c, f: pair_of(c / c.sum(axis=0))),), "the columns"),
        ((read_with(pair=lambda c, f: (0, 1)),), "more often than your pair"),
        ((lambda c, f: (*read(c, f)[:2], [[0], [1, 2]]),), "in rows of equal length"),
        ((read_with(efficiency=lambda c, f: rates(c)[0]),), "not diagonal over sum of the row"),
        ((read_with(purity=lambda c, f: rates(c)[0]),), "sum of the column of the sky"),
    ],
    "07.4": [
        ((calibrate(lambda n, gap, total: np.abs(gap).mean()),), "does not weight the bins"),
        ((calibrate(lambda n, gap, total: np.abs(gap).sum()),), "without their weights"),
        ((calibrate(lambda n, gap, total: np.abs(gap).max()),), "largest gap"),
        ((calibrate(lambda n, gap, total: (n * gap).sum() / total),), "absolute value"),
        ((calibrate(lambda n, gap, total: abs((n * gap).sum()) / total),), "absolute value"),
        ((calibrate(lambda n, gap, total: (n * gap**2).sum() / total),), "squares the gaps"),
        ((calibrate(lambda n, gap, total: np.sqrt((n * gap**2).sum() / total)),), "root mean"),
        ((calibrate(lambda n, gap, total: (n * np.abs(gap)).sum()),), "sum over galaxies"),
        ((lambda p, y, bins: 100 * calibrate()(p, y, bins),), "per cent"),
        ((calibrate(sure=lambda p, y: p[np.arange(len(y)), y]),), "largest one"),
        ((calibrate(step=1),), "exactly 1 belongs to the last bin"),
        ((calibrate(lambda n, gap, total: n * np.abs(gap) / total),), "one number"),
        ((calibrate_nan,), "empty bin"),
        ((calibrate_ten,), "that of 10 bins"),
        ((gap_of_every_galaxy,), "galaxy by galaxy"),
        ((lambda p, y, bins: np.mean(p.argmax(axis=1) != y),), "share of wrong answers"),
        ((lambda p, y, bins: 0.0,), "too small"),
    ],
    "07.5": [
        ((lambda o, a, b: np.flatnonzero(np.isin(o[b], o[a])), split), "positions within"),
        ((lambda o, a, b: np.intersect1d(o[a], o[b]), split), "numbers of originals"),
        ((lambda o, a, b: np.isin(o[b], o[a]), split), "True and False"),
        ((lambda o, a, b: b[~np.isin(o[b], o[a])], split), "do not leak"),
        ((lambda o, a, b: a[np.isin(o[a], o[b])], split), "returns training rows"),
        ((lambda o, a, b: np.flatnonzero(np.isin(o, o[a]) & np.isin(o, o[b])), split), "as well"),
        ((lambda o, a, b: np.intersect1d(a, b), split), "the same original is enough"),
        ((lambda o, a, b: leaking(o, a, b)[1:], split), "misses 1"),
        ((lambda o, a, b: leaking(o, a, b) * 2, split), "more than once"),
        ((lambda o, a, b: b, split), "rows that do not leak"),
        ((leaking, split_rows), "split leaks"),
        ((leaking, split_masks), "True and False"),
        ((leaking, split_first), "another seed"),
        ((leaking, split_without_seed), "the same seed"),
        ((leaking, split_originals), "not rows"),
        ((leaking, split_one_row_each), "in neither"),
        ((leaking, split_sizes_by_rows), "that of the originals"),
        ((leaking, lambda o, share, seed: split(o, share, seed)[::-1]), "exchanged"),
        ((leaking, lambda o, share, seed: split(o, share, seed)[1]), "must return the pair"),
        ((leaking, split_cut), "do not cut off"),
        ((leaking, split_up), "do not cut off"),
        ((leaking, split_range), "numbers have gaps"),
        ((leaking, split_by_place), "numbers have gaps"),
        ((leaking, split_by_rows), "not of the rows"),
        ((leaking, lambda o, share, seed: (np.arange(len(o)), [0, 1])), "in train and in test"),
    ],
    "07.6": [
        ((lambda light: ratio_closed_form(light) ** 2, PREDICTION), "lacks the square root"),
        ((lambda light: 1 / ratio_closed_form(light), PREDICTION), "upside down"),
        ((lambda light: ratio_closed_form(light) ** -2, PREDICTION), "upside down"),
        ((lambda light: 1 - ratio_closed_form(light), PREDICTION), "ellipticity"),
        ((ratio_on_axes, PREDICTION), "rows and columns"),
        ((lambda light: ratio_closed_form(light, (0, 0)), PREDICTION), "measure from the centroid"),
        (
            (lambda light: ratio_closed_form(light, (30, 30)), PREDICTION),
            "measure from the centroid",
        ),
        (
            (lambda light: ratio_closed_form(np.ones_like(light)), PREDICTION),
            "weight the pixels",
        ),
        ((ratio_not_divided, PREDICTION), "the axis ratio"),
        ((ratio_about_brightest, PREDICTION), "brightest pixel"),
        ((lambda light: moments(light), PREDICTION), "3 elements"),
        ((lambda light: np.nan, PREDICTION), "must be finite"),
        ((ratio_svd, ("Edge-on with Bulge", "down")), "the other way"),
        ((ratio_svd, ("Round Smooth", "up")), "stay equal"),
        ((ratio_svd, ("Unbarred Loose Spiral", "up")), "another class"),
        ((ratio_svd, ("edge-on", "up")), "name of CLASS_NAMES"),
        ((ratio_svd, ("Edge-on with Bulge", "rounder")), '"up" or "down"'),
        ((ratio_svd, "Edge-on with Bulge"), "two words"),
        ((ratio_svd, (6, "up")), "name of CLASS_NAMES"),
    ],
}

RIGHT = {
    "07.1": [(count, MEANS), (count_arrays, 1993.0), (count_with_keras, np.int64(MEANS))],
    "07.2": [
        (eight, average),
        (eight_by_transposing, average_at_once),
        (eight_by_tensorflow, lambda f, x: np.float32(average(f, x))),
        (eight, average_tensors),
    ],
    "07.3": [(read,), (read_in_loops,), (read_float32,)],
    "07.4": [
        (calibrate(),),
        (calibrate_digitize,),
        (calibrate_half_open_below,),
        (calibrate_float32,),
    ],
    "07.5": [(leaking, split), (leaking_compared, split_lists)],
    "07.6": [
        (ratio_closed_form, PREDICTION),
        (ratio_svd, list(PREDICTION)),
        (ratio_float32, PREDICTION),
    ],
}
