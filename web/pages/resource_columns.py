"""The columns of a table: what they mean, and what their values are like."""

from __future__ import annotations

from typing import Any

import msgspec
from flask.typing import ResponseReturnValue

from publisher import access, tables
from publisher.table_columns import Column
from publisher.table_profile import ColumnProfile
from schemas.model import Resource
from web import sessions
from web.pages.page import Page
from web.pages.resource import open_resource, resource_frame
from web.rendering import render
from web.tables import kind_of


class Entry(msgspec.Struct, frozen=True):
    """One column: its names, type and rules from the schema, and the profile of its values where there are any."""

    name: str
    title: str
    description: str
    kind: str
    rules: tuple[str, ...]
    profile: ColumnProfile | None


def view(ref: str, rid: str) -> ResponseReturnValue:
    """Render the columns of a resource's table, or of the schema that its record declares."""
    with sessions.reading() as work:
        dataset, resource = open_resource(work, ref, rid)
        stored = tables.find(work, resource.id)
        if stored is not None:
            shown = stored.profile if access.may_fetch(work, dataset, resource) else ()
            profiles = {profile.name: profile for profile in shown}
            entries = [_of_column(column, profiles.get(column.name)) for column in stored.columns]
        else:
            entries = _of_schema(resource)
        shared = resource_frame(work, dataset, resource, "columns")
        return render("resource/columns.html", entries=entries, rows=stored.rows if stored else 0, **shared)


def _of_column(column: Column, profile: ColumnProfile | None) -> Entry:
    told = {**column.field, **column.dictionary}
    title = column.title or str(told.get("title") or told.get("label") or "")
    description = column.description or str(told.get("description") or told.get("notes") or "")
    return Entry(column.name, title, description, kind_of(column), _rules(told), profile)


def _of_schema(resource: Resource) -> list[Entry]:
    fields = (resource.schema or {}).get("fields")
    found = [field for field in fields if isinstance(field, dict)] if isinstance(fields, list) else []
    return [
        Entry(
            str(field.get("name", "")),
            str(field.get("title", "")),
            str(field.get("description", "")),
            str(field.get("type", "")),
            _rules(field),
            None,
        )
        for field in found
    ]


def _rules(field: dict[str, Any]) -> tuple[str, ...]:
    constraints = field.get("constraints")
    if not isinstance(constraints, dict):
        return ()
    return tuple(f"{key}: {_value(value)}" for key, value in constraints.items() if value not in (False, None))


def _value(value: object) -> str:
    return ", ".join(str(one) for one in value[:20]) if isinstance(value, list) else str(value)


PAGE = Page("resource_columns", ("/dataset/<ref>/resource/<rid>/columns",), view)
