"""Numbers that identify a person are found however they are written, and other numbers are left alone."""

from __future__ import annotations

import pytest

from publisher.privacy import masked, personal_numbers


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("身份证 11010519491231002X，谢谢", ["identity-number"]),
        ("号码11010519491231002x。", ["identity-number"]),
        ("440524188001010014", ["identity-number"]),
        ("旧证 130503670401001", ["identity-number"]),
        ("请致电 13800138000", ["mobile-number"]),
        ("+86 138-0013-8000 或 １３８００１３８０００", ["mobile-number", "mobile-number"]),
        ("138 0013 8000", ["mobile-number"]),
        ("卡号 6222 0212 3456 7890 128", ["bank-card"]),
        ("卡号 6222 0212 3456 7890 129 不存在", []),
        ("13800138000 13900139000-2026", ["mobile-number", "mobile-number"]),
        ("1 2 3 4 5 6 7 8 9 0 13800138000", ["mobile-number"]),
        ("卡 4111 1111 1111 1111", ["bank-card"]),
        ("<b>13800138000</b>", ["mobile-number"]),
    ],
)
def test_personal_numbers_are_found(text: str, kinds: list[str]) -> None:
    assert [found.kind for found in personal_numbers(text)] == kinds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "电话 010-12345678",
        "编号 110105194912310021",
        "12345678901",
        "统一社会信用代码 91110000600037341L",
        "2026-11-25 10:30:00",
        "金额 12,345,678.90 元",
        "id 5c0b1f2e13800138000a",
        "110105194913310020",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert personal_numbers(text) == []


def test_a_masked_text_keeps_its_length_and_says_no_number() -> None:
    text = "甲 11010519491231002X 乙 13800138000 丙"
    hidden = masked(text)
    assert hidden == f"甲 {'*' * 18} 乙 {'*' * 11} 丙"
    assert personal_numbers(hidden) == []
