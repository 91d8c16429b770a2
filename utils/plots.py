"""The course's figures: returned, never shown, each with a caption and an alternative text.

Every function returns a `CourseFigure`. As the last line of a cell it displays itself: the
picture with its alternative text, and below it the caption as Markdown, which every front end
renders. All take the same keywords beside their own: `caption`, `alt` and `note`, which `finish`
explains, `xlabel` and `ylabel` with their units, and the `size` of the whole figure in inches.

`lines` and `plane` are `panels` with one panel. Fills have the colours of Okabe and Ito
(https://jfly.uni-koeln.de/color/); lines and points have them too, the pale ones darkened, and
differ in style or marker as well. Images use viridis.
"""

import base64
import io
import itertools

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from PIL import Image, ImageChops, ImageStat

from utils.arguments import integer

BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, RED, PURPLE = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
DARK_ORANGE, DARK_SKY, DARK_PURPLE = "#A86F00", "#2E8BC0", "#B5588A"
GREY = "#757575"  # controls and expectations
COLOURS = (BLUE, RED, GREEN, DARK_ORANGE, DARK_PURPLE, BLACK, DARK_SKY)  # each 3:1 on white
STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
FEW = 10  # a curve of so few points shows them


def use_style():
    """Set Matplotlib's defaults: fonts for the back row, colours, line styles."""
    cycle = matplotlib.cycler(color=COLOURS) + matplotlib.cycler(linestyle=STYLES)
    fonts = {"font.size": 15, "axes.titlesize": 16, "axes.labelsize": 16, "legend.fontsize": 14}
    ticks = {"xtick.labelsize": 14, "ytick.labelsize": 14}
    lines = {"lines.linewidth": 2.5, "lines.markersize": 8, "axes.prop_cycle": cycle}
    frame = {"axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False}
    images = {"image.cmap": "viridis", "savefig.dpi": 120}
    matplotlib.rcParams.update(fonts | ticks | lines | frame | images)


class CourseFigure(Figure):
    """A Matplotlib figure that carries its caption and alternative text and displays both."""

    caption = alt = ""

    def _repr_png_(self):
        """Return the picture as PNG bytes.

        A palette of 256 colours makes a line drawing three times smaller; a gallery of colour
        photographs keeps its own.
        """
        drawn, packed = io.BytesIO(), io.BytesIO()
        self.savefig(drawn, format="png", bbox_inches="tight")
        picture = Image.open(drawn).convert("RGB")
        palette = picture.quantize(256, dither=Image.Dither.NONE)
        change = ImageStat.Stat(ImageChops.difference(picture, palette.convert("RGB"))).mean
        (palette if max(change) < 0.5 else picture).save(packed, "png", optimize=True)
        return packed.getvalue()

    def outputs(self):
        """Return what a notebook shows, picture and caption: their data and metadata."""
        picture = base64.b64encode(self._repr_png_()).decode()
        caption = {
            "text/markdown": f"*{self.caption}*",
            "text/plain": "<IPython.core.display.Markdown object>",
        }
        return [
            ({"image/png": picture, "text/plain": self.alt}, {"image/png": {"alt": self.alt}}),
            (caption, {}),
        ]

    def _ipython_display_(self):
        from IPython.display import display

        for data, metadata in self.outputs():
            display(data, metadata=metadata, raw=True)


def new(ncols=1, nrows=1, size=(8, 4.5), **subplots):
    """Return a new figure and its axes, an array of them if several; `Figure.subplots` explains."""
    figure = CourseFigure(figsize=size, layout="constrained")
    return figure, figure.subplots(nrows, ncols, **subplots)


def finish(figure, caption, alt, note=""):
    """Give a figure its caption, alternative text and, for stand-in data, its label; return it.

    Parameters
    ----------
    figure : CourseFigure
    caption : str
        Begins with what to see, then says what is plotted.
    alt : str
        What the picture shows, for those who cannot see it.
    note : str
        What the data are if not the real ones (a data set's `note`); drawn on the figure.

    Raises
    ------
    ValueError
        If caption or alt is empty.
    """
    for name, text in (("caption", caption), ("alt", alt)):
        if not isinstance(text, str) or not text.strip():
            raise ValueError(f"{name} must say what the figure shows, not {text!r}")
    figure.caption, figure.alt = caption.strip(), alt.strip()
    if note:
        figure.supxlabel(note, x=0.995, ha="right", fontsize=15, style="italic", color="#A34700")
    return figure


def lines(x, curves, *, size=(8, 4.5), caption, alt, note="", **part):
    """Draw curves over a common abscissa: one panel of `draw_curves`, which explains `part`."""
    part = {"x": x, "curves": curves} | part
    return panels([part], size=size, caption=caption, alt=alt, note=note)


def plane(points, labels, *, size=(6.5, 5.5), caption, alt, note="", **part):
    """Draw labelled points in a plane: one panel of `draw_plane`, which explains `part`."""
    part = {"points": points, "labels": labels} | part
    return panels([part], size=size, caption=caption, alt=alt, note=note)


def panels(parts, *, size=(12, 4.5), sharey=False, caption, alt, note=""):
    """Draw several sets of curves or points side by side.

    Where all panels tell the same labels, one legend below them tells them once.

    Parameters
    ----------
    parts : sequence of dict
        The arguments of `draw_plane` (with the key "points") or else of `draw_curves` for each
        panel, from left to right.
    sharey : bool
        Give all panels one range of y, and only the first one labels on that axis.
    """
    figure, axes = new(len(parts), size=size, squeeze=False, sharey=sharey)
    for axis, part in zip(axes.flat, parts):
        (draw_plane if "points" in part else draw_curves)(axis, **part)
        if sharey:
            axis.label_outer()
    handles, told = axes[0, 0].get_legend_handles_labels()
    alike = all(axis.get_legend_handles_labels()[1] == told for axis in axes.flat)
    if len(parts) > 1 and len(told) > 1 and alike:
        for axis in axes.flat:
            axis.get_legend().remove()
        figure.legend(handles, told, loc="outside lower center", ncols=len(told))
    return finish(figure, caption, alt, note)


def draw_curves(
    axes, x, curves, *, xlabel, ylabel, grey=(), band=None, fill=(), marks=None, legend="best",
    **more,
):  # fmt: skip
    """Draw curves and points into given axes.

    Parameters
    ----------
    axes : Axes
    x : array (n,)
        Abscissa, for all curves; a curve may bring its own as a pair ``(x, y)``.
    curves : dict of str to array (n,)
        Label and ordinate of each curve; three to ten points of a curve are marked, unless
        `marks` stand beside it.
    grey : collection of str
        Labels of controls and expectations: drawn thin and grey.
    band : dict of str to array (n,) or (array, array), optional
        Error band around the curve of that label: its half-width, or a tuple of its edges.
    fill : collection of str
        Labels of curves whose area down to zero is shaded.
    marks : dict of str to (array, array), optional
        Points drawn on top, with their labels; a label that begins with "_" is not shown.
    legend : str or (float, float)
        Where the labels stand, if there are several.
    **more
        For `Axes.set`, such as title, xscale, ylim; xticks may be a dict of places and names.
    """
    looks = zip(itertools.cycle(COLOURS), itertools.cycle(STYLES), itertools.cycle(MARKERS))
    for label, y in curves.items():
        xs, ys = y if isinstance(y, tuple) else (x, y)
        if label in grey:
            colour, look = GREY, {"linestyle": "-", "linewidth": 1.5, "zorder": 1}
        else:
            colour, style, marker = next(looks)
            few = 2 < len(ys) <= FEW and not marks
            look = {"linestyle": style, "marker": marker if few else ""}
        axes.plot(xs, ys, color=colour, label=label, **look)
        if band and label in band:
            edges = band[label]
            if not isinstance(edges, tuple):
                edges = np.subtract(ys, edges), np.add(ys, edges)
            axes.fill_between(xs, *edges, color=colour, alpha=0.2, linewidth=0)
        if label in fill:
            axes.fill_between(xs, ys, color=colour, alpha=0.2, linewidth=0)
    for (label, (xs, ys)), marker in zip((marks or {}).items(), itertools.cycle(MARKERS)):
        axes.plot(xs, ys, marker, color=BLACK, label=label, zorder=3)
    ticks = more.pop("xticks", None)
    axes.set(xlabel=xlabel, ylabel=ylabel, **more)
    if ticks is not None:  # these and no others, also where the scale is logarithmic
        names = ticks.values() if isinstance(ticks, dict) else [f"{tick:g}" for tick in ticks]
        axes.set_xticks(list(ticks), list(names))
        axes.xaxis.minorticks_off()
    if len(curves) + len(marks or {}) > 1:
        axes.legend(loc=legend)


def draw_plane(
    axes, points, labels, *, xlabel, ylabel, names=None, boundary=None, regions=None, limits=None,
    glyphs=False, title="",
):  # fmt: skip
    """Draw labelled points, separating lines and the regions of a classifier into given axes.

    Parameters
    ----------
    axes : Axes
    points : array (n, 2)
    labels : array (n,) of int
        Class of each point.
    names : sequence of str, optional
        Names of the classes.
    boundary : (array (2,), float) or dict of str to such pairs, optional
        Weights w and threshold theta of the line w.x = theta, with an arrow along w on the first.
    regions : callable, optional
        Maps an array (m, 2) to values (m,); its level 0.5 is drawn, the rest shaded.
    limits : ((float, float), (float, float)), optional
        Ranges of the axes; by default those of the points with a margin.
    glyphs : bool
        Draw each point as the number of its class, without a legend.
    """
    points, labels = np.asarray(points, float), np.asarray(labels)
    if limits is None:
        low, high = points.min(axis=0), points.max(axis=0)
        margin = 0.15 * np.maximum(high - low, 1e-9)
        limits = np.transpose([low - margin, high + margin])
    if regions is not None:
        gx, gy = np.meshgrid(*(np.linspace(low, high, 150) for low, high in limits))
        level = np.asarray(regions(np.column_stack([gx.ravel(), gy.ravel()]))).reshape(gx.shape)
        levels, shades = [-np.inf, 0.5, np.inf], [SKY, ORANGE]
        axes.contourf(gx, gy, level, levels=levels, colors=shades, alpha=0.25)
        if level.min() < 0.5 < level.max():
            axes.contour(gx, gy, level, levels=[0.5], colors=[BLACK], linewidths=2, zorder=4)
    for k, value in enumerate(np.unique(labels)):
        look = {"color": COLOURS[k % len(COLOURS)], "zorder": 3}
        if glyphs:
            look |= {"marker": f"${value}$", "s": 70, "linewidths": 0.3}
        else:
            look |= {"marker": MARKERS[k % len(MARKERS)], "edgecolors": "w"}
            look |= {"label": f"class {value}" if names is None else names[k]}
            look |= {"s": 90 if len(points) < 200 else 40}
        axes.scatter(*points[labels == value].T, **look)
    several = boundary if isinstance(boundary, dict) else {"": boundary} if boundary else {}
    for k, (name, (w, theta)) in enumerate(several.items()):
        look = {"label": name or None, "linestyle": STYLES[k % len(STYLES)]}
        aim = points if k == 0 else None  # one arrow is enough
        _draw_boundary(axes, np.asarray(w, float), theta, limits, aim, **look)
    axes.set(xlabel=xlabel, ylabel=ylabel, title=title, xlim=limits[0], ylim=limits[1])
    if not glyphs:
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1))


