"""What each kind of table error means and what to do about it, in Chinese and English.

The codes are those of the frictionless standard, so a report can be compared with any other tool's; those that only
Gongkai gives start with `table-`.
"""

from __future__ import annotations

import re
from typing import Any

from schemas.text import Text


class Cause:
    """Holds the title of a cause, the sentence about one finding and the way to mend it."""

    __slots__ = ("message", "remedy", "title")

    def __init__(self, title: tuple[str, str], message: tuple[str, str], remedy: tuple[str, str]) -> None:
        self.title = Text(zh=title[0], en=title[1])
        self.message = Text(zh=message[0], en=message[1])
        self.remedy = Text(zh=remedy[0], en=remedy[1])


TYPES: dict[str, Text] = {
    "any": Text("任意值", "any value"),
    "array": Text("JSON 数组", "a JSON array"),
    "boolean": Text("是/否值", "a yes/no value"),
    "date": Text("日期", "a date"),
    "datetime": Text("日期时间", "a date and time"),
    "duration": Text("时长", "a duration"),
    "geojson": Text("GeoJSON", "GeoJSON"),
    "geopoint": Text("坐标", "a coordinate"),
    "integer": Text("整数", "a whole number"),
    "list": Text("列表", "a list"),
    "number": Text("数字", "a number"),
    "object": Text("JSON 对象", "a JSON object"),
    "string": Text("文本", "text"),
    "time": Text("时间", "a time"),
    "year": Text("年份", "a year"),
    "yearmonth": Text("年月", "a year and month"),
}

CONSTRAINTS: dict[str, Text] = {
    "required": Text("该列为必填", "the column must not be empty"),
    "minimum": Text("不得小于 {limit}", "it must be at least {limit}"),
    "maximum": Text("不得大于 {limit}", "it must be at most {limit}"),
    "exclusiveMinimum": Text("必须大于 {limit}", "it must be greater than {limit}"),
    "exclusiveMaximum": Text("必须小于 {limit}", "it must be less than {limit}"),
    "minLength": Text("长度不得少于 {limit}", "it must have at least {limit} characters"),
    "maxLength": Text("长度不得超过 {limit}", "it must have at most {limit} characters"),
    "pattern": Text("须符合格式 {limit}", "it must match the pattern {limit}"),
    "enum": Text("须为下列值之一：{limit}", "it must be one of {limit}"),
}

_AT = ("第 {row} 行第 {column} 列“{field}”", "Row {row}, column {column} “{field}”")

