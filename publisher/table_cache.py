"""Hot tables: small tables that are asked again and again are kept in DuckDB's memory, the least used dropped first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

USES = 2
LARGEST = 2_500_000
ROOM = 8_000_000
REMEMBERED = 1000


class HotTables:
    """Which tables one engine holds in memory; sizes count cells.

    A table that has to go is dropped when the next one comes, so that queries that still name it can end.
    """

    def __init__(self, change: Callable[[str], bool], generation: Callable[[], int]) -> None:
        self._change = change
        self._generation = generation
        self._lock = threading.Lock()
        self._uses: OrderedDict[str, int] = OrderedDict()
        self._held: OrderedDict[str, int] = OrderedDict()
        self._leaving: list[str] = []
        self._filled = 0

    def source(self, hash: str, read: Callable[[], str], cells: int) -> str:
        """Answer the SQL to read a version of that hash from: a name in memory, or what `read` answers."""
        name = f'"hot_{hash[:32]}"'
        with self._lock:
            if self._filled != self._generation():
                self._filled = self._generation()
                self._held.clear()
                self._leaving.clear()
            if name in self._held:
                self._held.move_to_end(name)
                return name
            hot = cells <= LARGEST and self._used(name) > USES and self._hold(name, read(), cells)
        return name if hot else read()

    def _used(self, name: str) -> int:
        self._uses[name] = self._uses.pop(name, 0) + 1
        while len(self._uses) > REMEMBERED:
            self._uses.popitem(last=False)
        return self._uses[name]

    def _hold(self, name: str, read: str, cells: int) -> bool:
        for gone in self._leaving:
            self._change(f"DROP TABLE IF EXISTS {gone}")
        self._leaving.clear()
        while self._held and sum(self._held.values()) + cells > ROOM:
            self._leaving.append(self._held.popitem(last=False)[0])
        if not self._change(f"CREATE TABLE IF NOT EXISTS {name} AS SELECT * FROM {read} ORDER BY _id"):
            return False
        self._held[name] = cells
        return True
