"""A citizen finds an approval item, what to bring, what it costs, how it changed and how others handle it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from publisher import approval_items, config, datasets, organizations
from publisher.auth import ANONYMOUS, SYSTEM
from publisher.wiring import Platform, open_platform
from schemas.model import Dataset, Organization, replace
from web.app import create_app

FIELDS: dict[str, Any] = {
    "task_type": "01",
    "catalog_code": "000123001000",
    "by_law": ["《食品安全法》第三十五条"],
    "promised_limit": "20",
    "statutory_limit": "30",
    "charged": "no",
    "online": "no",
    "place": "政务大厅二楼",
    "materials": [{"name": "申请书", "source": "申请人自备", "copies": "2"}, {"name": "<b>身份证</b>"}],
}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Platform]:
    with open_platform(config.load({}, data=tmp_path, password_cost="low"), upgrade=True) as platform:
        with platform.work(SYSTEM) as work:
            east = organizations.put(work, Organization(name="east", title="东区")).id
            west = organizations.put(work, Organization(name="west", title="西区")).id
            item = Dataset(title="食品经营许可", name="food-east", owner=east, profile="approval-item", fields=FIELDS)
            datasets.put(work, item)
            quick = FIELDS | {"promised_limit": "5", "online": "yes"}
            datasets.put(work, replace(item, name="food-west", owner=west, fields=quick))
            datasets.put(work, replace(item, name="secret-item", visibility="private"))
            datasets.put(work, Dataset(title="普通数据", name="plain"))
        yield platform


@pytest.fixture
def client(site: Platform) -> FlaskClient:
    return create_app(platform=site).test_client()


def test_coverage_counts_what_everybody_may_see(site: Platform) -> None:
    with site.read(ANONYMOUS) as work:
        counted = approval_items.coverage(work)
    assert (counted.total, counted.online, counted.rate, counted.reached) == (2, 1, 0.5, True)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_items_are_listed_and_searched(client: FlaskClient, language: str) -> None:
    page = client.get(f"/{language}/items").text
    assert "food-east" in page
    assert "food-west" in page
    assert "50%" in page
    assert "secret-item" not in page
    assert "/items/plain" not in page
    assert "food-east" in client.get("/zh/items?q=食品经营").text
    assert "food-east" not in client.get("/zh/items?q=护照").text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_item_says_what_a_citizen_needs(client: FlaskClient, language: str) -> None:
    page = client.get(f"/{language}/items/food-east").text
    for text in ("申请书", "申请人自备", "政务大厅二楼", "《食品安全法》第三十五条", "西区", "/items/food-west"):
        assert text in page
    assert "&lt;b&gt;身份证" in page
    assert "secret-item" not in page


def test_what_changed_is_told_from_and_to(client: FlaskClient, site: Platform) -> None:
    with site.work(SYSTEM) as work:
        item = datasets.get(work, "food-east")
        changed = FIELDS | {"promised_limit": "12", "online": "yes", "materials": FIELDS["materials"][:1]}
        datasets.put(work, replace(item, fields=changed))
    page = client.get("/en/items/food-east").text
    assert "Promised limit from 20 working days to 12 working days" in page
    assert "Online from No to Yes" in page
    assert "Materials from 2 entries to 1 entries" in page


@pytest.mark.parametrize("path", ["/items/plain", "/items/secret-item", "/items/never-was"])
def test_what_is_no_item_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404
