"""Frames: small tables in demand held as arrays, for the questions that most pages and clients ask.

A frame answers equalities, one order, words and pages from lookups made on first use; everything else is DuckDB's.
Both must give the same rows: the tests ask both.
"""

from __future__ import annotations

import bisect
import threading
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from publisher.table_columns import ID, Column, quoted
from publisher.table_text import Group, Question, Term

Rows = npt.NDArray[np.int64]
WORD = "[0-9a-z]+"


class Words(msgspec.Struct, frozen=True):
    """Where each word stands: a sorted list of words, and for each the rows, columns and counts from its start on."""

    words: list[str]
    starts: Rows
    rows: Rows
    columns: npt.NDArray[np.int16]
    counts: Rows


class Frame:
    """One version of a table in memory, rows in the order of `_id`; safe to share between threads."""

    def __init__(self, table: pa.Table, read_words: Callable[[str], pa.Table]) -> None:
        self.table = table.combine_chunks()
        self._read_words = read_words
        self._lock = threading.Lock()
        self._codes: dict[str, tuple[npt.NDArray[np.int32], dict[Any, int]]] = {}
        self._orders: dict[tuple[str, bool, str], Rows] = {}
        self._places: dict[tuple[str, bool, str], Rows] = {}
        self._words: Words | None = None

    @property
    def count(self) -> int:
        """Answer how many rows there are."""
        return int(self.table.num_rows)

    def equal(self, name: str, values: Sequence[Any]) -> Rows:
        """Answer the rows whose value is one of these, in order."""
        codes, numbers = self._coded(name)
        wanted = [numbers[value] for value in values if value in numbers]
        if len(wanted) == 1:
            return np.flatnonzero(codes == wanted[0])
        return np.flatnonzero(np.isin(codes, wanted)) if wanted else np.empty(0, np.int64)

    def keep(self, rows: Rows, name: str, values: Sequence[Any]) -> Rows:
        """Answer those of some rows whose value is one of these."""
        codes, numbers = self._coded(name)
        wanted = [numbers[value] for value in values if value in numbers]
        mask = codes[rows] == wanted[0] if len(wanted) == 1 else np.isin(codes[rows], wanted)
        return rows[mask]

    def order(self, name: str, descending: bool, nulls: str) -> Rows | None:
        """Answer the rows sorted by a column, ties in order; None where floats that are no numbers are among them."""
        key = (name, descending, nulls)
        with self._lock:
            if key not in self._orders:
                values = self.table.column(name)
                if pa.types.is_floating(values.type) and pc.any(pc.is_nan(values)).as_py():
                    return None
                place = nulls or ("first" if descending else "last")
                found = pc.array_sort_indices(
                    values.combine_chunks(),
                    order="descending" if descending else "ascending",
                    null_placement="at_start" if place == "first" else "at_end",
                )
                self._orders[key] = found.to_numpy().astype(np.int64)
            return self._orders[key]

    def sorted(self, rows: Rows, name: str, descending: bool, nulls: str) -> Rows | None:
        """Answer some rows in the order of a column."""
        order = self.order(name, descending, nulls)
        if order is None:
            return None
        key = (name, descending, nulls)
        with self._lock:
            if key not in self._places:
                places = np.empty(len(order), np.int64)
                places[order] = np.arange(len(order))
                self._places[key] = places
            return rows[np.argsort(self._places[key][rows])]

    def find(self, question: Question, columns: Sequence[Column]) -> tuple[Rows, Rows] | None:
        """Answer the rows that have the words of a question and how often; None for what is not made of words."""
        if not _of_words(question):
            return None
        words = self._indexed()
        texts = [column.name for column in self._texts()]
        places = np.array([texts.index(c.name) for c in columns if c.name in texts], np.int16)
        return _found(words, question, places, self.count, len(places) == len(texts))

    def take(self, rows: Rows, names: Sequence[str]) -> list[tuple[Any, ...]]:
        """Answer the values of some rows."""
        chosen = self.table.select(list(names)).take(pa.array(rows, pa.int64()))
        return list(zip(*(column.to_pylist() for column in chosen.columns), strict=True))

    def slice(self, start: int, count: int, names: Sequence[str]) -> list[tuple[Any, ...]]:
        """Answer the values of rows that follow each other."""
        chosen = self.table.select(list(names)).slice(start, count)
        return list(zip(*(column.to_pylist() for column in chosen.columns), strict=True))

    def _coded(self, name: str) -> tuple[npt.NDArray[np.int32], dict[Any, int]]:
        with self._lock:
            if name not in self._codes:
                coded: Any = self.table.column(name).combine_chunks().dictionary_encode()
                codes = coded.indices.fill_null(-1).to_numpy().astype(np.int32)
                self._codes[name] = codes, {value: at for at, value in enumerate(coded.dictionary.to_pylist())}
            return self._codes[name]

    def _texts(self) -> list[Column]:
        return [
            Column(name=field.name, type="text", physical="VARCHAR")
            for field in self.table.schema
            if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
        ]

    def _indexed(self) -> Words:
        with self._lock:
            if self._words is None:
                parts = [_split(at, column.name) for at, column in enumerate(self._texts())]
                self._words = _words(self._read_words(" UNION ALL ".join(parts))) if parts else _words(None)
            return self._words


