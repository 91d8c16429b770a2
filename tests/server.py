"""A small file server on loopback with every fault that a download can meet."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
RAW = {  # answers that no http.server would give, in full
    "bad status": b"nonsense\r\n\r\n",
    "chunks cut": CHUNKED + b"64\r\n" + bytes(range(100)) + b"\r\n64\r\n" + bytes(range(100, 110)),
    "chunks garbled": CHUNKED + b"zz\r\n" + bytes(range(100)) + b"\r\n",
    "endless header": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70000 + b"\r\n\r\n",
    "hangs up": b"",
}


@contextlib.contextmanager
def serve(content, fault="", piece=2000, tls=None):
    """Serve `content` at an address; yields (address, list of the requests' Range headers).

    `fault` is one of `RAW`, or

    - "" (none), "404", "wrong" (other bytes), "chunks" (whole, without its length);
    - "cut" (each connection ends after `piece` bytes), "no range" (cut, and Range is not
      understood), "other range" (a part that was not asked for), "portal" (a short page instead);
    - "long" or "short" (Content-Length is wrong by 1000), "no length" (it is no number);
    - "stalls" (`piece` bytes, then silence), "silent" (no answer at all), "drips" (`piece` bytes
      every 20 ms);
    - "loop" (redirects to itself), "elsewhere" (redirects to a file of this computer).

    With `tls`, an ssl.SSLContext with a certificate, the address begins with https.
    """
    asked = []
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

        def do_GET(self):
            wanted = self.headers.get("Range")
            asked.append(wanted)
            with contextlib.suppress(ConnectionError):  # who asked may have given up
                self.answer(int(wanted[6:].split("-")[0]) if wanted else 0)

        def head(self, status, **headers):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()

        def answer(self, start):
            body = bytes(len(content)) if fault == "wrong" else content
            if fault == "404":
                return self.send_error(404)
            if fault == "silent":
                return over.wait(20)
            if fault in RAW:
                return self.wfile.write(RAW[fault])
            if fault == "loop":
                return self.head(302, Location="/file")
            if fault == "elsewhere":
                return self.head(302, Location="file:///etc/hosts")
            if fault == "portal":
                self.head(200, Content_Length="20")
                return self.wfile.write(b"please log in first!")
            if fault == "chunks":
                self.wfile.write(CHUNKED + f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n")
                return None
            start = 0 if fault == "no range" else start
            if start >= len(body):
                return self.send_error(416)
            length = len(body) - start + {"long": 1000, "short": -1000}.get(fault, 0)
            headers = {"Content_Length": "many" if fault == "no length" else str(length)}
            if start:
                first = start + 1 if fault == "other range" else start
                headers["Content_Range"] = f"bytes {first}-{len(body) - 1}/{len(body)}"
            self.head(206 if start else 200, **headers)
            if fault == "drips":
                for begin in range(start, len(body), piece):
                    self.wfile.write(body[begin : begin + piece])
                    if over.wait(0.02):
                        return None
                return None
            cut = fault in ("cut", "no range", "stalls")
            self.wfile.write(body[start : start + piece] if cut else body[start:])
            return over.wait(20) if fault == "stalls" else None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *arguments: None  # who asked may have hung up in the handshake
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}/file", asked
    finally:
        over.set()
        server.shutdown()
        server.server_close()
