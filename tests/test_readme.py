"""The pages at the door tell the truth: README, front page, guides, and what is taught where."""

import base64
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COVERAGE = (ROOT / "notebooks" / "coverage.md").read_text(encoding="utf-8")
GUIDES = ("README.md", "CONTRIBUTING.md", "solutions/README.md", "notebooks/coverage.md")
LECTURES = {p.stem: p for p in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))}
ITEMS = {"0": 54, "1": 21, "2": 13, "3": 22, "4": 17}  # items in each of the five lecture series


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def title(path):
    return nbformat.read(path, as_version=4).cells[0].source


def front_page():
    cells = nbformat.read(ROOT / "notebooks" / "index.ipynb", as_version=4).cells
    return "\n".join(c.source for c in cells)


def rows(text):
    """Return the rows of all tables in a text as lists of cells."""
    return [
        [cell.strip() for cell in line.strip("| ").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]


def test_readme_is_read_in_five_minutes():
    assert len(README.splitlines()) <= 150
    prose = [line for line in README.splitlines() if not line.startswith(("|", "!"))]
    assert len(" ".join(prose).split()) <= 1100


def test_every_lecture_is_listed_with_its_own_figures():
    for text, folder in ((README, "notebooks/"), (front_page(), "")):
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


def test_a_lecture_without_notebook_is_listed_as_planned():
    for text in (README, front_page()):
        listed = {row[0][:2]: row[2] for row in rows(text) if re.match(r"\d\d ", row[0])}
        assert set(listed.values()) <= {"planned"}
        numbers = set(listed) | {name[:2] for name in LECTURES}
        assert numbers == {f"{n:02d}" for n in range(11)}
        assert not set(listed) & {name[:2] for name in LECTURES}


# What is taught where.

PLACE = re.compile(r"\[(\d\d)(, beyond)?: ([^\]]+)\]\(([^)]+)\) \((`[^)]+`)\)")


def sections(notebook):
    """Return for the id of each cell its section and whether that is beyond the hour."""
    found, section, beyond = {}, "", False
    for number, cell in enumerate(notebook.cells):
        heading = cell.cell_type == "markdown" and re.search(r"(?m)^(##?) (.+)", cell.source)
        if heading and heading[2] == "Beyond the hour":
            beyond = True
        elif heading and number:
            section = heading[2]
        found[cell.id] = (section, beyond)
    return found


def written(path, section, beyond, cells):
    """Return how a place is written in coverage.md."""
    names = ", ".join(f"`{cell}`" for cell in cells)
    return f"[{path.name[:2]}{', beyond' * beyond}: {section}]({path.name}) ({names})"


def faults(where, paths, known):
    """Return what is wrong with the places of one row; every fault says what to write."""
    found = []
    for place in where:
        match = PLACE.fullmatch(place)
        path = match and paths.get(match[1])
        if not path:
            numbered = re.fullmatch(r"\d\d", place) and int(place) <= 10
            if not numbered:
                found.append(f"{place!r} is neither a place nor the number of a lecture")
            continue
        cells = re.findall(r"`([^`]+)`", match[5])
        here = known[match[1]]
        gone = [cell for cell in cells if cell not in here]
        if gone:
            found.append(f"{path.name} has no cell {', '.join(gone)}")
            continue
        right = "; ".join(
            written(path, *side, [cell for cell in cells if here[cell] == side])
            for side in dict.fromkeys(here[cell] for cell in cells)
        )
        if place != right:
            found.append(f"write {right}")
    return found


def test_coverage_lists_every_item_once():
    listed = [row[0] for row in rows(COVERAGE) if re.fullmatch(r"\d\.\d+", row[0])]
    assert listed == [f"{s}.{k}" for s, n in ITEMS.items() for k in range(1, n + 1)]


def test_coverage_names_cells_that_exist_on_the_right_side_of_the_hour():
    paths = {name[:2]: path for name, path in LECTURES.items()}
    known = {n: sections(nbformat.read(path, as_version=4)) for n, path in paths.items()}
    found = {row[0]: faults(row[2].split("; "), paths, known) for row in items()}
    assert not {id: what for id, what in found.items() if what}


def test_coverage_states_are_true():
    there = {name[:2] for name in LECTURES}
    count = dict.fromkeys(("done", "partly", "planned"), 0)
    for id, item, where, state in items():
        places = where.split("; ")
        shown = [place for place in places if PLACE.fullmatch(place)]
        for place in set(places) - set(shown):
            assert place not in there, f"{id}: lecture {place} exists, name its cells"
        complete = len(shown) == len(places) and "(missing: " not in item
        assert state == ("planned" if not shown else "done" if complete else "partly"), id
        assert state != "partly" or "(missing: " in item, f"{id}: say what is missing"
        count[state] += 1
    numbers = f"{count['done']} of {sum(count.values())} items are done, {count['partly']} partly"
    assert f"{numbers}, {count['planned']} planned" in " ".join(COVERAGE.split())


def items():
    return [row for row in rows(COVERAGE) if re.fullmatch(r"\d\.\d+", row[0])]


def test_a_wrong_place_is_noticed():
    cells = [("a", "# Title"), ("b", "## One"), ("c", "text"), ("d", "# Beyond the hour")]
    cells += [("e", "What One told.\n\n## Two"), ("f", "text")]
    cells = [nbformat.v4.new_markdown_cell(text, id=id) for id, text in cells]
    known = {"01": sections(nbformat.v4.new_notebook(cells=cells))}
    assert known["01"]["c"] == ("One", False) and known["01"]["f"] == ("Two", True)
    paths = {"01": Path("01_x.ipynb")}
    right = ["[01: One](01_x.ipynb) (`b`, `c`)", "[01, beyond: Two](01_x.ipynb) (`f`)", "05"]
    assert not faults(right, paths, known)
    for wrong in (
        "[01: Two](01_x.ipynb) (`c`)",
        "[01: Two](01_x.ipynb) (`f`)",
        "[01, beyond: One](01_x.ipynb) (`c`)",
        "[01: One](02_x.ipynb) (`c`)",
        "[01: One](01_x.ipynb) (`z`)",
        "[01: One](01_x.ipynb)",
        "[02: One](02_x.ipynb) (`c`)",
        "12",
        "",
    ):
        assert faults([wrong], paths, known), wrong
    (fault,) = faults(["[01: One](01_x.ipynb) (`c`, `f`)"], paths, known)
    assert fault.endswith("[01: One](01_x.ipynb) (`c`); [01, beyond: Two](01_x.ipynb) (`f`)")


# Pictures, links, commands.


def test_the_readme_figure_is_the_one_of_the_lecture():
    from tools.execute import README_FIGURE

    lecture, cell, file = README_FIGURE
    cells = nbformat.read(LECTURES[lecture], as_version=4).cells
    outputs = next(c for c in cells if c.id == cell).outputs
    picture = next(o.data["image/png"] for o in outputs if "image/png" in o.get("data", {}))
    assert (ROOT / file).read_bytes() == base64.b64decode(picture)
    assert re.search(r"!\[[^\]]{20,}\]\(" + file + r"\)", README), "with alternative text"


def test_the_picture_of_a_lecture_is_up_to_date():
    from tools import picture

    file = ROOT / picture.FILE
    with Image.open(file) as image:
        assert image.width >= picture.WIDTH and image.height > 500
        seen = image.text.get("Source")
    assert seen == picture.digest(), "render it anew: python -m tools.picture"
    assert file.stat().st_size <= 150_000
    assert re.search(r"!\[[^\]]{20,}\]\(" + picture.FILE + r"\)", README), "with alternative text"


def test_the_picture_shows_prediction_code_figure_and_reading():
    from tools import picture

    text, code, figure, reading = picture.section()
    assert "**Predict first.**" in text.source and code.cell_type == "code"
    assert any("image/png" in o.get("data", {}) for o in figure.outputs)
    assert not reading.source.startswith("#") and "<!--" not in reading.source
    shown = text.source + reading.source
    assert "$" not in shown, "formulas need MathJax: name their plain form in tools/picture.py"
    page = picture.page()
    assert "Predict first" in page
    assert page.count('<div class="highlight') == 1, "one cell of code; the drawing is collapsed"
    assert not re.search(r'src="https?:', page), "nothing is loaded from elsewhere"


BROWSER = """#!{python}
import sys
from pathlib import Path
from PIL import Image
options = dict(o.partition("=")[::2] for o in sys.argv[1:-1])
width, height = map(int, options["--window-size"].split(","))
scale = float(options["--force-device-scale-factor"])
shot = Image.new("RGB", (int(width * scale), int(height * scale)), "white")
shot.paste("black", (20, 30, 100, 700))
shot.save(options["--screenshot"])
Path({seen!r}).write_text(Path(sys.argv[-1].removeprefix("file://")).read_text(encoding="utf-8"))
"""


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for the browser is a script")
def test_the_picture_is_cut_below_the_last_line(tmp_path, monkeypatch, capsys):
    from tools import picture

    browser, seen = tmp_path / "browser", tmp_path / "seen.html"
    browser.write_text(BROWSER.format(python=sys.executable, seen=str(seen)))
    browser.chmod(0o700)
    monkeypatch.setattr(picture, "FILE", str(tmp_path / "lecture.png"))
    monkeypatch.setattr(picture.shutil, "which", lambda name: None)
    assert picture.main() == 1 and "needs Chromium" in capsys.readouterr().out
    monkeypatch.setattr(picture.shutil, "which", {"google-chrome": str(browser)}.get)
    assert picture.main() == 0  # no Chromium, but Chrome
    assert re.search(r"1320 x 712, \d kB", capsys.readouterr().out)
    assert "Predict first" in seen.read_text()
    with Image.open(tmp_path / "lecture.png") as image:
        assert image.size == (1320, 712)  # a margin of 12 below the last line
        assert image.text["Source"] == picture.digest()
        assert image.convert("RGB").getpixel((50, 100)) == (0, 0, 0)


@pytest.mark.parametrize("name", GUIDES)
def test_relative_links_exist(name):
    targets = re.findall(r"\]\(([^)\s#]+)", text_of(name))
    assert targets or name == "CONTRIBUTING.md"
    for target in targets:
        if not target.startswith("https://"):
            assert ((ROOT / name).parent / target).exists(), target


def test_the_four_pages_are_found_from_the_readme():
    for page in GUIDES[1:]:
        assert f"]({page})" in README, page
    assert "](coverage.md)" in front_page()


def verbs():
    """Return the commands that run.py knows, as it names them itself."""
    command = [sys.executable, str(ROOT / "run.py"), "nonsense"]
    said = subprocess.run(command, capture_output=True, text=True).stdout
    return set(said.split("choose one of: ")[1].strip().split(", "))


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "solutions/README.md"])
def test_every_command_in_the_guides_exists(name):
    used = set(re.findall(r"(?:python3 |`)run\.py (?:--gpu )?([a-z]+)", text_of(name)))
    assert len(used) >= 2 and used <= verbs()


