"""Write slides of the lectures into build/slides/: `python3 run.py slides [NOTEBOOK ...]`."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main(arguments):
    """Turn the given notebooks, or all lectures, into HTML slides; return nbconvert's status."""
    lectures = sorted(str(path) for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
    options = ["--to=slides", f"--output-dir={ROOT / 'build' / 'slides'}"]
    options += ["--SlidesExporter.reveal_scroll=True"]
    return subprocess.call([sys.executable, "-m", "nbconvert", *options, *(arguments or lectures)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
