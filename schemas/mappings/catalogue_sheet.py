"""Spreadsheets of the sharing catalogue (政务信息资源目录) and of approval items (政务服务事项), both ways.

A sheet is known by the names of its columns; they are the labels of a profile's fields, and the other names below. One
record is one row, and the rows below it that only go on with its items (信息项) or materials (材料).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import msgspec

from schemas import profiles, vocabulary
from schemas.errors import Invalid
from schemas.mappings.findings import finding
from schemas.mappings.mapped import Context, Mapped, Surroundings
from schemas.mappings.reading import Reader, clean, is_address, unique
from schemas.mappings.sheet_columns import COMMON, DATA_TYPES, DETAILS, OTHER_NAMES, VALUES, Detail
from schemas.model import Agent, Contact, Dataset, Resource
from schemas.report import Finding
from schemas.text import Text
from schemas.vocabulary.folding import fold

PROFILES = ("shared-information", "approval-item")
_NOTES = re.compile(r"[（(\[【].*?[)）\]】]|[*＊:：]|^\s*\d+\s*[.、．]\s*")
_DAY = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ].*)?$")
_COMPACT_DAY = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_LISTED = re.compile(r"[;；,，、\n|]+")
_FEWEST = 4


def recognise(labels: Sequence[str]) -> str:
    """Answer the key of the profile whose columns a header names, or nothing."""
    found = {key: _matched(key, labels) for key in PROFILES}
    best = max(PROFILES, key=lambda key: len(found[key]))
    return best if len(found[best]) >= _FEWEST and "title" in found[best] else ""


def _matched(profile: str, labels: Sequence[str]) -> set[str]:
    names = {_name(label) for label in labels}
    columns = _columns(profile)
    matched = {columns[name] for name in names if name in columns}
    return matched | ({"fields.classification"} if profile == "shared-information" and names & set(_LEVELS) else set())


def records(labels: Sequence[str], rows: Iterable[Sequence[str]], profile: str = "") -> Iterator[dict[str, Any]]:
    """Gather rows into payloads, one for each record; rows without a name or a code go on with the record above."""
    used = profile or recognise(labels)
    columns = _columns(used) if used else {}
    keys = [label for label in labels if columns.get(_name(label)) in ("title", "fields.code", "fields.task_code")]
    gathered: list[dict[str, str]] = []
    for cells in rows:
        row = {label: text for label, cell in zip(labels, cells, strict=False) if (text := clean(str(cell or "")))}
        if any(row.get(key) for key in keys) and gathered and not _same(gathered[0], row, keys):
            yield {"profile": used, "rows": gathered}
            gathered = []
        if row:
            gathered.append(row)
    if gathered:
        yield {"profile": used, "rows": gathered}


def _same(first: dict[str, str], row: dict[str, str], keys: list[str]) -> bool:
    return all(first.get(key) == row.get(key) for key in keys)


def to_dataset(payload: Any, context: Context = Context()) -> Mapped:  # noqa: B008  (frozen value)
    """Read one record `{"profile", "rows"}` as `records` makes it."""
    reader = Reader(payload)
    rows = [{str(label): clean(str(cell)) for label, cell in row.items()} for _, row in reader.items("rows")]
    first = rows[0] if rows else {}
    profile = reader.text("profile") or recognise(list(first))
    if profile not in PROFILES:
        raise _unknown(list(first))
    values, extras = _values(first, profile, reader.findings)
    detail = DETAILS[profile]
    listed = list(_details(rows, detail, profile, reader.findings))
    if listed:
        values[f"fields.{detail.field}"] = listed
    dataset = _dataset(values, profile, extras)
    if not dataset.title:
        reader.say("missing-title", "title")
    if not dataset.identifier:
        reader.say("missing-identifier", "code")
    return Mapped(dataset, tuple(reader.findings))


def _unknown(labels: list[str]) -> Invalid:
    named = "、".join(labels[:12]) or "—"
    return Invalid(
        {"rows": ["the columns are not those of a known sheet"]},
        Text(
            zh=f"无法识别表头：{named}。请使用政务信息资源目录或政务服务事项清单的列名。",
            en=f"The columns are not known: {named}. Use those of the sharing catalogue or of approval items.",
        ),
        code="unknown-sheet",
    )


@cache
def _columns(profile: str) -> dict[str, str]:
    """Answer the path of a field by the folded names of its column."""
    found: dict[str, str] = {}
    for field in profiles.get(profile).fields:
        if "[]" in field.path:
            continue
        for name in (field.label.zh, field.label.en, *OTHER_NAMES.get(field.path, ())):
            found.setdefault(_name(name), field.path)
    for path, names in COMMON.items():
        for name in names:
            found.setdefault(_name(name), path)
    return found


@cache
def _fields(profile: str) -> dict[str, profiles.Field]:
    return {field.path: field for field in profiles.get(profile).fields}


def _name(label: str) -> str:
    return fold(_NOTES.sub("", label))


def _values(row: dict[str, str], profile: str, findings: list[Finding]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Take the cells of a record's first row by their fields; other columns are reported and kept."""
    values: dict[str, Any] = {}
    extras: dict[str, Any] = {}
    levels: dict[str, str] = {}
    detail = DETAILS[profile]
    for label, text in row.items():
        name = _name(label)
        path = _columns(profile).get(name)
        if name in _LEVELS:
            levels[name] = text
        elif path is not None:
            values.setdefault(path, _read(path, text, label, profile, findings))
        elif name not in detail.by_name:
            findings.append(finding("unknown-field", label, text))
            extras[label] = text
    if levels:
        values.setdefault("fields.classification", "/".join(levels[name] for name in _LEVELS if name in levels))
    return values, extras


