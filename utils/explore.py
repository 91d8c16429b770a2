"""Sliders for the lecture hall, each with a static twin for readers and for CI."""

from utils import runtime


def sliders(draw, **controls):
    """Show a figure that follows sliders, or its static twin where no one can slide.

    Parameters
    ----------
    draw : callable
        Takes one keyword argument per control and returns a `plots.CourseFigure`.
    **controls : (low, high, step, start)
        Range, step and starting value of each slider, in the unit of the argument; a list of
        values becomes a drop-down menu that starts at its first.

    Returns
    -------
    CourseFigure or None
        The figure at the starting values where the notebook is executed without a person
        (`runtime.is_static`); None in a live notebook, where sliders and figure are displayed.
    """
    first = {name: c[0] if isinstance(c, list) else c[3] for name, c in controls.items()}
    if runtime.is_static():
        return draw(**first)

    import ipywidgets
    from IPython.display import display

    made = {}
    for name, control in controls.items():
        label = name.replace("_", " ")
        if isinstance(control, list):
            made[name] = ipywidgets.Dropdown(options=control, description=label)
            continue
        low, high, step, start = control
        whole = all(isinstance(v, int) for v in (low, high, step, start))
        slider = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
        made[name] = slider(
            min=low, max=high, step=step, value=start, description=label, continuous_update=False,
            style={"description_width": "9em"}, layout={"width": "32em"},
        )  # fmt: skip
    shown = ipywidgets.interactive_output(lambda **values: display(draw(**values)), made)
    display(ipywidgets.VBox([*made.values(), shown]))
    return None