def _draw_boundary(axes, w, theta, limits, points, **look):
    """Draw the line w.x = theta and, given points, an arrow along w, its letter on none of them."""
    if not w.any():
        return  # no direction, no line: the unit says the same everywhere
    reach = np.hypot(*np.ptp(limits, axis=1))
    ahead = reach * w / np.linalg.norm(w)
    along = np.array([-ahead[1], ahead[0]])
    foot = w * theta / (w @ w)
    foot = foot + (np.mean(limits, axis=1) - foot) @ along / reach**2 * along  # near the centre
    axes.plot(*np.transpose([foot - along, foot + along]), color=BLACK, zorder=2, **look)
    if points is None:
        return
    feet = foot + np.multiply.outer([0, 0.08, -0.08, 0.16, -0.16, 0.24, -0.24], along)
    places = feet + 0.16 * ahead  # of the letter
    clear = np.linalg.norm(places[:, None] - points, axis=2).min(axis=1)
    (x_low, x_high), (y_low, y_high) = limits
    ends = np.stack([feet, places])
    inside = ((ends > (x_low, y_low)) & (ends < (x_high, y_high))).all(axis=0)
    seen = inside.all(axis=1)
    if not seen.any():
        return  # the line runs outside: an arrow there would stretch the figure
    best = np.argmax(np.minimum(clear, 0.06 * reach) * seen)  # the first if several
    arrow = {"arrowstyle": "-|>", "linewidth": 2.5, "color": BLACK, "shrinkA": 0}
    tip = feet[best] + 0.12 * ahead
    axes.annotate("", xy=tip, xytext=feet[best], arrowprops=arrow, zorder=4)
    letter = {"fontsize": 17, "fontweight": "bold", "ha": "center", "va": "center", "zorder": 5}
    axes.text(*places[best], "w", path_effects=[withStroke(linewidth=4, foreground="w")], **letter)


