"""The checks are checked: stub, reference, typical wrong answers and right ones of every exercise.

`tests/answers/exNN.py` holds for each exercise at least four typical wrong answers with a piece
of the message that each must get, and at least two right answers written in different ways.
"""

import ast
import contextlib
import importlib.util
import io
import itertools
import re
from fractions import Fraction
from pathlib import Path

import nbformat
import numpy as np
import pytest

from utils import checks
from utils.checks import NOT_ATTEMPTED, NOT_YET, PASSED, compare, models, verdict

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
    handed_out = ROOT / "notebooks" / "assignments" / path.parent.name / path.name
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


def check_cells():
    """Return the check cell of each exercise, hidden test and all, and the names of the answers."""
    cells = {}
    for path in SOLUTIONS:
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type == "code" and "BEGIN HIDDEN TESTS" in cell.source:
                call = ast.parse(cell.source).body[0].value
                id, *names = (a.value if isinstance(a, ast.Constant) else a.id for a in call.args)
                cells[id] = cell.source, names
    return cells


def hidden_test(id, arguments):
    """Run a check cell as the grader does, in a namespace with the answers and little else.

    A student may rebind every other name by doing what the text says.
    """
    source, names = check_cells()[id]
    assert len(names) == len(arguments)
    namespace = {"checks": checks, "np": np, **dict(zip(names, arguments))}
    exec(compile(source, id, "exec"), namespace)
    made = set(namespace) - {"__builtins__", "checks", "np", *names}
    assert not [name for name in made if name[0] != "_"], "names of hidden tests begin with _"


