"""Fetching and keeping files so that nothing half-written is ever used.

A download is resumed, checked and put in its place in one step, under a lock; what a slow
function computed is kept with its checksum. The standard library does the transfer: pooch, the
usual choice, neither resumes nor locks nor knows a second address, so that all of this would
stand here on top of it.
"""

import contextlib
import errno
import hashlib
import http.client
import os
import re
import shutil
import ssl
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import filelock
import numpy as np
import platformdirs

SOURCES = ("auto", "embedded", "real")


class DataError(RuntimeError):
    """Data cannot be had; the message says why and what to do, and names no home folder."""

    def __init__(self, message):
        super().__init__(shown(message))


class Dataset(tuple):
    """Arrays of a data set that also say where they come from.

    Unpacks like the plain tuple that Keras's loaders return.

    Attributes
    ----------
    source : str
        "real", "stand-in" or "simulated" (what a lecture is about, no stand-in).
    note : str
        Label for figures: empty for real data, and else what the stand-in is.
    """

    def __new__(cls, parts, source, note=""):
        self = super().__new__(cls, parts)
        self.source, self.note = source, note
        return self


def resolve(source):
    """Return the data source to use (the argument, or COURSE_DATA, or "auto") and who asked for it.

    Raises
    ------
    ValueError
        If it is none of "auto", "embedded", "real".
    """
    name, value, reason = "source", source, "as asked"
    if source is None:
        name, value = "COURSE_DATA", os.environ.get("COURSE_DATA") or "auto"
        reason = "as COURSE_DATA asks"
    if value not in SOURCES:
        raise ValueError(f"{name} must be one of {', '.join(SOURCES)}, not {value!r}")
    return value, reason


def shown(text):
    """Return a path or a message with ~ for the home folder, as stored outputs show none."""
    home = re.escape(os.path.expanduser("~").rstrip(os.sep))
    return re.sub(rf"(?<![\w~.-]){home}(?![\w-]|\.\w)", "~", str(text)) if home else str(text)


def sha256(path):
    """Return the SHA-256 of a file as lower-case hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cache_folder():
    """Return the course's folder for what can be made again: COURSE_CACHE, or the usual one."""
    usual = platformdirs.user_cache_path("neural-networks-for-physicists", appauthor=False)
    return Path(os.path.expanduser(os.environ.get("COURSE_CACHE") or usual))


def computed(name, make):
    """Return the arrays that `make` computes, from the second time on out of the cache folder.

    One process computes while others wait. What is damaged is computed again, and where nothing
    can be kept, that is said and the arrays are returned all the same. Nothing is unpickled.

    Parameters
    ----------
    name : str
        File name without ending. It must change whenever `make` would give something else.
    make : callable
        Returns a dict of arrays; called without arguments.

    Returns
    -------
    dict of arrays
    """
    path = cache_folder() / f"{name}.npz"
    seal, part = path.with_name(f"{name}.sha256"), path.with_name(f"{name}.part")
    with contextlib.ExitStack() as held:
        with contextlib.suppress(OSError):  # then keeping it fails below, and says why
            path.parent.mkdir(parents=True, exist_ok=True)
            held.enter_context(_locked(path))
        with contextlib.suppress(OSError):  # a folder that can only be read serves, too
            if seal.read_bytes() == sha256(path).encode():
                with np.load(path) as arrays:
                    return dict(arrays)
        arrays = make()
        try:
            with open(part, "wb") as file:
                np.savez(file, allow_pickle=False, **arrays)
            seal.write_bytes(sha256(part).encode())
            part.replace(path)
        except OSError as error:
            print(f"{name} cannot be kept ({shown(error)}); the next time it is made again")
            with contextlib.suppress(OSError):
                part.unlink()
        return arrays


