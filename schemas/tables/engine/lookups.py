"""The keys of a table that another one refers to, read block by block instead of row by row."""

from __future__ import annotations

from typing import Any

from schemas.tables.engine.blocks import Source, blocks
from schemas.tables.engine.plan import Plan
from schemas.tables.engine.tokens import Tokens, tokens

Key = tuple[Any, ...]


def keys_of(plan: Plan, fields: tuple[str, ...]) -> frozenset[Key]:
    """Answer the keys of all rows, those without any value left out; a field that is not in the table is None."""
    places = {column.name: at for at, column in enumerate(plan.columns)}
    wanted = [places.get(name) for name in fields]
    readers = [None if at is None else plan.columns[at].read for at in wanted]
    texts: set[Key] = set()
    for block in blocks(Source(plan.path, plan.encoding, plan.translate, plan.csv)):
        texts |= _texts(tokens(plan, block), wanted)
    found = {
        tuple(None if read is None else read(text)[0] for read, text in zip(readers, key, strict=True)) for key in texts
    }
    return frozenset(key for key in found if set(key) != {None})


def _texts(found: Tokens, wanted: list[int | None]) -> set[Key]:
    if len(wanted) == 1 and wanted[0] is not None:
        texts: set[Key] = {(text,) for text in found.columns[wanted[0]].unique().to_pylist()}
    else:
        nothing = [None] * found.count
        texts = set(zip(*(nothing if at is None else found.columns[at].to_pylist() for at in wanted), strict=True))
    for _, cells in found.others:
        texts.add(tuple(cells[at] if at is not None and at < len(cells) else None for at in wanted))
    return texts
