"""Task status: what outside workers note about things that they work on, under a kind of task and a key."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import String, Text, UniqueConstraint, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from publisher.auth import Permission
from publisher.orm import Base
from publisher.work import Work
from schemas.errors import NotFound
from schemas.text import Text as Words


class TaskStatusRow(Base):
    """One note."""

    __tablename__ = "task_status"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    entity_id: Mapped[str] = mapped_column(String(200))
    entity_type: Mapped[str] = mapped_column(String(100))
    task_type: Mapped[str] = mapped_column(String(100))
    key: Mapped[str] = mapped_column(String(200))
    value: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    updated: Mapped[datetime]

    __table_args__ = (UniqueConstraint("entity_id", "task_type", "key"),)


class TaskStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What was last noted of a task for a thing."""

    id: str = ""
    entity_id: str
    entity_type: str
    task_type: str
    key: str
    value: str | None = None
    state: str | None = None
    error: str | None = None
    updated: datetime | None = None


def put(work: Work, status: TaskStatus) -> TaskStatus:
    """Keep a note in place of the one of the same id, or of the same thing, task and key; administrators only."""
    work.require(Permission.SITE_ADMIN)
    old = _row(work, status)
    kept = msgspec.structs.replace(
        status, id=old.id if old else status.id or work.new_id(), updated=status.updated or work.now
    )
    columns: dict[str, Any] = msgspec.structs.asdict(kept)
    if old is None:
        work.session.execute(insert(TaskStatusRow), [columns])
    else:
        work.session.execute(update(TaskStatusRow).where(TaskStatusRow.id == old.id).values(columns))
        work.session.expire_all()
    work.record("set-task-status", "task", kept.id, entity=kept.entity_id, task=kept.task_type, key=kept.key)
    return kept


def get(work: Work, task_id: str) -> TaskStatus:
    """Answer the note of that id; raises NotFound."""
    work.require(Permission.SITE_READ)
    return _status(_found(work.session.get(TaskStatusRow, task_id)))


def of(work: Work, entity_id: str, task_type: str, key: str) -> TaskStatus:
    """Answer the note on a thing; raises NotFound."""
    work.require(Permission.SITE_READ)
    statement = select(TaskStatusRow).where(
        TaskStatusRow.entity_id == entity_id, TaskStatusRow.task_type == task_type, TaskStatusRow.key == key
    )
    return _status(_found(work.session.scalars(statement).first()))


def remove(work: Work, task_id: str) -> None:
    """Erase a note; administrators only; raises NotFound."""
    work.require(Permission.SITE_ADMIN)
    _found(work.session.get(TaskStatusRow, task_id))
    work.session.execute(delete(TaskStatusRow).where(TaskStatusRow.id == task_id))
    work.session.expire_all()
    work.record("delete-task-status", "task", task_id)


def _row(work: Work, status: TaskStatus) -> TaskStatusRow | None:
    if status.id:
        found = work.session.get(TaskStatusRow, status.id)
        if found is not None:
            return found
    return work.session.scalars(
        select(TaskStatusRow).where(
            TaskStatusRow.entity_id == status.entity_id,
            TaskStatusRow.task_type == status.task_type,
            TaskStatusRow.key == status.key,
        )
    ).first()


def _found(row: TaskStatusRow | None) -> TaskStatusRow:
    if row is None:
        raise NotFound(Words(zh="没有这条任务状态。", en="There is no such task status."))
    return row


def _status(row: TaskStatusRow) -> TaskStatus:
    return TaskStatus(
        id=row.id,
        entity_id=row.entity_id,
        entity_type=row.entity_type,
        task_type=row.task_type,
        key=row.key,
        value=row.value,
        state=row.state,
        error=row.error,
        updated=row.updated,
    )
