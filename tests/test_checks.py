"""The checks are checked: stub, reference, typical wrong answers and right ones of every exercise.

`tests/answers/exNN.py` holds for each exercise at least four typical wrong answers with a piece
of the message that each must get, and at least two right answers written in different ways.
"""

import contextlib
import importlib.util
import io
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from utils import checks
from utils.checks import NOT_ATTEMPTED, NOT_YET, PASSED, verdict

ROOT = Path(__file__).resolve().parents[1]
SOLUTIONS = sorted((ROOT / "solutions").glob("*/*.ipynb"))


def answers(number):
    path = ROOT / "tests" / "answers" / f"ex{number}.py"
    spec = importlib.util.spec_from_file_location(f"answers_{number}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def numbers():
    return sorted(p.stem[2:] for p in (ROOT / "tests" / "answers").glob("ex*.py"))


def exercises(path):
    """Return the ids that a source notebook checks, in order."""
    text = "\n".join(c.source for c in nbformat.read(path, 4).cells if c.cell_type == "code")
    return list(dict.fromkeys(re.findall(r'check\(\s*"(\d\d\.\d)"', text)))


def run(path):
    """Run a notebook's code cells in this process; return what its checks print, by exercise."""
    namespace, said = {"__name__": "__main__"}, io.StringIO()
    with contextlib.redirect_stdout(said):
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type == "code":
                exec(compile(cell.source, f"{path.name}:{cell.id}", "exec"), namespace)
    lines = re.findall(r"(?m)^. (\d\d\.\d) (passed|not yet|not attempted)", said.getvalue())
    return dict(lines)


def test_every_assignment_has_answers():
    assert [p.stem[:2] for p in SOLUTIONS] == numbers()


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda p: p.stem)
def test_assignment_has_four_to_six_exercises_with_answers_and_hints(path):
    known = exercises(path)
    module = answers(path.stem[:2])
    assert 4 <= len(known) <= 6
    assert set(known) == set(module.WRONG) == set(module.RIGHT)
    for id in known:
        assert len(module.WRONG[id]) >= 4, f"{id}: at least four typical wrong answers"
        assert len(module.RIGHT[id]) >= 2, f"{id}: at least two right answers"
        assert len(checks._find(id).hints) >= 1, f"{id}: at least one hint"


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda p: p.stem)
def test_reference_passes(path):
    said = run(path)
    assert said == dict.fromkeys(exercises(path), PASSED)


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda p: p.stem)
def test_stub_is_not_attempted(path):
    handed_out = ROOT / "notebooks" / "assignments" / path.stem / path.name
    said = run(handed_out)
    assert said == dict.fromkeys(exercises(path), NOT_ATTEMPTED)


def wrong_answers():
    for number in numbers():
        for id, cases in answers(number).WRONG.items():
            for k, (arguments, fragment) in enumerate(cases):
                yield pytest.param(id, arguments, fragment, id=f"{id}-wrong-{k}")


def right_answers():
    for number in numbers():
        for id, cases in answers(number).RIGHT.items():
            for k, arguments in enumerate(cases):
                yield pytest.param(id, arguments, id=f"{id}-right-{k}")


@pytest.mark.parametrize(("id", "arguments", "fragment"), list(wrong_answers()))
def test_wrong_answer_gets_its_message(id, arguments, fragment):
    result = verdict(id, *arguments)
    assert result.state == NOT_YET, result
    assert fragment in result.message


@pytest.mark.parametrize(("id", "arguments"), list(right_answers()))
def test_right_answer_passes(id, arguments):
    result = verdict(id, *arguments)
    assert result.state == PASSED, result


def raising(*arguments):
    raise ZeroDivisionError("division by zero")


NONSENSE = [None, "text", float("nan"), np.full(3, np.nan), {}, [], object(), raising, 1j, True]


