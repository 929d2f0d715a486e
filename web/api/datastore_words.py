"""The contract's words for tables: column types, filters, text questions, orders and records, both ways."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

import numpy as np
import orjson

from publisher import table_exports, table_text
from publisher.table_columns import ID, Column, ColumnType, column
from publisher.table_exports import Style
from publisher.table_queries import AllOf, AnyOf, Asked, Compare, Condition, Operator, Order
from publisher.tables import Version
from schemas.errors import Invalid
from web.api.errors import refuse

OWN_NAMES: dict[ColumnType, tuple[str, str]] = {
    "integer32": ("int4", "integer"),
    "integer": ("int8", "bigint"),
    "decimal": ("numeric", "numeric"),
    "number": ("float8", "double precision"),
    "text": ("text", "text"),
    "boolean": ("bool", "boolean"),
    "date": ("date", "date"),
    "datetime": ("timestamp", "timestamp without time zone"),
    "moment": ("timestamptz", "timestamp with time zone"),
    "time": ("time", "time without time zone"),
    "json": ("json", "json"),
}
TAKEN_NAMES: dict[str, ColumnType] = {
    **dict.fromkeys(("int", "int4", "integer", "smallint", "int2", "serial"), "integer32"),
    **dict.fromkeys(("bigint", "int8", "bigserial"), "integer"),
    **dict.fromkeys(("numeric", "decimal", "money"), "decimal"),
    **dict.fromkeys(("float", "float4", "float8", "real", "double precision", "double"), "number"),
    **dict.fromkeys(("text", "varchar", "character varying", "char", "citext", "uuid"), "text"),
    **dict.fromkeys(("bool", "boolean"), "boolean"),
    **dict.fromkeys(("timestamp", "timestamp without time zone", "datetime"), "datetime"),
    **dict.fromkeys(("timestamptz", "timestamp with time zone"), "moment"),
    **dict.fromkeys(("json", "jsonb", "nested"), "json"),
    "date": "date",
    "time": "time",
}
SQL_NAMES = {
    "INTEGER": "int4",
    "BIGINT": "int8",
    "HUGEINT": "numeric",
    "DOUBLE": "float8",
    "FLOAT": "float4",
    "VARCHAR": "text",
    "BOOLEAN": "bool",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "TIME": "time",
    "TSVECTOR": "tsvector",
    "INTERVAL": "interval",
}
OPERATORS: tuple[Operator, ...] = ("eq", "ne", "in", "lt", "lte", "gt", "gte")
_ORDER = re.compile(r"^(.*?)(?:\s+(asc|desc))?(?:\s+nulls\s+(first|last))?$", re.IGNORECASE | re.DOTALL)
_PARTS = re.compile(r'((?:"(?:[^"]|"")*"|[^,"])+)')
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?")


def milliseconds(value: datetime) -> str:
    """Write a moment as rows of a search have it."""
    return value.replace(tzinfo=None).isoformat(timespec="milliseconds")


PAGE_STYLE = Style(moment=milliseconds, truth=("t", "f"), header_end="\r\n")
FULL_STYLE = Style(moment=lambda value: value.replace(tzinfo=None).isoformat())


def field(column: Column) -> dict[str, Any]:
    """Answer a column as an entry of `fields`."""
    ranks = column.name == "rank" or column.name.startswith("rank ")
    shown: dict[str, Any] = {"id": column.name, "type": "float" if ranks and column.type == "number" else ""}
    shown["type"] = shown["type"] or ("int" if column.name == ID else OWN_NAMES[column.type][0])
    info = information(column)
    return shown | ({"info": info} if info else {})


def information(column: Column) -> dict[str, Any]:
    """Answer the entry of the data dictionary for a column."""
    told = {"label": column.title, "notes": column.description}
    return {**{key: value for key, value in told.items() if value}, **column.dictionary}


def sql_type(name: str) -> str:
    """Answer what the contract calls the type of a query's column."""
    return "numeric" if name.startswith("DECIMAL") else SQL_NAMES.get(name, "text")


def columns(given: Any) -> list[Column]:
    """Read the `fields` of a table that is made or changed."""
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise refuse(fields="Not a list of dictionaries")
    found = [_column(each) for each in given]
    if len({each.name for each in found}) < len(found):
        raise refuse(fields="Duplicate column names are not supported")
    return found


