"""Who is told about a run, by mail and webhook, and what the log says when it does not arrive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import orjson
import pytest

from harvester import connections, notices
from publisher.auth import SYSTEM
from publisher.wiring import Platform
from schemas.errors import Invalid
from tests.harvester.conftest import Connect, run
from tests.harvester.departments import Answer, Department
from tests.harvester.letterbox import Letterbox, letterbox
from tests.harvester.test_pipeline import SCHEMA


@pytest.fixture
def box(platform: Platform) -> Iterator[Letterbox]:
    with letterbox() as told:
        platform.config = msgspec.structs.replace(platform.config, mail_url=told.url)
        yield told


def defective(feed: Path) -> None:
    (feed / "beds.csv").write_text("id,beds\n1,-20\n")
    (feed / "beds.schema.json").write_bytes(orjson.dumps(SCHEMA))


def test_trouble_is_mailed_in_both_languages(platform: Platform, connect: Connect, feed: Path, box: Letterbox) -> None:
    defective(feed)
    source = connect("folder", str(feed), policy="badge", notify=("data@health.example.cn",))
    ended = run(platform, source)
    (letter,) = box.letters
    body = letter.get_payload(decode=True)
    assert isinstance(body, bytes)
    text = body.decode()
    assert letter["To"] == "data@health.example.cn"
    assert "处错误" in text
    assert "has 1 errors" in text
    assert f"/harvest/{source.name}/job/{ended.id}" in text


def test_a_run_without_trouble_is_mailed_only_where_asked(
    platform: Platform, connect: Connect, feed: Path, box: Letterbox
) -> None:
    (feed / "beds.csv").write_text("id\n1\n")
    source = connect("folder", str(feed), notify=("data@health.example.cn",))
    run(platform, source)
    assert box.letters == []
    with platform.work(SYSTEM) as work:
        connections.edit(work, source.id, notify_on="always")
    run(platform, source)
    assert len(box.letters) == 1


def test_the_log_says_why_a_letter_did_not_arrive(
    platform: Platform, connect: Connect, feed: Path, box: Letterbox
) -> None:
    defective(feed)
    box.refuse = True
    source = connect("folder", str(feed), policy="badge", notify=("nobody@health.example.cn",))
    assert run(platform, source).state == "done"
    platform.config = msgspec.structs.replace(platform.config, mail_url="")
    run(platform, source)
    with platform.read(SYSTEM) as work:
        later, first = notices.log(work, source.id)
    assert not first.arrived
    assert "550" in first.detail
    assert "GONGKAI_MAIL_URL" in later.detail


def test_a_webhook_is_signed_and_carries_the_causes(
    platform: Platform, connect: Connect, feed: Path, served: Department
) -> None:
    defective(feed)
    served.answers["/hook"] = Answer("{}")
    source = connect("folder", str(feed), policy="badge", webhook=served.url("/hook"))
    with platform.work(SYSTEM) as work:
        connections.edit(work, source.id, secrets={"webhook": "hush"})
    run(platform, source)
    (body,) = served.bodies
    headers = served.asked[-1][1]
    expected = notices.signature("hush", headers["x-gongkai-timestamp"], body)
    assert headers["x-gongkai-signature"] == f"sha256={expected}"
    told = json.loads(body)
    assert told["run"]["counts"] == {"create": 1}
    assert "table-badged" in {cause["code"] for cause in told["causes"]}


def test_a_webhook_to_the_inside_is_refused_and_logged(platform: Platform, connect: Connect, feed: Path) -> None:
    defective(feed)
    source = connect("folder", str(feed), policy="badge", webhook="http://169.254.169.254/hook")
    run(platform, source)
    with platform.read(SYSTEM) as work:
        (delivery,) = notices.log(work, source.id)
    assert not delivery.arrived
    assert "internal network" in delivery.detail


@pytest.mark.parametrize(("field", "value"), [("notify", ("no address",)), ("webhook", "ftp://x")])
def test_wrong_targets_are_refused_when_entered(
    platform: Platform, connect: Connect, feed: Path, field: str, value: object
) -> None:
    with pytest.raises(Invalid) as caught:
        connect("folder", str(feed), **{field: value})
    assert list(caught.value.errors) == [field]
