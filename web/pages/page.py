"""A page of the portal: its addresses and the function that answers them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask.typing import ResponseReturnValue


@dataclass(frozen=True)
class Page:
    """Names an endpoint, the address rules that lead to it (the first one is the one that links use) and its view."""

    name: str
    rules: tuple[str, ...]
    view: Callable[..., ResponseReturnValue]
    methods: tuple[str, ...] = ("GET",)
