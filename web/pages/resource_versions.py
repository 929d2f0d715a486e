"""Versions of a table: when each stood, and which rows and columns changed from one to the next."""

from __future__ import annotations

import msgspec
from flask import request
from flask.typing import ResponseReturnValue

from publisher import table_diff, tables
from publisher.table_diff import Diff, RowChange
from publisher.tables import Version
from publisher.work import Work
from schemas.errors import Invalid
from web import sessions
from web.pages.page import Page
from web.pages.resource import open_resource, resource_frame
from web.rendering import render, told
from web.tables import cell

SHOWN, ROWS = 50, 50


class Cell(msgspec.Struct, frozen=True):
    """One cell of a changed row: what stood there before and after, None where nothing did."""

    before: str | None
    after: str | None
    differs: bool


class Line(msgspec.Struct, frozen=True):
    """One row that differs, its cells in the order of the columns."""

    kind: str
    cells: tuple[Cell, ...]


def view(ref: str, rid: str) -> ResponseReturnValue:
    """Render the versions; `?from=2&to=5` compares two of them, else the last two are compared."""
    with sessions.reading() as work:
        dataset, resource = open_resource(work, ref, rid)
        every = tables.versions(work, resource.id, limit=SHOWN) if tables.find(work, resource.id) else []
        pair = _pair(every)
        found, problem = _compared(work, *pair) if pair else (None, "")
        names = [name for name in pair[1].layout.names if name in pair[0].layout.names] if pair else []
        return render(
            "resource/versions.html",
            versions=every,
            pair=pair,
            diff=found,
            problem=problem,
            names=names,
            lines=[_line(change, names) for change in found.rows] if found else [],
            **resource_frame(work, dataset, resource, "versions"),
        )


def _pair(every: list[Version]) -> tuple[Version, Version] | None:
    known = {str(version.number): version for version in every}
    asked = [known.get(request.args.get(name, "")[:12]) for name in ("from", "to")]
    if asked[0] is not None and asked[1] is not None and asked[0] is not asked[1]:
        first, second = sorted((asked[0], asked[1]), key=lambda version: version.number)
        return first, second
    return (every[1], every[0]) if len(every) > 1 else None


def _compared(work: Work, older: Version, newer: Version) -> tuple[Diff | None, str]:
    try:
        return table_diff.diff(work.tables, older, newer, limit=ROWS), ""
    except Invalid as refused:
        return None, told(refused.message)


def _line(change: RowChange, names: list[str]) -> Line:
    before, after = ({**change.key, **side} if side is not None else None for side in (change.before, change.after))
    cells = []
    for name in names:
        old = cell((before or {}).get(name)) if before is not None else None
        new = cell((after or {}).get(name)) if after is not None else None
        cells.append(Cell(old, new, change.kind == "changed" and name in (change.after or {}) and old != new))
    return Line(change.kind, tuple(cells))


PAGE = Page("resource_versions", ("/dataset/<ref>/resource/<rid>/versions",), view)
