"""The sentences that mappings say about a record, in both languages, each with what to do about it."""

from __future__ import annotations

from schemas.report import Finding, Level
from schemas.text import Text


def _say(level: Level, zh: str, en: str, todo_zh: str, todo_en: str) -> tuple[Level, Text, Text]:
    return level, Text(zh=zh, en=en), Text(zh=todo_zh, en=todo_en)


SENTENCES: dict[str, tuple[Level, Text, Text]] = {
    "unknown-field": _say(
        "info",
        "字段“{path}”不属于此格式，内容已原样保留。",
        "The field “{path}” is not part of this format; its content is kept as it is.",
        "若是笔误请改正字段名（区分大小写），否则无需处理。",
        "Correct the name if it is a typing error (case matters); otherwise nothing needs to be done.",
    ),
    "wrong-type": _say(
        "warning",
        "字段“{path}”应为{expected_zh}，实际为{found_zh}。",
        "The field “{path}” should be {expected_en}, but it is {found_en}.",
        "请按格式规定的类型填写。",
        "Write it in the type that the format asks for.",
    ),
    "missing-field": _say(
        "warning",
        "缺少必填字段“{path}”。",
        "The required field “{path}” is missing.",
        "请补充该字段。",
        "Add the field.",
    ),
    "missing-identifier": _say(
        "error",
        "记录没有标识符（{path}），无法与下一次采集的同一记录对应。",
        "The record has no identifier ({path}), so it cannot be recognised at the next harvest.",
        "请为每条记录给出固定且唯一的标识符。",
        "Give every record an identifier that is unique and never changes.",
    ),
    "missing-title": _say(
        "error",
        "记录没有标题（{path}）。",
        "The record has no title ({path}).",
        "请填写标题。",
        "Give it a title.",
    ),
    "empty-field": _say(
        "info",
        "字段“{path}”为空。",
        "The field “{path}” is present but empty.",
        "没有内容时请省略该字段。",
        "Leave the field out where there is nothing to say.",
    ),
    "bad-date": _say(
        "warning",
        "字段“{path}”的值“{value}”不是 ISO 8601 日期。",
        "The value “{value}” of “{path}” is not an ISO 8601 date.",
        "请写成 2026-11-23 或 2026-11-23T08:30:00Z 的形式。",
        "Write it like 2026-11-23 or 2026-11-23T08:30:00Z.",
    ),
    "bad-period": _say(
        "warning",
        "字段“{path}”的值“{value}”不是起止时间。",
        "The value “{value}” of “{path}” is not a period with a start and an end.",
        "请写成 2020-01-01/2020-12-31 的形式。",
        "Write it like 2020-01-01/2020-12-31.",
    ),
    "bad-email": _say(
        "warning",
        "字段“{path}”的值“{value}”不是电子邮件地址。",
        "The value “{value}” of “{path}” is not an e-mail address.",
        "请写成 name@example.org 的形式。",
        "Write it like name@example.org.",
    ),
    "bad-address": _say(
        "warning",
        "字段“{path}”的值“{value}”不是网址。",
        "The value “{value}” of “{path}” is not a web address.",
        "请写完整网址，以 http:// 或 https:// 开头。",
        "Write the whole address, beginning with http:// or https://.",
    ),
    "bad-code": _say(
        "warning",
        "字段“{path}”的值“{value}”不符合代码格式 {expected_en}。",
        "The value “{value}” of “{path}” does not have the form {expected_en}.",
        "请核对代码。",
        "Check the code.",
    ),
    "unknown-value": _say(
        "warning",
        "字段“{path}”的值“{value}”不在规定的取值范围内：{expected_zh}。",
        "The value “{value}” of “{path}” is not one of the allowed ones: {expected_en}.",
        "请从规定的取值中选择。",
        "Choose one of the allowed values.",
    ),
    "unknown-licence": _say(
        "info",
        "许可“{value}”不在本站许可清单中，按原样保留。",
        "The licence “{value}” is not in this site's list; it is kept as it is.",
        "请尽量使用标准许可的网址，例如 https://creativecommons.org/licenses/by/4.0/。",
        "Use the address of a standard licence where you can, for example https://creativecommons.org/licenses/by/4.0/.",
    ),
    "unknown-frequency": _say(
        "info",
        "更新周期“{value}”无法识别，按原样保留。",
        "The update cycle “{value}” is not understood; it is kept as it is.",
        "请使用 R/P1M 一类的 ISO 8601 写法，或“每月”一类的标准用语。",
        "Use an ISO 8601 interval such as R/P1M, or a standard word such as monthly.",
    ),
    "bad-geometry": _say(
        "warning",
        "字段“{path}”的空间范围“{value}”无法识别。",
        "The area “{value}” of “{path}” is not understood.",
        "请写成“西,南,东,北”四个经纬度、GeoJSON 或地名。",
        "Write west, south, east, north in degrees, GeoJSON, or a place name.",
    ),
    "no-address": _say(
        "warning",
        "“{path}”既没有下载地址也没有访问地址。",
        "“{path}” has neither a download nor an access address.",
        "请给出 downloadURL 或 accessURL。",
        "Give a downloadURL or an accessURL.",
    ),
    "not-a-record": _say(
        "error",
        "“{path}”不是一条记录：应为对象，实际为{found_zh}。",
        "“{path}” is not a record: it should be an object, but it is {found_en}.",
        "请检查目录文件的结构。",
        "Check the structure of the catalogue file.",
    ),
    "too-long": _say(
        "warning",
        "字段“{path}”过长：{found_zh}，最多{expected_zh}。",
        "The field “{path}” is too long: {found_en}, at most {expected_en}.",
        "请缩短内容。",
        "Shorten it.",
    ),
    "repeated-value": _say(
        "info",
        "字段“{path}”中“{value}”重复出现。",
        "The value “{value}” is repeated in “{path}”.",
        "请删除重复的值。",
        "Remove the repetition.",
    ),
    "more-values": _say(
        "info",
        "字段“{path}”有多个值，本站用第一个，其余原样保留。",
        "The field “{path}” has several values; the first is used and the others are kept as they are.",
        "无需处理。",
        "Nothing needs to be done.",
    ),
    "placeholder": _say(
        "info",
        "字段“{path}”的内容“{value}”是占位文字。",
        "The content “{value}” of “{path}” is a placeholder.",
        "请填写真实内容或省略该字段。",
        "Write the real content or leave the field out.",
    ),
    "dates-reversed": _say(
        "warning",
        "更新日期“{value}”早于发布日期“{found_zh}”。",
        "The date of change “{value}” lies before the date of release “{found_en}”.",
        "请核对两个日期。",
        "Check the two dates.",
    ),
    "unsafe-path": _say(
        "error",
        "“{path}”的路径“{value}”指向数据包之外，已拒绝。",
        "The path “{value}” of “{path}” leads out of the package and is refused.",
        "请使用数据包内的相对路径。",
        "Use a relative path inside the package.",
    ),
}


