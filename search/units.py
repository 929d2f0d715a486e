"""What a person typed, cut into units of meaning: words, known phrases, and runs of Chinese segmented by dictionary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

import msgspec

from search import text
from search.synonyms import LONGEST_CHINESE, LONGEST_ENGLISH, Synonyms
from search.wordlists import words_of

MOST_UNITS = 24
_PIECE = re.compile(rf'"([^"]+)"|(\d+年度?)|([{text.CJK}]+)|([^\W_{text.CJK}]+)')


class Unit(msgspec.Struct, frozen=True):
    """One unit: its folded words, whether it is Chinese, whether it must be matched, other words for it."""

    text: str
    chinese: bool
    required: bool = True
    quoted: bool = False
    others: tuple[str, ...] = ()


class Words(Protocol):
    """Knows Chinese words."""

    def knows(self, word: str) -> bool:
        """Say whether a folded Chinese word is a word."""


def cut(typed: str, dictionary: Words, synonyms: Synonyms) -> tuple[Unit, ...]:
    """Cut a text into units; those that say little are not required unless there are no others."""
    units = list(_units(text.fold(typed), dictionary, synonyms))[:MOST_UNITS]
    if any(unit.required for unit in units):
        return tuple(units)
    return tuple(msgspec.structs.replace(unit, required=True) for unit in units)


def _units(folded: str, dictionary: Words, synonyms: Synonyms) -> Iterator[Unit]:
    latin: list[str] = []
    for quoted, year, run, word in _PIECE.findall(folded.replace("'s", "").replace("’s", "")):
        if word:
            latin.append(word)
            continue
        yield from _english(latin, synonyms)
        latin = []
        if quoted:
            yield Unit(quoted, text.has_cjk(quoted), quoted=True)
        elif year:
            yield Unit(year, chinese=True)
        else:
            yield from _chinese(run, dictionary, synonyms)
    yield from _english(latin, synonyms)


def _english(words: list[str], synonyms: Synonyms) -> Iterator[Unit]:
    """Take the longest phrases that have synonyms, and single words between them."""
    place = 0
    while place < len(words):
        for length in range(min(LONGEST_ENGLISH, len(words) - place), 0, -1):
            phrase = " ".join(words[place : place + length])
            others = synonyms.of(phrase)
            if others or length == 1:
                yield Unit(phrase, chinese=False, required=phrase not in words_of("generic.txt"), others=others)
                place += length
                break


def _chinese(run: str, dictionary: Words, synonyms: Synonyms) -> Iterator[Unit]:
    """Take the longest words that the synonyms or the dictionary know; what is unknown between them stays together."""
    unknown = ""
    place = 0
    while place < len(run):
        length = _known(run, place, dictionary, synonyms)
        if length:
            yield from _left_over(unknown)
            unknown = ""
            word = run[place : place + length]
            yield Unit(word, chinese=True, required=word not in words_of("generic.txt"), others=synonyms.of(word))
        else:
            unknown += run[place]
        place += length or 1
    yield from _left_over(unknown, alone=unknown == run)


def _known(run: str, place: int, dictionary: Words, synonyms: Synonyms) -> int:
    for length in range(min(LONGEST_CHINESE, len(run) - place), 1, -1):
        word = run[place : place + length]
        if synonyms.of(word) or word in words_of("generic.txt") or dictionary.knows(word):
            return length
    return 0


def _left_over(unknown: str, alone: bool = False) -> Iterator[Unit]:
    """Yield what no dictionary knows: a name is required, a single character beside other words is not."""
    if unknown:
        yield Unit(
            unknown, chinese=True, required=(len(unknown) > 1 or alone) and unknown not in words_of("generic.txt")
        )
