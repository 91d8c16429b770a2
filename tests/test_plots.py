"""Figures by what their axes hold: data, labels, limits, colours, texts; and bad input."""

import io

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from PIL import Image

from utils import plots

TEXTS = {"caption": "A rises.", "alt": "A line that rises from left to right."}
AXES = {"xlabel": "x [m]", "ylabel": "y [s]"}
X = np.linspace(0, 1, 20)
POINTS = np.array([[0.0, 0], [1, 0], [0, 2], [1, 2]])
LABELS = np.array([0, 0, 1, 1])


def lines(x, curves, **more):
    """Return the axes of a figure of curves."""
    return plots.lines(x, curves, **AXES, **TEXTS, **more).axes[0]


def plane(points=POINTS, labels=LABELS, **more):
    """Return the axes of a figure of points in a plane."""
    return plots.plane(points, labels, **AXES, **TEXTS, **more).axes[0]


def legend(axes):
    return [t.get_text() for t in axes.get_legend().get_texts()] if axes.get_legend() else []


def contrast(colour):
    """Return the contrast of a colour with a white page, as WCAG 2.2 defines it."""
    channels = np.array(to_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05)


# ---- style, texts, display


def test_lines_and_points_are_never_pale_and_differ_in_style_and_marker():
    okabe_ito = {"#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00",
                 "#CC79A7"}  # fmt: skip
    fills = {
        getattr(plots, name) for name in "BLACK ORANGE SKY GREEN YELLOW BLUE RED PURPLE".split()
    }
    assert fills == okabe_ito
    assert all(contrast(colour) >= 3 for colour in (*plots.COLOURS, plots.GREY))
    assert len(set(plots.COLOURS)) == len(set(plots.STYLES)) == len(set(plots.MARKERS)) == 7


def test_style_is_legible_in_the_back_row():
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        plots.use_style()
        now = dict(matplotlib.rcParams)
    sizes = ("font.size", "axes.titlesize", "axes.labelsize", "legend.fontsize")
    assert [now[name] for name in sizes] == [15, 16, 16, 14]
    assert now["xtick.labelsize"] == now["ytick.labelsize"] == 14
    assert (now["lines.linewidth"], now["lines.markersize"]) == (2.5, 8)
    assert now["axes.prop_cycle"].by_key()["color"] == list(plots.COLOURS)
    assert now["axes.prop_cycle"].by_key()["linestyle"] == list(plots.STYLES)
    assert not (now["axes.spines.top"] or now["axes.spines.right"] or now["legend.frameon"])
    assert now["image.cmap"] == "viridis" and now["savefig.dpi"] == 120


def test_display_publishes_picture_alternative_text_and_caption(monkeypatch):
    displayed = []
    monkeypatch.setattr(
        "IPython.display.display",
        lambda data, metadata, raw: displayed.append((data, metadata)) if raw else None,
    )
    figure = plots.lines(X, {"a": X}, **AXES, **TEXTS)
    figure._ipython_display_()
    (data, metadata), (caption, _) = displayed
    assert set(data) == {"image/png", "text/plain"} and data["text/plain"] == TEXTS["alt"]
    assert metadata == {"image/png": {"alt": TEXTS["alt"]}}
    assert caption["text/markdown"] == "*A rises.*"


def test_a_drawing_is_packed_with_a_palette_and_a_photograph_is_not():
    drawing = plots.lines(X, {"a": X}, **AXES, **TEXTS)._repr_png_()
    assert drawing.startswith(b"\x89PNG") and Image.open(io.BytesIO(drawing)).mode == "P"
    colours = np.random.default_rng(0).random((4, 40, 40, 3))
    photograph = plots.images(colours, **TEXTS)._repr_png_()
    assert Image.open(io.BytesIO(photograph)).mode == "RGB"


