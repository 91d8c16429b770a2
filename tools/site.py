"""Write the course as static pages into build/site/: `python3 run.py site`.

Sphinx reads lectures, assignments (as handed out) and guides as they are; what this module adds
stands in `prepared`. The pages need no network. Colab and Binder are offered where the checkout's
remote `origin` lies on GitHub.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools.execute import ROOT, lectures

BUILD = ROOT / "build" / "site"
GUIDES = ("notebooks/coverage.md", "solutions/README.md", "CONTRIBUTING.md")
BESIDE = ("LICENSE", "CITATION.cff", "notebooks/*.png", "notebooks/index.ipynb")
BEYOND = "# Beyond the hour"
PREDICT = r"(?m)^\*\*Predict first\.\*\* (.+(?:\n.+)*)"


def sources():
    """Return the paths of the pages below the front page, by the title of their part."""
    assignments = sorted((ROOT / "notebooks" / "assignments").glob("*/*.ipynb"))
    return {
        "Lectures": lectures()[1:],
        "Assignments": assignments,
        "For lecturers": [ROOT / name for name in GUIDES],
    }


def collect(folder):
    """Copy the pages into a folder, as they are, and make the front page from the README."""
    front = [(ROOT / "README.md").read_text(encoding="utf-8")]
    for title, paths in sources().items():
        pages = [path.relative_to(ROOT) for path in paths]
        names = "\n".join(f"{_title(page)} <{page.with_suffix('').as_posix()}>" for page in pages)
        front.append(f"```{{toctree}}\n:hidden:\n:caption: {title}\n\n{names}\n```\n")
        for page in pages:
            _copy(page, folder)
    for path in (path for pattern in BESIDE for path in ROOT.glob(pattern)):
        _copy(path.relative_to(ROOT), folder)
    (folder / "index.md").write_text("\n".join(front), encoding="utf-8")


def _title(page):
    """Return the name of a page in the contents: a lecture's begins with its number."""
    text = (ROOT / page).read_text(encoding="utf-8")
    if page.suffix == ".ipynb":
        text = "".join(json.loads(text)["cells"][0]["source"])
    title = re.search(r"(?m)^# (.+)", text)[1]
    numbered = re.match(r"\d\d_", page.stem) and page.parent.name == "notebooks"
    return f"{page.stem[:2]} {title}" if numbered else title


def _copy(name, folder):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ROOT / name, folder / name)


def prepared(notebook):
    """Return a notebook, as a dict, in the form that MyST-NB shows as we want it.

    A picture gets its alternative text and its caption, a prediction its frame; what lies beyond
    the hour becomes one section below the lecture's title; the first cell is folded.
    """
    beyond = False
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            if source.partition("\n")[0].strip() == BEYOND:
                beyond, source = True, f"#{source}"
            elif beyond and not source.startswith("## References"):
                source = re.sub(r"(?m)^(?=##+ )", "#", source)
            source = re.sub(r"(?m)^<!-- (slide|subslide|fragment) -->\n", "", source)
            cell["source"] = re.sub(PREDICT, r"```{admonition} Predict first\n\1\n```", source)
            continue
        if cell["id"] == "start":
            cell["metadata"]["tags"] = ["hide-cell"]
        kept = []
        for output in cell["outputs"]:
            data = output.get("data", {})
            if "image/png" in data:
                alt = output["metadata"].get("image/png", {}).get("alt", "")
                cell["metadata"]["mystnb"] = {"image": {"alt": alt}}
            before = kept[-1].get("data", {}) if kept else {}
            if "text/markdown" in data and "image/png" in before:
                caption = "".join(data["text/markdown"]).strip().strip("*")
                cell["metadata"]["mystnb"]["figure"] = {"caption": caption}
                continue
            kept.append(output)
        cell["outputs"] = kept
    return notebook


def setup(app):
    """Let Sphinx use this module as an extension."""

    def read(app, name, text):
        if app.env.doc2path(name).suffix == ".ipynb":
            notebook = prepared(json.loads(text[0]))
            notebook["metadata"]["orphan"] = name == "notebooks/index"
            text[0] = json.dumps(notebook)

    app.connect("source-read", read)
    return {"parallel_read_safe": True}


def remote():
    """Return the address and the branch of the checkout on GitHub, or (None, None)."""

    def git(*arguments):
        command = ["git", "-C", str(ROOT), *arguments]
        try:
            return subprocess.run(command, capture_output=True, text=True).stdout.strip()
        except OSError:  # no git, as in a downloaded copy
            return ""

    found = re.search(
        r"^(?:https://|git@|ssh://git@)github\.com[:/]([\w.-]+/[\w.-]+?)(?:\.git)?/?$",
        git("remote", "get-url", "origin"),
    )
    return (
        (f"https://github.com/{found[1]}", git("branch", "--show-current"))
        if found
        else (None,) * 2
    )


def settings(static):
    """Return Sphinx's configuration."""
    address, branch = remote()
    hosts = {
        "colab_url": "https://colab.research.google.com",
        "binderhub_url": "https://mybinder.org",
    }
    theme = {
        "use_download_button": True,
        "use_fullscreen_button": False,
        "show_toc_level": 2,
        "home_page_in_toc": True,
        "navbar_persistent": [],
        "pygments_light_style": "a11y-high-contrast-light",
        "pygments_dark_style": "a11y-high-contrast-dark",
    }
    if address:
        theme |= {"repository_url": address, "repository_branch": branch or "main"}
        theme |= {"use_repository_button": True, "launch_buttons": hosts}
    return {
        "project": "Neural Networks for Physicists",
        "html_title": "Neural Networks for Physicists",
        "author": "",
        "language": "en_GB",
        "extensions": ["myst_nb", "sphinx_copybutton", "tools.site"],
        "root_doc": "index",
        "html_theme": "sphinx_book_theme",
        "html_theme_options": theme,
        "html_static_path": [str(static)],
        "html_css_files": ["site.css"],
        "html_context": {"default_mode": "auto"},
        "html_show_copyright": False,
        "mathjax_path": "mathjax.js",
        "nb_execution_mode": "off",
        "nb_merge_streams": True,
        "myst_enable_extensions": ["dollarmath", "amsmath"],
        "myst_heading_anchors": 3,
        "myst_dmath_double_inline": True,
        "copybutton_selector": "div:not(.output) > div.highlight pre",
        "templates_path": [],
    }


def build(folder=BUILD):
    """Write the site into a folder; return 1 if Sphinx complains of anything, else 0."""
    from sphinx.application import Sphinx

    from tools.slides import supply_math

    work = folder.with_name(f"{folder.name}-work")
    shutil.rmtree(work / "source", ignore_errors=True)
    static = work / "static"
    static.mkdir(parents=True, exist_ok=True)
    supply_math(static)
    shutil.copyfile(Path(__file__).with_name("site.css"), static / "site.css")
    collect(work / "source")
    shutil.rmtree(folder, ignore_errors=True)
    app = Sphinx(
        work / "source", None, folder, work / "trees", "html", settings(static),
        status=None, warning=sys.stderr, freshenv=True, warningiserror=True,
    )  # fmt: skip
    app.build()
    return app.statuscode


def main(arguments):
    argparse.ArgumentParser(prog="run.py site", description=__doc__.splitlines()[0]).parse_args(
        arguments
    )
    complaints = build()
    print(f"{BUILD.relative_to(ROOT)}/index.html" + ", with complaints: see above" * complaints)
    return complaints


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
