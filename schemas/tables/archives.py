"""Packed files: one table out of a zip or gzip, with limits on what it may unpack to."""

from __future__ import annotations

import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from schemas.errors import Invalid
from schemas.text import Text

MAX_UNPACKED = 4 << 30
MAX_RATIO = 400
ALWAYS_FINE = 64 << 20
CHUNK = 1 << 20

TABLE_ENDINGS = (
    *(".csv", ".tsv", ".tab", ".txt", ".psv", ".xlsx", ".xls", ".ods"),
    *(".json", ".jsonl", ".ndjson", ".geojson", ".parquet"),
)

DESCRIPTORS = ("datapackage.json", "dataresource.json", "package.json")

TOO_LARGE = Text(
    zh="解压后超过允许的大小（{limit} 字节），已停止。",
    en="It unpacks to more than the {limit} bytes that are allowed; unpacking stopped.",
)
BROKEN = Text(zh="压缩文件已损坏：{why}。", en="The packed file is damaged: {why}.")
NO_TABLE = Text(zh="压缩文件里没有表格。", en="The packed file holds no table.")
MANY_TABLES = Text(
    zh="压缩文件里有多个表格，请指明其一：{names}。",
    en="The packed file holds several tables; name one of them: {names}.",
)
ENCRYPTED = Text(zh="压缩文件有密码。", en="The packed file has a password.")


def kind_of(head: bytes, name: str) -> str | None:
    """Tell whether bytes are a packed file that may hold a table: `zip`, `gz`, `xz` or None."""
    if head.startswith(b"\x1f\x8b"):
        return "gz"
    if head.startswith(b"\xfd7zXZ\x00"):
        return "xz"
    if head.startswith(b"PK\x03\x04") and not name.lower().endswith((".xlsx", ".xlsm", ".ods")):
        return "zip"
    return None


def unpack(path: Path, kind: str, folder: Path, member: str | None = None, limit: int = MAX_UNPACKED) -> Path:
    """Unpack the one table of a packed file into a folder; raises Invalid for bombs, damage and ambiguity."""
    try:
        if kind == "zip":
            return _unzip(path, folder, member, limit)
        name = path.name.rsplit(".", 1)[0] if path.suffix.lower() in (".gz", ".xz") else path.name + ".unpacked"
        open_: Callable[..., Any] = gzip.open if kind == "gz" else lzma.open
        with open_(path, "rb") as source:
            return _copy(source, folder / name, limit, path.stat().st_size)
    except (zipfile.BadZipFile, OSError, EOFError, zlib.error, lzma.LZMAError, NotImplementedError) as error:
        raise refused(BROKEN.format(why=error)) from error


def check_sizes(path: Path, limit: int = MAX_UNPACKED) -> None:
    """Refuse a zip (a workbook, too) whose parts together unpack to more than is allowed."""
    try:
        with zipfile.ZipFile(path) as archive:
            total = sum(info.file_size for info in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise refused(BROKEN.format(why=error)) from error
    allowed = min(limit, max(ALWAYS_FINE, path.stat().st_size * MAX_RATIO))
    if total > allowed:
        raise refused(TOO_LARGE.format(limit=allowed))


def refused(message: Text) -> Invalid:
    """Build the refusal of a file that cannot be read as a table."""
    return Invalid({"file": [message.en]}, message, code="source-error")


def _unzip(path: Path, folder: Path, member: str | None, limit: int) -> Path:
    with zipfile.ZipFile(path) as archive:
        info = _member(archive, member)
        if info.flag_bits & 1:
            raise refused(ENCRYPTED)
        with archive.open(info) as source:
            return _copy(source, folder / (Path(info.filename).name or "table"), limit, info.compress_size)


def _member(archive: zipfile.ZipFile, member: str | None) -> zipfile.ZipInfo:
    infos = [i for i in archive.infolist() if not i.is_dir() and not i.filename.startswith("__MACOSX")]
    if member is not None:
        infos = [i for i in infos if i.filename == member]
    tables = [i for i in infos if i.filename.lower().endswith(TABLE_ENDINGS) and not i.filename.endswith(DESCRIPTORS)]
    found = tables or (infos if len(infos) == 1 else [])
    if not found:
        raise refused(NO_TABLE)
    if len(found) > 1:
        raise refused(MANY_TABLES.format(names=", ".join(i.filename for i in found[:10])))
    return found[0]


def _copy(source: IO[bytes], target: Path, limit: int, packed: int) -> Path:
    allowed = min(limit, max(ALWAYS_FINE, packed * MAX_RATIO))
    done = 0
    with target.open("wb") as file:
        while chunk := source.read(CHUNK):
            done += len(chunk)
            if done > allowed:
                raise refused(TOO_LARGE.format(limit=allowed))
            file.write(chunk)
    return target
