"""Cards: what a list shows of a dataset, made for a whole page of ids at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from publisher import datasets, organizations, tables
from publisher.quality import quality
from publisher.work import Work
from schemas.model import Dataset, Organization
from search.document import NO_FACTS, Facts
from web.freshness import Freshness, freshness


class Card(msgspec.Struct, frozen=True):
    """A dataset with its owner, how fresh and good it is, its formats, and the rows and columns of its tables."""

    dataset: Dataset
    owner: Organization | None
    fresh: Freshness
    formats: tuple[str, ...]
    score: int
    rows: int | None = None
    columns: tuple[str, ...] = ()


def cards(work: Work, ids: Sequence[str]) -> list[Card]:
    """Answer cards in the order of the ids; rights are the care of whoever found the ids."""
    found = datasets.many(work, ids)
    owners = organizations.many(work, [dataset.owner for dataset in found])
    known = tables.facts(work, found)
    return [_card(dataset, owners.get(dataset.owner), known.get(dataset.id, NO_FACTS), work.now) for dataset in found]


def _card(dataset: Dataset, owner: Organization | None, facts: Facts, now: datetime) -> Card:
    formats = dict.fromkeys(resource.format for resource in dataset.resources if resource.format)
    return Card(
        dataset,
        owner,
        freshness(dataset, now),
        tuple(formats),
        round(quality(dataset).score * 100),
        facts.row_count,
        tuple(dict.fromkeys(column.title or column.name for column in facts.columns)),
    )
