"""Writing packages: a Dataset as the dict that CKAN 2.12 answers, null keys included; the API's hot path."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid5

from schemas import vocabulary
from schemas.mappings.ckan.derived import derived_extras, recognise
from schemas.mappings.ckan.organizations import group_summary, moment_text, organization_summary
from schemas.mappings.mapped import Surroundings
from schemas.model import Dataset, Organization, Resource

# CKAN clients expect a tag to have an id; ours follows from vocabulary and name, so that it never changes
_TAGS = UUID("6f0a4a0e-6c0e-5a53-9d8e-3b1f6a5c7d21")
BLANK = "ckan:blank"
# what administrators keep with a package for programs; shown only where it is asked for
PLUGIN_DATA = "ckan:plugin_data"
_STORED = {"upload": "upload", "table": "datastore"}


def write(dataset: Dataset, around: Surroundings) -> dict[str, Any]:
    """Render a package for the registry of mappings."""
    return from_dataset(
        dataset, organization=around.organization, groups=around.groups, site_url=around.site_url, tables=()
    )


def from_dataset(
    dataset: Dataset,
    *,
    organization: Organization | None = None,
    groups: Iterable[Organization] = (),
    site_url: str = "",
    tables: Container[str] = (),
) -> dict[str, Any]:
    """Render the whole package dict.

    `groups` are the organizations behind `dataset.themes`; `tables` the ids of resources whose rows can be queried.
    """
    licence = dataset.licence
    known = _licence(licence) if licence else None
    creator, contact = dataset.creator, dataset.contact
    package: dict[str, Any] = {
        "author": creator.name or None,
        "author_email": creator.email or None,
        "creator_user_id": dataset.created_by or None,
        "id": dataset.id,
        "isopen": known is not None and known[2],
        "license_id": licence or None,
        "license_title": (known[0] if known is not None else licence) or None,
        "maintainer": contact.name or None,
        "maintainer_email": contact.email or None,
        "metadata_created": moment_text(dataset.created),
        "metadata_modified": moment_text(dataset.changed),
        "name": dataset.name,
        "notes": dataset.description or None,
        "num_resources": len(dataset.resources),
        "organization": None if organization is None else organization_summary(organization, site_url),
        "owner_org": dataset.owner or None,
        "private": dataset.visibility == "private",
        "state": dataset.state,
        "title": dataset.title or dataset.name,
        "type": dataset.kind,
        "url": dataset.landing_page or None,
        "version": dataset.version or None,
    }
    if known is not None and known[1]:
        package["license_url"] = known[1]
    package["tags"] = _tags(dataset)
    package["num_tags"] = len(package["tags"])
    package["groups"] = [
        group_summary(group, site_url) for group in sorted(groups, key=lambda group: (group.title, group.name))
    ]
    package["extras"] = _extras(dataset)
    package["resources"] = [
        resource_to_dict(resource, dataset.id, position, site_url, tables)
        for position, resource in enumerate(dataset.resources)
    ]
    package["relationships_as_subject"] = []
    package["relationships_as_object"] = []
    blank = dataset.extras.get(BLANK)
    if isinstance(blank, list):
        package.update((key, "") for key in blank if package.get(key, "") is None)
    return package


@lru_cache(maxsize=1024)
def _licence(text: str) -> tuple[str, str, bool] | None:
    found = vocabulary.LICENCES.get(text)
    if found is None and text.startswith(("http://", "https://")):
        return (text, text, False)
    return None if found is None else (found.title.en, found.url, found.open)


def _tags(dataset: Dataset) -> list[dict[str, Any]]:
    tags = [tag_dict(word) for word in sorted(dataset.keywords)]
    if dataset.terms:
        tags += [tag_dict(word, vocabulary) for vocabulary, words in dataset.terms.items() for word in words]
        tags.sort(key=lambda tag: str(tag["name"]))
    return tags


def tag_dict(name: str, vocabulary_id: str = "") -> dict[str, Any]:
    """Render one tag as it stands in a package."""
    return {
        "display_name": name,
        "id": tag_id(name, vocabulary_id),
        "name": name,
        "state": "active",
        "vocabulary_id": vocabulary_id or None,
    }


@lru_cache(maxsize=65536)
def tag_id(name: str, vocabulary_id: str = "") -> str:
    """Answer the id of a tag, the same on every site and day."""
    return str(uuid5(_TAGS, f"{vocabulary_id}\n{name}"))


def _extras(dataset: Dataset) -> list[dict[str, str]]:
    made = derived_extras(dataset)
    if dataset.extras:
        _add_kept(dataset, made)
    return [{"key": key, "value": made[key]} for key in sorted(made)]


def _add_kept(dataset: Dataset, made: dict[str, str]) -> None:
    """Add the extras as they were given; where a field says the same in other words, the given words are shown."""
    twice = [key for key in dataset.extras if key in made]
    again = derived_extras(recognise(Dataset(extras=dataset.extras))) if twice else {}
    for key, value in dataset.extras.items():
        if key not in (BLANK, PLUGIN_DATA) and (key not in made or again.get(key) == made[key]):
            made[key] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def resource_to_dict(
    resource: Resource,
    package_id: str,
    position: int,
    site_url: str = "",
    tables: Container[str] = (),
) -> dict[str, Any]:
    """Render one resource; what a client sent beyond CKAN's keys stands beside them as it was."""
    shown: dict[str, Any] = {
        "cache_last_updated": None,
        "cache_url": None,
        "created": moment_text(resource.created),
        "datastore_active": resource.id in tables,
        "description": resource.description or None,
        "format": resource.format,
        "hash": resource.hash,
        "id": resource.id,
        "last_modified": resource.modified or None,
        "metadata_modified": moment_text(resource.changed),
        "mimetype": resource.media_type or None,
        "mimetype_inner": None,
        "name": resource.title or None,
        "package_id": package_id,
        "position": position,
        "resource_type": resource.kind or None,
        "size": resource.bytes,
        "state": "active",
        "url": _address(resource, package_id, site_url),
        "url_type": _STORED.get(resource.storage),
    }
    if resource.storage == "upload":  # CKAN leaves `hash` to clients; ours stands beside it
        shown |= {"hash": str(resource.extras.get("hash", "")), "sha256": resource.hash}
    _derive(resource, shown)
    if resource.extras:
        for key, value in resource.extras.items():
            if shown.get(key) is None:
                shown[key] = value
        for key in shown.pop(BLANK, ()):
            if shown.get(key) is None:
                shown[key] = ""
    return shown


def _address(resource: Resource, package_id: str, site_url: str) -> str:
    url = resource.url
    if not resource.storage or url.startswith(("http://", "https://")):
        return url or resource.access_url
    if resource.storage == "upload":
        return f"{site_url}/dataset/{package_id}/resource/{resource.id}/download/{url.rpartition('/')[2]}"
    return f"{site_url}/datastore/dump/{resource.id}"


_MORE = (
    ("access_url", "access_url"), ("compress_format", "compression"), ("issued", "issued"), ("encoding", "encoding"),
    ("license", "licence"), ("rights", "rights"), ("uri", "uri"),
)  # fmt: skip


def _derive(resource: Resource, shown: dict[str, Any]) -> None:
    for key, field in _MORE:
        value = getattr(resource, field)
        if value:
            shown[key] = value
    if resource.languages:
        shown["language"] = list(resource.languages)
    if resource.conforms_to:
        shown["conforms_to"] = list(resource.conforms_to)
    if resource.schema is not None:
        shown["schema"] = json.dumps(resource.schema, ensure_ascii=False)
    if resource.dialect is not None:
        shown["dialect"] = json.dumps(resource.dialect, ensure_ascii=False)
