"""Words that mean the same: the built-in file and one that an operator may edit; changes are seen without a restart."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from search import text

LONGEST_CHINESE = 10
LONGEST_ENGLISH = 4


class Synonyms:
    """Groups of words by each of their words, folded; English ones by their stems."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._built_in = files("search").joinpath("data/synonyms.txt").read_text(encoding="utf-8").splitlines()
        self._seen: tuple[int, int] | None = None
        self._groups = _groups(self._built_in)

    def of(self, word: str) -> tuple[str, ...]:
        """Answer the other words of a word's group, as they are written in the file."""
        self._refresh()
        return self._groups.get(_key(word), ())

    def _refresh(self) -> None:
        """Read the operator's file again where it has changed; what cannot be read counts as empty."""
        if self._path is None:
            return
        try:
            told = self._path.stat()
            seen = (told.st_mtime_ns, told.st_size)
            if seen != self._seen:
                self._groups = _groups([*self._built_in, *self._path.read_text(encoding="utf-8").splitlines()])
                self._seen = seen
        except (OSError, UnicodeDecodeError):
            if self._seen is not None:
                self._groups, self._seen = _groups(self._built_in), None


def _groups(lines: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for line in lines:
        left, arrow, right = line.partition("#")[0].partition("=>")
        given = [text.sort_key(word) for word in left.replace("，", ",").split(",") if word.strip()]
        others = (
            [text.sort_key(word) for word in right.replace("，", ",").split(",") if word.strip()] if arrow else given
        )
        for word in given:
            found.setdefault(_key(word), {}).update({other: None for other in others if _key(other) != _key(word)})
    return {key: tuple(words) for key, words in found.items() if key}


def _key(word: str) -> str:
    return text.fold(word) if text.has_cjk(word) else " ".join(text.stems(text.index_tokens(word)))
