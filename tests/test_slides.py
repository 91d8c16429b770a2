"""The decks: what stands on a slide, and what a browser without network makes of it."""

import base64
import html
import re
from pathlib import Path

import nbformat
import pytest

from tools import browser, slides
from tools.execute import ROOT, lectures, named

new_text, new_code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
HERE = ROOT / "notebooks" / "00_made.ipynb"
PARTED = [p for p in lectures()[1:] if "# Beyond the hour" in p.read_text(encoding="utf-8")]
in_browser = pytest.mark.skipif(browser.find() is None, reason=browser.MISSING)


def text(source, kind="-"):
    return new_text(source, metadata={"slideshow": {"slide_type": kind}})


def code(source, kind="-", tags=(), picture=False, printed=""):
    cell = new_code(source, metadata={"slideshow": {"slide_type": kind}, "tags": [*tags]})
    if printed:
        cell.outputs.append(nbformat.v4.new_output("stream", text=printed))
    if picture:
        data = {"image/png": PIXEL, "text/plain": "A square."}
        shown = nbformat.v4.new_output("display_data", data)
        shown.metadata = {"image/png": {"alt": 'A "black" square.'}}
        caption = {"text/markdown": "*Look: $x$.*", "text/plain": "..."}
        cell.outputs += [shown, nbformat.v4.new_output("display_data", caption)]
    return cell


PIXEL = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
        "0000000a49444154789c63600000000200015e21bc330000000049454e44ae426082"
    )
).decode()


def deck(*cells):
    return slides.slides(nbformat.v4.new_notebook(cells=[*cells]), HERE)


def test_slide_types_cut_a_lecture_into_columns_and_slides():
    columns = deck(
        text("# Title", "slide"),
        code("import keras", "skip"),
        text("## Idea\nText.", "slide"),
        text("More.", "subslide"),
        code("assert True", "-", tags=["band"]),
        text("Still more.", "-"),
    )
    assert [len(column) for column in columns] == [1, 2]
    assert columns[1][0]["headed"] and not columns[1][1]["headed"]
    assert columns[1][1]["heading"] == "Idea", "the running head of the slides that follow"
    assert "import keras" not in str(columns) and "assert True" not in str(columns)
    assert [len(slide["blocks"]) for slide in columns[1]] == [1, 2]


def test_a_text_cell_may_hold_several_slides_and_fragments():
    one, two = deck(text("a\n\n<!-- subslide -->\nb\n\n<!-- fragment -->\nc", "slide"))[0]
    assert "a" in one["blocks"][0] and len(two["blocks"]) == 2
    assert 'class="fragment text"' in two["blocks"][1]
    assert "<!--" not in str([one, two])


def test_a_reading_may_stand_before_the_next_heading_in_one_cell():
    columns = deck(text("a", "slide"), text("read\n\n<!-- slide -->\n## Next\n\nb", "fragment"))
    assert [len(column) for column in columns] == [1, 1]
    assert "read" in columns[0][0]["blocks"][1] and columns[1][0]["heading"] == "Next"


def test_fragments_come_one_by_one_and_bring_what_belongs_to_them():
    (slide,) = deck(
        text("Predict.", "slide"),
        code("x = 1", "fragment", printed="1"),
        text("Read.", "-"),
        text("Next.", "fragment"),
    )[0]
    steps = [re.findall(r'data-fragment-index="(\d)"', block) for block in slide["blocks"]]
    assert steps == [[], ["0"], ["0"], ["0"], ["1"]]


def test_the_speaker_alone_sees_notes_and_they_are_unfolded():
    note = "<details><summary>For the lecturer</summary>\n\nMinute *5*.\n\n</details>"
    (slide,) = deck(text("Text.", "slide"), text(note, "notes"))[0]
    assert slide["notes"] == ["<p>Minute <em>5</em>.</p>"]
    assert "Minute" not in str(slide["blocks"])


def test_what_lies_beyond_the_hour_is_off_the_deck():
    columns = deck(text("Hour.", "slide"), text("# Beyond the hour\n\nMore.", "slide"), text("x"))
    assert len(columns) == 1 and "More" not in str(columns)


def test_cells_that_only_draw_show_their_picture():
    (block,) = deck(code("plots.lines(x, y)", "slide", ["hide-input"], picture=True))[0][0][
        "blocks"
    ]
    assert "plots" not in block and 'alt="A &quot;black&quot; square."' in block
    assert "<figcaption><p><em>Look: $x$.</em></p></figcaption>" in block


