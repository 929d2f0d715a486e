"""A new version that is unlike the last one is told of, one that is like it is not."""

from __future__ import annotations

from typing import Any

import pytest

from publisher.table_drift import drift
from publisher.table_profile import ColumnProfile

BASE: dict[str, Any] = {"name": "price", "type": "number", "missing": 1, "distinct": 50, "mean": 10.0}


def profile(**changes: Any) -> ColumnProfile:
    return ColumnProfile(**{**BASE, **changes})


@pytest.mark.parametrize(
    ("new", "rows", "codes"),
    [
        ([profile()], 100, []),
        ([profile(mean=12.0, distinct=70, missing=5)], 130, []),
        ([profile()], 30, ["drift-rows"]),
        ([], 100, ["drift-column-gone"]),
        ([profile(), profile(name="more")], 100, ["drift-column-new"]),
        ([profile(type="text", mean=None)], 100, ["drift-type"]),
        ([profile(missing=40)], 100, ["drift-missing"]),
        ([profile(distinct=1)], 100, ["drift-constant"]),
        ([profile(mean=10_000.0)], 100, ["drift-scale"]),
        ([profile(mean=0.01)], 100, ["drift-scale"]),
        ([profile(mean=None)], 100, []),
    ],
)
def test_drift(new: list[ColumnProfile], rows: int, codes: list[str]) -> None:
    found = drift([profile()], new, 100, rows)
    assert [finding.code for finding in found] == codes
    assert all(finding.message.zh and finding.message.en for finding in found)
