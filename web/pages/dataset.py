"""A dataset: what it is, who answers for it, how fresh and how good it is, and its files."""

from __future__ import annotations

from typing import Any

from flask import make_response, request
from flask.typing import ResponseReturnValue

from publisher import checks, datasets, organizations
from publisher.work import Work
from schemas.errors import NotAuthorized, NotFound
from schemas.model import Dataset
from schemas.text import Text
from schemas.vocabulary import LICENCES
from web import counting, questions, sessions, tables
from web.cards import cards
from web.freshness import freshness
from web.pages.page import Page
from web.rendering import render

FIRST_ROWS = 8


def view(ref: str) -> ResponseReturnValue:
    """Render the data of a dataset: its first table, then all of its files."""
    with sessions.reading() as work:
        dataset = open_dataset(work, ref)
        counting.used(dataset.id)
        shared = frame(work, dataset, "data")
        table = next(((r, one) for r in dataset.resources[:20] if (one := tables.first(work, r.id, FIRST_ROWS))), None)
        related = cards(work, questions.related(work, dataset, rows=5))
        return tagged(render("dataset/data.html", table=table, related=related, **shared))


def open_dataset(work: Work, ref: str) -> Dataset:
    """Answer a dataset of that id or name; one that the reader may not see is as if it were not there."""
    try:
        dataset = datasets.get(work, ref)
    except NotAuthorized:
        raise _absent() from None
    if dataset.state == "deleted" and not work.actor.sysadmin:
        raise _absent()
    return dataset


def _absent() -> NotFound:
    return NotFound(
        Text(zh="没有这个数据集，或者它没有向您开放。", en="There is no such dataset, or it is not open to you.")
    )


def frame(work: Work, dataset: Dataset, tab: str) -> dict[str, Any]:
    """Answer what every tab of a dataset shows around its content."""
    owner = organizations.find(work, dataset.owner) if dataset.owner else None
    themes = organizations.many(work, dataset.themes)
    return {
        "dataset": dataset,
        "owner": owner,
        "themes": [themes[key] for key in dataset.themes if key in themes],
        "fresh": freshness(dataset, work.now),
        "licence": LICENCES.get(dataset.licence),
        "checks": checks.for_dataset(work, dataset.id),
        "tab": tab,
    }


def tagged(page: str) -> ResponseReturnValue:
    """Answer a page that a browser may keep as long as its bytes stay the same."""
    response = make_response(page)
    response.add_etag()
    return response.make_conditional(request)


PAGE = Page("dataset", ("/dataset/<ref>",), view)
