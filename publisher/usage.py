"""Usage: how often datasets are seen, downloaded and called, and which searches found nothing.

Counts are sums by day. No cookie, address or reader is kept; programs that crawl are left out. Notes gather in memory
and are written a few times an hour, so that a reader never waits for a count.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from publisher import privacy, workdays
from publisher.auth import SYSTEM, Permission
from publisher.disclosure_orm import MissedSearchRow, UsageRow
from publisher.orm import DatasetRow
from publisher.work import Work

if TYPE_CHECKING:
    from publisher.wiring import Platform

Act = Literal["view", "download", "call"]
FLUSH_AFTER = timedelta(minutes=5)
FLUSH_NOTES = 1000
LONGEST_WORDS = 80
SHOWN_FROM = 3
_BOT = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|scrap|fetch|monitor|uptime|preview|validator|lighthouse|headless|archive\.org"
    r"|facebookexternalhit|whatsapp|telegram|feed|rss|python-requests|python-urllib|aiohttp|httpx|curl|wget|libwww"
    r"|java/|okhttp|go-http-client|node-fetch|axios|harvest",
    re.IGNORECASE,
)


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """How often a dataset was used in a span of days."""

    views: int = 0
    downloads: int = 0
    calls: int = 0


class Missed(msgspec.Struct, frozen=True):
    """Words that people searched for in vain, and how often."""

    words: str
    count: int


class Tally:
    """Gathers what this process notes and writes it to the platform's database now and then; safe between threads."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._lock = threading.Lock()
        self._uses: Counter[tuple[date, str, str, str]] = Counter()
        self._missed: Counter[tuple[date, str]] = Counter()
        self._since = platform.clock()

    def note(self, act: Act, dataset_id: str, resource_id: str = "") -> None:
        """Note one use."""
        with self._lock:
            self._uses[workdays.local_day(self._platform.clock()), act, dataset_id, resource_id] += 1
        self._flush_when_due()

    def miss(self, words: str) -> None:
        """Note a search that found nothing; words that hold a personal number are forgotten at once."""
        kept = " ".join(words.casefold().split())
        if not 2 <= len(kept) <= LONGEST_WORDS or privacy.personal_numbers(kept) or "@" in kept:
            return
        with self._lock:
            self._missed[workdays.local_day(self._platform.clock()), kept] += 1
        self._flush_when_due()

    def flush(self) -> None:
        """Write what was noted."""
        with self._lock:
            uses, missed = self._uses, self._missed
            self._uses, self._missed = Counter(), Counter()
            self._since = self._platform.clock()
        if uses or missed:
            with self._platform.work(SYSTEM) as work:
                _write(work, uses, missed)

    def _flush_when_due(self) -> None:
        noted = len(self._uses) + len(self._missed)
        if noted >= FLUSH_NOTES or self._platform.clock() - self._since >= FLUSH_AFTER:
            self.flush()


def is_bot(agent: str) -> bool:
    """Tell whether a User-Agent names a program that crawls or fetches rather than a reader's browser."""
    return not agent or bool(_BOT.search(agent))


def of(work: Work, dataset_ids: Sequence[str], *, days: int = 365) -> dict[str, Use]:
    """Answer the use of datasets that the actor has read, by id."""
    since = workdays.local_day(work.now) - timedelta(days=days)
    statement = (
        select(UsageRow.dataset_id, UsageRow.act, func.sum(UsageRow.count))
        .where(UsageRow.dataset_id.in_(list(dataset_ids)), UsageRow.day > since)
        .group_by(UsageRow.dataset_id, UsageRow.act)
    )
    counts: dict[str, dict[str, int]] = {key: {} for key in dataset_ids}
    for key, act, count in work.session.execute(statement):
        counts[key][act] = int(count)
    return {
        key: Use(views=c.get("view", 0), downloads=c.get("download", 0), calls=c.get("call", 0))
        for key, c in counts.items()
    }


def most_used(work: Work, *, act: Act = "view", days: int = 30, limit: int = 10) -> list[tuple[str, int]]:
    """Answer the ids of the public datasets used most, with their counts."""
    work.require(Permission.SITE_READ)
    since = workdays.local_day(work.now) - timedelta(days=days)
    total = func.sum(UsageRow.count)
    statement = (
        select(UsageRow.dataset_id, total)
        .join(DatasetRow, DatasetRow.id == UsageRow.dataset_id)
        .where(UsageRow.act == act, UsageRow.day > since)
        .where(DatasetRow.state == "active", DatasetRow.visibility == "public")
        .group_by(UsageRow.dataset_id)
        .order_by(total.desc(), UsageRow.dataset_id)
        .limit(limit)
    )
    return [(key, int(count)) for key, count in work.session.execute(statement)]


def missed(work: Work, *, days: int = 90, limit: int = 50) -> list[Missed]:
    """Answer what several people searched for in vain, the most frequent first; rare words are nobody's business."""
    work.require(Permission.SITE_READ)
    since = workdays.local_day(work.now) - timedelta(days=days)
    total = func.sum(MissedSearchRow.count)
    statement = (
        select(MissedSearchRow.words, total)
        .where(MissedSearchRow.day > since)
        .group_by(MissedSearchRow.words)
        .having(total >= SHOWN_FROM)
        .order_by(total.desc(), MissedSearchRow.words)
        .limit(limit)
    )
    return [Missed(words, int(count)) for words, count in work.session.execute(statement)]


def _write(work: Work, uses: Counter[tuple[date, str, str, str]], missed: Counter[tuple[date, str]]) -> None:
    work.require(Permission.SITE_ADMIN)
    for (day, act, dataset_id, resource_id), count in sorted(uses.items()):
        key = {"day": day, "act": act, "dataset_id": dataset_id, "resource_id": resource_id}
        _add(work, UsageRow, key, count)
    for (day, words), count in sorted(missed.items()):
        _add(work, MissedSearchRow, {"day": day, "words": words}, count)
    work.record("count", "usage", "", uses=sum(uses.values()), missed=sum(missed.values()))


def _add(work: Work, table: Any, key: dict[str, Any], count: int) -> None:
    """Add to a row, or make it; of two processes that make it at once the second adds."""
    same = [getattr(table, name) == value for name, value in key.items()]
    adding = update(table).where(*same).values(count=table.count + count)
    if work.session.execute(adding).rowcount:  # type: ignore[attr-defined]
        return
    try:
        with work.savepoint():
            work.session.execute(insert(table), [key | {"count": count}])
    except IntegrityError:
        work.session.execute(adding)
