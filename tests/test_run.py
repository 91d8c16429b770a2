"""run.py: it installs once and again only after a change, and `lab` serves the front page."""

import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
REALLY_RUN = subprocess.run


def load():
    """Return run.py as a module of its own."""
    spec = importlib.util.spec_from_file_location("run", ROOT / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run(tmp_path, monkeypatch):
    """run.py as a module, in a copy of the course's set-up files; pip is only recorded."""
    module = load()
    for name in ("", "-gpu", "-pages"):
        shutil.copy(ROOT / f"requirements{name}.txt", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "grade.py").touch()  # the students' copy has none
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv" / "installed.json")
    module.commands = []

    def record(command, *rest, **options):
        assert options == ({} if rest else {"check": True}), "a failing step ends the set-up"
        module.commands.append(" ".join(map(str, command)))
        if "venv" in command:
            Path(module.python()).parent.mkdir(parents=True)
            Path(module.python()).touch()

    monkeypatch.setattr(module.subprocess, "run", record)
    monkeypatch.setattr(module, "with_progress", record)
    monkeypatch.setattr(module, "works", lambda command: Path(command[0]).exists())
    monkeypatch.setattr(
        module, "inside", lambda: "3.11" if module.works([module.python()]) else None
    )
    return module


def test_installs_once(run, capsys):
    run.set_up()
    steps = "\n".join(run.commands)
    assert len(run.commands) == 3
    assert "-m venv" in run.commands[0]
    assert "--require-hashes --requirement=requirements.txt" in run.commands[1]
    assert "--no-deps" in run.commands[2] and "--editable" in run.commands[2]
    assert "gpu" not in steps
    assert re.search(r"installing 1\d\d packages", capsys.readouterr().out)
    run.set_up()
    assert len(run.commands) == 3, "nothing changed, nothing is installed"


def test_installs_again_after_a_change_but_keeps_the_environment(run):
    run.set_up()
    with open("requirements.txt", "a") as lock:
        lock.write("# changed\n")
    run.set_up()
    assert len(run.commands) == 5 and sum("-m venv" in c for c in run.commands) == 1


@pytest.mark.parametrize("key, old", [("root", "/where/it/was"), ("version", "3.10")])
def test_a_moved_folder_or_another_python_gets_a_new_environment(run, key, old):
    """The commands in .venv/bin, and the package's own place, are those of the old folder."""
    run.set_up()
    stamp = json.loads(run.STAMP.read_text())
    run.STAMP.write_text(json.dumps({**stamp, key: old}))
    shutil.rmtree(Path(run.python()).parent)  # as `venv --clear` does
    run.set_up()
    assert sum("-m venv --clear" in c for c in run.commands) == 2 and len(run.commands) == 6
    assert json.loads(run.STAMP.read_text()) == stamp


def test_an_environment_whose_python_is_gone_is_made_anew(run):
    run.set_up()
    shutil.rmtree(Path(run.python()).parent)
    run.set_up()
    assert sum("-m venv" in c for c in run.commands) == 2


def test_a_command_that_is_not_there_does_not_work(tmp_path, monkeypatch):
    fresh = load()
    assert not fresh.works([str(tmp_path / "python")])
    assert not fresh.works([sys.executable, "-c", "raise SystemExit(1)"])
    assert fresh.works([sys.executable, "-c", ""])
    monkeypatch.setattr(fresh, "python", lambda: str(tmp_path / "python"))
    assert fresh.inside() is None
    monkeypatch.setattr(fresh, "python", lambda: sys.executable)
    assert fresh.inside() == ".".join(map(str, sys.version_info[:2]))


def test_pip_installs_into_the_environment_whatever_is_set(run, tmp_path, monkeypatch):
    """Variables and pip's own files that send packages elsewhere; alien modules on the path."""
    alien = tmp_path / "alien"
    alien.mkdir()
    (alien / "numpy.py").write_text("raise ImportError('alien')")
    (alien / "pip.conf").write_text(f"[install]\nuser = true\ntarget = {alien / 'target'}\n")
    for name in ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"):
        monkeypatch.setenv(name, str(alien))
    for name in ("PIP_USER", "PIP_REQUIRE_VIRTUALENV", "PYTHONOPTIMIZE", "PYTHONSAFEPATH"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(alien / "pip.conf"))
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    monkeypatch.setenv("PIP_INDEX_URL", "https://an.index.of.theirs")
    assert run.main(["setup"]) == 0

    assert os.environ["PIP_INDEX_URL"] == "https://an.index.of.theirs", "that they may need"
    assert "KERAS_BACKEND" not in os.environ
    assert REALLY_RUN([sys.executable, "-c", "import numpy; assert __debug__"]).returncode == 0
    install = run.commands[1].split()
    install = [sys.executable, *install[1 : install.index("--require-hashes")]]
    done = REALLY_RUN([*install, "--dry-run", "numpy"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "already satisfied: numpy" in done.stdout and not (alien / "target").exists()


def test_a_home_that_cannot_be_written_is_replaced(run, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").touch()
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "file" / "home"))
    run.settle()
    home = Path.home()
    assert home == tmp_path / "build" / "home" and home.is_dir()
    said = capsys.readouterr().out
    assert said.count("\n") == 1 and "cannot be written: settings and downloads go to" in said
    run.settle()
    assert Path.home() == home and capsys.readouterr().out == ""


def test_a_folder_that_cannot_be_written_is_told(run, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").touch()
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "file" / "home"))
    monkeypatch.setattr(run, "STAMP", tmp_path / "file" / "installed.json")
    (tmp_path / "build").touch()
    assert run.main(["setup"]) == 1
    (line,) = [x for x in capsys.readouterr().out.splitlines() if not x.startswith("[")]
    assert line.startswith("run.py: the installation failed: ") and "installed.json" in line
    assert os.environ["HOME"] == str(tmp_path / "file" / "home")


def test_a_verb_gets_its_arguments_and_gives_its_status(run, monkeypatch):
    seen = []
    monkeypatch.setitem(run.VERBS, "test", (lambda rest: seen.append(rest) or 7, ""))
    assert run.main(["test", "-k", "perceptron"]) == 7 and seen.pop() == ["-k", "perceptron"]
    assert run.main(["test", "--gpu"]) == 7 and seen.pop() == ["--gpu"], "only before the command"


def test_verbs_start_what_they_name(run, monkeypatch):
    started = []

    def call(command, **environment):
        started.append((command[1:], environment))
        return len(started) % 2

    monkeypatch.setattr(run, "call", call)
    assert run.VERBS["slides"][0](["03"]) == 1
    assert started.pop() == (["-m", "tools.slides", "03"], {})
    for cores, workers in ((None, 1), (1, 1), (3, 3), (64, 4)):
        monkeypatch.setattr(run.os, "cpu_count", lambda cores=cores: cores)
        assert run.VERBS["test"][0](["-q"]) == 1
        wanted = ["-m", "pytest", f"-n{workers}", "-q"]
        assert started.pop() == (wanted, {"COURSE_THREADS": "1"})
    assert run.VERBS["bench"][0](["spins", "--fast"]) == 1
    assert started.pop()[0] == ["-m", "tools.bench_spins", "--fast"]
    assert run.VERBS["bench"][0](["galaxies"]) == 1
    assert started.pop()[0] == ["-m", "tools.bench_galaxies"]
    assert run.VERBS["bench"][0](["--fast"]) == 1
    assert started.pop()[0] == ["-m", "tools.bench", "--fast"]
    assert run.VERBS["lint"][0]([]) == 1, "either complaint counts"
    assert [c[2:] for c, _ in started] == [["check"], ["format", "--check"]]
    started.clear()
    run.VERBS["lint"][0](["--fix"])
    assert [c[2:] for c, _ in started] == [["check", "--fix"], ["format"]]


def test_lock_keeps_in_the_other_files_what_gpu_and_pages_add(run, monkeypatch):
    base = "keras==3 \\\n    --hash=sha256:1\ntensorflow[x]==2 \\\n    --hash=sha256:2\n"
    added = {
        "--extra=gpu": "nvidia-cudnn-cu12==9 ; sys_platform == 'linux' \\\n    --hash=sha256:3\n",
        "--extra=pages": "furo==1 \\\n    --hash=sha256:4\n",
    }

    def compiles(command, check):
        assert check
        if "uv" in command and "compile" in command:
            more = "".join(text for extra, text in added.items() if extra in command)
            out = Path(command[-1].removeprefix("--output-file="))
            assert {"--extra=tools", "--extra=dev", "--generate-hashes", "--upgrade"} <= {*command}
            assert not more or out.read_text() == base, "uv keeps to the versions that it finds"
            out.write_text(base.replace("keras", more + "keras"))

    monkeypatch.setattr(run.subprocess, "run", compiles)
    assert run.lock(["--upgrade"]) == 0
    assert Path("requirements.txt").read_text() == base
    assert Path("requirements-gpu.txt").read_text() == added["--extra=gpu"]
    assert Path("requirements-pages.txt").read_text() == added["--extra=pages"]


def test_call_returns_the_status_and_adds_to_the_environment():
    code = "import os, sys; sys.exit(int(os.environ['COURSE_TEST']))"
    assert load().call([sys.executable, "-c", code], COURSE_TEST="5") == 5


def test_every_verb_is_explained_and_every_tool_exists(run, capsys):
    for asked in ([], ["-h"], ["--help"], ["--gpu"], ["help"]):
        capsys.readouterr()
        assert run.main(asked) == 0 and not run.commands
    said = capsys.readouterr().out
    for name, (function, what) in run.VERBS.items():
        assert callable(function) and re.search(rf"(?m)^    {name} +{re.escape(what)}$", said)
    assert max(map(len, said.splitlines())) <= 100 and "{" not in said
    source = (ROOT / "run.py").read_text()
    for name in re.findall(r'tool\("(\w+)"\)', source):
        assert (ROOT / "tools" / f"{name}.py").exists(), name


def test_an_interrupted_installation_is_not_taken_for_a_whole_one(run, monkeypatch):
    def fails(command, count):
        raise subprocess.CalledProcessError(1, command)

    with monkeypatch.context() as patch:
        patch.setattr(run, "with_progress", fails)
        with pytest.raises(subprocess.CalledProcessError):
            run.set_up()
    assert not run.STAMP.exists()
    run.set_up()
    assert json.loads(run.STAMP.read_text())["gpu"] is False


def test_gpu_adds_its_lock_and_stays(run):
    run.set_up(gpu=True)
    assert "--requirement=requirements-gpu.txt" in run.commands[1]
    run.set_up()
    assert len(run.commands) == 3, "a later command without --gpu does not take CUDA away"


def test_what_makes_pages_is_installed_when_a_command_needs_it_and_stays(run, monkeypatch):
    for verb, needed in (("setup", False), ("slides", True), ("setup", True)):
        run.commands.clear()
        monkeypatch.setitem(run.VERBS, verb, (lambda rest: 0, ""))
        assert run.main([verb]) == 0
        installed = [c for c in run.commands if "--requirement=requirements-pages.txt" in c]
        assert bool(installed) == (verb == "slides")
        assert json.loads(run.STAMP.read_text())["pages"] is needed


def test_a_failed_installation_is_explained(run, monkeypatch, capsys):
    def fails(gpu, pages):
        raise subprocess.CalledProcessError(3, "pip")

    monkeypatch.setattr(run, "set_up", fails)
    assert run.main(["setup"]) == 1
    assert "the installation failed (exit status 3)" in capsys.readouterr().out


def test_another_python_that_is_there_takes_over(run, monkeypatch):
    started = []
    monkeypatch.setattr(run.sys, "version_info", (3, 14, 0))
    monkeypatch.setattr(run.sys, "argv", ["run.py", "lab", "--no-browser"])
    monkeypatch.setattr(run, "works", lambda command: command[0] != "python3.13")
    monkeypatch.setattr(run.subprocess, "call", lambda command: started.append(command) or 3)
    monkeypatch.setattr(run.os, "name", "posix")
    assert run.main(["lab", "--no-browser"]) == 3
    assert started == [["python3.12", str(run.ROOT / "run.py"), "lab", "--no-browser"]]


def test_gpu_is_for_linux(run, monkeypatch, capsys):
    monkeypatch.setattr(run.sys, "platform", "darwin")
    assert run.main(["--gpu", "lab"]) == 2 and not run.commands
    assert "--gpu is for Linux with an NVIDIA GPU" in capsys.readouterr().out
    assert run.main(["setup"]) == 0, "without --gpu every system will do"


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 13, 9)])
def test_the_oldest_and_the_newest_python_will_do(run, monkeypatch, version):
    monkeypatch.setattr(run.sys, "version_info", version)
    assert run.main(["setup"]) == 0


