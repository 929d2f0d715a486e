"""Text: one thing said in Chinese and in English."""

from __future__ import annotations

import msgspec

LANGUAGES = ("zh_Hans_CN", "en")


class Text(msgspec.Struct, frozen=True):
    """Holds the same sentence or label in zh-CN and English."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.en

    def get(self, language: str) -> str:
        """Answer the text for a language tag: everything that starts with `zh` reads Chinese, all else English."""
        return self.zh if language.lower().startswith("zh") else self.en

    def format(self, **values: object) -> Text:
        """Fill `{name}` places in both languages."""
        return Text(zh=self.zh.format(**values), en=self.en.format(**values))
