"""ZIP archives from outside: looked at before anything is unpacked, unpacked within bounds."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO

import msgspec

from harvester.faults import Fetching


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """How much an archive may hold: entries, bytes when unpacked, and how strongly it may be compressed."""

    entries: int = 10_000
    unpacked: int = 2 * 1024 * 1024 * 1024
    ratio: int = 200


def unpack(file: IO[bytes] | Path, folder: Path, url: str, bounds: Bounds | None = None) -> Path:
    """Unpack an archive into a folder; refuse one that leads outside, nests archives or is a bomb."""
    limits = bounds or Bounds()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _check(entries, url, limits)
            for entry in entries:
                _write(archive, entry, folder)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise Fetching("unsafe-archive", url, error) from error
    return folder


def _check(entries: list[zipfile.ZipInfo], url: str, limits: Bounds) -> None:
    if len(entries) > limits.entries:
        raise Fetching("unsafe-archive", url, f"{len(entries)} files, more than {limits.entries}")
    size, packed = sum(e.file_size for e in entries), sum(e.compress_size for e in entries)
    if size > limits.unpacked or size > limits.ratio * max(packed, 1024 * 1024):
        raise Fetching("unsafe-archive", url, f"{size} bytes when unpacked")
    for entry in entries:
        path = PurePosixPath(name_of(entry).replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or (entry.external_attr >> 28) == 0xA:
            raise Fetching("unsafe-archive", url, name_of(entry)[:200])


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    target = folder / name_of(entry).replace("\\", "/")
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry) as source, target.open("wb") as file:
        shutil.copyfileobj(source, file)


def name_of(entry: zipfile.ZipInfo) -> str:
    """Answer an entry's name; archives made on Chinese Windows hold GBK that zipfile reads as code page 437."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return entry.filename
