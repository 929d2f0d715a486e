"""How much one question may ask, and how a refusal tells where it stopped."""

from __future__ import annotations

from schemas.errors import Invalid
from schemas.text import Text

LONGEST = 100_000
DEEPEST = 50
MOST_CLAUSES = 2_000
MOST_PATTERNS = 20


class Refusal:
    """Makes the refusals of one parameter: each tells the place in the text and what to do."""

    def __init__(self, parameter: str) -> None:
        self.parameter = parameter

    def at(self, place: int, zh: str, en: str) -> Invalid:
        """Make the refusal of what stands at a place (counted from 0, told from 1)."""
        message = Text(zh=f"第 {place + 1} 个字符处：{zh}", en=f"At character {place + 1}: {en}")
        return Invalid({self.parameter: [message.en]}, message, code="query-syntax")
