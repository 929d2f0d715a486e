"""From an accepted resource to Parquet through frictionless' own row stream: for what the fast engine leaves."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

from schemas.tables.columns import Unfit, Writer, arrow_type, typed

BATCH = 20_000

Document = dict[str, Any]


def convert(package: Document, resource: str, basepath: str, target: Path) -> None:
    """Write the rows of a resource that was found valid; a column whose values fit no arrow type becomes text."""
    as_text: frozenset[str] = frozenset()
    while True:
        try:
            _convert(package, resource, basepath, target, as_text)
        except Unfit as unfit:
            as_text |= {unfit.field}
        else:
            return


def _convert(package: Document, resource: str, basepath: str, target: Path, as_text: frozenset[str]) -> None:
    from frictionless import Package

    with Package.from_descriptor(package, basepath=basepath).get_table_resource(resource) as table:
        fields = [field.to_descriptor() for field in table.header.get_expected_fields()]
        names = [str(field["name"]) for field in fields]
        types = [arrow_type(field, as_text) for field in fields]
        with Writer(target, names, types, table.schema.to_descriptor()) as writer:
            stream = iter(table.row_stream)
            while rows := list(itertools.islice(stream, BATCH)):
                writer.add(
                    [
                        typed(name, type, [row[name] for row in rows], [row.cells[at] for row in rows])
                        for at, (name, type) in enumerate(zip(names, types, strict=True))
                    ]
                )
            writer.keep()
