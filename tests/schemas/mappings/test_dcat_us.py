"""DCAT-US records become datasets with everything that they say, and what is wrong with them is told."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import vocabulary
from schemas.errors import Invalid
from schemas.mappings import dcat_us
from schemas.mappings.mapped import Surroundings
from schemas.model import Agent, Dataset, Organization, Place, replace
from tests.schemas.mappings.strategies import (
    ADDRESSES,
    BOXES,
    EMAILS,
    WORDS,
    Contact,
    datasets,
    periods,
    resources,
    some,
)

RECORD: dict[str, Any] = {
    "@type": "dcat:Dataset",
    "identifier": "air-1",
    "title": "Air quality",
    "description": "Hourly values.",
    "keyword": ["air", "PM2.5"],
    "modified": "2026-01-02",
    "publisher": {"name": "Station Office", "subOrganizationOf": {"name": "City"}},
    "contactPoint": {"fn": "Data desk", "hasEmail": "mailto:desk@example.org"},
    "accessLevel": "public",
    "license": "https://creativecommons.org/licenses/by/4.0/",
    "accrualPeriodicity": "R/P1D",
    "temporal": "2020-01-01/2020-12-31",
    "spatial": "-77.1,38.8,-76.9,39.0",
    "bureauCode": ["010:04"],
    "distribution": [{"downloadURL": "https://example.org/air.csv", "mediaType": "text/csv", "title": "CSV"}],
}


def test_every_field_has_its_place() -> None:
    mapped = dcat_us.to_dataset(RECORD)
    dataset = mapped.dataset
    assert mapped.findings == ()
    assert (dataset.identifier, dataset.frequency, dataset.licence) == ("air-1", "daily", "CC-BY-4.0")
    assert dataset.publisher is not None
    assert (dataset.publisher.name, dataset.publisher.parents) == ("Station Office", ("City",))
    assert dataset.contact.email == "desk@example.org"
    assert (dataset.temporal[0].start, dataset.spatial[0].bbox) == ("2020-01-01", (-77.1, 38.8, -76.9, 39.0))
    assert (dataset.resources[0].format, dataset.resources[0].url) == ("CSV", "https://example.org/air.csv")
    assert dataset.extras == {"bureauCode": ["010:04"]}


def test_what_is_read_and_written_says_the_same() -> None:
    dataset = dcat_us.to_dataset(RECORD).dataset
    around = Surroundings(site_url="https://open.example", organization=Organization(title="Station Office"))
    again = dcat_us.to_dataset(dcat_us.from_dataset(dataset, around)).dataset
    for field in (
        "identifier",
        "title",
        "keywords",
        "frequency",
        "licence",
        "temporal",
        "spatial",
        "extras",
        "contact",
    ):
        assert getattr(again, field) == getattr(dataset, field), field
    assert again.resources[0].url == dataset.resources[0].url


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"title": ""}, "missing-title"),
        ({"identifier": None}, "missing-identifier"),
        ({"description": None}, "missing-field"),
        ({"modified": "yesterday"}, "bad-date"),
        ({"accessLevel": "secret"}, "unknown-value"),
        ({"bureauCode": ["1:2"]}, "bad-code"),
        ({"keyword": "air"}, "wrong-type"),
        ({"contactPoint": {"fn": "x", "hasEmail": "mailto:nobody"}}, "bad-email"),
        ({"distribution": [{"title": "nothing"}]}, "no-address"),
        ({"temporal": "2020"}, "bad-period"),
        ({"Title": "typing error"}, "unknown-field"),
    ],
)
def test_each_fault_is_named(change: dict[str, Any], code: str) -> None:
    findings = dcat_us.to_dataset({**RECORD, **change}).findings
    assert code in {finding.code for finding in findings}
    assert all(finding.message.zh and finding.message.en and finding.remedy for finding in findings)


@pytest.mark.parametrize("payload", [None, [], "text"])
def test_what_is_no_record_is_refused(payload: Any) -> None:
    with pytest.raises(Invalid):
        dcat_us.to_dataset(payload)


@pytest.mark.shared
@pytest.mark.parametrize("agency", ["dol", "cms", "gsa", "opm", "treasury"])
def test_real_catalogues_are_read_whole(shared: Path, agency: str) -> None:
    read = 0
    for path in sorted((shared / "data" / "datajson" / agency).glob("*.json")):
        for record in json.loads(path.read_bytes())["dataset"]:
            dataset = dcat_us.to_dataset(record).dataset
            read += 1
            assert dataset.title == record["title"].strip()
            assert len(dataset.resources) == len(record.get("distribution") or [])
            assert set(record) - {"@type", "describedByType"} <= _said(record, dataset)
    assert read > 100


def _written(frequency: str) -> bool:
    return bool(vocabulary.FREQUENCIES[frequency].iso)


DATASETS = datasets(
    resources(
        media_type=st.sampled_from(["text/csv", "application/json"]),
        format=st.just("CSV"),
        bytes=st.none(),
        modified=st.just(""),
    ),
    description=WORDS,
    landing_page=ADDRESSES,
    identifier=WORDS,
    modified=st.dates().map(str),
    issued=st.just(""),
    keywords=st.lists(WORDS, min_size=1, max_size=3, unique=True).map(tuple),
    licence=st.sampled_from(["", "cc-zero", "CC-BY-4.0", "us-pd", "odc-by"]),
    frequency=st.sampled_from(["", *filter(_written, vocabulary.FREQUENCIES)]),
    access_level=st.sampled_from(["public", "restricted", "non-public"]),
    rights=WORDS,
    temporal=some(periods(), 1),
    spatial=some(st.builds(Place, bbox=BOXES), 1),
    references=some(ADDRESSES),
    subjects=some(WORDS),
    part_of=WORDS,
    publisher=st.builds(Agent, name=WORDS),
    contact=st.builds(Contact, name=WORDS, email=EMAILS),
)


@settings(max_examples=40, deadline=None)
@given(DATASETS)
def test_a_dataset_survives_the_way_through_a_data_json(dataset: Dataset) -> None:
    written = json.loads(json.dumps(dcat_us.from_dataset(dataset, Surroundings(site_url="https://open.example"))))
    mapped = dcat_us.to_dataset(written)
    assert mapped.findings == ()
    assert mapped.dataset == replace(dataset, id="", name="")


@pytest.mark.shared
def test_what_is_written_conforms_to_the_schema_of_the_standard(shared: Path) -> None:
    folder = shared / "data" / "datajson"
    schema = json.loads((folder / "gsa-schemas" / "dcatus1.1" / "non-federal_dataset.json").read_bytes())
    validator = jsonschema.Draft202012Validator(schema)
    around = Surroundings(site_url="https://open.example", site_title="Open")
    written = 0
    for path in sorted((folder / "treasury").glob("*.json")) + sorted((folder / "cms").glob("*.json")):
        for record in json.loads(path.read_bytes())["dataset"]:
            again = dcat_us.from_dataset(dcat_us.to_dataset(record).dataset, around)
            # what the source itself got wrong stays wrong
            theirs = {tuple(error.absolute_path)[:1] for error in validator.iter_errors(record)}
            ours = {tuple(error.absolute_path)[:1] for error in validator.iter_errors(again)}
            assert ours <= theirs, list(validator.iter_errors(again))
            written += 1
    assert written > 800


@pytest.mark.shared
def test_version_3_is_read_with_nothing_unknown(shared: Path) -> None:
    path = shared / "data" / "datajson" / "gsa-dcatus3-examples" / "Dataset" / "good" / "complete_example.json"
    record = json.loads(path.read_bytes())
    mapped = dcat_us.to_dataset(record)
    dataset = mapped.dataset
    assert mapped.findings == ()
    assert (dataset.version, dataset.frequency) == ("2024.1", "daily")
    assert dataset.landing_page == "https://example.gov/datasets/climate-2024"
    assert dataset.creator.name == "Climate Monitoring and Analysis Team"
    assert dataset.spatial[0].bbox == (-125.0, 24.0, -66.0, 50.0)
    assert dataset.resources[0].bytes == 524_288_000
    assert set(record) - {"@type", "accessRights"} <= _said(record, dataset) | {
        "@id",
        "version",
        "creator",
        "inSeries",
        "page",
        "relation",
    }


@pytest.mark.shared
@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("dcatus_no_identifier.json", {("error", "missing-identifier")}),
        ("missing_title.json", {("error", "missing-title")}),
        ("dcatus_bad_license_uri.json", {("info", "unknown-licence")}),
        ("dcatus_long_description.json", {("warning", "too-long"), ("warning", "bad-date")}),
        ("dcatus_multiple_invalid.json", {("warning", "bad-address"), ("info", "unknown-licence")}),
        ("dcatus3_0_invalid.json", {("warning", "missing-field")}),
        ("dcatus3_0_warning.json", {("warning", "dates-reversed")}),
        ("dcatus_single_record.json", set()),
    ],
)
def test_published_faults_are_named_as_their_files_are(shared: Path, file: str, expected: set[tuple[str, str]]) -> None:
    records = json.loads((shared / "data" / "datajson" / "gsa-harvester-examples" / file).read_bytes())["dataset"]
    found = {(f.level, f.code) for record in records for f in dcat_us.to_dataset(record).findings}
    assert found == expected


def test_a_data_service_becomes_its_endpoints() -> None:
    service = {
        "@type": "DataService",
        "identifier": "s",
        "title": "Weather",
        "description": "d",
        "endpointURL": ["https://api.example.gov/v1"],
        "contactPoint": {"fn": "x", "hasEmail": "mailto:a@b.c"},
    }
    mapped = dcat_us.to_dataset(service)
    assert mapped.findings == ()
    assert [(r.url, r.kind) for r in mapped.dataset.resources] == [("https://api.example.gov/v1", "api")]


def test_a_field_unknown_in_every_distribution_is_told_once() -> None:
    items = [{"downloadURL": f"https://e.org/{n}.csv", "mediaType": "text/csv", "odd": n} for n in range(50)]
    mapped = dcat_us.to_dataset({**RECORD, "distribution": items})
    assert [finding.path for finding in mapped.findings] == ["distribution[0].odd"]
    assert [resource.extras["odd"] for resource in mapped.dataset.resources] == list(range(50))


def test_ten_thousand_faulty_distributions_are_read_in_linear_time() -> None:
    def seconds(count: int) -> float:
        record = {**RECORD, "distribution": [{"title": f"{n}", f"odd{n % 7}": n} for n in range(count)]}
        started = time.process_time()
        assert len(dcat_us.to_dataset(record).dataset.resources) == count
        return time.process_time() - started

    assert seconds(10_000) < 40 * max(seconds(1_000), 0.02)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(sorted({*RECORD, "theme", "language", "references", "issued", "describedBy", "@id"})),
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.integers(), st.text()),
            lambda inner: st.one_of(
                st.lists(inner, max_size=3),
                st.dictionaries(st.sampled_from(["@id", "name", "fn", "hasEmail", "downloadURL", "byteSize"]), inner),
            ),
            max_leaves=6,
        ),
    )
)
def test_any_object_gives_a_dataset_or_findings_never_a_crash(payload: dict[str, Any]) -> None:
    dcat_us.from_dataset(dcat_us.to_dataset(payload).dataset)


def _said(record: dict[str, Any], dataset: Any) -> set[str]:
    """Answer the keys of a record of which the dataset says something."""
    fields = {
        "identifier": dataset.identifier, "title": dataset.title, "description": True, "keyword": dataset.keywords,
        "modified": dataset.modified, "issued": dataset.issued, "publisher": dataset.publisher,
        "contactPoint": dataset.contact.name, "accessLevel": True, "rights": True, "license": dataset.licence,
        "accrualPeriodicity": dataset.frequency, "temporal": dataset.temporal, "spatial": dataset.spatial,
        "language": dataset.languages, "landingPage": dataset.landing_page, "references": dataset.references,
        "conformsTo": dataset.conforms_to, "theme": dataset.subjects, "distribution": True, "isPartOf": dataset.part_of,
    }  # fmt: skip
    said = {key for key, value in fields.items() if value}
    empty = {key for key, value in record.items() if value in (None, "", [], {})}
    return said | set(dataset.extras) | empty
