"""A stand-in for departments' systems on the loopback address: static files, and CKAN's reading API with paging.

It serves the sample departments of the demonstration, and recorded catalogues for tests and benchmarks:
`python -m harvester.standin FOLDER --port 5001`.
"""

from __future__ import annotations

import argparse
import hashlib
import mimetypes
import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import orjson

WRITTEN = b"http://127.0.0.1:5001"
MOST_ROWS = 1000
PATIENCE = 20


class StandIn:
    """What is served: folders under prefixes, and CKAN sites made of package dicts (as JSON bytes) by id.

    With `earlier`, a file that also lies in the folder `earlier` of its department is served from there.
    """

    def __init__(self) -> None:
        self.folders: dict[str, Path] = {}
        self.sites: dict[str, Sequence[bytes]] = {}
        self.address = ""
        self.earlier = False

    def answer(self, target: str, headers: Mapping[str, str]) -> tuple[int, bytes, dict[str, str]]:
        """Answer a GET: status, body, headers."""
        parts = urlsplit(target)
        path = unquote(parts.path)
        for prefix, packages in self.sites.items():
            if path.startswith(f"{prefix}/api/"):
                return self._action(path.rsplit("/", 1)[-1], parse_qs(parts.query), packages)
        for prefix, folder in self.folders.items():
            file = self._found(folder, path.removeprefix(prefix).lstrip("/"))
            if path.startswith(prefix) and file.is_file() and folder.resolve() in file.parents:
                return self._file(file, headers)
        return 404, b"Not found", {"Content-Type": "text/plain"}

    def _found(self, folder: Path, path: str) -> Path:
        department, _, rest = path.partition("/")
        former = (folder / department / "earlier" / rest).resolve()
        return former if self.earlier and former.is_file() else (folder / path).resolve()

    def _file(self, file: Path, headers: Mapping[str, str]) -> tuple[int, bytes, dict[str, str]]:
        content = file.read_bytes()
        if file.suffix in (".json", ".ttl", ".jsonl"):
            content = self._here(content)
        tag = f'"{hashlib.sha256(content).hexdigest()[:20]}"'
        if headers.get("if-none-match") == tag:
            return 304, b"", {"ETag": tag}
        kind = (
            "text/turtle" if file.suffix == ".ttl" else mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        )
        return 200, content, {"Content-Type": kind, "ETag": tag}

    def _here(self, content: bytes) -> bytes:
        """Let the addresses inside a catalogue lead to where it is served now."""
        return content.replace(WRITTEN, self.address.encode())

    def _action(
        self, action: str, query: dict[str, list[str]], packages: Sequence[bytes]
    ) -> tuple[int, bytes, dict[str, str]]:
        found = _ACTIONS.get(action)
        result = found(query, packages) if found else None
        if result is None:
            body = b'{"success": false, "error": {"__type": "Not Found Error", "message": "Not found"}}'
            return 404, body, {"Content-Type": "application/json"}
        return 200, self._here(b'{"success":true,"result":' + result + b"}"), {"Content-Type": "application/json"}


def _search(query: dict[str, list[str]], packages: Sequence[bytes]) -> bytes:
    start, rows = int(query.get("start", ["0"])[0]), min(MOST_ROWS, int(query.get("rows", ["10"])[0]))
    page = b",".join(packages[start : start + rows])
    return b'{"count":%d,"sort":"id asc","facets":{},"search_facets":{},"results":[%s]}' % (len(packages), page)


def _show(query: dict[str, list[str]], packages: Sequence[bytes]) -> bytes | None:
    wanted = query.get("id", [""])[0]
    return next((p for p in packages if wanted and wanted in (_read(p)["id"], _read(p)["name"])), None)


def _list(query: dict[str, list[str]], packages: Sequence[bytes]) -> bytes:
    return orjson.dumps(sorted(_read(package)["name"] for package in packages))


def _status(query: dict[str, list[str]], packages: Sequence[bytes]) -> bytes:
    return b'{"ckan_version":"2.11.0","site_title":"Stand-in"}'


def _read(package: bytes) -> dict[str, Any]:
    read: dict[str, Any] = orjson.loads(package)
    return read


_ACTIONS = {"package_search": _search, "package_show": _show, "package_list": _list, "status_show": _status}


def departments(folder: Path) -> StandIn:
    """Stand in for the sample departments of a folder: its files, and a CKAN wherever there is a packages.json."""
    told = StandIn()
    for listing in sorted(folder.glob("*/packages.json")):
        packages = sorted(orjson.loads(listing.read_bytes()), key=lambda package: str(package["id"]))
        told.sites[f"/{listing.parent.name}"] = [orjson.dumps(package) for package in packages]
    told.folders["/"] = folder
    return told


@contextmanager
def serving(told: StandIn, port: int = 0) -> Iterator[str]:
    """Serve on the loopback address until the block ends, on a free port if this one is taken; yield the address."""
    server = _bound(told, port)
    server.daemon_threads = True
    server.block_on_close = False
    told.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    owner = os.getpid()
    try:
        yield told.address
    finally:
        if os.getpid() == owner:  # a forked process has no such thread to wait for
            server.shutdown()
        server.server_close()


def _bound(told: StandIn, port: int) -> ThreadingHTTPServer:
    """Bind the port, once a server that is just ending has let go of it; another one where it stays taken."""
    for _ in range(PATIENCE):
        try:
            return ThreadingHTTPServer(("127.0.0.1", port), _handler(told))
        except OSError:
            time.sleep(0.5)
    return ThreadingHTTPServer(("127.0.0.1", 0), _handler(told))


def _handler(told: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: object) -> None:
            """Stay quiet."""

        def do_GET(self) -> None:
            """Answer a request."""
            try:
                status, body, headers = told.answer(self.path, {k.lower(): v for k, v in self.headers.items()})
            except (ValueError, OSError):
                status, body, headers = 400, b"Bad request", {"Content-Type": "text/plain"}
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


def main() -> None:
    """Serve a folder of sample departments until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=5001)
    options = parser.parse_args()
    with serving(departments(options.folder), options.port):
        threading.Event().wait()


if __name__ == "__main__":
    main()
