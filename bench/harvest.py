#!/usr/bin/env python3
"""Harvest the recorded Tokyo catalogue from a CKAN stand-in, twice: python bench/harvest.py [--shared FOLDER]

Prints datasets a second of the first run (index included), records a second of the unchanged second run, and the peak
memory of the process that harvests, next to the machine's load.
"""

from __future__ import annotations

import argparse
import gzip
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import orjson

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from harvester import connections, harvest, reports  # noqa: E402
from harvester.connections import Connection  # noqa: E402
from harvester.standin import StandIn, serving  # noqa: E402
from publisher import config, indexing, organizations  # noqa: E402
from publisher.auth import SYSTEM  # noqa: E402
from publisher.wiring import open_platform  # noqa: E402
from schemas.model import Organization  # noqa: E402


def tokyo(shared: Path, limit: int) -> list[bytes]:
    """Read the recorded package_show answers, in order of id."""
    with gzip.open(shared / "data/ckan/tokyo/package_show.jsonl.gz") as file:
        packages = [orjson.loads(line)["result"] for line in file]
    return [orjson.dumps(package) for package in sorted(packages, key=lambda p: p["id"])[: limit or None]]


def serve(shared: Path, limit: int) -> None:
    """Serve the catalogue in a process of its own and print its address."""
    told = StandIn()
    told.sites["/tokyo"] = tokyo(shared, limit)
    with serving(told) as address:
        print(address, flush=True)
        sys.stdin.read()


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.shared, options.limit)
        return 0
    command = [sys.executable, __file__, "--serve", "--shared", str(options.shared), "--limit", str(options.limit)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as standin:
        assert standin.stdout is not None
        address = standin.stdout.readline().strip()
        try:
            measure(address)
        finally:
            standin.terminate()
    return 0


def measure(address: str) -> None:
    """Harvest twice into a fresh site and print what it took."""
    with tempfile.TemporaryDirectory() as folder:
        settings = config.load({}, data=folder, harvest_allow="127.0.0.1", testing=True)
        with open_platform(settings, upgrade=True) as platform:
            with platform.work(SYSTEM) as work:
                owner = organizations.put(work, Organization(name="tokyo", title="東京都"))
                source = connections.add(
                    work, Connection(title="Tokyo", kind="ckan", url=f"{address}/tokyo", owner=owner.id)
                )
            for name in ("first run", "unchanged run"):
                started, busy = time.monotonic(), time.process_time()
                run = harvest.now(platform, SYSTEM, source.id)
                seconds, busy = time.monotonic() - started, time.process_time() - busy
                told = f"{run.state}, {reports.summary(run, 'en')}; {seconds:.1f} s"
                print(f"{name}: {told}, {run.done / seconds:,.0f} records/s; {run.done / busy:,.0f} a second of CPU")
            drift = indexing.check(platform)
            print(f"index: {len(drift.missing)} missing, {len(drift.surplus)} surplus, {len(drift.stale)} stale")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MiB; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    raise SystemExit(main())
