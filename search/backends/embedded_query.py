"""Clauses as tantivy queries. tantivy panics on some empty or one-word forms, so those never reach it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tantivy import FieldType, Occur, Schema
from tantivy import Query as Native

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

_WILD = {"*": ".*", "?": "."}
_SPECIAL = re.compile(r"([\\.+*?()|\[\]{}^$#&\-~])")
_LEAST, _MOST = -(2**63), 2**63 - 1


class Translator:
    """Turns clauses into queries for one schema."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._by_type: dict[type, Callable[[Any], Native]] = {
            All: lambda _: Native.all_query(),
            Nothing: lambda _: Native.empty_query(),
            Term: self._term,
            Terms: self._terms,
            Phrase: self._phrase,
            Wildcard: self._wildcard,
            Fuzzy: self._fuzzy,
            Range: self._range,
            Exists: self._exists,
            Bool: self._bool,
            DisMax: self._dismax,
            Boost: lambda clause: Native.boost_query(self.clause(clause.clause), clause.factor),
            Constant: lambda clause: _constant(self.clause(clause.clause), clause.score),
        }

    def question(self, query: Query, without: str | None = None) -> Native:
        """Join what scores, what filters, who may see, and the ticked facet values but those of `without`."""
        filters = [*query.filters, *(clause for field, clause in query.selected if field != without)]
        if query.visible is not None:
            filters.append(Terms("labels", tuple(sorted(query.visible))))
        where = self.clause(query.where)
        parts = [(Occur.Must, where), *((Occur.Must, _constant(self.clause(clause), 0.0)) for clause in filters)]
        return Native.boolean_query(parts) if filters else where

    def clause(self, clause: Clause) -> Native:
        """Translate one clause."""
        return self._by_type[type(clause)](clause)

    def _term(self, clause: Term) -> Native:
        where = place(clause.field)
        if where.textual:
            return self._words(where, str(clause.value))
        if where.kind in ("date", "number"):
            return self._range(Range(clause.field, clause.value, clause.value))
        return _constant(Native.term_query(self.schema, where.column, where.exact(clause.value), "basic"))

    def _terms(self, clause: Terms) -> Native:
        where = place(clause.field)
        values = [where.exact(value) for value in clause.values]
        return _constant(Native.term_set_query(self.schema, where.column, values)) if values else Native.empty_query()

    def _phrase(self, clause: Phrase) -> Native:
        where = place(clause.field)
        if where.textual:
            return self._words(where, clause.value, clause.slop, go_on=clause.prefix)
        if clause.prefix:
            return self._wildcard(Wildcard(clause.field, escape(clause.value) + "*"))
        return self._term(Term(clause.field, clause.value))

    def _words(self, where: Place, value: str, slop: int = 0, go_on: bool = False) -> Native:
        tokens, open_end = where.plan(value)
        if not tokens:
            return Native.empty_query()
        go_on = go_on and where.goes_on(tokens)
        if len(tokens) == 1 and (open_end or go_on):
            return self._regex(where.column, regex_literal(tokens[0]) + ".*")
        if len(tokens) == 1:
            return Native.term_query(self.schema, where.column, tokens[0])
        if open_end or go_on:  # not phrase_prefix_query, which stops at 50 words that begin so
            words: list[str | tuple[int, str]] = [*map(regex_literal, tokens[:-1]), regex_literal(tokens[-1]) + ".*"]
            return Native.regex_phrase_query(self.schema, where.column, words, slop)
        return Native.phrase_query(self.schema, where.column, list(tokens), slop)

    def _wildcard(self, clause: Wildcard) -> Native:
        where = place(clause.field)
        parts = pieces(clause.pattern)
        if where.kind in ("date", "number"):
            return self._exists(Exists(clause.field))
        literal = where.substring(parts)
        if literal:
            return self._words(where, literal, go_on=True)
        pattern = "".join(map(_regex_of, where.pattern(parts)))
        return _either([self._regex(column, pattern) for column in where.letters])

    def _regex(self, column: str, pattern: str) -> Native:
        return _constant(Native.regex_query(self.schema, column, pattern))

    def _fuzzy(self, clause: Fuzzy) -> Native:
        where = place(clause.field)
        word = where.misspelt(clause.value)
        if word is None:
            return self._term(Term(clause.field, clause.value))
        edits = max(1, min(clause.edits, 2))
        return _either([Native.fuzzy_term_query(self.schema, one, word, distance=edits) for one in where.letters])

    def _range(self, clause: Range) -> Native:
        where = place(clause.field)
        low, high = where.number(clause.low), where.number(clause.high)
        if low is None and high is None:
            return self._exists(Exists(clause.field))
        if where.kind == "date":
            low, high = (None if end is None else min(max(int(end), _LEAST), _MOST) for end in (low, high))
        kind = FieldType.Integer if where.kind == "date" else FieldType.Float
        ends = (clause.include_low, clause.include_high)
        return _constant(Native.range_query(self.schema, where.column, kind, low, high, *ends))

    def _exists(self, clause: Exists) -> Native:
        place(clause.field)
        return _constant(Native.term_query(self.schema, "present", clause.field, "basic"))

    def _bool(self, clause: Bool) -> Native:
        parts = [(Occur.Must, self.clause(one)) for one in clause.must]
        parts += [(Occur.Should, self.clause(one)) for one in clause.should]
        if not parts:
            parts = [(Occur.Must, _constant(Native.all_query(), 0.0))]
        parts += [(Occur.MustNot, self.clause(one)) for one in clause.must_not]
        if (clause.minimum or 0) > len(clause.should):
            return Native.empty_query()
        return Native.boolean_query(parts, clause.minimum if clause.should else None)

    def _dismax(self, clause: DisMax) -> Native:
        parts = [self.clause(one) for one in clause.clauses]
        return Native.disjunction_max_query(parts, clause.tie) if parts else Native.empty_query()


def _constant(native: Native, score: float = 1.0) -> Native:
    return Native.const_score_query(native, score)


def _either(natives: list[Native]) -> Native:
    return natives[0] if len(natives) == 1 else Native.disjunction_max_query(natives)


def _regex_of(part: Part) -> str:
    return _WILD[part.text] if part.wild else regex_literal(part.text)


def regex_literal(literal: str) -> str:
    """Write a text so that tantivy's regular expressions take it as it is."""
    return _SPECIAL.sub(r"\\\1", literal)
