"""What a source is: raw records out of a department's system, and a way to read one record as a Dataset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urljoin

import msgspec

from harvester.faults import Fetching
from harvester.fetch import Fetcher, Freshness
from harvester.guard import local_path
from schemas.model import Dataset
from schemas.report import Finding
from schemas.text import Text

Payload = dict[str, Any]


class Unchanged(Exception):
    """Says that the whole catalogue is as it was: nothing needs to be read."""


class Raw(msgspec.Struct, frozen=True, kw_only=True):
    """One record as the source gave it; a `problem` says why it cannot be read at all."""

    remote_id: str
    payload: Payload
    problem: Finding | None = None


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """One setting of a source type: its name, what it means, its default and, where there are few, its choices."""

    name: str
    help: Text
    default: Any = ""
    choices: tuple[str, ...] = ()
    secret: bool = False


class Context(msgspec.Struct, kw_only=True):
    """What a source works with: the address, its options, the guarded client and what it knew last time.

    `freshness` is what the catalogue said of itself when it was last read whole; a source that reads it again sets
    `found`. `findings` gathers what concerns the catalogue as a whole; `folder` is the run's own folder for files.
    """

    url: str
    fetcher: Fetcher
    folder: Path = Path()
    options: dict[str, Any] = {}
    freshness: Freshness = Freshness()
    found: Freshness = Freshness()
    findings: list[Finding] = []

    @property
    def archive(self) -> Path:
        """Answer the folder into which an archive is unpacked."""
        return self.folder / "archive"

    @property
    def root(self) -> Path:
        """Answer the local folder that the records' files lie in: the unpacked archive, or the source's own folder."""
        path = local_path(self.url)
        if self.archive.is_dir() or path is None:
            return self.archive
        real = path.expanduser().resolve()
        return real.parent if real.is_file() else real

    def option(self, name: str, default: Any = "") -> Any:
        """Answer an option's value, or the default where it is unset or empty."""
        value = self.options.get(name)
        return default if value in (None, "") else value


class Parsed(msgspec.Struct, frozen=True, kw_only=True):
    """A record read as a dataset, and what the reading had to say."""

    dataset: Dataset
    findings: tuple[Finding, ...] = ()


class Source(Protocol):
    """A type of departmental system. Add one: a file here, a line in SOURCES, a case in the contract suite.

    `volatile` names fields whose change is no change of the record, such as counts of visits.
    """

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> Text: ...
    @property
    def help(self) -> Text: ...
    @property
    def options(self) -> tuple[Option, ...]: ...
    @property
    def volatile(self) -> frozenset[str]: ...

    def gather(self, context: Context) -> Iterator[Raw]:
        """Yield every record of the catalogue; raise Fetching where it cannot be read whole."""
        ...

    def to_dataset(self, raw: Raw, context: Context) -> Parsed:
        """Read one record as a dataset; raise Invalid where it is not one."""
        ...

    def recognises(self, url: str, head: bytes, content_type: str) -> bool:
        """Tell whether an address and the first bytes of its answer look like this type."""
        ...

    def check(self, url: str, options: Mapping[str, Any]) -> None:
        """Raise Invalid, at the field, where an address or options cannot work; asks no one."""
        ...


class Unchecked:
    """For types whose address and options need no look of their own."""

    def check(self, url: str, options: Mapping[str, Any]) -> None:
        """Accept everything."""


def problem(code: str, zh: str, en: str, remedy_zh: str, remedy_en: str, *, value: str = "", path: str = "") -> Finding:
    """Write an error about one record."""
    return Finding(
        level="error",
        code=code,
        message=Text(zh, en),
        remedy=Text(remedy_zh, remedy_en),
        value=value or None,
        path=path,
    )


def without_id(payload: Payload, field: str) -> Raw:
    """Answer a record that cannot be told from others because its identifier is missing or unusable."""
    title = str(payload.get("title") or payload.get("name") or "")[:200]
    found = problem(
        "no-identifier",
        f"记录“{title}”没有可用的标识符（{field}）。",
        f"The record '{title}' has no usable identifier ({field}).",
        "请为每条记录填写不变且唯一的标识符。",
        "Give every record an identifier that is unique and never changes.",
        path=field,
        value=title,
    )
    return Raw(remote_id="", payload=payload, problem=found)


def not_a_record(value: object, where: str) -> Raw:
    """Answer an entry of the catalogue that is no record at all."""
    shown = str(value)[:80]
    found = problem(
        "not-a-record",
        f"{where} 处不是一条记录（“{shown}”）。",
        f"The entry at {where} is not a record ('{shown}').",
        "请删除该条目，或改为一个 JSON 对象。",
        "Remove the entry or make it a JSON object.",
        path=where,
        value=shown,
    )
    return Raw(remote_id="", payload={}, problem=found)


def onward(base: str, target: str) -> str:
    """Answer the address that a catalogue names as its next page; from the network none leads to local files."""
    url = urljoin(base, target)
    if base.startswith(("http://", "https://")) and not url.startswith(("http://", "https://")):
        raise Fetching("redirect-refused", base, target[:200])
    return url


def looks_like_html(head: bytes) -> bool:
    """Tell whether an answer begins like a web page."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<!-- "))


def page_title(head: bytes) -> str:
    """Answer the title of a web page, to tell a login page from an error page."""
    lowered = head.lower()
    start = lowered.find(b"<title>")
    end = lowered.find(b"</title>", start)
    return head[start + 7 : end].decode("utf-8", "replace").strip()[:100] if 0 <= start < end else "HTML"


def refuse_html(url: str, head: bytes) -> None:
    """Raise the fault for a web page that stands where data was expected."""
    if looks_like_html(head):
        raise Fetching("html-instead-of-json", url, page_title(head))
