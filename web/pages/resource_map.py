"""A map of a file: the points of its table, or its shapes where it is GeoJSON."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from publisher import tables
from publisher.work import Work
from schemas.model import Resource
from web import maps, sessions
from web.maps import Map
from web.pages.download import stored_key
from web.pages.page import Page
from web.pages.resource import open_resource, resource_frame
from web.rendering import render


def view(ref: str, rid: str) -> ResponseReturnValue:
    """Render the map of a resource."""
    with sessions.reading() as work:
        dataset, resource = open_resource(work, ref, rid)
        shared = resource_frame(work, dataset, resource, "map")
        return render("resource/map.html", map=_map(work, resource), **shared)


def _map(work: Work, resource: Resource) -> Map | None:
    version = tables.find(work, resource.id)
    if version is not None:
        return maps.of_table(work, version)
    key = stored_key(resource) if resource.format == "GeoJSON" else ""
    if not key or work.files.size(key) > maps.LARGEST:
        return None
    with work.files.open(key) as stream:
        return maps.of_geojson(stream.read())


PAGE = Page("resource_map", ("/dataset/<ref>/resource/<rid>/map",), view)
