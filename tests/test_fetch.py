"""The verb `fetch`: it says what comes, to where and how large, and goes on where it ended."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections import namedtuple

import numpy as np
import pytest
from server import serve
from test_galaxies_data import write

from tools import fetch
from utils.data import DataError, galaxies, mnist

MARK = "python3 run.py fetch {mnist,galaxies}"


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Empty caches, no server, and a Galaxy10 of 40 images; returns the three paths."""
    galaxy10 = tmp_path / "astro" / "Galaxy10_DECals.h5"
    monkeypatch.setattr(galaxies, "cache_path", lambda: galaxy10)
    monkeypatch.setattr(galaxies, "URLS", ("http://127.0.0.1:1/g",))
    monkeypatch.setattr(mnist, "URLS", ("http://127.0.0.1:1/m",))
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "kept"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return mnist.cache_path(), galaxy10, galaxies.extract_path()


@pytest.fixture
def galaxy10(tmp_path, monkeypatch, places):
    """The bytes of a small Galaxy10 that passes for the real one."""
    write(tmp_path / "origin.h5")
    content = (tmp_path / "origin.h5").read_bytes()
    monkeypatch.setattr(galaxies, "FILE_SHA256", hashlib.sha256(content).hexdigest())
    monkeypatch.setattr(galaxies, "FILE_SIZE", len(content))
    return content


def free_space(monkeypatch, count):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(10**12, 0, count))


def test_alone_it_lists_what_there_is(places, capsys):
    assert fetch.main([]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"mnist     MNIST, 11.5 MB: not there ({places[0]})",
        f"galaxies  Galaxy10 DECaLS, 2.74 GB: not there ({places[1]})",
        f"galaxies  the lecture's extract of it, 348.4 MB: not there ({places[2]})",
        f"{MARK} fetches what is not there yet",
    ]
    for path in places[:2]:
        path.parent.mkdir(parents=True)
    places[0].write_bytes(b"x")
    (places[1].parent / "Galaxy10_DECals.h5.part").write_bytes(bytes(1_600_000))
    fetch.main([])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"mnist     MNIST, 11.5 MB: in the cache ({places[0]})"
    assert ": 1.6 MB of it fetched (" in lines[1] and ": not there (" in lines[2]


@pytest.mark.parametrize("arguments", [["stars"], ["mnist", "galaxies"], ["--help"]])
def test_what_it_does_not_know(places, capsys, arguments):
    assert fetch.main(arguments) == 2
    assert capsys.readouterr().out == f"usage: {MARK}\n"


def test_galaxies_are_fetched_and_extracted(places, galaxy10, monkeypatch, capsys):
    with serve(galaxy10, "404") as (bad, _), serve(galaxy10) as (good, asked):
        monkeypatch.setattr(galaxies, "URLS", (bad, good))
        assert fetch.main(["galaxies"]) == 0
        assert places[1].read_bytes() == galaxy10
        with np.load(places[2]) as file:
            assert file["images"].shape == (28, 96, 96, 3)
        assert capsys.readouterr().out.splitlines() == [
            f"Galaxy10 DECaLS, 7.9 MB, to {places[1]}: not there",
            f"the lecture's extract of it, 348.4 MB, to {places[2]}: not there",
            "taking out the images of the seven classes: a minute or two",
            "galaxies: complete",
        ]
        assert fetch.main(["galaxies"]) == 0
    assert "DECals.h5: in the cache\n" in capsys.readouterr().out
    assert len(asked) == 1


def test_mnist_is_fetched(places, monkeypatch, capsys):
    content = bytes(5000)
    monkeypatch.setattr(mnist, "_read", lambda path: None)
    monkeypatch.setattr(mnist, "FILE_SHA256", hashlib.sha256(content).hexdigest())
    with serve(content) as (url, _):
        monkeypatch.setattr(mnist, "URLS", (url,))
        assert fetch.main(["mnist"]) == 0
    assert places[0].read_bytes() == content
    told = [f"MNIST, 11.5 MB, to {places[0]}: not there", "mnist: complete"]
    assert capsys.readouterr().out.splitlines() == told


def test_galaxies_come_from_where_astronn_takes_them(places, monkeypatch):
    asked = []
    monkeypatch.setattr(fetch, "fetch", lambda *what, **patience: asked.append((what, patience)))
    monkeypatch.setattr(galaxies, "extracted", lambda: None)
    assert fetch.main(["galaxies"]) == 0
    assert asked == [((galaxies.URLS, places[1], galaxies.FILE_SHA256), {"timeout": 30})]


