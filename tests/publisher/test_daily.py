"""The chores of a day are done once."""

from __future__ import annotations

from pathlib import Path

from publisher import daily, log, scoreboard
from publisher.auth import ANONYMOUS, SYSTEM
from publisher.requests import get
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
