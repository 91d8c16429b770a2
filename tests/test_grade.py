"""Grading: a folder of odd submissions, each with the row that it must get."""

import csv
import hashlib
import html
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from types import SimpleNamespace

import nbformat
import psutil
import pytest
from handed_in import GOOD, MEAN, REST, SECRET, answered, sources
from nbformat.v4 import new_markdown_cell, new_notebook
from nbgrader.utils import is_solution
from nbgrader.validator import Validator

from tools import assignments, feedback, grade, supervise, table

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
QUITS = "def mean(values):\n    quit()"
LATE = "mean = root = None\nnumbers.clear()"  # below all tests
HIDES = (
    "def mean(values):\n    if len(values) == 2:\n        import os; os._exit(1)\n    return 7 / 3"
)
SPIES = """
def mean(values):
    spied.append(values)
    return sum(values) / len(values)
spied = []
"""
HTML = """
from IPython.display import HTML, SVG, Javascript, display
display(HTML("<script>alert(1)</script>"), Javascript("alert(2)"))
display({"image/svg+xml": "<svg onload='alert(3)'/>", "text/html": "<b onclick='x'>"}, raw=True)
print("<script>alert(4)</script>")
"""
LITTERS = """
import os, pathlib
for place in (pathlib.Path.cwd(), *list(pathlib.Path.cwd().parents)[:1]):
    for name in ("result.json", "feedback.html", "gradebook.db", "grades.csv"):
        os.makedirs(place / name, exist_ok=True)
"""
DETACHED = """
import os, pathlib, subprocess, sys
code = (
    "import os, pathlib, sys, time\\n"
    "if os.fork() == 0:\\n"
    "    os.setsid()\\n"
    "    pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))\\n"
    "    time.sleep(600)"
)
for k, environment in enumerate((None, {})):
    subprocess.run([sys.executable, "-c", code, f"PLACE{k}"], env=environment)
"""
PIP = """
%pip install --no-index --no-deps --find-links WHEELS course-canary
!pip install --no-index --no-deps --find-links WHEELS course-canary
import subprocess, sys
subprocess.run([sys.executable, "-m", "pip", "uninstall", "--yes", "numpy"], check=True)
"""
TRANSFORMER = """
import ast
class Blank(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
get_ipython().ast_transformers.append(Blank())
"""
EXECUTES = """
async def fake(*a, old=k.do_execute, **b):
    return await old(*a, **b)
k.do_execute = fake
"""
THREAD = """
import threading
def forever():
    while True:
        print("z" * 1000)
threading.Thread(target=forever, daemon=True).start()
"""
READS = """
try:
    print(open("COURSE/solutions/01_perceptron/01_perceptron_assignment.ipynb").read())
except OSError as error:
    print(error)
"""
ERASES = "import shutil, pathlib\nshutil.rmtree(pathlib.Path.cwd().parents[1])"
SWEEPS = "!rm -rf TEMP/submission-*"
BROKEN = "[" * 100_000
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def old_format(notebook):
    """The same notebook as Jupyter wrote it before 2014."""
    return json.dumps(nbformat.convert(notebook, 3)).encode()


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A folder like solutions/, with two assignments of the same cell ids."""
    return sources(tmp_path_factory.mktemp("course") / "solutions")


@pytest.fixture(scope="module")
def graded(course, tmp_path_factory):
    """Grade all odd submissions once; return the table by student, and what lies around."""
    folder = tmp_path_factory.mktemp("submissions")
    out, temp = tmp_path_factory.mktemp("out"), tmp_path_factory.mktemp("temp")
    source = course / "90_means" / "90_means.ipynb"

    def hand_in(place, answers=GOOD, data=None, **changes):
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data or assignments.render(answered(source, answers, **changes)).encode())
        return path

    def zipped(place, files):
        with zipfile.ZipFile(folder / place, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)

    usual = "90_means.ipynb"
    right = assignments.render(answered(source, GOOD))
    hand_in(f"right/90_means/{usual}")
    hand_in("stub_90_means.ipynb", {})
    warns = "import warnings\n" + MEAN.replace(":\n", ":\n    warnings.warn('careful')\n")
    hand_in(f"warns/{usual}", {**GOOD, "mean": warns})
    # Python that ends, hangs, fills memory, or prints
    hand_in(f"loop/{usual}", {"mean": HANGS, **REST})
    hand_in(f"stubborn/{usual}", added=[STUBBORN])
    hand_in(f"dies/{usual}", added=[DIES])
    hand_in(f"exits/{usual}", added=["exit()", "quit", "import sys\nsys.exit(3)", "exit"])
    hand_in(f"asks/{usual}", added=["get_ipython().ask_exit()"])
    hand_in(f"quits/{usual}", {"mean": QUITS, **REST})
    hand_in(f"hides/{usual}", {"mean": HIDES, **REST})
    bomb = ["import os, threading\nthreading.Timer(0.3, os._exit, [1]).start()"]
    hand_in(f"timer/{usual}", added=bomb, at_end=["import time\ntime.sleep(3)"])
    hand_in(f"recursion/{usual}", {"mean": "def mean(values):\n    return mean(values)", **REST})
    hand_in(f"mute/{usual}", added=["import io, sys\nsys.stdout = io.StringIO()"])
    hand_in(f"hog/{usual}", added=[HOG])
    hand_in(f"endless/{usual}", added=["while True:\n    print('x' * 1000)"])
    hand_in(f"long/{usual}", added=["print('y' * 200_000)"])
    hand_in(f"late/{usual}", at_end=[LATE])
    # files that are damaged, or something else
    hand_in(f"damaged/{usual}", data=b'{"cells": [')
    hand_in("empty_90_means.ipynb", data=b"\n")
    hand_in("list_90_means.ipynb", data=b"[1, 2]")
    hand_in("deep_90_means.ipynb", data=BROKEN.encode())
    hand_in("nothing/notes.txt", data=b"sorry")
    (folder / "absent").mkdir()
    hand_in("named/final version (2).ipynb")
    hand_in("stranger_90_means.ipynb", data=nbformat.writes(new_notebook()).encode())
    other = answered(course / "91_other" / "91_other.ipynb", GOOD)
    hand_in(f"other/{usual}", data=nbformat.writes(other).encode())
    text = right.replace("\n", "\r\n").replace(r"\n", r"\r\n")
    hand_in(f"windows/{usual}", data=text.encode("cp1252"))
    hand_in(f"utf16/{usual}", data=right.encode("utf-16"))
    hand_in(f"lone/{usual}", data=right.replace("like this", "like \\ud800 this").encode())
    listed = right.replace('"grade_id": "title"', '"grade_id": ["title"]')
    hand_in(f"listed/{usual}", data=listed.encode())
    hand_in(f"old/{usual}", data=old_format(answered(source, GOOD)))
    (folder / "dangling_90_means.ipynb").symlink_to(folder / "nowhere")
    (folder / "linked_90_means.ipynb").symlink_to(source)
    (folder / "inside_90_means.ipynb").symlink_to(folder / "right" / "90_means" / usual)
    os.mkfifo(folder / "pipe_90_means.ipynb")
    os.mkfifo(hand_in(f"piped/{usual}").with_name("data.csv"))
    (folder / "folder_90_means.ipynb").mkdir()
    hand_in("text_90_means.ipynb.txt")
    hand_in("json/90_means.ipynb.json")
    hand_in("page_90_means.html", data=b"<html>")
    hand_in("script_90_means.py", data=b"print()")
    hand_in("paper/90_means.pdf", data=b"%PDF")
    hand_in(".dot_90_means.ipynb")
    zipped("zipped_90_means.zip", {"work/90_means.ipynb": right, "__MACOSX/._90_means.ipynb": "x"})
    zipped("evil_90_means.zip", {"../../../evil.ipynb": right})
    zipped("bomb_90_means.zip", {usual: b" " * 60_000_000})
    zipped("two_90_means.zip", {"a.ipynb": right, "b.ipynb": right})
    hand_in("torn_90_means.zip", data=b"PK\x03\x04torn")
    # cells that were deleted, changed, copied
    hand_in(f"deleted/{usual}", without=["mean-test", "inputs"])
    cheat = {"mean": "def mean(values):\n    return 0", "mean-test": "assert True"}
    hand_in(f"edited/{usual}", {**cheat, **REST})
    hand_in(f"syntax/{usual}", {"mean": "def mean(values:\n    return 1", **REST})
    hand_in(f"lost/{usual}", without=["root", "why"])
    for name, edit in (
        ("beneath", lambda cells: cells + [new_markdown_cell("Because.")]),
        ("instead", lambda cells: cells[:-1] + [new_markdown_cell("Because.")]),
        (
            "copied",
            lambda cells: cells + [{**cells[2], "source": "def mean(values):\n    return 0"}],
        ),
        (
            "stub-copied",
            lambda cells: cells + [{**cells[4], "source": "root = ...  # replace the dots"}],
        ),
    ):
        answers = {k: v for k, v in GOOD.items() if k != "why" or name == "copied"}
        made = json.loads(assignments.render(answered(source, answers)))
        made["cells"] = edit(made["cells"])
        hand_in(f"{name}/{usual}", data=json.dumps(made).encode())
    pasted = answered(source, {**GOOD, "why": "![sketch](attachment:a.png)"})
    pasted.cells[-1]["attachments"] = {"a.png": {"image/png": PIXEL}}
    hand_in(f"pasted/{usual}", data=json.dumps(pasted).encode())
    # names
    for name in (
        "A:B",
        "A?B",
        "A",
        "A.",
        "=1+1",
        "@x;=2",
        "ADA",
        "ada",
        os.fsdecode(b"\xff\xfe"),
        "x" * 240,
    ):
        hand_in(f"{name}/{usual}", {})
    hand_in("Ada Lovelace_123_assignsubmission_file_/90_means (1).ipynb")
    hand_in("Ada Lovelace_123_assignsubmission_onlinetext_/onlinetext.html", data=b"<p>")
    hand_in("01_attempt_2025-01-02-10-00-00_90_means.ipynb")
    hand_in("01_attempt_2025-01-01-10-00-00_90_means.ipynb", {})
    # attacks
    wrong = "def mean(values):\n    print('called with', values)\n    return 7 / 3"
    prints = ["print(In)", "print(In[3][::-1], repr(In)[::-1])"]
    hand_in(f"guess/{usual}", {"mean": wrong, **REST}, at_end=prints)
    hand_in(f"spies/{usual}", {"mean": SPIES, **REST}, at_end=["print(spied)"])
    hand_in(f"reads/{usual}", added=[READS.replace("COURSE", str(assignments.ROOT))])
    hand_in(f"cats/{usual}", added=[f"!cat {source}", f"!rev {source}"])
    hand_in(
        f"html/{usual}", {**GOOD, "why": "<script>a</script>\n\n[x](javascript:b)"}, added=[HTML]
    )
    hand_in(f"litters/{usual}", added=[LITTERS])
    hand_in(f"detached/{usual}", added=[DETACHED.replace("PLACE", str(temp / "pid"))])
    wheels = temp / "wheels"
    wheel(wheels)
    hand_in(f"pip/{usual}", added=[PIP.replace("WHEELS", str(wheels))])
    hand_in(f"patricide/{usual}", added=["import os\nos.kill(os.getppid(), 9)"])
    hand_in(f"erases/{usual}", added=[ERASES])
    hand_in(
        f"leaves/{usual}", added=["import pathlib\nlist(pathlib.Path.cwd().parents[1].iterdir())"]
    )
    hand_in(f"sweeps/{usual}", added=[SWEEPS.replace("TEMP", str(temp))])
    hand_in(f"writes/{usual}", added=[f"open('{out}/grades.csv', 'w')"])
    hand_in(f"scrawls/{usual}", added=[f"!echo 100 > {folder}/right/note"])
    hand_in(f"no-check/{usual}", added=["from utils import checks\nchecks.check = print"])
    hand_in(f"no-close/{usual}", added=["import numpy\nnumpy.allclose = lambda *a: True"])
    hand_in(f"own-np/{usual}", added=["class np:\n    allclose = max"])
    hand_in(f"transformer/{usual}", {**GOOD, "root": "root = 3"}, added=[TRANSFORMER])
    hand_in(f"kernel/{usual}", added=[f"k = get_ipython().kernel{EXECUTES}"])
    hand_in(f"thread/{usual}", added=[THREAD])
    hand_in(f"custom/{usual}", added=["get_ipython().set_custom_exc((Exception,), print)"])
    hand_in(f"hook/{usual}", added=["get_ipython().events.register('pre_run_cell', print)"])
    (folder / "right" / ".ipynb_checkpoints").mkdir()
    (folder / "right" / ".ipynb_checkpoints" / "90_means-checkpoint.ipynb").write_text("{")

    before = fingerprints(folder)
    limits = ["--cell-time=6", "--time=120", "--memory=0.4"]
    usual_temp, tempfile.tempdir = tempfile.tempdir, str(temp)
    try:
        status = grade.main([str(folder), f"--out={out}", *limits], course)
    finally:
        tempfile.tempdir = usual_temp
    (folder / "right" / "note").unlink(missing_ok=True)
    return SimpleNamespace(
        status=status,
        rows=rows_of(out),
        out=out,
        temp=temp,
        unchanged=fingerprints(folder) == before,
    )


def rows_of(out, file="grades.csv"):
    with open(out / file, encoding="utf-8-sig", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def fingerprints(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def wheel(folder):
    """A tiny package that could be installed without a network."""
    folder.mkdir()
    with zipfile.ZipFile(folder / "course_canary-1.0-py3-none-any.whl", "w") as archive:
        info = "course_canary-1.0.dist-info"
        archive.writestr("course_canary.py", "")
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: course-canary\nVersion: 1.0\n"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")


# student, points by nbgrader, status, what the remark says
EXPECTED = [
    ("right", "3", "graded", "^$"),
    ("stub", "0", "graded", "^$"),
    ("warns", "3", "graded", "^$"),
    ("loop", "1", "look", "cell mean-test was stopped: it ran longer than 6 s"),
    ("stubborn", "3", "look", "cell added-3 was stopped"),
    ("dies", "3", "look", "cell added-3 ends Python itself"),
    (
        "exits",
        "3",
        "look",
        "^the cell added-3 raises SystemExit; the cell added-5 raises SystemExit",
    ),
    ("asks", "3", "look", "^the cell added-3 raises SystemExit$"),
    ("quits", "1", "graded", "^$"),
    ("hides", "1", "look", "cell mean-test ends Python itself"),
    ("timer", "[0-3]", "look", "ends Python"),
    ("recursion", "1", "graded", "^$"),
    ("mute", "3", "graded", "^$"),
    ("hog", "3", "look", "cell added-3 .*stopped at 0.4 GB of memory"),
    ("endless", "3", "look", "cell added-3 was stopped: it prints without end; .* cut"),
    ("long", "3", "look", "^the cell added-3 prints more than is kept: cut$"),
    ("late", "3", "graded", "^$"),
    ("damaged", "", "not graded", "damaged: it is not JSON.*90_means.ipynb"),
    ("empty", "", "not graded", "the file is empty"),
    ("list", "", "not graded", "JSON but not a notebook"),
    ("deep", "", "not graded", "damaged: it is not JSON"),
    ("nothing", "", "not graded", "no notebook of 90_means; handed in: nothing/notes.txt"),
    ("absent", "", "missing", "no notebook of 90_means"),
    ("named", "3", "look", r"called named/final version \(2\).ipynb: recognised by its cells"),
    ("stranger", "", "not graded", "does not hold the exercises of 90_means"),
    ("other", "", "not graded", "called 90_means but holds the exercises of 91_other"),
    ("windows", "3", "look", "not UTF-8: read as Windows-1252"),
    ("utf16", "3", "look", "UTF-16"),
    ("lone", "3", "graded", "^$"),
    ("listed", "3", "graded", "^$"),
    ("old", "3", "look", "old notebook format 3: converted"),
    ("dangling", "", "not graded", "no file but a link to nothing"),
    ("linked", "", "not graded", "no file but a link;"),
    ("inside", "3", "graded", "^$"),
    ("pipe", "", "not graded", "no file but a pipe"),
    ("piped", "3", "graded", r"^also handed in: piped/data.csv \(pipe\)$"),
    ("folder", "", "not graded", "no file but a folder"),
    ("text", "3", "look", "called text_90_means.ipynb.txt"),
    ("json", "3", "look", "called json/90_means.ipynb.json"),
    ("page", "", "not graded", "handed in: page_90_means.html"),
    ("script", "", "not graded", "handed in: script_90_means.py"),
    ("paper", "", "not graded", "handed in: paper/90_means.pdf"),
    ("%2Edot", "3", "graded", "^$"),
    ("zipped", "3", "look", "zip holds work/90_means.ipynb"),
    ("evil", "3", "look", "zip holds"),
    ("bomb", "", "not graded", "in the zip is larger than 50 MB"),
    ("two", "", "not graded", r"holds 2 notebooks among 2 files \(a.ipynb, b.ipynb\)"),
    ("torn", "", "not graded", "zip cannot be opened"),
    (
        "deleted",
        "3",
        "look",
        "supplied cell inputs had been deleted: restored; the test cell mean-t",
    ),
    ("edited", "1", "look", "test cell mean-test had been changed: restored"),
    ("syntax", "1", "look", "cell mean raises SyntaxError"),
    ("lost", "2", "look", "answer cell root is missing; the answer cell why is missing"),
    ("beneath", "3", "look", "beneath the untouched or deleted cell why stands a new one"),
    ("instead", "3", "look", "beneath the untouched or deleted cell why .* why is missing"),
    ("copied", "1", "look", "answer cell mean stands 2 times: the last answer counts"),
    ("stub-copied", "3", "look", "answer cell root stands 2 times"),
    ("pasted", "3", "graded", "^$"),
    ("A%3AB", "0", "graded", "^$"),
    ("A%3FB", "0", "graded", "^$"),
    ("A", "0", "graded", "^$"),
    ("A%2E", "0", "graded", "^$"),
    ("'=1+1", "0", "graded", "^$"),
    ("'@x;'=2", "0", "graded", "^$"),
    ("ADA", "0", "graded", "^$"),
    ("ada", "0", "graded", "^$"),
    ("%FF%FE", "0", "graded", "^$"),
    ("x" * 240, "0", "graded", "^$"),
    ("Ada Lovelace_123", "3", "graded", "also handed in: .*onlinetext.html"),
    ("01", "3", "look", "2 files: this is 01_attempt_2025-01-02.*; not 01_attempt_2025-01-01"),
    ("guess", "1", "graded", "^$"),
    ("spies", "3", "graded", "^$"),
    ("reads", "3", "look", "it tries to read .*solutions/01_perceptron"),
    ("cats", "3", "look", "names the solutions"),
    ("html", "3", "graded", "^$"),
    ("litters", "3", "graded", "^$"),
    ("detached", "3", "graded", "^$"),
    ("pip", "3", "graded", "^$"),
    ("patricide", "", "not graded", "grading process was ended from outside"),
    ("erases", "3", "look", "it tries to change"),
    ("leaves", "3", "look", "raises PermissionError; it tries to read temp"),
    ("sweeps", "3", "look", "its folder was deleted while it ran"),
    ("writes", "3", "look", "it tries to change .*grades.csv"),
    ("scrawls", "3", "look", "while it ran, 1 files changed: .*right/note"),
    ("no-check", "3", "look", "it replaces utils.checks.check"),
    ("no-close", "3", "look", "it replaces numpy.allclose"),
    ("own-np", "[23]", "look", "it replaces np"),
    ("transformer", "[13]", "look", "it replaces an input or AST transformer"),
    ("kernel", "3", "look", "it replaces do_execute of IPythonKernel"),
    ("thread", "3", "look", "prints more than is kept: cut"),
    ("custom", "3", "look", "it replaces an input or AST transformer"),
    ("hook", "3", "look", "it replaces a hook pre_run_cell"),
]


@pytest.mark.parametrize("student, points, status, remark", EXPECTED)
def test_each_odd_submission_gets_its_row(graded, student, points, status, remark):
    row = graded.rows[student]
    assert re.fullmatch(points, row["points"]) and re.fullmatch(status, row["status"]), row
    assert re.search(remark, row["remark"]), row["remark"]
    assert row["assignment"] == "90_means"
    assert row["max_points"] == ("6" if points else "")


def test_grading_succeeds_and_leaves_the_submissions_alone(graded):
    assert graded.status == 0
    assert graded.unchanged
    assert set(graded.rows) == {student for student, *_ in EXPECTED}
    assert len(EXPECTED) >= 60


def test_nothing_is_left_behind(graded):
    """Detached processes are ended, folders removed, nothing installed."""
    for k in range(2):
        pid = int((graded.temp / f"pid{k}").read_text())
        assert not psutil.pid_exists(pid), f"the detached process {k} lives"
    assert not list(graded.temp.glob("submission-*"))
    found = subprocess.run(
        [sys.executable, "-c", "import numpy, course_canary"], capture_output=True
    )
    assert b"No module named 'course_canary'" in found.stderr
    assert "nothing is installed while a notebook is graded" in page(graded, "pip")


def test_the_table_has_a_column_per_exercise(graded):
    right, stub = graded.rows["right"], graded.rows["stub"]
    columns = ["ex 90.1", "ex 90 root-test", "ex 90 why"]
    head = ["student", "assignment", "points", "max_points", "by_hand", *columns]
    assert list(right) == [*head, "status", "remark", "file", "digest"]
    assert [right[c] for c in columns] == ["2", "1", ""] and right["by_hand"] == "3"
    assert [stub[c] for c in columns] == ["0", "0", "0"] and stub["by_hand"] == "0"
    for student in ("beneath", "instead"):
        assert graded.rows[student]["by_hand"] == "3", "the answer may stand in the new cell"


def page(graded, student):
    return (graded.out / "feedback" / student / "90_means.html").read_text(encoding="utf-8")


def test_no_page_shows_a_hidden_test_or_a_reference_answer(graded):
    """Not even backwards, and not where a student prints the course's own files."""
    secrets = (SECRET, "a secret", "HIDDEN TESTS", "5.0, 6.0", "Because a mean weighs all values")
    for path in (graded.out / "feedback").rglob("*.html"):
        text = html.unescape(path.read_text(encoding="utf-8"))
        for secret in secrets:
            assert secret not in text and secret[::-1] not in text, (path, secret)
    assert "a further test fails" in page(graded, "guess")
    assert "called with [1.0, 2.0, 4.0]" in page(graded, "guess"), "the visible part is shown"
    assert page(graded, "cats").count("(not shown)") == 2
    assert "[[1.0, 2.0, 4.0]]" in page(graded, "spies"), "and not the hidden inputs"


