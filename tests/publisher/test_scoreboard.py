"""The scoreboard counts what the catalogue holds, agrees with the public log, and drills down to the records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher import checks, feedback, log, scoreboard
from publisher.auth import ANONYMOUS, SYSTEM
from publisher.feedback_values import Message
from publisher.handling import Decision, object_to
from publisher.scoreboard import Board
from schemas.errors import NotAuthorized
from schemas.model import Dataset, Resource, replace
from schemas.report import Finding, Report, Stats
from schemas.text import Text
from tests.publisher.town import Town, open_town


@pytest.fixture
def town(tmp_path: Path, database_url: str) -> Iterator[Town]:
    with open_town(tmp_path, database_url) as opened:
        yield opened


def filled(town: Town) -> Town:
    """Give health five datasets of every sort and housing one."""
    daily = Dataset(title="日报", name="daily", owner=town.health, frequency="daily", modified="2026-11-01")
    resources = (Resource(id="r1", url="http://x/1"), Resource(id="r2", url="http://x/2"))
    town.put(replace(daily, resources=resources))
    town.put(replace(daily, name="late", modified="2026-10-01"))
    town.put(replace(daily, name="limited", frequency="", access_level="restricted"))
    town.put(replace(daily, name="inner", visibility="private", modified="2020-01-01"))
    town.put(replace(daily, name="draft", state="draft"))
    gone = town.put(replace(daily, name="gone"))
    town.put(replace(gone, state="deleted"))
    town.put(Dataset(title="房", name="rooms", owner=town.housing))
    return town


def check(town: Town, resource: str, rows: int, faults: int) -> None:
    """Keep a check of a resource of `daily`."""
    finding = Finding(level="error", code="type-error", message=Text(zh="错", en="wrong"))
    report = Report(findings=(finding,) * faults, stats=Stats(rows=rows))
    with town.platform.work(SYSTEM) as work:
        dataset, _ = checks.datasets.find_resource(work, resource)
        work.require(checks.datasets.Permission.DATASET_EDIT, checks.datasets.subject(dataset))
        checks.put(work, dataset.id, resource, report, outcome="published")


def board(town: Town) -> Board:
    with town.platform.read(ANONYMOUS) as work:
        return scoreboard.compute(work)


def test_an_empty_site_has_one_empty_line(town: Town) -> None:
    (line,) = board(town).scores.values()
    assert (line.organization, line.registered, line.disclosure_rate, line.timeliness) == ("", 0, None, None)


def test_rates_follow_their_formulae(town: Town) -> None:
    line = board(filled(town)).scores[town.health]
    assert (line.registered, line.open, line.shared, line.disclosure_rate) == (5, 2, 1, 0.6)
    assert (line.judged, line.on_time, line.timeliness) == (2, 1, 0.5)
    assert line.pass_rate is None
    assert 0 < (line.metadata_quality or 0) < 1
    every = board(town).scores[""]
    assert (every.registered, every.open) == (6, 3)


def test_the_last_check_of_each_resource_counts(town: Town) -> None:
    filled(town)
    check(town, "r1", 100, 90)
    town.pass_days(1)
    check(town, "r1", 100, 10)
    check(town, "r2", 3, 50)
    line = board(town).scores[town.health]
    assert (line.rows, line.valid_rows, line.pass_rate) == (103, 90, 90 / 103)


def test_answers_to_requests_and_readers_are_joined(town: Town) -> None:
    filled(town)
    request, _ = town.submit(town.citizen)
    town.decide(request.number)
    with town.platform.work(ANONYMOUS) as work:
        sent, _ = feedback.send(work, Message(dataset="daily", text="何时更新？"), sender="here")
    town.pass_days(10)
    with town.platform.work(town.clerk) as work:
        feedback.answer(work, sent.id, "每天。")
    line = board(town).scores[town.health]
    assert (line.requests.received, line.feedback.answered, line.answered_on_time) == (1, 1, 0.5)


def test_the_log_alone_gives_the_same_numbers(town: Town) -> None:
    filled(town)
    moved = town.put(Dataset(title="迁", name="moved", owner=town.housing))
    town.put(replace(moved, owner=town.health))
    first, _ = town.submit(town.citizen)
    second, _ = town.submit(town.citizen)
    town.submit(town.citizen)
    town.pass_days(4)
    town.decide(first.number)
    town.decide(second.number, Decision(outcome="refused", answer="没有。", ground="not-held"))
    with town.platform.work(town.citizen) as work:
        object_to(work, second.number, note="有的。")
    town.pass_days(25)
    town.decide(second.number)
    with town.platform.read(ANONYMOUS) as work:
        told = scoreboard.from_log(reversed(log.entries(work, limit=1000)))
        kept = scoreboard.compute(work)
    for key, line in kept.scores.items():
        assert told[key].public == line.open + line.shared
        assert (told[key].received, told[key].decided) == (line.requests.received, line.requests.decided)
        assert (told[key].on_time, told[key].median_days) == (line.requests.on_time, line.requests.median_days)


def test_a_board_is_kept_once_a_day_and_draws_a_trend(town: Town) -> None:
    filled(town)
    for _ in range(3):
        with town.platform.work(SYSTEM) as work:
            kept = scoreboard.keep(work)
            assert scoreboard.keep(work) == kept
        town.pass_days(1)
    with town.platform.read(ANONYMOUS) as work:
        assert [day.day for day, _ in scoreboard.trend(work, town.health)] == [2, 3, 4]
        assert scoreboard.newest(work).scores == kept.scores
    town.pass_days(1)
    with town.platform.read(ANONYMOUS) as work:
        assert scoreboard.newest(work).at == town.moment[0]
    with pytest.raises(NotAuthorized), town.platform.work(town.officer) as work:
        scoreboard.keep(work)


def test_details_name_the_records_and_never_hidden_ones(town: Town) -> None:
    filled(town)
    check(town, "r1", 100, 10)
    with town.platform.read(ANONYMOUS) as work:
        lines = scoreboard.details(work, town.health)
    assert [line.name for line in lines] == ["late", "daily", "limited"]
    assert (lines[0].late, lines[1].faulty, lines[2].late) == (31, 10, None)
    assert "keywords" in lines[0].missing
