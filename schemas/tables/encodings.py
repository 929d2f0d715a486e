"""Which text encoding a file has: byte order mark, strict UTF-8, then a guess from its non-ASCII lines, with the doubt.

Nothing is replaced or skipped here: a file that no encoding reads whole is refused with the line and byte that fail.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import Invalid
from schemas.text import Text

CHUNK = 1 << 20
SAMPLE = 200_000

BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "cp950",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "iso8859-1": "cp1252",
}
LEGACY = ("gb18030", "cp950", "cp932", "cp949", "cp1252", "latin-1")

# The lead bytes of each encoding's everyday characters (level 1 of its character set).
EVERYDAY = {"gb18030": (0xA1, 0xD7), "cp950": (0xA1, 0xC6), "cp932": (0x81, 0x97), "cp949": (0xA1, 0xC8)}
KANA = frozenset(chr(code) for code in range(0x3040, 0x3100))
ALONE = re.compile(r"(?<![^\x00-\x7f])[^\x00-\x7f](?![^\x00-\x7f])")

GUESSED = Text(
    zh="文件没有声明编码，推测为 {name}（把握 {confidence}%）。",
    en="The file does not say its encoding; {name} is a guess ({confidence}% sure).",
)
FELL_BACK = Text(
    zh="无法可靠判断编码，按 {name} 读取，请核对文字。",
    en="The encoding could not be told; the file was read as {name}, please check its text.",
)
BAD_BYTES = Text(
    zh="第 {line} 行（字节 {byte}）不是有效的 {name} 编码。",
    en="Line {line} (byte {byte}) is not valid {name}.",
)


@dataclass(frozen=True)
class Encoding:
    """Names an encoding and says what is doubtful about it."""

    name: str
    doubt: Text | None = None


def detect(path: Path) -> Encoding:
    """Tell the encoding of a whole file; raises Invalid with line and byte where none fits."""
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    for mark, name in BOMS:
        if head.startswith(mark):
            _require(path, name)
            return Encoding(name)
    if (wide := _utf16_without_mark(head)) is not None:
        _require(path, wide)
        return Encoding(wide, FELL_BACK.format(name=wide))
    bad = first_bad_byte(path, "utf-8")
    if bad is None:
        return Encoding("utf-8")
    odd = b"".join(_non_ascii_lines(path))
    if _mostly_utf8(odd):
        raise _bad(path, "utf-8", bad)
    return _legacy(path, odd, bad)


def declared(path: Path, name: str) -> Encoding:
    """Take a declared encoding at its word, and refuse an unknown name or bytes that do not fit it."""
    try:
        known = codecs.lookup(name).name
    except LookupError:
        message = Text(zh=f"不认识的编码：{name}。", en=f"There is no encoding called {name}.")
        raise Invalid({"encoding": [message.en]}, message) from None
    with path.open("rb") as file:
        head = file.read(4)
    if known == "utf-8" and head.startswith(codecs.BOM_UTF8):
        known = "utf-8-sig"
    _require(path, known)
    return Encoding(known)


def first_bad_byte(path: Path, name: str) -> int | None:
    """Answer the offset of the first byte that the encoding cannot read, or None when it reads everything."""
    decoder = codecs.getincrementaldecoder(name)("strict")
    done = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK)
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return max(0, done - pending + error.start)
            except UnicodeError:
                return done
            if not chunk:
                return None
            done += len(chunk)


def line_of(path: Path, offset: int) -> int:
    """Count the lines up to a byte offset, from 1."""
    line, left = 1, offset
    with path.open("rb") as file:
        while left > 0:
            chunk = file.read(min(CHUNK, left))
            if not chunk:
                break
            line += chunk.count(b"\n")
            left -= len(chunk)
    return line


def _legacy(path: Path, odd: bytes, bad: int) -> Encoding:
    import chardet

    guess = chardet.detect(odd[:SAMPLE])
    first = WIDER.get(codecs.lookup(guess["encoding"]).name, "") if guess["encoding"] else ""
    names = sorted(LEGACY, key=lambda name: -_plausibility(odd, name) - (0.05 if name == first else 0))
    for name in names:
        if first_bad_byte(path, name) is None:
            sure = round(min(0.99, max(0.0, _plausibility(odd, name))) * 100)
            return Encoding(
                name, GUESSED.format(name=name, confidence=sure) if sure > 50 else FELL_BACK.format(name=name)
            )
    raise _bad(path, "utf-8", bad)


def _plausibility(odd: bytes, name: str) -> float:
    """Answer which share of the non-ASCII characters would be everyday ones if the bytes were in this encoding."""
    text = odd.decode(name, errors="replace")
    high = [char for char in text if ord(char) > 127]
    if not high or "\ufffd" in text[:-2]:
        return -1.0
    if name in EVERYDAY:
        return sum(_everyday(char, name) for char in high) / len(high)
    alone = sum(1 for char in ALONE.findall(text) if char.isalpha()) / len(high)
    return alone * 0.95 if name == "cp1252" else alone * 0.5


def _everyday(char: str, name: str) -> int:
    if 0xE000 <= ord(char) <= 0xF8FF:
        return -1
    if char in KANA:
        return 1
    low, top = EVERYDAY[name]
    code = char.encode(name, errors="replace")
    return int(len(code) == 2 and low <= code[0] <= top and (name != "gb18030" or code[1] >= 0xA1))


def _mostly_utf8(odd: bytes) -> bool:
    """Tell whether text is UTF-8 with a few damaged lines, rather than text of another encoding.

    Characters of three bytes almost never come out of another encoding by chance; those of two do now and then.
    """
    bad = good = fair = 0
    for line in odd.split(b"\n"):
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            bad += 1
            continue
        fair += not text.isascii()
        good += any(ord(char) >= 0x800 for char in text)
    return good >= max(1, bad) or fair >= max(3, 3 * bad)


def _non_ascii_lines(path: Path) -> Iterator[bytes]:
    taken = 0
    with path.open("rb") as file:
        while taken < SAMPLE and (line := file.readline(SAMPLE)):
            if not line.isascii():
                taken += len(line)
                yield line


def _utf16_without_mark(head: bytes) -> str | None:
    sample = head[:4000]
    if len(sample) < 8 or sample.count(0) < len(sample) // 4:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    return "utf-16-le" if odd > 8 * even else "utf-16-be" if even > 8 * odd else None


def _require(path: Path, name: str) -> None:
    bad = first_bad_byte(path, name)
    if bad is not None:
        raise _bad(path, name, bad)


def _bad(path: Path, name: str, offset: int) -> Invalid:
    message = BAD_BYTES.format(line=line_of(path, offset), byte=offset, name=name)
    return Invalid({"encoding": [message.en]}, message, code="encoding-error")
