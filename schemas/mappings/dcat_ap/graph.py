"""One record's triples, and ways to take values out of them in a steady order."""

from __future__ import annotations

from typing import Any

import pyoxigraph as ox

from schemas.mappings.dcat_ap.names import DCT, FOAF, RDFS, SKOS, TYPE, short
from schemas.mappings.findings import finding
from schemas.mappings.reading import clean, unique
from schemas.report import Finding

Node = ox.NamedNode | ox.BlankNode


class Graph:
    """Holds one record's triples while its properties are taken; what nobody takes is kept and reported."""

    def __init__(self, triples: str) -> None:
        parsed = ox.parse(triples.encode(), format=ox.RdfFormat.N_TRIPLES, lenient=True)
        self.data = ox.Dataset(ox.Quad(q.subject, q.predicate, q.object) for q in parsed)
        self.findings: list[Finding] = []
        self._told: set[tuple[str, str]] = set()

    def values(self, node: Node, *names: str) -> list[Any]:
        """Answer the objects of some properties, in a steady order: without a language first, then zh and en."""
        found: list[Any] = []
        for name in names:
            objects = [q.object for q in self.data.quads_for_subject(node) if q.predicate.value == name]
            found += sorted(objects, key=_order)
        return found

    def text(self, node: Node, *names: str) -> str:
        """Answer the first literal of some properties."""
        return next((clean(v.value) for v in self.values(node, *names) if isinstance(v, ox.Literal)), "")

    def term(self, node: Node, *names: str) -> str:
        """Answer the first literal or address of some properties, or what a nameless thing is called."""
        return next((text for v in self.values(node, *names) if (text := self.called(v))), "")

    def terms(self, node: Node, *names: str) -> tuple[str, ...]:
        """Answer all literals and addresses of some properties."""
        return unique(self.called(value) for value in self.values(node, *names))

    def called(self, value: Any) -> str:
        """Answer the text of a literal, the address of a thing, or the label of a nameless thing."""
        if isinstance(value, ox.Literal):
            return clean(value.value)
        if isinstance(value, ox.NamedNode):
            return value.value
        if isinstance(value, ox.BlankNode):
            return self.text(value, f"{RDFS}label", f"{SKOS}prefLabel", f"{DCT}title", f"{FOAF}name", f"{SKOS}notation")
        return ""

    def nested(self, value: Any, depth: int = 0) -> Any:
        """Answer a text, an address, or what is said of a nameless thing by its properties."""
        text = self.called(value)
        if text or not isinstance(value, ox.BlankNode) or depth > 3:
            return text
        found: dict[str, Any] = {}
        for quad in sorted(self.data.quads_for_subject(value), key=str):
            inner = self.nested(quad.object, depth + 1)
            if quad.predicate != TYPE and inner not in ("", {}):
                found.setdefault(short(quad.predicate.value), []).append(inner)
        return {name: values[0] if len(values) == 1 else values for name, values in found.items()}

    def say_once(self, code: str, path: str, value: object = None) -> None:
        """Add a finding unless the same was said of the same property."""
        if (code, path) not in self._told:
            self._told.add((code, path))
            self.say(code, path, value)

    def say(self, code: str, path: str, value: object = None) -> None:
        """Add a finding about one property."""
        self.findings.append(finding(code, path, value))


def _order(value: Any) -> tuple[int, str]:
    language = (value.language or "") if isinstance(value, ox.Literal) else ""
    rank = {"": 0, "zh": 1, "en": 2}.get(language[:2], 3)
    return (rank, str(value))
