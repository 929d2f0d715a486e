"""Catalogue records go from draft to publication by four eyes, with faults named and content kept closed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from publisher import access, audit, catalogue_states, datasets, log
from publisher.auth import ANONYMOUS, SYSTEM, Actor
from publisher.refusals import BadForm
from schemas.errors import Conflict, Invalid, NotAuthorized
from schemas.model import Dataset, Resource, replace
from tests.publisher.town import Town, open_town

FIELDS: dict[str, Any] = {
    "classification": "部门信息资源",
    "code": "307001",
    "provider": "卫生健康局",
    "provider_code": "91110000600037341L",
    "format": "file",
    "sharing_type": "conditional",
    "sharing_condition": "用于履行职责。",
    "sharing_method": "platform-file",
    "open": "no",
}
REVIEWER = Actor(id="reviewer", name="reviewer", sysadmin=True)


@pytest.fixture
def town(tmp_path: Path, database_url: str) -> Iterator[Town]:
    with open_town(tmp_path, database_url) as opened:
        yield opened


def draft(town: Town, name: str = "beds", **fields: Any) -> Dataset:
    record = Dataset(
        title="医院床位信息",
        name=name,
        description="各医院床位。",
        owner=town.health,
        profile="shared-information",
        frequency="monthly",
        issued="2026-11-01",
        state="draft",
        fields={key: value for key, value in (FIELDS | fields).items() if value is not None},
        resources=(Resource(title="表", url="http://x/1"),),
    )
    with town.platform.work(town.clerk) as work:
        return datasets.put(work, record)


def act(town: Town, actor: Actor, name: str, ref: str, *more: str) -> catalogue_states.Standing:
    with town.platform.work(actor) as work:
        done: catalogue_states.Standing = getattr(catalogue_states, name)(work, ref, *more)
        return done


def test_a_record_goes_from_draft_to_publication(town: Town) -> None:
    draft(town)
    assert act(town, town.clerk, "submit", "beds").state == "submitted"
    registered = act(town, REVIEWER, "register", "beds")
    assert (registered.state, registered.code) == ("registered", "307001/000001")
    with town.platform.read(ANONYMOUS) as work:
        assert catalogue_states.listing(work) == []
        assert log.entries(work) == []
    act(town, town.officer, "publish", "beds")
    with town.platform.read(ANONYMOUS) as work:
        (shown,) = catalogue_states.listing(work, group="3", sharing="conditional")
        dataset = datasets.get(work, "beds")
        assert (shown.dataset, dataset.fields["code"], dataset.access_level) == (dataset.id, shown.code, "restricted")
        assert not access.may_fetch(work, dataset, dataset.resources[0])
        assert catalogue_states.listing(work, group="1") == []
        assert [entry.event for entry in log.entries(work)] == ["published"]
    with town.platform.read(town.clerk) as work:
        assert [step.act for step in catalogue_states.steps(work, "beds")] == ["submit", "register", "publish"]
        assert [entry.verb for entry in audit.entries(work, kind="catalogue")] == ["publish", "register", "submit"]


def test_codes_are_numbered_within_their_class_and_kept_when_given(town: Town) -> None:
    codes = []
    for name, code in (("one", "307001"), ("two", "307001"), ("three", "201002"), ("four", "307001/000042")):
        draft(town, name, code=code)
        act(town, town.clerk, "submit", name)
        codes.append(act(town, REVIEWER, "register", name).code)
    assert codes == ["307001/000001", "307001/000002", "201002/000001", "307001/000042"]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"provider_code": "91110000600037341X"}, "fields.provider_code"),
        ({"sharing_condition": None}, "fields.sharing_condition"),
        ({"sharing_type": "refused"}, "fields.refusal_basis"),
        ({"format": "database"}, "fields.items"),
        ({"code": "907001"}, "fields.code"),
        ({"code": None}, "fields.code"),
    ],
)
def test_faults_are_named_and_nothing_is_submitted(town: Town, fields: dict[str, Any], path: str) -> None:
    draft(town, **fields)
    with pytest.raises(BadForm) as caught:
        act(town, town.clerk, "submit", "beds")
    assert path in caught.value.faults
    with town.platform.read(SYSTEM) as work:
        assert catalogue_states.standing(work, "beds") is None


def test_a_record_is_sent_back_with_a_reason_and_comes_again(town: Town) -> None:
    draft(town)
    act(town, town.clerk, "submit", "beds")
    with pytest.raises(BadForm):
        act(town, REVIEWER, "reject", "beds", " ")
    assert act(town, REVIEWER, "reject", "beds", "摘要过于简单。").state == "draft"
    with town.platform.read(town.clerk) as work:
        assert catalogue_states.steps(work, "beds")[-1].reason == "摘要过于简单。"
    act(town, town.clerk, "submit", "beds")
    act(town, REVIEWER, "register", "beds")
    assert act(town, REVIEWER, "reject", "beds", "代码有误。").state == "draft"


def test_no_step_is_skipped_or_taken_twice(town: Town) -> None:
    draft(town)
    for actor, name in ((REVIEWER, "register"), (town.officer, "publish")):
        with pytest.raises(Conflict, match="draft"):
            act(town, actor, name, "beds")
    act(town, town.clerk, "submit", "beds")
    with pytest.raises(Conflict, match="submitted"):
        act(town, town.clerk, "submit", "beds")
    act(town, REVIEWER, "register", "beds")
    act(town, town.officer, "publish", "beds")
    with pytest.raises(Conflict):
        act(town, town.clerk, "submit", "beds")


def test_who_submits_does_not_register(town: Town) -> None:
    draft(town)
    act(town, REVIEWER, "submit", "beds")
    with pytest.raises(Conflict) as caught:
        act(town, REVIEWER, "register", "beds")
    assert caught.value.code == "four-eyes"


def test_each_step_has_its_people(town: Town) -> None:
    draft(town)
    with pytest.raises(NotAuthorized):
        act(town, town.colleague, "submit", "beds")
    act(town, town.clerk, "submit", "beds")
    with pytest.raises(NotAuthorized):
        act(town, town.officer, "register", "beds")
    with pytest.raises(NotAuthorized), town.platform.read(town.officer) as work:
        catalogue_states.queue(work)
    with town.platform.read(REVIEWER) as work:
        assert [one.state for one in catalogue_states.queue(work)] == ["submitted"]
    act(town, REVIEWER, "register", "beds")
    with pytest.raises(NotAuthorized):
        act(town, town.clerk, "publish", "beds")


def test_open_records_are_fetched_by_everybody_once_published(town: Town) -> None:
    draft(town, open="yes", opening_condition="无", sharing_type="unconditional")
    act(town, town.clerk, "submit", "beds")
    act(town, REVIEWER, "register", "beds")
    act(town, town.officer, "publish", "beds")
    with town.platform.read(ANONYMOUS) as work:
        dataset = datasets.get(work, "beds")
        assert access.may_fetch(work, dataset, dataset.resources[0])


def test_other_datasets_are_no_catalogue_records(town: Town) -> None:
    town.put(replace(draft(town), profile="open-data"))
    with pytest.raises(Invalid) as caught:
        act(town, town.clerk, "submit", "beds")
    assert caught.value.code == "not-a-catalogue-record"
