"""SQL from outside: one SELECT over tables that the caller may see, made only of parts that are on a list.

The text is parsed as PostgreSQL, every node is held against the list, each table is replaced by rows of its present
version, and the result is written anew for DuckDB. Nothing of the text itself ever reaches the engine.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import msgspec
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from publisher import table_layout, table_vector, tables
from publisher.table_columns import ID, Column, quoted
from publisher.table_grammar import FUNCTIONS, NAMED_FUNCTIONS, NODES, TYPES
from publisher.tables import Version
from publisher.work import Work
from schemas.errors import Invalid, NotAuthorized, NotFound
from schemas.text import Text

MOST_ROWS = 32_000
LONGEST = 20_000
DEEPEST = 40
MOST_SELECTS = 12
MOST_TABLES = 10
MOST_GLUE = 24
SECONDS = 15.0
FULL_TEXT = "_full_text"
SESSION_WORDS = frozenset(
    (
        "current_catalog", "current_date", "current_role", "current_schema", "current_time", "current_timestamp",
        "current_user", "localtime", "localtimestamp", "session_user", "user",
    )
)  # fmt: skip
CLAUSES = frozenset(
    ("expressions", "from_", "from", "joins", "where", "group", "having", "order", "limit", "offset", "distinct")
)


class SqlAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of a query: names, types (DuckDB's, `TSVECTOR` for a row's words) and values, cut at 32,000."""

    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    truncated: bool


class Forbidden(NotAuthorized):
    """The query names something that nobody may reach through SQL."""

    code = "sql-forbidden"


def search(work: Work, sql: str, *, seconds: float = SECONDS) -> SqlAnswer:
    """Run one SELECT for the actor.

    Raises Invalid for what cannot be read or run, Forbidden for parts that are not on the list, NotFound and
    NotAuthorized for tables as everywhere.
    """
    query = _prepared(sql)
    rows_of = {place: _rows_of(work, tables.current(work, name)) for place, name in query.places.items()}
    written = re.sub(r'"rows_[0-9a-f]{32}"', lambda match: rows_of.get(match[0], match[0]), query.sql)
    described, rows = work.tables.typed_rows(written, most=MOST_ROWS + 1, seconds=seconds)
    types = [_type(name, type, query.averages, at) for at, (name, type) in enumerate(described)]
    for at, type in enumerate(types):
        if type == "TSVECTOR":
            rows = [(*row[:at], table_vector.vector(row[at]), *row[at + 1 :]) for row in rows]
    shown = tuple(query.names[at] if query.names else name for at, (name, _) in enumerate(described))
    return SqlAnswer(names=shown, types=tuple(types), rows=rows[:MOST_ROWS], truncated=len(rows) > MOST_ROWS)


def parse(sql: str) -> exp.Query:
    """Read a text as one SELECT of nothing but listed parts; raises Invalid or Forbidden."""
    _measure(sql)
    try:
        found = sqlglot.parse(sql, read="postgres")
    except (SqlglotError, RecursionError, ValueError) as error:
        reason = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).splitlines()[0][:200] if str(error) else "too deep"
        raise _invalid(f"syntax error: {reason}", f"语法错误：{reason}") from None
    statements = [statement for statement in found if statement is not None]
    if len(statements) != 1:
        raise _invalid("Query is not a single statement.", "只能执行一条语句。")
    query = statements[0]
    if not isinstance(query, (exp.Select, exp.SetOperation)):
        raise _invalid("Query is not a SELECT statement.", "只能执行 SELECT 语句。")
    for node in query.walk():
        _check(node)
    _count(query)
    return query


def _measure(sql: str) -> None:
    if len(sql) > LONGEST:
        raise _invalid(f"the query is longer than {LONGEST} characters", f"查询超过 {LONGEST} 个字符。")
    depth = deepest = 0
    for letter in sql:
        depth += (letter in "([") - (letter in ")]")
        deepest = max(deepest, depth)
    if deepest > DEEPEST or "\0" in sql:
        raise _invalid("the query is nested too deep", "查询嵌套过深。")


