"""How long `gongkai serve` takes to its first answer, and how much memory an idle worker holds.

    python -m bench.serve [--runs 3]

Prints seconds to the first answer of status_show and MiB resident of the largest process, as medians of the runs.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path


def main() -> None:
    """Run the measurement and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        measured = [measure(folder) for _ in range(runs + 1)][1:]
    seconds, memory = (statistics.median(values) for values in zip(*measured, strict=True))
    print(f"load average {os.getloadavg()[0]:.1f}")
    print(f"first answer after {seconds:.2f} s, idle worker {memory:.0f} MiB (median of {runs})")


def measure(folder: str) -> tuple[float, float]:
    """Start the server on a free port; answer seconds to the first answer and MiB of its largest process."""
    port = free_port()
    command = [sys.executable, "-m", "web", "serve", "--port", str(port), "--no-scheduler"]
    environment = os.environ | {"GONGKAI_DATA": folder}
    started = time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/api/3/action/status_show")
            seconds = time.perf_counter() - started
            return seconds, max(resident(server.pid))
        finally:
            server.terminate()


def wait_for(url: str) -> None:
    """Ask until an answer comes, for a minute at most."""
    for _ in range(6000):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.01)
    raise SystemExit("the server did not answer within a minute")


def resident(pid: int) -> list[float]:
    """Answer the resident MiB of a process's children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    lines = [Path(f"/proc/{child}/status").read_text(encoding="ascii").splitlines() for child in children]
    return [int(line.split()[1]) / 1024 for status in lines for line in status if line.startswith("VmRSS")]


def free_port() -> int:
    """Answer a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
