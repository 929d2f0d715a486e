"""Writing DCAT-AP 3: one dataset, or a page of the catalogue with hydra links, in every usual RDF syntax."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import pyoxigraph as ox

from schemas import vocabulary
from schemas.mappings.areas import box_to_wkt
from schemas.mappings.dcat_ap.names import (
    ACCESS_RIGHTS,
    DCAT,
    DCT,
    FOAF,
    GEOSPARQL,
    HYDRA,
    LOCN,
    PREFIXES,
    RDFS,
    SPDX,
    TYPE,
    VCARD,
    XSD,
)
from schemas.mappings.mapped import Surroundings
from schemas.mappings.reading import is_address, is_email
from schemas.model import Dataset, Resource

Triple = ox.Triple
_LEVELS = {"public": "PUBLIC", "restricted": "RESTRICTED", "non-public": "NON_PUBLIC"}
_LANGUAGE = "http://publications.europa.eu/resource/authority/language/"


class Form(msgspec.Struct, frozen=True):
    """One RDF syntax: the ending of its address, its media type and the writer's name for it."""

    extension: str
    media_type: str
    rdf: Any


FORMS: dict[str, Form] = {
    form.extension: form
    for form in (
        Form("rdf", "application/rdf+xml", ox.RdfFormat.RDF_XML),
        Form("xml", "application/rdf+xml", ox.RdfFormat.RDF_XML),
        Form("ttl", "text/turtle", ox.RdfFormat.TURTLE),
        Form("n3", "text/n3", ox.RdfFormat.N3),
        Form("nt", "application/n-triples", ox.RdfFormat.N_TRIPLES),
        Form("jsonld", "application/ld+json", ox.RdfFormat.JSON_LD),
    )
}


def from_dataset(dataset: Dataset, around: Surroundings) -> list[Triple]:
    """Answer the triples of one dataset."""
    return list(_dataset(dataset, around))


def write(dataset: Dataset, around: Surroundings, extension: str = "ttl") -> bytes:
    """Write one dataset in a syntax of FORMS."""
    return _serialized(_dataset(dataset, around), extension)


def catalogue(
    records: Iterable[tuple[Dataset, Surroundings]],
    *,
    site_url: str,
    title: str,
    description: str,
    page: int,
    pages: int,
    total: int,
    extension: str,
    query: str = "",
) -> bytes:
    """Write one page of the catalogue; `query` is kept in the links between pages."""
    return _serialized(
        _catalogue(records, site_url, title, description, (page, pages, total), extension, query), extension
    )


def _serialized(triples: Iterable[Triple], extension: str) -> bytes:
    form = FORMS[extension]
    output = io.BytesIO()
    prefixes = None if form.rdf in (ox.RdfFormat.N_TRIPLES,) else PREFIXES
    ox.serialize(triples, output, format=form.rdf, prefixes=prefixes)
    return output.getvalue()


def _catalogue(
    records: Iterable[tuple[Dataset, Surroundings]],
    site_url: str,
    title: str,
    description: str,
    paging: tuple[int, int, int],
    extension: str,
    query: str,
) -> Iterator[Triple]:
    page, pages, total = paging
    node = ox.NamedNode(site_url)
    yield Triple(node, TYPE, _n(DCAT, "Catalog"))
    yield from _texts(node, DCT, title=title, description=description or title)
    publisher = ox.NamedNode(f"{site_url}/about#publisher")
    yield Triple(node, _n(DCT, "publisher"), publisher)
    yield from _named_agent(publisher, title)
    yield from _links(node, FOAF, homepage=site_url)
    for dataset, around in records:
        yield Triple(node, _n(DCAT, "dataset"), _iri(dataset, around))
        yield from _dataset(dataset, around)
    address = f"{site_url}/catalog.{extension}?" + (f"{query}&" if query else "") + "page="
    collection = ox.NamedNode(f"{address}{page}")
    yield Triple(collection, TYPE, _n(HYDRA, "PagedCollection"))
    yield Triple(collection, _n(HYDRA, "totalItems"), _whole(total))
    links = {"first": 1, "last": max(pages, 1)}
    links |= {"next": page + 1} if page < pages else {}
    links |= {"previous": page - 1} if page > 1 else {}
    for name, number in links.items():
        yield Triple(collection, _n(HYDRA, name), ox.Literal(f"{address}{number}"))


def _iri(dataset: Dataset, around: Surroundings) -> ox.NamedNode:
    uri = dataset.uri if is_address(dataset.uri) else f"{around.site_url}/dataset/{dataset.id}"
    return _node(uri) or ox.NamedNode(f"{around.site_url}/dataset/{dataset.id}")


