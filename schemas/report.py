"""Findings and reports: one shape for what a check of metadata or of a table has to say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from schemas.text import Text

Level = Literal["error", "warning", "info"]


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that a check found.

    `code` is stable kebab-case; `path` names the field of a record (`resources[2].url`); `row` counts from 1 with the
    header included, as in the file; `column` counts fields from 1; `value` is what stood there, shortened.
    """

    level: Level
    code: str
    message: Text
    remedy: Text | None = None
    path: str = ""
    row: int | None = None
    column: int | None = None
    field: str = ""
    value: str | None = None


class Stats(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Counts of what was checked: rows and fields of a table, bytes and hashes of its file."""

    rows: int | None = None
    fields: int | None = None
    bytes: int | None = None
    md5: str | None = None
    sha256: str | None = None
    seconds: float | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one check said: its findings in order, and counts.

    `checked` is false when the check could not run at all (the findings say why); `complete` is false when it stopped
    at a limit.
    """

    findings: tuple[Finding, ...] = ()
    stats: Stats = Stats()
    labels: tuple[str, ...] = ()
    checked: bool = True
    complete: bool = True

    @property
    def valid(self) -> bool:
        """Tell whether the check ran and no finding is an error."""
        return self.checked and not any(f.level == "error" for f in self.findings)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Answer the findings that are errors."""
        return tuple(f for f in self.findings if f.level == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Answer the findings that are warnings."""
        return tuple(f for f in self.findings if f.level == "warning")


def to_document(report: Report) -> dict[str, Any]:
    """Turn a report into plain JSON types."""
    document: dict[str, Any] = msgspec.to_builtins(report)
    return document | {"valid": report.valid}


def merged(reports: Iterable[Report]) -> Report:
    """Join the findings of several checks of one thing, in their order."""
    parts = tuple(reports)
    return Report(
        findings=tuple(f for part in parts for f in part.findings),
        checked=all(part.checked for part in parts),
        complete=all(part.complete for part in parts),
    )
