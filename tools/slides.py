"""Write decks of the lectures into build/slides/: `python3 run.py slides [NAME ...]`.

The decks need neither network nor Jupyter: reveal.js, MathJax and the fonts lie beside them, so
that the folder works from a stick. `python -m tools.slides --measure 05` renders a deck in a
headless Chromium and tells which slides overflow, and by how much.
"""

import argparse
import ast
import html
import os
import re
import shutil
import sys
from pathlib import Path
from urllib.parse import unquote

import nbformat
from jinja2 import Environment, FileSystemLoader
from nbconvert.filters import markdown2html
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from tools import browser
from tools.execute import ROOT, lectures, named

BUILD = ROOT / "build" / "slides"
SITE = ROOT / "build" / "site"
BEYOND = "# Beyond the hour"  # from this cell on a lecture is for readers
BREAK = r"(?m)^<!-- (slide|subslide|fragment) -->\n"
TOGETHER = 6  # lines of code that a picture shares its slide with


# ---- from a notebook to slides


def slides(notebook, path):
    """Cut a lecture into slides.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Cells of slide type `slide` and `subslide` begin a slide, `fragment` is revealed on it,
        `-` goes on, `skip` stays away and `notes` is for the speaker's view. Within a text cell
        a line `<!-- slide -->`, `<!-- subslide -->` or `<!-- fragment -->` does the same.
    path : Path
        The notebook's file: links are relative to it.

    Returns
    -------
    list of list of dict
        Columns of slides; a slide has its "heading" (of the column), "blocks" and "notes" (HTML)
        and the ids of its "cells".
    """
    columns, step = [], None
    for cell in notebook.cells:
        kind = cell.metadata.get("slideshow", {}).get("slide_type", "-")
        if cell.cell_type == "markdown" and cell.source.partition("\n")[0].strip() == BEYOND:
            break
        if kind == "skip" or "band" in cell.metadata.get("tags", []):
            continue
        if kind == "notes":
            columns[-1][-1]["notes"].append(markdown(_unfold(cell.source), path))
            continue
        for begins, part in _parts(cell, kind if columns else "slide"):
            if begins == "slide":
                columns.append([])
            if begins in ("slide", "subslide"):
                columns[-1].append(_new(columns[-1]))
                step = None
            elif begins == "fragment":
                step = 0 if step is None else step + 1
            slide = columns[-1][-1]
            heading = re.match(r"#+ (.+)", part.source) if cell.cell_type == "markdown" else None
            if heading and not slide["blocks"]:
                slide["heading"], slide["headed"] = markdown(heading[1], path)[3:-4], True
            slide["cells"].append(cell.id)
            for k, block in enumerate(blocks(part, path)):
                if k and "<figure" in block and _long(cell):  # a picture gets a slide of its own
                    columns[-1].append(_new(columns[-1]))
                    columns[-1][-1]["cells"].append(cell.id)
                    step = None
                columns[-1][-1]["blocks"].append(_revealed(block, step))
    return columns


def _parts(cell, kind):
    """Yield the parts of a cell, each with its slide type: a text cell may have several."""
    if cell.cell_type == "code":
        yield kind, cell
        return
    parts = [kind, *re.split(BREAK, cell.source)]
    for begins, source in zip(parts[::2], parts[1::2]):
        yield begins, nbformat.v4.new_markdown_cell(source)


def _new(column):
    heading = column[-1]["heading"] if column else ""
    return {"heading": heading, "headed": False, "blocks": [], "notes": [], "cells": []}


def _revealed(block, step):
    if step is None:
        return block
    return block.replace('class="', f'data-fragment-index="{step}" class="fragment ', 1)


def _long(cell):
    return len(_code(cell).splitlines()) > TOGETHER


def _unfold(source):
    """Return what stands in the <details> of a lecturer's note."""
    return re.sub(r"(?s)^<details>\s*<summary>.*?</summary>(.*)</details>\s*$", r"\1", source)


def blocks(cell, path):
    """Return the HTML blocks of a cell: text, code, printed lines, pictures with captions."""
    if cell.cell_type == "markdown":
        text = markdown(cell.source, path)
        text = text.replace("<p><strong>Predict first", '<p class="predict"><strong>Predict first')
        return [f'<div class="text">{text}</div>']
    made, code = [], _code(cell)
    if code:
        count = len(code.splitlines())
        size = "longest" if count > 20 else "long" if count > 16 else "short"
        lines = highlight(code, PythonLexer(), HtmlFormatter(nowrap=True))
        made.append(f'<pre class="code {size}"><code>{lines}</code></pre>')
    for output in cell.outputs:
        data = output.get("data", {})
        if output.output_type == "stream":
            if output.text.strip():
                made.append(f'<pre class="printed">{html.escape(output.text.rstrip())}</pre>')
        elif "image/png" in data:
            alt = html.escape(output.metadata.get("image/png", {}).get("alt", ""))
            picture = data["image/png"].replace("\n", "")
            made.append(
                f'<figure class="picture"><img alt="{alt}" src="data:image/png;base64,{picture}">'
                "</figure>"
            )
        elif "text/markdown" in data and made and made[-1].endswith("</figure>"):
            caption = markdown(data["text/markdown"], path)
            made[-1] = f"{made[-1][:-9]}<figcaption>{caption}</figcaption></figure>"
        elif "text/markdown" in data:
            made.append(f'<div class="text">{markdown(data["text/markdown"], path)}</div>')
        elif "text/plain" in data:
            made.append(f'<pre class="printed">{html.escape(data["text/plain"])}</pre>')
    return made


