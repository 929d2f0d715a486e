"""Measure how well searches find: nDCG@10, recall@50 and queries that find nothing, beside two simple rankings.

    python -m bench.relevance [--elasticsearch URL] [--half tuning|held|all] [--worst N]

The queries of `bench/judged/mixed.tsv` were written before any weight was chosen; a query belongs to the tuning or the
held half by its hash, and only the tuning half was looked at while choosing. Titles that match a query's first pattern
answer it well (2), texts that match its second one partly (1). `../shared/data/relevance` holds judgments of others.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import math
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from typing import NamedTuple

from bench.catalogues import SHARED, from_package, mixed
from schemas.errors import Invalid
from schemas.model import Dataset
from search import text
from search.backends import Backend, open_backend
from search.dictionary import Dictionary, compile_into
from search.document import Document, to_document
from search.query import Clause, Nothing, Query, Term, any_of
from search.relevance import Reader
from search.synonyms import Synonyms
from search.syntax import parse_q

JUDGED = Path(__file__).parent / "judged" / "mixed.tsv"
DEPTH = 50
Ranker = Callable[[Backend, str], tuple[str, ...]]


class Judged(NamedTuple):
    """One query, the kind of difficulty it stands for, and grades by dataset id."""

    kind: str
    query: str
    grades: dict[str, int]


def judged_mixed(documents: list[Document]) -> Iterator[Judged]:
    """Grade the mixed catalogue by the patterns of the judged file."""
    folded = [
        (
            one.id,
            text.fold(" ".join(one.values.get("title", ()))),  # type: ignore[arg-type]
            text.fold(" ".join(one.values.get("description", ()))),
        )
        for one in documents
    ]  # type: ignore[arg-type]
    with open(JUDGED, encoding="utf-8", newline="") as file:
        for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if not row or row[0].startswith("#"):
                continue
            kind, query, well, partly = (*row, "")[:4]
            grades: dict[str, int] = {}
            for id, title, description in folded:
                if re.search(text.fold(well), title):
                    grades[id] = 2
                elif partly and re.search(text.fold(partly), f"{title} {description}"):
                    grades[id] = 1
            if grades:
                yield Judged(kind, query, grades)


def judged_tsv(folder: Path, column: int) -> Iterator[Judged]:
    """Read queries and judgments of the shared folder; `column` chooses between wordings of a query."""
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        query, _, document, grade = line.split("\t")
        grades[query][document] = int(grade)
    for line in (folder / "queries.tsv").read_text(encoding="utf-8").splitlines():
        cells = line.split("\t")
        if any(grades.get(cells[0], {}).values()):
            yield Judged(folder.name, cells[column], grades[cells[0]])


def datafinder(shared: Path) -> Iterator[Document]:
    """Read the descriptions of machine-learning datasets."""
    with gzip.open(shared / "data/relevance/datafinder/documents.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            told = json.loads(line)
            title, body = told.get("title") or told["id"], told.get("contents") or ""
            yield to_document(Dataset(id=told["id"], name=told["id"], title=title, description=body))


def plain(backend: Backend, query: str) -> tuple[str, ...]:
    """Rank by BM25 over one field of words and bigrams."""
    tokens = tuple(dict.fromkeys(text.query_tokens(query)))
    clause: Clause = any_of(*(Term("text", token) for token in tokens)) if tokens else Nothing()
    return backend.search(Query(where=clause, rows=DEPTH)).ids


def ckan(backend: Backend, query: str) -> tuple[str, ...]:
    """Rank by CKAN's field weights and its minimum of words."""
    try:
        return backend.search(Query(where=parse_q(query, datetime.now(UTC)), rows=DEPTH)).ids
    except Invalid:
        return ()


def gongkai(reader: Reader) -> Ranker:
    """Rank as the portal does."""
    return lambda backend, query: reader.search(backend.search, query, Query(rows=DEPTH)).results.ids


def ndcg(ids: Iterable[str], grades: dict[str, int]) -> float:
    """Answer the normalised discounted cumulative gain of the first ten."""
    gains = [(2 ** grades.get(id, 0) - 1) / math.log2(place + 2) for place, id in enumerate(list(ids)[:10])]
    ideal = sorted(grades.values(), reverse=True)[:10]
    return sum(gains) / sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(ideal))


