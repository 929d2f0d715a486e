"""Extras that CKAN clients see for what a dataset knows beyond CKAN's own fields, and the way back.

The names are those that CKAN's DCAT clients use; lists are written as JSON text, as CKAN extras hold text alone.
"""

from __future__ import annotations

import json
from typing import Any

from schemas import vocabulary
from schemas.mappings.areas import area_to_geojson, place_from_text
from schemas.model import Agent, Dataset, Period, Place
from schemas.model import replace as with_changes

Extras = dict[str, str]


def derived_extras(dataset: Dataset) -> Extras:
    """Write the fields that CKAN has no key for as extras; fields at their defaults give none."""
    made: Extras = {}
    for key, value in (
        ("frequency", dataset.frequency),
        ("issued", dataset.issued),
        ("modified", dataset.modified),
        ("identifier", dataset.identifier),
        ("uri", dataset.uri),
        ("rights", dataset.rights),
        ("part_of", dataset.part_of),
    ):
        if value:
            made[key] = value
    if dataset.access_level != "public":
        made["access_level"] = dataset.access_level
    for key, values in (
        ("theme", dataset.subjects),
        ("language", dataset.languages),
        ("conforms_to", dataset.conforms_to),
        ("references", dataset.references),
    ):
        if values:
            made[key] = json.dumps(values, ensure_ascii=False)
    if dataset.publisher is not None:
        _write_publisher(dataset.publisher, made)
    if dataset.temporal:
        _write_periods(dataset.temporal, made)
    if dataset.spatial:
        _write_places(dataset.spatial, made)
    _write_contacts(dataset, made)
    if dataset.profile != "open-data":
        made["profile"] = dataset.profile
    for key, value in dataset.fields.items():
        made[key] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if dataset.origin is not None:
        made["harvest_source_id"] = dataset.origin.source
        made["guid"] = dataset.origin.remote_id
    return made


def _write_publisher(publisher: Agent, made: Extras) -> None:
    for key, value in (
        ("publisher_name", publisher.name),
        ("publisher_identifier", publisher.identifier),
        ("publisher_url", publisher.url),
        ("publisher_email", publisher.email),
        ("publisher_type", publisher.kind),
    ):
        if value:
            made[key] = value
    if publisher.parents:
        made["publisher_hierarchy"] = " > ".join((*reversed(publisher.parents), publisher.name))


def _write_contacts(dataset: Dataset, made: Extras) -> None:
    for key, value in (
        ("contact_phone", dataset.contact.phone),
        ("contact_url", dataset.contact.url),
        ("creator_phone", dataset.creator.phone),
        ("creator_url", dataset.creator.url),
    ):
        if value:
            made[key] = value


def _write_periods(periods: tuple[Period, ...], made: Extras) -> None:
    if periods[0].start:
        made["temporal_start"] = periods[0].start
    if periods[0].end:
        made["temporal_end"] = periods[0].end
    if len(periods) > 1:
        made["temporal_coverage"] = json.dumps([{"start": p.start, "end": p.end} for p in periods])


def _write_places(places: tuple[Place, ...], made: Extras) -> None:
    first = places[0]
    geometry = area_to_geojson(first)
    if geometry:
        made["spatial"] = geometry
    if first.name:
        made["spatial_text"] = first.name
    if first.uri:
        made["spatial_uri"] = first.uri
    if len(places) > 1:
        made["spatial_coverage"] = json.dumps(
            [{"text": p.name, "uri": p.uri, "geom": area_to_geojson(p)} for p in places], ensure_ascii=False
        )


def recognise(dataset: Dataset, *, foreign: bool = False) -> Dataset:
    """Read the extras that say what a dataset has fields for, and leave out those that the fields write again.

    The names that other sites use for the same are read only from `foreign` records.
    """
    extras = dataset.extras
    if not extras:
        return dataset
    texts = {key: value for key, value in extras.items() if isinstance(value, str)}
    if not foreign:
        texts = {key: value for key, value in texts.items() if key not in _FOREIGN}
        extras = {key: value for key, value in extras.items() if key not in _FOREIGN}
    changes: dict[str, Any] = {}
    for key, names in _TEXTS.items():
        _first(changes, key, texts, names)
    for key, names in _LISTS.items():
        values = _first_list(extras, names)
        if values and not getattr(dataset, key):
            changes[key] = values
    _read_vocabularies(changes, texts)
    _read_publisher(changes, texts, dataset)
    _read_periods(changes, extras, texts)
    _read_places(changes, texts)
    _read_contacts(changes, texts, dataset)
    known = with_changes(dataset, **changes)
    again = derived_extras(known)
    kept = {key: value for key, value in dataset.extras.items() if again.get(key) != value}
    return with_changes(known, extras=kept)


