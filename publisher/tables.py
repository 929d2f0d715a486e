"""The table store: accepted tables as immutable Parquet versions, with their history, profiles and first rows.

A table belongs to a resource and is read and changed with the permissions of its dataset. A version never changes: a
new load or edit adds one, and whatever fails before the commit leaves no trace.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from publisher import access, datasets, table_layout, table_profile
from publisher.auth import Permission
from publisher.orm import DatasetRow
from publisher.table_columns import ID, Column, quoted
from publisher.table_files import Prepared as Prepared
from publisher.table_files import prepare as prepare
from publisher.table_layout import Layout
from publisher.table_profile import ColumnProfile
from publisher.table_rows import TableAliasRow, TableRow, TableVersionRow
from publisher.work import Work
from schemas.errors import NotFound
from schemas.model import Dataset, decode_dataset
from schemas.text import Text
from search.document import Column as SearchColumn
from search.document import Facts


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a table: its number from 1, when and by whom or which run it came, and what it holds."""

    resource_id: str
    dataset_id: str
    number: int
    at: datetime
    actor_id: str
    run_id: str
    source_hash: str
    hash: str
    rows: int
    bytes: int
    layout: Layout
    profile: tuple[ColumnProfile, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """Answer the columns, without `_id`."""
        return self.layout.columns


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """Some rows of a version: values as JSON has them, in the order of the columns."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: int


def publish_version(
    work: Work,
    resource_id: str,
    table: str | os.PathLike[str] | Prepared,
    schema: Mapping[str, Any] | None = None,
    source_hash: str = "",
    run_id: str = "",
) -> Version:
    """Make a Parquet file the present version of the resource's table and answer it.

    Rows keep the order of the file and are counted by `_id` from 1. The same table again makes no new version. What
    editors said of a column in the data dictionary stays with the column of that name.
    """
    dataset, _ = datasets.find_resource(work, resource_id)
    work.require(Permission.DATASET_EDIT, datasets.subject(dataset))
    prepared = table if isinstance(table, Prepared) else prepare(work.files, work.tables, table, schema)
    claim(work, dataset, resource_id)
    old = find(work, resource_id)
    if old is not None:
        prepared = _with_dictionary(prepared, old)
    if old is not None and old.hash == prepared.layout.hash:
        return old
    return write_version(work, dataset, resource_id, prepared, source_hash=source_hash, run_id=run_id, verb="load")


def _with_dictionary(prepared: Prepared, old: Version) -> Prepared:
    told = {column.name: column for column in old.columns if column.dictionary}
    kept = tuple(
        msgspec.structs.replace(
            column,
            title=told[column.name].title,
            description=told[column.name].description,
            dictionary=told[column.name].dictionary,
        )
        if column.name in told
        else column
        for column in prepared.layout.columns
    )
    return msgspec.structs.replace(prepared, layout=msgspec.structs.replace(prepared.layout, columns=kept))


def write_version(
    work: Work,
    dataset: Dataset,
    resource_id: str,
    prepared: Prepared,
    *,
    verb: str,
    source_hash: str = "",
    run_id: str = "",
    next_id: int | None = None,
) -> Version:
    """Add a version in a transaction whose permission the caller required; the search index learns of new columns."""
    row = claim(work, dataset, resource_id)
    old = find(work, resource_id)
    number = row.version + 1
    values = {"version": number, "next_id": next_id or prepared.rows + 1, "changed": work.now}
    work.session.execute(update(TableRow).where(TableRow.resource_id == resource_id).values(values))
    version = Version(
        resource_id=resource_id,
        dataset_id=dataset.id,
        number=number,
        at=work.now,
        actor_id=work.actor.id,
        run_id=run_id,
        source_hash=source_hash,
        hash=prepared.layout.hash,
        rows=prepared.rows,
        bytes=prepared.bytes,
        layout=prepared.layout,
        profile=prepared.profile,
    )
    work.session.execute(insert(TableVersionRow), [_columns(version)])
    work.record(f"{verb}-table", "resource", resource_id, dataset=dataset.id, version=number, rows=version.rows)
    if old is None or old.columns != version.columns or old.rows.bit_length() != version.rows.bit_length():
        work.index(dataset.id)
    return version


def claim(work: Work, dataset: Dataset, resource_id: str) -> TableRow:
    """Hold a resource's table against other writers until the commit; a row of version 0 begins one that is not there.

    Whoever claims writes a version in the same transaction.
    """
    row = work.session.get(TableRow, resource_id, with_for_update=True, populate_existing=True)
    if row is None:
        values = {"resource_id": resource_id, "dataset_id": dataset.id, "version": 0, "next_id": 1}
        try:
            with work.savepoint():
                work.session.execute(insert(TableRow), [values | {"created": work.now, "changed": work.now}])
        except IntegrityError:
            work.session.expire_all()
        row = work.session.get_one(TableRow, resource_id, with_for_update=True, populate_existing=True)
    return row


def current(work: Work, ref: str) -> Version:
    """Answer the present version of the table of a resource's id or of an alias.

    Raises NotFound where there is no such table, NotAuthorized where it may not be had.
    """
    found = work.session.execute(_PRESENT, {"ref": ref}).first()
    dataset = decode_dataset(found.document) if found else None
    for resource in dataset.resources if dataset else ():
        if dataset and found and resource.id == found.resource_id:
            access.require_fetch(work, dataset, resource)
            return _remembered(work, found.resource_id, found.version, found.hash, dataset.id)
    access.require_fetch(work, *datasets.find_resource(work, ref))
    raise NotFound(Text(zh=f"资源 {ref} 没有数据表。", en=f"Resource {ref} has no table."))


def find(work: Work, resource_id: str) -> Version | None:
    """Answer the present version whoever may see it, or None; callers require the permission themselves."""
    statement = (
        select(TableRow.version, TableVersionRow.hash, TableRow.dataset_id)
        .join(TableVersionRow, TableVersionRow.resource_id == TableRow.resource_id)
        .where(TableRow.resource_id == resource_id, TableVersionRow.number == TableRow.version)
    )
    found = work.session.execute(statement).first()
    return _remembered(work, resource_id, found.version, found.hash, found.dataset_id) if found else None


def versions(work: Work, resource_id: str, *, limit: int = 100, before: int | None = None) -> list[Version]:
    """Answer the versions of a table, newest first."""
    present = current(work, resource_id)
    statement = (
        select(TableVersionRow)
        .where(TableVersionRow.resource_id == resource_id)
        .order_by(TableVersionRow.number.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(TableVersionRow.number < before)
    return [_version(row, present.dataset_id) for row in work.session.scalars(statement)]


def at_version(work: Work, resource_id: str, number: int) -> Version:
    """Answer a version by its number; raises NotFound."""
    present = current(work, resource_id)
    row = work.session.get(TableVersionRow, (resource_id, number))
    if row is None:
        raise NotFound(Text(zh=f"没有第 {number} 版。", en=f"There is no version {number}."))
    return _version(row, present.dataset_id)


def as_of(work: Work, resource_id: str, moment: datetime) -> Version:
    """Answer the version that stood at a moment; raises NotFound for a time before the first."""
    present = current(work, resource_id)
    statement = (
        select(TableVersionRow)
        .where(TableVersionRow.resource_id == resource_id, TableVersionRow.at <= moment)
        .order_by(TableVersionRow.number.desc())
        .limit(1)
    )
    row = work.session.scalars(statement).first()
    if row is None:
        raise NotFound(Text(zh="该时刻尚无此数据表。", en="The table did not exist at that moment."))
    return _version(row, present.dataset_id)


def first_rows(work: Work, resource_id: str, limit: int = 10) -> Rows:
    """Answer the first rows of the present version, for a page."""
    version = current(work, resource_id)
    names = ", ".join((ID, *(quoted(name) for name in version.layout.names)))
    source = table_layout.source(work.tables, version.layout)
    found = work.tables.rows(f"SELECT {names} FROM {source} ORDER BY {ID} LIMIT ?", [limit])
    rows = tuple(tuple(table_profile.plain(value) for value in row[1:]) for row in found)
    return Rows(columns=version.columns, rows=rows, total=version.rows)


def profile(work: Work, version: Version) -> tuple[ColumnProfile, ...]:
    """Answer what the columns of a version are like; edited versions are measured when they are asked for."""
    if version.profile or not version.columns:
        return version.profile
    source = table_layout.relation(work.tables, version.layout, version.rows)
    return table_profile.profile(work.tables, source, version.columns, version.rows)


def having(work: Work, resource_ids: Iterable[str]) -> set[str]:
    """Answer which of these resources have a table; rights are the caller's care."""
    wanted, found = list(resource_ids), set[str]()
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        found |= set(work.session.scalars(select(TableRow.resource_id).where(TableRow.resource_id.in_(part))))
    return found


def facts(work: Work, found: Sequence[Dataset]) -> dict[str, Facts]:
    """Answer what the search index has to know of the tables of these datasets, by dataset id."""
    owners = {resource.id: dataset.id for dataset in found for resource in dataset.resources}
    gathered: dict[str, list[tuple[Layout, int]]] = {}
    wanted = sorted(owners)
    for start in range(0, len(wanted), 500):
        statement = (
            select(TableVersionRow.resource_id, TableVersionRow.layout, TableVersionRow.rows)
            .join(TableRow, TableRow.resource_id == TableVersionRow.resource_id)
            .where(TableRow.resource_id.in_(wanted[start : start + 500]), TableVersionRow.number == TableRow.version)
            .order_by(TableVersionRow.resource_id)
        )
        for row in work.session.execute(statement):
            kept = table_layout.decode(row.layout), row.rows
            gathered.setdefault(owners[row.resource_id], []).append(kept)
    return {
        dataset_id: Facts(
            columns=tuple(SearchColumn(c.name, c.title, c.description) for layout, _ in kept for c in layout.columns),
            row_count=sum(rows for _, rows in kept),
            has_table=True,
        )
        for dataset_id, kept in gathered.items()
    }


def remove(work: Work, resource_id: str) -> None:
    """Drop a table with all its versions and further names; raises NotFound where there is none."""
    version = current(work, resource_id)
    dataset, _ = datasets.find_resource(work, resource_id)
    work.require(Permission.DATASET_EDIT, datasets.subject(dataset))
    for row in (TableAliasRow, TableVersionRow, TableRow):
        work.session.execute(delete(row).where(row.resource_id == resource_id))
    work.record("remove-table", "resource", resource_id, dataset=dataset.id, version=version.number)
    work.index(dataset.id)


_ALIASED = select(TableAliasRow.resource_id).where(TableAliasRow.alias == bindparam("ref")).scalar_subquery()
_PRESENT = (
    select(TableRow.resource_id, TableRow.version, TableVersionRow.hash, DatasetRow.document)
    .join(TableVersionRow, TableVersionRow.resource_id == TableRow.resource_id)
    .join(DatasetRow, DatasetRow.id == TableRow.dataset_id)
    .where(
        or_(TableRow.resource_id == bindparam("ref"), TableRow.resource_id == _ALIASED),
        TableVersionRow.number == TableRow.version,
    )
)


def _remembered(work: Work, resource_id: str, number: int, hash: str, dataset_id: str) -> Version:
    """Answer a version, which never changes, from memory, or read it."""
    key = (resource_id, number, hash)
    found: Version | None = work.tables.remembered.get(key)
    if found is None:
        row = work.session.get_one(TableVersionRow, (resource_id, number), populate_existing=True)
        found = _version(row, dataset_id)
        work.tables.remembered.put(key, found)
    return found


def _columns(version: Version) -> dict[str, Any]:
    names = ("resource_id", "number", "at", "actor_id", "run_id", "source_hash", "hash", "rows", "bytes")
    return {name: getattr(version, name) for name in names} | {
        "layout": table_layout.encode(version.layout),
        "profile": table_profile.encode(version.profile),
    }


def _version(row: TableVersionRow, dataset_id: str) -> Version:
    return Version(
        resource_id=row.resource_id,
        dataset_id=dataset_id,
        number=row.number,
        at=row.at,
        actor_id=row.actor_id,
        run_id=row.run_id,
        source_hash=row.source_hash,
        hash=row.hash,
        rows=row.rows,
        bytes=row.bytes,
        layout=table_layout.decode(row.layout),
        profile=table_profile.decode(row.profile),
    )
