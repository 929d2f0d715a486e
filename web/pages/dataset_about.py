"""About a dataset: every statement of its record, where it came from, and how to cite it."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from schemas.model import Dataset
from schemas.vocabulary import ACCESS_LEVELS, LANGUAGE_TAGS
from web import sessions
from web.opening import open_dataset
from web.pages.dataset import frame, tagged
from web.pages.page import Page
from web.rendering import render, told


def view(ref: str) -> ResponseReturnValue:
    """Render the record of a dataset."""
    with sessions.reading() as work:
        dataset = open_dataset(work, ref)
        shared = frame(work, dataset, "about")
        return tagged(
            render(
                "dataset/about.html",
                languages=[_language(tag) for tag in dataset.languages],
                access=told(ACCESS_LEVELS[dataset.access_level].label),
                fields=_fields(dataset),
                **shared,
            ),
        )


def _language(tag: str) -> str:
    return told(LANGUAGE_TAGS[tag].label) if tag in LANGUAGE_TAGS else tag


def _fields(dataset: Dataset) -> list[tuple[str, str]]:
    """Answer what the profile and the source say beyond the common fields, as texts."""
    every = {**dataset.fields, **dataset.extras}
    return [(str(key), _text(value)) for key, value in every.items() if value not in (None, "", [], {})]


def _text(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return "; ".join(_text(one) for one in value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_text(one)}" for key, one in value.items())
    return str(value)


PAGE = Page("dataset_about", ("/dataset/<ref>/about",), view)
