"""run.py: it installs once and again only after a change, and `lab` serves the front page."""

import importlib.util
import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def run(tmp_path, monkeypatch):
    """run.py as a module, in a copy of the course's set-up files; pip is only recorded."""
    spec = importlib.util.spec_from_file_location("run", ROOT / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("requirements.txt", "requirements-gpu.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv" / "installed.json")
    module.commands = []

    def record(command, *rest, **options):
        module.commands.append(" ".join(map(str, command)))
        if "venv" in command:
            Path(module.python()).parent.mkdir(parents=True)
            Path(module.python()).touch()

    monkeypatch.setattr(module.subprocess, "run", record)
    monkeypatch.setattr(module, "with_progress", record)
    monkeypatch.setattr(module, "works", lambda command: Path(command[0]).exists())
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


def test_a_failed_installation_is_explained(run, monkeypatch, capsys):
    def fails(gpu):
        raise subprocess.CalledProcessError(3, "pip")

    monkeypatch.setattr(run, "set_up", fails)
    monkeypatch.setattr(run.sys, "argv", ["run.py", "setup"])
    assert run.main(["setup"]) == 1
    assert "the installation failed (exit status 3)" in capsys.readouterr().out


def test_an_unsupported_python_is_named(run, monkeypatch, capsys):
    monkeypatch.setattr(run.sys, "version_info", (3, 9, 0))
    monkeypatch.setattr(run.shutil, "which", lambda name: None)
    assert run.main(["lab"]) == 1
    assert "this is Python 3.9; TensorFlow needs 3.11, 3.12 or 3.13" in capsys.readouterr().out


def test_progress_shows_the_end_of_a_failing_installation(run, monkeypatch, capsys):
    spec = importlib.util.spec_from_file_location("fresh_run", ROOT / "run.py")
    fresh = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fresh)
    script = "print('Collecting a==1'); print('ERROR: no space left'); raise SystemExit(2)"
    with pytest.raises(subprocess.CalledProcessError):
        fresh.with_progress([sys.executable, "-c", script], 1)
    said = capsys.readouterr().out
    assert "ERROR: no space left" in said and "Collecting" not in said


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
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
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
