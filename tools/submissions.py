"""What students hand in: finding it in a folder, reading it, putting it into its proper form.

A submission is the worst input of the course: nothing here trusts its name, its encoding, its
structure or its cells. Only the students' own cells are taken over; everything else comes from
the notebook as it was handed out.
"""

import codecs
import hashlib
import io
import json
import logging
import os
import re
import stat
import warnings
import zipfile
from collections import namedtuple
from dataclasses import dataclass
from pathlib import Path

import nbformat

LARGEST = 50e6  # bytes; a notebook with all figures has less than 1e6
LITTER = re.compile(  # what systems and editors leave behind, and nbgrader's own note
    r"(\.ipynb_checkpoints|__MACOSX|__pycache__|\.DS_Store|\._.*|Thumbs\.db|desktop\.ini|\.git"
    r"|timestamp\.txt)\Z"
)
NOTEBOOK = re.compile(r"(?i)\.ipynb(\.txt|\.json)?\Z")  # browsers add the second ending
STAMP = re.compile(r"\d{4}-\d\d-\d\d[-_ T]\d\d[-:.]\d\d[-:.]\d\d")
BLACKBOARD = re.compile(rf"(.+)_attempt_({STAMP.pattern})")

# A submitted cell, reduced to what counts. `mark` is nbgrader's id, or the cell's own.
Cell = namedtuple("Cell", "type source mark attachments")


class Unusable(Exception):
    """Raised with the reason, in plain words, why a file cannot be graded."""


@dataclass
class File:
    """Something that a student handed in, whatever it is."""

    path: Path
    name: str  # its path within the folder, printable
    student: str
    assignment: str | None  # that its name, or a folder's, says
    stamp: str  # of the attempt, or ""
    kind: str  # "file", or what it is instead

    def newer(self):
        """Sort key: the attempt's stamp, then the time, then the name."""
        try:
            when = self.path.lstat().st_mtime
        except OSError:
            when = 0
        return re.sub(r"\D", "", self.stamp), when, self.name

    @property
    def hopeful(self):
        """Whether it may be a notebook: by its name, or because it is an archive."""
        return bool(NOTEBOOK.search(self.path.name) or self.path.suffix.lower() == ".zip")


def collect(folder, names):
    """Find what was handed in.

    Accepted are a folder per student with anything inside (nbgrader, Moodle, by hand), a folder
    per assignment with such folders inside, and flat files as Moodle, Canvas and Blackboard
    name them or as STUDENT_NN_topic.ipynb.

    Parameters
    ----------
    folder : Path
    names : iterable of str
        The assignments that exist.

    Returns
    -------
    dict
        For each student a list of File: every file, link, pipe and so on, except litter.
    """
    folder, found = Path(folder), {}
    tops = list(_tops(folder, names))
    columns = {m[1] for top, *_ in tops for m in [BLACKBOARD.match(top.name)] if m}
    column = os.path.commonprefix(list(columns))  # Blackboard begins all names with its title
    column = column[: column.rfind("_") + 1]
    for top, around, children in tops:
        student, named, stamp = _who(top, names, column)
        student = printable(student) or "(no name)"
        files = found.setdefault(student, [])
        for path in children:
            try:
                kind = _kind(path, folder)
            except OSError:
                kind = "file that cannot be read"
            if kind == "folder" and not NOTEBOOK.search(path.name):
                continue
            inner = _named(path.relative_to(top.parent), names)[0] if path != top else None
            attempt = STAMP.search(os.fspath(path.relative_to(top)))
            where = printable(path.relative_to(folder).as_posix(), "/")
            attempt = stamp or (attempt[0] if attempt else "")
            files.append(File(path, where, student, inner or named or around, attempt, kind))
    return found


def _tops(folder, names):
    """Yield each student's folder or file, the assignment around it, and all that is inside."""
    for entry in sorted(folder.iterdir()):
        if LITTER.match(entry.name):
            continue
        if not entry.is_dir() or entry.is_symlink():
            yield entry, None, [entry]
        elif _is_wrapper(entry, names):
            for top, around, children in _tops(entry, names):
                yield top, around or _named(Path(entry.name), names)[0], children
        else:
            yield entry, None, [entry, *_walk(entry)]


def _is_wrapper(folder, names):
    """Whether a folder holds students: it is called like an assignment, or packed by a platform."""
    name, rest = _named(Path(folder.name), names)
    try:
        inside = [path.name for path in folder.iterdir()]
    except OSError:
        return False
    packed = any("_assignsubmission_" in n or BLACKBOARD.match(n) for n in inside)
    return packed or (name is not None and not rest)


