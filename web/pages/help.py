"""Help: how to find, judge and take data, for citizens, developers and departments."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from web.pages.page import Page
from web.rendering import render


def view() -> ResponseReturnValue:
    """Render the page."""
    return render("help.html")


PAGE = Page("help", ("/help",), view)
