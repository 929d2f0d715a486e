"""A department's desk: the requests and messages that it must answer, the first due first."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from publisher import datasets, feedback, organizations, requests, workdays
from publisher.feedback_values import KINDS
from publisher.refusals import BadForm
from publisher.request_values import STATES, due_day, overdue
from publisher.work import Work
from schemas.errors import Conflict
from schemas.text import Text
from web import sessions
from web.pages.page import Page
from web.rendering import clean, render


def view(ref: str) -> ResponseReturnValue:
    """Render the desk, or answer, release or hide a message."""
    return _act(ref) if request.method == "POST" else _page(ref)


def _act(ref: str) -> ResponseReturnValue:
    message_id = request.form.get("message", "")[:100]
    try:
        with sessions.working() as work:
            _do(work, request.form.get("act", ""), message_id, clean(request.form.get("note", "")).strip()[:3000])
    except BadForm as refused:
        return _page(ref, message_id, next(iter(refused.faults.values())), status=422)
    except Conflict as refused:
        return _page(ref, message_id, refused.message, status=409)
    return redirect(url_for("portal.desk", ref=ref))


def _do(work: Work, act: str, message_id: str, note: str) -> None:
    if act == "answer":
        feedback.answer(work, message_id, note)
    elif act == "release":
        feedback.release(work, message_id)
    elif act == "hide":
        feedback.hide(work, message_id, note)
    else:
        raise BadForm({"act": Text(zh="没有这种操作。", en="There is no such act.")})


def _page(ref: str, failed: str = "", fault: Text | None = None, status: int = 200) -> ResponseReturnValue:
    with sessions.reading() as work:
        body = organizations.get(work, ref, "organization")
        asked = requests.desk(work, body.id)
        messages = feedback.desk(work, body.id)
        about = {dataset.id: dataset for dataset in datasets.many(work, [one.dataset for one in messages])}
        today = workdays.local_day(work.now)
        page = render(
            "disclosure/desk.html",
            body=body,
            asked=[(one, due_day(one), overdue(one, today)) for one in asked],
            messages=[(one, about.get(one.dataset), today > one.due) for one in messages],
            missing_year=_missing_year(work),
            states=STATES,
            kinds=KINDS,
            failed=failed,
            fault=fault,
            typed=request.form,
        )
    return page, status


def _missing_year(work: Work) -> int | None:
    """Answer the coming year when its days are not known from the State Council's notice."""
    coming = workdays.local_day(work.now).year + 1
    return None if workdays.site_calendar(work.config.data).settled(coming) else coming


PAGE = Page("desk", ("/organization/<ref>/desk",), view, ("GET", "POST"))
