"""The rows of a table that an address shows, as a file in another format."""

from __future__ import annotations

from flask import Response, stream_with_context
from flask.typing import ResponseReturnValue

from publisher import table_exports, table_queries, tables
from schemas.errors import NotFound
from schemas.text import Text
from web import counting, sessions
from web.pages.page import Page
from web.pages.resource import EXPORTS, open_resource
from web.tables import selection

EVERY_ROW = 2**62


def view(ref: str, rid: str, extension: str) -> ResponseReturnValue:
    """Answer the rows, written while they are read."""
    with sessions.reading() as work:
        dataset, resource = open_resource(work, ref, rid)
        version = tables.find(work, resource.id)
        if version is None:
            raise NotFound(Text(zh="本站没有保存这个文件的行。", en="No rows of this file are kept here."))
        form = table_exports.FORMATS[extension]
        columns, batches = table_queries.stream(work.tables, version, selection(version, 0, EVERY_ROW))
        counting.used(dataset.id, resource.id, "download")
    body = form.write(columns, batches, table_exports.Style())
    answer = Response(stream_with_context(body), content_type=form.media_type)
    name = f"{dataset.name}-{resource.id[:8]}.{form.extension}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    if dataset.visibility == "public":
        answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


PAGE = Page("resource_rows", (f"/dataset/<ref>/resource/<rid>/rows.<any({','.join(EXPORTS)}):extension>",), view)
