"""runtime.start(): quiet, seeded, one line; and the sliders' static twin."""

import os
import subprocess
import sys

import pytest

from utils import explore, plots, runtime


def fresh(code, **environment):
    """Run code in a new interpreter, as a kernel would; return the finished process."""
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("TF_", "COURSE_", "KERAS"))}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, env={**keep, **environment})


def test_start_prints_one_line_and_no_noise():
    code = "from utils import runtime; runtime.start(); import keras; keras.ops.ones(2) + 1"
    run = fresh(code, COURSE_THREADS="1")
    assert run.returncode == 0 and run.stderr == ""
    assert run.stdout == "CPU only, 1 thread\n" or run.stdout.startswith("GPU")


def test_start_seeds_everything():
    code = (
        "from utils import runtime; runtime.start(7); import random, numpy, keras;"
        "print(random.random(), numpy.random.rand(), keras.random.uniform(()).numpy());"
        "runtime.start(7);"
        "print(random.random(), numpy.random.rand(), keras.random.uniform(()).numpy())"
    )
    lines = fresh(code).stdout.splitlines()
    assert len(lines) == 4 and lines[1] == lines[3]


def test_a_failing_import_shows_what_was_held_back():
    code = (
        "import os; from utils.runtime import quiet_stderr\n"
        "with quiet_stderr():\n    os.write(2, b'the reason'); 1 / 0"
    )
    run = fresh(code)
    assert run.returncode == 1 and "the reason" in run.stderr and "ZeroDivision" in run.stderr


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "0", None, True])
def test_bad_seed_is_named(seed):
    with pytest.raises(ValueError, match="seed must be an integer"):
        runtime.start(seed)


def test_bad_thread_number_is_named(monkeypatch):
    monkeypatch.setenv("COURSE_THREADS", "two")
    with pytest.raises(ValueError, match="COURSE_THREADS must be a whole number.*'two'"):
        runtime.start()


def test_strategy_is_the_default_one_without_several_gpus():
    runtime.start()
    with runtime.strategy().scope():
        assert runtime.strategy().num_replicas_in_sync >= 1


def test_epochs_line(capsys):
    line = runtime.epochs_line(every=2)
    for epoch in range(4):
        line.on_epoch_end(epoch, {"loss": 0.5, "accuracy": 0.25})
    said = capsys.readouterr().out.splitlines()
    assert said == [f"epoch {n:3d}  loss 0.5000  accuracy 0.2500" for n in (1, 2, 4)]
    with pytest.raises(ValueError, match="every must be"):
        runtime.epochs_line(0)


def test_versions_names_the_packages():
    assert all(name in runtime.versions() for name in ("Python", "tensorflow", "keras", "numpy"))


def test_sliders_have_a_static_twin(monkeypatch):
    def draw(slope, kind):
        figure, axes = plots.new()
        axes.plot([0, slope])
        return plots.finish(figure, f"slope {slope}, {kind}", "a line")

    monkeypatch.setenv("COURSE_STATIC", "1")
    shown = explore.sliders(draw, slope=(0.0, 2.0, 0.1, 1.0), kind=["a", "b"])
    assert shown.caption == "slope 1.0, a"


def test_sliders_live(monkeypatch):
    monkeypatch.delenv("COURSE_STATIC", raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    displayed, drawn = [], []
    monkeypatch.setattr("IPython.display.display", displayed.append)

    def draw(count, kind):
        drawn.append((count, kind))
        return "figure"

    assert explore.sliders(draw, count=(1, 9, 1, 3), kind=["a", "b"]) is None
    box = displayed[-1]
    slider, menu, _ = box.children
    slider.value, menu.value = 5, "b"
    assert drawn == [(3, "a"), (5, "a"), (5, "b")]
