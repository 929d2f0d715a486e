"""Search: one query, its facets, its order and its pages, all of it in the address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

import msgspec
from flask import request, url_for
from flask.typing import ResponseReturnValue

from publisher import indexing
from publisher.work import Work
from search import text
from search.query import Clause, Query, Sort, Term
from search.spelling import corrected
from web import counting, facets, freshness, language, questions, sessions
from web.cards import Card, cards
from web.language import gettext
from web.marking import Marker
from web.pages.page import Page
from web.rendering import clean, render, with_query

ROWS = 20
DEEPEST_PAGE = 5000
LONGEST = 500
RELEVANCE = (Sort("score", descending=True), Sort("changed", descending=True), Sort("name"))
ORDERS: dict[str, tuple[Sort, ...]] = {
    "relevance": RELEVANCE,
    "changed": questions.FRESHEST,
    "created": questions.NEWEST,
    "title": (Sort("title_sort"), Sort("name")),
}
CKAN_ORDERS = {
    "score desc, metadata_modified desc": "relevance",
    "metadata_modified desc": "changed",
    "metadata_created desc": "created",
    "title_string asc": "title",
    "name asc": "title",
}
SWITCHES = ("late", "table")
PARAMS = {kind.field: kind.param for kind in facets.KINDS}


class Choice(msgspec.Struct, frozen=True):
    """A link that changes the view: what it says, where it leads and whether it is the present one."""

    label: str
    url: str
    current: bool = False


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as pages show it."""

    q: str
    total: int
    cards: list[Card]
    facets: list[facets.View]
    pills: list[Choice]
    orders: list[Choice]
    page: int
    pages: list[tuple[str, str, bool]]
    near: list[Card] = []
    meant: str = ""
    loose: bool = False
    kept: list[tuple[str, str]] = []
    clear: str
    feed: str
    api: str
    marked: Marker


def view() -> ResponseReturnValue:
    """Render the results."""
    with sessions.reading() as work:
        found = answer(work)
        if found.q and not found.total and not found.pills:
            counting.missed(found.q)
        return render("search.html", found=found)


def answer(work: Work, *scope: Clause, without: Sequence[str] = ()) -> Found:
    """Answer the request's search within a scope, without the facets that the scope fixes."""
    kinds = [kind for kind in facets.KINDS if kind.param not in without]
    q, page = clean(request.args.get("q", "")).strip()[:LONGEST], _page()
    order = _order(q)
    query = Query(
        filters=(*questions.ACTIVE, *scope, *_switches(work)),
        selected=facets.selected(kinds),
        sort=ORDERS[order],
        start=(page - 1) * ROWS,
        rows=ROWS,
        facets=facets.asked(kinds),
        weighted=True,
    )
    reading = indexing.find(work, q, query)
    results = reading.results
    views = facets.views(work, kinds, results.facets)
    return Found(
        q=q,
        total=results.total,
        cards=(shown := cards(work, results.ids)),
        meant=corrected(q, reading.unknown, _told(shown)),
        loose=reading.way == "any-word" and _has_parts(q),
        facets=views,
        pills=_pills(views),
        orders=_orders(q, order),
        page=page,
        pages=_pages(page, -(-results.total // ROWS)),
        kept=[(key, value) for key, value in request.args.items(multi=True) if key in _filters() and value],
        clear=with_query(drop=("page", *_filters())),
        feed=_feed(scope),
        api=_api(q),
        marked=Marker(reading.where),
        near=[] if results.total else cards(work, questions.near(work, q, *scope)),
    )


def _has_parts(q: str) -> bool:
    """Tell whether a text can match what was typed in part: one word, or two Chinese characters, cannot."""
    typed = text.words(q)
    return len(typed) > 1 or any(text.has_cjk(word) and len(word) > 2 for word in typed)


def _told(shown: Sequence[Card]) -> Iterator[str]:
    """Answer the titles in every language and the keywords of what was found."""
    for one in shown:
        yield from (one.dataset.title, *one.dataset.keywords)
        yield from (texts.get("title", "") for texts in one.dataset.translations.values())


def _filters() -> tuple[str, ...]:
    return (*(kind.param for kind in facets.KINDS), *SWITCHES)


def _feed(scope: Sequence[Clause]) -> str:
    """Answer the address of the feed of this search, the scope of a page included."""
    scoped = [(PARAMS[one.field], str(one.value)) for one in scope if isinstance(one, Term)]
    asked = [(key, value) for key, value in request.args.items(multi=True) if key not in ("page", "sort") and value]
    return url_for("feeds.custom") + ("?" + urlencode(scoped + asked) if scoped or asked else "")


def _api(q: str) -> str:
    names = {
        "organization": "organization",
        "groups": "groups",
        "tags": "tags",
        "res_format": "res_format",
        "license_id": "license_id",
    }
    chosen = [(names[kind.param], facets.chosen(kind)) for kind in facets.KINDS if kind.param in names]
    fq = " AND ".join(
        f"{name}:({' OR '.join(_quoted(value) for value in values)})" for name, values in chosen if values
    )
    pairs = {key: value for key, value in (("q", q), ("fq", fq)) if value}
    return f"{language.root()}/api/3/action/package_search" + ("?" + urlencode(pairs) if pairs else "")


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _page() -> int:
    page = request.args.get("page", "1")
    return min(int(page), DEEPEST_PAGE) if page.isascii() and page.isdigit() and len(page) < 9 and int(page) else 1


def _order(q: str) -> str:
    wanted = request.args.get("sort", "")
    wanted = CKAN_ORDERS.get(wanted, wanted)
    return wanted if wanted in ORDERS and (q or wanted != "relevance") else "relevance" if q else "changed"


def _switches(work: Work) -> tuple[Clause, ...]:
    late = (freshness.late(work.now),) if request.args.get("late") else ()
    table = (Term("has_table", True),) if request.args.get("table") else ()
    return (*late, *table)


def _pills(views: Sequence[facets.View]) -> list[Choice]:
    pills = [
        Choice(gettext("%(facet)s: %(value)s", facet=view.heading, value=value.label), value.url)
        for view in views
        for value in view.values
        if value.chosen
    ]
    names = {"late": gettext("Late"), "table": gettext("With a table to look into")}
    pills += [Choice(names[key], with_query({key: None}, drop=("page",))) for key in SWITCHES if request.args.get(key)]
    return pills


def _orders(q: str, current: str) -> list[Choice]:
    names = {
        "relevance": gettext("best match"),
        "changed": gettext("last changed"),
        "created": gettext("newest"),
        "title": gettext("title"),
    }
    shown = [key for key in ORDERS if q or key != "relevance"]
    return [Choice(names[key], with_query({"sort": key}, drop=("page",)), key == current) for key in shown]


def _pages(page: int, last: int) -> list[tuple[str, str, bool]]:
    """Answer the numbers of the pager with their addresses; an empty address is a gap."""
    last = min(last, DEEPEST_PAGE)
    if last < 2:
        return []
    wanted = sorted({1, last, *range(max(1, page - 2), min(last, page + 2) + 1)})
    shown: list[tuple[str, str, bool]] = []
    for before, number in zip([0, *wanted], wanted, strict=False):
        if number - before > 1:
            shown.append(("…", "", False))
        shown.append((str(number), with_query(page=number if number > 1 else None), number == page))
    return shown


PAGE = Page("search", ("/dataset",), view)
