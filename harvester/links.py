"""Link checks: asks whether the addresses of files that others keep still answer, a few bytes of each."""

from __future__ import annotations

from harvester.faults import Fetching
from harvester.fetch import Fetcher, Limits
from publisher import links
from publisher.auth import SYSTEM
from publisher.links import Answer, Link
from publisher.wiring import Platform

LITTLE = 64 * 1024
LIMITS = Limits(connect=5.0, read=10.0, wall=20.0, wire=LITTLE, decoded=LITTLE, attempts=1, delay=0.5)
ALIVE = frozenset({"too-large", "too-slow"})
BATCH = 50


def check(platform: Platform, fetcher: Fetcher, *, limit: int = 500) -> list[Answer]:
    """Ask for the addresses that are due and keep what was found, batch by batch; answer it."""
    with platform.read(SYSTEM) as work:
        due = links.due(work, limit=limit)
    found: list[Answer] = []
    for start in range(0, len(due), BATCH):
        answers = [ask(fetcher, link) for link in due[start : start + BATCH]]
        with platform.work(SYSTEM) as work:
            links.keep(work, answers)
        found += answers
    return found


def ask(fetcher: Fetcher, link: Link) -> Answer:
    """Ask for one address; a file that is larger or slower than we wait for has answered."""
    try:
        fetcher.get(link.url).close()
    except Fetching as fault:
        return Answer(link=link, code="" if fault.code in ALIVE else fault.code)
    return Answer(link=link)
