"""Figures: captions, alternative texts, labels of stand-ins, colours, and bad input."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from utils import plots

TEXTS = {"caption": "A rises.", "alt": "A line that rises from left to right."}


def abs_x(points):
    return np.abs(points[:, 0])


def made():
    """One figure of each generic kind."""
    x = np.linspace(0, 1, 5)
    rng = np.random.default_rng(0)
    axes = {"xlabel": "x [m]", "ylabel": "y [s]"}
    points, labels = rng.normal(size=(20, 2)), np.arange(20) % 2
    return {
        "lines": plots.lines(
            x, {"a": x, "b": (x, x**2), "c": -x}, grey=["c"], band={"a": 0.1 + 0 * x},
            marks={"p": (x, x)}, ylim=(-1, 2), **axes, **TEXTS,
        ),
        "images": plots.images(rng.random((5, 4, 4)), titles=list("abcde"), ncols=3, **TEXTS),
        "rgb": plots.images(rng.random((2, 4, 4, 3)), **TEXTS),
        "colourbar": plots.images(
            rng.normal(size=(2, 4, 4)), cmap="RdBu_r", limits=(-2, 2), colourbar="w", **TEXTS
        ),
        "matrix": plots.matrix(np.diag([5, 6, 7]) + 1, hide_diagonal=True, **axes, **TEXTS),
        "bars": plots.bars(
            {"a": 1.0, "b": 2.0}, errors={"a": 0.1}, grey=["b"], reference=("chance", 0.5),
            ylabel="accuracy", **TEXTS,
        ),
        "plane": plots.plane(
            points, labels, boundary={"one": ([1, 2], 0.5), "none": ([0, 0], 1)},
            regions=lambda p: p[:, 0] > 0, **axes, **TEXTS,
        ),
        "network": plots.network([3, 20, 2], names=["in", "hidden", "out"], **TEXTS),
        "neuron": plots.neuron(["a"], ["w"], np.tanh, potential="xi", output="y", **TEXTS),
        "panels": plots.panels(
            [{"x": x, "curves": {"a": x, "b": x**2}, "fill": ["a"], **axes},
             {"x": x, "curves": {"a": x}, "xticks": [0, 1], "marks": {"_p": (x, x)}, **axes}],
            **TEXTS,
        ),
        "landscape": plots.landscape(
            lambda a, b: a**2 + b**2, ((-1, 1), (-2, 2)), {"path": points}, **axes, **TEXTS
        ),
        "planes": plots.planes(points, labels, {"one": abs_x, "two": abs_x}, **axes, **TEXTS),
        "fronts": plots.fronts(
            points, points[0], {"P": 2.0, "S": 1.0}, limits=(-3, 3), **axes, **TEXTS
        ),
        "glyphs": plots.glyphs({"left": points, "right": -points}, labels, **TEXTS),
    }  # fmt: skip


@pytest.mark.parametrize("name", made())
def test_figure_is_returned_with_its_texts(name):
    figure = made()[name]
    assert isinstance(figure, Figure)
    assert (figure.caption, figure.alt) == (TEXTS["caption"], TEXTS["alt"])
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_display_publishes_picture_alternative_text_and_caption(monkeypatch):
    published, displayed = [], []
    monkeypatch.setattr(
        "IPython.display.publish_display_data",
        lambda data, metadata: published.append((data, metadata)),
    )
    monkeypatch.setattr("IPython.display.display", displayed.append)
    made()["lines"]._ipython_display_()
    ((data, metadata),) = published
    assert set(data) == {"image/png", "text/plain"} and data["text/plain"] == TEXTS["alt"]
    assert metadata == {"image/png": {"alt": TEXTS["alt"]}}
    assert displayed[0].data == "*A rises.*"


def test_a_stand_in_is_labelled_on_the_figure():
    labelled = plots.images(np.ones((1, 2, 2)), note="stand-in for X", **TEXTS)
    assert labelled.get_supxlabel() == "stand-in for X"
    assert plots.images(np.ones((1, 2, 2)), **TEXTS).get_supxlabel() == ""


@pytest.mark.parametrize("missing", ["caption", "alt"])
def test_texts_are_not_optional(missing):
    with pytest.raises(ValueError, match=f"{missing} must say what the figure shows"):
        plots.lines([0, 1], {"a": [0, 1]}, xlabel="x", ylabel="y", **{**TEXTS, missing: " "})


def test_bad_shapes_are_named():
    with pytest.raises(ValueError, match="pictures must have shape"):
        plots.images(np.ones((4, 4)), **TEXTS)
    with pytest.raises(ValueError, match="pictures must have shape"):
        plots.images(np.ones((0, 4, 4)), **TEXTS)
    with pytest.raises(ValueError, match="2 pictures need as many titles, not 1"):
        plots.images(np.ones((2, 4, 4)), titles=["a"], **TEXTS)
    with pytest.raises(ValueError, match="values must be a matrix"):
        plots.matrix(np.ones(3), xlabel="", ylabel="", **TEXTS)


def test_ink_on_paper_has_a_frame_in_which_a_shift_can_be_seen():
    ink = plots.images(np.ones((2, 4, 4)), cmap="gray_r", **TEXTS)
    assert all(axis.axison and axis.spines["right"].get_visible() for axis in ink.axes)
    assert all(len(axis.get_xticks()) == len(axis.get_yticks()) == 0 for axis in ink.axes)
    assert not any(axis.axison for axis in plots.images(np.ones((2, 4, 4)), **TEXTS).axes)


def test_colours_are_those_of_okabe_and_ito_and_lines_differ_in_style_too():
    okabe_ito = {"#000000", "#E69F00", "#56B4E9", "#009E73", "#0072B2", "#D55E00", "#CC79A7"}
    assert set(plots.COLOURS) == okabe_ito
    assert len(set(plots.STYLES)) == len(plots.COLOURS) == len(set(plots.MARKERS))
