"""``python -m utils.data fetch galaxies`` (or ``mnist``) downloads a data set into its cache."""

import sys

from utils.data import DataError, galaxies, mnist
from utils.data.cache import fetch

SETS = {
    "galaxies": galaxies.fetch_galaxies,
    "mnist": lambda: fetch(mnist.URLS, mnist.cache_path(), mnist.FILE_SHA256),
}


def main(arguments):
    """Fetch the named data set; return the exit status."""
    if len(arguments) != 2 or arguments[0] != "fetch" or arguments[1] not in SETS:
        print(f"usage: python -m utils.data fetch {{{','.join(SETS)}}}")
        return 2
    try:
        print(f"{arguments[1]}: {SETS[arguments[1]]()}")
    except DataError as error:
        print(f"{error}\nThe part that was fetched is kept: the same command continues it.")
        return 1
    except KeyboardInterrupt:
        print("\nstopped; the same command continues")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
