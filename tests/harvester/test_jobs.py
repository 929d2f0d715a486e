"""Runs: none lost, none twice, none stuck."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from harvester import connections, harvest, jobs, pipeline, reports
from harvester.orm import RunRow
from publisher.auth import SYSTEM, Actor
from publisher.wiring import Platform
from schemas.errors import Conflict, NotAuthorized
from tests.harvester.conftest import Connect, published, run
from tests.publisher.conftest import database_url  # noqa: F401  - each engine in turn

ROOT = Path(__file__).resolve().parent.parent.parent


def files(feed: Path, count: int) -> None:
    for number in range(count):
        (feed / f"table-{number:03d}.csv").write_text(f"id\n{number}\n")


def test_two_runs_of_a_source_never_overlap(platform: Platform, connect: Connect, feed: Path) -> None:
    files(feed, 1)
    source = connect("folder", str(feed))
    with platform.work(SYSTEM) as work:
        first = jobs.start(work, source.name)
    with pytest.raises(Conflict), platform.work(SYSTEM) as work:
        jobs.start(work, source.name)
    assert harvest.next_waiting(platform) is not None
    with platform.read(SYSTEM) as work:
        assert jobs.get(work, first.id).state == "done"
    assert run(platform, source).state == "done"


def test_a_claimed_run_is_taken_by_nobody_else(platform: Platform, connect: Connect, feed: Path) -> None:
    files(feed, 1)
    source = connect("folder", str(feed))
    with platform.work(SYSTEM) as work:
        jobs.start(work, source.id)
    assert jobs.claim(platform) is not None
    assert jobs.claim(platform) is None


def test_a_run_is_taken_over_when_its_lease_ends(platform: Platform, connect: Connect, feed: Path) -> None:
    files(feed, 2)
    source = connect("folder", str(feed))
    with platform.work(SYSTEM) as work:
        jobs.start(work, source.id)
    claimed = jobs.claim(platform)
    assert claimed is not None
    with platform.engine.begin() as connection:
        past = platform.clock() - timedelta(seconds=1)
        connection.execute(update(RunRow).values(worker="elsewhere:1:1", lease=past))
    taken = harvest.next_waiting(platform)
    assert taken is not None
    assert (taken.state, taken.attempts, taken.counts) == ("done", 2, {"create": 2})
    assert not jobs.beat(platform, claimed.id)


def test_a_run_whose_workers_keep_dying_fails_with_the_reason(platform: Platform, connect: Connect, feed: Path) -> None:
    files(feed, 1)
    source = connect("folder", str(feed))
    with platform.work(SYSTEM) as work:
        started = jobs.start(work, source.id)
    for _ in range(jobs.MOST_ATTEMPTS):
        assert jobs.claim(platform) is not None
        with platform.engine.begin() as connection:
            connection.execute(update(RunRow).values(lease=None))
    assert jobs.claim(platform) is None
    with platform.read(SYSTEM) as work:
        ended = jobs.get(work, started.id)
    assert ended.state == "failed"
    assert ended.problem is not None
    assert ended.problem.code == "worker-died"


def test_cancelling_ends_a_run_and_keeps_what_it_did(platform: Platform, connect: Connect, feed: Path) -> None:
    files(feed, 30)
    source = connect("folder", str(feed), policy="badge")
    with platform.work(SYSTEM) as work:
        started = jobs.start(work, source.id)
    claimed = jobs.claim(platform)
    assert claimed is not None

    def cancel(stage: str, done: int, total: int) -> None:
        if stage == "decide" and done:
            with platform.work(SYSTEM) as work:
                if not jobs.get(work, started.id).cancel:
                    jobs.cancel(work, started.id)

    pulse, pipeline.PULSE = pipeline.PULSE, 0.0
    try:
        ended = pipeline.execute(platform, claimed, cancel)
    finally:
        pipeline.PULSE = pulse
    assert ended.state == "cancelled"
    assert 0 < len(published(platform)) < 30
    assert run(platform, source).state == "done"
    assert len(published(platform)) == 30


def test_a_waiting_run_is_cancelled_at_once(platform: Platform, connect: Connect, feed: Path) -> None:
    source = connect("folder", str(feed))
    with platform.work(SYSTEM) as work:
        started = jobs.start(work, source.id)
        assert jobs.cancel(work, started.id).state == "cancelled"
    with pytest.raises(Conflict), platform.work(SYSTEM) as work:
        jobs.cancel(work, started.id)


def test_strangers_start_nothing(platform: Platform, connect: Connect, feed: Path) -> None:
    source = connect("folder", str(feed))
    with pytest.raises(NotAuthorized), platform.work(Actor(id="x", name="x")) as work:
        jobs.start(work, source.id)


def test_a_guard_holds_the_run_until_a_person_releases_it(platform: Platform, connect: Connect, feed: Path) -> None:
    files(feed, 20)
    source = connect("folder", str(feed))
    run(platform, source)
    for path in sorted(feed.iterdir())[:10]:
        path.unlink()
    held = run(platform, source)
    assert held.state == "held"
    assert held.problem is not None
    assert held.problem.code == "shrunken-catalogue"
    assert len(published(platform)) == 20
    with platform.work(SYSTEM) as work:
        jobs.release(work, held.id)
    released = harvest.next_waiting(platform)
    assert released is not None
    assert (released.state, released.counts) == ("done", {"unchanged": 10, "withdraw": 10})
    assert len(published(platform)) == 10


def test_an_emptied_catalogue_withdraws_nothing(platform: Platform, connect: Connect, feed: Path) -> None:
    files(feed, 3)
    source = connect("folder", str(feed))
    run(platform, source)
    for path in feed.iterdir():
        path.unlink()
    held = run(platform, source)
    assert held.problem is not None
    assert (held.state, held.problem.code) == ("held", "empty-catalogue")
    assert len(published(platform)) == 3


def test_a_withdrawn_record_returns_under_its_address(platform: Platform, connect: Connect, feed: Path) -> None:
    files(feed, 20)
    source = connect("folder", str(feed))
    run(platform, source)
    before = {d.title: (d.id, d.name) for d in published(platform)}
    (feed / "table-007.csv").unlink()
    assert run(platform, source).counts == {"unchanged": 19, "withdraw": 1}
    (feed / "table-007.csv").write_text("id\n7\n")
    assert run(platform, source).counts == {"unchanged": 19, "create": 1}
    assert {d.title: (d.id, d.name) for d in published(platform)} == before


def test_a_held_run_gives_way_to_the_next(platform: Platform, connect: Connect, feed: Path) -> None:
    files(feed, 3)
    source = connect("folder", str(feed))
    run(platform, source)
    texts = {path: path.read_text() for path in feed.iterdir()}
    for path in texts:
        path.unlink()
    held = run(platform, source)
    assert held.state == "held"
    for path, text in texts.items():
        path.write_text(text)
    assert run(platform, source).counts == {"unchanged": 3}
    with platform.read(SYSTEM) as work:
        assert jobs.get(work, held.id).state == "cancelled"
    assert pipeline.sweep(platform) == 1
    assert pipeline.sweep(platform) == 0


def test_old_runs_are_forgotten_and_identity_stays(platform: Platform, connect: Connect, feed: Path) -> None:
    files(feed, 3)
    source = connect("folder", str(feed))
    for _ in range(4):
        last = run(platform, source)
    with platform.work(SYSTEM) as work:
        assert jobs.forget(work, source.id, 1) == 3
    with platform.read(SYSTEM) as work:
        assert [r.id for r in jobs.listing(work, source.id)] == [last.id]
    assert run(platform, source).counts == {"unchanged": 3}


KILLED = """
import sys
from harvester import jobs, pipeline, applying
from publisher import config
from publisher.wiring import open_platform
from tests.publisher.memory import MemoryIndex
settings = config.load({}, data=sys.argv[1], testing=True, harvest_allow=sys.argv[2], database_url=sys.argv[3])
applying.KEPT_AT_ONCE = 3
pipeline.PULSE = 0.0
with open_platform(settings, search=MemoryIndex()) as platform:
    claimed = jobs.claim(platform)
    pipeline.execute(platform, claimed, lambda *told: print(*told, flush=True))
"""


@pytest.mark.parametrize("lines", [1, 12, 40, 47])
def test_a_killed_run_goes_on_where_it_stopped(
    platform: Platform, connect: Connect, feed: Path, tmp_path: Path, lines: int
) -> None:
    files(feed, 40)
    source = connect("folder", str(feed))
    with platform.work(SYSTEM) as work:
        started = jobs.start(work, source.id)
    command = [sys.executable, "-c", KILLED, str(tmp_path / "site"), str(feed), platform.config.database_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as worker:
        assert worker.stdout is not None
        for _ in range(lines):
            worker.stdout.readline()
        os.kill(worker.pid, signal.SIGKILL)
    before = time.monotonic()
    ended = harvest.next_waiting(platform)
    assert time.monotonic() - before < 30
    assert ended is not None
    assert (ended.id, ended.state, ended.attempts) == (started.id, "done", 2)
    assert ended.counts == {"create": 40}
    assert len(published(platform)) == 40
    with platform.read(SYSTEM) as work:
        assert len(reports.results(work, ended.id)) == 40
        assert connections.get(work, source.id).state == "active"
