"""The harvester's rows, on the publisher's one collection of tables."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from publisher.orm import AUTO, Base

REMOTE_ID = 1000


class SourceRow(Base):
    """One connected source; `document` is the Connection as JSON, `secrets` never leave this table."""

    __tablename__ = "harvest_source"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    owner_id: Mapped[str] = mapped_column(String(100), index=True)
    state: Mapped[str] = mapped_column(String(20))
    document: Mapped[str] = mapped_column(Text)
    secrets: Mapped[dict[str, Any]]
    freshness: Mapped[str] = mapped_column(Text)


class ScheduleRow(Base):
    """When a source is due next; the plan itself is part of the Connection."""

    __tablename__ = "harvest_schedule"

    source_id: Mapped[str] = mapped_column(ForeignKey("harvest_source.id", ondelete="CASCADE"), primary_key=True)
    plan: Mapped[str] = mapped_column(Text)
    due: Mapped[datetime] = mapped_column(index=True)


class RunRow(Base):
    """One run; `active_source` is set and unique while it is not over, so that no two runs of a source overlap."""

    __tablename__ = "harvest_run"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    source_id: Mapped[str] = mapped_column(String(100))
    active_source: Mapped[str | None] = mapped_column(String(100), unique=True)
    state: Mapped[str] = mapped_column(String(20), index=True)
    trigger: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[str] = mapped_column(String(100))
    due: Mapped[datetime | None]
    created: Mapped[datetime]
    started: Mapped[datetime | None]
    finished: Mapped[datetime | None]
    worker: Mapped[str] = mapped_column(String(200))
    lease: Mapped[datetime | None]
    attempts: Mapped[int]
    cancel: Mapped[bool]
    released: Mapped[bool]
    stage: Mapped[str] = mapped_column(String(20))
    gathered: Mapped[int]
    done: Mapped[int]
    counts: Mapped[dict[str, Any]]
    causes: Mapped[dict[str, Any]]
    problem: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index("ix_harvest_run_source", "source_id", "created"),)


class RecordRow(Base):
    """What was last accepted of one record: identity is (source, remote id), apart from all history."""

    __tablename__ = "harvest_record"

    source_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    remote_id: Mapped[str] = mapped_column(String(REMOTE_ID), primary_key=True)
    dataset_id: Mapped[str] = mapped_column(String(100), index=True)
    hash: Mapped[str] = mapped_column(String(64))
    active: Mapped[bool]
    seen_run: Mapped[str] = mapped_column(String(100))
    absent: Mapped[int]
    accepted: Mapped[datetime]
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    locked: Mapped[dict[str, Any]]

    __table_args__ = (Index("ix_harvest_record_remote", "remote_id"),)


class ResultRow(Base):
    """What one run did with one record and why; records that were unchanged and fine leave no row."""

    __tablename__ = "harvest_result"

    id: Mapped[int] = mapped_column(AUTO, primary_key=True, autoincrement=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("harvest_run.id", ondelete="CASCADE"))
    remote_id: Mapped[str] = mapped_column(Text)
    dataset_id: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(Text)
    decision: Mapped[str] = mapped_column(String(20))
    errors: Mapped[int]
    detail: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index("ix_harvest_result_run", "run_id", "id"),)


class DeliveryRow(Base):
    """One attempt to tell somebody about a run."""

    __tablename__ = "harvest_delivery"

    id: Mapped[int] = mapped_column(AUTO, primary_key=True, autoincrement=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("harvest_source.id", ondelete="CASCADE"), index=True)
    run_id: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(20))
    target: Mapped[str] = mapped_column(Text)
    arrived: Mapped[bool]
    detail: Mapped[str] = mapped_column(Text)


class FileRow(Base):
    """What was last fetched from one address of a source: its validators, content and verdict."""

    __tablename__ = "harvest_file"

    source_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    url: Mapped[str] = mapped_column(String(REMOTE_ID), primary_key=True)
    etag: Mapped[str] = mapped_column(Text)
    modified: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    schema_hash: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(20))
    checked: Mapped[datetime]
    report: Mapped[str] = mapped_column(Text)
