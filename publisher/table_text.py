"""Full-text questions to rows: words with their inflections, prefixes, numbers, Chinese, and how well a row answers.

A plain question asks for all its words. An expression combines words with `&`, `|`, `!` and brackets; `word:*` asks
for a prefix. Words match as in PostgreSQL's text search; Chinese of two and more characters matches anywhere.
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from schemas.errors import Invalid
from schemas.text import Text

CHINESE = "㐀-䶿一-鿿豈-﫿぀-ヿ가-힯"
TOKEN = re.compile(rf"[{CHINESE}]+|(?:(?<=[0-9])-)?[0-9]+(?:\.[0-9]+)?(?![^\W_{CHINESE}])|[^\W_{CHINESE}]+")
OPERATORS = re.compile(rf"\s*(?:([&|!()])|(<->)|('(?:[^']|'')*'|[\w.\-{CHINESE}]+)(:\*)?)")
DEEPEST = 50
MOST_TERMS = 64
SUFFIXES = ("", "s", "es", "ed", "d", "ing", "er", "ers", "ly", "ies", "ied", "y", "e", "ation", "ations", "ion")
WEIGHT = 0.1
_STEMMING = threading.Lock()  # a stemmer holds the word it is at
SERIES = 1.64493406685
STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
    i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her
    hers herself it its itself they them their theirs themselves what which who whom this that these
    those am is are was were be been being have has had having do does did doing a an the and but if or
    because as until while of at by for with about against between into through during before after
    above below to from up down in out on off over under again further then once here there when where
    why how all any both each few more most other some such no nor not only own same so than too very s
    t can will just don should now
""",
    )
)


class Term(msgspec.Struct, frozen=True):
    """One word of a question: the forms that a token may have, and whether a token may go on after them."""

    forms: tuple[str, ...]
    prefix: bool = False

    @property
    def chinese(self) -> bool:
        """Tell whether the term is Chinese."""
        return bool(re.match(f"[{CHINESE}]", self.forms[0]))

    @property
    def number(self) -> float | None:
        """Answer the number that the term is, or None."""
        return float(self.forms[0]) if re.fullmatch(r"[0-9]{1,15}(\.[0-9]+)?", self.forms[0]) else None


class Group(msgspec.Struct, frozen=True):
    """Parts of which all (`&`), one (`|`) or none (`!`) must hold."""

    operator: str
    parts: tuple[Term | Group, ...]


Question = Term | Group | None


def plain(text: str, language: str = "english") -> Question:
    """Read a plain question: all its words, without those that say nothing; None where none is left."""
    terms = [term for token in tokens(text) if (term := _term(token, language)) is not None]
    return _group("&", list(dict.fromkeys(terms))[:MOST_TERMS])


def expression(text: str, language: str = "english") -> Question:
    """Read an expression; raises Invalid where it is none."""
    return _Reader(text, language).read()


def tokens(text: str) -> list[str]:
    """Split a text into the words, numbers and Chinese runs that questions are asked of, in lower case."""
    return TOKEN.findall(text.lower())


def terms_of(question: Question) -> tuple[Term, ...]:
    """Answer the terms of a question, each once, without those under a `!`."""
    if question is None:
        return ()
    if isinstance(question, Term):
        return (question,)
    if question.operator == "!":
        return ()
    return tuple(dict.fromkeys(term for part in question.parts for term in terms_of(part)))


def rank(question: Question, words: Sequence[str]) -> float:
    """Answer how well a row of these words answers, from 0 to 1, as PostgreSQL's ts_rank with normalisation 32."""
    found = [[at for at, word in enumerate(words) if matches(term, word)] for term in terms_of(question)]
    together = isinstance(question, Group) and question.operator == "&"
    value = _rank_together(found) if together and len(found) > 1 else _rank_apart(found)
    return value / (value + 1)


def matches(term: Term, word: str) -> bool:
    """Tell whether a token is what a term asks for."""
    if term.chinese:
        return word == term.forms[0] if len(term.forms[0]) == 1 else term.forms[0] in word
    return word.startswith(term.forms) if term.prefix else word in term.forms


def _rank_apart(found: Sequence[Sequence[int]]) -> float:
    total = sum(WEIGHT * sum(1 / (n * n) for n in range(1, len(at) + 1)) / SERIES for at in found)
    return total / len(found) if found else 0.0


def _rank_together(found: Sequence[Sequence[int]]) -> float:
    value = -1.0
    for at, places in enumerate(found):
        for others in found[:at]:
            for first in places[:100]:
                for second in others[:100]:
                    if first == second:
                        continue
                    nearness = math.sqrt(WEIGHT * WEIGHT * _nearness(abs(first - second)))
                    value = nearness if value < 0 else 1.0 - (1.0 - value) * (1.0 - nearness)
    return value if value >= 0 else _rank_apart(found)


