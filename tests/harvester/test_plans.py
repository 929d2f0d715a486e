"""When a source is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from harvester.plans import Plan, check, next_due
from schemas.errors import Invalid


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_cron_line_is_read_in_its_time_zone() -> None:
    plan = Plan(cron="30 2 * * *", zone="Asia/Shanghai")
    assert next_due(plan, at("2025-11-24T12:00")) == at("2025-11-24T18:30")


def test_an_interval_counts_from_the_plan_not_from_the_run() -> None:
    plan = Plan(seconds=3600)
    anchor = at("2025-11-24T08:00")
    assert next_due(plan, at("2025-11-24T08:00"), anchor) == at("2025-11-24T09:00")
    assert next_due(plan, at("2025-11-24T08:59:59"), anchor) == at("2025-11-24T09:00")
    assert next_due(plan, at("2025-11-24T13:17"), anchor) == at("2025-11-24T14:00")


def test_a_week_of_fires_does_not_drift() -> None:
    plan, moment = Plan(seconds=86400), at("2025-01-01T03:00")
    for day in range(1, 8):
        late = moment + timedelta(seconds=day * 7)
        following = next_due(plan, late, moment)
        assert following == at("2025-01-01T03:00") + timedelta(days=day)
        moment = following


@pytest.mark.parametrize(
    ("after", "due"),
    [
        ("2025-03-29T12:00", "2025-03-30T01:30"),
        ("2025-10-25T12:00", "2025-10-26T02:30"),
        ("2025-10-26T02:30", "2025-10-27T02:30"),
    ],
)
def test_daylight_saving_runs_once_a_day(after: str, due: str) -> None:
    assert next_due(Plan(cron="30 3 * * *", zone="Europe/Berlin"), at(after)) == at(due)


def test_an_hour_that_comes_twice_runs_once() -> None:
    plan = Plan(cron="30 2 * * *", zone="Europe/Berlin")
    first = next_due(plan, at("2025-10-25T12:00"))
    assert first == at("2025-10-26T00:30")
    assert next_due(plan, first) == at("2025-10-27T01:30")


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        (Plan(cron="61 * * * *"), "plan.cron"),
        (Plan(cron="not a plan"), "plan.cron"),
        (Plan(seconds=5), "plan.seconds"),
        (Plan(cron="* * * * *", seconds=60), "plan.cron"),
        (Plan(cron="* * * * *", zone="Mars/Olympus"), "plan.zone"),
    ],
)
def test_a_plan_that_cannot_be_followed_is_refused_at_the_field(plan: Plan, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        check(plan)
    assert list(caught.value.errors) == [field]
