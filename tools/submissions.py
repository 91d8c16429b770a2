"""What students hand in: finding it in a folder, reading it, putting it into its proper form.

A submission is the worst input of the course: nothing here trusts its name, its encoding, its
structure or its cells. Only the students' own cells are taken over; everything else comes from
the notebook as it was handed out.
"""

import codecs
import json
import logging
import re
from collections import namedtuple
from pathlib import Path

import nbformat

LARGEST = 50e6  # bytes; a notebook with all figures has less than 1e6

# A submitted cell, reduced to what counts. `mark` is nbgrader's id, or the cell's own.
Cell = namedtuple("Cell", "type source mark")


class Unusable(Exception):
    """Raised with the reason, in plain words, why a file cannot be graded."""


def collect(folder, names):
    """Find the submissions in a folder.

    Accepted are nbgrader's layout (STUDENT/NN_topic/NN_topic.ipynb), notebooks at any depth in a
    folder per student (as Moodle packs them, too), and flat files STUDENT_NN_topic.ipynb.

    Parameters
    ----------
    folder : Path
    names : iterable of str
        The assignments that exist.

    Returns
    -------
    dict
        For each student a list of (path, name of the assignment or None), and [] for a folder
        without notebooks.
    """
    found = {}
    for entry in sorted(Path(folder).iterdir()):
        if entry.name.startswith((".", "__")):
            continue  # .ipynb_checkpoints, .DS_Store, __MACOSX
        if entry.is_dir():
            student = re.sub(r"_assignsubmission_file_?$", "", entry.name)
            inside = [entry / p for p in sorted(_notebooks(entry))]
            files = [(p, _named(p.relative_to(entry), names)[0]) for p in inside]
        elif entry.suffix.lower() == ".ipynb":
            name, rest = _named(Path(entry.name), names)
            student = re.sub(r"_assignsubmission_file_?", "", rest)
            files = [(entry, name)]
        else:
            continue
        found.setdefault(printable(student) or "(no name)", []).extend(files)
    return found


def _notebooks(folder):
    for path in folder.rglob("*"):
        inside = path.relative_to(folder)
        hidden = any(part.startswith((".", "__")) for part in inside.parts)
        if path.suffix.lower() == ".ipynb" and not hidden and path.is_file():
            yield inside


def _named(path, names):
    """The assignment that a file or its folder is named after, and what else the name says."""
    stem = path.stem
    for text in (stem, *reversed(path.parts[:-1])):
        for name in names:
            at = re.search(rf"(?<![0-9A-Za-z]){re.escape(name)}(?![0-9A-Za-z])", text)
            if at:
                before, after = (
                    part.strip(" _-.") for part in (text[: at.start()], text[at.end() :])
                )
                return name, before or after
    return None, stem


def printable(text):
    """Return a name without line ends, control characters and broken Unicode."""
    return "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in text).strip(
        " ."
    )


def read(path):
    """Read a submitted notebook of any version and encoding.

    Returns
    -------
    cells : list of Cell
    remarks : list of str

    Raises
    ------
    Unusable
    """
    try:
        if path.stat().st_size > LARGEST:
            raise Unusable(f"the file is larger than {LARGEST / 1e6:.0f} MB")
        raw = path.read_bytes()
    except OSError as error:
        raise Unusable(f"the file cannot be read ({error.strerror})") from error
    if not raw.strip():
        raise Unusable("the file is empty")
    text, remarks = _decode(raw)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unusable(f"the file is damaged: it is not JSON ({error})") from error
    if not isinstance(content, dict) or not {"cells", "worksheets"} & set(content):
        raise Unusable("the file is JSON but not a notebook")
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)  # nbformat reports to it
    try:
        version = content.get("nbformat")
        notebook = nbformat.reads(text, as_version=4)
        cells = [_cell(cell) for cell in notebook.cells]
    except Exception as error:  # a notebook may be broken in any way
        raise Unusable(f"the notebook is damaged ({type(error).__name__}: {error})") from error
    if version != 4:
        remarks.append(f"old notebook format {version}: converted")
    return [cell for cell in cells if cell is not None], remarks


