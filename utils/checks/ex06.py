"""Checks of assignment 06: convolution by hand, sizes, bars, shifts, block spins, a repair."""

import numpy as np

from utils.checks import exercise
from utils.checks.attempt import require
from utils.checks.compare import Shape, array, compare, compare_function, things, word, words
from utils.checks.models import answers, is_keras


@exercise(
    "06.1",
    "np.pad(x, ((p_h, p_h), (p_w, p_w))) puts zeros around; then lay the kernel on every s_h-th "
    "row and every s_w-th column.",
    "The map has (rows + 2 p_h - f_h) // s_h + 1 rows; its number (i, j) starts at row i s_h and "
    "column j s_w of the padded image.",
)
def strided(convolve):
    def table(x, w, padding, stride):
        (p_h, p_w), (s_h, s_w) = padding, stride

        def made(w=w, rows=(p_h, p_h), columns=(p_w, p_w), steps=stride, mode="constant"):
            padded = np.pad(x, (rows, columns), mode)
            fields = np.lib.stride_tricks.sliding_window_view(padded, w.shape)
            return np.einsum("ijuv,uv->ij", fields, w)[:: steps[0], :: steps[1]]

        right = made()
        return right, [
            (made(w[::-1, ::-1]), "... is that of the flipped kernel: networks do not flip"),
            (made(w[::-1]), "... has the kernel upside down"),
            (made(w, (0, 0), (0, 0)), "... lacks the padding"),
            (made(w, (p_w, p_w), (p_h, p_h)), "... pads rows by p_w, columns by p_h: swap them"),
            ([made(w, (k * p_h, 0), (k * p_w, 0)) for k in (2, 1)],
             "... is padded on one side only"),
            (made(mode="wrap"), "... is padded periodically: put zeros around"),
            (made(mode="edge"), "... repeats the edge: put zeros around"),
            (made(steps=(1, 1)), "... ignores the stride"),
            (made(steps=(s_w, s_h)), "... takes s_w down and s_h across: swap them"),
            (right / w.size, "... holds means over the field: sums are wanted"),
            (right[:-1, :-1], "... lacks its last row and column: floor((n + 2p - f) / s) + 1"),
            (Shape(right.T.shape), "... has rows and columns exchanged"),
            (None, "... has the right shape, and its numbers are not the weighted sums"),
        ]  # fmt: skip

    rng = np.random.default_rng(61)
    cases = [(rng.normal(size=(9, 8)), rng.uniform(1, 9, (3, 2)), (2, 1), (2, 3))]
    cases += [(rng.normal(size=(11, 6)), rng.normal(size=(2, 3)), (1, 2), (3, 2))]
    compare_function("convolve", convolve, table, cases, what="the map")


@exercise(
    "06.2",
    "Along an edge a layer finds floor((n + 2p - f) / s) + 1 places; a pooling of 2 x 2 moves by "
    "2, one of 3 x 3 by 3.",
    "A filter has f_h f_w weights for each map below it, and one bias. The taller image changes "
    "one layer's number only.",
)
def sizes_and_parameters(sizes, parameters, total_tall):
    layers = ["the first convolution", "max-pooling", "the second convolution", "average pooling"]
    found = things(sizes, layers, "sizes", "be", 1)
    right = ((30, 23, 6), (15, 11, 6), (15, 11, 4), (5, 3, 4))
    typical = {
        (60, 46, 6): "the stride is missing", (32, 24, 6): "the convolution is without padding",
        (31, 23, 6): "f = 5 along the rows", (30, 22, 6): "f = 3 along the columns",
        (29, 22, 6): "one place is missing: + 1", (15, 12, 6): "an odd column is lost: round down",
        (13, 9, 4): "padding 'same' keeps the size", (13, 9, 3): "pooling moves by its own size: 3",
        (5, 4, 4): "what does not fill a block is dropped: round down",
    }  # fmt: skip
    for layer, value, wanted in zip(layers, found, right):
        rows, columns, maps = wanted
        compare(f"the size after {layer}", value, wanted, [
            ((columns, rows, maps), "... is wrong: rows come first"),
            (lambda s, maps=maps: s[2] != maps, "... is wrong: there are as many maps as filters"),
            *((wrong, f"... is wrong: {why}") for wrong, why in typical.items() if wrong != wanted),
            (None, "... is wrong: write down n, p, f and s"),
        ])  # fmt: skip
    found = things(parameters, ("convolution", "convolution", "dense"), "parameters", "be")
    bias, lost = "one filter has one bias, however many maps it looks at", "the biases are missing"
    cases = {
        "the first convolution": (186, {
            96: "one filter reaches through both maps of the image", 180: lost, 192: bias,
            60: "each of the six filters has its own weights"}),
        "the second convolution": (220, {
            40: "one filter reaches through all six maps", 216: lost, 240: bias,
            76: "it looks at six maps, not at the two of the image"}),
        "the dense layer": (183, {
            180: lost, 48: "all numbers of all maps enter, 5 × 3 of each",
            15: "all numbers enter, not the means of the maps",
            1983: "it looks at the maps after the last pooling",
            243: "what does not fill a block is dropped"}),
    }  # fmt: skip
    for value, (layer, (wanted, known)) in zip(found, cases.items()):
        rows = [(number, f"... is wrong: {why}") for number, why in known.items()]
        compare(f"the number of parameters of {layer}", value, wanted, rows)
    compare("total_tall", total_tall, 769, [
        (589, "total_tall has not changed, but the list at the end is longer"),
        (363, "total_tall is the dense layer's number alone: add the convolutions"),
        (1178, "total_tall has doubled as a whole: do shared weights depend on the size?"),
        (772, "total_tall doubles the dense layer's biases, too"),
        (None, "total_tall is wrong: follow the 128 rows through all layers"),
    ])  # fmt: skip


