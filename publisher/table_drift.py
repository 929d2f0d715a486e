"""What a new version of a table is unlike the one before: findings that somebody should look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from publisher.table_columns import NUMERIC
from publisher.table_profile import ColumnProfile
from schemas.report import Finding
from schemas.text import Text

SHRUNK = 0.5
MISSING = 0.1
RANGE = 10.0


def drift(old: Sequence[ColumnProfile], new: Sequence[ColumnProfile], old_rows: int, new_rows: int) -> list[Finding]:
    """Compare two versions: rows that went, columns that came, went, emptied, turned constant or leapt in scale."""
    found: list[Finding] = []
    if new_rows < old_rows * SHRUNK:
        found.append(_finding("rows", "", _ROWS, before=old_rows, after=new_rows))
    before, after = ({profile.name: profile for profile in profiles} for profiles in (old, new))
    found += [_finding("column-gone", name, _GONE) for name in before if name not in after]
    found += [_finding("column-new", name, _NEW) for name in after if name not in before]
    for name, profile in after.items():
        if name in before:
            found += _changed(before[name], profile, old_rows, new_rows)
    return found


def _changed(old: ColumnProfile, new: ColumnProfile, old_rows: int, new_rows: int) -> Iterator[Finding]:
    if old.type != new.type:
        yield _finding("type", new.name, _TYPE, before=old.type, after=new.type)
        return
    shares = [profile.missing / rows if rows else 0.0 for profile, rows in ((old, old_rows), (new, new_rows))]
    if shares[1] > shares[0] + MISSING:
        yield _finding("missing", new.name, _EMPTIED, before=f"{shares[0]:.0%}", after=f"{shares[1]:.0%}")
    if old.distinct > 1 and new.distinct == 1 and new_rows > 1:
        yield _finding("constant", new.name, _CONSTANT, before=old.distinct)
    if new.type in NUMERIC and _leapt(old.mean, new.mean):
        yield _finding("scale", new.name, _LEAPT, before=f"{old.mean:g}", after=f"{new.mean:g}")


def _leapt(old: float | None, new: float | None) -> bool:
    """Tell whether a mean is ten times what it was, or a tenth: a unit may have changed."""
    if not old or not new:
        return False
    ratio = abs(new / old)
    return ratio >= RANGE or ratio <= 1 / RANGE


def _finding(kind: str, field: str, text: Text, **values: Any) -> Finding:
    return Finding(level="warning", code=f"drift-{kind}", field=field, message=text.format(field=field, **values))


_ROWS = Text(zh="行数从 {before} 减少到 {after}。", en="The rows went from {before} to {after}.")
_GONE = Text(zh="列“{field}”不见了。", en="The column '{field}' is gone.")
_NEW = Text(zh="新增列“{field}”。", en="The column '{field}' is new.")
_TYPE = Text(
    zh="列“{field}”的类型由 {before} 变为 {after}。", en="The column '{field}' turned from {before} into {after}."
)
_EMPTIED = Text(
    zh="列“{field}”的缺失比例由 {before} 升至 {after}。",
    en="In the column '{field}' {after} of the values are missing, {before} before.",
)
_CONSTANT = Text(
    zh="列“{field}”原有 {before} 个不同值，现在只剩一个。",
    en="The column '{field}' holds one value everywhere; it held {before} different ones.",
)
_LEAPT = Text(
    zh="列“{field}”的均值由 {before} 变为 {after}，单位可能变了。",
    en="The mean of the column '{field}' went from {before} to {after}; its unit may have changed.",
)
