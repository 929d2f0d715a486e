"""A column's bytes as numpy sees them: lengths, overlapping 8-byte words, missing cells, and 64-bit hashes."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

_MASKS = np.array([(1 << (8 * n)) - 1 for n in range(8)] + [(1 << 64) - 1], dtype=np.uint64)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(32)


class Cells:
    """One column of a block: an arrow array of text, looked at through its buffers."""

    def __init__(self, array: Any) -> None:
        self.array = array
        buffers = array.buffers()
        offsets = np.frombuffer(buffers[1], dtype=np.int32) if buffers[1] is not None else np.zeros(1, np.int32)
        self.offsets = offsets[array.offset : array.offset + len(array) + 1]
        data = np.frombuffer(buffers[2], dtype=np.uint8) if buffers[2] is not None else np.empty(0, np.uint8)
        self._data = data
        self.numbers: Ints | None = None

    def __len__(self) -> int:
        return len(self.array)

    @property
    def starts(self) -> npt.NDArray[np.int32]:
        """Answer where each cell begins in `data`'s buffer."""
        return self.offsets[:-1]

    @cached_property
    def data(self) -> npt.NDArray[np.uint8]:
        """Answer the bytes of all cells, one after the other."""
        return self._data[self.offsets[0] : self.offsets[-1]] if len(self.offsets) > 1 else self._data[:0]

    @cached_property
    def lengths(self) -> npt.NDArray[np.int32]:
        """Answer how many bytes each cell has."""
        return np.diff(self.offsets)

    @cached_property
    def padded(self) -> npt.NDArray[np.uint8]:
        """Answer the whole buffer with room for a word behind its end."""
        end = int(self.offsets[-1])
        room = np.zeros(end + 16, dtype=np.uint8)
        room[:end] = self._data[:end]
        return room

    def words(self, at: npt.NDArray[Any]) -> Words:
        """Answer the eight bytes at each place of the buffer, the first byte lowest."""
        room = self.padded
        overlapping: Words = np.ndarray((room.size - 8,), "<u8", room, 0, (1,))
        found: Words = overlapping[at]
        return found

    def missing(self, texts: frozenset[str], rows: Ints | None = None) -> Bools:
        """Tell which cells (of some rows) are one of the texts that stand for a missing value."""
        lengths = self.lengths if rows is None else self.lengths[rows]
        found = np.zeros(lengths.size, dtype=bool)
        for text in texts:
            code = text.encode("utf-8", errors="surrogatepass")
            if not code:
                found |= lengths == 0
                continue
            here = np.flatnonzero(lengths == len(code))
            if here.size:
                found[here[self._equal(here if rows is None else rows[here], code)]] = True
        return found

    def _equal(self, rows: Ints, code: bytes) -> Bools:
        same = np.ones(rows.size, dtype=bool)
        starts = self.starts[rows]
        for at in range(0, len(code), 8):
            part = code[at : at + 8]
            word = np.uint64(int.from_bytes(part, "little"))
            same &= (self.words(starts + at) & _MASKS[len(part)]) == word
        return same

    def hashes(self) -> Ints:
        """Answer a 64-bit hash of each cell; equal texts have equal hashes."""
        lengths = self.lengths
        found: Words = lengths.astype(np.uint64) * _MIX
        rows: Ints | None = None
        for at in range(0, int(lengths.max(initial=0)), 8):
            if at:
                rows = np.flatnonzero(lengths > at) if rows is None else rows[lengths[rows] > at]
            mine = slice(None) if rows is None else rows
            left = np.minimum(lengths[mine] - at, 8)
            word = self.words(self.starts[mine] + at) & _MASKS[np.maximum(left, 0)]
            mixed = (found[mine] ^ word) * _MIX
            found[mine] = mixed ^ (mixed >> _SHIFT)
        return found.view(np.int64)


def text_hashes(texts: list[str]) -> Ints:
    """Answer the hashes of some texts, as `Cells.hashes` gives them."""
    import pyarrow as pa

    return Cells(pa.array(texts, pa.string())).hashes()
