"""Names by which a query language asks for fields: our own, and those that CKAN clients use.

This is the one place below the API that knows CKAN's words. Every name means something: what no field is called is an
extra field of that key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import msgspec

from search.fields import BY_NAME


class Target(msgspec.Struct, frozen=True):
    """What a name stands for: a field, with other words for some of its values; or, without one, fixed values."""

    field: str = ""
    values: Mapping[str, str] = {}
    always: frozenset[str] = frozenset()


Names: TypeAlias = Callable[[str], Target]


def own(name: str) -> Target:
    """Resolve the names of `search.fields`; `extras.key` and `terms.key` are keyed fields."""
    field, _, key = name.partition(".")
    known = BY_NAME.get(field)
    fits = known is not None and known.kind != "order" and (known.kind == "keyed") == bool(key)
    return Target(name if fits else f"extras.{name}")


def ckan(name: str) -> Target:
    """Resolve the names that CKAN clients use, and after them our own."""
    target = _CKAN.get(name)
    if target is not None:
        return target
    for prefix, field in (("extras_", "extras"), ("vocab_", "terms")):
        if name.startswith(prefix) and name != prefix:
            return Target(f"{field}.{name.removeprefix(prefix)}")
    return own(name) if name not in _SHADOWED else Target(f"extras.{name}")


def ckan_order(name: str) -> str | None:
    """Answer the field that answers are sorted by for a CKAN name; None where there is no such order."""
    field = _CKAN_ORDER.get(name) or ckan(name).field
    return field if field == "score" or (field in BY_NAME and BY_NAME[field].sortable) else None


_CKAN: dict[str, Target] = {
    **{
        name: Target(field)
        for name, field in {
            "notes": "description",
            "tags": "keywords",
            "groups": "themes",
            "license_id": "licence",
            "license": "licence",
            "res_format": "formats",
            "res_name": "resource_title",
            "res_description": "resource_description",
            "res_url": "resource_urls",
            "res_type": "resource_kinds",
            "capacity": "visibility",
            "dataset_type": "kind",
            "type": "kind",
            "owner_org": "owner",
            "creator_user_id": "created_by",
            "metadata_created": "created",
            "metadata_modified": "changed",
            "num_resources": "resource_count",
            "num_tags": "keyword_count",
            "url": "landing_page",
            "harvest_source_id": "source",
            "guid": "remote_id",
            "views_total": "uses",
            "views_recent": "recent_uses",
        }.items()
    },
    "private": Target("visibility", {"true": "private", "false": "public"}),
    "site_id": Target(always=frozenset(("default",))),
    "entity_type": Target(always=frozenset(("package",))),
}
_CKAN_ORDER = {
    "score": "score",
    "title": "title_first",
    "title_string": "title_sort",
    "tags": "keyword_first",
    "type": "kind",
}
_SHADOWED = frozenset(("kind", "visibility", "source", "labels", "words", "pinyin", "initials"))
