"""China's catalogue sheets, 政务信息资源目录 and 政务服务事项, read by the names of their columns."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from harvester.faults import Fetching
from harvester.fetch import Fetched
from harvester.guard import local_path
from harvester.source import Context, Option, Parsed, Raw, Unchecked, refuse_html, without_id
from harvester.sources.mapped import mapped
from harvester.sources.sheets import text_of
from schemas.errors import Invalid
from schemas.mappings import catalogue_sheet
from schemas.tables import open_table
from schemas.text import Text


class CatalogueSheet(Unchecked):
    """Reads a spreadsheet of the sharing catalogue or of approval items."""

    name = "catalogue-sheet"
    label = Text("政务目录表（信息资源目录、政务服务事项）", "Catalogue sheet (sharing catalogue, approval items)")
    help = Text(
        "按列名读取政务信息资源目录或政务服务事项清单（XLSX、XLS、ODS、CSV）；地址为文件的网址或路径。",
        "Reads a sheet of the sharing catalogue or of approval items by its column names (XLSX, XLS, ODS, CSV); the "
        "address is that of the file.",
    )
    options = (Option(name="sheet", help=Text("工作表名称；留空为第一张", "Name of the sheet; the first when empty")),)
    volatile: frozenset[str] = frozenset()

    def gather(self, context: Context) -> Iterator[Raw]:
        """Yield one record for each entry, with the rows of its items or materials."""
        with context.fetcher.get(context.url) as got:
            refuse_html(context.url, bytes(got.buffer()[:4096]))
            path = _on_disk(got, context)
            try:
                with open_table(path, header=True, sheet=str(context.option("sheet")) or None) as table:
                    profile = catalogue_sheet.recognise(table.labels)
                    if not profile:
                        raise Fetching("not-a-catalogue", context.url, f"columns: {'、'.join(table.labels)[:150]}")
                    rows = ([text_of(cell) for cell in cells] for _, cells in table.rows())
                    for payload in catalogue_sheet.records(table.labels, rows, profile):
                        yield _raw(payload)
            except Invalid as error:
                raise Fetching("not-a-catalogue", context.url, error.message.en) from error

    def to_dataset(self, raw: Raw, context: Context) -> Parsed:
        """Read one entry through the mapping of its profile."""
        payload = {key: value for key, value in raw.payload.items() if key != "title"}
        return mapped("catalogue-sheet", payload, context.url)

    def recognises(self, url: str, head: bytes, content_type: str) -> bool:
        """Recognise nothing by its first bytes: a workbook may hold anything."""
        return False


def _on_disk(got: Fetched, context: Context) -> Path:
    path = local_path(got.url)
    if path is not None:
        return path
    suffix = Path(unquote(urlsplit(got.url).path)).suffix[:8]
    with tempfile.NamedTemporaryFile(dir=context.folder, prefix="sheet-", suffix=suffix, delete=False) as file:
        got.file.seek(0)
        shutil.copyfileobj(got.file, file)
    return Path(file.name)


def _raw(payload: dict[str, object]) -> Raw:
    dataset = catalogue_sheet.to_dataset(payload).dataset
    told = {**payload, "title": dataset.title}
    identity = dataset.identifier or dataset.title
    return Raw(remote_id=identity, payload=told) if identity else without_id(told, "信息资源代码")
