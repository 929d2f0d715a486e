"""Frictionless Data Package, versions 1 and 2: descriptors as Datasets, both ways."""

from __future__ import annotations

import posixpath
from typing import Any
from urllib.parse import urljoin, urlsplit

import msgspec

from schemas import vocabulary
from schemas.mappings.areas import place_from_text
from schemas.mappings.mapped import Context, Mapped, Surroundings
from schemas.mappings.reading import Reader, is_address, unique
from schemas.model import Agent, Contact, Dataset, Resource
from schemas.model import replace as with_changes

_IGNORED = ("profile", "$schema", "_base", "views", "image", "$schema_version")
_PACKAGE_KEPT = ("sources", "contributors", "licenses")


def to_dataset(payload: Any, context: Context = Context()) -> Mapped:  # noqa: B008  (frozen value)
    """Read a descriptor; relative paths are resolved against `context.base_url`, a folder or an address."""
    reader = Reader(payload)
    contributors = _people(reader)
    dataset = Dataset(
        identifier=reader.text("id") or reader.text("name"),
        name="",
        title=reader.text("title") or reader.text("name"),
        description=reader.text("description"),
        version=reader.text("version"),
        landing_page=reader.address("homepage"),
        keywords=reader.texts("keywords"),
        issued=reader.date("created"),
        licence=_licence(reader),
        creator=_role(contributors, ("author", "creator", "")),
        contact=_role(contributors, ("maintainer", "contact", "publisher")),
        publisher=_publisher(contributors),
        spatial=_spatial(reader),
        resources=tuple(
            _resource(Reader(entry, path, reader.findings), context) for path, entry in reader.items("resources")
        ),
    )
    extras = {key: payload[key] for key in _PACKAGE_KEPT if payload.get(key)}
    reader.ignore("name", *_IGNORED, *_PACKAGE_KEPT)
    dataset = with_changes(dataset, extras={**extras, **reader.rest()})
    if not dataset.title:
        reader.say("missing-title", "title")
    return Mapped(dataset, tuple(reader.findings))


def _people(reader: Reader) -> list[dict[str, Any]]:
    listed = reader.record.get("contributors") or reader.record.get("author") or []
    reader.ignore("author")
    listed = listed if isinstance(listed, list) else [listed]
    return [one if isinstance(one, dict) else {"title": str(one)} for one in listed]


def _roles_of(person: dict[str, Any]) -> list[str]:
    roles = person.get("roles") or person.get("role") or ""
    return [str(role).lower() for role in roles] if isinstance(roles, list) else [str(roles).lower()]


def _role(people: list[dict[str, Any]], wanted: tuple[str, ...]) -> Contact:
    for person in people:
        if any(role in wanted for role in _roles_of(person)):
            name = str(person.get("title") or person.get("name") or "")
            return Contact(name=name, email=str(person.get("email") or ""), url=str(person.get("path") or ""))
    return Contact()


def _publisher(people: list[dict[str, Any]]) -> Agent | None:
    for person in people:
        if "publisher" in _roles_of(person):
            return Agent(name=str(person.get("title") or person.get("name") or ""), url=str(person.get("path") or ""))
    return None


def _licence(reader: Reader) -> str:
    listed = reader.record.get("licenses") or reader.record.get("license")
    reader.ignore("license")
    first = listed[0] if isinstance(listed, list) and listed else listed
    if isinstance(first, str):
        names = [first]
    elif isinstance(first, dict):
        names = [str(first[key]) for key in ("name", "path", "title", "type", "url") if first.get(key)]
    else:
        return ""
    for name in names:
        found = vocabulary.find_licence(name)
        if found is not None:
            return found.key
    if names:
        reader.say("unknown-licence", "licenses", names[0])
    return names[0] if names else ""


def _spatial(reader: Reader) -> tuple[Any, ...]:
    value = reader.record.get("spatial")
    if not isinstance(value, str):
        return ()
    reader.take("spatial")
    return (place_from_text(value),) if value.strip() else ()


def _resource(reader: Reader, context: Context) -> Resource:
    paths = _paths(reader)
    schema, dialect = _descriptor(reader, "schema"), _descriptor(reader, "dialect")
    resolved = [_resolved(reader, path, context.base_url) for path in paths]
    url = resolved[0] if resolved else ""
    form = vocabulary.guess_format(reader.text("format"), reader.text("mediatype"), paths[0] if paths else "")
    named = reader.text("format")
    resource = Resource(
        title=reader.text("title") or reader.text("name"),
        description=reader.text("description"),
        url=url,
        format=form.key if form is not None else named,
        media_type=reader.text("mediatype"),
        encoding=reader.text("encoding"),
        bytes=_size(reader),
        hash=reader.text("hash"),
        schema=schema,
        dialect=dialect,
        uri=f"#{reader.text('name')}" if reader.record.get("name") else "",
        licence=_licence(reader),
    )
    extras: dict[str, Any] = {key: reader.record[key] for key in ("licenses", "sources") if reader.has(key)}
    if len(paths) > 1:
        extras["paths"] = [path for path in resolved if path]
    if "data" in reader.record:
        extras["data"] = reader.take("data")
    reader.ignore("name", "profile", "type", "$schema", "licenses", "sources")
    return msgspec.structs.replace(resource, extras={**extras, **reader.rest()})


