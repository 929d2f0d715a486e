"""Forms: the fields of a metadata profile as controls, and what was sent as a dataset again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from schemas import profiles
from schemas.errors import Invalid
from schemas.model import Dataset
from schemas.profiles import Field
from schemas.report import Finding
from schemas.text import Text
from schemas.vocabulary import FREQUENCIES, LICENCES
from web.rendering import clean, told

Kind = Literal["line", "long", "choice", "words", "date", "email", "address"]
LONGEST = 100_000
_COMMAS = re.compile("[,，、;；\\n]+")
KINDS: dict[str, Kind] = {"date": "date", "email": "email", "address": "address", "list": "words"}


class Control(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a form: its name and words, what stands in it, its choices, and what is wrong with it."""

    name: str
    label: str
    help: str
    kind: Kind
    value: str
    required: bool = False
    advised: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    problem: str = ""


def controls(profile_key: str, dataset: Dataset, findings: Sequence[Finding] = ()) -> list[Control]:
    """Answer the controls of a profile, filled from a dataset, with the findings beside the fields that they name."""
    document: dict[str, Any] = msgspec.to_builtins(dataset)
    problems = {finding.path: told(finding.message) for finding in reversed(findings) if finding.level != "info"}
    return [_control(field, document, problems.get(field.path, "")) for field in shown(profile_key)]


def shown(profile_key: str) -> list[Field]:
    """Answer the fields of a profile that a person fills in; files have their own form."""
    return [field for field in profiles.get(profile_key).fields if not field.path.startswith("resources")]


def filled(profile_key: str, dataset: Dataset, sent: Mapping[str, str]) -> Dataset:
    """Answer the dataset with what was sent for the fields of its profile; fields that were not sent stay."""
    document: dict[str, Any] = msgspec.to_builtins(dataset)
    for field in shown(profile_key):
        if field.path in sent:
            _assign(document, field.path, _read(field, sent[field.path]))
    try:
        return msgspec.convert(document, Dataset)
    except msgspec.ValidationError as error:
        message = Text(zh=f"内容无法读取：{error}", en=f"The form cannot be read: {error}")
        raise Invalid({"form": [str(error)]}, message, code="bad-form") from None


def _control(field: Field, document: dict[str, Any], problem: str) -> Control:
    choices = _choices(field)
    kind: Kind = "choice" if choices else KINDS.get(field.type, "line")
    if field.longest > 1000:
        kind = "long"
    value = _value(document, field.path)
    if choices and value and value not in {key for key, _ in choices}:
        choices = (*choices, (value, value))
    return Control(
        name=field.path,
        label=told(field.label),
        help=told(field.help),
        kind=kind,
        value=value,
        required=field.level == "mandatory" and not field.when,
        advised=field.level == "recommended",
        choices=choices,
        problem=problem,
    )


def _choices(field: Field) -> tuple[tuple[str, str], ...]:
    if field.among:
        return tuple((key, told(label)) for key, label in field.among.items())
    if field.path == "licence":
        return tuple((key, told(licence.title)) for key, licence in LICENCES.items() if not licence.generic)
    if field.vocabulary == "frequencies":
        return tuple((key, told(cycle.label)) for key, cycle in FREQUENCIES.items())
    return ()


def _value(document: Any, path: str) -> str:
    for part in path.split("."):
        document = document.get(part) if isinstance(document, dict) else None
    if isinstance(document, (list, tuple)):
        return ", ".join(clean(one) for one in document)
    return "" if document is None else clean(document)


def _read(field: Field, text: str) -> Any:
    text = clean(text).strip()[:LONGEST]
    readers: dict[str, Callable[[str], Any]] = {
        "list": lambda words: [word.strip() for word in _COMMAS.sub(",", words).split(",") if word.strip()],
        "number": lambda words: _number(words),
        "flag": lambda words: words in ("1", "true", "on", "是"),
    }
    return readers[field.type](text) if field.type in readers else text


def _number(text: str) -> Any:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


def _assign(document: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for part in parents:
        document = document.setdefault(part, {})
    document[last] = value
