"""Files as departments keep them: a folder or a ZIP of tables, with a catalogue sheet and schemas if there are any."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from harvester.archives import unpack
from harvester.faults import Fetching
from harvester.guard import local_path
from harvester.source import Context, Option, Parsed, Payload, Raw, Unchecked, problem
from harvester.sources import sheets
from schemas.errors import Invalid
from schemas.model import Contact, Dataset, Place, Resource
from schemas.report import Finding
from schemas.text import Text
from schemas.vocabulary import find_frequency, find_licence, guess_format

TABLES = frozenset(
    {".csv", ".tsv", ".xlsx", ".xls", ".ods", ".json", ".jsonl", ".ndjson", ".geojson", ".parquet", ".zip"}
)
SIDECARS = (".schema.json", ".tableschema.json")
MOST_FILES = 20_000


class Folder(Unchecked):
    """Reads the tables of a folder."""

    name = "folder"
    label = Text("文件夹", "Folder of files")
    help = Text(
        "读取文件夹或 ZIP 压缩包中的数据文件（CSV、TSV、XLSX、XLS、ODS、JSON、JSONL、GeoJSON、Parquet）；"
        "可附目录表（目录.xlsx、catalogue.csv）和表结构（文件名.schema.json）。",
        "Reads the data files of a folder or a ZIP archive (CSV, TSV, XLSX, XLS, ODS, JSON, JSONL, GeoJSON, Parquet), "
        "with a catalogue sheet (catalogue.csv, 目录.xlsx) and table schemas (FILE.schema.json) where there are any.",
    )
    options = (
        Option(name="licence", help=Text("未注明时的许可协议", "The licence of files that name none")),
        Option(name="frequency", help=Text("未注明时的更新周期", "The update cycle of files that name none")),
    )
    volatile: frozenset[str] = frozenset()

    def gather(self, context: Context) -> Iterator[Raw]:
        """Yield one record for every dataset of the sheet, then one for every file that no sheet names."""
        folder = _opened(context)
        files = _files(folder, context.url)
        sheet = next((path for path in files if sheets.is_catalogue(path)), None)
        named: set[Path] = set()
        if sheet is not None:
            yield from _of_sheet(sheet, folder, named)
        for path in files:
            if path not in named and path != sheet and path.suffix.lower() in TABLES and not _is_sidecar(path):
                where = path.relative_to(folder).as_posix()
                yield Raw(remote_id=where, payload={"title": path.stem, "files": [_file(path, folder)]})

    def to_dataset(self, raw: Raw, context: Context) -> Parsed:
        """Read a row of the sheet, or a lone file, as a dataset."""
        return _dataset(raw.payload, context)

    def recognises(self, url: str, head: bytes, content_type: str) -> bool:
        """Tell a local folder or a ZIP archive without a data package."""
        return head.startswith(b"PK\x03\x04") or (not head and local_path(url) is not None)


def _opened(context: Context) -> Path:
    path = local_path(context.url)
    if path is not None and (real := context.fetcher.allowed.folder(path.expanduser())).is_dir():
        return real
    with context.fetcher.get(context.url) as got:
        if bytes(got.buffer()[:4]) != b"PK\x03\x04":
            raise Fetching("not-a-catalogue", context.url, "neither a folder nor a ZIP archive")
        return unpack(got.file, context.archive, context.url)


def _files(folder: Path, url: str) -> list[Path]:
    found = sorted(p for p in folder.rglob("*") if p.is_file() and not _hidden(p.relative_to(folder)))
    if len(found) > MOST_FILES:
        raise Fetching("too-large", url, f"{len(found)} files, more than {MOST_FILES}")
    return [path for path in found if folder.resolve() in path.resolve().parents]


def _hidden(path: Path) -> bool:
    return any(part.startswith((".", "~$", "__MACOSX")) for part in path.parts)


def _is_sidecar(path: Path) -> bool:
    return path.name.endswith(SIDECARS) or path.name == "schema.json"


def _of_sheet(sheet: Path, folder: Path, named: set[Path]) -> Iterator[Raw]:
    try:
        datasets = sheets.grouped(sheets.rows(sheet))
    except Invalid as error:
        raise Fetching("not-a-catalogue", sheet.name, error.message.en) from error
    for identity, rows in datasets.items():
        files, missing = [], []
        for row in rows:
            for name in sheets.listed(row.get("file", "")):
                path = _within(folder, name)
                if path is None:
                    missing.append(name)
                    continue
                named.add(path)
                files.append(_file(path, folder, title=row.get("file_title", ""), schema=row.get("schema", "")))
        first: Payload = {k: v for k, v in rows[0].items() if k not in ("file", "file_title", "schema")}
        yield Raw(remote_id=identity, payload={"title": identity, **first, "files": files, "missing": missing})


def _within(folder: Path, name: str) -> Path | None:
    path = folder / name.strip().lstrip("/")
    inside = path.is_file() and folder.resolve() in path.resolve().parents
    return path if inside else None


def _file(path: Path, folder: Path, *, title: str = "", schema: str = "") -> Payload:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    entry: Payload = {"path": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size, "sha256": digest}
    entry["title"] = title or path.stem
    descriptor = _schema(path, folder, schema)
    return entry | ({"schema": descriptor} if descriptor else {})


def _schema(path: Path, folder: Path, named: str) -> dict[str, Any] | None:
    """Read the table schema that the sheet names or that lies beside the file; a broken one is a finding later."""
    beside = [path.with_name(path.name + end) for end in SIDECARS] + [
        path.with_name(path.stem + end) for end in SIDECARS
    ]
    for candidate in ([folder / named] if named else []) + beside:
        if candidate.is_file():
            try:
                found = orjson.loads(candidate.read_bytes().removeprefix(b"\xef\xbb\xbf"))
            except orjson.JSONDecodeError as error:
                return {"_broken": f"{candidate.name}: {error}"}
            return found if isinstance(found, dict) else {"_broken": f"{candidate.name}: not an object"}
    return {"_broken": f"{named}: no such file"} if named else None


_PLAIN = frozenset(sheets.COLUMNS) | {"files", "missing"}


def _dataset(payload: Payload, context: Context) -> Parsed:
    def told(key: str) -> str:
        return str(payload.get(key) or context.option(key))

    findings: list[Finding] = [_missing(name) for name in payload.get("missing", ())]
    licence, frequency = find_licence(told("licence")), find_frequency(told("frequency"))
    resources = tuple(_resource(entry, context.root, findings) for entry in payload["files"])
    english = {field: payload[f"{field}_en"] for field in ("title", "description") if payload.get(f"{field}_en")}
    dataset = Dataset(
        title=str(payload["title"]),
        description=str(payload.get("description", "")),
        landing_page=str(payload.get("landing_page", "")),
        identifier=str(payload.get("id", "")),
        contact=Contact(**{f: str(payload[k]) for f, k in _CONTACT if payload.get(k)}),
        licence=licence.key if licence else told("licence"),
        frequency=frequency.key if frequency else told("frequency"),
        keywords=tuple(sheets.listed(str(payload.get("keywords", "")))),
        subjects=tuple(sheets.listed(str(payload.get("theme", "")))),
        issued=str(payload.get("issued", "")),
        modified=str(payload.get("modified", "")),
        spatial=(Place(name=str(payload["spatial"])),) if payload.get("spatial") else (),
        translations={"en": english} if english else {},
        resources=resources,
        extras={key: value for key, value in payload.items() if key not in _PLAIN},
    )
    return Parsed(dataset=dataset, findings=tuple(findings))


_CONTACT = (("name", "contact"), ("email", "email"), ("phone", "phone"))


def _resource(entry: Payload, root: Path, findings: list[Finding]) -> Resource:
    schema = entry.get("schema")
    if schema and "_broken" in schema:
        findings.append(_broken_schema(str(schema["_broken"])))
        schema = None
    form = guess_format(url=entry["path"])
    return Resource(
        title=entry["title"],
        url=(root / entry["path"]).as_uri(),
        uri=entry["path"],
        format=form.key if form else "",
        media_type=form.media_type if form else "",
        bytes=entry["bytes"],
        hash=entry["sha256"],
        schema=schema,
    )


def _missing(name: str) -> Finding:
    return problem(
        "file-missing",
        f"目录表中的文件“{name}”不在文件夹中。",
        f"The file '{name}' of the catalogue sheet is not in the folder.",
        "请放入该文件，或更正目录表中的文件名。",
        "Put the file there, or correct its name in the sheet.",
        value=name,
        path="file",
    )


def _broken_schema(detail: str) -> Finding:
    return problem(
        "schema-unreadable",
        f"表结构文件无法读取：{detail}。",
        f"The table schema cannot be read: {detail}.",
        "请更正该文件；在此之前不按结构检查数据。",
        "Correct the file; until then the table is checked without it.",
        value=detail[:200],
        path="schema",
    )
