"""Dry runs and reports: what would happen, what happened, and why."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import orjson
import pytest

from harvester import preview, reports
from harvester.connections import Connection
from publisher.auth import SYSTEM
from publisher.wiring import Platform
from schemas.errors import NotFound
from tests.harvester.conftest import Connect, published, run
from tests.harvester.departments import Answer, Department
from tests.harvester.test_pipeline import SCHEMA


def site(served: Department, *packages: object) -> str:
    page = {"count": len(packages), "results": packages}
    served.answers["/api/3/action/package_search"] = Answer(json.dumps({"success": True, "result": page}))
    return served.url("")


def package(number: int, **fields: object) -> dict[str, object]:
    return {"id": f"a-long-package-id-{number}", "name": f"package-{number}", "title": f"Package {number}", **fields}


def test_a_preview_tells_the_plan_and_writes_nothing(platform: Platform, connect: Connect, served: Department) -> None:
    source = connect("ckan", site(served, *(package(n) for n in range(10))))
    run(platform, source)
    before = published(platform)
    changed = [package(n, notes="New words") if n == 3 else package(n) for n in range(9)]
    site(served, *changed, package(20), {"title": "nameless"})
    plan = preview.preview(platform, SYSTEM, source)
    assert plan.counts == {"create": 1, "update": 1, "unchanged": 8, "refused": 1, "withdraw": 1}
    update = next(record for record in plan.records if record.decision == "update")
    assert update.fields["description"][1] == "New words"
    assert plan.stop is None
    assert published(platform) == before


def test_a_preview_of_a_source_that_is_not_added_yet(platform: Platform, served: Department) -> None:
    draft = Connection(kind="ckan", url=site(served, package(1)), owner="x")
    plan = preview.preview(platform, SYSTEM, draft)
    assert plan.counts == {"create": 1}
    assert plan.records[0].dataset is not None
    assert plan.records[0].dataset.title == "Package 1"


def test_a_preview_shows_the_guard_and_the_fault(platform: Platform, connect: Connect, served: Department) -> None:
    source = connect("ckan", site(served, *(package(n) for n in range(10))))
    run(platform, source)
    site(served, package(1))
    plan = preview.preview(platform, SYSTEM, source)
    assert plan.stop is not None
    assert plan.stop.code == "shrunken-catalogue"
    served.answers["/api/3/action/package_search"] = Answer(status=403)
    fault = preview.preview(platform, SYSTEM, source).fault
    assert fault is not None
    assert fault.code == "forbidden"


def test_the_type_of_a_source_is_detected(platform: Platform, served: Department, feed: Path) -> None:
    served.answers["/"] = Answer(
        '<html><meta name="generator" content="ckan 2.11">', headers={"Content-Type": "text/html"}
    )
    served.answers["/nothing"] = Answer("hello")
    assert preview.detect(platform, served.url("/")) == "ckan"
    assert preview.detect(platform, str(feed)) == "folder"
    assert preview.detect(platform, served.url("/nothing")) == ""


def test_the_report_tells_place_value_and_remedy(platform: Platform, connect: Connect, feed: Path) -> None:
    (feed / "beds.csv").write_text("id,beds\n1,-20\nx,3\n")
    (feed / "beds.schema.json").write_bytes(orjson.dumps(SCHEMA))
    done = run(platform, connect("folder", str(feed), policy="badge"))
    with platform.read(SYSTEM) as work:
        found = reports.causes(work, done.id)
        lines = list(csv.DictReader(io.StringIO("".join(reports.lines(work, done.id, "en")).lstrip("\ufeff"))))
        document = reports.document(work, done.id)
        (result,) = reports.results(work, done.id, code="table-badged")
        raw = json.loads(reports.raw(work, done.source_id, "beds.csv"))
    assert {"table-badged", "constraint-error", "type-error"} <= {cause.code for cause in found}
    constraint = next(line for line in lines if line["code"] == "constraint-error")
    assert (constraint["row"], constraint["column"], constraint["title"]) == ("2", "2", "beds")
    assert constraint["value"] == "'-20"
    assert constraint["what to do"]
    assert document["run"]["counts"] == {"create": 1}
    assert result.dataset_id == published(platform)[0].id
    assert raw["title"] == "beds"
    assert reports.summary(done, "en") == "added 1; tables published with their report 1"


def test_an_unknown_record_has_no_raw_form(platform: Platform, connect: Connect, feed: Path) -> None:
    source = connect("folder", str(feed))
    with pytest.raises(NotFound), platform.read(SYSTEM) as work:
        reports.raw(work, source.id, "none")
