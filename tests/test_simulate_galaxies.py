"""The galaxy simulator: forms, determinism, physics per class, bad input."""

from pathlib import Path

import numpy as np
import pytest

from utils.simulate import galaxies as G

N = 50  # galaxies per class of the set that most tests share


@pytest.fixture(scope="module")
def sky():
    """One set, 50 per class: images, labels, parameters and image moments."""
    images, labels, parameters = G.simulate_galaxies(N, seed=3, return_parameters=True)
    return images, labels, parameters, measure(images)


def measure(images):
    """Axis ratio, concentration, rotation asymmetry and colour of the central object."""
    light = images.astype("f4")
    grey = light.mean(3)
    above = grey - np.percentile(grey, 10, axis=(1, 2))[:, None, None] - 4  # the sky near zero
    grey = np.maximum(above - 4, 0)
    y, x = np.mgrid[:96, :96] - 47.5
    radius = np.hypot(x, y)
    weight = grey * np.exp(-(radius**2) / (2 * 14.0**2))  # keeps neighbours out
    total = weight.sum((1, 2)) + 1e-6
    mx, my = (weight * x).sum((1, 2)) / total, (weight * y).sum((1, 2)) / total
    xx = (weight * x * x).sum((1, 2)) / total - mx**2
    yy = (weight * y * y).sum((1, 2)) / total - my**2
    xy = (weight * x * y).sum((1, 2)) / total - mx * my
    mean, spread = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)
    inner = np.where(radius < 34, grey, 0)
    return {
        "axis_ratio": np.sqrt((mean - spread) / (mean + spread)),
        "concentration": (above * (radius < 8)).sum((1, 2)) / (above * (radius < 34)).sum((1, 2)),
        "asymmetry": np.abs(inner - inner[:, ::-1, ::-1]).sum((1, 2)) / inner.sum((1, 2)),
        "blueness": (light[..., 2] - light[..., 0])[:, radius < 30].mean(1),
    }


def per_class(values, labels):
    return np.array([np.nanmedian(values[labels == k]) for k in range(7)])


def test_forms(sky):
    images, labels, parameters, _ = sky
    assert images.shape == (7 * N, 96, 96, 3) and images.dtype == np.uint8
    assert labels.shape == (7 * N,) and labels.dtype == np.int64
    assert np.bincount(labels).tolist() == [N] * 7
    assert len(G.CLASS_NAMES) == 7 and len(set(G.CLASS_NAMES)) == 7
    assert set(parameters) == set(G.PARAMETERS)
    assert all(values.shape == labels.shape for values in parameters.values())


def test_same_seed_same_galaxies_and_a_small_set_begins_a_larger_one(sky):
    images, labels, _, _ = sky
    small, small_labels = G.simulate_galaxies(2, seed=3)
    assert np.array_equal(small, images[:14]) and np.array_equal(small_labels, labels[:14])
    one, values = G.simulate_class("Round Smooth", 51, seed=3)  # into a second chunk
    assert np.array_equal(one[:N], images[labels == 1])
    assert not np.array_equal(one[50], one[0])
    other, _ = G.simulate_class(1, 2, seed=4)
    assert not np.array_equal(other, one[:2])
    assert values["axis_ratio"].shape == (51,)


def test_sky_is_32_in_all_three_colours(sky):
    images, labels, _, _ = sky
    black = np.zeros((1, 3, 4, 4), "f4")
    assert np.all(G.asinh_colour(black) == 32)
    smooth = images[(labels == 1) | (labels == 2)]
    corners = np.concatenate([smooth[:, :6, :6], smooth[:, -6:, -6:]], axis=1)
    assert np.all(np.abs(np.median(corners, axis=(0, 1, 2)) - 33.5) < 3)
    grain = np.median(corners.std((1, 2)), axis=0)  # some corners hold a star or a wing
    assert np.all((grain > 5) & (grain < 16))


def test_a_grey_source_keeps_its_colour_and_saturates():
    flux = np.ones((1, 3, 2, 2), "f4") / G.STRETCH[:, None, None]
    faint, bright = G.asinh_colour(0.02 * flux), G.asinh_colour(50 * flux)
    assert np.ptp(faint) == 0 and 32 < faint.max() < 100
    assert np.all(bright == 255)


