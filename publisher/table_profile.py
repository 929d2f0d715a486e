"""Profiles of columns: missing and distinct values, range, histogram and most frequent values, made at each load."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import msgspec

from publisher.table_columns import NUMERIC, Column, ColumnType, quoted
from publisher.table_engine import TableEngine

BINS = 20
TOP = 10
COUNTED = 5_000
LONGEST = 200
AT_ONCE = 50
UNORDERED: frozenset[ColumnType] = frozenset(("json",))


class ColumnProfile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the values of one column are like.

    `distinct` is exact up to 5,000 and an estimate (`estimated`) above. `minimum`, `maximum` and `top` hold values as
    JSON has them, texts shortened; `histogram` counts numbers in 20 equal steps from minimum to maximum.
    """

    name: str
    type: ColumnType
    missing: int = 0
    distinct: int = 0
    estimated: bool = False
    minimum: Any = None
    maximum: Any = None
    mean: float | None = None
    median: float | None = None
    histogram: tuple[int, ...] = ()
    top: tuple[tuple[Any, int], ...] = ()


def profile(engine: TableEngine, source: str, columns: Sequence[Column], rows: int) -> tuple[ColumnProfile, ...]:
    """Profile the columns of a parenthesised SELECT of `rows` rows."""
    if not columns or not rows:
        return tuple(ColumnProfile(name=c.name, type=c.type) for c in columns)
    found = []
    for start in range(0, len(columns), AT_ONCE):
        part = columns[start : start + AT_ONCE]
        measured = engine.rows(f"SELECT {', '.join(_measures(c) for c in part)} FROM {source}", seconds=600)[0]
        for at, column in enumerate(part):
            found.append(_profile(engine, source, column, rows, measured[at * 6 : at * 6 + 6]))
    return tuple(found)


def encode(profiles: Sequence[ColumnProfile]) -> str:
    """Write profiles as JSON."""
    return msgspec.json.encode(tuple(profiles)).decode()


def decode(document: str) -> tuple[ColumnProfile, ...]:
    """Read profiles that `encode` wrote."""
    return msgspec.json.decode(document, type=tuple[ColumnProfile, ...]) if document else ()


def _measures(column: Column) -> str:
    """Write six aggregates: present, distinct, minimum, maximum, mean, median."""
    name = quoted(column.name)
    if column.type in NUMERIC:
        finite = f"(CASE WHEN isfinite({name}::DOUBLE) THEN {name} END)"
        ranged = f"min({finite}), max({finite}), avg({finite}::DOUBLE), approx_quantile({finite}::DOUBLE, 0.5)"
    elif column.type in UNORDERED:
        ranged = "NULL, NULL, NULL, NULL"
    else:
        ranged = f"min({name}), max({name}), NULL, NULL"
    return f"count({name}), approx_count_distinct({name}), {ranged}"


def _profile(engine: TableEngine, source: str, column: Column, rows: int, measured: Sequence[Any]) -> ColumnProfile:
    present, about, low, high, mean, median = measured
    few = about <= COUNTED and column.type not in UNORDERED
    groups = _groups(engine, source, column) if few and present else []
    return ColumnProfile(
        name=column.name,
        type=column.type,
        missing=rows - present,
        distinct=groups[0][2] if groups else about,
        estimated=not groups and present > 0,
        minimum=plain(low),
        maximum=plain(high),
        mean=_number(mean),
        median=_number(median),
        histogram=_histogram(engine, source, column, low, high),
        top=tuple((plain(value), count) for value, count, _ in groups),
    )


def _groups(engine: TableEngine, source: str, column: Column) -> list[tuple[Any, int, int]]:
    name = quoted(column.name)
    sql = (
        f"SELECT {name}, count(*) AS n, count(*) OVER () FROM {source} WHERE {name} IS NOT NULL "
        f"GROUP BY {name} ORDER BY n DESC, {name} LIMIT {TOP}"
    )
    return [(value, count, distinct) for value, count, distinct in engine.rows(sql, seconds=600)]


def _histogram(engine: TableEngine, source: str, column: Column, low: Any, high: Any) -> tuple[int, ...]:
    if column.type not in NUMERIC or low is None or not float(low) < float(high):
        return ()
    start, width = float(low), (float(high) - float(low)) / BINS
    if not 0 < width < float("inf"):
        return ()
    name = quoted(column.name)
    sql = (
        f"SELECT least(floor(({name}::DOUBLE - ?) / ?), {BINS - 1})::INTEGER AS bin, count(*) FROM {source} "
        f"WHERE {name} IS NOT NULL AND isfinite({name}::DOUBLE) GROUP BY bin"
    )
    counts = dict(engine.rows(sql, [start, width], seconds=600))
    return tuple(counts.get(at, 0) for at in range(BINS))


def exact(value: Any) -> Any:
    """Answer a value as JSON has it, whole, decimals as text."""
    if isinstance(value, Decimal):
        return str(value)
    return value if isinstance(value, str) else plain(value)


def plain(value: Any) -> Any:
    """Answer a value as JSON has it; long texts shortened, decimals as numbers."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST else value[: LONGEST - 1] + "…"
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, float):
        return _number(value)
    return value


def _number(value: Any) -> float | None:
    return None if value is None or value != value or abs(value) == float("inf") else value
