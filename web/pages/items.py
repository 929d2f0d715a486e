"""Approval items for citizens: what to bring, where, how long, what it costs and on which law; and all of them."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from publisher import approval_items, organizations
from schemas.errors import NotFound
from schemas.model import Dataset
from schemas.text import Text
from web import counting, questions, sessions
from web.opening import open_dataset
from web.pages.page import Page
from web.rendering import clean, render

ROWS = 20


def view() -> ResponseReturnValue:
    """Render the items that a search finds, and how many can be handled online."""
    q, page = clean(request.args.get("q", "")).strip()[:200], request.args.get("page", "1")
    number = int(page) if page.isdecimal() and 0 < len(page) < 5 and int(page) else 1
    with sessions.reading() as work:
        total, found = approval_items.found(work, questions.words(q, work.now), start=(number - 1) * ROWS, rows=ROWS)
        bodies = organizations.many(work, [item.owner for item in found])
        return render(
            "disclosure/items.html",
            q=q,
            total=total,
            items=[(item, bodies.get(item.owner)) for item in found],
            coverage=approval_items.coverage(work),
            goal=approval_items.GOAL,
            more=number + 1 if number * ROWS < total else None,
        )


def item(ref: str) -> ResponseReturnValue:
    """Render one item."""
    with sessions.reading() as work:
        found = open_dataset(work, ref)
        if found.profile != approval_items.PROFILE:
            raise NotFound(Text(zh="没有这个事项。", en="There is no such item."))
        counting.used(found.id)
        others = approval_items.same_elsewhere(work, found)
        bodies = organizations.many(work, [found.owner, *(other.owner for other in others)])
        return render(
            "disclosure/item.html",
            item=found,
            owner=bodies.get(found.owner),
            labels=approval_items.labels(),
            told_of=lambda name: _told(found, name),
            words=approval_items.words,
            others=[(other, bodies.get(other.owner)) for other in others],
            changes=approval_items.changes(work, found.id),
        )


def _told(found: Dataset, name: str) -> list[Text | str]:
    """Answer the lines of an element: one for a text, one an entry for a list, tables as `name: value`."""
    value = found.fields.get(name)
    listed: list[Any] = list(value) if isinstance(value, (list, tuple)) else [value] if value not in (None, "") else []
    return [_line(name, one) for one in listed]


def _line(name: str, value: Any) -> Text | str:
    if isinstance(value, dict):
        return "；".join(str(part) for part in value.values() if part not in (None, ""))
    return approval_items.words(name, value)


PAGE = Page("items", ("/items",), view)
ITEM = Page("item", ("/items/<ref>",), item)
