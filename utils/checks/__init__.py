"""Checks of the exercises: passed / not yet, because ... / not attempted.

``check("01.2", answer)`` prints a verdict for the student. It raises only while nbgrader grades
or validates a notebook, so that an assignment runs from top to bottom as it is handed out. The
checks of lecture NN live in the module ``utils.checks.exNN``; each says what is wrong with an
answer (type, shape, sign, a factor of 2) and never what the answer is. They are tables of right
and wrong results for ``utils.checks.compare``; a hidden test calls the same check with ``inputs``
of its own. Modules of checks hold nothing but checks and inputs: what the right result is made of
is local to its check, so that no import is an answer.
"""

import dis
import importlib
import inspect
import json
import os
import re
import warnings
from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import platformdirs

from utils import runtime
from utils.checks.attempt import Inputs, NotAttempted, NotYet, hidden, said

PASSED, NOT_YET, NOT_ATTEMPTED = "passed", "not yet", "not attempted"
Exercise = namedtuple("Exercise", ("test", "hints"))
_exercises = {}
_seen = {}  # the state of each exercise at its last visible check in this kernel


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
        _exercises[id] = Exercise(test, hints)
        return test

    return register


def _find(id):
    if not isinstance(id, str) or not re.fullmatch(r"\d\d\.\d", id):
        raise ValueError(f'id must look like "01.2" (lecture.exercise), not {id!r}')
    try:
        known = _known(id[:2])
    except ValueError as missing:
        raise ValueError(f"{missing}, so there is no {id!r}") from None
    if id not in _exercises:
        raise ValueError(f"there is no exercise {id!r}; lecture {id[:2]} has {', '.join(known)}")
    return _exercises[id]


def _known(lecture):
    """Return the ids of a lecture's exercises, in order."""
    try:
        importlib.import_module(f"utils.checks.ex{lecture}")
    except ModuleNotFoundError as missing:
        raise ValueError(f"lecture {lecture} has no exercises") from missing
    return sorted(id for id in _exercises if id.startswith(f"{lecture}."))


def verdict(id, *answers, inputs=None):
    """Return the verdict on an answer, without printing or raising, whatever the answer is.

    Parameters
    ----------
    id : str
        Such as "01.2".
    *answers
        What the exercise asks for: numbers, arrays, functions, models.
    inputs : list of tuple, or dict, optional
        For hidden tests: inputs to try the function with in place of the check's own; where an
        exercise asks for several functions, a dict of such lists by the name of the function.
        A failure then says which input it was.

    Returns
    -------
    Verdict

    Raises
    ------
    ValueError
        If there is no such exercise, or no function of the name that `inputs` gives.
    """
    test = _find(id).test
    brought = None
    if inputs is not None:
        brought = Inputs(dict(inputs) if isinstance(inputs, dict) else {None: list(inputs)})
    token = hidden.set(brought)
    try:
        result = _judged(id, test, answers)
    finally:
        hidden.reset(token)
    if brought and result.state == NOT_YET and brought.last:
        return Verdict(id, NOT_YET, f"{result.message} (tried with {brought.last})")
    if brought and result.state == PASSED and brought.cases:
        raise ValueError(f"{id} tries no function of the name {', '.join(map(str, brought.cases))}")
    return result


def _judged(id, test, answers):
    wanted = inspect.signature(test)
    try:
        if any(is_stub(answer) for answer in answers):
            raise NotAttempted
        try:
            wanted.bind(*answers)
        except TypeError:
            names = ", ".join(wanted.parameters)
            raise NotYet(f"the check takes {names}, and it got {len(answers)} answers") from None
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # the Validate button takes a warning for a failure
            test(*answers)
    except NotYet as reason:
        return Verdict(id, NOT_YET, str(reason))
    except NotAttempted:
        return Verdict(id, NOT_ATTEMPTED, "write your answer in place of the three dots")
    except BaseException as error:  # whatever a strange object does when it is looked at
        kinds = " and ".join(f"of type {type(answer).__name__}" for answer in answers)
        return Verdict(id, NOT_YET, f"an answer {kinds} cannot be read: {said(error)}")
    return Verdict(id, PASSED)


def check(id, *answers, inputs=None):
    """Print the verdict on an answer; raise an AssertionError only while nbgrader works.

    Parameters
    ----------
    id, *answers, inputs
        As in `verdict`.

    Raises
    ------
    AssertionError
        If the verdict is not "passed" and nbgrader autogrades or validates the notebook.
    ValueError
        If there is no such exercise.
    """
    result = verdict(id, *answers, inputs=inputs)
    print(result)
    if inputs is None:
        _seen[id] = result.state
        if result.state == PASSED and not runtime.is_static():
            _remember(id)
    if result.state != PASSED and os.environ.get("NBGRADER_EXECUTION") in ("autograde", "validate"):
        failed = AssertionError(str(result))
        failed._render_traceback_ = lambda: [str(result)]  # Validate shows this, and no frames
        raise failed


def tally(lecture):
    """Print how many exercises of an assignment have passed since the kernel was started.

    Parameters
    ----------
    lecture : str
        Its number, such as "01".

    Raises
    ------
    ValueError
        If there is no such assignment.
    """
    if not isinstance(lecture, str) or not re.fullmatch(r"\d\d", lecture):
        raise ValueError(f'lecture must look like "01", not {lecture!r}')
    known = _known(lecture)
    states = {id: _seen.get(id, NOT_ATTEMPTED) for id in known}
    line = f"Assignment {lecture}: {[*states.values()].count(PASSED)} of {len(known)} passed"
    for state in (NOT_YET, NOT_ATTEMPTED):
        ids = [id for id in known if states[id] == state]
        line += f"; {state}: {', '.join(ids)}" if ids else ""
    print(line)


def _diary():
    """Return the file that keeps which exercises have passed on this computer."""
    folder = platformdirs.user_data_path("neural-networks-for-physicists", appauthor=False)
    return folder / "passed.json"


def _passed():
    try:
        found = json.loads(_diary().read_text())
        return {id for id in found if re.fullmatch(r"\d\d\.\d", id)}
    except (OSError, ValueError, TypeError):
        return set()  # none yet, or nothing that can be read: it is a convenience, no record


def _remember(id):
    fresh = _diary().with_name(f"passed.json.{os.getpid()}")
    try:
        fresh.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps(sorted(_passed() | {id})))
        fresh.replace(_diary())
    except OSError:
        pass  # a full or read-only disk must not spoil a check


def progress():
    """Return, for each assignment begun on this computer, how many of its exercises passed."""
    passed, lines = _passed(), []
    for lecture in sorted({id[:2] for id in passed}):
        try:
            known = _known(lecture)
        except ValueError:
            continue
        lines.append(f"Assignment {lecture}: {len(passed & {*known})} of {len(known)} passed")
    return "\n".join(lines) or "No exercise has passed on this computer yet."


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
