"""One run from its claim to its report: gather everything, look at the whole, then decide record by record.

A catalogue is first read to its end into the run's own file; until then nothing that is published changes. Each record
is then its own unit of work, kept in small batches, so that a killed run goes on where it stopped.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from harvester import connections, jobs, notices, records
from harvester.applying import Applying
from harvester.compare import Stop, guard
from harvester.connections import Connection
from harvester.faults import Fetching
from harvester.fetch import Fetcher, Freshness, Limits
from harvester.guard import Allowed
from harvester.jobs import Run
from harvester.orm import SourceRow
from harvester.reading import Reader
from harvester.source import Context, Unchanged
from harvester.sources import SOURCES
from harvester.staging import Staging
from publisher import organizations
from publisher.auth import SYSTEM, Permission
from publisher.wiring import Platform
from schemas.errors import GongkaiError
from schemas.report import Finding
from schemas.text import Text

PULSE = 1.0
MANY = 100  # from so many changed records on, index and catalogue are compared when a run ends
Progress = Callable[[str, int, int], None]


class Cancelled(Exception):
    """Says that a person ended the run, or that another worker took it."""


def nobody(stage: str, done: int, total: int) -> None:
    """Tell no one how far a run is."""


def execute(platform: Platform, run: Run, progress: Progress = nobody) -> Run:
    """Carry out a claimed run to its end, whatever happens; answer it as it stands then.

    `progress` is told the stage (gather, decide, withdraw), how many records are done and how many there are (0: not
    yet known).
    """
    try:
        with _opened(platform, run, progress) as work:
            state, problem = work.carry_out()
    except Cancelled:
        state, problem = "cancelled", None
    except Fetching as fault:
        state, problem = "failed", fault.finding()
    except GongkaiError as error:
        state, problem = "failed", Finding(level="error", code=error.code, message=error.message)
    except Exception as error:
        jobs.finish(platform, run.id, "failed", _unexpected(error))
        raise
    jobs.finish(platform, run.id, state, problem)
    if state != "held":
        shutil.rmtree(folder_of(platform, run.id), ignore_errors=True)
    with platform.read(SYSTEM) as work_read:
        ended = jobs.get(work_read, run.id)
    if sum(count for decision, count in ended.counts.items() if decision != "unchanged") >= MANY:
        platform.mend()
    if ended.state != "cancelled":
        notices.tell(platform, ended)
    return ended


def folder_of(platform: Platform, run_id: str) -> Path:
    """Answer the folder in which a run keeps what it gathered."""
    return platform.config.data / "harvest" / run_id


def sweep(platform: Platform) -> int:
    """Remove what runs that are over have left on this machine's disk; answer how many folders."""
    root = platform.config.data / "harvest"
    with platform.read(SYSTEM) as work:
        active = {run.id for run in jobs.listing(work, states=jobs.ACTIVE, limit=100_000)}
    left = [path for path in root.iterdir() if path.name not in active] if root.is_dir() else []
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(left)


