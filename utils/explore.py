"""What one lecture alone shows: sliders with static twins, and diagrams.

Every slider returns what `sliders` returns, every diagram a `plots.CourseFigure` with the `caption`
and `alt` that it is given; see `plots.finish`.
"""

import itertools

import ipywidgets
import matplotlib
import numpy as np
from matplotlib.patches import Rectangle, RegularPolygon
from matplotlib.patheffects import withStroke
from matplotlib.ticker import LogLocator

from utils import plots, runtime
from utils.arguments import integer, real

CENTRED = {"ha": "center", "va": "center"}
ON_WHITE = CENTRED | {"bbox": {"facecolor": "w", "edgecolor": "none", "pad": 2}}
FILLS = (plots.SKY, plots.ORANGE, plots.PURPLE)  # of layers, in turn

# A slider's handle has no name in ipywidgets, a field has: only the mouse is to find the handle.
STYLE = f"""<style>.course-sliders .noUi-handle {{visibility: hidden}}
.course-sliders .noUi-touch-area
{{visibility: visible; background: {plots.BLUE}; border-radius: 50%}}
</style>"""


def sliders(draw, **controls):
    """Show a figure that follows sliders, or its static twin where no one can slide.

    The figure is an output of its own below the sliders: it stays in a saved notebook. The number
    beside a slider has its name, and takes arrow keys and typing.

    Parameters
    ----------
    draw : callable
        Takes one keyword argument per control and returns a `plots.CourseFigure`, always of one
        size: else the text below jumps.
    **controls : (str, (low, high, step, start))
        What stands beside each slider, with its unit, and range, step and start to four decimals:
        all integers for a slider of integers. In place of the four numbers, a list of values makes
        a drop-down menu that starts at its first, and a text a field to type into.

    Returns
    -------
    CourseFigure or None
        The figure at the start where the notebook is executed without a person
        (`runtime.is_static`); None in a live notebook, where sliders and figure are displayed.

    Raises
    ------
    ValueError
        If a slider's start is outside of its range.
    """
    first = {name: _start(name, control) for name, (_, control) in controls.items()}
    if runtime.is_static():
        return draw(**first)

    from IPython.display import display

    rows = {}
    for name, (label, control) in controls.items():
        rows[name] = _fields(label, control, first[name])
    reset = ipywidgets.Button(description="reset")
    rows[name].append(reset)  # beside the last: each line that is saved shows more of the figure
    panel = [ipywidgets.HTML(STYLE), *map(ipywidgets.HBox, rows.values())]
    display(ipywidgets.VBox(panel).add_class("course-sliders"))
    shown = draw(**first).outputs()
    handles = [display(data, metadata=more, raw=True, display_id=True) for data, more in shown]

    def follow(_):
        figure = draw(**{name: row[0].value for name, row in rows.items()})
        for handle, (data, more) in zip(handles, figure.outputs()):
            handle.update(data, metadata=more, raw=True)

    def back(_):
        for name, value in first.items():
            rows[name][0].value = value

    for field, *_ in rows.values():
        field.observe(follow, "value")
    reset.on_click(back)
    return None


def _start(name, control):
    """Return the starting value of a control."""
    if isinstance(control, tuple):
        least, most, step, start = control
        judge = integer if isinstance(step, int) else real
        return judge(name, start, least=least, most=most)
    return control[0] if isinstance(control, list) else control


def _fields(label, control, start):
    """Return what sets a control: a menu, a field for a text, or a number's field and slider."""
    look = {"style": {"description_width": "9em"}, "layout": {"width": "32em"}}
    look["description"] = label
    if isinstance(control, list):
        return [ipywidgets.Dropdown(options=control, **look)]
    if isinstance(control, str):  # a text that is half typed is not to be answered
        return [ipywidgets.Text(control, continuous_update=False, **look)]
    look["layout"] = {"width": "16em"}
    kind = "Int" if isinstance(start, int) else "Float"
    limits = zip(("min", "max", "step", "value"), (*control[:3], start))
    limits = {name: round(value, 4) for name, value in limits}
    field = getattr(ipywidgets, f"Bounded{kind}Text")(**limits, **look)
    slider = getattr(ipywidgets, f"{kind}Slider")(**limits, readout=False)

    def follow(change):  # the browser puts a slider on the nearest step
        other = slider if change.owner is field else field
        if abs(change.new - other.value) > limits["step"] / 2:
            other.value = round(change.new, 4)

    for one in (field, slider):
        one.observe(follow, "value")
    return [field, slider]


