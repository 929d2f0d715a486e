"""Rows as files, written while they are read: CSV, TSV, JSON, JSON Lines, XML, Parquet, Arrow and XLSX."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

import msgspec
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from publisher.table_columns import ID, Column
from schemas.errors import Invalid
from schemas.text import Text

XSI = "http://www.w3.org/2001/XMLSchema-instance"
MOST_SHEET_ROWS = 1_048_575
CHUNK = 1 << 16
_NOT_IN_NAMES = re.compile(r"[^\w.-]")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DIGITS_OF_A_FLOAT = 15


class Style(msgspec.Struct, frozen=True, kw_only=True):
    """How single values are written: moments, truth values in text formats, and the end of the header line."""

    moment: Callable[[datetime], str] = datetime.isoformat
    truth: tuple[str, str] = ("true", "false")
    header_end: str = "\n"


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """One way to write rows, with its media type."""

    media_type: str
    extension: str
    write: Callable[[Sequence[Column], Iterable[pa.RecordBatch], Style], Iterator[bytes]]


def plain(column: Column, value: Any, style: Style) -> Any:
    """Answer a value as JSON has it."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, datetime):
        return style.moment(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    return document(value) if column.type == "json" else value


def number(value: Decimal) -> Any:
    """Answer a decimal as a JSON number with all its digits."""
    whole = value.to_integral_value()
    if value == whole:
        return int(whole) if abs(whole) < 2**63 else orjson.Fragment(format(whole, "f"))
    short = value.normalize()
    return float(short) if len(short.as_tuple().digits) <= _DIGITS_OF_A_FLOAT else orjson.Fragment(format(short, "f"))


def document(value: str) -> Any:
    """Answer the JSON value that a text holds, or the text."""
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


def text(column: Column, value: Any, style: Style) -> str:
    """Answer a value as text formats have it; null is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return style.truth[0] if value else style.truth[1]
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    if isinstance(value, datetime):
        return style.moment(value)
    return value.isoformat() if isinstance(value, (date, time)) else str(value)


def delimited(delimiter: str) -> Callable[[Sequence[Column], Iterable[pa.RecordBatch], Style], Iterator[bytes]]:
    """Make the writer of rows between a delimiter."""

    def write(columns: Sequence[Column], batches: Iterable[pa.RecordBatch], style: Style) -> Iterator[bytes]:
        yield lines([[column.name for column in columns]], delimiter, style.header_end)
        for rows in rows_of(batches):
            texts = ([text(c, v, style) for c, v in zip(columns, row, strict=True)] for row in rows)
            yield lines(texts, delimiter)

    return write


def lines(rows: Iterable[Sequence[str]], delimiter: str, end: str = "\n") -> bytes:
    """Write rows of texts, quoted where they have to be."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator=end).writerows(rows)
    return buffer.getvalue().encode()


def _json(columns: Sequence[Column], batches: Iterable[pa.RecordBatch], style: Style) -> Iterator[bytes]:
    fields = b",".join(orjson.dumps({"name": column.name, "type": column.type}) for column in columns)
    yield b'{"fields": [' + fields + b'],\n "records": ['
    joint = b"\n  "
    for rows in rows_of(batches):
        yield joint + b",\n  ".join(_line(columns, row, style) for row in rows)
        joint = b",\n  "
    yield b"\n]}\n"


def _line(columns: Sequence[Column], row: Sequence[Any], style: Style) -> bytes:
    return orjson.dumps([plain(c, v, style) for c, v in zip(columns, row, strict=True)])


def _json_lines(columns: Sequence[Column], batches: Iterable[pa.RecordBatch], style: Style) -> Iterator[bytes]:
    for rows in rows_of(batches):
        objects = ({c.name: plain(c, v, style) for c, v in zip(columns, row, strict=True)} for row in rows)
        yield b"".join(orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE) for each in objects)


def _xml(columns: Sequence[Column], batches: Iterable[pa.RecordBatch], style: Style) -> Iterator[bytes]:
    yield f'<data xmlns:xsi="{XSI}">\n'.encode()
    style = msgspec.structs.replace(style, truth=("True", "False"))
    names = [xml_name(column.name) for column in columns]
    for rows in rows_of(batches):
        yield "".join(_xml_row(columns, names, row, style) for row in rows).encode()
    yield b"</data>\n"


