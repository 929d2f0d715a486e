"""Relationships: which dataset depends on, derives from, links to or belongs to which other one."""

from __future__ import annotations

import msgspec
from sqlalchemy import ColumnElement, ForeignKey, String, Text, delete, insert, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from publisher import datasets
from publisher.auth import Permission
from publisher.orm import Base
from publisher.work import Work
from schemas.errors import Invalid, NotFound
from schemas.model import Dataset
from schemas.text import Text as Words

# each type with the one that says the same from the other side
TYPES = {
    "depends_on": "dependency_of",
    "derives_from": "has_derivation",
    "links_to": "linked_from",
    "child_of": "parent_of",
}
REVERSED = {reverse: forward for forward, reverse in TYPES.items()}


class RelationshipRow(Base):
    """One relationship, in the direction of `TYPES`."""

    __tablename__ = "dataset_relationship"

    subject_id: Mapped[str] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"), primary_key=True)
    object_id: Mapped[str] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"), primary_key=True, index=True)
    type: Mapped[str] = mapped_column(String(50), primary_key=True)
    id: Mapped[str] = mapped_column(String(100), unique=True)
    comment: Mapped[str] = mapped_column(Text)


class Relationship(msgspec.Struct, frozen=True, kw_only=True):
    """The subject stands in this relationship to the object."""

    id: str = ""
    subject_id: str
    object_id: str
    type: str
    comment: str = ""


def put(work: Work, subject: Dataset, object: Dataset, type: str, comment: str = "") -> Relationship:
    """Relate two datasets, or change the comment where they are related so; raises Invalid for an unknown type."""
    relationship = _between(subject.id, object.id, type, comment)
    for dataset in (subject, object):
        work.require(Permission.DATASET_EDIT, datasets.subject(dataset))
    key = _key(relationship)
    old = work.session.scalars(select(RelationshipRow).where(*key)).first()
    kept = msgspec.structs.replace(relationship, id=old.id if old else work.new_id())
    if old is None:
        work.session.execute(insert(RelationshipRow), [msgspec.structs.asdict(kept)])
    else:
        work.session.execute(update(RelationshipRow).where(*key).values(comment=comment))
        work.session.expire_all()
    work.record("relate", "dataset", subject.id, object=object.id, type=type)
    return kept


def find(work: Work, subject: Dataset, object: Dataset, type: str) -> Relationship | None:
    """Answer the relationship of that type between two datasets, or None."""
    row = work.session.scalars(select(RelationshipRow).where(*_key(_between(subject.id, object.id, type)))).first()
    return _relationship(row) if row else None


def remove(work: Work, subject: Dataset, object: Dataset, type: str) -> None:
    """End a relationship; raises NotFound where there is none."""
    for dataset in (subject, object):
        work.require(Permission.DATASET_EDIT, datasets.subject(dataset))
    if find(work, subject, object, type) is None:
        raise NotFound(Words(zh="没有这种关联。", en="There is no such relationship."))
    work.session.execute(delete(RelationshipRow).where(*_key(_between(subject.id, object.id, type))))
    work.session.expire_all()
    work.record("unrelate", "dataset", subject.id, object=object.id, type=type)


def of(work: Work, dataset_id: str) -> list[Relationship]:
    """Answer the relationships in which a dataset stands on either side; rights are the caller's care."""
    statement = (
        select(RelationshipRow)
        .where(or_(RelationshipRow.subject_id == dataset_id, RelationshipRow.object_id == dataset_id))
        .order_by(RelationshipRow.type, RelationshipRow.subject_id, RelationshipRow.object_id)
    )
    return [_relationship(row) for row in work.session.scalars(statement)]


def _between(subject_id: str, object_id: str, type: str, comment: str = "") -> Relationship:
    if type in TYPES:
        return Relationship(subject_id=subject_id, object_id=object_id, type=type, comment=comment)
    if type in REVERSED:
        return Relationship(subject_id=object_id, object_id=subject_id, type=REVERSED[type], comment=comment)
    known = ", ".join((*TYPES, *REVERSED))
    text = Words(zh=f"关联类型须为：{known}。", en=f"A relationship is one of: {known}.")
    raise Invalid({"type": [text.en]}, text, code="no-relationship-type")


def _key(relationship: Relationship) -> tuple[ColumnElement[bool], ...]:
    return (
        RelationshipRow.subject_id == relationship.subject_id,
        RelationshipRow.object_id == relationship.object_id,
        RelationshipRow.type == relationship.type,
    )


def _relationship(row: RelationshipRow) -> Relationship:
    return Relationship(
        id=row.id, subject_id=row.subject_id, object_id=row.object_id, type=row.type, comment=row.comment
    )
