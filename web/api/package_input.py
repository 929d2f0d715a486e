"""What clients send of a package, checked by the contract's rules and told in its words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from publisher import datasets, names, organizations, users, vocabularies
from publisher.auth import Permission
from publisher.datasets import subject
from schemas import vocabulary
from schemas.errors import Invalid
from schemas.mappings.ckan import PLUGIN_DATA, resource_to_dict, to_dataset
from schemas.mappings.mapped import Context
from schemas.model import Dataset, replace
from web.api import fields
from web.api.call import Call
from web.api.errors import MISSING, WrongShape
from web.api.fields import Errors
from web.api.parameters import Bad, boolean

TEXTS: tuple[tuple[str, fields.Rule], ...] = (
    ("title", fields.text),
    ("notes", fields.text),
    ("url", fields.text),
    ("author", fields.line),
    ("maintainer", fields.line),
    ("license_id", fields.line),
    ("type", fields.line),
    ("author_email", fields.email),
    ("maintainer_email", fields.email),
    ("version", fields.version),
)
RESOURCE_RULES: tuple[tuple[str, fields.Rule], ...] = (
    ("size", fields.whole),
    ("last_modified", fields.moment),
    ("cache_last_updated", fields.moment),
    ("name", fields.text),
    ("url", fields.text),
    ("description", fields.text),
    ("format", fields.line),
)
KNOWN = frozenset(
    {*(name for name, _ in TEXTS), "id", "name", "private", "owner_org", "state", "tags", "groups", "resources"}
    | {"metadata_created", "metadata_modified", "creator_user_id", "num_resources", "num_tags", "organization"}
    | {"license_title", "isopen", "relationships_as_object", "relationships_as_subject", "tag_string", "extras"}
)
LISTS = ("tags", "extras", "groups", "resources")
# what a resource that is named by its id keeps where it is not sent again
KEPT = (
    "name",
    "format",
    "hash",
    "mimetype",
    "mimetype_inner",
    "size",
    "last_modified",
    "cache_url",
    "cache_last_updated",
    "resource_type",
)


def dataset_of(call: Call, data: Mapping[str, Any], previous: Dataset | None) -> Dataset:
    """Check a whole package and answer the dataset that it describes; raises all that is wrong with it at once."""
    for field in LISTS:
        _shape(dict(data), field)
    errors: Errors = {}
    clean = fields.apply(dict(data), TEXTS, errors)
    clean["name"] = _name(call, data, previous, errors)
    clean["owner_org"] = _owner(call, data, previous, errors)
    clean["private"] = _private(data, clean["owner_org"], errors)
    clean["state"] = _state(data, previous)
    clean["tags"] = _tags(call, data, errors)
    clean["extras"] = [{"key": key, "value": value} for key, value in fields.extras(dict(data), KNOWN, errors).items()]
    clean["groups"] = _groups(call, data, previous)
    clean["resources"] = _resources(data, previous, errors)
    clean["id"] = previous.id if previous is not None else _own_id(call, data, errors)
    clean.setdefault("title", "")
    if errors:
        raise Invalid(errors)
    read = to_dataset(clean, Context(own=True, previous=previous)).dataset
    read = _told_by_administrator(call, data, read) if previous is None else _of_old(call, data, read, previous)
    return replace(
        read, title=read.title if clean["title"] else clean["name"], extras=_hidden(call, data, read, previous)
    )


def _hidden(call: Call, data: Mapping[str, Any], read: Dataset, previous: Dataset | None) -> dict[str, Any]:
    """Answer the extras with what administrators keep beside them for programs."""
    kept = previous.extras.get(PLUGIN_DATA) if previous is not None else None
    if call.actor.sysadmin and isinstance(data.get("plugin_data"), dict):
        kept = data["plugin_data"]
    return read.extras | {PLUGIN_DATA: kept} if kept else read.extras


def _shape(data: dict[str, Any], field: str) -> None:
    try:
        fields.dicts(data, field)
    except WrongShape as wrong:
        raise WrongShape(field, type(data[field]), {**data, "type": data.get("type") or "dataset"}) from wrong


def _name(call: Call, data: Mapping[str, Any], previous: Dataset | None, errors: Errors) -> str:
    given = data.get("name")
    if given in (None, ""):
        if previous is not None and given is None:
            return previous.name
        errors["name"] = [MISSING]
        return ""
    try:
        name = fields.dataset_name(given)
    except Bad as bad:
        errors["name"] = bad.messages
        return ""
    other = datasets.find(call.work, name)
    if other is not None and other.name == name and (previous is None or other.id != previous.id):
        errors["name"] = ["That URL is already in use."]
    return name


def _owner(call: Call, data: Mapping[str, Any], previous: Dataset | None, errors: Errors) -> str:
    given = data.get("owner_org")
    if given in (None, "") and previous is not None and "owner_org" not in data:
        return previous.owner
    if given in (None, ""):
        errors["owner_org"] = ["An organization must be provided"]
        return ""
    found = organizations.find(call.work, str(given), "organization") if isinstance(given, (str, int)) else None
    if found is None or found.state != "active":
        errors["owner_org"] = ["Organization does not exist"]
        return ""
    moved = previous is None or previous.owner != found.id
    if moved and not call.work.may(Permission.DATASET_CREATE, subject(Dataset(owner=found.id))):
        errors["owner_org"] = ["You cannot add a dataset to this organization"]
    return found.id


def _private(data: Mapping[str, Any], owner: str, errors: Errors) -> bool:
    private = boolean(data.get("private", False))
    if private and not owner and "owner_org" in errors and data.get("owner_org") in (None, ""):
        errors["private"] = ["Datasets with no organization can't be private."]
    return private


def _state(data: Mapping[str, Any], previous: Dataset | None) -> str:
    given = data.get("state")
    if given in ("draft", "active", "deleted"):
        return str(given)
    return previous.state if previous is not None else "active"


def _tags(call: Call, data: Mapping[str, Any], errors: Errors) -> list[dict[str, Any]]:
    listed = [tag for tag in data.get("tags") or [] if tag.get("state") != "deleted"]
    tags, wrong = _checked_tags(call, listed)
    if wrong:
        errors["tags"] = wrong
    written = data.get("tag_string")
    if isinstance(written, str) and written.strip():
        words = [{"name": word.strip()} for word in written.split(",") if word.strip()]
        more, wrong = _checked_tags(call, words)
        if wrong:
            errors["tag_string"] = wrong
        tags += [tag for tag in more if tag["name"] not in {known["name"] for known in tags}]
    return tags


def _checked_tags(call: Call, listed: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[Any]]:
    tags: list[dict[str, Any]] = []
    wrong: list[Any] = []
    if len(listed) > fields.LONGEST_LIST:
        return [], [f"At most {fields.LONGEST_LIST} tags are taken"]
    for tag in listed:
        if tag.get("name") in (None, ""):
            continue
        try:
            name = fields.tag(tag["name"])
        except Bad as bad:
            wrong.append(", ".join(bad.messages))
            continue
        vocabulary_id, misplaced = _vocabulary(call, name, tag.get("vocabulary_id"))
        tags.append({"name": name, "vocabulary_id": vocabulary_id})
        wrong += misplaced
    return tags, wrong


def _vocabulary(call: Call, name: str, ref: Any) -> tuple[str | None, list[Errors]]:
    """Answer the id of the vocabulary that a tag names, and what is wrong with that."""
    if ref in (None, ""):
        return None, []
    found = vocabularies.find(call.work, str(ref))
    if found is None:
        return None, [{"vocabulary_id": ["Tag vocabulary was not found."]}]
    if name not in found.terms:
        return None, [{"vocabulary_id": [f"Tag {name} does not belong to vocabulary {found.name}"]}]
    return found.id, []


def _groups(call: Call, data: Mapping[str, Any], previous: Dataset | None) -> list[dict[str, Any]]:
    """Answer the groups by id; unknown ones are left out, as the contract does."""
    if "groups" not in data and previous is not None:
        return [{"id": theme} for theme in previous.themes]
    wanted = [str(group.get("id") or group.get("name") or "") for group in data.get("groups") or []]
    found = [organizations.find(call.work, ref, "group") for ref in wanted if ref]
    return [{"id": group.id} for group in found if group is not None]


def _resources(data: Mapping[str, Any], previous: Dataset | None, errors: Errors) -> list[dict[str, Any]]:
    found, wrong = [], []
    before = {one.id: one for one in previous.resources} if previous is not None else {}
    for sent in data.get("resources") or []:
        if sent.get("state") == "deleted":
            continue
        old = before.get(str(sent.get("id") or ""))
        shown = resource_to_dict(old, "", 0) if old is not None else {}
        clean, bad = resource_of({key: shown[key] for key in KEPT if key in shown} | sent)
        found.append(clean)
        wrong.append(bad)
    if len(found) > fields.LONGEST_LIST:
        errors["resources"] = [f"At most {fields.LONGEST_LIST} resources are taken"]
    elif any(wrong):
        errors["resources"] = wrong
    return found


def resource_of(sent: Mapping[str, Any]) -> tuple[dict[str, Any], Errors]:
    """Check one resource; answer it with its own fields clean, and what is wrong with it."""
    errors: Errors = {}
    clean = dict(sent) | fields.apply(dict(sent), RESOURCE_RULES, errors)
    if not clean.get("format") and isinstance(clean.get("url"), str):
        form = vocabulary.guess_format("", "", clean["url"])
        clean["format"] = form.key if form is not None else ""
    clean.pop("upload", None)
    if boolean(clean.pop("clear_upload", None)):
        clean["url_type"] = ""
    return clean, errors


def _own_id(call: Call, data: Mapping[str, Any], errors: Errors) -> str:
    given = data.get("id")
    if given in (None, ""):
        return ""
    if not call.actor.sysadmin:
        errors["id"] = ["The input field id was not expected."]
    elif not isinstance(given, str) or not fields.UUID.fullmatch(given):
        errors["id"] = ["Invalid id provided"]
    elif datasets.find(call.work, given) is not None:
        errors["id"] = ["Dataset id already exists"]
    return str(given)


def _of_old(call: Call, data: Mapping[str, Any], read: Dataset, old: Dataset) -> Dataset:
    """Keep when a package was made; only a sysadmin may say when it last changed."""
    changed = fields.instant(data.get("metadata_modified")) if call.actor.sysadmin else None
    return replace(read, created=old.created, changed=changed or old.changed)


def _told_by_administrator(call: Call, data: Mapping[str, Any], read: Dataset) -> Dataset:
    """Let a sysadmin say who made a new package and when, so that packages can move between sites unchanged."""
    if not call.actor.sysadmin:
        return replace(read, created=None, changed=None)
    sent = data.get("resources") or []
    maker = data.get("creator_user_id")
    known = users.find(call.work, maker) if isinstance(maker, str) and maker else None
    return replace(
        read,
        created=fields.instant(data.get("metadata_created")),
        changed=fields.instant(data.get("metadata_modified")),
        created_by=known.id if known is not None else "",
        resources=tuple(
            msgspec.structs.replace(one, changed=fields.instant(given.get("metadata_modified")))
            for one, given in zip(read.resources, sent, strict=False)
        ),
    )


def free_name(call: Call, title: str) -> str:
    """Answer a free name for a title."""
    return names.free_dataset_name(call.work, names.slug(title))
