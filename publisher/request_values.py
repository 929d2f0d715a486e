"""The values of requests: what an applicant sends, how a request stands, its steps and the numbers of many."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from publisher.auth import Subject
from publisher.limits import Kind
from schemas.text import Text

State = Literal[
    "submitted",
    "accepted",
    "waiting",
    "paused",
    "granted",
    "delivered",
    "refused",
    "objected",
    "withdrawn",
    "abandoned",
]
Outcome = Literal["", "granted", "partly", "refused"]
Side = Literal["applicant", "department", "site"]

STATES: dict[State, Text] = {
    "submitted": Text(zh="待受理", en="submitted"),
    "accepted": Text(zh="办理中", en="in progress"),
    "waiting": Text(zh="待补正", en="waiting for the applicant"),
    "paused": Text(zh="征求意见中（暂停计时）", en="paused for consultation"),
    "granted": Text(zh="已同意，待提供", en="granted, to be delivered"),
    "delivered": Text(zh="已提供", en="delivered"),
    "refused": Text(zh="不予提供", en="refused"),
    "objected": Text(zh="异议处理中", en="under objection"),
    "withdrawn": Text(zh="已撤回", en="withdrawn"),
    "abandoned": Text(zh="逾期未补正，终止", en="closed for want of completion"),
}
RUNNING: tuple[State, ...] = ("submitted", "accepted", "objected")
OPEN: tuple[State, ...] = (*RUNNING, "waiting", "paused", "granted")
SHORTEST_CONTENT, LONGEST_TEXT, LONGEST_TITLE = 5, 5000, 200


class Application(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an applicant sends in. It carries no dates of its own: the clock is the site's.

    `organization` is asked, or the owner of `dataset`. `requester` is the department that asks (sharing). Without an
    account `name` and an `email` or `phone` are needed.
    """

    kind: Kind = "disclosure"
    organization: str = ""
    dataset: str = ""
    resources: tuple[str, ...] = ()
    requester: str = ""
    title: str = ""
    content: str = ""
    purpose: str = ""
    items: str = ""
    method: str = ""
    period: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One request as it stands; days are Chinese calendar days, `resume` is the state that a pause returns to."""

    id: str
    number: str
    application: Application
    applicant: str = ""
    organization: str
    dataset: str = ""
    state: State = "submitted"
    submitted: datetime
    started: date
    review_due: date
    due: date
    completion_due: date | None = None
    delivery_due: date | None = None
    objection_due: date | None = None
    paused_since: date | None = None
    days_paused: int = 0
    resume: State = "submitted"
    extended: bool = False
    outcome: Outcome = ""
    ground: str = ""
    basis: str = ""
    answer: str = ""
    public_title: str = ""
    public_answer: str = ""
    held: bool = False
    decided: datetime | None = None
    days_used: int | None = None
    on_time: bool | None = None
    delivered: datetime | None = None
    reminded: tuple[str, ...] = ()
    revision: int = 1

    @property
    def kind(self) -> Kind:
        """Answer which kind of request this is."""
        return self.application.kind


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the timeline: who (which side, and which person of it) did what, and how state and due day stood."""

    at: datetime
    side: Side
    actor: str
    act: str
    state: State
    due: date
    note: str


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """How a department, or all, dealt with requests; `median_days` are working days without pauses."""

    received: int = 0
    open: int = 0
    overdue: int = 0
    decided: int = 0
    on_time: int = 0
    median_days: float | None = None


def subject(request: Request, *, proved: bool = False) -> Subject:
    """Answer what permissions on this request are asked for."""
    return Subject(
        kind="request",
        id=request.id,
        name=request.number,
        owner=request.organization,
        creator=request.applicant,
        open=False,
        partner=request.application.requester,
        proved=proved,
    )


def overdue(request: Request, today: date) -> bool:
    """Tell whether a request waits for its department beyond the day that was due."""
    if request.state == "granted":
        return request.delivery_due is not None and today > request.delivery_due
    return request.state in RUNNING and today > request.due


def due_day(request: Request) -> date:
    """Answer the day on which the department's next act is due."""
    if request.state == "granted" and request.delivery_due is not None:
        return request.delivery_due
    return request.due
