"""The galaxy simulator: what is drawn, the light of each part, the camera, the picture.

`python tests/test_simulate_galaxies.py` writes the two tables of reference anew, after a change
that is meant.
"""

import csv
import json
from collections import defaultdict
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from scipy import special

from utils.simulate import galaxies as G
from utils.simulate.camera import grain

HERE = Path(__file__).parent
DRAWS, PICTURES = HERE / "galaxy_draws.csv", HERE / "galaxy_pictures.json"
N = 50  # images per class of the set that most tests share
AXIS = (np.arange(G.GRID, dtype="f4") - (G.GRID - 1) / 2) * G.PIXEL
X, Y = AXIS[None, :], AXIS[:, None]  # arcsec
R, THETA = np.hypot(X, Y), np.arctan2(Y, X)
NIGHT = G.Night(1.0, [1.0] * 3, [1.0] * 3, 1e-9, 0.0, 1)  # as good as no noise


@pytest.fixture(scope="module")
def sky():
    """One set: images, labels, parameters and image moments."""
    images, labels, parameters = G.simulate_galaxies(N, seed=3, return_parameters=True)
    return images, labels, parameters, measure(images)


def measure(images):
    """Axis ratio, concentration, rotation asymmetry and colours of the central object."""
    light = images.astype("f4")
    grey, blue = light.mean(3), light[..., 2] - light[..., 0]
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
        "blueness": blue[:, radius < 30].mean(1),
        "gradient": blue[:, np.abs(radius - 15) < 5].mean(1) - blue[:, radius < 4].mean(1),
    }


# What is drawn


def numbers(thing, name=""):
    """Yield the names and values of all numbers in a dataclass and its parts."""
    if is_dataclass(thing):
        for f in fields(thing):
            yield from numbers(getattr(thing, f.name), f"{name}.{f.name}" if name else f.name)
    elif isinstance(thing, list | tuple):
        for i, part in enumerate(thing):
            single = not isinstance(part, list) and not is_dataclass(part)
            yield from numbers(part, f"{name}.{i}" if single else name)
    elif isinstance(thing, int | float):
        yield name, float(thing)


def draw_statistics(n):
    """Yield class, name, values a galaxy, mean, width, smallest and largest of all draws."""
    for label in range(7):
        values = defaultdict(list)
        for k in range(n):
            for name, value in numbers(G.draw_galaxy(label, 7, k)):
                values[name].append(value)
        for name, v in values.items():
            yield label, name, len(v) / n, np.mean(v), np.std(v), min(v), max(v)


def test_all_draws_have_the_statistics_of_their_class():
    """Reference: 4,000 draws; here 300, within five standard errors and a quarter of the width."""
    n, seen = 300, set()
    with open(DRAWS, encoding="utf-8", newline="") as file:
        reference = {(int(k), name): list(map(float, v)) for k, name, *v in csv.reader(file)}
    for label, name, count, mean, width, low, high in draw_statistics(n):
        seen.add((label, name))
        count0, mean0, width0, low0, high0 = reference[label, name]
        where = f"{G.CLASS_NAMES[label]}, {name}: {mean} +- {width}, {low} to {high}"
        assert abs(count - count0) < 5 * np.sqrt(count0 / n), where
        assert abs(mean - mean0) <= 5 * width0 / np.sqrt(n * count0) + 1e-6, where
        assert abs(width - width0) <= 0.25 * width0 + 1e-6, where
        room = 0.1 * (high0 - low0)
        assert low0 - room <= low <= high <= high0 + room, where
    assert seen == set(reference)


def test_draws_are_python_numbers_so_that_images_stay_float32():
    for label in range(7):
        galaxy = G.draw_galaxy(label, 0, 0)
        assert all(type(v) is float for _, v in numbers(galaxy))
        light = G.scene(galaxy)
        assert light.dtype == np.float32 and light.shape == (3, 128, 128)
        seen = G.camera(light, galaxy.night, galaxy.pixel_scale)
        assert seen.dtype == np.float32 and seen.shape == (3, 96, 96)


def test_distributions():
    rng = np.random.default_rng(0)
    many = lambda draw: np.array([draw(rng) for _ in range(4000)])  # noqa: E731
    flat = many(G.uniform(-1, 3))
    assert -1 <= flat.min() < -0.95 and 2.95 < flat.max() < 3 and abs(flat.mean() - 1) < 0.1
    cut = many(G.normal(0, 1, -1, 2))
    assert -1 < cut.min() < -0.99 and 1.9 < cut.max() < 2  # none at the cuts themselves
    assert np.mean(cut < -0.9) == pytest.approx(0.0309, abs=0.012)  # and no pile beside them
    free = many(G.normal(5, 2))
    assert free.mean() == pytest.approx(5, abs=0.2) and free.std() == pytest.approx(2, rel=0.1)
    sizes = many(G.lognormal(3, 0.5, 1, 9))
    assert 1 < sizes.min() < 1.2 and 7 < sizes.max() < 9
    assert np.median(sizes) == pytest.approx(3, rel=0.06)
    assert np.std(np.log(many(G.lognormal(3, 0.5)))) == pytest.approx(0.5, rel=0.1)
    mixed = many(G.either(0.3, 7, G.uniform(0, 1)))
    assert np.mean(mixed == 7) == pytest.approx(0.3, abs=0.04) and mixed.min() < 0.1
    assert many(G.either(0.3, 7)).min() == 0
    rows = G.several(3, G.row(G.uniform(0, 1), G.uniform(5, 6)))(rng)
    assert np.shape(rows) == (3, 2) and all(a < 1 < 5 < b for a, b in rows)
    assert len(G.several(lambda rng: 2, G.ANGLE)(rng)) == 2


def test_fields_are_drawn_unless_given():
    rng = np.random.default_rng(0)
    bar = G.Bar.draw(rng, fraction=0.3, length=G.uniform(5, 6))
    assert bar.fraction == 0.3 and 5 < bar.length < 6 and 0.4 < bar.axis_ratio < 0.8
    with pytest.raises(TypeError, match="colour"):
        G.Bar.draw(rng, colour=1)