def images(
    pictures, *, titles=None, ncols=8, cmap="viridis", limits=None, colourbar="", scale=1.25,
    **texts,
):  # fmt: skip
    """Draw a gallery of images in rows.

    Parameters
    ----------
    pictures : array (n, height, width) or (n, height, width, 3)
        One-channel images are drawn with `cmap`, three-channel ones as RGB.
    titles : sequence of n str, optional
    ncols : int
        Images in a row.
    cmap : str
        Such as "gray_r" for ink on paper (each image in a frame), "RdBu_r" for signed values.
    limits : (float, float), optional
        Values at the ends of the colour map, common to all images; by default each image's own.
    colourbar : str
        Label of a common colour bar; needs `limits`.
    scale : float
        Inches per image.

    Raises
    ------
    ValueError
        If there is no image, if the number of titles differs from that of images, or if a colour
        bar would not hold for all images.
    """
    pictures = np.asarray(pictures)
    if pictures.ndim not in (3, 4) or len(pictures) == 0:
        raise ValueError(f"pictures must have shape (n, height, width[, 3]), not {pictures.shape}")
    if titles is not None and len(titles) != len(pictures):
        raise ValueError(f"{len(pictures)} pictures need as many titles, not {len(titles)}")
    if colourbar and limits is None:
        raise ValueError(f"the colour bar {colourbar!r} needs limits common to all pictures")
    titles = [""] * len(pictures) if titles is None else list(titles)
    ncols = min(integer("ncols", ncols, least=1), len(pictures))
    nrows = -(-len(pictures) // ncols)
    headed = sum(any(titles[row * ncols : (row + 1) * ncols]) for row in range(nrows))
    size = (scale * ncols + bool(colourbar), scale * (1.04 * nrows + 0.24 * headed))
    figure, axes = new(ncols, nrows, size, squeeze=False)
    low, high = limits if limits is not None else (None, None)
    for axis in axes.flat:
        axis.set_axis_off()
    for axis, picture, title in zip(axes.flat, pictures, titles):
        shown = axis.imshow(picture, cmap=cmap, vmin=low, vmax=high, interpolation="nearest")
        if cmap == "gray_r":  # white on a white page: a frame shows where the image ends
            axis.set_axis_on()
            axis.set(xticks=[], yticks=[])
            axis.spines[:].set(visible=True, color="0.6", linewidth=0.8)
        if title:  # an empty one would take its place, too
            axis.set_title(title, fontsize=13, pad=3)
    if colourbar:
        figure.colorbar(shown, ax=axes, label=colourbar, shrink=0.9)
    return finish(figure, **texts)


def matrix(
    values, *, xlabel, ylabel, xticks=None, yticks=None, hide_diagonal=False, size=(7, 6), **texts
):
    """Draw a matrix with its values written into the cells, such as a confusion matrix.

    Parameters
    ----------
    values : array (n, m)
        Written without decimals.
    xticks, yticks : sequence of str, optional
        Names of columns and rows; by default their numbers.
    hide_diagonal : bool
        Colour by the off-diagonal values only, so that a confusion matrix shows its mistakes; the
        diagonal is grey, for a pale blue would say that it is small.

    Raises
    ------
    ValueError
        If `values` has not two axes.
    """
    values = np.asarray(values)
    if values.ndim != 2:
        raise ValueError(f"values must be a matrix, not an array of shape {values.shape}")
    hidden = np.eye(*values.shape, dtype=bool) & hide_diagonal
    low, high = np.min(values[~hidden], initial=0), np.max(values[~hidden], initial=0)
    figure, axes = new(size=size)
    blues = matplotlib.colormaps["Blues"].with_extremes(bad="0.9")
    shown = np.ma.array(values, mask=hidden, dtype=float)
    axes.imshow(shown, cmap=blues, vmin=low, vmax=high * 1.15 or 1)
    for (row, column), value in np.ndenumerate(values):
        dark = value > 0.6 * high > 0 and not hidden[row, column]
        look = {"ha": "center", "va": "center", "fontsize": 12, "color": "w" if dark else "k"}
        axes.text(column, row, f"{value:.0f}", **look)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.set_xticks(range(values.shape[1]), xticks)
    axes.set_yticks(range(values.shape[0]), yticks)
    axes.spines[:].set_visible(False)
    return finish(figure, **texts)


def bars(
    values, *, xlabel, errors=None, grey=(), reference=None, fmt="{:.3g}", xlim=None,
    size=(8, 4.5), **texts,
):  # fmt: skip
    """Draw labelled bars with error bars, horizontally, so that long names stay legible.

    Parameters
    ----------
    values : dict of str to float
        Name and length of each bar, drawn from top to bottom.
    errors : dict of str to float, optional
        Standard deviation of those bars that have one.
    grey : collection of str
        Names of baselines and controls: drawn in grey.
    reference : (str, float), optional
        A vertical line with its label, such as chance or a bound.
    fmt : str
        How a value is written beside its bar.
    xlim : (float, float), optional
        Range of the quantity; bars start at zero by default.
    """
    figure, axes = new(size=size)
    names, lengths = list(values), np.array(list(values.values()), float)
    spread = np.array([(errors or {}).get(name, np.nan) for name in names])  # nan: no error bar
    ends = np.maximum(lengths + np.nan_to_num(spread), 0)  # values stand on no bar
    colours = [GREY if name in grey else BLUE for name in names]
    axes.barh(names, lengths, xerr=spread, color=colours, capsize=5, height=0.65)
    left, right = (0, np.max(ends)) if xlim is None else xlim
    for row, (length, end) in enumerate(zip(lengths, ends)):
        x = end + 0.015 * (right - left)
        axes.text(x, row, fmt.format(length), va="center", fontsize=13)
    if reference:
        axes.axvline(reference[1], color=RED, linestyle="--", label=reference[0])
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1))
    axes.set(xlabel=xlabel, xlim=(left, right + 0.15 * (right - left)))
    axes.invert_yaxis()
    return finish(figure, **texts)
