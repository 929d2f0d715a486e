"""Where words count and how much: title > keywords, themes and owner > description > columns and all else.

The weights are those that `bench/relevance.py` measures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from search import text
from search.query import Boost, Clause, DisMax, Phrase, Term, any_of

WEIGHTS = (
    ("title", 4.0),
    ("keyword_text", 2.0),
    ("theme_text", 1.5),
    ("organization_text", 1.0),
    ("description", 1.5),
    ("text", 0.5),
)


def in_fields(words: str, quoted: bool = False) -> Clause:
    """Find words in every field by its weight; a single English word also in the plural or singular."""
    if quoted or text.has_cjk(words) or " " in words:
        return anywhere(lambda field: Phrase(field, words))
    forms = tuple(dict.fromkeys((words, *(text.numbers(words) if len(words) > 2 else ()))))
    return anywhere(lambda field: any_of(*(Term(field, form) for form in forms)))


def share(word: str, other: str) -> float:
    """Weigh another word so that it scores no more for being longer: a phrase scores for each of its tokens."""
    return min(1.0, length(word) / length(other))


def length(word: str) -> int:
    """Answer how many tokens a word has."""
    return max(1, len(text.query_tokens(word)))


def anywhere(make: Callable[[str], Clause]) -> Clause:
    """Ask the same of every field, by its weight."""
    return DisMax(tuple(Boost(make(field), weight) for field, weight in WEIGHTS), 0.2)


def any_in_fields(words: Iterable[str]) -> Clause | None:
    """Find any of several words; None where there are none."""
    distinct = tuple(dict.fromkeys(words))[:8]
    shortest = min(distinct, key=length, default="")
    clauses = tuple(Boost(in_fields(word), share(shortest, word)) for word in distinct)
    return DisMax(clauses, 0.1) if distinct else None
