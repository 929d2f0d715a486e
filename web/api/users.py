"""Actions on accounts."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from publisher import organizations, users
from publisher.auth import Permission, Subject
from publisher.users import User, subject
from schemas.errors import Invalid
from schemas.text import Text
from web.api import fields, people
from web.api.action import Action, Param, reference
from web.api.call import Call
from web.api.errors import MISSING, Missing, Refused, missing, refuse
from web.api.fields import Errors
from web.api.groups_shown import packages_by
from web.api.parameters import Bad, boolean

SHORT = "Your password must be 8 characters or longer"
TAKEN = "The username is already associated with another account. Please use a different username."
SITE_USER = "default"


def user_show(call: Call) -> dict[str, Any]:
    """Answer an account, the caller's own where no id is given."""
    ref = call.text("id") or call.actor.id
    person = users.find(call.work, ref) if ref else None
    if person is None or (person.state == "deleted" and not people.sees_all(call, person)):
        raise Missing()
    call.permit(subject(person))
    shown = people.user(call, person)
    if boolean(call.data.get("include_datasets", False)):
        shown["datasets"] = packages_by(call, person)
    if boolean(call.data.get("include_num_followers", False)):
        shown["num_followers"] = people.follower_count(call, person)
    if call.actor.sysadmin and boolean(call.data.get("include_plugin_extras", False)):
        shown["plugin_extras"] = person.extras.get("plugin_extras")
    if call.actor.sysadmin and boolean(call.data.get("include_password_hash", False)):
        shown["password_hash"] = None  # hashes never leave the site
    return shown


def user_list(call: Call) -> list[Any]:
    """Answer active accounts by what they are called, or their names alone."""
    call.permit()
    text, email = call.text("q").lower(), call.text("email")
    found = [
        one
        for one in users.listing(call.work)
        if (not text or text in one.name or text in (one.full_name or "").lower() or _by_email(call, one, text))
        and (not email or _by_email(call, one, email))
    ]
    if call.text("order_by") == "name":
        found.sort(key=lambda one: one.name)
    else:
        found.sort(key=lambda one: (one.full_name is None, (one.full_name or one.name).lower()))
    everything = call.data.get("all_fields")
    if everything is None or boolean(everything):
        return [people.user(call, one) for one in found]
    return [one.name for one in found] + ([SITE_USER] if call.flag("include_site_user") else [])


def _by_email(call: Call, one: User, text: str) -> bool:
    return people.sees_all(call, one) and text == one.email.lower()


def user_autocomplete(call: Call) -> list[dict[str, Any]]:
    """Answer accounts whose name or full name contains a text."""
    call.permit()
    text = call.text("q").lower()
    found = [o for o in users.listing(call.work) if text in o.name or text in (o.full_name or "").lower()]
    return [{"id": o.id, "name": o.name, "fullname": o.full_name} for o in found[: call.get("limit", 20)]]


def user_create(call: Call) -> dict[str, Any]:
    """Create an account."""
    call.permit(Subject(kind="user"), "create users via the API")
    clean = _clean(call, None)
    made = users.add(
        call.work,
        clean["name"],
        email=clean["email"],
        password=clean["password"],
        id=str(call.data.get("id") or "") if call.actor.sysadmin else "",
        full_name=clean.get("fullname"),
        about=clean.get("about"),
        sysadmin=call.actor.sysadmin and boolean(call.data.get("sysadmin", False)),
        extras=_extras(call, {}),
    )
    shown = people.user(call, made)
    if boolean(call.data.get("with_apitoken", False)):
        shown["token"] = users.create_token(call.work, made, "default")[0]
    return shown


def user_update(call: Call) -> dict[str, Any]:
    """Change an account; what is not sent stays."""
    return _changed(call)


def user_patch(call: Call) -> dict[str, Any]:
    """Change the named fields of an account."""
    return _changed(call)