def test_blur_conserves_light_and_has_the_asked_width():
    scene = np.zeros((1, 3, G.GRID, G.GRID), "f4")
    scene[..., 54, 54] = 1
    star = G._blur(scene, np.full((1, 3, 1, 1), 6.0, "f4"))[0, 0]
    assert star.sum() == pytest.approx(1, abs=1e-4)
    assert star[54, 57] / star[54, 54] == pytest.approx(0.5, abs=0.02)  # FWHM of 6 pixels
    assert star[54, 57] == pytest.approx(star[57, 54], rel=1e-3)


@pytest.mark.parametrize("index", [1.0, 2.5, 4.0])
def test_sersic_profile_has_unit_flux_and_its_half_light_radius(index):
    axis = (np.arange(1200) - 599.5) * G.PIXEL
    light = G._sersic(axis[None, :], axis[:, None], 5.0, index, 0.7, 0.4)
    u, v = G._rotate(axis[None, :], axis[:, None], 0.4)
    inside = light[np.hypot(u, v / 0.7) < 5.0].sum()
    assert light.sum() == pytest.approx(1, abs=0.03)
    assert inside == pytest.approx(0.5, abs=0.02)


def test_shapes_tell_the_classes_apart(sky):
    _, labels, _, seen = sky
    q = per_class(seen["axis_ratio"], labels)
    assert q[G.ROUND] > 0.9 and q[G.ROUND] > q[G.IN_BETWEEN] + 0.05 > q[G.EDGE_ON] + 0.15
    concentration = per_class(seen["concentration"], labels)
    smooth, spiral = [G.ROUND, G.IN_BETWEEN], [G.BARRED, G.TIGHT, G.LOOSE]
    assert concentration[smooth].min() > 1.1 * concentration[spiral].max()
    asymmetry = per_class(seen["asymmetry"], labels)
    assert asymmetry[G.MERGING] > 1.2 * np.delete(asymmetry, G.MERGING).max()


def test_spirals_are_bluer_than_smooth_galaxies(sky):
    _, labels, parameters, seen = sky
    blue = per_class(seen["blueness"], labels)
    assert blue[G.LOOSE] > blue[G.TIGHT] > blue[G.ROUND]
    assert blue[G.LOOSE] > blue[G.EDGE_ON]
    assert 0.7 < np.median(parameters["colour_g_r"][labels == G.ROUND]) < 1.0


def test_classes_overlap_as_the_volunteers_votes_do(sky):
    _, labels, p, _ = sky
    pitch = p["pitch_angle"]
    tight, loose = pitch[labels == G.TIGHT], pitch[labels == G.LOOSE]
    assert np.median(tight) < 14 < 20 < np.median(loose) and tight.max() > loose.min()
    q = p["axis_ratio"]
    assert q[labels == G.ROUND].min() < q[labels == G.IN_BETWEEN].max()
    assert p["bar_fraction"][labels == G.TIGHT].max() > 0  # weak ovals in unbarred galaxies
    assert p["bar_fraction"][labels == G.BARRED].min() >= 0.05


@pytest.mark.parametrize("label, mean, width", [(G.TIGHT, 11.5, 3.5), (G.LOOSE, 27, 6.5)])
def test_pitch_angles_are_those_of_the_closed_form_in_lecture_07(label, mean, width):
    _, p = G.simulate_class(label, 400, seed=1)
    assert abs(p["pitch_angle"].mean() - mean) < 4 * width / np.sqrt(400)
    assert p["pitch_angle"].std() == pytest.approx(width, rel=0.15)
    lecture = (Path(__file__).parents[1] / "notebooks/07_galaxies.ipynb").read_text("utf-8")
    assert f"norm.pdf(pitch, {mean}, {width})" in lecture
    assert f"norm.pdf(psi, {mean}, {width})" in lecture
    kind = G.CLASS_NAMES[label].split()[1].lower()
    assert f"{mean}° and" in lecture and f"{width}° for {kind}" in lecture


