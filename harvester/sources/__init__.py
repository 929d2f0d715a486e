"""The types of source: one file each, and this list."""

from __future__ import annotations

from harvester.source import Source
from harvester.sources.ckan import Ckan
from harvester.sources.folder import Folder

SOURCES: dict[str, Source] = {source.name: source for source in (Ckan(), Folder())}
