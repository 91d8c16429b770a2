"""The students' notebooks: built from their sources, without drift, without a leak."""

import ast
import json
import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.utils import is_grade, is_solution

from tools import assignments

SOURCES = assignments.sources()
STUB = assignments.configuration().ClearSolutions.code_stub["python"]
NOTEBOOKS = sorted(
    path
    for path in (assignments.ROOT / "notebooks").rglob("*.ipynb")
    if ".ipynb_checkpoints" not in path.parts
)


def marked(id, source, new=new_code_cell, **mark):
    flags = {"grade": False, "locked": False, "solution": False, "task": False}
    mark = {"schema_version": 3, "grade_id": id} | flags | mark
    return new(source, id=id, metadata={"nbgrader": mark, "collapsed": True})


ANSWER = """def double(x):
    \"\"\"Return twice x.\"\"\"
    ### BEGIN SOLUTION
    twice_as_much = 2 * x
    return twice_as_much
    ### END SOLUTION"""
VALUE = """a, b = ..., ...  # replace the dots
### BEGIN SOLUTION
a, b = 17.25, 18.25
### END SOLUTION"""
TEST = """assert double(2) == 4
### BEGIN HIDDEN TESTS
assert double(-3.5) == -7.0
### END HIDDEN TESTS"""
WHY = "### BEGIN SOLUTION\nBecause two is the double of one.\n### END SOLUTION"


@pytest.fixture
def source(tmp_path):
    """The path of a small source notebook."""
    path = tmp_path / "solutions" / "90_small" / "90_small.ipynb"
    path.parent.mkdir(parents=True)
    cells = [
        marked("double", ANSWER, solution=True),
        marked("double-test", TEST, grade=True, locked=True, points=1),
        marked("value", VALUE, solution=True),
        marked("whole", "c = 123456789", solution=True),
        marked("why", WHY, new_markdown_cell, grade=True, solution=True, points=2),
    ]
    cells[0].outputs = [nbformat.v4.new_output("stream", text="twice_as_much = 2 * x")]
    cells[0].execution_count = 7
    nbformat.write(new_notebook(cells=cells, metadata={"kernel": "mine"}), path)
    return path


def test_answers_become_stubs_and_hidden_tests_go(source):
    cells = {cell.id: cell for cell in assignments.build(source).cells}
    assert cells["double"].source == 'def double(x):\n    """Return twice x."""\n    ...'
    assert cells["double"].outputs == [] and cells["double"].execution_count is None
    assert cells["double-test"].source == "assert double(2) == 4"
    assert cells["double-test"].metadata.editable is False
    assert cells["value"].source == "a, b = ..., ...  # replace the dots"
    assert cells["whole"].source == STUB
    assert cells["why"].source == "*Your answer here.*"


def test_the_file_is_the_same_each_time(source):
    texts = {assignments.render(assignments.build(source)) for _ in range(2)}
    (text,) = texts
    content = json.loads(text)
    assert content["metadata"] == assignments.METADATA
    assert text.endswith("}\n") and not text.endswith("\n\n")
    assert all("collapsed" not in cell["metadata"] for cell in content["cells"])


def test_hidden_regions(source):
    assert assignments.hidden_regions(nbformat.read(source, 4)) == [
        {"twice_as_much = 2 * x", "return twice_as_much"},
        {"assert double(-3.5) == -7.0"},
        {"a, b = 17.25, 18.25"},
        {"c = 123456789"},
        {"Because two is the double of one."},
    ]


@pytest.mark.parametrize("place", ["source", "output", "metadata"])
def test_a_leak_is_found_wherever_it_is(source, place):
    notebook = assignments.build(source)
    hidden = set().union(*assignments.hidden_regions(nbformat.read(source, 4)))
    assert assignments.leaks(notebook, hidden) == []
    secret = "first\n  return twice_as_much\n"
    if place == "source":
        notebook.cells.append(new_code_cell(secret))
    elif place == "output":
        data = {"text/plain": secret.splitlines(keepends=True)}
        notebook.cells[0].outputs = [nbformat.v4.new_output("display_data", data)]
    else:
        notebook.metadata["note"] = {"deep": [secret]}
    assert assignments.leaks(notebook, hidden) == ["return twice_as_much"]


def run(source, *arguments):
    """Call the command on a small course; return its status and the student's file."""
    released = source.parents[2] / "notebooks"
    status = assignments.main(list(arguments), source.parents[1], released)
    return status, released / "90_small" / "90_small.ipynb"


def test_command_builds_and_checks(source, capsys):
    status, path = run(source, "--check")
    assert status == 1 and not path.exists()
    assert f"differs: {path}" in capsys.readouterr().out
    status, path = run(source)
    assert status == 0 and "written" in capsys.readouterr().out
    first = path.read_bytes()
    assert run(source)[0] == run(source, "--check")[0] == 0
    assert path.read_bytes() == first and os_files(path) == [path.name]
    path.write_bytes(first.replace(b"Your answer", b"Your idea"))
    assert run(source, "--check")[0] == 1
    assert str(path) in capsys.readouterr().out


def os_files(path):
    return sorted(found.name for found in path.parent.iterdir())


def test_answers_are_never_overwritten(source, capsys):
    _, path = run(source)
    notebook = nbformat.read(path, 4)
    notebook.cells[0].source = "def double(x):\n    return x + x"
    nbformat.write(notebook, path)
    before = path.read_bytes()
    assert run(source)[0] == 1 and path.read_bytes() == before
    assert "holds an answer (cell double)" in capsys.readouterr().out
    path.write_text("damaged")
    assert run(source)[0] == 1 and path.read_text() == "damaged"
    assert run(source, "--force")[0] == 0 and "return x + x" not in path.read_text()


