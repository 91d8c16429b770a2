"""The spin simulator against closed forms, symmetries and a loop over single spins."""

import random
import time

import numpy as np
import pytest
from scipy.stats import kstest

from tools import bench_spins
from utils.simulate import spins

PURE = spins.anneal(1.0, np.repeat([0.5, 1.0], 8), seed=1)  # skyrmions, and a ferromagnet
HOT = spins.anneal(1.0, 0.0, seed=np.arange(6), size=16, sweeps=0)  # infinite temperature


def sublattices(d, b, size, seed=0):
    """Return the inner state of an anneal at its random start."""
    streams = [(seed, r) for r in range(len(d))]
    return spins._Sublattices(np.asarray(d, float), np.asarray(b, float), streams, size)


def uniform(direction, size=4):
    """Return spins (3, 1, L, L) that all point along `direction`."""
    s = np.empty((3, 1, size, size))
    s[:] = np.reshape(direction, (3, 1, 1, 1))
    return s


def turned(s, rotation):
    """Return all spins multiplied by a matrix (3, 3)."""
    return np.einsum("ij,j...->i...", np.array(rotation, float), s)


def skyrmion(size=32, radius=8.0, turns=1):
    """Return one skyrmion, core down, its spins along the azimuth: what d > 0 wants."""
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    theta = np.pi * np.clip(1 - np.hypot(x, y) / radius, 0, 1)
    phi = turns * np.arctan2(y, x)
    s = [-np.sin(theta) * np.sin(phi), np.sin(theta) * np.cos(phi), np.cos(theta)]
    return np.array(s)[:, None]


# ---- the energy and the field


@pytest.mark.parametrize(("axis", "across"), [(3, (1, 2)), (2, (2, 0))])
@pytest.mark.parametrize("d", [0.0, 0.5, 1.0, -1.0])
def test_two_spins_are_canted_by_atan_d(axis, across, d):
    angles = np.radians(np.arange(-180, 180, 0.5))
    pair = np.zeros((3, len(angles), 8, 8))  # no other spin on the lattice
    ahead = (3, 4) if axis == 3 else (4, 3)
    pair[across[0], :, 3, 3] = 1
    pair[across[0], :, *ahead], pair[across[1], :, *ahead] = np.cos(angles), np.sin(angles)
    both = 64 * spins.energy(pair, d, 0)
    assert both == pytest.approx(-np.cos(angles) - d * np.sin(angles), abs=1e-12)
    assert angles[both.argmin()] == pytest.approx(np.arctan(d), abs=np.radians(0.26))


def test_energy_of_the_ferromagnet_and_of_the_antiferromagnet():
    b = np.array([0.0, 0.3, -0.7])
    up = np.repeat(uniform([0, 0, 1]), 3, axis=1)
    assert spins.energy(up, 0.8, b) == pytest.approx(-2 - b)
    assert spins.energy(up, [0, 0.5, 1], 0.25) == pytest.approx([-2.25] * 3)
    checkerboard = up * (-1) ** np.indices((4, 4)).sum(axis=0)
    assert spins.energy(checkerboard, 0.8, b) == pytest.approx([2] * 3)
    assert spins.magnetisation(up) == pytest.approx([1] * 3)
    assert spins.magnetisation(uniform([0.6, 0, -0.8])) == pytest.approx([-0.8])


def test_energies_of_helices():
    found = spins.energy(spins.helix([5, 5, 0, 0], [5, 0, 5, 0]), 1.0, 0.0)
    assert found == pytest.approx([-2.447625, -2.40211, -2.40211, -2], abs=1e-5)
    q = 2 * np.pi / 20 * np.array([3, 2])
    expected = -np.cos(q).sum() - 0.7 * np.hypot(*np.sin(q))
    one = spins.helix(3, 2, size=20)
    assert one.shape == (3, 1, 20, 20) and one.dtype == np.float32
    assert spins.energy(one, 0.7, 0.4) == pytest.approx([expected], abs=1e-6)  # m = 0
    assert np.abs(np.linalg.norm(one, axis=0) - 1).max() < 1e-6
    assert spins.charge(one) == pytest.approx([0], abs=1e-9)
    assert one[2, 0, 0, 0] == 1 and spins.helix(0, 0, 2).shape == (3, 1, 2, 2)


