"""Accepted tables become immutable versions that are read, compared and profiled."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from publisher import config, datasets, table_diff, table_layout, tables
from publisher.auth import ANONYMOUS, SYSTEM
from publisher.wiring import Platform, open_platform
from schemas.errors import Invalid, NotAuthorized, NotFound
from schemas.model import Dataset, Resource
from tests.publisher.conftest import add_person
from tests.publisher.memory import MemoryIndex

SCHEMA = {
    "fields": [
        {"name": "code", "type": "string", "title": "代码"},
        {"name": "people", "type": "integer"},
        {"name": "share", "type": "number"},
        {"name": "since", "type": "date"},
    ],
    "primaryKey": ["code"],
}


def parquet(folder: Path, rows: list[tuple[Any, ...]], name: str = "table.parquet") -> Path:
    columns = list(zip(*rows, strict=True)) if rows else [(), (), (), ()]
    types = (pa.string(), pa.int64(), pa.float64(), pa.date32())
    arrays = [pa.array(values, type) for values, type in zip(columns, types, strict=True)]
    path = folder / name
    pq.write_table(pa.table(dict(zip(("code", "people", "share", "since"), arrays, strict=True))), path)
    return path


def put(platform: Platform, visibility: Any = "public") -> str:
    with platform.work(SYSTEM) as work:
        wanted = Dataset(title="人口", resources=(Resource(title="表", url="http://x/1.csv"),), visibility=visibility)
        return datasets.put(work, wanted).resources[0].id


def load(platform: Platform, resource_id: str, path: Path, source_hash: str = "") -> tables.Version:
    with platform.work(SYSTEM) as work:
        return tables.publish_version(work, resource_id, path, SCHEMA, source_hash, "run-1")


ROWS: list[tuple[Any, ...]] = [
    ("110000", 21, 0.5, dt.date(1949, 10, 1)),
    ("310000", 24, None, None),
    ("440300", 17, 1.5, dt.date(1979, 3, 5)),
]


def test_a_loaded_table_answers_its_first_rows_in_file_order(platform: Platform, tmp_path: Path) -> None:
    resource = put(platform)
    version = load(platform, resource, parquet(tmp_path, ROWS), "abc")
    assert (version.number, version.rows, version.layout.key, version.source_hash) == (1, 3, ("code",), "abc")
    with platform.read(ANONYMOUS) as work:
        first = tables.first_rows(work, resource, 2)
        assert tables.current(work, resource) == version
    assert first.rows == (("110000", 21, 0.5, "1949-10-01"), ("310000", 24, None, None))
    assert first.total == 3
    assert first.columns[0].title == "代码"


def test_the_same_table_again_makes_no_version(platform: Platform, tmp_path: Path) -> None:
    resource = put(platform)
    load(platform, resource, parquet(tmp_path, ROWS))
    assert load(platform, resource, parquet(tmp_path, ROWS, "again.parquet")).number == 1


def test_versions_stay_readable_by_number_and_moment(tmp_path: Path) -> None:
    clock = iter(dt.datetime(2026, 1, day, tzinfo=dt.UTC) for day in range(1, 29))
    settings = config.load({}, data=tmp_path, password_cost="low", testing=True)
    with open_platform(settings, upgrade=True, search=MemoryIndex(), clock=lambda: next(clock)) as platform:
        resource = put(platform)
        first = load(platform, resource, parquet(tmp_path, ROWS))
        second = load(platform, resource, parquet(tmp_path, ROWS[:2]))
        with platform.read(ANONYMOUS) as work:
            assert [v.number for v in tables.versions(work, resource)] == [2, 1]
            assert tables.as_of(work, resource, first.at) == first
            assert tables.as_of(work, resource, second.at + dt.timedelta(days=1)) == second
            assert tables.at_version(work, resource, 1) == first
            with pytest.raises(NotFound):
                tables.as_of(work, resource, first.at - dt.timedelta(seconds=1))
            with pytest.raises(NotFound):
                tables.at_version(work, resource, 3)


def test_diff_finds_added_removed_and_changed_rows_by_key(platform: Platform, tmp_path: Path) -> None:
    resource = put(platform)
    older = load(platform, resource, parquet(tmp_path, ROWS))
    newer = load(
        platform, resource, parquet(tmp_path, [ROWS[0], ("310000", 25, None, None), ("500000", 32, 2.0, None)])
    )
    found = table_diff.diff(platform.tables, older, newer)
    assert (found.added, found.removed, found.changed) == (1, 1, 1)
    changed = next(row for row in found.rows if row.kind == "changed")
    assert changed.key == {"code": "310000"}
    assert (changed.before or {})["people"] == 24
    assert (changed.after or {})["people"] == 25


def test_diff_without_a_unique_key_compares_whole_rows(platform: Platform, tmp_path: Path) -> None:
    resource = put(platform)
    older = load(platform, resource, parquet(tmp_path, [ROWS[0], ROWS[0], ROWS[1]]))
    newer = load(platform, resource, parquet(tmp_path, [ROWS[0], ROWS[1], ROWS[2]]))
    found = table_diff.diff(platform.tables, older, newer)
    assert (found.key, found.added, found.removed, found.changed) == ((), 1, 1, 0)


def test_profiles_tell_missing_distinct_range_histogram_and_top_values(platform: Platform, tmp_path: Path) -> None:
    version = load(platform, put(platform), parquet(tmp_path, [*ROWS, ("440300", 17, 2.5, None)]))
    code, people, share, since = version.profile
    assert (code.distinct, code.top[0], code.minimum) == (3, ("440300", 2), "110000")
    assert (people.minimum, people.maximum, people.mean, sum(people.histogram)) == (17, 24, 19.75, 4)
    assert (share.missing, share.distinct) == (1, 3)
    assert (since.minimum, since.maximum) == ("1949-10-01", "1979-03-05")


def test_numbers_that_are_not_finite_do_not_break_a_profile(platform: Platform, tmp_path: Path) -> None:
    rows = [("a", 1, float("nan"), None), ("b", 2, float("inf"), None), ("c", 3, 1.0, None), ("d", 4, 2.0, None)]
    share = load(platform, put(platform), parquet(tmp_path, rows)).profile[2]
    assert (share.minimum, share.maximum, sum(share.histogram)) == (1.0, 2.0, 2)


def test_a_file_that_is_no_table_changes_nothing(platform: Platform, tmp_path: Path) -> None:
    resource = put(platform)
    version = load(platform, resource, parquet(tmp_path, ROWS))
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 this is no table PAR1")
    with pytest.raises(Invalid):
        load(platform, resource, tmp_path / "broken.parquet")
    with platform.read(ANONYMOUS) as work:
        assert tables.current(work, resource) == version


def test_an_error_after_publishing_leaves_the_old_version(platform: Platform, tmp_path: Path) -> None:
    resource = put(platform)
    version = load(platform, resource, parquet(tmp_path, ROWS))
    with pytest.raises(RuntimeError), platform.work(SYSTEM) as work:
        tables.publish_version(work, resource, parquet(tmp_path, ROWS[:1]), SCHEMA)
        raise RuntimeError
    with platform.read(ANONYMOUS) as work:
        assert tables.current(work, resource) == version


def test_private_tables_stay_with_those_who_may_read_the_dataset(platform: Platform, tmp_path: Path) -> None:
    resource = put(platform, "private")
    load(platform, resource, parquet(tmp_path, ROWS))
    outsider = add_person(platform, "outsider")
    with platform.read(outsider) as work:
        for read in (tables.current, tables.first_rows, tables.versions):
            with pytest.raises(NotAuthorized):
                read(work, resource)
    with platform.work(outsider) as work, pytest.raises(NotAuthorized):
        tables.publish_version(work, resource, parquet(tmp_path, ROWS[:1]), SCHEMA)


def test_readers_may_not_load(platform: Platform, tmp_path: Path) -> None:
    resource = put(platform)
    with pytest.raises(NotAuthorized), platform.work(ANONYMOUS) as work:
        tables.publish_version(work, resource, parquet(tmp_path, ROWS), SCHEMA)


def test_a_removed_table_is_gone_with_its_versions(platform: Platform, tmp_path: Path) -> None:
    resource = put(platform)
    load(platform, resource, parquet(tmp_path, ROWS))
    with platform.work(SYSTEM) as work:
        tables.remove(work, resource)
    with platform.read(ANONYMOUS) as work, pytest.raises(NotFound):
        tables.current(work, resource)
    assert load(platform, resource, parquet(tmp_path, ROWS)).number == 1


def test_the_index_learns_columns_and_rows(platform: Platform, tmp_path: Path) -> None:
    load(platform, put(platform), parquet(tmp_path, ROWS))
    assert isinstance(platform.search, MemoryIndex)
    (document,) = platform.search.documents.values()
    assert document.values["has_table"] is True
    assert document.values["row_count"] == 3
    assert document.values["columns"] == ("code", "people", "share", "since")


def test_many_processes_read_one_table(platform: Platform, tmp_path: Path) -> None:
    version = load(platform, put(platform), parquet(tmp_path, ROWS))
    sql = f"SELECT count(*) FROM {table_layout.source(platform.tables, version.layout)}"
    assert platform.tables.rows(sql) == [(3,)]
    children = []
    for _ in range(3):
        child = os.fork()
        if child == 0:
            os._exit(0 if platform.tables.rows(sql) == [(3,)] and platform.tables.rows(sql) == [(3,)] else 1)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
    assert platform.tables.rows(sql) == [(3,)]


def test_tables_live_in_any_file_store(tmp_path: Path) -> None:
    settings = config.load({}, data=tmp_path, files_url=f"memory://{tmp_path.name}", password_cost="low", testing=True)
    with open_platform(settings, upgrade=True, search=MemoryIndex()) as platform:
        resource = put(platform)
        load(platform, resource, parquet(tmp_path, ROWS))
        for cached in (tmp_path / "table-cache").rglob("*"):
            if cached.is_file():
                cached.unlink()
        with platform.read(ANONYMOUS) as work:
            assert tables.first_rows(work, resource).rows[2][0] == "440300"


def test_names_that_differ_in_case_alone_stay_apart(platform: Platform, tmp_path: Path) -> None:
    names = ["Name", "name", "_id", "", "NAME "]
    arrays = [pa.array([f"{at}"]) for at in range(len(names))]
    pq.write_table(pa.Table.from_arrays(arrays, names=names), tmp_path / "odd.parquet")
    resource = put(platform)
    fields = {"fields": [{"name": name, "type": "string"} for name in names]}
    with platform.work(SYSTEM) as work:
        version = tables.publish_version(work, resource, tmp_path / "odd.parquet", fields)
        first = tables.first_rows(work, resource)
    assert version.layout.names == ("Name", "name_2", "_id_2", "column_4", "NAME_3")
    assert version.columns[1].title == "name"
    assert first.rows == (("0", "1", "2", "3", "4"),)


def test_an_id_that_counts_the_rows_is_taken_and_another_is_data(platform: Platform, tmp_path: Path) -> None:
    for ids, names in (([1, 2], ("a",)), ([7, 9], ("_id_2", "a"))):
        table = pa.table({"_id": pa.array(ids, pa.int64()), "a": ["x", "y"]})
        pq.write_table(table, tmp_path / "ids.parquet")
        with platform.work(SYSTEM) as work:
            assert tables.publish_version(work, put(platform), tmp_path / "ids.parquet").layout.names == names


def test_columns_of_unusual_types_are_read_as_their_usual_ones(platform: Platform, tmp_path: Path) -> None:
    moment = dt.datetime(2024, 1, 2, 3, 4, 5)
    table = pa.table(
        {
            "small": pa.array([1, None], pa.int8()),
            "nanoseconds": pa.array([moment, None], pa.timestamp("ns")),
            "milliseconds": pa.array([dt.date(2024, 1, 2), None], pa.date64()),
            "packed": pa.array(["a", None]).dictionary_encode(),
            "price": pa.array([1, None], pa.decimal128(5, 2)),
        }
    )
    pq.write_table(table, tmp_path / "types.parquet")
    resource = put(platform)
    with platform.work(SYSTEM) as work:
        version = tables.publish_version(work, resource, tmp_path / "types.parquet")
        assert tables.first_rows(work, resource).rows[0] == (1, moment.isoformat(), "2024-01-02", "a", 1)
    assert [column.type for column in version.columns] == ["integer32", "datetime", "date", "text", "decimal"]


def test_a_table_of_very_many_columns_is_refused_in_words(platform: Platform, tmp_path: Path) -> None:
    table = pa.table({f"c{n}": [1] for n in range(10_001)})
    pq.write_table(table, tmp_path / "wide.parquet")
    with pytest.raises(Invalid, match="columns"):
        tables.prepare(platform.files, platform.tables, tmp_path / "wide.parquet")