def test_every_file_that_contributing_names_exists():
    folders = "notebooks|solutions|utils|tools|tests"
    named = set(re.findall(rf"`((?:{folders})/[\w./]*)`", text_of("CONTRIBUTING.md")))
    named |= set(re.findall(r"`(\w+\.(?:py|toml|md))`", text_of("CONTRIBUTING.md"))) - {"cache.py"}
    assert len(named) >= 15
    for name in named:
        here = name.replace("NN_topic", "03_mlp").replace("exNN", "ex03")
        assert (ROOT / here).exists(), name


def test_the_limits_that_contributing_names_are_those_of_the_tests():
    budgets = text_of("conftest.py")
    said = re.search(r"one thread \| (\d+); 07 and 09: (\d+)", text_of("CONTRIBUTING.md"))
    for number in said.groups():
        assert f": {number}" in budgets
    assert "| 2 GB |" in text_of("CONTRIBUTING.md") and "MEMORY_BUDGET = 2000" in budgets


def test_guides_are_short_and_british():
    from test_notebooks import AMERICAN, EMPTY_WORDS

    for name in GUIDES:
        lines = text_of(name).splitlines()
        assert len(lines) <= 200, name
        long = [line for line in lines if len(line) > 100 and not line.startswith(("|", "!"))]
        assert not long, f"{name}: {long}"
        prose = re.sub(r"```.*?```|`[^`]*`|\"\w+\"", " ", text_of(name), flags=re.S)
        assert not re.findall(EMPTY_WORDS + "|" + AMERICAN, prose, re.I), name
