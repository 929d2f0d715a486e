"""One block judged: its suspect rows read exactly, and the key codes of all the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.tables.engine import keys, masks, suspects
from schemas.tables.engine.blocks import Block
from schemas.tables.engine.plan import Plan, Reference
from schemas.tables.engine.reread import Piece, of_block
from schemas.tables.engine.tokens import Tokens, tokens
from schemas.tables.engine.words import Bools, Cells, Ints

_SEPARATOR = "\x1f"


@dataclass
class Judged:
    """What a block says: its records, its content rows, the rows read exactly, and codes for each key.

    Row numbers count from 1 within the block; whoever joins the blocks adds the records before it. `content` tells
    which records are content (None: all of them).
    """

    piece: Piece
    count: int
    suspects: list[suspects.Row]
    errors: int
    codes: list[tuple[Ints, npt.NDArray[np.int32] | None]]
    content: npt.NDArray[np.int64] | None
    arrays: list[Any] | None = None


class Judge:
    """Judges blocks of one table; one instance serves several threads."""

    def __init__(self, plan: Plan, convert: Any = None) -> None:
        self.plan = plan
        self.convert = convert
        self.kernels = [masks.kernel_of(column) for column in plan.columns]
        self.known = [
            None if kernel is not None else masks.Known(_taker(column.read))
            for kernel, column in zip(self.kernels, plan.columns, strict=True)
        ]
        self.keys = keys.keys_of(plan)
        self.kinds = {at: keys.kind(plan, at, self.kernels) for key in self.keys for at in key.fields}
        self.keyed = sorted(set(self.kinds) | {at for reference in plan.references for at in reference.fields})
        self.links = [_link(plan, reference) for reference in plan.references]

    def judge(self, block: Block) -> Judged:
        """Split, judge and code one block."""
        found = tokens(self.plan, block)
        cells = [Cells(column) for column in found.columns]
        bad, failing = self._masks(cells, found.count)
        rows = np.flatnonzero(bad)
        exact = self._exact(found, rows, failing)
        errors = sum(row.count(len(self.plan.columns)) for row in exact)
        codes = [self._codes(key, cells, failing, bad, found) for key in self.keys]
        content = _content(found)
        piece = of_block(block, found.records)
        judged = Judged(piece, found.count + len(found.others), exact, errors, codes, content)
        if self.convert is not None and not errors:
            judged.arrays = self.convert(self, found, cells, failing)
        return judged

    def _masks(self, cells: list[Cells], count: int) -> tuple[Bools, dict[int, Bools]]:
        """Answer which rows have a cell that was not accepted, and which cells these are."""
        bad = np.zeros(count, dtype=bool)
        failing: dict[int, Bools] = {}
        for at, column in enumerate(self.plan.columns):
            kernel, known = self.kernels[at], self.known[at]
            good = masks.accepted(column, kernel, cells[at]) if kernel is not None else _known(known, cells[at])
            if good is not None and not good.all():
                failing[at] = ~good
                bad |= failing[at]
        for at in self.plan.primary:
            bad |= cells[at].missing(self.plan.columns[at].missing)
        for link in self.links:
            linked = link(cells)
            if linked is not None:
                bad |= ~linked
        self._blank(cells, bad)
        return bad, failing

    def _blank(self, cells: list[Cells], bad: Bools) -> None:
        """Mark the rows whose cells are all missing; a required field has marked them already."""
        if any(column.required for column in self.plan.columns) or not bad.size:
            return
        rows: Ints | None = None
        for column, one in zip(self.plan.columns, cells, strict=True):
            here = np.flatnonzero(one.missing(column.missing, rows))
            rows = here if rows is None else rows[here]
            if not rows.size:
                return
        bad[rows] = True

    def _exact(self, found: Tokens, rows: Ints, failing: dict[int, Bools]) -> list[suspects.Row]:
        todo: list[tuple[int, list[str], list[int]]] = []
        if rows.size:
            taken = pa.array(rows)
            columns = [column.take(taken).to_pylist() for column in found.columns]
            fields = {at: wrong[rows] for at, wrong in failing.items()}
            for n, place in enumerate(found.place(rows).tolist()):
                todo.append((place, [column[n] for column in columns], [at for at, w in fields.items() if w[n]]))
        every = range(len(self.plan.columns))
        todo += [(place, list(row), list(every)) for place, row in found.others]
        todo.sort(key=lambda item: item[0])
        return [suspects.read(self.plan, place + 1, row, wrong, self.keyed) for place, row, wrong in todo]

    def _codes(
        self, key: keys.Key, cells: list[Cells], failing: dict[int, Bools], bad: Bools, found: Tokens
    ) -> tuple[Ints, npt.NDArray[np.int32] | None]:
        """Answer the codes of the rows that were not read exactly, and where they are (None: every row, in place)."""
        parts = []
        keep = ~bad
        for at in key.fields:
            good = ~failing[at] if at in failing else None
            parts.append(keys.field_codes(self.plan, at, self.kinds[at], cells[at], good))
            if not self.plan.columns[at].required:
                keep &= ~cells[at].missing(self.plan.columns[at].missing)
        codes = keys.mixed(parts)
        if found.places is None and keep.all():
            return codes, None
        rows = np.flatnonzero(keep)
        return codes[rows], found.place(rows).astype(np.int32)


def _content(found: Tokens) -> npt.NDArray[np.int64] | None:
    if found.count + len(found.others) == found.records:
        return None
    places = np.arange(found.count) if found.places is None else found.places
    return np.sort(np.concatenate([places, np.array([at for at, _ in found.others], dtype=np.int64)]))


def _taker(read: Any) -> Any:
    return lambda text: not read(text)[1]


def _known(known: Any, cells: Cells) -> Bools | None:
    found: Bools | None = known.accepted(cells.array)
    return found


def _link(plan: Plan, reference: Reference) -> Any:
    """Answer a test of a foreign key on columns: which rows surely have it."""
    columns = [plan.columns[at] for at in reference.fields]
    if len(columns) == 1 and columns[0].type in ("string", "any"):
        return _text_link(reference, columns[0])
    known = masks.Known(_row_test(columns, reference.found))

    def test(cells: list[Cells]) -> Bools | None:
        arrays = [cells[at].array for at in reference.fields]
        joined = arrays[0] if len(arrays) == 1 else pc.binary_join_element_wise(*arrays, _SEPARATOR)
        return known.accepted(joined)

    return test


def _text_link(reference: Reference, column: Any) -> Any:
    found = pa.array([key[0] for key in reference.found if isinstance(key[0], str)], pa.string())

    def test(cells: list[Cells]) -> Bools | None:
        one = cells[reference.fields[0]]
        linked: Bools = pc.is_in(one.array, value_set=found).to_numpy(False)
        if linked.all():
            return None
        rows = np.flatnonzero(~linked)
        linked = linked.copy()
        linked[rows[one.missing(column.missing, rows)]] = True
        return linked

    return test


def _row_test(columns: list[Any], found: frozenset[tuple[Any, ...]]) -> Any:
    def test(text: str) -> bool:
        parts = text.split(_SEPARATOR) if len(columns) > 1 else [text]
        if len(parts) != len(columns):
            return False
        values = tuple(column.read(part)[0] for column, part in zip(columns, parts, strict=True))
        return set(values) == {None} or values in found

    return test
