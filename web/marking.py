"""Marking: the words of a question where they stand in a text, in any of their forms or scripts."""

from __future__ import annotations

import re
from collections.abc import Iterable

from markupsafe import Markup, escape

from search import text
from web.rendering import said

_FIELD = re.compile(r"[\w.]+:")
_WORD = re.compile(r"[^\W_]+")
MOST = 12


class Marker:
    """Marks the words of one question in texts."""

    def __init__(self, q: str) -> None:
        wanted = text.words(_FIELD.sub(" ", q))[:MOST]
        self._runs = [word for word in wanted if text.has_cjk(word)]
        self._stems = {stem for word in wanted if not text.has_cjk(word) for stem in _stems(word)}

    def __call__(self, words: str) -> Markup:
        """Answer a text with the words marked."""
        spans = self._spans(words)
        if not spans:
            return said(words)
        parts, last = Markup(""), 0
        for start, end in spans:
            parts += escape(words[last:start]) + Markup("<mark>{}</mark>").format(words[start:end])
            last = end
        return Markup("<bdi>{}</bdi>").format(parts + escape(words[last:]))

    def among(self, texts: Iterable[str]) -> list[str]:
        """Answer those of the texts in which a word stands."""
        return [one for one in texts if self._spans(one)]

    def _spans(self, words: str) -> list[tuple[int, int]]:
        return _spans(text.fold_letters(words), self._runs, self._stems)


def _spans(folded: str, runs: list[str], stems: set[str]) -> list[tuple[int, int]]:
    """Find where wanted words stand, in order and without overlap."""
    found = [(m.start(), m.end()) for run in runs for m in re.finditer(re.escape(run), folded)]
    if stems:
        found += [(m.start(), m.end()) for m in _WORD.finditer(folded) if not stems.isdisjoint(_stems(m.group()))]
    kept: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def _stems(word: str) -> set[str]:
    """Answer the stems of a word, its singular and its plural."""
    return {text.stem(form) for form in (word, *text.numbers(word))}