def test_the_best_period_of_a_long_helix_is_that_of_the_closed_form():
    along = spins.energy(spins.helix(np.arange(20), 0, size=80), 1.0, 0.0)
    assert along.argmin() == 80 / 8 and along.min() == pytest.approx(-1 - 2**0.5, abs=1e-6)
    diagonal = spins.energy(spins.helix(np.arange(20), np.arange(20), size=163), 1.0, 0.0)
    assert 163 / 2**0.5 / diagonal.argmin() == pytest.approx(7.219, rel=0.005)
    assert diagonal.min() == pytest.approx(-2 * 1.5**0.5, abs=1e-5)


def test_the_field_is_minus_the_derivative_of_the_energy():
    d, b = np.array([0.0, 0.5, 1.0, 0.5, -1.0, 0.8]), np.linspace(-1, 1, 6)
    h = spins.local_field(HOT, d, b)
    for i, x, y in ((0, 3, 15), (1, 0, 0), (2, 15, 7)):
        moved = np.array([HOT, HOT], float)
        moved[0, i, :, y, x] -= 0.5
        moved[1, i, :, y, x] += 0.5
        before, after = (spins.energy(s, d, b) for s in moved)
        assert 256 * (before - after) == pytest.approx(h[i, :, y, x], abs=1e-9)


def test_neel_is_bloch_with_all_spins_turned_by_90_degrees_about_z():
    d, b = 0.8, 0.3
    neel = turned(HOT, [[0, 1, 0], [-1, 0, 0], [0, 0, 1]])
    right, up = np.roll(neel, -1, axis=3), np.roll(neel, -1, axis=2)
    x_z, y_z = (0.0, -1.0, 0.0), (1.0, 0.0, 0.0)  # r x z for r = x and y
    energy = -(neel * (right + up)).sum(axis=0) - b * neel[2]
    for vector, ahead in ((x_z, right), (y_z, up)):
        energy -= d * np.tensordot(vector, np.cross(neel, ahead, axis=0), 1)
    assert energy.mean(axis=(1, 2)) == pytest.approx(spins.energy(HOT, d, b), abs=1e-6)
    assert spins.charge(neel) == pytest.approx(spins.charge(HOT), abs=1e-9)


def test_symmetries_of_energy_and_charge():
    d, b = 0.8, 0.3
    for some in (HOT, PURE[:, 6:10]):
        energy, charge = spins.energy(some, d, b), spins.charge(some)
        same = {
            "moved": np.roll(some, (3, 5), axis=(2, 3)),
            "turned": turned(np.rot90(some, axes=(3, 2)), [[0, -1, 0], [1, 0, 0], [0, 0, 1]]),
            "transposed": turned(np.swapaxes(some, 2, 3), [[0, -1, 0], [-1, 0, 0], [0, 0, 1]]),
        }
        for name, s in same.items():
            assert spins.energy(s, d, b) == pytest.approx(energy, abs=1e-6), name
            if some is not HOT or name != "turned":  # which would cut along the other diagonal
                assert spins.charge(s) == pytest.approx(charge, abs=1e-9), name
    energy, charge = spins.energy(HOT, d, b), spins.charge(HOT)
    assert spins.energy(-HOT, d, -b) == pytest.approx(energy, abs=1e-6)
    assert spins.charge(-HOT) == pytest.approx(-charge, abs=1e-9)
    mirrored = HOT * np.reshape([-1, -1, 1], (3, 1, 1, 1))  # by 180 degrees about z
    assert spins.energy(mirrored, -d, b) == pytest.approx(energy, abs=1e-6)


# ---- the charge


def test_the_charge_is_an_integer_even_at_infinite_temperature():
    hot = spins.anneal(0.0, 0.0, seed=np.arange(20), sweeps=0)
    found = spins.charge(hot)
    assert np.abs(found - np.round(found)).max() < 1e-5
    assert 5 < found.std() < 40 and abs(found.mean()) < 15


def test_a_skyrmion_with_its_core_down_counts_minus_one():
    one = skyrmion()
    assert spins.charge(one) == pytest.approx([-1], abs=1e-9)
    assert spins.charge(3.0 * one) == pytest.approx([-1], abs=1e-9)
    assert spins.charge(skyrmion(turns=-1)) == pytest.approx([1], abs=1e-9)
    assert spins.charge(skyrmion(turns=2)) == pytest.approx([-2], abs=1e-9)
    pair = np.concatenate([one, np.roll(one, 3, axis=2)], axis=3)
    assert spins.charge(np.concatenate([pair, pair], axis=2)) == pytest.approx([-4], abs=1e-9)
    other_hand = one * np.reshape([-1, -1, 1], (3, 1, 1, 1))
    assert spins.charge(other_hand) == pytest.approx([-1], abs=1e-9)
    assert spins.energy(one, 1.0, 0.0) < -2 < spins.energy(other_hand, 1.0, 0.0)


