"""Galaxy10 DECaLS: 17,736 galaxy images with labels by volunteers, and their simulation.

Source: H. Leung, J. Bovy (2021), https://doi.org/10.5281/zenodo.10845026; labels from Galaxy Zoo
(C. Lintott et al. 2008, https://doi.org/10.1111/j.1365-2966.2008.13689.x), images from the DESI
Legacy Imaging Surveys (A. Dey et al. 2019, https://doi.org/10.3847/1538-3881/ab089d).
"""

from pathlib import Path

import numpy as np

from utils.arguments import integer
from utils.data.cache import DataError, Dataset, cache_folder, computed, resolve, sha256, size

URLS = (
    "https://www.astro.utoronto.ca/~hleung/shared/Galaxy10/Galaxy10_DECals.h5",
    "https://zenodo.org/records/10845026/files/Galaxy10_DECals.h5",
)
FILE_SHA256 = "19aefc477c41bb7f77ff07599a6b82a038dc042f889a111b0d4d98bb755c1571"
FILE_SIZE = 2_735_267_419  # bytes: 2.55 GiB, which astroNN's page calls 2.54 GB
FETCH = "python3 run.py fetch galaxies"  # the file is never fetched unasked
NOTE = "simulated galaxies, not Galaxy10"

# The seven of the ten classes with at least 1,800 images, by their number in the file and in the
# order of `utils.simulate.galaxies.CLASS_NAMES`. astroNN calls class 3 "Smooth, Cigar shaped",
# but these are the in-between ones.
NUMBERS = (1, 2, 3, 5, 6, 7, 9)
PER_CLASS = 1800  # images taken of each class
SIZE = 96  # pixels: the central part of the 256 x 256 of the file
EXTRACT_SEED = 0  # of the draw of these images
# Another draw has another name, so that an older extract is never taken for this one.
EXTRACT = f"Galaxy10_DECals_7x{PER_CLASS}_{SIZE}px_drawn_with_seed_{EXTRACT_SEED}"
EXTRACT_SIZE = len(NUMBERS) * PER_CLASS * SIZE * SIZE * 3  # bytes, 348 MB


def load_galaxies(source=None, n_per_class=None, seed=0):
    """Load the lecture's seven classes of Galaxy10 DECaLS, or simulated galaxies.

    Prints one line that says what was loaded and from where.

    Parameters
    ----------
    source : {"auto", "embedded", "real"}, optional
        By default the environment variable COURSE_DATA, and else "auto": the real images where
        astroNN keeps its file, else simulated ones. The file of 2.74 GB is never fetched unasked:
        ``python3 run.py fetch galaxies`` does.
    n_per_class : int, optional
        Images of each class; by default all 1,800 real ones or 800 simulated ones.
    seed : int
        Seed of the choice, of the order and of the simulation. With the same seed, a smaller set
        is contained in a larger one.

    Returns
    -------
    Dataset
        ``images, labels, class_names``: images (7 n, 96, 96, 3) uint8 in random order, labels
        (7 n,) int64 in 0..6 and a tuple of seven names; with the attributes `source` and `note`.
        A pixel has 0.262 arcsec, for the largest galaxies 0.524 (the file's column `pxscale`).

    Raises
    ------
    ValueError
        If an argument or COURSE_DATA has an impossible value.
    DataError
        If `source` is "real" and the file is missing, in use, damaged or not Galaxy10.
    """
    from utils.simulate.galaxies import CLASS_NAMES, simulate_galaxies

    source, reason = resolve(source)
    seed = integer("seed", seed)
    if n_per_class is not None:
        n_per_class = integer("n_per_class", n_per_class, least=1)
    if source != "embedded":
        try:
            images, labels = _chosen(*extracted(), n_per_class or PER_CLASS, seed)
            return Dataset((images, labels, CLASS_NAMES), "real")
        except DataError as error:
            if source == "real":
                raise
            reason = f"because {error}"
    n_per_class = n_per_class or 800
    images, labels = simulate_galaxies(n_per_class, seed=seed)
    order = np.random.default_rng(seed).permutation(len(labels))
    print(f"Galaxies: simulated, 7 x {n_per_class} images of 96 x 96 pixels, {reason}")
    return Dataset((images[order], labels[order], CLASS_NAMES), "stand-in", NOTE)


