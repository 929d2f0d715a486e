"""Questions that pages put to the search index."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from publisher import indexing
from publisher.work import Work
from schemas.errors import Invalid
from schemas.model import Dataset, State
from search.fields import TEXT_FIELDS
from search.query import All, Bool, Boost, Clause, Count, Facet, Nothing, Query, Sort, Term, all_of, none_of
from search.syntax import dismax, parse_q
from web import freshness

WEIGHTS = {field.name: field.weight for field in TEXT_FIELDS}
ACTIVE: tuple[Clause, ...] = (Term("state", "active"), Term("kind", "dataset"))
NEWEST = (Sort("created", descending=True), Sort("name"))
FRESHEST = (Sort("modified", descending=True), Sort("changed", descending=True), Sort("name"))
CHANGED = (Sort("changed", descending=True), Sort("name"))


class Timeliness(msgspec.Struct, frozen=True):
    """How many datasets promise a cycle that can be judged, and how many of them are late."""

    judged: int
    late: int

    @property
    def rate(self) -> float | None:
        """Answer the share on time, None where nothing can be judged."""
        return (self.judged - self.late) / self.judged if self.judged else None


def ids(work: Work, *filters: Clause, sort: Sequence[Sort] = CHANGED, rows: int = 10) -> tuple[str, ...]:
    """Answer ids of active datasets that match, in this order."""
    return indexing.search(work, Query(where=All(), filters=(*ACTIVE, *filters), sort=tuple(sort), rows=rows)).ids


def in_state(work: Work, state: State, rows: int = 50) -> tuple[str, ...]:
    """Answer ids of the datasets in a state that the reader may see, last changed first."""
    query = Query(where=All(), filters=(Term("state", state),), sort=CHANGED, rows=rows)
    return indexing.search(work, query).ids


def total(work: Work, *filters: Clause) -> int:
    """Answer how many active datasets match."""
    return indexing.search(work, Query(where=All(), filters=(*ACTIVE, *filters), rows=0)).total


def counts(work: Work, field: str, *filters: Clause, limit: int = -1) -> tuple[Count, ...]:
    """Answer the values of a field among active datasets that match, with counts."""
    query = Query(where=All(), filters=(*ACTIVE, *filters), rows=0, facets=(Facet(field, limit),))
    return indexing.search(work, query).facets.get(field, ())


def timeliness(work: Work, now: datetime, *filters: Clause) -> Timeliness:
    """Answer how many of the matching datasets can be judged and are late."""
    return Timeliness(total(work, freshness.judged(), *filters), total(work, all_of(freshness.late(now), *filters)))


def words(q: str, now: datetime) -> Clause:
    """Ask as CKAN does where that can be read, else for the plain words of what was typed."""
    if not q:
        return All()
    try:
        return parse_q(q, now, weights=WEIGHTS)
    except Invalid:
        plain = re.sub(r"[^\w\s]", " ", q)
        return dismax(plain, WEIGHTS) if plain.strip() else Nothing()


def near(work: Work, q: str, *filters: Clause, rows: int = 5) -> tuple[str, ...]:
    """Answer ids that match at least one word of a question that found nothing."""
    if not q:
        return ()
    plain = " ".join(re.findall(r"\w+", q)[:20])
    if not plain:
        return ()
    where = dismax(plain, WEIGHTS, minimum="1")
    return indexing.search(work, Query(where=where, filters=(*ACTIVE, *filters), rows=rows)).ids


def related(work: Work, dataset: Dataset, rows: int = 5) -> tuple[str, ...]:
    """Answer ids of other datasets that share keywords or the theme, most shared first."""
    shared = (*(Boost(Term("keywords", word), 2.0) for word in dataset.keywords[:12]),)
    topics = tuple(Term("theme_ids", key) for key in dataset.themes)
    titled = tuple(Term("title", word) for word in dataset.title.split()[:8])
    if not (shared or topics or titled):
        return ()
    where = Bool(should=(*shared, *topics, *titled), minimum=1)
    others = none_of(Term("name", dataset.name))
    return indexing.search(work, Query(where=where, filters=(*ACTIVE, others), rows=rows)).ids
