"""Term translations: what a word of the catalogue (a tag, a title) is called in other languages."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import String, Text, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from publisher.auth import Permission
from publisher.orm import Base
from publisher.work import Work


class TermTranslationRow(Base):
    """One term in one language."""

    __tablename__ = "term_translation"

    term: Mapped[str] = mapped_column(String(500), primary_key=True)
    language: Mapped[str] = mapped_column(String(50), primary_key=True)
    translation: Mapped[str] = mapped_column(Text)


class TermTranslation(msgspec.Struct, frozen=True):
    """A term, a language's code, and what the term is called in it."""

    term: str
    language: str
    translation: str


def put(work: Work, entries: Sequence[TermTranslation]) -> None:
    """Keep translations, in place of earlier ones of the same term and language; administrators only."""
    work.require(Permission.SITE_ADMIN)
    for entry in entries:
        key = (TermTranslationRow.term == entry.term, TermTranslationRow.language == entry.language)
        if work.session.execute(select(TermTranslationRow.term).where(*key)).first():
            work.session.execute(update(TermTranslationRow).where(*key).values(translation=entry.translation))
        else:
            work.session.execute(insert(TermTranslationRow), [msgspec.structs.asdict(entry)])
    work.session.expire_all()
    work.record("translate-terms", "site", "", terms=[entry.term for entry in entries][:50])


def of(work: Work, terms: Sequence[str], languages: Sequence[str] | None = None) -> list[TermTranslation]:
    """Answer the translations of terms, in the order of the terms; only into these languages where they are given."""
    work.require(Permission.SITE_READ)
    found: dict[str, list[TermTranslation]] = {}
    for start in range(0, len(terms), 500):
        statement = select(TermTranslationRow).where(TermTranslationRow.term.in_(list(terms[start : start + 500])))
        if languages is not None:
            statement = statement.where(TermTranslationRow.language.in_(list(languages)))
        for row in work.session.scalars(statement.order_by(TermTranslationRow.language)):
            found.setdefault(row.term, []).append(TermTranslation(row.term, row.language, row.translation))
    return [entry for term in dict.fromkeys(terms) for entry in found.get(term, [])]
