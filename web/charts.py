"""Charts: what an address asks to see of a table, counted by the table store and laid out for a drawing in SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec
from flask import request

from publisher import table_aggregates, table_queries
from publisher.table_aggregates import Measure
from publisher.table_columns import NUMERIC, TEMPORAL, Column
from publisher.table_profile import ColumnProfile
from publisher.table_queries import Selection
from publisher.tables import Version
from publisher.work import Work
from web.tables import cell, selection

Kind = Literal["bar", "line", "scatter", "histogram"]
KINDS: tuple[Kind, ...] = ("bar", "line", "histogram", "scatter")
MEASURES = ("count", "sum", "avg", "median", "min", "max")
WIDTH, HEIGHT = 960, 420
LEFT, RIGHT, TOP, BOTTOM = 72, 16, 14, 44
BAR, GAP, LABEL = 20, 8, 220
MOST_BARS, MOST_POINTS = 30, 500


class Wanted(msgspec.Struct, frozen=True):
    """One chart as the address says it: its kind, its columns, and how values of one place are taken together."""

    kind: Kind
    x: str
    y: str
    measure: str


class Mark(msgspec.Struct, frozen=True):
    """One bar or point: its place in the drawing, its size, and its words."""

    x: float
    y: float
    width: float
    height: float
    label: str
    value: str


class Tick(msgspec.Struct, frozen=True):
    """One mark of an axis: its place and its words."""

    at: float
    label: str


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """A laid out chart; `path` is the line of a line chart, `complete` is false where some rows are not drawn."""

    wanted: Wanted
    width: int = WIDTH
    height: int = HEIGHT
    marks: tuple[Mark, ...] = ()
    path: str = ""
    across: tuple[Tick, ...] = ()
    up: tuple[Tick, ...] = ()
    complete: bool = True


def wanted(version: Version) -> Wanted | None:
    """Answer the chart that the address asks for, what it leaves open being chosen from the columns' types."""
    columns = version.columns
    numbers = [column.name for column in columns if column.type in NUMERIC]
    known = {column.name for column in columns}
    asked = {key: request.args.get(key, "")[:300] for key in ("kind", "x", "y", "measure")}
    if not columns:
        return None
    kind, x, y = _suggested(version, numbers)
    kind = next((one for one in KINDS if one == asked["kind"]), kind)
    x = asked["x"] if asked["x"] in known else x
    y = asked["y"] if asked["y"] in numbers else y
    if kind in ("histogram", "scatter") and x not in numbers:
        if not numbers:
            return Wanted("bar", x, "", "count")
        x = numbers[0]
    if kind == "scatter" and not y:
        y = numbers[-1]
    measure = asked["measure"] if asked["measure"] in MEASURES else ("sum" if y else "count")
    return Wanted(kind, x, y, measure if y or measure == "count" else "count")


def _suggested(version: Version, numbers: Sequence[str]) -> tuple[Kind, str, str]:
    """Choose a line over time, else bars of few categories, else a histogram."""
    profiles = {profile.name: profile for profile in version.profile}
    key = set(version.layout.key)
    values = [name for name in numbers if name not in key]
    for column in version.columns:
        if column.type in TEMPORAL and values:
            return "line", column.name, values[0]
    for column in version.columns:
        found = profiles.get(column.name)
        if column.type == "text" and found is not None and 1 < found.distinct <= MOST_BARS < version.rows:
            return "bar", column.name, ""
    if values:
        return "histogram", values[0], ""
    return "bar", version.columns[0].name, ""


def draw(work: Work, version: Version, asked: Wanted) -> Chart:
    """Lay a chart out; raises Invalid where the table cannot answer it."""
    if asked.kind == "histogram":
        profile = next((one for one in version.profile if one.name == asked.x), None)
        return _histogram(asked, profile)
    if asked.kind == "scatter":
        return _scatter(work, version, asked)
    measure = Measure(asked.measure, asked.y) if asked.y else Measure("count")
    where = selection(version, 0, 1).where
    if asked.kind == "line":
        groups = table_aggregates.aggregate(
            work.tables, version, [asked.x], [measure], where=where, order=asked.x, limit=MOST_POINTS
        )
        return _line(asked, groups.rows, _column(version, asked.x), groups.complete)
    groups = table_aggregates.aggregate(
        work.tables, version, [asked.x], [measure], where=where, order=measure.name, descending=True, limit=MOST_BARS
    )
    return _bars(asked, groups.rows, groups.complete)


def _column(version: Version, name: str) -> Column | None:
    return version.layout.column(name)


def _bars(asked: Wanted, rows: Sequence[tuple[Any, ...]], complete: bool) -> Chart:
    values = [(cell(row[0]) or "–", _number(row[1])) for row in rows]
    kept = [(label, value) for label, value in values if value is not None]
    low, high = min((v for _, v in kept), default=0), max((v for _, v in kept), default=0)
    scale = _Scale(min(0.0, low), max(0.0, high), LABEL, WIDTH - RIGHT - 70)
    marks = tuple(
        Mark(
            min(scale.at(0), scale.at(value)),
            TOP + place * (BAR + GAP),
            max(abs(scale.at(value) - scale.at(0)), 0.5),
            BAR,
            label,
            _written(value),
        )
        for place, (label, value) in enumerate(kept)
    )
    height = TOP + len(marks) * (BAR + GAP) + 30
    ticks = tuple(Tick(scale.at(value), _written(value)) for value in scale.ticks(5))
    return Chart(wanted=asked, height=height, marks=marks, across=ticks, complete=complete)