def test_patches_of_two_and_four_pixels_have_unit_variance():
    fields_ = np.array([G.patches(np.random.default_rng(i)) for i in range(10)])
    assert fields_.shape == (10, 128, 128) and fields_.std() == pytest.approx(1, abs=0.02)
    assert np.array_equal(fields_[:, ::2, ::2], fields_[:, 1::2, 1::2])
    pairs = fields_.reshape(10, 32, 4, 32, 4)
    inside = (pairs[:, :, 0, :, 0] * pairs[:, :, 2, :, 2]).mean()
    assert inside == pytest.approx(0.36, abs=0.03)  # what patches of 4 pixels share
    assert np.mean(fields_[:, :, :-4] * fields_[:, :, 4:]) == pytest.approx(0, abs=0.03)


def test_same_seed_same_galaxies_and_a_small_set_begins_a_larger_one(sky):
    images, labels, _, _ = sky
    small, small_labels = G.simulate_galaxies(2, seed=3)
    assert np.array_equal(small, images[:14]) and np.array_equal(small_labels, labels[:14])
    one, values = G.simulate_class("Round Smooth", 3, seed=3)
    assert np.array_equal(one, images[labels == 1][:3])
    assert values["axis_ratio"].shape == (3,)
    other, _ = G.simulate_class(1, 2, seed=4)
    assert not np.array_equal(other, one[:2])


def test_only_what_is_asked_is_drawn(monkeypatch):
    drawn, real = [], G.draw_galaxy
    monkeypatch.setattr(G, "draw_galaxy", lambda *stream: drawn.append(stream) or real(*stream))
    G.simulate_galaxies(3, seed=8)
    assert sorted(drawn) == [(label, 8, k) for label in range(7) for k in range(3)]


def test_drawing_pictures_draws_no_random_numbers():
    galaxies = [G.draw_galaxy(label, 2, 0) for label in range(7)]
    forwards = [G.scene(g) for g in galaxies]
    backwards = [G.scene(g) for g in galaxies[::-1]][::-1]
    assert all(map(np.array_equal, forwards, backwards))
    first, again = (G.camera(forwards[0], galaxies[0].night) for _ in range(2))
    assert np.array_equal(first, again)


# The light of parts and of kinds


def test_turning_and_flattening():
    u, v = G.rotate(np.float32(1), np.float32(2), np.pi / 2)
    assert u == pytest.approx(2) and v == pytest.approx(-1)
    assert G.flattened(1, 0.2) == 1 and G.flattened(0, 0.2) == pytest.approx(0.2)
    assert G.flattened(0.6, 0.2) == pytest.approx(np.sqrt(0.36 * 0.96 + 0.04))


@pytest.mark.parametrize("index", [0.8, 1.0, 2.5, 4.0, 6.0])
def test_sersic_light_within_radii_is_the_closed_form(index):
    """Nothing is lost by softening: not more than 1 % of all light is anywhere else."""
    axis = (np.arange(1200) - 599.3) * G.PIXEL
    u, v = G.rotate(axis[None, :], axis[:, None], 0.4)
    light = G.PIXEL**2 * G.sersic(u, v, 3.0, index, 0.7)
    r = np.hypot(u, v / 0.7)
    b = special.gammaincinv(2 * index, 0.5)
    for radius in (1.5, 3.0, 6.0, 12.0, 100.0):
        inside = special.gammainc(2 * index, b * (radius / 3) ** (1 / index))
        assert light[r < radius].sum() == pytest.approx(inside, abs=0.012), radius


def test_bending_displaces_by_waves_of_the_given_length_and_gradient():
    wave = [(4.0, 0.0, np.pi / 2, 0.5)]  # along x, displaces y; 4 sizes of 2 arcsec
    x, y = G.bend(X + 0 * Y, Y + 0 * X, wave, 2, 0.3)
    k = 2 * np.pi / 8
    assert np.allclose(x, X, atol=1e-5) and np.allclose(
        y, Y + 0.3 / k * np.sin(k * X + 0.5), atol=1e-4
    )
    slanted, _ = G.bend(X + 0 * Y, Y + 0 * X, [(4.0, np.pi / 3, 0.0, 0.0)] * 2, 2, 0.3)
    expected = 2 * 0.3 / k * np.sin(k * (X / 2 + np.sqrt(0.75) * Y))
    assert np.allclose(slanted - X, expected, atol=1e-4)


def test_bar_is_a_boxy_ridge_of_unit_flux():
    for steepness in (0.6, 1.0):
        bar = G.Bar(0.3, 4.0, 0.5, 0.7, steepness, 0, 0, 0)
        light = bar.light(X + 0 * Y, Y + 0 * X)
        assert G.PIXEL**2 * light.sum() == pytest.approx(1, abs=0.03)
        at = lambda r, a, bar=bar: bar.light(r * np.cos(a), r * np.sin(a))  # noqa: E731
        peak, end, side = at(0, 0), at(4, 0.7), at(2, 0.7 + np.pi / 2)
        assert end / peak == pytest.approx(np.exp(-1.3)) == side / peak  # its length and width
        u, v = 4 * 0.5**0.25, 2 * 0.5**0.25  # boxier than an ellipse
        corner = at(np.hypot(u, v), 0.7 + np.arctan2(v, u))
        assert corner / peak == pytest.approx(np.exp(-1.3))


def disk(**features):
    """Return a face-on exponential disk of scale length 3 arcsec, with these features only."""
    bar = G.Bar(0.0, 1.0, 0.5, 0.0, 1.0, 0.0, 0.0, 0.0)
    plain = dict.fromkeys((f.name for f in fields(G.Disk)), 0.0)
    plain |= {"effective_radius": 3 * 1.678, "cos_i": 1.0, "pitch_angle": 20.0, "bulge_size": 0.3}
    plain |= {"bulge_index": 1.0, "bulge_thickness": 0.5, "bar": bar, "arm_start": 0.01, "arms": 2}
    plain |= {"handedness": 1, "sharpness": 1.0, "ripples": [(1, 0, 0, 1)] * 3, "waves": []}
    return G.Disk(**plain | {"patches": np.float32(0)} | features)


