"""JSON, JSON Lines and GeoJSON as tables: a list of records, one record a line, or the features' properties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from schemas.errors import Invalid
from schemas.text import Text

MAX_BYTES = 512 << 20

TOO_LARGE = Text(
    zh="JSON 文件超过 {limit} 字节，请改用 JSON Lines 或 CSV。",
    en="The JSON file is larger than {limit} bytes; use JSON Lines or CSV.",
)
BROKEN = Text(
    zh="不是有效的 JSON：第 {line} 行（字节 {byte}）：{why}。",
    en="It is not valid JSON: line {line} (byte {byte}): {why}.",
)
NO_RECORDS = Text(zh="JSON 里没有记录的列表。", en="The JSON holds no list of records.")


def load(path: Path) -> list[Any]:
    """Read the records of a JSON document: a list, the one list of an object, or GeoJSON features."""
    if path.stat().st_size > MAX_BYTES:
        raise _refused(TOO_LARGE.format(limit=MAX_BYTES))
    document = _parsed(path.read_bytes(), 1, 0)
    if isinstance(document, dict):
        if document.get("type") == "FeatureCollection" and isinstance(document.get("features"), list):
            return [_feature(item) for item in document["features"]]
        document = _only_list(document)
    if not isinstance(document, list) or not all(isinstance(item, (dict, list)) for item in document):
        raise _refused(NO_RECORDS)
    return document


def load_lines(path: Path) -> list[Any]:
    """Read one record a line; blank lines are passed over."""
    records, offset = [], 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                records.append(_parsed(line.removeprefix(b"\xef\xbb\xbf"), number, offset))
            offset += len(line)
    if not all(isinstance(item, (dict, list)) for item in records):
        raise _refused(NO_RECORDS)
    return records


def table(records: Sequence[Any]) -> tuple[tuple[str, ...], Iterator[list[Any]]]:
    """Answer the labels of records, in the order first seen, and their rows."""
    if records and isinstance(records[0], list):
        return tuple(str(cell).strip() for cell in records[0]), (list(record) for record in records[1:])
    names: dict[str, None] = {}
    for record in records:
        if isinstance(record, Mapping):
            names.update(dict.fromkeys(record))
    return tuple(names), ([record.get(name) for name in names] for record in records if isinstance(record, Mapping))


def _feature(item: Any) -> dict[str, Any]:
    properties = item.get("properties") if isinstance(item, dict) else None
    known = {"id": item["id"]} if isinstance(item, dict) and "id" in item else {}
    geometry = item.get("geometry") if isinstance(item, dict) else None
    return known | (properties if isinstance(properties, dict) else {}) | {"geometry": geometry}


def _only_list(document: dict[str, Any]) -> Any:
    lists = [value for value in document.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
    if len(lists) != 1:
        raise _refused(NO_RECORDS)
    return lists[0]


def _parsed(data: bytes, line: int, offset: int) -> Any:
    try:
        return orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        at = line + error.lineno - 1
        raise _refused(BROKEN.format(line=at, byte=offset + error.pos, why=error.msg)) from error


def _refused(message: Text) -> Invalid:
    return Invalid({"file": [message.en]}, message, code="source-error")
