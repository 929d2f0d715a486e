"""The contract's actions on the rows of tables: searching, SQL and what a table is like."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlencode

import orjson

from publisher import datastore, table_queries, table_sql, tables
from publisher.auth import Permission
from publisher.table_columns import ID, Column
from publisher.table_queries import Page, Selection
from publisher.tables import Version
from schemas.errors import Invalid, NotAuthorized, NotFound
from schemas.text import Text
from web import counting
from web.api import datastore_edits, datastore_words
from web.api.action import Action, Param
from web.api.call import Call
from web.api.errors import Missing, Refused, missing, refuse

LISTING = "_table_metadata"
FORMS = ("objects", "lists", "csv", "tsv")
ECHOED = ("full_text", "q", "plain", "language", "filters", "distinct", "sort", "offset")
LISTING_FIELDS = (("_id", "int"), ("name", "name"), ("oid", "oid"), ("alias_of", "name"))


def datastore_search(call: Call) -> dict[str, Any]:
    """Search the rows of a table."""
    name = call.text("resource_id") or call.text("id")
    if not name:
        raise missing("resource_id")
    call.permit()
    if call.data.get("records_format") not in FORMS:
        raise refuse(records_format=f"Value must be one of {list(FORMS)}")
    if name == LISTING:
        return _listing(call)
    version = table_of(call, name)
    selection = selection_of(call.data, version)
    try:
        page = table_queries.read(call.work.tables, version, selection)
    except Invalid as error:
        if error.code not in ("bad-value", "query", "query-time", "query-memory"):
            raise
        raise _unreadable(f"filters: {call.data.get('filters')!r}", error) from None
    return _echo(call, name) | _found(call, version, selection, page) | _onward(call, name, page)


def selection_of(data: dict[str, Any], version: Version) -> Selection:
    """Read the parameters of a search."""
    data["filters"] = datastore_words.parsed(data.get("filters"), "filters")
    q = data.get("q")
    data["q"] = datastore_words.parsed(q, "q") if isinstance(q, str) and q.lstrip()[:1] == "{" else q
    if isinstance(data["q"], (int, float)):
        data["q"] = str(data["q"])
    return Selection(
        where=datastore_words.condition(data["filters"]) if data["filters"] else None,
        asked=datastore_words.asked(
            data["q"],
            data.get("full_text"),
            data.get("plain") is not False,
            str(data.get("language") or "english"),
            version,
        ),
        fields=_wanted(data.get("fields")),
        distinct=bool(data.get("distinct")),
        order=datastore_words.orders(data.get("sort"), version),
        limit=data["limit"],
        offset=data.get("offset") or 0,
        count=bool(data.get("include_total")),
    )


def table_of(call: Call, name: str) -> Version:
    """Answer the table of a resource or alias that the caller may read."""
    try:
        version = tables.current(call.work, name)
        counting.used(version.dataset_id, version.resource_id, "call")
        return version
    except NotAuthorized:
        raise Refused(f"User {call.who} not authorized to perform resource_show on resource {name}") from None
    except NotFound:
        raise Missing(f'Resource "{name}" was not found.') from None


def _wanted(fields: Any) -> tuple[str, ...] | None:
    if not fields:
        return None
    parts = [part for each in fields for part in (str(each).split(",") if isinstance(each, str) else [str(each)])]
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip())) or None


def _echo(call: Call, name: str) -> dict[str, Any]:
    """Answer the parameters as the contract repeats them."""
    sent = {key: call.data[key] for key in ECHOED if key in call.sent and call.data.get(key) is not None}
    always = ("include_next_page", "include_total", "limit", "records_format")
    return sent | {key: call.data[key] for key in always} | {"resource_id": name}


def _found(call: Call, version: Version, selection: Selection, page: Page) -> dict[str, Any]:
    found: dict[str, Any] = {
        "records": datastore_words.records(page.columns, page.rows, call.data["records_format"]),
        "fields": [datastore_words.field(column) for column in page.columns],
    }
    if selection.where is not None:
        found["filterops"] = datastore_words.operation(selection.where)
    if page.total is not None:
        found |= {"total": page.total, "total_was_estimated": False}
    return found


def _onward(call: Call, name: str, page: Page) -> dict[str, Any]:
    """Answer the links to the pages around, and the parameters of the next page where that was asked."""
    sent = {key: call.data[key] for key in sorted(call.sent) if call.data.get(key) is not None and key != "id"}
    sent |= {"resource_id": name}
    limit, offset = call.data["limit"], call.data.get("offset") or 0
    links = {"start": _link(sent | {"offset": 0}), "next": _link(sent | {"offset": offset + limit})}
    if offset:
        links["prev"] = _link(sent | {"offset": max(0, offset - limit)})
    result: dict[str, Any] = {"_links": links}
    if call.data["include_next_page"] and limit and len(page.rows) == limit:
        result["next_page"] = _next(call, sent, page, offset + limit)
    return result


def _next(call: Call, sent: dict[str, Any], page: Page, offset: int) -> dict[str, Any]:
    simple = not any(call.data.get(key) for key in ("q", "full_text", "sort", "distinct"))
    if not simple or page.columns[0].name != ID:
        return sent | {"offset": offset}
    filters = dict(call.data["filters"] or {})
    rest = {key: value for key, value in sent.items() if key != "offset"}
    return rest | {"filters": filters | {ID: {"gt": page.rows[-1][0]}}}


def _link(params: dict[str, Any]) -> str:
    flat = {key: value if isinstance(value, str) else orjson.dumps(value).decode() for key, value in params.items()}
    return f"/api/3/action/datastore_search?{urlencode(flat)}"


def _listing(call: Call) -> dict[str, Any]:
    limit, offset = call.data["limit"], call.data.get("offset") or 0
    found = datastore.listing(call.work, limit=limit, offset=offset)
    everything = datastore.listing(call.work, limit=2**31)
    rows = [
        {"_id": _digest(name)[:16], "name": name, "oid": str(int(_digest(name)[:8], 16)), "alias_of": table or None}
        for name, table in found
    ]
    fields = [{"id": key, "type": type} for key, type in LISTING_FIELDS]
    return _echo(call, LISTING) | {"records": rows, "fields": fields, "total": len(everything)}


def datastore_search_sql(call: Call) -> dict[str, Any]:
    """Run one SELECT over tables that the caller may see."""
    call.permit()
    sql = call.text("sql")
    try:
        found = table_sql.search(call.work, sql)
    except table_sql.Forbidden as error:
        raise Refused(error.message.en.rstrip(".")) from None
    except NotAuthorized:
        raise Refused("Not authorized to read resource.") from None
    except Invalid as error:
        raise _unreadable(sql, error) from None
    records = [
        {name: datastore_words.value(each) for name, each in zip(found.names, row, strict=True)} for row in found.rows
    ]
    fields = [
        {"id": name, "type": "int4" if name == ID else datastore_words.sql_type(type)}
        for name, type in zip(found.names, found.types, strict=True)
    ]
    cut = {"records_truncated": True} if found.truncated else {}
    return {"sql": sql, "records": records, "fields": fields} | cut


def _unreadable(asked: str, error: Invalid) -> Invalid:
    """Say of a query that the engine could not read or run what the contract says."""
    if error.code == "query-time":
        return Invalid({"query": ["Search took too long"]}, error.message, code=error.code)
    reason = error.message.en
    if error.code == "sql" and reason.startswith("Query is not"):
        return Invalid({"query": [reason]}, error.message, code=error.code)
    info = {"statement": [asked[:1000]], "params": [{}], "orig": [f"{reason}\n"]}
    return Invalid({"query": ["Invalid query"], "info": info}, error.message, code=error.code)


def datastore_info(call: Call) -> dict[str, Any]:
    """Answer the columns of a table and what is known of it."""
    name = call.text("resource_id") or call.text("id")
    if not name:
        raise missing("resource_id")
    call.permit()
    version = table_of(call, name)
    fields = [_described(version, column, bool(call.data["include_fields_schema"])) for column in version.columns]
    if not call.data["include_meta"]:
        return {"fields": fields}
    meta = {
        "id": version.resource_id,
        "count": version.rows,
        "table_type": "BASE TABLE",
        "size": version.bytes,
        "db_size": version.bytes,
        "idx_size": 0,
        "aliases": datastore.aliases(call.work, version.resource_id),
    }
    return {"fields": fields, "meta": meta}


def _described(version: Version, column: Column, schema: bool) -> dict[str, Any]:
    shown = datastore_words.field(column)
    if not schema:
        return shown
    keyed = column.name in version.layout.key
    index = _digest(f"{version.resource_id} {version.layout.key}")[:40] if keyed else None
    native = datastore_words.OWN_NAMES[column.type][1]
    told = {
        "native_type": native,
        "notnull": False,
        "index_name": index,
        "is_index": keyed,
        "uniquekey": keyed and len(version.layout.key) == 1,
    }
    return shown | {"schema": told}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _text(zh: str, en: str) -> Text:
    return Text(zh=zh, en=en)


TABLE = Param(
    "resource_id", "text", _text("资源的 id 或数据表别名。", "The id of the resource, or an alias of its table.")
)
OLD_NAME = Param("id", "text", _text("同 resource_id。", "The same as resource_id."))

ACTIONS = (
    Action(
        "datastore_search",
        datastore_search,
        _text("查询数据表的行。", "Search the rows of a DataStore table."),
        params=(
            TABLE,
            OLD_NAME,
            Param(
                "filters",
                "any",
                _text(
                    "列的取值、列表或范围（eq in lt lte gt gte），可用 $and、$or 组合。",
                    "Values, lists or ranges (eq in lt lte gt gte) of columns, combined by $and and $or.",
                ),
            ),
            Param("q", "any", _text("全文检索词，或各列的检索词。", "Words of the whole row, or words by column.")),
            Param("full_text", "any", _text("另外须含有的词。", "Words that the row must have besides.")),
            Param("plain", "boolean", _text("q 是否为普通词语。", "Whether q is plain words, not an expression.")),
            Param("language", "text", _text("词干语言。", "The language that words are stemmed in.")),
            Param("distinct", "boolean", _text("只返回不重复的行。", "Answer each different row once.")),
            Param("fields", "list", _text("返回的列。", "The columns to answer.")),
            Param("sort", "any", _text("排序：列 [asc|desc] [nulls first|last]。", "Columns, each asc or desc.")),
            Param(
                "limit", "natural", _text("最多返回的行数。", "The most rows to answer."), default=100, ceiling=32_000
            ),
            Param("offset", "natural", _text("跳过的行数。", "How many rows to skip.")),
            Param("include_total", "boolean", _text("是否统计总行数。", "Whether to count all rows."), default=True),
            Param(
                "include_next_page",
                "boolean",
                _text("是否给出下一页的参数。", "Whether to answer the parameters of the next page."),
                default=False,
            ),
            Param(
                "records_format",
                "text",
                _text("行的形式：objects、lists、csv、tsv。", "objects, lists, csv or tsv."),
                default="objects",
            ),
        ),
        permission=Permission.SITE_READ,
        returns="object",
    ),
    Action(
        "datastore_search_sql",
        datastore_search_sql,
        _text(
            "对可见的数据表执行一条 SELECT 查询。", "Run one SELECT over the DataStore tables that the caller may see."
        ),
        params=(Param("sql", "text", _text("一条 SELECT 语句。", "One SELECT statement."), required=True),),
        permission=Permission.SITE_READ,
        returns="object",
    ),
    Action(
        "datastore_info",
        datastore_info,
        _text("返回数据表的列和行数。", "Return the columns of a DataStore table and how many rows it has."),
        params=(
            TABLE,
            OLD_NAME,
            Param("include_meta", "boolean", _text("是否包括统计。", "Whether to tell counts."), default=True),
            Param(
                "include_fields_schema",
                "boolean",
                _text("是否包括列的类型细节。", "Whether to tell details of types."),
                default=True,
            ),
        ),
        permission=Permission.SITE_READ,
        returns="object",
    ),
    *datastore_edits.ACTIONS,
)
