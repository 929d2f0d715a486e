"""The scheduler: starts what is due and carries out what waits, in threads of `serve` or as a process of its own.

However many schedulers run, each moment of a plan starts one run: the row is locked while it moves on to its next
moment. A scheduler that was off starts each source once, however many moments it missed.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from types import TracebackType

import msgspec
from sqlalchemy import select

from harvester import harvest, jobs, pipeline, plans
from harvester.orm import ScheduleRow, SourceRow
from harvester.plans import Plan
from publisher import daily, table_loading
from publisher.auth import SYSTEM, Permission
from publisher.wiring import Platform
from publisher.work import Work
from schemas.errors import Conflict

POLL = 2.0
LOADS = 10.0
SWEEP = 3600.0
LOG = logging.getLogger("gongkai.harvest")


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the calendar: a source and the moment at which it runs next."""

    source_id: str
    name: str
    plan: Plan
    due: datetime


def calendar(work: Work, limit: int = 1000) -> list[Due]:
    """Answer what runs next, soonest first."""
    work.require(Permission.SITE_READ)
    statement = (
        select(ScheduleRow.source_id, SourceRow.name, ScheduleRow.plan, ScheduleRow.due)
        .join(SourceRow, SourceRow.id == ScheduleRow.source_id)
        .order_by(ScheduleRow.due, SourceRow.name)
        .limit(limit)
    )
    rows = work.session.execute(statement)
    return [Due(source_id=r.source_id, name=r.name, plan=_PLAN.decode(r.plan), due=r.due) for r in rows]


def start_due(platform: Platform) -> list[str]:
    """Queue a run of every source that is due and move its plan on; answer the ids of the runs."""
    with platform.read(SYSTEM) as work:
        due = list(work.session.scalars(select(ScheduleRow.source_id).where(ScheduleRow.due <= work.now)))
    started = []
    for source_id in due:
        with platform.work(SYSTEM) as work:
            statement = select(ScheduleRow).where(ScheduleRow.source_id == source_id, ScheduleRow.due <= work.now)
            row = work.session.scalars(statement.with_for_update(skip_locked=True)).first()
            if row is not None:
                started += _start(work, row)
    return started


def _start(work: Work, row: ScheduleRow) -> list[str]:
    work.require(Permission.SITE_ADMIN)
    moment = row.due
    due = plans.next_due(_PLAN.decode(row.plan), work.now, anchor=moment)
    if due is None:
        work.session.delete(row)
    else:
        row.due = due
    work.session.flush()
    work.record("schedule", "source", row.source_id, due=moment.isoformat())
    try:
        return [jobs.start(work, row.source_id, trigger="schedule", due=moment).id]
    except Conflict:
        return []


class Scheduler:
    """Threads that start what is due and run it; use it as a context manager, or `serve` until told to stop."""

    def __init__(self, platform: Platform, *, workers: int | None = None, poll: float = POLL) -> None:
        self._platform = platform
        self._poll = poll
        self._over = threading.Event()
        self._sweep_at = 0.0
        count = workers or platform.config.harvest_workers
        self._threads = [threading.Thread(target=self._loop, args=(self._tick,), name="harvest-clock", daemon=True)]
        self._threads += [threading.Thread(target=self._loop, args=(self._load,), name="table-loads", daemon=True)]
        self._loaded = 0.0
        self._threads += [
            threading.Thread(target=self._loop, args=(self._work,), name=f"harvest-{n + 1}", daemon=True)
            for n in range(count)
        ]

    def __enter__(self) -> Scheduler:
        self.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def begin(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self, patience: float = 10.0) -> None:
        """Take up nothing new and wait a little; a run that is not over is taken up again by the next worker."""
        self._over.set()
        for thread in self._threads:
            thread.join(patience)

    def request_stop(self) -> None:
        """Ask `serve` to come to its end; safe to call from a signal."""
        self._over.set()

    def serve(self) -> None:
        """Run until somebody asks to stop."""
        self.begin()
        while not self._over.wait(1.0):
            pass
        self.stop()

    def _loop(self, step: Callable[[], bool]) -> None:
        while not self._over.is_set():
            try:
                busy = step()
            except Exception:
                LOG.exception("a step of the scheduler failed")
                busy = False
            if not busy:
                self._over.wait(self._poll)

    def _tick(self) -> bool:
        if time.monotonic() >= self._sweep_at:
            pipeline.sweep(self._platform)
            self._sweep_at = time.monotonic() + SWEEP
        start_due(self._platform)
        self._platform.catch_up()
        daily.run_when_due(self._platform)
        return False

    def _load(self) -> bool:
        """Look for uploaded tables now and then, and go on at once while there are more."""
        if time.monotonic() - self._loaded < LOADS:
            return False
        more = bool(table_loading.load_waiting(self._platform))
        self._loaded = 0.0 if more else time.monotonic()
        return more

    def _work(self) -> bool:
        return harvest.next_waiting(self._platform) is not None


_PLAN = msgspec.json.Decoder(Plan)
