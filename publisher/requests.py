"""Requests: people and departments ask a department for data or disclosure; reading, counting and keeping them.

They come in through `applications` and are dealt with in `handling`. A request is private to its applicant and the
department; the public sees numbers, and answers that the department published. Nothing here tells whether a hidden
record exists.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import date
from statistics import median
from typing import Any

import msgspec
from sqlalchemy import insert, or_, select

from publisher import workdays
from publisher.auth import Permission, Subject
from publisher.disclosure_orm import RequestRow, RequestStepRow
from publisher.request_values import OPEN, RUNNING, Numbers, Request, Side, State, Step, subject
from publisher.work import Note, Work
from schemas.errors import NotFound
from schemas.text import Text

_REQUEST = msgspec.json.Decoder(Request)


def get(work: Work, number: str, *, receipt: str = "") -> Request:
    """Answer a request; raises NotFound for a number that is unknown or not the actor's to read."""
    row = work.session.scalars(select(RequestRow).where(RequestRow.number == number)).first()
    return _readable(work, row, number, receipt)


def held(work: Work, number: str, *, receipt: str = "") -> Request:
    """Answer a request for change, locked until this work ends; raises as `get` does."""
    statement = select(RequestRow).where(RequestRow.number == number).with_for_update()
    row = work.session.scalars(statement.execution_options(populate_existing=True)).first()
    return _readable(work, row, number, receipt)


def proves(work: Work, request: Request, receipt: str) -> bool:
    """Tell whether the receipt is this request's."""
    row = work.session.get(RequestRow, request.id)
    return bool(receipt) and row is not None and secrets.compare_digest(row.receipt_hash, _hash(receipt))


def timeline(work: Work, request: Request) -> list[Step]:
    """Answer the steps of a request that the actor has read, oldest first."""
    rows = work.session.scalars(
        select(RequestStepRow).where(RequestStepRow.request_id == request.id).order_by(RequestStepRow.id)
    )
    return [
        Step(
            at=row.at,
            side=row.side,  # type: ignore[arg-type]
            actor=row.actor_id,
            act=row.act,
            state=row.state,  # type: ignore[arg-type]
            due=row.due,
            note=row.note,
        )
        for row in rows
    ]


def mine(work: Work, *, limit: int = 100) -> list[Request]:
    """Answer the requests that the actor sent, alone or for a department, newest first."""
    work.require(Permission.OWN_ACCOUNT)
    asked_for = [key for key, role in work.actor.roles.items() if role in ("editor", "admin")]
    own = or_(RequestRow.applicant_id == work.actor.id, RequestRow.requester_id.in_(asked_for))
    return _listed(work, own, limit=limit)


def desk(work: Work, organization: str, *, states: Sequence[State] = OPEN, limit: int = 200) -> list[Request]:
    """Answer the requests that a department must deal with, the first due first; its members only."""
    work.require(Permission.REQUEST_READ, Subject(kind="request", owner=organization, open=False))
    wanted = (RequestRow.organization_id == organization) & RequestRow.state.in_(states)
    return sorted(_listed(work, wanted, limit=limit), key=lambda request: (request.due, request.number))


def shown(work: Work, *, organization: str = "", limit: int = 50, offset: int = 0) -> list[Request]:
    """Answer the requests whose answers were published, newest first; only their public fields are for the public."""
    work.require(Permission.SITE_READ)
    wanted: Any = RequestRow.shown.is_(True)
    if organization:
        wanted = wanted & (RequestRow.organization_id == organization)
    statement = select(RequestRow).where(wanted).order_by(RequestRow.decided.desc(), RequestRow.number)
    return [_decode(row) for row in work.session.scalars(statement.limit(limit).offset(offset))]


