"""The typed columns of an accepted table: the arrow type of each field, and Parquet in the order of the file."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

ID = "_id"
SCHEMA_KEY = b"gongkai.schema"
GROUP_ROWS = 122_880

TYPES: dict[str, pa.DataType] = {
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
    "time": pa.time64("us"),
    "year": pa.int32(),
}


class Unfit(Exception):
    """A value does not fit the arrow type of its column; the column has to be kept as text."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def arrow_type(field: Mapping[str, Any], as_text: frozenset[str] = frozenset()) -> pa.DataType:
    """Answer the arrow type of a field; whatever has no native type, and the columns named in `as_text`, is text."""
    if field["name"] in as_text:
        return pa.string()
    return TYPES.get(str(field.get("type", "string")), pa.string())


def typed(field: str, type: pa.DataType, values: Sequence[Any], cells: Sequence[Any]) -> pa.Array[Any]:
    """Turn the read values of a column (and, for text, its cells) into an arrow array; raises Unfit."""
    try:
        found: pa.Array[Any] = pa.array(_natives(field, type, values, cells), type)
    except (pa.ArrowInvalid, OverflowError, pa.ArrowTypeError, ValueError) as error:
        raise Unfit(field) from error
    return found


def _natives(field: str, type: pa.DataType, values: Sequence[Any], cells: Sequence[Any]) -> list[Any]:
    if pa.types.is_string(type):
        return [None if v is None else _text(c) for v, c in zip(values, cells, strict=True)]
    if pa.types.is_floating(type):
        return [None if v is None else float(v) for v in values]
    if pa.types.is_timestamp(type):
        return [_naive(v) for v in values]
    if pa.types.is_time(type) and any(v is not None and v.tzinfo is not None for v in values):
        raise Unfit(field)
    return list(values)


class Writer:
    """Writes typed columns behind an `_id` that counts rows from 1; the file appears only when it is kept."""

    def __init__(
        self, path: Path, names: Sequence[str], types: Sequence[pa.DataType], schema: Mapping[str, Any]
    ) -> None:
        self.path = path
        self.part = path.with_name(path.name + ".part")
        fields: list[pa.Field[Any]] = [pa.field(ID, pa.int64(), nullable=False)]
        fields += [pa.field(name, type) for name, type in zip(names, types, strict=True)]
        self.schema = pa.schema(fields, metadata={SCHEMA_KEY: json.dumps(schema, ensure_ascii=False).encode()})
        self.rows = 0
        self._file: pq.ParquetWriter | None = pq.ParquetWriter(self.part, self.schema, compression="zstd")

    def add(self, arrays: Sequence[pa.Array[Any]]) -> None:
        """Append the columns of some rows."""
        if self._file is None or not arrays or not len(arrays[0]):
            return
        count = len(arrays[0])
        ids = pa.array(np.arange(self.rows + 1, self.rows + count + 1, dtype=np.int64))
        self._file.write_batch(pa.RecordBatch.from_arrays([ids, *arrays], schema=self.schema))
        self.rows += count

    def keep(self) -> None:
        """Finish the file and put it in its place."""
        self._close()
        os.replace(self.part, self.path)

    def discard(self) -> None:
        """Forget everything that was written."""
        self._close()
        self.part.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._file is not None:
            self.discard()


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, (dict, list, tuple)):
        return orjson.dumps(cell, default=str).decode()
    return str(cell)


def _naive(value: dt.datetime | None) -> dt.datetime | None:
    if value is None or value.tzinfo is None:
        return value
    return value.astimezone(dt.UTC).replace(tzinfo=None)
