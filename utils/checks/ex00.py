"""Checks of assignment 00: shapes, views, hexagons, one neuron and three pendula."""

import dis

import numpy as np

from utils.checks import exercise
from utils.checks.attempt import call, inputs_of, require
from utils.checks.compare import Shape, array, compare, compare_function
from utils.checks.models import answers


@exercise(
    "00.1",
    "All differences at once: give one array an axis of length 1 where the other one counts.",
    "sources[:, None] has the shape (m, 1, 2) and meets stations, (n, 2), as (m, n, 2). For the "
    "prediction write both shapes one above the other, flush right.",
)
def travel_times(function, shape):
    def loops(code):
        """Whether compiled code, or a comprehension within it, goes round in a loop."""
        names = " ".join(step.opname for step in dis.get_instructions(code))
        inner = [c for c in code.co_consts if hasattr(c, "co_code")]
        return "FOR_ITER" in names or "JUMP_BACKWARD" in names or any(map(loops, inner))

    def table(sources, stations, speed):
        away = sources[:, None] - stations
        square, lengths = (away**2).sum(axis=-1), np.abs(away).sum(axis=-1)
        distance = np.sqrt(square)
        right = distance / speed
        return right, [
            (distance, "that is the distance: the time is distance / speed"),
            (distance * speed, "time is distance / speed, not distance * speed"),
            (square / speed, "the root is missing: a distance is not a square"),
            (lengths / speed,
             "the straight way is the root of a sum of squares, not a sum of lengths"),
            (away / speed,
             "components are still apart: square, add over the last axis, take the root"),
            (right.sum(axis=1), "the stations are added up: sum over the last axis alone"),
            (Shape((len(sources),)), "one number a source: a table of all sources and stations"),
            (Shape(()), "one number: sum over the last axis alone"),
        ]  # fmt: skip

    rng, sizes = np.random.default_rng(11), ((3, 5, 2.0), (4, 4, 6.0), (1, 6, 3.5))
    cases = [(*(rng.uniform(0, 9, (k, 2)) for k in (m, n)), v) for m, n, v in sizes]
    compare_function("travel_times", function, table, cases)
    straight = not hasattr(function, "__code__") or not loops(function.__code__)
    require(straight, "travel_times is right, but it loops: let broadcasting do that")
    compare("shape", shape, (6, 4, 3), [
        (Shape((2,)), "the sum has as many axes as the longer of both shapes"),
        (Shape((5,)), "shapes are laid one upon the other from the right, not one after the other"),
        ([(6, 1, 3), (6, 4, 1)], "an axis of length 1 is repeated until it fits the other"),
        ((4, 6, 3), "count from the right: (4, 1) has no third axis"),
        ((6, 5, 3), "axes meet, they do not add up: 1 and 4 give 4"),
        (None, "write (6, 1, 3) above (4, 1), flush right, and take the longer of each pair"),
    ])  # fmt: skip


@exercise(
    "00.2",
    "`new = u` gives the same array a second name.",
    "Take the old values from one array and write into another: u.copy(), or compute all "
    "neighbours at once with slices of the old array.",
    "Strides can describe a transpose and every regular slice, but no list, no mask and no other "
    "order of a transpose laid flat.",
)
def diffuse(function, views):
    def run(u, r, steps, in_place=False):
        u = np.array(u, float)
        for _ in range(steps):
            source = u if in_place else u.copy()
            for i in range(1, len(u) - 1):
                u[i] = source[i] + r * (source[i - 1] - 2 * source[i] + source[i + 1])
        return u

    def table(u, r, steps):
        right = run(u, r, steps)
        periodic = u
        for _ in range(steps):
            periodic = periodic + r * (np.roll(periodic, 1) + np.roll(periodic, -1) - 2 * periodic)
        return right, [
            (run(u, r, steps, in_place=True),
             "the left neighbours are already new: old and new values need two arrays"),
            (run(u, r, 1), "that is one step: take `steps` of them"),
            (run(u, r, steps - 1), "one step is missing"),
            (periodic, "the ends are no neighbours of one another: they are held"),
            (u, "the temperatures have not changed"),
            (Shape((len(u) - 2,)), "the ends are missing: they belong to the result, unchanged"),
            (run(u, -r, steps), "the sign is wrong: heat flows from hot to cold"),
        ]  # fmt: skip

    cases = [(np.array([0, 0, 8.0, 0, 0, 0]), 0.25, 1), (np.array([1.0, 5, 2, 7, 3, 0, 4]), 0.2, 3)]
    compare_function("diffuse", function, table, cases)
    ways = {
        "a[2:5]": (True, "a slice goes through memory in regular steps"),
        "a[[2, 3, 4]]": (False, "a list may name any rows: they are gathered"),
        "a.T": (True, "a transpose counts through the same memory in another order"),
        "a[a > 0]": (False, "a mask may pick any elements: they are gathered"),
        "a.T.reshape(-1)": (False, "a transpose laid flat has no constant step"),
        "a[:, 0]": (True, "a column is a slice with a longer step"),
    }
    for said, (way, (view, why)) in zip(array(views, (len(ways),), "views"), ways.items()):
        require(said in (0, 1), f"{way} is {said:g} in views: write True for a view, else False")
        require(said == view, f"views is wrong about {way}: {why}")