def numbers(work: Work) -> dict[str, Numbers]:
    """Answer how each department dealt with its requests, by id, and all together under the empty id."""
    work.require(Permission.SITE_READ)
    today = workdays.local_day(work.now)
    columns = (RequestRow.organization_id, RequestRow.state, RequestRow.due, RequestRow.days_used, RequestRow.on_time)
    groups: dict[str, list[Any]] = {"": []}
    for row in work.session.execute(select(*columns)):
        groups[""].append(row)
        groups.setdefault(row.organization_id, []).append(row)
    return {key: _numbers(rows, today) for key, rows in groups.items()}


def add(work: Work, request: Request, receipt: str, sender: str) -> None:
    """Keep a new request with its first step; the caller required the permission."""
    row = _columns(request) | {"sender": sender, "receipt_hash": _hash(receipt)}
    work.session.execute(insert(RequestRow), [row])
    add_step(work, request, "submit", "applicant", "")
    work.record("submit", "request", request.id, number=request.number)
    tell(work, request, "requested", due=request.due.isoformat())


def keep(work: Work, request: Request, act: str, side: Side, note: str = "") -> Request:
    """Keep a changed request with its step and audit entry; the caller required the permission and holds the row."""
    request = msgspec.structs.replace(request, revision=request.revision + 1)
    row = work.session.get_one(RequestRow, request.id)
    for name, value in _columns(request).items():
        setattr(row, name, value)
    work.session.flush()
    add_step(work, request, act, side, note)
    work.record(act, "request", request.id, number=request.number, state=request.state)
    return request


def add_step(work: Work, request: Request, act: str, side: Side, note: str) -> None:
    """Add a step to the timeline."""
    row = {
        "request_id": request.id,
        "at": work.now,
        "actor_id": work.actor.id,
        "side": side,
        "act": act,
        "state": request.state,
        "due": request.due,
        "note": note,
    }
    work.session.execute(insert(RequestStepRow), [row])


def tell(work: Work, request: Request, event: str, **detail: str | int) -> None:
    """Note an act on a request for the public log: its number, kind and department, nothing of what was asked."""
    note = Note(
        event=event,
        kind="request",
        subject=request.number,
        owner=request.organization,
        detail={"kind": request.kind, **detail},
    )
    work.disclose(note)


def _readable(work: Work, row: RequestRow | None, number: str, receipt: str) -> Request:
    if row is not None:
        request = _decode(row)
        about = subject(request, proved=proves(work, request, receipt))
        if work.may(Permission.REQUEST_READ, about):
            work.require(Permission.REQUEST_READ, about)
            return request
    raise NotFound(Text(zh=f"没有申请 {number}，或回执码不符。", en=f"There is no request {number} for this receipt."))


def _listed(work: Work, wanted: Any, *, limit: int) -> list[Request]:
    statement = select(RequestRow).where(wanted).order_by(RequestRow.submitted.desc(), RequestRow.number).limit(limit)
    return [_decode(row) for row in work.session.scalars(statement)]


def _numbers(rows: Sequence[Any], today: date) -> Numbers:
    used = [row.days_used for row in rows if row.days_used is not None]
    return Numbers(
        received=len(rows),
        open=sum(row.state in OPEN for row in rows),
        overdue=sum(row.state in RUNNING and today > row.due for row in rows),
        decided=len(used),
        on_time=sum(bool(row.on_time) for row in rows),
        median_days=float(median(used)) if used else None,
    )


def _columns(request: Request) -> dict[str, Any]:
    return {
        "id": request.id,
        "number": request.number,
        "kind": request.kind,
        "state": request.state,
        "organization_id": request.organization,
        "requester_id": request.application.requester,
        "applicant_id": request.applicant,
        "dataset_id": request.dataset,
        "submitted": request.submitted,
        "due": request.due,
        "decided": request.decided,
        "days_used": request.days_used,
        "on_time": request.on_time,
        "shown": bool(request.public_answer) and not request.held,
        "document": msgspec.json.encode(request).decode(),
    }


def _decode(row: RequestRow) -> Request:
    return _REQUEST.decode(row.document)


def _hash(receipt: str) -> str:
    return hashlib.sha256(receipt.encode()).hexdigest()
