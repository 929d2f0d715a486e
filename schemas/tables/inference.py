"""A Table Schema for a table that has none: every row is read, and every proposed type holds for all of them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from os import PathLike
from typing import Any

from schemas.tables.evidence import Evidence
from schemas.tables.reading import Table, open_table
from schemas.tables.shapes import MISSING

BATCH = 20_000

_UNIT = re.compile(r"[（(\[【]\s*([^（）()\[\]【】]{1,12})\s*[)）\]】]\s*$")
_ID_NAME = re.compile(r"^(id|编号|編號|序号|序號|代码|代碼|code|uuid)$|id$|代码$|编号$|編號$|代碼$", re.I)


def infer_schema(source: str | PathLike[str] | Table, **reading: Any) -> dict[str, Any]:
    """Read a whole table and propose its Table Schema; raises Invalid when it cannot be read.

    Takes a path and what `open_table` takes, or an opened table. `candidateKeys` lists the columns that could be the
    primary key, `unit` is what a label says in brackets.
    """
    if isinstance(source, Table):
        return _inferred(source)
    with open_table(source, **reading) as table:
        return _inferred(table)


def compare_schemas(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List what changed between two schemas: `added`, `removed`, `moved` and `changed` fields, and keys.

    A changed field names each property with its `old` and `new` value.
    """
    before = {str(f["name"]): f for f in old.get("fields", [])}
    after = {str(f["name"]): f for f in new.get("fields", [])}
    changes: list[dict[str, Any]] = []
    changes += [{"change": "removed", "field": name, "old": before[name]} for name in before if name not in after]
    changes += [{"change": "added", "field": name, "new": after[name]} for name in after if name not in before]
    kept_old, kept_new = [n for n in before if n in after], [n for n in after if n in before]
    for name in kept_new:
        if kept_old.index(name) != kept_new.index(name):
            changes.append({"change": "moved", "field": name, "old": kept_old.index(name), "new": kept_new.index(name)})
    for name in kept_new:
        changes += _property_changes(name, before[name], after[name])
    for key in ("primaryKey", "foreignKeys", "missingValues"):
        if _listed(old.get(key)) != _listed(new.get(key)):
            changes.append({"change": "changed", "property": key, "old": old.get(key), "new": new.get(key)})
    return changes


def _property_changes(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    flat_old, flat_new = _flat(old), _flat(new)
    return [
        {"change": "changed", "field": name, "property": key, "old": flat_old.get(key), "new": flat_new.get(key)}
        for key in dict.fromkeys([*flat_old, *flat_new])
        if flat_old.get(key) != flat_new.get(key)
    ]


def _flat(field: Mapping[str, Any]) -> dict[str, Any]:
    rest = {k: v for k, v in field.items() if k not in ("name", "constraints")}
    return rest | {f"constraints.{k}": v for k, v in field.get("constraints", {}).items()}


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value or []


def _inferred(table: Table) -> dict[str, Any]:
    columns = [Evidence(name) for name in table.names]
    rows = table.rows()
    while batch := [cells for _, cells in itertools.islice(rows, BATCH)]:
        full = [cells for cells in batch if any(cells) or any(cell not in (None, "") for cell in cells)]
        if all(len(cells) == len(columns) for cells in full):
            for column, values in zip(columns, zip(*full, strict=True), strict=False):
                column.add(values)
            continue
        for at, column in enumerate(columns):
            column.add([cells[at] if at < len(cells) else None for cells in full])
    return _schema(columns)


def _schema(columns: list[Evidence]) -> dict[str, Any]:
    fields = []
    for column in columns:
        field = column.field()
        if unit := _UNIT.search(column.name):
            field["unit"] = unit[1]
        fields.append(field)
    schema: dict[str, Any] = {"fields": fields}
    seen = {text for column in columns for text in column.missing}
    schema["missingValues"] = [text for text in MISSING if text in seen or text == ""]
    keys = [c.name for c, f in zip(columns, fields, strict=True) if f.get("constraints", {}).get("unique")]
    if keys:
        schema["candidateKeys"] = keys
        chosen = next((name for name in keys if _ID_NAME.search(name) or name == columns[0].name), None)
        if chosen is not None:
            schema["primaryKey"] = [chosen]
    return schema
