"""A resource: its table to sort, filter and search, or what can be shown of a file that is no table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask.typing import ResponseReturnValue

from publisher import access, checks, datasets, grants, tables
from publisher.tables import Version
from publisher.work import Work
from schemas.errors import NotFound
from schemas.model import Dataset, Resource
from schemas.text import Text
from schemas.vocabulary import FORMATS
from web import counting, maps, sessions
from web import tables as shown_tables
from web.language import gettext
from web.opening import open_dataset
from web.pages.dataset import frame
from web.pages.page import Page
from web.rendering import render

EXPORTS = {"csv": "CSV", "xlsx": "XLSX", "json": "JSON", "parquet": "Parquet"}
TABS: tuple[tuple[str, Callable[[], str], str], ...] = (
    ("resource", lambda: gettext("Table"), "table"),
    ("resource_columns", lambda: gettext("Columns"), "columns"),
    ("resource_chart", lambda: gettext("Chart"), "chart"),
    ("resource_map", lambda: gettext("Map"), "map"),
    ("resource_versions", lambda: gettext("Versions"), "versions"),
    ("resource_report", lambda: gettext("Check report"), "report"),
)


def view(ref: str, rid: str) -> ResponseReturnValue:
    """Render the table of a resource."""
    with sessions.reading() as work:
        dataset, resource = open_resource(work, ref, rid)
        counting.used(dataset.id, resource.id)
        return render(
            "resource/table.html",
            table=shown_tables.asked(work, resource.id),
            operators=shown_tables.operators(),
            exports=list(EXPORTS.items()),
            without_filter=shown_tables.without_filter,
            **resource_frame(work, dataset, resource, "table"),
        )


def open_resource(work: Work, ref: str, rid: str) -> tuple[Dataset, Resource]:
    """Answer a dataset and its resource of that id, or of that place counted from 1."""
    dataset = _granted(work, rid) or open_dataset(work, ref)
    for place, resource in enumerate(dataset.resources, start=1):
        if rid in (resource.id, str(place)):
            return dataset, resource
    raise NotFound(Text(zh="这个数据集里没有这个文件。", en="This dataset has no such file."))


def _granted(work: Work, rid: str) -> Dataset | None:
    """Answer what a grant shows of a dataset: the one resource that it is on."""
    return datasets.find_resource(work, rid)[0] if grants.holds(work, rid) else None


def resource_frame(work: Work, dataset: Dataset, resource: Resource, tab: str) -> dict[str, Any]:
    """Answer what every tab of a resource shows around its content."""
    stored = tables.find(work, resource.id)
    return frame(work, dataset, "data") | {
        "resource": resource,
        "format": FORMATS.get(resource.format),
        "check": checks.latest(work, resource.id),
        "stored": stored,
        "fetchable": access.may_fetch(work, dataset, resource),
        "place": [one.id for one in dataset.resources].index(resource.id) + 1,
        "tab": tab,
        "tabs": [(name, label(), key) for name, label, key in TABS if _offers(resource, stored, key, tab)],
    }


def _offers(resource: Resource, stored: Version | None, key: str, tab: str) -> bool:
    """Tell whether a tab has something to show for a resource; the one that is open always stays."""
    if key == tab or key not in ("chart", "map", "columns", "versions"):
        return True
    if key == "map":
        mapped = stored is not None and maps.position_columns(stored) is not None
        return mapped or (stored is None and resource.format == "GeoJSON" and resource.storage == "upload")
    return stored is not None or (key == "columns" and bool(resource.schema))


PAGE = Page("resource", ("/dataset/<ref>/resource/<rid>",), view)
