"""Starting a notebook: seeds, a quiet TensorFlow, the plot style and one line about the device."""

import contextlib
import os
import platform
import random
import sys
import tempfile

import numpy as np
import threadpoolctl

_blas_limit = None  # keeps the limiter alive: it lifts its limit when it is collected


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

    Seeds Python, NumPy and Keras, imports TensorFlow without its start-up noise, lets GPU
    memory grow as needed, and sets the plot style. Prints one line, such as
    ``CPU only, 2 threads`` or ``GPU: NVIDIA A100, memory growth on``.

    Parameters
    ----------
    seed : int
        Seed of all random generators, 0 <= seed < 2**32.

    Raises
    ------
    ValueError
        If `seed` is not an integer in that range, or if the environment variable
        COURSE_THREADS is not a whole number.

    Notes
    -----
    COURSE_THREADS=n limits TensorFlow to n threads (the tests use 1). NumPy's linear algebra
    always runs on one thread: for the course's small matrices a second one costs more CPU
    time than it saves.
    """
    global _blas_limit
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed < 2**32:
        raise ValueError(f"seed must be an integer with 0 <= seed < 2**32, not {seed!r}")
    threads = os.environ.get("COURSE_THREADS", "0")
    if not threads.isdecimal():
        raise ValueError(f"COURSE_THREADS must be a whole number (0: no limit), not {threads!r}")

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    with quiet_stderr():
        import keras
        import tensorflow as tf

        gpus = _configure(tf, int(threads))
    tf.get_logger().setLevel("ERROR")
    random.seed(int(seed))
    keras.utils.set_random_seed(int(seed))
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
    return f"CPU only, {threads} thread{'s' if threads > 1 else ''}"


def strategy():
    """Return the TensorFlow distribution strategy for this machine.

    Returns
    -------
    tf.distribute.Strategy
        `MirroredStrategy` where TensorFlow finds several GPUs, else the default strategy, under
        which ``with strategy().scope():`` changes nothing.
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
    import keras

    if not isinstance(every, int) or every < 1:
        raise ValueError(f"every must be a whole number of epochs >= 1, not {every!r}")

    def line(epoch, logs):
        if epoch == 0 or (epoch + 1) % every == 0:
            print(f"epoch {epoch + 1:3d}  " + "  ".join(f"{k} {v:.4f}" for k, v in logs.items()))

    return keras.callbacks.LambdaCallback(on_epoch_end=line)