def test_an_unsupported_python_is_named(run, monkeypatch, capsys):
    monkeypatch.setattr(run.sys, "version_info", (3, 9, 0))
    assert run.main(["lab"]) == 1
    assert "this is Python 3.9; TensorFlow needs 3.11, 3.12 or 3.13" in capsys.readouterr().out


def test_progress_shows_the_end_of_a_failing_installation(run, monkeypatch, capsys):
    fresh = load()
    script = "print('Collecting a==1'); print('ERROR: no space left'); raise SystemExit(2)"
    with pytest.raises(subprocess.CalledProcessError):
        fresh.with_progress([sys.executable, "-c", script], 1)
    said = capsys.readouterr().out
    assert "ERROR: no space left" in said and "Collecting" not in said


def test_the_interpreter_lies_where_each_system_puts_it(run, monkeypatch):
    for name, place in (("posix", "bin/python"), ("nt", "Scripts/python.exe")):
        with monkeypatch.context() as patch:
            patch.setattr(run.os, "name", name)
            found = run.python()
        assert found == str(run.VENV / place)


@pytest.mark.parametrize("user, allowed", [(0, True), (1000, False)])
def test_lab_runs_as_root_only_where_root_is_who_asks(run, monkeypatch, user, allowed):
    started = []
    monkeypatch.setattr(run, "call", lambda command: started.append(command) or 5)
    monkeypatch.setattr(run.os, "geteuid", lambda: user, raising=False)
    assert run.lab(["--port=1"]) == 5
    assert ("--allow-root" in started[0]) == allowed and started[0][-1] == "--port=1"
    overrides = run.VENV / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    (silent,) = json.loads(overrides.read_text()).values()
    assert silent == {"fetchNews": "false", "checkForUpdates": False}, "no pop-up asks for it"
    overrides.write_text("{}")
    run.lab([])
    assert overrides.read_text() == "{}", "what somebody has set stays"


