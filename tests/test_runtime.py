"""runtime.start(): quiet, seeded, one line; and the sliders' static twin."""

import json
import os
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest
import threadpoolctl

from utils import explore, plots, runtime


def fresh(code, **environment):
    """Run code in a new interpreter, as a kernel would; return the finished process."""
    away = ("TF_", "COURSE_", "KERAS", "MPL")
    keep = {k: v for k, v in os.environ.items() if not k.startswith(away)}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, env={**keep, **environment})


def test_start_prints_one_line_and_no_noise_even_where_the_home_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    home = {name: str(tmp_path / "file" / "home") for name in ("HOME", "USERPROFILE")}
    code = "from utils import runtime; runtime.start(); import keras; keras.ops.ones(2) + 1"
    run = fresh(code, COURSE_THREADS="1", **home)
    assert run.returncode == 0 and run.stderr == ""
    assert run.stdout.count("\n") == 1 and run.stdout.startswith(("CPU only, 1 thread", "GPU: "))


def test_start_settles_what_keras_is_told_elsewhere(tmp_path):
    told = {"floatx": "float64", "backend": "jax", "image_data_format": "channels_first"}
    (tmp_path / "keras.json").write_text(json.dumps(told))
    code = (
        "from utils import runtime; runtime.start(); import keras; import keras.config as c;"
        "print(c.backend(), c.floatx(), c.image_data_format(), keras.layers.Dense(1).compute_dtype)"
    )
    run = fresh(code, KERAS_HOME=str(tmp_path), KERAS_BACKEND="torch")
    assert run.returncode == 0 and run.stderr == ""
    first, device, last = run.stdout.splitlines()
    assert first == "KERAS_BACKEND=torch is not used here: the course computes with TensorFlow"
    assert last == "tensorflow float32 channels_last float32"


def test_a_keras_that_runs_on_another_backend_is_told(monkeypatch):
    import keras

    monkeypatch.setattr(keras.config, "backend", lambda: "jax")
    with pytest.raises(RuntimeError, match="^Keras already runs on jax here: restart") as caught:
        runtime.start()
    assert caught.value._render_traceback_() == [str(caught.value)], "IPython shows only this"


def test_a_python_without_tensorflow_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras", None)
    with pytest.raises(runtime.Stop, match="keras.*: start Jupyter by `python3 run.py lab`, or"):
        runtime.start()


@pytest.mark.parametrize("backend", [None, "", "tensorflow"])
def test_start_says_nothing_of_an_ordinary_backend(monkeypatch, capsys, backend):
    monkeypatch.setenv("KERAS_BACKEND", backend or "")
    if backend is None:
        monkeypatch.delenv("KERAS_BACKEND")
    runtime.start()
    assert capsys.readouterr().out.count("\n") == 1
    assert os.environ["KERAS_BACKEND"] == "tensorflow"
    blas = [p for p in threadpoolctl.threadpool_info() if p["user_api"] == "blas"]
    assert blas and all(p["num_threads"] == 1 for p in blas)


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


def test_stderr_is_held_back_only_within_the_block():
    code = (
        "import os, sys; from utils.runtime import quiet_stderr\n"
        "with quiet_stderr():\n    os.write(2, b'hidden')\n"
        "os.write(2, b'shown')\n"
        "sys.stderr = None\n"
        "with quiet_stderr():\n    os.write(2, b', as there is nothing to flush')"
    )
    run = fresh(code)
    assert run.returncode == 0 and run.stderr == "shown, as there is nothing to flush"


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "0", None, True])
def test_bad_seed_is_named(seed):
    with pytest.raises(ValueError, match="seed must be an integer"):
        runtime.start(seed)


def test_the_seed_is_0_unless_told_otherwise():
    import random

    runtime.start()
    first = random.random()
    runtime.start(0)
    assert random.random() == first


@pytest.mark.parametrize("seed", [0, 2**32 - 1])
def test_seeds_at_both_ends(seed):
    runtime.start(seed)