@pytest.mark.parametrize(("id", "arguments"), list(right_answers()))
def test_what_the_check_passes_the_grader_passes(id, arguments, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    hidden_test(id, arguments)


@pytest.mark.parametrize(
    ("id", "wrong_for_others"),
    [
        ("04.2", lambda right: lambda E, T: right(E, T) if E.shape != (4, 2) else (0 * E, 0 * T)),
        ("07.5", lambda right: lambda o, a, b: right(o, a, b)[: 9 if len(o) == 12 else 1]),
        ("08.3", lambda right: lambda *inputs: [v * (inputs[3] != 3) for v in right(*inputs)]),
        ("09.4", lambda right: lambda *inputs: [v + (inputs[3] == 0.2) for v in right(*inputs)]),
    ],
)
def test_a_hidden_test_tells_which_input_it_used(id, wrong_for_others, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    first, *others = answers(id[:2]).RIGHT[id][0]
    assert verdict(id, wrong_for_others(first), *others).state == PASSED
    with pytest.raises(AssertionError, match="tried with"):
        hidden_test(id, (wrong_for_others(first), *others))


def test_07_6_the_prediction_is_what_simulated_galaxies_show():
    (path,) = (p for p in SOLUTIONS if p.stem.startswith("07"))
    measure = answers("07").ratio_svd
    cells = {cell.id: cell.source for cell in nbformat.read(path, 4).cells}
    namespace = {}
    exec(cells["imports"] + "\n" + cells["seeing-inputs"], namespace)
    sets = (namespace["light"](namespace[name]) for name in ("galaxies", "blurred"))
    before, after = (np.array([measure(light) for light in lights]) for lights in sets)
    change = np.array(
        [
            np.median(after[c]) - np.median(before[c])
            for c in namespace["labels"] == np.arange(7)[:, None]
        ]
    )
    assert namespace["CLASS_NAMES"][6] == "Edge-on with Bulge"
    assert change[6] > max(0.08, 1.3 * np.abs(change[:6]).max())
    assert abs(change[1]) < 0.02  # round galaxies stay round: equal eigenvalues stay equal


def raising(*arguments):
    raise ZeroDivisionError("division by zero")


def leaving(*arguments):
    raise SystemExit


class Hostile:
    """An object that raises, with something that is no Exception, whatever is asked of it."""

    def refuse(self, *arguments):
        raise KeyboardInterrupt

    __eq__ = __array__ = __len__ = __iter__ = __call__ = __float__ = __bool__ = refuse
    __getitem__ = __getattr__ = __repr__ = __str__ = refuse
    __hash__ = None


class Speechless(Exception):
    def __str__(self):
        raise RuntimeError("no words")


def mute(*arguments):
    raise Speechless


class Endless:
    """A sequence that never ends."""

    def __len__(self):
        return 10**12

    def __getitem__(self, index):
        return 1.0


def circle():
    ring = [1.0]
    ring.append(ring)
    return ring


ODD = {
    "None": None,
    "text": "text",
    "number in quotes": "0.5",
    "list of texts": ["1", "2"],
    "bytes": b"1",
    "nan": float("nan"),
    "array of nan": np.full(3, np.nan),
    "object array": np.array([None, 1.0, "x"], dtype=object),
    "dict": {},
    "set": {1, 2},
    "empty list": [],
    "empty array": np.zeros((0, 3)),
    "ragged": [[1.0], [1.0, 2.0]],
    "ragged pair": ([1.0, [2.0]], [[3.0], 4.0]),
    "circle": circle(),
    "object": object(),
    "hostile": Hostile(),
    "list of hostile": [Hostile(), Hostile()],
    "endless": Endless(),
    "range": range(10**12),
    "generator": (k for k in itertools.count()),
    "huge": 10**400,
    "list of huge": [10**400, 1],
    "infinite": -np.inf,
    "complex": 1 + 1j,
    "complex array": np.array([1 + 1j, 2]),
    "bool": True,
    "date": np.datetime64("2025-01-01"),
    "record": np.zeros(2, dtype=[("a", float)]),
    "module": np,
    "class": int,
    "lambda without arguments": lambda: 1,
    "raising": raising,
    "leaving": leaving,
    "mute": mute,
    "surrogate": "\ud800",
}


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda p: p.stem)
@pytest.mark.parametrize("name", ODD)
def test_odd_answers_get_a_message_never_a_traceback(path, name):
    """As a value, and as what a function returns."""
    module, value = answers(path.stem[:2]), ODD[name]
    for id in exercises(path):
        arguments = module.RIGHT[id][0]
        for position in range(len(arguments)):
            odd = [value, lambda *_: value] if callable(arguments[position]) else [value]
            for answer in odd:
                mangled = [*arguments[:position], answer, *arguments[position + 1 :]]
                result = verdict(id, *mangled)
                assert result.state != PASSED or name == "bool", result
                if result.state == NOT_YET:
                    assert len(result.message) > 10, result
                    assert "cannot be read" not in result.message or "hostile" in name, result
                    str(result).encode()


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda p: p.stem)
def test_too_few_and_too_many_answers(path):
    module = answers(path.stem[:2])
    for id in exercises(path):
        arguments = module.RIGHT[id][0]
        for some in (arguments[1:], [*arguments, 1]):
            result = verdict(id, *some)
            assert result.state == NOT_YET and "the check takes" in result.message


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda p: p.stem)
def test_nonsense_never_passes(path):
    module = answers(path.stem[:2])
    for id in exercises(path):
        for value in (None, "text", float("nan"), raising):
            result = verdict(id, *[value] * len(module.RIGHT[id][0]))
            assert result.state == NOT_YET, result


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda p: p.stem)
def test_nothing_in_a_module_of_checks_is_an_answer(path):
    """References are local to the checks: no import of a private name is worth a point."""
    number = path.stem[:2]
    module, known = importlib.import_module(f"utils.checks.ex{number}"), answers(number).RIGHT
    candidates = [value for key, value in vars(module).items() if not key.startswith("__")]
    for id, (arguments, *_) in known.items():
        for candidate in candidates:
            for position in range(len(arguments)):
                mangled = [*arguments[:position], candidate, *arguments[position + 1 :]]
                assert verdict(id, *mangled).state != PASSED, (id, candidate)
            if isinstance(candidate, tuple | list):
                assert verdict(id, *candidate).state != PASSED, (id, candidate)


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda p: p.stem)
def test_a_module_of_checks_defines_checks_and_inputs_only(path):
    module = importlib.import_module(f"utils.checks.ex{path.stem[:2]}")
    registered = [e.test for e in checks._exercises.values()]
    own = [v for v in vars(module).values() if getattr(v, "__module__", "") == module.__name__]
    assert [v.__name__ for v in own if v not in registered] == []


