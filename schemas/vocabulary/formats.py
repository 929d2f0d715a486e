# ruff: noqa: E501  (tables whose rows stay on few lines; wide characters count double)
"""File formats: one spelling, media type and extension for each, found from any of them."""

from __future__ import annotations

from functools import cache
from typing import Literal
from urllib.parse import unquote, urlsplit

import msgspec

from schemas.text import Text
from schemas.vocabulary.folding import fold

Kind = Literal["table", "data", "geo", "document", "image", "archive", "service", "media", "program", "page"]


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """One format; `key` is its spelling in facets and API answers.

    `machine` tells whether a program can read its content; `open` whether its specification is free of one vendor.
    """

    key: str
    label: Text
    media_type: str
    extension: str
    kind: Kind
    machine: bool
    open: bool
    aliases: tuple[str, ...] = ()


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"

# key, zh, en, media type, extension, kind, machine-readable, open, other names, extensions and media types
_ROWS: tuple[tuple[str, str, str, str, str, Kind, bool, bool, tuple[str, ...]], ...] = (
    ("CSV", "逗号分隔表", "Comma-separated table", "text/csv", "csv", "table", True, True,
     ("application/csv", "text/comma-separated-values", "csv file", "xcsv", "comma separated values", "csv utf 8",
      "text/x-csv")),
    ("TSV", "制表符分隔表", "Tab-separated table", "text/tab-separated-values", "tsv", "table", True, True,
     ("tab", "text/tsv")),
    ("XLSX", "Excel 工作簿", "Excel workbook", _XLSX, "xlsx", "table", True, True,
     ("xlsm", "xisx", "xslx", "xlsw", "excel (xlsx)", "ooxml", "application/vnd.ms-excel.sheet.macroenabled.12",
      "openxml", "excel xlsx")),
    ("XLS", "Excel 97–2003 工作簿", "Excel 97–2003 workbook", "application/vnd.ms-excel", "xls", "table", True, False,
     ("excel", "application/msexcel", "application/excel", "application/x-excel", "ms excel", "microsoft excel", "et",
      "电子表格", "application/x-msexcel")),
    ("ODS", "开放文档电子表格", "OpenDocument spreadsheet", "application/vnd.oasis.opendocument.spreadsheet", "ods", "table",
     True, True, ()),
    ("Parquet", "Parquet 列式表", "Parquet columnar table", "application/vnd.apache.parquet", "parquet", "table", True,
     True, ("application/parquet", "application/x-parquet")),
    ("Arrow", "Arrow 列式表", "Arrow columnar table", "application/vnd.apache.arrow.file", "arrow", "table", True, True,
     ("feather", "application/vnd.apache.arrow.stream")),
    ("DBF", "dBASE 表", "dBASE table", "application/x-dbf", "dbf", "table", True, False, ("application/dbf", "dbase")),
    ("SQLite", "SQLite 数据库", "SQLite database", "application/vnd.sqlite3", "sqlite", "data", True, True,
     ("sqlite3", "application/x-sqlite3", "db")),
    ("MDB", "Access 数据库", "Access database", "application/vnd.ms-access", "mdb", "data", True, False,
     ("accdb", "access", "application/msaccess")),
    ("SQL", "SQL 脚本", "SQL script", "application/sql", "sql", "data", True, True, ()),
    ("SAS", "SAS 数据", "SAS data", "application/x-sas-data", "sas7bdat", "data", True, False, ("xpt",)),
    ("SPSS", "SPSS 数据", "SPSS data", "application/x-spss-sav", "sav", "data", True, False, ("spss",)),
    ("Stata", "Stata 数据", "Stata data", "application/x-stata-dta", "dta", "data", True, False, ()),
    ("PC-Axis", "PC-Axis 统计表", "PC-Axis statistics", "text/x-pcaxis", "px", "table", True, True, ("pcaxis", "axis")),
    ("SDMX", "SDMX 统计数据", "SDMX statistics", "application/vnd.sdmx.data+json", "sdmx", "data", True, True,
     ("sdmx ml", "application/vnd.sdmx.genericdata+xml")),
    ("JSON", "JSON 数据", "JSON data", "application/json", "json", "data", True, True,
     ("text/json", "application/x-json", "application/vnd.api+json", "json api")),
    ("JSON Lines", "JSON 行数据", "JSON lines", "application/jsonl", "jsonl", "data", True, True,
     ("ndjson", "application/x-ndjson", "application/ndjson", "application/json-lines")),
    ("JSON-LD", "JSON-LD 关联数据", "JSON-LD linked data", "application/ld+json", "jsonld", "data", True, True, ()),
    ("YAML", "YAML 数据", "YAML data", "application/yaml", "yaml", "data", True, True,
     ("yml", "text/yaml", "application/x-yaml", "text/x-yaml")),
    ("XML", "XML 数据", "XML data", "application/xml", "xml", "data", True, True, ("text/xml", "xsd", "xml file")),
    ("RDF", "RDF 关联数据", "RDF/XML linked data", "application/rdf+xml", "rdf", "data", True, True,
     ("rdf xml", "rdf/xml", "rdf_xml", "owl")),
    ("Turtle", "Turtle 关联数据", "Turtle linked data", "text/turtle", "ttl", "data", True, True,
     ("rdf turtle", "rdf_turtle", "application/x-turtle")),
    ("N-Triples", "N-Triples 关联数据", "N-Triples linked data", "application/n-triples", "nt", "data", True, True,
     ("rdf_n_triples", "ntriples")),
    ("SPARQL", "SPARQL 查询接口", "SPARQL endpoint", "application/sparql-query", "rq", "service", True, True,
     ("application/sparql-results+json", "sparql endpoint")),
    ("GeoJSON", "GeoJSON 地理数据", "GeoJSON", "application/geo+json", "geojson", "geo", True, True,
     ("application/vnd.geo+json", "geo json")),
    ("TopoJSON", "TopoJSON 地理数据", "TopoJSON", "application/topo+json", "topojson", "geo", True, True, ()),
    ("SHP", "Shapefile 地理数据", "Shapefile", "application/vnd.shp", "shp", "geo", True, False,
     ("shapefile", "esri shapefile", "shape", "esri shape", "application/x-shapefile", "shp zip", "shapefiles")),
    ("GeoPackage", "GeoPackage 地理数据", "GeoPackage", "application/geopackage+sqlite3", "gpkg", "geo", True, True, ()),
    ("KML", "KML 地理标记", "KML", "application/vnd.google-earth.kml+xml", "kml", "geo", True, True, ("google kml",)),
    ("KMZ", "KMZ 地理标记", "KMZ", "application/vnd.google-earth.kmz", "kmz", "geo", True, True, ()),
    ("GML", "GML 地理数据", "GML", "application/gml+xml", "gml", "geo", True, True, ("citygml",)),
    ("GPX", "GPX 轨迹", "GPX tracks", "application/gpx+xml", "gpx", "geo", True, True, ()),
    ("GDB", "Esri 地理数据库", "Esri file geodatabase", "application/x-filegdb", "gdb", "geo", True, False,
     ("file geodatabase", "fgdb", "esri file geodatabase")),
    ("DXF", "DXF 图形", "DXF drawing", "image/vnd.dxf", "dxf", "geo", True, False, ()),
    ("DWG", "DWG 图形", "DWG drawing", "image/vnd.dwg", "dwg", "geo", False, False, ()),
    ("LAS", "LAS 点云", "LAS point cloud", "application/vnd.las", "las", "geo", True, True, ()),
    ("LAZ", "LAZ 点云", "LAZ point cloud", "application/vnd.laszip", "laz", "geo", True, True, ()),
    ("PLY", "PLY 三维模型", "PLY model", "model/ply", "ply", "geo", True, True, ()),
    ("OBJ", "OBJ 三维模型", "OBJ model", "model/obj", "obj", "geo", True, True, ()),
    ("GeoTIFF", "GeoTIFF 栅格", "GeoTIFF raster", "image/tiff; application=geotiff", "geotiff", "geo", True, True,
     ("cog",)),
    ("ECW", "ECW 影像", "ECW imagery", "image/x-ecw", "ecw", "geo", True, False, ("application/x-raster-ecw",)),
    ("NetCDF", "NetCDF 科学数据", "NetCDF", "application/x-netcdf", "nc", "data", True, True, ("netcdf4", "cdf")),
    ("HDF5", "HDF5 科学数据", "HDF5", "application/x-hdf5", "h5", "data", True, True, ("hdf",)),
    ("GRIB", "GRIB 气象数据", "GRIB", "application/wmo-grib", "grib", "data", True, True, ("grib2",)),
    ("GTFS", "GTFS 公交时刻", "GTFS timetable", "application/vnd.gtfs+zip", "gtfs", "data", True, True,
     ("gtfs static",)),
    ("GTFS-RT", "GTFS 实时", "GTFS realtime", "application/x-protobuf", "pb", "service", True, True,
     ("gtfs realtime", "protobuf", "application/vnd.google.protobuf")),
    ("NeTEx", "NeTEx 公交数据", "NeTEx timetable", "application/netex+xml", "netex", "data", True, True, ()),
    ("iCal", "日历", "Calendar", "text/calendar", "ics", "data", True, True, ("icalendar", "ical")),
    ("RSS", "RSS 订阅", "RSS feed", "application/rss+xml", "rss", "service", True, True, ()),
    ("Atom", "Atom 订阅", "Atom feed", "application/atom+xml", "atom", "service", True, True, ("atom feed", "georss")),
    ("API", "数据接口", "API", "", "", "service", True, True,
     ("rest", "rest api", "web api", "application/http", "webservice", "web service", "接口", "服务接口", "数据接口", "接口服务",
      "openapi", "odata", "graphql", "application/vnd.oai.openapi+json")),
    ("WMS", "WMS 地图服务", "WMS map service", "application/vnd.ogc.wms_xml", "", "service", True, True,
     ("ogc:wms", "wms_srvc", "ogc wms")),
    ("WMTS", "WMTS 瓦片服务", "WMTS tile service", "", "", "service", True, True, ("ogc:wmts", "wmts_srvc")),
    ("WFS", "WFS 要素服务", "WFS feature service", "", "", "service", True, True, ("ogc:wfs", "wfs_srvc", "ogc wfs")),
    ("WCS", "WCS 覆盖服务", "WCS coverage service", "", "", "service", True, True, ("ogc:wcs",)),
    ("ArcGIS REST", "ArcGIS 服务", "ArcGIS REST service", "", "", "service", True, False,
     ("esri rest", "arcgis geoservices rest api", "geoservice", "arcgis rest service", "arcgis_mapserver",
      "esri:rest", "mapserver")),
    ("PDF", "PDF 文档", "PDF document", "application/pdf", "pdf", "document", False, True, ("application/x-pdf", "ofd")),
    ("DOCX", "Word 文档", "Word document", _DOCX, "docx", "document", False, True, ("docm",)),
    ("DOC", "Word 97–2003 文档", "Word 97–2003 document", "application/msword", "doc", "document", False, False,
     ("word", "ms word", "wps", "电子文件")),
    ("ODT", "开放文档文字", "OpenDocument text", "application/vnd.oasis.opendocument.text", "odt", "document", False, True, ()),
    ("PPTX", "演示文稿", "Presentation", _PPTX, "pptx", "document", False, True, ()),
    ("PPT", "PowerPoint 97–2003", "PowerPoint 97–2003", "application/vnd.ms-powerpoint", "ppt", "document", False, False,
     ("powerpoint",)),
    ("ODP", "开放文档演示", "OpenDocument presentation", "application/vnd.oasis.opendocument.presentation", "odp",
     "document", False, True, ()),
    ("RTF", "富文本", "Rich text", "application/rtf", "rtf", "document", False, False, ("text/rtf",)),
    ("TXT", "纯文本", "Plain text", "text/plain", "txt", "document", True, True, ("text", "plain text", "ascii", "asc")),
    ("Markdown", "Markdown 文本", "Markdown text", "text/markdown", "md", "document", True, True, ("text/x-markdown",)),
    ("EPUB", "电子书", "E-book", "application/epub+zip", "epub", "document", False, True, ()),
    ("HTML", "网页", "Web page", "text/html", "html", "page", False, True,
     ("htm", "html-", "application/xhtml+xml", "web page", "webpage", "website", "link", "xhtml", "网页", "html5", "aspx",
      "php", "jsp")),
    ("PNG", "PNG 图片", "PNG image", "image/png", "png", "image", False, True, ("png 24",)),
    ("JPEG", "JPEG 图片", "JPEG image", "image/jpeg", "jpg", "image", False, True, ("jpeg", "image/jpg")),
    ("TIFF", "TIFF 图片", "TIFF image", "image/tiff", "tif", "image", False, True, ("tiff",)),
    ("GIF", "GIF 图片", "GIF image", "image/gif", "gif", "image", False, True, ()),
    ("SVG", "SVG 图形", "SVG image", "image/svg+xml", "svg", "image", False, True, ()),
    ("WebP", "WebP 图片", "WebP image", "image/webp", "webp", "image", False, True, ()),
    ("BMP", "BMP 图片", "BMP image", "image/bmp", "bmp", "image", False, False, ()),
    ("AI", "Illustrator 图形", "Illustrator drawing", "application/illustrator", "ai", "image", False, False, ()),
    ("MP4", "MP4 视频", "MP4 video", "video/mp4", "mp4", "media", False, True, ("video", "m4v", "流媒体")),
    ("MP3", "MP3 音频", "MP3 audio", "audio/mpeg", "mp3", "media", False, True, ("audio", "audio/mp3")),
    ("WAV", "WAV 音频", "WAV audio", "audio/wav", "wav", "media", False, True, ("audio/x-wav",)),
    ("ZIP", "ZIP 压缩包", "ZIP archive", "application/zip", "zip", "archive", False, True,
     ("application/x-zip-compressed", "application/x-zip", "x-zip-compressed", "zip file", "application/x-compressed")),
    ("GZIP", "GZIP 压缩文件", "GZIP file", "application/gzip", "gz", "archive", False, True,
     ("application/x-gzip", "gzip")),
    ("TAR", "TAR 归档", "TAR archive", "application/x-tar", "tar", "archive", False, True, ("tgz", "tar.gz")),
    ("7Z", "7z 压缩包", "7z archive", "application/x-7z-compressed", "7z", "archive", False, True, ("7zip",)),
    ("RAR", "RAR 压缩包", "RAR archive", "application/vnd.rar", "rar", "archive", False, False,
     ("application/x-rar-compressed", "application/x-rar")),
    ("BZIP2", "BZIP2 压缩文件", "BZIP2 file", "application/x-bzip2", "bz2", "archive", False, True, ()),
    ("XZ", "XZ 压缩文件", "XZ file", "application/x-xz", "xz", "archive", False, True, ()),
    ("R", "R 程序或数据", "R script or data", "text/x-r", "r", "program", True, True, ("rdata", "rds")),
    ("Python", "Python 程序", "Python script", "text/x-python", "py", "program", True, True, ()),
    ("Jupyter", "Jupyter 笔记本", "Jupyter notebook", "application/x-ipynb+json", "ipynb", "program", True, True, ()),
    ("EXE", "可执行程序", "Executable", "application/vnd.microsoft.portable-executable", "exe", "program", False, False,
     ("app",)),
    ("BIN", "二进制文件", "Binary file", "application/octet-stream", "bin", "program", False, False, ("binary", "dat")),
)  # fmt: skip

