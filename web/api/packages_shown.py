"""Showing datasets to the API's clients: package dicts with their owner, themes, tables and relationships."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from publisher import datasets, organizations, relationships, tables
from schemas.mappings import ckan
from schemas.mappings.ckan import moment_text
from schemas.model import Dataset, Resource
from web.api.call import Call


def packages(call: Call, found: Sequence[Dataset]) -> list[dict[str, Any]]:
    """Render datasets, in their order, with three questions to the database for all of them."""
    work = call.work
    known = organizations.many(work, [key for dataset in found for key in (dataset.owner, *dataset.themes)])
    queryable = tables.having(work, [resource.id for dataset in found for resource in dataset.resources])
    shown = []
    for dataset in found:
        groups = [known[key] for key in dataset.themes if key in known and known[key].state == "active"]
        owner = known.get(dataset.owner)
        shown.append(
            ckan.from_dataset(dataset, organization=owner, groups=groups, site_url=call.site, tables=queryable)
        )
    return shown


def package(call: Call, dataset: Dataset) -> dict[str, Any]:
    """Render one dataset with its relationships."""
    shown = packages(call, [dataset])[0]
    for found in relationships.of(call.work, dataset.id):
        side = "relationships_as_subject" if found.subject_id == dataset.id else "relationships_as_object"
        other = found.object_id if found.subject_id == dataset.id else found.subject_id
        counterpart = datasets.find(call.work, other)
        shown[side].append(
            {
                "comment": found.comment,
                "id": found.id,
                "subject_package_id": found.subject_id,
                "object_package_id": found.object_id,
                "type": found.type,
                "__extras": {
                    f"{'object' if found.subject_id == dataset.id else 'subject'}_package_id": other,
                    "package_id": counterpart.name if counterpart else other,
                },
            }
        )
    return shown


def resource(call: Call, dataset: Dataset, found: Resource) -> dict[str, Any]:
    """Render one resource of a dataset."""
    position = [one.id for one in dataset.resources].index(found.id)
    queryable = tables.having(call.work, [found.id])
    return ckan.resource_to_dict(found, dataset.id, position, call.site, queryable)


__all__ = ["moment_text", "package", "packages", "resource"]
