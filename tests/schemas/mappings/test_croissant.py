"""Croissant names every file and every column with its type."""

from __future__ import annotations

from schemas.mappings import MAPPINGS, croissant
from schemas.mappings.mapped import Surroundings
from schemas.model import Dataset, Resource

SCHEMA = {
    "fields": [
        {"name": "stop_id", "type": "integer"},
        {"name": "opened", "type": "date", "description": "day of opening"},
        {"name": "shape", "type": "geojson"},
    ],
    "primaryKey": "stop_id",
}
DATASET = Dataset(
    id="d",
    name="stops",
    title="Bus stops",
    description="All stops.",
    licence="cc-zero",
    issued="2026-01-02",
    revision=4,
    resources=(
        Resource(
            id="r1", title="Stops", url="https://e.org/stops.csv", format="CSV", hash="a" * 64, bytes=9, schema=SCHEMA
        ),
        Resource(id="r2", url="https://e.org/api", format="API"),
    ),
)
AROUND = Surroundings(site_url="https://open.example", site_title="Open")


def test_required_properties_are_there() -> None:
    written = croissant.from_dataset(DATASET, AROUND)
    for name in (
        "@context",
        "@type",
        "conformsTo",
        "name",
        "description",
        "license",
        "url",
        "creator",
        "datePublished",
        "distribution",
    ):
        assert written[name], name
    assert written["version"] == "4.0.0"
    assert MAPPINGS["croissant"].read is None


def test_files_and_columns_point_at_each_other() -> None:
    written = croissant.from_dataset(DATASET, AROUND)
    (file,), (records,) = written["distribution"], written["recordSet"]
    assert (file["@id"], file["sha256"], file["contentSize"]) == ("r1", "a" * 64, "9 B")
    assert records["key"] == [{"@id": "r1/stop_id"}]
    assert [field["dataType"] for field in records["field"]] == ["sc:Integer", "sc:Date", "sc:Text"]
    assert all(field["source"]["fileObject"] == {"@id": "r1"} for field in records["field"])
    assert "isLiveDataset" not in written


def test_files_without_a_checksum_make_a_live_dataset() -> None:
    moving = Dataset(id="d", name="n", title="t", resources=(Resource(url="https://e.org/a.csv", format="CSV"),))
    assert croissant.from_dataset(moving, AROUND)["isLiveDataset"] is True


def test_a_dataset_without_files_or_broken_schemas_is_still_written() -> None:
    odd = Resource(url="https://e.org/a.csv", format="CSV", schema={"fields": ["x", {"name": 3}, None]})
    assert "recordSet" not in croissant.from_dataset(Dataset(name="n", resources=(odd,)), AROUND)
    assert "distribution" not in croissant.from_dataset(Dataset(name="n"), AROUND)
