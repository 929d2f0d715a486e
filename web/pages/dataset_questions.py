"""Questions about a dataset: what readers asked and the department answered, a form to ask, and a rating."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from publisher import feedback, ratings
from publisher.feedback_values import KINDS, STATES, Message
from publisher.limits import limits
from publisher.refusals import BadForm
from schemas.errors import Conflict, GongkaiError
from schemas.text import Text
from web import receipts, senders, sessions
from web.opening import open_dataset
from web.pages.dataset import frame
from web.pages.page import Page
from web.rendering import clean, render


def view(ref: str) -> ResponseReturnValue:
    """Render the questions, or take in a message, a rating or the wish to erase a message."""
    if request.method != "POST":
        return _page(ref)
    senders.refuse_robots()
    try:
        if request.form.get("stars"):
            return _rate(ref)
        return _erase(ref) if request.form.get("erase") else _send(ref)
    except BadForm as refused:
        return _page(ref, refused.faults, status=422)
    except Conflict as refused:
        return _page(ref, {"": refused.message}, status=409)
    except GongkaiError as refused:
        return _page(ref, {"": refused.message}, status=422)


def _send(ref: str) -> ResponseReturnValue:
    kind = request.form.get("kind", "question")
    message = Message(
        dataset=ref,
        kind=kind if kind in KINDS else "question",
        text=clean(request.form.get("text", "")).strip()[:3000],
        resource=request.form.get("resource", "")[:100],
        field=clean(request.form.get("field", "")).strip()[:300],
        name=clean(request.form.get("name", "")).strip()[:100],
    )
    with sessions.working() as work:
        kept, receipt = feedback.send(work, message, sender=senders.sender())
    receipts.show_once(kept.id, receipt)
    return redirect(url_for("portal.dataset_questions", ref=ref, sent=kept.id))


def _rate(ref: str) -> ResponseReturnValue:
    stars = request.form.get("stars", "")
    with sessions.working() as work:
        dataset = open_dataset(work, ref)
        ratings.rate(work, dataset.id, int(stars) if stars.isdecimal() else 0, sender=senders.rater(dataset.id))
    return redirect(url_for("portal.dataset_questions", ref=ref))


def _erase(ref: str) -> ResponseReturnValue:
    message_id = request.form.get("erase", "")[:100]
    receipt = request.form.get("receipt", "").strip()[:100] or receipts.of(message_id)
    with sessions.working() as work:
        feedback.erase(work, message_id, receipt=receipt)
    return redirect(url_for("portal.dataset_questions", ref=ref))


def _page(ref: str, faults: dict[str, Text] | None = None, status: int = 200) -> ResponseReturnValue:
    sent = request.args.get("sent", "")[:100]
    with sessions.reading() as work:
        dataset = open_dataset(work, ref)
        messages = feedback.listing(work, dataset.id)
        page = render(
            "dataset/questions.html",
            messages=messages,
            mine={one.id for one in messages if receipts.of(one.id)},
            rating=ratings.of(work, [dataset.id])[dataset.id],
            rules=limits(work.config.data).feedback,
            kinds=KINDS,
            states=STATES,
            sent=sent,
            held=bool(sent) and sent not in {one.id for one in messages},
            receipt=receipts.new(sent),
            faults=faults or {},
            typed=request.form or request.args,
            trap=senders.TRAP,
            **frame(work, dataset, "questions"),
        )
    return page, status


PAGE = Page("dataset_questions", ("/dataset/<ref>/questions",), view, ("GET", "POST"))
