"""Deciding what a record means: new, changed, unchanged, gone; and when a catalogue looks wrong as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Literal

import msgspec
import orjson

from schemas.model import Dataset
from schemas.text import Text

Decision = Literal["create", "update", "unchanged", "withdraw", "refused", "held", "conflict"]
DECISIONS: dict[str, Text] = {
    "create": Text("新增", "added"),
    "update": Text("更新", "changed"),
    "unchanged": Text("未变", "unchanged"),
    "withdraw": Text("撤下", "withdrawn"),
    "refused": Text("拒收", "refused"),
    "held": Text("暂缓发布", "held back"),
    "conflict": Text("归属冲突", "ownership conflict"),
}
SMALL = 5


class Guards(msgspec.Struct, frozen=True, kw_only=True):
    """When a run stops for a person: `percent` of the published records gone at once (of more than a few)."""

    percent: int = 20
    absent_runs: int = 1


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """Why a guard stopped a run."""

    code: str
    message: Text


def fingerprint(payload: Mapping[str, Any], volatile: frozenset[str] = frozenset()) -> str:
    """Hash a record by what it says: order of fields and layout do not count, nor do volatile fields."""
    content = _steady(payload, volatile) if volatile else payload
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()


def _steady(payload: Mapping[str, Any], volatile: frozenset[str]) -> dict[str, Any]:
    kept = {key: value for key, value in payload.items() if key not in volatile}
    for key, value in kept.items():
        if isinstance(value, list) and value and isinstance(value[0], dict) and not volatile.isdisjoint(value[0]):
            kept[key] = [_steady(item, volatile) if isinstance(item, dict) else item for item in value]
    return kept


def decide(known: str | None, active: bool, found: str) -> Decision:
    """Compare the hash last accepted (None: never) with the one found now; what was gone and returns is a change."""
    if known is None:
        return "create"
    return "unchanged" if active and known == found else "update"


def guard(guards: Guards, *, published: int, gathered: int, absent: int) -> Stop | None:
    """Stop where a catalogue is empty, or would withdraw more of what is published than the source allows at once."""
    if published and not gathered:
        return Stop(
            code="empty-catalogue",
            message=Text(
                f"目录为空，而此前已发布 {published} 条记录；没有撤下任何内容。",
                f"The catalogue is empty, but {published} records of it are published; nothing was withdrawn.",
            ),
        )
    many = absent > SMALL or (absent == published and published > 1)
    if many and absent * 100 > guards.percent * published:
        share = absent * 100 // max(published, 1)
        return Stop(
            code="shrunken-catalogue",
            message=Text(
                f"目录缺少已发布记录中的 {absent} 条（{share}%），超过 {guards.percent}% 的界限；等待人工放行。",
                f"The catalogue lacks {absent} of the published records ({share}%), more than the limit of "
                f"{guards.percent}%; the run waits for a person's release.",
            ),
        )
    return None


def differences(old: Dataset, new: Dataset) -> dict[str, tuple[Any, Any]]:
    """Answer the fields of a dataset that differ, each with its old and new plain value."""
    before, after = msgspec.to_builtins(old), msgspec.to_builtins(new)
    kept = (set(before) | set(after)) - SITE_FIELDS
    return {key: (before.get(key), after.get(key)) for key in sorted(kept) if before.get(key) != after.get(key)}


SITE_FIELDS = frozenset({"id", "created", "changed", "revision", "origin", "created_by"})
