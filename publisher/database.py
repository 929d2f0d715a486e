"""The database: engines for SQLite (WAL) and PostgreSQL, and the schema's version.

Alembic is loaded when there is something to migrate: a start that finds the schema as it should be is twice as fast.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from schemas.errors import Invalid, Unavailable
from schemas.text import Text

if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig

READING = "gongkai_reading"
MIGRATIONS = Path(__file__).parent / "migrations"


def open_engine(url: str) -> Engine:
    """Open the database at an SQLAlchemy URL; a SQLite file and its folder are made when absent."""
    if url.startswith("sqlite"):
        database = make_url(url).database
        if database and database != ":memory:":
            Path(database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 30}, pool_size=16)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(url, pool_size=8, max_overflow=8, pool_pre_ping=True)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Leave BEGIN to us, and make commits durable without blocking readers."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for line in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "cache_size=-16000",
    ):
        cursor.execute(f"PRAGMA {line}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at the start of a transaction that will write, so that it never fails half-way."""
    reading = connection.get_execution_options().get(READING, False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def alembic_config(engine: Engine) -> AlembicConfig:
    """Answer Alembic's configuration for the migrations that ship with this package."""
    from alembic.config import Config as AlembicConfig

    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine) -> None:
    """Bring the schema to the version of this code; raise Unavailable when the database does not answer."""
    try:
        current, newest = versions(engine)
        if current != newest:
            from alembic import command

            command.upgrade(alembic_config(engine), "head")
    except OperationalError as error:
        raise Unavailable(
            Text(zh=f"数据库无法连接：{error.orig}", en=f"The database does not answer: {error.orig}"),
            code="no-database",
        ) from None


def versions(engine: Engine) -> tuple[str | None, str | None]:
    """Answer the schema version of the database and the newest that this code knows."""
    with engine.connect() as connection:
        current = None
        if inspect(connection).has_table("alembic_version"):
            current = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return current, _known()[-1]


def _known() -> list[str]:
    """Answer the versions of the schema in their order: the migrations' names begin with them."""
    return sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def check_version(engine: Engine) -> None:
    """Refuse a database whose schema is older or newer than this code, with the command to run."""
    current, newest = versions(engine)
    if current == newest:
        return
    if current is None or current in _known():
        message = Text(
            zh="数据库结构落后于程序，请运行 gongkai db upgrade。",
            en="The database is behind this version; run: gongkai db upgrade",
        )
    else:
        message = Text(
            zh="数据库由更新的版本写成，请升级程序。",
            en="The database was written by a newer version; upgrade the program.",
        )
    raise Invalid({}, message, code="database-version")
