"""Sliders: each draws its figure when nobody can slide, and follows its controls live; diagrams."""

import base64
import io

import ipywidgets
import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.text import Text
from PIL import Image
from test_plots import contrast

from utils import explore, plots
from utils.simulate import earthquakes

TEXTS = {"caption": "Units in layers.", "alt": "Circles joined by arrows."}


def descent(learning_rate, momentum):
    """Return six positions on a bowl: gradient descent by `learning_rate`, and shifted."""
    return np.cumprod(np.full((6, 2), 1 - learning_rate), axis=0) + momentum


def bowl(a, b):
    return a**2 + b**2


BITS = {"AND": [0, 0, 0, 1], "XOR": [0, 1, 1, 0]}
STATIONS = np.array([[21.0, 20], [60, 20], [95, 95]])
FIELDS = np.linspace(0, 1, 5)
MAGNETS = np.linspace(-1, 1, 5 * 16).reshape(5, 4, 4)
SHARES = np.linspace([1.0, 0, 0], [0, 0.25, 0.75], 5)
PICTURE = np.arange(20.0).reshape(4, 5) ** 2
KERNEL = "-1 0 1  -2 0 2  -1 0 1"
SLIDERS = {  # name: how to call it; label of a control: (low, high, step, start), choices or text
    "divergence": (
        explore.divergence, {"mean of q": (-3, 3, 0.1, 1), "width of q": (0.3, 3, 0.1, 2)}
    ),
    "threshold_unit": (
        lambda: explore.threshold_unit(**BITS),
        {"task": ["AND", "XOR"], "weight w₁": (-2, 2, 0.25, 1), "weight w₂": (-2, 2, 0.25, 1),
         "threshold θ": (-2, 2, 0.25, 0.5)},
    ),
    "learning_rate": (
        lambda: explore.learning_rate(descent, bowl, ((-1, 1), (-2, 2))),
        {"learning rate η": (5e-4, 0.1, 5e-4, 0.075), "momentum β": (0, 0.95, 0.05, 0)},
    ),
    "kernel": (lambda: explore.kernel(PICTURE), {"kernel, by rows": KERNEL}),
    "wave_fronts": (
        lambda: explore.wave_fronts(STATIONS, (20, 20), 8.2), {"time [s]": (0, 30, 0.5, 8.2)}
    ),
    "approximation": (
        lambda: explore.approximation(lambda x, n: x / n, np.sin, 0, 3),
        {"hidden units": (1, 40, 1, 6)},
    ),
    "decoder": (
        lambda: explore.decoder(lambda z: np.ones((len(z), 4, 4)), (-1.04, -2), (1, 2), (0.47, 0)),
        {"first number": (-1, 1, 0.1, 0.5), "second number": (-2, 2, 0.1, 0)},
    ),
    "phases": (
        lambda: explore.phases(FIELDS, MAGNETS, SHARES, ("one", "two", "three")),
        {"field b [J]": (0, 1, 0.25, 0.5)},
    ),
}  # fmt: skip
DIAGRAMS = {
    "neuron", "network", "graph", "spins", "weighted_sum", "convolutional", "broadcast",
    "data_types", "hexagonal", "ladder",
}  # fmt: skip


@pytest.fixture
def static(monkeypatch):
    monkeypatch.setattr("utils.explore.runtime.is_static", lambda: True)


@pytest.fixture
def draw(monkeypatch):
    """Return a function that takes a slider apart: its drawing function."""

    def taken(slider):
        with monkeypatch.context() as patch:
            patch.setattr("utils.explore.sliders", lambda draw, **controls: draw)
            return slider()

    return taken


def test_nothing_public_is_forgotten():
    public = {
        name
        for name, value in vars(explore).items()
        if getattr(value, "__module__", "") == explore.__name__ and not name.startswith("_")
    }
    assert public == {"sliders", *SLIDERS, *DIAGRAMS}


@pytest.mark.parametrize("name", SLIDERS)
def test_static_twin(name, static):
    figure = SLIDERS[name][0]()
    assert isinstance(figure, plots.CourseFigure)
    assert len(figure.caption) > 30 and len(figure.alt) > 20
    for part in figure.findobj(Line2D) + figure.findobj(Text):
        pale = part.get_visible() and contrast(part.get_color()) < 3
        assert not pale, f"pale on white: {part}"


@pytest.mark.parametrize("name", SLIDERS)
def test_every_end_of_every_slider_draws(name, monkeypatch):
    displayed = live(monkeypatch)
    slider, expected = SLIDERS[name]
    assert slider() is None
    panel, *shown = displayed
    assert [next(iter(d.data)) for d in shown] == ["image/png", "text/markdown"]
    rows = [list(row.children) for row in panel.children[1:]]
    *rows[-1], reset = rows[-1]
    assert [row[0].description for row in rows] == list(expected)
    for (control, *slider), wanted in zip(rows, expected.values()):
        if isinstance(wanted, list):
            assert isinstance(control, ipywidgets.Dropdown)
            assert list(control.options) == wanted and control.value == wanted[0]
        elif isinstance(wanted, str):
            assert isinstance(control, ipywidgets.Text) and not control.continuous_update
            assert control.value == wanted
        else:
            for part in (control, *slider):
                now = (part.min, part.max, part.step, part.value)
                assert np.allclose(now, wanted, rtol=1e-9)
            whole = isinstance(control, ipywidgets.BoundedIntText)
            assert whole == isinstance(*slider, ipywidgets.IntSlider) == (name == "approximation")
        assert not control.description_allow_html, "a name is no markup"
        ends = {list: wanted, str: ("1 " * 9, "no numbers"), tuple: wanted[:2]}
        for value in ends[type(wanted)]:
            control.value = value
    assert len(displayed) == 3, "what follows the sliders is shown in place"
    assert all(len(d.seen) > len(rows) for d in shown)
    sizes = {size(told["image/png"]) for told in shown[0].seen}
    assert len(sizes) == 1, "the text below jumps"
    reset.click()
    assert shown[0].data["text/plain"] == shown[0].seen[0]["text/plain"], "back at the start"


