"""schema.org: a dataset as search engines for data read it (https://schema.org/Dataset); written only."""

from __future__ import annotations

from typing import Any

from schemas import vocabulary
from schemas.mappings.mapped import Surroundings
from schemas.model import Dataset, Place, Resource

LONGEST = 5000


def from_dataset(dataset: Dataset, around: Surroundings) -> dict[str, Any]:
    """Write a dataset as JSON-LD; what it does not say is left out."""
    page = f"{around.site_url}/dataset/{dataset.name}"
    licence = vocabulary.LICENCES.get(dataset.licence)
    titles = [texts["title"] for texts in dataset.translations.values() if texts.get("title")]
    record: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": page,
        "url": page,
        "name": dataset.title or dataset.name,
        "alternateName": [title for title in titles if title != dataset.title],
        "description": (dataset.description or dataset.title or dataset.name)[:LONGEST],
        "identifier": [one for one in (dataset.identifier, dataset.id) if one],
        "keywords": list(dataset.keywords[:100]),
        "license": (licence.url if licence else dataset.licence) or None,
        "version": dataset.version or str(dataset.revision),
        "datePublished": dataset.issued or (dataset.created.isoformat() if dataset.created else None),
        "dateModified": dataset.modified or (dataset.changed.isoformat() if dataset.changed else None),
        "inLanguage": list(dataset.languages),
        "isAccessibleForFree": dataset.access_level == "public",
        "creator": _body(dataset, around),
        "publisher": _body(dataset, around),
        "includedInDataCatalog": {"@type": "DataCatalog", "name": around.site_title, "url": around.site_url},
        "temporalCoverage": [f"{p.start or '..'}/{p.end or '..'}" for p in dataset.temporal],
        "spatialCoverage": [_place(place) for place in dataset.spatial],
        "sameAs": [one for one in (dataset.uri, dataset.landing_page) if one.startswith("http")],
        "distribution": [_distribution(dataset, one, around) for one in dataset.resources[:200]],
    }
    return {key: value for key, value in record.items() if value not in (None, "", [], {})}


def _body(dataset: Dataset, around: Surroundings) -> dict[str, Any] | None:
    owner = around.organization
    if owner is not None:
        return {
            "@type": "Organization",
            "name": owner.title or owner.name,
            "url": f"{around.site_url}/organization/{owner.name}",
        }
    if dataset.publisher is not None and dataset.publisher.name:
        return {"@type": "Organization", "name": dataset.publisher.name}
    return None


def _place(place: Place) -> dict[str, Any]:
    found: dict[str, Any] = {"@type": "Place", "name": place.name or place.uri}
    if place.bbox is not None:
        west, south, east, north = place.bbox
        found["geo"] = {"@type": "GeoShape", "box": f"{south} {west} {north} {east}"}
    return found


def _distribution(dataset: Dataset, resource: Resource, around: Surroundings) -> dict[str, Any]:
    known = vocabulary.FORMATS.get(resource.format)
    download = f"{around.site_url}/dataset/{dataset.name}/resource/{resource.id}/download"
    found = {
        "@type": "DataDownload",
        "name": resource.title,
        "description": resource.description[:500],
        "contentUrl": download if resource.storage else resource.url,
        "encodingFormat": resource.media_type or (known.media_type if known else resource.format),
        "contentSize": f"{resource.bytes} B" if resource.bytes else "",
        "dateModified": resource.modified,
    }
    return {key: value for key, value in found.items() if value}
