"""One attempt at an exercise: calls of the student's functions, and why it is "not yet" right."""

import contextvars
from dataclasses import dataclass

import numpy as np


class NotYet(Exception):
    """Raised inside a check: its text completes the sentence "not yet, because ..."."""


class NotAttempted(Exception):
    """Raised inside a check when the answer is still the stub."""


@dataclass
class Inputs:
    """Inputs that a hidden test brings, by the name of the function, and the last ones tried."""

    cases: dict
    last: str = ""


hidden = contextvars.ContextVar("hidden", default=None)


def require(condition, message):
    """Raise `NotYet` with this message unless the condition holds."""
    if not condition:
        raise NotYet(message)


def kind(value):
    """Return what a value is, for messages: "None", "a list of 3 things", "a generator"."""
    if value is None or value is Ellipsis:
        return "None" if value is None else "three dots"
    if type(value) is np.ndarray:
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    name = type(value).__name__
    article = "an" if name[:1].lower() in set("aeiou") else "a"
    count = f" of {len(value)} things" if type(value) in (tuple, list, dict, set) else ""
    return "text" if type(value) is str else f"{article} {name}{count}"


def said(error):
    """Return the type and the first line of an exception, whatever its own text does."""
    try:
        lines = str(error).encode("utf-8", "replace").decode().splitlines()
    except BaseException:
        lines = []
    return f"{type(error).__name__}: {(lines or ['no message'])[0][:200]}"


def inputs_of(name, cases):
    """Return the inputs to try a function with: those of the hidden test, if there is one."""
    brought = hidden.get()
    if not brought:
        return cases
    return brought.cases.pop(name, None) or brought.cases.pop(None, ())


def note(inputs, labels=None):
    """Remember which inputs of a hidden test are being judged: a failure names them."""
    if not hidden.get():
        return
    texts = (
        np.array2string(i, precision=4, threshold=30)
        if isinstance(i, np.ndarray)
        else str(getattr(i, "__name__", i))
        for i in inputs
    )
    labelled = (f"{k} = {text}" for k, text in zip(labels or range(len(inputs)), texts))
    hidden.get().last = " ".join(", ".join(labelled).split())[:400]


def call(function, *args, name="your function"):
    """Call a student's function with copies of the arrays and return what it returns.

    Raises
    ------
    NotYet
        If `function` is not callable, raises an exception (also SystemExit), returns None or
        changes an array that it is given.
    NotAttempted
        If it returns the three dots of the stub.
    """
    require(callable(function), f"{name} must be a function, and it is {kind(function)}")
    note(args)
    copies = [a.copy() if isinstance(a, np.ndarray) else a for a in args]
    try:
        with np.errstate(all="ignore"):
            result = function(*copies)
    except (NotAttempted, NotYet):  # the function may be a check's own, which calls the student's
        raise
    except BaseException as error:
        raise NotYet(f"{name} raises {said(error)}") from error
    if result is Ellipsis or (type(result) is tuple and any(r is Ellipsis for r in result)):
        raise NotAttempted
    require(result is not None, f"{name} returns None: is there a `return` line?")
    for before, after in zip(args, copies):
        if isinstance(before, np.ndarray):
            unchanged = np.array_equal(before, after, equal_nan=before.dtype.kind == "f")
            require(unchanged, f"{name} changes the array that it is given: work on a copy")
    return result