# The machinery, on an exercise of its own.


@pytest.fixture
def doubled(monkeypatch):
    """An exercise 99.1 that asks for a function doubling an array."""
    monkeypatch.setitem(checks._exercises, "99.1", None)
    monkeypatch.setattr(checks.importlib, "import_module", lambda name: None)

    @checks.exercise("99.1", "think of addition", "add it to itself")
    def test(function):
        result = compare.array(compare.call(function, np.ones(3)), (3,), name="the result")
        compare.compare("it", result, 2 * np.ones(3), [(None, "the result is not twice the input")])


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


def test_what_counts_as_a_stub():
    def documented(x):
        """Return x."""

    for stub in (..., (..., ...), [...], lambda x: ..., lambda x: None, documented):
        assert checks.is_stub(stub) is True
    for answer in ((), [], (1, ...), None, 0, lambda x: x, lambda x: 0, len, "..."):
        assert checks.is_stub(answer) is False


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


@pytest.mark.parametrize(
    ("id", "message"),
    [
        ("1.2", "must look like"),
        (1.2, "must look like"),
        (None, "must look like"),
        ("01.9", "there is no exercise '01.9'; lecture 01 has 01.1, 01.2, 01.3, 01.4, 01.5, 01.6$"),
        ("77.1", "lecture 77 has no exercises, so there is no '77.1'"),
    ],
)
def test_unknown_exercise_is_named(id, message):
    with pytest.raises(ValueError, match=message):
        checks.check(id, 1)


def test_number_and_array():
    assert compare.number(np.float32(2)) == 2
    assert compare.number([[3]]) == 3
    assert compare.number(Fraction(1, 4)) == 0.25
    assert compare.number(2 + 0j) == 2
    for bad in (None, "2", [1, 2], float("inf"), {}, 1j, [None]):
        with pytest.raises(compare.NotYet):
            compare.number(bad)
    assert compare.array([[1, 2]], (1, 2)).shape == (1, 2)
    assert compare.array([np.float32(1), Fraction(1, 2)], (2,)).tolist() == [1, 0.5]
    assert compare.array(list(range(1000)), (1000,))[-1] == 999
    for bad in (None, "x", ["1", "2"], [[1], [1, 2]], [np.inf, 0], [1, 2, 3]):
        with pytest.raises(compare.NotYet):
            compare.array(bad, (2,))


def test_tensors_are_read_one_by_one_and_in_lists():
    tf = pytest.importorskip("tensorflow")
    for form in (tf.constant, tf.Variable, lambda v: [tf.constant(row) for row in v]):
        value = form([[1.0, 2.0], [3.0, 4.0]])
        assert compare.array(value, (2, 2)).tolist() == [[1, 2], [3, 4]]
    first, second = compare.things(tf.constant([[1.0], [2.0]]), ("a", "b"))
    assert (compare.number(first), compare.number(second)) == (1, 2)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        (..., "three dots"),
        ("x", "text"),
        ([1, 2], "a list of 2 things"),
        (1, "an int"),
        (np.zeros(2), "an array of shape (2,) and dtype float64"),
        ((k for k in ()), "a generator"),
    ],
)
def test_kind(value, text):
    assert compare.kind(value) == text


def test_things():
    assert compare.things((1, None), "ab") == [1, None]
    assert compare.things(np.eye(3), "abc")[1].tolist() == [0, 1, 0]
    with pytest.raises(compare.NotYet, match="and it is an array of shape"):
        compare.things(np.ones(3), "abc", depth=1)
    with pytest.raises(compare.NotYet, match=r"be a pair \(a, b\), and it is a list of 3 things"):
        compare.things([1, 2, 3], "ab")
    with pytest.raises(compare.NotYet, match=r"f must return 3 things \(a, b, c\), and"):
        compare.things(1.0, "abc", "f", "return")


