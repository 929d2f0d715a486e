"""Versions of a dataset's record: when each stood, and what changed from one to the next."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from flask import request
from flask.typing import ResponseReturnValue

from publisher import history
from publisher.history import Version
from publisher.work import Work
from schemas.model import Dataset
from web import sessions
from web.opening import open_dataset
from web.pages.dataset import frame
from web.pages.page import Page
from web.rendering import render

SHOWN = 50
SILENT = {"revision", "changed", "origin"}


class Change(msgspec.Struct, frozen=True):
    """One field that differs between two versions, as text; an absent side is empty."""

    path: str
    old: str
    new: str


def view(ref: str) -> ResponseReturnValue:
    """Render the versions; `?from=2&to=5` compares two of them."""
    with sessions.reading() as work:
        dataset = open_dataset(work, ref)
        every = history.versions(work, dataset.id)
        pair = _pair(every)
        changes = _between(work, dataset, *pair) if pair else []
        shared = frame(work, dataset, "versions")
        return render(
            "dataset/versions.html", versions=every[:SHOWN], total=len(every), pair=pair, changes=changes, **shared
        )


def _pair(every: list[Version]) -> tuple[int, int] | None:
    """Answer the revisions to compare: those asked for, else the last two."""
    known = {version.revision for version in every}
    asked = [_revision(request.args.get(name, "")) for name in ("from", "to")]
    if asked[0] in known and asked[1] in known:
        return min(asked), max(asked)
    return (every[1].revision, every[0].revision) if len(every) > 1 else None


def _revision(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _between(work: Work, dataset: Dataset, first: int, second: int) -> list[Change]:
    old, new = (_flat(msgspec.to_builtins(history.at_revision(work, dataset.id, number))) for number in (first, second))
    paths = sorted(old.keys() | new.keys())
    return [Change(path, old.get(path, ""), new.get(path, "")) for path in paths if old.get(path) != new.get(path)]


def _flat(document: Any, path: str = "") -> dict[str, str]:
    """Answer a document as texts by path; resources go by their id, so that a moved one is not a changed one."""
    if isinstance(document, dict):
        return {
            key: text
            for name, value in document.items()
            if path or name not in SILENT
            for key, text in _flat(value, f"{path}.{name}" if path else name).items()
        }
    if isinstance(document, list) and document and all(isinstance(one, dict) and "id" in one for one in document):
        return {key: text for one in document for key, text in _flat(one, f"{path}[{one['id'][:8]}]").items()}
    if isinstance(document, list):
        return {
            path: "; ".join(one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in document)
        }
    return {path: str(document)}


PAGE = Page("dataset_versions", ("/dataset/<ref>/versions",), view)
