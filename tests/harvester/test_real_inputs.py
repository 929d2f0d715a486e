"""Catalogues as public bodies published them: exact counts, exact changes, nothing silently dropped."""

from __future__ import annotations

import csv
import gzip
import lzma
import shutil
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from harvester import connections, harvest, reports
from harvester.connections import Connection
from harvester.fetch import Fetcher
from harvester.guard import Allowed
from harvester.jobs import Run
from harvester.source import Context
from harvester.sources import SOURCES
from harvester.standin import StandIn, serving
from publisher import checks, config, datasets, organizations, tables
from publisher.auth import SYSTEM
from publisher.wiring import Platform, open_platform
from schemas.model import Organization
from tests.harvester.conftest import published
from tests.harvester.departments import Answer, Department
from tests.publisher.memory import MemoryIndex

pytestmark = pytest.mark.shared


@pytest.fixture
def real(tmp_path: Path, shared: Path) -> Iterator[Platform]:
    settings = config.load({}, data=tmp_path / "site", testing=True, harvest_allow=f"127.0.0.1,{shared.resolve()}")
    with open_platform(settings, upgrade=True, search=MemoryIndex()) as platform:
        with platform.work(SYSTEM) as work:
            organizations.put(work, Organization(name="office", title="Office"))
        yield platform


def add(platform: Platform, kind: str, url: str | Path, **fields: object) -> Connection:
    connection = Connection(kind=kind, url=str(url), title=kind, owner="office", **fields)  # type: ignore[arg-type]
    with platform.work(SYSTEM) as work:
        return connections.add(work, connection)


def run(platform: Platform, connection: Connection) -> Run:
    return harvest.now(platform, SYSTEM, connection.id)


SNAPSHOTS = [
    ("dol", [{"create": 465}]),
    ("cms", [{"create": 139}, {"unchanged": 139}, {"unchanged": 138, "update": 1}]),
    ("consumerfinance", [{"create": 11}, {"unchanged": 11}]),
    (
        "fcc",
        [
            {"create": 59},
            {"unchanged": 58, "update": 1},
            {"unchanged": 53, "update": 6},
            {"unchanged": 57, "update": 2},
        ],
    ),
    ("gsa", [{"create": 339}, {"unchanged": 337, "update": 2}, {"unchanged": 336, "update": 3}]),
    ("opm", [{"create": 134}, {"unchanged": 134}]),
    ("treasury", [{"create": 233}, {"unchanged": 233}]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "counts"), SNAPSHOTS, ids=[name for name, _ in SNAPSHOTS])
def test_dated_snapshots_change_exactly_what_changed(
    real: Platform, shared: Path, name: str, counts: list[dict[str, int]]
) -> None:
    files = sorted((shared / "data/datajson" / name).glob("*.json"))
    source = add(real, "data-json", files[0])
    for file, expected in zip(files, counts, strict=True):
        with real.work(SYSTEM) as work:
            connections.edit(work, source.id, url=str(file))
        ended = run(real, source)
        assert (ended.state, ended.counts) == ("done", expected)
    assert len(published(real)) == counts[0]["create"]


def test_tokyo_is_published_whole(real: Platform, shared: Path) -> None:
    with gzip.open(shared / "data/ckan/tokyo/package_show.jsonl.gz") as file:
        packages = sorted((orjson.loads(line)["result"] for line in file), key=lambda package: package["id"])
    told = StandIn()
    told.sites["/tokyo"] = [orjson.dumps(package) for package in packages]
    with serving(told) as address:
        source = add(real, "ckan", f"{address}/tokyo")
        assert run(real, source).counts == {"create": 5077}
        found = published(real)
        assert sum(len(dataset.resources) for dataset in found) == 58_187
        assert len({resource.id for dataset in found for resource in dataset.resources}) == 58_187
        assert sum("避難" in dataset.title for dataset in found) > 20
        assert run(real, source).counts == {"unchanged": 5077}


def listed(shared: Path, prefix: str) -> list[tuple[str, int]]:
    with (shared / "data/MANIFEST.tsv").open(encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            (row["file"], int(row["count"].split()[0]))
            for row in rows
            if row["file"].startswith(prefix) and row["parses"] == "yes" and row["count"].endswith("datasets")
        ]


def test_every_dataset_of_every_rdf_catalogue_is_read(shared: Path) -> None:
    files = [
        (name, count)
        for name, count in listed(shared, "dcat/")
        if not any(part in name for part in ("shapes", "udata-csw", "paged-", "partial-")) and count
    ]
    assert len(files) > 60
    kind = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/dcat#Dataset>"
    source = SOURCES["dcat-rdf"]
    with Fetcher(Allowed(folders=(str(shared.resolve()),))) as client:
        for name, count in files:
            context = Context(url=str(shared / "data" / name), fetcher=client)
            records = [raw for raw in source.gather(context) if kind in str(raw.payload.get("triples"))]
            assert len(records) == count, name
            for raw in records:
                dataset = source.to_dataset(raw, context).dataset
                assert ("dcat#distribution>" in raw.payload["triples"]) == bool(dataset.resources), name


