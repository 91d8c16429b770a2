"""The anharmonic chain: forces, force constants and sum rules against each other."""

import numpy as np
import pytest

from utils.simulate import chain

SPRINGS = [chain.SPRING, (2.0, 0.0, 0.0), (0.7, 1.3, 2.9)]
spring_of = pytest.mark.parametrize("spring", SPRINGS)


@spring_of
def test_forces_are_minus_the_gradient_of_the_energy(spring):
    u, step = chain.snapshots(5, seed=1)[0], 1e-5
    f = chain.forces(u, spring)
    for atom in range(chain.ATOMS):
        moved = step * np.eye(chain.ATOMS)[atom]
        change = chain.energy(u + moved, spring) - chain.energy(u - moved, spring)
        np.testing.assert_allclose(f[:, atom], -change / (2 * step), rtol=0, atol=1e-8)


def test_two_atoms_by_hand():
    # d = 0.5: phi = 0.125 - 2 / 6 / 8 + 6 / 24 / 16, phi' = 0.5 - 0.25 + 0.125
    assert chain.energy([0.1, 0.6]) == pytest.approx(0.125 - 1 / 24 + 1 / 64)
    np.testing.assert_allclose(chain.forces([0.1, 0.6]), [0.375, -0.375])
    assert chain.forces(np.zeros((2, 3, 4))).shape == (2, 3, 4)


def test_forces_add_up_to_zero_and_a_shift_changes_nothing():
    u, _ = chain.snapshots(20)
    np.testing.assert_allclose(chain.forces(u).sum(axis=1), 0, atol=1e-14)
    np.testing.assert_allclose(chain.forces(u + 5.0), chain.forces(u), atol=1e-13)


def test_there_are_119_monomials_each_once():
    products = chain.monomials()
    assert [sum(len(m) == order for m in products) for order in (1, 2, 3)] == [7, 28, 84]
    assert len({tuple(sorted(m)) for m in products}) == len(products) == 119
    u = np.arange(2.0, 9.0)[None]
    values = dict(zip(products, chain.features(u)[0]))
    assert values[(-3,)] == 2 and values[(-1, 0)] == 4 * 5 and values[(-3, 3, 3)] == 2 * 8 * 8


def test_exactly_14_constants_are_not_zero():
    constants = dict(zip(chain.monomials(), chain.force_constants()))
    assert {m: c for m, c in constants.items() if c != 0} == {
        (-1,): 1, (0,): -2, (1,): 1,
        (-1, -1): 1, (-1, 0): -2, (0, 1): 2, (1, 1): -1,
        (-1, -1, -1): 1, (-1, -1, 0): -3, (-1, 0, 0): 3, (0, 0, 0): -2,
        (0, 0, 1): 3, (0, 1, 1): -3, (1, 1, 1): 1,
    }  # fmt: skip


@spring_of
def test_features_times_constants_are_the_force(spring):
    u, f = chain.snapshots(50, noise=0, spring=spring)
    np.testing.assert_array_equal(f, chain.forces(u, spring)[:, 3])
    constants = chain.force_constants(spring)
    np.testing.assert_allclose(chain.features(u) @ constants, f, rtol=0, atol=1e-13)


@spring_of
def test_true_constants_obey_the_36_sum_rules(spring):
    rules = chain.sum_rules(chain.force_constants(spring))
    assert rules.shape == (36,)
    np.testing.assert_allclose(rules, 0, atol=1e-12)


def test_sum_rules_are_the_change_of_the_force_under_a_shift():
    rng, step = np.random.default_rng(0), 1e-5
    constants, u = rng.normal(size=119), rng.normal(size=(6, 7))
    moved = (chain.features(u + step) - chain.features(u - step)) @ constants / (2 * step)
    rules = chain.sum_rules(constants)
    polynomial = rules[0] + chain.features(u)[:, :35] @ rules[1:]
    np.testing.assert_allclose(moved, polynomial, rtol=0, atol=1e-6)


def test_snapshots_have_the_asked_for_spread_and_repeat():
    u, f = chain.snapshots(20_000, amplitude=0.2, noise=0.05, seed=3)
    assert u.std() == pytest.approx(0.2, rel=0.01) and abs(u.mean()) < 0.002
    error = f - chain.forces(u)[:, 3]
    assert error.std() == pytest.approx(0.05, rel=0.02) and abs(error.mean()) < 0.001
    few_u, few_f = chain.snapshots(7, amplitude=0.2, noise=0.05, seed=3)
    np.testing.assert_array_equal(few_u, u[:7])
    np.testing.assert_array_equal(few_f, f[:7])
    assert not np.array_equal(chain.snapshots(7, seed=4)[0], chain.snapshots(7, seed=5)[0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: chain.snapshots(0), "n must be an integer of at least 1, not 0"),
        (lambda: chain.snapshots(2.5), "n must be an integer"),
        (lambda: chain.snapshots(3, amplitude=0), "amplitude must be a finite number above 0"),
        (lambda: chain.snapshots(3, noise=-1), "noise must be a finite number of at least 0"),
        (lambda: chain.snapshots(3, spring=(1, 2)), "spring must be three numbers"),
        (lambda: chain.energy([0, 1], spring=3), "spring must be three numbers"),
        (lambda: chain.forces([0, 1], (1, "2", 3)), r"spring\[1\] must be a finite number"),
        (lambda: chain.force_constants((1, np.nan, 3)), r"spring\[1\] must be a finite number"),
        (lambda: chain.energy(1.0), r"u must have shape \(..., n\)"),
        (lambda: chain.forces([[1.0]]), r"with n >= 2 atoms, not \(1, 1\)"),
        (lambda: chain.forces([1.0, np.inf]), "u must be finite"),
        (lambda: chain.features(np.zeros(7)), r"u must have shape \(n, 7\), not \(7,\)"),
        (lambda: chain.features(np.zeros((2, 6))), r"not \(2, 6\)"),
        (lambda: chain.sum_rules(np.zeros(14)), r"constants must have shape \(119,\), not \(14,\)"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
