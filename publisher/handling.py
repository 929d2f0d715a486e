"""Handling: what happens to a request, step by step, with its clock running in working days.

Each act names the states in which it may happen; each locks the request first, so that of two decisions at once the
second is told of the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

import msgspec

from publisher import datasets, grants, privacy, requests, workdays
from publisher.applications import LONGEST_TEXT
from publisher.auth import Permission
from publisher.grants import Grant
from publisher.limits import KindLimits, limits
from publisher.refusals import BadForm
from publisher.request_values import OPEN, RUNNING, STATES, Request, State, subject
from publisher.work import Work
from publisher.workdays import Calendar
from schemas.errors import Conflict, NotFound
from schemas.text import Text

ACTS: dict[str, tuple[Text, tuple[State, ...]]] = {
    "submit": (Text(zh="提交申请", en="submitted"), ()),
    "accept": (Text(zh="受理", en="accepted"), ("submitted",)),
    "ask": (Text(zh="要求补正", en="asked the applicant to complete it"), ("submitted", "accepted")),
    "complete": (Text(zh="补正", en="completed by the applicant"), ("waiting",)),
    "pause": (Text(zh="征求意见，暂停计时", en="paused for consultation"), RUNNING),
    "resume": (Text(zh="恢复计时", en="resumed"), ("paused",)),
    "extend": (Text(zh="延长答复期限", en="extended"), RUNNING),
    "decide": (Text(zh="作出决定", en="decided"), RUNNING),
    "deliver": (Text(zh="提供", en="delivered"), ("granted",)),
    "object": (Text(zh="提出异议", en="objected"), ("granted", "delivered", "refused")),
    "withdraw": (Text(zh="撤回申请", en="withdrawn"), OPEN),
    "abandon": (Text(zh="逾期未补正，终止", en="closed for want of completion"), ("waiting",)),
    "release": (Text(zh="公开答复", en="released the answer"), ("granted", "delivered", "refused")),
    "remind": (Text(zh="到期提醒", en="reminded"), ()),
    "escalate": (Text(zh="超期上报", en="escalated as overdue"), ()),
    "revoke": (Text(zh="收回授权", en="revoked a grant"), ()),
}


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What a department decides: `ground` is a key of the listed legal grounds, `basis` the provision relied on.

    `publish` shows title and answer to the public; they are held back while they contain a personal number.
    """

    outcome: Literal["granted", "partly", "refused"]
    answer: str
    ground: str = ""
    basis: str = ""
    publish: bool = False


def accept(work: Work, number: str, *, note: str = "") -> Request:
    """Take a request into work."""
    request = _begin(work, number, "accept", Permission.REQUEST_HANDLE)
    return requests.keep(work, _with(request, state="accepted"), "accept", "department", note)


def ask(work: Work, number: str, *, note: str) -> Request:
    """Ask the applicant to complete a request; the answer's limit starts anew when that is done."""
    request = _begin(work, number, "ask", Permission.REQUEST_HANDLE)
    _need(note, "note", Text(zh="请写明需要补正的内容。", en="Say what is to be completed."))
    today, days, rules = _clock(work, request)
    changed = _with(
        request,
        state="waiting",
        resume=request.state,
        paused_since=today,
        completion_due=days.add(today, rules.completion.days),
    )
    return requests.keep(work, changed, "ask", "department", note)


def complete(work: Work, number: str, *, note: str, receipt: str = "") -> Request:
    """Complete a request as its applicant."""
    request = _begin(work, number, "complete", Permission.REQUEST_FOLLOW_UP, receipt)
    _need(note, "note", Text(zh="请填写补正内容。", en="Write what was missing."))
    today, days, rules = _clock(work, request)
    whole = rules.answer.days + (rules.extension.days if request.extended else 0)
    changed = _with(
        request,
        state="accepted",
        started=today,
        days_paused=0,
        paused_since=None,
        completion_due=None,
        due=days.add(today, whole),
    )
    return requests.keep(work, changed, "complete", "applicant", note)


def abandon(work: Work, number: str) -> Request:
    """Close a request whose applicant let the limit for completing it pass."""
    request = _begin(work, number, "abandon", Permission.REQUEST_HANDLE)
    today, _, _ = _clock(work, request)
    if request.completion_due is not None and today <= request.completion_due:
        raise Conflict(
            Text(
                zh=f"补正期限到 {request.completion_due} 为止，尚未届满。",
                en=f"The applicant has until {request.completion_due} to complete it.",
            ),
            code="too-early",
        )
    return requests.keep(work, _with(request, state="abandoned"), "abandon", "department")


