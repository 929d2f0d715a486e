"""The seam between questions and engines: a protocol of few methods, and the one place where an engine is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from schemas.errors import Invalid
from schemas.text import Text
from search.document import Document
from search.query import Query, Results, Suggestion


class Writing(Protocol):
    """Takes documents for an index that is not yet the live one."""

    def write(self, upserts: Iterable[Document]) -> None:
        """Add documents."""


class Backend(Protocol):
    """An index of datasets; every method raises `Unavailable` while the engine does not answer.

    Safe to share between threads, and to open in several processes on the same address.
    """

    def search(self, query: Query) -> Results:
        """Answer one question; what the last `write` of any process committed is seen."""

    def suggest(self, text: str, kinds: tuple[str, ...] = (), limit: int = 8) -> tuple[Suggestion, ...]:
        """Complete what a person types, from public datasets only; `kinds` narrows (see `Suggestion`)."""

    def explain(self, query: Query, dataset_id: str) -> str:
        """Tell, as the engine's own JSON, how the score of one document came about; for administrators."""

    def write(self, upserts: Iterable[Document], deletes: Iterable[str] = ()) -> None:
        """Replace documents by id and take others out; all of it is visible when this returns.

        After an error the embedded index is as before, Elasticsearch may hold a part: write the same again.
        """

    def ids(self) -> Iterator[tuple[str, int]]:
        """Answer id and indexed revision of every document, to compare with the catalogue."""

    def rebuild(self) -> AbstractContextManager[Writing]:
        """Build a new index beside the live one and swap at the end of the block; an error leaves the live one.

        What is written meanwhile goes to the live index: write again, after the block, what changed since its start.
        """

    def close(self) -> None:
        """Let go of files and connections."""


def open_backend(url: str, folder: Path | None = None) -> Backend:
    """Open an index: `embedded` (in `folder`), a folder's path, or the address of an Elasticsearch (`http://…/prefix`)."""
    if url.startswith(("http://", "https://")):
        from search.backends.elastic import Elastic

        return Elastic(url)
    if url in ("", "embedded") and folder is None:
        raise Invalid(
            {"search_url": ["An embedded index needs a folder."]},
            Text(zh="内置索引需要一个文件夹。", en="An embedded index needs a folder."),
        )
    if "://" in url and not url.startswith("file://"):
        raise Invalid(
            {"search_url": [f"{url} is neither `embedded`, a folder nor an http(s) address."]},
            Text(
                zh=f"搜索引擎地址 {url} 无法识别：请填写 embedded、文件夹路径或 http(s) 地址。",
                en=f"The search address {url} is neither `embedded`, a folder's path nor an http(s) address.",
            ),
        )
    from search.backends.embedded import Embedded

    return Embedded(folder if url in ("", "embedded") and folder else Path(url.removeprefix("file://")))
