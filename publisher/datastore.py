"""Editing tables row by row: creating, widening, adding, changing and deleting, each edit a new version of the table.

An edit writes only the rows it touches. Columns are those of `table_columns`, conditions those of `table_queries`; the
caller's words for them are none of this module's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

import msgspec
from sqlalchemy import delete, insert, select

from publisher import datasets, table_layout, table_segments, tables
from publisher.auth import Permission
from publisher.table_columns import ID, Column, quoted
from publisher.table_layout import Layout
from publisher.table_queries import Condition, Selection, filtered
from publisher.table_rows import TableAliasRow, TableRow
from publisher.table_values import BadValue, take
from publisher.tables import Prepared, Version
from publisher.work import Work
from schemas.errors import Invalid
from schemas.model import Dataset
from schemas.text import Text

Method: TypeAlias = Literal["insert", "upsert", "update"]
Row: TypeAlias = dict[str, Any]

MOST_COLUMNS = 1600


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """What an edit came to: the version that stands now, and the rows it added, changed or deleted."""

    version: Version
    rows: tuple[Row, ...] = ()


class BadRow(Invalid):
    """One of the given rows cannot be taken; `row` counts from 0."""

    def __init__(self, field: str, reason: str, row: int | None = None) -> None:
        self.row = row
        place = {} if row is None else {f"{field}_row": row}
        super().__init__({field: [reason], **place}, Text(zh=f"数据行无效：{reason}", en=reason), code="bad-row")


class KeyTaken(BadRow):
    """A row to be added has the key of another row."""

    def __init__(self, key: Mapping[str, Any], row: int) -> None:
        self.key = dict(key)
        shown = ", ".join(f"{name}={value}" for name, value in key.items())
        super().__init__("records", f"duplicate key value violates unique constraint: {shown}", row)


class KeyMissing(BadRow):
    """A row to be changed is not there; `fields` counts the columns that the given row had."""

    def __init__(self, key: Mapping[str, Any], fields: int) -> None:
        self.key = dict(key)
        self.fields = fields
        super().__init__("key", f'key "{self.key}" not found')


def create(
    work: Work,
    resource_id: str,
    *,
    columns: Sequence[Column] | None = None,
    rows: Sequence[Mapping[str, Any]] = (),
    key: Sequence[str] | None = None,
    aliases: Sequence[str] | None = None,
    only_these: bool = False,
) -> Edit:
    """Make a table, or change the one that is there, and add rows to it.

    Columns that are new are added; of known ones only what is told of them changes, never their type. With `only_these`
    all others are dropped. `key` None leaves the key as it is.
    """
    dataset = _permitted(work, resource_id)
    tables.claim(work, dataset, resource_id)
    old, next_id = _locked(work, resource_id)
    layout = old.layout if old else Layout()
    layout = _with_columns(work, layout, columns or (), only_these)
    layout = _with_key(work, layout, key)
    if aliases is not None:
        _check_aliases(work, resource_id, aliases)
    taken, layout, last = _inserted(work, layout, rows, next_id)
    version = _write(work, dataset, resource_id, old, layout, len(taken), last, "create" if old is None else "change")
    if aliases is not None:
        _set_aliases(work, resource_id, aliases)
    return Edit(version=version, rows=taken)


def write(
    work: Work, resource_id: str, rows: Sequence[Mapping[str, Any]], method: Method = "upsert", *, dry_run: bool = False
) -> Edit:
    """Add rows, change rows by their key, or whichever fits; all or none.

    Raises BadRow for the first row that does not fit. With `dry_run` everything is checked and nothing is kept.
    """
    dataset = _permitted(work, resource_id)
    old, next_id = _locked(work, resource_id)
    if old is None:
        old = tables.current(work, resource_id)
    if method == "insert":
        taken, layout, last = _inserted(work, old.layout, rows, next_id)
        grown = len(taken)
    else:
        taken, layout, last, grown = _merged(work, old.layout, rows, next_id, method)
    if dry_run or not taken:
        return Edit(version=old, rows=taken)
    return Edit(version=_write(work, dataset, resource_id, old, layout, grown, last, method), rows=taken)


def delete_rows(work: Work, resource_id: str, where: Condition | None) -> Edit:
    """Delete the rows that a condition names, or all of them where there is none; the table stays."""
    dataset = _permitted(work, resource_id)
    old, next_id = _locked(work, resource_id)
    if old is None:
        old = tables.current(work, resource_id)
    gone = _matching(work, old, where)
    if not gone:
        return Edit(version=old)
    if len(gone) == old.rows:
        layout = msgspec.structs.replace(old.layout, segments=())
    else:
        segment = table_segments.write(work.files, work.tables, old.columns, (), [row[ID] for row in gone])
        layout = table_segments.added(work.files, work.tables, old.layout, segment)
    version = _write(work, dataset, resource_id, old, layout, -len(gone), next_id, "delete-rows")
    return Edit(version=version, rows=tuple(gone))


def resolve(work: Work, name: str) -> str:
    """Answer the resource id that a name means: an alias's, or the name itself."""
    found = work.session.get(TableAliasRow, name) if len(name) <= 100 else None
    return found.resource_id if found else name


