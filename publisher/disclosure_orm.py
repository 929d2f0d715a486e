"""The rows of accountability: the disclosure log and its checkpoints."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from publisher.orm import Base


class DisclosureRow(Base):
    """One entry of the disclosure log: `line` is the entry itself, the columns beside it only find it."""

    __tablename__ = "disclosure"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    event: Mapped[str] = mapped_column(String(50))
    kind: Mapped[str] = mapped_column(String(100))
    subject_id: Mapped[str] = mapped_column(String(200))
    owner_id: Mapped[str] = mapped_column(String(100), index=True)
    revision: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    line: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index("ix_disclosure_subject", "kind", "subject_id", "number"),)


class CheckpointRow(Base):
    """One signed checkpoint, found by the last entry that it covers."""

    __tablename__ = "disclosure_checkpoint"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    line: Mapped[str] = mapped_column(Text)
