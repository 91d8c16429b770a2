"""The one place that reads an answer and compares it with the right one and with mistakes.

The checks of the exercises are tables for `compare` (a value) and `compare_function` (a function):
the right result, and rows (wrong result, message) for typical mistakes. Visible checks and
nbgrader's hidden tests read and compare alike; a hidden test only brings other inputs.
"""

import inspect
from dataclasses import dataclass

import numpy as np

from utils.checks.attempt import NotAttempted, NotYet, call, inputs_of, kind, note, require

RTOL = 2e-5  # of the largest element: float32 is good to a few 1e-6, typical mistakes to no 1e-3
ATOL = 1e-7
USUAL = (  # mistakes that are named without a row
    (lambda right: -right, "has the wrong sign"),
    (lambda right: 100 * right, "is in per cent: use fractions of 1"),
    (lambda right: 1 / right if right.all() and np.isfinite(right).all() else right,
     "is upside down: divide the other way round"),
    (lambda right: right.T, "is transposed: its shape must be {}"),
)  # fmt: skip
LONGEST = 10**6  # a list or range beyond this is no answer, and reading it could take for ever


class Shape(tuple):
    """In a table: any result of this shape, if it is wrong; ``Shape((..., 1))`` is any column."""


def not_finite(found):
    """In a table: a result that is, or contains, NaN or infinity."""
    return not np.isfinite(found).all()


def read(value, name="your answer", wanted="an array of numbers"):
    """Return numbers, lists, tensors, fractions ... as an array of float64, NaN and all.

    Raises
    ------
    NotYet
        If `value` holds anything but real numbers, or rows of different lengths.
    """
    complaint = f"{name} is {kind(value)}: it must be {wanted}"
    try:
        large = not hasattr(value, "__array__") and hasattr(value, "__len__")
        require(not large or len(value) <= LONGEST, complaint)
        raw = np.asarray(value)
        parts = raw.ravel().tolist() if raw.dtype.kind == "O" else []
        text = raw.dtype.kind in "SU" or any(isinstance(p, str | bytes) for p in parts)
        require(not text, f"{name} is text: it must be {wanted}, without quotes")
        require(raw.dtype.kind in "biufcO" and not any(p is None for p in parts), complaint)
        if raw.dtype.kind == "c":
            require(not np.any(raw.imag), f"{name} is complex: it must be {wanted}")
            raw = raw.real
        return raw.astype(float)
    except NotYet:
        raise
    except Exception as error:
        rows = ", in rows of equal length" if isinstance(value, list | tuple) else ""
        raise NotYet(complaint + rows) from error


def _as(value, shape, name):
    """Read a result; where one number is wanted, a single element of any shape is one."""
    found = read(value, name, "a number" if shape == () else "an array of numbers")
    return found.reshape(()) if shape == () and found.size == 1 else found


def array(value, shape=None, name="your answer"):
    """Return a student's array as float64; of the shape (), one element of any shape is a number.

    Raises
    ------
    NotYet
        If it cannot be read as an array, has another shape than `shape`, or is not finite.
    """
    found = _as(value, shape, name)
    if shape == ():
        require(found.size == 1, f"{name} has {found.size} elements: it must be one number")
        require(not not_finite(found), f"{name} is {found}: it must be finite")
    fits = shape is None or found.shape == tuple(shape)
    require(fits, f"{name} has shape {found.shape}: it must have {shape}")
    require(not not_finite(found), f"{name} contains NaN or infinity")
    return found


def number(value, name="your answer"):
    """Return a student's number as a float; raise `NotYet` as `array` does."""
    return array(value, (), name).item()


