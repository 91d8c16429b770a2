#!/usr/bin/env python3
"""The one way into the course. Needs Python 3.11 to 3.13 and nothing else.

    python3 run.py lab            open JupyterLab on the course's front page
    python3 run.py test           run all tests: code, notebooks, assignments
    python3 run.py execute [NB]   run lectures in place and store their outputs
    python3 run.py assignments    build the students' notebooks from solutions/
    python3 run.py grade FOLDER   grade a folder of submissions: table and feedback
    python3 run.py slides [NB]    write slides of the lectures into build/slides/
    python3 run.py bench          measure the fast MNIST recipe against Keras's example
    python3 run.py mutate M TESTS which random changes of a module do its tests not notice?
    python3 run.py lock           renew requirements*.txt after a change of pyproject.toml
    python3 run.py setup          only install

Each installs what is missing into .venv first, and nothing when nothing has changed. Further
arguments go to the tool behind the command, as in `python3 run.py test -k perceptron` or
`python3 run.py lab --no-browser`. With --gpu before the command, NVIDIA's CUDA libraries are
installed too (Linux). On Windows write `py run.py ...`.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed.json"
OLDEST, NEWEST = (3, 11), (3, 13)  # what TensorFlow and Keras have wheels for
MODULES = {  # verbs that are a module of the package
    "execute": "tools.execute",
    "assignments": "tools.assignments",
    "grade": "tools.grade",
    "bench": "tools.bench",
    "mutate": "tools.mutate",
}
VERBS = ("lab", "test", *MODULES, "slides", "lock", "setup")


def main(arguments):
    gpu = "--gpu" in arguments[:1]
    arguments = arguments[1:] if gpu else arguments
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(__doc__)
        return 0
    verb, *rest = arguments
    if verb not in VERBS:
        print(f"run.py: there is no command {verb!r}; choose one of: {', '.join(VERBS)}")
        return 2
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        return with_other_python(sys.argv[1:])
    if gpu and not sys.platform.startswith("linux"):
        print("run.py: --gpu is for Linux with an NVIDIA GPU; TensorFlow has no CUDA wheels here")
        return 2
    os.chdir(ROOT)
    try:
        set_up(gpu)
    except subprocess.CalledProcessError as error:
        print(f"run.py: the installation failed (exit status {error.returncode}); see above.")
        print("Nothing is half-done: the same command continues once the cause is removed.")
        return 1
    return globals()[verb](rest) if verb in globals() else module(MODULES[verb], rest)


def with_other_python(arguments):
    """Start again under a Python that TensorFlow supports, or say which ones it does."""
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        command = ["py", f"-3.{minor}"] if os.name == "nt" else [f"python3.{minor}"]
        if shutil.which(command[0]) and works([*command, "--version"]):
            return subprocess.call([*command, str(ROOT / "run.py"), *arguments])
    have = ".".join(map(str, sys.version_info[:2]))
    print(f"run.py: this is Python {have}; TensorFlow needs 3.11, 3.12 or 3.13.")
    print("Install one of them (https://www.python.org/downloads/) and run the command again.")
    return 1


def works(command):
    """Whether a command runs and succeeds."""
    return subprocess.run(command, capture_output=True).returncode == 0


def python():
    """The interpreter inside .venv."""
    return str(VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))


def set_up(gpu=False):
    """Make .venv agree with the lock; do nothing if it does."""
    wanted = fingerprint(gpu)
    found = json.loads(STAMP.read_text()) if STAMP.exists() else {}
    if found.get("gpu") and not gpu:
        wanted = fingerprint(True)  # once installed for the GPU, it stays so
    if found == wanted and works([python(), "--version"]):
        return
    STAMP.unlink(missing_ok=True)
    started = time.monotonic()
    if not (Path(python()).exists() and works([python(), "-m", "pip", "--version"])):
        print("[1/3] making the virtual environment .venv", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
    locks = ["requirements.txt"] + ["requirements-gpu.txt"] * bool(wanted["gpu"])
    count = sum(len(re.findall(r"^\S+==", Path(lock).read_text(), re.M)) for lock in locks)
    print(f"[2/3] installing {count} packages: some minutes the first time", flush=True)
    pip = [python(), "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    with_progress([*pip, "--require-hashes", *(f"--requirement={lock}" for lock in locks)], count)
    print("[3/3] installing the course's own package", flush=True)
    own = [*pip, "--quiet", "--no-deps", "--no-build-isolation", "--editable", "."]
    subprocess.run(own, check=True)
    STAMP.write_text(json.dumps(wanted))
    print(f"ready after {time.monotonic() - started:.0f} s", flush=True)


def fingerprint(gpu):
    """What the environment depends on: the lock, the package's description, Python, this folder."""
    names = ["requirements.txt", "pyproject.toml"] + ["requirements-gpu.txt"] * bool(gpu)
    digest = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in names)).hexdigest()
    return {"lock": digest, "python": sys.version.split()[0], "root": str(ROOT), "gpu": bool(gpu)}