@exercise(
    "06.3",
    "The kernel should look like the bar: in which corners of the array does it begin and end?",
    "Weights that add up to zero are blind to a uniform image: subtract the mean.",
)
def bars_at_45(kernel):
    w = array(kernel, (5, 5), "kernel")
    require(w.any(), "all weights are zero: the kernel sees nothing")
    eye, across, strength = np.eye(15), np.repeat(np.arange(15) == 7, 15).reshape(15, 15), {}
    for angle, image in ((0, across), (45, eye[::-1]), (90, across.T), (135, eye)):
        fields = np.lib.stride_tricks.sliding_window_view(image, (5, 5))
        strength[angle] = np.einsum("ijuv,uv->ij", fields, w).max()
    wanted, rival = strength.pop(45), max(strength, key=strength.get)
    way = ": row 0 of the array is the top of the picture" if rival == 135 else ""
    more = wanted > strength[rival]
    require(more, f"kernel answers more to a bar at {rival}° than to one at 45°{way}")
    even = abs(w.sum()) <= 1e-6 * np.abs(w).max()
    require(even, "kernel answers to a uniform image: its weights must add up to zero")
    enough, ratio = wanted >= 2 * strength[rival], wanted / max(strength[rival], 1e-12)
    require(enough, f"kernel answers to 45° only {ratio:.1f} times as much as to {rival}°")


@exercise(
    "06.4",
    "np.roll(x, (rows, columns), axis=(0, 1)) shifts. Two maps are compared: that of the shifted "
    "image, and the shifted map of the image.",
    "A layer that treats each pixel as all others, wherever it stands, follows. Measure each.",
)
def shifts(mismatch, following):
    def table(f, x, rows, columns):
        def shifted(z, *by):
            return np.roll(z, by or (rows, columns), axis=(0, 1))

        def apart(*by):
            return f(shifted(x, *by)) - shifted(f(x), *by)

        signed, size = apart(), np.abs(apart())
        return size.max(), [
            (np.abs(f(shifted(x)) - f(x)).max(),
             "... compares with the map of the image as it was: shift that map, too"),
            (np.abs(shifted(x) - shifted(f(x))).max(), "... compares images with maps"),
            (size.mean(), "... is a mean: the largest difference is wanted"),
            (np.sqrt((size**2).mean()), "... is a root mean square: the largest is wanted"),
            (size.sum(), "... is a sum: the largest difference is wanted"),
            (signed.max(), "... forgets that differences may be negative"),
            (-signed.min(), "... forgets that differences may be positive"),
            (np.abs(apart(rows, 0)).max(), "... does not shift the columns"),
            (np.abs(apart(0, columns)).max(), "... does not shift the rows"),
            (np.abs(apart(columns, rows)).max(), "... exchanges rows and columns"),
            (np.abs(apart(-rows, -columns)).max(),
             "... shifts the other way: down and right are positive"),
            (None, "... is not max |f(Tx) - T f(x)|"),
        ]  # fmt: skip

    mask, offset, x, other = np.random.default_rng(64).normal(size=(4, 6, 7))
    cases = [(lambda x: x * mask, x, 1, 3), (lambda x: x**2 + offset, other, 2, -1)]
    compare_function("mismatch", mismatch, table, cases)
    reasons = {
        "blur": "'blur' follows: its weights are the same everywhere, also across the border",
        "square": "'square' follows: it does the same to each pixel, linear or not",
        "edges": "'edges' does not follow: shift something bright to the border",
        "spotlight": "'spotlight' does not follow: it weights pixels by their place",
        "sorted": "'sorted' does not follow: where a pixel goes depends on its rank",
    }
    named = words(following, list(reasons), "following")
    for name, reason in reasons.items():
        require((name in named) == (name in ("blur", "square")), reason)


