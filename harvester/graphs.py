"""RDF catalogues: parsed from any form, cut into one small graph for each record, written in one canonical way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

import pyoxigraph as ox
from lxml import etree

from harvester.faults import Fetching
from harvester.fetch import Fetched
from harvester.source import onward, refuse_html

DCAT = "http://www.w3.org/ns/dcat#"
DCT = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
LINKS = frozenset({f"{DCAT}accessURL", f"{DCAT}downloadURL", f"{DCAT}accessUrl", f"{DCAT}downloadUrl"})
HYDRA = "http://www.w3.org/ns/hydra/core#"
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
SERVICE = ox.NamedNode(f"{DCAT}DataService")
RECORDS = (ox.NamedNode(f"{DCAT}Dataset"), ox.NamedNode(f"{DCAT}DatasetSeries"), SERVICE)
CATALOGUES = (ox.NamedNode(f"{DCAT}Catalog"), ox.NamedNode(f"{DCAT}CatalogRecord"))
NEXT = tuple(ox.NamedNode(f"{HYDRA}{name}") for name in ("next", "nextPage"))
RESOURCE = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"
MOST_BLANKS = 400
DEPTH = 8
ACCEPT = "text/turtle, application/rdf+xml;q=0.9, application/ld+json;q=0.8, application/n-triples;q=0.7, */*;q=0.1"

Node = ox.NamedNode | ox.BlankNode


def parsed(got: Fetched) -> ox.Dataset:
    """Parse an answer as RDF; contexts elsewhere are never fetched. Raises Fetching."""
    content = got.read()
    refuse_html(got.url, content[:4096])
    errors = []
    for form in _forms(got, content):
        try:
            return _graph(content, form, got.url)
        except (SyntaxError, ValueError) as error:
            errors.append(str(error))
            if form == ox.RdfFormat.RDF_XML and (tidied := _tidied(content)):
                with suppress(SyntaxError, ValueError):
                    return _graph(tidied, form, got.url)
    raise Fetching("not-rdf", got.url, errors[0][:200] if errors else "unknown form")


def _graph(content: bytes, form: ox.RdfFormat, url: str) -> ox.Dataset:
    quads = ox.parse(content, format=form, base_iri=_base(url), lenient=True)
    return ox.Dataset(ox.Quad(q.subject, q.predicate, q.object) for q in quads)


def _tidied(content: bytes) -> bytes:
    """Take text away where RDF/XML has no place for it, as some catalogues do; empty where it is no XML at all."""
    safe = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(content, safe)
    except etree.XMLSyntaxError:
        return b""
    for element in root.iter(etree.Element):
        if len(element) or RESOURCE in element.attrib:
            element.text = None
            for child in element:
                child.tail = None
    return bytes(etree.tostring(root))


def records(graph: ox.Dataset) -> list[Node]:
    """Answer the datasets, series and named services of a graph in a steady order; a nameless service is a detail."""
    found: dict[Node, None] = {}
    for kind in RECORDS:
        subjects = [q.subject for q in graph.quads_for_object(kind) if q.predicate == TYPE]
        wanted = ox.NamedNode if kind == SERVICE else Node
        kept = [s for s in subjects if isinstance(s, wanted)]
        found |= dict.fromkeys(sorted(kept, key=str))
    return list(found)


def description(graph: ox.Dataset, subject: Node, *, stop: frozenset[Node]) -> ox.Dataset:
    """Cut out what is said of a record: its statements and those of what it leads to, but not of other records."""
    part, waiting, seen = ox.Dataset(), [(subject, 0)], {subject}
    while waiting:
        node, depth = waiting.pop()
        for quad in graph.quads_for_subject(node):
            part.add(quad)
            target = quad.object
            if isinstance(target, Node) and target not in seen and target not in stop and depth < DEPTH:
                seen.add(target)
                waiting.append((target, depth + 1))
    return part


def canonical(part: ox.Dataset) -> str:
    """Write a graph as sorted N-Triples, with blank nodes named by what is said of them."""
    blanks = {q.subject for q in part if isinstance(q.subject, ox.BlankNode)}
    if blanks:
        strong = len(blanks) <= MOST_BLANKS
        part.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0 if strong else ox.CanonicalizationAlgorithm.UNSTABLE)
    return "".join(f"{line} .\n" for line in sorted(str(ox.Triple(q.subject, q.predicate, q.object)) for q in part))


def texts(graph: ox.Dataset, subject: Node, *predicates: str) -> Iterator[str]:
    """Yield the literals and addresses that a node has for some predicates."""
    for quad in graph.quads_for_subject(subject):
        if quad.predicate.value in predicates and isinstance(quad.object, (ox.Literal, ox.NamedNode)):
            yield quad.object.value.strip()


def address(part: ox.Dataset, subject: Node) -> str:
    """Answer the address that a nameless record leads to: its page, or else the first of its distributions."""
    pages = sorted(texts(part, subject, f"{DCAT}landingPage", f"{FOAF}page", f"{FOAF}homepage"))
    links = sorted(
        q.object.value for q in part if q.predicate.value in LINKS and not isinstance(q.object, ox.BlankNode)
    )
    return next((value.strip() for value in (*pages, *links) if value.strip()), "")


def next_pages(graph: ox.Dataset, url: str) -> list[str]:
    """Answer the addresses of the pages that follow."""
    found: Iterable[ox.Quad] = (q for q in graph if q.predicate in NEXT)
    values = [q.object.value for q in found if isinstance(q.object, (ox.NamedNode, ox.Literal))]
    return list(dict.fromkeys(onward(url, value) for value in values))


_BY_TYPE = {
    "turtle": ox.RdfFormat.TURTLE,
    "rdf+xml": ox.RdfFormat.RDF_XML,
    "ld+json": ox.RdfFormat.JSON_LD,
    "n-triples": ox.RdfFormat.N_TRIPLES,
    "n-quads": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
}
_BY_NAME = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
}


def _forms(got: Fetched, content: bytes) -> list[ox.RdfFormat]:
    """List the forms to try: what the server says, what the name says, what the first bytes look like."""
    path = got.url.split("?")[0].split("#")[0].lower()
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    guess = {b"<": ox.RdfFormat.RDF_XML, b"{": ox.RdfFormat.JSON_LD, b"[": ox.RdfFormat.JSON_LD}
    wanted = [form for name, form in _BY_TYPE.items() if name in got.content_type]
    wanted += [form for name, form in _BY_NAME.items() if path.endswith(name)]
    wanted += [guess[start]] if start in guess else []
    return list(dict.fromkeys([*wanted, ox.RdfFormat.TURTLE]))


def _base(url: str) -> str:
    return url if "://" in url else "http://localhost/"