def test_of_a_long_drawing_call_the_data_are_shown():
    call = (
        'plots.lines(\n    x, {"a": y},\n    caption="Look.",\n    alt="A line.",\n)  # fmt: skip'
    )
    shown, _ = deck(code(f"y = x**2\n{call}", "slide", picture=True))[0][0]["blocks"]
    plain = re.sub("<[^>]+>", "", shown).replace("&quot;", '"')
    assert plain.strip() == 'y = x**2\nplots.lines(x, {"a": y}, ...)'
    shown, _ = deck(code(call.replace('{"a": y}', "[\n  y]"), "slide", picture=True))[0][0][
        "blocks"
    ]
    assert re.sub("<[^>]+>", "", shown).strip() == "plots.lines(...)"


def shown_code(source):
    (slide,) = deck(code(source, "slide"))[0]
    return html.unescape(re.sub("<[^>]+>", "", slide["blocks"][0])).strip()


def test_short_calls_and_other_calls_are_shown_as_they_are():
    for source in ("plots.lines(x,\n            y)", "train(\n    x,\n    y,\n)"):
        assert shown_code(source) == source
    fits = (
        "plots.lines(\n    x, {'a': measured_with_the_new_camera_and_more},\n    caption='Look.')"
    )
    assert shown_code(fits) == "plots.lines(...)", "longer than 60 characters"
    fits = fits.replace("_and_more", "")
    assert shown_code(fits) == "plots.lines(x, {'a': measured_with_the_new_camera}, ...)"


def test_a_picture_below_long_code_gets_a_slide_of_its_own():
    lines = "\n".join(f"x{k} = {k}" for k in range(slides.TOGETHER + 1))
    first, second = deck(code(lines, "slide", picture=True), text("Read."))[0]
    assert len(first["blocks"]) == 1 and "<figure" in second["blocks"][0]
    assert "Read" in second["blocks"][1]
    fewer = lines.partition("\n")[2]  # as many as a picture may share its slide with
    (together,) = deck(code(fewer, "slide", picture=True))[0]
    assert "<figure" in together["blocks"][1]


def test_links_lead_to_the_site_if_it_is_built_else_to_the_file(tmp_path, monkeypatch):
    link = "[six](06_convolution.ipynb#a) [out](https://doi.org/1) [here](#b)"
    monkeypatch.setattr(slides, "SITE", tmp_path)
    made = slides.markdown(link, HERE)
    assert 'href="../../notebooks/06_convolution.ipynb#a"' in made
    assert 'href="https://doi.org/1"' in made and 'href="#b"' in made
    page = tmp_path / "notebooks" / "06_convolution.html"
    page.parent.mkdir()
    page.touch()
    assert 'notebooks/06_convolution.html#a"' in slides.markdown(link, HERE)


def test_names_are_those_of_execute():
    assert named("06") == named("06_convolution") == ROOT / "notebooks" / "06_convolution.ipynb"
    with pytest.raises(SystemExit, match="there is no lecture '6'; there are index, 0"):
        named("6")


def test_a_deck_needs_nothing_from_elsewhere(tmp_path):
    slides.supply(tmp_path)
    page = slides.write(named("06"), tmp_path).read_text(encoding="utf-8")
    assert not re.search(r'(?:src|url|@import)[=(]"?(?:https?:)?//', page)
    for name in re.findall(r'(?:src|href)="(static/[^"]+)"', page):
        assert (tmp_path / name).is_file(), name
    static = {path.name for path in (tmp_path / "static").iterdir()}
    for name in re.findall(r"url\(([^)]+)\)", (tmp_path / "static" / "deck.css").read_text()):
        assert name in static
    assert len([name for name in static if name.startswith("LICENSE")]) == 4


def test_a_page_lists_the_decks(tmp_path):
    for name in ("05", "06"):
        slides.write(named(name), tmp_path)
    slides.contents(tmp_path)
    listed = re.findall(r'href="([^"]+)">(\d\d .*?)<', (tmp_path / "index.html").read_text("utf-8"))
    assert [name for name, _ in listed] == ["05_magnetic_phases.html", "06_convolution.html"]
    assert listed[1][1] == "06 Convolve: read an image with shared weights"


