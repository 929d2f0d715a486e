"""How answers look on the wire: envelope, bare strings, JSONP and the headers that open reads to other sites."""

from __future__ import annotations

import html
from typing import Any

import orjson
from flask import Request, Response

JSON = "application/json;charset=utf-8"
JAVASCRIPT = "application/javascript;charset=utf-8"
OPEN_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, X-CKAN-API-Key",
    "Access-Control-Max-Age": "86400",
}


def success(help_url: str, result: Any, **more: Any) -> bytes:
    """Write the envelope of an answer; `orjson.Fragment` takes part of the result that is already written."""
    return orjson.dumps({"help": help_url, "success": True, "result": result, **more}, default=_plain)


def failure(help_url: str, error: dict[str, Any]) -> bytes:
    """Write the envelope of a refusal."""
    return orjson.dumps({"help": help_url, "success": False, "error": error}, default=_plain)


def bare(value: Any) -> bytes:
    """Write a value without an envelope."""
    return orjson.dumps(value, default=_plain)


def response(body: bytes, status: int = 200) -> Response:
    """Make a JSON response that no cache keeps."""
    answer = Response(body, status=status, content_type=JSON)
    answer.headers["Cache-Control"] = "no-cache, private"
    return answer


def wrapped(answer: Response, request: Request) -> Response:
    """Turn an answer of 200 to a GET with `callback` into JSONP."""
    callback = request.args.get("callback")
    if callback is None or request.method != "GET" or answer.status_code != 200:
        return answer
    answer.set_data(html.escape(callback).encode() + b"(" + answer.get_data() + b");")
    answer.headers["Content-Type"] = JAVASCRIPT
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def opened(answer: Response) -> Response:
    """Let scripts of other sites read the answer."""
    answer.headers.update(OPEN_HEADERS)
    return answer


def _plain(value: Any) -> Any:
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
