"""Grade a folder of submissions: `python3 run.py grade FOLDER`. Writes a table and feedback.

FOLDER holds what students have handed in, as Moodle, Canvas, Blackboard or nbgrader pack it: a
folder per student, a folder per assignment with such folders inside, or flat files
STUDENT_NN_topic.ipynb. It is only read. Every file in it ends in a row of build/grades/grades.csv.

Enter the points of open questions into the table; the same command with --resume brings them onto
the pages and grades only what is new. Points are formative: students' code runs with your rights
and beside the hidden tests. Cheap cheats are noticed, others are not. Use an account, or a
container, in which it can do no harm.
"""

import argparse
import contextlib
import hashlib
import locale
import logging
import shutil
import sys
import tempfile
import threading
import time
import unicodedata
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime
from pathlib import Path

from tools import assignments, feedback, submissions, supervise
from tools.table import GRADED, LOOK, MISSING, NOT_GRADED, WAITING, Row, moodle, read, table


def rows_of(folder, courses, only=None):
    """Find out who handed in what: one row per student and assignment.

    Parameters
    ----------
    folder : Path
    courses : dict of Course
    only : str, optional
        The assignment to which the table is limited.

    Returns
    -------
    list of Row
        Those that can be graded have cells.
    """
    students = submissions.collect(folder, courses)
    released = {name: course.release for name, course in courses.items()}
    rows, found, others = [], {}, {}
    for student, files in students.items():
        for file in files:
            if not file.hopeful:
                others.setdefault(student, []).append(file)
                continue
            name, *rest = _identify(file, released)
            found.setdefault((student, name), []).append((file, *rest))
    asked = {only} if only else {name for _, name in found if name}
    asked |= {f.assignment for some in others.values() for f in some if f.assignment} - {None}
    asked = {only} if only else asked
    for student in students:
        for name in asked:
            if (student, name) not in found:
                unknown = found.pop((student, None), []) if len(asked) == 1 else []
                found[student, name] = unknown
        if not asked:
            found.setdefault((student, None), [])
    for (student, name), files in found.items():
        if name in asked or name is None:
            beside = [f for f in others.get(student, []) if f.assignment in (name, None)]
            rows.append(_row(student, name, files, beside))
    return sorted(rows, key=lambda row: (row.assignment, row.student))


def _identify(file, released):
    """Return the assignment of a file (None: unknown), its cells (None: unusable), remarks."""
    named = file.assignment
    try:
        cells, remarks, digest = submissions.read(file)
    except submissions.Unusable as reason:
        return named, None, [str(reason)], ""
    held = submissions.recognise(cells, released, named)
    if held is None:
        what = f"the exercises of {named}" if named else "exercises of any assignment"
        return named, None, [f"the notebook does not hold {what}"], digest
    if named and held != named:
        return named, None, [f"it is called {named} but holds the exercises of {held}"], digest
    if not named or file.path.suffix.lower() != ".ipynb":
        remarks.append(f"the file is called {file.name}: recognised by its cells")
    return held, cells, remarks, f"#{digest}"


def _row(student, name, files, beside):
    """Make a row of the files handed in: the latest that can be graded counts."""
    notes = [f"{f.name} ({f.kind})" if f.kind != "file" else f.name for f in beside]
    notes = [*notes[:5], *([f"{len(notes) - 5} more files"] if notes[5:] else [])]
    if not files:
        what = f"there is no notebook of {name}" if name else "there is no notebook"
        if not notes:
            return Row(student, name or "?", status=MISSING, remarks=[what])
        return Row(student, name or "?", remarks=[f"{what}; handed in: {', '.join(notes)}"])
    file, cells, remarks, digest = max(files, key=lambda f: (f[1] is not None, *f[0].newer()))
    if len(files) > 1:
        rest = [f"{f.name} ({said[0]})" if c is None else f.name for f, c, said, _ in files]
        rest.remove(f"{file.name} ({remarks[0]})" if cells is None else file.name)
        remarks.append(f"{len(files)} files: this is {file.name}, the latest that can be graded;")
        remarks[-1] += f" not {', '.join(rest)}"
    elif cells is None:
        remarks.append(f"file {file.name}")
    row = Row(student, name or "?", cells, remarks=remarks, file=file.name, digest=digest)
    row.notes = [f"also handed in: {', '.join(notes)}"] * bool(notes)
    return row