@pytest.mark.parametrize("size", [1e-3, 1, 1e3])
def test_the_tolerance_fits_float32_and_nothing_coarser(size):
    right = size * np.array([1.0, 0.25, -0.5])
    assert compare.same(np.float32(right), right)
    assert compare.same(right + 1e-5 * size, right)
    assert not compare.same(right + 1e-3 * size, right)
    assert not compare.same(right[:2], right) and not compare.same(right[:, None], right)


def test_infinity_agrees_with_itself_only():
    assert compare.same([np.inf, 1], [np.inf, 1])
    for other in (-np.inf, np.nan, 1e300):
        assert not compare.same([other, 1], [np.inf, 1])
    assert not compare.same([np.inf, 1], [1, 1])


def refused(name, value, right, mistakes=(), **tolerances):
    with pytest.raises(compare.NotYet) as reason:
        compare.compare(name, value, right, mistakes, **tolerances)
    return str(reason.value)


def test_compare_names_the_first_row_that_fits():
    rows = [
        (-2, "sign"),
        (lambda v: v > 10, lambda v: f"{v:g} is large"),
        (False, "never"),
        (4, None),
        (1, "half"),
        (None, "... is another"),
    ]
    assert compare.compare("v", [2], 2, rows) == 2
    assert compare.compare("v", 4, 2, rows) == 4
    assert refused("v", -2, 2, rows) == "sign"
    assert refused("v", -2, 2, rows[1:]) == "v has the wrong sign"
    assert refused("v", 30, 2, rows) == "30 is large"
    assert refused("v", 1, 2, rows) == "half"
    assert refused("v", 5, 2, rows) == "v is another"
    assert refused("v", 1, 2, [(1, "... is half, and so on ...")]) == "v is half, and so on ..."
    assert refused("v", [1, 2], 2, rows) == "v has 2 elements: it must be one number"
    assert refused("v", np.nan, 2, rows) == "v is nan: it must be finite"
    assert refused("v", 3, 2) == "v is too large" and refused("v", 1, 2) == "v is too small"
    assert refused("v", 3, 2, [(True, "at once")]) == "at once"
    assert refused("v", 2.2, 2, rtol=0, atol=0.1) and refused("v", 2.2, 2, rtol=0.05, atol=0)
    compare.compare("v", 2.2, 2, rtol=0, atol=0.3)
    compare.compare("v", 2.2, 2, rtol=0.15, atol=0)


def test_compare_arrays():
    right = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    rows = [(right.T, "turned"), (compare.Shape((..., 1)), "column"), (lambda v: v.min() < 0, "<")]
    compare.compare("v", right.tolist(), right, rows)
    assert refused("v", right.T, right, rows) == "turned"
    assert refused("v", np.ones((7, 1)), right, rows) == "column"
    assert refused("v", np.ones((1, 7)), right, rows) == "v has shape (1, 7): it must have (3, 2)"
    assert refused("v", right, right + 1, [(compare.Shape((3, 2)), "never")]) == "v is wrong"
    assert refused("v", -right, right, rows) == "<"
    assert refused("v", right * np.nan, right, rows) == "v contains NaN or infinity"
    assert refused("v", right + 1, right, rows) == "v is wrong"


def scaled(x, a):
    """The table of an exercise that asks for a x; in the case a = 2 two mistakes look alike."""
    return a * x, [(x + a, "sum"), (x**a, "power"), (None, f"wrong for a = {a}")]


CASES = [(np.array([2.0]), 2), (np.array([2.0]), 3), (np.array([3.0, 4.0]), 2)]


def tried(function, table=scaled, cases=CASES, **more):
    try:
        compare.compare_function("scale", function, table, cases, **more)
    except compare.NotYet as reason:
        return str(reason)


