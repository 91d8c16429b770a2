"""Build the students' notebooks from solutions/: `python3 run.py assignments [--check]`.

nbgrader's own preprocessors replace the answers by stubs and take the hidden tests out; the files
in notebooks/assignments/ are written by nothing else and are the same, byte for byte, each time.
"""

import argparse
import json
import logging
import os
import re
import sys
from pathlib import Path

import nbformat
from nbgrader import preprocessors as steps
from nbgrader.converters import GenerateAssignment
from nbgrader.utils import compute_checksum, is_solution
from traitlets.config.loader import PyFileConfigLoader

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "solutions"
RELEASED = ROOT / "notebooks" / "assignments"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
TELLING = 12  # characters; a shorter line, such as `else:`, betrays nothing
_BEGIN, _END = r"BEGIN (SOLUTION|HIDDEN TESTS)", r"END (SOLUTION|HIDDEN TESTS)"


def configuration():
    """Return the settings of nbgrader_config.py."""
    return PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()


def sources(folder=SOURCES):
    """Return the source notebooks of all assignments, by name: NN_topic/NN_topic_assignment.ipynb.

    The file's name tells an assignment from its lecture, in JupyterLab's tabs as in a folder of
    submissions; NN_topic.ipynb, as they were once called, is found, too.
    """
    found = sorted(Path(folder).glob("[0-9][0-9]_*/[0-9][0-9]_*.ipynb"))
    return {assignment(path): path for path in found if assignment(path) == path.parent.name}


def assignment(path):
    """Return the assignment that a notebook's own name says: 01_perceptron."""
    return Path(path).stem.removesuffix("_assignment")


class ClearAnswers(steps.ClearSolutions):
    """nbgrader's stub, except below a line such as ``w = ...  # replace the dots``.

    There the stub would only make the cell display `Ellipsis`.
    """

    def preprocess_cell(self, cell, resources, cell_index):
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        stub = self.code_stub["python"]
        lines = cell.source.split("\n")
        others = [line for line in lines if line not in ("", stub) and line[0] not in " #"]
        if is_solution(cell) and cell.cell_type == "code" and others:
            cell.source = "\n".join(line for line in lines if line != stub)
        return cell, resources


def build(source):
    """Make the student's notebook from a source with answers and hidden tests.

    Parameters
    ----------
    source : Path
        Such as solutions/01_perceptron/01_perceptron_assignment.ipynb.

    Returns
    -------
    NotebookNode

    Raises
    ------
    ValueError
        If nbgrader cannot use the source: the message says why and names the file.
    """
    config, name = configuration(), assignment(source)
    unused = steps.InstantiateTests, steps.IncludeHeaderFooter, steps.SaveCells
    resources = {"nbgrader": {"student": ".", "assignment": name, "notebook": Path(source).stem}}
    try:
        notebook = nbformat.read(source, as_version=4)
        notebook.metadata = nbformat.from_dict(METADATA)
        for cell in notebook.cells:
            for key in set(cell.metadata) - {"nbgrader", "slideshow", "tags"}:
                del cell.metadata[key]  # what editors leave behind
        for step in GenerateAssignment().preprocessors:
            if step not in unused:
                step = ClearAnswers if step is steps.ClearSolutions else step
                notebook, resources = step(config=config).preprocess(notebook, resources)
    except Exception as error:  # nbgrader raises RuntimeError, ValidationError, KeyError ...
        raise ValueError(f"{source}: {error}") from error
    return notebook


def render(notebook):
    """Return the text of the file: keys sorted, one line feed at the end."""
    return nbformat.writes(notebook, version=4).rstrip("\n") + "\n"


def hidden_regions(notebook):
    """Return what no student may see of a source: the telling lines of each hidden region.

    Returns
    -------
    list of set of str
        One set per solution region and per region of hidden tests. Telling are stripped lines
        from 12 characters on that do not also stand outside of such regions.
    """
    regions, outside = [], set()
    for cell in notebook.cells:
        region = None
        if is_solution(cell) and not re.search(_BEGIN, cell.source):
            region = set()  # without marks, nbgrader replaces all of the cell
            regions.append(region)
        for line in map(str.strip, cell.source.splitlines()):
            if re.search(_BEGIN, line):
                region = set()
                regions.append(region)
            elif re.search(_END, line):
                region = None
            else:
                (outside if region is None else region).add(line)
    shown = "\n".join(outside)
    telling = ({x for x in region if len(x) >= TELLING and x not in shown} for region in regions)
    return [region for region in telling if region]


def leaks(notebook, lines):
    """Return those of `lines` that occur in a notebook: source, outputs or metadata."""
    text = "\n".join(_strings(notebook))
    return sorted(line for line in lines if line in text)


def _strings(node):
    """All strings inside a notebook, a list of lines joined as Jupyter does."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from _strings(value)
    elif isinstance(node, list):
        yield "".join(part for part in node if isinstance(part, str))
        yield from (text for part in node if not isinstance(part, str) for text in _strings(part))


def answered(path):
    """Return the ids of the answer cells that somebody has filled in, in a student's notebook.

    nbgrader stores a checksum of each stub beside it: an answer differs from it.
    """
    notebook = nbformat.read(path, as_version=4)
    cells = [cell for cell in notebook.cells if is_solution(cell)]
    return [
        c.get("id") for c in cells if c.metadata.nbgrader.get("checksum") != compute_checksum(c)
    ]


def write(path, text):
    """Write a file in one step: whoever reads it meanwhile finds the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_text(text, encoding="utf-8", newline="\n")
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def main(arguments=None, sources_folder=SOURCES, released=RELEASED):
    """Build all assignments, or report with ``--check`` which files differ from their source."""
    parser = argparse.ArgumentParser(prog="run.py assignments", description=__doc__.split(":")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, report what differs")
    parser.add_argument("--force", action="store_true", help="overwrite answers in those files")
    options = parser.parse_args(arguments)
    logging.getLogger("traitlets").setLevel(logging.ERROR)
    known, failed = sources(sources_folder), 0
    for name, source in known.items():
        path = Path(released) / name / source.name
        try:
            text = render(build(source))
            hidden = hidden_regions(nbformat.read(source, as_version=4))
            shown = leaks(json.loads(text), set().union(*hidden))
            if shown:
                raise ValueError(f"{source}: the student would see {shown[0]!r}")
            state = update(path, text, options.check, options.force)
        except (ValueError, OSError) as error:
            state = f"FAILED: {error}"
        failed += state.startswith(("FAILED", "differs"))
        print(f"{name:24s} {state}")
    for path in sorted(Path(released).glob("*/*.ipynb")):
        source = known.get(path.parent.name)
        if source is None or source.name != path.name:
            failed += 1
            print(f"{path.stem:24s} differs: {path} has no source in solutions/; remove it")
    if not known:
        print(f"there are no assignments: no NN_topic/NN_topic*.ipynb in {sources_folder}")
    return int(failed > 0)


def update(path, text, check, force):
    """Bring one file up to date (or only look), and say in one line what was found."""
    same = path.exists() and path.read_bytes() == text.encode()
    if same:
        return "unchanged"
    if check:
        return f"differs: {path} (python3 run.py assignments builds it)"
    if path.exists() and not force:
        try:
            answers = answered(path)
        except Exception as error:  # whatever is in there, it is not what we wrote
            raise ValueError(f"{path} is damaged ({error}); --force overwrites it") from error
        if answers:
            where = f"{path} holds an answer (cell {answers[0]})"
            raise ValueError(f"{where}: move it to another folder, or overwrite it with --force")
    write(path, text)
    return f"written: {path}"


if __name__ == "__main__":
    sys.exit(main())
