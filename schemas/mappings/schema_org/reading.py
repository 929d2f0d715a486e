"""Reading a schema.org/Dataset object as a page carries it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from schemas import vocabulary
from schemas.mappings.areas import place_from_text
from schemas.mappings.mapped import Context, Mapped
from schemas.mappings.reading import Reader, clean, is_address, is_email, strip_mailto, unique
from schemas.mappings.schema_org.writing import OPEN_END
from schemas.model import Agent, Contact, Dataset, Period, Place, Resource
from schemas.model import replace as with_changes

_IGNORED = (
    "@context",
    "@type",
    "includedInDataCatalog",
    "isAccessibleForFree",
    "variableMeasured",
    "mainEntityOfPage",
    "url",
)


def to_dataset(payload: Any, context: Context = Context()) -> Mapped:  # noqa: B008  (frozen value)
    """Read one schema.org/Dataset object, as found in a page; unknown properties are reported and kept."""
    reader = Reader(payload)
    publisher, contact = _agent(reader, "publisher"), _contact_of(reader)
    creator = _agent(reader, "creator", "author")
    dataset = Dataset(
        uri=_address(reader, "@id"),
        identifier=_identifier(reader),
        title=_text(reader, "name"),
        description=_text(reader, "description"),
        # where both stand, `url` is the page that was read
        landing_page=_address(reader, "sameAs") or _address(reader, "url"),
        version=_text(reader, "version"),
        keywords=_keywords(reader),
        subjects=_names(reader, "about"),
        licence=_licence(reader),
        rights=_text(reader, "usageInfo"),
        access_level=_level(reader),
        issued=_date(reader, "datePublished"),
        modified=_date(reader, "dateModified"),
        temporal=tuple(_periods(reader)),
        spatial=tuple(_places(reader)),
        languages=_names(reader, "inLanguage"),
        references=_names(reader, "citation"),
        part_of=next(iter(_names(reader, "isPartOf")), ""),
        publisher=publisher or (creator if creator is not None and "publisher" not in reader.record else None),
        creator=Contact(name=creator.name, email=creator.email, url=creator.url) if creator else Contact(),
        contact=contact,
        resources=tuple(
            _resource(Reader(entry, path, reader.findings), context) for path, entry in reader.items("distribution")
        ),
    )
    reader.ignore(*_IGNORED)
    alternate = _names(reader, "alternateName")
    extras = reader.rest() | ({"alternateName": list(alternate)} if alternate else {})
    if not dataset.title:
        reader.say("missing-title", "name")
    if not dataset.identifier and not dataset.uri:
        reader.say("missing-identifier", "identifier")
    if not dataset.description:
        reader.say("missing-field", "description")
    return Mapped(with_changes(dataset, extras=extras), tuple(reader.findings))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _name(value: Any) -> str:
    """Answer the text of a literal, or what names a thing."""
    if isinstance(value, dict):
        value = next((value[k] for k in ("@value", "name", "termCode", "value", "@id", "url") if value.get(k)), "")
    return clean(str(value)) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def _text(reader: Reader, key: str) -> str:
    values = [name for value in _listed(reader.take(key)) if (name := _name(value))]
    if len(values) > 1:
        reader.say("more-values", key, values[1])
        reader.keep(key)
    return values[0] if values else ""


def _names(reader: Reader, key: str) -> tuple[str, ...]:
    return unique(_name(value) for value in _listed(reader.take(key)))


def _address(reader: Reader, key: str) -> str:
    text = _text(reader, key)
    if text and not is_address(text) and key != "@id":
        reader.say("bad-address", key, text)
    return text


def _identifier(reader: Reader) -> str:
    value = next(iter(_listed(reader.take("identifier"))), None)
    if isinstance(value, dict) and value.get("value"):
        return _name(value["value"])
    return _name(value)


def _keywords(reader: Reader) -> tuple[str, ...]:
    """Take a list of words, or one text of words between commas as many pages write it."""
    value = reader.take("keywords")
    if isinstance(value, str):
        return unique(clean(word) for word in value.replace("，", ",").replace("、", ",").split(","))
    return unique(_name(word) for word in _listed(value))


def _licence(reader: Reader) -> str:
    value = next(iter(_listed(reader.take("license"))), None)
    named = (value.get(key) for key in ("url", "@id", "name")) if isinstance(value, dict) else (value,)
    given = next((name for name in map(_name, named) if name), "")
    found = vocabulary.find_licence(given) if given else None
    if given and found is None:
        reader.say("unknown-licence", "license", given)
    return found.key if found is not None else given


def _level(reader: Reader) -> Any:
    term = vocabulary.find_access_level(_text(reader, "conditionsOfAccess"))
    return term.key if term is not None else "public"


def _date(reader: Reader, key: str) -> str:
    value = reader.record.get(key)
    if isinstance(value, dict):
        reader.take(key)
        return _name(value)
    return reader.date(key)


def _periods(reader: Reader) -> Iterator[Period]:
    for value in _listed(reader.take("temporalCoverage")):
        text = _name(value)
        start, slash, end = text.partition("/")
        if text and not slash:
            end = start
        if text:
            yield Period(start="" if start == OPEN_END else start, end="" if end == OPEN_END else end)


def _places(reader: Reader) -> Iterator[Place]:
    for value in _listed(reader.take("spatialCoverage")):
        if not isinstance(value, dict):
            yield place_from_text(_name(value))
            continue
        uri = clean(str(value.get("@id") or ""))
        name = clean(str(value.get("name") or ""))
        yield place_from_text(_box(value.get("geo")), name=name, uri=uri)


def _box(shape: Any) -> str:
    if not isinstance(shape, dict):
        return ""
    numbers = str(shape.get("box") or "").replace(",", " ").split()
    if len(numbers) == 4:
        south, west, north, east = numbers
        return f"{west},{south},{east},{north}"
    if shape.get("latitude") is not None and shape.get("longitude") is not None:
        return f"POINT({shape['longitude']} {shape['latitude']})"
    return ""


def _agent(reader: Reader, *keys: str) -> Agent | None:
    for key in keys:
        value = next(iter(_listed(reader.take(key))), None)
        if isinstance(value, dict) and _name(value):
            email = strip_mailto(clean(str(value.get("email") or "")))
            url = clean(str(value.get("url") or ""))
            return Agent(name=_name(value), url=url, email=email if is_email(email) else "")
        if isinstance(value, str) and clean(value):
            return Agent(name=clean(value))
    return None


def _contact_of(reader: Reader) -> Contact:
    """Find the contact point at the dataset, or at its publisher or creator."""
    holders = [reader.record, *(reader.record.get(key) for key in ("publisher", "creator"))]
    reader.ignore("contactPoint")
    for holder in holders:
        for agent in _listed(holder):
            point = next(iter(_listed(agent.get("contactPoint"))), None) if isinstance(agent, dict) else None
            if isinstance(point, dict):
                parts = {key: clean(str(point.get(key) or "")) for key in ("name", "email", "telephone", "url")}
                return Contact(
                    name=parts["name"], email=strip_mailto(parts["email"]), phone=parts["telephone"], url=parts["url"]
                )
    return Contact()


def _resource(reader: Reader, context: Context) -> Resource:
    url = _address(reader, "contentUrl") or _address(reader, "url")
    if not url:
        reader.say("no-address", "contentUrl")
    media = next(iter(_names(reader, "encodingFormat")), "") or next(iter(_names(reader, "fileFormat")), "")
    form = vocabulary.guess_format(media, "", url)
    resource = Resource(
        uri=_text(reader, "@id"),
        title=_text(reader, "name"),
        description=_text(reader, "description"),
        url=url,
        format=form.key if form is not None else media,
        media_type=media if "/" in media else "",
        bytes=_size(_text(reader, "contentSize")),
        issued=_date(reader, "datePublished"),
        modified=_date(reader, "dateModified"),
        licence=_licence(reader),
        hash=_text(reader, "sha256"),
    )
    reader.ignore("@type")
    return msgspec.structs.replace(resource, extras=reader.rest())


_UNITS = {"": 1, "b": 1, "kb": 1000, "kib": 1024, "mb": 10**6, "mib": 2**20, "gb": 10**9, "gib": 2**30}


def _size(text: str) -> int | None:
    number = text.rstrip("BbiKkMmGgTt \u00a0")
    unit = text[len(number) :].strip().lower()
    try:
        return int(float(number.replace(",", "")) * _UNITS[unit]) if number else None
    except (ValueError, KeyError, OverflowError):
        return None
