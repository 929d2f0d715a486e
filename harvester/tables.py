"""Tables on their way in: fetched once, checked once, and published, badged or held back as the source's policy says.

Nothing here touches the catalogue: what was found is answered, and `keep` writes it in the record's own transaction.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
import orjson
from sqlalchemy import delete, insert

from harvester.connections import Policy
from harvester.faults import Fetching
from harvester.fetch import Fetched, Fetcher, Freshness
from harvester.guard import local_path
from harvester.orm import REMOTE_ID, FileRow
from harvester.source import problem
from publisher import checks, tables
from publisher.checks import Outcome
from publisher.wiring import Platform
from publisher.work import Work
from schemas.errors import GongkaiError
from schemas.model import Dataset, Resource, replace
from schemas.report import Finding, Report, Stats
from schemas.tables import check_table
from schemas.text import Text
from schemas.vocabulary import FORMATS

CHECKED = frozenset({"CSV", "TSV", "XLSX", "XLS", "ODS", "PARQUET", "JSONL"})
TOLD = 20
_KEPT = ("url", "storage", "hash", "bytes", "schema", "dialect", "encoding", "format", "media_type", "modified")


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What was last found at one address of the source."""

    url: str
    freshness: Freshness = Freshness()
    sha256: str = ""
    schema_hash: str = ""
    outcome: Outcome = "unchecked"
    report: Report = Report()


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One file that was looked at: its place among the resources, its verdict, and its typed rows when it is good."""

    number: int
    known: Known
    fresh: bool
    dropped: bool = False
    prepared: tables.Prepared | None = None


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset whose resources point at what may be published, and what was found on the way."""

    dataset: Dataset
    judged: tuple[Judged, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def empty(self) -> bool:
        """Tell whether every resource was held back, so that nothing is left to publish."""
        return any(j.dropped for j in self.judged) and not self.dataset.resources


def concerned(dataset: Dataset, policy: Policy) -> list[str]:
    """Answer the addresses of a dataset's files that would be fetched."""
    return [r.url for r in dataset.resources if _concerns(r, r.url, policy)]


def shown(dataset: Dataset) -> Dataset:
    """Write local files by their name alone, as they will be published."""
    named = tuple(msgspec.structs.replace(r, url=_name(r.url)) if _local(r) else r for r in dataset.resources)
    return replace(dataset, resources=named)


def settle(
    platform: Platform,
    fetcher: Fetcher,
    policy: Policy,
    dataset: Dataset,
    addresses: list[str],
    previous: Dataset | None,
    known: Mapping[str, Known],
) -> Settled:
    """Look at every table of a dataset; `addresses` are where its resources' files lie, `known` what was last found."""
    before = {resource.id: resource for resource in previous.resources} if previous else {}
    kept: list[Resource] = []
    judged: list[Judged] = []
    findings: list[Finding] = []
    for number, (resource, address) in enumerate(zip(dataset.resources, addresses, strict=True)):
        old = before.get(resource.id) if resource.id else None
        if not _concerns(resource, address, policy):
            kept.append(resource)
            continue
        try:
            verdict, published = _judge(platform, fetcher, policy, resource, address, old, known.get(address))
        except Fetching as fault:
            findings.append(_unreachable(fault, number, resource, old))
            stays = old or (None if local_path(address) else resource)
            kept += [_with_file_of(stays, resource)] if stays else []
            continue
        findings += _told(verdict, number, resource, had_good=old is not None)
        judged.append(msgspec.structs.replace(verdict, number=len(kept), dropped=published is None))
        kept += [published] if published else []
    return Settled(dataset=replace(dataset, resources=tuple(kept)), judged=tuple(judged), findings=tuple(findings))


def _judge(
    platform: Platform,
    fetcher: Fetcher,
    policy: Policy,
    resource: Resource,
    address: str,
    old: Resource | None,
    known: Known | None,
) -> tuple[Judged, Resource | None]:
    """Fetch one file unless it is as it was, check it, and answer the verdict with the resource to publish."""
    schema_hash = _hash_of(resource, policy)
    usable = known if old is not None or (known and known.outcome == "held") else None
    same_schema = usable is not None and usable.schema_hash == schema_hash
    got = fetcher.get(address, fresh=usable.freshness if usable and same_schema else None)
    with got:
        if usable and same_schema and (got.unchanged or got.sha256 == usable.sha256):
            return Judged(number=0, known=usable, fresh=False), _with_file_of(old, resource) if old else None
        report, outcome, prepared = _checked(platform, got, resource, policy)
        found = Known(
            url=address,
            freshness=got.freshness,
            sha256=got.sha256,
            schema_hash=schema_hash,
            outcome=outcome,
            report=report,
        )
        verdict = Judged(number=0, known=found, fresh=True, prepared=prepared)
        if outcome == "held":
            return verdict, _with_file_of(old, resource) if old else None
        got.file.seek(0)
        stored = platform.files.save(got.file)
    published = msgspec.structs.replace(resource, storage="upload", hash=stored.sha256, bytes=stored.bytes)
    return verdict, published


def _checked(
    platform: Platform, got: Fetched, resource: Resource, policy: Policy
) -> tuple[Report, Outcome, tables.Prepared | None]:
    if policy == "off" or resource.format.upper() not in CHECKED:
        return Report(), "published", None
    with _on_disk(got, resource) as path, tempfile.TemporaryDirectory(prefix="gongkai-rows-") as folder:
        parquet = Path(folder) / "table.parquet"
        report = _report(path, resource, parquet)
        if not report.checked and resource.format.upper() == "PARQUET":
            return _columnar(platform, path, resource, report)
        if not report.checked:
            return report, "held" if policy == "hold" else "unchecked", None
        if not report.valid:
            return report, "held" if policy == "hold" else "badged", None
        return report, "published", _prepared(platform, parquet, resource)


def _columnar(
    platform: Platform, path: Path, resource: Resource, report: Report
) -> tuple[Report, Outcome, tables.Prepared | None]:
    """Take a Parquet file as it is, for it carries its own types; one that is no table keeps its report."""
    try:
        prepared = tables.prepare(platform.files, platform.tables, path, resource.schema)
    except GongkaiError:
        return report, "unchecked", None
    stats = Stats(rows=prepared.rows, fields=len(prepared.layout.columns), bytes=path.stat().st_size)
    return Report(stats=stats), "published", prepared


def _report(path: Path, resource: Resource, parquet: Path) -> Report:
    try:
        return check_table(
            path, resource.schema, dialect=resource.dialect, encoding=resource.encoding or None, parquet=parquet
        )
    except GongkaiError as error:
        told = Finding(level="error", code=error.code, message=error.message)
        return Report(findings=(told,), checked=False)


def _prepared(platform: Platform, parquet: Path, resource: Resource) -> tables.Prepared | None:
    if not parquet.exists():
        return None
    try:
        return tables.prepare(platform.files, platform.tables, parquet, resource.schema)
    except GongkaiError:
        return None


@contextmanager
def _on_disk(got: Fetched, resource: Resource) -> Iterator[Path]:
    """Lend the bytes as a file whose name ends as its format does."""
    path = local_path(got.url)
    if path is not None:
        yield path
        return
    form = FORMATS.get(resource.format)
    with tempfile.NamedTemporaryFile(prefix="gongkai-", suffix=f".{form.extension}" if form else "") as file:
        got.file.seek(0)
        shutil.copyfileobj(got.file, file)
        file.flush()
        yield Path(file.name)


def keep(work: Work, source_id: str, run_id: str, dataset: Dataset, settled: Settled) -> None:
    """Write what was found in the record's transaction: verdicts, versions of tables, and what to ask next time."""
    for verdict in settled.judged:
        if not verdict.fresh:
            continue
        if not verdict.dropped:
            resource, known = dataset.resources[verdict.number], verdict.known
            checks.put(
                work, dataset.id, resource.id, known.report, outcome=known.outcome, hash=known.sha256, run_id=run_id
            )
            if verdict.prepared is not None:
                tables.publish_version(work, resource.id, verdict.prepared, source_hash=known.sha256, run_id=run_id)
        remember(work, source_id, verdict.known)


def remember(work: Work, source_id: str, known: Known) -> None:
    """Keep what was found at an address."""
    at = (FileRow.source_id == source_id, FileRow.url == known.url[:REMOTE_ID])
    work.session.execute(delete(FileRow).where(*at))
    row = {
        "source_id": source_id,
        "url": known.url[:REMOTE_ID],
        "etag": known.freshness.etag,
        "modified": known.freshness.modified,
        "sha256": known.sha256,
        "schema_hash": known.schema_hash,
        "outcome": known.outcome,
        "checked": work.now,
        "report": msgspec.json.encode(known.report).decode(),
    }
    work.session.execute(insert(FileRow), [row])


def known_of(row: FileRow) -> Known:
    """Read what was found at an address."""
    return Known(
        url=row.url,
        freshness=Freshness(etag=row.etag, modified=row.modified),
        sha256=row.sha256,
        schema_hash=row.schema_hash,
        outcome=row.outcome,  # type: ignore[arg-type]
        report=msgspec.json.decode(row.report, type=Report),
    )


def _concerns(resource: Resource, address: str, policy: Policy) -> bool:
    if address.startswith("file:"):
        return True
    return policy != "off" and address.startswith(("http://", "https://")) and resource.format.upper() in CHECKED


def _local(resource: Resource) -> bool:
    return resource.url.startswith("file:")


def _name(url: str) -> str:
    return unquote(urlsplit(url).path).rsplit("/", 1)[-1]


def _hash_of(resource: Resource, policy: Policy) -> str:
    rules: dict[str, Any] = {
        "policy": policy,
        "schema": resource.schema,
        "dialect": resource.dialect,
        "encoding": resource.encoding,
    }
    return hashlib.sha256(orjson.dumps(rules, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()


def _with_file_of(old: Resource, new: Resource) -> Resource:
    """Keep the file that is published, and what the record newly says about it."""
    return msgspec.structs.replace(new, **{field: getattr(old, field) for field in _KEPT})


def _told(verdict: Judged, number: int, resource: Resource, *, had_good: bool) -> list[Finding]:
    """Say first what became of the table, then where its errors are."""
    report, outcome = verdict.known.report, verdict.known.outcome
    if outcome == "published" or not report.errors:
        return []
    count, title = len(report.errors), resource.title or resource.url
    first = problem(
        f"table-{outcome}",
        _FATES[outcome, had_good].zh.format(title=title, count=count),
        _FATES[outcome, had_good].en.format(title=title, count=count),
        "请按下列各处改正数据后重新提供；下次采集会自动采用。",
        "Correct the places listed and provide the table again; the next run takes it up by itself.",
        path=f"resources[{number}]",
    )
    details = report.errors[:TOLD] if verdict.fresh else ()
    return [first, *(msgspec.structs.replace(d, path=f"resources[{number}]") for d in details)]


_HELD_WITH = Text(
    "表“{title}”有 {count} 处错误，已暂缓；继续发布上一个可用版本。",
    "The table '{title}' has {count} errors and is held back; its last good version stays published.",
)
_HELD_WITHOUT = Text(
    "表“{title}”有 {count} 处错误，已暂缓；此前没有可用版本，故未发布。",
    "The table '{title}' has {count} errors and is held back; it has no earlier good version, so it is not published.",
)
_BADGED = Text(
    "表“{title}”有 {count} 处错误，已附检查报告发布。",
    "The table '{title}' has {count} errors; it is published together with its report.",
)
_UNCHECKED = Text(
    "表“{title}”无法按表格读取，已原样发布。",
    "The table '{title}' cannot be read as a table; it is published as it is.",
)
_FATES: dict[tuple[str, bool], Text] = {
    ("held", True): _HELD_WITH,
    ("held", False): _HELD_WITHOUT,
    ("badged", True): _BADGED,
    ("badged", False): _BADGED,
    ("unchecked", True): _UNCHECKED,
    ("unchecked", False): _UNCHECKED,
}


def _unreachable(fault: Fetching, number: int, resource: Resource, old: Resource | None) -> Finding:
    title = resource.title or resource.url
    stays = Text("；继续发布上一个版本", "; the last version stays published") if old else Text("", "")
    return Finding(
        level="warning",
        code=f"file-{fault.code}",
        message=Text(
            f"文件“{title}”无法取得：{fault.message.zh.rstrip('。')}{stays.zh}。",
            f"The file '{title}' cannot be fetched: {fault.message.en.rstrip('.')}{stays.en}.",
        ),
        remedy=fault.remedy,
        path=f"resources[{number}]",
        value=fault.url or None,
    )
