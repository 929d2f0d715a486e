"""Feeds: what changed, as Atom, at CKAN's addresses; and how browsers search here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import msgspec
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from publisher import datasets, indexing, log, organizations
from publisher.chain import Entry as LogEntry
from publisher.work import Work
from schemas.model import Dataset
from search.query import Clause, Query, Term
from web import facets, language, questions, rendering, sessions
from web.language import gettext

ROWS = 20
ATOM = "http://www.w3.org/2005/Atom"
OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"

blueprint = Blueprint("feeds", __name__)


class Feed(msgspec.Struct, frozen=True):
    """One feed: its heading, the page that shows the same, and its question."""

    title: str
    page: str
    filters: tuple[Clause, ...] = ()
    q: str = ""
    facets: tuple[tuple[str, Clause], ...] = ()


@blueprint.route("/feeds/dataset.atom")
def everything() -> ResponseReturnValue:
    """Answer what changed on the whole site."""
    with sessions.reading() as work:
        return _answer(work, Feed(gettext("changed datasets"), "/dataset"))


@blueprint.route("/feeds/organization/<ref>.atom")
def organization(ref: str) -> ResponseReturnValue:
    """Answer what changed in one organization."""
    with sessions.reading() as work:
        body = organizations.get(work, ref, "organization")
        feed = Feed(rendering.title_of(body), f"/organization/{body.name}", (Term("organization", body.name),))
        return _answer(work, feed)


@blueprint.route("/feeds/group/<ref>.atom")
def group(ref: str) -> ResponseReturnValue:
    """Answer what changed in one theme."""
    with sessions.reading() as work:
        theme = organizations.get(work, ref, "group")
        return _answer(work, Feed(rendering.title_of(theme), f"/group/{theme.name}", (Term("themes", theme.name),)))


@blueprint.route("/feeds/tag/<path:tag>.atom")
def tag(tag: str) -> ResponseReturnValue:
    """Answer what changed under one tag."""
    with sessions.reading() as work:
        page = "/dataset?" + urlencode({"tags": tag})
        return _answer(work, Feed(rendering.clean(tag), page, (Term("keywords", tag[:200]),)))


@blueprint.route("/feeds/custom.atom")
def custom() -> ResponseReturnValue:
    """Answer what changed among the results of a search."""
    q = rendering.clean(request.args.get("q", "")).strip()[:500]
    kept = [(key, value) for key, value in request.args.items(multi=True) if key not in ("page", "sort")]
    with sessions.reading() as work:
        title = gettext("datasets for “%(q)s”", q=q) if q else gettext("chosen datasets")
        return _answer(work, Feed(title, "/dataset?" + urlencode(kept), (), q, facets.selected(facets.KINDS)))


@blueprint.route("/feeds/log.atom")
def disclosure() -> ResponseReturnValue:
    """Answer the newest entries of the disclosure log."""
    config = sessions.platform().config
    with sessions.reading() as work:
        found = log.entries(work, limit=ROWS)
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": language.TAGS[language.short()]})
    updated = found[0].at if found else datetime(1970, 1, 1, tzinfo=UTC)
    site = config.site_title_zh if language.short() == "zh" else config.site_title_en
    _add(root, "id", _at(1))
    _add(root, "title", f"{site} – {gettext('Disclosure log')}")
    _add(root, "updated", updated.isoformat())
    _add(ET.SubElement(root, "author"), "name", site)
    ET.SubElement(root, "link", href=config.site_url + "/log", rel="alternate")
    ET.SubElement(root, "link", href=_at(1), rel="self")
    for one in found:
        root.append(_log_entry(one, config.site_url))
    answer = Response(_written(root), content_type="application/atom+xml")
    answer.add_etag()
    return answer.make_conditional(request)


def _log_entry(one: LogEntry, site: str) -> ET.Element:
    entry = ET.Element("entry")
    label = log.EVENTS.get(one.event)
    _add(entry, "id", f"{site}/log/{one.number}")
    _add(entry, "title", f"{label.get(language.short()) if label else one.event} {one.kind} {one.subject}")
    _add(entry, "updated", one.at.isoformat())
    ET.SubElement(entry, "link", href=f"{site}/log/{one.number}", rel="alternate", type="application/json")
    return entry


@blueprint.route("/opensearch.xml")
def opensearch() -> Response:
    """Tell browsers how to search here."""
    config = sessions.platform().config
    root = ET.Element("OpenSearchDescription", xmlns=OPENSEARCH)
    ET.SubElement(root, "ShortName").text = (
        config.site_title_zh if language.short() == "zh" else config.site_title_en
    )[:16]
    ET.SubElement(root, "Description").text = gettext("Search datasets")
    ET.SubElement(root, "InputEncoding").text = "UTF-8"
    template = f"{config.site_url}/{language.short()}/dataset?q={{searchTerms}}"
    ET.SubElement(root, "Url", type="text/html", template=template)
    return Response(_written(root), content_type="application/opensearchdescription+xml")


def _answer(work: Work, feed: Feed) -> ResponseReturnValue:
    page = _page()
    query = Query(
        where=questions.words(feed.q, work.now),
        filters=(*questions.ACTIVE, *feed.filters),
        selected=feed.facets,
        sort=questions.CHANGED,
        start=(page - 1) * ROWS,
        rows=ROWS,
    )
    found = indexing.search(work, query)
    entries = datasets.many(work, found.ids)
    last = max(1, -(-found.total // ROWS))
    answer = Response(_written(_atom(feed, entries, page, last)), content_type="application/atom+xml")
    answer.add_etag()
    return answer.make_conditional(request)


def _page() -> int:
    page = request.args.get("page", "1")
    return max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 6 else 1


def _atom(feed: Feed, entries: Sequence[Dataset], page: int, last: int) -> ET.Element:
    config = sessions.platform().config
    site = config.site_title_zh if language.short() == "zh" else config.site_title_en
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": language.TAGS[language.short()]})
    updated = max((d.changed for d in entries if d.changed), default=datetime(1970, 1, 1, tzinfo=UTC))
    _add(root, "id", config.site_url + language.plain_path() + _query(1))
    _add(root, "title", f"{site} – {feed.title}")
    _add(root, "updated", updated.isoformat())
    _add(ET.SubElement(root, "author"), "name", site)
    links = {"alternate": config.site_url + feed.page, "self": _at(page), "first": _at(1), "last": _at(last)}
    if page > 1:
        links["prev"] = _at(page - 1)
    if page < last:
        links["next"] = _at(page + 1)
    for relation, address in links.items():
        ET.SubElement(root, "link", href=address, rel=relation)
    for dataset in entries:
        root.append(_entry(dataset, config.site_url))
    return root


def _at(page: int) -> str:
    return sessions.platform().config.site_url + language.plain_path() + _query(page)


def _query(page: int) -> str:
    kept = [(key, value) for key, value in request.args.items(multi=True) if key != "page"]
    pairs = [*kept, ("page", str(page))] if page > 1 else kept
    return "?" + urlencode(pairs) if pairs else ""


def _entry(dataset: Dataset, site: str) -> ET.Element:
    entry = ET.Element("entry")
    _add(entry, "id", f"{site}/dataset/{dataset.id}")
    _add(entry, "title", rendering.title_of(dataset))
    _add(entry, "updated", dataset.changed.isoformat() if dataset.changed else "")
    _add(entry, "content", rendering.clean(rendering.description_of(dataset))[:20_000])
    ET.SubElement(entry, "link", href=f"{site}/dataset/{dataset.name}", rel="alternate", type="text/html")
    record = f"{site}/api/3/action/package_show?id={dataset.name}"
    ET.SubElement(entry, "link", href=record, rel="enclosure", type="application/json")
    for word in dataset.keywords:
        ET.SubElement(entry, "category", term=rendering.clean(word))
    _add(entry, "published", dataset.created.isoformat() if dataset.created else "")
    return entry


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text


def _written(root: ET.Element) -> bytes:
    return b"<?xml version='1.0' encoding='utf-8'?>\n" + bytes(ET.tostring(root, encoding="utf-8"))
