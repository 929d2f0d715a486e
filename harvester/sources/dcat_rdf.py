"""DCAT in RDF: DCAT-AP, GeoDCAT where it overlaps, DCAT-US 3; RDF/XML, Turtle, JSON-LD, N-Triples; hydra paging."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from harvester import graphs
from harvester.faults import Fetching
from harvester.source import Context, Option, Parsed, Payload, Raw, Unchanged, Unchecked, without_id
from harvester.sources.mapped import mapped
from schemas.report import Finding
from schemas.text import Text

MOST_PAGES = 10_000


class DcatRdf(Unchecked):
    """Reads a DCAT catalogue in RDF."""

    name = "dcat-rdf"
    label = Text("DCAT 目录（RDF）", "DCAT catalogue (RDF)")
    help = Text(
        "读取 RDF 形式的 DCAT 目录（RDF/XML、Turtle、JSON-LD、N-Triples），支持 hydra 分页。",
        "Reads a DCAT catalogue in RDF (RDF/XML, Turtle, JSON-LD, N-Triples), with hydra paging.",
    )
    options: tuple[Option, ...] = ()
    volatile: frozenset[str] = frozenset()

    def gather(self, context: Context) -> Iterator[Raw]:
        """Yield the datasets, series and services of every page."""
        waiting, seen, count = [context.url], {context.url}, 0
        while waiting:
            url = waiting.pop(0)
            first = len(seen) == 1
            got = context.fetcher.get(url, accept=graphs.ACCEPT, fresh=context.freshness if first else None)
            if got.unchanged:
                raise Unchanged
            with got:
                graph = graphs.parsed(got)
            for raw in _records(graph):
                count += 1
                yield raw
            following = [page for page in graphs.next_pages(graph, got.url) if page not in seen]
            if first and not following:
                context.found = got.freshness
            seen.update(following)
            waiting += following
            if len(seen) > MOST_PAGES:
                raise Fetching("too-large", context.url, f"more than {MOST_PAGES} pages")
        if not count and not _is_catalogue(graph):
            raise Fetching("not-a-catalogue", context.url, "no dcat:Dataset and no dcat:Catalog")

    def to_dataset(self, raw: Raw, context: Context) -> Parsed:
        """Read one record through the mapping of its format."""
        parsed = mapped("dcat-ap", raw.payload, context.url)
        if not raw.payload.get("nameless"):
            return parsed
        return Parsed(dataset=parsed.dataset, findings=(*parsed.findings, _NAMELESS))

    def recognises(self, url: str, head: bytes, content_type: str) -> bool:
        """Tell RDF by its type, its name or its first lines."""
        named = url.split("?")[0].lower().endswith((".ttl", ".rdf", ".jsonld", ".nt"))
        return named or "rdf+xml" in content_type or "turtle" in content_type or b"ns/dcat#" in head


_NAMELESS = Finding(
    level="warning",
    code="identifier-missing",
    message=Text(
        "数据集没有网址标识，也没有 dct:identifier；暂以其链接地址识别。",
        "The dataset has neither an IRI nor a dct:identifier; it is recognised by the address that it links to.",
    ),
    remedy=Text(
        "请为每个数据集设置不变的网址；否则链接一变，它就成为另一个数据集。",
        "Give every dataset an IRI that never changes; otherwise it becomes another dataset when its link changes.",
    ),
    path="dct:identifier",
)


def _records(graph: ox.Dataset) -> Iterator[Raw]:
    found = graphs.records(graph)
    stop = frozenset(found) | frozenset(
        quad.subject
        for kind in graphs.CATALOGUES
        for quad in graph.quads_for_object(kind)
        if isinstance(quad.subject, graphs.Node)
    )
    for subject in found:
        yield _record(graph, subject, stop)


def _record(graph: ox.Dataset, subject: graphs.Node, stop: frozenset[graphs.Node]) -> Raw:
    part = graphs.description(graph, subject, stop=stop - {subject})
    declared = subject.value if isinstance(subject, ox.NamedNode) else next(iter(_declared(part, subject)), "")
    identity = declared or graphs.address(part, subject)
    title = _title(part, subject)
    payload: Payload = {"iri": identity, "title": title, "triples": graphs.canonical(part)}
    if identity and not declared:
        payload["nameless"] = True
    return Raw(remote_id=identity, payload=payload) if identity else without_id(payload, "dct:identifier")


def _declared(part: ox.Dataset, subject: graphs.Node) -> list[str]:
    return sorted(text for text in graphs.texts(part, subject, f"{graphs.DCT}identifier") if text)


def _title(part: ox.Dataset, subject: graphs.Node) -> str:
    return next(iter(sorted(graphs.texts(part, subject, f"{graphs.DCT}title"))), "")


def _is_catalogue(graph: ox.Dataset) -> bool:
    return any(True for kind in graphs.CATALOGUES for _ in graph.quads_for_object(kind))