def size(picture):
    """Return width and height of a PNG picture in base64."""
    return Image.open(io.BytesIO(base64.b64decode(picture))).size


class Displayed:
    """What IPython's display returns, keeping all that it was given."""

    def __init__(self, data):
        self.seen = []
        self.update(data)

    def update(self, data, metadata=None, raw=True):
        self.data = data
        self.seen.append(data)


def live(monkeypatch):
    """Return a list of what is displayed: widgets as they are, outputs as `Displayed`."""
    displayed = []

    def display(data, **options):
        displayed.append(Displayed(data) if options else data)
        return displayed[-1]

    monkeypatch.setattr("IPython.display.display", display)
    monkeypatch.setattr("utils.explore.runtime.is_static", lambda: False)
    return displayed


@pytest.fixture
def number(monkeypatch):
    """Return a function that shows one slider: its field, the slider and what is displayed."""

    def shown(*control):
        displayed = live(monkeypatch)
        explore.sliders(
            lambda x: plots.finish(plots.new()[0], f"At {x}.", "A line."), x=("x", control)
        )
        _, row = displayed[0].children
        return *row.children, displayed[2]

    return shown


def test_field_slider_and_figure_agree(number):
    field, slider, reset, told = number(0.0, 1.0, 0.1, 0.5)
    slider.value = 0.1 * 3  # 0.30000000000000004
    assert field.value == 0.3 and told.data["text/markdown"] == "*At 0.3.*"
    assert slider.value == 0.1 * 3, "the hand that slides is not disturbed"
    field.value = 0.6
    assert slider.value == 0.6 and told.data["text/markdown"] == "*At 0.6.*"
    reset.click()
    assert field.value == slider.value == 0.5 and told.data["text/markdown"] == "*At 0.5.*"
    assert [t["text/markdown"] for t in told.seen[1:]] == ["*At 0.3.*", "*At 0.6.*", "*At 0.5.*"]


def test_a_start_between_two_steps_stays(number):
    field, slider, *_, told = number(0.0, 1.0, 0.1, 0.53)
    slider.value = 0.5  # as the browser does when it shows the slider
    assert field.value == 0.53 and len(told.seen) == 1
    slider.value = 0.6
    assert field.value == 0.6


def test_values_have_four_decimals(number):
    """A browser marks a number that is no multiple of the step, as it writes both, as wrong."""
    field, slider, *_ = number(0.0, 1.0, 1 / 3, 2 / 3)
    assert (field.step, field.value, slider.step, slider.value) == (0.3333, 0.6667) * 2
    slider.value = 0.33333333
    assert field.value == 0.3333


def test_bad_starting_values_are_named():
    limits = "of at least 0.3 and at most 3"
    with pytest.raises(ValueError, match=f"width must be a finite number {limits}, not 0"):
        explore.divergence(width=0)
    with pytest.raises(ValueError, match="mean .* of at least -3 and at most 3, not nan"):
        explore.divergence(mean=np.nan)
    for time in (-1, 30.5):
        with pytest.raises(ValueError, match=f"of at least 0 and at most 30, not {time}"):
            explore.wave_fronts(STATIONS, (20, 20), time=time)
    with pytest.raises(
        ValueError, match="n must be an integer of at least 1 and at most 40, not 41"
    ):
        explore.sliders(None, n=("units", (1, 40, 1, 41)))


@pytest.mark.parametrize(
    "bad", [{"learning_rate": 0.2}, {"learning_rate": 0}, {"momentum": 0.96}, {"momentum": -0.1}]
)
def test_bad_rates_are_named(bad):
    (name, value), limits = *bad.items(), {"learning_rate": " of at least 0.0005 and at most 0.1"}
    limits = limits.get(name, " of at least 0 and at most 0.95")
    with pytest.raises(ValueError, match=f"{name} must be a finite number{limits}, not {value}"):
        explore.learning_rate(descent, bowl, ((0, 1), (0, 1)), **bad)


@pytest.mark.parametrize("ends", [{"learning_rate": 0.1}, {"momentum": 0.95}])
def test_rates_at_their_ends_are_right(ends, static):
    assert explore.learning_rate(descent, bowl, ((0, 1), (0, 1)), **ends)


# ---- what the sliders draw


