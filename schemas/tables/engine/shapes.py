"""Fixed-width ASCII shapes, checked eight characters at a time: patterns of character ranges, dates and times."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from schemas.tables.engine.patterns import inner
from schemas.tables.engine.words import Bools, Cells, Ints, Words

WIDEST = 64

_HIGH = 0x80
DIGIT = (48, 57)


@dataclass(frozen=True)
class Shape:
    """Texts of one width in which every character lies in the range of its place."""

    ranges: tuple[tuple[int, int], ...]

    @property
    def width(self) -> int:
        """Answer how many characters the texts have."""
        return len(self.ranges)

    def covers(self, cells: Cells, rows: Ints | None) -> Bools:
        """Tell which rows, all of this width already, have the shape."""
        starts = cells.starts if rows is None else cells.starts[rows]
        bad: Words | None = None
        for at, (over, under, high) in self._parts():
            found = cells.words(starts + at) if at else cells.words(starts)
            here = (found | (found + over) | ~(found + under)) & high
            bad = here if bad is None else bad | here
        return np.ones(starts.size, dtype=bool) if bad is None else bad == 0

    def covers_words(self, words: Words) -> Bools:
        """Tell which words, of a shape of eight characters, have it."""
        over, under, high = self._word(self.ranges)
        found: Bools = ((words | (words + over) | ~(words + under)) & high) == 0
        return found

    def _parts(self) -> list[tuple[int, tuple[np.uint64, np.uint64, np.uint64]]]:
        width = self.width
        places = list(range(0, max(width - 7, 1), 8))
        if width > 8 and width % 8:
            places.append(width - 8)
        return [(at, self._word(self.ranges[at : at + 8])) for at in places]

    @staticmethod
    def _word(ranges: tuple[tuple[int, int], ...]) -> tuple[np.uint64, np.uint64, np.uint64]:
        over = under = high = 0
        for at, (low, top) in enumerate(ranges):
            over |= (0x7F - top) << (8 * at)
            under |= (0x80 - low) << (8 * at)
            high |= _HIGH << (8 * at)
        return np.uint64(over), np.uint64(under), np.uint64(high)


def _digits(text: str) -> Shape:
    return Shape(tuple(DIGIT if char == "0" else (ord(char), ord(char)) for char in text))


DATE = _digits("0000-00-00")
TIME = _digits("00:00:00")

_DAYS = np.zeros(16 * 32, dtype=bool)
for _month, _last in enumerate((31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), start=1):
    _DAYS[_month * 32 + 1 : _month * 32 + _last + 1] = True


@dataclass(frozen=True)
class Day:
    """The years, months and days of some cells, and which of them exist in the calendar."""

    year: Ints
    month: Ints
    day: Ints
    real: Bools

    @property
    def number(self) -> Ints:
        """Answer yyyymmdd, which orders and equals as dates do."""
        return self.year * 10000 + self.month * 100 + self.day


def days(cells: Cells, starts: npt.NDArray[Any]) -> Day:
    """Read `yyyy-mm-dd` at some places of a column, whose characters were found to be digits and hyphens."""
    first, last = cells.words(starts), cells.words(starts + 2)
    year = _number(first, 0) * 1000 + _number(first, 1) * 100 + _number(first, 2) * 10 + _number(first, 3)
    month = _number(first, 5) * 10 + _number(first, 6)
    day = _number(last, 6) * 10 + _number(last, 7)
    real = _DAYS[np.minimum(month, 15) * 32 + np.minimum(day, 31)] & (day < 32) & (month < 13) & (year > 0)
    leap = (month == 2) & (day == 29)
    if leap.any():
        here = year[leap]
        real[leap] &= (here % 4 == 0) & ((here % 100 != 0) | (here % 400 == 0))
    return Day(year, month, day, real)


def seconds(cells: Cells, starts: npt.NDArray[Any]) -> tuple[Ints, Bools]:
    """Read `hh:mm:ss` at some places: the second of the day, and whether it exists."""
    word = cells.words(starts)
    hour = _number(word, 0) * 10 + _number(word, 1)
    minute = _number(word, 3) * 10 + _number(word, 4)
    second = _number(word, 6) * 10 + _number(word, 7)
    return hour * 3600 + minute * 60 + second, (hour < 24) & (minute < 60) & (second < 60)


def _number(word: Words, at: int) -> Ints:
    return ((word >> np.uint64(8 * at)) & np.uint64(15)).view(np.int64)


def of_pattern(pattern: str) -> Shape | None:
    """Answer the shape that a regular expression describes, when it is nothing but ranges of ASCII characters."""
    try:
        parsed: Any = re._parser.parse(pattern)  # type: ignore[attr-defined]
    except (re.error, RecursionError, OverflowError):
        return None
    if parsed.state.flags & ~re.UNICODE:
        return None
    ranges = _ranges(inner(parsed))
    if ranges is None or not 0 < len(ranges) <= WIDEST:
        return None
    return Shape(tuple(ranges))


def _ranges(parts: list[Any]) -> list[tuple[int, int]] | None:
    found: list[tuple[int, int]] = []
    for operation, value in parts:
        name = str(operation)
        if name == "LITERAL" and 0 < value < 128:
            found.append((value, value))
        elif name == "IN" and (one := _range(value)) is not None:
            found.append(one)
        elif name in ("MAX_REPEAT", "MIN_REPEAT") and value[0] == value[1] <= WIDEST:
            repeated = _ranges(list(value[2]))
            if repeated is None:
                return None
            found += repeated * value[0]
        elif name == "SUBPATTERN" and not value[1] and not value[2]:
            grouped = _ranges(list(value[3]))
            if grouped is None:
                return None
            found += grouped
        else:
            return None
    return found


def _range(items: list[Any]) -> tuple[int, int] | None:
    if len(items) != 1:
        return None
    name, value = str(items[0][0]), items[0][1]
    if name == "RANGE" and 0 < value[0] <= value[1] < 128:
        return value[0], value[1]
    return DIGIT if name == "CATEGORY" and str(value) == "CATEGORY_DIGIT" else None