def _column(given: dict[str, Any]) -> Column:
    name = given.get("id")
    if not isinstance(name, str) or not name.strip() or name != name.strip() or name[0] == "_" or '"' in name:
        raise refuse(fields=f'"{name}" is not a valid field name')
    if len(name.encode()) > 63:
        raise refuse(fields=f'"{name}" is not a valid field name')
    info = given.get("info")
    if info is not None and not isinstance(info, dict):
        raise refuse(fields="'info' must be a dictionary")
    info = info or {}
    title, notes = (str(info.get(key) or "") for key in ("label", "notes"))
    return column(name, _taken(given.get("type", "text")), title=title, description=notes, dictionary=info)


def _taken(type: Any) -> ColumnType:
    name = re.sub(r"\s*\(.*\)$", "", str(type).strip().lower())
    if name.endswith("[]") or name.startswith("_"):
        name = "json"
    if name not in TAKEN_NAMES:
        raise refuse(fields=f'"{type}" is not a valid field type')
    return TAKEN_NAMES[name]


def guessed(record: dict[str, Any], known: Iterable[str]) -> list[Column]:
    """Answer the columns that a first record has beyond the known ones, their types guessed from its values."""
    new = [name for name in record if name not in set(known) and name != ID]
    return columns([{"id": name, "type": _guess(record[name])} for name in new])


