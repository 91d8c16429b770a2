#!/usr/bin/env python3
"""The one way into the course. Needs Python 3.11 to 3.13 and nothing else.

    python3 run.py COMMAND [ARGUMENTS]

{commands}

Each installs what is missing into .venv first, and nothing when nothing has changed. Arguments
go to the tool behind the command: `python3 run.py test -k perceptron`, `python3 run.py lab
--no-browser`, `python3 run.py grade --help`. With --gpu before the command, NVIDIA's CUDA
libraries are installed too (Linux). On Windows write `py run.py ...`.

Settings that would lead Python or pip elsewhere (PYTHONPATH, PIP_TARGET and the like) are not
used; an index or a proxy that is set for pip is.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed.json"
OLDEST, NEWEST = (3, 11), (3, 13)  # what TensorFlow and Keras have wheels for
PAGES = ("slides", "site", "test")  # commands that also need reveal.js, MathJax and Sphinx
ASTRAY = (  # environment variables that give .venv another library, or pip another place
    *("PYTHONPATH", "PYTHONHOME", "PYTHONSAFEPATH", "PYTHONOPTIMIZE", "PYTHONWARNINGS"),
    *("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON", "PIP_DRY_RUN"),
    "KERAS_BACKEND",
)


def main(arguments):
    gpu = "--gpu" in arguments[:1]
    arguments = arguments[1:] if gpu else arguments
    lecturers = (ROOT / "tools" / "grade.py").exists()  # the students' copy holds fetch alone
    verbs = VERBS if lecturers else {v: VERBS[v] for v in ("lab", "fetch", "setup")}
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        commands = (f"    {name:12s} {what}" for name, (_, what) in verbs.items())
        print(__doc__.replace("{commands}", "\n".join(commands)))
        return 0
    verb, *rest = arguments
    if verb not in verbs:  # the students' copy has fewer
        print(f"run.py: there is no command {verb!r}; choose one of: {', '.join(verbs)}")
        return 2
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        return with_other_python(sys.argv[1:])
    if gpu and not sys.platform.startswith("linux"):
        print("run.py: --gpu is for Linux with an NVIDIA GPU; TensorFlow has no CUDA wheels here")
        return 2
    os.chdir(ROOT)
    settle()
    try:
        set_up(gpu, verb in PAGES)
    except subprocess.CalledProcessError as error:
        print(f"run.py: the installation failed (exit status {error.returncode}); see above.")
        print("Nothing is half-done: the same command continues once the cause is removed.")
        return 1
    except OSError as error:  # a read-only folder, a full disk
        print(f"run.py: the installation failed: {error}")
        return 1
    return verbs[verb][0](rest)


def settle():
    """Make the environment one that the course's own Python can work in."""
    for name in ASTRAY:
        os.environ.pop(name, None)
    home = os.path.expanduser("~")
    if not os.access(home, os.W_OK):  # Jupyter, for one, would end in a traceback
        own = ROOT / "build" / "home"
        try:
            own.mkdir(parents=True, exist_ok=True)
        except OSError:
            return  # nothing can be written here either
        print(f"run.py: {home} cannot be written: settings and downloads go to {own}")
        os.environ["USERPROFILE" if os.name == "nt" else "HOME"] = str(own)


def with_other_python(arguments):
    """Start again under a Python that TensorFlow supports, or say which ones it does."""
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        command = ["py", f"-3.{minor}"] if os.name == "nt" else [f"python3.{minor}"]
        if works([*command, "--version"]):
            return subprocess.call([*command, str(ROOT / "run.py"), *arguments])
    have = ".".join(map(str, sys.version_info[:2]))
    print(f"run.py: this is Python {have}; TensorFlow needs 3.11, 3.12 or 3.13.")
    print("Install one of them (https://www.python.org/downloads/) and run the command again.")
    return 1


def works(command):
    """Whether a command is there, runs and succeeds."""
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        return False


def python():
    """The interpreter inside .venv."""
    return str(VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))


def set_up(gpu=False, pages=False):
    """Make .venv agree with the locks; do nothing if it does."""
    found = json.loads(STAMP.read_text()) if STAMP.exists() else {}
    gpu = bool(gpu or found.get("gpu"))  # once installed for the GPU, it stays so
    pages = bool(pages or found.get("pages"))
    now = fingerprint(gpu, pages)
    if found == now:
        return
    started = time.monotonic()
    # The commands in .venv name the folder that they were made in: a moved one needs new ones.
    moved = any(found.get(key, now[key]) != now[key] for key in ("root", "version"))
    if moved or not works([python(), "-m", "pip", "--version"]):
        print("[1/3] making the virtual environment .venv", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
    STAMP.unlink(missing_ok=True)
    locks = locks_for(gpu, pages)
    count = sum(len(re.findall(r"^\S+==", Path(lock).read_text(), re.M)) for lock in locks)
    print(f"[2/3] installing {count} packages: some minutes the first time", flush=True)
    pip = [python(), "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    pip += ["--no-user", "--target="]  # pip's configuration files may say otherwise
    with_progress([*pip, "--require-hashes", *(f"--requirement={lock}" for lock in locks)], count)
    print("[3/3] installing the course's own package", flush=True)
    own = [*pip, "--quiet", "--no-deps", "--no-build-isolation", "--editable", "."]
    subprocess.run(own, check=True)
    STAMP.write_text(json.dumps(fingerprint(gpu, pages)))
    print(f"ready after {time.monotonic() - started:.0f} s", flush=True)


def locks_for(gpu, pages):
    return (
        ["requirements.txt"] + ["requirements-gpu.txt"] * gpu + ["requirements-pages.txt"] * pages
    )


def fingerprint(gpu, pages):
    """What the environment depends on: locks, the package's description, Python, this folder."""
    names = [*locks_for(gpu, pages), "pyproject.toml"]
    digest = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in names)).hexdigest()
    return {"lock": digest, "version": inside(), "root": str(ROOT), "gpu": gpu, "pages": pages}


