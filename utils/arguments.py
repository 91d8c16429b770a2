"""One place that judges numbers given as arguments, so that every complaint reads alike."""

import numbers

import numpy as np


class WrongKind(TypeError, ValueError):
    """An argument that is no number of the wanted kind; code may catch it as either error."""


def integer(name, value, least=0, most=None):
    """Return `value` as an int.

    Parameters
    ----------
    name : str
        What the message calls the argument.
    value : object
    least, most : int
        Smallest and, if there is one, largest allowed value.

    Raises
    ------
    WrongKind
        If `value` is no integer; a bool is none.
    ValueError
        If it is out of range.
    """
    allowed = f"an integer of at least {least}"
    allowed += "" if most is None else f" and at most {most}"
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Integral):
        raise WrongKind(f"{name} must be {allowed}, not {value!r}")
    if value < least or (most is not None and value > most):
        raise ValueError(f"{name} must be {allowed}, not {value!r}")
    return int(value)


def real(name, value, above=None, least=None, most=None):
    """Return `value` as a float.

    Parameters
    ----------
    name : str
        What the message calls the argument.
    value : object
    above, least, most : float, optional
        The value must be larger than `above`, not smaller than `least`, not larger than `most`.

    Raises
    ------
    WrongKind
        If `value` is no real number; a bool is none.
    ValueError
        If it is not finite, or out of range.
    """
    limits = "" if above is None else f" above {above:g}"
    limits += "" if least is None else f" of at least {least:g}"
    limits += "" if most is None else f" and at most {most:g}"
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Real):
        raise WrongKind(f"{name} must be a finite number{limits}, not {value!r}")
    low = (above is not None and value <= above) or (least is not None and value < least)
    if not np.isfinite(value) or low or (most is not None and value > most):
        raise ValueError(f"{name} must be a finite number{limits}, not {value!r}")
    return float(value)
