"""A function that lecture 08 teaches has one definition, there and in the benchmark."""

import ast
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
LECTURE = ROOT / "notebooks" / "08_mnist.ipynb"
BENCHMARK = ROOT / "utils" / "manage" / "bench.py"
TAUGHT = (
    "documented_convnet",
    "fast_convnet",
    "random_shift",
    "one_cycle",
    "train_fast",
    "predict",
)


def definitions(source):
    """Return the code of each function of a module by name, without comments and docstrings."""
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            if ast.get_docstring(node) is not None:
                node.body = node.body[1:]
            found[node.name] = ast.unparse(node)
    return found


@pytest.fixture(scope="module")
def lecture():
    cells = nbformat.read(LECTURE, as_version=4).cells
    return definitions("\n".join(c.source for c in cells if c.cell_type == "code"))


@pytest.fixture(scope="module")
def benchmark():
    return definitions(BENCHMARK.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", TAUGHT)
def test_taught_function_is_the_measured_one(lecture, benchmark, name):
    assert lecture[name] == benchmark[name]


def test_nothing_else_is_defined_twice(lecture, benchmark):
    assert set(lecture) & set(benchmark) == set(TAUGHT)
