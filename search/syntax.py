"""What people and programs write, as clauses: CKAN's `q`, `fq` and `sort`.

`q` without a colon is Solr's forgiving dismax: plain words, quotes, + and -, AND OR NOT; how many of the words must
match is `2<-1 5<80%`. `q` with a colon, and every `fq`, is Lucene's language (see `search.lucene`). Local parameters
(`{!parser}`) are refused. Every refusal is `Invalid` with the parameter's name, the place in the text and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from schemas.errors import Invalid
from schemas.text import Text
from search import limits, text
from search.fields import is_exact
from search.limits import Refusal
from search.lucene import Occur, Parser
from search.names import Names, ckan, ckan_order
from search.query import BY_SCORE, All, Bool, Boost, Clause, DisMax, Nothing, Phrase, Sort, Term, any_of

CKAN_WEIGHTS: Mapping[str, float] = {"name": 4.0, "title": 4.0, "keywords": 2.0, "themes": 2.0, "text": 1.0}
CKAN_MINIMUM = "2<-1 5<80%"
CKAN_TIE = 0.1
OLDEST_FIRST = (Sort("created"),)
_PIECE = re.compile(r'([+\-]*)("[^"]*"|[^\s"]+)')
_OPERATORS = ("AND", "OR", "NOT", "&&", "||")
_DANGLING = re.compile(r"(?:^|\s)[+\-]+(?=\s|$)")


def parse_q(
    q: str,
    now: datetime,
    names: Names = ckan,
    weights: Mapping[str, float] = CKAN_WEIGHTS,
    minimum: str = CKAN_MINIMUM,
    tie: float = CKAN_TIE,
    parameter: str = "q",
) -> Clause:
    """Parse `q` as CKAN does: Lucene's language where it has a colon, else dismax; nothing or `""` is everything."""
    q = checked(q, parameter)
    if q.strip() in ("", '""', "*:*"):
        return All()
    if ":" in q:
        return Parser(q, names, Refusal(parameter), now).parse()
    return dismax(q, weights, minimum, tie, parameter)


def parse_filter(fq: str, now: datetime, names: Names = ckan, parameter: str = "fq") -> Clause:
    """Parse a filter in Lucene's language; nothing is everything."""
    fq = checked(fq, parameter)
    return Parser(fq, names, Refusal(parameter), now).parse() if fq.strip() else All()


def parse_sort(sort: str | None) -> tuple[Sort, ...]:
    """Parse `field asc, field desc`, oldest first among equals; None and `rank` are by score and newest first.

    A field that has no order is left out.
    """
    if sort is None or sort.strip() == "rank":
        return BY_SCORE
    keys: list[Sort] = []
    for part in filter(None, (one.strip() for one in sort.split(","))):
        name, _, direction = part.rpartition(" ")
        if direction.lower() not in ("asc", "desc") or not name or len(keys) > 10:
            raise Invalid({"sort": ['Write "field asc" or "field desc".']}, _SORT, code="sort-syntax")
        field = ckan_order(name.strip())
        if field is not None:
            keys.append(Sort(field, descending=direction.lower() == "desc"))
    return (*keys, *OLDEST_FIRST) if not any(key.field == "created" for key in keys) else tuple(keys)


def parse_weights(qf: str) -> dict[str, float]:
    """Parse `title^4 tags^2 text` into weights by field name."""
    weights: dict[str, float] = {}
    for part in qf.split():
        name, caret, factor = part.partition("^")
        field = ckan(name).field
        if not field or (caret and not re.fullmatch(r"\d+(\.\d+)?", factor)):
            raise Invalid({"qf": [f"{part[:40]} is no field^weight."]}, code="query-syntax")
        weights[field] = min(float(factor), 1e6) if caret else 1.0
    return weights


def dismax(
    q: str, weights: Mapping[str, float], minimum: str = CKAN_MINIMUM, tie: float = CKAN_TIE, parameter: str = "q"
) -> Clause:
    """Read plain words: each may match in any of the weighted fields, and enough of them must match."""
    if q.count('"') % 2:
        q = q.replace('"', " ")
    q = _DANGLING.sub(" ", q)
    pieces = [(found.start(), found[1], found[2]) for found in _PIECE.finditer(q)]
    _refuse_lone_operators(pieces, Refusal(parameter))
    occurs = _occurring(pieces, weights, tie)
    must, should, must_not = (tuple(clause for occur, clause in occurs if occur == kind) for kind in _KINDS)
    if not must and not should:
        return Bool(must_not=must_not) if must_not else Nothing()
    if len(should) == 1 and not must and not must_not:
        return should[0]
    needed = enough(minimum, len(should)) if should else None
    return Bool(must=must, should=should, must_not=must_not, minimum=needed)


