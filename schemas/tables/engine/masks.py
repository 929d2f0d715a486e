"""Accept masks: per column and block, which cells frictionless would surely take; no word about the others.

A kernel exists for the common types with the constraints that it can compute; every other column is judged by
frictionless' own reader on its distinct values.
"""

from __future__ import annotations

import decimal
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.tables.engine import moments, patterns, shapes
from schemas.tables.engine.plan import Column
from schemas.tables.engine.words import Bools, Cells, Ints

Kernel = Callable[[Cells], Bools | None]

PLAIN = frozenset({"required", "unique"})
BOUNDS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})
LENGTHS = frozenset({"minLength", "maxLength"})
KNOWN = 200_000
EXACT_DIGITS = 15
LONGEST_INTEGER = 18


def kernel_of(column: Column) -> Kernel | None:
    """Answer the kernel of a column, or None when its distinct values have to be read."""
    constraints = {name for name, value in column.constraints.items() if value is not None} - PLAIN
    maker = _MAKERS.get(column.type)
    return maker(column, constraints) if maker is not None else None


def accepted(column: Column, kernel: Kernel, cells: Cells) -> Bools | None:
    """Tell which cells are surely good, missing ones included where they may be; None says all."""
    good = kernel(cells)
    if column.required:
        missing = cells.missing(column.missing)
        if missing.any():
            return ~missing if good is None else good & ~missing
        return good
    if good is None or good.all():
        return None
    bad = np.flatnonzero(~good)
    good[bad[cells.missing(column.missing, bad)]] = True
    return good


class Known:
    """Judges distinct values by frictionless' own reader, and remembers them."""

    def __init__(self, judge: Callable[[str], bool]) -> None:
        self._judge = judge
        self._known: dict[str, bool] = {}

    def accepted(self, array: Any) -> Bools | None:
        """Tell which cells are good; None says all."""
        encoded = array.dictionary_encode()
        flags = np.array([self._good(text) for text in encoded.dictionary.to_pylist()], dtype=bool)
        if flags.all():
            return None
        found: Bools = flags[encoded.indices.to_numpy(False)]
        return found

    def _good(self, text: str) -> bool:
        found = self._known.get(text)
        if found is None:
            if len(self._known) >= KNOWN:
                self._known.clear()
            found = self._known[text] = self._judge(text)
        return found


def _integer(column: Column, constraints: set[str]) -> Kernel | None:
    bounds = _bounds(column, constraints, _whole)
    if bounds is None or column.properties.get("bareNumber") is False:
        return None

    def kernel(cells: Cells) -> Bools | None:
        good = whole_numbers(cells)
        if bounds:
            cells.numbers = whole_values(cells, good)
            good = _within(good, cells.numbers, bounds)
        return good

    return kernel


def whole_numbers(cells: Cells) -> Bools:
    """Tell which cells are digits, with or without a minus sign, that fit 64 bits."""
    lengths = cells.lengths
    good: Bools = (lengths > 0) & (lengths <= LONGEST_INTEGER)
    odd = np.flatnonzero((cells.data - 48) > 9)
    if odd.size:
        at = odd + int(cells.offsets[0])
        rows = np.searchsorted(cells.offsets, at, side="right") - 1
        minus = (cells.data[odd] == 45) & (at == cells.offsets[rows]) & (lengths[rows] > 1)
        good[rows[~minus]] = False
    return good


def whole_values(cells: Cells, good: Bools) -> Ints:
    """Answer the whole numbers of the good cells, and 0 for the others."""
    if good.all():
        found: Ints = pc.cast(cells.array, pa.int64()).to_numpy(zero_copy_only=False)
        return found
    values = np.zeros(len(cells), dtype=np.int64)
    values[good] = pc.cast(cells.array.filter(pa.array(good)), pa.int64()).to_numpy(zero_copy_only=False)
    return values


def _number(column: Column, constraints: set[str]) -> Kernel | None:
    bounds = _bounds(column, constraints, _decimal)
    if bounds is None or {"bareNumber", "groupChar", "decimalChar"} & set(column.properties):
        return None

    def kernel(cells: Cells) -> Bools | None:
        good, values = numbers(cells)
        if not bounds:
            return good
        inside = _within(good.copy(), values, bounds)
        near = cells.lengths > EXACT_DIGITS
        if near.any():
            for _, bound in bounds:
                inside &= ~(near & (np.abs(values - float(bound)) <= 1e-9 * max(1.0, abs(float(bound)))))
        inside &= np.isfinite(values)
        return inside

    return kernel


def numbers(cells: Cells) -> tuple[Bools, Any]:
    """Tell which cells are digits with at most one dot and a sign, and answer their floats (0 for the others)."""
    good: Bools = cells.lengths > 0
    places = cells.data - 45
    odd = np.flatnonzero((places > 12) | (places == 2))
    if odd.size:
        good[np.searchsorted(cells.offsets, odd + int(cells.offsets[0]), side="right") - 1] = False
    try:
        return good, _floats(cells, good)
    except pa.ArrowInvalid:
        good &= pc.match_substring_regex(cells.array, r"^-?[0-9]+(\.[0-9]+)?$").to_numpy(False)
        return good, _floats(cells, good)


def _floats(cells: Cells, good: Bools) -> Any:
    if good.all():
        return pc.cast(cells.array, pa.float64()).to_numpy(zero_copy_only=False)
    values = np.zeros(len(cells), dtype=np.float64)
    values[good] = pc.cast(cells.array.filter(pa.array(good)), pa.float64()).to_numpy(zero_copy_only=False)
    return values