def inside():
    """The version of the Python in .venv, such as "3.11"; None where there is none that runs."""
    command = [python(), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        return subprocess.run(command, capture_output=True, text=True).stdout.strip() or None
    except OSError:
        return None


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


def tool(name):
    """Return the command that hands its arguments to a module of tools/."""
    return lambda rest: call([python(), "-m", f"tools.{name}", *rest])


def lab(rest):
    options = [
        f"--ServerApp.root_dir={ROOT}",
        "--LabApp.default_url=/lab/tree/notebooks/index.ipynb",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    if (ROOT / "tools").is_dir():  # what is saved differs from git only where it was changed
        options.append("--ServerApp.jpserver_extensions=tools.saving=True")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")  # in a container there is often nobody else
    quieten()
    return call([python(), "-m", "jupyterlab", *options, *rest])


def quieten():
    """Let JupyterLab not ask for news in a pop-up: the options above do not reach that."""
    settings = VENV / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    if not settings.exists():
        settings.parent.mkdir(parents=True, exist_ok=True)
        silent = {"fetchNews": "false", "checkForUpdates": False}
        settings.write_text(json.dumps({"@jupyterlab/apputils-extension:notification": silent}))


def test(rest):
    workers = min(os.cpu_count() or 1, 4)
    return call([python(), "-m", "pytest", f"-n{workers}", *rest], COURSE_THREADS="1")


def lint(rest):
    """Check style and form; with --fix, mend them."""
    ruff, fix = [python(), "-m", "ruff"], "--fix" in rest
    style = call([*ruff, "check", *rest])
    form = call([*ruff, "format"] + ["--check"] * (not fix))
    return style or form


def lock(rest):
    """Renew the locks. The others hold only what the GPU and the pages add to the first."""
    subprocess.run([python(), "-m", "pip", "install", "--quiet", "uv"], check=True)
    compile = [python(), "-m", "uv", "pip", "compile", "--quiet", "--generate-hashes"]
    compile += ["--universal", "--no-header", "--no-annotate", "--python-version=3.11"]
    compile += ["pyproject.toml", "--extra=tools", "--extra=dev", *rest]
    base = Path("requirements.txt")
    subprocess.run([*compile, f"--output-file={base}"], check=True)
    known = {re.split(r"[=\[ ]", b)[0] for b in re.split(r"(?m)^(?=\S)", base.read_text())}
    for extra in ("gpu", "pages"):
        more = Path(f"requirements-{extra}.txt")
        more.write_text(base.read_text())  # uv keeps to the versions that it finds in the output
        subprocess.run([*compile, f"--extra={extra}", f"--output-file={more}"], check=True)
        blocks = re.split(r"(?m)^(?=\S)", more.read_text())
        more.write_text("".join(b for b in blocks if re.split(r"[=\[ ]", b)[0] not in known))
    return 0


def setup(rest):
    print(f"installed in {VENV}")
    return 0


def bench(rest):
    if rest[:1] in (["spins"], ["galaxies"]):
        return tool(f"bench_{rest[0]}")(rest[1:])
    return tool("bench")(rest)


VERBS = {  # command: (function, what it does)
    "lab": (lab, "open JupyterLab on the course's front page"),
    "present": (tool("present"), "open a lecture in large letters, on a copy of its own: NAME"),
    "test": (test, "run all tests: code, notebooks, assignments"),
    "execute": (tool("execute"), "run lectures in place and store their outputs: [NAME ...]"),
    "assignments": (
        tool("assignments"),
        "build the students' notebooks from solutions/: [--check]",
    ),
    "handout": (tool("handout"), "make the students' copy of the course, folder and zip: [--help]"),
    "grade": (tool("grade"), "grade a folder of submissions, table and feedback: FOLDER"),
    "fetch": (tool("fetch"), "fetch real data into the cache: NAME"),
    "slides": (tool("slides"), "write decks of the lectures into build/slides/: [NAME ...]"),
    "site": (tool("site"), "write the course as static pages into build/site/"),
    "bench": (bench, "measure the fast MNIST recipe beside Keras's, or: [spins | galaxies]"),
    "mutate": (tool("mutate"), "which random changes do tests not notice? MODULE TESTS"),
    "lint": (lint, "check the style of code and notebooks; with --fix, mend it"),
    "lock": (lock, "renew requirements*.txt after a change of pyproject.toml"),
    "setup": (setup, "only install"),
}

if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a path may hold letters that a console lacks
    sys.exit(main(sys.argv[1:]))
