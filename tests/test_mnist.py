"""load_mnist: its contract, its stand-in, and everything that can be wrong with the real file."""

import hashlib
import os

import numpy as np
import pytest
from server import serve
from sklearn.datasets import load_digits

from utils.data import DataError, load_mnist, mnist


@pytest.fixture(scope="module")
def stand_in():
    return load_mnist("embedded")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty cache, no server behind MNIST's address, and a stand-in that is quickly made."""
    few = np.zeros((9, 28, 28), np.uint8), np.zeros(9, np.uint8)
    monkeypatch.setattr(mnist, "stand_in", lambda: (few, few))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(mnist, "URLS", ("http://127.0.0.1:9/mnist.npz",))
    return tmp_path / "datasets" / "mnist.npz"


@pytest.fixture(scope="module")
def made_up():
    """Arrays of MNIST's forms with arbitrary values."""
    rng = np.random.default_rng(0)
    return {
        "x_train": rng.integers(0, 256, (60000, 28, 28), dtype=np.uint8),
        "y_train": rng.integers(0, 10, 60000, dtype=np.uint8),
        "x_test": rng.integers(0, 256, (10000, 28, 28), dtype=np.uint8),
        "y_test": rng.integers(0, 10, 10000, dtype=np.uint8),
    }


@pytest.fixture
def tiny(made_up, monkeypatch):
    """Let the made-up arrays pass as MNIST; returns them."""
    checksums = {name: hashlib.sha256(values).hexdigest() for name, values in made_up.items()}
    monkeypatch.setattr(mnist, "ARRAYS", checksums)
    return made_up


def save(path, arrays):
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **arrays)
    return path.read_bytes()


def test_stand_in_has_the_forms_of_mnist(stand_in):
    (x_train, y_train), (x_test, y_test) = stand_in
    assert stand_in.source == "stand-in" and "stand-in" in stand_in.note
    for x, y, n in ((x_train, y_train, 8000), (x_test, y_test, 634)):
        assert x.shape == (n, 28, 28) and x.dtype == np.uint8
        assert y.shape == (n,) and y.dtype == np.uint8
        assert set(y) == set(range(10))
        assert np.bincount(y).min() > 0.08 * n
        assert x.max() == 255 and x.min() == 0
    centre = np.tensordot(x_test.mean(axis=0), np.mgrid[:28, :28], ([0, 1], [1, 2]))
    assert np.allclose(centre / x_test.mean(axis=0).sum(), 13.5, atol=0.1)


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
    (train, labels), (test, _) = mnist.stand_in(8)
    (again, _), _ = mnist.stand_in(8, seed=0)
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
    image = mnist._enlarge(small)[0]
    assert image.shape == (28, 28) and image.min() == 0 and 0.95 < image.max() <= 1
    ((total, y, x, yy, xx, xy),) = moments(255 * image[None])
    assert abs(y - 13.5) < 0.01 and abs(x - 13.5) < 0.01 and abs(xy) < 0.01
    # sharpening eats a little of the edges
    assert abs(total - 10 * 5) < 8 and abs(yy - 10**2 / 12) < 1 and abs(xx - 5**2 / 12) < 0.5
    assert mnist._to_uint8(np.array([-1, 0, 0.5, 0.999, 2])).tolist() == [0, 0, 128, 255, 255]


def test_stand_in_is_deterministic(stand_in):
    (again, _), _ = mnist.stand_in()
    assert np.array_equal(again, stand_in[0][0])
    (other, _), (test, _) = mnist.stand_in(n_train=100, seed=1)
    assert len(other) == 100 and not np.array_equal(other, again[:100])
    assert np.array_equal(test, stand_in[1][0])


def test_no_copy_of_a_test_digit_is_trained_on():
    from sklearn.datasets import load_digits

    form = np.searchsorted(mnist.FORM_STARTS, np.arange(1797), side="right") - 1
    held_out = np.isin(form, mnist.TEST_FORMS)
    assert held_out.sum() == 634
    images = load_digits().images.reshape(1797, -1)
    shared = {bytes(i) for i in images[held_out]} & {bytes(i) for i in images[~held_out]}
    assert not shared