class Run:
    """Grades rows, and keeps the table and the pages up to date after each of them."""

    def __init__(self, rows, courses, options, out, foreign):
        self.rows, self.courses, self.options, self.out = rows, courses, options, out
        self.grader = supervise.Grader(courses, options, [*foreign, out])
        self.folders, self.written, self.stop = _folders(rows), None, threading.Event()
        self.again = []

    def all(self):
        """Grade what waits, some at a time; once more, alone, what another may have disturbed."""
        waiting = [row for row in self.rows if row.status == WAITING and row.cells]
        done = len(self.rows) - len(waiting)
        pool = ThreadPoolExecutor(max(self.options.jobs, 1))
        try:
            self.save()
            jobs = {pool.submit(self._grade, row, True): row for row in waiting}
            for job in as_completed(jobs):
                row = jobs.pop(job)
                done += row not in self.again
                self._finish(row, job.result(), f"{done}/{len(self.rows)}")
            for row in self.again:
                print(f"{row.student} {row.assignment}: once more, alone", flush=True)
                done += 1
                self._finish(row, self._grade(row, False), f"{done}/{len(self.rows)}")
        except KeyboardInterrupt:
            self.stop.set()
            pool.shutdown(cancel_futures=True)
            for job, row in jobs.items():
                if job.done() and not job.cancelled():
                    self._finish(row, job.result(), "-")
            print(f"\nstopped after {done} of {len(self.rows)}: --resume goes on from here")
            raise SystemExit(130) from None
        finally:
            pool.shutdown(cancel_futures=True)

    def _grade(self, row, first):
        """Grade one row's submission; return its page. Whatever happens stays in this row."""
        if self.stop.is_set():
            return None
        started, kept, entered = time.monotonic(), list(row.remarks), {}
        course = self.courses[row.assignment]
        try:
            notebook, result, points, remarks, again = self.grader.grade(row, self.stop)
            if (self.stop.is_set() and result is None) or (again and first):
                self.again += [row] * again
                return None  # it goes on waiting
            entered = self._entered(row, course, points) if result else {}
            row.points, row.remarks = entered, [*kept, *dict.fromkeys(remarks)]
            row.cpu = result["cpu"] if result else 0
            row.status = (LOOK if row.remarks else GRADED) if result else NOT_GRADED
            row.seconds = time.monotonic() - started
            return feedback.page(row, course, notebook, result, points)
        except Exception as error:
            what = "its page cannot be made" if entered else "grading fails"
            row.remarks = [*kept, f"{what}: {type(error).__name__}: {error}"]
            row.points, row.status = entered, LOOK if entered else NOT_GRADED
            return feedback.page(row)

    @staticmethod
    def _entered(row, course, points):
        """Add up the points of each exercise, with those that were given by hand."""
        found = {}
        for cell, (got, most) in points.items():
            exercise = course.exercises[cell]
            before = found.get(exercise, [0, 0])
            unknown = got is None or before[0] is None
            found[exercise] = [None if unknown else before[0] + got, before[1] + most]
        for exercise, (got, most) in found.items():
            if got is None and exercise in row.points:
                found[exercise] = [row.points[exercise][0], most]
        return found

    def _finish(self, row, page, count):
        if page is None:
            return
        self.write_page(row, page)
        self.save()
        tell(row, count)

    def page_of(self, row):
        """Where the page of a row lies."""
        name = "unknown" if row.assignment == "?" else row.assignment
        return self.out / "feedback" / self.folders[row.student] / f"{name}.html"

    def write_page(self, row, text):
        """Write a page; what cannot be written costs a remark."""
        try:
            self.grader.write(self.page_of(row), text)
        except OSError as error:
            row.remarks.append(f"its page cannot be written ({error.strerror})")

    def save(self):
        """Write the table; beside its place, where that is open elsewhere or cannot be written."""
        text = table(self.rows, self.courses, self.options.decimal_comma)
        usual = self.out / "grades.csv"
        beside = f"grades-{datetime.now():%Y%m%d-%H%M%S}.csv"
        places = [usual, self.written, self.out / beside, Path(tempfile.gettempdir()) / beside]
        for place in filter(None, places):
            with contextlib.suppress(OSError):
                self.grader.write(place, text)
                if place != usual and place != self.written:
                    print(f"{usual} cannot be written (open elsewhere?): see {place}", flush=True)
                if place == usual and self.written not in (None, usual):
                    self.written.unlink(missing_ok=True)  # it has found its place again
                self.written = place
                return
        print(f"the table can be written nowhere; here it is\n{text}", flush=True)

    def export(self):
        """Write what Moodle takes back, for each assignment."""
        for name in sorted({row.assignment for row in self.rows if row.points}):
            text = moodle([row for row in self.rows if row.assignment == name])
            with contextlib.suppress(OSError):
                self.grader.write(self.out / f"moodle-{name}.csv", text)


