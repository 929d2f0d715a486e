"""Data Packages become datasets with their tables' schemas, and are written again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import vocabulary
from schemas.mappings import datapackage
from schemas.mappings.mapped import Context, Surroundings
from schemas.model import Contact, Dataset, replace
from tests.schemas.mappings.strategies import ADDRESSES, EMAILS, MAYBE, SCHEMAS, WORDS, datasets, resources

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


DATASETS = datasets(
    resources(
        title=WORDS, schema=st.one_of(st.none(), SCHEMAS), encoding=st.sampled_from(["", "gbk"]), hash=MAYBE,
        media_type=st.just("text/csv"), modified=st.just(""), format=st.just("CSV"),
        licence=st.sampled_from(["", *sorted(vocabulary.LICENCES)]),
    ),
    identifier=WORDS, landing_page=ADDRESSES, frequency=st.just(""), modified=st.just(""), publisher=st.none(),
    contact=st.builds(Contact, name=WORDS, email=EMAILS), version=MAYBE,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(DATASETS)
def test_a_dataset_survives_the_way_through_a_package(dataset: Dataset) -> None:
    written = json.loads(json.dumps(datapackage.from_dataset(dataset)))
    mapped = datapackage.to_dataset(written)
    assert mapped.findings == ()
    read = mapped.dataset
    assert replace(read, resources=(), extras={}) == replace(dataset, id="", name="", resources=())
    for ours, theirs in zip(read.resources, dataset.resources, strict=True):
        for field in ("title", "description", "url", "format", "bytes", "hash", "schema", "encoding", "licence"):
            assert getattr(ours, field) == getattr(theirs, field), field


def test_unknown_fields_and_people_come_back_unchanged() -> None:
    package = {**PACKAGE, "shelf": {"row": 2}, "sources": [{"title": "Register"}]}
    package["resources"] = [{**PACKAGE["resources"][0], "units": ["m"]}]
    mapped = datapackage.to_dataset(package)
    assert {finding.path for finding in mapped.findings} == {"shelf", "resources[0].units"}
    again = datapackage.from_dataset(mapped.dataset)
    assert (again["shelf"], again["sources"], again["contributors"]) == (
        {"row": 2}, [{"title": "Register"}], PACKAGE["contributors"],
    )  # fmt: skip
    assert again["resources"][0]["units"] == ["m"]


def test_every_part_of_a_resource_stays_within_the_package() -> None:
    parts = {"name": "x", "path": ["a-1.csv", "../a-2.csv"]}
    mapped = datapackage.to_dataset({**PACKAGE, "resources": [parts]}, Context(base_url="https://e.org/p/"))
    assert mapped.dataset.resources[0].extras["paths"] == ["https://e.org/p/a-1.csv"]
    assert [finding.code for finding in mapped.findings] == ["unsafe-path"]


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["name", "title", "licenses", "contributors", "resources", "keywords", "spatial", "created"]),
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.integers(), st.text()),
            lambda inner: st.one_of(
                st.lists(inner, max_size=3),
                st.dictionaries(st.sampled_from(["name", "path", "title", "schema", "roles", "bytes"]), inner),
            ),
            max_leaves=6,
        ),
    )
)
def test_any_object_gives_a_dataset_or_findings_never_a_crash(payload: dict[str, Any]) -> None:
    datapackage.from_dataset(datapackage.to_dataset(payload, Context(base_url="https://e.org/p/")).dataset)
