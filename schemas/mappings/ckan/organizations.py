"""Organizations and groups as CKAN dicts, both ways."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from schemas.mappings.reading import clean
from schemas.model import Contact, Organization

_PLAIN = (
    "approval_status", "created", "description", "display_name", "extras", "features", "groups", "id",
    "image_display_url", "image_url", "is_organization", "name", "num_followers", "package_count", "packages",
    "revision_id", "state", "tags", "title", "type", "users",
)  # fmt: skip


def moment_text(moment: datetime | None) -> str | None:
    """Write a moment as CKAN does: UTC, without zone, with microseconds."""
    if moment is None:
        return None
    if moment.tzinfo is not None and moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds")[:26]


def organization_summary(organization: Organization, site_url: str = "") -> dict[str, Any]:
    """Render the short dict that stands in every package."""
    return {
        "id": organization.id,
        "name": organization.name,
        "title": organization.title,
        "type": organization.type or organization.kind,
        "description": organization.description,
        "image_url": organization.image,
        "created": moment_text(organization.created),
        "is_organization": organization.kind == "organization",
        "approval_status": organization.approval,
        "state": organization.state,
    }


def group_summary(group: Organization, site_url: str = "") -> dict[str, Any]:
    """Render the short dict of a group as it stands in a package."""
    return {
        "description": group.description,
        "display_name": group.title or group.name,
        "id": group.id,
        "image_display_url": _shown_image(group, site_url),
        "name": group.name,
        "title": group.title,
    }


def organization_to_dict(
    organization: Organization,
    *,
    package_count: int = 0,
    followers: int = 0,
    site_url: str = "",
    parents: Sequence[Organization] | None = None,
    extras: bool = True,
) -> dict[str, Any]:
    """Render what organization_show and group_show answer, without users and packages.

    `parents` are the bodies above, shown under `groups`; leave `extras` and `parents` out for list entries.
    """
    shown: dict[str, Any] = {
        "approval_status": organization.approval,
        "created": moment_text(organization.created),
        "description": organization.description,
        "display_name": organization.title or organization.name,
        "id": organization.id,
        "image_display_url": _shown_image(organization, site_url),
        "image_url": organization.image,
        "is_organization": organization.kind == "organization",
        "name": organization.name,
        "num_followers": followers,
        "package_count": package_count,
        "state": organization.state,
        "title": organization.title,
        "type": organization.type or organization.kind,
    }
    if extras:
        shown["extras"] = _extras(organization)
    if parents is not None:
        shown["groups"] = [{"name": parent.name, "capacity": "public"} for parent in parents]
    return shown


def _shown_image(organization: Organization, site_url: str) -> str:
    image = organization.image
    if not image or image.startswith(("http://", "https://")):
        return image
    return f"{site_url.rstrip('/')}/uploads/group/{image}"


def _extras(organization: Organization) -> list[dict[str, str]]:
    made = {
        "homepage": organization.homepage,
        "code": organization.code,
        "contact_name": organization.contact.name,
        "contact_email": organization.contact.email,
        "contact_phone": organization.contact.phone,
    }
    given = {key: _as_text(value) for key, value in organization.extras.items()}
    merged = {key: value for key, value in made.items() if value} | given
    return [{"key": key, "value": merged[key]} for key in sorted(merged)]


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def to_organization(payload: dict[str, Any], kind: Literal["organization", "group"] = "organization") -> Organization:
    """Read an organization or group dict of the API or of another CKAN; extra keys and extras are kept."""
    extras = {key: value for key, value in payload.items() if key not in _PLAIN and value not in (None, "", [])}
    for entry in payload.get("extras") or []:
        if isinstance(entry, dict) and entry.get("key"):
            extras[str(entry["key"])] = entry.get("value", "")
    contact = Contact(
        name=_popped(extras, "contact_name"),
        email=_popped(extras, "contact_email"),
        phone=_popped(extras, "contact_phone"),
    )
    declared = _text(payload, "type")
    return Organization(
        id=_text(payload, "id"),
        name=_text(payload, "name"),
        title=_text(payload, "title")
        if "title" in payload
        else _text(payload, "display_name") or _text(payload, "name"),
        description=_text(payload, "description"),
        image=_text(payload, "image_url") or _text(payload, "image_display_url"),
        kind=kind,
        type="" if declared == kind else declared,
        code=_popped(extras, "code"),
        homepage=_popped(extras, "homepage"),
        contact=contact,
        state="deleted" if payload.get("state") == "deleted" else "active",
        approval=_text(payload, "approval_status") or "approved",
        extras=extras,
    )


def _text(payload: dict[str, Any], key: str) -> str:
    value = payload.get(key)
    return "" if value is None else clean(str(value))


def _popped(extras: dict[str, Any], key: str) -> str:
    value = extras.get(key)
    if not isinstance(value, str):
        return ""
    del extras[key]
    return clean(value)