def test_a_failure_is_told_and_what_came_is_kept(places, galaxy10, monkeypatch, capsys):
    with serve(galaxy10, "cut") as (url, _):
        monkeypatch.setattr(galaxies, "URLS", (url,))
        assert fetch.main(["galaxies"]) == 1
    said = capsys.readouterr().out
    assert "ended after 2000 of" in said and "complete" not in said
    assert said.endswith("What was fetched is kept: the same command goes on from there.\n")
    with serve(galaxy10) as (url, asked):
        monkeypatch.setattr(galaxies, "URLS", (url,))
        assert fetch.main(["galaxies"]) == 0
    assert asked == ["bytes=2000-"]
    assert "0.0 MB of it fetched" in capsys.readouterr().out


def test_space_for_both_files_is_checked_first(places, monkeypatch, capsys, tmp_path):
    def never():
        raise AssertionError("it must not begin")

    monkeypatch.setitem(fetch.SETS, "galaxies", never)
    whole = galaxies.FILE_SIZE + galaxies.EXTRACT_SIZE
    free_space(monkeypatch, whole - 1)
    assert fetch.main(["galaxies"]) == 1
    need = f"the disk is too full: 3.08 GB are needed in {tmp_path}, and 3.08 GB are free\n"
    assert capsys.readouterr().out.endswith(need)
    free_space(monkeypatch, whole)
    assert fetch.lacking("galaxies") is None
    places[1].parent.mkdir(parents=True)
    part = places[1].with_name("Galaxy10_DECals.h5.part")
    part.write_bytes(bytes(1000))
    free_space(monkeypatch, whole - 1000)
    assert fetch.lacking("galaxies") is None, "what was fetched needs no space any more"
    free_space(monkeypatch, whole - 1001)
    assert "3.08 GB are needed" in fetch.lacking("galaxies")
    part.rename(places[1])
    free_space(monkeypatch, galaxies.EXTRACT_SIZE)
    assert fetch.lacking("galaxies") is None
    free_space(monkeypatch, 0)
    assert fetch.lacking("galaxies").startswith("348.4 MB are needed")
    places[2].parent.mkdir()
    places[2].write_bytes(b"")
    assert fetch.lacking("galaxies") is None, "nothing is to come"


def test_a_part_that_is_too_long_needs_no_space(places, monkeypatch):
    places[0].parent.mkdir(parents=True)
    monkeypatch.setattr(mnist, "FILE_SIZE", 1000)
    places[0].with_name("mnist.npz.part").write_bytes(bytes(2000))
    free_space(monkeypatch, 0)
    assert fetch.lacking("mnist") is None


def test_files_on_two_disks_need_space_on_each(places, monkeypatch, tmp_path):
    for name in ("astro", "kept"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(fetch, "disk", {tmp_path / "astro": 1, tmp_path / "kept": 2}.get)
    usage = namedtuple("usage", "total used free")
    free = {tmp_path / "astro": 3 * 10**9, tmp_path / "kept": 10**8}
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**12, 0, free[path]))
    expected = f"348.4 MB are needed in {tmp_path / 'kept'}, and 100.0 MB are free"
    assert fetch.lacking("galaxies") == expected
    free[tmp_path / "kept"] = 10**9
    assert fetch.lacking("galaxies") is None


def test_an_error_while_extracting_is_told(places, monkeypatch, capsys):
    def fail():
        raise DataError("the file is locked")

    monkeypatch.setattr(fetch, "fetch", lambda *what, **patience: None)
    monkeypatch.setattr(galaxies, "extracted", fail)
    assert fetch.main(["galaxies"]) == 1
    assert "the file is locked" in capsys.readouterr().out


@pytest.mark.skipif(os.name == "nt", reason="SIGINT")
def test_stopped_by_hand_it_can_go_on(places, galaxy10):
    code = (  # a shell's background jobs, and so their children, ignore SIGINT
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import sys, utils.data.mnist as m; from tools import fetch; m.URLS = (sys.argv[1],)\n"
        "sys.exit(fetch.main(['mnist']))"
    )
    with serve(galaxy10, "stalls") as (url, _):
        child = subprocess.Popen(
            [sys.executable, "-c", code, url], stdout=subprocess.PIPE, text=True
        )
        first = child.stdout.readline()
        part = places[0].with_name("mnist.npz.part")
        while not (part.exists() and child.poll() is None):
            pass
        child.send_signal(signal.SIGINT)
        rest, _ = child.communicate(timeout=60)
    assert first == f"MNIST, 11.5 MB, to {places[0]}: not there\n"
    assert rest == "\nstopped; the same command goes on from there\n"
    assert child.returncode == 130
    assert part.exists()