def _xml_row(columns: Sequence[Column], names: Sequence[str], row: Sequence[Any], style: Style) -> str:
    parts, number = [], ""
    for column, name, value in zip(columns, names, row, strict=True):
        if column.name == ID:
            number = f" {ID}={quoteattr(str(value))}"
        elif value is None:
            parts.append(f'<{name} xsi:nil="true" />')
        else:
            parts.append(f"<{name}>{escape(_NOT_IN_XML.sub('', text(column, value, style)))}</{name}>")
    return f"<row{number}>{''.join(parts)}</row>\n"


def xml_name(name: str) -> str:
    """Answer a column's name as the name of an XML element."""
    clean = _NOT_IN_NAMES.sub("_", name) or "_"
    return clean if clean[0].isalpha() or clean[0] == "_" else f"_{clean}"


def _parquet(columns: Sequence[Column], batches: Iterable[pa.RecordBatch], _style: Style) -> Iterator[bytes]:
    with tempfile.TemporaryFile(prefix="gongkai-export-") as file:
        writer = None
        for batch in batches:
            writer = writer or pq.ParquetWriter(file, batch.schema, compression="zstd")
            writer.write_batch(batch)
        if writer is not None:
            writer.close()
        yield from _chunks(file)


def _arrow(columns: Sequence[Column], batches: Iterable[pa.RecordBatch], _style: Style) -> Iterator[bytes]:
    writer, buffer = None, io.BytesIO()
    for batch in batches:
        writer = writer or pa.ipc.new_stream(buffer, batch.schema)
        writer.write_batch(batch)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    if writer is not None:
        writer.close()
        yield buffer.getvalue()


def _xlsx(columns: Sequence[Column], batches: Iterable[pa.RecordBatch], style: Style) -> Iterator[bytes]:
    """Write one sheet; texts stay texts, also those that look like formulas."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("data")

    def cell(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        written = WriteOnlyCell(sheet, value=_NOT_IN_XML.sub("", value)[:32_767])
        written.data_type = "s"
        return written

    sheet.append([cell(column.name) for column in columns])
    count = 0
    for rows in rows_of(batches):
        count += len(rows)
        if count > MOST_SHEET_ROWS:
            message = Text(zh="行数超过工作表上限，请改用 CSV 或 Parquet。", en="A sheet has too few rows; take CSV.")
            raise Invalid({"format": [message.en]}, message, code="too-many-rows")
        for row in rows:
            sheet.append([cell(_sheet_value(c, v, style)) for c, v in zip(columns, row, strict=True)])
    with tempfile.TemporaryFile(prefix="gongkai-export-") as file:
        book.save(file)
        yield from _chunks(file)


def _sheet_value(column: Column, value: Any, style: Style) -> Any:
    if isinstance(value, (datetime, date)) and value.year < 1900:
        return text(column, value, style)
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, float) and (value != value or abs(value) == float("inf")):
        return str(value)
    return value


def rows_of(batches: Iterable[pa.RecordBatch]) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows of each batch that has some, as Python values."""
    for batch in batches:
        if len(batch):
            yield list(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(CHUNK):
        yield chunk


FORMATS: dict[str, Format] = {
    "csv": Format(media_type="text/csv; charset=utf-8", extension="csv", write=delimited(",")),
    "tsv": Format(media_type="text/tab-separated-values; charset=utf-8", extension="tsv", write=delimited("\t")),
    "json": Format(media_type="application/json; charset=utf-8", extension="json", write=_json),
    "jsonl": Format(media_type="application/jsonl; charset=utf-8", extension="jsonl", write=_json_lines),
    "xml": Format(media_type="text/xml; charset=utf-8", extension="xml", write=_xml),
    "parquet": Format(media_type="application/vnd.apache.parquet", extension="parquet", write=_parquet),
    "arrow": Format(media_type="application/vnd.apache.arrow.stream", extension="arrows", write=_arrow),
    "xlsx": Format(
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", extension="xlsx", write=_xlsx
    ),
}
