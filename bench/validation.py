"""Table checks against frictionless, both in one run: the ratios that the documentation quotes.

    python -m bench.validation --dir DIR [--rows 1000000] [--runs 3] [--cases clean,dirty,stop,gb18030,parquet]

It writes deterministic tables of ten mixed columns (a pattern, enums, bounds, a unique code, a primary key and a
foreign key), checks each with frictionless and with Gongkai in this process, demands that both reports are equal in
everything but time, and prints one line of JSON for each case. Times are wall seconds, the least of the runs.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

REGIONS = [f"{100000 + 1009 * n}" for n in range(64)]
NAMES = [
    "北京市",
    "上海市",
    "南京市政务服务",
    "Ministry of Works",
    "Harbour Office",
    "广东省统计局",
    "质量监督",
    "Civic data unit",
]
WORDS = ["water", "air", "budget", "permit", "licence", "road", "bridge", "school"]
WORDS += ["公开", "数据", "年度", "统计", "审批", "许可", "预算", "道路"]
FIELDS = ["id", "code", "region", "name", "quantity", "price", "active", "issued", "updated", "note"]
SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "id", "type": "integer", "constraints": {"required": True, "minimum": 1}},
        {"name": "code", "constraints": {"required": True, "unique": True, "pattern": "[A-Z]{3}-[0-9]{8}"}},
        {"name": "region", "type": "string", "constraints": {"required": True, "enum": [*REGIONS, "999999"]}},
        {"name": "name", "type": "string", "constraints": {"minLength": 2, "maxLength": 40}},
        {"name": "quantity", "type": "integer", "constraints": {"minimum": 0, "maximum": 100000}},
        {"name": "price", "type": "number", "constraints": {"minimum": 0, "maximum": 1000000}},
        {"name": "active", "type": "boolean"},
        {"name": "issued", "type": "date", "constraints": {"minimum": "2000-01-01", "maximum": "2025-12-31"}},
        {"name": "updated", "type": "datetime", "constraints": {"required": True}},
        {"name": "note", "type": "string"},
    ],
    "missingValues": ["", "-"],
    "primaryKey": ["id"],
    "foreignKeys": [{"fields": ["region"], "reference": {"resource": "regions", "fields": ["code"]}}],
}
DAYS = [(dt.date(2000, 1, 1) + dt.timedelta(days=n)).isoformat() for n in range(9000)]
BAD: list[Callable[[random.Random], tuple[int, str]]] = [
    lambda rnd: (0, rnd.choice(["x1", "", "0", "-5", "1.5", "7"])),
    lambda rnd: (1, rnd.choice(["", "abc", "ABC-1", "AAA-00000001"])),
    lambda rnd: (2, rnd.choice(["", "000000", "999999", "x"])),
    lambda rnd: (3, rnd.choice(["A", "长" * 41])),
    lambda rnd: (4, rnd.choice(["-1", "100001", "1e3", "12,000", " 77 ", "1_000"])),
    lambda rnd: (5, rnd.choice(["-0.01", "1,5", "NaN", "INF", " 5.5 "])),
    lambda rnd: (6, rnd.choice(["yes", "T", "TrUe", "2", "1"])),
    lambda rnd: (7, rnd.choice(["2026-01-01", "2001-02-29", "01/02/2003", "2020-1-5"])),
    lambda rnd: (8, rnd.choice(["", "2020-01-01", "2020-01-01T25:00:00", "2020-01-01T10:00:00+08:00"])),
]


def rows(count: int, bad: float) -> Iterator[list[str]]:
    """Yield rows; a share of them has one bad cell, and one in ten of those the wrong width."""
    rnd = random.Random(1)
    for n in range(1, count + 1):
        chance = rnd.random()
        row = [
            str(n),
            f"{chr(65 + n % 26)}{chr(65 + n // 26 % 26)}A-{n:08d}",
            rnd.choice(REGIONS),
            rnd.choice(NAMES),
            str(rnd.randrange(100000)) if chance < 0.98 else "-",
            f"{rnd.random() * 1000000:.2f}" if chance > 0.01 else "",
            "true" if chance < 0.6 else "false",
            rnd.choice(DAYS),
            f"{rnd.choice(DAYS)}T{rnd.randrange(24):02d}:{rnd.randrange(60):02d}:00" + ("Z" if chance < 0.5 else ""),
            "" if chance < 0.3 else f"{rnd.choice(WORDS)} {rnd.choice(WORDS)}" + (', "x"' if chance > 0.98 else ""),
        ]
        if bad and rnd.random() < bad:
            if rnd.random() < 0.1:
                row = row[: rnd.randrange(1, 10)]
            else:
                at, cell = rnd.choice(BAD)(rnd)
                row[at] = cell
        yield row


def write(folder: Path, count: int, bad: float, encoding: str) -> Path:
    """Write a package once, and answer its descriptor's path."""
    package = folder / "datapackage.json"
    if package.exists():
        return package
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "table.csv").open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(FIELDS)
        writer.writerows(rows(count, bad))
    (folder / "regions.csv").write_text("code\n" + "\n".join(REGIONS) + "\n", encoding="utf-8")
    table = {"name": "table", "type": "table", "path": "table.csv", "encoding": encoding, "schema": SCHEMA}
    fields = [{"name": "code", "type": "string"}]
    regions = {"name": "regions", "type": "table", "path": "regions.csv", "schema": {"fields": fields}}
    package.write_text(json.dumps({"name": "bench", "resources": [table, regions]}), encoding="utf-8")
    return package