def test_a_mistake_is_named_only_if_it_explains_all_results():
    assert tried(lambda x, a: x * a) is None
    assert tried(lambda x, a: (x * a).tolist()) is None
    assert tried(lambda x, a: x + a) == "sum"
    assert tried(lambda x, a: x**a) == "power"
    assert tried(lambda x, a: x**a if a == 3 else x + a) == "wrong for a = 3"
    assert tried(lambda x, a: 7 * x) == "wrong for a = 2"
    assert tried(lambda x, a: x[0]) == "the result of scale has shape (): it must have (1,)"
    assert tried(lambda x, a: x[0], what="y") == "y has shape (): it must have (1,)"
    assert tried(lambda x, a: 7 * x if len(x) == 1 else 1 / 0) == "wrong for a = 2"
    assert "raises ZeroDivisionError" in tried(lambda x, a: x * a if len(x) == 1 else 1 / 0)
    assert tried(lambda x, a: 1.1 * x * a, rtol=0.2) is None
    gap = [(np.array([np.nan, 1.0]), 2)]
    assert tried(lambda x, a: x * a, cases=gap) is None
    assert "changes the array" in tried(in_place, lambda x: scaled(x, 2), [(np.array([1, 2]),)])


def test_parts_are_judged_one_by_one():
    def table(x):
        rows = [((2 * x, x), "swapped"), ("a", 9 * x, "... is nine"), ((None, 4 * x), "twice")]
        return (x, 2 * x), [*rows, ((x, 7 * x), "seven"), ("b", None, lambda a, b: f"... {b:g}")]

    def said(function):
        return tried(function, table, [(1.0,), (3.0,)], parts=("a", "b"))

    assert said(lambda x: (x, 2 * x)) is None
    assert said(lambda x: np.array([x, 2 * x])) is None
    assert said(lambda x: (2 * x, x)) == "swapped"
    assert said(lambda x: (9 * x, 2 * x)) == "the a of scale is nine"
    assert said(lambda x: (-x, 2 * x)) == "the a of scale has the wrong sign"
    assert said(lambda x: (x, 4 * x)) == "twice"
    assert said(lambda x: (x, -2 * x)) == "the b of scale has the wrong sign"
    assert said(lambda x: (x, 7 * x)) == "seven"
    assert said(lambda x: (x, 3 * x)) == "the b of scale 3"
    assert said(lambda x: (0, 2 * x)) == "the a of scale is too small"
    assert said(lambda x: x) == "scale must return the pair (a, b), and it returns a float"


def test_usual_mistakes_need_no_row():
    right = np.array([[1.0, 2.0, 4.0], [8.0, 16.0, 0.5]])
    for wrong, message in (
        (-right, "v has the wrong sign"),
        (100 * right, "v is in per cent: use fractions of 1"),
        (1 / right, "v is upside down: divide the other way round"),
        (right.T, "v is transposed: its shape must be (2, 3)"),
        (right + 1, "v is wrong"),
    ):
        assert refused("v", wrong, right) == message
    assert refused("v", 0, np.inf) == "v is too small", "1 / inf is nothing upside down"
    assert refused("v", [np.nan, 1], [0, 1]) == "v contains NaN or infinity"
    assert tried(lambda x, a: -a * x) == "the result of scale has the wrong sign"


def test_word_and_words():
    assert compare.word(" Up ", ("up", "down")) == "up"
    assert compare.words(["b", "A"], "ABC") == {"A", "B"}
    assert compare.words((), "ABC") == set()
    for bad, message in ((1, "w must be text in quotes, and it is an int"), ("left", "not 'left'")):
        with pytest.raises(compare.NotYet, match=message):
            compare.word(bad, ("up", "down"), "w")
        with pytest.raises(
            compare.NotYet, match=f"each part of {message}" if bad == 1 else message
        ):
            compare.words({bad}, ("up", "down"), "w")
    with pytest.raises(
        compare.NotYet, match="w must be a tuple of words in quotes, and it is text"
    ):
        compare.words("up", ("up", "down"), "w")


