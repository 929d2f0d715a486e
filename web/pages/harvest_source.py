"""One source: where it is, its plan, its runs as a strip of days, and the next one."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from harvester import connections, jobs, records, scheduler
from harvester.compare import DECISIONS
from publisher import organizations
from publisher.auth import Permission
from web import sessions
from web.pages.harvest import STATES, kind_of
from web.pages.page import Page
from web.rendering import render

SHOWN = 40


def view(ref: str) -> ResponseReturnValue:
    """Render one source."""
    with sessions.reading() as work:
        source = connections.get(work, ref)
        due = next((one.due for one in scheduler.calendar(work) if one.source_id == source.id), None)
        return render(
            "harvest/source.html",
            source=source,
            kind=kind_of(source),
            owner=organizations.find(work, source.owner) if source.owner else None,
            runs=jobs.listing(work, source.id, limit=SHOWN),
            records=records.active_count(work, source.id),
            due=due,
            states=STATES,
            decisions=DECISIONS,
            manages=work.may(Permission.SOURCE_EDIT, connections.subject(source)),
        )


PAGE = Page("harvest_source", ("/harvest/<ref>",), view)
