"""What a run did, for the people who must act on it: record by record, and grouped by cause."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import select

from harvester import connections, jobs, records
from harvester.compare import DECISIONS
from harvester.jobs import Run
from harvester.orm import RecordRow, ResultRow
from publisher.auth import Permission
from publisher.work import Work
from schemas.errors import NotFound
from schemas.report import Finding, Level
from schemas.text import Text

PART = 500
EXAMPLES = 5


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did with one record: `fields` maps changed fields to old and new text, shortened."""

    id: int
    remote_id: str
    dataset_id: str
    title: str
    decision: str
    fields: dict[str, tuple[str, str]]
    findings: tuple[Finding, ...]


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of finding in a run: how many records have it, how it reads in the first, and some titles."""

    code: str
    level: Level
    records: int
    message: Text
    remedy: Text | None
    titles: tuple[str, ...]


def results(
    work: Work, run_id: str, *, decision: str = "", code: str = "", after: int = 0, limit: int = 100
) -> list[Result]:
    """Answer results of a run in their order, behind the one with id `after`; `decision` and `code` narrow them."""
    jobs.get(work, run_id)
    statement = select(ResultRow).where(ResultRow.run_id == run_id, ResultRow.id > after)
    if decision:
        statement = statement.where(ResultRow.decision == decision)
    if code:
        statement = statement.where(ResultRow.detail.contains(f'"code":"{code}"', autoescape=True))
    rows = work.session.scalars(statement.order_by(ResultRow.id).limit(limit))
    return [_result(row) for row in rows]


def causes(work: Work, run_id: str) -> list[Cause]:
    """Answer a run's findings grouped by their code, errors first, then by the number of records."""
    found: dict[str, Cause] = {}
    for result in _all(work, run_id):
        for finding in {f.code: f for f in reversed(result.findings)}.values():
            old = found.get(finding.code)
            found[finding.code] = _joined(old, finding, result.title or result.remote_id)
    return sorted(found.values(), key=lambda c: (_LEVELS.index(c.level), -c.records, c.code))


def document(work: Work, run_id: str) -> dict[str, Any]:
    """Answer the whole report as plain JSON types: the run, its causes and its results."""
    run = jobs.get(work, run_id)
    return {
        "run": msgspec.to_builtins(run),
        "source": msgspec.to_builtins(connections.get(work, run.source_id)),
        "causes": msgspec.to_builtins(causes(work, run_id)),
        "results": [msgspec.to_builtins(result) for result in _all(work, run_id)],
    }


def lines(work: Work, run_id: str, language: str = "zh") -> Iterator[str]:
    """Yield the report as CSV, one line for each finding, or for each record without any, after a BOM for Excel."""
    yield "\ufeff" + _line([label.get(language) for label in _HEADER])
    for result in _all(work, run_id):
        decision = DECISIONS[result.decision].get(language)
        for finding in result.findings or (None,):
            yield _line([result.title, result.remote_id, decision, *_cells(finding, language)])


def raw(work: Work, source: str, remote_id: str) -> bytes:
    """Answer a record as the source gave it when it was last accepted, as JSON; raises NotFound."""
    connection = connections.get(work, source)
    row = work.session.get(RecordRow, (connection.id, remote_id))
    if row is None:
        raise NotFound(Text(f"没有记录 {remote_id}。", f"There is no record {remote_id}."))
    work.require(Permission.SOURCE_READ, connections.subject(connection))
    return records.payload_of(row)


def summary(run: Run, language: str = "zh") -> str:
    """Say in one line what a run did."""
    counted = [f"{DECISIONS[key].get(language)} {run.counts[key]}" for key in DECISIONS if run.counts.get(key)]
    told = ("，" if language.startswith("zh") else ", ").join(counted)
    fates = [f"{label.get(language)} {run.causes[code]}" for code, label in _FATES.items() if run.causes.get(code)]
    told = ("；" if language.startswith("zh") else "; ").join([told, *fates]) if told else ""
    problem = run.problem.message.get(language) if run.problem else ""
    return " ".join(part for part in (told or ("" if problem else _NOTHING.get(language)), problem) if part)


def _all(work: Work, run_id: str) -> Iterator[Result]:
    last = 0
    while part := results(work, run_id, after=last, limit=PART):
        yield from part
        last = part[-1].id


def _result(row: ResultRow) -> Result:
    detail = msgspec.json.decode(row.detail, type=_Detail)
    return Result(
        id=row.id,
        remote_id=row.remote_id,
        dataset_id=row.dataset_id,
        title=row.title,
        decision=row.decision,
        fields=detail.fields,
        findings=detail.findings,
    )


class _Detail(msgspec.Struct):
    fields: dict[str, tuple[str, str]]
    findings: tuple[Finding, ...]


def _joined(old: Cause | None, finding: Finding, title: str) -> Cause:
    if old is None:
        return Cause(
            code=finding.code,
            level=finding.level,
            records=1,
            message=finding.message,
            remedy=finding.remedy,
            titles=(title,),
        )
    titles = old.titles if len(old.titles) >= EXAMPLES else (*old.titles, title)
    return msgspec.structs.replace(old, records=old.records + 1, titles=titles)


def _cells(finding: Finding | None, language: str) -> list[str]:
    if finding is None:
        return [""] * 8
    place = [finding.path, finding.field, finding.row, finding.column, finding.value]
    remedy = finding.remedy.get(language) if finding.remedy else ""
    return [finding.code, *("" if p is None else str(p) for p in place), finding.message.get(language), remedy]


def _line(cells: list[str]) -> str:
    target = io.StringIO()
    csv.writer(target).writerow([_harmless(cell) for cell in cells])
    return target.getvalue()


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from taking a cell for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


_LEVELS: tuple[Level, ...] = ("error", "warning", "info")
_FATES = {
    "table-held": Text("暂缓的表", "tables held back"),
    "table-badged": Text("带报告发布的表", "tables published with their report"),
}
_NOTHING = Text("没有记录。", "No records.")
_HEADER = (
    Text("标题", "title"),
    Text("标识符", "identifier"),
    Text("处理", "decision"),
    Text("代码", "code"),
    Text("位置", "path"),
    Text("字段", "field"),
    Text("行", "row"),
    Text("列", "column"),
    Text("值", "value"),
    Text("问题", "problem"),
    Text("建议", "what to do"),
)
