"""An accepted table is written while it is checked, and equals what frictionless' own readers would give."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from schemas.tables.converting import convert
from schemas.tables.engine.arrays import BlockWriter
from schemas.tables.engine.report import report

GOOD: dict[str, list[str]] = {
    "integer": ["1", "-5", "007", " 7 ", "1_000", "", "-"],
    "number": ["1", "0.5", "-2.25", "1e5", "5.", "", "-"],
    "boolean": ["true", "FALSE", "1", "0", ""],
    "date": ["2020-01-01", "2020-1-5", "2024-02-29", ""],
    "datetime": ["2020-01-01T00:00:00", "2020-01-01T10:00:00Z", "2020-01-01T10:00:00+08:00", "2020-01-01 10:00:00", ""],
    "time": ["10:00:00", "09:30:00", ""],
    "year": ["2020", "1999", ""],
    "string": ["alpha", "北京", "", "-", 'say "hi"', "two\nlines", "007"],
    "any": ["1", "x", ""],
    "list": ["1,2", "a", ""],
    "object": ['{"a":1}', ""],
}


def package(folder: Path, seed: int, count: int | None = None) -> dict[str, Any]:
    rnd = random.Random(seed)
    kinds = ["string", *rnd.sample(sorted(GOOD), 4)]
    rows = [
        ["k", *(rnd.choice(GOOD[kind]) for kind in kinds)]
        for _ in range(rnd.choice([0, 5, 300]) if count is None else count)
    ]
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    header = ",".join(f"f{n}" for n in range(len(kinds) + 1))
    (folder / "table.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    fields = [{"name": f"f{n}", "type": kind} for n, kind in enumerate(["string", *kinds])]
    schema = {"fields": fields, "missingValues": ["", "-"]}
    dialect = {"csv": {"delimiter": ",", "skipInitialSpace": False}}
    resource = {"name": "table", "type": "table", "path": "table.csv", "schema": schema, "dialect": dialect}
    return {"name": "case", "resources": [resource]}


@pytest.mark.parametrize("seed", range(25))
def test_the_fast_file_equals_the_slow_one(tmp_path: Path, seed: int) -> None:
    described = package(tmp_path, seed)
    writer = BlockWriter(tmp_path / "fast.parquet")
    document = report(described, "table", {}, str(tmp_path), smallest=0, largest=2048, writer=writer)
    assert document["valid"], document
    assert writer.close(True)
    convert(described, "table", str(tmp_path), tmp_path / "slow.parquet")
    fast, slow = pq.read_table(tmp_path / "fast.parquet"), pq.read_table(tmp_path / "slow.parquet")
    assert fast.schema == slow.schema
    assert fast.to_pylist() == slow.to_pylist()


def test_a_key_error_found_at_the_end_leaves_no_file(tmp_path: Path) -> None:
    described = package(tmp_path, 1, 50)
    described["resources"][0]["schema"]["primaryKey"] = ["f0"]
    writer = BlockWriter(tmp_path / "fast.parquet")
    document = report(described, "table", {"limit_errors": 0}, str(tmp_path), smallest=0, writer=writer)
    assert not writer.close(document["valid"])
    assert not list(tmp_path.glob("*.parquet*"))
