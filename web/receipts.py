"""Receipts: what lets somebody without an account come back to what they sent, kept in their own signed cookie."""

from __future__ import annotations

from flask import session

KEPT = 20


def keep(number: str, receipt: str) -> None:
    """Remember a receipt for this session; the oldest give way."""
    held = {**_held(), number: receipt}
    session["receipts"] = dict(list(held.items())[-KEPT:])


def of(number: str) -> str:
    """Answer the receipt of this number that the session holds, or nothing."""
    return _held().get(number, "")


def show_once(number: str, receipt: str) -> None:
    """Have the next page tell a new receipt."""
    keep(number, receipt)
    session["new-receipt"] = number


def new(number: str) -> str:
    """Answer the receipt that this page should tell, once."""
    if session.get("new-receipt") != number:
        return ""
    session.pop("new-receipt")
    return of(number)


def _held() -> dict[str, str]:
    held = session.get("receipts")
    return {str(key): str(value) for key, value in held.items()} if isinstance(held, dict) else {}
