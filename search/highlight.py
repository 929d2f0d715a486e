"""Showing why a text was found: which of its letters belong to the words of a question. Works without an engine.

Texts are folded letter by letter and searched with one compiled expression, so a simplified word marks a traditional
one. Answers are parts, never markup: whoever shows them escapes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from search import text
from search.patterns import pieces
from search.query import TEXTUAL, Bool, Boost, Clause, Constant, DisMax, Fuzzy, Phrase, Term, Wildcard

MOST_WORDS = 200
LONGEST_TEXT = 20_000
_SPOKEN = frozenset(("pinyin", "initials"))


class Part(msgspec.Struct, frozen=True):
    """A piece of a text, and whether it is what was searched for."""

    text: str
    hit: bool = False


class Highlighter:
    """Marks the words of one question in any text."""

    def __init__(self, where: Clause) -> None:
        patterns = dict.fromkeys(pattern for pattern in map(_pattern, words(where)) if pattern)
        longest_first = sorted(list(patterns)[:MOST_WORDS], key=len, reverse=True)
        self._expression = re.compile("|".join(longest_first)) if longest_first else None

    def parts(self, shown: str) -> tuple[Part, ...]:
        """Cut a whole text into parts that are hits and parts that are not."""
        shown = shown[:LONGEST_TEXT]
        return _merged(shown, self._spans(shown))

    def _spans(self, shown: str) -> Iterator[tuple[int, int]]:
        if self._expression is not None:
            yield from (found.span() for found in self._expression.finditer(text.fold_letters(shown)))


def words(where: Clause) -> Iterator[str | Wildcard]:
    """List the words and patterns that a clause looks for in texts, those that it forbids left out."""
    if isinstance(where, Bool):
        for clause in (*where.must, *where.should):
            yield from words(clause)
    elif isinstance(where, DisMax):
        for clause in where.clauses:
            yield from words(clause)
    elif isinstance(where, (Boost, Constant)):
        yield from words(where.clause)
    elif isinstance(where, Wildcard) and where.field in TEXTUAL:
        yield where
    elif isinstance(where, (Term, Phrase, Fuzzy)) and where.field in TEXTUAL - _SPOKEN:
        yield str(where.value)


def _pattern(word: str | Wildcard) -> str:
    """Answer the expression that marks a word: any form of an English one, a Chinese one wherever it stands."""
    if isinstance(word, Wildcard):
        literal = "".join(part.text if not part.wild else "\0" for part in pieces(word.pattern)).strip("\0")
        if len(literal) < 2 or "\0" in literal:
            return ""
        return rf"(?<![^\W_{text.CJK}]){re.escape(text.fold(literal))}[^\W_]*"
    found = [run if text.has_cjk(run) else _form(run) for run in text.words(word)]
    return r"[\W_]*".join(found) if len(found) < 12 else ""


def _form(word: str) -> str:
    stem = text.stem(word)
    root = stem if len(stem) > 2 and word.startswith(stem) else word
    ending = r"[^\W_]{0,4}" if len(root) > 2 and root.isascii() and root.isalpha() else ""
    return rf"(?<![^\W_{text.CJK}]){re.escape(root)}{ending}(?![^\W_{text.CJK}])"


def _merged(shown: str, spans: Iterable[tuple[int, int]]) -> tuple[Part, ...]:
    parts: list[Part] = []
    place = 0
    for low, high in spans:
        if low > place:
            parts.append(Part(shown[place:low]))
        if high > low:
            parts.append(Part(shown[low:high], hit=True))
        place = high
    if place < len(shown):
        parts.append(Part(shown[place:]))
    return tuple(parts)
