"""Actions on the harvester's jobs and on what they brought, in the words of CKAN's harvest extension."""

from __future__ import annotations

from typing import Any

from harvester import clearing, connections, jobs, reports
from harvester.connections import Connection
from harvester.jobs import Run
from publisher import datasets
from publisher.auth import Permission
from schemas.errors import Conflict, NotAuthorized, NotFound
from schemas.text import Text
from web.api import harvest_shown
from web.api.action import Action, Param, limit, offset, reference
from web.api.call import Call
from web.api.errors import Missing, Refused, missing
from web.api.harvest import named, reading, writing


def harvest_job_create(call: Call) -> dict[str, Any]:
    """Queue a run of a source."""
    if not call.text("source_id"):
        raise missing("source_id")
    one = named(call, "source_id")
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
        one = named(call, "source_id")
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
        return clearing.published(call.work, named(call, "source_id").id)
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


RUN = Param("run", "boolean", Text(zh="是否立即运行。", en="Whether to run at once."), default=True)
OF_SOURCE = reference("source_id", required=False, help=Text(zh="来源的 id 或名称。", en="Id or name of a source."))
RUNS, ADMIN = Permission.SOURCE_RUN, Permission.SITE_ADMIN

ACTIONS = (
    reading("harvest_job_show", harvest_job_show, "返回一次采集。", "Return a job.", reference()),
    reading(
        "harvest_job_list",
        harvest_job_list,
        "列出采集。",
        "Return jobs, newest first.",
        OF_SOURCE,
        Param("status", "text", Text(zh="New、Running 或 Finished。", en="New, Running or Finished.")),
        returns="array",
    ),
    reading("harvest_job_report", harvest_job_report, "返回采集的错误。", "Return a job's errors.", reference()),
    reading(
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
    writing(
        "harvest_job_create",
        harvest_job_create,
        RUNS,
        "开始一次采集。",
        "Queue a job of a source.",
        OF_SOURCE,
        RUN,
    ),
    writing(
        "harvest_job_create_all",
        harvest_job_create_all,
        ADMIN,
        "开始全部采集。",
        "Queue a job of every source.",
        RUN,
        returns="array",
    ),
    writing(
        "harvest_job_abort",
        harvest_job_abort,
        RUNS,
        "中止采集。",
        "End a job.",
        reference(required=False),
        OF_SOURCE,
    ),
    writing(
        "harvest_jobs_run",
        harvest_jobs_run,
        ADMIN,
        "兼容动作：采集由后台自动进行。",
        "Kept for clients: workers take waiting jobs by themselves.",
        OF_SOURCE,
        returns="array",
    ),
    writing(
        "harvest_send_job_to_gather_queue",
        harvest_send_job_to_gather_queue,
        RUNS,
        "返回已在排队的采集。",
        "Return a job, which waits for a worker already.",
        reference(),
    ),
)
