"""How a clause's field and words meet an index's columns: what both engines' translators share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from schemas.errors import Invalid
from schemas.text import Text
from search import encoding, text
from search.fields import BY_NAME
from search.patterns import Part
from search.query import Scalar, field_and_key

_UNSTEMMED = frozenset(("words", "pinyin", "initials"))


class Place(msgspec.Struct, frozen=True):
    """Where a clause looks: the column, what kind of field it is, and the key of a keyed field."""

    kind: str
    column: str
    key: str = ""

    @property
    def textual(self) -> bool:
        """Say whether the column holds tokens."""
        return self.kind in ("text", "all")

    @property
    def letters(self) -> tuple[str, ...]:
        """Answer the columns that hold words as they are written, for patterns and typing errors."""
        if self.column == "text":
            return ("words",)
        return (self.column, f"{self.column}_words") if self.column in encoding.SHORT else (self.column,)

    def exact(self, value: Scalar) -> str:
        """Answer a value as the column holds it."""
        if self.kind == "keyed":
            return encoding.keyed(self.key, str(value))
        return encoding.exact(value)

    def plan(self, value: str) -> tuple[list[str], bool]:
        """Answer the tokens of a text, and whether the last one may go on."""
        return encoding.plan(value, stemmed=self.column not in _UNSTEMMED)

    def goes_on(self, tokens: list[str]) -> bool:
        """Say whether the last token of a phrase may go on; pairs of Chinese characters find every substring anyway."""
        return not (len(tokens[-1]) == 2 and text.has_cjk(tokens[-1]))

    def number(self, value: Scalar | None) -> float | int | None:
        """Answer an end of a range as the column counts it."""
        if value is None:
            return None
        if self.kind == "date" and isinstance(value, datetime):
            return encoding.micros(value)
        if self.kind == "number" and isinstance(value, (int, float)):
            return float(value)
        raise refused(
            self.column, Text(zh="此字段不能按这样的值取范围。", en="This field has no range of such values.")
        )

    def substring(self, parts: list[Part]) -> str:
        """Answer the text that a pattern like `空气*` asks for; bigrams find it as a substring."""
        literals = [part.text for part in parts if not part.wild]
        inner = [part for part in parts[1:-1] if part.wild]
        alone = self.textual and len(literals) == 1 and not inner and text.has_cjk(literals[0])
        return literals[0] if alone and all(part.text == "*" for part in parts if part.wild) else ""

    def pattern(self, parts: list[Part]) -> list[Part]:
        """Answer a pattern over whole tokens or exact values of the column."""
        if self.textual:
            return [part if part.wild else Part(text.fold(part.text)) for part in parts]
        return [Part(f"{self.key}="), *parts] if self.kind == "keyed" else parts

    def misspelt(self, value: str) -> str | None:
        """Answer the one word that a fuzzy clause looks for; None where letters cannot be changed."""
        if not self.textual:
            return self.exact(value)
        tokens = text.index_tokens(value)
        return tokens[0] if len(tokens) == 1 and len(tokens[0]) > 2 and not text.has_cjk(tokens[0]) else None


def place(name: str) -> Place:
    """Find the column of a field's name; refuse a name that no field has."""
    field, key = field_and_key(name)
    known = BY_NAME.get(field)
    if known is None or known.kind == "order" or (known.kind == "keyed") != bool(key):
        raise refused(name, Text(zh=f"没有可查询的字段 {name}。", en=f"There is no field {name} to ask for."))
    return Place(known.kind, field, key)


def order_column(name: str) -> str:
    """Find the column that a field is sorted by; refuse a field that answers cannot be sorted by."""
    known = BY_NAME.get(name)
    if known is None or not known.sortable:
        raise refused(name, Text(zh=f"不能按字段 {name} 排序。", en=f"Answers cannot be sorted by {name}."))
    return f"sort_{name}"


def facet_place(name: str) -> Place:
    """Find the column whose values are counted; refuse a field whose values cannot be."""
    where = place(name)
    if where.kind not in ("keyword", "flag", "keyed"):
        raise refused(name, Text(zh=f"不能统计字段 {name} 的取值。", en=f"The values of {name} cannot be counted."))
    return where


def refused(name: str, message: Text, **also: Any) -> Invalid:
    """Make the refusal of a question about one field."""
    return Invalid({name: [message.en], **also}, message)
