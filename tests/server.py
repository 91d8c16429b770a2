"""A small file server on loopback with every fault that a download can meet."""

import contextlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextlib.contextmanager
def serve(content, fault="", piece=2000):
    """Serve `content` at an address; yields (address, list of the requests' Range headers).

    `fault` is one of "" (none), "404", "wrong" (other bytes), "cut" (each connection ends after
    `piece` bytes), "no-range" (cut, and Range is not understood), "stalls" (an answer, then
    silence), "silent" (no answer at all).
    """
    asked = []
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

        def do_GET(self):
            wanted = self.headers.get("Range")
            asked.append(wanted)
            body = content if fault != "wrong" else bytes(len(content))
            if fault == "404":
                self.send_error(404)
                return
            if fault == "silent":
                over.wait(5)
                return
            start = int(wanted[6:].split("-")[0]) if wanted and fault != "no-range" else 0
            if start >= len(body):
                self.send_error(416)
                return
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            cut = fault in ("cut", "no-range", "stalls")
            self.wfile.write(body[start : start + piece] if cut else body[start:])
            if fault == "stalls":
                self.wfile.flush()
                over.wait(5)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/file", asked
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        time.sleep(0)