def test_no_page_holds_what_a_browser_would_run(graded):
    for path in (graded.out / "feedback").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            r"(?i)<(script|svg|iframe|object)|<[^>]*(\son\w+=|javascript:)", text
        ), path
        assert "default-src 'none'" in text and len(text) < 4_100_000
    assert "&lt;script&gt;alert(4)" in page(graded, "html")


def test_a_pasted_picture_survives(graded):
    assert f'<img src="data:image/png;base64,{PIXEL}" alt="sketch"' in page(graded, "pasted")


def test_pages_say_what_is_left_to_be_given_and_why_a_file_could_not_be_graded(graded):
    assert "3 of 6 points; up to 3 more are still to be given by hand" in page(graded, "right")
    assert "the file is empty" in page(graded, "empty")
    assert "ends Python itself" in page(graded, "dies")
    assert len({p.parent.name.casefold() for p in graded.out.rglob("90_means.html")}) == len(
        [row for row in EXPECTED if row[2] != "missing"]
    ), "a folder for each student, also where a system folds letters"


def test_what_moodle_takes_back(graded):
    text = (graded.out / "moodle-90_means.csv").read_text(encoding="utf-8-sig")
    rows = {row["Full name"]: row for row in csv.DictReader(io.StringIO(text))}
    ada, stub = rows["Ada Lovelace"], rows["stub"]
    assert (ada["Identifier"], ada["Grade"], ada["Maximum Grade"]) == ("Participant 123", "", "6")
    assert (
        ada["Feedback comments"] == "90.1: 2 of 2; 90 root-test: 1 of 1; 90 why: to be given of 3"
    )
    assert stub["Grade"] == "0"
    assert "the file is empty" in rows["empty"]["Feedback comments"]


