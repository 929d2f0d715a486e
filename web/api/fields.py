"""The contract's rules for single fields: text, names, e-mail addresses, dates, whole numbers, tags, extras, lists.

Every rule takes a sent value and answers the clean one, or raises `Bad` with the contract's messages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from web.api.errors import MISSING, WrongShape
from web.api.parameters import Bad

NAME = re.compile(r"[a-z0-9_\-]*")
TAG = re.compile(r"[\w \-.]*")
EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9-]+)+")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
RESERVED = ("new", "edit", "search")
LONGEST_TEXT = 1_000_000
LONGEST_LINE = 10_000
LONGEST_LIST = 10_000
LOWERCASE = "Must be purely lowercase alphanumeric (ascii) characters and these symbols: -_"
TAG_CHARACTERS = (
    'can only contain alphanumeric characters, spaces (" "), hyphens ("-"), underscores ("_") or dots (".")'
)

Errors = dict[str, Any]
Rule = Callable[[Any], Any]


def text(value: Any) -> str:
    """Take text; numbers, lists and objects become their JSON text."""
    written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if len(written) > LONGEST_TEXT:
        raise Bad(f"Text must be a maximum of {LONGEST_TEXT} characters long")
    return written


def line(value: Any) -> str:
    """Take text that is no longer than a line may be."""
    written = text(value)
    if len(written) > LONGEST_LINE:
        raise Bad(f"Text must be a maximum of {LONGEST_LINE} characters long")
    return written


def name(value: Any) -> str:
    """Take a name: 2 to 100 characters of `[a-z0-9_-]`, and no reserved word."""
    written = text(value)
    if written in RESERVED:
        raise Bad("That name cannot be used")
    if len(written) < 2:
        raise Bad("Must be at least 2 characters long")
    if len(written) > 100:
        raise Bad("Name must be a maximum of 100 characters long")
    if not NAME.fullmatch(written):
        raise Bad(LOWERCASE)
    return written


def dataset_name(value: Any) -> str:
    """Take the name of a dataset; its length is told twice, as the contract does."""
    try:
        return name(value)
    except Bad as bad:
        written = text(value)
        if written in RESERVED:
            raise
        if len(written) < 2:
            bad.messages.append(f'Name "{written}" length is less than minimum 2')
        if len(written) > 100:
            bad.messages.append(f'Name "{written[:200]}" length is more than maximum 100')
        raise


def email(value: Any) -> str:
    """Take an e-mail address; an empty one stays empty."""
    written = text(value)
    if written and not (len(written) < 255 and EMAIL.fullmatch(written)):
        raise Bad(f"Email {written[:254]} is not a valid format")
    return written


def version(value: Any) -> str:
    """Take a version of at most 100 characters."""
    written = text(value)
    if len(written) > 100:
        raise Bad("Version must be a maximum of 100 characters long")
    return written


def moment(value: Any) -> str | None:
    """Take an ISO 8601 date or moment and answer it as a moment, without a zone."""
    written = text(value).strip()
    if not written:
        return None
    try:
        parsed = datetime.fromisoformat(written)
    except ValueError:
        raise Bad("Date format incorrect") from None
    return parsed.replace(tzinfo=None).isoformat()


def instant(given: Any) -> datetime | None:
    """Read a moment that a site of ours or another wrote; None where it is none."""
    if not isinstance(given, str):
        return None
    try:
        parsed = datetime.fromisoformat(given)
    except ValueError:
        return None
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def whole(value: Any) -> int | None:
    """Take a whole number or its text; an empty one is none."""
    if value is None or value == "":
        return None
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        raise Bad("Invalid integer") from None
    if (isinstance(value, float) and not value.is_integer()) or not 0 <= number < 2**63:
        raise Bad("Invalid integer")
    return number


def tag(value: Any) -> str:
    """Take a tag: 2 to 100 letters, digits, spaces, hyphens, underscores or dots of any script."""
    written = text(value)
    messages = []
    if len(written) < 2:
        messages.append(f'Tag "{written}" length is less than minimum 2')
    if len(written) > 100:
        messages.append(f'Tag "{written[:200]}" length is more than maximum 100')
    if not TAG.fullmatch(written):
        messages.append(f'Tag "{written[:200]}" {TAG_CHARACTERS}')
    if messages:
        raise Bad(*messages)
    return written


def dicts(data: dict[str, Any], field: str) -> list[dict[str, Any]]:
    """Take the list of objects in a field, empty where it is absent; anything else has the wrong shape."""
    value = data.get(field)
    if value is None or value == "":
        return []
    if not isinstance(value, list):
        raise WrongShape(field, type(value), data)
    if not all(isinstance(item, dict) for item in value):
        raise WrongShape(field, list, data)
    return value


def apply(data: dict[str, Any], rules: Iterable[tuple[str, Rule]], errors: Errors) -> dict[str, Any]:
    """Run rules over the fields that were sent and are not null; collect the messages of those that fail."""
    clean: dict[str, Any] = {}
    for field, rule in rules:
        value = data.get(field)
        if value is None:
            continue
        try:
            clean[field] = rule(value)
        except Bad as bad:
            errors[field] = bad.messages
    return clean


def extras(data: dict[str, Any], known: frozenset[str], errors: Errors) -> dict[str, str]:
    """Take free fields as a list of key and value; refuse what is incomplete, doubled or named as a real field."""
    clean: dict[str, str] = {}
    found: list[Errors] = []
    doubled = []
    for item in dicts(data, "extras"):
        if item.get("deleted") or item.get("state") == "deleted":
            found.append({})
            continue
        wrong = {part: [MISSING] for part in ("key", "value") if item.get(part) in (None, "") and _lacks(item, part)}
        key = "" if "key" in wrong else text(item["key"])
        if key in known:
            wrong["key"] = ["There is a schema field with the same name"]
        if key in clean:
            doubled.append(key)
        if not wrong:
            clean[key] = text(item["value"])
        found.append(wrong)
    if any(found):
        errors["extras"] = found
    if doubled:
        errors["extras_validation"] = [f'Duplicate key "{key}"' for key in dict.fromkeys(doubled)]
    if len(clean) > LONGEST_LIST:
        errors["extras_validation"] = [f"At most {LONGEST_LIST} extras are taken"]
    return clean


def _lacks(item: dict[str, Any], part: str) -> bool:
    return part == "key" or item.get(part) is None
