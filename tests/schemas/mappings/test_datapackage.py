"""Data Packages become datasets with their tables' schemas, and are written again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.mappings import datapackage
from schemas.mappings.mapped import Context, Surroundings

PACKAGE: dict[str, Any] = {
    "name": "stops",
    "title": "Bus stops",
    "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
    "contributors": [{"title": "Data desk", "email": "desk@example.org", "role": "maintainer"}],
    "keywords": ["bus"],
    "resources": [
        {"name": "stops", "path": "data/stops.csv", "schema": {"fields": [{"name": "id", "type": "integer"}]}},
        {"name": "inline", "data": [{"a": 1}]},
    ],
}


def test_a_package_becomes_a_dataset_with_schemas() -> None:
    mapped = datapackage.to_dataset(PACKAGE, Context(base_url="/srv/feed"))
    dataset = mapped.dataset
    assert mapped.findings == ()
    assert (dataset.title, dataset.licence, dataset.contact.email) == ("Bus stops", "CC-BY-4.0", "desk@example.org")
    assert dataset.resources[0].url == "/srv/feed/data/stops.csv"
    assert dataset.resources[0].schema == PACKAGE["resources"][0]["schema"]
    assert dataset.resources[1].extras["data"] == [{"a": 1}]


@pytest.mark.parametrize("path", ["../secret.csv", "/etc/passwd", "file:///etc/passwd", "a/../../b.csv"])
def test_a_path_out_of_the_package_is_refused(path: str) -> None:
    package = {**PACKAGE, "resources": [{"name": "x", "path": path}]}
    mapped = datapackage.to_dataset(package, Context(base_url="/srv/feed"))
    assert mapped.dataset.resources[0].url == ""
    assert [finding.code for finding in mapped.findings] == ["unsafe-path"]


def test_what_is_written_reads_back() -> None:
    dataset = datapackage.to_dataset(PACKAGE, Context(base_url="https://example.org/feed/")).dataset
    again = datapackage.to_dataset(
        datapackage.from_dataset(dataset, Surroundings(site_url="https://open.example"))
    ).dataset
    assert [r.schema for r in again.resources] == [r.schema for r in dataset.resources]
    assert [r.url for r in again.resources] == [r.url for r in dataset.resources]
    assert (again.title, again.licence, again.keywords) == (dataset.title, dataset.licence, dataset.keywords)


@pytest.mark.shared
def test_real_packages_keep_every_resource(shared: Path) -> None:
    read = 0
    for path in sorted((shared / "data" / "datapackages").rglob("datapackage.json")):
        package = json.loads(path.read_bytes())
        dataset = datapackage.to_dataset(package, Context(base_url=str(path.parent))).dataset
        read += 1
        assert dataset.title
        assert len(dataset.resources) == len(package["resources"])
    assert read >= 5
