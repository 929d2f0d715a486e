"""A run from the claim to the report: decisions, guards, tables and what a killed run leaves."""

from __future__ import annotations

from pathlib import Path

import orjson

from publisher import checks
from publisher.auth import SYSTEM
from publisher.wiring import Platform
from tests.harvester.conftest import Connect, published, run
from tests.publisher.conftest import database_url  # noqa: F401  - each engine in turn

SCHEMA = {
    "fields": [{"name": "id", "type": "integer"}, {"name": "beds", "type": "integer", "constraints": {"minimum": 0}}],
    "primaryKey": ["id"],
}


def test_a_folder_is_published_and_the_second_run_changes_nothing(
    platform: Platform, connect: Connect, feed: Path
) -> None:
    (feed / "beds.csv").write_text("id,beds\n1,20\n2,30\n")
    (feed / "wards.csv").write_text("id,name\n1,a\n")
    source = connect("folder", str(feed), policy="badge")
    first = run(platform, source)
    assert (first.state, first.counts) == ("done", {"create": 2})
    assert [d.title for d in published(platform)] == ["beds", "wards"]
    second = run(platform, source)
    assert (second.state, second.counts) == ("done", {"unchanged": 2})
    resource = published(platform)[0].resources[0]
    assert resource.storage == "upload"
    assert platform.files.open(f"{resource.hash[:2]}/{resource.hash[2:]}").read() == b"id,beds\n1,20\n2,30\n"


def test_a_defective_table_is_held_and_the_last_good_version_stays(
    platform: Platform, connect: Connect, feed: Path
) -> None:
    table = feed / "beds.csv"
    table.write_text("id,beds\n1,20\n2,30\n")
    (feed / "beds.schema.json").write_bytes(orjson.dumps(SCHEMA))
    source = connect("folder", str(feed), policy="hold")
    run(platform, source)
    good = published(platform)[0].resources[0]
    table.write_text("id,beds\n1,20\n1,-3\nx,5\n")
    second = run(platform, source)
    assert second.counts == {"unchanged": 1}
    assert second.causes["table-held"] == 1
    assert published(platform)[0].resources[0] == good
    with platform.read(SYSTEM) as work:
        check = checks.latest(work, good.id)
    assert check is not None
    assert check.outcome == "held"
    assert len(check.report.errors) == 4
    third = run(platform, source)
    assert third.causes == {"table-held": 1}
    table.write_text("id,beds\n1,20\n2,33\n")
    fourth = run(platform, source)
    assert fourth.counts == {"update": 1}
    renewed = published(platform)[0].resources[0]
    assert renewed.id == good.id
    assert renewed.hash != good.hash


def test_a_defective_table_is_badged(platform: Platform, connect: Connect, feed: Path) -> None:
    (feed / "beds.csv").write_text("id,beds\n1,-20\n")
    (feed / "beds.schema.json").write_bytes(orjson.dumps(SCHEMA))
    result = run(platform, connect("folder", str(feed), policy="badge"))
    assert result.counts == {"create": 1}
    assert result.causes["table-badged"] == 1
    assert published(platform)[0].resources[0].storage == "upload"


def test_a_first_version_that_is_defective_is_not_published_under_hold(
    platform: Platform, connect: Connect, feed: Path
) -> None:
    (feed / "beds.csv").write_text("id,beds\n1,-20\n")
    (feed / "beds.schema.json").write_bytes(orjson.dumps(SCHEMA))
    source = connect("folder", str(feed), policy="hold")
    assert run(platform, source).counts == {"held": 1}
    assert run(platform, source).counts == {"held": 1}
    assert published(platform) == []
    (feed / "beds.csv").write_text("id,beds\n1,20\n")
    assert run(platform, source).counts == {"create": 1}