def test_the_charge_of_slowly_varying_spins_is_the_integral():
    s = PURE[:, :8].astype(float)
    ahead = [np.roll(s, -1, axis) - np.roll(s, 1, axis) for axis in (3, 2)]
    density = (s * np.cross(*ahead, axis=0)).sum(axis=0) / (16 * np.pi)
    assert density.sum(axis=(1, 2)) == pytest.approx(spins.charge(s), rel=0.3)


# ---- the updates


def test_over_relaxation_turns_all_spins_and_keeps_the_energy():
    d, b = np.array([1.0, 0.6]), np.array([0.4, -0.2])
    lattices = sublattices(d, b, 48)
    for _ in range(10):
        lattices.sweep(0.5)
    start = lattices.spins()
    lattices.sweep()
    assert np.median(np.linalg.norm(lattices.spins() - start, axis=0)) > 0.3
    for _ in range(1000):
        lattices.sweep()
    end = lattices.spins()
    assert spins.energy(end, d, b) == pytest.approx(spins.energy(start, d, b), abs=1e-6)
    assert abs((end * start).sum(axis=0).mean()) < 0.7


def test_one_sweep_of_over_relaxation_is_that_of_a_loop_over_sites():
    d, b = np.array([1.0, 0.6, -0.4]), np.array([0.4, -0.2, 1.5])
    lattices = sublattices(d, b, 6)
    s = lattices.spins().astype(float)
    for first in ((0, 0), (0, 1), (1, 0), (1, 1)):
        for y in range(first[0], 6, 2):
            for x in range(first[1], 6, 2):
                h = spins.local_field(s, d, b)[:, :, y, x]
                old = s[:, :, y, x]
                s[:, :, y, x] = 2 * h * (old * h).sum(axis=0) / (h * h).sum(axis=0) - old
    lattices.sweep()
    assert np.abs(lattices.spins() - s).max() < 2e-5


@pytest.mark.parametrize("temperature", [0.05, 0.8, 20.0])
def test_the_heat_bath_draws_from_the_boltzmann_distribution(temperature):
    d, b = np.full(32, 0.8), np.full(32, 0.3)
    lattices = sublattices(d, b, 48, seed=3)
    for _ in range(20):
        lattices.sweep(temperature)
    s = lattices.spins().astype(float)
    h = spins.local_field(s, d, b)
    s, h = (x[:, :, 1::2, 1::2].reshape(3, -1) for x in (s, h))  # drawn last: h was the same
    strength = np.linalg.norm(h, axis=0)
    h /= strength
    k, cos = strength / temperature, (s * h).sum(axis=0)
    mean = 1 / np.tanh(k) - 1 / k
    spread = np.sqrt(1 - 2 * mean / k - mean**2)
    assert abs(((cos - mean) / spread).sum()) < 4 * np.sqrt(cos.size)
    below = np.exp(-k * (1 - cos)) - np.exp(-2 * k)  # the share of the distribution below cos
    assert kstest(below / (1 - np.exp(-2 * k)), "uniform").pvalue > 1e-5
    across = np.cross(h, [[1.0], [0.0], [0.0]], axis=0)
    across /= np.linalg.norm(across, axis=0)
    phi = np.arctan2((s * np.cross(h, across, axis=0)).sum(axis=0), (s * across).sum(axis=0))
    assert kstest(phi / (2 * np.pi) + 0.5, "uniform").pvalue > 1e-5
    assert np.abs(np.linalg.norm(s, axis=0) - 1).max() < 1e-5


