"""The door of the table checks answers for every input."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from schemas.errors import Invalid
from schemas.report import Report
from schemas.tables import check_table


def check(folder: Path, text: str, fields: list[dict[str, Any]], **rest: Any) -> Report:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return check_table(path, {"fields": fields} | rest.pop("schema", {}), **rest)


def test_a_good_table_is_valid_and_counted(tmp_path: Path) -> None:
    report = check(tmp_path, "id,name\n1,甲\n2,乙\n", [{"name": "id", "type": "integer"}, {"name": "name"}])
    assert report.valid
    assert (report.stats.rows, report.stats.fields, report.labels) == (2, 2, ("id", "name"))


def test_a_finding_says_where_and_what_in_both_languages(tmp_path: Path) -> None:
    report = check(tmp_path, "id,name\nx,甲\n", [{"name": "id", "type": "integer"}, {"name": "name"}])
    (finding,) = report.findings
    assert (finding.code, finding.row, finding.column, finding.field, finding.value) == ("type-error", 2, 1, "id", "x")
    assert finding.message.zh == "第 2 行第 1 列“id”的值“x”不是整数。"
    assert finding.message.en == "Row 2, column 1 “id”: “x” is not a whole number."


def test_a_check_that_stops_at_its_limit_says_so(tmp_path: Path) -> None:
    report = check(tmp_path, "id\n" + "x\n" * 9, [{"name": "id", "type": "integer"}], limit_errors=3)
    assert len(report.errors) == 3
    assert not report.complete
    assert report.warnings[0].code == "check-limit"


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="No such file"):
        check_table(tmp_path / "absent.csv")


@pytest.mark.parametrize(
    ("field", "cells", "said"),
    [
        ({"type": "nope"}, "1", "not supported"),
        ({"type": "string", "constraints": {"pattern": "("}}, "1", "no regular expression"),
        ({"type": "list", "constraints": {"unique": True}}, "1", "cannot be unique"),
        (
            {"type": "datetime", "constraints": {"minimum": "2020-01-01T00:00:00"}},
            "2020-01-01T00:00:00Z",
            "offset-naive",
        ),
        ({"type": "number", "constraints": {"minimum": 1}}, "sNaN", "InvalidOperation"),
    ],
)
def test_what_stops_frictionless_is_a_finding_with_its_cause(
    tmp_path: Path, field: dict[str, Any], cells: str, said: str
) -> None:
    report = check(tmp_path, f"a,b\n{cells},x\n", [{"name": "a"} | field, {"name": "b", "type": "string"}])
    assert not report.valid
    assert not report.checked
    assert said in report.findings[0].message.en


def test_an_accepted_table_becomes_typed_parquet_in_file_order(tmp_path: Path) -> None:
    target = tmp_path / "table.parquet"
    fields = [{"name": "n", "type": "integer"}, {"name": "day", "type": "date"}, {"name": "code", "type": "string"}]
    assert check(tmp_path, "n,day,code\n2,2024-02-29,007\n1,,008\n", fields, parquet=target).valid
    table = pq.read_table(target)
    assert table.schema.names == ["_id", "n", "day", "code"]
    assert table.to_pylist() == [
        {"_id": 1, "n": 2, "day": dt.date(2024, 2, 29), "code": "007"},
        {"_id": 2, "n": 1, "day": None, "code": "008"},
    ]


def test_a_refused_table_leaves_no_parquet(tmp_path: Path) -> None:
    target = tmp_path / "table.parquet"
    assert not check(tmp_path, "n\nx\n", [{"name": "n", "type": "integer"}], parquet=target).valid
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]


def test_integers_beyond_64_bits_are_kept_as_text(tmp_path: Path) -> None:
    target = tmp_path / "table.parquet"
    assert check(tmp_path, f"n\n1\n{10**30}\n", [{"name": "n", "type": "integer"}], parquet=target).valid
    assert pq.read_table(target)["n"].to_pylist() == ["1", str(10**30)]
