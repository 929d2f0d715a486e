"""Use is counted by day without knowing by whom, and rare or personal searches are not told."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from publisher import audit, usage
from publisher.auth import ANONYMOUS, SYSTEM
from publisher.usage import Missed, Tally, Use
from schemas.model import Dataset
from tests.publisher.town import Town, open_town


@pytest.fixture
def town(tmp_path: Path, database_url: str) -> Iterator[Town]:
    with open_town(tmp_path, database_url) as opened:
        yield opened


def test_uses_add_up_by_day_over_processes(town: Town) -> None:
    beds = town.put(Dataset(title="床位", name="beds")).id
    one, other = Tally(town.platform), Tally(town.platform)
    for tally in (one, other, one):
        tally.note("view", beds)
    one.note("download", beds, "r1")
    one.note("call", beds, "r1")
    one.flush()
    other.flush()
    town.pass_days(1)
    one.note("view", beds)
    one.flush()
    with town.platform.read(ANONYMOUS) as work:
        assert usage.of(work, [beds, "other"]) == {beds: Use(views=4, downloads=1, calls=1), "other": Use()}
        assert usage.of(work, [beds], days=1)[beds].views == 1
        assert usage.most_used(work) == [(beds, 4)]


def test_processes_that_write_at_once_lose_nothing(town: Town) -> None:
    def write(_: int) -> None:
        tally = Tally(town.platform)
        for _ in range(10):
            tally.note("view", "x")
        tally.flush()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))
    with town.platform.read(SYSTEM) as work:
        assert usage.of(work, ["x"])["x"].views == 60


def test_notes_wait_in_memory_until_they_are_due(town: Town) -> None:
    tally = Tally(town.platform)
    tally.note("view", "x")
    with town.platform.read(SYSTEM) as work:
        assert usage.of(work, ["x"])["x"].views == 0
    town.pass_days(1)
    tally.note("view", "x")
    with town.platform.read(SYSTEM) as work:
        assert usage.of(work, ["x"])["x"].views == 2
        assert [entry.verb for entry in audit.entries(work, kind="usage")] == ["count"]
    tally.flush()


def test_hidden_datasets_are_not_among_the_most_used(town: Town) -> None:
    hidden = town.put(Dataset(title="内部", name="inner", visibility="private")).id
    tally = Tally(town.platform)
    tally.note("view", hidden)
    tally.flush()
    with town.platform.read(ANONYMOUS) as work:
        assert usage.most_used(work) == []


def test_searches_in_vain_are_told_when_several_made_them(town: Town) -> None:
    tally = Tally(town.platform)
    for words in ("学区 划分", "学区  划分", "学区 划分 ", "Bus", "bus", "BUS", "bus", "一次", "x", "长" * 81):
        tally.miss(words)
    for words in ("13800138000", "张三 11010519491231002X", "me@example.org"):
        for _ in range(5):
            tally.miss(words)
    tally.flush()
    with town.platform.read(ANONYMOUS) as work:
        assert usage.missed(work) == [Missed("bus", 4), Missed("学区 划分", 3)]


@pytest.mark.parametrize(
    ("agent", "bot"),
    [
        ("", True),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", True),
        ("Baiduspider/2.0", True),
        ("python-requests/2.32", True),
        ("curl/8.5.0", True),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/120 Safari/537.36", True),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36", False),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) MicroMessenger/8.0.40 NetType/WIFI", False),
    ],
)
def test_programs_are_told_from_readers(agent: str, bot: bool) -> None:
    assert usage.is_bot(agent) is bot
