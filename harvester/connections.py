"""Connections: the departments' systems that this site harvests, as people add, change, pause and remove them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import delete, select

from harvester import plans
from harvester.compare import Guards
from harvester.orm import RecordRow, RunRow, ScheduleRow, SourceRow
from harvester.plans import Plan
from harvester.sources import SOURCES
from publisher import names, organizations
from publisher.auth import Permission, Subject
from publisher.work import Work
from schemas.errors import Conflict, Invalid, NotFound
from schemas.text import Text

Policy = Literal["hold", "badge", "off"]
State = Literal["pending", "active", "paused"]


class Connection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One department's system and how it is harvested.

    `kind` is a key of SOURCES, `owner` the id of the organization that its datasets belong to, `policy` what happens
    with tables that break their schema: `hold` keeps the last good version, `badge` publishes with the report, `off`
    does not fetch tables. `themes` are names of themes that every dataset joins. `notify` lists mail addresses and
    `webhook` an address that are told about runs (in trouble, or always). Secrets are not part of it.
    """

    id: str = ""
    name: str = ""
    title: str = ""
    kind: str = ""
    url: str = ""
    owner: str = ""
    state: State = "active"
    policy: Policy = "off"
    options: dict[str, Any] = {}
    themes: tuple[str, ...] = ()
    plan: Plan = Plan()
    guards: Guards = Guards()
    profile: str = "open-data"
    delay: float = 0.0
    notify: tuple[str, ...] = ()
    notify_on: Literal["trouble", "always"] = "trouble"
    webhook: str = ""
    created: datetime | None = None
    changed: datetime | None = None


def subject(connection: Connection) -> Subject:
    """Answer what permissions on this source are asked for."""
    return Subject(kind="source", id=connection.id, name=connection.name, owner=connection.owner, open=True)


def add(work: Work, connection: Connection, secrets: Mapping[str, str] | None = None) -> Connection:
    """Connect a source; unless an administrator adds it, it waits for approval. Raises Invalid."""
    connection = _checked(work, connection)
    work.require(Permission.SOURCE_EDIT, subject(connection))
    connection = msgspec.structs.replace(
        connection,
        id=connection.id or work.new_id(),
        name=connection.name or _free_name(work, names.slug(connection.title)),
        state=connection.state if work.actor.sysadmin else "pending",
        created=work.now,
        changed=work.now,
    )
    _check_name(work, connection)
    row = SourceRow(id=connection.id, secrets=dict(secrets or {}), freshness="")
    _fill(row, connection)
    work.session.add(row)
    work.session.flush()
    _plan(work, connection)
    work.record("add", "source", connection.id, name=connection.name, url=connection.url)
    return connection


def edit(work: Work, ref: str, secrets: Mapping[str, str] | None = None, **changes: Any) -> Connection:
    """Change fields of a source; a new address or options make the next run read everything. Raises Invalid."""
    old = get(work, ref)
    work.require(Permission.SOURCE_EDIT, subject(old))
    new = _checked(work, msgspec.structs.replace(old, **changes, changed=work.now))
    _check_name(work, new)
    row = work.session.get_one(SourceRow, old.id)
    _fill(row, new)
    if (new.url, new.options, new.kind, new.policy, new.profile, new.themes) != (
        old.url, old.options, old.kind, old.policy, old.profile, old.themes,
    ):  # fmt: skip
        row.freshness = ""
    if secrets is not None:
        row.secrets = {**row.secrets, **secrets}
    work.session.flush()
    _plan(work, new)
    work.record("edit", "source", new.id, fields=sorted(changes))
    return new


def get(work: Work, ref: str) -> Connection:
    """Answer the source of that id or name; raises NotFound."""
    statement = select(SourceRow.document).where((SourceRow.id == ref) | (SourceRow.name == ref))
    document = work.session.scalars(statement).first()
    if document is None:
        raise NotFound(Text(f"没有采集源 {ref}。", f"There is no source {ref}."))
    connection = _DECODE(document)
    work.require(Permission.SOURCE_READ, subject(connection))
    return connection


def listing(work: Work, *, owner: str = "", state: str = "") -> list[Connection]:
    """Answer the sources that the actor may see, by name."""
    statement = select(SourceRow.document).order_by(SourceRow.name)
    if owner:
        statement = statement.where(SourceRow.owner_id == owner)
    if state:
        statement = statement.where(SourceRow.state == state)
    found = [_DECODE(document) for document in work.session.scalars(statement)]
    return [connection for connection in found if work.may(Permission.SOURCE_READ, subject(connection))]


