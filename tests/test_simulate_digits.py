"""The imitation of MNIST: its forms, its digits, its honesty."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from utils.simulate import digits


@pytest.fixture(scope="module")
def stand_in():
    return digits.stand_in()


def moments(images):
    """Return ink, centre (row, column) and second moments (rows, columns, mixed) of each image."""
    ink = images / 255
    total = ink.sum(axis=(1, 2))
    row, column = np.mgrid[:28, :28]
    y, x = (np.tensordot(ink, grid, 2) / total for grid in (row, column))
    dy, dx = row - y[:, None, None], column - x[:, None, None]
    second = [(ink * d).sum(axis=(1, 2)) / total for d in (dy * dy, dx * dx, dx * dy)]
    return np.stack([total, y, x, *second], axis=1)


def test_the_first_digits_are_those_that_the_lectures_were_measured_with():
    (train, labels), (test, _) = digits.stand_in(8)
    (again, _), _ = digits.stand_in(8, seed=0)
    assert np.array_equal(train, again)
    assert labels.tolist() == [9, 6, 9, 3, 7, 6, 3, 4]
    measured = [
        [81.63, 12.61, 13.5, 25.06, 10.2, -5.08],
        [139.45, 13.07, 13.2, 29.03, 11.64, 2.28],
        [135.85, 13.16, 12.64, 35.98, 10.94, 6.76],
        [92.19, 12.92, 12.89, 40.65, 10.12, 0.56],
        [126.74, 12.89, 14.86, 29.83, 11.76, -4.88],
        [126.76, 13.7, 14.19, 36.05, 10.79, 5.72],
        [163.24, 11.14, 12.2, 47.43, 12.93, -5.6],
        [121.16, 12.93, 13.97, 19.16, 11.63, -2.57],
    ]
    assert np.allclose(moments(train), measured, rtol=0, atol=0.15)
    measured = [
        [114.32, 13.5, 13.5, 24.7, 7.65, 4.15],
        [105.84, 13.5, 13.5, 38.77, 9.69, 11.58],
        [119.07, 13.5, 13.5, 43.19, 8.12, 4.79],
        [88.69, 13.5, 13.5, 40.6, 8.53, 1.73],
    ]
    assert np.allclose(moments(test[:4]), measured, rtol=0, atol=0.15)


def test_a_digit_is_enlarged_as_mnist_is():
    """Centred, within the middle 20 x 20 pixels as far as that allows, 2.5 times as large."""
    small = np.zeros((1, 8, 8))
    small[0, 2:6, 3:5] = 16
    image = digits._enlarge(small)[0]
    assert image.shape == (28, 28) and image.min() == 0 and 0.95 < image.max() <= 1
    ((total, y, x, yy, xx, xy),) = moments(255 * image[None])
    assert abs(y - 13.5) < 0.01 and abs(x - 13.5) < 0.01 and abs(xy) < 0.01
    # sharpening eats a little of the edges
    assert abs(total - 10 * 5) < 8 and abs(yy - 10**2 / 12) < 1 and abs(xx - 5**2 / 12) < 0.5
    assert digits._to_uint8(np.array([-1, 0, 0.5, 0.999, 2])).tolist() == [0, 0, 128, 255, 255]


def test_stand_in_is_deterministic(stand_in):
    (again, _), _ = digits.stand_in()
    assert np.array_equal(again, stand_in[0][0])
    (other, _), (test, _) = digits.stand_in(n_train=100, seed=1)
    assert len(other) == 100 and not np.array_equal(other, again[:100])
    assert np.array_equal(test, stand_in[1][0])


def test_no_copy_of_a_test_digit_is_trained_on():
    form = np.searchsorted(digits.FORM_STARTS, np.arange(1797), side="right") - 1
    held_out = np.isin(form, digits.TEST_FORMS)
    assert held_out.sum() == 634
    images = load_digits().images.reshape(1797, -1)
    shared = {bytes(i) for i in images[held_out]} & {bytes(i) for i in images[~held_out]}
    assert not shared


def test_the_labels_show_where_forms_begin():
    """Twelve of the fourteen forms begin with the ten digits in order, twice."""
    labels = "".join(map(str, load_digits().target))
    begins = [labels.startswith("0123456789" * 2, start) for start in digits.FORM_STARTS]
    assert sum(begins) == 12
    ends = {labels[start - 2 : start] for start in digits.FORM_STARTS[1:]}
    assert ends == {"98", "93", "89", "08"}


def test_forms_of_the_stand_in_can_be_kept_for_validation(stand_in):
    (x, y), (test, _) = digits.stand_in(258, forms=(8, 9))
    assert x.shape == (258, 28, 28) and np.array_equal(test, stand_in[1][0])
    originals = load_digits().target[1029:1287]  # forms 8 and 9, each digit copied once
    assert np.array_equal(np.bincount(y, minlength=10), np.bincount(originals, minlength=10))
    for forms in ((), (7,), (8, 14)):
        with pytest.raises(ValueError, match="forms must be some of"):
            digits.stand_in(10, forms=forms)


def test_stand_in_is_honest_about_its_difficulty(stand_in):
    from sklearn.neighbors import KNeighborsClassifier

    (x_train, y_train), (x_test, y_test) = stand_in
    nearest = KNeighborsClassifier(1).fit(x_train.reshape(8000, -1), y_train)
    accuracy = nearest.score(x_test.reshape(634, -1), y_test)
    assert 0.91 < accuracy < 0.98  # a random split, which puts writers on both sides, gives 0.99


@pytest.mark.parametrize("n_train", [0, -1, 1.5, True, "many"])
def test_stand_in_refuses_a_bad_size(n_train):
    with pytest.raises(
        ValueError, match=f"n_train must be an integer of at least 1, not {n_train!r}"
    ):
        digits.stand_in(n_train)
