"""Collaborators: people who were given a role on one dataset, whatever organization owns it."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import ForeignKey, String, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from publisher import datasets
from publisher.auth import ROLES, Permission
from publisher.orm import Base
from publisher.work import Work
from schemas.errors import Invalid, NotFound
from schemas.model import Dataset
from schemas.text import Text


class CollaboratorRow(Base):
    """One person's role on one dataset."""

    __tablename__ = "collaborator"

    dataset_id: Mapped[str] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime]


class Collaborator(msgspec.Struct, frozen=True, kw_only=True):
    """Who has which role on which dataset, since when."""

    dataset_id: str
    user_id: str
    role: str
    since: datetime


def put(work: Work, dataset: Dataset, user_id: str, role: str) -> Collaborator:
    """Give a person a role on a dataset, in place of any earlier one."""
    work.require(Permission.DATASET_SHARE, datasets.subject(dataset))
    if role not in ROLES:
        raise Invalid({"role": [f"A role is one of {', '.join(ROLES)}."]}, code="bad-role")
    kept = Collaborator(dataset_id=dataset.id, user_id=user_id, role=role, since=work.now)
    key = (CollaboratorRow.dataset_id == dataset.id, CollaboratorRow.user_id == user_id)
    if work.session.execute(select(CollaboratorRow.role).where(*key)).first():
        work.session.execute(update(CollaboratorRow).where(*key).values(role=role, since=work.now))
        work.session.expire_all()
    else:
        work.session.execute(insert(CollaboratorRow), [msgspec.structs.asdict(kept)])
    work.record("share", "dataset", dataset.id, user=user_id, role=role)
    return kept


def drop(work: Work, dataset: Dataset, user_id: str) -> None:
    """End a person's role on a dataset; raises NotFound where there is none."""
    work.require(Permission.DATASET_SHARE, datasets.subject(dataset))
    key = (CollaboratorRow.dataset_id == dataset.id, CollaboratorRow.user_id == user_id)
    if not work.session.execute(select(CollaboratorRow.role).where(*key)).first():
        raise NotFound(Text(zh="此人不是该数据集的协作者。", en="This person is no collaborator of the dataset."))
    work.session.execute(delete(CollaboratorRow).where(*key))
    work.session.expire_all()
    work.record("unshare", "dataset", dataset.id, user=user_id)


def of_dataset(work: Work, dataset: Dataset) -> list[Collaborator]:
    """Answer a dataset's collaborators, the first one first."""
    work.require(Permission.DATASET_SHARE, datasets.subject(dataset))
    rows = work.session.scalars(
        select(CollaboratorRow)
        .where(CollaboratorRow.dataset_id == dataset.id)
        .order_by(CollaboratorRow.since, CollaboratorRow.user_id)
    )
    return [_collaborator(row) for row in rows]


def of_user(work: Work, user_id: str) -> list[Collaborator]:
    """Answer the datasets that a person has a role on; the caller has required the right to know."""
    rows = work.session.scalars(
        select(CollaboratorRow)
        .where(CollaboratorRow.user_id == user_id)
        .order_by(CollaboratorRow.since, CollaboratorRow.dataset_id)
    )
    return [_collaborator(row) for row in rows]


def _collaborator(row: CollaboratorRow) -> Collaborator:
    return Collaborator(dataset_id=row.dataset_id, user_id=row.user_id, role=row.role, since=row.since)
