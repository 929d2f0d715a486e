"""The types of source: one file each, and this list."""

from __future__ import annotations

from harvester.source import Source
from harvester.sources.catalogue_sheet import CatalogueSheet
from harvester.sources.ckan import Ckan
from harvester.sources.data_json import DataJson
from harvester.sources.datapackage import DataPackage
from harvester.sources.dcat_rdf import DcatRdf
from harvester.sources.folder import Folder
from harvester.sources.rest import Rest
from harvester.sources.sql import Sql
from harvester.sources.web_page import WebPage

SOURCES: dict[str, Source] = {
    source.name: source
    for source in (DataJson(), Ckan(), DataPackage(), Folder(), DcatRdf(), Rest(), Sql(), WebPage(), CatalogueSheet())
}
