"""Reading: takes fields out of a JSON record one by one, so that nothing of it can go missing unnoticed.

What is taken is mapped; what is ignored is ignored by name; the rest is reported and kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from schemas.errors import Invalid
from schemas.mappings.findings import TYPES, finding, wrong_type
from schemas.report import Finding
from schemas.text import Text

_DATE = re.compile(
    r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])"
    r"([T ]([01]\d|2[0-4])(:?[0-5]\d(:?[0-6]\d([.,]\d+)?)?)?\s?(Z|[+-]\d{2}(:?\d{2})?)?)?)?)?$"
)
_EMAIL = re.compile(r"^[^@\s<>,;]+@[^@\s<>,;]+$")
_ADDRESS = re.compile(r"^(https?|ftps?|sftp)://[^\s<>\"]+$", re.IGNORECASE)
_CONTROLS = {code: None for code in range(32) if code not in (9, 10, 13)} | {0x7F: None, 0xFEFF: None}
_SURROGATES = re.compile("[\ud800-\udfff]")
_EACH = re.compile(r"\[\d+\]")
_REDACTED = re.compile(r"^\[\[REDACTED.*\]\]$", re.DOTALL)


def clean(text: str) -> str:
    """Take out what no text should hold: control characters, byte order marks, half surrogates, outer blanks."""
    if text.isprintable():
        return text.strip()
    return _SURROGATES.sub("\ufffd", text.translate(_CONTROLS)).strip()


def is_date(text: str) -> bool:
    """Tell whether the text is an ISO 8601 year, month, day or moment."""
    return bool(_DATE.match(text))


def is_email(text: str) -> bool:
    """Tell whether the text looks like one e-mail address."""
    return bool(_EMAIL.match(text))


def is_address(text: str) -> bool:
    """Tell whether the text is an http, https or ftp address."""
    return bool(_ADDRESS.match(text))


def is_redacted(text: str) -> bool:
    """Tell whether the text is DCAT-US's mark for something that was removed before publishing."""
    return bool(_REDACTED.match(text))


class Findings(list[Finding]):
    """Findings of one record, and the paths of unknown fields that were told already."""

    def __init__(self) -> None:
        super().__init__()
        self.told: set[str] = set()


class Reader:
    """Holds one record while its fields are taken; gathers findings and keeps what nobody took."""

    def __init__(self, record: Any, path: str = "", findings: list[Finding] | None = None) -> None:
        if not isinstance(record, dict):
            found = TYPES.get(type(record), TYPES[str])
            raise Invalid(
                {path or "record": [f"should be an object, but is {found.en}"]},
                Text(
                    zh=f"“{path or '记录'}”不是一条记录：应为对象，实际为{found.zh}。",
                    en=f"“{path or 'record'}” is not a record: it should be an object, but it is {found.en}.",
                ),
                code="not-a-record",
            )
        self.record: dict[str, Any] = record
        self.path = path
        self.findings: list[Finding] = Findings() if findings is None else findings
        self.extras: dict[str, Any] = {}
        self._taken: set[str] = set()

    def at(self, key: str) -> str:
        """Write the path of one of this record's fields."""
        return f"{self.path}.{key}" if self.path else key

    def say(self, code: str, key: str, value: object = None, **words: str) -> None:
        """Add a finding about one field."""
        self.findings.append(finding(code, self.at(key), value, None, **words))

    def has(self, key: str) -> bool:
        """Tell whether a field says anything."""
        return self.record.get(key) not in (None, "", [], {})

    def take(self, key: str) -> Any:
        """Take a field whatever its type; absent ones are None."""
        self._taken.add(key)
        return self.record.get(key)

    def keep(self, key: str, value: Any = None) -> None:
        """Keep a field as it is among the extras."""
        self._taken.add(key)
        self.extras[key] = self.record.get(key) if value is None else value

    def text(self, key: str) -> str:
        """Take a field as text; numbers are written out, other types are reported and kept."""
        value = self.take(key)
        if value is None:
            return ""
        if isinstance(value, str):
            return clean(value)
        if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
            self.findings.append(wrong_type(self.at(key), str, value))
            return clean(value[0])
        self.findings.append(wrong_type(self.at(key), str, value))
        if isinstance(value, (int, float)):
            return str(value)
        self.extras[key] = value
        return ""

    def texts(self, key: str) -> tuple[str, ...]:
        """Take a field as a list of texts, without blanks and repetitions; one text alone is reported and taken."""
        value = self.take(key)
        if value is None:
            return ()
        if not isinstance(value, list):
            self.findings.append(wrong_type(self.at(key), list, value))
            if isinstance(value, str):
                return (clean(value),) if clean(value) else ()
            self.extras[key] = value
            return ()
        return self._listed(key, value)

    def _listed(self, key: str, values: list[Any]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        strange = []
        for value in values:
            if isinstance(value, str) or (isinstance(value, (int, float)) and not isinstance(value, bool)):
                word = clean(str(value))
                if word:
                    found[word] = None
            elif value is not None:
                strange.append(value)
        if strange:
            self.findings.append(wrong_type(self.at(key), str, strange[0]))
            self.extras[key] = strange
        return tuple(found)

    def items(self, key: str) -> list[tuple[str, dict[str, Any]]]:
        """Take a field as a list of objects with their paths; one object alone counts as a list of one."""
        value = self.take(key)
        if value is None:
            return []
        listed = value if isinstance(value, list) else [value]
        found = []
        for index, entry in enumerate(listed):
            if isinstance(entry, dict):
                found.append((f"{self.at(key)}[{index}]", entry))
            elif entry is not None:
                self.findings.append(wrong_type(f"{self.at(key)}[{index}]", dict, entry))
                self.extras.setdefault(key, []).append(entry)
        return found

    def date(self, key: str) -> str:
        """Take a field as an ISO 8601 date or moment; anything else is reported and kept as it is."""
        text = self.text(key)
        if text and not is_date(text) and not is_redacted(text):
            self.say("bad-date", key, text)
        return text

    def address(self, key: str) -> str:
        """Take a field as a web address; anything else is reported and kept as it is."""
        text = self.text(key)
        if text and not is_address(text) and not is_redacted(text):
            self.say("bad-address", key, text)
        return text

    def ignore(self, *keys: str) -> None:
        """Leave fields out on purpose."""
        self._taken.update(keys)

    def rest(self) -> dict[str, Any]:
        """Report every field that nobody took, once for all entries of a list, and answer it with all that was kept."""
        told = self.findings.told if isinstance(self.findings, Findings) else set()
        for key, value in self.record.items():
            if key not in self._taken:
                name = clean(str(key))
                everywhere = _EACH.sub("[]", self.at(name))
                if everywhere not in told:
                    self.say("unknown-field", name, value)
                    told.add(everywhere)
                self.extras[name] = value
        return self.extras


def unique(words: Iterable[str]) -> tuple[str, ...]:
    """Answer the words without blanks and repetitions, in their order."""
    return tuple(dict.fromkeys(word for word in words if word))


def strip_mailto(text: str) -> str:
    """Answer the address without `mailto:`."""
    return text[7:].strip() if text[:7].lower() == "mailto:" else text