@pytest.mark.parametrize("threads", ["two", "-1", "1.5", ""])
def test_bad_thread_number_is_named(monkeypatch, threads):
    monkeypatch.setenv("COURSE_THREADS", threads)
    with pytest.raises(ValueError, match=f"COURSE_THREADS must be a whole number.*'{threads}'"):
        runtime.start()


class Config:
    """What runtime asks of `tf.config`, for a machine with the given GPUs; it notes what is set."""

    def __init__(self, *gpus, threads=0, busy=False):
        self.gpus, self.threads, self.busy, self.grown, self.limits = gpus, threads, busy, [], []
        self.experimental = self.threading = self

    def list_physical_devices(self, kind):
        return [SimpleNamespace(name=f"/{kind}:{k}") for k in range(len(self.gpus))]

    def get_device_details(self, gpu):
        name = self.gpus[int(gpu.name[-1])]
        return {"device_name": name} if name else {}

    def set_memory_growth(self, gpu, on):
        if self.busy:
            raise RuntimeError("Physical devices cannot be modified after being initialized")
        self.grown.append((gpu.name, on))

    def set_intra_op_parallelism_threads(self, n):
        self.limits.append(("intra", n))

    def set_inter_op_parallelism_threads(self, n):
        self.limits.append(("inter", n))

    def get_intra_op_parallelism_threads(self):
        return self.threads


def fake(*gpus, **state):
    made = []
    return SimpleNamespace(config=Config(*gpus, **state), zeros=made.append, made=made)


def test_memory_grows_and_threads_are_limited():
    tf = fake("NVIDIA A100", "NVIDIA A100")
    assert len(runtime._configure(tf, 3)) == 2
    assert tf.config.grown == [("/GPU:0", True), ("/GPU:1", True)]
    assert tf.config.limits == [("intra", 3), ("inter", 3)]
    assert tf.made == [1], "the device is created now, while its messages are held back"
    free = fake()
    assert runtime._configure(free, 0) == [] and free.config.limits == []
    assert len(runtime._configure(fake("NVIDIA A100", busy=True), 1)) == 1, "a second start()"


def test_device_line(monkeypatch):
    def line(*gpus, **state):
        tf = fake(*gpus, **state)
        return runtime._device_line(tf, tf.config.list_physical_devices("GPU"))

    monkeypatch.setattr(runtime, "_unused_gpu", lambda: "; why")
    monkeypatch.setattr(runtime.os, "cpu_count", lambda: 8)
    assert line() == "CPU only, 8 threads; why"
    assert line(threads=2) == "CPU only, 2 threads; why"
    assert line(threads=1) == "CPU only, 1 thread; why"
    assert line("NVIDIA A100") == "GPU: NVIDIA A100, memory growth on"
    assert line("T4", "A100") == "2 GPUs: A100, T4, memory growth on"
    assert line("T4", "T4") == "2 GPUs: T4, memory growth on"
    assert line("") == "GPU: /GPU:0, memory growth on"


@pytest.mark.parametrize("sign", ["/dev/nvidia0", "/proc/driver/nvidia", "nvidia-smi"])
def test_a_gpu_that_is_not_used_is_explained(monkeypatch, sign):
    libraries = []
    monkeypatch.setattr(runtime.sys, "platform", "linux")
    monkeypatch.setattr(runtime.os.path, "exists", lambda path: path == sign)
    monkeypatch.setattr(runtime.shutil, "which", lambda name: name if name == sign else None)
    monkeypatch.setattr(runtime.importlib.util, "find_spec", lambda name: libraries or None)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    start = "; the NVIDIA GPU is not used: "
    installs = start + "`python3 run.py --gpu lab` installs the CUDA libraries that it needs"
    assert runtime._unused_gpu() == installs
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    assert runtime._unused_gpu() == installs
    libraries.append("nvidia")
    assert runtime._unused_gpu().startswith(start + "its driver does not answer or is too old")
    for hidden in ("", "-1"):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
        assert runtime._unused_gpu() == start + "CUDA_VISIBLE_DEVICES hides it"
    monkeypatch.setattr(runtime.sys, "platform", "win32")
    assert runtime._unused_gpu().endswith("on Windows in WSL2")
    monkeypatch.setattr(runtime.sys, "platform", "darwin")
    assert runtime._unused_gpu() == ""