def test_new_figures_have_their_size_and_panels():
    figure, axes = plots.new(3, 2, (6, 4), sharey=True)
    assert isinstance(figure, plots.CourseFigure) and isinstance(figure, Figure)
    assert axes.shape == (2, 3) and tuple(figure.get_size_inches()) == (6, 4)
    assert axes[0, 0].get_shared_y_axes().joined(axes[0, 0], axes[1, 2])
    assert figure.get_layout_engine() is not None
    assert tuple(plots.new()[0].get_size_inches()) == (8, 4.5) and len(plots.new()[0].axes) == 1
    assert (plots.CourseFigure.caption, plots.CourseFigure.alt) == ("", "")


def test_finish_returns_the_figure_with_its_texts():
    figure, _ = plots.new()
    assert plots.finish(figure, " A rises.\n", " A line. ") is figure
    assert (figure.caption, figure.alt) == ("A rises.", "A line.")


def test_a_stand_in_is_labelled_on_the_figure():
    labelled = plots.images(np.ones((1, 2, 2)), note="stand-in for X", **TEXTS)
    assert labelled.get_supxlabel() == "stand-in for X"
    note = labelled._supxlabel
    assert note.get_fontsize() == 15 and contrast(note.get_color()) >= 4.5  # small print
    assert note.get_position()[0] == 0.995 and note.get_ha() == "right"
    assert plots.images(np.ones((1, 2, 2)), **TEXTS).get_supxlabel() == ""


@pytest.mark.parametrize("missing", ["caption", "alt"])
def test_texts_are_not_optional(missing):
    for nothing in (" ", None):
        with pytest.raises(ValueError, match=f"{missing} must say what the figure shows"):
            plots.lines(X, {"a": X}, **AXES, **{**TEXTS, missing: nothing})
    with pytest.raises(TypeError, match=missing):
        plots.images(np.ones((1, 2, 2)), **{k: t for k, t in TEXTS.items() if k != missing})


