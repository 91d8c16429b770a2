"""The runner itself: a broken notebook must make the run fail, or a green run means nothing."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]


def notebook(path, source, stored=None):
    """Write a notebook of one compared cell; `stored` is its stored output."""
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": ["nbval-check-output"]})
    cell.id, cell.execution_count = "canary", 1
    if stored is not None:
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=stored)]
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    return path


CASES = {
    "good": ("print(6 * 7)", "42\n", 0),
    "error": ("1 / 0", "42\n", 1),
    "wrong": ("print(6 * 7)", "43\n", 1),
    "hangs": ("while True:\n    pass", "42\n", 1),
    "dies": ("import os\nos._exit(1)", "42\n", 1),
}


@pytest.mark.parametrize("case", CASES)
def test_broken_notebook_fails_the_run(case, tmp_path):
    source, stored, expected = CASES[case]
    path = notebook(tmp_path / f"{case}.ipynb", source, stored)
    command = [sys.executable, "-m", "pytest", "-q", f"-c={ROOT / 'pyproject.toml'}"]
    command += [f"--rootdir={tmp_path}", "--nbval-cell-timeout=8", str(path)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=100)
    assert run.returncode == expected, run.stdout + run.stderr
    assert ("1 passed" in run.stdout) == (expected == 0)