_TEXTS = {
    "issued": ("issued", "release_date", "dcat_issued", "発行日", "发布日期"),
    "modified": ("modified", "dcat_modified", "更新日期"),
    "identifier": ("identifier", "dcat_identifier"),
    "uri": ("uri",),
    "rights": ("rights", "access_rights_statement"),
    "part_of": ("part_of", "isPartOf"),
}
_LISTS = {
    "subjects": ("theme", "dcat_theme"),
    "languages": ("language", "dcat_language"),
    "conforms_to": ("conforms_to", "conformsTo"),
    "references": ("references", "documentation"),
}
_FREQUENCY = ("frequency", "accrualPeriodicity", "accrual_periodicity", "update_frequency", "frequency-of-update",
              "更新頻度", "更新周期", "update_cycle")  # fmt: skip
_LEVEL = ("access_level", "accessLevel", "access_rights")


_FOREIGN = frozenset(
    name for names in (*_TEXTS.values(), *_LISTS.values(), _FREQUENCY, _LEVEL) for name in names[1:]
) | {"publisher", "temporal", "spatial_cover", "contact_name", "contact_email", "creator_name", "creator_email"}


def _first(changes: dict[str, Any], field: str, texts: dict[str, str], names: tuple[str, ...]) -> None:
    for name in names:
        if texts.get(name):
            changes[field] = texts[name]
            return


def _first_list(extras: dict[str, Any], names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        value = extras.get(name)
        if isinstance(value, str) and value.startswith("["):
            value = _json(value)
        if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
            return tuple(value)
        if isinstance(value, str) and value:
            return (value,)
    return ()


def _read_vocabularies(changes: dict[str, Any], texts: dict[str, str]) -> None:
    cycle = next((texts[name] for name in _FREQUENCY if texts.get(name)), "")
    if cycle:
        found = vocabulary.find_frequency(cycle)
        changes["frequency"] = found.key if found else cycle
    level = next((texts[name] for name in _LEVEL if texts.get(name)), "")
    term = vocabulary.find_access_level(level) if level else None
    if term is not None:
        changes["access_level"] = term.key


def _read_publisher(changes: dict[str, Any], texts: dict[str, str], dataset: Dataset) -> None:
    other = texts.get("publisher", "")
    name = texts.get("publisher_name") or ("" if other.startswith(("{", "[")) else other)
    hierarchy = texts.get("publisher_hierarchy", "")
    if not name:
        return
    above = [part.strip() for part in hierarchy.split(">")] if hierarchy else []
    if above and above[-1] == name:
        above.pop()
    changes["publisher"] = Agent(
        name=name,
        identifier=texts.get("publisher_identifier", ""),
        url=texts.get("publisher_url", ""),
        email=texts.get("publisher_email", ""),
        kind=texts.get("publisher_type", ""),
        parents=tuple(reversed(above)),
    )


def _read_periods(changes: dict[str, Any], extras: dict[str, Any], texts: dict[str, str]) -> None:
    listed = _json(texts.get("temporal_coverage", "")) if "temporal_coverage" in texts else None
    if isinstance(listed, list) and all(isinstance(entry, dict) for entry in listed):
        changes["temporal"] = tuple(
            Period(start=str(entry.get("start") or ""), end=str(entry.get("end") or "")) for entry in listed
        )
        return
    start, end = texts.get("temporal_start", ""), texts.get("temporal_end", "")
    if not start and not end and texts.get("temporal", "").count("/") == 1:
        start, _, end = (part.strip() for part in texts["temporal"].partition("/"))
    if start or end:
        changes["temporal"] = (Period(start=start, end=end),)


def _read_places(changes: dict[str, Any], texts: dict[str, str]) -> None:
    listed = _json(texts.get("spatial_coverage", "")) if "spatial_coverage" in texts else None
    if isinstance(listed, list) and all(isinstance(entry, dict) for entry in listed):
        changes["spatial"] = tuple(
            place_from_text(
                str(entry.get("geom") or ""), name=str(entry.get("text") or ""), uri=str(entry.get("uri") or "")
            )
            for entry in listed
        )
        return
    area, name = texts.get("spatial", ""), texts.get("spatial_text", "") or texts.get("spatial_cover", "")
    uri = texts.get("spatial_uri", "")
    if area or name or uri:
        changes["spatial"] = (place_from_text(area, name=name, uri=uri),)


def _read_contacts(changes: dict[str, Any], texts: dict[str, str], dataset: Dataset) -> None:
    for field in ("contact", "creator"):
        contact = getattr(dataset, field)
        given = {
            part: texts[f"{field}_{part}"]
            for part in ("name", "email", "phone", "url")
            if texts.get(f"{field}_{part}") and not getattr(contact, part)
        }
        if given:
            changes[field] = type(contact)(
                **{part: getattr(contact, part) for part in ("name", "email", "phone", "url")} | given
            )


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
