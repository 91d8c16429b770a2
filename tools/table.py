"""The table of grades: what became of each submission."""

import csv
import io
from dataclasses import dataclass, field

GRADED, LOOK, NOT_GRADED, MISSING = "graded", "look", "not graded", "missing"


@dataclass
class Row:
    """One student's submission to one assignment, and what became of it."""

    student: str
    assignment: str
    cells: list | None = None  # of the notebook that is graded
    status: str = NOT_GRADED
    remarks: list = field(default_factory=list)
    points: dict = field(default_factory=dict)  # exercise -> [points or None, maximum]
    seconds: float = 0.0
    cpu: float = 0.0

    def sums(self):
        """Return the points by nbgrader, the maximum, and the points left for a human."""
        given = sum(points or 0 for points, _ in self.points.values())
        by_hand = sum(most for points, most in self.points.values() if points is None)
        return given, sum(most for _, most in self.points.values()), by_hand


def table(rows, courses):
    """Return the text of grades.csv: a line per row, a column per exercise.

    Parameters
    ----------
    rows : list of Row
    courses : dict
        The assignments by name, each with its `exercises`.

    Returns
    -------
    str
    """
    named = {row.assignment for row in rows}
    exercises = {
        exercise: None
        for name, course in sorted(courses.items())
        for exercise in course.exercises.values()
        if name in named
    }
    head = ["student", "assignment", "points", "max_points", "by_hand"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*head, *exercises, "status", "remark"])
    for row in rows:
        cells = {e: "" if p is None else f"{p:g}" for e, (p, _) in row.points.items()}
        sums = [f"{n:g}" for n in row.sums()] if row.points else [""] * 3
        who = [safe(row.student), safe(row.assignment), *sums]
        words = [row.status, safe("; ".join(row.remarks))]
        writer.writerow([*who, *(cells.get(e, "") for e in exercises), *words])
    return text.getvalue()


def safe(text):
    """Return a text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
