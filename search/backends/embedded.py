"""The embedded engine: a tantivy index in a folder of this machine, shared by processes.

The folder holds generations (`gen-000001` …) and a file CURRENT that names the live one. Readers reload at every
question. Writers of all processes take turns behind a file lock and open the index afresh inside it, because a kept
handle leaves orphan files. A rebuild writes the next generation and then changes CURRENT. Keep the folder on a local
disk, for the index is mapped into memory.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import tantivy

from schemas.errors import Unavailable
from schemas.text import Text
from search import encoding, text
from search.backends.counting import counts_of, rank_suggestions
from search.backends.embedded_order import page
from search.backends.embedded_query import Translator, regex_literal
from search.backends.matching import facet_place
from search.document import Document
from search.query import Count, Facet, Query, Results, Suggestion

HEAP = 60_000_000
LOCK_SECONDS = 60.0
_SEGMENT = 65_000
_PRESENT = "CURRENT"


class Embedded:
    """A tantivy index in a folder; see `search.backends.Backend`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._guard = threading.Lock()
        self._live: _Generation | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unavailable(folder, error) from error

    def search(self, query: Query) -> Results:
        """Answer one question."""
        live = self._reader()
        searcher = live.searcher()
        native = live.translator.question(query)
        total, hits = page(searcher, native, query)
        return Results(total=total, hits=hits, facets=_facets(searcher, live.translator, query))

    def suggest(self, text_typed: str, kinds: tuple[str, ...] = (), limit: int = 8) -> tuple[Suggestion, ...]:
        """Complete what a person types from keywords, owners and themes of public datasets."""
        typed = text.sort_key(text_typed).replace("\t", " ")
        if not typed:
            return ()
        everything = tantivy.Query.all_query()
        found = self._reader().searcher().terms_with_prefix("suggestions", typed[:100], everything, 500)
        return rank_suggestions(found, kinds, limit)

    def explain(self, query: Query, dataset_id: str) -> str:
        """Tell how the score of one document came about."""
        live = self._reader()
        searcher = live.searcher()
        native = live.translator.question(query)
        found = searcher.search(tantivy.Query.term_query(live.schema, "id", dataset_id, "basic"), 1).hits
        return native.explain(searcher, found[0][1]).to_json() if found else "{}"

    def write(self, upserts: Iterable[Document], deletes: Iterable[str] = ()) -> None:
        """Replace and take out documents in one commit."""
        with self._exclusive():
            _commit(self._open_current(), upserts, deletes, fresh=False)

    def ids(self) -> Iterator[tuple[str, int]]:
        """Answer id and indexed revision of every document."""
        searcher = self._reader().searcher()
        everything = tantivy.Query.all_query()
        for start in range(0, max(searcher.num_docs, 1), 10_000):
            hits = searcher.search(everything, 10_000, False, "tie", start, tantivy.Order.Asc).hits
            places = [place for _, place in hits]
            revisions = searcher.fast_field_values("revision", places) if places else []
            for place, revision in zip(places, revisions, strict=True):
                yield searcher.doc(place)["id"][0], int(revision or 0)

    @contextmanager
    def rebuild(self) -> Iterator[_Rebuild]:
        """Write the next generation beside the live one and swap at the end."""
        with self._exclusive("rebuild.lock"):
            name = f"gen-{self._number() + 1:06d}"
            shutil.rmtree(self.folder / name, ignore_errors=True)
            fresh = _Generation(self.folder / name)
            try:
                yield _Rebuild(fresh)
            except BaseException:
                shutil.rmtree(self.folder / name, ignore_errors=True)
                raise
            with self._exclusive():
                self._point_to(name)

    def close(self) -> None:
        """Let go of the open generation."""
        self._live = None

    def _reader(self) -> _Generation:
        """Answer the live generation, opened again where another process has swapped it."""
        try:
            name = self._current_name()
            live = self._live
            if live is None or live.path.name != name:
                with self._guard:
                    live = self._live = _Generation(self.folder / name)
            live.index.reload()
        except (OSError, ValueError) as error:
            raise _unavailable(self.folder, error) from error
        return live

    def _open_current(self) -> _Generation:
        try:
            return _Generation(self.folder / self._current_name())
        except (OSError, ValueError) as error:
            raise _unavailable(self.folder, error) from error

    def _current_name(self) -> str:
        try:
            return (self.folder / _PRESENT).read_text(encoding="ascii").strip()
        except FileNotFoundError:
            self._begin()
            return (self.folder / _PRESENT).read_text(encoding="ascii").strip()

    def _begin(self) -> None:
        """Make the first, empty generation."""
        with self._exclusive("begin.lock"):
            if not (self.folder / _PRESENT).exists():
                _Generation(self.folder / "gen-000001")
                self._point_to("gen-000001")

    def _number(self) -> int:
        return int(self._current_name().rpartition("-")[2])

    def _point_to(self, name: str) -> None:
        """Make a generation the live one, and take away the ones before its predecessor."""
        temporary = self.folder / f"{_PRESENT}.new"
        temporary.write_text(name, encoding="ascii")
        temporary.replace(self.folder / _PRESENT)
        for old in sorted(self.folder.glob("gen-*"))[:-2]:
            shutil.rmtree(old, ignore_errors=True)

    @contextmanager
    def _exclusive(self, name: str = "write.lock") -> Iterator[None]:
        """Wait for one's turn among the writers of all processes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / name, "w", encoding="ascii") as file:
            _lock(file, self.folder)
            yield


class _Generation:
    """One tantivy index, opened or made."""

    def __init__(self, path: Path) -> None:
        self.path = path
        fresh = not tantivy.Index.exists(str(path)) if path.is_dir() else True
        path.mkdir(parents=True, exist_ok=True)
        mark = path / "columns"
        if fresh:
            self.index = tantivy.Index(_schema(), path=str(path))
            mark.write_text(fingerprint(), encoding="ascii")
        elif mark.read_text(encoding="ascii") != fingerprint():
            raise _outdated(path)
        else:
            self.index = tantivy.Index.open(str(path))
        analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        self.index.register_tokenizer("joined", analyzer)
        self.index.config_reader("manual")
        self.schema = self.index.schema
        self.translator = Translator(self.schema)

    def searcher(self) -> tantivy.Searcher:
        """Answer a view of the last commit that was loaded."""
        return self.index.searcher()


class _Rebuild:
    """Takes documents for the next generation."""

    def __init__(self, generation: _Generation) -> None:
        self._generation = generation

    def write(self, upserts: Iterable[Document]) -> None:
        """Add documents."""
        _commit(self._generation, upserts, (), fresh=True)


def fingerprint() -> str:
    """Answer a mark that changes when columns or the analysis of texts change."""
    told = repr((encoding.ANALYSIS, encoding.columns(), version("tantivy")))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for column in encoding.columns():
        if column.type == "tokens":
            builder.add_text_field(column.name, tokenizer_name="joined", index_option="position")
        elif column.type == "exact":
            builder.add_text_field(
                column.name,
                stored=column.order or column.name == "id",
                fast=True,
                tokenizer_name="raw",
                index_option="basic",
            )
        elif column.type == "integer":
            builder.add_integer_field(column.name, indexed=not column.order, fast=True)
        else:
            builder.add_float_field(column.name, indexed=not column.order, fast=True)
    return builder.build()


def _commit(generation: _Generation, upserts: Iterable[Document], deletes: Iterable[str], *, fresh: bool) -> None:
    writer = generation.index.writer(HEAP, 1)
    try:
        for dataset_id in deletes:
            writer.delete_documents_by_term("id", dataset_id)
        for document in upserts:
            if not fresh:
                writer.delete_documents_by_term("id", document.id)
            cells: dict[str, Any] = dict(encoding.encode(document))
            writer.add_document(tantivy.Document.from_dict(cells, generation.schema))
        writer.commit()
    except BaseException:
        writer.rollback()
        raise
    writer.wait_merging_threads()
    generation.index.reload()


def _facets(searcher: tantivy.Searcher, translator: Translator, query: Query) -> dict[str, tuple[Count, ...]]:
    """Count values, in one pass for the facets that share a question; a facet's own ticked values do not narrow it."""
    ticked = {field for field, _ in query.selected}
    shared = [facet for facet in query.facets if facet.field not in ticked]
    counted = _counts(searcher, translator.question(query), shared) if shared else {}
    for facet in query.facets:
        if facet.field in ticked:
            counted |= _counts(searcher, translator.question(query, without=facet.field), [facet])
    return {facet.field: counted[facet.field] for facet in query.facets}


