"""The earthquake simulator: travel times, arrivals, least squares, bound, errors."""

import time
from pathlib import Path

import nbformat
import numpy as np
import pytest

from utils.simulate import earthquakes

PLACES = earthquakes.stations(20, seed=6)
EVENTS, ARRIVALS = earthquakes.simulate_events(4000, PLACES, seed=99)
BOUND = np.sqrt(np.mean(earthquakes.cramer_rao(EVENTS, PLACES) ** 2))


def test_stations_lie_in_the_square_and_fewer_are_contained_in_more():
    assert PLACES.shape == (20, 2)
    assert PLACES.min() >= 0 and PLACES.max() <= earthquakes.SIZE
    assert np.array_equal(earthquakes.stations(8, seed=6), PLACES[:8])
    assert not np.array_equal(earthquakes.stations(20, seed=7), PLACES)


def test_travel_times_of_a_known_triangle():
    times = earthquakes.travel_times([[30.0, 40.0]], [[0.0, 0.0], [30.0, 40.0]], depth=0.0)
    assert times == pytest.approx(np.array([[50 / 6, 0, 50 / 3.5, 0]]))
    below = earthquakes.travel_times([[0.0, 0.0]], [[0.0, 0.0]], depth=10.0)
    assert below == pytest.approx(np.array([[10 / 6, 10 / 3.5]]))


def test_distance_from_the_delay_between_p_and_s():
    t_p, t_s = earthquakes.travel_times([[42.0, 0.0]], [[0.0, 0.0]], depth=0.0)[0]
    assert 1 / (1 / earthquakes.V_S - 1 / earthquakes.V_P) == pytest.approx(8.4)
    assert 8.4 * (t_s - t_p) == pytest.approx(42.0)


def test_defaults_are_twenty_stations_seed_zero_and_the_crust():
    assert np.array_equal(earthquakes.stations(), earthquakes.stations(20, seed=0))
    chosen = earthquakes.simulate_events(3, PLACES, 0.5, 1.0, 0, 10.0, 6.0, 3.5)
    for default, spelled in zip(earthquakes.simulate_events(3, PLACES), chosen):
        assert np.array_equal(default, spelled)
    found, _ = earthquakes.least_squares(ARRIVALS[:9], PLACES)
    spelled, _ = earthquakes.least_squares(ARRIVALS[:9], PLACES, 0.5, 1.0, 10.0, 6.0, 3.5, 10)
    assert np.array_equal(found, spelled)


def test_events_repeat_by_seed_and_fewer_are_contained_in_more():
    few, times = earthquakes.simulate_events(10, PLACES, seed=99)
    assert np.array_equal(few, EVENTS[:10]) and np.array_equal(times, ARRIVALS[:10])
    other, _ = earthquakes.simulate_events(10, PLACES, seed=98)
    assert not np.array_equal(few, other)


def test_the_noise_has_the_stated_width():
    _, clean = earthquakes.simulate_events(4000, PLACES, 0, 0, seed=99)
    noise = ARRIVALS - clean
    assert noise[:, :20].std() == pytest.approx(0.5, rel=0.01)  # 80,000 numbers: 0.25 %
    assert noise[:, 20:].std() == pytest.approx(1.0, rel=0.01)
    assert abs(noise.mean()) < 0.01


def test_origin_times_fill_the_minute_and_epicentres_the_square():
    events, clean = earthquakes.simulate_events(4000, PLACES, 0, 0, seed=99)
    origin = clean - earthquakes.travel_times(events, PLACES)
    assert np.abs(origin - origin[:, :1]).max() < 1e-12
    assert 0 < origin.min() < 0.2 and 59.8 < origin.max() < 60  # 4000 draws: 0.015 s apart
    assert events.min() > 0 and 99.7 < events.max() < 100
    assert abs(origin.mean() - 30) < 1.1 and np.abs(events.mean(axis=0) - 50).max() < 1.8  # 4 sd


