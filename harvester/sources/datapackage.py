"""Frictionless Data Packages, versions 1 and 2: a folder of them, a ZIP archive, or the address of one or of a list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import msgspec
import yaml

from harvester.archives import unpack
from harvester.documents import json_of
from harvester.faults import Fetching
from harvester.fetch import Fetched
from harvester.guard import local_path
from harvester.source import Context, Option, Parsed, Payload, Raw, Unchecked, not_a_record, without_id
from harvester.sources.mapped import mapped
from schemas.model import Resource, replace
from schemas.text import Text

NAME = "datapackage.json"
YAML = frozenset({".yaml", ".yml"})
NAMES = (NAME, "datapackage.yaml", "datapackage.yml")
BASE = "_base"
DEPTH = 6


class DataPackage(Unchecked):
    """Reads data packages and the tables beside them."""

    name = "datapackage"
    label = Text("数据包（Frictionless Data Package）", "Data packages (Frictionless)")
    help = Text(
        "读取数据包：含 datapackage.json 的文件夹、ZIP 压缩包，或其网址。",
        "Reads data packages: a folder that holds datapackage.json files, a ZIP archive, or an address of either.",
    )
    options: tuple[Option, ...] = ()
    volatile: frozenset[str] = frozenset()

    def gather(self, context: Context) -> Iterator[Raw]:
        """Yield one record for every datapackage.json."""
        path = local_path(context.url)
        if path is not None and (real := context.fetcher.allowed.folder(path.expanduser())).is_dir():
            yield from _folder(real, context)
            return
        with context.fetcher.get(context.url) as got:
            if bytes(got.buffer()[:4]) == b"PK\x03\x04":
                yield from _folder(unpack(got.file, context.archive, context.url), context, inside=True)
            else:
                yield from _descriptors(got, context.url)

    def to_dataset(self, raw: Raw, context: Context) -> Parsed:
        """Read one record through the mapping of its format."""
        base = str(raw.payload.get(BASE, ""))
        parsed = mapped("datapackage", raw.payload, base if "://" in base else str(context.root / base))
        resources = tuple(_located(resource) for resource in parsed.dataset.resources)
        return Parsed(dataset=replace(parsed.dataset, resources=resources), findings=parsed.findings)

    def recognises(self, url: str, head: bytes, content_type: str) -> bool:
        """Tell a data package by its name or its list of resources."""
        return url.split("?")[0].endswith(NAME) or (b'"resources"' in head and b'"profile"' in head)


def _folder(folder: Path, context: Context, *, inside: bool = False) -> Iterator[Raw]:
    found = sorted(p for n in NAMES for p in folder.rglob(n) if len(p.relative_to(folder).parts) <= DEPTH)
    if not found:
        raise Fetching("not-a-catalogue", context.url, f"no {NAME}")
    for path in found:
        where = path.relative_to(folder).as_posix()
        yield from _file(path, where, context, inside=inside)


def _file(path: Path, where: str, context: Context, *, inside: bool) -> Iterator[Raw]:
    try:
        if inside:
            got = Fetched(url=where, size=path.stat().st_size, file=path.open("rb"))
        else:
            got = context.fetcher.get(str(path))
        with got:
            document = yaml.safe_load(got.read()) if path.suffix in YAML else json_of(got)
            yield from _descriptor(document, where, where.rpartition("/")[0])
    except Fetching as fault:
        yield Raw(remote_id=where, payload={}, problem=fault.finding())
    except yaml.YAMLError as error:
        yield Raw(remote_id=where, payload={}, problem=Fetching("not-json", where, str(error)[:200]).finding())


def _located(resource: Resource) -> Resource:
    """Write a path on this machine as an address."""
    path = local_path(resource.url)
    return msgspec.structs.replace(resource, url=path.resolve().as_uri()) if path else resource


def _descriptors(got: Fetched, url: str) -> Iterator[Raw]:
    document = json_of(got)
    for number, entry in enumerate(document if isinstance(document, list) else [document]):
        yield from _descriptor(entry, f"[{number}]" if isinstance(document, list) else "", urljoin(url, "."))


def _descriptor(document: Any, where: str, base: str) -> Iterator[Raw]:
    if not isinstance(document, dict):
        yield not_a_record(document, where or NAME)
        return
    if not isinstance(document.get("resources"), list):
        raise Fetching("not-a-catalogue", where or base, "no 'resources' list")
    identity = document.get("id") or document.get("name") or where.rpartition("/")[0]
    payload: Payload = {**document, BASE: base}
    yield (
        Raw(remote_id=identity, payload=payload)
        if isinstance(identity, str) and identity
        else without_id(payload, "name")
    )
