"""Stamps: what tells whether a dataset, and all that is shown with it, is still as it was when it was last written out.

One statement, built once, answers them for many datasets; a reader that kept what it wrote under an equal stamp may
give it out again without reading the documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, func, or_, select

from publisher.auth import Subject
from publisher.orm import DatasetRow, DatasetThemeRow, OrganizationRow
from publisher.relationships import RelationshipRow
from publisher.table_rows import TableRow
from publisher.work import Work

PART = 500


class Stamp(msgspec.Struct, frozen=True):
    """A dataset's id, what permissions on it are asked for, whether it stands in relationships, and its mark.

    The mark changes with the dataset, its organization, its themes and its tables.
    """

    id: str
    subject: Subject
    related: bool
    mark: tuple[Any, ...]


def of(work: Work, ref: str) -> Stamp | None:
    """Answer the stamp of the dataset of that id or name, or None; rights are the caller's care."""
    rows = work.session.connection().execute(_by_ref(), {"ref": ref}).all()
    by_id = [row for row in rows if row.id == ref]
    return _stamp((by_id or list(rows))[0]) if rows else None


def many(work: Work, ids: Sequence[str]) -> list[Stamp]:
    """Answer the stamps of datasets in this order; ids that are gone are left out, rights are the caller's care."""
    found: dict[str, Stamp] = {}
    for start in range(0, len(ids), PART):
        rows = work.session.connection().execute(_by_ids(), {"ids": list(ids[start : start + PART])})
        found |= {row.id: _stamp(row) for row in rows}
    return [found[key] for key in ids if key in found]


def _stamp(row: Row[Any]) -> Stamp:
    subject = Subject(
        kind="dataset",
        id=row.id,
        name=row.name,
        owner=row.owner_id,
        creator=row.created_by,
        open=row.visibility == "public" and row.state == "active",
    )
    return Stamp(row.id, subject, bool(row.related), tuple(row[6:]))


@cache
def _by_ref() -> Any:
    return _statement().where(or_(DatasetRow.id == bindparam("ref"), DatasetRow.name == bindparam("ref")))


@cache
def _by_ids() -> Any:
    return _statement().where(DatasetRow.id.in_(bindparam("ids", expanding=True)))


def _statement() -> Any:
    owner = select(OrganizationRow.revision).where(OrganizationRow.id == DatasetRow.owner_id).scalar_subquery()
    themes = (
        select(func.coalesce(func.sum(OrganizationRow.revision), 0) + 1_000_000 * func.count())
        .join(DatasetThemeRow, DatasetThemeRow.theme_id == OrganizationRow.id)
        .where(DatasetThemeRow.dataset_id == DatasetRow.id)
        .scalar_subquery()
    )
    tables = select(func.count()).where(TableRow.dataset_id == DatasetRow.id).scalar_subquery()
    first = select(func.min(TableRow.resource_id)).where(TableRow.dataset_id == DatasetRow.id).scalar_subquery()
    last = select(func.max(TableRow.resource_id)).where(TableRow.dataset_id == DatasetRow.id).scalar_subquery()
    related = (
        select(func.count())
        .where(or_(RelationshipRow.subject_id == DatasetRow.id, RelationshipRow.object_id == DatasetRow.id))
        .scalar_subquery()
    )
    return select(
        DatasetRow.id,
        DatasetRow.name,
        DatasetRow.owner_id,
        DatasetRow.created_by,
        DatasetRow.visibility,
        DatasetRow.state,
        DatasetRow.revision,
        owner.label("owner_revision"),
        themes.label("themes"),
        tables.label("tables"),
        first.label("first"),
        last.label("last"),
        related.label("related"),
    )
