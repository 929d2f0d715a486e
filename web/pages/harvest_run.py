"""One run: its numbers, its findings by cause, and what it did with each record."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response, request, stream_with_context
from flask.typing import ResponseReturnValue

from harvester import connections, jobs, reports
from harvester.compare import DECISIONS
from harvester.jobs import Run
from publisher.work import Work
from schemas.errors import NotFound
from schemas.text import Text
from web import language, sessions
from web.pages.harvest import STATES
from web.pages.page import Page
from web.rendering import render, with_query

ROWS = 50


def view(ref: str, run_id: str) -> ResponseReturnValue:
    """Render the report of a run; `decision` and `code` narrow the records."""
    with sessions.reading() as work:
        source, run = _open(work, ref, run_id)
        after = request.args.get("after", "")
        found = reports.results(
            work,
            run.id,
            decision=request.args.get("decision", "")[:40],
            code=request.args.get("code", "")[:80],
            after=int(after) if after.isascii() and after.isdigit() and len(after) < 15 else 0,
            limit=ROWS + 1,
        )
        return render(
            "harvest/run.html",
            source=source,
            run=run,
            states=STATES,
            decisions=DECISIONS,
            causes=reports.causes(work, run.id),
            results=found[:ROWS],
            further=with_query(after=found[ROWS - 1].id) if len(found) > ROWS else "",
        )


def table(ref: str, run_id: str) -> ResponseReturnValue:
    """Answer the whole report as CSV."""
    with sessions.reading() as work:
        _, run = _open(work, ref, run_id)

    def written() -> Iterator[str]:
        with sessions.reading() as work:
            yield from reports.lines(work, run.id, language.short())

    answer = Response(stream_with_context(written()), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="report-{run.id}.csv"'
    return answer


def _open(work: Work, ref: str, run_id: str) -> tuple[connections.Connection, Run]:
    source = connections.get(work, ref)
    run = jobs.get(work, run_id)
    if run.source_id != source.id:
        raise NotFound(Text(zh="这个采集源没有这次运行。", en="This source has no such run."))
    return source, run


PAGE = Page("harvest_run", ("/harvest/<ref>/job/<run_id>",), view)
TABLE = Page("harvest_run_csv", ("/harvest/<ref>/job/<run_id>.csv",), table)