@exercise(
    "00.3",
    "Rows lie sqrt(3)/2 apart: which row is y = 2.598? In odd rows x is 0.5, 1.5, 2.5, ...",
    "np.rint(...).astype(int) makes indices of rows and columns; one assignment "
    "square[row, column] = values fills the array.",
    "Draw two even and two odd rows. From an even row the neighbours above lie at the columns "
    "c - 1 and c, from an odd row at c and c + 1.",
)
def hexagonal(to_square, neighbours):
    def stored(x, y, values):
        row = np.rint(2 * y / np.sqrt(3)).astype(int)

        def fill(column, empty=0.0, by=np.rint):
            column = by(column).astype(int)
            square = np.full((row.max() + 1, column.max() + 1), empty)
            square[row, column] = values
            return square

        right = fill(x - row % 2 / 2)
        return right, [
            (right.T, "rows and columns are exchanged: the row comes first"),
            (fill(x - row % 2 / 2, np.nan), "where there is no pixel a 0 is wanted, not NaN"),
            (right[::-1], "the row with y = 0 is row 0"),
            (Shape((int(np.rint(y.max())) + 1, ...)), "rows lie sqrt(3)/2 apart, not 1"),
            ([fill(x), fill(x + 1e-5)], "odd rows begin at x = 0.5: subtract it"),
            (fill(x, by=np.floor),
             "positions carry rounding errors, and floor(2.999999) is 2: round to the nearest"),
            (Shape((len(values),)), "that is still a list: an array of rows and columns is wanted"),
        ]  # fmt: skip

    rng, cases = np.random.default_rng(33), []
    for rows, columns, lost in ((7, 3, 2), (4, 5, 3)):
        kept = np.append(rng.permutation(rows * columns - 1)[lost:], rows * columns - 1)
        row, column = np.divmod(kept, columns)
        place = np.array([column + row % 2 / 2, row * np.sqrt(3) / 2])
        cases.append((*rng.normal(place, 5e-7), rng.uniform(1, 9, len(row))))
    compare_function("to_square", to_square, stored, cases)
    even, odd = ({(i, j) for i in (-1, 1) for j in (k - 1, k)} for k in (0, 1))  # above and below
    sheared = {(-1, 0), (-1, 1), (1, 0), (1, -1)}
    for row, column in inputs_of("neighbours", [(2, 3), (3, 3), (4, 1)]):
        where, own, other = ("odd", odd, even) if row % 2 else ("even", even, odd)
        found = call(neighbours, row, column, name="neighbours")
        said = set(map(tuple, array(found, (6, 2), "what neighbours returns") - (row, column)))
        rest = said - {(0, -1), (0, 1)}
        require(len(said) == 6, "neighbours names a pixel twice")
        require((0, 0) not in said, "a pixel is not its own neighbour")
        require(rest != other, f"that would be right in the other rows: row {row} is {where}")
        require(rest != sheared, "that is the lecture's sheared storage: here odd rows are shifted")
        wrong = len(rest - own)
        require(not wrong, f"{wrong} of the six do not touch a pixel in an {where} row")


