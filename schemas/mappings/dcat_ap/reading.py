"""Reading DCAT-AP 1 to 3 (and DCAT-US 3 in RDF): one record's triples as a Dataset."""

from __future__ import annotations

from typing import Any

import msgspec
import pyoxigraph as ox

from schemas import vocabulary
from schemas.mappings.areas import place_from_text
from schemas.mappings.dcat_ap.graph import Graph, Node
from schemas.mappings.dcat_ap.names import (
    ADMS,
    DCAT,
    DCT,
    FOAF,
    KNOWN,
    LOCN,
    OWL,
    RDFS,
    SCHEMA,
    SKOS,
    SPDX,
    TYPE,
    VCARD,
    short,
)
from schemas.mappings.dcat_ap.triples import within
from schemas.mappings.mapped import Context, Mapped
from schemas.mappings.reading import clean, is_address, is_date, is_email, strip_mailto
from schemas.model import Agent, Contact, Dataset, Period, Place, Resource

_IGNORED = frozenset({TYPE.value, f"{DCAT}service", f"{FOAF}primaryTopic", f"{FOAF}isPrimaryTopicOf", f"{RDFS}label"})


def to_dataset(payload: Any, context: Context = Context()) -> Mapped:  # noqa: B008  (frozen value)
    """Read a record `{"iri", "title", "triples"}`, whose triples are N-Triples that speak of one dataset."""
    graph = Graph(str(payload.get("triples") or ""))
    node = _subject(graph, str(payload.get("iri") or ""))
    if node is None:
        graph.say("missing-identifier", "dct:identifier")
        return Mapped(Dataset(), tuple(graph.findings))
    dataset = Dataset(
        uri=node.value if isinstance(node, ox.NamedNode) else "",
        identifier=graph.term(node, f"{DCT}identifier", f"{ADMS}identifier"),
        title=graph.text(node, f"{DCT}title"),
        description=graph.text(node, f"{DCT}description") or graph.text(node, f"{DCT}abstract"),
        keywords=graph.terms(node, f"{DCAT}keyword"),
        subjects=graph.terms(node, f"{DCAT}theme", f"{DCT}subject"),
        issued=_date(graph, node, f"{DCT}issued"),
        modified=_date(graph, node, f"{DCT}modified"),
        publisher=_agent(graph, node, f"{DCT}publisher"),
        creator=_person(graph, node),
        contact=_contact(graph, node),
        access_level=_level(graph, node),
        rights=graph.term(node, f"{DCT}rights"),
        licence=_licence(graph, node),
        frequency=_frequency(graph, node),
        temporal=_periods(graph, node),
        spatial=_places(graph, node),
        languages=graph.terms(node, f"{DCT}language"),
        landing_page=graph.term(node, f"{DCAT}landingPage", f"{FOAF}page"),
        conforms_to=graph.terms(node, f"{DCT}conformsTo"),
        references=graph.terms(node, f"{DCT}references", f"{DCT}relation", f"{FOAF}page"),
        part_of=graph.term(node, f"{DCAT}inSeries", f"{DCT}isPartOf"),
        version=graph.text(node, f"{DCAT}version", f"{OWL}versionInfo"),
        translations=_translations(graph, node),
        resources=_resources(graph, node),
    )
    dataset = msgspec.structs.replace(dataset, extras=_rest(graph, node))
    _judge(graph, dataset)
    return Mapped(dataset, tuple(graph.findings))


def _subject(graph: Graph, iri: str) -> Node | None:
    kinds = {f"{DCAT}Dataset", f"{DCAT}DatasetSeries", f"{DCAT}DataService"}
    subjects = [q.subject for q in graph.data if q.predicate == TYPE and getattr(q.object, "value", "") in kinds]
    nodes = sorted((s for s in subjects if isinstance(s, Node)), key=str)
    named = [s for s in nodes if isinstance(s, ox.NamedNode) and s.value == iri]
    declared = [s for s in nodes if iri in graph.terms(s, f"{DCT}identifier")]
    return next(iter([*named, *declared, *nodes]), None)


def _judge(graph: Graph, dataset: Dataset) -> None:
    if not dataset.title:
        graph.say("missing-title", "dct:title")
    if not dataset.description:
        graph.say("missing-field", "dct:description")


_TAKEN = frozenset(
    {
        *(f"{DCT}{name}" for name in (
            "identifier", "title", "description", "subject", "issued", "modified", "publisher", "creator",
            "accessRights", "rights", "license", "accrualPeriodicity", "temporal", "spatial", "language", "conformsTo",
            "references", "relation", "isPartOf", "abstract",
        )),
        *(f"{DCAT}{name}" for name in (
            "keyword", "theme", "contactPoint", "landingPage", "inSeries", "version", "distribution", "endpointURL",
        )),
        f"{ADMS}identifier", f"{ADMS}contactPoint", f"{FOAF}page", f"{OWL}versionInfo", f"{DCAT}hasVersion",
    }
)  # fmt: skip


