"""The database is migrated, or refused with the command to run; migrations and rows say the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import harvester.orm  # noqa: F401  (its tables join the collection)
import publisher.every_row  # noqa: F401
from publisher import config, database
from publisher.orm import Base
from publisher.wiring import open_platform
from schemas.errors import Invalid
from tests.publisher.memory import MemoryIndex


def test_migrations_make_what_the_rows_declare(tmp_path: Path) -> None:
    engine = database.open_engine(f"sqlite:///{tmp_path / 'x.db'}")
    database.upgrade(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def test_migrations_form_one_line(tmp_path: Path) -> None:
    engine = database.open_engine(f"sqlite:///{tmp_path / 'x.db'}")
    script = ScriptDirectory.from_config(database.alembic_config(engine))
    assert script.get_heads() == [database.versions(engine)[1]]
    engine.dispose()


def test_a_database_that_lags_is_refused_with_the_command_to_run(tmp_path: Path) -> None:
    settings = config.load({}, data=tmp_path)
    with pytest.raises(Invalid, match="gongkai db upgrade"), open_platform(settings, search=MemoryIndex()):
        pass


def test_a_database_from_the_future_is_refused(tmp_path: Path) -> None:
    settings = config.load({}, data=tmp_path)
    engine = database.open_engine(settings.database_url)
    database.upgrade(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")
    engine.dispose()
    with pytest.raises(Invalid, match="newer version"), open_platform(settings, search=MemoryIndex()):
        pass


def test_upgrading_twice_is_harmless(tmp_path: Path) -> None:
    engine = database.open_engine(f"sqlite:///{tmp_path / 'x.db'}")
    database.upgrade(engine)
    command.upgrade(database.alembic_config(engine), "head")
    assert database.versions(engine)[0] == database.versions(engine)[1]
    engine.dispose()
