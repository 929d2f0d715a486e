"""A dataset's search form: values by the names of `search.fields`.

`to_document` is pure: what it needs beyond the dataset (owner, themes, facts about its tables and use) is handed in.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

import msgspec

from schemas.model import Agent, Contact, Dataset, Organization, Resource

Value: TypeAlias = str | tuple[str, ...] | float | int | bool | datetime | dict[str, tuple[str, ...]]


class Column(msgspec.Struct, frozen=True):
    """One column of a table: its name, and what the schema calls and tells of it."""

    name: str
    title: str = ""
    description: str = ""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What others know of a dataset: its tables' columns, quality (0 to 1), use, further labels of who may see it."""

    columns: tuple[Column, ...] = ()
    row_count: int | None = None
    has_table: bool = False
    quality: float | None = None
    uses: int = 0
    recent_uses: int = 0
    labels: tuple[str, ...] = ()


class Document(msgspec.Struct, frozen=True):
    """A dataset as engines take it: field values by name of FIELDS, and a weight near 1.0 for ranking."""

    id: str
    values: dict[str, Value]
    weight: float = 1.0


NO_FACTS = Facts()


def to_document(
    dataset: Dataset,
    organization: Organization | None = None,
    themes: Sequence[Organization] = (),
    facts: Facts = NO_FACTS,
) -> Document:
    """Make the search form of a dataset; `themes` are the groups that `dataset.themes` names."""
    values: dict[str, Value] = {
        **_texts(dataset, organization, themes, facts),
        **_keywords(dataset, organization, themes, facts),
        **_moments_and_counts(dataset, facts),
        "extras": _extras(dataset),
        "terms": {vocabulary: tuple(terms) for vocabulary, terms in dataset.terms.items()},
        "has_table": facts.has_table,
    }
    return Document(
        dataset.id, {name: value for name, value in values.items() if _told(value)}, _weight(dataset, facts)
    )


def labels(dataset: Dataset, extra: Iterable[str] = ()) -> tuple[str, ...]:
    """Answer who may see a dataset: everyone, or its organization's people, its maker and who was let in."""
    if dataset.state == "active" and dataset.visibility == "public":
        return ("public",)
    owner = f"org-{dataset.owner}" if dataset.owner else ""
    maker = f"user-{dataset.created_by}" if dataset.created_by else ""
    return tuple(dict.fromkeys(label for label in (owner, maker, f"dataset-{dataset.id}", *extra) if label))


def moment(text: str) -> datetime | None:
    """Read an ISO 8601 year, month, day or moment as the first instant of it, in UTC; None where it is none."""
    text = text.strip()
    padded = {4: f"{text}-01-01", 7: f"{text}-01"}.get(len(text), text)
    try:
        day = datetime.fromisoformat(padded)
    except ValueError:
        return None
    try:
        return day.replace(tzinfo=UTC) if day.tzinfo is None else day.astimezone(UTC)
    except OverflowError:
        return None


def _texts(
    dataset: Dataset, organization: Organization | None, themes: Sequence[Organization], facts: Facts
) -> dict[str, Value]:
    columns = (*facts.columns, *(column for resource in dataset.resources for column in _declared(resource)))
    return {
        "title": _distinct((dataset.title, *_translated(dataset.translations, "title"))),
        "description": _distinct((dataset.description, *_translated(dataset.translations, "description"))),
        "keyword_text": dataset.keywords + tuple(term for terms in dataset.terms.values() for term in terms),
        "organization_text": _distinct((*_called(organization), *_agent(dataset.publisher))),
        "theme_text": _distinct(
            (*(text for theme in themes for text in _called(theme)), *map(_words, dataset.subjects))
        ),
        "column_text": _distinct(
            text for column in columns for text in (column.name, column.title, column.description)
        ),
        "resource_title": _distinct(resource.title for resource in dataset.resources),
        "resource_description": _distinct(resource.description for resource in dataset.resources),
        "author": _person(dataset.creator),
        "maintainer": _person(dataset.contact),
        "other_text": _distinct(_other(dataset)),
    }


