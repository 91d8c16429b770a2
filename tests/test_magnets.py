"""Maps of magnets: what they hold, that they are kept, and that their labels are true."""

import numpy as np
import pytest

from utils.data import load_magnets, magnet_maps
from utils.data.magnets import FIELDS, PHASES
from utils.simulate import spins


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    return tmp_path


def test_maps_are_the_simulated_ones(folder):
    d, b = np.array([1.0, 0.8]), 0.3
    maps, charge = magnet_maps(d, b, seed=3)
    wanted = spins.anneal(d, b, seed=3)
    assert maps.dtype == np.float32 and maps.shape == (2, 48, 48)
    assert np.abs(maps - wanted[2]).max() < 0.51 / 127
    assert charge.dtype == np.int64 and np.abs(charge - spins.charge(wanted)).max() < 1e-3


def test_maps_are_made_once_and_differ_with_every_argument(folder, monkeypatch):
    arguments = {"d": [1.0], "b": 0.3, "seed": 3}
    first = magnet_maps(**arguments)
    others = ({"d": [0.9]}, {"b": 0.4}, {"seed": 4})
    for change in others:
        assert not np.array_equal(magnet_maps(**arguments | change)[0], first[0]), change
    assert len(list(folder.glob("*.npz"))) == 1 + len(others)
    monkeypatch.setattr(spins, "anneal", None)
    for a, again in zip(first, magnet_maps(**arguments)):
        assert np.array_equal(a, again) and a.dtype == again.dtype


def test_seed_0_is_the_usual():
    (usual, _), (told, _) = magnet_maps(0.8, 0.1), magnet_maps(0.8, 0.1, seed=0)
    assert np.array_equal(usual, told)
    assert load_magnets(1, d=(0.8, 0.8))[2][:, 0].tolist() == [0.8] * 3


def test_phases_are_what_their_labels_say(capsys):
    maps, labels, conditions = loaded = load_magnets(3, seed=1)
    assert loaded.source == "simulated" and loaded.note == ""
    assert capsys.readouterr().out == "Magnets: simulated, 3 x 3 maps of 48 x 48 spins\n"
    assert labels.tolist() == [0, 1, 2] * 3 and len(PHASES) == 3
    d, b, charge = conditions.T
    assert FIELDS == ((0.0, 0.1), (0.4, 0.6), (1.0, 1.25))
    assert d.min() >= 0.7 and d.max() <= 1.0 and len(set(d)) == 9
    for phase, (low, high) in enumerate(FIELDS):
        reduced = (b / d**2)[labels == phase]
        assert low <= reduced.min() <= reduced.max() <= high
    mean = maps.mean(axis=(1, 2))
    assert np.abs(mean[labels == 0]).max() < 0.2 and mean[labels == 2].min() > 0.95
    turns = 48 * np.arctan(d / np.sqrt(2)) / (np.sqrt(2) * np.pi)
    expected = np.sqrt(3) / 2 * turns**2  # skyrmions, at a distance of 2/sqrt(3) periods
    assert (-charge / expected)[labels == 1].min() > 0.6
    assert not charge[labels == 2].any()


def test_a_smaller_set_is_contained_in_a_larger_one():
    few, many = load_magnets(1, d=(0.5, 0.6)), load_magnets(2, d=(0.5, 0.6))
    for a, b in zip(few, many):
        assert np.array_equal(a, b[:3])
    assert many[2][:, 0].max() <= 0.6
    assert not np.array_equal(few[0], load_magnets(1, d=(0.5, 0.6), seed=1)[0])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"n_per_class": 0}, "n_per_class must be an integer of at least 1, not 0"),
        ({"seed": 1.5}, "seed must be an integer of at least 0, not 1.5"),
        ({"d": (1.0, 0.7)}, r"d must be a range \(low, high\), not \(1.0, 0.7\)"),
        ({"d": (0.0, 0.7)}, "d must be a finite number above 0, not 0.0"),
    ],
)
def test_bad_arguments_are_named(arguments, says):
    with pytest.raises(ValueError, match=says):
        load_magnets(**arguments)


def test_every_map_has_its_own_seed_and_the_fields_fill_their_ranges(monkeypatch):
    called = []

    def maps(d, b, seed):
        called.append(seed)
        return np.zeros((len(d), 48, 48), np.float32), np.zeros(len(d), np.int64)

    monkeypatch.setattr("utils.data.magnets.magnet_maps", maps)
    _, labels, conditions = load_magnets(40)
    (seeds,) = called
    assert len(set(seeds.tolist())) == 120 and 0 < seeds.min() and 2**30 < seeds.max() < 2**31
    d, b, _ = conditions.T
    assert d.min() < 0.72 and 0.98 < d.max() <= 1
    for phase, (low, high) in enumerate(FIELDS):
        reduced = (b / d**2)[labels == phase]
        assert low <= reduced.min() and reduced.max() <= high
        assert np.ptp(reduced) > 0.8 * (high - low)
