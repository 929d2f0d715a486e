"""DCAT-US records become datasets with everything that they say, and what is wrong with them is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.errors import Invalid
from schemas.mappings import dcat_us
from schemas.mappings.mapped import Surroundings
from schemas.model import Organization

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


def _said(record: dict[str, Any], dataset: Any) -> set[str]:
    """Answer the keys of a record of which the dataset says something."""
    fields = {
        "identifier": dataset.identifier, "title": dataset.title, "description": True, "keyword": dataset.keywords,
        "modified": dataset.modified, "issued": dataset.issued, "publisher": dataset.publisher,
        "contactPoint": dataset.contact.name, "accessLevel": True, "rights": True, "license": dataset.licence,
        "accrualPeriodicity": dataset.frequency, "temporal": dataset.temporal, "spatial": dataset.spatial,
        "language": dataset.languages, "landingPage": dataset.landing_page, "references": dataset.references,
        "conformsTo": dataset.conforms_to, "theme": dataset.subjects, "distribution": True,
    }  # fmt: skip
    said = {key for key, value in fields.items() if value}
    empty = {key for key, value in record.items() if value in (None, "", [], {})}
    return said | set(dataset.extras) | empty
