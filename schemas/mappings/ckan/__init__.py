"""CKAN: package dicts, resource dicts and organization dicts as CKAN 2.12's API speaks them, both ways."""

from schemas.mappings.ckan.organizations import (
    group_summary,
    moment_text,
    organization_summary,
    organization_to_dict,
    to_organization,
)
from schemas.mappings.ckan.packages import PLUGIN_DATA, from_dataset, resource_to_dict, tag_dict, tag_id, write
from schemas.mappings.ckan.reading import to_dataset

__all__ = [
    "PLUGIN_DATA",
    "from_dataset",
    "group_summary",
    "moment_text",
    "organization_summary",
    "organization_to_dict",
    "resource_to_dict",
    "tag_dict",
    "tag_id",
    "to_dataset",
    "to_organization",
    "write",
]