def pause(work: Work, number: str, *, note: str) -> Request:
    """Stop the clock while others are consulted; the reason is part of the timeline."""
    request = _begin(work, number, "pause", Permission.REQUEST_DECIDE)
    _need(note, "note", Text(zh="请写明暂停的理由。", en="Give the reason for the pause."))
    today, _, _ = _clock(work, request)
    changed = _with(request, state="paused", resume=request.state, paused_since=today)
    return requests.keep(work, changed, "pause", "department", note)


def resume(work: Work, number: str, *, note: str = "") -> Request:
    """Start the clock again; the answer is due as many working days later as the pause took."""
    request = _begin(work, number, "resume", Permission.REQUEST_HANDLE)
    today, days, _ = _clock(work, request)
    took = days.between(request.paused_since or today, today)
    changed = _with(
        request,
        state=request.resume,
        paused_since=None,
        days_paused=request.days_paused + took,
        due=days.add(request.due, took) if took else request.due,
    )
    return requests.keep(work, changed, "resume", "department", note)


def extend(work: Work, number: str, *, note: str) -> Request:
    """Extend the answer's limit, once, before it ends and with a reason."""
    request = _begin(work, number, "extend", Permission.REQUEST_DECIDE)
    _need(note, "note", Text(zh="请写明延长的理由。", en="Give the reason for the extension."))
    today, days, rules = _clock(work, request)
    if request.extended:
        raise Conflict(
            Text(zh="答复期限只能延长一次。", en="The limit can be extended only once."), code="extended-before"
        )
    if today > request.due:
        raise Conflict(
            Text(zh="期限已过，不能再延长。", en="The limit has passed and cannot be extended."), code="too-late"
        )
    changed = _with(request, extended=True, due=days.add(request.due, rules.extension.days), reminded=())
    return requests.keep(work, changed, "extend", "department", note)


def decide(work: Work, number: str, decision: Decision) -> Request:
    """Decide a request; a refusal, even in part, stands on a listed legal ground."""
    request = _begin(work, number, "decide", Permission.REQUEST_DECIDE)
    _check(work, request, decision)
    today, days, rules = _clock(work, request)
    refused = decision.outcome == "refused"
    shown = (request.application.title, decision.answer) if decision.publish else ("", "")
    changed = _with(
        request,
        state="refused" if refused else "granted",
        outcome=decision.outcome,
        ground=decision.ground,
        basis=decision.basis,
        answer=decision.answer,
        public_title=shown[0],
        public_answer=shown[1],
        held=any(privacy.personal_numbers(text) for text in shown),
        decided=work.now,
        days_used=max(days.between(request.started, today) - request.days_paused, 0),
        on_time=today <= request.due,
        delivery_due=None if refused else days.add(today, rules.delivery.days),
        objection_due=today + timedelta(days=rules.objection.days),
        reminded=(),
    )
    kept = requests.keep(work, changed, "decide", "department", decision.answer)
    detail = {"outcome": kept.outcome, "ground": kept.ground, "due": kept.due.isoformat()}
    requests.tell(work, kept, "answered", days=kept.days_used or 0, on_time=int(bool(kept.on_time)), **detail)
    return kept


def deliver(
    work: Work, number: str, *, note: str = "", resources: Sequence[str] = (), days: int = 0
) -> tuple[Request, list[Grant]]:
    """Deliver what was granted: a time-limited right to resources of the department, or what the note says.

    Raises NotFound for a resource that is not the department's and BadForm for a grant to nobody or of a wrong length.
    """
    request = _begin(work, number, "deliver", Permission.REQUEST_HANDLE)
    if not resources:
        _need(note, "note", Text(zh="请写明如何提供。", en="Say how it is delivered."))
    made = [grant for resource in resources for grant in _give(work, request, resource, days)]
    kept = requests.keep(work, _with(request, state="delivered", delivered=work.now), "deliver", "department", note)
    if made:
        requests.tell(work, kept, "granted", resources=len(made), until=made[0].until.date().isoformat())
    return kept, made


def revoke(work: Work, number: str, grant_id: str, *, note: str) -> Request:
    """Take back a grant at once, with a reason."""
    request = requests.held(work, number)
    work.require(Permission.REQUEST_HANDLE, subject(request))
    _need(note, "note", Text(zh="请写明收回的理由。", en="Give the reason for taking it back."))
    grants.revoke(work, grant_id, owner=request.organization, number=number, reason=note)
    return requests.keep(work, request, "revoke", "department", note)


