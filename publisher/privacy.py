"""Privacy: finds numbers that identify a person in a text before the public reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Literal

import msgspec

from schemas.text import Text

Kind = Literal["identity-number", "mobile-number", "bank-card"]
LABELS: dict[Kind, Text] = {
    "identity-number": Text(zh="身份证号", en="an identity number"),
    "mobile-number": Text(zh="手机号码", en="a mobile number"),
    "bank-card": Text(zh="银行卡号", en="a bank card number"),
}
_WIDE = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789Xx")
_RUN = re.compile(r"(?<![0-9A-Za-z])\+?[0-9]+(?:[ \-·.][0-9]+)*(?:[ \-]?[Xx])?(?![0-9A-Za-z])")
_GROUP = re.compile(r"[0-9]+(?:[ \-]?[Xx])?")
_LONGEST_GROUPS = 20
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class Found(msgspec.Struct, frozen=True):
    """One number: what it is and the span of the text where it stands."""

    kind: Kind
    start: int
    end: int


def personal_numbers(text: str) -> list[Found]:
    """Answer the identity, mobile and bank card numbers in a text, in their order.

    Digits may be full-width or grouped with spaces, dots and hyphens. An 18-digit identity number must have the check
    digit of GB 11643 and a possible birthday; a card number must obey Luhn's rule.
    """
    return list(_found(text.translate(_WIDE)))


def masked(text: str) -> str:
    """Answer the text with every personal number replaced by asterisks of the same length."""
    for found in reversed(personal_numbers(text)):
        text = text[: found.start] + "*" * (found.end - found.start) + text[found.end :]
    return text


def _found(text: str) -> Iterator[Found]:
    for match in _RUN.finditer(text):
        if match.end() - match.start() >= 11:
            yield from _inside(match)


def _inside(run: re.Match[str]) -> Iterator[Found]:
    """Answer the numbers of a run of digits, taking the most groups that make one."""
    groups = list(_GROUP.finditer(run[0]))
    at = 0
    while at < len(groups):
        for last in range(min(len(groups), at + _LONGEST_GROUPS), at, -1):
            start, end = groups[at].start(), groups[last - 1].end()
            kind = _kind(re.sub(r"[^0-9Xx]", "", run[0][start:end]))
            if kind is not None:
                yield Found(kind, run.start() + start, run.start() + end)
                at = last - 1
                break
        at += 1


def _kind(digits: str) -> Kind | None:
    number = digits.upper()
    if _is_identity(number):
        return "identity-number"
    bare = number.removeprefix("86") if len(number) == 13 else number
    if re.fullmatch(r"1[3-9]\d{9}", bare):
        return "mobile-number"
    if re.fullmatch(r"\d{16,19}", number) and _luhn(number):
        return "bank-card"
    return None


def _is_identity(number: str) -> bool:
    if re.fullmatch(r"[1-9]\d{14}", number):
        return _is_day(f"19{number[6:12]}")
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", number) or not _is_day(number[6:14]):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return "10X98765432"[total % 11] == number[17]


def _is_day(text: str) -> bool:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).year >= 1850
    except ValueError:
        return False


def _luhn(number: str) -> bool:
    digits = [int(digit) for digit in reversed(number)]
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
