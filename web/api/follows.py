"""Actions on following datasets, groups, organizations and people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from publisher import datasets, follows, organizations, users
from publisher.auth import Permission, Subject
from publisher.follows import Follow, Kind
from schemas.mappings.ckan import moment_text
from schemas.text import Text
from web.api import groups_shown, people
from web.api.action import Action, Param, reference
from web.api.call import Call
from web.api.errors import Missing, Refused, told
from web.api.packages_shown import packages

NAMES = {"dataset": "Package", "group": "Group", "user": "User"}
KINDS: tuple[Kind, ...] = ("dataset", "group", "user")


def _object(call: Call, kind: Kind, *, read: bool = False) -> str:
    ref = call.text("id")
    if not ref:
        raise told(f"Missing id, can not get {NAMES[kind]} object")
    if kind == "dataset":
        dataset = datasets.find(call.work, ref)
        if dataset is not None and read:
            call.require(Permission.DATASET_READ, datasets.subject(dataset), f"read package {dataset.id}")
        found: Any = dataset
    else:
        found = organizations.find(call.work, ref) if kind == "group" else users.find(call.work, ref)
    if found is None:
        raise Missing()
    return str(found.id)


def _follow(kind: Kind) -> Callable[[Call], dict[str, Any]]:
    def act(call: Call) -> dict[str, Any]:
        if call.anonymous:
            raise Refused(f"You must be logged in to follow {kind}s")
        call.permit()
        one = follows.add(call.work, kind, _object(call, kind, read=True))
        return {"follower_id": one.follower_id, "object_id": one.object_id, "datetime": moment_text(one.since)}

    return act


def _unfollow(kind: Kind) -> Callable[[Call], None]:
    def act(call: Call) -> None:
        if call.anonymous:
            raise Refused(f"You must be logged in to unfollow {kind}s")
        call.permit()
        follows.drop(call.work, kind, _object(call, kind))

    return act


def _am(kind: Kind) -> Callable[[Call], bool]:
    def act(call: Call) -> bool:
        call.permit()
        return follows.find(call.work, kind, _object(call, kind)) is not None

    return act


def _count(kind: Kind) -> Callable[[Call], int]:
    def act(call: Call) -> int:
        call.permit()
        return follows.follower_count(call.work, kind, _object(call, kind))

    return act


def _followers(kind: Kind) -> Callable[[Call], list[dict[str, Any]]]:
    def act(call: Call) -> list[dict[str, Any]]:
        if not call.actor.sysadmin:
            raise Refused("Not authorized")
        call.permit()
        ids = follows.followers(call.work, kind, _object(call, kind))
        return [people.user(call, users.get(call.work, key), private=False) for key in ids]

    return act


def _followed(call: Call, kind: Kind | None) -> list[Follow]:
    person = users.find(call.work, call.text("id")) if call.text("id") else None
    if person is None:
        raise Missing()
    call.require(Permission.USER_EDIT, Subject(kind="user", id=person.id))
    return follows.followed(call.work, person.id, kind)


def _shown(call: Call, one: Follow) -> dict[str, Any] | None:
    if one.kind == "dataset":
        found = datasets.many(call.work, [one.object_id])
        return packages(call, found)[0] if found else None
    if one.kind == "group":
        group = organizations.find(call.work, one.object_id)
        return groups_shown.group(call, group) if group is not None else None
    person = users.find(call.work, one.object_id)
    return people.user(call, person, private=False) if person is not None else None


def _followees(kind: Kind) -> Callable[[Call], list[dict[str, Any]]]:
    def act(call: Call) -> list[dict[str, Any]]:
        found = [_shown(call, one) for one in _followed(call, kind)]
        return [one for one in found if one is not None]

    return act


def _followee_count(kind: Kind | None) -> Callable[[Call], int]:
    def act(call: Call) -> int:
        return len(_followed(call, kind))

    return act


def followee_list(call: Call) -> list[dict[str, Any]]:
    """Answer everything that a person follows."""
    text = call.text("q").lower()
    listed = []
    for one in _followed(call, None):
        shown = _shown(call, one)
        if shown is not None:
            name = shown.get("title") or shown.get("display_name") or shown["name"]
            if text in name.lower():
                listed.append({"type": one.kind, "display_name": name, "dict": shown})
    return listed


def _rows(kind: Kind, zh: str) -> tuple[Action, ...]:
    own, read, edit = Permission.OWN_ACCOUNT, Permission.SITE_READ, Permission.USER_EDIT
    loose, ref = (reference(required=False),), (reference(),)

    def row(
        name: str, function: Any, told_zh: str, en: str, params: Any, permission: Permission, **more: Any
    ) -> Action:
        return Action(name, function, Text(zh=told_zh, en=en), params, permission=permission, **more)

    return (
        row(f"follow_{kind}", _follow(kind), f"关注{zh}。", f"Follow a {kind}.", loose, own, reads=False),
        row(f"unfollow_{kind}", _unfollow(kind), f"取消关注{zh}。", f"Unfollow a {kind}.", loose, own, reads=False),
        row(f"am_following_{kind}", _am(kind), f"是否关注{zh}。", f"Tell whether you follow a {kind}.", ref, own),
        row(f"{kind}_follower_count", _count(kind), f"{zh}的关注数。", f"Count a {kind}'s followers.", ref, read),
        row(
            f"{kind}_follower_list", _followers(kind), f"{zh}的关注者。", f"List a {kind}'s followers.", ref,
            Permission.SITE_ADMIN,
        ),
        row(f"{kind}_followee_list", _followees(kind), f"所关注的{zh}。", f"List followed {kind}s.", ref, edit),
        row(f"{kind}_followee_count", _followee_count(kind), f"关注的{zh}数。", f"Count followed {kind}s.", ref, edit),
    )  # fmt: skip


ACTIONS = (
    *_rows("dataset", "数据集"),
    *_rows("group", "主题或部门"),
    *_rows("user", "用户"),
    Action(
        "organization_follower_count",
        _count("group"),
        Text(zh="部门的关注数。", en="Count an organization's followers."),
        (reference(),),
    ),
    Action(
        "organization_follower_list",
        _followers("group"),
        Text(zh="部门的关注者。", en="List an organization's followers."),
        (reference(),),
        permission=Permission.SITE_ADMIN,
    ),
    Action(
        "organization_followee_list",
        _followees("group"),
        Text(zh="所关注的部门。", en="List followed organizations."),
        (reference(),),
        permission=Permission.USER_EDIT,
    ),
    Action(
        "organization_followee_count",
        _followee_count("group"),
        Text(zh="所关注的部门数。", en="Count followed organizations."),
        (reference(),),
        permission=Permission.USER_EDIT,
    ),
    Action(
        "followee_count",
        _followee_count(None),
        Text(zh="所关注的对象数。", en="Count everything that a user follows."),
        (reference(),),
        permission=Permission.USER_EDIT,
    ),
    Action(
        "followee_list",
        followee_list,
        Text(zh="所关注的对象。", en="List everything that a user follows."),
        (reference(), Param("q", "text", Text(zh="名称包含的文字。", en="A text in the name."))),
        permission=Permission.USER_EDIT,
        returns="array",
    ),
)
