"""Profiles: which fields a kind of record must, should and may have, checked against a dataset.

A profile is one YAML file in `schemas/data/profiles`; the folder is the registry. Each of its fields has a path into
the dataset (`title`, `fields.sharing_type`, `resources[].format`), a level, labels and help in both languages, and
rules: `type`, `pattern`, `shortest`, `longest`, `vocabulary`, `check`,
`at_most` and `agrees` (another field), and `when` (a condition on another field).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from schemas import checksums, vocabulary
from schemas.errors import NotFound
from schemas.model import Dataset
from schemas.report import Finding, Level, Report
from schemas.text import Text

FOLDER = Path(__file__).parent / "data" / "profiles"
Demand = Literal["mandatory", "recommended", "optional"]
LEVELS: dict[Demand, Level] = {"mandatory": "error", "recommended": "warning", "optional": "info"}


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A field that must have one of these values (or any value, where `among` is empty) for a rule to hold."""

    path: str
    among: tuple[str, ...] = ()
    absent: bool = False


class Agreement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another field with which a value must agree, and the rule of `checksums.AGREEMENTS` that tells."""

    path: str
    rule: str


class Field(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field of a profile and its rules; `among` lists keys with their labels."""

    path: str
    label: Text
    help: Text
    level: Demand = "optional"
    type: Literal["text", "number", "date", "email", "address", "list", "flag"] = "text"
    pattern: str = ""
    shortest: int = 0
    longest: int = 0
    vocabulary: str = ""
    among: dict[str, Text] = {}
    check: str = ""
    at_most: str = ""
    agrees: Agreement | None = None
    when: tuple[Condition, ...] = ()


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One profile: its key, names and fields in the order of a form."""

    key: str
    label: Text
    help: Text
    source: str = ""
    fields: tuple[Field, ...]


@cache
def profiles() -> dict[str, Profile]:
    """Answer every profile by its key."""
    found = [_load(path) for path in sorted(FOLDER.glob("*.yaml"))]
    return {profile.key: profile for profile in found}


def get(key: str) -> Profile:
    """Answer a profile; raises NotFound."""
    profile = profiles().get(key)
    if profile is None:
        raise NotFound(Text(zh=f"没有元数据规范 {key}。", en=f"There is no profile {key}."), code="no-profile")
    return profile


def check(dataset: Dataset, profile: Profile | str = "") -> Report:
    """Check a dataset against a profile (its own, unless another is given)."""
    used = profile if isinstance(profile, Profile) else get(profile or dataset.profile)
    document: dict[str, Any] = msgspec.to_builtins(dataset)
    return Report(findings=tuple(finding for field in used.fields for finding in _checked(field, document)))


def _load(path: Path) -> Profile:
    return msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), Profile, strict=False)


def _checked(field: Field, document: dict[str, Any]) -> Iterator[Finding]:
    if not all(_holds(condition, document) for condition in field.when):
        return
    found = list(_values(document, field.path))
    if not found:
        yield from _missing(field, field.path)
    for place, value in found:
        if value in (None, "", [], {}, ()):
            yield from _missing(field, place)
        else:
            yield from _judged(field, place, value, document)


def _holds(condition: Condition, document: dict[str, Any]) -> bool:
    given = [str(value) for _, value in _values(document, condition.path) if value not in (None, "", [], {})]
    if condition.absent:
        return not given
    return bool(set(given) & set(condition.among)) if condition.among else bool(given)


def _values(document: Any, path: str, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (place, value) of a path; `[]` goes through every entry of a list."""
    head, _, rest = path.partition(".")
    name, each = head.removesuffix("[]"), head.endswith("[]")
    here = f"{place}.{name}" if place else name
    value = document.get(name) if isinstance(document, dict) else None
    entries = [(f"{here}[{n}]", one) for n, one in enumerate(value or ())] if each else [(here, value)]
    for where, entry in entries:
        if rest:
            yield from _values(entry, rest, where)
        else:
            yield where, entry


def _missing(field: Field, place: str) -> Iterator[Finding]:
    if field.level == "optional" or "[]" in place:
        return
    yield _finding(field, LEVELS[field.level], "profile-missing", place, None, _MISSING, field.help)


def _judged(field: Field, place: str, value: Any, document: dict[str, Any]) -> Iterator[Finding]:
    listed = value if isinstance(value, (list, tuple)) else [value]
    if field.type == "list" and not isinstance(value, (list, tuple)):
        yield _finding(field, "error", "profile-type", place, value, _TYPE, field.help)
        return
    for one in listed:
        problem = _wrong(field, one, document)
        if problem is not None:
            code, sentence, remedy = problem
            # two fields that disagree are for a person to judge: either may be the wrong one
            judged = field.level == "mandatory" and code != "profile-agreement"
            level: Level = "error" if judged else "warning"
            yield _finding(field, level, code, place, one, sentence, remedy)


