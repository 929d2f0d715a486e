"""The door of the table checks: one file against one Table Schema, or one resource of a data package."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from schemas.errors import Invalid
from schemas.report import Finding, Report
from schemas.tables import reference
from schemas.tables.faults import explain
from schemas.tables.findings import doubtful, stopped, to_report
from schemas.tables.sources import NAME, Described, described

Document = dict[str, Any]
File = str | os.PathLike[str]

# Files of fewer bytes go to frictionless at once: a start of the fast engine takes longer.
SMALL = 1 << 16


def check_table(
    source: File,
    schema: Mapping[str, Any] | None = None,
    *,
    dialect: Mapping[str, Any] | None = None,
    limit_errors: int = 1000,
    encoding: str | None = None,
    format: str | None = None,
    sheet: str | None = None,
    member: str | None = None,
    parquet: File | None = None,
) -> Report:
    """Check a table file against a Table Schema and answer what was found.

    Without a schema one is proposed from all rows, so that only the shape of the table can be at fault. What cannot
    be read as a table is a report that was not checked; only a file that is not there raises Invalid.
    `limit_errors=0` looks for every error. With `parquet`, an accepted table is written there as typed columns behind
    an `_id` that counts rows from 1; a refused one leaves no file. `member` names a file of an archive.
    """
    _require(source)
    reading: Any = {"dialect": dialect, "encoding": encoding, "format": format, "sheet": sheet, "member": member}
    try:
        with described(source, schema, **reading) as found:
            return doubtful(to_report(_checked(found, {"limit_errors": limit_errors}, parquet)), found.doubts)
    except Invalid as refused:
        finding = Finding(level="error", code=refused.code, message=refused.message)
        return Report(findings=(finding,), checked=False)


def check_document(
    source: File,
    schema: Mapping[str, Any] | None = None,
    *,
    dialect: Mapping[str, Any] | None = None,
    limit_errors: int = 1000,
    encoding: str | None = None,
    format: str | None = None,
    sheet: str | None = None,
    member: str | None = None,
    parquet: File | None = None,
) -> Document:
    """Check a table file like `check_table`, and answer the report in frictionless' own JSON shape."""
    _require(source)
    reading: Any = {"dialect": dialect, "encoding": encoding, "format": format, "sheet": sheet, "member": member}
    try:
        with described(source, schema, **reading) as found:
            return _checked(found, {"limit_errors": limit_errors}, parquet)
    except Invalid as refused:
        return stopped(refused.code, str(refused))


def report(package_path: File, resource_name: str, options: Mapping[str, Any]) -> Document:
    """Check one resource of a data package and answer the report in frictionless' own JSON shape.

    What frictionless lets out (a broken descriptor, values that cannot be compared) comes out here too.
    """
    return _reported(str(package_path), resource_name, options)


def _checked(found: Described, options: Mapping[str, Any], parquet: File | None) -> Document:
    """Check a described table; whatever stops the check is an error of the report."""
    target = None if parquet is None else Path(parquet)
    try:
        return _reported(found.package, NAME, options, found.basepath, target)
    except Exception as exception:  # noqa: BLE001 - a check answers for every input
        return explain(exception, found.package, NAME, found.basepath)


def _reported(
    package: str | Document, resource: str, options: Mapping[str, Any], basepath: str = "", target: Path | None = None
) -> Document:
    """Check with the fast engine, and with frictionless what that one leaves; write an accepted table."""
    from schemas.tables.engine import fallback

    try:
        document = _fast(package, resource, options, basepath, target)
    except fallback.Fallback as reason:
        fallback.count(reason.reason)
        document = reference.report(package, resource, options, basepath)
        if target is not None and document["valid"] and isinstance(package, dict):
            from schemas.tables.converting import convert

            convert(package, resource, basepath, target)
        return document
    fallback.count("fast")
    return document


def _is_small(package: str | Document, resource: str, basepath: str) -> bool:
    """Tell whether a table is too small for the fast engine to be worth its start, without starting anything."""
    try:
        known: Any = package
        if not isinstance(package, dict):
            basepath = os.path.dirname(package)
            known = orjson.loads(Path(package).read_bytes())
        found = next(item for item in known["resources"] if item["name"] == resource)
        return Path(basepath, found["path"]).stat().st_size < SMALL
    except (OSError, ValueError, KeyError, TypeError, StopIteration):
        return False


def _fast(
    package: str | Document, resource: str, options: Mapping[str, Any], basepath: str, target: Path | None
) -> Document:
    from schemas.tables.engine.fallback import Fallback

    if _is_small(package, resource, basepath):
        raise Fallback("small")
    from schemas.tables.engine.report import report as fast_report

    if target is None:
        return fast_report(package, resource, options, basepath)
    from schemas.tables.engine.arrays import BlockWriter

    as_text: frozenset[str] = frozenset()
    while True:
        writer = BlockWriter(target, as_text)
        valid = False
        try:
            document = fast_report(package, resource, options, basepath, writer=writer)
            valid = document["valid"]
        finally:
            kept = writer.close(valid)
        if not valid or kept:
            return document
        as_text |= writer.unfit


def _require(source: File) -> None:
    if not Path(source).is_file():
        from schemas.tables.reading import absent

        raise absent(Path(source))
