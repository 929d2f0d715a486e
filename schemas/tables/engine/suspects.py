"""Suspect rows, read by frictionless' own readers, and the order in which frictionless tells their errors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas.tables.engine import errors
from schemas.tables.engine.plan import Plan

Document = dict[str, Any]


@dataclass
class Row:
    """A row that was read exactly: the notes of each field, the values of keyed fields, and unmet references.

    `number` is that of the block until the blocks are joined; errors are written only when they are told.
    """

    number: int
    cells: list[Any]
    notes: dict[int, list[tuple[str, str]]] = field(default_factory=dict)
    blank: bool = False
    values: dict[int, Any] = field(default_factory=dict)
    links: dict[int, tuple[Any, ...]] = field(default_factory=dict)

    def count(self, width: int) -> int:
        """Count the errors that do not depend on other rows; `width` is the number of fields."""
        own = 1 if self.blank else sum(map(len, self.notes.values())) + abs(width - len(self.cells))
        return own + len(self.links)


def read(plan: Plan, number: int, cells: list[Any], suspect: Iterable[int], keyed: Sequence[int]) -> Row:
    """Read the suspect fields and the keyed ones of a row."""
    row = Row(number, cells)
    if all(at >= len(cells) or absent(cells[at], column.missing) for at, column in enumerate(plan.columns)):
        row.blank = True
        row.values = dict.fromkeys(keyed)
    else:
        for at in sorted({*suspect, *keyed}):
            _field(plan, row, at)
    for at, reference in enumerate(plan.references):
        values = tuple(row.values[place] for place in reference.fields)
        if set(values) != {None} and values not in reference.found:
            row.links[at] = values
    return row


def absent(cell: Any, missing: frozenset[str]) -> bool:
    """Tell whether a cell stands for a missing value."""
    return cell is None or (cell if isinstance(cell, str) else str(cell)) in missing


def _field(plan: Plan, row: Row, at: int) -> None:
    source = row.cells[at] if at < len(row.cells) else None
    row.values[at], notes = plan.columns[at].read(source)
    if notes:
        kind = notes.pop("type", None)
        row.notes[at] = [("type-error", kind)] if kind else []
        row.notes[at] += [("constraint-error", note) for note in notes.values()]


def ordered(plan: Plan, row: Row, unique: dict[int, int], primary: int | None) -> list[Document]:
    """Tell the errors of a row in frictionless' order.

    It reads keyed fields first, and everything else as soon as a key error is found. `unique` maps fields to the
    earlier row with their value, `primary` is the earlier row with the same key (0 when the key is empty).
    """
    told = _Told(plan, row)
    for at in plan.unique:
        told.access(at)
        if at in unique:
            told.add(_repeated(plan, row, told.texts, at, unique[at]))
    if plan.primary:
        for at in plan.primary:
            told.access(at)
        if primary is not None:
            told.add(_primary(row, told.texts, primary))
    for number, reference in enumerate(plan.references):
        for at in reference.fields:
            told.access(at)
        if number in row.links:
            told.add(_link(plan, row, told.texts, number))
    told.rest()
    return told.errors


class _Told:
    """Follows what frictionless has read of a row so far."""

    def __init__(self, plan: Plan, row: Row) -> None:
        self.errors: list[Document] = []
        self._plan = plan
        self._row = row
        self._seen: set[int] = set()
        self._done = False
        self.texts = ["" if cell is None else str(cell) for cell in row.cells]

    def access(self, at: int) -> None:
        if self._done or at in self._seen:
            return
        self._seen.add(at)
        row, name = self._row, self._plan.columns[at].name
        for kind, note in self._row.notes.get(at, ()):
            cell = str(row.cells[at] if at < len(row.cells) else None)
            self.errors.append(errors.cell_error(kind, note, self.texts, row.number, cell, name, at + 1))

    def rest(self) -> None:
        if self._done:
            return
        if self._row.blank:
            self.errors = [errors.row_error("blank-row", "", self.texts, self._row.number)]
        else:
            for at in sorted(self._row.notes):
                self.access(at)
            self.errors += _width(self._plan, self._row, self.texts)
        self._done = True

    def add(self, error: Document) -> None:
        self.rest()
        self.errors.append(error)


def _width(plan: Plan, row: Row, cells: list[str]) -> list[Document]:
    columns, number = plan.columns, row.number
    return [
        *(
            errors.cell_error("extra-cell", "", cells, number, str(row.cells[at]), "", at + 1)
            for at in range(len(columns), len(cells))
        ),
        *(
            errors.cell_error("missing-cell", "", cells, number, "", columns[at].name, at + 1)
            for at in range(len(cells), len(columns))
        ),
    ]


def _repeated(plan: Plan, row: Row, cells: list[str], at: int, earlier: int) -> Document:
    note = f"the same as in the row at position {earlier}"
    name = plan.columns[at].name
    return errors.cell_error("unique-error", note, cells, row.number, str(row.values[at]), name, at + 1)


def _primary(row: Row, cells: list[str], earlier: int) -> Document:
    empty = 'cells composing the primary keys are all "None"'
    note = f"the same as in the row at position {earlier}" if earlier else empty
    return errors.row_error("primary-key", note, cells, row.number)


def _link(plan: Plan, row: Row, cells: list[str], at: int) -> Document:
    reference, values = plan.references[at], row.links[at]
    note = 'for "{}": values "{}" not found in the lookup table "{}" as "{}"'.format(
        ", ".join(reference.names),
        ", ".join(str(value) for value in values),
        reference.resource,
        ", ".join(reference.resource_fields),
    )
    return errors.key_error(
        note, cells, row.number, reference.names, values, reference.resource, reference.resource_fields
    )
