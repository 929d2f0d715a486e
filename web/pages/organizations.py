"""Organizations: who publishes, how much, and how much of it is on time."""

from __future__ import annotations

import msgspec
from flask.typing import ResponseReturnValue

from publisher import organizations
from schemas.model import Organization
from web import freshness, questions, sessions
from web.pages.page import Page
from web.rendering import render


class Line(msgspec.Struct, frozen=True):
    """One organization with how many datasets it has, how many can be judged and how many are late."""

    organization: Organization
    count: int
    judged: int
    late: int


def view() -> ResponseReturnValue:
    """Render the list of organizations."""
    with sessions.reading() as work:
        every, judged, late = (
            {count.value: count.count for count in questions.counts(work, "organization", *filters)}
            for filters in ((), (freshness.judged(),), (freshness.late(work.now),))
        )
        lines = [
            Line(body, every.get(body.name, 0), judged.get(body.name, 0), late.get(body.name, 0))
            for body in organizations.listing(work, "organization")
        ]
        return render("organizations.html", lines=sorted(lines, key=lambda line: -line.count))


PAGE = Page("organizations", ("/organization",), view)