def _counts(searcher: tantivy.Searcher, native: tantivy.Query, facets: Sequence[Facet]) -> dict[str, tuple[Count, ...]]:
    asked = {facet.field: {"terms": _terms_of(facet)} for facet in facets}
    answer = searcher.aggregate(native, asked)
    return {facet.field: counts_of(answer[facet.field]["buckets"], facet) for facet in facets}


def _terms_of(facet: Facet) -> dict[str, Any]:
    where = facet_place(facet.field)
    size = _SEGMENT if facet.limit < 0 else min(_SEGMENT, 2 * facet.limit + 50)
    terms: dict[str, Any] = {"field": where.column, "size": size, "segment_size": _SEGMENT}
    if where.key:
        terms["include"] = regex_literal(where.exact("")) + ".*"
    return terms


def _lock(file: IO[str], folder: Path) -> None:
    """Take the lock, waiting for others; a lock that is held too long means that a writer hangs."""
    give_up = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > give_up:
                raise _unavailable(folder, "another writer holds its lock") from None
            time.sleep(0.005)
        else:
            return


def _unavailable(folder: Path, reason: object) -> Unavailable:
    return Unavailable(
        Text(
            zh=f"无法使用搜索索引 {folder}：{reason}。请检查该文件夹，或运行 gongkai index rebuild。",
            en=f"The search index in {folder} cannot be used: {reason}. Check the folder or run gongkai index rebuild.",
        )
    )


def _outdated(path: Path) -> Unavailable:
    return Unavailable(
        Text(
            zh=f"搜索索引 {path} 由另一个版本创建，请运行 gongkai index rebuild。",
            en=f"The search index in {path} was made by another version. Run gongkai index rebuild.",
        ),
        code="index-outdated",
    )
