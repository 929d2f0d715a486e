"""Linked tables: asked for once, checked once, and the last good version stays whatever the server does."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from harvester import connections, reports
from harvester.connections import Connection
from publisher import checks, tables
from publisher.auth import SYSTEM
from publisher.wiring import Platform
from tests.harvester.conftest import Connect, published, run
from tests.harvester.departments import Answer, Department
from tests.harvester.test_pipeline import SCHEMA

GOOD = "id,beds\n1,20\n2,30\n"
BETTER = "id,beds\n1,20\n2,31\n"
BAD = "id,beds\n1,-5\n1,x\n"


def serve(served: Department, text: str, **distribution: Any) -> str:
    """Serve a catalogue of one dataset with one table, which answers conditional requests."""
    entry = {"downloadURL": served.url("/beds.csv"), "format": "CSV", "title": "Beds", **distribution}
    dataset = {
        "identifier": "https://health.example/beds",
        "title": "Beds",
        "description": "d",
        "distribution": [entry],
    }
    served.answers["/data.json"] = Answer(json.dumps({"dataset": [dataset]}))
    served.answers["/beds.schema.json"] = Answer(json.dumps(SCHEMA))
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:8]}"'

    def table(path: str, headers: dict[str, str]) -> Answer:
        if headers.get("if-none-match") == tag:
            return Answer(status=304)
        return Answer(text, headers={"ETag": tag, "Content-Type": "text/csv"})

    served.answers["/beds.csv"] = table
    return served.url("/data.json")


def connected(connect: Connect, served: Department, policy: str, text: str = GOOD) -> Connection:
    described = {"describedBy": served.url("/beds.schema.json"), "describedByType": "application/vnd.tableschema+json"}
    return connect("data-json", serve(served, text, **described), policy=policy)


def again(served: Department, text: str) -> None:
    described = {"describedBy": served.url("/beds.schema.json"), "describedByType": "application/vnd.tableschema+json"}
    serve(served, text, **described)


def content(platform: Platform) -> str:
    resource = published(platform)[0].resources[0]
    return platform.files.open(f"{resource.hash[:2]}/{resource.hash[2:]}").read().decode()


def test_a_table_is_checked_against_the_schema_that_it_names(
    platform: Platform, connect: Connect, served: Department
) -> None:
    ended = run(platform, connected(connect, served, "hold"))
    assert ended.counts == {"create": 1}
    resource = published(platform)[0].resources[0]
    assert resource.schema == SCHEMA
    assert resource.url == served.url("/beds.csv")
    with platform.read(SYSTEM) as work:
        check = checks.latest(work, resource.id)
        version = tables.current(work, resource.id)
    assert check is not None
    assert (check.outcome, check.report.stats.rows, version.rows, version.run_id) == ("published", 2, 2, ended.id)


def test_an_unchanged_table_brings_no_bytes_and_no_second_check(
    platform: Platform, connect: Connect, served: Department
) -> None:
    source = connected(connect, served, "hold")
    run(platform, source)
    served.asked.clear()
    assert run(platform, source).counts == {"unchanged": 1}
    asked = [headers for path, headers in served.asked if path == "/beds.csv"]
    assert len(asked) == 1
    assert asked[0]["if-none-match"]
    with platform.read(SYSTEM) as work:
        assert len(checks.history(work, published(platform)[0].resources[0].id)) == 1


def test_a_newer_good_table_is_a_new_version_of_the_same_resource(
    platform: Platform, connect: Connect, served: Department
) -> None:
    source = connected(connect, served, "hold")
    run(platform, source)
    first = published(platform)[0].resources[0]
    again(served, BETTER)
    assert run(platform, source).counts == {"update": 1}
    second = published(platform)[0].resources[0]
    assert second.id == first.id
    assert content(platform) == BETTER
    with platform.read(SYSTEM) as work:
        assert [version.number for version in tables.versions(work, second.id)] == [2, 1]


def test_under_hold_the_last_good_table_outlives_bad_ones(
    platform: Platform, connect: Connect, served: Department
) -> None:
    source = connected(connect, served, "hold")
    run(platform, source)
    again(served, BAD)
    ended = run(platform, source)
    assert ended.causes["table-held"] == 1
    assert reports.summary(ended, "en") == "unchanged 1; tables held back 1"
    assert content(platform) == GOOD
    again(served, BETTER)
    run(platform, source)
    assert content(platform) == BETTER


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=404),
        Answer(status=403),
        Answer(GOOD, cut=5),
        Answer(status=302, headers={"Location": "http://169.254.169.254/"}),
    ],
)
def test_a_table_that_cannot_be_fetched_leaves_the_last_one(
    platform: Platform, connect: Connect, served: Department, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harvester.fetch.Fetcher._pause", lambda self, seconds: None)
    source = connected(connect, served, "hold")
    run(platform, source)
    before = published(platform)
    served.answers["/beds.csv"] = answer
    ended = run(platform, source)
    assert (ended.state, ended.counts) == ("done", {"unchanged": 1})
    assert any(cause.startswith("file-") for cause in ended.causes)
    assert published(platform) == before


def test_a_badged_table_is_published_with_its_report(platform: Platform, connect: Connect, served: Department) -> None:
    source = connected(connect, served, "badge", BAD)
    assert run(platform, source).causes["table-badged"] == 1
    assert content(platform) == BAD
    with platform.read(SYSTEM) as work:
        check = checks.latest(work, published(platform)[0].resources[0].id)
    assert check is not None
    assert check.outcome == "badged"


def test_without_a_policy_links_stay_links(platform: Platform, connect: Connect, served: Department) -> None:
    run(platform, connected(connect, served, "off", BAD))
    assert published(platform)[0].resources[0].storage == ""
    assert all(path == "/data.json" for path, _ in served.asked)


def test_a_changed_schema_checks_the_same_table_anew(platform: Platform, connect: Connect, served: Department) -> None:
    source = connected(connect, served, "hold")
    run(platform, source)
    strict = {
        **SCHEMA,
        "fields": [SCHEMA["fields"][0], {"name": "beds", "type": "integer", "constraints": {"maximum": 9}}],
    }
    served.answers["/beds.schema.json"] = Answer(json.dumps(strict))
    assert run(platform, source).causes["table-held"] == 1


def test_a_remote_record_never_reaches_local_files(
    platform: Platform, connect: Connect, served: Department, feed: Any
) -> None:
    secret = feed / "secret.csv"
    secret.write_text("id\n1\n")
    for url in (secret.as_uri(), str(secret)):
        source = connect("data-json", serve(served, GOOD, downloadURL=url), policy="badge", title=url)
        run(platform, source)
        for dataset in published(platform):
            assert all(resource.storage == "" for resource in dataset.resources)
        with platform.work(SYSTEM) as work:
            connections.remove(work, source.id)
