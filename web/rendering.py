"""How values read on a page: dates, numbers, sizes, Markdown, languages and the addresses of static files.

Everything that a record says is untrusted: text is cleaned of control characters that reorder a line, Markdown is
sanitised, and a link is only made where the scheme is harmless.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import nh3
from babel.numbers import format_decimal
from flask import Flask, g, render_template, request
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from schemas.model import Dataset, Organization, Resource
from schemas.text import Text
from web import language
from web.language import gettext, ngettext

STATIC = Path(__file__).parent / "static"
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_KANA = re.compile("[\u3040-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7af]")
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_MARKDOWN = MarkdownIt("commonmark", {"html": True, "linkify": False, "breaks": True}).enable("table")
_TAGS = {
    *("a", "b", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "h3", "hr", "i", "li"),
    *("ol", "p", "pre", "q", "s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr"),
    *("ul",),
}
_HEADING = re.compile(r"<(/?)h[1-6](?:\s[^>]*)?>", re.IGNORECASE)
_UNFIT = re.compile(r'[\s"\\/?#%]+')
_SCHEMES = {"http", "https", "mailto", "ftp", "tel"}


def install(app: Flask) -> None:
    """Give the templates their words."""
    environment = app.jinja_env
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters |= {
        "number": number,
        "short_number": short_number,
        "size": size,
        "day": day,
        "moment": moment,
        "ago": ago,
        "markdown": markdown,
        "sentence": sentence,
        "clean": clean,
        "said": said,
        "told": told,
        "link": link,
        "host": host,
        "percent": percent,
        "tongue": tongue,
        "file_name": file_name,
    }
    environment.globals |= {
        "static_url": static_url,
        "title_of": title_of,
        "description_of": description_of,
        "language": language,
        "with_query": with_query,
    }


def render(template: str, **values: Any) -> str:
    """Render a template of the portal."""
    return render_template(template, **values)


@cache
def _fingerprint(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]


def static_url(name: str) -> str:
    """Answer a static file's address, which changes with its content and carries no language."""
    return f"{language.root()}/static/{name}?v={_fingerprint(name)}"


def now() -> datetime:
    """Answer the moment of this request."""
    if "now" not in g:
        g.now = datetime.now(UTC)
    moment_now: datetime = g.now
    return moment_now


# Words --------------------------------------------------------------------------------------------------------------


def told(text: Text | str | None) -> str:
    """Answer a bilingual text in the language of the page."""
    if text is None:
        return ""
    return clean(text.get(language.short()) if isinstance(text, Text) else text)


def clean(text: object) -> str:
    """Take out control characters, above all those that reorder a line."""
    return _REORDERING.sub("", str(text)) if text is not None else ""


def tongue(text: str) -> str:
    """Guess the language tag of a short text from its script; empty where the script does not tell."""
    if _KANA.search(text):
        return "ja"
    if _HANGUL.search(text):
        return "ko"
    if _HAN.search(text):
        return "zh"
    if _RTL.search(text):
        return "ar"
    return "en" if len(_LATIN.findall(text)) > 3 else ""


def said(text: object) -> Markup:
    """Mark up what a record says: kept apart from the line around it, with its own language where that differs."""
    words = clean(text)
    tag = tongue(words)
    if tag in ("", language.short()):
        return Markup("<bdi>{}</bdi>").format(words)
    return Markup('<bdi lang="{}">{}</bdi>').format("zh-Hans" if tag == "zh" else tag, words)


def title_of(thing: Dataset | Organization) -> str:
    """Answer a title in the language of the page where there is one, else the title, else the name."""
    return _translated(thing, "title") or clean(thing.title) or thing.name


def description_of(thing: Dataset | Organization) -> str:
    """Answer a description in the language of the page where there is one."""
    return _translated(thing, "description") or thing.description


def _translated(thing: Dataset | Organization, field: str) -> str:
    for tag, texts in thing.translations.items():
        if tag.lower().startswith(language.short()) and texts.get(field):
            return clean(texts[field])
    return ""


def markdown(text: str) -> Markup:
    """Turn a record's Markdown or HTML into harmless HTML; its headings all stand below the page's own."""
    html = _MARKDOWN.render(clean(text)[:100_000])
    html = _HEADING.sub(r"<\1h3>", html)
    safe = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
        url_schemes=_SCHEMES,
        link_rel="nofollow noopener",
    )
    return Markup(safe)


