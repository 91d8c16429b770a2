"""The benchmark of the spins: updates per CPU second, `anneal` beside loops over single spins.

``python -m tools.bench_spins`` lets three programs visit the same model at the same temperature on
one thread: `utils.simulate.spins` with many lattices at once, a plain Python loop, and the same
loop compiled by numba where numba is installed (the course does not need it).
"""

import argparse
import math
import random
import sys
import time

import numpy as np

from utils.simulate import spins

D, B, TEMPERATURE = 1.0, 0.5, 0.6  # a liquid of skyrmions, as hot as `anneal` may begin


def visit(s, size, d, b, temperature, sweeps, relaxations=3):
    """Visit the spins one by one, as `spins.anneal` visits many at once, at a fixed temperature.

    Parameters
    ----------
    s : list or array (3 size size,)
        Spins, changed in place: x, y, z of the first site of the first row, and so on.
    size, d, b, temperature, sweeps
        Side of the lattice, couplings, temperature and number of heat-bath sweeps.
    relaxations : int
        Sweeps of over-relaxation after each of them.
    """
    for turn in range(sweeps * (1 + relaxations)):
        for y in range(size):
            for x in range(size):
                i = 3 * (y * size + x)
                right, left = 3 * (y * size + (x + 1) % size), 3 * (y * size + (x - 1) % size)
                up, down = 3 * ((y + 1) % size * size + x), 3 * ((y - 1) % size * size + x)
                hx = s[right] + s[left] + s[up] + s[down] - d * (s[up + 2] - s[down + 2])
                hy = s[right + 1] + s[left + 1] + s[up + 1] + s[down + 1]
                hy += d * (s[right + 2] - s[left + 2])
                hz = s[right + 2] + s[left + 2] + s[up + 2] + s[down + 2] + b
                hz += d * (s[up] - s[down] - s[right + 1] + s[left + 1])
                square = hx * hx + hy * hy + hz * hz
                if turn % (1 + relaxations):
                    twice = 2 * (s[i] * hx + s[i + 1] * hy + s[i + 2] * hz) / square
                    s[i] = twice * hx - s[i]
                    s[i + 1] = twice * hy - s[i + 1]
                    s[i + 2] = twice * hz - s[i + 2]
                    continue
                h = math.sqrt(square)
                u, phi = 1 - random.random(), 2 * math.pi * random.random()
                cos = 1 + math.log(u + (1 - u) * math.exp(-2 * h / temperature)) * temperature / h
                sin = math.sqrt(max(0.0, 1 - cos * cos))
                across = math.sqrt(hx * hx + hz * hz)  # of the unit vectors y x h, h x (y x h)
                p, q = sin * math.cos(phi) / across, sin * math.sin(phi) / (across * h)
                s[i] = cos * hx / h + p * hz - q * hx * hy
                s[i + 1] = cos * hy / h + q * across * across
                s[i + 2] = cos * hz / h - p * hx - q * hy * hz


def fastest(run, repeats=3):
    """Return the CPU seconds of the fastest of some runs, and what the last one returned."""
    seconds = []
    for _ in range(repeats):
        begin = time.process_time()
        state = run()
        seconds.append(time.process_time() - begin)
    return min(seconds), state


def loop(size, sweeps, update=visit, form=list):
    """Run the loop from a ferromagnet and return the spins (3, 1, L, L)."""
    s = form([0.0, 0.0, 1.0] * size**2)
    update(s, size, D, B, TEMPERATURE, sweeps)
    return np.moveaxis(np.reshape(s, (1, size, size, 3)), -1, 0)


def main(arguments=None):
    """Time all programs, print one row for each and return the exit status."""
    parser = argparse.ArgumentParser(prog="run.py bench spins", description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a few sweeps of each, as a trial")
    quick = parser.parse_args(arguments).quick
    row = "{:24} {:>8} {:>16} {:>8}".format
    print("one thread; a sweep is one of the heat bath and three of over-relaxation")
    print(row("", "CPU s", "updates / CPU s", "energy"))

    def report(name, sweeps, run):
        seconds, state = fastest(run)
        rate = 4 * sweeps * state[0].size / max(seconds, 1e-9)
        energy = spins.energy(state, D, B).mean()
        print(row(name, f"{seconds:.2f}", f"{rate:.2e}", f"{energy:.3f}"))

    hot = {"t_start": TEMPERATURE, "t_end": TEMPERATURE}
    many, sweeps = (4, 5) if quick else (32, 100)
    spins.anneal(D, B, sweeps=1)  # NumPy's first calls: nobody's cost
    report(
        f"NumPy, {many} of 48 x 48",
        sweeps,
        lambda: spins.anneal(np.full(many, D), B, sweeps=sweeps, **hot),
    )
    size, sweeps = (8, 5) if quick else (16, 500)
    report(f"Python, {size} x {size}", sweeps, lambda: loop(size, sweeps))
    try:
        import numba
    except ImportError:
        print("numba is not installed")
        return 0
    compiled = numba.njit(visit)
    loop(4, 1, compiled, np.array)
    report("numba, 48 x 48", 500, lambda: loop(48, 500, compiled, np.array))
    return 0


if __name__ == "__main__":
    sys.exit(main())
