"""Actions on requests: for disclosure by anybody, for sharing between departments, and the acts of both sides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from publisher import applications, grants, handling, organizations, requests
from publisher.auth import Permission
from publisher.handling import Decision
from publisher.limits import Kind
from publisher.request_values import Application, Request, Step
from publisher.work import Work
from schemas.text import Text
from web import senders
from web.api.action import Action, Param, limit
from web.api.call import Call

TEXTS = ("organization", "dataset", "title", "content", "purpose", "items", "method", "period")
PERSON = ("name", "email", "phone")
Act = Callable[[Work, str, str, str], Request]
ACTS: dict[str, Act] = {
    "accept": lambda work, number, note, _: handling.accept(work, number, note=note),
    "ask": lambda work, number, note, _: handling.ask(work, number, note=note),
    "pause": lambda work, number, note, _: handling.pause(work, number, note=note),
    "resume": lambda work, number, note, _: handling.resume(work, number, note=note),
    "extend": lambda work, number, note, _: handling.extend(work, number, note=note),
    "release": lambda work, number, _note, _: handling.release(work, number),
    "abandon": lambda work, number, _note, _: handling.abandon(work, number),
    "complete": lambda work, number, note, key: handling.complete(work, number, note=note, receipt=key),
    "object": lambda work, number, note, key: handling.object_to(work, number, note=note, receipt=key),
    "withdraw": lambda work, number, note, key: handling.withdraw(work, number, note=note, receipt=key),
}


def disclosure_request_create(call: Call) -> dict[str, Any]:
    """Take in a request for disclosure; answer it with its receipt."""
    return _create(call, "disclosure")


def sharing_request_create(call: Call) -> dict[str, Any]:
    """Take in one department's request to another; answer it with its receipt."""
    return _create(call, "sharing")


def request_show(call: Call) -> dict[str, Any]:
    """Answer a request with its timeline and grants, for its applicant and its department."""
    found = requests.get(call.work, call.text("number"), receipt=call.text("receipt"))
    steps = requests.timeline(call.work, found)
    given = grants.for_request(call.work, found.number)
    return _shown(found) | {
        "timeline": [_step(step) for step in steps],
        "grants": [msgspec.to_builtins(grant) for grant in given],
    }


def request_list(call: Call) -> list[Any]:
    """Answer one's own requests, or those on a department's desk."""
    if call.text("organization"):
        body = organizations.get(call.work, call.text("organization"), "organization")
        return [_shown(found) for found in requests.desk(call.work, body.id, limit=call.get("limit", 100))]
    return [_shown(found) for found in requests.mine(call.work, limit=call.get("limit", 100))]


def request_answer_list(call: Call) -> list[Any]:
    """Answer the published answers, newest first."""
    call.permit()
    owner = organizations.get(call.work, call.text("organization")).id if call.text("organization") else ""
    found = requests.shown(call.work, organization=owner, limit=call.get("limit", 100))
    return [_public(one) for one in found]


def request_act(call: Call) -> dict[str, Any]:
    """Do an act on a request that needs no more than a note."""
    act = ACTS[call.text("act")]
    return _shown(act(call.work, call.text("number"), call.text("note"), call.text("receipt")))


def request_decide(call: Call) -> dict[str, Any]:
    """Decide a request."""
    decision = Decision(
        outcome=call.text("outcome"),  # type: ignore[arg-type]
        answer=call.text("answer"),
        ground=call.text("ground"),
        basis=call.text("basis"),
        publish=call.flag("publish"),
    )
    return _shown(handling.decide(call.work, call.text("number"), decision))


def request_deliver(call: Call) -> dict[str, Any]:
    """Deliver what was granted, by a note or by grants on resources for some days."""
    found, given = handling.deliver(
        call.work,
        call.text("number"),
        note=call.text("note"),
        resources=[str(one) for one in call.get("resources", [])],
        days=call.get("days", 0),
    )
    return _shown(found) | {"grants": [msgspec.to_builtins(grant) for grant in given]}


def request_revoke(call: Call) -> dict[str, Any]:
    """Take back a grant at once."""
    return _shown(handling.revoke(call.work, call.text("number"), call.text("grant"), note=call.text("note")))


def _create(call: Call, kind: Kind) -> dict[str, Any]:
    values = {name: call.text(name) for name in (*TEXTS, *PERSON)}
    application = Application(
        kind=kind,
        requester=call.text("requester") if kind == "sharing" else "",
        resources=tuple(str(one) for one in call.get("resources", [])),
        **values,
    )
    made, receipt = applications.submit(call.work, application, sender=senders.sender())
    return _shown(made) | {"receipt": receipt}


def _shown(found: Request) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(found)
    return {name: value for name, value in shown.items() if name not in ("id", "applicant", "resume", "reminded")}


def _public(found: Request) -> dict[str, Any]:
    return {
        "number": found.number,
        "kind": found.kind,
        "organization": found.organization,
        "title": found.public_title,
        "answer": found.public_answer,
        "outcome": found.outcome,
        "decided": found.decided.isoformat() if found.decided else None,
        "days_used": found.days_used,
        "on_time": found.on_time,
    }


