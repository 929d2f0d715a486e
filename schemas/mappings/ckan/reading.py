"""Reading packages: a package dict of another CKAN, or of a client of our own API, as a Dataset."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec

from schemas import vocabulary
from schemas.mappings.ckan.derived import derived_extras, recognise
from schemas.mappings.ckan.packages import BLANK
from schemas.mappings.mapped import Context, Mapped
from schemas.mappings.reading import Reader, clean, is_email, unique
from schemas.model import Agent, Contact, Dataset, Resource
from schemas.model import replace as with_changes

# computed by every CKAN, or of no meaning outside the one that answered
_COMPUTED = (
    "isopen", "license_title", "license_url", "num_resources", "num_tags", "relationships_as_object",
    "relationships_as_subject", "revision_id", "revision_timestamp", "tracking_summary", "plugin_data",
    "organization", "owner_org", "creator_user_id", "metadata_created", "metadata_modified", "groups",
)  # fmt: skip
_RESOURCE_COMPUTED = ("package_id", "position", "state", "datastore_active", "metadata_modified", "revision_id",
                      "tracking_summary", "webstore_url", "webstore_last_updated", "resource_group_id",
                      "revision_timestamp")  # fmt: skip
_BLANKABLE = ("author", "author_email", "maintainer", "maintainer_email", "notes", "url", "version", "license_id")
_RESOURCE_BLANKABLE = ("url_type", "description", "name", "mimetype", "resource_type", "mimetype_inner", "cache_url")


def to_dataset(payload: Any, context: Context = Context()) -> Mapped:  # noqa: B008  (frozen value)
    """Read a package dict.

    For a record of another site the owner and the groups become publisher and subjects; for one of our own
    (`context.own`) `owner_org` and groups' ids are taken, and what CKAN cannot say is kept from `context.previous`.
    """
    reader = Reader(payload)
    extras = _extras(reader)
    dataset = Dataset(
        id=reader.text("id"),
        name=reader.text("name"),
        title=reader.text("title") or reader.text("name"),
        description=reader.text("notes"),
        landing_page=reader.text("url"),
        version=reader.text("version"),
        creator=Contact(name=reader.text("author"), email=_email(reader, "author_email")),
        contact=Contact(
            name=reader.text("maintainer"),
            email=_email(reader, "maintainer_email"),
            phone=reader.text("maintainer_phone"),
        ),
        licence=_licence(reader, context.own),
        keywords=_keywords(reader),
        terms=_terms(payload),
        visibility="private" if reader.take("private") in (True, "true", "True", "1") else "public",
        state=_state(reader.text("state")),
        kind=reader.text("type") or "dataset",
        resources=_resources(reader, context),
        extras=extras,
    )
    dataset = _owned(dataset, reader, context) if context.own else _foreign(dataset, reader)
    reader.ignore(*_COMPUTED)
    if context.own:
        return Mapped(dataset, tuple(reader.findings))
    dataset = with_changes(dataset, translations=_translations(reader))
    dataset = recognise(with_changes(dataset, extras=extras | reader.rest()), foreign=True)
    _judge(dataset, reader)
    return Mapped(dataset, tuple(reader.findings))


def _translations(reader: Reader) -> dict[str, dict[str, str]]:
    """Take the texts that multilingual sites keep beside the plain ones: `title_translated: {"en": …}`."""
    found: dict[str, dict[str, str]] = {}
    for field, key in (("title", "title_translated"), ("description", "notes_translated")):
        texts = reader.record.get(key)
        if not isinstance(texts, dict):
            continue
        reader.ignore(key)
        plain = reader.record.get("title" if field == "title" else "notes")
        for language, text in texts.items():
            if isinstance(text, str) and text.strip() and text != plain:
                found.setdefault(str(language).lower(), {})[field] = clean(text)
    return found


def _judge(dataset: Dataset, reader: Reader) -> None:
    if not dataset.title:
        reader.say("missing-title", "title")
    if not dataset.id and not dataset.name:
        reader.say("missing-identifier", "id")
    if dataset.frequency and dataset.frequency not in vocabulary.FREQUENCIES:
        reader.say("unknown-frequency", "extras.frequency", dataset.frequency)


def _state(text: str) -> Any:
    return text if text in ("draft", "active", "deleted") else "active"


def _email(reader: Reader, key: str) -> str:
    text = reader.text(key)
    if text and not is_email(text):
        reader.say("bad-email", key, text)
    return text


def _licence(reader: Reader, own: bool) -> str:
    given = reader.text("license_id")
    if own:
        return given
    found = (
        vocabulary.find_licence(given)
        or vocabulary.find_licence(reader.text("license_url"))
        or vocabulary.find_licence(reader.text("license_title"))
    )
    if found is not None:
        return found.key
    named = given or reader.text("license_url") or reader.text("license_title")
    if named:
        reader.say("unknown-licence", "license_id", named)
    return named


def _tags(payload: dict[str, Any]) -> list[dict[str, Any]]:
    tags = payload.get("tags")
    return [tag for tag in tags if isinstance(tag, dict)] if isinstance(tags, list) else []


def _keywords(reader: Reader) -> tuple[str, ...]:
    listed = reader.take("tags") or []
    plain = [tag for tag in listed if isinstance(tag, str)] if isinstance(listed, list) else []
    free = [str(tag.get("name") or tag.get("display_name") or "") for tag in _tags(reader.record)
            if not tag.get("vocabulary_id")]  # fmt: skip
    return unique(clean(word) for word in (*free, *plain))


def _terms(payload: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    terms: dict[str, list[str]] = {}
    for tag in _tags(payload):
        if tag.get("vocabulary_id") and tag.get("name"):
            terms.setdefault(str(tag["vocabulary_id"]), []).append(clean(str(tag["name"])))
    return {key: unique(words) for key, words in terms.items()}


def _extras(reader: Reader) -> dict[str, Any]:
    """Read the list of extras, or the plain object that some sites answer instead."""
    listed = reader.take("extras")
    if isinstance(listed, dict):
        return {clean(str(key)): value for key, value in listed.items() if value is not None}
    extras: dict[str, Any] = {}
    for _, entry in reader.items("extras"):
        key, value = clean(str(entry.get("key") or "")), entry.get("value")
        if key and value is not None:
            extras[key] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return extras


def _foreign(dataset: Dataset, reader: Reader) -> Dataset:
    """Take owner and groups of another site as publisher and subject words, and its dates as declared ones."""
    owner = reader.record.get("organization")
    publisher = None
    if isinstance(owner, dict):
        title = clean(str(owner.get("title") or owner.get("name") or ""))
        publisher = Agent(name=title, identifier=clean(str(owner.get("name") or ""))) if title else None
    groups = reader.record.get("groups")
    subjects = [
        clean(str(group.get("title") or group.get("display_name") or group.get("name") or ""))
        if isinstance(group, dict)
        else clean(str(group))
        for group in (groups if isinstance(groups, list) else [])
    ]
    return with_changes(
        dataset,
        publisher=publisher,
        subjects=unique(subjects),
        issued=_day(reader.record.get("metadata_created")),
        modified=_day(reader.record.get("metadata_modified")),
    )


def _day(value: Any) -> str:
    return clean(value) if isinstance(value, str) else ""


def _owned(dataset: Dataset, reader: Reader, context: Context) -> Dataset:
    """Take what the API's client says of our own record over what stands, keeping what CKAN cannot say."""
    blank = [key for key in _BLANKABLE if reader.record.get(key) == ""]
    listed = reader.record.get("groups")
    themes = unique(
        str(group.get("id") or group.get("name") or "") if isinstance(group, dict) else str(group)
        for group in (listed if isinstance(listed, list) else ())
    )
    dataset = with_changes(
        dataset,
        owner=reader.text("owner_org"),
        created_by=reader.text("creator_user_id"),
        created=_moment(reader.record.get("metadata_created")),
        themes=themes,
    )
    dataset = recognise(dataset) if context.previous is None else _kept(dataset, context.previous)
    if blank:
        dataset = with_changes(dataset, extras={**dataset.extras, BLANK: blank})
    return dataset


