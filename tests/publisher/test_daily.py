"""The chores of a day are done once."""

from __future__ import annotations

from pathlib import Path

from publisher import daily, datasets, indexing, log, scoreboard
from publisher.auth import ANONYMOUS, SYSTEM
from publisher.requests import get
from schemas.model import Dataset
from tests.publisher.town import open_town


def test_chores_are_done_once_a_chinese_day(tmp_path: Path) -> None:
    with open_town(tmp_path) as town:
        request, _ = town.submit(town.citizen)
        assert [daily.run_when_due(town.platform) for _ in range(3)] == [True, False, False]
        town.pass_days(29)
        assert daily.run_when_due(town.platform)
        with town.platform.read(SYSTEM) as work:
            assert get(work, request.number).reminded == ("overdue",)
            assert len(scoreboard.trend(work, "")) == 2
        with town.platform.read(ANONYMOUS) as work:
            assert log.verify(work).sound


def test_the_daily_chores_mend_an_index_that_lost_a_dataset(tmp_path: Path) -> None:
    with open_town(tmp_path) as town:
        with town.platform.work(SYSTEM) as work:
            kept = datasets.put(work, Dataset(title="Air", name="air")).id
        town.platform.search.write((), [kept])
        assert indexing.check(town.platform).missing == (kept,)
        assert daily.run_when_due(town.platform)
        assert indexing.check(town.platform).missing == ()
