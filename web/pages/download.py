"""The file of a resource: from our own store, or a redirect to where its publisher keeps it."""

from __future__ import annotations

import re
from io import BytesIO

from flask import Response, redirect, request, send_file
from flask.typing import ResponseReturnValue

from publisher import access
from schemas.errors import NotFound
from schemas.model import Dataset, Resource
from schemas.text import Text
from schemas.vocabulary import FORMATS
from web import counting, sessions
from web.pages.page import Page
from web.pages.resource import open_resource
from web.rendering import file_name, link

SHA256 = re.compile(r"(?:sha-?256:)?([0-9a-f]{64})")
KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{62}")
ISOLATED = "sandbox; default-src 'none'"
ABSENT = Text(zh="这个文件不在本站，也没有可用的地址。", en="This file is not kept here and has no address to follow.")
PLAIN = {
    "text/csv",
    "text/plain",
    "text/tab-separated-values",
    "application/json",
    "application/pdf",
    "image/png",
    "image/jpeg",
}


def view(ref: str, rid: str, name: str = "") -> ResponseReturnValue:
    """Answer the bytes of a file, or the way to them."""
    with sessions.reading() as work:
        dataset, resource = open_resource(work, ref, rid)
        resource = beside(dataset, resource, name)
        counting.used(dataset.id, resource.id, "download")
        if resource.storage:
            access.require_fetch(work, dataset, resource)
    key = stored_key(resource)
    if key:
        return _file(resource, key, public=dataset.visibility == "public" and dataset.access_level == "public")
    target = link(resource.url or resource.access_url)
    if not target or resource.storage:
        raise NotFound(ABSENT)
    return redirect(target)


def beside(dataset: Dataset, resource: Resource, name: str) -> Resource:
    """Answer the resource whose file has that name where the asked one's has another: a package's files name others."""
    if not name or resource.url.rpartition("/")[2] == name:
        return resource
    return next((one for one in dataset.resources if one.storage == "upload" and one.url == name), resource)


def stored_key(resource: Resource) -> str:
    """Answer the key of a resource's file in our store, empty where it is kept elsewhere."""
    if resource.storage != "upload":
        return ""
    named = str(resource.extras.get("file_key", ""))
    sha = SHA256.fullmatch(resource.hash)
    key = named if KEY.fullmatch(named) else f"{sha[1][:2]}/{sha[1][2:]}" if sha else ""
    return key if key and sessions.platform().files.exists(key) else ""


def _file(resource: Resource, key: str, *, public: bool) -> Response:
    files = sessions.platform().files
    known = FORMATS.get(resource.format)
    kind = resource.media_type or (known.media_type if known else "") or "application/octet-stream"
    path = files.local_path(key)
    if path is None:
        with files.open(key) as stream:
            source: str | BytesIO = BytesIO(stream.read())
    else:
        source = path
    response = send_file(
        source,
        mimetype=kind,
        as_attachment=kind not in PLAIN,
        download_name=file_name(resource),
        conditional=True,
        etag=key.replace("/", ""),
        max_age=3600 if public else 0,
    )
    response.headers["Content-Security-Policy"] = ISOLATED
    if not public:
        response.headers["Cache-Control"] = "private, no-cache"
    if request.range and response.status_code == 200:
        response.headers["Accept-Ranges"] = "bytes"
    return response


PAGE = Page(
    "download",
    ("/dataset/<ref>/resource/<rid>/download/<path:name>", "/dataset/<ref>/resource/<rid>/download"),
    view,
)
