"""Numbers given as arguments: what is accepted, and what each complaint says."""

import numpy as np
import pytest

from utils.arguments import WrongKind, integer, real


def test_integers_of_any_library_become_int():
    assert integer("n", np.int64(3)) == 3 and type(integer("n", np.int64(3))) is int
    assert integer("n", 0) == 0 and integer("n", 5, 1, 5) == 5 and integer("n", 1, 1) == 1


@pytest.mark.parametrize("value", [True, np.True_, 2.0, "3", None, [1]])
def test_what_is_no_integer_is_named(value):
    with pytest.raises(WrongKind, match="^n must be an integer of at least 2, not ") as caught:
        integer("n", value, 2)
    assert repr(value) in str(caught.value)
    assert isinstance(caught.value, TypeError) and isinstance(caught.value, ValueError)


@pytest.mark.parametrize("value", [-1, 8])
def test_an_integer_out_of_range_is_named(value):
    with pytest.raises(ValueError, match="least 0 and at most 7, not ") as caught:
        integer("n", value, most=7)
    assert not isinstance(caught.value, TypeError)


def test_real_numbers_become_float():
    assert real("t", np.float32(0.5)) == 0.5 and type(real("t", 2)) is float
    assert real("t", 1e-9, above=0) == 1e-9 and real("t", 0, least=0) == 0
    assert real("t", 3, most=3) == 3


@pytest.mark.parametrize("value", [True, "1", None, 1j, np.zeros(2)])
def test_what_is_no_number_is_named(value):
    with pytest.raises(WrongKind, match="^t must be a finite number above 0, not "):
        real("t", value, above=0)


@pytest.mark.parametrize("value", [0, -1.5, float("nan"), float("inf")])
def test_a_number_out_of_range_is_named(value):
    with pytest.raises(ValueError, match=f"^t must be a finite number above 0, not {value!r}$"):
        real("t", value, above=0)
    with pytest.raises(ValueError, match="of at least 2, not"):
        real("t", value, least=2)


def test_a_number_above_its_largest_is_named():
    with pytest.raises(ValueError, match="^t must be a finite number of at least 0 and at most 3"):
        real("t", 3.1, least=0, most=3)
