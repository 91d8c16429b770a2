"""Downloads and kept results: a file is whole or absent, and what went wrong is said."""

import errno
import hashlib
import io
import multiprocessing
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
from collections import namedtuple
from pathlib import Path
from types import SimpleNamespace

import filelock
import numpy as np
import pytest
from server import serve

from utils.data import DataError, cache
from utils.data.cache import Dataset, fetch

CONTENT = bytes(range(256)) * 40  # 10,240 bytes
SHA = hashlib.sha256(CONTENT).hexdigest()
NOWHERE = "http://127.0.0.1:1/"
SPAWN = multiprocessing.get_context("spawn")


def refused(url, path, **options):
    """Fetch in vain; return the message after checking that nothing is taken for the file."""
    with pytest.raises(DataError) as caught:
        fetch([url], path, SHA, **{"timeout": 0.4, **options})
    assert not path.exists()
    return str(caught.value)


def clock(monkeypatch, *readings):
    """Let the clock of the downloads show these times, one after the other."""
    times = iter(readings)
    monkeypatch.setattr(cache, "time", SimpleNamespace(monotonic=lambda: next(times)))


def answers(monkeypatch, have, total, *blocks):
    """Let every server send these blocks."""
    monkeypatch.setattr(cache, "_answer", lambda *arguments: iter([(have, total), *blocks]))


