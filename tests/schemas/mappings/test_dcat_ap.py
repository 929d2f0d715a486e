"""RDF records become datasets, and datasets are written as RDF that reads back the same."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from schemas.mappings import dcat_ap
from schemas.mappings.dcat_ap import FORMS
from schemas.mappings.mapped import Surroundings
from schemas.model import Agent, Contact, Dataset, Organization, Period, Place, Resource

DATASET = Dataset(
    id="d-1",
    name="air",
    title="空气质量",
    description="每小时数据",
    identifier="air-1",
    keywords=("PM2.5", "空气"),
    publisher=Agent(name="生态环境局"),
    contact=Contact(name="数据处", email="data@example.org"),
    licence="CC-BY-4.0",
    frequency="daily",
    issued="2026-01-02",
    modified="2026-01-03",
    temporal=(Period(start="2020-01-01", end="2020-12-31"),),
    spatial=(Place(name="深圳", bbox=(113.7, 22.4, 114.6, 22.9)),),
    access_level="restricted",
    translations={"en": {"title": "Air quality"}},
    resources=(
        Resource(id="r-1", title="CSV", url="https://example.org/air.csv", format="CSV", bytes=12, hash="a" * 32),
    ),
)
AROUND = Surroundings(site_url="https://open.example", site_title="Open")


def read_back(extension: str) -> Dataset:
    written = dcat_ap.write(DATASET, AROUND, extension)
    triples = ox.parse(written, format=FORMS[extension].rdf)
    lines = "".join(f"{ox.Triple(q.subject, q.predicate, q.object)} .\n" for q in triples)
    return dcat_ap.to_dataset({"iri": "https://open.example/dataset/d-1", "title": "", "triples": lines}).dataset


@pytest.mark.parametrize("extension", sorted(FORMS))
def test_every_syntax_reads_back_the_same(extension: str) -> None:
    again = read_back(extension)
    for field in (
        "title", "description", "identifier", "keywords", "licence", "frequency", "issued", "modified", "temporal",
        "access_level", "contact", "translations",
    ):  # fmt: skip
        assert getattr(again, field) == getattr(DATASET, field), field
    assert again.publisher is not None
    assert again.publisher.name == "生态环境局"
    assert (again.spatial[0].name, again.spatial[0].bbox) == ("深圳", (113.7, 22.4, 114.6, 22.9))
    one = again.resources[0]
    assert (one.url, one.format, one.bytes, one.hash) == ("https://example.org/air.csv", "CSV", 12, "a" * 32)


def test_a_page_of_the_catalogue_links_to_the_next() -> None:
    written = dcat_ap.catalogue(
        [(DATASET, AROUND)], site_url="https://open.example", title="Open", description="", page=1, pages=3, total=201,
        extension="ttl",
    )  # fmt: skip
    objects = {q.predicate.value.rpartition("#")[2]: q.object.value for q in ox.parse(written, format=FORMS["ttl"].rdf)}
    assert objects["next"] == "https://open.example/catalog.ttl?page=2"
    assert objects["totalItems"] == "201"
    assert "previous" not in objects


def test_an_owner_of_this_site_is_the_publisher() -> None:
    owner = Organization(name="bureau", title="局")
    around = Surroundings(site_url="https://open.example", organization=owner)
    names = {
        q.object.value for q in dcat_ap.from_dataset(DATASET, around) if q.predicate.value.endswith("foaf/0.1/name")
    }
    assert names == {"局"}


def test_hostile_addresses_never_break_the_writer() -> None:
    bad = Dataset(id="d", name="d", title="t", uri="javascript:x y", resources=(Resource(url='http://x/"><'),))
    assert b"dcat:Dataset" in dcat_ap.write(bad, AROUND, "ttl")


def test_a_record_without_title_or_anything_is_reported() -> None:
    nothing = dcat_ap.to_dataset({"iri": "", "title": "", "triples": ""})
    assert [finding.code for finding in nothing.findings] == ["missing-identifier"]
    untitled = "<http://x/1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/dcat#Dataset> .\n"
    codes = {f.code for f in dcat_ap.to_dataset({"iri": "http://x/1", "triples": untitled}).findings}
    assert codes == {"missing-title", "missing-field"}
