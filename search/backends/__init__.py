"""The seam between questions and engines: a protocol of few methods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from schemas.errors import Unavailable
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
        """Replace documents by id and take others out, all or nothing, visible when it returns."""

    def ids(self) -> Iterator[tuple[str, int]]:
        """Answer id and indexed revision of every document, to compare with the catalogue."""

    def rebuild(self) -> AbstractContextManager[Writing]:
        """Build a new index beside the live one and swap at the end of the block; an error leaves the live one.

        What is written meanwhile goes to the live index: write again, after the block, what changed since its start.
        """

    def close(self) -> None:
        """Let go of files and connections."""


def open_backend(url: str) -> Backend:
    """Open the engine at an address: a folder for the embedded one, `http://…` for Elasticsearch."""
    raise Unavailable(Text(zh=f"没有检索引擎 {url}。", en=f"There is no search engine for {url}."), code="no-engine")
