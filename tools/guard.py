"""What grading does inside a student's Python: it is copied there and imported before any cell.

It ends cells, not the kernel, on `exit()`; it refuses to open what is not the student's; it
notices cheap cheats; and it keeps the names that a hidden test will need. All of this lives in
the student's own process: it stops the careless and shows up the clumsy, and no more than that.
"""

import builtins
import copy
import importlib
import json
import os
import re
import sys

import numpy as np
from IPython import get_ipython

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
EVENTS = {"open": False, "os.listdir": False, "os.scandir": False}  # does it write?
EVENTS |= {"os.remove": True, "os.rename": True, "os.rmdir": True, "shutil.rmtree": True}
IPYTHON = re.compile(r"__.*|_+|_(i+|ih|oh|dh|exit_code|i?\d+)|In|Out|exit|quit|open|get_ipython")
MODULES = "utils.checks", "numpy", "numpy.testing", "numpy.linalg", "builtins", "math"
COPIED = 10e6  # bytes: a larger array is not copied for a hidden test

_noticed, _kept, _before, _imports = [], {}, {}, {}


def start(own, foreign, imports, number):
    """Prepare the student's Python.

    Parameters
    ----------
    own : list of str
        Folders that may be read, although they lie in a foreign one; the first may be written.
    foreign : list of str
        Folders that may not be read: the course with its solutions, other submissions.
    imports : dict
        Names that the supplied cells import, with (module, attribute or None).
    number : str
        Of the lecture, such as "01": the checks of its exercises are watched, too.
    """
    shell = get_ipython()
    for place in ("exit", "quit"):
        shell.user_ns[place] = _leave
        setattr(builtins, place, _leave)
    shell.ask_exit = _leave
    shell.InteractiveTB.set_mode(mode="Plain")  # the usual one takes seconds for a recursion
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (2 * 10**9, 2 * 10**9))
    except (ImportError, ValueError, OSError):
        pass  # Windows, or a stricter limit
    for name in (*MODULES, f"utils.checks.ex{number}"):
        try:
            importlib.import_module(name)
        except ImportError:
            continue  # an assignment without such checks
    _imports.update(imports)
    _before.update(_state())
    own = [os.path.join(os.path.realpath(path), "") for path in own]
    beside = own[0].rstrip(os.sep).rsplit("-", 1)[0] + "-"  # the folders of other submissions
    foreign = [*(os.path.join(os.path.realpath(path), "") for path in foreign), beside]
    sys.addaudithook(lambda event, details: _watch(event, details, own, foreign))


def _leave(*_):
    raise SystemExit("exit() ends this cell only")


def _watch(event, details, own, foreign):
    if event not in EVENTS or not details:
        return
    if event.startswith("os.r") and any(isinstance(d, int) and d >= 0 for d in details):
        return  # relative to an open folder
    for path in details[: 2 if event == "os.rename" else 1]:
        if isinstance(path, str | bytes | os.PathLike):
            mode, flags = details[1:3] if event == "open" else ("w" * EVENTS[event], 0)
            writes = set(mode or "") & set("wax+") or (not mode and (flags or 0) & WRITES)
            _judge(os.path.realpath(os.fsdecode(path)), bool(writes), own, foreign)


def _judge(path, writes, own, foreign):
    inside = os.path.join(path, "")
    if any(inside.startswith(place) for place in own[: 1 if writes else None]):
        return
    places = [place for place in foreign if inside.startswith(place)]
    if places or own[0].startswith(inside):
        near = os.path.dirname(places[0].rstrip(os.sep)) if places else os.path.dirname(path)
        what = f"{'change' if writes else 'read'} {os.path.relpath(path, near)}"
        if len(_noticed) < 20:
            _noticed.append(f"it tries to {what}")
        raise PermissionError(f"while a notebook is graded it cannot {what}")


def _state():
    """What a cheat would replace, by the name under which it is reported."""
    found, shell = {}, get_ipython()
    for name in [name for name in sys.modules if name in MODULES or "utils.checks" in name]:
        for key, value in vars(sys.modules[name]).items():
            if callable(value) and not key.startswith("__"):
                code = getattr(value, "__code__", None)
                found[f"{name}.{key}"] = (id(value), id(code) if code else None)
    for key, value in getattr(sys.modules.get("utils.checks"), "_exercises", {}).items():
        found[f"the check of {key}"] = (id(value), None)
    hooks = [shell.input_transformers_post, shell.ast_transformers, shell.custom_exceptions]
    manager = shell.input_transformer_manager
    hooks += [manager.cleanup_transforms, manager.line_transforms, manager.token_transformers]
    found["an input or AST transformer"] = tuple(id(hook) for some in hooks for hook in some)
    for events in ("pre_execute", "pre_run_cell", "post_execute", "post_run_cell"):
        theirs = [hook for hook in shell.events.callbacks[events] if not _known(hook)]
        found[f"a hook {events}"] = tuple(map(id, theirs))
    for owner in (shell, shell.kernel, shell.compile):
        for key, value in vars(owner).items():
            if callable(value) and hasattr(type(owner), key):
                found[f"{key} of {type(owner).__name__}"] = (id(value), None)
    found["a trace function"] = (sys.gettrace(), sys.getprofile())
    return found


def _known(hook):
    names = ("matplotlib", "IPython", "ipykernel")
    return str(getattr(hook, "__module__", "")).startswith(names)


def examine():
    """Return as JSON what has been noticed until now."""
    now, lines = _state(), list(_noticed)
    changed = [name for name, value in _before.items() if now.get(name, value) != value]
    changed += [name for name in now if name not in _before and "." not in name]
    space = get_ipython().user_ns
    for name, (module, attribute) in _imports.items():
        module = sys.modules.get(module)
        right = getattr(module, attribute, None) if attribute else module
        if name in space and right is not None and space[name] is not right:
            changed.append(name)
    lines += [f"it replaces {name}" for name in changed[:5]]
    return json.dumps(lines)


def keep(mark):
    """Remember the student's names as they are now; arrays and containers are copied."""
    space = get_ipython().user_ns
    _kept[mark] = {k: _copy(v) for k, v in space.items() if not IPYTHON.fullmatch(k)}


def _copy(value):
    if type(value) in (list, dict, set) or (
        type(value) is np.ndarray and value.nbytes <= COPIED and value.dtype != object
    ):
        return copy.copy(value)
    return value


def restore(mark):
    """Put the names back, as they were at `keep`."""
    get_ipython().user_ns.update(_kept[mark])
