"""What a person typed, cut into units of meaning: words, known phrases, and runs of Chinese segmented by dictionary."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

import msgspec

from search import text
from search.synonyms import LONGEST_CHINESE, LONGEST_ENGLISH, Synonyms
from search.wordlists import words_of

MOST_UNITS = 24
COMPOUND = 4
_PIECE = re.compile(rf'"([^"]+)"|(\d+年度?)|([{text.CJK}]+)|([^\W_{text.CJK}]+)')


class Unit(msgspec.Struct, frozen=True):
    """One unit: its folded words, whether it is Chinese, whether it must be matched, other words for it, its parts."""

    text: str
    chinese: bool
    required: bool = True
    quoted: bool = False
    others: tuple[str, ...] = ()
    parts: tuple[Unit, ...] = ()


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
            yield Unit(year, chinese=True, others=_other_years(year))
        else:
            yield from _chinese(run, dictionary, synonyms)
    yield from _english(latin, synonyms)


def _other_years(year: str) -> tuple[str, ...]:
    """Answer a year as the common era and the Republic of China count it (105年 is 2016年), and without its 年."""
    number = int(re.match(r"\d{1,6}", year)[0])  # type: ignore[index]
    if 1950 <= number <= 2100:
        return (f"{number}", f"{number - 1911}年")
    return (f"{number + 1911}年", f"{number + 1911}") if 60 <= number <= 150 else ()


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
    """Take the longest words that the synonyms or the dictionary know; what is unknown between them stays together.

    A run is cut from its end and from its beginning; the cut that leaves fewer characters over is the better one
    (老年 人口 rather than 老年人 口).
    """
    known = partial(_is_word, dictionary=dictionary, synonyms=synonyms)
    for piece, is_word in _pieces(run, known):
        if is_word:
            required = piece not in words_of("generic.txt")
            parts = _parts(piece, known, synonyms) if len(piece) >= COMPOUND else ()
            yield Unit(piece, chinese=True, required=required, others=synonyms.of(piece), parts=parts)
        else:
            yield from _left_over(piece, alone=piece == run)


def _parts(word: str, known: Callable[[str], bool], synonyms: Synonyms) -> tuple[Unit, ...]:
    """Answer the words that a compound consists of, nothing where characters are left over."""
    pieces = _pieces(word, lambda part: part != word and known(part))
    if not all(is_word for _, is_word in pieces):
        return ()
    return tuple(Unit(piece, chinese=True, others=synonyms.of(piece)) for piece, _ in pieces)


def _pieces(run: str, known: Callable[[str], bool]) -> list[tuple[str, bool]]:
    cuts = (_from_end(run, known), _from_beginning(run, known))
    return min(cuts, key=lambda pieces: sum(len(piece) for piece, is_word in pieces if not is_word) * 100 + len(pieces))


def _is_word(word: str, dictionary: Words, synonyms: Synonyms) -> bool:
    return bool(synonyms.of(word)) or word in words_of("generic.txt") or dictionary.knows(word)


def _from_beginning(run: str, known: Callable[[str], bool]) -> list[tuple[str, bool]]:
    pieces: list[tuple[str, bool]] = []
    place = 0
    while place < len(run):
        sizes = range(min(LONGEST_CHINESE, len(run) - place), 1, -1)
        size = next((size for size in sizes if known(run[place : place + size])), 0)
        _append(pieces, run[place : place + (size or 1)], bool(size))
        place += size or 1
    return pieces


def _from_end(run: str, known: Callable[[str], bool]) -> list[tuple[str, bool]]:
    pieces: list[tuple[str, bool]] = []
    end = len(run)
    while end > 0:
        sizes = range(min(LONGEST_CHINESE, end), 1, -1)
        size = next((size for size in sizes if known(run[end - size : end])), 0)
        pieces.append((run[end - (size or 1) : end], bool(size)))
        end -= size or 1
    joined: list[tuple[str, bool]] = []
    for piece, is_word in reversed(pieces):
        _append(joined, piece, is_word)
    return joined


def _append(pieces: list[tuple[str, bool]], piece: str, is_word: bool) -> None:
    """Add a piece; characters that are no word join those before."""
    if not is_word and pieces and not pieces[-1][1]:
        pieces[-1] = (pieces[-1][0] + piece, False)
    else:
        pieces.append((piece, is_word))


def _left_over(unknown: str, alone: bool = False) -> Iterator[Unit]:
    """Yield what no dictionary knows: a name is required, a single character beside other words is not."""
    if unknown:
        yield Unit(
            unknown, chinese=True, required=(len(unknown) > 1 or alone) and unknown not in words_of("generic.txt")
        )
