"""Bad input has an outcome: a finding or a refusal that says what and where, within limits, and never a crash."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from schemas.errors import Invalid
from schemas.report import Report
from schemas.tables import check_table, delimited, infer_schema, open_table

INTEGERS: dict[str, Any] = {"fields": [{"name": "a", "type": "integer"}, {"name": "b", "type": "string"}]}


def check(folder: Path, data: bytes, schema: dict[str, Any] | None = None, name: str = "t.csv", **rest: Any) -> Report:
    (folder / name).write_bytes(data)
    return check_table(folder / name, schema, **rest)


def codes(report: Report) -> list[tuple[str, int | None]]:
    return [(finding.code, finding.row) for finding in report.errors]


def test_ragged_rows_are_named_by_row_and_column(tmp_path: Path) -> None:
    report = check(tmp_path, b"a,b\n1\n1,x,9\n\n,\n", INTEGERS)
    assert codes(report) == [("missing-cell", 2), ("extra-cell", 3), ("blank-row", 4), ("blank-row", 5)]


def test_bad_bytes_in_the_middle_are_told_by_line_and_byte(tmp_path: Path) -> None:
    data = "a,b\n1,甲乙丙丁\n".encode() + b"2,\xff\xfe\n" + "3,戊己庚辛\n".encode()
    report = check(tmp_path, data, INTEGERS)
    assert not report.checked
    assert report.findings[0].code == "encoding-error"
    assert report.findings[0].message.en == "Line 3 (byte 21) is not valid utf-8."
    with pytest.raises(Invalid, match="Line 3"):
        open_table(tmp_path / "t.csv")


def test_two_encodings_in_one_file_are_refused_where_the_second_begins(tmp_path: Path) -> None:
    report = check(tmp_path, "a,b\n1,中文名称表格\n2,数据\n".encode() + "3,中文\n".encode("gb18030"), INTEGERS)
    assert not report.checked
    assert "Line 4" in report.findings[0].message.en


def test_undeclared_gb18030_is_read_and_the_doubt_is_stated(tmp_path: Path) -> None:
    data = "编号,名称\n1,北京市朝阳区\n2,上海市浦东新区\n".encode("gb18030")
    report = check(tmp_path, data)
    assert report.valid
    assert report.labels == ("编号", "名称")
    assert [f.code for f in report.findings] == ["table-doubt"]


def test_a_line_beyond_the_limit_is_refused_before_it_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "MAX_RECORD", 1 << 16)
    report = check(tmp_path, b"a,b\n1,x\n2," + b"y" * (3 << 20) + b"\n", INTEGERS)
    assert not report.checked
    assert "longer than the 65536 characters" in report.findings[0].message.en
    with pytest.raises(Invalid, match="longer than"):
        infer_schema(tmp_path / "t.csv")


def test_ten_million_columns_are_refused_quickly(tmp_path: Path) -> None:
    report = check(tmp_path, b"a" + b",a" * 9_999_999 + b"\n", INTEGERS)
    assert not report.checked
    assert "10000000 columns" in report.findings[0].message.en


def test_a_gzip_bomb_stops_at_the_limit(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=9) as file:
        for _ in range(100):
            file.write(b"0" * (1 << 20))
    report = check(tmp_path, buffer.getvalue(), INTEGERS, "bomb.csv.gz")
    assert not report.checked
    assert "unpacking stopped" in report.findings[0].message.en


def test_a_zip_bomb_stops_at_the_limit(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("t.csv", b"0" * (100 << 20))
    report = check_table(tmp_path / "bomb.zip", INTEGERS)
    assert "unpacking stopped" in report.findings[0].message.en


def test_a_workbook_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (100 << 20))
    assert "unpacking stopped" in check_table(tmp_path / "bomb.xlsx", INTEGERS).findings[0].message.en


def test_a_packed_table_is_checked_like_the_table(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr("data/t.csv", "a,b\nx,1\n")
    assert codes(check_table(tmp_path / "t.zip", INTEGERS)) == [("type-error", 2)]


@pytest.mark.parametrize(
    ("header", "expected"),
    [("a,a", ["duplicate-label"]), (",b", ["blank-label"]), ("b,a", ["incorrect-label"] * 2), ("a", ["missing-label"])],
)
def test_a_wrong_header_is_told_by_what_is_wrong(tmp_path: Path, header: str, expected: list[str]) -> None:
    report = check(
        tmp_path, f"{header}\n1,x\n".encode(), INTEGERS, dialect={"csv": {"delimiter": ","}, "headerRows": [1]}
    )
    assert [finding.code for finding in report.errors][: len(expected)] == expected


def test_an_empty_file_says_so(tmp_path: Path) -> None:
    report = check(tmp_path, b"", INTEGERS)
    assert (report.checked, report.findings[0].message.en) == (False, "The file is empty.")


def test_nan_and_infinity_are_numbers_but_no_value_within_bounds(tmp_path: Path) -> None:
    schema = {"fields": [{"name": "n", "type": "number", "constraints": {"maximum": 5}}, {"name": "b"}]}
    report = check(tmp_path, b"n,b\nNaN,x\nINF,x\n-INF,x\n1,x\n", schema)
    assert codes(report) == [("constraint-error", 2), ("constraint-error", 3)]


@pytest.mark.parametrize("day", ["2023-02-29", "2024-02-30", "2024-13-01", "0000-01-01", "2024-00-10", "2024-01-00"])
def test_a_day_that_does_not_exist_is_no_date(tmp_path: Path, day: str) -> None:
    schema = {"fields": [{"name": "d", "type": "date"}, {"name": "b"}]}
    assert codes(check(tmp_path, f"d,b\n2024-02-29,x\n{day},x\n".encode(), schema)) == [("type-error", 3)]


@pytest.mark.parametrize(
    "schema",
    [
        {"fields": "none"},
        {"fields": [{"type": "string"}]},
        {"fields": [{"name": "a", "type": "integer", "constraints": {"pattern": "x"}}]},
        {"fields": [{"name": "a"}], "primaryKey": ["nope"]},
        {
            "fields": [{"name": "a"}],
            "foreignKeys": [{"fields": ["a"], "reference": {"resource": "x", "fields": ["y"]}}],
        },
        {"fields": [{"name": "a", "constraints": {"pattern": "("}}]},
        {"fields": [{"name": "a"}, {"name": "a"}]},
        {"fields": [None]},
    ],
)
def test_a_schema_that_is_wrong_is_a_finding_about_the_schema(tmp_path: Path, schema: dict[str, Any]) -> None:
    report = check(tmp_path, b"a,b\n1,x\n", schema)
    assert not report.valid
    assert report.findings[0].message.zh
    assert report.findings[0].message.en


def test_formulas_are_text_and_are_disarmed_in_the_exported_report(tmp_path: Path) -> None:
    from schemas.tables import exported

    report = check(tmp_path, b"a,b\n=1+1,x\n", INTEGERS)
    assert "'=1+1" in exported(report, "csv", "en")


def test_a_web_page_under_a_csv_name_is_called_a_web_page(tmp_path: Path) -> None:
    report = check(tmp_path, b"<!DOCTYPE html><html><body>404</body></html>", INTEGERS)
    assert "web page" in report.findings[0].message.en