def light(shape, x=X + 0 * Y, y=Y + 0 * X):
    return [part if part is None else part * np.ones_like(x) for part in shape.light(x, y)]


def test_a_plain_disk_is_exponential():
    old, stars, young, tau = light(disk())
    assert old.max() == young.max() == tau.max() == 0
    for lengths in (0.5, 1, 1.678, 3):
        inside = 1 - (1 + lengths) * np.exp(-lengths)
        total = G.PIXEL**2 * stars[R < 3 * lengths].sum()
        assert total == pytest.approx(inside, abs=0.012)
    young = light(disk(young=1.0))[2]  # reaches farther out
    inside = 1 - 3 * np.exp(-2)
    assert G.PIXEL**2 * young[R < 2 * 3.9].sum() == pytest.approx(inside, abs=0.015)


def test_light_is_shared_out_among_bulge_bar_disk_and_young_stars():
    bar = G.Bar(0.2, 1.0, 0.5, 0.0, 1.0, 0.25, 0.0, 0.0)
    shape = disk(bulge_fraction=0.3, bar=bar, young=0.4)
    old, stars, young, _ = (G.PIXEL**2 * part.sum() for part in light(shape))
    assert old == pytest.approx(0.3 + 0.15, rel=0.02)
    assert stars == pytest.approx(0.5 * 0.6 * 0.97 + 0.05, rel=0.03)  # 3 % lie outside the grid
    assert young == pytest.approx(0.5 * 0.4 * 0.93, rel=0.03)
    old = light(disk(bulge_fraction=1.0))[0]
    half = 0.3 * 3 * 1.678
    assert G.PIXEL**2 * old[R < half].sum() == pytest.approx(0.5, abs=0.02)


def test_an_inclined_disk_is_flattened_and_keeps_its_light():
    shape = disk(cos_i=0.5)
    assert shape.inclination == pytest.approx(60)
    q = np.sqrt(0.25 * (1 - 0.18**2) + 0.18**2)
    assert shape.axis_ratio == pytest.approx(q)
    stars = light(shape)[1]
    assert G.PIXEL**2 * stars.sum() == pytest.approx(0.99, abs=0.01)
    second = (stars * Y**2).sum() / (stars * X**2).sum()
    assert np.sqrt(second) == pytest.approx(q, rel=0.08)  # its long side is cut by the grid
    bulge = light(disk(cos_i=0.5, bulge_fraction=1.0))[0]
    second = (bulge * Y**2).sum() / (bulge * X**2).sum()
    assert np.sqrt(second) == pytest.approx(np.sqrt(0.25 * 0.75 + 0.25), rel=0.02)


def winding(picture, m, low=2.0, high=12.0):
    """Return slope d theta / d ln r of the m arms in a picture, and their phase at ln r = 0."""
    edges = np.exp(np.linspace(np.log(low), np.log(high), 16))
    phases = []
    for a, b in zip(edges, edges[1:], strict=False):
        ring = (R >= a) & (R < b)
        flat = picture[ring] * np.exp(R[ring] / 3.9)  # without the disk's fall
        phases.append(-np.angle((flat * np.exp(-1j * m * THETA[ring])).sum()))
    ln_r = np.log(np.sqrt(edges[1:] * edges[:-1]) / 3)
    return np.polyfit(ln_r, np.unwrap(phases) / m, 1) * [1, m]


@pytest.mark.parametrize("pitch, arms, hand", [(15, 2, 1), (30, 2, -1), (30, 3, 1), (40, 1, 1)])
def test_the_pitch_measured_in_the_picture_is_the_one_drawn(pitch, arms, hand):
    shape = disk(young=1.0, arm_contrast=0.8, pitch_angle=pitch, arms=arms, handedness=hand)
    slope, _ = winding(light(shape)[2], arms)
    assert np.degrees(np.arctan(1 / slope)) == pytest.approx(hand * pitch, abs=0.6)
    faint = light(replace(shape, young=0.0))[1]  # old stars follow more weakly
    strong, weak = (np.ptp(p[(R > 5) & (R < 5.3)]) / p[(R > 5) & (R < 5.3)].mean()
                    for p in (light(shape)[2], faint))  # fmt: skip
    assert weak / strong == pytest.approx(0.45, rel=0.25)


def test_arms_leave_the_ends_of_the_bar():
    for angle in (0.0, 1.0):
        bar = G.Bar(0.0, 2.0, 0.3, angle, 1.0, 0.0, 0.0, 0.0)
        young = light(disk(young=1.0, arm_contrast=0.8, pitch_angle=30, bar=bar))[2]
        ring = np.abs(R - 6) < 0.3
        at = np.angle((young[ring] * np.exp(2j * THETA[ring])).sum()) / 2
        assert np.cos(2 * (at - angle)) > 0.98
    turned = light(disk(young=1.0, arm_contrast=0.8, pitch_angle=30, bar=bar, phase=np.pi))[2]
    at = np.angle((turned[ring] * np.exp(2j * THETA[ring])).sum()) / 2
    assert np.cos(2 * (at - angle)) < -0.98


def test_the_pattern_of_the_arms():
    theta = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    for sharpness in (0.6, 2.5):
        wave, arms = disk(sharpness=sharpness).spiral(0.3, theta)
        assert arms.mean() == pytest.approx(1, abs=1e-3)
        assert arms.max() / arms.min() == pytest.approx(np.exp(2 * sharpness), rel=1e-3)
    one_sided = disk(sharpness=0.0, lopsided=0.5, strong_side=1.0).spiral(0.3, theta)[1]
    first = (one_sided * np.exp(1j * theta)).mean()
    assert np.angle(first) == pytest.approx(1.0, abs=0.01) and abs(first) == pytest.approx(0.25)
    for place, m in enumerate((2, 4, 7)):  # ripples: m, winding, phase, centre, width
        ripples = [(1, 0, 50.0, 1)] * 3
        ripples[place] = (1.5, 0.7, 0.4, 0.5)
        shape = disk(sharpness=0.0, flocculence=0.2, ripples=ripples, pitch_angle=45)
        for ln_r, window in ((0.4, 1), (0.9, np.exp(-1))):
            pattern = np.log(shape.spiral(ln_r, theta)[1])
            expected = 0.26 * window * np.cos(m * theta - m * 1.5 * ln_r + 0.7)
            assert np.allclose(pattern, expected - 0.4 * 0.2**2, atol=1e-5)
    rough, fine = (disk(sharpness=0.0, flocculence=0.2, ripples=ripples, arms=a) for a in (3, 2))
    ratio = np.ptp(np.log(rough.spiral(0.4, theta)[1])) / np.ptp(np.log(fine.spiral(0.4, theta)[1]))
    assert ratio == pytest.approx(1.6, rel=1e-3)


