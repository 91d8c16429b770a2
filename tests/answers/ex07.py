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


def point(model, images):
    """Turn and mirror, ask, and undo: first the mirror, which came last."""
    total = np.zeros((len(images), 2))
    for k in range(4):
        for mirrored in (False, True):
            view = np.rot90(images, k, axes=(1, 2))
            answer = np.array(model(view[:, :, ::-1] if mirrored else view), float)
            row, column = answer.T
            if mirrored:
                column = -column
            for _ in range(k):
                row, column = column, -row
            total += np.stack([row, column], axis=1)
    return total / 8


def point_by_transposing(model, images):
    answers = []
    for swap in (False, True):
        for up in (1, -1):
            for left in (1, -1):
                view = images.swapaxes(1, 2) if swap else images
                answer = np.asarray(model(view[:, ::up, ::left])) * [up, left]
                answers.append(answer[:, ::-1] if swap else answer)
    return np.float32(np.mean(answers, axis=0))


def point_tensors(model, images):
    import tensorflow as tf

    return tf.constant(point(model, images)).numpy().tolist()


def point_with(undo, views=range(8), reduce=lambda a: a.mean(axis=0)):
    """Return a pointing that undoes view number k (mirrored if odd) by undo(answer, k)."""

    def pointing(model, images):
        each = []
        for k in views:
            view = np.rot90(images, k // 2, axes=(1, 2))
            each.append(undo(np.array(model(view[:, :, ::-1] if k % 2 else view)), k))
        return reduce(np.array(each))

    return pointing


BACK, MIRROR = np.array([[0, -1], [1, 0]]), np.diag([1, -1])


def back(answer, k):
    answer = answer @ MIRROR if k % 2 else answer
    return answer @ np.linalg.matrix_power(BACK, k // 2)


def forward(answer, k):
    turned = answer @ np.linalg.matrix_power(BACK.T, k // 2)
    return turned @ MIRROR if k % 2 else turned


def wrong_order(answer, k):
    turned = answer @ np.linalg.matrix_power(BACK, k // 2)
    return turned @ MIRROR if k % 2 else turned


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


def pair_by(joined, counts):
    both = np.triu(joined(rates(counts), rates(counts).T), 1)
    return np.unravel_index(both.argmax(), both.shape)


def pair_one_way(c, f):
    off = rates(c) - np.diag(np.diag(rates(c)))
    return sorted(np.unravel_index(off.argmax(), off.shape))


def read_float32(confusion, fractions):
    efficiency, purity, pair = read(np.float32(confusion), np.float32(fractions))
    return np.float32(efficiency), list(np.float32(purity)), np.array(pair)


# 07.4


def chi2(p, hit, bins):
    total = count = 0
    for k in range(bins):
        inside = (p >= k / bins) & ((p < (k + 1) / bins) | (k == bins - 1))
        variance = np.sum(p[inside] * (1 - p[inside]))
        if variance > 0:
            total += (hit[inside].sum() - p[inside].sum()) ** 2 / variance
            count += 1
    return total, count


def chi2_digitize(p, hit, bins):
    place = np.clip(np.digitize(p, np.linspace(0, 1, bins + 1)), 1, bins)
    off, V = (np.bincount(place, w, bins + 1) for w in (hit - p, p - p * p))
    return [np.sum(off[V > 0] ** 2 / V[V > 0]), np.int64((V > 0).sum())]


def chi2_float32(p, hit, bins):
    total, count = chi2(p, hit, bins)
    return np.array([np.float32(total), count])


def chi2_with(variance=None, change=lambda total, count: (total, count), power=2, bins_are=None):
    """Return a test whose variance of a bin is variance(p, hit) there."""
    variance = variance or (lambda p, hit: np.sum(p * (1 - p)))

    def test(p, hit, bins):
        bins = bins_are or bins
        place = np.minimum((p * bins).astype(int), bins - 1)
        total = count = 0
        for k in set(place.tolist()):
            q, h = p[place == k], hit[place == k]
            if np.sum(q * (1 - q)) > 0:
                total += np.abs(h.sum() - q.sum()) ** power / variance(q, h) ** (power / 2)
                count += 1
        return change(total, count)

    return test


def chi2_nan(p, hit, bins):
    place = np.minimum((p * bins).astype(int), bins - 1)
    off, V = (np.bincount(place, w, bins) for w in (hit - p, p * (1 - p)))
    with np.errstate(all="ignore"):
        return np.sum(off**2 / V), bins


def chi2_of_each(p, hit, bins):
    V = p * (1 - p)
    return np.sum((hit - p)[V > 0] ** 2 / V[V > 0]), chi2(p, hit, bins)[1]


def chi2_half_open(p, hit, bins):
    inside = p < 1
    return chi2(p[inside], hit[inside], bins)


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


def smeared(q, a, s):
    return np.hypot(q * a, s) / np.hypot(a, s)


def smeared_by_matrix(q, a, s):
    values = np.linalg.eigvalsh(np.diag([a * a, (q * a) ** 2]) + s * s * np.eye(2))
    return np.array([np.sqrt(values[0] / values[1])], dtype="float32")


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
        ((lambda *net: sum(count(*net)), MEANS), "its shape is ()"),
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
        ((lambda f, x: f(x),), "as they are"),
        ((point_with(lambda a, k: a),), "turn each answer back"),
        ((point_with(forward),), "turned on, not back"),
        ((point_with(wrong_order),), "opposite order"),
        ((point_with(lambda a, k: back(a, k - k % 2)),), "but not mirrored"),
        ((point_with(back, reduce=lambda a: a.sum(axis=0)),), "is a sum"),
        ((point_with(back, reduce=lambda a: a),), "all eight answers"),
        ((point_with(back, reduce=lambda a: np.median(a, axis=0)),), "is a median"),
        ((point_with(back, views=(0, 2, 4, 6)),), "four rotations only"),
        ((point_with(back, views=range(1, 8)),), "leaves out the view"),
        ((point_with(back, views=range(5)),), "does not follow"),
        ((lambda f, x: point(f, x)[:, ::-1],), "the row comes first"),
        ((lambda f, x: np.zeros((len(x), 2)),), "not the mean"),
        ((lambda f, x: f(np.concatenate([x, x.swapaxes(1, 2)])),), "has shape (12, 2)"),
        ((lambda f, x: f(x[..., None]),), "has shape (6, 5, 5, 1)"),
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
        ((read_with(pair=lambda c, f: pair_by(np.multiply, c)),), "largest product"),
        ((read_with(pair=lambda c, f: pair_by(np.fmin, c)),), "largest smaller one"),
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
        ((chi2_nan,), "without variance does not count"),
        ((lambda p, y, bins: chi2(p, y, bins)[::-1],), "interchanged"),
        ((chi2_with(lambda p, hit: p.sum()),), "variance of Poisson"),
        ((chi2_with(lambda p, hit: len(p) * p.mean() * (1 - p.mean())),), "at the mean"),
        (
            (chi2_with(lambda p, hit: len(p) * hit.mean() * (1 - hit.mean()) or np.inf),),
            "observed",
        ),
        ((chi2_with(power=1),), "lacks the square"),
        ((chi2_with(lambda p, hit: np.sqrt(np.sum(p * (1 - p)))),), "standard deviations"),
        ((chi2_with(change=lambda t, n: (t / n, n)),), "divided by the number of bins"),
        ((chi2_with(change=lambda t, n: (np.sqrt(t), n)),), "root of a sum"),
        ((chi2_with(change=lambda t, n: (t, n - 1)),), "one too small"),
        ((chi2_of_each,), "galaxy by galaxy"),
        ((lambda p, y, bins: (chi2(p, y, 1)[0], chi2(p, y, bins)[1]),), "single bin"),
        ((chi2_half_open,), "belongs to the last bin"),
        ((lambda p, y, bins: (chi2(p, y, 10)[0], chi2(p, y, bins)[1]),), "that of 10 bins"),
        ((lambda p, y, bins: (chi2(p, y, bins)[0], bins),), "bins without variance"),
        ((lambda p, y, bins: chi2(p, y, bins)[0],), "must return the pair"),
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
        ((leaking, split_sizes_by_rows), "a share of the originals"),
        ((leaking, lambda o, share, seed: split(o, share, seed)[::-1]), "exchanged"),
        ((leaking, lambda o, share, seed: split(o, share, seed)[1]), "must return the pair"),
        ((leaking, split_cut), "do not cut off"),
        ((leaking, split_up), "do not cut off"),
        ((leaking, split_range), "have gaps"),
        ((leaking, split_by_place), "have gaps"),
        ((leaking, split_by_rows), "not of the rows"),
        ((leaking, lambda o, share, seed: (np.arange(len(o)), [0, 1])), "in train and in test"),
    ],
    "07.6": [
        ((lambda light: ratio_closed_form(light) ** 2, smeared), "lacks the square root"),
        ((lambda light: 1 / ratio_closed_form(light), smeared), "upside down"),
        ((lambda light: ratio_closed_form(light) ** -2, smeared), "upside down"),
        ((lambda light: 1 - ratio_closed_form(light), smeared), "ellipticity"),
        ((ratio_on_axes, smeared), "rows and columns"),
        ((lambda light: ratio_closed_form(light, (0, 0)), smeared), "measure from the centroid"),
        (
            (lambda light: ratio_closed_form(light, (30, 30)), smeared),
            "measure from the centroid",
        ),
        (
            (lambda light: ratio_closed_form(np.ones_like(light)), smeared),
            "weight the pixels",
        ),
        ((ratio_not_divided, smeared), "the axis ratio"),
        ((ratio_about_brightest, smeared), "brightest pixel"),
        ((lambda light: moments(light), smeared), "3 elements"),
        ((lambda light: np.nan, smeared), "must be finite"),
        ((ratio_svd, lambda q, a, s: 1 / smeared(q, a, s)), "smeared is upside down"),
        ((ratio_svd, lambda q, a, s: smeared(q, a, s) ** 2), "smeared lacks the square root"),
        ((ratio_svd, lambda q, a, s: (q * a + s) / (a + s)), "their squares add"),
        ((ratio_svd, lambda q, a, s: np.hypot(q * a, s) / a), "minor axis only"),
        ((ratio_svd, lambda q, a, s: q * a / np.hypot(a, s)), "major axis only"),
        ((ratio_svd, lambda q, a, s: smeared(q, 1, s)), "does not depend on the width"),
        (
            (ratio_svd, lambda q, a, s: np.sqrt((q * a**2 + s**2) / (a**2 + s**2))),
            "square of q * a",
        ),
        ((ratio_svd, lambda q, a, s: q), "before"),
    ],
}

RIGHT = {
    "07.1": [(count, MEANS), (count_arrays, 1993.0), (count_with_keras, np.int64(MEANS))],
    "07.2": [(point,), (point_by_transposing,), (point_tensors,), (point_with(back),)],
    "07.3": [(read,), (read_in_loops,), (read_float32,)],
    "07.4": [(chi2,), (chi2_digitize,), (chi2_float32,), (chi2_with(),)],
    "07.5": [(leaking, split), (leaking_compared, split_lists)],
    "07.6": [
        (ratio_closed_form, smeared),
        (ratio_svd, smeared_by_matrix),
        (ratio_float32, lambda q, a, s: ((q * q * a * a + s * s) / (a * a + s * s)) ** 0.5),
    ],
}
