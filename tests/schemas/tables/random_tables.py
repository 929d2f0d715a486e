"""Tables at random, of the kinds that real ones have: types, constraints, keys, dialects, encodings and damage."""

from __future__ import annotations

import datetime as dt
import json
import random
from pathlib import Path
from typing import Any

import xlsxwriter

CELLS: dict[str, list[str]] = {
    "integer": [
        "1",
        "0",
        "-5",
        "42",
        "007",
        "+5",
        "1_000",
        "９９",
        "abc",
        "1.0",
        "1e3",
        "12345678901234567890",
        "-",
        "--",
        "99999",
        "--1",
        "-0",
        "0x10",
        " 7 ",
        "",
    ],
    "number": [
        "1",
        "0.5",
        "-2.25",
        "1e5",
        "NaN",
        "INF",
        "-inf",
        "1,000.5",
        "1.234,56",
        "5.",
        ".5",
        ".",
        "-",
        "1_0.5",
        "１.５",
        "0.1234567890123456789",
        "1.2.3",
    ],
    "boolean": ["true", "false", "TRUE", "False", "1", "0", "yes", "是", "否", "Y", "N", "T", " true"],
    "date": [
        "2020-01-01",
        "2020-1-5",
        "2019-02-29",
        "2024-02-29",
        "1999-12-31",
        "0000-01-01",
        "20200105",
        "01/02/2003",
        "２０２０-01-01",
        "2020年1月5日",
        "2020-13-01",
        "2020-01-32",
        "10000-01-01",
        "31/12/2020",
    ],
    "datetime": [
        "2020-01-01T00:00:00",
        "2020-01-01T10:00:00Z",
        "2020-01-01T25:00:00",
        "2020-01-01T24:00:00",
        "2020-01-01",
        "2020-01-01 10:00:00",
        "2020-01-01T10:00:00.123",
        "2020-01-01 10:00",
        "2020-02-30T00:00:00",
        "2020-01-01T10:00:60",
    ],
    "time": ["10:00:00", "09:30:00", "24:00:00", "10:00", "23:59:59", "10:00:00.5", "9:30:00", "00:00:61"],
    "year": ["2020", "1999", "0000", "999", "+202", "20200", "２０２０", "-123", "20.0", " 999"],
    "yearmonth": ["2020-01", "2020-13", "2020-1", "1999-12", "2020", " 2020 - 1 "],
    "string": [
        "alpha",
        "beta",
        "北京",
        "x",
        "ABC-12",
        "长长长",
        "a@b.cd",
        "https://a.b/c",
        "alphaX",
        "é",
        "",
        "a,b",
        'say "hi"',
        "two\nlines",
    ],
    "any": ["1", "x", "2020-01-01", "true", "", "\u3000"],
    "duration": ["P1D", "PT1H", "P1W", "x", "P1Y2M"],
    "list": ["1,2", "a;b", "1;2;3", "x"],
    "array": ["[1,2]", "[]", "{}", "x"],
    "object": ['{"a":1}', "{}", "[]", "x"],
    "geopoint": ["1,2", "190,2", "90.5,45.5", "[1,2]", "x"],
    "geojson": ['{"type":"Point","coordinates":[1,2]}', "{}", "x"],
}
FORMATS: dict[str, list[dict[str, Any]]] = {
    "integer": [{}, {}, {"bareNumber": False}],
    "number": [{}, {}, {"groupChar": ","}, {"decimalChar": ",", "groupChar": "."}, {"floatNumber": True}],
    "boolean": [{}, {"trueValues": ["是", "Y"], "falseValues": ["否", "N"]}],
    "date": [{}, {}, {"format": "%Y年%m月%d日"}, {"format": "%d/%m/%Y"}],
    "datetime": [{}, {}, {"format": "%Y-%m-%d %H:%M"}],
    "time": [{}, {"format": "%H:%M"}],
    "string": [{}, {}, {}, {"format": "email"}, {"format": "uri"}, {"format": "uuid"}],
}
BOUNDED: dict[str, list[Any]] = {
    "integer": [0, 7, "42", -3, 1000],
    "number": [0, "2.5", 1, "0.1234567890123456", -1.5],
    "date": ["2000-01-01", "2020-01-01", "2020-1-5"],
    "year": [2000, "1999"],
    "yearmonth": ["2020-01"],
}
PATTERNS = ["[A-Z]{3}-[0-9]{2}", "[a-z]+", r"\d+", r"\w+", r"\S+@\S+", ".{1,5}", ".*", "alpha|beta", "(?i)ALPHA", "^x$"]
PATTERNS += ["[^a]*", "(a|b)\\1?", "[一-龥]+", "a?l*p{0,2}.+"]
MISSING = [None, None, None, ["", "-"], ["NA", "x"], [], ["0", "NaN", ""]]
ENDS = ["\n", "\n", "\n", "\r\n", "\r"]
ENCODINGS: list[tuple[str, bool]] = [("utf-8", False)] * 5 + [("utf-8-sig", False), ("gb18030", True), ("utf-16", True)]


