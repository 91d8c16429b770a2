"""What lecture 08 promises of real MNIST, where Keras's cache holds it: one seed of each.

The tests run with COURSE_DATA=embedded; these look for the file themselves and load it by name.
"""

import ast
from pathlib import Path

import nbformat
import numpy as np
import pytest

from utils import runtime
from utils.data import DataError, load_mnist
from utils.data.mnist import cache_path

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.skipif(
    not cache_path().exists(), reason="real MNIST does not lie in Keras's cache"
)


@pytest.fixture(scope="module")
def digits():
    """Return images with ink 1 on 0 and labels of real MNIST."""
    try:
        (x_train, y_train), (x_test, y_test) = load_mnist("real")
    except DataError as damage:
        pytest.skip(str(damage))
    return np.float32(x_train / 255), y_train, np.float32(x_test / 255), y_test


@pytest.fixture(scope="module")
def lecture(digits):
    """Return lecture 08's imports, functions and data as a namespace."""
    runtime.start()  # COURSE_THREADS, and one thread for NumPy
    x_train, y_train, x_test, _ = digits
    namespace = {
        "x_train": x_train,
        "y_train": y_train,
        "flat_train": x_train.reshape(-1, 784),
        "flat_test": x_test.reshape(-1, 784),
    }
    cells = nbformat.read(ROOT / "notebooks" / "08_mnist.ipynb", as_version=4).cells
    for cell in cells:
        if cell.cell_type != "code" or cell.id == "start":
            continue
        wanted = (ast.Import, ast.ImportFrom, ast.FunctionDef)
        body = [node for node in ast.parse(cell.source).body if isinstance(node, wanted)]
        exec(compile(ast.Module(body, []), cell.id, "exec"), namespace)
    return namespace


def share_right(answers, y):
    return 100 * np.mean(answers == y)


def test_linear_classifiers_in_numpy(lecture, digits):
    """10 seeds: softmax 92.3 to 92.7 %, hinge 92.2 to 92.3 %."""
    for loss, learning_rate, least in [("softmax_loss", 0.1, 92.0), ("hinge_loss", 0.02, 91.9)]:
        w, b = lecture["train_linear"](lecture[loss], learning_rate, seed=0)
        scores = lecture["flat_test"] @ w + b
        assert least <= share_right(scores.argmax(axis=1), digits[3]) <= 93.5


def test_512_units(lecture, digits):
    """5 seeds: 97.8 to 98.1 % after five epochs."""
    x_train, y_train, x_test, y_test = digits
    model = lecture["dense_net"]([512], 0.2, seed=1)
    model.fit(x_train, y_train, epochs=5, verbose=0)
    answers = model.predict(x_test, batch_size=1000, verbose=0).argmax(axis=1)
    assert 97.5 <= share_right(answers, y_test) <= 98.6


def test_fast_recipe(lecture, digits):
    """6 seeds: 99.43 to 99.51 % after two epochs."""
    x_train, y_train, x_test, y_test = digits
    model = lecture["train_fast"](x_train, lecture["one_hot"](y_train), seed=1)
    answers = lecture["predict"](model, x_test).argmax(axis=1)
    assert 99.3 <= share_right(answers, y_test) <= 99.75