def test_divergence_is_that_of_the_integrals(draw):
    figure = draw(explore.divergence)(mean=-0.5, width=1.5)
    densities, integrands = figure.axes
    p, q = densities.get_lines()
    x = p.get_xdata()
    assert x[0] > -8 and x[-1] < 8 and len(x) == 1599
    assert np.allclose(p.get_ydata(), np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))
    assert np.allclose(q.get_ydata(), np.exp(-((x + 0.5) ** 2) / 4.5) / np.sqrt(4.5 * np.pi))
    forth, back = integrands.get_lines()
    ratio = np.log(p.get_ydata() / q.get_ydata())
    assert np.allclose(forth.get_ydata(), p.get_ydata() * ratio)
    assert np.allclose(back.get_ydata(), -q.get_ydata() * ratio)
    assert (p.get_label(), q.get_label()) == ("p = N(0, 1)", "q = N(-0.5, 1.5²)")
    for line, name in ((forth, "p ln(p/q)"), (back, "q ln(q/p)")):
        area = np.trapezoid(line.get_ydata(), x)  # the tails beyond 8 are small
        told = float(line.get_label().removeprefix(f"{name}: area "))
        assert abs(area - told) < 0.001 and f"{told:.3f}" in figure.alt
    assert len(integrands.collections) == 2 and not densities.collections  # areas shaded
    labels = [(a.get_xlabel(), a.get_ylabel()) for a in figure.axes]
    assert labels == [("x", "density"), ("x", "integrand")]
    assert figure.caption.startswith("The two areas differ")
    alike = draw(explore.divergence)(mean=2.0, width=1.0)
    assert "2.000 from p to q and 2.000" in alike.alt
    assert alike.caption.startswith("The two areas are equal")


def test_threshold_unit_counts_what_it_gets_right(draw):
    unit = draw(lambda: explore.threshold_unit(**BITS))
    figure = unit(task="AND", w1=1.0, w2=1.0, threshold=1.0)  # at the threshold it says 0
    axes = figure.axes[0]
    assert axes.get_title() == "AND: 4 of 4 right" and "4 of 4 corners are right" in figure.alt
    no, yes = [c for c in axes.collections if isinstance(c, PathCollection)]
    assert np.array_equal(yes.get_offsets(), [[1, 1]]) and len(no.get_offsets()) == 3
    assert axes.get_legend().get_texts()[0].get_text() == "0 wanted"
    assert np.allclose(axes.get_lines()[0].get_xydata().sum(axis=1), 1)
    assert axes.get_xlim() == axes.get_ylim() == (-0.6, 1.6)
    corners = [c.get_paths()[0] for c in axes.collections if c.get_alpha() == 0.25]
    assert corners  # regions are shaded
    levels = [c for c in axes.collections if c not in (no, yes)]
    (line,) = [c.get_paths()[0] for c in levels if c.get_alpha() is None]
    assert np.allclose(line.vertices.sum(axis=1), 1)  # where the shades meet
    wrong = unit(task="XOR", w1=1.0, w2=1.0, threshold=0.5)
    assert wrong.axes[0].get_title() == "XOR: 3 of 4 right"
    assert tuple(wrong.get_size_inches()) == (7.3, 5.5)
    assert wrong.caption.startswith("Two weights turn the line") and "the line w.x" in wrong.alt
    for w2, threshold, answer in ((0, 0.0, 0), (0, -0.25, 1), (0.25, 0.5, 0), (-0.25, -0.5, 1)):
        blind = unit(task="XOR", w1=0.0, w2=w2, threshold=threshold)
        assert blind.caption.startswith("No line crosses the picture")
        assert f"the unit answers {answer} all over it; circles" in blind.caption
        assert "no line" in blind.alt and "2 of 4" in blind.alt and not blind.axes[0].texts
        assert len(blind.axes[0].get_lines()) == bool(w2), "drawn, outside"
        assert size(blind.outputs()[0][0]["image/png"]) == size(wrong.outputs()[0][0]["image/png"])
        (shade,) = [c for c in blind.axes[0].collections if c.get_alpha() == 0.25]
        shaded = [len(path.vertices) > 0 for path in shade.get_paths()]
        assert shaded == [answer == 0, answer == 1], "blue says 0, orange says 1"


def test_threshold_unit_names_the_answers_that_a_task_wants(draw):
    always = draw(lambda: explore.threshold_unit(ONE=[1, 1, 1, 1]))
    axes = always(task="ONE", w1=1.0, w2=1.0, threshold=-1.0).axes[0]
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["1 wanted"]


def test_learning_rate_draws_the_path_over_the_contour_lines(draw):
    path = draw(lambda: explore.learning_rate(descent, bowl, ((-1, 1), (-2, 2))))
    figure = path(learning_rate=0.1, momentum=0.0)
    axes = figure.axes[0]
    steps, start = axes.get_lines()
    assert np.allclose(steps.get_xydata(), descent(0.1, 0))
    assert np.allclose(start.get_xydata(), [[0.9, 0.9]]) and start.get_color() == plots.BLACK
    assert (steps.get_markersize(), start.get_markersize(), start.get_zorder()) == (6, 11, 3)
    assert (steps.get_linewidth(), steps.get_color(), steps.get_marker()) == (2, plots.BLUE, "o")
    assert axes.get_xlim() == (-1, 1) and axes.get_ylim() == (-2, 2)
    assert (axes.get_xlabel(), axes.get_ylabel()) == (
        r"parameter $\theta_1$",
        r"parameter $\theta_2$",
    )
    assert axes.get_title() == "η = 0.1, β = 0: loss 0.56 after 5 steps"
    (contour,) = axes.collections
    assert np.allclose(contour.levels, 1.62 * np.geomspace(1e-3, 1, 10))
    height = [bowl(*p.vertices.T) for p in contour.get_paths()]
    assert all(np.allclose(h, level, rtol=0.1) for h, level in zip(height, contour.levels))
    assert contour.get_zorder() == 1 and set(contour.get_linewidth()) == {1}
    assert "The loss falls from 1.6 to 0.56: 5 steps" in figure.caption
    assert "learning rate η = 0.1 and momentum β = 0." in figure.caption
    assert "5 steps" in figure.alt and "falls" in figure.alt
    assert tuple(figure.get_size_inches()) == (8, 4.5)