CAUSES: dict[str, Cause] = {
    "type-error": Cause(
        ("类型不符", "Wrong type"),
        (_AT[0] + "的值“{value}”不是{type}。", _AT[1] + ": “{value}” is not {type}."),
        (
            "改正这些单元格，或修改数据字典中该列的类型。",
            "Correct these cells, or change the column's type in the schema.",
        ),
    ),
    "constraint-error": Cause(
        ("违反约束", "Constraint violated"),
        (_AT[0] + "的值“{value}”不符合约束：{rule}。", _AT[1] + ": “{value}” breaks a rule: {rule}."),
        ("改正这些单元格，或放宽数据字典中的约束。", "Correct these cells, or relax the rule in the schema."),
    ),
    "unique-error": Cause(
        ("重复值", "Value is not unique"),
        (
            _AT[0] + "的值“{value}”与第 {other} 行重复。",
            _AT[1] + ": “{value}” was already used in row {other}.",
        ),
        ("删除重复的行，或为每行给出不同的值。", "Remove the duplicated rows, or give each row its own value."),
    ),
    "primary-key": Cause(
        ("主键冲突", "Primary key violated"),
        ("第 {row} 行的主键重复或为空：{note}。", "Row {row} has a repeated or empty primary key: {note}."),
        ("使主键列的组合在每行唯一且不为空。", "Make the key columns differ in every row and never be empty."),
    ),
    "foreign-key": Cause(
        ("外键不存在", "Foreign key not found"),
        ("第 {row} 行引用的值不在参照表中：{note}。", "Row {row} refers to a value that is not there: {note}."),
        ("改正引用的值，或在参照表中补上。", "Correct the value, or add it to the referenced table."),
    ),
    "blank-row": Cause(
        ("空行", "Blank row"),
        ("第 {row} 行为空。", "Row {row} is empty."),
        ("删除空行。", "Delete the empty rows."),
    ),
    "extra-cell": Cause(
        ("多余的单元格", "Extra cell"),
        (
            "第 {row} 行比表头多出第 {column} 列的值“{value}”。",
            "Row {row} has more cells than the header: “{value}” in column {column}.",
        ),
        (
            "检查分隔符是否出现在未加引号的文本中。",
            "Look for a delimiter inside text that is not quoted.",
        ),
    ),
    "missing-cell": Cause(
        ("缺少单元格", "Missing cell"),
        ("第 {row} 行缺少第 {column} 列“{field}”。", "Row {row} ends before column {column} “{field}”."),
        ("补齐该行的单元格，空值也要保留分隔符。", "Complete the row; an empty value still needs its delimiter."),
    ),
    "blank-header": Cause(
        ("表头为空", "Blank header"),
        ("表头为空。", "The header row is empty."),
        ("在第一行写出各列名称。", "Write the columns' names in the first row."),
    ),
    "blank-label": Cause(
        ("列名为空", "Blank column name"),
        ("第 {column} 列没有列名（应为“{field}”）。", "Column {column} has no name (it should be “{field}”)."),
        ("为每一列写上列名。", "Give every column a name."),
    ),
    "duplicate-label": Cause(
        ("列名重复", "Repeated column name"),
        ("第 {column} 列的列名“{value}”重复（{note}）。", "Column {column} repeats the name “{value}” ({note})."),
        ("为每一列使用不同的列名。", "Use a different name for every column."),
    ),
    "extra-label": Cause(
        ("多余的列", "Extra column"),
        ("第 {column} 列“{value}”不在数据字典中。", "Column {column} “{value}” is not in the schema."),
        ("删除该列，或加入数据字典。", "Remove the column, or add it to the schema."),
    ),
    "missing-label": Cause(
        ("缺少列", "Missing column"),
        ("缺少数据字典中的列“{field}”。", "The schema's column “{field}” is missing."),
        ("补上该列，或从数据字典中删除。", "Add the column, or remove it from the schema."),
    ),
    "incorrect-label": Cause(
        ("列名不符", "Wrong column name"),
        (
            "第 {column} 列的列名是“{value}”，应为“{field}”。",
            "Column {column} is called “{value}”; it should be “{field}”.",
        ),
        ("按数据字典的顺序和名称书写表头。", "Name and order the columns as the schema does."),
    ),
    "unmatched-header": Cause(
        ("表头与数据字典无关", "Header matches nothing"),
        ("表头中没有数据字典的任何一列。", "The header has none of the schema's columns."),
        ("检查是否上传了另一张表。", "Check whether this is the right file."),
    ),
    "hash-count": Cause(
        ("文件校验值不符", "Hash differs"),
        ("文件的校验值与声明不符：{note}。", "The file's hash is not the declared one: {note}."),
        ("重新上传文件，或更新声明的校验值。", "Upload the file again, or update the declared hash."),
    ),
    "byte-count": Cause(
        ("文件大小不符", "Size differs"),
        ("文件大小与声明不符：{note}。", "The file's size is not the declared one: {note}."),
        ("重新上传文件，或更新声明的大小。", "Upload the file again, or update the declared size."),
    ),
    "field-count": Cause(
        ("列数不符", "Column count differs"),
        ("列数与声明不符：{note}。", "The number of columns is not the declared one: {note}."),
        ("更正文件或声明的列数。", "Correct the file or the declared number."),
    ),
    "row-count": Cause(
        ("行数不符", "Row count differs"),
        ("行数与声明不符：{note}。", "The number of rows is not the declared one: {note}."),
        ("更正文件或声明的行数。", "Correct the file or the declared number."),
    ),
    "encoding-error": Cause(
        ("编码错误", "Wrong encoding"),
        ("文件的编码有误：{note}。", "The file's text encoding is wrong: {note}."),
        ("另存为 UTF-8，或声明正确的编码。", "Save the file as UTF-8, or declare its encoding."),
    ),
    "source-error": Cause(
        ("文件无法读取", "File cannot be read"),
        ("文件不能作为表格读取：{note}。", "The file cannot be read as a table: {note}."),
        ("检查文件是否为空或已损坏。", "Check whether the file is empty or damaged."),
    ),
    "schema-error": Cause(
        ("数据字典有误", "Schema is wrong"),
        ("数据字典本身有误：{note}。", "The schema itself is not valid: {note}."),
        ("先改正数据字典。", "Correct the schema first."),
    ),
    "table-check-stopped": Cause(
        ("检查无法继续", "The check cannot go on"),
        ("检查在“{field}”处无法继续：{note}。", "The check cannot go on at “{field}”: {note}."),
        ("按说明修改数据字典或这些单元格。", "Change the schema or these cells as said."),
    ),
}

