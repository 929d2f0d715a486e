"""Locks: fields of a harvested dataset that people here keep in hand; no harvest overwrites them until freed."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from harvester.orm import RecordRow
from publisher import datasets
from publisher.auth import Permission
from publisher.work import Work
from schemas.errors import Invalid, NotFound
from schemas.text import Text

LOCKABLE = (
    "title", "description", "landing_page", "contact", "publisher", "creator", "licence", "rights", "access_level",
    "keywords", "terms", "themes", "subjects", "frequency", "issued", "modified", "temporal", "spatial", "languages",
    "fields", "translations", "visibility",
)  # fmt: skip


def fields(work: Work, ref: str) -> tuple[str, ...]:
    """Answer the locked fields of a dataset, in order; none for one that was not harvested."""
    dataset = datasets.get(work, ref)
    row = _record(work, dataset.id)
    return tuple(sorted(row.locked)) if row else ()


def put(work: Work, ref: str, names: Iterable[str]) -> tuple[str, ...]:
    """Lock exactly these fields of a harvested dataset and free all others; answer them."""
    dataset = datasets.get(work, ref)
    work.require(Permission.DATASET_EDIT, datasets.subject(dataset))
    wanted = tuple(sorted(set(names)))
    unknown = [name for name in wanted if name not in LOCKABLE]
    if unknown:
        raise Invalid({"fields": [f"No field that can be locked: {', '.join(unknown)}."]})
    row = _record(work, dataset.id)
    if row is None:
        raise NotFound(Text("该数据集不是采集来的。", "This dataset was not harvested."))
    row.locked = dict.fromkeys(wanted, True)
    work.session.flush()
    work.record("lock-fields", "dataset", dataset.id, fields=list(wanted))
    return wanted


def _record(work: Work, dataset_id: str) -> RecordRow | None:
    return work.session.scalars(select(RecordRow).where(RecordRow.dataset_id == dataset_id)).first()