def aliases(work: Work, resource_id: str) -> list[str]:
    """Answer the further names of a table, in order."""
    statement = select(TableAliasRow.alias).where(TableAliasRow.resource_id == resource_id)
    return list(work.session.scalars(statement.order_by(TableAliasRow.alias)))


def listing(work: Work, *, limit: int, offset: int = 0) -> list[tuple[str, str]]:
    """Answer (name, table) of every table and alias that the actor may read, by name; a table's own has no table."""
    own = [(row.resource_id, "", row.dataset_id) for row in work.session.scalars(select(TableRow))]
    owner = {resource_id: dataset_id for resource_id, _, dataset_id in own}
    rows = work.session.scalars(select(TableAliasRow))
    named = [(row.alias, row.resource_id, owner[row.resource_id]) for row in rows]
    readable = {
        dataset.id
        for dataset in datasets.many(work, sorted(set(owner.values())))
        if work.may(Permission.DATASET_READ, datasets.subject(dataset))
    }
    seen = sorted((name, table) for name, table, dataset_id in (*own, *named) if dataset_id in readable)
    return seen[offset : offset + limit]


def _permitted(work: Work, resource_id: str) -> Dataset:
    dataset, _ = datasets.find_resource(work, resource_id)
    work.require(Permission.DATASET_EDIT, datasets.subject(dataset))
    return dataset


def _locked(work: Work, resource_id: str) -> tuple[Version | None, int]:
    """Answer the present version and the next `_id`, holding the table against other editors until the commit."""
    row = work.session.get(TableRow, resource_id, with_for_update=True, populate_existing=True)
    return (tables.find(work, resource_id), row.next_id) if row is not None else (None, 1)


def _write(
    work: Work,
    dataset: Dataset,
    resource_id: str,
    old: Version | None,
    layout: Layout,
    grown: int,
    next_id: int,
    verb: str,
) -> Version:
    if old is not None and layout == old.layout:
        return old
    prepared = Prepared(
        layout=layout,
        rows=(old.rows if old else 0) + grown,
        bytes=sum(segment.bytes for segment in layout.segments),
        profile=(),
    )
    return tables.write_version(work, dataset, resource_id, prepared, verb=verb, next_id=next_id)


