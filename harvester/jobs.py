"""Runs: each is a row with a lease and a heartbeat, so none is lost, none overlaps, none stays running for ever."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Row, delete, or_, select, update
from sqlalchemy.exc import IntegrityError

from harvester import connections
from harvester.orm import RunRow
from publisher.auth import Permission
from publisher.wiring import Platform
from publisher.work import Work
from schemas.errors import Conflict, NotFound
from schemas.report import Finding
from schemas.text import Text

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 5
RunState = Literal["queued", "running", "held", "done", "failed", "cancelled"]
ACTIVE = ("queued", "running", "held")


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a source as it stands.

    `counts` maps decisions to numbers; `causes` maps codes of findings to numbers; `gathered` and `done` count records
    read and decided; `problem` says why a run failed or is held.
    """

    id: str
    source_id: str
    state: RunState
    trigger: str
    actor_id: str
    created: datetime
    due: datetime | None = None
    started: datetime | None = None
    finished: datetime | None = None
    worker: str = ""
    lease: datetime | None = None
    attempts: int = 0
    cancel: bool = False
    released: bool = False
    stage: str = ""
    gathered: int = 0
    done: int = 0
    counts: dict[str, int] = {}
    causes: dict[str, int] = {}
    problem: Finding | None = None

    @property
    def active(self) -> bool:
        """Tell whether the run is not over."""
        return self.state in ACTIVE


def start(work: Work, source: str, *, trigger: str = "manual", due: datetime | None = None) -> Run:
    """Queue a run of a source; raises Conflict while another run of it waits or works, or the source may not run.

    A run that a guard holds gives way to the new one, which looks at the catalogue as it is now.
    """
    connection = connections.get(work, source)
    work.require(Permission.SOURCE_RUN, connections.subject(connection))
    if connection.state == "pending":
        raise Conflict(Text("该采集源尚待管理员批准。", "This source waits for an administrator's approval."))
    held = (RunRow.active_source == connection.id, RunRow.state == "held")
    over = {"state": "cancelled", "active_source": None, "finished": work.now}
    work.session.execute(update(RunRow).where(*held).values(over))
    row = RunRow(
        id=work.new_id(), source_id=connection.id, active_source=connection.id, state="queued", trigger=trigger,
        actor_id=work.actor.id, due=due, created=work.now, started=None, finished=None, worker="", lease=None,
        attempts=0, cancel=False, released=False, stage="", gathered=0, done=0, counts={}, causes={}, problem="",
    )  # fmt: skip
    try:
        with work.session.begin_nested():
            work.session.add(row)
            work.session.flush()
    except IntegrityError as error:
        raise Conflict(
            Text(f"采集源 {connection.name} 已有运行尚未结束。", f"A run of {connection.name} is not over yet."),
            code="already-running",
        ) from error
    work.record("start-run", "source", connection.id, run=row.id, trigger=trigger)
    return _run(row)


def get(work: Work, run_id: str) -> Run:
    """Answer a run; raises NotFound."""
    row = work.session.get(RunRow, run_id, populate_existing=True)
    if row is None:
        raise NotFound(Text(f"没有运行 {run_id}。", f"There is no run {run_id}."))
    work.require(Permission.SOURCE_READ, connections.subject(connections.get(work, row.source_id)))
    return _run(row)


def listing(work: Work, source_id: str = "", *, states: Iterable[str] = (), limit: int = 20) -> list[Run]:
    """Answer runs, newest first, of one source or of all."""
    statement = select(RunRow).order_by(RunRow.created.desc(), RunRow.id).limit(limit)
    if source_id:
        statement = statement.where(RunRow.source_id == source_id)
    if wanted := tuple(states):
        statement = statement.where(RunRow.state.in_(wanted))
    seen = {connection.id for connection in connections.listing(work)}
    return [_run(row) for row in work.session.scalars(statement) if row.source_id in seen]


def latest(work: Work) -> dict[str, Run]:
    """Answer the newest run of each source, by source id."""
    newest: dict[str, Run] = {}
    for row in work.session.scalars(select(RunRow).order_by(RunRow.created, RunRow.id)):
        newest[row.source_id] = _run(row)
    return newest


def cancel(work: Work, run_id: str) -> Run:
    """End a run: a waiting one at once, a running one within seconds; what it has done stays."""
    run = _mine(work, run_id)
    if run.state == "running":
        values: dict[str, Any] = {"cancel": True}
    elif run.active:
        values = {"state": "cancelled", "active_source": None, "finished": work.now, "lease": None}
    else:
        raise Conflict(Text("该运行已经结束。", "This run is already over."))
    work.session.execute(update(RunRow).where(RunRow.id == run_id).values(values))
    work.record("cancel-run", "source", run.source_id, run=run_id)
    return get(work, run_id)


