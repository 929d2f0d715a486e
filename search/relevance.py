"""What a person means by the words they type: one question that finds them in any script, language or spelling.

A question is tried in up to three ways, and the first that finds enough is the answer:

1. words as typed, their stems, synonyms and beginnings; or, at a lower weight, their translations or as pinyin;
2. the same with words that nothing holds taken as typing errors;
3. any of the words, or parts of Chinese ones.

Fields weigh title > keywords, themes and owner > description > columns; the exact phrase counts most. The weights are
those that `bench/relevance.py` measures.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from schemas.errors import Invalid
from search import syllables, text
from search.dictionary import Dictionary, NoDictionary
from search.names import ckan
from search.patterns import escape
from search.query import (
    BY_SCORE,
    All,
    Bool,
    Boost,
    Clause,
    Constant,
    DisMax,
    Fuzzy,
    Phrase,
    Query,
    Results,
    Sort,
    Term,
    Wildcard,
    all_of,
    any_of,
)
from search.synonyms import Synonyms
from search.syntax import parse_q
from search.translation import Translator
from search.units import Unit, cut
from search.weights import anywhere, in_fields, share

Ask: TypeAlias = Callable[[Query], Results]
Way: TypeAlias = Literal["as-typed", "spelling", "any-word"]

SYNONYM, TRANSLATION, PINYIN, BEGINNING, MISSPELT = 0.8, 0.4, 1.0, 0.3, 0.6
WHOLE_TITLE, WHOLE_TEXT = 4.0, 1.0
STRICT, IN_FRONT = 3.0, 100.0
PARTS = 0.6
ENOUGH = 10
SMALL = 50
MANY = 1000
NEWEST = (Sort("changed", descending=True),)
LONGEST_BEGINNING = 40
_PLAIN = re.compile(r"[^+\-!(){}\[\]^\"~*?:\\/&|]+")
_OPERATOR = re.compile(r"\b(AND|OR|NOT)\b")
_UNWANTED = re.compile(r'(?:^|(?<=\s))-("[^"]+"|[^\s"\-][^\s"]*)')
_FIELD = re.compile(r"([A-Za-z_][\w.]*):\S")


class Answer(msgspec.Struct, frozen=True):
    """An answer, which way found it, what was asked for, and the typed words that nothing holds (folded)."""

    results: Results
    way: Way = "as-typed"
    where: Clause = All()
    unknown: tuple[str, ...] = ()


class Reader:
    """Understands what is typed, with synonyms and a dictionary."""

    def __init__(self, synonyms: Synonyms, dictionary: Callable[[], Dictionary | NoDictionary] = NoDictionary) -> None:
        self._synonyms = synonyms
        self._dictionary = dictionary

    def search(self, ask: Ask, typed: str, query: Query) -> Answer:
        """Ask in one way after the other until enough is found; `query.where` is replaced.

        A looser way contains the stricter ones and ranks what they find first, so that pages stay in one order. An
        answer in another order than by score stays with the strictest way that finds anything.
        """
        answer = Answer(Results())
        typed, unwanted = _without_unwanted(typed)
        enough = ENOUGH if query.sort[:1] == BY_SCORE[:1] else 1
        for way, where, unknown in self.ways(ask, typed, query):
            wanted = Bool(must=(where,), must_not=unwanted) if unwanted else where
            results = ask(msgspec.structs.replace(query, where=wanted, weighted=True))
            answer = Answer(results, way, wanted, unknown)
            if results.total >= enough:
                break
        return answer

    def find(self, ask: Ask, typed: str, query: Query, now: datetime) -> Answer:
        """Answer what a person typed: the query language where it names a known field, else what the words mean."""
        if _names_a_field(typed):
            try:
                where = parse_q(typed, now)
            except Invalid:
                return self.search(ask, typed, query)
            return Answer(ask(msgspec.structs.replace(query, where=where)), "as-typed", where)
        return self.search(ask, typed, query)

    def find_as_ckan(self, ask: Ask, q: str, query: Query, where: Clause) -> Answer:
        """Answer what a CKAN client asked, `where` being its strict reading.

        Plain words, without any sign of the query language, are answered as a person's are. Everything else stays
        exactly as CKAN's; so do plain words without Chinese in a catalogue of fewer than `SMALL` datasets, where
        looser readings would only add what has little to do with the question.
        """
        plain = _PLAIN.fullmatch(q) is not None and not _OPERATOR.search(q)
        if plain and (text.has_cjk(q) or ask(Query(visible=query.visible, rows=0)).total >= SMALL):
            return self.search(ask, q, query)
        return Answer(ask(msgspec.structs.replace(query, where=where)), "as-typed", where)

    def ways(self, ask: Ask, typed: str, query: Query) -> Iterator[tuple[Way, Clause, tuple[str, ...]]]:
        """Answer the ways in which a text may be meant, strictest first."""
        units = self.units(typed)
        if not units:
            yield "as-typed", All() if not typed.strip() else Term("text", typed), ()
            return
        strict = self.meaning(units)
        yield "as-typed", strict, ()
        told = tuple(_unknown(ask, units, query))
        unknown = frozenset(told)
        if unknown:
            strict = self.meaning(units, unknown)
            yield "spelling", strict, told
        first = (Boost(strict, STRICT), Constant(strict, IN_FRONT))
        yield "any-word", Bool(should=(*first, loosely(units, unknown)), minimum=1), told

    def units(self, typed: str) -> tuple[Unit, ...]:
        """Cut a text into units of meaning."""
        return cut(typed[:500], self._dictionary(), self._synonyms)

    def meaning(self, units: tuple[Unit, ...], misspelt: frozenset[str] = frozenset()) -> Clause:
        """Join the readings of the units: as typed, translated, and as pinyin."""
        clauses = [_together(units, [_typed(unit, unit.text in misspelt) for unit in units])]
        clauses += self._translated(units)
        clauses += _spoken(units)
        return clauses[0] if len(clauses) == 1 else DisMax(tuple(clauses), 0.1)

    def _translated(self, units: tuple[Unit, ...]) -> Iterator[Clause]:
        """Read the units in the other language, where everything that is required has a translation."""
        translator = Translator(self._dictionary(), self._synonyms)
        parts = translator.english(units) if any(unit.chinese for unit in units) else translator.chinese(units)
        required = [clause for clause, is_required in parts if is_required]
        if required and None not in required:
            likes = [clause for clause, is_required in parts if clause is not None and not is_required]
            found = tuple(clause for clause in required if clause is not None)
            yield Boost(Bool(must=found, should=tuple(likes)), TRANSLATION)


def _without_unwanted(typed: str) -> tuple[str, tuple[Clause, ...]]:
    """Take out the words that a minus forbids, as long as others remain."""
    unwanted = tuple(Phrase("text", word.strip('"')) for word in _UNWANTED.findall(typed))
    rest = _UNWANTED.sub(" ", typed)
    return (rest, unwanted) if unwanted and text.words(rest) else (typed, ())


def _names_a_field(typed: str) -> bool:
    """Say whether a text asks for a field by a name that a field has."""
    return any(ckan(name).field != f"extras.{name}" for name in _FIELD.findall(typed))


def loosely(units: tuple[Unit, ...], misspelt: frozenset[str]) -> Clause:
    """Take any of the words, and the parts of Chinese ones."""
    named = [unit for unit in units if unit.required]
    clauses = [_typed(unit, unit.text in misspelt) for unit in named]
    parts = [Boost(in_fields(pair), 0.5) for unit in named if unit.chinese for pair in _pairs(unit.text)]
    likes = tuple(_typed(unit, misspelt=False) for unit in units if not unit.required)
    some = Bool(should=(*clauses, *parts), minimum=1)
    return Bool(must=(some,), should=likes) if likes else some


def completions(ask: Ask, typed: str, query: Query) -> Results:
    """Answer datasets whose title or name a person begins to type; where there are very many, the newest of them.

    A few letters begin thousands of titles equally well: putting all of those in one lasting order would take long.
    """
    asked = msgspec.structs.replace(query, where=complete(typed), weighted=True)
    if ask(msgspec.structs.replace(asked, rows=0)).total > MANY:
        asked = msgspec.structs.replace(asked, sort=NEWEST, weighted=False)
    return ask(asked)


def complete(typed: str) -> Clause:
    """Match names and titles that a person begins to type: the last word may go on; or their pinyin."""
    words = text.words(typed)
    if not words:
        return Bool(should=(Term("name", typed),), minimum=1)
    begun = all_of(*(Term("title", word) for word in words[:-1]), _beginning("title", words[-1]))
    named = Wildcard("name", escape(text.fold(typed).strip()[:LONGEST_BEGINNING]) + "*")
    clauses = [begun, named]
    if len(words) > 1 or text.has_cjk(typed):
        clauses.append(Boost(Phrase("title", typed, prefix=True), 2.0))
    letters = "".join(words)
    clauses += [Phrase("pinyin", " ".join(way), prefix=True) for way in syllables.splits(letters)[:2]]
    clauses += [Phrase("initials", " ".join(letters))] if syllables.initials(letters) else []
    return Bool(should=tuple(clauses), minimum=1)


def _typed(unit: Unit, misspelt: bool) -> Clause:
    """Read one unit as it is typed: it, its synonyms, its beginning, or what it may have been meant to be."""
    clauses = [in_fields(unit.text, unit.quoted)]
    clauses += [Boost(in_fields(other), SYNONYM * share(unit.text, other)) for other in unit.others]
    if unit.parts:
        clauses += [Boost(all_of(*(_typed(part, misspelt=False) for part in unit.parts)), PARTS)]
    if not unit.chinese and not unit.quoted:
        clauses += [Boost(Term("words", unit.text), 0.6)]
        if 3 < len(unit.text) <= LONGEST_BEGINNING and " " not in unit.text:
            clauses += [Boost(Wildcard("title", unit.text + "*"), BEGINNING)]
        if misspelt:
            edits = 1 if len(unit.text) < 6 else 2
            clauses += [Boost(anywhere(lambda field: Fuzzy(field, unit.text, edits)), MISSPELT)]
    return DisMax(tuple(clauses), 0.1)


def _together(units: tuple[Unit, ...], clauses: list[Clause]) -> Clause:
    """Require enough of the units that say something; like the others, and all of them side by side."""
    required = tuple(clause for clause, unit in zip(clauses, units, strict=True) if unit.required)
    likes = [clause for clause, unit in zip(clauses, units, strict=True) if not unit.required]
    if len(units) > 1:
        whole = "".join(unit.text for unit in units) if all(unit.chinese for unit in units) else _spaced(units)
        likes += [Boost(Phrase("title", whole, 1), WHOLE_TITLE), Boost(Phrase("text", whole, 1), WHOLE_TEXT)]
    enough = Bool(should=required, minimum=_needed(len(required)))
    return Bool(must=(enough,), should=tuple(likes)) if likes else enough


def _needed(count: int) -> int:
    """Answer how many units must match: all of one or two, all but one up to four, then about two thirds."""
    return count if count <= 2 else count - 1 if count <= 4 else (2 * count + 2) // 3


def _spoken(units: tuple[Unit, ...]) -> Iterator[Clause]:
    """Read letters as pinyin, word by word or run together, or as initials."""
    if any(unit.chinese for unit in units) or len(units) > 8:
        return
    letters = "".join(unit.text.replace(" ", "") for unit in units)
    ways = [way for way in syllables.splits(letters) if len(way) > 1 or len(letters) > 3]
    clauses = [Phrase("pinyin", " ".join(way)) for way in ways]
    apart = [syllables.splits(unit.text.replace(" ", ""))[:1] for unit in units]
    if len(units) > 1 and all(apart):
        clauses_apart = [Phrase("pinyin", " ".join(way[0])) for way in apart]
        yield Boost(all_of(*clauses_apart), PINYIN)
    if clauses:
        yield Boost(any_of(*clauses), PINYIN)
    if len(units) == 1 and syllables.initials(letters):
        yield Boost(Phrase("initials", " ".join(letters)), PINYIN)


def _unknown(ask: Ask, units: tuple[Unit, ...], query: Query) -> Iterator[str]:
    """Find the English words that no document which the reader may see holds."""
    for unit in units:
        if not unit.chinese and not unit.quoted and len(unit.text) > 3 and " " not in unit.text:
            held = any_of(Term("words", unit.text), Term("text", unit.text))
            asked = Query(where=held, filters=query.filters, visible=query.visible, rows=0)
            if not ask(asked).total:
                yield unit.text


def _beginning(field: str, word: str) -> Clause:
    if text.has_cjk(word) or len(word) > LONGEST_BEGINNING:
        return Term(field, word)
    return Wildcard(field, word + "*")


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run) - 1)] if len(run) > 2 else []


def _spaced(units: tuple[Unit, ...]) -> str:
    return " ".join(unit.text for unit in units)
