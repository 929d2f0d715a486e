"""Requests run by the legal clock, are decided once and on listed grounds, and tell nobody of what is hidden."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import msgspec
import pytest

from publisher import access, audit, datasets, grants, handling, log, reminders
from publisher import requests as requests_
from publisher.auth import ANONYMOUS, SYSTEM, Actor
from publisher.handling import Decision
from publisher.refusals import BadForm
from publisher.request_values import Application, Request
from schemas.errors import Conflict, GongkaiError, Invalid, NotAuthorized, NotFound
from schemas.model import Dataset, Resource
from tests.publisher.town import ASK, YES, Town, open_town


@pytest.fixture
def town(tmp_path: Path, database_url: str) -> Iterator[Town]:
    with open_town(tmp_path, database_url) as opened:
        yield opened


def shared_bed_list(town: Town, **changes: object) -> Dataset:
    """Put a restricted dataset with two resources."""
    resources = (Resource(title="一", url="http://x/1"), Resource(title="二", url="http://x/2"))
    values = {"access_level": "restricted", **changes}
    return town.put(Dataset(title="床位", name="beds", owner=town.health, resources=resources, **values))  # type: ignore[arg-type]


def test_an_application_starts_the_legal_clock(town: Town) -> None:
    request, _ = town.submit(town.citizen)
    assert (request.state, request.started) == ("submitted", date(2026, 11, 2))
    assert request.review_due == date(2026, 11, 11)
    assert request.due == date(2026, 11, 30)
    with town.platform.read(town.citizen) as work:
        assert requests_.get(work, request.number) == request
        assert [step.act for step in requests_.timeline(work, request)] == ["submit"]


def test_a_whole_way_from_application_to_delivery(town: Town) -> None:
    request, _ = town.submit(town.citizen)
    with town.platform.work(town.clerk) as work:
        handling.accept(work, request.number)
    town.pass_days(8)
    decided = town.decide(request.number)
    assert (decided.state, decided.days_used, decided.on_time) == ("granted", 6, True)
    assert decided.delivery_due == date(2026, 11, 17)
    with town.platform.work(town.clerk) as work:
        delivered, given = handling.deliver(work, request.number, note="已寄送。")
    assert (delivered.state, given) == ("delivered", [])
    with town.platform.read(town.citizen) as work:
        steps = requests_.timeline(work, delivered)
    assert [(step.act, step.side) for step in steps] == [
        ("submit", "applicant"),
        ("accept", "department"),
        ("decide", "department"),
        ("deliver", "department"),
    ]


def test_every_act_is_audited_and_told_without_its_content(town: Town) -> None:
    request, _ = town.submit(town.citizen)
    town.decide(request.number)
    with town.platform.read(SYSTEM) as work:
        assert [entry.verb for entry in audit.entries(work, kind="request")] == ["decide", "submit"]
        told = log.entries(work, kind="request")
        text = b"".join(log.export(work)).decode()
    assert [(entry.event, entry.subject, entry.owner) for entry in told] == [
        ("answered", request.number, town.health),
        ("requested", request.number, town.health),
    ]
    assert told[0].detail == {
        "kind": "disclosure",
        "days": 0,
        "on_time": 1,
        "outcome": "granted",
        "ground": "",
        "due": "2026-11-30",
    }
    assert "床位" not in text
    assert town.citizen.id not in text


def test_asking_for_completion_starts_the_limit_anew(town: Town) -> None:
    request, _ = town.submit(town.citizen)
    town.pass_days(3)
    with town.platform.work(town.clerk) as work:
        waiting = handling.ask(work, request.number, note="请写明是哪些医院。")
    assert waiting.completion_due == date(2026, 11, 26)
    town.pass_days(4)
    with town.platform.work(town.citizen) as work:
        completed = handling.complete(work, request.number, note="全部公立医院。")
    assert (completed.state, completed.started, completed.due) == ("accepted", date(2026, 11, 9), date(2026, 12, 7))


def test_only_a_lapsed_completion_closes_a_request(town: Town) -> None:
    request, _ = town.submit(town.citizen)
    with town.platform.work(town.clerk) as work:
        waiting = handling.ask(work, request.number, note="请写明是哪些医院。")
    assert waiting.completion_due == date(2026, 11, 23)
    town.pass_days(21)
    with pytest.raises(Conflict, match="2026-11-23"), town.platform.work(town.clerk) as work:
        handling.abandon(work, request.number)
    town.pass_days(1)
    with town.platform.work(town.clerk) as work:
        assert handling.abandon(work, request.number).state == "abandoned"


def test_a_pause_is_not_counted(town: Town) -> None:
    request, _ = town.submit(town.citizen)
    town.pass_days(1)
    with town.platform.work(town.officer) as work:
        handling.pause(work, request.number, note="征求第三方意见。")
    town.pass_days(7)
    with town.platform.work(town.clerk) as work:
        resumed = handling.resume(work, request.number)
    assert (resumed.state, resumed.due) == ("submitted", date(2026, 12, 7))
    town.pass_days(1)
    assert town.decide(request.number).days_used == 2


def test_an_extension_is_given_once_in_time_and_with_a_reason(town: Town) -> None:
    request, _ = town.submit(town.citizen)
    with pytest.raises(BadForm), town.platform.work(town.officer) as work:
        handling.extend(work, request.number, note=" ")
    with pytest.raises(NotAuthorized), town.platform.work(town.clerk) as work:
        handling.extend(work, request.number, note="案情复杂。")
    with town.platform.work(town.officer) as work:
        extended = handling.extend(work, request.number, note="案情复杂。")
    assert extended.due == date(2026, 12, 28)
    with pytest.raises(Conflict, match="only once"), town.platform.work(town.officer) as work:
        handling.extend(work, request.number, note="再延。")
    late, _ = town.submit(town.citizen)
    town.pass_days(30)
    with pytest.raises(Conflict, match="has passed"), town.platform.work(town.officer) as work:
        handling.extend(work, late.number, note="太忙。")


@pytest.mark.parametrize(
    ("decision", "field"),
    [
        (Decision(outcome="refused", answer="不行。"), "ground"),
        (Decision(outcome="refused", answer="不行。", ground="because"), "ground"),
        (Decision(outcome="refused", answer="不行。", ground="beyond-duty"), "ground"),
        (Decision(outcome="partly", answer="部分提供。"), "ground"),
        (Decision(outcome="refused", answer="不行。", ground="law-forbids"), "basis"),
        (Decision(outcome="granted", answer="好。", ground="internal"), "ground"),
        (Decision(outcome="refused", answer=" ", ground="internal"), "answer"),
        (Decision(outcome="granted", answer="好" * 5001), "answer"),
    ],
)
def test_a_refusal_stands_on_a_listed_ground(town: Town, decision: Decision, field: str) -> None:
    request, _ = town.submit(town.citizen)
    with pytest.raises(BadForm) as caught:
        town.decide(request.number, decision)
    assert field in caught.value.faults
    assert caught.value.faults[field].zh != caught.value.faults[field].en


def test_a_refusal_on_a_ground_is_final_until_objected_to(town: Town) -> None:
    request, _ = town.submit(town.citizen)
    refusal = Decision(outcome="refused", answer="属于内部事务信息。", ground="internal")
    assert town.decide(request.number, refusal).state == "refused"
    with pytest.raises(Conflict, match="refused"):
        town.decide(request.number)
    town.pass_days(2)
    with town.platform.work(town.citizen) as work:
        objected = handling.object_to(work, request.number, note="床位数不是内部事务。")
    assert (objected.state, objected.due) == ("objected", date(2026, 12, 2))
    again = town.decide(request.number)
    assert (again.state, again.ground, again.days_used) == ("granted", "", 0)


def test_objections_end_with_their_limit(town: Town) -> None:
    request, _ = town.submit(town.citizen)
    town.decide(request.number, Decision(outcome="refused", answer="没有。", ground="not-held"))
    town.pass_days(61)
    with pytest.raises(Conflict, match="2027-01-01"), town.platform.work(town.citizen) as work:
        handling.object_to(work, request.number, note="再查。")


def test_of_two_decisions_the_second_is_told_of_the_first(town: Town) -> None:
    request, _ = town.submit(town.citizen)
    town.decide(request.number)
    with pytest.raises(Conflict) as caught:
        town.decide(request.number, Decision(outcome="refused", answer="不。", ground="internal"))
    assert caught.value.code == "wrong-state"
    with town.platform.read(town.citizen) as work:
        assert requests_.get(work, request.number).outcome == "granted"


def test_of_many_decisions_at_once_one_holds(town: Town) -> None:
    request, _ = town.submit(town.citizen)

    def attempt(_: int) -> str:
        try:
            return town.decide(request.number).outcome
        except Conflict as refused:
            return refused.code

    with ThreadPoolExecutor(6) as pool:
        outcomes = sorted(pool.map(attempt, range(6)))
    assert outcomes == ["granted", *["wrong-state"] * 5]
    with town.platform.read(SYSTEM) as work:
        assert [entry.event for entry in log.entries(work, kind="request")] == ["answered", "requested"]
        assert log.verify(work).sound


def test_a_clock_cannot_be_sent_in() -> None:
    assert not {"submitted", "due", "started", "at"} & set(Application.__struct_fields__)


def test_a_limit_into_an_unknown_year_is_refused_by_name(town: Town) -> None:
    town.pass_days(405)
    with pytest.raises(Invalid, match="2028"):
        town.submit(town.citizen)
    with town.platform.read(town.citizen) as work:
        assert requests_.mine(work) == []


def test_hidden_and_absent_datasets_are_refused_alike(town: Town) -> None:
    hidden = shared_bed_list(town, visibility="private")
    said = []
    for ref in (hidden.id, hidden.name, "never-was"):
        with pytest.raises(NotFound) as caught:
            town.submit(town.citizen, Application(dataset=ref, title="床位", content="请提供床位数。"))
        said.append(caught.value.message.en.replace(ref, "X"))
    assert len(set(said)) == 1


def test_requests_of_others_are_as_if_they_were_not(town: Town) -> None:
    request, receipt = town.submit(town.citizen)
    for actor in (town.colleague, ANONYMOUS):
        with town.platform.read(actor) as work:
            with pytest.raises(NotFound) as real:
                requests_.get(work, request.number)
            with pytest.raises(NotFound) as absent:
                requests_.get(work, "20260101-00000000")
        assert real.value.message.en.replace(request.number, "") == absent.value.message.en.replace(
            "20260101-00000000", ""
        )
    with town.platform.read(ANONYMOUS) as work:
        assert requests_.get(work, request.number, receipt=receipt) == request
    with pytest.raises(NotAuthorized), town.platform.read(town.colleague) as work:
        requests_.desk(work, town.health)


def test_somebody_without_an_account_follows_by_receipt(town: Town) -> None:
    with pytest.raises(BadForm) as caught:
        town.submit(ANONYMOUS)
    assert set(caught.value.faults) == {"name"}
    request, receipt = town.submit(
        ANONYMOUS,
        Application(organization="health", title="床位", content="请提供床位数。", name="某人", email="a@b.cn"),
    )
    with pytest.raises(NotFound), town.platform.work(ANONYMOUS) as work:
        handling.withdraw(work, request.number, receipt="wrong")
    with town.platform.work(ANONYMOUS) as work:
        assert handling.withdraw(work, request.number, receipt=receipt).state == "withdrawn"


def test_a_receipt_is_no_key_to_the_departments_acts(town: Town) -> None:
    request, receipt = town.submit(town.citizen)
    with pytest.raises(NotFound), town.platform.work(ANONYMOUS) as work:
        handling.accept(work, request.number)
    with pytest.raises(NotAuthorized), town.platform.work(town.citizen) as work:
        handling.decide(work, request.number, YES)
    with pytest.raises(NotAuthorized), town.platform.work(town.clerk) as work:
        handling.decide(work, request.number, YES)
    with pytest.raises(NotAuthorized), town.platform.work(town.clerk) as work:
        handling.withdraw(work, request.number, receipt="")
    assert receipt


@pytest.mark.parametrize("who", ["citizen", "anonymous"])
def test_floods_are_stopped_by_day(town: Town, who: str) -> None:
    actor = town.citizen if who == "citizen" else ANONYMOUS
    ask = Application(organization="health", title="床位", content="请提供床位数。", name="某人", phone="1")
    for _ in range(10):
        town.submit(actor, ask, sender="one place")
    with pytest.raises(Conflict) as caught:
        town.submit(actor, ask, sender="one place")
    assert caught.value.code == "too-many-requests"
    town.submit(town.colleague, ask)
    town.pass_days(1)
    town.submit(actor, ask, sender="one place")


def test_departments_ask_each_other_with_purpose_and_role(town: Town) -> None:
    ask = Application(
        kind="sharing",
        organization="health",
        requester="housing",
        title="床位",
        content="请共享床位数。",
        purpose="规划配套。",
    )
    request, _ = town.submit(town.colleague, ask)
    assert (request.review_due, request.due) == (date(2026, 11, 4), date(2026, 11, 16))
    with town.platform.read(town.colleague) as work:
        assert [found.number for found in requests_.mine(work)] == [request.number]
    with town.platform.read(town.clerk) as work:
        assert [found.number for found in requests_.desk(work, town.health)] == [request.number]
    with pytest.raises(NotAuthorized):
        town.submit(town.citizen, ask)
    for changes in ({"purpose": ""}, {"requester": ""}, {"organization": "housing"}):
        values = {name: getattr(ask, name) for name in Application.__struct_fields__} | changes
        with pytest.raises(GongkaiError) as caught:
            town.submit(town.colleague, Application(**values))
        assert isinstance(caught.value, BadForm)


def granted(town: Town, dataset: Dataset, *, days: int = 30) -> tuple[Request, str]:
    """Let the citizen ask for the first resource and get it."""
    first = dataset.resources[0].id
    request, _ = town.submit(town.citizen, Application(organization="health", title="床位", content="请提供床位数。"))
    town.decide(request.number)
    with town.platform.work(town.clerk) as work:
        handling.deliver(work, request.number, resources=(first,), days=days)
    return request, first


def fetches(town: Town, actor: Actor, resource_id: str) -> bool:
    with town.platform.read(actor) as work:
        try:
            dataset, resource = datasets.find_resource(work, resource_id)
        except NotAuthorized:
            return False
        return access.may_fetch(work, dataset, resource)


def test_restricted_content_is_for_its_department_and_for_grants(town: Town) -> None:
    dataset = shared_bed_list(town)
    first, second = (resource.id for resource in dataset.resources)
    assert not fetches(town, town.citizen, first)
    assert fetches(town, town.clerk, first)
    granted(town, dataset)
    assert fetches(town, town.citizen, first)
    assert not fetches(town, town.citizen, second)
    assert not fetches(town, ANONYMOUS, first)
    assert not fetches(town, town.colleague, first)
    with town.platform.read(ANONYMOUS) as work, pytest.raises(NotAuthorized):
        access.require_fetch(work, *datasets.find_resource(work, first))


def test_a_grant_on_a_hidden_dataset_shows_that_resource_alone(town: Town) -> None:
    dataset = shared_bed_list(town, visibility="private")
    _, first = granted(town, dataset)
    with town.platform.read(town.citizen) as work:
        seen, resource = datasets.find_resource(work, first)
        assert seen.resources == (resource,)
        with pytest.raises(NotAuthorized):
            datasets.find_resource(work, dataset.resources[1].id)
        with pytest.raises(NotAuthorized):
            datasets.get(work, dataset.id)


def test_a_grant_ends_with_its_time(town: Town) -> None:
    _, first = granted(town, shared_bed_list(town), days=5)
    town.pass_days(4)
    assert fetches(town, town.citizen, first)
    town.pass_days(1)
    assert not fetches(town, town.citizen, first)


def test_a_revoked_grant_ends_at_once_even_for_an_actor_kept_from_before(town: Town) -> None:
    request, first = granted(town, shared_bed_list(town))
    assert fetches(town, town.citizen, first)
    with town.platform.read(town.citizen) as work:
        grant = grants.mine(work)[0]
    with pytest.raises(NotAuthorized), town.platform.work(town.citizen) as work:
        handling.revoke(work, request.number, grant.id, note="不再需要。")
    with town.platform.work(town.clerk) as work:
        handling.revoke(work, request.number, grant.id, note="用途不符。")
    assert not fetches(town, town.citizen, first)
    with town.platform.read(SYSTEM) as work:
        assert grants.for_request(work, request.number)[0].reason == "用途不符。"
        assert [entry.event for entry in log.entries(work, kind="request")] == [
            "revoked",
            "granted",
            "answered",
            "requested",
        ]
        assert [entry.verb for entry in audit.entries(work, kind="resource")] == ["revoke-grant", "grant"]


@pytest.mark.parametrize("days", [0, -1, 731])
def test_a_grant_has_a_reasonable_length(town: Town, days: int) -> None:
    with pytest.raises(BadForm):
        granted(town, shared_bed_list(town), days=days)


def test_a_department_grants_only_what_is_its_own(town: Town) -> None:
    foreign = town.put(Dataset(title="房", name="rooms", owner=town.housing, resources=(Resource(url="http://x/3"),)))
    with pytest.raises(NotFound):
        granted(town, foreign)


def test_public_answers_with_personal_numbers_are_held_and_then_masked(town: Town) -> None:
    request, _ = town.submit(town.citizen)
    answer = "联系张三，手机 13800138000，证件 11010519491231002X。"
    decided = town.decide(request.number, Decision(outcome="granted", answer=answer, publish=True))
    assert decided.held
    with town.platform.read(ANONYMOUS) as work:
        assert requests_.shown(work) == []
    with town.platform.work(town.officer) as work:
        handling.release(work, request.number)
    with town.platform.read(ANONYMOUS) as work:
        (shown,) = requests_.shown(work)
    assert shown.public_answer == f"联系张三，手机 {'*' * 11}，证件 {'*' * 18}。"
    with pytest.raises(Conflict), town.platform.work(town.officer) as work:
        handling.release(work, request.number)


def test_reminders_come_once_a_stage_and_overdue_requests_are_escalated(town: Town) -> None:
    request, _ = town.submit(town.citizen)
    marks = []
    for _ in range(33):
        with town.platform.work(SYSTEM) as work:
            marks += [found.reminded[-1] for found in reminders.remind(work)]
        town.pass_days(1)
    assert marks == ["3", "1", "overdue"]
    with town.platform.read(town.clerk) as work:
        acts = [step.act for step in requests_.timeline(work, request)]
    assert acts == ["submit", "remind", "remind", "escalate"]
    with pytest.raises(NotAuthorized), town.platform.work(town.officer) as work:
        reminders.remind(work)


def test_numbers_are_public_and_count_what_happened(town: Town) -> None:
    first, _ = town.submit(town.citizen)
    second, _ = town.submit(town.citizen)
    third, _ = town.submit(town.citizen)
    town.pass_days(2)
    town.decide(first.number)
    town.pass_days(28)
    late = town.decide(second.number)
    assert (late.days_used, late.on_time) == (22, False)
    with town.platform.read(ANONYMOUS) as work:
        every = requests_.numbers(work)
    assert every[""] == every[town.health]
    assert msgspec.structs.asdict(every[""]) == {
        "received": 3,
        "open": 3,
        "overdue": 1,
        "decided": 2,
        "on_time": 1,
        "median_days": 12.0,
    }
    assert third.number


@pytest.mark.parametrize(
    "changes",
    [
        {"title": ""},
        {"title": "长" * 201},
        {"content": "短"},
        {"content": "长" * 5001},
        {"email": "e" * 201},
        {"requester": "housing"},
    ],
)
def test_a_bad_application_is_refused_field_by_field(town: Town, changes: dict[str, str]) -> None:
    values = {name: getattr(ASK, name) for name in Application.__struct_fields__} | changes
    actor = town.colleague if "requester" in changes else town.citizen
    with pytest.raises(BadForm) as caught:
        town.submit(actor, Application(**values))
    assert set(caught.value.faults) == set(changes)


def test_markup_is_kept_as_text_and_nothing_more(town: Town) -> None:
    request, _ = town.submit(
        town.citizen, Application(organization="health", title="<script>", content="<script>alert(1)</script>")
    )
    assert request.application.content == "<script>alert(1)</script>"
