"""Files by hand: upload one or name its address, replace it, or take it out; a table is checked at once."""

from __future__ import annotations

import re

import msgspec
from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from publisher import datasets, table_loading
from publisher.auth import Permission
from schemas.errors import GongkaiError, Invalid
from schemas.model import Dataset, Resource
from schemas.text import Text
from schemas.vocabulary import guess_format
from web import sessions
from web.language import gettext
from web.opening import open_dataset
from web.pages.page import Page
from web.pages.resource import open_resource
from web.rendering import clean, link, render, told

EMPTY = Text(
    zh="请选择一个文件，或填写以 http:// 或 https:// 开头的地址。",
    en="Choose a file, or give an address that begins with http:// or https://.",
)
UNFIT = re.compile(r'[\x00-\x1f"\\/?#%]+')


def new(ref: str) -> ResponseReturnValue:
    """Show the form of a new file, or add what was sent."""
    with sessions.reading() as work:
        dataset = open_dataset(work, ref)
        work.require(Permission.DATASET_EDIT, datasets.subject(dataset))
    return _answer(dataset, None)


def edit(ref: str, rid: str) -> ResponseReturnValue:
    """Show the form of a file, or keep what was sent; `act=remove` takes it out of the dataset."""
    with sessions.reading() as work:
        dataset, resource = open_resource(work, ref, rid)
        work.require(Permission.DATASET_EDIT, datasets.subject(dataset))
    if request.method == "POST" and request.form.get("act") == "remove":
        return _remove(dataset, resource)
    return _answer(dataset, resource)


def _answer(dataset: Dataset, old: Resource | None) -> ResponseReturnValue:
    shown = old or Resource()
    if request.method == "GET":
        return _form(dataset, shown, "")
    try:
        sent = _sent(shown)
    except Invalid as refused:
        return _form(dataset, shown, told(refused.message), 422)
    with sessions.working() as work:
        now = datasets.get(work, dataset.id)
        others = [one for one in now.resources if old is None or one.id != old.id]
        place = next((at for at, one in enumerate(now.resources) if old is not None and one.id == old.id), len(others))
        resources = (*others[:place], sent, *others[place:])
        kept = datasets.put(work, msgspec.structs.replace(now, resources=resources))
        resource = kept.resources[place]
    return _checked(kept, resource)


def _checked(dataset: Dataset, resource: Resource) -> ResponseReturnValue:
    """Check an uploaded table, and lead to its report where it has defects."""
    target = url_for("portal.resource", ref=dataset.name, rid=resource.id)
    if table_loading.loadable(resource):
        try:
            loaded = table_loading.load_resource(sessions.platform(), sessions.actor(), resource.id)
        except GongkaiError as refused:
            flash(told(refused.message), "error")
            return redirect(target)
        if loaded.outcome != "published":
            flash(gettext("The file is kept, but its table has defects; this is what was found."), "error")
            return redirect(url_for("portal.resource_report", ref=dataset.name, rid=resource.id))
        flash(gettext("The file is kept, and its table was checked without errors."), "done")
        return redirect(target)
    flash(gettext("The file is kept."), "done")
    return redirect(target)


def _sent(old: Resource) -> Resource:
    title, description = (clean(request.form.get(name, "")).strip() for name in ("title", "description"))
    changed = msgspec.structs.replace(old, title=title[:500], description=description[:20_000])
    upload = request.files.get("upload")
    if upload is not None and upload.filename:
        return _uploaded(changed, upload)
    address = link(request.form.get("url", ""))
    if address:
        known = guess_format(url=address)
        found = msgspec.structs.replace(changed, url=address, storage="", format=known.key if known else "", hash="")
        return changed if address == old.url else found
    if not old.id:
        raise Invalid({"upload": [EMPTY.en]}, EMPTY, code="no-file")
    return changed


def _uploaded(resource: Resource, upload: FileStorage) -> Resource:
    limit = sessions.platform().config.upload_limit_mb * 1_000_000
    stored = sessions.platform().files.save(upload.stream, limit=limit)
    name = UNFIT.sub("_", clean(upload.filename or "file"))[-150:]
    known = guess_format(url=name)
    return msgspec.structs.replace(
        resource,
        title=resource.title or name,
        url=name,
        storage="upload",
        hash=stored.sha256,
        bytes=stored.bytes,
        format=known.key if known else "",
        media_type=known.media_type if known else "application/octet-stream",
        schema=None,
    )


def _remove(dataset: Dataset, resource: Resource) -> ResponseReturnValue:
    with sessions.working() as work:
        now = datasets.get(work, dataset.id)
        kept = tuple(one for one in now.resources if one.id != resource.id)
        datasets.put(work, msgspec.structs.replace(now, resources=kept))
    flash(gettext("The file is taken out of the dataset."), "done")
    return redirect(url_for("portal.dataset", ref=dataset.name))


def _form(dataset: Dataset, resource: Resource, problem: str, status: int = 200) -> ResponseReturnValue:
    limit = sessions.platform().config.upload_limit_mb
    return render("resource/edit.html", dataset=dataset, resource=resource, problem=problem, limit=limit), status


NEW = Page("resource_new", ("/dataset/<ref>/resource/new",), new, ("GET", "POST"))
EDIT = Page("resource_edit", ("/dataset/<ref>/resource/<rid>/edit",), edit, ("GET", "POST"))
