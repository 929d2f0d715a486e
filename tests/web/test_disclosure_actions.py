"""Programs ask, answer, verify and compare through the API, with the same rights and refusals as people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from flask.testing import FlaskClient

from publisher import chain, users
from publisher.auth import SYSTEM, Actor
from publisher.chain import Proof
from schemas.model import Dataset, Resource
from tests.publisher.test_catalogue_states import FIELDS
from tests.publisher.town import Town, open_town
from web.app import create_app
from web.counting import EXTENSION

ASK = {"organization": "health", "title": "护士人数", "content": "请提供各医院护士人数。"}


class Api:
    """Calls actions as one of the town's people, or as nobody."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.client: FlaskClient = create_app(platform=town.platform).test_client()
        self.tokens: dict[str, str] = {}

    def token(self, actor: Actor) -> str:
        if actor.id not in self.tokens:
            with self.town.platform.work(SYSTEM) as work:
                self.tokens[actor.id], _ = users.create_token(work, users.get(work, actor.id), "test")
        return self.tokens[actor.id]

    def call(self, action: str, actor: Actor | None = None, /, **data: Any) -> tuple[int, Any]:
        headers = {"Authorization": self.token(actor)} if actor else {}
        answer = self.client.post(f"/api/3/action/{action}", json=data, headers=headers)
        body = answer.get_json()
        return answer.status_code, body["result"] if body["success"] else body["error"]

    def result(self, action: str, actor: Actor | None = None, /, **data: Any) -> Any:
        status, body = self.call(action, actor, **data)
        assert status == 200, body
        return body


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as opened:
        resources = (Resource(id="r1", title="床位表", url="http://x/1"),)
        opened.put(Dataset(title="医院床位", name="beds", owner=opened.health, resources=resources))
        opened.put(Dataset(title="内部", name="inner", owner=opened.health, visibility="private"))
        yield opened


@pytest.fixture
def api(town: Town) -> Api:
    return Api(town)


def test_a_request_runs_its_way_through_the_api(api: Api, town: Town) -> None:
    made = api.result("disclosure_request_create", town.citizen, **ASK)
    number = made["number"]
    assert made["due"] == "2026-11-30"
    assert [one["number"] for one in api.result("request_list", town.clerk, organization="health")] == [number]
    assert api.result("request_act", town.clerk, number=number, act="accept")["state"] == "accepted"
    status, refused = api.call("request_decide", town.officer, number=number, outcome="refused", answer="不。")
    assert (status, refused["__type"], list(refused)) == (409, "Validation Error", ["ground", "__type"])
    api.result("request_decide", town.officer, number=number, outcome="granted", answer="同意。", publish=True)
    given = api.result("request_deliver", town.clerk, number=number, resources=["r1"], days=10)["grants"]
    shown = api.result("request_show", town.citizen, number=number)
    assert [step["act"] for step in shown["timeline"]] == ["submit", "accept", "decide", "deliver"]
    assert not {"actor", "actor_id"} & set(shown["timeline"][0])
    api.result("request_revoke", town.clerk, number=number, grant=given[0]["id"], note="期满。")
    assert api.result("request_show", town.citizen, number=number)["grants"][0]["reason"] == "期满。"
    assert [one["answer"] for one in api.result("request_answer_list")] == ["同意。"]
    assert [one["number"] for one in api.result("request_list", town.citizen)] == [number]


def test_departments_share_through_the_api(api: Api, town: Town) -> None:
    made = api.result("sharing_request_create", town.colleague, **ASK, requester="housing", purpose="规划配套。")
    assert (made["application"]["kind"], made["due"]) == ("sharing", "2026-11-16")
    assert api.call("sharing_request_create", town.citizen, **ASK, requester="housing", purpose="规划")[0] == 403


def test_a_receipt_stands_for_an_account(api: Api) -> None:
    made = api.result("disclosure_request_create", **ASK, name="某人", phone="1")
    assert api.call("request_show", number=made["number"])[0] == 404
    assert api.call("request_show", number="20260101-00000000", receipt=made["receipt"])[0] == 404
    shown = api.result("request_show", number=made["number"], receipt=made["receipt"])
    assert shown["state"] == "submitted"
    done = api.result("request_act", number=made["number"], receipt=made["receipt"], act="withdraw")
    assert done["state"] == "withdrawn"


def test_hidden_and_absent_datasets_are_refused_alike(api: Api, town: Town) -> None:
    asked = {"title": "床位", "content": "请提供床位数。"}
    answers = [
        [api.call("disclosure_request_create", town.citizen, dataset=ref, **asked) for ref in ("inner", "never-was")],
        [api.call("feedback_create", town.citizen, id=ref, text="在吗？") for ref in ("inner", "never-was")],
        [api.call("rating_create", town.citizen, id=ref, stars=3) for ref in ("inner", "never-was")],
    ]
    for hidden, absent in answers:
        assert hidden == absent
        assert hidden[0] == 404


def test_messages_are_sent_answered_and_erased(api: Api, town: Town) -> None:
    sent = api.result("feedback_create", id="beds", kind="error", text="有一处错误。", field="床位")
    assert "author" not in sent
    assert [one["id"] for one in api.result("feedback_list", town.clerk, organization="health")] == [sent["id"]]
    assert api.call("feedback_answer", town.citizen, id=sent["id"], text="我来答。")[0] == 403
    api.result("feedback_answer", town.clerk, id=sent["id"], text="已更正。")
    assert api.result("feedback_list", id="beds")[0]["answer"] == "已更正。"
    api.result("feedback_erase", id=sent["id"], receipt=sent["receipt"])
    assert api.result("feedback_list", id="beds") == []