@pytest.mark.parametrize("value", NONSENSE, ids=range(len(NONSENSE)))
@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda p: p.stem)
def test_nonsense_gets_a_message_never_a_traceback(path, value):
    module = answers(path.stem[:2])
    for id in exercises(path):
        arguments = module.RIGHT[id][0]
        for position in range(len(arguments)):
            mangled = [*arguments[:position], value, *arguments[position + 1 :]]
            result = verdict(id, *mangled)
            if result.state == NOT_YET:
                assert len(result.message) > 10, result


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda p: p.stem)
def test_nonsense_never_passes(path):
    module = answers(path.stem[:2])
    for id in exercises(path):
        for value in (None, "text", float("nan"), raising):
            result = verdict(id, *[value] * len(module.RIGHT[id][0]))
            assert result.state == NOT_YET, result


# The machinery, on an exercise of its own.


@pytest.fixture
def doubled(monkeypatch):
    """An exercise 99.1 that asks for a function doubling an array."""
    monkeypatch.setitem(checks._exercises, "99.1", None)
    monkeypatch.setattr(checks.importlib, "import_module", lambda name: None)

    @checks.exercise("99.1", "think of addition", "add it to itself")
    def test(function):
        result = checks.array(checks.call(function, np.ones(3)), (3,), name="the result")
        checks.close(result, 2 * np.ones(3), "the result is not twice the input")


def test_three_states(doubled, capsys):
    def stub(x):
        """Return twice x."""
        ...

    assert verdict("99.1", lambda x: 2 * x).state == PASSED
    assert verdict("99.1", stub).state == NOT_ATTEMPTED
    assert verdict("99.1", ...).state == NOT_ATTEMPTED
    assert verdict("99.1", lambda x: ...).state == NOT_ATTEMPTED
    assert "twice" in verdict("99.1", lambda x: 3 * x).message
    checks.check("99.1", lambda x: 2 * x)
    assert capsys.readouterr().out == "✓ 99.1 passed\n"
    checks.check("99.1", lambda x: 3 * x)
    assert capsys.readouterr().out.startswith("✗ 99.1 not yet, because the result is not twice")
    checks.check("99.1", stub)
    assert capsys.readouterr().out.startswith("– 99.1 not attempted: write")


def in_place(x):
    x += x
    return x


def forgets_return(x):
    y = 2 * x
    del y


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (3.0, "must be a function"),
        (forgets_return, "is there a `return` line"),
        (lambda x: 1 / 0, "raises ZeroDivisionError: division by zero"),
        (lambda: 1, "raises TypeError"),
        (lambda x: "six", "must be an array of numbers"),
        (lambda x: 2 * x[:2], "has shape (2,): it must have (3,)"),
        (lambda x: x * np.nan, "NaN or infinity"),
        (in_place, "changes the array"),
    ],
)
def test_a_wrong_kind_of_answer_is_named(doubled, answer, message):
    result = verdict("99.1", answer)
    assert result.state == NOT_YET
    assert message in result.message


def test_raises_only_while_nbgrader_works(doubled, monkeypatch):
    checks.check("99.1", ...)
    for mode in ("autograde", "validate"):
        monkeypatch.setenv("NBGRADER_EXECUTION", mode)
        with pytest.raises(AssertionError, match="not attempted"):
            checks.check("99.1", ...)
        checks.check("99.1", lambda x: x + x)


def test_hints_come_one_by_one(doubled, capsys):
    checks.hint("99.1")
    assert "hint 1 of 2: think of addition" in capsys.readouterr().out
    with pytest.raises(ValueError, match="hints 1 to 2, not 3"):
        checks.hint("99.1", 3)


@pytest.mark.parametrize("id", ["1.2", 1.2, "01.9", "77.1", None])
def test_unknown_exercise_is_named(id):
    with pytest.raises(ValueError, match="id|exercise"):
        checks.check(id, 1)


def test_number_and_array():
    assert checks.number(np.float32(2)) == 2
    assert checks.number([[3]]) == 3
    for bad in (None, "2", [1, 2], float("inf"), {}):
        with pytest.raises(checks.NotYet):
            checks.number(bad)
    assert checks.array([[1, 2]], (1, 2)).shape == (1, 2)
    for bad in (None, "x", [[1], [1, 2]], [np.inf, 0]):
        with pytest.raises(checks.NotYet):
            checks.array(bad, (2,))
