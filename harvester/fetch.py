"""The only way out: one guarded HTTP client with limits, retries and conditional requests; local files where allowed.

Every answer lands in a file (small ones in memory), so that no download is larger in memory than a few MiB.
"""

from __future__ import annotations

import hashlib
import mmap
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any
from urllib.parse import urljoin, urlsplit

import msgspec
import requests
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.exceptions import HTTPError

from harvester.faults import Fetching, host_of
from harvester.guard import Allowed, GuardedAdapter, local_path
from harvester.refusals import fault_of, refusal

USER_AGENT = "Gongkai/0.1 (open data harvester)"
CHUNK = 64 * 1024
IN_MEMORY = 8 * 1024 * 1024
LONGEST_WAIT = 120.0
REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of one request: seconds to connect, between bytes and in all; bytes on the wire and decoded."""

    connect: float = 10.0
    read: float = 60.0
    wall: float = 900.0
    wire: int = 512 * 1024 * 1024
    decoded: int = 1024 * 1024 * 1024
    redirects: int = 5
    attempts: int = 4
    delay: float = 0.0


class Freshness(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the last answer said of itself, to ask whether it changed since."""

    etag: str = ""
    modified: str = ""

    def headers(self) -> dict[str, str]:
        """Answer the conditional request headers."""
        pairs = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in pairs.items() if value}


