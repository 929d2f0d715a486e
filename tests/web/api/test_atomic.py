"""A refused write leaves no trace in catalogue, index, files or audit."""

from __future__ import annotations

from typing import Any

import pytest

from publisher import audit, datasets, indexing
from publisher.auth import SYSTEM
from tests.web.api.asking import Asked

LONG = "x" * 1_000_001
REFUSED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("package_create", {"name": "bad", "owner_org": "bureau", "resources": [{"url": "a", "size": "big"}]}),
    ("package_create", {"name": "bad", "owner_org": "bureau", "tags": [{"name": "!"}]}),
    ("package_create", {"name": "bad", "owner_org": "bureau", "tags": [{"name": f"t{n}"} for n in range(20_000)]}),
    ("package_create", {"name": "bad", "owner_org": "bureau", "notes": LONG}),
    ("package_create", {"name": "bad", "owner_org": "bureau", "title": "a\0b"}),
    ("package_create", {"name": "bad", "owner_org": "bureau", "extras": [{"key": "k"}]}),
    ("package_create", {"name": "bad", "owner_org": "bureau", "groups": "text"}),
    ("package_create", {"name": ["bad"], "owner_org": {"a": 1}}),
    ("package_update", {"id": "shown", "owner_org": "bureau", "name": "Bad Name"}),
    ("package_patch", {"id": "shown", "title": "New", "owner_org": "nowhere"}),
    ("package_patch", {"id": "shown", "title": "New", "resources": [{"url": "a", "last_modified": "yesterday"}]}),
    ("package_revise", {"match": {"name": "shown", "title": "Other"}, "update": {"title": "New"}}),
    ("package_resource_reorder", {"id": "shown", "order": ["no-such"]}),
    ("resource_create", {"package_id": "shown", "url": "a", "size": -1}),
    ("resource_patch", {"id": "no-such", "name": "x"}),
    ("organization_create", {"name": "new-org", "extras": [{"key": "k"}]}),
    ("organization_delete", {"id": "bureau"}),
    ("group_create", {"name": "new-group", "packages": [{"name": "shown"}]}),
    ("user_create", {"name": "new-user", "email": "not", "password": "short"}),
    ("user_patch", {"id": "the-editor", "about": "x", "password": "short"}),
    ("vocabulary_create", {"name": "voc", "tags": [{"name": "!"}]}),
    ("task_status_update_many", {"data": [{"entity_id": "e", "entity_type": "t", "task_type": "t", "key": "k"}, {}]}),
    ("term_translation_update_many", {"data": [{"term": "a", "term_translation": "b", "lang_code": "zh"}, {}]}),
    ("config_option_update", {"ckan.site_title": "New", "no.such": "x"}),
    ("harvest_source_create", {"name": "src", "url": "http://e.org", "source_type": "none", "owner_org": "bureau"}),
)


def _state(site: Asked) -> tuple[Any, ...]:
    platform = site.platform
    with platform.read(SYSTEM) as work:
        entries = audit.entries(work, limit=1)
        known = [(one.id, one.revision) for one in datasets.many(work, datasets.ids(work))]
    files = sorted(path.name for path in (platform.config.data / "files").rglob("*") if path.is_file())
    return entries[0].id, known, sorted(platform.search.ids()), files


@pytest.mark.parametrize(("action", "body"), REFUSED, ids=[f"{row[0]}-{n}" for n, row in enumerate(REFUSED)])
def test_refused_write_leaves_no_trace(settled: Asked, action: str, body: dict[str, Any]) -> None:
    before = _state(settled)
    status, error = settled.refused(action, **body)
    assert status in (400, 404, 409)
    assert error["__type"]
    assert _state(settled) == before
    assert indexing.check(settled.platform).clean


def test_upload_that_nobody_may_make_leaves_no_file(settled: Asked) -> None:
    before = _state(settled)
    for who in ("", "outsider", "member"):
        status, _ = settled.upload("resource_create", who, name="a.csv", content=b"a\n1\n", package_id="shown")
        assert status == 403
    assert _state(settled) == before


def test_every_error_is_told_with_its_field(settled: Asked) -> None:
    status, error = settled.refused(
        "package_create", name="Bad Name", owner_org="nobody", author_email="x", tags=[{"name": "!"}]
    )
    assert status == 409
    assert {"name", "owner_org", "author_email", "tags", "__type"} == set(error)
