"""Checks of the exercises: passed / not yet, because ... / not attempted.

``check("01.2", answer)`` prints a verdict for the student. It raises only while nbgrader grades
or validates a notebook, so that an assignment runs from top to bottom as it is handed out. The
checks of lecture NN live in the module ``utils.checks.exNN``; each says what is wrong with an
answer (type, shape, sign, a factor of 2) and never what the answer is.
"""

import dis
import importlib
import os
import re
import warnings
from dataclasses import dataclass

import numpy as np

PASSED, NOT_YET, NOT_ATTEMPTED = "passed", "not yet", "not attempted"
_exercises = {}


@dataclass(frozen=True)
class Verdict:
    """What a check says: `state` is one of the three constants, `message` gives the reason."""

    id: str
    state: str
    message: str = ""

    def __str__(self):
        mark = {PASSED: "✓", NOT_YET: "✗", NOT_ATTEMPTED: "–"}[self.state]
        link = {PASSED: "", NOT_YET: ", because ", NOT_ATTEMPTED: ": "}[self.state]
        return f"{mark} {self.id} {self.state}{link}{self.message}"


class NotYet(Exception):
    """Raised inside a check: its text completes the sentence "not yet, because ..."."""


class NotAttempted(Exception):
    """Raised inside a check when the answer is still the stub."""


@dataclass(frozen=True)
class Exercise:
    """One exercise: its checking function and its hints, from gentle to strong."""

    id: str
    test: object
    hints: tuple


def exercise(id, *hints):
    """Register the decorated function as the check of exercise `id`.

    Parameters
    ----------
    id : str
        Number of the lecture and of the exercise, such as "01.2".
    *hints : str
        Hints on request, from gentle to strong; none of them is the answer.
    """

    def register(test):
        _exercises[id] = Exercise(id, test, hints)
        return test

    return register


def _find(id):
    if not isinstance(id, str) or not re.fullmatch(r"\d\d\.\d", id):
        raise ValueError(f'id must look like "01.2" (lecture.exercise), not {id!r}')
    try:
        importlib.import_module(f"utils.checks.ex{id[:2]}")
    except ModuleNotFoundError as missing:
        raise ValueError(f"lecture {id[:2]} has no exercises, so there is no {id!r}") from missing
    if id not in _exercises:
        known = ", ".join(sorted(k for k in _exercises if k.startswith(id[:3])))
        raise ValueError(f"there is no exercise {id!r}; lecture {id[:2]} has {known}")
    return _exercises[id]


def verdict(id, *answers):
    """Return the verdict on an answer, without printing or raising.

    Parameters
    ----------
    id : str
        Such as "01.2".
    *answers
        What the exercise asks for: numbers, arrays, functions, models.

    Returns
    -------
    Verdict
    """
    test = _find(id).test
    try:
        if any(is_stub(answer) for answer in answers):
            raise NotAttempted
        with warnings.catch_warnings():  # the Validate button takes a warning for a failure
            warnings.simplefilter("ignore")
            test(*answers)
    except NotYet as reason:
        return Verdict(id, NOT_YET, str(reason))
    except NotAttempted:
        return Verdict(id, NOT_ATTEMPTED, "write your answer in place of the three dots")
    return Verdict(id, PASSED)


def check(id, *answers):
    """Print the verdict on an answer; raise an AssertionError only while nbgrader works.

    Parameters
    ----------
    id : str
        Such as "01.2".
    *answers
        What the exercise asks for.

    Raises
    ------
    AssertionError
        If the verdict is not "passed" and nbgrader autogrades or validates the notebook.
    ValueError
        If there is no such exercise.
    """
    result = verdict(id, *answers)
    print(result)
    if result.state != PASSED and os.environ.get("NBGRADER_EXECUTION") in ("autograde", "validate"):
        raise AssertionError(str(result))


