"""Cards: what a list shows of a dataset, made for a whole page of ids at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from publisher import datasets, organizations
from publisher.work import Work
from schemas.model import Dataset, Organization
from web.freshness import Freshness, freshness


class Card(msgspec.Struct, frozen=True):
    """A dataset with its owner, how fresh it is and the formats that it comes in."""

    dataset: Dataset
    owner: Organization | None
    fresh: Freshness
    formats: tuple[str, ...]


def cards(work: Work, ids: Sequence[str]) -> list[Card]:
    """Answer cards in the order of the ids; rights are the care of whoever found the ids."""
    found = datasets.many(work, ids)
    owners = organizations.many(work, [dataset.owner for dataset in found])
    return [card(dataset, owners.get(dataset.owner), work.now) for dataset in found]


def card(dataset: Dataset, owner: Organization | None, now: datetime) -> Card:
    """Answer the card of one dataset."""
    formats = dict.fromkeys(resource.format for resource in dataset.resources if resource.format)
    return Card(dataset, owner, freshness(dataset, now), tuple(formats))
