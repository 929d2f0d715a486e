"""The report for people: findings by cause and column, with counts, first and last row, samples and what to do."""

from __future__ import annotations

import csv
import html
import io
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from schemas.report import Finding, Report, to_document
from schemas.tables.causes import cause
from schemas.text import Text

SAMPLES = 5

VALID = Text(zh="表格合格", en="The table is valid")
INVALID = Text(zh="表格不合格", en="The table is not valid")
UNCHECKED = Text(zh="表格未能检查", en="The table could not be checked")
PARTIAL = Text(zh="达到问题数上限，后面的行未检查。", en="The check stopped at its limit; later rows were not checked.")
COUNTS = Text(zh="{rows} 行，{fields} 列", en="{rows} rows, {fields} columns")
FOUND = Text(zh="{count} 个问题，分为 {groups} 类", en="{count} problems of {groups} kinds")
COLUMN = Text(zh="列“{field}”", en="column “{field}”")
ROWS = Text(zh="第 {first}–{last} 行", en="rows {first}–{last}")
ROW = Text(zh="第 {first} 行", en="row {first}")
TIMES = Text(zh="{count} 处", en="{count} ×")
SAMPLE = Text(zh="例如：{values}", en="for example: {values}")
TODO = Text(zh="处理：{remedy}", en="what to do: {remedy}")
HEADINGS = Text(zh="级别,代码,行,列,字段,值,说明,处理", en="level,code,row,column,field,value,message,what to do")


@dataclass(frozen=True)
class Group:
    """Joins the findings of one cause in one column."""

    level: str
    code: str
    title: Text
    field: str
    count: int
    first: int | None
    last: int | None
    samples: tuple[str, ...]
    message: Text
    remedy: Text | None


def grouped(report: Report) -> tuple[Group, ...]:
    """Group the findings of a report by cause and column, the most frequent first within errors and warnings."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in report.findings:
        groups.setdefault((finding.level, finding.code, finding.field), []).append(finding)
    ordered = sorted(groups.values(), key=lambda found: (found[0].level != "error", -len(found)))
    return tuple(_group(found) for found in ordered)


def readable(report: Report, language: str = "en") -> str:
    """Write a report as plain text for people, in Chinese for every `zh` language and in English otherwise."""
    groups = grouped(report)
    lines = [_headline(report, groups, language)]
    for number, group in enumerate(groups, start=1):
        lines += ["", f"{number}. {_title(group, language)}", f"   {group.message.get(language)}"]
        if len(group.samples) > 1:
            lines.append("   " + SAMPLE.get(language).format(values=_quoted(group.samples)))
        if group.remedy is not None:
            lines.append("   " + TODO.get(language).format(remedy=group.remedy.get(language)))
    return "\n".join(lines) + "\n"


def exported(report: Report, format: Literal["json", "csv", "html", "text"], language: str = "en") -> str:
    """Write a report as JSON, as CSV with one finding a row, as an HTML fragment, or as text."""
    if format == "json":
        return msgspec.json.format(msgspec.json.encode(to_document(report)), indent=2).decode()
    return {"csv": _csv, "html": _html, "text": readable}[format](report, language)


def _group(found: list[Finding]) -> Group:
    first = found[0]
    rows = [f.row for f in found if f.row is not None]
    samples = tuple(dict.fromkeys(f.value for f in found if f.value is not None))[:SAMPLES]
    return Group(
        level=first.level,
        code=first.code,
        title=cause(first.code).title if first.level == "error" else first.message,
        field=first.field,
        count=len(found),
        first=min(rows, default=None),
        last=max(rows, default=None),
        samples=samples,
        message=first.message,
        remedy=first.remedy,
    )


def _headline(report: Report, groups: tuple[Group, ...], language: str) -> str:
    state = VALID if report.valid else INVALID if report.checked else UNCHECKED
    parts = [state.get(language)]
    if report.stats.rows is not None:
        counts = {"rows": f"{report.stats.rows:,}", "fields": report.stats.fields or len(report.labels)}
        parts.append(COUNTS.get(language).format(**counts))
    errors = [group for group in groups if group.level == "error"]
    if errors:
        parts.append(FOUND.get(language).format(count=sum(g.count for g in errors), groups=len(errors)))
    colon, comma, stop = ("：", "；", "。") if language.lower().startswith("zh") else (": ", "; ", ".")
    line = parts[0] + (colon + comma.join(parts[1:]) if len(parts) > 1 else "") + stop
    return line if report.complete else line + " " + PARTIAL.get(language)


def _title(group: Group, language: str) -> str:
    parts = [group.title.get(language)]
    if group.field:
        parts.append(COLUMN.get(language).format(field=group.field))
    if group.first is not None:
        template = ROW if group.first == group.last else ROWS
        parts.append(template.get(language).format(first=group.first, last=group.last))
    parts.append(TIMES.get(language).format(count=group.count))
    return " · ".join(parts)


def _quoted(values: tuple[str, ...]) -> str:
    return ", ".join(f"“{value}”" for value in values)


def _cells(finding: Finding, language: str) -> list[Any]:
    remedy = finding.remedy.get(language) if finding.remedy is not None else ""
    value = finding.value or ""
    if value.startswith(("=", "+", "-", "@", "\t", "\r")):
        value = "'" + value
    places = [finding.row or "", finding.column or "", finding.field]
    return [finding.level, finding.code, *places, value, finding.message.get(language), remedy]


def _csv(report: Report, language: str) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(HEADINGS.get(language).split(","))
    writer.writerows(_cells(finding, language) for finding in report.findings)
    return buffer.getvalue()


def _html(report: Report, language: str) -> str:
    groups = grouped(report)
    parts = [f'<section class="table-report"><p>{html.escape(_headline(report, groups, language))}</p>']
    if groups:
        parts.append("<ol>")
        for group in groups:
            parts.append(f'<li class="{group.level}"><strong>{html.escape(_title(group, language))}</strong>')
            parts.append(f"<p>{html.escape(group.message.get(language))}</p>")
            if len(group.samples) > 1:
                parts.append(f"<p>{html.escape(SAMPLE.get(language).format(values=_quoted(group.samples)))}</p>")
            if group.remedy is not None:
                text = TODO.get(language).format(remedy=group.remedy.get(language))
                parts.append(f"<p>{html.escape(text)}</p>")
            parts.append("</li>")
        parts.append("</ol>")
    return "\n".join([*parts, "</section>"]) + "\n"