def things(value, names, what="your answer", verb="be", depth=0):
    """Return the things of a student's tuple or list, unread, if they are as many as their names.

    Parameters
    ----------
    value : object
    names : sequence of str
    what : str
        How messages call the value; or the function that returned it, if `verb` is "return".
    verb : {"be", "return"}
    depth : int
        An array of more axes counts as a list of its rows.

    Raises
    ------
    NotYet
        If it is something else or holds more or less.
    """
    must, does = ("be a", "is") if verb == "be" else ("return the", "returns")
    count = f"{must} pair" if len(names) == 2 else f"{verb} {len(names)} things"
    wanted = f"{what} must {count} ({', '.join(names)}), and it {does} {kind(value)}"
    if not isinstance(value, tuple | list) and hasattr(value, "__array__"):
        value = list(np.asarray(value)) if np.ndim(value) > depth else value
    require(isinstance(value, tuple | list) and len(value) == len(names), wanted)
    return list(value)


def word(value, allowed, name="your answer"):
    """Return the one of the allowed words that a student's text is, small or capital letters alike.

    Raises
    ------
    NotYet
        If it is none of them, or no text.
    """
    require(isinstance(value, str), f"{name} must be text in quotes, and it is {kind(value)}")
    found = {w.casefold(): w for w in allowed}.get(value.strip().casefold())
    require(found, f"{name} must be one of {', '.join(allowed)}, not {value!r}")
    return found


def words(value, allowed, name="your answer"):
    """Return the set of those of the allowed words that a student's tuple or list holds.

    Raises
    ------
    NotYet
        If it is something else, or holds anything else.
    """
    several = isinstance(value, tuple | list | set | frozenset)
    require(several, f"{name} must be a tuple of words in quotes, and it is {kind(value)}")
    return {word(w, allowed, f"each part of {name}") for w in value}


def same(found, right, rtol=RTOL, atol=ATOL):
    """Whether two results agree in shape and value: up to `rtol` of the largest element."""
    found, right = np.asarray(found, float), np.asarray(right, float)
    if found.shape != right.shape:
        return False
    largest = np.abs(right[np.isfinite(right)]).max(initial=0)
    return bool(np.allclose(found, right, rtol=0, atol=atol + rtol * largest, equal_nan=True))


def compare(name, value, right, mistakes=(), rtol=RTOL, atol=ATOL):
    """Compare a student's value with the right one; name the mistake if it is another.

    Parameters
    ----------
    name : str
        How messages call the value.
    value : object
        Number or array-like as the student gave it.
    right : array-like
    mistakes : iterable of (wrong, message)
        The first row that fits is named. `wrong` is a wrong result of any shape; a condition (True,
        False, or a function of the result that returns one of them), asked for results of the right
        shape that are finite, but for `not_finite`; a `Shape` other than the right one; a list of
        such; or None for "whatever else". `message` is a text, which may begin with "..." for the
        name of the value; a function of the result that returns one; or None, where such a result
        is right, too. Before "whatever else" come the usual mistakes, which need no row: wrong
        signs, per cent, fractions upside down, transposed arrays.
    rtol, atol : float
        As in `same`.

    Returns
    -------
    array
        The value as it was read, float64.

    Raises
    ------
    NotYet
        If it is not right.
    """
    right = np.asarray(right, float)
    found = _as(value, right.shape, name)
    _judge([Trial((), [found], [right], _rows(mistakes))], [name], rtol, atol)
    return found


def compare_function(name, function, table, cases, parts=(), what=None, rtol=RTOL, atol=ATOL):
    """Try a student's function on all cases; name the mistake that explains its results.

    Parameters
    ----------
    name : str
        Name of the function, also for the inputs of hidden tests.
    function : object
        The student's answer.
    table : callable
        Called with the inputs of a case; returns the right result and the rows (wrong, message)
        of `compare`, equally many for each case. A wrong result is named only if it is the
        student's in every case (NaN and infinity aside), so that one case may agree by chance;
        conditions are asked, and messages taken, in the first case that is wrong.
    cases : sequence of tuple
        The inputs of each case.
    parts : sequence of str
        Names of the results, if there are several: then the right result is a tuple of as many. A
        row is (part, wrong, message) for one of them; or (wrong, message) with a tuple, which
        holds None for a part that does not matter.
    what : str, optional
        How messages call a single result: "the result of ..." unless told.
    rtol, atol : float
        As in `same`.

    Raises
    ------
    NotYet, NotAttempted
        As `call`, and if a result is not right.
    """
    names = [f"the {part} of {name}" for part in parts] or [what or f"the result of {name}"]
    labels, trials = list(inspect.signature(table).parameters), []
    for inputs in inputs_of(name, cases):
        right, rows = table(*inputs)
        right = [np.asarray(part, float) for part in (right if parts else [right])]
        try:
            result, depth = call(function, *inputs, name=name), max(part.ndim for part in right)
            found = things(result, parts, name, "return", depth) if parts else [result]
            found = [_as(*part) for part in zip(found, map(np.shape, right), names)]
        except (NotYet, NotAttempted):
            _judge(trials, names, rtol, atol)  # an earlier result, if wrong, tells more
            raise
        trials.append(Trial((inputs, labels), found, right, _rows(rows, parts)))
    _judge(trials, names, rtol, atol)
    note(())  # what fails after this is something else


