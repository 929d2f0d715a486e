"""The values that everything else speaks of: Dataset, Resource, Organization and their parts.

A value knows nothing of rows, engines or pages. Dates that a source declares stay ISO 8601 text as precise as they were
given; moments that this site sets (`created`, `changed`) are aware datetimes in UTC. Whatever a source or a client says
that has no field of its own lives in `extras` and comes back unchanged.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

State = Literal["draft", "active", "deleted"]
Visibility = Literal["public", "private"]
AccessLevel = Literal["public", "restricted", "non-public"]


class Contact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person or office that answers: name, e-mail, telephone, address of a page."""

    name: str = ""
    email: str = ""
    phone: str = ""
    url: str = ""


class Agent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A body that publishes or made the data, as the source names it (not yet one of our organizations)."""

    name: str = ""
    identifier: str = ""
    url: str = ""
    email: str = ""
    kind: str = ""
    parents: tuple[str, ...] = ()


class Period(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A span of time, ISO 8601 dates or moments; an open end is empty."""

    start: str = ""
    end: str = ""


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the data is about: a name, a code or URI, and a box west, south, east, north in WGS 84 degrees."""

    name: str = ""
    uri: str = ""
    bbox: tuple[float, float, float, float] | None = None
    geometry: str = ""


class Origin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which source a record came from, under which id there, and how the record looked (address and hash)."""

    source: str
    remote_id: str
    url: str = ""
    hash: str = ""
    run: str = ""


class Resource(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file, table or service of a dataset.

    `url` is where it is had; `storage` says who keeps it: "" (a link), "upload" (our file store), "table" (our table
    store only). `bytes` is its size. `schema` is a Table Schema descriptor, `dialect` a CSV dialect descriptor.
    """

    id: str = ""
    title: str = ""
    description: str = ""
    url: str = ""
    access_url: str = ""
    storage: str = ""
    format: str = ""
    media_type: str = ""
    compression: str = ""
    bytes: int | None = None
    hash: str = ""
    issued: str = ""
    modified: str = ""
    created: datetime | None = None
    changed: datetime | None = None
    encoding: str = ""
    schema: dict[str, Any] | None = None
    dialect: dict[str, Any] | None = None
    licence: str = ""
    rights: str = ""
    languages: tuple[str, ...] = ()
    conforms_to: tuple[str, ...] = ()
    uri: str = ""
    kind: str = ""
    extras: dict[str, Any] = {}


class Dataset(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A published (or to be published) set of resources with one title, one owner and one licence.

    `owner` is the id of an organization; `themes` are ids of groups; `subjects` are the source's own theme words or
    URIs; `frequency` is a key of `vocabulary.FREQUENCIES`; `licence` a key of `vocabulary.LICENCES` or a URI or text as
    given. `translations` maps a language (`en`, `zh`) to field texts (`title`, `description`). `fields` holds what the
    record's `profile` defines beyond these. `revision` counts changes from 1.
    """

    id: str = ""
    name: str = ""
    title: str = ""
    description: str = ""
    landing_page: str = ""
    version: str = ""
    owner: str = ""
    creator: Contact = Contact()
    contact: Contact = Contact()
    publisher: Agent | None = None
    licence: str = ""
    rights: str = ""
    access_level: AccessLevel = "public"
    keywords: tuple[str, ...] = ()
    terms: dict[str, tuple[str, ...]] = {}
    themes: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    frequency: str = ""
    issued: str = ""
    modified: str = ""
    temporal: tuple[Period, ...] = ()
    spatial: tuple[Place, ...] = ()
    languages: tuple[str, ...] = ()
    conforms_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    identifier: str = ""
    uri: str = ""
    part_of: str = ""
    kind: str = "dataset"
    profile: str = "open-data"
    fields: dict[str, Any] = {}
    translations: dict[str, dict[str, str]] = {}
    resources: tuple[Resource, ...] = ()
    origin: Origin | None = None
    state: State = "active"
    visibility: Visibility = "public"
    created_by: str = ""
    created: datetime | None = None
    changed: datetime | None = None
    revision: int = 0
    extras: dict[str, Any] = {}


class Organization(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A body that owns datasets (`kind` organization) or a theme that gathers them (`kind` group).

    `code` is the unified social credit code of GB 32100 where the body has one; `parents` are ids of the bodies above.
    """

    id: str = ""
    name: str = ""
    title: str = ""
    description: str = ""
    image: str = ""
    kind: Literal["organization", "group"] = "organization"
    type: str = ""
    code: str = ""
    homepage: str = ""
    contact: Contact = Contact()
    parents: tuple[str, ...] = ()
    translations: dict[str, dict[str, str]] = {}
    state: State = "active"
    approval: str = "approved"
    created: datetime | None = None
    changed: datetime | None = None
    revision: int = 0
    extras: dict[str, Any] = {}


_DATASET = msgspec.json.Decoder(Dataset)
_ORGANIZATION = msgspec.json.Decoder(Organization)
_ENCODE = msgspec.json.Encoder().encode


def encode(value: Dataset | Organization) -> bytes:
    """Write a value as JSON bytes, fields at their defaults left out."""
    return _ENCODE(value)


def decode_dataset(document: bytes | str) -> Dataset:
    """Read a dataset that `encode` wrote."""
    return _DATASET.decode(document)


def decode_organization(document: bytes | str) -> Organization:
    """Read an organization that `encode` wrote."""
    return _ORGANIZATION.decode(document)


def replace(dataset: Dataset, **changes: Any) -> Dataset:
    """Answer the same dataset with some fields changed."""
    return msgspec.structs.replace(dataset, **changes)
