"""Resources: looking them up and searching them across public datasets."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from publisher import datasets
from publisher.auth import Permission
from publisher.orm import DatasetRow, ResourceRow
from publisher.work import Work
from schemas.model import Dataset, Resource

_COLUMNS = {
    "id": ResourceRow.id,
    "title": ResourceRow.title,
    "description": ResourceRow.description,
    "format": ResourceRow.format,
    "url": ResourceRow.url,
    "hash": ResourceRow.hash,
}


def find(work: Work, resource_id: str, *, change: bool = False) -> tuple[Dataset, Resource] | None:
    """Answer a resource and its dataset whoever may see it, or None; callers require the permission themselves.

    With `change` no other work changes the dataset before this one is over.
    """
    row = work.session.get(ResourceRow, resource_id)
    dataset = datasets.find(work, row.dataset_id, change=change) if row else None
    if dataset is None:
        return None
    return next(((dataset, one) for one in dataset.resources if one.id == resource_id), None)


def search(
    work: Work, terms: Sequence[tuple[str, str]], *, order: str = "", offset: int = 0, limit: int = 1000
) -> tuple[int, dict[str, Dataset]]:
    """Find resources of public active datasets whose fields contain these texts, whatever their case.

    Answers how many there are, and the page as resource ids with their datasets; `order` names a field.
    """
    work.require(Permission.SITE_READ)
    where = [_COLUMNS[field].icontains(term, autoescape=True) for field, term in terms]
    where += [DatasetRow.state == "active", DatasetRow.visibility == "public"]
    base = select(ResourceRow.id, ResourceRow.dataset_id).join(DatasetRow, DatasetRow.id == ResourceRow.dataset_id)
    total = work.session.scalar(select(func.count()).select_from(base.where(*where).subquery())) or 0
    keys = (_COLUMNS[order], ResourceRow.id) if order else (ResourceRow.dataset_id, ResourceRow.position)
    rows = work.session.execute(base.where(*where).order_by(*keys).offset(offset).limit(limit)).all()
    known = {dataset.id: dataset for dataset in datasets.many(work, [row.dataset_id for row in rows])}
    return total, {row.id: known[row.dataset_id] for row in rows if row.dataset_id in known}


def formats_like(work: Work, text: str, *, limit: int = 5) -> list[str]:
    """Answer formats (lower case) of public resources that contain a text, the most frequent first."""
    work.require(Permission.SITE_READ)
    name = func.lower(ResourceRow.format)
    statement = (
        select(name, func.count())
        .join(DatasetRow, DatasetRow.id == ResourceRow.dataset_id)
        .where(name.contains(text.lower(), autoescape=True), ResourceRow.format != "")
        .where(DatasetRow.state == "active", DatasetRow.visibility == "public")
        .group_by(name)
        .order_by(func.count().desc(), name)
        .limit(limit)
    )
    return [row[0] for row in work.session.execute(statement)]
