"""The rows of accountability: log, requests, grants, feedback, ratings, scores, use, bundles, catalogue, links."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from publisher.orm import AUTO, Base


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


class RequestRow(Base):
    """One request for data or disclosure; `document` is the whole value as JSON."""

    __tablename__ = "request"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    number: Mapped[str] = mapped_column(String(30), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20), index=True)
    organization_id: Mapped[str] = mapped_column(String(100), index=True)
    requester_id: Mapped[str] = mapped_column(String(100), index=True)
    applicant_id: Mapped[str] = mapped_column(String(100), index=True)
    sender: Mapped[str] = mapped_column(String(64))
    dataset_id: Mapped[str] = mapped_column(String(100), index=True)
    submitted: Mapped[datetime] = mapped_column(index=True)
    due: Mapped[date]
    decided: Mapped[datetime | None]
    days_used: Mapped[int | None]
    on_time: Mapped[bool | None]
    shown: Mapped[bool]
    receipt_hash: Mapped[str] = mapped_column(String(64))
    document: Mapped[str] = mapped_column(Text)


class RequestStepRow(Base):
    """One step in the life of a request. Rows are only ever added."""

    __tablename__ = "request_step"

    id: Mapped[int] = mapped_column(AUTO, primary_key=True, autoincrement=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("request.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    actor_id: Mapped[str] = mapped_column(String(100))
    side: Mapped[str] = mapped_column(String(20))
    act: Mapped[str] = mapped_column(String(30))
    state: Mapped[str] = mapped_column(String(20))
    due: Mapped[date]
    note: Mapped[str] = mapped_column(Text)


class GrantRow(Base):
    """The right of one person or department to one resource for a time."""

    __tablename__ = "access_grant"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    request_id: Mapped[str] = mapped_column(String(100), index=True)
    dataset_id: Mapped[str] = mapped_column(String(100))
    resource_id: Mapped[str] = mapped_column(String(100), index=True)
    grantee_id: Mapped[str] = mapped_column(String(100), index=True)
    given_by: Mapped[str] = mapped_column(String(100))
    since: Mapped[datetime]
    until: Mapped[datetime]
    revoked: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text)


class FeedbackRow(Base):
    """One question, suggestion or error report about a dataset, with its answer."""

    __tablename__ = "feedback"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20), index=True)
    dataset_id: Mapped[str] = mapped_column(String(100), index=True)
    resource_id: Mapped[str] = mapped_column(String(100))
    field: Mapped[str] = mapped_column(Text)
    organization_id: Mapped[str] = mapped_column(String(100), index=True)
    author_id: Mapped[str] = mapped_column(String(100))
    author_name: Mapped[str] = mapped_column(String(200))
    sender: Mapped[str] = mapped_column(String(64), index=True)
    receipt_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)
    due: Mapped[date]
    text: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    answered: Mapped[datetime | None]
    days_used: Mapped[int | None]
    on_time: Mapped[bool | None]


class RatingRow(Base):
    """How useful one person found a dataset, one to five; a later rating replaces it."""

    __tablename__ = "rating"

    dataset_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    rater: Mapped[str] = mapped_column(String(100), primary_key=True)
    stars: Mapped[int]
    at: Mapped[datetime]


class ScoreRow(Base):
    """One department's line of the scoreboard as it stood on one day; the empty id is all of them together."""

    __tablename__ = "score"

    day: Mapped[date] = mapped_column(primary_key=True)
    organization_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    at: Mapped[datetime]
    document: Mapped[str] = mapped_column(Text)


class UsageRow(Base):
    """How often something was used on one day; nothing tells by whom."""

    __tablename__ = "usage"

    day: Mapped[date] = mapped_column(primary_key=True)
    act: Mapped[str] = mapped_column(String(20), primary_key=True)
    dataset_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    resource_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    count: Mapped[int]

    __table_args__ = (Index("ix_usage_dataset", "dataset_id", "day"),)


class MissedSearchRow(Base):
    """How often people searched for these words on one day and found nothing."""

    __tablename__ = "missed_search"

    day: Mapped[date] = mapped_column(primary_key=True)
    words: Mapped[str] = mapped_column(String(200), primary_key=True)
    count: Mapped[int]


class BundleRow(Base):
    """One bundle that was sent to a target or received from a sender's key, in the order of its number."""

    __tablename__ = "bundle"

    way: Mapped[str] = mapped_column(String(10), primary_key=True)
    peer: Mapped[str] = mapped_column(String(100), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class BundleItemRow(Base):
    """Which revision of a dataset a target has."""

    __tablename__ = "bundle_item"

    target: Mapped[str] = mapped_column(String(100), primary_key=True)
    dataset_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    revision: Mapped[int]


class CatalogueRow(Base):
    """Where a record of the sharing catalogue stands on its way from draft to publication."""

    __tablename__ = "catalogue"

    dataset_id: Mapped[str] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str] = mapped_column(String(20), index=True)
    owner_id: Mapped[str] = mapped_column(String(100), index=True)
    code: Mapped[str] = mapped_column(String(100), index=True)
    sharing: Mapped[str] = mapped_column(String(20))
    submitted_by: Mapped[str] = mapped_column(String(100))
    since: Mapped[datetime]


class CatalogueStepRow(Base):
    """One step of a catalogue record. Rows are only ever added."""

    __tablename__ = "catalogue_step"

    id: Mapped[int] = mapped_column(AUTO, primary_key=True, autoincrement=True)
    dataset_id: Mapped[str] = mapped_column(String(100), index=True)
    at: Mapped[datetime]
    actor_id: Mapped[str] = mapped_column(String(100))
    act: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    revision: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)


class LinkRow(Base):
    """Whether the address of a resource kept elsewhere answered when it was asked last."""

    __tablename__ = "link"

    resource_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    dataset_id: Mapped[str] = mapped_column(String(100), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    answers: Mapped[bool]
    code: Mapped[str] = mapped_column(String(50))
    failed_since: Mapped[datetime | None]