def sentence(text: str, length: int = 150) -> str:
    """Answer the start of a description as plain words, cut at a sentence or a word."""
    plain = " ".join(clean(Markup(nh3.clean(_MARKDOWN.render(text[:2000]), tags=set())).unescape()).split())
    limit = length // 2 if tongue(plain[:200]) in ("zh", "ja") else length
    if len(plain) <= limit:
        return plain
    cut = plain[:limit]
    ends = max(cut.rfind(mark) for mark in ("。", "！", "？", ". "))
    if ends > limit // 2:
        return cut[: ends + 1].rstrip()
    return (cut.rsplit(" ", 1)[0] if " " in cut[limit // 2 :] else cut).rstrip(" ,，、;；") + "…"


def link(address: str) -> str:
    """Answer an address that may be followed, or nothing where its scheme could do harm."""
    address = clean(address).strip()
    try:
        scheme = urlsplit(address).scheme.lower()
    except ValueError:
        return ""
    return address if scheme in _SCHEMES else ""


def host(address: str) -> str:
    """Answer the host of an address, for the words of a link."""
    try:
        return urlsplit(address).hostname or address
    except ValueError:
        return clean(address)


# Numbers ------------------------------------------------------------------------------------------------------------


def number(value: float | int | None, digits: int | None = None) -> str:
    """Group a number: 1,234,567."""
    if value is None:
        return "–"
    if digits is not None:
        value = round(value, digits)
    return str(format_decimal(value, locale="en"))


def short_number(value: int) -> Markup:
    """Shorten a large number for summaries (123.5 万, 1.2 M); the exact figure stays for readers."""
    exact = number(value)
    if language.short() == "zh" and value >= 10_000:
        unit, size_of = ("亿", 100_000_000) if value >= 100_000_000 else ("万", 10_000)
        brief = f"{value / size_of:.1f}".removesuffix(".0") + f"\u2009{unit}"
    elif language.short() == "en" and value >= 1_000_000:
        brief = f"{value / 1_000_000:.1f}".removesuffix(".0") + "\u2009M"
    else:
        return escape(exact)
    return Markup(
        '<span title="{0}"><span aria-hidden="true">{1}</span><span class="hidden-text">{0}</span></span>'
    ).format(exact, brief)


def percent(value: float) -> str:
    """Answer a share (0 to 1) as whole percent."""
    return f"{value * 100:.0f}%"


def size(count: int | None) -> str:
    """Answer a size in bytes, kB or MB, MB and above with one decimal."""
    if count is None:
        return ""
    if count < 1000:
        return ngettext("%(num)s byte", "%(num)s bytes", count)
    if count < 1_000_000:
        return f"{count / 1000:.0f}\u00a0kB"
    if count < 1_000_000_000:
        return f"{count / 1_000_000:.1f}\u00a0MB"
    return f"{count / 1_000_000_000:.1f}\u00a0GB"


# Dates --------------------------------------------------------------------------------------------------------------


def day(value: datetime | date | str | None) -> Markup:
    """Answer a date as 2026-11-23, with the moment in the element."""
    if not value:
        return Markup("–")
    if isinstance(value, str):
        return Markup("<time>{}</time>").format(clean(value)[:10])
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), value.strftime("%Y-%m-%d"))


def moment(value: datetime | None) -> Markup:
    """Answer a moment to the minute, in UTC and marked so."""
    if value is None:
        return Markup("–")
    utc = value.astimezone(UTC)
    return Markup('<time datetime="{}">{} UTC</time>').format(utc.isoformat(), utc.strftime("%Y-%m-%d %H:%M"))


def ago(value: datetime | None) -> str:
    """Answer how long ago a moment was, in words."""
    if value is None:
        return ""
    seconds = (now() - value).total_seconds()
    if seconds < -60:
        return _until(-seconds)
    if seconds < 60:
        return gettext("just now")
    if seconds < 3600:
        return ngettext("%(num)d minute ago", "%(num)d minutes ago", int(seconds // 60))
    if seconds < 86_400:
        return ngettext("%(num)d hour ago", "%(num)d hours ago", int(seconds // 3600))
    days = int(seconds // 86_400)
    if days < 60:
        return ngettext("%(num)d day ago", "%(num)d days ago", days)
    if days < 730:
        return ngettext("%(num)d month ago", "%(num)d months ago", days // 30)
    return ngettext("%(num)d year ago", "%(num)d years ago", days // 365)


def _until(seconds: float) -> str:
    if seconds < 3600:
        return ngettext("in %(num)d minute", "in %(num)d minutes", int(seconds // 60))
    if seconds < 86_400:
        return ngettext("in %(num)d hour", "in %(num)d hours", int(seconds // 3600))
    return ngettext("in %(num)d day", "in %(num)d days", int(seconds // 86_400))


def file_name(resource: Resource) -> str:
    """Answer the name under which a resource's file is saved."""
    try:
        name = unquote(urlsplit(resource.url).path).rstrip("/").rsplit("/", 1)[-1]
    except ValueError:
        name = ""
    return _UNFIT.sub("_", clean(name))[:150] or resource.id


# Addresses ----------------------------------------------------------------------------------------------------------


def with_query(changes: Mapping[str, Any] | None = None, drop: Iterable[str] = (), **more: Any) -> str:
    """Answer this page's address with some parameters changed; None or an empty value takes one out."""
    wanted = {**(changes or {}), **more}
    pairs = [
        (key, value)
        for key, value in request.args.items(multi=True)
        if key not in wanted and key not in set(drop) and value
    ]
    for key, value in wanted.items():
        many = value if isinstance(value, (list, tuple)) else (value,)
        pairs += [(key, str(one)) for one in many if one not in (None, "")]
    path = quote(request.script_root + request.path, safe="/:@!$&'()*+,;=~-._")
    query = "&".join(f"{quote(key)}={quote(value, safe='')}" for key, value in pairs)
    return f"{path}?{query}" if query else path
