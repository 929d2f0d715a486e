"""Columns of stored tables: their neutral types, how DuckDB and Parquet keep them, what a Table Schema says of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

import msgspec
import pyarrow as pa

from schemas.errors import Invalid
from schemas.text import Text

ID = "_id"
SCHEMA_KEY = b"gongkai.schema"
DIGITS = 38

ColumnType: TypeAlias = Literal[
    "integer32", "integer", "decimal", "number", "text", "boolean", "date", "datetime", "moment", "time", "json"
]

PHYSICAL: dict[ColumnType, str] = {
    "integer32": "INTEGER",
    "integer": "BIGINT",
    "decimal": "DECIMAL(38,0)",
    "number": "DOUBLE",
    "text": "VARCHAR",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP",
    "moment": "TIMESTAMPTZ",
    "time": "TIME",
    "json": "VARCHAR",
}
NUMERIC: frozenset[ColumnType] = frozenset(("integer32", "integer", "decimal", "number"))
TEMPORAL: frozenset[ColumnType] = frozenset(("date", "datetime", "moment", "time"))
STRUCTURED = frozenset(("object", "array", "list", "geojson", "geopoint"))


class Column(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One column: its name, its type, the DuckDB type that its values are kept in, and what people are told of it.

    `dictionary` holds what editors say about the column beyond its title and description; `field` is the Table Schema
    field that it was checked against.
    """

    name: str
    type: ColumnType
    physical: str
    title: str = ""
    description: str = ""
    dictionary: dict[str, Any] = {}
    field: dict[str, Any] = {}


def column(name: str, type: ColumnType, **more: Any) -> Column:
    """Make a column that is kept in the usual way for its type."""
    return Column(name=name, type=type, physical=PHYSICAL[type], **more)


def quoted(name: str) -> str:
    """Write a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def of_arrow(schema: pa.Schema, descriptor: Mapping[str, Any] | None) -> tuple[Column, ...]:
    """Read the columns of a Parquet file and what its Table Schema tells of them; raises Invalid for nested types."""
    fields = _fields(descriptor)
    return tuple(_of_arrow(field, fields.get(field.name, {})) for field in schema if field.name != ID)


def key_of(descriptor: Mapping[str, Any] | None, names: Iterable[str]) -> tuple[str, ...]:
    """Answer the primary key that a Table Schema declares, where all its columns are there."""
    declared = (descriptor or {}).get("primaryKey") or ()
    wanted = (declared,) if isinstance(declared, str) else tuple(str(name) for name in declared)
    return wanted if set(wanted) <= set(names) else ()


def arrow_type(physical: str) -> pa.DataType:
    """Answer the arrow type that values of a DuckDB type are written in."""
    if physical.startswith("DECIMAL"):
        return pa.decimal128(DIGITS, int(physical[:-1].rpartition(",")[2]))
    types: dict[str, pa.DataType] = {
        "INTEGER": pa.int32(),
        "BIGINT": pa.int64(),
        "DOUBLE": pa.float64(),
        "VARCHAR": pa.string(),
        "BOOLEAN": pa.bool_(),
        "DATE": pa.date32(),
        "TIMESTAMP": pa.timestamp("us"),
        "TIMESTAMPTZ": pa.timestamp("us", tz="UTC"),
        "TIME": pa.time64("us"),
    }
    return types[physical]


def arrow_schema(columns: Sequence[Column]) -> pa.Schema:
    """Answer the arrow schema that rows of these columns are written in, `_id` first."""
    fields = [pa.field(ID, pa.int64(), nullable=False)]
    return pa.schema([*fields, *(pa.field(c.name, arrow_type(c.physical)) for c in columns)])


def _of_arrow(field: pa.Field[Any], told: Mapping[str, Any]) -> Column:
    type, physical = _types(field)
    if type == "text" and told.get("type") in STRUCTURED:
        type = "json"
    return Column(
        name=field.name,
        type=type,
        physical=physical,
        title=_text(told.get("title")),
        description=_text(told.get("description")),
        field=dict(told),
    )


def _types(field: pa.Field[Any]) -> tuple[ColumnType, str]:
    kind = field.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_decimal(kind):
        return "decimal", f"DECIMAL({DIGITS},{kind.scale})"
    if pa.types.is_timestamp(kind):
        return ("moment", "TIMESTAMPTZ") if kind.tz else ("datetime", "TIMESTAMP")
    for test, found in _ARROW:
        if test(kind):
            return found, PHYSICAL[found]
    raise Invalid(
        {field.name: [f"a column of type {kind} cannot be kept"]},
        Text(zh=f"列 {field.name} 的类型 {kind} 无法保存。", en=f"Column {field.name} of type {kind} cannot be kept."),
        code="column-type",
    )


_ARROW: tuple[tuple[Any, ColumnType], ...] = (
    (lambda t: t in (pa.int8(), pa.int16(), pa.int32(), pa.uint8(), pa.uint16()), "integer32"),
    (lambda t: t in (pa.int64(), pa.uint32()), "integer"),
    (pa.types.is_floating, "number"),
    (pa.types.is_boolean, "boolean"),
    (pa.types.is_date, "date"),
    (pa.types.is_time, "time"),
    (lambda t: pa.types.is_string(t) or pa.types.is_large_string(t) or t == pa.string_view(), "text"),
    (pa.types.is_null, "text"),
)


def _fields(descriptor: Mapping[str, Any] | None) -> dict[str, Mapping[str, Any]]:
    fields = (descriptor or {}).get("fields")
    found = fields if isinstance(fields, list) else []
    return {str(field["name"]): field for field in found if isinstance(field, Mapping) and field.get("name")}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
