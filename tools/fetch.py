"""Fetch a data set: `python3 run.py fetch` says what there is, `... fetch galaxies` fetches it.

Nothing is fetched unasked. A stopped download goes on with the same command.
"""

import os
import shutil
import sys

from utils.data import DataError, galaxies, mnist
from utils.data.cache import fetch, shown, size


def _mnist():
    mnist.fetch_mnist(timeout=30)


def _galaxies():
    fetch(galaxies.URLS, galaxies.cache_path(), galaxies.FILE_SHA256, timeout=30)
    print("taking out the images of the seven classes: a minute or two", flush=True)
    galaxies.extracted()  # now, so that the first lecture need not


def files(name):
    """Return what a data set consists of: (what it is, bytes, path) of each file."""
    if name == "mnist":
        return [("MNIST", mnist.FILE_SIZE, mnist.cache_path())]
    return [
        ("Galaxy10 DECaLS", galaxies.FILE_SIZE, galaxies.cache_path()),
        ("the lecture's extract of it", galaxies.EXTRACT_SIZE, galaxies.extract_path()),
    ]


SETS = {"mnist": _mnist, "galaxies": _galaxies}


def fetched(path):
    """Return how many bytes of an unfinished download there are."""
    part = path.with_name(path.name + ".part")
    return part.stat().st_size if part.exists() else 0


def state(path):
    """Say whether a file is there."""
    if path.exists():
        return "in the cache"
    return f"{size(fetched(path))} of it fetched" if fetched(path) else "not there"


def disk(folder):
    """Return a number that tells one disk from another."""
    return os.stat(folder).st_dev


def lacking(name):
    """Return a sentence if a disk has too little space for what is still to come, or None."""
    needed = {}  # disk -> (a folder on it, bytes)
    for _, count, path in files(name):
        if not path.exists():
            there = next(folder for folder in path.parents if folder.exists())
            folder, more = needed.get(disk(there), (there, 0))
            needed[disk(there)] = folder, more + max(count - fetched(path), 0)
    for folder, count in needed.values():
        free = shutil.disk_usage(folder).free
        if free < count:
            return f"{size(count)} are needed in {shown(folder)}, and {size(free)} are free"
    return None


def main(arguments):
    """List the data sets, or fetch the named one; return the exit status."""
    if not arguments:
        for name in SETS:
            for what, count, path in files(name):
                print(f"{name:9} {what}, {size(count)}: {state(path)} ({shown(path)})")
        print(f"python3 run.py fetch {{{','.join(SETS)}}} fetches what is not there yet")
        return 0
    if len(arguments) != 1 or arguments[0] not in SETS:
        print(f"usage: python3 run.py fetch {{{','.join(SETS)}}}")
        return 2
    name = arguments[0]
    for what, count, path in files(name):
        print(f"{what}, {size(count)}, to {shown(path)}: {state(path)}", flush=True)
    if lack := lacking(name):
        print(f"the disk is too full: {lack}")
        return 1
    try:
        SETS[name]()
    except DataError as error:
        print(f"{error}\nWhat was fetched is kept: the same command goes on from there.")
        return 1
    except KeyboardInterrupt:
        print("\nstopped; the same command goes on from there")
        return 130
    print(f"{name}: complete")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
