"""The bundle: a signed file that carries records one way, from an inner network to an outer one; pure, no database.

A bundle is lines of JSON: an opening, organizations, datasets, withdrawals and files in parts, and an end. The opening
names its number in the sender's row and the hash of the bundle before it; the end is signed with the sender's Ed25519
key and covers the SHA-256 of every byte before it. One altered, lost, doubled or swapped byte spoils the whole.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import itertools
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import BinaryIO, TypeAlias

import msgspec

from publisher.chain import START
from publisher.signing import Signer, genuine
from schemas.errors import Invalid
from schemas.model import Dataset, Organization
from schemas.text import Text

FORMAT = 1
PART = 512 * 1024
LONGEST_LINE = 8 * 1024 * 1024


class Opening(msgspec.Struct, frozen=True, kw_only=True, tag="bundle", forbid_unknown_fields=True):
    """The first line: which bundle this is. `previous` is the hash of the sender's bundle before it."""

    format: int
    target: str
    number: int
    previous: str
    at: datetime
    key: str


class OrganizationLine(msgspec.Struct, frozen=True, tag="organization", forbid_unknown_fields=True):
    """One body that owns datasets of the bundle."""

    document: Organization


class DatasetLine(msgspec.Struct, frozen=True, tag="dataset", forbid_unknown_fields=True):
    """One dataset, new or changed since the bundle before."""

    document: Dataset


class WithdrawnLine(msgspec.Struct, frozen=True, tag="withdrawn", forbid_unknown_fields=True):
    """One dataset that may no longer be seen outside."""

    id: str


class FileLine(msgspec.Struct, frozen=True, tag="file", forbid_unknown_fields=True):
    """A file of which the parts follow."""

    sha256: str
    bytes: int


class PartLine(msgspec.Struct, frozen=True, tag="part", forbid_unknown_fields=True):
    """A part of the file that was named last, in base64."""

    data: str


class End(msgspec.Struct, frozen=True, kw_only=True, tag="end", forbid_unknown_fields=True):
    """The last line: how many lines came before, their SHA-256, and the signature over this line without itself."""

    lines: int
    sha256: str
    signature: str


Line: TypeAlias = Opening | OrganizationLine | DatasetLine | WithdrawnLine | FileLine | PartLine | End


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What a genuine bundle is and holds; `hash` is what the next one must name."""

    opening: Opening
    hash: str
    organizations: int = 0
    datasets: int = 0
    withdrawn: int = 0
    files: int = 0


_ENCODE = msgspec.json.Encoder().encode
_LINE: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


def written(opening: Opening, lines: Iterable[Line], signer: Signer) -> Iterator[bytes]:
    """Answer a bundle's lines, from the opening to the signed end."""
    digest, count = hashlib.sha256(), 0
    for line in itertools.chain((opening,), lines):
        raw = _ENCODE(line) + b"\n"
        digest.update(raw)
        count += 1
        yield raw
    end = End(lines=count, sha256=digest.hexdigest(), signature="")
    yield _ENCODE(msgspec.structs.replace(end, signature=signer.sign(_ENCODE(end)))) + b"\n"


def parts(sha256: str, size: int, stream: BinaryIO) -> Iterator[FileLine | PartLine]:
    """Answer the lines that carry a file."""
    yield FileLine(sha256, size)
    while data := stream.read(PART):
        yield PartLine(base64.b64encode(data).decode("ascii"))


def data_of(line: PartLine) -> bytes:
    """Answer the bytes that a part carries."""
    return base64.b64decode(line.data, validate=True)


