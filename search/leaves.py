"""One written value of one field as a clause: what `field:value` means for each kind of field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from search import datemath, patterns
from search.fields import kind_of
from search.limits import Refusal
from search.names import Target
from search.query import (
    All,
    Clause,
    Exists,
    Fuzzy,
    Nothing,
    Phrase,
    Range,
    Term,
    Wildcard,
)


class Written(msgspec.Struct, frozen=True):
    """A value as it was written: `pattern` keeps escapes, `quoted` tells of quotation marks."""

    value: str
    pattern: str
    place: int
    quoted: bool = False
    wild: bool = False
    edits: int = 0
    slop: int = 0


class Leaves:
    """Makes clauses of written values, for one moment that is `NOW`."""

    def __init__(self, refusal: Refusal, now: datetime) -> None:
        self.refusal = refusal
        self.now = now

    def value(self, target: Target, written: Written) -> Clause:
        """Make the clause of one value."""
        if not target.field:
            return All() if written.value in target.always or written.pattern == "*" else Nothing()
        if written.wild and written.pattern.strip("*") == "":
            return self._any(target.field)
        value = target.values.get(written.value, written.value)
        return _BY_KIND[kind_of(target.field)](self, target.field, msgspec.structs.replace(written, value=value))

    def range(self, target: Target, low: str | None, high: str | None, ends: tuple[bool, bool], place: int) -> Clause:
        """Make the clause of a range; None is an open end."""
        if low is None and high is None:
            return self._any(target.field) if target.field else All()
        make = {"date": self._moments, "number": self._numbers}.get(kind_of(target.field) if target.field else "text")
        if make is None:
            raise self.refusal.at(
                place,
                "只有日期和数字字段可以取范围；请改用具体的值或通配符。",
                "only dates and numbers have ranges; name values or use a wildcard instead.",
            )
        return make(target.field, low, high, ends, place)

    def _any(self, field: str) -> Clause:
        return All() if kind_of(field) == "all" or field in ("id", "name") else Exists(field)

    def _text(self, field: str, written: Written) -> Clause:
        if written.wild:
            return self._pattern(field, written)
        if written.edits:
            return Fuzzy(field, written.value, written.edits)
        if written.quoted:
            return Phrase(field, written.value, written.slop)
        return Term(field, written.value)

    def _exact(self, field: str, written: Written) -> Clause:
        if written.wild:
            return self._pattern(field, written)
        return Fuzzy(field, written.value, written.edits) if written.edits else Term(field, written.value)

    def _pattern(self, field: str, written: Written) -> Clause:
        if patterns.too_long(written.pattern):
            raise self.refusal.at(written.place, patterns.TOO_LONG.zh, patterns.TOO_LONG.en)
        return Wildcard(field, written.pattern)

    def _moment(self, field: str, written: Written) -> Clause:
        first, last = self._span(written.value, written.place)
        return Term(field, first) if first == last else Range(field, first, last)

    def _number(self, field: str, written: Written) -> Clause:
        return Term(field, self._count(written.value, written.place))

    def _moments(self, field: str, low: str | None, high: str | None, ends: tuple[bool, bool], place: int) -> Clause:
        starts = self._span(low, place) if low is not None else (None, None)
        stops = self._span(high, place) if high is not None else (None, None)
        return Range(field, starts[0 if ends[0] else 1], stops[1 if ends[1] else 0], *ends)

    def _numbers(self, field: str, low: str | None, high: str | None, ends: tuple[bool, bool], place: int) -> Clause:
        first, last = (None if end is None else self._count(end, place) for end in (low, high))
        return Range(field, first, last, *ends)

    def _span(self, value: str, place: int) -> tuple[datetime, datetime]:
        try:
            return datemath.span(value, self.now)
        except ValueError:
            raise self.refusal.at(
                place,
                f"{value[:40]} 不是日期；请写成 2024-05-01、2024-05-01T00:00:00Z 或 NOW-1MONTH/DAY。",
                f"{value[:40]} is no date; write 2024-05-01, 2024-05-01T00:00:00Z or NOW-1MONTH/DAY.",
            ) from None

    def _count(self, value: str, place: int) -> float:
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if number != number or abs(number) == float("inf"):
            raise self.refusal.at(place, f"{value[:40]} 不是数字。", f"{value[:40]} is no number.")
        return number


_BY_KIND: dict[str, Callable[[Leaves, str, Written], Clause]] = {
    "text": Leaves._text,
    "all": Leaves._text,
    "keyword": Leaves._exact,
    "flag": Leaves._exact,
    "keyed": Leaves._exact,
    "date": Leaves._moment,
    "number": Leaves._number,
}
