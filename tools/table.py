"""The table of grades: what became of each submission, and the points that were given by hand."""

import csv
import io
import re
from dataclasses import dataclass, field

GRADED, LOOK, NOT_GRADED, MISSING, WAITING = "graded", "look", "not graded", "missing", "waiting"
HEAD = ["student", "assignment", "points", "max_points", "by_hand"]
TAIL = ["status", "remark", "file", "digest"]
FORMULA = re.compile(r"'*\s*[=+@\-＝＋－＠]")


@dataclass(eq=False)
class Row:
    """One student's submission to one assignment, and what became of it."""

    student: str
    assignment: str
    cells: list | None = None  # of the notebook that is graded
    status: str = NOT_GRADED
    remarks: list = field(default_factory=list)  # reasons to look
    notes: list = field(default_factory=list)  # told, too, but no reason to look
    points: dict = field(default_factory=dict)  # exercise -> [points or None, maximum]
    file: str = ""  # which file counts, within the folder
    digest: str = ""  # of its content
    seconds: float = 0.0
    cpu: float = 0.0

    def sums(self):
        """Return the points given, the maximum, and the points left for a human."""
        given = sum(points or 0 for points, _ in self.points.values())
        by_hand = sum(most for points, most in self.points.values() if points is None)
        return given, sum(most for _, most in self.points.values()), by_hand


def exercises_of(rows, courses):
    """Return the exercises of all assignments that the rows name, in order."""
    named = {row.assignment for row in rows}
    courses = [course for name, course in sorted(courses.items()) if name in named]
    return list(dict.fromkeys(e for course in courses for e in course.exercises.values()))


def table(rows, courses, comma=False):
    """Return the text of grades.csv: a line per row, a column per exercise.

    Parameters
    ----------
    rows : list of Row
    courses : dict of Course
    comma : bool
        Numbers with a decimal comma, columns separated by semicolons: what a spreadsheet expects
        in most of Europe.

    Returns
    -------
    str
    """
    exercises = exercises_of(rows, courses)
    lines = [[*HEAD, *map(column, exercises), *TAIL]]
    for row in rows:
        cells = {e: "" if p is None else number(p, comma) for e, (p, _) in row.points.items()}
        sums = [number(n, comma) for n in row.sums()] if row.points else [""] * 3
        words = [row.status, "; ".join(row.remarks + row.notes), row.file, row.digest]
        texts = [row.student, row.assignment, *words]
        student, assignment, *words = [safe(text) for text in texts]
        columns = (cells.get(exercise, "") for exercise in exercises)
        lines.append([student, assignment, *sums, *columns, *words])
    return written(lines, ";" if comma else ",")


def column(exercise):
    """Return the head of an exercise's column: "01.2" alone would become a number or a date."""
    return f"ex {exercise}"


def written(lines, delimiter=","):
    """Return lines as CSV, with the mark by which Excel knows UTF-8."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(lines)
    return "\ufeff" + text.getvalue()


def number(value, comma=False):
    """Return a number as text, such as "2.5"."""
    text = f"{value:.6g}"
    return text.replace(".", ",") if comma else text


def safe(text):
    """Return a text on one line that no spreadsheet takes for a formula, however it splits it."""
    text = " ".join(re.split(r"[\t\r\n\v\f\0]+", text.encode("utf-8", "replace").decode()))
    text = re.sub(r"([;,]\s*)([=+@-])", r"\1'\2", text)
    return f"'{text}" if FORMULA.match(text) else text


def read(raw, courses):
    """Read a table back, whatever spreadsheet has saved it.

    Parameters
    ----------
    raw : bytes
    courses : dict of Course

    Returns
    -------
    list of Row

    Raises
    ------
    ValueError
        If it is no such table, or points are no number between 0 and the exercise's maximum.
    """
    try:
        text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    text = re.sub(r"\A\ufeff?sep=.\r?\n", "", text)
    head = text.split("\n", 1)[0]
    lines = csv.DictReader(
        io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), restval=""
    )
    if not {"student", "assignment", *TAIL} <= set(lines.fieldnames or []):
        raise ValueError(f"it lacks some of the columns student, assignment, {', '.join(TAIL)}")
    rows = []
    for line in lines:
        texts = [line[name] or "" for name in ("student", "assignment", *TAIL)]
        texts = [text[1:] if text[:1] == "'" and FORMULA.match(text) else text for text in texts]
        student, assignment, status, remark, file, digest = texts
        row = Row(student, assignment, None, status, file=file, digest=digest)
        row.remarks = [remark] * bool(remark)
        if assignment in courses and status in (GRADED, LOOK, WAITING):
            for exercise, most in courses[assignment].most.items():
                if column(exercise) not in line:
                    raise ValueError(f"it lacks the column {column(exercise)}")
                where = f"row {student}, column {column(exercise)}"
                row.points[exercise] = [_points(line[column(exercise)], most, where), most]
        rows.append(row)
    return rows


def _points(text, most, where):
    text = (text or "").strip().replace(",", ".")
    try:
        points = float(text) if text else None
    except ValueError:
        raise ValueError(f"{where}: {text!r} is no number") from None
    if points is not None and not 0 <= points <= most:
        raise ValueError(f"{where}: {text} is not between 0 and {most:g}")
    return points


def moodle(rows):
    """Return a grading worksheet as Moodle takes it back, for the rows of one assignment.

    The number of a participant stands in the names of Moodle's folders. A grade is given only
    where no points are left for a human.
    """
    head = ["Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)"]
    lines = [[*head, "Feedback comments"]]
    for row in rows:
        found = re.fullmatch(r"(.*)_(\d+)", row.student)
        name, participant = found.groups() if found else (row.student, "")
        given, most, by_hand = row.sums()
        done = row.points and not by_hand
        parts = [
            f"{exercise}: {'to be given' if p is None else f'{p:g}'} of {m:g}"
            for exercise, (p, m) in row.points.items()
        ]
        grade, maximum = f"{given:g}" if done else "", f"{most:g}" if row.points else ""
        words = "; ".join(parts or [row.status, *row.remarks])
        who = f"Participant {participant}" if participant else ""
        lines.append([who, safe(name), grade, maximum, "", safe(words)])
    return written(lines)
