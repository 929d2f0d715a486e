"""Making triples, and writing them in every usual RDF syntax."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import pyoxigraph as ox

from schemas.mappings.dcat_ap.names import CLASSES, DCT, PREFIXES, TYPE, XSD

Triple = ox.Triple


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


def serialized(triples: Iterable[Triple], extension: str) -> bytes:
    """Write triples in a syntax of FORMS."""
    form = FORMS[extension]
    output = io.BytesIO()
    prefixes = None if form.rdf in (ox.RdfFormat.N_TRIPLES,) else PREFIXES
    ox.serialize(classified(triples), output, format=form.rdf, prefixes=prefixes)
    return output.getvalue()


def classified(triples: Iterable[Triple]) -> Iterator[Triple]:
    """Pass triples on, then say once of each object what kind of thing it is."""
    kinds: dict[tuple[Any, str], None] = {}
    for triple in triples:
        yield triple
        kind = CLASSES.get(triple.predicate.value)
        if kind is not None and isinstance(triple.object, ox.NamedNode):
            kinds[(triple.object, kind)] = None
    for node, kind in kinds:
        yield Triple(node, TYPE, ox.NamedNode(kind))


def within(node: Any, part: str) -> str:
    """Answer the address of a part of a thing, which may itself be a part of a page."""
    return f"{node.value}{'-' if '#' in node.value else '#'}{part}"


def term(base: str, name: str) -> ox.NamedNode:
    """Answer a name of a vocabulary."""
    return ox.NamedNode(base + name)


def node_of(address: str) -> ox.NamedNode | None:
    """Answer the address as a node, or None where it is none."""
    if not address or any(mark in address for mark in ' <>"{}|\\^`'):
        return None
    try:
        return ox.NamedNode(address)
    except ValueError:
        return None


def literals(node: ox.NamedNode, base: str, language: str = "", /, **texts: str) -> Iterator[Triple]:
    """Write literals."""
    for name, text in texts.items():
        if text:
            yield Triple(node, term(base, name), _tagged(text, language) if language else ox.Literal(text))


def _tagged(text: str, language: str) -> ox.Literal:
    try:
        return ox.Literal(text, language=language.replace("_", "-"))
    except ValueError:
        return ox.Literal(text)


def addresses(node: ox.NamedNode, base: str, **links: str) -> Iterator[Triple]:
    """Write addresses, leaving out what is none."""
    for name, address in links.items():
        target = node_of(address)
        if target is not None:
            yield Triple(node, term(base, name), target)


def dated(node: ox.NamedNode, **dates: str) -> Iterator[Triple]:
    """Write dates of Dublin Core."""
    for name, text in dates.items():
        if text:
            yield Triple(node, term(DCT, name), moment(text))


def moment(text: str) -> ox.Literal:
    """Write a date or moment with the type that it has."""
    kind = {4: "gYear", 7: "gYearMonth", 10: "date"}.get(len(text), "dateTime" if "T" in text else "string")
    return ox.Literal(text, datatype=ox.NamedNode(f"{XSD}{kind}"))


def day(moment: Any) -> str:
    """Answer the day of a moment."""
    return moment.date().isoformat() if moment is not None else ""


def whole(number: int) -> ox.Literal:
    """Write a whole number."""
    return ox.Literal(str(number), datatype=ox.NamedNode(f"{XSD}integer"))
