"""Files are kept whole or not at all, under the hash of their bytes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from publisher.files import FileStore
from schemas.errors import Invalid, NotFound, Unavailable


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    store = FileStore(str(tmp_path))
    first, second = (store.save(io.BytesIO(b"a,b\n1,2\n")) for _ in range(2))
    assert first == second
    assert first.bytes == 8
    with store.open(first.key) as file:
        assert file.read() == b"a,b\n1,2\n"
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_file_over_the_limit_leaves_nothing(tmp_path: Path) -> None:
    store = FileStore(str(tmp_path))
    with pytest.raises(Invalid, match="larger than"):
        store.save(io.BytesIO(b"x" * 2_000_000), limit=1_000_000)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("key", ["ab/missing", "../secret", "/etc/passwd", ""])
def test_keys_never_leave_the_store(tmp_path: Path, key: str) -> None:
    with pytest.raises(NotFound):
        FileStore(str(tmp_path)).open(key)


@pytest.mark.parametrize("url", ["nowhere://bucket/files", "abc123://x"])
def test_a_store_whose_driver_is_not_at_hand_is_named(url: str) -> None:
    with pytest.raises(Unavailable, match="GONGKAI_FILES_URL") as caught:
        FileStore(url)
    assert url.partition("://")[0] in caught.value.message.en
