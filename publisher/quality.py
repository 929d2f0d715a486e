"""Quality of metadata: points for what a record says, after the indicators of data.europa.eu's MQA; pure.

The weights are MQA's. Left out are the indicators that need the network (whether addresses answer, 80 points), SHACL
(30) and access rights (15, which every record here has); `MOST` is what remains. The formulae stand in
docs/disclosure.md.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import msgspec

from schemas.model import Dataset, Resource
from schemas.text import Text
from schemas.vocabulary import FORMATS, FREQUENCIES, LICENCES
from search.document import moment


class Indicator(NamedTuple):
    """One thing that a record should say: its key, points, label and the share (0 to 1) to which it does."""

    key: str
    points: int
    label: Text
    share: Callable[[Dataset], float]


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """What a record earned: points of `MOST`, and the indicators that it lacks in part or whole."""

    points: float
    missing: tuple[str, ...]

    @property
    def score(self) -> float:
        """Answer the points as a share, 0 to 1."""
        return self.points / MOST


def quality(dataset: Dataset) -> Quality:
    """Judge what a record says."""
    points, missing = 0.0, []
    for indicator in INDICATORS:
        share = indicator.share(dataset)
        points += indicator.points * share
        if share < 1:
            missing.append(indicator.key)
    return Quality(points=points, missing=tuple(missing))


def days_late(dataset: Dataset, now: datetime) -> int | None:
    """Answer by how many days data is late against its update cycle, 0 when on time, None when nobody can judge."""
    newest = moment(dataset.modified) or dataset.changed
    cycle = FREQUENCIES.get(dataset.frequency)
    if cycle is None or cycle.days is None or newest is None:
        return None
    return max((now - newest).days - cycle.days, 0)


def _says(test: Callable[[Dataset], object]) -> Callable[[Dataset], float]:
    return lambda dataset: float(bool(test(dataset)))


def _each(test: Callable[[Resource], object]) -> Callable[[Dataset], float]:
    """Answer the share of a dataset's resources that pass; a dataset without resources has none."""

    def share(dataset: Dataset) -> float:
        if not dataset.resources:
            return 0.0
        return sum(bool(test(resource)) for resource in dataset.resources) / len(dataset.resources)

    return share


def _open(resource: Resource) -> bool:
    known = FORMATS.get(resource.format)
    return known is not None and known.open


def _machine(resource: Resource) -> bool:
    known = FORMATS.get(resource.format)
    return known is not None and known.machine


def _indicator(key: str, points: int, zh: str, en: str, share: Callable[[Dataset], float]) -> Indicator:
    return Indicator(key, points, Text(zh=zh, en=en), share)


INDICATORS: tuple[Indicator, ...] = (
    _indicator("keywords", 30, "关键字", "keywords", _says(lambda d: d.keywords or d.terms)),
    _indicator("theme", 30, "主题", "theme", _says(lambda d: d.themes or d.subjects)),
    _indicator("spatial", 20, "空间范围", "area covered", _says(lambda d: d.spatial)),
    _indicator("temporal", 20, "时间范围", "period covered", _says(lambda d: d.temporal)),
    _indicator("address", 20, "下载地址", "address of each file", _each(lambda r: r.url)),
    _indicator("format", 20, "格式", "format of each file", _each(lambda r: r.format)),
    _indicator("media-type", 10, "媒体类型", "media type of each file", _each(lambda r: r.media_type)),
    _indicator("known-format", 10, "格式取自词表", "format from the vocabulary", _each(lambda r: r.format in FORMATS)),
    _indicator("open-format", 20, "开放格式", "open format", _each(_open)),
    _indicator("machine-readable", 20, "机器可读", "machine-readable format", _each(_machine)),
    _indicator("licence", 20, "许可", "licence", _says(lambda d: d.licence)),
    _indicator(
        "known-licence", 10, "许可取自词表", "licence from the vocabulary", _says(lambda d: d.licence in LICENCES)
    ),
    _indicator(
        "contact", 20, "联系方式", "contact", _says(lambda d: d.contact.email or d.contact.phone or d.contact.url)
    ),
    _indicator("publisher", 10, "提供部门", "publishing department", _says(lambda d: d.owner)),
    _indicator("rights", 5, "权利说明", "statement of rights", _says(lambda d: d.rights)),
    _indicator("size", 5, "文件大小", "size of each file", _each(lambda r: r.bytes is not None)),
    _indicator("issued", 5, "发布日期", "date of issue", _says(lambda d: d.issued)),
    _indicator("modified", 5, "更新日期", "date of change", _says(lambda d: d.modified)),
)
MOST = sum(indicator.points for indicator in INDICATORS)
