"""Pinyin as people type it: `kongqi zhiliang`, `kongqizhiliang` or the initials `kqzl`."""

from __future__ import annotations

import re
from functools import lru_cache

from search.wordlists import words_of

MOST_LETTERS = 48
MOST_SPLITS = 3


@lru_cache(maxsize=4096)
def splits(letters: str) -> tuple[tuple[str, ...], ...]:
    """Cut letters into pinyin syllables in up to three ways, fewest syllables first; nothing where they are none."""
    if not letters.isascii() or not letters.isalpha() or len(letters) > MOST_LETTERS:
        return ()
    known = words_of("pinyin.txt")
    best: list[list[tuple[str, ...]]] = [[()], *([] for _ in letters)]
    for end in range(1, len(letters) + 1):
        ways = [
            (*before, letters[start:end])
            for start in range(max(0, end - 6), end)
            if letters[start:end] in known
            for before in best[start]
        ]
        best[end] = sorted(ways, key=len)[:MOST_SPLITS]
    return tuple(best[-1])


def initials(letters: str) -> tuple[str, ...]:
    """Answer three to eight letters as initials of syllables; no syllable begins with i, u or v."""
    return tuple(letters) if re.fullmatch(r"[a-hj-tw-z]{3,8}", letters) else ()
