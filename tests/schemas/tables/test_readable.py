"""The report for people groups findings by cause and column, in both languages and four formats."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from schemas.report import Report
from schemas.tables import check_table, exported, grouped, readable


@pytest.fixture
def report(tmp_path: Path) -> Report:
    (tmp_path / "t.csv").write_text("id,n\n1,a\n1,b\n2,<c>\n", encoding="utf-8")
    fields = [{"name": "id", "type": "integer"}, {"name": "n", "type": "integer"}]
    return check_table(tmp_path / "t.csv", {"fields": fields, "primaryKey": ["id"]})


def test_findings_of_one_cause_in_one_column_are_one_group(report: Report) -> None:
    first, second = grouped(report)
    assert (first.code, first.field, first.count, first.first, first.last) == ("type-error", "n", 3, 2, 4)
    assert first.samples == ("a", "b", "<c>")
    assert (second.code, second.count) == ("primary-key", 1)


def test_text_says_what_where_and_what_to_do_in_both_languages(report: Report) -> None:
    chinese, english = readable(report, "zh-CN"), readable(report, "en")
    assert chinese.startswith("表格不合格：3 行，2 列；4 个问题，分为 2 类。")
    assert "与第 2 行相同" in chinese
    assert "处理：" in chinese
    assert english.startswith("The table is not valid: 3 rows, 2 columns; 4 problems of 2 kinds.")
    assert "what to do:" in english


def test_csv_has_a_row_for_every_finding_and_html_escapes_cells(report: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(exported(report, "csv", "en"))))
    assert [(row["code"], row["row"]) for row in rows] == [(f.code, str(f.row)) for f in report.findings]
    assert "<c>" not in exported(report, "html", "en")
    assert json.loads(exported(report, "json"))["valid"] is False


def test_a_valid_table_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,n\n1,2\n", encoding="utf-8")
    assert readable(check_table(tmp_path / "t.csv"), "en") == "The table is valid: 1 rows, 2 columns.\n"
