"""Platform: the one place where a site's parts are put together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from publisher import database, indexing, log
from publisher.auth import Actor
from publisher.config import Config
from publisher.files import FileStore
from publisher.table_engine import TableEngine
from publisher.work import Work, utc_now
from schemas.errors import Unavailable
from search.backends import Backend, open_backend
from search.dictionary import Opening, users_folder
from search.relevance import Reader
from search.synonyms import Synonyms


class Platform:
    """One open site: its database, search engine and file store. Safe to share between threads."""

    def __init__(
        self,
        config: Config,
        engine: Engine,
        search: Backend,
        files: FileStore,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.config = config
        self.engine = engine
        self.search = search
        self.files = files
        self.tables = TableEngine(files, config.data)
        self.words = Reader(Synonyms(config.data / "synonyms.txt"), Opening(users_folder()))
        self.clock = clock
        self.index_lock = threading.Lock()
        self._reader = engine.execution_options(**{database.READING: True})

    @contextmanager
    def work(self, actor: Actor) -> Iterator[Work]:
        """Open a unit of work that is kept at the end, and then tell the search index; an error drops it whole."""
        with Session(self.engine, expire_on_commit=False) as session:
            work = self._work(session, actor)
            yield work
            log.seal(work)
            work.check()
            session.commit()
        if work.dirty:
            self.catch_up()

    @contextmanager
    def read(self, actor: Actor) -> Iterator[Work]:
        """Open a unit of work for reading one consistent state; nothing is kept."""
        with Session(self._reader, autoflush=False) as session:
            yield self._work(session, actor)

    def catch_up(self) -> int:
        """Tell the search index what the outbox holds; answer how many datasets it learned, 0 when it is down."""
        try:
            return indexing.drain(self)
        except Unavailable as error:
            return indexing.drain(self) if error.code == "index-outdated" and self.renew() else 0

    def mend(self) -> int:
        """Mend what differs between index and catalogue; answer how many datasets did, 0 while the engine is down."""
        try:
            drift = indexing.repair(self)
        except Unavailable:
            return 0
        return len(drift.missing) + len(drift.surplus) + len(drift.stale)

    def renew(self) -> bool:
        """Rebuild the search index where another version made it or it was lost; False while the engine is down."""
        try:
            return indexing.renew(self)
        except Unavailable:
            return False

    def close(self) -> None:
        """Let go of the engines."""
        self.tables.close()
        self.search.close()
        self.engine.dispose()

    def _work(self, session: Session, actor: Actor) -> Work:
        return Work(
            session,
            actor,
            self.clock(),
            config=self.config,
            files=self.files,
            search=self.search,
            tables=self.tables,
            words=self.words,
        )


@contextmanager
def open_platform(
    config: Config,
    *,
    upgrade: bool = False,
    clock: Callable[[], datetime] = utc_now,
    search: Backend | None = None,
) -> Iterator[Platform]:
    """Open a site and close it at the end; a database that lags is refused, or brought up when `upgrade` says so."""
    platform = connect(config, upgrade=upgrade, clock=clock, search=search)
    try:
        yield platform
    finally:
        platform.close()


def connect(
    config: Config,
    *,
    upgrade: bool = False,
    clock: Callable[[], datetime] = utc_now,
    search: Backend | None = None,
) -> Platform:
    """Open a site that the caller closes, on the configured search engine or the given one."""
    engine = database.open_engine(config.database_url)
    if upgrade:
        database.upgrade(engine)
    else:
        database.check_version(engine)
    return Platform(config, engine, search or open_backend(config.search_url), FileStore(config.files_url), clock)
