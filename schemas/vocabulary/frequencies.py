# ruff: noqa: E501  (tables whose rows stay on few lines; wide characters count double)
"""Update cycles (更新周期): how often data is promised to change, in four notations, and how late is late.

Days allowed follow udata's judgement of timeliness, with half years at 184; the EU list is the Publications Office's
authority table "frequency"; DCAT-US writes ISO 8601 repeating intervals.
"""

from __future__ import annotations

import re
from functools import cache

import msgspec

from schemas.text import Text
from schemas.vocabulary.folding import fold

EU_FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/"


class Frequency(msgspec.Struct, frozen=True, kw_only=True):
    """One update cycle; `days` is how long data may stay unchanged before it is late, None where nobody can judge."""

    key: str
    label: Text
    eu: str
    iso: str = ""
    days: int | None = None
    aliases: tuple[str, ...] = ()

    @property
    def uri(self) -> str:
        """Answer the EU authority URI."""
        return EU_FREQUENCY + self.eu


_ROWS: tuple[tuple[str, str, str, str, str, int | None, tuple[str, ...]], ...] = (
    ("realtime", "实时", "Continuously", "UPDATE_CONT", "R/PT1S", None,
     ("real time", "real-time", "continuous", "continual", "cont", "live", "实时更新", "随时更新", "リアルタイム", "即時")),
    ("hourly", "每小时", "Hourly", "HOURLY", "R/PT1H", 1, ("每时", "毎時", "hour")),
    ("daily", "每日", "Daily", "DAILY", "R/P1D", 1, ("每天", "按日", "日更", "毎日", "日次", "day", "每个工作日", "on working days")),
    ("twice-weekly", "每周两次", "Twice a week", "WEEKLY_2", "R/P3.5D", 4, ("semiweekly", "每周2次")),
    ("weekly", "每周", "Weekly", "WEEKLY", "R/P1W", 7, ("按周", "毎週", "週次", "week", "每星期", "R/P7D")),
    ("biweekly", "每两周", "Every two weeks", "BIWEEKLY", "R/P2W", 14, ("fortnightly", "每双周", "R/P14D", "隔週")),
    ("twice-monthly", "每半月", "Twice a month", "MONTHLY_2", "R/P0.5M", 16, ("semimonthly", "semi-monthly", "每月两次", "每旬")),
    ("monthly", "每月", "Monthly", "MONTHLY", "R/P1M", 31, ("按月", "毎月", "月次", "month", "月度")),
    ("bimonthly", "每两月", "Every two months", "BIMONTHLY", "R/P2M", 62, ("每双月", "隔月", "bi-monthly")),
    ("quarterly", "每季度", "Quarterly", "QUARTERLY", "R/P3M", 93, ("每季", "按季", "季度", "四半期", "quarter", "四半期ごと")),
    ("three-a-year", "每四个月", "Three times a year", "ANNUAL_3", "R/P4M", 124, ("triannual", "每年三次")),
    ("semiannual", "每半年", "Twice a year", "ANNUAL_2", "R/P6M", 184,
     ("半年", "biannual", "semi-annual", "semiannually", "half-yearly", "half yearly", "半年ごと", "年度中期", "R/P0.5Y", "半年度")),
    ("annual", "每年", "Annually", "ANNUAL", "R/P1Y", 365,
     ("yearly", "annually", "每年度", "按年", "年度", "毎年", "年次", "year", "R/P12M", "asneededannual", "毎年度")),
    ("biennial", "每两年", "Every two years", "BIENNIAL", "R/P2Y", 731, ("隔年", "biennially")),
    ("triennial", "每三年", "Every three years", "TRIENNIAL", "R/P3Y", 1096, ()),
    ("quadrennial", "每四年", "Every four years", "QUADRENNIAL", "R/P4Y", 1461, ()),
    ("quinquennial", "每五年", "Every five years", "QUINQUENNIAL", "R/P5Y", 1827, ("概ね5年ごと",)),
    ("decennial", "每十年", "Every ten years", "DECENNIAL", "R/P10Y", 3653, ()),
    ("irregular", "不定期", "Irregularly", "IRREG", "irregular", None,
     ("irreg", "as needed", "asneeded", "不定期更新", "按需", "按需更新", "随时", "随時", "適宜", "必要に応じて", "変更の都度", "変更時",
      "更新の都度", "都度", "必要な都度更新", "adhoc", "ad hoc", "punctual", "视情况", "根据需要", "1年ごと不定期")),
    ("never", "不更新", "Never", "NEVER", "", None,
     ("not planned", "notplanned", "更新無", "更新なし", "更新予定なし", "公開時のみ", "初回のみ", "静态", "一次性", "once", "none planned", "one time",
      "no longer updated", "不再更新")),
    ("other", "其他", "Other", "OTHER", "", None, ("其它", "其他周期")),
    ("unknown", "未知", "Unknown", "UNKNOWN", "", None, ("未说明", "不明", "not specified")),
)  # fmt: skip

