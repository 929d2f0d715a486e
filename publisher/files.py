"""Files: bytes kept by their content's hash in a local folder or behind fsspec, written whole or not at all."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from typing import BinaryIO, Protocol, cast

import fsspec
import msgspec

from schemas.errors import Invalid, NotFound, Unavailable
from schemas.text import Text

CHUNK = 1 << 18


class Readable(Protocol):
    """What a file is read from."""

    def read(self, size: int = -1, /) -> bytes:
        """Answer the next bytes."""
        ...


class StoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """One kept file: its key, its size in bytes and its hashes in hex."""

    key: str
    bytes: int
    sha256: str
    md5: str


class FileStore:
    """Keeps files at an fsspec address or a local folder; a key is `ab/cdef…`, made from the content's SHA-256."""

    def __init__(self, url: str) -> None:
        self.url = url
        try:
            self._system, self._root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise Unavailable(_no_driver(url, error), code="file-store") from error

    def save(self, stream: Readable, *, limit: int | None = None) -> StoredFile:
        """Keep the stream's bytes; raises Invalid over `limit` bytes, Unavailable when they can't be kept."""
        partial = f"{self._root}/incoming/{uuid.uuid4().hex}"
        try:
            self._system.makedirs(f"{self._root}/incoming", exist_ok=True)
            stored = self._write(stream, partial, limit)
            final = self._path(stored.key)
            if self._system.exists(final):
                self._system.rm_file(partial)
            else:
                self._system.makedirs(final.rsplit("/", 1)[0], exist_ok=True)
                self._system.mv(partial, final)
        except BaseException as error:
            self._forget(partial)
            if isinstance(error, OSError):
                raise Unavailable(_not_kept(error), code="file-store") from error
            raise
        return stored

    def open(self, key: str) -> BinaryIO:
        """Open a kept file for reading; raises NotFound."""
        try:
            return cast(BinaryIO, self._system.open(self._path(key), "rb"))
        except FileNotFoundError:
            raise NotFound(Text(zh=f"没有文件 {key}。", en=f"There is no file {key}.")) from None

    def exists(self, key: str) -> bool:
        """Tell whether a file is kept under the key."""
        return bool(self._system.exists(self._path(key)))

    def size(self, key: str) -> int:
        """Answer the size in bytes of a kept file; raises NotFound."""
        try:
            return int(self._system.size(self._path(key)))
        except FileNotFoundError:
            raise NotFound(Text(zh=f"没有文件 {key}。", en=f"There is no file {key}.")) from None

    def local_path(self, key: str) -> str | None:
        """Answer the file's path on this machine, or None when it lies elsewhere."""
        return self._path(key) if "file" in self._system.protocol or self._system.protocol == "file" else None

    def address(self, key: str) -> str:
        """Answer the fsspec address of a kept file."""
        return str(self._system.unstrip_protocol(self._path(key)))

    def delete(self, key: str) -> None:
        """Forget a file; nothing happens when there is none."""
        self._forget(self._path(key))

    def _write(self, stream: Readable, path: str, limit: int | None) -> StoredFile:
        sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
        with self._system.open(path, "wb") as target:
            for chunk in _chunks(stream):
                size += len(chunk)
                if limit is not None and size > limit:
                    raise Invalid({"upload": [_too_large(limit).en]}, _too_large(limit), code="too-large")
                sha256.update(chunk)
                md5.update(chunk)
                target.write(chunk)
        name = sha256.hexdigest()
        return StoredFile(key=f"{name[:2]}/{name[2:]}", bytes=size, sha256=name, md5=md5.hexdigest())

    def _path(self, key: str) -> str:
        parts = key.split("/")
        if any(part in ("", ".", "..") for part in parts):
            raise NotFound(Text(zh=f"没有文件 {key}。", en=f"There is no file {key}."))
        return f"{self._root}/{key}"

    def _forget(self, path: str) -> None:
        if self._system.exists(path):
            self._system.rm_file(path)


def _chunks(stream: Readable) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _too_large(limit: int) -> Text:
    size = f"{limit / 1_000_000:.1f} MB"
    return Text(zh=f"文件超过上限 {size}。", en=f"The file is larger than the limit of {size}.")


def _no_driver(url: str, error: Exception) -> Text:
    scheme = url.partition("://")[0]
    return Text(
        zh=f"GONGKAI_FILES_URL 的地址类型 {scheme} 不可用：{error}。S3 请安装 gongkai[s3]。",
        en=f"GONGKAI_FILES_URL names the kind of store {scheme}, not at hand: {error}. For S3 install gongkai[s3].",
    )


def _not_kept(error: OSError) -> Text:
    reason = error.strerror or type(error).__name__
    return Text(zh=f"文件无法保存：{reason}。", en=f"The file could not be kept: {reason}.")
