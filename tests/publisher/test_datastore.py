"""Rows are added, changed and deleted all or none, and every edit is a version."""

from __future__ import annotations

import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from publisher import datastore, table_diff, tables
from publisher.auth import ANONYMOUS, SYSTEM
from publisher.datastore import BadRow
from publisher.table_columns import column
from publisher.table_queries import Compare, Selection, read
from publisher.wiring import Platform
from schemas.errors import Invalid, NotAuthorized
from tests.publisher.test_tables import put

COLUMNS = (column("id", "integer32"), column("city", "text"), column("pop", "decimal"))


@pytest.fixture
def resource(platform: Platform) -> str:
    found = put(platform)
    rows = [{"id": at, "city": f"城市 {at}", "pop": at * 1000} for at in range(1, 6)]
    with platform.work(SYSTEM) as work:
        datastore.create(work, found, columns=COLUMNS, rows=rows, key=["id"])
    return found


def write(platform: Platform, resource: str, rows: list[dict[str, Any]], method: Any = "upsert", **more: Any) -> Any:
    with platform.work(SYSTEM) as work:
        return datastore.write(work, resource, rows, method, **more)


def rows(platform: Platform, resource: str) -> list[tuple[Any, ...]]:
    with platform.read(SYSTEM) as work:
        version = tables.current(work, resource)
    page = read(platform.tables, version, Selection(limit=32000))
    assert page.total == len(page.rows)
    return page.rows


def test_created_rows_are_there_in_order(platform: Platform, resource: str) -> None:
    found = rows(platform, resource)
    assert [row[:3] for row in found] == [(at, at, f"城市 {at}") for at in range(1, 6)]
    assert found[0][3] == Decimal(1000)


def test_an_upsert_changes_and_adds_and_keeps_what_it_does_not_name(platform: Platform, resource: str) -> None:
    write(platform, resource, [{"id": 1, "city": "深圳"}, {"id": 9, "city": "武汉"}])
    found = {row[1]: row for row in rows(platform, resource)}
    assert found[1] == (1, 1, "深圳", Decimal(1000))
    assert found[9] == (7, 9, "武汉", None)
    assert len(found) == 6


def test_later_rows_of_one_batch_win(platform: Platform, resource: str) -> None:
    write(platform, resource, [{"id": 7, "city": "a"}, {"id": 7, "pop": "1.25"}])
    assert rows(platform, resource)[-1][1:] == (7, "a", Decimal("1.25"))


def test_one_bad_row_keeps_all_out(platform: Platform, resource: str) -> None:
    before = rows(platform, resource)
    for bad in ([{"id": 11}, {"id": "x"}], [{"id": 11}, {"id": 11}], [{"id": 1}], [{"no_such": 1}]):
        with pytest.raises(BadRow):
            write(platform, resource, bad, "insert")
    for bad in ([{"id": 777}], [{"city": "no key"}]):
        with pytest.raises(BadRow):
            write(platform, resource, bad, "update")
    assert rows(platform, resource) == before


def test_a_dry_run_checks_and_keeps_nothing(platform: Platform, resource: str) -> None:
    assert write(platform, resource, [{"id": 50}], "insert", dry_run=True).rows
    with pytest.raises(BadRow):
        write(platform, resource, [{"id": "x"}], "insert", dry_run=True)
    assert len(rows(platform, resource)) == 5


def test_rows_are_deleted_by_condition_and_ids_are_never_used_again(platform: Platform, resource: str) -> None:
    with platform.work(SYSTEM) as work:
        edit = datastore.delete_rows(work, resource, Compare("id", "gte", 4))
    assert [row["id"] for row in edit.rows] == [4, 5]
    write(platform, resource, [{"id": 20}])
    assert [row[0] for row in rows(platform, resource)] == [1, 2, 3, 6]
    with platform.work(SYSTEM) as work:
        datastore.delete_rows(work, resource, None)
    assert rows(platform, resource) == []
    write(platform, resource, [{"id": 21}])
    assert [row[0] for row in rows(platform, resource)] == [7]


def test_columns_are_added_told_of_and_dropped(platform: Platform, resource: str) -> None:
    with platform.work(SYSTEM) as work:
        datastore.create(work, resource, columns=[column("mayor", "text", title="市长")])
    assert rows(platform, resource)[0] == (1, 1, "城市 1", Decimal(1000), None)
    write(platform, resource, [{"id": 1, "mayor": "某人"}])
    with platform.work(SYSTEM) as work:
        datastore.create(work, resource, columns=[COLUMNS[0], column("city", "integer")], only_these=True)
    assert rows(platform, resource)[0] == (1, 1, "城市 1")
    with platform.work(SYSTEM) as work:
        datastore.create(work, resource, columns=[column("mayor", "text")])
    assert rows(platform, resource)[0] == (1, 1, "城市 1", None)


