"""Actions on organizations and groups: one set of functions, told apart by the kind in the action's name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from publisher import datasets, follows, names, organizations, users
from publisher.auth import Permission, Subject
from publisher.organizations import Kind, subject
from schemas.errors import Invalid
from schemas.mappings.ckan import to_organization
from schemas.model import Organization
from schemas.text import Text
from web.api import fields, groups_shown
from web.api.action import Action, Param, offset, reference
from web.api.call import Call
from web.api.errors import MISSING, Missing, missing, told
from web.api.fields import Errors
from web.api.parameters import Bad, boolean

KNOWN = frozenset({"id", "name", "title", "description", "image_url", "state", "type", "approval_status", "extras"})
TEXTS: tuple[tuple[str, fields.Rule], ...] = (
    ("title", fields.text),
    ("description", fields.text),
    ("image_url", fields.text),
)
ORDERS = ("name", "package_count", "title", "packages")
CEILING, CEILING_OF_ALL_FIELDS = 1000, 25
PLURAL = {"organization": "organizations", "group": "groups"}


def _found(call: Call, kind: Kind, detail: str = "") -> Organization:
    ref = call.text("id")
    one = organizations.find(call.work, ref, kind)
    if one is None:
        raise Missing(detail)
    return one


def show(kind: Kind, call: Call) -> dict[str, Any]:
    """Answer one organization or group."""
    one = _found(call, kind)
    call.permit(subject(one), f"read group {one.id}")
    shown = groups_shown.group(
        call,
        one,
        count=groups_shown.count_of(call, one) if _wants(call, "include_dataset_count", True) else None,
        extras=_wants(call, "include_extras", True),
        members=_wants(call, "include_users", True),
        parents=_wants(call, "include_groups", True),
    )
    if _wants(call, "include_datasets", False):
        shown["packages"] = groups_shown.packages_of(call, one, private=True)
    return shown


def _wants(call: Call, name: str, default: bool) -> bool:
    value = call.data.get(name)
    return default if value is None else boolean(value)


def listing(kind: Kind, call: Call) -> list[Any]:
    """Answer names, or whole dicts with `all_fields`, in the order that was asked for."""
    call.permit()
    field, descending = _order(call)
    everything = call.flag("all_fields")
    counted = field == "package_count" or (everything and _wants(call, "include_dataset_count", True))
    counts = organizations.dataset_counts(call.work, kind) if counted else {}
    wanted = call.get("type")
    found = organizations.listing(call.work, kind) if wanted in (None, "", kind) else []
    found = _narrowed(call, kind, found)
    keys: dict[str, Callable[[Organization], Any]] = {
        "name": lambda one: one.name,
        "title": lambda one: (one.title or one.name).lower(),
        "package_count": lambda one: counts.get(one.id, 0),
    }
    found.sort(key=lambda one: one.name)
    found.sort(key=keys[field], reverse=descending)
    ceiling = CEILING_OF_ALL_FIELDS if everything else CEILING
    start, size = call.get("offset", 0), call.get("limit")
    page = found[start : start + min(ceiling, size if size is not None else ceiling)]
    if not everything:
        return [one.name for one in page]
    followers = follows.follower_counts(call.work, "group")
    return [_listed(call, one, counts, followers.get(one.id, 0)) for one in page]


def _narrowed(call: Call, kind: Kind, found: list[Organization]) -> list[Organization]:
    named = {str(name) for name in call.get(PLURAL[kind], ())}
    text = call.text("q").lower()
    return [
        one
        for one in found
        if (not named or one.name in named) and (not text or text in one.name or text in one.title.lower())
    ]


def _order(call: Call) -> tuple[str, bool]:
    legacy = call.text("order_by")
    if legacy:
        field = "package_count" if legacy in ("packages", "package_count") else legacy
        if field not in ORDERS:
            raise told(f"Cannot sort by field `{legacy}`")
        return field, field == "package_count"
    text = call.text("sort") or "title asc"
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > 1:
        raise told("Too many sort criteria provided only 1 allowed")
    field, _, direction = parts[0].partition(" ")
    if field not in ORDERS:
        raise told(f"Cannot sort by field `{field}`")
    if direction.strip() not in ("", "asc", "desc"):
        raise told(f"Invalid sort direction `{direction.strip()}`")
    return ("package_count" if field == "packages" else field), direction.strip() == "desc"


def _listed(call: Call, one: Organization, counts: dict[str, int], followers: int) -> dict[str, Any]:
    shown = groups_shown.group(
        call,
        one,
        count=counts.get(one.id, 0) if _wants(call, "include_dataset_count", True) else None,
        extras=call.flag("include_extras"),
        members=call.flag("include_users"),
        parents=call.flag("include_groups"),
        followers=False,
    )
    return shown | {"num_followers": followers}


def create(kind: Kind, call: Call) -> dict[str, Any]:
    """Create an organization or group, of which the caller becomes admin."""
    call.permit(Subject(kind=kind), f"create {kind}s", anonymous="None")
    made = organizations.put(call.work, _read(call, kind, call.data, None))
    _add_people(call, made)
    if kind == "group":
        _add_packages(call, made)
    shown = groups_shown.group(call, made, members=True)
    return shown if kind == "organization" else shown | {"packages": []} | {"tags": []}


def update(kind: Kind, call: Call) -> dict[str, Any]:
    """Replace an organization or group; texts that are not sent stay."""
    return _changed(call, kind, lambda data, _: data)


def patch(kind: Kind, call: Call) -> dict[str, Any]:
    """Change the named fields of an organization or group; a group's bad name is mended, not refused."""
    return _changed(call, kind, _merged if kind == "organization" else _mended)