def _dataset(dataset: Dataset, around: Surroundings) -> Iterator[Triple]:
    node = _iri(dataset, around)
    page = f"{around.site_url}/dataset/{dataset.name}"
    yield Triple(node, TYPE, _n(DCAT, "Dataset"))
    yield from _texts(node, DCT, title=dataset.title, description=dataset.description or dataset.title)
    yield from _texts(node, DCT, identifier=dataset.identifier or dataset.id)
    for language, texts in dataset.translations.items():
        yield from _texts(node, DCT, language, **texts)
    for word in dataset.keywords:
        yield Triple(node, _n(DCAT, "keyword"), ox.Literal(word))
    for word in dataset.subjects:
        theme = vocabulary.find_eu_theme(word)
        uri = _node(theme.uri if theme is not None else word)
        if uri is not None:
            yield Triple(node, _n(DCAT, "theme"), uri)
    yield from _dates(
        node, issued=dataset.issued or _day(dataset.created), modified=dataset.modified or _day(dataset.changed)
    )
    yield from _links(node, DCAT, landingPage=dataset.landing_page or page)
    yield from _publisher(node, dataset, around)
    yield from _contact(node, dataset, around)
    yield Triple(node, _n(DCT, "accessRights"), ox.NamedNode(ACCESS_RIGHTS + _LEVELS[dataset.access_level]))
    frequency = vocabulary.FREQUENCIES.get(dataset.frequency)
    if frequency is not None:
        yield Triple(node, _n(DCT, "accrualPeriodicity"), ox.NamedNode(frequency.uri))
    for language in dataset.languages:
        yield from _links(node, DCT, language=_language(language))
    for standard in dataset.conforms_to:
        yield from _links(node, DCT, conformsTo=standard)
    yield from _coverage(node, dataset)
    for position, resource in enumerate(dataset.resources):
        yield from _distribution(node, dataset, resource, position, around)


def _language(given: str) -> str:
    term = vocabulary.find_language(given)
    return given if is_address(given) else _LANGUAGE + ({"zh": "ZHO", "en": "ENG"}.get(term.key, "") if term else "")


def _publisher(node: ox.NamedNode, dataset: Dataset, around: Surroundings) -> Iterator[Triple]:
    if around.organization is not None:
        agent = ox.NamedNode(f"{around.site_url}/organization/{around.organization.name}")
        name = around.organization.title or around.organization.name
    elif dataset.publisher is not None and dataset.publisher.name:
        agent = _node(dataset.publisher.url) or ox.NamedNode(f"{node.value}#publisher")
        name = dataset.publisher.name
    else:
        return
    yield Triple(node, _n(DCT, "publisher"), agent)
    yield from _named_agent(agent, name)


def _named_agent(agent: ox.NamedNode, name: str) -> Iterator[Triple]:
    yield Triple(agent, TYPE, _n(FOAF, "Agent"))
    yield Triple(agent, _n(FOAF, "name"), ox.Literal(name))


def _contact(node: ox.NamedNode, dataset: Dataset, around: Surroundings) -> Iterator[Triple]:
    contact = dataset.contact
    if not (contact.name or contact.email):
        return
    card = ox.NamedNode(f"{node.value}#contact")
    yield Triple(node, _n(DCAT, "contactPoint"), card)
    yield Triple(card, TYPE, _n(VCARD, "Kind"))
    yield from _texts(card, VCARD, fn=contact.name or contact.email)
    if is_email(contact.email):
        yield from _links(card, VCARD, hasEmail=f"mailto:{contact.email}")


def _coverage(node: ox.NamedNode, dataset: Dataset) -> Iterator[Triple]:
    for number, period in enumerate(dataset.temporal):
        span = ox.NamedNode(f"{node.value}#period-{number + 1}")
        yield Triple(node, _n(DCT, "temporal"), span)
        yield Triple(span, TYPE, _n(DCT, "PeriodOfTime"))
        for name, text in (("startDate", period.start), ("endDate", period.end)):
            if text:
                yield Triple(span, _n(DCAT, name), _moment(text))
    for number, place in enumerate(dataset.spatial):
        known = _node(place.uri) if place.uri else None
        area = known or ox.NamedNode(f"{node.value}#place-{number + 1}")
        yield Triple(node, _n(DCT, "spatial"), area)
        yield Triple(area, TYPE, _n(DCT, "Location"))
        if place.name:
            yield Triple(area, _n(RDFS, "label"), ox.Literal(place.name))
        if place.bbox is not None:
            wkt = ox.Literal(box_to_wkt(place.bbox), datatype=ox.NamedNode(f"{GEOSPARQL}wktLiteral"))
            yield Triple(area, _n(DCAT, "bbox"), wkt)
            yield Triple(area, _n(LOCN, "geometry"), wkt)


