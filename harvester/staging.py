"""Where a run keeps what it gathered until the whole catalogue was read: one SQLite file in the run's own folder.

Nothing that is published changes before a catalogue was read to its end, and a killed run goes on from this file.
Memory does not grow with the catalogue.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType

import msgspec
import orjson

from harvester.compare import fingerprint
from harvester.source import Raw
from schemas.report import Finding

_FINDING = msgspec.json.Decoder(Finding)
LARGEST_RECORD = 8 * 1024 * 1024


class Staged(msgspec.Struct, frozen=True):
    """A gathered record with its place in the catalogue and its hash."""

    position: int
    remote_id: str
    hash: str
    payload: bytes
    problem: Finding | None = None

    def raw(self) -> Raw:
        """Answer the record as the source gave it."""
        return Raw(remote_id=self.remote_id, payload=orjson.loads(self.payload), problem=self.problem)


class Staging:
    """The gathered records of one run, in their order; the first of several with one id counts."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "gathered.sqlite"
        self._base = sqlite3.connect(self.path, isolation_level=None)
        self._base.executescript(_SCHEMA)

    def __enter__(self) -> Staging:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    @property
    def complete(self) -> bool:
        """Tell whether the catalogue was read to its end."""
        return bool(self._base.execute("select 1 from finished").fetchone())

    def fill(self, records: Iterable[Raw], volatile: frozenset[str]) -> Iterator[int]:
        """Keep all records anew and yield the count after each; a source that ends without a fault is complete."""
        with self._base:
            self._base.execute("begin")
            self._base.execute("delete from finished")
            self._base.execute("delete from staged")
            for count, record in enumerate(records, 1):
                self._add(record, volatile)
                yield count
            self._base.execute("insert into finished values (1)")

    def _add(self, record: Raw, volatile: frozenset[str]) -> None:
        payload = orjson.dumps(record.payload, default=str)
        told = msgspec.json.encode(record.problem) if record.problem else None
        row = (record.remote_id or None, fingerprint(record.payload, volatile), payload, told)
        if not self._base.execute(_INSERT, row).rowcount:
            self._base.execute("update staged set doubles = doubles + 1 where remote_id = ?", row[:1])

    def count(self) -> int:
        """Answer how many records were kept."""
        return int(self._base.execute("select count(*) from staged").fetchone()[0])

    def batches(self, size: int, after: int = 0) -> Iterator[list[Staged]]:
        """Yield the records in order, in lists of `size`, from behind a position."""
        while rows := self._base.execute(_BATCH, (after, size)).fetchall():
            after = rows[-1][0]
            yield [Staged(p, i or "", h, b, _FINDING.decode(f) if f else None) for p, i, h, b, f in rows]

    def lacking(self, remote_ids: list[str]) -> list[str]:
        """Answer which of these ids were not gathered."""
        places = ", ".join("?" * len(remote_ids))
        found = self._base.execute(f"select remote_id from staged where remote_id in ({places})", remote_ids)
        present = {row[0] for row in found}
        return [remote_id for remote_id in remote_ids if remote_id not in present]

    def doubles(self) -> Iterator[tuple[str, int]]:
        """Yield the ids that more than one record bears, with how many were left out."""
        yield from self._base.execute("select remote_id, doubles from staged where doubles > 0 order by position")


_SCHEMA = """
pragma journal_mode = wal;
pragma synchronous = normal;
create table if not exists staged (position integer primary key, remote_id text unique, hash text not null,
    payload blob not null, problem blob, doubles integer not null default 0);
create table if not exists finished (at integer);
"""
_INSERT = "insert into staged (remote_id, hash, payload, problem) values (?, ?, ?, ?) on conflict do nothing"
_BATCH = "select position, remote_id, hash, payload, problem from staged where position > ? order by position limit ?"
