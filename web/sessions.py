"""Who is asking a page: the signed cookie, the login that writes it, and the token that every form carries."""

from __future__ import annotations

import hmac
import secrets
from contextlib import AbstractContextManager
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request, session

from publisher import users
from publisher.auth import ANONYMOUS, Actor
from publisher.wiring import Platform
from publisher.work import Work
from schemas.errors import Invalid, Unavailable
from schemas.text import Text

EXTENSION = "gongkai"
SAFE = {"GET", "HEAD", "OPTIONS"}
FIELD = "csrf_token"
FORGED = Text(
    zh="表单已过期或不是从本站打开的，内容没有提交。请重新打开页面再提交一次。",
    en="The form has expired or was not opened on this site, so nothing was sent. Open the page again and resubmit.",
)


def install(app: Flask, platform: Platform) -> None:
    """Hang the platform on the application, sign cookies with the site's key and check every form."""
    app.extensions[EXTENSION] = platform
    app.config.update(
        SECRET_KEY=platform.config.secret_key,
        SESSION_COOKIE_NAME="gongkai",
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=platform.config.site_url.startswith("https:"),
        PERMANENT_SESSION_LIFETIME=timedelta(hours=platform.config.session_hours),
    )
    app.before_request(check_form)
    app.context_processor(lambda: {"actor": actor(), "csrf_token": csrf_token, "csrf_field": FIELD})


def platform() -> Platform:
    """Answer the platform that this application serves."""
    held: Platform = current_app.extensions[EXTENSION]
    return held


def reading() -> AbstractContextManager[Work]:
    """Open a read-only unit of work for whoever asks."""
    return platform().read(actor())


def working() -> AbstractContextManager[Work]:
    """Open a unit of work that commits at its end, for whoever asks."""
    return platform().work(actor())


def actor() -> Actor:
    """Answer who asks: the user of a valid cookie, else the public."""
    if "actor" not in g:
        g.actor = _from_cookie()
    who: Actor = g.actor
    return who


def _from_cookie() -> Actor:
    user = session.get("user")
    if not isinstance(user, str):
        return ANONYMOUS
    try:
        with platform().read(ANONYMOUS) as work:
            person = users.find(work, user)
            if person is not None and person.state == "active":
                return users.actor_for(work, person)
    except Unavailable:
        return ANONYMOUS
    session.clear()
    return ANONYMOUS


def log_in(user: str) -> None:
    """Start a fresh session for a user whose password was right."""
    session.clear()
    session["user"] = user
    session.permanent = True
    g.pop("actor", None)


def log_out() -> None:
    """End the session."""
    session.clear()
    g.pop("actor", None)


def csrf_token() -> str:
    """Answer the token that a form of this session carries."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    return str(session["csrf"])


def check_form() -> None:
    """Refuse a form that does not carry the token of its session; the API, which takes no cookies, is left alone."""
    if request.method in SAFE or request.url_rule is None or not _is_page():
        return
    sent, held = request.form.get(FIELD, ""), session.get("csrf", "")
    if not held or not hmac.compare_digest(sent.encode(), str(held).encode()):
        raise Invalid({}, FORGED, code="form-forged")


def _is_page() -> bool:
    return request.blueprint is None or request.blueprint == "portal"


def local(address: str) -> str:
    """Answer an address to return to if it is on this site, else nothing."""
    parts = urlsplit(address.replace("\\", "/"))
    return address if address.startswith("/") and not address.startswith("//") and not parts.netloc else ""
