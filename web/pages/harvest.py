"""Sources: which systems are harvested, when, and how the last runs went."""

from __future__ import annotations

from datetime import datetime

import msgspec
from flask.typing import ResponseReturnValue

from harvester import connections, jobs, scheduler
from harvester.connections import Connection
from harvester.jobs import Run
from harvester.sources import SOURCES
from publisher import organizations
from publisher.work import Work
from schemas.model import Organization
from schemas.text import Text
from web import sessions
from web.pages.page import Page
from web.rendering import render

STRIP = 14
STATES: dict[str, tuple[str, Text]] = {
    "queued": ("none", Text(zh="排队中", en="waiting")),
    "running": ("none", Text(zh="进行中", en="running")),
    "held": ("held", Text(zh="等待放行", en="waits for a person")),
    "done": ("good", Text(zh="完成", en="done")),
    "failed": ("late", Text(zh="失败", en="failed")),
    "cancelled": ("none", Text(zh="已取消", en="cancelled")),
}


class Line(msgspec.Struct, frozen=True):
    """One source as the list shows it: its owner, its last runs (newest first) and when it is next due."""

    source: Connection
    kind: Text
    owner: Organization | None
    runs: list[Run]
    due: datetime | None


def view() -> ResponseReturnValue:
    """Render the list of sources."""
    with sessions.reading() as work:
        return render("harvest/sources.html", lines=lines(work), states=STATES)


def lines(work: Work, *, owner: str = "") -> list[Line]:
    """Answer the sources that the reader may see, by name; those of one owner where it is named."""
    found = connections.listing(work, owner=owner)
    owners = organizations.many(work, [source.owner for source in found])
    due = {entry.source_id: entry.due for entry in scheduler.calendar(work)}
    return [
        Line(
            source,
            kind_of(source),
            owners.get(source.owner),
            jobs.listing(work, source.id, limit=STRIP),
            due.get(source.id),
        )
        for source in found
    ]


def kind_of(source: Connection) -> Text:
    """Answer the words for a source's type."""
    return SOURCES[source.kind].label if source.kind in SOURCES else Text(zh=source.kind, en=source.kind)


PAGE = Page("harvest", ("/harvest",), view)
