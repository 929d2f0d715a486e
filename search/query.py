"""What is asked and what is answered: frozen values that name fields of `search.fields`, never an engine.

A filter is a node of this tree, so nothing a person types is ever joined into a query string. Field names are those of
`fields.FIELDS`; a keyed field (`extras`, `terms`) is asked for with the key behind a dot: `extras.region`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

import msgspec

from search.fields import BY_NAME

Scalar: TypeAlias = str | int | float | bool | datetime
PUBLIC = frozenset({"public"})
TEXTUAL = frozenset(name for name, field in BY_NAME.items() if field.kind in ("text", "all"))


class All(msgspec.Struct, frozen=True, tag=True):
    """Matches every document."""


class Nothing(msgspec.Struct, frozen=True, tag=True):
    """Matches no document."""


class Term(msgspec.Struct, frozen=True, tag=True):
    """One value: exact in a keyword, date, number or flag; every word of it, side by side, in a text field."""

    field: str
    value: Scalar


class Terms(msgspec.Struct, frozen=True, tag=True):
    """Any of many exact values (ids, labels, ticked facet values); does not score."""

    field: str
    values: tuple[str, ...]


class Phrase(msgspec.Struct, frozen=True, tag=True):
    """Words in this order in a text field; `slop` more may stand between them; with `prefix` the last one may go on."""

    field: str
    value: str
    slop: int = 0
    prefix: bool = False


class Wildcard(msgspec.Struct, frozen=True, tag=True):
    """A pattern over one word or exact value: `*` any characters, `?` one, a backslash takes the next one as it is."""

    field: str
    pattern: str


class Fuzzy(msgspec.Struct, frozen=True, tag=True):
    """A word with at most `edits` (1 or 2) letters changed, added, lost or swapped."""

    field: str
    value: str
    edits: int = 2


class Range(msgspec.Struct, frozen=True, tag=True):
    """Values between two ends; None leaves an end open."""

    field: str
    low: Scalar | None = None
    high: Scalar | None = None
    include_low: bool = True
    include_high: bool = True


class Exists(msgspec.Struct, frozen=True, tag=True):
    """Documents that have any value in the field."""

    field: str


class Bool(msgspec.Struct, frozen=True, tag=True):
    """All of `must`, none of `must_not`, and at least `minimum` of `should` (None: one where `must` is empty)."""

    must: tuple[Clause, ...] = ()
    should: tuple[Clause, ...] = ()
    must_not: tuple[Clause, ...] = ()
    minimum: int | None = None


class DisMax(msgspec.Struct, frozen=True, tag=True):
    """Scores as the best of its clauses, plus `tie` times each other one."""

    clauses: tuple[Clause, ...]
    tie: float = 0.0


class Boost(msgspec.Struct, frozen=True, tag=True):
    """Multiplies the score of a clause."""

    clause: Clause
    factor: float


class Constant(msgspec.Struct, frozen=True, tag=True):
    """Gives every document that the clause matches the same score."""

    clause: Clause
    score: float = 1.0


Clause: TypeAlias = (
    All | Nothing | Term | Terms | Phrase | Wildcard | Fuzzy | Range | Exists | Bool | DisMax | Boost | Constant
)


class Sort(msgspec.Struct, frozen=True):
    """One key of the order: `score` or a sortable field."""

    field: str
    descending: bool = False


class Facet(msgspec.Struct, frozen=True):
    """Values of a field with exact counts, most frequent first; `limit` below 0 asks for all of them."""

    field: str
    limit: int = 50
    mincount: int = 1


BY_SCORE = (Sort("score", descending=True), Sort("changed", descending=True))


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """One question to an engine.

    `where` scores, `filters` do not. `visible` holds the labels of which a document must carry one; None sees all.
    `selected` are ticked facet values (field, clause): they narrow the answer like filters, but the counts of their own
    facet ignore them, so that a reader can tick a second value. Where `where` scores nothing, the score is left out of
    the order. `weighted` lets a document's own weight (quality, freshness, use) multiply its score.
    """

    where: Clause = All()
    filters: tuple[Clause, ...] = ()
    visible: frozenset[str] | None = PUBLIC
    selected: tuple[tuple[str, Clause], ...] = ()
    sort: tuple[Sort, ...] = BY_SCORE
    start: int = 0
    rows: int = 10
    facets: tuple[Facet, ...] = ()
    weighted: bool = False


class Hit(msgspec.Struct, frozen=True):
    """One document of an answer; `score` is 0.0 where the order does not use it."""

    id: str
    score: float = 0.0


class Count(msgspec.Struct, frozen=True):
    """One value of a facet and how many documents have it."""

    value: str
    count: int


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """An answer: the exact total, one page of hits, and counts by facet field."""

    total: int = 0
    hits: tuple[Hit, ...] = ()
    facets: dict[str, tuple[Count, ...]] = {}

    @property
    def ids(self) -> tuple[str, ...]:
        """Answer the ids of the page in order."""
        return tuple(hit.id for hit in self.hits)


class Suggestion(msgspec.Struct, frozen=True):
    """A completion: `kind` is dataset, keyword, organization or theme; `value` its name or word, `label` its text."""

    kind: str
    value: str
    label: str
    count: int = 1


def all_of(*clauses: Clause) -> Clause:
    """Join clauses that must all match."""
    return clauses[0] if len(clauses) == 1 else Bool(must=clauses) if clauses else All()


def any_of(*clauses: Clause) -> Clause:
    """Join clauses of which one must match."""
    return clauses[0] if len(clauses) == 1 else Bool(should=clauses, minimum=1) if clauses else Nothing()


def none_of(*clauses: Clause) -> Clause:
    """Match what none of the clauses matches."""
    return Bool(must=(All(),), must_not=clauses)


def field_and_key(name: str) -> tuple[str, str]:
    """Split `extras.region` into its field and key; other names have no key."""
    field, _, key = name.partition(".")
    return field, key


def scores(clause: Clause) -> bool:
    """Say whether a clause can score documents differently: only words of text fields can."""
    if isinstance(clause, Bool):
        return any(map(scores, (*clause.must, *clause.should)))
    if isinstance(clause, DisMax):
        return any(map(scores, clause.clauses))
    if isinstance(clause, (Boost, Constant)):
        return scores(clause.clause)
    return isinstance(clause, (Term, Phrase, Wildcard, Fuzzy)) and clause.field in TEXTUAL
