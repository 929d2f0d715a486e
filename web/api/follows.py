"""Actions on following packages, organizations, groups and people."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import msgspec

from publisher import datasets, follows, organizations, users
from publisher.auth import Permission
from schemas.errors import NotAuthorized
from schemas.mappings.ckan import moment_text
from schemas.text import Text
from web.api import groups_shown, people
from web.api.action import Action, Param, reference
from web.api.call import Call
from web.api.errors import Missing, Refused, told
from web.api.packages_shown import package

Followed = Literal["dataset", "group", "user"]


class Noun(msgspec.Struct, frozen=True):
    """How the contract speaks of one kind of thing that can be followed."""

    kind: Followed
    model: str
    log_in: str


NOUNS = (
    Noun("dataset", "Package", "You must be logged in to follow datasets"),
    Noun("group", "Group", "You must be logged in to follow a group"),
    Noun("user", "User", "You must be logged in to follow users"),
)


def _target(call: Call, noun: Noun) -> str:
    """Answer the id of the thing that the call names, once the caller may see it."""
    ref = call.text("id")
    if not ref:
        raise told(f"Missing id, can not get {noun.model} object")
    if noun.kind == "dataset":
        dataset = datasets.find(call.work, ref)
        if dataset is None:
            raise Missing()
        call.require(Permission.DATASET_READ, datasets.subject(dataset), f"read package {dataset.id}")
        return dataset.id
    one = organizations.find(call.work, ref) if noun.kind == "group" else users.find(call.work, ref)
    if one is None:
        raise Missing()
    return one.id


def follow(noun: Noun, call: Call) -> dict[str, Any]:
    """Let the caller follow a thing."""
    if call.anonymous:
        raise Refused(noun.log_in)
    call.permit()
    target = _target(call, noun)
    if noun.kind == "user" and target == call.actor.id:
        raise told("You cannot follow yourself")
    made = follows.add(call.work, noun.kind, target)
    return {"follower_id": made.follower_id, "object_id": made.object_id, "datetime": moment_text(made.since)}


def unfollow(noun: Noun, call: Call) -> None:
    """Let the caller follow a thing no longer."""
    if call.anonymous:
        raise Refused("You must be logged in to unfollow something.")
    call.permit()
    follows.drop(call.work, noun.kind, _target(call, noun))


def am_following(noun: Noun, call: Call) -> bool:
    """Tell whether the caller follows a thing."""
    call.permit()
    return follows.find(call.work, noun.kind, _target(call, noun)) is not None


def follower_count(noun: Noun, call: Call) -> int:
    """Answer how many people follow a thing."""
    call.permit()
    return follows.follower_count(call.work, noun.kind, _target(call, noun))


def follower_list(noun: Noun, call: Call) -> list[dict[str, Any]]:
    """Answer who follows a thing; administrators only."""
    try:
        call.work.require(Permission.SITE_ADMIN)
    except NotAuthorized:
        raise Refused("Not authorized") from None
    ids = follows.followers(call.work, noun.kind, _target(call, noun))
    return [people.user(call, users.get(call.work, key), private=False) for key in ids]


def _follows(call: Call, kinds: tuple[str, ...]) -> list[tuple[str, str, dict[str, Any]]]:
    """Answer (kind, title, dict) of what a person follows and the caller may see."""
    person = users.find(call.work, call.text("id"))
    if person is None:
        raise Missing()
    try:
        call.work.require(Permission.USER_EDIT, users.subject(person))
    except NotAuthorized:
        raise Refused("Not authorized") from None
    shown = (_seen(call, one.kind, one.object_id) for one in follows.followed(call.work, person.id))
    return [one for one in shown if one is not None and one[0] in kinds]


def _seen(call: Call, kind: str, key: str) -> tuple[str, str, dict[str, Any]] | None:
    if kind == "dataset":
        dataset = datasets.find(call.work, key)
        if dataset is None or not call.work.may(Permission.DATASET_READ, datasets.subject(dataset)):
            return None
        return "dataset", dataset.title or dataset.name, package(call, dataset)
    if kind == "user":
        person = users.find(call.work, key)
        return None if person is None else ("user", person.display_name, people.user(call, person, private=False))
    one = organizations.find(call.work, key)
    if one is None or one.state != "active":
        return None
    return one.kind, one.title or one.name, groups_shown.group(call, one, count=groups_shown.count_of(call, one))


ALL = ("dataset", "user", "group", "organization")


def followees(kinds: tuple[str, ...], call: Call) -> list[dict[str, Any]]:
    """Answer the things of one kind that a person follows."""
    return [shown for _, _, shown in _follows(call, kinds)]


def followee_list(call: Call) -> list[dict[str, Any]]:
    """Answer everything that a person follows, narrowed to titles that start with `q`."""
    text = call.text("q").lower()
    return [
        {"type": kind, "display_name": title, "dict": shown}
        for kind, title, shown in _follows(call, ALL)
        if title.lower().startswith(text)
    ]


def followee_count(kinds: tuple[str, ...], call: Call) -> int:
    """Answer how many things a person follows; the person is named by id, as the contract has it."""
    call.permit()
    found = follows.followed(call.work, call.text("id"))
    wanted = {"organization": "group"}
    kept = [one for one in found if one.kind in {wanted.get(kind, kind) for kind in kinds}]
    if kinds == ALL or not {"group", "organization"} & set(kinds):
        return len(kept)
    known = organizations.many(call.work, [one.object_id for one in kept])
    return sum(1 for one in known.values() if one.kind in kinds)


PERSON = reference(help=Text(zh="用户 id。", en="Id of the account."))


def _own(name: str, function: Callable[[Call], Any], help: Text, *, reads: bool, returns: str) -> Action:
    return Action(
        name,
        function,
        help,
        (reference(required=False),),
        reads=reads,
        permission=Permission.OWN_ACCOUNT,
        returns=returns,
    )


def _of(noun: Noun) -> tuple[Action, ...]:
    kind = noun.kind
    counted = ("dataset", "user", "group", "organization") if kind == "group" else (kind,)
    spoken = tuple(one for one in counted if one == kind or (kind == "group" and one == "organization"))
    return (
        _own(
            f"follow_{kind}",
            partial(follow, noun),
            Text(zh="开始关注。", en=f"Start following a {kind}."),
            reads=False,
            returns="object",
        ),
        _own(
            f"unfollow_{kind}",
            partial(unfollow, noun),
            Text(zh="取消关注。", en=f"Stop following a {kind}."),
            reads=False,
            returns="null",
        ),
        _own(
            f"am_following_{kind}",
            partial(am_following, noun),
            Text(zh="是否已关注。", en=f"Tell whether you follow a {kind}."),
            reads=True,
            returns="boolean",
        ),
        *(action for one in spoken for action in _about(noun, one)),
    )


def _about(noun: Noun, kind: str) -> tuple[Action, ...]:
    return (
        Action(
            f"{kind}_follower_count",
            partial(follower_count, noun),
            Text(zh="关注人数。", en=f"Return the number of followers of a {kind}."),
            (reference(),),
            returns="integer",
        ),
        Action(
            f"{kind}_follower_list",
            partial(follower_list, noun),
            Text(zh="关注者，限管理员。", en=f"Return the people who follow a {kind}, to administrators."),
            (reference(),),
            permission=Permission.SITE_ADMIN,
            returns="array",
        ),
        Action(
            f"{kind}_followee_count",
            partial(followee_count, (kind,)),
            Text(zh="某人关注的数目。", en=f"Return how many {kind}s a user follows."),
            (PERSON,),
            returns="integer",
        ),
        Action(
            f"{kind}_followee_list",
            partial(followees, (kind,)),
            Text(zh="某人关注的对象。", en=f"Return the {kind}s that a user follows."),
            (PERSON,),
            permission=Permission.USER_EDIT,
            returns="array",
        ),
    )


ACTIONS = (
    *(action for noun in NOUNS for action in _of(noun)),
    Action(
        "followee_count",
        partial(followee_count, ALL),
        Text(zh="某人关注的总数。", en="Return the number of objects that a user follows."),
        (PERSON,),
        returns="integer",
    ),
    Action(
        "followee_list",
        followee_list,
        Text(zh="某人关注的全部对象。", en="Return the objects that a user follows."),
        (PERSON, Param("q", "text", Text(zh="标题开头。", en="Start of the title."))),
        permission=Permission.USER_EDIT,
        returns="array",
    ),
)