FORMATS: dict[str, Format] = {
    key: Format(
        key=key,
        label=Text(zh=zh, en=en),
        media_type=media_type,
        extension=extension,
        kind=kind,
        machine=machine,
        open=free,
        aliases=aliases,
    )
    for key, zh, en, media_type, extension, kind, machine, free, aliases in _ROWS
}

COMPRESSIONS = {"gz": "gz", "gzip": "gz", "bz2": "bz2", "xz": "xz", "zst": "zst", "zip": "zip"}
# a type that says nothing about the content: the name of the file knows more
_VAGUE = {"BIN", "ZIP", "API", "HTML", "GZIP"}


@cache
def _index() -> dict[str, Format]:
    found: dict[str, Format] = {}
    for form in FORMATS.values():
        for name in (form.key, form.extension, form.media_type, form.label.zh, form.label.en, *form.aliases):
            if name:
                found.setdefault(fold(name), form)
    return found


def find_format(text: str) -> Format | None:
    """Find the format that a name, an extension, a media type or an authority URI of one names."""
    if not text or len(text) > 200:
        return None
    return FORMATS.get(text) or _named(text)


@cache
def _short(text: str) -> Format | None:
    index = _index()
    word = text.strip().lstrip(".")
    if "://" in word:
        parts = word.rstrip("/").split("/")
        pair = "/".join(parts[-2:])
        return index.get(fold(pair)) or index.get(fold(parts[-1]))
    return index.get(fold(word)) or index.get(fold(word.partition(";")[0]))


