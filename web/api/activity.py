"""Actions on what happened: activity streams, single activities and their differences, and one's dashboard."""

from __future__ import annotations

import difflib
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from publisher import activity, datasets, follows, history, organizations, users
from publisher.activity import Page
from publisher.audit import Entry
from publisher.auth import Permission
from schemas.errors import Invalid, NotFound
from schemas.mappings.ckan import moment_text
from schemas.model import Organization
from schemas.text import Text
from web.api import groups_shown, people
from web.api.action import Action, Param, offset, reference
from web.api.call import Call
from web.api.errors import Missing, told
from web.api.packages_shown import package

PREFIX = 0x676F6E676B61 << 80
TYPES = {
    (kind, verb): f"{spoken} {noun}"
    for kind, noun in (("dataset", "package"), ("organization", "organization"), ("group", "group"), ("user", "user"))
    for verb, spoken in (("create", "new"), ("update", "changed"), ("delete", "deleted"))
}
ACTS = {spoken: act for act, spoken in TYPES.items()}
MOST = 100


def _id(entry: Entry) -> str:
    """Answer the id that the API has for an act: a UUID that carries the number."""
    return str(uuid.UUID(int=PREFIX | entry.id))


def _number(given: str) -> int:
    try:
        value = uuid.UUID(given).int
    except ValueError:
        raise Missing() from None
    if value >> 80 != PREFIX >> 80 or value & ((1 << 80) - 1) >= 2**63:
        raise Missing()
    return value & ((1 << 80) - 1)


def _shown(call: Call, entry: Entry) -> dict[str, Any]:
    return {
        "id": _id(entry),
        "timestamp": moment_text(entry.at),
        "user_id": entry.actor_id,
        "object_id": entry.subject_id,
        "activity_type": TYPES[entry.kind, entry.verb],
        "data": _data(call, entry),
    }


def _data(call: Call, entry: Entry) -> dict[str, Any]:
    actor = users.find(call.work, entry.actor_id)
    data: dict[str, Any] = {"actor": actor.name if actor is not None else None}
    if entry.kind == "dataset":
        then = activity.dataset_then(call.work, entry)
        return data | {"package": package(call, then) if then is not None else {"id": entry.subject_id}}
    if entry.kind == "user":
        person = users.find(call.work, entry.subject_id)
        return data | ({"user": people.user(call, person, private=False)} if person is not None else {})
    one = organizations.find(call.work, entry.subject_id)
    return data | ({"group": groups_shown.group(call, one, count=None, followers=False)} if one is not None else {})


def _page(call: Call) -> Page:
    only, without = call.data.get("activity_types"), call.data.get("exclude_activity_types")
    if only and without:
        raise Invalid({"activity_types": ["Cannot be used together with `exclude_activity_types`"]})
    return Page(
        limit=call.get("limit", 31),
        offset=call.get("offset", 0),
        after=_moment(call, "after"),
        before=_moment(call, "before"),
        only=_acts(only, "activity_types") if only else None,
        without=_acts(without, "exclude_activity_types") if without else (),
    )


def _acts(given: list[Any], name: str) -> tuple[tuple[str, str], ...]:
    unknown = [str(one) for one in given if str(one) not in ACTS]
    if unknown:
        raise Invalid({name: [f"Unknown activity type: {unknown[0]}"]})
    return tuple(ACTS[str(one)] for one in given)