def test_removing_the_origin_time_removes_it():
    late = ARRIVALS + np.arange(len(ARRIVALS))[:, None]
    assert earthquakes.remove_origin(late) == pytest.approx(earthquakes.remove_origin(ARRIVALS))
    assert np.abs(earthquakes.remove_origin(ARRIVALS)[:, :20].mean(axis=1)).max() < 1e-12


def test_any_number_of_stations_and_any_speeds_do():
    three = earthquakes.remove_origin(np.array([[1.0, 2, 6, 4, 5, 6]]))  # P, P, P, S, S, S
    assert three == pytest.approx(np.array([[-2, -1, 3, 1, 2, 3]]))
    slow = earthquakes.travel_times([[3.0, 4.0]], [[0.0, 0.0]], depth=0.0, v_p=0.5, v_s=0.25)
    assert slow == pytest.approx(np.array([[10, 20]]))
    two = PLACES[:2]  # four times for three unknowns
    assert np.isfinite(earthquakes.cramer_rao(EVENTS, two)).all()


def test_least_squares_is_exact_without_noise():
    events, clean = earthquakes.simulate_events(500, PLACES, 0, 0, seed=3)
    found, origin = earthquakes.least_squares(clean, PLACES)
    assert np.abs(found - events).max() < 1e-8
    assert np.abs(clean - origin[:, None] - earthquakes.travel_times(events, PLACES)).max() < 1e-8


def test_least_squares_starts_at_the_best_grid_point():
    events, clean = earthquakes.simulate_events(500, PLACES, 0, 0, seed=3)
    found, _ = earthquakes.least_squares(clean, PLACES, steps=1)
    assert np.linalg.norm(found - events, axis=1).max() < 2  # km; 10 to 90 from another
    # Far outside of the square: from a corner of the grid by steps of 20 km at most.
    far = np.array([[400.0, 50.0], [50.0, -300.0], [-200.0, -200.0]])
    arrivals = earthquakes.travel_times(far, PLACES) + 7
    found, _ = earthquakes.least_squares(arrivals, PLACES, steps=1)
    corner = np.array([[95, 95], [95, 5], [5, 5]])
    assert np.linalg.norm(found - corner, axis=1) == pytest.approx(np.full(3, 20))
    found, origin = earthquakes.least_squares(arrivals, PLACES, steps=30)
    assert np.abs(found - far).max() < 1e-6 and np.abs(origin - 7).max() < 1e-8


@pytest.mark.parametrize("noise", [(0.1, 0.2), (0.5, 1.0)])
@pytest.mark.parametrize("seed", [6, 0, 1])
def test_least_squares_reaches_the_bound(noise, seed):
    places = earthquakes.stations(20, seed)
    events, arrivals = earthquakes.simulate_events(4000, places, *noise, seed=5)
    found, _ = earthquakes.least_squares(arrivals, places, *noise)
    bound = np.sqrt(np.mean(earthquakes.cramer_rao(events, places, *noise) ** 2))
    # The rms of 4000 distances scatters by about 1 %; the estimate's bias is below that.
    assert 0.96 < earthquakes.rms_distance(found, events) / bound < 1.04


def test_the_ratio_to_the_bound_scatters_as_its_error_says():
    found, _ = earthquakes.least_squares(ARRIVALS, PLACES)
    bounds = earthquakes.cramer_rao(EVENTS, PLACES)
    ratio, error = earthquakes.ratio_to_bound(found, EVENTS, bounds)
    assert ratio == pytest.approx(earthquakes.rms_distance(found, EVENTS) / BOUND, rel=1e-12)
    parts = [
        earthquakes.ratio_to_bound(found[k::40], EVENTS[k::40], bounds[k::40]) for k in range(40)
    ]
    scatter = np.std([part[0] for part in parts], ddof=1)  # of parts of 100 events; known to 11 %
    assert error == pytest.approx(scatter / np.sqrt(40), rel=0.35)
    assert np.mean([part[1] for part in parts]) == pytest.approx(scatter, rel=0.35)


