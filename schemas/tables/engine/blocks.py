"""The file as UTF-8 blocks that end where a record ends.

A block is cut at its last line feed outside quotes, once its quotes are proved canonical: an opening one after a
delimiter or line end, a closing one before it, doubled ones side by side. Any other block is read by Python's own csv
up to its last whole record. Pieces grow with what was read before, so that a check that stops early has not read far.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from schemas.tables.engine.fallback import Fallback

FIRST = 1 << 18
LARGEST = 1 << 22
MAX_RECORD = 1 << 28

LF, CR = 10, 13


@dataclass(frozen=True)
class Block:
    """Some whole records: their UTF-8 bytes, where these begin in the decoded text, and rows if csv read them."""

    number: int
    data: bytes
    start: int
    rows: list[list[str]] | None = None
    ends: list[int] | None = None


@dataclass(frozen=True)
class Source:
    """How to read a file: its encoding, whether line ends are translated, and its csv dialect."""

    path: str
    encoding: str
    translate: bool
    dialect: Any
    largest: int = LARGEST

    @property
    def direct(self) -> bool:
        """Tell whether the bytes of the file are those of the blocks."""
        return self.encoding in ("utf-8", "utf-8-sig") and not self.translate

    @property
    def mark(self) -> int:
        """Answer how many bytes stand before the text."""
        return 3 if self.encoding == "utf-8-sig" else 0

    @property
    def plain(self) -> bool:
        """Tell whether the dialect is one that arrow reads exactly as Python's csv does."""
        known = self.dialect
        return (
            len(known.delimiter) == 1
            and known.delimiter.isascii()
            and known.delimiter not in '\r\n"'
            and known.quotechar == '"'
            and known.quoting == csv.QUOTE_MINIMAL
            and known.escapechar is None
            and known.doublequote
            and not known.skipinitialspace
        )


def blocks(source: Source, taken: Any = None) -> Iterator[Block]:
    """Yield the blocks of a file; `taken` is called with every piece of bytes that was read."""
    with open(source.path, "rb", buffering=0) as file:
        rest, start, number = b"", 0, 0
        for piece, last in _texts(source, file, taken):
            data = rest + piece if rest else piece
            if not data:
                continue
            for block in _split(source, data, start, number, last):
                yield block
                number += 1
                start += len(block.data)
                data = data[len(block.data) :]
            rest = data
            if len(rest) > MAX_RECORD:
                raise Fallback("long-record")


def record_ends(data: bytes) -> npt.NDArray[np.int64]:
    """Answer where each record of a canonical block ends, behind its line end."""
    codes = np.frombuffer(data, dtype=np.uint8)
    ends = np.flatnonzero(codes == LF)
    if b"\r" in data:
        returns = np.flatnonzero(codes == CR)
        following = codes[np.minimum(returns + 1, codes.size - 1)]
        alone = returns[following != LF]
        if alone.size:
            ends = np.sort(np.concatenate([ends, alone]))
    if b'"' in data:
        quotes = np.flatnonzero(codes == 34)
        ends = ends[np.searchsorted(quotes, ends) % 2 == 0]
    ends = ends + 1
    return ends if ends.size and ends[-1] == len(data) else np.append(ends, len(data))


def _texts(source: Source, file: BinaryIO, taken: Any) -> Iterator[tuple[bytes, bool]]:
    """Yield the UTF-8 bytes of a file in pieces, and with each whether it is the last one."""
    decoder = None if source.direct else _decoder(source)
    size = min(FIRST, source.largest)
    piece = _read(file, size)
    if taken is not None:
        taken(piece)
    if source.direct:
        piece = piece[source.mark :]
    read = size
    while True:
        size = min(max(size, read // 4), source.largest)
        read += size
        following = _read(file, size)
        if taken is not None:
            taken(following)
        yield (piece if decoder is None else _decoded(decoder, piece, not following)), not following
        if not following:
            return
        piece = following


def _read(file: BinaryIO, size: int) -> bytes:
    """Read exactly so many bytes, or what is left."""
    found = file.read(size)
    while 0 < len(found) < size and (more := file.read(size - len(found))):
        found += more
    return found


def _decoder(source: Source) -> Any:
    decoder = codecs.getincrementaldecoder(source.encoding)("strict")
    return io.IncrementalNewlineDecoder(decoder, translate=True) if source.translate else decoder


def _decoded(decoder: Any, piece: bytes, last: bool) -> bytes:
    try:
        text: str = decoder.decode(piece, last)
        return text.encode("utf-8")
    except UnicodeError as error:
        raise Fallback("undecodable", str(error)) from error


def _split(source: Source, data: bytes, start: int, number: int, last: bool) -> Iterator[Block]:
    """Yield the blocks that a piece of text makes: one as a rule, none when no record is whole yet."""
    if source.plain:
        end = _cut(data, ord(source.dialect.delimiter), last)
        if end is not None:
            if end:
                yield Block(number, data if end == len(data) else data[:end], start)
            return
    rows, ends = by_csv(data, source.dialect, last)
    if rows:
        yield Block(number, data[: ends[-1]], start, rows, ends)


def _cut(data: bytes, delimiter: int, last: bool) -> int | None:
    """Answer where the last whole record ends (0 when none does), or None where the quotes are not canonical."""
    if b'"' not in data:
        return len(data) if last else data.rfind(b"\n") + 1
    codes = np.frombuffer(data, dtype=np.uint8)
    quotes = np.flatnonzero(codes == 34)
    if not _canonical(codes, quotes, delimiter):
        return None
    if last:
        return len(data) if quotes.size % 2 == 0 else None
    end = data.rfind(b"\n") + 1
    while end and (before := int(np.searchsorted(quotes, end))) % 2:
        end = data.rfind(b"\n", 0, int(quotes[before - 1])) + 1
    return end


def _canonical(codes: npt.NDArray[np.uint8], quotes: npt.NDArray[np.int64], delimiter: int) -> bool:
    opening, closing = quotes[::2], quotes[1::2]
    allowed = np.zeros(256, dtype=bool)
    allowed[[delimiter, LF, CR, 34]] = True
    before = codes[np.maximum(opening - 1, 0)]
    if not (allowed[before] | (opening == 0)).all():
        return False
    after = codes[np.minimum(closing + 1, codes.size - 1)]
    return bool((allowed[after] | (closing == codes.size - 1)).all())


class _Exhausted(Exception):
    """The lines of a piece are used up; what csv has begun is not whole."""


def by_csv(data: bytes, dialect: Any, last: bool) -> tuple[list[list[str]], list[int]]:
    """Read the whole records of a piece with Python's csv, and where each ends."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Fallback("undecodable", str(error)) from error
    rows: list[list[str]] = []
    ends: list[int] = []
    done = 0

    def lines() -> Iterator[str]:
        nonlocal done
        for line in io.StringIO(text, newline=""):
            end = done + len(line.encode("utf-8"))
            if not last and end == len(data) and not line.endswith("\n"):
                break
            done = end
            yield line
        if not last:
            raise _Exhausted

    try:
        for row in csv.reader(lines(), dialect=dialect):
            rows.append(row)
            ends.append(done)
    except _Exhausted:
        pass
    except csv.Error as error:
        raise Fallback("csv", str(error)) from error
    return rows, ends