def _check(node: exp.Expr) -> None:
    if isinstance(node, (exp.With, exp.CTE)):
        raise NotFound(Text(zh="不支持 WITH 查询。", en="WITH queries are not offered."))
    if isinstance(node, exp.Anonymous):
        if str(node.this).lower() not in NAMED_FUNCTIONS:
            raise _forbidden(f"function {str(node.this)[:100]}")
        return
    if isinstance(node, exp.Func) and type(node) not in FUNCTIONS:
        raise _forbidden(f"function {node.sql_name().lower()}")
    if type(node) not in NODES and type(node) not in FUNCTIONS:
        raise _forbidden(f"{node.key} in a query")
    check = _CHECKS.get(type(node))
    if check is not None:
        check(node)


def _check_table(node: exp.Expr) -> None:
    if node.args.get("db") or node.args.get("catalog") or not isinstance(node.this, exp.Identifier):
        raise _forbidden(f"table {node.sql()[:100]}")
    if set(_given(node)) - {"this", "alias"}:
        raise _forbidden(f"table {node.sql()[:100]}")


def _check_select(node: exp.Expr) -> None:
    extra = set(_given(node)) - CLAUSES
    if extra & {"with", "with_"}:
        raise NotFound(Text(zh="不支持 WITH 查询。", en="WITH queries are not offered."))
    if extra:
        raise _forbidden(f"{sorted(extra)[0].strip('_')} in a query")


def _check_type(node: exp.Expr) -> None:
    if node.this not in TYPES or node.args.get("nested"):
        raise _forbidden(f"type {node.sql()[:100]}")


def _check_limit(node: exp.Expr) -> None:
    value = node.expression
    if not (isinstance(value, exp.Literal) and not value.is_string and str(value.this).isdigit()):
        raise _invalid("LIMIT and OFFSET take a whole number.", "LIMIT 和 OFFSET 只接受整数。")


def _check_replace(node: exp.Expr) -> None:
    """Keep texts from growing out of bounds: no replace within a replace, and short replacements."""
    if any(isinstance(above, exp.Replace) for above in _above(node)):
        raise _forbidden("replace within replace")
    new = node.args.get("replacement")
    if new is not None and not (isinstance(new, exp.Literal) and len(str(new.this)) <= 100):
        raise _forbidden("replace with more than 100 characters")


def _check_literal(node: exp.Expr) -> None:
    if not node.args.get("is_string") and len(str(node.this)) > 100:
        raise _invalid("a number has too many digits", "数字位数过多。")


def _check_star(node: exp.Expr) -> None:
    if any(_given(node)):
        raise _forbidden("* with exceptions")


def _check_column(node: exp.Expr) -> None:
    if node.args.get("db") or node.args.get("catalog"):
        raise _forbidden(f"column {node.sql()[:100]}")
    if not node.args.get("table") and node.name.lower() in SESSION_WORDS:
        raise _forbidden(f"{node.name} without the name of its table")


_CHECKS: dict[type[exp.Expr], Callable[[exp.Expr], None]] = {
    exp.Table: _check_table,
    exp.Select: _check_select,
    exp.DataType: _check_type,
    exp.Limit: _check_limit,
    exp.Offset: _check_limit,
    exp.Replace: _check_replace,
    exp.Literal: _check_literal,
    exp.Column: _check_column,
    exp.Star: _check_star,
}


def _count(query: exp.Query) -> None:
    selects = sum(1 for _ in query.find_all(exp.Select))
    tables_read = sum(1 for _ in query.find_all(exp.Table))
    glue = sum(1 for _ in query.find_all(exp.DPipe, exp.Concat, exp.ConcatWs))
    if selects > MOST_SELECTS or tables_read > MOST_TABLES or glue > MOST_GLUE:
        raise _invalid("the query has too many parts", "查询包含的部分过多。")


def _above(node: exp.Expr) -> Iterator[exp.Expr]:
    above = node.parent
    while above is not None:
        yield above
        above = above.parent


def _given(node: exp.Expr) -> Iterator[str]:
    return (name for name, value in node.args.items() if value not in (None, [], False))


