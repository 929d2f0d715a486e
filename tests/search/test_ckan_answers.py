"""What a real CKAN found for the recorded searches, the same datasets and queries on both engines' seam."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.errors import Invalid
from schemas.model import Dataset, Organization, Resource
from search.backends import Backend, open_backend
from search.document import Document, to_document
from search.query import Query, Term
from search.syntax import parse_filter, parse_q, parse_sort

pytestmark = pytest.mark.shared
NOW = datetime(2025, 1, 1, tzinfo=UTC)
SCENARIOS = ("search-basic", "search-syntax", "search-fq", "search-fq-odd", "search-sort", "search-bad-queries")
GROUPS = {name: Organization(id=f"g-{name}", name=name, kind="group") for name in ("open-finance",)}


def recorded(shared: Path, prefix: str) -> list[dict[str, Any]]:
    with open(shared / "contract/ckan-golden.jsonl", encoding="utf-8") as lines:
        return [step for step in map(json.loads, lines) if step["scenario"] == prefix]


def dataset(body: dict[str, Any], number: int) -> Document:
    """Make the document of a recorded package_create."""
    moment = NOW - timedelta(minutes=100 - number)
    resources = body.get("resources", ())
    themes = [GROUPS[group["name"]] for group in body.get("groups", ())]
    value = Dataset(
        id=f"id-{number}",
        name=body["name"],
        title=body.get("title", ""),
        description=body.get("notes", ""),
        owner=body["owner_org"],
        licence=body.get("license_id", ""),
        keywords=tuple(tag["name"] for tag in body.get("tags", ())),
        themes=tuple(theme.id for theme in themes),
        resources=tuple(Resource(title=one.get("name", ""), url=one["url"], format=one["format"]) for one in resources),
        extras={extra["key"]: extra["value"] for extra in body.get("extras", ())},
        visibility="private" if body.get("private") else "public",
        created=moment,
        changed=moment,
    )
    return to_document(value, Organization(id=body["owner_org"], name=body["owner_org"]), themes)


@pytest.fixture(scope="module")
def catalogue(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Backend, dict[str, str]]]:
    backend = open_backend(str(tmp_path_factory.mktemp("index")))
    made = [step["body"] for step in recorded(shared, "search-basic") if step["path"].endswith("package_create")]
    backend.write(dataset(body, number) for number, body in enumerate(made))
    yield backend, {f"id-{number}": body["name"] for number, body in enumerate(made)}
    backend.close()


def answer(backend: Backend, asked: dict[str, Any]) -> tuple[str, ...]:
    """Do what package_search does with q, fq and sort."""
    parts = [asked["fq"]] if "fq" in asked else []
    filters = [parse_filter(str(part), NOW) for part in (*parts, *asked.get("fq_list", ()))]
    query = Query(
        where=parse_q(str(asked.get("q") or ""), NOW),
        filters=(*filters, Term("state", "active"), Term("visibility", "public")),
        sort=parse_sort(asked.get("sort")),
        rows=100,
    )
    return backend.search(query).ids


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_recorded_queries_find_what_ckan_found(
    shared: Path, catalogue: tuple[Backend, dict[str, str]], scenario: str
) -> None:
    backend, names = catalogue
    steps = [step for step in recorded(shared, scenario) if step["path"].endswith("package_search")]
    wrong = []
    for step in steps:
        asked = step.get("params") or step.get("body") or {}
        if _is_for_the_api(asked):
            continue
        told = told_by(backend, names, asked)
        packages = step["response"].get("result", {}).get("results", ())
        expected = [package["name"] for package in packages] if step["status"] == 200 else "refused"
        ordered = scenario == "search-sort" or not isinstance(expected, list)
        if told != expected and (ordered or sorted(told) != sorted(expected)):
            wrong.append((asked, expected, told))
    assert wrong == []


def told_by(backend: Backend, names: dict[str, str], asked: dict[str, Any]) -> list[str] | str:
    try:
        return [names[id] for id in answer(backend, asked)]
    except Invalid:
        return "refused"


def _is_for_the_api(asked: dict[str, Any]) -> bool:
    """Leave parameters of a wrong type to the API's own tests."""
    return any(isinstance(asked.get(key), (list, int)) for key in ("q", "sort", "fq")) or isinstance(
        asked.get("fq_list"), str
    )
