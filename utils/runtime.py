"""Starting a notebook: seeds, a quiet TensorFlow, the plot style and one line about the device."""

import contextlib
import importlib.util
import os
import platform
import shutil
import sys
import tempfile

import threadpoolctl

from utils.arguments import integer

_blas_limit = None  # keeps the limiter alive: it lifts its limit when it is collected

OPEN_IT = "start Jupyter by `python3 run.py lab`, or choose the Python in the course's .venv"


class Stop(RuntimeError):
    """Ends a notebook's cell with one plain sentence: IPython shows it without a traceback."""

    def _render_traceback_(self):
        return [str(self)]


@contextlib.contextmanager
def quiet_stderr():
    """Hold back what C libraries write to file descriptor 2; show it if the block fails.

    TensorFlow's import writes several lines about CUDA and oneDNN from C++, before its own
    log level is read. Only the file descriptor can stop them, `sys.stderr` never sees them.
    """
    try:
        sys.stderr.flush()
        saved = os.dup(2)
    except (OSError, ValueError, AttributeError):  # no such descriptor (pythonw, some IDEs)
        yield
        return
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(saved, 2)
            held.seek(0)
            sys.stderr.write(held.read().decode(errors="replace"))
            raise
        finally:
            os.dup2(saved, 2)
            os.close(saved)


def start(seed=0):
    """Prepare a lecture or an assignment, and say on which device it runs.

    Seeds Python, NumPy and Keras, imports TensorFlow without its start-up noise, and sets the plot
    style. The course computes with TensorFlow in single precision, channels last, whatever
    KERAS_BACKEND and ``keras.json`` say, and on COURSE_THREADS threads where that is set.

    Parameters
    ----------
    seed : int
        Seed of all random generators, 0 <= seed < 2**32.

    Raises
    ------
    ValueError
        If `seed` is not an integer in that range, or COURSE_THREADS no whole number.
    Stop
        If this Python has no TensorFlow, or if Keras already runs on another backend.
    """
    global _blas_limit
    seed = integer("seed", seed, 0, 2**32 - 1)
    threads = os.environ.get("COURSE_THREADS", "0")
    if not threads.isdecimal():
        raise ValueError(f"COURSE_THREADS must be a whole number (0: no limit), not {threads!r}")

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    chosen, os.environ["KERAS_BACKEND"] = os.environ.get("KERAS_BACKEND"), "tensorflow"
    if chosen not in (None, "", "tensorflow"):
        print(f"KERAS_BACKEND={chosen} is not used here: the course computes with TensorFlow")
    try:
        with quiet_stderr():
            import keras
            import tensorflow as tf

            gpus = _configure(tf, int(threads))
    except ModuleNotFoundError as error:
        raise Stop(f"{error}: {OPEN_IT}") from None
    if (name := keras.config.backend()) != "tensorflow":
        raise Stop(f"Keras already runs on {name} here: restart the kernel, then run this first")
    keras.config.set_image_data_format("channels_last")
    keras.config.set_floatx("float32")
    tf.get_logger().setLevel("ERROR")
    keras.utils.set_random_seed(seed)  # Python's and NumPy's, too
    # NumPy's own threads cost more CPU time than they save on the course's small matrices.
    _blas_limit = threadpoolctl.threadpool_limits(1, user_api="blas")

    from utils import plots

    plots.use_style()
    print(_device_line(tf, gpus))


def _configure(tf, threads):
    """Set memory growth and threads; return the visible GPUs."""
    gpus = tf.config.list_physical_devices("GPU")
    try:
        for gpu in gpus:
            tf.config.experimental.set_memory_growth(gpu, True)
        if threads:
            tf.config.threading.set_intra_op_parallelism_threads(threads)
            tf.config.threading.set_inter_op_parallelism_threads(threads)
    except RuntimeError:
        pass  # start() is called again in a kernel that already computes: it stays as it was
    tf.zeros(1)  # creates the device now, while its messages are held back
    return gpus


def _device_line(tf, gpus):
    if gpus:
        names = {
            tf.config.experimental.get_device_details(g).get("device_name", g.name) for g in gpus
        }
        count = f"{len(gpus)} GPUs" if len(gpus) > 1 else "GPU"
        return f"{count}: {', '.join(sorted(names))}, memory growth on"
    threads = tf.config.threading.get_intra_op_parallelism_threads() or os.cpu_count()
    return f"CPU only, {threads} thread{'s' if threads > 1 else ''}{_unused_gpu()}"


def _unused_gpu():
    """Say why TensorFlow does not use the NVIDIA GPU of this machine, if it has one."""
    signs = ("/dev/nvidia0", "/proc/driver/nvidia")
    there = any(map(os.path.exists, signs)) or shutil.which("nvidia-smi")
    if not there or sys.platform == "darwin":
        return ""
    if not sys.platform.startswith("linux"):
        return "; the NVIDIA GPU is not used: for it TensorFlow needs Linux, on Windows in WSL2"
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        why = "CUDA_VISIBLE_DEVICES hides it"
    elif importlib.util.find_spec("nvidia") is None:
        why = "`python3 run.py --gpu lab` installs the CUDA libraries that it needs"
    else:
        why = "its driver does not answer or is too old: see nvidia-smi, `python3 run.py --gpu lab`"
    return f"; the NVIDIA GPU is not used: {why}"


def strategy():
    """Return how TensorFlow shares the work of this machine: mirrored where it has several GPUs.

    Returns
    -------
    tf.distribute.Strategy
        On one device the default, under which ``with strategy().scope():`` changes nothing.
    """
    import tensorflow as tf

    if len(tf.config.list_physical_devices("GPU")) > 1:
        return tf.distribute.MirroredStrategy()
    return tf.distribute.get_strategy()


def versions():
    """Return one line with the versions that a bug report needs."""
    from importlib.metadata import version

    packages = ("tensorflow", "keras", "numpy", "matplotlib")
    found = ", ".join(f"{name} {version(name)}" for name in packages)
    return f"Python {platform.python_version()} on {platform.system()}: {found}"


def is_static():
    """Whether nobody can move a slider: the notebook is executed, tested or graded.

    `run.py execute` and the tests set COURSE_STATIC=1; nbgrader sets NBGRADER_EXECUTION.
    """
    return os.environ.get("COURSE_STATIC") == "1" or "NBGRADER_EXECUTION" in os.environ


def epochs_line(every=1):
    """Return a Keras callback that prints one deterministic line per epoch.

    Keras's own progress bar carries times, so that no two runs print the same.

    Parameters
    ----------
    every : int
        Print each `every`-th epoch (and the first).
    """
    every = integer("every", every, 1)
    import keras

    def line(epoch, logs):
        if epoch == 0 or (epoch + 1) % every == 0:
            print(f"epoch {epoch + 1:3d}  " + "  ".join(f"{k} {v:.4f}" for k, v in logs.items()))

    return keras.callbacks.LambdaCallback(on_epoch_end=line)
