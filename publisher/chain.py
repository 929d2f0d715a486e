"""The chain: how entries of the disclosure log hang together, are signed and are verified; pure, no database.

A log is lines of JSON. Each entry names the SHA-256 of the line before it. A checkpoint signs, with Ed25519, the hash
of the last entry and the Merkle root (RFC 6962) of the entries since the checkpoint before it, so that one entry can be
proved with a few hashes. Every byte of a log that ends with a checkpoint is covered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from publisher.signing import genuine
from schemas.text import Text

START = "0" * 64
Side = Literal["left", "right"]


class Entry(msgspec.Struct, frozen=True, kw_only=True, tag="entry", forbid_unknown_fields=True):
    """One act of disclosure: what happened to which thing of which department.

    `digest` is the SHA-256 of the record's JSON document where the act published one; `previous` the SHA-256 of the
    line before. `detail` holds only what everybody may know.
    """

    number: int
    at: datetime
    event: str
    kind: str
    subject: str
    owner: str
    revision: int
    digest: str
    detail: dict[str, str | int]
    previous: str


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True, tag="checkpoint", forbid_unknown_fields=True):
    """A signed statement: entry `number` has the hash `head`, and entries `first` to `number` have the Merkle root.

    `previous` is the SHA-256 of the checkpoint line before; `key` the public key, `signature` over this line with an
    empty signature.
    """

    number: int
    first: int
    at: datetime
    head: str
    root: str
    previous: str
    key: str
    signature: str


class Step(msgspec.Struct, frozen=True):
    """One neighbour on the way from an entry to the root."""

    side: Side
    hash: str


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """Shows that one entry stands in the log: its line, its way to the root, and the checkpoint's line."""

    entry: str
    path: tuple[Step, ...]
    checkpoint: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a verification found; `fault` is the first thing wrong and `line` where, counted from 1."""

    entries: int = 0
    checkpoints: int = 0
    head: str = START
    keys: tuple[str, ...] = ()
    line: int = 0
    fault: Text | None = None

    @property
    def sound(self) -> bool:
        """Tell whether nothing is wrong."""
        return self.fault is None


_ENCODE = msgspec.json.Encoder().encode
_ENTRY = msgspec.json.Decoder(Entry)
_CHECKPOINT = msgspec.json.Decoder(Checkpoint)
_ENTRY_OPENS = b'{"type":"entry",'


def line_of(record: Entry | Checkpoint) -> bytes:
    """Write a record as its line, without the line's end."""
    return _ENCODE(record)


def read_entry(line: bytes | str) -> Entry:
    """Read a line that holds an entry."""
    return _ENTRY.decode(line)


def read_checkpoint(line: bytes | str) -> Checkpoint:
    """Read a line that holds a checkpoint."""
    return _CHECKPOINT.decode(line)


def hash_of(line: bytes) -> str:
    """Answer the hash by which the next line names this one."""
    return hashlib.sha256(line).hexdigest()


def unsigned(checkpoint: Checkpoint) -> bytes:
    """Answer what a checkpoint's signature is over."""
    return line_of(msgspec.structs.replace(checkpoint, signature=""))


def merkle_root(hashes: Sequence[str]) -> str:
    """Answer the root over the hashes of lines; of none, the hash of nothing (RFC 6962, 2.1)."""
    level = [_leaf(text) for text in hashes]
    while len(level) > 1:
        level = _above(level)
    return level[0].hex() if level else hashlib.sha256(b"").hexdigest()


def merkle_path(hashes: Sequence[str], index: int) -> tuple[Step, ...]:
    """Answer the neighbours on the way from the line at `index` to the root."""
    level, path = [_leaf(text) for text in hashes], []
    while len(level) > 1:
        neighbour = index ^ 1
        if neighbour < len(level):
            path.append(Step("left" if neighbour < index else "right", level[neighbour].hex()))
        level, index = _above(level), index // 2
    return tuple(path)


def check_proof(proof: Proof, *, key: str = "") -> Entry | None:
    """Answer the proved entry, or None when the proof fails; `key` is the public key that must have signed."""
    try:
        entry, checkpoint = read_entry(proof.entry), read_checkpoint(proof.checkpoint)
        node = _leaf(hash_of(proof.entry.encode()))
        for step in proof.path:
            other = bytes.fromhex(step.hash)
            node = _node(other, node) if step.side == "left" else _node(node, other)
    except (msgspec.DecodeError, ValueError):
        return None
    signed = genuine(checkpoint.key, unsigned(checkpoint), checkpoint.signature) and key in ("", checkpoint.key)
    inside = checkpoint.first <= entry.number <= checkpoint.number
    return entry if signed and inside and node.hex() == checkpoint.root else None