def _boolean(column: Column, constraints: set[str]) -> Kernel | None:
    if constraints:
        return None
    true = column.properties.get("trueValues", ["true", "True", "TRUE", "1"])
    false = column.properties.get("falseValues", ["false", "False", "FALSE", "0"])
    known = pa.array([*true, *false], pa.string())
    return lambda cells: pc.is_in(cells.array, value_set=known).to_numpy(False).copy()


def _string(column: Column, constraints: set[str]) -> Kernel | None:
    if (column.type == "string" and column.format not in ("default", "")) or constraints - LENGTHS - {
        "pattern",
        "enum",
    }:
        return None
    kernels: list[Kernel] = []
    if constraints & LENGTHS:
        kernels.append(_length(column.constraints.get("minLength", 0), column.constraints.get("maxLength")))
    if "pattern" in constraints:
        pattern = _pattern(str(column.constraints["pattern"]))
        if pattern is None:
            return None
        kernels.append(pattern)
    if "enum" in constraints:
        known = pa.array([v for v in column.constraints["enum"] if isinstance(v, str)], pa.string())
        kernels.append(lambda cells: pc.is_in(cells.array, value_set=known).to_numpy(False).copy())
    return _joined(kernels)


def _joined(kernels: list[Kernel]) -> Kernel:
    def kernel(cells: Cells) -> Bools | None:
        good: Bools | None = None
        for one in kernels:
            found = one(cells)
            if found is not None:
                good = found if good is None else good & found
        return good

    return kernel


def _length(low: int, top: int | None) -> Kernel:
    def kernel(cells: Cells) -> Bools | None:
        lengths = cells.lengths
        if not lengths.size or (lengths.min() >= 4 * low and (top is None or lengths.max() <= top)):
            return None
        if cells.data.size and cells.data.max() > 127:
            lengths = pc.utf8_length(cells.array).to_numpy(False)
        good: Bools = lengths >= low
        if top is not None:
            good &= lengths <= top
        return good

    return kernel


def _pattern(pattern: str) -> Kernel | None:
    shape = shapes.of_pattern(pattern)
    if shape is not None:
        known = shape
        return lambda cells: moments.shaped(cells, known)[0]
    expression = patterns.for_re2(pattern)
    if expression is None:
        return None
    try:
        pc.match_substring_regex(pa.array([""]), expression)
    except pa.ArrowInvalid:
        return None
    return lambda cells: pc.match_substring_regex(cells.array, expression).to_numpy(False).copy()


def _date(column: Column, constraints: set[str]) -> Kernel | None:
    bounds = _bounds(column, constraints, moments.day_number)
    if bounds is None or column.format != "default":
        return None

    def kernel(cells: Cells) -> Bools | None:
        good, cells.numbers = moments.dates(cells)
        return _within(good, cells.numbers, bounds)

    return kernel


def _datetime(column: Column, constraints: set[str]) -> Kernel | None:
    return None if constraints or column.format != "default" else moments.moments


def _time(column: Column, constraints: set[str]) -> Kernel | None:
    return None if constraints or column.format != "default" else moments.times


def _year(column: Column, constraints: set[str]) -> Kernel | None:
    bounds = _bounds(column, constraints, _year_number)
    if bounds is None:
        return None

    def kernel(cells: Cells) -> Bools | None:
        good: Bools = whole_numbers(cells) & (cells.lengths == 4)
        values = whole_values(cells, good)
        return _within(good, values, [("minimum", 0), *bounds])

    return kernel


def _bounds(column: Column, constraints: set[str], read: Callable[[Any], Any]) -> list[tuple[str, Any]] | None:
    """Answer the bounds of a column as numbers, or None when it has other constraints or odd bounds."""
    if constraints - BOUNDS:
        return None
    found = [(name, read(column.constraints[name])) for name in sorted(constraints)]
    return None if any(value is None for _, value in found) else found


def bounds_of(column: Column, constraints: set[str]) -> list[tuple[str, Any]] | None:
    """Answer the bounds of a column of numbers, or None when it has other constraints or odd bounds."""
    read = {"integer": _whole, "number": _decimal}.get(column.type, lambda bound: None)
    return _bounds(column, constraints, read)


_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "minimum": lambda values, bound: values >= bound,
    "maximum": lambda values, bound: values <= bound,
    "exclusiveMinimum": lambda values, bound: values > bound,
    "exclusiveMaximum": lambda values, bound: values < bound,
}


def _within(good: Bools, values: Any, bounds: list[tuple[str, Any]]) -> Bools:
    for name, bound in bounds:
        good &= _COMPARE[name](values, bound)
    return good


def _whole(bound: Any) -> int | None:
    if isinstance(bound, str) and re.fullmatch(r"-?[0-9]{1,18}", bound):
        return int(bound)
    return bound if isinstance(bound, int) and not isinstance(bound, bool) and abs(bound) < 10**18 else None


def _decimal(bound: Any) -> float | None:
    if isinstance(bound, bool) or not isinstance(bound, (int, float, str)):
        return None
    text = str(bound)
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) or len(text) > EXACT_DIGITS:
        return None
    return float(decimal.Decimal(text))


def _year_number(bound: Any) -> int | None:
    if isinstance(bound, str) and re.fullmatch(r"[0-9]{4}", bound):
        return int(bound)
    return bound if isinstance(bound, int) and not isinstance(bound, bool) and 0 <= bound <= 9999 else None


_MAKERS: dict[str, Callable[[Column, set[str]], Kernel | None]] = {
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "string": _string,
    "any": lambda column, constraints: _string(column, constraints) if constraints <= {"enum"} else None,
    "date": _date,
    "datetime": _datetime,
    "time": _time,
    "year": _year,
}
