"""Maps: points of a table's longitude and latitude, or the shapes of a GeoJSON file, laid out for a drawing in SVG.

The drawing shows the data alone, in plate carrée narrowed by the cosine of the latitude; there is no base map to load.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import orjson

from publisher import table_queries
from publisher.table_columns import NUMERIC
from publisher.table_queries import Selection
from publisher.tables import Version
from publisher.work import Work
from web.tables import cell

WIDTH, HEIGHT, MARGIN = 960, 560, 24
MOST_POINTS, MOST_CORNERS = 2000, 20_000
LARGEST, DEEPEST = 8_000_000, 20
EAST = ("longitude", "lon", "lng", "long", "经度", "x_wgs84", "wgs84_lon", "東經", "东经")
NORTH = ("latitude", "lat", "纬度", "緯度", "y_wgs84", "wgs84_lat", "北纬")
NAMES = ("name", "title", "名称", "站名", "label", "机构名称", "地址")

Place = tuple[float, float]


class Dot(msgspec.Struct, frozen=True):
    """One point of the drawing with its words."""

    x: float
    y: float
    label: str


class Shape(msgspec.Struct, frozen=True):
    """One outline of the drawing with its words."""

    path: str
    label: str
    filled: bool


class Map(msgspec.Struct, frozen=True, kw_only=True):
    """A laid out map: what it shows, the corners of what it covers, and how much of the data that is."""

    dots: tuple[Dot, ...] = ()
    shapes: tuple[Shape, ...] = ()
    west: float
    south: float
    east: float
    north: float
    shown: int
    total: int
    outside: int = 0


def position_columns(version: Version) -> tuple[str, str] | None:
    """Answer the columns of longitude and latitude by their names, or None."""
    numbers = {c.name.strip().lower(): c.name for c in version.columns if c.type in NUMERIC}
    east = next((numbers[name] for name in EAST if name in numbers), "")
    north = next((numbers[name] for name in NORTH if name in numbers), "")
    return (east, north) if east and north else None


def of_table(work: Work, version: Version) -> Map | None:
    """Lay out the points of a table; rows far from all others are counted, not drawn."""
    columns = position_columns(version)
    if columns is None:
        return None
    named = next((c.name for name in NAMES for c in version.columns if c.name.lower() == name), version.columns[0].name)
    wanted = Selection(fields=(*columns, named), limit=MOST_POINTS, count=True)
    page = table_queries.read(work.tables, version, wanted)
    given = [row for row in page.rows if row[0] is not None and row[1] is not None]
    found = [
        ((float(east), float(north)), cell(label) or "")
        for east, north, label in given
        if -180 <= east <= 180 and -90 <= north <= 90
    ]
    if not found:
        return None
    kept = _near(found)
    frame = _Frame([place for place, _ in kept])
    dots = tuple(Dot(*frame.at(place), label) for place, label in kept)
    return frame.map(dots=dots, shown=len(dots), total=page.total or 0, outside=len(given) - len(kept))


def of_geojson(content: bytes) -> Map | None:
    """Lay out the features of a GeoJSON file, or answer None where it holds nothing that can be drawn."""
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    features = list(_features(document))
    drawn: list[tuple[list[list[Place]], str, str]] = []
    corners = 0
    for kind, coordinates, label in features:
        lines = [line for line in _lines(kind, coordinates) if line]
        corners += sum(map(len, lines))
        if corners > MOST_CORNERS:
            break
        if lines:
            drawn.append((lines, kind, label))
    if not drawn:
        return None
    frame = _Frame([place for lines, _, _ in drawn for line in lines for place in line])
    dots = tuple(Dot(*frame.at(line[0]), label) for lines, kind, label in drawn if "Point" in kind for line in lines)
    shapes = tuple(
        Shape(" ".join(frame.path(line, "Polygon" in kind) for line in lines), label, "Polygon" in kind)
        for lines, kind, label in drawn
        if "Point" not in kind
    )
    return frame.map(dots=dots, shapes=shapes, shown=len(drawn), total=len(features))


def _near(found: Sequence[tuple[Place, str]]) -> list[tuple[Place, str]]:
    """Leave out places more than ten times the middle half's spread away from it: swapped or mistyped ones."""
    kept = list(found)
    for axis in (0, 1):
        ordered = sorted(place[axis] for place, _ in kept)
        low, high = ordered[len(ordered) // 4], ordered[(3 * len(ordered)) // 4]
        reach = max(high - low, 0.01) * 10
        kept = [(place, label) for place, label in kept if low - reach <= place[axis] <= high + reach]
    return kept


def _features(document: Any, depth: int = 0) -> Iterator[tuple[str, Any, str]]:
    if not isinstance(document, dict) or depth > DEEPEST:
        return
    if document.get("type") == "FeatureCollection":
        for feature in _listed(document.get("features")):
            yield from _features(feature, depth + 1)
    elif document.get("type") == "Feature":
        properties = document.get("properties")
        label = _label(properties) if isinstance(properties, dict) else ""
        yield from (
            (kind, coordinates, label) for kind, coordinates, _ in _features(document.get("geometry"), depth + 1)
        )
    elif document.get("type") == "GeometryCollection":
        for geometry in _listed(document.get("geometries")):
            yield from _features(geometry, depth + 1)
    else:
        yield str(document.get("type")), document.get("coordinates"), ""


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _label(properties: dict[str, Any]) -> str:
    lowered = {str(key).lower(): value for key, value in properties.items()}
    named = next((lowered[name] for name in NAMES if lowered.get(name)), next(iter(properties.values()), ""))
    return cell(named) or ""


def _lines(kind: str, coordinates: Any) -> Iterator[list[Place]]:
    """Yield the lines of a geometry; a point is a line of one place."""
    depth = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
    if kind not in depth or not isinstance(coordinates, list):
        return
    if kind == "Point":
        yield _places([coordinates])
    elif kind == "MultiPoint":
        yield from (_places([one]) for one in coordinates)
    elif kind == "LineString":
        yield _places(coordinates)
    else:
        parts = (
            [ring for polygon in coordinates for ring in _listed(polygon)] if kind == "MultiPolygon" else coordinates
        )
        yield from (_places(part) for part in parts if isinstance(part, list))


def _places(points: Sequence[Any]) -> list[Place]:
    found = []
    for point in points:
        pair = point[:2] if isinstance(point, list) else []
        if len(pair) < 2 or not all(isinstance(each, (int, float)) for each in pair):
            continue
        if abs(pair[0]) <= 180 and abs(pair[1]) <= 90:
            found.append((float(pair[0]), float(pair[1])))
    return found


class _Frame:
    """Fits places into the drawing."""

    def __init__(self, places: Sequence[Place]) -> None:
        self.west, self.east = min(p[0] for p in places), max(p[0] for p in places)
        self.south, self.north = min(p[1] for p in places), max(p[1] for p in places)
        self._narrow = max(math.cos(math.radians((self.south + self.north) / 2)), 0.05)
        wide = max((self.east - self.west) * self._narrow, 1e-6)
        tall = max(self.north - self.south, 1e-6)
        self._scale = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / tall)
        self._left = (WIDTH - wide * self._scale) / 2
        self._top = (HEIGHT - tall * self._scale) / 2

    def at(self, place: Place) -> Place:
        x = self._left + (place[0] - self.west) * self._narrow * self._scale
        y = self._top + (self.north - place[1]) * self._scale
        return round(x, 1), round(y, 1)

    def path(self, line: Sequence[Place], closed: bool) -> str:
        written = "M" + "L".join(f"{x} {y}" for x, y in map(self.at, line))
        return written + "Z" if closed else written

    def map(self, **what: Any) -> Map:
        return Map(west=self.west, south=self.south, east=self.east, north=self.north, **what)
