"""Folding: the form in which words and addresses of a vocabulary are compared."""

from __future__ import annotations

import re
import unicodedata

_GAPS = re.compile(r"[\s_\-‐-―·]+")
_SCHEME = re.compile(r"^https?://(www\.)?", re.IGNORECASE)
_TAILS = re.compile(r"(/deed(\.[a-z_-]+)?|/legalcode(\.[a-z_-]+)?|\.(html?|en|zh|ja|fr|de))$", re.IGNORECASE)


def fold(text: str) -> str:
    """Write a word in half width and lower case, with runs of spaces, hyphens and underscores as one space."""
    return _GAPS.sub(" ", unicodedata.normalize("NFKC", text)).strip().casefold()


def fold_address(text: str) -> str:
    """Write an address without scheme, `www.`, language variants and closing slash."""
    bare = _SCHEME.sub("", text.strip()).rstrip("/")
    return _TAILS.sub("", bare).rstrip("/").casefold()


def is_address(text: str) -> bool:
    """Tell whether the text is a web address."""
    return bool(_SCHEME.match(text.strip()))
