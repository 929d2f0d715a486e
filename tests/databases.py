"""Databases for tests: SQLite in a folder, and PostgreSQL databases copied from one migrated template."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from publisher import database

TEMPLATE = f"gongkai_template_{os.getpid()}"


def make_template(url: str) -> None:
    """Make, once a run, the migrated database that the others are copied from."""
    with _administering(url) as run:
        run(f"drop database if exists {TEMPLATE}")
        run(f"create database {TEMPLATE}")
    engine = database.open_engine(named(url, TEMPLATE))
    database.upgrade(engine)
    engine.dispose()


@contextmanager
def copied(url: str) -> Iterator[str]:
    """Answer the URL of a fresh database, which is dropped at the end."""
    name = f"gongkai_{uuid.uuid4().hex[:12]}"
    with _administering(url) as run:
        run(f"create database {name} template {TEMPLATE}")
    try:
        yield named(url, name)
    finally:
        with _administering(url) as run:
            run(f"drop database if exists {name} with (force)")


def named(url: str, name: str) -> str:
    """Answer the same server's URL for another database."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@contextmanager
def _administering(url: str) -> Iterator[Callable[[str], Any]]:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection.exec_driver_sql
    engine.dispose()
