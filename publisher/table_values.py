"""Values that people send for a column: taken into the column's type, or refused in one sentence."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from publisher.table_columns import DIGITS, Column, ColumnType

TYPE_NAMES: dict[ColumnType, str] = {
    "integer32": "integer",
    "integer": "bigint",
    "decimal": "numeric",
    "number": "double precision",
    "text": "text",
    "boolean": "boolean",
    "date": "date",
    "datetime": "timestamp",
    "moment": "timestamp with time zone",
    "time": "time",
    "json": "json",
}
TRUE = frozenset(("t", "tr", "tru", "true", "y", "ye", "yes", "on", "1"))
FALSE = frozenset(("f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0"))
BOUNDS = {"integer32": 2**31, "integer": 2**63}
_INTEGER = re.compile(r"[+-]?[0-9]+")
_LONGEST_NUMBER = 1000


class BadValue(ValueError):
    """Carries why a value is no value of its column's type."""


def take(column: Column, value: Any) -> Any:
    """Answer a sent value in the column's type, None for null; raises BadValue."""
    if value is None:
        return None
    return _TAKE[column.type](column, value)


def _integer(column: Column, value: Any) -> int:
    if isinstance(value, bool):
        raise _mismatch(column, "boolean")
    if isinstance(value, str):
        text = value.strip()
        if not _INTEGER.fullmatch(text) or len(text) > _LONGEST_NUMBER:
            raise _syntax(column, value)
        number = int(text)
    elif isinstance(value, int):
        number = value
    elif isinstance(value, (float, Decimal)) and _finite(value):
        number = round(value)
    else:
        raise _unfit(column, value)
    bound = BOUNDS[column.type]
    if not -bound <= number < bound:
        raise BadValue(f'value "{value}" is out of range for type {TYPE_NAMES[column.type]}')
    return number


def _decimal(column: Column, value: Any) -> Decimal:
    if isinstance(value, bool):
        raise _mismatch(column, "boolean")
    if not isinstance(value, (str, int, float, Decimal)):
        raise _unfit(column, value)
    try:
        number = Decimal(str(value).strip()) if len(str(value)) <= _LONGEST_NUMBER else Decimal("sNaN")
    except InvalidOperation:
        raise _syntax(column, value) from None
    if not number.is_finite():
        raise _syntax(column, value)
    if number.adjusted() >= DIGITS or (number and number.adjusted() < -DIGITS):
        raise BadValue(f'value "{value}" is out of range for type numeric')
    return number


def _number(column: Column, value: Any) -> float:
    if isinstance(value, bool):
        raise _mismatch(column, "boolean")
    if not isinstance(value, (str, int, float, Decimal)):
        raise _unfit(column, value)
    try:
        return float(value.replace("_", "x") if isinstance(value, str) else value)
    except ValueError:
        raise _syntax(column, value) from None
    except OverflowError:
        raise BadValue(f'"{value}" is out of range for type double precision') from None


def _words(column: Column, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    return _document(column, value)


def _boolean(column: Column, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        raise _mismatch(column, "integer" if isinstance(value, int) else "numeric")
    if not isinstance(value, str):
        raise _unfit(column, value)
    word = value.strip().lower()
    if word in TRUE or word in FALSE:
        return word in TRUE
    raise _syntax(column, value)


def _date(column: Column, value: Any) -> dt.date:
    found = _moment_of(column, value)
    return found.date()


def _datetime(column: Column, value: Any) -> dt.datetime:
    return _moment_of(column, value).replace(tzinfo=None)


def _moment(column: Column, value: Any) -> dt.datetime:
    found = _moment_of(column, value)
    return found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)


def _moment_of(column: Column, value: Any) -> dt.datetime:
    """Read an ISO 8601 date or moment, also with slashes or a blank between date and time."""
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time())
    if isinstance(value, (bool, int, float)):
        raise _mismatch(column, "boolean" if isinstance(value, bool) else "integer")
    if not isinstance(value, str):
        raise _unfit(column, value)
    text = value.strip().replace("/", "-")
    parts = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(.*)", text)
    if parts:
        text = f"{parts[1]}-{int(parts[2]):02}-{int(parts[3]):02}{parts[4]}"
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError as error:
        wrong = "out of range" in str(error) or "must be in" in str(error)
        if wrong and parts:
            raise BadValue(f'date/time field value out of range: "{value}"') from None
        raise _syntax(column, value) from None


def _time(column: Column, value: Any) -> dt.time:
    if isinstance(value, dt.time):
        return value
    if not isinstance(value, str):
        raise _unfit(column, value)
    try:
        return dt.time.fromisoformat(value.strip()).replace(tzinfo=None)
    except ValueError:
        raise _syntax(column, value) from None


def _document(column: Column, value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        raise _syntax(column, value) from None


def _json(column: Column, value: Any) -> str:
    if not isinstance(value, str):
        return _document(column, value)
    try:
        orjson.loads(value)
    except orjson.JSONDecodeError:
        raise _syntax(column, value) from None
    return value


def _finite(value: float | Decimal) -> bool:
    return value == value and abs(value) != float("inf")


def _syntax(column: Column, value: Any) -> BadValue:
    return BadValue(f'invalid input syntax for type {TYPE_NAMES[column.type]}: "{str(value)[:100]}"')


def _mismatch(column: Column, given: str) -> BadValue:
    wanted = TYPE_NAMES[column.type]
    return BadValue(f'column "{column.name}" is of type {wanted} but expression is of type {given}')


def _unfit(column: Column, value: Any) -> BadValue:
    kind = "json" if isinstance(value, (dict, list)) else type(value).__name__
    return _mismatch(column, kind)


_TAKE: dict[ColumnType, Callable[[Column, Any], Any]] = {
    "integer32": _integer,
    "integer": _integer,
    "decimal": _decimal,
    "number": _number,
    "text": _words,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "moment": _moment,
    "time": _time,
    "json": _json,
}
