"""The record of an organization: made by whoever may, kept by its administrators."""

from __future__ import annotations

import msgspec
from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from publisher import organizations
from publisher.auth import Permission
from schemas.errors import Invalid
from schemas.model import Contact, Organization
from schemas.text import Text
from web import sessions
from web.language import gettext
from web.pages.page import Page
from web.rendering import clean, link, render, told

UNTITLED = Text(zh="请填写部门名称。", en="Give the organization's title.")


def new() -> ResponseReturnValue:
    """Show the empty form, or make the organization."""
    with sessions.reading() as work:
        work.require(Permission.ORGANIZATION_CREATE)
    return _answer(Organization())


def edit(ref: str) -> ResponseReturnValue:
    """Show the form of an organization, or keep what was sent."""
    with sessions.reading() as work:
        body = organizations.get(work, ref, "organization")
        work.require(Permission.ORGANIZATION_EDIT, organizations.subject(body))
    return _answer(body)


def _answer(body: Organization) -> ResponseReturnValue:
    if request.method == "GET":
        return render("organization_edit.html", body=body, problem="")
    sent = _sent(body)
    try:
        if not sent.title:
            raise Invalid({"title": [UNTITLED.en]}, UNTITLED, code="no-title")
        with sessions.working() as work:
            kept = organizations.put(work, sent)
    except Invalid as refused:
        return render("organization_edit.html", body=sent, problem=told(refused.message)), 422
    flash(gettext("Saved."), "done")
    return redirect(url_for("portal.organization", ref=kept.name))


def _sent(body: Organization) -> Organization:
    form = {key: clean(value).strip()[:20_000] for key, value in request.form.items()}
    english = {**body.translations.get("en", {}), "title": form.get("title_en", "")}
    return msgspec.structs.replace(
        body,
        name=form.get("name", "")[:100] or body.name,
        title=form.get("title", "")[:300],
        description=form.get("description", ""),
        code=form.get("code", "")[:18],
        homepage=link(form.get("homepage", "")),
        contact=Contact(
            name=form.get("contact", "")[:200], email=form.get("email", "")[:200], phone=form.get("phone", "")[:100]
        ),
        translations={**body.translations, "en": {key: text for key, text in english.items() if text}},
    )


NEW = Page("organization_new", ("/organization/new",), new, ("GET", "POST"))
EDIT = Page("organization_edit", ("/organization/edit/<ref>",), edit, ("GET", "POST"))
