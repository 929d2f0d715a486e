"""The values of feedback: what a reader sends, what became of it, and the numbers of many."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from publisher.auth import Subject
from schemas.text import Text

Kind = Literal["question", "suggestion", "error"]
State = Literal["held", "open", "answered", "hidden", "erased"]
KINDS: dict[Kind, Text] = {
    "question": Text(zh="提问", en="Question"),
    "suggestion": Text(zh="建议", en="Suggestion"),
    "error": Text(zh="纠错", en="Error report"),
}
STATES: dict[State, Text] = {
    "held": Text(zh="待审核", en="held for review"),
    "open": Text(zh="待答复", en="waiting for an answer"),
    "answered": Text(zh="已答复", en="answered"),
    "hidden": Text(zh="已隐藏", en="hidden"),
    "erased": Text(zh="已按要求删除", en="erased on request"),
}


class Message(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a reader sends: about a dataset, or a resource or column of it, under a name of choice."""

    dataset: str
    kind: Kind = "question"
    text: str = ""
    resource: str = ""
    field: str = ""
    name: str = ""


class Feedback(msgspec.Struct, frozen=True, kw_only=True):
    """One message and what became of it; `reason` says why it is held or hidden."""

    id: str
    kind: Kind
    state: State
    dataset: str
    resource: str
    field: str
    organization: str
    author: str
    name: str
    at: datetime
    due: date
    text: str
    reason: str
    answer: str
    answered: datetime | None
    days_used: int | None
    on_time: bool | None


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """How a department answered the public."""

    received: int = 0
    answered: int = 0
    on_time: int = 0
    overdue: int = 0
    median_days: float | None = None


def subject(feedback: Feedback, *, proved: bool = False) -> Subject:
    """Answer what permissions on this message are asked for."""
    return Subject(
        kind="feedback", id=feedback.id, owner=feedback.organization, creator=feedback.author, open=False, proved=proved
    )
