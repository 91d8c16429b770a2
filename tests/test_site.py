"""The pages: complete, whole without a network, legible on a phone."""

import json
import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest

from tools import browser, site
from tools.execute import ROOT

ON_A_PHONE = """
const faults = [];
addEventListener("error", e => faults.push("error: " + (e.message || e.target.src)), true);
addEventListener("load", () => setTimeout(() => {
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) faults.push(`${document.title}: ${wide} px too wide`);
  for (const e of document.querySelectorAll("[data-mjx-error]"))
    faults.push(`${document.title}: mathematics: ${e.dataset.mjxError}`);
  parent.postMessage(faults, "*");
}, 3000));
"""


def test_the_site(tmp_path):
    """One build, looked at from all sides: it takes half a minute."""
    folder = tmp_path / "site"
    assert site.build(folder) == 0, "Sphinx complains, see above"
    judge_completeness(folder)
    judge_links(folder)
    judge_pictures(folder)
    judge_lecture(folder / "notebooks" / "05_magnetic_phases.html")
    name = "notebooks/05_magnetic_phases.ipynb"
    assert (folder / "_sources" / name).read_bytes() == (ROOT / name).read_bytes()
    if browser.find():
        shown = [path for path in pages(folder) if path.stem not in ("genindex", "search")]
        assert browser.judge(shown, ON_A_PHONE, [(390, 844)]) == []


def pages(folder):
    found = [path for path in folder.rglob("*.html") if "_static" not in path.parts]
    return {path: path.read_text(encoding="utf-8") for path in found}


def judge_completeness(folder):
    assert (folder / "index.html").exists()
    for path in sum(site.sources().values(), []):
        assert (folder / path.relative_to(ROOT)).with_suffix(".html").exists(), path


def judge_links(folder):
    """Links lead somewhere, and nothing comes from elsewhere."""
    for page, text in pages(folder).items():
        assert not re.search(r'<(script|img|link)[^>]*(?:src|href)="(https?:)?//', text), page
        for link in re.findall(r'(?:href|src)="([^"#?:]+)[#?"]', text):
            assert (page.parent / unquote(unescape(link))).exists(), f"{page.name}: {link}"


def judge_pictures(folder):
    """Pictures have alternative texts and captions."""
    for page, text in pages(folder).items():
        for picture in re.findall(r"<img[^>]*>", text):
            assert re.search(r'alt="[^"]{15,}"', picture), f"{page.name}: {picture[:200]}"
    lecture = (folder / "notebooks" / "05_magnetic_phases.html").read_text(encoding="utf-8")
    assert lecture.count("<figcaption>") == lecture.count("<img") > 8


def judge_lecture(page):
    """Predictions stand out, tests are folded, the hour ends visibly."""
    lecture = page.read_text(encoding="utf-8")
    assert lecture.count('<p class="admonition-title">Predict first</p>') >= 4
    folded = "".join(re.findall(r"(?s)<details.*?</details>", lecture))
    assert lecture.count("5 seeds:") == folded.count("5 seeds:") > 3
    assert '<section id="beyond-the-hour">' in lecture and "&lt;!--" not in lecture


def test_preparing():
    def cell(source, kind="markdown", **more):
        return {"cell_type": kind, "id": "x", "metadata": {}, "source": [source], **more}

    picture = {"data": {"image/png": ""}, "metadata": {"image/png": {"alt": "A line."}}}
    caption = {"data": {"text/markdown": ["*Look", " up.*"]}, "metadata": {}}
    before = [
        cell(
            "Read.\n\n<!-- slide -->\n## One\n\n**Predict first.** How\nmany?\n\n"
            "<!-- subslide -->\nMore."
        ),  # fmt: skip
        cell("draw()", "code", outputs=[caption, picture, caption]),
        cell("# Beyond the hour\n\nMore."),
        cell("## Two\n### Three"),
        cell("## References\n"),
    ]
    one, code, beyond, two, last = site.prepared({"cells": before})["cells"]
    assert (
        one["source"]
        == "Read.\n\n## One\n\n```{admonition} Predict first\nHow\nmany?\n```\n\nMore."
    )
    assert code["metadata"]["mystnb"] == {
        "image": {"alt": "A line."}, "figure": {"caption": "Look up."}
    }  # fmt: skip
    assert code["outputs"] == [caption, picture], "a text above a picture is no caption"
    assert beyond["source"].startswith("## Beyond") and two["source"] == "### Two\n#### Three"
    assert last["source"].startswith("## References")


def test_lectures_alone_begin_with_their_numbers():
    assert site._title(Path("notebooks/03_mlp.ipynb")).startswith("03 ")
    for page in ("notebooks/assignments/03_mlp/03_mlp_assignment.ipynb", "notebooks/index.ipynb"):
        assert not re.match(r"\w\w ", site._title(Path(page))), page
    assert site._title(Path("notebooks/coverage.md")).startswith("What the lectures")


@pytest.mark.parametrize("complaints", [0, 1])
def test_the_verb_tells_where_the_site_is_and_whether_sphinx_complained(
    complaints, monkeypatch, capsys
):
    monkeypatch.setattr(site, "build", lambda: complaints)
    assert site.main([]) == complaints
    said = capsys.readouterr().out
    assert said.startswith("build/site/index.html") and ("complaints" in said) == bool(complaints)


@pytest.mark.parametrize("address, wanted", [
    ("https://github.com/a/b.git", "https://github.com/a/b"),
    ("git@github.com:a/b-c.git", "https://github.com/a/b-c"),
    ("https://example.org/a/b.git", None),
    ("", None),
])  # fmt: skip
def test_hosts_are_offered_where_the_remote_lies_on_github(address, wanted, monkeypatch, tmp_path):
    class Done:
        stdout = f"{address}\n"

    monkeypatch.setattr(site.subprocess, "run", lambda *command, **options: Done)
    assert site.remote()[0] == wanted
    theme = site.settings(tmp_path)["html_theme_options"]
    assert ("launch_buttons" in theme) == (wanted is not None)
    assert json.dumps(theme).count(address or "nowhere") in (0, 1)


@pytest.mark.skipif(browser.find() is None, reason=browser.MISSING)
def test_a_page_that_is_too_wide_for_a_phone_is_told(tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<html><head><title>T</title></head><p style='width:500px'>wide", "utf-8")
    (told,) = browser.judge([page], ON_A_PHONE, [(390, 844)])
    assert re.fullmatch(r"T: 1\d\d px too wide", told)
