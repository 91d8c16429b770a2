"""Galaxy10 DECaLS: 17,736 galaxy images with labels by volunteers, and their simulation.

Source: H. Leung, J. Bovy (2021), https://doi.org/10.5281/zenodo.10845026; labels from Galaxy Zoo
(C. Lintott et al. 2008, https://doi.org/10.1111/j.1365-2966.2008.13689.x), images from the DESI
Legacy Imaging Surveys (A. Dey et al. 2019, https://doi.org/10.3847/1538-3881/ab089d).
"""

import os
import zipfile
from pathlib import Path

import numpy as np

from utils.data.cache import DataError, Dataset, check_count, fetch, resolve, sha256

URLS = (
    "https://www.astro.utoronto.ca/~hleung/shared/Galaxy10/Galaxy10_DECals.h5",
    "https://zenodo.org/records/10845026/files/Galaxy10_DECals.h5",
)
FILE_SHA256 = "19aefc477c41bb7f77ff07599a6b82a038dc042f889a111b0d4d98bb755c1571"
FETCH = "python -m utils.data fetch galaxies"  # 2.54 GB: never fetched unasked
NOTE = "simulated galaxies, not Galaxy10"

# The seven of the ten classes with at least 1,800 images, by their number in the file. astroNN
# calls class 3 "Smooth, Cigar shaped", but these are the in-between ones.
CLASSES = {
    1: "Merging",
    2: "Round Smooth",
    3: "In-between Round Smooth",
    5: "Barred Spiral",
    6: "Unbarred Tight Spiral",
    7: "Unbarred Loose Spiral",
    9: "Edge-on with Bulge",
}
PER_CLASS = 1800  # images taken of each class
SIZE = 96  # pixels: the central part of the 256 x 256 of the file


def load_galaxies(source=None, n_per_class=None, seed=0):
    """Load the lecture's seven classes of Galaxy10 DECaLS, or simulated galaxies.

    Prints one line that says what was loaded and from where.

    Parameters
    ----------
    source : {"auto", "embedded", "real"}, optional
        By default the environment variable COURSE_DATA, and else "auto": the real images where
        astroNN keeps its file, else simulated ones. The file of 2.54 GB is never fetched unasked:
        ``python -m utils.data fetch galaxies`` does.
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
        If `source` is "real" and the file is missing, damaged or not Galaxy10.
    """
    source = resolve(source)
    check_count("seed", seed, least=0)
    if n_per_class is not None:
        check_count("n_per_class", n_per_class, least=1)
    reason = "as COURSE_DATA asks" if os.environ.get("COURSE_DATA") == source else "as asked"
    if source != "embedded":
        try:
            return _chosen(*_real(), n_per_class or PER_CLASS, seed)
        except DataError as error:
            if source == "real":
                raise
            reason = f"because {error}"
    from utils.simulate.galaxies import simulate_galaxies

    n_per_class = n_per_class or 800
    images, labels = simulate_galaxies(n_per_class, seed=seed)
    order = np.random.default_rng(seed).permutation(len(labels))
    print(f"Galaxies: simulated, 7 x {n_per_class} images of 96 x 96 pixels, {reason}")
    return Dataset((images[order], labels[order], tuple(CLASSES.values())), "stand-in", NOTE)


def cache_path():
    """Return where astroNN keeps Galaxy10_DECals.h5."""
    return Path("~/.astroNN/datasets/Galaxy10_DECals.h5").expanduser()


def fetch_galaxies():
    """Fetch Galaxy10 DECaLS (2.54 GB) to where astroNN looks for it; return its path.

    Raises
    ------
    DataError
        If neither address serves it, or it cannot be stored.
    """
    return fetch(URLS, cache_path(), FILE_SHA256, timeout=30)


