"""What people look for: searches that found nothing, the datasets used most, and how that is counted."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from publisher import datasets, usage
from publisher.work import Work
from schemas.model import Dataset
from web import sessions
from web.pages.page import Page
from web.rendering import render


def view() -> ResponseReturnValue:
    """Render the demand side."""
    with sessions.reading() as work:
        return render(
            "disclosure/demand.html",
            missed=usage.missed(work),
            viewed=_named(work, usage.most_used(work, act="view")),
            downloaded=_named(work, usage.most_used(work, act="download")),
        )


def _named(work: Work, counts: list[tuple[str, int]]) -> list[tuple[Dataset, int]]:
    known = {dataset.id: dataset for dataset in datasets.many(work, [key for key, _ in counts])}
    return [(known[key], count) for key, count in counts if key in known]


PAGE = Page("demand", ("/demand",), view)
