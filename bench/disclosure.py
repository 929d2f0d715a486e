"""Measures the accountability parts: verifying a long disclosure log, computing the scoreboard of a large site.

Run: python -m bench.disclosure [log ENTRIES | scores DATASETS]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from sqlalchemy import insert

from publisher import chain, config, database, log, scoreboard
from publisher.auth import ANONYMOUS
from publisher.chain import START, Checkpoint, Entry
from publisher.orm import DatasetRow
from publisher.signing import open_signer
from publisher.wiring import open_platform
from schemas.model import Contact, Dataset, Period, Resource, encode


def written(folder: Path, count: int) -> Iterator[bytes]:
    """Write a log of `count` entries with a checkpoint after every thousand."""
    signer, moment = open_signer(folder), datetime(2026, 1, 1, tzinfo=UTC)
    previous, before, hashes = START, START, list[str]()
    for number in range(1, count + 1):
        entry = Entry(
            number=number,
            at=moment + timedelta(seconds=number),
            event="changed",
            kind="dataset",
            subject=f"5c0b1f2e-0000-4000-8000-{number:012d}",
            owner="0f7b8f30-0000-4000-8000-000000000001",
            revision=number % 50 + 1,
            digest=f"{number:064x}",
            detail={},
            previous=previous,
        )
        line = chain.line_of(entry)
        previous = chain.hash_of(line)
        hashes.append(previous)
        yield line + b"\n"
        if number % 1000 == 0 or number == count:
            made = Checkpoint(
                number=number,
                first=number - len(hashes) + 1,
                at=entry.at,
                head=previous,
                root=chain.merkle_root(hashes),
                previous=before,
                key=signer.public_key,
                signature="",
            )
            signed = chain.line_of(msgspec.structs.replace(made, signature=signer.sign(chain.unsigned(made))))
            before, hashes = chain.hash_of(signed), []
            yield signed + b"\n"


def verifying(count: int) -> None:
    """Time the verification of a log file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.jsonl"
        with path.open("wb") as file:
            file.writelines(written(Path(folder), count))
        started = time.perf_counter()
        with path.open("rb") as file:
            verdict = log.verify_file(file)
        seconds = time.perf_counter() - started
        size = path.stat().st_size / 1e6
    print(f"verify: {verdict.entries:,} entries, {size:.0f} MB, sound={verdict.sound}: {seconds:.1f} s")


def filled(url: str, count: int) -> None:
    """Write datasets of 300 departments straight into a database."""
    engine, moment = database.open_engine(url), datetime(2026, 1, 1, tzinfo=UTC)
    database.upgrade(engine)
    for start in range(0, count, 5000):
        made = [_dataset(number, moment) for number in range(start, min(start + 5000, count))]
        with engine.begin() as connection:
            connection.execute(insert(DatasetRow), [_row(dataset) for dataset in made])
    engine.dispose()


def _dataset(number: int, moment: datetime) -> Dataset:
    resource = Resource(id=f"r{number}", title="明细表", url="https://data.example.org/1.csv", format="CSV", bytes=9)
    return Dataset(
        id=f"d{number:07d}",
        name=f"d{number:07d}",
        title=f"空气质量监测数据 {number}",
        description="各监测点位每日的空气质量指数与六项污染物浓度。" * 8,
        owner=f"o{number % 300}",
        keywords=("空气", "环境", "监测"),
        licence="cc-by-4.0",
        contact=Contact(name="信息中心", email="info@example.org"),
        temporal=(Period(start="2025-01-01"),),
        frequency="monthly",
        modified="2026-10-01",
        resources=(resource,) * 3,
        created=moment,
        changed=moment,
        revision=1,
    )


def _row(dataset: Dataset) -> dict[str, object]:
    names = ("id", "name", "title", "state", "visibility", "kind", "created_by", "created", "changed", "revision")
    row: dict[str, object] = {name: getattr(dataset, name) for name in names}
    return row | {"owner_id": dataset.owner, "source_id": "", "document": encode(dataset).decode()}


def scoring(count: int) -> None:
    """Time the computing of a board."""
    with TemporaryDirectory() as folder:
        settings = config.load({}, data=Path(folder))
        filled(settings.database_url, count)
        with open_platform(settings) as platform, platform.read(ANONYMOUS) as work:
            started = time.perf_counter()
            board = scoreboard.compute(work)
            seconds = time.perf_counter() - started
    print(f"scoreboard: {len(board.scores) - 1} departments x {count:,} datasets: {seconds:.1f} s")


if __name__ == "__main__":
    what, size, *_ = (*sys.argv[1:], "", "")
    if what in ("", "log"):
        verifying(int(size or 1_000_000))
    if what in ("", "scores"):
        scoring(int(size or 100_000))