class _Prepared(msgspec.Struct, frozen=True):
    """A query that was read and found good: its SQL with places for tables, what they are called, and its columns."""

    sql: str
    places: dict[str, str]
    names: tuple[str, ...]
    averages: frozenset[int]


@lru_cache(maxsize=500)
def _prepared(sql: str) -> _Prepared:
    query = parse(sql)
    names = _named(query)
    _limited(query)
    averages = frozenset(at for at, column in enumerate(query.selects) if isinstance(column.unalias(), exp.Avg))
    places: dict[str, str] = {}
    for table in list(query.find_all(exp.Table)):
        place = f"rows_{secrets.token_hex(16)}"
        places[f'"{place}"'] = table.name
        alias = exp.TableAlias(this=exp.to_identifier(table.alias_or_name, quoted=True))
        table.replace(exp.Table(this=exp.to_identifier(place, quoted=True), alias=alias))
    return _Prepared(query.sql(dialect="duckdb", identify=True), places, names, averages)


def _rows_of(work: Work, version: Version) -> str:
    """Write the rows of a version, with the words of each row beside them, as a subquery."""
    words = ", ".join(_as_text(column) for column in version.columns) or "''"
    source = table_layout.relation(work.tables, version.layout, version.rows)
    names = ", ".join(quoted(name) for name in version.layout.names)
    return f"(SELECT {ID}, concat_ws(' ', {words}) AS {FULL_TEXT}{', ' if names else ''}{names} FROM {source})"


def _as_text(column: Column) -> str:
    text = f"CAST({quoted(column.name)} AS VARCHAR)"
    if column.physical.startswith("DECIMAL") and not column.physical.endswith(",0)"):
        return f"rtrim(rtrim({text}, '0'), '.')"
    return text


def _limited(query: exp.Query) -> None:
    """Ask for one row more than may be shown, and for a stable order of groups."""
    limit = query.args.get("limit")
    if limit is None or int(str(limit.expression.this)) > MOST_ROWS:
        query.set("limit", exp.Limit(expression=exp.Literal.number(MOST_ROWS + 1)))
    group = query.args.get("group")
    keys = [key for key in group.expressions if isinstance(key, exp.Column)] if group is not None else []
    if keys and not query.args.get("distinct"):
        ties = [exp.Ordered(this=key.copy(), desc=False, nulls_first=True) for key in keys]
        order = query.args.get("order")
        query.set("order", exp.Order(expressions=[*(order.expressions if order else ()), *ties]))


def _named(query: exp.Query) -> tuple[str, ...]:
    """Give each unnamed column of the outermost SELECT the name that PostgreSQL would; answer all, () with a star."""
    first = query
    while isinstance(first, exp.SetOperation):
        first = first.this
    if not isinstance(first, exp.Select):
        return ()
    if any(column.is_star for column in first.expressions):
        return ()
    return tuple(_name(column) for column in first.expressions)


def _name(column: exp.Expr) -> str:
    if isinstance(column, (exp.Alias, exp.Column)):
        return column.alias_or_name
    if isinstance(column, exp.Cast):
        inner = _name(column.this)
        return str(column.to.this.value).lower() if inner == "?column?" else inner
    if isinstance(column, exp.Paren):
        return _name(column.this)
    if isinstance(column, exp.Case):
        return "case"
    if isinstance(column, (exp.Window, exp.Filter, exp.WithinGroup)):
        return _name(column.this)
    if isinstance(column, exp.Anonymous):
        return str(column.this).lower()
    if isinstance(column, exp.Func) and not isinstance(column, (exp.And, exp.Or)):
        return FUNCTIONS.get(type(column), "") or column.sql_name().lower()
    return "?column?"


def _type(name: str, type: str, averages: frozenset[int], at: int) -> str:
    if name == FULL_TEXT:
        return "TSVECTOR"
    return "DECIMAL" if at in averages and type == "DOUBLE" else type


def _invalid(english: str, chinese: str) -> Invalid:
    return Invalid({"query": [english]}, Text(zh=chinese, en=english), code="sql")


def _forbidden(what: str) -> Forbidden:
    return Forbidden(Text(zh=f"查询不得使用：{what}。", en=f"Not authorized to use {what}."))