def test_parameters_are_physical(sky):
    _, labels, p, _ = sky
    ranges = {
        "magnitude_r": (10, 21),
        "effective_radius": (1, 25),
        "axis_ratio": (0.07, 1),
        "inclination": (0, 90),
        "bulge_fraction": (0.01, 1),
        "bar_fraction": (0, 0.4),
        "pitch_angle": (5, 45),
        "arm_contrast": (0, 1.2),
        "separation": (1.8, 20),
        "colour_g_r": (0.2, 1.1),
        "seeing": (0.6, 2.4),
        "pixel_scale": (0.262, 0.5241),
    }
    assert set(ranges) == set(p)
    for name, (low, high) in ranges.items():
        given = p[name][np.isfinite(p[name])]
        assert len(given) and given.min() >= low - 1e-6 and given.max() <= high + 1e-6, name
    spiral = np.isin(labels, (G.BARRED, G.TIGHT, G.LOOSE))
    assert np.array_equal(np.isfinite(p["pitch_angle"]), spiral | (labels == G.MERGING))
    assert np.array_equal(np.isfinite(p["separation"]), labels == G.MERGING)
    assert not np.isfinite(p["inclination"][np.isin(labels, (G.ROUND, G.IN_BETWEEN))]).any()
    assert np.allclose(np.unique(p["pixel_scale"]), [G.PIXEL, 2 * G.PIXEL])
    assert p["inclination"][labels == G.EDGE_ON].min() >= 75


def test_conditions_change_the_observation_not_the_galaxies():
    plain, truth = G.simulate_class("Round Smooth", N, seed=5)
    blurred, same = G.simulate_class("Round Smooth", N, seed=5, seeing=2.0)
    assert np.allclose(same["seeing"], 2 * truth["seeing"])
    assert all(np.array_equal(truth[k], same[k], equal_nan=True) for k in truth if k != "seeing")
    core = (slice(None), slice(44, 52), slice(44, 52))
    assert blurred[core].mean() < plain[core].mean()
    noisy, _ = G.simulate_class("Round Smooth", N, seed=5, noise=2.0)
    corner = (slice(None), slice(0, 12), slice(0, 12))
    assert np.median(noisy[corner].std((1, 2))) > 1.5 * np.median(plain[corner].std((1, 2)))
    red, _ = G.simulate_class("Round Smooth", N, seed=5, colour_shift=0.5)
    ratio = lambda a: a[core][..., 0].mean() / a[core][..., 2].mean()  # noqa: E731
    assert ratio(red) > ratio(plain)


@pytest.mark.parametrize(
    "arguments, error, words",
    [
        ({"n_per_class": 0}, ValueError, "n_per_class must be an integer of at least 1, got 0"),
        ({"n_per_class": -3}, ValueError, "n_per_class .* got -3"),
        ({"n_per_class": 2.5}, TypeError, "n_per_class .* got 2.5"),
        ({"n_per_class": True}, TypeError, "n_per_class .* got True"),
        ({"n_per_class": 1, "seed": -1}, ValueError, "seed must be an integer of at least 0"),
        ({"n_per_class": 1, "seed": "a"}, TypeError, "seed .* got 'a'"),
        ({"n_per_class": 1, "seeing": 0}, ValueError, "seeing must be a finite number above 0"),
        ({"n_per_class": 1, "seeing": "1"}, TypeError, "seeing .* got '1'"),
        ({"n_per_class": 1, "noise": float("nan")}, ValueError, "noise .* got nan"),
        ({"n_per_class": 1, "noise": -1.0}, ValueError, "noise .* got -1"),
        ({"n_per_class": 1, "colour_shift": float("inf")}, ValueError, "colour_shift .* got inf"),
        ({"n_per_class": 1, "colour_shift": None}, TypeError, "colour_shift .* got None"),
    ],
)
def test_bad_input_names_the_argument(arguments, error, words):
    with pytest.raises(error, match=words):
        G.simulate_galaxies(**arguments)


@pytest.mark.parametrize("label", ["Cigar", 7, -1])
def test_unknown_class_lists_the_classes(label):
    with pytest.raises(ValueError, match="label must be"):
        G.simulate_class(label, 1)
    with pytest.raises(TypeError, match="label"):
        G.simulate_class(1.0, 1)
