"""The sample departments: a good first version stands, the defective newer ones are held back or badged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harvester import examples, harvest, jobs, reports, standin
from publisher import checks, config, datasets, organizations
from publisher.auth import SYSTEM
from publisher.wiring import Platform, open_platform
from tests.harvester.conftest import published
from tests.publisher.memory import MemoryIndex


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Platform, standin.StandIn]]:
    data: Path = tmp_path_factory.mktemp("demo")
    settings = config.load({}, data=data, harvest_allow=examples.allowance(), testing=True)
    told = examples.stand_in()
    with standin.serving(told), open_platform(settings, upgrade=True, search=MemoryIndex()) as platform:
        examples.load(platform, told)
        yield platform, told


def test_every_department_is_published(site: tuple[Platform, standin.StandIn]) -> None:
    platform, _ = site
    with platform.read(SYSTEM) as work:
        counts = organizations.dataset_counts(work, "organization")
        offices = {o.name: counts.get(o.id, 0) for o in organizations.listing(work, "organization")}
        themes = organizations.dataset_counts(work, "group")
    assert offices == {
        "health-office": 5,
        "transport-office": 5,
        "education-office": 4,
        "housing-office": 4,
        "social-security-office": 4,
    }
    assert len(themes) == 5


def test_one_table_of_each_department_is_held_back_or_badged(site: tuple[Platform, standin.StandIn]) -> None:
    platform, _ = site
    with platform.read(SYSTEM) as work:
        outcomes = [
            (check.outcome, dataset.title, len(check.report.errors))
            for dataset in datasets.many(work, datasets.ids(work))
            for check in checks.for_dataset(work, dataset.id).values()
            if check.outcome != "published"
        ]
    assert sorted(outcome for outcome, _, _ in outcomes) == ["badged", "badged", "badged", "held", "held"]
    assert all(errors >= 5 for _, _, errors in outcomes)


def test_the_held_tables_last_good_version_stays(site: tuple[Platform, standin.StandIn]) -> None:
    platform, _ = site
    beds = next(d for d in published(platform) if d.title == "医院床位使用月报")
    resource = beds.resources[0]
    served = platform.files.open(f"{resource.hash[:2]}/{resource.hash[2:]}").read()
    assert served == (examples.folder() / "health/earlier/files/bed-use.csv").read_bytes()


def test_everything_has_its_parts(site: tuple[Platform, standin.StandIn]) -> None:
    platform, _ = site
    for dataset in published(platform):
        assert dataset.title
        assert dataset.description
        assert dataset.licence
        assert dataset.frequency or dataset.issued
        assert dataset.keywords
        assert dataset.themes
        assert dataset.modified or dataset.issued
        for resource in dataset.resources:
            assert resource.storage == "upload"
            assert resource.format in ("CSV", "XLSX")
            assert resource.schema or "物业" in dataset.title


def test_harvesting_again_changes_nothing(site: tuple[Platform, standin.StandIn]) -> None:
    platform, told = site
    before = published(platform)
    runs = examples.load(platform, told)
    assert [run.state for run in runs] == ["done"] * 5
    fates = ["tables held back 1", "tables published with their report 1"]
    expected = [f"unchanged {n}; {fates[held]}" for n, held in ((5, 0), (5, 1), (4, 0), (4, 1), (4, 1))]
    assert [reports.summary(run, "en") for run in runs] == expected
    assert published(platform) == before
    with platform.read(SYSTEM) as work:
        assert len(jobs.listing(work, limit=100)) == 15
    assert harvest.next_waiting(platform) is None