def _nearness(distance: int) -> float:
    return 1e-30 if distance > 100 else 1.0 / (1.005 + 0.05 * math.exp(distance / 1.5 - 2))


def _term(token: str, language: str, prefix: bool = False) -> Term | None:
    if prefix or not token.isalpha() or re.match(f"[{CHINESE}]", token):
        return Term((token,), prefix)
    if language == "english" and token in STOP_WORDS:
        return None
    return Term(_forms(token, language))


@lru_cache(maxsize=4096)
def _forms(word: str, language: str) -> tuple[str, ...]:
    """Answer the word and those of its inflections that have the same stem."""
    root = stem(word, language)
    roots = dict.fromkeys((word, root, root[:-1] if len(root) > 3 else root, *_stripped(word)))
    tried = (start + suffix for start in roots for suffix in SUFFIXES)
    return tuple(dict.fromkeys((word, *(form for form in tried if stem(form, language) == root))))


def _stripped(word: str) -> Iterable[str]:
    for suffix in SUFFIXES[1:]:
        if word.endswith(suffix) and len(word) - len(suffix) >= 2:
            yield word[: -len(suffix)]


@lru_cache(maxsize=65_536)
def stem(word: str, language: str) -> str:
    """Answer the stem of a word in a language."""
    stemmer = _stemmer(language)
    if stemmer is None:
        return word
    with _STEMMING:
        return str(stemmer.stemWord(word))


@lru_cache(maxsize=32)
def _stemmer(language: str) -> Any:
    import snowballstemmer  # type: ignore[import-untyped]

    if language == "simple":
        return None
    if language not in snowballstemmer.algorithms():
        message = f'text search configuration "{language[:100]}" does not exist'
        raise Invalid({}, Text(zh=f"没有全文检索语言 {language[:100]}。", en=message), code="text-language")
    return snowballstemmer.stemmer(language)


def _group(operator: str, parts: Sequence[Term | Group]) -> Question:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else Group(operator, tuple(parts))


class _Reader:
    """Reads `a & (b | !c:*)` by descent: `|` binds weaker than `&`, `&` weaker than `!`."""

    def __init__(self, text: str, language: str) -> None:
        self.text, self.language = text, language
        self.at = self.depth = 0
        self.lexemes = self._split()

    def read(self) -> Question:
        if not self.lexemes:
            return None
        found = self._any()
        if self.at < len(self.lexemes):
            raise self._wrong("syntax error in tsquery")
        return found

    def _split(self) -> list[tuple[str, str, bool]]:
        found, position = [], 0
        while position < len(self.text.rstrip()):
            match = OPERATORS.match(self.text, position)
            if match is None:
                raise self._wrong("syntax error in tsquery")
            sign, phrase, word, prefix = match.groups()
            found.append((sign or ("&" if phrase else ""), (word or "").strip("'"), bool(prefix)))
            position = match.end()
        if len(found) > MOST_TERMS * 4:
            raise self._wrong("tsquery is too large")
        return found

    def _peek(self) -> str | None:
        return self.lexemes[self.at][0] if self.at < len(self.lexemes) else None

    def _any(self) -> Question:
        parts = [self._all()]
        while self._peek() == "|":
            self.at += 1
            parts.append(self._all())
        return _group("|", [part for part in parts if part is not None])

    def _all(self) -> Question:
        parts = [self._one()]
        while self._peek() == "&":
            self.at += 1
            parts.append(self._one())
        return _group("&", [part for part in parts if part is not None])

    def _one(self) -> Question:
        if self.at >= len(self.lexemes) or self.lexemes[self.at][0] in ("&", "|", ")"):
            raise self._wrong("no operand in tsquery" if self.at >= len(self.lexemes) else "syntax error in tsquery")
        sign, word, prefix = self.lexemes[self.at]
        self.at += 1
        if sign == "!":
            part = self._nested(self._one)
            return None if part is None else Group("!", (part,))
        if sign == "(":
            inner = self._nested(self._any)
            if self._peek() != ")":
                raise self._wrong("syntax error in tsquery")
            self.at += 1
            return inner
        parts = [_term(token, self.language, prefix) for token in tokens(word)]
        return _group("&", [part for part in parts if part is not None])

    def _nested(self, read: Callable[[], Question]) -> Question:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self._wrong("tsquery is too large")
        found = read()
        self.depth -= 1
        return found

    def _wrong(self, why: str) -> Invalid:
        message = f'{why}: "{self.text[:200]}"'
        return Invalid({}, Text(zh=f"检索式无法理解：{self.text[:200]}", en=message), code="text-question")