def test_held_and_hidden_messages(api: Api, town: Town) -> None:
    sent = api.result("feedback_create", id="beds", text="请打 13800138000")
    assert api.result("feedback_list", id="beds") == []
    api.result("feedback_release", town.clerk, id=sent["id"])
    assert api.result("feedback_list", id="beds")[0]["text"] == "请打 ***********"
    api.result("feedback_hide", town.clerk, id=sent["id"], reason="与数据无关")
    assert api.result("feedback_list", id="beds")[0]["reason"] == "与数据无关"
    assert api.result("rating_create", id="beds", stars=4) == {"count": 1, "mean": 4.0}
    assert api.result("package_usage_show", id="beds")["rating"] == 4.0


def test_the_log_is_read_and_proved(api: Api) -> None:
    (entry,) = api.result("disclosure_log_list", organization="health")
    assert entry["event"] == "published"
    proof = msgspec.convert(api.result("disclosure_log_proof", number=1), Proof)
    assert chain.check_proof(proof, key=api.result("disclosure_log_head")["key"]) is not None
    assert api.call("disclosure_log_proof", number=2)[0] == 404
    assert api.call("disclosure_log_list", event="exploded")[0] == 409


def test_the_scoreboard_and_the_demand_are_public(api: Api) -> None:
    lines = api.result("scoreboard_show")["lines"]
    assert {line["name"] for line in lines} == {"", "health"}
    (health,) = api.result("scoreboard_show", organization="health")["lines"]
    assert (health["registered"], health["open"], health["disclosure_rate"]) == (2, 1, 0.5)
    assert api.result("missed_search_list") == []
    assert api.call("scoreboard_show", organization="none")[0] == 404


def test_rows_of_restricted_data_are_for_its_department_and_for_grants(api: Api, town: Town) -> None:
    resource = Resource(id="r9", title="明细", url="http://x/9")
    town.put(Dataset(title="限制", name="limited", owner=town.health, access_level="restricted", resources=(resource,)))
    api.result("datastore_create", town.clerk, resource_id="r9", records=[{"床位": 12}], force=True)
    assert api.result("package_show", id="limited")["name"] == "limited"
    for actor in (None, town.citizen, town.colleague):
        assert api.call("datastore_search", actor, resource_id="r9")[0] == 403
        assert api.call("datastore_search_sql", actor, sql='SELECT * FROM "r9"')[0] == 403
    assert api.result("datastore_search", town.clerk, resource_id="r9")["total"] == 1
    number = api.result("disclosure_request_create", town.citizen, **ASK)["number"]
    api.result("request_decide", town.officer, number=number, outcome="granted", answer="同意。")
    given = api.result("request_deliver", town.clerk, number=number, resources=["r9"], days=10)["grants"]
    assert api.result("datastore_search", town.citizen, resource_id="r9")["records"][0]["床位"] == 12
    api.result("request_revoke", town.clerk, number=number, grant=given[0]["id"], note="期满。")
    assert api.call("datastore_search", town.citizen, resource_id="r9")[0] == 403


def test_calls_of_programs_are_counted(api: Api) -> None:
    api.result("package_show", id="beds")
    api.result("package_show", id="beds")
    api.client.application.extensions[EXTENSION].flush()
    assert api.result("package_usage_show", id="beds")["calls"] == 2


def test_rows_of_a_hidden_dataset_are_had_by_grant(api: Api, town: Town) -> None:
    town.put(
        Dataset(title="内", name="within", owner=town.health, visibility="private", resources=(Resource(id="r8"),))
    )
    api.result("datastore_create", town.clerk, resource_id="r8", records=[{"a": 1}], force=True)
    assert api.call("datastore_search", town.citizen, resource_id="r8")[0] == 403
    number = api.result("disclosure_request_create", town.citizen, **ASK)["number"]
    api.result("request_decide", town.officer, number=number, outcome="granted", answer="同意。")
    api.result("request_deliver", town.clerk, number=number, resources=["r8"], days=10)
    assert api.result("datastore_search", town.citizen, resource_id="r8")["total"] == 1
    assert api.call("package_show", town.citizen, id="within")[0] == 403


def test_a_catalogue_record_moves_through_the_api(api: Api, town: Town) -> None:
    town.put(
        Dataset(
            title="医院床位信息",
            name="beds-record",
            description="各医院床位。",
            owner=town.health,
            profile="shared-information",
            frequency="monthly",
            issued="2026-11-01",
            state="draft",
            fields=FIELDS,
        )
    )
    with town.platform.work(SYSTEM) as work:
        reviewer = users.actor_for(work, users.add(work, "reviewer", password="a long password", sysadmin=True))
    assert api.result("catalogue_submit", town.clerk, id="beds-record")["state"] == "submitted"
    assert api.call("catalogue_register", town.officer, id="beds-record")[0] == 403
    api.result("catalogue_reject", reviewer, id="beds-record", reason="请补充摘要。")
    assert api.result("catalogue_show", town.clerk, id="beds-record")["steps"][-1]["reason"] == "请补充摘要。"
    api.result("catalogue_submit", town.clerk, id="beds-record")
    assert api.result("catalogue_register", reviewer, id="beds-record")["code"] == "307001/000001"
    assert api.result("catalogue_list") == []
    api.result("catalogue_publish", town.officer, id="beds-record")
    assert [one["state"] for one in api.result("catalogue_list", **{"class": "3"})] == ["published"]
