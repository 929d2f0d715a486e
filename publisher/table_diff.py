"""What changed between two versions of a table: columns, and rows added, removed and changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from publisher import table_layout
from publisher.table_columns import quoted
from publisher.table_engine import TableEngine
from publisher.table_profile import plain
from publisher.tables import Version

MOST = 1000
SECONDS = 60.0


class RowChange(msgspec.Struct, frozen=True, kw_only=True):
    """One row that differs; `key` is empty where the table has none, `before` or `after` None where no row was."""

    kind: Literal["added", "removed", "changed"]
    key: dict[str, Any]
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Diff(msgspec.Struct, frozen=True, kw_only=True):
    """The difference of two versions: counts of all rows that differ, and the first of them."""

    older: int
    newer: int
    key: tuple[str, ...]
    columns_added: tuple[str, ...]
    columns_removed: tuple[str, ...]
    columns_changed: tuple[str, ...]
    added: int
    removed: int
    changed: int
    rows: tuple[RowChange, ...]


def diff(engine: TableEngine, older: Version, newer: Version, *, limit: int = 100) -> Diff:
    """Compare two versions by the newer one's key, or by whole rows where there is none or it is not unique.

    Only columns that both have are compared; a row without a key is added or removed, never changed.
    """
    shared = [name for name in newer.layout.names if name in older.layout.names]
    key = newer.layout.key if set(newer.layout.key) <= set(shared) else ()
    first, second = (table_layout.source(engine, version.layout) for version in (older, newer))
    if key and not (_unique(engine, first, key) and _unique(engine, second, key)):
        key = ()
    compare = _by_key if key else _by_row
    counts, rows = compare(engine, first, second, shared, key, min(limit, MOST)) if shared else ((0, 0, 0), ())
    before, after = ({column.name: column.type for column in version.columns} for version in (older, newer))
    return Diff(
        older=older.number,
        newer=newer.number,
        key=key,
        columns_added=tuple(name for name in after if name not in before),
        columns_removed=tuple(name for name in before if name not in after),
        columns_changed=tuple(name for name in shared if before[name] != after[name]),
        added=counts[0],
        removed=counts[1],
        changed=counts[2],
        rows=rows,
    )


Found = tuple[tuple[int, int, int], tuple[RowChange, ...]]


def _unique(engine: TableEngine, source: str, key: Sequence[str]) -> bool:
    names = ", ".join(quoted(name) for name in key)
    repeated = f"SELECT 1 FROM {source} GROUP BY {names} HAVING count(*) > 1 LIMIT 1"
    return not engine.rows(repeated, seconds=SECONDS)


def _by_key(
    engine: TableEngine, first: str, second: str, shared: Sequence[str], key: Sequence[str], limit: int
) -> Found:
    on = " AND ".join(f"a.{quoted(name)} IS NOT DISTINCT FROM b.{quoted(name)}" for name in key)
    rest = [name for name in shared if name not in key]
    same = " AND ".join(f"a.{quoted(n)} IS NOT DISTINCT FROM b.{quoted(n)}" for n in rest) or "true"
    joined = f"{first} a FULL JOIN {second} b ON {on}"
    kind = (
        f"CASE WHEN a._id IS NULL THEN 'added' WHEN b._id IS NULL THEN 'removed' WHEN NOT ({same}) THEN 'changed' END"
    )
    counted = dict(engine.rows(f"SELECT {kind} AS k, count(*) FROM {joined} GROUP BY k", seconds=SECONDS))
    both = ", ".join(f"{side}.{quoted(name)}" for side in "ab" for name in shared)
    order = "coalesce(b._id, a._id), k"
    sql = f"SELECT {kind} AS k, {both} FROM {joined} WHERE k IS NOT NULL ORDER BY {order} LIMIT ?"
    rows = tuple(_changed(row, shared, key) for row in engine.rows(sql, [limit], seconds=SECONDS))
    return (counted.get("added", 0), counted.get("removed", 0), counted.get("changed", 0)), rows


def _by_row(
    engine: TableEngine, first: str, second: str, shared: Sequence[str], _key: Sequence[str], limit: int
) -> Found:
    names = ", ".join(quoted(name) for name in shared)
    counts, rows = [], list[RowChange]()
    for kind, left, right in (("added", second, first), ("removed", first, second)):
        only = f"(SELECT {names} FROM {left} EXCEPT ALL SELECT {names} FROM {right})"
        counts.append(engine.rows(f"SELECT count(*) FROM {only}", seconds=SECONDS)[0][0])
        found = engine.rows(f"SELECT * FROM {only} ORDER BY ALL LIMIT ?", [limit - len(rows)], seconds=SECONDS)
        rows += [_alone(kind, dict(zip(shared, map(plain, row), strict=True))) for row in found]
    return (counts[0], counts[1], 0), tuple(rows)


def _alone(kind: str, values: dict[str, Any]) -> RowChange:
    if kind == "added":
        return RowChange(kind="added", key={}, before=None, after=values)
    return RowChange(kind="removed", key={}, before=values, after=None)


def _changed(row: Sequence[Any], shared: Sequence[str], key: Sequence[str]) -> RowChange:
    kind, values = row[0], [plain(value) for value in row[1:]]
    before = dict(zip(shared, values[: len(shared)], strict=True)) if kind != "added" else None
    after = dict(zip(shared, values[len(shared) :], strict=True)) if kind != "removed" else None
    known = after or before or {}
    return RowChange(kind=kind, key={name: known[name] for name in key}, before=before, after=after)
