"""How words are folded, cut and stemmed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search import text


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ＡＢＣ１２", "abc12"),
        ("Café", "cafe"),
        ("臺灣空氣", "台湾空气"),
        ("東京の空気", "东京の空气"),
        ("が", "が"),
        ("ｶﾞｽ", "ガス"),
        ("한국", "한국"),
        ("Straße", "straße"),
        ("ﬁle", "file"),
    ],
)
def test_folding_takes_away_what_is_not_meant(written: str, folded: str) -> None:
    assert text.fold(written) == folded


@pytest.mark.parametrize(
    ("written", "tokens"),
    [
        ("空气质量", ["空气", "气质", "质量", "量"]),
        ("水", ["水"]),
        ("2023年空气", ["2023", "年空", "空气", "气"]),
        ("Bus-stops, the children's", ["bus", "stops", "the", "children"]),
        ("PM2.5", ["pm2", "5"]),
        ("a_b", ["a", "b"]),
        ("", []),
        ("😀 ¶ --", []),
    ],
)
def test_texts_are_cut_into_tokens(written: str, tokens: list[str]) -> None:
    assert list(text.index_tokens(written)) == tokens


def test_a_question_leaves_the_last_character_open() -> None:
    assert text.query_tokens("空气质量") == ["空气", "气质", "质量"]
    assert text.query_tokens("空气 quality") == ["空气", "气", "quality"]
    assert text.query_tokens("水") == ["水"]
    assert text.query_tokens("年 年年") == ["年", "年年"]


def test_stems_and_numbers_are_english_only() -> None:
    assert text.stems(["populations", "空气", "pm2"]) == ["popul", "空气", "pm2"]
    assert text.numbers("buses") == ("bus",)
    assert text.numbers("city") == ("cities",)
    assert text.numbers("cities") == ("city",)
    assert text.numbers("空气") == ()


def test_pinyin_has_a_syllable_for_each_character() -> None:
    assert text.pinyin("空气 ABC 2023") == ["kong", "qi", "abc", "2023"]


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(written: str) -> None:
    once = text.fold(written)
    assert text.index_tokens(once) == text.index_tokens(written)
    assert len(text.fold_letters(written)) == len(written)


@given(st.text(max_size=60))
def test_tokens_hold_no_white_space(written: str) -> None:
    assert all(
        token and not token.isspace() and " " not in token and token != text.GAP for token in text.index_tokens(written)
    )


@given(st.text(alphabet="空气质量监测站", min_size=2, max_size=8), st.integers(0, 6), st.integers(1, 7))
def test_every_substring_is_a_run_of_tokens(run: str, start: int, length: int) -> None:
    part = run[start : start + length]
    if len(part) > 1:
        joined = f" {' '.join(text.index_tokens(run))} "
        assert f" {' '.join(text.query_tokens(part))} " in joined
