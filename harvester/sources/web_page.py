"""Datasets that web pages describe themselves: schema.org/Dataset in JSON-LD, found through a sitemap."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import msgspec
from lxml import etree, html
from protego import Protego

from harvester.documents import value_of
from harvester.faults import Fetching
from harvester.fetch import Fetcher
from harvester.source import Context, Option, Parsed, Payload, Raw, Unchecked, refuse_html
from harvester.sources.mapped import mapped
from schemas.text import Text

AGENT = "Gongkai"
MOST_PAGES = 50_000
MOST_MAPS = 500
LARGEST_MAP = 50 * 1024 * 1024
PAGE = "_page"
TYPES = frozenset(f"{prefix}Dataset" for prefix in ("", "schema:", "http://schema.org/", "https://schema.org/", "sc:"))


class WebPage(Unchecked):
    """Reads the datasets described in the pages of a site."""

    name = "web-page"
    label = Text("网页（schema.org 数据集）", "Web pages (schema.org Dataset)")
    help = Text(
        "通过网站地图逐页读取其中的 schema.org 数据集描述（JSON-LD），遵守 robots.txt。地址为 sitemap.xml 或网站首页。",
        "Reads the schema.org/Dataset descriptions (JSON-LD) in a site's pages, found through its sitemap; "
        "robots.txt is kept. The address is that of a sitemap.xml or of the site.",
    )
    options = (
        Option(name="contains", help=Text("只读取地址中含有此文字的网页", "Only pages whose address holds this text")),
    )
    volatile: frozenset[str] = frozenset()

    def gather(self, context: Context) -> Iterator[Raw]:
        """Yield the datasets of every page that the sitemap lists and robots.txt lets us read."""
        rules, listed = _robots(context.url, context.fetcher)
        wanted, seen, pages = str(context.option("contains")), set[str](), 0
        for page in _pages(_start(context.url, listed), context):
            if wanted not in page or not rules.can_fetch(page, AGENT):
                continue
            pages += 1
            for raw in _page(page, context.fetcher):
                if raw.remote_id not in seen:
                    seen.add(raw.remote_id)
                    yield raw
        if not seen:
            raise Fetching("not-a-catalogue", context.url, f"no schema.org/Dataset in {pages} pages")

    def to_dataset(self, raw: Raw, context: Context) -> Parsed:
        """Read one description through the mapping of its format."""
        payload = {key: value for key, value in raw.payload.items() if key not in (PAGE, "title")}
        return mapped("schema-org", payload, str(raw.payload.get(PAGE, context.url)))

    def recognises(self, url: str, head: bytes, content_type: str) -> bool:
        """Tell a sitemap."""
        return b"sitemaps.org/schemas/sitemap" in head


def _robots(url: str, fetcher: Fetcher) -> tuple[Protego, list[str]]:
    """Read a site's robots.txt; where there is none everything is allowed."""
    parts = urlsplit(url)
    try:
        with fetcher.get(f"{parts.scheme}://{parts.netloc}/robots.txt") as got:
            rules = Protego.parse(got.read()[:500_000].decode("utf-8", "replace"))
    except Fetching as fault:
        if fault.code not in ("not-found", "forbidden", "unauthorized", "request-refused"):
            raise
        rules = Protego.parse("")
    delay = rules.crawl_delay(AGENT)
    if delay:
        fetcher.limits = msgspec.structs.replace(fetcher.limits, delay=max(fetcher.limits.delay, min(float(delay), 30)))
    return rules, list(rules.sitemaps)


def _start(url: str, listed: list[str]) -> list[str]:
    if urlsplit(url).path not in ("", "/"):
        return [url]
    return listed or [urljoin(url, "/sitemap.xml")]


def _pages(maps: list[str], context: Context) -> Iterator[str]:
    """Yield the addresses of all pages of a sitemap and of the sitemaps that it lists; other hosts are left alone."""
    waiting, seen, found = list(maps), set(maps), set[str]()
    host = urlsplit(context.url).netloc
    while waiting:
        root = _sitemap(waiting.pop(0), context.fetcher)
        for entry in root.iter("{*}loc"):
            place = (entry.text or "").strip()
            if urlsplit(place).netloc != host:
                continue
            if etree.QName(entry.getparent()).localname == "sitemap":
                if place not in seen and len(seen) < MOST_MAPS:
                    seen.add(place)
                    waiting.append(place)
            elif place not in found:
                found.add(place)
                yield place
                if len(found) > MOST_PAGES:
                    raise Fetching("too-large", context.url, f"more than {MOST_PAGES} pages")


def _sitemap(url: str, fetcher: Fetcher) -> Any:
    with fetcher.get(url, accept="application/xml, text/xml") as got:
        content = got.read()
    refuse_html(url, content[:4096])
    try:
        if content.startswith(b"\x1f\x8b"):
            content = zlib.decompressobj(wbits=31).decompress(content, LARGEST_MAP)
        return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except (etree.XMLSyntaxError, zlib.error, gzip.BadGzipFile, ValueError) as error:
        raise Fetching("not-a-catalogue", url, f"no sitemap: {str(error)[:120]}") from error


def _page(url: str, fetcher: Fetcher) -> Iterator[Raw]:
    """Yield the datasets of one page; a page that cannot be read is one finding."""
    try:
        with fetcher.get(url, accept="text/html, application/xhtml+xml") as got:
            tree = html.document_fromstring(got.read() or b"<html/>")
    except Fetching as fault:
        if fault.transient:
            raise
        yield Raw(remote_id=url, payload={"title": url}, problem=fault.finding())
        return
    except (etree.ParserError, ValueError):
        return
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or ""):
            yield from _described(script.text or "", url)


def _described(text: str, page: str) -> Iterator[Raw]:
    try:
        document = value_of(text.strip().encode())
    except (msgspec.DecodeError, RecursionError) as error:
        found = Fetching("not-json", page, str(error)[:120]).finding()
        yield Raw(remote_id=page, payload={"title": page}, problem=found)
        return
    for node in _datasets(document):
        identity = next(
            (node[k] for k in ("@id", "url", "identifier") if isinstance(node.get(k), str) and node[k]), page
        )
        payload: Payload = {**node, PAGE: page, "title": str(node.get("name") or "")}
        yield Raw(remote_id=urljoin(page, identity), payload=payload)


def _datasets(value: Any, depth: int = 0) -> Iterator[Payload]:
    """Find the Dataset objects in a document, wherever they stand."""
    if depth > 6:
        return
    if isinstance(value, list):
        for item in value:
            yield from _datasets(item, depth + 1)
    elif isinstance(value, dict):
        kinds = value.get("@type")
        if not TYPES.isdisjoint(kinds if isinstance(kinds, list) else [kinds]):
            yield value
            return
        for key in ("@graph", "mainEntity", "dataset", "mainEntityOfPage", "about"):
            yield from _datasets(value.get(key), depth + 1)