def _folders(rows):
    """A folder's name for each student: short, and different where systems fold letters."""
    students = sorted({row.student for row in rows})
    folded = {s: unicodedata.normalize("NFKC", s).casefold() for s in students}
    counts = Counter(folded.values())
    return {
        s: s
        if counts[folded[s]] == 1 and len(s.encode("utf-8", "replace")) < 200
        else f"{s[:40]}~{hashlib.sha256(s.encode('utf-8', 'replace')).hexdigest()[:8]}"
        for s in students
    }


def tell(row, count):
    """Say in one line what became of a row."""
    given, most, by_hand = row.sums()
    left = f" and {by_hand:g} by hand" * bool(by_hand)
    what = f"{given:g}/{most:g} points{left}, {row.seconds:.0f} s" if row.points else row.status
    remarks = f" ({'; '.join(row.remarks)})" if row.remarks else ""
    print(f"{count} {row.student} {row.assignment} ... {what}{remarks}", flush=True)


def options_of(arguments):
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="run.py grade", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    add("folder", type=Path, metavar="FOLDER")
    add("--assignment", metavar="NN_topic", help="grade only this one")
    add("--student", action="append", metavar="NAME", help="grade only this one; keep other rows")
    add("--resume", action="store_true", help="keep the rows of the table; grade what is new")
    add("--out", type=Path, default=assignments.ROOT / "build" / "grades", metavar="DIR")
    add("--jobs", type=int, default=2, help="submissions at a time (2)")
    add("--time", type=int, default=600, help="seconds for one submission (600)")
    add("--cell-time", type=int, default=120, help="seconds for one cell (120)")
    add("--memory", type=float, default=4, help="GB for one submission (4)")
    how = argparse.BooleanOptionalAction
    add("--decimal-comma", action=how, default=_comma(), help="2,5;3 instead of 2.5,3")
    return parser.parse_args(arguments)


def _comma():
    """Whether this system's numbers have a decimal comma."""
    before = locale.setlocale(locale.LC_NUMERIC)
    try:
        locale.setlocale(locale.LC_NUMERIC, "")
        return locale.localeconv()["decimal_point"] == ","
    except locale.Error:
        return False
    finally:
        locale.setlocale(locale.LC_NUMERIC, before)


def _problem(options, folder, out, known):
    if not folder.is_dir():
        return f"there is no folder {options.folder}"
    if options.assignment and options.assignment not in known:
        return f"there is no assignment {options.assignment!r}; there are {', '.join(known)}"
    if out.is_relative_to(folder):
        return "--out must lie outside of the folder of submissions"
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return f"cannot write to {out}: {error.strerror}"
    return None