def _guess(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return "json"
    if isinstance(value, (bool, int)):
        return "int" if -(2**31) <= value < 2**31 else "int8"
    if isinstance(value, float):
        return "float"
    if not isinstance(value, str):
        return "text"
    for test, name in ((int, "int"), (float, "float")):
        try:
            number = test(value)
        except ValueError:
            continue
        if re.fullmatch(r"[+-]?[0-9.]+(e[+-]?[0-9]+)?", value.strip(), re.IGNORECASE) and abs(number) < 2**31:
            return name
    if _MOMENT.fullmatch(value.strip()) and _is_moment(value.strip()):
        return "timestamp"
    return "text"


def _is_moment(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def parsed(value: Any, name: str) -> Any:
    """Answer an object that may have come as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        raise refuse(**{name: "Cannot parse JSON"}) from None


def condition(filters: Any) -> Condition | None:
    """Read `filters`: values, lists, ranges, and `$and` and `$or` of such; None where nothing is filtered."""
    if isinstance(filters, list):
        parts = [part for each in filters if (part := condition(each)) is not None]
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts)) if parts else None
    if not isinstance(filters, dict):
        raise refuse(filters="Not a dictionary")
    parts = [part for name, value in filters.items() for part in _conditions(name, value)]
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts)) if parts else None


def _conditions(name: str, value: Any) -> list[Condition]:
    if name in ("$and", "$or"):
        if not isinstance(value, list):
            raise refuse(filters=f"{name} takes a list of filters")
        inner = tuple(part for each in value if (part := condition(each)) is not None)
        return [AllOf(inner) if name == "$and" else AnyOf(inner)]
    if isinstance(value, dict):
        return [_compare(name, operator, given) for operator, given in value.items()]
    if isinstance(value, list):
        return [_among(name, value)]
    return [Compare(name, "eq", value)]


def _among(name: str, values: list[Any]) -> Condition:
    if not any(isinstance(each, (dict, list)) for each in values):
        return Compare(name, "in", tuple(values))
    parts = [AllOf(tuple(_conditions(name, each))) for each in values]
    singles = [part.parts[0] if len(part.parts) == 1 else part for part in parts]
    return singles[0] if len(singles) == 1 else AnyOf(tuple(singles))


def _compare(name: str, operator: str, value: Any) -> Condition:
    found = next((each for each in OPERATORS if each == operator.removeprefix("$")), None)
    if found is None:
        raise refuse(filters=f'invalid operator "{operator}"')
    if found == "in":
        return Compare(name, "in", tuple(value) if isinstance(value, list) else (value,))
    return Compare(name, found, value)


def operation(found: Condition) -> dict[str, Any]:
    """Write a condition as `filterops` tells it."""
    if isinstance(found, Compare):
        value = list(found.value) if found.operator == "in" else found.value
        return {"op": found.operator, "field": found.field, "value": value}
    name = "$and" if isinstance(found, AllOf) else "$or"
    return {"op": name, "field": None, "value": [operation(part) for part in found.parts]}


def orders(sort: Any, version: Version) -> tuple[Order, ...]:
    """Read `sort`: a list or comma text of `column [asc|desc] [nulls first|last]`."""
    if sort in (None, ""):
        return ()
    parts = [str(each) for each in sort] if isinstance(sort, list) else _PARTS.findall(str(sort))
    return tuple(_order(part.strip(), version) for part in parts if part.strip())


def _order(part: str, version: Version) -> Order:
    exact = part.strip('"').replace('""', '"')
    if version.layout.column(exact) is not None:
        return Order(field=exact)
    match = _ORDER.match(part)
    name, direction, nulls = match.groups() if match else (part, None, None)
    quoted = len(name) > 1 and name[0] == name[-1] == '"'
    name = name[1:-1].replace('""', '"') if quoted else name
    last = (nulls or "").lower()
    return Order(
        field=name,
        descending=(direction or "").lower() == "desc",
        nulls="first" if last == "first" else "last" if last == "last" else "",
    )


def asked(q: Any, full_text: Any, plain: bool, language: str, version: Version) -> tuple[Asked, ...]:
    """Read `q` and `full_text` as questions to rows or columns."""
    read = table_text.plain if plain else table_text.expression
    try:
        found = _asked(q, read, language, version)
        if full_text:
            found.append(Asked(question=read(str(full_text), language), ranked=not found))
    except Invalid as error:
        if error.code not in ("text-question", "text-language"):
            raise
        info = {"statement": [f"q: {q!r}"[:500]], "params": [{}], "orig": [f"{error.message.en}\n"]}
        raise Invalid({"query": ["Invalid query"], "info": info}, error.message, code="text-question") from None
    return tuple(found)


def _asked(q: Any, read: Callable[[str, str], table_text.Question], language: str, version: Version) -> list[Asked]:
    if not isinstance(q, dict):
        return [] if q in (None, "") else [Asked(question=read(str(q), language))]
    for name in q:
        if name != ID and version.layout.column(name) is None:
            raise refuse(q=f'invalid value "{name}"')
    for value in q.values():
        if isinstance(value, (dict, list)):
            raise refuse(q=f'invalid value "{value}"')
    return [Asked(question=read(str(value), language), field=name) for name, value in q.items() if value != ""]


def records(
    columns: Sequence[Column], rows: Sequence[Sequence[Any]], form: str = "objects", style: Style = PAGE_STYLE
) -> Any:
    """Write rows as `objects`, `lists`, or one text in `csv` or `tsv`."""
    if form in ("csv", "tsv"):
        texts = ([text_of(c, v) for c, v in zip(columns, row, strict=True)] for row in rows)
        return table_exports.lines(texts, "," if form == "csv" else "\t").decode()
    writers = [writer(column, style) for column in columns]
    values = [[v if w is None or v is None else w(v) for w, v in zip(writers, row, strict=True)] for row in rows]
    if form == "lists":
        return values
    names = [column.name for column in columns]
    return [dict(zip(names, row, strict=True)) for row in values]


def text_of(column: Column, value: Any) -> str:
    """Write one value as text formats have it."""
    if isinstance(value, float):
        found = rank(value) if column.name.startswith("rank") else value
        return str(int(found)) if found.is_integer() and abs(found) < 1e15 else str(found)
    return table_exports.text(column, value, PAGE_STYLE)


def writer(column: Column, style: Style) -> Callable[[Any], Any] | None:
    """Answer how values of a column become JSON, None where they are it already."""
    if column.name == "rank" or column.name.startswith("rank "):
        return rank
    if column.type in ("integer32", "integer", "text", "boolean"):
        return None
    return lambda value: table_exports.plain(column, value, style)


def rank(value: float) -> float:
    """Write a rank with the digits that a single precision number has."""
    return float(str(np.float32(value)))


def value(found: Any) -> Any:
    """Write a value of an SQL answer as JSON has it."""
    if isinstance(found, (datetime, date, time)):
        return FULL_STYLE.moment(found) if isinstance(found, datetime) else found.isoformat()
    if found is None or isinstance(found, (str, int, bool)):
        return found
    if isinstance(found, float):
        return found if found == found and abs(found) != float("inf") else None
    return table_exports.number(found) if hasattr(found, "to_integral_value") else str(found)