def recall(ids: Iterable[str], grades: dict[str, int]) -> float:
    """Answer the share of good answers among the first fifty, of those that could be there."""
    good = {id for id, grade in grades.items() if grade == max(grades.values())}
    return len(good & set(ids)) / min(len(good), DEPTH)


def is_held(query: str) -> bool:
    """Say whether a query belongs to the held half."""
    return hashlib.sha256(query.encode()).digest()[0] % 2 == 1


def report(name: str, backend: Backend, ranker: Ranker, judged: list[Judged], worst: int) -> None:
    """Print one line for all queries and one for each kind."""
    rows = []
    begin = time.perf_counter()
    for one in judged:
        ids = ranker(backend, one.query)
        rows.append((one.kind, ndcg(ids, one.grades), recall(ids, one.grades), not ids, one.query))
    spent = (time.perf_counter() - begin) / len(judged) * 1000
    kinds = sorted({row[0] for row in rows})
    for kind in ["all", *kinds] if len(kinds) > 1 else ["all"]:
        part = [row for row in rows if kind in ("all", row[0])]
        scores = [mean(row[column] for row in part) for column in (1, 2, 3)]
        print(f"{name if kind == 'all' else '':28} {kind:12} {len(part):4} {scores[0]:8.3f} {scores[1]:9.3f} "
              f"{scores[2]:7.1%}" + (f" {spent:7.1f}" if kind == "all" else ""))  # fmt: skip
    for row in sorted(rows, key=lambda row: row[1])[:worst]:
        print(f"    {row[1]:.2f} {row[2]:.2f} {row[0]:12} {row[4]}")


def main() -> None:
    """Build the indexes and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--elasticsearch", default="", help="address of an Elasticsearch to measure too")
    parser.add_argument("--half", choices=("tuning", "held", "all"), default="held")
    parser.add_argument("--worst", type=int, default=0, help="show the worst queries of the portal's ranking")
    parser.add_argument("--only", default="", help="measure only catalogues whose name begins so")
    parser.add_argument("--shared", type=Path, default=SHARED)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        dictionary = Dictionary(compile_into(Path(folder)))
        reader = Reader(Synonyms(), lambda: dictionary)
        rankers = {"plain BM25": plain, "CKAN's weights": ckan, "Gongkai": gongkai(reader)}
        print(
            f"{'catalogue, engine, ranking':28} {'kind':12} {'n':>4} "
            f"{'nDCG@10':>8} {'recall@50':>9} {'nothing':>7} {'ms':>7}"
        )
        for place, (name, documents, judged) in enumerate(catalogues(asked.shared)):
            if not name.startswith(asked.only):
                continue
            part = [one for one in judged if asked.half == "all" or is_held(one.query) == (asked.half == "held")]
            for engine, address in (("tantivy", f"{folder}/{place}"), ("elastic", asked.elasticsearch)):
                if not address:
                    continue
                backend = open_backend(address if engine == "tantivy" else f"{address.rstrip('/')}/relevance-{place}")
                with backend.rebuild() as writing:
                    writing.write(documents)
                for ranking, ranker in rankers.items():
                    shown = asked.worst if ranking == "Gongkai" else 0
                    report(f"{name} {engine} {ranking}"[:40], backend, ranker, part, shown)
                backend.close()


def catalogues(shared: Path) -> Iterator[tuple[str, list[Document], list[Judged]]]:
    """Answer each catalogue with its judged queries."""
    documents = list(mixed(shared))
    yield "mixed", documents, list(judged_mixed(documents))
    judgments = shared / "data/relevance"
    yield "datafinder", list(datafinder(shared)), list(judged_tsv(judgments / "datafinder", 2))
    packages = json.loads((shared / "data/ckan/catalog-data-gov/treasury.packages.json").read_bytes())
    yield "datagov", list(map(from_package, packages)), list(judged_tsv(judgments / "datagov-mini", 1))


if __name__ == "__main__":
    main()
