"""The benchmark of lecture 07: its network and the published one, for as many CPU seconds.

``python -m tools.bench_galaxies`` takes the definitions from the lecture's own cells. Both networks
are trained by the lecture's `train` on the same galaxies; the published one gets as many steps as
fit into the CPU seconds of the lecture's network, and what names most spare galaxies (turns or
none, and the peak of the learning rate, two seeds of each); with ``--long`` also ten times as many.
A last table asks what turns are worth to a small network with few galaxies.
"""

import argparse
import contextlib
import itertools
import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np

from utils.runtime import quiet_stderr, start

os.environ["KERAS_BACKEND"] = "tensorflow"  # whatever is set for other projects
with quiet_stderr():  # TensorFlow's import writes lines that are of no use to a reader
    import keras

    from utils import runtime
    from utils.data import load_galaxies

LECTURE = Path(__file__).resolve().parents[1] / "notebooks" / "07_galaxies.ipynb"
CELLS = "imports", "load", "network", "train", "eight"
PEAKS = 0.003, 0.01  # of the published network's learning rate; the lecture's is 0.01


def taught(n_per_class=None):
    """Run the lecture's cells that define its data and networks, and return their names.

    Parameters
    ----------
    n_per_class : int, optional
        Galaxies of each class, as in `load_galaxies`.

    Returns
    -------
    SimpleNamespace
    """
    cells = {c.id: c.source for c in nbformat.read(LECTURE, as_version=4).cells}
    data = SimpleNamespace(load_galaxies=lambda: load_galaxies(n_per_class=n_per_class))
    names = {"runtime": runtime, "data": data}
    for cell in CELLS:
        exec(compile(cells[cell], f"{LECTURE.name}: {cell}", "exec"), names)

    def published():
        with contextlib.redirect_stdout(None):  # the lecture counts its parameters
            exec(cells["published"], names)
        return names["model"]

    return SimpleNamespace(**names, published=published)


def trained(lecture, build, seed, x, y, steps, **options):
    """Build and train a network; return it and the CPU seconds of its training."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    model, begin = build(), time.process_time()
    lecture.train(model, x, y, steps, **options)
    return model, time.process_time() - begin


def compare(lecture, seeds, epochs, long=False):
    """Train both networks for as many CPU seconds, and print a line for each seed.

    With `long` the published one is trained once more, ten times as long.
    """
    whole_train, whole_spare, whole_test = np.split(lecture.pictures, lecture.cut)
    steps = max(epochs * (len(lecture.x_train) // 64), 2)

    def ours():
        return lecture.network((16, 16), (32, 32), (64, 64))

    def right(model, x, y, views=1):
        answers = lecture.scores(model, x) if views == 1 else lecture.average(model, x)
        return 100 * np.mean(answers.argmax(axis=1) == y)

    def second_of(build, x, **options):  # steps in a CPU second, without the start
        few = max(steps // 10, 2)
        spent = [trained(lecture, build, 0, x, lecture.y_train, n, **options)[1]
                 for n in (few, 2 * few)]  # fmt: skip
        return few / max(spent[1] - spent[0], 1e-3)

    seconds = steps / second_of(ours, lecture.x_train)
    as_many = {}
    for turned in True, False:  # turning large pictures costs as much as the small network
        speed = second_of(lecture.published, whole_train, symmetric=turned)
        as_many[turned] = max(round(seconds * speed), 2)
    print(f"the lecture's network: {steps} steps; the published one: {as_many[True]} if turned, "
          f"else {as_many[False]}")  # fmt: skip
    chosen = []
    for turned, peak in itertools.product((True, False), PEAKS):
        n, options, spare = as_many[turned], {"symmetric": turned, "peak": peak}, []
        for seed in 100, 101:
            model, _ = trained(
                lecture, lecture.published, seed, whole_train, lecture.y_train, n, **options
            )
            spare.append(right(model, whole_spare, lecture.y_spare))
        chosen.append((np.mean(spare), n, options))
        print(f"published, {'turned' if turned else 'as they are'}, rate up to {peak}: "
              f"{spare[0]:.1f}, {spare[1]:.1f} % of spare")  # fmt: skip
    _, n, options = max(chosen, key=lambda row: row[0])
    published = lecture.published, whole_train, whole_test
    kinds = {
        "lecture's": (ours, lecture.x_train, lecture.x_test, steps, {}, seeds),
        "lecture's, as they are,": (
            ours,
            lecture.x_train,
            lecture.x_test,
            steps,
            {"symmetric": False},
            seeds,
        ),
        "published": (*published, n, options, seeds),
        "published, ten times as long,": (*published, 10 * n, options, int(long)),
    }
    for name, (build, x, x_test, n, options, times) in kinds.items():
        for seed in range(times):
            model, seconds = trained(lecture, build, seed, x, lecture.y_train, n, **options)
            one, eight = (right(model, x_test, lecture.y_test, views) for views in (1, 8))
            print(
                f"{name} seed {seed}: {model.count_params():6,} parameters, {seconds:5.1f} "
                f"CPU s, right {one:.1f} %, eight views {eight:.1f} %",
                flush=True,
            )


def few_galaxies(lecture, seeds, steps):
    """Train the small network with 50 galaxies of each class, with turns and without."""
    few = np.concatenate([np.flatnonzero(lecture.y_train == c)[:50] for c in range(7)])
    x, x_test = (lecture.blocks(part, 2) for part in (lecture.x_train[few], lecture.x_test))
    for n, symmetric in itertools.product((steps, 4 * steps), (False, True)):
        right = []
        for seed in range(seeds):
            model, _ = trained(
                lecture, lambda: lecture.network((16,), (32, 32), (64, 64), size=24), seed,
                x, lecture.y_train[few], n, symmetric=symmetric,
            )  # fmt: skip
            answers = lecture.scores(model, x_test).argmax(axis=1)
            right.append(f"{100 * np.mean(answers == lecture.y_test):.1f}")
        kind = "turned" if symmetric else "as they are"
        print(f"50 of each class, {n} steps, {kind}:", *right, "%", flush=True)


def main(arguments=None):
    """Train all networks in one run, print what they name, and return the exit status."""
    parser = argparse.ArgumentParser(prog="run.py bench galaxies", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few steps of each, as a trial")
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="of each network")
    parser.add_argument("--long", action="store_true", help="the published one also ten times")
    options = parser.parse_args(arguments)
    if options.seeds < 1:
        parser.error("at least one seed of each network is needed")
    os.environ.setdefault("COURSE_THREADS", "1")  # the same for all; more threads cost CPU time
    start()
    lecture = taught(n_per_class=16 if options.quick else None)
    compare(lecture, options.seeds, 1 if options.quick else 14, options.long)
    few_galaxies(lecture, options.seeds, 2 if options.quick else 200)
    if options.quick:
        print("a trial of the command: these numbers mean nothing")
    return 0


if __name__ == "__main__":
    sys.exit(main())
