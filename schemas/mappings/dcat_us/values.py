"""Values of DCAT-US: version 3.0 allows objects and lists where 1.1 has texts."""

from __future__ import annotations

from typing import Any

from schemas.mappings.reading import Reader, clean, unique


def is_v3(reader: Reader) -> bool:
    """Tell version 3.0, whose types carry no prefix and which asks for fewer fields."""
    return reader.record.get("@type") in ("Dataset", "DataService", "DatasetSeries")


def words(reader: Reader, key: str) -> str:
    """Take a text, or the first text of a list or language map as version 3.0 allows."""
    value = reader.record.get(key)
    if isinstance(value, dict):
        reader.take(key)
        texts = [text for text in (value.get("@value"), *value.values()) if isinstance(text, str)]
        return clean(texts[0]) if texts else ""
    if isinstance(value, list) and is_v3(reader):
        reader.take(key)
        return "\n".join(clean(text) for text in value if isinstance(text, str))
    return reader.text(key)


def link(reader: Reader, key: str) -> str:
    """Take an address, or a document of version 3.0 that has one."""
    value = reader.record.get(key)
    if not isinstance(value, dict):
        return reader.address(key)
    reader.take(key)
    return next((value[k] for k in ("accessURL", "@id") if isinstance(value.get(k), str)), "")


def names(reader: Reader, key: str) -> tuple[str, ...]:
    """Take a list of texts or of objects that name something (3.0: @id, prefLabel, title, notation)."""
    value = reader.record.get(key)
    if isinstance(value, (dict, list)) and (isinstance(value, dict) or any(isinstance(v, dict) for v in value)):
        listed = value if isinstance(value, list) else [value]
        reader.take(key)
        return unique(name_of(entry) for entry in listed)
    return reader.texts(key) if isinstance(value, list) else unique([reader.text(key)])


def first_name(reader: Reader, key: str) -> str:
    """Take the first of such a list."""
    return next(iter(names(reader, key)), "")


def name_of(entry: Any) -> str:
    """Answer a text, or what names an object."""
    if isinstance(entry, dict):
        found = next((entry[k] for k in ("@id", "prefLabel", "title", "notation", "identifier") if entry.get(k)), "")
        return str(found).strip()
    return str(entry).strip() if isinstance(entry, (str, int)) else ""


def moment(reader: Reader, key: str) -> str:
    """Take a date; `modified` may also be a repeating interval."""
    value = reader.record.get(key)
    if isinstance(value, dict) and isinstance(value.get("@value"), str):
        reader.take(key)
        return str(value["@value"])
    if key == "modified" and isinstance(value, str) and value.startswith("R/"):
        return reader.text(key)
    return reader.date(key)


def value_of(entry: Any) -> str:
    """Answer a text, or the text of a typed literal."""
    if isinstance(entry, dict):
        entry = entry.get("@value", "")
    return entry.strip() if isinstance(entry, str) else ""


def size(reader: Reader) -> int | None:
    """Take the size of a file in bytes."""
    value = reader.take("byteSize")
    if isinstance(value, dict):
        value = value.get("@value")
    try:
        return int(float(value)) if value not in (None, "") else None
    except (TypeError, ValueError, OverflowError):
        return None