def _with_columns(work: Work, layout: Layout, given: Sequence[Column], only_these: bool) -> Layout:
    told = {column.name: column for column in given}
    if len(told) != len(given):
        raise BadRow("fields", "Duplicate column names are not supported")
    kept = tuple(_told(column, told.get(column.name)) for column in layout.columns)
    fresh = tuple(column for column in given if layout.column(column.name) is None)
    if len(kept) + len(fresh) > MOST_COLUMNS:
        raise BadRow("fields", f"a table has at most {MOST_COLUMNS} columns")
    wide = msgspec.structs.replace(layout, columns=(*kept, *fresh))
    if len({name.casefold() for name in wide.names}) < len(wide.names):
        raise BadRow("fields", "Duplicate column names are not supported, also not in another case")
    dropped = [column.name for column in kept if column.name not in told] if only_these and given else []
    if not dropped:
        return wide
    rest = tuple(column for column in wide.columns if column.name not in dropped)
    key = () if set(layout.key) & set(dropped) else layout.key
    narrow = msgspec.structs.replace(wide, columns=rest, key=key)
    return table_segments.merged(work.files, work.tables, narrow, 0) if layout.segments else narrow


def _told(column: Column, given: Column | None) -> Column:
    if given is None or not (given.title or given.description or given.dictionary):
        return column
    return msgspec.structs.replace(
        column, title=given.title, description=given.description, dictionary=given.dictionary
    )


def _with_key(work: Work, layout: Layout, key: Sequence[str] | None) -> Layout:
    if key is None or tuple(key) == layout.key:
        return layout
    for name in key:
        if layout.column(name) is None:
            raise BadRow("primary_key", f'field "{name}" not in table')
    if key and layout.segments:
        names = ", ".join(quoted(name) for name in key)
        table = table_layout.source(work.tables, layout)
        repeated = work.tables.rows(f"SELECT {names} FROM {table} GROUP BY ALL HAVING count(*) > 1 LIMIT 1")
        if repeated:
            shown = ", ".join(str(value) for value in repeated[0])
            raise BadRow(
                "primary_key", f"could not create unique index: key ({', '.join(key)})=({shown}) is duplicated"
            )
    return msgspec.structs.replace(layout, key=tuple(key))


def _read(layout: Layout, row: Mapping[str, Any], at: int) -> Row:
    """Take one given row into the types of its columns."""
    unknown = [name for name in row if name != ID and layout.column(name) is None]
    if unknown:
        raise BadRow("fields", 'fields "' + '", "'.join(map(str, unknown)) + '" do not exist')
    taken: Row = {}
    for name, value in row.items():
        column = layout.column(name)
        if column is not None:
            try:
                taken[name] = take(column, value)
            except BadValue as bad:
                raise BadRow("records", str(bad), at) from None
    return taken


def _inserted(
    work: Work, layout: Layout, rows: Sequence[Mapping[str, Any]], next_id: int
) -> tuple[tuple[Row, ...], Layout, int]:
    if not rows:
        return (), layout, next_id
    blank = dict.fromkeys(layout.names)
    taken = [{ID: next_id + at, **blank, **_read(layout, row, at)} for at, row in enumerate(rows)]
    if layout.key:
        known = set(_by_key(work, layout, [_key(layout, row) for row in taken]))
        for at, row in enumerate(taken):
            key = _key(layout, row)
            if key in known:
                raise KeyTaken(dict(zip(layout.key, key, strict=True)), at)
            known.add(key)
    return tuple(taken), _with_rows(work, layout, taken, ()), next_id + len(taken)


def _merged(
    work: Work, layout: Layout, rows: Sequence[Mapping[str, Any]], next_id: int, method: Method
) -> tuple[tuple[Row, ...], Layout, int, int]:
    """Change rows by their key, later ones after earlier ones; an upsert of a new key adds a row."""
    if not rows:
        return (), layout, next_id, 0
    if not layout.key:
        raise BadRow("table", "table does not have a unique key defined")
    taken = [_read(layout, row, at) for at, row in enumerate(rows)]
    keys = [_demanded_key(layout, row) for row in taken]
    present = _by_key(work, layout, keys)
    result: dict[tuple[Any, ...], Row] = {}
    blank = dict.fromkeys(layout.names)
    for at, (key, row) in enumerate(zip(keys, taken, strict=True)):
        base = result.get(key) or present.get(key)
        if base is None and method == "update":
            raise KeyMissing(dict(zip(layout.key, key, strict=True)), len(row))
        result[key] = {**(base or {ID: next_id + at, **blank}), **row}
    changed = [present[key][ID] for key in result if key in present]
    layout = _with_rows(work, layout, list(result.values()), changed)
    last = next_id + (len(rows) if method == "upsert" else 0)
    return tuple(result.values()), layout, last, len(result) - len(changed)


