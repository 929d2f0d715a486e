"""Kernels for dates, times and fixed-width texts: real days of the calendar, read eight characters at a time."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyarrow as pa

from schemas.tables.engine import shapes
from schemas.tables.engine.words import Bools, Cells, Ints


def shaped(cells: Cells, shape: shapes.Shape) -> tuple[Bools, Ints | None]:
    """Tell which cells have a shape, and which rows were looked at (None says all)."""
    fitting = cells.lengths == shape.width
    if fitting.all():
        return shape.covers(cells, None), None
    rows = np.flatnonzero(fitting)
    fitting[rows] = shape.covers(cells, rows)
    return fitting, rows


def dates(cells: Cells) -> tuple[Bools, Ints]:
    """Tell which cells are real `yyyy-mm-dd` days, and answer yyyymmdd for those (0 for the others)."""
    good, _ = shaped(cells, shapes.DATE)
    rows = None if good.all() else np.flatnonzero(good)
    day = shapes.days(cells, cells.starts if rows is None else cells.starts[rows])
    if rows is None:
        return day.real, day.number
    numbers = np.zeros(len(cells), dtype=np.int64)
    numbers[rows] = day.number
    good[rows] = day.real
    return good, numbers


def moments(cells: Cells) -> Bools:
    """Tell which cells are `yyyy-mm-dd` and `hh:mm:ss` with a T or space between, and perhaps a Z behind."""
    lengths = cells.lengths
    zulu = lengths == 20
    good: Bools = (lengths == 19) | zulu
    rows = None if good.all() else np.flatnonzero(good)
    starts = cells.starts if rows is None else cells.starts[rows]
    room = cells.padded
    between = room[starts + 10]
    fine = shapes.DATE.covers(cells, rows) & ((between == 84) | (between == 32))
    fine &= shapes.days(cells, starts).real
    later = starts + 11
    word = cells.words(later)
    fine &= shapes.TIME.covers_words(word)
    fine &= shapes.seconds(cells, later)[1]
    fine &= ~(zulu if rows is None else zulu[rows]) | (room[starts + 19] == 90)
    if rows is None:
        rows = np.arange(len(cells))
    good[rows] = fine
    return good


def times(cells: Cells) -> Bools:
    """Tell which cells are real times of the day, written `hh:mm:ss`."""
    good, _ = shaped(cells, shapes.TIME)
    rows = np.flatnonzero(good)
    good[rows] = shapes.seconds(cells, cells.starts[rows])[1]
    return good


def day_number(bound: Any) -> int | None:
    """Answer a bound as yyyymmdd, or None where it is not written as a plain day."""
    if not isinstance(bound, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", bound):
        return None
    good, numbers = dates(Cells(pa.array([bound], pa.string())))
    return int(numbers[0]) if good[0] else None