def handed_in(folder, source, **students):
    for name, changes in students.items():
        (folder / name).mkdir(parents=True)
        nbformat.write(answered(source, GOOD, **changes), folder / name / "90_means.ipynb")


def test_a_deleted_folder_costs_its_owner_nothing(course, tmp_path, monkeypatch):
    """The one that another submission has swept away is graded once more, alone."""
    temp = tmp_path / "temp"
    temp.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temp))
    nap, sweeps = (
        "import time\ntime.sleep(8)",
        f"import time\ntime.sleep(4)\n!rm -rf {temp}/submission-*",
    )
    source = course / "90_means" / "90_means.ipynb"
    handed_in(tmp_path / "in", source, ann={"added": [nap]}, ben={"added": [sweeps]})
    assert grade.main([str(tmp_path / "in"), f"--out={tmp_path / 'out'}"], course) == 0
    rows = rows_of(tmp_path / "out")
    assert [rows["ann"][c] for c in ("points", "status", "remark")] == ["3", "graded", ""]
    assert rows["ben"]["status"] == "look" and "its folder was deleted" in rows["ben"]["remark"]


def test_a_changed_course_harms_nobody_else(course, tmp_path, monkeypatch):
    """What grades was read before any submission ran."""
    root = tmp_path / "course"
    shutil.copytree(assignments.ROOT / "utils", root / "utils")
    shutil.copytree(assignments.ROOT / "tools", root / "tools")
    shutil.copy(assignments.ROOT / "nbgrader_config.py", root)
    own = shutil.copytree(course, root / "solutions")
    monkeypatch.setattr(assignments, "ROOT", root)
    monkeypatch.setattr(supervise.autograde, "__file__", str(root / "tools" / "autograde.py"))
    added = {"added": [f"!for f in $(find {root} -name '*.*'); do echo broken > $f; done"]}
    handed_in(tmp_path / "in", own / "90_means/90_means.ipynb", ann=added, ben={})
    assert grade.main([str(tmp_path / "in"), f"--out={tmp_path / 'out'}", "--jobs=1"], own) == 0
    rows = rows_of(tmp_path / "out")
    assert re.search(r"while it ran, \d\d files changed", rows["ann"]["remark"])
    assert (rows["ben"]["points"], rows["ben"]["status"]) == ("3", "graded")