def object_to(work: Work, number: str, *, note: str, receipt: str = "") -> Request:
    """Object to a decision within its limit; the department decides again, with a fresh clock."""
    request = _begin(work, number, "object", Permission.REQUEST_FOLLOW_UP, receipt)
    _need(note, "note", Text(zh="请写明异议的理由。", en="Give the reason for the objection."))
    today, days, rules = _clock(work, request)
    if request.objection_due is not None and today > request.objection_due:
        raise Conflict(
            Text(
                zh=f"异议期限已于 {request.objection_due} 届满。",
                en=f"Objections could be made until {request.objection_due}.",
            ),
            code="too-late",
        )
    changed = _with(
        request,
        state="objected",
        started=today,
        days_paused=0,
        extended=False,
        due=days.add(today, rules.answer.days),
        public_title="",
        public_answer="",
        held=False,
        reminded=(),
    )
    kept = requests.keep(work, changed, "object", "applicant", note)
    requests.tell(work, kept, "objected", due=kept.due.isoformat())
    return kept


def withdraw(work: Work, number: str, *, note: str = "", receipt: str = "") -> Request:
    """Withdraw a request as its applicant."""
    request = _begin(work, number, "withdraw", Permission.REQUEST_FOLLOW_UP, receipt)
    return requests.keep(work, _with(request, state="withdrawn"), "withdraw", "applicant", note)


def release(work: Work, number: str) -> Request:
    """Show an answer that was held back, with its personal numbers masked."""
    request = _begin(work, number, "release", Permission.REQUEST_DECIDE)
    if not request.held:
        raise Conflict(Text(zh="该答复没有被暂缓公开。", en="This answer is not held back."), code="not-held")
    changed = _with(
        request,
        held=False,
        public_title=privacy.masked(request.public_title),
        public_answer=privacy.masked(request.public_answer),
    )
    return requests.keep(work, changed, "release", "department")


def _begin(work: Work, number: str, act: str, permission: Permission, receipt: str = "") -> Request:
    """Lock the request, require the permission, and refuse an act that its state does not allow."""
    request = requests.held(work, number, receipt=receipt)
    work.require(permission, subject(request, proved=requests.proves(work, request, receipt)))
    label, states = ACTS[act]
    if request.state not in states:
        state = STATES[request.state]
        raise Conflict(
            Text(
                zh=f"申请 {number} 现为“{state.zh}”，不能“{label.zh}”。",
                en=f"Request {number} is {state.en} and cannot be {label.en}.",
            ),
            code="wrong-state",
        )
    return request


def _check(work: Work, request: Request, decision: Decision) -> None:
    faults: dict[str, Text] = {}
    if not decision.answer.strip():
        faults["answer"] = Text(zh="请填写答复内容。", en="Write the answer.")
    if len(decision.answer) > LONGEST_TEXT:
        faults["answer"] = Text(
            zh=f"答复不能超过 {LONGEST_TEXT} 个字符。",
            en=f"An answer takes at most {LONGEST_TEXT} characters.",
        )
    ground = limits(work.config.data).ground(decision.ground, request.kind)
    if decision.outcome == "granted" and decision.ground:
        faults["ground"] = Text(zh="同意时不填写不予提供的理由。", en="A grant needs no ground of refusal.")
    if decision.outcome != "granted" and ground is None:
        faults["ground"] = Text(
            zh="不予提供须选择列明的法定理由。", en="A refusal stands on one of the listed legal grounds."
        )
    if ground is not None and ground.basis and not decision.basis.strip():
        faults["basis"] = Text(zh="请写明依据的条款。", en="Name the provision relied on.")
    if faults:
        raise BadForm(faults)


def _give(work: Work, request: Request, resource_id: str, days: int) -> list[Grant]:
    grantee = request.application.requester or request.applicant
    longest = limits(work.config.data).grant_days
    if not grantee:
        text = Text(zh="申请人没有账号，无法授权。", en="The applicant has no account to grant it to.")
        raise BadForm({"resources": text})
    if not 1 <= days <= longest:
        raise BadForm({"days": Text(zh=f"授权期限为 1 至 {longest} 天。", en=f"A grant lasts 1 to {longest} days.")})
    dataset, _ = datasets.find_resource(work, resource_id)
    if dataset.owner != request.organization:
        raise NotFound(Text(zh=f"没有资源 {resource_id}。", en=f"There is no resource {resource_id}."))
    return grants.give(
        work,
        request=request.number,
        owner=request.organization,
        dataset=dataset.id,
        resources=(resource_id,),
        grantee=grantee,
        days=days,
    )


def _need(text: str, field: str, fault: Text) -> None:
    if not text.strip():
        raise BadForm({field: fault})
    if len(text) > LONGEST_TEXT:
        raise BadForm(
            {field: Text(zh=f"不能超过 {LONGEST_TEXT} 个字符。", en=f"It takes at most {LONGEST_TEXT} characters.")}
        )


def _clock(work: Work, request: Request) -> tuple[date, Calendar, KindLimits]:
    today = workdays.local_day(work.now)
    data = work.config.data
    return today, workdays.site_calendar(data), limits(data).requests[request.kind]


def _with(request: Request, **changes: object) -> Request:
    return msgspec.structs.replace(request, **changes)