def _paths(reader: Reader) -> tuple[str, ...]:
    value = reader.record.get("path") or reader.record.get("url")
    reader.ignore("path", "url")
    listed = value if isinstance(value, list) else [value] if value else []
    return unique(str(path).strip() for path in listed)


def _resolved(reader: Reader, path: str, base: str) -> str:
    """Resolve a path inside its package; one that leads out of it is refused and reported."""
    if is_address(path):
        return path
    normal = posixpath.normpath(path.replace("\\", "/"))
    if normal.startswith(("/", "..")) or urlsplit(path).scheme:
        reader.say("unsafe-path", "path", path)
        return ""
    if not base:
        return normal
    return (
        urljoin(base if base.endswith("/") else f"{base}/", normal) if "://" in base else posixpath.join(base, normal)
    )


def _descriptor(reader: Reader, key: str) -> dict[str, Any] | None:
    value = reader.record.get(key)
    if isinstance(value, dict):
        reader.take(key)
        return value
    if isinstance(value, str) and value:
        reader.keep(key)
    return None


def _size(reader: Reader) -> int | None:
    value = reader.take("bytes")
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def from_dataset(dataset: Dataset, around: Surroundings = Surroundings()) -> dict[str, Any]:  # noqa: B008  (frozen)
    """Write a descriptor after Data Package 1, which version 2 readers take too; names are unique and path-safe."""
    package: dict[str, Any] = {
        "profile": "data-package",
        "name": dataset.name,
        "id": dataset.identifier or dataset.id,
        "title": dataset.title,
        "description": dataset.description,
        "homepage": dataset.landing_page or f"{around.site_url}/dataset/{dataset.name}",
        "version": dataset.version,
        "keywords": list(dataset.keywords),
        "created": dataset.issued,
        "licenses": _licences(dataset.licence),
        "contributors": dataset.extras.get("contributors") or _contributors(dataset, around),
        "sources": dataset.extras.get("sources", []),
        "resources": _written(dataset, around),
    }
    kept = {key: value for key, value in dataset.extras.items() if key not in package and key != "licenses"}
    return kept | {key: value for key, value in package.items() if value not in ("", [], None)}


def _licences(licence: str) -> list[dict[str, str]]:
    if not licence:
        return []
    known = vocabulary.LICENCES.get(licence)
    if known is None:
        return [{"path": licence} if is_address(licence) else {"name": licence}]
    made = {"name": licence, "path": known.url, "title": known.title.en}
    return [{key: value for key, value in made.items() if value}]


def _contributors(dataset: Dataset, around: Surroundings) -> list[dict[str, str]]:
    found = []
    for role, contact in (("author", dataset.creator), ("maintainer", dataset.contact)):
        if contact.name or contact.email:
            found.append({"title": contact.name or contact.email, "email": contact.email, "role": role})
    if around.organization is not None:
        found.append({"title": around.organization.title, "email": "", "role": "publisher"})
    return [{key: value for key, value in person.items() if value} for person in found]


def _written(dataset: Dataset, around: Surroundings) -> list[dict[str, Any]]:
    taken: set[str] = set()
    written = []
    for number, resource in enumerate(dataset.resources):
        name = resource.uri.removeprefix("#") if resource.uri.startswith("#") else f"resource-{number + 1}"
        name = name if name not in taken else f"{name}-{number + 1}"
        taken.add(name)
        url = resource.url
        if resource.storage:
            url = f"{around.site_url}/dataset/{dataset.id}/resource/{resource.id}/download"
        form = vocabulary.FORMATS.get(resource.format)
        one: dict[str, Any] = {
            "name": name,
            "path": resource.extras.get("paths") or url,
            "title": resource.title,
            "description": resource.description,
            "format": form.extension if form is not None else resource.format.lower(),
            "mediatype": resource.media_type or (form.media_type if form is not None else ""),
            "encoding": resource.encoding,
            "bytes": resource.bytes,
            "hash": resource.hash,
            "schema": resource.schema,
            "dialect": resource.dialect,
            "licenses": _licences(resource.licence),
        }
        kept = {key: value for key, value in resource.extras.items() if key not in one and key != "paths"}
        written.append(kept | {key: value for key, value in one.items() if value not in ("", None, [])})
    return written
