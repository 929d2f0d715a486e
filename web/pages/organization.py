"""One organization: what it answers for, what is late, and its datasets."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from publisher import organizations
from publisher.auth import Permission, Subject
from search.query import Term
from web import freshness, questions, sessions
from web.cards import cards
from web.pages.harvest import STATES, lines
from web.pages.page import Page
from web.pages.search import answer
from web.rendering import render


def view(ref: str) -> ResponseReturnValue:
    """Render one organization."""
    with sessions.reading() as work:
        body = organizations.get(work, ref, "organization")
        mine = Term("organization", body.name)
        return render(
            "organization.html",
            body=body,
            parents=list(organizations.many(work, body.parents).values()),
            found=answer(work, mine, without=("organization",)),
            sources=lines(work, owner=body.id),
            states=STATES,
            may_edit=work.may(Permission.ORGANIZATION_EDIT, organizations.subject(body)),
            may_publish=work.may(Permission.DATASET_CREATE, Subject(kind="dataset", owner=body.id)),
            timeliness=questions.timeliness(work, work.now, mine),
            late=cards(work, questions.ids(work, freshness.late(work.now), mine, rows=5)),
        )


PAGE = Page("organization", ("/organization/<ref>",), view)
