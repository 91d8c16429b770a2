"""Grade one submission: its folder, its process, and what it may have touched outside of them."""

import ast
import contextlib
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat
from nbgrader.utils import determine_grade, is_grade, is_solution

from tools import assignments, autograde, submissions

HIDDEN = r"(?ms)^[^\n]*BEGIN HIDDEN TESTS[^\n]*\n(.*?)(?:^[^\n]*END HIDDEN TESTS|\Z)"
TELLTALE = re.compile(r"""solutions[/\\]|["']solutions["']|tests[/\\]answers|_grading\b""")
SECRET = re.compile(r"(?i)token|secret|passw|key|credential")  # of the lecturer's environment
PIP = '''"""A stand-in: what grades must stay as it is."""
import sys, types

def main(*_):
    print("nothing is installed while a notebook is graded")
    return 0

for name in ("pip._internal", "pip._internal.cli", "pip._internal.cli.main"):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].main = main
'''


class Course:
    """One assignment: what was handed out, its hidden tests, its exercises by graded cell."""

    def __init__(self, source):
        self.name, self.release = assignments.assignment(source), assignments.build(source)
        self.beside = {  # data files, which the notebook may read
            path.relative_to(source.parent): path.read_bytes()
            for path in source.parent.rglob("*")
            if path.is_file() and path.suffix not in (".ipynb", ".md") and path.name[0] != "."
        }
        self.exercises, self.most, self.hidden, self.imports = {}, {}, {}, {}
        notebook = nbformat.read(source, as_version=4)
        self.secrets = set().union(*assignments.hidden_regions(notebook))
        self.manual, used = set(), set()  # exercises of open questions; names in tests
        for cell in notebook.cells:
            mark = cell.metadata.get("nbgrader", {})
            if mark.get("grade"):
                used |= set(re.findall(r"\w+", cell.source))
                called = re.search(r"""check\(\s*["'](\d\d\.\d)["']""", cell.source)
                exercise = called[1] if called else f"{self.name[:2]} {mark.grade_id}"
                self.exercises[mark.grade_id] = exercise
                self.manual |= {exercise} if is_solution(cell) else set()
                self.most[exercise] = self.most.get(exercise, 0) + float(mark.points)
                self.hidden[mark.grade_id] = "\n".join(re.findall(HIDDEN, cell.source))
            elif cell.cell_type == "code" and not is_solution(cell):
                self.imports |= _imports(cell.source)
        self.imports = {name: place for name, place in self.imports.items() if name in used}


def _imports(source):
    """Which names a cell imports, at any depth, and from where."""
    found = {}
    with contextlib.suppress(SyntaxError):
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                for name in node.names:
                    if name.asname or "." not in name.name:
                        found[name.asname or name.name] = (name.name, None)
            elif isinstance(node, ast.ImportFrom):
                found |= {n.asname or n.name: (node.module, n.name) for n in node.names}
    return found


