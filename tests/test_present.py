"""Presenting on a copy, and saving without traces."""

import copy
import json
from types import SimpleNamespace

import nbformat
import pytest

from tools import present, saving
from tools.execute import ROOT, lectures, named


def test_the_hall_gets_a_copy_without_notes(tmp_path, monkeypatch):
    monkeypatch.setattr(present, "BUILD", tmp_path / "present")
    (tmp_path / "present" / "notebooks").mkdir(parents=True)
    (tmp_path / "present" / "notebooks" / "left.ipynb").touch()
    before = named("05").read_bytes()
    options = present.prepare("05")
    folder = tmp_path / "present" / "notebooks"
    assert not (folder / "left.ipynb").exists(), "a fresh copy"
    assert (folder / "06_convolution.ipynb").read_bytes() == named("06").read_bytes()
    shown = nbformat.read(folder / "05_magnetic_phases.ipynb", as_version=4)
    assert "For the lecturer" not in str(shown) and named("05").read_bytes() == before
    folded = [c.id for c in shown.cells if c.metadata.get("jupyter", {}).get("source_hidden")]
    assert folded[0] == "start"
    assert f"--ServerApp.root_dir={folder}" in options
    assert "--LabApp.default_url=/doc/tree/05_magnetic_phases.ipynb" in options
    place = tmp_path / "present" / "settings" / "@jupyterlab" / "apputils-extension"
    names = ("notification", "themes")
    news, themes = (
        json.loads((place / f"{name}.jupyterlab-settings").read_text()) for name in names
    )
    assert news["fetchNews"] == "false", "no pop-up"
    assert themes["overrides"]["content-font-size1"] == "21px"


def test_a_lecture_has_to_be_named(capsys):
    assert present.main([]) == present.main(["--no-browser"]) == 2
    assert capsys.readouterr().out.count("python3 run.py present 05") == 2
    with pytest.raises(SystemExit, match="there is no lecture '77'"):
        present.main(["77"])


@pytest.mark.parametrize("path", lectures(), ids=[p.stem for p in lectures()])
def test_saving_an_unchanged_lecture_changes_nothing(path, tmp_path):
    """What JupyterLab adds to a notebook that it opens is taken away when it is saved."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    kernel = {"name": "python", "version": "3.12.1", "mimetype": "text/x-python"}
    notebook["metadata"]["language_info"] = kernel | {"file_extension": ".py"}
    notebook["metadata"]["kernelspec"]["display_name"] = "Python 3 (ipykernel)"
    notebook["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {}}
    for cell in notebook["cells"]:
        cell["metadata"]["execution"] = {"iopub.execute_input": "2026-01-01T00:00:00"}
        if cell["cell_type"] == "code":
            cell["metadata"]["scrolled"] = True
            view = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}}
            cell["outputs"].insert(0, {"output_type": "display_data", "data": view})
    model = {"type": "notebook", "content": notebook}
    saving.before_save(model=model, path="x.ipynb", contents_manager=None)
    nbformat.write(nbformat.from_dict(model["content"]), tmp_path / "saved.ipynb")
    assert (tmp_path / "saved.ipynb").read_bytes() == path.read_bytes()


def test_notebooks_of_other_kernels_and_other_files_stay_as_they_are():
    julia = {"metadata": {"kernelspec": {"name": "julia"}, "widgets": {}}, "cells": []}
    for model in (
        {"type": "notebook", "content": julia},
        {"type": "notebook", "content": None},
        {"type": "file", "content": "text"},
    ):
        before = copy.deepcopy(model)
        saving.before_save(model=model, path="x", contents_manager=None)
        assert model == before


def test_jupyter_finds_the_hook():
    hooks = []
    server = SimpleNamespace(contents_manager=SimpleNamespace(register_pre_save_hook=hooks.append))
    saving._load_jupyter_server_extension(server)
    assert hooks == [saving.before_save]
    assert saving._jupyter_server_extension_points() == [{"module": "tools.saving"}]
    assert "tools.saving=True" in (ROOT / "run.py").read_text()
