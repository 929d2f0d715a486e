"""Log in with a name or an e-mail address and a password."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from publisher import users
from publisher.auth import ANONYMOUS
from web import sessions
from web.pages.page import Page
from web.rendering import render


def view() -> ResponseReturnValue:
    """Render the form, or log in and go on to where the person came from."""
    target = sessions.local(request.values.get("next", ""))
    if request.method == "GET":
        return render("login.html", target=target, name="", refused=False)
    name, password = request.form.get("name", "").strip()[:200], request.form.get("password", "")[:1000]
    with sessions.platform().read(ANONYMOUS) as work:
        user = users.check_password(work, name, password)
    if user is None:
        return render("login.html", target=target, name=name, refused=True), 422
    sessions.log_in(user.id)
    return redirect(target or url_for("portal.account"))


PAGE = Page("login", ("/user/login",), view, ("GET", "POST"))
