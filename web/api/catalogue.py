"""Actions on the sharing catalogue: reading it, and moving its records from draft to publication."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from publisher import catalogue_states, organizations
from publisher.auth import Permission
from publisher.catalogue_states import CLASSES, Standing
from publisher.work import Work
from schemas.text import Text
from web.api.action import Action, Param, limit, offset, reference
from web.api.call import Call


def catalogue_list(call: Call) -> list[Any]:
    """Answer the published records of the sharing catalogue, by code."""
    call.permit()
    owner = organizations.get(call.work, call.text("organization")).id if call.text("organization") else ""
    found = catalogue_states.listing(
        call.work,
        group=call.text("class"),
        owner=owner,
        sharing=call.text("sharing"),
        limit=call.get("limit", 100),
        offset=call.get("offset", 0),
    )
    return [_shown(one) for one in found]


def catalogue_show(call: Call) -> dict[str, Any]:
    """Answer where a record stands, with the steps that brought it there, for those who may change it."""
    standing = catalogue_states.standing(call.work, call.text("id"))
    taken = catalogue_states.steps(call.work, call.text("id"))
    shown = _shown(standing) if standing else {"state": "draft"}
    return shown | {"steps": [msgspec.to_builtins(step) for step in taken]}


def catalogue_reject(call: Call) -> dict[str, Any]:
    """Send a record back to its department, with the reason."""
    return _shown(catalogue_states.reject(call.work, call.text("id"), call.text("reason")))


def _moving(move: Callable[[Work, str], Standing]) -> Callable[[Call], dict[str, Any]]:
    def function(call: Call) -> dict[str, Any]:
        return _shown(move(call.work, call.text("id")))

    return function


def _shown(standing: Standing) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(standing)
    del shown["submitted_by"]
    return shown


def _text(name: str, zh: str, en: str, *, required: bool = False, among: tuple[str, ...] = ()) -> Param:
    return Param(name, "text", Text(zh=zh, en=en), required=required, among=among)


ACTIONS = (
    Action(
        "catalogue_list",
        catalogue_list,
        Text(zh="列出已发布的政务信息资源目录。", en="Return the published records of the sharing catalogue."),
        (
            _text(
                "class", "类：1 基础，2 主题，3 部门。", "Class: 1 base, 2 theme, 3 department.", among=tuple(CLASSES)
            ),
            _text("organization", "部门的 id 或名称。", "Id or name of an organization."),
            _text("sharing", "共享类型。", "Sharing type.", among=("unconditional", "conditional", "refused")),
            limit(100, 1000),
            offset(),
        ),
        returns="array",
    ),
    Action(
        "catalogue_show",
        catalogue_show,
        Text(zh="返回目录的状态和经过。", en="Return where a catalogue record stands, with its steps."),
        (reference(),),
        permission=Permission.DATASET_EDIT,
        returns="object",
    ),
    Action(
        "catalogue_submit",
        _moving(catalogue_states.submit),
        Text(zh="提交目录草稿。", en="Submit a draft of the sharing catalogue for registration."),
        (reference(),),
        reads=False,
        permission=Permission.DATASET_EDIT,
        returns="object",
    ),
    Action(
        "catalogue_register",
        _moving(catalogue_states.register),
        Text(zh="注册已提交的目录并编码。", en="Register a submitted record and number it."),
        (reference(),),
        reads=False,
        permission=Permission.CATALOGUE_REVIEW,
        returns="object",
    ),
    Action(
        "catalogue_publish",
        _moving(catalogue_states.publish),
        Text(zh="发布已注册的目录。", en="Publish a registered record."),
        (reference(),),
        reads=False,
        permission=Permission.DATASET_SHARE,
        returns="object",
    ),
    Action(
        "catalogue_reject",
        catalogue_reject,
        Text(zh="退回目录并写明理由。", en="Send a record back to its department, with the reason."),
        (reference(), _text("reason", "理由。", "The reason.", required=True)),
        reads=False,
        permission=Permission.CATALOGUE_REVIEW,
        returns="object",
    ),
)
