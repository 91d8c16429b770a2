"""An imitation of MNIST, made of the 1,797 small digits that come with scikit-learn.

It stands in for MNIST where there is no network. The digits are genuine handwriting, 8 x 8 pixels
each; what is computed is their size, their place and, for training, their variety.
"""

import numpy as np

from utils.arguments import integer

# scikit-learn's 1,797 digits come from 14 filled-in forms, one after the other. Where a form
# begins is not documented: these rows are inferred from the order of the labels.
FORM_STARTS = (0, 130, 256, 386, 516, 646, 776, 905, 1029, 1157, 1287, 1415, 1543, 1667)
TEST_FORMS = (7, 10, 11, 12, 13)
TRAIN_FORMS = tuple(k for k in range(len(FORM_STARTS)) if k not in TEST_FORMS)


def stand_in(n_train=8000, seed=0, forms=TRAIN_FORMS):
    """Build the stand-in for MNIST from scikit-learn's bundled 8x8 digits.

    The digits are enlarged to 20x20, sharpened and centred in 28x28 as MNIST's are. Training
    images are augmented copies of digits on nine of the forms; test images are the digits of the
    five others, as they are, so that no form appears on both sides.

    Parameters
    ----------
    n_train : int
        Number of training images, at least 1.
    seed : int
        Seed of the augmentation.
    forms : sequence of int
        The training forms whose digits are copied: some can be kept aside for validation.

    Returns
    -------
    (x_train, y_train), (x_test, y_test)
        Images (n, 28, 28) uint8 and labels (n,) uint8.

    Raises
    ------
    ValueError
        If `forms` names none, or one that is kept for the test.

    Notes
    -----
    Digits: E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits (1998),
    https://doi.org/10.24432/C50P49. Augmentation by elastic distortion: P. Simard, D. Steinkraus,
    J. Platt, ICDAR 2003, https://doi.org/10.1109/ICDAR.2003.1227801.
    """
    n_train = integer("n_train", n_train, least=1)
    if not forms or not set(forms) <= set(TRAIN_FORMS):
        raise ValueError(f"forms must be some of {TRAIN_FORMS}, not {forms!r}")
    from sklearn.datasets import load_digits

    digits = load_digits()
    images, labels = _enlarge(digits.images), digits.target.astype(np.uint8)
    form = np.searchsorted(FORM_STARTS, np.arange(len(images)), side="right") - 1
    held_out = np.isin(form, TEST_FORMS)
    rng = np.random.default_rng(seed)
    rows = np.flatnonzero(np.isin(form, forms))
    rows = np.concatenate([rng.permutation(rows) for _ in range(-(-n_train // len(rows)))])[
        :n_train
    ]
    train = _augment(images[rows], rng), labels[rows]
    return train, (_to_uint8(images[held_out]), labels[held_out])


def _to_uint8(images):
    return np.rint(255 * np.clip(images, 0, 1)).astype(np.uint8)


def _enlarge(small):
    """Turn (n, 8, 8) images with values 0..16 into (n, 28, 28) ones with values 0..1."""
    from scipy import ndimage

    grown = ndimage.zoom(small, (1, 2.5, 2.5), order=3, grid_mode=True, mode="nearest")
    framed = np.pad(np.clip((grown - 5) / 8, 0, 1), ((0, 0), (4, 4), (4, 4)))
    centred = np.empty_like(framed)
    for k, image in enumerate(framed):  # MNIST puts the centre of mass into the middle
        offset = 13.5 - np.array(ndimage.center_of_mass(image))
        centred[k] = ndimage.shift(image, offset, order=1)
    return centred


def _augment(images, rng):
    """Turn, shear, scale, shift, distort and thicken or thin each image at random."""
    from scipy import ndimage

    n = len(images)
    turn, shear = rng.uniform(-12, 12, n) * np.pi / 180, rng.uniform(-0.2, 0.2, n)
    scale, shift = rng.uniform(0.9, 1.15, n), rng.uniform(-1.5, 1.5, (n, 2))
    cos, sin = np.cos(turn) / scale, np.sin(turn) / scale
    back = np.array([[cos, -sin + shear * cos], [sin, cos + shear * sin]])  # output to input
    grid = np.mgrid[:28, :28] - 13.5
    points = np.einsum("abn,bij->naij", back, grid) + 13.5 + shift[:, :, None, None]
    bend = ndimage.gaussian_filter(rng.uniform(-1, 1, points.shape), (0, 0, 4, 4))
    points += 0.7 * bend / bend.std(axis=(1, 2, 3), keepdims=True)
    which = np.broadcast_to(np.arange(n)[:, None, None], (n, 28, 28))
    coordinates = np.stack([which, points[:, 0], points[:, 1]])
    moved = ndimage.map_coordinates(images, coordinates, order=1)
    thick = rng.uniform(-0.6, 0.6, n)[:, None, None]
    wide = ndimage.grey_dilation(moved, (1, 2, 2))
    thin = ndimage.grey_erosion(moved, (1, 2, 2))
    target = np.where(thick > 0, wide, thin)
    return _to_uint8(moved + np.abs(thick) * (target - moved))
