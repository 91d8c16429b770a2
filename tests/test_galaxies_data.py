"""load_galaxies on small files with Galaxy10's keys, in several chunkings, whole and damaged."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from utils.data import DataError, galaxies, load_galaxies
from utils.simulate.galaxies import CLASS_NAMES

CHUNKS = [None, True, (1, 256, 256, 3), (5, 64, 64, 3), (7, 256, 256, 1)]


def write(path, chunks=None, n_each=4):
    """Write a small file of all ten classes; image k has a marked centre. Return its arrays."""
    answers = np.repeat(np.arange(10, dtype=np.uint8), n_each)
    np.random.default_rng(0).shuffle(answers)
    pictures = np.zeros((len(answers), 256, 256, 3), np.uint8)
    pictures[:, 80:176, 80:176] = 10 * answers[:, None, None, None]
    pictures[:, 80, 80, 0] = np.arange(len(answers))
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        file.create_dataset("images", data=pictures, chunks=chunks)
        file.create_dataset("ans", data=answers)
    return pictures, answers


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Where the file is to be, with no file and no extract there yet."""
    path = tmp_path / "datasets" / "Galaxy10_DECals.h5"
    monkeypatch.setattr(galaxies, "cache_path", lambda: path)
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "kept"))
    return path


@pytest.fixture
def simulator(monkeypatch):
    """A quick simulator: image k is marked by k. Yields what it was asked for."""
    asked = []

    def simulate(n, seed):
        asked.append((n, seed))
        marks = np.arange(7 * n).reshape(-1, 1, 1, 1)
        return marks, np.arange(7 * n) % 7

    monkeypatch.setattr("utils.simulate.galaxies.simulate_galaxies", simulate)
    return asked


def accept(path, monkeypatch):
    checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr(galaxies, "FILE_SHA256", checksum)


def numbers(images):
    """Return the mark of each image that `write` made."""
    return images[:, 0, 0, 0]


@pytest.mark.parametrize("chunks", CHUNKS, ids=str)
def test_extracts_centres_and_labels_for_any_chunking(home, monkeypatch, chunks):
    pictures, answers = write(home, chunks)
    accept(home, monkeypatch)
    images, labels = galaxies.extracted()
    rows = np.flatnonzero(np.isin(answers, galaxies.NUMBERS))
    assert images.shape == (28, 96, 96, 3) and images.dtype == np.uint8
    assert labels.dtype == np.int64
    assert np.array_equal(images, pictures[rows, 80:176, 80:176])
    assert np.array_equal(np.array(galaxies.NUMBERS)[labels], answers[rows])


def test_the_extract_is_a_reproducible_random_draw(home, monkeypatch):
    _, answers = write(home, n_each=20)
    accept(home, monkeypatch)

    def draw(per_class, seed=0):
        monkeypatch.setattr(galaxies, "PER_CLASS", per_class)
        monkeypatch.setattr(galaxies, "EXTRACT_SEED", seed)
        monkeypatch.setattr(galaxies, "EXTRACT", f"{per_class} {seed}")
        images, labels = galaxies.extracted()
        return numbers(images), labels

    drawn, labels = draw(8)
    assert np.array_equal(np.bincount(labels), [8] * 7)
    assert np.array_equal(np.array(galaxies.NUMBERS)[labels], answers[drawn])
    assert len(set(drawn)) == 56 and np.all(np.diff(drawn.astype(int)) > 0)
    galaxies.extract_path().unlink()
    again, fewer, other = draw(8)[0], draw(3)[0], draw(8, seed=1)[0]
    assert np.array_equal(again, drawn) and len(fewer) == 21 and set(fewer) < set(drawn)
    assert set(other) != set(drawn)
    for k, number in enumerate(galaxies.NUMBERS):
        of_class = np.flatnonzero(answers == number)
        assert set(drawn[labels == k]) != set(of_class[:8]), "not simply the first ones"


def test_the_extract_takes_1800_of_each_class_by_seed_0(monkeypatch):
    assert (galaxies.PER_CLASS, galaxies.EXTRACT_SEED) == (1800, 0)
    assert galaxies.EXTRACT == "Galaxy10_DECals_7x1800_96px_drawn_with_seed_0"
    assert galaxies.EXTRACT_SIZE == 12_600 * 96 * 96 * 3 == 348_364_800
    assert galaxies.NUMBERS == (1, 2, 3, 5, 6, 7, 9)
    monkeypatch.setenv("COURSE_CACHE", "somewhere")
    assert galaxies.extract_path() == Path("somewhere", f"{galaxies.EXTRACT}.npz")


