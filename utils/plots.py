"""The course's figures: returned, never shown, each with a caption and an alternative text.

Every function returns a `CourseFigure`. As the last line of a cell it displays itself: the
picture with its alternative text, and below it the caption as Markdown, which every front end
renders. Colours are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), images use
viridis, and lines differ in style as well as in colour. A figure of stand-in data says so: pass
the data set's `note`.
"""

import io
import itertools

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from PIL import Image, ImageChops, ImageStat

BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, RED, PURPLE = (
    "#000000",
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#F0E442",
    "#0072B2",
    "#D55E00",
    "#CC79A7",
)
GREY = "#888888"  # controls and expectations
COLOURS = (BLUE, RED, GREEN, ORANGE, PURPLE, SKY, BLACK)  # yellow is too pale for a projector
STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")


def use_style():
    """Set Matplotlib's defaults: fonts for the back row, Okabe-Ito colours, line styles."""
    cycle = matplotlib.cycler(color=COLOURS) + matplotlib.cycler(linestyle=STYLES)
    matplotlib.rcParams.update(
        {
            "font.size": 15,
            "axes.titlesize": 16,
            "axes.labelsize": 16,
            "xtick.labelsize": 14,
            "ytick.labelsize": 14,
            "legend.fontsize": 14,
            "legend.frameon": False,
            "lines.linewidth": 2.5,
            "lines.markersize": 8,
            "axes.prop_cycle": cycle,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "image.cmap": "viridis",
            "savefig.dpi": 120,
        }
    )


class CourseFigure(Figure):
    """A Matplotlib figure that carries its caption and alternative text and displays both."""

    caption = alt = ""

    def _repr_png_(self):
        """Return the picture as PNG bytes, with a palette of 256 colours where none is missed.

        A palette makes a line drawing three times smaller; a gallery of colour photographs
        keeps its colours.
        """
        drawn, packed = io.BytesIO(), io.BytesIO()
        self.savefig(drawn, format="png", bbox_inches="tight")
        picture = Image.open(drawn).convert("RGB")
        palette = picture.quantize(256, dither=Image.Dither.NONE)
        change = ImageStat.Stat(ImageChops.difference(picture, palette.convert("RGB"))).mean
        (palette if max(change) < 0.5 else picture).save(packed, "png", optimize=True)
        return packed.getvalue()

    def _ipython_display_(self):
        from base64 import b64encode

        from IPython.display import Markdown, display, publish_display_data

        picture = b64encode(self._repr_png_()).decode()
        publish_display_data(
            {"image/png": picture, "text/plain": self.alt},
            metadata={"image/png": {"alt": self.alt}},
        )
        display(Markdown(f"*{self.caption}*"))


def new(ncols=1, nrows=1, size=(8, 4.5), **subplots):
    """Return a new figure and its axes.

    Parameters
    ----------
    ncols, nrows : int
        Number of panels.
    size : (float, float)
        Width and height of the whole figure in inches.
    **subplots
        Passed on to `Figure.subplots`, such as ``sharey=True``.

    Returns
    -------
    CourseFigure, Axes or array of Axes
    """
    figure = CourseFigure(figsize=size, layout="constrained")
    return figure, figure.subplots(nrows, ncols, **subplots)


