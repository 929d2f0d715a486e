"""Suggestions while typing, as JSON for the search boxes."""

from __future__ import annotations

from collections.abc import Callable

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue

from publisher import indexing
from schemas.errors import Unavailable
from search.query import Suggestion
from web import sessions
from web.language import gettext
from web.pages.page import Page
from web.rendering import clean

LONGEST = 100


def view() -> ResponseReturnValue:
    """Answer at most eight completions; none while the engine is down."""
    text = request.args.get("q", "").strip()[:LONGEST]
    try:
        with sessions.reading() as work:
            found = indexing.suggest(work, text)
    except Unavailable:
        found = ()
    answer = jsonify([_entry(one) for one in found])
    answer.headers["Cache-Control"] = "public, max-age=60"
    return answer


def _entry(one: Suggestion) -> dict[str, str]:
    kinds: dict[str, tuple[str, Callable[[], str]]] = {
        "dataset": (gettext("dataset"), lambda: url_for("portal.dataset", ref=one.value)),
        "organization": (gettext("organization"), lambda: url_for("portal.organization", ref=one.value)),
        "theme": (gettext("theme"), lambda: url_for("portal.theme", ref=one.value)),
        "keyword": (gettext("tag"), lambda: url_for("portal.search", tags=one.value)),
    }
    kind, address = kinds[one.kind]
    return {"label": clean(one.label), "kind": kind, "url": address()}


PAGE = Page("suggestions", ("/suggestions",), view)