def with_progress(command, count):
    """Run pip, showing how far it is: its own output is hundreds of lines."""
    pip = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    lines, seen, state = [], 0, ["resolving"]
    done = threading.Event()

    def ticker():  # a sign of life while pip unpacks for a minute without a word
        started, live = time.monotonic(), sys.stdout.isatty()
        while not done.wait(1 if live else 15):
            text = f"      {state[0]} ({time.monotonic() - started:.0f} s)"
            print(f"\r{text:<78}" if live else text, end="" if live else "\n", flush=True)
        if live:
            print("\r" + " " * 78, end="\r", flush=True)

    thread = threading.Thread(target=ticker, daemon=True)
    thread.start()
    for line in pip.stdout:
        lines.append(line)
        if line.startswith(("Collecting", "Requirement already", "Ignoring")):
            seen += 1
            name = line.replace("already satisfied: ", "").split()[1].split("=")[0]
            state[0] = f"collected {min(seen, count)} of {count}: {name[:40]}"
        elif line.startswith("Installing collected"):
            state[0] = "unpacking and compiling: about a minute"
    done.set()
    thread.join()
    if pip.wait():
        shown = [line for line in lines if not line.startswith(("Collecting", "Requirement"))]
        print("".join(shown[-30:]), end="")
        raise subprocess.CalledProcessError(pip.returncode, command)


def call(command, **environment):
    """Run a command from the course's folder; Ctrl-C is for the command to handle."""
    process = subprocess.Popen(command, env={**os.environ, **environment})
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def module(name, rest):
    return call([python(), "-m", name, *rest])


def lab(rest):
    options = [
        f"--ServerApp.root_dir={ROOT}",
        "--LabApp.default_url=/lab/tree/notebooks/index.ipynb",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")  # in a container there is often nobody else
    return call([python(), "-m", "jupyter", "lab", *options, *rest])


def test(rest):
    workers = min(os.cpu_count() or 1, 4)
    return call([python(), "-m", "pytest", f"-n{workers}", *rest], COURSE_THREADS="1")


def slides(rest):
    names = rest or sorted(str(p) for p in Path("notebooks").glob("[0-9]*.ipynb"))
    options = ["--to=slides", "--output-dir=build/slides", "--SlidesExporter.reveal_scroll=True"]
    return call([python(), "-m", "jupyter", "nbconvert", *options, *names])


def lock(rest):
    """Renew the two locks. The second holds only what the GPU adds to the first."""
    tool = [python(), "-m", "pip", "install", "--quiet", "uv"]
    subprocess.run(tool, check=True)
    compile = [
        python(),
        "-m",
        "uv",
        "pip",
        "compile",
        "--quiet",
        "--generate-hashes",
        "--universal",
    ]
    compile += ["--no-header", "--no-annotate", "--python-version=3.11", "pyproject.toml", *rest]
    base, more = Path("requirements.txt"), Path("requirements-gpu.txt")
    subprocess.run([*compile, "--extra=dev", f"--output-file={base}"], check=True)
    more.write_text(base.read_text())  # uv keeps to the versions that it finds in the output
    extras = ["--extra=dev", "--extra=gpu", f"--output-file={more}"]
    subprocess.run([*compile, *extras], check=True)
    blocks = re.split(r"(?m)^(?=\S)", more.read_text())
    known = {re.split(r"[=\[ ]", b)[0] for b in re.split(r"(?m)^(?=\S)", base.read_text())}
    more.write_text("".join(b for b in blocks if re.split(r"[=\[ ]", b)[0] not in known))
    return 0


def setup(rest):
    print(f"installed in {VENV}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
