"""Writing DCAT-AP 3: one dataset as triples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyoxigraph as ox

from schemas import vocabulary
from schemas.mappings.areas import box_to_wkt
from schemas.mappings.dcat_ap.names import (
    ACCESS_RIGHTS,
    DCAT,
    DCT,
    FILE_TYPE_CODES,
    FILE_TYPES,
    FOAF,
    GEOSPARQL,
    PREFIXES,
    RDFS,
    SKOS,
    SPDX,
    TYPE,
    VCARD,
    WRITTEN_AGAIN,
    XSD,
)
from schemas.mappings.dcat_ap.triples import (
    Triple,
    addresses,
    classified,
    dated,
    day,
    literals,
    moment,
    node_of,
    serialized,
    term,
    within,
)
from schemas.mappings.mapped import Surroundings
from schemas.mappings.reading import is_address, is_email
from schemas.model import Dataset, Resource

_LEVELS = {"public": "PUBLIC", "restricted": "RESTRICTED", "non-public": "NON_PUBLIC"}
_LANGUAGE = "http://publications.europa.eu/resource/authority/language/"


def from_dataset(dataset: Dataset, around: Surroundings) -> list[Triple]:
    """Answer the triples of one dataset."""
    return list(classified(triples_of(dataset, around)))


def write(dataset: Dataset, around: Surroundings, extension: str = "ttl") -> bytes:
    """Write one dataset in a syntax of FORMS."""
    return serialized(triples_of(dataset, around), extension)


def iri_of(dataset: Dataset, around: Surroundings) -> ox.NamedNode:
    """Answer the address that stands for a dataset: its source's, or its page here."""
    uri = dataset.uri if is_address(dataset.uri) else f"{around.site_url}/dataset/{dataset.id}"
    return node_of(uri) or ox.NamedNode(f"{around.site_url}/dataset/{dataset.id}")


def triples_of(dataset: Dataset, around: Surroundings) -> Iterator[Triple]:
    """Yield the triples of one dataset, its resources and its agents."""
    node = iri_of(dataset, around)
    page = f"{around.site_url}/dataset/{dataset.name}"
    yield Triple(node, TYPE, term(DCAT, "Dataset"))
    yield from literals(node, DCT, title=dataset.title, description=dataset.description or dataset.title)
    yield from literals(node, DCT, identifier=dataset.identifier or dataset.id)
    for language, texts in dataset.translations.items():
        yield from literals(node, DCT, language, **texts)
    for word in dataset.keywords:
        yield Triple(node, term(DCAT, "keyword"), ox.Literal(word))
    for word in dataset.subjects:
        theme = vocabulary.find_eu_theme(word)
        uri = node_of(theme.uri if theme is not None else word)
        if uri is not None:
            yield Triple(node, term(DCAT, "theme"), uri)
            yield from literals(uri, SKOS, prefLabel=theme.label.en if theme is not None else _tail(uri.value))
    yield from dated(
        node, issued=dataset.issued or day(dataset.created), modified=dataset.modified or day(dataset.changed)
    )
    yield from addresses(node, DCAT, landingPage=dataset.landing_page or page)
    yield from _publisher(node, dataset, around)
    yield from _contact(node, dataset, around)
    yield Triple(node, term(DCT, "accessRights"), ox.NamedNode(ACCESS_RIGHTS + _LEVELS[dataset.access_level]))
    frequency = vocabulary.FREQUENCIES.get(dataset.frequency)
    if frequency is not None:
        yield Triple(node, term(DCT, "accrualPeriodicity"), ox.NamedNode(frequency.uri))
    for language in dataset.languages:
        yield from addresses(node, DCT, language=_language(language))
    yield from literals(node, DCAT, version=dataset.version)
    for reference in dataset.references:
        yield from addresses(node, DCT, relation=reference if is_address(reference) else "")
    yield from addresses(node, DCAT, inSeries=dataset.part_of if is_address(dataset.part_of) else "")
    for standard in dataset.conforms_to:
        yield from addresses(node, DCT, conformsTo=standard)
    yield from _coverage(node, dataset)
    yield from _kept(node, dataset.extras)
    for position, resource in enumerate(dataset.resources):
        yield from _distribution(node, dataset, resource, position, around)


def _tail(address: str) -> str:
    return address.rstrip("/").rpartition("/")[2].rpartition("#")[2] or address


def _language(given: str) -> str:
    term = vocabulary.find_language(given)
    return given if is_address(given) else _LANGUAGE + ({"zh": "ZHO", "en": "ENG"}.get(term.key, "") if term else "")


def _publisher(node: ox.NamedNode, dataset: Dataset, around: Surroundings) -> Iterator[Triple]:
    if around.organization is not None:
        agent = ox.NamedNode(f"{around.site_url}/organization/{around.organization.name}")
        name = around.organization.title or around.organization.name
    elif dataset.publisher is not None and dataset.publisher.name:
        agent = node_of(dataset.publisher.url) or ox.NamedNode(within(node, "publisher"))
        name = dataset.publisher.name
    else:
        return
    yield Triple(node, term(DCT, "publisher"), agent)
    yield from named_agent(agent, name)


def named_agent(agent: ox.NamedNode, name: str) -> Iterator[Triple]:
    """Yield what is said of a body."""
    yield Triple(agent, TYPE, term(FOAF, "Agent"))
    yield Triple(agent, term(FOAF, "name"), ox.Literal(name))