def _mended(data: dict[str, Any], shown: dict[str, Any]) -> dict[str, Any]:
    name = data.get("name")
    if isinstance(name, str) and name and not names.valid(name):
        data = data | {"name": names.slug(name)}
    return _merged(data, shown)


def _merged(data: dict[str, Any], shown: dict[str, Any]) -> dict[str, Any]:
    return {key: shown[key] for key in ("name", "title", "description", "image_url", "extras")} | data


def _changed(
    call: Call, kind: Kind, prepared: Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]
) -> dict[str, Any]:
    if not call.text("id"):
        raise missing("id")
    old = _found(call, kind, "Group was not found.")
    call.permit(subject(old), f"edit {kind} {old.id}")
    sent = {key: call.data[key] for key in call.sent if key in call.data}
    data = prepared(sent, groups_shown.group(call, old))
    made = organizations.put(call.work, _read(call, kind, data, old))
    shown = groups_shown.group(call, made, members=True, count=None, followers=False)
    held = groups_shown.packages_of(call, made, private=True)
    return shown | {"packages": held, "package_count": len(held)}


def _read(call: Call, kind: Kind, data: dict[str, Any], old: Organization | None) -> Organization:
    errors: Errors = {}
    clean = fields.apply(data, TEXTS, errors)
    clean["name"] = _name(call, data, old, errors)
    clean["type"] = fields.line(data["type"]) if old is None and data.get("type") else ""
    clean["extras"] = [{"key": k, "value": v} for k, v in fields.extras(data, KNOWN, errors).items()]
    given = str(data.get("id") or "")
    if old is None and given and not call.actor.sysadmin:
        given = ""
    if old is None and given and organizations.find(call.work, given) is not None:
        errors["id"] = ["Id already exists"]
    if errors:
        raise Invalid(errors)
    if old is not None:
        kept = {"title": old.title, "description": old.description, "image_url": old.image}
        clean = kept | clean
    read = to_organization({"title": "", "approval_status": "approved", **clean}, kind)
    if old is None:
        created = fields.instant(data.get("created")) if call.actor.sysadmin else None
        return msgspec.structs.replace(
            read, id=given, state="active", created=created, parents=_parents(call, kind, data)
        )
    extras = read.extras
    state = "deleted" if data.get("state") == "deleted" else "active" if data.get("state") == "active" else old.state
    return msgspec.structs.replace(
        read,
        id=old.id,
        extras=extras,
        state=state,
        type=old.type,
        parents=_parents(call, kind, data) if "groups" in data else old.parents,
        translations=old.translations,
    )