def _changed(call: Call) -> dict[str, Any]:
    ref = call.text("id")
    if not ref:
        raise missing("id")
    person = users.find(call.work, ref)
    if person is None:
        raise _unknown(call)
    call.permit(subject(person), f"edit user {person.id}")
    clean = _clean(call, person)
    values = {
        "full_name": clean.get("fullname", person.full_name),
        "about": clean.get("about", person.about),
        "email": clean.get("email", person.email),
        "name": clean.get("name", person.name),
        "extras": _extras(call, person.extras),
    }
    if call.actor.sysadmin and "sysadmin" in call.sent:
        values["sysadmin"] = boolean(call.data["sysadmin"])
    return people.user(call, users.change(call.work, person, password=clean.get("password"), **values))


def _unknown(call: Call) -> Exception:
    if not call.actor.sysadmin:
        return Refused("User not found")
    return Missing("User was not found.")


def _extras(call: Call, old: dict[str, Any]) -> dict[str, Any]:
    extras = dict(old)
    for key in ("image_url", "plugin_extras"):
        if key in call.sent and (key != "plugin_extras" or call.actor.sysadmin):
            extras[key] = call.data[key]
    if "activity_streams_email_notifications" in call.sent:
        extras["notify"] = boolean(call.data["activity_streams_email_notifications"])
    return extras


def _clean(call: Call, old: User | None) -> dict[str, Any]:
    errors: Errors = {}
    rules = (("fullname", fields.line), ("about", fields.text), ("email", fields.email), ("name", _name))
    sent = {key: call.data[key] for key in call.sent if key in call.data}
    clean = fields.apply(sent, rules, errors)
    for needed in ("name", "email", "password"):
        if old is None and sent.get(needed) in (None, ""):
            errors[needed] = [MISSING]
    password = sent.get("password")
    if password not in (None, ""):
        clean["password"] = str(password)
        if len(str(password)) < users.SHORTEST_PASSWORD:
            errors["password"] = [SHORT]
    _refuse_taken(call, clean, old, errors)
    if errors:
        raise Invalid(errors)
    return {key: value for key, value in clean.items() if value != "" or key in ("about", "fullname")}


def _name(value: Any) -> str:
    written = fields.text(value)
    if written in fields.RESERVED:
        raise Bad("That name cannot be used")
    return fields.name(value)


def _refuse_taken(call: Call, clean: dict[str, Any], old: User | None, errors: Errors) -> None:
    own = old.id if old is not None else ""
    other = users.find(call.work, clean["name"]) if clean.get("name") else None
    if other is not None and other.id != own:
        errors["name"] = [TAKEN]
    email = clean.get("email")
    if email and "email" not in errors:
        holder = users.by_email(call.work, email)
        if holder is not None and holder.id != own:
            errors["email"] = [f"The email address '{email}' belongs to a registered user."]


def user_delete(call: Call) -> None:
    """Retire an account; its name stays taken."""
    ref = call.text("id")
    call.permit(Subject(kind="user", id=ref))
    person = users.find(call.work, ref)
    if person is None:
        raise Missing(f'User "{ref}" was not found.')
    users.change(call.work, person, state="deleted")


def user_invite(call: Call) -> dict[str, Any]:
    """Create an account for an address and make it a member; its owner sets the password by a reset."""
    lacking = [name for name in ("email", "group_id", "role") if not call.text(name)]
    if lacking:
        raise missing(*lacking)
    one = organizations.find(call.work, call.text("group_id"))
    if one is None:
        raise Missing()
    call.permit(organizations.subject(one), "invite users")
    try:
        email = fields.email(call.text("email"))
    except Bad as bad:
        raise Invalid({"email": bad.messages}) from None
    if users.by_email(call.work, email) is not None:
        raise refuse(email=f"The email address '{email}' belongs to a registered user.")
    name = users.free_name(call.work, email.partition("@")[0])
    made = users.invite(call.work, one.id, name, email, secrets.token_urlsafe(24))
    organizations.set_member(call.work, one, made.id, call.text("role"))
    return people.user(call, made)


