"""Actions on who belongs to an organization or group, and in which role."""

from __future__ import annotations

from typing import Any

from publisher import datasets, organizations, users
from publisher.auth import Permission
from publisher.organizations import subject
from publisher.users import User
from schemas.errors import Invalid
from schemas.mappings.ckan import tag_id
from schemas.model import Organization, replace
from schemas.text import Text
from web.api.action import Action, Param, reference
from web.api.call import Call
from web.api.errors import MISSING, Missing, missing, refuse

ROLES = (
    {"text": "Admin", "value": "admin"},
    {"text": "Editor", "value": "editor"},
    {"text": "Member", "value": "member"},
)


def _membership(one: Organization, kind: str, object_id: str, role: str) -> dict[str, Any]:
    return {
        "id": tag_id(f"{one.id} {kind} {object_id}", "member"),
        "table_name": kind,
        "table_id": object_id,
        "capacity": role,
        "group_id": one.id,
        "state": "active",
    }


def _set(call: Call) -> dict[str, Any]:
    lacking = [name for name in ("id", "role", "username") if not call.text(name)]
    if lacking:
        raise missing(*lacking)
    one = organizations.find(call.work, call.text("id"))
    if one is None:
        raise refuse(id="That group name or ID does not exist.")
    call.permit(subject(one), "add members")
    person = users.find(call.work, call.text("username"))
    if person is None:
        raise refuse(username="User not found")
    if call.text("role") not in ("admin", "editor", "member"):
        raise refuse(role="role does not exist.")
    organizations.set_member(call.work, one, person.id, call.text("role"))
    return _membership(one, "user", person.id, call.text("role"))


def _drop(call: Call) -> None:
    one = organizations.find(call.work, call.text("id"))
    if one is None:
        raise Missing("Group was not found.")
    person = _person(call, "username", "user_id")
    call.permit(subject(one), "remove members")
    organizations.drop_member(call.work, one, person.id)


def _person(call: Call, *names: str) -> User:
    ref = next((call.text(name) for name in names if call.text(name)), "")
    person = users.find(call.work, ref) if ref else None
    if person is None:
        raise Missing("User was not found.")
    return person


def member_list(call: Call) -> list[list[str]]:
    """Answer (id, kind, role) of the people and packages of an organization or group."""
    one = organizations.find(call.work, call.text("id"))
    if one is None:
        raise Missing()
    call.permit(subject(one))
    kind, role = call.text("object_type"), call.text("capacity")
    found: list[list[str]] = []
    if kind in ("", "user"):
        people = organizations.members(call.work, one.id)
        found += [[m.user_id, "user", m.role.capitalize()] for m in people if role in ("", m.role)]
    if kind in ("", "package") and role in ("", "public"):
        held = datasets.gathered(call.work, one, private=True)
        found += [[dataset.id, "package", "public"] for dataset in held]
    return found


def member_create(call: Call) -> dict[str, Any]:
    """Make a person a member of an organization or group, or put a package into a group."""
    one = organizations.find(call.work, call.text("id"))
    if one is None:
        raise Missing("Group was not found.")
    call.permit(subject(one), f"edit group {one.id}")
    kind, ref, role = call.text("object_type"), call.text("object"), call.text("capacity")
    if kind == "user":
        person = users.find(call.work, ref)
        if person is None:
            raise Missing("User was not found.")
        if role not in ("admin", "editor", "member"):
            raise refuse(capacity="role does not exist.")
        organizations.set_member(call.work, one, person.id, role)
        return _membership(one, "user", person.id, role)
    if kind != "package":
        raise Invalid({"object_type": [f"{kind} not recognised"]})
    dataset = datasets.find(call.work, ref, change=True)
    if dataset is None:
        raise Missing("Package was not found.")
    if one.id not in dataset.themes and one.kind == "group":
        datasets.put(call.work, replace(dataset, themes=(*dataset.themes, one.id)))
    return _membership(one, "package", dataset.id, role)


def member_delete(call: Call) -> None:
    """End the membership of a person or package."""
    one = organizations.find(call.work, call.text("id"))
    if one is None:
        raise Missing("Group was not found.")
    call.permit(subject(one), f"edit group {one.id}")
    ref = call.text("object")
    if call.text("object_type") == "user":
        person = users.find(call.work, ref)
        if person is None:
            raise Missing("User was not found.")
        organizations.drop_member(call.work, one, person.id)
        return
    dataset = datasets.find(call.work, ref, change=True)
    if dataset is None:
        raise Missing("Package was not found.")
    datasets.put(call.work, replace(dataset, themes=tuple(key for key in dataset.themes if key != one.id)))


def member_roles_list(call: Call) -> list[dict[str, str]]:
    """Answer the roles that members can have."""
    call.permit()
    return [role for role in ROLES if call.text("group_type") != "group" or role["value"] != "editor"]


WHO = (
    reference(required=False),
    Param("username", "text", Text(zh="用户名或 id。", en="Name or id of the person.")),
    Param("role", "text", Text(zh="admin、editor 或 member。", en="admin, editor or member.")),
)
WHAT = (
    reference(),
    Param("object", "text", Text(zh="用户或数据集。", en="The person or package."), required=True),
    Param("object_type", "text", Text(zh="user 或 package。", en="user or package."), required=True),
)
CAPACITY = Param("capacity", "text", Text(zh="角色。", en="The role."))
EDIT = Permission.MEMBERS_EDIT


def _pair(kind: str, zh: str) -> tuple[Action, Action]:
    make = Text(zh=f"为{zh}设置成员。", en=f"Make a user a member of the {kind}.")
    end = Text(zh=f"移除{zh}的成员。", en=f"Remove a user from the {kind}.")
    return (
        Action(f"{kind}_member_create", _set, make, WHO, reads=False, permission=EDIT, returns="object"),
        Action(f"{kind}_member_delete", _drop, end, WHO[:2], reads=False, permission=EDIT, returns="null"),
    )


ACTIONS = (
    *_pair("organization", "部门"),
    *_pair("group", "主题"),
    Action(
        "member_list",
        member_list,
        Text(zh="列出部门或主题的成员。", en="Return the members of a group."),
        (reference(), Param("object_type", "text", Text(zh="user 或 package。", en="user or package.")), CAPACITY),
        returns="array",
    ),
    Action(
        "member_create",
        member_create,
        Text(zh="加入成员。", en="Make an object (a user, a dataset) a member of a group."),
        (*WHAT, CAPACITY),
        reads=False,
        permission=EDIT,
        returns="object",
    ),
    Action(
        "member_delete",
        member_delete,
        Text(zh="移除成员。", en="Remove an object (a user, a dataset) from a group."),
        WHAT,
        reads=False,
        permission=EDIT,
        returns="null",
    ),
    Action(
        "member_roles_list",
        member_roles_list,
        Text(zh="列出成员角色。", en="Return the possible roles for members of groups and organizations."),
        (Param("group_type", "text", Text(zh="organization 或 group。", en="organization or group.")),),
        returns="array",
    ),
)
__all__ = ["ACTIONS", "MISSING"]
