"""From a raw record to the dataset that this site would publish: parsed, bounded, owned, named and placed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from harvester.connections import Connection
from harvester.guard import local_path
from harvester.source import Context, Raw, Source, problem
from harvester.staging import LARGEST_RECORD, Staged
from schemas import profiles
from schemas.errors import Invalid
from schemas.model import Dataset, Origin, replace
from schemas.report import Finding
from schemas.vocabulary import themes_for

MOST_RESOURCES = 2_000
MOST_KEYWORDS = 500
LONGEST_ID = 1000


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """A record read: the dataset, or None with the findings that say why not."""

    dataset: Dataset | None
    findings: tuple[Finding, ...] = ()
    title: str = ""


class Reader(msgspec.Struct, kw_only=True):
    """Reads the records of one source; `groups` maps names of themes to their ids."""

    connection: Connection
    source: Source
    context: Context
    groups: Mapping[str, str]
    run_id: str = ""

    def read(self, staged: Staged) -> Read:
        """Read one record; whatever is wrong with it is a finding, never an error."""
        refused = _unusable(staged)
        raw = staged.raw()
        title = _title(raw)
        if refused is not None:
            return Read(dataset=None, findings=(refused,), title=title)
        try:
            parsed = self.source.to_dataset(raw, self.context)
        except Invalid as error:
            return Read(dataset=None, findings=(_finding(error),), title=title)
        except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError) as error:
            return Read(dataset=None, findings=(_unreadable(error),), title=title)
        dataset, more = _bounded(parsed.dataset)
        dataset, outside = _within(dataset, self.context.root if self.local else None)
        findings = (*parsed.findings, *more, *outside)
        if not dataset.title.strip():
            told = any(finding.code == "missing-title" for finding in findings)
            untitled = () if told else (_untitled(staged.remote_id),)
            return Read(dataset=None, findings=(*findings, *untitled), title=title)
        owned = self._owned(dataset, staged)
        report = profiles.check(owned)
        usable = owned if report.valid else None
        return Read(dataset=usable, findings=(*findings, *report.findings), title=dataset.title)

    @property
    def local(self) -> bool:
        """Tell whether the records' files lie on this machine."""
        return local_path(self.context.url) is not None or self.context.archive.is_dir()

    def _owned(self, dataset: Dataset, staged: Staged) -> Dataset:
        connection = self.connection
        wanted = (*connection.themes, *themes_for(dataset.subjects, dataset.keywords, dataset.title))
        themes = dict.fromkeys(self.groups[name] for name in wanted if name in self.groups)
        origin = Origin(source=connection.id, remote_id=staged.remote_id, url=connection.url)
        return replace(
            dataset,
            id=dataset_id(connection.id, staged.remote_id),
            owner=connection.owner,
            themes=tuple(themes),
            profile=connection.profile if dataset.profile == Dataset().profile else dataset.profile,
            origin=origin,
            state="active",
            visibility="public",
            created=None,
            changed=None,
            revision=0,
            resources=tuple(msgspec.structs.replace(r, id="", created=None, changed=None) for r in dataset.resources),
        )


def dataset_id(source_id: str, remote_id: str) -> str:
    """Answer the id of a record's dataset: the same for ever, even after the dataset was erased."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"gongkai:{source_id}:{remote_id}"))


def merged(new: Dataset, previous: Dataset | None, locked: Mapping[str, Any]) -> Dataset:
    """Keep what a person locked against the source, and the name under which the dataset is known."""
    if previous is None:
        return new
    kept = {field: getattr(previous, field) for field in locked if field in Dataset.__struct_fields__}
    return replace(new, **{"name": previous.name, "created_by": previous.created_by, **kept})


def _unusable(staged: Staged) -> Finding | None:
    if staged.problem is not None:
        return staged.problem
    if len(staged.remote_id) > LONGEST_ID:
        return problem(
            "identifier-too-long",
            f"标识符超过 {LONGEST_ID} 个字符。",
            f"The identifier is longer than {LONGEST_ID} characters.",
            "请使用较短的标识符。",
            "Use a shorter identifier.",
            value=staged.remote_id[:80],
        )
    if len(staged.payload) > LARGEST_RECORD:
        size = len(staged.payload) // 1024 // 1024
        return problem(
            "record-too-large",
            f"记录有 {size} MiB，超过上限 {LARGEST_RECORD // 1024 // 1024} MiB。",
            f"The record has {size} MiB, more than {LARGEST_RECORD // 1024 // 1024} MiB.",
            "请拆分该记录。",
            "Split the record.",
        )
    return None


def _bounded(dataset: Dataset) -> tuple[Dataset, list[Finding]]:
    """Cut what no reader could use, and say so: one monster record is one finding."""
    findings = []
    for field, most, zh in (("resources", MOST_RESOURCES, "资源"), ("keywords", MOST_KEYWORDS, "关键词")):
        count = len(getattr(dataset, field))
        if count > most:
            dataset = replace(dataset, **{field: getattr(dataset, field)[:most]})
            findings.append(
                problem(
                    f"too-many-{field}",
                    f"记录有 {count} 个{zh}，只采用前 {most} 个。",
                    f"The record has {count} {field}; only the first {most} are taken.",
                    "请精简或拆分该记录。",
                    "Shorten or split the record.",
                    path=field,
                )
            )
    return dataset, findings


def _within(dataset: Dataset, root: Path | None) -> tuple[Dataset, list[Finding]]:
    """Let a record name local files of its own source alone."""
    findings, kept = [], []
    for number, resource in enumerate(dataset.resources):
        path = local_path(resource.url)
        if path is None or (root is not None and root in path.resolve().parents):
            kept.append(resource)
            continue
        findings.append(
            problem(
                "file-outside",
                "文件不在该来源的文件夹之内，未采用。",
                "The file lies outside the source's folder and was left out.",
                "请只使用文件夹之内的相对路径。",
                "Use relative paths within the folder alone.",
                path=f"resources[{number}].url",
                value=resource.url[:200],
            )
        )
    return replace(dataset, resources=tuple(kept)), findings


def _title(raw: Raw) -> str:
    return str(raw.payload.get("title") or raw.payload.get("name") or raw.remote_id)[:300]


def _finding(error: Invalid) -> Finding:
    return Finding(level="error", code=error.code, message=error.message, path=next(iter(error.errors), ""))


def _unreadable(error: Exception) -> Finding:
    return problem(
        "record-unreadable",
        f"记录的结构无法理解（{type(error).__name__}: {str(error)[:120]}）。",
        f"The structure of the record cannot be understood ({type(error).__name__}: {str(error)[:120]}).",
        "请对照格式说明检查该记录。",
        "Compare the record with the description of its format.",
    )


def _untitled(remote_id: str) -> Finding:
    return problem(
        "no-title",
        "记录没有标题。",
        "The record has no title.",
        "请填写标题。",
        "Give it a title.",
        path="title",
        value=remote_id[:200],
    )
