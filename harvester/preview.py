"""A dry run: what a harvest would do, worked out without writing anything."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import msgspec

from harvester import records
from harvester.compare import Decision, Stop, decide, differences, guard
from harvester.connections import Connection, subject
from harvester.faults import Fetching
from harvester.fetch import Fetcher
from harvester.guard import local_path
from harvester.matching import with_ids
from harvester.orm import SourceRow
from harvester.pipeline import context_for, fetcher_for
from harvester.reading import Reader, merged
from harvester.sources import SOURCES
from harvester.staging import Staged, Staging
from harvester.tables import shown
from publisher import datasets, organizations
from publisher.auth import Actor, Permission
from publisher.wiring import Platform
from schemas.model import Dataset
from schemas.report import Finding

HEAD = 4096
SHOWN = 20


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """What would happen to one record, and the dataset as it would look."""

    remote_id: str
    decision: Decision
    title: str
    dataset: Dataset | None = None
    fields: dict[str, tuple[Any, Any]] = {}
    findings: tuple[Finding, ...] = ()


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """The plan of a run: counts over the whole catalogue, the first records of interest, and what would stop it."""

    total: int = 0
    counts: dict[str, int] = {}
    causes: dict[str, int] = {}
    records: tuple[Planned, ...] = ()
    stop: Stop | None = None
    fault: Finding | None = None


def preview(
    platform: Platform,
    actor: Actor,
    connection: Connection,
    *,
    secrets: Mapping[str, str] | None = None,
    limit: int = SHOWN,
) -> Preview:
    """Work out what harvesting this source would do, known or not yet added; nothing is written.

    Records that would change come first. A source that cannot be read is answered with its `fault`.
    """
    folder = Path(mkdtemp(prefix="gongkai-preview-"))
    try:
        with fetcher_for(platform, connection, folder) as client, Staging(folder) as staging:
            reader = _reader(platform, actor, connection, client, folder, dict(secrets or {}))
            for _ in staging.fill(reader.source.gather(reader.context), reader.source.volatile):
                pass
            return _planned(platform, actor, reader, staging, limit)
    except Fetching as fault:
        return Preview(fault=fault.finding())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def detect(platform: Platform, url: str) -> str:
    """Tell which type of source lies at an address, from its first bytes; empty where none is recognised."""
    folder = Path(mkdtemp(prefix="gongkai-preview-"))
    try:
        with fetcher_for(platform, Connection(url=url), folder) as client:
            path = local_path(url)
            if path is not None and client.allowed.folder(path.expanduser()).is_dir():
                return "datapackage" if next(path.expanduser().rglob("datapackage.json"), None) else "folder"
            with client.get(url) as got:
                head, content_type = bytes(got.buffer()[:HEAD]), got.content_type
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return next((name for name, source in SOURCES.items() if source.recognises(url, head, content_type)), "")


def _reader(
    platform: Platform, actor: Actor, connection: Connection, client: Fetcher, folder: Path, secrets: dict[str, str]
) -> Reader:
    with platform.read(actor) as work:
        work.require(Permission.SOURCE_READ, subject(connection))
        row = work.session.get(SourceRow, connection.id) if connection.id else None
        kept = dict(row.secrets) if row is not None else {}
        groups = {group.name: group.id for group in organizations.listing(work, "group")}
    context = context_for(connection, client, folder, {**kept, **secrets})
    return Reader(connection=connection, source=SOURCES[connection.kind], context=context, groups=groups)


def _planned(platform: Platform, actor: Actor, reader: Reader, staging: Staging, limit: int) -> Preview:
    counts: Counter[str] = Counter()
    causes: Counter[str] = Counter()
    changing: list[Planned] = []
    others: list[Planned] = []
    for batch in staging.batches(500):
        for planned in _batch(platform, actor, reader, batch):
            counts[planned.decision] += 1
            causes.update({finding.code for finding in planned.findings})
            into = others if planned.decision == "unchanged" else changing
            if len(into) < limit:
                into.append(planned)
    published, gone = _absent(platform, actor, reader, staging)
    counts["withdraw"] += len(gone)
    total = staging.count()
    return Preview(
        total=total,
        counts={key: value for key, value in counts.items() if value},
        causes=dict(causes),
        records=tuple((*changing, *gone[:limit], *others)[:limit]),
        stop=guard(reader.connection.guards, published=published, gathered=total, absent=len(gone)),
    )


def _batch(platform: Platform, actor: Actor, reader: Reader, batch: list[Staged]) -> list[Planned]:
    ids = [staged.remote_id for staged in batch if staged.remote_id]
    with platform.read(actor) as work:
        known = records.known(work, reader.connection.id, ids)
        others = records.elsewhere(work, reader.connection.id, [i for i in ids if i not in known])
        old = {d.id: d for d in datasets.many(work, [record.dataset_id for record in known.values()])}
    return [_one(reader, staged, known.get(staged.remote_id), old, others) for staged in batch]


def _one(
    reader: Reader, staged: Staged, record: records.Record | None, old: dict[str, Dataset], others: dict[str, str]
) -> Planned:
    read = reader.read(staged)
    planned = Planned(remote_id=staged.remote_id, decision="refused", title=read.title, findings=read.findings)
    if read.dataset is None:
        return planned
    previous = old.get(record.dataset_id) if record else None
    dataset = with_ids(merged(shown(read.dataset), previous, record.locked if record else {}), previous)
    decision = decide(record.hash, record.active, staged.hash) if record else "create"
    if staged.remote_id in others:
        decision = "conflict"
    fields = differences(previous, dataset) if previous is not None and decision == "update" else {}
    return msgspec.structs.replace(planned, decision=decision, dataset=dataset, fields=fields)


def _absent(platform: Platform, actor: Actor, reader: Reader, staging: Staging) -> tuple[int, list[Planned]]:
    published, gone = 0, []
    with platform.read(actor) as work:
        for part in records.active_ids(work, reader.connection.id):
            published += len(part)
            lacking = staging.lacking(part)
            known = records.known(work, reader.connection.id, lacking)
            titles = {d.id: d.title for d in datasets.many(work, [r.dataset_id for r in known.values()])}
            gone += [
                Planned(remote_id=i, decision="withdraw", title=titles.get(known[i].dataset_id, i)) for i in lacking
            ]
    return published, gone
