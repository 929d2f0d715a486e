"""The site's own interface to tables: rows by keyset, groups, profiles, versions, differences and exports."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ParamSpec

import msgspec
import orjson
from flask import Blueprint, Response, request

from publisher import table_diff, table_profile, table_queries, tables
from publisher.auth import ANONYMOUS
from publisher.table_aggregates import MOST_GROUPS, aggregate, measure
from publisher.table_columns import ID
from publisher.table_drift import drift
from publisher.table_engine import SECONDS
from publisher.table_exports import FORMATS, Style
from publisher.table_queries import Order, Selection
from publisher.tables import Version
from publisher.work import Work
from schemas.errors import GongkaiError, Invalid, NotAuthorized, NotFound, Unavailable
from schemas.text import Text
from web.api import datastore_words, envelope, identity, tables_document
from web.api.reader import reader

blueprint = Blueprint("tables", __name__)

MOST_ROWS = 10_000
ROWS = 100
STYLE = Style()
EVERYTHING = 2**62
STATUS: tuple[tuple[type[GongkaiError], int], ...] = (
    (NotFound, 404),
    (NotAuthorized, 403),
    (Unavailable, 503),
    (GongkaiError, 400),
)
Args = ParamSpec("Args")


def answered(function: Callable[Args, Response]) -> Callable[Args, Response]:
    """Open reads to scripts of other sites and turn errors into one shape: code, message, and fields at fault."""

    @wraps(function)
    def answer(*args: Args.args, **kwargs: Args.kwargs) -> Response:
        try:
            found = function(*args, **kwargs)
        except GongkaiError as error:
            status = next(status for kind, status in STATUS if isinstance(error, kind))
            message = {"zh": error.message.zh, "en": error.message.en}
            fields = error.errors if isinstance(error, Invalid) else {}
            body = {"error": {"code": error.code, "message": message, "fields": fields}}
            found = Response(orjson.dumps(body), status=status, content_type="application/json; charset=utf-8")
        return envelope.opened(found)

    return answer


@blueprint.route("/api/tables/openapi.json")
@answered
def document() -> Response:
    """Answer the OpenAPI 3.1 document of this interface."""
    return _json(tables_document.document(identity.site()))


@blueprint.route("/api/tables/<resource_id>")
@answered
def describe(resource_id: str) -> Response:
    """Answer the columns, the key and the counts of a table."""
    with _reading() as work:
        version = _version(work, resource_id)
        return _cached(version, lambda: _described(version))


@blueprint.route("/api/tables/<resource_id>/rows")
@answered
def rows(resource_id: str) -> Response:
    """Answer one page of rows, and the cursor of the next."""
    with _reading() as work:
        cursor = _cursor()
        version = tables.at_version(work, resource_id, cursor[0]) if cursor else _version(work, resource_id)
        return _cached(version, lambda: _page(work, version, cursor[1] if cursor else None))


@blueprint.route("/api/tables/<resource_id>/aggregate")
@answered
def groups(resource_id: str) -> Response:
    """Answer groups of rows with counts, sums, ranges, means and percentiles."""
    with _reading() as work:
        version = _version(work, resource_id)
        return _cached(version, lambda: _aggregated(work, version))


@blueprint.route("/api/tables/<resource_id>/profile")
@answered
def profile(resource_id: str) -> Response:
    """Answer what the columns are like: missing, distinct, range, histogram, most frequent values."""
    with _reading() as work:
        version = _version(work, resource_id)
        return _cached(
            version,
            lambda: {"rows": version.rows, "columns": msgspec.to_builtins(tables.profile(work, version))},
        )


@blueprint.route("/api/tables/<resource_id>/versions")
@answered
def versions(resource_id: str) -> Response:
    """Answer the versions, newest first."""
    with _reading() as work:
        found = tables.versions(work, resource_id, limit=_whole("limit", 100, 1000), before=_optional("before"))
        return _json({"versions": [_told(version) for version in found]})


@blueprint.route("/api/tables/<resource_id>/diff")
@answered
def diff(resource_id: str) -> Response:
    """Answer what changed between two versions."""
    with _reading() as work:
        newer = _numbered(work, resource_id, "to") or tables.current(work, resource_id)
        older = _numbered(work, resource_id, "from")
        if older is None:
            older = tables.at_version(work, resource_id, max(1, newer.number - 1))
        limit = _whole("limit", 100, table_diff.MOST)
        return _cached(newer, lambda: _compared(work, older, newer, limit))


@blueprint.route("/api/tables/<resource_id>/export.<form>")
@answered
def export(resource_id: str, form: str) -> Response:
    """Stream all rows that a question names as a file."""
    if form not in FORMATS:
        raise _wrong("format", f"formats are {', '.join(FORMATS)}", f"可用格式：{'、'.join(FORMATS)}")
    with _reading() as work:
        version = _version(work, resource_id)
        etag = _etag(version)
        if request.if_none_match.contains_weak(etag):
            return _marked(Response(status=304), etag)
        selection = _selection(version, limit=_whole("limit", EVERYTHING, EVERYTHING))
        columns, batches = table_queries.stream(work.tables, version, selection)
    written = FORMATS[form]
    answer = Response(written.write(columns, batches, STYLE), content_type=written.media_type)
    name = f"{resource_id}-v{version.number}.{written.extension}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return _marked(answer, etag)


def _reading() -> Any:
    return identity.platform().read(reader())


def _version(work: Work, resource_id: str) -> Version:
    """Answer the version that `version` or `as_of` names, or the present one."""
    numbered = _numbered(work, resource_id, "version")
    if numbered is not None:
        return numbered
    moment = request.args.get("as_of", "")
    if not moment:
        return tables.current(work, resource_id)
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        raise _wrong("as_of", "as_of takes an ISO 8601 moment", "as_of 须为 ISO 8601 时刻") from None
    return tables.as_of(work, resource_id, found if found.tzinfo else found.replace(tzinfo=UTC))


def _numbered(work: Work, resource_id: str, name: str) -> Version | None:
    number = _optional(name)
    return None if number is None else tables.at_version(work, resource_id, number)


def _selection(version: Version, *, limit: int, after: tuple[Any, ...] | None = None) -> Selection:
    filters = datastore_words.parsed(request.args.get("filter") or "{}", "filter")
    asked = request.args.get("q", "")
    fields = tuple(part for part in request.args.get("select", "").split(",") if part)
    return Selection(
        where=datastore_words.condition(filters) if filters else None,
        asked=tuple(
            msgspec.structs.replace(each, ranked=False)
            for each in datastore_words.asked(asked, None, True, "english", version)
        ),
        fields=fields or None,
        order=_order(version),
        limit=limit,
        after=after,
    )


def _order(version: Version) -> tuple[Order, ...]:
    """Read `order`: columns with commas, `-` before one that goes down."""
    parts = [part for part in request.args.get("order", "").split(",") if part]
    return tuple(Order(field=part.removeprefix("-"), descending=part.startswith("-")) for part in parts)


def _page(work: Work, version: Version, after: tuple[Any, ...] | None) -> dict[str, Any]:
    wanted = _selection(version, limit=_whole("limit", ROWS, MOST_ROWS), after=after)
    shown = table_queries.columns_of(version, wanted)
    placed = (*dict.fromkeys((*(each.name for each in shown), *(each.field for each in wanted.order), ID)),)
    selection = msgspec.structs.replace(wanted, fields=placed, count=False)
    page = table_queries.read(work.tables, version, selection)
    places = [placed.index(each.field) for each in (*wanted.order, Order(field=ID))]
    last = page.rows[-1] if wanted.limit and len(page.rows) == wanted.limit else None
    found = {
        "version": version.number,
        "columns": [each.name for each in shown],
        "rows": datastore_words.records(shown, [row[: len(shown)] for row in page.rows], "lists", STYLE),
        "next": _written_cursor(version, [last[at] for at in places]) if last else None,
    }
    if request.args.get("count", "").lower() in ("true", "1", "yes"):
        counted = msgspec.structs.replace(wanted, limit=0, after=None)
        found["total"] = table_queries.read(work.tables, version, counted).total
    return found


def _compared(work: Work, older: Version, newer: Version, limit: int) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(table_diff.diff(work.tables, older, newer, limit=limit))
    profiles = [tables.profile(work, version) for version in (older, newer)]
    told = drift(profiles[0], profiles[1], older.rows, newer.rows)
    return found | {"drift": [msgspec.to_builtins(finding) for finding in told]}


def _aggregated(work: Work, version: Version) -> dict[str, Any]:
    order = request.args.get("order", "")
    wanted = _selection_of_groups(version)
    found = aggregate(
        work.tables,
        version,
        [part for part in request.args.get("by", "").split(",") if part],
        [measure(part) for part in request.args.get("values", "count").split(",") if part],
        where=wanted.where,
        asked=wanted.asked,
        order=order.removeprefix("-"),
        descending=order.startswith("-"),
        limit=_whole("limit", 1000, MOST_GROUPS),
    )
    rows = datastore_words.records(found.columns, found.rows, "lists", STYLE)
    names = [each.name for each in found.columns]
    return {"version": version.number, "columns": names, "rows": rows, "complete": found.complete}


def _selection_of_groups(version: Version) -> Selection:
    filters = datastore_words.parsed(request.args.get("filter") or "{}", "filter")
    asked = datastore_words.asked(request.args.get("q", ""), None, True, "english", version)
    return Selection(where=datastore_words.condition(filters) if filters else None, asked=asked)


def _described(version: Version) -> dict[str, Any]:
    columns = [{"name": c.name, "type": c.type} | _words(c.title, c.description) for c in version.columns]
    limits = {"rows": MOST_ROWS, "groups": MOST_GROUPS, "seconds": SECONDS}
    return _told(version) | {"columns": columns, "key": list(version.layout.key), "limits": limits}


def _words(title: str, description: str) -> dict[str, str]:
    return {name: text for name, text in (("title", title), ("description", description)) if text}


def _told(version: Version) -> dict[str, Any]:
    return {
        "id": version.resource_id,
        "dataset": version.dataset_id,
        "version": version.number,
        "at": version.at.isoformat(),
        "rows": version.rows,
        "bytes": version.bytes,
        "hash": version.hash,
    }


def _cursor() -> tuple[int, tuple[Any, ...]] | None:
    """Read `after`: the version that the pages are of, and the values of the last row."""
    given = request.args.get("after", "")
    if not given:
        return None
    try:
        number, *values = orjson.loads(base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)))
        if isinstance(number, int) and values and not any(isinstance(v, (list, dict)) for v in values):
            return number, tuple(values)
    except (ValueError, TypeError):
        pass
    raise _wrong("after", "after takes the `next` of an earlier page", "after 须为前一页给出的 next")


def _written_cursor(version: Version, values: list[Any]) -> str:
    plain = [str(value) if isinstance(value, float) else table_profile.exact(value) for value in values]
    return base64.urlsafe_b64encode(orjson.dumps([version.number, *plain])).decode().rstrip("=")


def _cached(version: Version, make: Callable[[], dict[str, Any]]) -> Response:
    """Answer 304 to whoever has this answer already: it depends on the version and the question alone."""
    etag = _etag(version)
    if request.if_none_match.contains_weak(etag):
        return _marked(Response(status=304), etag)
    return _marked(_json(make()), etag)


def _etag(version: Version) -> str:
    asked = request.full_path.encode()
    return hashlib.sha256(version.hash.encode() + str(version.number).encode() + asked).hexdigest()[:32]


def _marked(answer: Response, etag: str) -> Response:
    answer.set_etag(etag, weak=True)
    public = reader() == ANONYMOUS
    answer.headers["Cache-Control"] = "public, max-age=0, must-revalidate" if public else "private, no-cache"
    answer.headers["Vary"] = "Authorization, Cookie"
    return answer


def _json(body: Any) -> Response:
    return Response(orjson.dumps(body), content_type="application/json; charset=utf-8")


def _optional(name: str) -> int | None:
    return _whole(name, 0, 2**31) if request.args.get(name) else None


def _whole(name: str, default: int, most: int) -> int:
    given = request.args.get(name, "")
    if not given:
        return default
    if not (given.isascii() and given.isdigit() and len(given) < 20):
        raise _wrong(name, f"{name} takes a whole number from 0", f"{name} 须为非负整数")
    return min(int(given), most)


def _wrong(name: str, english: str, chinese: str) -> Invalid:
    return Invalid({name: [english]}, Text(zh=f"{chinese}。", en=f"{english}."), code="parameter")
