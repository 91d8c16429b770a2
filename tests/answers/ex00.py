"""Typical wrong answers to assignment 00 with the message they must get, and right answers."""

import numpy as np

SHAPE = (6, 4, 3)


def times(sources, stations, speed):
    return np.sqrt(((sources[:, None] - stations) ** 2).sum(axis=-1)) / speed


def times_hypot(sources, stations, speed):
    dx = np.subtract.outer(sources[:, 0], stations[:, 0])
    dy = np.subtract.outer(sources[:, 1], stations[:, 1])
    return (np.hypot(dx, dy) / speed).astype("float32")


def times_complex(sources, stations, speed):
    a, b = sources @ [1, 1j], stations @ [1, 1j]
    return (abs(a[:, None] - b) / speed).tolist()


def times_in_loops(sources, stations, speed):
    return np.array([[np.hypot(*(a - b)) / speed for b in stations] for a in sources])


def times_while(sources, stations, speed):
    rows, k = [], 0
    while k < len(sources):
        rows.append(np.hypot(*(sources[k] - stations).T) / speed)
        k += 1
    return rows


VIEWS = [True, False, True, False, False, True]


def diffuse(u, r, steps):
    for _ in range(steps):
        new = u.copy()
        new[1:-1] = u[1:-1] + r * (u[:-2] - 2 * u[1:-1] + u[2:])
        u = new
    return u


def diffuse_in_loops(u, r, steps):
    old = [float(v) for v in u]
    for _ in range(steps):
        inner = [
            old[i] + r * (old[i - 1] - 2 * old[i] + old[i + 1]) for i in range(1, len(old) - 1)
        ]
        old = [old[0], *inner, old[-1]]
    return old


def diffuse_by_matrix(u, r, steps):
    n = len(u)
    step = np.eye(n) + r * (np.eye(n, k=1) + np.eye(n, k=-1) - 2 * np.eye(n))
    step[[0, -1]] = np.eye(n)[[0, -1]]
    return np.linalg.matrix_power(step, steps) @ u


def sweeping(u, r, steps, copy=True):
    u = u.copy() if copy else u
    for _ in range(steps):
        for i in range(1, len(u) - 1):
            u[i] = u[i] + r * (u[i - 1] - 2 * u[i] + u[i + 1])
    return u


def ring(u, r, steps):
    for _ in range(steps):
        u = u + r * (np.roll(u, 1) - 2 * u + np.roll(u, -1))
    return u


def changed(k, to):
    return VIEWS[:k] + [to] + VIEWS[k + 1 :]


HEIGHT = np.sqrt(3) / 2


def square(x, y, values, height=HEIGHT, half=0.5, empty=0.0):
    row = np.rint(y / height).astype(int)
    column = np.rint(x - half * (row % 2) + 1e-5).astype(int)
    made = np.full((row.max() + 1, column.max() + 1), empty)
    made[row, column] = values
    return made


def square_in_loops(x, y, values):
    places = {}
    for a, b, v in zip(x, y, values):
        row = round(b * 2 / 3**0.5)
        places[row, round(a - (row % 2) / 2)] = float(v)
    rows, columns = (max(p[k] for p in places) + 1 for k in (0, 1))
    return [[places.get((i, j), 0.0) for j in range(columns)] for i in range(rows)]


def floored(x, y, values, margin=0.0):
    row = np.rint(y * 2 / np.sqrt(3)).astype(int)
    column = np.floor(x + margin).astype(int)
    made = np.zeros((row.max() + 1, column.max() + 1), "float32")
    made[row, column] = values
    return made


def near(row, column, parity=0):
    j = column + (row + parity) % 2
    beside = [(row, column - 1), (row, column + 1)]
    return np.array(beside + [(row + i, j + k) for i in (-1, 1) for k in (-1, 0)])


