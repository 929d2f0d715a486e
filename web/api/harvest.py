"""Actions on the harvester's sources in the words of CKAN's harvest extension."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from harvester import clearing, connections
from harvester.connections import Connection
from harvester.sources import SOURCES
from publisher import datasets, organizations
from publisher.auth import Permission, Subject
from schemas.errors import Conflict, Invalid, NotFound
from schemas.text import Text
from web.api import fields, harvest_shown
from web.api.action import Action, Param, reference
from web.api.call import Call, Changed
from web.api.errors import MISSING, Missing
from web.api.harvest_shown import FREQUENCIES, KINDS
from web.api.parameters import Bad

# configuration keys of CKAN's harvesters that say nothing here: accepted and left out
_FOREIGN = (
    "api_version force_all read_only user override_extras default_extras default_tags default_groups remote_groups "
    "remote_orgs clean_tags rdf_format force_import"
)
FOREIGN = frozenset(_FOREIGN.split())
CONFIG_FAULT = "Error parsing the configuration options"


def harvesters_info_show(call: Call) -> list[dict[str, Any]]:
    """Answer the types of sources that this site harvests."""
    call.permit()
    return [
        {"name": name, "title": kind.title, "description": kind.description, **kind.more}
        for name, kind in KINDS.items()
    ]


def source(call: Call, detail: str = "", name: str = "id") -> Connection:
    """Answer the source that the call names."""
    try:
        return connections.get(call.work, call.text(name))
    except NotFound:
        raise Missing(detail) from None


def named(call: Call, name: str = "id") -> Connection:
    """Answer the source that the call names, or say that it does not exist."""
    return source(call, f"Harvest source {call.text(name)} does not exist", name)


def harvest_source_list(call: Call) -> list[dict[str, Any]]:
    """Answer the sources that are harvested; to a person those of the own organizations."""
    call.permit()
    found = connections.listing(call.work, owner=call.text("organization_id"))
    everybody = call.anonymous or call.actor.sysadmin
    seen = [one for one in found if one.state != "paused" and (everybody or one.owner in call.actor.roles)]
    return [harvest_shown.source_line(call, one) for one in seen]


def harvest_source_show(call: Call) -> dict[str, Any]:
    """Answer one source."""
    one = source(call)
    call.permit(connections.subject(one))
    return harvest_shown.source(call, one, active=True)


def sources_found(call: Call, start: int, rows: int) -> tuple[int, list[dict[str, Any]]]:
    """Answer how many sources there are, and one page of them as packages, newest first."""
    found = [one for one in connections.listing(call.work) if one.state == "active"]
    found.sort(key=lambda one: (str(one.changed), one.id), reverse=True)
    return len(found), [harvest_shown.source(call, one) for one in found[start : start + rows]]


def harvest_source_show_status(call: Call) -> dict[str, Any]:
    """Answer how a source is doing."""
    one = source(call)
    call.permit(connections.subject(one))
    return harvest_shown.source_status(call, one)


def harvest_source_create(call: Call) -> dict[str, Any]:
    """Connect a source; unless an administrator does, it waits for approval."""
    owner = organizations.find(call.work, call.text("owner_org"), "organization") if call.get("owner_org") else None
    call.permit(Subject(kind="source", owner=owner.id if owner else ""), "create packages")
    made = connections.add(call.work, _read(call, Connection(), partial=False))
    return harvest_shown.source(call, made, status=False)


def harvest_source_update(call: Call) -> Changed:
    """Replace a source."""
    one = source(call, "Package was not found.")
    call.permit(connections.subject(one), f"edit package {one.id}")
    return Changed(harvest_shown.source(call, _edited(call, one, partial=False)), (one.id,))


def harvest_source_patch(call: Call) -> dict[str, Any]:
    """Change the named fields of a source."""
    one = source(call, "Package was not found.")
    call.permit(connections.subject(one), f"edit package {one.id}")
    return harvest_shown.source(call, _edited(call, one, partial=True))


def _edited(call: Call, one: Connection, *, partial: bool) -> Connection:
    read = _read(call, one, partial=partial)
    changes = {
        name: getattr(read, name)
        for name in ("name", "title", "url", "kind", "owner", "options", "plan", "state")
        if getattr(read, name) != getattr(one, name)
    }
    return connections.edit(call.work, one.id, **changes) if changes else one


def _read(call: Call, old: Connection, *, partial: bool) -> Connection:
    errors: fields.Errors = {}
    data = {key: call.data[key] for key in call.sent if key in call.data}
    wanted = {"name", "url", "source_type", "owner_org"} if not partial else set(data)
    read = msgspec.structs.replace(
        old,
        name=_name(call, old, errors) if "name" in wanted else old.name,
        url=_text(data, "url", errors) if "url" in wanted else old.url,
        kind=_kind(data, errors) if "source_type" in wanted else old.kind,
        owner=_owner(call, data, errors) if "owner_org" in wanted else old.owner,
        title=str(data.get("title") or "") or (old.title if partial else "") or str(data.get("name") or ""),
        plan=_plan(data, errors) if data.get("frequency") else old.plan,
    )
    options = _options(data, read, errors) if "config" in data else old.options
    state = "active" if data.get("state") == "active" and old.state == "paused" else old.state
    if errors:
        raise Invalid(errors)
    return msgspec.structs.replace(read, options=options, state=state)


def _text(data: dict[str, Any], name: str, errors: fields.Errors) -> str:
    if data.get(name) in (None, ""):
        errors[name] = [MISSING]
        return ""
    return fields.text(data[name])


def _name(call: Call, old: Connection, errors: fields.Errors) -> str:
    if call.get("name", "") == "":
        if not old.name:
            errors["name"] = [MISSING]
        return old.name
    try:
        name = fields.dataset_name(call.data["name"])
    except Bad as bad:
        errors["name"] = bad.messages
        return ""
    others = [one for one in connections.listing(call.work) if one.name == name and one.id != old.id]
    if others or datasets.find(call.work, name) is not None:
        errors["name"] = ["That URL is already in use."]
    return name


def _kind(data: dict[str, Any], errors: fields.Errors) -> str:
    given = data.get("source_type")
    if given in (None, ""):
        errors["source_type"] = [MISSING]
    elif not isinstance(given, str) or given not in KINDS:
        errors["source_type"] = [f"Unknown harvester type: {given}. Registered types: {list(KINDS)}"]
    else:
        return KINDS[given].source
    return ""


def _owner(call: Call, data: dict[str, Any], errors: fields.Errors) -> str:
    given = data.get("owner_org")
    if given in (None, ""):
        errors["owner_org"] = ["An organization must be provided"]
        return ""
    one = organizations.find(call.work, str(given), "organization")
    if one is None:
        errors["owner_org"] = ["Organization does not exist"]
        return ""
    return one.id


def _plan(data: dict[str, Any], errors: fields.Errors) -> Any:
    given = str(data["frequency"])
    if given not in FREQUENCIES:
        errors["frequency"] = [f"Frequency {given} not recognised"]
    return FREQUENCIES.get(given, FREQUENCIES["MANUAL"])


def _options(data: dict[str, Any], read: Connection, errors: fields.Errors) -> dict[str, Any]:
    given = data.get("config")
    if given in (None, ""):
        return {}
    try:
        parsed = json.loads(given) if isinstance(given, str) else given
    except (ValueError, RecursionError) as error:
        errors["config"] = [f"{CONFIG_FAULT}: {error}"]
        return {}
    if not isinstance(parsed, dict):
        errors["config"] = [f"{CONFIG_FAULT}: a JSON object is needed"]
        return {}
    version = parsed.get("api_version", 1)
    if not (isinstance(version, int) or (isinstance(version, str) and version.isdigit())):
        errors["config"] = [f"{CONFIG_FAULT}: api_version must be an integer"]
    kept = {key: value for key, value in parsed.items() if key not in FOREIGN}
    known = {option.name for option in SOURCES[read.kind].options} if read.kind else set(kept)
    strange = sorted(set(kept) - known)
    if strange:
        errors["config"] = [f"{CONFIG_FAULT}: this site has no option {strange[0]}"]
    return kept


def harvest_source_delete(call: Call) -> None:
    """Stop harvesting a source and leave it out of lists; what it published stays."""
    one = source(call)
    call.permit(connections.subject(one), f"delete package {one.id}")
    connections.pause(call.work, one.id)


def harvest_source_clear(call: Call) -> dict[str, str]:
    """Withdraw what a source published and forget its records and jobs."""
    one = named(call)
    call.permit(connections.subject(one))
    clearing.everything(call.work, one.id)
    return {"id": one.id}


def harvest_source_job_history_clear(call: Call) -> dict[str, str]:
    """Forget the jobs of a source; what it published stays."""
    one = named(call)
    call.permit(connections.subject(one))
    clearing.history(call.work, one.id)
    return {"id": one.id}


def harvest_sources_job_history_clear(call: Call) -> list[dict[str, str]]:
    """Forget the jobs of every source that is harvested and that no worker reads just now."""
    call.permit()
    cleared = []
    for one in connections.listing(call.work, state="active"):
        try:
            clearing.history(call.work, one.id)
        except Conflict:
            continue
        cleared.append({"id": one.id})
    return cleared


SOURCE = (
    Param("url", "any", Text(zh="来源地址。", en="Address of the source.")),
    Param("name", "any", Text(zh="名称。", en="Name.")),
    Param("title", "any", Text(zh="标题。", en="Title.")),
    Param("source_type", "any", Text(zh="类型，见 harvesters_info_show。", en="Type, see harvesters_info_show.")),
    Param("owner_org", "any", Text(zh="所属部门。", en="The owning organization.")),
    Param("frequency", "any", Text(zh="频率。", en=f"One of {', '.join(FREQUENCIES)}.")),
    Param("config", "any", Text(zh="该类型的选项（JSON）。", en="Options of the type, as JSON.")),
)
EDIT, ADMIN = Permission.SOURCE_EDIT, Permission.SITE_ADMIN


def reading(name: str, function: Any, zh: str, en: str, *params: Param, returns: str = "object") -> Action:
    """Make the row of an action that reads; one that is about a single source needs the right to see it."""
    permission = Permission.SOURCE_READ if name.startswith("harvest_source_show") else Permission.SITE_READ
    return Action(name, function, Text(zh=zh, en=en), params, permission=permission, returns=returns)


def writing(
    name: str, function: Any, permission: Permission, zh: str, en: str, *params: Param, returns: str = "object"
) -> Action:
    """Make the row of an action that writes."""
    return Action(
        name,
        function,
        Text(zh=zh, en=en),
        params,
        reads=False,
        permission=permission,
        checked=name != "harvest_source_create",
        returns=returns,
    )


ACTIONS = (
    reading(
        "harvesters_info_show", harvesters_info_show, "列出来源类型。", "Return the types of sources.", returns="array"
    ),
    reading(
        "harvest_source_list",
        harvest_source_list,
        "列出采集源。",
        "Return the sources that are harvested.",
        reference("organization_id", required=False),
        returns="array",
    ),
    reading("harvest_source_show", harvest_source_show, "返回一个采集源。", "Return a source.", reference()),
    reading(
        "harvest_source_show_status",
        harvest_source_show_status,
        "返回采集源的状况。",
        "Return how a source is doing.",
        reference(),
    ),
    writing("harvest_source_create", harvest_source_create, EDIT, "新建采集源。", "Create a source.", *SOURCE),
    writing(
        "harvest_source_update", harvest_source_update, EDIT, "更新采集源。", "Update a source.", reference(), *SOURCE
    ),
    writing(
        "harvest_source_patch",
        harvest_source_patch,
        EDIT,
        "更新采集源的部分字段。",
        "Patch a source.",
        reference(),
        *SOURCE,
    ),
    writing(
        "harvest_source_delete",
        harvest_source_delete,
        EDIT,
        "停用采集源。",
        "Stop harvesting a source.",
        reference(),
        returns="null",
    ),
    writing(
        "harvest_source_clear",
        harvest_source_clear,
        EDIT,
        "撤回采集源的全部数据集。",
        "Withdraw what a source published.",
        reference(),
    ),
    writing(
        "harvest_source_job_history_clear",
        harvest_source_job_history_clear,
        EDIT,
        "清除采集记录。",
        "Forget the jobs of a source.",
        reference(),
    ),
    writing(
        "harvest_sources_job_history_clear",
        harvest_sources_job_history_clear,
        ADMIN,
        "清除全部采集记录。",
        "Forget the jobs of every source.",
        returns="array",
    ),
)