def _distribution(
    node: ox.NamedNode, dataset: Dataset, resource: Resource, position: int, around: Surroundings
) -> Iterator[Triple]:
    page = f"{around.site_url}/dataset/{dataset.id}/resource/{resource.id or position}"
    item = _node(resource.uri) if is_address(resource.uri) else None
    item = item or ox.NamedNode(page)
    yield Triple(node, _n(DCAT, "distribution"), item)
    yield Triple(item, TYPE, _n(DCAT, "Distribution"))
    url = f"{page}/download" if resource.storage else resource.url
    access = _node(resource.access_url or url) or ox.NamedNode(page)
    yield Triple(item, _n(DCAT, "accessURL"), access)
    form = vocabulary.FORMATS.get(resource.format)
    if form is not None and form.kind != "service" and (download := _node(url)):
        yield Triple(item, _n(DCAT, "downloadURL"), download)
    yield from _texts(item, DCT, title=resource.title, description=resource.description)
    if resource.format:
        yield Triple(item, _n(DCT, "format"), ox.Literal(resource.format))
    media = resource.media_type or (form.media_type if form is not None else "")
    if media:
        yield from _links(item, DCAT, mediaType=f"http://www.iana.org/assignments/media-types/{media}")
    licence = vocabulary.LICENCES.get(resource.licence or dataset.licence)
    address = licence.url if licence is not None else resource.licence or dataset.licence
    if is_address(address):
        yield from _links(item, DCT, license=address)
    if resource.bytes is not None:
        yield Triple(
            item,
            _n(DCAT, "byteSize"),
            ox.Literal(str(resource.bytes), datatype=ox.NamedNode(f"{XSD}nonNegativeInteger")),
        )
    yield from _dates(item, issued=resource.issued, modified=resource.modified)
    yield from _checksum(item, resource)


def _checksum(item: ox.NamedNode, resource: Resource) -> Iterator[Triple]:
    algorithm = {32: "md5", 40: "sha1", 64: "sha256"}.get(len(resource.hash))
    if algorithm is None:
        return
    mark = ox.NamedNode(f"{item.value}#checksum")
    yield Triple(item, _n(SPDX, "checksum"), mark)
    yield Triple(mark, TYPE, _n(SPDX, "Checksum"))
    yield Triple(mark, _n(SPDX, "algorithm"), _n(SPDX, f"checksumAlgorithm_{algorithm}"))
    value = ox.Literal(resource.hash, datatype=ox.NamedNode(f"{XSD}hexBinary"))
    yield Triple(mark, _n(SPDX, "checksumValue"), value)


def _n(base: str, name: str) -> ox.NamedNode:
    return ox.NamedNode(base + name)


def _node(address: str) -> ox.NamedNode | None:
    """Answer the address as a node, or None where it is none."""
    if not address or any(mark in address for mark in ' <>"{}|\\^`'):
        return None
    try:
        return ox.NamedNode(address)
    except ValueError:
        return None


def _texts(node: ox.NamedNode, base: str, language: str = "", /, **texts: str) -> Iterator[Triple]:
    for name, text in texts.items():
        if text:
            yield Triple(node, _n(base, name), ox.Literal(text, language=language) if language else ox.Literal(text))


def _links(node: ox.NamedNode, base: str, **links: str) -> Iterator[Triple]:
    for name, address in links.items():
        target = _node(address)
        if target is not None:
            yield Triple(node, _n(base, name), target)


def _dates(node: ox.NamedNode, **dates: str) -> Iterator[Triple]:
    for name, text in dates.items():
        if text:
            yield Triple(node, _n(DCT, name), _moment(text))


def _moment(text: str) -> ox.Literal:
    kind = {4: "gYear", 7: "gYearMonth", 10: "date"}.get(len(text), "dateTime" if "T" in text else "string")
    return ox.Literal(text, datatype=ox.NamedNode(f"{XSD}{kind}"))


def _day(moment: Any) -> str:
    return moment.date().isoformat() if moment is not None else ""


def _whole(number: int) -> ox.Literal:
    return ox.Literal(str(number), datatype=ox.NamedNode(f"{XSD}integer"))
