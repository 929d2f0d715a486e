"""Reading real-world files: whatever holds one table becomes labels and rows, or a refusal that says why and where."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from schemas.errors import Invalid
from schemas.tables import archives, delimited, encodings, headers, jsonrows, workbooks
from schemas.tables.archives import refused
from schemas.text import Text

NOT_A_TABLE = Text(zh="这不是表格文件，而是{kind}。", en="This is not a table but {kind}.")
EMPTY = Text(zh="文件是空的。", en="The file is empty.")
GUESSED_HEADER = Text(
    zh="表头在第 {row} 行，之前的内容未读入。", en="The header is in row {row}; what stands before it was left out."
)
NO_HEADER = Text(zh="没有发现表头，列名由系统给出。", en="No header was found; the columns were numbered.")

KINDS = (
    (b"%PDF", Text(zh=" PDF 文档", en="a PDF document")),
    (b"\x89PNG", Text(zh="图片", en="a picture")),
    (b"\xff\xd8\xff", Text(zh="图片", en="a picture")),
    (b"GIF8", Text(zh="图片", en="a picture")),
    (b"7z\xbc\xaf", Text(zh=" 7z 压缩文件", en="a 7z archive")),
    (b"Rar!", Text(zh=" RAR 压缩文件", en="a RAR archive")),
    (b"SQLite format 3", Text(zh=" SQLite 数据库", en="an SQLite database")),
)
PAGE = Text(zh="网页", en="a web page")
XML = Text(zh=" XML 文档", en="an XML document")
PROSE = Text(zh="文字文档", en="a text document")

FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".txt": "csv",
    ".psv": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xls": "xls",
    ".ods": "ods",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".geojson": "geojson",
    ".parquet": "parquet",
}


@dataclass
class Table:
    """One opened table: its labels, how it was read, what is doubtful, and its rows; close it after use."""

    format: str
    path: Path
    labels: tuple[str, ...]
    names: tuple[str, ...]
    read: Callable[[], Iterator[tuple[int, list[Any]]]]
    encoding: str | None = None
    delimiter: str | None = None
    header_rows: tuple[int, ...] = ()
    sheet: str | None = None
    doubts: tuple[Text, ...] = ()
    folder: tempfile.TemporaryDirectory[str] | None = field(default=None, repr=False)

    def rows(self) -> Iterator[tuple[int, list[Any]]]:
        """Yield row numbers, from 1 with the header included, and the cells of each row."""
        return self.read()

    def close(self) -> None:
        """Remove what was unpacked for reading."""
        if self.folder is not None:
            self.folder.cleanup()
            self.folder = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def open_table(
    source: str | PathLike[str],
    *,
    format: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    member: str | None = None,
    header: bool | None = None,
) -> Table:
    """Open a file as one table; raises Invalid that says why and where when it cannot be read as one.

    What is not given is detected. `member` names the file within an archive, `header` says whether there is one.
    """
    path, folder = located(source, member)
    try:
        table = _opened(path, format or format_of(path), encoding, delimiter, sheet, header)
    except BaseException:
        if folder is not None:
            folder.cleanup()
        raise
    table.folder = folder
    return table


def located(
    source: str | PathLike[str], member: str | None = None
) -> tuple[Path, tempfile.TemporaryDirectory[str] | None]:
    """Answer the file to read, unpacked into a folder of its own if it is packed."""
    path = Path(source)
    if not path.is_file():
        raise absent(path)
    with path.open("rb") as file:
        kind = archives.kind_of(file.read(8), path.name)
    if kind is None:
        return path, None
    folder = tempfile.TemporaryDirectory(prefix="gongkai-table-")
    try:
        return archives.unpack(path, kind, Path(folder.name), member), folder
    except BaseException:
        folder.cleanup()
        raise


def absent(path: Path) -> Invalid:
    """Build the refusal of a file that is not there."""
    message = Text(zh=f"文件不存在：{path.name}", en=f"No such file: {path.name}")
    return Invalid({"path": [message.en]}, message)


def format_of(path: Path) -> str:
    """Tell a table's format from its first bytes, then from its name; raises Invalid for what is no table."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise refused(EMPTY)
    for mark, kind in KINDS:
        if head.startswith(mark):
            raise refused(NOT_A_TABLE.format(kind=kind))
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    named = FORMATS.get(path.suffix.lower())
    if head.startswith(b"PK\x03\x04"):
        return named if named in ("xlsx", "ods") else "xlsx"
    return _text_format(path, head.lstrip(b"\xef\xbb\xbf \t\r\n").lower(), named)


