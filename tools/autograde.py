"""Run one submission in a kernel, with limits: a process of its own, started by `tools.supervise`.

The student's Python is a child of this process and shares no file with it. Results leave through a
pipe and are signed with a key that came in through another, so that nobody else can send them.

A hidden test runs after all cells of the student have run, on the names as they were below the
visible test. So nothing that a cell prints can hold it, and what it prints is never shown.
"""

import ast
import ctypes
import hmac
import json
import math
import os
import queue
import subprocess
import sys
import time

import psutil
from jupyter_client.manager import KernelManager

MARK = "COURSE_SUBMISSION"  # environment variable: whose process this is
PRINTED = 50_000  # characters of a cell that are kept
FLOOD = 20_000_000  # characters after which a cell is interrupted
PICTURES = 3_000_000  # characters (base64) of all pictures that are kept
SHOWN = ("image/png", "image/jpeg", "text/plain")  # of rich outputs; scripts hide in the others
PATIENCE = 5  # seconds between an interrupt and the end of the kernel
ENDED, STUCK, MEMORY, FLOODED = "PythonEnded", "TooLong", "TooMuchMemory", "Endless"
REASONS = {  # by the name of the error that stands in the cell's output
    ENDED: "ends Python itself (os._exit, or a crash): left out",
    STUCK: "was stopped: it ran longer than {seconds:.0f} s",
    MEMORY: "was stopped at {memory:g} GB of memory: left out",
    FLOODED: "was stopped: it prints without end",
}


class Lost(Exception):
    """The kernel is gone, or must go; the argument is one of the names of `REASONS`."""


class OutOfTime(Exception):
    """The time for the whole submission is over."""


def harden():
    """On Linux: adopt orphans, so that they are found, and keep others of this account out."""
    if sys.platform.startswith("linux"):
        prctl = ctypes.CDLL(None).prctl
        prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
        prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE: no debugger, no /proc/PID/mem


def end_processes(marker, family=True):
    """Kill what a submission has started: all that carry its marker, and all descendants."""
    for _ in range(20):
        found = psutil.Process().children(recursive=True) if family else []
        found += [p for p in psutil.process_iter() if _carries(p, marker)]
        if not [_kill(process) for process in found if process.pid != os.getpid()]:
            return
        psutil.wait_procs(found, timeout=0.5)


def _carries(process, marker):
    try:
        return process.environ().get(MARK) == marker
    except (psutil.Error, OSError):
        return False  # somebody else's, or gone


def _kill(process):
    try:
        process.kill()
    except psutil.Error:
        pass  # it has ended meanwhile


