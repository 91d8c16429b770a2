"""Settings of the whole test run, and the CPU time and memory of every notebook at its end.

The environment is set here, before any kernel starts, so that `pytest` alone tests the same as
`python3 run.py test`: embedded data, no network, static figures, one thread per process. The file
stands at the top because pytest applies it only to what lies below, and notebooks are tests, too.
"""

import os
from pathlib import Path

import psutil
import pytest
from nbval.plugin import IPyNbFile

ROOT = Path(__file__).resolve().parent
CPU_BUDGET = {"default": 90, "09_autoencoders": 150, "07_galaxies": 150}  # seconds, one thread
MEMORY_BUDGET = 2000  # MB

os.environ.setdefault("COURSE_DATA", "embedded")
os.environ.setdefault("COURSE_THREADS", "1")
os.environ["COURSE_STATIC"] = "1"
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

usage = {}  # notebook -> (CPU seconds, peak MB)


def kernel_usage(pid):
    """Return CPU seconds and peak resident memory in MB of a kernel and its children."""
    kernel = psutil.Process(pid)
    family = [kernel, *kernel.children(recursive=True)]
    seconds = sum(p.cpu_times().user + p.cpu_times().system for p in family)
    try:  # Linux keeps the peak; elsewhere the size at the end has to do
        status = Path(f"/proc/{pid}/status").read_text()
        peak = int(status.split("VmHWM:")[1].split()[0]) / 1e3
    except (OSError, IndexError):
        info = kernel.memory_info()
        peak = getattr(info, "peak_wset", info.rss) / 1e6
    return seconds, peak


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item, nextitem):
    """Read a notebook's usage after its last cell, while its kernel still lives."""
    notebook = item.parent
    if not isinstance(notebook, IPyNbFile) or (nextitem and nextitem.parent is notebook):
        return
    try:
        pid = notebook.kernel.km.provisioner.process.pid
        name = notebook.path.relative_to(ROOT).as_posix()
        usage[name] = kernel_usage(pid)
    except (AttributeError, psutil.Error, ValueError):
        pass  # no kernel any more (a cell hung), or a notebook outside the course


def pytest_sessionfinish(session):
    if hasattr(session.config, "workeroutput"):  # a worker hands its figures to the controller
        session.config.workeroutput["usage"] = usage


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    usage.update(getattr(node, "workeroutput", {}).get("usage", {}))


def over_budget(name, seconds, peak):
    """Return why a notebook is over its budget, or an empty string."""
    limit = CPU_BUDGET.get(Path(name).stem, CPU_BUDGET["default"])
    if seconds > limit:
        return f"over its budget of {limit} CPU s"
    return f"over its budget of {MEMORY_BUDGET} MB" if peak > MEMORY_BUDGET else ""


def pytest_terminal_summary(terminalreporter):
    if not usage:
        return
    terminalreporter.section("notebooks: CPU seconds and peak memory")
    for name, (seconds, peak) in sorted(usage.items()):
        remark = over_budget(name, seconds, peak)
        terminalreporter.write_line(f"{seconds:6.1f} s {peak:6.0f} MB  {name}  {remark}".rstrip())
