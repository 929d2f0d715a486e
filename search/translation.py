"""A question in the other language: each unit by its translations, or by those of its parts."""

from __future__ import annotations

from typing import TypeAlias

from search import text
from search.dictionary import LONGEST, Dictionary, NoDictionary
from search.query import Clause, DisMax, all_of
from search.synonyms import Synonyms
from search.units import Unit
from search.weights import any_in_fields

Parts: TypeAlias = list[tuple[Clause | None, bool]]
LONGEST_PHRASE = 3


class Translator:
    """Translates units; a part that has no translation is None."""

    def __init__(self, dictionary: Dictionary | NoDictionary, synonyms: Synonyms) -> None:
        self._dictionary = dictionary
        self._synonyms = synonyms

    def english(self, units: tuple[Unit, ...]) -> Parts:
        """Translate Chinese units; others stay as they are and are liked only."""
        return [(self._unit_in_english(unit), unit.required and unit.chinese) for unit in units if not _is_year(unit)]

    def chinese(self, units: tuple[Unit, ...]) -> Parts:
        """Translate English units by the longest phrases that have a translation."""
        words = [(word, unit.required) for unit in units for word in unit.text.split()]
        parts: Parts = []
        place = 0
        while place < len(words):
            for length in range(min(LONGEST_PHRASE, len(words) - place), 0, -1):
                phrase = [word for word, _ in words[place : place + length]]
                clause = self._phrase_in_chinese(phrase)
                if clause is not None or length == 1:
                    parts.append((clause, any(required for _, required in words[place : place + length])))
                    place += length
                    break
        return parts

    def _unit_in_english(self, unit: Unit) -> Clause | None:
        whole = self._english_words(unit.text)
        pieces = [] if whole else self._pieces(unit.text)
        if pieces:
            parts = [any_in_fields(self._english_words(piece)) for piece in pieces]
            found = [part for part in parts if part is not None]
            return _either(any_in_fields(whole), all_of(*found) if len(found) == len(parts) else None)
        return any_in_fields(whole)

    def _english_words(self, word: str) -> list[str]:
        forms = (word, *self._synonyms.of(word))
        translated = [one for form in forms for one in self._dictionary.english(form)]
        return [*translated, *(form for form in forms if not text.has_cjk(form))]

    def _phrase_in_chinese(self, phrase: list[str]) -> Clause | None:
        """Translate a phrase as a whole, or all of its words, where the whole means something in this dictionary."""
        whole = any_in_fields(self._chinese_words(" ".join(phrase)))
        if len(phrase) == 1 or whole is None:
            return whole
        parts = [any_in_fields(self._chinese_words(word)) for word in phrase]
        found = [part for part in parts if part is not None]
        return _either(whole, all_of(*found) if len(found) == len(parts) else None)

    def _chinese_words(self, phrase: str) -> list[str]:
        forms = (phrase, *self._synonyms.of(phrase))
        translated = [one for form in forms for one in self._dictionary.chinese(form)]
        return [*(form for form in forms if text.has_cjk(form)), *translated]

    def _pieces(self, word: str) -> list[str]:
        """Cut a Chinese compound into words of the dictionary; single characters left over are dropped."""
        pieces: list[str] = []
        place = 0
        while place < len(word):
            sizes = range(min(LONGEST, len(word) - place), 1, -1)
            size = next((size for size in sizes if self._dictionary.knows(word[place : place + size])), 1)
            if size > 1:
                pieces.append(word[place : place + size])
            place += size
        return pieces


def _either(first: Clause | None, second: Clause | None) -> Clause | None:
    both = tuple(clause for clause in (first, second) if clause is not None)
    return DisMax(both, 0.1) if len(both) > 1 else both[0] if both else None


def _is_year(unit: Unit) -> bool:
    return unit.text[0].isdigit()
