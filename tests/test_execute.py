"""`run.py execute`: outputs are stored clean, and the first broken notebook stops it."""

import nbformat
import pytest

from tools import execute


def write(path, *sources):
    cells = [nbformat.v4.new_code_cell(s, id=f"cell-{k}") for k, s in enumerate(sources)]
    cells.insert(0, nbformat.v4.new_markdown_cell("# Title", id="title"))
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


@pytest.fixture
def course(tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    monkeypatch.setattr(execute, "ROOT", tmp_path)
    return tmp_path / "notebooks"


def test_stores_outputs_without_traces_of_the_run(course, capsys):
    path = write(course / "01_a.ipynb", "print(6 * 7)")
    assert execute.main(["01_a"]) == 0
    notebook = nbformat.read(path, 4)
    assert notebook.cells[1].outputs[0].text == "42\n"
    assert notebook.cells[1].execution_count == 1
    assert notebook.cells[1].metadata == {}
    assert notebook.metadata.language_info == {"name": "python"}
    assert "01_a" in capsys.readouterr().out
    assert [p.name for p in course.iterdir()] == ["01_a.ipynb"]


def test_a_broken_notebook_is_named_and_left_as_it_was(course, capsys):
    path = write(course / "01_a.ipynb", "x = 1", "1 / 0", "print(x)")
    before = path.read_bytes()
    assert execute.main(["01_a"]) == 1
    said = capsys.readouterr().out
    assert "notebooks/01_a.ipynb, cell 3 (id cell-1, `1 / 0`): ZeroDivisionError" in said
    assert path.read_bytes() == before


def test_stops_at_the_first_broken_notebook(course, capsys):
    write(course / "index.ipynb", "1")
    write(course / "01_a.ipynb", "1 / 0")
    after = write(course / "02_b.ipynb", "print(1)")
    assert execute.main([]) == 1
    assert "02_b" not in capsys.readouterr().out
    assert nbformat.read(after, 4).cells[1].outputs == []


def test_a_hanging_cell_and_noise_are_named(course, capsys, monkeypatch):
    monkeypatch.setattr(execute, "CELL_TIMEOUT", 3)
    write(course / "01_a.ipynb", "while True:\n    pass")
    assert execute.main(["01_a"]) == 1
    assert "runs for over 3 s" in capsys.readouterr().out
    write(course / "01_a.ipynb", "import sys\nprint('noise', file=sys.stderr)")
    assert execute.main(["01_a"]) == 1
    assert "writes to stderr: noise" in capsys.readouterr().out


def test_unknown_lecture_is_named(course):
    write(course / "index.ipynb", "1")
    with pytest.raises(SystemExit, match="there is no lecture '99_x'; there are index"):
        execute.main(["99_x"])