def _wrong(field: Field, value: Any, document: dict[str, Any]) -> tuple[str, Text, Text] | None:
    text = str(value)
    if not _has_type(field, value):
        return "profile-type", _TYPE, field.help
    if field.among and text not in field.among:
        return "profile-value", _VALUE, _choices(field.among)
    if field.vocabulary and not _KNOWN[field.vocabulary](text):
        return "profile-value", _VALUE, field.help
    if field.pattern and not re.fullmatch(field.pattern, text):
        return "profile-pattern", _PATTERN, field.help
    if field.shortest and len(text) < field.shortest:
        return "profile-short", _SHORT.format(least=field.shortest, label="{label}", value="{value}"), field.help
    if field.longest and len(text) > field.longest:
        return "profile-long", _LONG.format(most=field.longest, label="{label}", value="{value}"), field.help
    if field.check and not checksums.CHECKS[field.check](text):
        return "profile-checksum", _CHECKSUM, field.help
    if field.at_most and _above(value, field.at_most, document):
        return "profile-order", _ORDER, field.help
    if field.agrees is not None and not _agrees(text, field.agrees, document):
        return "profile-agreement", _AGREEMENT, field.help
    return None


def _agrees(text: str, agreement: Agreement, document: dict[str, Any]) -> bool:
    others = [other for _, other in _values(document, agreement.path) if isinstance(other, str) and other]
    return all(checksums.AGREEMENTS[agreement.rule](text, other) for other in others)


def _above(value: Any, path: str, document: dict[str, Any]) -> bool:
    limits = [other for _, other in _values(document, path) if other not in (None, "")]
    if limits and all(re.match(_TYPES["date"], str(one)) and len(str(one)) >= 10 for one in (value, limits[0])):
        return str(value)[:10] > str(limits[0])[:10]
    try:
        return bool(limits) and float(value) > float(limits[0])
    except (TypeError, ValueError):
        return False


def _has_type(field: Field, value: Any) -> bool:
    if field.type == "number":
        return isinstance(value, (int, float)) or bool(re.fullmatch(r"-?\d+(\.\d+)?", str(value)))
    if field.type == "flag":
        return isinstance(value, bool) or str(value).lower() in ("true", "false", "是", "否")
    pattern = _TYPES.get(field.type)
    return pattern is None or bool(re.match(pattern, str(value)))


def _choices(among: dict[str, Text]) -> Text:
    zh = "、".join(f"{key}（{label.zh}）" for key, label in among.items())
    en = ", ".join(f"{key} ({label.en})" for key, label in among.items())
    return Text(zh=f"请从中选择：{zh}。", en=f"Choose one of: {en}.")


def _finding(field: Field, level: Level, code: str, place: str, value: Any, sentence: Text, remedy: Text) -> Finding:
    shown = None if value is None else str(value)[:120]
    message = Text(
        zh=sentence.zh.format(label=field.label.zh, value=shown),
        en=sentence.en.format(label=field.label.en, value=shown),
    )
    return Finding(
        level=level, code=code, message=message, remedy=remedy, path=place, field=field.label.zh, value=shown
    )


_MISSING = Text(zh="缺少“{label}”。", en="“{label}” is missing.")
_TYPE = Text(zh="“{label}”的值“{value}”类型不符。", en="The value “{value}” of “{label}” has the wrong type.")
_VALUE = Text(zh="“{label}”的值“{value}”不在规定范围内。", en="The value “{value}” of “{label}” is not an allowed one.")
_PATTERN = Text(
    zh="“{label}”的值“{value}”格式不符。", en="The value “{value}” of “{label}” does not have the right form."
)
_SHORT = Text(
    zh="“{label}”过短，至少 {least} 个字符。", en="“{label}” is too short; it takes at least {least} characters."
)
_LONG = Text(zh="“{label}”过长，至多 {most} 个字符。", en="“{label}” is too long; it takes at most {most} characters.")
_CHECKSUM = Text(zh="“{label}”的值“{value}”校验码不正确。", en="The check digit of “{label}” ({value}) is not right.")
_ORDER = Text(zh="“{label}”的值“{value}”超过了上限。", en="The value “{value}” of “{label}” is above its limit.")
_AGREEMENT = Text(
    zh="“{label}”的值“{value}”与另一字段不一致。",
    en="The value “{value}” of “{label}” does not agree with another field.",
)
_TYPES = {
    "date": r"^\d{4}(-\d{2}(-\d{2}([T ].*)?)?)?$",
    "email": r"^[^@\s]+@[^@\s]+$",
    "address": r"^(https?|ftps?)://\S+$",
}
_KNOWN = {
    "frequencies": lambda text: vocabulary.find_frequency(text) is not None,
    "licences": lambda text: vocabulary.find_licence(text) is not None,
    "formats": lambda text: vocabulary.find_format(text) is not None,
    "languages": lambda text: vocabulary.find_language(text) is not None,
    "access-levels": lambda text: vocabulary.find_access_level(text) is not None,
}
