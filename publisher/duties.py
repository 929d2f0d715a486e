"""Duties: what a person's departments must answer, mend or publish, and what waits for that person, in one list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

import msgspec
from sqlalchemy import select

from publisher import catalogue_states, datasets, feedback, requests, scoreboard, workdays
from publisher.auth import Permission
from publisher.disclosure_orm import CatalogueRow
from publisher.request_values import due_day, overdue
from publisher.work import Work
from schemas.text import Text

Kind = Literal["request", "message", "completion", "late", "faulty", "links", "review", "publish"]
KINDS: dict[Kind, Text] = {
    "request": Text(zh="办理申请", en="Handle a request"),
    "message": Text(zh="答复公众", en="Answer a reader"),
    "completion": Text(zh="补正本人的申请", en="Complete your request"),
    "late": Text(zh="更新逾期的数据", en="Update late data"),
    "faulty": Text(zh="修正不合格的行", en="Mend faulty rows"),
    "links": Text(zh="修复失效的链接", en="Mend dead links"),
    "review": Text(zh="审核目录", en="Review a catalogue record"),
    "publish": Text(zh="发布已注册的目录", en="Publish a registered record"),
}
MOST = 100


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do: about what (`ref` is a number or a dataset's name), by when, and whether that day has passed.

    `amount` counts days late, faulty rows or dead links.
    """

    kind: Kind
    ref: str
    title: str
    organization: str = ""
    due: date | None = None
    overdue: bool = False
    amount: int = 0


def mine(work: Work) -> list[Duty]:
    """Answer what the actor must do: the overdue first, then by day, then what has no day."""
    work.require(Permission.OWN_ACCOUNT)
    found = [*_of_departments(work), *_of_person(work)]
    return sorted(found, key=lambda duty: (not duty.overdue, duty.due or date.max, duty.kind, -duty.amount, duty.ref))


def _of_departments(work: Work) -> Iterator[Duty]:
    today = workdays.local_day(work.now)
    for organization, role in sorted(work.actor.roles.items()):
        if role not in ("editor", "admin"):
            continue
        yield from _asked(work, organization, today)
        yield from _records(work, organization)
        if role == "admin":
            yield from _catalogue(work, "publish", organization)


def _of_person(work: Work) -> Iterator[Duty]:
    for one in requests.mine(work):
        if one.state == "waiting":
            due = one.completion_due
            late = due is not None and workdays.local_day(work.now) > due
            yield Duty(kind="completion", ref=one.number, title=one.application.title, due=due, overdue=late)
    if work.may(Permission.CATALOGUE_REVIEW):
        yield from _catalogue(work, "review")


def _asked(work: Work, organization: str, today: date) -> Iterator[Duty]:
    for one in requests.desk(work, organization, limit=MOST):
        if one.state not in ("waiting", "paused"):
            yield Duty(
                kind="request",
                ref=one.number,
                title=one.application.title,
                organization=organization,
                due=due_day(one),
                overdue=overdue(one, today),
            )
    messages = feedback.desk(work, organization, limit=MOST)
    about = {dataset.id: dataset for dataset in datasets.many(work, [message.dataset for message in messages])}
    for message in messages:
        dataset = about.get(message.dataset)
        yield Duty(
            kind="message",
            ref=dataset.name if dataset else "",
            title=message.text[:80],
            organization=organization,
            due=message.due,
            overdue=today > message.due,
        )


def _records(work: Work, organization: str) -> Iterator[Duty]:
    for line in scoreboard.details(work, organization, limit=MOST):
        amounts: tuple[tuple[Kind, int], ...] = (
            ("late", line.late or 0),
            ("faulty", line.faulty),
            ("links", line.dead_links),
        )
        for kind, amount in amounts:
            if amount:
                late = kind == "late"
                yield Duty(
                    kind=kind, ref=line.name, title=line.title, organization=organization, overdue=late, amount=amount
                )


def _catalogue(work: Work, kind: Literal["review", "publish"], organization: str = "") -> Iterator[Duty]:
    """Answer records that wait for a reviewer, or for their department to publish them."""
    state: catalogue_states.State = "submitted" if kind == "review" else "registered"
    statement = select(CatalogueRow.dataset_id).where(CatalogueRow.state == state).order_by(CatalogueRow.since)
    if organization:
        statement = statement.where(CatalogueRow.owner_id == organization)
    for dataset in datasets.many(work, list(work.session.scalars(statement.limit(MOST)))):
        yield Duty(kind=kind, ref=dataset.name, title=dataset.title, organization=dataset.owner)
