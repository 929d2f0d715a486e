"""Actions on resources: links, uploaded files and tables of a package."""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from typing import Any
from urllib.parse import urlsplit

import msgspec

from publisher import datasets, resources, views
from publisher.auth import Permission
from publisher.datasets import subject
from schemas import vocabulary
from schemas.errors import Invalid
from schemas.mappings.ckan import to_dataset
from schemas.mappings.mapped import Context
from schemas.model import Dataset, Resource, replace
from schemas.text import Text
from web.api.action import Action, Param, limit, offset, reference
from web.api.call import Call, Changed
from web.api.errors import Missing, refuse
from web.api.package_input import resource_of
from web.api.packages_shown import packages, resource

KEPT = ("name", "format", "size", "last_modified", "hash")
OWN_PARAMS = frozenset({"package_id", "upload"})
KEYS = ("cache_last_updated", "metadata_modified", "datastore_active", "package_id", "position", "created", "state")


def found(call: Call, to: str) -> tuple[Dataset, Resource]:
    """Answer the resource that the call names, and its dataset, once the caller may do `to` it."""
    pair = resources.find(call.work, call.text("id"), change=to != "read")
    if pair is None:
        raise Missing("Resource was not found." if to != "read" else "")
    call.permit(subject(pair[0]), f"{to} resource {pair[1].id}")
    return pair


def resource_show(call: Call) -> dict[str, Any]:
    """Answer one resource."""
    dataset, one = found(call, "read")
    return resource(call, dataset, one)


def resource_create(call: Call) -> Changed:
    """Append a resource to a package; an uploaded file is kept by the site."""
    ref = call.text("package_id")
    dataset = datasets.find(call.work, ref, change=True)
    if dataset is None:
        raise Missing()
    call.permit(subject(dataset), f"create resources on dataset {ref}")
    sent = {key: call.data[key] for key in call.sent if key in call.data}
    made = _read(call, {key: value for key, value in sent.items() if key != "package_id"}, None)
    if made.id and resources.find(call.work, made.id) is not None:
        raise refuse(id="Resource id already exists.")
    kept = datasets.put(call.work, replace(dataset, resources=(*dataset.resources, made)))
    views.add_defaults(call.work, kept, kept.resources[-1:])
    return Changed(resource(call, kept, kept.resources[-1]), (kept.id,))


def resource_update(call: Call) -> Changed:
    """Replace a resource; its id, position and creation stay."""
    dataset, old = found(call, "edit")
    sent = {key: call.data[key] for key in call.sent if key in call.data}
    kept = {key: value for key, value in _plain(call, dataset, old).items() if key in KEPT}
    return _changed(call, dataset, old, {**kept, **sent})


def resource_patch(call: Call) -> Changed:
    """Change the named fields of a resource."""
    dataset, old = found(call, "edit")
    sent = {key: call.data[key] for key in call.sent if key in call.data}
    return _changed(call, dataset, old, {**_plain(call, dataset, old), **sent})


def resource_delete(call: Call) -> Changed:
    """Take a resource out of its package."""
    dataset, old = found(call, "delete")
    datasets.put(call.work, replace(dataset, resources=tuple(one for one in dataset.resources if one.id != old.id)))
    return Changed(None, (dataset.id,))


def _plain(call: Call, dataset: Dataset, old: Resource) -> dict[str, Any]:
    shown = resource(call, dataset, old)
    return {key: value for key, value in shown.items() if key not in KEYS}


def _changed(call: Call, dataset: Dataset, old: Resource, sent: dict[str, Any]) -> Changed:
    made = _read(call, {**sent, "id": old.id}, old)
    kept = datasets.put(
        call.work, replace(dataset, resources=tuple(made if one.id == old.id else one for one in dataset.resources))
    )
    return Changed(resource(call, kept, next(one for one in kept.resources if one.id == old.id)), (kept.id,))


def _read(call: Call, sent: dict[str, Any], old: Resource | None) -> Resource:
    upload = sent.pop("upload", None)
    clean, errors = resource_of({key: value for key, value in sent.items() if key not in OWN_PARAMS})
    if errors:
        raise Invalid(errors)
    previous = Dataset(resources=(old,)) if old is not None else None
    made = to_dataset({"name": "x", "resources": [clean]}, Context(own=True, previous=previous)).dataset.resources[0]
    if hasattr(upload, "filename") and upload.filename:
        return _uploaded(call, made, upload)
    if not made.media_type and "url" in sent and (old is None or made.url != old.url):
        made = msgspec.structs.replace(made, media_type=mimetypes.guess_type(urlsplit(made.url).path)[0] or "")
    if old is not None and old.storage == "upload" and made.storage == "upload" and made.url != old.url:
        made = msgspec.structs.replace(made, storage="")
    return made


