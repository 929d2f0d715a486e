"""The words of a row as PostgreSQL's tsvector writes them: each stem with the places where it stands."""

from __future__ import annotations

import re

from publisher.table_text import STOP_WORDS, stem, tokens

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d*?)0*(?= |$)|(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)")


def vector(text: str | None) -> str:
    """Write the words of a text with their places, in order of the words."""
    places: dict[str, list[int]] = {}
    for at, word in enumerate(tokens(_MOMENT.sub(_split, text or "")), start=1):
        if word not in STOP_WORDS:
            places.setdefault(stem(word, "english") if word.isalpha() else word, []).append(at)
    return " ".join(f"'{word}':{','.join(map(str, places[word]))}" for word in sorted(places))


def _split(match: re.Match[str]) -> str:
    day, time = (match[1], match[2] + match[3]) if match[1] else (match[4], match[5])
    return f"{day} T{time.rstrip('.')}"