@dataclass
class Trial:
    """One case: inputs and their names, if any; parts of the result and of the right one; rows."""

    tried: tuple
    found: list
    right: list
    rows: list


def _rows(rows, parts=()):
    """Return rows as ({number of the part: wrong}, message), with the parts that matter."""
    made = []
    for *part, wrong, message in rows:
        for one in wrong if isinstance(wrong, list) else [wrong]:
            if part or not parts:
                made.append(({parts.index(part[0]) if part else 0: one}, message))
            else:
                made.append(({k: w for k, w in enumerate(one) if w is not None}, message))
    return made


def _judge(trials, names, rtol, atol):
    """Raise `NotYet` for the first trial that is wrong, if any."""

    def wrong_parts(trial):
        pairs = enumerate(zip(trial.found, trial.right))
        return [k for k, pair in pairs if not same(*pair, rtol, atol)]

    def explains(mistake):
        """Whether mistake(trial), wrong results of parts {k: wrong}, is what all trials show."""
        return all(
            _made(wrong, trial.found[k], trial.right[k], trial is first, rtol, atol)
            for trial in trials
            for k, wrong in mistake(trial).items()
        )

    first = next((trial for trial in trials if wrong_parts(trial)), None)
    if first is None:
        return
    if first.tried:
        note(*first.tried)
    bad, otherwise = wrong_parts(first), None
    for row, (parts, message) in enumerate(first.rows):
        if not set(parts) & set(bad):
            continue
        if any(wrong is None for wrong in parts.values()):
            bad, otherwise = list(parts), message
            break
        if explains(lambda trial, row=row: trial.rows[row][0]):
            if message is None:
                return
            raise NotYet(_text(message, first.found, names[min(parts)]))
    k = bad[0]
    found, right, name = first.found[k], first.right[k], names[k]
    for mistake, text in USUAL:
        if explains(lambda trial, made=mistake: {k: made(trial.right[k])}):
            raise NotYet(f"{name} {text.format(right.shape)}")
    wanted = np.where(np.isfinite(right), found, 0) if found.shape == right.shape else found
    array(wanted, right.shape, name)  # raises for another shape, NaN and infinity
    size = "wrong" if right.ndim else "too large" if found > right else "too small"
    raise NotYet(_text(otherwise or f"... is {size}", first.found, name))


def _text(message, found, name):
    """Return the message of a row as text, with the name in place of three dots."""
    text = message(*found) if callable(message) else message
    return text.replace("...", name, 1) if text.startswith("...") else text


def _made(wrong, found, right, first, rtol, atol):
    """Whether a row's `wrong` fits this part of a result; `first` is the case to be explained."""
    if not first and not_finite(found):
        return True  # in another case, NaN or infinity says nothing about the mistake
    if isinstance(wrong, Shape):
        alike = len(wrong) == found.ndim and all(w in (..., n) for w, n in zip(wrong, found.shape))
        return alike and not (first and found.shape == right.shape)
    if not callable(wrong) and not isinstance(wrong, bool | np.bool_):
        return same(found, wrong, rtol, atol)
    if not first or found.shape != right.shape:
        return not first
    readable = wrong is not_finite or (np.isfinite(found) | ~np.isfinite(right)).all()
    return bool(readable and (wrong(found) if callable(wrong) else wrong))