def test_bar_sweeps_the_disk_and_wears_a_ring():
    bar = G.Bar(0.0, 2.0, 0.3, 0.0, 1.0, 0.0, 0.8, 0.0)
    plain, swept = light(disk())[1], light(disk(bar=bar))[1]
    assert (swept / plain)[R < 0.5].mean() == pytest.approx(0.2, abs=0.02)
    assert (swept / plain)[np.abs(R - 6) < 0.2].mean() == pytest.approx(1 - 0.8 / np.e, abs=0.02)
    ring = light(disk(bar=replace(bar, sweeping=0.0, ring=0.5)))[1] / plain
    assert ring[np.abs(R - 6.6) < 0.2].mean() == pytest.approx(1.5, abs=0.01)
    assert ring[np.abs(R - 8.1) < 0.2].mean() == pytest.approx(1 + 0.5 / np.e, abs=0.01)


def test_young_light_starts_outside_and_is_knotted():
    bar = G.Bar(0.0, 2.0, 0.3, 0.0, 1.0, 0.0, 0.0, 0.0)
    whole, holed = (light(disk(young=1.0, bar=bar, arm_start=s))[2] for s in (1e-3, 0.5))
    assert (holed / whole)[np.abs(R - 3) < 0.2].mean() == pytest.approx(1 - 1 / np.e, abs=0.02)
    patches = G.patches(np.random.default_rng(0))
    knots = light(disk(young=1.0, clumpiness=0.6, patches=patches))[2] / whole
    assert np.allclose(np.log(knots), 0.6 * patches - 0.18, atol=1e-3)


def test_knots_sit_on_the_arms_and_keep_their_light():
    patches = G.patches(np.random.default_rng(0))
    arms = {"young": 1.0, "arm_contrast": 0.8, "pitch_angle": 30, "arm_start": 1e-3}
    plain = light(disk(**arms))[2]
    knotted = light(disk(**arms, clumpiness=0.6, patches=patches))[2]
    pattern = 1 + 0.8 * (
        disk(pitch_angle=30).spiral(np.log(np.sqrt(R**2 / 9 + 0.003)), THETA)[1] - 1
    )
    on, off = (pattern > 1.5) & (R > 2), (pattern < 0.5) & (R > 2)
    spread = np.log(knotted / plain)
    assert spread[on].std() == pytest.approx(0.9, rel=0.05)  # 1.5 times the clumpiness
    assert spread[off].std() == pytest.approx(0.6 * np.sqrt(np.mean(pattern[off] ** 2)), rel=0.05)
    assert knotted[on].sum() == pytest.approx(plain[on].sum(), rel=0.1)


def test_the_inner_disk_is_as_old_as_the_bulge():
    one, aged = (light(disk(young=0.4, ageing=a)) for a in (0.0, 0.5))
    assert np.allclose(aged[0] + aged[1], one[1]) and np.allclose(aged[2], one[2])
    assert np.allclose(aged[0] / one[1], 0.5 * np.exp(-np.sqrt(R**2 / 9 + 0.003)), atol=1e-4)
    seen = G.scene(galaxy(disk(ageing=1.0)))  # old stars of g - r = 0.8, others of 0.6
    g_r = 2.5 * np.log10(seen[1] / seen[0])
    assert g_r[R < 0.3].mean() > 0.78 and g_r[np.abs(R - 12) < 0.3].mean() < 0.61


def test_dust_follows_the_arms():
    tau = light(disk(dust=0.5, pitch_angle=44))[3]
    ring = np.abs(R - 4.5) < 0.15
    assert tau[ring].max() == pytest.approx(0.5 * np.exp(-1) * 1.3, rel=0.05)
    assert tau[ring].min() == pytest.approx(0.5 * np.exp(-1) * (0.3 + np.exp(-4)), rel=0.05)
    at_arms = np.abs(np.cos(disk(pitch_angle=44).spiral(np.log(R / 3), THETA)[0] + 0.9) - 1) < 0.01
    assert tau[ring & at_arms].min() > 0.9 * tau[ring].max()


def edge_on(**features):
    plain = dict.fromkeys((f.name for f in fields(G.EdgeOn)), 0.0)
    plain |= {"effective_radius": 3 * 1.678, "thickness": 0.4, "plateau": 0.01, "waves": []}
    plain |= {"bulge_size": 0.3, "bulge_index": 1.0, "bulge_axis_ratio": 0.7}
    return G.EdgeOn(**plain | {"patches": np.float32(0)} | features)


