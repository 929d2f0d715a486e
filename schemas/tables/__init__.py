"""Table checks: a file and a Table Schema give a report and typed rows; nobody outside sees the engines."""

from __future__ import annotations

from schemas.tables.checking import check_document, check_table, report
from schemas.tables.findings import to_report
from schemas.tables.inference import compare_schemas, infer_schema
from schemas.tables.readable import Group, exported, grouped, readable
from schemas.tables.reading import Table, open_table

__all__ = [
    "Group",
    "Table",
    "check_document",
    "check_table",
    "compare_schemas",
    "exported",
    "grouped",
    "infer_schema",
    "open_table",
    "readable",
    "report",
    "to_report",
]
