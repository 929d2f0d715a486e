"""The rows behind the catalogue: envelopes with narrow columns to look up by, and JSON documents inside."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    ForeignKey,
    Index,
    Insert,
    Integer,
    String,
    Table,
    Text,
    TypeDecorator,
    insert,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Moment(TypeDecorator[datetime]):
    """Keeps an aware UTC datetime on every engine; SQLite itself has no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Write UTC, naive where the engine knows no zones."""
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Read UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The one collection of tables; the harvester's rows join it too."""

    type_annotation_map = {datetime: Moment(), dict[str, Any]: JSON()}  # noqa: RUF012


def adding(row: type[Base]) -> Insert:
    """Answer the plain insert into a row's table, which costs half of what the mapper's own insert does."""
    return insert(cast(Table, row.__table__))


AUTO = BigInteger().with_variant(Integer(), "sqlite")


class DatasetRow(Base):
    """One dataset as it stands; `document` is the whole value as JSON."""

    __tablename__ = "dataset"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    title: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[str] = mapped_column(String(100), index=True)
    state: Mapped[str] = mapped_column(String(20))
    visibility: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(100))
    created_by: Mapped[str] = mapped_column(String(100))
    created: Mapped[datetime]
    changed: Mapped[datetime] = mapped_column(index=True)
    revision: Mapped[int]
    source_id: Mapped[str] = mapped_column(String(100), index=True)
    document: Mapped[str] = mapped_column(Text)

    # lists of names and counts by owner are answered from these alone, without reading documents
    __table_args__ = (
        Index("ix_dataset_shown_name", "state", "visibility", "kind", "name"),
        Index("ix_dataset_shown_owner", "state", "visibility", "kind", "owner_id"),
    )


class DatasetVersionRow(Base):
    """One earlier document of a dataset, with the span in which it stood."""

    __tablename__ = "dataset_version"

    dataset_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    until: Mapped[datetime]
    replaced_by: Mapped[str] = mapped_column(String(100))
    document: Mapped[str] = mapped_column(Text)


class ResourceRow(Base):
    """Where a resource is found: its dataset and position, with the fields that people look it up by."""

    __tablename__ = "resource"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    dataset_id: Mapped[str] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    format: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(Text)


class DatasetKeywordRow(Base):
    """One keyword of a dataset, free or of a vocabulary."""

    __tablename__ = "dataset_keyword"

    dataset_id: Mapped[str] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"), primary_key=True)
    vocabulary_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    keyword: Mapped[str] = mapped_column(String(200), primary_key=True)

    __table_args__ = (Index("ix_dataset_keyword_keyword", "keyword"),)


class DatasetThemeRow(Base):
    """One theme (group) that a dataset belongs to."""

    __tablename__ = "dataset_theme"

    dataset_id: Mapped[str] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"), primary_key=True)
    theme_id: Mapped[str] = mapped_column(String(100), primary_key=True, index=True)


class OrganizationRow(Base):
    """One organization or theme; `document` is the whole value as JSON."""

    __tablename__ = "organization"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    title: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    created: Mapped[datetime]
    changed: Mapped[datetime]
    revision: Mapped[int]
    document: Mapped[str] = mapped_column(Text)


class MemberRow(Base):
    """One person's role in an organization or theme: member, editor or admin."""

    __tablename__ = "member"

    organization_id: Mapped[str] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime]


class UserRow(Base):
    """One account."""

    __tablename__ = "user"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    email: Mapped[str] = mapped_column(String(320), index=True)
    full_name: Mapped[str | None] = mapped_column(Text)
    about: Mapped[str | None] = mapped_column(Text)
    password_hash: Mapped[str] = mapped_column(Text)
    sysadmin: Mapped[bool]
    state: Mapped[str] = mapped_column(String(20))
    created: Mapped[datetime]
    last_active: Mapped[datetime | None]
    extras: Mapped[dict[str, Any]]


class TokenRow(Base):
    """One API token, kept as a hash."""

    __tablename__ = "token"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    created: Mapped[datetime]
    expires: Mapped[datetime | None]
    last_used: Mapped[datetime | None]


class AuditRow(Base):
    """One act: who did what to which thing, when. Rows are only ever added."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(AUTO, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[str] = mapped_column(String(100), index=True)
    verb: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(50))
    subject_id: Mapped[str] = mapped_column(String(200))
    detail: Mapped[dict[str, Any]]

    __table_args__ = (Index("ix_audit_subject", "kind", "subject_id"),)


class OutboxRow(Base):
    """One thing that the search index has yet to learn."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(AUTO, primary_key=True, autoincrement=True)
    dataset_id: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]


class CheckRow(Base):
    """What a check said of one version of a resource, and what its policy made of it."""

    __tablename__ = "resource_check"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    dataset_id: Mapped[str] = mapped_column(String(100), index=True)
    resource_id: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]
    hash: Mapped[str] = mapped_column(String(128))
    valid: Mapped[bool]
    outcome: Mapped[str] = mapped_column(String(20))
    errors: Mapped[int]
    rows: Mapped[int | None]
    run_id: Mapped[str] = mapped_column(String(100))
    report: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index("ix_resource_check_resource", "resource_id", "at"),)


class OptionRow(Base):
    """One thing that an administrator set at run time."""

    __tablename__ = "option"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
