"""The contract's actions that make, change and delete tables and their rows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from publisher import datasets, datastore, tables
from publisher.auth import SITE, Permission
from publisher.datastore import KeyMissing, KeyTaken
from publisher.table_columns import ID, Column
from publisher.tables import Version
from schemas.errors import Invalid, NotAuthorized, NotFound
from schemas.model import Resource, replace
from schemas.text import Text
from web.api import datastore_words
from web.api.action import Action, Param
from web.api.call import Call
from web.api.errors import Missing, Refused, missing, refuse

METHODS = ("upsert", "insert", "update")
COUNTED = "background"
PLACEHOLDER = "_datastore_only_resource"
READ_ONLY = 'Cannot edit read-only resource. Either pass "force=True" or change url_type to "datastore"'
NO_TRIGGERS = "Trigger functions are not offered: rows are kept in files that run no code"


def datastore_create(call: Call) -> dict[str, Any]:
    """Make a table or change it, and add rows."""
    data = call.data
    resource = datastore_words.parsed(data.get("resource"), "resource")
    resource_id = call.text("resource_id")
    if resource and resource_id:
        raise refuse(resource="resource cannot be used with resource_id")
    if not resource and not resource_id:
        raise refuse(resource_id="Must provide resource_id or resource")
    if resource:
        resource_id, resource = _new_resource(call, resource)
    else:
        _permitted(call, resource_id)
        _writable(call, resource_id)
    if data.get("triggers"):
        raise refuse(triggers=NO_TRIGGERS)
    rows = _rows(data.get("records"))
    old = tables.find(call.work, resource_id)
    edit = _told(
        call,
        resource_id,
        rows,
        lambda: datastore.create(
            call.work,
            resource_id,
            columns=_columns(data, rows, old),
            rows=rows,
            key=_names(data.get("primary_key")),
            aliases=_names(data.get("aliases")),
            only_these=bool(data.get("delete_fields")),
        ),
    )
    echoed = ("primary_key", "fields", "indexes", "aliases", "triggers")
    result = {name: data[name] for name in echoed if name in call.sent and data.get(name) is not None}
    result |= {"delete_fields": bool(data.get("delete_fields")), "method": "insert", "resource_id": resource_id}
    result |= {"calculate_record_count": _counted(data)} | ({"resource": resource} if resource else {})
    return result | _records(call, edit)


def datastore_upsert(call: Call) -> dict[str, Any]:
    """Add or change rows."""
    data = call.data
    resource_id = call.text("resource_id")
    if not resource_id:
        raise missing("resource_id")
    method = data.get("method")
    if method is not None and method not in METHODS:
        raise refuse(method=f"Value must be one of {list(METHODS)}")
    resource_id = _permitted(call, resource_id, told=False)
    _writable(call, resource_id)
    rows = _rows(data.get("records"))
    edit = _told(
        call,
        resource_id,
        rows,
        lambda: datastore.write(call.work, resource_id, rows, method or "upsert", dry_run=bool(data.get("dry_run"))),
    )
    result: dict[str, Any] = {name: data[name] for name in ("method", "dry_run") if name in call.sent}
    result |= {"calculate_record_count": _counted(data), "resource_id": call.text("resource_id")}
    return result | (_records(call, edit) if rows else {})


def datastore_delete(call: Call) -> dict[str, Any]:
    """Delete a table, or the rows that filters name."""
    return _deleted(call, whole=True)


def datastore_records_delete(call: Call) -> dict[str, Any]:
    """Delete rows; the table stays."""
    if call.data.get("filters") is None:
        raise missing("filters")
    return _deleted(call, whole=False)


def datastore_run_triggers(call: Call) -> int:
    """Run the triggers of a table over its rows: there are none, so no row changes."""
    resource_id = call.text("resource_id")
    if not resource_id:
        raise missing("resource_id")
    _permitted(call, resource_id)
    return 0


def datastore_function(call: Call) -> None:
    """Refuse functions: administrators learn why, others that they may not."""
    call.permit(SITE)
    raise refuse(name=NO_TRIGGERS)


def _deleted(call: Call, *, whole: bool) -> dict[str, Any]:
    name = call.text("resource_id") or call.text("id")
    if not name:
        raise missing("resource_id")
    resource_id = _permitted(call, name)
    _writable(call, resource_id)
    filters = datastore_words.parsed(call.data.get("filters"), "filters")
    sent = {"filters": filters} if filters is not None else {}
    if tables.find(call.work, resource_id) is None:
        raise Missing(f'Resource "{name}" was not found.')
    if whole and not filters:
        tables.remove(call.work, resource_id)
        return sent | {"resource_id": name}
    edit = datastore.delete_rows(call.work, resource_id, datastore_words.condition(filters) if filters else None)
    gone = _objects(edit.version, edit.rows) if call.flag("include_deleted_records") else None
    return sent | {"resource_id": name} | ({"deleted_records": gone} if gone is not None else {})


def _new_resource(call: Call, given: Any) -> tuple[str, dict[str, Any]]:
    """Add a resource of rows alone to a dataset and answer its id."""
    if not isinstance(given, dict):
        raise refuse(resource="Must be a dictionary")
    ref = str(given.get("package_id") or "")
    if not ref:
        raise Invalid({"resource": {"package_id": ["Missing value"]}})
    dataset = datasets.find(call.work, ref)
    if dataset is None:
        raise Missing()
    call.require(Permission.DATASET_EDIT, datasets.subject(dataset), f"perform package_update on resource {ref}")
    resource = Resource(
        id=call.work.new_id(),
        title=str(given.get("name") or ""),
        description=str(given.get("description") or ""),
        format=str(given.get("format") or ""),
        storage="table",
        url=PLACEHOLDER,
        modified=call.work.now.replace(tzinfo=None).isoformat(),
    )
    kept = datasets.put(call.work, replace(dataset, resources=(*dataset.resources, resource)))
    return kept.resources[-1].id, given | {"url": PLACEHOLDER}


def _permitted(call: Call, name: str, *, told: bool = True) -> str:
    """Require the right to change a table's rows; answer the id of its resource."""
    resource_id = datastore.resolve(call.work, name)
    try:
        dataset, _ = datasets.find_resource(call.work, resource_id)
        allowed = call.work.may(Permission.DATASET_EDIT, datasets.subject(dataset))
    except NotFound:
        raise Missing(f'Resource "{name}" was not found.' if told else "") from None
    except NotAuthorized:
        allowed = False
    if not allowed:
        raise Refused(f"User {call.who} not authorized to perform resource_update on resource {name}")
    call.work.require(Permission.DATASET_EDIT, datasets.subject(dataset))
    return resource_id