def test_first_and_last_loss_decide_whether_it_falls(draw):
    def detour(learning_rate, momentum):
        return np.array([[2.0, 0], [3, 0], [1, 0]])

    path = draw(lambda: explore.learning_rate(detour, bowl, ((-1, 1), (-2, 2))))
    assert "The loss falls from 4 to 1: 2 steps" in path(learning_rate=0.1, momentum=0.0).caption


@pytest.mark.parametrize("rate", [-0.1, 0.0])
def test_a_loss_that_does_not_fall_is_said_to_grow(draw, rate):
    path = draw(lambda: explore.learning_rate(descent, bowl, ((-1, 1), (-2, 2))))
    assert "The loss grows" in path(learning_rate=rate, momentum=0.0).caption


def test_kernel_shows_image_kernel_and_the_map(draw):
    shown = draw(lambda: explore.kernel(PICTURE))
    figure = shown(kernel="0, 0, 1,  0 0 0,  -1 0 0.5")
    image, w, z = (axes.get_images()[0] for axes in figure.axes)
    assert np.array_equal(image.get_array(), PICTURE)
    assert np.array_equal(w.get_array(), [[0, 0, 1], [0, 0, 0], [-1, 0, 0.5]])
    assert np.allclose(z.get_array(), PICTURE[:2, 2:] - PICTURE[2:, :3] + PICTURE[2:, 2:] / 2)
    assert figure.axes[2].get_title() == "map (weights add up to 0.5)"
    assert [axes.get_title() for axes in figure.axes[:2]] == ["image", "kernel"]
    for picture in (image, w, z):  # zero is white
        most = np.abs(picture.get_array()).max()
        assert picture.get_clim() == (-most, most) and picture.get_cmap().name == "RdBu_r"
    numbers = {t.get_position(): t.get_text() for t in figure.axes[1].texts}
    assert numbers[2, 0] == "1" and numbers[0, 2] == "-1" and numbers[2, 2] == "0.5"
    assert len(numbers) == 9 and "of 2 by 3 numbers" in figure.alt
    assert "flat it is the image times 0.5." in figure.caption
    assert "flat it is white: the weights cancel." in shown(kernel=KERNEL).caption
    assert tuple(figure.get_size_inches()) == (12, 4.2)
    assert not any(axes.axison for axes in figure.axes)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("", "nine numbers are needed, not 0"),
        ("1 2 3", "nine numbers are needed, not 3"),
        ("1 " * 10, "nine numbers are needed, not 10"),
        ("0 0 0 0 x 0 0 0 0", "nine numbers are needed"),
        ("0 0 0 0 nan 0 0 0 0", "nine finite numbers are needed"),
    ],
)
def test_a_text_that_is_no_kernel_is_answered_in_the_title(draw, text, title):
    figure = draw(lambda: explore.kernel(PICTURE))(kernel=text)
    assert figure.axes[2].get_title() == title
    assert figure.caption.startswith("A kernel of zeros sees nothing")
    assert not figure.axes[1].get_images()[0].get_array().any()
    assert not figure.axes[2].get_images()[0].get_array().any()


def test_wave_fronts_reach_the_stations_one_after_the_other(draw):
    fronts = draw(lambda: explore.wave_fronts(STATIONS, (20, 20)))
    figure = fronts(time=10.0)
    axes = figure.axes[0]
    for line, name, speed in zip(axes.get_lines(), "PS", (earthquakes.V_P, earthquakes.V_S)):
        radius = earthquakes.front_radius(10.0, speed)
        assert np.allclose(np.hypot(*(line.get_xydata() - 20).T), radius)
        assert np.allclose(line.get_xydata()[0], line.get_xydata()[-1])  # once round
        assert len(line.get_xydata()) == 200 and line.get_label() == name
        assert f"{name} front" in figure.alt and f"{radius:.0f} km" in figure.alt
    p, s = axes.get_lines()
    assert (p.get_color(), s.get_color()) == plots.COLOURS[:2]
    assert (p.get_linestyle(), s.get_linestyle()) == ("-", "--")
    silent, first, both, source = axes.collections  # told apart by shape, not by colour alone
    assert np.array_equal(both.get_offsets(), [[21, 20]])
    assert np.array_equal(first.get_offsets(), [[60, 20]])
    assert np.array_equal(silent.get_offsets(), [[95, 95]])
    assert np.array_equal(source.get_offsets(), [[20, 20]])
    names = ["not reached", "reached by P", "reached by both", "source"]
    assert [c.get_label() for c in axes.collections] == names
    assert len({len(c.get_paths()[0].vertices) for c in axes.collections}) == 4
    faces = [to_hex(c.get_facecolor()[0]) for c in (silent, first, both, source)]
    assert faces == ["#ffffff", *(c.lower() for c in (*plots.COLOURS[:2], plots.YELLOW))]
    assert [c.get_sizes()[0] for c in axes.collections] == [110, 110, 110, 260]
    assert [c.get_zorder() for c in axes.collections] == [3, 3, 3, 4]
    assert axes.get_xlim() == axes.get_ylim() == (-5, 105) and axes.get_aspect() == 1
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("east [km]", "north [km]")
    assert axes.get_title() == "10.0 s after the shock" and "10.0 s" in figure.alt
    assert "has passed 2 of 3 stations, the S wave 1:" in figure.caption
    assert "3 stations" in figure.alt and tuple(figure.get_size_inches()) == (8, 6)
    texts = [t.get_text() for t in axes.get_legend().get_texts()]
    assert texts == ["P", "S", *names] and axes.get_legend()._loc_real == 2
    anchor = axes.get_legend().get_bbox_to_anchor().transformed(axes.transAxes.inverted())
    assert np.allclose(anchor.p0, 1)  # outside, to the right