def _chosen(images, labels, n_per_class, seed):
    """Return n images of each class in random order."""
    rng = np.random.default_rng(seed)
    rows = [rng.permutation(np.flatnonzero(labels == k)) for k in range(len(CLASSES))]
    fewest = min(map(len, rows))
    if n_per_class > fewest:
        raise ValueError(
            f"n_per_class must be at most {fewest} for the real data, not {n_per_class}"
        )
    rows = rng.permutation(np.concatenate([r[:n_per_class] for r in rows]))
    print(f"Galaxies: real, Galaxy10 DECaLS, 7 x {n_per_class} images of 96 x 96 pixels")
    return Dataset((images[rows], labels[rows], tuple(CLASSES.values())), "real")


def _real():
    """Return all real images and labels of the seven classes; extract them the first time."""
    path = cache_path()
    extracted = path.with_name("Galaxy10_DECals_7x96px.npz")
    if extracted.exists():
        try:
            with np.load(extracted, allow_pickle=False) as file:
                return file["images"], file["labels"]
        except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile):
            print(f"Galaxies: the extract {extracted.name} is damaged; making it again")
    if not path.exists():
        shown = str(path).replace(str(Path.home()), "~", 1)  # as stored outputs show no home folder
        raise DataError(f"{shown} is not there; this fetches its 2.54 GB: {FETCH}")
    if sha256(path) != FILE_SHA256:
        raise DataError(f"the file {path} is damaged (wrong SHA-256); this mends it: {FETCH}")
    images, labels = extract(path)
    fresh = extracted.with_name(f"{extracted.name}.{os.getpid()}.part")
    try:
        with open(fresh, "wb") as file:
            np.savez(file, images=images, labels=labels)
        fresh.replace(extracted)
    except OSError as error:
        print(f"Galaxies: cannot keep the extract beside {path} ({error.strerror})")
        fresh.unlink(missing_ok=True)
    return images, labels


def extract(path, per_class=PER_CLASS):
    """Cut the central 96 x 96 pixels of the first images of the seven classes out of the file.

    Reads slabs along the file's own chunks: image by image would decompress each chunk again and
    again, and all at once takes 3.5 GB.

    Parameters
    ----------
    path : Path
        A file with the keys `images` (n, 256, 256, 3) uint8 and `ans` (n,) in 0..9.
    per_class : int
        At most so many images of each class.

    Returns
    -------
    images : (m, 96, 96, 3) uint8
    labels : (m,) int64
        0..6 in the order of `CLASSES`.

    Raises
    ------
    DataError
        If the file is not HDF5, lacks a key, or has another shape.
    """
    import h5py

    try:
        with h5py.File(path, "r") as file:
            missing = {"images", "ans"} - set(file)
            if missing:
                raise ValueError(f"it lacks {' and '.join(sorted(missing))}")
            pictures, answers = file["images"], file["ans"][:]
            if pictures.shape[1:] != (256, 256, 3) or pictures.dtype != np.uint8:
                raise ValueError(f"images has shape {pictures.shape}, dtype {pictures.dtype}")
            if answers.shape != pictures.shape[:1]:
                raise ValueError(f"ans has shape {answers.shape} for {len(pictures)} images")
            wanted = [np.flatnonzero(answers == number)[:per_class] for number in CLASSES]
            if not all(map(len, wanted)):
                raise ValueError("a class has no image")
            rows = np.sort(np.concatenate(wanted))
            images = np.empty((len(rows), SIZE, SIZE, 3), np.uint8)
            slab = max(pictures.chunks[0] if pictures.chunks else 64, 1)
            low, high = (256 - SIZE) // 2, (256 + SIZE) // 2
            for start in range(0, len(pictures), slab):
                inside = np.flatnonzero((rows >= start) & (rows < start + slab))
                if len(inside):
                    block = pictures[start : start + slab, low:high, low:high]
                    images[inside] = block[rows[inside] - start]
    except (OSError, ValueError) as error:
        raise DataError(
            f"{path} is not Galaxy10 DECaLS ({error}); this fetches it: {FETCH}"
        ) from error
    position = {number: k for k, number in enumerate(CLASSES)}
    return images, np.array([position[int(answers[row])] for row in rows], np.int64)
