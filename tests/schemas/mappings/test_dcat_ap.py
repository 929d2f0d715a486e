"""RDF records become datasets, and datasets are written as RDF that reads back the same."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import vocabulary
from schemas.mappings import dcat_ap
from schemas.mappings.dcat_ap import FORMS
from schemas.mappings.dcat_ap.names import short
from schemas.mappings.dcat_ap.reading import _IGNORED, _TAKEN
from schemas.mappings.mapped import Surroundings
from schemas.model import Agent, Contact, Dataset, Organization, Period, Place, Resource, replace
from tests.schemas.mappings.strategies import ADDRESSES, BOXES, EMAILS, WORDS, datasets, maybe, periods, resources, some

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


def test_parts_of_a_thing_that_is_a_part_of_a_page_have_addresses_too() -> None:
    file = Resource(id="r", uri="https://e.org/page#file", url="https://e.org/a.csv", format="odd", hash="a" * 32)
    spans = (Period(start="2024-01-01", end="2024-12-31"),)
    contact = Contact(name="Office", email="o@e.org")
    own = Dataset(
        id="d",
        name="d",
        title="t",
        uri="https://e.org/page#set",
        resources=(file,),
        temporal=spans,
        spatial=(Place(name="Here"),),
        contact=contact,
    )
    for extension in FORMS:
        assert b"page#set-contact" in dcat_ap.write(own, AROUND, extension)


def test_a_record_without_title_or_anything_is_reported() -> None:
    nothing = dcat_ap.to_dataset({"iri": "", "title": "", "triples": ""})
    assert [finding.code for finding in nothing.findings] == ["missing-identifier"]
    untitled = "<http://x/1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/dcat#Dataset> .\n"
    codes = {f.code for f in dcat_ap.to_dataset({"iri": "http://x/1", "triples": untitled}).findings}
    assert codes == {"missing-title", "missing-field"}


DCAT = "http://www.w3.org/ns/dcat#"
READABLE = sorted(
    key
    for key, licence in vocabulary.LICENCES.items()
    if licence.url and vocabulary.find_licence(licence.url) is licence
)
# addresses of other things than the dataset itself
LINKED = st.from_regex(r"https://law\.example/[a-z0-9]{1,12}", fullmatch=True)
DATASETS = datasets(
    resources(licence=st.sampled_from(["", *READABLE]), media_type=st.just(""), modified=maybe(st.dates().map(str))),
    description=WORDS, identifier=WORDS, uri=ADDRESSES, landing_page=ADDRESSES, version=maybe(WORDS),
    licence=st.just(""), issued=st.dates().map(str), modified=st.dates().map(str), temporal=some(periods(), 1),
    spatial=some(st.builds(Place, bbox=BOXES, name=WORDS), 1), publisher=st.builds(Agent, name=WORDS, url=st.just("https://who.example/office")),
    contact=st.builds(Contact, name=WORDS, email=EMAILS), subjects=some(LINKED),
    access_level=st.sampled_from(["public", "restricted", "non-public"]),
    extras=st.fixed_dictionaries({}, optional={"adms:versionNotes": WORDS, "dcatap:applicableLegislation": LINKED}),
)  # fmt: skip


def _sorted(dataset: Dataset) -> Dataset:
    """Put what RDF has no order for into one."""
    return replace(
        dataset, keywords=tuple(sorted(dataset.keywords)), subjects=tuple(sorted(dataset.subjects)), resources=()
    )


@settings(max_examples=30, deadline=None)
@given(DATASETS, st.sampled_from(["ttl", "rdf", "jsonld"]))
def test_a_dataset_survives_the_way_through_a_graph(dataset: Dataset, extension: str) -> None:
    triples = ox.parse(dcat_ap.write(dataset, AROUND, extension), format=FORMS[extension].rdf)
    lines = "".join(f"{ox.Triple(q.subject, q.predicate, q.object)} .\n" for q in triples)
    mapped = dcat_ap.to_dataset({"iri": dataset.uri, "triples": lines})
    licence = mapped.dataset.licence
    assert _sorted(replace(mapped.dataset, licence="")) == _sorted(replace(dataset, id="", name=""))
    assert licence in {"", *(resource.licence for resource in dataset.resources)}
    kept = [(r.url, r.title, r.description, r.format, r.bytes, r.modified, r.licence) for r in mapped.dataset.resources]
    sent = [(r.url, r.title, r.description, r.format, r.bytes, r.modified, r.licence) for r in dataset.resources]
    assert sorted(kept, key=str) == sorted(sent, key=str)


FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE, ".rdf": ox.RdfFormat.RDF_XML, ".xml": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
}  # fmt: skip
# the form that a strict parser refuses; the harvester tidies it first
TIDIED = "dcat/udata/geonetwork.xml"


def _good_files(shared: Path) -> Iterator[tuple[Path, int]]:
    with (shared / "data" / "MANIFEST.tsv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            path = shared / "data" / row["file"]
            counted = row["count"].removesuffix(" datasets")
            good = row["kind"] == "dcat" and row["parses"] == "yes" and counted.isdigit()
            if good and path.suffix in FORMATS and row["file"] != TIDIED:
                yield path, int(counted)


def _records(path: Path) -> list[tuple[str, str]]:
    """Cut a file into (address, N-Triples) for each of its datasets."""
    graph = ox.Dataset(ox.Quad(q.subject, q.predicate, q.object)
                       for q in ox.parse(path.read_bytes(), format=FORMATS[path.suffix], base_iri="http://x.example/",
                                         lenient=True))  # fmt: skip
    subjects = {q.subject for q in graph.quads_for_object(ox.NamedNode(f"{DCAT}Dataset"))}
    return [_record(graph, subject, subjects) for subject in sorted(subjects, key=str)]


def _record(graph: ox.Dataset, subject: Any, others: set[Any]) -> tuple[str, str]:
    waiting, seen, lines = [subject], {subject}, []
    while waiting:
        for quad in graph.quads_for_subject(waiting.pop()):
            lines.append(f"{ox.Triple(quad.subject, quad.predicate, quad.object)} .\n")
            target = quad.object
            if not isinstance(target, ox.Literal) and target not in seen and target not in others:
                seen.add(target)
                waiting.append(target)
    return (subject.value if isinstance(subject, ox.NamedNode) else "", "".join(sorted(lines)))


@pytest.mark.shared
def test_real_catalogues_give_every_dataset_distribution_and_publisher(shared: Path) -> None:
    files = read = items = 0
    for path, count in _good_files(shared):
        records = _records(path)
        assert len(records) == count, path
        files += 1
        for iri, triples in records:
            dataset = dcat_ap.to_dataset({"iri": iri, "triples": triples}).dataset
            read += 1
            items += len(dataset.resources)
            linked = {line.rpartition(" .")[0].split(f"<{DCAT}distribution> ")[1]
                      for line in triples.splitlines() if f"<{DCAT}distribution> " in line}  # fmt: skip
            assert len(dataset.resources) >= len(linked), (path, iri)
            if "<http://purl.org/dc/terms/publisher>" in triples:
                assert dataset.publisher is not None, (path, iri)
    assert files > 150
    assert read > 450
    assert items > 450


@pytest.mark.shared
def test_no_property_of_a_real_dataset_is_dropped_unsaid(shared: Path) -> None:
    said = 0
    for path, _ in _good_files(shared):
        for iri, triples in _records(path):
            dataset = dcat_ap.to_dataset({"iri": iri, "triples": triples}).dataset
            for quad in ox.parse(triples.encode(), format=ox.RdfFormat.N_TRIPLES, lenient=True):
                blank = isinstance(quad.object, ox.BlankNode) or not quad.object.value.strip()
                if quad.subject == (ox.NamedNode(iri) if iri else None) and not blank:
                    name = quad.predicate.value
                    assert name in _TAKEN or name in _IGNORED or short(name) in dataset.extras, (path, name)
                    said += 1
    assert said > 3_500


@pytest.mark.shared
def test_what_is_written_conforms_to_the_shapes_of_dcat_ap_3(shared: Path) -> None:
    import pyshacl  # both take a second to load
    import rdflib

    records = [(DATASET, AROUND)]
    for name in ("dcat/univ-alicante/catalog.rdf", "dcat/udata/catalog.xml", "dcat/ckanext-dcat/dcat/dataset.rdf"):
        for number, (iri, triples) in enumerate(_records(shared / "data" / name)[:25]):
            dataset = dcat_ap.to_dataset({"iri": iri, "triples": triples}).dataset
            records.append((msgspec.structs.replace(dataset, id=f"d{number}", name=f"d{number}"), AROUND))
    page = dcat_ap.catalogue(
        records, site_url="https://open.example", title="Open", description="All", page=1, pages=1, total=len(records),
        extension="ttl",
    )  # fmt: skip
    shapes = rdflib.Graph().parse(str(shared / "data" / "dcat" / "shapes" / "dcat-ap_3_shacl_shapes.ttl"))
    conforms, _, told = pyshacl.validate(rdflib.Graph().parse(data=page.decode(), format="turtle"), shacl_graph=shapes)
    assert conforms, told


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["title", "license", "temporal", "spatial", "publisher", "identifier"]),
                          st.text(max_size=20)), max_size=8))  # fmt: skip
def test_any_literal_anywhere_gives_a_dataset_never_a_crash(statements: list[tuple[str, str]]) -> None:
    node = ox.NamedNode("http://x.example/1")
    kind = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    triples = [ox.Triple(node, kind, ox.NamedNode(f"{DCAT}Dataset"))]
    triples += [ox.Triple(node, ox.NamedNode(f"http://purl.org/dc/terms/{name}"), ox.Literal(text))
                for name, text in statements]  # fmt: skip
    lines = "".join(f"{triple} .\n" for triple in triples)
    dcat_ap.write(dcat_ap.to_dataset({"iri": node.value, "triples": lines}).dataset, AROUND)
