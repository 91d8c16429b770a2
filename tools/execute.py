"""Run lectures in place and store their outputs: `python3 run.py execute [NAME ...]`."""

import base64
import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from tools.saving import tidy

ROOT = Path(__file__).resolve().parents[1]
README_FIGURE = ("03_mlp", "fronts", "notebooks/earthquake.png")  # lecture, cell, file
CELL_TIMEOUT = 600  # seconds; a lecture on real data may train for minutes


def lectures():
    """Return the paths of all lecture notebooks, the front page first."""
    folder = ROOT / "notebooks"
    return [folder / "index.ipynb", *sorted(folder.glob("[0-9][0-9]_*.ipynb"))]


def clean(notebook):
    """Tidy an executed notebook; what it says on stderr is no part of a lecture."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                raise RuntimeError(f"cell {cell.id} writes to stderr: {output.text.strip()[:300]}")
    notebook.metadata = {}
    return nbformat.from_dict(tidy(notebook))


def execute(path):
    """Run one notebook from top to bottom and store it with its outputs, in one step.

    Parameters
    ----------
    path : Path

    Raises
    ------
    RuntimeError
        If a cell fails, hangs or writes to stderr. The message names the cell; the file stays as
        it was.
    """
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:  # so that the last cell with an output is the last one that ran
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        extra_arguments=["--log-level=ERROR"],  # the kernel's own remarks are not a lecture's
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        client.execute()
    except CellExecutionError as error:
        cell = _failed(notebook)
        raise RuntimeError(
            f"cell {cell}: {error.ename}: {error.evalue}\n{error.traceback}"
        ) from error
    except CellTimeoutError as error:
        raise RuntimeError(f"cell {_failed(notebook)} runs for over {CELL_TIMEOUT} s") from error
    except DeadKernelError as error:
        raise RuntimeError(f"the kernel died in cell {_failed(notebook)}") from error
    notebook = clean(notebook)
    fresh = path.with_suffix(".ipynb.new")
    nbformat.write(notebook, fresh)
    fresh.replace(path)
    if path.stem == README_FIGURE[0]:
        keep_figure(notebook)


def keep_figure(notebook):
    """Write the figure that the README shows beside the lectures: it is bound to their run."""
    _, cell, file = README_FIGURE
    for output in next((c.outputs for c in notebook.cells if c.id == cell), []):
        if "image/png" in output.get("data", {}):
            (ROOT / file).write_bytes(base64.b64decode(output.data["image/png"]))


def _failed(notebook):
    """Name the last cell that was started: its number among all cells, its id, its first line."""
    started = [
        (k, c) for k, c in enumerate(notebook.cells, 1) if c.cell_type == "code" and _was_run(c)
    ]
    number, cell = started[-1] if started else (1, notebook.cells[0])
    first = cell.source.splitlines()[0] if cell.source else ""
    return f"{number} (id {cell.id}, `{first}`)"


def _was_run(cell):
    return cell.execution_count is not None or cell.outputs


def main(names):
    """Execute the named lectures (such as `08` or `08_mnist`) or all; stop at the first failure."""
    os.environ["COURSE_STATIC"] = "1"
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # else the kernel warns on stderr
    paths = [named(name) for name in names] or lectures()
    for path in paths:
        print(f"{path.stem:24s}", end=" ", flush=True)
        started = time.monotonic()
        try:
            execute(path)
        except RuntimeError as error:
            print("FAILED")
            print(f"{path.relative_to(ROOT)}, {error}")
            return 1
        print(
            f"{time.monotonic() - started:5.0f} s  {path.stat().st_size / 1e3:5.0f} kB", flush=True
        )
    return 0


def named(name):
    """Return the path of the lecture that is called so, such as `08` or `08_mnist`, or exit."""
    found = [p for p in lectures() if Path(name).stem in (p.stem, p.stem.partition("_")[0])]
    if not found:
        known = ", ".join(p.stem for p in lectures())
        sys.exit(f"there is no lecture {name!r}; there are {known}")
    return found[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