@exercise(
    "06.5",
    "s[0::2, 0::2] holds the top left spin of each block; three more slices hold the others.",
    "The sum of four spins is 0 in a tie: there np.where takes the top left spin.",
)
def block_spins(block):
    def table(s):
        def majority(total, tie):
            return np.where(total == 0, tie, np.sign(total))

        (n, m), a, b, c, d = s.shape, s[::2, ::2], s[::2, 1::2], s[1::2, ::2], s[1::2, 1::2]
        total, corners = a + b + c + d, (("top right", b), ("bottom left", c), ("bottom right", d))
        far = s.reshape(2, n // 2, 2, m // 2).sum(axis=(0, 2))
        return majority(total, a), [
            (np.sign(total), "... is 0 where two are up: the top left spin decides"),
            (majority(total, 1), "... turns ties up: the top left spin decides"),
            (majority(total, -1), "... turns ties down: the top left spin decides"),
            *((majority(total, spin), f"... gives ties to the {corner}: the top left spin decides")
              for corner, spin in corners),
            (a, "... keeps the top left spin only: the majority decides"),
            (np.max([a, b, c, d], axis=0), "... is max-pooling: that is no majority"),
            (total / 4, "... holds means: spins are +1 or -1"),
            (total, "... holds sums: spins are +1 or -1"),
            (majority(far, s[: n // 2, : m // 2]),
             "... joins spins from far apart: which axes lie within a block?"),
            (Shape(s.shape), "... is as large as the lattice: halve its rows and columns"),
            (lambda f: ~np.isin(f, (-1, 1)).all(), "... holds more than +1 and -1"),
            (None, "... is not the majority of each block of 2 × 2"),
        ]  # fmt: skip

    rng = np.random.default_rng(65)
    cases = [(rng.choice([-1, 1], shape),) for shape in ((8, 12), (10, 6))]
    compare_function("block", block, table, cases, what="block(s)")


@exercise(
    "06.6",
    "Flatten writes the maps of the first pixel, then those of the second: four neighbours of the "
    "list are what, in the picture?",
    "Pool while there are still rows and columns: MaxPooling2D(2), and then Flatten.",
)
def repair(pooled_over, model):
    def textures(n, seed):
        """Return stripes (n, 24, 24, 1) in three directions, with noise, and their labels."""
        rng = np.random.default_rng(seed)
        y = np.arange(n) % 3
        angle = np.radians(60 * y + rng.uniform(-15, 15, n))[:, None, None]
        period, phase = rng.uniform(4, 7, (n, 1, 1)), rng.uniform(0, 2 * np.pi, (n, 1, 1))
        along = np.arange(24)[:, None] * np.sin(angle) + np.arange(24) * np.cos(angle)
        x = np.sin(2 * np.pi * along / period + phase) + rng.normal(0, 0.5, (n, 24, 24))
        return x[..., None].astype("float32"), y

    said = word(pooled_over, ("rows", "columns", "maps"), "pooled_over")
    require(said == "maps", f"the four neighbours in the list do not come from different {said}: "
            "which axis of (20, 20, 4) does Flatten run through first?")  # fmt: skip
    is_keras(model, "model", (24, 24, 1), (3,))
    names = [type(layer).__name__ for layer in model.layers]
    require("Conv2D" in names, "model has no convolution: repair the network, keep its layers")
    pools = [k for k, name in enumerate(names) if name.endswith("Pooling2D")]
    require(pools, "model has no pooling over rows and columns: MaxPooling2D")
    ordered = "Flatten" not in names[: pools[0]]
    require(ordered, "the first Flatten still comes before the pooling")
    required, most, many = 0.95, 1307, model.count_params()
    require(many <= most, f"model has {many} parameters: {most}, those of the broken one, suffice")
    x, y = textures(600, 66)
    share = np.mean(answers(model, x, (600, 3)).argmax(axis=1) == y)
    require(share > 0.45, f"model names {share:.0%} of new textures, like chance: is it trained?")
    wanted = f"{100 * required:.0f} % are asked for"
    require(share >= required, f"model names {share:.0%} of new textures, and {wanted}")