def hint(id, number=1):
    """Print a hint to an exercise.

    Parameters
    ----------
    id : str
        Such as "01.2".
    number : int
        1 for the gentlest; each next one says more.
    """
    hints = _find(id).hints
    if number not in range(1, len(hints) + 1):
        raise ValueError(f"{id} has hints 1 to {len(hints)}, not {number!r}")
    print(f"{id}, hint {number} of {len(hints)}: {hints[number - 1]}")


def is_stub(answer):
    """Whether an answer is still the stub: three dots, or a function that holds nothing else."""
    if answer is Ellipsis:
        return True
    if isinstance(answer, tuple | list):
        return len(answer) > 0 and all(a is Ellipsis for a in answer)
    code = getattr(answer, "__code__", None)
    if code is None:
        return False
    idle = {"RESUME", "NOP", "CACHE", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}
    steps = list(dis.get_instructions(code))
    constants = {s.argval for s in steps if s.opname in ("LOAD_CONST", "RETURN_CONST")}
    return all(s.opname in idle for s in steps) and constants <= {None, Ellipsis}


def require(condition, message):
    """Raise `NotYet` with this message unless the condition holds."""
    if not condition:
        raise NotYet(message)


def call(function, *args, name="your function"):
    """Call a student's function and return what it returns.

    Raises
    ------
    NotYet
        If `function` is not callable, raises an exception, or returns None.
    NotAttempted
        If it returns the three dots of the stub.
    """
    require(callable(function), f"{name} must be a function, and it is {kind(function)}")
    copies = [a.copy() if isinstance(a, np.ndarray) else a for a in args]
    try:
        result = function(*copies)
    except NotAttempted:
        raise
    except Exception as error:
        text = str(error).splitlines()[0] if str(error) else "no message"
        raise NotYet(f"{name} raises {type(error).__name__}: {text}") from error
    if result is Ellipsis or (isinstance(result, tuple) and any(r is Ellipsis for r in result)):
        raise NotAttempted
    require(result is not None, f"{name} returns None: is there a `return` line?")
    for before, after in zip(args, copies):
        if isinstance(before, np.ndarray):
            unchanged = np.array_equal(before, after, equal_nan=before.dtype.kind == "f")
            require(unchanged, f"{name} changes the array that it is given: work on a copy")
    return result


def number(value, name="your answer"):
    """Return a student's number as a float.

    Raises
    ------
    NotYet
        If `value` is not one finite real number.
    """
    require(value is not None, f"{name} is None: it must be a number")
    require(not isinstance(value, str), f"{name} is text: it must be a number, without quotes")
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError, OverflowError) as error:
        raise NotYet(f"{name} is {kind(value)}: it must be one number") from error
    require(array.size == 1, f"{name} has {array.size} elements: it must be one number")
    require(bool(np.isfinite(array).all()), f"{name} is {array.item()}: it must be finite")
    return array.item()


def array(value, shape=None, name="your answer", dtype=float):
    """Return a student's array with the given dtype.

    Parameters
    ----------
    value : array-like
    shape : tuple, optional
        Shape that it must have.
    name : str
        How messages call it.
    dtype : dtype

    Raises
    ------
    NotYet
        If it cannot be read as such an array, has another shape, or is not finite.
    """
    require(value is not None, f"{name} is None: it must be an array")
    try:
        result = np.asarray(value, dtype=float)
    except (TypeError, ValueError, OverflowError) as error:
        raise NotYet(f"{name} is {kind(value)}: it must be an array of numbers") from error
    if shape is not None:
        require(
            result.shape == tuple(shape),
            f"{name} has shape {result.shape}: it must have {tuple(shape)}",
        )
    require(bool(np.isfinite(result).all()), f"{name} contains NaN or infinity")
    return result.astype(dtype)


def close(value, target, message, rtol=1e-6, atol=1e-9):
    """Raise `NotYet` with this message unless `value` is close to `target`."""
    require(bool(np.allclose(value, target, rtol=rtol, atol=atol)), message)


def kind(value):
    """Return a short description of a value's type, for messages."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    if value is None:
        return "None"
    return f"of type {type(value).__name__}"
