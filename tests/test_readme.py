"""The README and the front page tell the truth about the lectures."""

import base64
import re
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LECTURES = {p.stem: p for p in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))}
ITEMS = {"0": 54, "1": 21, "2": 13, "3": 22, "4": 17}  # items in each of the five lecture series


def title(path):
    return nbformat.read(path, as_version=4).cells[0].source


def rows(text):
    """Return the rows of all tables in a text as lists of cells."""
    return [
        [cell.strip() for cell in line.strip("| ").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]


def test_every_lecture_is_listed_with_its_own_figures():
    front = nbformat.read(ROOT / "notebooks" / "index.ipynb", as_version=4)
    front = "\n".join(c.source for c in front.cells)
    for text, folder in ((README, "notebooks/"), (front, "")):
        listed = {}
        for row in rows(text):
            link = re.match(r"\[.*\]\((\S+)\)", row[0])
            if link:
                listed[link[1]] = row[2:4]
        assert set(listed) == {f"{folder}{name}.ipynb" for name in LECTURES}
        for name, path in LECTURES.items():
            minutes = re.search(r"Minutes:\**\s*(\d+)", title(path))[1]
            seconds = re.search(r"CPU seconds:\**\s*(\d+)", title(path))[1]
            assert listed[f"{folder}{name}.ipynb"] == [minutes, seconds], name


def test_coverage_table_lists_every_item_once_and_is_true():
    table = {r[0]: r for r in rows(README) if re.fullmatch(r"\d\.\d+", r[0])}
    expected = [f"{s}.{k}" for s, n in ITEMS.items() for k in range(1, n + 1)]
    assert list(table) == expected
    there = {name[:2] for name in LECTURES}
    for id, (_, item, lectures, state) in table.items():
        have = [number in there for number in lectures.split(", ")]
        assert state == ("done" if all(have) else "partly" if any(have) else "planned"), id
        assert len(item) > 3
    done = sum(row[3] == "done" for row in table.values())
    assert f"{done} of {len(table)} items are done" in README


def test_the_readme_figure_is_the_one_of_the_lecture():
    from tools.execute import README_FIGURE

    lecture, cell, file = README_FIGURE
    cells = nbformat.read(LECTURES[lecture], as_version=4).cells
    outputs = next(c for c in cells if c.id == cell).outputs
    picture = next(o.data["image/png"] for o in outputs if "image/png" in o.get("data", {}))
    assert (ROOT / file).read_bytes() == base64.b64decode(picture)
    assert re.search(r"!\[[^\]]{20,}\]\(" + file + r"\)", README), "with alternative text"


def test_relative_links_exist():
    for target in re.findall(r"\]\(([^)\s#]+)", README):
        if not target.startswith("https://"):
            assert (ROOT / target).exists(), target
