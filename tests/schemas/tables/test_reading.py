"""Whatever holds one table becomes labels and rows."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from schemas.errors import Invalid
from schemas.tables import open_table


@pytest.mark.parametrize(
    ("encoding", "named"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("gb18030", "gb18030"), ("big5", "cp950")],
)
def test_the_encoding_is_found(tmp_path: Path, encoding: str, named: str) -> None:
    text = "名稱,地址\n" + "臺北市政府資訊局,臺北市信義區市府路一號\n" * 20
    if encoding == "gb18030":
        text = "名称,地址\n" + "北京市人民政府,北京市通州区运河东大街\n" * 20
    (tmp_path / "t.csv").write_bytes(text.encode(encoding))
    with open_table(tmp_path / "t.csv") as table:
        assert table.encoding == named
        assert table.labels == tuple(text.splitlines()[0].split(","))
        assert sum(1 for _ in table.rows()) == 20


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_even_when_others_stand_in_the_text(tmp_path: Path, delimiter: str) -> None:
    other = "," if delimiter != "," else ";"
    lines = [delimiter.join(["id", "name", "note"])] + [delimiter.join([str(n), f"a{other} b", "c"]) for n in range(9)]
    (tmp_path / "t.csv").write_text("\n".join(lines), encoding="utf-8")
    with open_table(tmp_path / "t.csv") as table:
        assert (table.delimiter, table.labels) == (delimiter, ("id", "name", "note"))


def test_a_preamble_is_left_out_and_said(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("2024年统计表\n\n编号,名称,数量\n1,甲,5\n2,乙,6\n", encoding="utf-8")
    with open_table(tmp_path / "t.csv") as table:
        assert table.header_rows == (3,)
        assert [number for number, _ in table.rows()] == [4, 5]
        assert "row 3" in table.doubts[0].en


def test_a_table_without_a_header_gets_numbered_names(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("1,2\n3,4\n", encoding="utf-8")
    with open_table(tmp_path / "t.csv") as table:
        assert (table.labels, table.names) == ((), ("field1", "field2"))
        assert len(list(table.rows())) == 2


def test_merged_header_rows_are_joined(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "t.xlsx"))
    sheet = book.add_worksheet("统计")
    sheet.merge_range("B1:C1", "人口")
    sheet.write_row(0, 0, ["地区"])
    sheet.write_row(1, 0, ["名称", "男", "女"])
    sheet.write_row(2, 0, ["东城", 10, 12])
    sheet.write_datetime(3, 0, dt.datetime(2024, 1, 2), book.add_format({"num_format": "yyyy-mm-dd"}))
    book.close()
    with open_table(tmp_path / "t.xlsx") as table:
        assert (table.sheet, table.labels) == ("统计", ("地区 名称", "人口 男", "人口 女"))


def test_json_lines_and_geojson_are_tables(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"a":1}\n\n{"a":2,"b":"x"}\n', encoding="utf-8")
    with open_table(tmp_path / "t.jsonl") as table:
        assert (table.labels, [cells for _, cells in table.rows()]) == (("a", "b"), [[1, None], [2, "x"]])
    point = {"type": "Point", "coordinates": [1, 2]}
    feature = {"type": "Feature", "properties": {"name": "p"}, "geometry": point}
    (tmp_path / "t.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    with open_table(tmp_path / "t.geojson") as table:
        assert [cells for _, cells in table.rows()] == [["p", point]]


def test_parquet_is_read_back(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1, 2], "b": ["x", None]}), tmp_path / "t.parquet")
    with open_table(tmp_path / "t.parquet") as table:
        assert (table.labels, list(table.rows())) == (("a", "b"), [(2, [1, "x"]), (3, [2, None])])


def test_broken_json_says_line_and_byte(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text('[{"a": 1},\n {"a": }]')
    with pytest.raises(Invalid, match=r"line 2 \(byte 18\)"):
        open_table(tmp_path / "t.json")
