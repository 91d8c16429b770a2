"""Sliders: each draws its figure when nobody can slide, and follows its controls live."""

import ipywidgets
import numpy as np
import pytest

from utils import explore, plots


def descent(learning_rate, momentum):
    return np.cumprod(np.full((6, 2), 1 - learning_rate), axis=0) + momentum


SLIDERS = {
    "divergence": explore.divergence,
    "threshold_unit": lambda: explore.threshold_unit(AND=[0, 0, 0, 1], XOR=[0, 1, 1, 0]),
    "learning_rate": lambda: explore.learning_rate(
        descent, lambda a, b: a**2 + b**2, ((-1, 1), (-1, 1))
    ),
    "wave_fronts": lambda: explore.wave_fronts(np.array([[1.0, 2], [30, 40]]), (20, 20)),
    "approximation": lambda: explore.approximation(lambda x, n: x / n, np.sin, 0, 3),
    "decoder": lambda: explore.decoder(lambda z: np.ones((len(z), 4, 4)), (-1, -1), (1, 1)),
}


def test_no_slider_is_forgotten():
    public = {
        name
        for name, value in vars(explore).items()
        if getattr(value, "__module__", "") == explore.__name__ and not name.startswith("_")
    }
    assert public == {"sliders", *SLIDERS}


@pytest.mark.parametrize("name", SLIDERS)
def test_static_twin(name, monkeypatch):
    monkeypatch.setenv("COURSE_STATIC", "1")
    figure = SLIDERS[name]()
    assert isinstance(figure, plots.CourseFigure)
    assert len(figure.caption) > 30 and len(figure.alt) > 20


@pytest.mark.parametrize("name", SLIDERS)
def test_every_end_of_every_slider_draws(name, monkeypatch):
    monkeypatch.delenv("COURSE_STATIC", raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    displayed = []
    monkeypatch.setattr("IPython.display.display", displayed.append)
    monkeypatch.setattr("utils.explore.runtime.is_static", lambda: False)
    assert SLIDERS[name]() is None
    *controls, _ = displayed[-1].children
    assert controls
    for control in controls:
        menu = isinstance(control, ipywidgets.Dropdown)
        for value in control.options if menu else (control.min, control.max):
            before = len(displayed)
            control.value = value
            assert len(displayed) >= before  # drawn anew unless it was there already
    assert all(isinstance(d, plots.CourseFigure | ipywidgets.VBox) for d in displayed)


def test_bad_starting_values_are_named():
    with pytest.raises(ValueError, match="width must be positive, not 0"):
        explore.divergence(width=0)
    with pytest.raises(ValueError, match="0 < learning_rate"):
        explore.learning_rate(descent, np.add, ((0, 1), (0, 1)), learning_rate=2.0)
