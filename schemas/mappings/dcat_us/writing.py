"""Writing a `data.json` after DCAT-US 1.1: one dataset, and the catalogue around them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from schemas import vocabulary
from schemas.mappings.dcat_us.reading import KEPT, LEVELS
from schemas.mappings.mapped import Surroundings
from schemas.mappings.reading import is_address
from schemas.model import Dataset, Resource

SCHEMA = "https://project-open-data.cio.gov/v1.1/schema"


def catalogue(records: Iterable[dict[str, Any]], site_url: str) -> dict[str, Any]:
    """Put datasets that `from_dataset` wrote into a catalogue."""
    return {
        "@context": f"{SCHEMA}/catalog.jsonld",
        "@id": f"{site_url}/data.json",
        "@type": "dcat:Catalog",
        "conformsTo": SCHEMA,
        "describedBy": f"{SCHEMA}/catalog.json",
        "dataset": list(records),
    }


def from_dataset(dataset: Dataset, around: Surroundings = Surroundings()) -> dict[str, Any]:  # noqa: B008  (frozen)
    """Write one dataset of a data.json after DCAT-US 1.1; empty optional fields are left out."""
    levels = {ours: theirs for theirs, ours in LEVELS.items()}
    page = f"{around.site_url}/dataset/{dataset.name}"
    owner = around.organization
    name = owner.title if owner is not None else dataset.publisher.name if dataset.publisher else around.site_title
    email = dataset.contact.email or (owner.contact.email if owner is not None else "")
    known = vocabulary.FREQUENCIES.get(dataset.frequency)
    licence = vocabulary.LICENCES.get(dataset.licence)
    record: dict[str, Any] = {
        "@type": "dcat:Dataset",
        "identifier": dataset.identifier or page,
        "title": dataset.title,
        "description": dataset.description or dataset.title,
        "keyword": list(dataset.keywords) or [dataset.title],
        "modified": dataset.modified or _day(dataset),
        "issued": dataset.issued,
        "publisher": {"@type": "org:Organization", "name": name},
        "contactPoint": {
            "@type": "vcard:Contact",
            "fn": dataset.contact.name or name,
            "hasEmail": f"mailto:{email}" if email else "",
        },
        "accessLevel": levels[dataset.access_level],
        "rights": dataset.rights[:255] or ("" if dataset.access_level == "public" else levels[dataset.access_level]),
        "license": licence.url if licence is not None else dataset.licence if is_address(dataset.licence) else "",
        "accrualPeriodicity": known.iso if known is not None else _interval(dataset.frequency),
        "temporal": _period(dataset),
        "spatial": _area(dataset),
        "theme": list(dataset.subjects),
        "language": [language for language in dataset.languages if "://" not in language],
        "landingPage": dataset.landing_page or page,
        "references": [reference for reference in dataset.references if is_address(reference)],
        "conformsTo": next((standard for standard in dataset.conforms_to if is_address(standard)), ""),
        "isPartOf": dataset.part_of,
        "distribution": [_written(resource, around.site_url, dataset.id) for resource in dataset.resources],
    }
    record |= {key: value for key, value in dataset.extras.items() if key in KEPT}
    written: dict[str, Any] = _without_empty(record)
    return written


def _day(dataset: Dataset) -> str:
    return dataset.changed.date().isoformat() if dataset.changed else ""


def _interval(text: str) -> str:
    return text if text.startswith("R/P") else ""


def _period(dataset: Dataset) -> str:
    """Write the first period; an open end is not allowed, so the other end stands for it."""
    if not dataset.temporal:
        return ""
    start, end = dataset.temporal[0].start, dataset.temporal[0].end
    return f"{start or end}/{end or start}" if start or end else ""


def _area(dataset: Dataset) -> str:
    if not dataset.spatial:
        return ""
    place = dataset.spatial[0]
    if place.geometry.startswith("{"):
        return place.geometry
    return ",".join(repr(edge) for edge in place.bbox) if place.bbox else place.name or place.uri


def _written(resource: Resource, site_url: str, dataset_id: str) -> dict[str, Any]:
    form = vocabulary.FORMATS.get(resource.format)
    url = resource.url
    if resource.storage:
        url = f"{site_url}/dataset/{dataset_id}/resource/{resource.id}/download"
    media = resource.media_type or (form.media_type if form is not None else "")
    return {
        "@type": "dcat:Distribution",
        "title": resource.title,
        "description": resource.description,
        "downloadURL": url if media else "",
        "mediaType": media,
        "accessURL": resource.access_url or ("" if media else url),
        "format": resource.format,
        "conformsTo": next((standard for standard in resource.conforms_to if is_address(standard)), ""),
        "describedBy": resource.extras.get("describedBy", ""),
        "describedByType": resource.extras.get("describedByType", ""),
    }


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: _without_empty(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner not in ("", [], {}, None)}
    return [_without_empty(inner) for inner in value] if isinstance(value, list) else value