def test_without_a_gpu_nothing_is_said_of_it(monkeypatch):
    monkeypatch.setattr(runtime.os.path, "exists", lambda path: False)
    monkeypatch.setattr(runtime.shutil, "which", lambda name: None)
    assert runtime._unused_gpu() == ""


def test_strategy_mirrors_where_there_are_several_gpus(monkeypatch):
    import tensorflow as tf

    monkeypatch.setattr(tf.distribute, "MirroredStrategy", lambda: "mirrored")
    for gpus, several in (([], False), (["a"], False), (["a", "b"], True)):
        monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind, gpus=gpus: gpus)
        assert (runtime.strategy() == "mirrored") == several
        if not several:
            with runtime.strategy().scope():
                assert runtime.strategy().num_replicas_in_sync == 1


def test_epochs_line(capsys):
    line = runtime.epochs_line(every=2)
    for epoch in range(4):
        line.on_epoch_end(epoch, {"loss": 0.5, "accuracy": 0.25})
    said = capsys.readouterr().out.splitlines()
    assert said == [f"epoch {n:3d}  loss 0.5000  accuracy 0.2500" for n in (1, 2, 4)]
    for every in (0, 1.5, True):
        with pytest.raises(ValueError, match="every must be an integer of at least 1"):
            runtime.epochs_line(every)


def test_epochs_line_prints_each_epoch_unless_told_otherwise(capsys):
    for epoch in range(3):
        runtime.epochs_line().on_epoch_end(epoch, {"loss": 0.5})
    said = capsys.readouterr().out.splitlines()
    assert said == [f"epoch   {n}  loss 0.5000" for n in (1, 2, 3)]


def test_versions_names_the_packages():
    packages = ", ".join(rf"{p} \d\S*" for p in ("tensorflow", "keras", "numpy", "matplotlib"))
    assert re.fullmatch(rf"Python 3\.\d+\.\d+ on \w+: {packages}", runtime.versions())


@pytest.mark.parametrize("name, value, static", [
    ("COURSE_STATIC", "1", True), ("COURSE_STATIC", "0", False),
    ("NBGRADER_EXECUTION", "validate", True), ("NBGRADER_EXECUTION", None, False),
])  # fmt: skip
def test_static_means_that_nobody_can_move_a_slider(monkeypatch, name, value, static):
    for known in ("COURSE_STATIC", "NBGRADER_EXECUTION"):
        monkeypatch.delenv(known, raising=False)
    if value is not None:
        monkeypatch.setenv(name, value)
    assert runtime.is_static() is static


def test_sliders_have_a_static_twin(monkeypatch):
    def draw(slope, kind):
        figure, axes = plots.new()
        axes.plot([0, slope])
        return plots.finish(figure, f"slope {slope}, {kind}", "a line")

    monkeypatch.setenv("COURSE_STATIC", "1")
    shown = explore.sliders(draw, slope=("m", (0.0, 2.0, 0.1, 1.0)), kind=("k", ["a", "b"]))
    assert shown.caption == "slope 1.0, a"


def test_sliders_live(monkeypatch):
    monkeypatch.delenv("COURSE_STATIC", raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    displayed, drawn = [], []

    def display(shown, **_):
        displayed.append(shown)
        return SimpleNamespace(update=lambda *_, **__: None)

    monkeypatch.setattr("IPython.display.display", display)

    def draw(count, kind):
        drawn.append((count, kind))
        figure, _ = plots.new()
        return plots.finish(figure, f"{count} {kind}", "nothing")

    assert explore.sliders(draw, count=("n", (1, 9, 1, 3)), kind=("k", ["a", "b"])) is None
    (count, slider), (menu, _) = (row.children for row in displayed[0].children[1:])
    slider.value, menu.value = 5, "b"
    assert count.value == 5
    assert drawn == [(3, "a"), (5, "a"), (5, "b")]
