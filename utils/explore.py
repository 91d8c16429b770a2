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
    x = np.linspace(-10, 10, 2001)
    log_p = -(x**2) / 2 - np.log(2 * np.pi) / 2
    log_q = -(((x - mean) / width) ** 2) / 2 - np.log(2 * np.pi) / 2 - np.log(width)
    forth = np.log(width) + (1 + mean**2) / (2 * width**2) - 0.5
    back = -np.log(width) + (width**2 + mean**2) / 2 - 0.5
    p, q = np.exp(log_p), np.exp(log_q)
    shown = np.abs(x) < 8
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
            size=(7.3, 5.5),
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


def learning_rate(path, height, limits, learning_rate=0.075, momentum=0.0, largest=0.1):
    """Slide the learning rate and the momentum of a descent and watch its path.

    Parameters
    ----------
    path : callable
        Maps a learning rate and a momentum to the positions of the descent, (steps, 2).
    height : callable
        The loss that is descended: maps two arrays of equal shape to its values.
    limits : ((float, float), (float, float))
        Ranges of the two weights in the picture.
    learning_rate, momentum : float
        Values at the start, 0 < learning_rate <= largest and 0 <= momentum <= 0.95.
    largest : float
        Upper end of the learning rate's slider.

    Returns
    -------
    CourseFigure or None
        See `sliders`.
    """
    if not 0 < learning_rate <= largest or not 0 <= momentum <= 0.95:
        raise ValueError(
            f"0 < learning_rate <= {largest} and 0 <= momentum <= 0.95 are needed, "
            f"not {learning_rate!r} and {momentum!r}"
        )

    def draw(learning_rate, momentum):
        positions = path(learning_rate, momentum)
        losses = height(*positions.T)
        says = "falls" if losses[-1] < losses[0] else "grows"
        return plots.landscape(
            height,
            limits,
            {f"η = {learning_rate:.3f}\nβ = {momentum:.2f}": positions},
            xlabel="weight $w_1$",
            ylabel="weight $w_2$",
            title=f"loss after {len(positions) - 1} steps: {losses[-1]:.2g}",
            caption=f"The loss {says} from {losses[0]:.2g} to {losses[-1]:.2g}: "
            f"{len(positions) - 1} steps of descent from the black point, at learning rate η = "
            f"{learning_rate:.3f} and momentum β = {momentum:.2f}.",
            alt=f"Contour lines of a loss and a path of {len(positions) - 1} steps across them, "
            f"on which the loss {says}.",
            levels=losses[0] * np.geomspace(1e-3, 1, 10),
        )

    step = largest / 200
    return sliders(
        draw,
        learning_rate=(step, largest, step, float(learning_rate)),
        momentum=(0.0, 0.95, 0.05, float(momentum)),
    )


def wave_fronts(stations, epicentre, time=8.0):
    """Slide the time since an earthquake and watch its P and S waves reach the stations.

    Parameters
    ----------
    stations : array (n, 2)
        Positions in km.
    epicentre : (float, float)
        Point above the source, km.
    time : float
        Since the earthquake began, s, at the start; between 0 and 30.

    Returns
    -------
    CourseFigure or None
        See `sliders`.
    """
    from utils.simulate import earthquakes

    def draw(time):
        waves = {"P": earthquakes.V_P, "S": earthquakes.V_S}
        radii = {wave: earthquakes.front_radius(time, speed) for wave, speed in waves.items()}
        return plots.fronts(
            stations, epicentre, radii,
            xlabel="east [km]", ylabel="north [km]", limits=(-5, earthquakes.SIZE + 5),
            title=f"{time:.1f} s after the shock",
            caption="The P wave has passed many stations before the S wave follows: the delay "
            "between the two grows with the distance. Fronts on the ground, stations, epicentre.",
            alt=f"Map of {len(stations)} stations with two circles around the epicentre: after "
            f"{time:.1f} s the P front has a radius of {radii['P']:.0f} km and the S front one of "
            f"{radii['S']:.0f} km.",
        )  # fmt: skip

    return sliders(draw, time=(0.0, 30.0, 0.5, float(time)))


def approximation(network, target, low, high, units=6):
    """Slide the number of hidden units and watch a one-layer network approach a curve.

    Parameters
    ----------
    network : callable
        Takes an array x (n,) and a number of units, returns the network's output (n,).
    target : callable
        The curve, a function of x.
    low, high : float
        Range of x.
    units : int
        Number of units at the start, 1 to 40.

    Returns
    -------
    CourseFigure or None
        See `sliders`.
    """

    def draw(units):
        x = np.linspace(low, high, 1001)
        y, knots = network(x, units), np.linspace(low, high, units + 1)
        worst = np.max(np.abs(y - target(x)))
        return plots.lines(
            x, {"target": target(x), f"{units} ReLU units": y},
            grey=["target"], marks={"bends": (knots, target(knots))}, xlabel="x", ylabel="f(x)",
            caption="Each unit bends the line once: the network is a chain of straight segments. "
            f"Largest distance to the target {worst:.3f}.",
            alt=f"A smooth curve and a chain of {units} straight segments through points on it.",
        )  # fmt: skip

    return sliders(draw, units=(1, 40, 1, int(units)))


def decoder(decode, low, high, start=(0.0, 0.0), note=""):
    """Slide through a latent plane and watch what a decoder makes of each point.

    Parameters
    ----------
    decode : callable
        Maps an array (n, 2) of codes to pictures (n, height, width).
    low, high : sequence of two floats
        Ranges of the two numbers.
    start : sequence of two floats
        The point at the start.
    note : str
        See `plots.finish`.

    Returns
    -------
    CourseFigure or None
        See `sliders`.
    """

    def draw(first, second):
        steps = np.linspace(-0.5, 0.5, 7)
        row = np.array([[first + step * (high[0] - low[0]), second] for step in steps])
        column = np.array([[first, second + step * (high[1] - low[1])] for step in steps])
        return plots.images(
            decode(np.concatenate([row, column])), ncols=7, cmap="gray_r", limits=(0, 1), note=note,
            titles=[f"({a:.1f}, {b:.1f})" for a, b in np.concatenate([row, column])],
            caption="Neighbouring codes give neighbouring shapes, and between two digits lies "
            "something that is neither: decoded pictures along the first number (top) and along "
            "the second one (bottom); the point that the sliders choose stands in the middle.",
            alt="Two rows of seven decoded digits that change their shape step by step.",
        )  # fmt: skip

    ranges = [(float(a), float(b), float(b - a) / 40) for a, b in zip(low, high)]
    return sliders(
        draw,
        first=(*ranges[0], float(start[0])),
        second=(*ranges[1], float(start[1])),
    )
