"""Tables as public bodies published them: each loads or says why, and verdicts are those of frictionless."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.errors import Invalid
from schemas.tables import check_document, check_table, open_table

pytestmark = pytest.mark.shared

SHAPE = {"blank-row", "extra-cell", "missing-cell", "blank-label", "duplicate-label", "extra-label", "missing-label"}
SHAPE |= {"incorrect-label", "constraint-error"}

KINDS = ("table", "nasty", "chinese", "tableschema", "datapackage")
VERDICT = re.compile(r"frictionless 5\.21 against (\S+): (valid|INVALID: (.*)|cannot check: (.*))")


def manifest(shared: Path) -> Iterator[list[str]]:
    for line in (shared / "data" / "MANIFEST.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        yield line.split("\t")


def test_every_published_table_loads_or_says_why(shared: Path) -> None:
    loaded = 0
    reasons = []
    for name, kind, *_ in manifest(shared):
        if kind not in KINDS or (name.endswith(".json") and kind != "nasty"):
            continue
        try:
            with open_table(shared / "data" / name) as table:
                sum(1 for _ in table.rows())
            loaded += 1
        except Invalid as refusal:
            reasons.append(refusal.message)
    assert loaded >= 370
    assert len(reasons) <= 65
    assert all(reason.zh and reason.en for reason in reasons)


def test_verdicts_are_those_of_the_manifest(shared: Path) -> None:
    seen = 0
    for columns in manifest(shared):
        found = VERDICT.search(columns[7])
        if columns[1] not in ("tableschema", "table") or found is None:
            continue
        path = shared / "data" / columns[0]
        schema = json.loads((path.parent / found[1]).read_text(encoding="utf-8-sig"))
        document = check_document(path, schema)
        errors = [error for task in document["tasks"] for error in task["errors"]] + document["errors"]
        if found[3]:
            counts = dict(part.rsplit(" ", 1) for part in found[3].split(", "))
            assert {kind: str(sum(e["type"] == kind for e in errors)) for kind in counts} == counts, columns[0]
        assert document["valid"] == (found[2] == "valid"), (columns[0], errors[:3])
        seen += 1
    assert seen >= 15


def test_every_published_table_can_be_checked_without_a_schema(shared: Path) -> None:
    folder = shared / "data" / "folders"
    for path in sorted(folder.rglob("*.csv")) + sorted(folder.rglob("*.zip")):
        report = check_table(path, limit_errors=5)
        assert report.checked, (path.name, report.findings)
        assert {f.code for f in report.errors} <= SHAPE, (path.name, report.errors[0])
