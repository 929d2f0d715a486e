"""The bridge from a source's records to the mappings of exchange formats."""

from __future__ import annotations

from harvester.source import Parsed, Payload
from schemas.mappings import MAPPINGS
from schemas.mappings import Context as MappingContext


def mapped(key: str, payload: Payload, base: str) -> Parsed:
    """Read a record through one of the mappings; relative addresses are resolved against `base`."""
    read = MAPPINGS[key].read
    if read is None:
        raise LookupError(key)
    found = read(payload, MappingContext(base_url=base))
    return Parsed(dataset=found.dataset, findings=found.findings)