def test_a_station_on_the_front_is_reached(draw):
    radius = earthquakes.front_radius(10.0, earthquakes.V_P)
    fronts = draw(lambda: explore.wave_fronts(np.array([[radius, 0.0]]), (0, 0)))
    counts = [len(c.get_offsets()) for c in fronts(time=10.0).axes[0].collections]
    assert counts == [0, 1, 0, 1]


def test_approximation_shows_curve_network_and_as_many_bends_as_units(draw):
    approach = draw(lambda: explore.approximation(lambda x, n: x / n, np.sin, 0, 3))
    figure = approach(units=3)
    axes = figure.axes[0]
    target, network, bends = axes.get_lines()
    x = target.get_xdata()
    assert (x[0], x[-1], len(x)) == (0, 3, 1001)
    assert np.allclose(target.get_ydata(), np.sin(x)) and target.get_color() == plots.GREY
    assert np.allclose(network.get_ydata(), x / 3) and network.get_label() == "3 ReLU units"
    assert np.allclose(bends.get_xydata(), np.transpose([[0, 1, 2], np.sin([0, 1, 2])]))
    assert f"target {np.max(np.abs(np.sin(x) - x / 3)):.3f}." in figure.caption
    assert "3 straight segments" in figure.alt
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x", "f(x)")


def test_decoder_shows_a_cross_through_the_chosen_point(draw):
    asked = []

    def decode(codes):
        asked.append(codes)
        return np.zeros((len(codes), 4, 4))

    figure = draw(lambda: explore.decoder(decode, (-1, -2), (1, 2), note="stand-in"))(0.5, 1.0)
    (codes,) = asked
    row, column = codes[:7], codes[7:]
    assert np.allclose(row, [[0.5 + k / 3, 1] for k in range(-3, 4)])
    assert np.allclose(column, [[0.5, 1 + 2 * k / 3] for k in range(-3, 4)])
    assert len(figure.axes) == 14 and figure.get_supxlabel() == "stand-in"
    assert figure.axes[3].get_title() == figure.axes[10].get_title() == "(0.5, 1.0)"
    assert "(0.5, 1.0) stands in the middle" in figure.caption
    (shown,) = figure.axes[0].get_images()
    assert shown.get_clim() == (0, 1) and shown.get_cmap().name == "gray_r"
    assert figure.axes[7].get_subplotspec().rowspan.start == 1  # seven in a row


def test_decoder_starts_where_it_is_told(monkeypatch):
    made = {}
    monkeypatch.setattr("utils.explore.sliders", lambda draw, **c: made.update(c))
    explore.decoder(None, (-1.04, -2), (np.float32(1), 2), start=(0.27, 0.5))
    assert [c for _, c in made.values()] == [(-1, 1, 0.1, 0.3), (-2, 2, 0.1, 0.5)]


# ---- diagrams


def texts(axes):
    """Return the place of each text of a diagram; arrows carry none."""
    return {t.get_text(): t.get_position() for t in axes.texts if t.get_text()}


def arrows(axes):
    """Return start and end of each arrow."""
    return [(a.xyann, a.xy) for a in axes.texts if not a.get_text()]


def neuron(activation=np.tanh, **more):
    return explore.neuron(
        ["a", "b", "c"], ["u", "v", "w"], activation, potential="xi", output="y", **more, **TEXTS
    )


def test_neuron_is_told_from_left_to_right():
    figure = neuron()
    axes = figure.axes[0]
    assert (figure.caption, figure.alt) == tuple(TEXTS.values()) and not axes.axison
    assert tuple(figure.get_size_inches()) == (9.5, 4.2)
    told = texts(axes)
    stages = ["1  inputs", "2  weights", "3  potential", "4  activation", "5  output"]
    assert [told[s][0] for s in stages] == sorted(told[s][0] for s in stages)
    assert {told[s][1] for s in stages} == {1.25 + 0.85}
    assert [told[name] for name in "abc"] == [(0, 1.25), (0, 0), (0, -1.25)]
    circles = {tuple(c.get_offsets()[0]): c.get_sizes()[0] for c in axes.collections}
    assert circles == {(0, 1.25): 2200, (0, 0): 2200, (0, -1.25): 2200, (4.1, 0): 3000}
    assert told[r"$\Sigma$"] == (4.1, 0) and told["1  inputs"][0] == 0
    assert told["3  potential"][0] == 4.1 and told["xi"] == (4.1, -0.95)
    fills = [to_hex(c.get_facecolor()[0]).upper() for c in axes.collections]
    assert fills == [plots.SKY] * 3 + [plots.ORANGE]
    (x_low, x_high), (y_low, y_high) = axes.get_xlim(), axes.get_ylim()
    assert np.allclose((x_low, x_high, y_low, y_high), (-0.8, 9.9, -1.95, 2.45))
    assert all(x_low < x < x_high and y_low < y < y_high for x, y in told.values())