OTHER = Cause(
    ("其他问题", "Other problem"),
    ("{note}。", "{note}."),
    ("按说明改正。", "Correct it as said."),
)

ALIASES = {
    "package-error": "schema-error",
    "resource-error": "schema-error",
    "field-error": "schema-error",
    "dialect-error": "schema-error",
    "format-error": "source-error",
    "scheme-error": "source-error",
    "compression-error": "source-error",
}

NOTES = tuple(
    (re.compile(pattern, re.S), chinese)
    for pattern, chinese in (
        (r"the same as in the row at position (\d+)", "与第 {} 行相同"),
        (r'cells composing the primary keys are all "None"', "主键各列都为空"),
        (
            r'for "(.*)": values "(.*)" not found in the lookup table "(.*)" as "(.*)"',
            "列“{}”的值“{}”不在表“{}”的“{}”中",
        ),
        (r'at position "(.*)"', "与第 {} 列相同"),
        (r'expected is "(.*)" and actual is "(.*)"', "应为 {}，实为 {}"),
        (r"the source is empty", "文件没有内容"),
        (r"reached error limit: (\d+)", "{} 个"),
        (r"reached row limit: (\d+)", "{} 行"),
    )
)

_TYPE_NOTE = re.compile(r'type is "(\w+)/(.*)"', re.S)
_RULE_NOTE = re.compile(r'constraint "(\w+)" is "(.*)"', re.S)
_OTHER_ROW = re.compile(r"in the row at position (\d+)")


def cause(code: str) -> Cause:
    """Answer what is known of an error code; an unknown code gets the neutral cause."""
    return CAUSES.get(ALIASES.get(code, code), OTHER)


def sentence(error: dict[str, Any]) -> Text:
    """Say one frictionless error as a sentence in both languages."""
    note = str(error.get("note", ""))
    values: dict[str, Any] = {
        "row": error.get("rowNumber", ""),
        "column": error.get("fieldNumber", ""),
        "field": error.get("fieldName", ""),
        "value": shortened(str(error.get("cell", error.get("label", "")))),
        "note": note or str(error.get("message", "")),
        "other": (_OTHER_ROW.search(note) or [None, "?"])[1],
    }
    kind, rule, template = _kind(note), _rule(note), cause(str(error.get("type", ""))).message
    return Text(
        zh=template.zh.format(**values | {"note": translated(values["note"])}, type=kind.zh, rule=rule.zh),
        en=template.en.format(**values, type=kind.en, rule=rule.en),
    )


def translated(note: str) -> str:
    """Say one of frictionless' own notes in Chinese; a note that is not known stays as it is."""
    for pattern, chinese in NOTES:
        if found := pattern.fullmatch(note):
            return chinese.format(*found.groups())
    return note


def shortened(value: str, limit: int = 80) -> str:
    """Cut a cell's text to what a message can hold."""
    return value if len(value) <= limit else value[: limit - 1] + "…"


def _kind(note: str) -> Text:
    found = _TYPE_NOTE.fullmatch(note)
    if not found:
        return Text(zh=note, en=note)
    name, format = found[1], found[2]
    known = TYPES.get(name, Text(zh=name, en=name))
    if format in ("default", "any"):
        return known
    return Text(zh=f"{known.zh}（格式 {format}）", en=f"{known.en} (format {format})")


def _rule(note: str) -> Text:
    found = _RULE_NOTE.fullmatch(note)
    if not found or found[1] not in CONSTRAINTS:
        return Text(zh=note, en=note)
    limit = shortened(found[2], 120)
    known = CONSTRAINTS[found[1]]
    return Text(zh=known.zh.replace("{limit}", limit), en=known.en.replace("{limit}", limit))
