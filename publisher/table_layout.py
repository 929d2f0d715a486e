"""How one version of a table is kept: Parquet segments, oldest first, of which each may hide rows of earlier ones."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from publisher.table_columns import ID, Column, quoted
from publisher.table_engine import TableEngine


class Segment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One immutable Parquet file of rows.

    `hides` is the key of a Parquet file of `_id`s whose rows in earlier segments no longer count (replaced here or
    deleted). `physical` maps the columns that the file has to the DuckDB types they were written for. `last` is the
    highest `_id` in the file.
    """

    key: str
    rows: int
    bytes: int
    last: int
    physical: dict[str, str]
    hides: str = ""
    hidden: int = 0


class Layout(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The columns and the primary key of a version, and the segments whose union it is."""

    columns: tuple[Column, ...] = ()
    key: tuple[str, ...] = ()
    segments: tuple[Segment, ...] = ()
    schema: dict[str, Any] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Answer the names of the columns, without `_id`."""
        return tuple(column.name for column in self.columns)

    @property
    def hash(self) -> str:
        """Answer what this version is made of, as one hash: the same for the same rows and columns."""
        parts: list[Any] = [(s.key, s.hides) for s in self.segments]
        return hashlib.sha256(msgspec.json.encode([parts, self.columns, self.key])).hexdigest()

    @property
    def counted(self) -> bool:
        """Tell whether the rows are numbered from 1 without a gap, so that an offset is a range of `_id`."""
        return not any(s.hides for s in self.segments) and (
            max((s.last for s in self.segments), default=0) == sum(s.rows for s in self.segments)
        )

    def column(self, name: str) -> Column | None:
        """Answer the column of a name, or None."""
        return next((column for column in self.columns if column.name == name), None)


def encode(layout: Layout) -> dict[str, Any]:
    """Turn a layout into plain JSON types."""
    document: dict[str, Any] = msgspec.to_builtins(layout)
    return document


def decode(document: dict[str, Any]) -> Layout:
    """Read a layout that `encode` wrote."""
    return msgspec.convert(document, Layout)


def source(engine: TableEngine, layout: Layout) -> str:
    """Answer the SQL of a parenthesised SELECT of `_id` and the columns of a version."""
    parts = [_part(engine, layout, at) for at, segment in enumerate(layout.segments) if segment.key]
    if not parts:
        return f"(SELECT {_columns(layout.columns, {})} FROM (SELECT NULL::BIGINT AS {ID}) WHERE false)"
    return "(" + " UNION ALL ".join(parts) + ")"


def relation(engine: TableEngine, layout: Layout, rows: int) -> str:
    """Answer the SQL to read a version of so many rows from: its files, or a copy in memory while it is in demand."""
    return engine.hot.source(layout.hash, lambda: source(engine, layout), rows * (len(layout.columns) + 1))


def _part(engine: TableEngine, layout: Layout, at: int) -> str:
    segment = layout.segments[at]
    sql = f"SELECT {_columns(layout.columns, segment.physical)} FROM {engine.source(segment.key)}"
    later = [s.hides for s in layout.segments[at + 1 :] if s.hides]
    if not later:
        return sql
    hidden = " UNION ALL ".join(f"SELECT {ID} FROM {engine.source(key)}" for key in later)
    return f"{sql} WHERE {ID} NOT IN ({hidden})"


def _columns(columns: Sequence[Column], physical: dict[str, str]) -> str:
    return ", ".join((ID, *(_read(column, physical.get(column.name)) for column in columns)))


def _read(column: Column, kept: str | None) -> str:
    name = quoted(column.name)
    if kept == column.physical:
        return name
    return f"CAST({'NULL' if kept is None else name} AS {column.physical}) AS {name}"
