"""Showing people: user dicts as the contract has them, with no more than the caller may know."""

from __future__ import annotations

import hashlib
from typing import Any

from publisher import follows, users
from publisher.auth import Permission
from publisher.users import User
from schemas.mappings.ckan import moment_text
from web.api.call import Call


def user(call: Call, one: User, *, private: bool | None = None) -> dict[str, Any]:
    """Render an account; its e-mail only for itself and for administrators, or as `private` says."""
    shown = {
        "id": one.id,
        "name": one.name,
        "fullname": one.full_name,
        "created": moment_text(one.created),
        "about": one.about,
        "last_active": moment_text(one.last_active),
        "activity_streams_email_notifications": bool(one.extras.get("notify")),
        "sysadmin": one.sysadmin,
        "state": one.state,
        "image_url": one.extras.get("image_url"),
        "display_name": one.display_name,
        "email_hash": hashlib.md5(one.email.strip().lower().encode(), usedforsecurity=False).hexdigest(),
        "number_created_packages": users.dataset_count(call.work, one),
        "image_display_url": one.extras.get("image_url"),
    }
    if private is True or (private is None and sees_all(call, one)):
        shown["email"] = one.email
        shown["apikey"] = None
    return shown


def sees_all(call: Call, one: User) -> bool:
    """Tell whether the caller may see the private parts of an account."""
    return call.work.may(Permission.USER_EDIT, users.subject(one))


def member(call: Call, one: User, role: str) -> dict[str, Any]:
    """Render an account as a member of an organization or group."""
    return user(call, one, private=False) | {"capacity": role}


def follower_count(call: Call, one: User) -> int:
    """Answer how many people follow a person."""
    return follows.follower_count(call.work, "user", one.id)
