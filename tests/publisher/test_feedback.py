"""The public asks, the department answers in time and in public; floods and personal numbers stay out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from publisher import feedback, log, ratings
from publisher.auth import ANONYMOUS, SYSTEM, Actor
from publisher.feedback_values import Feedback, Message, Numbers
from publisher.refusals import BadForm
from schemas.errors import Conflict, NotAuthorized, NotFound
from schemas.model import Dataset, Resource
from tests.publisher.town import Town, open_town

HELLO = Message(dataset="beds", text="2025 年的数据何时发布？")


@pytest.fixture
def town(tmp_path: Path, database_url: str) -> Iterator[Town]:
    with open_town(tmp_path, database_url) as opened:
        resources = (Resource(id="r1", title="床位", url="http://x/1"),)
        opened.put(Dataset(title="床位", name="beds", owner=opened.health, resources=resources))
        opened.put(Dataset(title="内部", name="inner", owner=opened.health, visibility="private"))
        yield opened


def send(town: Town, message: Message = HELLO, actor: Actor = ANONYMOUS, sender: str = "here") -> tuple[Feedback, str]:
    with town.platform.work(actor) as work:
        return feedback.send(work, message, sender=sender)


def listed(town: Town) -> list[Feedback]:
    with town.platform.read(ANONYMOUS) as work:
        dataset_id = feedback.datasets.get(work, "beds").id
        return feedback.listing(work, dataset_id)


def answer(town: Town, feedback_id: str, text: str = "十二月发布。") -> Feedback:
    with town.platform.work(town.clerk) as work:
        return feedback.answer(work, feedback_id, text)


def test_a_question_reaches_its_department_with_a_clock_and_is_answered_in_public(town: Town) -> None:
    asked, _ = send(town)
    assert (asked.state, asked.organization, asked.due) == ("open", town.health, date(2026, 11, 9))
    with town.platform.read(town.clerk) as work:
        assert [found.id for found in feedback.desk(work, town.health)] == [asked.id]
    town.pass_days(3)
    replied = answer(town, asked.id)
    assert (replied.days_used, replied.on_time) == (3, True)
    (shown,) = listed(town)
    assert (shown.text, shown.answer, shown.state) == (HELLO.text, "十二月发布。", "answered")
    with town.platform.read(ANONYMOUS) as work:
        assert [(entry.event, entry.subject) for entry in log.entries(work, kind="feedback")] == [
            ("replied", asked.id),
            ("asked", asked.id),
        ]


def test_a_bettered_answer_does_not_better_the_time(town: Town) -> None:
    asked, _ = send(town)
    town.pass_days(8)
    assert answer(town, asked.id).on_time is False
    assert answer(town, asked.id, "已经发布。").days_used == 6
    assert listed(town)[0].answer == "已经发布。"


def test_only_the_department_answers(town: Town) -> None:
    asked, _ = send(town)
    for actor in (ANONYMOUS, town.citizen, town.colleague):
        with pytest.raises(NotAuthorized), town.platform.work(actor) as work:
            feedback.answer(work, asked.id, "我来答。")
        with pytest.raises(NotAuthorized), town.platform.read(actor) as work:
            feedback.desk(work, town.health)
    with pytest.raises(NotFound), town.platform.work(town.clerk) as work:
        feedback.answer(work, "nothing", "答。")


@pytest.mark.parametrize("actor", ["citizen", "anonymous"])
def test_hidden_and_absent_datasets_are_refused_alike(town: Town, actor: str) -> None:
    who = town.citizen if actor == "citizen" else ANONYMOUS
    said = []
    for ref in ("inner", "never-was"):
        with pytest.raises(NotFound) as caught:
            send(town, Message(dataset=ref, text="在吗？"), who)
        said.append(caught.value.message.zh.replace(ref, "X"))
    assert said[0] == said[1]


def test_feedback_on_a_hidden_dataset_stays_out_of_the_public_log(town: Town) -> None:
    asked, _ = send(town, Message(dataset="inner", text="有一处错误。", kind="error"), town.clerk)
    answer(town, asked.id)
    with town.platform.read(ANONYMOUS) as work:
        assert log.entries(work, kind="feedback") == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("请打 13800138000 给我", "personal-number"),
        ("看 http://a.cn http://b.cn www.c.cn 便宜", "links"),
    ],
)
def test_what_looks_wrong_is_held_until_the_department_looked(town: Town, text: str, reason: str) -> None:
    sent, _ = send(town, Message(dataset="beds", text=text))
    assert (sent.state, sent.reason) == ("held", reason)
    assert listed(town) == []
    with town.platform.work(town.clerk) as work:
        assert feedback.release(work, sent.id).state == "open"
    assert "13800138000" not in listed(town)[0].text


def test_an_answer_with_a_personal_number_is_held_and_then_masked(town: Town) -> None:
    asked, _ = send(town)
    assert answer(town, asked.id, "请联系 11010519491231002X。").state == "held"
    assert listed(town) == []
    with town.platform.work(town.clerk) as work:
        feedback.release(work, asked.id)
    assert listed(town)[0].answer == f"请联系 {'*' * 18}。"


def test_hidden_words_keep_their_place_and_reason(town: Town) -> None:
    sent, _ = send(town, Message(dataset="beds", text="辱骂的话", name="某人"))
    with pytest.raises(BadForm), town.platform.work(town.clerk) as work:
        feedback.hide(work, sent.id, "")
    with town.platform.work(town.clerk) as work:
        feedback.hide(work, sent.id, "人身攻击")
    (shown,) = listed(town)
    assert (shown.text, shown.name, shown.reason) == ("", "", "人身攻击")
    with pytest.raises(Conflict), town.platform.work(town.clerk) as work:
        feedback.answer(work, sent.id, "答。")


def test_an_author_has_a_message_erased(town: Town) -> None:
    sent, receipt = send(town)
    for actor, key in ((ANONYMOUS, "wrong"), (ANONYMOUS, ""), (town.clerk, "")):
        with pytest.raises(NotAuthorized), town.platform.work(actor) as work:
            feedback.erase(work, sent.id, receipt=key)
    with town.platform.work(ANONYMOUS) as work:
        erased = feedback.erase(work, sent.id, receipt=receipt)
    assert (erased.text, erased.name, erased.author) == ("", "", "")
    assert listed(town) == []
    own, _ = send(town, Message(dataset="beds", text="另一个问题"), town.citizen)
    with town.platform.work(town.citizen) as work:
        feedback.erase(work, own.id)


def test_floods_and_repetitions_are_refused(town: Town) -> None:
    for number in range(6):
        send(town, Message(dataset="beds", text=f"问题 {number}"))
    with pytest.raises(Conflict) as caught:
        send(town, Message(dataset="beds", text="问题 7"))
    assert caught.value.code == "too-many-messages"
    send(town, Message(dataset="beds", text="问题 7"), sender="elsewhere")
    with pytest.raises(Conflict) as caught:
        send(town, Message(dataset="beds", text="问题 7 "), sender="elsewhere")
    assert caught.value.code == "repeated"


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (Message(dataset="beds", text=" "), "text"),
        (Message(dataset="beds", text="长" * 2001), "text"),
        (Message(dataset="beds", text="问题", name="长" * 51), "name"),
        (Message(dataset="beds", text="问题", resource="r2"), "resource"),
        (Message(dataset="beds", text="问题", field="f" * 201), "field"),
    ],
)
def test_a_bad_message_is_refused_by_its_field(town: Town, message: Message, field: str) -> None:
    with pytest.raises(BadForm) as caught:
        send(town, message)
    assert set(caught.value.faults) == {field}


def test_numbers_of_answers_are_public(town: Town) -> None:
    first, _ = send(town)
    send(town, Message(dataset="beds", text="第二个问题"))
    town.pass_days(2)
    answer(town, first.id)
    town.pass_days(10)
    with town.platform.read(ANONYMOUS) as work:
        every = feedback.numbers(work)
    assert every[town.health] == Numbers(received=2, answered=1, on_time=1, overdue=1, median_days=2.0)
    assert every[""] == every[town.health]


def test_one_reader_rates_once_and_may_change_it(town: Town) -> None:
    for actor, stars, sender in ((town.citizen, 1, ""), (town.citizen, 5, ""), (ANONYMOUS, 4, "here")):
        with town.platform.work(actor) as work:
            found = ratings.rate(work, "beds", stars, sender=sender)
    assert (found.count, found.mean) == (2, 4.5)
    for stars, sender in ((0, "here"), (6, "here"), (3, "")):
        with pytest.raises(BadForm), town.platform.work(ANONYMOUS) as work:
            ratings.rate(work, "beds", stars, sender=sender)
    with pytest.raises(NotFound), town.platform.work(town.citizen) as work:
        ratings.rate(work, "inner", 3)
    with town.platform.read(SYSTEM) as work:
        assert ratings.of(work, ["none"])["none"].mean is None