def test_arrows_of_the_neuron_carry_the_weights_and_lead_to_sum_box_and_output():
    axes = neuron().axes[0]
    *inputs, to_box, to_output = arrows(axes)
    assert [start for start, _ in inputs] == [(0.42, 1.25), (0.42, 0), (0.42, -1.25)]
    assert np.allclose([end for _, end in inputs], [(3.62, 0.1), (3.62, 0), (3.62, -0.1)])
    told = texts(axes)
    for (start, end), weight in zip(inputs, "uvw"):
        assert np.allclose(told[weight], np.add(start, 0.4 * np.subtract(end, start)))
    box, *_ = axes.get_lines()
    corners = box.get_xydata()
    assert np.array_equal(corners, [[6, -0.7], [7.4, -0.7], [7.4, 0.7], [6, 0.7], [6, -0.7]])
    assert to_box == ((4.58, 0), (6, 0)) and to_output == ((7.4, 0), (8.5, 0))
    assert told["y"] == (8.6, 0) and told["4  activation"][0] == 6.7 == corners[:2, 0].mean()
    weights = [t for t in axes.texts if t.get_text() in tuple("uvw")]
    assert all(t.get_zorder() == 4 and to_hex(t.get_bbox_patch().get_fc()) == "#ffffff"
               for t in weights)  # fmt: skip
    assert all(t.get_zorder() == 4 for t in axes.texts if t.get_text() in tuple("abc"))
    assert {c.get_zorder() for c in axes.collections} == {3}
    lines = [a.arrow_patch for a in axes.texts if not a.get_text()]
    assert {(p.shrinkA, p.shrinkB, p.get_linewidth()) for p in lines} == {(0, 0, 2)}


def test_activation_fills_its_box_and_crosses_its_value_at_zero():
    _, middle, curve = neuron(lambda xi: np.maximum(0, xi)).axes[0].get_lines()
    x, y = curve.get_xydata().T
    assert np.allclose((x[0], x[-1]), (6.7 - 0.56, 6.7 + 0.56)) and len(x) == 401
    assert (y.min(), y.max()) == (-0.5, 0.5) and np.allclose(y[x <= 6.7], -0.5)
    assert np.isclose(y[300], 0)  # relu(1) is half of relu(2)
    assert np.allclose(middle.get_xydata(), [[6.1, -0.5], [7.3, -0.5]])
    assert curve.get_color() == plots.RED and middle.get_color() == plots.GREY
    assert (curve.get_linewidth(), middle.get_linewidth()) == (3, 1)
    flat = neuron(lambda xi: 0 * xi).axes[0].get_lines()[2]
    assert np.allclose(flat.get_ydata(), -0.5)
    assert np.allclose(neuron().axes[0].get_lines()[1].get_ydata(), 0)  # tanh(0)


def test_weighted_sum_frames_the_field_and_its_number():
    image, w = np.arange(20).reshape(4, 5), np.array([[1, 0, 2], [0, 3, 0]])
    figure = explore.weighted_sum(image, w, 2, 1, **TEXTS)
    assert [axes.get_title() for axes in figure.axes] == ["image", "kernel", "map"]
    wanted = 6 * image[:3, :3] + 22  # a + 2 (a + 2) + 3 (a + 6)
    for axes, numbers in zip(figure.axes, (image, w, wanted)):
        told = {t.get_position(): t.get_text() for t in axes.texts}
        assert told == {(j, i): f"{n:g}" for (i, j), n in np.ndenumerate(numbers)}
    frames = [axes.patches[0] for axes in figure.axes]
    assert [f.get_xy() for f in frames] == [(0.5, 1.5), (-0.5, -0.5), (0.5, 1.5)]
    assert [(f.get_width(), f.get_height()) for f in frames] == [(3, 2), (3, 2), (1, 1)]
    assert {to_hex(f.get_edgecolor()).upper() for f in frames} == {plots.RED}
    assert not any(f.get_fill() for f in frames)
    assert (figure.caption, figure.alt) == tuple(TEXTS.values())


def test_convolutional_draws_stacks_of_maps_from_left_to_right():
    layers = [("image", 8, 1, "convolve"), ("maps", 4, 3, "list"), ("numbers", 1, 48, "")]
    figure = explore.convolutional(layers, **TEXTS)
    axes = figure.axes[0]
    told = texts(axes)
    assert {"image", "maps", "numbers", "convolve", "list"} < set(told)
    assert {"1 × 8 × 8", "3 × 4 × 4", "48"} < set(told) and len(told) == 8
    assert told["image"][0] < told["convolve"][0] < told["maps"][0] < told["numbers"][0]
    assert len(axes.patches) == 1 + 3 + 8 and len(arrows(axes)) == 2  # eight at most
    sides = [p.get_width() for p in axes.patches]
    assert sides[0] > sides[1] == sides[3] > sides[4]
    corners = [p.get_xy() for p in axes.patches]
    assert len(set(corners)) == len(corners) and not axes.axison
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    assert all(left < x < right and bottom < y < top for x, y in [*corners, *told.values()])
    fills = [to_hex(p.get_facecolor()).upper() for p in axes.patches]
    assert fills == [plots.SKY] + [plots.ORANGE] * 3 + [plots.PURPLE] * 8
    assert axes.get_aspect() == 1 and tuple(figure.get_size_inches()) == (12, 4)
    assert (figure.caption, figure.alt) == tuple(TEXTS.values())


