"""What search engines read in a page says what the dataset says, and is read back."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import vocabulary
from schemas.errors import Invalid
from schemas.mappings import schema_org
from schemas.mappings.mapped import Surroundings
from schemas.model import Agent, Contact, Dataset, Organization, Resource, replace
from tests.schemas.mappings.strategies import ADDRESSES, WORDS, datasets, periods, places, resources, some

AROUND = Surroundings(site_url="https://open.example", site_title="Open")
PLACES = Counter(licence.url.partition("://")[2] for licence in vocabulary.LICENCES.values())
NAMED = sorted(
    key for key, licence in vocabulary.LICENCES.items() if licence.url and PLACES[licence.url.partition("://")[2]] == 1
)


@settings(max_examples=25, deadline=None)
@given(
    datasets(
        resources(title=WORDS, url=ADDRESSES.filter(bool)),
        licence=st.sampled_from(["", *NAMED]),
        frequency=st.just(""),
        landing_page=ADDRESSES,
        description=WORDS,
        identifier=WORDS,
        version=WORDS,
        subjects=some(WORDS),
        references=some(ADDRESSES),
        temporal=some(periods()),
        spatial=some(places()),
        languages=some(st.sampled_from(["zh", "en"])),
        access_level=st.sampled_from(["public", "restricted", "non-public"]),
        issued=st.dates().map(str),
        modified=st.dates().map(str),
        publisher=st.builds(Agent, name=WORDS, url=ADDRESSES),
        keywords=some(WORDS.filter(lambda word: not set(word) & set(",，、"))),
        uri=ADDRESSES,
    )
)
def test_a_dataset_survives_the_way_through_a_page(dataset: Dataset) -> None:
    written = json.loads(json.dumps(schema_org.from_dataset(dataset, AROUND)))
    read = schema_org.to_dataset(written).dataset
    expected = replace(dataset, id="", name="")
    assert replace(read, resources=()) == replace(expected, resources=())
    assert [r.url for r in read.resources] == [r.url for r in dataset.resources]
    assert [r.bytes for r in read.resources] == [r.bytes for r in dataset.resources]
    assert [r.format for r in read.resources] == [r.format for r in dataset.resources]


def test_required_and_recommended_properties_are_there() -> None:
    dataset = Dataset(
        id="d",
        name="air",
        title="空气质量",
        description="每小时数据",
        licence="CC-BY-4.0",
        translations={"en": {"title": "Air quality"}},
        contact=Contact(name="数据处"),
        resources=(
            Resource(url="https://e.org/a.csv", format="CSV", schema={"fields": [{"name": "pm25", "title": "PM2.5"}]}),
        ),
    )
    owner = Organization(id="o", name="epb", title="生态环境局")
    written = schema_org.from_dataset(dataset, Surroundings(site_url="https://open.example", organization=owner))
    assert written["@type"] == "Dataset"
    assert written["alternateName"] == ["Air quality"]
    assert written["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert written["publisher"]["name"] == "生态环境局"
    assert written["publisher"]["contactPoint"]["name"] == "数据处"
    assert written["variableMeasured"] == [{"@type": "PropertyValue", "name": "PM2.5"}]
    assert written["distribution"][0]["encodingFormat"] == "text/csv"
    assert written["isAccessibleForFree"] is True


def test_what_pages_of_others_write_is_read() -> None:
    page = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": "Rain",
        "description": "Daily rain.",
        "identifier": {"@type": "PropertyValue", "propertyID": "doi", "value": "10.1/x"},
        "keywords": "rain, weather",
        "license": {"@type": "CreativeWork", "url": "https://creativecommons.org/publicdomain/zero/1.0/"},
        "creator": {
            "@type": "Organization",
            "name": "Met Office",
            "contactPoint": {"@type": "ContactPoint", "email": "m@e.org"},
        },
        "temporalCoverage": "2020-01-01/..",
        "spatialCoverage": {"@type": "Place", "geo": {"@type": "GeoShape", "box": "18 -65 72 172"}},
        "distribution": {
            "@type": "DataDownload",
            "encodingFormat": "CSV",
            "contentUrl": "https://e.org/r.csv",
            "contentSize": "1.5 MB",
        },
        "funder": {"name": "State"},
    }
    mapped = schema_org.to_dataset(page)
    dataset = mapped.dataset
    assert (dataset.identifier, dataset.licence, dataset.keywords) == ("10.1/x", "cc-zero", ("rain", "weather"))
    assert (dataset.temporal[0].start, dataset.temporal[0].end) == ("2020-01-01", "")
    assert dataset.spatial[0].bbox == (-65.0, 18.0, 172.0, 72.0)
    assert (dataset.contact.email, dataset.resources[0].bytes) == ("m@e.org", 1_500_000)
    assert [(finding.code, finding.path) for finding in mapped.findings] == [("unknown-field", "funder")]
    assert dataset.extras["funder"] == {"name": "State"}


@settings(max_examples=25, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            ["name", "keywords", "license", "creator", "distribution", "spatialCoverage", "temporalCoverage"]
        ),
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.integers(), st.text()),
            lambda inner: st.one_of(
                st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["name", "url", "geo", "box"]), inner)
            ),
            max_leaves=6,
        ),
    )
)
def test_any_object_gives_a_dataset_or_findings_never_a_crash(payload: dict[str, Any]) -> None:
    schema_org.from_dataset(schema_org.to_dataset(payload).dataset, AROUND)


def test_what_is_no_object_is_refused() -> None:
    with pytest.raises(Invalid):
        schema_org.to_dataset(["Dataset"])
