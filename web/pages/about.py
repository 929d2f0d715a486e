"""About the site: what it is, who runs it and how it works."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from web.pages.page import Page
from web.rendering import render


def view() -> ResponseReturnValue:
    """Render the page."""
    return render("about.html")


PAGE = Page("about", ("/about",), view)
