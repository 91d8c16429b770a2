"""Grade a folder of submissions: `python3 run.py grade FOLDER`. Writes grades.csv and feedback.

FOLDER holds one folder per student (at any depth inside: NN_topic.ipynb), or flat files
STUDENT_NN_topic.ipynb. It is only read. Each submission is graded by nbgrader in a process of its
own, with limits on time and memory. Students' code runs with your rights: use an account, or a
container, in which it can do no harm.
"""

import argparse
import html
import logging
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime
from itertools import chain
from pathlib import Path

from tools import assignments, submissions, supervise
from tools.table import GRADED, LOOK, MISSING, Row, table


def rows_of(folder, courses, only=None):
    """Find out who handed in what: one row per student and assignment.

    Parameters
    ----------
    folder : Path
    courses : Courses
    only : str, optional
        The assignment to which the table is limited.

    Returns
    -------
    list of Row
        Those that can be graded have cells.
    """
    students = submissions.collect(folder, courses)
    released = {name: course.release for name, course in courses.items()}
    files = {}
    for student, paths in students.items():
        for path, named in paths:
            name, *rest = _identify(path, named, released)
            files.setdefault((student, name), []).append((path, *rest))
    asked = {only} if only else {name for _, name in files if name}
    for student in students:
        for name in asked - {name for of, name in files if of == student}:
            unknown = files.pop((student, None), []) if len(asked) == 1 else []
            files[student, name] = unknown
    kept = {key: found for key, found in files.items() if key[1] in asked or key[1] is None}
    rows = [_row(student, name, found) for (student, name), found in kept.items()]
    return sorted(rows, key=lambda row: (row.assignment, row.student))


def _identify(path, named, released):
    """Return the assignment of a file (None: unknown), its cells (None: unusable), remarks."""
    try:
        cells, remarks = submissions.read(path)
    except submissions.Unusable as reason:
        return named, None, [str(reason)]
    held = submissions.recognise(cells, released, named)
    if held is None:
        what = f"the exercises of {named}" if named else "exercises of any assignment"
        return named, None, [f"the notebook does not hold {what}"]
    if named and held != named:
        return named, None, [f"it is called {named} but holds the exercises of {held}"]
    if not named:
        remarks.append(f"the file is called {path.name}: recognised by its cells")
    return held, cells, remarks


def _row(student, name, files):
    """Make a row of the files handed in: the newest that can be graded counts."""
    if not files:
        return Row(student, name, status=MISSING, remarks=[f"there is no notebook of {name}"])
    path, cells, remarks = max(files, key=lambda f: (f[1] is not None, f[0].stat().st_mtime))
    if len(files) > 1:
        remarks.append(f"{len(files)} files: this is {path.name}, the newest that can be graded")
    if cells is None:
        remarks.append(f"file {path.name}")
    return Row(student, name or "?", cells, remarks=remarks)


def _grade(row, courses, options, stop):
    """Grade one row's submission and enter what came out; return the row and its feedback."""
    started = time.monotonic()
    course = courses[row.assignment]
    result, remarks, feedback = supervise.grade(row.cells, course, courses, options, stop)
    row.remarks += remarks
    if result:
        for cell, (points, most) in result["points"].items():
            exercise = course.exercises[cell]
            before = row.points.get(exercise, [0, 0])
            unknown = points is None or before[0] is None
            row.points[exercise] = [None if unknown else before[0] + points, before[1] + most]
        row.cpu = result["cpu"]
        row.status = LOOK if row.remarks else GRADED
    row.seconds = time.monotonic() - started
    return row, feedback


def options_of(arguments):
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="run.py grade", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    add("folder", type=Path, metavar="FOLDER")
    add("--assignment", metavar="NN_topic", help="grade only this one")
    add("--out", type=Path, default=assignments.ROOT / "build" / "grades", metavar="DIR")
    add("--jobs", type=int, default=2, help="submissions at a time (2)")
    add("--time", type=int, default=600, help="seconds for one submission (600)")
    add("--cell-time", type=int, default=120, help="seconds for one cell (120)")
    add("--memory", type=float, default=4, help="GB for one submission (4)")
    return parser.parse_args(arguments)


def main(arguments=None, sources_folder=assignments.SOURCES):
    """Grade a folder; return 0 when every submission has its row, whatever is in it."""
    options = options_of(arguments)
    folder, out = options.folder.resolve(), options.out.resolve()
    known = assignments.sources(sources_folder)
    problem = None
    if not folder.is_dir():
        problem = f"there is no folder {options.folder}"
    elif options.assignment and options.assignment not in known:
        problem = f"there is no assignment {options.assignment!r}; there are {', '.join(known)}"
    elif out.is_relative_to(folder):
        problem = "--out must lie outside of the folder of submissions"
    else:
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            problem = f"cannot write to {out}: {error.strerror}"
    if problem:
        print(f"run.py grade: {problem}")
        return 2
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a console may lack the letters of a name
    print(f"reading {options.folder} and {len(known)} assignments ...", flush=True)
    logging.getLogger("traitlets").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="grading-") as work:
        courses = supervise.Courses(known, work)
        rows = rows_of(folder, courses, options.assignment)
        if not rows or all(row.status == MISSING for row in rows):
            print(f"run.py grade: {options.folder} holds no submission")
            return 2
        _grade_all(rows, courses, options, out)
    if (out / "grades.csv").exists():  # somebody may have added points by hand
        when = datetime.fromtimestamp((out / "grades.csv").stat().st_mtime)
        shutil.copy2(out / "grades.csv", out / f"grades-{when:%Y%m%d-%H%M%S}.csv")
    assignments.write(out / "grades.csv", table(rows, courses))
    counts = Counter(row.status for row in rows)
    print(", ".join(f"{n} {status}" for status, n in counts.items()), end="; ")
    ran = [row.cpu for row in rows if row.cpu]
    print(f"{sum(ran) / max(len(ran), 1):.1f} CPU s per submission")
    print(f"table: {out / 'grades.csv'}\nfeedback: {out / 'feedback'}")
    return 0


def _grade_all(rows, courses, options, out):
    """Grade what can be graded, some at a time; tell how far it is; write the feedback."""
    stop, done = threading.Event(), 0
    pool = ThreadPoolExecutor(max(options.jobs, 1))
    try:
        jobs = [pool.submit(_grade, row, courses, options, stop) for row in rows if row.cells]
        finished = ((row, None) for row in rows if not row.cells)
        for row, feedback in chain(finished, (job.result() for job in as_completed(jobs))):
            done += 1
            _tell(row, f"{done}/{len(rows)}")
            _write_feedback(row, feedback, out)
    except KeyboardInterrupt:
        stop.set()
        print(f"\nstopped after {done} of {len(rows)}: no table is written")
        raise SystemExit(130) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _tell(row, count):
    given, most, by_hand = row.sums()
    left = f" and {by_hand:g} by hand" * bool(by_hand)
    what = f"{given:g}/{most:g} points{left}, {row.seconds:.0f} s" if row.points else row.status
    remarks = f" ({'; '.join(row.remarks)})" if row.remarks else ""
    print(f"{count} {row.student} {row.assignment} ... {what}{remarks}", flush=True)


def _write_feedback(row, feedback, out):
    if row.status == MISSING:
        return
    words = html.escape(f"{row.status}: {'; '.join(row.remarks)}")
    name = "unknown" if row.assignment == "?" else row.assignment
    path = out / "feedback" / row.student / f"{name}.html"
    assignments.write(path, feedback or f"<!DOCTYPE html>\n<meta charset=utf-8>\n<p>{words}</p>\n")


if __name__ == "__main__":
    sys.exit(main())