def divergence(mean=1.0, width=2.0):
    """Slide a normal density q away from a standard normal p and watch both divergences.

    Parameters
    ----------
    mean, width : float
        Mean and standard deviation of q at the start.
    """

    def draw(mean, width):
        x = np.linspace(-10, 10, 2001)
        x = x[np.abs(x) < 8]
        log_p = -(x**2) / 2 - np.log(2 * np.pi) / 2
        log_q = -(((x - mean) / width) ** 2) / 2 - np.log(2 * np.pi) / 2 - np.log(width)
        p, q = np.exp(log_p), np.exp(log_q)
        forth = np.log(width) + (1 + mean**2) / (2 * width**2) - 0.5
        back = -np.log(width) + (width**2 + mean**2) / 2 - 0.5
        densities = {"p = N(0, 1)": p, f"q = N({mean:.1f}, {width:.1f}²)": q}
        integrands = {
            f"p ln(p/q): area {forth:.3f}": p * (log_p - log_q),
            f"q ln(q/p): area {back:.3f}": q * (log_q - log_p),
        }
        left = {"curves": densities, "ylabel": "density"}
        right = {"curves": integrands, "ylabel": "integrand", "fill": integrands}
        says = "The two areas differ: the divergence has a direction."
        if abs(forth - back) < 5e-4:
            says = "The two areas are equal: at equal widths the divergence has no direction."
        return plots.panels(
            [{"x": x, "xlabel": "x"} | part for part in (left, right)],
            caption=f"{says} Left: p and q. Right: the "
            "integrands of D(p‖q) and D(q‖p); what lies below zero counts negative.",
            alt="Two normal densities and the integrands of their divergences, "
            f"{forth:.3f} from p to q and {back:.3f} from q to p.",
        )

    mean, width = (-3.0, 3.0, 0.1, mean), (0.3, 3.0, 0.1, width)
    return sliders(draw, mean=("mean of q", mean), width=("width of q", width))


def threshold_unit(**tasks):
    """Slide the weights and the threshold of one unit over the four pairs of bits.

    Parameters
    ----------
    **tasks : sequence of four numbers 0 or 1
        Name of each task and the answers that it wants at 00, 01, 10 and 11.
    """
    bits, edges = np.array(list(np.ndindex(2, 2))), (-0.6, 1.6)

    def draw(task, w1, w2, threshold):
        w = np.array([w1, w2])
        wanted = np.asarray(tasks[task])
        right = int(np.sum((bits @ w > threshold) == wanted))
        says = (
            "Two weights turn the line, the threshold shifts it. The unit answers 1 on the orange "
            "side, towards which w points, and 0 on the blue side"
        )
        line = f"the line w.x = {threshold:g} for w = ({w1:g}, {w2:g})"
        corners = np.array(list(itertools.product(edges, edges))) @ w > threshold
        if corners.all() or not corners.any():
            says = f"No line crosses the picture: the unit answers {corners[0]:d} all over it"
            line = "no line"
        return plots.plane(
            bits, wanted, names=[f"{k} wanted" for k in (0, 1) if k in wanted],
            regions=lambda x: x @ w - threshold + 0.5,  # 0.5 is the level that `plane` draws
            boundary=(w, threshold), limits=(edges, edges), size=(7.3, 5.5),
            xlabel="$x_1$", ylabel="$x_2$", title=f"{task}: {right} of 4 right",
            caption=f"{says}; circles want a 0, squares a 1.",
            alt=f"The corners of the unit square with the answers that {task} wants, and {line}: "
            f"{right} of 4 corners are right.",
        )  # fmt: skip

    weight, threshold = (-2.0, 2.0, 0.25, 1.0), (-2.0, 2.0, 0.25, 0.5)
    return sliders(
        draw, task=("task", list(tasks)), w1=("weight w₁", weight), w2=("weight w₂", weight),
        threshold=("threshold θ", threshold),
    )  # fmt: skip


