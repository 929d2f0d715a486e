"""Working days agree with two independent tables, obey their arithmetic, and refuse what is not known by name."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import chinese_calendar
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import workdays
from publisher.workdays import Calendar
from schemas.errors import Invalid

YEARS = (2023, 2024, 2025, 2026)
CALENDAR = workdays.calendar()
DAYS = st.dates(date(2023, 1, 1), date(2026, 12, 31))
EARLY = st.dates(date(2023, 1, 1), date(2025, 6, 30))


@pytest.mark.parametrize("year", YEARS)
def test_every_day_agrees_with_the_first_independent_table(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366 if year % 4 == 0 else 365)]
    assert [CALENDAR.is_workday(day) for day in days] == [chinese_calendar.is_workday(day) for day in days]


@pytest.mark.parametrize("year", YEARS)
def test_every_day_agrees_with_the_second_independent_table(year: int) -> None:
    table = holidays.country_holidays("CN", years=[year])
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366 if year % 4 == 0 else 365)]
    assert [CALENDAR.is_workday(day) for day in days] == [table.is_working_day(day) for day in days]


def counted(start: date, days: int) -> date:
    """Count one day after another, by the independent table."""
    day = start
    while days:
        day += timedelta(days=1)
        days -= chinese_calendar.is_workday(day)
    return day


@given(EARLY, st.integers(1, 250))
def test_a_limit_ends_where_counting_by_hand_ends(start: date, days: int) -> None:
    assert CALENDAR.add(start, days) == counted(start, days)


@given(EARLY, st.integers(1, 250))
def test_between_undoes_add(start: date, days: int) -> None:
    end = CALENDAR.add(start, days)
    assert CALENDAR.between(start, end) == days
    assert CALENDAR.is_workday(end)


@given(EARLY, st.integers(1, 60), st.integers(1, 60))
def test_two_limits_in_turn_are_one_of_their_sum(start: date, first: int, second: int) -> None:
    assert CALENDAR.add(CALENDAR.add(start, first), second) == CALENDAR.add(start, first + second)


@given(DAYS, DAYS, DAYS)
def test_spans_join_and_turn_round(first: date, second: date, third: date) -> None:
    assert CALENDAR.between(first, second) + CALENDAR.between(second, third) == CALENDAR.between(first, third)
    assert CALENDAR.between(first, second) == -CALENDAR.between(second, first)


def test_limits_run_over_holidays_and_adjusted_days() -> None:
    before_spring_festival = date(2024, 2, 7)
    assert CALENDAR.add(before_spring_festival, 2) == date(2024, 2, 9)
    assert CALENDAR.add(before_spring_festival, 3) == date(2024, 2, 18)
    assert date(2024, 2, 18).weekday() == 6


def test_a_missing_year_is_refused_by_name() -> None:
    with pytest.raises(Invalid, match="2028") as caught:
        CALENDAR.add(date(2027, 12, 20), 20)
    assert caught.value.code == "no-holiday-file"
    with pytest.raises(Invalid, match="2028"):
        CALENDAR.is_workday(date(2028, 1, 4))
    with pytest.raises(Invalid, match="2022"):
        CALENDAR.between(date(2022, 12, 30), date(2023, 1, 5))


def test_a_gap_between_known_years_is_refused_by_name() -> None:
    gappy = Calendar(workdays.read_year(workdays.SHIPPED / f"{year}.yaml") for year in (2023, 2025))
    with pytest.raises(Invalid, match="2024"):
        gappy.add(date(2023, 12, 20), 20)
    with pytest.raises(Invalid, match="2024"):
        gappy.between(date(2023, 12, 20), date(2025, 1, 20))
    with pytest.raises(Invalid, match="2026"):
        gappy.add(date(2025, 12, 25), 20)


def test_a_site_replaces_and_adds_years(tmp_path: Path) -> None:
    (tmp_path / "2026.yaml").write_text(
        "year: 2026\nnotice: 本地\nholidays:\n- {name: 元旦, from: 2026-01-01, to: 2026-01-02}\n", encoding="utf-8"
    )
    (tmp_path / "2027.yaml").write_text(
        "year: 2027\nnotice: 测试\nholidays:\n- {name: 元旦, from: 2027-01-01, to: 2027-01-01}\n", encoding="utf-8"
    )
    own = workdays.calendar(tmp_path)
    assert own.is_workday(date(2026, 10, 1))
    assert own.add(date(2026, 12, 30), 2) == date(2027, 1, 4)
    assert own.settled(2027)


def test_a_year_before_its_notice_counts_by_the_law_and_says_so() -> None:
    by_law = holidays.country_holidays("CN", years=[2027])
    off = {day for day, name in by_law.items() if "observed" not in name}
    listed = {day for holiday in CALENDAR.years[2027].holidays for day in holiday.days()}
    assert listed == off | {date(2027, 2, 5)}
    assert (CALENDAR.settled(2026), CALENDAR.settled(2027), CALENDAR.settled(2028)) == (True, False, False)
    assert CALENDAR.add(date(2026, 12, 30), 2) == date(2027, 1, 4)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("2027", "year: 2026\nnotice: n\nholidays: [{name: 元旦, from: 2026-01-01, to: 2026-01-01}]", "match the year"),
        ("2027", "year: 2027\nnotice: n\nholidays: []", "no holiday"),
        ("2027", "year: 2027\nnotice: n\nholidays: [{name: a, from: 2027-01-03, to: 2027-01-01}]", "ends before"),
        ("2027", "year: 2027\nnotice: n\nholidays: [{name: a, from: 2026-12-31, to: 2027-01-01}]", "is not in 2027"),
        (
            "2027",
            "year: 2027\nnotice: n\nholidays: [{name: a, from: 2027-01-01, to: 2027-01-02},"
            " {name: b, from: 2027-01-02, to: 2027-01-03}]",
            "two holidays",
        ),
        (
            "2027",
            "year: 2027\nnotice: n\nholidays: [{name: a, from: 2027-01-01, to: 2027-01-01}]\nworkdays: [2027-01-04]",
            "must be a weekend day",
        ),
        ("2027", "year: 2027\nnotice: n\nholidays: 7", "Expected `array`"),
        ("2027", "year: [", "2027.yaml"),
        ("2027", "year: 2027\nnotice: n\nholidays: []\nworkday: []", "workday"),
    ],
)
def test_a_bad_file_is_refused_with_its_fault(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(Invalid, match=said) as caught:
        workdays.calendar(tmp_path)
    assert caught.value.code == "bad-holiday-file"


@pytest.mark.parametrize("days", [0, -1, 2001])
def test_limits_outside_reason_are_a_fault_of_the_caller(days: int) -> None:
    with pytest.raises(ValueError, match="working days"):
        CALENDAR.add(date(2025, 1, 1), days)


def test_the_day_is_the_day_in_china() -> None:
    assert workdays.local_day(datetime(2026, 11, 25, 16, 30, tzinfo=UTC)) == date(2026, 11, 26)
