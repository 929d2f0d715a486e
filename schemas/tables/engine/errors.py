"""Errors as frictionless writes them, built as plain documents: its own objects cost too much for a dirty table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

Document = dict[str, Any]


@cache
def _fixed(kind: str) -> tuple[str, str, str, tuple[str, ...]]:
    from frictionless import errors

    for error in vars(errors).values():
        if isinstance(error, type) and getattr(error, "type", None) == kind:
            known: Any = error
            return known.title, known.description, known.template, tuple(known.tags)
    raise KeyError(kind)


def _error(kind: str, note: str, cells: list[str], row: int, rest: Document) -> Document:
    title, description, template, tags = _fixed(kind)
    document: Document = {"type": kind, "title": title, "description": description, "message": "", "tags": list(tags)}
    document |= {"note": note, "cells": cells, "rowNumber": row} | rest
    document["message"] = template.format_map(_Blank(document))
    return document


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def cell_error(kind: str, note: str, cells: list[str], row: int, cell: str, name: str, number: int) -> Document:
    """Build an error about one cell; `number` counts fields from 1."""
    return _error(kind, note, cells, row, {"cell": cell, "fieldName": name, "fieldNumber": number})


def row_error(kind: str, note: str, cells: list[str], row: int) -> Document:
    """Build an error about a whole row."""
    return _error(kind, note, cells, row, {})


def key_error(
    note: str,
    cells: list[str],
    row: int,
    names: Sequence[str],
    values: Sequence[Any],
    where: str,
    fields: Sequence[str],
) -> Document:
    """Build a foreign key error."""
    rest = {
        "fieldNames": list(names),
        "fieldCells": ["" if value is None else str(value) for value in values],
        "referenceName": where,
        "referenceFieldNames": list(fields),
    }
    return _error("foreign-key", note, cells, row, rest)
