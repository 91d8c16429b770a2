"""Grade one submission in a process with limits: the parent's side of `tools.autograde`."""

import json
import multiprocessing
import os
import re
import shutil
import tempfile
import time
from pathlib import Path

import nbformat
import psutil
from nbgrader.api import Gradebook

from tools import assignments, autograde, submissions

# A forked process has nbgrader imported already, which costs 3 s. Windows cannot fork.
_context = multiprocessing.get_context("spawn" if os.name == "nt" else "forkserver")
if os.name != "nt":
    _context.set_forkserver_preload(["tools.autograde"])


class Courses(dict):
    """The assignments by name, ready for grading, and a gradebook without students.

    Parameters
    ----------
    sources : dict of Path
        The source notebooks by name.
    folder : str
        An empty folder for the gradebook.
    """

    def __init__(self, sources, folder):
        super().__init__()
        assignments.configuration()
        self.folder, self.gradebook = Path(folder), Path(folder) / "gradebook.db"
        url = f"sqlite:///{self.gradebook}"
        for name, source in sources.items():
            with Gradebook(url) as book:
                book.add_assignment(name)
            self[name] = Course(name, source.parent, assignments.build(source, url))


class Course:
    """One assignment: its source folder, what was handed out, its exercises by graded cell."""

    def __init__(self, name, source, release):
        self.name, self.source, self.release = name, source, release
        self.exercises = {}
        for cell in release.cells:
            mark = cell.metadata.get("nbgrader", {})
            if mark.get("grade"):
                called = re.search(r"""check\(\s*["'](\d\d\.\d)["']""", cell.source)
                self.exercises[mark.grade_id] = (
                    called[1] if called else f"{name[:2]} {mark.grade_id}"
                )


def grade(cells, course, courses, options, stop):
    """Grade one submission in a course folder of its own, which is removed afterwards.

    Parameters
    ----------
    cells : list of submissions.Cell
    course : Course
    courses : Courses
    options : object
        With the limits `time` and `cell_time` in seconds and `memory` in GB.
    stop : threading.Event
        Ends the process when set.

    Returns
    -------
    result : dict or None
        Points of the graded cells, and CPU seconds. None: there is no result.
    remarks : list of str
    feedback : str or None
        HTML.
    """
    folder = Path(tempfile.mkdtemp(dir=courses.folder))
    try:
        notebook, remarks = submissions.transplant(cells, course.release)
        place = folder / "submitted" / autograde.STUDENT / course.name
        place.mkdir(parents=True)
        nbformat.write(notebook, place / f"{course.name}.ipynb")
        ignore = shutil.ignore_patterns("*.ipynb", ".*")
        shutil.copytree(course.source, folder / "source" / course.name, ignore=ignore)
        shutil.copy(courses.gradebook, folder / "gradebook.db")
        reason = _limited(folder, course.name, options, stop)
        if not (folder / "result.json").exists():
            why = reason or f"nbgrader gave up: {_last_error(folder / 'log.txt')}"
            return None, [*remarks, why], None
        result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
        remarks += result["remarks"] + [reason] * bool(reason)
        return result, remarks, (folder / "feedback.html").read_text(encoding="utf-8")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _limited(folder, name, options, stop):
    """Run the grading process; end it, with all that it started, when a limit is reached."""
    private = {"IPYTHONDIR": "ipython", "JUPYTER_RUNTIME_DIR": "runtime"}
    private |= {"JUPYTER_DATA_DIR": "data", "JUPYTER_CONFIG_DIR": "config"}
    environment = {key: str(folder / value) for key, value in private.items()}
    environment |= {"COURSE_DATA": "embedded", "COURSE_THREADS": "1", "COURSE_STATIC": "1"}
    environment["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # else a warning in the feedback
    arguments = (str(folder), name, options.cell_time, environment)
    process = _context.Process(target=autograde.grade, args=arguments, daemon=True)
    process.start()
    ends, reason = time.monotonic() + options.time, None
    while process.is_alive():
        process.join(0.5)
        over = time.monotonic() > ends
        if over or stop.is_set():
            reason = f"stopped after {options.time} s in all: look for an endless loop"
            _kill(process)
            break
        for child in _children(process.pid):
            try:
                if child.memory_info().rss > options.memory * 1e9:
                    child.kill()
                    reason = f"stopped at {options.memory:g} GB of memory"
            except psutil.Error:
                pass  # it has ended meanwhile
    process.join(10)
    return reason


def _children(pid):
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


def _kill(process):
    for child in _children(process.pid):
        try:
            child.kill()
        except psutil.Error:
            pass  # it has ended meanwhile
    process.kill()


def _last_error(log):
    """The last exception in a log, but not nbgrader's own, which says only that there was one."""
    lines = log.read_text(errors="replace").split("\n") if log.exists() else []
    errors = [line for line in lines if re.match(r"[\w.]+(Error|Exception|Interrupt|Exit)\b", line)]
    return next((e[:200] for e in reversed(errors) if "NbGraderException" not in e), "no message")