def main(arguments=None, sources_folder=assignments.SOURCES):
    """Grade a folder; return 0 when every submission has its row, whatever is in it."""
    options = options_of(arguments)
    folder, out = options.folder.resolve(), options.out.resolve()
    known = assignments.sources(sources_folder)
    problem = _problem(options, folder, out, known)
    if problem:
        print(f"run.py grade: {problem}")
        return 2
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a console may lack the letters of a name
    print(f"reading {options.folder} and {len(known)} assignments ...", flush=True)
    logging.getLogger("traitlets").setLevel(logging.ERROR)
    courses = {name: supervise.Course(source) for name, source in known.items()}
    rows = rows_of(folder, courses, options.assignment)
    if not rows or all(row.status == MISSING for row in rows):
        print(f"run.py grade: {options.folder} holds no submission")
        return 2
    try:
        rows, kept = _with_earlier(rows, out / "grades.csv", courses, options)
    except ValueError as error:
        print(f"run.py grade: {error}")
        return 2
    run = Run(rows, courses, options, out, [folder, Path(sources_folder).resolve()])
    for row in rows:
        if row in kept:
            path = run.page_of(row)
            if row.points and path.exists():
                run.write_page(row, feedback.updated(path.read_text(encoding="utf-8"), row))
        elif row.status not in (WAITING, MISSING):
            run.write_page(row, feedback.page(row))
            tell(row, "-")
    run.all()
    run.save()
    run.export()
    counts = Counter(row.status for row in rows)
    print(", ".join(f"{n} {status}" for status, n in counts.items()), end="; ")
    ran = [row.cpu for row in rows if row.cpu]
    print(f"{sum(ran) / max(len(ran), 1):.1f} CPU s per submission")
    print(f"table: {run.written}\nfeedback: {out / 'feedback'}")
    return 0


def _with_earlier(rows, path, courses, options):
    """Take over from an earlier table what was asked for; return all rows, and which are kept.

    The table itself is kept under its date. Points given by hand are taken over in any case.
    """
    earlier = []
    if path.is_file():
        when = datetime.fromtimestamp(path.stat().st_mtime)
        shutil.copy2(path, path.with_name(f"grades-{when:%Y%m%d-%H%M%S}.csv"))
        try:
            earlier = read(path.read_bytes(), courses)
        except ValueError as error:
            if options.resume or options.student:
                raise ValueError(f"{path}: {error}") from error
            print(f"the earlier {path.name} is not used: {error}")
    by_name = {(row.student, row.assignment): row for row in earlier}
    by_file = {(row.file, row.assignment): row for row in earlier if row.file}
    unknown = set(options.student or ()) - {row.student for row in rows}
    if unknown:
        names = ", ".join(sorted({row.student for row in rows})[:300])
        raise ValueError(f"there is no student {', '.join(sorted(unknown))}; there are {names}")
    result, kept = [], []
    for row in rows:
        before = by_name.get((row.student, row.assignment))
        before = before or by_file.get((row.file, row.assignment))  # 007 has become 7 in Excel
        earlier = [row for row in earlier if row is not before]
        wanted = row.student in options.student if options.student else True
        done = before and before.status != WAITING
        if options.resume and not options.student:
            wanted = not (done and before.digest == row.digest and before.status != MISSING)
        if not wanted:
            if before:
                before.student = row.student
                kept.append(before)
            continue
        if before and row.cells:
            row.points = before.points
            if row.digest != before.digest:
                manual = courses[row.assignment].manual & before.points.keys()
                row.points = {e: before.points[e] for e in manual if before.points[e][0]}
                if row.points:
                    row.remarks.append("its points by hand were given to an earlier file")
        row.status = WAITING if row.cells else row.status
        result.append(row)
    kept += earlier if options.resume or options.student else []
    result += kept
    return sorted(result, key=lambda row: (row.assignment, row.student)), kept


if __name__ == "__main__":
    sys.exit(main())
