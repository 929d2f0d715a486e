"""A fresh site with one department, on the embedded default, with an index in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harvester import connections, harvest
from harvester.connections import Connection
from harvester.jobs import Run
from publisher import config, datasets, organizations
from publisher.auth import SYSTEM
from publisher.wiring import Platform, open_platform
from schemas.model import Dataset, Organization
from tests.harvester.departments import Department, department
from tests.publisher.memory import MemoryIndex


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """Answer an empty folder that the site may harvest."""
    folder = tmp_path / "feed"
    folder.mkdir()
    return folder


@pytest.fixture
def database_url() -> str:
    """Answer the database of the site: SQLite in its folder, unless a module asks for each engine."""
    return ""


@pytest.fixture
def platform(tmp_path: Path, feed: Path, database_url: str) -> Iterator[Platform]:
    """Open an empty site that may harvest the loopback address and one folder."""
    settings = config.load(
        {},
        data=tmp_path / "site",
        database_url=database_url,
        password_cost="low",
        testing=True,
        harvest_allow=f"127.0.0.1,{feed}",
    )
    with open_platform(settings, upgrade=True, search=MemoryIndex()) as opened:
        yield opened


@pytest.fixture
def served() -> Iterator[Department]:
    """Serve a department."""
    with department() as told:
        yield told


Connect = Callable[..., Connection]


@pytest.fixture
def connect(platform: Platform) -> Connect:
    """Answer a function that connects a source of the department of health."""
    with platform.work(SYSTEM) as work:
        office = organizations.put(work, Organization(name="health", title="卫生健康委员会"))

    def connected(kind: str, url: str, **fields: Any) -> Connection:
        with platform.work(SYSTEM) as work:
            return connections.add(
                work, Connection(**{"title": f"{kind} source", **fields}, kind=kind, url=url, owner=office.id)
            )

    return connected


def run(platform: Platform, connection: Connection) -> Run:
    """Harvest a source to its end."""
    return harvest.now(platform, SYSTEM, connection.id)


def published(platform: Platform) -> list[Dataset]:
    """Answer what is published, by title."""
    with platform.read(SYSTEM) as work:
        found = datasets.many(work, datasets.ids(work, limit=100_000))
    return sorted((d for d in found if d.state == "active"), key=lambda d: d.title)
