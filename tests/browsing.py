"""A JupyterLab and a Chromium that a test drives: keys, the mouse, what a screen reader gets."""

import base64
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import websocket

from tools import browser
from tools.execute import ROOT

KEYS = {
    "ArrowUp": (38, ""),
    "ArrowDown": (40, ""),
    "Tab": (9, ""),
    "Enter": (13, "\r"),
    " ": (32, " "),
}
NOTEBOOK = "[...jupyterapp.shell.widgets('main')][0]"


def until(condition, what, seconds=120):
    """Ask again and again until a condition holds; return what it returns."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise TimeoutError(f"{what}: not within {seconds} s")


@contextlib.contextmanager
def jupyterlab(log, options):
    """Run JupyterLab as `run.py` does; yields its address, without a token."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", *options]
    command += [f"--port={port}", "--IdentityProvider.token=", "--ServerApp.port_retries=0"]
    command += ["--LabApp.expose_app_in_browser=True"]
    paths = [str(ROOT), str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "COURSE_STATIC": "0"}
    address = f"http://127.0.0.1:{port}"

    def answers():
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(f"{address}/api/status").status == 200

    with open(log, "w") as out:
        where = {"cwd": ROOT, "env": environment, "stdout": out, "stderr": out}
        server = subprocess.Popen(command, **where)
        try:
            until(answers, "JupyterLab starts")
            yield address
        finally:
            server.terminate()
            server.wait()


class Page:
    """A page of a headless Chromium, which speaks the DevTools protocol."""

    def __init__(self, folder, size=(1920, 1080)):
        command = [browser.find(), "--headless=new", "--no-sandbox", "--disable-gpu"]
        command += ["--remote-debugging-port=0", "--remote-allow-origins=*", "--no-first-run"]
        command += [f"--user-data-dir={folder}", f"--window-size={size[0]},{size[1]}"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen([*command, "about:blank"], **quiet)
        told = Path(folder) / "DevToolsActivePort"
        port = until(lambda: told.exists() and told.read_text().split(), "Chromium starts")[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
            (page,) = (one for one in json.load(answer) if one["type"] == "page")
        self.socket = websocket.create_connection(page["webSocketDebuggerUrl"], timeout=120)
        self.count, self.errors = 0, []
        self("Runtime.enable")
        screen = {"deviceScaleFactor": 1, "mobile": False}
        self("Emulation.setDeviceMetricsOverride", width=size[0], height=size[1], **screen)

    def __call__(self, method, **parameters):
        self.count += 1
        self.socket.send(json.dumps({"id": self.count, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("method") == "Runtime.exceptionThrown":
                self.errors.append(message["params"]["exceptionDetails"])
            if message.get("id") == self.count:
                assert "error" not in message, message
                return message["result"]

    def js(self, expression):
        """Return the value of a JavaScript expression."""
        answer = self("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def drag(self, x, y, by=0):
        """Press the mouse at a place, move it to the right and let it go: no way is a click."""
        for kind, place in [("Pressed", x), ("Moved", x + by / 2), ("Moved", x + by)]:
            self._mouse(kind, place, y)
        self._mouse("Released", x + by, y)

    def _mouse(self, kind, x, y):
        self("Input.dispatchMouseEvent", type=f"mouse{kind}", x=x, y=y, button="left", clickCount=1)

    def press(self, key):
        number, text = KEYS[key]
        code = {"key": key, "code": key.replace(" ", "Space"), "windowsVirtualKeyCode": number}
        self("Input.dispatchKeyEvent", type="keyDown", text=text, **code)
        self("Input.dispatchKeyEvent", type="keyUp", **code)

    def names(self, *roles):
        """Return the accessible names of all nodes of these roles, in the order of the page."""
        nodes = self("Accessibility.getFullAXTree")["nodes"]
        found = [n for n in nodes if not n["ignored"] and n["role"]["value"] in roles]
        return [node["name"]["value"] for node in found]

    def shot(self, path):
        """Store what is seen as a PNG picture."""
        data = self("Page.captureScreenshot", format="png")["data"]
        Path(path).write_bytes(base64.b64decode(data))

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait()

    def open(self, address, name):
        """Open a notebook in JupyterLab, its kernel ready."""
        self("Page.navigate", url="about:blank")  # whatever was there
        self("Page.navigate", url=f"{address}/doc/tree/{name}?reset")
        ready = f"window.jupyterapp && {NOTEBOOK}?.context?.sessionContext?.kernelDisplayStatus"
        until(lambda: self.js(ready) == "idle", f"JupyterLab opens {name}")

    def idle(self):
        return self.js(f"{NOTEBOOK}.context.sessionContext.kernelDisplayStatus") == "idle"

    def run_all(self, seconds):
        """Run all cells; return what stands in their errors and warnings."""
        self.js("window.ran = false")
        run = "jupyterapp.commands.execute('notebook:run-all-cells')"
        self.js(f"void {run}.finally(() => window.ran = true)")
        until(lambda: self.js("window.ran"), "all cells have run", seconds)
        wrong = "[data-mime-type$='jupyter.stderr'], [data-mime-type$='jupyter.error']"
        return self.js(f'[...document.querySelectorAll("{wrong}")].map(e => e.textContent)')

    def save(self):
        self.js("void jupyterapp.commands.execute('docmanager:save')")
        until(lambda: not self.js(f"{NOTEBOOK}.context.model.dirty"), "the notebook is saved")
