"""Open a lecture for the hall: `python3 run.py present 05`, in letters half as large again.

JupyterLab works on a fresh copy below build/present/, so that whatever happens in the lecture hall
stays out of the course's files. In the copy the notes for the lecturer are left out, and code that
only draws is folded. Arguments after the name go to JupyterLab.
"""

import json
import os
import shutil
import sys

import nbformat

from tools.execute import ROOT, named

BUILD = ROOT / "build" / "present"
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "apputils-extension/themes": {  # 1.5 times JupyterLab's own sizes
        "overrides": {
            **{"code-font-size": "20px", "content-font-size1": "21px"},
            "ui-font-size1": "17px",  # of sliders and their values
        }
    },
    "notebook-extension/tracker": {"recordTiming": False, "windowingMode": "none"},
}


def prepare(name):
    """Write the copy and JupyterLab's settings; return the arguments that JupyterLab takes.

    Parameters
    ----------
    name : str
        A lecture, such as "05".
    """
    lecture = named(name)
    shutil.rmtree(BUILD, ignore_errors=True)
    left_out = shutil.ignore_patterns(".ipynb_checkpoints")
    shutil.copytree(ROOT / "notebooks", BUILD / "notebooks", ignore=left_out)
    notebook = nbformat.read(lecture, as_version=4)
    nbformat.write(for_the_hall(notebook), BUILD / "notebooks" / lecture.name)
    for place, values in SETTINGS.items():
        file = BUILD / "settings" / "@jupyterlab" / f"{place}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values), encoding="utf-8")
    options = [
        f"--ServerApp.root_dir={BUILD / 'notebooks'}",
        f"--LabApp.default_url=/doc/tree/{lecture.name}",  # side bars closed
        f"--LabApp.user_settings_dir={BUILD / 'settings'}",
        f"--LabApp.workspaces_dir={BUILD / 'workspaces'}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return options + ["--allow-root"] * root


def for_the_hall(notebook):
    """Leave out the lecturer's notes, and fold what only draws and the first cell."""
    kinds = [cell.metadata.get("slideshow", {}).get("slide_type") for cell in notebook.cells]
    notebook.cells = [c for c, kind in zip(notebook.cells, kinds) if kind != "notes"]
    for cell in notebook.cells:
        if cell.id == "start" or "hide-input" in cell.metadata.get("tags", []):
            cell.metadata["jupyter"] = {"source_hidden": True}
    return notebook


def main(arguments):
    if not arguments or arguments[0].startswith("-"):
        print("which lecture? For example: python3 run.py present 05")
        return 2
    from jupyterlab.labapp import LabApp

    return LabApp.launch_instance([*prepare(arguments[0]), *arguments[1:]])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