def fetch(urls, path, checksum, timeout=10.0, limit=None):
    """Download a file to `path`, from the first address that serves it whole.

    The bytes go to ``path + ".part"``, which a later call continues; only a file with the right
    checksum takes its place at `path`, in one step. A second process waits for the first. Progress
    and waiting are told where a terminal shows them.

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
    limit : float, optional
        Seconds after which an address is given up even while bytes come, and the longest wait
        for another process; by default there is no limit.

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
    part = path.with_name(path.name + ".part")
    reasons = []
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path, limit):
            if path.exists() and sha256(path) == checksum.lower():
                return path  # another process fetched it while this one waited
            for url in urls:
                try:
                    _download(url, part, timeout, limit)
                except ConnectionError as error:
                    reasons.append(f"{url}: {error}")
                    continue
                if sha256(part) == checksum.lower():
                    os.replace(part, path)
                    return path
                part.unlink()  # complete but wrong: nothing of it can be continued
                reasons.append(f"{url}: the file has the wrong SHA-256, so it was thrown away")
    except filelock.Timeout:
        reasons.append("another process is fetching it and has not finished yet")
    except OSError as error:
        raise DataError(_advice(path, error)) from error
    raise DataError(f"could not fetch {path.name}: " + "; ".join(reasons))


@contextlib.contextmanager
def _locked(path, limit=None):
    """Hold the lock beside `path`; filelock.Timeout if it is not free after `limit` seconds.

    The lock file stays: who deletes it takes it away from the process that holds it.
    """
    lock = filelock.FileLock(f"{path}.lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        if sys.stderr.isatty():
            print(f"waiting for another process that makes {shown(path)}", file=sys.stderr)
        lock.acquire(timeout=-1 if limit is None else limit)
    try:
        yield
    finally:
        lock.release()


def _download(url, part, timeout, limit):
    """Continue `part` from `url`; raise ConnectionError if the server does not send all of it."""
    have = part.stat().st_size if part.exists() else 0
    answer = _answer(url, have, timeout)
    have, total = next(answer)
    free = shutil.disk_usage(part.parent).free
    if total and free < total - have:
        lack = f"it needs {size(total - have)}, and {size(free)} are free"
        raise OSError(errno.ENOSPC, lack, str(part.parent))
    started, begun_at, progress = time.monotonic(), have, sys.stderr.isatty()
    try:
        with open(part, "ab" if have else "wb") as file:
            for block in answer:
                file.write(block)
                before, have = have, have + len(block)
                seconds = time.monotonic() - started
                if progress and before // 100_000 != have // 100_000:
                    _show(part.stem, have, total, (have - begun_at) / max(seconds, 1e-3))
                if limit is not None and seconds > limit:
                    raise ConnectionError(f"too slow: {size(have)} after {seconds:.0f} s")
    finally:
        if progress:
            print(file=sys.stderr)  # what comes next begins a line of its own
    if total and have < total:
        raise ConnectionError(f"the connection ended after {have} of {total} bytes")


def _answer(url, have, timeout):
    """Yield (bytes of the file that are skipped, its size or None), then what the server sends.

    Whatever a server or the way to it can do wrong becomes a ConnectionError, so that it is told
    apart from a disk that fails.
    """
    asked = {"Range": f"bytes={have}-"} if have else {}
    try:
        request = urllib.request.Request(url, headers=asked)
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            length = answer.headers.get("Content-Length", "")
            length = int(length) if length.isdecimal() else None
            if answer.status == 206:
                sent = answer.headers.get("Content-Range", "")
                if not sent.startswith(f"bytes {have}-"):
                    raise ConnectionError(f"it sends another part than bytes {have}- ({sent!r})")
            elif length is not None and length < have:  # a hotel's log-in page, say
                raise ConnectionError(f"it offers {length} bytes, but {have} are here already")
            else:
                have = 0  # the server sends the whole file
            yield have, None if length is None else have + length
            while block := answer.read1(1 << 18):
                yield block
    except (OSError, http.client.HTTPException, ValueError) as error:
        if isinstance(error, urllib.error.HTTPError) and error.code == 416 and have:
            yield have, have  # nothing beyond what we have: let the checksum decide
        else:
            raise ConnectionError(_plainly(error)) from error


def _plainly(error):
    """Return in one line what went wrong between us and a server."""
    cause = error.reason if type(error) is urllib.error.URLError else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return (
            f"its certificate is not trusted ({cause.verify_message}). Is the computer's clock "
            "right? On macOS run 'Install Certificates.command' in Python's folder under "
            "Applications. Elsewhere set the environment variable SSL_CERT_FILE to what "
            "`python -m certifi` prints or, where a company or university inspects the traffic, "
            "to the file of its certificate that the computing centre gives"
        )
    broken = isinstance(cause, http.client.HTTPException)
    text = f"a broken answer ({cause!r})" if broken else str(cause) or repr(cause)
    return " ".join(text.split())[:300]


def size(count):
    """Return a number of bytes as people say it."""
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


def _show(name, have, total, speed):
    left = f", {(total - have) / max(speed, 1):.0f} s left" if total else ""
    whole = f" of {size(total)}" if total else ""
    print(f"\r{name}: {size(have)}{whole}{left}   ", end="", file=sys.stderr, flush=True)


def _advice(path, error):
    if error.errno == errno.ENOSPC:
        return f"the disk is full: {path.name} does not fit into {path.parent} ({error.strerror})"
    return (
        f"cannot write {path.name} into the folder {path.parent} ({error.strerror or error}); "
        "give yourself write access, close programs that use the file, or put it elsewhere"
    )
