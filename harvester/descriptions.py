"""Table schemas that a record names by address: fetched once in a run, taken only where they are Table Schemas."""

from __future__ import annotations

from typing import Any

import msgspec

from harvester.documents import json_of
from harvester.faults import Fetching
from harvester.fetch import Fetcher
from schemas.model import Dataset, Resource, replace

LARGEST = 2 * 1024 * 1024
Schema = dict[str, Any]


class Descriptions:
    """Remembers the schemas of one run by their address."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._found: dict[str, Schema | None] = {}

    def completed(self, dataset: Dataset) -> Dataset:
        """Give each resource without a schema the one that it names by address."""
        resources = tuple(self._with_schema(resource) for resource in dataset.resources)
        return dataset if resources == dataset.resources else replace(dataset, resources=resources)

    def _with_schema(self, resource: Resource) -> Resource:
        if resource.schema is not None:
            return resource
        for address in _addresses(resource):
            schema = self._schema(address)
            if schema is not None:
                return msgspec.structs.replace(resource, schema=schema)
        return resource

    def _schema(self, address: str) -> Schema | None:
        if address not in self._found:
            self._found[address] = self._fetched(address)
        return self._found[address]

    def _fetched(self, address: str) -> Schema | None:
        try:
            with self._fetcher.get(address, accept="application/json") as got:
                document = json_of(got) if got.size <= LARGEST else None
        except Fetching:
            return None
        return document if isinstance(document, dict) and isinstance(document.get("fields"), list) else None


def _addresses(resource: Resource) -> list[str]:
    """Answer the addresses that may hold a Table Schema: JSON by name or by the type that the record declares."""
    named = resource.extras.get("describedBy")
    declared = str(resource.extras.get("describedByType", ""))
    wanted = [named] if isinstance(named, str) and ("json" in declared or ".json" in named) else []
    wanted += [address for address in resource.conforms_to if address.split("?")[0].endswith(".json")]
    return [address for address in wanted if address.startswith(("http://", "https://"))]
