"""Blocks as columns of text: arrow's csv reader, set so that it agrees with Python's, and the rows that do not fit."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from schemas.tables.engine.blocks import Block, record_ends
from schemas.tables.engine.fallback import Fallback
from schemas.tables.engine.plan import Plan

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Tokens:
    """The records of a block: columns for those of the right width, cells for the others, and their places.

    `places` tells which record of the block each row of the columns is; None means that they are the same.
    """

    columns: list[Any]
    count: int
    places: Places | None
    others: list[tuple[int, list[str]]]
    records: int

    def place(self, rows: Places) -> Places:
        """Answer the records of some rows of the columns."""
        return rows if self.places is None else self.places[rows]


def tokens(plan: Plan, block: Block) -> Tokens:
    """Split a block into columns; blank lines, ragged rows and what the dialect skips are taken out."""
    found = _from_rows(plan, block.rows) if block.rows is not None else _from_bytes(plan, block)
    return _skipped(plan, found, block.number == 0)


def _from_bytes(plan: Plan, block: Block) -> Tokens:
    width = len(plan.columns)
    others: list[tuple[int, list[str]]] = []

    def ragged(row: Any) -> str:
        others.append((row.number - 1, _cells(plan, row.text)))
        return "skip"

    _require_utf8(block.data)
    table = _read(plan, block.data, width, ragged)
    columns = [_joined(table.column(at)) for at in range(width)]
    count = table.num_rows
    places = None
    if others:
        places = np.setdiff1d(np.arange(count + len(others)), [at for at, _ in others], assume_unique=True)
    found = Tokens(columns, count, places, others, count + len(others))
    return _without_blank_lines(block, found)


def _read(plan: Plan, data: bytes, width: int, ragged: Any) -> Any:
    names = [str(at) for at in range(width)]
    return pacsv.read_csv(
        cast(Any, pa.BufferReader(data)),
        read_options=pacsv.ReadOptions(column_names=names, use_threads=False, block_size=len(data) + 16),
        parse_options=pacsv.ParseOptions(
            delimiter=plan.csv.delimiter,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=ragged,
        ),
        convert_options=pacsv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
        ),
    )


def _joined(column: Any) -> Any:
    chunks = column.chunks
    if len(chunks) == 1:
        return chunks[0]
    return pa.concat_arrays(chunks) if chunks else pa.array([], pa.string())


def _require_utf8(data: bytes) -> None:
    if data.isascii():
        return
    offsets = pa.py_buffer(np.array([0, len(data)], dtype=np.int32).tobytes())
    try:
        pa.StringArray.from_buffers(1, offsets, pa.py_buffer(data)).validate(full=True)
    except pa.ArrowInvalid as error:
        raise Fallback("undecodable", str(error)) from error


def _cells(plan: Plan, text: str) -> list[str]:
    for row in csv.reader(io.StringIO(text, newline=""), dialect=plan.csv):
        return row
    return []


def _without_blank_lines(block: Block, found: Tokens) -> Tokens:
    """Take out the blank lines, which arrow gives as rows of empty cells and csv as rows of none."""
    rows = empty_rows(found)
    if not rows.size:
        return found
    ends = record_ends(block.data)
    if ends.size != found.records:
        raise Fallback("reader", "records and line ends do not agree")
    starts = np.concatenate([[0], ends[:-1]])
    blank = []
    for row, place in zip(rows.tolist(), found.place(rows).tolist(), strict=True):
        if not block.data[starts[place] : ends[place]].strip(b"\r\n"):
            blank.append((row, place))
    if not blank:
        return found
    keep = np.ones(found.count, dtype=bool)
    keep[[row for row, _ in blank]] = False
    kept = _kept(found, keep)
    others = sorted([*found.others, *((place, []) for _, place in blank)])
    return Tokens(kept.columns, kept.count, kept.places, others, found.records)


def empty_rows(found: Tokens) -> Places:
    """Answer the rows whose cells are all empty."""
    rows: Places | None = None
    for column in found.columns:
        lengths = pc.binary_length(column if rows is None else column.take(pa.array(rows))).to_numpy(False)
        here = np.flatnonzero(lengths == 0)
        rows = here if rows is None else rows[here]
        if not rows.size:
            break
    return rows if rows is not None else np.empty(0, dtype=np.int64)


def _from_rows(plan: Plan, rows: list[list[str]]) -> Tokens:
    width = len(plan.columns)
    fitting = [at for at, row in enumerate(rows) if len(row) == width]
    columns = [pa.array([rows[at][c] for at in fitting], pa.string()) for c in range(width)]
    others = [(at, row) for at, row in enumerate(rows) if len(row) != width]
    places = np.array(fitting, dtype=np.int64) if others else None
    return Tokens(columns, len(fitting), places, others, len(rows))


def _skipped(plan: Plan, found: Tokens, first: bool) -> Tokens:
    """Take out what stands before the content, comments, and blank rows where the dialect says so."""
    if first and plan.first_row > 1:
        if plan.first_row - 1 > found.records:
            raise Fallback("long-preamble")
        found = _from_record(found, plan.first_row - 1)
    if plan.comment_rows:
        if not first or max(plan.comment_rows) > found.records:
            raise Fallback("comment-rows")
        found = _without_records(found, {number - 1 for number in plan.comment_rows})
    if plan.comment_char:
        found = _without_comments(found, plan.comment_char)
    if plan.skip_blank:
        keep = np.ones(found.count, dtype=bool)
        keep[empty_rows(found)] = False
        kept = found if keep.all() else _kept(found, keep)
        others = [(at, cells) for at, cells in found.others if any(cells)]
        found = Tokens(kept.columns, kept.count, kept.places, others, found.records)
    return found


def _from_record(found: Tokens, first: int) -> Tokens:
    places = np.arange(found.count) if found.places is None else found.places
    row = int(np.searchsorted(places, first))
    columns = [column.slice(row) for column in found.columns]
    others = [(at, cells) for at, cells in found.others if at >= first]
    return Tokens(columns, found.count - row, places[row:], others, found.records)


def _without_records(found: Tokens, records: set[int]) -> Tokens:
    places = np.arange(found.count) if found.places is None else found.places
    kept = _kept(found, ~np.isin(places, sorted(records)))
    others = [(at, cells) for at, cells in found.others if at not in records]
    return Tokens(kept.columns, kept.count, kept.places, others, found.records)


def _without_comments(found: Tokens, mark: str) -> Tokens:
    marked = pc.starts_with(found.columns[0], pattern=mark).to_numpy(False)
    kept = _kept(found, ~marked) if marked.any() else found
    others = [(at, cells) for at, cells in found.others if not (cells and cells[0].startswith(mark))]
    return Tokens(kept.columns, kept.count, kept.places, others, found.records)


def _kept(found: Tokens, keep: npt.NDArray[np.bool_]) -> Tokens:
    places = np.arange(found.count) if found.places is None else found.places
    mask = pa.array(keep)
    columns = [column.filter(mask) for column in found.columns]
    return Tokens(columns, int(keep.sum()), places[keep], found.others, found.records)
