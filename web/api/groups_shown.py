"""Showing organizations and groups: dicts as the contract has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from publisher import datasets, follows, organizations, users
from publisher.users import User
from schemas.mappings import ckan
from schemas.model import Dataset, Organization
from web.api import people
from web.api.call import Call
from web.api.packages_shown import packages

LARGEST_PACKAGES = 1000


def group(
    call: Call,
    one: Organization,
    *,
    count: int | None = 0,
    extras: bool = True,
    members: bool = False,
    parents: bool = True,
    followers: bool = True,
) -> dict[str, Any]:
    """Render one organization or group with the parts that were asked for."""
    above = list(organizations.many(call.work, one.parents).values()) if parents else None
    shown = ckan.organization_to_dict(
        one,
        package_count=count or 0,
        followers=follows.follower_count(call.work, "group", one.id) if followers else 0,
        site_url=call.site,
        parents=above,
        extras=extras,
    )
    if count is None:
        del shown["package_count"]
    if not followers:
        del shown["num_followers"]
    if members:
        shown["users"] = [
            people.member(call, users.get(call.work, member.user_id), member.role)
            for member in organizations.members(call.work, one.id)
        ]
    return shown


def count_of(call: Call, one: Organization) -> int:
    """Answer how many packages of an organization or group the caller sees."""
    return datasets.count_gathered(call.work, one)


def packages_of(call: Call, one: Organization, *, private: bool = False, limit: int = LARGEST_PACKAGES) -> list[Any]:
    """Render the packages of an organization or group, newest first."""
    return packages(call, members_of(call, one, private=private, limit=limit))


def members_of(call: Call, one: Organization, *, private: bool, limit: int) -> Sequence[Dataset]:
    """Answer the active datasets of an organization or group, newest first; private ones where the caller may."""
    return datasets.gathered(call.work, one, private=private, limit=limit)


def packages_by(call: Call, person: User) -> list[Any]:
    """Render the active packages that a person made, as far as the caller sees them."""
    return packages(call, datasets.made_by(call.work, person.id))
