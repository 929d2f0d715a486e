"""The embedded engine among processes, and what is peculiar to a folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from schemas.errors import Invalid, Unavailable
from schemas.model import Dataset
from search.backends import open_backend
from search.document import to_document
from search.query import Query

WRITER = """
import sys
from pathlib import Path
from schemas.model import Dataset
from search.backends import open_backend
from search.document import to_document
backend = open_backend(sys.argv[1])
for number in range(10):
    backend.write([to_document(Dataset(id=f"{sys.argv[2]}-{number}", name="n", title="Written"))])
"""


def test_writers_of_several_processes_lose_nothing_while_others_read(tmp_path: Path) -> None:
    folder = str(tmp_path / "index")
    backend = open_backend(folder)
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, folder, str(name)]) for name in range(3)]
    seen = [backend.search(Query()).total]
    while any(writer.poll() is None for writer in writers):
        seen.append(backend.search(Query()).total)
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    assert seen == sorted(seen)
    assert backend.search(Query()).total == 30
    assert len(dict(backend.ids())) == 30


def test_index_of_another_version_asks_for_a_rebuild(tmp_path: Path) -> None:
    backend = open_backend(str(tmp_path))
    backend.write([to_document(Dataset(id="a"))])
    (tmp_path / "gen-000001" / "columns").write_text("old", encoding="ascii")
    again = open_backend(str(tmp_path))
    with pytest.raises(Unavailable) as refused:
        again.search(Query())
    assert refused.value.code == "index-outdated"
    with again.rebuild() as writing:
        writing.write([to_document(Dataset(id="b"))])
    assert again.search(Query()).ids == ("b",)


def test_rebuilds_leave_two_generations_at_most(tmp_path: Path) -> None:
    backend = open_backend(str(tmp_path))
    for _ in range(4):
        with backend.rebuild() as writing:
            writing.write([])
    assert len(list(tmp_path.glob("gen-*"))) == 2


def test_broken_folder_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="ascii")
    with pytest.raises(Unavailable):
        open_backend(str(tmp_path / "file"))
    backend = open_backend(str(tmp_path / "index"))
    backend.write([to_document(Dataset(id="a"))])
    for part in (tmp_path / "index" / "gen-000001").glob("meta.json"):
        part.write_text("{", encoding="ascii")
    with pytest.raises(Unavailable):
        open_backend(str(tmp_path / "index")).search(Query())


@pytest.mark.parametrize("url", ["", "embedded", "ftp://x", "http://h:9200/x?shards=many"])
def test_wrong_addresses_are_refused(url: str) -> None:
    with pytest.raises(Invalid):
        open_backend(url)


def test_embedded_takes_the_given_folder(tmp_path: Path) -> None:
    backend = open_backend("embedded", tmp_path / "here")
    backend.write([])
    assert (tmp_path / "here" / "CURRENT").exists()