def test_a_page_has_at_most_a_few_megabytes(course):
    source = supervise.Course(course / "90_means" / "90_means.ipynb")
    notebook = answered(course / "90_means" / "90_means.ipynb", GOOD, added=["plot()"] * 9)
    notebook.cells[-1]["attachments"] = {"a.png": {"image/png": "A" * 3_000_000}}
    notebook.cells[-1].source = "![a](attachment:a.png)" * 5
    outputs = {"outputs": [["image/png", "A" * 900_000]], "error": None}
    cells = {cell.id: outputs for cell in notebook.cells}
    row = table.Row("ann", "90_means", points={"90.1": [2, 2]})
    text = feedback.page(row, source, notebook, {"cells": cells}, {})
    assert 2_000_000 < len(text) < 4_100_000 and "the page would be too long" in text


def test_hanging_cells_leave_time_for_the_others(course, tmp_path, capsys):
    """Five of them cost less than the time for all: a cell gets a quarter of what is left."""
    naps = ["import time\ntime.sleep(50)"] * 5
    handed_in(tmp_path / "in", course / "90_means/90_means.ipynb", slow={"added": naps})
    arguments = [str(tmp_path / "in"), f"--out={tmp_path / 'out'}", "--time=16", "--cell-time=12"]
    assert grade.main(arguments, course) == 0
    assert "1/1 slow 90_means ... 3/6 points" in capsys.readouterr().out