def _text_format(path: Path, start: bytes, named: str | None) -> str:
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<table", b"<div")):
        raise refused(NOT_A_TABLE.format(kind=PAGE))
    if start.startswith((b"<?xml", b"<rdf", b"<!--")) or path.suffix.lower() in (".xml", ".html", ".htm"):
        raise refused(NOT_A_TABLE.format(kind=XML if path.suffix.lower() == ".xml" or start[:5] == b"<?xml" else PAGE))
    if path.suffix.lower() in (".md", ".pdf", ".doc", ".docx", ".yaml", ".yml", ".py", ".js", ".css"):
        raise refused(NOT_A_TABLE.format(kind=PROSE))
    if named is not None and named not in ("xlsx", "xls", "ods", "parquet"):
        return named
    return "json" if start.startswith((b"[{", b"{")) else "csv"


def _opened(
    path: Path, format: str, encoding: str | None, delimiter: str | None, sheet: str | None, header: bool | None
) -> Table:
    if path.stat().st_size == 0:
        raise refused(EMPTY)
    if format in ("csv", "tsv"):
        return _open_text(path, format, encoding, delimiter, header)
    if format in ("xlsx", "xls", "ods"):
        name, rows = workbooks.rows(path, sheet)
        table = _headed(format, path, rows, header)
        table.sheet = name
        return table
    if format == "parquet":
        return _open_parquet(path)
    if format in ("json", "geojson", "jsonl"):
        return _open_json(path, format)
    message = Text(zh=f"不支持的格式：{format}", en=f"The format {format} is not supported")
    raise Invalid({"format": [message.en]}, message)


def _open_text(path: Path, format: str, encoding: str | None, delimiter: str | None, header: bool | None) -> Table:
    known = encodings.declared(path, encoding) if encoding else encodings.detect(path)
    chosen = delimiter or ("\t" if format == "tsv" else delimited.delimiter_of(path, known.name))
    sample: list[list[Any]] = []
    for row in delimited.records(path, known.name, chosen):
        sample.append(row)
        if len(sample) >= headers.SAMPLE_ROWS:
            break
    places = _places(sample, header)
    read = _numbered(lambda: delimited.records(path, known.name, chosen), places)
    table = _described(format, path, sample, places, read, () if known.doubt is None else (known.doubt,))
    table.encoding, table.delimiter = known.name, chosen
    return table


def _headed(format: str, path: Path, rows: list[list[Any]], header: bool | None) -> Table:
    sample = rows[: headers.SAMPLE_ROWS]
    places = _places(sample, header)
    return _described(format, path, sample, places, _numbered(lambda: iter(rows), places), ())


def _open_parquet(path: Path) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        names = tuple(pq.read_schema(path).names)
    except (pa.ArrowInvalid, OSError) as error:
        raise refused(archives.BROKEN.format(why=error)) from error

    def read() -> Iterator[tuple[int, list[Any]]]:
        number = 1
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches():
                for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    number += 1
                    yield number, list(cells)

    return Table("parquet", path, names, headers.named(names, len(names)), read)


def _open_json(path: Path, format: str) -> Table:
    records = jsonrows.load_lines(path) if format == "jsonl" else jsonrows.load(path)
    labels, _ = jsonrows.table(records)

    def read() -> Iterator[tuple[int, list[Any]]]:
        yield from enumerate(jsonrows.table(records)[1], start=2)

    return Table(format, path, labels, headers.named(labels, len(labels)), read, "utf-8", header_rows=(1,))


def _places(sample: Sequence[Sequence[Any]], header: bool | None) -> tuple[int, ...]:
    if header is False:
        return ()
    found = headers.header_rows(sample)
    return found or ((0,) if header and sample else ())


def _numbered(
    records: Callable[[], Iterator[list[Any]]], places: tuple[int, ...]
) -> Callable[[], Iterator[tuple[int, list[Any]]]]:
    first = places[-1] + 1 if places else 0

    def read() -> Iterator[tuple[int, list[Any]]]:
        for at, row in enumerate(records()):
            if at >= first:
                yield at + 1, row

    return read


def _described(
    format: str,
    path: Path,
    sample: Sequence[Sequence[Any]],
    places: tuple[int, ...],
    read: Callable[[], Iterator[tuple[int, list[Any]]]],
    doubts: tuple[Text, ...],
) -> Table:
    labels = headers.labels([sample[at] for at in places])
    width = max(len(labels), headers.modal_width(sample))
    if not places and sample:
        doubts = (*doubts, NO_HEADER)
    elif places and places[0]:
        doubts = (*doubts, GUESSED_HEADER.format(row=places[0] + 1))
    numbers = tuple(at + 1 for at in places)
    return Table(format, path, labels, headers.named(labels, width), read, header_rows=numbers, doubts=doubts)