def _kept(dataset: Dataset, previous: Dataset) -> Dataset:
    """Keep from the record as it stands what no CKAN key or extra says."""
    shown = derived_extras(previous)
    extras = dict(dataset.extras)
    fields = {
        key: extras.pop(key) if isinstance(value, str) else _value(extras.pop(key))
        for key, value in previous.fields.items()
        if key in extras
    }
    told = recognise(with_changes(Dataset(), extras=extras))
    kept_extras = {key: value for key, value in told.extras.items() if shown.get(key) != value}
    return with_changes(
        dataset,
        fields=fields,
        profile=previous.profile,
        translations=previous.translations,
        origin=previous.origin,
        creator=_contact(dataset.creator, told.creator),
        contact=_contact(dataset.contact, told.contact),
        publisher=told.publisher,
        rights=told.rights,
        access_level=told.access_level,
        subjects=told.subjects,
        frequency=told.frequency,
        issued=told.issued,
        modified=told.modified,
        temporal=told.temporal,
        spatial=told.spatial,
        languages=told.languages,
        conforms_to=told.conforms_to,
        references=told.references,
        identifier=told.identifier,
        uri=told.uri,
        part_of=told.part_of,
        created=previous.created,
        created_by=dataset.created_by or previous.created_by,
        revision=previous.revision,
        extras=kept_extras,
    )


