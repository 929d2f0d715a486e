"""The rows behind the table store: which tables there are, their versions, and the further names they answer to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from publisher.orm import Base


class TableRow(Base):
    """One table: the resource it belongs to, its present version, and the `_id` that its next row gets."""

    __tablename__ = "table"

    resource_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    dataset_id: Mapped[str] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    next_id: Mapped[int] = mapped_column(BigInteger)
    created: Mapped[datetime]
    changed: Mapped[datetime]


class TableVersionRow(Base):
    """One immutable version: its columns and key, and the Parquet segments whose union it is."""

    __tablename__ = "table_version"

    resource_id: Mapped[str] = mapped_column(ForeignKey("table.resource_id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[str] = mapped_column(String(100))
    run_id: Mapped[str] = mapped_column(String(100))
    source_hash: Mapped[str] = mapped_column(String(128))
    hash: Mapped[str] = mapped_column(String(64))
    rows: Mapped[int] = mapped_column(BigInteger)
    bytes: Mapped[int] = mapped_column(BigInteger)
    layout: Mapped[dict[str, Any]]
    profile: Mapped[str] = mapped_column(Text)


class TableAliasRow(Base):
    """One further name of a table."""

    __tablename__ = "table_alias"

    alias: Mapped[str] = mapped_column(String(100), primary_key=True)
    resource_id: Mapped[str] = mapped_column(ForeignKey("table.resource_id", ondelete="CASCADE"), index=True)
