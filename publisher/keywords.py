"""Keywords: the free words by which datasets are found, as far as the actor may see the datasets."""

from __future__ import annotations

from sqlalchemy import select

from publisher.auth import Permission
from publisher.orm import DatasetKeywordRow, DatasetRow
from publisher.work import Work


def in_use(work: Work, *, containing: str = "", exactly: str = "", with_unused: bool = False) -> list[str]:
    """Answer the free keywords of datasets that are not withdrawn, in order; those of hidden datasets are left out."""
    work.require(Permission.SITE_READ)
    statement = (
        select(DatasetKeywordRow.keyword)
        .distinct()
        .join(DatasetRow, DatasetRow.id == DatasetKeywordRow.dataset_id)
        .where(DatasetKeywordRow.vocabulary_id == "", DatasetRow.state == "active")
        .order_by(DatasetKeywordRow.keyword)
    )
    if not work.actor.sysadmin:
        owners = tuple(work.actor.roles)
        mine = (DatasetRow.visibility == "public") | DatasetRow.owner_id.in_(owners)
        statement = statement.where(mine)
    if exactly:
        statement = statement.where(DatasetKeywordRow.keyword == exactly)
    words = work.session.scalars(statement)
    return [word for word in words if containing.lower() in word.lower()]
