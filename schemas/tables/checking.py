"""The door of the table checks: one file against one Table Schema, or one resource of a data package."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from schemas.errors import Invalid
from schemas.report import Report
from schemas.tables import reference
from schemas.tables.faults import explain
from schemas.tables.findings import to_report
from schemas.text import Text

Document = dict[str, Any]

NAME = "table"


def check_table(
    source: str | os.PathLike[str],
    schema: Mapping[str, Any] | None = None,
    *,
    dialect: Mapping[str, Any] | None = None,
    limit_errors: int = 1000,
    encoding: str | None = None,
    format: str | None = None,
    parquet: str | os.PathLike[str] | None = None,
) -> Report:
    """Check a table file against a Table Schema and answer what was found.

    Raises Invalid when there is no such file. `limit_errors=0` looks for every error. With `parquet`, an accepted
    table is written there as typed columns behind an `_id` that counts rows from 1; a refused one leaves no file.
    """
    document = check_document(
        source, schema, dialect=dialect, limit_errors=limit_errors, encoding=encoding, format=format, parquet=parquet
    )
    return to_report(document)


def check_document(
    source: str | os.PathLike[str],
    schema: Mapping[str, Any] | None = None,
    *,
    dialect: Mapping[str, Any] | None = None,
    limit_errors: int = 1000,
    encoding: str | None = None,
    format: str | None = None,
    parquet: str | os.PathLike[str] | None = None,
) -> Document:
    """Check a table file like `check_table`, and answer the report in frictionless' own JSON shape."""
    path = _existing(source)
    package = package_of(path, schema, dialect=dialect, encoding=encoding, format=format)
    document = checked(package, NAME, {"limit_errors": limit_errors}, str(path.parent))
    if parquet is not None and document["valid"]:
        from schemas.tables.converting import convert

        convert(package, NAME, str(path.parent), Path(parquet))
    return document


def report(package_path: str | os.PathLike[str], resource_name: str, options: Mapping[str, Any]) -> Document:
    """Check one resource of a data package and answer the report in frictionless' own JSON shape.

    What frictionless lets out (a broken descriptor, values that cannot be compared) comes out here too.
    """
    return _reported(str(package_path), resource_name, options)


def checked(package: Document, resource: str, options: Mapping[str, Any], basepath: str) -> Document:
    """Check a resource of a descriptor; whatever stops the check is an error of the report."""
    try:
        return _reported(package, resource, options, basepath)
    except Exception as exception:  # noqa: BLE001 - a check answers for every input
        return explain(exception, package, resource, basepath)


def _reported(package: str | Document, resource: str, options: Mapping[str, Any], basepath: str = "") -> Document:
    """Check with the fast engine, and with frictionless what that one leaves."""
    from schemas.tables.engine import fallback
    from schemas.tables.engine.report import report as fast_report

    try:
        document = fast_report(package, resource, options, basepath)
    except fallback.Fallback as reason:
        fallback.count(reason.reason)
        return reference.report(package, resource, options, basepath)
    fallback.count("fast")
    return document


def package_of(
    path: Path,
    schema: Mapping[str, Any] | None,
    *,
    dialect: Mapping[str, Any] | None = None,
    encoding: str | None = None,
    format: str | None = None,
) -> Document:
    """Describe one file as a data package of one table."""
    resource: Document = {"name": NAME, "type": "table", "path": path.name}
    given = {"schema": schema, "dialect": dialect, "encoding": encoding, "format": format}
    resource |= {key: _plain(value) for key, value in given.items() if value is not None}
    return {"name": NAME, "resources": [resource]}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _existing(source: str | os.PathLike[str]) -> Path:
    path = Path(source)
    if not path.is_file():
        raise Invalid(
            {"path": [f"{path.name}: no such file"]},
            Text(zh=f"文件不存在：{path.name}", en=f"No such file: {path.name}"),
        )
    return path
