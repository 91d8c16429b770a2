"""Grading: odd submissions to a small assignment, each with the row that it must get."""

import csv
import hashlib
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.utils import is_solution
from nbgrader.validator import Validator

from tools import assignments, autograde, grade, submissions, table

SECRET = "assert mean([5.0, 6.0]) == 5.5"


def cell(id, source, **mark):
    new = new_code_cell if mark.get("type", "code") == "code" else new_markdown_cell
    flags = {"grade": False, "locked": False, "solution": False, "task": False}
    mark.pop("type", None)
    return new(
        source,
        id=id,
        metadata={"nbgrader": {"schema_version": 3, "grade_id": id} | flags | mark},
    )


def assignment(number, test):
    """A source notebook with two exercises and an open question: 2 + 1 + 3 points."""
    answer = "    ### BEGIN SOLUTION\n    return sum(values) / len(values)\n    ### END SOLUTION"
    root = "### BEGIN SOLUTION\nroot = numbers[1] ** 0.5\n### END SOLUTION"
    hidden = f"### BEGIN HIDDEN TESTS\n{SECRET}, 'a secret'\n### END HIDDEN TESTS"
    why = "### BEGIN SOLUTION\nBecause a mean weighs all values alike.\n### END SOLUTION"
    return new_notebook(
        cells=[
            cell("title", f"# Assignment {number}", type="markdown", locked=True),
            cell("inputs", "numbers = [1.0, 2.0, 4.0]", locked=True),
            cell("mean", f"def mean(values):\n{answer}", solution=True),
            cell("mean-test", f"{test}\n{hidden}", grade=True, locked=True, points=2),
            cell("root", f"root = ...  # replace the dots\n{root}", solution=True),
            cell("root-test", "assert abs(root**2 - 2) < 1e-9", grade=True, locked=True, points=1),
            cell("why", why, type="markdown", grade=True, solution=True, points=3),
        ]
    )


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A folder like solutions/, with two assignments of the same cell ids."""
    folder = tmp_path_factory.mktemp("solutions")
    for name, test in (
        (
            "90_means",
            "print('seen')\nassert abs(mean(numbers) - 7 / 3) < 1e-9  # check('90.1', mean)",
        ),
        ("91_other", "assert mean(numbers) > 0, 'the other assignment'"),
    ):
        (folder / name).mkdir()
        nbformat.write(assignment(name[:2], test), folder / name / f"{name}.ipynb")
    return folder


MEAN = "def mean(values):\n    return sum(values) / len(values)"
ROOT = "root = numbers[1] ** 0.5"
REST = {"root": ROOT, "why": "Because it does, like this: é."}
GOOD = {"mean": MEAN, **REST}
DIES = "import os\nos._exit(1)"
HANGS = "def mean(values):\n    while True:\n        pass"
STUBBORN = """
while True:
    try:
        import time
        time.sleep(60)
    except BaseException:
        pass
"""
HOG = "import time\nhog = [b'x' * 10_000_000 for _ in range(100)]\ntime.sleep(60)"


def answered(source, answers, without=(), added=(), at_end=()):
    """A student's notebook: some sources replaced, some cells deleted or added."""
    notebook = assignments.build(source)
    for found in notebook.cells:
        found.source = answers.get(found.id, found.source)
    notebook.cells[3:3] = [new_code_cell(text) for text in added]
    notebook.cells += [new_code_cell(text) for text in at_end]
    notebook.cells = [found for found in notebook.cells if found.id not in without]
    return notebook


def old_format(notebook):
    """The same notebook as Jupyter wrote it before 2014."""
    return json.dumps(nbformat.convert(notebook, 3)).encode()