def test_the_labels_show_where_forms_begin():
    """Twelve of the fourteen forms begin with the ten digits in order, twice."""
    from sklearn.datasets import load_digits

    labels = "".join(map(str, load_digits().target))
    begins = [labels.startswith("0123456789" * 2, start) for start in mnist.FORM_STARTS]
    assert sum(begins) == 12
    ends = {labels[start - 2 : start] for start in mnist.FORM_STARTS[1:]}
    assert ends == {"98", "93", "89", "08"}


def test_forms_of_the_stand_in_can_be_kept_for_validation(stand_in):
    (x, y), (test, _) = mnist.stand_in(258, forms=(8, 9))
    assert x.shape == (258, 28, 28) and np.array_equal(test, stand_in[1][0])
    digits = load_digits().target[1029:1287]  # forms 8 and 9, each digit copied once
    assert np.array_equal(np.bincount(y, minlength=10), np.bincount(digits, minlength=10))
    for forms in ((), (7,), (8, 14)):
        with pytest.raises(ValueError, match="forms must be some of"):
            mnist.stand_in(10, forms=forms)


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
        mnist.stand_in(n_train)


@pytest.mark.parametrize("value", ["reel", "REAL", "1"])
def test_unknown_source_is_named(monkeypatch, value):
    with pytest.raises(ValueError, match="source must be one of auto, embedded, real, not"):
        load_mnist(value)
    monkeypatch.setenv("COURSE_DATA", value)
    with pytest.raises(ValueError, match="COURSE_DATA must be one of"):
        load_mnist()


