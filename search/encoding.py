"""What an engine holds: columns of tokens, exact values and numbers, the same for every engine.

A text field becomes a column of white-space joined tokens; sortable fields get a `sort_` column that is never empty, so
that order means the same everywhere: missing words come last, missing moments and numbers count as 0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Any, Literal, TypeAlias

import msgspec

from search import text
from search.document import Document, Value
from search.fields import FIELDS, TEXT_FIELDS, Field
from search.query import Scalar

Cell: TypeAlias = str | int | float | list[str]
ANALYSIS = 1
LONGEST_VALUE = 1000
LAST = "\U0010fffd"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST = 2**63 - 1
SHORT = frozenset(("title", "keyword_text", "organization_text", "theme_text", "resource_title"))


class Column(msgspec.Struct, frozen=True):
    """One column of an index; `order` columns are sorted by and never asked for."""

    name: str
    type: Literal["tokens", "exact", "integer", "float"]
    order: bool = False


def columns() -> tuple[Column, ...]:
    """Answer every column that an index has, the id apart."""
    asked = [Column(field.name, _TYPES[field.kind]) for field in FIELDS if field.kind != "order"]
    sorted_by = [Column(f"sort_{field.name}", _TYPES[field.kind], order=True) for field in FIELDS if field.sortable]
    extra = [
        *(Column(f"{name}_words", "tokens") for name in sorted(SHORT)),
        Column("suggestions", "exact"),
        Column("present", "exact"),
        Column("tie", "integer", order=True),
        Column("weight", "float", order=True),
    ]
    return (*asked, *sorted_by, *extra)


@cache
def order_type(column: str) -> str:
    """Answer the type of a column that is sorted by."""
    return next(one.type for one in columns() if one.name == column)


def encode(document: Document) -> dict[str, Cell]:
    """Turn a document into the cells of its columns."""
    values = document.values
    cells: dict[str, Cell] = {"id": document.id, "tie": tie(document.id), "weight": document.weight}
    for field in FIELDS:
        value = values.get(field.name)
        if value is not None and field.kind in _ENCODERS and field.name != "id":
            cells[field.name] = _ENCODERS[field.kind](value)
        if field.sortable:
            cells[f"sort_{field.name}"] = _order(field, document)
    cells |= _words(document)
    cells["suggestions"] = _suggestions(document)
    cells["present"] = _present(document)
    return cells


def plan(value: str, stemmed: bool = True) -> tuple[list[str], bool]:
    """Answer the tokens whose phrase finds a text, and whether the last one is a character that may go on."""
    tokens = text.query_tokens(value)
    open_end = bool(tokens) and len(tokens[-1]) == 1 and text.has_cjk(tokens[-1])
    return (text.stems(tokens) if stemmed else tokens), open_end


def exact(value: Scalar) -> str:
    """Answer a value as exact columns hold it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)[:LONGEST_VALUE]


def keyed(key: str, value: str) -> str:
    """Answer a value of a keyed field as its column holds it."""
    return f"{key.replace('=', '_')}={value}"[:LONGEST_VALUE]


def micros(value: datetime) -> int:
    """Answer a moment as microseconds since 1970 in UTC."""
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return (aware - EPOCH) // timedelta(microseconds=1)


def tie(dataset_id: str) -> int:
    """Answer a number by which documents that are otherwise equal are put in a lasting order."""
    return int.from_bytes(hashlib.blake2b(dataset_id.encode(), digest_size=8).digest(), "big") & _MOST


def _words(document: Document) -> dict[str, Cell]:
    """Make the token columns, each field's own and those that gather them."""
    cells: dict[str, Cell] = {}
    everything: list[str] = []
    latin: list[str] = []
    for field in TEXT_FIELDS:
        tokens = _gapped(_texts(document.values.get(field.name)), text.index_tokens)
        if tokens:
            stems = text.stems(tokens)
            cells[field.name] = " ".join(stems)
            if field.name in SHORT:
                cells[f"{field.name}_words"] = _unstemmed(tokens, stems)
            everything += [*stems, text.GAP]
            latin += [token for token in tokens if token < "\u3005"] + [text.GAP]
    syllables = _gapped(_spoken(document), text.pinyin)
    cells["text"] = " ".join(everything)
    cells["words"] = " ".join(latin)
    cells["pinyin"] = " ".join(syllables)
    cells["initials"] = " ".join(syllable[0] for syllable in syllables)
    return cells