def verify(lines: Iterable[bytes], *, key: str = "", kept: Checkpoint | None = None) -> Verdict:
    """Follow a log from its first line to its last and answer what was found.

    `lines` carry their line ends. `key` is the public key that must have signed every checkpoint; `kept` is a
    checkpoint that somebody kept from an earlier day, whose entry must still stand.
    """
    walk = _Walk(key, kept)
    count = 0
    for count, line in enumerate(lines, 1):
        fault = walk.step(line)
        if fault is not None:
            return walk.verdict(count, fault)
    fault = walk.end()
    return walk.verdict(count if fault else 0, fault)


class _Walk:
    """Where a verification stands."""

    def __init__(self, key: str, kept: Checkpoint | None) -> None:
        self.key = key
        self.kept = kept
        self.number = 0
        self.head = START
        self.at: datetime | None = None
        self.open: list[str] = []
        self.checkpoints = 0
        self.checkpoint_hash = START
        self.covered = False
        self.keys: dict[str, None] = {}

    def step(self, line: bytes) -> Text | None:
        """Take one line; answer what is wrong with it."""
        if not line.endswith(b"\n"):
            return Text(zh="行尾缺失", en="the line has no end")
        line = line[:-1]
        try:
            if line.startswith(_ENTRY_OPENS):
                return self._entry(line, _ENTRY.decode(line))
            return self._checkpoint(line, _CHECKPOINT.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return Text(zh=f"无法读取：{error}", en=f"it cannot be read: {error}")

    def end(self) -> Text | None:
        """Answer what is missing at the end."""
        if not self.covered:
            return Text(zh="末尾没有签名的检查点", en="no signed checkpoint stands at the end")
        if self.kept is not None and self.kept.number > self.number:
            return Text(zh="曾保存的检查点之后的记录缺失", en="the log is shorter than the checkpoint that was kept")
        return None

    def verdict(self, line: int, fault: Text | None) -> Verdict:
        """Answer what was found so far."""
        return Verdict(
            entries=self.number,
            checkpoints=self.checkpoints,
            head=self.head,
            keys=tuple(self.keys),
            line=line,
            fault=fault,
        )

    def _entry(self, line: bytes, entry: Entry) -> Text | None:
        if entry.number != self.number + 1:
            return Text(zh=f"序号应为 {self.number + 1}", en=f"its number should be {self.number + 1}")
        if entry.previous != self.head:
            return Text(zh="与上一行的散列不符", en="it does not name the hash of the line before")
        if self.at is not None and entry.at < self.at:
            return Text(zh="时间早于上一行", en="it is earlier than the line before")
        self.number, self.at, self.head, self.covered = entry.number, entry.at, hash_of(line), False
        self.open.append(self.head)
        kept = self.kept
        if kept is not None and kept.number == self.number and kept.head != self.head:
            return Text(zh="与曾保存的检查点不符", en="it differs from the checkpoint that was kept")
        return None

    def _checkpoint(self, line: bytes, checkpoint: Checkpoint) -> Text | None:
        if self.key and checkpoint.key != self.key:
            return Text(zh="由另一把密钥签名", en="another key signed it")
        if line_of(checkpoint) != line or not genuine(checkpoint.key, unsigned(checkpoint), checkpoint.signature):
            return Text(zh="签名不符", en="its signature is not genuine")
        if (checkpoint.number, checkpoint.head) != (self.number, self.head):
            return Text(zh="与最后一条记录不符", en="it does not name the last entry")
        if checkpoint.previous != self.checkpoint_hash:
            return Text(zh="与上一个检查点不符", en="it does not name the checkpoint before")
        if checkpoint.first != self.number - len(self.open) + 1 or checkpoint.root != merkle_root(self.open):
            return Text(zh="默克尔根不符", en="its Merkle root is not that of its entries")
        self.checkpoints += 1
        self.checkpoint_hash, self.covered, self.open = hash_of(line), True, []
        self.keys[checkpoint.key] = None
        return None


def _leaf(text: str) -> bytes:
    return hashlib.sha256(b"\x00" + bytes.fromhex(text)).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _above(level: list[bytes]) -> list[bytes]:
    """Join neighbours; an odd last one moves up as it is."""
    joined = [_node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return joined if len(level) % 2 == 0 else [*joined, level[-1]]
