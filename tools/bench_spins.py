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


def heat_bath(s, size, d, b, temperature, sweeps):
    """Draw each spin from its heat bath, site by site.

    Parameters
    ----------
    s : list or array (3 size size,)
        Spins, changed in place: x, y, z of the first site of the first row, and so on.
    size, d, b, temperature, sweeps
        Side of the lattice, couplings, temperature and number of sweeps, as in `spins.anneal`.
    """
    for _ in range(sweeps):
        for y in range(size):
            for x in range(size):
                right, left = 3 * (y * size + (x + 1) % size), 3 * (y * size + (x - 1) % size)
                up, down = 3 * ((y + 1) % size * size + x), 3 * ((y - 1) % size * size + x)
                hx = s[right] + s[left] + s[up] + s[down] - d * (s[up + 2] - s[down + 2])
                hy = s[right + 1] + s[left + 1] + s[up + 1] + s[down + 1]
                hy += d * (s[right + 2] - s[left + 2])
                hz = s[right + 2] + s[left + 2] + s[up + 2] + s[down + 2] + b
                hz += d * (s[up] - s[down] - s[right + 1] + s[left + 1])
                h = math.sqrt(hx * hx + hy * hy + hz * hz)
                k = h / temperature
                u = 1 - random.random()
                cos = 1 + math.log(u + (1 - u) * math.exp(-2 * k)) / k
                sin = math.sqrt(max(0.0, 1 - cos * cos))
                phi = 2 * math.pi * random.random()
                # Two unit vectors across h: y x h, and h x (y x h) / h.
                across = math.sqrt(hx * hx + hz * hz)
                p = sin * math.cos(phi) / across
                q = sin * math.sin(phi) / (across * h)
                i = 3 * (y * size + x)
                s[i] = cos * hx / h + p * hz - q * hx * hy
                s[i + 1] = cos * hy / h + q * across * across
                s[i + 2] = cos * hz / h - p * hx - q * hy * hz


def loop(size, sweeps, update=heat_bath, form=list):
    """Run the loop from a ferromagnet; return CPU seconds and the final spins (3, 1, L, L)."""
    s = form([0.0, 0.0, 1.0] * size**2)
    begin = time.process_time()
    update(s, size, D, B, TEMPERATURE, sweeps)
    seconds = time.process_time() - begin
    return seconds, np.moveaxis(np.reshape(s, (1, size, size, 3)), -1, 0)


def main(arguments=None):
    """Time all programs, print one row for each and return the exit status."""
    parser = argparse.ArgumentParser(prog="run.py bench spins", description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a few sweeps of each, as a trial")
    quick = parser.parse_args(arguments).quick
    row = "{:32} {:>5} {:>9} {:>14} {:>12}".format
    print(row("", "CPU s", "updates", "updates/CPU s", "energy"))

    def report(name, seconds, updates, state):
        energy = spins.energy(state, D, B).mean()
        rate = updates / max(seconds, 1e-9)
        print(row(name, f"{seconds:.2f}", f"{updates:.1e}", f"{rate:.2e}", f"{energy:.3f}"))

    many, sweeps = (4, 5) if quick else (32, 100)
    spins.anneal(D, B, sweeps=1)  # NumPy's first calls: nobody's cost
    begin = time.process_time()
    state = spins.anneal(np.full(many, D), B, sweeps=sweeps, t_start=TEMPERATURE, t_end=TEMPERATURE)
    seconds = time.process_time() - begin
    report(f"NumPy, {many} of 48 x 48 (1 + 3)", seconds, 4 * sweeps * state[0].size, state)
    size, sweeps = (8, 5) if quick else (16, 2000)
    seconds, state = loop(size, sweeps)
    report(f"Python, {size} x {size}", seconds, sweeps * size**2, state)
    try:
        import numba
    except ImportError:
        print("numba is not installed")
        return 0
    compiled = numba.njit(heat_bath)
    loop(4, 1, compiled, np.array)
    size, sweeps = (8, 5) if quick else (48, 2000)
    seconds, state = loop(size, sweeps, compiled, np.array)
    report(f"numba, {size} x {size}", seconds, sweeps * size**2, state)
    return 0


if __name__ == "__main__":
    sys.exit(main())
