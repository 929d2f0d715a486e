"""Opening a table with frictionless itself: encoding, dialect, header and readers are its own by construction."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from schemas.tables.engine.blocks import LARGEST
from schemas.tables.engine.fallback import Fallback

Document = dict[str, Any]
Reader = Callable[[Any], tuple[Any, dict[str, str] | None]]

SMALL = 1 << 16

# Types whose values can always be compared and hashed.
SAFE_KEYS = frozenset({"string", "integer", "any", "year", "boolean"})


@dataclass(frozen=True)
class Column:
    """One expected field with frictionless' reader and what the masks need to know of it."""

    name: str
    type: str
    format: str
    constraints: dict[str, Any]
    properties: dict[str, Any]
    missing: frozenset[str]
    read: Reader

    @property
    def required(self) -> bool:
        """Tell whether a missing value is an error."""
        return bool(self.constraints.get("required"))


@dataclass(frozen=True)
class Reference:
    """A foreign key: places of its fields, and the keys of the table it points to."""

    fields: tuple[int, ...]
    names: tuple[str, ...]
    resource: str
    resource_fields: tuple[str, ...]
    found: frozenset[tuple[Any, ...]]


@dataclass
class Plan:
    """Everything that a run needs to know of an opened table."""

    resource: Any
    checks: list[Any]
    checklist: Any
    path: str
    size: int
    format: str
    encoding: str
    translate: bool
    csv: Any
    first_row: int
    comment_char: str | None
    comment_rows: frozenset[int]
    skip_blank: bool
    columns: tuple[Column, ...]
    labels: list[str]
    unique: tuple[int, ...]
    primary: tuple[int, ...]
    references: tuple[Reference, ...]
    limit: int
    largest: int = LARGEST
    start_errors: list[Document] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def open_plan(package: Any, name: str, limit: int, smallest: int) -> Plan:
    """Open one resource of a frictionless package; raises Fallback for whatever the engine does not cover."""
    from frictionless import Checklist, FrictionlessException
    from frictionless.resources import TableResource

    try:
        resource = package.get_resource(name)
    except FrictionlessException as error:
        raise Fallback("metadata", str(error)) from error
    if not isinstance(resource, TableResource):
        raise Fallback("not-delimited")
    size = _eligible(resource, smallest)
    checklist = Checklist()
    checks = checklist.connect(resource)
    try:
        package.to_descriptor(validate=True)
        resource.to_descriptor(validate=True)
        return _plan(resource, checklist, checks, _opened(package, resource), limit, size)
    except FrictionlessException as error:
        raise Fallback("open", str(error)) from error
    finally:
        resource.close()


def _eligible(resource: Any, smallest: int) -> int:
    if resource.data is not None or resource.format not in ("csv", "tsv", "json", "jsonl", "xlsx"):
        raise Fallback("not-delimited")
    if resource.compression or resource.multipart:
        raise Fallback("compression")
    if resource.scheme != "file" or resource.remote or not resource.normpath:
        raise Fallback("not-local")
    try:
        size = os.stat(resource.normpath).st_size
    except OSError as error:
        raise Fallback("open", str(error)) from error
    if size < smallest:
        raise Fallback("small")
    return size


def _opened(package: Any, resource: Any) -> tuple[Any, ...]:
    """Open the resource without its foreign keys, whose lookups are read afterwards, and answer them."""
    keys = resource.schema.foreign_keys
    if keys:
        resource.schema.foreign_keys = []
    resource.open()
    if keys:
        resource.schema.foreign_keys = keys
    return tuple((key, _lookup(package, resource, key)) for key in keys)


def _lookup(package: Any, resource: Any, key: Any) -> frozenset[tuple[Any, ...]]:
    name, fields = key["reference"]["resource"], tuple(key["reference"]["fields"])
    if name == resource.name or not name:
        raise Fallback("self-reference")
    if not package.has_resource(name):
        raise Fallback("lookup", name)
    source = package.get_resource(name).to_copy()
    if source.schema:
        source.schema.foreign_keys = []
    if _is_large(source) and (large := _large_lookup(source, fields)) is not None:
        return large
    found = set()
    with source:
        for row in source.row_stream:
            cells = tuple(row.get(field) for field in fields)
            if set(cells) != {None}:
                found.add(cells)
    return frozenset(found)


