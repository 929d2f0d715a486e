"""Lists of words that ship with the search package: white-space separated, `#` opens a remark."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def words_of(name: str) -> frozenset[str]:
    """Answer the words of a list."""
    told = files("search").joinpath(f"data/{name}").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in told for word in line.partition("#")[0].split())