def _named(text: str) -> Format | None:
    return _short(text) if len(text) <= 60 else _short.__wrapped__(text)


def find_media_type(text: str) -> Format | None:
    """Find a format by its media type alone."""
    return find_format(text) if "/" in text else None


def extension_of(url: str) -> str:
    """Answer the extension of the file that an address names, in lower case, without the dot."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    name = unquote(path).rpartition("/")[2]
    stem, dot, extension = name.rpartition(".")
    return extension.lower() if dot and stem and extension.isalnum() and len(extension) <= 10 else ""


def compression_of(url: str) -> str:
    """Answer `gz`, `bz2`, `xz`, `zst` or `zip` where the file's name says that it is compressed."""
    return COMPRESSIONS.get(extension_of(url), "")


def guess_format(format: str = "", media_type: str = "", url: str = "") -> Format | None:
    """Guess a format: what is declared comes first, unless it is a mere wrapper and the file's name knows more."""
    declared = find_format(format) or find_format(media_type)
    if declared is not None and declared.key not in _VAGUE:
        return declared
    by_name = _by_name(url)
    if by_name is not None and (declared is None or (declared.key in ("BIN", "GZIP") and by_name.key not in _VAGUE)):
        return by_name
    return declared


def _by_name(url: str) -> Format | None:
    extension = extension_of(url)
    if not extension:
        return None
    if extension in COMPRESSIONS and extension != "zip":
        inner = extension_of(url.partition("?")[0].partition("#")[0][: -len(extension) - 1])
        return _extensions().get(inner) or _extensions().get(extension)
    return _extensions().get(extension)


@cache
def _extensions() -> dict[str, Format]:
    found = {form.extension: form for form in FORMATS.values() if form.extension}
    for form in FORMATS.values():
        for alias in form.aliases:
            if alias.isalnum() and alias.isascii() and len(alias) <= 7:
                found.setdefault(alias, form)
    return found
