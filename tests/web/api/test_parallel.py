"""Clients that write at the same time lose nothing and merge nothing silently."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from werkzeug.test import Client

from tests.databases import copied, make_template
from tests.web.api.asking import Asked, asked

CLIENTS, EACH = 8, 4


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def site(request: pytest.FixtureRequest) -> Iterator[Asked]:
    if request.param == "sqlite":
        with asked() as opened:
            yield opened
        return
    server = request.getfixturevalue("postgresql_url")
    make_template(server)
    with copied(server) as url, asked(database_url=url) as opened:
        yield opened


def test_parallel_resource_create_loses_none(site: Asked) -> None:
    def add(number: int) -> list[int]:
        client, headers = Client(site.app), {"Authorization": site.tokens["editor"]}
        bodies: list[dict[str, Any]] = [
            {"package_id": "trash", "url": f"http://e.org/{number}/{n}"} for n in range(EACH)
        ]
        return [client.post("/api/3/action/resource_create", json=body, headers=headers).status_code for body in bodies]

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = [status for many in pool.map(add, range(CLIENTS)) for status in many]
    assert answers == [200] * (CLIENTS * EACH)
    kept = {one["url"] for one in site.act("package_show", id="trash")["resources"]}
    assert kept == {f"http://e.org/{number}/{n}" for number in range(CLIENTS) for n in range(EACH)}


def test_second_editor_learns_that_the_package_moved_on(site: Asked) -> None:
    seen = site.act("package_show", id="shown")
    site.act("package_patch", "editor", id="shown", title="First")
    match = {"name": "shown", "metadata_modified": seen["metadata_modified"]}
    status, error = site.refused("package_revise", "admin", match=match, update={"title": "Second"})
    assert status == 409
    assert "match__metadata_modified" in str(error)
    assert site.act("package_show", id="shown")["title"] == "First"
