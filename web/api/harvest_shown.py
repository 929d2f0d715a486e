"""Showing the harvester's sources and runs in the words of the harvest actions: sources, jobs, objects."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec

from harvester import clearing, jobs, reports
from harvester.connections import Connection
from harvester.jobs import Run
from harvester.plans import Plan
from publisher import audit, organizations
from schemas.mappings.ckan import moment_text, organization_summary
from web.api.call import Call

DAY = 86_400
FREQUENCIES: dict[str, Plan] = {
    "MANUAL": Plan(),
    "ALWAYS": Plan(seconds=3600),
    "DAILY": Plan(seconds=DAY),
    "WEEKLY": Plan(seconds=7 * DAY),
    "BIWEEKLY": Plan(seconds=14 * DAY),
    "MONTHLY": Plan(cron="0 3 1 * *"),
}
MOST_RUNS = 1000


class Kind(msgspec.Struct, frozen=True):
    """How the API calls a type of source, and what it says of it."""

    source: str
    title: str
    description: str
    more: dict[str, Any] = {}


# the types that the contract has words for; the others need options that are set in the portal or by command
KINDS: dict[str, Kind] = {
    "ckan": Kind(
        "ckan", "CKAN", "Harvests remote CKAN instances", {"form_config_interface": "Text", "show_config": True}
    ),
    "dcat_rdf": Kind(
        "dcat-rdf",
        "Generic DCAT RDF Harvester",
        "Harvester for DCAT datasets from an RDF graph",
        {"show_config": False},
    ),
    "dcat_json": Kind(
        "data-json",
        "DCAT JSON Harvester",
        "Harvester for DCAT dataset descriptions serialized as JSON",
        {"show_config": False},
    ),
}
SPOKEN = {kind.source: name for name, kind in KINDS.items()}


def frequency(plan: Plan) -> str:
    """Answer the name of a plan; one that has no name is told by the nearest interval."""
    named = next((name for name, known in FREQUENCIES.items() if known == plan), "")
    if named:
        return named
    if not plan.seconds:
        return "DAILY"
    intervals = {name: known.seconds for name, known in FREQUENCIES.items() if known.seconds}
    return min(intervals, key=lambda name: abs(intervals[name] - plan.seconds))


def source(call: Call, one: Connection, *, status: bool = True, active: bool = False) -> dict[str, Any]:
    """Render a source as a package of the type harvest."""
    owner = organizations.find(call.work, one.owner)
    made = audit.entries(call.work, kind="source", subject_id=one.id, verbs=("add",), limit=1)
    shown: dict[str, Any] = {
        "creator_user_id": made[0].actor_id if made else None,
        "frequency": frequency(one.plan),
        "id": one.id,
        "metadata_created": moment_text(one.created),
        "metadata_modified": moment_text(one.changed),
        "name": one.name,
        "notes": None,
        "organization": organization_summary(owner, call.site) if owner else None,
        "owner_org": one.owner,
        "private": False,
        "source_type": SPOKEN.get(one.kind, one.kind),
        "state": {"active": "active", "paused": "deleted", "pending": "draft"}[one.state],
        "title": one.title,
        "type": "harvest",
        "url": one.url,
        "resources": [],
        "tags": [],
        "groups": [],
        "relationships_as_subject": [],
        "relationships_as_object": [],
    }
    if one.options:
        shown["config"] = json.dumps(one.options, ensure_ascii=False)
    if status:
        shown["status"] = source_status(call, one)
    if active:
        shown["active"] = one.state == "active"
    return shown


def source_status(call: Call, one: Connection) -> dict[str, Any]:
    """Tell how often a source was harvested, how the last run went, and how much it published."""
    runs = jobs.listing(call.work, one.id, limit=MOST_RUNS)
    return {
        "job_count": len(runs),
        "last_job": job(call, runs[0], errors=True) if runs else None,
        "total_datasets": len(clearing.published(call.work, one.id)),
    }


def source_line(call: Call, one: Connection) -> dict[str, Any]:
    """Render a source as the list of sources has it."""
    runs = jobs.listing(call.work, one.id, limit=MOST_RUNS)
    return {
        "id": one.id,
        "url": one.url,
        "title": one.title,
        "description": "",
        "config": json.dumps(one.options, ensure_ascii=False) if one.options else "",
        "created": spaced(one.created),
        "type": SPOKEN.get(one.kind, one.kind),
        "active": one.state == "active",
        "user_id": "",
        "publisher_id": "",
        "frequency": frequency(one.plan),
        "next_run": None,
        "publisher_title": "",
        "status": {
            "job_count": len(runs),
            "next_harvest": "",
            "last_harvest_request": spaced(runs[0].created) if runs else "",
            "msg": "" if runs else "No jobs yet",
        },
    }


def job(call: Call, run: Run, *, errors: bool = False) -> dict[str, Any]:
    """Render a run as a job; with `errors` also what went wrong most often."""
    shown: dict[str, Any] = {
        "id": run.id,
        "created": spaced(run.created),
        "gather_started": spaced(run.started),
        "gather_finished": spaced(run.started) if run.gathered else None,
        "finished": None if run.state == "cancelled" else spaced(run.finished),
        "source_id": run.source_id,
        "status": job_status(run),
        "stats": _stats(run),
    }
    if errors:
        found = reports.causes(call.work, run.id) if run.causes else []
        shown["object_error_summary"] = [
            {"message": cause.message.en, "error_count": cause.records} for cause in found if cause.level == "error"
        ]
        gather = [run.problem] if run.problem is not None else []
        shown["gather_error_summary"] = [{"message": one.message.en, "error_count": 1} for one in gather]
    return shown


def job_status(run: Run) -> str:
    """Answer New, Running or Finished."""
    if not run.active:
        return "Finished"
    return "New" if run.state == "queued" and run.trigger == "later" else "Running"


def _stats(run: Run) -> dict[str, int]:
    counts = run.counts
    return {
        "added": counts.get("create", 0),
        "updated": counts.get("update", 0),
        "not modified": counts.get("unchanged", 0),
        "errored": counts.get("refused", 0) + counts.get("held", 0) + counts.get("conflict", 0),
        "deleted": counts.get("withdraw", 0),
    }


def spaced(moment: datetime | None) -> str | None:
    """Write a moment as the harvest actions do, with a space before the time."""
    return None if moment is None else moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
