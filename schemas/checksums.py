"""Check digits of codes that public bodies use, and codes that must agree with another field."""

from __future__ import annotations

from collections.abc import Callable

_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def credit_code(text: str) -> bool:
    """Tell whether a text is a unified social credit code (统一社会信用代码): 18 characters after GB 32100-2015."""
    if len(text) != 18 or any(letter not in _CREDIT for letter in text):
        return False
    total = sum(_CREDIT.index(letter) * weight for letter, weight in zip(text, _CREDIT_WEIGHTS, strict=False))
    return _CREDIT[(31 - total % 31) % 31] == text[17]


def division_code(text: str) -> bool:
    """Tell whether a text can be a division code (行政区划代码): 6, 9 or 12 digits after GB/T 2260."""
    return text.isascii() and text.isdigit() and len(text) in (6, 9, 12) and text[:2] >= "11"


CHECKS: dict[str, Callable[[str], bool]] = {"credit-code": credit_code, "division-code": division_code}


# 政务信息资源目录编制指南: the first digit of a code is its class
_CLASSES = {"基础": "1", "主题": "2", "部门": "3"}


def class_agrees(code: str, classification: str) -> bool:
    """Tell whether a catalogue code begins with the class that the classification names; other words cannot tell."""
    digit = next((digit for word, digit in _CLASSES.items() if classification.strip().startswith(word)), "")
    return not digit or code.startswith(digit)


AGREEMENTS: dict[str, Callable[[str, str], bool]] = {"classification": class_agrees}
