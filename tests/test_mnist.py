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


@pytest.mark.parametrize("value", ["reel", "REAL", "1"])
def test_unknown_source_is_named(monkeypatch, value):
    with pytest.raises(ValueError, match="source must be one of auto, embedded, real, not"):
        load_mnist(value)
    monkeypatch.setenv("COURSE_DATA", value)
    with pytest.raises(ValueError, match="COURSE_DATA must be one of"):
        load_mnist()


def test_embedded_never_touches_the_network(home, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", "embedded")
    assert load_mnist().source == "stand-in"
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
        _, origin = mnist.fetch_mnist()
    assert origin == "from Keras's cache"
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