def test_edge_on_disks_have_scale_length_height_warp_and_lane():
    at = lambda part, x, y, **f: light(edge_on(**f), np.float32(x), np.float32(y))[part]  # noqa: E731
    assert at(1, 6, 0) / at(1, 3, 0) == pytest.approx(np.exp(-1), rel=1e-3)
    assert at(1, 3, 1.2) / at(1, 3, 0) == pytest.approx(np.cosh(1) ** -2, rel=1e-3)
    assert at(1, 3, 1.2, thick_share=1.0) / at(1, 3, 0, thick_share=1.0) == pytest.approx(
        np.exp(-1 / 1.3), rel=1e-3
    )
    thick = {"thick_share": 1.0}
    assert at(1, 6.6, 0, **thick) / at(1, 3, 0, **thick) == pytest.approx(np.exp(-1), rel=1e-3)
    young = {"young": 1.0}
    assert at(2, 7.2, 0, **young) / at(2, 3, 0, **young) == pytest.approx(np.exp(-1), rel=1e-3)
    assert at(2, 3, 1.2, **young) / at(2, 3, 0, **young) == pytest.approx(np.exp(-1), rel=1e-3)
    assert at(1, 0, 0, plateau=1.0) / at(1, 0, 0) == pytest.approx(np.exp(-0.99), rel=1e-2)
    dusty = {"dust": 2.0, "lane": 0.5}
    assert at(3, 0, 0.6, **dusty) == pytest.approx(2, rel=0.02)
    assert at(3, 0, 0.6 + 0.54, **dusty) == pytest.approx(2 / np.e, rel=0.02)
    assert at(3, 3.9, 0.6, **dusty) == pytest.approx(2 / np.e, rel=0.02)
    grid = X + 0 * Y, 0 * X + Y
    old, stars, young, _ = light(edge_on(bulge_fraction=0.4, young=0.3, thick_share=0.2), *grid)
    shares = [G.PIXEL**2 * part.sum() for part in (old, stars, young)]
    assert shares == pytest.approx([0.4, 0.42, 0.18], abs=0.07)
    patches = np.full((128, 128), 1.0, "f4")
    rough, smooth = (light(edge_on(young=1.0, dust=1.0, patches=p)) for p in (patches, 0 * patches))
    middle = slice(62, 66), slice(62, 66)
    assert np.allclose(np.log(rough[2][middle] / smooth[2][middle]), 0.8, atol=1e-3)
    assert np.allclose(np.log(rough[3][middle] / smooth[3][middle]), 0.4, atol=1e-3)
    assert edge_on().axis_ratio == pytest.approx(0.3)


def test_smooth_galaxies_are_a_body_and_a_halo():
    body = G.Smooth(2.0, 0.8, 1.5, 1.0, 2.0, 0.1)
    old, halo, young, tau = body.light(X, Y)
    assert np.isscalar(halo) and tau is None and np.allclose(old, 9 * young)
    assert np.allclose(old + young, G.sersic(X, Y, 2.0, 1.5, 0.8))
    both = replace(body, bulge_fraction=0.6)
    old, halo, young, _ = both.light(X, Y)
    assert np.allclose(old + young, 0.6 * G.sersic(X, Y, 2.0, 1.5, 0.8))
    assert np.allclose(halo, 0.4 * G.sersic(X, Y, 4.0, 1.0, 0.8))


def merger(**features):
    first, second = disk(bulge_fraction=1.0), disk(bulge_fraction=1.0, effective_radius=2.0)
    none = G.Tail(0.0, 1, 1, 30, 1, 0, 1, 0)
    plain = {"angles": [0, 0], "tails": [none] * 2, "haloes": [], "waves": [], "debris": 0.5}
    given = {"separation": 6.0, "ratio": 0.5, "first": first, "second": second, "middle": 0.0}
    return G.Merger(5.0, distortion=0.0, **plain | given | features)


def test_members_of_a_merger_lie_apart_with_their_ratio():
    first, second = merger().first, merger().second
    old = merger(middle=0.5).light(X, Y)[0]
    expected = first.light(X + 3, Y)[0] + 0.5 * second.light(X - 3, Y)[0]
    assert np.allclose(old, expected, rtol=1e-4)
    inclined = replace(second, cos_i=0.2)
    turned = merger(second=inclined, angles=[0.3, 1.0]).light(X, Y)[0]
    expected = first.light(X, Y)[0] + 0.5 * inclined.light(*G.rotate(X - 6, Y, 1.0))[0]
    assert np.allclose(turned, expected, rtol=1e-4)


def test_the_second_member_lies_in_the_frame():
    for k in range(150):
        galaxy = G.draw_galaxy(G.MERGING, 4, k)
        m = galaxy.shape
        place = np.array(G.rotate(m.separation * (1 - m.middle), 0.0, -galaxy.angle))
        pixels = (place + galaxy.centre) / galaxy.pixel_scale
        assert np.abs(pixels).max() < 48 and m.separation >= 2


def test_tails_point_away_wind_and_stay_narrow():
    tail = G.Tail(1.0, 2.0, 0.5, 30.0, 1, 0.0, 1.5, 0.25)
    picture = tail.light(X + 0 * Y, Y + 0 * X)
    at = lambda r, a: tail.light(r * np.cos(a), r * np.sin(a))  # noqa: E731
    for radius in (2.0, 4.0, 6.0):  # along the spiral theta = ln(r / size) / tan(pitch)
        angle = np.log(radius / 2) / np.tan(np.radians(30))
        on, off = at(radius, angle), at(radius, angle + 1 / radius)
        r = radius / 2
        assert on == pytest.approx(0.05 * np.exp(-r / 1.5) * (1 - np.exp(-r * r)), rel=0.03)
        assert off / on == pytest.approx(np.exp(-0.5), rel=0.06)  # one arcsec beside it
    assert 0.1 < G.PIXEL**2 * picture.sum() < 1.0
    parts = merger(tails=[tail, replace(tail, flux=0.0)]).light(X, Y)
    plain = merger().light(X, Y)
    debris = 0.5 / 25 * tail.light(-(X + 0 * Y) / 5, (Y + 0 * X) / 5)
    assert np.allclose(parts[1] - plain[1], 0.75 * debris, atol=1e-7)
    assert np.allclose(parts[2] - plain[2], 0.25 * debris, atol=1e-7)
    second = merger(tails=[replace(tail, flux=0.0), tail]).light(X, Y)
    debris = 0.5 / 25 * tail.light((X - 6 + 0 * Y) / 5, (Y + 0 * X) / 5)
    assert np.allclose(second[1] - plain[1], 0.75 * debris, atol=1e-7)


def test_haloes_hold_their_share_of_the_debris():
    halo = [0.8, 1.2, 0.5, 0.3, 0.5, 0.1]
    none = [0.0, 1.0, 1.0, 0.0, 0.0, 0.0]
    haloed = merger(haloes=[halo, none]).light(X, Y)[0] - merger().light(X, Y)[0]
    u, v = G.rotate(X - 3.0, Y - 0.6, 0.3)
    assert np.allclose(haloed, 0.4 * G.sersic(u, v, 1.2 * 6.8, 1.0, 0.5), atol=1e-6)


# The scene