def timed(check: Callable[[], dict[str, Any]], runs: int) -> tuple[float, dict[str, Any]]:
    """Answer the least wall time of some runs, and the last report."""
    best, report = float("inf"), {}
    for _ in range(runs):
        start = time.perf_counter()
        report = check()
        best = min(best, time.perf_counter() - start)
    return best, report


def lasting(report: dict[str, Any]) -> dict[str, Any]:
    """Leave out the seconds of a report."""
    for part in [report, *report["tasks"]]:
        part["stats"].pop("seconds", None)
    return report


def compare(name: str, package: Path, limit: int, runs: int) -> bool:
    """Check a package both ways, print the ratio, and tell whether the reports are equal."""
    from schemas.tables import report
    from schemas.tables.reference import report as reference

    options = {"limit_errors": limit}
    report(package, "table", options)
    ours, found = timed(lambda: report(package, "table", options), runs)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    theirs, wanted = timed(lambda: reference(package, "table", options), 1)
    stats, equal = found["tasks"][0]["stats"], lasting(found) == lasting(wanted)
    told = {"case": name, "rows": stats.get("rows"), "errors": stats["errors"], "equal": equal}
    told |= {"frictionless_s": round(theirs, 2), "gongkai_s": round(ours, 3), "ratio": round(theirs / ours, 1)}
    print(json.dumps(told | {"peak_mib": peak}), flush=True)
    return equal


def convert(package: Path, runs: int) -> None:
    """Print what it takes to check a table and write it as Parquet in the same pass."""
    from schemas.tables import check_table

    schema = {key: value for key, value in SCHEMA.items() if key != "foreignKeys"}
    target = package.parent / "table.parquet"
    best = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        found = check_table(package.parent / "table.csv", schema, parquet=target)
        best = min(best, time.perf_counter() - start)
    told = {"case": "check and write Parquet", "rows": found.stats.rows, "valid": found.valid}
    rate = round((found.stats.rows or 0) / best)
    print(
        json.dumps(told | {"gongkai_s": round(best, 3), "rows_per_s": rate, "bytes": target.stat().st_size}), flush=True
    )


def main() -> int:
    """Run the named cases; the exit code is 1 when a report differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dir", type=Path, required=True, help="where the tables go; kept and used again")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--cases", default="clean,dirty,stop,gb18030,parquet")
    args = parser.parse_args()
    made = {
        "clean": (0.0, "utf-8", 1000),
        "dirty": (0.01, "utf-8", 0),
        "stop": (0.01, "utf-8", 1000),
        "gb18030": (0.0, "gb18030", 1000),
    }
    good = True
    for name in args.cases.split(","):
        bad, encoding, limit = made.get(name, (0.0, "utf-8", 1000))
        package = write(args.dir / f"{encoding}-{bad}-{args.rows}", args.rows, bad, encoding)
        if name == "parquet":
            convert(package, args.runs)
        else:
            good = compare(name, package, limit, args.runs) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