def _line(asked: Wanted, rows: Sequence[tuple[Any, ...]], column: Column | None, complete: bool) -> Chart:
    points = [(_place(row[0], at), cell(row[0]) or "–", _number(row[1])) for at, row in enumerate(rows)]
    if any(place is None for place, _, _ in points):
        points = [(float(at), label, value) for at, (_, label, value) in enumerate(points)]
    kept = [(place, label, value) for place, label, value in points if place is not None and value is not None]
    if not kept:
        return Chart(wanted=asked, complete=complete)
    across = _Scale(kept[0][0], kept[-1][0], LEFT, WIDTH - RIGHT)
    low, high = min(v for _, _, v in kept), max(v for _, _, v in kept)
    up = _Scale(min(low, 0.0) if low < high / 2 else low, high, HEIGHT - BOTTOM, TOP)
    marks = tuple(Mark(across.at(p), up.at(v), 0, 0, label, _written(v)) for p, label, v in kept)
    path = "M" + "L".join(f"{mark.x:.1f} {mark.y:.1f}" for mark in marks)
    step = max(1, len(marks) // 6)
    ticks = tuple(Tick(mark.x, mark.label[:16]) for mark in marks[::step])
    rising = tuple(Tick(up.at(value), _written(value)) for value in up.ticks(5))
    return Chart(wanted=asked, marks=marks, path=path, across=ticks, up=rising, complete=complete)


def _scatter(work: Work, version: Version, asked: Wanted) -> Chart:
    fields = (asked.x, asked.y)
    where = selection(version, 0, 1).where
    page = table_queries.read(
        work.tables, version, Selection(where=where, fields=fields, limit=MOST_POINTS, count=True)
    )
    kept = [(a, b) for row in page.rows if (a := _number(row[0])) is not None and (b := _number(row[1])) is not None]
    if not kept:
        return Chart(wanted=asked)
    across = _Scale(min(a for a, _ in kept), max(a for a, _ in kept), LEFT, WIDTH - RIGHT)
    up = _Scale(min(b for _, b in kept), max(b for _, b in kept), HEIGHT - BOTTOM, TOP)
    marks = tuple(Mark(across.at(a), up.at(b), 0, 0, _written(a), _written(b)) for a, b in kept)
    return Chart(
        wanted=asked,
        marks=marks,
        across=tuple(Tick(across.at(value), _written(value)) for value in across.ticks(7)),
        up=tuple(Tick(up.at(value), _written(value)) for value in up.ticks(5)),
        complete=(page.total or 0) <= MOST_POINTS,
    )


def _histogram(asked: Wanted, profile: ColumnProfile | None) -> Chart:
    if profile is None or not profile.histogram:
        return Chart(wanted=asked)
    start, end = float(profile.minimum), float(profile.maximum)
    width = (end - start) / len(profile.histogram)
    across = _Scale(start, end, LEFT, WIDTH - RIGHT)
    up = _Scale(0, max(profile.histogram), HEIGHT - BOTTOM, TOP)
    marks = tuple(
        Mark(
            across.at(start + at * width) + 1,
            up.at(count),
            (WIDTH - RIGHT - LEFT) / len(profile.histogram) - 2,
            up.at(0) - up.at(count),
            f"{_written(start + at * width)} – {_written(start + (at + 1) * width)}",
            _written(count),
        )
        for at, count in enumerate(profile.histogram)
    )
    return Chart(
        wanted=asked,
        marks=marks,
        across=tuple(Tick(across.at(value), _written(value)) for value in across.ticks(7)),
        up=tuple(Tick(up.at(value), _written(value)) for value in up.ticks(5)),
    )


class _Scale:
    """Maps values to places of the drawing, and names round values in between."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self.low, self.high = (low, high) if high > low else (low - 1, low + 1)
        self.start, self.end = start, end

    def at(self, value: float) -> float:
        return round(self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start), 1)

    def ticks(self, about: int) -> list[float]:
        rough = (self.high - self.low) / about
        power = 10 ** math.floor(math.log10(rough))
        step = next((power * each for each in (1, 2, 5) if power * each >= rough), power * 10)
        first = math.ceil(self.low / step - 1e-9)
        return [round(each * step, 10) for each in range(first, math.floor(self.high / step + 1e-9) + 1)]


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    found = float(value)
    return found if math.isfinite(found) else None


def _place(value: Any, _at: int) -> float | None:
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, date):
        return float(value.toordinal())
    return _number(value)


def _written(value: float) -> str:
    """Write a number of an axis or a mark, grouped, without needless digits."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}"
