"""The first page: a search box, the five themes, what is new, what is late, and numbers."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from publisher import organizations
from publisher.work import Work
from search.query import Term
from web import freshness, questions, sessions
from web.cards import cards
from web.pages.page import Page
from web.pages.themes import Theme, themes
from web.rendering import render


def view() -> ResponseReturnValue:
    """Render the first page."""
    with sessions.reading() as work:
        return render(
            "home.html",
            themes=[(theme, _recent(work, theme)) for theme in themes(work)],
            changed=cards(work, questions.ids(work, rows=6)),
            late=cards(work, questions.ids(work, freshness.late(work.now), rows=5)),
            total=questions.total(work),
            with_table=questions.total(work, Term("has_table", True)),
            bodies=len(organizations.listing(work, "organization")),
            timeliness=questions.timeliness(work, work.now),
        )


def _recent(work: Work, theme: Theme) -> list[object]:
    return list(cards(work, questions.ids(work, Term("themes", theme.name), rows=2))) if theme.count else []


PAGE = Page("home", ("/",), view)