def near_by_distance(row, column):
    def place(i, j):
        return np.array([j + i % 2 / 2, i * np.sqrt(3) / 2])

    around = [(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    here = place(row, column)
    return [p for p in around if abs(np.linalg.norm(place(*p) - here) - 1) < 1e-6]


def near_axial(row, column):
    moves = [(0, 1), (0, -1), (1, 0), (-1, 0), (1, -1), (-1, 1)]
    return [(row + i, column + j) for i, j in moves]


def near_all(row, column):
    return [(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j]


def steps(n, batch, epochs):
    return -(-n // batch) * epochs


def steps_in_loops(n, batch, epochs):
    return sum(1 for _ in range(epochs) for _ in range(0, n, batch))


class Line:
    """A stand-in for a fitted neuron."""

    def __init__(self, b=110.4, w=19.25, bend=0.0, flat=False):
        self.b, self.w, self.bend, self.flat = b, w, bend, flat

    def predict(self, u, verbose=0):
        z = self.b + self.w * u + self.bend * u**2
        return z[:, 0] if self.flat else z.astype("float32")


RISING = [1.0, 5.0, 30.0, 200.0, 1e5]


def swing(omega2, kappa, start, t, diagonal=(1, 2, 1), sign=-1, root=True):
    K = np.diag(np.asarray(omega2) + kappa * np.array(diagonal))
    K = K + sign * kappa * (np.eye(3, k=1) + np.eye(3, k=-1))
    squares, modes = np.linalg.eigh(K)
    omega = np.sqrt(squares) if root else squares
    return (start @ modes * np.cos(omega * t[:, None])) @ modes.T


def swing_by_eig(omega2, kappa, start, t):
    K = np.diag(omega2) + kappa * np.array([[1, -1, 0], [-1, 2, -1], [0, -1, 1]])
    squares, modes = np.linalg.eig(K)
    share = np.linalg.inv(modes) @ start
    return [[sum(modes[k] * share * np.cos(np.sqrt(squares) * s)) for k in range(3)] for s in t]


def swing_by_steps(omega2, kappa, start, t):
    K = np.diag(omega2) + kappa * np.array([[1, -1, 0], [-1, 2, -1], [0, -1, 1]])
    total = np.zeros((len(t), 3))
    term = np.asarray(start, float)
    for k in range(60):  # the cosine's series
        total = total + (t[:, None] ** (2 * k)) * term
        term = -K @ term / ((2 * k + 1) * (2 * k + 2))
    return total


def amplitudes(omega2, kappa, start, t):
    K = np.diag(omega2) + kappa * np.array([[1, -1, 0], [-1, 2, -1], [0, -1, 1]])
    squares, modes = np.linalg.eigh(K)
    return start @ modes * np.cos(np.sqrt(squares) * t[:, None])


def not_back(omega2, kappa, start, t):
    K = np.diag(omega2) + kappa * np.array([[1, -1, 0], [-1, 2, -1], [0, -1, 1]])
    return amplitudes(omega2, kappa, start, t) @ np.linalg.eigh(K)[1]


OUT = [1, 0, -1]
WRONG = {
    "00.1": [
        ((lambda a, b, v: times(a, b, v).T, SHAPE), "is transposed"),
        ((lambda a, b, v: times(a, b, 1), SHAPE), "that is the distance"),
        ((lambda a, b, v: times(a, b, 1) * v, SHAPE), "not distance * speed"),
        ((lambda a, b, v: times(a, b, 1) ** 2 / v, SHAPE), "the root is missing"),
        ((lambda a, b, v: abs(a[:, None] - b).sum(axis=-1) / v, SHAPE), "the straight way"),
        ((lambda a, b, v: (a[:, None] - b) / v, SHAPE), "still apart"),
        ((lambda a, b, v: times(a, b, v).sum(axis=1), SHAPE), "stations are added up"),
        ((lambda a, b, v: times(a, b, v)[:, 0], SHAPE), "one number a source"),
        ((lambda a, b, v: times(a, b, v).sum(), SHAPE), "one number: sum"),
        ((times_in_loops, SHAPE), "it loops"),
        ((times_while, SHAPE), "it loops"),
        ((times, (6, 1, 3)), "repeated until it fits"),
        ((times, (4, 6, 3)), "count from the right"),
        ((times, (6, 1, 3, 4, 1)), "one upon the other"),
        ((times, (6, 5, 3)), "they do not add up"),
        ((times, (6, 3)), "as many axes"),
        ((times, (6, 4, 4)), "flush right"),
    ],
    "00.2": [
        ((sweeping, VIEWS), "left neighbours are already new"),
        ((lambda u, r, n: sweeping(u, r, n, copy=False), VIEWS), "changes the array"),
        ((lambda u, r, n: u.copy(), VIEWS), "have not changed"),
        ((lambda u, r, n: diffuse(u, r, 1), VIEWS), "that is one step"),
        ((lambda u, r, n: diffuse(u, r, n - 1), VIEWS), "one step is missing"),
        ((ring, VIEWS), "no neighbours of one another"),
        ((lambda u, r, n: diffuse(u, r, n)[1:-1], VIEWS), "the ends are missing"),
        ((lambda u, r, n: diffuse(u, -r, n), VIEWS), "from hot to cold"),
        ((diffuse, changed(0, False)), "regular steps"),
        ((diffuse, changed(1, True)), "any rows"),
        ((diffuse, changed(2, False)), "in another order"),
        ((diffuse, changed(3, True)), "any elements"),
        ((diffuse, changed(4, True)), "laid flat"),
        ((diffuse, changed(5, False)), "a longer step"),
        ((diffuse, changed(2, 3)), "write True for a view"),
        ((diffuse, [True, False]), "shape (2,)"),
    ],
    "00.3": [
        ((lambda x, y, v: square(x, y, v).T, near), "rows and columns are exchanged"),
        ((lambda x, y, v: square(x, y, v, empty=np.nan), near), "a 0 is wanted"),
        ((lambda x, y, v: square(x, y, v)[::-1], near), "row 0"),
        ((lambda x, y, v: square(x, y, v, height=1), near), "not 1"),
        ((lambda x, y, v: square(x, y, v, half=0), near), "begin at x = 0.5"),
        ((floored, near), "2.999999"),
        ((lambda x, y, v: v, near), "still a list"),
        ((square, lambda i, j: near(i, j, parity=1)), "right in the other rows: row 2 is even"),
        ((square, lambda i, j: near(i, j, parity=i)), "right in the other rows: row 3 is odd"),
        ((square, near_axial), "sheared storage"),
        ((square, near_all), "it must have (6, 2)"),
        ((square, lambda i, j: near_all(i, j)[:6]), "do not touch"),
        ((square, lambda i, j: [*near(i, j)[:5], (i, j)]), "its own neighbour"),
        ((square, lambda i, j: [*near(i, j)[:5], near(i, j)[0]]), "twice"),
    ],
    "00.4": [
        ((lambda n, k, e: n // k * e, Line(), RISING), "takes a step, too"),
        ((lambda n, k, e: n / k * e, Line(), RISING), "no fraction"),
        ((lambda n, k, e: -(-n * e // k), Line(), RISING), "ends with its epoch"),
        ((lambda n, k, e: -(-n // k), Line(), RISING), "that is one epoch"),
        ((lambda n, k, e: n * e, Line(), RISING), "for each example"),
        ((lambda n, k, e: e, Line(), RISING), "more than one step"),
        ((steps, 110.4, RISING), "a Keras model"),
        ((steps, Line(flat=True), RISING), "it must have (3, 1)"),
        ((steps, Line(bend=1), RISING), "no straight line"),
        ((steps, Line(0.0, 0.1), RISING), "near zero"),
        ((steps, Line(b=-5), RISING), "does it get u"),
        ((steps, Line(w=18), RISING), "slope is off"),
        ((steps, Line(), RISING[::-1]), "falls"),
        ((steps, Line(), [1, 2, 3, 2, 4]), "in each epoch"),
        ((steps, Line(), [1, 2, 3]), "at least 5"),
        ((steps, Line(), [1, 2, 3, np.inf, np.nan]), "NaN or infinity"),
    ],
    "00.5": [
        ((lambda *a: swing(*a).T, OUT), "is transposed"),
        ((lambda *a: swing(*a, diagonal=(2, 2, 2)), OUT), "one spring each"),
        ((lambda *a: swing(*a, diagonal=(1, 1, 1)), OUT), "two springs"),
        ((lambda *a: swing(*a, sign=1), OUT), "minus off the diagonal"),
        ((lambda *a: swing(*a, root=False), OUT), "squares of frequencies"),
        ((lambda o, k, s, t: swing(o, 0, s, t), OUT), "no effect"),
        ((amplitudes, OUT), "modes' amplitudes"),
        ((not_back, OUT), "leads modes.T"),
        ((lambda *a: 2 * swing(*a), OUT), "where they are let go"),
        ((swing, [1, 0, 1]), "to the same side"),
        ((swing, [0, 0, 0]), "must not be zero"),
        ((swing, [1, -1, 1]), "moves at once"),
        ((swing, [1, 0, -2]), "do not cancel"),
    ],
}
RIGHT = {
    "00.1": [(times, SHAPE), (times_hypot, [6, 4, 3]), (times_complex, np.array(SHAPE))],
    "00.2": [(diffuse, VIEWS), (diffuse_in_loops, np.array(VIEWS)), (diffuse_by_matrix, VIEWS)],
    "00.3": [
        (square, near),
        (square_in_loops, near_by_distance),
        (lambda *a: floored(*a, 0.25), near),
    ],
    "00.4": [(steps, Line(), RISING), (steps_in_loops, Line(110.5, 19.2), np.array(RISING))],
    "00.5": [
        (swing, OUT),
        (swing_by_eig, np.array([-0.2, 0, 0.2])),
        (swing_by_steps, [3, 0, -3]),
        (swing, [2e3, 0, -2000.0001]),
    ],
}
