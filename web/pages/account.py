"""My account: my organizations, and the tokens with which programs act for me."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from publisher import organizations, users
from publisher.auth import Permission
from schemas.errors import NotAuthorized, NotFound
from schemas.text import Text
from web import questions, sessions
from web.cards import cards
from web.pages.page import Page
from web.rendering import render


def view() -> ResponseReturnValue:
    """Render the account, or make or revoke a token."""
    if not sessions.actor().known:
        return redirect(url_for("portal.login", next=request.path))
    if request.method == "POST":
        return _revoke(request.form["revoke"]) if request.form.get("revoke") else _make()
    return _page()


def _page(secret: str = "", status: int = 200) -> ResponseReturnValue:
    with sessions.reading() as work:
        work.require(Permission.OWN_ACCOUNT)
        person = users.get(work, work.actor.id)
        bodies = organizations.many(work, list(work.actor.roles))
        roles = [(body, work.actor.roles[key]) for key, body in bodies.items()]
        drafts = cards(work, questions.in_state(work, "draft"))
        page = render(
            "account.html", person=person, roles=roles, tokens=users.tokens(work, person), secret=secret, drafts=drafts
        )
    return page, status


def _make() -> ResponseReturnValue:
    name = request.form.get("token", "").strip()[:100] or "token"
    with sessions.working() as work:
        secret, _ = users.create_token(work, users.get(work, work.actor.id), name)
    return _page(secret, 201)


def _revoke(token_id: str) -> ResponseReturnValue:
    try:
        with sessions.working() as work:
            users.revoke_token(work, token_id[:100])
    except NotAuthorized:
        raise NotFound(Text(zh="没有这个令牌。", en="There is no such token.")) from None
    return redirect(url_for("portal.account"))


PAGE = Page("account", ("/user/me",), view, ("GET", "POST"))
