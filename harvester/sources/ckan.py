"""Any CKAN from 2.8 on, read through its Action API with ckanapi over the guarded client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from ckanapi import RemoteCKAN
from ckanapi.common import reverse_apicontroller_action
from ckanapi.errors import CKANAPIError

from harvester.documents import json_of
from harvester.faults import Fetching
from harvester.fetch import Fetcher
from harvester.source import Context, Option, Parsed, Raw, Unchecked, not_a_record, without_id
from harvester.sources.mapped import mapped
from schemas.text import Text

READS = 3
MOST_CHANGES = 20


class GuardedCKAN(RemoteCKAN):  # type: ignore[misc]  # the package ships no types
    """Sends every action through the run's fetcher, so its limits, retries and guard hold here too."""

    def __init__(self, address: str, fetcher: Fetcher, key: str = "") -> None:
        super().__init__(address, apikey=key or None, get_only=True)
        self._fetcher = fetcher

    def call_action(self, action: str, data_dict: dict[str, Any] | None = None, **ignored: Any) -> Any:
        """Answer the result of a reading action; Fetching where the site cannot be read."""
        url = f"{self.address}/api/3/action/{action}"
        headers = {"Authorization": self.apikey} if self.apikey else {}
        with self._fetcher.get(url, params=data_dict, accept="application/json", headers=headers) as got:
            answer = json_of(got)
        if isinstance(answer, dict) and answer.get("success") and "result" in answer:
            return answer["result"]
        try:
            return reverse_apicontroller_action(url, 200, msgspec.json.encode(answer).decode())
        except CKANAPIError as error:
            raise Fetching("not-a-catalogue", url, str(error)[:200]) from error


class Ckan(Unchecked):
    """Reads the datasets of a CKAN site."""

    name = "ckan"
    label = Text("CKAN 门户", "CKAN portal")
    help = Text(
        "通过接口读取 CKAN 门户的数据集。地址为门户首页。",
        "Reads the datasets of a CKAN portal through its API. The address is that of the portal.",
    )
    options = (
        Option(name="organization", help=Text("只取此机构的数据集", "Only datasets of this organization")),
        Option(name="group", help=Text("只取此主题的数据集", "Only datasets of this group")),
        Option(name="query", help=Text("检索条件（fq 语法）", "A filter in the syntax of fq")),
        Option(name="page_size", help=Text("每页记录数", "Records asked for at once"), default=200),
        Option(name="key", help=Text("访问密钥", "Access key"), secret=True),
    )
    volatile = frozenset({"tracking_summary"})

    def gather(self, context: Context) -> Iterator[Raw]:
        """Yield every dataset once; read again where the catalogue changes meanwhile."""
        site = GuardedCKAN(site_of(context.url), context.fetcher, str(context.option("key")))
        seen: set[str] = set()
        for _ in range(READS):
            counts, before = set(), len(seen)
            for number, (total, package) in enumerate(_pages(site, context)):
                counts.add(total)
                if len(counts) > MOST_CHANGES:
                    raise Fetching("catalogue-changed", context.url, f"{min(counts)} … {max(counts)}")
                yield from _raw(package, number, seen)
            if len(counts) <= 1 and len(seen) >= max(counts, default=0):
                return
            if before and len(seen) == before:
                break
        raise Fetching("catalogue-changed", context.url, f"{len(seen)} / {max(counts, default=0)}")

    def to_dataset(self, raw: Raw, context: Context) -> Parsed:
        """Read one record through the mapping of its format."""
        return mapped("ckan", raw.payload, site_of(context.url))

    def recognises(self, url: str, head: bytes, content_type: str) -> bool:
        """Tell a CKAN by the envelope of its API or the generator of its pages."""
        return (b'"success"' in head and b"help_show" in head) or b'content="ckan' in head.lower()


def site_of(url: str) -> str:
    """Answer the address of the site itself, whichever of its pages was entered."""
    base = url.split("?")[0].split("#")[0]
    for part in ("/api/", "/dataset", "/organization", "/group"):
        start, found, rest = base.partition(part)
        if found and (part == "/api/" or rest[:1] in ("", "/")):
            base = start
    return base.rstrip("/")


def _pages(site: GuardedCKAN, context: Context) -> Iterator[tuple[int, Any]]:
    """Yield (total, package) over all pages, in the one order that does not change while paging."""
    filters = [
        f'{field}:"{context.option(option)}"'
        for field, option in (("organization", "organization"), ("groups", "group"))
        if context.option(option)
    ]
    asked = {"q": "*:*", "fq": " ".join([*filters, str(context.option("query"))]).strip(), "sort": "id asc"}
    start, total = 0, 1
    while start < total:
        page = site.call_action(
            "package_search", {**asked, "rows": int(context.option("page_size", 200)), "start": start}
        )
        results = page.get("results") if isinstance(page, dict) else None
        if not isinstance(results, list) or not isinstance(page.get("count"), int):
            raise Fetching("not-a-catalogue", context.url, "package_search has no count and results")
        total = page["count"]
        for package in results:
            yield total, package
        if not results:
            return
        start += len(results)


def _raw(package: Any, number: int, seen: set[str]) -> Iterator[Raw]:
    place = f"#{number}"
    identity = package.get("id") or package.get("name") if isinstance(package, dict) else None
    if not isinstance(identity, str):
        if place not in seen:
            seen.add(place)
            yield (
                without_id(package, "id") if isinstance(package, dict) else not_a_record(package, f"results[{number}]")
            )
    elif identity not in seen:
        seen.add(identity)
        if package.get("type") != "harvest":
            yield Raw(remote_id=identity, payload=package)
