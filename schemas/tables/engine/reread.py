"""Going back to the file: the cells of a few rows, and how many bytes frictionless would have read up to one."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from schemas.tables.engine.blocks import Block, Source, blocks, by_csv, record_ends
from schemas.tables.engine.fallback import Fallback

CHUNK = 8192


@dataclass(frozen=True)
class Piece:
    """Where a block was: its number, place in the decoded text, size, records, and whether csv had to read it."""

    number: int
    start: int
    size: int
    records: int
    by_csv: bool


def of_block(block: Block, records: int) -> Piece:
    """Remember where a block was."""
    return Piece(block.number, block.start, len(block.data), records, block.rows is not None)


def cells_of(source: Source, wanted: dict[Piece, list[int]]) -> Iterator[tuple[Piece, int, list[str]]]:
    """Yield the cells of the wanted records of some blocks, in the order of the file."""
    for piece, data in _data(source, [piece for piece, places in wanted.items() if places]):
        if piece.by_csv:
            rows, _ = by_csv(data, source.dialect, True)
            for place in wanted[piece]:
                yield piece, place, rows[place]
            continue
        ends = ends_of(source, piece, data)
        for place in wanted[piece]:
            text = data[ends[place - 1] if place else 0 : ends[place]].decode("utf-8")
            yield piece, place, next(csv.reader(io.StringIO(text, newline=""), dialect=source.dialect), [])


def ends_of(source: Source, piece: Piece, data: bytes) -> list[int]:
    """Answer where each record of a block ends within it."""
    ends = by_csv(data, source.dialect, True)[1] if piece.by_csv else record_ends(data).tolist()
    if len(ends) != piece.records:
        raise Fallback("reader", "records and line ends do not agree")
    return ends


def bytes_to(source: Source, piece: Piece, place: int, size: int) -> tuple[int, bool]:
    """Answer how many bytes frictionless reads to have a record, and whether it meets the end of the file."""
    ((_, data),) = _data(source, [piece])
    end = ends_of(source, piece, data)[place]
    terminated = data[end - 1 : end] in (b"\n", b"\r")
    if source.direct and data[end - 1 : end] == b"\n":
        needed = piece.start + end + source.mark
        return min(size, -(-needed // CHUNK) * CHUNK), False
    return _simulated(source, piece.start + end, terminated)


def digests(path: str) -> tuple[str, str]:
    """Answer the md5 and sha256 of a whole file."""
    with open(path, "rb") as file:
        md5 = hashlib.file_digest(file, "md5").hexdigest()
        file.seek(0)
        return md5, hashlib.file_digest(file, "sha256").hexdigest()


def _simulated(source: Source, end: int, terminated: bool) -> tuple[int, bool]:
    """Decode the file as Python's text layer does, 8,192 bytes at a time, until a place of the text is there."""
    decoder: Any = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder(source.encoding)("strict"), translate=source.translate
    )
    read = text = 0
    with open(source.path, "rb") as file:
        while True:
            chunk = file.read(CHUNK)
            text += len(decoder.decode(chunk, not chunk).encode("utf-8"))
            read += len(chunk)
            if not chunk or (terminated and text >= end):
                return read, not chunk


def _data(source: Source, pieces: list[Piece]) -> Iterator[tuple[Piece, bytes]]:
    if not pieces:
        return
    ordered = sorted(pieces, key=lambda piece: piece.number)
    if source.direct:
        with open(source.path, "rb") as file:
            for piece in ordered:
                file.seek(source.mark + piece.start)
                yield piece, file.read(piece.size)
        return
    waiting = {piece.number: piece for piece in ordered}
    for block in blocks(source):
        if block.number in waiting:
            yield waiting.pop(block.number), block.data
        if not waiting:
            return