def make(folder: Path, seed: int, rows: int | None = None) -> dict[str, Any]:
    """Write a package with one table (and what it refers to) into a folder, and answer the options of its check."""
    rnd = random.Random(seed)
    fields = [_field(rnd, f"f{at + 1}") for at in range(rnd.randint(1, 5))]
    schema: dict[str, Any] = {"fields": fields}
    missing = rnd.choice(MISSING)
    if missing is not None:
        schema["missingValues"] = missing
    if rnd.random() < 0.3:
        schema["primaryKey"] = [f["name"] for f in rnd.sample(fields, min(len(fields), rnd.choice([1, 1, 2])))]
    resources = [{"name": "table", "type": "table", "path": "table.csv", "schema": schema}]
    if rnd.random() < 0.25:
        resources.append(_reference(rnd, folder, schema))
    count = rnd.choice([0, 1, 3, 20, 60]) if rows is None else rows
    table = [_row(rnd, fields, missing) for _ in range(count)]
    _write(rnd, folder, resources[0], [[f["name"] for f in fields], *table])
    (folder / "datapackage.json").write_text(json.dumps({"name": "case", "resources": resources}), encoding="utf-8")
    return {} if rnd.random() < 0.7 else {"limit_errors": rnd.choice([0, 1, 2, 3, 5, 17])}


def _field(rnd: random.Random, name: str) -> dict[str, Any]:
    kind = rnd.choice([*CELLS, "integer", "number", "string", "string", "date", "datetime"])
    field: dict[str, Any] = {"name": name, "type": kind} | rnd.choice(FORMATS.get(kind, [{}]))
    constraints: dict[str, Any] = {}
    if rnd.random() < 0.3:
        constraints["required"] = rnd.random() < 0.9
    if rnd.random() < 0.2 and kind not in ("array", "object", "geojson", "list"):
        constraints["unique"] = True
    if kind in BOUNDED and rnd.random() < 0.4:
        constraints[rnd.choice(["minimum", "maximum"])] = rnd.choice(BOUNDED[kind])
    if kind == "string":
        _text_rules(rnd, constraints)
    if kind in CELLS and kind != "list" and rnd.random() < 0.1:
        constraints["enum"] = rnd.sample(CELLS[kind], 3)
    if constraints:
        field["constraints"] = constraints
    if rnd.random() < 0.05:
        field["missingValues"] = ["", "1"]
    return field


def _text_rules(rnd: random.Random, constraints: dict[str, Any]) -> None:
    if rnd.random() < 0.3:
        constraints["pattern"] = rnd.choice(PATTERNS)
    if rnd.random() < 0.2:
        constraints["minLength"] = rnd.choice([0, 1, 2, 5])
    if rnd.random() < 0.2:
        constraints["maxLength"] = rnd.choice([2, 5, 10])