def test_real_data_are_extracted_once_and_then_quick(home, monkeypatch, capsys):
    write(home)
    accept(home, monkeypatch)
    images, labels, names = loaded = load_galaxies("real", n_per_class=3)
    assert loaded.source == "real" and loaded.note == ""
    assert images.shape == (21, 96, 96, 3) and labels.dtype == np.int64
    assert np.array_equal(np.bincount(labels), [3] * 7)
    assert not np.array_equal(labels, np.sort(labels)), "in random order"
    assert names == CLASS_NAMES and names[2] == "In-between Round Smooth"
    told = "Galaxies: real, Galaxy10 DECaLS, 7 x 3 images of 96 x 96 pixels\n"
    assert capsys.readouterr().out == told

    monkeypatch.setattr(galaxies, "_extract", None)  # not needed again, nor is the large file
    home.unlink()
    again, _, _ = load_galaxies("auto", n_per_class=3)
    assert np.array_equal(again, images)
    assert galaxies.extract_path().exists() and not list(home.parent.iterdir())


def test_labels_stay_with_their_images(home, monkeypatch):
    _, answers = write(home)
    accept(home, monkeypatch)
    images, labels, _ = load_galaxies("real", n_per_class=4)
    assert np.array_equal(np.array(galaxies.NUMBERS)[labels], answers[numbers(images)])
    assert len(set(numbers(images))) == 28


def test_an_old_extract_of_the_first_images_is_not_taken(home, monkeypatch):
    write(home)
    accept(home, monkeypatch)
    old = home.with_name("Galaxy10_DECals_7x96px.npz")
    np.savez(old, images=np.zeros((28, 96, 96, 3), np.uint8), labels=np.repeat(np.arange(7), 4))
    assert load_galaxies("real", n_per_class=4)[0].any()


def test_a_smaller_set_is_contained_in_a_larger_one(home, monkeypatch):
    write(home)
    accept(home, monkeypatch)
    few, many = (load_galaxies("real", n_per_class=n, seed=5)[0] for n in (2, 4))
    assert set(numbers(few)) < set(numbers(many))
    other = load_galaxies("real", n_per_class=2, seed=6)[0]
    assert set(numbers(other)) != set(numbers(few))
    with pytest.raises(ValueError, match="n_per_class must be at most 4 for the real data, not 5"):
        load_galaxies("real", n_per_class=5)


def test_by_default_all_real_images_are_taken(home, monkeypatch):
    write(home)
    accept(home, monkeypatch)
    monkeypatch.setattr(galaxies, "PER_CLASS", 4)
    assert len(load_galaxies("real")[0]) == 28


def test_a_damaged_extract_is_made_again(home, monkeypatch):
    write(home)
    accept(home, monkeypatch)
    whole, _, _ = load_galaxies("real", n_per_class=4)
    kept = galaxies.extract_path()
    kept.write_bytes(kept.read_bytes()[:5000])
    again, _, _ = load_galaxies("real", n_per_class=4)
    assert np.array_equal(again, whole)


def test_missing_file_names_the_command_and_the_sizes(home, simulator, monkeypatch, capsys):
    with pytest.raises(DataError) as caught:
        load_galaxies("real")
    expected = (
        f"{home} is not there; this fetches its 2.74 GB and makes an extract of 348.4 MB: "
        "python3 run.py fetch galaxies"
    )
    assert str(caught.value) == expected
    monkeypatch.delenv("COURSE_DATA", raising=False)
    assert load_galaxies(n_per_class=1).source == "stand-in"
    told = f"Galaxies: simulated, 7 x 1 images of 96 x 96 pixels, because {expected}\n"
    assert capsys.readouterr().out == told


def test_the_file_is_where_astronn_looks_and_shown_without_the_home_folder(tmp_path, monkeypatch):
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "kept"))
    expected = tmp_path / ".astroNN" / "datasets" / "Galaxy10_DECals.h5"
    assert galaxies.cache_path() == expected
    with pytest.raises(DataError, match=r"^~.\.astroNN.datasets.Galaxy10_DECals\.h5 is not there"):
        load_galaxies("real")


