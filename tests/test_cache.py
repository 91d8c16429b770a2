"""Downloads: whatever goes wrong, the file is whole or absent, and the message says why."""

import errno
import hashlib
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import namedtuple

import pytest
from server import serve

from utils.data import DataError, fetch

CONTENT = bytes(range(256)) * 40  # 10,240 bytes
SHA = hashlib.sha256(CONTENT).hexdigest()


def test_fetches_whole_and_leaves_nothing_beside(tmp_path):
    with serve(CONTENT) as (url, _):
        path = fetch([url], tmp_path / "new" / "file.bin", SHA.upper())
    assert path.read_bytes() == CONTENT
    assert os.listdir(path.parent) == ["file.bin"]


def test_second_address_steps_in(tmp_path):
    with serve(CONTENT, "404") as (bad, _), serve(CONTENT) as (good, _):
        assert fetch([bad, good], tmp_path / "f", SHA).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("404", "Not Found"),
        ("wrong", "wrong SHA-256"),
        ("cut", "ended after 2000 of 10240 bytes"),
        ("stalls", "timed out"),
        ("silent", "timed out"),
    ],
)
def test_fault_is_named_and_nothing_half_written_is_used(tmp_path, fault, message):
    path = tmp_path / "f"
    with serve(CONTENT, fault) as (url, _), pytest.raises(DataError, match=message):
        fetch([url], path, SHA, timeout=0.5)
    assert not path.exists()


def test_no_server(tmp_path):
    with serve(CONTENT) as (url, _):
        pass
    with pytest.raises(DataError, match="could not fetch f: .*refused"):
        fetch([url], tmp_path / "f", SHA)


def test_resumes_until_it_is_whole(tmp_path):
    path = tmp_path / "f"
    with serve(CONTENT, "cut") as (url, asked):
        for _ in range(5):
            with pytest.raises(DataError):
                fetch([url], path, SHA)
        assert fetch([url], path, SHA).read_bytes() == CONTENT
    assert asked == [None] + [f"bytes={k}-" for k in range(2000, 12000, 2000)]


def test_starts_again_where_the_server_cannot_resume(tmp_path):
    path = tmp_path / "f"
    path.with_name("f.part").write_bytes(CONTENT[:5000])
    with serve(CONTENT, "no-range", piece=10**6) as (url, _):
        assert fetch([url], path, SHA).read_bytes() == CONTENT


def test_a_damaged_part_is_thrown_away_not_continued_for_ever(tmp_path):
    path = tmp_path / "f"
    path.with_name("f.part").write_bytes(b"x" * 5000)
    with serve(CONTENT) as (url, _):
        with pytest.raises(DataError, match="wrong SHA-256"):
            fetch([url], path, SHA)
        assert fetch([url], path, SHA).read_bytes() == CONTENT


def test_a_part_longer_than_the_file(tmp_path):
    path = tmp_path / "f"
    path.with_name("f.part").write_bytes(b"x" * 20000)
    with serve(CONTENT) as (url, _):
        with pytest.raises(DataError, match="wrong SHA-256"):
            fetch([url], path, SHA)
        assert fetch([url], path, SHA).read_bytes() == CONTENT


def test_disk_full(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(1, 1, 100))
    with serve(CONTENT) as (url, _), pytest.raises(DataError, match="disk is full"):
        fetch([url], tmp_path / "f", SHA)
    assert not (tmp_path / "f").exists()


def test_disk_full_while_writing(tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("utils.data.cache._download", full)
    with pytest.raises(DataError, match="disk is full: f does not fit"):
        fetch(["http://127.0.0.1:1/"], tmp_path / "f", SHA)


def test_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(DataError, match="cannot write f into the folder"):
        fetch(["http://127.0.0.1:1/"], tmp_path / "file" / "f", SHA)


def _fetch_in_child(url, path):
    fetch([url], path, SHA)


def test_two_processes_at_once(tmp_path):
    path = tmp_path / "f"
    with serve(CONTENT) as (url, asked):
        start = multiprocessing.get_context("spawn").Process
        both = [start(target=_fetch_in_child, args=(url, path)) for _ in range(2)]
        for process in both:
            process.start()
        for process in both:
            process.join(60)
    assert [p.exitcode for p in both] == [0, 0]
    assert path.read_bytes() == CONTENT
    assert len(asked) == 1, "the second process takes what the first one fetched"


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_killed_half_way_resumes(tmp_path):
    path = tmp_path / "f"
    code = f"from utils.data import fetch; fetch([{{url!r}}], {str(path)!r}, {SHA!r}, timeout=30)"
    with serve(CONTENT, "stalls") as (url, _):
        child = subprocess.Popen([sys.executable, "-c", code.format(url=url)])
        part = path.with_name("f.part")
        for _ in range(600):
            if part.exists() and part.stat().st_size:
                break
            time.sleep(0.05)
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert not path.exists()
    with serve(CONTENT) as (url, asked):
        assert fetch([url], path, SHA).read_bytes() == CONTENT
