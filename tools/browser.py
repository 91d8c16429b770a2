"""What a browser without network makes of pages that the tools write."""

import html
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
MISSING = "no Chromium, Chrome or Edge is installed"
SECONDS = 120  # for the browser's own clock, which runs ahead of the wall's
GATHER = """<script>
const told = [];
onmessage = e => {
  told.push(e.data);
  if (told.length == %d) document.getElementById("told").textContent = JSON.stringify(told);
};
</script><pre id="told"></pre>%s"""


def find():
    """Return the path of a Chromium, Chrome or Edge; None where there is none."""
    found = [shutil.which(name) for name in NAMES]
    found += [path for path in ELSEWHERE if Path(path).exists()]
    return next((path for path in found if path), None)


def judge(pages, script, sizes):
    """Open pages in frames of given sizes, run a script in each, return what the scripts tell.

    Parameters
    ----------
    pages : list of Path
        HTML files of one folder tree; a copy of each lies beside it for the time of the call.
    script : str
        JavaScript that runs before the page's own and ends in `parent.postMessage(faults, "*")`
        with a list of texts.
    sizes : list of (int, int)
        Widths and heights of the frames, in pixels.

    Returns
    -------
    list of str
        What the scripts told, each text once.

    Raises
    ------
    RuntimeError
        If there is no browser, or if one of the scripts does not come to its end.
    """
    program = find()
    if program is None:
        raise RuntimeError(MISSING)
    copies = {page: page.with_name(f"measured-{page.name}") for page in pages}
    frames = [
        f'<iframe width={w} height={h} style="border:0" src="{copy.resolve().as_uri()}"></iframe>'
        for copy in copies.values()
        for w, h in sizes
    ]
    try:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            for page, copy in copies.items():
                text = page.read_text(encoding="utf-8")
                text = text.replace("<head>", f"<head><script>{script}</script>", 1)
                copy.write_text(text, encoding="utf-8")
            outer = Path(folder) / "frames.html"
            outer.write_text(GATHER % (len(frames), "".join(frames)), encoding="utf-8")
            command = [
                *(program, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
                *(f"--user-data-dir={folder}/profile", "--no-first-run", "--disable-extensions"),
                *("--host-resolver-rules=MAP * ~NOTFOUND", "--disable-background-networking"),
                *("--window-size=2000,2000", f"--virtual-time-budget={SECONDS * 1000}"),
                *("--dump-dom", outer.as_uri()),
            ]
            ran = subprocess.run(command, capture_output=True, text=True, timeout=5 * SECONDS)
    finally:
        for copy in copies.values():
            copy.unlink(missing_ok=True)
    told = re.search(r'(?s)<pre id="told">(.+?)</pre>', ran.stdout)
    if not told:
        raise RuntimeError(f"{program} did not come to an end: {ran.stderr[-1000:]}")
    return list(dict.fromkeys(x for one in json.loads(html.unescape(told[1])) for x in one))