def galaxy(shape=None, **features):
    """Return a small smooth galaxy of 17 mag in an empty field."""
    shape = shape or G.Smooth(1.0, 1.0, 1.0, 1.0, 2.0, 0.0)
    plain = {"magnitude_r": 17.0, "pixel_scale": G.PIXEL, "night": NIGHT, "gradient": 0.2}
    plain |= {"colour_g_r": 0.8, "r_z_offset": 0.1, "young_g_r": 0.3, "angle": 0.0}
    plain |= {"centre": [0.0, 0.0], "neighbours": [], "stars": []}
    return G.Galaxy(shape, **plain | features)


def magnitudes(light):
    """Return r, g - r, r - z of the whole of a picture."""
    g, r, z = 22.5 - 2.5 * np.log10(light.sum((1, 2)))
    return [r, g - r, r - z]


def test_magnitude_and_colours_of_old_disk_and_young_stars():
    assert magnitudes(G.scene(galaxy())) == pytest.approx([17, 0.8, 0.54], abs=0.01)
    halo = G.Smooth(1.0, 1.0, 1.0, 0.0, 1.0, 0.0)
    assert magnitudes(G.scene(galaxy(halo))) == pytest.approx([17, 0.6, 0.43], abs=0.01)
    young = G.Smooth(1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
    assert magnitudes(G.scene(galaxy(young))) == pytest.approx([17, 0.3, 0.245], abs=0.01)


def test_dust_reddens():
    dusty, clear = (G.scene(galaxy(disk(dust=d))) for d in (0.6, 0.0))
    tau = -np.log(dusty / clear)
    assert np.allclose(tau[0], 1.22 * disk(dust=0.6).light(X, Y)[3], atol=2e-3)
    assert np.allclose(tau[1] / 0.84, tau[2] / 0.45, atol=2e-3)


def test_centre_angle_and_pixel_scale():
    shape = G.Smooth(2.0, 0.5, 1.0, 1.0, 2.0, 0.0)
    plain = G.scene(galaxy(shape, angle=0.6, centre=[1.5, -1.0]))[1]
    x, y = ((plain * a).sum() / plain.sum() for a in (X, Y))
    assert (x, y) == pytest.approx((1.5, -1.0), abs=0.02)
    xx, yy, xy = ((plain * a).sum() for a in ((X - x) ** 2, (Y - y) ** 2, (X - x) * (Y - y)))
    assert np.arctan2(2 * xy, xx - yy) / 2 == pytest.approx(0.6, abs=0.02)
    wide = G.scene(galaxy(shape, pixel_scale=2 * G.PIXEL))[1]
    assert 4 * wide.sum() == pytest.approx(plain.sum(), rel=0.01)  # surface brightness stays
    assert wide[64, 64] == pytest.approx(G.scene(galaxy(shape))[1][64:66, 64:66].mean(), rel=0.15)


def test_stars_and_neighbours():
    empty = G.scene(galaxy())
    star = [0.25, 0.5, 10**-0.5, 0.6, 0.7]
    light = G.scene(galaxy(stars=[star])) - empty
    assert magnitudes(light) == pytest.approx([20, 0.6, 0.27], abs=0.01)
    x, y = (
        (light * a).sum() / light.sum() for a in (np.arange(128)[None], np.arange(128)[:, None])
    )
    assert (x, y) == pytest.approx((31.5, 63.0), abs=0.01)
    assert np.count_nonzero(light[1] > 1e-3 * light[1].max()) == 2
    coarse = galaxy(pixel_scale=2 * G.PIXEL)
    quarter = G.scene(replace(coarse, stars=[star])) - G.scene(coarse)
    assert quarter.sum() == pytest.approx(light.sum() / 4, rel=1e-3)
    dwarf = G.scene(galaxy(stars=[[0.25, 0.5, 10**-0.5, 2.0, 0.7]])) - empty
    assert magnitudes(dwarf) == pytest.approx([20, 1.45, 0.6525 + 0.7], abs=0.01)
    other = [0.3, 0.6, 18.0, 0.9, 0.2, 1.1, 0.6, 0.4]
    light = G.scene(galaxy(neighbours=[other])) - empty
    assert magnitudes(light) == pytest.approx([18, 0.9, 0.55 * 0.9 + 0.2], abs=0.01)
    half = 0.55 * 10 ** (0.15 * 3) * 1.1
    u, v = G.rotate(X + 0.2 * 128 * G.PIXEL, Y - 0.1 * 128 * G.PIXEL, 0.4)
    inside = light[1][np.hypot(u, v / 0.6) < half].sum() / light[1].sum()
    assert inside == pytest.approx(0.5, abs=0.03)
    for magnitude, radius in ((14.0, 2.5), (23.5, 0.3)):  # sizes end here
        one = G.scene(galaxy(neighbours=[[0.5, 0.5, magnitude, 0, 0, 1, 1, 0]]))[1] - empty[1]
        shape = G.sersic(X, Y, radius, 1.0, 1.0)
        assert np.allclose(one / one.max(), shape / shape.max(), atol=0.01)


# The camera


def star_at(row, column, flux=1.0):
    light = np.zeros((3, G.GRID, G.GRID), "f4")
    light[:, row, column] = flux
    return light


def test_seeing_has_the_width_of_the_night_and_keeps_all_light():
    night = replace(NIGHT, seeing=1.2, widths=[1.0, 1.1, 0.9])
    seen = G.camera(star_at(64, 64), night, seeing=1.5)
    assert seen.sum((1, 2)) == pytest.approx([1, 1, 1], abs=0.01)
    for band, width in zip(seen, 1.8 * np.array([1.3, 1.32, 0.99]), strict=True):
        half = width / 2 / G.PIXEL
        radius = np.hypot(*(np.indices((96, 96)) - 48))
        alpha = width / G.PIXEL / 0.9359
        moffat = (1 + (radius / alpha) ** 2) ** -3.5
        assert np.allclose(band / band[48, 48], moffat / moffat[48, 48], atol=0.01)
        assert np.interp(half, radius[48, 48:], band[48, 48:]) == pytest.approx(
            band[48, 48] / 2, rel=0.03
        )
    coarse = G.camera(star_at(64, 64), NIGHT, 2 * G.PIXEL)[1]
    fine = G.camera(star_at(64, 64), NIGHT)[1]
    assert coarse[48, 50] / coarse[48, 48] == pytest.approx(fine[48, 52] / fine[48, 48], rel=0.02)


def test_a_star_outside_the_image_leaves_no_ghost_at_the_opposite_edge():
    edge = (G.GRID - G.SIZE) // 2
    seen = G.camera(star_at(64, edge - 5), NIGHT, seeing=2.0)  # five pixels outside
    assert seen[1, :, -10:].max() < 0.002 * seen[1, :, 0].max()
    assert seen[1, 48].argmax() == 0


def test_calibration_colour_shift_and_sky():
    night = replace(NIGHT, gains=[1.1, 1.0, 0.9], sky=0.002)
    flat = np.full((3, G.GRID, G.GRID), 0.5, "f4")
    seen = G.camera(flat, night, colour_shift=0.5).mean((1, 2))
    shift = 10 ** (0.4 * 0.25)
    sky = 0.002 / np.array([6.0, 3.4, 2.2])
    assert seen - sky == pytest.approx([0.55 / shift, 0.5, 0.45 * shift], rel=1e-3)


def test_noise_of_sky_and_photons():
    flat = np.zeros((3, G.GRID, G.GRID), "f4")
    night = replace(NIGHT, depth=1.5, seed=3)
    dark = G.camera(flat, night, noise=2.0)
    assert dark.std((1, 2)) == pytest.approx([6.3e-3, 9.9e-3, 24e-3], rel=0.04)
    assert np.allclose(G.camera(flat, night), dark / 2, atol=1e-6)
    level = np.array([0.09, 0.30, 2.0], "f4")[:, None, None]
    bright = G.camera(flat + 3 * level, night, noise=2.0) - 3 * level
    assert np.allclose(bright, 2 * dark, atol=2e-4)  # four times the photons
    below = G.camera(flat - 0.05, night, noise=2.0)
    assert np.allclose(below + 0.05, dark, atol=1e-4)
    other = G.camera(flat, replace(night, seed=4), noise=2.0)
    assert abs(np.corrcoef(other.ravel(), dark.ravel())[0, 1]) < 0.03


def test_neighbouring_pixels_share_42_per_cent_of_the_noise():
    noise = grain(np.random.default_rng(0), (3, 400, 400))
    assert noise.shape == (3, 400, 400) and noise.std() == pytest.approx(1, abs=0.01)
    share = lambda a, b: (a * b).mean()  # noqa: E731
    assert share(noise[:, 1:], noise[:, :-1]) == pytest.approx(0.42, abs=0.01)
    assert share(noise[..., 1:], noise[..., :-1]) == pytest.approx(0.42, abs=0.01)
    assert share(noise[:, 1:, 1:], noise[:, :-1, :-1]) == pytest.approx(0.42**2, abs=0.01)
    assert share(noise[:, 2:], noise[:, :-2]) == pytest.approx(0.05, abs=0.01)
    assert share(noise[:, 3:], noise[:, :-3]) == pytest.approx(0, abs=0.01)
    assert share(noise[0], noise[1]) == pytest.approx(0, abs=0.01)


# The picture


def test_sky_is_32_in_all_three_colours(sky):
    images, labels, parameters, _ = sky
    black = np.zeros((1, 3, 4, 4), "f4")
    assert np.all(G.asinh_colour(black) == 32)
    small = parameters["effective_radius"] < 2  # the wings of others reach the corners
    smooth = images[((labels == 1) | (labels == 2)) & small]
    corners = np.concatenate([smooth[:, :6, :6], smooth[:, -6:, -6:]], axis=1)
    assert np.all(np.abs(np.median(corners, axis=(0, 1, 2)) - 33.5) < 3)
    grain = np.median(corners.std((1, 2)), axis=0)  # some corners hold a star or a wing
    assert np.all((grain > 5) & (grain < 16))


def test_stretch_follows_the_formula_of_the_survey():
    for level in (0.02, 0.1, 0.3):
        grey = np.full((1, 3, 2, 2), level, "f4") / np.array([6.0, 3.4, 2.2])[:, None, None]
        value = 255 * np.arcsinh(20 * (level + 0.03)) / np.sqrt(20)
        assert np.abs(G.asinh_colour(grey) - value).max() <= 0.51
    assert np.all(G.asinh_colour(100 * grey) == 255) and np.all(G.asinh_colour(-grey) == 0)
    flux = np.zeros((1, 3, 2, 2), "f4")
    flux[:, 2] = 0.06 / 2.2  # red comes from z; dark bands still have the sky's level
    intensity = 0.03 + 0.02
    stretch = np.arcsinh(20 * intensity) / (np.sqrt(20) * intensity)
    red, green, blue = G.asinh_colour(flux)[0, 0, 0]
    assert red == round(255 * 0.09 * stretch) and green == blue == round(255 * 0.03 * stretch)


def test_colour_is_coarser_than_brightness_as_in_a_jpeg():
    rng = np.random.default_rng(0)
    flux = 0.1 + 0.01 * rng.standard_normal((1, 3, 96, 96))
    flux = (flux / np.array([6.0, 3.4, 2.2])[:, None, None]).astype("f4")
    picture = G.asinh_colour(flux)[0].astype(float)
    luma = picture @ [0.299, 0.587, 0.114]
    colour = picture - luma[..., None]
    blocks = colour.reshape(48, 2, 48, 2, 3)
    assert np.abs(blocks - blocks.mean((1, 3), keepdims=True)).max() < 1.1  # one for 2 x 2 pixels
    sharp = np.stack([G.asinh_colour(flux[..., i : i + 2])[0, :, 0] for i in (0, 50)])  # no JPEG
    raw = G.asinh_colour(flux[..., :95])[0].astype(float)[:, :94]
    raw_luma = raw @ [0.299, 0.587, 0.114]
    assert sharp.shape[0] == 2 and np.abs(raw_luma - luma[:, :94]).max() < 2
    raw_colour = raw - raw_luma[..., None]
    half = raw_colour[:, :92].reshape(48, 2, 46, 2, 3).mean((1, 3))
    quarter = half.reshape(24, 2, 23, 2, 3).mean((1, 3)).repeat(2, 0).repeat(2, 1)
    expected = 0.6 * half + 0.4 * quarter
    assert np.abs(expected - blocks.mean((1, 3))[:, :46]).max() < 1.5


def rough(picture):
    """Return sums over a 4 x 4 grid of the central 96 pixels, four digits each."""
    picture = np.asarray(picture, "f8")[..., -112:-16, -112:-16]
    sums = picture.reshape(*picture.shape[:-2], 4, 24, 4, 24).sum((-3, -1))
    return [float(f"{value:.4g}") for value in sums.ravel()]


def stages():
    """Yield names and rough pictures of one galaxy of each class at each stage."""
    for label, name in enumerate(G.CLASS_NAMES):
        one = G.draw_galaxy(label, 1, 4)
        parts = one.shape.light(X + 0 * Y, Y + 0 * X)
        for part, light in zip(("old", "disk", "young", "dust"), parts, strict=True):
            if np.ndim(light):
                yield f"{name}, {part}", rough(light)
        light = G.scene(one)
        yield f"{name}, scene", rough(light)
        blurred = G.camera(light, replace(one.night, depth=1e-9), one.pixel_scale)
        yield f"{name}, blurred", rough(np.pad(blurred, ((0, 0), (16, 16), (16, 16))))
        seen = G.camera(light, one.night, one.pixel_scale, seeing=1.5, noise=2, colour_shift=0.3)
        yield f"{name}, noisy", rough(np.pad(seen, ((0, 0), (16, 16), (16, 16))))
        coloured = G.asinh_colour(seen[None])[0].transpose(2, 0, 1)
        yield f"{name}, coloured", rough(np.pad(coloured, ((0, 0), (16, 16), (16, 16))))


def test_measured_pictures_of_each_stage():
    reference = json.loads(PICTURES.read_text("utf-8"))
    pictures = dict(stages())
    assert list(pictures) == list(reference)
    for name, values in pictures.items():
        assert values == pytest.approx(reference[name], rel=3e-3, abs=1e-7), name


# The classes


def per_class(values, labels):
    return np.array([np.nanmedian(values[labels == k]) for k in range(7)])


def test_forms(sky):
    images, labels, parameters, _ = sky
    assert images.shape == (7 * N, 96, 96, 3) and images.dtype == np.uint8
    assert labels.shape == (7 * N,) and labels.dtype == np.int64
    assert labels.tolist() == [0, 1, 2, 3, 4, 5, 6] * N
    assert len(G.CLASS_NAMES) == 7 and len(set(G.CLASS_NAMES)) == 7
    assert set(parameters) == set(G.PARAMETERS)
    assert all(v.shape == labels.shape and v.dtype == np.float32 for v in parameters.values())


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


def test_spirals_have_yellow_bulges_and_bluer_arms(sky):
    _, labels, _, seen = sky
    gradient = per_class(seen["gradient"], labels)  # of 255 steps
    assert gradient[[G.BARRED, G.TIGHT, G.LOOSE]].min() > 28
    assert gradient[[G.ROUND, G.IN_BETWEEN]].max() < 20


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


def test_parameters_are_those_of_the_galaxy():
    _, p = G.simulate_class(G.MERGING, 3, seed=6, seeing=1.5)
    for k in range(3):
        one = G.draw_galaxy(G.MERGING, 6, k)
        first, merger = one.shape.first, one.shape
        expected = {
            "magnitude_r": one.magnitude_r, "effective_radius": merger.effective_radius,
            "axis_ratio": first.axis_ratio, "inclination": first.inclination,
            "bulge_fraction": first.bulge_fraction, "bar_fraction": first.bar.fraction,
            "pitch_angle": first.pitch_angle, "arm_contrast": first.arm_contrast,
            "separation": merger.separation, "colour_g_r": one.colour_g_r,
            "seeing": 1.5 * 1.2 * one.night.seeing, "pixel_scale": one.pixel_scale,
        }  # fmt: skip
        assert {name: p[name][k] for name in p} == pytest.approx(expected, rel=1e-5)
    _, p = G.simulate_class(G.ROUND, 1)
    assert p["bar_fraction"] == 0 and np.isnan(p["pitch_angle"])


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
    assert ratio(red) > 1.05 * ratio(plain)


@pytest.mark.parametrize(
    "arguments, error, words",
    [
        ({"n_per_class": 0}, ValueError, "n_per_class must be an integer of at least 1, not 0"),
        ({"n_per_class": -3}, ValueError, "n_per_class .* not -3"),
        ({"n_per_class": 2.5}, TypeError, "n_per_class .* not 2.5"),
        ({"n_per_class": True}, TypeError, "n_per_class .* not True"),
        (
            {"n_per_class": 1, "seed": -1},
            ValueError,
            "seed must be an integer of at least 0, not -1",
        ),
        ({"n_per_class": 1, "seed": "a"}, TypeError, "seed .* not 'a'"),
        ({"n_per_class": 1, "seeing": 0}, ValueError, "seeing must be a finite number above 0"),
        ({"n_per_class": 1, "seeing": "1"}, TypeError, "seeing .* not '1'"),
        ({"n_per_class": 1, "noise": float("nan")}, ValueError, "noise .* not nan"),
        ({"n_per_class": 1, "noise": -1.0}, ValueError, "noise .* not -1"),
        ({"n_per_class": 1, "colour_shift": float("inf")}, ValueError, "colour_shift .* not inf"),
        ({"n_per_class": 1, "colour_shift": None}, TypeError, "colour_shift .* not None"),
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


if __name__ == "__main__":
    with open(DRAWS, "w", encoding="utf-8", newline="") as out:
        for label, name, *values in draw_statistics(4000):
            csv.writer(out, lineterminator="\n").writerow(
                [label, name, *(f"{v:.4g}" for v in values)]
            )
    rows = ",\n".join(f"{json.dumps(n)}: {json.dumps(v)}" for n, v in stages())
    PICTURES.write_text("{\n" + rows + "\n}\n", "utf-8")
