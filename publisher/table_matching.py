"""Text questions as SQL over the columns of a table: which rows match, and which match best."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from publisher.table_columns import NUMERIC, TEMPORAL, Column, quoted
from publisher.table_text import CHINESE, Group, Question, Term

ASCII_EDGE = "[^0-9a-z]"
EDGE = rf"(?:[^\pL\pN]|[{CHINESE}])"
WORD_TYPES = ("text", "json")

Sql = tuple[str, tuple[Any, ...]]


def matching(question: Question, columns: Sequence[Column]) -> Sql:
    """Write the condition that a row answers a question; a question of nothing matches nothing."""
    if question is None:
        return "false", ()
    if isinstance(question, Term):
        parts = [found for column in columns if (found := _in_column(question, column)) is not None]
        return _joined(" OR ", parts)
    if question.operator == "!":
        sql, values = matching(question.parts[0], columns)
        return f"NOT coalesce({sql}, false)", values
    return _joined(" AND " if question.operator == "&" else " OR ", [matching(p, columns) for p in question.parts])


def weight(question: Question, columns: Sequence[Column]) -> Sql:
    """Write the number of times that the words of a question stand in the texts of a row; empty without any."""
    texts = [f"lower({quoted(column.name)})" for column in columns if column.type in WORD_TYPES]
    parts = [_times(term, text) for term in _terms(question) for text in texts]
    return " + ".join(sql for sql, _ in parts), tuple(value for _, values in parts for value in values)


def _times(term: Term, text: str) -> Sql:
    """Write how often a term stands in a text: for ASCII words by the words of the text, so that no edge is used up."""
    if all(form.isascii() and form.isalnum() for form in term.forms):
        fits = "starts_with(x, ?)" if term.prefix else "list_contains(?, x)"
        wanted = term.forms[0] if term.prefix else list(term.forms)
        words = f"list_filter(regexp_extract_all({text}, '[0-9a-z]+'), lambda x: {fits})"
        return f"coalesce(len({words}), 0)", (wanted,)
    return f"coalesce(len(regexp_extract_all({text}, ?)), 0)", (pattern(term),)


def pattern(term: Term) -> str:
    """Write the regular expression of a term within a text in lower case."""
    if term.chinese and len(term.forms[0]) > 1:
        return re.escape(term.forms[0])
    edge = ASCII_EDGE if all(form.isascii() for form in term.forms) else EDGE
    edge = f"[^{CHINESE}]" if term.chinese else edge
    forms = "|".join(re.escape(form).replace(r"\-", "-") for form in term.forms)
    before = "" if term.forms[0].startswith("-") else f"(?:^|{edge})"
    return f"{before}(?:{forms}){'' if term.prefix else f'(?:$|{edge})'}"


def _in_column(term: Term, column: Column) -> tuple[str, tuple[Any, ...]] | None:
    name = quoted(column.name)
    if column.type in WORD_TYPES:
        return _in_text(term, f"lower({name})")
    if column.type == "boolean":
        words = [word for word in ("true", "false") if _is(term, word)]
        return (f"{name} = {words[0]}", ()) if words else None
    if not term.forms[0][-1:].isdigit():
        return None
    if column.type in TEMPORAL:
        return _in_text(term, f"lower(strftime({name}, '%Y-%m-%d %H:%M:%S'))") if column.type != "time" else None
    if column.type in NUMERIC and not term.prefix:
        number = term.number
        return (f"{name} = ?", (number,)) if number is not None else None
    return _in_text(term, f"CAST({name} AS VARCHAR)") if column.type in NUMERIC else None


def _in_text(term: Term, text: str) -> tuple[str, tuple[Any, ...]]:
    start = _shared_start(term.forms)
    if term.chinese and len(term.forms[0]) > 1:
        return f"contains({text}, ?)", (start,)
    if not start:
        return f"regexp_matches({text}, ?)", (pattern(term),)
    return f"contains({text}, ?) AND regexp_matches({text}, ?)", (start, pattern(term))


def _shared_start(forms: Sequence[str]) -> str:
    low, high = min(forms), max(forms)
    return next((low[:at] for at, letter in enumerate(low) if high[at : at + 1] != letter), low)


def _is(term: Term, word: str) -> bool:
    return word.startswith(term.forms[0]) if term.prefix else word in term.forms


def _terms(question: Question) -> tuple[Term, ...]:
    if isinstance(question, Group):
        return tuple(term for part in question.parts if question.operator != "!" for term in _terms(part))
    return (question,) if question is not None else ()


def _joined(joint: str, parts: Sequence[Sql]) -> Sql:
    if not parts:
        return "false", ()
    return joint.join(f"({sql})" for sql, _ in parts), tuple(value for _, values in parts for value in values)
