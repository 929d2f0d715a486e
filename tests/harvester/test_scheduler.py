"""What is due starts once, however many schedulers run and however long the site was off."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import msgspec
from sqlalchemy import update

from harvester import connections, jobs, scheduler
from harvester.orm import ScheduleRow
from harvester.plans import Plan
from harvester.scheduler import Scheduler
from publisher.auth import SYSTEM
from publisher.wiring import Platform
from tests.harvester.conftest import Connect, published
from tests.publisher.conftest import database_url  # noqa: F401  - each engine in turn


def overdue(platform: Platform, hours: int) -> None:
    with platform.engine.begin() as connection:
        connection.execute(update(ScheduleRow).values(due=platform.clock() - timedelta(hours=hours)))


def test_a_source_that_missed_days_runs_once(platform: Platform, connect: Connect, feed: Path) -> None:
    source = connect("folder", str(feed), plan=Plan(seconds=3600))
    assert scheduler.start_due(platform) == []
    overdue(platform, 72)
    assert len(scheduler.start_due(platform)) == 1
    assert scheduler.start_due(platform) == []
    with platform.read(SYSTEM) as work:
        (due,) = scheduler.calendar(work)
        (run,) = jobs.listing(work, source.id)
    assert timedelta(0) < due.due - platform.clock() <= timedelta(hours=1)
    assert run.trigger == "schedule"


def test_a_source_that_still_runs_is_passed_over(platform: Platform, connect: Connect, feed: Path) -> None:
    source = connect("folder", str(feed), plan=Plan(seconds=3600))
    with platform.work(SYSTEM) as work:
        jobs.start(work, source.id)
    overdue(platform, 1)
    assert scheduler.start_due(platform) == []
    with platform.read(SYSTEM) as work:
        assert scheduler.calendar(work)[0].due > platform.clock()


def test_a_paused_source_is_never_due(platform: Platform, connect: Connect, feed: Path) -> None:
    source = connect("folder", str(feed), plan=Plan(seconds=3600))
    with platform.work(SYSTEM) as work:
        connections.pause(work, source.id)
    with platform.read(SYSTEM) as work:
        assert scheduler.calendar(work) == []
    with platform.work(SYSTEM) as work:
        connections.resume(work, source.id)
    with platform.read(SYSTEM) as work:
        assert len(scheduler.calendar(work)) == 1


def test_its_threads_carry_out_what_is_due(platform: Platform, connect: Connect, feed: Path) -> None:
    (feed / "a.csv").write_text("id\n1\n")
    connect("folder", str(feed), plan=Plan(seconds=3600))
    overdue(platform, 1)
    with Scheduler(platform, workers=2, poll=0.05):
        end = time.monotonic() + 20
        while not published(platform) and time.monotonic() < end:
            time.sleep(0.05)
    assert len(published(platform)) == 1


def test_many_sources_due_at_once_all_start_once(platform: Platform, connect: Connect, feed: Path) -> None:
    first = connect("folder", str(feed), plan=Plan(seconds=3600))
    with platform.work(SYSTEM) as work:
        for number in range(199):
            connections.add(work, msgspec.structs.replace(first, id="", name=f"source-{number}"))
    overdue(platform, 1)
    assert len(scheduler.start_due(platform)) == 200
    assert scheduler.start_due(platform) == []
    claimed = set()
    while (run := jobs.claim(platform)) is not None:
        claimed.add(run.source_id)
        jobs.finish(platform, run.id, "done")
    assert len(claimed) == 200
