"""A department's server on the loopback address that answers what a test tells it to, faults included."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Answer:
    """One answer: status, body and headers; `cut` sends only so many bytes, `stall` seconds pass before the body."""

    def __init__(
        self,
        body: bytes | str = b"",
        status: int = 200,
        headers: dict[str, str] | None = None,
        *,
        cut: int | None = None,
        stall: float = 0.0,
        chunked: bool = False,
    ) -> None:
        self.body = body.encode() if isinstance(body, str) else body
        self.status = status
        self.headers = {"Content-Type": "application/json", **(headers or {})}
        self.cut = cut
        self.stall = stall
        self.chunked = chunked


Script = Answer | list[Answer] | Callable[[str, dict[str, str]], Answer]


class Department:
    """Answers by path; a list of answers is given one by one, the last for ever; `asked` lists the requests."""

    def __init__(self) -> None:
        self.answers: dict[str, Script] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.bodies: list[bytes] = []
        self.address = ""

    def url(self, path: str) -> str:
        return self.address + path

    def answer(self, path: str, headers: dict[str, str]) -> Answer:
        self.asked.append((path, headers))
        script = self.answers.get(path) or self.answers.get(urlsplit(path).path) or Answer("{}", 404)
        if isinstance(script, list):
            return script.pop(0) if len(script) > 1 else script[0]
        return script if isinstance(script, Answer) else script(path, headers)


def _handler(department: Department) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_POST(self) -> None:
            department.bodies.append(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            self.do_GET()

        def do_GET(self) -> None:
            answer = department.answer(self.path, {k.lower(): v for k, v in self.headers.items()})
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.chunked:
                self.send_header("Transfer-Encoding", "chunked")
            elif answer.status != 304:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if answer.stall:
                self.wfile.flush()
                time.sleep(answer.stall)
            try:
                self._send(answer)
            except OSError:
                self.close_connection = True

        def _send(self, answer: Answer) -> None:
            if answer.cut is not None:
                self.wfile.write(answer.body[: answer.cut])
                self.close_connection = True
            elif answer.chunked:
                for start in range(0, len(answer.body), 1000):
                    piece = answer.body[start : start + 1000]
                    self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                self.wfile.write(b"0\r\n\r\n")
            else:
                self.wfile.write(answer.body)

    return Handler


@contextmanager
def department() -> Iterator[Department]:
    """Serve a department until the block ends."""
    told = Department()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(told))
    server.daemon_threads = True
    server.block_on_close = False
    told.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
