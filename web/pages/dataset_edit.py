"""Publish by hand: one form for a new dataset and for a change, made from the profile; drafts are kept."""

from __future__ import annotations

import msgspec
from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from publisher import datasets, organizations
from publisher.auth import Permission, Subject
from publisher.work import Work
from schemas import profiles
from schemas.errors import Invalid, NotAuthorized
from schemas.model import Dataset, Organization
from schemas.report import Finding
from schemas.text import Text
from web import forms, sessions
from web.language import gettext
from web.opening import open_dataset
from web.pages.page import Page
from web.rendering import clean, render

PROFILE = "open-data"
NOWHERE = Text(
    zh="您没有可以发布数据的部门。请部门管理员为您授予编辑权限。",
    en="There is no organization for which you may publish. Ask its administrator to make you an editor.",
)


def new() -> ResponseReturnValue:
    """Show the empty form, or keep what was sent as a draft or a published dataset."""
    if not sessions.actor().known:
        return redirect(url_for("portal.login", next=request.path))
    with sessions.reading() as work:
        owners = _owners(work)
    if not owners:
        raise NotAuthorized(NOWHERE)
    chosen = clean(request.args.get("organization", ""))[:100]
    owner = next((one.id for one in owners if chosen in (one.id, one.name)), owners[0].id)
    return _answer(Dataset(owner=owner, profile=PROFILE, licence="cc-by"), owners)


def edit(ref: str) -> ResponseReturnValue:
    """Show the form of a dataset, or keep what was sent."""
    with sessions.reading() as work:
        dataset = open_dataset(work, ref)
        work.require(Permission.DATASET_EDIT, datasets.subject(dataset))
        owners = _owners(work, dataset.owner)
    return _answer(dataset, owners)


def withdraw(ref: str) -> ResponseReturnValue:
    """Withdraw a dataset; its address, files and history stay and an administrator can bring it back."""
    with sessions.working() as work:
        dataset = datasets.remove(work, open_dataset(work, ref).id)
    flash(gettext("“%(title)s” is withdrawn.", title=clean(dataset.title)), "done")
    return redirect(url_for("portal.account"))


def _answer(dataset: Dataset, owners: list[Organization]) -> ResponseReturnValue:
    if request.method == "GET":
        return _form(dataset, owners, ())
    sent = _sent(dataset, owners)
    findings = profiles.check(sent).findings
    publishes = request.form.get("act") == "publish" or (dataset.revision > 0 and dataset.state == "active")
    if not sent.title or (publishes and _errors(findings)):
        return _form(sent, owners, findings, status=422)
    state = "active" if publishes else "draft"
    try:
        with sessions.working() as work:
            kept = datasets.put(
                work,
                msgspec.structs.replace(sent, state=state),
                expected_revision=_revision() if dataset.revision else None,
            )
    except Invalid as refused:
        finding = Finding(level="error", code=refused.code, message=refused.message, path="name")
        return _form(sent, owners, (*findings, finding), status=422)
    said = gettext("Published.") if publishes else gettext("Saved as a draft; only you and your organization see it.")
    flash(said, "done")
    return redirect(url_for("portal.dataset", ref=kept.name))


def _sent(dataset: Dataset, owners: list[Organization]) -> Dataset:
    form = {key: value for key, value in request.form.items() if isinstance(value, str)}
    sent = forms.filled(dataset.profile, dataset, form)
    owner = form.get("owner", dataset.owner)
    known = {one.id for one in owners}
    themes = tuple(dict.fromkeys(value[:100] for value in request.form.getlist("themes")[:20]))
    return msgspec.structs.replace(
        sent,
        name=form.get("name", "").strip()[:100] or dataset.name,
        owner=owner if owner in known else dataset.owner,
        themes=themes,
        visibility="private" if form.get("visibility") == "private" else "public",
    )


def _form(
    dataset: Dataset, owners: list[Organization], findings: tuple[Finding, ...], status: int = 200
) -> ResponseReturnValue:
    with sessions.reading() as work:
        groups = organizations.listing(work, "group")
    controls = forms.controls(dataset.profile, dataset, findings)
    named = {control.name for control in controls}
    page = render(
        "dataset/edit.html",
        dataset=dataset,
        controls=controls,
        owners=owners,
        groups=groups,
        problems=[control for control in controls if control.problem and (control.required or status == 200)],
        others=[finding for finding in findings if finding.level == "error" and finding.path not in named],
        errors=_errors(findings),
    )
    return page, status


def _errors(findings: tuple[Finding, ...]) -> list[Finding]:
    return [finding for finding in findings if finding.level == "error" and not finding.path.startswith("resources")]


def _owners(work: Work, kept: str = "") -> list[Organization]:
    """Answer the organizations for which this person may publish, the present owner first."""
    every = organizations.listing(work, "organization")
    mine = [one for one in every if work.may(Permission.DATASET_CREATE, _place(one)) or one.id == kept]
    return sorted(mine, key=lambda one: one.id != kept)


def _place(organization: Organization) -> Subject:
    return Subject(kind="dataset", owner=organization.id)


def _revision() -> int:
    text = request.form.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


NEW = Page("dataset_new", ("/dataset/new",), new, ("GET", "POST"))
EDIT = Page("dataset_edit", ("/dataset/edit/<ref>",), edit, ("GET", "POST"))
WITHDRAW = Page("dataset_withdraw", ("/dataset/delete/<ref>",), withdraw, ("POST",))
