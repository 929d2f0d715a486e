"""What a person may have meant to type: unknown words, replaced by the likest ones in what was found."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from search import text

LIKE_ENOUGH = 0.7


def corrected(typed: str, unknown: Iterable[str], found: Iterable[str]) -> str:
    """Replace the unknown words of a text by words of the texts that were found; nothing where none is like them."""
    words = dict.fromkeys(word for one in found for word in text.words(one) if not text.has_cjk(word))
    better = typed
    for word in unknown:
        likest = difflib.get_close_matches(word, words, n=1, cutoff=LIKE_ENOUGH)
        if likest and likest[0] != word:
            better = re.sub(
                rf"(?<!\w){re.escape(word)}(?!\w)", likest[0].replace("\\", ""), better, flags=re.IGNORECASE
            )
    return better if better != typed else ""
