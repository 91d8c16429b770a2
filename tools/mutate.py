"""Do the tests notice? `python3 run.py mutate utils/plots.py tests/test_plots.py [--count 30]`.

Changes one operator, comparison, constant or return value of a module at random, runs the given
tests on a copy of the course, and lists the changes that no test noticed. A survivor is either
a hole in the tests or a change without effect: a person decides which.
"""

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OPERATORS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


def places(tree):
    """Return the nodes of a module that can be changed, without texts and annotations."""
    unused = set()
    for node in ast.walk(tree):
        for part in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if part is not None:
                unused.update(map(id, ast.walk(part)))
    return [node for node in ast.walk(tree) if id(node) not in unused and change(node, False)]


def change(node, really=True):
    """Change one node in place and return what was done, or return None."""
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign):
        new = OPERATORS.get(type(node.op))
        if new and really:
            node.op = new()
        return new and f"operator to {new.__name__}"
    if isinstance(node, ast.Compare):
        new = OPERATORS.get(type(node.ops[0]))
        if new and really:
            node.ops[0] = new()
        return new and f"comparison to {new.__name__}"
    if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
        value = not node.value if isinstance(node.value, bool) else node.value * 1.5 + 1
        value = int(value) if type(node.value) is int else value
        if really:
            node.value = value
        return f"constant to {value}"
    if isinstance(node, ast.Return) and node.value is not None:
        if really:
            node.value = ast.Constant(None)
        return "return None"
    return None


def mutants(source, count, seed):
    """Return up to `count` changed sources, each with its line and a description."""
    tree = ast.parse(source)
    numbers = range(len(places(tree)))
    chosen = random.Random(seed).sample(numbers, min(count, len(numbers)))
    for number in chosen:
        changed = copy.deepcopy(tree)
        node = places(changed)[number]
        what = change(node)
        yield node.lineno, what, ast.unparse(changed)


def main(arguments=None):
    """Mutate one module; return 0 if the tests notice at least 80 % of the changes."""
    parser = argparse.ArgumentParser(prog="run.py mutate", description=__doc__)
    parser.add_argument("module", help="such as utils/plots.py")
    parser.add_argument("tests", nargs="+", help="test files or pytest options")
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    options, more = parser.parse_known_args(arguments)
    source = (ROOT / options.module).read_text(encoding="utf-8")
    lines, survivors, total = source.splitlines(), 0, 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        ignore = shutil.ignore_patterns(".git", ".venv", "build", "__pycache__", "*.egg-info")
        place = Path(folder) / "course"
        shutil.copytree(ROOT, place, ignore=ignore)
        command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:xdist"]
        command += ["-o", "addopts=", *options.tests, *more]
        environment = {**os.environ, "PYTHONPATH": str(place), "PYTHONDONTWRITEBYTECODE": "1"}

        def passes():
            try:
                run = subprocess.run(
                    command, cwd=place, env=environment, capture_output=True, timeout=600
                )
            except subprocess.TimeoutExpired:
                return False
            return run.returncode == 0

        if not passes():
            print("the tests fail without any change")
            return 2
        for line, what, text in mutants(source, options.count, options.seed):
            (place / options.module).write_text(text, encoding="utf-8")
            total += 1
            if passes():
                survivors += 1
                print(f"not noticed: line {line}, {what}: {lines[line - 1].strip()}", flush=True)
    print(f"{total - survivors} of {total} changes of {options.module} are noticed")
    return int(total - survivors < 0.8 * total)


if __name__ == "__main__":
    sys.exit(main())