def _parents(call: Call, kind: Kind, data: dict[str, Any]) -> tuple[str, ...]:
    found = [
        organizations.find(call.work, str(one.get("name") or one.get("id") or ""), kind)
        for one in fields.dicts(data, "groups")
    ]
    return tuple(one.id for one in found if one is not None)


def _name(call: Call, data: dict[str, Any], old: Organization | None, errors: Errors) -> str:
    given = data.get("name")
    if given in (None, ""):
        if old is not None:
            return old.name
        errors["name"] = [MISSING]
        return ""
    try:
        name = fields.name(given)
    except Bad as bad:
        errors["name"] = bad.messages
        return ""
    other = organizations.find(call.work, name)
    if other is not None and other.name == name and (old is None or other.id != old.id):
        errors["name"] = ["Group name already exists in database"]
    return name


def _add_people(call: Call, made: Organization) -> None:
    for entry in fields.dicts(call.data, "users"):
        person = users.find(call.work, str(entry.get("name") or entry.get("id") or ""))
        role = str(entry.get("capacity") or "member")
        if person is not None and person.id != call.actor.id and role in ("member", "editor", "admin"):
            organizations.set_member(call.work, made, person.id, role)


def _add_packages(call: Call, made: Organization) -> None:
    listed = fields.dicts(call.data, "packages")
    wrong = [{} if entry.get("id") else {"id": [MISSING]} for entry in listed]
    if any(wrong):
        raise Invalid({"packages": wrong})
    for entry in listed:
        dataset = datasets.find(call.work, str(entry["id"]))
        if dataset is None:
            raise Invalid({"packages": [{"id": ["Not found: Dataset"]}]})
        datasets.put(call.work, msgspec.structs.replace(dataset, themes=(*dataset.themes, made.id)))


def delete(kind: Kind, call: Call) -> None:
    """Retire an organization or group; an organization must have no packages left."""
    old = _found(call, kind, "Group was not found.")
    call.permit(subject(old), f"delete {kind} {old.id}")
    if kind == "organization" and organizations.owns_any(call.work, old):
        raise told("Organization cannot be deleted while it still has datasets")
    organizations.remove(call.work, old.id, kind)


def purge(kind: Kind, call: Call) -> None:
    """Erase an organization or group."""
    old = organizations.find(call.work, call.text("id"), kind)
    if old is None:
        raise Missing("Group was not found" if kind == "group" else "Organization was not found")
    call.permit(subject(old))
    organizations.purge(call.work, old.id, kind)


def autocomplete(kind: Kind, call: Call) -> list[dict[str, Any]]:
    """Answer organizations or groups whose name or title contains a text."""
    call.permit()
    text = call.text("q").lower()
    found = [
        one for one in organizations.listing(call.work, kind) if text in one.name.lower() or text in one.title.lower()
    ]
    return [{"id": one.id, "name": one.name, "title": one.title} for one in found[: call.get("limit", 20)]]


def group_package_show(call: Call) -> list[dict[str, Any]]:
    """Answer the packages of a group or organization."""
    one = organizations.find(call.work, call.text("id"))
    if one is None:
        raise Missing()
    call.permit(subject(one))
    size = call.get("limit")
    return groups_shown.packages_of(call, one, private=True, limit=1000 if size is None else min(size, 1000))


