"""The benchmark: more accuracy on MNIST per second of CPU time, measured side by side.

``python -m tools.bench`` trains Keras's documented MNIST convnet and the fast recipe of
lecture 08 in one run, on the same data with the same number of threads, and prints a table.

Source of the documented network: F. Chollet, "Simple MNIST convnet",
https://keras.io/examples/vision/mnist_convnet/.
"""

import argparse
import os
import sys
import time

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from utils.runtime import quiet_stderr, start

os.environ["KERAS_BACKEND"] = "tensorflow"  # whatever is set for other projects
with quiet_stderr():  # TensorFlow's import writes lines that are of no use to a reader
    import keras
    from keras import layers

    from utils.data import load_mnist
    from utils.training import one_cycle

# The fast recipe: the longer the training, the more variation of the images it can use.
FAST = {
    "real": ({"epochs": 2, "max_shift": 1}, {"epochs": 3, "max_shift": 2}),
    "stand-in": ({"epochs": 10, "max_shift": 1},),
}
# What each ingredient brings, on training digits held out. Of the constant rates 1e-3 and 3e-3 and
# of the peaks 1e-3, 3e-3 and 1e-2 without normalisation, those read most of these digits.
ABLATION = {
    "fast recipe": {},
    "no shifts": {"max_shift": 0},
    "hard labels": {"smoothing": 0.0},
    "no normalisation": {"normalise": False},
    "constant rate 0.003": {"rate": lambda steps: 3e-3},
    "none, rate 0.001": {
        "max_shift": 0, "smoothing": 0.0, "normalise": False, "rate": lambda steps: 1e-3
    },
}  # fmt: skip


def documented_convnet():
    """Return the convnet of Keras's documentation, not yet compiled: 34,826 parameters.

    Returns
    -------
    keras.Sequential
        From images (n, 28, 28, 1) with ink 1 on 0 to ten probabilities.
    """
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )


def train_documented(x_train, y_train, epochs=15, seed=0):
    """Train the documented convnet as documented: Adam, batches of 128, 10 % held out.

    Parameters
    ----------
    x_train : (n, 28, 28) float32
        Images with ink 1 on 0.
    y_train : (n, 10) float32
        One-hot labels.
    epochs, seed : int
        Passes over the training set; seed of weights, order and dropout.

    Returns
    -------
    keras.Sequential
    """
    keras.utils.set_random_seed(seed)
    model = documented_convnet()
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    model.fit(
        x_train[..., None], y_train, batch_size=128, epochs=epochs, validation_split=0.1, verbose=0
    )
    return model


def fast_convnet(normalise=True):
    """Return the convnet of the fast recipe, not yet compiled.

    Each convolution is followed by batch normalisation, which brings its own offset: the
    convolutions need no biases. Pooling comes first, so that there is less to normalise.

    Parameters
    ----------
    normalise : bool
        Without, the convolutions have biases instead.

    Returns
    -------
    keras.Sequential
        From images (n, 28, 28, 1) with ink 1 on 0 to ten logits.
    """
    model = keras.Sequential([keras.Input((28, 28, 1))])
    for width, kernel, pool in [(16, 5, True), (48, 3, True), (96, 3, False)]:
        model.add(layers.Conv2D(width, kernel, use_bias=not normalise))
        if pool:
            model.add(layers.MaxPooling2D())
        if normalise:
            model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.ReLU())
    model.add(layers.Flatten())
    model.add(layers.Dense(10))
    return model


def random_shift(images, max_shift, rng):
    """Return the images, each moved at random by up to `max_shift` pixels along each axis.

    Parameters
    ----------
    images : (n, height, width) array
        Images with background 0.
    max_shift : int
        Largest shift, in pixels.
    rng : numpy.random.Generator

    Returns
    -------
    (n, height, width) array
        What moves in at the edge is background.
    """
    frame = (max_shift, max_shift)
    padded = np.pad(images, ((0, 0), frame, frame))
    crops = sliding_window_view(padded, images.shape[1:], axis=(1, 2))  # all crops, none copied
    down, right = rng.integers(0, 2 * max_shift + 1, size=(2, len(images)))
    return crops[np.arange(len(images)), down, right]


def train_fast(
    x_train, y_train, epochs=2, seed=0, max_shift=1, rate=one_cycle, smoothing=0.05, normalise=True
):
    """Train the fast convnet: shifted images, one-cycle Adam, smoothed labels.

    Parameters
    ----------
    x_train : (n, 28, 28) float32
        Images with ink 1 on 0.
    y_train : (n, 10) float32
        One-hot labels.
    epochs, seed : int
        Passes over the training set; seed of weights, order and shifts.
    max_shift : int
        Largest shift of a training image, in pixels, drawn anew in each epoch.
    rate : callable
        From the number of steps to Adam's learning rate.
    smoothing : float
        Share of each target that is spread over all ten classes.
    normalise : bool
        As in `fast_convnet`.

    Returns
    -------
    keras.Sequential
    """
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    steps = epochs * -(-len(x_train) // 128)  # rounded up: the last batch may be smaller
    model = fast_convnet(normalise)
    model.compile(
        keras.optimizers.Adam(rate(steps)),
        keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing),
        steps_per_execution=16,
    )
    for _ in range(epochs):
        shifted = random_shift(x_train, max_shift, rng)
        model.fit(shifted[..., None], y_train, batch_size=128, verbose=0)
    return model


def predict(model, x):
    """Return the network's ten outputs for images (n, 28, 28)."""
    return model.predict(x[..., None], batch_size=1000, verbose=0)