class Kernel:
    """A student's Python in its own folder."""

    def __init__(self, job):
        self.job = job
        self.manager = KernelManager(kernel_name="python3")
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.manager.start_kernel(cwd=job["folder"], env=job["environment"], **quiet)
        self.family = psutil.Process()
        try:
            self.client = self.manager.client()
            self.client.start_channels(stdin=False)
            self.client.wait_for_ready(timeout=120)
            self.ask(f"__import__('_grading').start(**{job['guard']!r})")
        except BaseException:
            self.close()
            raise

    def close(self):
        end_processes(self.job["environment"][MARK])
        self.manager.shutdown_kernel(now=True)
        self.client.stop_channels()

    def ask(self, expression):
        """Evaluate an expression; return a text that it gives, or None if it gives none."""
        message = {"silent": True, "store_history": False}
        reply = self._wait("", {"value": expression}, message, 60)[0]
        value = reply.get("user_expressions", {}).get("value", {})
        if value.get("status") != "ok":
            return None
        try:
            return ast.literal_eval(value["data"]["text/plain"])
        except (KeyError, ValueError, SyntaxError, TypeError):
            return None

    def run(self, source, seconds, flood=FLOOD):
        """Run a cell for at most so many seconds; return the kernel's reply and the outputs."""
        return self._wait(source, {}, {}, seconds, flood)

    def _wait(self, source, expressions, options, seconds, flood=math.inf):
        send = {"user_expressions": expressions, "allow_stdin": False, "stop_on_error": False}
        asked = self.client.execute(source, **send, **options)
        started = looked = time.monotonic()
        ends, why, reply, idle, outputs = started + seconds, None, None, None, Outputs()
        while not (reply and idle):
            for channel, patience in (
                (self.client.iopub_channel, 0.2),
                (self.client.shell_channel, 0),
            ):
                for k in range(100):
                    try:
                        message = channel.get_msg(timeout=0 if k else patience)
                    except queue.Empty:
                        break
                    except Exception:
                        continue  # not signed by our kernel, or not a message at all
                    if message["parent_header"].get("msg_id") != asked:
                        continue
                    if message["msg_type"] == "execute_reply":
                        reply = message["content"]
                    elif message["content"].get("execution_state") == "idle":
                        idle = True
                    else:
                        outputs.add(message["msg_type"], message["content"])
            now = time.monotonic()
            if now - looked > 0.5:
                looked = now
                if reply and not idle:
                    break  # the end of a flood of output may be lost
                if not self.manager.is_alive():
                    raise Lost(why or ENDED)
                if self._memory() > self.job["memory"] * 1e9:
                    raise Lost(MEMORY)
            if now > ends or (outputs.seen > flood and not why):
                if why:
                    raise Lost(why)
                why = STUCK if now > ends else FLOODED
                self.manager.interrupt_kernel()
                ends = now + PATIENCE
        if why:
            reply = {"status": "error", "ename": why, "evalue": "", "seconds": seconds}
        return reply, outputs.kept()

    def _memory(self):
        total = 0
        for process in self.family.children(recursive=True):
            try:
                total += process.memory_info().rss
            except psutil.Error:
                pass  # it has ended meanwhile
        return total


class Outputs:
    """What a cell prints and draws: text up to a length, pictures, nothing that can run."""

    def __init__(self):
        self.items, self.seen, self.text = [], 0, 0

    def add(self, kind, content):
        if kind == "stream":
            self._text(str(content.get("text", "")), content.get("name"))
        elif kind == "error":
            self._text(f"{content.get('ename')}: {content.get('evalue')}", "error")
            text = "\n".join(map(str, content.get("traceback") or []))
            if len(text) > 4000:  # a recursion; its end tells what happened
                text = f"{text[:1000]}\n...\n{text[-3000:]}"
            self._text(text, "traceback")
        elif kind in ("display_data", "execute_result"):
            data = content.get("data") or {}
            self.seen += sum(len(str(value)) for value in data.values())
            kind = next((kind for kind in SHOWN if kind in data), None)
            if kind == "text/plain":
                self._text(str(data[kind]), "text")
            elif kind and sum(len(data) for name, data in self.items if "/" in name) < PICTURES:
                self.items.append([kind, str(data[kind])])

    def _text(self, text, name):
        self.seen += len(text)
        text = text[: max(PRINTED - self.text, 0)]
        self.text += len(text)
        if self.items and self.items[-1][0] == name == "stdout":
            self.items[-1][1] += text
        elif text:
            self.items.append([name, text])

    def kept(self):
        """Return pairs of what it is and its text or base64 data; "cut" marks a loss."""
        return self.items + [["cut", ""]] * (self.text >= PRINTED)