class Digest:
    """Gathers the hash by which the next bundle names this one."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def add(self, line: bytes) -> None:
        """Take the next line."""
        self._digest.update(line)

    @property
    def hash(self) -> str:
        """Answer the hash of the lines so far."""
        return self._digest.hexdigest()


def verify(stream: Iterable[bytes], *, key: str = "") -> Contents:
    """Read a bundle from end to end; raises Invalid with the line and the fault unless every byte is genuine.

    `key` is the public key that must have signed it.
    """
    found: dict[str, int] = {}
    opening: Opening | None = None
    walk = Reading(stream, key=key)
    for line in walk:
        if isinstance(line, Opening):
            opening = line
        found[type(line).__name__] = found.get(type(line).__name__, 0) + 1
    if opening is None:
        raise _spoiled(1, Text(zh="没有开头", en="it has no opening"))
    return Contents(
        opening=opening,
        hash=walk.hash,
        organizations=found.get("OrganizationLine", 0),
        datasets=found.get("DatasetLine", 0),
        withdrawn=found.get("WithdrawnLine", 0),
        files=found.get("FileLine", 0),
    )


class Reading:
    """Yields the lines of a bundle, and raises Invalid at the first that is wrong; `hash` names the whole at the end.

    What was yielded is only to be trusted once the iteration has ended.
    """

    def __init__(self, stream: Iterable[bytes], *, key: str = "") -> None:
        self._stream = stream
        self._key = key
        self._digest = hashlib.sha256()
        self._file: tuple[str, int] | None = None
        self._got = hashlib.sha256()
        self._size = 0
        self.hash = START

    def __iter__(self) -> Iterator[Line]:
        opening: Opening | None = None
        ended = False
        number = 0
        for number, raw in enumerate(self._stream, 1):
            line = self._read(number, raw, ended)
            if isinstance(line, Opening) != (number == 1):
                raise _spoiled(number, Text(zh="开头不在首行", en="the opening is not its first line"))
            opening = line if isinstance(line, Opening) else opening
            fault = self._opened(line) if isinstance(line, Opening) else self._carried(line)
            if isinstance(line, End) and opening is not None:
                fault = fault or self._ended(number, raw, line, opening)
                ended = True
            if fault is not None:
                raise _spoiled(number, fault)
            self._digest.update(raw)
            yield line
        if not ended:
            raise _spoiled(number + 1, Text(zh="没有签名的结尾", en="its signed end is missing"))
        self.hash = self._digest.hexdigest()

    def _read(self, number: int, raw: bytes, ended: bool) -> Line:
        if ended:
            raise _spoiled(number, Text(zh="结尾之后还有内容", en="something follows its end"))
        if not raw.endswith(b"\n") or len(raw) > LONGEST_LINE:
            raise _spoiled(number, Text(zh="行不完整或过长", en="the line is not whole or too long"))
        try:
            return _LINE.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise _spoiled(number, Text(zh=f"无法读取：{error}", en=f"it cannot be read: {error}")) from None

    def _opened(self, opening: Opening) -> Text | None:
        if opening.format != FORMAT:
            return Text(zh=f"不支持格式 {opening.format}", en=f"format {opening.format} is not understood")
        if self._key and opening.key != self._key:
            return Text(zh="由另一把密钥签名", en="another key signs it")
        return None

    def _carried(self, line: Line) -> Text | None:
        """Answer what is wrong with the parts of files: each part belongs to a file and each file is whole."""
        if isinstance(line, PartLine):
            try:
                data = data_of(line)
            except (binascii.Error, ValueError):
                return Text(zh="文件内容无法解码", en="a part of a file cannot be decoded")
            self._got.update(data)
            self._size += len(data)
            return None if self._file else Text(zh="文件内容没有归属", en="a part belongs to no file")
        if self._file and (self._got.hexdigest(), self._size) != self._file:
            return Text(zh="文件内容与散列不符", en="a file is not what its hash says")
        self._file = (line.sha256, line.bytes) if isinstance(line, FileLine) else None
        self._got, self._size = hashlib.sha256(), 0
        return None

    def _ended(self, number: int, raw: bytes, end: End, opening: Opening) -> Text | None:
        unsigned = _ENCODE(msgspec.structs.replace(end, signature=""))
        if (end.lines, end.sha256) != (number - 1, self._digest.hexdigest()):
            return Text(zh="内容与结尾的散列不符", en="its content is not what the end says")
        if _ENCODE(end) + b"\n" != raw or not genuine(opening.key, unsigned, end.signature):
            return Text(zh="签名不符", en="its signature is not genuine")
        return None


def _spoiled(number: int, fault: Text) -> Invalid:
    message = Text(
        zh=f"数据包被拒收（第 {number} 行）：{fault.zh}。",
        en=f"The bundle is refused whole (line {number}): {fault.en}.",
    )
    return Invalid({"bundle": [message.en]}, message, code="bundle-spoiled")
