"""Marking: the words of a question where they stand in a text, in any of their forms or scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

from markupsafe import Markup, escape

from search import text
from web.rendering import said

_FIELD = re.compile(r"[\w.]+:")
_WORD = re.compile(r"[^\W_]+")
MOST = 12


def marker(q: str) -> Callable[[str], Markup]:
    """Answer a function that marks the words of `q` in a text."""
    wanted = text.words(_FIELD.sub(" ", q))[:MOST]
    runs = [word for word in wanted if text.has_cjk(word)]
    stems = {stem for word in wanted if not text.has_cjk(word) for stem in _stems(word)}
    if not wanted:
        return said

    def marked(words: str) -> Markup:
        spans = _spans(text.fold_letters(words), runs, stems)
        parts, last = Markup(""), 0
        for start, end in spans:
            parts += escape(words[last:start]) + Markup("<mark>{}</mark>").format(words[start:end])
            last = end
        return Markup("<bdi>{}</bdi>").format(parts + escape(words[last:])) if spans else said(words)

    return marked


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