_LEVELS = ("类", "项", "目", "细目")


def _read(path: str, text: str, label: str, profile: str, findings: list[Finding]) -> Any:
    field = _fields(profile).get(path)
    if path == "frequency":
        found = vocabulary.find_frequency(text)
        if found is None:
            findings.append(finding("unknown-frequency", label, text))
        return found.key if found is not None else text
    if path in ("issued", "modified"):
        return _day(text, label, findings)
    if field is None:
        return text
    if field.among:
        return _chosen(field, text, label, findings)
    if field.type == "number":
        number = _NUMBER.search(text)
        if number is None:
            findings.append(finding("unknown-value", label, text, expected_zh="数字", expected_en="a number"))
            return text
        return float(number[0]) if "." in number[0] else int(number[0])
    return text


def _chosen(field: profiles.Field, text: str, label: str, findings: list[Finding]) -> str:
    """Find the key that a cell means: by key, by label, or by another word or code that systems use."""
    wanted = fold(text)
    for key, name in field.among.items():
        words = (key, name.zh, name.en, *VALUES.get(field.path, {}).get(key, ()))
        if wanted in {fold(word) for word in words}:
            return key
    for key, name in field.among.items():
        if wanted.startswith((fold(name.zh), fold(f"{key} "), fold(f"{key}、"))):
            return key
    zh = "、".join(name.zh for name in field.among.values())
    en = ", ".join(name.en for name in field.among.values())
    findings.append(finding("unknown-value", label, text, expected_zh=zh, expected_en=en))
    return text


def _day(text: str, label: str, findings: list[Finding]) -> str:
    match = _DAY.match(text) or _COMPACT_DAY.match(text)
    if match is None:
        findings.append(finding("bad-date", label, text))
        return text
    year, month, day = (int(part) for part in match.groups())
    return f"{year:04}-{month:02}-{day:02}"


