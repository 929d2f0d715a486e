"""What the check of a file found: grouped by cause, each with the row, the cell and what to do."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from flask.typing import ResponseReturnValue

from publisher import access, checks
from schemas.report import Finding
from schemas.tables.causes import CAUSES
from web import sessions
from web.pages.page import Page
from web.pages.resource import open_resource, resource_frame
from web.rendering import render, told

SHOWN = 25


class Cause(msgspec.Struct, frozen=True):
    """Findings of one code in one column: how many, the first of them, and the rest as a number."""

    code: str
    label: str
    field: str
    level: str
    count: int
    shown: tuple[Finding, ...]


def view(ref: str, rid: str) -> ResponseReturnValue:
    """Render the newest report of a resource and the list of earlier ones."""
    with sessions.reading() as work:
        dataset, resource = open_resource(work, ref, rid)
        access.require_fetch(work, dataset, resource)
        history = checks.history(work, resource.id, limit=20)
        causes = grouped(history[0].report.findings) if history else []
        shared = resource_frame(work, dataset, resource, "report")
        return render("resource/report.html", history=history, causes=causes, **shared)


def grouped(findings: Sequence[Finding]) -> list[Cause]:
    """Gather findings by what is wrong and where, the most frequent cause first, errors before warnings."""
    found: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        found.setdefault((finding.level, finding.code, finding.field), []).append(finding)
    causes = [
        Cause(
            code, told(CAUSES[code].title) if code in CAUSES else code, field, level, len(group), tuple(group[:SHOWN])
        )
        for (level, code, field), group in found.items()
    ]
    return sorted(causes, key=lambda cause: (("error", "warning", "info").index(cause.level), -cause.count))


PAGE = Page("resource_report", ("/dataset/<ref>/resource/<rid>/report",), view)
