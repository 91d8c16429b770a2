"""A function that lecture 08 teaches has one other definition, in the benchmark or in utils."""

import ast
from pathlib import Path

import nbformat
import pytest

from utils.training import one_cycle

ROOT = Path(__file__).resolve().parents[1]
LECTURES = ROOT / "notebooks"
MODULES = {  # module: functions that lecture 08 defines
    "tools/bench.py": (
        "documented_convnet",
        "fast_convnet",
        "random_shift",
        "train_fast",
        "predict",
    ),
    "utils/training.py": ("one_cycle",),
}
TAUGHT = [(module, name) for module, names in MODULES.items() for name in names]


def definitions(source):
    """Return the code of each function of a module by name, without comments and docstrings."""
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            if ast.get_docstring(node) is not None:
                node.body = node.body[1:]
            found[node.name] = ast.unparse(node)
    return found


def lecture_definitions(name):
    cells = nbformat.read(LECTURES / f"{name}.ipynb", as_version=4).cells
    return definitions("\n".join(c.source for c in cells if c.cell_type == "code"))


@pytest.fixture(scope="module")
def taught():
    return lecture_definitions("08_mnist")


@pytest.fixture(scope="module")
def modules():
    return {m: definitions((ROOT / m).read_text(encoding="utf-8")) for m in MODULES}


@pytest.mark.parametrize(("module", "name"), TAUGHT)
def test_taught_function_is_the_one_used_elsewhere(taught, modules, module, name):
    assert taught[name] == modules[module][name]


def test_nothing_else_is_defined_twice(taught, modules):
    for module, found in modules.items():
        assert set(taught) & set(found) == set(MODULES[module])
    assert set(modules["utils/training.py"]) <= set(taught), "utils holds what a lecture teaches"


@pytest.mark.parametrize("path", sorted(LECTURES.glob("[0-9][0-9]_*.ipynb")), ids=lambda p: p.stem)
def test_a_taught_function_is_imported_in_other_lectures(path, modules):
    if path.stem != "08_mnist":
        again = set(modules["utils/training.py"]) & set(lecture_definitions(path.stem))
        assert not again, f"import these from utils.training: {again}"


def test_one_cycle_rises_to_its_peak_in_a_quarter_of_the_steps_and_falls_to_zero():
    rate = [float(one_cycle(100, 0.02)(step)) for step in (0, 10, 25, 50, 75, 100)]
    # from a tenth in a straight line, then half a cosine: 3/4, 1/4 of the peak at thirds of the way
    assert rate == pytest.approx([0.002, 0.0092, 0.02, 0.015, 0.005, 0], rel=1e-5, abs=1e-9)
    assert float(one_cycle(40)(10)) == pytest.approx(0.01)
