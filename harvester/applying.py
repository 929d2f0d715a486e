"""Applying a gathered catalogue: records are decided in small batches, each record in a savepoint of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import msgspec
from msgspec.structs import replace as replaced

from harvester import connections, memory, records, tables
from harvester.compare import Decision, decide, differences
from harvester.descriptions import Descriptions
from harvester.jobs import Run
from harvester.matching import with_ids
from harvester.reading import Read, Reader, merged
from harvester.records import Outcome, Record
from harvester.source import problem
from harvester.staging import Staged, Staging
from harvester.tables import Settled
from publisher import datasets, names
from publisher.auth import SYSTEM, Permission
from publisher.wiring import Platform
from publisher.work import Work
from schemas.errors import GongkaiError
from schemas.model import Dataset, replace
from schemas.report import Finding

LOOKED_AT = 500
KEPT_AT_ONCE = 150
WITH_TABLES = 10


class Ready(msgspec.Struct, kw_only=True):
    """A record that is read and looked at, and waits to be written."""

    staged: Staged
    record: Record | None
    read: Read
    previous: Dataset | None = None
    settled: Settled | None = None
    same: bool = False
    rested: bool = False


class Applying:
    """Decides the records of one run."""

    def __init__(
        self, platform: Platform, run: Run, reader: Reader, staging: Staging, at: Callable[[str, int, int], None]
    ) -> None:
        self.platform = platform
        self.run = run
        self.reader = reader
        self.staging = staging
        self.at = at
        self.source_id = reader.connection.id
        self.policy = reader.connection.policy
        self.descriptions = Descriptions(reader.context.fetcher)

    def standing(self) -> tuple[int, int]:
        """Answer how many records are published, and how many of those the catalogue lacks."""
        published = absent = 0
        with self.platform.read(SYSTEM) as work:
            for part in records.active_ids(work, self.source_id):
                published += len(part)
                absent += len(self.staging.lacking(part))
        return published, absent

    def decide(self, total: int) -> None:
        """Decide every record that this run has not decided yet."""
        done = 0
        for batch in self.staging.batches(LOOKED_AT):
            self._batch(batch, done, total)
            done += len(batch)
            self.at("decide", done, total)

    def _batch(self, batch: list[Staged], done: int, total: int) -> None:
        with self.platform.read(SYSTEM) as work:
            ids = [staged.remote_id for staged in batch if staged.remote_id]
            known = records.known(work, self.source_id, ids)
            others = records.elsewhere(work, self.source_id, [i for i in ids if i not in known])
            resumed = self.run.attempts > 1
            reported = records.reported(work, self.run.id, [_key(s) for s in batch]) if resumed else set()
        quiet, waiting = [], []
        for staged in batch:
            record = known.get(staged.remote_id)
            if (record and record.seen_run == self.run.id) or _key(staged) in reported:
                continue
            if record and not self._looks_at_files and not staged.problem and self._same(record, staged):
                quiet.append(staged.remote_id)
            else:
                waiting.append(staged)
        if quiet:
            self._unchanged(quiet)
        size = KEPT_AT_ONCE if self.policy == "off" else WITH_TABLES
        for start in range(0, len(waiting), size):
            self._write(waiting[start : start + size], known, others)
            self.at("decide", done + len(quiet) + start + size, total)

    @property
    def _looks_at_files(self) -> bool:
        """Tell whether files must be looked at even where the record says the same."""
        return self.policy != "off" or self.reader.local

    def _same(self, record: Record, staged: Staged) -> bool:
        return decide(record.hash, record.active, staged.hash) == "unchanged"

    def _unchanged(self, remote_ids: list[str]) -> None:
        with self._work() as work:
            records.seen(work, self.source_id, self.run.id, remote_ids)
            records.tally(work, self.run.id, {"unchanged": len(remote_ids)})
            self._account(work, unchanged=len(remote_ids))

    def _write(self, batch: list[Staged], known: dict[str, Record], others: dict[str, str]) -> None:
        """Read and look at some records, then keep them in one transaction, each in its savepoint."""
        ready = self._prepared(batch, known)
        outcomes: list[Outcome] = []
        accepted: list[tuple[str, str, str, bytes]] = []
        with self._work() as work:
            for entry in ready:
                outcome = self._one(work, entry, others)
                outcomes.append(outcome)
                if outcome.dataset_id and outcome.decision in ("create", "update", "unchanged"):
                    staged = entry.staged
                    accepted.append((staged.remote_id, outcome.dataset_id, staged.hash, staged.payload))
                elif entry.record is not None:
                    records.seen(work, self.source_id, self.run.id, [entry.staged.remote_id])
            records.accept(work, self.source_id, self.run.id, accepted)
            records.report(work, self.run.id, outcomes)
            self._account(work, records=len(outcomes))
        memory.give_back()

    def _prepared(self, batch: list[Staged], known: dict[str, Record]) -> list[Ready]:
        """Do everything that needs no transaction: read the records, fetch and check their tables."""
        ready = [Ready(staged=s, record=known.get(s.remote_id), read=self.reader.read(s)) for s in batch]
        wanted = [entry.record.dataset_id for entry in ready if entry.record]
        addresses = [a for e in ready if e.read.dataset for a in tables.concerned(e.read.dataset, self.policy)]
        with self.platform.read(SYSTEM) as work:
            previous = {dataset.id: dataset for dataset in datasets.many(work, wanted)}
            files = records.files(work, self.source_id, addresses)
        for entry in ready:
            if entry.read.dataset is not None:
                old = previous.get(entry.record.dataset_id) if entry.record else None
                self._look(entry, entry.read.dataset, old, files)
        return ready

    def _look(self, entry: Ready, found: Dataset, old: Dataset | None, files: dict[str, tables.Known]) -> None:
        """Merge what the record says with what is published, and look at its tables."""
        entry.previous = old
        if entry.record is not None and old is not None:
            entry.same = self._same(entry.record, entry.staged)
            entry.rested = entry.record.active and old.state != "active" and entry.same
        if entry.rested:
            return
        if self.policy != "off":
            found = self.descriptions.completed(found)
        addresses = [resource.url for resource in found.resources]
        dataset = with_ids(merged(tables.shown(found), old, entry.record.locked if entry.record else {}), old)
        settled = tables.settle(self.platform, self.reader.context.fetcher, self.policy, dataset, addresses, old, files)
        if entry.same and old is not None:
            settled = replaced(settled, dataset=replace(old, resources=settled.dataset.resources))
        entry.settled = settled

    def _one(self, work: Work, entry: Ready, others: dict[str, str]) -> Outcome:
        """Write one record; an error takes this record back and becomes its finding."""
        staged, read = entry.staged, entry.read
        told = Outcome(decision="refused", remote_id=_key(staged), title=read.title)
        if entry.rested and entry.record is not None:
            return replaced(told, decision="unchanged", dataset_id=entry.record.dataset_id)
        if read.dataset is None or entry.settled is None:
            known_dataset = entry.record.dataset_id if entry.record else ""
            return replaced(told, decision="refused", findings=read.findings, dataset_id=known_dataset)
        if staged.remote_id in others:
            return replaced(told, decision="conflict", findings=(_conflict(work, others[staged.remote_id]),))
        findings = (*read.findings, *entry.settled.findings)
        if entry.settled.empty and entry.record is None:
            with work.savepoint():
                for verdict in entry.settled.judged:
                    tables.remember(work, self.source_id, verdict.known)
            return replaced(told, decision="held", findings=findings)
        try:
            with work.savepoint():
                kept = self._put(work, entry, entry.settled)
        except GongkaiError as error:
            refusal = Finding(level="error", code=error.code, message=error.message)
            return replaced(told, decision="refused", findings=(*findings, refusal))
        return self._outcome(entry, kept, findings, told)

    def _put(self, work: Work, entry: Ready, settled: Settled) -> Dataset:
        dataset = settled.dataset
        if entry.previous is None:
            wanted = dataset.name if names.valid(dataset.name) else names.slug(dataset.name or dataset.title)
            dataset = replace(dataset, name=names.free_dataset_name(work, wanted))
        kept = datasets.put(work, dataset)
        tables.keep(work, self.source_id, self.run.id, kept, settled)
        return kept

    def _outcome(self, entry: Ready, kept: Dataset, findings: tuple[Finding, ...], told: Outcome) -> Outcome:
        old = entry.previous
        if entry.same:
            findings = tuple(f for f in findings if f not in entry.read.findings)
        decision: Decision = "create"
        if old is not None and old.state == "active":
            decision = "update" if kept.revision != old.revision else "unchanged"
        fields = differences(old, kept) if old is not None and decision == "update" else {}
        return replaced(told, decision=decision, dataset_id=kept.id, fields=fields, findings=findings)

    def withdraw(self) -> None:
        """Withdraw the published records that whole catalogues have lacked for as many runs as the source says."""
        with self.platform.read(SYSTEM) as work:
            gone = [i for part in records.active_ids(work, self.source_id) for i in self.staging.lacking(part)]
        for start in range(0, len(gone), KEPT_AT_ONCE):
            self._withdraw(gone[start : start + KEPT_AT_ONCE])
            self.at("withdraw", start, len(gone))

    def _withdraw(self, remote_ids: list[str]) -> None:
        outcomes = []
        with self._work() as work:
            known = records.known(work, self.source_id, remote_ids)
            for remote_id, record in known.items():
                if record.seen_run == self.run.id:
                    continue
                over = record.absent + 1 >= self.reader.connection.guards.absent_runs
                title = ""
                if over and (dataset := datasets.find(work, record.dataset_id)) is not None:
                    title = dataset.title
                    with work.savepoint():
                        datasets.remove(work, dataset.id)
                records.missed(work, self.source_id, self.run.id, remote_id, withdraw=over)
                if over:
                    outcomes.append(
                        Outcome(remote_id=remote_id, title=title, dataset_id=record.dataset_id, decision="withdraw")
                    )
            records.report(work, self.run.id, outcomes)
            self._account(work, withdrawn=len(outcomes))

    def _work(self) -> AbstractContextManager[Work]:
        return self.platform.work(SYSTEM)

    def _account(self, work: Work, **counts: int) -> None:
        work.require(Permission.SOURCE_RUN, connections.subject(self.reader.connection))
        work.record("harvest", "source", self.source_id, run=self.run.id, **counts)


def _key(staged: Staged) -> str:
    return staged.remote_id or f"#{staged.position}"


def _conflict(work: Work, other: str) -> Finding:
    name = connections.get(work, other).title
    return problem(
        "published-by-another-source",
        f"采集源“{name}”已发布同一标识符的数据集；没有覆盖。",
        f"The source '{name}' has published a dataset of this identifier; it was not overwritten.",
        "请商定由哪个来源发布，并从另一个来源中移除。",
        "Agree which source publishes it and take it out of the other.",
    )
