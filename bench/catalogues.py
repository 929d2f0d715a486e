"""Datasets for benchmarks: real catalogues of the shared inputs, and made ones of any size."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from schemas.model import Contact, Dataset, Organization, Resource
from search.document import Document, to_document

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


def tokyo(shared: Path = SHARED) -> Iterator[Document]:
    """Read the 5,077 recorded datasets of Tokyo."""
    with gzip.open(shared / "data/ckan/tokyo/package_show.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield from_package(json.loads(line).get("result", {}))


def mixed(shared: Path = SHARED) -> Iterator[Document]:
    """Read real Chinese (Kaohsiung, Tainan, Yilan) and English (seven US bodies, San Diego) catalogues."""
    for city in ("kaohsiung.gov.tw/kaohisung", "tainan.gov.tw/tainan", "yilan.gov.tw/yilan"):
        path = shared / f"data/chinese/taiwan-catalogues/{city}.2018.03.20.OD.csv"
        with open(path, encoding="utf-8-sig", newline="") as file:
            for number, (title, description, *_) in enumerate(csv.reader(file)):
                owner = city.split(".")[0]
                id = f"{owner}-{number}"
                dataset = Dataset(id=id, name=id, title=title, description=description, owner=owner)
                yield to_document(dataset, Organization(id=owner, name=owner))
    for body in ("dol", "cms", "gsa", "opm", "treasury", "fcc", "consumerfinance"):
        newest = sorted((shared / "data/datajson" / body).glob("*.json"))[-1]
        for number, dataset in enumerate(json.loads(newest.read_bytes())["dataset"]):
            yield from_data_json(body, number, dataset)
    with open(shared / "data/ckan/sdrdl/datasets.jsonl", encoding="utf-8") as lines:
        yield from map(from_package, map(json.loads, lines))


def from_data_json(body: str, number: int, told: dict[str, Any]) -> Document:
    """Make a document of a dataset as data.json writes it."""
    files = told.get("distribution") or ()
    dataset = Dataset(
        id=f"{body}-{number}",
        name=f"{body}-{number}",
        title=told.get("title") or "",
        description=told.get("description") or "",
        keywords=tuple(map(str, told.get("keyword") or ())),
        owner=body,
        resources=tuple(Resource(title=one.get("title") or "", format=one.get("format") or "") for one in files),
    )
    publisher = (told.get("publisher") or {}).get("name") or body
    return to_document(dataset, Organization(id=body, name=body, title=publisher))


def from_package(package: dict[str, Any]) -> Document:
    """Make a document of a dataset as CKAN writes it."""
    owner = package.get("organization") or {}
    organization = Organization(id=owner.get("id", ""), name=owner.get("name", ""), title=owner.get("title", ""))
    themes = [Organization(id=g["id"], name=g["name"], title=g.get("title", "")) for g in package.get("groups", ())]
    dataset = Dataset(
        id=package["id"],
        name=package["name"],
        title=package.get("title") or "",
        description=package.get("notes") or "",
        keywords=tuple(tag["name"] for tag in package.get("tags", ())),
        owner=organization.id,
        themes=tuple(theme.id for theme in themes),
        licence=package.get("license_id") or "",
        creator=Contact(name=package.get("author") or ""),
        contact=Contact(name=package.get("maintainer") or ""),
        created=_moment(package.get("metadata_created")),
        changed=_moment(package.get("metadata_modified")),
        resources=tuple(_resource(one) for one in package.get("resources", ())),
        extras={extra["key"]: extra["value"] for extra in package.get("extras", ())},
    )
    return to_document(dataset, organization, themes)


def _resource(resource: dict[str, Any]) -> Resource:
    return Resource(
        id=resource.get("id", ""),
        title=resource.get("name") or "",
        description=resource.get("description") or "",
        url=resource.get("url") or "",
        format=resource.get("format") or "",
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
