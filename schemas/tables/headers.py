"""Where the header of a table is: preambles, merged header rows and tables without one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

Rows = Sequence[Sequence[Any]]

SAMPLE_ROWS = 100


def header_rows(sample: Rows) -> tuple[int, ...]:
    """Answer the 0-based places of the header rows in a sample: none, one, or two merged ones."""
    width = modal_width(sample)
    for at, row in enumerate(sample):
        if _filled(row) and _filled(row) >= 0.6 * width and len(_trimmed(row)) >= 0.6 * width:
            if not _looks_like_header(row, sample[at + 1 :]):
                return ()
            return (at, at + 1) if _merged(row, sample[at + 1 : at + 3], width) else (at,)
    return (0,) if sample else ()


def labels(rows: Rows) -> tuple[str, ...]:
    """Join header rows into labels; the upper of two is carried to the right, as merged cells are meant."""
    if not rows:
        return ()
    width = max(len(_trimmed(row)) for row in rows)
    texts = [[_text(row[i]) if i < len(row) else "" for i in range(width)] for row in rows]
    if len(texts) == 1:
        return tuple(texts[0])
    upper = _carried(texts[0])
    return tuple(" ".join(dict.fromkeys(p for p in (upper[i], texts[1][i]) if p)) for i in range(width))


def named(found: Sequence[str], width: int) -> tuple[str, ...]:
    """Make labels usable as field names: blank ones are numbered, repeated ones get a suffix."""
    names: list[str] = []
    used: set[str] = set()
    for at in range(max(width, len(found))):
        label = (found[at] if at < len(found) else "").strip() or f"field{at + 1}"
        name, number = label, 2
        while name in used:
            name, number = f"{label}{number}", number + 1
        used.add(name)
        names.append(name)
    return tuple(names)


def modal_width(sample: Rows) -> int:
    """Answer the commonest width of the rows that hold anything; the wider of two equals wins."""
    counts = Counter(len(_trimmed(row)) for row in sample if _filled(row))
    return max(counts, key=lambda width: (counts[width], width)) if counts else 0


def _trimmed(row: Sequence[Any]) -> Sequence[Any]:
    end = len(row)
    while end and _empty(row[end - 1]):
        end -= 1
    return row[:end]


def _empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _filled(row: Sequence[Any]) -> int:
    return sum(1 for cell in row if not _empty(cell))


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _numeric(cell: Any) -> bool:
    if isinstance(cell, (int, float)):
        return True
    text = _text(cell).replace(",", "").removesuffix("%")
    try:
        float(text)
    except ValueError:
        return False
    return True


def _looks_like_header(row: Sequence[Any], below: Rows) -> bool:
    """Tell a header from data: a row of numbers is none, nor one whose long texts look like the rows below it."""
    cells = [cell for cell in row if not _empty(cell)]
    numbers = sum(map(_numeric, cells))
    if numbers == 0:
        return not _link_like(cells)
    if numbers == len(cells):
        return _years(cells) and any(not all(map(_numeric, _cells(other))) for other in below[:5])
    return numbers / len(cells) < 0.5


def _years(cells: Sequence[Any]) -> bool:
    return all(_text(cell).isdigit() and 1900 <= int(_text(cell)) <= 2100 for cell in cells)


def _cells(row: Sequence[Any]) -> list[Any]:
    return [cell for cell in row if not _empty(cell)]


def _link_like(cells: Sequence[Any]) -> bool:
    return any(_text(cell).startswith(("http://", "https://")) for cell in cells)


def _merged(row: Sequence[Any], below: Rows, width: int) -> bool:
    """Tell whether a second header row follows: gaps above, names below them, and data after."""
    gaps = [i for i in range(width) if i >= len(row) or _empty(row[i])]
    if not gaps or len(below) < 2:
        return False
    second, data = below[0], below[1]
    fills = all(i < len(second) and not _empty(second[i]) for i in gaps)
    return fills and not any(map(_numeric, _cells(second))) and any(map(_numeric, _cells(data)))


def _carried(texts: Sequence[str]) -> list[str]:
    carried, last = [], ""
    for text in texts:
        last = text or last
        carried.append(last)
    return carried
