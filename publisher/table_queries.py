"""Questions to one version of a table: conditions, text, columns, order and page, answered through DuckDB.

Values here are neutral: conditions compare columns, texts ask words of a row or of one column. Rows come in an explicit
order always: by the wanted order, by rank where text is asked, and by `_id` in the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Literal, TypeAlias

import msgspec
import pyarrow as pa

from publisher import table_layout, table_pages, table_text
from publisher.table_columns import ID, Column, column, quoted
from publisher.table_engine import SECONDS, TableEngine
from publisher.table_frames import Frame
from publisher.table_matching import matching, weight
from publisher.table_text import Question
from publisher.table_values import BadValue, take
from publisher.tables import Version
from schemas.errors import Invalid
from schemas.text import Text

Operator: TypeAlias = Literal["eq", "ne", "in", "lt", "lte", "gt", "gte"]
SIGNS = {"eq": "=", "ne": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
MOST_ROWS = 32_000
MOST_CONDITIONS = 1000
DEEPEST = 20


class Compare(msgspec.Struct, frozen=True):
    """One column against a value, or for `in` against a tuple of values; null equals nothing."""

    field: str
    operator: Operator
    value: Any


class AllOf(msgspec.Struct, frozen=True):
    """Conditions that must all hold."""

    parts: tuple[Condition, ...]


class AnyOf(msgspec.Struct, frozen=True):
    """Conditions of which one must hold."""

    parts: tuple[Condition, ...]


Condition = Compare | AllOf | AnyOf


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A text question to all columns (`field` empty) or to one; a ranked one orders the rows and adds a rank."""

    question: Question
    field: str = ""
    ranked: bool = True


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One column to sort by; nulls come last going up and first going down unless said otherwise."""

    field: str
    descending: bool = False
    nulls: Literal["", "first", "last"] = ""


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted of a table; `fields` None means `_id` and every column.

    `after` asks for the rows that follow one row in the order: its values of the order's columns, and its `_id`.
    """

    where: Condition | None = None
    asked: tuple[Asked, ...] = ()
    fields: tuple[str, ...] | None = None
    distinct: bool = False
    order: tuple[Order, ...] = ()
    limit: int = 100
    offset: int = 0
    after: tuple[Any, ...] | None = None
    count: bool = True


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """The columns and rows that answer a selection, and how many rows there are in all where that was asked."""

    columns: tuple[Column, ...]
    rows: list[tuple[Any, ...]]
    total: int | None


ID_COLUMN = column(ID, "integer")


class Statement(msgspec.Struct, frozen=True):
    """SQL with its values."""

    sql: str
    values: tuple[Any, ...] = ()


def read(engine: TableEngine, version: Version, selection: Selection, *, seconds: float = SECONDS) -> Page:
    """Answer a selection; raises Invalid, naming the column, where it asks for what is not there."""
    shown = columns_of(version, selection)
    where = filtered(version, selection)
    ranked = tuple(asked for asked in selection.asked if asked.ranked and selection.fields is None)
    columns = shown + tuple(column(f"rank {a.field}".strip(), "number") for a in ranked)
    held = _from_frame(engine, version, selection, shown, ranked)
    if held is not None:
        return Page(columns=columns, rows=held[0], total=held[1] if selection.count else None)
    statement = select(engine, version, selection, shown, where)
    rows = engine.rows(statement.sql, statement.values, seconds=seconds) if selection.limit else []
    total = _total(engine, version, selection, shown, where, len(rows), seconds) if selection.count else None
    if ranked:
        rows = [(*row, *(_rank(version, a, row) for a in ranked)) for row in rows]
    return Page(columns=columns, rows=rows, total=total)


def _from_frame(
    engine: TableEngine, version: Version, selection: Selection, shown: Sequence[Column], ranked: Sequence[Asked]
) -> tuple[list[tuple[Any, ...]], int] | None:
    """Answer rows and total from memory; None where the table is not in demand or the selection is not that simple."""
    cells = version.rows * (len(version.columns) + 1)
    frame = engine.frames.get(version.hash, cells, lambda: _frame(engine, version))
    if frame is None:
        return None
    _order(version, selection, shown)
    columns = {each.name: each for each in (ID_COLUMN, *version.columns)}
    found = table_pages.page(frame, selection, shown, version.columns, lambda name, value: _value(columns[name], value))
    if found is None:
        return None
    rows, total, ranks = found
    if ranked and ranks is not None:
        rows = [(*row, rank) for row, rank in zip(rows, ranks, strict=True)]
    elif ranked:
        rows = [(*row, *(_rank(version, a, row) for a in ranked)) for row in rows]
    return rows, total


