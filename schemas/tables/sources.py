"""What a check is given: the file unpacked, within its limits, its encoding found, as a package of one table."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from schemas.errors import Invalid
from schemas.tables import delimited, encodings, inference, reading
from schemas.tables.archives import check_sizes
from schemas.text import Text

NAME = "table"

Document = dict[str, Any]

# What frictionless reads itself; every other format is read here and given to it as rows.
READ_BY_FRICTIONLESS = frozenset({"csv", "tsv", "xlsx", "xls", "json", "jsonl"})


@dataclass(frozen=True)
class Described:
    """A package of one table and the folder that its path starts from."""

    package: Document
    basepath: str
    doubts: tuple[Text, ...] = ()


@contextlib.contextmanager
def described(
    source: str | PathLike[str],
    schema: Mapping[str, Any] | None,
    *,
    dialect: Mapping[str, Any] | None = None,
    encoding: str | None = None,
    format: str | None = None,
    sheet: str | None = None,
    member: str | None = None,
) -> Iterator[Described]:
    """Describe a file for a check; raises Invalid when it cannot be read as a table, and says why and where."""
    path, folder = reading.located(source, member)
    try:
        yield _described(path, schema, dialect, encoding, format or reading.format_of(path), sheet)
    finally:
        if folder is not None:
            folder.cleanup()


def _described(
    path: Path,
    schema: Mapping[str, Any] | None,
    dialect: Mapping[str, Any] | None,
    encoding: str | None,
    format: str,
    sheet: str | None,
) -> Described:
    resource: Document = {"name": NAME, "type": "table"}
    doubts: tuple[Text, ...] = ()
    if format in ("csv", "tsv"):
        require_limits(path)
        known = encodings.declared(path, encoding) if encoding else encodings.detect(path)
        doubts = () if known.doubt is None else (known.doubt,)
        resource["encoding"] = known.name
    elif format == "xlsx":
        check_sizes(path)
    if schema is None:
        schema, dialect, found = _proposed(path, format, resource.get("encoding"), sheet, dialect)
        doubts += tuple(doubt for doubt in found if doubt not in doubts)
    if format in READ_BY_FRICTIONLESS:
        resource |= {"path": path.name, "format": format}
        given = dict(dialect or {})
        if sheet is not None:
            given["excel"] = {"sheet": sheet}
        if given:
            resource["dialect"] = _plain(given)
    else:
        resource |= {"data": _rows(path, format, sheet), "path": None}
        del resource["path"]
    resource["schema"] = _plain(schema)
    return Described({"name": NAME, "resources": [resource]}, str(path.parent), doubts)


def require_limits(path: Path) -> None:
    """Refuse a text file with a line or a header beyond what a check may hold in memory."""
    with path.open("rb") as file:
        head = file.readline(delimited.MAX_RECORD + 1)
        for mark in delimited.DELIMITERS:
            count = head.count(mark.encode()) + 1
            if count > delimited.MAX_COLUMNS:
                raise _refused(delimited.TOO_WIDE.format(line=1, count=count, limit=delimited.MAX_COLUMNS))
        if path.stat().st_size <= delimited.MAX_RECORD:
            return
        file.seek(0)
        line, length = 1, 0
        while chunk := file.read(1 << 20):
            ends = chunk.count(b"\n") or chunk.count(b"\r")
            length = len(chunk) if ends else length + len(chunk)
            line += ends
            if length > delimited.MAX_RECORD:
                raise _refused(delimited.TOO_LONG.format(line=line, limit=delimited.MAX_RECORD))


def _proposed(
    path: Path, format: str, encoding: str | None, sheet: str | None, dialect: Mapping[str, Any] | None
) -> tuple[Document, Document, tuple[Text, ...]]:
    """Propose the schema of a table that came without one, and the dialect that it was found with."""
    with reading.open_table(path, format=format, encoding=encoding, sheet=sheet) as table:
        schema = inference.infer_schema(table)
        found: Document = {}
        if format in ("csv", "tsv", "xlsx", "xls"):
            found = {"headerRows": list(table.header_rows)} if table.header_rows else {"header": False}
        if table.delimiter is not None:
            found["csv"] = {"delimiter": table.delimiter, "skipInitialSpace": False}
        if table.sheet is not None and format in ("xlsx", "xls"):
            found["excel"] = {"sheet": table.sheet}
        return schema, found | dict(dialect or {}), table.doubts


def _rows(path: Path, format: str, sheet: str | None) -> list[list[Any]]:
    with reading.open_table(path, format=format, sheet=sheet) as table:
        return [list(table.labels), *(cells for _, cells in table.rows())]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def _refused(message: Text) -> Invalid:
    return Invalid({"file": [message.en]}, message, code="source-error")