def _code(cell):
    """Return the code that a hall needs: without the arguments that only dress a figure."""
    if {"hide-input", "hide-cell"} & set(cell.metadata.get("tags", [])):
        return ""
    lines = cell.source.splitlines()
    for statement in reversed(ast.parse(cell.source).body):
        if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
            continue
        call, first, last = statement.value, statement.lineno - 1, statement.end_lineno
        name = ast.unparse(call.func)
        if re.match(r"(plots|explore)\.", name) and last - first > 2:
            data = [ast.get_source_segment(cell.source, argument) for argument in call.args]
            short = f"{name}({', '.join([*data, '...'])})"
            lines[first:last] = [f"{name}(...)" if "\n" in short or len(short) > 60 else short]
    code = re.sub(r" *# fmt: skip\b", "", "\n".join(lines))
    return re.sub(r"\n{3,}", "\n\n", code).strip("\n")


def markdown(text, path):
    """Turn Markdown into HTML; a link to a notebook leads to the site, if it is built."""
    made = markdown2html(text).strip()
    made = re.sub(r'<a class="anchor-link".*?</a>', "", made)
    return re.sub(r'href="([^"#:]+)(#[^"]*)?"', lambda m: f'href="{_target(m, path)}"', made)


def _target(link, path):
    file = (path.parent / unquote(link[1])).resolve()
    page = SITE / os.path.relpath(file, ROOT)
    page = page.with_suffix(".html")
    place = os.path.relpath(page if page.exists() else file, BUILD)
    return Path(place).as_posix() + (link[2] or "")


# ---- the files of a deck


def write(path, folder=BUILD):
    """Write the deck of one lecture into a folder that `supply` has filled; return its file."""
    notebook = nbformat.read(path, as_version=4)
    title = notebook.cells[0].source.partition("\n")[0].lstrip("# ")
    files = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=False)
    page = files.get_template("deck.html").render(
        title=html.escape(title), columns=slides(notebook, path)
    )
    target = folder / f"{path.stem}.html"
    target.write_text(page, encoding="utf-8")
    return target


def supply(folder=BUILD):
    """Copy scripts, styles and fonts into a folder, each with its licence."""
    import matplotlib
    import sphinx_revealjs

    reveal = Path(sphinx_revealjs.__file__).parent / "_static" / "revealjs"
    sans = reveal / "dist" / "theme" / "fonts" / "source-sans-pro"
    dejavu = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    static = folder / "static"
    static.mkdir(parents=True, exist_ok=True)
    for source, name in (
        *((reveal / "dist" / name, name) for name in ("reset.css", "reveal.css", "reveal.js")),
        (reveal / "plugin" / "notes" / "notes.js", "notes.js"),
        (reveal / "LICENSE", "LICENSE-reveal.txt"),
        *((sans / f"source-sans-pro-{cut}.woff", f"source-sans-pro-{cut}.woff") for cut in CUTS),
        (sans / "LICENSE", "LICENSE-source-sans-pro.txt"),
        *((dejavu / f"{name}.ttf", f"{name}.ttf") for name in ("DejaVuSans", "DejaVuSansMono")),
        (dejavu / "LICENSE_DEJAVU", "LICENSE-dejavu.txt"),
        (Path(__file__).with_name("deck.css"), "deck.css"),
    ):
        shutil.copyfile(source, static / name)
    supply_math(static)
    with (static / "deck.css").open("a", encoding="utf-8") as style:
        style.write(HtmlFormatter(style="a11y-high-contrast-light").get_style_defs("pre.code"))


def supply_math(static):
    """Copy MathJax, in one file, and its licence into a folder."""
    import mathjax

    package = Path(mathjax.__file__).parent
    licence = next(package.parent.glob("django_static_mathjax*/**/LICENSE"))
    shutil.copyfile(package / "static/mathjax/es5/tex-svg-full.js", static / "mathjax.js")
    shutil.copyfile(licence, static / "LICENSE-mathjax.txt")


CUTS = ("regular", "italic", "semibold", "semibolditalic")


def contents(folder=BUILD):
    """Write the page that lists the decks of a folder."""
    items = []
    for deck in sorted(folder.glob("[0-9]*.html")):
        title = re.search("<title>(.*)</title>", deck.read_text(encoding="utf-8"))[1]
        items.append(f'<li><a href="{deck.name}">{deck.stem[:2]} {title}</a></li>')
    head = '<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>Decks</title>'
    page = f"{head}<h1>Decks</h1><ul style='font: 1.5em/1.6 sans-serif'>{''.join(items)}</ul>\n"
    (folder / "index.html").write_text(page, encoding="utf-8")


def measure(deck):
    """Render every slide without network, on two screens, and return a line for each fault.

    Parameters
    ----------
    deck : Path
        A file that `write` has made.
    """
    script = Path(__file__).with_name("measure.js").read_text(encoding="utf-8")
    return browser.judge([deck], script, [(1280, 720), (1920, 1080)])


def main(arguments):
    parser = argparse.ArgumentParser(prog="run.py slides", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="01, or a notebook's path")
    parser.add_argument("--measure", action="store_true", help="tell what overflows in Chromium")
    chosen = parser.parse_args(arguments)
    given = [Path(name).resolve() for name in chosen.names]
    paths = [p if p.is_file() else named(p.name) for p in given] or lectures()[1:]
    if chosen.measure and browser.find() is None:
        sys.exit(browser.MISSING)
    supply()
    faulty = 0
    for path in paths:
        deck = write(path)
        count = deck.read_text(encoding="utf-8").count('<div class="page')
        print(f"{deck.relative_to(ROOT)}: {count} slides", flush=True)
        if chosen.measure:
            faults = measure(deck)
            print("".join(f"    {fault}\n" for fault in faults) or "    all fit\n", end="")
            faulty += bool(faults)
    contents()
    return min(faulty, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
