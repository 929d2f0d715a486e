"""Packages as bytes: what was written once is given out again until the package, or what is shown with it, changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, cast

import orjson
from flask import current_app

from publisher import datasets, stamps
from publisher.stamps import Stamp
from web.api.call import Call
from web.api.packages_shown import package, packages

EXTENSION = "gongkai-written-packages"
MOST_BYTES = 32 * 1024 * 1024


class Written:
    """Keeps the packages that were asked for last, up to a number of bytes. Safe to share between threads."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._size = 0
        self._kept: OrderedDict[str, tuple[object, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str, mark: object) -> bytes | None:
        """Answer what was kept under this key with an equal mark, or None."""
        with self._lock:
            found = self._kept.get(key)
            if found is None or found[0] != mark:
                return None
            self._kept.move_to_end(key)
            return found[1]

    def put(self, key: str, mark: object, body: bytes) -> None:
        """Keep a body in place of an earlier one, and forget what was not asked for longest."""
        with self._lock:
            old = self._kept.pop(key, None)
            self._size += len(body) - (len(old[1]) if old is not None else 0)
            self._kept[key] = (mark, body)
            while self._size > self._most:
                _, (_, gone) = self._kept.popitem(last=False)
                self._size -= len(gone)


def one(call: Call, stamp: Stamp) -> Any:
    """Write one package with its relationships."""
    return many(call, [stamp])[0]


def found(call: Call, ids: Sequence[str]) -> list[Any]:
    """Write the packages of these ids in this order; ids that are gone are left out."""
    return many(call, stamps.many(call.work, ids))


def many(call: Call, wanted: Sequence[Stamp]) -> list[Any]:
    """Write packages, from memory where nothing about them changed."""
    kept = cast(Written, current_app.extensions.setdefault(EXTENSION, Written()))
    bodies = {stamp.id: kept.get(stamp.id, (call.site, stamp.mark)) for stamp in wanted}
    fresh = [stamp for stamp in wanted if bodies[stamp.id] is None]
    marks = {stamp.id: (call.site, stamp.mark) for stamp in fresh}
    read = datasets.many(call.work, [stamp.id for stamp in fresh])
    related = {stamp.id for stamp in fresh if stamp.related}
    plain = [dataset for dataset in read if dataset.id not in related]
    for dataset, shown in zip(plain, packages(call, plain), strict=True):
        written = orjson.dumps(shown)
        bodies[dataset.id] = written
        kept.put(dataset.id, marks[dataset.id], written)
    for dataset in read:
        if dataset.id in related:
            bodies[dataset.id] = orjson.dumps(package(call, dataset))
    return [orjson.Fragment(body) for stamp in wanted if (body := bodies[stamp.id]) is not None]
