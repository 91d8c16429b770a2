"""Render the README's picture of a lecture: `python -m tools.picture` (needs Chromium).

A few cells of a stored lecture, as JupyterLab shows them, photographed by a browser. The picture
remembers the sources of its cells, so that a test can tell when it is out of date.
"""

import hashlib
import io
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from PIL import Image, ImageChops, PngImagePlugin
from traitlets.config import Config

ROOT = Path(__file__).resolve().parents[1]
LECTURE, FILE = "01_perceptron.ipynb", "notebooks/lecture.png"
TEXT, CODE, FIGURE, READING = "rule", "rule-code", "rule-figure", "bound"
QUESTION = "teacher"  # the prediction stands in a cell of its own
WIDTH = 880  # CSS pixels: GitHub shows a README about as wide
PLAIN = {"$u$": "*u*", r"$\gamma$": "*γ*"}  # there is no MathJax without a network
STYLE = """<style>
body {margin: 0; padding: 8px 12px} main {width: auto}
.jp-InputPrompt, .jp-OutputPrompt, .jp-InputArea-prompt, .jp-OutputArea-prompt {display: none}
.jp-OutputArea-output img {max-width: 620px !important; display: block; margin: 0 auto}
</style>"""


def section():
    """Return the cells of the picture: the prediction, the code, the figure, its reading."""
    stored = nbformat.read(ROOT / "notebooks" / LECTURE, as_version=4)
    cells = {cell.id: cell for cell in stored.cells}
    text, code, figure, reading = (cells[name] for name in (TEXT, CODE, FIGURE, READING))
    heading = text.source.partition("\n")[0]
    text.source = f"{heading}\n\n{cells[QUESTION].source}"
    for formula, plain in PLAIN.items():
        text.source = text.source.replace(formula, plain)
    reading.source = reading.source.partition("\n\n")[0]  # above the next heading
    figure.metadata["tags"] = ["draws"]  # cells that only draw are collapsed
    return [text, code, figure, reading]


def digest():
    """Return what changes when a cell of the picture changes."""
    sources = "\n".join(cell.source for cell in section())
    return hashlib.sha256(sources.encode()).hexdigest()[:16]


def page():
    """Return the section as a page of HTML."""
    settings = Config()
    settings.TagRemovePreprocessor.enabled = True
    settings.TagRemovePreprocessor.remove_input_tags = {"draws"}
    exporter = HTMLExporter(config=settings, template_name="lab")
    html, _ = exporter.from_notebook_node(nbformat.v4.new_notebook(cells=section()))
    html = re.sub(r'<script[^>]*src="https?:[^>]*>\s*</script>', "", html)
    return html.replace("</head>", STYLE + "</head>", 1)


def main():
    """Write the picture; return 0, or 1 where there is no browser."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        print("the picture needs Chromium, which is not installed here")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        source, shot = Path(folder) / "page.html", Path(folder) / "shot.png"
        source.write_text(page(), encoding="utf-8")
        options = ["--headless=new", "--no-sandbox", "--hide-scrollbars", f"--screenshot={shot}"]
        options += [f"--window-size={WIDTH},2400", "--force-device-scale-factor=1.5"]
        subprocess.run([browser, *options, source.as_uri()], check=True, capture_output=True)
        picture = Image.open(io.BytesIO(shot.read_bytes())).convert("RGB")
    white = Image.new("RGB", picture.size, "white")
    bottom = ImageChops.difference(picture, white).getbbox()[3] + 12
    picture = picture.crop((0, 0, picture.width, bottom)).quantize(64)
    note = PngImagePlugin.PngInfo()
    note.add_text("Source", digest())
    picture.save(ROOT / FILE, optimize=True, pnginfo=note)
    print(
        f"{FILE}: {picture.width} x {picture.height}, {(ROOT / FILE).stat().st_size / 1e3:.0f} kB"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
