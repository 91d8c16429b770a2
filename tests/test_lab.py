"""Sliders in a real JupyterLab: run, moved by mouse and by keyboard, saved, opened again.

`python3 run.py test tests/test_lab.py -m hall -n0` does so with every lecture that has sliders, in
about half an hour, and leaves what it sees in build/hall/.
"""

import json

import nbformat
import pytest
from browsing import Page, jupyterlab, until
from test_explore import SLIDERS

from tools import browser, present
from tools.execute import ROOT, lectures
from tools.saving import METADATA

pytestmark = pytest.mark.skipif(browser.find() is None, reason=browser.MISSING)
LECTURES = [p for p in lectures() if any(f"explore.{s}(" in p.read_text("utf-8") for s in SLIDERS)]
KEEP = "--ServerApp.jpserver_extensions=tools.saving=True"  # as `run.py lab` has it
ROWS = 'document.querySelectorAll(".course-sliders .widget-hbox")'
STATE = """(() => {
  const row = %s[%d], cell = row.closest(".jp-Cell");
  const panel = row.closest(".course-sliders"), figure = cell.querySelector("img");
  panel.scrollIntoView();
  const field = row.querySelector("input, select"), knob = row.querySelector(".noUi-touch-area");
  const centre = e => (b => [b.x + b.width / 2, b.y + b.height / 2])(e.getBoundingClientRect());
  return {
    name: field.labels[0].textContent, kind: field.type, value: field.value,
    knob: knob && centre(knob), reset: centre(panel.querySelector("button")),
    high: knob && field.value - field.min > field.max - field.value,
    picture: figure.src,
    height: figure.getBoundingClientRect().bottom - panel.getBoundingClientRect().top,
    screen: document.querySelector(".jp-WindowedPanel-outer").clientHeight,
  };
})()"""


@pytest.fixture
def page(tmp_path):
    page = Page(tmp_path / "profile")
    yield page
    page.close()


def test_every_slider_of_the_course(page, tmp_path, monkeypatch):
    cells = ["from test_explore import SLIDERS", *(f"SLIDERS[{name!r}][0]()" for name in SLIDERS)]
    cells = [nbformat.v4.new_code_cell(c, id=f"cell-{k}") for k, c in enumerate(cells)]
    lecture = tmp_path / "course" / "notebooks" / "00_made.ipynb"
    lecture.parent.mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=METADATA), lecture)
    monkeypatch.setattr(present, "ROOT", tmp_path / "course")
    monkeypatch.setattr(present, "named", lambda name: lecture)
    judge(page, lecture, tmp_path, monkeypatch)


@pytest.mark.hall
@pytest.mark.parametrize("lecture", LECTURES, ids=[p.stem for p in LECTURES])
def test_every_lecture_with_sliders(page, lecture, tmp_path, monkeypatch):
    pictures = ROOT / "build" / "hall"
    pictures.mkdir(parents=True, exist_ok=True)
    judge(page, lecture, tmp_path, monkeypatch, pictures)


def judge(page, lecture, folder, monkeypatch, pictures=None):
    """Present a lecture, as `run.py present` does, and use all of its sliders."""
    monkeypatch.setattr(present, "BUILD", folder / "present")
    tracked = lecture.read_bytes()
    copy = folder / "present" / "notebooks" / lecture.name
    with jupyterlab(folder / "lab.log", [*present.prepare(lecture.stem), KEEP]) as address:
        page.open(address, lecture.name)
        assert page.run_all(seconds=900) == []
        rows = until(lambda: page.js(f"{ROWS}.length"), "sliders appear")
        names = [page.js(STATE % (ROWS, row))["name"] for row in range(rows)]
        assert page.names("slider") == [], "a nameless handle"
        for row in range(rows):
            slide(page, row, pictures and pictures / f"{lecture.stem}-{row}.png")
        told = page.names("spinbutton", "textbox", "combobox")
        assert [name for name in told if name in names] == names
        page.save()
        shown = still(copy)
        page.open(address, lecture.name)
        assert page.js('document.querySelectorAll(".jp-RenderedImage img").length') == shown
        saved = copy.read_bytes()
        page.save()
        assert copy.read_bytes() == saved, "opened and saved: a change"
        assert "Traceback" not in (folder / "lab.log").read_text() and page.errors == []
    assert lecture.read_bytes() == tracked


def slide(page, row, shot=None):
    """Move one control by mouse and by keyboard, then reset; the picture follows each time."""
    first = now = page.js(STATE % (ROWS, row))
    assert now["height"] < now["screen"], "the sliders and their figure need more than one screen"
    if now["knob"]:
        page.drag(*now["knob"], by=-60 if now["high"] else 60)
        followed(page, row, now)
        now = page.js(STATE % (ROWS, row))
    page.js(f'{ROWS}[{row}].querySelector("input, select").focus()')
    if now["kind"] == "text":
        page.js("document.activeElement.select()")
        page("Input.insertText", text="0 1 0  1 -4 1  0 1 0")
        page.press("Tab")
    elif now["kind"] == "number":
        page.press("ArrowDown" if now["high"] else "ArrowUp")
    else:  # JupyterLab keeps the arrow keys of a closed menu for itself
        for key in (" ", "ArrowDown", "Enter"):
            page.press(key)
    followed(page, row, now)
    if shot:
        page.shot(shot)
    page.drag(*page.js(STATE % (ROWS, row))["reset"])
    picture = first["picture"]
    until(lambda: page.js(STATE % (ROWS, row))["picture"] == picture, "reset")


def followed(page, row, before):
    def moved():
        now = page.js(STATE % (ROWS, row))
        return page.idle() and all(now[k] != before[k] for k in ("value", "picture"))

    until(moved, f"the picture follows {before['name']}")


def still(path):
    """Return how many pictures a saved notebook holds; widgets are none."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    data = [o["data"] for c in cells for o in c.get("outputs", []) if "data" in o]
    assert not any("application/vnd.jupyter.widget-view+json" in d for d in data)
    return sum("image/png" in d for d in data)