def finding(code: str, path: str, value: object = None, level: Level | None = None, **words: str) -> Finding:
    """Make a finding from its code: fills the sentence with the path, the shortened value and further words."""
    standard, message, remedy = SENTENCES[code]
    shown = None if value is None else shorten(value)
    return Finding(
        level=level or standard,
        code=code,
        message=message.format(path=path, value=shown if shown is not None else "", **words),
        remedy=remedy,
        path=path,
        value=shown,
    )


def shorten(value: object, most: int = 120) -> str:
    """Write a value in one line of at most 120 characters."""
    line = " ".join(str(value)[: most * 4].split())
    return line if len(line) <= most else line[: most - 1] + "…"


TYPES: dict[type, Text] = {
    str: Text(zh="文本", en="text"),
    int: Text(zh="数字", en="a number"),
    float: Text(zh="数字", en="a number"),
    bool: Text(zh="是非值", en="true or false"),
    list: Text(zh="列表", en="a list"),
    dict: Text(zh="对象", en="an object"),
    type(None): Text(zh="空值", en="null"),
}


def wrong_type(path: str, expected: type, value: object) -> Finding:
    """Say that a field has another type than it should."""
    wanted, got = TYPES[expected], TYPES.get(type(value), TYPES[str])
    return finding(
        "wrong-type",
        path,
        value,
        expected_zh=wanted.zh,
        expected_en=wanted.en,
        found_zh=got.zh,
        found_en=got.en,
    )