class Fetched(msgspec.Struct, kw_only=True):
    """An answer: where it came from, what it says of itself, and its bytes; `unchanged` means 304 and no bytes."""

    url: str
    content_type: str = ""
    freshness: Freshness = Freshness()
    links: dict[str, str] = {}
    size: int = 0
    sha256: str = ""
    unchanged: bool = False
    file: Any = None

    def read(self) -> bytes:
        """Answer all bytes."""
        self.file.seek(0)
        content: bytes = self.file.read()
        return content

    def buffer(self) -> bytes | mmap.mmap:
        """Answer the bytes, mapped from disk where they are many."""
        if self.size <= IN_MEMORY:
            return self.read()
        return mmap.mmap(self.file.fileno(), 0, access=mmap.ACCESS_READ)

    def __enter__(self) -> Fetched:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Drop the bytes."""
        if self.file is not None:
            self.file.close()


def _nothing() -> None:
    """Do nothing between two steps."""


class Fetcher:
    """Fetches for one run; `pulse`, set by whoever runs it, is called between steps and may raise to stop."""

    def __init__(
        self,
        allowed: Allowed | None = None,
        limits: Limits | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.allowed = allowed or Allowed()
        self.limits = limits or Limits()
        self._headers = dict(headers or {})
        self.pulse = _nothing
        self._sleep = sleep
        self._last: dict[str, float] = {}
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.mount("http://", GuardedAdapter(self.allowed, secure=False))
        self._session.mount("https://", GuardedAdapter(self.allowed, secure=True))

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        accept: str = "*/*",
        headers: Mapping[str, str] | None = None,
        fresh: Freshness | None = None,
    ) -> Fetched:
        """Fetch an address; transient faults are tried again, the last one is raised as Fetching."""
        path = local_path(url)
        if path is not None:
            return self._local(path.expanduser())
        asked = {"Accept": accept, **self._headers, **(headers or {}), **(fresh or Freshness()).headers()}
        for attempt in range(1, self.limits.attempts + 1):
            try:
                return self._once(_with(url, params), asked)
            except Fetching as fault:
                wait = fault.wait if fault.wait is not None else 0.5 * 2 ** (attempt - 1)
                if not fault.transient or attempt == self.limits.attempts or wait > LONGEST_WAIT:
                    raise
                self._pause(wait)
        raise AssertionError("attempts is at least 1")

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Send a body to an address; transient faults are tried again, redirects are not followed. Raises Fetching."""
        for attempt in range(1, self.limits.attempts + 1):
            try:
                return self._post_once(url, body, headers)
            except Fetching as fault:
                if not fault.transient or attempt == self.limits.attempts:
                    raise
                self._pause(fault.wait if fault.wait is not None and fault.wait < LONGEST_WAIT else attempt)
        return None

    def _post_once(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        _check_address(url)
        sent = {"User-Agent": USER_AGENT, **headers}
        timeout = (self.limits.connect, self.limits.read)
        try:
            with self._session.post(
                url, data=body, headers=sent, timeout=timeout, stream=True, allow_redirects=False
            ) as response:
                if response.status_code >= 300:
                    raise refusal(response, url)
        except InvalidIPAddress as error:
            raise Fetching("address-refused", url) from error
        except (requests.RequestException, HTTPError, OSError, UnicodeError) as error:
            raise fault_of(error, url, self.limits.connect, self.limits.read) from error

    def _local(self, path: Path) -> Fetched:
        real = self.allowed.folder(path)
        size = real.stat().st_size
        if size > self.limits.decoded:
            raise Fetching("too-large", str(path), _mebibytes(self.limits.decoded))
        file = real.open("rb")
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Fetched(url=real.as_uri(), size=size, sha256=digest, file=file)

    def _once(self, url: str, headers: dict[str, str]) -> Fetched:
        started = time.monotonic()
        first = url
        for hop in range(self.limits.redirects + 1):
            response = self._send(url, headers, redirected=hop > 0, first=first)
            if response.status_code not in REDIRECTS or "Location" not in response.headers:
                with response:
                    return self._answer(response, url, started)
            response.close()
            target = urljoin(url, response.headers["Location"])
            if urlsplit(target).scheme not in ("http", "https"):
                raise Fetching("redirect-refused", first, target)
            if host_of(target) != host_of(url):
                headers = {k: v for k, v in headers.items() if k.lower() not in ("authorization", "x-ckan-api-key")}
            url = target
        raise Fetching("too-many-redirects", first)

    def _send(self, url: str, headers: dict[str, str], *, redirected: bool, first: str) -> requests.Response:
        _check_address(url)
        self.pulse()
        self._polite(host_of(url))
        timeout = (self.limits.connect, self.limits.read)
        sent = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate", **headers}
        try:
            return self._session.get(url, headers=sent, timeout=timeout, stream=True, allow_redirects=False)
        except InvalidIPAddress as error:
            raise (
                Fetching("redirect-refused", first, url) if redirected else Fetching("address-refused", url)
            ) from error
        except (requests.RequestException, HTTPError, OSError, UnicodeError) as error:
            raise fault_of(error, url, self.limits.connect, self.limits.read) from error

    def _answer(self, response: requests.Response, url: str, started: float) -> Fetched:
        if response.status_code == 304:
            return Fetched(url=url, unchanged=True, freshness=_freshness(response))
        if response.status_code >= 300:
            raise refusal(response, url)
        file: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the answer owns and closes it
        try:
            size, digest = self._copy(response, url, file, started)
        except BaseException:
            file.close()
            raise
        return Fetched(
            url=url,
            content_type=response.headers.get("Content-Type", ""),
            freshness=_freshness(response),
            links={rel: urljoin(url, link["url"]) for rel, link in response.links.items() if "url" in link},
            size=size,
            sha256=digest,
            file=file,
        )

    def _copy(self, response: requests.Response, url: str, file: IO[bytes], started: float) -> tuple[int, str]:
        limits, raw, size, digest = self.limits, response.raw, 0, hashlib.sha256()
        if int(response.headers.get("Content-Length") or 0) > limits.wire:
            raise Fetching("too-large", url, _mebibytes(limits.wire))
        try:
            while chunk := raw.read1(CHUNK, decode_content=True):
                size += len(chunk)
                if size > limits.decoded or raw.tell() > limits.wire:
                    raise Fetching("too-large", url, _mebibytes(min(limits.decoded, limits.wire)))
                if time.monotonic() - started > limits.wall:
                    raise Fetching("too-slow", url, f"{limits.wall:g} s")
                digest.update(chunk)
                file.write(chunk)
                self.pulse()
        except (HTTPError, OSError) as error:
            raise fault_of(error, url, limits.connect, limits.read, receiving=True) from error
        return size, digest.hexdigest()

    def _polite(self, host: str) -> None:
        if self.limits.delay:
            due = self._last.get(host, 0.0) + self.limits.delay
            self._pause(max(0.0, due - time.monotonic()))
            self._last[host] = time.monotonic()

    def _pause(self, seconds: float) -> None:
        while seconds > 0:
            self.pulse()
            self._sleep(min(seconds, 1.0))
            seconds -= 1.0


def _with(url: str, params: Mapping[str, Any] | None) -> str:
    if not params:
        return url
    prepared = requests.Request("GET", url, params=dict(params)).prepare()
    return str(prepared.url)


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise Fetching("bad-address", url, f"scheme {parts.scheme or '-'}")
    if not parts.hostname:
        raise Fetching("bad-address", url, "no host")


def _freshness(response: requests.Response) -> Freshness:
    return Freshness(etag=response.headers.get("ETag", ""), modified=response.headers.get("Last-Modified", ""))


def _mebibytes(size: int) -> str:
    return f"{size / 1024 / 1024:.0f} MiB"