def _decode(raw):
    for bom, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if raw.startswith(bom):
            return raw.decode(encoding, "replace"), ["the file is UTF-16, not UTF-8: converted"]
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
        return text, ["the file is not UTF-8: read as Windows-1252, look at letters with accents"]


def _cell(cell):
    source = "".join(cell.source) if isinstance(cell.source, list) else cell.source
    source = source.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    metadata = cell.get("metadata") or {}
    mark = metadata.get("nbgrader")
    mark = mark.get("grade_id") if isinstance(mark, dict) else None
    mark = mark or cell.get("id") or metadata.get("id")  # Colab moves the id into the metadata
    if cell.cell_type not in ("code", "markdown", "raw"):
        return None
    return Cell(cell.cell_type, source, mark)


def recognise(submitted, released, named=None):
    """Return the name of the assignment whose cells a submission holds, or None.

    Parameters
    ----------
    submitted : list of Cell
    released : dict
        The students' notebooks by name.
    named : str, optional
        What the file's name says: it wins a tie.
    """

    def score(name):
        cells = {cell.metadata.nbgrader.grade_id: cell for cell in _exercise_cells(released[name])}
        same = [(cells[c.mark], c) for c in submitted if c.mark in cells]
        # The text of a locked test is a better witness than an id such as "check-1".
        texts = sum(a.metadata.nbgrader.locked and _same(a.source, b.source) for a, b in same)
        return 1000 * texts + len(same), name == named

    best = max(released, key=score, default=None)
    return best if best and score(best)[0] else None


def _exercise_cells(notebook):
    return [c for c in notebook.cells if _mark(c).get("solution") or _mark(c).get("grade")]


def _same(one, other):
    return [a.rstrip() for a in one.strip().split("\n")] == [
        b.rstrip() for b in other.strip().split("\n")
    ]


def transplant(submitted, release):
    """Put the student's cells into the notebook as it was handed out.

    Answers replace their stubs, added cells follow the cell that they followed. Statements,
    supplied inputs and tests are those that were handed out, whatever happened to them.

    Parameters
    ----------
    submitted : list of Cell
    release : NotebookNode

    Returns
    -------
    notebook : NotebookNode
        What nbgrader grades.
    remarks : list of str
        Which cells were deleted or changed, in plain words.
    """
    result, remarks, anchor = nbformat.from_dict(release), [], None
    places = {_mark(cell).get("grade_id", cell.id): cell for cell in result.cells}
    last = {cell.mark: k for k, cell in enumerate(submitted) if cell.mark in places}  # of copies
    added = {}
    for k, cell in enumerate(submitted):
        if last.get(cell.mark) != k:
            added.setdefault(anchor, []).append(_added(cell, f"added-{k}"))
            continue
        anchor, place = cell.mark, places[cell.mark]
        if not _mark(place).get("locked"):
            place.source = cell.source
        elif _runs(place) and not _same(place.source, cell.source):
            remarks.append(f"the {_runs(place)} cell {anchor} had been changed: restored")
    for name, place in places.items():
        if name not in last and _mark(place).get("solution"):
            remarks.append(f"the answer cell {name} is missing")
        elif name not in last and _runs(place):
            remarks.append(f"the {_runs(place)} cell {name} had been deleted: restored")
    result.cells = added.get(None, [])
    for name, place in places.items():
        result.cells += [place, *added.get(name, [])]
    return result, remarks


def _mark(cell):
    return cell.metadata.get("nbgrader", {})


def _runs(cell):
    """How to call a locked cell that matters for the points, or None."""
    if not _mark(cell).get("locked") or cell.cell_type != "code":
        return None
    return "test" if _mark(cell).get("grade") else "supplied"


def _added(cell, id):
    """A cell that the student added, without anything but its text."""
    make = getattr(nbformat.v4, f"new_{cell.type}_cell")
    return make(cell.source, id=id)
