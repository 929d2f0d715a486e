"""Pages from frames: which selections a frame can answer, and the rows that it answers them with."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from publisher.table_columns import Column
from publisher.table_frames import Frame, Rows
from publisher.table_text import Term

if TYPE_CHECKING:
    from publisher.table_queries import Asked, Condition, Selection

USES = 2
LARGEST = 2_500_000
ROOM = 8_000_000
REMEMBERED = 1000
SERIES = np.concatenate([np.zeros(1), np.cumsum(1.0 / np.arange(1, 1001) ** 2)])


class Frames:
    """The frames of one process, the least used dropped first; sizes count cells."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._uses: OrderedDict[str, int] = OrderedDict()
        self._held: OrderedDict[str, tuple[Frame, int]] = OrderedDict()
        self._making: set[str] = set()

    def get(self, hash: str, cells: int, make: Callable[[], Frame]) -> Frame | None:
        """Answer the frame of a version that is in demand and small enough, else None."""
        with self._lock:
            if hash in self._held:
                self._held.move_to_end(hash)
                return self._held[hash][0]
            self._uses[hash] = self._uses.pop(hash, 0) + 1
            while len(self._uses) > REMEMBERED:
                self._uses.popitem(last=False)
            if cells > LARGEST or self._uses[hash] <= USES or hash in self._making:
                return None
            self._making.add(hash)
        try:
            frame = make()
            self._hold(hash, frame, cells)
            return frame
        finally:
            self._making.discard(hash)

    def _hold(self, hash: str, frame: Frame, cells: int) -> None:
        with self._lock:
            while self._held and sum(size for _, size in self._held.values()) + cells > ROOM:
                self._held.popitem(last=False)
            self._held[hash] = frame, cells


Taken = Callable[[str, Any], Any]


def page(
    frame: Frame, selection: Selection, shown: Sequence[Column], columns: Sequence[Column], take: Taken
) -> tuple[list[tuple[Any, ...]], int, list[float] | None] | None:
    """Answer rows, total and ranks of a selection; None where a frame can't answer it.

    `take` brings a value into the type of the column of a name.
    """
    if selection.distinct or selection.after is not None or len(selection.order) > 1 or len(selection.asked) > 1:
        return None
    filters = _equalities(selection.where)
    if filters is None:
        return None
    names = [column.name for column in shown]
    stop = selection.offset + selection.limit
    if not filters and not selection.asked and not selection.order:
        return frame.slice(selection.offset, selection.limit, names), frame.count, None
    rows, counts = _matched(frame, filters, selection.asked, columns, take)
    if rows is None:
        return None
    total = len(rows) if rows is not _ALL else frame.count
    chosen = _ordered(frame, rows, counts, selection)
    if chosen is None:
        return None
    part = chosen[selection.offset : stop]
    found = frame.take(part, names) if len(part) else []
    return found, total, _ranks(selection.asked, rows, counts, part)


_ALL: Rows = np.empty(0, np.int64)


def _equalities(where: Condition | None) -> list[tuple[str, tuple[Any, ...]]] | None:
    """Answer the column and values of each equality that must hold; None where it is more than that."""
    from publisher.table_queries import AllOf, Compare

    if where is None:
        return []
    if isinstance(where, AllOf):
        parts = [_equalities(part) for part in where.parts]
        return None if None in parts else [pair for part in parts for pair in part or ()]
    if isinstance(where, Compare) and where.operator in ("eq", "in"):
        return [(where.field, tuple(where.value) if where.operator == "in" else (where.value,))]
    return None


def _matched(
    frame: Frame,
    filters: Sequence[tuple[str, tuple[Any, ...]]],
    asked: Sequence[Asked],
    columns: Sequence[Column],
    take: Taken,
) -> tuple[Rows | None, Rows | None]:
    rows, counts = _ALL, None
    for name, values in filters:
        taken = [take(name, value) for value in values if value is not None]
        rows = frame.equal(name, taken) if rows is _ALL else frame.keep(rows, name, taken)
    for each in asked:
        wanted = [column for column in columns if each.field in ("", column.name)]
        answer = frame.find(each.question, wanted)
        if answer is None:
            return None, None
        found, counts = answer
        if rows is not _ALL:
            kept = np.isin(found, rows, assume_unique=True)
            found, counts = found[kept], counts[kept]
        rows = found
    return rows, counts


def _ordered(frame: Frame, rows: Rows, counts: Rows | None, selection: Selection) -> Rows | None:
    if selection.order:
        order = selection.order[0]
        if rows is _ALL:
            return frame.order(order.field, order.descending, order.nulls)
        return frame.sorted(rows, order.field, order.descending, order.nulls)
    if counts is not None and selection.asked[0].ranked:
        return _first(rows, rows - counts * frame.count, selection.offset + selection.limit)
    return rows


def _first(rows: Rows, keys: Rows, count: int) -> Rows:
    """Answer the `count` rows with the smallest keys, in their order."""
    if count < len(rows):
        least = np.argpartition(keys, count)[:count]
        rows, keys = rows[least], keys[least]
    found: Rows = rows[np.argsort(keys)]
    return found


def _ranks(asked: Sequence[Asked], rows: Rows, counts: Rows | None, part: Rows) -> list[float] | None:
    """Answer the rank of each row of a page where one word was asked: it follows from how often the word stands."""
    if counts is None or not isinstance(asked[0].question, Term):
        return None
    times = counts[np.searchsorted(rows, part)]
    value = 0.1 * SERIES[np.minimum(times, len(SERIES) - 1)] / 1.64493406685
    ranks: list[float] = (value / (value + 1)).tolist()
    return ranks
