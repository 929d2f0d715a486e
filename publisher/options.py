"""Options: what an administrator sets at run time, as text under a key."""

from __future__ import annotations

from sqlalchemy import select

from publisher.auth import Permission
from publisher.orm import OptionRow
from publisher.work import Work


def get(work: Work, key: str) -> str | None:
    """Answer the value set for a key, or None."""
    row = work.session.get(OptionRow, key)
    return row.value if row else None


def everything(work: Work) -> dict[str, str]:
    """Answer every value that was set, by key."""
    return {row.key: row.value for row in work.session.scalars(select(OptionRow).order_by(OptionRow.key))}


def put(work: Work, key: str, value: str) -> None:
    """Set a value; administrators only."""
    work.require(Permission.SITE_ADMIN)
    work.session.merge(OptionRow(key=key, value=value))
    work.session.flush()
    work.record("set-option", "option", key, value=value)
