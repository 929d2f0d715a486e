"""Addresses of files that others keep are asked for once a week, a few bytes each, and count in the scoreboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harvester import links as link_checks
from harvester.fetch import Fetcher, Limits
from harvester.guard import Allowed
from publisher import links, scoreboard
from publisher.auth import ANONYMOUS, SYSTEM
from publisher.disclosure_orm import LinkRow
from publisher.links import Health
from schemas.model import Dataset, Resource, replace
from tests.harvester.departments import Answer, Department, department
from tests.publisher.town import Town, open_town

QUICK = Limits(connect=1, read=0.5, wall=2, wire=64 * 1024, decoded=64 * 1024, attempts=1)


@pytest.fixture
def served() -> Iterator[Department]:
    with department() as told:
        yield told


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as opened:
        yield opened


def filled(town: Town, served: Department) -> Dataset:
    """Put a dataset whose files answer, are large, are gone, are refused and are ours."""
    served.answers["/small"] = Answer("1")
    served.answers["/large"] = Answer("x" * 300_000)
    addresses = [served.url("/small"), served.url("/large"), served.url("/gone"), "http://10.0.0.1/inside"]
    resources = [Resource(title=address, url=address) for address in addresses]
    ours = town.platform.config.site_url
    resources += [Resource(url=f"{ours}/x.csv"), Resource(url="x.csv"), Resource(url="ftp://x/y"), Resource(url="")]
    resources.append(Resource(url=served.url("/kept"), storage="upload"))
    return town.put(Dataset(title="床位", name="beds", owner=town.health, resources=tuple(resources)))


def asked(town: Town) -> dict[str, str]:
    with Fetcher(Allowed(hosts=("127.0.0.1",)), QUICK, sleep=lambda seconds: None) as fetcher:
        return {answer.link.url: answer.code for answer in link_checks.check(town.platform, fetcher)}


def test_each_address_is_asked_for_and_judged(town: Town, served: Department) -> None:
    filled(town, served)
    found = asked(town)
    assert len(found) == 4
    assert [found[served.url(path)] for path in ("/small", "/large")] == ["", ""]
    assert found[served.url("/gone")]
    assert found["http://10.0.0.1/inside"]


def test_an_address_is_asked_for_again_after_a_week(town: Town, served: Department) -> None:
    filled(town, served)
    assert (len(asked(town)), len(asked(town))) == (4, 0)
    town.pass_days(8)
    assert len(asked(town)) == 4


def test_hidden_datasets_are_not_asked_for(town: Town, served: Department) -> None:
    town.put(replace(filled(town, served), visibility="private"))
    assert asked(town) == {}


def test_health_counts_in_the_scoreboard_and_leads_to_the_records(town: Town, served: Department) -> None:
    beds = filled(town, served)
    asked(town)
    with town.platform.read(ANONYMOUS) as work:
        assert links.health(work) == {beds.id: Health(asked=4, answered=2)}
        assert scoreboard.compute(work).scores[town.health].link_health == 0.5
        assert scoreboard.details(work, town.health)[0].dead_links == 2
    town.put(replace(beds, resources=beds.resources[:1]))
    with town.platform.read(ANONYMOUS) as work:
        assert links.health(work) == {beds.id: Health(asked=1, answered=1)}


def test_a_failure_keeps_the_moment_when_it_began(town: Town, served: Department) -> None:
    beds = filled(town, served)
    began = town.moment[0]
    asked(town)
    town.pass_days(8)
    asked(town)
    served.answers["/gone"] = Answer("back")
    with town.platform.read(SYSTEM) as work:
        gone = work.session.get_one(LinkRow, beds.resources[2].id)
        assert (gone.failed_since, gone.at) == (began, town.moment[0])
    town.pass_days(8)
    asked(town)
    with town.platform.read(SYSTEM) as work:
        assert work.session.get_one(LinkRow, beds.resources[2].id).failed_since is None