def _details(
    rows: list[dict[str, str]], detail: Detail, profile: str, findings: list[Finding]
) -> Iterator[dict[str, Any]]:
    """Yield the items or materials, one of each row that names one."""
    for row in rows:
        made: dict[str, Any] = {}
        for label, text in row.items():
            part = detail.by_name.get(_name(label))
            if part is not None and _name(label) not in _columns(profile):
                made.setdefault(part, _part(part, text))
        if made.get("name"):
            yield made


def _part(part: str, text: str) -> Any:
    if part in ("length", "copies", "order"):
        return int(text) if text.isdigit() else text
    if part == "type":
        return DATA_TYPES.get(fold(text), text)
    if part == "sharing_type":
        term = vocabulary.find_term(vocabulary.SHARING_TYPES, text)
        return term.key if term is not None else text
    return text


def _dataset(values: dict[str, Any], profile: str, extras: dict[str, Any]) -> Dataset:
    fields = {path.removeprefix("fields."): value for path, value in values.items() if path.startswith("fields.")}
    name = str(fields.get("provider") or fields.get("department") or "")
    code = str(fields.get("provider_code") or fields.get("department_code") or "")
    url = str(values.get("resources[].url", ""))
    return Dataset(
        profile=profile,
        title=str(values.get("title", "")),
        description=str(values.get("description", "")),
        identifier=str(fields.get("code") or fields.get("task_code") or ""),
        frequency=str(values.get("frequency", "")),
        issued=str(values.get("issued", "")),
        modified=str(values.get("modified", "")),
        keywords=unique(_LISTED.split(str(values.get("keywords", "")))),
        subjects=unique([str(fields.get("classification", ""))]),
        publisher=Agent(name=name, identifier=code) if name else None,
        contact=Contact(
            name=str(values.get("contact.name", "")),
            email=str(values.get("contact.email", "")),
            phone=str(values.get("contact.phone", "")),
        ),
        access_level=_access(fields) if profile == "shared-information" else "public",
        resources=(Resource(url=url),) if is_address(url) else (),
        fields=fields,
        extras=extras,
    )


def _access(fields: dict[str, Any]) -> Any:
    if fields.get("open") == "yes":
        return "public"
    return "non-public" if fields.get("sharing_type") == "refused" else "restricted"


def write(dataset: Dataset, around: Surroundings) -> dict[str, Any]:
    """Write one record `{"profile", "rows"}` for the registry of mappings."""
    labels, *rows = to_rows([dataset], dataset.profile)
    return {"profile": dataset.profile, "rows": [
        {label: cell for label, cell in zip(labels, row, strict=True) if cell} for row in rows
    ]}  # fmt: skip


def to_rows(datasets: Iterable[Dataset], profile: str, language: str = "zh") -> list[list[str]]:
    """Write a whole sheet, its header first, with the labels of a language; every cell is text."""
    detail = DETAILS[profile]
    written = [field for field in profiles.get(profile).fields if "[]" not in field.path and field.path != detail.path]
    parts = list(detail.columns)
    names = [field.label.get(language) for field in written] + [detail.columns[part][0] for part in parts]
    sheet = [names]
    for dataset in datasets:
        document = msgspec.to_builtins(dataset)
        cells = [_cell(field, _value(document, field.path), language) for field in written]
        listed = [one for one in dataset.fields.get(detail.field) or [] if isinstance(one, dict)]
        for number, one in enumerate(listed or [{}]):
            sheet.append((cells if number == 0 else [""] * len(cells)) + [str(one.get(part, "")) for part in parts])
    return sheet


def _value(document: Any, path: str) -> Any:
    for part in path.split("."):
        document = document.get(part) if isinstance(document, dict) else None
    return document


def _cell(field: profiles.Field, value: Any, language: str) -> str:
    if value in (None, "", []):
        return ""
    if field.among and value in field.among:
        return field.among[value].get(language)
    if field.path == "frequency" and value in vocabulary.FREQUENCIES:
        return vocabulary.FREQUENCIES[value].label.get(language)
    if isinstance(value, (list, dict)):
        return msgspec.json.encode(value).decode()
    return str(value)
