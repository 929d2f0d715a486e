"""Lucene's query language, strictly: a recursive-descent parser after the grammar of Solr's standard query parser.

Operators follow Lucene's own rules, which are not those of a boolean expression: `AND`, `&&` and `+` require a clause,
`OR` and `||` make the clauses on both sides optional, `NOT`, `!` and `-` forbid; between clauses without an operator
stands AND. So `a OR b c` requires c and merely likes a and b.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal, TypeAlias

from search import limits, patterns
from search.fields import is_exact
from search.leaves import Leaves, Written
from search.limits import Refusal
from search.names import Names, Target
from search.query import All, Bool, Boost, Clause, Constant, Term, Terms, any_of

_SPACE = re.compile(r"[ \t\n\r\u3000]*")
_WORD = re.compile(
    r"(?:[^ \t\n\r\u3000+\-!():^\[\]\"{}~*?\\/]|\\.|[*?])(?:[^ \t\n\r\u3000!():^\[\]\"{}~*?\\]|\\.|[*?])*", re.S
)
_CONJUNCTION = re.compile(r"(AND|OR|&&|\|\|)(?=[ \t\n\r\u3000(\"+\-!]|$)")
_MODIFIER = re.compile(r"NOT(?=[ \t\n\r\u3000(]|$)|[+\-!]")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.S)
_EDITS = re.compile(r"~(\d+(?:\.\d+)?)?")
_BOOST = re.compile(r"\^(=?)(\d+(?:\.\d+)?)?")
_END = re.compile(r'"(?:[^"\\]|\\.)*"|[^ \t\n\r\u3000\]}"]+', re.S)
_TO = re.compile(r"[ \t\n\r\u3000]+TO[ \t\n\r\u3000]+")
_MOST_BOOST = 1e6

Occur: TypeAlias = Literal["must", "should", "not"]


class Parser:
    """Parses one text once."""

    def __init__(self, text: str, names: Names, refusal: Refusal, now: datetime) -> None:
        self.text = text
        self.names = names
        self.refusal = refusal
        self.leaves = Leaves(refusal, now)
        self.place = 0
        self.clauses = 0
        self.patterns = 0

    def parse(self) -> Clause:
        """Parse the whole text; refuse what is left over."""
        self._space()
        clause = self._query(self.names("text"), depth=0)
        if self.place < len(self.text):
            raise self._wrong(f"多余的“{self._here()}”。", f"{self._here()} is out of place here.")
        return clause

    def _query(self, target: Target, depth: int) -> Clause:
        if depth > limits.DEEPEST:
            raise self._wrong("括号嵌套过深。", f"more than {limits.DEEPEST} brackets are open.")
        found: list[tuple[Occur, Clause]] = []
        while self.place < len(self.text) and not self._at(")"):
            joined = self._match(_CONJUNCTION)
            if joined and not found:
                raise self._wrong("运算符前缺少条件。", f"{joined} has nothing before it.", back=len(joined))
            self._space()
            modifier = self._match(_MODIFIER)
            self._space()
            clause = self._clause(target, depth)
            self._add(found, joined, modifier, clause)
            self._space()
        if not found:
            raise self._wrong("这里缺少查询条件。", "a condition is missing here.")
        return assemble(found)

    def _add(self, found: list[tuple[Occur, Clause]], joined: str, modifier: str, clause: Clause) -> None:
        self.clauses += 1
        if self.clauses > limits.MOST_CLAUSES:
            raise self._wrong("查询条件过多。", f"there are more than {limits.MOST_CLAUSES} conditions.")
        alternative = joined in ("OR", "||")
        if found and joined and found[-1][0] != "not":
            found[-1] = ("should" if alternative else "must", found[-1][1])
        forbidden = modifier in ("NOT", "!", "-")
        found.append(("not" if forbidden else "should" if alternative else "must", clause))

    def _clause(self, target: Target, depth: int) -> Clause:
        if self.text.startswith("*:*", self.place):
            self.place += 3
            return self._boosted(All())
        start = self.place
        word = _WORD.match(self.text, self.place)
        if word:
            self.place = word.end()
            self._space()
            if self._at(":"):
                self.place += 1
                self._space()
                return self._value(self.names(patterns.literal(word[0])), depth)
            self.place = start
        return self._value(target, depth)

    def _value(self, target: Target, depth: int) -> Clause:
        if self._at("("):
            self.place += 1
            self._space()
            clause = self._query(target, depth + 1)
            self._expect(")")
            return self._boosted(clause)
        if self._at('"'):
            return self._boosted(self._phrase(target))
        if self._at("[") or self._at("{"):
            return self._boosted(self._range(target))
        return self._boosted(self._word(target))

    def _word(self, target: Target) -> Clause:
        start = self.place
        raw = self._match(_WORD)
        if not raw or raw in ("AND", "OR", "NOT", "&&", "||"):
            self.place = start
            raise self._no_value()
        wild = re.search(r"(?<!\\)(?:\\\\)*[*?]", raw) is not None
        self.patterns += wild
        if self.patterns > limits.MOST_PATTERNS:
            raise self._wrong("通配符条件过多。", f"more than {limits.MOST_PATTERNS} words have wildcards.")
        value = patterns.literal(raw)
        edits = self._edits(len(value))
        return self.leaves.value(target, Written(value, raw, start, wild=wild, edits=edits))

    def _phrase(self, target: Target) -> Clause:
        start = self.place
        quoted = _QUOTED.match(self.text, start)
        if quoted is None:
            raise self._wrong("引号没有结束；请补上引号，或在前面加反斜杠。", "the quotation mark is never closed.")
        self.place = quoted.end()
        slop = _EDITS.match(self.text, self.place)
        if slop:
            self.place = slop.end()
        words = min(int(float(slop[1])), 1000) if slop and slop[1] else 0
        value = patterns.literal(quoted[1])
        return self.leaves.value(target, Written(value, patterns.escape(value), start, quoted=True, slop=words))

    def _range(self, target: Target) -> Clause:
        start = self.place
        open_with = self.text[start]
        self.place += 1
        self._space()
        low = self._end()
        if not self._match(_TO):
            raise self._wrong("范围应写成 [开始 TO 结束]。", "a range is written [START TO END].")
        high = self._end()
        self._space()
        if not (self._at("]") or self._at("}")):
            raise self._wrong("范围没有结束。", "the range is not closed with ] or }.")
        close_with = self.text[self.place]
        self.place += 1
        return self.leaves.range(target, low, high, (open_with == "[", close_with == "]"), start)

    def _end(self) -> str | None:
        raw = self._match(_END)
        if not raw:
            raise self._wrong("范围应写成 [开始 TO 结束]。", "a range is written [START TO END].")
        if raw.startswith('"') and len(raw) > 1:
            return patterns.literal(raw[1:-1])
        return None if raw == "*" else patterns.literal(raw)

    def _edits(self, length: int) -> int:
        fuzzy = _EDITS.match(self.text, self.place)
        if fuzzy is None:
            return 0
        self.place = fuzzy.end()
        told = float(fuzzy[1]) if fuzzy[1] else 2.0
        return min(2, int(told) if told >= 1 else int((1 - told) * length)) if told else 0

    def _boosted(self, clause: Clause) -> Clause:
        boost = _BOOST.match(self.text, self.place)
        if boost is None:
            return clause
        if boost[2] is None:
            raise self._wrong("^ 后应写数字。", "a number must follow ^.")
        self.place = boost.end()
        factor = min(float(boost[2]), _MOST_BOOST)
        return Constant(clause, factor) if boost[1] else Boost(clause, factor)

    def _no_value(self) -> Exception:
        if self._at("/"):
            return self._wrong(
                "不支持正则表达式；网址请加引号。", "regular expressions are not supported; put an address in quotes."
            )
        if self.place >= len(self.text):
            return self._wrong("这里缺少查询条件。", "the text ends where a condition is missing.")
        return self._wrong(f"这里不能写“{self._here()}”。", f"{self._here()} cannot stand here; put \\ before it.")

    def _expect(self, mark: str) -> None:
        if not self._at(mark):
            raise self._wrong("括号没有结束。", f"a bracket is open: {mark} is missing.")
        self.place += 1

    def _at(self, mark: str) -> bool:
        return self.text.startswith(mark, self.place)

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.place)
        if found is None:
            return ""
        self.place = found.end()
        return found[0]

    def _space(self) -> None:
        self._match(_SPACE)

    def _here(self) -> str:
        return self.text[self.place : self.place + 20]

    def _wrong(self, zh: str, en: str, back: int = 0) -> Exception:
        return self.refusal.at(self.place - back, zh, en)


def assemble(found: list[tuple[Occur, Clause]]) -> Clause:
    """Join clauses by how they occur; alternatives of one exact field become one set."""
    if len(found) == 1 and found[0][0] != "not":
        return found[0][1]
    must, should, must_not = (tuple(clause for occur, clause in found if occur == kind) for kind in _OCCURS)
    alternatives = _set(should)
    if alternatives is not None and not must and not must_not:
        return alternatives
    return Bool(must=must, should=should, must_not=must_not)


def _set(should: tuple[Clause, ...]) -> Clause | None:
    fields = {clause.field for clause in should if isinstance(clause, Term) and isinstance(clause.value, str)}
    whole = all(isinstance(clause, Term) and isinstance(clause.value, str) for clause in should)
    if not should or len(fields) != 1 or not whole:
        return None
    field = next(iter(fields))
    if is_exact(field):
        return Terms(field, tuple(str(clause.value) for clause in should if isinstance(clause, Term)))
    return any_of(*should)


_OCCURS: tuple[Occur, ...] = ("must", "should", "not")