def terminal(monkeypatch, shows=True):
    """Let what is told to `sys.stderr` be shown in a terminal, or not."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: shows)


def free_space(monkeypatch, count):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(10**12, 0, count))


# --- what is served, and what is not


def test_fetches_whole(tmp_path, capfd):
    with serve(CONTENT) as (url, asked):
        path = fetch([url], tmp_path / "new" / "folder" / "file.bin", SHA.upper())
        assert fetch([url], str(path), SHA.upper()) == path, "what is whole is not fetched again"
    assert path.read_bytes() == CONTENT
    assert asked == [None]
    assert sorted(os.listdir(path.parent)) == ["file.bin", "file.bin.lock"]
    assert capfd.readouterr() == ("", ""), "no progress where nobody sees it, no word of waiting"


@pytest.mark.parametrize("fault", ["chunks", "no length", "drips"])
def test_odd_but_right_answers(tmp_path, fault):
    with serve(CONTENT, fault) as (url, _):
        assert fetch([url], tmp_path / "f", SHA).read_bytes() == CONTENT


def test_a_damaged_file_is_replaced(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(CONTENT[:-1])
    with serve(CONTENT) as (url, _):
        assert fetch([url], path, SHA).read_bytes() == CONTENT


def test_the_first_address_that_serves_is_enough(tmp_path):
    with serve(CONTENT, "404") as (bad, _), serve(CONTENT) as (good, asked):
        assert fetch([bad, good, good], tmp_path / "f", SHA).read_bytes() == CONTENT
    assert asked == [None]


def test_the_second_address_continues_what_the_first_began(tmp_path):
    with serve(CONTENT, "cut") as (bad, _), serve(CONTENT) as (good, asked):
        assert fetch([bad, good], tmp_path / "f", SHA).read_bytes() == CONTENT
    assert asked == ["bytes=2000-"]


def test_the_reason_at_each_address_is_named(tmp_path):
    with serve(CONTENT, "404") as (one, _), serve(CONTENT, "wrong") as (two, _):
        with pytest.raises(DataError) as caught:
            fetch([one, two], tmp_path / "f", SHA)
    wrong = "the file has the wrong SHA-256, so it was thrown away"
    expected = f"could not fetch f: {one}: HTTP Error 404: Not Found; {two}: {wrong}"
    assert str(caught.value) == expected


WRONG = "the file has the wrong SHA-256, so it was thrown away"
FAULTS = {  # what a server does: the reason given, and the bytes that a later call continues
    "404": ("HTTP Error 404: Not Found", 0),
    "wrong": (WRONG, 0),
    "portal": (WRONG, 0),
    "short": (WRONG, 0),
    "long": ("the connection ended after 10240 of 11240 bytes", 10240),
    "cut": ("the connection ended after 2000 of 10240 bytes", 2000),
    "stalls": ("timed out", 2000),
    "silent": ("timed out", 0),
    "loop": ("HTTP Error 302: .*infinite loop.*", 0),
    "elsewhere": ("HTTP Error 302: .*'file:///etc/hosts' is not allowed", 0),
    "bad status": (r"a broken answer \(BadStatusLine\('nonsense.*'\)\)", 0),
    "chunks cut": (r"a broken answer \(IncompleteRead\(.*\)\)", 110),
    "chunks garbled": (r"a broken answer \(IncompleteRead\(.*\)\)", 0),
    "endless header": (r"a broken answer \(LineTooLong\(.*\)\)", 0),
    "hangs up": (r"a broken answer \(RemoteDisconnected\(.*\)\)", 0),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_in_one_line_and_nothing_half_written_is_used(tmp_path, fault):
    message, kept = FAULTS[fault]
    path, part = tmp_path / "f", tmp_path / "f.part"
    began = time.monotonic()
    with serve(CONTENT, fault) as (url, _):
        said = refused(url, path)
    waited = time.monotonic() - began
    assert 0.4 < waited < 5 if "timed out" in message else waited < 5
    assert re.fullmatch(f"could not fetch f: {url}: {message}", said), said
    assert (part.stat().st_size if part.exists() else 0) == kept
    with serve(CONTENT) as (url, asked):
        assert fetch([url], path, SHA).read_bytes() == CONTENT
    assert asked == [f"bytes={kept}-" if kept else None]


@pytest.mark.parametrize("address", ["nonsense", "http://[", "http://a b/", "gopher://x/", ""])
def test_an_address_that_is_none(tmp_path, address):
    assert refused(address, tmp_path / "f").startswith(f"could not fetch f: {address}: ")


def test_no_server(tmp_path):
    with serve(CONTENT) as (url, _):
        pass
    assert re.search("could not fetch f: .*refused", refused(url, tmp_path / "f"))


def test_a_long_reason_is_cut(tmp_path, monkeypatch):
    def fail(*arguments, **options):
        raise ValueError("very\nlong " * 100)

    monkeypatch.setattr(urllib.request, "urlopen", fail)
    reason = refused(NOWHERE, tmp_path / "f").removeprefix(f"could not fetch f: {NOWHERE}: ")
    assert reason == ("very long " * 100)[:300]


def test_a_reason_without_words_is_named_by_its_kind(tmp_path, monkeypatch):
    def fail(*arguments, **options):
        raise TimeoutError

    monkeypatch.setattr(urllib.request, "urlopen", fail)
    assert refused(NOWHERE, tmp_path / "f").endswith(": TimeoutError()")


def test_the_time_out_reaches_the_network(tmp_path, monkeypatch):
    given = []

    def note(request, timeout):
        given.append(timeout)
        raise TimeoutError("enough")

    monkeypatch.setattr(urllib.request, "urlopen", note)
    for options in ({}, {"timeout": 3}):
        with pytest.raises(DataError, match="enough"):
            fetch([NOWHERE], tmp_path / "f", SHA, **options)
    assert given == [10, 3]


# --- certificates


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl makes the certificate")
def test_a_certificate_that_nobody_vouches_for(tmp_path):
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with serve(CONTENT, tls=context) as (url, _):
        said = refused(url, tmp_path / "f", timeout=5)
    assert f"{url}: its certificate is not trusted (self" in said
    for word in ("clock", "Install Certificates.command", "company", "SSL_CERT_FILE", "certifi"):
        assert word in said


# --- going on where it ended


def test_resumes_until_it_is_whole(tmp_path):
    path = tmp_path / "f"
    with serve(CONTENT, "cut") as (url, asked):
        for _ in range(5):
            refused(url, path)
        assert fetch([url], path, SHA).read_bytes() == CONTENT
    assert asked == [None] + [f"bytes={k}-" for k in range(2000, 12000, 2000)]


@pytest.mark.parametrize("have", [5000, 10240])
def test_starts_again_where_the_server_cannot_resume(tmp_path, have):
    path = tmp_path / "f"
    (tmp_path / "f.part").write_bytes(b"x" * have)
    with serve(CONTENT, "no range", piece=10**6) as (url, asked):
        assert fetch([url], path, SHA).read_bytes() == CONTENT
    assert asked == [f"bytes={have}-"]


def test_a_whole_part_only_needs_its_checksum(tmp_path):
    (tmp_path / "f.part").write_bytes(CONTENT)
    with serve(CONTENT) as (url, asked):
        assert fetch([url], tmp_path / "f", SHA).read_bytes() == CONTENT
    assert asked == ["bytes=10240-"]


@pytest.mark.parametrize("length", [5000, 20000])
def test_a_damaged_part_is_thrown_away_not_continued_for_ever(tmp_path, length):
    path = tmp_path / "f"
    (tmp_path / "f.part").write_bytes(b"x" * length)
    with serve(CONTENT) as (url, _):
        assert "wrong SHA-256" in refused(url, path)
        assert fetch([url], path, SHA).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("portal", "it offers 20 bytes, but 5000 are here already"),
        ("other range", "it sends another part than bytes 5000- ('bytes 5001-10239/10240')"),
        ("silent", "timed out"),
        ("bad status", "BadStatusLine"),
        ("404", "Not Found"),
    ],
)
def test_what_was_fetched_survives_a_server_that_cannot_continue_it(tmp_path, fault, message):
    (tmp_path / "f.part").write_bytes(CONTENT[:5000])
    with serve(CONTENT, fault) as (url, _):
        assert message in refused(url, tmp_path / "f")
    assert (tmp_path / "f.part").read_bytes() == CONTENT[:5000]


def test_an_answer_416_without_a_part_is_a_fault(tmp_path):
    with serve(b"") as (url, _):
        assert "HTTP Error 416" in refused(url, tmp_path / "f")


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_killed_half_way_resumes(tmp_path):
    path, part = tmp_path / "f", tmp_path / "f.part"
    code = (
        "import sys; from utils.data.cache import fetch as f;"
        "f([sys.argv[1]], *sys.argv[2:], timeout=60)"
    )
    content = os.urandom(300_000)
    checksum = hashlib.sha256(content).hexdigest()
    with serve(content, "stalls", piece=200_000) as (url, _):
        child = subprocess.Popen([sys.executable, "-c", code, url, str(path), checksum])
        until(lambda: part.exists() and part.stat().st_size > 100_000)
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert not path.exists()
    size = part.stat().st_size
    with serve(content) as (url, asked):
        assert fetch([url], path, checksum).read_bytes() == content
    assert asked == [f"bytes={size}-"]


def until(condition, seconds=60):
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


# --- the disk


def test_disk_too_full_for_the_file(tmp_path, monkeypatch):
    free_space(monkeypatch, 10239)
    with serve(CONTENT) as (url, _):
        said = refused(url, tmp_path / "f")
        assert said.startswith(f"the disk is full: f does not fit into {tmp_path} (it needs 0.0 MB")
        free_space(monkeypatch, 10240)
        assert fetch([url], tmp_path / "f", SHA).exists()


def test_only_the_rest_needs_space(tmp_path, monkeypatch):
    (tmp_path / "f.part").write_bytes(CONTENT[:5000])
    with serve(CONTENT) as (url, _):
        free_space(monkeypatch, 5239)
        assert "the disk is full" in refused(url, tmp_path / "f")
        free_space(monkeypatch, 5240)
        assert fetch([url], tmp_path / "f", SHA).exists()


def test_a_full_disk_names_the_sizes(tmp_path, monkeypatch):
    free_space(monkeypatch, 234_000_000)
    answers(monkeypatch, 35_267_419, 2_735_267_419)
    assert "(it needs 2.70 GB, and 234.0 MB are free)" in refused(NOWHERE, tmp_path / "f")


def test_disk_full_while_writing(tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(cache, "_download", full)
    said = refused(NOWHERE, tmp_path / "f")
    assert said == f"the disk is full: f does not fit into {tmp_path} (No space left on device)"


def test_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    said = refused(NOWHERE, tmp_path / "file" / "f")
    assert said.startswith(f"cannot write f into the folder {tmp_path / 'file'} (")
    assert "give yourself write access" in said and "[Errno" not in said


# --- time


def test_the_limit_ends_even_a_busy_download(tmp_path):
    with serve(CONTENT * 100, "drips", piece=1000) as (url, _):
        began = time.monotonic()
        said = refused(url, tmp_path / "f", limit=0.5)
        assert 0.5 < time.monotonic() - began < 3
    assert re.search(r"too slow: 0\.\d MB after [01] s$", said)
    assert (tmp_path / "f.part").stat().st_size > 1000, "what came is kept"


def test_the_limit_itself_is_allowed(tmp_path, monkeypatch):
    blocks = [CONTENT[:5000], CONTENT[5000:]]
    answers(monkeypatch, 0, 10240, *blocks)
    clock(monkeypatch, 100, 105, 110)
    assert fetch([NOWHERE], tmp_path / "f", SHA, limit=10).read_bytes() == CONTENT
    clock(monkeypatch, 100, 105, 110.5)
    assert "too slow: 0.0 MB after 10 s" in refused(NOWHERE, tmp_path / "g", limit=10)


# --- progress


def test_progress_tells_how_much_and_how_long(tmp_path, monkeypatch, capsys):
    terminal(monkeypatch)
    (tmp_path / "f.part").write_bytes(bytes(1_000_000))
    answers(monkeypatch, 1_000_000, 3_000_000, bytes(500_000), bytes(40_000), bytes(460_000))
    clock(monkeypatch, 50, 52, 53, 54)
    refused(NOWHERE, tmp_path / "f")
    lines = capsys.readouterr().err.split("\r")
    assert lines[1:] == [
        "f: 1.5 MB of 3.0 MB, 6 s left   ",  # 0.5 MB came in 2 s, 1.5 MB are to come
        "f: 2.0 MB of 3.0 MB, 4 s left   \n",  # 1 MB in 4 s; nothing for 0.04 MB
    ]


def test_progress_of_an_unknown_size(tmp_path, monkeypatch, capsys):
    terminal(monkeypatch)
    answers(monkeypatch, 0, None, bytes(1_230_000))
    refused(NOWHERE, tmp_path / "f")
    assert capsys.readouterr().err == "\rf: 1.2 MB   \n"


def test_progress_is_shown_where_it_can_be_seen(tmp_path, monkeypatch, capsys):
    terminal(monkeypatch)
    answers(monkeypatch, 0, 2_000_000_000, bytes(200_000))
    clock(monkeypatch, 1, 1)  # no time has passed: no division by zero
    refused(NOWHERE, tmp_path / "f")
    assert capsys.readouterr().err == "\rf: 0.2 MB of 2.00 GB, 10 s left   \n"
    answers(monkeypatch, 0, None, bytes(200_000))
    clock(monkeypatch, 1, 1)
    terminal(monkeypatch, shows=False)
    refused(NOWHERE, tmp_path / "f")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0.0 MB"), (348_364_800, "348.4 MB"), (10**9, "1.00 GB"), (2_735_267_419, "2.74 GB")],
)
def test_sizes_as_people_say_them(count, text):
    assert cache.size(count) == text


# --- several processes


def _fetch(url, path):
    fetch([url], path, SHA)


def test_two_processes_at_once(tmp_path):
    path = tmp_path / "f"
    with serve(CONTENT, "drips", piece=500) as (url, asked):
        both = [SPAWN.Process(target=_fetch, args=(url, path)) for _ in range(2)]
        for process in both:
            process.start()
        for process in both:
            process.join(60)
    assert [p.exitcode for p in both] == [0, 0]
    assert path.read_bytes() == CONTENT
    assert asked == [None], "the second process takes what the first one fetched"


@pytest.mark.skipif(os.name == "nt", reason="SIGINT")
def test_an_interrupted_waiter_leaves_the_lock_to_its_holder(tmp_path):
    path = tmp_path / "f"
    code = (  # a shell's background jobs, and so their children, ignore SIGINT
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from utils.data.cache import fetch as f; sys.stderr.isatty = lambda: True\n"
        "f(sys.argv[1:2], *sys.argv[2:])"
    )
    command = [sys.executable, "-c", code, NOWHERE, str(path), SHA]
    with filelock.FileLock(tmp_path / "f.lock"):
        waiter = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert waiter.stderr.readline() == f"waiting for another process that makes {path}\n"
        waiter.send_signal(signal.SIGINT)
        assert "KeyboardInterrupt" in waiter.communicate(timeout=60)[1]
        assert "another process is fetching it" in refused(NOWHERE, path, limit=0.1)
        assert (tmp_path / "f.lock").exists()
    assert "refused" in refused(NOWHERE, path, limit=0.1), "free again"


def test_waiting_ends_with_the_limit(tmp_path, monkeypatch, capsys):
    with filelock.FileLock(tmp_path / "f.lock"):
        began = time.monotonic()
        said = refused(NOWHERE, tmp_path / "f", limit=0.3)
        assert 0.3 <= time.monotonic() - began < 3
        assert said == "could not fetch f: another process is fetching it and has not finished yet"
        assert capsys.readouterr().err == "", "a notebook's output does not depend on others"
        terminal(monkeypatch)
        refused(NOWHERE, tmp_path / "f", limit=0.1)
        assert capsys.readouterr().err.count("waiting for another process") == 1


# --- results that are kept


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "kept" / "here"))
    return tmp_path / "kept" / "here"


class Maker:
    """Makes two arrays and counts how often."""

    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1
        return {"a": np.arange(5.0), "b": np.full((2, 3), self.times, np.int8)}


def test_computed_once_and_then_taken_from_the_cache(folder, capfd):
    make = Maker()
    first, second = (cache.computed("maps_v1.2", make) for _ in range(2))
    assert make.times == 1
    assert list(second) == ["a", "b"] and isinstance(second, dict)
    for name, values in first.items():
        assert np.array_equal(second[name], values) and second[name].dtype == values.dtype
    names = ["maps_v1.2.npz", "maps_v1.2.npz.lock", "maps_v1.2.sha256"]
    assert sorted(os.listdir(folder)) == names
    with np.load(folder / "maps_v1.2.npz") as file:
        assert set(file) == {"a", "b"}
    cache.computed("maps_v1.3", make)
    assert make.times == 2, "another name, another result"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("victim", ["m.npz", "m.sha256"])
@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "gone"])
def test_a_damaged_result_is_computed_again(folder, victim, damage):
    make = Maker()
    cache.computed("m", make)
    content = bytearray((folder / victim).read_bytes())
    content[len(content) // 2] ^= 255
    ways = {"cut": content[:40], "flipped": content, "empty": b""}
    (folder / victim).unlink()
    if damage in ways:
        (folder / victim).write_bytes(ways[damage])
    assert cache.computed("m", make)["b"][0, 0] == 2
    assert cache.computed("m", make)["b"][0, 0] == 2, "and kept"


def test_nothing_is_pickled_or_unpickled(folder):
    with pytest.raises(ValueError, match="pickle|[Oo]bject arrays"):
        cache.computed("m", lambda: {"a": np.array([{}])})
    evil = io.BytesIO()
    np.savez(evil, a=np.array([{}]))
    (folder / "m.npz").write_bytes(evil.getvalue())
    (folder / "m.sha256").write_text(hashlib.sha256(evil.getvalue()).hexdigest())
    with pytest.raises(ValueError, match="allow_pickle=False"):
        cache.computed("m", Maker())


def test_a_folder_that_cannot_be_made(folder, capsys):
    folder.parent.write_text("not a folder")
    make = Maker()
    assert cache.computed("m", make)["b"][0, 0] == 1 and make.times == 1
    said = capsys.readouterr().out
    assert said.startswith("m cannot be kept (") and said.count("\n") == 1


def test_a_folder_that_can_only_be_read_serves(folder, monkeypatch):
    make = Maker()
    cache.computed("m", make)

    def forbidden(*arguments):
        raise PermissionError

    monkeypatch.setattr(cache, "_locked", forbidden)
    assert cache.computed("m", make)["b"][0, 0] == 1


def test_a_full_disk_leaves_nothing_half_written(folder, monkeypatch, capsys):
    def full(file, **arrays):
        file.write(bytes(1000))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    assert cache.computed("m", Maker())["b"][0, 0] == 1
    assert "No space left on device" in capsys.readouterr().out
    assert os.listdir(folder) == ["m.npz.lock"]


def test_an_error_while_computing_is_passed_on_and_the_lock_freed(folder):
    def fail():
        raise OSError("the sensor is off")

    with pytest.raises(OSError, match="the sensor is off"):
        cache.computed("m", fail)
    assert cache.computed("m", Maker())["b"][0, 0] == 1


def _compute(log):
    def make():
        with open(log, "a") as file:
            file.write("made\n")
        time.sleep(0.5)
        return {"a": np.zeros(3)}

    cache.computed("m", make)


def test_two_processes_compute_once(folder, tmp_path):
    both = [SPAWN.Process(target=_compute, args=(tmp_path / "log",)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [p.exitcode for p in both] == [0, 0]
    assert (tmp_path / "log").read_text() == "made\n"


def test_where_results_are_kept(monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", os.path.join("~", "mine"))
    assert cache.cache_folder() == Path.home() / "mine"
    monkeypatch.setenv("COURSE_CACHE", "")
    usual = cache.cache_folder()
    assert usual.is_absolute() and "neural-networks-for-physicists" in usual.parts


# --- small things


def test_no_message_shows_the_home_folder(monkeypatch):
    monkeypatch.setenv("HOME", os.path.join(os.sep, "home", "ada"))
    monkeypatch.setenv("USERPROFILE", os.path.join(os.sep, "home", "ada"))
    said = "{0} and {0}/x and ({0}) and {0}. and {0}2/x and {0}-old and /mnt{0}/x"
    said = said.replace("/", os.sep).format(os.path.expanduser("~"))
    expected = "~ and ~/x and (~) and ~. and {0}2/x and {0}-old and /mnt{0}/x"
    expected = expected.replace("/", os.sep).format(os.path.expanduser("~"))
    assert cache.shown(said) == str(DataError(said)) == expected
    assert cache.shown(Path.home() / "f") == os.path.join("~", "f")
    monkeypatch.setattr(os.path, "expanduser", lambda path: os.sep)
    assert cache.shown("/tmp/f") == "/tmp/f"


def test_a_dataset_is_a_tuple_that_knows_its_source():
    data = Dataset(("x", "y"), "real")
    x, y = data
    assert (x, y) == ("x", "y") and data.source == "real" and data.note == ""
    assert Dataset((1,), "stand-in", "drawn").note == "drawn"


def test_resolve(monkeypatch):
    monkeypatch.setenv("COURSE_DATA", "real")
    assert cache.resolve("embedded") == ("embedded", "as asked")
    assert cache.resolve(None) == ("real", "as COURSE_DATA asks")
    monkeypatch.setenv("COURSE_DATA", "")
    assert cache.resolve(None)[0] == "auto"
    monkeypatch.delenv("COURSE_DATA")
    assert cache.resolve(None)[0] == "auto"
    with pytest.raises(ValueError, match="^source must be one of auto, embedded, real, not 'x'$"):
        cache.resolve("x")
    monkeypatch.setenv("COURSE_DATA", "Real")
    with pytest.raises(ValueError, match="^COURSE_DATA must be one of .*, not 'Real'$"):
        cache.resolve(None)
