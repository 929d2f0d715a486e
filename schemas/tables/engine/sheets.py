"""The rows of an XLSX sheet as frictionless yields them, taken from the sheet's XML by one expression.

Workbook, shared strings and styles are openpyxl's own. The expression knows the cells that spreadsheet programs write;
a sheet with any other cell is left to openpyxl, so that no value is ever guessed.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import unescape

from schemas.errors import Invalid
from schemas.tables.archives import check_sizes
from schemas.tables.engine import reread
from schemas.tables.engine.fallback import Fallback
from schemas.tables.engine.plan import Plan

LARGEST = 1 << 29

_CELL = re.compile(
    r'<c r="([A-Z]{1,3})([0-9]{1,7})"(?: s="([0-9]+)")?(?: t="([a-zA-Z]+)")?(?:/>|>(?:<f[^<>]*(?:/>|>[^<]*</f>))?'
    r'(?:<v(?: xml:space="preserve")?>([^<]*)</v>|<is><t(?: xml:space="preserve")?>([^<]*)</t></is>|<v ?/>)?</c>)'
)
_ROW = re.compile(r'<row r="([0-9]{1,7})"')
_DATA = re.compile(r"<sheetData>(.*)</sheetData>", re.S)

Finish = Callable[[bool], tuple[int, tuple[str, str] | None]]
Rows = Iterator[Sequence[Any]]


def sheet_rows(plan: Plan) -> tuple[Rows, Finish]:
    """Answer the rows of the sheet that the dialect names, and what to call at their end."""
    import openpyxl

    _require_size(plan)
    book = openpyxl.load_workbook(plan.path, read_only=True, data_only=True)
    try:
        sheet = _sheet(plan, book)
        with sheet._get_source() as source:
            rows = _rows(sheet, source.read().decode("utf-8"))
    except (ValueError, IndexError, KeyError, OverflowError, UnicodeDecodeError) as error:
        raise Fallback("typed-source", f"{type(error).__name__}: {error}") from error
    finally:
        book.close()
    return iter(rows), lambda clean: (plan.size, reread.digests(plan.path))


def _require_size(plan: Plan) -> None:
    """Leave a workbook that unpacks to more than is held here to frictionless."""
    try:
        check_sizes(Path(plan.path), LARGEST)
    except Invalid as error:
        raise Fallback("typed-source", str(error)) from error


def _sheet(plan: Plan, book: Any) -> Any:
    control = next((c for c in plan.resource.dialect.controls if c.type == "excel"), None)
    if control is None:
        return book.worksheets[0]
    odd = control.fill_merged_cells or control.preserve_formatting or control.stringified
    if odd or control.adjust_floating_point_error or control.workbook_cache is not None:
        raise Fallback("typed-source", "a control of the sheet")
    return book[control.sheet] if isinstance(control.sheet, str) else book.worksheets[control.sheet - 1]


def _rows(sheet: Any, text: str) -> list[Sequence[Any]]:
    found = _DATA.search(text)
    if found is None or "\r" in found[1] or "<!" in text:
        raise ValueError("no plain sheet data")
    data = found[1]
    cells = _CELL.findall(data)
    numbers = [int(number) for number in _ROW.findall(data)]
    if len(cells) != _elements(data, "c") or len(numbers) != _elements(data, "row"):
        raise ValueError("a cell or row that is written in another way")
    if any(b <= a for a, b in itertools.pairwise(numbers)):
        raise ValueError("rows out of order")
    height = sheet.max_row
    if height is not None and numbers and numbers[-1] > height:
        raise ValueError("rows beyond the dimension")
    return _filled(_Cells(sheet), cells, numbers, sheet.max_column)


def _elements(data: str, name: str) -> int:
    return sum(data.count(f"<{name}{end}") for end in (" ", ">", "/>"))


def _filled(
    values: _Cells, cells: list[tuple[str, str, str, str, str, str]], numbers: list[int], width: int | None
) -> list[Sequence[Any]]:
    """Place the values in their rows; missing rows and cells are None."""
    rows: list[list[Any]] = [[None] * (width or 0) for _ in range(numbers[-1] if numbers else 0)]
    known = {str(number): rows[number - 1] for number in numbers}
    current, row = "", []
    place, value = values.place, values.value
    for column, number, style, kind, text, inline in cells:
        if number != current:
            current, row = number, known[number]
        at = place(column)
        if at > len(row):
            if width is not None:
                continue
            row += [None] * (at - len(row))
        row[at - 1] = value(style, kind, text, inline)
    return list(rows)


class _Cells:
    """Turns the texts of cells into values as openpyxl does."""

    def __init__(self, sheet: Any) -> None:
        from openpyxl.utils import column_index_from_string
        from openpyxl.utils.datetime import from_excel

        book = sheet.parent
        self._strings = sheet._shared_strings
        self._dates, self._spans, self._epoch = book._date_formats, book._timedelta_formats, book.epoch
        self._moment = from_excel
        self.place: Callable[[str], int] = functools.cache(column_index_from_string)
        self._known: dict[tuple[str, str], Any] = {}

    def value(self, style: str, kind: str, text: str, inline: str) -> Any:
        """Answer the value of a cell; raises ValueError for a kind that is not known here."""
        if kind == "inlineStr":
            return _plain(inline)
        if not text:
            return None
        if kind not in ("", "n"):
            return _worded(kind, text, self._strings)
        if style and int(style) in self._dates:
            found = self._known.get((text, style))
            if found is None:
                span = int(style) in self._spans
                found = self._known[text, style] = self._moment(_number(text), self._epoch, timedelta=span)
            return found
        return _number(text)


def _number(text: str) -> int | float:
    return float(text) if "." in text or "E" in text or "e" in text else int(text)


def _worded(kind: str, text: str, strings: Any) -> Any:
    if kind == "s":
        return strings[int(text)]
    if kind == "b":
        return bool(int(text))
    if kind in ("str", "e"):
        return _plain(text)
    raise ValueError(kind)


def _plain(text: str) -> str:
    if "&" not in text:
        return text
    if "&#" in text:
        raise ValueError("a character reference")
    return unescape(text, {"&quot;": '"', "&apos;": "'"})