def release(work: Work, run_id: str) -> Run:
    """Let a run that a guard holds go on, withdrawals included."""
    run = _mine(work, run_id)
    if run.state != "held":
        raise Conflict(Text("该运行没有等待放行。", "This run does not wait for a release."))
    values = {"state": "queued", "released": True, "problem": ""}
    work.session.execute(update(RunRow).where(RunRow.id == run_id).values(values))
    work.record("release-run", "source", run.source_id, run=run_id)
    return get(work, run_id)


def forget(work: Work, source: str, keep: int) -> int:
    """Forget the oldest runs of a source, all but `keep`, and answer how many; what is known of records stays."""
    connection = connections.get(work, source)
    work.require(Permission.SOURCE_EDIT, connections.subject(connection))
    statement = select(RunRow.id).where(RunRow.source_id == connection.id, RunRow.active_source.is_(None))
    old = list(work.session.scalars(statement.order_by(RunRow.created.desc(), RunRow.id).offset(keep)))
    for start in range(0, len(old), 500):
        work.session.execute(delete(RunRow).where(RunRow.id.in_(old[start : start + 500])))
    work.record("forget-runs", "source", connection.id, count=len(old))
    return len(old)


def claim(platform: Platform, run_id: str = "") -> Run | None:
    """Take the oldest run that waits or whose worker died, or the named one; None when there is none to take."""
    now = platform.clock()
    with platform.engine.begin() as connection:
        while (row := _next(connection, run_id, now)) is not None:
            values: dict[str, Any] = {"worker": worker_name(), "lease": now + LEASE, "state": "running"}
            values |= {"attempts": row.attempts + 1, "started": row.started or now}
            if row.attempts >= MOST_ATTEMPTS:
                values |= {"state": "failed", "active_source": None, "finished": now, "lease": None}
                values |= {"problem": msgspec.json.encode(_worn_out(row.attempts)).decode()}
            connection.execute(update(RunRow).where(RunRow.id == row.id).values(values))
            if values["state"] == "running":
                return _run(SimpleNamespace(**{**row._mapping, **values}))
    return None


def _next(connection: Connection, run_id: str, now: datetime) -> Row[Any] | None:
    """Answer the run to take: first one whose worker died, then the oldest that waits."""
    table = RunRow.__table__
    for state in ("running", "queued"):
        statement = select(table).where(RunRow.state == state).order_by(RunRow.created, RunRow.id)
        if run_id:
            statement = statement.where(RunRow.id == run_id)
        if state == "queued":
            statement = statement.limit(1)
        for row in connection.execute(statement.with_for_update(skip_locked=True)):
            if _takeable(row, now):
                return row
    return None


def beat(platform: Platform, run_id: str, **progress: Any) -> bool:
    """Extend the lease and note the progress; answer False where the run was cancelled or taken by another worker."""
    now = platform.clock()
    mine = (RunRow.id == run_id, RunRow.worker == worker_name(), RunRow.state == "running")
    with platform.engine.begin() as connection:
        found = connection.execute(select(RunRow.cancel).where(*mine)).first()
        if found is None or found.cancel:
            return False
        connection.execute(update(RunRow).where(*mine).values(lease=now + LEASE, **progress))
    return True


def finish(platform: Platform, run_id: str, state: RunState, problem: Finding | None = None) -> None:
    """End a run of this worker, or hold it for a person's release."""
    now = platform.clock()
    values: dict[str, Any] = {"state": state, "lease": None, "stage": ""}
    if state != "held":
        values |= {"active_source": None, "finished": now}
    if problem is not None:
        values["problem"] = msgspec.json.encode(problem).decode()
    mine = (RunRow.id == run_id, or_(RunRow.worker == worker_name(), RunRow.state == "queued"))
    with platform.engine.begin() as connection:
        connection.execute(update(RunRow).where(*mine).values(values))


def worker_name() -> str:
    """Answer what this process is called in leases: machine, process and the moment that it started."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def _takeable(row: Row[Any], now: datetime) -> bool:
    return row.state == "queued" or row.lease is None or row.lease <= now or _dead(row.worker)


def _dead(worker: str) -> bool:
    """Tell whether a worker of this machine is gone, so that its run need not wait for the lease to end."""
    host, _, rest = worker.partition(":")
    pid, _, started = rest.partition(":")
    return host == socket.gethostname() and pid.isdigit() and _started(int(pid)) != started


def _started(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[19]
    except OSError:
        return "-" if os.path.isdir("/proc/self") else "?"


def _worn_out(attempts: int) -> Finding:
    return Finding(
        level="error",
        code="worker-died",
        message=Text(
            f"运行进程 {attempts} 次中断，不再重试。", f"Its worker died {attempts} times; it is not tried again."
        ),
        remedy=Text("请查看服务器日志和内存。", "Look at the server's log and memory."),
    )


def _mine(work: Work, run_id: str) -> Run:
    run = get(work, run_id)
    work.require(Permission.SOURCE_RUN, connections.subject(connections.get(work, run.source_id)))
    return run


def _run(row: Any) -> Run:
    values = {name: getattr(row, name) for name in Run.__struct_fields__ if name != "problem"}
    return Run(**values, problem=msgspec.json.decode(row.problem, type=Finding) if row.problem else None)
