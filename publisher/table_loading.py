"""Loading an uploaded file into the table store: read, checked, converted; then one transaction publishes it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import msgspec
from sqlalchemy import exists, select

from publisher import checks, datasets, tables
from publisher.auth import SYSTEM, Actor, Permission
from publisher.checks import Outcome
from publisher.orm import CheckRow, DatasetRow, ResourceRow
from publisher.tables import Prepared, Version
from publisher.wiring import Platform
from publisher.work import Work
from schemas.errors import GongkaiError, Invalid, NotFound
from schemas.model import Resource, decode_dataset
from schemas.report import Finding, Report
from schemas.tables import check_table, infer_schema
from schemas.text import Text
from schemas.vocabulary.formats import extension_of, find_format

READABLE = frozenset({"CSV", "TSV", "XLSX", "XLS", "ODS", "JSON", "JSONL", "NDJSON", "PARQUET"})


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a load: the report, what was made of it, and the version that it became."""

    report: Report
    outcome: Outcome
    version: Version | None = None


def loadable(resource: Resource) -> bool:
    """Tell whether a resource has a file of ours that may be a table."""
    return resource.storage == "upload" and bool(resource.hash) and _extension(resource) in READABLE


def load_resource(platform: Platform, actor: Actor, resource_id: str) -> Loaded:
    """Check the file that was uploaded for a resource and publish it as a table when it is good.

    A refused file leaves the table as it was. Raises Invalid where there is no such file, and whatever the reader of
    the dataset may not do.
    """
    with platform.read(actor) as work:
        dataset, resource = datasets.find_resource(work, resource_id)
        work.require(Permission.DATASET_EDIT, datasets.subject(dataset))
    if not loadable(resource):
        message = Text(zh="该资源没有可读为表的上传文件。", en="The resource has no uploaded file that is a table.")
        raise Invalid({"resource_id": [message.en]}, message, code="no-table-file")
    with tempfile.TemporaryDirectory(prefix="gongkai-load-") as folder:
        report, prepared = _examined(platform, resource, Path(folder))
    outcome: Outcome = "published" if prepared else "badged" if report.checked else "unchecked"
    with platform.work(actor) as work:
        dataset, now = datasets.find_resource(work, resource_id)
        work.require(Permission.DATASET_EDIT, datasets.subject(dataset))
        if now.hash != resource.hash:
            message = Text(zh="文件已被更换，请重新加载。", en="The file was replaced meanwhile; load it again.")
            raise Invalid({"resource_id": [message.en]}, message, code="file-replaced")
        checks.put(work, dataset.id, resource_id, report, outcome=outcome, hash=resource.hash)
        version = None
        if prepared is not None:
            version = tables.publish_version(work, resource_id, prepared, source_hash=resource.hash)
    return Loaded(report=report, outcome=outcome, version=version)


def waiting(work: Work, limit: int = 20) -> list[str]:
    """Answer the resources whose uploaded file has not been looked at yet, the longest known first."""
    work.require(Permission.SITE_READ)
    looked = select(CheckRow.id).where(CheckRow.resource_id == ResourceRow.id, CheckRow.hash == ResourceRow.hash)
    statement = (
        select(ResourceRow.id, DatasetRow.document)
        .join(DatasetRow, DatasetRow.id == ResourceRow.dataset_id)
        .where(
            ResourceRow.hash != "",
            ResourceRow.url.not_like("%://%"),
            DatasetRow.state == "active",
            ~exists(looked),
        )
        .order_by(DatasetRow.changed, ResourceRow.id)
    )
    found: list[str] = []
    for row in work.session.execute(statement):
        resources = decode_dataset(row.document).resources
        if any(resource.id == row.id and loadable(resource) for resource in resources):
            found.append(row.id)
        if len(found) == limit:
            break
    return found


def load_waiting(platform: Platform, limit: int = 20) -> dict[str, Loaded]:
    """Load what waits, each on its own: one that fails is told in its report and does not stop the others."""
    with platform.read(SYSTEM) as work:
        found = waiting(work, limit)
    loaded: dict[str, Loaded] = {}
    for resource_id in found:
        try:
            loaded[resource_id] = load_resource(platform, SYSTEM, resource_id)
        except (NotFound, Invalid):
            continue
    return loaded


def _examined(platform: Platform, resource: Resource, folder: Path) -> tuple[Report, Prepared | None]:
    extension = _extension(resource).lower()
    path, parquet = folder / f"table.{extension}", folder / "rows.parquet"
    with platform.files.open(f"{resource.hash[:2]}/{resource.hash[2:]}") as source, path.open("wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
    try:
        if extension == "parquet":
            return Report(), tables.prepare(platform.files, platform.tables, path, resource.schema)
        schema = resource.schema or infer_schema(path)
        report = check_table(
            path, schema, dialect=resource.dialect, encoding=resource.encoding or None, parquet=parquet
        )
        if not report.valid or not parquet.exists():
            return report, None
        return report, tables.prepare(platform.files, platform.tables, parquet, schema)
    except GongkaiError as error:
        finding = Finding(level="error", code=error.code, message=error.message)
        return Report(findings=(finding,), checked=False), None


def _extension(resource: Resource) -> str:
    found = find_format(resource.format) if resource.format else None
    return (found.extension if found else extension_of(resource.url)).upper()
