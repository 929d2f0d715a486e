"""Measure how fast searches answer over made catalogues: p50 and p99 in milliseconds, after warming up.

Where other work shares the machine, the processor time (third and fourth number; of this process alone) tells more.

    python -m bench.search [--datasets 100000] [--elasticsearch URL] [--folder KEEP] [--rounds 100]

The catalogue is made from a fixed seed: Chinese and English words of the dictionary, frequent ones as often as in real
texts (Zipf), 300 owners, 20 themes, 25 formats, 8 licences. `--folder` keeps the embedded index for another run.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from schemas.model import Dataset, Organization, Resource
from search.backends import Backend, open_backend
from search.dictionary import Dictionary, _entries, compile_into
from search.document import Document, to_document
from search.query import Clause, Facet, Phrase, Query, Sort, Term, Terms, Wildcard
from search.relevance import Reader, completions
from search.synonyms import Synonyms

START = datetime(2020, 1, 1, tzinfo=UTC)
OWNERS = [Organization(id=f"o{n}", name=f"bureau-{n}", title=f"第{n}局 Bureau {n}") for n in range(300)]
THEMES = [Organization(id=f"g{n}", name=f"theme-{n}", title=f"Theme {n}", kind="group") for n in range(20)]
FORMATS = [f"F{n}" for n in range(20)] + ["CSV", "JSON", "XLSX", "XML", "PDF"]
FACETS = tuple(map(Facet, ("organization", "themes", "formats", "licence")))


class Words:
    """Draws words as often as their rank says."""

    def __init__(self, seed: int) -> None:
        pairs = list(_entries())
        self._random = random.Random(seed)
        self.chinese = list(dict.fromkeys(word for word, _ in pairs))
        self.english = list(dict.fromkeys(part for _, senses in pairs for _, one in senses for part in one.split()))
        random.Random(7).shuffle(self.chinese)
        random.Random(7).shuffle(self.english)

    def draw(self, words: list[str], count: int) -> list[str]:
        """Draw words, the first of a list most often."""
        return [words[min(int(self._random.paretovariate(0.6)), len(words)) - 1] for _ in range(count)]

    def text(self, count: int) -> str:
        """Make a text, half in Chinese and half in English."""
        return (
            "".join(self.draw(self.chinese, count // 2)) + " " + " ".join(self.draw(self.english, count - count // 2))
        )

    def choose(self, values: list[Organization]) -> Organization:
        """Draw one of a list, the first most often."""
        return values[min(int(self._random.paretovariate(0.8)), len(values)) - 1]


def made(count: int, seed: int = 1) -> Iterator[Document]:
    """Make datasets."""
    words = Words(seed)
    for number in range(count):
        owner, theme = words.choose(OWNERS), words.choose(THEMES)
        resources = tuple(Resource(id=f"r{number}-{n}", format=FORMATS[(number * 7 + n) % 25]) for n in range(2))
        yield to_document(
            Dataset(
                id=f"id-{number}",
                name=f"dataset-{number}",
                title=words.text(8),
                description=words.text(60),
                keywords=tuple(words.draw(words.english, 3)),
                owner=owner.id,
                themes=(theme.id,),
                licence=f"licence-{number % 8}",
                resources=resources,
                created=START + timedelta(minutes=number),
                changed=START + timedelta(minutes=number * 7919 % (count * 10)),
                revision=1,
            ),
            owner,
            [theme],
        )


def questions(words: Words, reader: Reader) -> dict[str, Callable[[Backend, int], object]]:
    """Name what is measured; each answers its n-th question."""
    english, chinese = words.english[5:400], words.chinese[5:400]

    def ask(make: Callable[[int], Clause], **more: object) -> Callable[[Backend, int], object]:
        return lambda backend, n: backend.search(Query(where=make(n), rows=20, **more))  # type: ignore[arg-type]

    def one(n: int) -> Clause:
        return Term("text", english[n % len(english)])

    return {
        "everything": lambda backend, n: backend.search(Query(rows=20)),
        "everything, 4 facets": lambda backend, n: backend.search(Query(rows=20, facets=FACETS)),
        "word": ask(one),
        "word, 4 facets": ask(one, facets=FACETS),
        "frequent word, 4 facets": ask(lambda n: Term("text", words.english[n % 3]), facets=FACETS),
        "phrase": ask(lambda n: Phrase("text", f"{english[n % 50]} {english[n % 7]}")),
        "Chinese word": ask(lambda n: Term("text", chinese[n % len(chinese)])),
        "Chinese word, 4 facets": ask(lambda n: Term("text", chinese[n % len(chinese)]), facets=FACETS),
        "beginning*": ask(lambda n: Wildcard("text", english[n % len(english)][:3] + "*")),
        "word, owner ticked, facets": ask(
            one, facets=FACETS, selected=(("organization", Terms("organization", ("bureau-1",))),)
        ),
        "word by date": ask(one, sort=(Sort("changed", True),)),
        "everything by title": lambda backend, n: backend.search(Query(rows=20, sort=(Sort("title_sort"),))),
        "by licence, then name": lambda backend, n: backend.search(
            Query(rows=20, start=200, sort=(Sort("licence"), Sort("name")))
        ),
        "page at 10,000": ask(lambda n: Term("text", words.english[n % 3]), start=10_000),
        "typed, English": lambda backend, n: reader.search(
            backend.search,
            f"{english[n % len(english)]} {english[n * 3 % len(english)]}",
            Query(rows=20, facets=FACETS),
        ),
        "typed, Chinese": lambda backend, n: reader.search(
            backend.search, chinese[n % len(chinese)], Query(rows=20, facets=FACETS)
        ),
        "suggestion": lambda backend, n: backend.suggest(english[n % len(english)][:3]),
        "title completion": lambda backend, n: completions(
            backend.search, english[n % len(english)][: 3 + n % 3], Query(rows=8)
        ),
    }


def times(act: Callable[[int], object], rounds: int) -> tuple[float, float, float, float]:
    """Answer p50 and p99 in milliseconds, then both of the processor time here; it stops after ten seconds."""
    for n in range(3):
        act(n)
    spent: list[float] = []
    used: list[float] = []
    begin = time.perf_counter()
    for n in range(rounds):
        start, worked = time.perf_counter(), time.process_time()
        act(n)
        spent.append((time.perf_counter() - start) * 1000)
        used.append((time.process_time() - worked) * 1000)
        if time.perf_counter() - begin > 10:
            break
    return (*_quantiles(spent), *_quantiles(used))


def _quantiles(values: list[float]) -> tuple[float, float]:
    values.sort()
    return values[len(values) // 2], values[min(len(values) - 1, int(len(values) * 0.99))]


def change_to_visible(backend: Backend, documents: list[Document]) -> Callable[[int], object]:
    """Write one document and see it."""

    def act(n: int) -> None:
        backend.write([documents[n % len(documents)]])
        backend.search(Query(where=Term("id", documents[n % len(documents)].id), rows=1))

    return act


def show(name: str, label: str, measured: tuple[float, ...]) -> None:
    """Print one line."""
    print(f"{name:14} {label:28}" + "".join(f"{value:9.2f}" for value in measured), flush=True)


def measure(name: str, backend: Backend, count: int, rounds: int, reader: Reader) -> None:
    """Fill an index where it is empty, and print a line for every question."""
    held = backend.search(Query(visible=None, rows=0)).total
    if held != count:
        begin = time.perf_counter()
        with backend.rebuild() as writing:
            writing.write(made(count))
        print(
            f"{name}: {count / (time.perf_counter() - begin):,.0f} datasets/s written, made and cut into words included"
        )
    words = Words(2)
    for label, act in questions(words, reader).items():
        show(name, label, times(lambda n, act=act: act(backend, n), rounds))  # type: ignore[misc]
    show(name, "change until visible", times(change_to_visible(backend, list(made(50))), 20))


def main() -> None:
    """Measure the engines that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datasets", type=int, default=100_000)
    parser.add_argument("--elasticsearch", default="")
    parser.add_argument("--folder", default="")
    parser.add_argument("--rounds", type=int, default=100)
    asked = parser.parse_args()
    print(f"{asked.datasets:,} datasets; load {os.getloadavg()[0]:.1f}; p50 and p99 in ms, then of processor time here")
    with tempfile.TemporaryDirectory() as folder:
        dictionary = Dictionary(compile_into(Path(folder)))
        reader = Reader(Synonyms(), lambda: dictionary)
        addresses = {"tantivy": asked.folder or f"{folder}/index"}
        if asked.elasticsearch:
            addresses["elasticsearch"] = f"{asked.elasticsearch.rstrip('/')}/bench-search"
        for name, address in addresses.items():
            backend = open_backend(address)
            measure(name, backend, asked.datasets, asked.rounds, reader)
            backend.close()
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")


if __name__ == "__main__":
    main()
