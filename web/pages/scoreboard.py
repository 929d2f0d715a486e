"""The scoreboard: one line a department, its download as CSV and JSON, and the records behind each line."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import msgspec
from flask import Response, request
from flask.typing import ResponseReturnValue

from publisher import organizations, scoreboard
from publisher.quality import INDICATORS
from publisher.scoreboard import Score
from schemas.model import Organization
from web import sessions
from web.pages.page import Page
from web.rendering import render, title_of

RATES = ("disclosure_rate", "timeliness", "pass_rate", "link_health", "metadata_quality", "answered_on_time")
COUNTS = ("registered", "open", "shared", "judged", "on_time", "rows", "valid_rows", "links", "live_links")


def view() -> ResponseReturnValue:
    """Render every department's line, ordered by one measure."""
    order = request.args.get("order", "registered")
    with sessions.reading() as work:
        board = scoreboard.newest(work)
        bodies = organizations.many(work, list(board.scores))
    return render(
        "disclosure/scoreboard.html",
        board=board,
        every=board.scores[""],
        lines=_lines(board.scores, bodies, order),
        order=order if order in (*RATES, "registered") else "registered",
    )


def line(ref: str) -> ResponseReturnValue:
    """Render one department's line, its trend and the records behind it."""
    with sessions.reading() as work:
        body = organizations.get(work, ref, "organization")
        board = scoreboard.newest(work)
        return render(
            "disclosure/score.html",
            body=body,
            at=board.at,
            score=board.scores.get(body.id, Score(organization=body.id)),
            trend=scoreboard.trend(work, body.id),
            lines=scoreboard.details(work, body.id),
            labels={indicator.key: indicator.label for indicator in INDICATORS},
        )


def export(extension: str) -> ResponseReturnValue:
    """Answer the board as CSV or JSON, rates with all their digits."""
    with sessions.reading() as work:
        board = scoreboard.newest(work)
        bodies = organizations.many(work, list(board.scores))
    rows = [_flat(score, bodies.get(key)) for key, score in board.scores.items()]
    if extension == "json":
        document = {"at": board.at, "lines": rows}
        return Response(msgspec.json.format(msgspec.json.encode(document)), content_type="application/json")
    text = StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    answer = Response("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename=scoreboard-{board.at:%Y-%m-%d}.csv"
    return answer


def _lines(scores: dict[str, Score], bodies: dict[str, Organization], order: str) -> list[tuple[Organization, Score]]:
    """Pair lines with their departments, the best first; those that cannot be judged come last."""
    found = [(bodies[key], score) for key, score in scores.items() if key in bodies]
    by = order if order in RATES else "registered"

    def rank(pair: tuple[Organization, Score]) -> tuple[bool, float, str]:
        value = getattr(pair[1], by)
        return value is None, -(value or 0), title_of(pair[0])

    return sorted(found, key=rank)


def _flat(score: Score, body: Organization | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "organization": body.name if body else score.organization,
        "title": body.title if body else "",
    }
    row |= {name: getattr(score, name) for name in (*COUNTS, *RATES)}
    for prefix, numbers in (("requests", score.requests), ("messages", score.feedback)):
        row |= {f"{prefix}_{name}": value for name, value in msgspec.structs.asdict(numbers).items()}
    return row


PAGE = Page("scoreboard", ("/scoreboard",), view)
EXPORT = Page("scoreboard_export", ("/scoreboard.<any(csv,json):extension>",), export)
LINE = Page("score", ("/scoreboard/<ref>",), line)
