"""Opening a dataset for a reader: one that may not be seen is as if it were not there."""

from __future__ import annotations

from publisher import datasets
from publisher.work import Work
from schemas.errors import NotAuthorized, NotFound
from schemas.model import Dataset
from schemas.text import Text


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
