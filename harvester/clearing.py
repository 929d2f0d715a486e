"""Clearing: taking back what a source published, and forgetting its runs, while the source itself stays."""

from __future__ import annotations

from sqlalchemy import delete, func, select

from harvester import connections
from harvester.connections import Connection
from harvester.orm import FileRow, RecordRow, RunRow, SourceRow
from publisher import datasets
from publisher.auth import Permission
from publisher.work import Work
from schemas.errors import Conflict
from schemas.text import Text

PART = 500


def everything(work: Work, ref: str) -> int:
    """Withdraw every dataset of a source and forget its records and runs; answer how many datasets were withdrawn."""
    connection = _idle(work, ref)
    withdrawn, last = 0, ""
    while part := datasets.ids(work, after=last, limit=PART, source=connection.id):
        for dataset in datasets.many(work, part):
            if dataset.state != "deleted":
                datasets.remove(work, dataset.id)
                withdrawn += 1
        last = part[-1]
    for table in (RecordRow, FileRow, RunRow):
        work.session.execute(delete(table).where(table.source_id == connection.id))
    work.session.get_one(SourceRow, connection.id).freshness = ""
    work.session.flush()
    work.record("clear", "source", connection.id, withdrawn=withdrawn)
    return withdrawn


def history(work: Work, ref: str) -> int:
    """Forget the runs of a source; its records and datasets stay. Answer how many runs were forgotten."""
    connection = _idle(work, ref)
    count = select(func.count()).select_from(RunRow).where(RunRow.source_id == connection.id)
    forgotten = work.session.scalar(count) or 0
    work.session.execute(delete(RunRow).where(RunRow.source_id == connection.id))
    work.session.expire_all()
    work.record("clear-history", "source", connection.id, runs=forgotten)
    return forgotten


def published(work: Work, source_id: str) -> list[str]:
    """Answer the ids of the datasets that a source has published and still offers, in order."""
    work.require(Permission.SITE_READ)
    statement = select(RecordRow.dataset_id).where(RecordRow.source_id == source_id, RecordRow.active)
    return list(work.session.scalars(statement.order_by(RecordRow.dataset_id)))


def _idle(work: Work, ref: str) -> Connection:
    """Answer a source that the actor may change and that no worker reads just now; a waiting run is dropped."""
    connection = connections.get(work, ref)
    work.require(Permission.SOURCE_EDIT, connections.subject(connection))
    running = select(RunRow.id).where(RunRow.active_source == connection.id, RunRow.state == "running")
    if work.session.scalars(running).first():
        raise Conflict(Text("该采集源正在运行，请先取消。", "This source is being harvested; cancel the run first."))
    return connection