def _walk(folder):
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if not LITTER.match(f))
        yield from (Path(place, name) for name in folders)
        yield from (Path(place, name) for name in sorted(files) if not LITTER.match(name))


def _kind(path, folder):
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        target = Path(os.path.realpath(path))
        if target.is_relative_to(folder.resolve()) and target.is_file():
            return "file"
        return "link" if target.exists() else "link to nothing"
    if stat.S_ISDIR(mode) and not os.access(path, os.R_OK | os.X_OK):
        return "folder that cannot be read"
    kinds = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFIFO: "pipe"}
    return kinds.get(stat.S_IFMT(mode), "device")


def _who(top, names, column):
    """Return the student, the assignment and the stamp that the name of a file or folder tells."""
    text = top.name
    moodle = re.match(r"(.+?)_assignsubmission_(?:file|onlinetext)_?", text)
    if moodle:
        return moodle[1], _named(Path(text[moodle.end() :]), names)[0], ""
    blackboard = BLACKBOARD.match(text)
    if blackboard:
        named = _named(Path(text[blackboard.end() :]), names)[0]
        column_says = _named(Path(blackboard[1]), names)[0]
        return blackboard[1][len(column) :], named or column_says, blackboard[2]
    inbound = text.split("+")
    if len(inbound) >= 3 and inbound[1] in names and STAMP.match(inbound[2]):
        return inbound[0], inbound[1], STAMP.match(inbound[2])[0]
    if top.is_dir() and not top.is_symlink() and not NOTEBOOK.search(text):
        return text, None, ""
    named, rest = _named(Path(text), names)
    canvas = re.match(r"(.+?)_(?:late_)?(\d{3,})_(\d{3,})(?:_|\Z)", rest, re.IGNORECASE)
    return f"{canvas[1]}_{canvas[2]}" if canvas else rest, named, ""


def _named(path, names):
    """The assignment that a file or its folder is named after, and what else the name says."""
    stem = re.sub(r"(?i)(\.ipynb)?\.\w{1,5}\Z", "", path.name)
    for text in (stem, *reversed(path.parts[:-1])):
        for name in names:
            core = re.escape(name.removesuffix("_assignment"))
            at = re.search(rf"(?i)(?<![0-9a-z]){core}(_assignment)?(?![0-9a-z])", text)
            if at:
                before = re.sub(r"( - |[ _-])\Z", "", text[: at.start()])
                after = re.sub(r"\A( - |[ _-])?(\(?\d{1,2}\)?\Z)?", "", text[at.end() :])  # a copy
                return name, before or after
    return None, stem


def printable(text, keep=""):
    """Return a name that any system can print and use for a folder; different names differ.

    Whatever is not allowed stands as %XX, as in addresses.
    """

    def quoted(character):
        code = ord(character)
        raw = (
            bytes([code & 0xFF])
            if 0xDC80 <= code <= 0xDCFF
            else character.encode("utf-8", "surrogatepass")
        )
        return "".join(f"%{byte:02X}" for byte in raw)

    forbidden = set('/\\:*?"<>|%') - set(keep)
    return "".join(
        quoted(c)
        if not c.isprintable() or c in forbidden or (c in " ." and k in (0, len(text) - 1))
        else c
        for k, c in enumerate(text)
    )


def read(file):
    """Read a submitted notebook of any version and encoding, or a zip that holds one.

    Parameters
    ----------
    file : File

    Returns
    -------
    cells : list of Cell
    remarks : list of str
    digest : str
        Of the file's content.

    Raises
    ------
    Unusable
    """
    if file.kind != "file":
        raise Unusable(f"it is no file but a {file.kind}")
    try:
        if file.path.stat().st_size > LARGEST:
            raise Unusable(f"the file is larger than {LARGEST / 1e6:.0f} MB")
        raw = file.path.read_bytes()
    except OSError as error:
        raise Unusable(f"the file cannot be read ({error.strerror})") from error
    digest = hashlib.sha256(raw).hexdigest()[:12]
    remarks = []
    if file.path.suffix.lower() == ".zip":
        raw, inside = _unzipped(raw)
        remarks = [f"the zip holds {printable(inside, '/')}"]
    if not raw.strip():
        raise Unusable("the file is empty")
    text, more = _decode(raw)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError, MemoryError) as error:
        raise Unusable(f"the file is damaged: it is not JSON ({error})") from error
    if not isinstance(content, dict) or not {"cells", "worksheets"} & set(content):
        raise Unusable("the file is JSON but not a notebook")
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)  # nbformat reports to it
    try:
        version = content.get("nbformat")
        with warnings.catch_warnings():  # of doubled cell ids
            warnings.simplefilter("ignore")
            notebook = nbformat.reads(text, as_version=4)
        cells = [_cell(cell) for cell in notebook.cells]
    except Exception as error:  # a notebook may be broken in any way
        raise Unusable(f"the notebook is damaged ({type(error).__name__}: {error})") from error
    if version != 4:
        more.append(f"old notebook format {version}: converted")
    return [cell for cell in cells if cell is not None], remarks + more, digest