def _with_rows(work: Work, layout: Layout, rows: Sequence[Row], hidden: Iterable[int]) -> Layout:
    columns = table_segments.widened(layout.columns, rows)
    wide = msgspec.structs.replace(layout, columns=columns)
    segment = table_segments.write(work.files, work.tables, columns, rows, hidden)
    return table_segments.added(work.files, work.tables, wide, segment)


def _key(layout: Layout, row: Row) -> tuple[Any, ...]:
    return tuple(row.get(name) for name in layout.key)


def _demanded_key(layout: Layout, row: Row) -> tuple[Any, ...]:
    missing = [name for name in layout.key if row.get(name) is None]
    if missing:
        names = '", "'.join(missing)
        raise BadRow("key", f'fields "{names}" are missing\n                            but needed as key')
    return _key(layout, row)


def _by_key(work: Work, layout: Layout, keys: Sequence[tuple[Any, ...]]) -> dict[tuple[Any, ...], Row]:
    """Answer the rows that have one of these keys."""
    if not layout.segments or not keys:
        return {}
    physical = {column.name: column.physical for column in layout.columns}
    lists = [list(values) for values in zip(*dict.fromkeys(keys), strict=True)]
    wanted = ", ".join(f"unnest(?::{physical[name]}[]) AS k{at}" for at, name in enumerate(layout.key))
    on = " AND ".join(f"t.{quoted(name)} = w.k{at}" for at, name in enumerate(layout.key))
    names = ", ".join(f"t.{quoted(name)}" for name in (ID, *layout.names))
    table = table_layout.source(work.tables, layout)
    sql = f"SELECT {names} FROM {table} t JOIN (SELECT {wanted}) w ON {on}"
    found = [dict(zip((ID, *layout.names), row, strict=True)) for row in work.tables.rows(sql, lists)]
    return {_key(layout, row): row for row in found}


def _matching(work: Work, version: Version, where: Condition | None) -> list[Row]:
    statement = filtered(version, Selection(where=where))
    names = (ID, *version.layout.names)
    table = table_layout.source(work.tables, version.layout)
    condition = f" WHERE {statement.sql}" if statement.sql else ""
    sql = f"SELECT {', '.join(quoted(name) for name in names)} FROM {table}{condition} ORDER BY {ID}"
    return [dict(zip(names, row, strict=True)) for row in work.tables.rows(sql, statement.values)]


def _check_aliases(work: Work, resource_id: str, wanted: Sequence[str]) -> None:
    for alias in wanted:
        if not alias.strip() or alias.startswith("_") or '"' in alias or len(alias) > 63:
            raise BadRow("aliases", f'"{alias}" is not a valid alias name')
        owner = work.session.get(TableAliasRow, alias)
        taken = owner is not None and owner.resource_id != resource_id
        if taken or work.session.get(TableRow, alias) is not None:
            raise BadRow("aliases", f"The alias '{alias}' already exists.")


def _set_aliases(work: Work, resource_id: str, wanted: Sequence[str]) -> None:
    work.session.execute(delete(TableAliasRow).where(TableAliasRow.resource_id == resource_id))
    rows = [{"alias": alias, "resource_id": resource_id} for alias in dict.fromkeys(wanted)]
    if rows:
        work.session.execute(insert(TableAliasRow), rows)
    work.record("name-table", "resource", resource_id, aliases=list(wanted))
