"""Tables whose cells have types already (JSON, JSON Lines, XLSX): judged column by column in batches of rows.

The same rule holds as for text: what a check of types and bounds cannot accept goes to frictionless' own reader.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from schemas.tables.engine import masks, suspects
from schemas.tables.engine.fallback import Fallback
from schemas.tables.engine.items import Inexact, rows_of
from schemas.tables.engine.plan import Column, Plan
from schemas.tables.engine.run import Outcome
from schemas.tables.engine.words import Bools, Cells

BATCH = 8192
KNOWN = 200_000

Document = dict[str, Any]


def run_values(plan: Plan) -> Outcome:
    """Judge a table of typed cells; raises Fallback, and leaves every other exception to the caller."""
    if plan.comment_char or plan.comment_rows or plan.skip_blank:
        raise Fallback("typed-source", "the dialect skips rows")
    try:
        return _run(plan, False)
    except Inexact:
        return _run(plan, True)


def _run(plan: Plan, exact: bool) -> Outcome:
    """Judge all rows; `exact` takes numbers as they are written, which only matters once there is an error."""
    rows, finish = rows_of(plan, exact)
    judge = _Judge(plan)
    told = list(plan.start_errors)
    count, number = 0, 0
    batch: list[Sequence[Any]] = []
    for row in rows:
        number += 1
        if number < plan.first_row:
            continue
        batch.append(row)
        if len(batch) == BATCH:
            told += judge.batch(batch, number - len(batch) + 1)
            count += len(batch)
            batch = []
            _within(plan, told)
    if batch:
        told += judge.batch(batch, number - len(batch) + 1)
        count += len(batch)
    if count:
        _within(plan, told)
    size, hashes = finish(exact or len(told) == len(plan.start_errors))
    return Outcome(told, count, size, False, hashes)


def _within(plan: Plan, told: list[Document]) -> None:
    if plan.limit and len(told) >= plan.limit:
        raise Fallback("typed-limit")


class _Judge:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.columns = [_Values(column) for column in plan.columns]
        self.keys = [((at,), False) for at in plan.unique] + ([(plan.primary, True)] if plan.primary else [])
        self.last: list[dict[tuple[Any, ...], int]] = [{} for _ in self.keys]
        linked = {at for reference in plan.references for at in reference.fields}
        self.keyed = sorted({at for fields, _ in self.keys for at in fields} | linked)

    def batch(self, rows: list[Sequence[Any]], first: int) -> list[Document]:
        """Judge some rows, the first of which has this number, and tell their errors."""
        width = len(self.plan.columns)
        wrong: dict[int, list[int]] = {n: list(range(width)) for n, row in enumerate(rows) if len(row) != width}
        if wrong:
            padded = [list(row[:width]) + [None] * (width - len(row)) for row in rows]
            columns = list(zip(*padded, strict=True))
        else:
            columns = list(zip(*rows, strict=True))
        for at, values in enumerate(columns):
            for n in self.columns[at].bad(values):
                wrong.setdefault(n, []).append(at)
        for n in self._blank(rows):
            wrong.setdefault(n, [])
        keyed = {at: self.columns[at].read(columns[at], wrong) for at in self.keyed}
        for n in self._unlinked(keyed):
            wrong.setdefault(n, [])
        exact = {n: suspects.read(self.plan, first + n, list(rows[n]), wrong[n], self.keyed) for n in sorted(wrong)}
        return self._told(rows, first, keyed, exact)

    def _blank(self, rows: list[Sequence[Any]]) -> list[int]:
        if any(column.required for column in self.plan.columns):
            return []
        missing = [column.missing for column in self.plan.columns]
        return [
            n
            for n, row in enumerate(rows)
            if row and suspects.absent(row[0], missing[0]) and all(map(suspects.absent, row, missing))
        ]

    def _unlinked(self, keyed: dict[int, list[Any]]) -> list[int]:
        found = []
        for reference in self.plan.references:
            columns = [keyed[at] for at in reference.fields]
            if set(zip(*columns, strict=True)) <= reference.found:
                continue
            rows = zip(*columns, strict=True)
            found += [n for n, values in enumerate(rows) if values not in reference.found and set(values) != {None}]
        return found

    def _told(
        self, rows: list[Sequence[Any]], first: int, keyed: dict[int, list[Any]], exact: dict[int, suspects.Row]
    ) -> list[Document]:
        unique: dict[int, dict[int, int]] = {}
        primary: dict[int, int] = {}
        for (fields, is_primary), last in zip(self.keys, self.last, strict=True):
            columns = [keyed[at] for at in fields]
            for n, row in exact.items():
                for at, column in zip(fields, columns, strict=True):
                    column[n] = row.values[at]
            if _all_new(last, columns, first):
                continue
            for n, value in enumerate(zip(*columns, strict=True)):
                earlier = _repeated(last, value, first + n, is_primary)
                if earlier is None:
                    continue
                if is_primary:
                    primary[n] = earlier
                else:
                    unique.setdefault(n, {})[fields[0]] = earlier
        told: list[Document] = []
        for n in sorted({*exact, *unique, *primary}):
            row = exact.get(n) or suspects.read(self.plan, first + n, list(rows[n]), (), self.keyed)
            told += suspects.ordered(self.plan, row, unique.get(n, {}), primary.get(n))
        return told


def _all_new(last: dict[tuple[Any, ...], int], columns: list[list[Any]], first: int) -> bool:
    """Take the keys of a batch at once when none is empty or came before; tell whether it was so."""
    values = list(zip(*columns, strict=True))
    fresh = set(values)
    if len(fresh) < len(values) or any(None in column for column in columns) or not fresh.isdisjoint(last):
        return False
    last.update(zip(values, range(first, first + len(values)), strict=True))
    return True


def _repeated(last: dict[tuple[Any, ...], int], value: tuple[Any, ...], row: int, primary: bool) -> int | None:
    if set(value) == {None}:
        return 0 if primary else None
    earlier = last.get(value)
    last[value] = row
    return earlier


class _Values:
    """Judges the values of one column."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self.kernel = masks.kernel_of(column)
        self.bounds = _bounds(column)
        self.worded = not any(map(_numeral, column.missing))
        self.free = column.type == "any" and not set(column.constraints) - masks.PLAIN
        self.moments = column.type == "datetime" and not set(column.constraints) - masks.PLAIN
        self._known: dict[tuple[type, Any], bool] = {}

    def bad(self, values: Sequence[Any]) -> list[int]:
        """Answer the places of the values that were not accepted."""
        kinds = set(map(type, values))
        absent = type(None) in kinds
        kinds.discard(type(None))
        nothing = [n for n, value in enumerate(values) if value is None] if absent and self.column.required else []
        if kinds == {dt.datetime} and self.moments:
            return nothing
        if not kinds or (self.free and not self.column.required) or self._numbers(kinds, values):
            return nothing
        if kinds == {str} and self.kernel is not None:
            return nothing + self._texts(values)
        return nothing + [n for n, value in enumerate(values) if value is not None and not self._good(value)]

    def read(self, values: Sequence[Any], skip: Any) -> list[Any]:
        """Answer the values as frictionless reads them; those of the rows to skip mean nothing."""
        kinds = set(map(type, values)) - {type(None)}
        plain = {"integer": int, "string": str, "any": str}.get(self.column.type)
        if kinds <= {plain} and (plain is not int or self.worded):
            missing = self.column.missing
            return [None if value in missing else value for value in values] if plain is str else list(values)
        read = self.column.read
        return [None if n in skip else read(value)[0] for n, value in enumerate(values)]

    def _texts(self, values: Sequence[Any]) -> list[int]:
        none = np.array([value is None for value in values], dtype=bool)
        cells = Cells(pa.array(["" if value is None else value for value in values], pa.string()))
        assert self.kernel is not None
        good: Bools | None = masks.accepted(self.column, self.kernel, cells)
        return [] if good is None else np.flatnonzero(~(good | none)).tolist()

    def _numbers(self, kinds: set[type], values: Sequence[Any]) -> bool:
        """Tell whether all values are numbers of the column's type and within its bounds."""
        allowed = _NUMBERS.get(self.column.type, frozenset())
        if self.bounds is None or not self.worded or not kinds <= allowed:
            return False
        if kinds == {bool}:
            return True
        present = [value for value in values if value is not None]
        if float in kinds:
            total = math.fsum(value for value in present if isinstance(value, float))
            if not math.isfinite(total) or (self.column.type == "integer" and not all(v == int(v) for v in present)):
                return False
        low, top = min(present), max(present)
        return all(_kept(name, low, top, bound) for name, bound in self.bounds)

    def _good(self, value: Any) -> bool:
        try:
            found = self._known.get((type(value), value))
        except TypeError:
            return not self.column.read(value)[1]
        if found is None:
            if len(self._known) >= KNOWN:
                self._known.clear()
            found = self._known[type(value), value] = not self.column.read(value)[1]
        return found


_NUMBERS: dict[str, frozenset[type]] = {
    "integer": frozenset({int, float}),
    "number": frozenset({int, float, Decimal}),
    "boolean": frozenset({bool}),
}


def _bounds(column: Column) -> list[tuple[str, Any]] | None:
    constraints = {name for name, value in column.constraints.items() if value is not None} - masks.PLAIN
    return masks.bounds_of(column, constraints)


def _kept(name: str, low: Any, top: Any, bound: Any) -> bool:
    if name == "minimum":
        return bool(low >= bound)
    if name == "exclusiveMinimum":
        return bool(low > bound)
    return bool(top <= bound) if name == "maximum" else bool(top < bound)


def _numeral(text: str) -> bool:
    if text in ("True", "False"):
        return True
    try:
        float(text)
    except ValueError:
        return False
    return True