class Notebook:
    """Runs all cells, again without those that kill Python, and then the hidden tests."""

    def __init__(self, job):
        self.job = job
        self.ends = time.monotonic() + job["time"]
        self.left_out = {None: ENDED}  # (cell, "visible" or "hidden") -> name of the error
        self.results, self.noticed, self.at = {}, [], None

    def grade(self):
        """Return what came out, ready for JSON."""
        over = False
        while True:
            kernel = Kernel(self.job)
            try:
                self._all(kernel)
                break
            except Lost as lost:
                if self.at in self.left_out:  # what ends Python is not this cell
                    self.noticed.append("Python ends again and again")
                    break
                self.left_out[self.at] = str(lost)
            except OutOfTime:
                over = True
                break
            finally:
                kernel.close()
        times = os.times()  # the kernels have ended: they count as children
        cpu = times.user + times.system + times.children_user + times.children_system
        return {"cells": self.results, "noticed": self.noticed, "over": over, "cpu": cpu}

    def _all(self, kernel):
        cells, tests = self.job["cells"], []
        for cell in cells:
            self.at, result = (cell["id"], "visible"), {"outputs": [], "error": None}
            test = cell["test"]
            if test:
                self._examine(kernel)
            reply, result["outputs"] = self._run(kernel, cell["source"], test)
            self._enter(result, reply, test)
            if test and result["passed"] and cell["hidden"]:
                kernel.ask(f"__import__('_grading').keep({cell['id']!r})")
                tests.append(cell)
            self.results[cell["id"]] = result
        self._examine(kernel)
        for cell in tests:
            self.at, result = (cell["id"], "hidden"), self.results[cell["id"]]
            kernel.ask(f"__import__('_grading').restore({cell['id']!r})")
            reply, _ = self._run(kernel, cell["hidden"], True)
            self._enter(result, reply, True)
            result["hidden"] = not result["passed"]
        self.at = None
        self._examine(kernel)

    def _run(self, kernel, source, test):
        """Run a cell, or say again why it is left out; a test must come to its very end."""
        if self.at in self.left_out:
            return {"status": "error", "ename": self.left_out[self.at], "evalue": ""}, []
        left = self.ends - time.monotonic()
        if left < 0:
            raise OutOfTime
        # A quarter of what is left: however many cells hang, the next one has its chance.
        seconds = min(self.job["cell_time"], max(left / 4, 1))
        token = os.urandom(8).hex()
        if test:
            source += f"\nraise __import__('builtins').Exception({token!r})"
        # A test may be flooded by a thread that an earlier cell has started.
        reply, outputs = kernel.run(source, seconds, math.inf if test else FLOOD)
        if test and reply.get("evalue") == token and reply.get("ename") == "Exception":
            reply = {"status": "passed"}
            ours = (k for k, item in enumerate(outputs) if token in item[1])
            outputs = outputs[: next(ours, None)]  # without our own exception
        return reply, outputs

    @staticmethod
    def _enter(result, reply, test):
        if test:
            result["passed"] = reply["status"] == "passed"
        if reply["status"] == "error":
            result["error"] = reply.get("ename", ENDED)
            result["message"] = str(reply.get("evalue", ""))[:2000]
            result["seconds"] = reply.get("seconds", 0)
        elif test and reply["status"] == "ok":
            result["error"], result["message"] = "NotRun", "did not run to its end"

    def _examine(self, kernel):
        try:
            found = json.loads(kernel.ask("__import__('_grading').examine()"))
        except (TypeError, ValueError):
            found = ["it disturbs the grading"]
        self.noticed += [line for line in map(str, found) if line not in self.noticed]


def sign(key, text):
    """Return the signature of a result."""
    return hmac.new(bytes.fromhex(key), text.encode(), "sha256").hexdigest()


def main():
    """Read a job from standard input, write what came out to standard output."""
    job = json.loads(sys.stdin.readline())
    pipe = os.dup(1)  # not inherited by children
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    harden()
    os.environ.update(job["own_environment"])
    try:
        result = Notebook(job).grade()
    except (RuntimeError, OSError) as error:
        result = {"failed": f"no Python could be started: {error}"}
    finally:
        end_processes(job["environment"][MARK])
    text = json.dumps(result)
    with os.fdopen(pipe, "w", encoding="ascii") as file:
        file.write(f"\n{sign(job['key'], text)} {text}\n")


if __name__ == "__main__":
    main()
