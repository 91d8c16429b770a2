"""What is stored of a notebook: the same from every run, machine and front end.

`run.py lab` loads this module into Jupyter's server. Opening a lecture and saving it then leaves
no difference in git, and a lecture saved after a live run keeps its pictures.
"""

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
PASSING = ("execution", "collapsed", "scrolled")  # a front end's notes on a cell


def tidy(notebook):
    """Remove, in place, what differs from run to run or from machine to machine.

    Parameters
    ----------
    notebook : dict
        A notebook in nbformat 4; those of other kernels stay as they are.

    Returns
    -------
    dict
        The same notebook.
    """
    if notebook["metadata"].get("kernelspec", METADATA["kernelspec"])["name"] != "python3":
        return notebook
    notebook["metadata"] = {key: dict(value) for key, value in METADATA.items()}
    for cell in notebook["cells"]:
        for key in PASSING:
            cell["metadata"].pop(key, None)
        if "outputs" in cell:
            cell["outputs"] = [o for o in cell["outputs"] if not _is_widget(o)]
    return notebook


def _is_widget(output):
    """A widget shows nothing without its kernel; the picture beside it stays."""
    return "application/vnd.jupyter.widget-view+json" in output.get("data", {})


def before_save(model, **_):
    """Tidy a notebook that Jupyter is about to save."""
    if model["type"] == "notebook" and model.get("content"):
        tidy(model["content"])


def _jupyter_server_extension_points():
    return [{"module": __name__}]


def _load_jupyter_server_extension(server):
    server.contents_manager.register_pre_save_hook(before_save)