@pytest.fixture(scope="module")
def graded(sources, tmp_path_factory):
    """Grade all odd submissions once; return the table by student, and what lies around."""
    folder = tmp_path_factory.mktemp("submissions")
    source = sources / "90_means" / "90_means.ipynb"

    def hand_in(place, answers=GOOD, data=None, **changes):
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data or assignments.render(answered(source, answers, **changes)).encode())

    usual = "90_means.ipynb"
    hand_in(f"right/90_means/{usual}")
    hand_in("stub_90_means.ipynb", {})
    warns = "import warnings\n" + MEAN.replace(":\n", ":\n    warnings.warn('careful')\n")
    hand_in(f"warns/{usual}", {**GOOD, "mean": warns})
    hand_in(f"loop/{usual}", {"mean": HANGS, **REST})
    hand_in(f"stubborn/{usual}", GOOD, added=[STUBBORN])
    hand_in(f"exit/{usual}", GOOD, added=[DIES])
    hand_in(f"mute/{usual}", GOOD, added=["import io, sys\nsys.stdout = io.StringIO()"])
    hand_in(f"hog/{usual}", GOOD, added=[HOG])
    hand_in(f"damaged/{usual}", data=b'{"cells": [')
    hand_in("empty_90_means.ipynb", data=b"\n")
    hand_in("list_90_means.ipynb", data=b"[1, 2]")
    hand_in("nothing/notes.txt", data=b"sorry")
    hand_in("named/final version (2).ipynb")
    hand_in("stranger_90_means.ipynb", data=nbformat.writes(new_notebook()).encode())
    other = answered(sources / "91_other" / "91_other.ipynb", GOOD)
    hand_in(f"other/{usual}", data=nbformat.writes(other).encode())
    hand_in(f"deleted/{usual}", GOOD, without=["mean-test", "inputs"])
    cheat = {"mean": "def mean(values):\n    return 0", "mean-test": "assert True"}
    hand_in(f"edited/{usual}", {**cheat, **REST})
    hand_in(f"syntax/{usual}", {"mean": "def mean(values:\n    return 1", **REST})
    hand_in(f"lost/{usual}", GOOD, without=["root", "why"])
    text = assignments.render(answered(source, GOOD)).replace("\n", "\r\n").replace(r"\n", r"\r\n")
    hand_in(f"windows/{usual}", data=text.encode("cp1252"))
    hand_in(f"old/{usual}", data=old_format(answered(source, GOOD)))
    hand_in(f"=1+1/{usual}", GOOD)
    wrong = "def mean(values):\n    print('called with', values)\n    return 7 / 3"
    hand_in(f"guess/{usual}", {"mean": wrong, **REST}, at_end=["print(In)", "print(In[3])"])
    hand_in("Ada Lovelace_123_assignsubmission_file_/90_means (1).ipynb")
    (folder / "right" / ".ipynb_checkpoints").mkdir()
    (folder / "right" / ".ipynb_checkpoints" / "90_means-checkpoint.ipynb").write_text("{")

    before = fingerprints(folder)
    out = tmp_path_factory.mktemp("out")
    limits = ["--cell-time=5", "--time=90", "--memory=0.4"]
    status = grade.main([str(folder), f"--out={out}", *limits], sources)
    with open(out / "grades.csv", encoding="utf-8", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    return SimpleNamespace(
        status=status, rows=rows, out=out, unchanged=fingerprints(folder) == before
    )


def fingerprints(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


# student, points by nbgrader, status, what the remark says
EXPECTED = [
    ("right", "3", "graded", "^$"),
    ("stub", "0", "graded", "^$"),
    ("warns", "3", "graded", "^$"),
    ("loop", "1", "look", "cell mean-test was stopped: it ran longer than 5 s"),
    ("stubborn", "3", "look", "cell added-3 was stopped"),
    ("exit", "3", "look", "cell added-3 ends Python itself"),
    ("mute", "1", "look", "cell mean-test did not run, or could not print"),
    ("hog", "3", "look", "cell added-3 .*stopped at 0.4 GB of memory"),
    ("damaged", "", "not graded", "damaged: it is not JSON.*90_means.ipynb"),
    ("empty", "", "not graded", "the file is empty"),
    ("list", "", "not graded", "JSON but not a notebook"),
    ("nothing", "", "missing", "no notebook of 90_means"),
    ("named", "3", "look", r"called final version \(2\).ipynb: recognised by its cells"),
    ("stranger", "", "not graded", "does not hold the exercises of 90_means"),
    ("other", "", "not graded", "called 90_means but holds the exercises of 91_other"),
    (
        "deleted",
        "3",
        "look",
        "supplied cell inputs had been deleted: restored; the test cell mean-t",
    ),
    ("edited", "1", "look", "test cell mean-test had been changed: restored"),
    ("syntax", "1", "look", "cell mean raises SyntaxError"),
    ("lost", "2", "look", "answer cell root is missing; the answer cell why is missing"),
    ("windows", "3", "look", "not UTF-8: read as Windows-1252"),
    ("old", "3", "look", "old notebook format 3: converted"),
    ("'=1+1", "3", "graded", "^$"),
    ("guess", "1", "graded", "^$"),
    ("Ada Lovelace_123", "3", "graded", "^$"),
]


@pytest.mark.parametrize("student, points, status, remark", EXPECTED)
def test_each_odd_submission_gets_its_row(graded, student, points, status, remark):
    row = graded.rows[student]
    assert (row["points"], row["status"]) == (points, status), row
    assert re.search(remark, row["remark"]), row["remark"]
    assert row["assignment"] == "90_means"
    assert row["max_points"] == ("6" if points else "")


def test_grading_succeeds_and_leaves_the_submissions_alone(graded):
    assert graded.status == 0
    assert graded.unchanged
    assert list(graded.rows) == sorted(graded.rows, key=lambda s: s.removeprefix("'"))
    assert set(graded.rows) == {student for student, *_ in EXPECTED}


def test_the_table_has_a_column_per_exercise(graded):
    right, stub = graded.rows["right"], graded.rows["stub"]
    columns = ["90.1", "90 root-test", "90 why"]
    assert list(right) == (
        ["student", "assignment", "points", "max_points", "by_hand", *columns, "status", "remark"]
    )
    assert [right[c] for c in columns] == ["2", "1", ""] and right["by_hand"] == "3"
    assert [stub[c] for c in columns] == ["0", "0", "0"] and stub["by_hand"] == "0"


class Text(HTMLParser):
    """What a reader sees of a page."""

    def __init__(self, page):
        super().__init__()
        self.text = ""
        self.feed(page)

    def handle_data(self, data):
        self.text += data


def test_feedback_never_shows_hidden_tests(graded):
    for student in ("guess", "right", "loop"):
        page = (graded.out / "feedback" / student / "90_means.html").read_text(encoding="utf-8")
        text = Text(page).text
        for secret in (SECRET, "a secret", "HIDDEN TESTS", autograde.MARK, "5.0, 6.0"):
            assert secret not in text, (student, secret)
    guess = Text((graded.out / "feedback/guess/90_means.html").read_text(encoding="utf-8")).text
    assert "a further test of this exercise fails" in guess
    assert guess.count("(not shown)") == 2, "cells that print the hidden tests"
    assert "called with [1.0, 2.0, 4.0]" in guess, "the visible part of the test is shown"


def test_feedback_says_why_a_file_could_not_be_graded(graded):
    page = (graded.out / "feedback" / "empty" / "90_means.html").read_text(encoding="utf-8")
    assert "the file is empty" in page
    exit = (graded.out / "feedback" / "exit" / "90_means.html").read_text(encoding="utf-8")
    assert "ends Python itself" in exit


@pytest.mark.parametrize("name", ["=1+1", "+x", "-x", "@x", "\tx"])
def test_a_spreadsheet_reads_no_formula(name):
    assert table.safe(name) == f"'{name}"


def test_total_time_limit(sources, tmp_path, capsys):
    source = sources / "90_means" / "90_means.ipynb"
    notebook = answered(source, GOOD, added=["import time\ntime.sleep(50)"])
    (tmp_path / "in").mkdir()
    nbformat.write(notebook, tmp_path / "in" / "slow_90_means.ipynb")
    arguments = [str(tmp_path / "in"), f"--out={tmp_path / 'out'}", "--time=4"]
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "grades.csv").write_text("with points by hand")
    assert grade.main(arguments, sources) == 0
    assert "1/1 slow 90_means ... not graded (stopped after 4 s in all" in capsys.readouterr().out
    (kept,) = (tmp_path / "out").glob("grades-*.csv")
    assert kept.read_text() == "with points by hand"


def test_without_home_folder_and_for_one_assignment(sources, tmp_path):
    """A kernel needs no home folder; of two notebooks only the asked one is graded."""
    folder = tmp_path / "in" / "eve"
    folder.mkdir(parents=True)
    for name in ("90_means", "91_other"):
        notebook = answered(sources / name / f"{name}.ipynb", GOOD)
        nbformat.write(notebook, folder / f"{name}.ipynb")
    code = (
        "import sys; from pathlib import Path; from tools.grade import main\n"
        f"sys.exit(main([{str(tmp_path / 'in')!r}, '--assignment=91_other', '--jobs=1', "
        f"'--out={tmp_path / 'out'}'], Path({str(sources)!r})))"
    )
    nowhere = os.path.join(os.devnull, "home")
    environment = {**os.environ, "HOME": nowhere, "XDG_CACHE_HOME": nowhere}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "1/1 eve 91_other ... 3/6 points and 3 by hand" in run.stdout


def test_wrong_arguments_get_a_clear_line(sources, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    for arguments, message in (
        ([str(tmp_path / "nowhere")], "there is no folder"),
        ([str(tmp_path / "empty")], "holds no submission"),
        ([str(tmp_path), "--assignment=89_x"], "there is no assignment '89_x'; there are 90_means"),
        ([str(tmp_path), f"--out={tmp_path / 'out'}"], "--out must lie outside"),
        ([str(tmp_path), f"--out={os.devnull}/out"], "cannot write to"),
    ):
        assert grade.main(arguments, sources) == 2
        assert message in capsys.readouterr().out


def test_the_newest_file_of_several_counts(sources, tmp_path):
    source = sources / "90_means" / "90_means.ipynb"
    for name, answers, time in (("90_means.ipynb", {}, 100), ("90_means-1.ipynb", GOOD, 200)):
        path = tmp_path / "zoe" / name
        path.parent.mkdir(exist_ok=True)
        nbformat.write(answered(source, answers), path)
        os.utime(path, (time, time))
    (tmp_path / "zoe" / "90_means-2.ipynb").write_text("damaged")
    release = {"90_means": SimpleNamespace(release=assignments.build(source))}
    (row,) = grade.rows_of(tmp_path, release)
    assert next(c.source for c in row.cells if c.mark == "mean") == MEAN
    assert row.remarks == ["3 files: this is 90_means-1.ipynb, the newest that can be graded"]


@pytest.mark.parametrize(
    "path, student",
    [
        ("Ann Lee_77_assignsubmission_file_/90_means.ipynb", "Ann Lee_77"),
        ("Ann Lee_77_assignsubmission_file_90_means.ipynb", "Ann Lee_77"),
        ("lee_123_456_90_means-2.ipynb", "lee_123_456"),
        ("90_means_lee.ipynb", "lee"),
        ("lee/deep/inside/90_means/work.ipynb", "lee"),
    ],
)
def test_layouts_of_learning_platforms(tmp_path, path, student):
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text("")
    assert submissions.collect(tmp_path, ["90_means"]) == {student: [(tmp_path / path, "90_means")]}


@pytest.mark.parametrize("name", assignments.sources())
def test_reference_answers_get_full_points(name, tmp_path):
    """The course's own assignments; of the first the stub, too, which must get nothing."""
    path = assignments.sources()[name]
    answers = {c.id: c.source for c in nbformat.read(path, 4).cells if is_solution(c)}
    (tmp_path / "in").mkdir()
    nbformat.write(answered(path, answers), tmp_path / "in" / f"reference_{name}.ipynb")
    if name == min(assignments.sources()):
        nbformat.write(assignments.build(path), tmp_path / "in" / f"stub_{name}.ipynb")
    assert grade.main([str(tmp_path / "in"), f"--out={tmp_path}/out", f"--assignment={name}"]) == 0
    with open(tmp_path / "out" / "grades.csv", encoding="utf-8", newline="") as file:
        reference, *stubs = csv.DictReader(file)
    assert all(row["points"] == row["by_hand"] == "0" for row in stubs), stubs
    full = float(reference["points"]) + float(reference["by_hand"])
    assert full == float(reference["max_points"]) > 0, reference
    assert reference["status"] == "graded", reference


def test_validate_button(sources, tmp_path):
    """JupyterLab's Validate button calls this: checks fail on the stub, not on right answers."""
    source = sources / "90_means" / "90_means.ipynb"
    validator = Validator(config=assignments.configuration())
    for answers, failing in (({}, 3), (GOOD, 0)):
        path = tmp_path / f"{failing}.ipynb"
        nbformat.write(answered(source, answers), path)
        result = validator.validate(str(path))
        assert len(result.pop("failed", [])) == failing
        assert result == {}
