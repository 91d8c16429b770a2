"""Sliders for the lecture hall, each with a static twin for readers and for CI."""

import numpy as np

from utils import plots, runtime


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


def divergence(mean=1.0, width=2.0):
    """Slide a normal density q away from a standard normal p and watch both divergences.

    Parameters
    ----------
    mean, width : float
        Mean and standard deviation of q at the start; the width is positive.

    Returns
    -------
    CourseFigure or None
        See `sliders`.
    """
    if not width > 0:
        raise ValueError(f"width must be positive, not {width!r}")
    return sliders(
        _draw_divergence, mean=(-3.0, 3.0, 0.1, float(mean)), width=(0.3, 3.0, 0.1, float(width))
    )


def _draw_divergence(mean, width):
    import numpy as np

    from utils import plots

    x = np.linspace(-10, 10, 2001)
    log_p = -(x**2) / 2 - np.log(2 * np.pi) / 2
    log_q = -(((x - mean) / width) ** 2) / 2 - np.log(2 * np.pi) / 2 - np.log(width)
    forth = np.log(width) + (1 + mean**2) / (2 * width**2) - 0.5
    back = -np.log(width) + (width**2 + mean**2) / 2 - 0.5
    p, q = np.exp(log_p), np.exp(log_q)
    shown = np.abs(x) < 6
    curves = {"p = N(0, 1)": p[shown], f"q = N({mean:.1f}, {width:.1f}²)": q[shown]}
    densities = {"x": x[shown], "curves": curves, "xlabel": "x", "ylabel": "density"}
    integrands = {
        f"p ln(p/q): area {forth:.3f}": (p * (log_p - log_q))[shown],
        f"q ln(q/p): area {back:.3f}": (q * (log_q - log_p))[shown],
    }
    areas = {"x": x[shown], "curves": integrands, "xlabel": "x", "ylabel": "integrand"}
    areas["fill"] = list(integrands)
    return plots.panels(
        [densities, areas],
        caption="The two areas differ: the divergence has a direction. Left: p and q. Right: the "
        "integrands of D(p‖q) and D(q‖p); what lies below zero counts negative.",
        alt=f"Two normal densities and the integrands of their divergences, {forth:.3f} from p to "
        f"q and {back:.3f} from q to p.",
    )


def threshold_unit(**tasks):
    """Slide the weights and the threshold of one unit over the four pairs of bits.

    Parameters
    ----------
    **tasks : sequence of four numbers 0 or 1
        Name of each task and the answers that it wants at 00, 01, 10 and 11.

    Returns
    -------
    CourseFigure or None
        See `sliders`.
    """
    bits = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])

    def draw(task, w1, w2, threshold):
        w = np.array([w1, w2])
        wanted = np.asarray(tasks[task])
        right = int(np.sum((bits @ w > threshold) == wanted))
        return plots.plane(
            bits,
            wanted,
            regions=lambda x: x @ w - threshold + 0.5,  # 0.5 is the level that `plane` draws
            boundary=(w, threshold),
            limits=((-0.6, 1.6), (-0.6, 1.6)),
            names=[f"{k} wanted" for k in (0, 1) if k in wanted],
            xlabel="$x_1$",
            ylabel="$x_2$",
            title=f"{task}: {right} of 4 right",
            caption="Two weights turn the line, the threshold shifts it. The unit answers 1 on "
            "the orange side, towards which the arrow w points, and 0 on the blue side; circles "
            "want a 0, squares a 1.",
            alt=f"The corners of the unit square with the answers that {task} wants, and the line "
            f"w.x = {threshold:g} for w = ({w1:g}, {w2:g}): {right} of 4 corners are right.",
        )

    return sliders(
        draw,
        task=list(tasks),
        w1=(-2.0, 2.0, 0.25, 1.0),
        w2=(-2.0, 2.0, 0.25, 1.0),
        threshold=(-2.0, 2.0, 0.25, 0.5),
    )