def _writable(call: Call, resource_id: str) -> None:
    """Refuse to change the table of a file unless the caller insists."""
    _, resource = datasets.find_resource(call.work, resource_id)
    if resource.storage != "table" and not call.flag("force"):
        raise Invalid({"read-only": [READ_ONLY]})


def _columns(data: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], old: Version | None) -> list[Column]:
    given = datastore_words.columns(datastore_words.parsed(data["fields"], "fields")) if data.get("fields") else []
    known = [column.name for column in (*given, *(old.columns if old else ()))]
    return [*given, *(datastore_words.guessed(dict(rows[0]), known) if rows else ())]


def _rows(given: Any) -> list[dict[str, Any]]:
    rows = datastore_words.parsed(given, "records")
    if rows is None or rows == "":
        return []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise refuse(records="Must be a list of dictionaries")
    return rows


def _names(given: Any) -> list[str] | None:
    if given is None:
        return None
    parts = given if isinstance(given, list) else str(given).split(",")
    return [str(part).strip() for part in parts if str(part).strip()]


def _told(call: Call, resource_id: str, rows: Sequence[Mapping[str, Any]], act: Any) -> datastore.Edit:
    """Run an edit and say what is wrong with a key in the contract's words."""
    try:
        edit: datastore.Edit = act()
    except KeyTaken as error:
        index = hashlib.sha1(f"{resource_id} {error.key}".encode(), usedforsecurity=False).hexdigest()
        reason = f'duplicate key value violates unique constraint "{index}"'
        raise Invalid({"records": [reason], "records_row": error.row}) from None
    except KeyMissing as error:
        values = {f"val_{error.fields + at}": value for at, value in enumerate(error.key.values())}
        raise Invalid({"key": [f'key "{values}" not found']}) from None
    except NotFound:
        raise Missing(f'Resource "{resource_id}" was not found.') from None
    return edit


def _records(call: Call, edit: datastore.Edit) -> dict[str, Any]:
    return {"records": _objects(edit.version, edit.rows)} if call.flag("include_records") else {}


