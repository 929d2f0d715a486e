"""Measures the accountability parts: verifying a long disclosure log.

Run: python -m bench.disclosure [ENTRIES]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from publisher import chain, log
from publisher.chain import START, Checkpoint, Entry
from publisher.signing import open_signer


def written(folder: Path, count: int) -> Iterator[bytes]:
    """Write a log of `count` entries with a checkpoint after every thousand."""
    signer, moment = open_signer(folder), datetime(2026, 1, 1, tzinfo=UTC)
    previous, before, hashes = START, START, list[str]()
    for number in range(1, count + 1):
        entry = Entry(
            number=number,
            at=moment + timedelta(seconds=number),
            event="changed",
            kind="dataset",
            subject=f"5c0b1f2e-0000-4000-8000-{number:012d}",
            owner="0f7b8f30-0000-4000-8000-000000000001",
            revision=number % 50 + 1,
            digest=f"{number:064x}",
            detail={},
            previous=previous,
        )
        line = chain.line_of(entry)
        previous = chain.hash_of(line)
        hashes.append(previous)
        yield line + b"\n"
        if number % 1000 == 0 or number == count:
            made = Checkpoint(
                number=number,
                first=number - len(hashes) + 1,
                at=entry.at,
                head=previous,
                root=chain.merkle_root(hashes),
                previous=before,
                key=signer.public_key,
                signature="",
            )
            signed = chain.line_of(msgspec.structs.replace(made, signature=signer.sign(chain.unsigned(made))))
            before, hashes = chain.hash_of(signed), []
            yield signed + b"\n"


def verifying(count: int) -> None:
    """Time the verification of a log file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.jsonl"
        with path.open("wb") as file:
            file.writelines(written(Path(folder), count))
        started = time.perf_counter()
        with path.open("rb") as file:
            verdict = log.verify_file(file)
        seconds = time.perf_counter() - started
        size = path.stat().st_size / 1e6
    print(f"verify: {verdict.entries:,} entries, {size:.0f} MB, sound={verdict.sound}: {seconds:.1f} s")


if __name__ == "__main__":
    verifying(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