def test_answers_of_models():
    class Doubling:
        def predict(self, x, verbose=1):
            assert verbose == 0
            return 2 * x

    x = np.ones((3, 1))
    for model in (Doubling(), lambda x: 2 * x):
        assert models.answers(model, x, (3, 1)).tolist() == [[2], [2], [2]]
        with pytest.raises(compare.NotYet, match=r"what net returns has shape \(3, 1\)"):
            models.answers(model, x, (3,), "net")
    with pytest.raises(compare.NotYet, match="net must be a Keras model, and it is None"):
        models.answers(None, x, name="net")


def test_what_is_a_keras_model():
    keras = pytest.importorskip("keras")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    models.is_keras(model, takes=(4,), returns=(2,))
    for shapes, message in (
        (((3,), (2,)), r"m takes \(4,\) for each image: it must be \(3,\)"),
        (((4,), (1,)), r"m returns \(2,\) for each image: it must be \(1,\)"),
    ):
        with pytest.raises(compare.NotYet, match=message):
            models.is_keras(model, "m", *shapes)
    bare = keras.Sequential([keras.layers.Dense(2)])
    models.is_keras(bare)
    with pytest.raises(compare.NotYet, match="m has no input shape"):
        models.is_keras(bare, "m", (4,), (2,))
    with pytest.raises(compare.NotYet, match="m must be a Keras model, and it is a list"):
        models.is_keras([model], "m")


@pytest.fixture
def product(monkeypatch):
    """An exercise 99.2 that asks for a function and a number."""
    monkeypatch.setitem(checks._exercises, "99.2", None)
    monkeypatch.setattr(checks.importlib, "import_module", lambda name: None)

    @checks.exercise("99.2")
    def test(function, two):
        compare.compare_function("scale", function, scaled, CASES)
        compare.compare_function("scale", function, lambda x, a: (0 * x, []), [(np.ones(2), 0)])
        compare.compare("two", two, 2)


