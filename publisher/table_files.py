"""Parquet files on their way into the table store: named, numbered, kept, and measured."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from publisher import table_layout, table_profile
from publisher.files import FileStore
from publisher.table_columns import ID, SCHEMA_KEY, Column, arrow_type, key_of, of_arrow
from publisher.table_engine import TableEngine
from publisher.table_layout import Layout, Segment
from publisher.table_profile import ColumnProfile
from schemas.errors import Invalid
from schemas.text import Text

MOST_COLUMNS = 10_000
BATCH = 100_000


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A Parquet file that is in the file store and measured, ready to be published."""

    layout: Layout
    rows: int
    bytes: int
    profile: tuple[ColumnProfile, ...]


def prepare(
    files: FileStore, engine: TableEngine, parquet: str | os.PathLike[str], schema: Mapping[str, Any] | None = None
) -> Prepared:
    """Bring a Parquet file into the file store and profile it; best called before a unit of work is opened.

    `schema` is the Table Schema that the rows were checked against; where it is None the one inside the file counts.
    Columns without a name, and names that differ in nothing but case, get a number behind them. Raises Invalid for a
    file that is no table.
    """
    path = Path(parquet)
    found = _described(path)
    numbered = _is_numbered(path, found)
    names = settled_names(found.names[1:] if numbered else found.names)
    if not numbered or names != found.names[1:]:
        with tempfile.TemporaryDirectory() as folder:
            written = _rewritten(path, Path(folder) / "table.parquet", names, numbered)
            return _prepared(files, engine, written, _renamed(schema, found, names, numbered))
    return _prepared(files, engine, path, schema)


def settled_names(names: Sequence[str]) -> list[str]:
    """Answer the names with a number behind those that are empty, reserved or there already in another case."""
    taken, settled = {ID}, list[str]()
    for at, name in enumerate(names, start=1):
        wanted = name.strip() or f"column_{at}"
        free, number = wanted, 2
        while free.casefold() in taken:
            free, number = f"{wanted}_{number}", number + 1
        taken.add(free.casefold())
        settled.append(free if free != wanted or not name.strip() else name)
    return settled


def _prepared(files: FileStore, engine: TableEngine, path: Path, schema: Mapping[str, Any] | None) -> Prepared:
    found = _described(path)
    descriptor = dict(schema) if schema is not None else _embedded(found)
    columns = of_arrow(found, descriptor)
    rows = pq.ParquetFile(path).metadata.num_rows
    with path.open("rb") as stream:
        stored = files.save(stream)
    engine.adopt(stored.key, path)
    physical = {column.name: _kept(column, found.field(column.name).type) for column in columns}
    segment = Segment(key=stored.key, rows=rows, bytes=stored.bytes, last=rows, physical=physical)
    key = key_of(descriptor, [column.name for column in columns])
    layout = Layout(columns=columns, key=key, segments=(segment,), schema=descriptor)
    profile = table_profile.profile(engine, table_layout.source(engine, layout), columns, rows)
    return Prepared(layout=layout, rows=rows, bytes=stored.bytes, profile=profile)


def _kept(column: Column, type: pa.DataType) -> str:
    """Answer the DuckDB type that a column of a file is read as, empty where it has to be cast."""
    same = type == arrow_type(column.physical) or (column.physical == "VARCHAR" and pa.types.is_large_string(type))
    return column.physical if same else ""


def _described(path: Path) -> pa.Schema:
    try:
        found = pq.read_schema(path)
    except (OSError, pa.ArrowInvalid) as error:
        reason = str(error).splitlines()[0][:200]
        raise _refused(f"Not a readable Parquet table: {reason}", f"不是可读的 Parquet 表：{reason}") from None
    if len(found.names) > MOST_COLUMNS:
        raise _refused(f"The table has more than {MOST_COLUMNS} columns.", f"表的列数超过 {MOST_COLUMNS}。")
    return found


def _is_numbered(path: Path, found: pa.Schema) -> bool:
    """Tell whether the first column is an `_id` that counts the rows from 1."""
    if not found.names or found.names[0] != ID or found.field(0).type != pa.int64():
        return False
    if SCHEMA_KEY in (found.metadata or {}):
        return True
    count = 0
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=BATCH, columns=[ID]):
            ids = batch.column(0).to_numpy(zero_copy_only=False)
            if not np.array_equal(ids, np.arange(count + 1, count + len(batch) + 1)):
                return False
            count += len(batch)
    return True


def _embedded(schema: pa.Schema) -> dict[str, Any]:
    kept = (schema.metadata or {}).get(SCHEMA_KEY)
    return msgspec.json.decode(kept, type=dict[str, Any]) if kept else {}


def _rewritten(path: Path, target: Path, names: Sequence[str], numbered: bool) -> Path:
    """Write the same rows under these names behind an `_id` that counts them from 1."""
    count = 0
    with pq.ParquetFile(path) as file:
        types = [field.type for field in file.schema_arrow][1 if numbered else 0 :]
        fields = [pa.field(name, type) for name, type in zip(names, types, strict=True)]
        schema = pa.schema([pa.field(ID, pa.int64(), nullable=False), *fields])
        with pq.ParquetWriter(target, schema, compression="zstd") as writer:
            for batch in file.iter_batches(batch_size=BATCH):
                ids = pa.array(np.arange(count + 1, count + len(batch) + 1, dtype=np.int64))
                columns = batch.columns[1 if numbered else 0 :]
                writer.write_batch(pa.RecordBatch.from_arrays([ids, *columns], schema=schema))
                count += len(batch)
    return target


def _renamed(
    schema: Mapping[str, Any] | None, found: pa.Schema, names: Sequence[str], numbered: bool
) -> dict[str, Any]:
    """Answer the Table Schema with its fields, in the order of the file, under the settled names."""
    descriptor = dict(schema) if schema is not None else _embedded(found)
    old = found.names[1 if numbered else 0 :]
    fields = descriptor.get("fields")
    if not isinstance(fields, list) or len(fields) != len(old):
        return descriptor
    told = [
        field if name == before else {**field, "title": field.get("title") or before}
        for field, before, name in zip(fields, old, names, strict=True)
    ]
    renamed = [{**field, "name": name} for field, name in zip(told, names, strict=True)]
    return descriptor | {"fields": renamed}


def _refused(english: str, chinese: str) -> Invalid:
    return Invalid({"path": [english]}, Text(zh=chinese, en=english), code="no-table")
