"""What is marked in a text, and that marking never changes it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.highlight import Highlighter
from search.query import Bool, Clause, Phrase, Term, Wildcard
from search.syntax import parse_q

NOW = datetime(2025, 1, 1, tzinfo=UTC)


def hits(clause: Clause, text: str) -> list[str]:
    return [part.text for part in Highlighter(clause).parts(text) if part.hit]


@pytest.mark.parametrize(
    ("typed", "text", "marked"),
    [
        ("bus", "The bus and the BUS stop", ["bus", "BUS"]),
        ("stops", "Bus stop, stopping, nonstop", ["stop", "stopping"]),
        ("空气质量", "臺北空氣質量監測", ["空氣質量"]),
        ("空氣", "空气与空氣", ["空气", "空氣"]),
        ("ｃsv", "ＣＳＶ file", ["ＣＳＶ"]),
        ('"bus lines"', "All bus-lines, bus and lines", ["bus-lines"]),
        ("2023", "2023年与 20230", ["2023"]),
        ("health -care", "health care", ["health"]),
        ("title:bus", "A bus", ["bus"]),
        ("organization:bus", "A bus", []),
        ("cafe", "Café", ["Café"]),
    ],
)
def test_marks_what_was_searched(typed: str, text: str, marked: list[str]) -> None:
    assert hits(parse_q(typed, NOW), text) == marked


def test_patterns_mark_their_beginning() -> None:
    assert hits(Wildcard("title", "popul*"), "populations grow") == ["populations"]
    assert hits(Wildcard("title", "*"), "populations grow") == []


def test_forbidden_words_and_pinyin_mark_nothing() -> None:
    assert hits(Bool(must_not=(Term("text", "bus"),)), "bus") == []
    assert hits(Phrase("pinyin", "kong qi"), "kong qi") == []


@given(st.text(max_size=80), st.text(max_size=20))
def test_parts_join_to_the_text(text: str, typed: str) -> None:
    marked = Highlighter(Term("text", typed)).parts(text)
    assert "".join(part.text for part in marked) == text
