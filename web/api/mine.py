"""Actions that answer in which organizations and groups a person may do something."""

from __future__ import annotations

from functools import partial
from typing import Any

from publisher import organizations, users
from publisher.organizations import Kind
from schemas.mappings.ckan import organization_summary
from schemas.model import Organization
from schemas.text import Text
from web.api import groups_shown
from web.api.action import Action, Param, reference
from web.api.call import Call
from web.api.errors import Missing

ROLES_FOR = {
    "read": ("member", "editor", "admin"),
    "create_dataset": ("editor", "admin"),
    "update_dataset": ("editor", "admin"),
    "delete_dataset": ("editor", "admin"),
    "manage_group": ("editor", "admin"),
    "admin": ("admin",),
    "membership": ("admin",),
    "update": ("admin",),
    "delete": ("admin",),
}


def list_for_user(kind: Kind, call: Call) -> list[dict[str, Any]]:
    """Answer the organizations or groups in which a person has a permission."""
    call.permit()
    ref = call.text("id")
    person = users.find(call.work, ref) if ref else users.find(call.work, call.actor.id) if call.actor.id else None
    if person is None:
        if ref:
            raise Missing()
        return []
    roles = users.actor_for(call.work, person).roles
    wanted = ROLES_FOR.get(call.text("permission") or "manage_group", ())
    counts = organizations.dataset_counts(call.work, kind) if call.flag("include_dataset_count") else None
    found = organizations.listing(call.work, kind)
    if person.sysadmin and not roles:
        return [_mine(call, one, "admin", counts) for one in found]
    return [
        _mine(call, one, "admin" if person.sysadmin else roles.get(one.id, ""), counts)
        for one in found
        if person.sysadmin or roles.get(one.id) in wanted
    ]


def _mine(call: Call, one: Organization, role: str, counts: dict[str, int] | None) -> dict[str, Any]:
    shown = organization_summary(one, call.site)
    whole = groups_shown.group(call, one, extras=False, parents=False)
    shown |= {"capacity": role, "display_name": whole["display_name"], "image_display_url": whole["image_display_url"]}
    return shown | ({"package_count": counts.get(one.id, 0)} if counts is not None else {})


def group_list_authz(call: Call) -> list[dict[str, Any]]:
    """Answer the groups that the caller may edit, or is a member of."""
    call.permit()
    if call.anonymous:
        return []
    member = call.flag("am_member")
    wanted = ROLES_FOR["read" if member else "admin"]
    found = organizations.listing(call.work, "group")
    mine = [one for one in found if (call.actor.sysadmin and not member) or call.actor.roles.get(one.id) in wanted]
    return [_mine(call, one, call.actor.roles.get(one.id, "admin"), None) for one in mine]


FOR_USER = (
    reference(required=False),
    Param("permission", "text", Text(zh="所需权限。", en="The permission that is asked for.")),
    Param("include_dataset_count", "boolean", Text(zh="包含数据集数。", en="Include the number of datasets.")),
)


ACTIONS = (
    Action(
        "organization_list_for_user",
        partial(list_for_user, "organization"),
        Text(zh="列出用户有权限的部门。", en="Return the organizations that a user has a permission for."),
        FOR_USER,
        returns="array",
    ),
    Action(
        "group_list_authz",
        group_list_authz,
        Text(zh="列出可编辑的主题。", en="Return the groups that the user is authorized to edit."),
        (
            Param("available_only", "boolean", Text(zh="仅可用的。", en="Only what is available.")),
            Param("am_member", "boolean", Text(zh="仅本人所属的。", en="Only those that the user belongs to.")),
        ),
        returns="array",
    ),
)