def _frame(engine: TableEngine, version: Version) -> Frame:
    source = table_layout.source(engine, version.layout)
    numbered = f"(SELECT row_number() OVER (ORDER BY {ID}) AS {ID}, * EXCLUDE ({ID}) FROM {source})"

    def words(parts: str) -> pa.Table:
        counted = f"SELECT w, r, c, count(*) AS n FROM ({parts.format(numbered)}) GROUP BY ALL ORDER BY w, r"
        return engine.arrow(counted)

    return Frame(engine.arrow(f"SELECT * FROM {source} ORDER BY {ID}"), words)


def stream(
    engine: TableEngine, version: Version, selection: Selection
) -> tuple[tuple[Column, ...], Iterator[pa.RecordBatch]]:
    """Answer the columns of a selection and all its rows from `offset` on (at most `limit`) as arrow batches."""
    shown = columns_of(version, selection)
    statement = select(engine, version, selection, shown, filtered(version, selection), sorting=False)
    batches = engine.batches(statement.sql, statement.values)
    ranks = tuple(asked for asked in selection.asked if asked.ranked and selection.fields is None)
    if not ranks:
        return shown, batches
    named = tuple(column(f"rank {a.field}".strip(), "number") for a in ranks)
    return (*shown, *named), (_with_ranks(version, batch, ranks, named) for batch in batches)


def columns_of(version: Version, selection: Selection) -> tuple[Column, ...]:
    """Answer the columns that a selection shows."""
    if selection.fields is None:
        return (ID_COLUMN, *version.columns)
    return tuple(known(version, name, "fields") for name in selection.fields)


def known(version: Version, name: str, part: str) -> Column:
    """Answer a column by name, `_id` too; raises Invalid that names the part of the question that asked for it."""
    found = ID_COLUMN if name == ID else version.layout.column(name)
    if found is None:
        message = f'field "{name[:200]}" not in table'
        raise Invalid({part: [message]}, Text(zh=f"表中没有列 {name[:200]}。", en=message), code="no-column")
    return found


def select(
    engine: TableEngine,
    version: Version,
    selection: Selection,
    shown: Sequence[Column],
    where: Statement,
    *,
    sorting: bool = True,
) -> Statement:
    """Write the SELECT of one page; without `sorting` rows that lie in order anyhow are not sorted again."""
    names = ", ".join(quoted(each.name) for each in shown)
    conditions, values = [where.sql] if where.sql else [], list(where.values)
    skipped = selection.offset
    if _by_range(version, selection, where):
        conditions.append(f"{ID} > {skipped} AND {ID} <= {skipped + selection.limit}")
        skipped = 0
    if selection.after is not None:
        beyond = _beyond(version, selection.order, selection.after)
        conditions.append(f"({beyond.sql})")
        values += beyond.values
    order, more = _order(version, selection, shown)
    sql = f"SELECT {'DISTINCT ' if selection.distinct else ''}{names} FROM {_relation(engine, version)}"
    sql += f" WHERE {' AND '.join(conditions)}" if conditions else ""
    if sorting or order != ID or len(version.layout.segments) != 1:
        sql += f" ORDER BY {order}"
    sql += f" LIMIT {int(selection.limit)}" + (f" OFFSET {int(skipped)}" if skipped else "")
    return Statement(sql, (*values, *more))


def filtered(version: Version, selection: Selection) -> Statement:
    """Write the conditions and the text questions of a selection as SQL; empty where there are none."""
    parts: list[Statement] = []
    if selection.where is not None:
        parts.append(condition(version, selection.where))
    for asked in selection.asked:
        columns = (known(version, asked.field, "q"),) if asked.field else version.columns
        parts.append(Statement(*matching(asked.question, columns)))
    sql = " AND ".join(f"({part.sql})" for part in parts if part.sql)
    return Statement(sql, tuple(value for part in parts for value in part.values))


def condition(version: Version, wanted: Condition, depth: int = 0) -> Statement:
    """Write a condition as SQL; raises Invalid for a column that is not there or a value of another type."""
    if isinstance(wanted, Compare):
        return _compare(known(version, wanted.field, "filters"), wanted)
    if depth >= DEEPEST or len(wanted.parts) > MOST_CONDITIONS:
        message = Text(zh="筛选条件过多或嵌套过深。", en="The filters are too many or nested too deep.")
        raise Invalid({"filters": [message.en]}, message, code="filters-size")
    parts = [condition(version, part, depth + 1) for part in wanted.parts]
    joint, empty = (" AND ", "true") if isinstance(wanted, AllOf) else (" OR ", "false")
    sql = joint.join(f"({part.sql})" for part in parts) or empty
    return Statement(sql, tuple(value for part in parts for value in part.values))


def _compare(column: Column, wanted: Compare) -> Statement:
    name = quoted(column.name)
    if wanted.operator == "in":
        values = [_value(column, value) for value in wanted.value if value is not None]
        if not values:
            return Statement("false")
        return Statement(f"{name} IN ({', '.join('?' * len(values))})", tuple(values))
    if wanted.value is None:
        return Statement("false")
    return Statement(f"{name} {SIGNS[wanted.operator]} ?", (_value(column, wanted.value),))


