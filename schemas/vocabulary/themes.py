# ruff: noqa: E501  (tables whose rows stay on few lines; wide characters count double)
"""Themes: the five of livelihood that a site starts with, and the EU's data themes, found by subject words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import msgspec

from schemas.text import Text
from schemas.vocabulary.folding import fold

EU_DATA_THEME = "http://publications.europa.eu/resource/authority/data-theme/"


class Theme(msgspec.Struct, frozen=True, kw_only=True):
    """One cross-department theme with the words that put a dataset into it."""

    key: str
    label: Text
    description: Text
    words: tuple[str, ...]


class EuTheme(msgspec.Struct, frozen=True, kw_only=True):
    """One of the EU's data themes and the theme of ours that it falls into, if any."""

    key: str
    label: Text
    theme: str = ""
    words: tuple[str, ...] = ()

    @property
    def uri(self) -> str:
        """Answer the authority URI."""
        return EU_DATA_THEME + self.key


THEMES: dict[str, Theme] = {
    theme.key: theme
    for theme in (
        Theme(
            key="housing",
            label=Text(zh="住房", en="Housing"),
            description=Text(
                zh="保障性住房、房屋交易、租赁、物业、公积金与城乡建设。",
                en="Public housing, sales, letting, property management, housing funds and building.",
            ),
            words=("住房", "房屋", "房产", "房地产", "公租房", "廉租", "保障房", "保障性住房", "物业", "公积金", "城乡建设", "租赁", "住宅",
                   "housing", "homes", "dwelling", "dwellings", "real estate", "rent", "rental", "mortgage", "tenants",
                   "homelessness"),
        ),
        Theme(
            key="education",
            label=Text(zh="教育", en="Education"),
            description=Text(
                zh="学校、幼儿园、招生、考试、教师与学生资助。",
                en="Schools, kindergartens, admissions, exams, teachers and student aid.",
            ),
            words=("教育", "学校", "幼儿园", "招生", "考试", "学生", "教师", "小学", "中学", "高校", "大学", "学区",
                   "education", "school", "schools", "kindergarten", "student", "students", "teacher", "teachers",
                   "university", "college", "exam", "exams"),
        ),
        Theme(
            key="transport",
            label=Text(zh="交通", en="Transport"),
            description=Text(
                zh="公共交通、道路、停车、出租车、客货运与路况。",
                en="Public transport, roads, parking, taxis, freight and traffic.",
            ),
            words=("交通", "公交", "地铁", "轨道", "道路", "公路", "停车", "出租车", "客运", "货运", "车站", "机场", "港口", "路况", "铁路",
                   "transport", "transportation", "transit", "traffic", "bus", "buses", "metro", "subway", "railway",
                   "parking", "road", "roads", "highway", "airport", "mobility"),
        ),
        Theme(
            key="health",
            label=Text(zh="医疗", en="Health"),
            description=Text(
                zh="医院、门诊、药品、疫苗、疾病防控与医疗保障服务。",
                en="Hospitals, clinics, medicines, vaccines, disease control and care.",
            ),
            words=("医疗", "卫生", "健康", "医院", "药品", "药店", "疫苗", "疾病", "医保", "诊所", "医师", "护士", "疫情",
                   "health", "healthcare", "hospital", "hospitals", "medicine", "medicines", "medicare", "medicaid",
                   "vaccine", "disease", "clinic", "clinics", "public health", "nursing"),
        ),
        Theme(
            key="social-security",
            label=Text(zh="社会保障", en="Social security"),
            description=Text(
                zh="养老、失业、工伤、生育保险，社会救助，就业与残疾人服务。",
                en="Pensions, unemployment and injury insurance, assistance, employment and disability services.",
            ),
            words=("社会保障", "社保", "养老", "失业", "工伤", "生育保险", "社会救助", "低保", "就业", "残疾人", "救助", "福利", "人力资源",
                   "social security", "pension", "pensions", "unemployment", "welfare", "social care", "employment",
                   "labor", "labour", "workers compensation", "disability", "benefits", "social protection"),
        ),
    )
}  # fmt: skip

_EU_ROWS: tuple[tuple[str, str, str, str, tuple[str, ...]], ...] = (
    ("AGRI", "农业、渔业、林业和食品", "Agriculture, fisheries, forestry and food", "", ("agriculture",)),
    ("ECON", "经济和金融", "Economy and finance", "", ("economy",)),
    ("EDUC", "教育、文化和体育", "Education, culture and sport", "education", ("education",)),
    ("ENER", "能源", "Energy", "", ("energy",)),
    ("ENVI", "环境", "Environment", "", ("environment",)),
    ("GOVE", "政府和公共部门", "Government and public sector", "", ("government",)),
    ("HEAL", "健康", "Health", "health", ("health",)),
    ("INTR", "国际问题", "International issues", "", ("international",)),
    ("JUST", "司法、法律制度和公共安全", "Justice, legal system and public safety", "", ("justice",)),
    ("OP_DATPRO", "临时数据", "Provisional data", "", ()),
    ("REGI", "地区和城市", "Regions and cities", "", ("regions",)),
    ("SOCI", "人口和社会", "Population and society", "social-security", ("population",)),
    ("TECH", "科学和技术", "Science and technology", "", ("science",)),
    ("TRAN", "交通", "Transport", "transport", ("transport",)),
)
EU_THEMES: dict[str, EuTheme] = {
    key: EuTheme(key=key, label=Text(zh=zh, en=en), theme=theme, words=words) for key, zh, en, theme, words in _EU_ROWS
}


def find_eu_theme(text: str) -> EuTheme | None:
    """Find the EU data theme that a URI, a code or a label names."""
    tail = text.rstrip("/").rpartition("/")[2].rpartition("#")[2]
    if tail.upper() in EU_THEMES:
        return EU_THEMES[tail.upper()]
    return _eu_index().get(fold(text))


@cache
def _eu_index() -> dict[str, EuTheme]:
    found: dict[str, EuTheme] = {}
    for theme in EU_THEMES.values():
        for name in (theme.label.zh, theme.label.en, *theme.words):
            found.setdefault(fold(name), theme)
    return found


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Compile one pattern a theme: Latin words match whole, Chinese words match anywhere."""
    made = []
    for theme in THEMES.values():
        latin = "|".join(re.escape(w) for w in sorted(theme.words, key=len, reverse=True) if w.isascii())
        chinese = "|".join(re.escape(w) for w in sorted(theme.words, key=len, reverse=True) if not w.isascii())
        made.append((theme.key, re.compile(rf"\b(?:{latin}|{re.escape(theme.key)})\b|{chinese}")))
    return tuple(made)


def themes_for(subjects: Iterable[str], keywords: Iterable[str] = (), title: str = "") -> tuple[str, ...]:
    """Answer the keys of the themes that a source's subject words, keywords and title speak of, in the list's order."""
    named = tuple(subjects)
    found = {eu.theme for eu in map(find_eu_theme, named) if eu is not None and eu.theme}
    words = " ; ".join(fold(word) for word in (*(n for n in named if "://" not in n), *keywords, title) if word)
    found.update(key for key, pattern in _patterns() if pattern.search(words))
    return tuple(key for key in THEMES if key in found)
