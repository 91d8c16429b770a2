"""What students hand in: whose it is, which file counts, what stands in the table."""

import csv
import io
import json
import os
import re
import zipfile
from types import SimpleNamespace

import nbformat
import pytest
from handed_in import GOOD, MEAN, answered, sources
from nbformat.v4 import new_code_cell, new_markdown_cell

from tools import assignments, grade, submissions, table

NAMES = ["90_means", "91_other"]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The two small assignments, as the table needs them."""
    folder = sources(tmp_path_factory.mktemp("course") / "solutions")
    return {
        name: SimpleNamespace(
            release=assignments.build(source),
            exercises={"mean-test": "90.1", "why": "90 why"},
            most={"90.1": 2.0, "90 why": 3.0},
            source=source,
        )
        for name, source in assignments.sources(folder).items()
    }


MOODLE = "Ann Lee_77_assignsubmission_file_"
CANVAS, BLACKBOARD = "leeann_1234_", "Means: first part_alee_attempt_2025-01-01-10-00-00"
LAYOUTS = [  # paths within the folder, the student that each belongs to
    ([f"{MOODLE}/90_means.ipynb"], ["Ann Lee_77"]),
    ([f"{MOODLE}90_means.ipynb"], ["Ann Lee_77"]),
    ([f"{MOODLE}/a.ipynb", "Ann Lee_77_assignsubmission_onlinetext_/o.html"], ["Ann Lee_77"] * 2),
    (["Ann Lee_77_assignsubmission_onlinetext_onlinetext.html"], ["Ann Lee_77"]),
    ([f"Physics-90-123/{MOODLE}/90_means.ipynb"], ["Ann Lee_77"]),
    ([f"{CANVAS}555_90_means-2.ipynb", f"{CANVAS}556_notes.pdf"], ["leeann_1234"] * 2),
    (["leeann_LATE_1234_557_90_means.ipynb"], ["leeann_1234"]),
    ([f"{BLACKBOARD}_90_means.ipynb", f"{BLACKBOARD}.txt"], ["alee"] * 2),
    (
        [f"{BLACKBOARD}_a.ipynb", f"{BLACKBOARD}_a.ipynb".replace("alee", "b_ree")],
        ["alee", "b_ree"],
    ),
    (["lee/90_means/90_means.ipynb", "lee/91_other/91_other.ipynb"], ["lee"] * 2),
    (["lee+90_means+2025-01-01 10:00:00 UTC+x/90_means.ipynb"], ["lee"]),
    (["90_means/lee/work.ipynb", "90_means/kay_90_means.ipynb"], ["lee", "kay"]),
    (["90_means_lee.ipynb", "kay-90_means (2).ipynb"], ["lee", "kay"]),
    (["lee_90_means_assignment.ipynb"], ["lee"]),
    (["lee_2024_90_means.ipynb", "lee_2025_90_means.ipynb"], ["lee_2024", "lee_2025"]),
    (["lee/deep/inside/90_means/work.ipynb"], ["lee"]),
    (["90_means (1).ipynb"], ["(no name)"]),
    (["lee_90_means.ipynb", "lee__90_means.ipynb"], ["lee", "lee_"]),
    (["lee - 90_means-2.ipynb"], ["lee"]),
]


@pytest.mark.parametrize("paths, students", LAYOUTS)
def test_layouts_of_learning_platforms(tmp_path, paths, students):
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("")
    found = submissions.collect(tmp_path, NAMES)
    files = {file.name: student for student, files in found.items() for file in files}
    expected = {submissions.printable(path, "/"): who for path, who in zip(paths, students)}
    assert files == expected
    named = {file.assignment for files in found.values() for file in files} - {None}
    assert named <= set(NAMES)


def test_the_assignment_is_known_from_a_folder_around_the_students(tmp_path):
    (tmp_path / "91_other" / "lee").mkdir(parents=True)
    (tmp_path / "91_other" / "lee" / "work.ipynb").write_text("")
    (file,) = submissions.collect(tmp_path, NAMES)["lee"]
    assert file.assignment == "91_other"


@pytest.mark.parametrize(
    "names",
    [
        ["A:B", "A?B", "A B", "A%3AB"],
        ["A", "A.", ".A", " A", "A "],
        [os.fsdecode(b"\xff"), os.fsdecode(b"\xfe"), "\xff", "%FF"],
        ["a\nb", "a\tb", "a b", "ab"],
    ],
)
def test_names_that_differ_stay_different_students(names):
    shown = {submissions.printable(name) for name in names}
    assert len(shown) == len(names)
    assert all(name.encode() and name.isprintable() and name == name.strip(" .") for name in shown)


def test_folders_differ_where_a_system_folds_letters():
    rows = [
        table.Row(name, "90_means") for name in ("ada", "ADA", "e\u0301", "\u00e9", "x" * 250, "y")
    ]
    folders = grade._folders(rows)
    assert len({name.casefold() for name in folders.values()}) == len(rows)
    assert folders["y"] == "y" and all(len(name) < 200 for name in folders.values())


def hand_in(folder, course, name, answers, time=None):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(answered(course["90_means"].source, answers), path)
    if time:
        os.utime(path, (time, time))
    return path


@pytest.mark.parametrize(
    "first, second",
    [  # the second counts: by the attempt's stamp, else by its time
        (("zoe/90_means.ipynb", 100), ("zoe/90_means-1.ipynb", 200)),
        (("zoe/90_means-1.ipynb", 100), ("zoe/90_means.ipynb", 200)),
        (
            ("x_zoe_attempt_2025-01-01-10-00-00_90_means.ipynb", 200),
            ("x_zoe_attempt_2025-01-02-09-00-00_90_means.ipynb", 100),
        ),
        (
            ("zoe+90_means+2025-01-01 10:00:00 UTC/90_means.ipynb", 200),
            ("zoe+90_means+2025-01-01 10:00:01 UTC/90_means.ipynb", 100),
        ),
    ],
)
def test_the_latest_file_of_several_counts(course, tmp_path, first, second):
    hand_in(tmp_path, course, first[0], {}, first[1])
    hand_in(tmp_path, course, second[0], GOOD, second[1])
    broken = tmp_path / re.sub(r"90_means(-1)?\.ipynb$", "90_means-9.ipynb", first[0])
    broken.parent.mkdir(exist_ok=True)
    broken.write_text("damaged")
    (row,) = grade.rows_of(tmp_path, course)
    assert next(c.source for c in row.cells if c.mark == "mean") == MEAN
    name = submissions.printable(second[0], "/")
    assert row.remarks[0].startswith(
        f"3 files: this is {name}, the latest that can be graded; not "
    )
    assert submissions.printable(first[0], "/") in row.remarks[0] and "not JSON" in row.remarks[0]


def test_every_file_ends_in_a_row(course, tmp_path):
    """Also where two assignments are asked for, and nobody knows to which a file belongs."""
    hand_in(tmp_path, course, "lee/90_means.ipynb", GOOD)
    nbformat.write(answered(course["91_other"].source, GOOD), tmp_path / "lee" / "91_other.ipynb")
    for k in range(8):
        (tmp_path / "lee" / f"data{k}.csv").write_text("")
    for name in ("kay/91_other.pdf", "ray/strange.ipynb", "may.docx"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{")
    rows = {(row.student, row.assignment): row for row in grade.rows_of(tmp_path, course)}
    assert len(rows) == 9
    assert rows["lee", "90_means"].notes[0].endswith("data4.csv, 3 more files")
    assert rows["kay", "91_other"].remarks[0].endswith("handed in: kay/91_other.pdf")
    assert rows["kay", "90_means"].status == "missing"
    assert "not JSON" in rows["ray", "?"].remarks[0]
    assert rows["may", "90_means"].remarks[0].endswith("handed in: may.docx")
    only = grade.rows_of(tmp_path, course, "90_means")
    assert [row.student for row in only] == ["kay", "lee", "may", "ray"]


def test_an_encrypted_or_lying_zip_is_refused(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.ipynb", "{}")
    raw = path.read_bytes()
    at = raw.index(b"PK\x01\x02")
    path.write_bytes(raw[: at + 8] + b"\x01" + raw[at + 9 :])  # the flag of encryption
    (file,) = submissions.collect(tmp_path, NAMES)["a"]
    with pytest.raises(submissions.Unusable, match="the zip cannot be opened"):
        submissions.read(file)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"a": 1}', "JSON but not a notebook"),
        ("[]", "JSON but not a notebook"),
        (" \n", "the file is empty"),
        ("{", "it is not JSON"),
        ('{"cells": 3, "nbformat": 4}', "the notebook is damaged"),
        (51 * 10**6 * "x", "the file is larger than 50 MB"),
    ],
    ids=["object", "list", "blank", "brace", "cells", "large"],
)
def test_what_is_no_notebook_is_told(tmp_path, text, says):
    (tmp_path / "a.ipynb").write_text(text)
    (file,) = submissions.collect(tmp_path, NAMES)["a"]
    with pytest.raises(submissions.Unusable, match=says):
        submissions.read(file)


def test_a_name_in_an_old_encoding_is_printed():
    assert submissions.printable("Zo\udceb") == "Zo%EB"
    assert submissions.printable("a\ud800") == "a%ED%A0%80"


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+x", "-x", "@x", "\t=x", " =x", "'=x", "''@x", "\uff1dx", "a;=b", "a, @b", "a\n=b"],
)
def test_a_spreadsheet_reads_no_formula(text):
    shown = table.safe(text)
    assert not any(
        part.lstrip()[:1] in tuple("=+-@\uff1d") for part in shown.replace(",", ";").split(";")
    )
    assert "\n" not in shown and "\t" not in shown
    assert table.safe("Lee, Ann -- O'Neill") == "Lee, Ann -- O'Neill"


@pytest.mark.parametrize("comma", [False, True])
def test_the_table_comes_back_as_it_was_written(course, comma):
    rows = [
        table.Row(name, "90_means", None, "look") for name in ("=x", "'=x", "\u00e9va", "O'Neill")
    ]
    for row in rows:
        row.points = {"90.1": [1.5, 2.0], "90 why": [None, 3.0]}
        row.remarks, row.file, row.digest = ["@remark; =x"], "-x/90_means.ipynb", "#12e5"
    text = table.table(rows, course, comma)
    assert text.startswith("\ufeff") and ("1,5" in text) == comma
    cells = [c for line in csv.reader(io.StringIO(text[1:]), delimiter=",;"[comma]) for c in line]
    assert not any(c.startswith(tuple("=+-@")) for c in cells)
    assert not any(c.replace(".", "").isdigit() and c.startswith("0") for c in cells[:10])
    for raw in (
        text.encode(),
        text[1:].encode("utf-16"),
        f"sep={',;'[comma]}\n{text[1:]}".encode(),
    ):
        found = table.read(raw, course)
        assert [row.student for row in found] == [row.student for row in rows]
        assert found[0].points == rows[0].points and found[0].file == rows[0].file
        assert table.table(found, course, comma) == text


def test_a_table_that_excel_has_spoilt_is_not_read_wrongly(course):
    row = table.Row(
        "007", "90_means", None, "graded", points={"90.1": [1.0, 2.0], "90 why": [None, 3.0]}
    )
    text = table.table([row], course)
    for spoilt, message in (
        (text.replace("ex 90.1", "ex 9.1"), "lacks the column ex 90.1"),
        (text.replace("digest", "dig"), "lacks some of the columns"),
        (text.replace(",1,", ",1. Feb,"), "no number"),
        ("", "lacks"),
    ):
        with pytest.raises(ValueError, match=message):
            table.read(spoilt.encode(), course)


STUB = "root = ...  # replace the dots"
PICTURE = {"a.png": {"image/png": "AAAA"}}


@pytest.mark.parametrize(
    "edit, remarks, by_hand",
    [
        (lambda c: c, [], set()),
        (
            lambda c: [*c, new_code_cell("x = 1")],
            ["beneath the untouched or deleted cell why"],
            {"why"},
        ),
        (lambda c: [*c, new_markdown_cell(" ")], [], set()),
        (
            lambda c: [*c[:-1], new_markdown_cell("So.")],
            ["beneath the", "cell why is missing"],
            {"why"},
        ),
        (
            lambda c: [*c[:5], new_code_cell("root = 2"), *c[5:]],
            ["beneath the .* cell root"],
            set(),
        ),
        (lambda c: c[:-1], ["the answer cell why is missing"], set()),
        (lambda c: [c[4], *c], ["cell root stands 2 times"], set()),
        (lambda c: [*c, {**c[4], "source": "root = 3"}], ["cell root stands 2 times"], set()),
        (lambda c: [c[0], c[0], *c], [], set()),
        (
            lambda c: [*c[:3], {**c[3], "source": "pass"}, *c[4:]],
            ["test cell mean-test .* changed"],
            set(),
        ),
        (lambda c: [*c[:3], *c[4:]], ["test cell mean-test had been deleted"], set()),
        (lambda c: c[1:], [], set()),
    ],
)
def test_deleted_changed_and_copied_cells_are_told(course, tmp_path, edit, remarks, by_hand):
    release = course["90_means"].release
    made = json.loads(assignments.render(release))
    made["cells"] = edit(made["cells"])
    (tmp_path / "a.ipynb").write_text(json.dumps(made))
    (file,) = submissions.collect(tmp_path, NAMES)["a"]
    notebook, found, left = submissions.transplant(submissions.read(file)[0], release)
    assert len(found) == len(remarks) and all(map(re.search, remarks, found)), found
    assert left == by_hand
    root = [cell.source for cell in notebook.cells if cell.id == "root"]
    assert root == (["root = 3"] if "root = 3" in json.dumps(made) else [STUB])
    kept = [c.id for c in notebook.cells if not c.id.startswith("added")]
    assert kept == [c.id for c in release.cells]


def test_of_copies_the_answered_one_counts_and_pictures_stay(course):
    def cell(source, mark, type="code", attachments=None):
        return submissions.Cell(type, source, mark, attachments)

    cells = [
        cell("root = 1", "root"),
        cell("root = 2", "root"),
        cell(STUB, "root"),
        cell("![a](attachment:a.png)", "why", "markdown", PICTURE),
        cell("![a](attachment:a.png)", "new", "markdown", PICTURE),
        cell("x", "newer", "code", PICTURE),
    ]
    notebook, remarks, _ = submissions.transplant(cells, course["90_means"].release)
    sources = [c.source for c in notebook.cells if "root" in c.source]
    assert sources == ["root = 1", "root = 2", "assert np.allclose(root**2, 2)"]
    assert "root stands 3 times: the last answer counts" in remarks[0]
    assert [c.id for c in notebook.cells if "attachments" in c] == ["why", "added-4"]


def test_a_zip_may_hold_as_much_as_a_file(tmp_path, monkeypatch):
    monkeypatch.setattr(submissions, "LARGEST", 300)
    for size, fits in ((300, True), (301, False)):
        with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.ipynb", " " * size)
        (file,) = submissions.collect(tmp_path, NAMES)["a"]
        with pytest.raises(submissions.Unusable, match="is empty" if fits else "is larger"):
            submissions.read(file)


def test_points_by_hand_lie_between_nothing_and_all(course):
    points = {"90.1": [0.0, 2.0], "90 why": [3.0, 3.0]}
    row = table.Row("'tis", "90_means", None, "look", points=points)
    assert row.sums() == (3, 5, 0)
    text = table.table([row, table.Row("b", "?", None, "look")], course)
    first, second = table.read(text.encode(), course)
    assert first.points == points and first.student == "'tis"
    assert second.points == {}, "an assignment that nobody knows"
    with pytest.raises(ValueError, match="row 'tis, column ex 90 why: 3.1 is not between 0 and 3"):
        table.read(text.replace(",0,3,look", ",0,3.1,look").encode(), course)
    with pytest.raises(ValueError, match="-1 is not between 0 and 2"):
        table.read(text.replace(",0,3,look", ",-1,3,look").encode(), course)


def test_what_moodle_takes_back():
    done = table.Row("Ann Lee_77", "90_means", points={"90.1": [1.5, 2.0]})
    left = table.Row("=kay", "90_means", points={"90.1": [1.5, 2.0], "90 why": [None, 3.0]})
    lost = table.Row("ray", "90_means", remarks=["the file is empty"])
    head, *lines = csv.reader(io.StringIO(table.moodle([done, left, lost])[1:]))
    assert head[0] == "Identifier" and head[-1] == "Feedback comments"
    assert lines == [
        ["Participant 77", "Ann Lee", "1.5", "2", "", "90.1: 1.5 of 2"],
        ["", "'=kay", "", "5", "", "90.1: 1.5 of 2; 90 why: to be given of 3"],
        ["", "ray", "", "", "", "not graded; the file is empty"],
    ]
