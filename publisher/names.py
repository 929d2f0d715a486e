"""Names: the short ASCII handles in addresses, made from titles and kept unique."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from sqlalchemy import select

from publisher.orm import DatasetRow, OrganizationRow
from publisher.work import Work

LONGEST = 100
RESERVED = frozenset({"new", "edit", "search"})
_CHINESE = re.compile(r"[㐀-鿿豈-﫿]+")


def slug(title: str) -> str:
    """Make a name of 2 to 90 characters `[a-z0-9_-]` from a title; Chinese is spelled in pinyin."""
    spelled = _CHINESE.sub(lambda match: f" {_pinyin(match[0])} ", title)
    ascii_only = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9_]+", "-", ascii_only).strip("-_")[:90].strip("-_")
    if len(name) < 2 or name in RESERVED:
        name = f"dataset-{name}" if name else "dataset"
    return name


def free_dataset_name(work: Work, wanted: str) -> str:
    """Answer `wanted`, or the first of wanted-2, wanted-3 … that no dataset has."""
    if work.session.scalar(select(DatasetRow.id).where(DatasetRow.name == wanted)) is None:
        return wanted
    return _free(set(_taken(work, DatasetRow.name, wanted)), wanted)


def free_organization_name(work: Work, wanted: str) -> str:
    """Answer `wanted`, or the first of wanted-2, wanted-3 … that no organization or theme has."""
    return _free(set(_taken(work, OrganizationRow.name, wanted)), wanted)


def valid(name: str) -> bool:
    """Tell whether a text can be a name: 2 to 100 characters of `[a-z0-9_-]`, none of the reserved words."""
    return bool(re.fullmatch(r"[a-z0-9_-]{2,100}", name)) and name not in RESERVED


def _taken(work: Work, column: object, wanted: str) -> list[str]:
    found = work.session.execute(select(column).where(column.startswith(wanted, autoescape=True)))  # type: ignore[call-overload, attr-defined]
    return [row[0] for row in found]


def _free(taken: set[str], wanted: str) -> str:
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted}-{number}" in taken:
        number += 1
    return f"{wanted}-{number}"


@lru_cache(maxsize=4096)
def _pinyin(text: str) -> str:
    from pypinyin import lazy_pinyin

    return "-".join(lazy_pinyin(text))
