"""Clauses as Elasticsearch's query DSL, over the tokens that `search.encoding` made."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from search.backends.matching import Place, place
from search.patterns import Part, escape, pieces
from search.query import (
    All,
    Bool,
    Boost,
    Clause,
    Constant,
    DisMax,
    Exists,
    Fuzzy,
    Nothing,
    Phrase,
    Query,
    Range,
    Term,
    Terms,
    Wildcard,
)

Native: TypeAlias = dict[str, Any]
EXPANSIONS = 1024
MOST_BEGINNINGS = 16_384


def question(query: Query) -> Native:
    """Join what scores, what filters and who may see; ticked facet values are left to `ticked`."""
    filters = [clause_of(clause) for clause in query.filters]
    if query.visible is not None:
        filters.append(clause_of(Terms("labels", tuple(sorted(query.visible)))))
    where = clause_of(query.where)
    return {"bool": {"must": [where], "filter": filters}} if filters else where


def ticked(query: Query, without: str | None = None) -> list[Native]:
    """Answer the filters of the ticked facet values but those of one field."""
    return [clause_of(clause) for field, clause in query.selected if field != without]


def clause_of(clause: Clause) -> Native:
    """Translate one clause."""
    return _BY_TYPE[type(clause)](clause)


def _term(clause: Term) -> Native:
    where = place(clause.field)
    if where.textual:
        return _words(where, str(clause.value))
    if where.kind in ("date", "number"):
        return _range(Range(clause.field, clause.value, clause.value))
    return _constant({"term": {where.column: {"value": where.exact(clause.value)}}})


def _terms(clause: Terms) -> Native:
    where = place(clause.field)
    return _constant({"terms": {where.column: [where.exact(value) for value in clause.values]}})


def _phrase(clause: Phrase) -> Native:
    where = place(clause.field)
    if where.textual:
        return _words(where, clause.value, clause.slop, go_on=clause.prefix)
    if clause.prefix:
        return _wildcard(Wildcard(clause.field, escape(clause.value) + "*"))
    return _term(Term(clause.field, clause.value))


def _words(where: Place, value: str, slop: int = 0, go_on: bool = False) -> Native:
    tokens, open_end = where.plan(value)
    if not tokens:
        return {"match_none": {}}
    go_on = go_on and where.goes_on(tokens)
    if len(tokens) == 1 and (open_end or go_on):
        return _constant({"prefix": {where.column: {"value": tokens[0]}}})
    if len(tokens) == 1:
        return {"term": {where.column: {"value": tokens[0]}}}
    joined = " ".join(tokens)
    if open_end or go_on:
        return {
            "match_phrase_prefix": {where.column: {"query": joined, "slop": slop, "max_expansions": MOST_BEGINNINGS}}
        }
    return {"match_phrase": {where.column: {"query": joined, "slop": slop}}}


def _wildcard(clause: Wildcard) -> Native:
    where = place(clause.field)
    parts = pieces(clause.pattern)
    if where.kind in ("date", "number"):
        return _exists(Exists(clause.field))
    literal = where.substring(parts)
    if literal:
        return _words(where, literal, go_on=True)
    pattern = "".join(map(_pattern_of, where.pattern(parts)))
    return _either([_constant({"wildcard": {column: {"value": pattern}}}) for column in where.letters])


def _fuzzy(clause: Fuzzy) -> Native:
    where = place(clause.field)
    word = where.misspelt(clause.value)
    if word is None:
        return _term(Term(clause.field, clause.value))
    edits = max(1, min(clause.edits, 2))
    fuzzy = {"value": word, "fuzziness": edits, "max_expansions": EXPANSIONS}
    return _either([{"fuzzy": {column: fuzzy}} for column in where.letters])


def _range(clause: Range) -> Native:
    where = place(clause.field)
    low, high = where.number(clause.low), where.number(clause.high)
    if low is None and high is None:
        return _exists(Exists(clause.field))
    ends: dict[str, Any] = {}
    if low is not None:
        ends["gte" if clause.include_low else "gt"] = low
    if high is not None:
        ends["lte" if clause.include_high else "lt"] = high
    return _constant({"range": {where.column: ends}})


def _exists(clause: Exists) -> Native:
    place(clause.field)
    return _constant({"term": {"present": {"value": clause.field}}})


def _bool(clause: Bool) -> Native:
    must = [clause_of(one) for one in clause.must]
    should = [clause_of(one) for one in clause.should]
    if not must and not should:
        must = [_constant({"match_all": {}}, 0.0)]
    made: Native = {"must": must, "should": should, "must_not": [clause_of(one) for one in clause.must_not]}
    if (clause.minimum or 0) > len(should):
        return {"match_none": {}}
    if clause.minimum is not None and should:
        made["minimum_should_match"] = clause.minimum
    return {"bool": {key: value for key, value in made.items() if value != []}}


def _dismax(clause: DisMax) -> Native:
    parts = [clause_of(one) for one in clause.clauses]
    return {"dis_max": {"queries": parts, "tie_breaker": clause.tie}} if parts else {"match_none": {}}


def _boost(clause: Boost) -> Native:
    return {"bool": {"must": [clause_of(clause.clause)], "boost": clause.factor}}


def _constant(native: Native, score: float = 1.0) -> Native:
    return {"constant_score": {"filter": native, "boost": score}}


def _either(natives: list[Native]) -> Native:
    return natives[0] if len(natives) == 1 else {"dis_max": {"queries": natives}}


def _pattern_of(part: Part) -> str:
    return part.text if part.wild else re.sub(r"([*?\\])", r"\\\1", part.text)


_BY_TYPE: dict[type, Callable[[Any], Native]] = {
    All: lambda _: {"match_all": {}},
    Nothing: lambda _: {"match_none": {}},
    Term: _term,
    Terms: _terms,
    Phrase: _phrase,
    Wildcard: _wildcard,
    Fuzzy: _fuzzy,
    Range: _range,
    Exists: _exists,
    Bool: _bool,
    DisMax: _dismax,
    Boost: _boost,
    Constant: lambda clause: _constant(clause_of(clause.clause), clause.score),
}
