"""What an error means to a reader: one table from class to HTTP status, heading and advice (the API has its own)."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.errors import Conflict, GongkaiError, Invalid, NotAuthorized, NotFound, Unavailable
from schemas.text import Text


@dataclass(frozen=True)
class Answer:
    """How an error is told: a status, a heading and what the person can do."""

    status: int
    title: Text
    advice: Text


ANSWERS: tuple[tuple[type[GongkaiError], Answer], ...] = (
    (
        NotFound,
        Answer(
            404,
            Text(zh="没有找到这一页", en="There is nothing at this address"),
            Text(
                zh="地址可能写错，内容可能已被撤下，也可能不对您开放。可以用上方的搜索框找，或从数据集目录看起。",
                en="The address may be mistyped, the content may have been withdrawn, or it may not be open to you. "
                "Search above, or start from the list of datasets.",
            ),
        ),
    ),
    (
        NotAuthorized,
        Answer(
            403,
            Text(zh="您没有权限这样做", en="You may not do this"),
            Text(
                zh="请用有权限的账号登录，或请所在部门的管理员为您授权。",
                en="Log in with an account that may, or ask the administrator of your organization for the role.",
            ),
        ),
    ),
    (
        Invalid,
        Answer(
            400,
            Text(zh="请求里有看不懂的内容", en="Something in the request is not valid"),
            Text(zh="请改正下面指出的内容后再试。", en="Correct what is named below and try again."),
        ),
    ),
    (
        Conflict,
        Answer(
            409,
            Text(zh="内容已被别人改过", en="Somebody changed this meanwhile"),
            Text(
                zh="请重新打开页面，在最新内容上再改。",
                en="Open the page again and repeat your change on the newest content.",
            ),
        ),
    ),
    (
        Unavailable,
        Answer(
            503,
            Text(zh="暂时无法答复", en="We cannot answer just now"),
            Text(
                zh="后台的某个服务没有回应。数据没有丢失，请过几分钟再试。",
                en="A service behind this page does not respond. No data is lost; try again in a few minutes.",
            ),
        ),
    ),
)

FAULT = Answer(
    500,
    Text(zh="网站出错了", en="Something went wrong on our side"),
    Text(
        zh="这不是您的问题。请过一会儿再试；如果仍然出错，请把下面的编号告诉我们。",
        en="This is not your fault. Try again in a while; if it happens again, tell us the number below.",
    ),
)

TOO_LARGE = Answer(
    413,
    Text(zh="内容太大", en="The request is too large"),
    Text(zh="请把文件分小后再传。", en="Split the file and try again."),
)
WRONG_METHOD = Answer(
    405,
    Text(zh="这个地址不支持这种请求", en="This address does not take that kind of request"),
    Text(zh="请从页面上的链接或表单进入。", en="Follow the links and forms of the pages."),
)
TOO_MANY = Answer(
    429,
    Text(zh="请求太频繁", en="Too many requests"),
    Text(zh="请稍候片刻再试。", en="Wait a moment and try again."),
)
_BY_STATUS = {answer.status: answer for answer in (*[a for _, a in ANSWERS], FAULT, TOO_LARGE, WRONG_METHOD, TOO_MANY)}


def answer_for(error: BaseException) -> Answer:
    """Answer how an exception is told."""
    for kind, answer in ANSWERS:
        if isinstance(error, kind):
            return answer
    return FAULT


def answer_for_status(status: int) -> Answer:
    """Answer how a plain HTTP status is told; a client's error without words of its own reads as invalid."""
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return FAULT if status >= 500 else _BY_STATUS[400]
