"""From what requests, urllib3 and sockets raise, and from statuses, to the faults that a department understands."""

from __future__ import annotations

import email.utils
import socket
import ssl
import time
from collections.abc import Iterator

import requests
from urllib3.exceptions import (
    ConnectTimeoutError,
    DecodeError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
)

from harvester.faults import Fetching

_STATUS_CODES = {401: "unauthorized", 403: "forbidden", 404: "not-found", 410: "not-found", 429: "too-many-requests"}


def refusal(response: requests.Response, url: str) -> Fetching:
    """Name the fault that a status of 300 and more means, with the wait that the server asks for."""
    status = response.status_code
    code = _STATUS_CODES.get(status) or ("server-error" if status >= 500 else "request-refused")
    wait = _retry_after(response.headers.get("Retry-After", ""))
    detail = f"HTTP {status}" if wait is None else f"HTTP {status}, Retry-After {wait:.0f} s"
    return Fetching(code, url, detail, wait=wait)


def _retry_after(text: str) -> float | None:
    if text.strip().isdigit():
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return max(0.0, moment.timestamp() - time.time())


def fault_of(error: Exception, url: str, connect: float, read: float, *, receiving: bool = False) -> Fetching:
    """Name the first known cause in the chain of an exception of requests, urllib3 or the socket."""
    chain = list(_causes(error))
    for kinds, code, detail in _CAUSES:
        if any(isinstance(cause, kinds) for cause in chain):
            return Fetching(code, url, detail.format(connect=connect, read=read, error=_short(chain)))
    return Fetching("truncated" if receiving else "unreachable", url, _short(chain))


_CAUSES: tuple[tuple[tuple[type[BaseException], ...], str, str], ...] = (
    ((requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, UnicodeError), "bad-address", "{error}"),
    ((NameResolutionError, socket.gaierror), "host-unknown", "{error}"),
    ((requests.exceptions.SSLError, ssl.SSLError), "certificate", "{error}"),
    ((DecodeError,), "damaged-compression", "{error}"),
    ((NewConnectionError,), "unreachable", "{error}"),
    ((ConnectTimeoutError, requests.ConnectTimeout), "timed-out", "{connect:g} s"),
    ((ReadTimeoutError, requests.ReadTimeout, TimeoutError), "timed-out", "{read:g} s"),
)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        cause = waiting.pop(0)
        if isinstance(cause, BaseException) and cause not in seen:
            seen.append(cause)
            waiting += [*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__]
    return iter(seen)


def _short(chain: list[BaseException]) -> str:
    last = next((c for c in reversed(chain) if isinstance(c, OSError) and c.strerror), chain[-1])
    text = str(getattr(last, "strerror", "") or last) or type(last).__name__
    return text if len(text) <= 160 else text[:157] + "..."