_TAKEN_OF_ITEM = frozenset(
    {
        *(f"{DCT}{name}" for name in (
            "title", "description", "format", "license", "rights", "issued", "modified", "language", "conformsTo",
        )),
        *(f"{DCAT}{name}" for name in ("downloadURL", "accessURL", "mediaType", "byteSize")),
        f"{SPDX}checksum",
    }
)  # fmt: skip


def _rest(graph: Graph, node: Node, taken: frozenset[str] = _TAKEN, path: str = "") -> dict[str, Any]:
    """Keep every property that has no field, under its short name; say so where no standard knows it."""
    kept: dict[str, list[Any]] = {}
    for quad in sorted(graph.data.quads_for_subject(node), key=str):
        name = quad.predicate.value
        if name in taken or name in _IGNORED:
            continue
        value = graph.nested(quad.object)
        if value not in ("", {}):
            kept.setdefault(short(name), []).append(value)
            if name not in KNOWN:
                graph.say_once("unknown-field", f"{path}{short(name)}", value)
    return {name: values[0] if len(values) == 1 else values for name, values in sorted(kept.items())}


def _date(graph: Graph, node: Node, name: str) -> str:
    text = graph.text(node, name)
    if text and not is_date(text):
        graph.say("bad-date", short(name), text)
    return text


def _things(graph: Graph, node: Node, *names: str) -> list[Node]:
    return [value for value in graph.values(node, *names) if isinstance(value, Node)]


def _own_address(thing: Any, node: Node) -> str:
    """Answer the address of a thing, unless it is but a part of the record's own."""
    if not isinstance(thing, ox.NamedNode) or thing.value.startswith(within(node, "")):
        return ""
    return thing.value


def _agent(graph: Graph, node: Node, name: str) -> Agent | None:
    things = _things(graph, node, name)
    if not things:
        text = graph.text(node, name)
        return Agent(name=text) if text else None
    thing = things[0]
    url = _own_address(thing, node)
    called = graph.text(thing, f"{FOAF}name", f"{SCHEMA}name", f"{SKOS}prefLabel", f"{RDFS}label", f"{VCARD}fn")
    return Agent(
        name=called or url,
        url=url or graph.term(thing, f"{FOAF}homepage"),
        identifier=graph.text(thing, f"{DCT}identifier"),
        email=strip_mailto(graph.term(thing, f"{FOAF}mbox")),
        kind=graph.term(thing, f"{DCT}type"),
    )


def _person(graph: Graph, node: Node) -> Contact:
    agent = _agent(graph, node, f"{DCT}creator")
    return Contact(name=agent.name, email=agent.email, url=agent.url) if agent is not None else Contact()


def _contact(graph: Graph, node: Node) -> Contact:
    for thing in _things(graph, node, f"{DCAT}contactPoint", f"{ADMS}contactPoint"):
        email = strip_mailto(graph.term(thing, f"{VCARD}hasEmail") or _value(graph, thing, f"{VCARD}hasEmail"))
        phone = graph.term(thing, f"{VCARD}hasTelephone") or _value(graph, thing, f"{VCARD}hasTelephone")
        if email and not is_email(email):
            graph.say("bad-email", "vcard:hasEmail", email)
        return Contact(
            name=graph.text(thing, f"{VCARD}fn", f"{VCARD}organization-name", f"{FOAF}name"),
            email=email,
            phone=phone.removeprefix("tel:"),
            url=graph.term(thing, f"{VCARD}hasURL"),
        )
    return Contact()


def _value(graph: Graph, node: Node, name: str) -> str:
    return next((graph.term(thing, f"{VCARD}hasValue") for thing in _things(graph, node, name)), "")


def _level(graph: Graph, node: Node) -> Any:
    given = graph.term(node, f"{DCT}accessRights")
    term = vocabulary.find_access_level(given) if given else None
    return term.key if term is not None else "public"


def _licence(graph: Graph, node: Node) -> str:
    given = graph.term(node, f"{DCT}license")
    if not given:
        for thing in _things(graph, node, f"{DCAT}distribution"):
            given = given or graph.term(thing, f"{DCT}license")
    found = vocabulary.find_licence(given) if given else None
    if given and found is None:
        graph.say("unknown-licence", "dct:license", given)
    return found.key if found is not None else given


def _frequency(graph: Graph, node: Node) -> str:
    given = graph.term(node, f"{DCT}accrualPeriodicity")
    found = vocabulary.find_frequency(given) if given else None
    if given and found is None:
        graph.say("unknown-frequency", "dct:accrualPeriodicity", given)
    return found.key if found is not None else given


