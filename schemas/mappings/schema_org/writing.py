"""Writing the JSON-LD that search engines read in a dataset's page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from schemas import vocabulary
from schemas.mappings.mapped import Surroundings
from schemas.mappings.reading import is_address
from schemas.model import Contact, Dataset, Period, Place, Resource

CONTEXT = "https://schema.org/"
OPEN_END = ".."


def from_dataset(dataset: Dataset, around: Surroundings = Surroundings()) -> dict[str, Any]:  # noqa: B008  (frozen)
    """Write the JSON-LD of one dataset; the caller escapes it for HTML."""
    page = f"{around.site_url}/dataset/{dataset.name}"
    made = {
        "@context": CONTEXT,
        "@type": "Dataset",
        "@id": dataset.uri or page,
        "name": dataset.title or dataset.name,
        "description": dataset.description or dataset.title or dataset.name,
        "alternateName": [texts["title"] for texts in dataset.translations.values() if texts.get("title")],
        "url": page,
        "identifier": dataset.identifier or dataset.id,
        "keywords": list(dataset.keywords),
        "about": list(dataset.subjects),
        "license": _licence_address(dataset.licence),
        "usageInfo": dataset.rights,
        "isAccessibleForFree": dataset.access_level == "public",
        "conditionsOfAccess": "" if dataset.access_level == "public" else dataset.access_level,
        "sameAs": dataset.landing_page,
        "version": dataset.version,
        "datePublished": dataset.issued or _day(dataset.created),
        "dateModified": dataset.modified or _day(dataset.changed),
        "temporalCoverage": [_period(period) for period in dataset.temporal],
        "spatialCoverage": [_place(place) for place in dataset.spatial],
        "inLanguage": list(dataset.languages),
        "publisher": _publisher(dataset, around),
        "creator": _creator(dataset, around),
        "citation": list(dataset.references),
        "isPartOf": dataset.part_of,
        "variableMeasured": list(_variables(dataset)),
        "distribution": [_download(resource, dataset, around) for resource in dataset.resources],
        "includedInDataCatalog": _catalogue(around),
    }
    written: dict[str, Any] = _without_empty(made)
    return written


def _licence_address(licence: str) -> str:
    known = vocabulary.LICENCES.get(licence)
    return (known.url or known.title.en) if known is not None else licence


def _day(moment: Any) -> str:
    return moment.date().isoformat() if moment is not None else ""


def _period(period: Period) -> str:
    if not period.start and not period.end:
        return ""
    return f"{period.start or OPEN_END}/{period.end or OPEN_END}"


def _place(place: Place) -> dict[str, Any]:
    shape = None
    if place.bbox is not None:
        west, south, east, north = place.bbox
        # Google reads a box as south west north east
        shape = {"@type": "GeoShape", "box": f"{south!r} {west!r} {north!r} {east!r}"}
    return {"@type": "Place", "@id": place.uri, "name": place.name, "geo": shape}


def _publisher(dataset: Dataset, around: Surroundings) -> dict[str, Any] | None:
    owner = around.organization
    if owner is not None:
        url = owner.homepage or f"{around.site_url}/organization/{owner.name}"
        return {"@type": "Organization", "name": owner.title or owner.name, "url": url,
                "contactPoint": _contact(dataset.contact)}  # fmt: skip
    if dataset.publisher is None:
        return None
    return {"@type": "Organization", "name": dataset.publisher.name, "url": dataset.publisher.url,
            "contactPoint": _contact(dataset.contact)}  # fmt: skip


def _creator(dataset: Dataset, around: Surroundings) -> dict[str, Any] | None:
    if dataset.creator == Contact():
        return None
    creator = dataset.creator
    return {"@type": "Organization", "name": creator.name, "email": creator.email, "url": creator.url}


def _contact(contact: Contact) -> dict[str, Any] | None:
    if contact == Contact():
        return None
    return {
        "@type": "ContactPoint",
        "contactType": "customer service",
        "name": contact.name,
        "email": contact.email,
        "telephone": contact.phone,
        "url": contact.url,
    }


def _variables(dataset: Dataset) -> Iterator[dict[str, Any]]:
    """Name each column of each table once."""
    seen: set[str] = set()
    for resource in dataset.resources:
        fields = (resource.schema or {}).get("fields")
        for field in fields if isinstance(fields, list) else ():
            name = field.get("title") or field.get("name") if isinstance(field, dict) else None
            if isinstance(name, str) and name and name not in seen:
                seen.add(name)
                yield {"@type": "PropertyValue", "name": name, "description": field.get("description") or ""}


def _download(resource: Resource, dataset: Dataset, around: Surroundings) -> dict[str, Any]:
    form = vocabulary.FORMATS.get(resource.format)
    url = resource.url
    if resource.storage and not is_address(url):
        url = f"{around.site_url}/dataset/{dataset.id}/resource/{resource.id}/download"
    return {
        "@type": "DataDownload",
        "@id": resource.uri,
        "name": resource.title,
        "description": resource.description,
        "contentUrl": url,
        "encodingFormat": resource.media_type or (form.media_type if form is not None else "") or resource.format,
        "contentSize": f"{resource.bytes} B" if resource.bytes is not None else "",
        "datePublished": resource.issued,
        "dateModified": resource.modified,
        "license": _licence_address(resource.licence),
        "sha256": resource.hash if len(resource.hash) == 64 else "",
    }


def _catalogue(around: Surroundings) -> dict[str, Any] | None:
    if not around.site_url:
        return None
    return {"@type": "DataCatalog", "name": around.site_title or around.site_url, "url": around.site_url}


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: _without_empty(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner not in ("", [], {}, None)}
    if isinstance(value, list):
        return [kept for inner in value if (kept := _without_empty(inner)) not in ("", {}, None)]
    return value
