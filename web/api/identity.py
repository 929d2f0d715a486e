"""Who calls, and the platform and address that a call runs on."""

from __future__ import annotations

from typing import cast

from flask import Request, current_app, request

from publisher import users
from publisher.auth import ANONYMOUS, Actor
from publisher.wiring import Platform
from web.api.action import Action

HEADERS = ("Authorization", "X-CKAN-API-Key")


def platform() -> Platform:
    """Answer the platform that the application serves."""
    return cast(Platform, current_app.extensions["gongkai"])


def site() -> str:
    """Answer the address of the site without a slash at its end."""
    return platform().config.site_url.rstrip("/") or request.url_root.rstrip("/")


def caller(request: Request, action: Action) -> Actor:
    """Find who calls by token; an unknown token, and any JSONP call, is anonymous."""
    if request.method == "GET" and "callback" in request.args:
        return ANONYMOUS
    for header in HEADERS:
        secret = request.headers.get(header, "").strip()
        if secret:
            return _by_token(secret)
    return ANONYMOUS


def _by_token(secret: str) -> Actor:
    with platform().read(ANONYMOUS) as work:
        actor, token = users.actor_for_token(work, secret), users.find_token(work, secret=secret)
    if token is not None and actor.known:
        users.note_use(platform(), token)
    return actor