def test_the_residuals_of_the_fit_are_the_noise():
    found, origin = earthquakes.least_squares(ARRIVALS, PLACES)
    residuals = ARRIVALS - origin[:, None] - earthquakes.travel_times(found, PLACES)
    chi2 = np.sum((residuals / np.repeat([0.5, 1.0], 20)) ** 2, axis=1)
    assert chi2.mean() == pytest.approx(40 - 3, rel=0.01)  # 40 times, 3 unknowns


@pytest.mark.parametrize(
    ("p", "s", "least"), [(1.05, 1.05, 1.5), (0.95, 0.95, 1.5), (1.05, 0.95, 2), (0.95, 1.05, 3)]
)
def test_least_squares_misses_the_bound_with_velocities_5_percent_wrong(p, s, least):
    found, _ = earthquakes.least_squares(ARRIVALS, PLACES, v_p=6.0 * p, v_s=3.5 * s)
    assert earthquakes.rms_distance(found, EVENTS) > least * BOUND


def test_the_bound_is_the_inverse_of_the_fisher_information_by_finite_differences():
    event, sigma, h = np.array([[31.0, 58.0]]), np.repeat([0.5, 1.0], 20), 1e-4
    columns = [
        (earthquakes.travel_times(event + s, PLACES) - earthquakes.travel_times(event - s, PLACES))
        / (2 * h)
        for s in (np.array([[h, 0]]), np.array([[0, h]]))
    ]
    jacobian = np.column_stack([columns[0][0], columns[1][0], np.ones(40)]) / sigma[:, None]
    covariance = np.linalg.inv(jacobian.T @ jacobian)
    expected = np.sqrt(covariance[0, 0] + covariance[1, 1])
    assert earthquakes.cramer_rao(event, PLACES)[0] == pytest.approx(expected, rel=1e-7)


def test_the_bound_scales_with_the_noise_and_falls_with_stations():
    once = earthquakes.cramer_rao(EVENTS, PLACES)
    assert earthquakes.cramer_rao(EVENTS, PLACES, 1.0, 2.0) == pytest.approx(2 * once)
    assert BOUND == pytest.approx(1.685, abs=0.01)
    assert (earthquakes.cramer_rao(EVENTS, PLACES[:8]) > once).all()


def test_the_wave_front_starts_when_the_wave_reaches_the_ground():
    assert earthquakes.front_radius(1.0, 6.0) == 0
    assert earthquakes.front_radius(10.0, 6.0, 0.0) == pytest.approx(60)
    assert earthquakes.front_radius(50 / 6, 6.0, 30.0) == pytest.approx(40)
    assert earthquakes.front_radius(0.5, 0.5, 0.0) == pytest.approx(0.25)
    assert earthquakes.front_radius(0.0, 6.0, 0.0) == 0


@pytest.mark.parametrize(
    ("function", "arguments", "error", "says"),
    [
        ("stations", (0,), ValueError, "at least 1"),
        ("stations", (2.5,), TypeError, "n must be an integer of at least 1, not 2.5"),
        ("simulate_events", (-1, PLACES), ValueError, "at least 1"),
        ("simulate_events", (5, PLACES.T), ValueError, "shape"),
        ("simulate_events", (5, PLACES, -0.5), ValueError, "noise_p"),
        ("simulate_events", (5, PLACES, 0.5, "1"), TypeError, "noise_s"),
        ("travel_times", ([[1.0, np.nan]], PLACES), ValueError, "finite"),
        ("travel_times", (EVENTS, PLACES, -1.0), ValueError, "depth"),
        ("travel_times", (EVENTS, PLACES, 10.0, 3.5, 6.0), ValueError, "v_p must be above v_s"),
        ("remove_origin", (np.zeros((3, 5)),), ValueError, "P, then S"),
        ("least_squares", (ARRIVALS, PLACES[:8]), ValueError, "8 stations give 16"),
        (
            "least_squares",
            (ARRIVALS, PLACES, 0.0),
            ValueError,
            "noise_p must be a finite number above 0",
        ),
        ("least_squares", (ARRIVALS * np.nan, PLACES), ValueError, "finite"),
        ("cramer_rao", (EVENTS, PLACES[:1]), ValueError, "n >= 2"),
        ("cramer_rao", (EVENTS[:, :1], PLACES), ValueError, "epicentres"),
        ("rms_distance", (EVENTS, EVENTS[:5]), ValueError, "4000 estimated"),
        ("ratio_to_bound", (EVENTS, EVENTS, [1.0]), ValueError, "bound must hold"),
        ("ratio_to_bound", (EVENTS, EVENTS, np.zeros(4000)), ValueError, "positive length"),
        ("front_radius", (-1.0, 6.0), ValueError, "time"),
        ("front_radius", (1.0, 0.0), ValueError, "speed"),
    ],
)
def test_bad_input_is_named(function, arguments, error, says):
    with pytest.raises(error, match=says):
        getattr(earthquakes, function)(*arguments)