def enough(minimum: str, count: int) -> int:
    """Answer how many of `count` optional words must match by Solr's `mm`, such as `2`, `-1`, `75%` or `2<-1 5<80%`."""
    needed = count
    rules = minimum.split()
    if rules and "<" not in minimum:
        return _part(rules[0], count)
    for rule in rules:
        above, _, amount = rule.partition("<")
        if count > _part(above, 1_000_000):
            needed = _part(amount, count)
    return needed


def checked(written: str, parameter: str) -> str:
    """Refuse what is too long, holds local parameters or characters that are no text."""
    refusal = Refusal(parameter)
    if len(written) > limits.LONGEST:
        raise refusal.at(limits.LONGEST, "查询过长。", f"the text is longer than {limits.LONGEST} characters.")
    local = written.find("{!")
    if local >= 0:
        message = refusal.at(local, "不支持 {! 局部参数。", f"local parameters are not supported in {parameter}.")
        message.code = "local-parameters" if not written[:local].strip() else "local-parameters-inside"
        raise message
    return written.replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")


def _occurring(
    pieces: list[tuple[int, str, str]], weights: Mapping[str, float], tie: float
) -> list[tuple[Occur, Clause]]:
    """Apply the operators: AND requires both sides, NOT and - forbid what follows, + requires it."""
    found: list[tuple[Occur, Clause]] = []
    joined = forbid = False
    for _, marks, word in pieces[: limits.MOST_CLAUSES]:
        if word in _OPERATORS and not marks:
            if word in ("AND", "&&") and found and found[-1][0] == "should":
                found[-1] = ("must", found[-1][1])
            joined, forbid = word in ("AND", "&&") or (joined and word == "NOT"), word == "NOT"
            continue
        occur: Occur = "not" if forbid or marks.endswith("-") else "must" if joined or marks else "should"
        found.append((occur, _everywhere(word, weights, tie)))
        joined = forbid = False
    return found


def _refuse_lone_operators(pieces: list[tuple[int, str, str]], refusal: Refusal) -> None:
    """Refuse an operator that lacks a word before (all but NOT) or after it."""
    before = ""
    for place, marks, word in pieces:
        operator = word if word in _OPERATORS and not marks else ""
        if operator and operator != "NOT" and (before in _OPERATORS or place == pieces[0][0]):
            raise refusal.at(place, f"{operator} 前缺少检索词。", f"there is no word before {operator}.")
        before = operator or "word"
    if before in _OPERATORS:
        raise refusal.at(pieces[-1][0], f"{before} 后缺少检索词。", f"there is no word after {before}.")


def _everywhere(word: str, weights: Mapping[str, float], tie: float) -> Clause:
    quoted = word.startswith('"')
    value = word.strip('"')
    clauses = [_in_field(field, value, quoted, weight) for field, weight in weights.items()]
    return DisMax(tuple(clauses), tie)


def _in_field(field: str, value: str, quoted: bool, weight: float) -> Clause:
    clause: Clause
    if is_exact(field):
        clause = Term(field, value)
    elif quoted:
        clause = Phrase(field, value)
    else:
        clause = _loose(field, value)
    return clause if weight == 1.0 else Boost(clause, weight)


def _loose(field: str, value: str) -> Clause:
    """Take `open-data` as either word, the two side by side better; a word with Chinese in it stays whole."""
    words = text.words(value)
    if len(words) < 2 or text.has_cjk(value):
        return Term(field, value)
    return any_of(*(Term(field, word) for word in words), Boost(Phrase(field, value), 2.0))


def _part(amount: str, count: int) -> int:
    """Answer one amount of `mm`; a negative one tells how many may be missing."""
    try:
        number = int(amount.rstrip("%"))
    except ValueError:
        raise Invalid({"mm": [f"{amount[:20]} is no number of words."]}, code="query-syntax") from None
    share = abs(number) * count // 100 if amount.endswith("%") else abs(number)
    return max(0, min(count, count - share if number < 0 else share))


_KINDS: tuple[Occur, ...] = ("must", "should", "not")
_SORT = Text(zh="排序应写成“字段 asc”或“字段 desc”。", en='Write the order as "field asc" or "field desc".')