def test_embedded_never_touches_the_network(home, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", "embedded")
    assert load_mnist("embedded").source == "stand-in"
    assert not home.parent.exists()
    told = "MNIST: stand-in from scikit-learn's digits, 9 + 9, as COURSE_DATA asks\n"
    assert capsys.readouterr().out == told


def test_auto_falls_back_and_says_why(home, monkeypatch, capsys):
    monkeypatch.delenv("COURSE_DATA", raising=False)
    assert load_mnist().source == "stand-in"
    said = capsys.readouterr().out
    begins = (
        "MNIST: stand-in from scikit-learn's digits, 9 + 9, because could not fetch mnist.npz: "
    )
    assert said.startswith(begins) and "refused" in said
    monkeypatch.setenv("COURSE_DATA", "auto")
    load_mnist("embedded")
    assert capsys.readouterr().out.endswith("9 + 9, as asked\n")


def test_real_is_never_substituted(home, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", "real")
    with pytest.raises(DataError, match="could not fetch mnist.npz") as caught:
        load_mnist()
    advice = "; set COURSE_DATA=embedded for the offline stand-in, run python3 run.py fetch mnist"
    assert str(caught.value).endswith(f"{advice}, or put mnist.npz at {home}")


@pytest.mark.parametrize("fault", ["bad status", "chunks cut", "loop", "hangs up", "wrong"])
def test_a_broken_server_leads_to_the_stand_in(home, monkeypatch, capsys, fault):
    with serve(b"x" * 5000, fault) as (url, _):
        monkeypatch.setattr(mnist, "URLS", (url,))
        assert load_mnist("auto").source == "stand-in"
    said = capsys.readouterr().out
    assert said.count("\n") == 1 and f"because could not fetch mnist.npz: {url}: " in said


def test_auto_has_less_patience_than_real(home, monkeypatch):
    asked = []

    def fetch(*arguments, **options):
        asked.append((arguments, options))
        raise DataError("no")

    monkeypatch.setattr(mnist, "fetch", fetch)
    load_mnist("auto")
    with pytest.raises(DataError, match="^no; set"):
        load_mnist("real")
    what = (mnist.URLS, home, mnist.FILE_SHA256)
    assert asked == [(what, {"timeout": 5, "limit": 60}), (what, {"timeout": 20})]
    assert mnist.FILE_SIZE == 11_490_434


def test_where_keras_keeps_it(monkeypatch, tmp_path):
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.delenv("KERAS_HOME", raising=False)
    assert mnist.cache_path() == tmp_path / ".keras" / "datasets" / "mnist.npz"
    monkeypatch.setenv("KERAS_HOME", os.path.join("~", "k"))
    assert mnist.cache_path() == tmp_path / "k" / "datasets" / "mnist.npz"


def test_real_from_the_cache(home, tiny, capsys):
    save(home, tiny)
    loaded = load_mnist("auto")
    assert loaded.source == "real" and loaded.note == ""
    (x_train, y_train), (x_test, y_test) = loaded
    assert np.array_equal(x_train, tiny["x_train"]) and np.array_equal(y_test, tiny["y_test"])
    assert capsys.readouterr().out == "MNIST: real, 60,000 + 10,000 images, from Keras's cache\n"


def test_downloads_what_is_missing(home, tiny, monkeypatch, tmp_path, capsys):
    content = save(tmp_path / "origin.npz", tiny)
    monkeypatch.setattr(mnist, "FILE_SHA256", hashlib.sha256(content).hexdigest())
    with serve(content) as (url, asked):
        monkeypatch.setattr(mnist, "URLS", (url,))
        assert load_mnist("auto").source == "real"
        told = "MNIST: real, 60,000 + 10,000 images, downloaded into Keras's cache\n"
        assert capsys.readouterr().out == told
        assert load_mnist("real").source == "real"
    assert home.read_bytes() == content
    assert len(asked) == 1


def test_a_file_that_was_packed_anew_is_not_fetched_again(home, tiny, monkeypatch):
    content = save(home, tiny)  # FILE_SHA256 is another one's
    with serve(b"never asked for") as (url, asked):
        monkeypatch.setattr(mnist, "URLS", (url,))
        assert mnist.fetch_mnist() == home
    assert home.read_bytes() == content and not asked


DAMAGE = {
    "truncated": lambda arrays, content: content[: len(content) // 2],
    "empty": lambda arrays, content: b"",
    "not a zip": lambda arrays, content: b"<html>quota exceeded</html>",
    "method": lambda arrays, content: content.replace(b"PK\1\2", b"PK\1\2" + bytes([99] * 8)),
    "flipped": lambda arrays, content: content[:90000] + b"\0" * 50 + content[90050:],
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_named_and_fetched_again(home, tiny, monkeypatch, capsys, damage):
    content = save(home, tiny)
    home.write_bytes(DAMAGE[damage](tiny, content))
    assert load_mnist("auto").source == "stand-in"
    said = capsys.readouterr().out
    assert f"the cached file {home} is damaged" in said and "fetching it again" in said
    with pytest.raises(DataError):
        load_mnist("real")

    monkeypatch.setattr(mnist, "FILE_SHA256", hashlib.sha256(content).hexdigest())
    with serve(content) as (url, _):
        monkeypatch.setattr(mnist, "URLS", (url,))
        assert load_mnist("auto").source == "real"
    assert home.read_bytes() == content


@pytest.mark.parametrize("change", ["missing key", "wrong shape", "wrong dtype", "other values"])
def test_a_file_that_is_not_mnist_is_refused(home, tiny, capsys, change):
    arrays = dict(tiny)
    if change == "missing key":
        del arrays["y_test"]
    elif change == "wrong shape":
        arrays["x_test"] = arrays["x_test"][:100]
    elif change == "wrong dtype":
        arrays["y_train"] = arrays["y_train"].astype(float)
    else:
        arrays["x_test"] = 255 - arrays["x_test"]
    save(home, arrays)
    assert load_mnist("auto").source == "stand-in"
    assert "is damaged" in capsys.readouterr().out


def test_a_cache_folder_that_cannot_be_written(home, monkeypatch, capsys):
    home.parent.parent.mkdir(exist_ok=True)
    home.parent.write_text("a file where the folder should be")
    assert load_mnist("auto").source == "stand-in"
    assert "cannot write mnist.npz into the folder" in capsys.readouterr().out
    with pytest.raises(DataError, match="cannot write mnist.npz"):
        load_mnist("real")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes anywhere")
def test_a_read_only_cache_folder(home, capsys):
    home.parent.mkdir(parents=True)
    home.parent.chmod(0o500)
    assert load_mnist("auto").source == "stand-in"
    assert "give yourself write access" in capsys.readouterr().out
