"""Questions to a table are answered exactly, in a stated order, from files and from memory alike."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from publisher import table_text, tables
from publisher.auth import SYSTEM
from publisher.table_queries import AllOf, AnyOf, Asked, Compare, Condition, Order, Page, Selection, read
from publisher.wiring import Platform
from schemas.errors import Invalid
from tests.publisher.test_tables import put

CITIES: list[tuple[Any, ...]] = [
    (1, "Shenzhen", 17560000, 1997.47, False, dt.date(1979, 3, 5), dt.datetime(2024, 1, 1, 10)),
    (2, "Beijing", 21890000, 16410.5, True, dt.date(1045, 1, 1), dt.datetime(2024, 1, 2, 11, 30)),
    (3, "Shanghai", 24870000, 6340.5, False, dt.date(1291, 1, 1), None),
    (4, "Guangzhou city", 18680000, 7434.4, False, None, dt.datetime(2024, 1, 4)),
    (5, "重庆 Chongqing", 32050000, None, None, dt.date(1997, 3, 14), dt.datetime(2024, 1, 5, 23, 59, 59, 123456)),
]
NAMES = ("id", "city", "pop", "area", "capital", "founded", "seen")
TYPES = (pa.int32(), pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.date32(), pa.timestamp("us"))


@pytest.fixture
def version(platform: Platform, tmp_path: Path) -> tables.Version:
    arrays = [pa.array(column, type) for column, type in zip(zip(*CITIES, strict=True), TYPES, strict=True)]
    pq.write_table(pa.table(dict(zip(NAMES, arrays, strict=True))), tmp_path / "cities.parquet")
    resource = put(platform)
    with platform.work(SYSTEM) as work:
        return tables.publish_version(work, resource, tmp_path / "cities.parquet")


def ask(platform: Platform, version: tables.Version, **selection: Any) -> Page:
    """Ask four times, so that the answer comes from files first and from memory in the end."""
    pages = [read(platform.tables, version, Selection(**selection)) for _ in range(4)]
    assert all(page == pages[0] for page in pages)
    return pages[0]


def ids(page: Page) -> list[int]:
    return [row[0] for row in page.rows]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (Compare("city", "eq", "Beijing"), [2]),
        (Compare("city", "in", ("Beijing", "Shanghai")), [2, 3]),
        (Compare("id", "eq", "3"), [3]),
        (Compare("id", "eq", 3.0), [3]),
        (Compare("id", "gt", 2.5), [3, 4, 5]),
        (Compare("pop", "gte", 21890000), [2, 3, 5]),
        (Compare("capital", "eq", True), [2]),
        (Compare("capital", "eq", None), []),
        (Compare("capital", "in", ()), []),
        (Compare("founded", "lt", "1291-01-01"), [2]),
        (Compare("seen", "eq", "2024-01-01T10:00:00"), [1]),
        (Compare("_id", "eq", 2), [2]),
        (AllOf((Compare("id", "gt", 1), Compare("id", "lte", 3))), [2, 3]),
        (AnyOf((Compare("id", "eq", 1), Compare("city", "eq", "Shanghai"))), [1, 3]),
        (AnyOf(()), []),
        (AllOf(()), [1, 2, 3, 4, 5]),
        (Compare("city", "eq", "x' OR '1'='1"), []),
    ],
)
def test_conditions(platform: Platform, version: tables.Version, where: Condition, found: list[int]) -> None:
    page = ask(platform, version, where=where)
    assert (ids(page), page.total) == (found, len(found))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Shenzhen", [1]),
        ("shen", []),
        ("cities", [4]),
        ("guangzhou city", [4]),
        ("重庆", [5]),
        ("庆", []),
        ("重庆 2024", [5]),
        ("17560000", [1]),
        ("5", [5]),
        ("true", [2]),
        ("2024-01-02", [2]),
        ("1979", [1]),
        ("the", []),
        ("o'neil", []),
    ],
)
def test_plain_text_finds_whole_words_numbers_and_chinese(
    platform: Platform, version: tables.Version, text: str, found: list[int]
) -> None:
    page = ask(platform, version, asked=(Asked(question=table_text.plain(text)),))
    assert (ids(page), page.total) == (found, len(found))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("shen:*", [1]),
        ("guangzhou | beijing", [2, 4]),
        ("city & !beijing", [4]),
        ("!(guangzhou | beijing)", [1, 3, 5]),
        ("175:*", [1]),
    ],
)
def test_expressions_combine_words(platform: Platform, version: tables.Version, text: str, found: list[int]) -> None:
    page = ask(platform, version, asked=(Asked(question=table_text.expression(text)),))
    assert sorted(ids(page)) == found


@pytest.mark.parametrize("text", ["guangzhou &", "& x", "(a", "a)", "a b", "!" * 80 + "a", "a | | b"])
def test_a_broken_expression_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        table_text.expression(text)


def test_words_are_stemmed_rightly_by_many_threads() -> None:
    words = [f"nation{letter}alizations" for letter in "abcdefghijklmnop"]
    alone = {word: table_text.plain(word) for word in words}
    wrong: list[str] = []

    def ask_all() -> None:
        table_text.stem.cache_clear()
        wrong.extend(word for word in words * 20 if table_text.plain(word) != alone[word])

    threads = [threading.Thread(target=ask_all) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_text_may_be_asked_of_one_column(platform: Platform, version: tables.Version) -> None:
    page = ask(platform, version, asked=(Asked(question=table_text.plain("2"), field="id"),))
    assert ids(page) == [2]
    assert page.columns[-1].name == "rank id"
    assert page.rows[0][-1] == pytest.approx(0.057308756)


def test_rank_counts_and_nearness_agree_with_text_search(platform: Platform, version: tables.Version) -> None:
    page = ask(platform, version, asked=(Asked(question=table_text.plain("guangzhou city")),))
    assert page.rows[0][-1] == pytest.approx(0.09016734)


def test_order_and_pages_are_stable(platform: Platform, version: tables.Version) -> None:
    assert ids(ask(platform, version, order=(Order(field="area"),))) == [1, 3, 4, 2, 5]
    assert ids(ask(platform, version, order=(Order(field="area", descending=True),))) == [5, 2, 4, 3, 1]
    assert ids(ask(platform, version, order=(Order(field="area", descending=True, nulls="last"),)))[-1] == 5
    assert ids(ask(platform, version, order=(Order(field="capital"), Order(field="id", descending=True)))) == [
        4, 3, 1, 2, 5,
    ]  # fmt: skip
    assert ids(ask(platform, version, limit=2, offset=1)) == [2, 3]
    assert ids(ask(platform, version, limit=2, offset=9)) == []
    assert ids(ask(platform, version, limit=2, after=(3,))) == [4, 5]


@pytest.mark.parametrize("field", ["id", "city", "area", "capital", "founded", "seen"])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("nulls", ["", "first", "last"])
def test_following_a_row_walks_the_whole_order_once(
    platform: Platform, version: tables.Version, field: str, descending: bool, nulls: Any
) -> None:
    order = (Order(field=field, descending=descending, nulls=nulls),)
    whole = read(platform.tables, version, Selection(order=order)).rows
    at = (*NAMES,).index(field) + 1
    walked: list[tuple[Any, ...]] = []
    after = None
    while page := read(platform.tables, version, Selection(order=order, limit=2, after=after)).rows:
        walked += page
        after = (page[-1][at], page[-1][0])
    assert walked == whole


def test_a_cursor_of_another_order_is_refused(platform: Platform, version: tables.Version) -> None:
    with pytest.raises(Invalid):
        read(platform.tables, version, Selection(order=(Order(field="city"),), after=(1,)))


def test_distinct_counts_what_it_shows(platform: Platform, version: tables.Version) -> None:
    page = ask(platform, version, fields=("capital",), distinct=True)
    assert (page.rows, page.total) == ([(None,), (False,), (True,)], 3)


def test_limit_nothing_still_counts(platform: Platform, version: tables.Version) -> None:
    page = ask(platform, version, limit=0, where=Compare("id", "gt", 2))
    assert (page.rows, page.total) == ([], 3)


@pytest.mark.parametrize(
    "selection",
    [
        {"where": Compare("no_such", "eq", 1)},
        {"where": Compare("id", "eq", "x")},
        {"where": Compare("founded", "eq", "2024-02-30")},
        {"fields": ("city", "no_such")},
        {"order": (Order(field='id"; DROP TABLE x'),)},
        {"asked": (Asked(question=table_text.plain("x"), field="no_such"),)},
    ],
)
def test_what_is_not_there_is_refused_by_name(
    platform: Platform, version: tables.Version, selection: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refused:
        read(platform.tables, version, Selection(**selection))
    assert refused.value.errors


def test_conditions_nested_too_deep_are_refused(platform: Platform, version: tables.Version) -> None:
    where: Condition = Compare("id", "eq", 1)
    for _ in range(100):
        where = AllOf((where,))
    with pytest.raises(Invalid):
        read(platform.tables, version, Selection(where=where))