def test_the_wave_fronts_are_drawn():
    figure = drawn(10.0)
    assert "P front has a radius of 59 km" in figure.alt
    assert "S front one of 34 km" in figure.alt
    early = drawn(1.0)  # neither wave has reached the ground
    assert "P front has a radius of 0 km" in early.alt


def drawn(seconds):
    from utils import explore

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_STATIC", "1")
        return explore.wave_fronts(PLACES, (38.0, 62.0), seconds)


@pytest.mark.parametrize(("noise", "limit"), [(1.0, 1.02), (0.2, 1.12)])
def test_the_network_of_the_lecture_comes_close_to_the_bound_in_20_seconds(noise, limit):
    """Train the lecture's own network with another seed; noise is that of S, P has half of it."""
    import keras
    import tensorflow as tf

    path = Path(__file__).resolve().parents[1] / "notebooks" / "03_mlp.ipynb"
    (source,) = [c.source for c in nbformat.read(path, 4).cells if c.id == "locator"]
    names = {"keras": keras, "tf": tf, "np": np, "layers": keras.layers}
    names |= {"earthquakes": earthquakes, "stations": PLACES}
    exec(source, names)
    started = time.process_time()
    locate = names["train_locator"](noise, seed=11)
    spent = time.process_time() - started

    events, arrivals = earthquakes.simulate_events(8000, PLACES, noise / 2, noise, seed=12)
    bound = np.sqrt(np.mean(earthquakes.cramer_rao(events, PLACES, noise / 2, noise) ** 2))
    assert earthquakes.rms_distance(locate(arrivals), events) < limit * bound
    assert spent < 20, f"{spent:.0f} CPU seconds"


def test_the_mean_of_the_posterior_is_the_best_estimate_in_the_square():
    noise = 2.0, 4.0
    true, times = earthquakes.simulate_events(600, PLACES, *noise, seed=3)
    best = earthquakes.posterior_mean(times, PLACES, *noise)
    assert best.shape == (600, 2) and 0 < best.min() and best.max() < earthquakes.SIZE
    fit = earthquakes.least_squares(times, PLACES, *noise)[0]
    rivals = fit, np.clip(fit, 0, earthquakes.SIZE), 50 + 0.95 * (fit - 50)
    error = earthquakes.rms_distance(best, true)
    assert all(error < earthquakes.rms_distance(rival, true) for rival in rivals)
    fine = earthquakes.posterior_mean(times[:50], PLACES, *noise, step=1.0)
    assert np.allclose(fine, best[:50], atol=0.05)
    later = earthquakes.posterior_mean(times[:50] + 7.0, PLACES, *noise)
    assert np.allclose(later, best[:50], atol=1e-6), "the origin time does not matter"
    good = earthquakes.posterior_mean(ARRIVALS[:50], PLACES, step=0.5)
    assert earthquakes.rms_distance(good, EVENTS[:50]) < 1.3 * BOUND
    with pytest.raises(ValueError, match="step"):
        earthquakes.posterior_mean(times, PLACES, *noise, step=0)
