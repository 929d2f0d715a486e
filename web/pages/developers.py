"""For developers: the machine API with examples that can be copied, feeds, and whole catalogues."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from publisher import datasets, tables
from search.query import Term
from web import language, questions, sessions
from web.pages.page import Page
from web.rendering import render

WHOLE = (
    ("DCAT-AP 3, Turtle", "/catalog.ttl"),
    ("DCAT-AP 3, RDF/XML", "/catalog.rdf"),
    ("DCAT-AP 3, JSON-LD", "/catalog.jsonld"),
    ("DCAT-US 1.1, data.json", "/data.json"),
    ("OpenAPI 3.1", "/api/3/openapi.json"),
    ("Sitemap", "/sitemap.xml"),
)


def view() -> ResponseReturnValue:
    """Render the page, its examples made from a dataset of this site."""
    with sessions.reading() as work:
        newest = datasets.many(work, questions.ids(work, rows=1))
        tabled = datasets.many(work, questions.ids(work, Term("has_table", True), rows=1))
        with_rows = tables.having(work, [resource.id for one in tabled for resource in one.resources])
        return render(
            "developers.html",
            example=newest[0].name if newest else "air-quality",
            resource=min(with_rows, default="RESOURCE-ID"),
            machine=[(label, language.root() + path) for label, path in WHOLE],
        )


PAGE = Page("developers", ("/developers",), view)
