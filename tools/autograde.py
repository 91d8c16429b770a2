"""Grade one submission by nbgrader, in a process of its own: called by `tools.grade`."""

import json
import logging
import os
import re
import shutil
import sys
from pathlib import Path

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearHiddenTests, Execute
from nbgrader.utils import is_grade

from tools import assignments

STUDENT = "student"  # nbgrader never sees the real name, which may hold any character
HIDDEN = "BEGIN HIDDEN TESTS"
MARK = "[hidden tests]"  # printed where they begin, so that feedback can end there
ENDED, STUCK, SILENT = "PythonEnded", "CellTimeoutError", "NotRun"
REASONS = {  # by the name of the error in the cell's output
    SILENT: "did not run, or could not print",
    ENDED: "ends Python itself (os._exit, a crash, or too much memory): left out",
    STUCK: "was stopped: it ran longer than {timeout} s",
}


class CarefulExecute(Execute):
    """nbgrader's executor, except that a cell that kills Python costs no more than its points.

    nbgrader gives up a whole submission when the kernel dies or cannot be interrupted. Exercises
    do not build on each other, so the notebook is run again without that cell.
    """

    def preprocess(self, nb, resources):
        sources = [cell.source for cell in nb.cells]
        tests = [cell for cell in nb.cells if is_grade(cell) and cell.cell_type == "code"]
        begin, mark = f"(?m)^( *)#+ *{HIDDEN}", rf"\1print('{MARK}')\n\g<0>"
        for cell in tests:
            cell.source = re.sub(begin, mark, cell.source)
        marked = [cell for cell in tests if MARK in cell.source]
        self._run(nb, resources)
        for cell, source in zip(nb.cells, sources):
            cell.source = source
        for cell in tests:  # nbgrader takes a warning for a failed test ...
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
        for cell in marked:  # ... and silence for a passed one
            if not any(o.output_type == "error" or MARK in o.get("text", "") for o in cell.outputs):
                cell.outputs.append(nbformat.v4.new_output("error", ename=SILENT, evalue=""))
        return nb, resources

    def _run(self, nb, resources):
        left_out = {None}
        self.current = None
        while True:
            try:
                return super().preprocess(nb, resources)
            except (DeadKernelError, CellTimeoutError) as error:
                if self.current in left_out:
                    raise
                left_out.add(self.current)
                name = STUCK if isinstance(error, CellTimeoutError) else ENDED
                nb.cells[self.current].source = f"raise type({name!r}, (Exception,), {{}})()"

    def preprocess_cell(self, cell, resources, index):
        self.current = index
        return super().preprocess_cell(cell, resources, index)


def grade(folder, name, timeout, environment):
    """Grade the submission that lies in a course folder made for it alone.

    Writes ``result.json`` (points per graded cell, remarks, CPU seconds) and ``feedback.html``
    into the folder, and what nbgrader reports into ``log.txt``.

    Parameters
    ----------
    folder : str
        Holds gradebook.db, source/ and submitted/.
    name : str
        The assignment.
    timeout : int
        Seconds per cell.
    environment : dict
        Environment variables of the student's Python.
    """
    log = os.open(os.path.join(folder, "log.txt"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.update(environment)
    os.chdir(folder)
    logging.basicConfig(level=logging.ERROR)
    logging.getLogger("traitlets").setLevel(logging.ERROR)
    config = assignments.configuration()
    del config["CourseDirectory"]
    config.Execute.timeout = timeout
    # A new course: nbgrader's own directory names, and its gradebook in this folder.
    course = CourseDirectory(root=folder, assignment_id=name, student_id=STUDENT, config=config)
    grader = Autograde(coursedir=course, config=config)
    grader.autograde_preprocessors = [
        CarefulExecute if step is Execute else step for step in grader.autograde_preprocessors
    ]
    grader.start()
    graded = Path(folder, "autograded", STUDENT, name, f"{name}.ipynb")
    notebook = nbformat.read(graded, as_version=4)
    with Gradebook(course.db_url) as book:
        grades = book.find_submission_notebook(name, name, STUDENT).grades
        points = {g.name: [g.auto_score, g.max_score] for g in grades}
    remarks = complaints(notebook, timeout)
    graded.chmod(0o644)
    nbformat.write(redact(notebook, remarks), graded)
    GenerateFeedback(coursedir=course, config=config).start()
    shutil.copy(Path(folder, "feedback", STUDENT, name, f"{name}.html"), "feedback.html")
    times = os.times()  # the kernels have ended: they count as children
    cpu = times.user + times.system + times.children_user + times.children_system
    result = {"points": points, "remarks": remarks, "cpu": cpu}
    Path("result.json").write_text(json.dumps(result), encoding="utf-8")


def complaints(notebook, timeout):
    """Say in plain words which cells did not run to their end; a failed test is no news."""
    remarks = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type != "error":
                continue
            where = cell.metadata.get("nbgrader", {}).get("grade_id", cell.id)
            if output.ename in REASONS:
                remarks.append(f"the cell {where} {REASONS[output.ename].format(timeout=timeout)}")
            elif not is_grade(cell):
                remarks.append(f"the cell {where} raises {output.ename}")
    return remarks


def redact(notebook, remarks=()):
    """Take hidden tests, and whatever shows them, out of a graded notebook.

    Parameters
    ----------
    notebook : NotebookNode
        It is changed in place.
    remarks : sequence of str
        Told to the student at the top.

    Returns
    -------
    NotebookNode
    """
    hidden = [cell for cell in notebook.cells if HIDDEN in cell.source]
    secrets = {_bare(line) for cell in hidden for line in _hidden(cell.source)}
    for cell in hidden:
        cell.outputs = list(_visible(cell.outputs))
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if any(secret in _bare(json.dumps(output, ensure_ascii=False)) for secret in secrets):
                output.clear()
                output.update(output_type="stream", name="stdout", text="(not shown)")
    notebook, _ = ClearHiddenTests().preprocess(notebook, {})
    if remarks:
        text = "**Remarks**\n\n" + "\n".join(f"- {remark}" for remark in remarks)
        notebook.cells.insert(0, nbformat.v4.new_markdown_cell(text, id="remarks"))
    return notebook


def _hidden(source):
    region = re.findall(rf"(?s){HIDDEN}.*?\n(.*?)(?:END HIDDEN TESTS|$)", source)
    lines = {line.strip() for text in region for line in text.splitlines()}
    return {line for line in lines if len(line) >= assignments.TELLING}


def _bare(text):
    """A text without spaces, quotes and backslashes: `In` shows cells as quoted strings."""
    return re.sub(r"""[\s'"\\]""", "", text)


def _visible(outputs):
    """The outputs of a test cell up to where its hidden tests begin."""
    beyond, printed = False, ""
    for output in outputs:
        if output.output_type == "error":
            if beyond:
                output.ename, output.evalue = "NotPassed", "a further test of this exercise fails"
            output.traceback = [f"{output.ename}: {output.evalue}"]  # the rest shows source lines
            if not output.evalue or output.evalue not in printed:  # a check prints its verdict, too
                yield output
        elif not beyond:
            if output.output_type == "stream":
                output.text, found, _ = output.text.partition(MARK)
                beyond = bool(found)
                printed += output.text
            yield output


if __name__ == "__main__":
    sys.exit("call python3 run.py grade FOLDER")
