"""Reading DCAT-US 1.1 and 3.0 JSON: one dataset, data service or dataset series of a `data.json`.

Rules: the Project Open Data schema 1.1 and DCAT-US 3.0. Empty optional fields are faults there; we take them as absent.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from schemas import vocabulary
from schemas.mappings.areas import is_understood, place_from_text
from schemas.mappings.dcat_us.values import first_name, is_v3, link, moment, names, size, value_of, words
from schemas.mappings.mapped import Context, Mapped
from schemas.mappings.reading import Reader, clean, is_email, strip_mailto, unique
from schemas.model import Agent, Contact, Dataset, Period, Place, Resource
from schemas.model import replace as with_changes

LONGEST_DESCRIPTION = 10_000
_IGNORED = ("@type", "@context", "describedByType", "accessRights")
KEPT = (
    "bureauCode", "programCode", "primaryITInvestmentUII", "dataQuality", "systemOfRecords", "describedBy",
    "describedByType", "temporalResolution", "spatialResolutionInMeters", "versionNotes",
)  # fmt: skip
# fields of version 3.0 that have no place of their own here
_KEPT_V3 = (
    "otherIdentifier", "sample", "status", "created", "contributor", "rightsHolder", "provenance", "purpose",
    "liabilityStatement", "previousVersion", "hasVersion", "hasCurrentVersion", "qualifiedRelation",
    "qualifiedAttribution", "wasGeneratedBy", "hasQualityMeasurement", "isReferencedBy", "scopeNote", "category",
    "cuiRestriction", "accessRestriction", "useRestriction", "geographicBoundingBox", "hasPart", "replaces",
    "supportedSchema", "spatialRepresentationType", "image", "wasAttributedTo", "wasUsedBy", "endpointDescription",
    "servesDataset", "first", "last", "prev", "next", "seriesMember", "dataDictionary",
)  # fmt: skip
LEVELS = {"public": "public", "restricted public": "restricted", "non-public": "non-public"}
_CODES = {"bureauCode": r"^\d{3}:\d{2}$", "programCode": r"^\d{3}:\d{3}$"}


def to_dataset(payload: Any, context: Context = Context()) -> Mapped:  # noqa: B008  (frozen value)
    """Read one dataset of a data.json; what is missing or wrong is reported in words that its department knows."""
    reader = Reader(payload)
    contact = _contact(reader)
    issued, modified = moment(reader, "issued"), moment(reader, "modified")
    dataset = Dataset(
        uri=reader.text("@id"),
        identifier=_identifier(reader),
        title=words(reader, "title"),
        description=words(reader, "description"),
        keywords=_keywords(reader),
        subjects=names(reader, "theme"),
        issued=issued,
        modified=modified,
        publisher=_publisher(reader),
        contact=contact,
        access_level=_level(reader),
        rights=words(reader, "rights") or words(reader, "accessRights"),
        creator=_creator(reader),
        version=words(reader, "version"),
        licence=_licence(reader, "license"),
        frequency=_frequency(reader),
        temporal=_periods(reader),
        spatial=_places(reader),
        languages=names(reader, "language"),
        landing_page=link(reader, "landingPage"),
        references=unique((*names(reader, "references"), *names(reader, "page"), *names(reader, "relation"))),
        conforms_to=names(reader, "conformsTo"),
        part_of=first_name(reader, "inSeries") or first_name(reader, "isPartOf"),
        resources=(*_distributions(reader), *_endpoints(reader)),
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
    asked: list[tuple[str, Any]] = [
        ("description", dataset.description),
        ("contactPoint", dataset.contact.name or dataset.contact.email),
    ]
    if not is_v3(reader):
        asked += [
            ("keyword", dataset.keywords),
            ("publisher", dataset.publisher),
            ("modified", dataset.modified),
            ("accessLevel", reader.record.get("accessLevel")),
        ]
    for field, value in asked:
        if not value:
            reader.say("missing-field", field)
    if dataset.issued and dataset.modified[:4].isdigit() and dataset.issued[:10] > dataset.modified[:10]:
        reader.say("dates-reversed", "modified", dataset.modified, found_zh=dataset.issued, found_en=dataset.issued)
    if dataset.access_level != "public" and not dataset.rights:
        reader.say("missing-field", "rights")
    if len(dataset.description) > LONGEST_DESCRIPTION:
        most = f"{LONGEST_DESCRIPTION:,}"
        found = f"{len(dataset.description):,}"
        reader.say("too-long", "description", None, found_zh=found, found_en=found, expected_zh=most, expected_en=most)


def _creator(reader: Reader) -> Contact:
    value = reader.take("creator")
    value = value[0] if isinstance(value, list) and value else value
    if isinstance(value, dict):
        name, url = value.get("name") or value.get("prefLabel"), value.get("@id")
        return Contact(name=clean(str(name or "")), url=str(url or ""))
    return Contact(name=clean(value)) if isinstance(value, str) else Contact()


def _endpoints(reader: Reader) -> tuple[Resource, ...]:
    """Take the addresses of a data service as resources."""
    return tuple(Resource(url=url, kind="api", format="API") for url in names(reader, "endpointURL"))


def _identifier(reader: Reader) -> str:
    value = reader.take("identifier")
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = next((value[key] for key in ("@id", "notation", "schemaAgency") if value.get(key)), "")
    return clean(str(value)) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def _keywords(reader: Reader) -> tuple[str, ...]:
    value = reader.record.get("keyword")
    if isinstance(value, str) and "," in value:
        reader.texts("keyword")
        return unique(word.strip() for word in value.split(","))
    return reader.texts("keyword")


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
    given = words(reader, "accessLevel").lower()
    if given in LEVELS:
        return LEVELS[given]
    if given:
        allowed = ", ".join(LEVELS)
        reader.say("unknown-value", "accessLevel", given, expected_zh=allowed, expected_en=allowed)
    return "public"


def _licence(reader: Reader, key: str) -> str:
    value = reader.record.get(key)
    given = first_name(reader, key) if isinstance(value, (dict, list)) else reader.text(key)
    found = vocabulary.find_licence(given) if given else None
    if given and found is None:
        reader.say("unknown-licence", key, given)
    return found.key if found is not None else given


def _frequency(reader: Reader) -> str:
    given = first_name(reader, "accrualPeriodicity")
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
            start, end = (value_of(entry.get(key)) for key in ("startDate", "endDate"))
            periods.append(Period(start=start, end=end))
        elif isinstance(entry, str) and entry.strip():
            start, slash, end = entry.strip().partition("/")
            if not slash:
                reader.say("bad-period", "temporal", entry)
            periods.append(Period(start=start.strip(), end=end.strip()))
    return tuple(periods)


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
    media, named = reader.text("mediaType"), first_name(reader, "format")
    form = vocabulary.guess_format(named, media, download)
    resource = Resource(
        uri=reader.text("@id"),
        title=words(reader, "title"),
        description=words(reader, "description"),
        url=download or access,
        access_url=access if download else "",
        kind="" if download else _kind(reader),
        format=form.key if form is not None else named,
        media_type=media,
        bytes=size(reader),
        encoding=first_name(reader, "characterEncoding"),
        conforms_to=names(reader, "conformsTo"),
        licence=_licence(reader, "license"),
        rights=words(reader, "rights"),
        issued=moment(reader, "issued"),
        modified=moment(reader, "modified"),
    )
    kept = {key: reader.take(key) for key in ("describedBy", "describedByType", "accessService") if reader.has(key)}
    reader.ignore("@type", "describedBy", "describedByType", "accessService")
    return msgspec.structs.replace(resource, extras={**kept, **reader.rest()})


def _access(reader: Reader) -> str:
    value = reader.record.get("accessURL")
    return first_name(reader, "accessURL") if isinstance(value, (dict, list)) else reader.address("accessURL")


def _kind(reader: Reader) -> str:
    named = str(reader.record.get("format") or "").upper()
    return "api" if named == "API" else ""


def _keep(reader: Reader) -> dict[str, Any]:
    """Keep what has no field of its own, and judge the codes among it."""
    kept = {key: reader.take(key) for key in (*KEPT, *_KEPT_V3) if reader.has(key)}
    for key, pattern in _CODES.items():
        listed = kept.get(key)
        for code in listed if isinstance(listed, list) else [listed] if listed else []:
            if not re.match(pattern, str(code)):
                reader.say("bad-code", key, code, expected_en=pattern.strip("^$").replace(r"\d", "N"))
    reader.ignore(*KEPT, *_KEPT_V3)
    return kept
