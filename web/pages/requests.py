"""Requests for information: how to ask and follow one, how they were answered, and the desks of one's departments."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from publisher import grants, organizations, requests
from publisher.limits import limits
from publisher.request_values import STATES
from schemas.errors import NotFound
from web import receipts, sessions
from web.pages.page import Page
from web.rendering import render

ROWS = 20


def view() -> ResponseReturnValue:
    """Render the page, or go on to the request whose number and receipt were given."""
    number = request.form.get("number", "").strip()[:30]
    return _follow(number, request.form.get("receipt", "").strip()[:100]) if request.method == "POST" else _page()


def _page(refused: str = "", status: int = 200) -> ResponseReturnValue:
    with sessions.reading() as work:
        known = work.actor.known
        desks = [key for key, role in work.actor.roles.items() if role in ("editor", "admin")]
        shown = requests.shown(work, limit=ROWS)
        bodies = organizations.many(work, [*desks, *(one.organization for one in shown)])
        return (
            render(
                "disclosure/requests.html",
                numbers=requests.numbers(work).get("", None),
                shown=[(one, bodies.get(one.organization)) for one in shown],
                mine=requests.mine(work) if known else [],
                granted=grants.mine(work) if known else [],
                desks=[bodies[key] for key in desks if key in bodies and bodies[key].kind == "organization"],
                rules=limits(work.config.data).requests,
                states=STATES,
                refused=refused,
            ),
            status,
        )


def _follow(number: str, receipt: str) -> ResponseReturnValue:
    try:
        with sessions.reading() as work:
            requests.get(work, number, receipt=receipt)
    except NotFound:
        return _page(refused=number or "–", status=422)
    receipts.keep(number, receipt)
    return redirect(url_for("portal.request", number=number))


PAGE = Page("requests", ("/request",), view, ("GET", "POST"))