FREQUENCIES: dict[str, Frequency] = {
    key: Frequency(key=key, label=Text(zh=zh, en=en), eu=eu, iso=iso, days=days, aliases=aliases)
    for key, zh, en, eu, iso, days, aliases in _ROWS
}

_PER = re.compile(
    r"^(?:约|概ね|約|每|毎|年|月|週|周|日)*(?P<n>\d+)?\s*(?:个|か|ヶ|ケ|カ|箇)?(?P<unit>小时|時間|年度|年|月|週間|週|周|星期|日|天|季度|季)"
    r"(?:间|間)?(?:ごと|毎|おき|に[1一]回|[1一]次|更新[1一]次|更新)?(?:更新)?$"
)
_TIMES = re.compile(
    r"^(?:(?P<a>\d+)回/|(?P<b>\d+)次/)?(?:每|毎)?(?P<unit>年|月|週|周|日|天|季度)(?:度)?(?:に|更新)?(?:(?P<c>\d+)[回次])?"
)
_UNITS = {
    "年度": "Y",
    "年": "Y",
    "月": "M",
    "週間": "W",
    "週": "W",
    "周": "W",
    "星期": "W",
    "日": "D",
    "天": "D",
    "季度": "Q",
    "季": "Q",
}
_TIMES_A = {
    ("Y", 1): "annual", ("Y", 2): "semiannual", ("Y", 3): "three-a-year", ("Y", 4): "quarterly", ("Y", 6): "bimonthly",
    ("Y", 12): "monthly", ("M", 1): "monthly", ("M", 2): "twice-monthly", ("W", 1): "weekly", ("W", 2): "twice-weekly",
    ("D", 1): "daily", ("Q", 1): "quarterly",
}  # fmt: skip


@cache
def _index() -> dict[str, Frequency]:
    found: dict[str, Frequency] = {}
    for frequency in FREQUENCIES.values():
        names = (frequency.key, frequency.label.zh, frequency.label.en, frequency.eu, frequency.iso, *frequency.aliases)
        for name in names:
            if name:
                found.setdefault(fold(name), frequency)
    return found


def find_frequency(text: str) -> Frequency | None:
    """Find the update cycle that a key, an EU or Dublin Core URI, an ISO 8601 interval or a word names."""
    if not text or len(text) > 200:
        return None
    known = FREQUENCIES.get(text)
    return known if known is not None else _searched(text)


def _searched(text: str) -> Frequency | None:
    index = _index()
    word = fold(text.rstrip("/").rpartition("/")[2].rpartition("#")[2]) if "://" in text else fold(text)
    return index.get(word) or _by_interval(word) or _by_count(word)


def _by_interval(word: str) -> Frequency | None:
    """Read `5年ごと`, `每3个月`, `1か月ごと`."""
    match = _PER.match(word)
    if match is None:
        return None
    number, unit = int(match["n"] or 1), _UNITS.get(match["unit"], "")
    if unit == "Q":
        number, unit = number * 3, "M"
    if unit == "M" and number % 12 == 0:
        number, unit = number // 12, "Y"
    return _index().get(f"r/p{number}{unit.lower()}")


def _by_count(word: str) -> Frequency | None:
    """Read `年1回（3月頃）`, `4回/年`, `每年2次`."""
    match = _TIMES.match(word)
    if match is None:
        return None
    count = match["a"] or match["b"] or match["c"]
    key = _TIMES_A.get((_UNITS[match["unit"]], int(count))) if count else None
    return FREQUENCIES[key] if key else None
