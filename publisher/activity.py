"""Activity: what the audit tells of datasets, organizations and people, as far as the actor may see the things."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, and_, false, not_, or_, select

from publisher import audit, datasets, history
from publisher.audit import Entry
from publisher.auth import Permission
from publisher.orm import AuditRow, DatasetRow, DatasetThemeRow
from publisher.work import Work
from schemas.errors import NotFound
from schemas.model import Dataset

VERBS = ("create", "update", "delete")
GROUPS = ("organization", "group")


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a stream is asked for, and what is left out of it; acts are (kind, verb)."""

    limit: int = 31
    offset: int = 0
    after: datetime | None = None
    before: datetime | None = None
    only: tuple[tuple[str, str], ...] | None = None
    without: tuple[tuple[str, str], ...] = ()


def of_dataset(work: Work, dataset: Dataset, page: Page) -> list[Entry]:
    """Answer what happened to one dataset, newest first; the caller has required the right to read it."""
    return _stream(work, _about("dataset", dataset.id), page)


def of_organization(work: Work, organization_id: str, page: Page) -> list[Entry]:
    """Answer what happened to an organization or theme and to its datasets, newest first."""
    work.require(Permission.SITE_READ)
    return _stream(work, or_(_about_group(organization_id), _of_its_datasets(work, organization_id)), page)


def of_person(work: Work, user_id: str, page: Page) -> list[Entry]:
    """Answer what a person did, and what happened to the account, newest first."""
    work.require(Permission.SITE_READ)
    did = and_(AuditRow.actor_id == user_id, or_(_seen_datasets(work), AuditRow.kind.in_(GROUPS)))
    return _stream(work, or_(did, _about("user", user_id)), page)


def of_site(work: Work, page: Page) -> list[Entry]:
    """Answer what happened to datasets, newest first."""
    work.require(Permission.SITE_READ)
    return _stream(work, _seen_datasets(work), page)


def of_followed(
    work: Work, followed: Sequence[str], groups: Sequence[str], people: Sequence[str], page: Page
) -> list[Entry]:
    """Answer what happened to the things that the actor follows, and what the actor did, newest first."""
    work.require(Permission.OWN_ACCOUNT)
    mine = and_(AuditRow.actor_id.in_([work.actor.id, *people]), or_(_seen_datasets(work), AuditRow.kind.in_(GROUPS)))
    wanted: list[ColumnElement[bool]] = [mine]
    if followed:
        wanted.append(and_(_seen_datasets(work), AuditRow.subject_id.in_(list(followed))))
    wanted += [or_(_about_group(key), _of_its_datasets(work, key)) for key in groups]
    return _stream(work, or_(*wanted), page)


def get(work: Work, entry_id: int) -> Entry | None:
    """Answer one act on a dataset, organization, theme or account that the actor may see, or None."""
    work.require(Permission.SITE_READ)
    known = or_(_seen_datasets(work), AuditRow.kind.in_((*GROUPS, "user")))
    rows = _stream(work, and_(AuditRow.id == entry_id, known), Page(limit=1))
    return rows[0] if rows else None


def dataset_then(work: Work, entry: Entry) -> Dataset | None:
    """Answer the dataset as the act left it, or None where it is not kept or may not be seen."""
    revision = entry.detail.get("revision")
    if entry.kind != "dataset" or not isinstance(revision, int):
        return None
    try:
        found = history.at_revision(work, entry.subject_id, revision)
    except NotFound:
        return None
    return found if work.may(Permission.DATASET_READ, datasets.subject(found)) or found.state == "deleted" else None


def count_since(entries: Sequence[Entry], moment: datetime | None) -> int:
    """Answer how many of these acts are newer than a moment."""
    return sum(1 for entry in entries if moment is None or entry.at > moment)


def _about(kind: str, subject_id: str) -> ColumnElement[bool]:
    return and_(AuditRow.kind == kind, AuditRow.subject_id == subject_id)


def _about_group(key: str) -> ColumnElement[bool]:
    return and_(AuditRow.kind.in_(GROUPS), AuditRow.subject_id == key)


def _of_its_datasets(work: Work, key: str) -> ColumnElement[bool]:
    themed = select(DatasetThemeRow.dataset_id).where(DatasetThemeRow.theme_id == key)
    its = select(DatasetRow.id).where(or_(DatasetRow.owner_id == key, DatasetRow.id.in_(themed)))
    return and_(_seen_datasets(work), AuditRow.subject_id.in_(its))


def _seen_datasets(work: Work) -> ColumnElement[bool]:
    """Keep acts on datasets that the actor may see now."""
    actor = work.actor
    if actor.sysadmin:
        return AuditRow.kind == "dataset"
    public = and_(DatasetRow.state == "active", DatasetRow.visibility == "public")
    own = DatasetRow.owner_id.in_(list(actor.roles)) if actor.roles else false()
    made = DatasetRow.created_by == actor.id if actor.known else false()
    return and_(
        AuditRow.kind == "dataset", AuditRow.subject_id.in_(select(DatasetRow.id).where(or_(public, own, made)))
    )


def _stream(work: Work, where: ColumnElement[bool], page: Page) -> list[Entry]:
    statement = select(AuditRow).where(where, AuditRow.verb.in_(VERBS), *_narrowed(page))
    oldest_first = page.after is not None and page.before is None
    order = AuditRow.id if oldest_first else AuditRow.id.desc()
    rows = work.session.scalars(statement.order_by(order).offset(page.offset).limit(page.limit))
    found = [audit.entry(row) for row in rows]
    return found[::-1] if oldest_first else found


def _narrowed(page: Page) -> list[ColumnElement[bool]]:
    rules: list[ColumnElement[bool]] = []
    if page.after is not None:
        rules.append(AuditRow.at > page.after)
    if page.before is not None:
        rules.append(AuditRow.at < page.before)
    if page.only is not None:
        rules.append(_any_of(page.only))
    if page.without:
        rules.append(not_(_any_of(page.without)))
    return rules


def _any_of(acts: Sequence[tuple[str, str]]) -> ColumnElement[bool]:
    if not acts:
        return false()
    return or_(*(and_(AuditRow.kind == kind, AuditRow.verb == verb) for kind, verb in acts))
