"""A search engine that keeps its documents in a dict, and can be switched off to rehearse an outage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from schemas.errors import Unavailable
from search.document import Document
from search.query import Hit, Query, Results, Suggestion


class MemoryIndex:
    """Answers every query with all visible documents, by id."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}
        self.down = False

    def search(self, query: Query) -> Results:
        self._answer()
        seen = [
            key
            for key, document in sorted(self.documents.items())
            if query.visible is None or query.visible & set(document.values["labels"])  # type: ignore[arg-type]
        ]
        page = seen[query.start : query.start + query.rows]
        return Results(total=len(seen), hits=tuple(Hit(key) for key in page))

    def suggest(self, text: str, kinds: tuple[str, ...] = (), limit: int = 8) -> tuple[Suggestion, ...]:
        self._answer()
        return ()

    def explain(self, query: Query, dataset_id: str) -> str:
        self._answer()
        return "{}"

    def write(self, upserts: Iterable[Document], deletes: Iterable[str] = ()) -> None:
        self._answer()
        self.documents |= {document.id: document for document in upserts}
        for key in deletes:
            self.documents.pop(key, None)

    def ids(self) -> Iterator[tuple[str, int]]:
        self._answer()
        return iter([(key, int(document.values["revision"])) for key, document in self.documents.items()])  # type: ignore[call-overload]

    @contextmanager
    def rebuild(self) -> Iterator[MemoryIndex]:
        self._answer()
        fresh = MemoryIndex()
        yield fresh
        self.documents = fresh.documents

    def close(self) -> None:
        self.documents.clear()

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("The index is switched off.")
