"""Keys: which rows repeat an earlier value, told by 64-bit codes, eight bytes a row, and settled by exact values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from schemas.tables.engine import masks, moments
from schemas.tables.engine.plan import Plan
from schemas.tables.engine.words import Bools, Cells, Ints, text_hashes

_MIX = np.uint64(0xFF51AFD7ED558CCD)
_SHIFT = np.uint64(29)
_NONE = 0x5BD1E995

KINDS = {"integer": "whole", "year": "whole", "date": "day", "string": "text", "any": "text"}


@dataclass
class Key:
    """A unique field or a primary key: the codes of the accepted rows, block by block, and the rows read exactly."""

    fields: tuple[int, ...]
    primary: bool
    codes: list[Ints] = field(default_factory=list)
    places: list[tuple[int, npt.NDArray[np.int32] | None]] = field(default_factory=list)
    extras: list[tuple[int, tuple[Any, ...]]] = field(default_factory=list)

    def rows(self, block: int) -> Ints:
        """Answer the row numbers of a block's codes."""
        first, local = self.places[block]
        return np.arange(first, first + len(self.codes[block])) if local is None else local.astype(np.int64) + first


def keys_of(plan: Plan) -> list[Key]:
    """Answer the keys of a plan: its unique fields, then its primary key."""
    found = [Key((at,), False) for at in plan.unique]
    return [*found, Key(plan.primary, True)] if plan.primary else found


def kind(plan: Plan, at: int, kernels: list[Any]) -> str:
    """Tell how the values of a field are coded: as whole numbers, days, text, or by Python's own hash."""
    column = plan.columns[at]
    if kernels[at] is None:
        return "text" if column.type in ("string", "any") else "value"
    return {"integer": "whole", "year": "whole", "date": "day", "string": "text", "any": "text"}.get(
        column.type, "value"
    )


def field_codes(plan: Plan, at: int, how: str, cells: Cells, good: Bools | None) -> Ints:
    """Answer the codes of a column's accepted cells; those of the others mean nothing."""
    if how == "text":
        return cells.hashes()
    if how in ("whole", "day") and cells.numbers is not None:
        return cells.numbers
    every = np.ones(len(cells), dtype=bool) if good is None else good
    if how == "whole":
        return masks.whole_values(cells, every & masks.whole_numbers(cells))
    if how == "day":
        return moments.dates(cells)[1]
    read = plan.columns[at].read
    texts = cells.array.to_pylist()
    return np.array([hash(read(texts[i])[0]) if every[i] else 0 for i in range(len(texts))], dtype=np.int64)


def mixed(parts: list[Ints]) -> Ints:
    """Join the codes of several fields into one."""
    if len(parts) == 1:
        return parts[0]
    found = np.zeros(len(parts[0]), dtype=np.uint64)
    for part in parts:
        found = (found ^ part.view(np.uint64)) * _MIX
        found ^= found >> _SHIFT
    return found.view(np.int64)


def _value_codes(how: str, values: list[Any]) -> Ints:
    if how == "text":
        texts = [value if isinstance(value, str) else "" for value in values]
        codes = text_hashes(texts)
    else:
        codes = np.array([_code(how, value) for value in values], dtype=np.int64)
    codes[[value is None for value in values]] = _NONE
    return codes


def _code(how: str, value: Any) -> int:
    if value is None:
        return _NONE
    if how == "whole" and -(2**63) <= value < 2**63:
        return int(value)
    if how == "day" and isinstance(value, dt.date):
        return value.year * 10000 + value.month * 100 + value.day
    return hash(value)


def extra_codes(key: Key, kinds: dict[int, str]) -> Ints:
    """Answer the codes of the rows that were read exactly."""
    parts = [_value_codes(kinds[at], [values[n] for _, values in key.extras]) for n, at in enumerate(key.fields)]
    return mixed(parts)


def candidates(key: Key, kinds: dict[int, str]) -> list[Ints]:
    """Answer, for each block, which of its codes come more than once in the table or among the rows read exactly."""
    extras = extra_codes(key, kinds) if key.extras else np.empty(0, dtype=np.int64)
    if not key.extras and _increasing(key):
        return [np.empty(0, dtype=np.int64) for _ in key.codes]
    every = np.sort(np.concatenate([*key.codes, np.empty(0, dtype=np.int64)]))
    repeated = every[1:][every[1:] == every[:-1]]
    del every
    wanted = np.unique(np.concatenate([repeated, extras]))
    if not wanted.size:
        return [np.empty(0, dtype=np.int64) for _ in key.codes]
    table = np.zeros(1 << 16, dtype=bool)
    table[wanted & 0xFFFF] = True
    found = []
    for codes in key.codes:
        maybe = np.flatnonzero(table[codes & 0xFFFF])
        at = np.minimum(np.searchsorted(wanted, codes[maybe]), wanted.size - 1)
        found.append(maybe[wanted[at] == codes[maybe]])
    return found


def repeats(key: Key) -> int:
    """Count at least roughly how many rows repeat an earlier one, to see whether reading on is of use."""
    if _increasing(key):
        return 0
    every = np.sort(np.concatenate([*key.codes, np.empty(0, dtype=np.int64)]))
    return int((every[1:] == every[:-1]).sum())


def _increasing(key: Key) -> bool:
    """Tell whether every code is greater than the one before it."""
    last: int | None = None
    for codes in key.codes:
        if codes.size:
            if last is not None and int(codes[0]) <= last:
                return False
            if not bool((codes[1:] > codes[:-1]).all()):
                return False
            last = int(codes[-1])
    return True


def settled(key: Key, values: list[tuple[int, tuple[Any, ...]]]) -> dict[int, int]:
    """Tell which rows repeat which earlier row, by exact values; 0 stands for a primary key that is empty."""
    last: dict[tuple[Any, ...], int] = {}
    found: dict[int, int] = {}
    for row, value in sorted([*values, *key.extras], key=lambda item: item[0]):
        if set(value) == {None}:
            if key.primary:
                found[row] = 0
            continue
        earlier = last.get(value)
        last[value] = row
        if earlier is not None:
            found[row] = earlier
    return found
