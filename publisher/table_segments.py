"""Segments of edited tables: new rows and hidden rows as small Parquet files, merged before they become many."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from publisher.files import FileStore, StoredFile
from publisher.table_columns import DIGITS, ID, PHYSICAL, Column, arrow_schema
from publisher.table_engine import TableEngine
from publisher.table_layout import Layout, Segment, source

MOST_SEGMENTS = 12
HIDDEN_SHARE = 0.25
GROUP_ROWS = 100_000

Row = Mapping[str, Any]


def widened(columns: Sequence[Column], rows: Sequence[Row]) -> tuple[Column, ...]:
    """Answer the columns with decimals as wide as these rows need; beyond 38 digits they are kept as floats."""
    return tuple(_widened(column, rows) if column.type == "decimal" else column for column in columns)


def write(
    files: FileStore, engine: TableEngine, columns: Sequence[Column], rows: Sequence[Row], hidden: Iterable[int] = ()
) -> Segment:
    """Keep rows (each with its `_id`) in a new segment that hides the rows of these `_id`s in earlier ones."""
    schema = arrow_schema(columns)
    gone = sorted(hidden)
    hides = _keep(files, engine, [pa.table({ID: pa.array(gone, pa.int64())})]) if gone else None
    if not rows:
        return Segment(key="", rows=0, bytes=0, last=0, physical={}, hides=hides.key if hides else "", hidden=len(gone))
    ordered = sorted(rows, key=lambda row: int(row[ID]))
    arrays = [pa.array([_fit(row.get(field.name), field.type) for row in ordered], field.type) for field in schema]
    stored = _keep(files, engine, [pa.Table.from_arrays(arrays, schema=schema)])
    return Segment(
        key=stored.key,
        rows=len(ordered),
        bytes=stored.bytes,
        last=int(ordered[-1][ID]),
        physical={column.name: column.physical for column in columns},
        hides=hides.key if hides else "",
        hidden=len(gone),
    )


def added(files: FileStore, engine: TableEngine, layout: Layout, segment: Segment) -> Layout:
    """Answer the layout with one more segment, its newest segments merged when there are many."""
    whole = msgspec.structs.replace(layout, segments=(*layout.segments, segment))
    kept = sum(s.rows for s in whole.segments)
    if len(whole.segments) > 1 and sum(s.hidden for s in whole.segments) > max(1000, kept * HIDDEN_SHARE):
        return merged(files, engine, whole, 0)
    return merged(files, engine, whole, _start(whole)) if len(whole.segments) > MOST_SEGMENTS else whole


def merged(files: FileStore, engine: TableEngine, layout: Layout, start: int) -> Layout:
    """Answer the same rows with the segments from `start` on written as one."""
    tail = msgspec.structs.replace(layout, segments=layout.segments[start:])
    sql = f"SELECT * FROM {source(engine, tail)} ORDER BY {ID}"
    hides = [segment.hides for segment in tail.segments if segment.hides] if start else []
    segment = _copied(files, engine, layout.columns, sql, tail)
    if hides:
        union = " UNION ".join(f"SELECT {ID} FROM {engine.source(key)}" for key in hides)
        gone = [row[0] for row in engine.rows(f"SELECT {ID} FROM ({union}) ORDER BY {ID}")]
        stored = _keep(files, engine, [pa.table({ID: pa.array(gone, pa.int64())})])
        segment = msgspec.structs.replace(segment, hides=stored.key, hidden=len(gone))
    fresh = (segment,) if segment.key or segment.hides else ()
    return msgspec.structs.replace(layout, segments=(*layout.segments[:start], *fresh))


def _copied(files: FileStore, engine: TableEngine, columns: Sequence[Column], sql: str, tail: Layout) -> Segment:
    schema = arrow_schema(columns)
    count = last = 0

    def batches() -> Iterable[pa.Table]:
        nonlocal count, last
        for batch in engine.batches(sql, size=GROUP_ROWS):
            if len(batch):
                count, last = count + len(batch), batch.column(0)[-1].as_py()
                yield pa.Table.from_batches([batch]).cast(schema)

    stored = _keep(files, engine, batches(), schema)
    if not count:
        return Segment(key="", rows=0, bytes=0, last=0, physical={})
    physical = {column.name: column.physical for column in columns}
    return Segment(key=stored.key, rows=count, bytes=stored.bytes, last=last, physical=physical)


def _start(layout: Layout) -> int:
    """Answer from which segment on to merge: as far back as the merged rows are worth rewriting the next older one."""
    rows, at = 0, len(layout.segments)
    while at > 0 and (rows * 2 >= layout.segments[at - 1].rows or len(layout.segments) - at < MOST_SEGMENTS // 2):
        at -= 1
        rows += layout.segments[at].rows
    return at


def _keep(
    files: FileStore, engine: TableEngine, tables: Iterable[pa.Table], schema: pa.Schema | None = None
) -> StoredFile:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "segment.parquet"
        writer = pq.ParquetWriter(path, schema, compression="zstd") if schema is not None else None
        for table in tables:
            writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table, row_group_size=GROUP_ROWS)
        if writer is not None:
            writer.close()
        with path.open("rb") as stream:
            stored = files.save(stream)
        engine.adopt(stored.key, path)
    return stored


def _widened(column: Column, rows: Sequence[Row]) -> Column:
    given = [value for row in rows if isinstance(value := row.get(column.name), Decimal)]
    if not given or column.physical == PHYSICAL["number"]:
        return column
    scale = max(_scale(column), *(max(0, -_exponent(value)) for value in given))
    whole = max(value.adjusted() + 1 for value in given)
    fits = max(whole, DIGITS // 2) + scale <= DIGITS
    return msgspec.structs.replace(column, physical=f"DECIMAL({DIGITS},{scale})" if fits else PHYSICAL["number"])


def _scale(column: Column) -> int:
    return int(column.physical[:-1].rpartition(",")[2])


def _exponent(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _fit(value: Any, type: pa.DataType) -> Any:
    if isinstance(value, Decimal) and pa.types.is_floating(type):
        return float(value)
    return value
