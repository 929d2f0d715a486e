"""Indexing: the search index follows the catalogue through the outbox, and is rebuilt and compared from here.

Writers note datasets in the outbox inside their transaction; after the commit `drain` brings the index up to date. One
drain runs at a time over all processes, so that an older document never overwrites a newer one.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import delete, func, select, text

from publisher import datasets, organizations, tables
from publisher.auth import SYSTEM, Permission, visible_labels
from publisher.orm import DatasetRow, OutboxRow
from publisher.work import Work
from schemas.errors import Unavailable
from schemas.model import Dataset
from search.document import NO_FACTS, Document, to_document
from search.query import Query, Results, Suggestion, Term
from search.relevance import Answer, completions

if TYPE_CHECKING:
    from publisher.wiring import Platform

BATCH = 1000
SUGGESTED_DATASETS = 4
ADVISORY_LOCK = 0x676B_6978


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """Where index and catalogue differ: ids that the index lacks, has too many, or has in another revision."""

    missing: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    waiting: int = 0

    @property
    def clean(self) -> bool:
        """Tell whether nothing differs."""
        return not (self.missing or self.surplus or self.stale)


def search(work: Work, query: Query) -> Results:
    """Answer a query over what the actor may see: visibility is part of the query, so counts never leak."""
    work.require(Permission.SITE_READ)
    labels = visible_labels(work.actor)
    return work.search.search(msgspec.structs.replace(query, visible=None if labels is None else frozenset(labels)))


def find(work: Work, typed: str, query: Query) -> Answer:
    """Answer what a person typed, over what the actor may see; `query.where` is replaced by what the words mean."""
    return work.words.find(partial(search, work), typed, query, work.now)


def find_as_ckan(work: Work, q: str, query: Query) -> Answer:
    """Answer what a CKAN client asked with `q`, over what the actor may see; `query.where` is its strict reading."""
    return work.words.find_as_ckan(partial(search, work), q, query, query.where)


def suggest(work: Work, typed: str, limit: int = 8) -> tuple[Suggestion, ...]:
    """Complete what a person types, the same for everyone: owners, themes and keywords, then public datasets."""
    work.require(Permission.SITE_READ)
    if not typed.strip():
        return ()
    others = work.search.suggest(typed, limit=limit - SUGGESTED_DATASETS)
    asked = Query(filters=(Term("state", "active"),), rows=limit - len(others))
    found = datasets.many(work, completions(work.search.search, typed, asked).ids)
    return (*others, *(Suggestion("dataset", one.name, one.title or one.name) for one in found))


def drain(platform: Platform) -> int:
    """Write what the outbox holds into the index; answer how many datasets were written.

    Raises Unavailable while the engine is down: the outbox then keeps its entries for the next time.
    """
    total = 0
    with _alone(platform):
        while True:
            entries, documents, gone = _pending(platform)
            if not entries:
                return total
            platform.search.write(documents, gone)
            _forget(platform, entries)
            total += len(documents) + len(gone)


def waiting(platform: Platform) -> int:
    """Answer how many outbox entries the index has yet to learn."""
    with platform.read(SYSTEM) as work:
        return work.session.scalar(select(func.count()).select_from(OutboxRow)) or 0


def rebuild(platform: Platform) -> Iterator[tuple[int, int]]:
    """Build a new index beside the live one and swap; yields (done, total) after each batch."""
    with platform.read(SYSTEM) as work:
        total = work.session.scalar(select(func.count()).select_from(DatasetRow)) or 0
    done, last = 0, ""
    with _alone(platform):
        with platform.search.rebuild() as writing:
            while True:
                with platform.read(SYSTEM) as work:
                    part = datasets.ids(work, after=last, limit=BATCH)
                    documents = list(_documents(work, datasets.many(work, part)))
                if not part:
                    break
                writing.write(documents)
                done, last = done + len(part), part[-1]
                yield done, total


def renew(platform: Platform) -> bool:
    """Rebuild an index that another version made, or that is empty though the catalogue is not; tell whether it did.

    Raises Unavailable while the engine does not answer.
    """
    try:
        empty = not platform.search.search(Query(visible=None, rows=0)).total
        if not empty or not _lost(platform):
            return False
    except Unavailable as error:
        if error.code != "index-outdated":
            raise
    for _ in rebuild(platform):
        pass
    return True


def _lost(platform: Platform) -> bool:
    """Tell whether an empty index lacks datasets that no outbox entry will bring."""
    with platform.read(SYSTEM) as work:
        held = work.session.scalar(select(func.count()).select_from(DatasetRow)) or 0
    return held > waiting(platform)


def check(platform: Platform) -> Drift:
    """Compare index and catalogue by id and revision."""
    indexed = dict(platform.search.ids())
    with platform.read(SYSTEM) as work:
        rows = work.session.execute(select(DatasetRow.id, DatasetRow.revision))
        kept = {row.id: row.revision for row in rows}
    return Drift(
        missing=tuple(sorted(kept.keys() - indexed.keys())),
        surplus=tuple(sorted(indexed.keys() - kept.keys())),
        stale=tuple(sorted(key for key in kept.keys() & indexed.keys() if kept[key] != indexed[key])),
        waiting=waiting(platform),
    )


def repair(platform: Platform) -> Drift:
    """Mend what `check` finds; answer what it found."""
    drift = check(platform)
    wrong = (*drift.missing, *drift.stale)
    with _alone(platform):
        for start in range(0, len(wrong), BATCH):
            with platform.read(SYSTEM) as work:
                documents = list(_documents(work, datasets.many(work, wrong[start : start + BATCH])))
            platform.search.write(documents)
        platform.search.write((), drift.surplus)
    return drift


def _pending(platform: Platform) -> tuple[list[int], list[Document], list[str]]:
    """Answer one batch: outbox entries, documents of datasets that exist, ids of those that are gone."""
    with platform.read(SYSTEM) as work:
        rows = work.session.execute(
            select(OutboxRow.id, OutboxRow.dataset_id).order_by(OutboxRow.id).limit(BATCH)
        ).all()
        wanted = list(dict.fromkeys(row.dataset_id for row in rows))
        found = datasets.many(work, wanted)
        gone = set(wanted) - {dataset.id for dataset in found}
        return [row.id for row in rows], list(_documents(work, found)), sorted(gone)


def _documents(work: Work, found: Sequence[Dataset]) -> Iterator[Document]:
    known = organizations.many(work, [key for d in found for key in (d.owner, *d.themes)])
    facts = tables.facts(work, found)
    for dataset in found:
        themes = [known[key] for key in dataset.themes if key in known]
        yield to_document(dataset, known.get(dataset.owner), themes, facts.get(dataset.id, NO_FACTS))


def _forget(platform: Platform, entries: Sequence[int]) -> None:
    with platform.engine.begin() as connection:
        connection.execute(delete(OutboxRow).where(OutboxRow.id.in_(entries)))


@contextmanager
def _alone(platform: Platform) -> Iterator[None]:
    """Hold the one place to write the index from, over threads, processes and machines."""
    with platform.index_lock:
        if platform.engine.dialect.name == "postgresql":
            with platform.engine.connect() as connection:
                connection.execute(text("select pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
                try:
                    yield
                finally:
                    connection.execute(text("select pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})
            return
        platform.config.data.mkdir(parents=True, exist_ok=True)
        with (platform.config.data / "index.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
