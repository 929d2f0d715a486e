"""From a report in frictionless' shape to the platform's own Report, and the reverse question: what stopped a check."""

from __future__ import annotations

from typing import Any

import msgspec

from schemas.report import Finding, Report, Stats
from schemas.tables.causes import cause, sentence, shortened, translated
from schemas.text import Text

FATAL = frozenset(
    (
        "package-error",
        "resource-error",
        "schema-error",
        "field-error",
        "dialect-error",
        "source-error",
        "format-error",
        "scheme-error",
        "compression-error",
        "table-check-stopped",
    )
)

LIMIT_REACHED = Text(
    zh="发现的问题达到上限，后面的行未检查（{note}）。",
    en="The check stopped at its limit; later rows were not checked ({note}).",
)
WARNING = Text(zh="{note}。", en="{note}.")


def to_report(document: dict[str, Any]) -> Report:
    """Turn a frictionless report of one table into a Report."""
    task = document["tasks"][0] if document["tasks"] else {}
    errors = [*document.get("errors", []), *task.get("errors", [])]
    warnings = [*document.get("warnings", []), *task.get("warnings", [])]
    limited = any(w.startswith("reached ") for w in warnings)
    stats = task.get("stats", document["stats"])
    return Report(
        findings=(*(_finding(e) for e in errors), *(_warning(w) for w in warnings)),
        stats=Stats(**{k: stats.get(k) for k in ("rows", "fields", "bytes", "md5", "sha256", "seconds")}),
        labels=tuple(task.get("labels", ())),
        checked=not any(e["type"] in FATAL for e in errors),
        complete=not limited,
    )


def doubtful(report: Report, doubts: tuple[Text, ...]) -> Report:
    """Add what is doubtful about how a table was read, as findings that are no errors."""
    found = tuple(Finding(level="info", code="table-doubt", message=doubt) for doubt in doubts)
    return msgspec.structs.replace(report, findings=(*report.findings, *found)) if found else report


def stopped(code: str, note: str, field: str = "", row: int | None = None) -> dict[str, Any]:
    """Build the report of a check that could not run, in frictionless' shape."""
    error: dict[str, Any] = {"type": code, "note": note, "message": note, "fieldName": field}
    if row is not None:
        error["rowNumber"] = row
    stats = {"tasks": 0, "errors": 1, "warnings": 0, "seconds": 0.0}
    return {"valid": False, "stats": stats, "warnings": [], "errors": [error], "tasks": []}


def _finding(error: dict[str, Any]) -> Finding:
    value = error.get("cell", error.get("label"))
    return Finding(
        level="error",
        code=error["type"],
        message=sentence(error),
        remedy=cause(error["type"]).remedy,
        row=error.get("rowNumber"),
        column=error.get("fieldNumber"),
        field=error.get("fieldName", ""),
        value=None if value is None else shortened(str(value)),
    )


def _both(text: Text, note: str) -> Text:
    return Text(zh=text.zh.format(note=translated(note)), en=text.en.format(note=note))


def _warning(note: str) -> Finding:
    limited = note.startswith("reached ")
    text = LIMIT_REACHED if limited else WARNING
    return Finding(level="warning", code="check-limit" if limited else "check-warning", message=_both(text, note))
