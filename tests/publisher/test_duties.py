"""Duties gather what is overdue, failing or asked, for those whose it is and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher import catalogue_states, duties, feedback, handling
from publisher.auth import ANONYMOUS, Actor
from publisher.feedback_values import Message
from schemas.errors import NotAuthorized
from schemas.model import Dataset
from tests.publisher.test_catalogue_states import REVIEWER, draft
from tests.publisher.town import Town, open_town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as opened:
        yield opened


def kinds(town: Town, actor: Actor) -> list[tuple[str, bool]]:
    with town.platform.read(actor) as work:
        return [(duty.kind, duty.overdue) for duty in duties.mine(work)]


def test_a_departments_people_see_what_is_asked_late_and_waiting(town: Town) -> None:
    late = Dataset(title="日报", name="late", owner=town.health, frequency="daily", modified="2026-10-01")
    town.put(late)
    town.submit(town.citizen)
    with town.platform.work(ANONYMOUS) as work:
        feedback.send(work, Message(dataset="late", text="何时更新？"), sender="here")
    assert kinds(town, town.clerk) == [("late", True), ("message", False), ("request", False)]
    town.pass_days(8)
    assert kinds(town, town.clerk) == [("message", True), ("late", True), ("request", False)]
    assert kinds(town, town.colleague) == []
    assert kinds(town, town.citizen) == []


def test_an_applicant_is_told_to_complete_a_request(town: Town) -> None:
    request, _ = town.submit(town.citizen)
    with town.platform.work(town.clerk) as work:
        handling.ask(work, request.number, note="请写明医院。")
    assert kinds(town, town.citizen) == [("completion", False)]
    assert kinds(town, town.clerk) == []


def test_catalogue_records_wait_for_reviewers_and_then_for_their_department(town: Town) -> None:
    draft(town)
    with town.platform.work(town.clerk) as work:
        catalogue_states.submit(work, "beds")
    assert kinds(town, REVIEWER) == [("review", False)]
    with town.platform.work(REVIEWER) as work:
        catalogue_states.register(work, "beds")
    assert (kinds(town, REVIEWER), kinds(town, town.clerk)) == ([], [])
    assert kinds(town, town.officer) == [("publish", False)]


def test_nobody_has_no_duties(town: Town) -> None:
    with pytest.raises(NotAuthorized), town.platform.read(ANONYMOUS) as work:
        duties.mine(work)
