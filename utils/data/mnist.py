"""MNIST: the 70,000 handwritten digits, and a stand-in for machines without a network.

Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, Proc. IEEE 86, 2278 (1998),
https://doi.org/10.1109/5.726791.
"""

import hashlib
import os
from pathlib import Path

import numpy as np

from utils.data.cache import DataError, Dataset, fetch, resolve
from utils.simulate.digits import stand_in

URLS = ("https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",)
FILE_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
FILE_SIZE = 11_490_434  # bytes
# A copy that was packed anew has another file checksum but must hold these very bytes.
ARRAYS = {
    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}
FETCH = "python3 run.py fetch mnist"
NOTE = "stand-in for MNIST: scikit-learn's 8×8 digits, enlarged"


def load_mnist(source=None):
    """Load MNIST as `keras.datasets.mnist.load_data` does, or its stand-in.

    Prints one line that says what was loaded and from where.

    Parameters
    ----------
    source : {"auto", "embedded", "real"}, optional
        By default the environment variable COURSE_DATA, and else "auto": Keras's cache, then its
        11 MB download, then the stand-in.

    Returns
    -------
    Dataset
        ``(x_train, y_train), (x_test, y_test)``: images (n, 28, 28) uint8 with ink 255 on 0 and
        labels (n,) uint8 in 0..9, with the attributes `source` and `note`. Real: 60,000 and
        10,000. Stand-in: 8,000 (augmented) and 634 (not augmented, written by other people).

    Raises
    ------
    ValueError
        If `source` or COURSE_DATA has an unknown value.
    DataError
        If `source` is "real" and the data can neither be found nor fetched.
    """
    source, reason = resolve(source)
    if source != "embedded":
        patience = {"timeout": 20} if source == "real" else {"timeout": 5, "limit": 60}
        try:
            parts, origin = fetch_mnist(**patience)
            print(f"MNIST: real, 60,000 + 10,000 images, {origin}")
            return Dataset(parts, "real")
        except DataError as error:
            reason = f"because {error}"
            if source == "real":
                advice = f"set COURSE_DATA=embedded for the offline stand-in, run {FETCH}"
                raise DataError(f"{error}; {advice}, or put mnist.npz at {cache_path()}") from error
    train, test = stand_in()
    count = f"{len(train[0]):,} + {len(test[0])}"
    print(f"MNIST: stand-in from scikit-learn's digits, {count}, {reason}")
    return Dataset((train, test), "stand-in", NOTE)


def cache_path():
    """Return where Keras keeps mnist.npz (KERAS_HOME, by default ~/.keras)."""
    home = os.environ.get("KERAS_HOME") or os.path.join("~", ".keras")
    return Path(os.path.expanduser(home), "datasets", "mnist.npz")


def fetch_mnist(**patience):
    """Fetch MNIST (11.5 MB) to where Keras looks for it, unless it lies there whole.

    A file that another program has packed anew is right if its arrays are.

    Parameters
    ----------
    **patience
        `timeout` and `limit` of `utils.data.cache.fetch`.

    Returns
    -------
    parts, origin
        What `keras.datasets.mnist.load_data` returns, and in words where it comes from.

    Raises
    ------
    DataError
        If it is not served, or cannot be stored.
    """
    path = cache_path()
    if path.exists():
        try:
            return _read(path), "from Keras's cache"
        except DataError as damage:
            print(f"MNIST: {damage}; fetching it again")
    return _read(fetch(URLS, path, FILE_SHA256, **patience)), "downloaded into Keras's cache"


def _read(path):
    """Return the four arrays of an mnist.npz after checking every byte of them."""
    found = {}
    try:
        with np.load(path, allow_pickle=False) as file:
            for name, checksum in ARRAYS.items():
                values = file[name]
                rows = (60000,) if name.endswith("train") else (10000,)
                shape = rows + (28, 28) if name.startswith("x") else rows
                if values.shape != shape or values.dtype != np.uint8:
                    raise ValueError(f"{name} has shape {values.shape}, dtype {values.dtype}")
                if hashlib.sha256(np.ascontiguousarray(values)).hexdigest() != checksum:
                    raise ValueError(f"{name} is not MNIST's")
                found[name] = values
    except Exception as error:  # zipfile has a dozen ways to stumble over a damaged file
        raise DataError(f"the cached file {path} is damaged ({error})") from error
    return (found["x_train"], found["y_train"]), (found["x_test"], found["y_test"])
