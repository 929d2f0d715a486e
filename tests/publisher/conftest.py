"""A fresh site in a temporary folder, on SQLite or, where there is one, on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher import config, users
from publisher.auth import SYSTEM, Actor
from publisher.wiring import Platform, open_platform
from tests.databases import copied
from tests.publisher.memory import MemoryIndex


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Answer the URL of a fresh database of each engine; empty means SQLite in the site's folder."""
    if request.param == "sqlite":
        yield ""
        return
    with copied(request.getfixturevalue("postgresql_template")) as url:
        yield url


@pytest.fixture
def platform(tmp_path: Path, database_url: str) -> Iterator[Platform]:
    """Open an empty site on each database engine."""
    settings = config.load({}, data=tmp_path, database_url=database_url, password_cost="low", testing=True)
    with open_platform(settings, upgrade=True, search=MemoryIndex()) as opened:
        yield opened


def add_person(platform: Platform, name: str, **roles: str) -> Actor:
    """Create an account with these roles (organization id: role) and answer its actor."""
    from publisher.organizations import get, set_member

    with platform.work(SYSTEM) as work:
        user = users.add(work, name, password="a long password")
        for organization_id, role in roles.items():
            set_member(work, get(work, organization_id), user.id, role)
    with platform.read(SYSTEM) as work:
        return users.actor_for(work, user)
