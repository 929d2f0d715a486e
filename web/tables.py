"""Tables on pages: which rows of a stored table an address asks for, and how its cells and columns read."""

from __future__ import annotations

from typing import Any, Literal, cast

import msgspec
from flask import request

from publisher import table_queries, tables
from publisher.table_columns import ID, NUMERIC, Column
from publisher.table_profile import ColumnProfile, plain
from publisher.table_queries import AllOf, Asked, Compare, Condition, Order, Selection
from publisher.table_text import plain as words_of
from publisher.tables import Version
from publisher.work import Work
from schemas.errors import Invalid, NotAuthorized, NotFound
from web.language import gettext
from web.rendering import clean, told, with_query

ROWS, FEWEST_ROWS, CELLS = 50, 10, 1000
MOST_COLUMNS, FIRST_COLUMNS = 100, 30
DEEPEST = 1_000_000
MOST_FILTERS = 8
OPERATORS = ("eq", "ne", "lt", "lte", "gt", "gte")
Operator = Literal["eq", "ne", "lt", "lte", "gt", "gte"]


class Filter(msgspec.Struct, frozen=True):
    """One condition of the address: a column, a comparison and a value as typed."""

    column: str
    operator: Operator
    value: str


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """One column's head: its names, its type in words, its profile, and the addresses that sort by it."""

    column: Column
    kind: str
    numeric: bool
    profile: ColumnProfile | None
    sort_url: str
    sorted: Literal["", "ascending", "descending"]


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a table; rows carry their number in the file (the header is row 1) before their cells."""

    version: Version
    heads: tuple[Head, ...]
    rows: tuple[tuple[int, tuple[str | None, ...]], ...]
    total: int
    first: int
    q: str = ""
    filters: tuple[Filter, ...] = ()
    problem: str = ""
    before: str = ""
    after: str = ""


def operators() -> list[tuple[str, str]]:
    """Answer the comparisons with their words."""
    words = (
        gettext("is"),
        gettext("is not"),
        gettext("is below"),
        gettext("is at most"),
        gettext("is above"),
        gettext("is at least"),
    )
    return list(zip(OPERATORS, words, strict=True))


def kind_of(column: Column) -> str:
    """Answer a column's type in words."""
    words = {
        "integer32": gettext("whole number"),
        "integer": gettext("whole number"),
        "decimal": gettext("whole number"),
        "number": gettext("number"),
        "boolean": gettext("yes or no"),
        "date": gettext("date"),
        "datetime": gettext("date and time"),
        "moment": gettext("date and time"),
        "time": gettext("time of day"),
        "json": gettext("structure"),
    }
    return words.get(column.type, gettext("text"))


def first(work: Work, resource_id: str, limit: int) -> Table | None:
    """Answer the first rows of a resource's table, or None where it has none."""
    version = _version(work, resource_id)
    if version is None:
        return None
    fields = _shown(version, FIRST_COLUMNS)
    page = table_queries.read(work.tables, version, Selection(fields=fields, limit=limit, count=False))
    heads = _heads(version)[:FIRST_COLUMNS]
    return Table(version=version, heads=heads, rows=_rows(page.rows), total=version.rows, first=1)