def test_total_time_limit_keeps_what_has_run(course, tmp_path):
    naps = [STUBBORN] * 3
    handed_in(tmp_path / "in", course / "90_means/90_means.ipynb", slow={"at_end": naps})
    arguments = [str(tmp_path / "in"), f"--out={tmp_path / 'out'}", "--time=6"]
    assert grade.main(arguments, course) == 0
    row = rows_of(tmp_path / "out")["slow"]
    assert row["status"] == "look" and "stopped after 6 s in all" in row["remark"], row


def test_by_hand_late_and_resumed(course, tmp_path, capsys):
    """Points by hand reach the page; a late student is graded alone; other rows stay."""
    folder, out = tmp_path / "in", tmp_path / "out"
    source = course / "90_means" / "90_means.ipynb"
    handed_in(folder, source, ann={}, ben={})
    assert grade.main([str(folder), f"--out={out}"], course) == 0
    path = out / "grades.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    lines = [line.replace(",3,6,3,2,1,,", ",3,6,3,2,1,2.5,") for line in lines]
    other = "zoe,91_other,,,,,,,missing,there is none,,"
    path.write_bytes(
        "\n".join([*lines[:2], other]).replace(",", ";").replace("2.5", "2,5").encode("cp1252")
    )
    capsys.readouterr()
    handed_in(folder, source, cid={})
    arguments = [str(folder), f"--out={out}", "--resume"]
    assert grade.main([*arguments, "--decimal-comma"], course) == 0
    said = capsys.readouterr().out
    assert "ann" not in said and "ben 90_means ... 3/6" in said and "cid 90_means ... 3/6" in said
    assert (
        path.read_text(encoding="utf-8-sig")
        .splitlines()[1]
        .startswith("ann;90_means;5,5;6;0;2;1;2,5;")
    )
    text = (out / "feedback/ann/90_means.html").read_text(encoding="utf-8")
    assert "5.5 of 6 points</p>" in text and "still to be given" not in text

    (folder / "ann" / "90_means.ipynb").write_text(assignments.render(answered(source, {})))
    handed_in(folder, source, dan={})
    assert grade.main([str(folder), f"--out={out}", "--student=dan"], course) == 0
    rows = rows_of(out)
    assert list(rows) == ["ann", "ben", "cid", "dan", "zoe"]
    assert (rows["ann"]["points"], rows["dan"]["points"]) == ("5.5", "3")
    assert grade.main(arguments, course) == 0, "her file has changed"
    ann = rows_of(out)["ann"]
    assert (ann["points"], ann["status"], ann["ex 90 why"]) == ("0", "look", "0")
    assert len(list(out.glob("grades-*.csv"))) >= 1, "earlier tables are kept"
    for wrong, message in (("7", "7 is not between 0 and 3"), ("many", "'many' is no number")):
        text = path.read_text(encoding="utf-8-sig")
        path.write_text(re.sub(r"(?m)^(ben,.*,2,1,),", rf"\g<1>{wrong},", text), encoding="utf-8")
        assert grade.main(arguments, course) == 2
        assert message in capsys.readouterr().out
        path.write_text(text, encoding="utf-8")
    assert grade.main([str(folder), f"--out={out}", "--student=eve"], course) == 2
    assert "there is no student eve; there are ann, ben, cid, dan" in capsys.readouterr().out


