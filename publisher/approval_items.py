"""Approval items (政务服务事项): what citizens compare and follow, of datasets with profile `approval-item`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

import msgspec

from publisher import datasets, history, indexing
from publisher.work import Work
from schemas import profiles
from schemas.model import Dataset
from schemas.text import Text
from search.query import All, Clause, Query, Sort, Term

PROFILE = "approval-item"
GOAL = 0.5
WATCHED = (
    "promised_limit",
    "statutory_limit",
    "charged",
    "fee_standard",
    "online",
    "task_state",
    "conditions",
    "place",
    "hours",
    "materials",
)
MOST_VERSIONS = 50
MOST_COMPARED = 50


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One change that an applicant feels: which element, from what to what, when."""

    at: datetime
    label: Text
    before: Any
    after: Any


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the items that are in use can be handled online, against the goal of one half."""

    total: int
    online: int

    @property
    def rate(self) -> float | None:
        """Answer the share that can be handled online."""
        return self.online / self.total if self.total else None

    @property
    def reached(self) -> bool:
        """Tell whether the goal is reached."""
        return self.rate is not None and self.rate >= GOAL


def coverage(work: Work) -> Coverage:
    """Count the items that the actor may see."""
    return Coverage(total=_count(work), online=_count(work, Term("extras.online", "yes")))


def found(work: Work, where: Clause, *, start: int = 0, rows: int = 20) -> tuple[int, list[Dataset]]:
    """Answer how many items match, and a page of them."""
    query = Query(
        where=where, filters=_items(), sort=(Sort("score", descending=True), Sort("name")), start=start, rows=rows
    )
    answer = indexing.search(work, query)
    return answer.total, datasets.many(work, answer.ids)


def same_elsewhere(work: Work, item: Dataset) -> list[Dataset]:
    """Answer the items with the same basic code that other bodies handle, by their promised limit."""
    code = str(item.fields.get("catalog_code", ""))
    if not code:
        return []
    query = Query(where=All(), filters=(*_items(), Term("extras.catalog_code", code)), rows=MOST_COMPARED)
    others = [one for one in datasets.many(work, indexing.search(work, query).ids) if one.id != item.id]
    return sorted(others, key=lambda one: (_days(one), one.name))


def changes(work: Work, ref: str) -> list[Change]:
    """Answer what changed for applicants from version to version, newest first; a list counts by its length."""
    versions = history.versions(work, ref)[:MOST_VERSIONS]
    found: list[Change] = []
    for newer, older in pairwise(versions):
        after = history.at_revision(work, ref, newer.revision)
        before = history.at_revision(work, ref, older.revision)
        found += _between(before, after, newer.since)
    return found


def labels() -> dict[str, Text]:
    """Answer the labels of the profile's elements, by their names under `fields`."""
    known = profiles.get(PROFILE).fields
    return {field.path.removeprefix("fields."): field.label for field in known}


def words(name: str, value: Any) -> Text | str:
    """Answer a coded value of an element in words and a limit with its unit; other values as text."""
    if name.endswith("_limit") and str(value).isdecimal():
        return Text(zh=f"{value} 个工作日", en=f"{value} working days")
    among = next((f.among for f in profiles.get(PROFILE).fields if f.path == f"fields.{name}"), {})
    return among.get(str(value), str(value))


def _between(before: Dataset, after: Dataset, at: datetime) -> list[Change]:
    named = labels()
    pairs = [(name, before.fields.get(name), after.fields.get(name)) for name in WATCHED]
    return [
        Change(at=at, label=named[name], before=_told(name, old), after=_told(name, new))
        for name, old, new in pairs
        if old != new
    ]


def _told(name: str, value: Any) -> Text | str:
    if value in (None, "", []):
        return "–"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return Text(zh=f"{len(value)} 项", en=f"{len(value)} entries")
    return words(name, value)


def _count(work: Work, *more: Clause) -> int:
    filters = (*_items(), *more)
    return indexing.search(work, Query(where=All(), filters=filters, rows=0)).total


def _items() -> tuple[Clause, ...]:
    return (Term("state", "active"), Term("profile", PROFILE))


def _days(item: Dataset) -> float:
    try:
        return float(item.fields.get("promised_limit", ""))
    except (TypeError, ValueError):
        return float("inf")