def test_a_file_with_the_wrong_checksum_is_not_used(home):
    write(home)
    message = (
        r"is damaged or not Galaxy10 DECaLS \(wrong SHA-256\); this fetches it anew: python3 run"
    )
    with pytest.raises(DataError, match=message):
        load_galaxies("real")
    assert not galaxies.extract_path().exists()


@pytest.mark.parametrize("content", [b"<html>404</html>", b""])
def test_a_file_that_is_not_hdf5(home, content):
    home.parent.mkdir(parents=True)
    home.write_bytes(content)
    with pytest.raises(DataError, match="is damaged or not Galaxy10 DECaLS"):
        galaxies.extracted()


def test_a_truncated_file(home):
    write(home)
    home.write_bytes(home.read_bytes()[:-5000])
    with pytest.raises(DataError, match="is damaged or not Galaxy10 DECaLS .*truncated"):
        load_galaxies("real")


LOCKED = "is locked by another program, or may not be read .*; close the program or notebook"


def test_a_file_that_another_program_holds_is_locked_not_damaged(
    home, simulator, monkeypatch, capsys
):
    write(home)
    accept(home, monkeypatch)
    code = "import h5py, sys; f = h5py.File(sys.argv[1], 'r+'); print('open', flush=True); input()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", code, str(home)], **pipes) as holder:
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(DataError, match=LOCKED):
            load_galaxies("real")
        assert load_galaxies("auto", n_per_class=1).source == "stand-in"
        assert "damaged" not in capsys.readouterr().out
        holder.communicate("\n")
    assert load_galaxies("auto", n_per_class=1).source == "real"


def test_windows_calls_a_file_in_use_forbidden(home, monkeypatch):
    write(home)

    def forbidden(*arguments):
        raise PermissionError(13, "The process cannot access the file")

    monkeypatch.setattr(h5py, "File", forbidden)
    with pytest.raises(DataError, match=LOCKED):
        load_galaxies("real")


def test_embedded_is_simulated_and_says_so(home, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", "embedded")
    images, labels, names = loaded = load_galaxies(n_per_class=2)
    assert loaded.source == "stand-in" and "simulated" in loaded.note
    assert images.shape == (14, 96, 96, 3) and images.dtype == np.uint8
    assert labels.shape == (14,) and labels.dtype == np.int64 and names == CLASS_NAMES
    told = "Galaxies: simulated, 7 x 2 images of 96 x 96 pixels"
    assert capsys.readouterr().out == f"{told}, as COURSE_DATA asks\n"
    load_galaxies("embedded", n_per_class=1)
    assert capsys.readouterr().out.endswith(" pixels, as asked\n")


def test_simulated_images_are_shuffled_with_their_labels(simulator):
    for seed in (0, 3):
        images, labels, _ = load_galaxies("embedded", n_per_class=3, seed=seed)
        order = np.random.default_rng(seed).permutation(21)
        assert np.array_equal(numbers(images), order) and np.array_equal(labels, order % 7)
    assert len(load_galaxies("embedded")[0]) == 5600
    assert simulator == [(3, 0), (3, 3), (800, 0)]


def test_the_numbers_in_the_file_are_in_the_order_of_the_names():
    by_number = {  # as the page of Galaxy10 DECaLS lists its classes
        1: "Merging",
        2: "Round Smooth",
        3: "In-between Round Smooth",
        5: "Barred Spiral",
        6: "Unbarred Tight Spiral",
        7: "Unbarred Loose Spiral",
        9: "Edge-on with Bulge",
    }
    assert dict(zip(galaxies.NUMBERS, CLASS_NAMES, strict=True)) == by_number


@pytest.mark.parametrize("n", [0, -1, 2.5, True, "all"])
def test_bad_arguments_are_named(n):
    message = f"n_per_class must be an integer of at least 1, not {n!r}"
    with pytest.raises(ValueError, match=message):
        load_galaxies("embedded", n_per_class=n)
    with pytest.raises(ValueError, match="seed must be an integer of at least 0, not -1"):
        load_galaxies("embedded", n_per_class=1, seed=-1)
    with pytest.raises(ValueError, match="source must be one of"):
        load_galaxies("simulated")


def test_what_is_fetched():
    assert all(
        u.startswith("https://") and u.endswith("/Galaxy10_DECals.h5") for u in galaxies.URLS
    )
    assert galaxies.FILE_SIZE == 2_735_267_419


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