def _uploaded(call: Call, made: Resource, upload: Any) -> Resource:
    name = file_name(upload.filename)
    stored = call.work.files.save(upload.stream, limit=call.work.config.upload_limit_mb * 1_000_000)
    guessed = mimetypes.guess_type(name)[0] or upload.mimetype or ""
    form = vocabulary.guess_format("", guessed, name)
    return msgspec.structs.replace(
        made,
        url=name,
        storage="upload",
        bytes=stored.bytes,
        hash=stored.sha256,
        media_type=made.media_type or guessed,
        format=made.format or (form.key if form else ""),
        modified=call.work.now.replace(tzinfo=None).isoformat(timespec="microseconds"),
    )


def file_name(given: str) -> str:
    """Make a safe lower-case ASCII file name that keeps its ending."""
    plain = unicodedata.normalize("NFKD", given.replace("\\", "/").rpartition("/")[2])
    safe = re.sub(r"[^a-zA-Z0-9_.-]+", "-", plain.encode("ascii", "ignore").decode()).strip("-.").lower()
    return safe[-100:] or "file"


def resource_search(call: Call) -> dict[str, Any]:
    """Find resources of public packages by `field:term` pairs, all of which must hold."""
    call.permit()
    query = call.data.get("query")
    listed = query if isinstance(query, list) else [query] if query else []
    if not listed:
        raise refuse(query="Missing value")
    terms = []
    for one in listed:
        field, colon, term = str(one).partition(":")
        if not colon:
            raise Invalid({"query": "Must be <field>:<value> pair(s)"})
        terms.append((field.strip(), term.strip()))
    return _found(call, terms)


_FIELDS = {"name": "title", "description": "description", "format": "format", "url": "url", "hash": "hash", "id": "id"}


def _found(call: Call, terms: list[tuple[str, str]]) -> dict[str, Any]:
    unknown = [field for field, _ in terms if field not in _FIELDS]
    if unknown:
        raise Invalid({"query": f'Field "{unknown[0]}" not recognised in resource_search.'})
    order = str(call.get("order_by") or "")
    if order and order not in _FIELDS:
        raise Invalid({"order_by": f'Field "{order}" not recognised.'})
    pairs = [(_FIELDS[field], term) for field, term in terms]
    total, page = resources.search(
        call.work, pairs, order=_FIELDS.get(order, ""), offset=call.get("offset", 0), limit=call.get("limit", 1000)
    )
    shown = {one["id"]: one for package in packages(call, list(page.values())) for one in package["resources"]}
    return {"count": total, "results": [shown[key] for key in page if key in shown]}


UPLOAD = Param("upload", "any", Text(zh="上传的文件（multipart）。", en="A file to keep, sent as multipart."))
FIELDS = (
    Param("url", "any", Text(zh="地址。", en="Address.")),
    Param("name", "any", Text(zh="名称。", en="Name.")),
    Param("description", "any", Text(zh="说明。", en="Description.")),
    Param("format", "any", Text(zh="格式。", en="Format.")),
    UPLOAD,
)
EDIT = Permission.DATASET_EDIT

ACTIONS = (
    Action(
        "resource_show",
        resource_show,
        Text(zh="返回一个资源。", en="Return the metadata of a resource."),
        (reference(),),
        permission=Permission.DATASET_READ,
        returns="object",
    ),
    Action(
        "resource_create",
        resource_create,
        Text(zh="为数据集新增资源。", en="Append a new resource to a dataset."),
        (Param("package_id", "text", Text(zh="数据集。", en="The dataset."), required=True), *FIELDS),
        reads=False,
        permission=EDIT,
        returns="object",
    ),
    Action(
        "resource_update",
        resource_update,
        Text(zh="整体更新资源。", en="Update a resource."),
        (reference(), *FIELDS),
        reads=False,
        permission=EDIT,
        returns="object",
    ),
    Action(
        "resource_patch",
        resource_patch,
        Text(zh="更新资源的部分字段。", en="Patch a resource."),
        (reference(), *FIELDS),
        reads=False,
        permission=EDIT,
        returns="object",
    ),
    Action(
        "resource_delete",
        resource_delete,
        Text(zh="删除资源。", en="Delete a resource from a dataset."),
        (reference(),),
        reads=False,
        permission=EDIT,
        returns="null",
    ),
    Action(
        "resource_search",
        resource_search,
        Text(zh="按字段检索公开资源。", en="Search the resources of public datasets by `field:term`."),
        (
            Param("query", "any", Text(zh="field:term，可为列表。", en="`field:term`, or a list of them."), many=True),
            Param("order_by", "text", Text(zh="排序字段。", en="Field to sort by.")),
            limit(1000, 1000),
            offset(),
        ),
        returns="object",
    ),
)