def test_the_equilibrium_is_that_of_a_loop_over_single_spins():
    d, b, temperature = bench_spins.D, bench_spins.B, bench_spins.TEMPERATURE
    hot = spins.anneal(
        np.full(768, d), b, size=8, sweeps=40, t_start=temperature, t_end=temperature
    )
    s, looped = [0.0, 0.0, 1.0] * 64, []
    random.seed(0)
    for _ in range(1200):
        bench_spins.visit(s, 8, d, b, temperature, 1, relaxations=1)
        state = np.moveaxis(np.reshape(s, (1, 8, 8, 3)), -1, 0)
        looped.append([spins.energy(state, d, b)[0], spins.magnetisation(state)[0]])
    assert np.abs(np.linalg.norm(state, axis=0) - 1).max() < 1e-9
    for one, other in zip(np.mean(looped[40:], axis=0), (spins.energy, spins.magnetisation)):
        many = other(hot, d, b) if other is spins.energy else other(hot)
        assert one == pytest.approx(many.mean(), abs=0.02)  # both scatter by 0.004


# ---- the phases


def test_skyrmions_at_half_the_field_and_none_at_the_full_one():
    assert PURE.shape == (3, 16, 48, 48) and PURE.dtype == np.float32
    assert np.abs(np.linalg.norm(PURE.astype(float), axis=0) - 1).max() < 1e-6
    b = np.repeat([0.5, 1.0], 8)
    energy, m, q = spins.energy(PURE, 1.0, b), spins.magnetisation(PURE), spins.charge(PURE)
    assert np.all((28 <= -q[:8].round()) & (-q[:8].round() <= 39))
    assert np.all((0.50 < m[:8]) & (m[:8] < 0.56)) and np.all(m[8:] > 0.99)
    assert energy[:8].mean() == pytest.approx(-2.545, abs=0.003)
    assert energy[8:] == pytest.approx(-2 - 1.0 + 0.02, abs=0.002)  # T / J above the ground state
    assert np.all(q[8:].round() == 0)


def test_spirals_without_a_field_and_few_skyrmions_in_a_weak_one():
    b = np.repeat([0.0, 0.1], 4)
    cold = spins.anneal(1.0, b, seed=2)
    energy, m = spins.energy(cold, 1.0, b), spins.magnetisation(cold)
    assert energy[:4].mean() == pytest.approx(-2.411, abs=0.006)
    assert np.all(energy > -2.4495) and np.abs(m[:4]).max() < 0.04
    assert np.all((0.05 < m[4:]) & (m[4:] < 0.16))
    assert np.all(np.abs(spins.charge(cold)[:4]) < 8)


def test_exchange_alone_makes_a_ferromagnet_against_the_field_if_it_is_negative():
    cold = spins.anneal(0.0, [0.5, -0.5], size=16)
    assert spins.magnetisation(cold) == pytest.approx([1, -1], abs=0.02)
    assert spins.energy(cold, 0.0, [0.5, -0.5]) == pytest.approx([-2.48, -2.48], abs=0.005)


def test_random_spins_are_uniform_on_the_sphere():
    hot = spins.anneal(0.0, 0.0, seed=5, sweeps=0)
    for component in hot:
        assert kstest(component.ravel() / 2 + 0.5, "uniform").pvalue > 1e-5
    assert np.abs(np.mean(hot[0] * hot[1])) < 0.02 and np.abs(np.mean(hot[0] * hot[2])) < 0.02


# ---- seeds


def test_a_replica_does_not_depend_on_those_beside_it(monkeypatch):
    d, b = np.linspace(0.7, 1, 70), np.linspace(0, 1, 70)
    many = spins.anneal(d, b, seed=4, size=12, sweeps=15)  # three chunks
    for n in (1, 5, 32, 33):
        assert np.array_equal(spins.anneal(d[:n], b[:n], seed=4, size=12, sweeps=15), many[:, :n])
    monkeypatch.setattr(spins, "TOGETHER", 7)
    assert np.array_equal(spins.anneal(d, b, seed=4, size=12, sweeps=15), many)
    assert not np.array_equal(many[:, 0], many[:, 1])


def test_replicas_of_48_by_48_are_the_same_alone_and_together():
    some = spins.anneal(1.0, 0.5, seed=[8, 1, 8], sweeps=5)
    assert np.array_equal(some[:, 0], some[:, 2]) and not np.array_equal(some[:, 0], some[:, 1])
    assert np.array_equal(spins.anneal(1.0, 0.5, seed=8, sweeps=5), some[:, :1])
    assert np.array_equal(spins.anneal(1.0, [0.5], seed=[1], sweeps=5), some[:, 1:2])
    assert np.array_equal(spins.anneal(1.0, 0.5, sweeps=5), spins.anneal(1.0, 0.5, 0, 48, 5))


