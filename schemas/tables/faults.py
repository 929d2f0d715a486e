"""What to say when frictionless itself gives up: which field, which row and why, as a report instead of a crash."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from schemas.tables.findings import stopped

Document = dict[str, Any]

_UNHASHABLE = ("array", "object", "list", "geojson", "geopoint")


def explain(exception: Exception, package: Document, resource: str, basepath: str) -> Document:
    """Turn an exception that escaped a check into a report that names the field and the cause."""
    error = getattr(exception, "error", None)
    if error is not None:
        return stopped(str(error.type), str(error.note))
    schema = _schema(package, resource)
    if isinstance(exception, re.error):
        return stopped("schema-error", f"the pattern is no regular expression: {exception}", _bad_pattern(schema))
    if isinstance(exception, TypeError) and "unhashable" in str(exception):
        return stopped(
            "schema-error",
            "a column of lists or objects cannot be unique or part of the primary key",
            _unhashable_key(schema),
        )
    field, row = _place(package, resource, basepath)
    return stopped(
        "table-check-stopped", f"{type(exception).__name__}: {exception or 'value cannot be compared'}", field, row
    )


def _schema(package: Document, resource: str) -> Mapping[str, Any]:
    for item in package.get("resources", []):
        if item.get("name") == resource and isinstance(item.get("schema"), dict):
            found: Mapping[str, Any] = item["schema"]
            return found
    return {}


def _bad_pattern(schema: Mapping[str, Any]) -> str:
    for field in schema.get("fields", []):
        try:
            re.compile(str(field.get("constraints", {}).get("pattern", "")))
        except re.error:
            return str(field.get("name", ""))
    return ""


def _unhashable_key(schema: Mapping[str, Any]) -> str:
    key = schema.get("primaryKey", [])
    names = [key] if isinstance(key, str) else list(key)
    for field in schema.get("fields", []):
        unique = field.get("constraints", {}).get("unique") or field.get("name") in names
        if unique and field.get("type") in _UNHASHABLE:
            return str(field.get("name", ""))
    return ""


def _place(package: Document, resource: str, basepath: str) -> tuple[str, int | None]:
    """Read the rows again until one raises, and answer its field and number."""
    from frictionless import FrictionlessException, Package

    number = None
    try:
        with Package.from_descriptor(package, basepath=basepath).get_table_resource(resource) as table:
            for row in table.row_stream:
                number = row.row_number
                for name in row.field_names:
                    try:
                        row[name]
                    except Exception:  # noqa: BLE001 - whatever a reader lets out is what we look for
                        return name, number
    except (FrictionlessException, TypeError, ArithmeticError, ValueError):
        return "", None if number is None else number + 1
    return "", None
