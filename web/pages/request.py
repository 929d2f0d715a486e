"""One request: where it stands, its clock and timeline, and the acts that the reader may do."""

from __future__ import annotations

from collections.abc import Callable

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from publisher import datasets, grants, handling, organizations, requests, workdays
from publisher.auth import Permission
from publisher.handling import ACTS, Decision
from publisher.limits import limits
from publisher.refusals import BadForm
from publisher.request_values import STATES, Request, due_day, overdue, subject
from publisher.work import Work
from schemas.errors import Conflict, GongkaiError, Invalid
from schemas.model import Dataset
from schemas.text import Text
from web import receipts, sessions
from web.pages.page import Page
from web.rendering import clean, render

Act = Callable[[Work, str, str, str], object]
HANDLE, DECIDE = Permission.REQUEST_HANDLE, Permission.REQUEST_DECIDE
FOLLOW_UP = Permission.REQUEST_FOLLOW_UP


def view(number: str) -> ResponseReturnValue:
    """Render a request, or do an act on it."""
    return _act(number) if request.method == "POST" else _page(number)


def _act(number: str) -> ResponseReturnValue:
    name = request.form.get("act", "")
    if name not in FORMS:
        raise Invalid({"act": ["unknown"]}, Text(zh="没有这种操作。", en="There is no such act."))
    note = clean(request.form.get("note", "")).strip()[:6000]
    try:
        with sessions.working() as work:
            FORMS[name][1](work, number, note, receipts.of(number))
    except BadForm as refused:
        return _page(number, name, refused.faults, status=422)
    except (Conflict, Invalid) as refused:
        return _page(number, name, {"": refused.message}, status=409)
    return redirect(url_for("portal.request", number=number))


def _page(number: str, act: str = "", faults: dict[str, Text] | None = None, status: int = 200) -> ResponseReturnValue:
    with sessions.reading() as work:
        receipt = receipts.of(number)
        found = requests.get(work, number, receipt=receipt)
        about = subject(found, proved=requests.proves(work, found, receipt))
        inside = work.may(HANDLE, about)
        page = render(
            "disclosure/request.html",
            one=found,
            body=organizations.many(work, [found.organization]).get(found.organization),
            requester=organizations.many(work, [found.application.requester]).get(found.application.requester),
            dataset=_dataset(work, found),
            steps=requests.timeline(work, found),
            granted=[(grant, _resource_name(work, grant.resource)) for grant in grants.for_request(work, number)],
            acts=[name for name, (needed, _) in FORMS.items() if _open(work, found, name, needed, receipt)],
            offered=_offered(work, found) if inside else [],
            labels=ACTS,
            states=STATES,
            due=due_day(found),
            late=overdue(found, workdays.local_day(work.now)),
            grounds=[ground for ground in limits(work.config.data).grounds if found.kind in ground.kinds],
            rules=limits(work.config.data).requests[found.kind],
            receipt=receipts.new(number),
            inside=inside,
            failed=act,
            faults=faults or {},
            typed=request.form,
        )
    return page, status


def _open(work: Work, found: Request, name: str, needed: Permission, receipt: str) -> bool:
    """Tell whether the reader may do this act now."""
    if name == "revoke":
        return work.may(needed, subject(found)) and bool(grants.for_request(work, found.number))
    if found.state not in ACTS[name][1] or (name == "release" and not found.held):
        return False
    return work.may(needed, subject(found, proved=requests.proves(work, found, receipt)))


def _dataset(work: Work, found: Request) -> Dataset | None:
    dataset = datasets.find(work, found.dataset) if found.dataset else None
    return dataset if dataset and work.may(Permission.DATASET_READ, datasets.subject(dataset)) else None


def _resource_name(work: Work, resource_id: str) -> tuple[str, str]:
    """Answer the title of a granted resource and its address, as far as the reader may see it."""
    try:
        dataset, resource = datasets.find_resource(work, resource_id)
    except GongkaiError:
        return resource_id, ""
    address = url_for("portal.resource", ref=dataset.name, rid=resource_id)
    return f"{dataset.title} / {resource.title or resource.format or resource_id}", address


def _offered(work: Work, found: Request) -> list[tuple[str, str]]:
    """Answer the resources of the department that a delivery can grant: those asked about first."""
    asked = [found.dataset] if found.dataset else []
    others = [key for key in datasets.ids(work, owner=found.organization, limit=50) if key not in asked]
    return [
        (resource.id, f"{dataset.title} / {resource.title or resource.format or resource.id}")
        for dataset in datasets.many(work, [*asked, *others])
        if dataset.state == "active"
        for resource in dataset.resources[:20]
    ]


def _decide(work: Work, number: str, _note: str, _receipt: str) -> object:
    outcome = request.form.get("outcome", "")
    if outcome not in ("granted", "partly", "refused"):
        raise BadForm({"outcome": Text(zh="请选择决定。", en="Choose the decision.")})
    decision = Decision(
        outcome=outcome,  # type: ignore[arg-type]
        answer=clean(request.form.get("answer", "")).strip()[:6000],
        ground=request.form.get("ground", "")[:100],
        basis=clean(request.form.get("basis", "")).strip()[:500],
        publish=bool(request.form.get("publish")),
    )
    return handling.decide(work, number, decision)


def _deliver(work: Work, number: str, note: str, _receipt: str) -> object:
    days = request.form.get("days", "")
    return handling.deliver(
        work,
        number,
        note=note,
        resources=request.form.getlist("resources")[:50],
        days=int(days) if days.isdecimal() and len(days) < 6 else 0,
    )


FORMS: dict[str, tuple[Permission, Act]] = {
    "accept": (HANDLE, lambda work, number, note, _: handling.accept(work, number, note=note)),
    "decide": (DECIDE, _decide),
    "deliver": (HANDLE, _deliver),
    "ask": (HANDLE, lambda work, number, note, _: handling.ask(work, number, note=note)),
    "pause": (DECIDE, lambda work, number, note, _: handling.pause(work, number, note=note)),
    "resume": (HANDLE, lambda work, number, note, _: handling.resume(work, number, note=note)),
    "extend": (DECIDE, lambda work, number, note, _: handling.extend(work, number, note=note)),
    "release": (DECIDE, lambda work, number, note, _: handling.release(work, number)),
    "abandon": (HANDLE, lambda work, number, note, _: handling.abandon(work, number)),
    "revoke": (
        HANDLE,
        lambda work, number, note, _: handling.revoke(work, number, request.form.get("grant", "")[:100], note=note),
    ),
    "complete": (FOLLOW_UP, lambda work, number, note, key: handling.complete(work, number, note=note, receipt=key)),
    "object": (FOLLOW_UP, lambda work, number, note, key: handling.object_to(work, number, note=note, receipt=key)),
    "withdraw": (FOLLOW_UP, lambda work, number, note, key: handling.withdraw(work, number, note=note, receipt=key)),
}
PAGE = Page("request", ("/request/<number>",), view, ("GET", "POST"))