def test_a_key_must_be_unique(platform: Platform, resource: str) -> None:
    write(platform, resource, [{"id": 8, "city": "城市 1"}])
    with pytest.raises(BadRow, match="duplicated"), platform.work(SYSTEM) as work:
        datastore.create(work, resource, key=["city"])
    with platform.work(SYSTEM) as work:
        datastore.create(work, resource, key=[])
    with pytest.raises(BadRow, match="unique key"):
        write(platform, resource, [{"id": 1}])


def test_numbers_keep_every_digit_as_long_as_38_are_enough(platform: Platform, resource: str) -> None:
    write(platform, resource, [{"id": 1, "pop": "0.123456789012345678"}, {"id": 2, "pop": "1234567890123456789"}])
    found = {row[1]: row[3] for row in rows(platform, resource)}
    assert found[1] == Decimal("0.123456789012345678")
    assert found[2] == Decimal("1234567890123456789")
    write(platform, resource, [{"id": 3, "pop": "1e30"}, {"id": 4, "pop": "1e-20"}])
    found = {row[1]: float(row[3]) for row in rows(platform, resource)}
    assert (found[3], found[4], found[5]) == (1e30, 1e-20, 5000.0)


def test_many_edits_are_merged_and_nothing_is_lost(platform: Platform, resource: str) -> None:
    expected = {row[1]: row for row in rows(platform, resource)}
    for at in range(40):
        write(platform, resource, [{"id": 100 + at, "city": "x"}, {"id": 1 + at % 5, "pop": at}])
        if at % 7 == 0:
            with platform.work(SYSTEM) as work:
                datastore.delete_rows(work, resource, Compare("id", "eq", 100 + at))
    found = {row[1]: row for row in rows(platform, resource)}
    assert set(found) == set(expected) | {100 + at for at in range(40) if at % 7}
    assert [found[1 + at % 5][3] for at in range(35, 40)] == [35, 36, 37, 38, 39]
    with platform.read(SYSTEM) as work:
        version = tables.current(work, resource)
        assert len(version.layout.segments) <= 13
        assert version.rows == len(found)


def test_edits_are_versions_that_can_be_compared(platform: Platform, resource: str) -> None:
    write(platform, resource, [{"id": 1, "pop": 5}, {"id": 6}])
    with platform.read(ANONYMOUS) as work:
        newer, older = tables.versions(work, resource)
        found = table_diff.diff(platform.tables, older, newer)
    assert (found.added, found.removed, found.changed) == (1, 0, 1)


def test_writers_at_the_same_time_lose_nothing(platform: Platform, resource: str) -> None:
    def insert(start: int) -> None:
        for at in range(5):
            write(platform, resource, [{"id": start + at}], "insert")

    threads = [threading.Thread(target=insert, args=(1000 * n,)) for n in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = rows(platform, resource)
    assert len(found) == 25
    assert len({row[0] for row in found}) == 25


def test_only_editors_may_edit(platform: Platform, resource: str) -> None:
    for edit in (
        lambda work: datastore.write(work, resource, [{"id": 99}]),
        lambda work: datastore.delete_rows(work, resource, None),
        lambda work: datastore.create(work, resource, columns=COLUMNS),
    ):
        with pytest.raises(NotAuthorized), platform.work(ANONYMOUS) as work:
            edit(work)


def test_aliases_lead_to_the_table_and_are_free_for_nobody_else(platform: Platform, resource: str) -> None:
    with platform.work(SYSTEM) as work:
        datastore.create(work, resource, aliases=["cities"])
        assert datastore.resolve(work, "cities") == resource
        assert datastore.aliases(work, resource) == ["cities"]
    other = put(platform)
    for taken in ("cities", resource, "_x", 'a"b', ""):
        with pytest.raises(Invalid), platform.work(SYSTEM) as work:
            datastore.create(work, other, columns=COLUMNS, aliases=[taken])


def test_the_listing_shows_what_the_actor_may_read(platform: Platform, resource: str) -> None:
    secret = put(platform, "private")
    with platform.work(SYSTEM) as work:
        datastore.create(work, secret, columns=COLUMNS, aliases=["secret"])
    with platform.read(ANONYMOUS) as work:
        assert datastore.listing(work, limit=10) == [(resource, "")]
    with platform.read(SYSTEM) as work:
        assert sorted(datastore.listing(work, limit=10)) == sorted([(resource, ""), (secret, ""), ("secret", secret)])


def test_the_data_dictionary_outlives_the_next_load(platform: Platform, tmp_path: Path) -> None:
    resource = put(platform)
    for count in (1, 2):
        pq.write_table(pa.table({"id": list(range(count)), "city": ["x"] * count}), tmp_path / f"{count}.parquet")
    with platform.work(SYSTEM) as work:
        tables.publish_version(work, resource, tmp_path / "1.parquet")
    told = column("city", "text", title="城市", dictionary={"label": "城市", "unit": "无"})
    with platform.work(SYSTEM) as work:
        datastore.create(work, resource, columns=[told])
    with platform.work(SYSTEM) as work:
        version = tables.publish_version(work, resource, tmp_path / "2.parquet")
    kept = version.layout.column("city")
    assert kept is not None
    assert (version.number, version.rows, kept.title, kept.dictionary["unit"]) == (3, 2, "城市", "无")
