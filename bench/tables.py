"""How fast the table store answers: a table of 100,000 rows at 8 clients, loads, and ten million rows on demand.

python -m bench.tables                    # the ten requests over HTTP, beside CKAN's figures
python -m bench.tables --load 1000000     # rows a second from Parquet, and from CSV with its check
python -m bench.tables --large 10000000   # filters and aggregates over a large table
"""

from __future__ import annotations

import argparse
import csv
import http.client
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from publisher import config, datasets, table_queries, tables
from publisher.auth import SYSTEM
from publisher.table_aggregates import aggregate, measure
from publisher.table_queries import Compare, Order, Selection
from publisher.wiring import Platform, open_platform
from schemas.model import Dataset, Resource
from schemas.tables import check_table

ROOT = Path(__file__).resolve().parent.parent
BASELINE = ROOT.parent / "shared" / "reference" / "ckan-baseline.md"
REGIONS = [f"region-{number:03}" for number in range(200)]
WORDS = [
    f"{first}{second}"
    for first in ("amber", "birch", "cedar", "dune", "ember")
    for second in ("field", "ford", "ham", "ton", "wick")
]
ROWS = 100_000
KIND = {"id": "integer", "code": "string", "region": "string", "name": "string", "price": "number", "count": "integer"}
SCHEMA = {
    "fields": [
        *({"name": name, "type": type} for name, type in KIND.items()),
        {"name": "active", "type": "boolean"},
        {"name": "day", "type": "date"},
    ],
    "primaryKey": ["id"],
}


def table(rows: int, seed: int = 7) -> pa.Table:
    """Make rows of eight columns: a key, codes, 200 regions, words, numbers, truth and days."""
    numbers = np.random.default_rng(seed)
    words = np.array(WORDS)
    names = [
        " ".join(parts) for parts in zip(*(words[numbers.integers(0, len(WORDS), rows)] for _ in range(3)), strict=True)
    ]
    return pa.table(
        {
            "id": pa.array(np.arange(1, rows + 1), pa.int64()),
            "code": pa.array([f"C{n:08d}" for n in numbers.permutation(rows)]),
            "region": pa.array(np.array(REGIONS)[numbers.integers(0, len(REGIONS), rows)]),
            "name": pa.array(names),
            "price": pa.array(np.round(numbers.random(rows) * 10_000, 2)),
            "count": pa.array(numbers.integers(0, 1000, rows), pa.int64()),
            "active": pa.array(numbers.random(rows) > 0.5),
            "day": pa.array(numbers.integers(0, 20_000, rows).astype("int32"), pa.date32()),
        }
    )


def requests(resource: str) -> dict[str, Callable[[random.Random], tuple[str, dict[str, Any]]]]:
    """Answer the requests that CKAN's figures are of, each with values that differ from call to call."""

    def search(**params: Any) -> tuple[str, dict[str, Any]]:
        flat = {key: value if isinstance(value, (str, int)) else json.dumps(value) for key, value in params.items()}
        return "datastore_search", {"resource_id": resource, "limit": 100} | flat

    sql = f'SELECT region, count(*) AS n, avg(price) AS p FROM "{resource}" WHERE count >= {{}} GROUP BY region'
    return {
        "first page": lambda r: search(),
        "filter on the key": lambda r: search(filters={"id": r.randint(1, ROWS)}),
        "filter on an indexed text column": lambda r: search(filters={"region": r.choice(REGIONS)}),
        "two filters and a sort": lambda r: search(
            filters={"region": r.choice(REGIONS), "active": r.random() > 0.5}, sort="price desc"
        ),
        "`q` word over all columns": lambda r: search(q=r.choice(WORDS)),
        "`q` on one column": lambda r: search(q={"name": r.choice(WORDS)}),
        "sort without filter": lambda r: search(sort=r.choice(["price", "price desc", "code", "day desc"])),
        "offset over 90,000": lambda r: search(offset=r.randint(90_000, ROWS - 200)),
        "first page, include_total false": lambda r: search(include_total="false"),
        "datastore_search_sql, group by": lambda r: ("datastore_search_sql", {"sql": sql.format(r.randint(0, 9))}),
    }


