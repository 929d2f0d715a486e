"""Patterns with wildcards: `*` any characters, `?` one, a backslash takes the next character as it is."""

from __future__ import annotations

import re

import msgspec

from schemas.errors import Invalid
from schemas.text import Text

LONGEST = 100
MOST_WILDCARDS = 8
_PIECE = re.compile(r"\\(.)|([*?])|([^\\*?]+)|\\$", re.DOTALL)
_SPECIAL = re.compile(r"([*?\\])")
TOO_LONG = Text(
    zh=f"通配符模式最多 {LONGEST} 个字符、{MOST_WILDCARDS} 个通配符。",
    en=f"a pattern may have {LONGEST} characters and {MOST_WILDCARDS} wildcards.",
)


class Part(msgspec.Struct, frozen=True):
    """A piece of a pattern: a wildcard (`*` or `?`) or text as it is."""

    text: str
    wild: bool = False


def pieces(pattern: str) -> list[Part]:
    """Cut a pattern into wildcards and texts; refuse one that is too costly."""
    if too_long(pattern):
        raise Invalid({"q": [TOO_LONG.en]}, TOO_LONG, code="query-syntax")
    parts: list[Part] = []
    for escaped, wild, plain in _PIECE.findall(pattern):
        if wild:
            parts.append(Part(wild, wild=True))
        elif parts and not parts[-1].wild:
            parts[-1] = Part(parts[-1].text + (escaped or plain))
        elif escaped or plain:
            parts.append(Part(escaped or plain))
    return parts


def too_long(pattern: str) -> bool:
    """Say whether a pattern would cost too much."""
    wildcards = sum(1 for _, wild, _ in _PIECE.findall(pattern) if wild)
    return len(pattern) > LONGEST or wildcards > MOST_WILDCARDS


def literal(pattern: str) -> str:
    """Answer a text without its backslashes."""
    return re.sub(r"\\(.)", r"\1", pattern, flags=re.DOTALL)


def escape(text: str) -> str:
    """Write a text so that it is taken as it is."""
    return _SPECIAL.sub(r"\\\1", text)
