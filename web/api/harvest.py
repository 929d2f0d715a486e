"""Actions on the harvester in the words of CKAN's harvest extension: sources, jobs and objects."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from harvester import clearing, connections, jobs, reports
from harvester.connections import Connection
from harvester.jobs import Run
from harvester.sources import SOURCES
from publisher import datasets, organizations
from publisher.auth import Permission, Subject
from schemas.errors import Conflict, Invalid, NotAuthorized, NotFound
from schemas.text import Text
from web.api import fields, harvest_shown
from web.api.action import Action, Param, limit, offset, reference
from web.api.call import Call, Changed
from web.api.errors import MISSING, Missing, Refused, missing
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


def _source(call: Call, detail: str = "", name: str = "id") -> Connection:
    try:
        return connections.get(call.work, call.text(name))
    except NotFound:
        raise Missing(detail) from None


def _named(call: Call, name: str = "id") -> Connection:
    return _source(call, f"Harvest source {call.text(name)} does not exist", name)


def harvest_source_list(call: Call) -> list[dict[str, Any]]:
    """Answer the sources that are harvested; to a person those of the own organizations."""
    call.permit()
    found = connections.listing(call.work, owner=call.text("organization_id"))
    everybody = call.anonymous or call.actor.sysadmin
    seen = [one for one in found if one.state != "paused" and (everybody or one.owner in call.actor.roles)]
    return [harvest_shown.source_line(call, one) for one in seen]


def harvest_source_show(call: Call) -> dict[str, Any]:
    """Answer one source."""
    one = _source(call)
    call.permit(connections.subject(one))
    return harvest_shown.source(call, one, active=True)


def sources_found(call: Call, start: int, rows: int) -> tuple[int, list[dict[str, Any]]]:
    """Answer how many sources there are, and one page of them as packages, newest first."""
    found = [one for one in connections.listing(call.work) if one.state == "active"]
    found.sort(key=lambda one: (str(one.changed), one.id), reverse=True)
    return len(found), [harvest_shown.source(call, one) for one in found[start : start + rows]]


def harvest_source_show_status(call: Call) -> dict[str, Any]:
    """Answer how a source is doing."""
    one = _source(call)
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
    one = _source(call, "Package was not found.")
    call.permit(connections.subject(one), f"edit package {one.id}")
    return Changed(harvest_shown.source(call, _edited(call, one, partial=False)), (one.id,))


def harvest_source_patch(call: Call) -> dict[str, Any]:
    """Change the named fields of a source."""
    one = _source(call, "Package was not found.")
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
    one = _source(call)
    call.permit(connections.subject(one), f"delete package {one.id}")
    connections.pause(call.work, one.id)


def harvest_source_clear(call: Call) -> dict[str, str]:
    """Withdraw what a source published and forget its records and jobs."""
    one = _named(call)
    call.permit(connections.subject(one))
    clearing.everything(call.work, one.id)
    return {"id": one.id}


def harvest_source_job_history_clear(call: Call) -> dict[str, str]:
    """Forget the jobs of a source; what it published stays."""
    one = _named(call)
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


def harvest_job_create(call: Call) -> dict[str, Any]:
    """Queue a run of a source."""
    if not call.text("source_id"):
        raise missing("source_id")
    one = _named(call, "source_id")
    _run_permit(call, one, "create a job for source")
    return harvest_shown.job(call, _start(call, one))


def _run_permit(call: Call, one: Connection, to: str) -> None:
    try:
        call.work.require(Permission.SOURCE_RUN, connections.subject(one))
    except NotAuthorized:
        raise Refused(f"User not authorized to {to} {one.id}") from None


def _start(call: Call, one: Connection) -> Run:
    return jobs.start(call.work, one.id, trigger="api" if call.data["run"] else "later")


def harvest_job_create_all(call: Call) -> list[dict[str, Any]]:
    """Queue a run of every source that has none under way."""
    call.permit()
    made = []
    for one in connections.listing(call.work, state="active"):
        try:
            made.append(harvest_shown.job(call, _start(call, one)))
        except Conflict:
            continue
    return made


def _job(call: Call) -> Run:
    try:
        return jobs.get(call.work, call.text("id"))
    except NotFound:
        raise Missing() from None


def harvest_job_show(call: Call) -> dict[str, Any]:
    """Answer one job with its statistics and errors."""
    call.permit()
    return harvest_shown.job(call, _job(call), errors=True)


def harvest_job_list(call: Call) -> list[dict[str, Any]]:
    """Answer jobs, newest first, of one source or of all."""
    call.permit()
    found = jobs.listing(call.work, call.text("source_id"), limit=harvest_shown.MOST_RUNS)
    wanted = call.text("status")
    shown = [harvest_shown.job(call, run) for run in found]
    return [one for one in shown if wanted in ("", one["status"])]


def harvest_job_report(call: Call) -> dict[str, Any]:
    """Answer the errors of a job: those of the whole catalogue, and those of each object."""
    call.permit()
    run = _job(call)
    problems: dict[str, Any] = {}
    for result in reports.results(call.work, run.id, limit=harvest_shown.MOST_RUNS):
        wrong = [finding for finding in result.findings if finding.level == "error"]
        if wrong:
            problems[result.dataset_id or str(result.id)] = {
                "guid": result.remote_id,
                "errors": [{"message": one.message.en, "line": one.row, "type": one.code} for one in wrong],
            }
    gather = [{"message": run.problem.message.en}] if run.problem is not None else []
    return {"gather_errors": gather, "object_errors": problems}


def harvest_job_abort(call: Call) -> dict[str, Any]:
    """End the job that is under way."""
    if call.text("source_id"):
        one = _named(call, "source_id")
        active = jobs.listing(call.work, one.id, states=jobs.ACTIVE, limit=1)
        if not active:
            raise Missing("There is no unfinished job for this source")
        run = active[0]
    else:
        run = _job(call)
        one = connections.get(call.work, run.source_id)
    _run_permit(call, one, "abort a job of source")
    return harvest_shown.job(call, jobs.cancel(call.work, run.id), errors=True)


def harvest_jobs_run(call: Call) -> list[Any]:
    """Do nothing but check the right: workers take waiting jobs, and end those of dead workers, by themselves."""
    call.permit()
    return []


def harvest_send_job_to_gather_queue(call: Call) -> dict[str, Any]:
    """Answer a job, which waits for a worker already."""
    run = _job(call)
    _run_permit(call, connections.get(call.work, run.source_id), "run source")
    return harvest_shown.job(call, run)


def harvest_object_list(call: Call) -> list[str]:
    """Answer the ids of harvested objects, which are those of the datasets that came of them."""
    call.permit()
    if call.text("source_id"):
        return clearing.published(call.work, _named(call, "source_id").id)
    return [key for one in connections.listing(call.work) for key in clearing.published(call.work, one.id)]


def harvest_object_show(call: Call) -> dict[str, Any]:
    """Answer one harvested object with what the source gave."""
    dataset = datasets.find(call.work, call.text("id") or call.text("dataset_id"))
    if dataset is None or dataset.origin is None:
        raise Missing("Harvest object not found")
    call.permit(datasets.subject(dataset))
    try:
        content = reports.raw(call.work, dataset.origin.source, dataset.origin.remote_id).decode("utf-8", "replace")
    except NotFound:
        raise Missing("Harvest object not found") from None
    return {
        "id": dataset.id,
        "guid": dataset.origin.remote_id,
        "current": dataset.state == "active",
        "state": "COMPLETE",
        "package_id": dataset.id,
        "harvest_source_id": dataset.origin.source,
        "harvest_job_id": dataset.origin.run,
        "content": content,
    }


def harvest_log_list(call: Call) -> list[dict[str, Any]]:
    """Answer why runs failed or are held, newest first."""
    call.permit()
    wanted = call.text("level").upper()
    runs = jobs.listing(call.work, states=("failed", "held"), limit=call.get("offset", 0) + call.get("limit", 100))
    entries = [
        {
            "id": run.id,
            "created": harvest_shown.spaced(run.finished or run.created),
            "level": "ERROR" if run.state == "failed" else "WARNING",
            "content": run.problem.message.en if run.problem is not None else "",
        }
        for run in runs[call.get("offset", 0) :]
    ]
    return [entry for entry in entries if wanted in ("", entry["level"])]


SOURCE = (
    Param("url", "any", Text(zh="来源地址。", en="Address of the source.")),
    Param("name", "any", Text(zh="名称。", en="Name.")),
    Param("title", "any", Text(zh="标题。", en="Title.")),
    Param("source_type", "any", Text(zh="类型，见 harvesters_info_show。", en="Type, see harvesters_info_show.")),
    Param("owner_org", "any", Text(zh="所属部门。", en="The owning organization.")),
    Param("frequency", "any", Text(zh="频率。", en=f"One of {', '.join(FREQUENCIES)}.")),
    Param("config", "any", Text(zh="该类型的选项（JSON）。", en="Options of the type, as JSON.")),
)
RUN = Param("run", "boolean", Text(zh="是否立即运行。", en="Whether to run at once."), default=True)
OF_SOURCE = reference("source_id", required=False, help=Text(zh="来源的 id 或名称。", en="Id or name of a source."))
READ, EDIT, RUNS = Permission.SOURCE_READ, Permission.SOURCE_EDIT, Permission.SOURCE_RUN


def _read_action(name: str, function: Any, zh: str, en: str, *params: Param, returns: str = "object") -> Action:
    public = name in ("harvesters_info_show", "harvest_source_list", "harvest_job_show", "harvest_job_list")
    permission = Permission.SITE_READ if public or name in _OVER_ALL else READ
    return Action(name, function, Text(zh=zh, en=en), params, permission=permission, returns=returns)


_OVER_ALL = ("harvest_job_report", "harvest_object_list")


def _write(
    name: str, function: Any, permission: Permission, zh: str, en: str, *params: Param, returns: str = "object"
) -> Action:
    checked = name not in ("harvest_source_create",)
    return Action(
        name,
        function,
        Text(zh=zh, en=en),
        params,
        reads=False,
        permission=permission,
        checked=checked,
        returns=returns,
    )


ADMIN = Permission.SITE_ADMIN
ACTIONS = (
    _read_action(
        "harvesters_info_show", harvesters_info_show, "列出来源类型。", "Return the types of sources.", returns="array"
    ),
    _read_action(
        "harvest_source_list",
        harvest_source_list,
        "列出采集源。",
        "Return the sources that are harvested.",
        reference("organization_id", required=False),
        returns="array",
    ),
    _read_action("harvest_source_show", harvest_source_show, "返回一个采集源。", "Return a source.", reference()),
    _read_action(
        "harvest_source_show_status",
        harvest_source_show_status,
        "返回采集源的状况。",
        "Return how a source is doing.",
        reference(),
    ),
    _read_action("harvest_job_show", harvest_job_show, "返回一次采集。", "Return a job.", reference()),
    _read_action(
        "harvest_job_list",
        harvest_job_list,
        "列出采集。",
        "Return jobs, newest first.",
        OF_SOURCE,
        Param("status", "text", Text(zh="New、Running 或 Finished。", en="New, Running or Finished.")),
        returns="array",
    ),
    _read_action("harvest_job_report", harvest_job_report, "返回采集的错误。", "Return a job's errors.", reference()),
    _read_action(
        "harvest_object_list",
        harvest_object_list,
        "列出采集到的对象。",
        "Return the ids of harvested objects.",
        OF_SOURCE,
        Param("only_current", "boolean", Text(zh="兼容参数。", en="Kept for clients that send it."), default=True),
        returns="array",
    ),
    Action(
        "harvest_object_show",
        harvest_object_show,
        Text(zh="返回采集到的一个对象。", en="Return a harvested object with what the source gave."),
        (reference(required=False), reference("dataset_id", required=False)),
        permission=Permission.DATASET_READ,
        returns="object",
    ),
    Action(
        "harvest_log_list",
        harvest_log_list,
        Text(zh="列出失败和暂停的原因。", en="Return why runs failed or are held."),
        (limit(100, 1000), offset(), Param("level", "text", Text(zh="级别。", en="ERROR or WARNING."))),
        permission=ADMIN,
        returns="array",
    ),
    _write("harvest_source_create", harvest_source_create, EDIT, "新建采集源。", "Create a source.", *SOURCE),
    _write(
        "harvest_source_update", harvest_source_update, EDIT, "更新采集源。", "Update a source.", reference(), *SOURCE
    ),
    _write(
        "harvest_source_patch",
        harvest_source_patch,
        EDIT,
        "更新采集源的部分字段。",
        "Patch a source.",
        reference(),
        *SOURCE,
    ),
    _write(
        "harvest_source_delete",
        harvest_source_delete,
        EDIT,
        "停用采集源。",
        "Stop harvesting a source.",
        reference(),
        returns="null",
    ),
    _write(
        "harvest_source_clear",
        harvest_source_clear,
        EDIT,
        "撤回采集源的全部数据集。",
        "Withdraw what a source published.",
        reference(),
    ),
    _write(
        "harvest_source_job_history_clear",
        harvest_source_job_history_clear,
        EDIT,
        "清除采集记录。",
        "Forget the jobs of a source.",
        reference(),
    ),
    _write(
        "harvest_sources_job_history_clear",
        harvest_sources_job_history_clear,
        ADMIN,
        "清除全部采集记录。",
        "Forget the jobs of every source.",
        returns="array",
    ),
    _write(
        "harvest_job_create",
        harvest_job_create,
        RUNS,
        "开始一次采集。",
        "Queue a job of a source.",
        OF_SOURCE,
        RUN,
    ),
    _write(
        "harvest_job_create_all",
        harvest_job_create_all,
        ADMIN,
        "开始全部采集。",
        "Queue a job of every source.",
        RUN,
        returns="array",
    ),
    _write(
        "harvest_job_abort",
        harvest_job_abort,
        RUNS,
        "中止采集。",
        "End a job.",
        reference(required=False),
        OF_SOURCE,
    ),
    _write(
        "harvest_jobs_run",
        harvest_jobs_run,
        ADMIN,
        "兼容动作：采集由后台自动进行。",
        "Kept for clients: workers take waiting jobs by themselves.",
        OF_SOURCE,
        returns="array",
    ),
    _write(
        "harvest_send_job_to_gather_queue",
        harvest_send_job_to_gather_queue,
        RUNS,
        "返回已在排队的采集。",
        "Return a job, which waits for a worker already.",
        reference(),
    ),
)