def test_progress_counts_what_pip_collects(monkeypatch, capsys):
    fresh = load()
    said = ["Collecting keras==3 (from x)", "Requirement already satisfied: numpy==2 in /there"]
    script = f"for line in {said}: print(line, flush=True)\nimport time; time.sleep(0.5)"
    waiting = threading.Event.wait
    monkeypatch.setattr(threading.Event, "wait", lambda self, s=None: waiting(self, s and s / 99))
    fresh.with_progress([sys.executable, "-c", script], 5)
    ticks = [re.sub(r"\(\d+ s\)", "", t).strip() for t in capsys.readouterr().out.splitlines()]
    assert ticks and set(ticks) <= {
        "resolving", "collected 1 of 5: keras", "collected 2 of 5: numpy"
    }  # fmt: skip
    assert ticks[-1] == "collected 2 of 5: numpy"


def test_lab_serves_the_front_page(run, monkeypatch):
    started = []
    monkeypatch.setattr(run, "call", started.append)
    monkeypatch.setattr(run, "ROOT", ROOT)
    run.lab(["--no-browser"])
    _, *options = started[0]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, *options, f"--port={port}", "--IdentityProvider.token=test"]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, cwd=ROOT, **silent)
    try:
        page = _get(f"http://127.0.0.1:{port}/lab/tree/notebooks/index.ipynb?token=test")
        assert "JupyterLab" in page
        contents = _get(f"http://127.0.0.1:{port}/api/contents/notebooks/index.ipynb?token=test")
        assert json.loads(contents)["content"]["cells"]
    finally:
        server.terminate()
        server.wait(30)


def _get(url, patience=90):
    begun = time.monotonic()
    while True:
        try:
            return urllib.request.urlopen(url, timeout=10).read().decode()
        except OSError:
            if time.monotonic() - begun > patience:
                raise
            time.sleep(0.5)
