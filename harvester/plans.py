"""When a source is due: cron lines or intervals in a time zone; the next moment follows from the plan alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from apscheduler.triggers.cron import CronTrigger

from schemas.errors import Invalid
from schemas.text import Text

SHORTEST = 60


class Plan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A cron line (five fields) or a number of seconds, and the time zone that a cron line is read in."""

    cron: str = ""
    seconds: int = 0
    zone: str = "Asia/Shanghai"

    def __bool__(self) -> bool:
        return bool(self.cron or self.seconds)


def check(plan: Plan) -> None:
    """Raise Invalid, at the field, where a plan cannot be followed."""
    if plan.cron and plan.seconds:
        raise _invalid("cron", "请只填写周期或间隔之一。", "Give either a cron line or an interval.")
    if plan.seconds and plan.seconds < SHORTEST:
        raise _invalid("seconds", f"间隔至少 {SHORTEST} 秒。", f"An interval takes at least {SHORTEST} seconds.")
    _zone(plan)
    if plan.cron:
        _cron(plan)


def next_due(plan: Plan, after: datetime, anchor: datetime | None = None) -> datetime | None:
    """Answer the first moment of the plan behind `after` (UTC); intervals count from `anchor`, a moment of the plan.

    Moments that were missed are passed over, so a site that was off runs once, not once for each of them; an hour that
    comes twice when clocks go back counts once for a plan that names its hour.
    """
    if plan.seconds:
        start, step = anchor or after, timedelta(seconds=plan.seconds)
        return start + step * (max(0, (after - start) // step) + 1)
    if not plan.cron:
        return None
    trigger, moment = _cron(plan), after.astimezone(_zone(plan))
    found: datetime | None = trigger.get_next_fire_time(None, moment + timedelta(seconds=1))
    if found is not None and found.fold and not plan.cron.split()[1].startswith("*"):
        found = trigger.get_next_fire_time(None, found + timedelta(hours=1))
    return found.astimezone(UTC) if found else None


def _cron(plan: Plan) -> CronTrigger:
    try:
        return CronTrigger.from_crontab(plan.cron, timezone=_zone(plan))
    except ValueError as error:
        reason = str(error)
        raise _invalid("cron", f"周期“{plan.cron}”无效：{reason}。", f"Cron line '{plan.cron}': {reason}.") from error


def _zone(plan: Plan) -> ZoneInfo:
    try:
        return ZoneInfo(plan.zone)
    except (KeyError, ValueError, OSError) as error:
        raise _invalid("zone", f"没有时区“{plan.zone}”。", f"There is no time zone '{plan.zone}'.") from error


def _invalid(field: str, zh: str, en: str) -> Invalid:
    return Invalid({f"plan.{field}": [en]}, Text(zh, en))
