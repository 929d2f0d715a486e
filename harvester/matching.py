"""Resources keep their ids: those of a record's new version are recognised among those that are published."""

from __future__ import annotations

from collections.abc import Callable, Hashable

import msgspec

from schemas.model import Dataset, Resource, replace

Key = Callable[[Resource], Hashable]

_KEYS: tuple[Key, ...] = (
    lambda r: r.uri or None,
    lambda r: (r.url, r.title, r.format) if r.url else None,
    lambda r: r.url or None,
    lambda r: (r.title, r.format) if r.title else None,
)


def with_ids(dataset: Dataset, previous: Dataset | None) -> Dataset:
    """Give each resource the id of the published one that it continues: by URI, then address with title, then title."""
    old = list(previous.resources) if previous else []
    found: dict[int, str] = {}
    for key in _KEYS:
        waiting = {key(r): r for r in reversed(old) if key(r) is not None}
        for number, resource in enumerate(dataset.resources):
            if number in found or key(resource) is None:
                continue
            match = waiting.pop(key(resource), None)
            if match is not None:
                found[number] = match.id
                old.remove(match)
    resources = tuple(msgspec.structs.replace(r, id=found.get(n, "")) for n, r in enumerate(dataset.resources))
    return replace(dataset, resources=resources)
