"""From a request to the parameters of an action: query string, form, multipart and JSON, in the contract's order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Request
from werkzeug.datastructures import MultiDict

from schemas.errors import Invalid
from web.api.errors import BadRequest

POST_PLEASE = "JSON Error: Invalid request. Please use POST method for your request"
DEEPEST = 60
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def decode(request: Request, reads: bool) -> dict[str, Any]:
    """Read the parameters; a query string wins over a body, and only reading actions may come by GET."""
    if request.method != "POST":
        if not reads:
            raise BadRequest(POST_PLEASE)
        return _clean(_flat(request.args))
    form = _form(request)
    if form:
        return _clean(form)
    if reads and len(request.args) > ("callback" in request.args):
        return _clean(_flat(request.args))
    return _clean(_body(request))


def _form(request: Request) -> dict[str, Any]:
    if request.mimetype not in FORMS:
        return {}
    if request.mimetype == FORMS[0]:
        raw = request.get_data(cache=True, parse_form_data=False)
        if raw.lstrip()[:1] == b"{":
            return _json(raw)
    values = _flat(request.form)
    if len(values) == 1 and not request.files:
        key, value = next(iter(values.items()))
        if value in ("", "1") and key.lstrip()[:1] == "{":
            return _json(key.encode())
    return values | {name: files[0] if len(files) == 1 else files for name, files in request.files.lists()}


def _body(request: Request) -> dict[str, Any]:
    raw = request.get_data(cache=False, parse_form_data=False)
    if not raw.strip():
        return {}
    if request.mimetype in FORMS:
        return {}
    if not request.is_json:
        raise BadRequest("JSON Error: Send JSON with the content type application/json", status=415)
    return _json(raw)


def _json(raw: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        shown = raw[:200].decode("utf-8", "replace")
        raise BadRequest(f"JSON Error: Error decoding JSON data. Error: {error} JSON data: {shown!r}") from None
    if not isinstance(value, dict):
        shown = str(value)[:200]
        raise BadRequest(f"JSON Error: Request data JSON decoded as {shown} but it needs to be a dictionary.")
    return value


def _flat(values: MultiDict[str, Any]) -> dict[str, Any]:
    return {key: many[0] if len(many) == 1 else many for key, many in values.lists()}


def _clean(data: dict[str, Any]) -> dict[str, Any]:
    data.pop("callback", None)
    _refuse_nulls(data)
    return data


def _refuse_nulls(data: Mapping[str, Any]) -> None:
    refusal = ["Null characters are not allowed"]
    bad = {key[:100].replace("\0", ""): refusal for key in data if _has_null(key, data[key])}
    if bad:
        raise Invalid(bad)


def _has_null(*values: Any) -> bool:
    level: list[Any] = list(values)
    for _ in range(DEEPEST):
        if any(isinstance(value, str) and "\0" in value for value in level):
            return True
        level = [inner for value in level for inner in _inside(value)]
        if not level:
            return False
    raise BadRequest(f"JSON Error: The data is nested more than {DEEPEST} levels deep.")


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else []
