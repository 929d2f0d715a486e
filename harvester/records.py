"""What is known of a source's records, and what a run writes about them, many rows at a time."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from harvester.compare import Decision
from harvester.orm import FileRow, RecordRow, ResultRow, RunRow
from harvester.tables import Known, known_of
from publisher.work import Work
from schemas.report import Finding

PART = 500
LONGEST_VALUE = 400


class Record(msgspec.Struct, frozen=True):
    """What was last accepted of one record."""

    remote_id: str
    dataset_id: str
    hash: str
    active: bool
    seen_run: str
    absent: int
    locked: dict[str, Any]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did with one record: the decision, the fields that changed, and the findings."""

    remote_id: str
    decision: Decision
    title: str = ""
    dataset_id: str = ""
    fields: dict[str, tuple[Any, Any]] = {}
    findings: tuple[Finding, ...] = ()

    @property
    def quiet(self) -> bool:
        """Tell whether there is nothing to report."""
        return self.decision == "unchanged" and not self.findings


def known(work: Work, source_id: str, remote_ids: list[str]) -> dict[str, Record]:
    """Answer what is known of these records, by remote id."""
    columns = [getattr(RecordRow, name) for name in Record.__struct_fields__]
    statement = select(*columns).where(RecordRow.source_id == source_id, RecordRow.remote_id.in_(remote_ids))
    return {row.remote_id: Record(*row) for row in work.session.execute(statement)}


def elsewhere(work: Work, source_id: str, remote_ids: list[str]) -> dict[str, str]:
    """Answer which of these ids another source has published, with that source's id; short ids prove nothing."""
    telling = [i for i in remote_ids if len(i) >= 16]
    statement = select(RecordRow.remote_id, RecordRow.source_id).where(
        RecordRow.remote_id.in_(telling), RecordRow.source_id != source_id, RecordRow.active
    )
    return {row.remote_id: row.source_id for row in work.session.execute(statement)}


def files(work: Work, source_id: str, urls: list[str]) -> dict[str, Known]:
    """Answer what was last found at these addresses."""
    found: dict[str, Known] = {}
    for start in range(0, len(urls), PART):
        statement = select(FileRow).where(FileRow.source_id == source_id, FileRow.url.in_(urls[start : start + PART]))
        found |= {row.url: known_of(row) for row in work.session.scalars(statement)}
    return found


def active_count(work: Work, source_id: str) -> int:
    """Answer how many records of a source are published."""
    return work.session.scalar(select(func.count()).select_from(RecordRow).where(*_active(source_id))) or 0


def active_ids(work: Work, source_id: str) -> Iterator[list[str]]:
    """Yield the ids of a source's published records, a part at a time, in order."""
    last = ""
    while True:
        statement = select(RecordRow.remote_id).where(*_active(source_id), RecordRow.remote_id > last)
        part = list(work.session.scalars(statement.order_by(RecordRow.remote_id).limit(PART)))
        if not part:
            return
        yield part
        last = part[-1]


def accept(work: Work, source_id: str, run_id: str, entries: Iterable[tuple[str, str, str, bytes]]) -> None:
    """Note that these records (remote id, dataset id, hash, payload) are published as they are now."""
    rows = [
        {
            "source_id": source_id,
            "remote_id": remote_id,
            "dataset_id": dataset_id,
            "hash": digest,
            "active": True,
            "seen_run": run_id,
            "absent": 0,
            "accepted": work.now,
            "payload": zlib.compress(payload, 1),
            "locked": {},
        }
        for remote_id, dataset_id, digest, payload in entries
    ]
    if not rows:
        return
    dialect = postgresql if work.session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(RecordRow)
    changed = {
        k: statement.excluded[k] for k in ("dataset_id", "hash", "active", "seen_run", "absent", "accepted", "payload")
    }
    work.session.execute(statement.on_conflict_do_update(index_elements=["source_id", "remote_id"], set_=changed), rows)


def seen(work: Work, source_id: str, run_id: str, remote_ids: list[str]) -> None:
    """Note that these records were met in a run."""
    for start in range(0, len(remote_ids), PART):
        part = remote_ids[start : start + PART]
        at = (RecordRow.source_id == source_id, RecordRow.remote_id.in_(part))
        work.session.execute(update(RecordRow).where(*at).values(seen_run=run_id, absent=0))


def missed(work: Work, source_id: str, run_id: str, remote_id: str, *, withdraw: bool) -> None:
    """Note that a published record was absent from a whole catalogue."""
    at = (RecordRow.source_id == source_id, RecordRow.remote_id == remote_id)
    values: dict[str, Any] = {"seen_run": run_id, "absent": RecordRow.absent + 1}
    if withdraw:
        values["active"] = False
    work.session.execute(update(RecordRow).where(*at).values(values))


def report(work: Work, run_id: str, outcomes: Iterable[Outcome]) -> None:
    """Write the results of records that have something to tell, and add all of them to the run's counts."""
    outcomes = list(outcomes)
    rows = [_row(run_id, outcome) for outcome in outcomes if not outcome.quiet]
    if rows:
        work.session.execute(insert(ResultRow), rows)
    decisions = Counter(str(outcome.decision) for outcome in outcomes)
    tally(work, run_id, decisions, Counter(code for o in outcomes for code in {f.code for f in o.findings}))


def tally(work: Work, run_id: str, more: Mapping[str, int], causes: Mapping[str, int] | None = None) -> None:
    """Add to a run's counts of decisions and of causes."""
    row = work.session.execute(select(RunRow.counts, RunRow.causes, RunRow.done).where(RunRow.id == run_id)).one()
    values = {
        "counts": _sum(row.counts, more),
        "causes": _sum(row.causes, causes or {}),
        "done": row.done + sum(more.values()),
    }
    work.session.execute(update(RunRow).where(RunRow.id == run_id).values(values))


def reported(work: Work, run_id: str, remote_ids: list[str]) -> set[str]:
    """Answer which of these records a run has already reported."""
    statement = select(ResultRow.remote_id).where(ResultRow.run_id == run_id, ResultRow.remote_id.in_(remote_ids))
    return set(work.session.scalars(statement))


def _sum(old: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    return {key: old.get(key, 0) + more.get(key, 0) for key in (*old, *(k for k in more if k not in old))}


def payload_of(row: RecordRow) -> bytes:
    """Answer the raw record that was last accepted, as JSON."""
    return zlib.decompress(row.payload)


def _active(source_id: str) -> tuple[ColumnElement[bool], ...]:
    return (RecordRow.source_id == source_id, RecordRow.active.is_(True))


def _row(run_id: str, outcome: Outcome) -> dict[str, Any]:
    detail = {"fields": _shortened(outcome.fields), "findings": outcome.findings}
    return {
        "run_id": run_id,
        "remote_id": outcome.remote_id,
        "dataset_id": outcome.dataset_id,
        "title": outcome.title,
        "decision": outcome.decision,
        "errors": sum(finding.level == "error" for finding in outcome.findings),
        "detail": msgspec.json.encode(detail).decode(),
    }


def _shortened(fields: Mapping[str, tuple[Any, Any]]) -> dict[str, list[str]]:
    def short(value: Any) -> str:
        text = value if isinstance(value, str) else "" if value is None else msgspec.json.encode(value).decode()
        return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"

    return {name: [short(old), short(new)] for name, (old, new) in fields.items()}
