"""Moments as Solr writes them (`2024-05-01T00:00:00Z`, `NOW-6MONTHS/DAY`); shorter dates mean their whole span."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta

_BASE = re.compile(r"NOW|\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?)?)?")
_STEP = re.compile(r"([+-]\d{1,9}|/)([A-Z]+)")
_UNITS = {"YEAR": 0, "MONTH": 1, "DAY": 2, "DATE": 2, "HOUR": 3, "MINUTE": 4, "SECOND": 5, "MILLI": 6, "MILLISECOND": 6}


def span(text: str, now: datetime) -> tuple[datetime, datetime]:
    """Answer the first and last instant that a date means; equal for a full moment. Raises ValueError."""
    base = _BASE.match(text)
    if base is None:
        raise ValueError(text)
    first, last = (now, now) if base[0] == "NOW" else _written(base[0])
    place = base.end()
    while place < len(text):
        step = _STEP.match(text, place)
        if step is None or (unit := _unit(step[2])) is None:
            raise ValueError(text)
        first = last = _floor(first, unit) if step[1] == "/" else _moved(first, int(step[1]), unit)
        place = step.end()
    return first, last


def _written(text: str) -> tuple[datetime, datetime]:
    padded = {4: f"{text}-01-01", 7: f"{text}-01"}.get(len(text), text)
    first = datetime.fromisoformat(padded)
    try:
        first = first.replace(tzinfo=UTC) if first.tzinfo is None else first.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(text) from error
    unit = {4: 0, 7: 1, 10: 2}.get(len(text))
    return first, first if unit is None else _moved(first, 1, unit) - timedelta(microseconds=1)


def _unit(word: str) -> int | None:
    return _UNITS.get(word, _UNITS.get(word.removesuffix("S")))


def _floor(moment: datetime, unit: int) -> datetime:
    if unit == 6:
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    lesser = {"month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0, "microsecond": 0}
    return moment.replace(**dict(list(lesser.items())[unit:]))  # type: ignore[arg-type]


def _moved(moment: datetime, number: int, unit: int) -> datetime:
    try:
        if unit <= 1:
            months = moment.year * 12 + moment.month - 1 + number * (12 if unit == 0 else 1)
            year, month = divmod(months, 12)
            day = min(moment.day, calendar.monthrange(year, month + 1)[1])
            return moment.replace(year=year, month=month + 1, day=day)
        seconds = {2: 86400, 3: 3600, 4: 60, 5: 1, 6: 0.001}[unit]
        return moment + timedelta(seconds=seconds * number)
    except (OverflowError, calendar.IllegalMonthError) as error:
        raise ValueError(f"{number} is too far away") from error
