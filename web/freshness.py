"""Is a dataset on time? Its last change against the update cycle that it promises."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from schemas.model import Dataset
from schemas.vocabulary import FREQUENCIES, Frequency
from search.document import moment
from search.query import Clause, Exists, Range, Term, all_of, any_of, none_of

State = Literal["good", "late", "none"]


class Freshness(msgspec.Struct, frozen=True):
    """When the data last changed, which cycle it promises, and by how many days it is late."""

    state: State
    newest: datetime | None
    cycle: Frequency | None = None
    late_days: int = 0


def freshness(dataset: Dataset, now: datetime) -> Freshness:
    """Judge a dataset; without a cycle that can be judged it is neither on time nor late."""
    newest = moment(dataset.modified) or dataset.changed
    cycle = FREQUENCIES.get(dataset.frequency)
    if cycle is None or cycle.days is None or newest is None:
        return Freshness("none", newest, cycle)
    late = (now - newest).days - cycle.days
    return Freshness("late" if late > 0 else "good", newest, cycle, max(late, 0))


def judged() -> Clause:
    """Match datasets whose cycle says when they would be late."""
    return any_of(*(Term("frequency", cycle.key) for cycle in FREQUENCIES.values() if cycle.days is not None))


def late(now: datetime) -> Clause:
    """Match datasets that are late by the same rule as `freshness`."""
    return any_of(*(_late(cycle, now) for cycle in FREQUENCIES.values() if cycle.days is not None))


def _late(cycle: Frequency, now: datetime) -> Clause:
    last = now - timedelta(days=(cycle.days or 0) + 1)
    declared = Range("modified", high=last)
    ours = all_of(none_of(Exists("modified")), Range("changed", high=last))
    return all_of(Term("frequency", cycle.key), any_of(declared, ours))