def ckan() -> dict[str, float]:
    """Read CKAN's answers a second at 8 clients from the reference, by the start of the request's name."""
    found: dict[str, float] = {}
    if not BASELINE.exists():
        return found
    for line in BASELINE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and re.fullmatch(r"[\d.]+ / [\d.]+ / [\d.]+", cells[2]):
            found[cells[0]] = float(cells[2].rsplit("/", 1)[1])
    return found


@contextmanager
def site(folder: Path) -> Iterator[tuple[Platform, str]]:
    """Open a site with one resource that may hold a table."""
    settings = config.load({}, data=folder, password_cost="low", testing=True)
    with open_platform(settings, upgrade=True) as platform:
        with platform.work(SYSTEM) as work:
            kept = datasets.put(work, Dataset(title="bench", resources=(Resource(title="t", storage="table"),)))
        yield platform, kept.resources[0].id


def publish(platform: Platform, resource: str, path: Path) -> tables.Version:
    """Publish a Parquet file as the resource's table."""
    prepared = tables.prepare(platform.files, platform.tables, path, SCHEMA)
    with platform.work(SYSTEM) as work:
        return tables.publish_version(work, resource, prepared)


@contextmanager
def served(folder: Path, workers: int) -> Iterator[tuple[int, int]]:
    """Serve the site of a folder on a free port; yields the port and the process."""
    command = [sys.executable, "-m", "bench.tables", "--serve", str(folder), "--workers", str(workers)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline()), process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


def cpu_seconds(parent: int) -> float:
    """Answer the processor time that the children of a process have used."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def serve(folder: Path, workers: int) -> None:
    """Run gunicorn on a free port and print it."""
    import socket

    from gunicorn.app.base import BaseApplication

    held = socket.socket()
    held.bind(("127.0.0.1", 0))
    port = held.getsockname()[1]
    held.close()

    class Application(BaseApplication):  # type: ignore[misc, unused-ignore]
        def load_config(self) -> None:
            for name, value in {
                "bind": f"127.0.0.1:{port}",
                "workers": workers,
                "threads": 4,
                "worker_class": "gthread",
                "loglevel": "warning",
                "when_ready": lambda _server: print(port, flush=True),
            }.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            from web.app import create_app

            return create_app({"data": folder, "password_cost": "low"})

    Application().run()


def ask(
    port: int, make: Callable[[random.Random], tuple[str, dict[str, Any]]], clients: int, seconds: float
) -> list[float]:
    """Ask a request again and again from parallel clients; answer how long each answer took, in milliseconds."""
    times: list[float] = []
    end = time.perf_counter() + seconds

    def client(seed: int) -> None:
        chance, mine = random.Random(seed), []
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while time.perf_counter() < end:
            action, params = make(chance)
            start = time.perf_counter()
            connection.request("GET", f"/api/3/action/{action}?{urlencode(params)}")
            answer = connection.getresponse()
            body = answer.read()
            mine.append((time.perf_counter() - start) * 1000)
            if answer.status != 200:
                raise SystemExit(f"{action} answered {answer.status}: {body[:300]!r}")
        times.extend(mine)

    threads = [threading.Thread(target=client, args=(seed,)) for seed in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def compare(clients: int, workers: int, seconds: float) -> None:
    """Print the ten requests beside CKAN's figures."""
    known = ckan()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with site(folder) as (platform, resource):
            pq.write_table(table(ROWS), folder / "rows.parquet", row_group_size=50_000)
            publish(platform, resource, folder / "rows.parquet")
        with served(folder, workers) as (port, pid):
            ask(port, lambda r: ("license_list", {}), clients, 1.0)
            floor = ask(port, lambda r: ("license_list", {}), clients, seconds)
            print(f"a small answer (the web layer's floor): {len(floor) / seconds:.0f} a second")
            print("| request | p50 ms | p99 ms | CPU ms | a second | CKAN | ratio |\n|" + " --- |" * 7)
            for label, make in requests(resource).items():
                ask(port, make, clients, 1.0)
                before = cpu_seconds(pid)
                times = sorted(ask(port, make, clients, seconds))
                cost = (cpu_seconds(pid) - before) / len(times) * 1000
                rate = len(times) / seconds
                theirs = next((value for key, value in known.items() if key.startswith(label)), None)
                ratio = f"{theirs:.0f} | {rate / theirs:.1f}" if theirs else "- | -"
                p50, p99 = statistics.median(times), times[int(len(times) * 0.99)]
                print(f"| {label} | {p50:.1f} | {p99:.1f} | {cost:.2f} | {rate:.0f} | {ratio} |", flush=True)


