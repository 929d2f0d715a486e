"""What people keep in hand, no harvest overwrites."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harvester import locks
from publisher import datasets
from publisher.auth import SYSTEM, Actor
from publisher.wiring import Platform
from schemas.errors import Invalid, NotAuthorized, NotFound
from schemas.model import Dataset, replace
from tests.harvester.conftest import Connect, published, run
from tests.harvester.departments import Answer, Department


def serve(served: Department, **fields: str) -> str:
    package = {"id": "a-long-package-id-1", "name": "beds", "title": "Beds", "notes": "First", **fields}
    result = {"count": 1, "results": [package]}
    served.answers["/api/3/action/package_search"] = Answer(json.dumps({"success": True, "result": result}))
    return served.url("")


def test_a_locked_field_outlives_the_source_and_others_follow_it(
    platform: Platform, connect: Connect, served: Department
) -> None:
    source = connect("ckan", serve(served))
    run(platform, source)
    with platform.work(SYSTEM) as work:
        dataset = datasets.get(work, "beds")
        datasets.put(work, replace(dataset, description="Better words"))
        assert locks.put(work, "beds", ["description"]) == ("description",)
    serve(served, title="Hospital beds", notes="Second")
    assert run(platform, source).counts == {"update": 1}
    (dataset,) = published(platform)
    assert (dataset.title, dataset.description, dataset.name) == ("Hospital beds", "Better words", "beds")
    with platform.work(SYSTEM) as work:
        assert locks.fields(work, "beds") == ("description",)
        locks.put(work, "beds", [])
    serve(served, title="Hospital beds", notes="Third")
    run(platform, source)
    assert published(platform)[0].description == "Third"


def test_locks_need_rights_known_fields_and_a_harvested_dataset(
    platform: Platform, connect: Connect, served: Department, feed: Path
) -> None:
    run(platform, connect("ckan", serve(served)))
    with pytest.raises(NotAuthorized), platform.work(Actor(id="x", name="x")) as work:
        locks.put(work, "beds", ["title"])
    with pytest.raises(Invalid), platform.work(SYSTEM) as work:
        locks.put(work, "beds", ["id"])
    with platform.work(SYSTEM) as work:
        datasets.put(work, Dataset(name="own", title="Own"))
    with pytest.raises(NotFound), platform.work(SYSTEM) as work:
        locks.put(work, "own", ["title"])
