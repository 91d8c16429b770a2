"""load_galaxies on small files with Galaxy10's keys, in several chunkings, whole and damaged."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from server import serve

from utils.data import DataError, galaxies, load_galaxies
from utils.data.__main__ import main

CHUNKS = [None, True, (1, 256, 256, 3), (5, 64, 64, 3), (7, 256, 256, 1)]


def write(path, chunks=None, n_each=4, **changes):
    """Write a small file of all ten classes; image k of a class has a marked centre."""
    answers = np.repeat(np.arange(10, dtype=np.uint8), n_each)
    np.random.default_rng(0).shuffle(answers)
    pictures = np.zeros((len(answers), 256, 256, 3), np.uint8)
    pictures[:, 80:176, 80:176] = 10 * answers[:, None, None, None]
    pictures[:, 80, 80, 0] = np.arange(len(answers))
    arrays = {"images": pictures, "ans": answers, **changes}
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        for name, values in arrays.items():
            if values is not None:
                cut = chunks if name == "images" and values.ndim == 4 else None
                file.create_dataset(name, data=values, chunks=cut)
    return pictures, answers


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Where the file is to be, in an empty home folder."""
    path = tmp_path / "datasets" / "Galaxy10_DECals.h5"
    monkeypatch.setattr(galaxies, "cache_path", lambda: path)
    return path


def accept(path, monkeypatch):
    checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr(galaxies, "FILE_SHA256", checksum)


@pytest.mark.parametrize("chunks", CHUNKS, ids=str)
def test_extracts_centres_and_labels_for_any_chunking(tmp_path, chunks):
    path = tmp_path / "small.h5"
    pictures, answers = write(path, chunks)
    images, labels = galaxies.extract(path)
    rows = np.flatnonzero(np.isin(answers, list(galaxies.CLASSES)))
    assert images.shape == (28, 96, 96, 3) and images.dtype == np.uint8
    assert labels.dtype == np.int64
    assert np.array_equal(images, pictures[rows, 80:176, 80:176])
    assert np.array_equal(np.array(list(galaxies.CLASSES))[labels], answers[rows])
    fewer, _ = galaxies.extract(path, per_class=2)
    assert len(fewer) == 14


def test_real_data_are_extracted_once_and_then_quick(home, monkeypatch, capsys):
    write(home)
    accept(home, monkeypatch)
    images, labels, names = loaded = load_galaxies("real", n_per_class=3)
    assert loaded.source == "real" and loaded.note == ""
    assert images.shape == (21, 96, 96, 3) and labels.dtype == np.int64
    assert np.array_equal(np.bincount(labels), [3] * 7)
    assert names[2] == "In-between Round Smooth" and len(names) == 7
    assert "7 x 3 images" in capsys.readouterr().out

    monkeypatch.setattr(galaxies, "extract", None)  # not needed again, nor is the large file
    home.unlink()
    again, _, _ = load_galaxies("auto", n_per_class=3)
    assert np.array_equal(again, images)
    assert sorted(p.name for p in home.parent.iterdir()) == ["Galaxy10_DECals_7x96px.npz"]


def test_a_smaller_set_is_contained_in_a_larger_one(home, monkeypatch):
    write(home)
    accept(home, monkeypatch)
    few, many = (load_galaxies("real", n_per_class=n, seed=5)[0] for n in (2, 4))
    assert {bytes(i) for i in few} <= {bytes(i) for i in many}
    with pytest.raises(ValueError, match="n_per_class must be at most 4 for the real data, not 5"):
        load_galaxies("real", n_per_class=5)


def test_a_damaged_extract_is_made_again(home, monkeypatch, capsys):
    write(home)
    accept(home, monkeypatch)
    whole, _, _ = load_galaxies("real", n_per_class=4)
    extract = home.with_name("Galaxy10_DECals_7x96px.npz")
    extract.write_bytes(extract.read_bytes()[:5000])
    again, _, _ = load_galaxies("real", n_per_class=4)
    assert np.array_equal(again, whole)
    assert "is damaged; making it again" in capsys.readouterr().out