def _is_large(source: Any) -> bool:
    """Tell whether a referenced table is of a kind and size for the engine."""
    try:
        return source.format in ("csv", "tsv") and _eligible(source, SMALL) > 0
    except Fallback:
        return False


def _large_lookup(source: Any, fields: tuple[str, ...]) -> frozenset[tuple[Any, ...]] | None:
    """Answer the keys of a large table, or None where frictionless could stumble over its own keys."""
    from frictionless import Checklist

    from schemas.tables.engine.lookups import keys_of

    with source:
        plan = _plan(source, Checklist(), [], (), 0, os.stat(source.normpath).st_size)
    if any(plan.columns[at].type not in SAFE_KEYS for at in (*plan.unique, *plan.primary)):
        return None
    return keys_of(plan, fields)


def _plan(resource: Any, checklist: Any, checks: list[Any], references: Any, limit: int, size: int) -> Plan:
    from frictionless.formats.csv import CsvControl

    fields = resource.header.get_expected_fields()
    if not fields or (not all(resource.labels) and not resource.labels):
        raise Fallback("no-fields")
    places = {field.name: at for at, field in enumerate(fields)}
    primary = resource.schema.primary_key if set(resource.schema.primary_key) <= set(places) else []
    dialect = resource.dialect
    if primary and not dialect.header_case:
        raise Fallback("header-case")
    plan = Plan(
        resource=resource,
        checks=checks,
        checklist=checklist,
        path=resource.normpath,
        size=size,
        format=resource.format,
        encoding=resource.encoding,
        translate=resource.format == "tsv",
        csv=CsvControl.from_dialect(dialect).to_python() if resource.format in ("csv", "tsv") else None,
        first_row=dialect.create_first_content_row(),
        comment_char=dialect.comment_char or None,
        comment_rows=frozenset(dialect.comment_rows),
        skip_blank=bool(dialect.skip_blank_rows),
        columns=tuple(_column(resource, field) for field in fields),
        labels=list(resource.labels),
        unique=tuple(at for at, field in enumerate(fields) if field.constraints.get("unique")),
        primary=tuple(places[name] for name in primary),
        references=tuple(
            _reference(key, found, places) for key, found in references if set(key["fields"]) <= set(places)
        ),
        limit=limit,
    )
    _start(plan)
    return plan


def _column(resource: Any, field: Any) -> Column:
    missing = field.missing_values
    if not field.has_defined("missing_values") and field.schema:
        missing = field.schema.missing_values
    return Column(
        name=field.name,
        type=field.type,
        format=field.format or "default",
        constraints=dict(field.constraints),
        properties=field.to_descriptor(),
        missing=frozenset(missing),
        read=field.create_cell_reader(),
    )


def _reference(key: Any, found: frozenset[tuple[Any, ...]], places: dict[str, int]) -> Reference:
    names = tuple(key["fields"])
    return Reference(
        fields=tuple(places[name] for name in names),
        names=names,
        resource=key["reference"]["resource"],
        resource_fields=tuple(key["reference"]["fields"]),
        found=found,
    )


def _start(plan: Plan) -> None:
    """Say what frictionless says before the first row: the header's errors and warnings about the hash."""
    from frictionless import helpers

    if plan.resource.hash:
        algorithm, _ = helpers.parse_resource_hash_v1(plan.resource.hash)
        if algorithm not in ("md5", "sha256"):
            plan.warnings.append("hash is ignored; supported algorithms: md5/sha256")
    for check in plan.checks:
        for error in check.validate_start():
            if plan.checklist.match(error):
                plan.start_errors.append(error.to_descriptor())
