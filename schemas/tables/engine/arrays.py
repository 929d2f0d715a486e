"""Accepted blocks as typed arrow columns, and their Parquet file written while the check goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from schemas.tables.columns import Unfit, Writer, arrow_type, typed
from schemas.tables.engine.plan import Column, Plan
from schemas.tables.engine.rows import Judge, Judged
from schemas.tables.engine.tokens import Tokens
from schemas.tables.engine.words import Bools, Cells

Cast = Callable[[Any, pa.DataType], Any]


class BlockWriter:
    """Writes the blocks of a run as Parquet; `unfit` names the columns that have to be kept as text instead."""

    def __init__(self, target: Path, as_text: frozenset[str] = frozenset()) -> None:
        self.target = target
        self.as_text = as_text
        self.unfit: set[str] = set()
        self.refused = False
        self._types: list[pa.DataType] = []
        self._writer: Writer | None = None

    def open(self, plan: Plan) -> None:
        """Begin the file of an opened table."""
        self._types = [arrow_type(column.properties, self.as_text) for column in plan.columns]
        names = [column.name for column in plan.columns]
        self._writer = Writer(self.target, names, self._types, plan.resource.schema.to_descriptor())

    def convert(self, judge: Judge, found: Tokens, cells: list[Cells], failing: dict[int, Bools]) -> list[Any] | None:
        """Type the columns of a block without errors; None when the table is refused or has to be typed anew."""
        if self.refused or self.unfit:
            return None
        try:
            return [
                _column(column, self._types[at], cells[at], judge.kernels[at] is not None and at not in failing)
                for at, column in enumerate(judge.plan.columns)
            ]
        except Unfit as unfit:
            self.unfit.add(unfit.field)
            return None

    def take(self, judged: Judged) -> None:
        """Write a judged block; one with errors ends the writing."""
        if judged.arrays is None:
            self.refused = self.refused or not self.unfit
        elif self._writer is not None and not self.refused and not self.unfit:
            self._writer.add(judged.arrays)

    def close(self, valid: bool) -> bool:
        """Keep the file of a valid table, forget any other; tell whether it was kept."""
        keep = valid and not self.refused and not self.unfit and self._writer is not None
        if self._writer is not None:
            self._writer.keep() if keep else self._writer.discard()
            self._writer = None
        return keep


def _column(column: Column, type: pa.DataType, cells: Cells, plain: bool) -> Any:
    missing = cells.missing(column.missing)
    array = cells.array
    if pa.types.is_string(type):
        return _without(array, missing)
    cast = _CASTS.get(column.type) if plain else None
    if cast is None:
        return _by_value(column, type, array)
    try:
        return cast(_without(array, missing), type)
    except pa.ArrowInvalid:
        return _by_value(column, type, array)


def _without(array: Any, missing: Bools) -> Any:
    return pc.if_else(pa.array(missing), pa.scalar(None, pa.string()), array) if missing.any() else array


def _by_value(column: Column, type: pa.DataType, array: Any) -> Any:
    """Type a column by frictionless' readings of its distinct texts."""
    encoded = array.dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    return typed(column.name, type, [column.read(text)[0] for text in texts], texts).take(encoded.indices)


def _moments(array: Any, type: pa.DataType) -> Any:
    return pc.cast(pc.utf8_slice_codeunits(array, 0, 19), type)


_CASTS: dict[str, Cast] = {
    "integer": pc.cast,
    "number": pc.cast,
    "year": pc.cast,
    "date": pc.cast,
    "datetime": _moments,
}
