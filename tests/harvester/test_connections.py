"""Sources as people manage them: refusals at the field, approval, secrets kept apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from harvester import connections, jobs
from harvester.connections import Connection
from harvester.plans import Plan
from publisher import audit, organizations
from publisher.auth import SYSTEM, Actor
from publisher.wiring import Platform
from schemas.errors import Conflict, Invalid, NotAuthorized, NotFound
from tests.harvester.conftest import Connect


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "carrier-pigeon"),
        ("url", " "),
        ("title", ""),
        ("policy", "perhaps"),
        ("owner", "nobody"),
        ("options", {"unheard-of": 1}),
        ("plan", Plan(cron="x")),
        ("name", "Not A Name"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(
    platform: Platform, connect: Connect, feed: Path, field: str, value: object
) -> None:
    source = connect("folder", str(feed))
    with pytest.raises(Invalid) as caught, platform.work(SYSTEM) as work:
        connections.edit(work, source.id, **{field: value})
    assert next(iter(caught.value.errors)).split(".")[0] == field


def test_an_editor_s_source_waits_for_approval(platform: Platform, connect: Connect, feed: Path) -> None:
    connect("folder", str(feed))
    with platform.read(SYSTEM) as work:
        office = organizations.get(work, "health")
    admin = Actor(id="ann", name="ann", roles={office.id: "admin"})
    with platform.work(admin) as work:
        source = connections.add(work, Connection(title="New", kind="folder", url=str(feed), owner=office.id))
    assert source.state == "pending"
    with pytest.raises(Conflict), platform.work(admin) as work:
        jobs.start(work, source.id)
    with pytest.raises(Conflict), platform.work(admin) as work:
        connections.resume(work, source.id)
    with pytest.raises(NotAuthorized), platform.work(admin) as work:
        connections.approve(work, source.id)
    with platform.work(SYSTEM) as work:
        assert connections.approve(work, source.id).state == "active"


def test_an_outsider_adds_and_changes_nothing(platform: Platform, connect: Connect, feed: Path) -> None:
    source = connect("folder", str(feed))
    stranger = Actor(id="x", name="x")
    with pytest.raises(NotAuthorized), platform.work(stranger) as work:
        connections.add(work, Connection(title="N", kind="folder", url=str(feed), owner=source.owner))
    for act in (connections.pause, connections.remove):
        with pytest.raises(NotAuthorized), platform.work(stranger) as work:
            act(work, source.id)


def test_secrets_stay_in_their_table(platform: Platform, connect: Connect, feed: Path) -> None:
    source = connect("folder", str(feed))
    with platform.work(SYSTEM) as work:
        connections.edit(work, source.id, secrets={"key": "hush-hush"})
    with platform.read(SYSTEM) as work:
        assert "hush-hush" not in repr(connections.listing(work))
        assert "hush-hush" not in repr(audit.entries(work))
        assert "hush-hush" in str(work.session.execute(text("select secrets from harvest_source")).all())


def test_removing_a_source_leaves_its_datasets(platform: Platform, connect: Connect, feed: Path) -> None:
    source = connect("folder", str(feed))
    with platform.work(SYSTEM) as work:
        connections.remove(work, source.name)
    with pytest.raises(NotFound), platform.read(SYSTEM) as work:
        connections.get(work, source.name)
