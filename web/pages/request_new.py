"""The form in which people and departments ask for data or disclosure."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from publisher import applications, organizations
from publisher.limits import limits
from publisher.refusals import BadForm
from publisher.request_values import Application
from publisher.work import Work
from schemas.errors import Conflict, GongkaiError
from schemas.model import Dataset
from schemas.text import Text
from web import receipts, senders, sessions
from web.language import gettext
from web.opening import open_dataset
from web.pages.page import Page
from web.rendering import clean, render

TEXTS = ("organization", "dataset", "requester", "title", "content", "purpose", "items", "method", "period")
PERSON = ("name", "email", "phone")


def view() -> ResponseReturnValue:
    """Render the form, or take it in and go on to the request that it became."""
    return _send() if request.method == "POST" else _page(dict(request.args.items()))


def _send() -> ResponseReturnValue:
    senders.refuse_robots()
    values = {name: clean(request.form.get(name, "")).strip()[:6000] for name in (*TEXTS, *PERSON)}
    sharing = bool(values["requester"])
    application = Application(
        kind="sharing" if sharing else "disclosure",
        resources=tuple(request.form.getlist("resources"))[:50],
        **values,
    )
    try:
        with sessions.working() as work:
            made, receipt = applications.submit(work, application, sender=senders.sender())
    except BadForm as refused:
        return _page(values, refused.faults, status=422)
    except (Conflict, GongkaiError) as refused:
        return _page(values, {"": refused.message}, status=422)
    receipts.show_once(made.number, receipt)
    return redirect(url_for("portal.request", number=made.number))


def _page(values: dict[str, str], faults: dict[str, Text] | None = None, status: int = 200) -> ResponseReturnValue:
    with sessions.reading() as work:
        dataset = open_dataset(work, values["dataset"][:200]) if values.get("dataset") else None
        page = render(
            "disclosure/request_new.html",
            values=values,
            faults=faults or {},
            labels=_labels(),
            dataset=dataset,
            rules=limits(work.config.data).requests,
            trap=senders.TRAP,
            **_choices(work, dataset),
        )
    return page, status


def _choices(work: Work, dataset: Dataset | None) -> dict[str, Any]:
    """Answer whom one may ask, and in whose name."""
    bodies = organizations.listing(work, "organization")
    own = {key for key, role in work.actor.roles.items() if role in ("editor", "admin")}
    asked = next((body for body in bodies if dataset and body.id == dataset.owner), None)
    return {
        "bodies": bodies,
        "asked": asked,
        "requesters": [body for body in bodies if body.id in own and body is not asked],
    }


def _labels() -> dict[str, str]:
    return {
        "organization": gettext("Whom do you ask?"),
        "requester": gettext("In whose name?"),
        "title": gettext("In a few words"),
        "content": gettext("What do you ask for?"),
        "purpose": gettext("What is it for?"),
        "items": gettext("Which columns or items?"),
        "method": gettext("How would you like to have it?"),
        "period": gettext("For how long do you need it?"),
        "name": gettext("Your name"),
        "email": gettext("E-mail"),
        "phone": gettext("Telephone"),
    }


PAGE = Page("request_new", ("/request/new",), view, ("GET", "POST"))
