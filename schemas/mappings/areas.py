"""Areas: boxes, GeoJSON, WKT and place names that catalogues write into one and the same field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from schemas.model import Place

Box = tuple[float, float, float, float]
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_FOUR = re.compile(r"^[\s\[(]*" + r"[\s,;]+".join([r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"] * 4) + r"[\s\])]*$")
_WKT = re.compile(
    r"^(?:<[^>]*>\s*)?(?:SRID=\d+;)?\s*(POINT|LINESTRING|POLYGON|MULTIPOLYGON|MULTIPOINT|ENVELOPE)\b", re.IGNORECASE
)
_MOST = 200_000


def place_from_text(text: str, *, name: str = "", uri: str = "") -> Place:
    """Read a box `west,south,east,north`, GeoJSON, WKT, an address of a place, or a name; never raises."""
    given = text.strip()
    if not given:
        return Place(name=name, uri=uri)
    if _FOUR.match(given):
        box = _box_of(float(number) for number in _NUMBER.findall(given))
        return Place(name=name, uri=uri, bbox=box) if box else Place(name=name or given, uri=uri)
    if given.startswith("{") and len(given) <= _MOST:
        return _from_geojson(given, name, uri)
    if _WKT.match(given):
        box = _wkt_box(given)
        plain = box is not None and given == box_to_wkt(box)
        return Place(name=name, uri=uri, bbox=box, geometry="" if plain else given)
    if given.startswith(("http://", "https://")) and not uri:
        return Place(name=name, uri=given)
    return Place(name=name or given, uri=uri)


def is_understood(text: str) -> bool:
    """Tell whether a text that looks like coordinates could be read as an area."""
    place = place_from_text(text)
    return place.bbox is not None or not re.match(r"^[\s\d.,;+\-\[\]{}\"']*$", text) or not text.strip()


def area_to_geojson(place: Place) -> str:
    """Write the place's area as GeoJSON text; empty where it has none."""
    if place.geometry.startswith("{"):
        return place.geometry
    if place.bbox is None:
        return place.geometry
    west, south, east, north = place.bbox
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def box_to_wkt(box: Box) -> str:
    """Write a box as a WKT polygon."""
    west, south, east, north = box
    return f"POLYGON(({west} {south},{east} {south},{east} {north},{west} {north},{west} {south}))"


def _from_geojson(text: str, name: str, uri: str) -> Place:
    try:
        shape = json.loads(text)
    except (ValueError, RecursionError):
        return Place(name=name or text[:200], uri=uri)
    box = _extent(_positions(shape))
    if box is None or not isinstance(shape, dict):
        return Place(name=name or text[:200], uri=uri)
    if _is_box(shape, box):
        return Place(name=name, uri=uri, bbox=box)
    return Place(name=name, uri=uri, bbox=box, geometry=text)


def _is_box(shape: dict[str, Any], box: Box) -> bool:
    """Tell whether the shape says no more than its box, as written by `area_to_geojson`."""
    return area_to_geojson(Place(bbox=box)) == json.dumps(shape)


def _positions(value: Any, depth: int = 0) -> Iterator[tuple[float, float]]:
    if depth > 12:
        return
    if isinstance(value, dict):
        for key in ("coordinates", "geometry", "geometries", "features"):
            if key in value:
                yield from _positions(value[key], depth + 1)
    elif isinstance(value, list):
        if len(value) >= 2 and all(isinstance(n, (int, float)) and not isinstance(n, bool) for n in value[:2]):
            yield float(value[0]), float(value[1])
        else:
            for entry in value:
                yield from _positions(entry, depth + 1)


def _extent(positions: Iterator[tuple[float, float]]) -> Box | None:
    points = list(positions)
    if not points:
        return None
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return _box_of(iter((min(xs), min(ys), max(xs), max(ys))))


def _box_of(numbers: Iterator[float]) -> Box | None:
    west, south, east, north = numbers
    if -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90:
        return (west, south, east, north)
    return None


def _wkt_box(text: str) -> Box | None:
    body = text[text.find("(") :]
    numbers = [float(number) for number in _NUMBER.findall(body[:_MOST])]
    if re.search(r"ENVELOPE", text[:40], re.IGNORECASE) and len(numbers) == 4:
        west, east, north, south = numbers
        return _box_of(iter((west, south, east, north)))
    if len(numbers) < 2 or len(numbers) % 2:
        return None
    return _extent(zip(numbers[::2], numbers[1::2], strict=True))