def predict_shifted(model, x):
    """Average the fast convnet's probabilities over each image and its four shifts by one pixel.

    Parameters
    ----------
    model : keras.Model
        From images (n, 28, 28, 1) to logits.
    x : (n, 28, 28) array
        Images with background 0.

    Returns
    -------
    (n, 10) array
        Probabilities. They cost five predictions instead of one.
    """
    moves = [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0)]
    logits = [predict(model, np.roll(x, move, axis=(1, 2))) for move in moves]
    return np.mean([keras.ops.softmax(z) for z in logits], axis=0)


def measure(train, seeds, data, predictors, epochs, **options):
    """Train once per seed, test with each predictor, and return one row of the table for each.

    Parameters
    ----------
    train : callable
        `train_documented` or `train_fast`.
    seeds : int
        Number of trainings, with the seeds 0, 1, 2, ...
    data : (x_train, y_train), (x_test, y_test)
        Scaled images; labels one-hot for training, numbers for the test.
    predictors : dict
        Name of the row: function of model and images.
    epochs, **options
        What else `train` is called with.

    Returns
    -------
    list of dict
        Name, number of parameters, epochs, and for each seed the accuracy in per cent on the
        test images and the CPU seconds (all threads) of training and prediction.
    """
    (x_train, y_train), (x_test, y_test) = data
    rows = [{"name": n, "epochs": epochs, "accuracy": [], "cpu": []} for n in predictors]
    for seed in range(seeds):
        keras.backend.clear_session()
        begin = time.process_time()
        model = train(x_train, y_train, epochs=epochs, seed=seed, **options)
        training = time.process_time() - begin
        for row, predictor in zip(rows, predictors.values()):
            begin = time.process_time()
            answers = predictor(model, x_test).argmax(axis=1)
            row["cpu"].append(training + time.process_time() - begin)
            row["accuracy"].append(100 * np.mean(answers == y_test))
            row["parameters"] = model.count_params()
            result = f"{row['accuracy'][-1]:.2f} % in {row['cpu'][-1]:.1f} CPU s"
            print(f"  {row['name']}, {epochs} epochs, seed {seed}: {result}", flush=True)
    return rows


def table(rows):
    """Return the lines of the table; the ratio is to the CPU time of the first row."""
    line = "{:22} {:>10} {:>6} {:>15} {:>7} {:>7}  {}".format
    yield line("model", "parameters", "epochs", "accuracy %", "CPU s", "ratio", "each seed %")
    for row in rows:
        mean, cost = np.mean(row["accuracy"]), np.mean(row["cpu"])
        spread = f" +- {np.std(row['accuracy'], ddof=1):.2f}" if len(row["accuracy"]) > 1 else ""
        ratio = f"1/{np.mean(rows[0]['cpu']) / cost:.1f}"
        each = " ".join(f"{accuracy:.2f}" for accuracy in row["accuracy"])
        yield line(
            row["name"],
            f"{row['parameters']:,}",
            row["epochs"],
            f"{mean:.2f}{spread}",
            f"{cost:.1f}",
            ratio,
            each,
        )


def main(arguments=None):
    """Train both networks in one run, print the table and return the exit status."""
    parser = argparse.ArgumentParser(prog="run.py bench", description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a few steps of each, as a trial")
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="of the fast recipe")
    parser.add_argument(
        "--documented", type=int, default=1, metavar="N", help="seeds of the documented convnet"
    )
    parser.add_argument(
        "--ablation", action="store_true", help="leave out one ingredient at a time instead"
    )
    options = parser.parse_args(arguments)
    if options.seeds < 1 or options.documented < 1:
        parser.error("at least one seed of each network is needed")
    os.environ.setdefault("COURSE_THREADS", "1")  # the same for both; more threads cost CPU time
    start()
    (x_train, y_train), (x_test, y_test) = mnist = load_mnist()
    n_train, n_test = (256, 256) if options.quick else (len(x_train), len(x_test))
    data = (
        (np.float32(x_train[:n_train] / 255), keras.utils.to_categorical(y_train[:n_train], 10)),
        (np.float32(x_test[:n_test] / 255), y_test[:n_test]),
    )
    train_fast(data[0][0][:256], data[0][1][:256], epochs=1)  # TensorFlow's start: nobody's cost
    if options.ablation:
        (x, y), held_out = data[0], n_train // 6
        data = (x[:-held_out], y[:-held_out]), (x[-held_out:], y[-held_out:].argmax(axis=1))
        epochs = 1 if options.quick else FAST[mnist.source][0]["epochs"]
        rows = []
        for name, change in ABLATION.items():
            rows += measure(train_fast, options.seeds, data, {name: predict}, epochs, **change)
        print(f"\nMNIST ({mnist.source}): {held_out:,} training images held out")
        print(*table(rows), sep="\n")
        return 0
    fast_rows = []
    for fast in ({"epochs": 1},) if options.quick else FAST[mnist.source]:
        predictors = {"fast recipe": predict, "fast, 5 shifts": predict_shifted}
        fast_rows += measure(train_fast, options.seeds, data, predictors, **fast)
    rows = measure(
        train_documented,
        options.documented,
        data,
        {"documented convnet": predict},
        epochs=1 if options.quick else 15,
    )
    rows += fast_rows
    print(f"\nMNIST ({mnist.source}): {n_train:,} training and {n_test:,} test images")
    print(*table(rows), sep="\n")
    sigma = np.sqrt(0.994 * 0.006 / n_test)
    print(f"binomial uncertainty of one accuracy at 99.4 %: {100 * sigma:.2f} %")
    if options.quick:
        print("a trial of the command: these accuracies and times mean nothing")
    return 0


if __name__ == "__main__":
    sys.exit(main())