@exercise(
    "00.4",
    "The last batch of an epoch may be smaller, and takes a step, too.",
    "Temperatures of some hundred kelvin make the loss steep in w: shift and scale them first, as "
    "u = (temperature - 300) / 50, and give the neuron u.",
    "A learning rate that is too large makes every step overshoot by more than the last one.",
)
def one_neuron(steps, model, losses):
    def table(n, batch, epochs):
        right = -(-n // batch) * epochs
        return right, [
            (n // batch * epochs, "the last, smaller batch of an epoch takes a step, too"),
            (n / batch * epochs, "there is no fraction of a step: the last batch is smaller"),
            (-(-n * epochs // batch), "a batch ends with its epoch: round up in each epoch"),
            (-(-n // batch), "that is one epoch"),
            (n * epochs, "that is one step for each example"),
            (epochs, "an epoch has more than one step"),
        ]  # fmt: skip

    compare_function("steps", steps, table, [(200, 32, 15), (64, 16, 50), (10, 50, 3), (45, 8, 2)])
    u = np.array([[-1.0], [0.0], [1.0]])
    said = answers(model, u, (3, 1))
    low, middle, high = said[:, 0]
    straight = abs(high - 2 * middle + low) < 0.05
    require(straight, "model's answers lie on no straight line: one neuron, no activation")
    require(abs(said).max() > 1, "model's answers are near zero: is it fitted?")
    require(abs(middle - 110.4) < 0.3, f"at 300 K model says {middle:.1f} ohm, and the "
            "measurements another value: does it get u = (temperature - 300) / 50, and has its "
            "loss come to rest?")  # fmt: skip
    off = abs(said - (110.4 + 19.25 * u)).max()
    require(off < 0.3, f"model's slope is off, by {off:.1f} ohm at the ends: more or longer steps")
    found = array(losses, None, "losses")
    several = found.ndim == 1 and len(found) >= 5
    require(several, 'losses must be the losses of at least 5 epochs, history.history["loss"]')
    rises = np.diff(found) > 0
    require(rises.any(), "losses falls: the learning rate is not too large")
    require(rises.all(), "losses must rise in each epoch: a larger learning rate yet")


@exercise(
    "00.5",
    "Write down the force on each pendulum: the middle one has two springs, the outer ones one.",
    "As in the lecture: into modes (start @ modes), let each mode swing with its cosine, and back "
    "(@ modes.T). np.sqrt of the eigenvalues are the frequencies.",
    "The middle one stays at rest while the pulls of its neighbours on it cancel.",
)
def pendula(motion, start):
    def table(omega2, kappa, start, t):
        def swing(corner=1, middle=2, sign=-1, root=True, back=lambda u, modes: u @ modes.T):
            springs = np.diag([corner, middle, corner]) + sign * (np.eye(3, k=1) + np.eye(3, k=-1))
            values, modes = np.linalg.eigh(np.diag(omega2) + kappa * springs)
            omega = np.sqrt(np.abs(values)) if root else values
            return back(start @ modes * np.cos(omega * t[:, None]), modes)

        free = start * np.cos(np.sqrt(omega2) * t[:, None])
        amplitudes, again = swing(back=lambda u, _: u), swing(back=lambda u, modes: u @ modes)
        return swing(), [
            (swing(corner=2), "the outer pendula have one spring each, not two"),
            (swing(middle=1), "the middle pendulum has two springs"),
            (swing(sign=1), "springs pull towards the neighbour: minus off the diagonal of K"),
            (swing(root=False), "eigenvalues of K are squares of frequencies"),
            (free, "the springs have no effect"),
            (amplitudes, "these are the modes' amplitudes: go back to the pendula"),
            (again, "back from the modes leads modes.T, not modes"),
            (lambda u: not np.allclose(u[0], start, atol=1e-3),
             "at t = 0 they are not where they are let go"),
        ]  # fmt: skip

    t, equal, three = np.linspace(0, 4, 9), np.full(3, 9.8), np.array([9.8, 6.0, 12.0])
    cases = [(equal, 3.0, np.array([0.1, 0, 0]), t), (three, 1.5, np.array([0, 0.2, -0.1]), t)]
    compare_function("motion", motion, table, cases)
    found = array(start, (3,), "start")
    require(found.any(), "start must not be zero: pendula at rest all stay at rest")
    require(abs(found[1]) < 1e-9, "the middle pendulum moves at once: start it at 0")
    least = 1e-6 * np.abs(found).max()
    opposite = abs(found[0] - found[2]) > least
    require(opposite, "both neighbours pull the middle one to the same side")
    cancel = abs(found[0] + found[2]) < least
    require(cancel, "the pulls on the middle one do not cancel: they grow with the displacement")