def finish(figure, caption, alt, note=""):
    """Give a figure its caption, alternative text and, for stand-in data, its label.

    Parameters
    ----------
    figure : CourseFigure
    caption : str
        Begins with what to see, then says what is plotted.
    alt : str
        What the picture shows, for those who cannot see it.
    note : str
        Where the data come from if they are not the real ones; drawn on the figure.

    Returns
    -------
    CourseFigure
        The same figure.

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
        figure.supxlabel(note, x=0.995, ha="right", fontsize=11, style="italic", color=RED)
    return figure


def lines(
    x,
    curves,
    *,
    xlabel,
    ylabel,
    caption,
    alt,
    band=None,
    grey=(),
    marks=None,
    title="",
    xscale="linear",
    yscale="linear",
    ylim=None,
    size=(8, 4.5),
    note="",
):
    """Draw curves over a common abscissa.

    Parameters
    ----------
    x : array (n,)
        Abscissa, for all curves; a curve may bring its own as a pair ``(x, y)``.
    curves : dict of str to array (n,)
        Label and ordinate of each curve, drawn in different colours and line styles.
    band : dict of str to array (n,), optional
        Half-width of an error band around the curve of that label.
    grey : collection of str
        Labels of controls and expectations: drawn thin and grey.
    marks : dict of str to (array, array), optional
        Points drawn on top, with their labels.
    xlabel, ylabel, caption, alt, title, note : str
        Axis labels with units; see `finish`.
    xscale, yscale : {"linear", "log", "symlog"}
    ylim : (float, float), optional
    size : (float, float)
        Inches.

    Returns
    -------
    CourseFigure
    """
    figure, axes = new(size=size)
    settings = {"title": title, "xscale": xscale, "yscale": yscale} | (
        {"ylim": ylim} if ylim else {}
    )
    draw_curves(
        axes, x, curves, xlabel=xlabel, ylabel=ylabel, grey=grey, band=band, marks=marks, **settings
    )
    return finish(figure, caption, alt, note)


def images(
    pictures,
    *,
    caption,
    alt,
    titles=None,
    ncols=8,
    cmap="viridis",
    limits=None,
    colourbar="",
    scale=1.25,
    note="",
):
    """Draw a gallery of images in rows.

    Parameters
    ----------
    pictures : array (n, height, width) or (n, height, width, 3)
        One-channel images are drawn with `cmap`, three-channel ones as RGB.
    titles : sequence of n str, optional
    ncols : int
        Images in a row.
    cmap : str
        A perceptually uniform map; "gray_r" for ink on paper (each image in a frame), "RdBu_r" for
        signed values.
    limits : (float, float), optional
        Values at the ends of the colour map, common to all images; by default each image's own.
    colourbar : str
        Label of a common colour bar; needs `limits`.
    scale : float
        Inches per image.
    caption, alt, note : str
        See `finish`.

    Returns
    -------
    CourseFigure

    Raises
    ------
    ValueError
        If there is no image, or if the number of titles differs from that of images.
    """
    pictures = np.asarray(pictures)
    if pictures.ndim not in (3, 4) or len(pictures) == 0:
        raise ValueError(f"pictures must have shape (n, height, width[, 3]), not {pictures.shape}")
    if titles is not None and len(titles) != len(pictures):
        raise ValueError(f"{len(pictures)} pictures need as many titles, not {len(titles)}")
    ncols = min(ncols, len(pictures))
    nrows = -(-len(pictures) // ncols)
    height = scale * (1.28 if titles is not None else 1.04)
    figure, axes = new(
        ncols, nrows, (scale * ncols + bool(colourbar), height * nrows), squeeze=False
    )
    low, high = limits if limits is not None else (None, None)
    for axis in axes.flat:
        axis.set_axis_off()
    for k, (axis, picture) in enumerate(zip(axes.flat, pictures)):
        shown = axis.imshow(picture, cmap=cmap, vmin=low, vmax=high, interpolation="nearest")
        if cmap == "gray_r":  # white on a white page: a frame shows where the image ends
            axis.set_axis_on()
            axis.set(xticks=[], yticks=[])
            axis.spines[:].set(visible=True, color="0.6", linewidth=0.8)
        if titles is not None:
            axis.set_title(titles[k], fontsize=13, pad=3)
    if colourbar:
        figure.colorbar(shown, ax=axes, label=colourbar, shrink=0.9)
    return finish(figure, caption, alt, note)


def matrix(
    values,
    *,
    xlabel,
    ylabel,
    caption,
    alt,
    xticks=None,
    yticks=None,
    fmt="{:.0f}",
    cmap="Blues",
    hide_diagonal=False,
    title="",
    size=(7, 6),
    note="",
):
    """Draw a matrix with its values written into the cells, such as a confusion matrix.

    Parameters
    ----------
    values : array (n, m)
    xticks, yticks : sequence of str, optional
        Names of columns and rows; by default their numbers.
    fmt : str
        How a value is written.
    cmap : str
    hide_diagonal : bool
        Colour by the off-diagonal values only, so that a confusion matrix shows its mistakes.
    xlabel, ylabel, title, caption, alt, note : str
        See `finish`.
    size : (float, float)
        Inches.

    Returns
    -------
    CourseFigure
    """
    values = np.asarray(values)
    if values.ndim != 2:
        raise ValueError(f"values must be a matrix, not an array of shape {values.shape}")
    shade = values.astype(float)
    if hide_diagonal:
        np.fill_diagonal(shade, 0)
    figure, axes = new(size=size)
    axes.imshow(shade, cmap=cmap, vmin=min(0, shade.min()), vmax=shade.max() * 1.15 or 1)
    for (row, column), value in np.ndenumerate(values):
        dark = shade[row, column] > 0.6 * shade.max() > 0
        text = fmt.format(value)
        axes.text(
            column, row, text, ha="center", va="center", fontsize=12, color="w" if dark else "k"
        )
    axes.set(xlabel=xlabel, ylabel=ylabel, title=title)
    names = [str(k) for k in range(max(values.shape))]
    axes.set_xticks(range(values.shape[1]), xticks or names[: values.shape[1]])
    axes.set_yticks(range(values.shape[0]), yticks or names[: values.shape[0]])
    axes.spines[:].set_visible(False)
    return finish(figure, caption, alt, note)


def bars(
    values,
    *,
    ylabel,
    caption,
    alt,
    errors=None,
    grey=(),
    reference=None,
    fmt="{:.3g}",
    ylim=None,
    title="",
    size=(8, 4.5),
    note="",
):
    """Draw labelled bars with error bars, horizontally, so that long names stay legible.

    Parameters
    ----------
    values : dict of str to float
        Name and length of each bar, drawn from top to bottom.
    errors : dict of str to float, optional
        Standard deviation of each bar.
    grey : collection of str
        Names of baselines and controls: drawn in grey.
    reference : (str, float), optional
        A vertical line with its label, such as chance or a bound.
    fmt : str
        How a value is written beside its bar.
    ylabel : str
        The quantity with its unit.
    ylim : (float, float), optional
        Range of the quantity; bars start at zero by default.
    title, caption, alt, note : str
        See `finish`.

    Returns
    -------
    CourseFigure
    """
    figure, axes = new(size=size)
    names, lengths = list(values), np.array(list(values.values()), float)
    spread = [(errors or {}).get(name, 0) for name in names]
    colours = [GREY if name in grey else BLUE for name in names]
    axes.barh(names, lengths, xerr=spread, color=colours, capsize=5, height=0.65)
    right = np.max(lengths + spread) if ylim is None else ylim[1]
    left = 0 if ylim is None else ylim[0]
    for row, (length, error) in enumerate(zip(lengths, spread)):
        axes.text(
            length + error + 0.015 * (right - left),
            row,
            fmt.format(length),
            va="center",
            fontsize=13,
        )
    if reference:
        axes.axvline(reference[1], color=RED, linestyle="--", label=reference[0])
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1))
    axes.set(xlabel=ylabel, title=title, xlim=(left, right + 0.15 * (right - left)))
    axes.invert_yaxis()
    return finish(figure, caption, alt, note)


def plane(
    points,
    labels,
    *,
    xlabel,
    ylabel,
    caption,
    alt,
    names=None,
    boundary=None,
    regions=None,
    limits=None,
    title="",
    size=(6.5, 5.5),
    note="",
):
    """Draw labelled points in a plane with a separating line or the regions of a classifier.

    Parameters
    ----------
    points : array (n, 2)
    labels : array (n,) of int
        Class of each point; classes differ in colour and marker.
    names : sequence of str, optional
        Names of the classes.
    boundary : (array (2,), float) or dict of str to such pairs, optional
        Weights w and threshold theta of the line w.x = theta, with an arrow along w on the first.
    regions : callable, optional
        Maps an array (m, 2) to values (m,); its level 0.5 is drawn, the rest shaded.
    limits : ((float, float), (float, float)), optional
        Ranges of the axes; by default those of the points with a margin.
    xlabel, ylabel, title, caption, alt, note : str
        See `finish`.

    Returns
    -------
    CourseFigure
    """
    figure, axes = new(size=size)
    draw_plane(axes, points, labels, names=names, boundary=boundary, regions=regions, limits=limits)
    axes.set(xlabel=xlabel, ylabel=ylabel, title=title)
    return finish(figure, caption, alt, note)


def draw_plane(axes, points, labels, names=None, boundary=None, regions=None, limits=None):
    """Draw the contents of `plane` into given axes, for figures of several panels."""
    points, labels = np.asarray(points, float), np.asarray(labels)
    if limits is None:
        low, high = points.min(axis=0), points.max(axis=0)
        margin = 0.15 * np.maximum(high - low, 1e-9)
        limits = tuple(zip(low - margin, high + margin))
    (x_low, x_high), (y_low, y_high) = limits
    if regions is not None:
        gx, gy = np.meshgrid(np.linspace(x_low, x_high, 150), np.linspace(y_low, y_high, 150))
        level = np.asarray(regions(np.column_stack([gx.ravel(), gy.ravel()]))).reshape(gx.shape)
        axes.contourf(
            gx, gy, level, levels=[-np.inf, 0.5, np.inf], colors=[SKY, ORANGE], alpha=0.25
        )
        if level.min() < 0.5 < level.max():
            axes.contour(gx, gy, level, levels=[0.5], colors=[BLACK], linewidths=2)
    for k, value in enumerate(np.unique(labels)):
        chosen = points[labels == value]
        name = names[k] if names is not None else f"class {value}"
        look = {"color": COLOURS[k % 7], "marker": MARKERS[k % 7], "edgecolors": "w"}
        axes.scatter(*chosen.T, s=90 if len(points) < 200 else 40, label=name, zorder=3, **look)
    if boundary is not None:
        several = boundary if isinstance(boundary, dict) else {"": boundary}
        for k, (name, (w, theta)) in enumerate(several.items()):
            draw_line(axes, w, theta, limits, name, arrow=k == 0, style=STYLES[k % 7])
    axes.set(xlim=(x_low, x_high), ylim=(y_low, y_high))
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))


def draw_line(axes, w, theta, limits, label="", arrow=True, style="-"):
    """Draw the line w.x = theta into axes with the given limits, and an arrow along w."""
    w = np.asarray(w, float)
    norm = np.linalg.norm(w)
    if norm == 0:
        return  # no direction, no line: the unit says the same everywhere
    foot, along = w * theta / norm**2, np.array([-w[1], w[0]]) / norm
    centre = np.mean(limits, axis=1)
    foot = foot + along * ((centre - foot) @ along)  # the point of the line nearest the centre
    reach = np.hypot(*np.ptp(limits, axis=1))
    ends = np.array([foot - reach * along, foot + reach * along])
    axes.plot(*ends.T, color=BLACK, linestyle=style, label=label or None, zorder=2)
    if arrow:
        tip = foot + 0.12 * reach * w / norm
        properties = {"arrowstyle": "-|>", "linewidth": 2.5, "color": BLACK}
        axes.annotate("", xy=tip, xytext=foot, arrowprops=properties, zorder=4)
        axes.annotate(
            "w", xy=tip, fontsize=15, fontweight="bold", xytext=(4, 4), textcoords="offset points"
        )


def network(layers, *, caption, alt, names=None, size=(8, 4), note=""):
    """Draw the diagram of a fully connected network.

    Parameters
    ----------
    layers : sequence of int
        Units in each layer, input first; more than eight are drawn as eight with dots.
    names : sequence of str, optional
        A name for each layer.
    caption, alt, note : str
        See `finish`.

    Returns
    -------
    CourseFigure
    """
    figure, axes = new(size=size)
    heights = []
    for count in layers:
        shown = min(count, 8)
        heights.append(np.arange(shown) - (shown - 1) / 2)
    for x, (left, right) in enumerate(zip(heights, heights[1:])):
        for a, b in itertools.product(left, right):
            axes.plot([x, x + 1], [a, b], color=GREY, linestyle="-", linewidth=1, zorder=1)
    for x, (ys, count) in enumerate(zip(heights, layers)):
        colour = COLOURS[0 if x == 0 else (1 if x == len(layers) - 1 else 2)]
        axes.scatter([x] * len(ys), ys, s=600, color=colour, edgecolors="k", zorder=3)
        if count > 8:
            axes.text(x, ys.max() + 0.75, f"… {count}", ha="center", fontsize=14)
        if names:
            axes.text(x, min(h.min() for h in heights) - 1, names[x], ha="center", va="top")
    axes.set_axis_off()
    axes.margins(0.15, 0.2)
    return finish(figure, caption, alt, note)


def panels(parts, *, caption, alt, size=(12, 4.5), note=""):
    """Draw several sets of curves side by side.

    Parameters
    ----------
    parts : sequence of dict
        The arguments of `draw_curves` for each panel, from left to right.
    size : (float, float)
        Width and height of the whole figure in inches.
    caption, alt, note : str
        See `finish`.

    Returns
    -------
    CourseFigure
    """
    figure, axes = new(len(parts), size=size, squeeze=False)
    for axis, part in zip(axes.flat, parts):
        draw_curves(axis, **part)
    return finish(figure, caption, alt, note)


def draw_curves(
    axes,
    x,
    curves,
    *,
    xlabel,
    ylabel,
    grey=(),
    band=None,
    fill=(),
    marks=None,
    legend="best",
    **settings,
):
    """Draw the contents of `lines` into given axes, for figures of several panels.

    Parameters
    ----------
    axes : Axes
    x : array (n,)
        Abscissa, for all curves; a curve may bring its own as a pair ``(x, y)``.
    curves : dict of str to array (n,)
        Label and ordinate of each curve.
    grey : collection of str
        Labels of controls and expectations: drawn thin and grey.
    band : dict of str to array (n,), optional
        Half-width of an error band around the curve of that label.
    fill : collection of str
        Labels of curves whose area down to zero is shaded.
    marks : dict of str to (array, array), optional
        Points drawn on top, with their labels; a label that begins with "_" is not shown.
    legend : str
        Where the labels stand.
    **settings
        Passed on to `Axes.set`, such as title, xscale, yscale, xlim, ylim, xticks.
    """
    looks = zip(itertools.cycle(COLOURS), itertools.cycle(STYLES))
    for label, y in curves.items():
        xs, ys = y if isinstance(y, tuple) else (x, y)
        if label in grey:
            colour, look = GREY, {"linestyle": "-", "linewidth": 1.5, "zorder": 1}
        else:
            colour, style = next(looks)
            look = {"linestyle": style}
        axes.plot(xs, ys, color=colour, label=label, **look)
        if band and label in band:
            low, high = np.subtract(ys, band[label]), np.add(ys, band[label])
            axes.fill_between(xs, low, high, color=colour, alpha=0.2, linewidth=0)
        if label in fill:
            axes.fill_between(xs, ys, color=colour, alpha=0.2, linewidth=0)
    for (label, (xs, ys)), marker in zip((marks or {}).items(), itertools.cycle(MARKERS)):
        axes.plot(xs, ys, marker, color=BLACK, label=label, zorder=3)
    axes.set(xlabel=xlabel, ylabel=ylabel, **settings)
    if "xticks" in settings:  # these and no others, also where the scale is logarithmic
        axes.set_xticks(settings["xticks"], [f"{tick:g}" for tick in settings["xticks"]])
        axes.xaxis.minorticks_off()
    if len(curves) + len(marks or {}) > 1:
        axes.legend(loc=legend)


def neuron(inputs, weights, activation, *, potential, output, caption, alt, size=(9.5, 4.2)):
    """Draw one artificial neuron step by step: inputs, weights, sum, activation, output.

    Parameters
    ----------
    inputs, weights : sequence of str
        What is written into each input and on its arrow.
    activation : callable
        Maps an array of potentials in [-2, 2] to the curve that is drawn into its box.
    potential, output : str
        What is written under the sum and beside the output.
    caption, alt : str
        See `finish`.
    size : (float, float)
        Inches.

    Returns
    -------
    CourseFigure
    """
    figure, axes = new(size=size)
    ys = 1.25 * (np.arange(len(inputs))[::-1] - (len(inputs) - 1) / 2)
    arrow = {"arrowstyle": "-|>", "linewidth": 2, "color": BLACK, "shrinkA": 0, "shrinkB": 0}
    circle = {"edgecolors": "k", "linewidths": 1.5, "zorder": 3}
    for y, value, weight in zip(ys, inputs, weights):
        axes.annotate("", xy=(3.62, 0.08 * y), xytext=(0.42, y), arrowprops=arrow)
        axes.scatter([0], [y], s=2200, color=SKY, **circle)
        axes.text(0, y, value, ha="center", va="center", zorder=4)
        box = {"facecolor": "w", "edgecolor": "none", "pad": 2}
        axes.text(1.65, 0.63 * y, weight, ha="center", va="center", bbox=box, zorder=4)
    axes.scatter([4.1], [0], s=3000, color=ORANGE, **circle)
    axes.text(4.1, 0, r"$\Sigma$", ha="center", va="center", fontsize=26, zorder=4)
    axes.annotate("", xy=(6.0, 0), xytext=(4.58, 0), arrowprops=arrow)
    axes.annotate("", xy=(8.5, 0), xytext=(7.4, 0), arrowprops=arrow)
    axes.plot([6, 7.4, 7.4, 6, 6], [-0.7, -0.7, 0.7, 0.7, -0.7], "-", color=BLACK, linewidth=1.5)
    xi = np.linspace(-2, 2, 401)
    y = np.asarray(activation(xi), float)
    y = 0.5 * (2 * (y - y.min()) / max(np.ptp(y), 1e-9) - 1)
    axes.plot([6.1, 7.3], [y[200]] * 2, "-", color=GREY, linewidth=1)
    axes.plot(6.7 + 0.28 * xi, y, "-", color=RED, linewidth=3)
    axes.text(8.6, 0, output, va="center")
    axes.text(4.1, -0.95, potential, ha="center", va="top")
    heads = {0: "1  inputs", 1.95: "2  weights", 4.1: "3  potential", 6.7: "4  activation"}
    for x, head in (heads | {9.0: "5  output"}).items():
        axes.text(x, ys.max() + 0.85, head, ha="center", fontsize=14, color=BLUE)
    axes.set(xlim=(-0.8, 9.9), ylim=(ys.min() - 0.7, ys.max() + 1.2))
    axes.set_axis_off()
    return finish(figure, caption, alt)


def landscape(
    height,
    limits,
    paths,
    *,
    xlabel,
    ylabel,
    caption,
    alt,
    levels=12,
    title="",
    size=(8, 4.5),
    note="",
):
    """Draw the contour lines of a function of two variables and paths across it.

    Parameters
    ----------
    height : callable
        Maps two arrays of equal shape to the function's values, of that shape.
    limits : ((float, float), (float, float))
        Ranges of the axes; a path may leave them.
    paths : dict of str to array (steps, 2)
        Label and positions of each path; its first point is drawn larger.
    levels : int or array
        Number or values of the contour lines.
    xlabel, ylabel, title, caption, alt, note : str
        See `finish`.
    size : (float, float)
        Inches.

    Returns
    -------
    CourseFigure
    """
    figure, axes = new(size=size)
    gx, gy = np.meshgrid(*(np.linspace(low, high, 150) for low, high in limits))
    axes.contour(gx, gy, height(gx, gy), levels=levels, colors=[GREY], linewidths=1, zorder=1)
    looks = zip(itertools.cycle(COLOURS), itertools.cycle(MARKERS))
    for (label, path), (colour, marker) in zip(paths.items(), looks):
        xs, ys = np.asarray(path, float).T
        axes.plot(xs, ys, "-", color=colour, marker=marker, markersize=6, linewidth=2, label=label)
        axes.plot(xs[:1], ys[:1], "o", color=BLACK, markersize=11, zorder=3)
    axes.set(xlabel=xlabel, ylabel=ylabel, title=title, xlim=limits[0], ylim=limits[1])
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return finish(figure, caption, alt, note)


def planes(
    points, labels, classifiers, *, xlabel, ylabel, caption, alt, size=None, note="", **view
):
    """Draw the same labelled points with the regions of several classifiers side by side.

    Parameters
    ----------
    points : array (n, 2)
    labels : array (n,) of int
    classifiers : dict of str to callable
        Title of each panel and a function of an array (m, 2) to values (m,); its level 0.5 is
        drawn.
    xlabel, ylabel, caption, alt, note : str
        See `finish`.
    size : (float, float), optional
        Width and height of the whole figure in inches.
    **view
        Passed on to `draw_plane`: names, limits.

    Returns
    -------
    CourseFigure
    """
    count = len(classifiers)
    figure, axes = new(count, size=size or (3.6 * count, 4.6), squeeze=False, sharey=True)
    for axis, (title, regions) in zip(axes.flat, classifiers.items()):
        draw_plane(axis, points, labels, regions=regions, **view)
        axis.get_legend().remove()
        axis.set(xlabel=xlabel, title=title)
    axes[0, 0].set_ylabel(ylabel)
    handles, names = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=len(names))
    return finish(figure, caption, alt, note)


def fronts(points, centre, radii, *, xlabel, ylabel, caption, alt, limits, title="", size=(8, 6)):
    """Draw circular wave fronts around a source, and the points that they reach.

    Parameters
    ----------
    points : array (n, 2)
        Positions of the detectors; filled once the first front has passed, and again by the next.
    centre : array (2,)
        Position of the source.
    radii : dict of str to float
        Name and present radius of each front, the fastest first.
    limits : (float, float)
        Range of both axes.
    xlabel, ylabel, caption, alt, title : str
        See `finish`.
    size : (float, float)
        Inches.

    Returns
    -------
    CourseFigure
    """
    points, centre = np.asarray(points, float), np.asarray(centre, float)
    figure, axes = new(size=size)
    distance = np.hypot(*(points - centre).T)
    passed = sum((distance <= radius).astype(int) for radius in radii.values())
    angle = np.linspace(0, 2 * np.pi, 200)
    ring = np.column_stack([np.cos(angle), np.sin(angle)])
    for k, (name, radius) in enumerate(radii.items()):
        xs, ys = (centre + radius * ring).T
        axes.plot(xs, ys, color=COLOURS[k], linestyle=STYLES[k], label=name)
    states = ["not reached", *(f"reached by {name}" for name in radii)]
    for count, state in enumerate(states):
        chosen = points[passed == count]
        face = "w" if count == 0 else COLOURS[count - 1]
        axes.scatter(*chosen.T, s=110, marker="^", color=face, ec="k", label=state, zorder=3)
    axes.scatter(*centre, s=260, marker="*", color=YELLOW, edgecolors="k", label="source", zorder=4)
    axes.set(xlabel=xlabel, ylabel=ylabel, title=title, xlim=limits, ylim=limits, aspect="equal")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return finish(figure, caption, alt)


def glyphs(parts, labels, *, caption, alt, limits=None, size=None, note=""):
    """Draw labelled points side by side, each as the character of its class.

    Parameters
    ----------
    parts : dict of str to array (n, 2)
        Title of each panel and the points in it.
    labels : array (n,) of int
        Class of each point, the same in all panels; drawn as this number, in its colour.
    limits : sequence of ((float, float), (float, float)) or None, optional
        Ranges of the axes of each panel; by default where 98 % of the points lie.
    caption, alt, note : str
        See `finish`.
    size : (float, float), optional
        Width and height of the whole figure in inches.

    Returns
    -------
    CourseFigure
    """
    figure, axes = new(len(parts), size=size or (6 * len(parts), 5.6), squeeze=False)
    shades = matplotlib.colormaps["tab10"].colors
    for k, (axis, (title, points)) in enumerate(zip(axes.flat, parts.items())):
        points = np.asarray(points, float)
        for value in np.unique(labels):
            look = {"marker": f"${value}$", "color": shades[value % 10], "s": 55, "linewidths": 0.3}
            axis.scatter(*points[np.asarray(labels) == value].T, **look)
        chosen = limits[k] if limits else np.percentile(points, [1, 99], axis=0).T
        margin = 0.05 * np.ptp(chosen, axis=1)
        axis.set_xlim(chosen[0][0] - margin[0], chosen[0][1] + margin[0])
        axis.set_ylim(chosen[1][0] - margin[1], chosen[1][1] + margin[1])
        axis.set(title=title, xlabel="first number", ylabel="second number")
    return finish(figure, caption, alt, note)
