"""Any JSON API, described in a few lines of YAML: where the items are, how pages follow, which field is what.

    items: results
    id: id
    paging: {kind: page, parameter: page, size_parameter: page_size, size: 100}
    headers: {Authorization: "Bearer {token}"}
    fields: {title: title, description: notes, keywords: "tags[].name"}
    resources: {items: files, fields: {title: name, url: url, format: type}}

Expressions are JMESPath; `{name}` in a header is filled from the source's secrets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin

import jmespath
import msgspec
import yaml
from jmespath.exceptions import JMESPathError

from harvester.documents import json_of
from harvester.faults import Fetching
from harvester.fetch import Fetched
from harvester.source import Context, Option, Parsed, Raw, not_a_record, onward, without_id
from schemas.errors import Invalid
from schemas.model import Agent, Contact, Dataset, Place, Resource
from schemas.text import Text
from schemas.vocabulary import find_frequency, find_licence, guess_format

MOST_PAGES = 100_000
KINDS = ("none", "page", "offset", "cursor", "link")


class Paging(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How pages follow: by number, by offset, by a cursor or an address in the answer (`next`), or by Link header."""

    kind: str = "none"
    parameter: str = "page"
    size_parameter: str = ""
    size: int = 100
    first: int = 1
    next: str = "next"


class Parts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the resources of an item are and which field of each is what."""

    items: str
    fields: dict[str, str]


class Description(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the YAML says."""

    fields: dict[str, str]
    items: str = "@"
    id: str = "id"
    paging: Paging = Paging()
    headers: dict[str, str] = {}
    parameters: dict[str, str] = {}
    resources: Parts | None = None


