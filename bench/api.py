"""Measure a served site's API and print it beside what a CKAN 2.12 answered to the same requests on two cores.

    python -m bench.api [--datasets 10000] [--data KEEP] [--workers 2] [--requests 400] [--elasticsearch URL]

It fills a site (or takes the one kept in `--data`), serves it with gunicorn as `gongkai serve` does, and asks it over
kept connections, 1 and then 8 at a time, in a closed loop of one client process that takes its share of the same cores.
CKAN's figures (10,703 datasets, 2 processes, quiet machine) were taken the same way.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from publisher import config, datasets, organizations, users
from publisher.auth import SYSTEM
from publisher.wiring import open_platform
from schemas.model import Contact, Dataset, Organization, Resource

CHINESE = "公交 医院 学校 水质 空气 道路 预算 人口 企业 监测 名录 统计 许可 环境 教育 交通 卫生 住房 社保 气象".split()  # noqa: SIM905
ENGLISH = "bus hospital school water air road budget people company survey list count permit city energy".split()  # noqa: SIM905
FORMATS = ("CSV", "JSON", "XLSX", "PDF")
LICENCES = ("cc-by", "odc-odbl", "cc-zero", "notspecified")


class Case(NamedTuple):
    """One request, and CKAN's p50 ms, p99 ms and answers a second for it, 1 and 8 at a time."""

    name: str
    path: Callable[[random.Random], str]
    alone: tuple[float, float, float]
    eight: tuple[float, float, float]


def _search(**parameters: object) -> str:
    return "/api/3/action/package_search?" + "&".join(f"{k}={quote(str(v))}" for k, v in parameters.items())


FACETS = json.dumps(["organization", "groups", "tags", "res_format"])
CASES = (
    Case("package_show", lambda r: f"/api/3/action/package_show?id=set-{r.randrange(COUNT)}",
         (14.86, 30.41, 64.58), (51.4, 87.56, 149.21)),
    Case("search *:*, 20 rows", lambda r: _search(q="*:*", rows=20),
         (21.08, 33.29, 45.43), (84.39, 155.63, 91.39)),
    Case("search one word, 20 rows", lambda r: _search(q=r.choice(CHINESE + ENGLISH), rows=20),
         (23.52, 41.22, 41.18), (110.16, 170.07, 71.21)),
    Case("search word + organization + 4 facets", lambda r: _search(
        q=r.choice(CHINESE + ENGLISH), fq=f"organization:bureau-{r.randrange(20)}", rows=20,
        **{"facet.field": FACETS, "facet.limit": 50}), (25.91, 128.83, 35.9), (124.5, 205.0, 61.95)),
    Case("rows=0, 4 facets", lambda r: _search(q="*:*", rows=0, **{"facet.field": FACETS, "facet.limit": 50}),
         (19.74, 38.3, 47.28), (89.51, 170.04, 83.35)),
    Case("20 rows from 9,000 by title", lambda r: _search(
        q="*:*", rows=20, start=int(COUNT * 0.9), sort="title_string asc"),
         (36.19, 85.52, 25.51), (105.98, 207.63, 70.52)),
    Case("package_list", lambda r: "/api/3/action/package_list", (39.16, 182.5, 19.8), (144.56, 257.41, 53.47)),
    Case("organization_list all_fields", lambda r: "/api/3/action/organization_list?all_fields=true",
         (46.77, 70.23, 21.72), (132.65, 182.74, 58.86)),
    Case("status_show", lambda r: "/api/3/action/status_show", (7.65, 10.22, 132.0), (19.73, 27.47, 402.41)),
)  # fmt: skip
CREATES = {1: (82.16, 270.81, 10.07), 4: (232.53, 436.89, 16.35)}
COUNT = 10_000