def _unstemmed(tokens: list[str], stems: list[str]) -> str:
    """Answer the words whose stem is another word, so that `populat*` finds `population` (stem `popul`)."""
    return " ".join(token for token, stem in zip(tokens, stems, strict=True) if token != stem)


def _present(document: Document) -> list[str]:
    """List the fields that have a value, keyed ones with their key."""
    keys = (f"{name}.{key}" for name, value in document.values.items() if isinstance(value, dict) for key in value)
    return [*document.values, *keys]


def _gapped(texts: Iterable[str], cut: Any) -> list[str]:
    tokens: list[str] = []
    for one in texts:
        if tokens:
            tokens.append(text.GAP)
        tokens += cut(one)
    return tokens


def _spoken(document: Document) -> Iterable[str]:
    names = ("title", "keyword_text", "organization_text")
    return (one for name in names for one in _texts(document.values.get(name)) if text.has_cjk(one))


def _order(field: Field, document: Document) -> Cell:
    value = document.values.get(field.name)
    if isinstance(value, datetime):
        return micros(value)
    if field.kind == "date":
        return 0
    if field.kind == "number":
        return float(value) if isinstance(value, (int, float)) else 0.0
    made = _ORDERS.get(field.name)
    key = made(document) if made else text.sort_key(_texts(value)[0]) if value else ""
    return key[:LONGEST_VALUE] or LAST


def _suggestions(document: Document) -> list[str]:
    """List what typing may be completed to, of public datasets only: `key TAB kind TAB value TAB label`."""
    values = document.values
    if values.get("labels") != ("public",):
        return []
    found = [("keyword", word, word) for word in _texts(values.get("keywords"))]
    organization = _texts(values.get("organization"))
    if organization:
        found.append(("organization", organization[0], _texts(values.get("organization_text"))[0]))
    titles = _texts(values.get("theme_titles")) or _texts(values.get("themes"))
    found += [("theme", name, title) for name, title in zip(_texts(values.get("themes")), titles, strict=False)]
    return list(dict.fromkeys(row for one in found for row in _suggestion_rows(*one)))


@lru_cache(maxsize=20_000)
def _suggestion_rows(kind: str, value: str, label: str) -> tuple[str, ...]:
    """Pair a value with what may be typed for it: its label, later words, pinyin in full and as initials."""
    folded = text.sort_key(label)
    words = folded.split(" ")
    keys = [" ".join(words[place:]) for place in range(min(len(words), 5))]
    if text.has_cjk(label):
        keys += [folded[place:] for place in range(1, min(len(folded), 8)) if " " not in folded]
        syllables = text.pinyin(label)
        keys += ["".join(syllables), "".join(syllable[0] for syllable in syllables)]
    rows = (f"{key}\t{kind}\t{value}\t{label}".replace("\n", " ") for key in keys)
    return tuple(row for row in rows if len(row) < LONGEST_VALUE)


def _texts(value: Value | None) -> Sequence[str]:
    if isinstance(value, tuple):
        return value
    return (value,) if isinstance(value, str) and value else ()


def _first_word(document: Document, name: str) -> str:
    return min((token for one in _texts(document.values.get(name)) for token in text.words(one)), default="")


_TYPES: dict[str, Any] = {
    "text": "tokens",
    "all": "tokens",
    "keyword": "exact",
    "flag": "exact",
    "keyed": "exact",
    "order": "exact",
    "date": "integer",
    "number": "float",
}
_ENCODERS: dict[str, Any] = {
    "keyword": lambda value: [exact(one) for one in _texts(value)],
    "flag": exact,
    "keyed": lambda value: [keyed(key, one) for key, texts in value.items() for one in texts],
    "date": micros,
    "number": float,
}
_ORDERS: dict[str, Any] = {
    "title_sort": lambda document: text.sort_key(next(iter(_texts(document.values.get("title"))), "")),
    "title_first": lambda document: _first_word(document, "title"),
    "keyword_first": lambda document: min(map(text.sort_key, _texts(document.values.get("keywords"))), default=""),
}
