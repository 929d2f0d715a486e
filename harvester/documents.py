"""JSON answers of departments: decoded part by part, refused in words that say where they break."""

from __future__ import annotations

import codecs
import mmap
from typing import Any

import msgspec

from harvester.faults import Fetching
from harvester.fetch import Fetched
from harvester.source import refuse_html

_ANY = msgspec.json.Decoder()


def json_of(got: Fetched, kind: Any = Any) -> Any:
    """Decode a JSON answer as `kind`; parts of type msgspec.Raw stay bytes until `value_of` reads them."""
    content = got.buffer()
    head = bytes(content[:4096])
    refuse_html(got.url, head)
    text = _utf8(content, head, got.url)
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.ValidationError as error:
        raise Fetching("not-a-catalogue", got.url, error) from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Fetching("not-json", got.url, _where(text, error)) from error


def value_of(raw: msgspec.Raw | bytes) -> Any:
    """Decode one part that was left as bytes."""
    return _ANY.decode(raw)


def _utf8(content: bytes | mmap.mmap, head: bytes, url: str) -> bytes | mmap.mmap | memoryview:
    """Take a byte order mark away and turn other encodings of Unicode into UTF-8."""
    if head.startswith(codecs.BOM_UTF8):
        return memoryview(content)[3:]
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return _recoded(bytes(content), encoding, url)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return _recoded(bytes(content), "gb18030", url)
    return content


_MARKS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def _recoded(content: bytes, encoding: str, url: str) -> bytes:
    try:
        return content.decode(encoding).encode()
    except UnicodeDecodeError as error:
        raise Fetching("not-json", url, f"neither UTF-8 nor {encoding}") from error


def _where(text: bytes | mmap.mmap | memoryview, error: Exception) -> str:
    """Say the line and column where the text breaks, as an editor counts them."""
    words = str(error)
    position = "".join(c for c in words.rsplit("(byte ", 1)[-1] if c.isdigit()) if "(byte " in words else ""
    if not position:
        return "the file ends too early" if "truncated" in words else words
    before = bytes(text[: int(position)])
    line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
    return f"{words.rsplit(' (byte', 1)[0]}, line {line} column {column}"
