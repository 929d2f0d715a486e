"""CKAN packages are read without loss and written exactly as a CKAN 2.12 writes them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Invalid
from schemas.mappings import Context, ckan
from schemas.model import Dataset, Organization, Resource, replace
from tests.schemas.mappings.strategies import BOXES, SCHEMAS, WORDS, Place, datasets, periods, resources, some


def _packages(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "relationships_as_subject" in value and "extras" in value:
            yield value
        for part in value.values():
            yield from _packages(part)
    elif isinstance(value, list):
        for part in value:
            yield from _packages(part)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


def _again(package: dict[str, Any]) -> dict[str, Any]:
    """Read a recorded package as our own and write it with the moments that it had."""
    dataset = ckan.to_dataset(package, Context(own=True)).dataset
    dataset = replace(
        dataset,
        changed=_moment(package["metadata_modified"]),
        resources=tuple(
            msgspec.structs.replace(ours, changed=_moment(theirs["metadata_modified"]))
            for ours, theirs in zip(dataset.resources, package["resources"], strict=True)
        ),
    )
    owner = package["organization"]
    organization = None
    if owner is not None:
        organization = msgspec.structs.replace(ckan.to_organization(owner), created=_moment(owner["created"]))
    groups = [ckan.to_organization(group, "group") for group in package["groups"]]
    return ckan.from_dataset(dataset, organization=organization, groups=groups)


@pytest.mark.shared
def test_every_recorded_package_is_written_as_it_was_recorded(shared: Path) -> None:
    count = 0
    for line in (shared / "contract" / "ckan-golden.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for package in _packages(row.get("response")) if row["path"].startswith("/api") else ():
            if package["state"] not in ("draft", "active", "deleted"):
                continue
            count += 1
            package.pop("plugin_data", None)
            package["extras"].sort(key=lambda extra: str(extra["key"]))
            written = _again(package)
            for tag in (*package["tags"], *written["tags"]):
                tag.pop("id")
            assert written == package
    assert count > 250


@pytest.mark.shared
def test_every_recorded_organization_is_written_as_it_was_recorded(shared: Path) -> None:
    count = 0
    for line in (shared / "contract" / "ckan-golden.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        kind = row["path"].rpartition("/")[2]
        if kind not in ("organization_show", "group_show") or row["status"] != 200:
            continue
        recorded = row["response"]["result"]
        if "package_count" not in recorded:
            continue  # the caller asked for less
        count += 1
        read = ckan.to_organization(recorded, "organization" if recorded["is_organization"] else "group")
        read = msgspec.structs.replace(read, created=_moment(recorded["created"]))
        written = ckan.organization_to_dict(read, package_count=recorded["package_count"], parents=())
        assert {**written, "num_followers": recorded["num_followers"]} == {
            key: value for key, value in recorded.items() if key not in ("users", "packages", "tags")
        }
    assert count > 5


@pytest.mark.shared
def test_tokyo_gives_every_dataset_and_resource_with_its_words(shared: Path) -> None:
    count = items = 0
    with gzip.open(shared / "data" / "ckan" / "tokyo" / "package_show.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            package = json.loads(line)["result"]
            mapped = ckan.to_dataset(package)
            count += 1
            items += len(mapped.dataset.resources)
            assert mapped.valid
            assert {finding.code for finding in mapped.findings} <= {"unknown-frequency"}
            assert mapped.dataset.publisher is not None
            assert mapped.dataset.publisher.name == package["organization"]["title"].strip()
    assert (count, items) == (5_077, 58_187)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("file", "count"), [("catalog-data-gov/treasury.packages.json", 278), ("data-gov-hk/package_show.json", 1)]
)
def test_other_sites_packages_lose_nothing(shared: Path, file: str, count: int) -> None:
    loaded = json.loads((shared / "data" / "ckan" / file).read_text(encoding="utf-8"))
    packages = loaded if isinstance(loaded, list) else [loaded["result"]]
    assert len(packages) == count
    for package in packages:
        dataset = ckan.to_dataset(package).dataset
        written = {extra["key"]: extra["value"] for extra in ckan.from_dataset(dataset)["extras"]}
        assert {extra["key"] for extra in package.get("extras", ())} <= set(written)
        for resource, recorded in zip(ckan.from_dataset(dataset)["resources"], package["resources"], strict=True):
            assert {key for key, value in recorded.items() if value not in (None, "")} - set(resource) <= {
                "revision_id", "tracking_summary", "webstore_last_updated", "webstore_url", "resource_group_id",
            }  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    datasets(
        resources(schema=st.one_of(st.none(), SCHEMAS), encoding=st.sampled_from(["", "gbk"]), rights=WORDS),
        temporal=some(periods()),
        spatial=some(st.one_of(st.builds(Place, bbox=BOXES), st.builds(Place, name=WORDS))),
        subjects=some(WORDS),
        languages=some(st.sampled_from(["zh", "en"])),
        identifier=WORDS,
        access_level=st.sampled_from(["public", "restricted", "non-public"]),
        owner=st.uuids().map(str),
    )
)
def test_a_dataset_survives_the_way_through_a_package(dataset: Dataset) -> None:
    package = ckan.from_dataset(dataset)
    read = ckan.to_dataset(json.loads(json.dumps(package)), Context(own=True)).dataset
    assert read == replace(dataset, keywords=tuple(sorted(dataset.keywords)))
    assert ckan.from_dataset(read) == package


@settings(max_examples=40, deadline=None)
@given(datasets(fields=st.fixed_dictionaries({"sharing": WORDS, "items": st.lists(st.integers(), max_size=3)})))
def test_a_client_that_sends_back_what_it_saw_changes_nothing(dataset: Dataset) -> None:
    stored = replace(
        dataset,
        keywords=tuple(sorted(dataset.keywords)),
        profile="shared-information",
        translations={"en": {"title": "Air"}},
        frequency="daily",
        extras={"kept": "as it is", "frequency": "R/P1D"},
    )
    package = ckan.from_dataset(stored)
    assert ckan.to_dataset(package, Context(own=True, previous=stored)).dataset == stored


def test_empty_texts_of_a_client_come_back_empty_and_absent_ones_null() -> None:
    sent = {"name": "air", "notes": "", "resources": [{"url": "http://e.org/a", "description": ""}]}
    shown = ckan.from_dataset(ckan.to_dataset(sent, Context(own=True)).dataset)
    assert (shown["notes"], shown["url"]) == ("", None)
    assert (shown["resources"][0]["description"], shown["resources"][0]["name"]) == ("", None)


def test_unknown_resource_keys_come_back_unchanged() -> None:
    sent = {"name": "air", "resources": [{"url": "http://e.org/a", "my_field": {"deep": [1, None]}, "size": "1024"}]}
    shown = ckan.from_dataset(ckan.to_dataset(sent, Context(own=True)).dataset)["resources"][0]
    assert shown["my_field"] == {"deep": [1, None]}
    assert shown["size"] == 1024


def test_an_extra_in_other_words_is_understood_and_shown_as_it_was_sent() -> None:
    sent = {"name": "air", "extras": [{"key": "frequency", "value": "R/P1D"}, {"key": "theme", "value": "air"}]}
    dataset = ckan.to_dataset(sent, Context(own=True)).dataset
    assert (dataset.frequency, dataset.subjects) == ("daily", ("air",))
    assert ckan.from_dataset(dataset)["extras"] == sent["extras"]
    changed = ckan.from_dataset(replace(dataset, frequency="weekly"))["extras"]
    assert {"key": "frequency", "value": "weekly"} in changed


def test_unknown_keys_of_another_site_are_reported_and_kept() -> None:
    mapped = ckan.to_dataset({"id": "1", "title": "Air", "shelf": "B2"})
    assert [(finding.code, finding.path) for finding in mapped.findings] == [("unknown-field", "shelf")]
    assert mapped.dataset.extras == {"shelf": "B2"}


def test_texts_in_further_languages_become_translations() -> None:
    sent = {
        "id": "1",
        "title": "Air",
        "title_translated": {"en": "Air", "zh": "空气"},
        "notes_translated": {"zh": "说明"},
    }
    mapped = ckan.to_dataset(sent)
    assert mapped.findings == ()
    assert mapped.dataset.translations == {"zh": {"title": "空气", "description": "说明"}}


def test_uploads_and_tables_get_their_address_from_the_site() -> None:
    dataset = Dataset(
        id="d1",
        name="air",
        resources=(Resource(id="r1", storage="upload", url="a.csv"), Resource(id="r2", storage="table")),
    )
    upload, table = ckan.from_dataset(dataset, site_url="https://open.example", tables={"r1"})["resources"]
    assert upload["url"] == "https://open.example/dataset/d1/resource/r1/download/a.csv"
    assert (upload["url_type"], upload["datastore_active"]) == ("upload", True)
    assert table["url"] == "https://open.example/datastore/dump/r2"
    assert table["url_type"] == "datastore"


@pytest.mark.parametrize("payload", [None, [], "text", 7])
def test_what_is_no_package_is_refused_in_words(payload: Any) -> None:
    with pytest.raises(Invalid, match="should be an object"):
        ckan.to_dataset(payload)


@settings(max_examples=80, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["id", "name", "title", "tags", "extras", "resources", "groups", "organization", "license_id"]),
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.integers(), st.text()),
            lambda inner: st.one_of(
                st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
            ),
            max_leaves=8,
        ),
    )
)
def test_any_json_object_gives_a_dataset_or_findings_never_a_crash(payload: dict[str, Any]) -> None:
    for context in (Context(), Context(own=True)):
        ckan.from_dataset(ckan.to_dataset(payload, context).dataset)


def test_group_and_organization_images_are_shown_with_their_address() -> None:
    group = Organization(id="g", name="air", title="Air", kind="group", image="air.png")
    assert ckan.group_summary(group, "https://open.example")["image_display_url"].endswith("/uploads/group/air.png")
