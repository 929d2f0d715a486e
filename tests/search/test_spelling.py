"""What is offered for a word that nothing holds."""

from __future__ import annotations

import pytest

from search.spelling import corrected


@pytest.mark.parametrize(
    ("typed", "unknown", "found", "meant"),
    [
        ("bus stpos", ["stpos"], ["Bus stops and routes"], "bus stops"),
        ("Hospise", ["hospise"], ["Hospice providers"], "hospice"),
        ("bus stops", [], ["Bus stops"], ""),
        ("zzzz", ["zzzz"], ["Bus stops"], ""),
        ("hospise 空气", ["hospise"], ["空气 hospice"], "hospice 空气"),
        ("hospise", ["hospise"], [], ""),
    ],
)
def test_unknown_words_are_replaced_by_the_likest(typed: str, unknown: list[str], found: list[str], meant: str) -> None:
    assert corrected(typed, unknown, found) == meant
