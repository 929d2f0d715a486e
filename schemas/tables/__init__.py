"""Table checks: a file and a Table Schema give a report and typed rows; nobody outside sees the engines."""

from __future__ import annotations

from schemas.tables.checking import check_table, report

__all__ = ["check_table", "report"]
