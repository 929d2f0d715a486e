"""Tables are grouped and measured as asked."""

from __future__ import annotations

from typing import Any

import pytest

from publisher import tables
from publisher.table_aggregates import Groups, aggregate, measure
from publisher.table_queries import Compare
from publisher.wiring import Platform
from schemas.errors import Invalid
from tests.publisher.test_table_queries import version

__all__ = ["version"]


def group(platform: Platform, version: tables.Version, by: list[str], values: list[str], **more: Any) -> Groups:
    return aggregate(platform.tables, version, by, [measure(each) for each in values], **more)


def test_groups_are_counted_and_measured(platform: Platform, version: tables.Version) -> None:
    found = group(platform, version, ["capital"], ["count", "sum:pop", "max:city", "p50:area"])
    assert [column.name for column in found.columns] == ["capital", "count", "sum:pop", "max:city", "p50:area"]
    assert [row[:3] for row in found.rows] == [(False, 3, 61110000), (True, 1, 21890000), (None, 1, 32050000)]
    assert found.complete


def test_no_group_measures_all_rows(platform: Platform, version: tables.Version) -> None:
    found = group(platform, version, [], ["count", "avg:id", "count_distinct:capital"], where=Compare("id", "gt", 1))
    assert found.rows == [(4, 3.5, 2)]


def test_groups_can_be_ordered_by_a_measure_and_cut(platform: Platform, version: tables.Version) -> None:
    found = group(platform, version, ["capital"], ["count"], order="count", descending=True, limit=1)
    assert (found.rows, found.complete) == ([(False, 3)], False)


@pytest.mark.parametrize(
    ("by", "values", "order"),
    [
        (["no_such"], ["count"], ""),
        ([], ["sum:city"], ""),
        ([], ["p50:city"], ""),
        ([], ["evil:id"], ""),
        ([], ["sum:no_such"], ""),
        ([], ["sum"], ""),
        ([], ["p500:id"], ""),
        (["capital"], ["count"], "pop"),
        ([], ["count"] * 30, ""),
    ],
)
def test_what_does_not_fit_is_refused(
    platform: Platform, version: tables.Version, by: list[str], values: list[str], order: str
) -> None:
    with pytest.raises(Invalid) as refused:
        group(platform, version, by, values, order=order)
    assert refused.value.errors
