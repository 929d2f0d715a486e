"""History: the earlier versions of a dataset's record."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import select

from publisher import datasets
from publisher.orm import DatasetVersionRow
from publisher.work import Work
from schemas.errors import NotFound
from schemas.model import Dataset, decode_dataset
from schemas.text import Text


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One version: its number, the span in which it stood (`until` is None for the present one), who replaced it."""

    revision: int
    since: datetime
    until: datetime | None
    replaced_by: str


def versions(work: Work, ref: str) -> list[Version]:
    """Answer the versions of a dataset, newest first."""
    dataset = datasets.get(work, ref)
    columns = (
        DatasetVersionRow.revision,
        DatasetVersionRow.since,
        DatasetVersionRow.until,
        DatasetVersionRow.replaced_by,
    )
    rows = work.session.execute(
        select(*columns).where(DatasetVersionRow.dataset_id == dataset.id).order_by(DatasetVersionRow.revision.desc())
    )
    older = [Version(revision=r.revision, since=r.since, until=r.until, replaced_by=r.replaced_by) for r in rows]
    since = dataset.changed or work.now
    return [Version(revision=dataset.revision, since=since, until=None, replaced_by=""), *older]


def at_revision(work: Work, ref: str, revision: int) -> Dataset:
    """Answer a dataset as it stood at a revision; raises NotFound for one that never was or is not kept."""
    dataset = datasets.get(work, ref)
    if dataset.revision == revision:
        return dataset
    row = work.session.get(DatasetVersionRow, (dataset.id, revision))
    if row is None:
        raise NotFound(Text(zh=f"没有第 {revision} 版。", en=f"There is no revision {revision}."))
    return decode_dataset(row.document)


def as_of(work: Work, ref: str, moment: datetime) -> Dataset:
    """Answer a dataset as it stood at a moment; raises NotFound for a time before it was."""
    dataset = datasets.get(work, ref)
    if dataset.changed is None or moment >= dataset.changed:
        return dataset
    statement = (
        select(DatasetVersionRow)
        .where(DatasetVersionRow.dataset_id == dataset.id, DatasetVersionRow.since <= moment)
        .order_by(DatasetVersionRow.revision.desc())
        .limit(1)
    )
    row = work.session.scalars(statement).first()
    if row is None:
        raise NotFound(Text(zh="该时刻尚无此数据集。", en="The dataset did not exist at that moment."))
    return decode_dataset(row.document)