def _value(column: Column, value: Any) -> Any:
    if isinstance(value, float) and column.type in ("integer32", "integer"):
        return value
    try:
        return take(column, value)
    except BadValue as bad:
        raise Invalid({"filters": [str(bad)]}, str(bad), code="bad-value") from None


def _order(version: Version, selection: Selection, shown: Sequence[Column]) -> tuple[str, list[Any]]:
    parts, values = [], list[Any]()
    for order in selection.order:
        known(version, order.field, "sort")
        nulls = f" NULLS {order.nulls.upper()}" if order.nulls else ""
        parts.append(f"{quoted(order.field)}{' DESC' if order.descending else ''}{nulls}")
    if selection.distinct:
        sorted_by = {order.field for order in selection.order}
        rest = [f"{quoted(each.name)} NULLS FIRST" for each in shown if each.name not in sorted_by]
        return ", ".join([*parts, *rest]), values
    for asked in selection.asked:
        if asked.ranked and asked.question is not None and not selection.order:
            columns = (known(version, asked.field, "q"),) if asked.field else version.columns
            sql, more = weight(asked.question, columns)
            parts += [f"{sql} DESC"] if sql else []
            values += more
    return ", ".join([*parts, ID]), values


def _beyond(version: Version, orders: Sequence[Order], last: Sequence[Any]) -> Statement:
    """Write the condition that a row follows the row with these values in the order, whose last part is `_id`."""
    if len(last) != len(orders) + 1:
        message = Text(zh="翻页标记与排序不符。", en="The cursor does not belong to this order.")
        raise Invalid({"after": [message.en]}, message, code="cursor")
    parts, values, equal, equals = [], list[Any](), "", list[Any]()
    for order, value in zip((*orders, Order(field=ID)), last, strict=True):
        name = quoted(order.field)
        taken = None if value is None else _value(known(version, order.field, "after"), value)
        following, more = _following(order, name, taken)
        parts.append(f"{equal}({following})")
        values += [*equals, *more]
        equal, equals = f"{equal}{name} IS NOT DISTINCT FROM ? AND ", [*equals, taken]
    return Statement(" OR ".join(f"({part})" for part in parts), tuple(values))


def _following(order: Order, name: str, value: Any) -> tuple[str, tuple[Any, ...]]:
    nulls_last = order.nulls == "last" or (not order.nulls and not order.descending)
    if value is None:
        return ("false" if nulls_last else f"{name} IS NOT NULL"), ()
    beyond = f"{name} {'<' if order.descending else '>'} ?"
    return (f"{beyond} OR {name} IS NULL" if nulls_last and order.field != ID else beyond), (value,)


def _relation(engine: TableEngine, version: Version) -> str:
    return table_layout.relation(engine, version.layout, version.rows)


def _by_range(version: Version, selection: Selection, where: Statement) -> bool:
    plain = not where.sql and not selection.order and not selection.distinct and selection.after is None
    return plain and version.layout.counted


def _total(
    engine: TableEngine,
    version: Version,
    selection: Selection,
    shown: Sequence[Column],
    where: Statement,
    got: int,
    seconds: float,
) -> int:
    if not where.sql and not selection.distinct:
        return version.rows
    if selection.after is None and 0 < got < selection.limit:
        return selection.offset + got
    condition = f" WHERE {where.sql}" if where.sql else ""
    table = _relation(engine, version)
    if selection.distinct:
        names = ", ".join(quoted(each.name) for each in shown)
        sql = f"SELECT count(*) FROM (SELECT DISTINCT {names} FROM {table}{condition})"
    else:
        sql = f"SELECT count(*) FROM {table}{condition}"
    key = (version.hash, condition, selection.fields if selection.distinct else None, repr(where.values))
    total: int | None = engine.counted.get(key)
    if total is None:
        total = int(engine.rows(sql, where.values, seconds=seconds)[0][0])
        engine.counted.put(key, total)
    return total


def _rank(version: Version, asked: Asked, row: Sequence[Any]) -> float:
    named = zip(version.columns, row[1:], strict=False)
    texts = [_words(value) for each, value in named if value is not None and asked.field in ("", each.name)]
    return table_text.rank(asked.question, [token for text in texts for token in table_text.tokens(text)])


def _with_ranks(
    version: Version, batch: pa.RecordBatch, ranks: Sequence[Asked], named: Sequence[Column]
) -> pa.RecordBatch:
    rows = list(zip(*(values.to_pylist() for values in batch.columns), strict=True))
    found = batch
    for asked, each in zip(ranks, named, strict=True):
        values = pa.array([_rank(version, asked, row) for row in rows], pa.float64())
        found = found.append_column(each.name, values)
    return found


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)