class Grader:
    """Grades submissions; knows the course, the limits, and what no submission may touch.

    Parameters
    ----------
    courses : dict of Course
    options : object
        With the limits `time` and `cell_time` in seconds and `memory` in GB.
    foreign : list of Path
        Folders that are not for students' eyes, beside the course.
    """

    def __init__(self, courses, options, foreign=()):
        self.courses, self.options = courses, options
        self.foreign = [assignments.ROOT, *foreign, Path(sys.prefix)]
        self.watched = [p for p in self.foreign if p != assignments.ROOT][:-1] + [
            assignments.ROOT / name for name in ("utils", "tools", "solutions")
        ]
        # The course as it is now: a submission that changes it harms nobody but itself.
        self.worker = Path(autograde.__file__).read_text(encoding="utf-8")
        self.package = {
            path.relative_to(assignments.ROOT): path.read_bytes()
            for path in (assignments.ROOT / "utils").rglob("*.py")
        } | {
            "_grading.py": Path(__file__).with_name("guard.py").read_bytes(),
            "pip/__init__.py": PIP.encode(),
            "pip/__main__.py": b"import pip; pip.main()",
        }
        self.lock, self.ours = threading.Lock(), {}  # files that the grading itself wrote

    def grade(self, row, stop):
        """Grade the submission of a row; `stop` is an Event that ends it.

        Returns
        -------
        notebook : NotebookNode
            The student's cells in the notebook as it was handed out.
        result : dict or None
            By cell: outputs and what failed; CPU seconds. None: there is no result.
        points : dict
            By cell: points (None: by hand) and maximum.
        remarks : list of str
        again : bool
            Whether something outside may be to blame, so that a second try makes sense.
        """
        course = self.courses[row.assignment]
        notebook, remarks, by_hand = submissions.transplant(row.cells, course.release)
        if any(TELLTALE.search(cell.source) for cell in row.cells if cell.type == "code"):
            remarks.append("it names the solutions, the tests' answers or the grading")
        before = self._fingerprint()
        result, reason, again = self._in_its_folder(notebook, course, stop)
        after = self._fingerprint()
        touched = [path for path in before.keys() | after if before.get(path) != after.get(path)]
        touched = sorted(
            str(p) for p in touched if p not in self.ours or self.ours[p] != after.get(p)
        )
        if touched:
            remarks.append(f"while it ran, {len(touched)} files changed: {', '.join(touched[:3])}")
            again = True  # it may have been another one that ran at the same time
        if result is None:
            return notebook, None, {}, [*remarks, reason], again
        remarks += self._complaints(notebook, result)
        points = {}
        for cell in filter(is_grade, notebook.cells):
            mark = cell.metadata.nbgrader.grade_id
            if is_solution(cell):
                given, most = determine_grade(cell)
                points[mark] = [None if mark in by_hand else given, most]
            else:
                most = float(cell.metadata.nbgrader.points)
                passed = result["cells"].get(mark, {}).get("passed")
                points[mark] = [most if passed else 0.0, most]
        return notebook, result, points, remarks, again

    def _in_its_folder(self, notebook, course, stop):
        """Run the notebook in a folder of its own; return the result, why not, and `again`."""
        os.makedirs(tempfile.gettempdir(), exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="submission-"))
        try:
            for name in ("work", "tmp", "jupyter"):
                (folder / name).mkdir()
            for place, files in (("course", self.package), ("work", course.beside)):
                for path, content in files.items():
                    (folder / place / path).parent.mkdir(parents=True, exist_ok=True)
                    (folder / place / path).write_bytes(content)
            job = self._job(notebook, course, folder)
            result, reason = self._run(job, stop)
            whole = (folder / "work").is_dir() and (folder / "course" / "_grading.py").exists()
            if not whole:
                reason = reason or "its folder was deleted while it ran"
                result = result and {**result, "noticed": [*result["noticed"], reason]}
            blameless = not (reason or "").startswith("stopped")
            return result, reason, (result is None or not whole) and blameless
        except OSError as error:  # the folder was deleted, or the disk is full
            return None, f"its folder could not be used ({error})", True
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _job(self, notebook, course, folder):
        """What the grading process is told."""
        private = {"JUPYTER_RUNTIME_DIR": "jupyter", "JUPYTER_DATA_DIR": "jupyter"}
        private |= {"JUPYTER_CONFIG_DIR": "jupyter", "IPYTHONDIR": "jupyter"}
        private = {key: str(folder / value) for key, value in private.items()}
        environment = {k: v for k, v in os.environ.items() if not SECRET.search(k)} | private
        environment |= {key: str(folder / "tmp") for key in ("TMPDIR", "TEMP", "TMP")}
        environment |= {
            autograde.MARK: secrets.token_hex(8),
            "COURSE_DATA": "embedded",
            "COURSE_THREADS": "1",
            "COURSE_STATIC": "1",
            "NBGRADER_EXECUTION": "autograde",  # checks raise
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONNOUSERSITE": "1",
            "PYTHONPATH": str(folder / "course"),
            "UV_OFFLINE": "1",
        }
        cells = [
            {
                "id": cell.metadata.get("nbgrader", {}).get("grade_id", cell.id),
                "source": cell.source,
                "test": bool(is_grade(cell) and not is_solution(cell)),
                "hidden": course.hidden.get(cell.metadata.get("nbgrader", {}).get("grade_id"), ""),
            }
            for cell in notebook.cells
            if cell.cell_type == "code"
        ]
        guard = {
            "own": [str(folder), sys.prefix],
            "foreign": [str(path) for path in self.foreign],
            "imports": course.imports,
            "number": course.name[:2],
        }
        return {
            "key": secrets.token_hex(32),
            "cells": cells,
            "folder": str(folder / "work"),
            "environment": environment,
            "own_environment": private,
            "guard": guard,
            "time": self.options.time,
            "cell_time": self.options.cell_time,
            "memory": self.options.memory,
        }

    def _run(self, job, stop):
        """Start the grading process; return its result, and why there is none."""
        command = [sys.executable, "-P", "-c", self.worker]
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        process = subprocess.Popen(command, **pipes, start_new_session=True)
        latest = time.monotonic() + job["time"] + 180  # it keeps the time itself
        sent = (json.dumps(job) + "\n").encode()
        try:
            while True:
                try:
                    printed, errors = process.communicate(sent, timeout=0.5)
                    break
                except subprocess.TimeoutExpired:
                    sent = None
                if stop.is_set() or time.monotonic() > latest:
                    return None, f"stopped after {job['time']} s in all"
        finally:
            process.kill()
            process.wait()
            autograde.end_processes(job["environment"][autograde.MARK], family=False)
        for line in printed.decode("ascii", "replace").splitlines():
            signature, _, text = line.partition(" ")
            if secrets.compare_digest(signature, autograde.sign(job["key"], text)):
                result = json.loads(text)
                return (None, result["failed"]) if "failed" in result else (result, None)
        last = errors.decode("utf-8", "replace").strip().splitlines()[-1:]
        return None, f"the grading process was ended from outside {''.join(last)[:200]}".strip()

    def _complaints(self, notebook, result):
        """Say in plain words which cells did not run to their end; a failed test is no news."""
        limits = {"memory": self.options.memory, "seconds": 0}
        tests = {c.metadata.nbgrader.grade_id for c in notebook.cells if is_grade(c)}
        remarks = []
        for mark, cell in result["cells"].items():
            error = cell.get("error")
            if error in autograde.REASONS:
                limits["seconds"] = cell.get("seconds") or self.options.cell_time
                remarks.append(f"the cell {mark} {autograde.REASONS[error].format(**limits)}")
            elif error == "NotRun":
                remarks.append(f"the cell {mark} did not run to its end")
            elif error and mark not in tests:
                remarks.append(f"the cell {mark} raises {error}")
            if any(kind == "cut" for kind, _ in cell["outputs"]):
                remarks.append(f"the cell {mark} prints more than is kept: cut")
        if result["over"]:
            remarks.append(f"stopped after {self.options.time} s in all: look for an endless loop")
        return remarks + result["noticed"]

    def _fingerprint(self):
        """When the files that no submission may touch were changed last; pip's folder, too."""
        with self.lock:
            found = _times(Path(p) for p in sys.path if p.endswith("site-packages"))
            for top in self.watched:
                for folder, folders, files in os.walk(top):
                    folders[:] = [f for f in folders if f != "__pycache__"]
                    found |= _times(Path(folder) / name for name in files)
            return found

    def write(self, path, text):
        """Write a file of the grading itself: no submission is blamed for its change."""
        with self.lock:
            assignments.write(path, text)
            self.ours |= _times([path])


def _times(paths):
    """What tells that a file was changed, even if its date was put back."""
    found = {}
    for path in paths:
        with contextlib.suppress(OSError):
            state = path.lstat()
            found[path] = (state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)
    return found