def test_an_anneal_that_stops_early_is_the_beginning_of_the_whole():
    whole, part = 40, 15
    t = 0.02 ** ((part - 1) / (whole - 1))
    early = spins.anneal(1.0, 0.5, size=8, sweeps=part, t_end=t)
    lattices = sublattices([1.0], [0.5], 8)
    for k in range(part):
        lattices.sweep(0.02 ** (k / (whole - 1)))
        for _ in range(3):
            lattices.sweep()
    assert np.abs(early - lattices.spins()).max() < 1e-5
    once = spins.anneal(1.0, 0.5, size=8, sweeps=1, t_end=0.1)  # at t_start
    assert np.array_equal(once, spins.anneal(1.0, 0.5, size=8, sweeps=1))


def test_the_updates_run_at_the_speed_of_arrays():
    spins.anneal(1.0, 0.5, sweeps=1)
    best = np.inf
    for _ in range(3):
        begin = time.process_time()
        spins.anneal(np.ones(32), 0.5, sweeps=10)
        best = min(best, time.process_time() - begin)
    assert 4 * 10 * 32 * 48**2 / best > 2e7  # 1e8 on one idle core; a loop in Python makes 1e6


# ---- bad input


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 47}, "size must be even, for four sublattices, not 47"),
        ({"size": 2}, "size must be an integer of at least 4, not 2"),
        ({"size": 48.0}, "size must be an integer of at least 4, not 48.0"),
        ({"d": [1.0, 1.0, 1.0], "b": [0.1, 0.2]}, "same number, not {'d': 3, 'b': 2, 'seed': 1}"),
        ({"b": [0.1, 0.2], "seed": [1, 2, 3]}, "same number, not {'d': 1, 'b': 2, 'seed': 3}"),
        ({"d": []}, "same number, not {'d': 0, 'b': 1, 'seed': 1}"),
        ({"d": np.nan}, "d must be a finite number, not"),
        ({"d": [1.0, np.inf]}, "d must be a finite number, not"),
        ({"b": [[0.1, 0.2]]}, "b must be a finite number, not"),
        ({"b": "0.5"}, "b must be a finite number, not"),
        ({"b": None}, "b must be a finite number, not None"),
        ({"seed": 0.5}, "seed must be an integer of at least 0, not"),
        ({"seed": [3, -1]}, "seed must be an integer of at least 0, not"),
        ({"sweeps": -1}, "sweeps must be an integer of at least 0, not -1"),
        ({"t_start": 0.59}, "t_start must be a finite number of at least 0.6, not 0.59"),
        ({"t_end": 0}, "t_end must be a finite number above 0, not 0"),
        ({"t_end": 1.5}, "t_end must be at most t_start = 1.0, not 1.5"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError) as caught:
        spins.anneal(**({"d": 1.0, "b": 0.5, "size": 8, "sweeps": 1} | arguments))
    assert message in str(caught.value)


def test_the_bounds_themselves_are_allowed():
    s = spins.anneal(1, 0, size=4, sweeps=2, t_start=0.6, t_end=0.6)
    assert s.shape == (3, 1, 4, 4) and np.isfinite(s).all()


@pytest.mark.parametrize(
    "bad", [np.zeros((3, 8, 8)), np.zeros((2, 1, 8, 8)), np.full((3, 1, 2, 2), np.nan)]
)
def test_bad_spins_are_named(bad):
    for function in (spins.charge, spins.magnetisation, lambda s: spins.energy(s, 1, 0)):
        with pytest.raises(ValueError, match=r"spins must be finite numbers \(3, R, L, L\), not"):
            function(bad)


def test_energies_complain_of_couplings_that_do_not_fit():
    with pytest.raises(ValueError, match="not {'spins': 6, 'd': 2, 'b': 1}"):
        spins.energy(HOT, [1.0, 0.5], 0.1)
    with pytest.raises(ValueError, match="b must be a finite number"):
        spins.energy(HOT, 1.0, np.nan)
    with pytest.raises(ValueError, match="n1 must be an integer of at least 0, not"):
        spins.helix(1.5, 0)
    with pytest.raises(ValueError, match="size must be an integer of at least 2, not 1"):
        spins.helix(1, 0, 1)


def test_the_benchmark_runs(capsys):
    assert bench_spins.main(["--quick"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5 and "NumPy, 4 of 48 x 48" in lines[2] and "Python, 8 x 8" in lines[3]