def _split(at: int, name: str) -> str:
    text = quoted(name).replace("{", "{{").replace("}", "}}")
    words = f"unnest(regexp_extract_all(lower({text}), '{WORD}'))"
    return f"SELECT {ID} - 1 AS r, {at} AS c, {words} AS w FROM {{0}}"


def _words(found: pa.Table | None) -> Words:
    if found is None or not found.num_rows:
        empty = np.empty(0, np.int64)
        return Words([], np.zeros(1, np.int64), empty, np.empty(0, np.int16), empty)
    runs: Any = pc.call_function("run_end_encode", [found.column("w").combine_chunks()])
    ends = runs.run_ends.to_numpy().astype(np.int64)
    return Words(
        runs.values.to_pylist(),
        np.concatenate([np.zeros(1, np.int64), ends]),
        found.column("r").to_numpy().astype(np.int64),
        found.column("c").to_numpy().astype(np.int16),
        found.column("n").to_numpy().astype(np.int64),
    )


def _of_words(question: Question) -> bool:
    if isinstance(question, Group):
        return question.operator != "!" and all(_of_words(part) for part in question.parts)
    if question is None:
        return False
    plain = all(form.isascii() and form.isalnum() and not form[-1].isdigit() for form in question.forms)
    truth = any("true".startswith(form) or "false".startswith(form) for form in question.forms)
    return plain and not truth


Found = tuple[Rows, Rows]


def _found(words: Words, question: Question, places: npt.NDArray[np.int16], count: int, everywhere: bool) -> Found:
    if isinstance(question, Group):
        parts = [_found(words, part, places, count, everywhere) for part in question.parts]
        return _joined(parts, count, len(parts) if question.operator == "&" else 1)
    assert isinstance(question, Term)
    spans = [_span(words, form, question.prefix) for form in question.forms]
    kept = [(words.rows[a:b], words.counts[a:b], words.columns[a:b]) for a, b in spans if b > a]
    if not kept:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    rows, counts, columns = (np.concatenate(parts) for parts in zip(*kept, strict=True))
    if not everywhere:
        mask = np.isin(columns, places)
        rows, counts = rows[mask], counts[mask]
    return _summed(rows, counts, count)


def _span(words: Words, form: str, prefix: bool) -> tuple[int, int]:
    first = bisect.bisect_left(words.words, form)
    if prefix:
        last = bisect.bisect_left(words.words, form + "\x7f")
    else:
        last = first + (first < len(words.words) and words.words[first] == form)
    return int(words.starts[first]), int(words.starts[last])


def _summed(rows: Rows, counts: Rows, count: int) -> Found:
    if (rows[1:] > rows[:-1]).all():
        return rows, counts
    totals = np.bincount(rows, weights=counts, minlength=count)
    found = np.flatnonzero(totals)
    return found, totals[found].astype(np.int64)


def _joined(parts: Sequence[Found], count: int, least: int) -> Found:
    hits = np.zeros(count, np.int64)
    totals = np.zeros(count, np.int64)
    for rows, counts in parts:
        hits[rows] += 1
        totals[rows] += counts
    found = np.flatnonzero(hits >= least)
    return found, totals[found]