def _periods(graph: Graph, node: Node) -> tuple[Period, ...]:
    periods = []
    for thing in _things(graph, node, f"{DCT}temporal"):
        start = graph.text(thing, f"{DCAT}startDate", f"{SCHEMA}startDate")
        end = graph.text(thing, f"{DCAT}endDate", f"{SCHEMA}endDate")
        if start or end:
            periods.append(Period(start=start, end=end))
    return tuple(periods)


def _places(graph: Graph, node: Node) -> tuple[Place, ...]:
    places = []
    for value in graph.values(node, f"{DCT}spatial"):
        if isinstance(value, ox.Literal):
            places.append(place_from_text(clean(value.value)))
            continue
        area = graph.text(value, f"{DCAT}bbox", f"{LOCN}geometry", f"{DCAT}centroid")
        name = graph.text(value, f"{SKOS}prefLabel", f"{RDFS}label", f"{LOCN}geographicName")
        uri = _own_address(value, node)
        if area or name or uri:
            places.append(place_from_text(area, name=name, uri=uri))
    return tuple(places)


def _translations(graph: Graph, node: Node) -> dict[str, dict[str, str]]:
    """Gather titles and descriptions in further languages than the one that is shown."""
    found: dict[str, dict[str, str]] = {}
    for field, name in (("title", f"{DCT}title"), ("description", f"{DCT}description")):
        for value in graph.values(node, name)[1:]:
            if isinstance(value, ox.Literal) and value.language:
                found.setdefault(value.language.lower(), {}).setdefault(field, clean(value.value))
    return found


def _resources(graph: Graph, node: Node) -> tuple[Resource, ...]:
    found = []
    for value in graph.values(node, f"{DCAT}distribution"):
        if isinstance(value, Node):
            found.append(_resource(graph, value))
        else:
            graph.say("bad-address", "dcat:distribution", value.value)
            found.append(Resource(url=value.value if is_address(value.value) else "", extras={"value": value.value}))
    endpoint = graph.term(node, f"{DCAT}endpointURL")
    if endpoint:
        found.append(Resource(title=graph.text(node, f"{DCT}title"), url=endpoint, kind="api", format="API"))
    return tuple(found)


def _resource(graph: Graph, node: Node) -> Resource:
    download, access = graph.term(node, f"{DCAT}downloadURL"), graph.term(node, f"{DCAT}accessURL")
    if not download and not access:
        graph.say("no-address", "dcat:distribution")
    media, named = graph.term(node, f"{DCAT}mediaType"), _format(graph, node)
    media = media.removeprefix("http://www.iana.org/assignments/media-types/")
    media = media.removeprefix("https://www.iana.org/assignments/media-types/")
    form = vocabulary.guess_format(named, media, download)
    checksum = next((graph.text(t, f"{SPDX}checksumValue") for t in _things(graph, node, f"{SPDX}checksum")), "")
    licence = graph.term(node, f"{DCT}license")
    known = vocabulary.find_licence(licence) if licence else None
    return Resource(
        uri=node.value if isinstance(node, ox.NamedNode) else "",
        title=graph.text(node, f"{DCT}title"),
        description=graph.text(node, f"{DCT}description"),
        url=download or access,
        access_url=access if download else "",
        format=form.key if form is not None else named.rstrip("/").rpartition("/")[2],
        media_type=media,
        bytes=_size(graph.text(node, f"{DCAT}byteSize")),
        hash=checksum,
        issued=graph.text(node, f"{DCT}issued"),
        modified=graph.text(node, f"{DCT}modified"),
        licence=known.key if known is not None else licence,
        rights=graph.term(node, f"{DCT}rights"),
        languages=graph.terms(node, f"{DCT}language"),
        conforms_to=graph.terms(node, f"{DCT}conformsTo"),
        compression=_compression(graph, node),
        extras=_rest(graph, node, _TAKEN_OF_ITEM, "dcat:distribution/"),
    )


def _format(graph: Graph, node: Node) -> str:
    """Answer the name of a format: a literal, a known address, or the label of what is linked."""
    given = graph.values(node, f"{DCT}format")
    for value in given:
        if isinstance(value, ox.NamedNode) and vocabulary.find_format(value.value) is None:
            label = graph.text(value, f"{RDFS}label", f"{SKOS}prefLabel")
            if label:
                return label
    return graph.term(node, f"{DCT}format")


def _compression(graph: Graph, node: Node) -> str:
    named = graph.term(node, f"{DCAT}compressFormat")
    return vocabulary.COMPRESSIONS.get(named.rstrip("/").rpartition("/")[2].removeprefix("x-").lower(), "")


def _size(text: str) -> int | None:
    try:
        return int(float(text)) if text else None
    except (ValueError, OverflowError):
        return None
