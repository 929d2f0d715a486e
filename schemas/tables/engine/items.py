"""The rows of JSON, JSON Lines and XLSX files as frictionless yields them, header included."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson

from schemas.tables.engine import reread
from schemas.tables.engine.fallback import Fallback
from schemas.tables.engine.plan import Plan
from schemas.tables.engine.sheets import sheet_rows

LARGEST = 1 << 28

Finish = Callable[[bool], tuple[int, tuple[str, str] | None]]

_LONG_NUMBER = re.compile(rb"[0-9]{17}")


class Inexact(Exception):
    """There is an error, or a number that the quick parser rounds: read the file again as it is written."""


def rows_of(plan: Plan, exact: bool) -> tuple[Iterator[Sequence[Any]], Finish]:
    """Answer the rows of a file, and what to call at their end: it answers the bytes read and their hashes."""
    if plan.format == "xlsx":
        return sheet_rows(plan)
    if plan.size > LARGEST or plan.encoding not in ("utf-8", "utf-8-sig"):
        raise Fallback("typed-source")
    control = next((c for c in plan.resource.dialect.controls if c.type == "json"), None)
    if control is not None and (control.property is not None or control.keys is not None):
        raise Fallback("typed-source", "a control of the JSON")
    data = Path(plan.path).read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        if plan.format == "jsonl":
            return _cells(_lines(data)), lambda clean: (plan.size, reread.digests(plan.path))
        return _cells(_array(data, exact)), _finish_array
    except ValueError as error:
        raise Fallback("typed-source", str(error)) from error


def _finish_array(clean: bool) -> tuple[int, tuple[str, str] | None]:
    if not clean:
        raise Inexact
    return 0, None


def _lines(data: bytes) -> list[Any]:
    """Parse one value a line with the parser that frictionless' own reader of such files uses."""
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return [orjson.loads(line) for line in lines]


def _array(data: bytes, exact: bool) -> list[Any]:
    if exact:
        found = json.loads(data, parse_float=Decimal, parse_constant=_refuse)
    else:
        if _LONG_NUMBER.search(data):
            raise Inexact
        found = orjson.loads(data)
    if not isinstance(found, list):
        raise ValueError("no list")
    return found


def _refuse(text: str) -> Any:
    raise ValueError(text)


def _cells(items: list[Any]) -> Iterator[Sequence[Any]]:
    if not items:
        return iter(())
    kind = type(items[0])
    if kind not in (dict, list) or any(type(item) is not kind for item in items):
        raise ValueError("rows of several kinds")
    return iter(items) if kind is list else _records(items)


def _records(items: list[dict[str, Any]]) -> Iterator[Sequence[Any]]:
    names = list(items[0])
    yield names
    width = len(names)
    for item in items:
        # Most records have the same names in the same order.
        yield list(item.values()) if len(item) == width and list(item) == names else [item.get(name) for name in names]