def get_site_user(call: Call) -> dict[str, Any]:
    """Answer the site's own user; administrators only."""
    if not call.actor.sysadmin:
        raise Refused("Only internal services allowed to use this action")
    call.permit()
    return {"name": SITE_USER, "id": str(uuid.uuid5(uuid.NAMESPACE_URL, call.site)), "apikey": None}


def _param(name: str, zh: str, en: str) -> Param:
    return Param(name, "any", Text(zh=zh, en=en))


FIELDS = (
    _param("name", "用户名。", "Name: 2 to 100 of `a-z0-9_-`."),
    _param("email", "电子邮件。", "E-mail address."),
    _param("password", "口令，至少 8 个字符。", "Password, at least 8 characters."),
    _param("fullname", "全名。", "Full name."),
    _param("about", "简介。", "A few words about the person."),
    _param("image_url", "头像地址。", "Address of an image."),
)
EDIT = Permission.USER_EDIT
OPTIONAL_ID = reference(required=False)

ACTIONS = (
    Action(
        "user_show",
        user_show,
        Text(zh="返回一个账号。", en="Return a user account."),
        (
            OPTIONAL_ID,
            _param("include_datasets", "包含其数据集。", "Include the person's datasets."),
            _param("include_num_followers", "包含关注数。", "Include the number of followers."),
        ),
        permission=Permission.USER_READ,
        returns="object",
    ),
    Action(
        "user_list",
        user_list,
        Text(zh="列出账号。", en="Return a list of the site's user accounts."),
        (
            _param("q", "名称包含的文字。", "A text in the name."),
            _param("email", "电子邮件（仅管理员）。", "E-mail address, for administrators."),
            _param("order_by", "排序字段。", "Field to sort by."),
            _param("all_fields", "返回完整对象。", "Answer whole objects."),
            _param("include_site_user", "包含站点用户。", "Include the site's own user."),
        ),
        permission=Permission.USER_READ,
        returns="array",
    ),
    Action(
        "user_autocomplete",
        user_autocomplete,
        Text(zh="按文字查找账号。", en="Return a list of user names that contain a string."),
        (
            Param("q", "text", Text(zh="要查找的文字。", en="The text to look for."), required=True),
            Param("limit", "natural", Text(zh="条数，至多 100。", en="At most 100."), default=20, ceiling=100),
        ),
        permission=Permission.USER_READ,
        returns="array",
    ),
    Action(
        "user_create",
        user_create,
        Text(zh="新建账号。", en="Create a new user."),
        FIELDS,
        reads=False,
        permission=Permission.USER_CREATE,
        checked=False,
        returns="object",
    ),
    *(
        Action(name, function, help, (OPTIONAL_ID, *FIELDS), reads=False, permission=EDIT, returns="object")
        for name, function, help in (
            ("user_update", user_update, Text(zh="更新账号。", en="Update a user account.")),
            ("user_patch", user_patch, Text(zh="更新账号的部分字段。", en="Patch a user.")),
        )
    ),
    Action(
        "user_delete",
        user_delete,
        Text(zh="停用账号。", en="Delete a user."),
        (reference(),),
        reads=False,
        permission=Permission.USER_DELETE,
        returns="null",
    ),
    Action(
        "user_invite",
        user_invite,
        Text(zh="邀请用户。", en="Invite a new user."),
        tuple(
            _param(n, z, e)
            for n, z, e in (
                ("email", "电子邮件。", "E-mail address."),
                ("group_id", "部门或主题。", "The organization or group."),
                ("role", "角色。", "The role."),
            )
        ),
        reads=False,
        permission=Permission.MEMBERS_EDIT,
        returns="object",
    ),
    Action(
        "get_site_user",
        get_site_user,
        Text(zh="返回站点用户。", en="Return the site's own user."),
        permission=Permission.SITE_ADMIN,
        returns="object",
    ),
)
