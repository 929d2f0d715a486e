"""Daily chores: reminders and escalations, the scoreboard, a checkpoint of the disclosure log, a look at the index."""

from __future__ import annotations

from publisher import log, options, reminders, scoreboard, workdays
from publisher.auth import SYSTEM
from publisher.wiring import Platform
from publisher.work import Work

DONE = "daily-chores"


def run_when_due(platform: Platform) -> bool:
    """Do the chores once a Chinese day, however many processes ask; answer whether this one did them."""
    with platform.read(SYSTEM) as work:
        if _done(work):
            return False
    with platform.work(SYSTEM) as work:
        if _done(work):
            return False
        reminders.remind(work)
        scoreboard.keep(work)
        log.checkpoint(work)
        options.put(work, DONE, workdays.local_day(work.now).isoformat())
    platform.mend()
    return True


def _done(work: Work) -> bool:
    return options.get(work, DONE) == workdays.local_day(work.now).isoformat()