@in_browser
@pytest.mark.parametrize("path", PARTED, ids=[p.stem for p in PARTED])
def test_every_slide_fits_and_nothing_is_missing(path, tmp_path):
    slides.supply(tmp_path)
    assert slides.measure(slides.write(path, tmp_path)) == []
    for one in slides.slides(nbformat.read(path, as_version=4), path):
        assert all(slide["blocks"] for slide in one)


@pytest.mark.parametrize("path", PARTED, ids=[p.stem for p in PARTED])
def test_every_lecture_has_notes_for_the_speaker(path):
    columns = slides.slides(nbformat.read(path, as_version=4), path)
    notes = [note for column in columns for slide in column for note in slide["notes"]]
    assert 3 <= len(notes) <= 5, f"{len(notes)} notes"
    assert all("Minute" in note for note in notes)


@in_browser
def test_what_does_not_fit_is_told(tmp_path):
    slides.supply(tmp_path)
    broken = slides.write(named("06"), tmp_path)
    page = broken.read_text(encoding="utf-8")
    start = page.index("<section>")
    pages = [
        "<p>word</p>" * 40,
        f'<pre class="code">{"x" * 200}</pre>',
        f'<img src="data:image/png;base64,{PIXEL}">',
        '<img alt="gone" src="gone.png">',
        r"<p>$\frac{1}$</p>",
    ]
    made = "".join(
        f'<section><section data-cells="{k}"><div class="page">{page}</div></section></section>'
        for k, page in enumerate(pages)
    )
    end = page.rindex("</section>") + len("</section>")
    broken.write_text(page[:start] + made + page[end:], encoding="utf-8")
    told = "\n".join(slides.measure(broken))
    for fault in (
        r"slide 1.1 \(0\): overflows by \d{3,} px", r"slide 2.1 \(1\): code is cut by \d{3,} px",
        "a picture without alternative text", "missing: .*gone.png", "mathematics: ",
    ):  # fmt: skip
        assert re.search(fault, told), (fault, told)
    assert [p.name for p in tmp_path.glob("measured*")] == [], "the copies are removed"


def test_the_verb_writes_measures_and_fails_if_anything_does_not_fit(tmp_path, monkeypatch, capsys):
    found, asked = iter([["slide 1.1: overflows"], ["slide 2.1: overflows"], []]), []
    monkeypatch.setattr(slides, "ROOT", tmp_path)
    monkeypatch.setattr(slides, "supply", lambda: None)
    monkeypatch.setattr(slides, "contents", lambda: asked.append("contents"))
    monkeypatch.setattr(browser, "find", lambda: "a browser")

    def write(path):
        deck = tmp_path / f"{path.stem}.html"
        deck.write_text('<div class="page"></div>' * 3, encoding="utf-8")
        return deck

    def judge(decks, script, screens):
        asked.append(screens)
        return next(found)

    monkeypatch.setattr(slides, "write", write)
    monkeypatch.setattr(browser, "judge", judge)
    assert slides.main(["--measure", "01", "02"]) == 1, "one or more: the same status"
    assert asked == [[(1280, 720), (1920, 1080)]] * 2 + ["contents"]
    assert slides.main(["--measure", "03"]) == 0
    said = capsys.readouterr().out
    assert "01_perceptron.html: 3 slides\n    slide 1.1: overflows\n" in said
    assert "03_mlp.html: 3 slides\n    all fit\n" in said
    monkeypatch.setattr(browser, "find", lambda: None)
    monkeypatch.setattr(slides, "lectures", lambda: [Path("index.ipynb"), Path("00_arrays.ipynb")])
    assert slides.main([]) == 0
    assert capsys.readouterr().out == "00_arrays.html: 3 slides\n", "the front page has no deck"
    assert slides.main(["03"]) == 0 and next(found, "not asked") == "not asked"
    with pytest.raises(SystemExit, match="Chromium"):
        slides.main(["--measure", "03"])


def test_a_text_that_a_cell_displays_is_shown_without_a_picture():
    shown = nbformat.v4.new_output(
        "display_data", {"text/markdown": "*Told* alone.", "text/plain": "x"}
    )
    cell = nbformat.v4.new_code_cell("tell()", outputs=[shown], id="told")
    cell.metadata["slideshow"] = {"slide_type": "slide"}
    ((slide,),) = deck(cell)
    assert "<em>Told</em> alone." in slide["blocks"][-1] and "figure" not in slide["blocks"][-1]
