"""The data sets of the course: measured ones, real or as a stand-in that runs offline, and magnets.

COURSE_DATA (or the argument `source` of a loader) chooses: "embedded" never touches the network
and builds a stand-in; "real" gives the real data or a clear error; "auto", the default, takes
the real data where they are or can be fetched quickly, and else the stand-in. Each loader says
in one line what it returned.
"""

from utils.data import galaxies, mnist
from utils.data.cache import DataError
from utils.data.galaxies import load_galaxies
from utils.data.magnets import load_magnets, magnet_maps
from utils.data.mnist import load_mnist

__all__ = ["DataError", "load_galaxies", "load_magnets", "load_mnist", "magnet_maps", "state"]


def state():
    """Return a line for each measured data set: whether the real data are on this computer."""
    places = {"MNIST": mnist.cache_path(), "Galaxy10 DECaLS": galaxies.cache_path()}
    return "\n".join(
        f"{name}: {'real data' if path.exists() else 'not fetched, a stand-in is used offline'}"
        for name, path in places.items()
    )
