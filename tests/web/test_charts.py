"""Charts, maps and files of rows: drawn from what the address asks, true to the table."""

from __future__ import annotations

import csv
import io
import json
import re

import pyarrow.parquet as pq
import pytest
from flask.testing import FlaskClient

from web import maps

PARKING = "/en/dataset/parking/resource/1"


def test_a_table_is_drawn_without_being_told_how(public: FlaskClient) -> None:
    page = public.get(f"{PARKING}/chart").get_data(as_text=True)
    assert "Number of rows by name" in page
    assert page.count('<rect class="bar"') == 13


@pytest.mark.parametrize(
    ("query", "mark", "count"),
    [
        ("kind=bar&x=district&y=charging_spaces&measure=sum", '<rect class="bar"', 7),
        ("kind=histogram&x=charging_spaces", '<rect class="bar"', 20),
        ("kind=scatter&x=longitude&y=latitude", '<circle class="dot"', 75),
        ("kind=line&x=opened&y=charging_spaces&measure=avg", '<circle class="dot"', 74),
    ],
)
def test_each_kind_of_chart_has_a_mark_for_each_value(public: FlaskClient, query: str, mark: str, count: int) -> None:
    page = public.get(f"{PARKING}/chart?{query}").get_data(as_text=True)
    assert page.count(mark) == count
    assert page.count("<title>") == count + 1


@pytest.mark.parametrize(
    "query", ["kind=nonsense", "x=no&y=no&measure=no", "kind=scatter&x=name", "kind=histogram&x=name"]
)
def test_what_cannot_be_drawn_is_answered_with_something_that_can(public: FlaskClient, query: str) -> None:
    assert public.get(f"{PARKING}/chart?{query}").status_code == 200


def test_the_sum_of_a_bar_is_that_of_the_rows(public: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(public.get(f"{PARKING}/rows.csv").get_data(as_text=True))))
    expected = sum(int(row["charging_spaces"]) for row in rows if row["district"] == "临河区")
    page = public.get(f"{PARKING}/chart?kind=bar&x=district&y=charging_spaces&measure=sum").get_data(as_text=True)
    assert f"临河区: {expected}<" in page


def test_points_of_a_table_are_mapped_and_the_swapped_one_is_told(public: FlaskClient) -> None:
    page = public.get(f"{PARKING}/map").get_data(as_text=True)
    assert page.count('<circle class="dot"') == 74
    assert "1 row lies far from all others" in page
    assert "map" not in re.findall(r'resource/[^/"]+/(\w+)"', public.get("/en/dataset/schools/resource/1").text)


def test_shapes_of_geojson_are_drawn_with_their_names() -> None:
    square = [[[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]]]
    document = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {"name": "区"}, "geometry": {"type": "Polygon", "coordinates": square}},
            {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [0.5, 0.5]}},
            {"type": "Feature", "properties": None, "geometry": None},
            {"type": "Feature", "geometry": {"type": "LineString", "coordinates": [["x", 1], [2, 3], [4, 5]]}},
        ],
    }
    drawn = maps.of_geojson(json.dumps(document).encode())
    assert drawn is not None
    assert [(shape.label, shape.filled) for shape in drawn.shapes] == [("区", True), ("", False)]
    assert len(drawn.dots) == 1


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b'{"type":"FeatureCollection","features":5}', b'{"type":"Point"}']
)
def test_what_is_no_geojson_draws_nothing(content: bytes) -> None:
    assert maps.of_geojson(content) is None


def test_the_rows_that_are_shown_come_as_a_file(public: FlaskClient) -> None:
    asked = "column=district&op=eq&value=临河区&sort=-lot_id"
    rows = list(csv.DictReader(io.StringIO(public.get(f"{PARKING}/rows.csv?{asked}").get_data(as_text=True))))
    assert {row["district"] for row in rows} == {"临河区"}
    assert json.loads(public.get(f"{PARKING}/rows.json?{asked}").data)["records"]
    assert pq.read_table(io.BytesIO(public.get(f"{PARKING}/rows.parquet?{asked}").data)).num_rows == len(rows)
    assert public.get(f"{PARKING}/rows.xlsx?{asked}").data[:2] == b"PK"
    assert public.get("/dataset/air-quality/resource/1/rows.csv").status_code == 404
