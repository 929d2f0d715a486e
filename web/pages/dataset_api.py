"""A dataset for programs: calls that can be copied and run."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from publisher import tables
from web import sessions
from web.opening import open_dataset
from web.pages.dataset import frame, tagged
from web.pages.page import Page
from web.rendering import render


def view(ref: str) -> ResponseReturnValue:
    """Render the calls."""
    with sessions.reading() as work:
        dataset = open_dataset(work, ref)
        stored = tables.having(work, [resource.id for resource in dataset.resources])
        shared = frame(work, dataset, "api")
        return tagged(render("dataset/api.html", stored=stored, **shared))


PAGE = Page("dataset_api", ("/dataset/<ref>/api",), view)