def test_graph_shows_values_in_nodes_and_slopes_in_red_on_arrows():
    figure = explore.graph(
        {"x": (0, 1, "x = 2", "7"), "y": (0, 0, "y = 3", "5"), "f": (2, 0, "times 6", "1")},
        {("x", "f"): "3", ("y", "f"): "2"},
        **TEXTS,
    )
    axes = figure.axes[0]
    told = texts(axes)
    assert [told[k] for k in ("x = 2", "y = 3", "times 6")] == [(0, 1), (0, 0), (2, 0)]
    assert np.allclose(told["3"], (1.1, 0.45)) and np.allclose(told["2"], (1.1, 0))
    assert [told[k][0] for k in "751"] == [0, 0, 2] and told["7"][1] < 1
    red = {t.get_text() for t in axes.texts if t.get_color() == plots.RED}
    assert red == {"3", "2", "7", "5", "1"}
    (_, tip), (start, end) = arrows(axes)
    assert np.linalg.norm(np.subtract(tip, (2, 0))) == pytest.approx(0.27)  # beside the node
    assert tuple(start) == (0, 0) and np.allclose(end, (1.73, 0))
    assert not axes.axison and axes.get_aspect() == 1 and figure.caption == TEXTS["caption"]
    assert np.allclose(axes.get_xlim(), (-0.4, 2.4)) and np.allclose(axes.get_ylim(), (-0.6, 1.35))


def test_network_shows_its_weights_on_its_lines():
    figure = explore.network(
        [["a", "b", "c"], ["d", "e"], ["f"]],
        weights=[np.arange(6).reshape(3, 2) + 0.5, [[-1], [2]]],
        heads=["in", "hidden", "out"],
        **TEXTS,
    )
    axes = figure.axes[0]
    told = texts(axes)
    places = {name: told[name] for name in "abcdef"}
    assert places == {
        "a": (0, 1), "b": (0, 0), "c": (0, -1), "d": (1, 0.5), "e": (1, -0.5), "f": (2, 0)
    }  # fmt: skip
    pairs = [(a, b) for left, right in (("abc", "de"), ("de", "f")) for a in left for b in right]
    weights = ["0.5", "1.5", "2.5", "3.5", "4.5", "5.5", "-1", "2"]
    assert [(tuple(s), tuple(e)) for s, e in arrows(axes)] == [
        (places[left], places[right]) for left, right in pairs
    ]
    for (left, right), weight in zip(pairs, weights):
        assert np.allclose(
            told[weight], 0.7 * np.array(places[left]) + 0.3 * np.array(places[right])
        )
    assert [told[head] for head in ("in", "hidden", "out")] == [(0, 1.5), (1, 1.5), (2, 1.5)]
    circles = {tuple(c.get_offsets()[0]) for c in axes.collections}
    assert circles == set(places.values())
    assert {c.get_sizes()[0] for c in axes.collections} == {3600}
    fills = [to_hex(c.get_facecolor()[0]).upper() for c in axes.collections]
    assert fills == [plots.SKY] * 3 + [plots.ORANGE] * 2 + [plots.PURPLE]
    assert np.allclose(axes.get_xlim(), (-0.3, 2.3)) and np.allclose(axes.get_ylim(), (-1.45, 1.75))
    assert not axes.axison and tuple(figure.get_size_inches()) == (8, 3.6)
    assert (figure.caption, figure.alt) == tuple(TEXTS.values())


def test_spins_are_coloured_by_z_and_carry_arrows_in_the_plane():
    states = np.random.default_rng(0).normal(size=(3, 2, 30, 30))
    figure = explore.spins(states, ("one", "two"), **TEXTS)
    *lattices, bar = figure.axes
    assert [a.get_title() for a in lattices] == ["one", "two"] and bar.get_ylabel() == "$s_z$"
    for r, axes in enumerate(lattices):
        (image,), (arrows,) = axes.get_images(), axes.collections
        assert np.allclose(image.get_array(), states[2, r, :24, :24])
        assert image.origin == "lower" and image.get_clim() == (-1, 1)
        assert np.allclose(arrows.U, states[0, r, :24, :24].ravel())
        assert np.allclose(arrows.V, states[1, r, :24, :24].ravel())
        assert arrows.pivot == "middle"  # an arrow turns about its site
    assert (figure.caption, figure.alt) == tuple(TEXTS.values())
    with pytest.raises(ValueError, match="shorter|longer"):
        explore.spins(states, ("one",), **TEXTS)


