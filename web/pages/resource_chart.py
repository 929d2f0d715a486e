"""A chart of a table: bars, a line, a histogram or a scatter, all of it in the address."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from publisher import tables
from publisher.table_columns import NUMERIC
from schemas.errors import Invalid
from web import charts, sessions
from web.charts import Chart
from web.language import gettext
from web.pages.page import Page
from web.pages.resource import open_resource, resource_frame
from web.rendering import render, told


def view(ref: str, rid: str) -> ResponseReturnValue:
    """Render the chart that the address asks for."""
    with sessions.reading() as work:
        dataset, resource = open_resource(work, ref, rid)
        stored = tables.find(work, resource.id)
        asked = charts.wanted(stored) if stored is not None else None
        chart: Chart | None = None
        problem = ""
        if stored is not None and asked is not None:
            try:
                chart = charts.draw(work, stored, asked)
            except Invalid as refused:
                problem = told(refused.message)
        return render(
            "resource/chart.html",
            chart=chart,
            asked=asked,
            problem=problem,
            kinds=_kinds(),
            measures=_measures(),
            numbers=[c.name for c in stored.columns if c.type in NUMERIC] if stored else [],
            columns=[c.name for c in stored.columns] if stored else [],
            **resource_frame(work, dataset, resource, "chart"),
        )


def _kinds() -> dict[str, str]:
    return {
        "bar": gettext("bars"),
        "line": gettext("line"),
        "histogram": gettext("distribution"),
        "scatter": gettext("points"),
    }


def _measures() -> dict[str, str]:
    return {
        "count": gettext("number of rows"),
        "sum": gettext("sum"),
        "avg": gettext("mean"),
        "median": gettext("median"),
        "min": gettext("smallest"),
        "max": gettext("largest"),
    }


PAGE = Page("resource_chart", ("/dataset/<ref>/resource/<rid>/chart",), view)
