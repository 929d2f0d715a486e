"""Fixtures that every room's tests share; a part that is absent skips by name, or fails where CI demands it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("GONGKAI_TEST_SHARED", ROOT.parent / "shared"))


def absent(what: str, how: str) -> None:
    """Skip with the reason and the way to enable it; fail where GONGKAI_TEST_REQUIRE_ALL says that nothing may skip."""
    message = f"{what} is absent: {how}"
    if os.environ.get("GONGKAI_TEST_REQUIRE_ALL"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Answer the folder of real test inputs."""
    if not SHARED.is_dir():
        absent("the folder of real test inputs", "put it beside the checkout or name it in GONGKAI_TEST_SHARED")
    return SHARED


@pytest.fixture(scope="session")
def elasticsearch_url() -> str:
    """Answer the address of a real Elasticsearch 8.19."""
    url = os.environ.get("GONGKAI_TEST_ELASTICSEARCH_URL", "")
    if not url:
        absent("Elasticsearch", "start one and set GONGKAI_TEST_ELASTICSEARCH_URL=http://127.0.0.1:9200")
    return url


@pytest.fixture(scope="session")
def postgresql_url() -> str:
    """Answer the SQLAlchemy URL of a PostgreSQL database that tests may create schemas in."""
    url = os.environ.get("GONGKAI_TEST_POSTGRESQL_URL", "")
    if not url:
        absent("PostgreSQL", "set GONGKAI_TEST_POSTGRESQL_URL=postgresql+psycopg://user:password@127.0.0.1/database")
    return url


@pytest.fixture(scope="session")
def postgresql_template(postgresql_url: str) -> str:
    """Answer the PostgreSQL server's URL after making the migrated template that `databases.copied` copies."""
    from tests.databases import make_template

    make_template(postgresql_url)
    return postgresql_url


@pytest.fixture(scope="session")
def chromium() -> str:
    """Answer the path of Debian's Chromium."""
    path = os.environ.get("GONGKAI_TEST_CHROMIUM") or shutil.which("chromium") or ""
    if not path:
        absent("Chromium", "apt-get install chromium, or name it in GONGKAI_TEST_CHROMIUM")
    return path
