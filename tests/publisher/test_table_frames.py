"""Tables in memory answer what their files answer, row for row."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from publisher import table_pages, table_queries, table_text, tables
from publisher.auth import SYSTEM
from publisher.table_queries import AllOf, AnyOf, Asked, Compare, Condition, Order, Selection
from publisher.wiring import Platform
from tests.publisher.test_tables import put

WORDS = ("amber", "Birch", "birches", "cedar", "重庆", "dune", "true", "x1", "2024", "ember-field")
CHOICES: dict[str, tuple[Any, ...]] = {
    "n": (None, 1, 2, 3, 4),
    "text": (*(f"{a} {b}" for a in WORDS for b in WORDS), None, ""),
    "other": (*WORDS, None),
    "price": (None, 0.5, 1.5, 2.25, -1.0),
    "exact": (None, Decimal("1.50"), Decimal("2.00"), Decimal("-3.25")),
    "flag": (None, True, False),
    "day": (None, dt.date(2024, 1, 2), dt.date(1999, 12, 31)),
    "at": (None, dt.datetime(2024, 1, 2, 3, 4, 5), dt.datetime(2020, 2, 29)),
}
TYPES = {
    "n": pa.int64(), "text": pa.string(), "other": pa.string(), "price": pa.float64(), "exact": pa.decimal128(10, 2),
    "flag": pa.bool_(), "day": pa.date32(), "at": pa.timestamp("us"),
}  # fmt: skip


@pytest.fixture
def version(platform: Platform, tmp_path: Path) -> tables.Version:
    chance = random.Random(5)
    columns = {name: pa.array([chance.choice(CHOICES[name]) for _ in range(500)], TYPES[name]) for name in CHOICES}
    pq.write_table(pa.table(columns), tmp_path / "rows.parquet")
    resource = put(platform)
    with platform.work(SYSTEM) as work:
        return tables.publish_version(work, resource, tmp_path / "rows.parquet")


def condition(chance: random.Random) -> Condition:
    name = chance.choice(list(CHOICES))
    if chance.random() < 0.3:
        return Compare(name, "in", tuple(chance.choices(CHOICES[name], k=2)))
    return Compare(name, "eq", chance.choice(CHOICES[name]))


def selection(chance: random.Random) -> Selection:
    parts = tuple(condition(chance) for _ in range(chance.randint(0, 3)))
    where = None if not parts else AnyOf(parts) if chance.random() < 0.1 else AllOf(parts)
    read = chance.choice((table_text.plain, table_text.expression))
    text = chance.choice(
        (chance.choice(WORDS), f"{chance.choice(WORDS)} | {chance.choice(WORDS)}", "bir:*", "amber & !dune")
    )
    question = read(text.replace("-", " & ")) if read is table_text.expression else read(text)
    asked = (Asked(question=question, field=chance.choice(("", "text", "other", "n"))),)
    order = (
        Order(
            field=chance.choice((*CHOICES, "_id")),
            descending=chance.random() < 0.5,
            nulls=chance.choice(("", "first", "last")),
        ),
    )
    return Selection(
        where=where,
        asked=asked if chance.random() < 0.5 else (),
        fields=chance.choice((None, None, ("text",), ("n", "_id"))),
        order=order if chance.random() < 0.5 else (),
        limit=chance.choice((0, 5, 100)),
        offset=chance.choice((0, 0, 3, 1000)),
    )


def rounded(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(round(value, 9) if isinstance(value, float) else value for value in row)


def test_memory_and_files_answer_the_same(
    platform: Platform, version: tables.Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(9)
    asked = [selection(chance) for _ in range(400)]
    monkeypatch.setattr(table_pages, "LARGEST", 0)
    from_files = [table_queries.read(platform.tables, version, each) for each in asked]
    monkeypatch.undo()
    for _ in range(3):
        table_queries.read(platform.tables, version, Selection())
    for each, expected in zip(asked, from_files, strict=True):
        found = table_queries.read(platform.tables, version, each)
        assert (found.columns, found.total) == (expected.columns, expected.total), each
        assert [rounded(row) for row in found.rows] == [rounded(row) for row in expected.rows], each


def test_floats_that_are_no_numbers_are_sorted_alike(platform: Platform, tmp_path: Path) -> None:
    values = pa.array([1.0, float("nan"), None, -1.0, float("inf")])
    pq.write_table(pa.table({"v": values}), tmp_path / "rows.parquet")
    resource = put(platform)
    with platform.work(SYSTEM) as work:
        found = tables.publish_version(work, resource, tmp_path / "rows.parquet")
    for descending in (False, True):
        order = Selection(order=(Order(field="v", descending=descending),))
        ids = [[row[0] for row in table_queries.read(platform.tables, found, order).rows] for _ in range(5)]
        assert all(each == ids[0] for each in ids)
        assert sorted(ids[0]) == [1, 2, 3, 4, 5]
