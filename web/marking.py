"""Marking: what was searched for where it stands in a text, as markup."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from search.highlight import Highlighter
from search.query import Clause
from web.rendering import said


class Marker:
    """Marks what one question looked for in texts."""

    def __init__(self, where: Clause) -> None:
        self._highlighter = Highlighter(where)

    def __call__(self, words: str) -> Markup:
        """Answer a text with the words marked."""
        parts = self._highlighter.parts(words)
        if not any(part.hit for part in parts):
            return said(words)
        marked = (Markup("<mark>{}</mark>").format(part.text) if part.hit else escape(part.text) for part in parts)
        return Markup("<bdi>{}</bdi>").format(Markup("").join(marked))

    def among(self, texts: Iterable[str]) -> list[str]:
        """Answer those of the texts in which a word stands."""
        return [one for one in texts if any(part.hit for part in self._highlighter.parts(one))]
