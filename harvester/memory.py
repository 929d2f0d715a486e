"""Giving freed memory back: glibc keeps what batch after batch has freed, and a long run would seem to grow."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache


def give_back() -> None:
    """Return freed memory to the system; nothing happens where the C library has no way to."""
    _trim()(0)


@cache
def _trim() -> Callable[[int], object]:
    try:
        found: Callable[[int], object] = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):
        return lambda kept: None
    return found
