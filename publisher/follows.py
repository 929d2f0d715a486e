"""Follows: which people want to hear of which datasets, organizations, themes and people."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec
from sqlalchemy import ForeignKey, String, delete, func, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from publisher.auth import Permission
from publisher.orm import Base
from publisher.work import Work

Kind = Literal["dataset", "organization", "group", "user"]


class FollowRow(Base):
    """One person's wish to hear of one thing."""

    __tablename__ = "follow"

    follower_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    object_id: Mapped[str] = mapped_column(String(100), primary_key=True, index=True)
    since: Mapped[datetime]


class Follow(msgspec.Struct, frozen=True, kw_only=True):
    """Who follows what, since when."""

    follower_id: str
    kind: str
    object_id: str
    since: datetime


def find(work: Work, kind: Kind, object_id: str) -> Follow | None:
    """Answer the actor's own wish to follow a thing, or None."""
    work.require(Permission.OWN_ACCOUNT)
    row = work.session.get(FollowRow, (work.actor.id, kind, object_id))
    return _follow(row) if row else None


def add(work: Work, kind: Kind, object_id: str) -> Follow:
    """Let the actor follow a thing; answer the wish, also where it was there already."""
    found = find(work, kind, object_id)
    if found is not None:
        return found
    follow = Follow(follower_id=work.actor.id, kind=kind, object_id=object_id, since=work.now)
    work.session.execute(insert(FollowRow), [msgspec.structs.asdict(follow)])
    work.record("follow", kind, object_id)
    return follow


def drop(work: Work, kind: Kind, object_id: str) -> bool:
    """Let the actor follow a thing no longer; answer whether it was followed."""
    if find(work, kind, object_id) is None:
        return False
    work.session.execute(
        delete(FollowRow).where(
            FollowRow.follower_id == work.actor.id, FollowRow.kind == kind, FollowRow.object_id == object_id
        )
    )
    work.session.expire_all()
    work.record("unfollow", kind, object_id)
    return True


def followers(work: Work, kind: Kind, object_id: str) -> list[str]:
    """Answer the ids of the people who follow a thing, the first one first; administrators only."""
    work.require(Permission.SITE_ADMIN)
    statement = select(FollowRow.follower_id).where(FollowRow.kind == kind, FollowRow.object_id == object_id)
    return list(work.session.scalars(statement.order_by(FollowRow.since, FollowRow.follower_id)))


def follower_count(work: Work, kind: Kind, object_id: str) -> int:
    """Answer how many people follow a thing."""
    work.require(Permission.SITE_READ)
    statement = select(func.count()).select_from(FollowRow)
    return work.session.scalar(statement.where(FollowRow.kind == kind, FollowRow.object_id == object_id)) or 0


def follower_counts(work: Work, kind: Kind) -> dict[str, int]:
    """Answer how many people follow each thing of a kind, by its id; things that nobody follows are left out."""
    work.require(Permission.SITE_READ)
    statement = select(FollowRow.object_id, func.count()).where(FollowRow.kind == kind).group_by(FollowRow.object_id)
    return {row[0]: row[1] for row in work.session.execute(statement)}


def followed(work: Work, user_id: str, kind: Kind | None = None) -> list[Follow]:
    """Answer what a person follows, the first thing first; the caller has required the right to know."""
    statement = select(FollowRow).where(FollowRow.follower_id == user_id)
    if kind is not None:
        statement = statement.where(FollowRow.kind == kind)
    return [_follow(row) for row in work.session.scalars(statement.order_by(FollowRow.since, FollowRow.object_id))]


def _follow(row: FollowRow) -> Follow:
    return Follow(follower_id=row.follower_id, kind=row.kind, object_id=row.object_id, since=row.since)
