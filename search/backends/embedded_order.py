"""A page of tantivy's hits in a total order by any number of keys.

tantivy sorts by one key. Documents that share its value are put in order here, so the window that is fetched around the
page grows until it holds every group of equals that the page touches.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any, TypeAlias

from tantivy import DocAddress, Order, Searcher, SearchResult
from tantivy import Query as Native

from search.backends.matching import order_column
from search.encoding import order_type
from search.query import Hit, Query, Sort, scores

MARGIN = 50
DEEP = 1000
Found: TypeAlias = tuple[Any, DocAddress]


def page(searcher: Searcher, native: Native, query: Query) -> tuple[int, tuple[Hit, ...]]:
    """Answer the total and the hits of one page."""
    keys = [key for key in query.sort if key.field != "score" or scores(query.where)]
    first, others = (keys[0], keys[1:]) if keys else (Sort("tie"), [])
    if query.rows <= 0:
        return _count(searcher.search(native, 1)), ()
    if query.start > DEEP and query.start >= (total := _count(searcher.search(native, 1))):
        return total, ()
    total, low, hits = _window(searcher, native, query, first)
    begin = query.start - low
    end = min(begin + query.rows, len(hits))
    low_edge, high_edge = _edges(hits, begin, end)
    settled = _settle(searcher, hits[low_edge:high_edge], others)[begin - low_edge : end - low_edge]
    ids = (searcher.doc(place)["id"][0] for _, place in settled)
    by_score = first.field == "score"
    return total, tuple(Hit(id, value if by_score else 0.0) for id, (value, _) in zip(ids, settled, strict=True))


def _window(searcher: Searcher, native: Native, query: Query, first: Sort) -> tuple[int, int, list[Found]]:
    """Fetch hits around the page, wide enough that no group of equals is cut at its edges."""
    margin = MARGIN
    while True:
        low = max(0, query.start - margin)
        wanted = query.start + query.rows + margin - low
        result = _fetch(searcher, native, first, low, wanted, query.weighted)
        hits = result.hits
        begin = query.start - low
        end = min(begin + query.rows, len(hits))
        if begin >= end:
            return _count(result), low, []
        low_edge, high_edge = _edges(hits, begin, end)
        if (low_edge > 0 or low == 0) and (high_edge < len(hits) or len(hits) < wanted):
            return _count(result), low, hits
        margin *= 40


def _fetch(searcher: Searcher, native: Native, first: Sort, low: int, wanted: int, weighted: bool) -> SearchResult:
    if first.field == "score":
        weight = "weight" if weighted else None
        return searcher.search(native, wanted, offset=low, weight_by_field=weight)
    column = "tie" if first.field == "tie" else order_column(first.field)
    order = Order.Desc if first.descending else Order.Asc
    return searcher.search(native, wanted, order_by_field=column, offset=low, order=order)


def _edges(hits: Sequence[Found], begin: int, end: int) -> tuple[int, int]:
    """Widen a slice until no group of equal values is cut."""
    if begin >= end:
        return begin, begin
    while begin > 0 and hits[begin - 1][0] == hits[begin][0]:
        begin -= 1
    while end < len(hits) and hits[end][0] == hits[end - 1][0]:
        end += 1
    return begin, end


def _settle(searcher: Searcher, hits: list[Found], others: Sequence[Sort]) -> list[Found]:
    """Put each group of equals in order by the other keys and at last by the lasting number of each document."""
    settled: list[Found] = []
    for _, equals in groupby(hits, key=lambda hit: hit[0]):
        group = list(equals)
        for key in (Sort("tie"), *reversed(others)) if len(group) > 1 else ():
            values = _values(searcher, key.field, [place for _, place in group])
            order = sorted(range(len(group)), key=values.__getitem__, reverse=key.descending)
            group = [group[place] for place in order]
        settled += group
    return settled


def _values(searcher: Searcher, field: str, places: list[DocAddress]) -> list[Any]:
    if field == "score":
        return [0.0] * len(places)
    column = "tie" if field == "tie" else order_column(field)
    if order_type(column) == "exact":
        return [searcher.doc(place)[column][0] for place in places]
    return list(searcher.fast_field_values(column, places))


def _count(result: SearchResult) -> int:
    return int(result.count)  # type: ignore[attr-defined]  # tantivy's stubs leave it out
