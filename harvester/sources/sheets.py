"""Catalogue sheets: the small table in which a department lists its files, read by the names of its columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from schemas.tables import open_table
from schemas.vocabulary.folding import fold

COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("id", "identifier", "标识", "标识符", "编号", "目录编码", "目录代码", "数据集编号", "信息资源代码"),
    "title": ("title", "name", "dataset", "名称", "标题", "数据集", "数据集名称", "目录名称", "信息资源名称"),
    "description": ("description", "notes", "摘要", "说明", "描述", "简介", "信息资源摘要", "数据摘要"),
    "file": ("file", "files", "filename", "path", "文件", "文件名", "数据文件"),
    "file_title": ("file title", "resource", "resource title", "文件标题", "文件说明", "资源名称"),
    "keywords": ("keywords", "keyword", "tags", "关键词", "关键字", "标签"),
    "theme": ("theme", "category", "topic", "主题", "主题分类", "领域", "所属主题", "分类"),
    "frequency": ("frequency", "update cycle", "update frequency", "更新周期", "更新频率", "更新频度"),
    "licence": ("licence", "license", "许可", "许可协议", "开放协议", "开放许可"),
    "issued": ("issued", "published", "发布日期", "首次发布", "首次发布日期", "发布时间"),
    "modified": ("modified", "updated", "last updated", "更新日期", "更新时间", "最近更新"),
    "contact": ("contact", "office", "联系部门", "联系单位", "联系人", "负责处室", "提供处室"),
    "email": ("email", "e-mail", "邮箱", "联系邮箱", "电子邮件"),
    "phone": ("phone", "telephone", "电话", "联系电话"),
    "schema": ("schema", "table schema", "表结构", "结构", "结构文件", "数据结构"),
    "landing_page": ("landing page", "page", "url", "网址", "链接", "详情页"),
    "title_en": ("title en", "english title", "英文名称", "英文标题"),
    "description_en": ("description en", "english description", "英文说明", "英文摘要"),
    "spatial": ("spatial", "area", "place", "区域", "行政区划", "覆盖范围"),
}
NAMES = re.compile(r"^(catalogue|catalog|数据目录|资源目录|目录)\.(csv|tsv|xlsx|xls|ods)$", re.IGNORECASE)
LISTS = re.compile(r"[;；,，、\n|]+")
_BY_LABEL = {fold(label): column for column, labels in COLUMNS.items() for label in labels}
Row = dict[str, str]


def is_catalogue(path: Path) -> bool:
    """Tell whether a file is a catalogue sheet by its name."""
    return bool(NAMES.match(path.name))


def rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a catalogue sheet by column; unknown columns keep their label. Raises Invalid."""
    with open_table(path, header=True) as table:
        columns = [_BY_LABEL.get(fold(label), label.strip()) for label in table.labels]
        for _, cells in table.rows():
            row = {column: text for column, cell in zip(columns, cells, strict=False) if (text := text_of(cell))}
            if row:
                yield row


def grouped(entries: Iterable[Row]) -> dict[str, list[Row]]:
    """Gather the rows of one dataset: those with the same id, or the same title; a row without either continues."""
    datasets: dict[str, list[Row]] = {}
    last = ""
    for row in entries:
        last = row.get("id") or row.get("title") or last or row.get("file", "")
        datasets.setdefault(last, []).append(row)
    return datasets


def listed(text: str) -> list[str]:
    """Split a cell that lists several words."""
    return [part.strip() for part in LISTS.split(text) if part.strip()]


def text_of(cell: Any) -> str:
    """Write a cell as text: whole numbers without a point, moments at midnight as dates."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