FORMS = {
    "lines": (lambda **t: plots.lines(X, {"a": X}, **AXES, **t), (8, 4.5)),
    "plane": (lambda **t: plots.plane(POINTS, LABELS, **AXES, **t), (6.5, 5.5)),
    "panels": (lambda **t: plots.panels([{"x": X, "curves": {}, **AXES}], **t), (12, 4.5)),
    "matrix": (lambda **t: plots.matrix(np.eye(2), **AXES, **t), (7, 6)),
    "bars": (lambda **t: plots.bars({"a": 1}, xlabel="x [m]", **t), (8, 4.5)),
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_takes_size_caption_alt_and_note(name):
    form, usual = FORMS[name]
    figure = form(**TEXTS)
    assert isinstance(figure, plots.CourseFigure)
    assert (figure.caption, figure.alt) == (TEXTS["caption"], TEXTS["alt"])
    assert tuple(figure.get_size_inches()) == usual
    assert figure.axes[0].get_title() == figure.get_supxlabel() == ""
    titled = {"title": "T"} if name in ("lines", "plane") else {}
    figure = form(size=(5, 4), note="stand-in", **titled, **TEXTS)
    assert tuple(figure.get_size_inches()) == (5, 4) and figure.get_supxlabel() == "stand-in"
    assert figure.axes[0].get_title() == titled.get("title", "")
    assert figure.axes[0].get_xlabel() == "x [m]"
    assert figure.axes[0].get_ylabel() == ("y [s]" if name != "bars" else "")


# ---- curves


def test_curves_keep_their_data_and_differ_in_colour_and_style():
    axes = lines(X, {"a": X, "b": (X[:15], X[:15] ** 2), "c": -X}, grey=["a"])
    a, b, c = axes.get_lines()
    assert np.array_equal(a.get_ydata(), X) and np.array_equal(c.get_ydata(), -X)
    assert np.array_equal(b.get_xdata(), X[:15]) and np.array_equal(b.get_ydata(), X[:15] ** 2)
    assert legend(axes) == ["a", "b", "c"]
    assert (a.get_color(), a.get_linestyle(), a.get_linewidth()) == (plots.GREY, "-", 1.5)
    assert a.get_zorder() == 1 < b.get_zorder()
    assert [b.get_color(), c.get_color()] == list(plots.COLOURS[:2])  # grey takes no colour away
    assert [b.get_linestyle(), c.get_linestyle()] == ["-", "--"]


@pytest.mark.parametrize(("count", "marked"), [(2, False), (3, True), (10, True), (11, False)])
def test_few_points_are_marked(count, marked):
    y = np.arange(count)
    first, second, grey = lines(y, {"a": y, "b": y, "c": y}, grey=["c"]).get_lines()
    assert [first.get_marker(), second.get_marker()] == (["o", "s"] if marked else ["", ""])
    assert grey.get_marker() == "None"
    beside = lines(y, {"a": y}, marks={"measured": (y, y)}).get_lines()
    assert [line.get_marker() for line in beside] == ["", "o"]


def test_more_curves_than_colours_begin_anew():
    drawn = lines(X, {str(k): X + k for k in range(8)}).get_lines()
    assert drawn[7].get_color() == drawn[0].get_color() != drawn[6].get_color()


def test_band_and_fill_shade_what_they_say():
    axes = lines(X, {"a": X, "b": 2 * X}, band={"a": 0.1 + 0 * X}, fill=["b"])
    band, fill = axes.collections
    low, high = band.get_datalim(axes.transData).get_points()
    assert np.allclose([low, high], [[0, -0.1], [1, 1.1]])
    assert np.allclose(fill.get_datalim(axes.transData).get_points(), [[0, 0], [1, 2]])
    for shade, colour in zip((band, fill), plots.COLOURS):
        assert to_hex(shade.get_facecolor()[0]) == colour.lower()
        assert shade.get_alpha() == 0.2 and shade.get_linewidth()[0] == 0


def test_a_band_may_bring_its_edges():
    axes = lines(X, {"a": X}, band={"a": (X / 2, 2 * X)})
    (band,) = axes.collections
    corners = {tuple(corner) for corner in band.get_paths()[0].vertices}
    assert (1, 0.5) in corners and (1, 2) in corners


def test_marks_are_black_points_on_top():
    axes = lines(X, {"a": X}, marks={"p": ([0, 1], [2, 3]), "_q": ([1], [1])})
    _, p, q = axes.get_lines()
    assert np.array_equal(p.get_xydata(), [[0, 2], [1, 3]])
    assert (p.get_marker(), q.get_marker()) == ("o", "s") and p.get_linestyle() == "None"
    assert p.get_color() == plots.BLACK and p.get_zorder() == 3
    assert legend(axes) == ["a", "p"]


def test_one_curve_needs_no_legend_and_a_legend_stands_where_it_is_told():
    assert legend(lines(X, {"a": X})) == []
    assert lines(X, {"a": X, "b": X}).get_legend()._loc_real == 0  # best
    assert lines(X, {"a": X, "b": X}, legend="upper left").get_legend()._loc_real == 2


def test_axes_are_set_and_ticks_are_these_and_no_others():
    axes = lines(X, {"a": X}, xscale="log", xticks=[0.25, 0.5, 1], ylim=(-1, 2), title="T")
    assert axes.get_xscale() == "log" and axes.get_ylim() == (-1, 2) and axes.get_title() == "T"
    assert [t.get_text() for t in axes.get_xticklabels()] == ["0.25", "0.5", "1"]
    assert list(axes.get_xticks()) == [0.25, 0.5, 1] and len(axes.get_xticks(minor=True)) == 0
    assert len(lines(X, {"a": X}, xscale="log", xlim=(0.1, 1)).get_xticks(minor=True)) > 3
    axes = lines(X, {"a": X}, xscale="log", xticks={0.5: "half", 1: "one"})
    assert [t.get_text() for t in axes.get_xticklabels()] == ["half", "one"]
    assert list(axes.get_xticks()) == [0.5, 1]


# ---- panels


def test_panels_stand_side_by_side_and_share_a_legend_if_they_tell_the_same():
    part = {"x": X, "curves": {"a": X, "b": -X}, **AXES}
    figure = plots.panels([part, part | {"title": "right"}], **TEXTS)
    left, right = figure.axes
    assert right.get_title() == "right" and right.get_ylabel() == "y [s]"
    assert left.get_legend() is None and right.get_legend() is None
    (shared,) = figure.legends
    assert [t.get_text() for t in shared.get_texts()] == ["a", "b"] and shared._ncols == 2
    assert shared._outside_loc == "lower"


@pytest.mark.parametrize(
    "parts",
    [
        [{"a": X, "b": X}, {"a": X, "c": X}],  # other labels
        [{"a": X, "b": X}],  # one panel
        [{"a": X}, {"a": X}],  # nothing to tell apart
    ],
)
def test_other_panels_keep_their_own_legends(parts):
    figure = plots.panels([{"x": X, "curves": c, **AXES} for c in parts], **TEXTS)
    assert not figure.legends
    assert [legend(axes) for axes in figure.axes] == [list(c) if len(c) > 1 else [] for c in parts]


def test_panels_may_hold_planes_and_share_the_y_axis():
    part = {"points": POINTS, "labels": LABELS, **AXES}
    figure = plots.panels([part, part | {"title": "right"}], sharey=True, **TEXTS)
    left, right = figure.axes
    assert (left.get_ylabel(), right.get_ylabel()) == ("y [s]", "")
    assert [len(axes.collections) for axes in figure.axes] == [2, 2]
    assert [t.get_text() for t in figure.legends[0].get_texts()] == ["class 0", "class 1"]


# ---- planes


def test_points_of_classes_differ_in_colour_and_marker():
    axes = plane(names=["no", "yes"])
    no, yes = axes.collections
    assert np.array_equal(no.get_offsets(), POINTS[:2])
    assert np.array_equal(yes.get_offsets(), POINTS[2:])
    assert legend(axes) == ["no", "yes"] and legend(plane()) == ["class 0", "class 1"]
    assert [to_hex(c.get_facecolor()[0]) for c in (no, yes)] == [
        c.lower() for c in plots.COLOURS[:2]
    ]
    assert len(no.get_paths()[0].vertices) != len(yes.get_paths()[0].vertices)  # circle, square
    assert to_hex(no.get_edgecolor()[0]) == "#ffffff" and no.get_zorder() == 3
    anchor = axes.get_legend().get_bbox_to_anchor().transformed(axes.transAxes.inverted())
    assert np.allclose(anchor.p0, 1) and axes.get_legend()._loc_real == 2  # outside, to the right


def test_many_points_are_smaller_and_many_classes_begin_anew():
    many = np.tile(POINTS, (50, 1))
    assert plane(many[:199], np.zeros(199, int)).collections[0].get_sizes() == [90]
    assert plane(many, np.zeros(200, int)).collections[0].get_sizes() == [40]
    classes = plane(many[:8], np.arange(8)).collections
    faces = [to_hex(c.get_facecolor()[0]) for c in classes]
    assert faces[0] == faces[7] and len(set(faces)) == 7
    shapes = [c.get_paths()[0].vertices for c in classes]
    assert np.array_equal(shapes[0], shapes[7]) and not np.array_equal(shapes[0], shapes[6])


def test_limits_are_those_of_the_points_with_a_margin_or_as_given():
    axes = plane()
    assert np.allclose(axes.get_xlim(), (-0.15, 1.15)) and np.allclose(axes.get_ylim(), (-0.3, 2.3))
    flat = plane(np.array([[0.0, 1], [1, 1]]), np.array([0, 1]))
    assert flat.get_ylim()[0] < 1 < flat.get_ylim()[1] and np.ptp(flat.get_ylim()) < 1e-6
    given = plane(limits=((-2, 3), (-4, 5)))
    assert given.get_xlim() == (-2, 3) and given.get_ylim() == (-4, 5)


def test_glyphs_are_the_numbers_of_the_classes_without_a_legend():
    axes = plane(glyphs=True)
    zero, one = axes.collections
    assert axes.get_legend() is None and zero.get_sizes() == [70]
    for drawn, number in ((zero, 0), (one, 1)):
        marker = matplotlib.markers.MarkerStyle(f"${number}$")
        expected = marker.get_path().transformed(marker.get_transform()).vertices
        assert np.allclose(drawn.get_paths()[0].vertices, expected)
        assert drawn.get_linewidth() == [0.3]
    figure = plots.panels(
        [{"points": POINTS, "labels": LABELS, "glyphs": True, **AXES}] * 2, **TEXTS
    )
    assert not figure.legends


def test_regions_are_shaded_and_parted_at_one_half():
    asked = []

    def beyond(points):
        asked.append(points)
        return points[:, 0]

    axes = plane(regions=beyond, limits=((0, 1), (0, 2)))
    shaded, border, *_ = axes.collections
    assert [to_hex(c) for c in shaded.get_facecolor()] == [plots.SKY.lower(), plots.ORANGE.lower()]
    assert shaded.get_alpha() == 0.25 and border.get_linewidth() == [2]
    assert np.allclose(border.get_paths()[0].vertices[:, 0], 0.5, atol=1e-9)
    assert to_hex(border.get_edgecolor()[0]) == plots.BLACK
    (points,) = asked
    assert points.shape == (150 * 150, 2) and np.array_equal(np.ptp(points, axis=0), [1, 2])


def test_a_classifier_that_says_the_same_everywhere_has_no_border():
    for level in (0.2, 0.5, 0.7):
        axes = plane(regions=lambda p, level=level: np.full(len(p), level))
        assert len(axes.collections) == 3  # shade and two classes


def test_boundaries_are_the_lines_w_x_equals_theta():
    w, theta = np.array([1.0, 2]), 1.5
    axes = plane(boundary={"one": (w, theta), "two": ([1, 0], 0.5)}, limits=((-1, 2), (-1, 3)))
    one, two = axes.get_lines()
    assert np.allclose(one.get_xydata() @ w, theta) and np.allclose(two.get_xdata(), 0.5)
    assert legend(axes) == ["class 0", "class 1", "one", "two"]
    assert (one.get_linestyle(), two.get_linestyle()) == ("-", "--")
    assert {one.get_color(), two.get_color()} == {plots.BLACK} and one.get_zorder() == 2
    middle = one.get_xydata().mean(axis=0)  # the point of the line nearest the centre (0.5, 1)
    assert np.allclose((middle - [0.5, 1]) @ [-2, 1], 0) and np.isclose(middle @ w, theta)
    assert np.isclose(np.linalg.norm(np.diff(one.get_xydata(), axis=0)), 10)  # 2 diagonals of 5


def arrow(**more):
    """Return the axes, the arrow's tail and tip and the place of its letter."""
    axes = plane(limits=((-1, 1), (-1, 1)), boundary=(np.array([0, 2.0]), 0), **more)
    head, letter = axes.texts
    assert letter.get_text() == "w" and letter.get_path_effects()
    return axes, np.array(head.xyann), np.array(head.xy), np.array(letter.get_position())


def test_an_arrow_along_w_begins_at_the_middle_of_the_line():
    axes, tail, tip, letter = arrow(points=np.array([[5.0, 5]]), labels=np.array([0]))
    reach = np.sqrt(8)
    assert np.allclose(tail, 0) and np.allclose(tip, [0, 0.12 * reach])
    assert np.allclose(letter, [0, 0.16 * reach]) and len(axes.get_lines()) == 1
    assert legend(axes) == ["class 0"]  # a single line has no name
    head, text = axes.texts
    assert head.get_zorder() == 4 and text.get_zorder() == 5
    assert head.arrow_patch.shrinkA == 0 and text.get_fontsize() == 17


def test_the_letter_w_stands_on_no_point():
    reach = np.sqrt(8)
    place = np.array([[0, 0.16 * reach]])
    _, tail, _, letter = arrow(points=place, labels=np.array([0]))
    assert np.allclose(tail, [-0.08 * reach, 0])  # one step along the line
    assert np.allclose(letter - place[0], tail)
    both = np.concatenate([place, place - [[0.08 * reach, 0]]])
    assert np.allclose(arrow(points=both, labels=np.array([0, 0]))[1], [0.08 * reach, 0])
    many = np.concatenate([place + [[0.08 * reach * k, 0]] for k in (0, -1, 1, -2, 2, -3)])
    assert np.allclose(arrow(points=many, labels=np.zeros(6, int))[1], [0.24 * reach, 0])
    near = place + [[0.0, 0.061 * reach]]  # just far enough
    assert np.allclose(arrow(points=near, labels=np.array([0]))[1], 0)


def test_the_letter_w_stays_inside_the_axes():
    axes = plane(
        np.array([[5.0, 5]]), np.array([0]), limits=((-1, 1), (-1, 1)),
        boundary=(np.array([1.0, 1.0]), 1.2),
    )  # fmt: skip
    x, y = axes.texts[1].get_position()
    assert -1 < x < 1 and -1 < y < 1


def test_weights_without_direction_draw_no_line():
    axes = plane(boundary={"one": ([0, 0], 1.0), "two": ([1, 0], 0.5)})
    assert [line.get_label() for line in axes.get_lines()] == ["two"] and not axes.texts


# ---- images


def test_images_are_shown_in_rows_with_their_titles():
    pictures = np.random.default_rng(0).random((5, 4, 6))
    figure = plots.images(pictures, titles=list("abcde"), ncols=3, scale=1.5, **TEXTS)
    assert len(figure.axes) == 6 and not any(axes.axison for axes in figure.axes)
    for axes, picture, title in zip(figure.axes, pictures, "abcde"):
        (shown,) = axes.get_images()
        assert np.array_equal(shown.get_array(), picture) and axes.get_title() == title
        assert axes.title.get_fontsize() == 13 and shown.get_interpolation() == "nearest"
        assert shown.get_clim() == (picture.min(), picture.max())
        assert shown.get_cmap().name == "viridis"
    assert not figure.axes[5].get_images()
    assert np.allclose(figure.get_size_inches(), (4.5, 1.5 * (2 * 1.04 + 2 * 0.24)))


def test_rows_without_titles_take_no_place_for_them():
    figure = plots.images(np.ones((6, 2, 2)), titles=["a", "b", "", "", "", ""], ncols=2, **TEXTS)
    assert np.allclose(figure.get_size_inches(), (2.5, 1.25 * (3 * 1.04 + 0.24)))
    bare = plots.images(np.ones((20, 2, 2)), **TEXTS)
    assert np.allclose(bare.get_size_inches(), (8 * 1.25, 3 * 1.25 * 1.04))
    few = plots.images(np.ones((2, 2, 2)), **TEXTS)
    assert len(few.axes) == 2 and np.allclose(few.get_size_inches(), (2.5, 1.3))


def test_limits_and_colour_bar_hold_for_all_images():
    pictures = np.random.default_rng(0).normal(size=(2, 4, 4))
    given = {"cmap": "RdBu_r", "limits": (-2, 2), "colourbar": "weight [1]"}
    figure = plots.images(pictures, **given, **TEXTS)
    *axes, bar = figure.axes
    assert all(a.get_images()[0].get_clim() == (-2, 2) for a in axes)
    assert all(a.get_images()[0].get_cmap().name == "RdBu_r" for a in axes)
    assert bar.get_ylabel() == "weight [1]" and bar.get_ylim() == (-2, 2)
    assert np.isclose(figure.get_size_inches()[0], 2 * 1.25 + 1)
    assert bar._colorbar_info["shrink"] == 0.9


def test_colour_photographs_keep_their_channels():
    pictures = np.random.default_rng(0).random((2, 4, 4, 3))
    shown = plots.images(pictures, **TEXTS).axes[1].get_images()[0].get_array()
    assert np.array_equal(shown, pictures[1])


def test_ink_on_paper_has_a_frame_in_which_a_shift_can_be_seen():
    ink = plots.images(np.ones((2, 4, 4)), cmap="gray_r", **TEXTS)
    for axes in ink.axes:
        assert axes.axison and len(axes.get_xticks()) == len(axes.get_yticks()) == 0
        for side in ("top", "right", "bottom", "left"):
            assert axes.spines[side].get_visible() and axes.spines[side].get_linewidth() == 0.8
    assert not any(axes.axison for axes in plots.images(np.ones((2, 4, 4)), **TEXTS).axes)


@pytest.mark.parametrize("shape", [(4, 4), (0, 4, 4), (1, 4, 4, 3, 1)])
def test_bad_shapes_of_pictures_are_named(shape):
    with pytest.raises(ValueError, match="pictures must have shape"):
        plots.images(np.ones(shape), **TEXTS)


def test_bad_arguments_of_images_are_named():
    with pytest.raises(ValueError, match="2 pictures need as many titles, not 1"):
        plots.images(np.ones((2, 4, 4)), titles=["a"], **TEXTS)
    with pytest.raises(ValueError, match="colour bar 'ink' needs limits"):
        plots.images(np.ones((2, 4, 4)), colourbar="ink", **TEXTS)
    with pytest.raises(ValueError, match="ncols must be an integer of at least 1"):
        plots.images(np.ones((2, 4, 4)), ncols=0, **TEXTS)
    assert len(plots.images(np.ones((2, 4, 4)), ncols=1, **TEXTS).axes) == 2


# ---- matrix


def cells(axes):
    return {t.get_position()[::-1]: (t.get_text(), t.get_color()) for t in axes.texts}


def test_matrix_writes_its_values_and_colours_by_them():
    values = np.array([[0, 1.2, 2], [3, 4, 9.6]])
    axes = plots.matrix(values, yticks=["a", "b"], **AXES, **TEXTS).axes[0]
    (shown,) = axes.get_images()
    assert np.array_equal(shown.get_array(), values) and shown.get_cmap().name == "Blues"
    assert np.allclose(shown.get_clim(), (0, 9.6 * 1.15))
    written = cells(axes)
    assert len(written) == 6 and written[0, 1] == ("1", "k") and written[1, 0][0] == "3"
    assert written[1, 2] == ("10", "w")  # white on dark
    assert [t.get_text() for t in axes.get_xticklabels()] == ["0", "1", "2"]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["a", "b"]
    assert all(t.get_fontsize() == 12 and t.get_ha() == t.get_va() == "center" for t in axes.texts)
    assert not any(spine.get_visible() for spine in axes.spines.values())


def test_matrix_names_columns_and_rows():
    axes = plots.matrix(np.ones((3, 2)), xticks=["a", "b"], **AXES, **TEXTS).axes[0]
    assert [t.get_text() for t in axes.get_xticklabels()] == ["a", "b"]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["0", "1", "2"]


def test_matrix_turns_to_white_text_above_six_tenths():
    axes = plots.matrix(np.array([[6, 6.1, 10]]), **AXES, **TEXTS).axes[0]
    assert [t.get_color() for t in axes.texts] == ["k", "w", "w"]
    assert [t.get_text() for t in axes.texts] == ["6", "6", "10"]
    nothing = plots.matrix(np.zeros((2, 2)), **AXES, **TEXTS).axes[0]
    assert nothing.get_images()[0].get_clim() == (0, 1)
    assert {t.get_color() for t in nothing.texts} == {"k"}


def test_matrix_of_signed_values_begins_at_the_lowest():
    axes = plots.matrix(np.array([[-2.0, 1]]), **AXES, **TEXTS).axes[0]
    assert np.allclose(axes.get_images()[0].get_clim(), (-2, 1.15))


def test_hidden_diagonal_is_grey_and_counts_for_no_colour():
    values = np.diag([50, 60, 70]) + 1
    axes = plots.matrix(values, hide_diagonal=True, **AXES, **TEXTS).axes[0]
    (shown,) = axes.get_images()
    assert np.array_equal(shown.get_array().mask, np.eye(3, dtype=bool))
    assert np.allclose(shown.get_clim(), (0, 1.15))
    assert to_hex(shown.get_cmap().get_bad()) == "#e6e6e6"
    assert cells(axes)[1, 1] == ("61", "k") and cells(axes)[0, 1] == ("1", "w")
    assert not plots.matrix(values, **AXES, **TEXTS).axes[0].get_images()[0].get_array().mask.any()


@pytest.mark.parametrize("shape", [(3,), (2, 2, 2)])
def test_a_matrix_has_two_axes(shape):
    with pytest.raises(ValueError, match="values must be a matrix, not an array of shape"):
        plots.matrix(np.ones(shape), **AXES, **TEXTS)


# ---- bars


def bars(values, **more):
    return plots.bars(values, xlabel="accuracy [%]", **TEXTS, **more).axes[0]


def test_bars_lie_from_top_to_bottom_and_their_quantity_is_on_the_x_axis():
    axes = bars({"a": 1.0, "b": 2.0}, grey=["b"])
    assert [bar.get_width() for bar in axes.patches] == [1, 2]
    assert [bar.get_height() for bar in axes.patches] == [0.65, 0.65]
    assert [to_hex(bar.get_facecolor()) for bar in axes.patches] == [
        plots.BLUE.lower(), plots.GREY,
    ]  # fmt: skip
    assert [t.get_text() for t in axes.get_yticklabels()] == ["a", "b"] and axes.yaxis_inverted()
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("accuracy [%]", "")
    assert axes.get_xlim() == (0, 2.3)
    assert [t.get_text() for t in axes.texts] == ["1", "2"] and legend(axes) == []
    assert [t.get_position() for t in axes.texts] == [(1.03, 0), (2.03, 1)]
    assert {t.get_fontsize() for t in axes.texts} == {13}
    assert axes.texts[0].get_va() == "center"


def test_only_bars_with_an_error_have_an_error_bar():
    axes = bars({"a": 1.0, "b": 2.0}, errors={"b": 0.5}, fmt="{:.2f}", xlim=(0.5, 3))
    (errors,) = [c for c in axes.collections if hasattr(c, "get_segments")]
    a, b = errors.get_segments()
    assert len(a) == 0 and np.allclose(b, [[1.5, 1], [2.5, 1]])
    left_caps, right_caps = axes.get_lines()
    assert np.isnan(left_caps.get_xdata()[0]) and right_caps.get_xdata()[1] == 2.5
    assert right_caps.get_markersize() == 10  # twice capsize
    assert [t.get_text() for t in axes.texts] == ["1.00", "2.00"]
    places = [t.get_position()[0] for t in axes.texts]  # beyond the error bar
    assert np.allclose(places, [1 + 0.015 * 2.5, 2.5 + 0.015 * 2.5])
    assert np.allclose(axes.get_xlim(), (0.5, 3 + 0.15 * 2.5))


def test_the_range_leaves_room_for_the_longest_error_bar():
    assert np.isclose(bars({"a": 1.0, "b": 2.0}, errors={"b": 0.5}).get_xlim()[1], 2.5 * 1.15)


def test_the_value_of_a_negative_bar_stands_beside_it_and_not_on_it():
    axes = bars({"a": -2.0, "b": 1.0}, errors={"a": 0.5})
    x = [text.get_position()[0] for text in axes.texts]
    assert 0 < x[0] < 0.2 and x[1] > 1


def test_a_reference_is_a_dashed_line_with_its_label_above_the_bars():
    axes = bars({"a": 1.0}, reference=("chance", 0.5))
    line = axes.get_lines()[-1]
    assert list(line.get_xdata()) == [0.5, 0.5] and line.get_linestyle() == "--"
    assert legend(axes) == ["chance"] and line.get_color() == plots.RED
    anchor = axes.get_legend().get_bbox_to_anchor().transformed(axes.transAxes.inverted())
    assert np.allclose(anchor.p0, 1) and axes.get_legend()._loc_real == 4