def test_hidden_inputs_are_judged_alike_and_named(product):
    def small(x, a):
        return x * a if x.max() < 5 else 0 * x

    inputs = [(np.array([1.0]), 2), (np.array([6.0, 7.0]), 0.5)]
    assert verdict("99.2", small, 2).state == PASSED
    assert verdict("99.2", lambda x, a: x * a, 2, inputs=inputs).state == PASSED
    assert verdict("99.2", lambda x, a: x * a, 2, inputs={"scale": inputs}).state == PASSED
    for given in (inputs, {"scale": inputs}):
        result = verdict("99.2", small, 2, inputs=given)
        assert result.message == "wrong for a = 0.5 (tried with x = [6. 7.], a = 0.5)"
    result = verdict("99.2", lambda x, a: 1 / (x * a - 3), 2, inputs=inputs)
    assert "tried with" in result.message
    with pytest.raises(ValueError, match="no function of the name scal"):
        verdict("99.2", small, 2, inputs={"scal": inputs})
    assert "tried" not in verdict("99.2", small, 3).message
    with pytest.raises(AssertionError, match="tried with"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("NBGRADER_EXECUTION", "autograde")
            checks.check("99.2", small, 2, inputs=inputs)


def test_a_stub_stays_a_stub_with_hidden_inputs(product):
    assert verdict("99.2", ..., 2, inputs=CASES).state == NOT_ATTEMPTED
    assert verdict("99.2", lambda x, a: ..., 2, inputs=CASES).state == NOT_ATTEMPTED


def test_an_unforeseen_exception_becomes_a_message(product):
    result = verdict("99.2", lambda x, a: x * a, Hostile())
    assert result.state == NOT_YET
    assert result.message.endswith("of type Hostile cannot be read: KeyboardInterrupt: no message")
    assert verdict("99.2", mute, 2).message == "scale raises Speechless: no message"
    assert verdict("99.2", leaving, 2).message == "scale raises SystemExit: no message"
    assert verdict("99.2").message == "the check takes function, two, and it got 0 answers"


def test_the_tally_remembers_the_last_visible_check(product, monkeypatch, capsys):
    monkeypatch.setitem(checks._exercises, "99.1", None)
    monkeypatch.setitem(checks._exercises, "99.3", None)
    checks.exercise("99.1")(lambda answer: compare.compare("it", answer, 1))
    checks.exercise("99.3")(lambda answer: compare.compare("it", answer, 3))
    monkeypatch.setattr(checks, "_seen", {})

    def told():
        capsys.readouterr()
        checks.tally("99")
        return capsys.readouterr().out

    assert told() == "Assignment 99: 0 of 3 passed; not attempted: 99.1, 99.2, 99.3\n"
    checks.check("99.2", lambda x, a: x * a, 2)
    checks.check("99.3", 4)
    checks.check("99.1", ...)
    assert told() == "Assignment 99: 1 of 3 passed; not yet: 99.3; not attempted: 99.1\n"
    checks.check("99.3", 3)
    checks.check("99.1", 1)
    checks.check("99.2", lambda x, a: 0 * x, 2, inputs=CASES)  # a hidden test is not counted
    assert told() == "Assignment 99: 3 of 3 passed\n"
    checks.check("99.1", 2)
    assert told() == "Assignment 99: 2 of 3 passed; not yet: 99.1\n"
    for wrong in ("9", 99, "99.1", None):
        with pytest.raises(ValueError, match="lecture must look like"):
            checks.tally(wrong)


@pytest.fixture
def diary(monkeypatch, tmp_path):
    monkeypatch.setattr(checks, "_diary", lambda: tmp_path / "deep" / "passed.json")
    monkeypatch.delenv("COURSE_STATIC", raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    return tmp_path / "deep" / "passed.json"


def test_what_passed_is_kept_on_this_computer(diary, product, monkeypatch):
    nothing = "No exercise has passed on this computer yet."
    assert checks.progress() == nothing
    checks.check("99.2", lambda x, a: 0 * x, 2)
    assert checks.progress() == nothing and not diary.exists()
    checks.check("99.2", lambda x, a: x * a, 2)
    assert checks.progress() == "Assignment 99: 1 of 1 passed"
    checks.check("99.2", lambda x, a: 0 * x, 2)
    assert checks.progress() == "Assignment 99: 1 of 1 passed", "once passed is passed"
    assert [p.name for p in diary.parent.iterdir()] == ["passed.json"]
    diary.write_text('["99.2", "x", "98.1"]')
    assert "Assignment 99: 1 of 1 passed" in checks.progress().splitlines()
    for broken in ("", "[", "7", '{"a": 1}', "[5]"):
        diary.write_text(broken)
        assert checks.progress() == nothing


@pytest.mark.parametrize("variable", ["COURSE_STATIC", "NBGRADER_EXECUTION"])
def test_tests_and_grading_keep_no_diary(diary, product, monkeypatch, variable):
    monkeypatch.setenv(variable, "1")
    checks.check("99.2", lambda x, a: x * a, 2)
    assert not diary.exists()


def test_a_diary_that_cannot_be_written_spoils_no_check(diary, product):
    diary.parent.write_text("a file where the folder should be")
    checks.check("99.2", lambda x, a: x * a, 2)
    assert checks.progress().startswith("No exercise")


def test_the_tally_of_an_assignment_that_is_not_there():
    with pytest.raises(ValueError, match="^lecture 77 has no exercises$"):
        checks.tally("77")


def test_validate_shows_the_message_and_no_frames(monkeypatch):
    """What Validate prints is the traceback that the kernel sends."""
    from IPython.core.interactiveshell import InteractiveShell

    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    shell, shown = InteractiveShell(), []
    monkeypatch.setattr(shell, "_showtraceback", lambda kind, value, lines: shown.extend(lines))
    shell.run_cell("from utils import checks\nchecks.check('01.1', lambda *inputs: 1)")
    assert len(shown) == 1 and shown[0].startswith("✗ 01.1 not yet, because ")


def test_warnings_of_an_answer_are_not_shown(product, recwarn):
    assert verdict("99.2", lambda x, a: x * a + 0 * np.log(x * 0 - 1), 2).state == NOT_YET
    assert not recwarn.list