def _contact(given: Contact, more: Contact) -> Contact:
    return Contact(name=given.name, email=given.email, phone=given.phone or more.phone, url=more.url)


def _value(given: Any) -> Any:
    try:
        return json.loads(given) if isinstance(given, str) else given
    except (ValueError, RecursionError):
        return given


def _resources(reader: Reader, context: Context) -> tuple[Resource, ...]:
    known = {r.id: r for r in context.previous.resources} if context.previous is not None else {}
    return tuple(
        _resource(Reader(entry, path, reader.findings), context, known.get(str(entry.get("id") or "")))
        for path, entry in reader.items("resources")
    )


def _resource(reader: Reader, context: Context, previous: Resource | None) -> Resource:
    url, url_type = reader.text("url"), reader.text("url_type")
    own = context.own
    form = vocabulary.guess_format(reader.text("format"), "" if own else reader.text("mimetype"), "" if own else url)
    resource = Resource(
        id=reader.text("id"),
        title=reader.text("name"),
        description=reader.text("description"),
        url=url,
        storage={"upload": "upload", "datastore": "table"}.get(url_type, "") if own else "",
        format=form.key if form is not None else reader.text("format"),
        media_type=reader.text("mimetype"),
        bytes=_size(reader),
        hash=reader.text("hash"),
        modified=reader.text("last_modified"),
        issued=reader.text("issued") or ("" if own else reader.text("created")),
        created=_moment(reader.take("created")) if own else None,
        kind=reader.text("resource_type"),
        access_url=reader.text("access_url"),
        compression=reader.text("compress_format"),
        encoding=reader.text("encoding"),
        licence=reader.text("license"),
        rights=reader.text("rights"),
        uri=reader.text("uri"),
        languages=_words(reader, "language"),
        conforms_to=_words(reader, "conforms_to"),
        schema=_descriptor(reader, "schema"),
        dialect=_descriptor(reader, "dialect"),
    )
    reader.ignore(*_RESOURCE_COMPUTED)
    return _with_rest(resource, reader, context, previous)


def _with_rest(resource: Resource, reader: Reader, context: Context, previous: Resource | None) -> Resource:
    said = len(reader.findings)
    extras = {key: value for key, value in reader.rest().items() if value is not None}
    del reader.findings[said:]  # CKAN resources may carry any key: that is no fault worth a word
    if context.own:
        blank = [key for key in _RESOURCE_BLANKABLE if reader.record.get(key) == ""]
        extras |= {BLANK: blank} if blank else {}
    changes: dict[str, Any] = {"extras": extras}
    if previous is not None:
        changes |= {"created": previous.created, "changed": previous.changed}
        if previous.storage and resource.url.rpartition("/")[2] == previous.url.rpartition("/")[2]:
            changes |= {"storage": previous.storage, "url": previous.url}
            if previous.storage == "upload":
                changes |= _kept_file(resource, previous, extras)
    if resource.storage == "upload" and changes.get("storage") != "upload":
        changes["storage"] = ""
    return msgspec.structs.replace(resource, **changes)


def _kept_file(resource: Resource, previous: Resource, extras: dict[str, Any]) -> dict[str, Any]:
    """Keep the hash of our own file; one that a client gives beside it is an extra."""
    said = {key: value for key, value in extras.items() if key != "sha256"}
    if resource.hash and resource.hash != previous.hash:
        said["hash"] = resource.hash
    return {"hash": previous.hash, "extras": said}


def _size(reader: Reader) -> int | None:
    value = reader.take("size")
    if value in (None, ""):
        return None
    try:
        return int(float(value))
    except (TypeError, ValueError, OverflowError):
        reader.keep("size")
        return None


def _words(reader: Reader, key: str) -> tuple[str, ...]:
    value = reader.take(key)
    if isinstance(value, str):
        listed = _value(value) if value.startswith("[") else value
        value = listed if isinstance(listed, list) else [value]
    return unique(clean(str(word)) for word in value) if isinstance(value, list) else ()


def _descriptor(reader: Reader, key: str) -> dict[str, Any] | None:
    value = reader.take(key)
    read = _value(value) if isinstance(value, str) else value
    if isinstance(read, dict):
        return read
    if value is not None:
        reader.keep(key)
    return None


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str) or not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