def test_phases_shows_the_map_and_the_outputs_of_the_nearest_field(draw):
    names = ("one", "two", "three")
    figure = draw(lambda: explore.phases(FIELDS, MAGNETS, SHARES, names))(field=0.8)
    left, right = figure.axes
    (image,) = left.get_images()
    assert np.allclose(image.get_array(), MAGNETS[3]) and image.get_clim() == (-1, 1)
    assert image.origin == "lower" and left.get_title() == "b = 0.75 J"
    assert np.allclose([bar.get_width() for bar in right.patches], SHARES[3])
    assert [t.get_text() for t in right.texts] == [f"{p:.2f}" for p in SHARES[3]]
    assert [t.get_text() for t in right.get_yticklabels()] == list(names)
    assert right.get_ylim()[0] > right.get_ylim()[1]  # the first class on top
    assert "b = 0.75 J" in figure.caption and "one 0.25" in figure.alt
    for field in (-1, 1.5):
        with pytest.raises(ValueError, match=f"field .* at least 0 and at most 1, not {field}"):
            explore.phases(FIELDS, MAGNETS, SHARES, names, field=field)


def test_broadcast_marks_what_is_repeated():
    row, column = np.array([1.0, 2, 3]), np.array([[0.5], [1.0]])
    figure = explore.broadcast({"a": row, "b": column}, "−", ("c", row - column), **TEXTS)
    titles = [axis.get_title() for axis in figure.axes]
    assert titles == ["a  (3,) → (2, 3)", "b  (2, 1) → (2, 3)", "c  (2, 3)"]
    stored = [[p.get_linestyle() == "-" for p in axis.patches] for axis in figure.axes]
    assert stored == [[True] * 3 + [False] * 3, [True, False, False] * 2, [True] * 6]
    numbers = {t.get_position(): t.get_text() for t in figure.axes[2].texts}
    assert numbers[0.5, 1.5] == "0.0" and numbers[2.5, 0.5] == "2.5"
    assert [t.get_text() for t in figure.axes[1].texts if t.get_fontsize() > 20] == ["−"]


def test_data_types_tells_the_shape_of_each():
    table, film = np.array([[1.0, 2, 5], [3, 2, 1]]), np.zeros((3, 8, 8, 1))
    cloud, event = np.arange(12.0).reshape(4, 3), {"stations": STATIONS, "arrivals": STATIONS / 9}
    figure = explore.data_types(
        table, np.arange(9.0), np.zeros((6, 6, 3)), film, cloud, event, **TEXTS
    )
    titles = [axis.get_title() for axis in figure.axes if axis.get_title()]
    assert titles == [
        "table (2, 3)", "trace (9,)", "regular grid (6, 6, 3)", "film (3, 8, 8, 1)",
        "point cloud (4, 3)", "event (3, 2), (3, 2)",
    ]  # fmt: skip
    (shown,) = figure.axes[0].get_images()  # each column from its least to its largest number
    assert np.array_equal(shown.get_array(), [[0, 0, 1], [1, 0, 0]])
    assert len(figure.axes[3].get_images()) == 3
    (arrivals,) = figure.axes[5].collections
    assert np.allclose(arrivals.get_array(), STATIONS[:, 0] / 9)


def test_hexagonal_draws_the_same_pixels_twice():
    square = np.array([[np.nan, 1, 2], [3, 4, 5], [6, 7, np.nan]])
    figure = explore.hexagonal(square, (1, 1), [(0, 1), (-1, 1)], **TEXTS)
    left, right = figure.axes
    places = [tuple(np.round(p.xy, 3)) for p in left.patches]
    assert len(places) == 7 and places[:3] == [(1, 0), (2, 0), (0.5, 0.866)]
    radii = {round(p.radius * np.sqrt(3), 6) for p in left.patches}
    assert radii == {1} and all(p.numvertices == 6 for p in left.patches)
    marks = {t.get_text(): t.get_position() for t in right.texts}
    assert marks == {"×": (1, 1), "a": (2, 1), "b": (2, 0)}
    assert np.allclose([t.get_position() for t in left.texts], [(1.5, 0.866), (2.5, 0.866), (2, 0)],
                       atol=1e-3)  # fmt: skip
    assert "(3, 3)" in right.get_title()


def test_ladder_names_each_rung_beside_its_point():
    rungs = {"a": (10.0, 2.0, 0.3), "b": (15.0, 2.1, 3.0), "c": (300.0, 0.5, 0.1)}
    rungs |= {"y": (1.0, 9.0, 1.0), "z": (1.1, 8.0, 1.0)}
    labels = {"xlabel": "seconds", "ylabel": "wrong [%]"}
    figure = explore.ladder(rungs, note="stand-in", **labels, **TEXTS)
    (axes,) = figure.axes
    assert axes.get_xscale() == axes.get_yscale() == "log"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("seconds", "wrong [%]")
    told = {text.get_text(): text for text in axes.texts}
    assert {name: told[name].xy for name in rungs} == {n: rungs[n][:2] for n in rungs}
    sides = [(told[name].get_ha(), told[name].get_va()) for name in rungs]
    assert sides[:3] == [("right", "top"), ("left", "bottom"), ("right", "bottom")]
    assert sides[3:] == [("left", "top"), ("left", "bottom")], "no room on the left of the first"
    bars = [bar.get_segments()[0][:, 1] for bars in axes.containers for bar in bars[2]]
    wanted = [(1.7, 2.3), (0.63, 5.1), (0.4, 0.6), (8, 10), (7, 9)]
    assert np.allclose(bars, wanted), "none reaches zero"