def _contact(node: ox.NamedNode, dataset: Dataset, around: Surroundings) -> Iterator[Triple]:
    contact = dataset.contact
    if not (contact.name or contact.email):
        return
    card = ox.NamedNode(within(node, "contact"))
    yield Triple(node, term(DCAT, "contactPoint"), card)
    yield Triple(card, TYPE, term(VCARD, "Kind"))
    yield from literals(card, VCARD, fn=contact.name or contact.email)
    if is_email(contact.email):
        yield from addresses(card, VCARD, hasEmail=f"mailto:{contact.email}")


def _coverage(node: ox.NamedNode, dataset: Dataset) -> Iterator[Triple]:
    for number, period in enumerate(dataset.temporal):
        span = ox.NamedNode(within(node, f"period-{number + 1}"))
        yield Triple(node, term(DCT, "temporal"), span)
        yield Triple(span, TYPE, term(DCT, "PeriodOfTime"))
        for name, text in (("startDate", period.start), ("endDate", period.end)):
            if text:
                yield Triple(span, term(DCAT, name), moment(text))
    for number, place in enumerate(dataset.spatial):
        known = node_of(place.uri) if place.uri else None
        area = known or ox.NamedNode(within(node, f"place-{number + 1}"))
        yield Triple(node, term(DCT, "spatial"), area)
        yield Triple(area, TYPE, term(DCT, "Location"))
        if place.name:
            yield Triple(area, term(RDFS, "label"), ox.Literal(place.name))
        if place.bbox is not None:
            wkt = ox.Literal(box_to_wkt(place.bbox), datatype=ox.NamedNode(f"{GEOSPARQL}wktLiteral"))
            yield Triple(area, term(DCAT, "bbox"), wkt)


def _distribution(
    node: ox.NamedNode, dataset: Dataset, resource: Resource, position: int, around: Surroundings
) -> Iterator[Triple]:
    page = f"{around.site_url}/dataset/{dataset.id}/resource/{resource.id or position}"
    item = node_of(resource.uri) if is_address(resource.uri) else None
    item = item or ox.NamedNode(page)
    yield Triple(node, term(DCAT, "distribution"), item)
    yield Triple(item, TYPE, term(DCAT, "Distribution"))
    url = f"{page}/download" if resource.storage else resource.url
    access = node_of(resource.access_url or url) or ox.NamedNode(page)
    yield Triple(item, term(DCAT, "accessURL"), access)
    form = vocabulary.FORMATS.get(resource.format)
    if form is not None and form.kind != "service" and (download := node_of(url)):
        yield Triple(item, term(DCAT, "downloadURL"), download)
    yield from literals(item, DCT, title=resource.title, description=resource.description)
    if resource.format:
        yield from _format(item, resource.format)
    media = resource.media_type or (form.media_type if form is not None else "")
    if media:
        yield from addresses(item, DCAT, mediaType=f"http://www.iana.org/assignments/media-types/{media}")
    licence = vocabulary.LICENCES.get(resource.licence or dataset.licence)
    address = licence.url if licence is not None else resource.licence or dataset.licence
    if is_address(address):
        yield from addresses(item, DCT, license=address)
    if resource.bytes is not None:
        yield Triple(
            item,
            term(DCAT, "byteSize"),
            ox.Literal(str(resource.bytes), datatype=ox.NamedNode(f"{XSD}nonNegativeInteger")),
        )
    yield from dated(item, issued=resource.issued, modified=resource.modified)
    yield from _checksum(item, resource)
    yield from _kept(item, resource.extras)


def _kept(node: ox.NamedNode, extras: dict[str, Any]) -> Iterator[Triple]:
    """Write again what reading kept under short names, as far as it can stand alone."""
    for name, value in extras.items():
        prefix, colon, local = name.partition(":")
        predicate = node_of(PREFIXES[prefix] + local) if colon and local and prefix in PREFIXES else None
        if predicate is None or predicate.value not in WRITTEN_AGAIN:
            continue
        kind = WRITTEN_AGAIN[predicate.value]
        for one in value if isinstance(value, list) else [value]:
            target = node_of(one) if isinstance(one, str) and is_address(one) else None
            if not kind and isinstance(one, str) and one:
                yield Triple(node, predicate, ox.Literal(one))
            elif kind and target is not None:
                yield Triple(node, predicate, target)
                if kind == f"{SKOS}Concept":
                    yield from literals(target, SKOS, prefLabel=_tail(target.value))


def _format(item: ox.NamedNode, name: str) -> Iterator[Triple]:
    """Name the format by the EU's list, or else by its label alone."""
    code = FILE_TYPE_CODES.get(name)
    node = ox.NamedNode(FILE_TYPES + code) if code else ox.NamedNode(within(item, "format"))
    yield Triple(item, term(DCT, "format"), node)
    if not code:
        yield Triple(node, term(RDFS, "label"), ox.Literal(name))


def _checksum(item: ox.NamedNode, resource: Resource) -> Iterator[Triple]:
    algorithm = {32: "md5", 40: "sha1", 64: "sha256"}.get(len(resource.hash))
    if algorithm is None:
        return
    mark = ox.NamedNode(within(item, "checksum"))
    yield Triple(item, term(SPDX, "checksum"), mark)
    yield Triple(mark, TYPE, term(SPDX, "Checksum"))
    yield Triple(mark, term(SPDX, "algorithm"), term(SPDX, f"checksumAlgorithm_{algorithm}"))
    value = ox.Literal(resource.hash, datatype=ox.NamedNode(f"{XSD}hexBinary"))
    yield Triple(mark, term(SPDX, "checksumValue"), value)
