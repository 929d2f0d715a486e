"""A dataset: what it is, who answers for it, how fresh and how good it is, and its files."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from publisher import checks, datasets, organizations
from publisher.auth import Permission
from publisher.quality import INDICATORS, quality
from publisher.work import Work
from schemas.model import Dataset
from schemas.vocabulary import LICENCES
from web import catalogues, counting, questions, sessions, tables
from web.cards import cards
from web.freshness import freshness
from web.opening import open_dataset
from web.pages.page import Page
from web.rendering import render

FIRST_ROWS, FILES = 8, 50


def view(ref: str) -> ResponseReturnValue:
    """Render the data of a dataset: its first table, then all of its files."""
    with sessions.reading() as work:
        dataset = open_dataset(work, ref)
        wanted = catalogues.negotiated()
        if wanted:
            return redirect(url_for("catalogues.dataset", ref=dataset.name, extension=wanted), 303)
        counting.used(dataset.id)
        shared = frame(work, dataset, "data")
        table = next(((r, one) for r in dataset.resources[:20] if (one := tables.first(work, r.id, FIRST_ROWS))), None)
        related = cards(work, questions.related(work, dataset, rows=5))
        return tagged(
            render(
                "dataset/data.html",
                table=table,
                related=related,
                files_from=_files_from(len(dataset.resources)),
                files_at_once=FILES,
                structured=catalogues.embedded(work, dataset),
                **shared,
            )
        )


def _files_from(count: int) -> int:
    """Answer where the shown part of a long list of files starts."""
    asked = request.args.get("files", "")
    start = int(asked) // FILES * FILES if asked.isascii() and asked.isdigit() and len(asked) < 8 else 0
    return start if start < count else 0


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
        "quality": quality(dataset),
        "indicators": {indicator.key: indicator.label for indicator in INDICATORS},
        "syntaxes": catalogues.formats(dataset),
        "may_edit": work.may(Permission.DATASET_EDIT, datasets.subject(dataset)),
        "tab": tab,
    }


def tagged(page: str) -> ResponseReturnValue:
    """Answer a page that a browser may keep as long as its bytes stay the same."""
    response = make_response(page)
    response.add_etag()
    return response.make_conditional(request)


PAGE = Page("dataset", ("/dataset/<ref>",), view)