def _keywords(
    dataset: Dataset, organization: Organization | None, themes: Sequence[Organization], facts: Facts
) -> dict[str, Value]:
    resources = dataset.resources
    columns = (*facts.columns, *(column for resource in resources for column in _declared(resource)))
    return {
        "id": dataset.id,
        "name": dataset.name,
        "keywords": _distinct(dataset.keywords),
        "organization": organization.name if organization else "",
        "owner": dataset.owner,
        "themes": _distinct(theme.name for theme in themes),
        "theme_titles": _distinct(theme.title or theme.name for theme in themes),
        "theme_ids": _distinct(dataset.themes),
        "subjects": _distinct(dataset.subjects),
        "formats": _distinct(resource.format for resource in resources),
        "media_types": _distinct(resource.media_type for resource in resources),
        "resource_ids": _distinct(resource.id for resource in resources),
        "resource_urls": _distinct(resource.url for resource in resources),
        "resource_kinds": _distinct(resource.kind for resource in resources),
        "licence": dataset.licence,
        "access_level": dataset.access_level,
        "frequency": dataset.frequency,
        "languages": _distinct(dataset.languages),
        "columns": _distinct(column.name for column in columns),
        "places": _distinct(text for place in dataset.spatial for text in (place.name, place.uri)),
        "identifier": dataset.identifier,
        "landing_page": dataset.landing_page,
        "version": dataset.version,
        "kind": dataset.kind,
        "profile": dataset.profile,
        "state": dataset.state,
        "visibility": dataset.visibility,
        "labels": labels(dataset, facts.labels),
        "created_by": dataset.created_by,
        "source": dataset.origin.source if dataset.origin else "",
        "remote_id": dataset.origin.remote_id if dataset.origin else "",
    }


def _moments_and_counts(dataset: Dataset, facts: Facts) -> dict[str, Value]:
    values: dict[str, Value | None] = {
        "created": dataset.created,
        "changed": dataset.changed,
        "issued": moment(dataset.issued),
        "modified": moment(dataset.modified),
        "resource_count": len(dataset.resources),
        "keyword_count": len(dataset.keywords),
        "row_count": facts.row_count,
        "quality": facts.quality,
        "uses": facts.uses,
        "recent_uses": facts.recent_uses,
        "revision": dataset.revision,
    }
    return {name: value for name, value in values.items() if value is not None}


def _weight(dataset: Dataset, facts: Facts) -> float:
    """Weigh quality, use and freshness gently: between 0.92 and about 1.08, 1.0 where nothing is known."""
    quality = 0.06 * (facts.quality - 0.5) if facts.quality is not None else 0.0
    use = min(0.05, 0.01 * math.log1p(facts.uses))
    newest = moment(dataset.modified) or dataset.changed
    age = (dataset.changed - newest).days / 365 if newest and dataset.changed else 0.0
    freshness = -min(0.05, 0.005 * max(age, 0.0))
    return round(1.0 + quality + use + freshness, 4)


def _extras(dataset: Dataset) -> dict[str, tuple[str, ...]]:
    """Flatten extra fields and the profile's own into texts; what is neither a scalar nor a list of them stays out."""
    both = {**dataset.fields, **dataset.extras}
    return {str(key): texts for key, value in both.items() if (texts := _scalars(value))}


def _scalars(value: Any) -> tuple[str, ...]:
    if isinstance(value, bool):
        return ("true" if value else "false",)
    if isinstance(value, (str, int, float, date)):
        return (str(value),) if str(value) else ()
    if isinstance(value, (list, tuple)):
        return tuple(text for item in value if not isinstance(item, (list, tuple)) for text in _scalars(item))
    return ()


def _other(dataset: Dataset) -> Iterable[str]:
    yield dataset.name
    yield dataset.identifier
    for place in dataset.spatial:
        yield place.name
    for period in dataset.temporal:
        yield from (period.start[:4], period.end[:4])
    for resource in dataset.resources:
        yield resource.format
        yield resource.url.rsplit("/", 1)[-1]
    for texts in _extras(dataset).values():
        yield from texts


def _declared(resource: Resource) -> Iterable[Column]:
    fields = (resource.schema or {}).get("fields")
    for field in fields if isinstance(fields, list) else ():
        if isinstance(field, dict):
            name, title, told = (field.get(key) for key in ("name", "title", "description"))
            yield Column(*(text if isinstance(text, str) else "" for text in (name, title, told)))


def _called(organization: Organization | None) -> Iterable[str]:
    if organization is None:
        return ()
    return (organization.title, organization.name, *_translated(organization.translations, "title"))


def _agent(agent: Agent | None) -> Iterable[str]:
    return (agent.name, *agent.parents) if agent else ()


def _person(contact: Contact) -> str:
    return contact.name


def _translated(translations: Mapping[str, Mapping[str, str]], field: str) -> Iterable[str]:
    return (texts[field] for texts in translations.values() if texts.get(field))


def _words(subject: str) -> str:
    """Answer the last part of a URI, or the words themselves."""
    return subject.rstrip("/").rsplit("/", 1)[-1] if "://" in subject else subject


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _told(value: Value) -> bool:
    return value is False or value == 0 or bool(value)
