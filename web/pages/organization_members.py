"""Members of an organization: who may see what is not public, who may publish, who may choose them."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from publisher import organizations, users
from publisher.auth import ROLES, Permission
from schemas.errors import Invalid
from schemas.model import Organization
from schemas.text import Text
from web import sessions
from web.language import gettext
from web.pages.page import Page
from web.rendering import render, told


def view(ref: str) -> ResponseReturnValue:
    """Render the members, or give or end a role."""
    with sessions.reading() as work:
        body = organizations.get(work, ref, "organization")
        work.require(Permission.MEMBERS_EDIT, organizations.subject(body))
    if request.method == "GET":
        return _page(body)
    try:
        flash(_drop(body) if request.form.get("act") == "drop" else _set(body), "done")
    except Invalid as refused:
        return _page(body, told(refused.message), 422)
    return redirect(url_for("portal.organization_members", ref=body.name))


def _page(body: Organization, problem: str = "", status: int = 200) -> ResponseReturnValue:
    with sessions.reading() as work:
        people = organizations.members(work, body.id)
        return render("organization_members.html", body=body, people=people, roles=_roles(), problem=problem), status


def _roles() -> dict[str, str]:
    words = {
        "member": gettext("member: sees what is not public"),
        "editor": gettext("editor: publishes and changes"),
        "admin": gettext("administrator: also chooses the members"),
    }
    return {role: words.get(role, role) for role in ROLES}


def _set(body: Organization) -> str:
    name = request.form.get("user", "").strip()[:200]
    with sessions.working() as work:
        person = users.find(work, name)
        if person is None or person.state != "active":
            message = Text(zh=f"没有用户 {name}。", en=f"There is no account {name}.")
            raise Invalid({"user": [message.en]}, message, code="no-user")
        organizations.set_member(work, body, person.id, request.form.get("role", ""))
    return gettext("%(name)s has the role now.", name=person.display_name)


def _drop(body: Organization) -> str:
    with sessions.working() as work:
        organizations.drop_member(work, body, request.form.get("user", "")[:100])
    return gettext("The role is ended.")


PAGE = Page("organization_members", ("/organization/<ref>/members",), view, ("GET", "POST"))