def cache_path():
    """Return where astroNN keeps Galaxy10_DECals.h5."""
    return Path.home() / ".astroNN" / "datasets" / "Galaxy10_DECals.h5"


def extract_path():
    """Return where the course keeps the images that it takes out of that file."""
    return cache_folder() / f"{EXTRACT}.npz"


def extracted():
    """Return the lecture's images and labels, kept in the course's cache from the first time on.

    Returns
    -------
    images : array (12600, 96, 96, 3), uint8
        1,800 images of each class, drawn at random, in the order of the file.
    labels : array (12600,), int64
        0..6 in the order of `NUMBERS`.

    Raises
    ------
    DataError
        If there is no extract yet and the file is missing, in use, damaged or not Galaxy10.
    """
    arrays = computed(EXTRACT, _extract)
    return arrays["images"], arrays["labels"]


def _extract():
    """Draw the images and cut their central 96 x 96 pixels out of the file.

    Reads slabs along the file's own chunks: image by image would decompress each chunk again and
    again, and all at once takes 3.5 GB.
    """
    import h5py

    path = cache_path()
    if not path.exists():
        sizes = f"{size(FILE_SIZE)} and makes an extract of {size(EXTRACT_SIZE)}"
        raise DataError(f"{path} is not there; this fetches its {sizes}: {FETCH}")
    try:
        with h5py.File(path, "r") as file:  # first of all: who holds the file may be changing it
            if sha256(path) != FILE_SHA256:
                raise ValueError("wrong SHA-256")
            pictures, answers = file["images"], file["ans"][:]
            rng = np.random.default_rng(EXTRACT_SEED)
            drawn = [rng.permutation(np.flatnonzero(answers == k))[:PER_CLASS] for k in NUMBERS]
            rows = np.sort(np.concatenate(drawn))
            images = np.empty((len(rows), SIZE, SIZE, 3), np.uint8)
            slab = pictures.chunks[0] if pictures.chunks else 64
            low, high = (256 - SIZE) // 2, (256 + SIZE) // 2
            for start in range(0, len(pictures), slab):
                inside = np.flatnonzero((rows >= start) & (rows < start + slab))
                if len(inside):
                    block = pictures[start : start + slab, low:high, low:high]
                    images[inside] = block[rows[inside] - start]
    except (OSError, ValueError) as error:
        if isinstance(error, PermissionError) or "unable to lock" in str(error):
            state = "is locked by another program, or may not be read"
            advice = "close the program or notebook that uses it"
        else:
            state, advice = "is damaged or not Galaxy10 DECaLS", f"this fetches it anew: {FETCH}"
        raise DataError(f"{path} {state} ({error}); {advice}") from error
    labels = np.searchsorted(NUMBERS, answers[rows]).astype(np.int64)
    return {"images": images, "labels": labels}


def _chosen(images, labels, n_per_class, seed):
    """Return n images of each class in random order."""
    rng = np.random.default_rng(seed)
    rows = [rng.permutation(np.flatnonzero(labels == k)) for k in range(len(NUMBERS))]
    fewest = min(map(len, rows))
    if n_per_class > fewest:
        raise ValueError(
            f"n_per_class must be at most {fewest} for the real data, not {n_per_class}"
        )
    rows = rng.permutation(np.concatenate([r[:n_per_class] for r in rows]))
    print(f"Galaxies: real, Galaxy10 DECaLS, 7 x {n_per_class} images of 96 x 96 pixels")
    return images[rows], labels[rows]