def learning_rate(path, height, limits, learning_rate=0.075, momentum=0.0, largest=0.1):
    """Slide the learning rate and the momentum of a descent and watch its path.

    Parameters
    ----------
    path : callable
        Maps a learning rate and a momentum to the positions of the descent, (steps, 2).
    height : callable
        The loss that is descended: maps two arrays of equal shape to its values.
    limits : ((float, float), (float, float))
        Ranges of the two parameters in the picture.
    learning_rate, momentum : float
        Values at the start, learning_rate at most `largest`, momentum from 0 to 0.95.
    largest : float
        Upper end of the learning rate's slider; its step is a 200th of it.
    """

    def draw(learning_rate, momentum):
        positions = path(learning_rate, momentum)
        steps, losses = len(positions) - 1, height(*positions.T)
        says = "falls" if losses[-1] < losses[0] else "grows"
        levels = losses[0] * np.geomspace(1e-3, 1, 10)
        figure, axes = plots.new()
        gx, gy = np.meshgrid(*(np.linspace(low, high, 150) for low, high in limits))
        axes.contour(gx, gy, height(gx, gy), levels, colors=[plots.GREY], linewidths=1, zorder=1)
        axes.plot(*positions.T, "o-", color=plots.BLUE, markersize=6, linewidth=2)
        axes.plot(*positions[0], "o", color=plots.BLACK, markersize=11, zorder=3)
        axes.set(xlim=limits[0], xlabel=r"parameter $\theta_1$")
        axes.set(ylim=limits[1], ylabel=r"parameter $\theta_2$")
        rates = f"η = {learning_rate:.4g}, β = {momentum:.4g}"
        axes.set_title(f"{rates}: loss {losses[-1]:.2g} after {steps} steps")
        return plots.finish(
            figure,
            caption=f"The loss {says} from {losses[0]:.2g} to {losses[-1]:.2g}: "
            f"{steps} steps of descent from the black point, at learning rate η = "
            f"{learning_rate:.4g} and momentum β = {momentum:.4g}.",
            alt=f"Contour lines of a loss and a path of {steps} steps across them, on which the "
            f"loss {says}.",
        )

    rate = (largest / 200, largest, largest / 200, learning_rate)
    momentum = ("momentum β", (0.0, 0.95, 0.05, momentum))
    return sliders(draw, learning_rate=("learning rate η", rate), momentum=momentum)


def kernel(image):
    """Type a 3 x 3 kernel and watch the map that it makes of an image.

    A text that is no kernel is answered in the figure's title, and the map of the kernel of zeros
    is shown.

    Parameters
    ----------
    image : array (rows, columns)
    """
    image = np.asarray(image, float)
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3))

    def draw(kernel):
        w, title = _nine(kernel)
        z = np.einsum("ijuv,uv->ij", windows, w)
        total = w.sum()
        flat = f"the image times {total:.3g}" if abs(total) > 1e-9 else "white: the weights cancel"
        says = (
            "The map is red where the image looks like the kernel, blue where it looks like its "
            f"negative, and where the image is flat it is {flat}."
        )
        if not w.any():
            says = "A kernel of zeros sees nothing: the map is zero everywhere."
        figure, axes = plots.new(3, size=(12, 4.2))
        for axis, picture, name in zip(axes, (image, w, z), ("image", "kernel", title)):
            most = np.abs(picture).max() or 1
            axis.imshow(picture, cmap="RdBu_r", vmin=-most, vmax=most, interpolation="nearest")
            axis.set_title(name)
            axis.set_axis_off()
        for (row, column), weight in np.ndenumerate(w):
            axes[1].text(column, row, f"{weight:g}", **ON_WHITE)
        return plots.finish(
            figure,
            caption=f"{says} Each picture on its own scale.",
            alt="An image, a kernel of 3 by 3 numbers and the map that it makes of the image, of "
            f"{z.shape[0]} by {z.shape[1]} numbers.",
        )

    return sliders(draw, kernel=("kernel, by rows", "-1 0 1  -2 0 2  -1 0 1"))


def _nine(text):
    """Return a kernel (3, 3) and a title; zeros and a complaint where there are no nine numbers."""
    try:
        w = np.array(text.replace(",", " ").split(), float)
    except ValueError:
        return np.zeros((3, 3)), "nine numbers are needed"
    if w.size != 9:
        return np.zeros((3, 3)), f"nine numbers are needed, not {w.size}"
    if not np.isfinite(w).all():
        return np.zeros((3, 3)), "nine finite numbers are needed"
    return w.reshape(3, 3), f"map (weights add up to {w.sum():.3g})"


def weighted_sum(image, kernel, row, column, *, caption, alt):
    """Draw one step of a convolution in numbers: image, kernel and the map that results.

    Parameters
    ----------
    image : array (rows, columns)
    kernel : array (f_h, f_w)
    row, column : int
        The place in the map whose receptive field is framed in the image.
    """
    image, kernel = np.asarray(image), np.asarray(kernel)
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    parts = {"image": image, "kernel": kernel, "map": np.einsum("ijuv,uv->ij", windows, kernel)}
    frames = ((row, column, *kernel.shape), (0, 0, *kernel.shape), (row, column, 1, 1))
    figure, axes = plots.new(3, size=(11, 4), width_ratios=[a.shape[1] for a in parts.values()])
    for axis, (name, numbers), (top, left, height, width) in zip(axes, parts.items(), frames):
        axis.imshow(numbers, cmap="Greys", vmin=0, vmax=2.5 * numbers.max(), aspect="equal")
        for (i, j), number in np.ndenumerate(numbers):
            axis.text(j, i, f"{number:g}", fontsize=17, **CENTRED)
        corner, look = (left - 0.5, top - 0.5), {"edgecolor": plots.RED, "linewidth": 4}
        axis.add_patch(Rectangle(corner, width, height, fill=False, clip_on=False, **look))
        axis.spines[:].set_visible(True)
        axis.set(title=name, xticks=[], yticks=[])
    figure.get_layout_engine().set(wspace=0.1)
    return plots.finish(figure, caption, alt)


