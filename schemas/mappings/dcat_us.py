"""DCAT-US 1.1 and 3.0 JSON (`data.json`): records of federal and city catalogues, both ways.

Rules: the Project Open Data schema 1.1 and DCAT-US 3.0. Empty optional fields are faults there; we take them as absent.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from schemas import vocabulary
from schemas.mappings.areas import is_understood, place_from_text
from schemas.mappings.mapped import Context, Mapped, Surroundings
from schemas.mappings.reading import Reader, is_email, strip_mailto, unique
from schemas.model import Agent, Contact, Dataset, Period, Place, Resource
from schemas.model import replace as with_changes

LONGEST_DESCRIPTION = 10_000
_IGNORED = ("@type", "@context", "describedByType")
_KEPT = (
    "bureauCode", "programCode", "primaryITInvestmentUII", "dataQuality", "systemOfRecords", "describedBy",
    "isPartOf", "temporalResolution", "spatialResolutionInMeters", "version", "versionNotes",
)  # fmt: skip
_LEVELS = {"public": "public", "restricted public": "restricted", "non-public": "non-public"}
_CODES = {"bureauCode": r"^\d{3}:\d{2}$", "programCode": r"^\d{3}:\d{3}$"}


def to_dataset(payload: Any, context: Context = Context()) -> Mapped:  # noqa: B008  (frozen value)
    """Read one dataset of a data.json; what is missing or wrong is reported in words that its department knows."""
    reader = Reader(payload)
    contact = _contact(reader)
    issued, modified = _moment(reader, "issued"), _moment(reader, "modified")
    dataset = Dataset(
        uri=reader.text("@id"),
        identifier=_identifier(reader),
        title=_words(reader, "title"),
        description=_description(reader),
        keywords=_keywords(reader),
        subjects=_names(reader, "theme"),
        issued=issued,
        modified=modified,
        publisher=_publisher(reader),
        contact=contact,
        access_level=_level(reader),
        rights=_words(reader, "rights") or _words(reader, "accessRights"),
        licence=_licence(reader, "license"),
        frequency=_frequency(reader),
        temporal=_periods(reader),
        spatial=_places(reader),
        languages=_names(reader, "language"),
        landing_page=reader.address("landingPage"),
        references=_names(reader, "references"),
        conforms_to=_names(reader, "conformsTo"),
        part_of=_first_name(reader, "inSeries"),
        resources=_distributions(reader),
    )
    kept = _keep(reader)
    reader.ignore(*_IGNORED)
    dataset = with_changes(dataset, extras={**kept, **reader.rest()})
    _judge(dataset, reader)
    return Mapped(dataset, tuple(reader.findings))


def _judge(dataset: Dataset, reader: Reader) -> None:
    if not dataset.title:
        reader.say("missing-title", "title")
    if not dataset.identifier and not dataset.uri:
        reader.say("missing-identifier", "identifier")
    for field, value in (
        ("description", dataset.description),
        ("keyword", dataset.keywords),
        ("publisher", dataset.publisher),
        ("contactPoint", dataset.contact.name or dataset.contact.email),
    ):
        if not value:
            reader.say("missing-field", field)
    if "accessLevel" not in reader.record and "@type" not in reader.record:
        reader.say("missing-field", "accessLevel")
    if dataset.access_level != "public" and not dataset.rights:
        reader.say("missing-field", "rights")
    if len(dataset.description) > LONGEST_DESCRIPTION:
        most = f"{LONGEST_DESCRIPTION:,}"
        found = f"{len(dataset.description):,}"
        reader.say("too-long", "description", None, found_zh=found, found_en=found, expected_zh=most, expected_en=most)


def _words(reader: Reader, key: str) -> str:
    """Take a text, or the first text of a list or language map as version 3.0 allows."""
    value = reader.record.get(key)
    if isinstance(value, dict):
        reader.take(key)
        texts = [text for text in (value.get("@value"), *value.values()) if isinstance(text, str)]
        return texts[0].strip() if texts else ""
    return reader.text(key)


def _identifier(reader: Reader) -> str:
    value = reader.take("identifier")
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = next((value[key] for key in ("@id", "notation", "schemaAgency") if value.get(key)), "")
    return str(value).strip() if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def _description(reader: Reader) -> str:
    return _words(reader, "description")


def _keywords(reader: Reader) -> tuple[str, ...]:
    value = reader.record.get("keyword")
    if isinstance(value, str) and "," in value:
        reader.texts("keyword")
        return unique(word.strip() for word in value.split(","))
    return reader.texts("keyword")


def _names(reader: Reader, key: str) -> tuple[str, ...]:
    """Take a list of texts or of objects that name something (3.0: @id, prefLabel, title, notation)."""
    value = reader.record.get(key)
    if isinstance(value, (dict, list)) and (isinstance(value, dict) or any(isinstance(v, dict) for v in value)):
        listed = value if isinstance(value, list) else [value]
        reader.take(key)
        return unique(_name_of(entry) for entry in listed)
    return reader.texts(key) if isinstance(value, list) else unique([reader.text(key)])


def _first_name(reader: Reader, key: str) -> str:
    return next(iter(_names(reader, key)), "")


def _name_of(entry: Any) -> str:
    if isinstance(entry, dict):
        found = next((entry[k] for k in ("@id", "prefLabel", "title", "notation", "identifier") if entry.get(k)), "")
        return str(found).strip()
    return str(entry).strip() if isinstance(entry, (str, int)) else ""


def _moment(reader: Reader, key: str) -> str:
    value = reader.record.get(key)
    if isinstance(value, dict) and isinstance(value.get("@value"), str):
        reader.take(key)
        return str(value["@value"])
    if key == "modified" and isinstance(value, str) and value.startswith("R/"):
        return reader.text(key)
    return reader.date(key)


def _publisher(reader: Reader) -> Agent | None:
    value = reader.take("publisher")
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, str) and value.strip():
        return Agent(name=value.strip())
    if not isinstance(value, dict):
        return None
    parents: list[str] = []
    above = value.get("subOrganizationOf")
    while isinstance(above, dict) and len(parents) < 10:
        if isinstance(above.get("name"), str):
            parents.append(above["name"].strip())
        above = above.get("subOrganizationOf")
    name = value.get("name") or value.get("prefLabel") or ""
    return Agent(name=str(name).strip(), url=str(value.get("@id") or ""), parents=tuple(parents)) if name else None


def _contact(reader: Reader) -> Contact:
    value = reader.take("contactPoint")
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, dict):
        return Contact()
    inner = Reader(value, reader.at("contactPoint"), reader.findings)
    email = strip_mailto(inner.text("hasEmail"))
    if email and not is_email(email) and not email.startswith("[["):
        inner.say("bad-email", "hasEmail", email)
    phone = inner.record.get("tel") or inner.record.get("hasTelephone") or ""
    return Contact(
        name=inner.text("fn"),
        email=email,
        phone=str(phone).removeprefix("tel:") if isinstance(phone, str) else "",
        url=inner.text("hasURL") if "hasURL" in inner.record else "",
    )


def _level(reader: Reader) -> Any:
    given = _words(reader, "accessLevel").lower()
    if given in _LEVELS:
        return _LEVELS[given]
    if given:
        allowed = ", ".join(_LEVELS)
        reader.say("unknown-value", "accessLevel", given, expected_zh=allowed, expected_en=allowed)
    return "public"


def _licence(reader: Reader, key: str) -> str:
    value = reader.record.get(key)
    given = _first_name(reader, key) if isinstance(value, (dict, list)) else reader.text(key)
    found = vocabulary.find_licence(given) if given else None
    if given and found is None:
        reader.say("unknown-licence", key, given)
    return found.key if found is not None else given


def _frequency(reader: Reader) -> str:
    given = _first_name(reader, "accrualPeriodicity")
    found = vocabulary.find_frequency(given) if given else None
    if given and found is None:
        reader.say("unknown-frequency", "accrualPeriodicity", given)
    return found.key if found is not None else given


def _periods(reader: Reader) -> tuple[Period, ...]:
    value = reader.take("temporal")
    listed = value if isinstance(value, list) else [value] if value else []
    periods = []
    for entry in listed:
        if isinstance(entry, dict):
            start, end = (_value_of(entry.get(key)) for key in ("startDate", "endDate"))
            periods.append(Period(start=start, end=end))
        elif isinstance(entry, str) and entry.strip():
            start, slash, end = entry.strip().partition("/")
            if not slash:
                reader.say("bad-period", "temporal", entry)
            periods.append(Period(start=start.strip(), end=end.strip()))
    return tuple(periods)


def _value_of(entry: Any) -> str:
    if isinstance(entry, dict):
        entry = entry.get("@value", "")
    return entry.strip() if isinstance(entry, str) else ""


def _places(reader: Reader) -> tuple[Place, ...]:
    value = reader.take("spatial")
    listed = value if isinstance(value, list) else [value] if value else []
    places = []
    for entry in listed:
        if isinstance(entry, dict):
            area = next((entry[k] for k in ("bbox", "geometry", "centroid") if isinstance(entry.get(k), str)), "")
            name = str(entry.get("prefLabel") or entry.get("name") or "")
            places.append(place_from_text(area, name=name, uri=str(entry.get("@id") or "")))
        elif isinstance(entry, str) and entry.strip():
            if not is_understood(entry):
                reader.say("bad-geometry", "spatial", entry)
            places.append(place_from_text(entry))
    return tuple(places)


def _distributions(reader: Reader) -> tuple[Resource, ...]:
    return tuple(_distribution(Reader(entry, path, reader.findings)) for path, entry in reader.items("distribution"))


def _distribution(reader: Reader) -> Resource:
    download, access = reader.address("downloadURL"), _access(reader)
    if not download and not access:
        reader.say("no-address", "downloadURL")
    media, named = reader.text("mediaType"), _first_name(reader, "format")
    form = vocabulary.guess_format(named, media, download)
    resource = Resource(
        uri=reader.text("@id"),
        title=_words(reader, "title"),
        description=_words(reader, "description"),
        url=download or access,
        access_url=access if download else "",
        kind="" if download else _kind(reader),
        format=form.key if form is not None else named,
        media_type=media,
        bytes=_size(reader),
        conforms_to=_names(reader, "conformsTo"),
        licence=_licence(reader, "license"),
        rights=_words(reader, "rights"),
        issued=_moment(reader, "issued"),
        modified=_moment(reader, "modified"),
    )
    kept = {key: reader.take(key) for key in ("describedBy", "describedByType", "accessService") if reader.has(key)}
    reader.ignore("@type", "describedBy", "describedByType")
    return _with_extras(resource, {**kept, **reader.rest()})


def _with_extras(resource: Resource, extras: dict[str, Any]) -> Resource:
    return msgspec.structs.replace(resource, extras=extras)


def _access(reader: Reader) -> str:
    value = reader.record.get("accessURL")
    return _first_name(reader, "accessURL") if isinstance(value, (dict, list)) else reader.address("accessURL")


def _kind(reader: Reader) -> str:
    named = str(reader.record.get("format") or "").upper()
    return "api" if named == "API" else ""


def _size(reader: Reader) -> int | None:
    value = reader.take("byteSize")
    if isinstance(value, dict):
        value = value.get("@value")
    try:
        return int(float(value)) if value not in (None, "") else None
    except (TypeError, ValueError, OverflowError):
        return None


def _keep(reader: Reader) -> dict[str, Any]:
    """Keep what has no field of its own, and judge the codes among it."""
    kept = {key: reader.take(key) for key in _KEPT if reader.has(key)}
    for key, pattern in _CODES.items():
        listed = kept.get(key)
        for code in listed if isinstance(listed, list) else [listed] if listed else []:
            if not re.match(pattern, str(code)):
                reader.say("bad-code", key, code, expected_en=pattern.strip("^$").replace(r"\d", "N"))
    reader.ignore(*_KEPT)
    return kept


def from_dataset(dataset: Dataset, around: Surroundings = Surroundings()) -> dict[str, Any]:  # noqa: B008  (frozen)
    """Write one dataset of a data.json after DCAT-US 1.1; empty optional fields are left out."""
    levels = {ours: theirs for theirs, ours in _LEVELS.items()}
    page = f"{around.site_url}/dataset/{dataset.name}"
    owner = around.organization
    name = owner.title if owner is not None else dataset.publisher.name if dataset.publisher else around.site_title
    known = vocabulary.FREQUENCIES.get(dataset.frequency)
    licence = vocabulary.LICENCES.get(dataset.licence)
    record: dict[str, Any] = {
        "@type": "dcat:Dataset",
        "identifier": dataset.identifier or page,
        "title": dataset.title,
        "description": dataset.description or dataset.title,
        "keyword": list(dataset.keywords) or [dataset.title],
        "modified": dataset.modified or _day(dataset),
        "issued": dataset.issued,
        "publisher": {"@type": "org:Organization", "name": name},
        "contactPoint": {
            "@type": "vcard:Contact",
            "fn": dataset.contact.name or name,
            "hasEmail": f"mailto:{dataset.contact.email}" if dataset.contact.email else "",
        },
        "accessLevel": levels[dataset.access_level],
        "rights": dataset.rights[:255],
        "license": (licence.url if licence is not None else "") or dataset.licence,
        "accrualPeriodicity": known.iso if known is not None else "",
        "temporal": "/".join((dataset.temporal[0].start, dataset.temporal[0].end)) if dataset.temporal else "",
        "spatial": _area(dataset),
        "theme": list(dataset.subjects),
        "language": list(dataset.languages),
        "landingPage": dataset.landing_page or page,
        "references": list(dataset.references),
        "conformsTo": dataset.conforms_to[0] if dataset.conforms_to else "",
        "distribution": [_written(resource, around.site_url, dataset.id) for resource in dataset.resources],
    }
    record |= {key: value for key, value in dataset.extras.items() if key in _KEPT}
    written: dict[str, Any] = _without_empty(record)
    return written


def _day(dataset: Dataset) -> str:
    return dataset.changed.date().isoformat() if dataset.changed else ""


def _area(dataset: Dataset) -> str:
    if not dataset.spatial:
        return ""
    place = dataset.spatial[0]
    return ",".join(str(edge) for edge in place.bbox) if place.bbox else place.name or place.uri


def _written(resource: Resource, site_url: str, dataset_id: str) -> dict[str, Any]:
    form = vocabulary.FORMATS.get(resource.format)
    url = resource.url
    if resource.storage:
        url = f"{site_url}/dataset/{dataset_id}/resource/{resource.id}/download"
    media = resource.media_type or (form.media_type if form is not None else "")
    return {
        "@type": "dcat:Distribution",
        "title": resource.title,
        "description": resource.description,
        "downloadURL": url if media else "",
        "mediaType": media,
        "accessURL": resource.access_url or ("" if media else url),
        "format": resource.format,
        "conformsTo": resource.conforms_to[0] if resource.conforms_to else "",
    }


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: _without_empty(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner not in ("", [], {}, None)}
    return [_without_empty(inner) for inner in value] if isinstance(value, list) else value