def _reference(rnd: random.Random, folder: Path, schema: dict[str, Any]) -> dict[str, Any]:
    fields = rnd.sample(schema["fields"], min(len(schema["fields"]), rnd.choice([1, 1, 2])))
    names = [f["name"] for f in fields]
    schema["foreignKeys"] = [{"fields": names, "reference": {"resource": "other", "fields": [f"k{n}" for n in names]}}]
    other = [{"name": f"k{f['name']}", "type": rnd.choice([f["type"], "string"])} for f in fields]
    lines = [",".join(f["name"] for f in other)]
    for _ in range(rnd.choice([1, 8])):
        cells = [rnd.choice(CELLS[f["type"]]) for f in fields]
        lines.append(",".join('"' + cell.replace('"', '""') + '"' for cell in cells))
    (folder / "other.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    dialect = {"csv": {"delimiter": ",", "skipInitialSpace": False}}
    return {"name": "other", "type": "table", "path": "other.csv", "dialect": dialect, "schema": {"fields": other}}


def _row(rnd: random.Random, fields: list[dict[str, Any]], missing: list[str] | None) -> list[str] | str:
    chance = rnd.random()
    row = [rnd.choice(CELLS[f["type"]]) for f in fields]
    if missing and rnd.random() < 0.3:
        row[rnd.randrange(len(row))] = rnd.choice(missing)
    if chance < 0.03:
        return row[: rnd.randrange(len(row) + 1)]
    if chance < 0.06:
        return [*row, *["extra"] * rnd.randint(1, 2)]
    if chance < 0.08:
        return [""] * len(row)
    return "" if chance < 0.1 else row


def _write(rnd: random.Random, folder: Path, resource: dict[str, Any], table: list[list[str] | str]) -> None:
    delimiter, end = rnd.choice([",", ",", ",", ";", "\t", "|"]), rnd.choice(ENDS)
    comment = rnd.random() < 0.07
    lines = [
        row if isinstance(row, str) else delimiter.join(_cell(rnd, cell, delimiter) for cell in row) for row in table
    ]
    if comment:
        lines.insert(rnd.randint(1, len(lines)), f"#note{delimiter}x")
    dialect: dict[str, Any] = {"csv": {"delimiter": delimiter, "skipInitialSpace": False}} if rnd.random() < 0.8 else {}
    dialect |= {"commentChar": "#"} if comment else {}
    dialect |= {"skipBlankRows": True} if rnd.random() < 0.05 else {}
    dialect |= {"header": False} if rnd.random() < 0.04 else {}
    if dialect:
        resource["dialect"] = dialect
    encoding, declare = rnd.choice(ENCODINGS)
    if declare:
        resource["encoding"] = encoding
    text = end.join(lines) + (end if rnd.random() < 0.8 else "")
    data = text.encode(encoding)
    if rnd.random() < 0.02 and data:
        at = rnd.randrange(len(data))
        data = data[:at] + b"\xff" + data[at:]
    if rnd.random() < 0.05:
        resource["path"] = "table.tsv"
    (folder / resource["path"]).write_bytes(data)


def _cell(rnd: random.Random, cell: str, delimiter: str) -> str:
    if any(char in cell for char in (delimiter, '"', "\n", "\r")):
        return '"' + cell.replace('"', '""') + '"' if rnd.random() < 0.97 else cell
    return f'"{cell}"' if rnd.random() < 0.05 else cell


TYPED: list[Any] = [None, True, False, 0, 1, -5, 42, 2020, 1.0, 2.5, 0.1, 1e300]
TYPED += ["", "x", "1", "2020-01-01", "北京", [1], {"a": 1}]


def make_typed(folder: Path, seed: int) -> dict[str, Any]:
    """Write a package with one table of JSON or JSON Lines into a folder, and answer the options of its check."""
    rnd = random.Random(seed)
    fields = [_field(rnd, f"f{at + 1}") for at in range(rnd.randint(1, 4))]
    schema: dict[str, Any] = {"fields": fields}
    missing = rnd.choice(MISSING)
    if missing is not None:
        schema["missingValues"] = missing
    if rnd.random() < 0.3:
        schema["primaryKey"] = [fields[0]["name"]]
    names = [f["name"] for f in fields]
    rows = [[_value(rnd, f["type"]) for f in fields] for _ in range(rnd.choice([0, 2, 30]))]
    keyed = rnd.random() < 0.7
    items: list[Any] = [dict(zip(names, row, strict=True)) for row in rows] if keyed else [names, *rows]
    if keyed and items and rnd.random() < 0.3:
        items[-1].pop(names[-1])
    if not keyed and rnd.random() < 0.3:
        items.append(["x"] * rnd.randint(0, 6))
    format = rnd.choice(["json", "jsonl"])
    text = (
        "\n".join(json.dumps(i, ensure_ascii=False) for i in items) + "\n" if format == "jsonl" else json.dumps(items)
    )
    (folder / f"table.{format}").write_text(text, encoding="utf-8")
    resource = {"name": "table", "type": "table", "path": f"table.{format}", "schema": schema}
    (folder / "datapackage.json").write_text(json.dumps({"name": "case", "resources": [resource]}), encoding="utf-8")
    return {} if rnd.random() < 0.7 else {"limit_errors": rnd.choice([0, 2, 5])}


def make_workbook(folder: Path, seed: int, clean: bool = False) -> dict[str, Any]:
    """Write a package with one XLSX sheet into a folder, and answer the options of its check."""
    rnd = random.Random(seed)
    kinds = ["integer", "number", "boolean", "date", "datetime", "string"]
    fields = [{"name": f"f{n}", "type": kind} for n, kind in enumerate(kinds)]
    schema = {"fields": fields, "primaryKey": ["f0"]}
    with xlsxwriter.Workbook(str(folder / "table.xlsx")) as book:
        sheet = book.add_worksheet()
        forms = [book.add_format({"num_format": form}) for form in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss")]
        sheet.write_row(0, 0, [f["name"] for f in fields])
        for at in range(1, 40):
            moment = dt.datetime(2020, 1, 1) + dt.timedelta(days=rnd.randrange(900))
            row = [at, rnd.random(), rnd.random() < 0.5, moment, moment + dt.timedelta(seconds=5), "a < b & c 北京"]
            if not clean and rnd.random() < 0.4:
                row[rnd.randrange(6)] = rnd.choice([None, 1, "x", "", 2.5, True, "2020-01-01", moment])
            for place, value in enumerate(row):
                if isinstance(value, dt.datetime):
                    sheet.write_datetime(at, place, value, forms[place == 4])
                elif value is not None:
                    sheet.write(at, place, value)
    resource = {"name": "table", "type": "table", "path": "table.xlsx", "schema": schema}
    (folder / "datapackage.json").write_text(json.dumps({"name": "case", "resources": [resource]}), encoding="utf-8")
    return {}


def _value(rnd: random.Random, kind: str) -> Any:
    if rnd.random() < 0.3:
        return rnd.choice(TYPED)
    good: dict[str, list[Any]] = {"integer": [1, 2, 7, 42], "number": [1, 2.5, 0.25], "boolean": [True, False]}
    return rnd.choice(good.get(kind) or CELLS[kind])
