"""Proposed schemas hold for every row, keep codes as text, and their differences are listed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from schemas.tables import check_table, compare_schemas, infer_schema


def inferred(folder: Path, column: str, values: list[str]) -> dict[str, Any]:
    lines = [f"{column},other", *(f"{value},x" for value in values)]
    (folder / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    field: dict[str, Any] = infer_schema(folder / "t.csv", header=True)["fields"][0]
    return {key: value for key, value in field.items() if key in ("type", "format", "groupChar", "trueValues")}


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        ("n", ["1", "-2", "30"], {"type": "integer"}),
        ("n", ["1", "2.5"], {"type": "number"}),
        ("d", ["2024-01-02", "2023-12-31"], {"type": "date"}),
        ("d", ["2024年1月2日", "2023年12月31日"], {"type": "date", "format": "%Y年%m月%d日"}),
        ("d", ["2024/1/2", "2023/12/31"], {"type": "date", "format": "%Y/%m/%d"}),
        ("d", ["31/12/2020", "01/02/2020"], {"type": "date", "format": "%d/%m/%Y"}),
        ("d", ["01/02/2020", "03/04/2020"], {"type": "string"}),
        ("t", ["2024-01-02 03:04:05", "2024-01-02 03:04:06"], {"type": "datetime"}),
        ("是否公开", ["是", "否"], {"type": "boolean", "trueValues": ["是"]}),
        ("区划代码", ["110000", "120000"], {"type": "string"}),
        ("postcode", ["10000", "20000"], {"type": "string"}),
        ("code", ["007", "008"], {"type": "string"}),
        ("身份证号", ["110101199003070011", "110101199003070038"], {"type": "string"}),
        ("x", ["110101199003070011", "110101199003070038"], {"type": "string"}),
        ("年份", ["2020", "2021"], {"type": "year"}),
        ("金额", ["12万元", "3万元"], {"type": "string"}),
        ("n", ["1"] * 300 + ["x"], {"type": "string"}),
        ("n", ["1", "-", "无"], {"type": "integer"}),
    ],
)
def test_types_hold_for_every_value(tmp_path: Path, column: str, values: list[str], expected: dict[str, Any]) -> None:
    assert inferred(tmp_path, column, values) == expected
    assert check_table(tmp_path / "t.csv", infer_schema(tmp_path / "t.csv", header=True)).valid


def test_keys_enums_and_units_are_proposed(tmp_path: Path) -> None:
    rows = [f"{n:03d},{'东' if n % 2 else '西'},{n}" for n in range(60)]
    (tmp_path / "t.csv").write_text("编号,区域,金额（万元）\n" + "\n".join(rows) + "\n", encoding="utf-8")
    schema = infer_schema(tmp_path / "t.csv")
    assert schema["primaryKey"] == ["编号"]
    assert schema["candidateKeys"] == ["编号", "金额（万元）"]
    assert schema["fields"][1]["constraints"]["enum"] == ["东", "西"]
    assert schema["fields"][2]["unit"] == "万元"


def test_differences_between_schemas_are_listed() -> None:
    old = {"fields": [{"name": "a", "type": "integer"}, {"name": "b", "type": "string"}], "primaryKey": "a"}
    new = {"fields": [{"name": "b", "type": "date", "constraints": {"required": True}}, {"name": "c", "type": "year"}]}
    changes = compare_schemas(old, new)
    assert [(c["change"], c.get("field"), c.get("property")) for c in changes] == [
        ("removed", "a", None),
        ("added", "c", None),
        ("changed", "b", "type"),
        ("changed", "b", "constraints.required"),
        ("changed", None, "primaryKey"),
    ]
    assert compare_schemas(old, old) == []
