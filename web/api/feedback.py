"""Actions on feedback: readers' messages and ratings on datasets, and the department's answers."""

from __future__ import annotations

from typing import Any

import msgspec

from publisher import datasets, feedback, organizations, ratings
from publisher.auth import Permission
from publisher.feedback_values import KINDS, Feedback, Message
from schemas.text import Text
from web import senders
from web.api.action import Action, Param, limit, reference
from web.api.call import Call


def feedback_create(call: Call) -> dict[str, Any]:
    """Take in a message; answer it with the receipt by which it can be erased."""
    message = Message(
        dataset=call.text("id"),
        kind=call.get("kind", "question"),
        text=call.text("text"),
        resource=call.text("resource"),
        field=call.text("field"),
        name=call.text("name"),
    )
    kept, receipt = feedback.send(call.work, message, sender=senders.sender())
    return _shown(kept) | {"receipt": receipt}


def feedback_list(call: Call) -> list[Any]:
    """Answer the public messages on a dataset, or those that a department must answer."""
    most = call.get("limit", 100)
    if call.text("organization"):
        body = organizations.get(call.work, call.text("organization"), "organization")
        return [_shown(one) for one in feedback.desk(call.work, body.id, limit=most)]
    dataset = datasets.get(call.work, call.text("id"))
    return [_shown(one) for one in feedback.listing(call.work, dataset.id, limit=most)]


def feedback_answer(call: Call) -> dict[str, Any]:
    """Answer a message in public."""
    return _shown(feedback.answer(call.work, call.text("id"), call.text("text")))


def feedback_release(call: Call) -> dict[str, Any]:
    """Show a message that was held back, personal numbers masked."""
    return _shown(feedback.release(call.work, call.text("id")))


def feedback_hide(call: Call) -> dict[str, Any]:
    """Hide the words of a message with a public reason."""
    return _shown(feedback.hide(call.work, call.text("id"), call.text("reason")))


def feedback_erase(call: Call) -> dict[str, Any]:
    """Erase one's own message."""
    return _shown(feedback.erase(call.work, call.text("id"), receipt=call.text("receipt")))


def rating_create(call: Call) -> dict[str, Any]:
    """Rate a dataset from 1 to 5; a later rating replaces it."""
    dataset = datasets.find(call.work, call.text("id"))
    sender = senders.rater(dataset.id if dataset else "")
    made: dict[str, Any] = msgspec.to_builtins(
        ratings.rate(call.work, call.text("id"), call.data["stars"], sender=sender)
    )
    return made


def _shown(one: Feedback) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(one)
    del shown["author"]
    return shown


def _text(name: str, zh: str, en: str, *, required: bool = False) -> Param:
    return Param(name, "text", Text(zh=zh, en=en), required=required)


MESSAGE = _text("id", "意见的 id。", "Id of the message.", required=True)

ACTIONS = (
    Action(
        "feedback_create",
        feedback_create,
        Text(zh="对数据集提问、建议或纠错。", en="Ask, suggest or report an error on a dataset."),
        (
            reference(),
            Param("kind", "text", Text(zh="类别。", en="Its kind."), default="question", among=tuple(KINDS)),
            _text("text", "内容。", "The message.", required=True),
            _text("resource", "资源的 id。", "Id of a resource."),
            _text("field", "字段名。", "Name of a column."),
            _text("name", "显示的称呼。", "The name to show."),
        ),
        reads=False,
        permission=Permission.FEEDBACK_SEND,
        returns="object",
    ),
    Action(
        "feedback_list",
        feedback_list,
        Text(
            zh="列出数据集的公开意见，或部门待答复的意见。", en="Return messages on a dataset, or those to be answered."
        ),
        (
            reference(required=False),
            _text("organization", "部门的 id 或名称。", "Id or name of the organization."),
            limit(100, 1000),
        ),
        returns="array",
    ),
    Action(
        "feedback_answer",
        feedback_answer,
        Text(zh="公开答复一条意见。", en="Answer a message in public."),
        (MESSAGE, _text("text", "答复内容。", "The answer.", required=True)),
        reads=False,
        permission=Permission.FEEDBACK_HANDLE,
        returns="object",
    ),
    Action(
        "feedback_release",
        feedback_release,
        Text(zh="遮盖个人号码后公开暂缓的意见。", en="Show a message that was held back, personal numbers masked."),
        (MESSAGE,),
        reads=False,
        permission=Permission.FEEDBACK_HANDLE,
        returns="object",
    ),
    Action(
        "feedback_hide",
        feedback_hide,
        Text(zh="隐藏一条意见并公开理由。", en="Hide the words of a message with a public reason."),
        (MESSAGE, _text("reason", "理由。", "The reason.", required=True)),
        reads=False,
        permission=Permission.FEEDBACK_HANDLE,
        returns="object",
    ),
    Action(
        "feedback_erase",
        feedback_erase,
        Text(zh="删除本人的意见。", en="Erase one's own message."),
        (MESSAGE, _text("receipt", "回执码。", "The receipt.")),
        reads=False,
        permission=Permission.FEEDBACK_ERASE,
        returns="object",
    ),
    Action(
        "rating_create",
        rating_create,
        Text(zh="给数据集评 1 至 5 分。", en="Rate a dataset from 1 to 5."),
        (reference(), Param("stars", "positive", Text(zh="分数。", en="The rating."), required=True)),
        reads=False,
        permission=Permission.FEEDBACK_SEND,
        returns="object",
    ),
)