def _moment(call: Call, name: str) -> datetime | None:
    given = call.data.get(name)
    if given in (None, ""):
        return None
    try:
        return datetime.fromtimestamp(float(given), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        pass
    try:
        parsed = datetime.fromisoformat(str(given))
    except ValueError:
        raise Invalid({name: ["Date format incorrect"]}) from None
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed


def package_activity_list(call: Call) -> list[dict[str, Any]]:
    """Answer what happened to a package."""
    dataset = datasets.find(call.work, call.text("id"))
    if dataset is None:
        raise Missing()
    call.permit(datasets.subject(dataset), f"read package {dataset.id}")
    return [_shown(call, entry) for entry in activity.of_dataset(call.work, dataset, _page(call))]


def group_activity_list(kind: organizations.Kind, call: Call) -> list[dict[str, Any]]:
    """Answer what happened to an organization or group and its packages."""
    call.permit()
    one: Organization | None = organizations.find(call.work, call.text("id"), kind)
    if one is None:
        raise Missing()
    return [_shown(call, entry) for entry in activity.of_organization(call.work, one.id, _page(call))]


def user_activity_list(call: Call) -> list[dict[str, Any]]:
    """Answer what a person did."""
    call.permit()
    person = users.find(call.work, call.text("id"))
    if person is None:
        raise Missing()
    return [_shown(call, entry) for entry in activity.of_person(call.work, person.id, _page(call))]


def recently_changed_packages_activity_list(call: Call) -> list[dict[str, Any]]:
    """Answer what happened to packages."""
    call.permit()
    return [_shown(call, entry) for entry in activity.of_site(call.work, _page(call))]


def _entry(call: Call) -> Entry:
    call.permit()
    entry = activity.get(call.work, _number(call.text("id")))
    if entry is None:
        raise Missing()
    return entry


def activity_show(call: Call) -> dict[str, Any]:
    """Answer one activity."""
    return _shown(call, _entry(call))


def activity_data_show(call: Call) -> Any:
    """Answer the object as an activity left it."""
    data = _data(call, _entry(call))
    kind = call.text("object_type")
    if not kind:
        return data
    if kind not in data:
        raise Missing("Could not find that object_type in the activity")
    return data[kind]


def activity_diff(call: Call) -> dict[str, Any]:
    """Answer how an activity changed a package, as a text of differences."""
    entry = _entry(call)
    if call.text("object_type") not in ("package", "dataset"):
        raise Invalid({"object_type": ["Only package is supported"]})
    kind = call.text("diff_type") or "unified"
    if kind not in ("unified", "context", "html"):
        raise Invalid({"message": "diff_type not recognized"})
    then, revision = activity.dataset_then(call.work, entry), entry.detail.get("revision", 0)
    if then is None or revision < 2:
        raise Missing("Previous activity on this object not found")
    try:
        before = history.at_revision(call.work, entry.subject_id, revision - 1)
    except NotFound:
        raise Missing("Previous activity on this object not found") from None
    call.require(Permission.DATASET_READ, datasets.subject(before), f"read package {before.id}")
    previous = [one for one in _of(call, entry) if one.detail.get("revision") == revision - 1]
    texts = [_lines(package(call, one)) for one in (before, then)]
    return {"diff": _diff(kind, *texts), "activities": [_shown(call, one) for one in (*previous, entry)]}


def _of(call: Call, entry: Entry) -> list[Entry]:
    dataset = datasets.find(call.work, entry.subject_id)
    page = Page(limit=MOST, before=entry.at)
    return [] if dataset is None else activity.of_dataset(call.work, dataset, page)


def _lines(shown: dict[str, Any]) -> list[str]:
    return json.dumps(shown, indent=2, sort_keys=True, ensure_ascii=False).split("\n")


def _diff(kind: str, old: list[str], new: list[str]) -> str:
    if kind == "html":
        return difflib.HtmlDiff(wrapcolumn=60).make_table(old, new, context=True)
    differ = difflib.unified_diff if kind == "unified" else difflib.context_diff
    return "\n".join(differ(old, new, lineterm=""))


def dashboard_activity_list(call: Call) -> list[dict[str, Any]]:
    """Answer what happened to everything that the caller follows."""
    call.permit()
    seen = _seen_until(call)
    return [
        _shown(call, entry) | {"is_new": entry.actor_id != call.actor.id and (seen is None or entry.at > seen)}
        for entry in _followed(call, _page(call))
    ]


def _followed(call: Call, page: Page) -> list[Entry]:
    found = follows.followed(call.work, call.actor.id)
    chosen = {kind: [one.object_id for one in found if one.kind == kind] for kind in ("dataset", "group", "user")}
    return activity.of_followed(call.work, chosen["dataset"], chosen["group"], chosen["user"], page)


def _seen_until(call: Call) -> datetime | None:
    person = users.find(call.work, call.actor.id)
    kept = person.extras.get("dashboard_seen") if person is not None else None
    return datetime.fromisoformat(kept) if isinstance(kept, str) else None


def dashboard_new_activities_count(call: Call) -> int:
    """Answer how many of the last activities are newer than the last look."""
    call.permit()
    seen = _seen_until(call)
    others = [entry for entry in _followed(call, Page(limit=MOST)) if entry.actor_id != call.actor.id]
    return activity.count_since(others, seen)


def dashboard_mark_activities_old(call: Call) -> None:
    """Note that the caller has seen the dashboard."""
    call.permit()
    person = users.get(call.work, call.actor.id)
    users.change(call.work, person, extras={**person.extras, "dashboard_seen": call.work.now.isoformat()})


def send_email_notifications(call: Call) -> None:
    """Refuse: this site sends no e-mail of its own."""
    call.permit()
    raise told("ckan.activity_streams_email_notifications is not enabled in config")


LIMIT = Param("limit", "natural", Text(zh="最多返回多少项。", en="The most to answer."), default=31, ceiling=MOST)
STREAM = (
    LIMIT,
    offset(),
    Param("after", "any", Text(zh="此时刻之后的。", en="After this moment (Unix time or ISO 8601).")),
    Param("before", "any", Text(zh="此时刻之前的。", en="Before this moment (Unix time or ISO 8601).")),
    Param("activity_types", "list", Text(zh="只要这些类型。", en="Only these types.")),
    Param("exclude_activity_types", "list", Text(zh="不要这些类型。", en="All but these types.")),
)
KIND = Param("object_type", "text", Text(zh="对象类型。", en="Kind of object, such as package."))
OWN = Permission.OWN_ACCOUNT


def _read(name: str, function: Callable[[Call], Any], zh: str, en: str, *params: Param, returns: str) -> Action:
    own = name.startswith("dashboard")
    of_package = name == "package_activity_list"
    permission = OWN if own else Permission.DATASET_READ if of_package else Permission.SITE_READ
    return Action(name, function, Text(zh=zh, en=en), params, permission=permission, returns=returns)


ACTIONS = (
    _read(
        "package_activity_list",
        package_activity_list,
        "数据集的动态。",
        "Return a package's activity stream.",
        reference(),
        *STREAM,
        returns="array",
    ),
    _read(
        "group_activity_list",
        partial(group_activity_list, "group"),
        "主题的动态。",
        "Return a group's activity stream.",
        reference(),
        *STREAM,
        returns="array",
    ),
    _read(
        "organization_activity_list",
        partial(group_activity_list, "organization"),
        "部门的动态。",
        "Return an organization's activity stream.",
        reference(),
        *STREAM,
        returns="array",
    ),
    _read(
        "user_activity_list",
        user_activity_list,
        "用户的动态。",
        "Return a user's public activity stream.",
        reference(),
        *STREAM,
        returns="array",
    ),
    _read(
        "recently_changed_packages_activity_list",
        recently_changed_packages_activity_list,
        "最近变更的数据集。",
        "Return the activity stream of all recently added or changed packages.",
        *STREAM,
        returns="array",
    ),
    _read("activity_show", activity_show, "返回一项动态。", "Show an activity.", reference(), returns="object"),
    _read(
        "activity_data_show",
        activity_data_show,
        "返回动态中的对象。",
        "Show the object as an activity left it.",
        reference(),
        KIND,
        returns="object",
    ),
    _read(
        "activity_diff",
        activity_diff,
        "返回一项动态带来的差异。",
        "Return how an activity changed an object.",
        reference(),
        Param("object_type", "text", KIND.help, required=True),
        Param("diff_type", "text", Text(zh="格式。", en="unified, context or html.")),
        returns="object",
    ),
    _read(
        "dashboard_activity_list",
        dashboard_activity_list,
        "本人关注对象的动态。",
        "Return your dashboard activity stream.",
        *STREAM,
        returns="array",
    ),
    _read(
        "dashboard_new_activities_count",
        dashboard_new_activities_count,
        "未读动态数。",
        "Return the number of new activities in your dashboard.",
        returns="integer",
    ),
    Action(
        "dashboard_mark_activities_old",
        dashboard_mark_activities_old,
        Text(zh="把动态标为已读。", en="Mark your new dashboard activities as old."),
        reads=False,
        permission=OWN,
        returns="null",
    ),
    Action(
        "send_email_notifications",
        send_email_notifications,
        Text(zh="发送邮件通知（本站不发送）。", en="Send e-mail notifications; this site sends none."),
        reads=False,
        permission=Permission.SITE_ADMIN,
        returns="null",
    ),
)
