"""Themes: topics that gather datasets of many organizations."""

from __future__ import annotations

import msgspec
from flask.typing import ResponseReturnValue

from publisher import organizations
from publisher.work import Work
from schemas.model import Organization
from schemas.text import Text
from schemas.vocabulary import THEMES
from web import questions, sessions
from web.pages.page import Page
from web.rendering import render


class Theme(msgspec.Struct, frozen=True):
    """A theme, how many datasets it gathers for this reader, and the words that we have for it where it has none."""

    group: Organization
    count: int

    @property
    def name(self) -> str:
        """Answer the theme's name in addresses."""
        return self.group.name

    @property
    def description(self) -> Text | None:
        """Answer the vocabulary's own description of a theme that it knows."""
        known = THEMES.get(self.group.name)
        return known.description if known else None


def themes(work: Work) -> list[Theme]:
    """Answer the themes of the site, those of the vocabulary first and in its order."""
    counted = {count.value: count.count for count in questions.counts(work, "themes")}
    order = {key: place for place, key in enumerate(THEMES)}
    groups = sorted(organizations.listing(work, "group"), key=lambda group: order.get(group.name, len(order)))
    return [Theme(group, counted.get(group.name, 0)) for group in groups]


def view() -> ResponseReturnValue:
    """Render the list of themes."""
    with sessions.reading() as work:
        return render("themes.html", themes=themes(work))


PAGE = Page("themes", ("/group",), view)
