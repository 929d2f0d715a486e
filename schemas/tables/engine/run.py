"""One run of the engine: blocks are judged by two threads, joined in their order, and stopped at the error limit."""

from __future__ import annotations

import collections
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from schemas.tables.engine import keys, reread, suspects
from schemas.tables.engine.blocks import Block, Source, blocks
from schemas.tables.engine.fallback import Fallback
from schemas.tables.engine.hashing import Hasher
from schemas.tables.engine.plan import Plan
from schemas.tables.engine.reread import Piece
from schemas.tables.engine.rows import Judge, Judged

WORKERS = 2

Document = dict[str, Any]


@dataclass
class Outcome:
    """What a run found: errors in frictionless' order, content rows and bytes read, and whether it stopped early."""

    errors: list[Document]
    rows: int
    bytes: int
    stopped: bool = False
    hashes: tuple[str, str] | None = None


@dataclass
class Joined:
    """The blocks so far, in their order: each with the records before it and the places of its content."""

    records: int = 0
    count: int = 0
    errors: int = 0
    pieces: list[tuple[int, Piece, Any]] = field(default_factory=list)
    suspects: list[suspects.Row] = field(default_factory=list)
    enough: bool = False


def run(plan: Plan, writer: Any = None) -> Outcome:
    """Judge every block of a table; raises Fallback, and leaves every other exception to the caller."""
    source = Source(plan.path, plan.encoding, plan.translate, plan.csv, plan.largest)
    judge = Judge(plan, None if writer is None else writer.convert)
    hasher = Hasher()
    try:
        joined = _joined(plan, judge, source, hasher, writer)
        outcome = _assembled(plan, judge, source, joined)
        if not outcome.stopped:
            outcome.hashes = hasher.result()
        return outcome
    finally:
        hasher.stop()


def _joined(plan: Plan, judge: Judge, source: Source, hasher: Hasher, writer: Any) -> Joined:
    joined = Joined()
    look_at = 1
    for number, judged in enumerate(_in_order(judge, blocks(source, hasher.take))):
        _join(judge, joined, judged)
        if writer is not None:
            writer.take(judged)
        found = len(plan.start_errors) + joined.errors
        if plan.limit and number + 1 == look_at:
            look_at *= 2
            found += sum(keys.repeats(key) for key in judge.keys)
        if plan.limit and found >= plan.limit and joined.count:
            joined.enough = True
            break
    return joined


def _in_order(judge: Judge, source: Iterator[Block]) -> Iterator[Judged]:
    """Judge blocks in two threads and yield them in their order; nothing is left running behind."""
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="table-blocks") as pool:
        waiting: collections.deque[Future[Judged]] = collections.deque()
        try:
            for block in source:
                waiting.append(pool.submit(judge.judge, block))
                if len(waiting) > WORKERS:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _join(judge: Judge, joined: Joined, judged: Judged) -> None:
    first = joined.records
    joined.pieces.append((first, judged.piece, judged.content))
    joined.count += judged.count
    joined.errors += judged.errors
    for row in judged.suspects:
        row.number += first
    joined.suspects += judged.suspects
    for key, (codes, local) in zip(judge.keys, judged.codes, strict=True):
        key.codes.append(codes)
        key.places.append((first + 1, local))
        key.extras += [(row.number, tuple(row.values[at] for at in key.fields)) for row in judged.suspects]
    joined.records += judged.piece.records


def _assembled(plan: Plan, judge: Judge, source: Source, joined: Joined) -> Outcome:
    """Settle the keys, tell the errors row by row, and stop where frictionless would."""
    rows = {row.number: row for row in joined.suspects}
    matches = _matches(plan, judge, source, joined, rows)
    told = list(plan.start_errors)
    if plan.limit and len(told) >= plan.limit and joined.count:
        return _stopped(plan, source, joined, told, _first_row(joined))
    for number in sorted(rows):
        unique = {key.fields[0]: found[number] for key, found in matches if not key.primary and number in found}
        primary = next((found.get(number) for key, found in matches if key.primary), None)
        told += suspects.ordered(plan, rows[number], unique, primary)
        if plan.limit and len(told) >= plan.limit:
            return _stopped(plan, source, joined, told, number)
    if joined.enough:
        raise Fallback("reader", "the limit was foreseen and not reached")
    return Outcome(told, joined.count, plan.size)


def _matches(
    plan: Plan, judge: Judge, source: Source, joined: Joined, rows: dict[int, suspects.Row]
) -> list[tuple[keys.Key, dict[int, int]]]:
    """Answer for each key which rows repeat which earlier row; these rows join `rows`."""
    maybe = [keys.candidates(key, judge.kinds) for key in judge.keys]
    wanted: dict[Piece, set[int]] = {}
    numbers: list[set[int]] = []
    for key, blocks_ in zip(judge.keys, maybe, strict=True):
        mine: set[int] = set()
        for at, places in enumerate(blocks_):
            first, piece, _ = joined.pieces[at]
            found = key.rows(at)[places].tolist() if places.size else []
            mine.update(found)
            wanted.setdefault(piece, set()).update(number - first - 1 for number in found)
        numbers.append(mine)
    firsts = {piece: first for first, piece, _ in joined.pieces}
    fetched: dict[int, suspects.Row] = {}
    for piece, place, cells in reread.cells_of(source, {piece: sorted(places) for piece, places in wanted.items()}):
        number = firsts[piece] + place + 1
        fetched[number] = suspects.read(plan, number, cells, (), judge.keyed)
    settled = []
    for key, mine in zip(judge.keys, numbers, strict=True):
        values = [(n, tuple(fetched[n].values[at] for at in key.fields)) for n in mine]
        found = keys.settled(key, values)
        settled.append((key, found))
        rows.update({number: fetched[number] for number in found if number not in rows})
    return settled


def _first_row(joined: Joined) -> int:
    for first, piece, content in joined.pieces:
        if content is None and piece.records:
            return first + 1
        if content is not None and content.size:
            return first + int(content[0]) + 1
    raise Fallback("reader", "no content row")


def _stopped(plan: Plan, source: Source, joined: Joined, told: list[Document], number: int) -> Outcome:
    """Answer what frictionless would have read when it stops behind a row."""
    at = max(n for n, (first, _, _) in enumerate(joined.pieces) if first < number)
    first, piece, content = joined.pieces[at]
    place = number - first - 1
    rows = place + 1 if content is None else int(np.searchsorted(content, place, side="right"))
    rows += sum(p.records if c is None else c.size for _, p, c in joined.pieces[:at])
    read, ended = reread.bytes_to(source, piece, place, plan.size)
    hashes = reread.digests(plan.path) if ended else None
    return Outcome(told[: plan.limit], rows, read, True, hashes)
