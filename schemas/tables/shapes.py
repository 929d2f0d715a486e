"""The shapes that a column's values may have: each tells which texts it covers, so a whole column can be typed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

MISSING = ("", "-", "--", "—", "——", "/", "N/A", "n/a", "NA", "NULL", "null", "None", "无", "暂无", "缺失", "…", "#N/A")

BOOLEANS = (
    (("true", "True", "TRUE"), ("false", "False", "FALSE")),
    (("是",), ("否",)),
    (("有",), ("无",)),
    (("yes", "Yes", "YES", "Y", "y"), ("no", "No", "NO", "N", "n")),
)

CODE_WORDS = re.compile(
    r"代码|代碼|编码|編碼|编号|編號|邮编|邮政|郵遞|电话|電話|手机|手機|传真|傳真|身份|證號|证号|账号|卡号|区划|序列号|"
    r"\b(code|codes|zip|postcode|postal|phone|tel|fax|isbn|issn|iban|fips|insee|nuts)\b|_code\b|code$",
    re.I,
)
YEAR_WORDS = re.compile(r"年份|年度|^年$|year|jahr|année|anno|año", re.I)


Test = Callable[[Collection[str]], bool]


@dataclass(frozen=True)
class Shape:
    """Holds the field properties that a shape stands for and the test whether it covers all of some texts."""

    properties: Mapping[str, Any]
    covers: Test


def _pattern(expression: str) -> Test:
    """Test texts against an expression in one go; it must not match a line feed."""
    match = re.compile(f"(?:(?:{expression})\n)*+").fullmatch

    def covers(texts: Collection[str]) -> bool:
        joined = "\n".join(texts) + "\n" if texts else ""
        return joined.count("\n") == len(texts) and match(joined) is not None

    return covers


def _moment(format: str, shape: str) -> Test:
    shaped = _pattern(shape)

    def covers(texts: Collection[str]) -> bool:
        return shaped(texts) and all(_real(text, format) for text in texts)

    return covers


def _real(text: str, format: str) -> bool:
    try:
        found = dt.datetime.strptime(text, format)
    except ValueError:
        return False
    return "%Y" not in format or 1000 <= found.year <= 2999


def _day(format: str, shape: str) -> Test:
    """Test days, whose parts stand in the order of the format."""
    shaped, parts = _pattern(shape), re.compile("[0-9]+").findall
    order = [format.index(part) for part in ("%Y", "%m", "%d")]
    year, month, day = (sorted(order).index(place) for place in order)

    def covers(texts: Collection[str]) -> bool:
        if not shaped(texts):
            return False
        try:
            for text in texts:
                found = parts(text) if len(text) != 8 or not text.isdigit() else (text[:4], text[4:6], text[6:])
                if not 1000 <= dt.date(int(found[year]), int(found[month]), int(found[day])).year <= 2999:
                    return False
        except ValueError:
            return False
        return True

    return covers


def _iso(texts: Collection[str]) -> bool:
    for text in texts:
        if len(text) < 19 or text[10] not in "T " or text[16] != ":":
            return False
        try:
            dt.datetime.fromisoformat(text)
        except ValueError:
            return False
    return True


def _date(format: str, shape: str) -> Shape:
    known = {"type": "date"} if format == "%Y-%m-%d" else {"type": "date", "format": format}
    return Shape(known, _day(format, shape))


def _stamp(format: str, shape: str) -> Shape:
    return Shape({"type": "datetime", "format": format}, _moment(format, shape))


_Y, _2, _1 = r"[0-9]{4}", r"[0-9]{2}", r"[0-9]{1,2}"

SHAPES: tuple[Shape, ...] = (
    Shape({"type": "integer"}, _pattern(r"-?(0|[1-9][0-9]{0,17})")),
    Shape({"type": "number"}, _pattern(r"-?(0|[1-9][0-9]{0,17})?(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?(?<=[0-9])")),
    Shape(
        {"type": "number", "groupChar": ","},
        _pattern(r"-?(0|[1-9][0-9]{0,2}(,[0-9]{3}){0,5}|[1-9][0-9]{0,17})(\.[0-9]+)?"),
    ),
    Shape({"type": "number", "decimalChar": ","}, _pattern(r"-?(0|[1-9][0-9]{0,17})(,[0-9]+)?")),
    _date("%Y-%m-%d", f"{_Y}-{_1}-{_1}"),
    _date("%Y/%m/%d", f"{_Y}/{_1}/{_1}"),
    _date("%Y.%m.%d", rf"{_Y}\.{_1}\.{_1}"),
    _date("%Y年%m月%d日", f"{_Y}年{_1}月{_1}日"),
    _date("%Y%m%d", r"(19|20)[0-9]{6}"),
    _date("%d/%m/%Y", f"{_1}/{_1}/{_Y}"),
    _date("%m/%d/%Y", f"{_1}/{_1}/{_Y}"),
    _date("%d.%m.%Y", rf"{_1}\.{_1}\.{_Y}"),
    Shape({"type": "datetime"}, _iso),
    _stamp("%Y-%m-%d %H:%M", f"{_Y}-{_1}-{_1} {_1}:{_2}"),
    _stamp("%Y/%m/%d %H:%M:%S", f"{_Y}/{_1}/{_1} {_1}:{_2}:{_2}"),
    _stamp("%Y/%m/%d %H:%M", f"{_Y}/{_1}/{_1} {_1}:{_2}"),
    _stamp("%Y年%m月%d日 %H:%M:%S", f"{_Y}年{_1}月{_1}日 {_1}:{_2}:{_2}"),
    Shape({"type": "time"}, _moment("%H:%M:%S", f"{_2}:{_2}:{_2}")),
    Shape({"type": "time", "format": "%H:%M"}, _moment("%H:%M", f"{_1}:{_2}")),
    Shape({"type": "yearmonth"}, _pattern(f"{_Y}-(0[1-9]|1[0-2])")),
)


def boolean(values: set[str]) -> dict[str, Any] | None:
    """Answer the boolean field that a set of texts makes, or None."""
    for true, false in BOOLEANS:
        if values & set(true) and values & set(false) and values <= {*true, *false}:
            found: dict[str, Any] = {"type": "boolean"}
            if true[0] != "true":
                found |= {"trueValues": sorted(values & set(true)), "falseValues": sorted(values & set(false))}
            return found
    return None