def pause(work: Work, ref: str) -> Connection:
    """Stop harvesting a source by plan; what it published stays."""
    return edit(work, ref, state="paused")


def resume(work: Work, ref: str) -> Connection:
    """Harvest a paused source again."""
    if get(work, ref).state == "pending":
        raise Conflict(Text("该采集源尚待管理员批准。", "This source waits for an administrator's approval."))
    return edit(work, ref, state="active")


def approve(work: Work, ref: str) -> Connection:
    """Let a new source be harvested; administrators of the site only."""
    work.require(Permission.SITE_ADMIN)
    return edit(work, ref, state="active")


def remove(work: Work, ref: str) -> Connection:
    """Disconnect a source with its records and runs; the datasets that it published stay."""
    connection = get(work, ref)
    work.require(Permission.SOURCE_EDIT, subject(connection))
    if work.session.scalars(select(RunRow.id).where(RunRow.active_source == connection.id)).first():
        raise Conflict(Text("该采集源正在运行，请先取消。", "This source is being harvested; cancel the run first."))
    for table in (RecordRow, RunRow):
        work.session.execute(delete(table).where(table.source_id == connection.id))
    work.session.execute(delete(SourceRow).where(SourceRow.id == connection.id))
    work.record("remove", "source", connection.id, name=connection.name)
    return connection


def _fill(row: SourceRow, connection: Connection) -> None:
    row.name, row.owner_id, row.state = connection.name, connection.owner, connection.state
    row.document = msgspec.json.encode(connection).decode()


def _plan(work: Work, connection: Connection) -> None:
    """Bring the schedule in line with the plan; an unchanged plan keeps its next moment."""
    row = work.session.get(ScheduleRow, connection.id)
    plan = msgspec.json.encode(connection.plan).decode() if connection.plan and connection.state == "active" else ""
    if row is not None and row.plan == plan:
        return
    if row is not None:
        work.session.delete(row)
        work.session.flush()
    due = plans.next_due(connection.plan, work.now) if plan else None
    if due is not None:
        work.session.add(ScheduleRow(source_id=connection.id, plan=plan, due=due))
        work.session.flush()


def _checked(work: Work, connection: Connection) -> Connection:
    errors: dict[str, list[str]] = {}
    if connection.kind not in SOURCES:
        errors["kind"] = [f"A type is one of {', '.join(SOURCES)}."]
    if not connection.url.strip():
        errors["url"] = ["Enter an address or a folder."]
    if not connection.title.strip():
        errors["title"] = ["Enter a title."]
    if connection.policy not in ("hold", "badge", "off"):
        errors["policy"] = ["A policy is one of hold, badge, off."]
    if not 1 <= connection.guards.percent <= 100 or connection.guards.absent_runs < 1:
        errors["guards"] = ["The limit takes 1 to 100 per cent, and at least one run."]
    if any("@" not in address or " " in address for address in connection.notify):
        errors["notify"] = ["Enter mail addresses."]
    if connection.webhook and not connection.webhook.startswith(("http://", "https://")):
        errors["webhook"] = ["Enter an address that starts with https:// or http://."]
    owner = organizations.find(work, connection.owner, "organization") if connection.owner else None
    if owner is None:
        errors["owner"] = [f"There is no organization '{connection.owner}'."]
    known = {option.name for option in SOURCES[connection.kind].options} if connection.kind in SOURCES else set()
    for name in sorted(set(connection.options) - known):
        errors[f"options.{name}"] = ["This type of source has no such option."]
    if errors or owner is None:
        raise Invalid(errors)
    SOURCES[connection.kind].check(connection.url, connection.options)
    plans.check(connection.plan)
    return msgspec.structs.replace(connection, owner=owner.id, url=connection.url.strip())


def _check_name(work: Work, connection: Connection) -> None:
    if not names.valid(connection.name):
        raise Invalid({"name": ["A name takes 2 to 100 characters: lower-case letters, digits, - and _."]})
    taken = select(SourceRow.id).where(SourceRow.name == connection.name, SourceRow.id != connection.id)
    if work.session.scalars(taken).first():
        raise Invalid({"name": [f"The name {connection.name} is already in use."]}, code="name-taken")


def _free_name(work: Work, wanted: str) -> str:
    taken = set(work.session.scalars(select(SourceRow.name)))
    return next(n for n in (wanted, *(f"{wanted}-{i}" for i in range(2, len(taken) + 3))) if n not in taken)


_DECODE = msgspec.json.Decoder(Connection).decode
