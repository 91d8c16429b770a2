"""load_mnist: its contract, its stand-in, and everything that can be wrong with the real file."""

import hashlib
import os

import numpy as np
import pytest
from server import serve

from utils.data import DataError, load_mnist, mnist


@pytest.fixture(scope="module")
def stand_in():
    return load_mnist("embedded")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty cache, and no server behind MNIST's address."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(mnist, "URLS", ("http://127.0.0.1:9/mnist.npz",))
    return tmp_path / "datasets" / "mnist.npz"


@pytest.fixture
def tiny(monkeypatch):
    """Let a file of few images pass as MNIST; returns its arrays."""
    rng = np.random.default_rng(0)
    arrays = {
        "x_train": rng.integers(0, 256, (60000, 28, 28), dtype=np.uint8),
        "y_train": rng.integers(0, 10, 60000, dtype=np.uint8),
        "x_test": rng.integers(0, 256, (10000, 28, 28), dtype=np.uint8),
        "y_test": rng.integers(0, 10, 10000, dtype=np.uint8),
    }
    checksums = {name: hashlib.sha256(values).hexdigest() for name, values in arrays.items()}
    monkeypatch.setattr(mnist, "ARRAYS", checksums)
    return arrays


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


def test_stand_in_is_honest_about_its_difficulty(stand_in):
    from sklearn.neighbors import KNeighborsClassifier

    (x_train, y_train), (x_test, y_test) = stand_in
    nearest = KNeighborsClassifier(1).fit(x_train.reshape(8000, -1), y_train)
    accuracy = nearest.score(x_test.reshape(634, -1), y_test)
    assert 0.91 < accuracy < 0.98  # a random split, which puts writers on both sides, gives 0.99


@pytest.mark.parametrize("n_train", [0, -1, 1.5, True, "many"])
def test_stand_in_refuses_a_bad_size(n_train):
    with pytest.raises(ValueError, match="n_train must be an integer of at least 1"):
        mnist.stand_in(n_train)


@pytest.mark.parametrize("value", ["reel", "REAL", "1"])
def test_unknown_source_is_named(monkeypatch, value):
    with pytest.raises(ValueError, match="source must be one of auto, embedded, real, not"):
        load_mnist(value)
    monkeypatch.setenv("COURSE_DATA", value)
    with pytest.raises(ValueError, match="COURSE_DATA must be one of"):
        load_mnist()


def test_embedded_never_touches_the_network(home, capsys):
    assert load_mnist("embedded").source == "stand-in"
    assert not home.parent.exists()
    assert capsys.readouterr().out.count("\n") == 1


def test_auto_falls_back_and_says_why(home, monkeypatch, capsys):
    monkeypatch.delenv("COURSE_DATA", raising=False)
    assert load_mnist().source == "stand-in"
    said = capsys.readouterr().out
    assert said.startswith("MNIST: stand-in") and "refused" in said


def test_real_is_never_substituted(home, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", "real")
    with pytest.raises(DataError, match="could not fetch mnist.npz.*COURSE_DATA=embedded"):
        load_mnist()


def test_real_from_the_cache(home, tiny, capsys):
    save(home, tiny)
    loaded = load_mnist("auto")
    assert loaded.source == "real" and loaded.note == ""
    (x_train, y_train), (x_test, y_test) = loaded
    assert np.array_equal(x_train, tiny["x_train"]) and np.array_equal(y_test, tiny["y_test"])
    assert capsys.readouterr().out == "MNIST: real, 60,000 + 10,000 images, from Keras's cache\n"


def test_downloads_what_is_missing(home, tiny, monkeypatch, tmp_path):
    content = save(tmp_path / "origin.npz", tiny)
    monkeypatch.setattr(mnist, "FILE_SHA256", hashlib.sha256(content).hexdigest())
    with serve(content) as (url, asked):
        monkeypatch.setattr(mnist, "URLS", (url,))
        assert load_mnist("auto").source == "real"
        assert load_mnist("real").source == "real"
    assert home.read_bytes() == content
    assert len(asked) == 1


DAMAGE = {
    "truncated": lambda arrays, content: content[: len(content) // 2],
    "empty": lambda arrays, content: b"",
    "not a zip": lambda arrays, content: b"<html>quota exceeded</html>",
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
