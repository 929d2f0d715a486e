"""Log out: only by a form, so that no link of another site can do it."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from web import sessions
from web.pages.page import Page


def view() -> ResponseReturnValue:
    """End the session and go to the first page."""
    sessions.log_out()
    return redirect(url_for("portal.home"))


PAGE = Page("logout", ("/user/logout",), view, ("POST",))
