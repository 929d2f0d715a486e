"""Croissant 1.0: a dataset with its files and the columns of its tables, for machine learning tools; written only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from schemas import vocabulary
from schemas.mappings import schema_org
from schemas.mappings.mapped import Surroundings
from schemas.mappings.reading import is_address
from schemas.model import Dataset, Resource

CONFORMS_TO = "http://mlcommons.org/croissant/1.0"
_CR = "http://mlcommons.org/croissant/"
_NAMES = (
    "citeAs", "column", "extract", "field", "fileProperty", "fileObject", "fileSet", "format", "includes",
    "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex", "repeated",
    "replace", "samplingRate", "separator", "source", "subField", "transform",
)  # fmt: skip
CONTEXT: dict[str, Any] = {
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": _CR,
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{name: f"cr:{name}" for name in _NAMES},
}
# Table Schema v2 types; what has no counterpart is text
_TYPES = {
    "string": "sc:Text", "integer": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean", "date": "sc:Date",
    "datetime": "sc:DateTime", "time": "sc:Time", "year": "sc:Integer",
}  # fmt: skip


def from_dataset(
    dataset: Dataset, around: Surroundings, tables: Mapping[str, Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    """Write the Croissant JSON-LD of one dataset; files without a checksum make it a live dataset.

    `tables` maps ids of resources to the Table Schemas of what is really in them.
    """
    base = schema_org.from_dataset(dataset, around)
    language = next(iter(dataset.languages), "")
    files = {_file_id(resource, n): resource for n, resource in enumerate(dataset.resources) if _is_file(resource)}
    made: dict[str, Any] = {
        "@context": CONTEXT | ({"@language": language} if language else {}),
        "@type": "sc:Dataset",
        "@id": base["@id"],
        "conformsTo": CONFORMS_TO,
        "name": base["name"],
        "description": base["description"],
        "license": base.get("license") or vocabulary.LICENCES["notspecified"].title.en,
        "url": base["url"],
        "creator": base.get("creator") or base.get("publisher") or {"@type": "Organization", "name": around.site_title},
        "datePublished": base.get("datePublished", ""),
        "dateModified": base.get("dateModified", ""),
        "keywords": base.get("keywords", []),
        "publisher": base.get("publisher", {}),
        "version": _semantic(dataset),
        "inLanguage": base.get("inLanguage", []),
        "sameAs": base.get("sameAs", ""),
        "isLiveDataset": True if any(not _checksum(resource) for resource in files.values()) else None,
        "distribution": [_file(key, resource, dataset, around) for key, resource in files.items()],
        "recordSet": list(_record_sets(files, tables or {})),
    }
    return {key: value for key, value in made.items() if value not in ("", [], {}, None)}


def _is_file(resource: Resource) -> bool:
    form = vocabulary.FORMATS.get(resource.format)
    return bool(resource.url or resource.storage) and (form is None or form.kind not in ("service", "page"))


def _file_id(resource: Resource, number: int) -> str:
    return resource.id or f"file-{number + 1}"


def _semantic(dataset: Dataset) -> str:
    """Answer the version where it is one, else the number of the revision in its place."""
    if re.fullmatch(r"\d+\.\d+\.\d+.*", dataset.version):
        return dataset.version
    return f"{dataset.revision}.0.0" if dataset.revision else ""


def _checksum(resource: Resource) -> dict[str, str]:
    name = {32: "md5", 64: "sha256"}.get(len(resource.hash))
    return {name: resource.hash} if name else {}


def _file(key: str, resource: Resource, dataset: Dataset, around: Surroundings) -> dict[str, Any]:
    form = vocabulary.FORMATS.get(resource.format)
    url = resource.url
    if resource.storage and not is_address(url):
        url = f"{around.site_url}/dataset/{dataset.id}/resource/{resource.id}/download"
    made = {
        "@type": "cr:FileObject",
        "@id": key,
        "name": resource.title or key,
        "description": resource.description,
        "contentUrl": url,
        "contentSize": f"{resource.bytes} B" if resource.bytes is not None else "",
        "encodingFormat": resource.media_type or (form.media_type if form is not None else "application/octet-stream"),
        **_checksum(resource),
    }
    return {name: value for name, value in made.items() if value}


def _record_sets(files: Mapping[str, Resource], tables: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for key, resource in files.items():
        schema = tables.get(resource.id) or resource.schema or {}
        fields = list(_fields(key, schema))
        if not fields:
            continue
        made: dict[str, Any] = {
            "@type": "cr:RecordSet",
            "@id": f"{key}/rows",
            "name": resource.title or key,
            "key": [{"@id": f"{key}/{name}"} for name in _listed(schema.get("primaryKey"))],
            "field": fields,
        }
        yield {name: value for name, value in made.items() if value}


def _fields(key: str, schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    listed = schema.get("fields")
    for field in listed if isinstance(listed, list) else ():
        name = field.get("name") if isinstance(field, dict) else None
        if not isinstance(name, str) or not name:
            continue
        made = {
            "@type": "cr:Field",
            "@id": f"{key}/{name}",
            "name": name,
            "description": field.get("description") or field.get("title") or "",
            "dataType": "sc:URL" if field.get("format") == "uri" else _TYPES.get(str(field.get("type")), "sc:Text"),
            "source": {"fileObject": {"@id": key}, "extract": {"column": name}},
        }
        yield {part: value for part, value in made.items() if value}


def _listed(value: Any) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list) else [str(value)] if value else []
