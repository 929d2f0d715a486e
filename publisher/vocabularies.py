"""Vocabularies: named lists of terms that an administrator keeps and datasets choose from, beside free keywords."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import ForeignKey, Integer, String, delete, insert, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from publisher.auth import Permission
from publisher.orm import Base, DatasetKeywordRow
from publisher.work import Work
from schemas.errors import Invalid, NotFound
from schemas.text import Text


class VocabularyRow(Base):
    """One vocabulary."""

    __tablename__ = "vocabulary"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)


class TermRow(Base):
    """One term of a vocabulary."""

    __tablename__ = "vocabulary_term"

    vocabulary_id: Mapped[str] = mapped_column(ForeignKey("vocabulary.id", ondelete="CASCADE"), primary_key=True)
    term: Mapped[str] = mapped_column(String(200), primary_key=True)
    position: Mapped[int] = mapped_column(Integer)


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """A vocabulary with its terms in the order in which they were added."""

    id: str = ""
    name: str
    terms: tuple[str, ...] = ()


def listing(work: Work) -> list[Vocabulary]:
    """Answer every vocabulary, by name."""
    work.require(Permission.SITE_READ)
    rows = work.session.scalars(select(VocabularyRow).order_by(VocabularyRow.name)).all()
    return [_with_terms(work, row) for row in rows]


def find(work: Work, ref: str) -> Vocabulary | None:
    """Answer the vocabulary of that id or name, or None."""
    row = work.session.scalars(
        select(VocabularyRow).where(or_(VocabularyRow.id == ref, VocabularyRow.name == ref))
    ).first()
    return _with_terms(work, row) if row else None


def get(work: Work, ref: str) -> Vocabulary:
    """Answer the vocabulary of that id or name; raises NotFound."""
    work.require(Permission.SITE_READ)
    found = find(work, ref)
    if found is None:
        raise NotFound(Text(zh=f"没有词表 {ref}。", en=f"There is no vocabulary {ref}."))
    return found


def put(work: Work, vocabulary: Vocabulary) -> Vocabulary:
    """Create a vocabulary, or replace the name and terms of the one of that id; raises Invalid for a taken name."""
    work.require(Permission.SITE_ADMIN)
    old = find(work, vocabulary.id) if vocabulary.id else None
    kept = msgspec.structs.replace(vocabulary, id=old.id if old else work.new_id())
    taken = select(VocabularyRow.id).where(VocabularyRow.name == kept.name, VocabularyRow.id != kept.id)
    if work.session.execute(taken).first():
        text = Text(zh=f"词表 {kept.name} 已存在。", en=f"The vocabulary {kept.name} exists already.")
        raise Invalid({"name": [text.en]}, text, code="name-taken")
    if old is None:
        work.session.execute(insert(VocabularyRow), [{"id": kept.id, "name": kept.name}])
    else:
        work.session.execute(update(VocabularyRow).where(VocabularyRow.id == kept.id).values(name=kept.name))
        work.session.execute(delete(TermRow).where(TermRow.vocabulary_id == kept.id))
    _add_terms(work, kept.id, tuple(dict.fromkeys(kept.terms)))
    work.session.expire_all()
    work.record("update" if old else "create", "vocabulary", kept.id, name=kept.name)
    return kept


def remove(work: Work, ref: str) -> None:
    """Erase a vocabulary that no term of is in use any more, with its terms."""
    work.require(Permission.SITE_ADMIN)
    vocabulary = get(work, ref)
    work.session.execute(delete(TermRow).where(TermRow.vocabulary_id == vocabulary.id))
    work.session.execute(delete(VocabularyRow).where(VocabularyRow.id == vocabulary.id))
    work.session.expire_all()
    work.record("delete", "vocabulary", vocabulary.id, name=vocabulary.name)


def add_term(work: Work, vocabulary: Vocabulary, term: str) -> Vocabulary:
    """Add a term behind the others; raises Invalid when it is there already."""
    if term in vocabulary.terms:
        text = Text(zh=f"词表中已有 {term}。", en=f"The vocabulary has the term {term} already.")
        raise Invalid({"name": [text.en]}, text, code="term-taken")
    return put(work, msgspec.structs.replace(vocabulary, terms=(*vocabulary.terms, term)))


def drop_term(work: Work, vocabulary: Vocabulary, term: str) -> Vocabulary:
    """Take a term out of a vocabulary."""
    return put(work, msgspec.structs.replace(vocabulary, terms=tuple(t for t in vocabulary.terms if t != term)))


def datasets_with(work: Work, term: str, vocabulary_id: str = "") -> list[str]:
    """Answer ids of datasets that carry a term or a free keyword; rights are the caller's care."""
    statement = select(DatasetKeywordRow.dataset_id).where(
        DatasetKeywordRow.keyword == term, DatasetKeywordRow.vocabulary_id == vocabulary_id
    )
    return list(work.session.scalars(statement.order_by(DatasetKeywordRow.dataset_id)))


def _add_terms(work: Work, vocabulary_id: str, terms: Sequence[str]) -> None:
    rows = [{"vocabulary_id": vocabulary_id, "term": term, "position": n} for n, term in enumerate(terms)]
    if rows:
        work.session.execute(insert(TermRow), rows)


def _with_terms(work: Work, row: VocabularyRow) -> Vocabulary:
    terms = work.session.scalars(select(TermRow.term).where(TermRow.vocabulary_id == row.id).order_by(TermRow.position))
    return Vocabulary(id=row.id, name=row.name, terms=tuple(terms))