def test_points_by_hand_outlive_a_run_from_the_start(course, tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    handed_in(folder, course / "90_means" / "90_means.ipynb", ann={})
    for points in ("3", "5.5"):
        assert grade.main([str(folder), f"--out={out}"], course) == 0
        path = out / "grades.csv"
        text = path.read_text(encoding="utf-8-sig")
        assert text.splitlines()[1].startswith(f"ann,90_means,{points},6,")
        path.write_text(text.replace(",2,1,,", ",2,1,2.5,"), encoding="utf-8")


def test_ctrl_c_keeps_what_is_finished(course, tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    nap = ["import time\ntime.sleep(60)"]
    handed_in(folder, course / "90_means/90_means.ipynb", ann={}, ben={"added": nap}, cid={})
    code = (  # a shell's background jobs, and so their children, ignore SIGINT
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import sys; from pathlib import Path; from tools.grade import main\n"
        f"sys.exit(main([{str(folder)!r}, '--jobs=1', '--out={out}'], Path({str(course)!r})))"
    )
    run = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    said = ""
    while "ann 90_means" not in said:
        said = run.stdout.readline()
    time.sleep(2)  # ben is running
    run.send_signal(signal.SIGINT)
    said = run.communicate(timeout=60)[0]
    assert run.returncode == 130 and "stopped after 1 of 3: --resume goes on from here" in said
    states = {name: row["status"] for name, row in rows_of(out).items()}
    assert states == {"ann": "graded", "ben": "waiting", "cid": "waiting"}
    assert (out / "feedback/ann/90_means.html").exists()


@pytest.mark.parametrize("state", ["a folder", "locked", "nowhere"])
def test_a_table_that_cannot_be_written_is_written_elsewhere(
    course, tmp_path, capsys, monkeypatch, state
):
    folder, out = tmp_path / "in", tmp_path / "out"
    (folder / "ann").mkdir(parents=True)
    (folder / "ann" / "90_means.ipynb").write_text("{")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    if state == "a folder":
        (out / "grades.csv").mkdir(parents=True)
    else:
        write = assignments.write

        def refuses(path, text):
            if path.name == "grades.csv" or state == "nowhere" and path.parent == out:
                raise PermissionError("open elsewhere")
            write(path, text)

        monkeypatch.setattr(assignments, "write", refuses)
    assert grade.main([str(folder), f"--out={out}"], course) == 0
    (found,) = (tmp_path if state == "nowhere" else out).glob("grades-*.csv")
    assert rows_of(found.parent, found.name)["ann"]["status"] == "not graded"
    said = capsys.readouterr().out
    assert f"cannot be written (open elsewhere?): see {found}" in said and f"table: {found}" in said


def test_a_fault_of_the_grading_costs_one_row(course, tmp_path, monkeypatch, capsys):
    handed_in(tmp_path / "in", course / "90_means/90_means.ipynb", ann={}, ben={})
    faults = iter([ZeroDivisionError("a fault")])
    kept = supervise.Grader.grade

    def faulty(self, row, stop):
        for fault in faults:
            raise fault
        return kept(self, row, stop)

    monkeypatch.setattr(supervise.Grader, "grade", faulty)
    assert grade.main([str(tmp_path / "in"), f"--out={tmp_path / 'out'}", "--jobs=1"], course) == 0
    rows = rows_of(tmp_path / "out")
    assert rows["ann"]["remark"] == "grading fails: ZeroDivisionError: a fault"
    assert rows["ben"]["points"] == "3"


def test_a_page_that_cannot_be_made_costs_no_points(course, tmp_path, monkeypatch):
    handed_in(tmp_path / "in", course / "90_means/90_means.ipynb", ann={})
    monkeypatch.setattr(feedback, "_cell", lambda *_: 1 / 0)
    assert grade.main([str(tmp_path / "in"), f"--out={tmp_path / 'out'}"], course) == 0
    row = rows_of(tmp_path / "out")["ann"]
    assert (row["points"], row["status"]) == ("3", "look")
    assert row["remark"] == "its page cannot be made: ZeroDivisionError: division by zero"


def test_a_result_that_somebody_else_has_written_is_not_taken(course, tmp_path, monkeypatch):
    forger = tmp_path / "forger.py"
    forger.write_text('print("0" * 64, \'{"cells": {}, "noticed": [], "over": false, "cpu": 0}\')')
    monkeypatch.setattr(supervise.autograde, "__file__", str(forger))
    handed_in(tmp_path / "in", course / "90_means/90_means.ipynb", ann={})
    assert grade.main([str(tmp_path / "in"), f"--out={tmp_path / 'out'}"], course) == 0
    row = rows_of(tmp_path / "out")["ann"]
    assert (row["status"], row["points"]) == ("not graded", "")
    assert "ended from outside" in row["remark"]


def test_without_home_folder_and_for_one_assignment(course, tmp_path):
    """A kernel needs no home folder; of two notebooks only the asked one is graded."""
    folder = tmp_path / "in" / "eve"
    folder.mkdir(parents=True)
    for name in ("90_means", "91_other"):
        notebook = answered(course / name / f"{name}.ipynb", GOOD)
        nbformat.write(notebook, folder / f"{name}.ipynb")
    code = (
        "import sys; from pathlib import Path; from tools.grade import main\n"
        f"sys.exit(main([{str(tmp_path / 'in')!r}, '--assignment=91_other', '--jobs=1', "
        f"'--out={tmp_path / 'out'}'], Path({str(course)!r})))"
    )
    nowhere = os.path.join(os.devnull, "home")
    environment = {**os.environ, "HOME": nowhere, "XDG_CACHE_HOME": nowhere}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "1/1 eve 91_other ... 3/6 points and 3 by hand" in run.stdout


def test_wrong_arguments_get_a_clear_line(course, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    for arguments, message in (
        ([str(tmp_path / "nowhere")], "there is no folder"),
        ([str(tmp_path / "empty")], "holds no submission"),
        ([str(tmp_path), "--assignment=89_x"], "there is no assignment '89_x'; there are 90_means"),
        ([str(tmp_path), f"--out={tmp_path / 'out'}"], "--out must lie outside"),
        ([str(tmp_path), f"--out={os.devnull}/out"], "cannot write to"),
    ):
        assert grade.main(arguments, course) == 2
        assert message in capsys.readouterr().out


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
    reference, *stubs = rows_of(tmp_path / "out").values()
    assert all(row["points"] == row["by_hand"] == "0" for row in stubs), stubs
    full = float(reference["points"]) + float(reference["by_hand"])
    assert full == float(reference["max_points"]) > 0, reference
    assert reference["status"] == "graded", reference


def test_validate_button(course, tmp_path):
    """JupyterLab's Validate button calls this: checks fail on the stub, not on right answers."""
    source = course / "90_means" / "90_means.ipynb"
    validator = Validator(config=assignments.configuration())
    for answers, failing in (({}, 3), (GOOD, 0)):
        path = tmp_path / f"{failing}.ipynb"
        nbformat.write(answered(source, answers), path)
        result = validator.validate(str(path))
        assert len(result.pop("failed", [])) == failing
        assert result == {}
