"""Resources keep their ids: those of a record's new version are recognised among those that are published."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable

import msgspec

from schemas.model import Dataset, Resource, replace

Key = Callable[[Resource], Hashable]

_KEYS: tuple[Key, ...] = (
    lambda r: r.uri and (r.uri, r.url, r.title),
    lambda r: r.uri,
    lambda r: r.url and (r.url, r.title, r.format),
    lambda r: r.url,
    lambda r: r.title and (r.title, r.format),
    lambda r: not (r.title or r.url or r.uri) and (r.description, r.access_url, r.format, "nameless"),
)


def with_ids(dataset: Dataset, previous: Dataset | None) -> Dataset:
    """Give each resource the id of the published one that it continues: by URI, then address with title, then title.

    Of several that are alike the first goes to the first, so that order alone changes nothing; the only one left on
    either side continues the other.
    """
    left = dict.fromkeys(resource.id for resource in previous.resources) if previous else {}
    old = {resource.id: resource for resource in previous.resources} if previous else {}
    found: dict[int, str] = {}
    for key in _KEYS:
        waiting: dict[Hashable, deque[str]] = defaultdict(deque)
        for identity in left:
            waiting[key(old[identity])].append(identity)
        for number, resource in enumerate(dataset.resources):
            value = key(resource)
            if number not in found and value and waiting.get(value):
                found[number] = waiting[value].popleft()
                del left[found[number]]
    new = [number for number in range(len(dataset.resources)) if number not in found]
    if len(new) == 1 and len(left) == 1:
        found[new[0]] = next(iter(left))
    resources = tuple(msgspec.structs.replace(r, id=found.get(n, "")) for n, r in enumerate(dataset.resources))
    return replace(dataset, resources=resources)