def fill(folder: Path, count: int, search_url: str) -> str:
    """Make the site and answer its administrator's token."""
    settings = config.load({}, data=folder, search_url=search_url, password_cost="low", scheduler=False)
    rng = random.Random(7)
    with open_platform(settings, upgrade=True) as platform:
        with platform.work(SYSTEM) as work:
            owners = [_body(work, "organization", f"bureau-{n}") for n in range(20)]
            themes = [_body(work, "group", f"theme-{n}") for n in range(10)]
            admin = users.add(work, "bench", password="bench-password", sysadmin=True)
            token = users.create_token(work, admin, "bench")[0]
        for start in range(0, count, 500):
            with platform.work(SYSTEM) as work:
                for number in range(start, min(count, start + 500)):
                    datasets.put(work, _dataset(rng, number, rng.choice(owners), rng.sample(themes, 2)))
            print(f"\rfilled {min(count, start + 500)} of {count}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return token


def _body(work: object, kind: str, name: str) -> str:
    return organizations.put(work, Organization(name=name, title=name.title(), kind=kind)).id  # type: ignore[arg-type]


def _dataset(rng: random.Random, number: int, owner: str, themes: list[str]) -> Dataset:
    words = CHINESE if number % 2 else ENGLISH
    joint = "" if number % 2 else " "
    resources = tuple(
        Resource(
            title=rng.choice(words),
            url=f"http://example.org/{number}/{n}",
            format=rng.choice(FORMATS),
            description=joint.join(rng.choices(words, k=12)),
        )
        for n in range(rng.choice((1, 1, 2, 2, 3, 8)))
    )
    return Dataset(
        name=f"set-{number}",
        title=joint.join(rng.choices(words, k=4)),
        description=joint.join(rng.choices(words, k=60)),
        owner=owner,
        themes=tuple(themes),
        licence=rng.choice(LICENCES),
        creator=Contact(name="Author", email="author@example.org"),
        keywords=tuple(dict.fromkeys(rng.choices(words, k=4))),
        resources=resources,
        extras={f"key-{n}": rng.choice(words) for n in range(4)},
    )


def ask(
    port: int,
    paths: list[str],
    at_once: int,
    headers: dict[str, str] | None = None,
    body: Callable[[str], bytes] | None = None,
) -> str:
    """Send the requests over `at_once` kept connections; answer p50, p99 in ms and answers a second."""
    taken: list[float] = []
    faults: list[str] = []
    waiting, lock = iter(paths), threading.Lock()

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            with lock:
                path = next(waiting, None)
            if path is None:
                return
            began = time.perf_counter()
            connection.request("POST" if body else "GET", path.partition("#")[0], body and body(path), headers or {})
            answer = connection.getresponse()
            answer.read()
            taken.append((time.perf_counter() - began) * 1000)
            if answer.status != 200:
                faults.append(f"{answer.status} {path}")

    began = time.perf_counter()
    threads = [threading.Thread(target=client) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    if faults:
        raise SystemExit(f"not answered: {faults[0]}")
    taken.sort()
    p50, p99 = taken[len(taken) // 2], taken[min(len(taken) - 1, int(len(taken) * 0.99))]
    return f"{p50:8.2f} {p99:8.2f} {len(paths) / seconds:9.1f}"


def line(name: str, at_once: int, ours: str, theirs: tuple[float, float, float], used: float) -> None:
    """Print one measurement beside CKAN's; `used` is the server's processor time for one answer in ms."""
    rate = float(ours.split()[2]) / theirs[2]
    told = f"{theirs[0]:8.2f} {theirs[1]:8.2f} {theirs[2]:9.1f} | x {rate:5.1f}"
    print(f"{name:38} {at_once:2} |{ours} |{used:7.2f} |{told}", flush=True)


def processor_ms(server: int) -> float:
    """Answer the processor time that the server and its workers have used so far, in ms (Linux)."""
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    ticks = 0
    for process in (str(server), *children):
        after = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        ticks += int(after[11]) + int(after[12])
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Fill, serve, ask, print."""
    global COUNT
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datasets", type=int, default=COUNT)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--only", default="", help="cases whose name starts with this")
    parser.add_argument("--elasticsearch", default="")
    options = parser.parse_args()
    COUNT = options.datasets
    with tempfile.TemporaryDirectory(prefix="gongkai-bench-") as made:
        folder = options.data or Path(made)
        kept = folder / "bench-token"
        token = kept.read_text() if kept.exists() else fill(folder, COUNT, options.elasticsearch)
        folder.mkdir(exist_ok=True)
        kept.write_text(token)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        around = os.environ | {"GONGKAI_DATA": str(folder), "GONGKAI_SCHEDULER": "false"}
        around |= {"GONGKAI_SEARCH_URL": options.elasticsearch} if options.elasticsearch else {}
        command = [sys.executable, "-m", "web", "serve", "--port", str(port), "--workers", str(options.workers)]
        server = subprocess.Popen(command, env=around, stdout=subprocess.DEVNULL)
        try:
            measure(server.pid, port, token, options.requests, options.only)
        finally:
            server.terminate()
            server.wait(timeout=20)


def measure(server: int, port: int, token: str, requests: int, only: str) -> None:
    """Ask every case, 1 and 8 at a time, after warming up; then create packages, 1 and 4 at a time."""
    _wait(port)
    print(f"load average {os.getloadavg()[0]:.1f}")
    print("p50 ms, p99 ms, answers/s | server's processor ms an answer | the same of CKAN 2.12 | times CKAN's rate")
    rng = random.Random(11)

    def run(name: str, paths: list[str], at_once: int, theirs: tuple[float, float, float], **more: object) -> None:
        before = processor_ms(server)
        ours = ask(port, paths, at_once, **more)  # type: ignore[arg-type]
        line(name, at_once, ours, theirs, (processor_ms(server) - before) / len(paths))

    for case in CASES:
        if case.name.startswith(only):
            for at_once, theirs in ((1, case.alone), (8, case.eight)):
                ask(port, [case.path(rng) for _ in range(max(40, requests // 4))], at_once)
                run(case.name, [case.path(rng) for _ in range(requests)], at_once, theirs)
    if "package_create".startswith(only):
        headers = {"Authorization": token, "Content-Type": "application/json"}
        for at_once, theirs in CREATES.items():
            mark = f"{time.time():.0f}-{at_once}"
            paths = [f"/api/3/action/package_create#{mark}-{n}" for n in range(60 * at_once)]
            run("package_create", paths, at_once, theirs, headers=headers, body=_package)


def _package(path: str) -> bytes:
    name = path.partition("#")[2]
    resources = [{"name": "one", "url": "http://example.org/a.csv", "format": "CSV"}] * 2
    tags = [{"name": word} for word in ENGLISH[:4]]
    extras = [{"key": f"key-{n}", "value": "value"} for n in range(4)]
    whole = {"name": f"made-{name}", "title": "公交 bus", "notes": "word " * 60, "owner_org": "bureau-1"}
    return json.dumps(whole | {"resources": resources, "tags": tags, "extras": extras}).encode()


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/api/3/action/status_show")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the site does not answer")


if __name__ == "__main__":
    main()
