"""Aggregates of a table: groups by columns with counts, sums, ranges, means and percentiles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from publisher import table_layout
from publisher.table_columns import NUMERIC, Column, column, quoted
from publisher.table_engine import TableEngine
from publisher.table_queries import Asked, Condition, Selection, filtered, known
from publisher.tables import Version
from schemas.errors import Invalid
from schemas.text import Text

MOST_GROUPS = 10_000
MOST_MEASURES = 20
SECONDS = 20.0
NUMBERS = ("sum", "avg", "median")
_PERCENTILE = re.compile(r"p([0-9]{1,2}(?:\.[0-9]+)?)")
_SQL = {
    "count": "count({})",
    "count_distinct": "count(DISTINCT {})",
    "sum": "sum({})",
    "min": "min({})",
    "max": "max({})",
    "avg": "avg({})",
    "median": "quantile_cont({}::DOUBLE, 0.5)",
}


class Measure(msgspec.Struct, frozen=True):
    """One function over one column: count, count_distinct, sum, min, max, avg, median or p0 to p99.9.

    A count without a column counts rows.
    """

    function: str
    field: str = ""

    @property
    def name(self) -> str:
        """Answer what its column is called."""
        return f"{self.function}:{self.field}" if self.field else self.function


class Groups(msgspec.Struct, frozen=True, kw_only=True):
    """The groups in order of their columns, or of a measure: first the group's values, then the measures."""

    columns: tuple[Column, ...]
    rows: list[tuple[Any, ...]]
    complete: bool


def measure(text: str) -> Measure:
    """Read `function` or `function:column`."""
    function, _, field = text.partition(":")
    return Measure(function.strip().lower(), field.strip())


def aggregate(
    engine: TableEngine,
    version: Version,
    by: Sequence[str],
    measures: Sequence[Measure],
    *,
    where: Condition | None = None,
    asked: tuple[Asked, ...] = (),
    order: str = "",
    descending: bool = False,
    limit: int = 1000,
) -> Groups:
    """Group a version's rows; raises Invalid for a function or column that is not there or does not fit."""
    if len(measures) > MOST_MEASURES or len(by) > MOST_MEASURES:
        raise _refused("values", f"at most {MOST_MEASURES} values", f"至多 {MOST_MEASURES} 个统计值")
    keys = [known(version, name, "by") for name in by]
    written = [_written(version, each) for each in measures] or [_written(version, Measure("count"))]
    shown = (*keys, *(found for _, found in written))
    statement = filtered(version, Selection(where=where, asked=asked))
    names = [quoted(key.name) for key in keys]
    sql = f"SELECT {', '.join([*names, *(f'{sql} AS {quoted(found.name)}' for sql, found in written)])}"
    sql += f" FROM {table_layout.relation(engine, version.layout, version.rows)}"
    sql += f" WHERE {statement.sql}" if statement.sql else ""
    sql += f" GROUP BY {', '.join(names)}" if names else ""
    sql += f" ORDER BY {_order(shown, order, descending, names)} LIMIT {min(limit, MOST_GROUPS) + 1}"
    rows = engine.rows(sql, statement.values, seconds=SECONDS)
    kept = min(limit, MOST_GROUPS)
    return Groups(columns=shown, rows=rows[:kept], complete=len(rows) <= kept)


def _order(shown: Sequence[Column], order: str, descending: bool, names: Sequence[str]) -> str:
    if order and order not in [each.name for each in shown]:
        raise _refused("order", f'field "{order}" not in answer', f"结果中没有列 {order}")
    first = [f"{quoted(order)}{' DESC' if descending else ''} NULLS LAST"] if order else []
    return ", ".join([*first, *(f"{name} NULLS LAST" for name in names)]) or "1"


def _written(version: Version, wanted: Measure) -> tuple[str, Column]:
    if wanted == Measure("count"):
        return "count(*)", column("count", "integer")
    found = known(version, wanted.field, "values")
    numbers = wanted.function in NUMBERS or _PERCENTILE.fullmatch(wanted.function)
    if numbers and found.type not in NUMERIC:
        raise _refused("values", f"{wanted.name}: the column holds no numbers", f"{wanted.name}：该列不是数值")
    name = quoted(found.name)
    percentile = _PERCENTILE.fullmatch(wanted.function)
    if percentile:
        return f"quantile_cont({name}::DOUBLE, {float(percentile[1]) / 100})", column(wanted.name, "number")
    if wanted.function not in _SQL:
        raise _refused("values", f"{wanted.name}: no such function", f"{wanted.name}：没有这个函数")
    return _SQL[wanted.function].format(name), _measured(found, wanted)


def _measured(found: Column, wanted: Measure) -> Column:
    if wanted.function in ("count", "count_distinct"):
        return column(wanted.name, "integer")
    if wanted.function in ("min", "max"):
        return msgspec.structs.replace(found, name=wanted.name)
    whole = wanted.function == "sum" and found.type in ("integer32", "integer", "decimal")
    return column(wanted.name, "decimal" if whole else "number")


def _refused(part: str, english: str, chinese: str) -> Invalid:
    return Invalid({part: [english]}, Text(zh=f"{chinese}。", en=f"{english}."), code="aggregate")