def test_a_large_rdf_catalogue_without_identifiers_is_published(real: Platform, shared: Path) -> None:
    source = add(real, "dcat-rdf", shared / "data/dcat/univ-alicante/catalog.rdf")
    first = run(real, source)
    assert first.counts == {"create": 258}
    assert first.causes["identifier-missing"] == 258
    assert run(real, source).counts == {"unchanged": 258}
    assert all(dataset.publisher and dataset.resources for dataset in published(real))


@pytest.mark.parametrize("kind", ["paged-collection", "partial-collection"])
def test_hydra_pages_are_followed_to_the_end(real: Platform, shared: Path, served: Department, kind: str) -> None:
    for number in (1, 2):
        text = (shared / f"data/dcat/udata/{kind}-{number}.jsonld").read_text()
        page = text.replace("http://data.test.org", served.address)
        served.answers[f"/catalog.jsonld?page={number}"] = Answer(page, headers={"Content-Type": "application/ld+json"})
    ended = run(real, add(real, "dcat-rdf", served.url("/catalog.jsonld?page=1")))
    assert (ended.state, ended.counts) == ("done", {"create": 4})


def test_data_packages_get_the_verdicts_of_the_reference(real: Platform, shared: Path) -> None:
    source = add(real, "datapackage", shared / "data/datapackages", policy="badge")
    assert run(real, source).counts == {"create": 6}
    with real.read(SYSTEM) as work:
        verdicts = {
            resource.title or resource.url: checked[resource.id].outcome
            for dataset in datasets.many(work, datasets.ids(work))
            if (checked := checks.for_dataset(work, dataset.id))
            for resource in dataset.resources
            if resource.id in checked
        }
    assert len(verdicts) >= 12
    assert sum(outcome == "badged" for outcome in verdicts.values()) >= 1
    assert run(real, source).counts == {"unchanged": 6}


@pytest.mark.parametrize(
    ("folder", "count"),
    [
        ("folders/alessandria", 14),
        ("folders/brescia-mobilita", 5),
        ("folders/molinella", 6),
        ("chinese/city-list-gbk", 1),
    ],
)
def test_folders_of_municipal_files_are_published(real: Platform, shared: Path, folder: str, count: int) -> None:
    source = add(real, "folder", shared / "data" / folder, policy="badge")
    assert run(real, source).counts == {"create": count}
    assert run(real, source).counts == {"unchanged": count}


BROKEN = [
    ("gsa-harvester-examples/dcatus_no_identifier.json", {"refused": 1}, "no-identifier"),
    ("gsa-harvester-examples/missing_title.json", {"refused": 1}, "missing-title"),
    ("gsa-harvester-examples/dcatus3_0_no_identifier.json", {"refused": 1}, "no-identifier"),
    ("gsa-harvester-examples/dcatus_with_none.json", {"create": 402}, ""),
    ("gsa-harvester-examples/dcatus3_0_nested_catalog.json", {"create": 3}, ""),
    ("gsa-harvester-examples/dcatus3_0_with_services.json", {"create": 3}, ""),
    ("gsa-harvester-examples/dcatus3_0_series_with_members.json", {"create": 3}, ""),
    ("gsa-ckanext-samples/missing-identifier-title.data.json", {"refused": 2, "create": 1}, "no-identifier"),
    ("gsa-ckanext-samples/numerical-title.data.json", {"create": 1}, "wrong-type"),
    ("gsa-ckanext-samples/large-spatial.data.json", {"create": 1}, ""),
]


@pytest.mark.parametrize(("name", "counts", "cause"), BROKEN, ids=[name for name, _, _ in BROKEN])
def test_broken_catalogues_end_with_the_reason(
    real: Platform, shared: Path, name: str, counts: dict[str, int], cause: str
) -> None:
    ended = run(real, add(real, "data-json", shared / "data/datajson" / name))
    assert (ended.state, ended.counts) == ("done", counts)
    assert not cause or cause in ended.causes
    with real.read(SYSTEM) as work:
        refused = reports.results(work, ended.id, decision="refused")
    assert all(result.findings and result.findings[0].message.zh for result in refused)


def test_a_database_of_divisions_is_published_as_tables(real: Platform, shared: Path, tmp_path: Path) -> None:
    base = tmp_path / "site" / "division.sqlite"
    with lzma.open(shared / "data/sql/china-division.sqlite.xz") as packed, base.open("wb") as file:
        shutil.copyfileobj(packed, file)
    settings = config.load({}, data=tmp_path / "other", testing=True, harvest_allow=str(base.parent))
    with open_platform(settings, upgrade=True, search=MemoryIndex()) as platform:
        with platform.work(SYSTEM) as work:
            organizations.put(work, Organization(name="office", title="Office"))
        options = {"tables": "province,city,area,street"}
        source = add(platform, "sql", f"sqlite:///{base}", policy="hold", options=options)
        assert run(platform, source).counts == {"create": 4}
        with platform.read(SYSTEM) as work:
            found = {d.title: d.resources[0].id for d in datasets.many(work, datasets.ids(work))}
            rows = {title: tables.current(work, resource).rows for title, resource in found.items()}
        assert rows == {"province": 31, "city": 342, "area": 2978, "street": 41352}
        assert run(platform, source).counts == {"unchanged": 4}