def _objects(version: Version, rows: Sequence[Mapping[str, Any]]) -> Any:
    columns = (Column(name=ID, type="integer", physical="BIGINT"), *version.columns)
    values = [[row.get(column.name) for column in columns] for row in rows]
    return datastore_words.records(columns, values, style=datastore_words.FULL_STYLE)


def _counted(data: Mapping[str, Any]) -> Any:
    given = data.get("calculate_record_count")
    return COUNTED if given is None else given


def _text(zh: str, en: str) -> Text:
    return Text(zh=zh, en=en)


TABLE = Param("resource_id", "text", _text("资源 id。", "The id of the resource."))
OLD_NAME = Param("id", "text", _text("同 resource_id。", "The same as resource_id."))
FORCE = Param("force", "boolean", _text("也修改来自文件的表。", "Change also the table of a file."))
RECORDS = Param("records", "any", _text("行，每行一个对象。", "Rows, each an object."))
ECHO = Param("include_records", "boolean", _text("返回写入的行。", "Answer the rows as they were written."))
COUNT = Param("calculate_record_count", "any", _text("行数总是即时更新。", "Counts are always up to date."))
FILTERS = Param("filters", "any", _text("要删除哪些行。", "Which rows to delete."))
GONE = Param("include_deleted_records", "boolean", _text("返回删除的行。", "Answer the rows that were deleted."))


def _writes(name: str, function: Any, zh: str, en: str, *params: Param, admin: bool = False) -> Action:
    permission = Permission.SITE_ADMIN if admin else Permission.DATASET_EDIT
    return Action(name, function, _text(zh, en), params=params, reads=False, permission=permission, returns="any")


ACTIONS = (
    _writes(
        "datastore_create",
        datastore_create,
        "新建或修改数据表并写入行。",
        "Add a table to the DataStore or change it, and add rows.",
        TABLE,
        FORCE,
        Param("resource", "any", _text("在此数据集中新建资源。", "Make a resource in this dataset.")),
        Param("aliases", "any", _text("表的别名。", "Further names of the table.")),
        Param("fields", "any", _text("列：id、type、info。", "Columns: id, type, info.")),
        Param("delete_fields", "boolean", _text("删除未列出的列。", "Drop columns that are not listed.")),
        RECORDS,
        ECHO,
        Param("primary_key", "any", _text("主键列。", "The columns of the key.")),
        Param("indexes", "any", _text("无需索引；接受但不起作用。", "Taken and not needed.")),
        Param("triggers", "any", _text("不提供触发器。", "Triggers are not offered.")),
        COUNT,
    ),
    _writes(
        "datastore_upsert",
        datastore_upsert,
        "写入或更新行。",
        "Insert or update rows of a DataStore table.",
        TABLE,
        FORCE,
        RECORDS,
        ECHO,
        Param("method", "text", _text("upsert、insert 或 update。", "upsert, insert or update.")),
        Param("dry_run", "boolean", _text("只检查，不写入。", "Check everything and keep nothing.")),
        COUNT,
    ),
    _writes(
        "datastore_delete",
        datastore_delete,
        "删除数据表，或其中符合条件的行。",
        "Delete a table from the DataStore, or some of its rows.",
        TABLE,
        OLD_NAME,
        FORCE,
        FILTERS,
        GONE,
        COUNT,
    ),
    _writes(
        "datastore_records_delete",
        datastore_records_delete,
        "删除行，保留表。",
        "Delete rows of a DataStore table; the table stays.",
        TABLE,
        OLD_NAME,
        FORCE,
        FILTERS,
        GONE,
        COUNT,
    ),
    _writes(
        "datastore_run_triggers",
        datastore_run_triggers,
        "运行触发器；不提供触发器，因此不改变任何行。",
        "Run the triggers of a table; none are offered, so no row changes.",
        TABLE,
    ),
    _writes(
        "datastore_function_create",
        datastore_function,
        "不提供触发器函数。",
        "Trigger functions are not offered.",
        Param("name", "text", _text("名称。", "The name."), required=True),
        Param("or_replace", "boolean", _text("是否替换。", "Whether to replace.")),
        Param("rettype", "text", _text("返回类型。", "The return type.")),
        Param("definition", "text", _text("定义。", "The definition.")),
        admin=True,
    ),
    _writes(
        "datastore_function_delete",
        datastore_function,
        "不提供触发器函数。",
        "Trigger functions are not offered.",
        Param("name", "text", _text("名称。", "The name."), required=True),
        admin=True,
    ),
)