FLAGS = tuple(
    Param(name, "any", Text(zh=zh, en=en))
    for name, zh, en in (
        ("include_datasets", "包含数据集。", "Include the datasets."),
        ("include_dataset_count", "包含数据集数。", "Include the number of datasets."),
        ("include_extras", "包含附加字段。", "Include extras."),
        ("include_users", "包含成员。", "Include the members."),
        ("include_groups", "包含上级。", "Include the bodies above."),
        ("include_followers", "包含关注数。", "Include the number of followers."),
    )
)
WRITTEN = tuple(
    Param(name, "any", Text(zh=zh, en=en))
    for name, zh, en in (
        ("name", "名称。", "Name: 2 to 100 of `a-z0-9_-`."),
        ("title", "标题。", "Title."),
        ("description", "说明。", "Description."),
        ("image_url", "图片地址。", "Address of an image."),
        ("extras", "附加字段。", "List of extras with key and value."),
        ("users", "成员。", "List of members with name and capacity."),
        ("packages", "数据集。", "List of packages with id."),
        ("groups", "上级。", "List of the bodies above."),
    )
)
LIST = (
    Param("type", "text", Text(zh="类型。", en="Type.")),
    Param("order_by", "text", Text(zh="旧的排序参数。", en="The old way to name the order.")),
    Param(
        "sort",
        "text",
        Text(zh="排序字段与方向。", en="name, title or package_count, asc or desc."),
    ),
    Param("limit", "natural", Text(zh="至多 1000，all_fields 时至多 25。", en="At most 1000, with all_fields 25.")),
    offset(),
    Param("organizations", "list", Text(zh="仅这些名称。", en="Only these names."), default=()),
    Param("groups", "list", Text(zh="仅这些名称。", en="Only these names."), default=()),
    Param("q", "text", Text(zh="名称或标题包含的文字。", en="A text in name or title.")),
    Param("all_fields", "boolean", Text(zh="返回完整对象。", en="Answer whole objects."), default=False),
    Param("include_dataset_count", "any", Text(zh="包含数据集数。", en="Include the number of datasets.")),
    Param("include_extras", "boolean", Text(zh="包含附加字段。", en="Include extras."), default=False),
    Param("include_users", "boolean", Text(zh="包含成员。", en="Include the members."), default=False),
    Param("include_groups", "boolean", Text(zh="包含上级。", en="Include the bodies above."), default=False),
)
AUTOCOMPLETE = (
    Param("q", "text", Text(zh="要查找的文字。", en="The text to look for."), default=""),
    Param("limit", "natural", Text(zh="最多返回多少项。", en="The most items to answer."), default=20, ceiling=100),
)


def _rows(kind: Kind, zh: str) -> tuple[Action, ...]:
    def row(verb: str, function: Any, told: str, en: str, params: Any, permission: Permission, **more: Any) -> Action:
        help = Text(zh=f"{told}{zh}。", en=en.format(kind))
        return Action(f"{kind}_{verb}", partial(function, kind), help, params, permission=permission, **more)

    id_only = (reference(),)
    edit: dict[str, Any] = {"reads": False, "returns": "object"}
    gone: dict[str, Any] = {"reads": False, "returns": "null"}
    read = Permission.ORGANIZATION_READ
    return (
        row("show", show, "返回一个", "Return one {}.", (reference(), *FLAGS), read, returns="object"),
        row("list", listing, "列出", "Return the names of the {}s.", LIST, Permission.SITE_READ, returns="array"),
        row("create", create, "新建", "Create a {}.", WRITTEN, Permission.ORGANIZATION_CREATE, **edit, checked=False),
        row("update", update, "更新", "Update a {}.", (reference(), *WRITTEN), Permission.ORGANIZATION_EDIT, **edit),
        row("patch", patch, "部分更新", "Patch a {}.", (reference(), *WRITTEN), Permission.ORGANIZATION_EDIT, **edit),
        row("delete", delete, "撤销", "Delete a {}.", id_only, Permission.ORGANIZATION_DELETE, **gone),
        row("purge", purge, "清除", "Purge a {}.", id_only, Permission.ORGANIZATION_PURGE, **gone),
        row("autocomplete", autocomplete, "按文字查找", "Find {}s by a text.", AUTOCOMPLETE, Permission.SITE_READ),
    )


ACTIONS = (
    *_rows("organization", "部门"),
    *_rows("group", "主题"),
    Action(
        "group_package_show",
        group_package_show,
        Text(zh="返回主题的数据集。", en="Return the datasets (packages) of a group."),
        (reference(), Param("limit", "natural", Text(zh="至多 1000。", en="At most 1000."))),
        returns="array",
    ),
)
