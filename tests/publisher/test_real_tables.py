"""Tables that public bodies really published load, or say why not; the large one answers."""

from __future__ import annotations

import lzma
import shutil
import sqlite3
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from publisher import datasets, table_loading, table_queries, table_text, tables
from publisher.auth import SYSTEM
from publisher.table_aggregates import aggregate, measure
from publisher.table_queries import Asked, Compare, Order, Selection
from publisher.wiring import Platform
from schemas.model import Dataset, Resource
from tests.publisher.test_tables import put

SUFFIXES = {".csv", ".tsv", ".xlsx", ".xls", ".ods", ".jsonl"}


@pytest.mark.shared
@pytest.mark.parametrize("folder", ["nasty", "chinese", "tableschemas"])
def test_each_readable_table_loads_or_says_why(platform: Platform, shared: Path, folder: str) -> None:
    files = [path for path in sorted((shared / "data" / folder).rglob("*")) if path.suffix.lower() in SUFFIXES]
    published = 0
    for path in (path for path in files if path.stat().st_size < 300_000):
        with path.open("rb") as stream:
            stored = platform.files.save(stream)
        resource = Resource(url=path.name, storage="upload", hash=stored.sha256, format=path.suffix[1:].upper())
        with platform.work(SYSTEM) as work:
            kept = datasets.put(work, Dataset(title=path.name, resources=(resource,)))
        loaded = table_loading.load_resource(platform, SYSTEM, kept.resources[0].id)
        if loaded.version is None:
            assert loaded.report.findings, path
            continue
        published += 1
        page = table_queries.read(platform.tables, loaded.version, Selection(limit=5))
        assert (len(page.rows), page.total) == (min(5, loaded.version.rows), loaded.version.rows), path
    assert published > len(files) // 3


@pytest.mark.shared
def test_the_divisions_of_china_load_and_answer(platform: Platform, shared: Path, tmp_path: Path) -> None:
    with lzma.open(shared / "data" / "sql" / "china-division.sqlite.xz") as packed:
        with (tmp_path / "division.sqlite").open("wb") as file:
            shutil.copyfileobj(packed, file)
    connection = sqlite3.connect(tmp_path / "division.sqlite")
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    counts = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
    largest = max(counts, key=lambda name: counts[name])
    cursor = connection.execute(f'SELECT * FROM "{largest}"')
    columns = [column[0] for column in cursor.description]
    values = list(zip(*cursor, strict=True))
    connection.close()
    table = pa.table({name: pa.array([str(v) for v in part]) for name, part in zip(columns, values, strict=True)})
    pq.write_table(table, tmp_path / "division.parquet", row_group_size=100_000)
    resource = put(platform)
    with platform.work(SYSTEM) as work:
        version = tables.publish_version(work, resource, tmp_path / "division.parquet")
    assert version.rows == counts[largest] > 600_000
    name = next(column for column in columns if "name" in column.lower())
    code = next(column for column in columns if "code" in column.lower())
    wanted = values[columns.index(code)][-1]
    engine = platform.tables
    found = table_queries.read(engine, version, Selection(where=Compare(code, "eq", str(wanted))))
    assert found.total is not None
    assert found.total >= 1
    text = Selection(asked=(Asked(question=table_text.plain("居民委员会"), field=name),), limit=3)
    assert (table_queries.read(engine, version, text).total or 0) > 1000
    last = table_queries.read(engine, version, Selection(offset=version.rows - 2))
    assert [row[0] for row in last.rows] == [version.rows - 1, version.rows]
    assert len(table_queries.read(engine, version, Selection(order=(Order(field=name),), limit=10)).rows) == 10
    assert (
        aggregate(engine, version, [], [measure("count"), measure(f"count_distinct:{code}")]).rows[0][0] == version.rows
    )
