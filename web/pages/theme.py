"""One theme: its datasets, through the same search as everywhere."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from publisher import organizations
from schemas.vocabulary import THEMES
from search.query import Term
from web import sessions
from web.pages.page import Page
from web.pages.search import answer
from web.rendering import description_of, render, sentence, told


def view(ref: str) -> ResponseReturnValue:
    """Render one theme."""
    with sessions.reading() as work:
        group = organizations.get(work, ref, "group")
        found = answer(work, Term("themes", group.name), without=("groups",))
        known = THEMES.get(group.name)
        description = sentence(description_of(group)) or (told(known.description) if known else "")
        return render("theme.html", group=group, description=description, found=found)


PAGE = Page("theme", ("/group/<ref>",), view)
