"""The fast engine says what frictionless says, in everything but time, and leaves only what it says it leaves."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from schemas.tables.engine import fallback
from schemas.tables.engine.report import report as fast
from schemas.tables.reference import report as reference
from tests.schemas.tables.random_tables import make, make_typed, make_workbook

pytestmark = pytest.mark.filterwarnings("ignore")

Document = dict[str, Any]


def lasting(report: Document) -> Document:
    """Leave out the seconds, the only thing that may differ."""
    report = json.loads(json.dumps(copy.deepcopy(report)))
    for part in [report, *report["tasks"]]:
        part.get("stats", {}).pop("seconds", None)
    return report


def outcome(check: Callable[..., Document], package: Path, options: Mapping[str, Any], **rest: Any) -> Document:
    """Answer a report without its seconds, or the name of the exception that came out."""
    try:
        return lasting(check(str(package), "table", options, **rest))
    except fallback.Fallback:
        raise
    except Exception as exception:  # noqa: BLE001 - frictionless lets anything out
        return {"raises": type(exception).__name__}


def compared(folder: Path, options: Mapping[str, Any], largest: int) -> str:
    """Compare both engines on a package, and answer which way the fast one took."""
    package = folder / "datapackage.json"
    try:
        found = outcome(fast, package, options, smallest=0, largest=largest)
    except fallback.Fallback as reason:
        return reason.reason
    assert found == outcome(reference, package, options)
    return "fast"


@pytest.mark.parametrize("start", range(0, 200, 20))
def test_random_tables_get_the_same_report_from_both_engines(tmp_path: Path, start: int) -> None:
    ways = []
    for seed in range(start, start + 20):
        folder = tmp_path / str(seed)
        folder.mkdir()
        ways.append(compared(folder, make(folder, seed), (64, 256, 4096, 1 << 22)[seed % 4]))
    assert ways.count("fast") >= 12
    assert set(ways) <= {"fast", "reader", "open", "undecodable", "metadata"}


@pytest.mark.parametrize("start", range(0, 100, 20))
def test_random_typed_tables_get_the_same_report_from_both_engines(tmp_path: Path, start: int) -> None:
    ways = []
    for seed in range(start, start + 20):
        folder = tmp_path / str(seed)
        folder.mkdir()
        ways.append(compared(folder, make_typed(folder, seed), 1 << 20))
    assert ways.count("fast") >= 8
    assert set(ways) <= {"fast", "reader", "open", "typed-limit", "typed-source", "no-fields"}


@pytest.mark.parametrize("seed", range(12))
def test_random_workbooks_get_the_same_report_from_both_engines(tmp_path: Path, seed: int) -> None:
    assert compared(tmp_path, make_workbook(tmp_path, seed), 1 << 20) in ("fast", "reader", "typed-limit", "open")


def test_a_clean_workbook_takes_the_fast_way(tmp_path: Path) -> None:
    assert compared(tmp_path, make_workbook(tmp_path, 1, clean=True), 1 << 20) == "fast"


def test_a_large_random_table_gets_the_same_report_across_many_blocks(tmp_path: Path) -> None:
    options = make(tmp_path, 4, rows=1500)
    assert compared(tmp_path, options, 4096) == "fast"


def written(folder: Path, data: bytes, schema: Document, **resource: Any) -> Path:
    (folder / "table.csv").write_bytes(data)
    described = {"name": "table", "type": "table", "path": "table.csv", "schema": schema} | resource
    (folder / "datapackage.json").write_text(json.dumps({"name": "case", "resources": [described]}), encoding="utf-8")
    return folder


TWO = {"fields": [{"name": "a", "type": "integer"}, {"name": "b", "type": "string"}]}


@pytest.mark.parametrize(
    "data",
    [
        b"a,b\n1,x\n\n2,y\n\n\n",
        b"a,b\r\n1,x\r\n\r\n2,y",
        b"a,b\r1,x\r2,y\r",
        b'a,b\n1,"x\ny"\n2,"open\n3,z\n',
        b'a,b\n1,x"y\n2," z"\n3,"q" r\n',
        b"a,b\n1,\x00\n2,\xe2\x80\xa8\n",
        b"a,b\n1\n1,2,3\n,\n",
        "\ufeffa,b\n1,x\n".encode(),
    ],
)
def test_odd_line_ends_quotes_and_widths_are_read_as_frictionless_reads_them(tmp_path: Path, data: bytes) -> None:
    for largest in (16, 1 << 20):
        assert compared(written(tmp_path, data, TWO), {}, largest) == "fast"


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 8, 13])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_the_limit_stops_at_the_same_row_and_byte(tmp_path: Path, limit: int, encoding: str) -> None:
    lines = ["a,b"] + [f"{'x' if n % 200 == 199 else n},名称{n}" for n in range(3000)]
    data = ("\r\n".join(lines) + "\r\n").encode(encoding)
    assert compared(written(tmp_path, data, TWO, encoding=encoding), {"limit_errors": limit}, 4096) == "fast"


def test_keys_repeated_in_every_row_stop_the_check_early(tmp_path: Path) -> None:
    schema = TWO | {"primaryKey": ["a"]}
    assert compared(written(tmp_path, b"a,b\n" + b"1,x\n" * 5000, schema), {}, 2048) == "fast"


@pytest.mark.parametrize("fields", [["a"], ["a", "b"]])
def test_a_large_referenced_table_is_looked_up_like_a_small_one(tmp_path: Path, fields: list[str]) -> None:
    names = {"a": "k1", "b": "k2"}
    key = {"fields": fields, "reference": {"resource": "other", "fields": [names[name] for name in fields]}}
    other = {
        "fields": [{"name": "k2", "type": "string"}, {"name": "k1", "type": "integer"}],
        "missingValues": ["", "-"],
    }
    lines = [f"v{n},{n}" for n in range(9000)] + ["-,-", "w", "x,1,2", "y, 9001 ", "z,bad", "", ",9002"]
    (tmp_path / "other.csv").write_text("k2,k1\n" + "\n".join(lines) + "\n", encoding="utf-8")
    written(tmp_path, b"a,b\n5,v5\n5,v6\n9001,y\n9002,\n9003,v1\n,w\n" * 3, TWO | {"foreignKeys": [key]})
    package = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"].append({"name": "other", "type": "table", "path": "other.csv", "schema": other})
    (tmp_path / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    assert (tmp_path / "other.csv").stat().st_size > 1 << 16
    assert compared(tmp_path, {}, 1 << 20) == "fast"


def test_the_same_table_is_left_to_frictionless_for_known_reasons_only(tmp_path: Path) -> None:
    reasons = {
        "small": ({}, {}),
        "options": ({"limit_rows": 3}, {}),
        "compression": ({}, {"compression": "gz"}),
        "not-delimited": ({}, {"format": "ods"}),
        "self-reference": ({}, {"schema": TWO | {"foreignKeys": [_self_reference()]}}),
        "undecodable": ({}, {"encoding": "gb18030"}),
    }
    for reason, (options, resource) in reasons.items():
        bad = b"\xff\xff" if reason == "undecodable" else b""
        data = b"a,b\n" + b"1,x\n" * 5000 + bad + b"1,y\n" * 40_000
        written(tmp_path, data, **({"schema": TWO} | resource))
        package = str(tmp_path / "datapackage.json")
        with pytest.raises(fallback.Fallback) as caught:
            fast(package, "table", options, smallest=1 << 30 if reason == "small" else 0)
        assert caught.value.reason == reason
    assert set(reasons) <= fallback.EXPECTED


def _self_reference() -> Document:
    return {"fields": ["a"], "reference": {"resource": "", "fields": ["a"]}}
