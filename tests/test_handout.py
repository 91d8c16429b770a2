"""The students' copy: whole, without an answer, and `run.py lab` works in it."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile

import nbformat
import pytest

from tools import assignments, handout

ROOT = assignments.ROOT


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    out = tmp_path_factory.mktemp("handout")
    assert handout.main([f"--out={out}"]) == 0
    return out / handout.NAME


def test_it_holds_the_course_and_nothing_else(copy):
    top = {path.name for path in copy.iterdir()}
    assert top == {p.split("/")[0] for p in handout.FILES} | {"README.md", "notebooks", "utils"}
    assert {p.name for p in (copy / "tools").iterdir()} == {"__init__.py", "fetch.py"}
    ours = {p.relative_to(ROOT) for p in (ROOT / "utils").rglob("*.py")}
    ours |= {p.relative_to(ROOT) for p in (ROOT / "notebooks").rglob("*[0-9]_*.ipynb")}
    ours = {p for p in ours if ".ipynb_checkpoints" not in p.parts}
    assert ours <= {p.relative_to(copy) for p in copy.rglob("*")}
    assert not [p for p in copy.rglob("*") if p.name.startswith(".") or p.suffix == ".pyc"]


def test_no_answer_and_no_hidden_test_goes_with_it(copy):
    for name, source in assignments.sources().items():
        regions = assignments.hidden_regions(nbformat.read(source, as_version=4))
        path = copy / "notebooks" / "assignments" / name / source.name
        assert regions and not assignments.leaks(
            json.loads(path.read_text()), set().union(*regions)
        )
        assert not assignments.answered(path)
    for path in copy.rglob("*"):
        assert not path.is_file() or b"HIDDEN TESTS" not in path.read_bytes(), path


def test_the_zip_is_the_folder_and_the_same_each_time(copy, tmp_path):
    archive = copy.with_suffix(".zip")
    with zipfile.ZipFile(archive) as file:
        inside = {name: file.read(name) for name in file.namelist()}
    here = {
        p.relative_to(copy.parent).as_posix(): p.read_bytes()
        for p in copy.rglob("*")
        if p.is_file()
    }
    assert inside == here
    assert handout.main([f"--out={tmp_path}"]) == 0
    assert (tmp_path / archive.name).read_bytes() == archive.read_bytes()


def test_links_of_the_readme_and_the_front_page_exist(copy):
    front = nbformat.read(copy / "notebooks" / "index.ipynb", as_version=4)
    front = "\n".join(cell.source for cell in front.cells)
    for text, folder in (((copy / "README.md").read_text(), copy), (front, copy / "notebooks")):
        links = [link for link in re.findall(r"\]\(([^)\s#]+)", text) if "://" not in link]
        assert links and all((folder / link).exists() for link in links), links


def test_a_second_copy_replaces_the_first_but_not_its_environment(tmp_path):
    folder = tmp_path / handout.NAME
    for name in (".venv/installed.json", "solutions/old.ipynb", "notes.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    assert handout.main([f"--out={tmp_path}"]) == 0
    assert (folder / ".venv" / "installed.json").exists()
    assert not (folder / "solutions").exists() and not (folder / "notes.txt").exists()


def test_a_leak_stops_it(tmp_path, monkeypatch, capsys):
    source = nbformat.read(next(iter(assignments.sources().values())), as_version=4)
    (answer, *_) = sorted(set().union(*assignments.hidden_regions(source)))
    build = assignments.build

    def leaky(path):
        notebook = build(path)
        notebook.cells[0].source += answer
        return notebook

    monkeypatch.setattr(assignments, "build", leaky)
    assert handout.main([f"--out={tmp_path}"]) == 1
    assert "the student would see" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


def test_its_run_py_offers_what_it_can_do(copy):
    command = [sys.executable, "run.py"]
    shown = subprocess.run(command, cwd=copy, capture_output=True, text=True).stdout
    assert re.findall(r"(?m)^    (\w+) {3,}", shown) == ["lab", "fetch", "setup"]
    refused = subprocess.run([*command, "grade"], cwd=copy, capture_output=True, text=True)
    assert refused.returncode == 2 and "choose one of: lab, fetch, setup" in refused.stdout


def test_it_fetches_data(copy, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(copy), "KERAS_HOME": str(tmp_path)}
    told = subprocess.run(
        [sys.executable, "-m", "tools.fetch"], cwd=copy, env=environment, capture_output=True
    )
    assert told.returncode == 0 and b"Galaxy10 DECaLS, 2.74 GB" in told.stdout


def test_its_lab_serves_the_front_page_and_its_own_utils(copy, tmp_path):
    course = shutil.copytree(copy, tmp_path / "course")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = (  # as installed: the environment is the one that runs this test
        "import sys, run; run.set_up = lambda *a, **k: None; run.python = lambda: sys.executable\n"
        f"options = ['--no-browser', '--port={port}', '--IdentityProvider.token=t']\n"
        "sys.exit(run.main(['lab', *options]))"
    )
    environment = {**os.environ, "PYTHONPATH": str(course)}
    server = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=course,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        address, begun = (
            f"http://127.0.0.1:{port}/api/contents/notebooks/index.ipynb?token=t",
            time.monotonic(),
        )
        while True:
            try:
                page = urllib.request.urlopen(address, timeout=10).read()
                break
            except OSError:
                assert server.poll() is None and time.monotonic() - begun < 120, "no server"
                time.sleep(0.5)
        assert json.loads(page)["content"]["cells"]
    finally:
        os.killpg(server.pid, 15) if hasattr(os, "killpg") else server.terminate()
        server.wait(30)
    found = [sys.executable, "-c", "import utils.checks; print(utils.checks.__file__)"]
    printed = subprocess.run(found, cwd=course, env=environment, capture_output=True, text=True)
    assert printed.stdout.startswith(str(course))
