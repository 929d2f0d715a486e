"""Delimited text: which delimiter a file has, and its records."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from schemas.errors import Invalid
from schemas.tables.headers import SAMPLE_ROWS
from schemas.text import Text

DELIMITERS = (",", "\t", ";", "|")
MAX_RECORD = 64 << 20
MAX_COLUMNS = 16_384
SAMPLE = 1 << 18

TOO_LONG = Text(
    zh="第 {line} 行超过允许的长度（{limit} 字符），可能缺少换行或引号不配对。",
    en="Line {line} is longer than the {limit} characters allowed; a line end or a quote may be missing.",
)
TOO_WIDE = Text(
    zh="第 {line} 行有 {count} 列，最多允许 {limit} 列。",
    en="Line {line} has {count} columns; at most {limit} are allowed.",
)


def delimiter_of(path: Path, encoding: str) -> str:
    """Choose the delimiter whose rows of the first lines agree best, then the one that makes the widest table."""
    with path.open(encoding=encoding, newline="") as file:
        text = file.read(SAMPLE)
    best, score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        rows = _sample(text, delimiter)
        widths = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
        width = max(widths, key=lambda w: (widths[w], w), default=0)
        if width < 2:
            continue
        agreeing = widths[width] / widths.total()
        if (round(agreeing, 1), width) > score:
            best, score = delimiter, (round(agreeing, 1), width)
    return best


def records(path: Path, encoding: str, delimiter: str) -> Iterator[list[str]]:
    """Yield the records of a file; raises Invalid for lines and rows beyond the limits."""
    csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD))
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(_lines(file), delimiter=delimiter)
        for row in reader:
            if len(row) > MAX_COLUMNS:
                message = TOO_WIDE.format(line=reader.line_num, count=len(row), limit=MAX_COLUMNS)
                raise Invalid({"file": [message.en]}, message, code="source-error")
            yield row


def _lines(file: io.TextIOBase) -> Iterator[str]:
    number = 0
    while line := file.readline(MAX_RECORD + 1):
        number += 1
        if len(line) > MAX_RECORD:
            message = TOO_LONG.format(line=number, limit=MAX_RECORD)
            raise Invalid({"file": [message.en]}, message, code="source-error")
        yield line


def _sample(text: str, delimiter: str) -> list[list[str]]:
    rows = []
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        rows.append(row)
        if len(rows) >= SAMPLE_ROWS:
            break
    return rows[:-1] if len(text) == SAMPLE and len(rows) > 1 else rows
