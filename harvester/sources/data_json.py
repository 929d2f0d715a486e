"""DCAT-US catalogues: a data.json after version 1.1 or 3.0, nested catalogues and series included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from harvester.documents import json_of, value_of
from harvester.faults import Fetching
from harvester.source import Context, Option, Parsed, Payload, Raw, Unchanged, Unchecked, not_a_record, without_id
from harvester.sources.mapped import mapped
from schemas.text import Text


class _Catalogue(msgspec.Struct):
    """The parts of a catalogue that hold records; each record stays bytes until its turn."""

    dataset: list[msgspec.Raw] | None = None
    service: list[msgspec.Raw] | None = None
    datasetSeries: list[msgspec.Raw] | None = None
    catalog: list[msgspec.Raw] | None = None
    conformsTo: Any = None


class DataJson(Unchecked):
    """Reads a data.json."""

    name = "data-json"
    label = Text("DCAT-US 目录（data.json）", "DCAT-US catalogue (data.json)")
    help = Text(
        "读取 data.json 文件（DCAT-US 1.1 或 3.0）。地址为文件的网址。",
        "Reads a data.json file (DCAT-US 1.1 or 3.0). The address is that of the file.",
    )
    options: tuple[Option, ...] = ()
    volatile: frozenset[str] = frozenset()

    def to_dataset(self, raw: Raw, context: Context) -> Parsed:
        """Read one record through the mapping of its format."""
        return mapped("dcat-us", raw.payload, context.url)

    def recognises(self, url: str, head: bytes, content_type: str) -> bool:
        """Tell a data.json by its list of datasets or the standard that it names."""
        return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and (
            b'"dataset"' in head or b"project-open-data" in head or b"DCAT-US" in head
        )

    def gather(self, context: Context) -> Iterator[Raw]:
        """Yield the datasets of the catalogue, of its series and of the catalogues within it."""
        got = context.fetcher.get(context.url, accept="application/json, */*;q=0.5", fresh=context.freshness)
        if got.unchanged:
            raise Unchanged
        with got:
            context.found = got.freshness
            catalogue = json_of(got, _Catalogue | list[msgspec.Raw])
            yield from _records(catalogue, context.url)


def _records(catalogue: _Catalogue | list[msgspec.Raw], url: str, where: str = "") -> Iterator[Raw]:
    if isinstance(catalogue, list):
        yield from _parts(catalogue, f"{where}dataset")
        return
    parts = (catalogue.dataset, catalogue.service, catalogue.datasetSeries, catalogue.catalog)
    if all(part is None for part in parts):
        raise Fetching("not-a-catalogue", url, "there is no 'dataset' list")
    yield from _parts(catalogue.dataset or [], f"{where}dataset")
    for number, entry in enumerate(catalogue.service or []):
        yield from _one(value_of(entry), f"{where}service[{number}]", kind="DataService", held="servesDataset")
    for number, entry in enumerate(catalogue.datasetSeries or []):
        yield from _one(value_of(entry), f"{where}datasetSeries[{number}]", kind="DatasetSeries", held="seriesMember")
    for number, entry in enumerate(catalogue.catalog or []):
        inner = f"{where}catalog[{number}]."
        yield from _records(msgspec.json.decode(entry, type=_Catalogue), url, inner)


def _parts(entries: list[msgspec.Raw], where: str) -> Iterator[Raw]:
    for number, entry in enumerate(entries):
        yield from _one(value_of(entry), f"{where}[{number}]")


def _one(value: Any, where: str, *, kind: str = "", held: str = "") -> Iterator[Raw]:
    """Yield a record, then the datasets that a series or a service holds within itself."""
    if not isinstance(value, dict):
        yield not_a_record(value, where)
        return
    within = value.pop(held, None) if held else None
    if kind:
        value.setdefault("@type", kind)
    identity = identity_of(value)
    yield Raw(remote_id=identity, payload=value) if identity else without_id(value, f"{where}.identifier")
    for number, entry in enumerate(within if isinstance(within, list) else []):
        if isinstance(entry, dict):
            entry = {"inSeries": identity, **entry} if kind == "DatasetSeries" and identity else entry
        yield from _one(entry, f"{where}.{held}[{number}]")


def identity_of(payload: Payload) -> str:
    """Answer the identifier of a record: text or a number, the value of an Identifier object, or the record's @id."""
    identifier = payload.get("identifier")
    if isinstance(identifier, list) and identifier:
        identifier = identifier[0]
    if isinstance(identifier, dict):
        identifier = next((identifier[key] for key in ("@id", "notation", "schemaAgency") if identifier.get(key)), None)
    if isinstance(identifier, (str, int)) and not isinstance(identifier, bool) and str(identifier).strip():
        return str(identifier).strip()
    iri = payload.get("@id")
    return iri.strip() if isinstance(iri, str) else ""
