"""Writing a page of the catalogue with hydra links to the other pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from schemas.mappings.dcat_ap.names import DCAT, DCT, FOAF, HYDRA, TYPE
from schemas.mappings.dcat_ap.triples import Triple, addresses, literals, serialized, term, whole
from schemas.mappings.dcat_ap.writing import iri_of, named_agent, triples_of
from schemas.mappings.mapped import Surroundings
from schemas.model import Dataset


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
    return serialized(
        _catalogue(records, site_url, title, description, (page, pages, total), extension, query), extension
    )


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
    yield Triple(node, TYPE, term(DCAT, "Catalog"))
    yield from literals(node, DCT, title=title, description=description or title)
    publisher = ox.NamedNode(f"{site_url}/about#publisher")
    yield Triple(node, term(DCT, "publisher"), publisher)
    yield from named_agent(publisher, title)
    yield from addresses(node, FOAF, homepage=site_url)
    for dataset, around in records:
        yield Triple(node, term(DCAT, "dataset"), iri_of(dataset, around))
        yield from triples_of(dataset, around)
    address = f"{site_url}/catalog.{extension}?" + (f"{query}&" if query else "") + "page="
    collection = ox.NamedNode(f"{address}{page}")
    yield Triple(collection, TYPE, term(HYDRA, "PagedCollection"))
    yield Triple(collection, term(HYDRA, "totalItems"), whole(total))
    pages_of = {"first": 1, "last": max(pages, 1)}
    pages_of |= {"next": page + 1} if page < pages else {}
    pages_of |= {"previous": page - 1} if page > 1 else {}
    for name, number in pages_of.items():
        yield Triple(collection, term(HYDRA, name), ox.Literal(f"{address}{number}"))