def test_missing_file_names_the_command(home, monkeypatch, capsys):
    with pytest.raises(DataError, match="is not there.*python -m utils.data fetch galaxies"):
        load_galaxies("real")
    monkeypatch.delenv("COURSE_DATA", raising=False)
    assert load_galaxies(n_per_class=1).source == "stand-in"
    assert galaxies.FETCH in capsys.readouterr().out


def test_a_file_with_the_wrong_checksum_is_not_used(home):
    write(home)
    with pytest.raises(DataError, match="is damaged .wrong SHA-256.; this mends it: python -m"):
        load_galaxies("real")


BAD = {
    "no answers": ({"ans": None}, "lacks ans"),
    "no images": ({"images": None}, "lacks images"),
    "wrong size": ({"images": np.zeros((40, 96, 96, 3), np.uint8)}, "images has shape"),
    "wrong dtype": ({"images": np.zeros((40, 256, 256, 3), np.float32)}, "dtype float32"),
    "too few answers": ({"ans": np.zeros(3, np.uint8)}, r"ans has shape \(3,\) for 40 images"),
    "class missing": ({"ans": np.zeros(40, np.uint8)}, "a class has no image"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_file_of_another_form_is_named(tmp_path, case):
    changes, message = BAD[case]
    path = tmp_path / "bad.h5"
    write(path, **changes)
    with pytest.raises(DataError, match=message):
        galaxies.extract(path)


def test_a_file_that_is_not_hdf5(tmp_path):
    path = tmp_path / "bad.h5"
    path.write_bytes(b"<html>404</html>")
    with pytest.raises(DataError, match="is not Galaxy10 DECaLS"):
        galaxies.extract(path)


def test_embedded_is_simulated_and_says_so(home, capsys):
    images, labels, names = loaded = load_galaxies("embedded", n_per_class=2)
    assert loaded.source == "stand-in" and "simulated" in loaded.note
    assert images.shape == (14, 96, 96, 3) and images.dtype == np.uint8
    assert labels.shape == (14,) and labels.dtype == np.int64 and len(names) == 7
    assert capsys.readouterr().out.startswith("Galaxies: simulated, 7 x 2 images")


def test_names_agree_with_the_simulator():
    from utils.simulate.galaxies import CLASS_NAMES

    assert tuple(galaxies.CLASSES.values()) == CLASS_NAMES


@pytest.mark.parametrize("n", [0, -1, 2.5, True, "all"])
def test_bad_arguments_are_named(n):
    with pytest.raises(ValueError, match="n_per_class must be an integer of at least 1"):
        load_galaxies("embedded", n_per_class=n)
    with pytest.raises(ValueError, match="seed must be an integer of at least 0"):
        load_galaxies("embedded", n_per_class=1, seed=-1)
    with pytest.raises(ValueError, match="source must be one of"):
        load_galaxies("simulated")


def test_fetch_command(home, monkeypatch, capsys):
    content = bytes(5000)
    monkeypatch.setattr(galaxies, "FILE_SHA256", hashlib.sha256(content).hexdigest())
    with serve(content, "404") as (bad, _), serve(content) as (good, _):
        monkeypatch.setattr(galaxies, "URLS", (bad, good))
        assert main(["fetch", "galaxies"]) == 0
    assert home.read_bytes() == content
    home.unlink()
    monkeypatch.setattr(galaxies, "URLS", (bad,))
    assert main(["fetch", "galaxies"]) == 1
    assert "the same command continues it" in capsys.readouterr().out
    assert main(["fetch", "stars"]) == 2


def test_astronn_finds_the_same_file(tmp_path):
    """astroNN's own loader reads the file from where the course puts it."""
    path = tmp_path / ".astroNN" / "datasets" / "Galaxy10_DECals.h5"
    _, answers = write(path, n_each=1)
    code = (
        "import astroNN.datasets.galaxy10 as g, utils.data.galaxies as ours, hashlib, pathlib\n"
        "g.filehash = lambda path, algorithm: ours.FILE_SHA256\n"
        "from astroNN.datasets import load_galaxy10\n"
        "x, y = load_galaxy10()\n"
        "assert pathlib.Path(g.astroNN_CACHE_DIR) / 'datasets' == ours.cache_path().parent\n"
        "print(x.shape, y.sum())"
    )
    environment = {**os.environ, "HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-1] == f"(10, 256, 256, 3) {answers.sum()}"
    assert Path(path).exists()