class _Running:
    """One run at work."""

    def __init__(self, platform: Platform, run: Run, reader: Reader, freshness: Freshness, progress: Progress) -> None:
        self.platform = platform
        self.run = run
        self.reader = reader
        self.freshness = freshness
        self.progress = progress
        self._beaten = 0.0
        self._stage = ("gather", 0, 0)

    def pulse(self) -> None:
        """Keep the lease, tell the progress, and stop where someone asked for it."""
        if time.monotonic() - self._beaten < PULSE:
            return
        stage, done, total = self._stage
        gathered = {"gathered": done} if stage == "gather" else {}
        if not jobs.beat(self.platform, self.run.id, stage=stage, **gathered):
            raise Cancelled
        self.progress(stage, done, total)
        self._beaten = time.monotonic()

    def at(self, stage: str, done: int, total: int) -> None:
        """Note how far the run is."""
        self._stage = (stage, done, total)
        self.pulse()

    def carry_out(self) -> tuple[jobs.RunState, Finding | None]:
        """Gather, guard, apply; answer how the run ends."""
        with Staging(folder_of(self.platform, self.run.id)) as staging:
            try:
                self._gather(staging)
            except Unchanged:
                if not self._rereads():
                    return self._all_unchanged()
                self.reader.context.freshness = Freshness()
                self._gather(staging)
            return self._decide(staging)

    def _gather(self, staging: Staging) -> None:
        if staging.complete:
            return
        source, context = self.reader.source, self.reader.context
        self._stage = ("gather", 0, 0)
        for count in staging.fill(source.gather(context), source.volatile):
            self.at("gather", count, 0)

    def _decide(self, staging: Staging) -> tuple[jobs.RunState, Finding | None]:
        total = staging.count()
        jobs.beat(self.platform, self.run.id, gathered=total, stage="decide")
        applying = Applying(self.platform, self.run, self.reader, staging, self.at)
        stop = None if self.run.released else self._stopped(applying, total)
        if stop is not None:
            held = Finding(level="error", code=stop.code, message=stop.message, remedy=_RELEASE)
            return "held", held
        applying.decide(total)
        applying.withdraw()
        self._remember()
        self.progress("done", total, total)
        return "done", None

    def _stopped(self, applying: Applying, total: int) -> Stop | None:
        published, absent = applying.standing()
        if not total and not published:
            raise Fetching("empty-catalogue", self.reader.connection.url)
        return guard(self.reader.connection.guards, published=published, gathered=total, absent=absent)

    def _rereads(self) -> bool:
        """Tell whether an unchanged catalogue must be read anyway, because its tables are looked at."""
        with self.platform.read(SYSTEM) as work:
            published = records.active_count(work, self.reader.connection.id)
        return self.reader.connection.policy != "off" or not published

    def _all_unchanged(self) -> tuple[jobs.RunState, Finding | None]:
        connection = self.reader.connection
        with self.platform.work(SYSTEM) as work:
            work.require(Permission.SOURCE_RUN, connections.subject(connection))
            count = 0
            for part in records.active_ids(work, connection.id):
                records.seen(work, connection.id, self.run.id, part)
                count += len(part)
            records.tally(work, self.run.id, {"unchanged": count})
            work.record("harvest", "source", connection.id, run=self.run.id, unchanged=count)
        self.progress("done", count, count)
        return "done", None

    def _remember(self) -> None:
        """Keep what the catalogue said of itself, to ask next time whether it changed."""
        found = msgspec.json.encode(self.reader.context.found).decode()
        if self.reader.context.found == self.freshness:
            return
        connection = self.reader.connection
        with self.platform.work(SYSTEM) as work:
            work.require(Permission.SOURCE_RUN, connections.subject(connection))
            row = work.session.get(SourceRow, connection.id)
            if row is not None:
                row.freshness = found
            work.record("harvest", "source", connection.id, run=self.run.id)


@contextmanager
def _opened(platform: Platform, run: Run, progress: Progress) -> Iterator[_Running]:
    """Put a run's parts together: its source, its guarded client, its reader."""
    with platform.read(SYSTEM) as work:
        connection = connections.get(work, run.source_id)
        row = work.session.get_one(SourceRow, connection.id)
        secrets, freshness = dict(row.secrets), row.freshness
        groups = {group.name: group.id for group in organizations.listing(work, "group")}
    source = SOURCES[connection.kind]
    fresh = msgspec.json.decode(freshness, type=Freshness) if freshness else Freshness()
    with fetcher_for(platform, connection, folder_of(platform, run.id)) as client:
        context = context_for(connection, client, folder_of(platform, run.id), secrets)
        context.freshness = fresh
        reader = Reader(connection=connection, source=source, context=context, groups=groups, run_id=run.id)
        running = _Running(platform, run, reader, fresh, progress)
        client.pulse = running.pulse
        yield running


def context_for(connection: Connection, client: Fetcher, folder: Path, secrets: dict[str, str]) -> Context:
    """Answer what a source of this connection works with."""
    return Context(url=connection.url, fetcher=client, folder=folder, options={**connection.options, **secrets})


def fetcher_for(platform: Platform, connection: Connection, folder: Path) -> Fetcher:
    """Open the guarded client of a connection: the operator's list, and the run's own folder."""
    operator = Allowed.parse(platform.config.harvest_allow)
    allowed = msgspec.structs.replace(operator, folders=(*operator.folders, str(folder.resolve())))
    return Fetcher(allowed, Limits(delay=connection.delay))


def _unexpected(error: Exception) -> Finding:
    return Finding(
        level="error",
        code="program-error",
        message=Text(
            f"程序错误：{type(error).__name__}。已发布的内容未受影响。",
            f"A fault of the program: {type(error).__name__}. What is published is not affected.",
        ),
        remedy=Text("请把服务器日志交给管理员。", "Give the server's log to an administrator."),
    )


_RELEASE = Text(
    "请与部门核实；确属有意，即可放行，否则取消本次运行。",
    "Ask the department; if it is meant, release the run, otherwise cancel it.",
)
