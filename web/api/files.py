"""Actions on files that people keep beside packages."""

from __future__ import annotations

import mimetypes
from typing import Any

from publisher import datasets, uploads, users
from publisher.auth import Permission, Subject
from publisher.datasets import subject as dataset_subject
from publisher.uploads import Upload
from schemas.text import Text
from web.api.action import Action, Param, limit, reference
from web.api.call import Call
from web.api.errors import MISSING, Missing, Refused, refuse
from web.api.parameters import boolean
from web.api.resources import file_name


def _shown(one: Upload) -> dict[str, Any]:
    return {
        "name": one.name,
        "location": one.location,
        "storage": "default",
        "content_type": one.media_type,
        "size": one.size,
        "hash": one.md5,
        "algorithm": "md5",
        "created": one.created.isoformat(),
        "storage_data": {},
        "id": one.id,
        "owner_type": one.owner_kind,
        "owner_id": one.owner_id,
        "pinned": one.pinned,
    }


def _found(call: Call, to: str) -> Upload:
    one = uploads.find(call.work, call.text("id"))
    if one is None:
        raise Missing("file")
    if not call.work.may(Permission.USER_EDIT, uploads.subject(one)):
        raise Refused(f"Not allowed to {to} file")
    call.permit(uploads.subject(one))
    return one


def file_create(call: Call) -> dict[str, Any]:
    """Keep an uploaded file."""
    upload = call.data.get("upload")
    if upload is None or not hasattr(upload, "stream"):
        raise refuse(upload=MISSING)
    call.permit(Subject(kind="user", id=call.actor.id), "create file")
    name = file_name(call.text("name") or upload.filename or "file")
    media = mimetypes.guess_type(name)[0] or upload.mimetype or "application/octet-stream"
    return _shown(uploads.add(call.work, upload.stream, name, media))


def file_show(call: Call) -> dict[str, Any]:
    """Answer one file's details."""
    return _shown(_found(call, "read"))


def file_rename(call: Call) -> dict[str, Any]:
    """Rename a file."""
    if not call.text("name"):
        raise refuse(name=MISSING)
    return _shown(uploads.change(call.work, _found(call, "edit"), name=file_name(call.text("name"))))


def file_delete(call: Call) -> dict[str, Any]:
    """Erase a file."""
    one = _found(call, "delete")
    uploads.remove(call.work, one)
    return _shown(one)


def file_pin(call: Call) -> dict[str, Any]:
    """Keep a file with its owner."""
    return _shown(uploads.change(call.work, _found(call, "edit"), pinned=True))


def file_unpin(call: Call) -> dict[str, Any]:
    """Let a file go from its owner."""
    return _shown(uploads.change(call.work, _found(call, "edit"), pinned=False))


def file_ownership_transfer(call: Call) -> dict[str, Any]:
    """Hand a file to another owner, a person or a dataset that the caller may edit."""
    one = _found(call, "edit")
    if one.pinned and not boolean(call.data.get("force", False)):
        raise refuse(id="File is pinned")
    kind, ref = call.text("owner_type"), call.text("owner_id")
    if kind == "user":
        person = users.find(call.work, ref)
        owner = person.id if person is not None else ""
    else:
        dataset = datasets.find(call.work, ref)
        if dataset is not None:
            call.require(Permission.DATASET_EDIT, dataset_subject(dataset), f"edit package {dataset.id}")
        owner = dataset.id if dataset is not None else ""
    if not owner:
        raise Missing("owner")
    pinned = boolean(call.data.get("pin", False))
    return _shown(uploads.change(call.work, one, owner_kind=kind, owner_id=owner, pinned=pinned))


def file_owner_scan(call: Call) -> dict[str, Any]:
    """Answer the files of an owner, the caller unless another is named."""
    owner = call.text("owner_id") or call.actor.id
    call.permit(Subject(kind="user", id=owner))
    kind = call.text("owner_type") or "user"
    rows = call.get("rows", 10)
    total, page = uploads.owned_by(call.work, kind, owner, start=call.get("start", 0), rows=rows)
    return {"count": total, "results": [_shown(one) for one in page]}


NAME = Param("name", "text", Text(zh="文件名。", en="Name of the file."))
EDIT = Permission.USER_EDIT
ID = (reference(),)
OWNER = (
    Param("owner_id", "text", Text(zh="所有者 id。", en="Id of the owner.")),
    Param("owner_type", "text", Text(zh="user 或 package。", en="user or package.")),
)
FORCE = (
    Param("force", "any", Text(zh="强制。", en="Take pinned files too.")),
    Param("pin", "any", Text(zh="固定。", en="Pin it to the new owner.")),
)
PAGE = (
    Param("start", "natural", Text(zh="起始位置。", en="Where to start."), default=0),
    Param("rows", "natural", Text(zh="条数，至多 100。", en="At most 100."), default=10, ceiling=100),
)


def _row(name: str, function: Any, zh: str, en: str, params: Any, *, reads: bool = False) -> Action:
    return Action(name, function, Text(zh=zh, en=en), params, reads=reads, permission=EDIT, returns="object")


UPLOAD = Param("upload", "any", Text(zh="文件（multipart）。", en="The file, sent as multipart."))
ACTIONS = (
    _row("file_create", file_create, "上传文件。", "Create a new file.", (NAME, UPLOAD)),
    _row("file_show", file_show, "返回文件信息。", "Show file details.", ID, reads=True),
    _row("file_rename", file_rename, "重命名文件。", "Rename the file.", (*ID, NAME)),
    _row("file_delete", file_delete, "删除文件。", "Remove file from storage.", ID),
    _row("file_pin", file_pin, "固定文件。", "Pin file to the current owner.", ID),
    _row("file_unpin", file_unpin, "取消固定。", "Unpin file from the current owner.", ID),
    _row("file_ownership_transfer", file_ownership_transfer, "转移文件。", "Transfer a file.", (*ID, *OWNER, *FORCE)),
    _row("file_owner_scan", file_owner_scan, "列出文件。", "List files of the owner.", (*OWNER, *PAGE), reads=True),
)
__all__ = ["ACTIONS", "limit"]
