"""Write the students' copy of the course: `python3 run.py handout`. A folder and a zip in build/.

It holds lectures, assignments, utils and run.py; no solutions, no tests, and of tools only what
fetches real data. Assignments are built anew, so that no answer that somebody has written into
notebooks/assignments/ goes with them.
"""

import argparse
import json
import re
import shutil
import sys
import zipfile
from pathlib import Path

import nbformat

from tools import assignments

NAME = "neural-networks-for-physicists"
FILES = [
    *("run.py", "pyproject.toml", "requirements.txt", "requirements-gpu.txt", "environment.yml"),
    *("nbgrader_config.py", "LICENSE", "CITATION.cff", "tools/__init__.py", "tools/fetch.py"),
]
KINDS = {".ipynb", ".png", ".jpg", ".svg", ".md", ".py", ".npz", ".csv"}
LITTER = {".ipynb_checkpoints", "__pycache__", "assignments"}
README = """# Neural Networks for Physicists

A course of Jupyter notebooks, from the perceptron to autoencoders. You need Python 3.11, 3.12 or
3.13, and nothing else:

```
python3 run.py lab     # installs into .venv, opens JupyterLab on the front page
```

On Windows write `py run.py lab`. The first run downloads about 700 MB of packages and takes some
minutes; later ones start at once. The lectures run offline, with stand-ins for the real data;
`python3 run.py fetch` says which data there are and fetches them.

## Lectures

{lectures}

## Assignments

Write your answers in place of the three dots. The check below an answer says *passed*, *not yet,
because ...* or *not attempted*; `checks.hint("01.2")` gives a hint; JupyterLab's Validate button
runs all checks at once. Hand in the notebook file itself, under its own name.

{assignments}
"""


def files(root=assignments.ROOT, sources_folder=assignments.SOURCES):
    """Return the content of the students' copy.

    Parameters
    ----------
    root : Path
        The course.
    sources_folder : Path
        The assignments with their answers.

    Returns
    -------
    dict
        Bytes by path, such as "notebooks/01_perceptron.ipynb".

    Raises
    ------
    ValueError
        If an assignment would show an answer or a hidden test.
    """
    paths = [root / name for name in FILES if (root / name).exists()]
    for folder in ("notebooks", "utils"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in KINDS and not LITTER & set(path.relative_to(root).parts):
                paths.append(path)
    found = {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}
    titles = {}
    for name, source in assignments.sources(sources_folder).items():
        text = assignments.render(assignments.build(source))
        hidden = assignments.hidden_regions(nbformat.read(source, as_version=4))
        shown = assignments.leaks(json.loads(text), set().union(*hidden))
        if shown:
            raise ValueError(f"{source}: the student would see {shown[0]!r}")
        place = f"notebooks/assignments/{name}/{source.name}"
        found[place], titles[place] = text.encode(), name
        for path in sorted(source.parent.iterdir()):
            if path.suffix in KINDS - {".ipynb", ".md"}:
                found[f"notebooks/assignments/{name}/{path.name}"] = path.read_bytes()
    lectures = {p: _title(found[p]) for p in found if re.match(r"notebooks/\d\d_[^/]*ipynb", p)}
    lists = [
        "\n".join(f"- [{title}]({place})" for place, title in some.items())
        for some in (lectures, titles)
    ]
    found["README.md"] = README.format(lectures=lists[0], assignments=lists[1]).encode()
    return found


def _title(raw):
    """The first heading of a notebook."""
    for cell in json.loads(raw)["cells"]:
        heading = re.search(r"(?m)^# (.*)", "".join(cell["source"]))
        if heading:
            return heading[1].strip()
    return "Lecture"


def main(arguments=None, root=assignments.ROOT, sources_folder=assignments.SOURCES):
    """Write the folder and the zip; an earlier copy is replaced, except for its .venv."""
    parser = argparse.ArgumentParser(prog="run.py handout", description=__doc__.split(":")[0])
    parser.add_argument("--out", type=Path, default=root / "build" / "handout", metavar="DIR")
    out = parser.parse_args(arguments).out
    try:
        content = files(root, sources_folder)
    except ValueError as error:
        print(f"run.py handout: {error}")
        return 1
    folder, archive = out / NAME, out / f"{NAME}.zip"
    for old in folder.iterdir() if folder.is_dir() else ():
        if old.name != ".venv":
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    for place, data in content.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_bytes(data)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for place, data in sorted(content.items()):
            file.writestr(zipfile.ZipInfo(f"{NAME}/{place}"), data, zipfile.ZIP_DEFLATED)
    print(f"{len(content)} files: {folder}\n{archive.stat().st_size / 1e6:.1f} MB: {archive}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