def test_outputs_alone_are_no_answer(source):
    _, path = run(source)
    notebook = nbformat.read(path, 4)
    notebook.cells[0].outputs = [nbformat.v4.new_output("stream", text="ran")]
    nbformat.write(notebook, path)
    assert run(source)[0] == 0 and "ran" not in path.read_text()


def test_a_file_without_source_is_named(source, capsys):
    _, path = run(source)
    stray = path.parents[1] / "91_gone" / "91_gone.ipynb"
    stray.parent.mkdir()
    stray.write_text("{}")
    assert run(source, "--check")[0] == 1
    assert "91_gone" in capsys.readouterr().out


@pytest.mark.parametrize(
    "broken, message",
    [
        (ANSWER.replace("    ### END SOLUTION", ""), "no end solution statement"),
        (ANSWER.replace("### END SOLUTION", "### BEGIN SOLUTION"), "nested"),
    ],
)
def test_a_broken_source_is_named_and_writes_nothing(source, capsys, broken, message):
    notebook = nbformat.read(source, 4)
    notebook.cells[0].source = broken
    nbformat.write(notebook, source)
    status, path = run(source)
    text = capsys.readouterr().out
    assert status == 1 and not path.exists()
    assert message in text and str(source) in text


def test_unreadable_source(source, capsys):
    source.write_text("{")
    assert run(source)[0] == 1
    assert f"FAILED: {source}" in capsys.readouterr().out


# From here on: the course's own assignments, whichever exist.
each_source = pytest.mark.parametrize("name", SOURCES)


@each_source
def test_no_drift(name):
    path = assignments.RELEASED / name / SOURCES[name].name
    text = assignments.render(assignments.build(SOURCES[name]))
    assert path.exists(), "python3 run.py assignments builds it"
    assert path.read_text(encoding="utf-8") == text, "python3 run.py assignments renews it"


def test_every_released_file_has_a_source():
    released = {(p.parent.name, p.name) for p in assignments.RELEASED.glob("*/*.ipynb")}
    assert released <= {(name, source.name) for name, source in SOURCES.items()}


def test_an_assignment_is_told_from_its_lecture_by_its_name(tmp_path):
    lectures = {path.name for path in (assignments.ROOT / "notebooks").glob("*.ipynb")}
    assert not lectures & {source.name for source in SOURCES.values()}
    for file in ("01_a/01_a_assignment.ipynb", "02_b/02_b.ipynb", "03_c/03_other.ipynb"):
        (tmp_path / file).parent.mkdir()
        (tmp_path / file).touch()
    assert set(assignments.sources(tmp_path)) == {"01_a", "02_b"}, "the old name is known, too"


@each_source
def test_students_notebook(name):
    """Stubs everywhere, valid Python, cells with ids and points, nothing hidden, no output."""
    source = nbformat.read(SOURCES[name], as_version=4)
    notebook = assignments.build(SOURCES[name])
    nbformat.validate(notebook)
    assert [cell.id for cell in notebook.cells] == [cell.id for cell in source.cells]
    for before, cell in zip(source.cells, notebook.cells):
        assert not re.search("BEGIN|END (SOLUTION|HIDDEN)", cell.source), cell.id
        if cell.cell_type == "code":
            ast.parse(cell.source)
            assert cell.outputs == [] and cell.execution_count is None
        if is_solution(cell):
            assert cell.source != before.source, f"{cell.id} holds no solution region"
            if cell.cell_type == "code":
                assert STUB in cell.source, f"{cell.id}: no three dots are left for the student"
        if is_grade(cell):
            assert cell.metadata.nbgrader.points > 0, cell.id
        assert "nbgrader" in cell.metadata, f"{cell.id} is neither locked nor an answer"


@each_source
def test_an_assignment_ends_with_its_tally(name):
    last = nbformat.read(SOURCES[name], as_version=4).cells[-1]
    assert last.source == f'checks.tally("{name[:2]}")' and last.metadata.nbgrader.locked


@each_source
def test_hidden_tests_and_points(name):
    source = nbformat.read(SOURCES[name], as_version=4)
    tests = [cell for cell in source.cells if is_grade(cell) and not is_solution(cell)]
    assert len(tests) >= 3, "four to six exercises, of which one is an open question"
    for cell in tests:
        assert "checks.check(" in cell.source, f"{cell.id} has no visible check"
        assert "BEGIN HIDDEN TESTS" in cell.source, f"{cell.id} has no hidden tests"


@each_source
def test_no_solution_in_notebooks(name):
    """In its own notebook no line of an answer may stand, elsewhere not most of an answer.

    Lectures teach what assignments ask for again in another form, so that lines such as
    ``for _ in range(epochs):`` occur in both; three quarters of an answer must not.
    """
    regions = assignments.hidden_regions(nbformat.read(SOURCES[name], as_version=4))
    own = json.loads(assignments.render(assignments.build(SOURCES[name])))
    assert assignments.leaks(own, set().union(*regions)) == []
    for path in NOTEBOOKS:
        content = json.loads(path.read_text(encoding="utf-8"))
        for region in regions:
            shown = assignments.leaks(content, region)
            assert 4 * len(shown) < 3 * len(region), f"{path.name} shows {shown}"