def loads(rows: int) -> None:
    """Print how fast a table is loaded from Parquet, and from CSV with the check."""
    with tempfile.TemporaryDirectory() as name, site(Path(name)) as (platform, resource):
        folder, made = Path(name), table(rows)
        pq.write_table(made, folder / "rows.parquet", row_group_size=100_000)
        start = time.perf_counter()
        publish(platform, resource, folder / "rows.parquet")
        took = time.perf_counter() - start
        print(f"Parquet of {rows} rows to a published version: {took:.2f} s, {rows / took:.0f} rows a second")
        with (folder / "rows.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(made.column_names)
            for batch in made.to_batches(50_000):
                writer.writerows(zip(*(_texts(column) for column in batch.columns), strict=True))
        start = time.perf_counter()
        report = check_table(folder / "rows.csv", SCHEMA, parquet=folder / "checked.parquet")
        checked = time.perf_counter() - start
        if not report.valid:
            raise SystemExit(f"the table is not valid: {report.findings[:3]}")
        publish(platform, resource, folder / "checked.parquet")
        took = time.perf_counter() - start
        print(f"CSV of {rows} rows, checked and queryable: {took:.2f} s ({checked:.2f} s of it the check)")


def _texts(column: pa.Array) -> list[str]:
    if pa.types.is_boolean(column.type):
        return ["true" if value else "false" for value in column.to_pylist()]
    return [str(value) for value in column.to_pylist()]


def large(rows: int) -> None:
    """Print filters and aggregates over a large table."""
    with tempfile.TemporaryDirectory() as name, site(Path(name)) as (platform, resource):
        folder = Path(name)
        path = folder / "rows.parquet"
        with pq.ParquetWriter(path, table(1).schema, compression="zstd") as writer:
            million = table(min(1_000_000, rows))
            for part in range(0, rows, 1_000_000):
                made = million.slice(0, rows - part)
                ids = pa.array(np.arange(part + 1, part + len(made) + 1), pa.int64())
                writer.write_table(made.set_column(0, "id", ids), row_group_size=120_000)
        start = time.perf_counter()
        version = publish(platform, resource, path)
        took = time.perf_counter() - start
        print(f"{rows} rows published in {took:.1f} s, {rows / took:.0f} rows a second")
        engine, chance = platform.tables, random.Random(3)
        asked: dict[str, Callable[[], Any]] = {
            "first page": lambda: table_queries.read(engine, version, Selection()),
            "one key": lambda: _filtered(platform, version, Compare("id", "eq", chance.randint(1, rows))),
            "region, 100 rows and total": lambda: _filtered(
                platform, version, Compare("region", "eq", chance.choice(REGIONS))
            ),
            "offset in the middle": lambda: table_queries.read(
                engine, version, Selection(offset=chance.randint(1, rows - 100))
            ),
            "sort by price": lambda: table_queries.read(engine, version, Selection(order=(Order(field="price"),))),
            "group by region": lambda: aggregate(engine, version, ["region"], [measure("count"), measure("avg:price")]),
        }
        for label, act in asked.items():
            times = [_timed(act) for _ in range(11)][1:]
            wall, busy = (statistics.median(part) for part in zip(*times, strict=True))
            print(f"| {label} | p50 {wall:.0f} ms | CPU {busy:.0f} ms |", flush=True)


def _filtered(platform: Platform, version: tables.Version, where: Compare) -> Any:
    return table_queries.read(platform.tables, version, Selection(where=where))


def _timed(act: Callable[[], Any]) -> tuple[float, float]:
    start, busy = time.perf_counter(), time.process_time()
    act()
    return (time.perf_counter() - start) * 1000, (time.process_time() - busy) * 1000


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--load", type=int, metavar="ROWS")
    parser.add_argument("--large", type=int, metavar="ROWS")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        serve(args.serve, args.workers)
    elif args.load:
        loads(args.load)
    elif args.large:
        large(args.large)
    else:
        compare(args.clients, args.workers, args.seconds)


if __name__ == "__main__":
    main()
