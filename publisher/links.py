"""Links: which files that others keep are due to be asked for, and what was found; asking itself is the harvester's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import or_, select

from publisher import datasets
from publisher.auth import Permission
from publisher.disclosure_orm import LinkRow
from publisher.orm import DatasetRow, ResourceRow
from publisher.work import Work

EVERY = timedelta(days=7)


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One address to ask for."""

    dataset: str
    resource: str
    url: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What asking for an address found; `code` names the fault, and is empty where it answered."""

    link: Link
    code: str = ""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How many addresses of a dataset were asked for, and how many answered."""

    asked: int = 0
    answered: int = 0


def due(work: Work, *, limit: int = 500) -> list[Link]:
    """Answer addresses of public datasets that were not asked for within a week, the longest unasked first."""
    statement = (
        select(ResourceRow.id, ResourceRow.dataset_id, ResourceRow.url)
        .join(DatasetRow, DatasetRow.id == ResourceRow.dataset_id)
        .outerjoin(LinkRow, LinkRow.resource_id == ResourceRow.id)
        .where(DatasetRow.state == "active", DatasetRow.visibility == "public")
        .where(or_(ResourceRow.url.startswith("http://"), ResourceRow.url.startswith("https://")))
        .where(~ResourceRow.url.startswith(work.config.site_url, autoescape=True))
        .where(or_(LinkRow.at.is_(None), LinkRow.at < work.now - EVERY))
        .order_by(LinkRow.at.is_not(None), LinkRow.at, ResourceRow.id)
        .limit(limit)
    )
    rows = work.session.execute(statement).all()
    kept = _kept_here(work, [row.dataset_id for row in rows])
    return [Link(dataset=row.dataset_id, resource=row.id, url=row.url) for row in rows if row.id not in kept]


def keep(work: Work, answers: Sequence[Answer]) -> None:
    """Keep what was found."""
    work.require(Permission.SITE_ADMIN)
    for answer in answers:
        before = work.session.get(LinkRow, answer.link.resource)
        work.session.merge(
            LinkRow(
                resource_id=answer.link.resource,
                dataset_id=answer.link.dataset,
                at=work.now,
                answers=not answer.code,
                code=answer.code,
                failed_since=_failed_since(before, answer, work.now),
            )
        )
    work.session.flush()
    dead = sum(bool(answer.code) for answer in answers)
    work.record("check-links", "link", "", asked=len(answers), dead=dead)


def health(work: Work) -> dict[str, Health]:
    """Answer how the addresses of each dataset fared, by dataset id; addresses that a resource left do not count."""
    statement = (
        select(LinkRow.dataset_id, LinkRow.answers)
        .join(ResourceRow, ResourceRow.id == LinkRow.resource_id)
        .where(ResourceRow.dataset_id == LinkRow.dataset_id)
    )
    found: dict[str, Health] = {}
    for dataset_id, answers in work.session.execute(statement):
        before = found.get(dataset_id, Health())
        found[dataset_id] = Health(asked=before.asked + 1, answered=before.answered + bool(answers))
    return found


def _kept_here(work: Work, dataset_ids: Sequence[str]) -> set[str]:
    """Answer the resources whose files this site keeps itself."""
    found = datasets.many(work, list(dict.fromkeys(dataset_ids)))
    return {resource.id for dataset in found for resource in dataset.resources if resource.storage}


def _failed_since(before: LinkRow | None, answer: Answer, now: datetime) -> datetime | None:
    if not answer.code:
        return None
    return before.failed_since if before is not None and before.failed_since else now