def convolutional(layers, *, caption, alt):
    """Draw the layers of a convolutional network as stacks of maps.

    Parameters
    ----------
    layers : sequence of (str, int, int, str)
        Name of a layer; side of its square maps, 1 for single numbers; how many of them; and what
        leads to the next layer. At most eight are drawn.
    """
    figure, axes = plots.new(size=(12, 4))
    most, x = max(edge for _, edge, _, _ in layers), 0.0
    for (name, edge, maps, step), fill in zip(layers, itertools.cycle(FILLS)):
        flat = edge == 1
        side, shown = 0.3 if flat else 0.3 + 2.2 * edge / most, min(maps, 8)
        shift = 0 if flat else 0.09
        for k in reversed(range(shown)):
            low = 0.35 * (k - shown / 2) if flat else k * shift - side / 2
            look = {"facecolor": fill, "edgecolor": "k", "linewidth": 1.2}
            axes.add_patch(Rectangle((x + k * shift, low), side, side, **look))
        right = x + side + shown * shift
        axes.text((x + right) / 2, 2.0, name, ha="center", va="bottom", color=plots.BLUE)
        count = f"{maps} × {edge} × {edge}" if edge > 1 else f"{maps}"
        axes.text((x + right) / 2, -1.5, count, ha="center", va="top")
        if step:
            _arrow(axes, (right + 0.15, 0), (right + 1.75, 0))
            axes.text(right + 0.95, 0.15, step, ha="center", va="bottom", fontsize=13)
        x = right + 1.9
    axes.set(xlim=(-0.2, x - 1.5), ylim=(-2.0, 2.8), aspect="equal")
    axes.set_axis_off()
    return plots.finish(figure, caption, alt)


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
    """
    from utils.simulate import earthquakes

    stations, epicentre = np.asarray(stations, float), np.asarray(epicentre, float)
    distance = np.hypot(*(stations - epicentre).T)
    angle = np.linspace(0, 2 * np.pi, 200)
    ring = np.array([np.cos(angle), np.sin(angle)])
    speeds = {"P": earthquakes.V_P, "S": earthquakes.V_S}
    square = (-5, earthquakes.SIZE + 5)

    def draw(time):
        radii = {wave: earthquakes.front_radius(time, speed) for wave, speed in speeds.items()}
        passed = sum((distance <= radius).astype(int) for radius in radii.values())
        figure, axes = plots.new(size=(8, 6))
        for k, (name, radius) in enumerate(radii.items()):
            look = {"color": plots.COLOURS[k], "linestyle": plots.STYLES[k], "label": name}
            axes.plot(*(epicentre[:, None] + radius * ring), **look)
        for count, state in enumerate(("not reached", "reached by P", "reached by both")):
            look = {"marker": "o^s"[count], "color": ("w", *plots.COLOURS)[count], "label": state}
            axes.scatter(*stations[passed == count].T, s=110, zorder=3, edgecolors="k", **look)
        star = {"marker": "*", "color": plots.YELLOW, "edgecolors": "k", "label": "source"}
        axes.scatter(*epicentre, s=260, zorder=4, **star)
        axes.set(xlabel="east [km]", ylabel="north [km]", xlim=square, ylim=square, aspect="equal")
        axes.set_title(f"{time:.1f} s after the shock")
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
        return plots.finish(
            figure,
            caption=f"The P wave has passed {np.sum(passed > 0)} of {len(stations)} stations, the "
            f"S wave {np.sum(passed > 1)}: the delay between the two grows with the distance. "
            "Fronts on the ground, stations, epicentre.",
            alt=f"Map of {len(stations)} stations with two circles around the epicentre: after "
            f"{time:.1f} s the P front has a radius of {radii['P']:.0f} km and the S front one of "
            f"{radii['S']:.0f} km.",
        )

    return sliders(draw, time=("time [s]", (0.0, 30.0, 0.5, time)))


def approximation(network, target, low, high):
    """Slide the number of hidden units and watch a one-layer network approach a curve.

    Parameters
    ----------
    network : callable
        Takes an array x (n,) and a number of units, returns the network's output (n,).
    target : callable
        The curve, a function of x.
    low, high : float
        Range of x.
    """

    def draw(units):
        x = np.linspace(low, high, 1001)
        y, knots = network(x, units), np.linspace(low, high, units, endpoint=False)
        worst = np.max(np.abs(y - target(x)))
        return plots.lines(
            x, {"target": target(x), f"{units} ReLU units": y},
            grey=["target"], marks={"bends": (knots, target(knots))}, xlabel="x", ylabel="f(x)",
            caption="Each unit bends the line once: the network is a chain of straight segments. "
            f"Largest distance to the target {worst:.3f}.",
            alt=f"A smooth curve and a chain of {units} straight segments through points on it.",
        )  # fmt: skip

    return sliders(draw, units=("hidden units", (1, 40, 1, 6)))


def decoder(decode, low, high, start=(0.0, 0.0), note=""):
    """Slide through a latent plane and watch what a decoder makes of each point.

    Parameters
    ----------
    decode : callable
        Maps an array (n, 2) of codes to pictures (n, height, width).
    low, high : sequence of two floats
        Ranges of the two numbers, to one decimal.
    start : sequence of two floats
        The point at the start, to one decimal.
    note : str
        See `plots.finish`.
    """

    def draw(first, second):
        steps = np.linspace(-0.5, 0.5, 7)
        row = [(first + step * (high[0] - low[0]), second) for step in steps]
        column = [(first, second + step * (high[1] - low[1])) for step in steps]
        return plots.images(
            decode(np.array(row + column)), ncols=7, cmap="gray_r", limits=(0, 1), note=note,
            titles=[f"({a:.1f}, {b:.1f})" for a, b in row + column],
            caption="Neighbouring codes give neighbouring shapes, and between two digits lies "
            "something that is neither: decoded pictures along the first number (top) and along "
            f"the second one (bottom); ({first:.1f}, {second:.1f}) stands in the middle.",
            alt="Two rows of seven decoded digits that change their shape step by step.",
        )  # fmt: skip

    ranges = zip(low, high, (0.1, 0.1), start)  # as the titles tell them
    first, second = (tuple(round(float(v), 1) for v in numbers) for numbers in ranges)
    return sliders(draw, first=("first number", first), second=("second number", second))


def neuron(inputs, weights, activation, *, potential, output, caption, alt):
    """Draw one artificial neuron step by step: inputs, weights, sum, activation, output.

    Parameters
    ----------
    inputs, weights : sequence of str
        What is written into each input and on its arrow.
    activation : callable
        Maps an array of potentials in [-2, 2] to the curve that is drawn into its box.
    potential, output : str
        What is written under the sum and beside the output.
    """
    figure, axes = plots.new(size=(9.5, 4.2))
    ys = 1.25 * ((len(inputs) - 1) / 2 - np.arange(len(inputs)))
    for y, value, weight in zip(ys, inputs, weights):
        _arrow(axes, (0.42, y), (3.62, 0.08 * y), weight, at=0.4)
        _unit(axes, 0, y, value, plots.SKY)
    _unit(axes, 4.1, 0, r"$\Sigma$", plots.ORANGE, s=3000)
    _arrow(axes, (4.58, 0), (6, 0))
    _arrow(axes, (7.4, 0), (8.5, 0))
    axes.text(8.6, 0, output, va="center")
    axes.text(4.1, -0.95, potential, ha="center", va="top")
    axes.plot([6, 7.4, 7.4, 6, 6], [-0.7, -0.7, 0.7, 0.7, -0.7], "-", color="k", linewidth=1.5)
    xi = np.linspace(-2, 2, 401)
    y = np.asarray(activation(xi), float)
    y = (y - y.min()) / max(np.ptp(y), 1e-9) - 0.5  # as high as the box allows
    axes.plot([6.1, 7.3], [y[200]] * 2, "-", color=plots.GREY, linewidth=1)  # its value at 0
    axes.plot(6.7 + 0.28 * xi, y, "-", color=plots.RED, linewidth=3)
    heads = {0: "inputs", 1.95: "weights", 4.1: "potential", 6.7: "activation", 9: "output"}
    for stage, (x, head) in enumerate(heads.items(), 1):
        axes.text(x, ys[0] + 0.85, f"{stage}  {head}", ha="center", color=plots.BLUE)
    axes.set(xlim=(-0.8, 9.9), ylim=(ys[-1] - 0.7, ys[0] + 1.2))
    axes.set_axis_off()
    return plots.finish(figure, caption, alt)


def network(units, weights, *, heads, caption, alt):
    """Draw a fully connected network with the weights on its lines.

    Parameters
    ----------
    units : sequence of sequences of str
        What is written into each unit, layer by layer, input first, from top to bottom.
    weights : sequence of arrays (units on the left, units on the right)
        The weights between each layer and the next.
    heads : sequence of str
        Name of each layer.
    """
    figure, axes = plots.new(size=(8, 3.6))
    heights = [(len(layer) - 1) / 2 - np.arange(len(layer)) for layer in units]
    top = max(ys[0] for ys in heights)
    for x, (left, right) in enumerate(itertools.pairwise(heights)):
        for (row, column), weight in np.ndenumerate(np.asarray(weights[x])):
            _arrow(axes, (x, left[row]), (x + 1, right[column]), f"{weight:g}", at=0.3)
    for x, (layer, ys, fill) in enumerate(zip(units, heights, itertools.cycle(FILLS))):
        axes.text(x, top + 0.5, heads[x], ha="center", color=plots.BLUE)
        for y, text in zip(ys, layer):
            _unit(axes, x, y, text, fill, s=3600)
    axes.set(xlim=(-0.3, len(units) - 0.7), ylim=(-top - 0.45, top + 0.75))
    axes.set_axis_off()
    return plots.finish(figure, caption, alt)


def graph(nodes, slopes, *, caption, alt):
    """Draw a computation: values in its nodes, and in red the slopes that come back.

    Parameters
    ----------
    nodes : dict of str to (float, float, str, str)
        Place of each node from left to right, the value in it, and a red note beneath.
    slopes : dict of (str, str) to str
        From which node to which each arrow leads, and the slope on it.
    """
    figure, axes = plots.new(size=(9, 4.2))
    for names, slope in slopes.items():
        start, end = (np.array(nodes[name][:2]) for name in names)
        _arrow(axes, start, end - 0.27 * (end - start) / np.linalg.norm(end - start))
        axes.text(*start + 0.55 * (end - start), slope, color=plots.RED, **ON_WHITE)
    for x, y, text, note in nodes.values():
        _unit(axes, x, y, text, plots.SKY, s=3000)
        axes.text(x, y - 0.34, note, ha="center", va="top", color=plots.RED)
    places = np.array([node[:2] for node in nodes.values()])
    (left, low), (right, high) = places.min(axis=0), places.max(axis=0)
    axes.set(xlim=(left - 0.4, right + 0.4), ylim=(low - 0.6, high + 0.35), aspect="equal")
    axes.set_axis_off()
    return plots.finish(figure, caption, alt)


def _unit(axes, x, y, text, colour, s=2200):
    axes.scatter([x], [y], s=s, color=colour, edgecolors="k", linewidths=1.5, zorder=3)
    axes.text(x, y, text, fontsize=14, zorder=4, **CENTRED)


def _arrow(axes, start, end, text="", at=0.5):
    """Draw an arrow, and a text on its shaft at the given fraction of it."""
    look = {"arrowstyle": "-|>", "linewidth": 2, "color": "k", "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", xy=end, xytext=start, arrowprops=look)
    if text:
        axes.text(*np.add(start, at * np.subtract(end, start)), text, zorder=4, **ON_WHITE)


def broadcast(parts, sign, result, *, caption, alt):
    """Draw how two arrays are stretched to a common shape and combined number by number.

    Parameters
    ----------
    parts : dict of str to array
        Two names and the arrays; their common shape must be (rows, columns).
    sign : str
        Stands between the two.
    result : (str, array (rows, columns))
        What comes out, and its name.
    """
    name, out = result[0], np.asarray(result[1])
    figure, axes = plots.new(3, size=(12, 4.2))
    fills = (plots.SKY, plots.ORANGE, "0.85")
    for axis, (head, numbers), fill in zip(axes, [*parts.items(), (name, out)], fills):
        own = np.shape(numbers)
        lengths = (1,) * (2 - len(own)) + own
        for (i, j), number in np.ndenumerate(np.broadcast_to(numbers, out.shape)):
            copy = i >= lengths[0] or j >= lengths[1]  # no number of its own in memory
            look = {"facecolor": "w" if copy else fill, "linestyle": ":" if copy else "-"}
            axis.add_patch(Rectangle((j, i), 1, 1, edgecolor="k", linewidth=1.5, **look))
            colour = plots.GREY if copy else "k"
            axis.text(j + 0.5, i + 0.5, f"{number:.1f}", color=colour, **CENTRED)
        stretched = "" if lengths == out.shape else f" → {out.shape}"
        axis.set(xlim=(-0.1, out.shape[1] + 0.1), ylim=(out.shape[0] + 0.1, -0.1), aspect="equal")
        axis.set_title(f"{head}  {own}{stretched}")
        axis.set_axis_off()
    for axis, text in zip(axes[1:], (sign, "=")):
        axis.text(-0.12, 0.5, text, transform=axis.transAxes, fontsize=26, **CENTRED)
    return plots.finish(figure, caption, alt)


def data_types(table, trace, image, film, cloud, event, *, caption, alt):
    """Draw the data types of physics side by side, each with the shape of its array.

    Parameters
    ----------
    table : array (events, quantities)
    trace : array (times,)
        In mV, one number each ns.
    image : array (rows, columns, 3)
    film : array (times, rows, columns, 1)
    cloud : array (points, 3)
        Positions x, y, z in cm.
    event : dict of arrays
        "stations" (n, 2) in km and "arrivals" (n, 2) in s among others.
    """
    figure, axes = plots.new(3, 2, size=(12.5, 7.6))
    (a, b, c), (d, e, f) = axes
    spread = np.ptp(table, axis=0)
    a.imshow((table - table.min(axis=0)) / np.where(spread > 0, spread, 1), aspect="auto")
    a.set(xlabel="quantity", ylabel="event", title=f"table {table.shape}", box_aspect=1)
    b.plot(trace, linewidth=1.5)
    b.set(xlabel="time [ns]", ylabel="voltage [mV]", title=f"trace {trace.shape}", box_aspect=1)
    c.imshow(image)
    c.set(xticks=[], yticks=[], title=f"regular grid {image.shape}")
    side, last = film.shape[1], len(film) - 1
    for k, frame in enumerate(film[::-1]):  # the first one in front
        left = 0.3 * side * (last - k)
        extent = (left, left + side, left, left + side)
        d.imshow(frame[..., 0], cmap="RdBu_r", vmin=-1, vmax=1, extent=extent, zorder=k)
        d.add_patch(Rectangle((left, left), side, side, fill=False, edgecolor="k", zorder=k))
    reach = side * (1 + 0.3 * last)
    d.set(xlim=(-2, reach + 2), ylim=(-2, reach + 2), title=f"film {film.shape}")
    d.set_axis_off()
    shown = e.scatter(*cloud[:, :2].T, c=cloud[:, 2], s=25)
    figure.colorbar(shown, ax=e, label="z [cm]", shrink=0.6)
    e.set(xlabel="x [cm]", ylabel="y [cm]", title=f"point cloud {cloud.shape}", box_aspect=1)
    shown = f.scatter(*event["stations"].T, c=event["arrivals"][:, 0], s=90, marker="^")
    figure.colorbar(shown, ax=f, label="P waves arrive [s]", shrink=0.6)
    f.set(xlabel="east [km]", ylabel="north [km]", box_aspect=1)
    f.set_title("event " + ", ".join(str(part.shape) for part in event.values()), fontsize=13)
    return plots.finish(figure, caption, alt)


def hexagonal(square, pixel, steps, *, caption, alt):
    """Draw a hexagonal detector and the square array that stores it, one neighbourhood in both.

    Parameters
    ----------
    square : array (rows, columns)
        Pixel (row, column) lies at x = column + row / 2, y = row sqrt(3) / 2; NaN where there is
        none.
    pixel : (int, int)
        Row and column of the pixel whose neighbours are marked.
    steps : sequence of (int, int)
        From it to the neighbours, in rows and columns.
    """
    figure, (left, right) = plots.new(2, size=(11, 4.8))
    shades, bright = matplotlib.colormaps["Blues"], np.nanmax(square)

    def on_detector(row, column):
        return column + row / 2, row * np.sqrt(3) / 2

    for place in np.argwhere(np.isfinite(square)):
        look = {"facecolor": shades(square[*place] / bright), "edgecolor": "0.6"}
        left.add_patch(RegularPolygon(on_detector(*place), 6, radius=1 / np.sqrt(3), **look))
    right.imshow(square, cmap=shades.with_extremes(bad="0.85"), vmin=0, vmax=bright)
    look = {"fontsize": 17, "fontweight": "bold", **CENTRED}
    look["path_effects"] = [withStroke(linewidth=3, foreground="w")]
    for step, mark in zip([(0, 0), *steps], "×abcdefgh"):
        row, column = np.add(pixel, step)
        left.text(*on_detector(row, column), mark, **look)
        right.text(column, row, mark, **look)
    left.autoscale_view()
    left.invert_yaxis()
    left.set(aspect="equal", title="on the detector")
    left.set_axis_off()
    right.set(xlabel="column", ylabel="row", title=f"in memory {np.shape(square)}, grey: no pixel")
    return plots.finish(figure, caption, alt)


def spins(states, titles, *, caption, alt, scale=3.1):
    """Draw a corner of lattices of spins: arrows in the plane, colour for the component along z.

    Parameters
    ----------
    states : array (3, R, L, L)
        Spins of length one, as `utils.simulate.spins` makes them.
    titles : sequence of R str
    scale : float
        Inches per lattice.
    """
    states = np.asarray(states)[:, :, :24, :24]  # arrows of 48 x 48 spins are too small
    size = (scale * len(titles) + 1, scale + 0.3)
    figure, axes = plots.new(len(titles), size=size, squeeze=False)
    colours = matplotlib.colormaps["RdBu_r"].resampled(15)  # few: the file stays small
    look = {"cmap": colours, "vmin": -1, "vmax": 1, "alpha": 0.6}  # pale: arrows stand out
    arrow = {"width": 0.008, "headwidth": 3, "headlength": 3, "headaxislength": 3, "minlength": 0}
    for axis, (sx, sy, sz), title in zip(axes.flat, states.swapaxes(0, 1), titles, strict=True):
        shown = axis.imshow(sz, origin="lower", **look)
        axis.quiver(sx, sy, pivot="mid", scale=1.05, scale_units="xy", **arrow)
        axis.set(title=title, xticks=[], yticks=[])
    figure.colorbar(shown, ax=axes, label="$s_z$", shrink=0.9, ticks=[-1, 0, 1])
    return plots.finish(figure, caption, alt)


def phases(fields, maps, probabilities, names, field=0.5):
    """Slide the field of a magnet: its map, and what a network says about it.

    Parameters
    ----------
    fields : array (n,)
        Evenly spaced fields b, in units of J.
    maps : array (n, L, L)
        s_z, one map for each field.
    probabilities : array (n, k)
        The network's outputs for these maps.
    names : sequence of k str
        Names of the classes.
    field : float
        At the start.
    """
    fields, probabilities = np.asarray(fields, float), np.asarray(probabilities, float)

    def draw(field):
        k = np.argmin(np.abs(fields - field))
        figure, (left, right) = plots.new(2, size=(10, 4.2), width_ratios=(1, 1.3))
        left.imshow(maps[k], cmap="RdBu_r", vmin=-1, vmax=1, origin="lower")
        left.set(title=f"b = {fields[k]:.2f} J", xticks=[], yticks=[])
        right.barh(names, probabilities[k], color=plots.COLOURS[: len(names)], height=0.6)
        for row, p in enumerate(probabilities[k]):
            right.text(p + 0.02, row, f"{p:.2f}", va="center")
        right.set(xlim=(0, 1.15), xticks=[0, 0.5, 1], xlabel="network's output")
        right.invert_yaxis()
        said = ", ".join(f"{name} {p:.2f}" for name, p in zip(names, probabilities[k]))
        return plots.finish(
            figure,
            caption="The three outputs share one unit of probability, and pass it on as the field "
            f"grows: map of $s_z$ (red up, blue down) and outputs at b = {fields[k]:.2f} J.",
            alt=f"A map of spins in a field of {fields[k]:.2f} J beside three bars: {said}.",
        )

    low, high = float(fields[0]), float(fields[-1])
    step = (high - low) / (len(fields) - 1)
    return sliders(draw, field=("field b [J]", (low, high, step, field)))


def ladder(rungs, *, xlabel, ylabel, caption, alt, note=""):
    """Draw what each of several methods costs and how often it errs, with names beside the points.

    Parameters
    ----------
    rungs : dict of str to (float, float, float)
        Cost, share of mistakes and its error; both axes are logarithmic.
    """
    figure, axes = plots.new(size=(10.5, 5))
    costs = [cost for cost, _, _ in rungs.values()]
    for name, (cost, wrong, error) in rungs.items():
        low = min(error, 0.7 * wrong)  # the axis has no zero
        axes.errorbar(cost, wrong, [[low], [error]], fmt="o", color=plots.BLACK)
        near = [
            c for c, w, _ in rungs.values() if cost < c < 2 * cost and wrong / 1.5 < w < 1.5 * wrong
        ]
        beside = bool(near)  # its name would lie on the neighbour
        left = cost == max(costs) or beside and cost > 3 * min(costs)
        look = {"ha": "right" if left else "left", "va": "top" if beside else "bottom"}
        shift = (-8 if left else 8, -4 if beside else 4)
        axes.annotate(name, (cost, wrong), shift, textcoords="offset points", fontsize=15, **look)
    axes.margins(0.08, 0.12)
    axes.set(xscale="log", yscale="log", xlabel=xlabel, ylabel=ylabel)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter("")
    return plots.finish(figure, caption, alt, note)
