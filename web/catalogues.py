"""Catalogues for machines: DCAT-AP, DCAT-US, Data Package, a sitemap, and what crawlers are asked to leave alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

import orjson
from flask import Blueprint, Response, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from publisher import datasets, indexing, organizations, tables
from publisher.auth import ANONYMOUS
from publisher.table_columns import Column
from publisher.work import Work
from schemas.errors import NotFound
from schemas.mappings import Surroundings, croissant, datapackage, dcat_ap, dcat_us, schema_org
from schemas.model import Dataset, replace
from schemas.text import Text
from search.document import moment
from search.query import Clause, Query, Range
from search.syntax import parse_filter
from web import language, questions, sessions
from web.opening import open_dataset

ROWS = 100
BATCH = 500
EMBEDDED = 20
IN_SITEMAP = 20_000
LABELS = {"ttl": "Turtle", "rdf": "RDF/XML", "jsonld": "JSON-LD"}
DESCRIBED_BY = "https://project-open-data.cio.gov/v1.1/schema"
FILTERS = ("organization", "tags", "res_format", "groups", "license_id", "frequency", "sort", "page", "column")
CLOSED = ("/api/", "/*user/", "/suggestions", "/*/download", *(f"/*?*{name}=" for name in FILTERS))
blueprint = Blueprint("catalogues", __name__)


@blueprint.route(f"/dataset/<ref>.<any({','.join(dcat_ap.FORMS)}):extension>")
def dataset(ref: str, extension: str) -> ResponseReturnValue:
    """Answer one dataset as DCAT-AP."""
    with sessions.reading() as work:
        found = open_dataset(work, ref)
        body = dcat_ap.write(found, around(work, [found])[found.id], extension)
    return _kept(body, dcat_ap.FORMS[extension].media_type, found)


@blueprint.route("/dataset/<ref>/datapackage.json")
def package(ref: str) -> ResponseReturnValue:
    """Answer one dataset as a Data Package."""
    with sessions.reading() as work:
        found = open_dataset(work, ref)
        body = orjson.dumps(
            datapackage.from_dataset(found, around(work, [found])[found.id]), option=orjson.OPT_INDENT_2
        )
    return _kept(body, "application/json", found)


@blueprint.route("/dataset/<ref>/schema-org.jsonld")
def structured(ref: str) -> ResponseReturnValue:
    """Answer one dataset as schema.org describes it."""
    with sessions.reading() as work:
        found = open_dataset(work, ref)
        body = orjson.dumps(schema_org.from_dataset(found, around(work, [found])[found.id]), option=orjson.OPT_INDENT_2)
    return _kept(body, "application/ld+json", found)


@blueprint.route("/dataset/<ref>/croissant.json")
def croissant_json(ref: str) -> ResponseReturnValue:
    """Answer one dataset as Croissant, the columns being those of the stored tables."""
    with sessions.reading() as work:
        found = open_dataset(work, ref)
        stored = {one.id: version for one in found.resources if (version := tables.find(work, one.id))}
        schemas = {key: {"fields": [_field(column) for column in one.columns]} for key, one in stored.items()}
        record = croissant.from_dataset(found, around(work, [found])[found.id], schemas)
    return _kept(orjson.dumps(record, option=orjson.OPT_INDENT_2), "application/ld+json", found)


@blueprint.route(f"/catalog.<any({','.join(dcat_ap.FORMS)}):extension>")
def catalogue(extension: str) -> ResponseReturnValue:
    """Answer one page of the catalogue as DCAT-AP, with Hydra's links between pages."""
    page = _page()
    with sessions.platform().read(ANONYMOUS) as work:
        query = Query(
            where=questions.words(request.args.get("q", "")[:500], work.now),
            filters=(*questions.ACTIVE, *_filters(work.now)),
            sort=questions.CHANGED,
            start=(page - 1) * ROWS,
            rows=ROWS,
        )
        found = indexing.search(work, query)
        shown = datasets.many(work, found.ids)
        surroundings = around(work, shown)
        config = work.config
        body = dcat_ap.catalogue(
            [(one, surroundings[one.id]) for one in shown],
            site_url=config.site_url,
            title=config.site_title_zh if language.short() == "zh" else config.site_title_en,
            description=config.site_description_zh if language.short() == "zh" else config.site_description_en,
            page=page,
            pages=max(1, -(-found.total // ROWS)),
            total=found.total,
            extension=extension,
            query=_query(),
        )
    answer = Response(body, content_type=f"{dcat_ap.FORMS[extension].media_type}; charset=utf-8")
    answer.add_etag()
    return _open(answer.make_conditional(request))


@blueprint.route("/data.json")
def data_json() -> ResponseReturnValue:
    """Answer the whole catalogue as DCAT-US 1.1, written while it is read."""

    def written() -> Iterator[bytes]:
        head = {"conformsTo": DESCRIBED_BY, "describedBy": f"{DESCRIBED_BY}/catalog.json", "@type": "dcat:Catalog"}
        yield orjson.dumps(head)[:-1] + b',"dataset":['
        joint = b""
        for part in _public():
            with sessions.platform().read(ANONYMOUS) as work:
                surroundings = around(work, part)
            for one in part:
                yield joint + orjson.dumps(dcat_us.from_dataset(one, surroundings[one.id]))
                joint = b",\n"
        yield b"]}"

    return _open(Response(stream_with_context(written()), content_type="application/json; charset=utf-8"))


@blueprint.route("/sitemap.xml")
def sitemap() -> ResponseReturnValue:
    """Answer the index of sitemaps, one for every 20,000 datasets."""
    with sessions.platform().read(ANONYMOUS) as work:
        count = datasets.public_count(work)
    pages = range(1, max(1, -(-count // IN_SITEMAP)) + 1)
    site = sessions.platform().config.site_url
    parts = "".join(f"<sitemap><loc>{escape(site)}/sitemap-{page}.xml</loc></sitemap>" for page in pages)
    return _xml(f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{parts}</sitemapindex>')


@blueprint.route("/sitemap-<int:page>.xml")
def sitemap_part(page: int) -> ResponseReturnValue:
    """Answer one sitemap: pages of organizations, themes and datasets in both languages."""
    with sessions.platform().read(ANONYMOUS) as work:
        names = datasets.public_names(work, limit=IN_SITEMAP, offset=(page - 1) * IN_SITEMAP)
        bodies = organizations.listing(work, "organization") if page == 1 else []
        themes = organizations.listing(work, "group") if page == 1 else []
    if not names and page != 1:
        raise NotFound(Text(zh="没有这一页站点地图。", en="There is no such sitemap."))
    paths = ["/", "/dataset", "/organization", "/group"] if page == 1 else []
    paths += [f"/organization/{body.name}" for body in bodies] + [f"/group/{theme.name}" for theme in themes]
    paths += [f"/dataset/{name}" for name in names]
    parts = "".join(map(_location, paths))
    return _xml(
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">'
        f"{parts}</urlset>"
    )


@blueprint.route("/robots.txt")
def robots() -> ResponseReturnValue:
    """Ask crawlers to read datasets and to stay out of the maze of filters, accounts and calls."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), "Crawl-delay: 1", ""]
    lines += [f"Sitemap: {sessions.platform().config.site_url}/sitemap.xml", ""]
    return Response("\n".join(lines), content_type="text/plain; charset=utf-8")


def around(work: Work, shown: Sequence[Dataset]) -> dict[str, Surroundings]:
    """Answer what each dataset is shown with, by its id."""
    known = organizations.many(work, [key for one in shown for key in (one.owner, *one.themes)])
    config = work.config
    title = config.site_title_zh if language.short() == "zh" else config.site_title_en
    return {
        one.id: Surroundings(
            site_url=config.site_url,
            site_title=title,
            organization=known.get(one.owner),
            groups=tuple(known[key] for key in one.themes if key in known),
        )
        for one in shown
    }


def formats(found: Dataset) -> list[tuple[str, str, str]]:
    """Answer the other forms of a dataset: words, address and media type."""
    listed = [
        (
            f"DCAT-AP, {label}",
            url_for("catalogues.dataset", ref=found.name, extension=key),
            dcat_ap.FORMS[key].media_type,
        )
        for key, label in LABELS.items()
    ]
    listed.append(("Data Package", url_for("catalogues.package", ref=found.name), "application/json"))
    listed.append(("Croissant", url_for("catalogues.croissant_json", ref=found.name), "application/ld+json"))
    listed.append(("schema.org", url_for("catalogues.structured", ref=found.name), "application/ld+json"))
    return listed


def embedded(work: Work, found: Dataset) -> Markup:
    """Answer the schema.org description as an element of the page; nothing in it can end the element."""
    brief = replace(found, resources=found.resources[:EMBEDDED], description=found.description[:2000])
    body = orjson.dumps(schema_org.from_dataset(brief, around(work, [found])[found.id])).decode()
    safe = body.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(f'<script type="application/ld+json">{safe}</script>')


def negotiated() -> str:
    """Answer the extension of the RDF form that the client prefers to a page, empty where it wants the page."""
    kinds = {dcat_ap.FORMS[key].media_type: key for key in LABELS}
    best = request.accept_mimetypes.best_match(["text/html", *kinds], default="text/html")
    return kinds.get(best, "") if request.accept_mimetypes[best] > request.accept_mimetypes["text/html"] else ""


def _field(column: Column) -> dict[str, str]:
    kinds = {"integer32": "integer", "decimal": "integer", "moment": "datetime", "text": "string", "json": "object"}
    told = column.description or column.title
    return {"name": column.name, "type": kinds.get(column.type, column.type), "description": told}


def _public() -> Iterator[list[Dataset]]:
    last = ""
    while True:
        with sessions.platform().read(ANONYMOUS) as work:
            part = datasets.ids(work, after=last, limit=BATCH)
            if not part:
                return
            found = datasets.many(work, part)
        last = part[-1]
        yield [one for one in found if one.state == "active" and one.visibility == "public" and one.kind == "dataset"]


def _filters(now: datetime) -> Iterator[Clause]:
    fq = request.args.get("fq", "")[:1000]
    if fq:
        yield parse_filter(fq, now)
    since = moment(request.args.get("modified_since", "")[:40])
    if since is not None:
        yield Range("changed", low=since)


def _page() -> int:
    page = request.args.get("page", "1")
    return max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 8 else 1


def _query() -> str:
    return urlencode([(key, value) for key, value in request.args.items(multi=True) if key != "page"])


def _location(path: str) -> str:
    site = escape(sessions.platform().config.site_url)
    others = "".join(
        f'<xhtml:link rel="alternate" hreflang="{tag}" href="{site}/{short}{escape(path)}"/>'
        for short, tag in language.TAGS.items()
    )
    return f"<url><loc>{site}{escape(path)}</loc>{others}</url>"


def _xml(document: str) -> Response:
    return Response(
        f'<?xml version="1.0" encoding="UTF-8"?>\n{document}', content_type="application/xml; charset=utf-8"
    )


def _kept(body: bytes, media_type: str, found: Dataset) -> ResponseReturnValue:
    """Answer a form of a dataset that a client may keep until it changes."""
    answer = Response(body, content_type=f"{media_type}; charset=utf-8")
    answer.add_etag()
    return _open(answer.make_conditional(request)) if found.visibility == "public" else answer


def _open(answer: Any) -> Response:
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer  # type: ignore[no-any-return]
