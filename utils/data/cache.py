"""Fetching files so that nothing half-written is ever used: checksum, resume, atomic, locked."""

import contextlib
import errno
import hashlib
import os
import shutil
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import filelock
import numpy as np

SOURCES = ("auto", "embedded", "real")


class DataError(RuntimeError):
    """Data cannot be had; the message says why and what to do."""


class Dataset(tuple):
    """Arrays of a data set that also say where they come from.

    Unpacks like the plain tuple that Keras's loaders return.

    Attributes
    ----------
    source : str
        "real" or "stand-in".
    note : str
        Label for figures: empty for real data, and else what the stand-in is.
    """

    def __new__(cls, parts, source, note=""):
        self = super().__new__(cls, parts)
        self.source, self.note = source, note
        return self


def resolve(source):
    """Return the data source to use: the argument, or COURSE_DATA, or "auto".

    Raises
    ------
    ValueError
        If it is none of "auto", "embedded", "real".
    """
    name, value = "source", source
    if source is None:
        name, value = "COURSE_DATA", os.environ.get("COURSE_DATA") or "auto"
    if value not in SOURCES:
        raise ValueError(f"{name} must be one of {', '.join(SOURCES)}, not {value!r}")
    return value


def check_count(name, value, least):
    """Raise ValueError unless `value` is an integer of at least `least`."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < least:
        raise ValueError(f"{name} must be an integer of at least {least}, not {value!r}")


def sha256(path, chunk=1 << 20):
    """Return the SHA-256 of a file as lower-case hexadecimal digits."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(chunk):
            digest.update(block)
    return digest.hexdigest()


def fetch(urls, path, checksum, timeout=10.0, progress=None):
    """Download a file to `path`, from the first address that serves it whole.

    The bytes go to ``path + ".part"``, which a later call continues; only a file with the right
    checksum takes its place at `path`, in one step. A second process waits for the first.

    Parameters
    ----------
    urls : sequence of str
        Addresses of the same file, tried in order.
    path : str or Path
        Where the file is to be.
    checksum : str
        SHA-256 of the file in hexadecimal digits.
    timeout : float
        Seconds without an answer or a byte after which an address is given up.
    progress : bool, optional
        Whether to show a progress line; by default where one can be seen.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    DataError
        If no address serves the file, the folder cannot be written, or the disk is full. The
        message names the reason at each address.
    """
    path = Path(path)
    progress = sys.stderr.isatty() if progress is None else progress
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(str(path) + ".lock")
        with lock:
            if path.exists() and sha256(path) == checksum.lower():
                return path  # another process fetched it while this one waited
            reasons = []
            for url in urls:
                try:
                    _download(url, part, timeout, progress)
                except (urllib.error.URLError, TimeoutError, ConnectionError, ValueError) as error:
                    reasons.append(f"{url}: {getattr(error, 'reason', None) or error}")
                    continue
                if sha256(part) == checksum.lower():
                    os.replace(part, path)
                    return path
                part.unlink()  # complete but wrong: nothing of it can be continued
                reasons.append(f"{url}: the file has the wrong SHA-256, so it was thrown away")
    except OSError as error:
        raise DataError(_advice(path, error)) from error
    finally:
        with contextlib.suppress(OSError):
            Path(str(path) + ".lock").unlink(missing_ok=True)
    raise DataError(f"could not fetch {path.name}: " + "; ".join(reasons))


def _download(url, part, timeout, progress):
    """Continue `part` from `url`; raise ConnectionError if the server ends too early."""
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        answer = urllib.request.urlopen(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        if error.code == 416 and have:  # nothing beyond what we have: let the checksum decide
            return
        raise
    with answer:
        if answer.status != 206 or not answer.headers.get("Content-Range", "").startswith(
            f"bytes {have}-"
        ):
            have = 0  # the server sends the whole file
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length else None
        if total and shutil.disk_usage(part.parent).free < total - have:
            raise OSError(
                errno.ENOSPC, f"{(total - have) / 1e6:.0f} MB are needed", str(part.parent)
            )
        with open(part, "ab" if have else "wb") as file:
            started, begun_at = time.monotonic(), have
            while block := answer.read(1 << 18):
                file.write(block)
                have += len(block)
                if progress:
                    _show(part.stem, have, total, begun_at, started)
    if progress:
        print(file=sys.stderr)
    if total and have < total:
        raise ConnectionError(f"the connection ended after {have} of {total} bytes")


def _show(name, have, total, begun_at, started):
    speed = (have - begun_at) / max(time.monotonic() - started, 1e-3)
    left = f", {(total - have) / max(speed, 1):.0f} s left" if total else ""
    size = f" of {total / 1e6:.1f}" if total else ""
    print(f"\r{name}: {have / 1e6:.1f}{size} MB{left}   ", end="", file=sys.stderr, flush=True)


def _advice(path, error):
    if error.errno == errno.ENOSPC:
        return f"the disk is full: {path.name} does not fit into {path.parent} ({error.strerror})"
    return (
        f"cannot write {path.name} into the folder {path.parent} ({error.strerror or error}); "
        "give yourself write access, or put the cache elsewhere"
    )
