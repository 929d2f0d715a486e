"""Working days: counts days in which Chinese authorities work, from one holiday file a year; knows no requests.

A yearly file says which days the State Council's notice makes holidays and on which weekend days people work instead.
Files ship with the package; a site replaces or adds a year with `<data>/workdays/YEAR.yaml`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path

import msgspec

from schemas.errors import Invalid
from schemas.text import Text

SHIPPED = Path(__file__).parent / "data" / "workdays"
CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
LONGEST = 2000


class Holiday(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A span of days off, both ends included."""

    name: str
    start: date = msgspec.field(name="from")
    end: date = msgspec.field(name="to")

    def days(self) -> Iterator[date]:
        """Answer every day of the span."""
        for offset in range((self.end - self.start).days + 1):
            yield self.start + timedelta(days=offset)


class Year(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One year's arrangement: the notice that orders it, the holidays, and the weekend days that are worked.

    A provisional year holds the holidays of the law alone, before the State Council's notice moves days around them:
    its limits may end a few days early, and no request is refused for want of the notice.
    """

    year: int
    notice: str
    holidays: tuple[Holiday, ...]
    workdays: tuple[date, ...] = ()
    provisional: bool = False


class Calendar:
    """Answers questions in working days over the years it knows; a day in any other year is refused by name."""

    def __init__(self, years: Iterable[Year]) -> None:
        self.years: Mapping[int, Year] = {year.year: year for year in sorted(years, key=lambda year: year.year)}
        self._days = [day.toordinal() for year in self.years.values() for day in _worked(year)]

    def is_workday(self, day: date) -> bool:
        """Tell whether authorities work on the day."""
        self._need(day.year, day.year)
        at = bisect_left(self._days, day.toordinal())
        return at < len(self._days) and self._days[at] == day.toordinal()

    def add(self, start: date, days: int) -> date:
        """Answer the last day of a limit of so many working days (from 1) that runs from the day after `start`."""
        if not 1 <= days <= LONGEST:
            raise ValueError(f"a limit takes 1 to {LONGEST} working days, not {days}")
        self._need(start.year, start.year)
        at = bisect_right(self._days, start.toordinal()) + days - 1
        if at >= len(self._days):
            raise _absent(self._first_absent(start.year))
        end = date.fromordinal(self._days[at])
        self._need(start.year, end.year)
        return end

    def settled(self, year: int) -> bool:
        """Tell whether the year's days are known from its notice, not from the law alone."""
        return year in self.years and not self.years[year].provisional

    def between(self, start: date, end: date) -> int:
        """Answer how many working days lie after `start` up to and including `end`; negative when end is earlier."""
        self._need(min(start, end).year, max(start, end).year)
        return bisect_right(self._days, end.toordinal()) - bisect_right(self._days, start.toordinal())

    def _need(self, first: int, last: int) -> None:
        for year in range(first, last + 1):
            if year not in self.years:
                raise _absent(year)

    def _first_absent(self, year: int) -> int:
        while year in self.years:
            year += 1
        return year


def calendar(folder: Path | None = None) -> Calendar:
    """Answer the calendar of the shipped years, each replaced by the file of that year in `folder` where there is one.

    Raises Invalid naming the file and what is wrong with it.
    """
    files = {path.name: path for path in SHIPPED.glob("*.yaml")}
    if folder is not None and folder.is_dir():
        files |= {path.name: path for path in folder.glob("*.yaml")}
    return _calendar(tuple((path, path.stat().st_mtime_ns) for _, path in sorted(files.items())))


def site_calendar(data: Path) -> Calendar:
    """Answer the calendar of a site with this data folder."""
    return calendar(data / "workdays")


def local_day(moment: datetime) -> date:
    """Answer the day that it is in China at an aware moment."""
    return moment.astimezone(CHINA).date()


def today() -> date:
    """Answer the day that it is in China now."""
    return datetime.now(CHINA).date()


def read_year(path: Path) -> Year:
    """Read and check one yearly file; raises Invalid naming the file and what is wrong with it."""
    try:
        year = msgspec.yaml.decode(path.read_bytes(), type=Year)
    except (OSError, msgspec.DecodeError, msgspec.ValidationError) as error:
        raise _bad_file(path, Text(zh=str(error), en=str(error))) from None
    fault = _fault(year, path.stem)
    if fault is not None:
        raise _bad_file(path, fault)
    return year


@lru_cache(maxsize=8)
def _calendar(files: tuple[tuple[Path, int], ...]) -> Calendar:
    return Calendar(read_year(path) for path, _ in files)


def _worked(year: Year) -> Iterator[date]:
    """Answer the working days of a year in order."""
    off = {day for holiday in year.holidays for day in holiday.days()}
    extra = set(year.workdays)
    day = date(year.year, 1, 1)
    while day.year == year.year:
        if day in extra or (day.weekday() < 5 and day not in off):
            yield day
        day += timedelta(days=1)


def _fault(year: Year, stem: str) -> Text | None:
    """Answer what makes a yearly file unusable, or None."""
    if stem != str(year.year):
        return Text(zh=f"文件名与年份 {year.year} 不符", en=f"its name does not match the year {year.year}")
    if not year.holidays:
        return Text(zh="没有列出任何假日", en="it lists no holiday")
    off = [day for holiday in year.holidays for day in holiday.days()]
    if any(holiday.end < holiday.start for holiday in year.holidays):
        return Text(zh="有假日的截止日早于起始日", en="a holiday ends before it starts")
    for day in (*off, *year.workdays):
        if day.year != year.year:
            return Text(zh=f"{day} 不在 {year.year} 年", en=f"{day} is not in {year.year}")
    if len(set(off)) < len(off):
        return Text(zh="有日期列在两个假日中", en="a day belongs to two holidays")
    for day in year.workdays:
        if day in off or day.weekday() < 5:
            return Text(
                zh=f"调休上班日 {day} 须为不放假的周末", en=f"the adjusted work day {day} must be a weekend day not off"
            )
    return None


def _bad_file(path: Path, fault: Text) -> Invalid:
    message = Text(
        zh=f"节假日文件 {path.name} 无效：{fault.zh}。", en=f"The holiday file {path.name} is not valid: {fault.en}."
    )
    return Invalid({path.name: [fault.en]}, message, code="bad-holiday-file")


def _absent(year: int) -> Invalid:
    message = Text(
        zh=f"缺少 {year} 年节假日安排，无法计算工作日；请将该年文件放入数据目录 workdays/{year}.yaml。",
        en=f"The holidays of {year} are not known, so working days cannot be counted; put the year's file at"
        f" workdays/{year}.yaml in the data folder.",
    )
    return Invalid({"year": [message.en]}, message, code="no-holiday-file")
