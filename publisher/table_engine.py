"""The engine that reads stored tables: one DuckDB per process over Parquet files, read-only, within fixed limits."""

from __future__ import annotations

import heapq
import os
import shutil
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

import duckdb
import pyarrow as pa

from publisher.files import FileStore
from publisher.table_cache import HotTables
from publisher.table_pages import Frames
from schemas.errors import Invalid, Unavailable
from schemas.text import Text

MEMORY = "1GB"
SPILL = "4GB"
THREADS = 2
SECONDS = 20.0
FREE_QUERIES = 4
GATE_SECONDS = 5.0
CACHE_BYTES = 10_000_000_000
CACHE_SECONDS = 3600.0

Answer = TypeVar("Answer")

_TOO_LONG = Text(zh="查询超过时间限制，已中止。", en="The query took longer than it may and was stopped.")
_BUSY = Text(zh="查询过多，请稍后再试。", en="Too many queries are running; try again in a moment.")
_TOO_LARGE = Text(zh="查询需要的内存超过限制。", en="The query needs more memory than it may have.")


class TableEngine:
    """Runs queries over Parquet files of a file store; safe to share between threads and to carry into a fork.

    Files that do not lie on this machine are kept beside the site's data while they are used. Statements can reach the
    store's files alone: no other file, no network, no extension and no setting.
    """

    def __init__(self, files: FileStore, data: Path) -> None:
        self._files = files
        self._cache = data / "table-cache"
        self._spill = data / "table-spill"
        self._lock = threading.Lock()
        self._watch = Watch()
        self._local = threading.local()
        self._process = 0
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._left_behind: list[Any] = []  # a parent's connections, whose threads a fork does not have: never closed
        self._gate = threading.BoundedSemaphore(FREE_QUERIES)
        self.generation = 0
        self.hot = HotTables(self._change, lambda: self.generation)
        self.frames = Frames()
        self.remembered = Remembered()
        self.counted = Remembered(5000)

    def rows(self, sql: str, values: Sequence[Any] = (), *, seconds: float = SECONDS) -> list[tuple[Any, ...]]:
        """Answer all rows of a query; raises Invalid when it goes beyond its time or memory."""
        return self._run(lambda cursor: cursor.execute(sql, list(values)).fetchall(), seconds)

    def typed_rows(
        self, sql: str, values: Sequence[Any] = (), *, most: int, seconds: float = SECONDS
    ) -> tuple[list[tuple[str, str]], list[tuple[Any, ...]]]:
        """Answer the names and DuckDB types of a query's columns, and its first `most` rows."""

        def read(cursor: duckdb.DuckDBPyConnection) -> tuple[list[tuple[str, str]], list[tuple[Any, ...]]]:
            answer = cursor.execute(sql, list(values))
            names = [(str(each[0]), str(each[1])) for each in answer.description or ()]
            return names, answer.fetchmany(most)

        with self._room():
            return self._run(read, seconds)

    def batches(
        self, sql: str, values: Sequence[Any] = (), *, size: int = 20_000, seconds: float = 600
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a query as arrow batches, in order, without holding them all; at least one, maybe empty."""
        cursor = self._open().cursor()
        with self._watch.over(cursor, seconds), _told():
            reader = cursor.sql(sql, params=list(values)).to_arrow_reader(size)
            yield pa.RecordBatch.from_pylist([], schema=reader.schema)
            yield from reader

    def arrow(self, sql: str, values: Sequence[Any] = (), *, seconds: float = SECONDS) -> pa.Table:
        """Answer all rows of a query as an arrow table."""
        return self._run(lambda cursor: cast(pa.Table, cursor.sql(sql, params=list(values)).to_arrow_table()), seconds)

    def source(self, key: str) -> str:
        """Answer the SQL that reads the stored Parquet file of a key."""
        return "read_parquet('" + self.path(key).replace("'", "''") + "')"

    def path(self, key: str) -> str:
        """Answer where the file of a key lies on this machine, brought here first when it lies elsewhere."""
        local = self._files.local_path(key)
        if local is not None:
            return local
        target = self._cache / key
        if not target.exists():
            self._fetch(key, target)
        os.utime(target)
        return str(target)

    def adopt(self, key: str, path: Path) -> None:
        """Keep a copy of a file that was just stored elsewhere, so that it need not be fetched back."""
        target = self._cache / key
        if self._files.local_path(key) is None and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_name(f"{target.name}.{uuid.uuid4().hex}")
            shutil.copyfile(path, partial)
            partial.replace(target)

    def close(self) -> None:
        """Let go of DuckDB."""
        self._watch.stop()
        if self._connection is not None and self._process == os.getpid():
            self._connection.close()
        self._connection = None

    @contextmanager
    def _room(self) -> Iterator[None]:
        """Let few free queries run at once, so that the others' pages go on; raises Unavailable after some waiting."""
        if not self._gate.acquire(timeout=GATE_SECONDS):
            raise Unavailable(_BUSY, code="busy")
        try:
            yield
        finally:
            self._gate.release()

    def _run(self, act: Callable[[duckdb.DuckDBPyConnection], Answer], seconds: float) -> Answer:
        cursor = self._cursor()
        with self._watch.over(cursor, seconds), _told():
            return act(cursor)

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        connection = self._open()
        if getattr(self._local, "of", None) is not connection:
            self._left_behind += [held] if (held := getattr(self._local, "cursor", None)) is not None else []
            self._local.of, self._local.cursor = connection, connection.cursor()
        cursor: duckdb.DuckDBPyConnection = self._local.cursor
        return cursor

    def _open(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None or self._process != os.getpid():
            with self._lock:
                if self._connection is None or self._process != os.getpid():
                    self._left_behind.append(self._connection)
                    self._connection, self._process = self._connect(), os.getpid()
                    self.generation += 1
        return self._connection

    def _change(self, sql: str) -> bool:
        """Change what is held in memory; False where there is no room or a file is gone."""
        try:
            self._run(lambda cursor: cursor.execute(sql).fetchall(), SECONDS)
        except (Invalid, Unavailable):
            return False
        return True

    def _connect(self) -> duckdb.DuckDBPyConnection:
        for folder in (self._cache, self._spill):
            folder.mkdir(parents=True, exist_ok=True)
        stored = self._files.local_path("key")
        allowed = [str(self._cache), *([str(Path(stored).parent)] if stored else [])]
        connection = duckdb.connect(":memory:", config={"threads": THREADS, "memory_limit": MEMORY})
        listed = ", ".join("'" + folder.replace("'", "''").rstrip("/") + "/'" for folder in allowed)
        for line in (
            f"temp_directory = '{str(self._spill).replace(chr(39), chr(39) * 2)}'",
            f"max_temp_directory_size = '{SPILL}'",
            "parquet_metadata_cache = true",
            "default_null_order = 'nulls_last_on_asc_first_on_desc'",
            "TimeZone = 'UTC'",
            f"allowed_directories = [{listed}]",
            "autoinstall_known_extensions = false",
            "autoload_known_extensions = false",
            "enable_external_access = false",
            "lock_configuration = true",
        ):
            connection.execute(f"SET {line}")
        return connection

    def _fetch(self, key: str, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f"{target.name}.{uuid.uuid4().hex}")
        try:
            with self._files.open(key) as source, partial.open("wb") as file:
                shutil.copyfileobj(source, file, 1 << 20)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
        self._trim()

    def _trim(self) -> None:
        """Forget the copies that were not used for longest while they take more room than they may."""
        found = sorted((path.stat().st_mtime, path) for path in self._cache.rglob("*") if path.is_file())
        room = sum(path.stat().st_size for _, path in found)
        for moment, path in found:
            if room <= CACHE_BYTES or time.time() - moment < CACHE_SECONDS:
                return
            room -= path.stat().st_size
            path.unlink(missing_ok=True)


class Remembered:
    """The last few hundred values by their keys, for what never changes."""

    def __init__(self, most: int = 500) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._held: OrderedDict[Any, Any] = OrderedDict()

    def get(self, key: Any) -> Any:
        """Answer the value of a key, or None."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def put(self, key: Any, value: Any) -> None:
        """Keep a value, and forget the one that was not asked for longest."""
        with self._lock:
            self._held[key] = value
            while len(self._held) > self._most:
                self._held.popitem(last=False)


class Watch:
    """One thread that interrupts the queries whose time is over."""

    def __init__(self) -> None:
        self._wake = threading.Condition()
        self._due: list[tuple[float, int]] = []
        self._running: dict[int, duckdb.DuckDBPyConnection] = {}
        self._last = 0
        self._thread: threading.Thread | None = None
        self._process = 0

    @contextmanager
    def over(self, cursor: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
        """Interrupt the cursor unless the enclosed part ends within these seconds."""
        with self._wake:
            self._last += 1
            ticket = self._last
            self._running[ticket] = cursor
            heapq.heappush(self._due, (time.monotonic() + seconds, ticket))
            self._start()
            if self._due[0][1] == ticket:
                self._wake.notify()
        try:
            yield
        finally:
            with self._wake:
                self._running.pop(ticket, None)

    def stop(self) -> None:
        """End the thread."""
        with self._wake:
            self._due.clear()
            self._running.clear()
            self._process = -1
            self._wake.notify()

    def _start(self) -> None:
        if self._thread is None or self._process != os.getpid():
            self._process = os.getpid()
            self._thread = threading.Thread(target=self._keep, name="table-watch", daemon=True)
            self._thread.start()

    def _keep(self) -> None:
        with self._wake:
            while self._process == os.getpid():
                now = time.monotonic()
                while self._due and (self._due[0][0] <= now or self._due[0][1] not in self._running):
                    cursor = self._running.pop(heapq.heappop(self._due)[1], None)
                    if cursor is not None:
                        cursor.interrupt()
                self._wake.wait(self._due[0][0] - now if self._due else None)


@contextmanager
def _told() -> Iterator[None]:
    """Turn DuckDB's errors into ours."""
    try:
        yield
    except duckdb.InterruptException:
        raise Invalid({}, _TOO_LONG, code="query-time") from None
    except duckdb.OutOfMemoryException:
        raise Invalid({}, _TOO_LARGE, code="query-memory") from None
    except (duckdb.IOException, duckdb.HTTPException) as error:
        reason = str(error).splitlines()[0][:300]
        raise Unavailable(
            Text(zh=f"表存储无法读取：{reason}", en=f"The table store cannot be read: {reason}"), code="table-store"
        ) from error
    except duckdb.Error as error:
        reason = str(error).splitlines()[0][:300]
        raise Invalid(
            {}, Text(zh=f"查询无法执行：{reason}", en=f"The query cannot be run: {reason}"), code="query"
        ) from None
