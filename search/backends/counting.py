"""Counted values put in order: facets and completions, the same for every engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from search.backends.matching import facet_place
from search.query import Count, Facet, Suggestion


def counts_of(buckets: Iterable[Mapping[str, Any]], facet: Facet) -> tuple[Count, ...]:
    """Put counted values in order (most frequent first, then by value) and cut them as the facet asks."""
    start = len(facet_place(facet.field).exact("")) if "." in facet.field else 0
    counts = [Count(str(bucket["key"])[start:], int(bucket["doc_count"])) for bucket in buckets]
    counts = sorted((one for one in counts if one.count >= facet.mincount), key=lambda one: (-one.count, one.value))
    return tuple(counts if facet.limit < 0 else counts[: facet.limit])


def rank_suggestions(found: Iterable[tuple[str, int]], kinds: tuple[str, ...], limit: int) -> tuple[Suggestion, ...]:
    """Turn counted entries of the suggestions column into completions, most frequent first."""
    best: dict[tuple[str, str], Suggestion] = {}
    for entry, count in found:
        _, kind, value, label = entry.split("\t", 3)
        known = best.get((kind, value))
        if (not kinds or kind in kinds) and (known is None or known.count < count):
            best[kind, value] = Suggestion(kind, value, label, count)
    ordered = sorted(best.values(), key=lambda one: (-one.count, one.label, one.kind))
    return tuple(ordered[:limit])