def asked(work: Work, resource_id: str) -> Table | None:
    """Answer the rows that the address asks for; a question that cannot be answered is told beside all the rows."""
    version = _version(work, resource_id)
    if version is None:
        return None
    fields = _shown(version, MOST_COLUMNS)
    rows = max(FEWEST_ROWS, min(ROWS, CELLS // len(fields)))
    start = (_page() - 1) * rows
    q, filters = clean(request.args.get("q", "")).strip()[:200], _filters()
    problem = ""
    try:
        wanted = msgspec.structs.replace(selection(version, start, rows), fields=fields)
        page = table_queries.read(work.tables, version, wanted)
    except Invalid as refused:
        problem = told(refused.message)
        page = table_queries.read(work.tables, version, Selection(fields=fields, limit=rows, offset=start))
    total = page.total or 0
    return Table(
        version=version,
        heads=_heads(version)[:MOST_COLUMNS],
        rows=_rows(page.rows),
        total=total,
        first=start + 1,
        q=q,
        filters=filters,
        problem=problem,
        before=with_query(page=_page() - 1 if _page() > 2 else None) if start else "",
        after=with_query(page=_page() + 1) if start + rows < total else "",
    )


def _shown(version: Version, most: int) -> tuple[str, ...]:
    """Answer the row number and the first columns of a table, as many as a page can hold."""
    return (ID, *(column.name for column in version.columns[:most]))


def _version(work: Work, resource_id: str) -> Version | None:
    """Answer the present version of a table, or None where there is none or the reader may not have its rows."""
    try:
        return tables.current(work, resource_id)
    except (NotFound, NotAuthorized):
        return None


def selection(version: Version, start: int, limit: int) -> Selection:
    """Answer what the address asks of a table."""
    q = clean(request.args.get("q", "")).strip()[:200]
    compared = tuple(Compare(f.column, f.operator, _typed(version, f)) for f in _filters())
    where: Condition | None = AllOf(compared) if compared else None
    texts = (Asked(question=words_of(q), ranked=False),) if q else ()
    name, descending = _sort()
    order = (Order(field=name, descending=descending, nulls="last"),) if name else ()
    return Selection(where=where, asked=texts, order=order, limit=limit, offset=start)


def _typed(version: Version, asked_for: Filter) -> Any:
    column = version.layout.column(asked_for.column)
    if column is None or column.type not in NUMERIC:
        return asked_for.value
    text = asked_for.value.replace(",", "").strip()
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return asked_for.value


def _filters() -> tuple[Filter, ...]:
    given = zip(
        request.args.getlist("column")[:MOST_FILTERS],
        request.args.getlist("op")[:MOST_FILTERS],
        request.args.getlist("value")[:MOST_FILTERS],
        strict=False,
    )
    return tuple(
        Filter(column, cast(Operator, operator), value[:200])
        for column, operator, value in given
        if column and value.strip() and operator in OPERATORS
    )


def without_filter(at: int) -> str:
    """Answer this page's address without one of its filters."""
    kept = [one for place, one in enumerate(_filters()) if place != at]
    return with_query(
        {
            "column": [one.column for one in kept],
            "op": [one.operator for one in kept],
            "value": [one.value for one in kept],
        },
        drop=("page",),
    )


def _page() -> int:
    page = request.args.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 9 else 1
    return max(1, min(number, DEEPEST))


def _sort() -> tuple[str, bool]:
    wanted = request.args.get("sort", "")[:300]
    return (wanted[1:], True) if wanted.startswith("-") else (wanted, False)


def _heads(version: Version) -> tuple[Head, ...]:
    profiles = {profile.name: profile for profile in version.profile}
    name, descending = _sort()
    return tuple(_head(column, profiles.get(column.name), name, descending) for column in version.columns)


def _head(column: Column, profile: ColumnProfile | None, name: str, descending: bool) -> Head:
    current: Literal["", "ascending", "descending"] = ""
    if column.name == name:
        current = "descending" if descending else "ascending"
    target = f"-{column.name}" if current == "ascending" else column.name
    return Head(
        column=column,
        kind=kind_of(column),
        numeric=column.type in NUMERIC,
        profile=profile,
        sort_url=with_query({"sort": target}, drop=("page",)),
        sorted=current,
    )


def _rows(found: list[tuple[Any, ...]]) -> tuple[tuple[int, tuple[str | None, ...]], ...]:
    return tuple((int(row[0]) + 1, tuple(cell(value) for value in row[1:])) for row in found)


def cell(value: Any) -> str | None:
    """Answer a value as it reads in a table; None where it is missing."""
    value = plain(value)
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return clean(value)
