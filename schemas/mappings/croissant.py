"""Croissant 1.0: a dataset as tools for machine learning load it (https://mlcommons.org/croissant); written only.

Files become FileObjects; a table whose Table Schema is known becomes a RecordSet with a field a column.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from schemas import vocabulary
from schemas.mappings.mapped import Surroundings
from schemas.mappings.schema_org import from_dataset as schema_org
from schemas.model import Dataset, Resource

CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
TYPES = {
    "integer": "sc:Integer",
    "number": "sc:Float",
    "boolean": "sc:Boolean",
    "date": "sc:Date",
    "datetime": "sc:DateTime",
    "time": "sc:Time",
    "year": "sc:Integer",
}
_SHA256 = re.compile(r"[0-9a-f]{64}")


def from_dataset(
    dataset: Dataset, around: Surroundings, tables: Mapping[str, Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    """Write a dataset; `tables` maps ids of resources to the Table Schemas of what is really in them."""
    known = schema_org(dataset, around)
    record = {key: value for key, value in known.items() if key not in ("@context", "@type", "distribution", "version")}
    resources = [one for one in dataset.resources[:200] if one.url or one.storage]
    sets = [made for one in resources if (made := _record_set(one, (tables or {}).get(one.id) or one.schema))]
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        **record,
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "version": f"{dataset.revision}.0.0",
        "citeAs": f"{dataset.title or dataset.name}. {around.site_url}/dataset/{dataset.name}",
        "distribution": [_file(dataset, one, around) for one in resources],
        "recordSet": sets,
    }


def _file(dataset: Dataset, resource: Resource, around: Surroundings) -> dict[str, Any]:
    known = vocabulary.FORMATS.get(resource.format)
    download = f"{around.site_url}/dataset/{dataset.name}/resource/{resource.id}/download"
    found: dict[str, Any] = {
        "@type": "cr:FileObject",
        "@id": resource.id,
        "name": resource.title or resource.id,
        "description": resource.description[:500],
        "contentUrl": download if resource.storage else resource.url,
        "contentSize": f"{resource.bytes} B" if resource.bytes else "",
        "encodingFormat": resource.media_type or (known.media_type if known else "") or "application/octet-stream",
        "sha256": resource.hash if _SHA256.fullmatch(resource.hash) else "",
    }
    return {key: value for key, value in found.items() if value}


def _record_set(resource: Resource, schema: Mapping[str, Any] | None) -> dict[str, Any] | None:
    fields = (schema or {}).get("fields")
    named = [field for field in fields if isinstance(field, dict) and field.get("name")] if fields else []
    if not named:
        return None
    own = f"{resource.id}/rows"
    return {
        "@type": "cr:RecordSet",
        "@id": own,
        "name": resource.title or resource.id,
        "field": [_field(own, resource.id, field) for field in named],
    }


def _field(record_set: str, file: str, field: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        "@type": "cr:Field",
        "@id": f"{record_set}/{field['name']}",
        "name": str(field["name"]),
        "description": str(field.get("description") or field.get("title") or ""),
        "dataType": TYPES.get(str(field.get("type")), "sc:Text"),
        "source": {"fileObject": {"@id": file}, "extract": {"column": str(field["name"])}},
    }
    return {key: value for key, value in found.items() if value}
