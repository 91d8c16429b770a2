"""Makes submissions: to small assignments of its own, or many to one of the course's.

`PYTHONPATH=. python3 tests/handed_in.py 01_perceptron FOLDER --count 200` writes as many
submissions of one assignment, drawn from the right and wrong answers in tests/answers.
"""

import argparse
import ast
import json
import random
import re
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import assignments

SECRET = "assert mean([5.0, 6.0]) == 5.5"
MEAN = "def mean(values):\n    return sum(values) / len(values)"
ROOT = "root = numbers[1] ** 0.5"
REST = {"root": ROOT, "why": "Because it does, like this: é."}
GOOD = {"mean": MEAN, **REST}


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
            cell("inputs", "import numpy as np\nnumbers = [1.0, 2.0, 4.0]", locked=True),
            cell("mean", f"def mean(values):\n{answer}", solution=True),
            cell("mean-test", f"{test}\n{hidden}", grade=True, locked=True, points=2),
            cell("root", f"root = ...  # replace the dots\n{root}", solution=True),
            cell("root-test", ROOT_TEST, grade=True, locked=True, points=1),
            cell("why", why, type="markdown", grade=True, solution=True, points=3),
        ]
    )


ROOT_TEST = "assert np.allclose(root**2, 2)"
MEAN_TEST = "print('seen')\nassert abs(mean(numbers) - 7 / 3) < 1e-9  # check('90.1', mean)"


def sources(folder):
    """Write a folder like solutions/, with two assignments of the same cell ids."""
    for name, test in (
        ("90_means", MEAN_TEST),
        ("91_other", "assert mean(numbers) > 0, 'the other assignment'"),
    ):
        (folder / name).mkdir(parents=True)
        nbformat.write(assignment(name[:2], test), folder / name / f"{name}.ipynb")
    return folder


def answered(source, answers, without=(), added=(), at_end=()):
    """A student's notebook: some sources replaced, some cells deleted or added."""
    notebook = assignments.build(source)
    for found in notebook.cells:
        found.source = answers.get(found.id, found.source)
    notebook.cells[3:3] = [new_code_cell(text) for text in added]
    notebook.cells += [new_code_cell(text) for text in at_end]
    notebook.cells = [found for found in notebook.cells if found.id not in without]
    return notebook


def drawn(source, answers, rng):
    """A student's notebook whose answers are drawn from a module in tests/answers.

    The module's text stands in the first cell, so that an answer may be any object in it.
    """
    notebook = assignments.build(source)
    scope = {}
    exec(compile(answers, "answers", "exec"), scope)
    kinds, text = {"RIGHT": scope["RIGHT"], "WRONG": scope["WRONG"]}, None
    for cell, test in zip(notebook.cells, notebook.cells[1:]):
        called = re.search(r"check\((.*)\)", test.source)
        if not called or not cell.metadata.get("nbgrader", {}).get("solution"):
            continue
        id, *names = [ast.unparse(node) for node in ast.parse(f"f({called[1]})").body[0].value.args]
        kind = "RIGHT" if rng.random() < 0.7 else "WRONG"
        of = kinds[kind].get(ast.literal_eval(id), ())
        if of and rng.random() < 0.9:  # else it stays the stub
            k = rng.randrange(len(of))
            answer = f"{kind}[{id}][{k}]" + "[0]" * (kind == "WRONG")
            cell.source = text = f"({', '.join(names)},) = {answer}"
    if text:
        notebook.cells.insert(1, new_code_cell(answers))
    return notebook


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assignment")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=200)
    options = parser.parse_args()
    answers = Path(__file__).with_name("answers") / f"ex{options.assignment[:2]}.py"
    options.folder.mkdir(parents=True, exist_ok=True)
    for k in range(options.count):
        source = assignments.sources()[options.assignment]
        notebook = drawn(source, answers.read_text(encoding="utf-8"), random.Random(k))
        path = options.folder / f"student-{k:03d}_{options.assignment}.ipynb"
        path.write_text(json.dumps(notebook), encoding="utf-8")


if __name__ == "__main__":
    main()