class Rest:
    """Reads a JSON API after a description."""

    name = "rest"
    label = Text("JSON 接口（自定义映射）", "JSON API (described)")
    help = Text(
        "按 YAML 描述读取任意 JSON 接口：记录位置、分页方式、字段映射（JMESPath）。",
        "Reads any JSON API after a description in YAML: where items are, how pages follow, which field is what.",
    )
    options = (
        Option(name="description", help=Text("接口描述（YAML）", "The description (YAML)")),
        Option(name="token", help=Text("访问令牌，供请求头引用", "A token for the headers"), secret=True),
    )
    volatile: frozenset[str] = frozenset()

    def gather(self, context: Context) -> Iterator[Raw]:
        """Yield the items of every page."""
        told = described(str(context.option("description")))
        for page, start in _pages(told, context):
            items = _compiled(told.items).search(page)
            if not isinstance(items, list):
                raise Fetching("not-a-catalogue", context.url, f"'{told.items}' is no list")
            for number, item in enumerate(items, start):
                yield _raw(item, told, number)

    def to_dataset(self, raw: Raw, context: Context) -> Parsed:
        """Read an item by the described fields."""
        told = described(str(context.option("description")))
        found = {name: _compiled(path).search(raw.payload) for name, path in told.fields.items()}
        parts = _compiled(told.resources.items).search(raw.payload) if told.resources else None
        entries = [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
        fields = told.resources.fields if told.resources else {}
        resources = tuple(
            _resource({n: _compiled(p).search(e) for n, p in fields.items()}, context.url) for e in entries
        )
        return Parsed(dataset=_dataset(found, resources, context.url))

    def check(self, url: str, options: Mapping[str, Any]) -> None:
        """Refuse a description that cannot be understood."""
        described(str(options.get("description") or ""))

    def recognises(self, url: str, head: bytes, content_type: str) -> bool:
        """Recognise nothing: an API needs a person's description."""
        return False


@lru_cache(maxsize=64)
def described(text: str) -> Description:
    """Read a description; raises Invalid, at the option, with what is wrong in it."""
    try:
        told = msgspec.convert(yaml.safe_load(text), Description)
        for path in (told.items, told.id, told.paging.next, *told.fields.values()):
            _compiled(path)
        if told.resources:
            for path in (told.resources.items, *told.resources.fields.values()):
                _compiled(path)
    except (yaml.YAMLError, msgspec.ValidationError, JMESPathError) as error:
        raise Invalid({"options.description": [str(error)]}) from error
    wrong = [f"fields.{name}" for name in told.fields if name not in _FIELDS]
    wrong += [
        f"resources.fields.{name}" for name in (told.resources.fields if told.resources else {}) if name not in _PARTS
    ]
    wrong += [] if told.paging.kind in KINDS else [f"paging.kind: {told.paging.kind}"]
    wrong += [] if "title" in told.fields else ["fields.title is missing"]
    if wrong:
        raise Invalid({"options.description": [f"not understood: {', '.join(wrong)}"]})
    return told


@lru_cache(maxsize=512)
def _compiled(path: str) -> Any:
    return jmespath.compile(path)


def _pages(told: Description, context: Context) -> Iterator[tuple[Any, int]]:
    """Yield (page, number of its first item)."""
    paging, count, seen = told.paging, 0, set[str]()
    headers = {name: _filled(value, context) for name, value in told.headers.items()}
    url, parameters = context.url, dict(told.parameters)
    if paging.size_parameter:
        parameters[paging.size_parameter] = str(paging.size)
    for number in range(MOST_PAGES):
        if paging.kind in ("page", "offset"):
            parameters[paging.parameter] = str(paging.first + number if paging.kind == "page" else count)
        with context.fetcher.get(url, params=parameters or None, accept="application/json", headers=headers) as got:
            page = json_of(got)
        items = _compiled(told.items).search(page)
        yield page, count
        count += len(items) if isinstance(items, list) else 0
        following = _NEXT[paging.kind](paging, page, got, items)
        if not following or (paging.kind in ("cursor", "link") and following in seen):
            return
        seen.add(following)
        if paging.kind == "cursor":
            parameters[paging.parameter] = following
        elif paging.kind == "link":
            url, parameters = onward(got.url, following), {}
    raise Fetching("too-large", context.url, f"more than {MOST_PAGES} pages")


def _counted(paging: Paging, page: Any, got: Fetched, items: Any) -> str:
    """Go on while pages are full (or, where the size is unknown, not empty)."""
    full = isinstance(items, list) and len(items) >= (paging.size if paging.size_parameter else 1)
    return "more" if full else ""


def _in_answer(paging: Paging, page: Any, got: Fetched, items: Any) -> str:
    found = _compiled(paging.next).search(page) if isinstance(page, dict) else None
    return str(found) if found else ""


def _linked(paging: Paging, page: Any, got: Fetched, items: Any) -> str:
    return got.links.get("next") or _in_answer(paging, page, got, items)


def _last(paging: Paging, page: Any, got: Fetched, items: Any) -> str:
    return ""


_NEXT: dict[str, Callable[[Paging, Any, Fetched, Any], str]] = {
    "none": _last,
    "page": _counted,
    "offset": _counted,
    "cursor": _in_answer,
    "link": _linked,
}


def _filled(value: str, context: Context) -> str:
    for name, secret in context.options.items():
        value = value.replace(f"{{{name}}}", str(secret))
    return value


def _raw(item: Any, told: Description, number: int) -> Raw:
    if not isinstance(item, dict):
        return not_a_record(item, f"[{number}]")
    identity = _compiled(told.id).search(item)
    if isinstance(identity, bool) or not isinstance(identity, (str, int)) or not str(identity).strip():
        return without_id(item, told.id)
    return Raw(remote_id=str(identity).strip(), payload=item)


_FIELDS = frozenset(
    ("title", "description", "keywords", "theme", "licence", "frequency", "issued", "modified", "landing_page",
     "identifier", "contact", "email", "publisher", "spatial", "language")
)  # fmt: skip
_PARTS = frozenset(("title", "description", "url", "format", "media_type", "size", "modified", "uri"))


def _dataset(found: dict[str, Any], resources: tuple[Resource, ...], base: str) -> Dataset:
    licence, frequency = find_licence(_text(found, "licence")), find_frequency(_text(found, "frequency"))
    publisher, spatial = _text(found, "publisher"), _text(found, "spatial")
    page = _text(found, "landing_page")
    return Dataset(
        title=_text(found, "title"),
        description=_text(found, "description"),
        keywords=tuple(dict.fromkeys(_texts(found, "keywords"))),
        subjects=tuple(_texts(found, "theme")),
        licence=licence.key if licence else _text(found, "licence"),
        frequency=frequency.key if frequency else _text(found, "frequency"),
        issued=_text(found, "issued"),
        modified=_text(found, "modified"),
        landing_page=urljoin(base, page) if page else "",
        identifier=_text(found, "identifier"),
        contact=Contact(name=_text(found, "contact"), email=_text(found, "email")),
        publisher=Agent(name=publisher) if publisher else None,
        spatial=(Place(name=spatial),) if spatial else (),
        languages=tuple(_texts(found, "language")),
        resources=resources,
    )


def _resource(found: dict[str, Any], base: str) -> Resource:
    url, size = _text(found, "url"), found.get("size")
    form = guess_format(_text(found, "format"), _text(found, "media_type"), url)
    return Resource(
        title=_text(found, "title") or url.rsplit("/", 1)[-1],
        description=_text(found, "description"),
        url=urljoin(base, url) if url else "",
        uri=_text(found, "uri"),
        format=form.key if form else _text(found, "format"),
        media_type=_text(found, "media_type") or (form.media_type if form else ""),
        bytes=size if isinstance(size, int) and size >= 0 else None,
        modified=_text(found, "modified"),
    )


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    return str(value).strip() if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def _texts(found: dict[str, Any], name: str) -> list[str]:
    value = found.get(name)
    values = value if isinstance(value, list) else [value]
    return [v.strip() for v in values if isinstance(v, str) and v.strip()]
