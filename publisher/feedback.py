"""Feedback: questions, suggestions and error reports on datasets, answered in public by the responsible department.

What looks like spam or holds a personal number is held back until the department looks at it; nothing is lost, and
whatever is hidden keeps its place with the reason.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from statistics import median
from typing import Any

import msgspec
from sqlalchemy import func, insert, or_, select

from publisher import datasets, privacy, workdays
from publisher.auth import Permission, Subject
from publisher.disclosure_orm import FeedbackRow
from publisher.feedback_values import STATES, Feedback, Message, Numbers, State, subject
from publisher.limits import limits
from publisher.refusals import BadForm
from publisher.work import Note, Work
from schemas.errors import Conflict, NotFound
from schemas.model import Dataset
from schemas.text import Text

PUBLIC: tuple[State, ...] = ("open", "answered", "hidden")
LONGEST, LONGEST_NAME, MOST_LINKS = 2000, 50, 2
_LINK = re.compile(r"https?://|www\.|<a\s", re.IGNORECASE)


def send(work: Work, message: Message, *, sender: str = "") -> tuple[Feedback, str]:
    """Take in a message; answer it and the receipt by which its author can have it erased.

    `sender` is an opaque key of where it came from. Raises NotFound alike for hidden and absent datasets, BadForm for
    what is missing, and Conflict for a repetition or too many.
    """
    dataset = _dataset(work, message)
    work.require(Permission.FEEDBACK_SEND, datasets.subject(dataset))
    _check(dataset, message)
    _check_flood(work, message, sender)
    today = workdays.local_day(work.now)
    rules = limits(work.config.data).feedback
    limit = {"question": rules.question, "suggestion": rules.suggestion, "error": rules.error}[message.kind]
    reason = _suspicion(message.text, message.name)
    receipt = secrets.token_urlsafe(18)
    row = {
        "id": work.new_id(),
        "kind": message.kind,
        "state": "held" if reason else "open",
        "dataset_id": dataset.id,
        "resource_id": message.resource,
        "field": message.field,
        "organization_id": dataset.owner,
        "author_id": work.actor.id,
        "author_name": message.name.strip(),
        "sender": sender,
        "receipt_hash": _hash(receipt),
        "at": work.now,
        "due": workdays.site_calendar(work.config.data).add(today, limit.days),
        "text": message.text.strip(),
        "reason": reason,
        "answer": "",
    }
    work.session.execute(insert(FeedbackRow), [row])
    kept = _feedback(work.session.get_one(FeedbackRow, row["id"]))
    work.record("send", "feedback", kept.id, dataset=dataset.id, state=kept.state)
    _tell(work, kept, "asked", due=kept.due.isoformat())
    return kept, receipt


def answer(work: Work, feedback_id: str, text: str) -> Feedback:
    """Answer a message in public; an answer with a personal number in it is held back until it is released."""
    row = _held_row(work, feedback_id, Permission.FEEDBACK_HANDLE, ("open", "held", "answered"))
    if not text.strip() or len(text) > LONGEST:
        fault = Text(zh=f"答复须为 1 至 {LONGEST} 个字符。", en=f"An answer takes 1 to {LONGEST} characters.")
        raise BadForm({"answer": fault})
    first = row.answered is None
    personal = bool(privacy.personal_numbers(text) or privacy.personal_numbers(row.text))
    row.answer, row.state, row.reason = (
        text.strip(),
        "held" if personal else "answered",
        "personal-number" if personal else "",
    )
    if first:
        today, days = workdays.local_day(work.now), workdays.site_calendar(work.config.data)
        row.answered, row.on_time = work.now, today <= row.due
        row.days_used = max(days.between(workdays.local_day(row.at), today), 0)
    return _keep(work, row, "answer", told="replied" if first else "")


def release(work: Work, feedback_id: str) -> Feedback:
    """Show a message that was held back, with the personal numbers in it and in its answer masked."""
    row = _held_row(work, feedback_id, Permission.FEEDBACK_HANDLE, ("held",))
    row.text, row.answer, row.reason = privacy.masked(row.text), privacy.masked(row.answer), ""
    row.author_name = privacy.masked(row.author_name)
    row.state = "answered" if row.answer else "open"
    return _keep(work, row, "release")


def hide(work: Work, feedback_id: str, reason: str) -> Feedback:
    """Hide the words of a message; its place and the reason stay public."""
    row = _held_row(work, feedback_id, Permission.FEEDBACK_HANDLE, ("held", "open", "answered"))
    if not reason.strip() or len(reason) > 200:
        raise BadForm({"reason": Text(zh="请用 200 字以内写明理由。", en="Give the reason in at most 200 characters.")})
    row.state, row.reason = "hidden", reason.strip()
    return _keep(work, row, "hide")


def erase(work: Work, feedback_id: str, *, receipt: str = "") -> Feedback:
    """Erase the words and the name of a message for its author."""
    row = _row(work, feedback_id)
    proved = bool(receipt) and secrets.compare_digest(row.receipt_hash, _hash(receipt))
    work.require(Permission.FEEDBACK_ERASE, subject(_feedback(row), proved=proved))
    row.state, row.text, row.author_name, row.answer, row.reason = "erased", "", "", "", ""
    row.author_id = row.sender = ""
    return _keep(work, row, "erase")


def listing(work: Work, dataset_id: str, *, limit: int = 100) -> list[Feedback]:
    """Answer what the public may read about a dataset that the actor has read, newest first."""
    statement = (
        select(FeedbackRow)
        .where(FeedbackRow.dataset_id == dataset_id, FeedbackRow.state.in_(PUBLIC))
        .order_by(FeedbackRow.at.desc(), FeedbackRow.id)
        .limit(limit)
    )
    return [_shown(_feedback(row)) for row in work.session.scalars(statement)]


def desk(work: Work, organization: str, *, limit: int = 200) -> list[Feedback]:
    """Answer the messages that a department must answer or look at, the first due first."""
    work.require(Permission.FEEDBACK_HANDLE, Subject(kind="feedback", owner=organization, open=False))
    statement = (
        select(FeedbackRow)
        .where(FeedbackRow.organization_id == organization, FeedbackRow.state.in_(("held", "open")))
        .order_by(FeedbackRow.due, FeedbackRow.at, FeedbackRow.id)
        .limit(limit)
    )
    return [_feedback(row) for row in work.session.scalars(statement)]


def numbers(work: Work) -> dict[str, Numbers]:
    """Answer how each department answered the public, by id, and all together under the empty id."""
    work.require(Permission.SITE_READ)
    today = workdays.local_day(work.now)
    columns = (
        FeedbackRow.organization_id,
        FeedbackRow.state,
        FeedbackRow.due,
        FeedbackRow.days_used,
        FeedbackRow.on_time,
    )
    groups: dict[str, list[Any]] = {"": []}
    for row in work.session.execute(select(*columns).where(FeedbackRow.state.not_in(("erased", "hidden")))):
        groups[""].append(row)
        groups.setdefault(row.organization_id, []).append(row)
    return {key: _numbers(rows, today) for key, rows in groups.items()}


def _numbers(rows: Sequence[Any], today: date) -> Numbers:
    used = [row.days_used for row in rows if row.days_used is not None]
    return Numbers(
        received=len(rows),
        answered=len(used),
        on_time=sum(bool(row.on_time) for row in rows),
        overdue=sum(row.days_used is None and today > row.due for row in rows),
        median_days=float(median(used)) if used else None,
    )


def _dataset(work: Work, message: Message) -> Dataset:
    dataset = datasets.find(work, message.dataset)
    if dataset is None or not work.may(Permission.DATASET_READ, datasets.subject(dataset)):
        raise NotFound(Text(zh=f"没有数据集 {message.dataset}。", en=f"There is no dataset {message.dataset}."))
    return dataset


def _check(dataset: Dataset, message: Message) -> None:
    faults: dict[str, Text] = {}
    if not 2 <= len(message.text.strip()) <= LONGEST:
        faults["text"] = Text(zh=f"内容须为 2 至 {LONGEST} 个字符。", en=f"A message takes 2 to {LONGEST} characters.")
    if len(message.name) > LONGEST_NAME:
        faults["name"] = Text(
            zh=f"称呼不能超过 {LONGEST_NAME} 个字符。", en=f"A name takes at most {LONGEST_NAME} characters."
        )
    if message.resource and message.resource not in {resource.id for resource in dataset.resources}:
        faults["resource"] = Text(zh="该数据集没有这项资源。", en="The dataset has no such resource.")
    if len(message.field) > 200:
        faults["field"] = Text(zh="字段名过长。", en="The column's name is too long.")
    if faults:
        raise BadForm(faults)


def _check_flood(work: Work, message: Message, sender: str) -> None:
    who = FeedbackRow.author_id == work.actor.id if work.actor.known else FeedbackRow.sender == sender
    hour, day = work.now - timedelta(hours=1), work.now - timedelta(days=1)
    most = limits(work.config.data).feedback_per_hour
    sent = work.session.scalar(select(func.count()).select_from(FeedbackRow).where(who, FeedbackRow.at > hour)) or 0
    if sent >= most:
        text = Text(
            zh=f"一小时内已提交 {most} 条，请稍后再提交。",
            en=f"{most} messages were sent within an hour; try again later.",
        )
        raise Conflict(text, code="too-many-messages")
    same = select(FeedbackRow.id).where(FeedbackRow.text == message.text.strip(), FeedbackRow.at > day)
    if work.session.execute(same.where(or_(who, FeedbackRow.state == "held"))).first():
        raise Conflict(Text(zh="同样的内容已经提交过。", en="The same message was sent before."), code="repeated")


def _suspicion(*texts: str) -> str:
    """Answer why a message is held back: `personal-number`, `links`, or nothing."""
    if any(privacy.personal_numbers(text) for text in texts):
        return "personal-number"
    return "links" if sum(len(_LINK.findall(text)) for text in texts) > MOST_LINKS else ""


def _row(work: Work, feedback_id: str) -> FeedbackRow:
    statement = select(FeedbackRow).where(FeedbackRow.id == feedback_id).with_for_update()
    row = work.session.scalars(statement.execution_options(populate_existing=True)).first()
    if row is None:
        raise NotFound(Text(zh="没有这条意见。", en="There is no such message."))
    return row


def _held_row(work: Work, feedback_id: str, permission: Permission, states: Sequence[str]) -> FeedbackRow:
    row = _row(work, feedback_id)
    work.require(permission, subject(_feedback(row)))
    if row.state not in states:
        state = STATES[_feedback(row).state]
        message = Text(
            zh=f"这条意见现为“{state.zh}”，不能这样处理。", en=f"This message is {state.en}; this cannot be done."
        )
        raise Conflict(message, code="wrong-state")
    return row


def _keep(work: Work, row: FeedbackRow, verb: str, *, told: str = "") -> Feedback:
    work.session.flush()
    work.record(verb, "feedback", row.id, dataset=row.dataset_id, state=row.state)
    kept = _feedback(row)
    if told:
        _tell(work, kept, told, days=kept.days_used or 0, on_time=int(bool(kept.on_time)))
    return kept


def _tell(work: Work, kept: Feedback, event: str, **detail: str | int) -> None:
    """Note a message or answer on an open dataset for the public log; of hidden ones it says nothing."""
    dataset = datasets.find(work, kept.dataset)
    if dataset is None or not datasets.subject(dataset).open:
        return
    told = {"kind": kept.kind, "dataset": kept.dataset, **detail}
    work.disclose(Note(event=event, kind="feedback", subject=kept.id, owner=kept.organization, detail=told))


def _shown(feedback: Feedback) -> Feedback:
    """Take out what the public does not read."""
    if feedback.state == "hidden":
        return msgspec.structs.replace(feedback, author="", name="", text="", answer="")
    return msgspec.structs.replace(feedback, author="")


def _feedback(row: FeedbackRow) -> Feedback:
    return Feedback(
        id=row.id,
        kind=row.kind,  # type: ignore[arg-type]
        state=row.state,  # type: ignore[arg-type]
        dataset=row.dataset_id,
        resource=row.resource_id,
        field=row.field,
        organization=row.organization_id,
        author=row.author_id,
        name=row.author_name,
        at=row.at,
        due=row.due,
        text=row.text,
        reason=row.reason,
        answer=row.answer,
        answered=row.answered,
        days_used=row.days_used,
        on_time=row.on_time,
    )


def _hash(receipt: str) -> str:
    return hashlib.sha256(receipt.encode()).hexdigest()
