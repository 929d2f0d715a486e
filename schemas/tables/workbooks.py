"""Workbooks: XLSX, XLS and ODS sheets as rows of Python values, read by calamine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from schemas.tables.archives import check_sizes, refused
from schemas.text import Text

UNREADABLE = Text(zh="工作簿无法打开：{why}。", en="The workbook cannot be opened: {why}.")
PROTECTED = Text(zh="工作簿有密码，无法读取。", en="The workbook has a password and cannot be read.")
NO_SHEET = Text(zh="工作簿里没有工作表“{name}”。", en="The workbook has no sheet called “{name}”.")
EMPTY = Text(zh="工作簿里没有数据。", en="The workbook holds no data.")


def sheets(path: Path) -> tuple[str, ...]:
    """Name the sheets of a workbook in their order."""
    book = _open(path)
    try:
        return tuple(book.sheet_names)
    finally:
        book.close()


def rows(path: Path, sheet: str | None = None) -> tuple[str, list[list[Any]]]:
    """Answer the name and rows of a sheet, by default the first that holds anything; empty cells are None."""
    book = _open(path)
    try:
        if sheet is not None and sheet not in book.sheet_names:
            raise refused(NO_SHEET.format(name=sheet))
        for name in [sheet] if sheet is not None else book.sheet_names:
            found = list(_rows(book.get_sheet_by_name(name)))
            if found or sheet is not None:
                return name, found
    finally:
        book.close()
    raise refused(EMPTY)


def _rows(sheet: Any) -> Iterator[list[Any]]:
    for row in sheet.to_python(skip_empty_area=False):
        yield [None if cell == "" else cell for cell in row]


def _open(path: Path) -> Any:
    import python_calamine

    with path.open("rb") as file:
        packed = file.read(4) == b"PK\x03\x04"
    if packed:
        check_sizes(path)
    try:
        return python_calamine.CalamineWorkbook.from_path(str(path))
    except python_calamine.PasswordError:
        raise refused(PROTECTED) from None
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise refused(UNREADABLE.format(why=error)) from error
