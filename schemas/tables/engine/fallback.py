"""Why a table goes to frictionless itself: reasons are counted, so that a new one cannot hide."""

from __future__ import annotations

import threading
from collections import Counter

# What is known to be left to frictionless on purpose; the tests fail on any other reason.
EXPECTED = frozenset(
    {
        "small",
        "not-delimited",
        "not-local",
        "compression",
        "options",
        "metadata",
        "open",
        "self-reference",
        "lookup",
        "header-case",
        "no-fields",
        "undecodable",
        "long-preamble",
        "comment-rows",
        "reader",
        "long-record",
        "csv",
        "typed-limit",
        "typed-source",
    }
)

_counts: Counter[str] = Counter()
_lock = threading.Lock()


class Fallback(Exception):
    """This table, as a whole, is for frictionless; `reason` is stable kebab-case."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


def count(reason: str) -> None:
    """Count one table that took this way (`fast` is the way without a fallback)."""
    with _lock:
        _counts[reason] += 1


def counts() -> dict[str, int]:
    """Answer how many tables took which way since the process started."""
    with _lock:
        return dict(_counts)