def _unzipped(raw):
    """Return the one notebook in an archive, and its name; nothing is written anywhere."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            inside = [i for i in archive.infolist() if not i.is_dir()]
            notebooks = [
                i
                for i in inside
                if NOTEBOOK.search(i.filename)
                and not any(LITTER.match(part) for part in re.split(r"[/\\]", i.filename))
            ]
            if len(notebooks) != 1:
                names = ", ".join(printable(i.filename, "/") for i in inside[:5])
                what = f"{len(notebooks)} notebooks among {len(inside)} files ({names})"
                raise Unusable(f"the zip holds {what}: unpack it by hand")
            if notebooks[0].file_size > LARGEST:
                raise Unusable(f"the notebook in the zip is larger than {LARGEST / 1e6:.0f} MB")
            with archive.open(notebooks[0]) as file:
                return file.read(int(LARGEST)), notebooks[0].filename
    except Unusable:
        raise
    except Exception as error:  # an archive may be broken, or encrypted, in any way
        raise Unusable(f"the zip cannot be opened ({type(error).__name__}: {error})") from error


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
    return Cell(
        cell.cell_type, source, mark if isinstance(mark, str) else None, cell.get("attachments")
    )


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
        What is graded.
    remarks : list of str
        Which cells were deleted, changed or copied, in plain words.
    by_hand : set of str
        Open questions that look untouched, but whose answer may stand in a new cell.
    """
    result, remarks, by_hand = nbformat.from_dict(release), [], set()
    places = {_mark(cell).get("grade_id", cell.id): cell for cell in result.cells}
    stubs = {name: cell.source for name, cell in places.items()}
    counting, added, anchor = _counting(submitted, places, remarks), {}, None
    for k, cell in enumerate(submitted):
        place = places.get(cell.mark)
        if counting.get(cell.mark) == k:
            anchor = cell.mark
            if not _mark(place).get("locked"):
                place.source = cell.source
                if cell.attachments and place.cell_type == "markdown":
                    place["attachments"] = cell.attachments
            elif _runs(place) and not _same(place.source, cell.source):
                remarks.append(f"the {_runs(place)} cell {anchor} had been changed: restored")
        elif place is None or not _same(stubs[cell.mark], cell.source):  # else the copy of a stub
            added.setdefault(anchor, []).append(_added(cell, f"added-{k}"))
    before = None
    for name, place in places.items():
        before = name if name in counting else before
        if _mark(place).get("solution"):
            missing = name not in counting
            beneath = any(cell.source.strip() for cell in added.get(before, []))
            if beneath and (missing or _same(place.source, stubs[name])):
                remarks.append(f"beneath the untouched or deleted cell {name} stands a new one")
                by_hand |= {name} if _mark(place).get("grade") else set()
            if missing:
                remarks.append(f"the answer cell {name} is missing")
        elif name not in counting and _runs(place):
            remarks.append(f"the {_runs(place)} cell {name} had been deleted: restored")
    result.cells = added.get(None, [])
    for name, place in places.items():
        result.cells += [place, *added.get(name, [])]
    return result, remarks, by_hand


def _counting(submitted, places, remarks):
    """Which cell counts for each place: of copies the last one that was answered."""
    found = {}
    for k, cell in enumerate(submitted):
        if cell.mark in places:
            found.setdefault(cell.mark, []).append(k)
    for name, copies in found.items():
        answered = [k for k in copies if not _same(submitted[k].source, places[name].source)]
        if len(copies) > 1 and _mark(places[name]).get("solution"):
            remarks.append(
                f"the answer cell {name} stands {len(copies)} times: the last answer counts"
            )
            copies[:] = answered or copies
    return {name: copies[-1] for name, copies in found.items()}


def _mark(cell):
    return cell.metadata.get("nbgrader", {})


def _runs(cell):
    """How to call a locked cell that matters for the points, or None."""
    if not _mark(cell).get("locked") or cell.cell_type != "code":
        return None
    return "test" if _mark(cell).get("grade") else "supplied"


def _added(cell, id):
    """A cell that the student added, without anything but its text."""
    made = getattr(nbformat.v4, f"new_{cell.type}_cell")(cell.source, id=id)
    if cell.attachments and cell.type == "markdown":
        made["attachments"] = cell.attachments
    return made
