"""The audit: what was done, by whom, to what; read here, written by `Work.record` alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select

from publisher.orm import AuditRow
from publisher.work import Work


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One act."""

    id: int
    at: datetime
    actor_id: str
    verb: str
    kind: str
    subject_id: str
    detail: dict[str, Any]


def entries(
    work: Work,
    *,
    kind: str = "",
    subject_id: str = "",
    actor_id: str = "",
    verbs: Sequence[str] = (),
    before: int | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[Entry]:
    """Answer acts, newest first; the caller has already required the right to see the thing."""
    statement = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit).offset(offset)
    for column, value in ((AuditRow.kind, kind), (AuditRow.subject_id, subject_id), (AuditRow.actor_id, actor_id)):
        if value:
            statement = statement.where(column == value)
    if verbs:
        statement = statement.where(AuditRow.verb.in_(verbs))
    if before is not None:
        statement = statement.where(AuditRow.id < before)
    return [entry(row) for row in work.session.scalars(statement)]


def entry(row: AuditRow) -> Entry:
    """Read one row."""
    return Entry(
        id=row.id,
        at=row.at,
        actor_id=row.actor_id,
        verb=row.verb,
        kind=row.kind,
        subject_id=row.subject_id,
        detail=row.detail,
    )
