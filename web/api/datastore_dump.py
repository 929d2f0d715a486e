"""The address that streams a table, or the rows of a search, as one file."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson
import pyarrow as pa
from flask import Blueprint, Response, request

from publisher import table_exports, table_queries
from publisher.table_columns import Column
from publisher.table_exports import FORMATS
from publisher.table_queries import Selection
from publisher.tables import Version
from schemas.errors import Invalid, NotAuthorized, NotFound
from web.api import datastore, datastore_words, identity
from web.api.call import Call
from web.api.decoding import decode
from web.api.parameters import checked, natural
from web.api.reader import reader

blueprint = Blueprint("datastore_dump", __name__)

OFFERED = ("csv", "tsv", "json", "xml", "parquet", "xlsx", "arrow")
EVERYTHING = 2**62


@blueprint.route("/datastore/dump/<resource_id>")
def dump(resource_id: str) -> Response:
    """Answer the rows of a table as a file; a table that is not there or may not be seen is not found."""
    form = request.args.get("format", "csv").lower()
    if form not in OFFERED:
        return _told(f"format: Value must be one of {', '.join(OFFERED)}", 400)
    try:
        version, columns, batches = _rows(resource_id)
    except (NotFound, NotAuthorized):
        return _told("DataStore resource not found", 404)
    except Invalid as error:
        return _told(str(error.message.en), 400)
    marked = form in ("csv", "tsv") and request.args.get("bom", "").lower() in ("true", "yes", "on", "1", "t")
    answer = Response(_body(form, columns, batches, marked), content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="{version.resource_id}.{FORMATS[form].extension}"'
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _rows(resource_id: str) -> tuple[Version, tuple[Column, ...], Iterator[pa.RecordBatch]]:
    action = datastore.ACTIONS[0]
    sent = decode(request, True) | {"resource_id": resource_id}
    data = checked(action, sent)
    data["limit"] = EVERYTHING if sent.get("limit") in (None, "") else natural(sent["limit"])
    platform = identity.platform()
    with platform.read(reader()) as work:
        call = Call(action.name, action.permission, data, work, platform, identity.site(), frozenset(sent))
        version = datastore.table_of(call, resource_id)
        selection: Selection = datastore.selection_of(data, version)
        columns, batches = table_queries.stream(work.tables, version, selection)
    return version, columns, batches


def _body(form: str, columns: Sequence[Column], batches: Iterable[pa.RecordBatch], marked: bool) -> Iterator[bytes]:
    """Yield the file; an error on the way cuts it off, which is all that a stream can say."""
    if marked:
        yield codecs.BOM_UTF8
    if form == "json":
        yield from _json(columns, batches)
    elif form in ("csv", "tsv"):
        yield from _delimited(columns, batches, "," if form == "csv" else "\t")
    else:
        yield from FORMATS[form].write(columns, batches, datastore_words.PAGE_STYLE)


def _delimited(columns: Sequence[Column], batches: Iterable[pa.RecordBatch], delimiter: str) -> Iterator[bytes]:
    yield table_exports.lines([[column.name for column in columns]], delimiter, "\r\n")
    for rows in table_exports.rows_of(batches):
        texts = ([datastore_words.text_of(c, v) for c, v in zip(columns, row, strict=True)] for row in rows)
        yield table_exports.lines(texts, delimiter)


def _json(columns: Sequence[Column], batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    yield b'{\n  "fields": ' + orjson.dumps([datastore_words.field(column) for column in columns])
    yield b',\n  "records": ['
    joint = b"\n    "
    for rows in table_exports.rows_of(batches):
        values: list[Any] = datastore_words.records(columns, rows, "lists")
        yield joint + b",\n    ".join(orjson.dumps(row) for row in values)
        joint = b",\n    "
    yield b"\n]}\n"


def _told(message: str, status: int) -> Response:
    return Response(f"{message}\n", status=status, content_type="text/plain; charset=utf-8")