def _step(step: Step) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(step)
    del told["actor"]
    return told


def _text(name: str, zh: str, en: str, *, required: bool = False) -> Param:
    return Param(name, "text", Text(zh=zh, en=en), required=required)


NUMBER = _text("number", "申请编号。", "The request's number.", required=True)
RECEIPT = _text("receipt", "回执码，未登录时使用。", "The receipt, for those without an account.")
NOTE = _text("note", "说明或理由。", "A note or the reason.")
ORGANIZATION = _text("organization", "部门的 id 或名称。", "Id or name of the organization.")
RESOURCES = Param("resources", "list", Text(zh="资源的 id。", en="Ids of resources."))
ASKED = (
    ORGANIZATION,
    _text("dataset", "所申请数据集的 id 或名称。", "Id or name of the dataset asked for."),
    RESOURCES,
    _text("title", "标题。", "A few words.", required=True),
    _text("content", "所需信息的内容。", "What is asked for.", required=True),
    _text("purpose", "用途。", "What it is for."),
    _text("items", "所需字段或信息项。", "Which columns or items."),
    _text("method", "希望的提供方式。", "How it should be delivered."),
    _text("period", "使用期限。", "For how long it is needed."),
)
REQUESTER = _text("requester", "申请部门的 id 或名称。", "Id or name of the asking organization.", required=True)

ACTIONS = (
    Action(
        "disclosure_request_create",
        disclosure_request_create,
        Text(zh="申请公开信息。", en="Ask an organization for disclosure of information."),
        (
            *ASKED,
            _text("name", "姓名（未登录时必填）。", "The applicant's name, needed without an account."),
            _text("email", "电子邮箱。", "E-mail address."),
            _text("phone", "电话。", "Telephone."),
        ),
        reads=False,
        permission=Permission.REQUEST_SUBMIT,
        returns="object",
    ),
    Action(
        "sharing_request_create",
        sharing_request_create,
        Text(zh="以部门名义申请共享数据。", en="Ask another organization to share data, in the name of one's own."),
        (*ASKED, REQUESTER),
        reads=False,
        permission=Permission.REQUEST_SUBMIT,
        returns="object",
    ),
    Action(
        "request_show",
        request_show,
        Text(zh="返回一件申请及其办理过程。", en="Return a request with its timeline."),
        (NUMBER, RECEIPT),
        permission=Permission.REQUEST_READ,
        returns="object",
    ),
    Action(
        "request_list",
        request_list,
        Text(zh="列出本人的申请，或部门待办的申请。", en="Return one's own requests, or those on a department's desk."),
        (ORGANIZATION, limit(100, 1000)),
        permission=Permission.REQUEST_READ,
        returns="array",
    ),
    Action(
        "request_answer_list",
        request_answer_list,
        Text(zh="列出已公开的答复。", en="Return published answers to requests."),
        (ORGANIZATION, limit(100, 1000)),
        permission=Permission.SITE_READ,
        returns="array",
    ),
    Action(
        "request_act",
        request_act,
        Text(zh="对申请作一步办理。", en="Do an act on a request, as its department or its applicant."),
        (
            NUMBER,
            Param("act", "text", Text(zh="何种办理。", en="Which act."), required=True, among=tuple(ACTS)),
            NOTE,
            RECEIPT,
        ),
        reads=False,
        permission=Permission.REQUEST_READ,
        returns="object",
    ),
    Action(
        "request_decide",
        request_decide,
        Text(zh="对申请作出决定。", en="Decide a request; a refusal names a listed legal ground."),
        (
            NUMBER,
            Param(
                "outcome",
                "text",
                Text(zh="决定。", en="The decision."),
                required=True,
                among=("granted", "partly", "refused"),
            ),
            _text("answer", "答复内容。", "The answer.", required=True),
            _text("ground", "法定理由。", "Key of the legal ground."),
            _text("basis", "依据的条款。", "The provision relied on."),
            Param("publish", "boolean", Text(zh="是否公开答复。", en="Publish the answer."), default=False),
        ),
        reads=False,
        permission=Permission.REQUEST_DECIDE,
        returns="object",
    ),
    Action(
        "request_deliver",
        request_deliver,
        Text(zh="提供已同意的内容。", en="Deliver what was granted."),
        (NUMBER, NOTE, RESOURCES, Param("days", "natural", Text(zh="授权天数。", en="Days of the grant."), default=0)),
        reads=False,
        permission=Permission.REQUEST_HANDLE,
        returns="object",
    ),
    Action(
        "request_revoke",
        request_revoke,
        Text(zh="收回一项授权。", en="Take back a grant at once."),
        (NUMBER, _text("grant", "授权的 id。", "Id of the grant.", required=True), NOTE),
        reads=False,
        permission=Permission.REQUEST_HANDLE,
        returns="object",
    ),
)
