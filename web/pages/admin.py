"""Administration: how the site stands, what was withdrawn, and who has an account; administrators of the site only."""

from __future__ import annotations

import msgspec
from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from harvester import jobs
from publisher import datasets, indexing, organizations, users
from publisher.auth import Permission
from publisher.work import Work
from schemas.errors import Invalid, NotFound, Unavailable
from schemas.text import Text
from web import questions, sessions
from web.cards import cards
from web.language import gettext
from web.pages.page import Page
from web.rendering import clean, render, told

SHOWN = 100


def view() -> ResponseReturnValue:
    """Render the page, or do what one of its forms asks for."""
    if not sessions.actor().known:
        return redirect(url_for("portal.login", next=request.path))
    with sessions.reading() as work:
        work.require(Permission.SITE_ADMIN)
    if request.method == "POST":
        return _do(request.form.get("act", ""))
    return _page()


def _page(problem: str = "", status: int = 200) -> ResponseReturnValue:
    waiting = indexing.waiting(sessions.platform())
    with sessions.reading() as work:
        page = render(
            "admin.html",
            waiting=waiting,
            engine_answers=_answers(work),
            total=questions.total(work) if _answers(work) else 0,
            active=jobs.listing(work, states=jobs.ACTIVE, limit=SHOWN),
            bodies=organizations.listing(work, "organization"),
            trash=cards(work, questions.in_state(work, "deleted", SHOWN)) if _answers(work) else [],
            people=users.listing(work)[:500],
            problem=problem,
        )
    return page, status


def _answers(work: Work) -> bool:
    try:
        questions.total(work)
    except Unavailable:
        return False
    return True


def _do(act: str) -> ResponseReturnValue:
    acts = {"restore": _restore, "purge": _purge, "add-user": _add_user, "catch-up": _catch_up}
    if act not in acts:
        raise NotFound(Text(zh="没有这个操作。", en="There is no such act."))
    try:
        flash(acts[act](), "done")
    except Invalid as refused:
        return _page(told(refused.message), 422)
    return redirect(url_for("portal.admin"))


def _restore() -> str:
    with sessions.working() as work:
        dataset = datasets.get(work, request.form.get("dataset", "")[:100])
        datasets.put(work, msgspec.structs.replace(dataset, state="active"))
    return gettext("“%(title)s” is back.", title=clean(dataset.title or dataset.name))


def _purge() -> str:
    with sessions.working() as work:
        dataset = datasets.get(work, request.form.get("dataset", "")[:100])
        datasets.purge(work, dataset.id)
    return gettext("“%(title)s” is erased for good.", title=clean(dataset.title or dataset.name))


def _add_user() -> str:
    name, email = (request.form.get(key, "").strip()[:200] for key in ("name", "email"))
    with sessions.working() as work:
        person = users.add(work, name, email=email, password=request.form.get("password", "")[:1000])
    return gettext("The account %(name)s is made.", name=person.name)


def _catch_up() -> str:
    told_count = sessions.platform().catch_up()
    return gettext("The index learned of %(num)d datasets.", num=told_count)


PAGE = Page("admin", ("/admin",), view, ("GET", "POST"))
