"""My duties: what is overdue, failing or asked of the reader's departments and of the reader."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from publisher import duties, organizations
from publisher.duties import KINDS, Duty
from schemas.model import Organization
from web import sessions
from web.pages.page import Page
from web.rendering import render


def view() -> ResponseReturnValue:
    """Render the list, or lead to the login."""
    if not sessions.actor().known:
        return redirect(url_for("portal.login", next=request.path))
    with sessions.reading() as work:
        found = duties.mine(work)
        bodies = organizations.many(work, [duty.organization for duty in found])
        rows = [(duty, _address(duty, bodies), bodies.get(duty.organization)) for duty in found]
    return render("disclosure/duties.html", rows=rows, kinds=KINDS)


def _address(duty: Duty, bodies: dict[str, Organization]) -> str:
    if duty.kind in ("request", "completion"):
        return url_for("portal.request", number=duty.ref)
    if duty.kind == "message":
        return url_for("portal.desk", ref=bodies[duty.organization].name)
    if duty.kind in ("review", "publish"):
        return url_for("portal.catalogue_record", ref=duty.ref)
    return url_for("portal.dataset", ref=duty.ref)


PAGE = Page("duties", ("/duties",), view)
